"""The command line. Only this package and :mod:`consolidation.console` print.

Heavy imports stand inside the commands, so that help and mistakes in usage answer at once.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from consolidation import console
from consolidation._version import __version__
from consolidation.cli import (
    comparing,
    events,
    exchange,
    planning,
    preparing,
    replanning,
    sailings,
    scenarios,
    simulating,
    statements,
    studying,
    trading,
)
from consolidation.cli.common import CANCELLED, DONE, INVALID, NO_PLAN, USAGE, VIOLATIONS, app
from network.errors import DragonBoatError, InputError, PlanFolderError

__all__ = [
    "CANCELLED",
    "DONE",
    "INVALID",
    "NO_PLAN",
    "USAGE",
    "VIOLATIONS",
    "app",
    "comparing",
    "events",
    "exchange",
    "main",
    "planning",
    "preparing",
    "replanning",
    "sailings",
    "scenarios",
    "simulating",
    "statements",
    "studying",
    "trading",
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


def main() -> None:
    """Run the command line; errors raised on purpose become messages and exit codes."""
    as_json = "--json" in sys.argv
    try:
        app()
    except InputError as fault:
        if as_json:
            findings = [console.finding_dict(finding) for finding in fault.findings]
            console.show_json({"valid": False, "findings": findings})
        else:
            console.show_findings(fault.findings, f"Problems in the input: {len(fault.findings)}")
        sys.exit(INVALID)
    except DragonBoatError as fault:
        if as_json:
            console.show_json({"error": type(fault).__name__, "message": str(fault)})
        else:
            console.err.print(str(fault), markup=False, highlight=False)
        sys.exit(INVALID if isinstance(fault, PlanFolderError) else NO_PLAN)
    except KeyboardInterrupt:
        sys.exit(CANCELLED)
