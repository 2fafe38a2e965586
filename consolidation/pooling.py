"""Where shipments can share: trunk pools and truck pools of every option, and what may be opened in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from consolidation.itineraries import DIRECT, FTL
from consolidation.loads import Haul, LoadOffer, LoadPricer
from consolidation.search import Rows, Search
from network import clock
from network.model import Network
from network.money import Int64
from network.price_tables import Charge
from network.tables import Place
from network.tariffs import TariffBook

NEVER = np.iinfo(np.int64).max // 4
"""A price that nothing pays: above any cost, and four of them still fit an int64."""


@dataclass(frozen=True, slots=True)
class TrunkPool:
    """Where shipments can share a container: one route, and one FC when the container goes on unopened."""

    route: int
    fc: Place | None
    regime_id: str
    mode: str
    entry_charges: tuple[Charge, ...]


@dataclass(frozen=True, slots=True)
class TruckPool:
    """Where shipments can share a truck: deconsolidation centre, FC and day."""

    centre: Place
    fc: Place
    day: int


class Pooling:
    """Gives every option its trunk pool and its truck pool: numbers, -1 for none.

    The numbers rise with route and FC, and with centre, FC and day.

    Attributes
    ----------
    trunks, trucks : int, numbers given to pools, used or not
    """

    def __init__(self, network: Network, tariffs: TariffBook, search: Search) -> None:
        self._network, self._tariffs, self._search = network, tariffs, search
        self._routes, self._fcs = search.routes, search.receivers.fcs
        self._loads = LoadPricer(network, tariffs)
        direct = self._routes.centre < 0
        pools = np.where(self._routes.pooled, np.where(direct, len(self._fcs), 1), 0)
        self._trunk_start = np.concatenate([[0], np.cumsum(pools)]).astype(np.int64)
        truck_day = search.facts.truck_day
        self._first = int(truck_day.min(initial=NEVER)) if len(truck_day) else 0
        self._days = int(truck_day.max(initial=self._first)) - self._first + 1
        self.trunks = int(self._trunk_start[-1])
        self.trucks = len(self._routes.centres) * len(self._fcs) * self._days

    def trunk(self, rows: Rows) -> Int64:
        """Return the trunk pool of every option, (m,)."""
        fc = self._search.receivers.of_shipment[rows.shipment]
        number = self._trunk_start[rows.route] + np.where(rows.leg == DIRECT, fc, 0)
        return np.where(np.append(self._routes.pooled, False)[rows.route], number, -1)

    def truck(self, rows: Rows) -> Int64:
        """Return the truck pool of every option, (m,)."""
        fc, centre = self._search.receivers.of_shipment[rows.shipment], np.append(self._routes.centre, -1)[rows.route]
        number = (centre * len(self._fcs) + fc) * self._days + rows.dispatched_day - self._first
        return np.where(rows.leg == FTL, number, -1)

    def trunk_pool(self, number: int) -> tuple[TrunkPool, tuple[LoadOffer, ...]]:
        """Return a trunk pool and what may be opened in it."""
        route = int(np.searchsorted(self._trunk_start, number, side="right")) - 1
        routes, network = self._routes, self._network
        run, centre_number = routes.runs[int(routes.run[route])], int(routes.centre[route])
        fc = self._fcs[number - int(self._trunk_start[route])] if centre_number < 0 else None
        centre = None if fc is not None else routes.centres[centre_number]
        etd, eta = clock.date_of(int(routes.etd_day[route])), clock.date_of(int(routes.eta_day[route]))
        warehouse = routes.warehouses[int(routes.warehouse[route])]
        regime = network.regime[network.place[run.lane.destination].customs_regime]
        charges = self._tariffs.for_entry(regime.entry_tariff, run.lane.mode, eta)
        pool = TrunkPool(route, fc, regime.regime_id, run.lane.mode, charges)
        return pool, self._loads.trunk(Haul(warehouse, run.lane, centre, fc, etd, eta))

    def truck_pool(self, number: int) -> tuple[TruckPool, tuple[LoadOffer, ...]]:
        """Return a truck pool and what may be opened in it."""
        pair, day = divmod(number, self._days)
        centre, fc = divmod(pair, len(self._fcs))
        pool = TruckPool(self._routes.centres[centre], self._fcs[fc], day + self._first)
        return pool, self._loads.truck(pool.centre, pool.fc, clock.date_of(pool.day))

    def trunk_price(self, used: Int64) -> Int64:
        """Return the price of the cheapest load of the trunk pools `used`, same shape."""
        return _cheapest(self.trunk_pool(number)[1] for number in used.tolist())

    def truck_price(self, used: Int64) -> Int64:
        """Return the price of the cheapest truck of the truck pools `used`, same shape."""
        return _cheapest(self.truck_pool(number)[1] for number in used.tolist())


def _cheapest(offers: Iterable[tuple[LoadOffer, ...]]) -> Int64:
    prices = [min((offer.price for offer in row), default=NEVER) for row in offers]
    return np.array(prices, dtype=np.int64)
