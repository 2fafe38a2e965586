"""The judge on a plan worked out by hand: it accepts it, and names each thing that is then broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from consolidation.checker import judge
from consolidation.plan_model import Plan
from tests.hand_plan import NETWORK, S1, S2, causes, hand_plan, shipment, shipments, signed, verdict

Change = Callable[[dict[str, Any]], object]


def _shipment(position: int = 0, **changes: Any) -> Change:
    return lambda plan: plan["shipments"][position].update(changes)


def _load(**changes: Any) -> Change:
    return lambda plan: plan["loads"][0].update(changes)


def _entry(**changes: Any) -> Change:
    return lambda plan: plan["entries"][0].update(changes)


def _certificate(**changes: Any) -> Change:
    return lambda plan: plan["certificate"].update(changes)


def _input(**changes: Any) -> Change:
    return lambda plan: plan["inputs"].update(changes)


def _line(charge_id: str, **changes: Any) -> Change:
    return lambda plan: next(row for row in plan["cost_lines"] if row["charge_id"] == charge_id).update(changes)


def _milestone(code: str, **changes: Any) -> Change:
    def change(plan: dict[str, Any]) -> None:
        next(row for row in plan["shipments"][0]["milestones"] if row["code"] == code).update(changes)

    return change


def test_accepts_the_plan_worked_out_by_hand() -> None:
    found = verdict(hand_plan())
    assert found.ok, [str(row) for row in found.violations]
    assert found.checked == {
        "shipments": 2, "milestones": 24, "loads": 1, "entries": 2, "cost_lines": 42, "unplanned": 0,
    }  # fmt: skip


def test_a_violation_says_what_which_and_what_was_expected() -> None:
    plan = hand_plan()
    plan["shipments"][0]["days"] = 33
    found = verdict(plan).violations
    assert [(row.cause, row.where, row.found, row.expected) for row in found if row.cause == "DATE.DAYS"] == [
        ("DATE.DAYS", "shipment S1", "33", "34")
    ]
    assert str(found[0]).startswith(f"[{found[0].cause}] ")


CHANGES: list[tuple[str, Change]] = [
    ("SHIPMENT.SELLER", _shipment(seller_id="EVE")),
    ("SHIPMENT.IMPORTER", _shipment(importer_id="EVE")),
    ("SHIPMENT.ORIGIN", _shipment(origin="Shenzhen")),
    ("SHIPMENT.FC", _shipment(destination_fc="LGB8")),
    ("SHIPMENT.MARKET", _shipment(market="DE")),
    ("SHIPMENT.VOLUME", _shipment(volume_m3=Decimal("4.1"))),
    ("SHIPMENT.WEIGHT", _shipment(gross_weight_kg=Decimal(801))),
    ("SHIPMENT.UNITS", _shipment(units=201)),
    ("SHIPMENT.VALUE", _shipment(goods_value=Decimal(1999))),
    ("REFERENCE.PLACE", _shipment(warehouse_id="CNYTN")),
    ("REFERENCE.PLACE", _shipment(deconsolidation_id="NOWHERE")),
    ("REFERENCE.REGIME", _shipment(regime_id="DE")),
    ("REFERENCE.LINK", _shipment(warehouse_id="WH-NGB")),
    ("REFERENCE.LANE", _shipment(lane_id="NGB-LAX")),
    ("REFERENCE.COURIER", _shipment(service="courier", courier_id="NOBODY")),
    ("DEPARTURE.NOT_RUNNING", _shipment(departure_id="YTN-LAX-W@2026-12-03")),
    ("DEPARTURE.NOT_RUNNING", _shipment(departure_id="YTN-LAX-W@soon")),
    ("DEPARTURE.NOT_RUNNING", _shipment(departure_id="")),
    ("DEPARTURE.NOT_RUNNING", _shipment(departure_id="YTN-LAX-EXTRA@2026-12-19")),
    ("CUTOFF.CFS", _shipment(departure_id="YTN-LAX-W@2026-11-25")),
    ("HORIZON.WAIT", _shipment(departure_id="YTN-LAX-W@2026-12-23")),
    ("HORIZON.DEPARTURE", _shipment(departure_id="YTN-LAX-W@2026-12-30")),
    ("SERVICE.LEGS", _shipment(final_leg="courier")),
    ("SERVICE.LEGS", _shipment(courier_id="EXPRESS-US")),
    ("SERVICE.LEGS", _shipment(truck_load_id="T0001")),
    ("SERVICE.LANE", _shipment(service="co_load")),
    ("SERVICE.ALONE", _shipment(service="alone_lcl")),
    ("DISTANCE.COLLECTION", _shipment(collection_km=Decimal(10))),
    ("DISTANCE.FINAL_LEG", _shipment(final_leg_km=Decimal(100))),
    ("DATE.MILESTONES", lambda plan: plan["shipments"][0]["milestones"].pop()),
    ("DATE.STUFFED", _milestone("STUFFED", time="2026-11-26")),
    ("DATE.CFS_CUTOFF", _milestone("CFS_CUTOFF", time="2026-11-30T18:00+08:00")),
    ("DATE.ETD", _milestone("ETD", time="2026-12-02T19:00+08:00")),
    ("DATE.ETA", _milestone("ETA", time="2026-12-17T02:00-08:00")),
    ("DATE.CLEARED", _milestone("CLEARED", time="2026-12-21")),
    ("DATE.DELIVERED", _milestone("DELIVERED", time="tomorrow")),
    ("DATE.PLACE", _milestone("ETA", place_id="DEHAM")),
    ("DATE.DAYS", _shipment(days=33)),
    ("DATE.LATE_DAYS", _shipment(late_days=1)),
    ("LOAD.ID", lambda plan: plan["loads"].append(plan["loads"][0])),
    ("LOAD.UNKNOWN", _shipment(trunk_load_id="L0009")),
    ("LOAD.UNKNOWN", _shipment(trunk_load_id="")),
    ("LOAD.SHIPMENTS", _load(shipments=["S1"])),
    ("LOAD.SHIPMENTS", lambda plan: plan["loads"].append({**plan["loads"][0], "load_id": "L0002", "shipments": []})),
    ("LOAD.WAY", _load(destination="DC-HAM")),
    ("LOAD.WAY", _load(departure_id="YTN-LAX-W@2026-12-09")),
    ("LOAD.CUTOFF", _load(cutoff="")),
    ("LOAD.ETD", _load(departs="2026-12-02")),
    ("LOAD.ETA", _load(arrives="2026-12-18")),
    ("LOAD.EQUIPMENT", _load(equipment_id="53TRL")),
    ("LOAD.EQUIPMENT", _load(equipment_id="99XX")),
    ("LOAD.VOLUME_SUM", _load(volume_m3=Decimal(9))),
    ("LOAD.WEIGHT_SUM", _load(gross_weight_kg=Decimal(1999))),
    ("LOAD.FILL", _load(fill=Decimal("0.36"))),
    ("LOAD.FILL", _load(weight_fill=Decimal("0.2"))),
    ("ENTRY.UNKNOWN", _shipment(entry_id="E0009")),
    ("ENTRY.MERGED", _shipment(entry_id="E0002")),
    ("ENTRY.ID", lambda plan: plan["entries"].append(plan["entries"][0])),
    ("ENTRY.SHIPMENTS", _entry(shipments=["S2"])),
    ("ENTRY.SHIPMENTS", _entry(shipments=[])),
    ("ENTRY.REGIME", _entry(regime_id="DE")),
    ("ENTRY.IMPORTER", _entry(importer_id="IOR-B")),
    ("ENTRY.LOAD", _entry(load_id="")),
    ("ENTRY.MODE", _entry(mode="air")),
    ("ENTRY.DATE", _entry(date="2026-12-19")),
    ("ENTRY.VALUE", _entry(value=Decimal(1))),
    ("COST.MISSING_LINE", lambda plan: plan["cost_lines"].pop()),
    ("COST.EXTRA_LINE", lambda plan: plan["cost_lines"].append(plan["cost_lines"][0])),
    ("COST.EXTRA_LINE", _line("wh-m3", code="ORIGIN.BRIBE")),
    ("COST.EXTRA_LINE", _line("us-s301", shipment_id="S9")),
    ("COST.AMOUNT", _line("wh-m3", amount=Decimal("20.01"))),
    ("COST.AMOUNT", _line("us-mfn-lamps", amount=Decimal(80), source_amount=Decimal(80))),
    ("COST.SHARE", _line("ocean-us-20", amount=Decimal(641))),
    ("COST.SOURCE_AMOUNT", _line("ocean-us-20", source_amount=Decimal(1500))),
    ("COST.QUANTITY", _line("ltl-us", quantity=Decimal(2))),
    ("COST.RATE", _line("us-s301", rate=Decimal(7))),
    ("COST.TEXT", _line("wh-m3", payer="platform")),
    ("COST.TEXT", _line("wh-m3", side="destination")),
    ("TIME.CARRYING", _shipment(priced_time={"TRANSIT": Decimal(136), "LATENESS": Decimal(0)})),
    ("TIME.TRANSIT", _shipment(priced_time={"CARRYING": Decimal("44.71"), "TRANSIT": Decimal(1)})),
    ("TIME.LATENESS", _shipment(priced_time={"CARRYING": Decimal("44.71"), "LATENESS": Decimal(7)})),
    ("TAX.IMPORT", _shipment(import_tax=Decimal(1))),
    ("SUM.LANDED", _shipment(landed_cost=Decimal(1))),
    ("SUM.CATEGORY", _shipment(categories={"origin": Decimal(1)})),
    ("SUM.LOAD", _load(cost=Decimal(3437))),
    ("SUM.ENTRY", _entry(cost=Decimal(136))),
    ("SUM.CASH", _certificate(cash_cost=Decimal(1))),
    ("SUM.LINES", lambda plan: plan["cost_lines"].pop()),
    ("SUM.PRICED_TIME", _certificate(priced_time=Decimal(1))),
    ("SUM.UNPLANNED_PRICE", _certificate(unplanned_price=Decimal(1))),
    ("SUM.COST", _certificate(cost=Decimal(1), bound=Decimal(1))),
    ("SUM.BASELINE", _certificate(baseline_cost=Decimal(99999))),
    ("SUM.BASELINE_TIME", _certificate(baseline_priced_time=Decimal(99999))),
    ("COUNT.BASELINE_MISSING", _certificate(baseline_missing=0)),
    ("COUNT.SHIPMENTS", _certificate(shipments=3)),
    ("COUNT.UNPLANNED", _certificate(unplanned=1)),
    ("CERTIFICATE.CURRENCY", _certificate(currency="EUR")),
    ("CERTIFICATE.BOUND", _certificate(bound=Decimal(99999))),
    ("CERTIFICATE.BOUND", _certificate(bound=Decimal(-1))),
    ("CERTIFICATE.GAP", _certificate(gap=0.5)),
    ("CERTIFICATE.GAP", _certificate(gap=float("nan"))),
    ("CERTIFICATE.OPTIMAL", _certificate(bound=Decimal(4000))),
    ("BASELINE.NEGATIVE", _shipment(baseline_service="courier", baseline_cost=Decimal(-1))),
    ("BASELINE.STAND_IN", _shipment(baseline_cost=Decimal(9999))),
    ("COVERAGE.TWICE", lambda plan: plan["shipments"].append(plan["shipments"][0])),
    ("COVERAGE.MISSING", lambda plan: plan["shipments"].pop()),
    ("COVERAGE.UNKNOWN", _shipment(shipment_id="S9")),
    ("PLAN.ID", lambda plan: plan.update(plan_id=" ")),
    ("SCHEMA.VERSION", lambda plan: plan.update(schema_version="0.9")),
    ("INPUT.NETWORK", _input(network="Another")),
    ("INPUT.CURRENCY", _input(currency="EUR")),
    ("INPUT.HORIZON", _input(horizon_start="2026-11-23")),
    ("INPUT.HORIZON", _input(horizon_end="2026-12-30")),
    ("INPUT.SCENARIO", _input(scenario="peak")),
    ("INPUT.VALUE_OF_DAY", lambda plan: plan["options"].update(value_of_day_per_m3="much")),
    ("INPUT.VALUE_OF_DAY", lambda plan: plan["options"].update(value_of_day_per_m3=float("nan"))),
    ("TIME.TRANSIT", lambda plan: plan["options"].update(value_of_day_per_m3=2.0)),
]  # fmt: skip


@pytest.mark.parametrize(("cause", "change"), CHANGES, ids=[f"{k}-{row[0]}" for k, row in enumerate(CHANGES)])
def test_names_what_was_broken(cause: str, change: Change) -> None:
    plan = hand_plan()
    change(plan)
    assert cause in causes(plan)


def test_hashes_of_the_inputs_are_compared() -> None:
    plan = hand_plan()
    found = [row for row in verdict(plan, sign=False).violations if row.cause == "INPUT.HASH"]
    assert len(found) == 2
    assert "network" in found[0].message


def test_an_unplanned_shipment_needs_a_reason_and_the_stated_price() -> None:
    plan, goods = hand_plan(), [*shipments(), shipment({**S1, "shipment_id": "S3"})]
    # 500 per shipment, 1500 per m3 and 20 % of the value
    row: dict[str, Any] = {
        "shipment_id": "S3",
        "rule": "PRICE",
        "detail": "no room",
        "change": "more room",
        "price": Decimal(6900),
    }
    plan["unplanned"] = [row]
    certificate = plan["certificate"]
    certificate.update(unplanned=1, shipments=3, unplanned_price=row["price"], proven_optimal=False)
    certificate["cost"] += row["price"]
    certificate["gap"] = float(1 - certificate["bound"] / certificate["cost"])
    assert verdict(plan, goods=goods).ok
    row["price"] = Decimal(6899)
    assert "UNPLANNED.PRICE" in causes(plan, goods=goods)
    row["rule"] = ""
    assert "UNPLANNED.REASON" in causes(plan, goods=goods)


def test_two_entries_for_one_importer_on_one_load_are_split() -> None:
    goods = [shipment(S1), shipment({**S2, "importer_id": "IOR-A"})]
    assert "ENTRY.SPLIT" in causes(hand_plan(), goods=goods)


def test_the_order_of_shipments_does_not_matter() -> None:
    assert verdict(hand_plan(), NETWORK, shipments()[::-1]).ok


_FREE = {("plan_id",), ("certificate", "stop_reason")}
"""Words that may be anything."""


def _leaves(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(content, dict | list):
        for key, value in content.items() if isinstance(content, dict) else enumerate(content):
            yield from _leaves(value, (*path, key))
    elif content is not None and path not in _FREE:
        yield path, content


def _others(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return ()
    return tuple({"", "?"} - {value}) if isinstance(value, str) else (value + 1, -value - 1)


def _replaced(content: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Return the content with one leaf replaced; what is not on the path is shared."""
    copied: Any = dict(content)
    part = copied
    for key in path[:-1]:
        part[key] = dict(part[key]) if isinstance(part[key], dict) else list(part[key])
        part = part[key]
    part[path[-1]] = value
    return dict(copied)


@pytest.mark.parametrize("part", ["inputs", "certificate", "shipments", "loads", "entries", "cost_lines"])
def test_no_word_and_no_number_can_be_changed_unseen(part: str) -> None:
    content, goods = signed(hand_plan()), shipments()
    known = "S1" if part in ("shipments", "cost_lines") else ""
    rows = [k for k, row in enumerate(content[part]) if not known or row["shipment_id"] == known]
    tried, unseen = 0, []
    for path, value in _leaves(content):
        if path[0] != part or (isinstance(path[1], int) and path[1] not in rows):
            continue
        for other in _others(value):
            try:
                changed = Plan.model_validate(_replaced(content, path, other))
            except ValidationError:
                continue
            tried += 1
            if judge(changed, NETWORK, goods).ok:
                unseen.append((path, other))
    assert tried > 10
    assert not unseen
