"""The command ``simulate``: how likely a plan is to keep its dates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from consolidation import console
from consolidation.cli.common import AsJson, NetworkPath, PlanPath, ShipmentsPath, app, read_all

if TYPE_CHECKING:
    from consolidation.simulation import Simulation

_MOST_SHOWN = 15
_DATES = ("Arrives", "P90")


@app.command(name="simulate")
def simulate_command(
    plan: PlanPath,
    network: NetworkPath,
    shipments: ShipmentsPath,
    draws: Annotated[int, typer.Option("--draws", min=1, max=1_000_000, help="Runs of the plan.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed: same answer.")] = 1,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of the simulation to write.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Travel a plan many times with drawn delays: chances of being on time, and what late days cost."""
    from consolidation.events.effective import planned_from
    from consolidation.events.log import read_log
    from consolidation.folder import read_plan
    from consolidation.simulation import simulate, write_simulation
    from consolidation.simulation.files import require_target

    if out is not None:
        require_target(out)
    made, log = read_plan(plan), read_log(plan)
    read, rows = read_all(network, shipments, None, as_json)
    found = simulate(made, read, planned_from(rows, log, made), draws=draws, seed=seed)
    folder = None if out is None else write_simulation(found, out)
    if as_json:
        answer: dict[str, Any] = {"folder": None if folder is None else str(folder), **found.model_dump(mode="json")}
        console.show_json(answer)
    else:
        _show(found, folder)


def _show(found: Simulation, folder: Path | None) -> None:
    from consolidation.simulation.files import PAGE, SHIPMENTS, SIMULATION
    from consolidation.simulation.page import sentences

    for text in sentences(found):
        console.out.print(text, markup=False, highlight=False)
    if found.departures:
        console.out.print(_departures(found))
    if folder is not None:
        console.out.print(f"Simulation in {folder}", markup=False, highlight=False)
        for name in (PAGE, SIMULATION, SHIPMENTS):
            console.out.print(f"  {folder / name}", markup=False, highlight=False)


def _departures(found: Simulation) -> Table:
    rows = sorted(found.departures, key=lambda row: (row.on_time, row.departure_id))
    cut = f", the {_MOST_SHOWN} least likely of {len(rows)}" if len(rows) > _MOST_SHOWN else ""
    table = Table(title=f"Departures{cut}", title_justify="left")
    for name in ("Departure", *_DATES, "Shipments", "On time", f"Late days, {found.currency}"):
        table.add_column(
            name, justify="left" if name in ("Departure", *_DATES) else "right", overflow="fold", no_wrap=name in _DATES
        )
    for row in rows[:_MOST_SHOWN]:
        cells = (row.eta, row.eta_p90, str(row.shipments), f"{row.on_time:.1%}", f"{row.late_cost:,.2f}")
        table.add_row(console.escaped(row.departure_id), *cells)
    return table
