"""``dragonboat import`` and ``dragonboat status``: what they print, for people and for programs, and their exit codes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from consolidation import cli
from consolidation.shipment_files import write_shipments
from network.io import write_network
from tests.command_line import Run
from tests.confirming import contents, record, write_file, write_folder
from tests.goods import goods
from tests.hand_plan import NETWORK


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "plan")


ROWS = [
    record("booked", "L0001"),
    record("booked", "L0002"),
    record("gated_in", "S1", "2026-12-01T12:00+08:00", volume_m3="4.4", gross_weight_kg="790"),
    record("short_shipped", "S2", "2026-12-01T12:00+08:00"),
    record("rolled", "L0002", "2026-12-01T18:00+08:00", departure_id="YTN-LAX-W@2026-12-09"),
    record("sailed", "L0001", "2026-12-02T18:00+08:00"),
    record("customs_hold", "S1", "2026-12-19T10:00-08:00", until="2026-12-24"),
    record("cancelled", "S5", "2026-12-01T12:00+08:00"),
    record("cancelled", "S9", "2026-12-01T12:00+08:00"),
]


def test_import_counts_what_is_new(folder: Path, run: Run) -> None:
    file = write_file(folder.parent / "c.csv", [*ROWS, ROWS[0]])
    before = contents(folder)
    dry = run("import", folder, file, "--dry-run")
    assert dry.out.startswith("9 new, 0 known, 1 repeated in the file (dry run: nothing written)\n")
    assert contents(folder) == before
    first = run("import", folder, file, "--by", "Mei")
    assert (first.code, first.out.splitlines()) == (
        0,
        [
            "9 new, 0 known, 1 repeated in the file",
            "  booked         2 loads",
            "  gated_in       1 shipment",
            "  short_shipped  1 shipment",
            "  cancelled      2 shipments",
            "  rolled         1 load",
            "  sailed         1 load",
            "  customs_hold   1 shipment",
            "Plan HAND, version 1: 9 events",
        ],
    )
    again = run("import", folder, file)
    assert again.out.splitlines() == ["0 new, 9 known, 1 repeated in the file", "Plan HAND, version 1: 9 events"]


def test_status_shows_what_is_not_as_planned(folder: Path, run: Run) -> None:
    run("import", folder, write_file(folder.parent / "c.csv", ROWS))
    answer = run("status", folder)
    assert (answer.code, [" ".join(line.split()) for line in answer.out.splitlines()]) == (
        0,
        [
            "Plan HAND, version 1: 9 events",
            "proposed approved booked stuffed sailed cleared delivered cancelled",
            "Loads 1 - 1 - 1 - - -",
            "Shipments 1 - 2 - 1 - - 1",
            "L0002 rolled from YTN-LAX-W@2026-12-02 to YTN-LAX-W@2026-12-09",
            "S1 held by customs until 2026-12-24",
            "S1 measured 4.4 m3, planned 4 (+10.0%)",
            "S1 measured 790 kg, planned 800 (-1.2%)",
            "S2 left behind",
            "S5 cancelled",
            "S9 cancelled (unplanned)",
        ],
    )


def test_programs_get_the_same(folder: Path, run: Run) -> None:
    file = write_file(folder.parent / "c.json", ROWS)
    answer = json.loads(run("import", folder, file, "--json").out)
    added = answer.pop("added")
    assert answer == {
        "plan_id": "HAND", "plan_version": 1, "dry_run": False, "new": 9, "known": 0, "repeated": 0, "events": 9,
    }  # fmt: skip
    assert [each["kind"] for each in added].count("booked") == 2
    state = json.loads(run("status", folder, "--json").out)
    assert (state["plan_id"], state["plan_version"], state["events"]) == ("HAND", 1, 9)
    assert state["loads"]["L0002"] == {
        "status": "booked", "departure_id": "YTN-LAX-W@2026-12-09", "rolled": True, "cancelled": False,
        "held_until": None, "reference": "",
    }  # fmt: skip
    assert state["shipments"]["S1"]["measured_volume_m3"] == "4.4"
    assert state["unplanned"]["S9"]["cancelled"]


def test_a_bad_file_ends_with_3_and_changes_nothing(folder: Path, run: Run) -> None:
    file = write_file(folder.parent / "bad.csv", [ROWS[0], record("sailed", "L001")])
    before = contents(folder)
    answer = run("import", folder, file, "--errors", folder.parent / "wrong.csv")
    assert answer.code == cli.INVALID
    assert "Nothing imported; problems in the file: 1" in answer.err
    assert "you meant 'L0001'" in answer.err
    with (folder.parent / "wrong.csv").open(newline="", encoding="utf-8") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["row"], row["field"], row["rule"]) == ("3", "subject_id", "REFERENCE.UNKNOWN")
    told = run("import", folder, file, "--json")
    assert (told.code, json.loads(told.out)["findings"][0]["value"]) == (cli.INVALID, "L001")
    assert contents(folder) == before
    none = run("import", folder.parent / "none", file)
    assert (none.code, "expected a plan folder" in none.err) == (cli.INVALID, True)
    assert run("status", folder.parent / "none").code == cli.INVALID


def test_network_and_shipments_are_read_when_given(folder: Path, tmp_path: Path, run: Run) -> None:
    write_network(NETWORK, tmp_path / "net")
    write_shipments([goods("S1", cartons=40)], tmp_path / "s.csv")
    extra = record("rolled", "L0001", "2026-12-01T18:00+08:00", departure_id="YTN-LAX-EXTRA@2026-12-12")
    rows = [ROWS[0], extra, record("short_shipped", "S1", "2026-12-01T12:00+08:00", cartons=40)]
    file = write_file(tmp_path / "c.csv", rows)
    answer = run("import", folder, file, "--network", tmp_path / "net", "--shipments", tmp_path / "s.csv", "--json")
    (found,) = json.loads(answer.out)["findings"]
    assert (found["row"], found["rule"]) == (4, "EVENT.CARTONS")
    assert len(json.loads(run("import", folder, file, "--json").out)["findings"]) == 1
    write_file(file, rows[:2])
    assert run("import", folder, file, "--network", tmp_path / "net").code == 0


def test_a_plan_is_not_written_over_confirmations(folder: Path, tmp_path: Path, run: Run) -> None:
    run("import", folder, write_file(tmp_path / "c.csv", ROWS))
    before = contents(folder)
    answer = run("plan", tmp_path / "no-network", tmp_path / "no-shipments.csv", "-o", folder)
    assert answer.code == cli.INVALID
    assert "a plan that partners have confirmed" in answer.err
    assert contents(folder) == before
