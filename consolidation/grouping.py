"""Numbering and grouping of integer codes, in time linear in their number where the codes are dense."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from network.money import Int64

_DENSE = 65_536


def distinct(code: Int64, size: int) -> tuple[Int64, Int64]:
    """Return the distinct codes in rising order, and the position of every code among them.

    Parameters
    ----------
    code : (m,) int64 in 0..size-1

    Examples
    --------
    >>> values, position = distinct(np.array([7, 2, 7]), 10)
    >>> values.tolist(), position.tolist()
    ([2, 7], [1, 0, 1])
    """
    if size > max(_DENSE, 4 * len(code)):
        values, position = np.unique(code, return_inverse=True)
        return values, position.astype(np.int64)
    present = np.zeros(size, dtype=np.bool_)
    present[code] = True
    values = np.flatnonzero(present)
    number = np.zeros(size, dtype=np.int64)
    number[values] = np.arange(len(values))
    return values, number[code]


def members(number: Int64, count: int) -> Iterator[Int64]:
    """Yield the positions of every group, in rising order within the group.

    Parameters
    ----------
    number : (m,) int64 in 0..count-1

    Examples
    --------
    >>> [rows.tolist() for rows in members(np.array([1, 0, 1]), 3)]
    [[1], [0, 2], []]
    """
    small = number.astype(np.int16) if count < 32_768 else number  # numpy sorts 16 bits in linear time
    order = np.argsort(small, kind="stable")
    ends = np.cumsum(np.bincount(number, minlength=count))
    start = 0
    for end in ends.tolist():
        yield order[start:end]
        start = end


def first_of_each(group: Int64) -> Int64:
    """Return the first position of every run of equal groups.

    >>> first_of_each(np.array([4, 4, 1, 1, 1])).tolist()
    [0, 2]
    """
    if not len(group):
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([[0], np.flatnonzero(group[1:] != group[:-1]) + 1]).astype(np.int64)


def ragged(counts: Int64) -> tuple[Int64, Int64]:
    """Return, for rows laid out one after the other, the row and the place within it of every item.

    >>> row, place = ragged(np.array([2, 0, 3]))
    >>> row.tolist(), place.tolist()
    ([0, 0, 2, 2, 2], [0, 1, 0, 1, 2])
    """
    row = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    starts = np.cumsum(counts) - counts
    return row, np.arange(len(row), dtype=np.int64) - starts[row]


def packed(columns: list[Int64]) -> Int64:
    """Return one code per row that is equal exactly where all columns are, ordered as the rows are.

    Parameters
    ----------
    columns : of (m,) int64 each
    """
    code = np.zeros(len(columns[0]), dtype=np.int64)
    if not len(code):
        return code
    size = 1
    for column in columns:
        low = int(column.min())
        span = int(column.max()) - low + 1
        if size * span >= 2**62:
            _, code = np.unique(code, return_inverse=True)
            size = int(code.max()) + 1
        if size * span >= 2**62:
            _, column = np.unique(column, return_inverse=True)
            low, span = 0, int(column.max()) + 1
        code = code * span + (column - low)
        size *= span
    return code
