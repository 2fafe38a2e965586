"""The planner's own optimiser, by its public entry point."""

from __future__ import annotations

from solvers.api import solve
from solvers.options import SolveOptions
from solvers.outcome import NoPlan, Progress

from ..measure import Stopwatch
from .week import Answer, Week


def planner(week: Week, limit_s: float | None = None, seed: int = 1, work: int | None = None) -> Answer:
    """Plan a week with the optimiser; it may end before the limit, when its work is done."""
    options = solve_options(limit_s, seed, work)
    watch, nothing = Stopwatch(), int(week.problem.lot_unplanned_price.sum())
    seen: list[tuple[float, int]] = []

    def note(progress: Progress) -> None:
        if progress.best is not None:
            seen.append((watch.seconds, progress.best))

    found = solve(week.problem, options, on_progress=note)
    if isinstance(found, NoPlan):
        return Answer(None, f"NO PLAN, {found.stop_reason}")
    return Answer(found.assignment, str(found.stop_reason), found.bound, first_below(seen, nothing))


def solve_options(limit_s: float | None, seed: int, work: int | None) -> SolveOptions:
    """Return the options of a run; None leaves the usual work, and no outer limit."""
    options = SolveOptions(seed=seed, time_limit_s=limit_s)
    return options if work is None else SolveOptions(seed=seed, time_limit_s=limit_s, work=work)


def first_below(seen: list[tuple[float, int]], nothing: int) -> float | None:
    """Return when a cost below `nothing`, the price of planning nothing, was first seen.

    >>> first_below([(0.1, 90), (0.4, 80), (0.9, 70)], 90)
    0.4
    """
    return next((seconds for seconds, cost in seen if cost < nothing), None)
