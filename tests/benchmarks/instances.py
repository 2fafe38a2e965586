"""Readers of the public packing instances: container types, container types with conflicts, vector packing.

Each reader takes any file of its format by path and names the file and the line of whatever is wrong with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from network.money import Bools
from solvers.packing import Items, Types


class InstanceError(ValueError):
    """Raised when a file is not of the format, naming the file and the line."""


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One problem read from a file.

    Attributes
    ----------
    name : str, file name
    config : str, configuration of types; empty when the file has its own
    items : Items
    types : Types
    conflicts : (n, n) bool or None
    """

    name: str
    config: str
    items: Items
    types: Types
    conflicts: Bools | None = None


_CAPACITIES: dict[str, tuple[int, ...]] = {
    "set1_3types": (100, 120, 150),
    "set1_5types": (60, 80, 100, 120, 150),
    "set2_7types": (70, 100, 130, 160, 190, 220, 250),
}
_COSTS: dict[str, Callable[[int], int]] = {
    "linear": lambda capacity: capacity,
    "concave": lambda capacity: math.isqrt(100 * capacity - 1) + 1,
    "convex": lambda capacity: math.isqrt((capacity**3 - 1) // 100) + 1,
}
CONFIGS: tuple[str, ...] = tuple(f"{types}_{cost}" for types in _CAPACITIES for cost in _COSTS)
"""Every configuration of types for the files with conflicts."""


def configured_types(config: str) -> Types:
    """Return the types of a configuration such as ``set1_3types_linear``.

    The cost of a type of capacity c is c (linear), 10 sqrt(c) (concave) or 0.1 c^1.5 (convex), rounded up.

    >>> configured_types("set1_3types_concave").cost.tolist()
    [100, 110, 123]
    """
    name, _, cost = config.rpartition("_")
    if name not in _CAPACITIES or cost not in _COSTS:
        raise InstanceError(f"config: found {config!r}, expected one of {', '.join(CONFIGS)}.")
    capacities = _CAPACITIES[name]
    return Types(np.array(capacities).reshape(-1, 1), np.array([_COSTS[cost](c) for c in capacities]))


class _Lines:
    """Numbers of a text file, line by line, with the place for messages."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InstanceError(f"{path}: cannot be read as text: {error}") from None
        self._lines: Iterator[tuple[int, str]] = (
            (number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()
        )
        self.number = 0

    def fail(self, found: object, expected: str) -> InstanceError:
        """Return the error that the current line is not what was expected."""
        return InstanceError(f"{self.path}, line {self.number}: found {found!r}, expected {expected}.")

    def next(self, expected: str, at_least: int = 1) -> list[int]:
        """Return the whole numbers of the next line that is not blank."""
        self.number, line = next(self._lines, (self.number + 1, ""))
        try:
            numbers = [int(word) for word in line.split()]
        except ValueError:
            raise self.fail(line.strip()[:60], expected) from None
        if len(numbers) < at_least:
            raise self.fail(line.strip()[:60], expected)
        if min(numbers) < 0:
            raise self.fail(min(numbers), "no negative number")
        return numbers

    def many(self, count: int, expected: str) -> list[int]:
        """Return `count` whole numbers that may run over several lines."""
        numbers: list[int] = []
        while len(numbers) < count:
            numbers += self.next(f"{expected} ({len(numbers)} read so far)")
        if len(numbers) > count:
            raise self.fail(len(numbers), f"{count} numbers: {expected}")
        return numbers

    def end(self) -> None:
        """Refuse lines after the last one of the format."""
        for number, line in self._lines:
            self.number = number
            raise self.fail(line.strip()[:60], "the end of the file")


def read_vsbpp(path: Path) -> Instance:
    """Read variable-sized bin packing: ``n m``, then m pairs ``capacity cost``, then n sizes.

    Raises
    ------
    InstanceError
        If the file is not of that format.
    """
    lines = _Lines(path)
    n, m = lines.next("the numbers of items and of types", at_least=2)[:2]
    pairs = np.array(lines.many(2 * m, f"{m} pairs of capacity and cost")).reshape(m, 2)
    sizes = np.array(lines.many(n, f"{n} sizes"), dtype=np.int64).reshape(n, 1)
    lines.end()
    return Instance(path.name, "", Items(sizes), Types(pairs[:, :1], pairs[:, 1]))


def read_vsbppc(path: Path, config: str) -> Instance:
    """Read items with conflicts: ``n``, then n lines ``item size conflicting-items``, numbered from 1.

    Parameters
    ----------
    path : Path
    config : str, the types of bin, such as ``set2_7types_convex``; see `CONFIGS`

    Raises
    ------
    InstanceError
        If the file is not of that format, or there is no such configuration.
    """
    types = configured_types(config)
    lines = _Lines(path)
    n = lines.next("the number of items")[0]
    sizes = np.zeros((n, 1), dtype=np.int64)
    conflict = np.zeros((n, n), dtype=np.bool_)
    for k in range(n):
        item, size, *others = lines.next("an item, its size and the items it conflicts with", at_least=2)
        if item != k + 1:
            raise lines.fail(item, f"item {k + 1}")
        wrong = [other for other in others if not 1 <= other <= n or other == item]
        if wrong:
            raise lines.fail(wrong[0], f"another item from 1 to {n}")
        sizes[k] = size
        conflict[k, [other - 1 for other in others]] = True
    lines.end()
    return Instance(path.name, config, Items(sizes), types, conflict | conflict.T)


def read_vbp(path: Path) -> Instance:
    """Read vector packing: ``d``, the capacities, the number of rows, then rows ``w1 .. wd demand``.

    Every bin costs 1; an item of demand k appears k times.

    Raises
    ------
    InstanceError
        If the file is not of that format.
    """
    lines = _Lines(path)
    d = lines.next("the number of dimensions")[0]
    capacity = np.array(lines.many(d, f"{d} capacities")).reshape(1, d)
    m = lines.next("the number of rows")[0]
    rows = np.array([_exactly(lines, d + 1) for _ in range(m)], dtype=np.int64).reshape(m, d + 1)
    lines.end()
    sizes = np.repeat(rows[:, :d], rows[:, d], axis=0)
    return Instance(path.name, "", Items(sizes), Types(capacity, np.ones(1, dtype=np.int64)))


def _exactly(lines: _Lines, count: int) -> list[int]:
    """Return the next line, which has `count` numbers."""
    numbers = lines.next(f"{count - 1} sizes and a demand", at_least=count)
    if len(numbers) != count:
        raise lines.fail(len(numbers), f"{count} numbers: {count - 1} sizes and a demand")
    return numbers
