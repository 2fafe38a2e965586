"""A small plan that partners confirm, confirmations of it, and files of them in every format.

Load L0001 (20GP, 28 m3) holds S1 and S2 and is devanned; L0002 (20GP) goes unopened to the FC with S3; S4 is co-loaded;
truck T0001 brings S1, S2 and S4 to the FC; S5 goes by courier; S9 is not planned.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter

from consolidation.events.log import log_text
from consolidation.events.model import Confirmation, Event
from consolidation.plan_model import Plan, Unplanned
from tests.hand_plan import hand_plan, signed

COLUMNS = list(Confirmation.model_fields)
TIMES = {"ocean": "2026-12-02T18:00+08:00", "co_load": "2026-12-05T18:00+08:00"}


@cache
def travelling_plan(version: int = 1) -> Plan:
    """Return the plan described above."""
    content = signed(hand_plan())
    one, two = content["shipments"]
    three = {
        **one, "shipment_id": "S3", "service": "direct_container", "final_leg": "direct", "trunk_load_id": "L0002",
        "deconsolidation_id": "", "volume_m3": Decimal(20), "gross_weight_kg": Decimal(8000),
    }  # fmt: skip
    four = {
        **one, "shipment_id": "S4", "service": "co_load", "trunk_load_id": "", "lane_id": "YTN-LAX-LCL",
        "departure_id": "YTN-LAX-LCL-W@2026-12-05", "final_leg": "ftl",
        "milestones": [_moved(stone) for stone in one["milestones"]],
    }  # fmt: skip
    five = {
        **one, "shipment_id": "S5", "service": "courier", "final_leg": "courier", "trunk_load_id": "", "departure_id": "",
        "lane_id": "", "gateway_out": "", "gateway_in": "", "courier_id": "EXPRESS", "deconsolidation_id": "",
        "milestones": [stone for stone in one["milestones"] if stone["code"] in ("READY", "DELIVERED", "RECEIVED")],
    }  # fmt: skip
    for row in (one, two, four):
        row |= {"final_leg": "ftl", "truck_load_id": "T0001"}
    (load,) = content["loads"]
    direct = {
        **load, "load_id": "L0002", "destination": "ONT8", "shipments": ["S3"], "volume_m3": Decimal(20),
        "gross_weight_kg": Decimal(8000), "fill": Decimal("0.7143"), "weight_fill": Decimal("0.4"),
    }  # fmt: skip
    truck = {
        **load, "load_id": "T0001", "kind": "truck", "equipment_id": "53TRL", "origin": "DC-LAX", "destination": "ONT8",
        "lane_id": "", "departure_id": "", "gateway_out": "", "gateway_in": "", "cutoff": "", "departs": "2026-12-24",
        "arrives": "2026-12-25", "shipments": ["S1", "S2", "S4"], "volume_m3": Decimal(14),
        "gross_weight_kg": Decimal(2800), "fill": Decimal("0.1867"), "weight_fill": Decimal("0.1474"),
    }  # fmt: skip
    content["shipments"] = [one, two, three, four, five]
    content["loads"] = [load, direct, truck]
    left = Unplanned(shipment_id="S9", rule="RECEIVING.CLOSED", detail="closed", change="another FC")
    content["unplanned"] = [left.model_dump()]
    content |= {"version": version, "replaces": "" if version == 1 else f"HAND-{version - 1}"}
    return Plan.model_validate(content)


def _moved(stone: dict[str, Any]) -> dict[str, Any]:
    return {**stone, "time": TIMES["co_load"]} if stone["code"] == "ETD" else stone


def record(kind: str, subject_id: str, time: str = "2026-12-01T10:00+08:00", **more: Any) -> dict[str, Any]:
    """Return one row of a confirmation file; the subject is told from its id."""
    subject = "load" if subject_id[:1] in "LT" else "shipment"
    row = {
        "kind": kind, "subject": subject, "subject_id": subject_id, "plan_id": "HAND", "plan_version": 1, "time": time,
        "reported_by": "OCEANLINE",
    }  # fmt: skip
    return {**row, **more}


def said(kind: str, subject_id: str, time: str = "2026-12-01T10:00+08:00", **more: Any) -> Confirmation:
    """Return a confirmation."""
    return Confirmation.model_validate(record(kind, subject_id, time, **more))


def event(kind: str, subject_id: str, time: str = "2026-12-01T10:00+08:00", **more: Any) -> Event:
    """Return a confirmation as the log keeps it."""
    return kept(said(kind, subject_id, time, **more))


def kept(confirmation: Confirmation) -> Event:
    """Return a confirmation as the log keeps it."""
    return Event(
        confirmation=confirmation, recorded_at=dt.datetime(2026, 12, 1, tzinfo=dt.UTC).isoformat(), recorded_by="Mei",
        file="carrier.csv", file_sha256="0" * 64, row=2,
    )  # fmt: skip


def write_folder(folder: Path, plan: Plan | None = None, events: Sequence[Event] = ()) -> Path:
    """Write what an import reads of a plan folder: the plan and, where there are events, its log."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (travelling_plan() if plan is None else plan).model_dump_json(indent=1)
    (folder / "plan.json").write_text(text, encoding="utf-8")
    if events:
        (folder / "events.jsonl").write_text(log_text(events), encoding="utf-8")
    return folder


def write_file(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Write rows as CSV, XLSX or JSON by the suffix of a path."""
    rows = list(rows)
    columns = [name for name in COLUMNS if any(name in row for row in rows)]
    columns += sorted({name for row in rows for name in row} - set(columns))
    if path.suffix == ".json":
        path.write_text(json.dumps({"confirmations": rows}), encoding="utf-8")
    elif path.suffix == ".xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("confirmations")
            for line, values in enumerate([columns, *([row.get(name, "") for name in columns] for row in rows)]):
                sheet.write_row(line, 0, values)
    else:
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
