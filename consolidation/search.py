"""The search for itineraries: starts of every shipment first, options a chunk of shipments at a time.

A quarter of a million options are a few megabytes, a hundred thousand shipments have a hundred million: so a
:class:`Search` keeps only what decides them, and :meth:`Search.rows` lays out those of a range of shipments.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from consolidation.chances import LOOKED_AHEAD, Chances
from consolidation.continuity import FIRST_PLAN, Continuity, Retracing
from consolidation.demand import Demand, measure
from consolidation.facts import Facts, Receivers
from consolidation.grouping import ragged
from consolidation.itineraries import COURIER, Itineraries, Refusals
from consolidation.ready_days import ready_days
from consolidation.receiving import NO_DAY
from consolidation.routes import Routes, build_routes
from consolidation.shipments import Shipment
from consolidation.skeletons import Skeletons
from consolidation.starts import Parcels, StartFinder, Starts
from network.customs import DutyBook
from network.geo import Locator
from network.model import Network
from network.money import Bools, Int64
from network.tariffs import TariffBook

_LONGEST = 1500
"""Days after the last arrival as planned by which all there is has been received: longer dates are not looked at."""


@dataclass(frozen=True)
class Rows:
    """The options of a range of shipments; m options, couriers first, then by start.

    Attributes
    ----------
    first, count : int, the shipments
    shipment, route, courier, leg : (m,) int64, as in :class:`~consolidation.itineraries.Itineraries`
    start : (m,) int64, position in :class:`Starts`, -1 for couriers
    dispatched_day, delivered_day, received_day : (m,) int64
    by_platform : (m,) bool, as in :class:`~consolidation.itineraries.Itineraries`
    arrival, onward : (m,) int64, equal where the journey until arrival, or after it, costs a shipment the same
    twin : (m,) int64, equal for a truck and the pallets or parcels that can stand in for it; -1 for couriers
    arrivals, onwards : positions of one option for each number of `arrival` and `onward`
    routes : int, routes of the horizon
    """

    first: int
    count: int
    shipment: Int64
    route: Int64
    courier: Int64
    leg: Int64
    start: Int64
    dispatched_day: Int64
    delivered_day: Int64
    received_day: Int64
    by_platform: Bools
    arrival: Int64
    onward: Int64
    twin: Int64
    arrivals: Int64
    onwards: Int64
    routes: int

    @property
    def way(self) -> Int64:
        """Route or, behind the routes, courier, (m,)."""
        return np.where(self.courier >= 0, self.routes + self.courier, self.route)


@dataclass(frozen=True)
class Search:
    """Every itinerary of every shipment, laid out when asked for.

    Attributes
    ----------
    demand : Demand
    facts : Facts, about the routes
    receivers : Receivers
    starts, parcels, skeletons : what decides the options
    refusals : how many chains each rule refused, per shipment
    retracing : Retracing, where the journeys of an earlier plan are found
    freely : Search or None, of shipments of which something is held, or ways are refused by their chance, as if nothing
        were: how they could be sent alone
    chances : Chances or None, of ways to keep promised dates, where the network asks for a chance
    best_chance : the best one of every shipment with a promised date, by position
    """

    demand: Demand
    facts: Facts
    receivers: Receivers
    starts: Starts
    parcels: Parcels
    skeletons: Skeletons
    refusals: Refusals
    retracing: Retracing
    freely: Search | None = None
    chances: Chances | None = None
    best_chance: Mapping[int, float] = field(default_factory=dict)

    @property
    def routes(self) -> Routes:
        """Routes of the horizon."""
        return self.facts.routes

    @cached_property
    def options_of_start(self) -> Int64:
        """Number of options of every start, (p,)."""
        return np.diff(self.skeletons.start)[self.starts.skeleton]

    @cached_property
    def served(self) -> set[int]:
        """Shipments with at least one option."""
        return {*self.starts.shipment[self.options_of_start > 0].tolist(), *self.parcels.shipment.tolist()}

    def rows(self, first: int, last: int) -> Rows:
        """Return the options of the shipments in first..last-1."""
        by_lane, by_courier = self._lane_rows(first, last), self._courier_rows(first, last)
        for name, rows in (("arrival", "arrivals"), ("onward", "onwards")):
            by_lane[name] += len(by_courier[rows])
            by_lane[rows] += len(by_courier["shipment"])
        joined = {name: np.concatenate([by_courier[name], by_lane[name]]) for name in by_lane}
        return Rows(first, last - first, routes=len(self.routes.run), **joined)

    def _courier_rows(self, first: int, last: int) -> dict[str, Int64]:
        parcels = self.parcels
        a, b = np.searchsorted(parcels.shipment, (first, last)).tolist()
        shipment, delivered = parcels.shipment[a:b], parcels.delivered_day[a:b]
        none, each = np.full(b - a, -1, dtype=np.int64), np.arange(b - a, dtype=np.int64)
        received = self.receivers.received(self.receivers.of_shipment[shipment], delivered)
        return {
            "shipment": shipment, "route": none, "courier": parcels.courier[a:b], "leg": np.full(b - a, COURIER), "start": none,
            "dispatched_day": self.demand.ready_day[shipment], "delivered_day": delivered,
            "received_day": received, "by_platform": none >= 0, "arrival": each, "onward": each, "twin": none, "arrivals": each,
            "onwards": each,
        }  # fmt: skip

    def _lane_rows(self, first: int, last: int) -> dict[str, Int64]:
        starts, skeletons = self.starts, self.skeletons
        a, b = np.searchsorted(starts.shipment, (first, last)).tolist()
        skeleton = starts.skeleton[a:b]
        start, place = ragged(self.options_of_start[a:b])
        at = skeletons.start[skeleton][start] + place
        route, leg, shipment = skeletons.route[at], skeletons.leg[at], starts.shipment[a:b][start]
        dispatched = self.facts.dispatched[leg, route]
        fc = self.receivers.of_shipment[shipment]
        delivered = self.receivers.delivered(fc, self.facts.end_of(leg, route), dispatched)
        numbers = {}
        for name in ("arrival", "onward", "twin"):
            count = getattr(skeletons, f"{name}s")[skeleton]
            numbers[name] = (np.cumsum(count) - count)[start] + getattr(skeletons, name)[at]
        return {
            "shipment": shipment, "route": route, "courier": np.full(len(at), -1), "leg": leg, "start": a + start,
            "dispatched_day": dispatched, "delivered_day": delivered,
            "received_day": self.receivers.received(fc, delivered),
            "by_platform": np.zeros(len(at), dtype=np.bool_),
            **numbers, "arrivals": _sample(numbers["arrival"]), "onwards": _sample(numbers["onward"]),
        }  # fmt: skip

    def take(self, rows: Rows, positions: Int64) -> Itineraries:
        """Return some of the options laid out, as itineraries."""
        columns = ("shipment", "route", "courier", "leg", "by_platform")
        return self.itineraries(*(getattr(rows, name)[positions] for name in columns))

    def itineraries(
        self, shipment: Int64, route: Int64, courier: Int64, leg: Int64, by_platform: Bools | None = None
    ) -> Itineraries:
        """Return options with their days and distances.

        Parameters
        ----------
        shipment, route, courier, leg : (m,) int64, options of this search
        by_platform : (m,) bool or None, whether the platform is importer of record; None: never
        """
        starts, parcels, receivers, moved = self.starts, self.parcels, self.receivers, route >= 0
        warehouse = np.append(self.routes.warehouse, 0)[route]
        start = _position(_pair(starts.shipment, starts.warehouse), _pair(shipment, warehouse))
        parcel = _position(_pair(parcels.shipment, parcels.courier), _pair(shipment, courier))
        ready, fc = self.demand.ready_day[shipment], receivers.of_shipment[shipment]
        end = np.zeros(len(route), dtype=np.int64)
        end[moved] = self.facts.end_of(leg[moved], route[moved])
        dispatched, delivered = ready.copy(), np.append(parcels.delivered_day, 0)[parcel]
        dispatched[moved] = self.facts.dispatched[leg[moved], route[moved]]
        delivered[moved] = receivers.delivered(fc[moved], end[moved], dispatched[moved])
        return Itineraries(
            demand=self.demand,
            routes=self.routes,
            storage=self.facts.storage,
            refusals=self.refusals,
            shipment=shipment,
            route=route,
            courier=courier,
            leg=leg,
            collection_km=np.where(moved, np.append(starts.km, 0.0)[start], 0.0),
            leg_km=np.where(moved, receivers.km[fc, end], 0.0) if len(fc) else np.zeros(0, dtype=np.float64),
            warehouse_day=np.where(moved, np.append(starts.warehouse_day, 0)[start], ready),
            stuffed_day=np.where(moved, np.append(starts.stuffed_day, 0)[start], ready),
            dispatched_day=dispatched,
            delivered_day=delivered,
            received_day=receivers.received(fc, delivered),
            by_platform=np.zeros(len(shipment), dtype=np.bool_) if by_platform is None else by_platform,
        )

    def all(self) -> Itineraries:
        """Return every option, by shipment."""
        rows = self.rows(0, len(self.demand.shipments))
        return self.take(rows, np.argsort(rows.shipment, kind="stable"))


def horizon(network: Network, shipments: Sequence[Shipment]) -> tuple[dt.date, dt.date]:
    """Return the first and last local date of departures considered.

    They run from the first ready date to ``planning.horizon_days`` after the last, so that every shipment sees the
    same number of days ahead.
    """
    ready = [shipment.ready_date for shipment in shipments] or [dt.date(1970, 1, 1)]
    return min(ready), max(ready) + dt.timedelta(days=network.planning.horizon_days)


def search_itineraries(
    network: Network,
    shipments: Sequence[Shipment],
    tariffs: TariffBook,
    duties: DutyBook,
    *,
    every: bool = False,
    continuity: Continuity = FIRST_PLAN,
) -> Search:
    """Return the search for the itineraries of every shipment, with what was refused and by which rule.

    Parameters
    ----------
    every : keep later departures that no plan needs (:mod:`consolidation.skeletons`)
    continuity : what an earlier plan holds, and from when on things may be started
    """
    demand = measure(network, shipments, Locator(network.places))
    routes = build_routes(network, tariffs, *horizon(network, shipments))
    facts = Facts(network, routes, tariffs, duties)
    receivers = Receivers(facts, demand.fcs)
    retracing = Retracing(network, routes, facts.storage, continuity, len(shipments))
    chances = _chances(network, demand, receivers, tariffs)
    finder = StartFinder(network, demand, receivers, continuity, retracing, every=every, chances=chances)
    for position in range(len(shipments)):
        finder.add(position)
    freely = _freely(finder, retracing, continuity, every=every)
    return Search(demand, facts, receivers, *finder.finish(), retracing, freely, chances, finder.best_chance)


def _chances(network: Network, demand: Demand, receivers: Receivers, tariffs: TariffBook) -> Chances | None:
    """Return the chances of ways to keep promised dates; None where none is asked for, or nothing is promised."""
    routes, last = receivers.facts.routes, int(demand.due_day.max(initial=NO_DAY))
    if network.planning.chance_target is None or last == NO_DAY:
        return None
    latest = int(routes.eta_day.max(initial=0)) + _LONGEST if len(routes.eta_day) else last
    ready = ready_days(network, routes, tariffs, min(last + LOOKED_AHEAD, latest))
    return Chances(network, receivers.facts, receivers, ready)


def _freely(finder: StartFinder, retracing: Retracing, continuity: Continuity, *, every: bool) -> Search | None:
    """Return the search of the shipments that are bound to something, as if they were not; None where none is."""
    held = {
        position for position, journey in enumerate(continuity.journeys) if journey is not None and journey.is_bound
    }
    bound = sorted(held | finder.best_chance.keys())
    if not bound:
        return None
    demand, receivers = finder.demand, finder.receivers
    free = StartFinder(finder.network, demand, receivers, FIRST_PLAN, retracing, every=every)
    for position in bound:
        free.add(position)
    return Search(demand, receivers.facts, receivers, *free.finish(), retracing)


def enumerate_itineraries(
    network: Network, shipments: Sequence[Shipment], tariffs: TariffBook, duties: DutyBook
) -> Itineraries:
    """Return every feasible itinerary of every shipment."""
    return search_itineraries(network, shipments, tariffs, duties, every=True).all()


def _pair(shipment: Int64, other: Int64) -> Int64:
    return shipment * 2**24 + other


def _position(known: Int64, asked: Int64) -> Int64:
    """Return where each pair asked for stands among the known ones; the last or none where it does not."""
    order = np.argsort(known, kind="stable")
    place = np.minimum(np.searchsorted(known[order], asked), len(known) - 1)
    return order[place] if len(known) else np.full(len(asked), -1, dtype=np.int64)


def _sample(number: Int64) -> Int64:
    """Return a position of every number, where each of 0..k-1 occurs."""
    found = np.empty(int(number.max(initial=-1)) + 1, dtype=np.int64)
    found[number] = np.arange(len(number))
    return found
