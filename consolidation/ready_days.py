"""When what takes a route is ready for its final leg: the chance of every day, by the figures on reliability.

A route says on which day its goods are ready for dispatch if nothing is late. Here the delays of its sailing, of a roll, of
the dwell at the gateway and at the deconsolidation centre and of an examination are added up, with the working days of both
in between. What :mod:`consolidation.simulation` draws is counted out here; chances of a day are the same but for luck.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from consolidation.routes import Routes, WorkingDays
from network import clock
from network.charges import falls_on
from network.delays import late_days, whole_days
from network.departures import Run, runs
from network.examinations import MILLIDAYS, MILLION, PER_EXAMINATION, chance_of, delay_of, joint_chance
from network.model import Network
from network.money import Float64, Int64
from network.price_tables import Charge
from network.reliability import Figures
from network.tables import Place
from network.tariffs import TariffBook

ROLLED_WITHIN = 42
"""Days after a departure within which the next one of its lane takes what it left behind."""
_WEEK = 7 * clock.DAY_MIN
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class ReadyDays:
    """Chances of the days on which routes are ready; K pairs of departure and centre, W days.

    Attributes
    ----------
    days : (W,) int64, day numbers; what is ready later is of no interest
    of_route : (R,) int64, pair of every route
    unexamined, examined : (K, W) float64, chance of each day if customs does not examine the goods, and if it does
    examination : (K,) int64, position of each pair among `examinations`
    examinations : charges that tell of an examination
    working : WorkingDays, from the first of the days on
    """

    days: Int64
    of_route: Int64
    unexamined: Float64
    examined: Float64
    examination: Int64
    examinations: tuple[tuple[Charge, ...], ...]
    working: WorkingDays

    def chance_examined(self, pairs: Int64, importers: Sequence[tuple[str, ...]]) -> Float64:
        """Return the chance that what takes some pairs is examined, compounded over its importers of record, (m,).

        Parameters
        ----------
        importers : tags of each
        """
        struck = (
            [chance_of(row) for tags in importers for row in rows if falls_on(row.importers, tags)]
            for rows in self.examinations
        )
        found = np.array([joint_chance(chances) / MILLION for chances in struck], dtype=np.float64)
        return found[self.examination[pairs]]


def ready_days(network: Network, routes: Routes, tariffs: TariffBook, last: int) -> ReadyDays:
    """Return the chances of the days on which every route is ready.

    Parameters
    ----------
    last : int, day number of the last day of interest
    """
    centres = len(routes.centres) + 1
    pairs, of_route = np.unique(routes.run * centres + routes.centre + 1, return_inverse=True)
    run, centre = np.divmod(pairs, centres)
    arrivals = _Arrivals(network, routes.runs, np.unique(run))
    days = np.arange(min(arrivals.first, last), last + 1)
    chain = _Chain(network, WorkingDays(network, int(days[0])), days)
    arrived = arrivals.by(days)
    rows = [_examinations(network, tariffs, each) for each in routes.runs]
    examined, unexamined = (np.zeros((len(pairs), len(days))) for _ in range(2))
    groups: dict[tuple[str, float, int], list[int]] = defaultdict(list)
    for pair, (r, c) in enumerate(zip(run.tolist(), (centre - 1).tolist(), strict=True)):
        delay = delay_of(rows[r][0]) / MILLIDAYS if rows[r] else 0.0
        groups[routes.runs[r].lane.destination, delay, c].append(pair)
    for (gateway, delay, c), members in groups.items():
        place, own = network.place[gateway], arrived[run[members]]
        for chances, held in ((unexamined, 0.0), (examined, delay)):
            ready = chain.cleared(own, place, held)
            chances[members] = np.diff(
                chain.devanned(ready, place, routes.centres[c]) if c >= 0 else ready, prepend=0.0
            )
    kinds = list(dict.fromkeys(rows))
    kind = np.array([kinds.index(each) for each in rows], dtype=np.int64)[run]
    return ReadyDays(days, of_route.reshape(-1), unexamined, examined, kind, tuple(kinds), chain.working)


def _examinations(network: Network, tariffs: TariffBook, run: Run) -> tuple[Charge, ...]:
    """Return the charges that tell of an examination of what a departure brings."""
    regime = network.regime.get(network.place[run.lane.destination].customs_regime)
    if regime is None:
        return ()
    charges = tariffs.for_entry(regime.entry_tariff, run.lane.mode, clock.date_of(run.eta_day))
    return tuple(charge for charge in charges if charge.basis == PER_EXAMINATION)


class _Arrivals:
    """Chances of the local days on which departures arrive, rolled loads with the next one.

    Attributes
    ----------
    first : int, first day on which any does
    """

    def __init__(self, network: Network, sailings: Sequence[Run], asked: Int64) -> None:
        self._network, self._sailings, self._asked = network, sailings, asked.tolist()
        figures = Figures(network)
        self._transit = {run.lane.lane_id: figures.of_lane(run.lane) for run in sailings}
        self._late: dict[tuple[str, int], tuple[int, Float64]] = {}
        self._rolled = self._next_of_lanes()
        firsts = [
            self._days(sailings[k].lane.lane_id, sailings[k].lane.destination, sailings[k].eta)[0] for k in self._asked
        ]
        self.first = min(firsts, default=int(_NEVER))

    def _next_of_lanes(self) -> dict[str, list[Run]]:
        """Return the departures of the lanes that may leave loads behind, by ETD."""
        lanes = {lane for lane, transit in self._transit.items() if transit.roll_chance}
        found: dict[str, list[Run]] = {lane: [] for lane in lanes}
        if lanes:
            first, last = (clock.date_of(choose(run.etd_day for run in self._sailings) + more)
                           for choose, more in ((min, 0), (max, ROLLED_WITHIN)))  # fmt: skip
            for run in runs(self._network, first, last):
                if run.lane.lane_id in found:
                    found[run.lane.lane_id].append(run)
        return found

    def _days(self, lane_id: str, gateway: str, eta: int) -> tuple[int, Float64]:
        """Return the first day on which what is due at an instant arrives, and the chances of the days from there on."""
        at = clock.local_time(eta, self._network.place[gateway].timezone)
        key = (lane_id, at.hour * 60 + at.minute)
        if key not in self._late:
            self._late[key] = late_days(self._transit[lane_id], key[1])
        first, chances = self._late[key]
        return clock.day_number(at.date()) + first, chances

    def by(self, days: Int64) -> Float64:
        """Return the chance that each departure has arrived by each day, (departures, W); 0 for those not asked for."""
        found = np.zeros((len(self._sailings), len(days)))
        for k in self._asked:
            run = self._sailings[k]
            transit = self._transit[run.lane.lane_id]
            found[k] = (1 - transit.roll_chance) * self._by(run, run.eta, days)
            if transit.roll_chance:
                found[k] += transit.roll_chance * self._by(run, self._eta_of_next(run), days)
        return found

    def _by(self, run: Run, eta: int, days: Int64) -> Float64:
        first, chances = self._days(run.lane.lane_id, run.lane.destination, eta)
        at = np.clip(days - first, -1, len(chances) - 1)
        return np.append(np.cumsum(chances), 0.0)[at]

    def _eta_of_next(self, run: Run) -> int:
        later = (other for other in self._rolled[run.lane.lane_id] if other.etd > run.etd and other.etd_day < run.etd_day + ROLLED_WITHIN)  # fmt: skip
        return next((other.eta for other in later), run.eta + _WEEK)


class _Chain:
    """What follows an arrival, on chances that something is done by each day, (k, W)."""

    def __init__(self, network: Network, working: WorkingDays, days: Int64) -> None:
        self._network, self.working, self._days = network, working, days
        self._cv = Figures(network).examination_cv()

    def cleared(self, arrived: Float64, gateway: Place, held: float) -> Float64:
        """Return by when goods are released and cleared, which an examination holds for some days."""
        regime = self._network.regime[gateway.customs_regime]
        dwelt = whole_days(gateway.dwell_days, gateway.dwell_sd_days)
        there = _later(arrived, np.convolve(dwelt, whole_days(held, held * self._cv, regime.clearance_days)))
        return self._opened(there, gateway, 0)

    def devanned(self, cleared: Float64, gateway: Place, centre: Place) -> Float64:
        """Return by when goods are ready for dispatch at a deconsolidation centre."""
        link = self._network.link[gateway.place_id, centre.place_id]
        arrived = self._opened(cleared, centre, math.ceil(link.transit_days))
        is_open = self.working.next_open(centre, self._days) == self._days
        done = _later(arrived[:, is_open], whole_days(centre.dwell_days, centre.dwell_sd_days))
        return np.pad(done, ((0, 0), (1, 0)))[:, np.cumsum(is_open)]

    def _opened(self, by: Float64, place: Place, days: int) -> Float64:
        """Return by when a place has been open, some days later."""
        return moved(by, self.working.next_open(place, self._days + days), self._days)


def moved(by: Float64, to: Int64, days: Int64) -> Float64:
    """Return the chances by day, (k, W), of what follows: what is done on a day leads to another day, never an earlier one for a later.

    Parameters
    ----------
    by : (k, W) float64, chance that something is done by each day
    to : (W,) int64, day number that each day leads to
    days : (W,) int64, day numbers
    """
    return np.pad(by, ((0, 0), (1, 0)))[:, np.searchsorted(to, days, side="right")]


def _later(by: Float64, chances: Float64) -> Float64:
    """Return the chances by day, (k, W), of what takes further days by chance."""
    found = np.zeros_like(by)
    for days, chance in _likely(chances[: by.shape[1]]):
        found[:, days:] += chance * by[:, : by.shape[1] - days]
    return found


def _likely(chances: Float64) -> Iterable[tuple[int, float]]:
    return ((days, chance) for days, chance in enumerate(chances.tolist()) if chance)
