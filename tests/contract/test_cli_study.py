"""The command ``study``: its answers for people and programs, its folder and its exit codes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.command_line import Run
from tests.studying import NAMES, NETWORK, SHIPMENTS, TEXT


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of a study; the current one."""
    (tmp_path / "study.toml").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_plans_compares_and_goes_on(run: Run, here: Path) -> None:
    """The trunk of the quickstart costs 4,620, so a dearer one costs 1,848 more."""
    code, answer, told = run("study", "study.toml", "-o", "out", "--workers", "0")
    assert code == 0
    assert "What if, USD" in answer
    assert "surely dearer" in next(line for line in answer.splitlines() if "dear_trunk" in line)
    assert answer.splitlines()[-1] == "study in out: study.html is the page for people"
    assert [line.split(":")[0] for line in told.splitlines()] == [
        f"{number}/7 {name}" for number, name in enumerate(("base", *NAMES), 1)]  # fmt: skip
    assert "dear_trunk: cost 51,295  gap 0.00%  +1,848: surely dearer" in told
    plans = {path: path.stat().st_mtime_ns for path in here.glob("out/plans/*/*")}
    assert len(plans) == 2 * 7

    code, again, told = run("study", "study.toml", "-o", "out", "--workers", "0")
    assert (code, again, told) == (0, answer, "")
    assert {path: path.stat().st_mtime_ns for path in here.glob("out/plans/*/*")} == plans


def test_for_programs_it_is_one_document(run: Run, here: Path) -> None:
    code, answer, told = run("study", "study.toml", "-o", "out", "--workers", "0", "--json")
    found = json.loads(answer)
    assert (code, told, found["folder"], found["missing"]) == (0, "", "out", [])
    assert found["base"]["figures"]["cost"] == 49447.16
    assert [row["name"] for row in found["scenarios"]] == list(NAMES)
    assert found["scenarios"][0]["difference"] == {
        "cost": 1848.0, "at_least": 1848.0, "at_most": 1848.0, "verdict": "dearer"}  # fmt: skip
    assert "movers" not in found["scenarios"][1]
    with (here / "out" / "results.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["scenario"] for row in rows] == ["base", *NAMES]
    assert (rows[1]["difference"], rows[1]["verdict"], rows[1]["cost"]) == ("1848.00", "dearer", "51295.16")
    with (here / "out" / "movers.csv").open(encoding="utf-8", newline="") as stream:
        movers = [row for row in csv.DictReader(stream) if row["scenario"] == "loop_closed"]
    assert [row["move"] for row in movers[:2]] == ["service", "service"]


def test_everything_wrong_is_refused_before_anything_is_written(run: Run, here: Path) -> None:
    (here / "week.csv").write_text(SHIPMENTS.read_text().replace(",ONT8,", ",ONT9,", 1))
    (here / "bad.toml").write_text(
        f"[study]\nnetwork = '{NETWORK}'\nshipments = 'week.csv'\n[[scenarios]]\nname = 'base'\n"
    )
    code, answer, _ = run("study", "bad.toml", "-o", "out", "--json")
    found = json.loads(answer)
    assert (code, found["valid"]) == (3, False)
    assert {row["file"] for row in found["findings"]} == {"week.csv", "bad.toml"}
    assert not (here / "out").exists()
    code, _, told = run("study", "none.toml", "-o", "out")
    assert code == 3
    assert "none.toml" in told


def test_a_folder_of_something_else_is_left_alone(run: Run, here: Path) -> None:
    (here / "thesis").mkdir()
    (here / "thesis" / "chapter.txt").write_text("years of work")
    code, _, told = run("study", "study.toml", "-o", "thesis")
    assert code == 3
    assert "other files" in told
    assert [path.name for path in (here / "thesis").iterdir()] == ["chapter.txt"]
    code, _, told = run("study", "study.toml", "-o", "study.toml")
    assert (code, (here / "study.toml").read_text()) == (3, TEXT)


def test_a_cluster_has_its_own_workers(run: Run, here: Path) -> None:
    code, _, told = run("study", "study.toml", "-o", "out", "--cluster", "127.0.0.1:8786", "--workers", "2")
    assert code == 2
    assert "not both" in told


def test_a_cluster_that_is_none_is_said_before_anything_is_planned(run: Run, here: Path) -> None:
    pytest.importorskip("distributed", reason="Dask, the extra 'cluster', is not installed")
    code, answer, _ = run("study", "study.toml", "-o", "out", "--cluster", "foo://127.0.0.1:8786", "--json")
    (finding,) = json.loads(answer)["findings"]
    assert (code, finding["file"], finding["rule"]) == (3, "cluster foo://127.0.0.1:8786", "CLUSTER")
    assert "unknown address scheme" in finding["value"]
    assert not (here / "out").exists()
