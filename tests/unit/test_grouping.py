"""Numbering and grouping of codes: dense and sparse ways agree with numpy's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consolidation.grouping import distinct, first_of_each, members, packed, ragged

_codes = st.lists(st.integers(0, 40), max_size=60).map(lambda values: np.array(values, dtype=np.int64))


@given(_codes, st.sampled_from([41, 10**9]))
def test_distinct_codes_are_numpys(code: np.ndarray, size: int) -> None:
    values, position = distinct(code, size)
    expected, inverse = np.unique(code, return_inverse=True)
    assert values.tolist() == expected.tolist()
    assert position.tolist() == inverse.tolist()


@given(_codes)
def test_members_are_every_position_once_by_group(code: np.ndarray) -> None:
    groups = list(members(code, 41))
    assert len(groups) == 41
    for number, rows in enumerate(groups):
        assert rows.tolist() == np.flatnonzero(code == number).tolist()


def test_members_of_many_groups() -> None:
    code = np.array([39_999, 5, 39_999], dtype=np.int64)
    groups = list(members(code, 40_000))
    assert [groups[5].tolist(), groups[39_999].tolist()] == [[1], [0, 2]]


@given(_codes)
def test_first_of_each_run(code: np.ndarray) -> None:
    expected = [k for k in range(len(code)) if k == 0 or code[k] != code[k - 1]]
    assert first_of_each(code).tolist() == expected


@given(st.lists(st.integers(0, 4), max_size=20))
def test_ragged_rows(counts: list[int]) -> None:
    row, place = ragged(np.array(counts, dtype=np.int64))
    expected = [(k, n) for k, count in enumerate(counts) for n in range(count)]
    assert list(zip(row.tolist(), place.tolist(), strict=True)) == expected


@pytest.mark.parametrize("scale", [1, 2**40])
@given(st.lists(st.tuples(*[st.integers(-1, 3)] * 3), max_size=30))
def test_packed_codes_are_equal_and_ordered_as_the_rows(scale: int, rows: list[tuple[int, int, int]]) -> None:
    # Spans of 2^40 each do not fit one integer together: columns are numbered first.
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 3) * scale
    code = packed(list(table.T))
    for a in range(len(rows)):
        for b in range(len(rows)):
            assert (code[a] < code[b]) == (rows[a] < rows[b])
