"""From itineraries to the optimiser's arrays, and the way back.

What belongs to one shipment is priced already; here the shared parts become pools (trunk loads, whole trucks),
entry fees and limits, and options that can never be the best are dropped. Three reductions, each with its
proof:

* an option that costs, on its own, at least what the shipment's cheapest option without pools and limits costs
  is never needed: swapping to that one frees room and never raises a shared fee;
* of options with the same pools and the same limits only the cheapest is needed;
* a pool whose users together cannot save the price of its cheapest load is never opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from consolidation.itineraries import DIRECT, FTL, Itineraries
from consolidation.loads import Haul, LoadOffer, LoadPricer
from consolidation.pricing import Pricer, Prices
from network import clock
from network.charges import amount
from network.customs import DutyBook
from network.model import Network
from network.money import Bools, Int64, to_micros
from network.tables import Charge, Place
from network.tariffs import TariffBook
from solvers.problem import EntryFee, Problem

_TEU_SCALE = 1000
_NO_LIMIT = -1
_Describe: TypeAlias = "Callable[[int], tuple[TrunkPool | TruckPool, tuple[LoadOffer, ...]]]"


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
    baseline : (n,) int64, position in `alone` of the cheapest way to send each shipment alone, -1 for none
    alone, alone_prices : the options a seller could buy alone, with their prices
    """

    problem: Problem
    options: Itineraries
    prices: Prices
    pools: tuple[TrunkPool | TruckPool, ...]
    offers: tuple[LoadOffer, ...]
    baseline: Int64
    alone: Itineraries
    alone_prices: Prices


def compile_problem(network: Network, found: Itineraries, tariffs: TariffBook, duties: DutyBook) -> Compiled:
    """Return the optimiser's problem for the itineraries found."""
    prices = Pricer(network, tariffs, duties).price(found)
    alone = np.flatnonzero(found.alone)
    alone_options, alone_prices = found.take(alone), take_prices(prices, alone)
    baseline = _cheapest(alone_options.shipment, alone_prices.total, len(found.demand.shipments))
    pooling = _Pooling(network, tariffs, found)
    limits = _Limits(network, found)
    kept = _reduce(found, prices.total, pooling, limits)
    builder = _Builder(network, found, prices, pooling, limits, kept)
    return Compiled(
        builder.problem(), found.take(kept), take_prices(prices, kept), builder.pools, builder.offers,
        baseline, alone_options, alone_prices,
    )  # fmt: skip


def take_prices(prices: Prices, positions: Int64) -> Prices:
    """Return the prices of the options at `positions`."""
    return Prices(
        *(getattr(prices, name)[positions] for name in ("cash", "carrying", "transit", "lateness", "import_tax"))
    )


def _cheapest(shipment: Int64, cost: Int64, count: int) -> Int64:
    best = np.full(count, -1, dtype=np.int64)
    order = np.lexsort((np.arange(len(cost)), cost, shipment))
    first = np.flatnonzero(np.diff(shipment[order], prepend=-1))
    best[shipment[order][first]] = order[first]
    return best


class _Pooling:
    """Gives every option its trunk pool and its truck pool: numbers, -1 for none."""

    def __init__(self, network: Network, tariffs: TariffBook, found: Itineraries) -> None:
        self._network, self._tariffs, self._found = network, tariffs, found
        self._loads = LoadPricer(network, tariffs)
        self._fc_ids = sorted({fc.place_id for fc in found.demand.fcs})
        number = {place_id: k for k, place_id in enumerate(self._fc_ids)}
        fc = np.array([number[place.place_id] for place in found.demand.fcs], dtype=np.int64)[found.shipment]
        direct = found.leg == DIRECT
        key = np.stack([found.route, np.where(direct, fc, -1)], axis=1)
        self.trunk, self._trunk_keys = _number(key, found.pooled)
        routes = found.routes
        centre = routes.centre[found.route] if len(routes.run) else np.zeros(0, dtype=np.int64)
        key = (
            np.stack([centre, fc, found.dispatched_day], axis=1)
            if len(centre)
            else np.zeros((len(fc), 3), dtype=np.int64)
        )
        self.truck, self._truck_keys = _number(key, found.leg == FTL)

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

    def trunk_price(self) -> Int64:
        """Return the price of the cheapest load of every trunk pool, (P,) int64."""
        return np.array([_least(self.trunk_pool(k)[1]) for k in range(len(self._trunk_keys))], dtype=np.int64)

    def truck_price(self) -> Int64:
        """Return the price of the cheapest truck of every truck pool, (P,) int64."""
        return np.array([_least(self.truck_pool(k)[1]) for k in range(len(self._truck_keys))], dtype=np.int64)


def _least(offers: Sequence[LoadOffer]) -> int:
    return min((offer.price for offer in offers), default=np.iinfo(np.int64).max // 4)


def _number(key: Int64, mask: Bools) -> tuple[Int64, Int64]:
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


class _Limits:
    """Limits that options use (handling, receiving) and that loads use (allotments).

    A limit that all its possible users together cannot exceed is left out.
    """

    def __init__(self, network: Network, found: Itineraries) -> None:
        self._network, self._found = network, found
        self.limits: list[int] = []
        count = len(found.shipment)
        self.of_option = np.full((count, 2), -1, dtype=np.int64)
        self._handling()
        self._receiving()

    def _handling(self) -> None:
        found, routes = self._found, self._found.routes
        if not len(routes.run):
            return
        warehouse = np.where(found.route >= 0, routes.warehouse[found.route], -1)
        per_day = [place.handling_m3_per_day for place in routes.warehouses]
        limit = np.array([-1.0 if value is None else value for value in per_day])
        limited = (warehouse >= 0) & (limit[warehouse] >= 0)
        key = np.stack([warehouse, found.stuffed_day], axis=1)
        self._add(0, key, limited, lambda row: limit[int(row[0])])

    def _receiving(self) -> None:
        found = self._found
        limit = np.array(
            [-1.0 if fc.receiving_m3_per_week is None else fc.receiving_m3_per_week for fc in found.demand.fcs]
        )
        ids = {fc.place_id: k for k, fc in enumerate(found.demand.fcs)}
        fc = np.array([ids[place.place_id] for place in found.demand.fcs], dtype=np.int64)[found.shipment]
        week = (found.delivered_day + 3) // 7  # ISO weeks start on Monday; day 0 was a Thursday
        self._add(1, np.stack([fc, week], axis=1), limit[found.shipment] >= 0, lambda row: limit[int(row[0])])

    def _add(self, column: int, key: Int64, limited: Bools, limit_of: Callable[[Int64], float]) -> None:
        numbers, unique = _number(key, limited)
        if not len(unique):
            return
        volume = self._found.demand.volume_cm3
        _, pairs = _number(np.stack([numbers, self._found.shipment], axis=1), limited)
        users = np.bincount(pairs[:, 0], weights=volume[pairs[:, 1]].astype(np.float64), minlength=len(unique))
        for k, row in enumerate(unique):
            most = round(float(limit_of(row)) * 1e6)
            if users[k] > most:
                self.of_option[numbers == k, column] = len(self.limits)
                self.limits.append(most)


def _reduce(found: Itineraries, cost: Int64, pooling: _Pooling, limits: _Limits) -> Int64:
    """Return the positions of the options worth keeping, by shipment, then cost."""
    count = len(found.demand.shipments)
    unpooled = (pooling.trunk < 0) & (pooling.truck < 0)
    free = unpooled & (limits.of_option < 0).all(axis=1)
    positions = np.flatnonzero(free)
    best_free = _cheapest(found.shipment[positions], cost[positions], count)
    ceiling = np.full(count, np.iinfo(np.int64).max // 4, dtype=np.int64)
    has = best_free >= 0
    ceiling[has] = cost[positions[best_free[has]]]
    keep = cost < ceiling[found.shipment]
    keep[positions[best_free[has]]] = True
    keep = _cheapest_alike(found, cost, pooling, limits, keep)
    keep &= ~_hopeless(found, cost, ceiling, pooling.trunk, pooling.trunk_price(), keep)
    keep &= ~_hopeless_trucks(found, cost, pooling, limits, keep)
    kept = np.flatnonzero(keep)
    return kept[np.lexsort((kept, cost[kept], found.shipment[kept]))]


def _cheapest_alike(found: Itineraries, cost: Int64, pooling: _Pooling, limits: _Limits, keep: Bools) -> Bools:
    kept = np.flatnonzero(keep)
    key = np.stack([found.shipment[kept], pooling.trunk[kept], pooling.truck[kept], *limits.of_option[kept].T])
    order = np.lexsort((kept, cost[kept], *key[::-1]))
    changed = np.any(np.diff(key[:, order], axis=1) != 0, axis=0) if len(kept) else np.zeros(0, dtype=bool)
    first = np.concatenate([np.ones(min(1, len(kept)), dtype=bool), changed])
    result: Bools = np.zeros_like(keep)
    result[kept[order[first]]] = True
    return result


def _hopeless(found: Itineraries, cost: Int64, ceiling: Int64, pool: Int64, price: Int64, keep: Bools) -> Bools:
    """Return the options of pools whose users together save less than the cheapest load costs."""
    users = np.flatnonzero(keep & (pool >= 0))
    if not len(users):
        return np.zeros_like(keep)
    saving = np.minimum(ceiling[found.shipment[users]] - cost[users], np.int64(10) ** 15)
    key = pool[users] * len(found.demand.shipments) + found.shipment[users]
    order = np.lexsort((-saving, key))
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    best = users[order[first]]
    total = np.bincount(pool[best], weights=saving[order[first]].astype(np.float64), minlength=len(price))
    hopeless: Bools = (pool >= 0) & (total[pool] <= price[pool] * (1 - 1e-12))
    return hopeless


def _hopeless_trucks(found: Itineraries, cost: Int64, pooling: _Pooling, limits: _Limits, keep: Bools) -> Bools:
    """Return the truck options whose users save less against pallets than a truck costs.

    A user is compared with its pallets on the same trunk under the same limits, so that the swap keeps them.
    """
    users = np.flatnonzero(keep & (pooling.truck >= 0))
    if not len(users):
        return np.zeros_like(keep)
    twins: dict[tuple[int, ...], int] = {}
    for k in np.flatnonzero(keep & (pooling.truck < 0) & (found.route >= 0)).tolist():
        twin = (int(found.shipment[k]), int(found.route[k]), *limits.of_option[k].tolist())
        twins[twin] = min(int(cost[k]), twins.get(twin, 1 << 62))
    saving = []
    for k in users.tolist():
        twin = (int(found.shipment[k]), int(found.route[k]), *limits.of_option[k].tolist())
        saving.append(twins.get(twin, 1 << 62) - int(cost[k]))
    ceiling = np.zeros(len(found.demand.shipments), dtype=np.int64)
    gained = np.zeros_like(cost)
    gained[users] = -np.clip(np.array(saving, dtype=np.int64), 0, 10**15)
    only = np.zeros_like(keep)
    only[users] = True
    return _hopeless(found, gained, ceiling, pooling.truck, pooling.truck_price(), only)


class _Builder:
    """Writes the kept options as a Problem."""

    def __init__(
        self, network: Network, found: Itineraries, prices: Prices, pooling: _Pooling, limits: _Limits, kept: Int64
    ) -> None:
        self._network, self._found, self._prices, self._kept = network, found, prices, kept
        self._limits = list(limits.limits)
        self._option_limits = limits.of_option[kept]
        self._schemes: dict[tuple[Charge, ...], int] = {}
        self._fees: list[tuple[EntryFee, ...]] = []
        self._allotments: dict[int, int] = {}
        self._pool_numbers, self.pools, self.offers = self._make_pools(pooling)

    def _make_pools(self, pooling: _Pooling) -> tuple[Int64, tuple[TrunkPool | TruckPool, ...], tuple[LoadOffer, ...]]:
        numbers = np.full((len(self._kept), 2), -1, dtype=np.int64)
        pools: list[TrunkPool | TruckPool] = []
        offers: list[LoadOffer] = []
        self._type_start = [0]
        columns: tuple[tuple[Int64, _Describe], ...] = (
            (pooling.trunk, pooling.trunk_pool),
            (pooling.truck, pooling.truck_pool),
        )
        for column, (raw, describe) in enumerate(columns):
            used, inverse = np.unique(raw[self._kept], return_inverse=True)
            for position, number in enumerate(used):
                if number >= 0:
                    pool, offered = describe(int(number))
                    numbers[inverse == position, column] = len(pools)
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
            lot_party=_codes(s.importer_id or s.seller_id for s in shipments),
            lot_entry_value=demand.value,
            lot_unplanned_price=np.where(counts > 0, self._unplanned_price(), 0),
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

        It is stated on top of the cheapest itinerary that shares nothing, so that a shipment is left out for want
        of room, never because its freight is dear.
        """
        shipment, total = self._found.shipment[self._kept], self._prices.total[self._kept]
        single = np.flatnonzero((self._pool_numbers < 0).all(axis=1))
        best = np.zeros(len(self._found.demand.shipments), dtype=np.int64)
        cheapest = _cheapest(shipment[single], total[single], len(best))
        has = cheapest >= 0
        best[has] = total[single[cheapest[has]]]
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
        return EntryFee(charge.charge_id, amount(charge, charge.rate * 0 + 1, fx), 0, 0, None)
    least = 0 if charge.minimum is None else to_micros(charge.minimum * fx)
    most = None if charge.maximum is None else to_micros(charge.maximum * fx)
    return EntryFee(charge.charge_id, 0, round(charge.rate * 10_000_000), least, most)


def unplanned_prices(network: Network, volume_cm3: Int64, value: Int64) -> Int64:
    """Return what leaving each shipment out is held to cost, micro-units, whole cents."""
    planning = network.planning
    price = planning.unplanned_price + planning.unplanned_price_per_m3 * volume_cm3 / 1e6
    price += planning.unplanned_pct_of_value / 100 * value / 1e6
    return np.array([to_micros(f"{amount:.6f}") for amount in price], dtype=np.int64)


def _numbers(names: Iterable[str]) -> dict[str, int]:
    return {name: k for k, name in enumerate(sorted(set(names)))}


def _codes(names: Iterable[str]) -> Int64:
    listed = list(names)
    numbers = _numbers(listed)
    return np.array([numbers[name] for name in listed], dtype=np.int64)


def _conflicts(network: Network, classes: list[str]) -> Bools:
    pairs = [[(a, b) in network.conflicts for b in classes] for a in classes]
    return np.array(pairs, dtype=np.bool_).reshape(len(classes), len(classes))
