"""The integer master: choose whole bins among given columns, with HiGHS.

HiGHS cannot be interrupted, so its effort is limited by nodes and by the time that is left."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.math_opt.python import mathopt

from .columns import Classes, Column, bins_from
from .cuts import common_step
from .problem import PackingProblem
from .result import Bin


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a back-end may try.

    Attributes
    ----------
    nodes : int, branch-and-bound nodes
    seconds : float, outer stop
    seed : int
    cancelled : callable or None, asked often; True ends the search
    """

    nodes: int
    seconds: float
    seed: int
    cancelled: Callable[[], bool] | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the back-end found.

    Attributes
    ----------
    bins : list of Bin or None
    bound : int, no choice among the columns costs less; the incumbent when none is cheaper
    """

    bins: list[Bin] | None
    bound: int


def choose(
    problem: PackingProblem,
    classes: Classes,
    columns: Sequence[Column],
    incumbent: int,
    effort: Effort,
    to_prove: bool = False,
) -> Choice:
    """Return the cheapest choice of columns that covers all classes; `incumbent` is the cost to beat.

    To prove that nothing is cheaper, giving up at that cost is a choice too, and the one to start from: so the search
    knows from the outset what is too dear, and drops columns for it. To find something cheaper it is better left out.
    """
    covered = {number for column in columns for number in column.classes}
    if len(covered) < len(classes.demand):
        return Choice(None, incumbent)
    step = common_step(problem)
    model = mathopt.Model()
    rows = [model.add_linear_constraint(lb=float(count)) for count in classes.demand]
    caps = {
        int(kind): model.add_linear_constraint(ub=float(problem.limit[kind]))
        for kind in np.flatnonzero(problem.limit >= 0)
    }
    use = []
    for column in columns:
        counts = column.coefficients()
        most = max(-(-int(classes.demand[number]) // count) for number, count in counts.items())
        variable = model.add_integer_variable(lb=0.0, ub=float(most))
        model.objective.set_linear_coefficient(variable, float(problem.cost[column.type] // step))
        for number, count in counts.items():
            rows[number].set_coefficient(variable, float(count))
        if column.type in caps:
            caps[column.type].set_coefficient(variable, 1.0)
        use.append(variable)
    give_up = _way_out(model, rows, classes, incumbent / step) if to_prove else None
    parameters = mathopt.SolveParameters(
        time_limit=datetime.timedelta(seconds=max(0.01, effort.seconds)),
        node_limit=effort.nodes,
        random_seed=effort.seed % 2**31,
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=0.99,
    )
    start = mathopt.ModelSolveParameters()
    if give_up is not None:
        start.solution_hints.append(mathopt.SolutionHint({**dict.fromkeys(use, 0.0), give_up: 1.0}))
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters, model_params=start)
    if result.termination.reason == mathopt.TerminationReason.INFEASIBLE:
        return Choice(None, incumbent)
    dual = result.termination.objective_bounds.dual_bound
    bound = math.ceil(dual - 1e-6) * step if math.isfinite(dual) else 0
    if not result.has_primal_feasible_solution() or (give_up is not None and result.variable_values(give_up) > 0.5):
        return Choice(None, min(bound, incumbent))
    amounts = result.variable_values(use)
    chosen = [column for amount, column in zip(amounts, columns, strict=True) for _ in range(round(amount))]
    return Choice(bins_from(classes, chosen), min(bound, incumbent))


def _way_out(
    model: mathopt.Model, rows: Sequence[mathopt.LinearConstraint], classes: Classes, cost: float
) -> mathopt.Variable:
    """Add a variable that covers all classes at once, at a cost."""
    variable = model.add_binary_variable()
    model.objective.set_linear_coefficient(variable, cost)
    for row, count in zip(rows, classes.demand.tolist(), strict=True):
        row.set_coefficient(variable, float(count))
    return variable
