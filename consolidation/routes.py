"""Routes: every dated way from an origin warehouse to a deconsolidation centre, before any shipment is looked at.

A route is a warehouse, a departure reached from it by a road link, and what follows the arrival: a
deconsolidation centre, or the gateway itself when the container goes on unopened (*direct*). Its days do not
depend on the shipment; they are computed once, here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from network import clock
from network.departures import HANDOVER_HOUR, Run, runs
from network.geo import distance_km
from network.model import Network
from network.money import Bools, Int64
from network.tables import Link, Place
from network.tariffs import TariffBook

_TABLE_DAYS = 400


class WorkingDays:
    """Next-working-day tables of places, made once per calendar.

    Parameters
    ----------
    first : int, first day number that will be asked for
    """

    def __init__(self, network: Network, first: int) -> None:
        self._network = network
        self.first = first
        self._tables: dict[tuple[object, ...], Int64] = {}
        self._own = {row.calendar for row in network.calendars}

    def _table(self, place: Place, last: int) -> Int64:
        """Return next working days from the first day on, at least to `last`; tables grow when asked for more."""
        key = (place.country, place.closed_weekdays, place.place_id if place.place_id in self._own else "")
        table = self._tables.get(key)
        if table is None or last - self.first >= len(table):
            days = max(_TABLE_DAYS, 2 * (last - self.first + 1))
            table = self._tables[key] = self._network.calendar(place).table(self.first, days)
        return table

    def next_open(self, place: Place, days: Int64) -> Int64:
        """Return the first working day on or after each day.

        Parameters
        ----------
        days : (n,) int64, day numbers, none before the first day
        """
        asked = np.asarray(days)
        found: Int64 = self._table(place, int(asked.max(initial=self.first)))[asked - self.first]
        return found

    def add_days(self, place: Place, days: Int64, count: int) -> Int64:
        """Return the working day `count` working days after the first working day on or after each day."""
        found = self.next_open(place, days)
        for _ in range(count):
            found = self.next_open(place, found + 1)
        return found


@dataclass(frozen=True)
class Routes:
    """Every route of a horizon as arrays; R routes.

    Attributes
    ----------
    warehouses, centres : tuple of Place
        Origin warehouses and deconsolidation centres that the index arrays point into.
    runs : tuple of Run
        Dated departures.
    warehouse, run, centre : (R,) int64
        Indices; ``centre`` is -1 for a direct container.
    alone, pooled : (R,) bool
        Bought by the seller for itself; whole loads are shared.
    stuffed_by_day : (R,) int64
        Last day on which goods may be stuffed and still make the cut-off.
    etd_day, eta_day, released_day, cleared_day, arrived_day, ready_day : (R,) int64
        Day numbers: departure, arrival, released by the terminal, cleared, in at the deconsolidation centre,
        ready for dispatch there (for a direct container the last two repeat ``cleared_day``).
    refused : Counter
        Routes left out, by rule.
    unpriced : dict
        Day numbers of the departures of each lane on which no rate is in force.
    """

    warehouses: tuple[Place, ...]
    centres: tuple[Place, ...]
    runs: tuple[Run, ...]
    warehouse: Int64
    run: Int64
    centre: Int64
    alone: Bools
    pooled: Bools
    stuffed_by_day: Int64
    etd_day: Int64
    eta_day: Int64
    released_day: Int64
    cleared_day: Int64
    arrived_day: Int64
    ready_day: Int64
    working: WorkingDays
    refused: Counter[str]
    unpriced: dict[str, list[int]]

    @cached_property
    def of_warehouse(self) -> tuple[Int64, ...]:
        """Routes of each warehouse, as index arrays."""
        return tuple(np.flatnonzero(self.warehouse == w) for w in range(len(self.warehouses)))


@dataclass(frozen=True, slots=True)
class _Route:
    warehouse: int
    run: int
    centre: int
    alone: bool
    days: tuple[int, ...]


def build_routes(network: Network, tariffs: TariffBook, first: dt.date, last: dt.date) -> Routes:
    """Return every route of the departures that leave between two dates (local, both included)."""
    dated = runs(network, first, last)
    warehouses = tuple(place for place in network.places if place.kind == "origin_warehouse" and not place.closed)
    centres = tuple(place for place in network.places if place.kind == "deconsolidation_centre" and not place.closed)
    working = WorkingDays(network, clock.day_number(first) - 30)
    builder = _Builder(network, tariffs, warehouses, centres, working)
    found = [route for position, run in enumerate(dated) for route in builder.routes(position, run)]
    days = np.array([route.days for route in found], dtype=np.int64).reshape(len(found), 7)
    return Routes(
        warehouses,
        centres,
        tuple(dated),
        warehouse=np.array([route.warehouse for route in found], dtype=np.int64),
        run=np.array([route.run for route in found], dtype=np.int64),
        centre=np.array([route.centre for route in found], dtype=np.int64),
        alone=np.array([route.alone for route in found], dtype=np.bool_),
        pooled=np.array([dated[route.run].lane.buying == "load" for route in found], dtype=np.bool_),
        stuffed_by_day=days[:, 0],
        etd_day=days[:, 1],
        eta_day=days[:, 2],
        released_day=days[:, 3],
        cleared_day=days[:, 4],
        arrived_day=days[:, 5],
        ready_day=days[:, 6],
        working=working,
        refused=builder.refused,
        unpriced=builder.unpriced,
    )


class _Builder:
    def __init__(
        self,
        network: Network,
        tariffs: TariffBook,
        warehouses: tuple[Place, ...],
        centres: tuple[Place, ...],
        working: WorkingDays,
    ) -> None:
        self._network, self._tariffs, self._working = network, tariffs, working
        self._warehouses = {place.place_id: k for k, place in enumerate(warehouses)}
        self._centres = {place.place_id: k for k, place in enumerate(centres)}
        self._places = warehouses, centres
        self._into: dict[str, list[Link]] = {}
        self._onward: dict[str, list[Link]] = {}
        for link in network.links:
            if link.origin in self._warehouses:
                self._into.setdefault(link.destination, []).append(link)
            elif link.destination in self._centres:
                self._onward.setdefault(link.origin, []).append(link)
        self.refused: Counter[str] = Counter()
        self.unpriced: dict[str, list[int]] = {}

    def routes(self, position: int, run: Run) -> Iterator[_Route]:
        """Yield the routes that use one run."""
        lane = run.lane
        destination = self._network.place[lane.destination]
        regime = self._network.regime.get(destination.customs_regime)
        if regime is None:
            self.refused["CUSTOMS.NO_POINT"] += 1
            return
        for alone in (False, True):
            if not self._offered(run, alone):
                continue
            for link in self._into.get(lane.origin, ()):
                warehouse = self._warehouses[link.origin]
                stuffed_by = self._stuffed_by(run, link)
                released = run.eta_day + math.ceil(destination.dwell_days)
                cleared = self._next_open(destination, released + math.ceil(regime.clearance_days))
                start = (stuffed_by, run.etd_day, run.eta_day, released, cleared)
                for onward in self._onward.get(lane.destination, ()):
                    centre = self._centres[onward.destination]
                    place = self._places[1][centre]
                    arrived = self._next_open(place, cleared + math.ceil(onward.transit_days))
                    ready = int(self._working.add_days(place, np.array([arrived]), math.ceil(place.dwell_days))[0])
                    yield _Route(warehouse, position, centre, alone, (*start, arrived, ready))
                if lane.buying == "load" and destination.direct_tariff:
                    yield _Route(warehouse, position, -1, alone, (*start, cleared, cleared))

    def _next_open(self, place: Place, day: int) -> int:
        return int(self._working.next_open(place, np.array([day]))[0])

    def _offered(self, run: Run, alone: bool) -> bool:
        lane, date = run.lane, clock.date_of(run.etd_day)
        if alone:
            return lane.buying == "space" and bool(
                lane.alone_tariff and self._tariffs.for_shipment(lane.alone_tariff, lane.mode, date)
            )
        if lane.buying == "space":
            priced = bool(self._tariffs.for_shipment(lane.tariff, lane.mode, date))
        else:
            priced = any(self._tariffs.for_load(lane.tariff, lane.mode, date, name) for name in lane.equipment)
        if not priced:
            self.refused["TARIFF.NONE"] += 1
            self.unpriced.setdefault(lane.lane_id, []).append(run.etd_day)
        return priced

    def _stuffed_by(self, run: Run, link: Link) -> int:
        latest = run.cutoff - round(link.transit_days * clock.DAY_MIN)
        local = clock.local_time(latest, self._network.place[link.origin].timezone)
        day = clock.day_number(local.date())
        return day if local.hour >= HANDOVER_HOUR else day - 1


def road_km(network: Network, origin: Place, destination: Place) -> float:
    """Return the road distance between two places in km, to 0.1 km: the link's own, else geodesic x road factor."""
    link = network.link.get((origin.place_id, destination.place_id))
    if link is not None and link.distance_km is not None:
        return link.distance_km
    return road_km_between(network, (origin.lat, origin.lon), (destination.lat, destination.lon))


def road_km_between(network: Network, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the estimated road distance between two points (latitude, longitude) in km, to 0.1 km."""
    return round(distance_km(*a, *b) * network.planning.road_factor, 1)
