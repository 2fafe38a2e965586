"""From itineraries to the optimiser's arrays, and the way back.

What belongs to one shipment is priced already; here the shared parts become pools (trunk loads, whole trucks),
entry fees and limits, after the options that no best plan needs are dropped (:mod:`consolidation.reduce`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from consolidation.alone import AloneFinder
from consolidation.demand import Demand
from consolidation.examined import day_price, examination
from consolidation.grouping import first_of_each
from consolidation.inbound import openings_of
from consolidation.itineraries import Itineraries, Refusals
from consolidation.limits import Limit, Limits
from consolidation.loads import LoadOffer
from consolidation.platform_entry import with_platform_entries
from consolidation.pooling import NEVER, Pooling, TruckPool, TrunkPool
from consolidation.pricing import Pricer, Prices
from consolidation.reduce import Candidates, Chunk, Reducer, join
from consolidation.routes import Routes
from consolidation.search import Search
from network.charges import amount, falls_on, small_entry
from network.customs import DutyBook
from network.examinations import PER_EXAMINATION
from network.model import Network
from network.money import Bools, Int64, Integers, round_array, to_micros
from network.price_tables import Charge
from network.tariffs import TariffBook
from solvers.examination import Examination
from solvers.problem import EntryFee, Int32, Problem

TEU_SCALE = 1000
"""Units of the problem's allotments in one TEU."""
_NO_LIMIT = -1
_Array = TypeVar("_Array", bound=npt.NDArray[Any])
_Describe: TypeAlias = "Callable[[int], tuple[TrunkPool | TruckPool, tuple[LoadOffer, ...]]]"


CHUNK = 500
"""Shipments whose options are laid out at once: with the 500 options each of the reference network, 100 MB."""


@dataclass(frozen=True)
class Options:
    """The options of a problem, in the same order; k options, in small integers.

    Attributes
    ----------
    start : (n+1,) int64, options of each shipment
    way : (k,) int32, route or, behind the routes, courier
    leg : (k,) int16, as in :class:`consolidation.itineraries.Itineraries`
    by_platform : (k,) bool, the platform is importer of record
    """

    search: Search
    start: Int64
    way: Integers
    leg: Integers
    by_platform: Bools

    @property
    def demand(self) -> Demand:
        """Shipments."""
        return self.search.demand

    @property
    def routes(self) -> Routes:
        """Routes of the horizon."""
        return self.search.routes

    @property
    def refusals(self) -> Refusals:
        """How many chains each rule refused, per shipment."""
        return self.search.refusals

    def take(self, positions: Int64) -> Itineraries:
        """Return the options at `positions` with their days and distances, in that order."""
        routes, way = len(self.routes.run), self.way[positions].astype(np.int64)
        return self.search.itineraries(
            shipment=np.searchsorted(self.start, positions, side="right") - 1,
            route=np.where(way < routes, way, -1),
            courier=np.where(way < routes, -1, way - routes),
            leg=self.leg[positions].astype(np.int64),
            by_platform=self.by_platform[positions],
        )


@dataclass(frozen=True)
class Compiled:
    """A problem and what its indices mean.

    Attributes
    ----------
    problem : Problem
    options : Options, what every option of the problem is
    pools : what each pool is
    offers : equipment and charges of each row of the problem's equipment types
    limits : what every resource of the problem is; limits that cannot bind are none of them
    importers : importer of record of every party number
    alone : Itineraries, the cheapest ways to send each shipment alone: by courier, by air, as LCL
    alone_prices : Prices, of `alone`
    alone_of : (n, 3) int64, positions in `alone`, -1 for none
    """

    problem: Problem
    options: Options
    pools: tuple[TrunkPool | TruckPool, ...]
    offers: tuple[LoadOffer, ...]
    limits: tuple[Limit, ...]
    importers: tuple[str, ...]
    alone: Itineraries
    alone_prices: Prices
    alone_of: Int64

    @cached_property
    def baseline(self) -> Int64:
        """Position in `alone` of the cheapest way of every shipment, -1 for none, (n,)."""
        cost = np.append(self.alone_prices.total, NEVER)[self.alone_of]
        return np.take_along_axis(self.alone_of, cost.argmin(axis=1)[:, None], axis=1)[:, 0]


def compile_problem(
    network: Network,
    search: Search,
    tariffs: TariffBook,
    duties: DutyBook,
    *,
    chunk: int = CHUNK,
    keep_all: bool = False,
) -> Compiled:
    """Return the optimiser's problem for the itineraries of a search.

    Parameters
    ----------
    chunk : shipments whose options are laid out at once; the answer does not depend on it
    keep_all : keep options that no best plan needs
    """
    pricer = Pricer(network, tariffs, duties)
    pooling, limits = Pooling(network, tariffs, search), Limits(search, chunk)
    count = len(search.demand.shipments)
    openings = openings_of(search, network.planning.inbound_plan_days, chunk)
    reducer, chunks = Reducer(pooling), []
    alone = AloneFinder(pricer, search)
    for first in range(0, count, chunk):
        rows = with_platform_entries(network, search, search.rows(first, min(first + chunk, count)))
        cost = pricer.total(search, rows)
        alone.add(rows, cost)
        needed = search.retracing.on_trunk(rows.shipment, rows.route, rows.courier)
        part = Chunk(rows, cost, (pooling.trunk(rows), pooling.truck(rows)), limits.of_rows(rows), openings, needed)
        if keep_all:
            chunks.append(part.keep_all())
        else:
            reducer.add(part)
    builder = _Builder(network, search, join(chunks if keep_all else reducer.finish()), pooling, limits)
    problem, kept = builder.problem(), builder.kept
    alone_options, alone_of = alone.finish()
    return Compiled(
        problem=problem,
        options=Options(search, problem.option_start, kept.way, kept.leg, kept.by_platform),
        pools=builder.pools,
        offers=builder.offers,
        limits=tuple(builder.named),
        importers=tuple(_importers(network, search.demand)),
        alone=alone_options,
        alone_prices=pricer.price(alone_options),
        alone_of=alone_of,
    )


class _Builder:
    """Writes the kept options as a Problem.

    Attributes
    ----------
    kept : Candidates, with the pools by their numbers in the problem
    pools, offers : as in `Compiled`
    named : what each limit is of
    """

    def __init__(self, network: Network, search: Search, kept: Candidates, pooling: Pooling, limits: Limits) -> None:
        self._network, self._search = network, search
        self._limits, self.named = list(limits.limits), list(limits.named)
        self._schemes: dict[tuple[Charge, ...], int] = {}
        self._fees: list[tuple[EntryFee, ...]] = []
        self._examinations: list[Examination | None] = []
        self._allotments: dict[int, int] = {}
        self.pools: tuple[TrunkPool | TruckPool, ...] = ()
        self.offers: tuple[LoadOffer, ...] = ()
        self._type_start = np.zeros(1, dtype=np.int64)
        trunk = self._number(kept.trunk, pooling.trunks, pooling.trunk_pool)
        truck = self._number(kept.truck, pooling.trucks, pooling.truck_pool)
        self.kept = replace(kept, trunk=trunk, truck=truck)

    def _number(self, raw: Integers, count: int, describe: _Describe) -> Integers:
        """Number the pools in use after those there are; return the number of every option's, (k,), -1 for none."""
        used = np.zeros(count + 1, dtype=np.bool_)
        used[raw] = True
        used[-1] = False
        asked = np.flatnonzero(used)
        number = np.full(count + 1, -1, dtype=np.int32)
        number[asked] = len(self.pools) + np.arange(len(asked))
        found = [describe(pool) for pool in asked.tolist()]
        ends = self._type_start[-1] + np.cumsum([len(offers) for _, offers in found], dtype=np.int64)
        self.pools += tuple(pool for pool, _ in found)
        self.offers += tuple(offer for _, offers in found for offer in offers)
        self._type_start = np.concatenate([self._type_start, ends])
        return number[raw]

    def problem(self) -> Problem:
        """Return the arrays."""
        kept, demand = self.kept, self._search.demand
        shipments = demand.shipments
        classes = _numbers(s.cargo_class for s in shipments)
        type_resource, type_amount = self._type_limits()
        counts = np.bincount(kept.shipment, minlength=len(shipments))
        uses = (kept.trunk >= 0).astype(np.int8) + (kept.truck >= 0)
        limited = (kept.limits >= 0).sum(axis=1, dtype=np.int8)
        schemes = [self._scheme(pool) for pool in self.pools]
        most = self._network.planning.max_importers_per_load or _NO_LIMIT
        importers = _importers(self._network, demand)
        return Problem(
            lot_volume_cm3=demand.volume_cm3,
            lot_weight_g=demand.weight_g,
            lot_class=np.array([classes[s.cargo_class] for s in shipments], dtype=np.int64),
            lot_group=_codes(s.seller_id for s in shipments),
            lot_alone=np.array([not s.coload_consent for s in shipments], dtype=np.bool_),
            lot_party=np.array([importers[s.importer_id] for s in shipments], dtype=np.int64),
            lot_standing=demand.standing,
            lot_entry_value=demand.value,
            lot_day_price=day_price(self._network, demand),
            lot_unplanned_price=self._unplanned_price(),
            option_start=np.concatenate([[0], np.cumsum(counts)]),
            option_cost=_sealed(kept.cost),
            option_common=kept.by_platform,
            common_party=importers.get(self._network.planning.platform_importer, 0),
            common_standing=demand.platform_standing,
            option_pool_start=_sealed(_ends(uses)),
            option_pool=_sealed(_interleaved(kept.trunk, kept.truck)),
            option_resource_start=_sealed(_ends(limited)),
            option_resource=_sealed(kept.limits[kept.limits >= 0]),
            option_resource_amount=_sealed(np.repeat(demand.volume_cm3[kept.shipment], limited)),
            pool_type_start=self._type_start,
            type_price=np.array([offer.price for offer in self.offers], dtype=np.int64),
            type_volume_cm3=np.array([round(offer.equipment.volume_m3 * 1e6) for offer in self.offers], dtype=np.int64),
            type_weight_g=np.array([round(offer.equipment.payload_kg * 1e3) for offer in self.offers], dtype=np.int64),
            type_limit=np.full(len(self.offers), _NO_LIMIT, dtype=np.int64),
            type_resource=type_resource,
            type_resource_amount=type_amount,
            pool_scheme=np.array(schemes, dtype=np.int64),
            pool_max_parties=np.array([most if isinstance(pool, TrunkPool) else _NO_LIMIT for pool in self.pools], dtype=np.int64),
            entry_schemes=tuple(self._fees),
            examinations=tuple(self._examinations),
            conflict=_conflicts(self._network, list(classes)),
            resource_limit=np.array(self._limits, dtype=np.int64),
            **self._bundles(),
        )  # fmt: skip

    def _bundles(self) -> dict[str, Any]:
        """Return inbound plans as bundles, and when options are delivered; nothing where no two must arrive together."""
        plans = self._search.demand.inbound_plan
        if not (plans >= 0).any():
            return {}
        days = self._network.planning.inbound_plan_days
        return {"lot_bundle": plans, "option_day": _sealed(self.kept.day), "bundle_days": days}

    def _unplanned_price(self) -> Int64:
        """Return the price of leaving each shipment out, (n,).

        It is stated on top of the cheapest way to travel without company, loads of its own included, so that a
        shipment is left out for want of room, never because its freight is dear.
        """
        prices = np.array([offer.price for offer in self.offers], dtype=np.int64)
        spans = pairwise(self._type_start.tolist())
        cheapest_load = np.array([*(prices[a:b].min(initial=NEVER) for a, b in spans), 0], dtype=np.int64)
        kept, demand = self.kept, self._search.demand
        total = kept.cost + cheapest_load[kept.trunk]
        total += cheapest_load[kept.truck]
        best = np.full(len(demand.shipments), NEVER, dtype=np.int64)
        starts = first_of_each(kept.shipment)
        if len(starts):
            best[kept.shipment[starts]] = np.minimum.reduceat(total, starts)
        served = np.where(best < NEVER, best, 0)
        return served + unplanned_prices(self._network, demand.volume_cm3, demand.value)

    def _type_limits(self) -> tuple[Int64, Int64]:
        resource = np.full(len(self.offers), -1, dtype=np.int64)
        used = np.zeros(len(self.offers), dtype=np.int64)
        routes, starts = self._search.routes, self._type_start.tolist()
        for number, pool in enumerate(self.pools):
            if not isinstance(pool, TrunkPool):
                continue
            run = int(routes.run[pool.route])
            allotment = routes.runs[run].departure.allotment_teu
            if allotment is None:
                continue
            if run not in self._allotments:
                self._allotments[run] = len(self._limits)
                self._limits.append(round(allotment * TEU_SCALE))
                self.named.append(Limit("allotment", routes.runs[run].run_id, routes.runs[run].etd_day))
            for k in range(starts[number], starts[number + 1]):
                resource[k] = self._allotments[run]
                used[k] = round(self.offers[k].equipment.teu * TEU_SCALE)
        return resource, used

    def _scheme(self, pool: TrunkPool | TruckPool) -> int:
        if not isinstance(pool, TrunkPool) or not pool.entry_charges:
            return -1
        if pool.entry_charges not in self._schemes:
            self._schemes[pool.entry_charges] = len(self._fees)
            tag_sets = self._search.demand.tag_sets
            fees = (charge for charge in pool.entry_charges if charge.basis != PER_EXAMINATION)
            self._fees.append(tuple(entry_fee(self._network, charge, tag_sets) for charge in fees))
            self._examinations.append(examination(self._network, pool.entry_charges, tag_sets))
        return self._schemes[pool.entry_charges]


def entry_fee(network: Network, charge: Charge, tag_sets: Sequence[tuple[str, ...]] = ((),)) -> EntryFee:
    """Return a charge per entry as the optimiser's fee; its code is the charge's id.

    Parameters
    ----------
    tag_sets : tags of the importers of every standing
    """
    fx = network.rate[charge.currency]
    small = small_entry(charge, fx)
    further = {
        "small_up_to": small.up_to if small else -1,
        "small_amount": small.amount if small else 0,
        "standings": sum(1 << k for k, tags in enumerate(tag_sets) if falls_on(charge.importers, tags))
        if charge.importers
        else -1,
    }
    if charge.basis != "pct_of_entry_value":
        return EntryFee(charge.charge_id, amount(charge, Decimal(1), fx), 0, 0, None, **further)
    least = 0 if charge.minimum is None else to_micros(charge.minimum * fx)
    most = None if charge.maximum is None else to_micros(charge.maximum * fx)
    return EntryFee(charge.charge_id, 0, round(charge.rate * 10_000_000), least, most, **further)


def unplanned_prices(network: Network, volume_cm3: Int64, value: Int64) -> Int64:
    """Return the stated price of leaving each shipment out, micro-units, whole cents."""
    planning = network.planning
    price = planning.unplanned_price + planning.unplanned_price_per_m3 * volume_cm3 / 1e6
    return round_array(price + planning.unplanned_pct_of_value / 100 * value / 1e6)


def _sealed(values: _Array) -> _Array:
    """Return values that nobody can write to any more, so that the problem may keep them without a copy."""
    values.setflags(write=False)
    return values


def _ends(counts: Integers) -> Int32:
    """Return where rows of these sizes start, and the last ends, (k+1,); the problem refuses more than fits."""
    ends = np.zeros(len(counts) + 1, dtype=np.int32)
    np.cumsum(counts, dtype=np.int32, out=ends[1:])
    return ends


def _interleaved(trunk: Int32, truck: Int32) -> Int32:
    """Return the pools of every option one after the other, trunk first, none left out."""
    both = np.stack([trunk, truck], axis=1)
    return both[both >= 0]


def _numbers(names: Iterable[str]) -> dict[str, int]:
    return {name: k for k, name in enumerate(sorted(set(names)))}


def _importers(network: Network, demand: Demand) -> dict[str, int]:
    """Return the number of every importer of record, the platform among them where it may enter a shipment."""
    platform = [network.planning.platform_importer] if demand.by_platform.any() else []
    return _numbers([*(shipment.importer_id for shipment in demand.shipments), *platform])


def _codes(names: Iterable[str]) -> Int64:
    listed = list(names)
    numbers = _numbers(listed)
    return np.array([numbers[name] for name in listed], dtype=np.int64)


def _conflicts(network: Network, classes: list[str]) -> Bools:
    pairs = [[(a, b) in network.conflicts for b in classes] for a in classes]
    return np.array(pairs, dtype=np.bool_).reshape(len(classes), len(classes))
