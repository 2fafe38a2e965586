"""The whole problem given to HiGHS as one mixed-integer program, through MathOpt.

HiGHS takes its time limit as advice: on large programs it can come back much later, which the row then shows.
"""

from __future__ import annotations

import datetime as dt
import math
import time

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from network.money import CENT, Int64

from .formulation import FREE, Formulation, Program
from .week import Answer, Week


def highs(week: Week, limit_s: float | None = None, seed: int = 1, work: int | None = None) -> Answer:
    """Plan a week with one HiGHS model; building it counts within the limit."""
    begun = time.perf_counter()
    form = Formulation(week.problem)
    model = mathopt.Model.from_model_proto(_proto(form.program))
    left = None
    if limit_s is not None:
        left = dt.timedelta(seconds=max(0.01, limit_s - (time.perf_counter() - begun)))
    result = mathopt.solve(
        model, mathopt.SolverType.HIGHS, params=mathopt.SolveParameters(time_limit=left, random_seed=seed)
    )
    reason = result.termination.reason.name
    if not result.has_primal_feasible_solution():
        return Answer(None, f"NO PLAN, {reason}")
    values = np.rint(result.variable_values(list(model.variables()))).astype(np.int64)
    bound = None
    if form.complete and math.isfinite(result.termination.objective_bounds.dual_bound):
        # A bound in floating point proves whole cents with a margin for its tolerances.
        bound = max(0, math.floor(result.termination.objective_bounds.dual_bound * (1 - 1e-6) - 1)) * CENT
    return Answer(form.assignment(values), reason, bound)


def _proto(program: Program) -> model_pb2.ModelProto:
    proto = model_pb2.ModelProto()
    columns, rows = len(program.cost), len(program.low)
    proto.variables.ids.extend(range(columns))
    proto.variables.lower_bounds.extend([0.0] * columns)
    proto.variables.upper_bounds.extend(program.upper.astype(np.float64).tolist())
    proto.variables.integers.extend([True] * columns)
    proto.linear_constraints.ids.extend(range(rows))
    proto.linear_constraints.lower_bounds.extend(_side(program.low))
    proto.linear_constraints.upper_bounds.extend(_side(program.high))
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(np.repeat(np.arange(rows), np.diff(program.start)).tolist())
    matrix.column_ids.extend(program.column.tolist())
    matrix.coefficients.extend(program.factor.astype(np.float64).tolist())
    paying = np.flatnonzero(program.cost)
    proto.objective.linear_coefficients.ids.extend(paying.tolist())
    proto.objective.linear_coefficients.values.extend(program.cost[paying].astype(np.float64).tolist())
    return proto


def _side(values: Int64) -> list[float]:
    sides = values.astype(np.float64)
    sides[values >= FREE], sides[values <= -FREE] = np.inf, -np.inf
    listed: list[float] = sides.tolist()
    return listed
