"""The plan folder: written whole or not at all, read back as it was, tables that say what the plan says."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consolidation.events.log import EVENTS, log_text, read_log
from consolidation.folder import (
    CERTIFICATE,
    MAP,
    PLAN,
    REPORT,
    TABLE_FILES,
    read_plan,
    require_target,
    tables,
    write_plan,
)
from consolidation.plan_model import Plan
from network.errors import InputError, PlanFolderError
from tests.confirming import event
from tests.goods import edited, goods, quick_plan
from tests.networks import tiny_network

NETWORK = tiny_network()
FILES = {PLAN, CERTIFICATE, REPORT, MAP, *TABLE_FILES}


@pytest.fixture(scope="module")
def made() -> Plan:
    """Return a plan with loads, trucks, a courier and a shipment left out."""
    week = [goods(f"S{k}", volume_m3="9", gross_weight_kg="1500", cartons=100) for k in range(5)]
    small = goods(
        "SMALL", volume_m3="0.02", gross_weight_kg="2", cartons=1, due_date="2026-12-03", late_price_per_day="900"
    )
    return quick_plan(
        NETWORK, [*week, small, goods("BAD", cargo_class="explosive"), goods("HAM", destination_fc="DTM2")]
    )


@pytest.fixture
def folder(made: Plan, tmp_path: Path) -> Path:
    return write_plan(made, tmp_path / "plan", NETWORK, 1.5)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_everything_is_there_and_nothing_else(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["plan"]


def test_a_plan_is_read_as_it_was_written(folder: Path, made: Plan) -> None:
    again = read_plan(folder)
    assert again.model_dump(mode="json") == made.model_dump(mode="json")
    assert again.certificate == made.certificate
    certificate = json.loads((folder / CERTIFICATE).read_text())
    assert certificate.pop("seconds") == 1.5
    assert certificate == made.certificate.model_dump(mode="json")


def test_a_plan_laid_out_otherwise_is_read_too(folder: Path, made: Plan) -> None:
    content = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    for indent in (None, 0, 1, 4):
        (folder / PLAN).write_text(json.dumps(content, indent=indent), encoding="utf-8")
        assert read_plan(folder) == made


def test_every_part_of_a_plan_has_a_line(folder: Path, made: Plan) -> None:
    lines = (folder / PLAN).read_text(encoding="utf-8").splitlines()
    parts = [json.loads(text.strip().removesuffix(",")) for text in lines if text.startswith("  {")]
    lists = (made.shipments, made.loads, made.entries, made.cost_lines, made.unplanned)
    assert len(parts) == sum(map(len, lists))
    assert [part["amount"] for part in parts if "amount" in part] == [float(line.amount) for line in made.cost_lines]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [lines[0].removesuffix(",\n") + "\n", *lines[1:]], "not JSON"),
        (lambda lines: [*lines[:-1], lines[-1].replace("}\n", "},\n")], "not JSON"),
        (lambda lines: [lines[0][:40] + "\n", *lines[1:]], "not JSON"),
        (lambda lines: [lines[0], lines[1].replace('"side":"', '"side":"far '), *lines[2:]], r"cost_lines\.1\.side"),
        (lambda lines: [lines[0].replace('"code":', '"cod":'), *lines[1:]], r"cost_lines\.0\.code"),
    ],
)  # fmt: skip
def test_damaged_cost_lines_are_refused_where_they_stand(
    folder: Path, change: Callable[[list[str]], list[str]], message: str
) -> None:
    lines = (folder / PLAN).read_text(encoding="utf-8").splitlines(keepends=True)
    start = lines.index(' "cost_lines": [\n') + 1
    end = start + next(k for k, text in enumerate(lines[start:]) if text.startswith(" ]"))
    (folder / PLAN).write_text("".join([*lines[:start], *change(lines[start:end]), *lines[end:]]), encoding="utf-8")
    with pytest.raises(PlanFolderError, match=message):
        read_plan(folder)


def test_tables_say_what_the_plan_says(folder: Path, made: Plan) -> None:
    shipments = _rows(folder / "shipments.csv")
    assert [row["shipment_id"] for row in shipments] == [*(row.shipment_id for row in made.shipments), "BAD"]
    for row, planned in zip(shipments, made.shipments, strict=False):
        assert Decimal(row["landed_cost"]) == planned.landed_cost
        parts = [Decimal(value) for name, value in row.items() if name.startswith("cost_") and value]
        assert sum(parts) == planned.landed_cost
        assert row["received_at"] == planned.milestones[-1].time
        assert row["rule"] == ""
    assert (shipments[-1]["status"], shipments[-1]["rule"]) == ("unplanned", "RECEIVING.CLASS_REFUSED")
    loads = _rows(folder / "consolidations.csv")
    assert [row["load_id"] for row in loads] == [load.load_id for load in made.loads]
    assert [row["shipments"].split(";") for row in loads] == [list(load.shipments) for load in made.loads]
    lines = _rows(folder / "cost_lines.csv")
    assert sum(Decimal(row["amount"]) for row in lines) == made.certificate.cash_cost
    assert len(lines) == len(made.cost_lines)
    (left,) = _rows(folder / "unplanned.csv")
    assert (left["shipment_id"], left["refusals"]) == ("BAD", "RECEIVING.CLASS_REFUSED:1")


def test_numbers_in_tables_are_plain(made: Plan) -> None:
    line = replace(made.cost_lines[0], quantity=Decimal("1E+3"), rate=Decimal("0.0000001"))
    row = tables(made.model_copy(update={"cost_lines": (line,)}))["cost_lines.csv"].iloc[0]
    assert (row["quantity"], row["rate"]) == ("1000", "0.0000001")
    assert set(tables(made)) == set(TABLE_FILES)


def test_an_empty_plan_has_tables_with_headings_only(tmp_path: Path) -> None:
    folder = write_plan(quick_plan(NETWORK, []), tmp_path / "plan", NETWORK, 0.0)
    for name in TABLE_FILES:
        assert len((folder / name).read_text().splitlines()) == 1
    assert read_plan(folder).shipments == ()


def test_an_earlier_plan_is_replaced_as_a_whole(folder: Path) -> None:
    before = _contents(folder)
    other = quick_plan(NETWORK, [goods("ONLY")])
    assert write_plan(other, folder, NETWORK, 0.1) == folder
    assert {row.shipment_id for row in read_plan(folder).shipments} == {"ONLY"}
    assert all(_contents(folder)[name] != content for name, content in before.items() if name != "unplanned.csv")


def test_an_empty_folder_is_used(made: Plan, tmp_path: Path) -> None:
    (tmp_path / "deep" / "plan").mkdir(parents=True)
    write_plan(made, tmp_path / "deep" / "plan", NETWORK, 0.0)
    assert {path.name for path in (tmp_path / "deep" / "plan").iterdir()} == FILES


def test_a_plan_with_confirmations_is_not_written_over(made: Plan, folder: Path) -> None:
    (folder / EVENTS).write_text("", encoding="utf-8")
    require_target(folder)
    log = (event("booked", "L0001"), event("sailed", "L0001", "2026-12-02T18:00+08:00"))
    (folder / EVENTS).write_text(log_text(log), encoding="utf-8")
    before = _contents(folder)
    with pytest.raises(InputError, match="a plan that partners have confirmed"):
        require_target(folder)
    with pytest.raises(InputError, match="a plan that partners have confirmed"):
        write_plan(made, folder, NETWORK, 0.0)
    assert _contents(folder) == before


def test_the_log_goes_on_with_the_next_plan(made: Plan, tmp_path: Path) -> None:
    log = (event("booked", "L0001"), event("sailed", "L0001", "2026-12-02T18:00+08:00"))
    folder = write_plan(made, tmp_path / "next", NETWORK, 0.0, log)
    assert read_log(folder) == log
    assert {path.name for path in folder.iterdir()} == {*FILES, EVENTS}


def test_what_a_killed_import_left_is_no_other_thing(made: Plan, folder: Path) -> None:
    (folder / ".events.jsonl.999999999-1a2b3c4d.tmp").write_text("half", encoding="utf-8")
    write_plan(made, folder, NETWORK, 0.0)
    assert {path.name for path in folder.iterdir()} == FILES


def test_folders_with_other_things_are_left_alone(made: Plan, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "home"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="a folder with other files"):
        write_plan(made, other, NETWORK, 0.0)
    assert [path.name for path in other.iterdir()] == ["letter.txt"]
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="a folder with other files"):
        write_plan(made, folder, NETWORK, 0.0)
    assert (folder / "notes.txt").read_text() == "mine"
    with pytest.raises(InputError, match="a folder to write"):
        write_plan(made, other / "letter.txt", NETWORK, 0.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "plan"]


@pytest.mark.parametrize("broken", ["write_report", "write_map"])
def test_a_failure_in_the_middle_leaves_the_earlier_plan(
    broken: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError("no space left on device")

    before = _contents(folder)
    monkeypatch.setattr(f"consolidation.report.{broken}", fail)
    other = quick_plan(NETWORK, [goods("ONLY")])
    with pytest.raises(OSError, match="no space left"):
        write_plan(other, folder, NETWORK, 0.0)
    assert _contents(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["plan"]
    with pytest.raises(OSError, match="no space left"):
        write_plan(other, folder.parent / "new", NETWORK, 0.0)
    assert [path.name for path in folder.parent.iterdir()] == ["plan"]


def test_unreadable_plans_say_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(PlanFolderError, match="is not a plan folder"):
        read_plan(tmp_path)
    text = (folder / PLAN).read_text()
    for content, words in (
        (text[: len(text) // 2], "not JSON"),
        (text.replace('"cost":', '"cost": 1e99999999999999999999, "more":', 1), "not JSON"),
        ("[]", "schema_version found None, expected '1.0'"),
        (text.replace('"schema_version": "1.0"', '"schema_version": "9"'), "schema_version found '9'"),
        (text.replace('"plan_id"', '"plan_name"'), "plan_id"),
        (text.replace('"OPTIMAL"', "17"), "certificate.stop_reason: found 17"),
    ):
        (folder / PLAN).write_text(content)
        with pytest.raises(PlanFolderError) as caught:
            read_plan(folder)
        assert words in str(caught.value)
    (folder / PLAN).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PlanFolderError, match="cannot be read"):
        read_plan(folder)


def test_names_that_need_quotes_survive(tmp_path: Path) -> None:
    name = 'S, "1" Zhōngguó 中国'
    network = tiny_network(couriers=edited("couriers"))
    folder = write_plan(quick_plan(network, [goods(name)]), tmp_path / "plan", network, 0.0)
    assert read_plan(folder).shipments[0].shipment_id == name
    assert _rows(folder / "shipments.csv")[0]["shipment_id"] == name
