"""Overseas warehouses: goods leave a deconsolidation centre for storage near the market, and go on to the FC later.

A *stay* is a warehouse, the way the goods go on from it, and the days after which they do. Behind each route, a stay
has its days; what it costs a shipment depends on the route's centre and on the days stored only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from consolidation.plan_model import Replenishment
from consolidation.routes import Routes
from network.model import Network
from network.money import Bools, Int64
from network.tables import Link, Place

REPLENISHMENTS: tuple[Replenishment, ...] = ("ltl", "parcel")
"""How goods go on from an overseas warehouse: on shared pallets, by parcel."""


def replenishment_tariff(place: Place, by: Replenishment) -> str:
    """Return the tariff by which an overseas warehouse sends goods on; blank where it does not."""
    return place.ltl_tariff if by == "ltl" else place.parcel_tariff


@dataclass(frozen=True)
class Stay:
    """One way to store goods.

    Attributes
    ----------
    place : position of the overseas warehouse
    by : how the goods go on to the FC
    days : int, whole days before they do; more where the warehouse is closed
    """

    place: int
    by: Replenishment
    days: int


class Storage:
    """The stays on offer behind the R routes of a horizon; W overseas warehouses, S stays.

    Attributes
    ----------
    places : tuple of Place
    stays : tuple of Stay
    place_of : (S,) int64, warehouse of every stay
    reached : (W, R) bool, whether a shuttle leads from the centre of a route to a warehouse
    arrived : (W, R) int64, day on which goods are in; the day they are ready at the centre where none leads there
    """

    def __init__(self, network: Network, routes: Routes) -> None:
        places = [place for place in network.places if place.kind == "overseas_warehouse" and not place.closed]
        links = {(row.origin, row.destination): row for row in network.links if row.kind == "shuttle"}
        self.places: tuple[Place, ...] = tuple(
            place for place in places if any((centre.place_id, place.place_id) in links for centre in routes.centres)
        )
        days = sorted({int(text) for text in network.planning.overseas_days})
        self.stays = tuple(
            Stay(position, by, count)
            for position, place in enumerate(self.places)
            for by in REPLENISHMENTS
            for count in days
            if replenishment_tariff(place, by)
        )
        self.place_of = np.array([stay.place for stay in self.stays], dtype=np.int64)
        self.days_of = np.array([stay.days for stay in self.stays], dtype=np.int64)
        self._routes, self._links = routes, links
        shape = (len(self.places), len(routes.run))
        self.reached, self.arrived = np.zeros(shape, dtype=np.bool_), np.empty(shape, dtype=np.int64)
        self.arrived[:] = routes.ready_day
        for position in range(len(self.places)):
            self._reach(position)

    def _reach(self, position: int) -> None:
        routes, place = self._routes, self.places[position]
        for number in range(len(routes.centres)):
            link = self.shuttle(position, number)
            if link is not None:
                rows = np.flatnonzero((routes.centre == number) & ~routes.alone)
                self.reached[position, rows] = True
                in_by = routes.ready_day[rows] + math.ceil(link.transit_days)
                self.arrived[position, rows] = routes.working.next_open(place, in_by)

    def shuttle(self, place: int, centre: int) -> Link | None:
        """Return the link from a deconsolidation centre to an overseas warehouse, by position, or None."""
        return self._links.get((self._routes.centres[centre].place_id, self.places[place].place_id))

    @cached_property
    def left(self) -> Int64:
        """Day on which goods leave for the FC by stay and route, (S, R): an open one, the days of the stay later."""
        working = self._routes.working
        rows = [working.next_open(self.places[stay.place], self.arrived[stay.place] + stay.days) for stay in self.stays]
        return np.array(rows, dtype=np.int64).reshape(len(self.stays), len(self._routes.run))

    def days(self, stay: Int64, route: Int64) -> Int64:
        """Return the days that goods are stored, (m,)."""
        found: Int64 = self.left[stay, route] - self.arrived[self.place_of[stay], route]
        return found

    def serving(self, market: str) -> Bools:
        """Return which warehouses deliver to the FCs of a market, (W,)."""
        return np.array([market in place.serves_markets for place in self.places], dtype=np.bool_)
