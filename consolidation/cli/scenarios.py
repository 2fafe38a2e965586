"""The command ``scenarios``: what the scenarios of a file change, and the network and shipments of one of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consolidation import console
from consolidation.cli.common import AsJson, ErrorsFile, NetworkPath, app, read_all, refuse
from network.errors import Finding, InputError, nearest

if TYPE_CHECKING:
    from consolidation.scenarios import Applied, Scenario
    from consolidation.shipments import Shipment
    from network.model import Network


@app.command()
def scenarios(
    file: Annotated[Path, typer.Argument(help="File of scenarios, TOML.", show_default=False)],
    network: NetworkPath,
    shipments: Annotated[
        Path | None, typer.Argument(help="Shipments: CSV, XLSX, JSON or Parquet.", show_default=False)
    ] = None,
    apply: Annotated[
        str | None, typer.Option("--apply", help="Write the input of this scenario to --out.", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder to write.", show_default=False)] = None,
    errors: ErrorsFile = None,
    as_json: AsJson = False,
) -> None:
    """Check a file of scenarios and list what each changes, or write the network and shipments of one."""
    from consolidation.scenarios import inspect_scenarios

    if (apply is None) != (out is None):
        raise typer.BadParameter("--apply NAME and --out DIR go together")
    made, findings = inspect_scenarios(file)
    read, rows = read_all(network, shipments, errors, as_json, findings)
    if apply is not None:
        known = [scenario.name for scenario in made]
        if apply not in known:
            expected = f"a scenario of {file.name}"
            found = Finding("--apply", None, "", apply, expected, nearest(apply, known), "REFERENCE.UNKNOWN")
            refuse([found], errors, as_json, "Problems in the input")
        made = tuple(scenario for scenario in made if scenario.name == apply)
    given = None if shipments is None else rows
    done = _applied(made, read, given, errors, as_json)
    if out is None:
        _list(done, read, rows, as_json)
    else:
        _write(*done[0], out, given, as_json)


def _applied(
    made: tuple[Scenario, ...],
    network: Network,
    shipments: tuple[Shipment, ...] | None,
    errors: Path | None,
    as_json: bool,
) -> list[tuple[Scenario, Applied]]:
    """Apply every scenario to the same input; what is wrong with any of them is shown at once."""
    from consolidation.scenarios import apply_scenario

    done: list[tuple[Scenario, Applied]] = []
    findings: list[Finding] = []
    for scenario in made:
        try:
            done.append((scenario, apply_scenario(scenario, network, shipments)))
        except InputError as fault:
            findings += fault.findings
    if findings:
        refuse(findings, errors, as_json, "Problems in the scenarios")
    return done


def _list(
    done: list[tuple[Scenario, Applied]], network: Network, shipments: tuple[Shipment, ...], as_json: bool
) -> None:
    listed = [_described(scenario, applied, network, shipments) for scenario, applied in done]
    if as_json:
        console.show_json({"scenarios": listed})
        return
    for row in listed:
        title = f"{row['name']}: {row['description']}" if row["description"] else row["name"]
        console.out.print(title, markup=False, highlight=False)
        for sentence in row["changes"] or ["nothing changes"]:
            console.out.print(f"  {sentence}", markup=False, highlight=False)
        if row["rows"]:
            console.out.print(f"  rows: {_counted(row['rows'])}", markup=False, highlight=False)
    console.out.print(
        f"{len(listed)} scenarios fit" if len(listed) != 1 else "1 scenario fits", markup=False, highlight=False
    )


def _described(
    scenario: Scenario, applied: Applied, network: Network, shipments: tuple[Shipment, ...]
) -> dict[str, Any]:
    from consolidation.scenarios import row_changes
    from consolidation.scenarios.files import about

    changed = row_changes(network, applied.network, shipments, applied.shipments)
    return {**about(scenario, applied), "rows": {table: counts._asdict() for table, counts in changed.items()}}


def _counted(rows: dict[str, dict[str, int]]) -> str:
    return "; ".join(
        f"{table} {', '.join(f'{count} {what}' for what, count in counts.items() if count)}"
        for table, counts in rows.items()
    )


def _write(
    scenario: Scenario, applied: Applied, out: Path, shipments: tuple[Shipment, ...] | None, as_json: bool
) -> None:
    from consolidation.scenarios.files import NETWORK, SHIPMENTS, about, unusual, write_applied

    unseen = [patch for patch in scenario.patches if shipments is None and patch.kind in ("demand", "edit_shipments")]
    if unseen:
        raise InputError([
            Finding("SHIPMENTS", None, "", "nothing", f"a shipments file, as scenario {scenario.name} changes shipments",
                    rule="FILE.MISSING")
        ])  # fmt: skip
    folder = write_applied(scenario, applied, out)
    network, rows = folder / NETWORK, folder / SHIPMENTS if applied.shipments else None
    if as_json:
        paths = {"network": str(network), "shipments": None if rows is None else str(rows)}
        console.show_json({**about(scenario, applied), **paths})
        return
    for sentence in applied.changes:
        console.out.print(sentence, markup=False, highlight=False)
    console.out.print(f"scenario {scenario.name} in {folder}", markup=False, highlight=False)
    flags = {"seed": "--seed", "work": "--work", "gap": "--gap", "time_limit_s": "--time-limit"}
    stated = "".join(f" {flags[name]} {value}" for name, value in unusual(applied.options).items())
    console.out.print(f"dragonboat plan {network} {rows or 'SHIPMENTS'} -o PLAN{stated}", markup=False, highlight=False)
