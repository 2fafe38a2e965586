"""The command that replaces a plan: ``replan``."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consolidation import console
from consolidation.cli.common import (
    CANCELLED,
    HIGHEST_PRICE,
    VIOLATIONS,
    AsJson,
    ErrorsFile,
    NetworkPath,
    OutFolder,
    PlanPath,
    Seed,
    ShipmentsPath,
    TimeLimit,
    Work,
    app,
    read_all,
    refuse,
)
from consolidation.cli.planning import show_plan, violations_of
from network.errors import Finding

if TYPE_CHECKING:
    from consolidation.plan_model import Continued, Plan
    from consolidation.replanning import Replan

_WORDS = {"departure": "another departure", "onward": "another way on", "dropped": "left out"}


@app.command(name="replan")
def replan_command(
    plan: PlanPath,
    network: NetworkPath,
    shipments: ShipmentsPath,
    out: OutFolder,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Date before which nothing is started any more.", show_default=False)
    ] = None,
    move_price: Annotated[
        float,
        typer.Option(
            "--move-price", min=0.0, max=HIGHEST_PRICE, help="Price of another departure, plan currency per shipment."
        ),
    ] = 60.0,
    onward_price: Annotated[
        float,
        typer.Option(
            "--onward-price", min=0.0, max=HIGHEST_PRICE, help="Price of another final leg or importer, per shipment."
        ),
    ] = 20.0,
    load_price: Annotated[
        float,
        typer.Option("--load-price", min=0.0, max=HIGHEST_PRICE, help="Price of a container where the plan had none."),
    ] = 150.0,
    top_up: Annotated[
        bool, typer.Option("--top-up", help="Booked loads may take more until they are stuffed.")
    ] = False,
    stability: Annotated[
        bool, typer.Option("--stability/--no-stability", help="Find out what keeping to the plan costs.")
    ] = True,
    time_limit: TimeLimit = 800.0,
    seed: Seed = 1,
    work: Work = 2,
    errors: ErrorsFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a new version of a plan after confirmations and changes, moving as little as possible.

    What is booked or further is held. The rest changes only where that saves more than the price of the change.
    """
    from consolidation.events.log import read_log
    from consolidation.folder import read_plan, require_target, write_plan
    from consolidation.plan_model import ChangePrices
    from consolidation.replanning import ReplanOptions, replan
    from solvers.options import SolveOptions

    started = time.perf_counter()
    day = _day(as_of, errors, as_json)
    _require_other(plan, out, errors, as_json)
    require_target(out)
    previous, events = read_plan(plan), read_log(plan)
    offers, rows = read_all(network, shipments, errors, as_json)
    prices = ChangePrices(departure=_amount(move_price), onward=_amount(onward_price), load=_amount(load_price))
    options = ReplanOptions(
        prices=prices,
        as_of=day,
        top_up=top_up,
        stability=stability,
        search=SolveOptions(seed=seed, time_limit_s=time_limit, work=work),
    )
    line = console.ProgressLine(offers.currency, quiet=as_json)
    with line.running():
        made = replan(previous, events, offers, rows, options, on_progress=line.report, cancelled=line.cancelled)
        seconds = time.perf_counter() - started
        folder = write_plan(made.plan, out, offers, seconds, events)
    violations = violations_of(folder, offers, rows)
    if as_json:
        console.show_json(_answer(made, folder, seconds, violations))
    else:
        show_plan(made.plan, folder, seconds, violations)
        _show(made.plan)
    if violations:
        raise typer.Exit(VIOLATIONS)
    if line.stopped:
        raise typer.Exit(CANCELLED)


def _amount(price: float) -> Decimal:
    return Decimal(str(price)).quantize(Decimal("0.01"))


def _day(text: str | None, errors: Path | None, as_json: bool) -> dt.date | None:
    if text is None:
        return None
    from consolidation.shipments import LAST_DAY

    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.max
    if day > LAST_DAY:
        expected = f"a date such as 2026-12-01, not after {LAST_DAY}"
        refuse(
            [Finding("--as-of", None, "", text, expected, rule="VALUE.DATE")], errors, as_json, "Problems in the call"
        )
    return day


def _require_other(plan: Path, out: Path, errors: Path | None, as_json: bool) -> None:
    if plan.resolve() == out.resolve():
        maybe = f"--out {out}-2: a plan that partners know is kept as it is"
        finding = Finding("--out", None, "", str(out), "another folder than the plan to replace", maybe, "FOLDER.SAME")
        refuse([finding], errors, as_json, "Problems in the call")


def _continued(plan: Plan) -> Continued:
    assert plan.continued is not None
    return plan.continued


def _answer(made: Replan, folder: Path, seconds: float, violations: list[dict[str, str]]) -> dict[str, Any]:
    continued = _continued(made.plan)
    return {
        "plan_id": made.plan.plan_id,
        "version": made.plan.version,
        "replaces": made.plan.replaces,
        "folder": str(folder),
        "certificate": {**made.plan.certificate.model_dump(mode="json"), "seconds": round(seconds, 3)},
        "held": dict(Counter(row.held or "nothing" for row in continued.earlier.values())),
        "moved": continued.moved,
        "opened": list(continued.opened),
        "change_price": float(continued.change_price),
        "stability": continued.stability and continued.stability.model_dump(mode="json"),
        "notes": list(continued.notes),
        "violations": violations,
    }


def _show(plan: Plan) -> None:
    continued, currency = _continued(plan), plan.certificate.currency
    held = Counter(row.held for row in continued.earlier.values())
    console.out.print(
        f"Version {plan.version}, replaces {continued.plan_id}: {held['trunk'] + held['whole']} shipments held on their departure, "
        f"{held['warehouse']} in their warehouse, {held['']} free to move.",
        highlight=False,
    )
    counted = Counter(continued.moved.values())
    parts = [f"{count} {_WORDS[kind]}" for kind, count in sorted(counted.items())]
    parts += [f"{len(continued.opened)} container(s) opened"] if continued.opened else []
    changes = ", ".join(parts) or "nothing"
    console.out.print(f"Changes: {changes}; price of change {continued.change_price:,.2f} {currency}.", highlight=False)
    for shipment_id, kind in list(continued.moved.items())[:10]:
        console.out.print(f"  {shipment_id}: {_WORDS[kind]}", markup=False, highlight=False)
    if len(continued.moved) > 10:
        console.out.print(f"  ... and {len(continued.moved) - 10} more in plan.json", highlight=False)
    found = continued.stability
    if found is not None:
        console.out.print(
            f"Cost of stability: a free replan of what is not held would save {found.saving:,.2f} {currency} "
            f"and change {found.moves} shipment(s).",
            highlight=False,
        )
    for note in continued.notes:
        console.out.print(f"Note: {note}.", markup=False, highlight=False)
