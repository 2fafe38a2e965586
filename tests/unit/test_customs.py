"""Duty layers: which apply, and what they amount to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from network.customs import DutyBook, financing_pct, is_compound
from network.price_tables import Duty
from tests.goods import edited
from tests.networks import tiny_network

DAY = dt.date(2026, 12, 1)
LAMP, POWER_BANK = "9405420000", "8507600000"


def _book(*rows: dict[str, Any]) -> DutyBook:
    return DutyBook(tiny_network(duties=edited("duties", add=rows)))


def _layers(book: DutyBook, hs: str, origin: str = "CN", day: dt.date = DAY, schedule: str = "US") -> dict[str, str]:
    return {duty.layer: duty.duty_id for duty in book.layers(schedule, hs, origin, day)}


def _duty(**columns: Any) -> Duty:
    return Duty.model_validate({"duty_id": "d", "layer": "US.MFN", "schedule": "US", **columns})


def test_layers_add_and_the_longest_prefix_wins_within_one() -> None:
    book = _book()
    assert _layers(book, LAMP) == {"US.MFN": "us-mfn-lamps", "US.S301": "us-s301", "US.S122": "us-s122"}
    assert _layers(book, POWER_BANK)["US.MFN"] == "us-mfn"


def test_layers_come_in_the_order_of_the_table() -> None:
    assert [duty.layer for duty in _book().layers("US", LAMP, "CN", DAY)] == ["US.MFN", "US.S301", "US.S122"]


def test_origin_decides_on_layers_against_countries() -> None:
    book = _book()
    assert "US.S301" in _layers(book, LAMP, "HK")
    for country in ("IN", "VN", ""):
        assert "US.S301" not in _layers(book, LAMP, country)


@pytest.mark.parametrize(
    ("day", "applies"),
    [("2026-02-23", False), ("2026-02-24", True), ("2026-07-23", True), ("2026-07-24", False)],
)
def test_a_window_of_dates_includes_both_ends(day: str, applies: bool) -> None:
    # Section 122 as a window of 150 days.
    window = {"us-s122": {"valid_from": "2026-02-24", "valid_to": "2026-07-23"}}
    book = DutyBook(tiny_network(duties=edited("duties", window)))
    assert ("US.S122" in _layers(book, LAMP, day=dt.date.fromisoformat(day))) is applies


def test_an_exclusion_is_a_longer_prefix_at_zero_and_may_end() -> None:
    book = _book(
        {
            "duty_id": "x",
            "layer": "US.S301",
            "schedule": "US",
            "hs_prefix": "94054200",
            "rate_pct": "0",
            "valid_to": "2026-11-10",
        }
    )
    assert _layers(book, LAMP, day=dt.date(2026, 11, 10))["US.S301"] == "x"
    assert _layers(book, LAMP, day=dt.date(2026, 11, 11))["US.S301"] == "us-s301"
    assert _layers(book, "9405410000", day=dt.date(2026, 11, 10))["US.S301"] == "us-s301"


def test_a_layer_that_is_switched_off_is_not_applied() -> None:
    book = DutyBook(tiny_network(duties=edited("duties", {"us-s122": {"enabled": "no"}})))
    assert "US.S122" not in _layers(book, LAMP)


def test_nothing_matches_an_unknown_schedule_or_code() -> None:
    assert _layers(_book(), LAMP, schedule="XX") == {}
    only = DutyBook(tiny_network(duties=edited("duties", {"us-mfn": {"hs_prefix": "39"}}, keep=["us-mfn"])))
    assert _layers(only, LAMP) == {}
    assert _layers(only, "3926909985") == {"US.MFN": "us-mfn"}


def test_of_two_rows_with_the_same_prefix_the_first_counts() -> None:
    book = _book({"duty_id": "later", "layer": "US.MFN", "schedule": "US", "hs_prefix": "9405", "rate_pct": "9"})
    assert _layers(book, LAMP)["US.MFN"] == "us-mfn-lamps"


def test_duties_per_piece_or_per_kg_are_compound() -> None:
    assert is_compound(_duty(hs_prefix="821192", rate_pct="6.1", per_unit="0.004"))
    assert is_compound(_duty(rate_pct="3", per_kg="0.20", currency="EUR"))
    assert not is_compound(_duty(rate_pct="3"))


def test_financing_recoverable_tax_costs_its_days() -> None:
    # 24 % a year for 45 days: 24 x 45 / 365 = 2.9589... %.
    regime = tiny_network().regime["DE"]
    assert round(financing_pct(regime, 24.0), 6) == Decimal("2.958904")
    assert financing_pct(tiny_network().regime["US"], 24.0) == 0
