"""The command ``scenarios``: its answers for people and programs, exit codes, and the folder that ``plan`` runs on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consolidation import cli
from consolidation.shipment_files import write_shipments
from network.io import write_network
from tests.command_line import Run
from tests.goods import goods
from tests.networks import tiny_network

TEXT = """
[[scenarios]]
name = "closed"
description = "no containers to Los Angeles"
[[scenarios.patches]]
kind = "close_lanes"
lanes = { modes = "ocean", markets = "US" }

[[scenarios]]
name = "double"
[[scenarios.patches]]
kind = "demand"
factor = 2
[[scenarios.patches]]
kind = "options"
work = 0
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a network, shipments and a file of scenarios; the current one."""
    write_network(tiny_network(), tmp_path / "net")
    write_shipments([goods("S1"), goods("S2")], tmp_path / "week.csv")
    (tmp_path / "what_if.toml").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_lists_what_each_scenario_changes(run: Run, here: Path) -> None:
    code, answer, _ = run("scenarios", "what_if.toml", "net", "week.csv")
    assert (code, answer.splitlines()) == (0, [
        "closed: no containers to Los Angeles", "  closed 2 lanes (YTN-LAX, NGB-LAX)", "  rows: lanes 2 changed",
        "double", "  demand x 2: 2 shipments (S1, S2)", "  options: work 0",
        "  demand drawn: 2 shipments with 8.0 m3 become 4 with 16.0 m3", "  rows: shipments 2 added",
        "2 scenarios fit",
    ])  # fmt: skip
    code, answer, _ = run("scenarios", "what_if.toml", "net", "--json")
    first, second = json.loads(answer)["scenarios"]
    assert first["rows"] == {"lanes": {"changed": 2, "added": 0, "removed": 0}}
    assert (second["rows"], second["options"]) == ({}, {"work": 0})
    assert [entry.name for entry in sorted(here.iterdir())] == ["net", "week.csv", "what_if.toml"]


def test_it_writes_what_plan_runs_on(run: Run, here: Path) -> None:
    code, answer, _ = run("scenarios", "what_if.toml", "net", "week.csv", "--apply", "double", "-o", "made")
    assert code == 0
    command = answer.splitlines()[-1]
    assert command == "dragonboat plan made/network made/shipments.csv -o PLAN --work 0"
    assert {entry.name for entry in (here / "made").iterdir()} == {"network", "shipments.csv", "scenario.json"}
    code, answer, _ = run(*command.split()[1:], "--json")
    assert (code, json.loads(answer)["certificate"]["shipments"]) == (0, 4)
    code, answer, _ = run("scenarios", "what_if.toml", "net", "--apply", "closed", "-o", "made", "--json")
    assert (code, json.loads(answer)["shipments"]) == (0, None)
    assert {entry.name for entry in (here / "made").iterdir()} == {"network", "scenario.json"}


def test_everything_wrong_is_shown_and_nothing_written(run: Run, here: Path) -> None:
    bad = TEXT.replace('modes = "ocean"', 'modes = "sea"').replace("factor", "facto")
    (here / "bad.toml").write_text(bad, encoding="utf-8")
    (here / "net" / "fx.csv").write_text("currency,value\nEUR,much\n", encoding="utf-8")
    code, answer, _ = run("scenarios", "bad.toml", "net", "week.csv", "--json")
    fields = [(row["file"], row["field"]) for row in json.loads(answer)["findings"]]
    assert code == cli.INVALID
    assert {
        ("bad.toml", "closed, patch 1, lanes.modes"),
        ("bad.toml", "double, patch 1, facto"),
        ("fx.csv", "value"),
    } <= {*fields}


def test_what_does_not_fit_the_network_is_shown(run: Run, here: Path) -> None:
    (here / "bad.toml").write_text(
        TEXT.replace('"US"', '"FR"').replace("factor = 2", 'shipments = "S9"\nfactor = 2'), encoding="utf-8"
    )
    code, _, errors = run("scenarios", "bad.toml", "net", "week.csv", "--errors", "all.csv")
    assert code == cli.INVALID
    assert "Problems in the scenarios: 2" in errors
    rows = (here / "all.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[1] for row in rows[1:]] == ["5", "11"]


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("--apply", "closed"), cli.USAGE, "go together"),
        (("--apply", "dubble", "-o", "made"), cli.INVALID, "double"),
        (("--apply", "double", "-o", "made"), cli.INVALID, "a shipments file"),
    ],
)
def test_apply_needs_a_name_a_folder_and_shipments(
    run: Run, here: Path, words: tuple[str, ...], code: int, text: str
) -> None:
    found, _, errors = run("scenarios", "what_if.toml", "net", *words)
    assert (found, text in errors) == (code, True)
    assert not (here / "made").exists()


def test_the_template_is_a_file_that_fits(run: Run, here: Path) -> None:
    assert run("template", "new.toml")[0] == 0
    code, answer, _ = run("scenarios", "new.toml", "net")
    assert (code, answer.splitlines()[-1]) == (0, "1 scenario fits")
    assert (here / "new.toml").is_file()
