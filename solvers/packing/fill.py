"""The most valuable set of items that one bin holds: exact branch and bound, also stopped early with a valid bound.

Items are tried in the order of value per size. A branch is cut by the exact knapsack value of each dimension alone (a
table made once per call, shared by all types) and by the fractional knapsack over the items that still fit and agree.
With one dimension and no conflicts the table is the answer, and the search walks straight to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from network.money import Bools, Float64, Int64

from .._jit import inner, jit
from .problem import PackingProblem

_FINEST = 2048
"""Capacities are rounded to a grid of at most this many steps in the table; sizes are rounded down, so bounds hold."""
_KEPT = 8
"""Sets that a search for the best returns at most."""
_SPREAD = 12
"""Sets without common items that one call returns at most."""
_WIDTH = 24
"""Sets of more items than this are not listed."""


class Goods(NamedTuple):
    """Items on offer, most valuable per size first.

    Attributes
    ----------
    value : (m,) int64
    size : (m, d) int64
    weight : (m,) float64, the dimensions as one, for the fractional bound
    conflict : (m, m) bool; (0, 0) when there is none
    twin : (m,) int64, items of one number are interchangeable
    """

    value: Int64
    size: Int64
    weight: Float64
    conflict: Bools
    twin: Int64


class Table(NamedTuple):
    """Knapsack values per dimension alone.

    Attributes
    ----------
    best : (d, m + 1, G + 1) int64, value of the best of items k, k + 1, ... in a capacity of the grid
    steps : (d,) int64, grid steps of the largest capacity
    largest : (d,) int64, the largest capacity
    """

    best: Int64
    steps: Int64
    largest: Int64


class Room(NamedTuple):
    """One type and the task: find the best set, or list all full sets that are worth more than `beat`.

    Attributes
    ----------
    capacity : (d,) int64
    weight : float, the capacity as one number
    beat : int, value that a set must exceed to be of interest
    nodes : int, search nodes at most
    listing : bool
    """

    capacity: Int64
    weight: float
    beat: int
    nodes: int
    listing: bool


@inner
def _grid(amount: int, dim: int, table: Table) -> int:
    """Return an amount as grid steps, rounded down."""
    if table.steps[dim] == table.largest[dim]:
        return amount
    return int(amount * table.steps[dim] // table.largest[dim])


@jit
def _tabulate(goods: Goods, table: Table) -> None:
    """Fill the table from the last item to the first."""
    m, d = goods.size.shape
    for dim in range(d):
        for k in range(m - 1, -1, -1):
            step, value = _grid(goods.size[k, dim], dim, table), goods.value[k]
            below, here = table.best[dim, k + 1], table.best[dim, k]
            for c in range(here.shape[0]):
                here[c] = below[c]
                if c >= step and below[c - step] + value > here[c]:
                    here[c] = below[c - step] + value


@inner
def _fractional(goods: Goods, candidates: Int64, weight: float, enough: int) -> int:
    """Return the fractional knapsack value of the candidates, rounded up; stops once it exceeds `enough`."""
    value, weight = 0, max(0.0, weight)
    for k in candidates:
        if goods.weight[k] > weight:
            return value + int(goods.value[k] * weight / goods.weight[k]) + 1
        weight -= goods.weight[k]
        value += goods.value[k]
        if value > enough:
            return int(value) + (1 << 60)
    return int(value)


@inner
def _ceiling(table: Table, left: Int64, k: int) -> int:
    """Return the least knapsack value over the dimensions for items k, k + 1, ... in the capacity `left`, (d,)."""
    least = table.best[0, k, _grid(left[0], 0, table)]
    for dim in range(1, left.shape[0]):
        least = min(least, table.best[dim, k, _grid(left[dim], dim, table)])
    return int(least)


@inner
def _fits(goods: Goods, item: int, left: Int64) -> bool:
    """Return whether an item fits the capacity `left`, (d,)."""
    fits = True
    for dim in range(left.shape[0]):
        fits = fits and goods.size[item, dim] <= left[dim]
    return fits


@inner
def _narrow(goods: Goods, item: int, candidates: Int64, left: Int64, out: Int64) -> int:
    """Write to `out` the candidates that still fit and do not conflict with the item; return how many."""
    count, some = 0, goods.conflict.shape[0] > 0
    for k in candidates:
        if _fits(goods, k, left) and not (some and goods.conflict[item, k]):
            out[count] = k
            count += 1
    return count


@inner
def _is_full(goods: Goods, chosen: Int64, left: Int64) -> bool:
    """Return whether no other item fits and agrees with the chosen ones."""
    for k in range(goods.value.shape[0]):
        fits = _fits(goods, k, left)
        if not fits:
            continue
        for other in chosen:
            if other == k or (goods.conflict.shape[0] > 0 and goods.conflict[other, k]):
                fits = False
                break
        if fits:
            return False
    return True


@jit
def _search(goods: Goods, table: Table, room: Room, hidden: Bools, sets: Int64) -> tuple[int, int, int]:
    """Search one type, and write sets of item positions into the rows of `sets`, each ended by -1.

    Items that are `hidden`, (m,) bool, take no part.

    Returns
    -------
    best : int, the best value or the value to beat; when listing, the value to beat
    bound : int, no set is worth more; when listing, larger than `best` if the list is not complete
    found : int, sets met; when looking for the best, only the last ones are kept
    """
    m, d = goods.size.shape
    candidates, counts = np.empty((m + 1, m), dtype=np.int32), np.zeros(m + 1, dtype=np.int64)
    at, value = np.zeros(m + 1, dtype=np.int64), np.zeros(m + 1, dtype=np.int64)
    left, weight = np.empty((m + 1, d), dtype=np.int64), np.zeros(m + 1)
    chosen = np.empty(m + 1, dtype=np.int64)
    weight[0] = room.weight
    for dim in range(d):
        left[0, dim] = room.capacity[dim]
    for k in range(m):
        if not hidden[k] and _fits(goods, k, left[0]):
            candidates[0, counts[0]] = k
            counts[0] += 1
    best, depth, nodes, found, width = room.beat, 0, 0, 0, sets.shape[1] - 1
    while depth >= 0:
        rest = candidates[depth, at[depth] : counts[depth]]
        need = best - value[depth]
        if (
            rest.shape[0] == 0
            or _ceiling(table, left[depth], rest[0]) <= need
            or _fractional(goods, rest, weight[depth], need) <= need
        ):
            depth -= 1
            continue
        nodes += 1
        if nodes > room.nodes or depth >= width or (room.listing and found == sets.shape[0]):
            break
        item, twins = rest[0], 1
        while twins < rest.shape[0] and goods.twin[rest[twins]] == goods.twin[item]:
            twins += 1
        chosen[depth] = item
        at[depth] += twins
        for dim in range(d):
            left[depth + 1, dim] = left[depth, dim] - goods.size[item, dim]
        weight[depth + 1] = weight[depth] - goods.weight[item]
        value[depth + 1] = value[depth] + goods.value[item]
        counts[depth + 1] = _narrow(goods, item, rest[1:], left[depth + 1], candidates[depth + 1])
        depth += 1
        at[depth] = 0
        if value[depth] > best and (not room.listing or _is_full(goods, chosen[:depth], left[depth])):
            row = sets[found % sets.shape[0]]
            for k in range(depth):
                row[k] = chosen[k]
            row[depth] = -1
            found += 1
            if not room.listing:
                best = value[depth]
    bound = best
    while depth >= 0:
        rest = candidates[depth, at[depth] : counts[depth]]
        if rest.shape[0] > 0:
            top = _ceiling(table, left[depth], rest[0])
            bound = max(bound, value[depth] + min(top, _fractional(goods, rest, weight[depth], 1 << 61)))
        depth -= 1
    return best, bound, found


@jit
def _multipliers(value: Int64, size: Int64, capacity: Int64) -> Float64:
    """Return a price per unit of each dimension, (d,) float64, for which the best fill is bounded well.

    Minimises ``price @ capacity + sum(max(0, value - price @ size))``, which bounds the value of any set that fits,
    by multiplicative steps along its slope.
    """
    m, d = size.shape
    price, best, free, least = np.zeros(d), np.zeros(d), np.zeros(d), np.inf
    for dim in range(d):
        for k in range(m):
            free[dim] += size[k, dim]
        price[dim] = value.sum() / max(1.0, free[dim]) / d
    step = 0.3
    for _ in range(60):
        bound = 0.0
        for dim in range(d):
            free[dim] = capacity[dim]
            bound += price[dim] * capacity[dim]
        for k in range(m):
            gain = float(value[k])
            for dim in range(d):
                gain -= price[dim] * size[k, dim]
            if gain > 0.0:
                bound += gain
                for dim in range(d):
                    free[dim] -= size[k, dim]
        if bound < least:
            least = bound
            for dim in range(d):
                best[dim] = price[dim]
        for dim in range(d):
            slope = free[dim] / max(1.0, float(capacity[dim]))
            price[dim] *= 1.0 - step * min(1.0, max(-1.0, slope))
        step *= 0.95
    return best


@dataclass(frozen=True, slots=True)
class Fill:
    """The answer for one type.

    Attributes
    ----------
    bound : int, no set is worth more than this or than the value to beat, whichever is larger
    sets : list of lists of item indices, each worth more than the value to beat
    complete : bool, whether the search went to its end
    """

    bound: int
    sets: list[list[int]]
    complete: bool


class Offer:
    """Items with a value each, ready to fill bins of any type.

    Parameters
    ----------
    problem : PackingProblem
    value : (n,) int64, not negative
    twin : (n,) int64, items of one number have the same size and conflicts
    offered : (n,) bool, items that may be chosen
    """

    def __init__(self, problem: PackingProblem, value: Int64, twin: Int64, offered: Bools) -> None:
        self._problem = problem
        largest = np.maximum(problem.capacity.max(axis=0), 1)
        chosen = np.flatnonzero(offered)
        self._weights = 1.0 / largest
        if problem.dims > 1:
            typical = problem.capacity.mean(axis=0).astype(np.int64)
            self._weights = _multipliers(value[chosen], problem.size[chosen], typical) + 1e-9 / largest
        self._weights = self._weights / (self._weights * largest).sum()
        weight = problem.size[chosen] @ self._weights
        order = np.lexsort((twin[chosen], -value[chosen] / np.maximum(weight, 1e-12)))
        self._order, weight = chosen[order], weight[order] * (1.0 - 1e-12)
        conflict = np.zeros((0, 0), dtype=np.bool_)
        if problem.conflict.any():
            conflict = np.ascontiguousarray(problem.conflict[np.ix_(self._order, self._order)])
        self._goods = Goods(value[self._order], problem.size[self._order], weight, conflict, twin[self._order])
        steps = np.minimum(largest, _FINEST)
        best = np.zeros((problem.dims, len(order) + 1, int(steps.max()) + 1), dtype=np.int64)
        self._table = Table(best, steps, largest)
        _tabulate(self._goods, self._table)

    def fill(self, kind: int, beat: int, nodes: int) -> Fill:
        """Return the best set for a type among those worth more than `beat`, within a number of search nodes."""
        room, hidden = self._room(kind, beat, nodes, False), np.zeros(len(self._order), dtype=np.bool_)
        sets = np.empty((_KEPT, len(self._order) + 1), dtype=np.int64)
        best, bound, found = _search(self._goods, self._table, room, hidden, sets)
        return Fill(int(bound), self._items(sets[:found]), bound == best)

    def spread(self, kind: int, beat: int, nodes: int) -> list[list[int]]:
        """Return good sets for a type that have no item in common, each worth more than `beat`."""
        room, hidden = self._room(kind, beat, nodes, False), np.zeros(len(self._order), dtype=np.bool_)
        sets = np.empty((1, len(self._order) + 1), dtype=np.int64)
        spread: list[list[int]] = []
        while len(spread) < _SPREAD:
            found = _search(self._goods, self._table, room, hidden, sets)[2]
            if not found:
                break
            spread += self._items(sets)
            hidden[sets[0, : len(spread[-1])]] = True
        return spread

    def list_all(self, kind: int, beat: int, nodes: int, most: int) -> list[list[int]] | None:
        """Return all sets worth more than `beat` to which nothing can be added; None if there are too many."""
        sets = np.empty((most, min(len(self._order), _WIDTH) + 1), dtype=np.int64)
        room, hidden = self._room(kind, beat, nodes, True), np.zeros(len(self._order), dtype=np.bool_)
        best, bound, found = _search(self._goods, self._table, room, hidden, sets)
        return self._items(sets[:found]) if bound == best else None

    def _room(self, kind: int, beat: int, nodes: int, listing: bool) -> Room:
        capacity = self._problem.capacity[kind].copy()
        return Room(capacity, float(capacity @ self._weights) * (1.0 + 1e-12), beat, nodes, listing)

    def _items(self, sets: Int64) -> list[list[int]]:
        lengths = (sets < 0).argmax(axis=1).tolist()
        return [self._order[row[:length]].tolist() for row, length in zip(sets, lengths, strict=True)]
