"""Column generation: the linear relaxation of choosing whole bins, with a safe bound at every step.

The prices are smoothed towards those of the best bound (Wentges), which shortens the way a lot. Each type is filled
exactly; when the search for the best fill is stopped early, its bound takes the place of the value and the result
stays valid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from network.money import Float64, Int64

from .._watch import Watch
from .columns import Classes, ColumnPool, LinearAnswer, LinearMaster
from .cuts import Row, rounded_up, row_bound
from .fill import Offer
from .problem import PackingProblem

VALUE_BITS = 44
"""All items together are worth about two to this power in the integer prices."""
_SMOOTHING = 0.7
"""Weight of the prices of the best bound against those of the master."""
_FEW_NODES = 4_000
_MOST_NODES = 2_000_000
"""Nodes of one search for the best fill: at first, and at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """A row with the values, (n,) int64, that it comes from."""

    row: Row
    value: Int64


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """What is still to be packed: all, or what a dive has left over.

    Attributes
    ----------
    demand : (C,) int64, items of each class
    used : (T,) int64, bins already open of each type
    """

    demand: Int64
    used: Int64


class Generation:
    """Pool, master and pricing of one problem.

    Attributes
    ----------
    pool : ColumnPool
    rows : list of Row, those of the last ten improvements of the bound
    bound : Fraction, the best bound of the whole problem so far
    best : Valued or None, the row of that bound
    converged : bool, whether more columns cannot raise the bound
    latest : Row, the row of the last prices
    largest : float, the largest price; errors of the linear program are about a millionth of it
    offered : (n,) bool, items without those of which one bin cannot hold that many anyway
    """

    def __init__(self, problem: PackingProblem, classes: Classes, watch: Watch, beyond: Int64 | None = None) -> None:
        self.problem, self.classes, self.watch = problem, classes, watch
        self.pool = ColumnPool(problem, classes)
        beyond = np.full(problem.n_types, problem.overflow) if beyond is None else beyond
        self.master = LinearMaster(self.pool, beyond)
        self.largest = float(max(1, problem.cost.max() if problem.cost.any() else beyond.max()))
        self.rows: list[Row] = []
        self.bound = Fraction(0)
        self.whole = Left(classes.demand, np.zeros(problem.n_types, dtype=np.int64))
        self.center: Float64 | None = None
        self.center_rent = np.zeros(problem.n_types)
        self.best: Valued | None = None
        self.converged = False
        self.latest = Row((0,) * problem.n_types, 0)
        self._rank = np.zeros(problem.n, dtype=np.int64)
        for group in classes.members:
            self._rank[list(group)] = np.arange(len(group))
        self.offered = self._rank < _copies_inside(problem)

    def converge(self, left: Left, rounds: int, known: int = 0) -> LinearAnswer:
        """Generate columns until none is missing, the rounds are over, or the rounded bound cannot rise further.

        Parameters
        ----------
        left : Left, what to pack
        rounds : int, calls of the master
        known : int, a bound that is known already; below it the linear program has nothing to say
        """
        whole = left is self.whole
        slack = 1e-6 * self.largest
        self.master.ask(left.demand, left.used)
        answer = self.master.solve()
        for _ in range(rounds):
            enough = max(known, rounded_up(self.problem, self.bound)) if whole else 0
            if self.watch.stopped() or math.isinf(answer.value):
                break
            if answer.value <= enough + slack or not self._grow(answer, left, whole):
                self.converged = self.converged or whole
                break
            answer = self.master.solve()
        return answer

    def violated_row(self, bins: Int64, rounds: int) -> Row | None:
        """Return a row that numbers of bins, (T,), violate; None when the items fit, fractions allowed, or time is up.

        The types are limited to `bins`, their bins cost nothing, and only bins beyond them are charged.
        """
        self.master.ask(self.whole.demand, self.whole.used)
        best, depth, nodes = None, 0.0, _FEW_NODES
        for _ in range(rounds):
            answer = self.master.solve()
            if answer.value < 1e-6 * self.largest or math.isinf(answer.value) or self.watch.stopped():
                return None
            added, complete = self._price(answer, self.whole, 0.0, nodes)
            row = self.latest
            violation = 1.0 - sum(int(n) * v for n, v in zip(bins, row.most, strict=True)) / max(1, row.total)
            if violation > depth:
                best, depth = row, violation
            if added == 0:
                if complete or best is not None or nodes >= _MOST_NODES:
                    break
                nodes *= 8
        return best if depth > 1e-7 else None

    def _grow(self, answer: LinearAnswer, left: Left, whole: bool) -> bool:
        """Add columns that pay: by smoothed prices, by those of the master, by a deeper search; False if none is left."""
        if whole and self._price(answer, left, _SMOOTHING, _FEW_NODES)[0]:
            return True
        nodes = _FEW_NODES
        while True:
            added, complete = self._price(answer, left, 0.0, nodes)
            if added or complete or not whole or nodes >= _MOST_NODES or self.watch.stopped():
                return added > 0
            nodes *= 8

    def _price(self, answer: LinearAnswer, left: Left, weight: float, nodes: int) -> tuple[int, bool]:
        """Fill every type at smoothed prices and add what pays at the prices of the master.

        Items have equal twins that no bin can hold together with them; those are not on offer, yet their values count in
        the row: no bin is worth more for it.

        Returns
        -------
        added : int, new columns
        complete : bool, whether every search went to its end
        """
        price, rent = answer.price, answer.rent
        if weight > 0.0 and self.center is not None:
            price = weight * self.center + (1.0 - weight) * price
            rent = weight * self.center_rent + (1.0 - weight) * rent
        scale = 2.0**VALUE_BITS / max(1.0, float(price @ left.demand))
        value = np.floor(price * scale).astype(np.int64)[self.classes.of]
        offered = self.offered & (self._rank < left.demand[self.classes.of]) & (value > 0)
        offer = Offer(self.problem, value, self.classes.of, offered)
        added, most, complete, total = 0, [], True, int(value.sum())
        for kind in range(self.problem.n_types):
            beat = math.ceil((float(self.problem.cost[kind]) + rent[kind]) * scale * (1.0 + 1e-9))
            beat = min(beat, total)
            fill = offer.fill(kind, beat, nodes)
            most.append(min(fill.bound, total))
            complete = complete and fill.complete
            sets = fill.sets + (offer.spread(kind, beat, min(nodes, _FEW_NODES)) if fill.sets else [])
            for items in sets:
                gain = answer.price[self.classes.of[items]].sum() - self.problem.cost[kind] - answer.rent[kind]
                if gain > 1e-9 * max(1.0, float(self.problem.cost[kind])):
                    added += self.pool.add_items(items, kind)
        self.latest = Row(tuple(most), total)
        if left is self.whole:
            self._keep_bound(Valued(self.latest, value), price, rent)
        return added, complete

    def _keep_bound(self, valued: Valued, price: Float64, rent: Float64) -> None:
        bound = row_bound(self.problem, valued.row)
        if self.center is None or bound > self.bound:
            self.center, self.center_rent = price, rent
            self.bound, self.best = max(self.bound, bound), valued
            self.rows = [*self.rows[-9:], valued.row]


def _copies_inside(problem: PackingProblem) -> Int64:
    """Return how many items of the size of each item fit one bin at most, (n,) int64."""
    copies = np.full(problem.n, problem.n, dtype=np.int64)
    for size, largest in zip(problem.size.T, problem.capacity.max(axis=0), strict=True):
        copies = np.minimum(copies, np.where(size > 0, largest // np.maximum(size, 1), problem.n))
    return copies
