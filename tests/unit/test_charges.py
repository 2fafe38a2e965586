"""What one charge is: breaks, floors and caps by hand, and the array form equal to the exact one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.charges import BASES, STAY_BASES, Break, amount, amounts, parse_breaks
from network.money import CENT, MICROS


@dataclass(frozen=True)
class Line:
    """The least that a charge must have."""

    basis: str = "per_kg"
    rate: Decimal = Decimal(0)
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    min_quantity: Decimal | None = None
    free_quantity: Decimal | None = None
    breaks: tuple[Break, ...] = ()


def _cents(line: Line, quantity: str, fx: str = "1") -> Decimal:
    return Decimal(amount(line, Decimal(quantity), Decimal(fx))) / MICROS


AIR = Line(rate=Decimal(7), minimum=Decimal(80), breaks=parse_breaks("45:6.5;100:6;500:5"))


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [
        ("10", "80"),  # 70 is below the minimum
        ("20", "140"),  # below the first break
        ("44", "292.5"),  # 45 kg at 6.50 is cheaper than 44 kg at 7
        ("45", "292.5"),
        ("90", "585"),  # at its own break; 100 kg at 6 would be 600
        ("93", "600"),  # 93 kg at 6.50 is 604.50, as 100 kg it is 600
        ("450", "2500"),  # as 500 kg at 5
        ("600", "3000"),
    ],
)
def test_next_break_may_be_cheaper(quantity: str, cost: str) -> None:
    assert _cents(AIR, quantity) == Decimal(cost)


@pytest.mark.parametrize(
    ("value", "cost"), [("5400", "33.58"), ("54000", "187.06"), ("500000", "651.50"), ("0", "33.58")]
)
def test_merchandise_processing_fee_has_a_floor_and_a_cap(value: str, cost: str) -> None:
    mpf = Line("pct_of_entry_value", Decimal("0.3464"), Decimal("33.58"), Decimal("651.50"))
    assert _cents(mpf, value) == Decimal(cost)


def test_least_quantity_comes_before_breaks() -> None:
    line = Line("per_wm", Decimal(80), min_quantity=Decimal(1), breaks=parse_breaks("1:70"))
    assert _cents(line, "0.2") == 70
    assert _cents(line, "2") == 140


def test_a_rate_in_another_currency_is_converted_and_its_floor_too() -> None:
    line = Line("per_load", Decimal(700), minimum=Decimal(900))
    assert _cents(line, "1", "0.14") == 126
    assert _cents(line, "2", "0.14") == 196


def test_a_percentage_of_money_is_in_that_money_but_its_floor_is_converted() -> None:
    line = Line("pct_of_value", Decimal("0.3"), minimum=Decimal(10))
    assert _cents(line, "10000", "0.14") == 30
    assert _cents(line, "100", "0.14") == Decimal("1.40")


def test_rounded_once_half_up() -> None:
    assert _cents(Line(rate=Decimal("0.285")), "1") == Decimal("0.29")
    assert _cents(Line(rate=Decimal("0.0049")), "1") == 0
    assert _cents(Line(rate=Decimal("-0.285")), "1") == Decimal("-0.29")


def test_breaks_as_text() -> None:
    assert parse_breaks(" 45:6.62; 100:5.83;") == (
        Break(Decimal(45), Decimal("6.62")),
        Break(Decimal(100), Decimal("5.83")),
    )
    assert parse_breaks("") == ()
    for text in ("45", "45:", ":6", "45-6", "a:b", "-45:6", "45:-6", "45:nan", "inf:6"):
        with pytest.raises(ValueError, match="from:rate pairs"):
            parse_breaks(text)


def _tenths(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    scale = 10**places
    return st.integers(low * scale, high * scale).map(lambda k: Decimal(k) / scale)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Draw charges with floors, caps, least quantities and falling or rising breaks."""
    floor = draw(st.none() | _tenths(0, 200, 2))
    cap = draw(st.none() | _tenths(0, 500, 2))
    if floor is not None and cap is not None and floor > cap:
        floor, cap = cap, floor
    starts = sorted(draw(st.sets(_tenths(1, 1000, 1), max_size=4)))
    steps = tuple(Break(start, draw(_tenths(0, 20, 3))) for start in starts)
    return Line(draw(st.sampled_from(sorted(BASES))), draw(_tenths(0, 20, 3)), floor, cap,
                draw(st.none() | _tenths(0, 50, 1)), draw(st.none() | _tenths(0, 50, 1)), steps)  # fmt: skip


QUANTITIES = st.lists(_tenths(0, 2000, 3), min_size=1, max_size=8)
RATES = st.sampled_from([Decimal(1), Decimal("1.1"), Decimal("0.14"), Decimal("0.0067")])


@given(lines(), QUANTITIES, RATES)
def test_array_form_equals_exact_form(line: Line, quantities: list[Decimal], fx: Decimal) -> None:
    found = amounts(line, np.array([float(quantity) for quantity in quantities]), float(fx))
    assert found.tolist() == [amount(line, quantity, fx) for quantity in quantities]
    assert found.dtype == np.int64


def _is_nothing(line: Line, quantity: Decimal) -> bool:
    """Return whether there is nothing to charge: all of it is free, or there is no duty and no day."""
    days = ("per_load_day", *STAY_BASES)
    if line.basis in ("pct_of_duty", *days) and quantity == 0:
        return True
    return bool(line.free_quantity) and line.basis not in days and quantity <= (line.free_quantity or 0)


@given(lines(), st.tuples(_tenths(0, 2000, 3), _tenths(0, 2000, 3)), RATES)
def test_amounts_are_whole_cents_between_floor_and_cap(line: Line, pair: tuple[Decimal, Decimal], fx: Decimal) -> None:
    for quantity in pair:
        cost = amount(line, quantity, fx)
        assert cost % CENT == 0
        if _is_nothing(line, quantity):
            assert cost == 0
        elif line.minimum is not None:
            assert cost >= line.minimum * fx * MICROS - CENT // 2
        if line.maximum is not None:
            assert cost <= line.maximum * fx * MICROS + CENT // 2


@given(lines(), st.tuples(_tenths(0, 2000, 3), _tenths(0, 2000, 3)))
def test_more_never_costs_less_where_breaks_fall(line: Line, pair: tuple[Decimal, Decimal]) -> None:
    rates = sorted((line.rate, *(step.rate for step in line.breaks)), reverse=True)
    steps = tuple(Break(step.start, rate) for step, rate in zip(line.breaks, rates[1:], strict=True))
    falling = Line(line.basis, rates[0], line.minimum, line.maximum, line.min_quantity, line.free_quantity, steps)
    less, more = sorted(pair)
    assert amount(falling, less) <= amount(falling, more)
