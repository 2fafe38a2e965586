"""Duty layers: which apply, and what they amount to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from network.consistency import check_network
from network.customs import DutyBook, financing_pct, is_compound, value_band, value_limits
from network.price_tables import Duty
from tests.goods import edited
from tests.networks import tiny_network

DAY = dt.date(2026, 12, 1)
LAMP, POWER_BANK = "9405420000", "8507600000"


def _book(*rows: dict[str, Any]) -> DutyBook:
    return DutyBook(tiny_network(duties=edited("duties", add=rows)))


def _layers(
    book: DutyBook, hs: str, origin: str = "CN", day: dt.date = DAY, schedule: str = "US", band: int = 0
) -> dict[str, str]:
    return {duty.layer: duty.duty_id for duty in book.layers(schedule, hs, origin, day, band)}


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


def test_rows_for_cheap_and_dear_goods() -> None:
    # One layer in two parts: 5 % up to 100 EUR (110 USD), 9 % above; a levy from 500 USD on.
    parts: dict[str, Any] = {"layer": "US.LEVY", "schedule": "US", "currency": "EUR"}
    network = tiny_network(duties=edited("duties", add=[
        {**parts, "duty_id": "cheap", "rate_pct": "5", "value_up_to": "100"},
        {**parts, "duty_id": "dear", "rate_pct": "9", "value_over": "100"},
        {"duty_id": "luxury", "layer": "US.LUXURY", "schedule": "US", "rate_pct": "1", "value_over": "500"},
    ]))  # fmt: skip
    assert [finding for finding in check_network(network) if finding.rule.startswith("DUTY")] == []
    limits, book = value_limits(network), DutyBook(network)
    assert limits == (Decimal(110), Decimal(500))
    expected = {
        "110": ("cheap", None),
        "110.000001": ("dear", None),
        "500": ("dear", None),
        "500.01": ("dear", "luxury"),
    }
    for value, ids in expected.items():
        applying = _layers(book, LAMP, band=value_band(limits, Decimal(value)))
        assert (applying["US.LEVY"], applying.get("US.LUXURY")) == ids


RELIEF: dict[str, Any] = {
    "duty_id": "relief", "layer": "US.RELIEF", "schedule": "US", "value_up_to": "800", "instead_of": "US.MFN;US.S301"
}  # fmt: skip


def test_a_relief_stands_in_place_of_layers_and_makes_any_code_known() -> None:
    book = _book(RELIEF)
    assert _layers(book, LAMP) == {"US.S122": "us-s122", "US.RELIEF": "relief"}
    assert _layers(book, LAMP, band=1) == {"US.MFN": "us-mfn-lamps", "US.S301": "us-s301", "US.S122": "us-s122"}
    assert _layers(_book({**RELIEF, "enabled": "no"}), LAMP)["US.MFN"] == "us-mfn-lamps"
    network = tiny_network(
        duties=edited("duties", {"us-mfn": {"hs_prefix": "39"}}, keep=["us-mfn"], add=[RELIEF]),
        regimes=edited("regimes", {"US": {"base_layer": "US.MFN"}}),
    )
    only = DutyBook(network)
    assert [only.covers("US", LAMP, "CN", DAY, band) for band in (0, 1)] == [True, False]


def test_a_layer_kept_away_stands_in_place_of_nothing() -> None:
    book = _book({**RELIEF, "unless_layers": "US.S122"})
    assert _layers(book, LAMP) == {"US.MFN": "us-mfn-lamps", "US.S301": "us-s301", "US.S122": "us-s122"}


def test_layers_may_not_replace_each_other_in_a_circle() -> None:
    back = {"us-mfn": {"instead_of": "US.RELIEF"}, "us-mfn-lamps": {"unless_layers": "US.RELIEF"}}
    found = check_network(tiny_network(duties=edited("duties", back, add=[RELIEF])))
    circles = {(finding.row, finding.field) for finding in found if finding.rule == "DUTY.CIRCLE"}
    assert {column for _, column in circles} == {"unless_layers", "instead_of"}
    assert len(circles) == 3


def test_what_is_wrong_with_a_row_by_value_is_named() -> None:
    with pytest.raises(ValueError, match="value_up_to above value_over"):
        _duty(value_over="150", value_up_to="150")
    unknown = check_network(tiny_network(duties=edited("duties", add=[{**RELIEF, "instead_of": "US.MFNN"}])))
    assert [str(finding) for finding in unknown] == [
        f"duties.csv, row {len(edited('duties')) + 2}, instead_of: found 'US.MFNN', expected a layer of duties.csv. "
        "Maybe you meant 'US.MFN'."
    ]
    doubled = [{**RELIEF, "duty_id": name, "value_up_to": most} for name, most in (("a", "150"), ("b", "200"))]
    assert {row.rule for row in check_network(tiny_network(duties=edited("duties", add=doubled)))} == {"DUTY.TWICE"}


def test_financing_recoverable_tax_costs_its_days() -> None:
    # 24 % a year for 45 days: 24 x 45 / 365 = 2.9589... %.
    regime = tiny_network().regime["DE"]
    assert round(financing_pct(regime, 24.0), 6) == Decimal("2.958904")
    assert financing_pct(tiny_network().regime["US"], 24.0) == 0
