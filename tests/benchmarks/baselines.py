"""The same week by other methods: what the planner's plan is worth."""

from __future__ import annotations

from collections.abc import Iterator

from network.money import from_micros
from solvers.evaluate import evaluate

from .measure import Stopwatch, peak_mb
from .methods.alone import alone
from .methods.cpsat import cpsat
from .methods.highs import highs
from .methods.human import human
from .methods.planner import planner
from .methods.week import Answer, Week, reference_network, shipments_of, week_of
from .processes import Job
from .rows import Row

METHODS = {"planner": planner, "cpsat": cpsat, "highs": highs, "human": human, "alone": alone}
"""Ways to plan a :class:`Week`: called with the week, the limit in seconds, the seed and the work units."""


def run(job: Job) -> Iterator[Row]:
    """Yield the row of one method on one week."""
    network = reference_network()
    yield measure(job.method, week_of(network, shipments_of(network, job.path, job.size, job.seed)), job)


def measure(method: str, week: Week, job: Job) -> Row:
    """Return the row of one method on a week: its plan at the cost that `evaluate` gives it, if it keeps the rules."""
    watch = Stopwatch()
    answer = METHODS[method](week, job.limit_s, job.seed, job.work)
    row: Row = {
        "shipments": week.problem.n_lots,
        "seconds": watch.seconds,
        "process_seconds": watch.process_seconds,
        "first_plan_seconds": answer.first_plan_s,
        "peak_mb": peak_mb(),
        "bound": None if answer.bound is None else str(from_micros(answer.bound)),
        "stop_reason": answer.stop_reason,
    }
    return {**row, **_judged(week, answer)}


def _judged(week: Week, answer: Answer) -> Row:
    if answer.assignment is None:
        return {}
    evaluation = evaluate(week.problem, answer.assignment)
    row: Row = {
        "unplanned": int((answer.assignment.lot_option < 0).sum()),
        "check": len(evaluation.violations),
    }
    if not evaluation.feasible:
        return {**row, "stop_reason": f"INFEASIBLE: {evaluation.violations[0].rule}, {answer.stop_reason}"}
    row["cost"] = str(from_micros(evaluation.cost))
    if answer.bound is not None:
        row["gap"] = max(0.0, (evaluation.cost - answer.bound) / evaluation.cost) if evaluation.cost else 0.0
        row["proven"] = answer.bound >= evaluation.cost
    return row
