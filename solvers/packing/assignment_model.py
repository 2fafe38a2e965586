"""The assignment model in CP-SAT: which item goes into which slot. At its best where few large bins hold many items.

Slots are numbered by their first item in the order of decreasing size, which leaves one numbering of each packing.
"""

from __future__ import annotations

import math

import numpy as np
from ortools.sat.python import cp_model

from ..polling import stopping
from .cuts import common_step
from .greedy import weights
from .integer import Choice, Effort
from .problem import PackingProblem
from .result import Bin


def assign(problem: PackingProblem, incumbent: int, bound: int, effort: Effort) -> Choice:
    """Return a packing that costs less than `incumbent`, if the search finds one, and a bound.

    Parameters
    ----------
    incumbent : int, cost to beat
    bound : int, no packing costs less
    effort : Effort, its nodes are thousandths of CP-SAT's deterministic seconds
    """
    step = common_step(problem)
    model = _Slots(problem, (incumbent - 1) // step, step)
    model.cp.add(model.price >= -(-bound // step))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False  # it would take Ctrl-C away from whoever listens, for good
    solver.parameters.random_seed = effort.seed % 2**31
    solver.parameters.max_deterministic_time = effort.nodes / 1000
    solver.parameters.max_time_in_seconds = max(0.01, effort.seconds)
    with stopping(effort.cancelled, solver.stop_search):
        status = solver.solve(model.cp)
    if status == cp_model.INFEASIBLE:
        return Choice(None, incumbent)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return Choice(model.bins(solver) if found else None, math.ceil(solver.best_objective_bound - 1e-6) * step)


class _Slots:
    """Variables and constraints; prices are in steps, and their sum is at most `ceiling`."""

    def __init__(self, problem: PackingProblem, ceiling: int, step: int) -> None:
        self.problem = problem
        self.cp = cp_model.CpModel()
        self.order = np.argsort(-weights(problem), kind="stable").tolist()
        least = int(problem.cost.min()) // step
        self.n_slots = min(problem.n, ceiling // least) if least else problem.n
        self.inside = [[self.cp.new_bool_var("") for _ in range(min(k + 1, self.n_slots))] for k in range(problem.n)]
        self.kind = [[self.cp.new_bool_var("") for _ in range(problem.n_types)] for _ in range(self.n_slots)]
        prices = [int(cost) // step for cost in problem.cost]
        self.price = sum(p * v for row in self.kind for p, v in zip(prices, row, strict=True))
        self._pack()
        self._keep_apart()
        self._number_by_first_item()
        for t in np.flatnonzero(problem.limit >= 0).tolist():
            self.cp.add(sum(row[t] for row in self.kind) <= int(problem.limit[t]))
        self.cp.add(self.price <= ceiling)
        self.cp.minimize(self.price)

    def _pack(self) -> None:
        size, capacity = self.problem.size[self.order].tolist(), self.problem.capacity.T.tolist()
        for row in self.inside:
            self.cp.add_exactly_one(row)
        for slot, kinds in enumerate(self.kind):
            self.cp.add_at_most_one(kinds)
            for dim in range(self.problem.dims):
                load = sum(size[k][dim] * self.inside[k][slot] for k in range(slot, self.problem.n) if size[k][dim])
                self.cp.add(load <= sum(c * v for c, v in zip(capacity[dim], kinds, strict=True)))
            for k in range(slot, self.problem.n):
                self.cp.add_bool_or([self.inside[k][slot].negated(), *kinds])

    def _keep_apart(self) -> None:
        conflict = self.problem.conflict[np.ix_(self.order, self.order)]
        for i, j in np.argwhere(np.triu(conflict)).tolist():
            for first, second in zip(self.inside[i], self.inside[j], strict=False):
                self.cp.add_bool_or([first.negated(), second.negated()])

    def _number_by_first_item(self) -> None:
        """A slot is opened by an item only when an earlier item has opened the slot before."""
        for slot in range(1, self.n_slots):
            for k in range(slot, self.problem.n):
                earlier = [self.inside[before][slot - 1] for before in range(slot - 1, k)]
                self.cp.add_bool_or([self.inside[k][slot].negated(), *earlier])

    def bins(self, solver: cp_model.CpSolver) -> list[Bin]:
        """Return the bins of a solution."""
        inside: list[list[int]] = [[] for _ in range(self.n_slots)]
        for k, row in enumerate(self.inside):
            slot = next(s for s, variable in enumerate(row) if solver.value(variable))
            inside[slot].append(self.order[k])
        kinds = [next((t for t, v in enumerate(row) if solver.value(v)), 0) for row in self.kind]
        return sorted(Bin(kind, tuple(sorted(items))) for kind, items in zip(kinds, inside, strict=True) if items)
