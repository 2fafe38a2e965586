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

from network.money import CENT, Bools, Float64, Int64

from ._watch import Watch
from .filling import Filling
from .outcome import Guides
from .pairs import Pairs
from .problem import Problem


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
        self.filling = Filling(problem, pairs)
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
        amount = problem.option_resource_amount.astype(np.float64)
        self._needs = problem.option_of_need, problem.option_resource, amount

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

        gain, carried = self.filling.best(self._payments(prices, reduced), choose_mix)

        value = float(prices.lot.sum() - np.maximum(gain, 0.0).sum() - (prices.resource * problem.resource_limit).sum())
        return value, self._subgradient(reduced, carried, at_ceiling)

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
        gain, _ = self.filling.best(payment, choose_mix=True, screen=False)
        loss = np.maximum(-self.filling.pool_gain(gain), 0.0)
        toll = np.maximum(payment, 0.0) + pairs.fee_share + loss[pairs.pool]
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
        return self.filling.net_payments(self.payments(prices))

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

    def _subgradient(self, reduced: Float64, carried: Float64, at_ceiling: Bools) -> Prices:
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
        return Prices((1.0 - served - rest).astype(np.float64), pair.astype(np.float64), used.astype(np.float64))


def _cheapest(cost: Float64, members: Int64, start: Int64) -> Int64:
    """Return the first cheapest member of every group; groups begin at `start` in `members`."""
    if not len(members):
        return members
    least = np.repeat(np.minimum.reduceat(cost[members], start), np.diff(np.append(start, len(members))))
    hits = np.flatnonzero(cost[members] <= least)
    first: Int64 = members[hits[np.searchsorted(hits, start)]]
    return first


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
        norm = _norm(lot_scale, smooth.lot) + _norm(pair_scale, smooth.pair) + _norm(resource_scale, smooth.resource)
        if norm <= 1e-9 or theta < 1e-4:
            break
        step = theta * max(upper - value, 1e-4 * upper) / norm
        prices.lot += step * lot_scale * smooth.lot
        prices.pair = np.maximum(prices.pair + step * pair_scale * smooth.pair, 0.0)
        prices.resource = np.maximum(prices.resource + step * resource_scale * smooth.resource, 0.0)
    final, _ = dual.evaluate(best_prices, choose_mix=True)
    return Ascent(_safe_bound(max(best, final), float(best_prices.lot.sum())), best_prices, max(best, final))


def _norm(scale: Float64, slope: Float64) -> float:
    """Return the scaled square of a slope; a plain sum, because threads of a matrix library share work as they like."""
    return float((scale * slope**2).sum())


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
