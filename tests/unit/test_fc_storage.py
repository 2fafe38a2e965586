"""Storage at the FC until goods are sold: told on statements, and in no sum of them."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from consolidation.shipments import Shipment
from consolidation.statements import Statement, statement, write_statements
from consolidation.statements.fc_storage import expected_storage
from consolidation.statements.page import seller_page
from network.consistency import check_network
from network.fc_tables import StorageFee
from network.model import Network
from tests.goods import goods, planning
from tests.networks import tiny_network
from tests.statement_plans import line, made_plan

NETWORK = tiny_network()
"""30 USD per m3 and month for standard sizes in the United States."""
SELLS = goods("S1", seller_id="ANNA", days_of_stock=10)
OTHERS = [goods("S2", seller_id="ANNA"), goods("S3", seller_id="BO", days_of_stock=0)]


def fee(fee_id: str, **columns: Any) -> StorageFee:
    """Return a fee of 30 USD per m3 and month in the United States."""
    row: dict[str, Any] = {"fee_id": fee_id, "market": "US", "name": fee_id, "per_m3_month": "30", "currency": "USD"}
    return StorageFee.model_validate({**row, **columns})


def with_fees(*rows: StorageFee) -> Network:
    """Return the tiny network with other fees."""
    return tiny_network().replace(fc_storage_fees=rows)


@pytest.fixture(scope="module")
def made() -> Statement:
    """Return statements of goods that are all received on 28 December 2026."""
    week = [SELLS, *OTHERS]
    plan = made_plan(NETWORK, week, [line(row.shipment_id, "trunk", "100") for row in week], {})
    return statement(plan, NETWORK, week)


def test_statements_tell_it_and_no_sum_has_it(made: Statement, tmp_path: Path) -> None:
    # December, days 0 to 4: 4 m3 x (4 - 16 / 20) = 12.8 / 31 x 30 = 12.387; January, to day 10: 4 x (6 - 84 / 20) = 7.2 / 31 x 30.
    anna, bo = made.sellers
    assert (anna.fc_storage, bo.fc_storage) == (Decimal("12.39") + Decimal("6.97"), None)
    assert [row.amounts.landed_cost for row in anna.shipments] == [100, 100]
    folder = write_statements(made, tmp_path / "st")
    with (folder / "statements.csv").open(encoding="utf-8", newline="") as stream:
        first, second, _ = csv.DictReader(stream)
    names = (
        "days_of_stock",
        "sold_out",
        "fc_storage_monthly",
        "fc_storage_aged",
        "fc_storage",
        "fc_storage_days_without_rate",
    )
    assert [first[name] for name in names] == ["10", "2027-01-07", "19.36", "0.00", "19.36", "0"]
    assert [second[name] for name in names] == [""] * len(names)
    assert (first["landed_cost"], first["currency"]) == ("100.00", "USD")
    with (folder / "sellers.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(row["fc_storage_shipments"], row["fc_storage"], row["landed_cost"]) for row in csv.DictReader(stream)]
    assert rows == [("1", "19.36", "200.00"), ("0", "", "100.00")]
    page, other = (seller_page(made, seller) for seller in made.sellers)
    assert "Storage at the FC: information, not in the landed cost" in page
    assert "19.36" in page
    assert "Storage at the FC: information" not in other


def test_the_workbook_has_a_line_for_each_fee_and_month(made: Statement, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(write_statements(made, tmp_path / "st") / "statements.xlsx"))
    assert book.sheet_names[-1] == "FC storage (information)"
    head, *rows = book.get_sheet_by_name(book.sheet_names[-1]).to_python()
    assert [(row[1], row[2], row[head.index("Expected, not in the landed cost (USD)")]) for row in rows] == [
        ("S1", "2026-12", 12.39), ("S1", "2027-01", 6.97),
    ]  # fmt: skip


def test_who_says_how_long_stock_lasts() -> None:
    received = dt.date(2026, 12, 1)
    usual = tiny_network(planning=planning(days_of_stock=30))
    silent = goods()
    assert expected_storage(NETWORK, silent, received) is None
    assert [found and found.days for found in (
        expected_storage(usual, silent, received), expected_storage(usual, goods(days_of_stock=7), received),
        expected_storage(usual, goods(days_of_stock=0), received),
    )] == [30, 7, None]  # fmt: skip


def test_a_size_class_or_market_without_a_fee_says_so() -> None:
    for shipment in (goods(days_of_stock=9, size_class="bulky"), goods(days_of_stock=9, destination_fc="DTM2")):
        found = expected_storage(NETWORK, shipment, dt.date(2026, 12, 1))
        assert found is not None
        assert (found.total, found.lines, found.days_without_rate) == (0, (), 9)


@given(
    st.integers(1, 700), st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)), st.integers(1, 5000), st.integers(1, 720)
)
def test_all_stock_is_counted_once(days: int, received: dt.date, litres: int, age: int) -> None:
    shipment = _stored(days, litres)
    whole = expected_storage(with_fees(fee("all")), shipment, received)
    months = "1;2;3;4;5", "6;7;8;9;10;11;12"
    tiers = [fee("young", age_from_days=0, age_to_days=age - 1), fee("old", age_from_days=age)]
    parted = expected_storage(
        with_fees(fee("a", months=months[0]), fee("b", months=months[1]), *tiers), shipment, received
    )
    assert whole is not None
    assert parted is not None
    assert [line.amount for line in parted.lines if not line.aged] == [line.amount for line in whole.lines]
    assert parted.days_without_rate == whole.days_without_rate == 0
    volume = Decimal(litres) / 1000
    for aged in (False, True):
        m3_days = sum(line.m3_months * _month_days(line.month) for line in parted.lines if line.aged is aged)
        assert abs(m3_days - volume * days / 2) <= Decimal("0.0000155") * len(parted.lines)


def _stored(days: int, litres: int) -> Shipment:
    return goods(days_of_stock=days, volume_m3=Decimal(litres) / 1000, cartons=None)


def _month_days(month: str) -> int:
    year, number = map(int, month.split("-"))
    return calendar.monthrange(year, number)[1]


def test_what_is_wrong_with_fees_is_named() -> None:
    network = with_fees(
        fee("a", months="1;13"), fee("b", market="UK"), fee("c", currency="ISK"), fee("d", size_class="bulky", months="2"),
        fee("e", size_class="bulky", months="2;3"), fee("f", age_from_days=1, age_to_days=90),
        fee("g", age_from_days=90), fee("h", age_from_days=91, valid_from="2026-02-01", valid_to="2026-01-01"),
    )  # fmt: skip
    assert [(finding.row, finding.field, finding.rule) for finding in check_network(network)] == [
        (4, "currency", "REFERENCE.UNKNOWN"), (9, "valid_to", "VALUE.ORDER"), (3, "market", "REFERENCE.UNKNOWN"),
        (2, "months", "REFERENCE.UNKNOWN"), (4, "fee_id", "FC_STORAGE.TWICE"), (5, "fee_id", "FC_STORAGE.TWICE"), (6, "fee_id", "FC_STORAGE.TWICE"),
        (6, "fee_id", "FC_STORAGE.TWICE"), (8, "fee_id", "FC_STORAGE.TWICE"),
    ]  # fmt: skip
    for wrong in ({"age_to_days": 90}, {"age_from_days": 90, "age_to_days": 89}):
        with pytest.raises(ValidationError, match="age_to_days with age_from_days, and not below it"):
            fee("x", **wrong)
