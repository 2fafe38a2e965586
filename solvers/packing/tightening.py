"""Raise the bound over a list of columns with cuts, and drop the columns that are too dear then.

The list holds every bin that a packing up to a target cost may need. So no pricing problem has to know of the cuts:
the columns that pay are found by looking through the list. Prices are made integers, as everywhere, and the values
that the bins then have give one row (see ``cuts``), which holds for every packing up to the target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from network.money import Bools, Int64

from .columns import Column, ColumnPool, Cut, LinearAnswer, LinearMaster
from .cuts import Row, RowDual, least_values, rounded_up, row_dual
from .enumeration import Listed, targets
from .generation import VALUE_BITS, Generation
from .modular import violated_cuts

_ROUNDS = 15
"""Rounds of cuts at most."""
_FIRST = 2_000
_MOST_ADDED = 500
"""Columns that the linear program starts with, beside one for each class, and that join it at once."""
_RISE = 0.05
"""Part of the way to the target that a few rounds of cuts should bring."""
_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Tightened:
    """What is left of a list.

    Attributes
    ----------
    target : int
    columns : list of Column, those that a packing up to the target may still need
    bound : int, no packing costs less
    """

    target: int
    columns: list[Column]
    bound: int


def tighten(generation: Generation, listed: Listed, lowest: int, most: int) -> Tightened:
    """Return the columns of a list that are still needed under cuts, and the bound.

    Parameters
    ----------
    generation : Generation, its best prices are the start
    listed : Listed
    lowest : int, the bound so far; the target falls towards it until few enough columns are left
    most : int, columns to be left
    """
    target = listed.target
    nothing = Tightened(target, [], rounded_up(generation.problem, target + 1))
    covered = {number for column in listed.columns for number in column.classes}
    if len(covered) < len(generation.classes.demand):
        return nothing
    relaxation = _Relaxation(generation, listed)
    bounds: list[float] = []
    for _ in range(_ROUNDS):
        answer = relaxation.solve()
        if math.isinf(answer.value) or generation.watch.stopped():
            break
        bounds.append(relaxation.drop(answer))
        if bounds[-1] > target:
            return nothing
        if len(bounds) > _PATIENCE and bounds[-1] - bounds[-1 - _PATIENCE] < _RISE * (target + 1 - bounds[-1]):
            break
        if not relaxation.cut_off(answer):
            break
    return relaxation.result(lowest, most)


class _Relaxation:
    """The linear program over a list of m columns, with cuts."""

    def __init__(self, generation: Generation, listed: Listed) -> None:
        columns = listed.columns
        self.problem, self.demand = generation.problem, generation.classes.demand
        self.watch, self.largest = generation.watch, generation.largest
        self.columns, self.target = columns, listed.target
        self.kind = np.array([column.type for column in columns], dtype=np.int64)
        lengths = np.array([len(column.classes) for column in columns], dtype=np.int64)
        self._numbers = np.array([number for column in columns for number in column.classes], dtype=np.int64)
        self._starts = np.cumsum(lengths) - lengths
        self.needed = np.ones(len(columns), dtype=np.bool_)
        self.cuts: list[Cut] = []
        self._coefficients: list[Int64] = []
        self.best: tuple[RowDual, Int64] | None = None
        self.pool = ColumnPool(self.problem, generation.classes)
        self.master = LinearMaster(self.pool, np.full(self.problem.n_types, self.problem.overflow))
        self._inside = np.zeros(len(columns), dtype=np.bool_)
        self._start(generation)

    def _start(self, generation: Generation) -> None:
        """Put the columns that pay best at the prices of the best bound into the master, and some of every class."""
        assert generation.best is not None
        first = np.array([members[0] for members in generation.classes.members])
        pay = self._sums(generation.best.value[first]) / np.maximum(1, self.problem.cost[self.kind])
        order = np.argsort(-pay, kind="stable")
        self._join(order[:_FIRST])
        places = np.argsort(order, kind="stable")
        lengths = np.diff(np.append(self._starts, len(self._numbers)))
        best = np.full(len(self.demand), len(order))
        np.minimum.at(best, self._numbers, np.repeat(places, lengths))
        self._join(np.unique(order[best]))

    def _join(self, chosen: Int64) -> None:
        for k in chosen[~self._inside[chosen]].tolist():
            self.pool.add(self.columns[k])
        self._inside[chosen] = True

    def _sums(self, worth: Int64) -> Int64:
        """Return what all items of each column are worth together, (m,), by what one of each class is worth, (C,)."""
        sums: Int64 = np.add.reduceat(worth[self._numbers], self._starts)
        return sums

    def _valued(self, answer: LinearAnswer) -> tuple[Int64, int, float]:
        """Return the values of the columns in whole numbers, (m,), the value of all that is asked for, and the unit."""
        least = np.array([cut.least for cut in self.cuts], dtype=np.int64)
        unit = 2.0**VALUE_BITS / max(1.0, float(answer.price @ self.demand + answer.cut_price @ least))
        worth = np.floor(answer.price * unit).astype(np.int64)
        extra = np.floor(answer.cut_price * unit).astype(np.int64)
        value = self._sums(worth)
        for k in np.flatnonzero(extra).tolist():
            value += extra[k] * self._coefficients[k]
        return value, int(worth @ self.demand + extra @ least), unit

    def solve(self) -> LinearAnswer:
        """Solve the linear program over all columns: those that pay join the master until there are no more."""
        while True:
            answer = self.master.solve()
            if math.isinf(answer.value) or self.watch.stopped():
                return answer
            value, _, unit = self._valued(answer)
            gain = value / unit - self.problem.cost[self.kind] - answer.rent[self.kind]
            paying = np.flatnonzero(self.needed & ~self._inside & (gain > 1e-9 * self.largest))
            if not len(paying):
                return answer
            self._join(paying[np.argsort(-gain[paying], kind="stable")[:_MOST_ADDED]])

    def drop(self, answer: LinearAnswer) -> float:
        """Drop the columns that no packing up to the target needs; return the bound on packings of the others."""
        value, total, _ = self._valued(answer)
        most = [int(value[self.needed & (self.kind == k)].max(initial=0)) for k in range(self.problem.n_types)]
        dual = row_dual(self.problem, Row(tuple(most), total))
        if dual is None or dual.bound > self.target:
            return math.inf
        if self.best is None or dual.bound > self.best[0].bound:
            self.best = (dual, value)
        self.needed &= self._affordable(dual, value, self.target)
        return float(dual.bound)

    def _affordable(self, dual: RowDual, value: Int64, target: int) -> Bools:
        """Return which columns a packing up to the target can pay for, (m,) bool."""
        if dual.worth == 0:
            return np.ones(len(value), dtype=np.bool_)
        least = np.array([min(one, 2**62) for one in least_values(self.problem, dual, target)])
        affordable: Bools = value >= least[self.kind]
        return affordable

    def cut_off(self, answer: LinearAnswer) -> bool:
        """Add cuts that the solution violates; return whether there are any."""
        cuts = violated_cuts(self.demand, self.pool.columns, answer.use)
        for cut in cuts:
            weight = np.zeros(len(self.demand), dtype=np.int64)
            for number, worth in cut.weights:
                weight[number] = worth
            self._coefficients.append(-(-self._sums(weight) // cut.divisor))
            self.master.add_cut(cut)
        self.cuts += cuts
        return bool(cuts)

    def result(self, lowest: int, most: int) -> Tightened:
        """Return what is left, for a target between `lowest` and the given one that leaves `most` columns if possible."""
        target, needed, bound = self.target, self.needed, lowest
        if self.best is not None:
            dual, value = self.best
            bound = max(bound, rounded_up(self.problem, dual.bound))
            for target in targets(self.problem, bound, self.target):
                needed = self.needed & self._affordable(dual, value, target)
                if needed.sum() <= most:
                    break
        if not needed.any():
            bound = rounded_up(self.problem, target + 1)
        return Tightened(target, [self.columns[k] for k in np.flatnonzero(needed).tolist()], bound)
