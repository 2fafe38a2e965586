"""Promised dates that should be kept with some chance: every way that is taken reaches the target, or no other is better.

``planning.chance_target``, or what the plan says it used in its place, asks for a chance. Goods with a due date or a sales
event take a way that has it; where none has, the way with the best chance. What is booked is not asked any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from consolidation.checking.case import Case, Traveller
from consolidation.checking.dates import due_days, work_out
from consolidation.checking.inputs import considered
from consolidation.checking.journeys import resolve
from consolidation.checking.odds import Goal, Odds, Way
from consolidation.checking.result import Violation, violation
from consolidation.checking.ways import (
    by_courier,
    by_lane,
    centres_behind,
    leg_of,
    near_warehouses,
    passable,
    still_open,
    too_large,
)
from consolidation.checking.world import Run
from consolidation.plan_model import PlannedShipment
from consolidation.shipments import Shipment
from network.clock import date_of, day_number
from network.tables import Place

_NOISE = 1e-7
"""By how much two sums of the same chances may differ."""


class Promises:
    """Promised dates of one plan, and how likely ways keep them."""

    def __init__(self, case: Case) -> None:
        self._case, self._world = case, case.world
        self._target = case.world.network.planning.chance_target
        self._odds = Odds(case.world)

    @cached_property
    def _runs(self) -> list[Run]:
        return list(self._world.runs(*considered(self._world.network, self._case.shipments.values())))

    @cached_property
    def _centres(self) -> dict[str, list[Place]]:
        return centres_behind(self._world)

    def broken(self, each: Traveller) -> Iterator[Violation]:
        """Yield a violation when a shipment takes a way below the target, though another one is better."""
        shipment = each.journey.shipment
        goal = None if each.held else self._goal(shipment)
        if goal is None or self._target is None:
            return
        chance = self._odds.of_journey(each.journey, each.dates.dispatched, goal)
        if chance >= self._target - _NOISE:
            return
        for name, better in self._better(shipment, goal, chance + _NOISE):
            what = f"chance to be received by {date_of(goal.day)}"
            expected = f"at least {self._target:.2%}, or the best there is: {better:.2%} by {name}"
            yield violation("CHANCE.TARGET", each.journey.where, what, f"{chance:.2%}", expected)
            return

    def surely_kept(self, way: PlannedShipment, shipment: Shipment) -> bool:
        """Return whether a way reaches the target, if one is asked for."""
        goal = self._goal(shipment)
        if goal is None or self._target is None:
            return True
        journey, _ = resolve(self._world, way, shipment)
        if journey is None:
            return False
        return self._odds.of_journey(journey, work_out(self._world, journey).dispatched, goal) >= self._target + _NOISE

    def _goal(self, shipment: Shipment) -> Goal | None:
        """Return where and by when goods should be received; None where nothing is promised."""
        days, fc = due_days(self._world, shipment).values(), self._world.network.place.get(shipment.destination_fc)
        rule = self._world.network.receiving_of(fc) if fc else None
        if not days or fc is None or rule is None:
            return None
        return Goal(fc, rule, min(days), self._world.tags(shipment.importer_id))

    def _better(self, shipment: Shipment, goal: Goal, than: float) -> Iterator[tuple[str, float]]:
        """Yield the ways that keep every rule and have a better chance: courier or departure, and the chance."""
        if too_large(self._world, shipment):
            return
        for ways, chance in self._likely(shipment, goal, than):
            for way in still_open(self._case, shipment.shipment_id, ways):
                if passable(self._case, way, shipment, None):
                    yield way.courier_id or way.departure_id, chance

    def _likely(self, shipment: Shipment, goal: Goal, than: float) -> Iterator[tuple[list[PlannedShipment], float]]:
        """Yield what might be passable ways with a better chance, those with the same chance together."""
        ready, network = day_number(shipment.ready_date), self._world.network
        for courier in network.couriers:
            chance = self._odds.of_courier(courier, ready, goal) if courier.market == goal.fc.market else 0.0
            if chance > than:
                yield [by_courier(shipment, courier)], chance
        warehouses = near_warehouses(self._world, shipment)
        for run in self._runs:
            starts = [place for place in warehouses if (place.place_id, run.lane.origin) in network.link]
            if starts and run.etd_date >= shipment.ready_date and self._odds.first_day(run) <= goal.day:
                for centre, chance in self._of_run(run, goal):
                    if chance > than:
                        yield [by_lane(shipment, place, run, centre) for place in starts], chance

    def _of_run(self, run: Run, goal: Goal) -> Iterator[tuple[Place | None, float]]:
        """Yield the centres behind a departure, None for the FC itself, and the chance of goods that go on from there."""
        network, gateway = self._world.network, run.gateway_in
        regime = network.regime.get(gateway.customs_regime)
        if regime is None:
            return
        for centre in self._centres.get(gateway.place_id, ()):
            leg = leg_of(centre)
            if leg and goal.fc.market in centre.serves_markets:
                drayage = network.link[gateway.place_id, centre.place_id]
                yield centre, self._odds.of_way(Way(run, regime, centre, drayage, leg == "ftl"), goal)
        if run.lane.buying == "load" and gateway.direct_tariff and goal.receiving.accepts_containers:
            yield None, self._odds.of_way(Way(run, regime, None, None, by_truck=False), goal)


def kept(case: Case) -> Iterator[Violation]:
    """Yield a violation for each planned shipment that could keep its promised date with a better chance, below the target."""
    if case.world.network.planning.chance_target is None:
        return
    promises = Promises(case)
    for each in case.travellers.values():
        yield from promises.broken(each)
