"""The command ``compare``: its exit codes, its answer for people and for programs, and the folder it writes."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from consolidation import schema
from consolidation.comparison import apply
from consolidation.comparison.files import COMPARISON, PAGE, read_comparison
from consolidation.comparison.tables import CHANGES, COSTS, LOADS
from consolidation.events.log import EVENTS, log_text
from consolidation.events.model import Confirmation, Event
from consolidation.folder import read_plan
from consolidation.plan_model import Plan
from network.io import write_network
from tests.command_line import Run
from tests.comparison_plans import RATES, Item, Terms, priced
from tests.networks import tiny_network

GOODS = Item(Decimal(4), Decimal(2000))


def _kept(plan: Plan, folder: Path) -> Path:
    folder.mkdir()
    (folder / "plan.json").write_text(plan.model_dump_json(), encoding="utf-8")
    return folder


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return the folders of two plans."""
    a = priced({"S1": GOODS, "S2": Item(Decimal(6), Decimal(3000))}, Terms(RATES))
    b = priced(
        {"S2": Item(Decimal(8), Decimal(3000)), "S3": GOODS}, Terms(RATES, plan_id="B", version=2, replaces="PLAN")
    )
    return _kept(a, tmp_path / "a"), _kept(b, tmp_path / "b")


def test_people_are_told_what_changed(run: Run, folders: tuple[Path, Path]) -> None:
    code, said, errors = run("compare", *folders)
    assert (code, errors) == (0, "")
    assert "3 shipments changed: 1 added, 1 dropped, 1 in other company, 1 re-rated, 1 re-measured." in said
    assert "withdrawn: not in the input of B" in said
    assert "Landed cost, USD" in said


def test_the_same_plan(run: Run, folders: tuple[Path, Path]) -> None:
    assert run("compare", folders[0], folders[0]) == (0, "Both plans are the same, to the last field.\n", "")


def test_a_folder_is_written_and_leads_from_a_to_b(run: Run, folders: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "changes"
    code, said, _ = run("compare", *folders, "-o", out)
    assert code == 0
    for name in (PAGE, COMPARISON, CHANGES, LOADS, COSTS):
        assert str(out / name) in said
    assert apply(read_plan(folders[0]), read_comparison(out)) == read_plan(folders[1])
    with (out / CHANGES).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["shipment_id"], row["change"], row["cause"]) for row in rows} >= {
        ("S1", "dropped", "input"), ("S2", "re_measured", "input"), ("S3", "added", "input"),
    }  # fmt: skip


def test_the_written_file_follows_the_published_schema(run: Run, folders: tuple[Path, Path], tmp_path: Path) -> None:
    run("compare", *folders, "-o", tmp_path / "changes")
    published = json.loads((schema.FOLDER / "comparison.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    content = json.loads((tmp_path / "changes" / COMPARISON).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(published).validate(content)
    missing = [
        f"{model}.{name}"
        for model, definition in published["$defs"].items()
        for name, field in definition.get("properties", {}).items()
        if field.get("type") in ("number", "integer") and "unit" not in field
    ]
    assert missing == []
    content["shipments"][0]["changes"][0]["kind"] = "sunk"
    with pytest.raises(jsonschema.ValidationError, match="sunk"):
        jsonschema.Draft202012Validator(published).validate(content)


def test_programs_get_one_document(run: Run, folders: tuple[Path, Path], tmp_path: Path) -> None:
    code, said, errors = run("compare", *folders, "--json", "-o", tmp_path / "changes")
    assert (code, errors) == (0, "")
    content = json.loads(said)
    assert content["same"] is False
    assert content["folder"] == str(tmp_path / "changes")
    assert content["shipments_by_kind"]["added"] == 1
    assert [row["shipment_id"] for row in content["shipments"]] == ["S1", "S2", "S3"]
    assert "edits" not in content


def test_confirmations_in_the_folder_are_a_cause(run: Run, folders: tuple[Path, Path]) -> None:
    confirmation = Confirmation.model_validate({
        "kind": "cancelled", "subject": "shipment", "subject_id": "S1", "plan_id": "PLAN", "plan_version": 1,
        "time": "2026-11-28T09:00:00+08:00", "reported_by": "WH-SZX",
    })  # fmt: skip
    event = Event(
        confirmation=confirmation, recorded_at="2026-11-28T02:00:00Z", recorded_by="me", file="x.csv", file_sha256="0"
    )
    for folder in folders:  # a later plan repeats the log
        (folder / EVENTS).write_text(log_text([event]), encoding="utf-8")
    content = json.loads(run("compare", *folders, "--json")[1])
    assert content["shipments"][0]["changes"][0]["verdict"] == {
        "cause": "status", "why": "S1 cancelled, says WH-SZX on 2026-11-28", "others": [],
    }  # fmt: skip


def test_what_is_no_plan_is_refused(run: Run, folders: tuple[Path, Path], tmp_path: Path) -> None:
    code, said, errors = run("compare", folders[0], tmp_path)
    assert (code, said) == (3, "")
    assert "is not a plan folder" in errors
    old = folders[1] / "plan.json"
    old.write_text(
        old.read_text(encoding="utf-8").replace('"schema_version":"1.0"', '"schema_version":"0.1"'), encoding="utf-8"
    )
    code, _, errors = run("compare", *folders)
    assert code == 3
    assert "schema_version found '0.1'" in errors


def test_two_currencies_are_refused_and_nothing_is_written(
    run: Run, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    text = (folders[1] / "plan.json").read_text(encoding="utf-8")
    (folders[1] / "plan.json").write_text(
        text.replace('"currency":"USD","horizon', '"currency":"EUR","horizon'), encoding="utf-8"
    )
    code, _, errors = run("compare", *folders, "-o", tmp_path / "changes")
    assert code == 3
    assert "the currency of plan A" in errors
    assert not (tmp_path / "changes").exists()
    assert json.loads(run("compare", *folders, "--json")[1])["findings"][0]["rule"] == "CURRENCY.DIFFERS"


def test_a_network_of_another_plan_is_refused(run: Run, folders: tuple[Path, Path], tmp_path: Path) -> None:
    write_network(tiny_network(), tmp_path / "net")
    code, _, errors = run("compare", *folders, "--network-b", tmp_path / "net")
    assert code == 3
    assert "inputs.network_sha256" in errors
    code, _, errors = run(
        "compare", *folders, "--network-a", tmp_path / "nowhere", "--shipments-b", tmp_path / "none.csv"
    )
    assert code == 3
    assert "none.csv" in errors


def test_a_folder_with_something_else_is_left_alone(run: Run, folders: tuple[Path, Path], tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    code, _, errors = run("compare", *folders, "-o", mine)
    assert code == 3
    assert "a folder with other files" in errors
    assert run("compare", *folders, "-o", folders[0])[0] == 3  # a plan folder is no comparison
    assert [path.name for path in folders[0].iterdir()] == ["plan.json"]
