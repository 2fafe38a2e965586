"""What the commands share: the application, their options, exit codes, and reading input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from consolidation import console
from network.errors import Finding

if TYPE_CHECKING:
    from consolidation.shipments import Shipment
    from network.model import Network

DONE, USAGE, INVALID, VIOLATIONS, NO_PLAN, CANCELLED = 0, 2, 3, 4, 5, 130
"""Exit codes."""
HIGHEST_PRICE = 1e9
"""Highest price that an option takes, plan currency."""

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
PlanPath = Annotated[Path, typer.Argument(help="Plan folder.", show_default=False)]
OutFolder = Annotated[Path, typer.Option("--out", "-o", help="Plan folder to write.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as one JSON document on standard output.")]
TimeLimit = Annotated[float, typer.Option("--time-limit", min=0.0, help="Outer limit of the search, seconds.")]
Gap = Annotated[float, typer.Option("--gap", min=0.0, max=1.0, help="Stop at this gap, as a share of the cost.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Same input and seed: same plan.")]
Work = Annotated[int, typer.Option("--work", min=0, help="Search effort; 25 is usual, 250 searches ten times as long.")]
ValueOfDay = Annotated[
    float | None,
    typer.Option(
        "--value-of-day",
        min=0.0,
        max=HIGHEST_PRICE,
        help="Price of a day in transit, plan currency per m3.",
        show_default=False,
    ),
]
Chance = Annotated[
    float | None,
    typer.Option(
        "--chance",
        help="Chance at which shipments with a promised date should be received by then, as 0.9.",
        show_default=False,
    ),
]
Scenario = Annotated[
    str | None, typer.Option("--scenario", help="Rate scenario in place of the network's own.", show_default=False)
]
ErrorsFile = Annotated[
    Path | None, typer.Option("--errors", help="Write every problem found to this CSV file.", show_default=False)
]


def read_all(
    network_path: Path, shipments_path: Path | None, errors: Path | None, as_json: bool, further: Sequence[Finding] = ()
) -> tuple[Network, tuple[Shipment, ...]]:
    """Read all input; everything wrong with any file, and `further` findings, is shown at once."""
    from consolidation.shipment_files import inspect_shipments
    from network.io import inspect_network

    network, findings = inspect_network(network_path)
    shipments: tuple[Shipment, ...] = ()
    if shipments_path is not None:
        shipments, more = inspect_shipments(shipments_path, network)
        findings = [*findings, *more]
    findings = [*further, *findings]
    if findings or network is None:
        refuse(findings, errors, as_json, "Problems in the input")
    return network, shipments


def refuse(findings: list[Finding], errors: Path | None, as_json: bool, title: str) -> NoReturn:
    if errors is not None:
        console.write_findings(findings, errors)
    if as_json:
        console.show_json({"valid": False, "findings": [console.finding_dict(finding) for finding in findings]})
    else:
        console.show_findings(findings, f"{title}: {len(findings)}")
        if errors is not None:
            console.err.print(f"all written to {errors}", highlight=False)
    raise typer.Exit(INVALID)
