"""From itineraries to the optimiser's arrays, and the way back.

What belongs to one shipment is priced already; here the shared parts become pools (trunk loads, whole trucks),
entry fees and limits, after the options that no best plan needs are dropped (:mod:`consolidation.reduce`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from consolidation.itineraries import Itineraries
from consolidation.limits import Limits
from consolidation.loads import LoadOffer
from consolidation.pooling import NEVER, Pooling, TruckPool, TrunkPool
from consolidation.pricing import Pricer, Prices
from consolidation.reduce import cheapest, reduce_options
from network.charges import amount
from network.customs import DutyBook
from network.model import Network
from network.money import Bools, Int64, round_array, to_micros
from network.tables import Charge
from network.tariffs import TariffBook
from solvers.problem import EntryFee, Problem

_TEU_SCALE = 1000
_NO_LIMIT = -1
_Describe: TypeAlias = "Callable[[int], tuple[TrunkPool | TruckPool, tuple[LoadOffer, ...]]]"


@dataclass(frozen=True)
class Compiled:
    """A problem and what its indices mean.

    Attributes
    ----------
    problem : Problem
    options : Itineraries, the itinerary of every option of the problem, in the same order
    prices : Prices, own price of every option
    pools : what each pool is
    offers : equipment and charges of each row of the problem's equipment types
    importers : importer of record of every party number
    baseline : (n,) int64, position in `alone` of the cheapest way to send each shipment alone, -1 for none
    alone, alone_prices : the options a seller could buy alone, with their prices
    """

    problem: Problem
    options: Itineraries
    prices: Prices
    pools: tuple[TrunkPool | TruckPool, ...]
    offers: tuple[LoadOffer, ...]
    importers: tuple[str, ...]
    baseline: Int64
    alone: Itineraries
    alone_prices: Prices


def compile_problem(network: Network, found: Itineraries, tariffs: TariffBook, duties: DutyBook) -> Compiled:
    """Return the optimiser's problem for the itineraries found."""
    prices = Pricer(network, tariffs, duties).price(found)
    alone = np.flatnonzero(found.alone)
    alone_options, alone_prices = found.take(alone), take_prices(prices, alone)
    baseline = cheapest(alone_options.shipment, alone_prices.total, len(found.demand.shipments))
    pooling = Pooling(network, tariffs, found)
    limits = Limits(network, found)
    kept = reduce_options(found, prices.total, pooling, limits)
    builder = _Builder(network, found, prices, pooling, limits, kept)
    return Compiled(
        problem=builder.problem(),
        options=found.take(kept),
        prices=take_prices(prices, kept),
        pools=builder.pools,
        offers=builder.offers,
        importers=tuple(_numbers(shipment.importer_id for shipment in found.demand.shipments)),
        baseline=baseline,
        alone=alone_options,
        alone_prices=alone_prices,
    )


def take_prices(prices: Prices, positions: Int64) -> Prices:
    """Return the prices of the options at `positions`."""
    return Prices(
        *(getattr(prices, name)[positions] for name in ("cash", "carrying", "transit", "lateness", "import_tax"))
    )


class _Builder:
    """Writes the kept options as a Problem."""

    def __init__(
        self, network: Network, found: Itineraries, prices: Prices, pooling: Pooling, limits: Limits, kept: Int64
    ) -> None:
        self._network, self._found, self._prices, self._kept = network, found, prices, kept
        self._limits = list(limits.limits)
        self._option_limits = limits.of_option[kept]
        self._schemes: dict[tuple[Charge, ...], int] = {}
        self._fees: list[tuple[EntryFee, ...]] = []
        self._allotments: dict[int, int] = {}
        self._pool_numbers, self.pools, self.offers = self._make_pools(pooling)

    def _make_pools(self, pooling: Pooling) -> tuple[Int64, tuple[TrunkPool | TruckPool, ...], tuple[LoadOffer, ...]]:
        """Return the pools of every kept option, (k, 2), -1 for none, and what the numbers mean."""
        numbers = np.full((len(self._kept), 2), -1, dtype=np.int64)
        pools: list[TrunkPool | TruckPool] = []
        offers: list[LoadOffer] = []
        self._type_start = [0]
        columns: tuple[tuple[Int64, _Describe], ...] = (
            (pooling.trunk, pooling.trunk_pool),
            (pooling.truck, pooling.truck_pool),
        )
        for column, (raw, describe) in enumerate(columns):
            pooled = np.flatnonzero(raw[self._kept] >= 0)
            used, inverse = np.unique(raw[self._kept[pooled]], return_inverse=True)
            numbers[pooled, column] = len(pools) + inverse
            for number in used.tolist():
                pool, offered = describe(number)
                pools.append(pool)
                offers.extend(offered)
                self._type_start.append(len(offers))
        return numbers, tuple(pools), tuple(offers)

    def problem(self) -> Problem:
        """Return the arrays."""
        found, kept = self._found, self._kept
        demand = found.demand
        shipments = demand.shipments
        classes = _numbers(s.cargo_class for s in shipments)
        type_resource, type_amount = self._type_limits()
        counts = np.bincount(found.shipment[kept], minlength=len(shipments))
        uses = (self._pool_numbers >= 0).sum(axis=1)
        limited = (self._option_limits >= 0).sum(axis=1)
        volume = demand.volume_cm3[found.shipment[kept]]
        schemes = [self._scheme(pool) for pool in self.pools]
        most = self._network.planning.max_importers_per_load or _NO_LIMIT
        return Problem(
            lot_volume_cm3=demand.volume_cm3,
            lot_weight_g=demand.weight_g,
            lot_class=np.array([classes[s.cargo_class] for s in shipments], dtype=np.int64),
            lot_group=_codes(s.seller_id for s in shipments),
            lot_alone=np.array([not s.coload_consent for s in shipments], dtype=np.bool_),
            lot_party=_codes(s.importer_id for s in shipments),
            lot_entry_value=demand.value,
            lot_unplanned_price=self._unplanned_price(),
            option_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            option_cost=self._prices.total[kept],
            option_pool_start=np.concatenate([[0], np.cumsum(uses)]).astype(np.int64),
            option_pool=self._pool_numbers[self._pool_numbers >= 0],
            option_resource_start=np.concatenate([[0], np.cumsum(limited)]).astype(np.int64),
            option_resource=self._option_limits[self._option_limits >= 0],
            option_resource_amount=np.repeat(volume, limited),
            pool_type_start=np.array(self._type_start, dtype=np.int64),
            type_price=np.array([offer.price for offer in self.offers], dtype=np.int64),
            type_volume_cm3=np.array([round(offer.equipment.volume_m3 * 1e6) for offer in self.offers], dtype=np.int64),
            type_weight_g=np.array([round(offer.equipment.payload_kg * 1e3) for offer in self.offers], dtype=np.int64),
            type_limit=np.full(len(self.offers), _NO_LIMIT, dtype=np.int64),
            type_resource=type_resource,
            type_resource_amount=type_amount,
            pool_scheme=np.array(schemes, dtype=np.int64),
            pool_max_parties=np.array([most if isinstance(pool, TrunkPool) else _NO_LIMIT for pool in self.pools], dtype=np.int64),
            entry_schemes=tuple(self._fees),
            conflict=_conflicts(self._network, list(classes)),
            resource_limit=np.array(self._limits, dtype=np.int64),
        )  # fmt: skip

    def _unplanned_price(self) -> Int64:
        """Return the price of leaving each shipment out, (n,).

        It is stated on top of the cheapest way to travel without company, loads of its own included, so that a
        shipment is left out for want of room, never because its freight is dear.
        """
        starts = np.array(self._type_start, dtype=np.int64)
        prices = np.array([offer.price for offer in self.offers], dtype=np.int64)
        cheapest_load = np.array([prices[a:b].min(initial=NEVER) for a, b in pairwise(starts.tolist())], dtype=np.int64)
        loads = np.append(cheapest_load, 0)[self._pool_numbers].sum(axis=1)
        shipment = self._found.shipment[self._kept]
        total = self._prices.total[self._kept] + loads
        best = np.zeros(len(self._found.demand.shipments), dtype=np.int64)
        found = cheapest(shipment, total, len(best))
        best[found >= 0] = total[found[found >= 0]]
        return best + unplanned_prices(self._network, self._found.demand.volume_cm3, self._found.demand.value)

    def _type_limits(self) -> tuple[Int64, Int64]:
        resource = np.full(len(self.offers), -1, dtype=np.int64)
        used = np.zeros(len(self.offers), dtype=np.int64)
        routes = self._found.routes
        for number, pool in enumerate(self.pools):
            if not isinstance(pool, TrunkPool):
                continue
            run = int(routes.run[pool.route])
            allotment = routes.runs[run].departure.allotment_teu
            if allotment is None:
                continue
            if run not in self._allotments:
                self._allotments[run] = len(self._limits)
                self._limits.append(round(allotment * _TEU_SCALE))
            for k in range(self._type_start[number], self._type_start[number + 1]):
                resource[k] = self._allotments[run]
                used[k] = round(self.offers[k].equipment.teu * _TEU_SCALE)
        return resource, used

    def _scheme(self, pool: TrunkPool | TruckPool) -> int:
        if not isinstance(pool, TrunkPool) or not pool.entry_charges:
            return -1
        if pool.entry_charges not in self._schemes:
            self._schemes[pool.entry_charges] = len(self._fees)
            self._fees.append(tuple(entry_fee(self._network, charge) for charge in pool.entry_charges))
        return self._schemes[pool.entry_charges]


def entry_fee(network: Network, charge: Charge) -> EntryFee:
    """Return a charge per entry as the optimiser's fee; its code is the charge's id."""
    fx = network.rate[charge.currency]
    if charge.basis == "per_entry":
        return EntryFee(charge.charge_id, amount(charge, Decimal(1), fx), 0, 0, None)
    least = 0 if charge.minimum is None else to_micros(charge.minimum * fx)
    most = None if charge.maximum is None else to_micros(charge.maximum * fx)
    return EntryFee(charge.charge_id, 0, round(charge.rate * 10_000_000), least, most)


def unplanned_prices(network: Network, volume_cm3: Int64, value: Int64) -> Int64:
    """Return the stated price of leaving each shipment out, micro-units, whole cents."""
    planning = network.planning
    price = planning.unplanned_price + planning.unplanned_price_per_m3 * volume_cm3 / 1e6
    return round_array(price + planning.unplanned_pct_of_value / 100 * value / 1e6)


def _numbers(names: Iterable[str]) -> dict[str, int]:
    return {name: k for k, name in enumerate(sorted(set(names)))}


def _codes(names: Iterable[str]) -> Int64:
    listed = list(names)
    numbers = _numbers(listed)
    return np.array([numbers[name] for name in listed], dtype=np.int64)


def _conflicts(network: Network, classes: list[str]) -> Bools:
    pairs = [[(a, b) in network.conflicts for b in classes] for a in classes]
    return np.array(pairs, dtype=np.bool_).reshape(len(classes), len(classes))
