"""The files of a plan folder, judged beside the plan in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from consolidation.checker import check
from consolidation.checking import files
from consolidation.folder import tables
from consolidation.plan_model import Plan
from network.errors import PlanFolderError
from tests.hand_plan import NETWORK, hand_plan, shipments, signed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the plan folder of the plan worked out by hand, without its pages."""
    plan = Plan.model_validate(signed(hand_plan()))
    (tmp_path / "plan.json").write_text(plan.model_dump_json(indent=1), encoding="utf-8")
    certificate = {**plan.certificate.model_dump(mode="json"), "seconds": 0.5}
    (tmp_path / "certificate.json").write_text(json.dumps(certificate), encoding="utf-8")
    for name, table in tables(plan).items():
        table.to_csv(tmp_path / name, index=False, lineterminator="\n")
    return tmp_path


def _causes(folder: Path) -> list[str]:
    return [found.cause for found in check(folder, NETWORK, shipments()).violations]


def test_accepts_the_folder(folder: Path) -> None:
    found = check(folder, NETWORK, shipments())
    assert found.ok, [str(row) for row in found.violations]
    assert found.checked["files"] == 6


@pytest.mark.parametrize("name", files.REQUIRED)
def test_every_file_is_required(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert _causes(folder) == ["FILE.MISSING"]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PlanFolderError, match="expected a plan folder"):
        check(tmp_path / "nowhere", NETWORK, shipments())


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"schema_version": "1.0"}', '{"schema_version": "9"}', "\x00"]
)
def test_a_malformed_plan_is_a_violation(folder: Path, text: str) -> None:
    (folder / "plan.json").write_text(text, encoding="utf-8")
    assert _causes(folder) == ["FILE.MALFORMED"]


def test_numbers_beyond_reason_are_a_violation(folder: Path) -> None:
    content = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    content["certificate"]["cost"], content["certificate"]["bound"] = "1e999999", "1e-999999"
    (folder / "plan.json").write_text(json.dumps(content), encoding="utf-8")
    assert "SUM.COST" in _causes(folder) or "VALUE.RANGE" in _causes(folder)


def test_what_was_found_before_numbers_beyond_reason_is_kept(folder: Path) -> None:
    content = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    content["plan_id"], content["options"] = " ", {"value_of_day_per_m3": "1e400"}
    (folder / "plan.json").write_text(json.dumps(content), encoding="utf-8")
    found = _causes(folder)
    assert {"PLAN.ID", "VALUE.RANGE"} <= set(found)
    assert found.index("PLAN.ID") < found.index("VALUE.RANGE")


def _edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("cause", "change"),
    [
        ("CERTIFICATE.DIFFERS", _edit("certificate.json", '"stop_reason": "hand"', '"stop_reason": "magic"')),
        ("CERTIFICATE.DIFFERS", _edit("certificate.json", '"proven_optimal": true', '"proven_optimal": 1')),
        ("CERTIFICATE.DIFFERS", _edit("certificate.json", '"unplanned": 0', '"unplaned": 0')),
        ("CERTIFICATE.SECONDS", _edit("certificate.json", '"seconds": 0.5', '"seconds": "fast"')),
        ("FILE.MALFORMED", _edit("certificate.json", "{", "[")),
        ("FILE.MALFORMED", lambda folder: (folder / "certificate.json").write_text("[]", encoding="utf-8")),
        ("FILE.MALFORMED", lambda folder: (folder / "shipments.csv").write_bytes(b"\xff\xfe\x00")),
        ("CSV.DIFFERS", _edit("cost_lines.csv", "ORIGIN.HANDLING", "ORIGIN.HANDLNG")),
        ("CSV.DIFFERS", _edit("shipments.csv", "volume_m3", "volume_cbm")),
        ("CSV.DIFFERS", _edit("consolidations.csv", "S1;S2", "S1")),
        ("CSV.DIFFERS", lambda folder: (folder / "unplanned.csv").write_text("", encoding="utf-8")),
    ],
)
def test_names_the_file_that_differs(folder: Path, cause: str, change: Callable[[Path], None]) -> None:
    change(folder)
    assert cause in _causes(folder)


def test_a_number_written_otherwise_is_the_same_number(folder: Path) -> None:
    _edit("consolidations.csv", ",3438.00,", ",3438,")(folder)
    assert _causes(folder) == []


def test_many_cells_that_differ_are_counted_not_listed(folder: Path) -> None:
    path = folder / "cost_lines.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("USD", "EUR"), encoding="utf-8")
    found = check(folder, NETWORK, shipments()).violations
    assert len(found) == 21
    assert found[-1].found == "20"
