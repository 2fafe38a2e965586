"""Search over the numbers of bins of each type: few integers that decide most of the cost.

A small integer program proposes the cheapest numbers of bins that satisfy all rows known so far. Column generation
then packs all items, fractions allowed, into those bins and pays for bins beyond them. If it has to pay, its prices
give a row that the numbers violate, valid for every packing, and the next numbers are asked for. If not, a dive looks
for a packing into exactly these bins: when there is one it is optimal. (A logic-based Benders decomposition.)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from network.money import Int64

from .._watch import Watch
from .columns import Column
from .cuts import Row, cheapest_counts
from .diving import WHOLE, Dive
from .generation import Generation
from .problem import PackingProblem
from .result import Bin

_EFFORT = 1.0
"""Deterministic seconds of one integer program."""
_ROUNDS = 400
"""Rounds of column generation for one proposal."""


class CountSearch:
    """State of the search over the numbers of bins.

    Attributes
    ----------
    bound : int, no packing costs less
    exhausted : bool, whether no numbers are left that cost less than the incumbent and were not refused
    """

    def __init__(self, problem: PackingProblem, generation: Generation, rows: list[Row], seed: int) -> None:
        self.problem, self.rows, self.seed = problem, list(rows), seed
        self.watch: Watch = generation.watch
        free = replace(problem, cost=np.zeros_like(problem.cost), limit=np.full(problem.n_types, problem.n))
        self.within = Generation(free, generation.classes, self.watch, beyond=problem.cost)
        for column in generation.pool.columns:
            self.within.pool.add(Column(column.type, column.classes))
        self.rng = np.random.default_rng(seed)
        self.refused: list[tuple[int, ...]] = []
        self.bound, self.exhausted = 0, False

    def step(self, incumbent: int, noise: float) -> list[Bin] | None:
        """Look at the next numbers of bins: return a packing cheaper than `incumbent`, or learn why there is none.

        The dive chooses with some `noise`, as in `Dive`.
        """
        if self.exhausted:
            self.refused.clear()
        self.exhausted = False
        counts = cheapest_counts(self.problem, self.rows, self.refused, _EFFORT, self.seed)
        if not self.refused:
            self.bound = max(self.bound, counts.bound)
        if counts.bins is None or counts.cost >= incumbent:
            self.exhausted = True
            return None
        row = self._missing_row(np.array(counts.bins, dtype=np.int64))
        if row is not None:
            self.rows.append(row)
            return None
        return self._dive(counts.bins, noise)

    def _missing_row(self, bins: Int64) -> Row | None:
        """Return a row that the numbers of bins violate; None when the items fit into them, fractions allowed."""
        self.within.master.set_limits(bins)
        return self.within.violated_row(bins, _ROUNDS)

    def _dive(self, bins: tuple[int, ...], noise: float) -> list[Bin] | None:
        """Look for a packing into the given bins; refuse them when none is found."""
        found = Dive(self.within, 1, 8, WHOLE, noise, self.rng).run()
        if found is None:
            self.refused.append(bins)
        return found
