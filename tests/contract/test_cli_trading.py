"""The commands ``frontier`` and ``alternatives``: exit codes, answers for people and for programs, and their folders."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import jsonschema
import pytest

from consolidation import PlanFolderError, cli, schema
from consolidation.checker import judge
from consolidation.folder import read_plan, write_plan
from consolidation.shipment_files import read_shipments, write_shipments
from consolidation.tradeoffs import read_alternatives, read_frontier
from consolidation.tradeoffs.files import (
    ALTERNATIVES,
    ALTERNATIVES_PAGE,
    FRONTIER,
    FRONTIER_PAGE,
    PLANS,
    POINT_COLUMNS,
    POINTS,
    ROW_COLUMNS,
    ROWS,
)
from network.io import read_network, write_network
from tests.command_line import Run
from tests.goods import quick_plan
from tests.networks import tiny_network
from tests.trading import WEEK


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, Path]:
    """A network and shipments."""
    write_network(tiny_network(), tmp_path / "net")
    write_shipments(WEEK, tmp_path / "week.csv")
    return tmp_path / "net", tmp_path / "week.csv"


def _valid(name: str, content: object) -> None:
    published = json.loads((schema.FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(published).validate(content)


class TestFrontier:
    def test_it_tells_and_writes(self, run: Run, inputs: tuple[Path, Path], tmp_path: Path) -> None:
        out = tmp_path / "out"
        code, answer, told = run("frontier", *inputs, "-o", out, "--points", 3)
        assert code == cli.DONE
        assert "3 plans between the cheapest and the fastest sensible one" in answer
        assert "efficient plans so far 3" in told
        assert {path.name for path in out.iterdir()} == {FRONTIER, POINTS, FRONTIER_PAGE, PLANS}
        found = read_frontier(out)
        _valid("frontier", json.loads((out / FRONTIER).read_text(encoding="utf-8")))
        with (out / POINTS).open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        assert tuple(rows[0]) == POINT_COLUMNS
        assert [row["name"] for row in rows] == [point.name for point in found.points] == ["01", "02", "03"]
        network = read_network(inputs[0])
        shipments = read_shipments(inputs[1], network)
        for point in found.points:
            made = read_plan(out / PLANS / point.name)
            assert made.certificate.cost == point.figures.cost
            assert judge(made, network, shipments).violations == ()
        page = (out / FRONTIER_PAGE).read_text(encoding="utf-8")
        assert "What days cost" in page
        assert "Proven: no plan is below" in page

    def test_the_same_call_writes_the_same_over_the_earlier_one(
        self, run: Run, inputs: tuple[Path, Path], tmp_path: Path
    ) -> None:
        texts = []
        for _ in range(2):
            assert run("frontier", *inputs, "-o", tmp_path / "out", "--points", 3)[0] == cli.DONE
            texts.append((tmp_path / "out" / FRONTIER).read_text(encoding="utf-8"))
        assert texts[0] == texts[1]

    def test_the_answer_for_programs(self, run: Run, inputs: tuple[Path, Path], tmp_path: Path) -> None:
        code, answer, told = run("frontier", *inputs, "-o", tmp_path / "out", "--points", 3, "--json")
        content = json.loads(answer)
        assert (code, told, Path(content.pop("folder"))) == (cli.DONE, "", tmp_path / "out")
        _valid("frontier", content)

    def test_wrong_use_and_other_folders(self, run: Run, inputs: tuple[Path, Path], tmp_path: Path) -> None:
        assert run("frontier", *inputs, "-o", tmp_path / "out", "--points", 1)[0] == cli.USAGE
        assert run("frontier", *inputs, "-o", inputs[0])[0] == cli.INVALID
        with pytest.raises(PlanFolderError, match="cannot be read"):
            read_frontier(tmp_path)


class TestAlternatives:
    def test_it_tells_and_writes(self, run: Run, inputs: tuple[Path, Path], tmp_path: Path) -> None:
        network = tiny_network()
        write_plan(quick_plan(network, WEEK, value_of_day_per_m3=40.0), tmp_path / "before", network, seconds=0.0)
        out = tmp_path / "out"
        code, answer, told = run("alternatives", *inputs, "-o", out, "--within", 0.2, "--previous", tmp_path / "before")
        assert code == cli.DONE
        assert "An alternative may cost 20.00 % more." in answer
        assert "Least change: " in answer
        assert "change at " in told
        assert {path.name for path in out.iterdir()} == {ALTERNATIVES, ROWS, ALTERNATIVES_PAGE, PLANS}
        found = read_alternatives(out)
        _valid("alternatives", json.loads((out / ALTERNATIVES).read_text(encoding="utf-8")))
        with (out / ROWS).open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        assert tuple(rows[0]) == ROW_COLUMNS
        assert (
            [row["kind"] for row in rows]
            == [row.kind for row in found.rows]
            == ["containers", "days", "late", "change"]
        )
        better = {row.kind for row in found.rows if row.better}
        assert {"days", "change"} <= better
        assert {path.name for path in (out / PLANS).iterdir()} == {"base", *better}
        assert "Plans that cost nearly as little" in (out / ALTERNATIVES_PAGE).read_text(encoding="utf-8")

    def test_the_answer_for_programs_holds_what_is_asked_for(
        self, run: Run, inputs: tuple[Path, Path], tmp_path: Path
    ) -> None:
        code, answer, told = run(
            "alternatives", *inputs, "-o", tmp_path / "out", "--kinds", "days, containers", "--json"
        )
        content = json.loads(answer)
        assert (code, told, Path(content.pop("folder"))) == (cli.DONE, "", tmp_path / "out")
        assert [row["kind"] for row in content["rows"]] == ["containers", "days"]
        _valid("alternatives", content)

    def test_wrong_use_and_other_folders(self, run: Run, inputs: tuple[Path, Path], tmp_path: Path) -> None:
        code, _, told = run("alternatives", *inputs, "-o", tmp_path / "out", "--kinds", "change")
        assert code == cli.INVALID
        assert "an earlier plan to count changes against" in told
        assert run("alternatives", *inputs, "-o", tmp_path / "out", "--kinds", "price")[0] == cli.INVALID
        assert run("alternatives", *inputs, "-o", inputs[0])[0] == cli.INVALID
        assert run("alternatives", *inputs, "-o", tmp_path / "out", "--previous", tmp_path)[0] == cli.INVALID
        assert not (tmp_path / "out").exists()
