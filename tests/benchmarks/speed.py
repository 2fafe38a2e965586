"""Speed as ratios: two things measured in the same run, so that another machine gives about the same figures.

``cost`` is what is judged, ``baseline_cost`` what it is judged against, both in microseconds of computing per unit;
``cost_ratio`` is their quotient.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from consolidation import plan
from consolidation.partners.export import export
from consolidation.simulation import simulate
from solvers.assignment import Assignment
from solvers.delta import State
from solvers.evaluate import evaluate
from solvers.pairs import Pairs
from tests.partner_plans import NETWORK as PARTNER_NETWORK
from tests.partner_plans import partner_week

from .measure import Stopwatch, peak_mb
from .methods.planner import planner, solve_options
from .methods.week import Week, reference_network, shipments_of, week_of
from .processes import Job
from .rows import Row

SIZES = (200, 1000)
"""Shipments of the weeks whose compilation is compared."""
EXPORT_SIZES = (1000, 10_000)
"""Shipments of the plans whose partner files are compared."""
_MOVES, _EVALUATIONS = 400, 20


def run(job: Job) -> Iterator[Row]:
    """Yield the row of one measurement."""
    yield from MEASUREMENTS[job.method](job)


def compile_growth(job: Job) -> Iterator[Row]:
    """Compile a large and a small week: microseconds per shipment; a ratio of 1 is linear growth."""
    network = reference_network()
    week_of(network, shipments_of(network, "", 10, job.seed))  # what is done once per process is not counted
    watch, spent = Stopwatch(), []
    for size in SIZES:
        shipments = shipments_of(network, "", size, job.seed)
        begun = watch.process_seconds
        week_of(network, shipments)
        spent.append((watch.process_seconds - begun) / size)
    yield _row(watch, f"us per shipment, {SIZES[1]} against {SIZES[0]}", spent[1], spent[0])


def moves(job: Job) -> Iterator[Row]:
    """Take lots out and put them back: microseconds per move, against pricing the plan anew after each."""
    network = reference_network()
    week = week_of(network, shipments_of(network, "", SIZES[0], job.seed))
    start = planner(week, job.limit_s, job.seed, work=0).assignment
    watch = Stopwatch()
    per_move = _seconds_of_moves(week, start or Assignment.unplanned(week.problem.n_lots), job.seed)
    begun = watch.process_seconds
    for _ in range(_EVALUATIONS):
        evaluate(week.problem, start or Assignment.unplanned(week.problem.n_lots))
    per_evaluation = (watch.process_seconds - begun) / _EVALUATIONS
    yield _row(watch, "us per move, exact change against evaluate()", per_move, per_evaluation)


def _seconds_of_moves(week: Week, start: Assignment, seed: int) -> float:
    state = State(week.problem, Pairs(week.problem))
    state.load_assignment(start)
    state.remove(0)  # what is compiled or set up at the first move is not counted
    state.place(0)
    lots = np.random.default_rng(seed).integers(0, week.problem.n_lots, _MOVES).tolist()
    watch = Stopwatch()
    for lot in lots:
        state.remove(lot)
        state.place(lot)
    return watch.process_seconds / _MOVES


def export_growth(job: Job) -> Iterator[Row]:
    """Write the partner files of a large and a small made-up plan in every format: a ratio of 1 is linear growth."""
    watch, spent = Stopwatch(), []
    for size in EXPORT_SIZES:
        week = partner_week(size, job.seed)
        with tempfile.TemporaryDirectory() as folder:
            begun = watch.process_seconds
            export(week.plan, PARTNER_NETWORK, week.shipments, Path(folder) / "out")
            spent.append((watch.process_seconds - begun) / size)
    yield _row(
        watch, f"us per shipment in every format, {EXPORT_SIZES[1]} against {EXPORT_SIZES[0]}", spent[1], spent[0]
    )


def simulate_growth(job: Job) -> Iterator[Row]:
    """Simulate a plan of a large and one of a small week, 10,000 runs each: a ratio of 1 is linear growth."""
    network, spent = reference_network(), []
    watch = Stopwatch()
    for size in SIZES:
        shipments = shipments_of(network, "", size, job.seed)
        made = plan(network, shipments, options=solve_options(job.limit_s, job.seed, 0))
        begun = watch.process_seconds
        simulate(made, network, shipments)
        spent.append((watch.process_seconds - begun) / size)
    yield _row(watch, f"us per shipment in 10,000 runs, {SIZES[1]} against {SIZES[0]}", spent[1], spent[0])


def _row(watch: Stopwatch, config: str, judged: float, baseline: float) -> Row:
    return {
        "config": config,
        "cost": f"{judged * 1e6:.1f}",
        "baseline_cost": f"{baseline * 1e6:.1f}",
        "seconds": watch.seconds,
        "process_seconds": watch.process_seconds,
        "peak_mb": peak_mb(),
        "stop_reason": "DONE",
    }


MEASUREMENTS: dict[str, Callable[[Job], Iterator[Row]]] = {
    "compile": compile_growth,
    "moves": moves,
    "export": export_growth,
    "simulate": simulate_growth,
}
"""Measurements by name."""
