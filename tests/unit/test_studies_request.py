"""Reading a study: everything that is wrong with its file, its input and its scenarios."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from consolidation.studies import read_request
from network.errors import Finding, InputError
from tests.studying import NAMES, NETWORK, SHIPMENTS, TEXT


def refused(tmp_path: Path, text: str) -> list[Finding]:
    """Return what is wrong with a study of this text."""
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_request(path)
    return list(caught.value.findings)


def scenarios(*names: str) -> str:
    return "".join(f'[[scenarios]]\nname = "{name}"\n' for name in names)


def study(network: Path | str = NETWORK, shipments: Path | str = SHIPMENTS) -> str:
    return f"[study]\nnetwork = '{network}'\nshipments = '{shipments}'\n"


def test_it_holds_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(TEXT.replace("[study]\n", "[study]\nseed = 3\nwork = 9\ngap = 0.01\ntime_limit_s = 60\n"))
    found = read_request(path)
    assert (found.title, tuple(each.name for each in found.scenarios)) == ("What if", NAMES)
    assert (found.options.seed, found.options.work, found.options.gap, found.options.time_limit_s) == (3, 9, 0.01, 60)
    assert (len(found.shipments), len(found.network.lanes)) == (12, 3)
    (grid,) = found.grids
    assert [(axis.name, axis.points) for axis in grid.axes] == [
        ("trunk", ("as_it_is", "cheap")), ("time", ("slow", "slower"))]  # fmt: skip


def test_without_a_title_it_is_named_as_its_file_and_its_paths_are_beside_it(tmp_path: Path) -> None:
    (tmp_path / "net").symlink_to(NETWORK, target_is_directory=True)
    (tmp_path / "week.csv").write_bytes(SHIPMENTS.read_bytes())
    (tmp_path / "spring.toml").write_text(study("net", "week.csv") + scenarios("a"))
    found = read_request(tmp_path / "spring.toml")
    assert (found.title, found.options.work, found.options.gap) == ("spring", 25, 0.001)


def test_a_file_of_scenarios_only_is_no_study(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, scenarios("a"))
    assert (found.field, found.rule) == ("study", "VALUE.MISSING")
    assert "[study]" in found.expected


def test_everything_wrong_with_all_of_it_is_said_at_once(tmp_path: Path) -> None:
    week = tmp_path / "week.csv"
    week.write_text(SHIPMENTS.read_text().replace(",ONT8,", ",ONT9,", 1))
    found = refused(tmp_path, study("nowhere", week) + scenarios("base", "A", "a"))
    assert [(each.file.rsplit("/", 1)[-1], each.rule) for each in found if each.file.endswith("study.toml")] == [
        ("study.toml", "KEY.DUPLICATE")] * 2  # fmt: skip
    assert any("nowhere" in each.file for each in found)
    found = refused(tmp_path, study(NETWORK, week) + scenarios("Base"))
    assert {each.file.rsplit("/", 1)[-1] for each in found} == {"week.csv", "study.toml"}


def test_no_scenario_is_named_as_another_or_as_the_base(tmp_path: Path) -> None:
    one, other = refused(tmp_path, study() + scenarios("BASE", "lane", "Lane"))
    assert (one.value, one.field) == ("BASE", "BASE, name")
    assert (other.value, other.field) == ("Lane", "Lane, name")
    assert "differs from lane in more than case" in other.expected


def test_every_scenario_is_tried(tmp_path: Path) -> None:
    patches = 'patches = [{ kind = "close_lanes", lanes = "NO-SUCH-LANE" }]\n'
    found = refused(tmp_path, study() + scenarios("a") + patches + scenarios("b") + patches)
    assert [(each.field.split(",")[0], each.value) for each in found] == [("a", "NO-SUCH-LANE"), ("b", "NO-SUCH-LANE")]


@pytest.mark.parametrize(("line", "field"), [("gap = 2", "gap"), ("work = -1", "work"), ("seeds = 1", "seeds")])
def test_what_the_table_cannot_hold_is_refused(tmp_path: Path, line: str, field: str) -> None:
    (found,) = refused(tmp_path, study() + line + "\n" + scenarios("a"))
    assert field in found.field


def test_a_gap_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(study() + "gap = 0.1\n" + scenarios("a"))
    assert read_request(path).options.gap == float(Decimal("0.1"))
