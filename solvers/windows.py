"""Windows of bundles: the search decides when the lots of a bundle arrive before it decides how.

The lots of a bundle must arrive within some days of each other. A rule between lots that share no load is not for moves
that look at one place at a time: so each bundle is given a window of that many days, and the options that arrive outside
it are hidden from the search. Whatever it makes of the rest keeps the rule. A window is judged by the least that each
lot of the bundle pays for arriving inside it, or for staying behind. Bundles whose options all lie within the days are
left alone.

The bound does not see windows at all: without the rule there are more plans to choose from, and what bounds all of them
bounds the ones that keep it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.money import Bools, Float64, Int64

from ._jit import constant, inner, jit
from .pairs import Pairs
from .problem import Int32, Problem

_EVER = constant(1 << 40)
"""Days from now that are never reached."""


class Bundles(NamedTuple):
    """Bundles whose options lie further apart than they may arrive.

    Attributes
    ----------
    first : (B+1,) int64, lots of a bundle
    lots : (k,) int64, bundle by bundle
    option_start : (n+1,) int64, options of a lot
    day : (m,) int32, on which an option arrives
    days : int, length of a window
    """

    first: Int64
    lots: Int64
    option_start: Int64
    day: Int32
    days: int


class Windows:
    """Chooses the windows of a problem's bundles.

    Parameters
    ----------
    problem : Problem
    usable : (m,) bool, options that can be chosen at all
    """

    def __init__(self, problem: Problem, usable: Bools) -> None:
        self._problem, self._usable = problem, usable
        self._bundles = _that_bind(problem, usable)

    @property
    def bind(self) -> bool:
        """Return whether there is a bundle that could break the rule."""
        return self._bundles is not None

    def inside(self, price: Float64, stay: Float64, chosen: Int64 | None = None) -> Bools:
        """Choose windows and return which options may be used, (m,) bool: usable ones, of bundles those inside.

        Parameters
        ----------
        price : (m,) float64, micro-units, what an option costs; infinite where it cannot be used
        stay : (n,) float64, micro-units, what it costs to leave a lot behind
        chosen : (n,) int64 or None, options of a plan that keeps the rule; the windows hold them
        """
        b = self._bundles
        if b is None:
            return self._usable
        earliest, latest = _starts_allowed(b, chosen)
        start = latest.copy()
        _choose(b, price, stay, earliest, latest, start)
        opens = np.full(self._problem.n_lots, -_EVER)
        opens[b.lots] = np.repeat(start, np.diff(b.first))
        closes = np.where(opens > -_EVER, opens + b.days, _EVER)
        lot = self._problem.lot_of_option
        inside: Bools = self._usable & (b.day >= opens[lot]) & (b.day <= closes[lot])
        return inside


def rough_prices(problem: Problem, pairs: Pairs) -> Float64:
    """Return what every option costs where its loads are well filled, (m,) float64; infinite if it cannot be used."""
    return pairs.prices_of_options(problem, pairs.prices["share"].astype(np.float64))


def _that_bind(problem: Problem, usable: Bools) -> Bundles | None:
    """Return the bundles whose usable options lie too far apart to be chosen freely, None if there are none."""
    if problem.lot_bundle is None or problem.option_day is None:
        return None
    low, high = np.full(problem.n_lots, _EVER), np.full(problem.n_lots, -_EVER)
    lot, day = problem.lot_of_option[usable], problem.option_day[usable]
    np.minimum.at(low, lot, day)
    np.maximum.at(high, lot, day)
    lots = np.flatnonzero((problem.lot_bundle >= 0) & (low <= high))
    lots = lots[np.argsort(problem.lot_bundle[lots], kind="stable")]
    first = _first_of_each(problem.lot_bundle[lots])
    if not len(lots):
        return None
    counts = np.diff(np.append(first, len(lots)))
    spread = np.maximum.reduceat(high[lots], first) - np.minimum.reduceat(low[lots], first)
    binds = (counts > 1) & (spread > problem.bundle_days)
    if not binds.any():
        return None
    starts = np.concatenate([[0], np.cumsum(counts[binds])])
    return Bundles(
        starts, lots[np.repeat(binds, counts)], problem.option_start, problem.option_day, problem.bundle_days
    )


def _first_of_each(group: Int64) -> Int64:
    """Return the first position of every run of equal groups, int64."""
    return np.flatnonzero(np.diff(group, prepend=-1))


def _starts_allowed(b: Bundles, chosen: Int64 | None) -> tuple[Int64, Int64]:
    """Return the earliest and the latest first day of every bundle's window, (B,) int64 each."""
    count = len(b.first) - 1
    earliest, latest = np.full(count, -_EVER), np.full(count, _EVER)
    if chosen is not None:
        option = chosen[b.lots]
        bundle = np.repeat(np.arange(count), np.diff(b.first))[option >= 0]
        day = b.day[option[option >= 0]].astype(np.int64)
        np.maximum.at(earliest, bundle, day - b.days)
        np.minimum.at(latest, bundle, day)
    return earliest, latest


@jit
def _choose(b: Bundles, price: Float64, stay: Float64, earliest: Int64, latest: Int64, start: Int64) -> None:
    """Write the first day of the cheapest window of every bundle; only days on which an option arrives are tried."""
    for k in range(len(start)):
        best, day = np.inf, _next_arrival(b, price, k, earliest[k])
        while day <= latest[k] and day < _EVER:
            total = _cost_from(b, price, stay, k, day, best)
            if total < best:
                best, start[k] = total, day
            day = _next_arrival(b, price, k, day + 1)


@inner
def _next_arrival(b: Bundles, price: Float64, bundle: int, day: int) -> int:
    """Return the first day, not before `day`, on which an option of the bundle arrives; `_EVER` for none."""
    found = _EVER
    for k in range(b.first[bundle], b.first[bundle + 1]):
        for option in range(b.option_start[b.lots[k]], b.option_start[b.lots[k] + 1]):
            if day <= b.day[option] < found and price[option] < np.inf:
                found = b.day[option]
    return found


@inner
def _cost_from(b: Bundles, price: Float64, stay: Float64, bundle: int, day: int, most: float) -> float:
    """Return what the lots of a bundle pay in the window from `day`, micro-units; some sum not below `most` if that."""
    total = 0.0
    for k in range(b.first[bundle], b.first[bundle + 1]):
        least = stay[b.lots[k]]
        for option in range(b.option_start[b.lots[k]], b.option_start[b.lots[k] + 1]):
            if day <= b.day[option] <= day + b.days and price[option] < least:
                least = price[option]
        total += least
        if total >= most:
            break
    return total
