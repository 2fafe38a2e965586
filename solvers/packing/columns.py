"""Columns: sets of item classes that fit one bin, and the linear master over them in GLOP."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.linear_solver import pywraplp

from network.money import Float64, Int64

from .problem import PackingProblem
from .result import Bin

_PRIMAL = "use_preprocessing: false use_dual_simplex: false"
_DUAL = "use_preprocessing: false use_dual_simplex: true"
"""Simplex of the linear master: primal after new columns, dual after other demands, from the basis before."""


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """Items of the same size and the same conflicts, which the linear master does not tell apart.

    Attributes
    ----------
    of : (n,) int64, class of each item
    demand : (C,) int64, items of the class
    members : tuple of tuples of item indices
    """

    of: Int64
    demand: Int64
    members: tuple[tuple[int, ...], ...]


def classify(problem: PackingProblem) -> Classes:
    """Return the classes of interchangeable items, in the order of their first items."""
    numbers: dict[bytes, int] = {}
    members: list[list[int]] = []
    of = np.zeros(problem.n, dtype=np.int64)
    packed = np.packbits(problem.conflict, axis=1) if problem.conflict.any() else np.zeros((problem.n, 0), np.uint8)
    for item in range(problem.n):
        of[item] = numbers.setdefault(problem.size[item].tobytes() + packed[item].tobytes(), len(numbers))
        if of[item] == len(members):
            members.append([])
        members[of[item]].append(item)
    demand = np.array([len(group) for group in members], dtype=np.int64)
    return Classes(of, demand, tuple(tuple(group) for group in members))


@dataclass(frozen=True, slots=True)
class Column:
    """One way to fill a bin.

    Attributes
    ----------
    type : int
    classes : tuple of int, increasing, with repetition
    """

    type: int
    classes: tuple[int, ...]

    def coefficients(self) -> dict[int, int]:
        """Return how many items of each class the column holds."""
        counts: dict[int, int] = {}
        for number in self.classes:
            counts[number] = counts.get(number, 0) + 1
        return counts


@dataclass(frozen=True, slots=True)
class Cut:
    """The weight in each bin over a divisor, rounded up, summed over all bins, reaches a least value (see ``modular``).

    Attributes
    ----------
    weights : tuple of (class, weight of one item of it), both int
    divisor : int
    least : int
    """

    weights: tuple[tuple[int, int], ...]
    divisor: int
    least: int

    def coefficient(self, column: Column) -> int:
        """Return what a bin filled as the column counts."""
        inside = sum(weight * column.classes.count(number) for number, weight in self.weights)
        return -(-inside // self.divisor)


class ColumnPool:
    """All columns met so far, each once and of the cheapest type that holds it.

    With limits on types a set is kept for every type that it was met with, because the cheapest may run out.
    """

    def __init__(self, problem: PackingProblem, classes: Classes) -> None:
        self.problem, self.classes = problem, classes
        self.columns: list[Column] = []
        self._known: set[Column] = set()
        self._by_cost = np.argsort(problem.cost, kind="stable")
        self._limited = bool((problem.limit >= 0).any())

    def add_items(self, items: Iterable[int], kind: int) -> bool:
        """Add a set of items met in a bin of a type; return whether it is new."""
        return self.add(Column(kind, tuple(sorted(int(self.classes.of[item]) for item in items))))

    def add(self, column: Column) -> bool:
        """Add a column; return whether it is new."""
        if not self._limited:
            column = Column(self._cheapest(column), column.classes)
        if column in self._known:
            return False
        self._known.add(column)
        self.columns.append(column)
        return True

    def _cheapest(self, column: Column) -> int:
        first = [self.classes.members[number][0] for number in column.classes]
        load = self.problem.size[first].sum(axis=0)
        fitting = (load <= self.problem.capacity).all(axis=1)
        return int(next(kind for kind in self._by_cost if fitting[kind]))

    def costs(self) -> Int64:
        """Return the price of every column, (m,) int64."""
        return self.problem.cost[[column.type for column in self.columns]].astype(np.int64)


def bins_from(classes: Classes, chosen: Iterable[Column]) -> list[Bin]:
    """Return bins for columns that cover every class: items are handed out once, bins left empty are dropped."""
    waiting = [list(reversed(group)) for group in classes.members]
    bins = []
    for column in chosen:
        inside = [waiting[number].pop() for number in column.classes if waiting[number]]
        if inside:
            bins.append(Bin(column.type, tuple(sorted(inside))))
    return sorted(bins)


@dataclass(frozen=True, slots=True, eq=False)
class LinearAnswer:
    """Solution of the linear master.

    Attributes
    ----------
    value : float
    use : (m,) float64, of the columns
    price : (C,) float64, dual value of each class, not negative
    rent : (T,) float64, dual value of each limit, not negative
    cut_price : (cuts,) float64, dual value of each cut, not negative
    """

    value: float
    use: Float64
    price: Float64
    rent: Float64
    cut_price: Float64


class LinearMaster:
    """The covering LP over a growing pool: every class as often as asked, types within their limits.

    A bin beyond the limit of its type is charged `beyond`, so the LP always has a solution. Inside, the dearest price
    is 1, because simplex codes lose their way among large numbers.

    Parameters
    ----------
    pool : ColumnPool
    beyond : (T,) int64
    """

    def __init__(self, pool: ColumnPool, beyond: Int64) -> None:
        problem = pool.problem
        self.pool = pool
        self._solver: Any = pywraplp.Solver.CreateSolver("GLOP")
        self._dual = False
        self._forever = self._solver.infinity()
        self._rows = [self._solver.Constraint(float(count), self._forever) for count in pool.classes.demand]
        self._caps = {
            kind: self._solver.Constraint(-self._forever, float(problem.limit[kind]))
            for kind in np.flatnonzero(problem.limit >= 0).tolist()
        }
        self._limit = problem.limit
        self._unit = float(max(1, problem.cost.max() if problem.cost.any() else beyond.max()))
        self._variables: list[Any] = []
        self._cuts: list[tuple[Cut, Any]] = []
        for kind, row in self._caps.items():
            row.SetCoefficient(self._variable(int(beyond[kind])), -1.0)

    def _variable(self, cost: int) -> Any:
        variable = self._solver.NumVar(0.0, self._forever, "")
        self._solver.Objective().SetCoefficient(variable, cost / self._unit)
        return variable

    def _add_new_columns(self) -> None:
        cost = self.pool.problem.cost
        for column in self.pool.columns[len(self._variables) :]:
            variable = self._variable(int(cost[column.type]))
            for number, count in column.coefficients().items():
                self._rows[number].SetCoefficient(variable, float(count))
            if column.type in self._caps:
                self._caps[column.type].SetCoefficient(variable, 1.0)
            for cut, row in self._cuts:
                row.SetCoefficient(variable, float(cut.coefficient(column)))
            self._variables.append(variable)

    def add_cut(self, cut: Cut) -> None:
        """Add a cut over all columns, those to come included."""
        row = self._solver.Constraint(float(cut.least), self._forever)
        for column, variable in zip(self.pool.columns, self._variables, strict=False):
            row.SetCoefficient(variable, float(cut.coefficient(column)))
        self._cuts.append((cut, row))
        self._dual = True

    def set_limits(self, limit: Int64) -> None:
        """Change the limits of the limited types, (T,)."""
        self._limit = limit

    def ask(self, demand: Int64, used: Int64) -> None:
        """Ask for `demand` of the classes, (C,), beside the bins already `used` of each type, (T,)."""
        for row, count in zip(self._rows, demand.tolist(), strict=True):
            row.SetLb(float(count))
        for kind, row in self._caps.items():
            row.SetUb(float(self._limit[kind] - used[kind]))
        self._dual = True

    def solve(self) -> LinearAnswer:
        """Solve over the columns now in the pool; the value is infinite when the solver fails."""
        self._add_new_columns()
        dual, self._dual = self._dual, False
        self._solver.SetSolverSpecificParametersAsString(_DUAL if dual else _PRIMAL)
        if self._solver.Solve() != pywraplp.Solver.OPTIMAL:
            self._solver.Reset()
            if self._solver.Solve() != pywraplp.Solver.OPTIMAL:
                nothing = (len(self._variables), len(self._rows), self.pool.problem.n_types, len(self._cuts))
                return LinearAnswer(math.inf, *map(np.zeros, nothing))
        rent = np.zeros(self.pool.problem.n_types)
        for kind, row in self._caps.items():
            rent[kind] = max(0.0, -row.dual_value()) * self._unit
        use = np.array([variable.solution_value() for variable in self._variables])
        price, cut_price = (
            np.maximum([row.dual_value() for row in rows], 0.0) * self._unit
            for rows in (self._rows, [row for _, row in self._cuts])
        )
        value = self._solver.Objective().Value() * self._unit
        return LinearAnswer(value, np.maximum(use, 0.0), price, rent, cut_price)
