"""Pairs of a lot and a pool it may use: what is known of them before any price."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.money import CENT, Bools, Float64, Int64

from ._jit import Records, constant, inner, jit
from .fees import Fees, entry_amounts, fees_of
from .problem import EntryFee, Int32, Problem
from .surely import sure_parts

NEVER = constant(1 << 60)
"""Price of what is not possible, micro-units."""
_PRICE = np.dtype([("open", np.int64), ("share", np.int64), ("entry", np.int64)])


class Pairs:
    """Which lot may use which pool, and what is known of each such pair before any price.

    Pairs are numbered by lot; `of_pool` lists them by pool. A lot that may enter under its own importer or the common
    one has two pairs, *twins*, in every pool with customs entries that it may use either way.

    Attributes
    ----------
    pool, lot : (E,) int32
    start : (n+1,) int64, pairs of a lot
    of_pool, pool_start : (E,) int32, (P+1,) int64, pairs of a pool, lots ascending
    of_use : int32, pair of every entry of ``problem.option_pool``
    common : (E,) bool, pairs of the common importer; empty when there is none
    twin : (E,) int32, the twin of every pair, -1 for none; empty when there is no common importer
    entry : (E,) int32, number of the customs entry, one per pool and importer
    entry_fixed : (E,) int64, micro-units that its entry costs whatever its value, its part of examinations included
    fee_share : (E,) int64, micro-units of further customs fees, and of delay, that the lot surely causes in the pool
    prices : (E,) records, micro-units, what a lot would cost a pool, `NEVER` where nothing can carry it: ``open``, the
        cheapest sufficient load for it alone, with its customs entry and examination; ``share``, its part of one that is filled to nine
        tenths, with its entry; ``entry``, the entry alone
    fits : (E,) bool, False when no load of the pool can carry the lot
    usable : (m,) bool, options that can be chosen at all
    scarce : (R,) bool, resources that could run out if every lot used as much as it can, or that loads use
    """

    def __init__(self, problem: Problem) -> None:
        self.fees: Fees = fees_of(problem)
        self.of_use, self.lot, place, self.start = _pair_up(
            problem.option_start,
            problem.option_pool_start,
            _places(problem),
            problem.n_pools * (1 + problem.has_common),
        )
        self.pool, self.common, self.twin = place, np.zeros(0, dtype=np.bool_), place[:0]
        party, standing = problem.lot_party[self.lot], problem.lot_standing[self.lot]
        if problem.has_common:
            self.common, self.pool = place >= problem.n_pools, place % problem.n_pools
            self.twin = _twins(_keys(self.lot, problem.n_pools, self.pool))
            party[self.common], standing[self.common] = problem.common_party, problem.common_standing
        self.of_pool = np.argsort(self.pool, kind="stable").astype(np.int32)
        self.pool_start = np.concatenate([[0], np.cumsum(np.bincount(self.pool, minlength=problem.n_pools))])
        self.prices = _prices(problem, self.pool, self.lot, standing, self.fees)
        self.fits: Bools = self.prices["open"] < NEVER
        usable = np.ones(problem.n_options, dtype=np.bool_)
        usable[_rows_at(problem.option_pool_start, np.flatnonzero(~self.fits[self.of_use]))] = False
        too_much = problem.option_resource_amount > problem.resource_limit[problem.option_resource]
        usable[_rows_at(problem.option_resource_start, np.flatnonzero(too_much))] = False
        self.usable: Bools = usable
        entry = np.unique(_keys(self.pool, problem.n_parties, party), return_inverse=True)[1]
        self.entry: Int32 = entry.astype(np.int32)
        self.scarce = _scarce_resources(problem)
        self.entry_fixed, self.fee_share = _entry_fees(problem, (self.pool, self.lot, self.entry), standing)

    def __len__(self) -> int:
        return len(self.pool)

    def prices_of_lots(self, problem: Problem, space: Float64) -> Float64:
        """Return what the cheapest option of every lot costs, at most the price of staying behind, (n,) float64.

        Parameters
        ----------
        space : (E,) float64, micro-units, what pairs pay for a place
        """
        least = problem.lot_unplanned_price.astype(np.float64)
        ways = _Ways(problem.option_pool_start, self.of_use, problem.option_cost, self.usable)
        _cheapest(ways, problem.option_start, space, least)
        return least

    def prices_of_options(self, problem: Problem, space: Float64) -> Float64:
        """Return what options cost, (m,) float64; infinite where one cannot be used.

        Parameters
        ----------
        space : (E,) float64, micro-units, what pairs pay for a place
        """
        total = np.full(problem.n_options, np.inf)
        _add_up(_Ways(problem.option_pool_start, self.of_use, problem.option_cost, self.usable), space, total)
        return total


def _keys(row: Int32, count: int, column: Int32 | Int64) -> Int64:
    """Return a number for every row and column, the columns being 0 to `count` - 1, int64."""
    return row.astype(np.int64) * count + column


def _rows_at(start: Int32, positions: Int64) -> Int64:
    """Return in which rows of a ragged relation positions are, int64."""
    return np.searchsorted(start, positions.astype(start.dtype), side="right") - 1


class _Ways(NamedTuple):
    """Options: their uses of pools, the pair of every use, their own cost, and whether they are usable."""

    first: Int32
    pair: Int32
    cost: Int64
    usable: Bools


@jit
def _add_up(ways: _Ways, space: Float64, total: Float64) -> None:
    """Write the cost of usable options, places in pools included."""
    for option in range(len(total)):
        if ways.usable[option]:
            total[option] = _cost_of(ways, space, option)


@jit
def _cheapest(ways: _Ways, start: Int64, space: Float64, least: Float64) -> None:
    """Lower `least` of every lot to what its cheapest option costs."""
    for lot in range(len(least)):
        for option in range(start[lot], start[lot + 1]):
            if ways.usable[option]:
                least[lot] = min(least[lot], _cost_of(ways, space, option))


@inner
def _cost_of(ways: _Ways, space: Float64, option: int) -> float:
    """Return what an option costs, places in pools included."""
    paid = 0.0
    for use in range(ways.first[option], ways.first[option + 1]):
        paid += space[ways.pair[use]]
    total: float = ways.cost[option] + paid
    return total


def _places(problem: Problem) -> Int32:
    """Return what makes pairs differ, of every use of a pool: the pool or, ``n_pools`` behind it, the pool as one where
    the lot enters under the common importer."""
    if not problem.has_common:
        return problem.option_pool
    enters = np.repeat(problem.option_common, np.diff(problem.option_pool_start))
    enters &= problem.pool_scheme[problem.option_pool] >= 0
    return (problem.option_pool + problem.n_pools * enters).astype(np.int32)


def _twins(place: Int64) -> Int32:
    """Return the other pair of the same lot and pool, (E,) int32, -1 for none.

    Parameters
    ----------
    place : (E,) int64, equal for pairs of one lot and pool
    """
    order = np.argsort(place, kind="stable")
    first = np.flatnonzero(place[order][1:] == place[order][:-1])
    twin = np.full(len(place), -1, dtype=np.int32)
    twin[order[first]], twin[order[first + 1]] = order[first + 1], order[first]
    return twin


@jit
def _pair_up(option_start: Int64, use_start: Int32, use_pool: Int32, n_pools: int) -> tuple[Int32, Int32, Int32, Int64]:
    """Return the pair of every use, and lot and pool (or what is in its place) of every pair, and the pairs of every lot."""
    n = len(option_start) - 1
    of_use = np.empty(len(use_pool), dtype=np.int32)
    start = np.zeros(n + 1, dtype=np.int64)
    seen = np.full(n_pools, -1, dtype=np.int64)
    count = 0
    for lot in range(n):
        for use in range(use_start[option_start[lot]], use_start[option_start[lot + 1]]):
            pool = use_pool[use]
            if seen[pool] < start[lot]:
                seen[pool] = count
                count += 1
            of_use[use] = seen[pool]
        start[lot + 1] = count
    lots, pools = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    for lot in range(n):
        for use in range(use_start[option_start[lot]], use_start[option_start[lot + 1]]):
            lots[of_use[use]], pools[of_use[use]] = lot, use_pool[use]
    return of_use, lots, pools, start


def _scarce_resources(problem: Problem) -> Bools:
    """Return which resources could run out, (R,) bool; a half counts as the whole, as halves may be searched apart."""
    most = _most_needed(
        problem.option_start, problem.option_resource_start, problem.option_resource, problem.option_resource_amount,
        problem.n_resources,
    )  # fmt: skip
    scarce: Bools = 2 * most > problem.resource_limit
    scarce[problem.type_resource[problem.type_resource >= 0]] = True
    return scarce


@jit
def _most_needed(option_start: Int64, need_start: Int32, resource: Int32, amount: Int64, count: int) -> Int64:
    """Return what of every resource is used if each lot uses the most that any of its options does."""
    total, most = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for lot in range(len(option_start) - 1):
        first, last = need_start[option_start[lot]], need_start[option_start[lot + 1]]
        for need in range(first, last):
            rise = amount[need] - most[resource[need]]
            if rise > 0:
                total[resource[need]] += rise
                most[resource[need]] += rise
        for need in range(first, last):
            most[resource[need]] = 0
    return total


def _prices(problem: Problem, pool: Int32, lot: Int32, standing: Int64, fees: Fees) -> Records:
    """Return what pairs cost, see `Pairs`."""
    prices = np.zeros(len(pool), dtype=_PRICE)
    prices["entry"] = entry_amounts(fees, pool, standing, problem.lot_entry_value[lot], problem.lot_day_price[lot])
    types = _Types(
        problem.pool_type_start, problem.type_limit, problem.type_volume_cm3, problem.type_weight_g, problem.type_price
    )
    _add_loads(prices, pool, problem.lot_volume_cm3[lot], problem.lot_weight_g[lot], types)
    closed = problem.pool_max_parties[pool] == 0
    prices["open"][closed], prices["share"][closed] = NEVER, NEVER
    return prices


class _Types(NamedTuple):
    """Columns of the equipment types, int64; those of pool ``p`` are ``first[p]`` to ``first[p + 1]``."""

    first: Int64
    limit: Int64
    volume: Int64
    weight: Int64
    price: Int64


@jit
def _add_loads(prices: Records, pool: Int32, volume: Int64, weight: Int64, t: _Types) -> None:
    """Write the cheapest load that can carry the lot of a pair, and the cheapest part of one, each with the entry."""
    for pair in range(len(prices)):
        whole, share = NEVER, float(NEVER)
        for k in range(t.first[pool[pair]], t.first[pool[pair] + 1]):
            if volume[pair] <= t.volume[k] and weight[pair] <= t.weight[k] and t.limit[k] != 0:
                part = max(volume[pair] / max(1, t.volume[k]), weight[pair] / max(1, t.weight[k])) / 0.9
                whole, share = min(whole, t.price[k]), min(share, t.price[k] * min(max(part, 1e-12), 1.0))
        entry = prices[pair].entry
        prices[pair].open = min(whole + entry, NEVER)
        prices[pair].share = min(np.int64(share) + entry, NEVER)


def _entry_fees(problem: Problem, pairs: tuple[Int32, Int32, Int32], standing: Int64) -> tuple[Int64, Int64]:
    """Split the fees of every entry into a part that it surely costs and a part that each of its lots surely causes.

    A fee never falls with the value, so an entry costs at least the fee of nothing or, where it may be small, of a small one. And a fee per value falls with
    the value, so lots worth ``V`` together pay at least ``V * fee(V_all) / V_all``, where ``V_all`` is the value of all
    lots of that importer that can use the pool; where the lots may also make a small entry, which has a rate of its own,
    the lower of the two rates. For every fee and entry the larger of the two counts. What examinations surely cost is
    added to both (:mod:`solvers.surely`).

    Parameters
    ----------
    pairs : pool, lot and entry of every pair, (E,) int32 each
    standing : (E,) int64, of the importer of the pair
    """
    pool, lot, entry = pairs
    fixed, share = sure_parts(problem, pairs, standing)
    if not len(pool):
        return fixed, share
    schemes = problem.pool_scheme[pool]
    value = problem.lot_entry_value[lot].astype(np.float64)
    total: Float64 = np.bincount(entry, value)[entry].astype(np.float64)
    count = np.bincount(entry)[entry]
    smallest = np.full(int(entry.max()) + 1, np.inf)
    np.minimum.at(smallest, entry, value)
    for index, scheme in enumerate(problem.entry_schemes):
        in_scheme = np.flatnonzero(schemes == index)
        for fee in scheme:
            rows = in_scheme[(fee.standings >> standing[in_scheme] & 1).astype(np.bool_)]
            is_small, may_be_small = total[rows] <= fee.small_up_to, smallest[entry[rows]] <= fee.small_up_to
            whole = np.where(is_small, fee.small_amount, _usual(fee, total[rows]))
            rate = whole / np.maximum(total[rows], 1.0)
            if fee.small_up_to > 0:
                rate = np.where(may_be_small & ~is_small, np.minimum(rate, fee.small_amount / fee.small_up_to), rate)
            least = np.where(may_be_small, fee.small_amount, fee.usual(0))
            is_fixed = least >= whole * np.minimum(1.0, 1.5 / count[rows])
            fixed[rows] += np.where(is_fixed, least, 0)
            share[rows] += np.where(is_fixed, 0, _value_share(value[rows], rate, fee))
    return fixed, share


def _usual(fee: EntryFee, value: Float64) -> Float64:
    """Return the fee of entries that are not small, before it is rounded, (k,) float64 micro-units."""
    amount: Float64 = np.maximum(fee.flat + value * (fee.rate_ppb / 1e9), fee.minimum)
    return amount if fee.maximum is None else np.minimum(amount, fee.maximum)


def _value_share(value: Float64, rate: Float64, fee: EntryFee) -> Int64:
    """Return the part of a fee that each value causes at a rate per value, (k,) int64 micro-units.

    Rounding to cents can take half a cent from an entry; taking it from every lot keeps the sum below the fee.
    """
    part = np.floor(value * rate * (1 - 1e-12)).astype(np.int64)
    return np.maximum(part - (CENT // 2 if fee.rate_ppb else 0) - 1, 0)
