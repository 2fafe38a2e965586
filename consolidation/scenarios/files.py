"""Files of scenarios: a network and shipments as a scenario makes them, and a commented file to start from."""

from __future__ import annotations

import dataclasses
import json
from importlib import resources
from pathlib import Path
from typing import Any

from consolidation.scenarios.apply import Applied
from consolidation.scenarios.model import Scenario
from consolidation.shipment_files import write_shipments
from network.atomic import new_file, new_folder
from network.io import write_network
from solvers.options import SolveOptions

NETWORK, SHIPMENTS, SCENARIO = "network", "shipments.csv", "scenario.json"


def write_applied(scenario: Scenario, applied: Applied, folder: str | Path) -> Path:
    """Write what a scenario makes as a folder: a network folder, the shipments if there are any, and what was changed.

    Raises
    ------
    InputError
        If the folder holds something else.
    """
    target = Path(folder)
    with new_folder(target, _is_applied) as temporary:
        write_network(applied.network, temporary / NETWORK)
        if applied.shipments:
            write_shipments(applied.shipments, temporary / SHIPMENTS)
        text = json.dumps(about(scenario, applied), ensure_ascii=False, indent=1)
        (temporary / SCENARIO).write_text(f"{text}\n", encoding="utf-8")
    return target


def _is_applied(folder: Path) -> bool:
    names = {entry.name for entry in folder.iterdir()}
    return SCENARIO in names and names <= {NETWORK, SHIPMENTS, SCENARIO}


def about(scenario: Scenario, applied: Applied) -> dict[str, Any]:
    """Return name, description, what was changed in words, and the options that are not the usual ones."""
    return {
        "name": scenario.name,
        "description": scenario.description,
        "changes": list(applied.changes),
        "options": unusual(applied.options),
    }


def unusual(options: SolveOptions) -> dict[str, float | int | None]:
    """Return the options that differ from the usual ones, by name."""
    usual, stated = dataclasses.asdict(SolveOptions()), dataclasses.asdict(options)
    return {name: value for name, value in stated.items() if value != usual[name]}


def template_text() -> str:
    """Return a commented file of scenarios with an example of every kind of patch."""
    return resources.files("consolidation.scenarios").joinpath("template.toml").read_text(encoding="utf-8")


def write_template(path: str | Path) -> None:
    """Write a commented file of scenarios with an example of every kind of patch."""
    with new_file(path) as temporary:
        temporary.write_text(template_text(), encoding="utf-8")
