"""Properties of the cuts on listed columns: every packing keeps them, and no bound over a list exceeds the optimum."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from network.money import Bools
from solvers._watch import Watch
from solvers.packing import Items, Types
from solvers.packing.columns import Classes, Column, classify
from solvers.packing.cuts import rounded_up
from solvers.packing.enumeration import Listed, targets, useful_columns
from solvers.packing.generation import Generation
from solvers.packing.integer import Effort, choose
from solvers.packing.modular import violated_cuts
from solvers.packing.problem import PackingProblem, build_problem
from solvers.packing.result import cost_of, violations
from solvers.packing.tightening import tighten
from tests.properties.test_packing_properties import optimum, problems

WATCH = Watch(None, None, None)


def converged(problem: PackingProblem, classes: Classes) -> Generation:
    """Return column generation at its end, started from bins of one item each."""
    generation = Generation(problem, classes, WATCH)
    fits = problem.fits()
    for group in classes.members:
        generation.pool.add_items(group[:1], int(fits[group[0]].argmax()))
    generation.converge(generation.whole, 1000)
    return generation


@settings(max_examples=120, deadline=None)
@given(problems(), st.integers(0, 12), st.integers(1, 40))
def test_lists_up_to_a_target_never_bound_above_the_optimum(
    case: tuple[Items, Types, Bools], beyond: int, most: int
) -> None:
    items, types, conflict = case
    if not (items.size[:, None] <= types.capacity[types.limits != 0]).all(axis=2).any(axis=1).all():
        return
    problem = build_problem(items, types, conflict)
    least = optimum(problem)
    classes = classify(problem)
    generation = converged(problem, classes)
    lowest = rounded_up(problem, generation.bound)
    if least is None or lowest > least:
        assert least is None
        return
    for target in targets(problem, lowest, least + beyond):
        columns = useful_columns(generation, target, 10_000, 1_000_000)
        if columns is None:
            continue
        tight = tighten(generation, Listed(target, columns), lowest, most)
        assert lowest <= tight.bound <= max(least, lowest)
        assert tight.target <= target
        below = rounded_up(problem, tight.target + 1)
        choice = choose(problem, classes, tight.columns, below, Effort(1000, 60.0, 1, None), to_prove=True)
        assert choice.bound <= least or not tight.columns
        if least <= tight.target:
            assert choice.bins is not None, "all bins of the best packing are listed, up to items packed twice"
            assert cost_of(problem, choice.bins) == least
            assert not violations(problem, choice.bins)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 9))
def test_whole_choices_that_cover_the_demand_keep_every_cut(seed: int, n_classes: int) -> None:
    rng = np.random.default_rng(seed)
    demand = rng.integers(1, 4, n_classes)
    columns = [Column(0, tuple(sorted(rng.integers(0, n_classes, rng.integers(1, 5)).tolist()))) for _ in range(15)]
    columns += [Column(0, (number,)) for number in range(n_classes)]
    use = np.round(rng.random(len(columns)) * rng.integers(1, 4, len(columns)) / 3, 2)
    cuts = violated_cuts(demand, columns, use)
    for cut in cuts:
        counted = sum(
            Fraction(str(amount)) * cut.coefficient(column) for amount, column in zip(use, columns, strict=True)
        )
        assert counted < cut.least, "what is returned is violated"
    for _ in range(20):
        chosen = _covering(rng, demand, columns)
        for cut in cuts:
            assert sum(cut.coefficient(column) for column in chosen) >= cut.least


def _covering(rng: np.random.Generator, demand: np.ndarray, columns: list[Column]) -> list[Column]:
    """Return columns, drawn at random, that cover the demand."""
    chosen: list[Column] = []
    missing = demand.copy()
    while (missing > 0).any():
        useful = [column for column in columns if any(missing[number] > 0 for number in column.classes)]
        column = useful[int(rng.integers(len(useful)))]
        chosen.append(column)
        np.subtract.at(missing, list(column.classes), 1)
    return chosen
