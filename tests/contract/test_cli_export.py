"""The command ``export``: what it writes and says, what follows an earlier export, what it refuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from consolidation import cli, console, read_documents
from consolidation.folder import write_plan
from consolidation.plan_model import Plan
from consolidation.shipment_files import write_shipments
from network.io import write_network
from tests.hand_plan import NETWORK, hand_plan, shipments, signed


class Answer(NamedTuple):
    """Exit code and output of one call."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that exports the plan worked out by hand."""
    monkeypatch.setattr(console.out, "width", 200)
    monkeypatch.setattr(console.err, "width", 200)
    write_network(NETWORK, tmp_path / "net")
    write_shipments(shipments(), tmp_path / "week.csv")
    write_plan(Plan.model_validate(signed(hand_plan())), tmp_path / "plan", NETWORK, seconds=0.0)

    def call(*words: object) -> Answer:
        known = ["export", tmp_path / "plan", tmp_path / "net", tmp_path / "week.csv"]
        monkeypatch.setattr(sys, "argv", ["dragonboat", *map(str, [*known, *words])])
        capsys.readouterr()
        try:
            cli.main()
            code: Any = 0
        except SystemExit as exit_:
            code = exit_.code or 0
        return Answer(code, *capsys.readouterr())

    return call


def test_export_writes_a_folder_for_every_partner(run: Run, tmp_path: Path) -> None:
    answer = run("-o", tmp_path / "out")
    assert answer.code == 0, answer.err
    assert "seller: 2 partner(s), 2 document(s)\n" in answer.out
    assert "\n9 document(s)\n" in answer.out
    (made,) = read_documents(tmp_path / "out" / "seller" / "BO" / "statement.xlsx")
    assert [line.shipment_id for line in made.lines] == ["S2"]


def test_export_answers_programs_and_follows_an_earlier_one(run: Run, tmp_path: Path) -> None:
    run("-o", tmp_path / "out", "--format", "csv")
    content = json.loads(run("-o", tmp_path / "two", "--previous", tmp_path / "out", "--json").out)
    assert (content["plan_id"], content["files"], content["note"]) == ("HAND", 0, "")
    assert [each["sent"] for each in content["documents"]] == [False] * 9
    answer = run("-o", tmp_path / "three", "--previous", tmp_path / "plan")
    assert "0 document(s): 0 new, 0 replaced, 0 cancelled; 9 sent before still hold" in answer.out


def test_statuses_are_those_of_today(run: Run, tmp_path: Path) -> None:
    from consolidation import import_confirmations

    report = tmp_path / "report.csv"
    head = "kind,subject,subject_id,plan_id,plan_version,time,reported_by"
    report.write_text(f"{head}\nbooked,load,L0001,HAND,1,2026-11-23T10:00+08:00,YTN-LAX\n", encoding="utf-8")
    import_confirmations(tmp_path / "plan", report)
    assert run("-o", tmp_path / "out", "--format", "json", "--partner", "carrier").code == 0
    (made,) = read_documents(tmp_path / "out" / "carrier" / "YTN-LAX" / "booking.json")
    assert made.header.status == "booked"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--partner", "ANNE"], "you meant 'ANNA'"),
        (["--format", "cvs"], "you meant 'csv'"),
        (["--previous", "nowhere"], "an earlier export or plan"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_export_refuses_what_it_does_not_know(
    run: Run, tmp_path: Path, words: list[str], said: str, as_json: bool
) -> None:
    answer = run("-o", tmp_path / "out", *words, *(["--json"] if as_json else []))
    assert answer.code == cli.INVALID
    assert said in " ".join((answer.out if as_json else answer.err).split()).replace("│ ", "")
    assert not (tmp_path / "out").exists()


def test_export_refuses_shipments_that_the_plan_was_not_made_from(run: Run, tmp_path: Path) -> None:
    write_shipments(shipments()[:1], tmp_path / "week.csv")
    answer = run("-o", tmp_path / "out", "--json")
    assert answer.code == cli.INVALID
    assert "INPUT.HASH" in {each["rule"] for each in json.loads(answer.out)["findings"]}
