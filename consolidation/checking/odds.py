"""How likely goods of one way are received by a day, worked out from the distributions of its delays one after the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from consolidation.checking.dates import drive_days, next_dispatch, receipt
from consolidation.checking.journeys import Journey, Stop
from consolidation.checking.world import Run, World
from network.charges import falls_on
from network.clock import day_number, local_time
from network.delays import courier_days, late_days, receipt_within, whole_days
from network.examinations import MILLIDAYS, MILLION, PER_EXAMINATION, chance_of, delay_of, joint_chance
from network.money import Float64
from network.price_tables import Charge, Regime
from network.reliability import Figures
from network.tables import Courier, Link, Place, Receiving

_TAIL = 1e-11
"""Chance of the last days that are not looked at."""


class Spread(NamedTuple):
    """Days on which something happens: the first, and the chance of it and of each day that follows."""

    first: int
    chances: Float64


class Way(NamedTuple):
    """What decides when goods of a lane are received; no centre and no drayage for a container delivered unopened.

    Attributes
    ----------
    by_truck : bool, the final leg is a whole truck, on its days
    stop, leaves : storage and the planned day on which it ends, if any
    """

    run: Run
    regime: Regime
    centre: Place | None
    drayage: Link | None
    by_truck: bool
    stop: Stop | None = None
    leaves: int = 0


class Goal(NamedTuple):
    """Where goods should be by a day, and the tags of their importer of record."""

    fc: Place
    receiving: Receiving
    day: int
    importer: tuple[str, ...]


class Odds:
    """Chances of ways to reach their goals on one network."""

    def __init__(self, world: World) -> None:
        self._world, self._figures = world, Figures(world.network)
        self._ready: dict[tuple[str, str, float], Spread] = {}
        self._in_time: dict[tuple[str, int, int], float] = {}
        self._late: dict[tuple[str, int], tuple[int, Float64]] = {}
        self._trucks: dict[tuple[str, int], int] = {}

    def of_journey(self, journey: Journey, dispatched: int | None, goal: Goal) -> float:
        """Return the chance of a planned journey.

        Parameters
        ----------
        dispatched : day on which the final leg leaves as planned
        """
        chain = journey.chain
        if chain is None:
            return self.of_courier(journey.courier, day_number(journey.shipment.ready_date), goal)
        by_truck = journey.planned.final_leg == "ftl"
        return self.of_way(Way(chain.run, journey.regime, chain.centre, chain.drayage, by_truck, chain.stop, dispatched or 0), goal)  # fmt: skip

    def of_courier(self, courier: Courier | None, ready: int, goal: Goal) -> float:
        """Return the chance of goods that a courier takes on the day they are ready."""
        if courier is None:
            return 0.0
        chances = courier_days(self._figures.of_courier(courier), courier.transit_days)
        at_fc = _moved(Spread(ready, chances), self._world.calendar(goal.fc).next_open)
        return sum((chance * self.in_time(day, goal) for day, chance in _days(at_fc)), 0.0)

    def of_way(self, way: Way, goal: Goal) -> float:
        """Return the chance of goods that take a lane."""
        rows = [row for row in self._examinations(way) if falls_on(row.importers, goal.importer)]
        share = joint_chance(chance_of(row) for row in rows) / MILLION
        found = (1 - share) * self._by(way, 0.0, goal)
        return found + share * self._by(way, delay_of(rows[0]) / MILLIDAYS, goal) if rows else found

    def _examinations(self, way: Way) -> list[Charge]:
        charges = self._world.charges(way.regime.entry_tariff, way.run.eta_date, way.run.lane.mode, "entry")
        return [row for row in charges if row.basis == PER_EXAMINATION]

    def _by(self, way: Way, examined: float, goal: Goal) -> float:
        """Return the chance of goods that an examination holds for some days on average."""
        key = (way.run.run_id, way.centre.place_id if way.centre else "", examined)
        if key not in self._ready:
            self._ready[key] = self._devanned(way, self._cleared(way, examined))
        days = ((day, chance) for day, chance in _days(self._ready[key]) if day <= goal.day)
        return sum((chance * self._onward(way, day, goal) for day, chance in days), 0.0)

    def first_day(self, run: Run) -> int:
        """Return the first day on which a run can arrive."""
        return self._arrival(run, run.eta).first

    def _arrival(self, run: Run, eta: int) -> Spread:
        at = local_time(eta, run.gateway_in.timezone)
        key = (run.lane.lane_id, at.hour * 60 + at.minute)
        if key not in self._late:
            self._late[key] = late_days(self._figures.of_lane(run.lane), key[1])
        first, chances = self._late[key]
        return Spread(day_number(at.date()) + first, chances)

    def _cleared(self, way: Way, examined: float) -> Spread:
        run, gateway = way.run, way.run.gateway_in
        roll, there = self._figures.of_lane(run.lane).roll_chance, self._arrival(run, run.eta)
        if roll:
            there = _either(roll, self._arrival(run, self._world.following(run).eta), there)
        there = _later(there, whole_days(gateway.dwell_days, gateway.dwell_sd_days))
        sd = examined * self._figures.examination_cv()
        there = _later(there, whole_days(examined, sd, way.regime.clearance_days))
        return _moved(there, self._world.calendar(gateway).next_open)

    def _devanned(self, way: Way, cleared: Spread) -> Spread:
        centre, drayage = way.centre, way.drayage
        if centre is None or drayage is None:
            return cleared
        calendar = self._world.calendar(centre)
        arrived = _moved(cleared, lambda day: calendar.next_open(day + math.ceil(drayage.transit_days)))
        open_days = [arrived.first]
        dwell = whole_days(centre.dwell_days, centre.dwell_sd_days)
        while len(open_days) < len(arrived.chances) + len(dwell):
            open_days.append(calendar.next_open(open_days[-1] + 1))
        place = {day: k for k, day in enumerate(open_days)}
        by_place = np.zeros(len(arrived.chances))
        for day, chance in _days(arrived):
            by_place[place[day]] += chance
        ready = _later(Spread(0, by_place), dwell)
        return _moved(ready, lambda k: open_days[k])

    def _onward(self, way: Way, ready: int, goal: Goal) -> float:
        """Return the chance of goods that are ready for their final leg on a day."""
        world, start = self._world, way.centre or way.run.gateway_in
        if way.by_truck and way.centre is not None:
            ready = self._truck(way.centre, ready)
        if way.stop is not None:
            start = way.stop.place
            stored = world.calendar(start).next_open(ready + math.ceil(way.stop.shuttle.transit_days))
            ready = max(stored, way.leaves)
        arrived = ready + drive_days(world, world.haul_km(start, goal.fc))
        return self.in_time(world.calendar(goal.fc).next_open(arrived), goal)

    def _truck(self, centre: Place, ready: int) -> int:
        key = (centre.place_id, ready)
        if key not in self._trucks:
            self._trucks[key] = next_dispatch(self._world, centre, ready)
        return self._trucks[key]

    def in_time(self, delivered: int, goal: Goal) -> float:
        """Return the chance that goods delivered on a day are received in time."""
        key = (goal.fc.place_id, delivered, goal.day)
        if key not in self._in_time:
            planned, left = receipt(goal.receiving, delivered) - delivered, goal.day - delivered
            cv = self._figures.receiving_cv(goal.fc)
            self._in_time[key] = float(receipt_within(np.array([planned]), cv, np.array([left]))[0])
        return self._in_time[key]


def _days(spread: Spread) -> list[tuple[int, float]]:
    return [(spread.first + k, chance) for k, chance in enumerate(spread.chances.tolist()) if chance]


def _cut(spread: Spread) -> Spread:
    """Return a spread without the tail that is too unlikely to matter."""
    beyond = spread.chances.sum() - np.cumsum(spread.chances)
    return Spread(spread.first, spread.chances[: int(np.argmax(beyond < _TAIL)) + 1])


def _later(spread: Spread, chances: Float64) -> Spread:
    """Return when something happens some days later, which has chances of its own."""
    return _cut(Spread(spread.first, np.convolve(spread.chances, chances)))


def _moved(spread: Spread, to: Callable[[int], int]) -> Spread:
    """Return when something happens on the day that another leads to."""
    days = _days(spread)
    first = to(days[0][0])
    chances = np.zeros(to(days[-1][0]) - first + 1)
    for day, chance in days:
        chances[to(day) - first] += chance
    return Spread(first, chances)


def _either(share: float, one: Spread, other: Spread) -> Spread:
    """Return when something happens on the days of one, with a chance, else on those of another."""
    first = min(one.first, other.first)
    chances = np.zeros(max(spread.first + len(spread.chances) for spread in (one, other)) - first)
    for weight, spread in ((share, one), (1 - share, other)):
        chances[spread.first - first : spread.first - first + len(spread.chances)] += weight * spread.chances
    return Spread(first, chances)
