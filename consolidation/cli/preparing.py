"""Commands that make and describe data: ``generate``, ``reference``, ``geocode``, ``template``, ``fields``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from consolidation import console
from consolidation._version import __version__
from consolidation.cli.common import (
    INVALID,
    AsJson,
    ErrorsFile,
    NetworkPath,
    Seed,
    ShipmentsPath,
    app,
    read_all,
    refuse,
)
from network.errors import Finding, InputError


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

    read, _ = read_all(network, None, errors, as_json)
    scheme, _, domain = (server or "").rpartition("://")
    ask = geopy_geocoder(domain or None, scheme or "https", f"dragonboat/{__version__}")
    try:
        done = geocode_origins(read, shipments, AddressCache(cache or default_cache_file()).through(ask))
    except InputError as fault:
        refuse(list(fault.findings), errors, as_json, "Problems in the input")
    (write_workbook if out.suffix.lower() == ".xlsx" else write_network)(done.network, out)
    console.show_geocoded(done, out, as_json)
    if done.findings:
        if errors is not None:
            console.write_findings(done.findings, errors)
        raise typer.Exit(INVALID)


@app.command()
def template(
    out: Annotated[Path, typer.Argument(help="Folder, or .toml file, to write.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Write an empty, commented network folder; or, to a .toml file, a commented file of scenarios."""
    if out.suffix.lower() == ".toml":
        from consolidation.scenarios.files import write_template as write_scenarios

        write_scenarios(out)
        _written(out, "scenarios to fill in", as_json)
        return
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
