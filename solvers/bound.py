"""A lower bound on the cost of every assignment, by Lagrangian dual ascent.

Every lot ``i`` gets a price ``u_i`` for being served, and every pair of a lot and a *secondary* pool (one that some
option names after another pool, such as the truck of the final leg) a price ``m_ip`` for using it. Then each pool asks
alone which lots it would carry for what they pay, less what its loads and customs entries cost::

    L(u, m) = sum_i min(u_i, cheapest option of i without a primary pool) - sum_p V_p(payments)

``V_p`` is taken from above: lots fill loads as in a fractional knapsack, their size a weighted mean of volume and
weight; loads come in whole numbers, at the least cost that gives a capacity; a customs entry costs what it surely costs
once per pool, or its lots share it by value at the rate they have when all lots of an importer enter together. Conflicts,
mixing limits and type limits are left out; an allotment of loads counts as the volume that these can hold. Each of these steps can only lower ``L``, so every evaluation is a bound for
the true problem, packing and fees included.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from network.money import CENT, Bools, Float64, Int64

from ._jit import jit
from ._watch import Watch
from .filling import fill_pools, fillings_of, net_payments, no_fill
from .market import Slope, market_of, offer_prices, take_stock
from .outcome import Guides
from .pairs import Pairs
from .problem import Problem

_SMOOTHING = 0.7
_PATIENCE = 12
_SHRINK = 0.75
_SPLIT_FROM = 100_000
"""Pairs from which the work of an evaluation is worth two threads."""


@dataclass(slots=True)
class Prices:
    """Dual prices, micro-units.

    Attributes
    ----------
    lot : (n,) float64, price of serving a lot
    pair : (E,) float64, price of a lot in a secondary pool; zero for primary pairs
    resource : (R + A,) float64, price of one unit of a resource, or of 1 cm3 in the loads that an allotment allows
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
        self._fillings = fillings_of(problem, pairs)
        self._market = market_of(problem, pairs, pairs.usable if keep is None else pairs.usable & keep)
        n, e = problem.n_lots, len(pairs)
        self._fill = no_fill(problem, pairs)
        self._slope = Slope(
            np.zeros(n), np.zeros(e), np.zeros(len(self._market.limits)), np.zeros(n), np.zeros(n, dtype=np.bool_),
            np.zeros(n, dtype=np.int64), np.zeros(e), np.zeros(e, dtype=np.int64),
        )  # fmt: skip
        self._stopped: Callable[[], bool] = bool
        parts = 1 if e < _SPLIT_FROM else 2 if e < 20 * _SPLIT_FROM else 16
        self._threads = ThreadPoolExecutor(2) if parts > 1 else None
        self._lot_parts = _even_parts(self._market.first, parts)
        self._pool_parts = _even_parts(self._fillings.first, parts)

    @property
    def limits(self) -> Float64:
        """Return the limits of resources and allotments, (R + A,) float64."""
        return self._market.limits

    def guides(self, prices: Prices) -> Guides:
        """Return prices as guides for people: of allotments per unit, as of other resources."""
        count = self.problem.n_resources
        per_unit = self.limits[count:] / np.maximum(1, self.problem.resource_limit)
        return Guides(prices.lot.copy(), prices.resource[:count] + prices.resource[count:] * per_unit)

    def start(self) -> Prices:
        """Return prices of a plan in which every load is full: lots pay their share of the cheapest space."""
        problem, pairs = self.problem, self.pairs
        fair = np.where(pairs.fits, 0.9 * (pairs.own_load_price[1] - pairs.entry_alone), 0.0)
        pair = np.where(self._market.is_secondary, fair + pairs.fee_share, 0.0)
        fees = pairs.fee_share + pairs.entry_fixed
        uses = np.bincount(problem.option_of_use, (fair + fees)[pairs.of_use], problem.n_options)
        cost = np.where(pairs.usable, problem.option_cost + uses, np.inf)
        lot = problem.lot_unplanned_price.astype(np.float64)
        np.minimum.at(lot, problem.lot_of_option, cost)
        return Prices(lot, pair, np.zeros(len(self._market.limits)))

    def run(self, upper: int, iterations: int, watch: Watch, prices: Prices | None = None) -> Ascent:
        """Climb for a number of iterations and return the best bound found.

        Parameters
        ----------
        upper : int, micro-units, cost of a known plan; only sets the length of steps
        iterations : int
        watch : Watch, ends the climb early
        prices : Prices or None, where to start
        """
        self._stopped = watch.stopped
        ascent = _climb(self, self.start() if prices is None else prices.copy(), float(upper), iterations, watch)
        self._stopped = bool
        return ascent

    def evaluate(self, prices: Prices, choose_mix: bool = False, screen: bool = True) -> tuple[float, Slope]:
        """Return ``L`` and a subgradient; lot prices above what they are worth are lowered.

        The subgradient's arrays are overwritten by the next evaluation.
        """
        market, slope, fill = self._market, self._slope, self._fill
        self._in_parts(
            self._lot_parts, lambda a, b: offer_prices(market, prices.lot, prices.pair, prices.resource, slope, a, b)
        )
        prices.lot[:] = slope.price
        self._in_parts(
            self._pool_parts, lambda a, b: fill_pools(self._fillings, slope.payment, fill, a, b, choose_mix, screen)
        )
        limits = market.limits
        used = np.zeros((len(self._lot_parts), len(limits)))
        self._in_parts(
            self._lot_parts, lambda a, b: take_stock(market, fill, slope, used[self._lot_parts.index((a, b))], a, b)
        )
        slope.resource[:] = used.sum(axis=0) - limits
        value = float(prices.lot.sum() - fill.gain.sum() - (prices.resource * limits).sum())
        return value, slope

    def _in_parts(self, parts: list[tuple[int, int]], kernel: Callable[[int, int], None]) -> None:
        """Run a kernel on each part; parts write to different places, so the answer does not depend on the threads.

        When the user has stopped the search the rest is left out: the answer means nothing then.
        """
        if self._threads is None:
            for first, last in parts:
                kernel(first, last)
        else:

            def unless_stopped(first: int, last: int) -> None:
                if not self._stopped():
                    kernel(first, last)

            tasks = [self._threads.submit(unless_stopped, *part) for part in parts]
            for task in tasks:
                task.result()

    def excess(self, prices: Prices) -> Float64:
        """Return by how much the bound rises, at least, if an option is used, (m,) float64 micro-units.

        The lot forgoes its price and pays its way in every pool of the option, and a pool that would stay closed must
        open a load at a loss. Options that cost more than a known plan this way can be left out.
        """
        problem, pairs = self.problem, self.pairs
        prices = prices.copy()
        _, slope = self.evaluate(prices, choose_mix=True, screen=False)
        own = problem.option_cost - prices.lot[problem.lot_of_option]
        needs = self._market.needs
        spent = prices.resource[needs["resource"]] * needs["amount"]
        owner = np.repeat(self._market.choices["number"], self._market.choices["needs"])
        own += np.bincount(owner, spent, problem.n_options)
        paid = np.maximum(slope.payment, 0.0)
        toll = paid + pairs.fee_share + np.maximum(-self._fill.best, 0.0)[pairs.pool]
        if len(pairs):
            toll += np.maximum(pairs.entry_fixed - np.bincount(pairs.entry, paid)[pairs.entry], 0.0)
        own += np.bincount(problem.option_of_use, toll[pairs.of_use], problem.n_options)
        own[~pairs.usable] = np.inf
        return np.maximum(own, 0.0)

    def net_payments(self, prices: Prices) -> Float64:
        """Return what every pair pays for space, all customs fees paid, (E,) float64."""
        _, slope = self.evaluate(prices.copy())
        return net_payments(self._fillings, slope.payment, self._fill)


def _even_parts(starts: Int64, count: int) -> list[tuple[int, int]]:
    """Cut 0..k into parts of about the same number of rows."""
    cuts = np.searchsorted(starts, np.linspace(0, starts[-1], count + 1)[1:-1]).tolist()
    return list(pairwise([0, *cuts, len(starts) - 1]))


def _climb(dual: DualAscent, prices: Prices, upper: float, iterations: int, watch: Watch) -> Ascent:
    """Take Polyak steps along a smoothed, scaled subgradient; go back to the best prices when they do not help."""
    scales = _scales(dual.limits, prices)
    best, _ = dual.evaluate(prices, choose_mix=True)
    best = 0.0 if watch.stopped() else best
    best_prices, theta, stale = prices.copy(), 1.0, 0
    smooth = _no_slope(prices)
    for k in range(iterations):
        value, slope = dual.evaluate(prices, choose_mix=k % 50 == 49)
        if watch.stopped():
            break
        stale = 0 if value > best + 1e-6 * abs(best) else stale + 1
        if value > best:
            best, best_prices = value, prices.copy()
        if stale >= _PATIENCE:
            theta, stale = theta * _SHRINK, 0
            prices, smooth = best_prices.copy(), _no_slope(prices)
        norm = _smooth(prices.lot, smooth.lot, slope.lot, scales.lot, False)
        norm += _smooth(prices.pair, smooth.pair, slope.pair, scales.pair, True)
        norm += _smooth(prices.resource, smooth.resource, slope.resource, scales.resource, True)
        if norm <= 1e-9 or theta < 1e-4:
            break
        step = theta * max(upper - value, 1e-4 * upper) / norm
        _step(prices.lot, smooth.lot, scales.lot, step, False)
        _step(prices.pair, smooth.pair, scales.pair, step, True)
        _step(prices.resource, smooth.resource, scales.resource, step, True)
    final, _ = dual.evaluate(best_prices, choose_mix=True)
    best = best if watch.stopped() else max(best, final)
    return Ascent(_safe_bound(best, float(best_prices.lot.sum())), best_prices, best)


def _scales(limits: Float64, prices: Prices) -> Prices:
    lot, pair = np.maximum(prices.lot, 1e6) ** 0.25, np.maximum(prices.pair, 1e6) ** 0.25
    mean = float(lot.mean() if len(lot) else 1.0)
    return Prices(lot, pair, mean / np.maximum(1.0, limits) ** 2)


def _no_slope(like: Prices) -> Prices:
    return Prices(np.zeros_like(like.lot), np.zeros_like(like.pair), np.zeros_like(like.resource))


@jit
def _smooth(price: Float64, smooth: Float64, slope: Float64, scale: Float64, is_signed: bool) -> float:
    """Blend a slope into the smoothed one, without what would push a zero price below zero; return its square."""
    total = 0.0
    for k in range(len(price)):
        if is_signed and price[k] <= 0 and slope[k] <= 0:
            smooth[k] = 0.0
        else:
            smooth[k] = _SMOOTHING * smooth[k] + slope[k]
            total += scale[k] * smooth[k] * smooth[k]
    return total


@jit
def _step(price: Float64, smooth: Float64, scale: Float64, step: float, is_signed: bool) -> None:
    """Move prices along the smoothed slope; signed ones (of inequalities) stay at zero or above."""
    for k in range(len(price)):
        price[k] += step * scale[k] * smooth[k]
        if is_signed and price[k] < 0:
            price[k] = 0.0


def _safe_bound(value: float, magnitude: float) -> int:
    """Round `value` down by more than its floating point noise, then up to whole cents, as every cost is."""
    safe = int(np.floor(value - 1e-9 * abs(magnitude) - 1.0))
    return max(0, -(-safe // CENT) * CENT)
