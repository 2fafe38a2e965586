"""A lower bound on the cost of every assignment, by Lagrangian dual ascent.

Every lot ``i`` gets a price ``u_i`` for being served, and every pair of a lot and a *secondary* pool (one that some
option names after another pool, such as the truck of the final leg) a price ``m_ip`` for using it. Then each pool asks
alone which lots it would carry for what they pay, less what its loads and customs entries cost::

    L(u, m) = sum_i min(u_i, cheapest option of i without a primary pool) - sum_p V_p(payments)

``V_p`` is taken from above: lots fill loads as in a fractional knapsack, their size a weighted mean of volume and
weight; loads come in whole numbers, at the least cost that gives a capacity; a customs entry costs what it surely costs
once per pool, or its lots share it by value at the rate they have when all lots of an importer enter together. Conflicts, mixing limits and
type limits are left out. Each of these steps can only lower ``L``, so every evaluation is a bound for the true problem,
packing and fees included.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from network.money import CENT, Float64, Int64

from ._watch import Watch
from .outcome import Guides
from .problem import Bools, EntryFee, Problem

_MIXES = (1.0, 0.5, 0.0)
"""Weights of volume in the size of a lot that a pool may choose from."""
_EXACT_LOADS = 6
"""Pools that need more loads than this are priced coarsely beyond it."""
_TAIL_STEPS = 24


@dataclass(slots=True)
class Prices:
    """Dual prices, micro-units.

    Attributes
    ----------
    lot : (n,) float64, price of serving a lot
    pair : (E,) float64, price of a lot in a secondary pool; zero for primary pairs
    resource : (R,) float64, price of one unit of a resource
    """

    lot: Float64
    pair: Float64
    resource: Float64

    def copy(self) -> Prices:
        """Return an independent copy."""
        return Prices(self.lot.copy(), self.pair.copy(), self.resource.copy())


@dataclass(slots=True)
class Ascent:
    """Result of the dual ascent: the best bound and the prices that prove it."""

    bound: int
    prices: Prices
    value: float

    def guides(self) -> Guides:
        """Return the prices as guides for people."""
        return Guides(self.prices.lot.copy(), self.prices.resource.copy())


class Pairs:
    """Which lot may use which pool, and what is known of each such pair before any price.

    Attributes
    ----------
    pool, lot : (E,) int64, sorted by pool, then lot
    start : (P+1,) int64, pairs of a pool
    of_use : pair of every entry of ``problem.option_pool``
    entry : (E,) int64, number of the customs entry, one per pool and importer
    entry_fixed : (E,) int64, micro-units that its entry costs whatever its value
    fee_share : (E,) int64, micro-units of further customs fees that the lot surely causes in the pool
    fits : (E,) bool, False when no type of the pool can carry the lot
    usable : (m,) bool, options that can be chosen at all
    """

    def __init__(self, problem: Problem) -> None:
        n = max(1, problem.n_lots)
        key = problem.option_pool * n + problem.lot_of_option[problem.option_of_use]
        unique, self.of_use = np.unique(key, return_inverse=True)
        self.pool, self.lot = unique // n, unique % n
        self.start = np.searchsorted(self.pool, np.arange(problem.n_pools + 1))
        self.fits = _fits(problem, self.pool, self.lot)
        usable = np.ones(problem.n_options, dtype=np.bool_)
        usable[problem.option_of_use[~self.fits[self.of_use]]] = False
        needed = np.repeat(np.arange(problem.n_options), np.diff(problem.option_resource_start))
        too_much = problem.option_resource_amount > problem.resource_limit[problem.option_resource]
        usable[needed[too_much]] = False
        self.usable: Bools = usable
        parties = int(problem.lot_party.max(initial=0)) + 1
        _, self.entry = np.unique(self.pool * parties + problem.lot_party[self.lot], return_inverse=True)
        self.entry_fixed, self.fee_share = _entry_fees(problem, self.pool, self.lot, self.entry)

    def __len__(self) -> int:
        return len(self.pool)


def _fits(problem: Problem, pool: Int64, lot: Int64) -> Bools:
    fits = np.zeros(len(pool), dtype=np.bool_)
    count = np.diff(problem.pool_type_start)[pool]
    for k in range(int(count.max(initial=0))):
        rows = np.flatnonzero(count > k)
        types = problem.pool_type_start[pool[rows]] + k
        fits[rows] |= (
            (problem.lot_volume_cm3[lot[rows]] <= problem.type_volume_cm3[types])
            & (problem.lot_weight_g[lot[rows]] <= problem.type_weight_g[types])
            & (problem.type_limit[types] != 0)
        )
    return fits


def _entry_fees(problem: Problem, pool: Int64, lot: Int64, entry: Int64) -> tuple[Int64, Int64]:
    """Split the fees of every entry into a part that it surely costs and a part that each of its lots surely causes.

    A fee never falls with the value, so an entry costs at least the fee of nothing. And a fee per value falls with the
    value, so lots worth ``V`` together pay at least ``V * fee(V_all) / V_all``, where ``V_all`` is the value of all lots
    of that importer that can use the pool. For every fee and entry the larger of the two counts.
    """
    fixed, share = np.zeros(len(pool), dtype=np.int64), np.zeros(len(pool), dtype=np.int64)
    if not len(pool):
        return fixed, share
    schemes = problem.pool_scheme[pool]
    value = problem.lot_entry_value[lot].astype(np.float64)
    total, count = np.bincount(entry, value)[entry], np.bincount(entry)[entry]
    for index, scheme in enumerate(problem.entry_schemes):
        rows = np.flatnonzero(schemes == index)
        for fee in scheme:
            whole = np.maximum(fee.flat + total[rows] * (fee.rate_ppb / 1e9), fee.minimum)
            whole = whole if fee.maximum is None else np.minimum(whole, fee.maximum)
            least = fee.amount(0)
            typical = whole * np.minimum(1.0, 1.5 / count[rows])
            is_fixed = least >= typical
            by_value = _value_share(value[rows], total[rows], whole, fee)
            fixed[rows] += np.where(is_fixed, least, 0)
            share[rows] += np.where(is_fixed, 0, by_value)
    return fixed, share


def _value_share(value: Float64, total: Float64, whole: Float64, fee: EntryFee) -> Int64:
    """Return the part of the fee `whole` of the value `total` that each value causes, (k,) int64 micro-units.

    Rounding to cents can take half a cent from an entry; taking it from every lot keeps the sum below the fee.
    """
    part = np.floor(value * whole / np.maximum(total, 1.0) * (1 - 1e-12)).astype(np.int64)
    return np.maximum(part - (CENT // 2 if fee.rate_ppb else 0) - 1, 0)


@dataclass(slots=True)
class _Steps:
    """Least cost of a capacity per pool as a step function, for one mix of volume and weight."""

    size: Float64
    start: Int64
    capacity: Float64
    cost: Float64


def _steps(problem: Problem, pairs: Pairs, mix: float) -> _Steps:
    size = np.zeros(len(pairs))
    start, capacity, cost = [0], list[float](), list[float]()
    for pool in range(problem.n_pools):
        rows = slice(int(pairs.start[pool]), int(pairs.start[pool + 1]))
        types = np.arange(problem.pool_type_start[pool], problem.pool_type_start[pool + 1])
        types = types[problem.type_limit[types] != 0]
        if rows.start < rows.stop and len(types):
            volume, weight = problem.type_volume_cm3[types], problem.type_weight_g[types]
            per_volume, per_weight = mix / max(1, int(volume.max())), (1 - mix) / max(1, int(weight.max()))
            lots = pairs.lot[rows]
            size[rows] = problem.lot_volume_cm3[lots] * per_volume + problem.lot_weight_g[lots] * per_weight
            demand = float(size[rows][pairs.fits[rows]].sum())
            room = (volume * per_volume + weight * per_weight).tolist()
            for step_capacity, step_cost in _frontier(room, problem.type_price[types].tolist(), demand):
                capacity.append(step_capacity)
                cost.append(step_cost)
        start.append(len(capacity))
    return _Steps(size, np.array(start), np.array(capacity), np.array(cost))


def _frontier(room: list[float], price: list[int], demand: float) -> list[tuple[float, float]]:
    """Return (capacity, least cost) of whole loads, ascending, until the capacity covers `demand`.

    A combination of loads that a cheaper one exceeds is left out. Beyond a few loads the steps are coarser: there a
    capacity is charged at the best cost per capacity of any type, which no combination beats.
    """
    single = _undominated(list(zip(room, map(float, price), strict=True)))
    exact = min(demand, _EXACT_LOADS * single[-1][0])
    points = layer = single
    while layer:
        known = set(points)
        points = _undominated(points + [(c + c1, p + p1) for c, p in layer if c < exact for c1, p1 in single])
        layer = [point for point in points if point not in known]
    if points[-1][0] >= demand:
        enough = next(k for k, point in enumerate(points) if point[0] >= demand)
        return points[: enough + 1]
    enough = next(k for k, point in enumerate(points) if point[0] >= exact)
    rate = min(p / c for c, p in single if c > 0)
    knots = np.geomspace(points[enough][0], demand, _TAIL_STEPS)
    tail = [(float(high), float(low) * rate) for low, high in zip(knots[:-1], knots[1:], strict=True)]
    return points[: enough + 1] + tail


def _undominated(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    kept: list[tuple[float, float]] = []
    for capacity, cost in sorted(set(points), key=lambda point: (-point[0], point[1])):
        if not kept or cost < kept[-1][1]:
            kept.append((capacity, cost))
    return kept[::-1]


class DualAscent:
    """Scaled and smoothed subgradient steps on ``L(u, m)``; keeps the best bound.

    Parameters
    ----------
    problem : Problem
    pairs : Pairs
    keep : (m,) bool or None
        Options that may be used; leaving out options that no better plan uses makes the bound conditional on that.
    """

    def __init__(self, problem: Problem, pairs: Pairs, keep: Bools | None = None) -> None:
        self.problem, self.pairs = problem, pairs
        self._all_steps = [_steps(problem, pairs, mix) for mix in _MIXES]
        self._mix_of_pool = np.zeros(problem.n_pools, dtype=np.int64)
        self._cheapest_load = np.zeros(problem.n_pools)
        has_types = np.flatnonzero(np.diff(problem.pool_type_start))
        if len(has_types):
            cheapest = np.minimum.reduceat(problem.type_price, problem.pool_type_start[has_types])
            self._cheapest_load[has_types] = cheapest
        self._classify(pairs.usable if keep is None else pairs.usable & keep)

    def _classify(self, keep: Bools) -> None:
        """Sort options into those with a primary pool (grouped by pair) and those without (grouped by lot)."""
        problem, pairs = self.problem, self.pairs
        use_option = problem.option_of_use
        first = np.zeros(len(use_option), dtype=np.bool_)
        first[problem.option_pool_start[:-1][np.diff(problem.option_pool_start) > 0]] = True
        secondary = np.zeros(problem.n_pools, dtype=np.bool_)
        secondary[problem.option_pool[~first]] = True
        self.pair_secondary = secondary[pairs.pool] if len(pairs) else np.zeros(0, dtype=np.bool_)

        is_primary_use = ~secondary[problem.option_pool]
        primary = np.full(problem.n_options, -1, dtype=np.int64)
        primary[use_option[is_primary_use]] = pairs.of_use[is_primary_use]
        live_use = keep[use_option] & ~is_primary_use
        self._sec_option, self._sec_pair = use_option[live_use], pairs.of_use[live_use]

        chosen = np.flatnonzero(keep & (primary >= 0))
        self._routed = chosen[np.argsort(primary[chosen], kind="stable")]
        self._routed_pair, self._routed_start = np.unique(primary[self._routed], return_index=True)
        self._direct = np.flatnonzero(keep & (primary < 0))
        self._direct_lot, self._direct_start = np.unique(problem.lot_of_option[self._direct], return_index=True)
        needed = np.repeat(np.arange(problem.n_options), np.diff(problem.option_resource_start))
        self._needs = needed, problem.option_resource, problem.option_resource_amount.astype(np.float64)

    def start(self) -> Prices:
        """Return prices of a plan in which every load is full: lots pay their share of the cheapest space."""
        problem, pairs = self.problem, self.pairs
        fair = np.full(len(pairs), np.inf)
        count = np.diff(problem.pool_type_start)[pairs.pool] if len(pairs) else np.zeros(0, dtype=np.int64)
        for k in range(int(count.max(initial=0))):
            rows = np.flatnonzero(count > k)
            types = problem.pool_type_start[pairs.pool[rows]] + k
            filled = np.maximum(
                problem.lot_volume_cm3[pairs.lot[rows]] / np.maximum(1, problem.type_volume_cm3[types]),
                problem.lot_weight_g[pairs.lot[rows]] / np.maximum(1, problem.type_weight_g[types]),
            )
            fair[rows] = np.minimum(fair[rows], problem.type_price[types] * filled)
        fair = np.where(pairs.fits, fair, 0.0)
        pair = np.where(self.pair_secondary, fair + pairs.fee_share, 0.0)
        fees = pairs.fee_share + pairs.entry_fixed
        uses = np.bincount(problem.option_of_use, (fair + fees)[pairs.of_use], problem.n_options)
        cost = np.where(pairs.usable, problem.option_cost + uses, np.inf)
        lot = problem.lot_unplanned_price.astype(np.float64)
        np.minimum.at(lot, problem.lot_of_option, cost)
        return Prices(lot, pair, np.zeros(problem.n_resources))

    def run(self, upper: int, iterations: int, watch: Watch, prices: Prices | None = None) -> Ascent:
        """Climb for a number of iterations and return the best bound found.

        Parameters
        ----------
        upper : int, micro-units, cost of a known plan; only sets the length of steps
        iterations : int
        watch : Watch, ends the climb early
        prices : Prices or None, where to start
        """
        rounds = itertools.takewhile(lambda k: k % 20 != 0 or not watch.stopped(), range(iterations))
        return _climb(self, self.start() if prices is None else prices.copy(), float(upper), rounds)

    def evaluate(self, prices: Prices, choose_mix: bool = False) -> tuple[float, Prices]:
        """Return the bound that `prices` prove and its subgradient. Lowers ``prices.lot`` to the direct price.

        Parameters
        ----------
        prices : Prices
        choose_mix : bool, try every mix of volume and weight in every pool and keep the best
        """
        problem = self.problem
        reduced = self.option_reduced(prices)
        direct = np.minimum.reduceat(reduced[self._direct], self._direct_start) if len(self._direct) else np.zeros(0)
        ceiling = problem.lot_unplanned_price.astype(np.float64)
        ceiling[self._direct_lot] = np.minimum(ceiling[self._direct_lot], direct)
        at_ceiling = prices.lot >= ceiling
        np.minimum(prices.lot, ceiling, out=prices.lot)

        gain, carried = self._pools(self._payments(prices, reduced), choose_mix)

        value = float(prices.lot.sum() - np.maximum(gain, 0.0).sum() - prices.resource @ problem.resource_limit)
        return value, self._subgradient(prices, reduced, carried, at_ceiling)

    def excess(self, prices: Prices) -> Float64:
        """Return by how much the bound rises, at least, if an option is used, (m,) float64 micro-units.

        The lot forgoes its price and pays its way in every pool of the option, and a pool that would stay closed must
        open a load at a loss. Options that cost more than a known plan this way can be left out.
        """
        problem, pairs = self.problem, self.pairs
        self.evaluate(prices)
        option, resource, amount = self._needs
        own = problem.option_cost - prices.lot[problem.lot_of_option]
        own += np.bincount(option, prices.resource[resource] * amount, problem.n_options)
        payment = self.payments(prices)
        gain, _ = self._pools(payment, choose_mix=True)
        toll = np.maximum(payment, 0.0) + pairs.fee_share + np.maximum(-gain, 0.0)[pairs.pool]
        if len(pairs):
            toll += np.maximum(pairs.entry_fixed - np.bincount(pairs.entry, np.maximum(payment, 0.0))[pairs.entry], 0.0)
        own += np.bincount(problem.option_of_use, toll[pairs.of_use], problem.n_options)
        own[~pairs.usable] = np.inf
        return np.maximum(own, 0.0)

    def payments(self, prices: Prices) -> Float64:
        """Return what every pair offers its pool beyond the customs fees it causes, (E,) float64."""
        return self._payments(prices, self.option_reduced(prices))

    def net_payments(self, prices: Prices) -> Float64:
        """Return what every pair pays for space, all customs fees paid, (E,) float64."""
        payment = self.payments(prices)
        rows = np.flatnonzero(payment > 0)
        size = np.maximum(self._all_steps[0].size[rows], 1e-30)
        payment[rows] = _less_entries(self.pairs, rows, payment[rows], size)
        return payment

    def _payments(self, prices: Prices, reduced: Float64) -> Float64:
        pairs = self.pairs
        payment = prices.pair - pairs.fee_share
        if len(self._routed):
            offer = prices.lot[self.problem.lot_of_option[self._routed]] - reduced[self._routed]
            best = np.maximum.reduceat(offer, self._routed_start)
            payment[self._routed_pair] = best - pairs.fee_share[self._routed_pair]
        payment[~pairs.fits] = 0.0
        return payment

    def option_reduced(self, prices: Prices) -> Float64:
        """Return own cost plus what the option pays for secondary pools and resources, (m,) float64."""
        m = self.problem.n_options
        option, resource, amount = self._needs
        reduced = self.problem.option_cost.astype(np.float64)
        reduced += np.bincount(self._sec_option, prices.pair[self._sec_pair], m)
        if len(option):
            reduced += np.bincount(option, prices.resource[resource] * amount, m)
        return reduced

    def _subgradient(self, prices: Prices, reduced: Float64, carried: Float64, at_ceiling: Bools) -> Prices:
        problem, pairs = self.problem, self.pairs
        taken = np.zeros(problem.n_options)
        taken[_cheapest(reduced, self._routed, self._routed_start)] = carried[self._routed_pair]
        served = np.bincount(problem.lot_of_option, taken, problem.n_lots)
        rest = np.where(at_ceiling, np.clip(1.0 - served, 0.0, 1.0), 0.0)
        best = _cheapest(reduced, self._direct, self._direct_start)
        worth = reduced[best] <= problem.lot_unplanned_price[self._direct_lot]
        taken[best] = np.where(worth, rest[self._direct_lot], 0.0)
        by_options = np.bincount(self._sec_pair, taken[self._sec_option], len(pairs))
        pair = by_options - np.where(self.pair_secondary, carried, 0.0)
        option, resource, amount = self._needs
        used = np.bincount(resource, taken[option] * amount, problem.n_resources) - problem.resource_limit
        return Prices(1.0 - served - rest, pair, used)

    def _pools(self, payment: Float64, choose_mix: bool) -> tuple[Float64, Float64]:
        """Return the best gain of every pool that opens a load, (P,), and what part of every pair that carries, (E,)."""
        if choose_mix:
            trials = [self._fill(payment, np.full_like(self._mix_of_pool, mix))[0] for mix in range(len(_MIXES))]
            self._mix_of_pool = np.argmin(np.stack(trials), axis=0)
        return self._fill(payment, self._mix_of_pool)

    def _fill(self, payment: Float64, mix_of_pool: Int64) -> tuple[Float64, Float64]:
        gain, carried = -self._cheapest_load, np.zeros(len(self.pairs))
        for mix, steps in enumerate(self._all_steps):
            rows = np.flatnonzero((payment > 0) & (mix_of_pool[self.pairs.pool] == mix))
            if len(rows):
                paid = _less_entries(self.pairs, rows, payment[rows], np.maximum(steps.size[rows], 1e-30))
                rows, paid = rows[paid > 0], paid[paid > 0]
                if len(rows):
                    _fill_pools(self.pairs.pool[rows], paid, steps, rows, gain, carried)
        return gain, carried


def _cheapest(cost: Float64, members: Int64, start: Int64) -> Int64:
    """Return the first cheapest member of every group; groups begin at `start` in `members`."""
    if not len(members):
        return members
    least = np.repeat(np.minimum.reduceat(cost[members], start), np.diff(np.append(start, len(members))))
    hits = np.flatnonzero(cost[members] <= least)
    first: Int64 = members[hits[np.searchsorted(hits, start)]]
    return first


def _less_entries(pairs: Pairs, rows: Int64, payment: Float64, size: Float64) -> Float64:
    """Take the fixed cost of its customs entry from what the lots of one importer pay in a pool.

    A fractional fill takes the lots of an importer in the order of payment per size; the fixed cost is borne by the
    first of them, as many as make their common payment per size best (the linear relaxation of "no lot without its
    entry").
    """
    charged = np.flatnonzero(pairs.entry_fixed[rows] > 0)
    if not len(charged):
        return payment
    order = charged[np.lexsort((-(payment[charged] / size[charged]), pairs.entry[rows[charged]]))]
    entry, paid, sized = pairs.entry[rows[order]], payment[order], size[order]
    first = np.flatnonzero(np.diff(entry, prepend=-1))
    members = np.diff(np.append(first, len(order)))
    paid_so_far = np.cumsum(paid) - np.repeat((np.cumsum(paid) - paid)[first], members)
    size_so_far = np.cumsum(sized) - np.repeat((np.cumsum(sized) - sized)[first], members)
    rate = (paid_so_far - pairs.entry_fixed[rows[order]]) / np.maximum(size_so_far, 1e-30)
    best = np.repeat(np.maximum.reduceat(rate, first), members)
    hits = np.flatnonzero(rate >= best)
    bearers = np.arange(len(order)) <= np.repeat(hits[np.searchsorted(hits, first)], members)
    result = payment.copy()
    result[order] = np.where(best <= 0, 0.0, np.where(bearers, sized * best, paid))
    return result


def _fill_pools(
    pool: Int64, payment: Float64, steps: _Steps, rows: Int64, best_gain: Float64, carried: Float64
) -> None:
    """Fill every pool with its best-paying lots up to the capacity that pays best, all pools at once.

    Parameters
    ----------
    pool, payment, rows : (k,) of the pairs that offer a payment, sorted by pool
    best_gain, carried : written for these pools and pairs
    """
    size = np.maximum(steps.size[rows], 1e-30)
    order = np.lexsort((-(payment / size), pool))
    rows, pool, payment, size = rows[order], pool[order], payment[order], size[order]
    full_size, full_pay = np.cumsum(size), np.cumsum(payment)
    pools, first = np.unique(pool, return_index=True)
    last = np.append(first[1:], len(pool))
    size_before, pay_before = full_size[first] - size[first], full_pay[first] - payment[first]

    begin, count = steps.start[pools], steps.start[pools + 1] - steps.start[pools]
    owner = np.repeat(np.arange(len(pools)), count)
    row = np.arange(len(owner)) + np.repeat(begin - (np.cumsum(count) - count), count)
    reach = size_before[owner] + steps.capacity[row]
    whole = np.minimum(np.searchsorted(full_size, reach, side="right"), last[owner])
    broken = np.minimum(whole, len(pool) - 1)
    part = np.where(
        whole < last[owner], (reach - (full_size[broken] - size[broken])) * (payment[broken] / size[broken]), 0.0
    )
    filled = np.where(whole > 0, full_pay[np.maximum(whole, 1) - 1], 0.0) - pay_before[owner] + np.maximum(part, 0.0)
    gain = filled - steps.cost[row]

    best = np.lexsort((-gain, owner))[np.cumsum(count) - count]
    best_gain[pools] = gain[best]
    room = np.where(gain[best] > 0, steps.capacity[row[best]], 0.0)
    place = np.repeat(np.arange(len(pools)), last - first)
    carried[rows] = np.clip((room[place] - (full_size - size - size_before[place])) / size, 0.0, 1.0)


_SMOOTHING = 0.7
_PATIENCE = 12
_SHRINK = 0.75


def _climb(dual: DualAscent, prices: Prices, upper: float, rounds: Iterable[int]) -> Ascent:
    """Take Polyak steps along a smoothed, scaled subgradient; go back to the best prices when they do not help."""
    lot_scale = np.maximum(prices.lot, 1e6) ** 0.5
    pair_scale = np.maximum(prices.pair, 1e6) ** 0.5
    resource_scale = float(lot_scale.mean() if len(lot_scale) else 1.0) / (
        np.maximum(1.0, dual.problem.resource_limit) ** 2
    )
    best, _ = dual.evaluate(prices, choose_mix=True)
    best_prices, theta, stale = prices.copy(), 1.0, 0
    smooth = _no_slope(prices)
    for k in rounds:
        value, slope = dual.evaluate(prices, choose_mix=k % 50 == 0)
        stale = 0 if value > best + 1e-6 * abs(best) else stale + 1
        if value > best:
            best, best_prices = value, prices.copy()
        if stale >= _PATIENCE:
            theta, stale = theta * _SHRINK, 0
            prices, smooth = best_prices.copy(), _no_slope(prices)
        smooth.lot = _SMOOTHING * smooth.lot + slope.lot
        smooth.pair = _smoothed(prices.pair, smooth.pair, slope.pair)
        smooth.resource = _smoothed(prices.resource, smooth.resource, slope.resource)
        norm = float(lot_scale @ smooth.lot**2 + pair_scale @ smooth.pair**2 + resource_scale @ smooth.resource**2)
        if norm <= 1e-9 or theta < 1e-4:
            break
        step = theta * max(upper - value, 1e-4 * upper) / norm
        prices.lot += step * lot_scale * smooth.lot
        prices.pair = np.maximum(prices.pair + step * pair_scale * smooth.pair, 0.0)
        prices.resource = np.maximum(prices.resource + step * resource_scale * smooth.resource, 0.0)
    final, _ = dual.evaluate(best_prices, choose_mix=True)
    return Ascent(_safe_bound(max(best, final), float(best_prices.lot.sum())), best_prices, max(best, final))


def _no_slope(like: Prices) -> Prices:
    return Prices(np.zeros_like(like.lot), np.zeros_like(like.pair), np.zeros_like(like.resource))


def _smoothed(price: Float64, smooth: Float64, slope: Float64) -> Float64:
    """Return the smoothed slope, without the part that would push a zero price below zero."""
    result: Float64 = np.where((price <= 0) & (slope < 0), 0.0, _SMOOTHING * smooth + slope)
    return result


def _safe_bound(value: float, magnitude: float) -> int:
    """Round `value` down by more than its floating point noise, then up to whole cents, as every cost is."""
    safe = int(np.floor(value - 1e-9 * abs(magnitude) - 1.0))
    return max(0, -(-safe // CENT) * CENT)
