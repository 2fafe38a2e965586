"""The command line. Only this module and :mod:`consolidation.console` print.

Heavy imports stand inside the commands, so that help and mistakes in usage answer at once.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from consolidation import console
from consolidation._version import __version__
from network.errors import DragonBoatError, Finding, InputError, PlanFolderError

if TYPE_CHECKING:
    from consolidation.plan_model import Plan
    from consolidation.shipments import Shipment
    from network.model import Network

DONE, USAGE, INVALID, VIOLATIONS, NO_PLAN, CANCELLED = 0, 2, 3, 4, 5, 130
"""Exit codes."""

app = typer.Typer(
    name="dragonboat",
    help="Plan cross-border consolidations: small seller shipments into shared containers, with a proven bound.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

NetworkPath = Annotated[Path, typer.Argument(help="Network folder or Excel workbook.", show_default=False)]
ShipmentsPath = Annotated[Path, typer.Argument(help="Shipments: CSV, XLSX, JSON or Parquet.", show_default=False)]
OutFolder = Annotated[Path, typer.Option("--out", "-o", help="Plan folder to write.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as one JSON document on standard output.")]
TimeLimit = Annotated[float, typer.Option("--time-limit", min=0.0, help="Outer limit of the search, seconds.")]
Gap = Annotated[float, typer.Option("--gap", min=0.0, max=1.0, help="Stop at this gap, as a share of the cost.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Same input and seed: same plan.")]
Work = Annotated[int, typer.Option("--work", min=0, help="Search effort; 25 is usual, 250 searches ten times as long.")]
ValueOfDay = Annotated[
    float | None,
    typer.Option(
        "--value-of-day", min=0.0, help="Price of a day in transit, plan currency per m3.", show_default=False
    ),
]
Scenario = Annotated[
    str | None, typer.Option("--scenario", help="Rate scenario in place of the network's own.", show_default=False)
]
ErrorsFile = Annotated[
    Path | None, typer.Option("--errors", help="Write every problem found to this CSV file.", show_default=False)
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dragonboat {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del version


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Plan folder to write.")] = Path("dragonboat-demo"),
    time_limit: TimeLimit = 45.0,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Plan the shipped week on the shipped reference network."""
    from consolidation.data import week
    from network.reference import path

    _plan(path(), week(), out, _Search(time_limit, 0.001, seed, 20), as_json)


@app.command(name="plan")
def plan_command(
    network: NetworkPath,
    shipments: ShipmentsPath,
    out: OutFolder,
    time_limit: TimeLimit = 120.0,
    gap: Gap = 0.001,
    seed: Seed = 1,
    work: Work = 25,
    value_of_day: ValueOfDay = None,
    scenario: Scenario = None,
    errors: ErrorsFile = None,
    as_json: AsJson = False,
) -> None:
    """Plan a file of shipments on a network and write a plan folder."""
    search = _Search(time_limit, gap, seed, work, value_of_day, scenario, errors)
    _plan(network, shipments, out, search, as_json)


class _Search:
    """Options of one planning call."""

    def __init__(
        self,
        time_limit: float,
        gap: float,
        seed: int,
        work: int,
        value_of_day: float | None = None,
        scenario: str | None = None,
        errors: Path | None = None,
    ) -> None:
        self.time_limit, self.gap, self.seed, self.work = time_limit, gap, seed, work
        self.value_of_day, self.scenario, self.errors = value_of_day, scenario, errors


def _plan(network_path: Path, shipments_path: Path, out: Path, search: _Search, as_json: bool) -> None:
    started = time.perf_counter()
    network, shipments = _read_all(network_path, shipments_path, search.errors, as_json)
    line = console.ProgressLine(network.currency, quiet=as_json)
    with line.running():
        plan = _search(network, shipments, search, line)
        seconds = time.perf_counter() - started
        from consolidation.folder import write_plan

        folder = write_plan(plan, out, network, seconds)
    violations = _violations(folder, network, shipments)
    if as_json:
        certificate = {**plan.certificate.model_dump(mode="json"), "seconds": round(seconds, 3)}
        console.show_json(
            {"plan_id": plan.plan_id, "folder": str(folder), "certificate": certificate, "violations": violations}
        )
    else:
        _show_plan(plan, folder, seconds, violations)
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
        on_progress=line.report,
        cancelled=line.cancelled,
    )


def _violations(folder: Path, network: Network, shipments: tuple[Shipment, ...]) -> list[dict[str, str]]:
    from consolidation.checker import check

    return [
        {"cause": found.cause, "where": found.where, "message": found.message}
        for found in check(folder, network, shipments).violations
    ]


def _show_plan(plan: Plan, folder: Path, seconds: float, violations: list[dict[str, str]]) -> None:
    console.show_certificate(plan.certificate, seconds)
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
    read, rows = _read_all(network, shipments, errors, as_json)
    findings = _unservable(read, rows, shipments) if shipments is not None else []
    if findings:
        _refuse(findings, errors, as_json, "Shipments that no itinerary can serve")
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
    plan: Annotated[Path, typer.Argument(help="Plan folder.", show_default=False)],
    network: NetworkPath,
    shipments: ShipmentsPath,
    as_json: AsJson = False,
) -> None:
    """Judge a plan folder by the network and the shipments alone."""
    read, rows = _read_all(network, shipments, None, as_json)
    violations = _violations(plan, read, rows)
    if as_json:
        console.show_json({"ok": not violations, "violations": violations})
    elif violations:
        console.out.print(f"{len(violations)} violation(s):")
        _show_violations(violations)
    else:
        console.out.print("accepted: dates, weights, limits, compatibility and every cost line hold")
    if violations:
        raise typer.Exit(VIOLATIONS)


@app.command()
def generate(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write: .csv, .xlsx, .json or .parquet.", show_default=False)
    ],
    shipments: Annotated[int, typer.Option("--shipments", "-n", min=1, help="Number of shipments.")] = 300,
    seed: Seed = 1,
    start: Annotated[datetime, typer.Option("--start", formats=["%Y-%m-%d"], help="First day of the week.")] = datetime(
        2026, 11, 30
    ),
    network: Annotated[
        Path | None, typer.Option("--network", help="Network in place of the reference.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a realistic week of shipments, the same for the same seed."""
    from consolidation.generate import generate as make
    from consolidation.shipment_files import write_shipments
    from network.io import read_network
    from network.reference import path

    made = make(read_network(network or path()), shipments, seed, start.date())
    write_shipments(made, out)
    if as_json:
        console.show_json({"file": str(out), "shipments": len(made)})
    else:
        console.out.print(f"{len(made)} shipments in {out}", highlight=False)


@app.command()
def reference(
    out: Annotated[Path, typer.Argument(help="Folder, or .xlsx workbook, to write.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Copy the shipped reference network to a folder or an Excel workbook of your own."""
    from network.io import read_network, write_network, write_workbook
    from network.reference import path

    (write_workbook if out.suffix.lower() == ".xlsx" else write_network)(read_network(path()), out)
    _written(out, "reference network", as_json)


@app.command()
def geocode(
    network: NetworkPath,
    shipments: ShipmentsPath,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Network folder, or .xlsx workbook, to write.", show_default=False)
    ],
    cache: Annotated[
        Path | None,
        typer.Option("--cache", help="File that keeps answers; default: in your cache folder.", show_default=False),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option("--server", help="Nominatim server in place of the public one.", show_default=False),
    ] = None,
    errors: ErrorsFile = None,
    as_json: AsJson = False,
) -> None:
    """Write a copy of a network that knows the addresses shipments start from.

    Addresses that neither the network nor the cache knows are sent to a geocoder, one a second. No other command
    uses a connection.
    """
    from consolidation.addresses import geocode_origins
    from network.geocode import AddressCache, default_cache_file, geopy_geocoder
    from network.io import write_network, write_workbook

    read, _ = _read_all(network, None, errors, as_json)
    scheme, _, domain = (server or "").rpartition("://")
    ask = geopy_geocoder(domain or None, scheme or "https", f"dragonboat/{__version__}")
    try:
        done = geocode_origins(read, shipments, AddressCache(cache or default_cache_file()).through(ask))
    except InputError as fault:
        _refuse(list(fault.findings), errors, as_json, "Problems in the input")
    (write_workbook if out.suffix.lower() == ".xlsx" else write_network)(done.network, out)
    console.show_geocoded(done, out, as_json)
    if done.findings:
        if errors is not None:
            console.write_findings(done.findings, errors)
        raise typer.Exit(INVALID)


@app.command()
def template(
    out: Annotated[Path, typer.Argument(help="Folder to write.", show_default=False)], as_json: AsJson = False
) -> None:
    """Write an empty, commented network folder."""
    from network.io import write_template

    write_template(out)
    _written(out, "empty network", as_json)


def _written(out: Path, what: str, as_json: bool) -> None:
    if as_json:
        console.show_json({"written": str(out)})
    else:
        console.out.print(f"{what} in {out}", highlight=False)


@app.command()
def fields(
    table: Annotated[str | None, typer.Option("--table", help="Only this table.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Print every table and column with type, unit, default and meaning."""
    import dataclasses

    from consolidation.shipments import Shipment
    from network import catalogue
    from network.errors import nearest

    listed = catalogue.fields({"shipments": Shipment})
    names = list(dict.fromkeys(field.table for field in listed))
    if table is not None and table not in names:
        raise InputError(
            [
                Finding(
                    "--table",
                    None,
                    "table",
                    table,
                    "one of " + ", ".join(names),
                    nearest(table, names),
                    "REFERENCE.UNKNOWN",
                )
            ]
        )
    chosen = [field for field in listed if table in (None, field.table)]
    if as_json:
        console.show_json([dataclasses.asdict(field) for field in chosen])
        return
    _show_fields(chosen)


def _show_fields(listed: list[Any]) -> None:
    from rich.table import Table

    for name in dict.fromkeys(field.table for field in listed):
        shown = Table(title=name, title_justify="left", title_style="bold")
        for heading in ("Column", "Type", "Unit", "Required", "Default", "Meaning"):
            shown.add_column(heading, overflow="fold")
        for field in listed:
            if field.table == name:
                cells = (
                    field.column,
                    field.type,
                    field.unit,
                    "yes" if field.required else "",
                    field.default,
                    field.description,
                )
                shown.add_row(*(str(cell).replace("[", "\\[") for cell in cells))
        console.out.print(shown)


def _read_all(
    network_path: Path, shipments_path: Path | None, errors: Path | None, as_json: bool
) -> tuple[Network, tuple[Shipment, ...]]:
    """Read all input; everything wrong with any file is shown at once."""
    from consolidation.shipment_files import inspect_shipments
    from network.io import inspect_network

    network, findings = inspect_network(network_path)
    shipments: tuple[Shipment, ...] = ()
    if shipments_path is not None:
        shipments, more = inspect_shipments(shipments_path, network)
        findings = [*findings, *more]
    if findings or network is None:
        _refuse(findings, errors, as_json, "Problems in the input")
    return network, shipments


def _refuse(findings: list[Finding], errors: Path | None, as_json: bool, title: str) -> NoReturn:
    if errors is not None:
        console.write_findings(findings, errors)
    if as_json:
        console.show_json({"valid": False, "findings": [console.finding_dict(finding) for finding in findings]})
    else:
        console.show_findings(findings, f"{title}: {len(findings)}")
        if errors is not None:
            console.err.print(f"all written to {errors}", highlight=False)
    raise typer.Exit(INVALID)


def main() -> None:
    """Run the command line; errors raised on purpose become messages and exit codes."""
    try:
        app()
    except InputError as fault:
        console.show_findings(fault.findings, f"Problems in the input: {len(fault.findings)}")
        sys.exit(INVALID)
    except PlanFolderError as fault:
        console.err.print(str(fault), markup=False, highlight=False)
        sys.exit(INVALID)
    except DragonBoatError as fault:
        console.err.print(str(fault), markup=False, highlight=False)
        sys.exit(NO_PLAN)
    except KeyboardInterrupt:
        sys.exit(CANCELLED)
