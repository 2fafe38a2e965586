"""Studies of the quickstart for tests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from consolidation.plan_model import Plan
from consolidation.planner import plan
from consolidation.scenarios import Scenario
from consolidation.scenarios.model import ScenarioTable
from consolidation.shipment_files import read_shipments
from consolidation.studies import Request
from consolidation.studies.work import Given
from network.io import read_network
from solvers.options import SolveOptions
from tests.killing import ROOT

NETWORK, SHIPMENTS = ROOT / "examples" / "quickstart" / "net", ROOT / "examples" / "quickstart" / "shipments.csv"
DEAR = {"kind": "rates", "charges": {"categories": "trunk"}, "percent": 40}
CLOSED = {"kind": "close_lanes", "lanes": "YTN-LAX"}
UNKNOWN = {"kind": "close_lanes", "lanes": "NO-SUCH-LANE"}
TEXT = f"""
[study]
title = "What if"
network = '{NETWORK}'
shipments = '{SHIPMENTS}'

[[scenarios]]
name = "dear_trunk"
patches = [{{ kind = "rates", charges = {{ categories = "trunk" }}, percent = 40 }}]

[[scenarios]]
name = "loop_closed"
description = "no containers"
patches = [{{ kind = "close_lanes", lanes = "YTN-LAX" }}]

[[grids]]
name = "g"
[[grids.axes]]
name = "trunk"
points = [
  {{ name = "as_it_is" }},
  {{ name = "cheap", patches = [{{ kind = "rates", charges = {{ categories = "trunk" }}, percent = -20 }}] }},
]
[[grids.axes]]
name = "time"
points = [
  {{ name = "slow", patches = [{{ kind = "transit", lanes = "*", add_days = 3 }}] }},
  {{ name = "slower", patches = [{{ kind = "transit", lanes = "*", add_days = 9 }}] }},
]
"""
NAMES = ("dear_trunk", "loop_closed", "g.as_it_is+slow", "g.as_it_is+slower", "g.cheap+slow", "g.cheap+slower")


def scenario(name: str, *patches: dict[str, Any]) -> Scenario:
    """Return a scenario of patches written as in a file."""
    table = ScenarioTable.model_validate({"name": name, "patches": list(patches)})
    return Scenario(table.name, table.patches)


@cache
def _input() -> tuple[Any, Any, Plan]:
    network = read_network(NETWORK)
    shipments = read_shipments(SHIPMENTS, network)
    return network, shipments, plan(network, shipments)


def given() -> Given:
    """Return the quickstart with the plan of the base."""
    network, shipments, base = _input()
    return Given(network, shipments, SolveOptions(), base)


def request(*scenarios: Scenario) -> Request:
    """Return a study of the quickstart."""
    start = given()
    return Request("What if", start.network, start.shipments, scenarios, start.options)


def named(count: int, like: Scenario) -> list[Scenario]:
    """Return the same scenario under many names."""
    return [replace(like, name=f"{like.name}{number}") for number in range(count)]


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of the folder of a study, by its path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
