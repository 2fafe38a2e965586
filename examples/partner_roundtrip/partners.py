"""Plays the partners of the example: python partners.py EXPORT booked|measured|rolled ANSWER.

Reads what a partner got in the export and writes what it answers, as its own software would.
"""

import csv
import json
import sys
from datetime import date, timedelta
from pathlib import Path

export, step, answer = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
COLUMNS = ("kind", "subject", "subject_id", "plan_id", "plan_version", "time", "reported_by",
           "reference", "volume_m3", "gross_weight_kg", "departure_id")  # fmt: skip


def said(head: dict, kind: str, subject: str, subject_id: str, time: str, **more: object) -> dict:
    """Return one confirmation of the partner that a document went to."""
    return {"kind": kind, "subject": subject, "subject_id": subject_id, "plan_id": head["plan_id"],
            "plan_version": head["plan_version"], "time": time, "reported_by": head["partner_id"], **more}  # fmt: skip


def a_week_later(departure_id: str) -> str:
    """Return the same weekly departure one week later: LANE.WED@2026-12-09 becomes LANE.WED@2026-12-16."""
    run, day = departure_id.split("@")
    return f"{run}@{date.fromisoformat(day) + timedelta(days=7)}"


def carrier() -> list[dict]:
    """Book the containers of the bookings on the line YTN-LAX; later, roll the first of them."""
    bookings = json.loads((export / "carrier" / "YTN-LAX" / "booking.json").read_text(encoding="utf-8"))["documents"]
    heads = {document["facts"]["load_id"]: (document["header"], document["facts"]) for document in bookings}
    if step == "booked":
        return [
            said(head, "booked", "load", load_id, "2026-12-02T15:00+08:00", reference=f"PL{number:06d}")
            for number, (load_id, (head, _)) in enumerate(sorted(heads.items()), 700124)
        ]
    load_id, (head, facts) = min(heads.items())
    later = a_week_later(facts["departure_id"])
    return [said(head, "rolled", "load", load_id, "2026-12-05T11:30+08:00", departure_id=later)]


def warehouse() -> list[dict]:
    """Measure what comes in at Shenzhen: Q03 is a tenth larger and heavier than stated, the others are as stated."""
    with (export / "origin_warehouse" / "WH-SZX" / "stuffing_list.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    factor = {"Q03": 1.1}
    return [
        said(row, "gated_in", "shipment", row["shipment_id"], "2026-12-04T09:00+08:00",
             volume_m3=round(float(row["volume_m3"]) * factor.get(row["shipment_id"], 1), 3),
             gross_weight_kg=round(float(row["gross_weight_kg"]) * factor.get(row["shipment_id"], 1), 1))
        for row in rows if row["shipment_id"] in ("Q01", "Q03")
    ]  # fmt: skip


with answer.open("w", encoding="utf-8", newline="") as stream:
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(warehouse() if step == "measured" else carrier())
print(f"{answer}: {step}")
