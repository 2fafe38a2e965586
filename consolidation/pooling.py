"""Where shipments can share: trunk pools and truck pools of every option, and what may be opened in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from consolidation.itineraries import DIRECT, FTL, Itineraries
from consolidation.loads import Haul, LoadOffer, LoadPricer
from network import clock
from network.model import Network
from network.money import Bools, Int64
from network.tables import Charge, Place
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
    """Gives every option its trunk pool and its truck pool: numbers, -1 for none."""

    def __init__(self, network: Network, tariffs: TariffBook, found: Itineraries) -> None:
        self._network, self._tariffs, self._found = network, tariffs, found
        self._loads = LoadPricer(network, tariffs)
        self._fc_ids = sorted({fc.place_id for fc in found.demand.fcs})
        number = {place_id: k for k, place_id in enumerate(self._fc_ids)}
        fc = np.array([number[place.place_id] for place in found.demand.fcs], dtype=np.int64)[found.shipment]
        direct = found.leg == DIRECT
        key = np.stack([found.route, np.where(direct, fc, -1)], axis=1)
        self.trunk, self._trunk_keys = number_rows(key, found.pooled)
        routes = found.routes
        centre = routes.centre[found.route] if len(routes.run) else np.zeros(0, dtype=np.int64)
        key = (
            np.stack([centre, fc, found.dispatched_day], axis=1)
            if len(centre)
            else np.zeros((len(fc), 3), dtype=np.int64)
        )
        self.truck, self._truck_keys = number_rows(key, found.leg == FTL)

    def trunk_pool(self, number: int) -> tuple[TrunkPool, tuple[LoadOffer, ...]]:
        """Return a trunk pool and what may be opened in it."""
        route, fc_number = (int(value) for value in self._trunk_keys[number])
        routes, network = self._found.routes, self._network
        run = routes.runs[int(routes.run[route])]
        fc = network.place[self._fc_ids[fc_number]] if fc_number >= 0 else None
        centre = None if fc is not None else routes.centres[int(routes.centre[route])]
        etd, eta = clock.date_of(int(routes.etd_day[route])), clock.date_of(int(routes.eta_day[route]))
        warehouse = routes.warehouses[int(routes.warehouse[route])]
        regime = network.regime[network.place[run.lane.destination].customs_regime]
        charges = self._tariffs.for_entry(regime.entry_tariff, run.lane.mode, eta)
        pool = TrunkPool(route, fc, regime.regime_id, run.lane.mode, charges)
        return pool, self._loads.trunk(Haul(warehouse, run.lane, centre, fc, etd, eta))

    def truck_pool(self, number: int) -> tuple[TruckPool, tuple[LoadOffer, ...]]:
        """Return a truck pool and what may be opened in it."""
        centre, fc_number, day = (int(value) for value in self._truck_keys[number])
        place = self._found.routes.centres[centre]
        fc = self._network.place[self._fc_ids[fc_number]]
        return TruckPool(place, fc, day), self._loads.truck(place, fc, clock.date_of(day))

    def trunk_price(self, used: Int64) -> Int64:
        """Return the price of the cheapest load of the trunk pools `used`, 0 for the others, (P,) int64."""
        return _priced(len(self._trunk_keys), used, lambda number: self.trunk_pool(number)[1])

    def truck_price(self, used: Int64) -> Int64:
        """Return the price of the cheapest truck of the truck pools `used`, 0 for the others, (P,) int64."""
        return _priced(len(self._truck_keys), used, lambda number: self.truck_pool(number)[1])


def _priced(count: int, used: Int64, offers: Callable[[int], Sequence[LoadOffer]]) -> Int64:
    price = np.zeros(count, dtype=np.int64)
    for number in used.tolist():
        price[number] = min((offer.price for offer in offers(number)), default=NEVER)
    return price


def number_rows(key: Int64, mask: Bools) -> tuple[Int64, Int64]:
    """Number the distinct rows of a key among the masked options.

    Parameters
    ----------
    key : (m, c) int64; the product of the columns' ranges stays below 2^63
    mask : (m,) bool

    Returns
    -------
    numbers : (m,) int64, -1 outside the mask
    unique : (u, c) int64, the rows in rising order
    """
    numbers = np.full(len(key), -1, dtype=np.int64)
    chosen = key[mask]
    if not len(chosen):
        return numbers, chosen
    low = chosen.min(axis=0)
    span = chosen.max(axis=0) - low + 1
    code = np.zeros(len(chosen), dtype=np.int64)
    for column in range(key.shape[1]):
        code = code * span[column] + chosen[:, column] - low[column]
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    numbers[mask] = inverse
    return numbers, chosen[first]
