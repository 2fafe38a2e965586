"""Rows that every packing satisfies, and the bound they give.

Give every item a value; if a bin of type t never holds more than v_t of it, any packing has
``sum_t v_t n_t >= sum of the values`` with n_t bins of type t. One row alone bounds the cost as a fractional knapsack
does (for the dual prices of column generation this is the bound of Farley); several rows over whole n_t bound it
better, since costs then are sums of prices. Values are integers and every step is exact, so the bound is safe.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from ortools.sat.python import cp_model

from network.money import Int64

from .problem import PackingProblem


@dataclass(frozen=True, slots=True)
class Row:
    """One valid inequality.

    Attributes
    ----------
    most : tuple of int, value that a bin of each type never exceeds
    total : int, value of all items
    """

    most: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class RowDual:
    """The bound of one row and the prices that prove it.

    Attributes
    ----------
    bound : Fraction, the least cost of bins, fractions allowed, that satisfy the row
    worth : Fraction, money per unit of value
    rent : tuple of Fraction, money per bin of a type that is used up to its limit
    """

    bound: Fraction
    worth: Fraction
    rent: tuple[Fraction, ...]


def row_dual(problem: PackingProblem, row: Row) -> RowDual | None:
    """Return the bound of a row; None when the limits leave too few bins, so that there is no packing.

    >>> import numpy as np
    >>> one = np.ones((1, 1), dtype=np.int64)
    >>> problem = PackingProblem(one, one, one[0] * 5, -one[0], one < 0)
    >>> row_dual(problem, Row((2,), 3)).bound
    Fraction(15, 2)
    """
    missing, worth, bound = Fraction(row.total), Fraction(0), Fraction(0)
    rents = [Fraction(0)] * problem.n_types
    used = []
    ratio = {k: Fraction(int(problem.cost[k]), most) for k, most in enumerate(row.most) if most > 0}
    for kind in sorted(ratio, key=lambda kind: ratio[kind]):
        if missing <= 0:
            break
        bins = missing / row.most[kind]
        if problem.limit[kind] >= 0:
            bins = min(bins, Fraction(int(problem.limit[kind])))
        bound += bins * int(problem.cost[kind])
        missing -= bins * row.most[kind]
        worth = ratio[kind]
        used.append(kind)
    if missing > 0:
        return None
    for kind in used:
        rents[kind] = worth * row.most[kind] - int(problem.cost[kind])
    return RowDual(bound, worth, tuple(rents))


def least_values(problem: PackingProblem, dual: RowDual, target: int) -> list[int]:
    """Return the value that a bin of each type has at least in a packing that costs `target` or less.

    Every bin costs at least the worth of its value less its rent, so one that costs more by the distance from the bound
    to the target takes the packing beyond it. The worth must not be 0.
    """
    slack = target - dual.bound
    return [
        math.ceil((int(cost) + rent - slack) / dual.worth) for cost, rent in zip(problem.cost, dual.rent, strict=True)
    ]


def row_bound(problem: PackingProblem, row: Row) -> Fraction:
    """Return the bound of a row; the overflow price when there is no packing."""
    dual = row_dual(problem, row)
    return Fraction(problem.overflow) if dual is None else dual.bound


def common_step(problem: PackingProblem) -> int:
    """Return the greatest common divisor of the prices, of which all costs are multiples; 1 when all are free."""
    return max(1, math.gcd(*(int(cost) for cost in problem.cost)))


def rounded_up(problem: PackingProblem, bound: Fraction | int) -> int:
    """Return the least multiple of the greatest common divisor of the prices that is not below `bound`."""
    step = common_step(problem)
    return math.ceil(Fraction(bound) / step) * step


def size_rows(problem: PackingProblem) -> list[Row]:
    """Return the rows of each dimension, as it is and changed by dual feasible functions."""
    rows = []
    for dim in range(problem.dims):
        size, capacity = problem.size[:, dim], problem.capacity[:, dim]
        rows.append(Row(tuple(capacity.tolist()), int(size.sum())))
        if problem.n_types == 1 and capacity[0] > 0:
            rows += _stretched(size, int(capacity[0]))
    return rows


def _stretched(size: Int64, capacity: int) -> list[Row]:
    """Return rows of two families of dual feasible functions for one capacity (Martello and Toth; Fekete and Schepers)."""
    rows = []
    for small in np.unique(size[(size > 0) & (2 * size <= capacity)])[:100]:
        value = np.where(size > capacity - small, capacity, np.where(size < small, 0, size))
        rows.append(Row((capacity,), int(value.sum())))
    for k in range(1, 30):
        exact = (k + 1) * size % capacity == 0
        value = np.where(exact, size * k, (k + 1) * size // capacity * capacity)
        rows.append(Row((capacity * k,), int(value.sum())))
    return rows


@dataclass(frozen=True, slots=True)
class Counts:
    """Whole numbers of bins of each type, (T,) tuple of int, that satisfy all rows, and a bound on their cost.

    `bins` is None when there are none, or none were found.
    """

    bins: tuple[int, ...] | None
    cost: int
    bound: int


def cheapest_counts(
    problem: PackingProblem, rows: Sequence[Row], refused: Sequence[tuple[int, ...]], effort: float, seed: int
) -> Counts:
    """Return the cheapest whole numbers of bins that satisfy all rows.

    Parameters
    ----------
    rows : sequence of Row, not empty
    refused : numbers of bins of which the answer must exceed at least one each
    effort : float, deterministic seconds of CP-SAT
    seed : int
    """
    step = common_step(problem)
    single = max(rounded_up(problem, row_bound(problem, row)) for row in rows)
    if single >= problem.overflow:
        return Counts(None, problem.overflow, problem.overflow)
    most = [problem.n if limit < 0 else min(int(limit), problem.n) for limit in problem.limit]
    model = cp_model.CpModel()
    count = [model.new_int_var(0, top, "") for top in most]
    for row in rows:
        shrink = max(1, row.total >> 40)
        values = [-(-value // shrink) for value in row.most]
        model.add(sum(v * n for v, n in zip(values, count, strict=True)) >= row.total // shrink)
    for bins in refused:
        above = [model.new_bool_var("") for _ in bins]
        for flag, n, least in zip(above, count, bins, strict=True):
            model.add(n >= least + 1).only_enforce_if(flag)
        model.add_bool_or(above)
    price = sum(int(cost) // step * n for cost, n in zip(problem.cost, count, strict=True))
    model.add(price >= single // step)
    model.minimize(price)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False  # it would take Ctrl-C away from whoever listens, for good
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Counts(None, problem.overflow, problem.overflow)
    bound = max(single, math.ceil(solver.best_objective_bound - 1e-6) * step)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Counts(None, problem.overflow, bound)
    bins = tuple(int(solver.value(n)) for n in count)
    return Counts(bins, sum(int(cost) * n for cost, n in zip(problem.cost, bins, strict=True)), bound)


def counts_bound(problem: PackingProblem, rows: Sequence[Row], effort: float, seed: int) -> int:
    """Return the least cost of whole numbers of bins that satisfy all rows, or a bound on it."""
    return cheapest_counts(problem, rows, (), effort, seed).bound
