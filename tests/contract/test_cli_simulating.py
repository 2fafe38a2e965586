"""The command ``simulate``: its exit codes, its answer for people and for programs, and the folder it writes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import jsonschema
import pytest

from consolidation import cli, schema
from consolidation.folder import write_plan
from consolidation.shipment_files import write_shipments
from consolidation.simulation.files import PAGE, SHIPMENTS, SIMULATION
from network.io import write_network
from tests.command_line import Run
from tests.hand_plan import S1, S2, shipment
from tests.unit.test_simulation import figure, hand, network_of


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A plan folder, its network and its shipments."""
    network = network_of(figure("mode:ocean", "roll_chance", 30))
    goods = [shipment(S1), shipment(S2)]
    write_network(network, tmp_path / "net")
    write_shipments(goods, tmp_path / "week.csv")
    write_plan(hand(network, goods), tmp_path / "plan", network, seconds=0.0)
    return tmp_path / "plan", tmp_path / "net", tmp_path / "week.csv"


def test_it_tells_and_writes(run: Run, inputs: tuple[Path, Path, Path], tmp_path: Path) -> None:
    code, answer, _ = run("simulate", *inputs, "--draws", 200, "-o", tmp_path / "out")
    assert code == cli.DONE
    assert "of 2 shipments are on time" in answer
    assert "YTN-LAX-W@2026-12-02" in answer
    assert {path.name for path in (tmp_path / "out").iterdir()} == {SIMULATION, SHIPMENTS, PAGE}
    with (tmp_path / "out" / SHIPMENTS).open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["shipment_id"], row["promised"]) for row in rows] == [("S1", "2026-12-28"), ("S2", "2026-12-26")]
    assert run("simulate", *inputs, "--draws", 100, "-o", tmp_path / "out")[0] == cli.DONE
    assert json.loads((tmp_path / "out" / SIMULATION).read_text(encoding="utf-8"))["draws"] == 100


def test_the_answer_for_programs_follows_the_schema(run: Run, inputs: tuple[Path, Path, Path]) -> None:
    code, answer, _ = run("simulate", *inputs, "--draws", 50, "--seed", 4, "--json")
    content = json.loads(answer)
    assert (code, content.pop("folder"), content["seed"]) == (cli.DONE, None, 4)
    published = json.loads((schema.FOLDER / "simulation.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(published).validate(content)


def test_wrong_use_and_wrong_input(run: Run, inputs: tuple[Path, Path, Path], tmp_path: Path) -> None:
    plan, net, week = inputs
    assert run("simulate", *inputs, "--draws", 0)[0] == cli.USAGE
    assert run("simulate", tmp_path / "nothing", net, week)[0] == cli.INVALID
    write_network(network_of(), tmp_path / "other")
    code, _, told = run("simulate", plan, tmp_path / "other", week, "-o", tmp_path / "out")
    assert code == cli.INVALID
    assert "inputs" in told
    assert not (tmp_path / "out").exists()
    assert run("simulate", plan, net, week, "-o", plan)[0] == cli.INVALID
