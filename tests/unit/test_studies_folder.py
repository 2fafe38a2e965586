"""The folder of a study: what is finished is kept and used again, one study at a time, and nothing else is touched."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path

import pytest

from consolidation.scenarios import Scenario
from consolidation.studies import keeping, read_study, study
from consolidation.studies.alone import alone
from consolidation.studies.keeping import folder_of
from consolidation.studies.runners import Cancelled, Outcomes, Serial, Then
from consolidation.studies.work import Given
from network.errors import InputError
from tests.deadly import Faulty
from tests.deadly import scenario as broken
from tests.studying import CLOSED, DEAR, UNKNOWN, contents, request, scenario

A, B = scenario("a", DEAR), scenario("b", CLOSED)


class Counting(Serial):
    """Runs scenarios here and remembers which."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def outcomes(
        self, given: Given, scenarios: Iterable[Scenario], then: Then, cancelled: Cancelled = bool
    ) -> Outcomes:
        for outcome in super().outcomes(given, scenarios, then, cancelled):
            self.ran.append(outcome.result.name)
            yield outcome


def ran(folder: Path, *scenarios: Scenario) -> list[str]:
    """Run a study and return the names of the scenarios that were planned for it."""
    runner = Counting()
    assert study(request(*scenarios), folder, runner=runner).missing == ()
    return runner.ran


def test_what_is_finished_is_not_planned_again(tmp_path: Path) -> None:
    assert ran(tmp_path, A) == ["a"]
    base = (tmp_path / "plans" / "base" / "plan.json").stat().st_ino
    assert ran(tmp_path, A, B) == ["b"]
    assert ran(tmp_path, A, B) == []
    assert (tmp_path / "plans" / "base" / "plan.json").stat().st_ino == base
    assert ran(tmp_path, scenario("a", DEAR, CLOSED), B) == ["a"]


def test_a_scenario_without_a_plan_is_a_row_and_not_run_again(tmp_path: Path) -> None:
    assert ran(tmp_path, A, scenario("x", UNKNOWN)) == ["a", "x"]
    found = read_study(tmp_path)
    assert [(row.name, row.status) for row in found.scenarios] == [("a", "planned"), ("x", "failed")]
    assert "found 'NO-SUCH-LANE'" in found.scenarios[1].reasons[0]
    assert found.scenarios[1].difference is None
    assert sorted(path.name for path in (tmp_path / "plans" / "x").iterdir()) == ["result.json"]
    assert ran(tmp_path, A, scenario("x", UNKNOWN)) == []


def test_a_scenario_that_was_broken_off_is_run_again(tmp_path: Path) -> None:
    fault = broken("x", Faulty(RuntimeError("out of order")))
    assert ran(tmp_path, fault) == ["x"]
    assert ran(tmp_path, fault) == ["x"]


def test_a_damaged_result_is_planned_again(tmp_path: Path) -> None:
    ran(tmp_path, A, B)
    before = contents(tmp_path)
    (tmp_path / "plans" / "a" / "result.json").write_text("{")
    (tmp_path / "plans" / "b" / "plan.json").unlink()
    assert ran(tmp_path, A, B) == ["a", "b"]
    assert contents(tmp_path) == before


def test_another_description_is_no_other_plan(tmp_path: Path) -> None:
    ran(tmp_path, A)
    assert ran(tmp_path, Scenario("a", A.patches, "in other words")) == []
    assert read_study(tmp_path).scenarios[0].description == "in other words"


def test_plans_of_scenarios_no_longer_asked_for_go(tmp_path: Path) -> None:
    ran(tmp_path, A, B)
    (tmp_path / "plans" / "mine").mkdir()
    (tmp_path / "plans" / "mine" / "notes.txt").write_text("not of the study")
    ran(tmp_path, B)
    assert sorted(path.name for path in (tmp_path / "plans").iterdir()) == ["b", "base", "mine"]


def test_cancelled_nothing_further_is_begun(tmp_path: Path) -> None:
    asked: list[str] = []
    found = study(request(A, B), tmp_path, runner=Serial(), on_result=lambda *told: asked.append(told[2].name),
                  cancelled=lambda: "a" in asked)  # fmt: skip
    assert (asked, found.missing) == (["base", "a"], ("b",))
    assert read_study(tmp_path).missing == ("b",)
    assert ran(tmp_path, A, B) == ["b"]


def test_two_studies_do_not_share_a_folder(tmp_path: Path) -> None:
    ran(tmp_path, A)
    before = contents(tmp_path)
    with alone(tmp_path), pytest.raises(InputError, match="found 'a study that is running'"):
        ran(tmp_path, B)
    assert contents(tmp_path) == before
    assert ran(tmp_path, A) == []


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="a folder with other files"):
        ran(tmp_path, A)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_place_of_the_plans_is_said(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("")
    with pytest.raises(InputError, match=r"plans: found 'file exists', expected a place that can be written"):
        ran(tmp_path, A)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_text

    def full(path: Path, text: str, **how: str) -> int:
        if "plans/.b." in path.as_posix():
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, text, **how)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with pytest.raises(InputError, match=r"found 'no space left on device'.*goes on where it stopped"):
            ran(tmp_path, A, B)
    assert sorted(path.name for path in (tmp_path / "plans").iterdir()) == ["a", "base"]
    assert ran(tmp_path, A, B) == ["b"]


@pytest.mark.parametrize("name", ["con", "NUL.x", "ends.", "g." + "+".join(["point"] * 60)])
def test_names_that_some_system_cannot_take_are_changed(name: str) -> None:
    found = folder_of(name)
    assert len(found) < 120
    assert not found.endswith(".")
    assert found.split("~")[1] in name
    assert folder_of(name + ".") != found


def test_usual_names_are_their_folders() -> None:
    assert [folder_of(name) for name in ("a", "console", "g.x+y", "com10")] == ["a", "console", "g.x+y", "com10"]


def test_a_long_name_is_kept_as_any_other(tmp_path: Path) -> None:
    long = Scenario("g." + "+".join(["point"] * 60), A.patches)
    assert ran(tmp_path, long) == [long.name]
    assert ran(tmp_path, long) == []


def test_of_a_large_study_only_now_and_then_all_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr("consolidation.studies.api.time.monotonic", lambda: next(clock))
    written: list[int] = []
    write = keeping.Keeper.write
    monkeypatch.setattr(
        keeping.Keeper, "write", lambda self, found: (written.append(len(found.scenarios)), write(self, found))
    )
    ran(tmp_path, *(Scenario(f"a{number}", A.patches) for number in range(5)))
    assert written == [0, 5]
    assert len(read_study(tmp_path).scenarios) == 5
