"""The packing problem as arrays: what is packed, into which types of bin, and what must stay apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from network.errors import SolveError
from network.money import Bools, Int64

LARGEST = 2**50
"""Sums of sizes stay below this, so that int64 and float64 both hold them exactly."""
LARGEST_COST = 2**61
"""The largest price times the square of the number of items stays below this, so that int64 holds all sums."""
MOST_ITEMS = 10_000
"""More items than this are refused: conflicts are kept as a square."""

Conflicts: TypeAlias = Bools | Iterable[tuple[int, int]] | None


def _whole_numbers(values: npt.ArrayLike, name: str, dimensions: int) -> Int64:
    """Return `values` as a frozen int64 array of the given number of dimensions, or say what is wrong."""
    try:
        array: npt.NDArray[Any] = np.array(values)
    except ValueError as error:
        raise SolveError(f"{name}: found rows of unequal length, expected an array. {error}") from None
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != dimensions:
        raise SolveError(f"{name}: found {array.ndim} dimension(s), expected {dimensions}.")
    if array.dtype.kind not in "iu":
        raise SolveError(f"{name}: found {array.dtype} values, expected whole numbers. Maybe use a finer unit.")
    too_large = array > LARGEST
    if too_large.any():
        where = tuple(int(k) for k in np.argwhere(too_large)[0])
        raise SolveError(f"{name}{list(where)}: found {array[where]}, expected at most {LARGEST}.")
    whole = array.astype(np.int64)
    whole.flags.writeable = False
    return whole


def _not_negative(array: Int64, name: str, least: int = 0) -> None:
    """Refuse values below `least`, naming the first."""
    if (array < least).any():
        where = tuple(int(k) for k in np.argwhere(array < least)[0])
        raise SolveError(f"{name}{list(where)}: found {array[where]}, expected at least {least}.")


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """What has to be packed.

    Attributes
    ----------
    size : (n, d) int64, one column per dimension, any units as long as they are those of the capacities
    """

    size: Int64

    def __post_init__(self) -> None:
        size = _whole_numbers(self.size, "items.size", 2)
        _not_negative(size, "items.size")
        if size.size and int(size.astype(object).sum(axis=0).max()) > LARGEST:
            raise SolveError(f"items.size: the sizes of one dimension sum to more than {LARGEST}. Use a coarser unit.")
        object.__setattr__(self, "size", size)

    @property
    def n(self) -> int:
        """Return the number of items."""
        return len(self.size)


@dataclass(frozen=True, slots=True, eq=False)
class Types:
    """Types of bin that can be opened.

    Attributes
    ----------
    capacity : (T, d) int64, units of the sizes
    cost : (T,) int64, price of one bin
    limit : (T,) int64, bins there are of the type; -1 for no limit
    """

    capacity: Int64
    cost: Int64
    limit: Int64 | None = None

    def __post_init__(self) -> None:
        capacity = _whole_numbers(self.capacity, "types.capacity", 2)
        cost = _whole_numbers(self.cost, "types.cost", 1)
        unlimited = np.full(len(cost), -1, dtype=np.int64)
        limit = _whole_numbers(unlimited if self.limit is None else self.limit, "types.limit", 1)
        for array, name, least in ((capacity, "capacity", 0), (cost, "cost", 0), (limit, "limit", -1)):
            _not_negative(array, f"types.{name}", least)
            if len(array) != len(cost):
                raise SolveError(f"types.{name}: found {len(array)} types, expected {len(cost)} as in types.cost.")
            object.__setattr__(self, name, array)

    @property
    def n(self) -> int:
        """Return the number of types."""
        return len(self.cost)

    @property
    def limits(self) -> Int64:
        """Return how many bins there are of each type, (T,) int64; -1 for no limit."""
        assert self.limit is not None
        return self.limit


def conflict_matrix(conflicts: Conflicts, n: int) -> Bools:
    """Return which items must not share a bin, (n, n) bool, symmetric and frozen.

    Parameters
    ----------
    conflicts : (n, n) bool array, or pairs of item indices, or None
    n : int, number of items

    Raises
    ------
    SolveError
        If the array has another shape, is not symmetric, or an item conflicts with itself or does not exist.
    """
    matrix = np.zeros((n, n), dtype=np.bool_)
    if isinstance(conflicts, np.ndarray) and conflicts.dtype == np.bool_:
        if conflicts.shape != (n, n):
            raise SolveError(f"conflicts: found shape {conflicts.shape}, expected {(n, n)}.")
        if (conflicts != conflicts.T).any():
            i, j = (int(k) for k in np.argwhere(conflicts != conflicts.T)[0])
            raise SolveError(f"conflicts[{i}, {j}]: found {conflicts[i, j]}, expected the same as [{j}, {i}].")
        matrix |= conflicts
    elif conflicts is not None:
        _mark_pairs(matrix, list(conflicts))
    if matrix.diagonal().any():
        k = int(np.flatnonzero(matrix.diagonal())[0])
        raise SolveError(f"conflicts: item {k} conflicts with itself, so no bin can hold it.")
    matrix.flags.writeable = False
    return matrix


def _mark_pairs(matrix: Bools, pairs: Sequence[tuple[int, int]]) -> None:
    """Mark pairs of indices in both triangles of `matrix`, (n, n) bool, in place."""
    n = len(matrix)
    for k, pair in enumerate(pairs):
        indices = np.asarray(pair)
        if indices.shape != (2,) or indices.dtype.kind not in "iu":
            raise SolveError(f"conflicts[{k}]: found {pair!r}, expected a pair of item indices.")
        i, j = (int(index) for index in indices)
        if not (0 <= i < n and 0 <= j < n):
            raise SolveError(f"conflicts[{k}]: found {(i, j)}, expected indices from 0 to {n - 1}.")
        matrix[i, j] = matrix[j, i] = True


@dataclass(frozen=True, slots=True, eq=False)
class PackingProblem:
    """Items, types and conflicts that belong together.

    Attributes
    ----------
    size : (n, d) int64
    capacity : (T, d) int64
    cost : (T,) int64
    limit : (T,) int64, -1 for none
    conflict : (n, n) bool, symmetric
    """

    size: Int64
    capacity: Int64
    cost: Int64
    limit: Int64
    conflict: Bools

    @property
    def n(self) -> int:
        """Return the number of items."""
        return len(self.size)

    @property
    def n_types(self) -> int:
        """Return the number of types."""
        return len(self.cost)

    @property
    def dims(self) -> int:
        """Return the number of dimensions."""
        return int(self.capacity.shape[1])

    @property
    def overflow(self) -> int:
        """Return what a bin beyond the limit of its type is charged on top: more than any packing costs."""
        return (self.n + 1) * int(self.cost.max(initial=0)) + 1

    def fits(self) -> Bools:
        """Return which item fits which type when alone, (n, T) bool."""
        if self.n == 0:
            return np.zeros((0, self.n_types), dtype=np.bool_)
        alone: Bools = (self.size[:, None, :] <= self.capacity[None, :, :]).all(axis=2) & (self.limit != 0)
        return alone


def build_problem(items: Items, types: Types, conflicts: Conflicts) -> PackingProblem:
    """Return the validated problem.

    Raises
    ------
    SolveError
        If the arrays contradict each other, or some item fits no type.
    """
    if items.n > MOST_ITEMS:
        raise SolveError(f"items.size: found {items.n} items, expected at most {MOST_ITEMS}. Maybe split the problem.")
    size = items.size if items.n else items.size.reshape(0, types.capacity.shape[1])
    if size.shape[1] != types.capacity.shape[1]:
        raise SolveError(
            f"items.size: found {size.shape[1]} dimension(s), expected {types.capacity.shape[1]} as in types.capacity."
        )
    if int(types.cost.max(initial=0)) * (items.n + 1) ** 2 > LARGEST_COST:
        k = int(types.cost.argmax())
        raise SolveError(f"types.cost[{k}]: found {types.cost[k]}, too large for {items.n} items. Use a coarser unit.")
    matrix = conflict_matrix(conflicts, items.n)
    problem = PackingProblem(size.copy(), types.capacity.copy(), types.cost.copy(), types.limits.copy(), matrix.copy())
    homeless = np.flatnonzero(~problem.fits().any(axis=1))
    if len(homeless):
        listed = ", ".join(str(int(k)) for k in homeless[:10]) + (" ..." if len(homeless) > 10 else "")
        raise SolveError(
            f"items.size: {len(homeless)} item(s) fit no type: {listed}. "
            f"Maybe item {int(homeless[0])}, of size {size[homeless[0]].tolist()}, should be split or left out."
        )
    return problem
