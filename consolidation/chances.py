"""How likely goods are received by a promised date, by each of their ways: the rule ``CHANCE.TARGET``.

With a target (``planning.chance_target``) a way of a shipment with a due date or a sales event is refused if the chance to
be received by then is below it. Where no way reaches the target those with the best chance are left. Counted are the delays
that :mod:`consolidation.ready_days` adds up, an examination with the chance of the shipment's own importer of record, the
working days and whole trucks on the way, and the days that the FC takes to receive. What others in its load add to the
chance of an examination depends on the plan: :mod:`consolidation.notices` tells it afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from consolidation.facts import Facts, Receivers
from consolidation.itineraries import FTL, OVERSEAS
from consolidation.ready_days import ReadyDays
from consolidation.receiving import days_to_receive, received
from network.delays import courier_days, receipt_within
from network.model import Network
from network.money import Float64, Int64
from network.reliability import Figures

SLACK = 1e-9
"""By how much a chance may miss the target: more than sums of chances are off."""
LOOKED_AHEAD = 60
"""Days after the last promised date in which a date is looked for that can be promised."""


class Promise(NamedTuple):
    """What some shipments have in common that decides their chances: FC (number), day promised, tags of their importers."""

    fc: int
    day: int
    importer: tuple[str, ...]


class Chances:
    """Chances of ways to be received by a promised day."""

    def __init__(self, network: Network, facts: Facts, receivers: Receivers, ready: ReadyDays) -> None:
        self._network, self._facts, self._receivers, self._ready = network, facts, receivers, ready
        figures = Figures(network)
        self._spread = [figures.receiving_cv(fc) for fc in receivers.fcs]
        self._couriers = [
            courier_days(figures.of_courier(courier), courier.transit_days) for courier in network.couriers
        ]
        self._trucks: dict[int, Int64] = {}
        self._ends: dict[int, tuple[Int64, Float64, Float64]] = {}
        self._by_end: dict[tuple[int, int, bool, int], tuple[Float64, Float64]] = {}

    def of(self, promise: Promise, leg: int, routes: Int64, importers: Sequence[tuple[str, ...]] = ()) -> Float64:
        """Return the chance of each of some routes with a final leg, (m,).

        Parameters
        ----------
        importers : tags of the importers of all that is examined together; none: the shipment's own
        """
        if not len(routes):
            return np.zeros(0)
        pairs = self._ready.of_route[routes]
        clear, examined = self._stored(promise, leg, routes) if leg >= OVERSEAS else self._direct(promise, leg, routes)
        share = self._ready.chance_examined(pairs, importers or [promise.importer])
        found: Float64 = (1 - share) * clear + share * examined
        return found

    def of_courier(self, promise: Promise, courier: int, ready: int) -> float:
        """Return the chance of a courier (number) that takes goods ready on a day."""
        chances = self._couriers[courier]
        days = ready + np.arange(len(chances))
        fc = self._receivers.fcs[promise.fc]
        delivered = self._facts.routes.working.next_open(fc, days)
        return float(chances @ self._within(promise, delivered))

    def _direct(self, promise: Promise, leg: int, routes: Int64) -> tuple[Float64, Float64]:
        """Return the chances of routes without a stay in storage, not examined and examined."""
        ends, pairs = self._facts.end[routes], self._ready.of_route[routes]
        clear, examined = np.zeros(len(routes)), np.zeros(len(routes))
        for end in np.unique(ends).tolist():
            own = ends == end
            by_pair = self._of_end(promise, end, by_truck=leg == FTL)
            at = np.searchsorted(self._pairs_of(end)[0], pairs[own])
            clear[own], examined[own] = by_pair[0][at], by_pair[1][at]
        return clear, examined

    def _of_end(self, promise: Promise, end: int, *, by_truck: bool) -> tuple[Float64, Float64]:
        """Return the chances of all pairs whose final legs start at an end."""
        key = (promise.fc, promise.day, by_truck, end)
        if key not in self._by_end:
            days = self._truck_days(end) if by_truck else self._ready.days
            in_time = self._delivered_in_time(promise, end, days)
            _, clear, examined = self._pairs_of(end)
            self._by_end[key] = clear @ in_time, examined @ in_time
        return self._by_end[key]

    def _stored(self, promise: Promise, leg: int, routes: Int64) -> tuple[Float64, Float64]:
        """Return the chances of routes with a stay in storage: it ends on the planned day, or when goods come later, at once."""
        storage, ready = self._facts.storage, self._ready
        place = storage.stays[leg - OVERSEAS].place
        left, centres = self._facts.dispatched[leg, routes], self._facts.routes.centre[routes]
        found = np.zeros((2, len(routes)))
        for centre in np.unique(centres).tolist():
            own = np.flatnonzero(centres == centre)
            shuttle = storage.shuttle(place, centre)
            assert shuttle is not None
            arrived = ready.working.next_open(storage.places[place], ready.days + math.ceil(shuttle.transit_days))
            end = len(self._facts.routes.centres) + len(self._facts.pod_ids) + place
            for day in np.unique(left[own]).tolist():
                same = own[left[own] == day]
                in_time = self._delivered_in_time(promise, end, np.maximum(arrived, day))
                pairs = ready.of_route[routes[same]]
                found[:, same] = ready.unexamined[pairs] @ in_time, ready.examined[pairs] @ in_time
        return found[0], found[1]

    def _delivered_in_time(self, promise: Promise, end: int, dispatched: Int64) -> Float64:
        """Return the chance to be in time of what leaves an end on some days, (m,)."""
        fc = self._receivers.fcs[promise.fc]
        arrived = dispatched + self._receivers.drive_days[promise.fc, end]
        return self._within(promise, self._ready.working.next_open(fc, arrived))

    def _within(self, promise: Promise, delivered: Int64) -> Float64:
        """Return the chance that goods delivered on some days are received by the promised one, (m,)."""
        fc = self._receivers.fcs[promise.fc]
        rule = tuple(np.array([part]) for part in days_to_receive(self._network.receiving_of(fc)))
        planned = received((rule[0], rule[1], rule[2], rule[3]), delivered) - delivered
        return receipt_within(planned, self._spread[promise.fc], promise.day - delivered)

    def _pairs_of(self, end: int) -> tuple[Int64, Float64, Float64]:
        """Return the pairs whose routes end somewhere, in rising order, and when they are ready."""
        if end not in self._ends:
            pairs = np.unique(self._ready.of_route[self._facts.end == end])
            self._ends[end] = pairs, self._ready.unexamined[pairs], self._ready.examined[pairs]
        return self._ends[end]

    def _truck_days(self, centre: int) -> Int64:
        """Return the day on which a whole truck takes what is ready on each of the days, (W,)."""
        if centre not in self._trucks:
            calendar = self._network.calendar(self._facts.routes.centres[centre])
            weekdays = {int(day) for day in self._network.planning.truck_dispatch_weekdays}
            found = [calendar.next_weekday(day, weekdays) for day in self._ready.days.tolist()]
            self._trucks[centre] = np.array(found, dtype=np.int64)
        return self._trucks[centre]
