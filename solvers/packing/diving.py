"""Diving: fix the columns that the linear master likes best, generate columns for what is left, repeat."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from network.money import Float64

from .columns import Column, bins_from
from .cuts import rounded_up
from .generation import Generation, Left
from .result import Bin

WHOLE = 1.0 - 1e-6
"""A column used this much is in the packing, up to the errors of the linear program."""


@dataclass(slots=True)
class Dive:
    """One dive into the linear master.

    Attributes
    ----------
    generation : Generation
    incumbent : int, cost to beat
    rounds : int, rounds of column generation after each fixing
    sure : float, columns used at least this much are fixed at once
    noise : float, how much a random number may change the preference for a column
    rng : numpy Generator
    """

    generation: Generation
    incumbent: int
    rounds: int
    sure: float
    noise: float
    rng: np.random.Generator
    _fixed: list[Column] = field(default_factory=list)
    _cost: int = 0

    def run(self) -> list[Bin] | None:
        """Return bins that cost less than the incumbent, or None."""
        left = self.generation.whole
        rounds = 0
        while left.demand.any():
            answer = self.generation.converge(left, rounds)
            if math.isinf(answer.value) or self.generation.watch.stopped():
                return None
            rest = rounded_up(self.generation.problem, math.ceil(answer.value - 1e-6 * self.generation.largest))
            if self._cost + rest >= self.incumbent:
                return None
            left = self._fix(left, answer.use)
            rounds = self.rounds
        return bins_from(self.generation.classes, self._fixed) if self._cost < self.incumbent else None

    def _fix(self, left: Left, use: Float64) -> Left:
        """Fix every column that is used enough, and the best of the others; return what is left then."""
        demand, used = left.demand.copy(), left.used.copy()
        columns = self.generation.pool.columns
        sure = np.flatnonzero(use > self.sure)
        likely = np.flatnonzero(use > 1e-6)
        if len(likely) > len(sure):
            open_ones = likely[use[likely] <= self.sure]
            liking = use[open_ones] + self.noise * self.rng.random(len(open_ones))
            sure = np.append(sure, open_ones[liking.argmax()])
        for k in sure.tolist():
            column = columns[k]
            for _ in range(max(1, int(use[k] + 1e-6))):
                needed = [n for n, count in column.coefficients().items() for _ in range(min(count, int(demand[n])))]
                if not needed:
                    break
                np.subtract.at(demand, needed, 1)
                used[column.type] += 1
                self._cost += int(self.generation.problem.cost[column.type])
                self._fixed.append(Column(column.type, tuple(sorted(needed))))
        return Left(demand, used)
