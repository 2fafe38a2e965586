"""Commands of what happened after planning: ``import`` takes in confirmations of partners, ``status`` shows how far all is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consolidation import console
from consolidation.cli.common import AsJson, ErrorsFile, PlanPath, app, refuse
from network.errors import InputError

if TYPE_CHECKING:
    from decimal import Decimal

    from consolidation.events.importing import Context, Imported
    from consolidation.events.state import LoadState, PlanState, ShipmentState
    from consolidation.plan_model import Plan

_WIDTH = 11


@app.command(name="import")
def import_command(
    plan: PlanPath,
    file: Annotated[Path, typer.Argument(help="Confirmations: CSV, XLSX, JSON or IFCSUM (.edi).", show_default=False)],
    by: Annotated[str, typer.Option("--by", help="Who imports; blank: the user of this computer.")] = "",
    network: Annotated[
        Path | None, typer.Option("--network", help="Network of the plan: all its departures.", show_default=False)
    ] = None,
    shipments: Annotated[
        Path | None, typer.Option("--shipments", help="Shipments of the plan: their cartons.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge the file, change nothing.")] = False,
    errors: ErrorsFile = None,
    as_json: AsJson = False,
) -> None:
    """Take the confirmations of a partner into a plan folder: all of a file or nothing."""
    from consolidation.events.importing import import_confirmations

    context = _context(network, shipments)
    try:
        done = import_confirmations(plan, file, by=by, context=context, dry_run=dry_run)
    except InputError as fault:
        refuse(list(fault.findings), errors, as_json, "Nothing imported; problems in the file")
    if as_json:
        console.show_json(_answer(done, dry_run))
    else:
        _show(done, dry_run)


def _context(network_path: Path | None, shipments_path: Path | None) -> Context:
    from consolidation.events.importing import Context
    from consolidation.shipment_files import read_shipments
    from network.io import read_network

    network = None if network_path is None else read_network(network_path)
    return Context(network, () if shipments_path is None else read_shipments(shipments_path, network))


def _answer(done: Imported, dry_run: bool) -> dict[str, Any]:
    return {
        "plan_id": done.plan.plan_id, "plan_version": done.plan.version, "dry_run": dry_run, "new": len(done.new),
        "known": done.known, "repeated": done.repeated, "events": len(done.events),
        "added": [event.confirmation.model_dump(mode="json") for event in done.new],
    }  # fmt: skip


def _show(done: Imported, dry_run: bool) -> None:
    repeated = f", {done.repeated} repeated in the file" if done.repeated else ""
    nothing = " (dry run: nothing written)" if dry_run else ""
    console.out.print(f"{len(done.new)} new, {done.known} known{repeated}{nothing}", highlight=False)
    counts = Counter((event.confirmation.kind, event.confirmation.subject) for event in done.new)
    for (kind, subject), count in counts.items():
        console.out.print(f"  {kind:<15}{count} {subject}{'s' if count > 1 else ''}", highlight=False)
    text = f"Plan {done.plan.plan_id}, version {done.plan.version}: {len(done.events)} events"
    console.out.print(text, markup=False, highlight=False)


@app.command()
def status(plan: PlanPath, as_json: AsJson = False) -> None:
    """Show how far the loads and shipments of a plan are: by status, on hold, rolled, left behind, measured."""
    from consolidation.events.log import read_log
    from consolidation.events.state import state_of
    from consolidation.folder import read_plan

    made, log = read_plan(plan), read_log(plan)
    state = state_of(made, log)
    if as_json:
        console.show_json(_status(made, state, len(log)))
        return
    console.out.print(
        f"Plan {made.plan_id}, version {made.version}: {len(log)} events", markup=False, highlight=False
    )  # fmt: skip
    _show_table(state)
    remarks = list(_remarks(made, state))
    for text in remarks[: console.MOST_SHOWN]:
        console.out.print(f"  {text}", markup=False, highlight=False)
    if len(remarks) > console.MOST_SHOWN:
        console.out.print(f"  ... and {len(remarks) - console.MOST_SHOWN} more; --json lists all", highlight=False)


def _status(plan: Plan, state: PlanState, events: int) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "plan_id": plan.plan_id, "plan_version": plan.version, "events": events,
        "loads": {name: asdict(each) for name, each in state.loads.items()},
        "shipments": {name: asdict(each) for name, each in state.shipments.items()},
        "unplanned": {name: asdict(each) for name, each in state.unplanned.items()},
    }  # fmt: skip


def _show_table(state: PlanState) -> None:
    from consolidation.events.state import STATUSES

    columns = [*STATUSES, "cancelled"]
    console.out.print("".join([f"{'':<{_WIDTH}}", *(f"{name:>{_WIDTH}}" for name in columns)]), highlight=False)
    for title, states in (("Loads", state.loads.values()), ("Shipments", state.shipments.values())):
        counts = Counter("cancelled" if each.cancelled else each.status for each in states)
        cells = (f"{counts[name] or '-':>{_WIDTH}}" for name in columns)
        console.out.print("".join([f"{title:<{_WIDTH}}", *cells]), highlight=False)


def _remarks(plan: Plan, state: PlanState) -> Iterator[str]:
    """Yield one line for everything that is not as planned: loads first."""
    for load in plan.loads:
        of_load = state.loads[load.load_id]
        if of_load.cancelled:
            yield f"{load.load_id} cancelled"
        if of_load.rolled:
            yield f"{load.load_id} rolled from {load.departure_id} to {of_load.departure_id}"
        yield from _held(load.load_id, of_load)
    for row in plan.shipments:
        each = state.shipments[row.shipment_id]
        yield from _off(row.shipment_id, each)
        yield from _held(row.shipment_id, each)
        yield from _measured(row.shipment_id, "m3", row.volume_m3, each.measured_volume_m3)
        yield from _measured(row.shipment_id, "kg", row.gross_weight_kg, each.measured_weight_kg)
    for name, each in state.unplanned.items():
        if each.cancelled:
            yield f"{name} cancelled (unplanned)"


def _off(name: str, each: ShipmentState) -> Iterator[str]:
    if each.cancelled:
        yield f"{name} cancelled"
    elif each.left_behind:
        yield f"{name} left behind"
    elif each.cartons_left:
        yield f"{name} {each.cartons_left} carton(s) left behind"


def _held(name: str, each: ShipmentState | LoadState) -> Iterator[str]:
    if each.held_until is not None:
        yield f"{name} held by customs" + (f" until {each.held_until}" if each.held_until else "")


def _measured(name: str, unit: str, planned: Decimal, measured: Decimal | None) -> Iterator[str]:
    if measured is not None and measured != planned:
        yield f"{name} measured {measured.normalize():f} {unit}, planned {planned.normalize():f} ({measured / planned - 1:+.1%})"
