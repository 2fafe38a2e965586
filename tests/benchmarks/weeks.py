"""Whole weeks through the public verbs: plan, write the folder, have the independent checker judge it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from consolidation import check, plan, write_plan
from consolidation.plan_model import Plan
from consolidation.planner import StoppedWithoutPlan
from network.money import from_micros
from solvers.assignment import Assignment
from solvers.evaluate import evaluate
from solvers.outcome import Progress

from .measure import Stopwatch, peak_mb
from .methods.human import human
from .methods.planner import first_below, solve_options
from .methods.week import reference_network, shipments_of, week_of
from .processes import Job
from .rows import Row


def run(job: Job) -> Iterator[Row]:
    """Yield the row of one week."""
    network = reference_network()
    shipments = shipments_of(network, job.path, job.size, job.seed)
    watch = Stopwatch()
    seen: list[tuple[float, int]] = []

    def note(progress: Progress) -> None:
        if progress.best is not None:
            seen.append((watch.seconds, progress.best))

    try:
        made = plan(network, shipments, options=solve_options(job.limit_s, job.seed, job.work), on_progress=note)
    except StoppedWithoutPlan as stopped:
        yield {"shipments": len(shipments), "seconds": watch.seconds, "stop_reason": f"NO PLAN, {stopped.reason}"}
        return
    row: Row = {"seconds": watch.seconds, "process_seconds": watch.process_seconds, "peak_mb": peak_mb()}
    with tempfile.TemporaryDirectory() as folder:
        verdict = check(write_plan(made, Path(folder) / "plan", network, row["seconds"]), network, shipments)
    week = week_of(network, shipments)
    by_hand = evaluate(week.problem, human(week).assignment or Assignment.unplanned(week.problem.n_lots))
    yield {
        **row,
        **certified(made),
        "first_plan_seconds": first_below(seen, int(week.problem.lot_unplanned_price.sum())),
        "human_cost": str(from_micros(by_hand.cost)) if by_hand.feasible else None,
        "check": len(verdict.violations),
    }


def certified(made: Plan) -> Row:
    """Return what the certificate of a plan says.

    The baseline sends every planned shipment alone, with its time priced the same way and with the same price for the
    shipments left out, so that it compares with the cost.
    """
    certificate = made.certificate
    baseline = certificate.baseline_cost + certificate.baseline_priced_time + certificate.unplanned_price
    return {
        "shipments": certificate.shipments,
        "cost": _money(certificate.cost),
        "bound": _money(certificate.bound),
        "gap": certificate.gap,
        "baseline_cost": _money(baseline),
        "proven": certificate.proven_optimal,
        "unplanned": certificate.unplanned,
        "stop_reason": certificate.stop_reason,
    }


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"
