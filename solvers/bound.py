"""A lower bound on the cost of every assignment, by Lagrangian dual ascent.

Every lot ``i`` gets a price ``u_i`` for being served, and every pair of a lot and a *secondary* pool (one that some
option names after another pool, such as the truck of the final leg) a price ``m_ip`` for using it. Then each pool asks
alone which lots it would carry for what they pay, less what its loads and customs entries cost::

    L(u, m, w) = sum_i min(u_i, cheapest option of i without a primary pool) - sum_p V_p(payments) - sum_r w_r limit_r

``w_r`` is the price of a unit of a limited resource. ``V_p`` is taken from above: lots fill loads as in a fractional
knapsack, their size a weighted mean of volume and weight; loads come in whole numbers, at the least cost that gives a
capacity, and beyond a few of them at the best price per size; a customs entry costs what it surely costs once per pool,
or its lots share it by value at the rate they have when all lots of an importer enter together. Of conflicts only this
is kept: one load carries compatible classes. Mixing limits and type limits are left out; an allotment of loads counts as
the volume that these can hold. Each of these steps can only lower ``L``, so every evaluation is a bound for the true
problem, packing and fees included.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from network.money import CENT, Bools, Float64, Int64

from ._jit import jit
from ._watch import Watch
from .filling import fill_pools, fillings_of, net_payments, no_fill
from .market import Slope, excess_of, market_of, offer_prices, take_stock, usual_needs
from .outcome import Guides
from .pairs import Pairs
from .problem import Problem

_STEPS, _SHORT_STEPS = (1.0, 0.005), (0.1, 0.001)
"""First and last step of a climb from nothing, and of one that goes on."""
_LEAST_SHARE, _OF_LIMITS = 0.02, 0.2
"""Least part of a lot's price that a step of 1 moves; part of the space of a usual lot that it moves a limit's price."""
_FRESH, _STEADY = 0.6, 0.95
"""Parts that the mean of slopes, and of their squares, keeps of its past."""
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
    """Climbs ``L(u, m)`` by normalised subgradient steps and keeps the best bound.

    Parameters
    ----------
    problem : Problem
    pairs : Pairs
    keep : (m,) bool or None
        Options that may be used; leaving out options that no better plan uses makes the bound conditional on that.

    Attributes
    ----------
    fill : Fill
        What pools carry and gain at the prices evaluated last.
    """

    def __init__(self, problem: Problem, pairs: Pairs, keep: Bools | None = None) -> None:
        self.problem, self.pairs = problem, pairs
        self._fillings = fillings_of(problem, pairs)
        self._market = market_of(problem, pairs, pairs.usable if keep is None else pairs.usable & keep)
        n, e = problem.n_lots, len(pairs)
        self.fill = no_fill(problem, pairs)
        self._slope = Slope(
            np.zeros(n), np.zeros(e), np.zeros(len(self._market.limits)), np.zeros(n), np.zeros(n, dtype=np.bool_),
            np.zeros(n, dtype=np.int64), np.zeros(e), np.zeros(e, dtype=np.int32),
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

    def start(self, share: float = 0.5) -> Prices:
        """Return prices at which lots pay a share of what they need of full loads, and of an entry alone, where cheapest."""
        problem, pairs = self.problem, self.pairs
        fair = np.where(pairs.fits, pairs.prices["share"] - pairs.prices["entry"], 0.0)
        fair *= share
        pair = np.where(self._market.is_secondary, fair + pairs.fee_share, 0.0)
        fair += pairs.fee_share + share * pairs.entry_fixed
        return Prices(pairs.prices_of_lots(problem, fair), pair, np.zeros(len(self._market.limits)))

    def run(self, iterations: int, watch: Watch, prices: Prices | None = None) -> Ascent:
        """Climb for a number of iterations and return the best bound found.

        Every price moves along its mean slope by about the same part of what it is about, the space and the entries of
        the lot, however steep it is, and all by less and less (RMSprop with momentum; Tieleman and Hinton, 2012). Prices
        of very different sensitivity find their way together; the last steps say how near they come.

        Parameters
        ----------
        iterations : int
        watch : Watch, ends the climb early
        prices : Prices or None, where to go on with shorter steps; None to start from nothing
        """
        self._stopped = watch.stopped
        first_step, last_step = _STEPS if prices is None else _SHORT_STEPS
        # At first many pools want the same lot, more than any limit could satisfy: limits wait.
        late = iterations // 2 if prices is None else 0
        prices = self.start() if prices is None else prices.copy()
        walks = self._walks(prices)
        best, best_prices = 0.0, prices.copy()
        for k in range(iterations):
            value, slope = self.evaluate(prices, choose_mix=k in (late // 2, iterations // 2))
            if watch.stopped():
                break
            if value > best:
                best, best_prices = value, prices.copy()
            step = first_step * (last_step / first_step) ** (k / max(1, iterations - 1))
            walks[0].step(prices.lot, slope.lot, step, False)
            walks[1].step(prices.pair, slope.pair, step, True)
            if k >= late:
                walks[2].step(prices.resource, slope.resource, step, True)
        final, _ = self.evaluate(best_prices, choose_mix=True)
        best = best if watch.stopped() else max(best, final)
        self._stopped = bool
        return Ascent(_safe_bound(best, float(best_prices.lot.sum())), best_prices, best)

    def _walks(self, prices: Prices) -> tuple[_Walk, _Walk, _Walk]:
        """Return steps of lots, of pairs and of resources: as long as what they are about costs."""
        dear = self.start(1.0)
        space = np.maximum(dear.lot - self.start(0.0).lot, _LEAST_SHARE * prices.lot)
        secondary = np.flatnonzero(self._market.is_secondary)
        limits = self.limits
        amount = usual_needs(self._market.needs, len(limits))
        per_unit = _OF_LIMITS * float(np.median(space) if len(space) else 0.0) / np.maximum(amount, 1e-9)
        return (
            _Walk(np.arange(len(space)), space, np.ones(len(space))),
            _Walk(secondary, np.maximum(dear.pair[secondary], 1e5), np.ones(len(secondary))),
            _Walk(np.arange(len(limits)), per_unit, 1 / np.maximum(limits, 1.0)),
        )

    def evaluate(self, prices: Prices, choose_mix: bool = False, screen: bool = True) -> tuple[float, Slope]:
        """Return ``L`` and a subgradient; lot prices above what they are worth are lowered.

        The subgradient's arrays are overwritten by the next evaluation.
        """
        market, slope, fill = self._market, self._slope, self.fill
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
        pairs, prices = self.pairs, prices.copy()
        _, slope = self.evaluate(prices, choose_mix=True, screen=False)
        paid = np.maximum(slope.payment, 0.0)
        toll = paid + pairs.fee_share + np.maximum(-self.fill.best, 0.0)[pairs.pool]
        if len(pairs):
            toll += np.maximum(pairs.entry_fixed - np.bincount(pairs.entry, paid)[pairs.entry], 0.0)
        excess = np.full(self.problem.n_options, np.inf)
        excess_of(self._market, prices.lot, prices.resource, toll, excess)
        return excess

    def net_payments(self, prices: Prices) -> Float64:
        """Return what every pair pays for space, all customs fees paid, (E,) float64."""
        _, slope = self.evaluate(prices.copy())
        return net_payments(self._fillings, slope.payment, self.fill)


class _Trail(NamedTuple):
    """Some prices and how they have moved.

    Attributes
    ----------
    rows : (k,) int64, which prices
    scale : (k,) float64, micro-units, how far a step of 1 moves a price
    unit : (k,) float64, makes slopes comparable
    mean, square : (k,) float64, of the slopes so far, mostly the last ones
    """

    rows: Int64
    scale: Float64
    unit: Float64
    mean: Float64
    square: Float64


class _Walk:
    """Steps of some prices, normalised by how large their slopes have been."""

    def __init__(self, rows: Int64, scale: Float64, unit: Float64) -> None:
        self._trail, self._age = _Trail(rows, scale, unit, np.zeros(len(rows)), np.zeros(len(rows))), 0

    def step(self, price: Float64, slope: Float64, step: float, is_signed: bool) -> None:
        """Move prices along their mean slope; signed ones (of inequalities) stay at zero or above."""
        self._age += 1
        fresh, steady = 1 - _FRESH**self._age, 1 - _STEADY**self._age
        _walk(self._trail, price, slope, step / fresh, steady, is_signed)


@jit
def _walk(t: _Trail, price: Float64, slope: Float64, step: float, steady: float, is_signed: bool) -> None:
    """Blend slopes into means, and move prices by the quotient of the mean and the root of the mean square."""
    for j in range(len(t.rows)):
        k = t.rows[j]
        ahead = min(max(slope[k] * t.unit[j], -1.0), 1.0)
        t.mean[j] = _FRESH * t.mean[j] + (1 - _FRESH) * ahead
        t.square[j] = _STEADY * t.square[j] + (1 - _STEADY) * ahead * ahead
        price[k] += step * t.scale[j] * t.mean[j] / (np.sqrt(t.square[j] / steady) + 0.01)
        if is_signed and price[k] < 0:
            price[k] = 0.0


def _even_parts(starts: Int64, count: int) -> list[tuple[int, int]]:
    """Cut 0..k into parts of about the same number of rows."""
    cuts = np.searchsorted(starts, np.linspace(0, starts[-1], count + 1)[1:-1]).tolist()
    return list(pairwise([0, *cuts, len(starts) - 1]))


def _safe_bound(value: float, magnitude: float) -> int:
    """Round `value` down by more than its floating point noise, then up to whole cents, as every cost is."""
    safe = int(np.floor(value - 1e-9 * abs(magnitude) - 1.0))
    return max(0, -(-safe // CENT) * CENT)
