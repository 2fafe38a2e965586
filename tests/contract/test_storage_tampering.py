"""A plan that stores goods overseas, tampered with: the judge names every change to a stay and to what it costs."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal

import pytest

from consolidation.checker import judge
from consolidation.plan_model import Plan
from tests.forging import Content, assert_named
from tests.goods import edited, goods, quick_plan
from tests.storing import storing_network

NETWORK = storing_network(
    {"ONT8": {"receiving_m3_per_week": 5.0}, "USLAX": {"direct_tariff": ""}, "DC-LAX": {"ftl_tariff": ""}},
    departures=edited("departures", {"YTN-LAX-W": {"valid_to": "2026-12-02"}}, keep=["YTN-LAX-W"]),
    couriers=(),
)
GOODS = [goods("A"), goods("B"), goods("C")]


@pytest.fixture(scope="module")
def content() -> Content:
    """Return plan.json of a plan with two stays of different length."""
    made = quick_plan(NETWORK, GOODS)
    assert judge(made, NETWORK, GOODS).violations == ()
    found: Content = json.loads(made.model_dump_json(), parse_float=Decimal)
    assert sorted(row["storage_days"] for row in found["shipments"]) == [0, 7, 14]
    return found


def _stored(content: Content) -> Content:
    return next(row for row in content["shipments"] if row["overseas_id"])


def longer_storage(content: Content) -> None:
    row = _stored(content)
    row["storage_days"] = 14 if row["storage_days"] == 7 else 7


def storage_of_a_day(content: Content) -> None:
    _stored(content)["storage_days"] = 1


def by_parcel_from_storage(content: Content) -> None:
    _stored(content)["replenishment"] = "parcel"


def storage_on_pallets(content: Content) -> None:
    _stored(content)["final_leg"] = "ltl"


def out_of_storage(content: Content) -> None:
    row = _stored(content)
    row.update(final_leg="ltl", overseas_id="", replenishment=None, storage_days=0)
    row["milestones"] = [stone for stone in row["milestones"] if stone["code"] not in ("TRANSFERRED", "AT_OVERSEAS")]


def alone_into_storage(content: Content) -> None:
    _stored(content)["service"] = "alone_lcl"


def stored_at_the_centre(content: Content) -> None:
    _stored(content)["overseas_id"] = "DC-LAX"


def free_days_of_storage(content: Content) -> None:
    line = next(line for line in content["cost_lines"] if line["basis"] == "per_m3_day")
    line["quantity"], line["amount"], line["source_amount"] = Decimal("0.5"), Decimal("0.30"), Decimal("0.30")


def unpaid_storage(content: Content) -> None:
    line = next(line for line in content["cost_lines"] if line["code"] == "STORAGE.DAYS")
    content["cost_lines"].remove(line)


STORED: list[tuple[Callable[[Content], None], str]] = [
    (longer_storage, "DATE.DISPATCHED"),
    (storage_of_a_day, "STORAGE.DAYS"),
    (by_parcel_from_storage, "TARIFF.NONE"),
    (storage_on_pallets, "SERVICE.LEGS"),
    (out_of_storage, "DATE.DISPATCHED"),
    (alone_into_storage, "SERVICE.LEGS"),
    (stored_at_the_centre, "REFERENCE.PLACE"),
    (free_days_of_storage, "COST.QUANTITY"),
    (unpaid_storage, "COST.MISSING_LINE"),
]


@pytest.mark.parametrize(("tamper", "cause"), STORED, ids=[row[0].__name__ for row in STORED])
def test_tampering_with_storage(tamper: Callable[[Content], None], cause: str, content: Content) -> None:
    assert_named(content, tamper, cause, (NETWORK, GOODS))


def test_what_is_stored_until_later_keeps_the_limit_of_the_week(content: Content) -> None:
    forged = copy.deepcopy(content)
    out_of_storage(forged)
    out_of_storage(forged)
    assert "CAPACITY.RECEIVING" in judge(Plan.model_validate(forged), NETWORK, GOODS).by_cause
