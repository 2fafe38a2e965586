"""The command ``compare``: what differs between two plans, and why."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from consolidation import console
from consolidation.cli.common import AsJson, app, refuse

if TYPE_CHECKING:
    from consolidation.comparison import Comparison, Known
    from consolidation.plan_model import Plan
    from consolidation.shipments import Shipment
    from network.model import Network

_MOST_SHOWN = 20
_Network = Annotated[
    Path | None, typer.Option(help="Network of this plan: causes are surer with it.", show_default=False)
]
_Shipments = Annotated[Path | None, typer.Option(help="Shipments of this plan: facts that plans do not show.", show_default=False)]  # fmt: skip


@app.command(name="compare")
def compare_command(
    plan_a: Annotated[Path, typer.Argument(metavar="A", help="Folder of the earlier plan.", show_default=False)],
    plan_b: Annotated[Path, typer.Argument(metavar="B", help="Folder of the later plan.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of the comparison to write.", show_default=False)
    ] = None,
    network_a: _Network = None,
    network_b: _Network = None,
    shipments_a: _Shipments = None,
    shipments_b: _Shipments = None,
    as_json: AsJson = False,
) -> None:
    """Show what moved, came, went, was re-rated or is late from plan A to plan B, and why."""
    from consolidation.comparison import compare
    from consolidation.comparison.files import require_target, write_comparison
    from consolidation.folder import read_plan

    if out is not None:
        require_target(out)
    a, b = read_plan(plan_a), read_plan(plan_b)
    known = _known((network_a, network_b), (shipments_a, shipments_b), as_json)
    found = compare(a, b, inputs=_with_confirmations(known, (plan_a, a), (plan_b, b)))
    folder = None if out is None else write_comparison(found, out)
    if as_json:
        console.show_json(_answer(found, folder))
    else:
        _show(found)
        _show_folder(folder)


def _known(networks: tuple[Path | None, Path | None], goods: tuple[Path | None, Path | None], as_json: bool) -> Known:
    """Read the networks and the shipments that are given; everything wrong with any file is shown at once."""
    from consolidation.comparison import Known
    from consolidation.shipment_files import inspect_shipments
    from network.io import inspect_network

    findings = []
    read: list[Network | None] = []
    for path in networks:
        network = None
        if path is not None:
            network, wrong = inspect_network(path)
            findings += wrong
        read.append(network)
    rows: list[tuple[Shipment, ...] | None] = []
    for path, network in zip(goods, read, strict=True):
        shipments = None
        if path is not None:
            shipments, wrong = inspect_shipments(path, network)
            findings += wrong
        rows.append(shipments)
    if findings:
        refuse(findings, None, as_json, "Problems in the input")
    return Known(network_a=read[0], network_b=read[1], shipments_a=rows[0], shipments_b=rows[1])


def _with_confirmations(known: Known, *plans: tuple[Path, Plan]) -> Known:
    """Return what is known with the logs of both folders: a later one repeats the log of the plan that it replaces.

    Shipments become those that the plans were made from: the files hold them as the sellers gave them.
    """
    from consolidation.events.effective import planned_from
    from consolidation.events.log import read_log

    logs = [read_log(folder) for folder, _ in plans]
    goods = [
        None if rows is None else planned_from(rows, log, plan)
        for rows, log, (_, plan) in zip((known.shipments_a, known.shipments_b), logs, plans, strict=True)
    ]
    events = {event.confirmation.event_id: event for log in logs for event in log}
    return dataclasses.replace(known, shipments_a=goods[0], shipments_b=goods[1], events=tuple(events.values()))


def _answer(found: Comparison, folder: Path | None) -> dict[str, Any]:
    """Return the comparison for programs: all but the edits, which can be as long as a plan and stand in the file."""
    content = found.model_dump(mode="json", exclude={"edits"})
    return {
        "folder": None if folder is None else str(folder), "same": found.is_empty,
        "shipments_by_kind": found.shipments_by_kind(), "loads_by_kind": found.loads_by_kind(),
        "causes": found.causes(), **content,
    }  # fmt: skip


def _show(found: Comparison) -> None:
    from consolidation.comparison.page import sentences

    for text in sentences(found):
        console.out.print(text, markup=False, highlight=False)
    if not found.has_changes:
        return
    console.out.print(_amounts(found))
    console.out.print(_changes(found))
    shown = sum(len(row.changes) for row in found.shipments)
    if shown > _MOST_SHOWN:
        console.out.print(f"... and {shown - _MOST_SHOWN} more changes; -o FOLDER writes all", highlight=False)


def _amounts(found: Comparison) -> Table:
    from consolidation.report.charts import CATEGORY_NAMES

    table = Table(title=f"Landed cost, {found.currency}", title_justify="left")
    for name in ("Category", "Plan A", "Plan B", "Difference", "Mostly"):
        table.add_column(name, justify="left" if name in ("Category", "Mostly") else "right")
    for name, money in (
        *((CATEGORY_NAMES[key], cost) for key, cost in found.categories.items()),
        ("All", found.cash_cost),
    ):
        mostly = max(money.effects, key=lambda effect: abs(money.effects[effect]), default="")
        table.add_row(name, f"{money.before:,.2f}", f"{money.after:,.2f}", f"{money.difference:+,.2f}", mostly)
    return table


def _changes(found: Comparison) -> Table:
    table = Table(title="Changes of shipments", title_justify="left")
    for name in ("Shipment", "Change", "Cause", "Why"):
        table.add_column(name, overflow="fold")
    rows = [(row.shipment_id, change) for row in found.shipments for change in row.changes]
    for name, change in rows[:_MOST_SHOWN]:
        days = f" {change.days:+d} d" if change.days else ""
        cells = (name, f"{change.kind.replace('_', '-')}{days}", change.verdict.cause, change.verdict.why)
        table.add_row(*(console.escaped(cell) for cell in cells))
    return table


def _show_folder(folder: Path | None) -> None:
    from consolidation.comparison.files import COMPARISON, PAGE
    from consolidation.comparison.tables import CHANGES, COSTS, LOADS

    if folder is not None:
        console.out.print(f"Comparison in {folder}", markup=False, highlight=False)
        for name in (PAGE, COMPARISON, CHANGES, LOADS, COSTS):
            console.out.print(f"  {folder / name}", markup=False, highlight=False)
