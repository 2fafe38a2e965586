"""Money: whole cents, rounded once, shared without a remainder."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.money import CENT, MICROS, from_micros, percent_of, round_array, share, to_micros


@pytest.mark.parametrize(
    ("amount", "micros"),
    [("187.056", 187_060_000), ("0.005", 10_000), ("-0.005", -10_000), ("0.0049", 0), (3, 3_000_000), ("0", 0)],
)
def test_amounts_round_half_away_from_zero(amount: str | int, micros: int) -> None:
    assert to_micros(amount) == micros


def test_float_noise_does_not_change_a_half() -> None:
    assert round_array(np.array([0.285, 1.005, -0.285, 28.499999999999996 / 100])).tolist() == [
        290_000,
        1_010_000,
        -290_000,
        290_000,
    ]


@given(st.integers(-(10**7), 10**7))
def test_array_and_exact_rounding_agree_to_a_tenth_of_a_cent(thousandths: int) -> None:
    exact = Decimal(thousandths) / 1000
    assert round_array(np.array([float(exact)])).tolist() == [to_micros(exact)]


@given(st.integers(0, 10**13), st.integers(0, 10**9))
def test_percentages_are_exact(value: int, rate_ppb: int) -> None:
    exact = Decimal(value) * rate_ppb / (10**9) / MICROS
    assert percent_of(value, rate_ppb) == to_micros(exact)


@given(st.integers(-(10**12), 10**12).map(lambda cents: cents * CENT))
def test_text_is_exact(micros: int) -> None:
    assert to_micros(str(from_micros(micros))) == micros
    assert from_micros(micros) * MICROS == micros
    assert str(from_micros(micros))[-3] == "."


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_parts_sum_to_the_whole_and_lie_within_a_cent_of_fair(cents: int, weights: list[int]) -> None:
    total = cents * CENT
    parts = share(total, weights)
    assert sum(parts) == total
    whole = sum(weights) or len(weights)
    fair = weights if sum(weights) else [1] * len(weights)
    for part, weight in zip(parts, fair, strict=True):
        assert part % CENT == 0
        assert abs(part * whole - total * weight) < CENT * whole


@given(st.integers(0, 10**6), st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_a_heavier_weight_never_gets_less(cents: int, weights: list[int]) -> None:
    parts = share(cents * CENT, weights)
    for a, part_a in zip(weights, parts, strict=True):
        for b, part_b in zip(weights, parts, strict=True):
            if a > b:
                assert part_a >= part_b


def test_shares_by_hand() -> None:
    assert share(100 * CENT, [1, 1, 1]) == [34 * CENT, 33 * CENT, 33 * CENT]
    assert share(-CENT, [1, 3]) == [0, -CENT]
    assert share(5 * CENT, [0, 0]) == [3 * CENT, 2 * CENT]
    assert share(5 * CENT, np.array([0, 7])) == [0, 5 * CENT]


@pytest.mark.parametrize(("total", "weights"), [(CENT, []), (CENT, [1, -1]), (CENT + 1, [1])])
def test_what_cannot_be_shared(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="share needs"):
        share(total, weights)
