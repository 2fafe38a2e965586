"""The tables of one comparison, kept word for word: a change of their words or columns is seen, and meant.

``python -m tests.golden.test_golden_comparison`` writes them again.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest

from consolidation.comparison import compare
from consolidation.comparison.tables import CHANGES, COSTS, LOADS, tables
from tests.comparison_plans import RATES, Item, Terms, priced

FOLDER = Path(__file__).parent / "comparison"
_LATER = "YTN-LAX-W@2026-12-09"


def _made() -> dict[str, str]:
    """Return the tables of a week in which something of everything happens."""
    before = {
        "A1": Item(Decimal(4), Decimal(2000)),
        "A2": Item(Decimal(6), Decimal(3000), seller_id="SELLER-B"),
        "A3": Item(Decimal(5), Decimal(1000), importer_id="IOR-2"),
        "A4": Item(Decimal(9), Decimal(8000), departure_id=_LATER),
        "A5": Item(Decimal("0.2"), Decimal(500), departure_id=""),
        "A6": Item(Decimal(3), Decimal(700), seller_id="SELLER-B", departure_id=_LATER),
    }
    after = {
        "A1": Item(Decimal(4), Decimal(2000), status="booked"),
        "A2": Item(Decimal(8), Decimal(3000), seller_id="SELLER-B"),
        "A3": Item(Decimal(5), Decimal(1000), importer_id="IOR-2", departure_id=_LATER),
        "A4": Item(Decimal(9), Decimal(8000), departure_id=_LATER, ready=dt.date(2026, 11, 26)),
        "A5": Item(Decimal("0.2"), Decimal(500), departure_id=""),
        "A7": Item(Decimal(2), Decimal(900)),
    }
    old = Terms(RATES, plan_id="MONDAY")
    new = Terms({**RATES, "ocean": "1750"}, plan_id="WEDNESDAY", version=2, replaces="MONDAY", shipments_sha256="t",
                network_sha256="m")  # fmt: skip
    found = compare(priced(before, old, ["A8"]), priced(after, new, ["A6"]))
    texts = {}
    for name, (columns, rows) in tables(found).items():
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows(chain([columns], rows))
        texts[name] = stream.getvalue()
    return texts


@pytest.mark.parametrize("name", [CHANGES, LOADS, COSTS])
def test_the_tables_are_the_kept_ones(name: str) -> None:
    assert _made()[name] == (FOLDER / name).read_text(encoding="utf-8")


def test_the_kept_costs_add_up() -> None:
    with (FOLDER / COSTS).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    (whole,) = [row for row in rows if row["scope"] == "landed_cost"]
    effects = ("dropped", "added", "quantity", "price", "sharing", "journey")
    assert sum(Decimal(whole[name] or 0) for name in effects) == Decimal(whole["difference"])
    for scope in ("category", "seller", "shipment"):
        part = [row for row in rows if row["scope"] == scope]
        for column in ("difference", *effects):
            assert sum(Decimal(row[column] or 0) for row in part) == Decimal(whole[column] or 0), (scope, column)


if __name__ == "__main__":
    for file, content in _made().items():
        (FOLDER / file).write_text(content, encoding="utf-8")
