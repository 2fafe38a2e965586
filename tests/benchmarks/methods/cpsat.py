"""The whole problem given to CP-SAT as it is: its portfolio of eight searches, no hint, no decomposition.

The full linear relaxation is switched on: without it CP-SAT is far behind on this problem.
"""

from __future__ import annotations

import math
import os
import time

import numpy as np
from ortools.sat.python import cp_model

from network.money import CENT, Int64

from .formulation import FREE, Formulation, Program
from .week import Answer, Week

_PORTFOLIO = 8
"""Searches that complement each other; fewer, even one per core, find and prove less."""


def cpsat(week: Week, limit_s: float | None = None, seed: int = 1, work: int | None = None) -> Answer:
    """Plan a week with one CP-SAT model; building it counts within the limit."""
    begun = time.perf_counter()
    form = Formulation(week.problem)
    model = _model(form.program)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = max(_PORTFOLIO, os.cpu_count() or 1)
    solver.parameters.linearization_level = 2
    solver.parameters.random_seed = seed
    if limit_s is not None:
        solver.parameters.max_time_in_seconds = max(0.01, limit_s - (time.perf_counter() - begun))
    clock = _FirstPlan(begun)
    status = solver.solve(model, clock)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(None, f"NO PLAN, {solver.status_name(status)}")
    values = np.array(solver.response_proto.solution, dtype=np.int64)
    bound = max(0, math.ceil(solver.best_objective_bound - 1e-4)) * CENT if form.complete else None
    return Answer(form.assignment(values), solver.status_name(status), bound, clock.seconds)


class _FirstPlan(cp_model.CpSolverSolutionCallback):
    """Notes when the first plan came."""

    def __init__(self, begun: float) -> None:
        super().__init__()
        self._begun = begun
        self.seconds: float | None = None

    def on_solution_callback(self) -> None:
        """Note the time, once."""
        if self.seconds is None:
            self.seconds = time.perf_counter() - self._begun


def _model(program: Program) -> cp_model.CpModel:
    """Return a program as a model; rows that are clauses about choices are given as such."""
    model = cp_model.CpModel()
    variables = np.array(
        [model.new_bool_var("") if most == 1 else model.new_int_var(0, most, "") for most in program.upper.tolist()],
        dtype=object,
    )
    is_choice = program.upper == 1
    low, high = _sides(program)
    bounds = zip(program.start[:-1].tolist(), program.start[1:].tolist(), low, high, strict=True)
    for begin, end, least, most in bounds:
        if begin == end:
            continue
        columns, factors = program.column[begin:end], program.factor[begin:end]
        terms = variables[columns].tolist()
        if most == 1 and bool((factors == 1).all() and is_choice[columns].all()):
            (model.add_exactly_one if least == 1 else model.add_at_most_one)(terms)
        else:
            model.add_linear_constraint(cp_model.LinearExpr.weighted_sum(terms, factors.tolist()), least, most)
    paying = np.flatnonzero(program.cost)
    model.minimize(cp_model.LinearExpr.weighted_sum(variables[paying].tolist(), program.cost[paying].tolist()))
    return model


def _sides(program: Program) -> tuple[list[int], list[int]]:
    def side(values: Int64) -> list[int]:
        return [int(value) for value in np.clip(values, -FREE, FREE).tolist()]

    return side(program.low), side(program.high)
