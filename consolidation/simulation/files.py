"""The folder of a simulation: written whole or not at all."""

from __future__ import annotations

import csv
from pathlib import Path

from consolidation.simulation.model import SimulatedShipment, Simulation
from network.atomic import new_folder, require_free

SIMULATION, SHIPMENTS, PAGE = "simulation.json", "shipments.csv", "simulation.html"
_FILES = {SIMULATION, SHIPMENTS, PAGE}


def require_target(folder: str | Path) -> None:
    """Refuse a folder that :func:`write_simulation` would refuse.

    Raises
    ------
    InputError
        If `folder` is a file, a folder with something else than an earlier simulation, or cannot be written.
    """
    require_free(folder, _is_ours)


def write_simulation(simulation: Simulation, folder: str | Path) -> Path:
    """Write a simulation as JSON, as a table and as a page, atomically, and return the path of the folder.

    Parameters
    ----------
    folder : a new or empty folder, or an earlier simulation, which is replaced as a whole

    Raises
    ------
    InputError
        If `folder` is a file, or a folder with something else in it.
    """
    from consolidation.simulation.page import simulation_page

    target = Path(folder).resolve()
    with new_folder(target, _is_ours) as draft:
        (draft / SIMULATION).write_text(simulation.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
        with (draft / SHIPMENTS).open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(SimulatedShipment.model_fields)
            writer.writerows(
                [getattr(row, name) for name in SimulatedShipment.model_fields] for row in simulation.shipments
            )
        (draft / PAGE).write_text(simulation_page(simulation), encoding="utf-8", newline="\n")
    return target


def _is_ours(folder: Path) -> bool:
    return (folder / SIMULATION).is_file() and {path.name for path in folder.iterdir()} <= _FILES
