"""The command ``sailings``: departures of a network from a carrier's schedule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consolidation import console
from consolidation.cli.common import AsJson, ErrorsFile, NetworkPath, app, read_all, refuse
from network.errors import Finding, InputError

if TYPE_CHECKING:
    from consolidation.partners.sailings import Imported


@app.command()
def sailings(
    network: NetworkPath,
    file: Annotated[
        Path,
        typer.Argument(help="DCSA Commercial Schedules 1.0.3: routes or vessel schedules, JSON.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Network folder, or .xlsx workbook, to write; blank: NETWORK.", show_default=False
        ),
    ] = None,
    service: Annotated[
        list[str] | None,
        typer.Option("--service", help="CODE=LANE: sailings of this service go to this lane.", show_default=False),
    ] = None,
    keep_patterns: Annotated[
        bool, typer.Option("--keep-patterns", help="Leave runs of weekly patterns beside the sailings.")
    ] = False,
    errors: ErrorsFile = None,
    as_json: AsJson = False,
) -> None:
    """Take the sailings of a carrier's schedule into the departures of a network."""
    from consolidation.partners.dcsa_schedules import read_sailings
    from consolidation.partners.sailings import import_sailings
    from network.io import write_network, write_workbook

    read, _ = read_all(network, None, errors, as_json)
    try:
        found = read_sailings(_bytes(file), file.name)
        done = import_sailings(read, found, file.name, _services(service or []), keep_patterns)
    except InputError as fault:
        refuse(list(fault.findings), errors, as_json, "Problems in the schedule")
    target = out or network
    (write_workbook if target.suffix.lower() == ".xlsx" else write_network)(done.network, target)
    _show(done, target, as_json)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        found = error.strerror or "unreadable"
        raise InputError([Finding(str(file), None, "", found.lower(), "a file", rule="FILE.MISSING")]) from None


def _services(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if not all(part.strip() for part in pair.partition("=")[::2])]
    if wrong:
        raise InputError([Finding("--service", None, "", pair, "CODE=LANE") for pair in wrong])
    return {code.strip(): lane.strip() for code, _, lane in (pair.partition("=") for pair in pairs)}


def _show(done: Imported, target: Path, as_json: bool) -> None:
    if as_json:
        console.show_json({
            "network": str(target), "added": list(done.added), "updated": list(done.updated),
            "unchanged": list(done.unchanged), "gave_way": list(done.gave_way), "unused_codes": list(done.unused),
            "unmatched": [{"where": row.where, "sailing": row.sailing, "reason": row.reason} for row in done.unmatched],
        })  # fmt: skip
        return
    for what, ids in (("added", done.added), ("updated", done.updated), ("unchanged", done.unchanged),
                      ("runs of patterns that gave way", done.gave_way)):  # fmt: skip
        console.out.print(f"{what}: {len(ids)}", highlight=False, markup=False)
        for name in ids:
            console.out.print(f"  {name}", highlight=False, markup=False)
    if done.unused:
        console.out.print(f"cut-offs not kept: {', '.join(done.unused)}", highlight=False, markup=False)
    console.out.print(f"not matched: {len(done.unmatched)}", highlight=False, markup=False)
    for row in done.unmatched:
        console.out.print(f"  {row.sailing}: {row.reason}", highlight=False, markup=False)
    console.out.print(f"network in {target}", highlight=False, markup=False)
