"""Commands that plan and judge: ``demo``, ``plan``, ``validate``, ``check``."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consolidation import console
from consolidation.cli.common import (
    CANCELLED,
    VIOLATIONS,
    AsJson,
    Chance,
    ErrorsFile,
    Gap,
    NetworkPath,
    OutFolder,
    PlanPath,
    Scenario,
    Seed,
    ShipmentsPath,
    TimeLimit,
    ValueOfDay,
    Work,
    app,
    read_all,
    refuse,
)
from network.errors import Finding

if TYPE_CHECKING:
    from consolidation.plan_model import Plan
    from consolidation.shipments import Shipment
    from network.model import Network


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Plan folder to write.")] = Path("dragonboat-demo"),
    time_limit: TimeLimit = 120.0,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Plan the shipped week on the shipped reference network."""
    from consolidation.data import week
    from network.reference import path

    _plan(path(), week(), out, _Search(time_limit, 0.001, seed, 25), as_json)


@app.command(name="plan")
def plan_command(
    network: NetworkPath,
    shipments: ShipmentsPath,
    out: OutFolder,
    time_limit: TimeLimit = 800.0,
    gap: Gap = 0.001,
    seed: Seed = 1,
    work: Work = 25,
    value_of_day: ValueOfDay = None,
    chance: Chance = None,
    scenario: Scenario = None,
    errors: ErrorsFile = None,
    as_json: AsJson = False,
) -> None:
    """Plan a file of shipments on a network and write a plan folder."""
    if chance is not None and not 0 < chance < 1:
        raise typer.BadParameter("a share between 0 and 1, as 0.9", param_hint="--chance")
    search = _Search(time_limit, gap, seed, work, value_of_day, scenario, errors, chance)
    _plan(network, shipments, out, search, as_json)


@dataclass(frozen=True, slots=True)
class _Search:
    """Options of one planning call."""

    time_limit: float
    gap: float
    seed: int
    work: int
    value_of_day: float | None = None
    scenario: str | None = None
    errors: Path | None = None
    chance: float | None = None


def _plan(network_path: Path, shipments_path: Path, out: Path, search: _Search, as_json: bool) -> None:
    from consolidation.folder import require_target, write_plan

    started = time.perf_counter()
    require_target(out)
    network, shipments = read_all(network_path, shipments_path, search.errors, as_json)
    line = console.ProgressLine(network.currency, quiet=as_json)
    with line.running():
        plan = _search(network, shipments, search, line)
        seconds = time.perf_counter() - started
        folder = write_plan(plan, out, network, seconds)
    violations = violations_of(folder, network, shipments)
    if as_json:
        certificate = {**plan.certificate.model_dump(mode="json"), "seconds": round(seconds, 3)}
        console.show_json(
            {"plan_id": plan.plan_id, "folder": str(folder), "certificate": certificate, "violations": violations}
        )
    else:
        show_plan(plan, folder, seconds, violations)
    if violations:
        raise typer.Exit(VIOLATIONS)
    if line.stopped:
        raise typer.Exit(CANCELLED)


def _search(network: Network, shipments: tuple[Shipment, ...], search: _Search, line: console.ProgressLine) -> Plan:
    from consolidation.planner import plan
    from solvers.options import SolveOptions

    return plan(
        network,
        shipments,
        options=SolveOptions(seed=search.seed, time_limit_s=search.time_limit, gap=search.gap, work=search.work),
        scenario=search.scenario,
        value_of_day_per_m3=search.value_of_day,
        chance=search.chance,
        on_progress=line.report,
        cancelled=line.cancelled,
    )


def violations_of(folder: Path, network: Network, shipments: tuple[Shipment, ...]) -> list[dict[str, str]]:
    from consolidation.checker import check

    return [
        {"cause": found.cause, "where": found.where, "message": found.message}
        for found in check(folder, network, shipments).violations
    ]


def show_plan(plan: Plan, folder: Path, seconds: float, violations: list[dict[str, str]]) -> None:
    console.show_certificate(plan.certificate, seconds, plan.version)
    console.show_notices(plan.notices)
    if violations:
        console.out.print(f"[bold red]check finds {len(violations)} violation(s):[/]")
        _show_violations(violations)
    else:
        console.out.print("Checked: dates, weights, limits, compatibility and every cost line hold.")
    for row in plan.unplanned[:10]:
        console.out.print(
            f"unplanned {row.shipment_id}: {row.rule}: {row.detail}. To change: {row.change}.", markup=False
        )
    if len(plan.unplanned) > 10:
        console.out.print(f"... and {len(plan.unplanned) - 10} more in unplanned.csv")
    console.out.print(f"Plan {plan.plan_id} in {folder}", markup=False, highlight=False)
    for name in ("report.html", "map.html", "plan.json", "shipments.csv", "consolidations.csv", "cost_lines.csv"):
        console.out.print(f"  {folder / name}", markup=False, highlight=False)


def _show_violations(violations: list[dict[str, str]]) -> None:
    for found in violations[: console.MOST_SHOWN]:
        console.out.print(f"  {found['cause']} {found['where']}: {found['message']}", markup=False)
    if len(violations) > console.MOST_SHOWN:
        console.out.print(f"  ... and {len(violations) - console.MOST_SHOWN} more; --json lists all")


@app.command()
def validate(
    network: NetworkPath,
    shipments: Annotated[Path | None, typer.Argument(help="Shipments file.", show_default=False)] = None,
    errors: ErrorsFile = None,
    as_json: AsJson = False,
) -> None:
    """Check input files and show everything wrong at once.

    Shipments that no itinerary can serve are listed too: a plan would leave them out.
    """
    read, rows = read_all(network, shipments, errors, as_json)
    findings = _unservable(read, rows, shipments) if shipments is not None else []
    if findings:
        refuse(findings, errors, as_json, "Shipments that no itinerary can serve")
    if as_json:
        console.show_json(
            {
                "valid": True,
                "findings": [],
                "shipments": len(rows),
                "places": len(read.places),
                "lanes": len(read.lanes),
            }
        )
    else:
        counted = f", {len(rows)} shipments" if shipments is not None else ""
        console.out.print(f"valid: {len(read.places)} places, {len(read.lanes)} lanes{counted}", highlight=False)


def _unservable(network: Network, shipments: tuple[Shipment, ...], path: Path) -> list[Finding]:
    from consolidation.planner import unservable
    from network.files import read_raw

    lines = {shipment.shipment_id: line for shipment, line in zip(shipments, read_raw(path).line_numbers, strict=True)}
    return [
        Finding(
            path.name,
            lines[shipment.shipment_id],
            "shipment_id",
            shipment.shipment_id,
            f"an itinerary; {detail}",
            change,
            rule,
        )
        for shipment, rule, detail, change in unservable(network, shipments)
    ]


@app.command(name="check")
def check_command(
    plan: PlanPath,
    network: NetworkPath,
    shipments: ShipmentsPath,
    as_json: AsJson = False,
) -> None:
    """Judge a plan folder by the network and the shipments alone."""
    read, rows = read_all(network, shipments, None, as_json)
    violations = violations_of(plan, read, rows)
    if as_json:
        console.show_json({"ok": not violations, "violations": violations})
    elif violations:
        console.out.print(f"{len(violations)} violation(s):")
        _show_violations(violations)
    else:
        console.out.print("accepted: dates, weights, limits, compatibility and every cost line hold")
    if violations:
        raise typer.Exit(VIOLATIONS)
