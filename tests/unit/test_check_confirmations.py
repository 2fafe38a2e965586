"""The judge reads the event log: a later plan is judged by what earlier confirmations left, and the log itself is judged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from consolidation.checker import CheckResult, check
from consolidation.events.log import log_text
from consolidation.events.model import Event
from consolidation.folder import tables
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from tests.confirming import event
from tests.hand_plan import NETWORK, S1, hand_plan, shipment, shipments, signed


def _folder(folder: Path, events: Sequence[Event], version: int = 1) -> Path:
    """Write the plan worked out by hand, without its pages, as a version of a plan."""
    content = {**signed(hand_plan()), "version": version, "replaces": "" if version == 1 else "HAND-1"}
    plan = Plan.model_validate(content)
    (folder / "plan.json").write_text(plan.model_dump_json(indent=1), encoding="utf-8")
    certificate = {**plan.certificate.model_dump(mode="json"), "seconds": 0.5}
    (folder / "certificate.json").write_text(json.dumps(certificate), encoding="utf-8")
    for name, table in tables(plan).items():
        table.to_csv(folder / name, index=False, lineterminator="\n")
    (folder / "events.jsonl").write_text(log_text(events), encoding="utf-8")
    return folder


def _causes(found: CheckResult) -> list[tuple[str, str]]:
    """Return what is wrong, but for what the plan worked out by hand does not say of the one that it replaces."""
    return [(each.cause, each.where) for each in found.violations if each.cause != "PLAN.VERSION"]


BOOKED, SAILED = event("booked", "L0001"), event("sailed", "L0001", "2026-12-02T18:00+08:00")
MEASURED = event("gated_in", "S1", plan_id="HAND-1", volume_m3="4", gross_weight_kg="800")
WITHDRAWN = event("cancelled", "S7", plan_id="HAND-1")


def _as_given() -> list[Shipment]:
    """Return the shipments as the sellers gave them before S1 was measured and S7 withdrawn."""
    given = shipment(S1, volume_m3=Decimal("3.7"), gross_weight_kg=Decimal(850))
    return [given, shipments()[1], shipment(S1, shipment_id="S7")]


def test_a_plan_with_confirmations_is_accepted(tmp_path: Path) -> None:
    found = check(_folder(tmp_path, [BOOKED, SAILED]), NETWORK, shipments())
    assert found.ok, [str(each) for each in found.violations]
    assert found.checked["events"] == 2


def test_goods_facts_of_the_same_version_change_nothing_yet(tmp_path: Path) -> None:
    events = [event("gated_in", "S1", volume_m3="4.4"), event("cancelled", "S2")]
    assert check(_folder(tmp_path, events), NETWORK, shipments()).ok


def test_a_later_version_is_judged_by_what_was_left(tmp_path: Path) -> None:
    found = check(_folder(tmp_path, [MEASURED, WITHDRAWN], version=2), NETWORK, _as_given())
    assert _causes(found) == [], [str(each) for each in found.violations]


def test_a_later_version_that_passes_over_its_log_is_refused(tmp_path: Path) -> None:
    found = check(_folder(tmp_path, [MEASURED], version=2), NETWORK, _as_given())
    assert ("INPUT.HASH", "inputs") in _causes(found)
    assert ("COVERAGE.MISSING", "shipment S7") in _causes(found)


@pytest.mark.parametrize(
    ("events", "cause", "row"),
    [
        ([BOOKED, SAILED, BOOKED], "EVENT.TWICE", 3),
        ([BOOKED, event("booked", "L0009")], "REFERENCE.UNKNOWN", 2),
        ([SAILED], "EVENT.STEP", 1),
        ([event("booked", "L0001", plan_version=2)], "EVENT.VERSION", 1),
        ([event("booked", "L0001", plan_id="OTHER")], "EVENT.PLAN", 1),
        ([BOOKED, event("gated_in", "S1", volume_m3="22.5")], "LOAD.ROOM", 2),
        ([BOOKED, event("rolled", "L0001", departure_id="YTN-LAX-W@2026-12-10")], "REFERENCE.UNKNOWN", 2),
    ],
)
def test_an_impossible_event_is_a_violation(events: list[Event], cause: str, row: int, tmp_path: Path) -> None:
    found = check(_folder(tmp_path, events), NETWORK, shipments())
    assert _causes(found) == [(cause, f"events.jsonl, row {row}")]


def test_cartons_that_cannot_be_split_off_are_a_violation(tmp_path: Path) -> None:
    events = [event("short_shipped", "S2", plan_id="HAND-1", cartons=60)]
    found = check(_folder(tmp_path, events, version=2), NETWORK, shipments())
    assert _causes(found) == [("EVENT.CARTONS", "events.jsonl")]


def test_a_damaged_log_is_a_violation(tmp_path: Path) -> None:
    folder = _folder(tmp_path, [BOOKED])
    (folder / "events.jsonl").write_text('{"confirmation": {}}\n', encoding="utf-8")
    assert _causes(check(folder, NETWORK, shipments())) == [("FILE.MALFORMED", "events.jsonl")]
