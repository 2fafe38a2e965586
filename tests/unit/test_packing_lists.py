"""Lists of useful columns by hand: the cuts that apply to them, what is left of them, and the way out of a choice."""

from __future__ import annotations

import numpy as np
import pytest

from solvers._watch import Watch
from solvers.packing import Items, Types
from solvers.packing.columns import Classes, Column, Cut, classify
from solvers.packing.enumeration import Listed, targets, useful_columns, widest_list
from solvers.packing.generation import Generation
from solvers.packing.integer import Effort, choose
from solvers.packing.modular import violated_cuts
from solvers.packing.problem import PackingProblem, build_problem
from solvers.packing.result import cost_of
from solvers.packing.tightening import tighten

EFFORT = Effort(1000, 60.0, 1, None)


def fives() -> PackingProblem:
    """Return five items of 4: two in a bin of 10 at 10, one in a bin of 6 at 7; all cost 25 in fractions, 27 whole."""
    return build_problem(Items(np.full((5, 1), 4)), Types(np.array([[10], [6]]), np.array([10, 7])), None)


def generated(problem: PackingProblem, classes: Classes) -> Generation:
    generation = Generation(problem, classes, Watch(None, None, None))
    for group in classes.members:
        generation.pool.add_items(group[:1], 0)
    generation.converge(generation.whole, 100)
    return generation


def test_three_halves_of_pairs_are_cut_off() -> None:
    pairs = [Column(0, (0, 1)), Column(0, (0, 2)), Column(0, (1, 2))]
    cuts = violated_cuts(np.array([1, 1, 1]), pairs, np.full(3, 0.5))
    assert Cut(((0, 1), (1, 1), (2, 1)), 2, 2) in cuts
    assert violated_cuts(np.array([1, 1, 1]), [Column(0, (0, 1)), Column(0, (2,))], np.ones(2)) == []


def test_thirds_are_cut_off_too() -> None:
    """Three of four items fit a bin, each bin used a third."""
    triples = [Column(0, (0, 1, 2)), Column(0, (0, 1, 3)), Column(0, (0, 2, 3)), Column(0, (1, 2, 3))]
    cuts = violated_cuts(np.ones(4, dtype=np.int64), triples, np.full(4, 1 / 3))
    assert Cut(((0, 1), (1, 1), (2, 1), (3, 1)), 3, 2) in cuts


@pytest.mark.parametrize(
    ("inside", "counted"), [((0,), 1), ((0, 1), 1), ((0, 0, 1), 2), ((2, 2), 0), ((0, 0, 0, 1), 2)]
)
def test_a_bin_counts_half_of_the_weight_rounded_up(inside: tuple[int, ...], counted: int) -> None:
    assert Cut(((0, 1), (1, 1)), 2, 3).coefficient(Column(0, inside)) == counted


def test_nothing_is_left_of_a_list_below_the_optimum() -> None:
    problem = fives()
    generation = generated(problem, classify(problem))
    assert generation.bound == 25
    columns = useful_columns(generation, 26, 100, 1000)
    assert columns is not None
    tight = tighten(generation, Listed(26, columns), 25, 100)
    assert (tight.columns, tight.bound) == ([], 27)


def test_what_the_optimum_needs_is_left() -> None:
    problem = fives()
    classes = classify(problem)
    generation = generated(problem, classes)
    listed = widest_list(generation, 25, 30, 100)
    assert listed is not None
    assert listed.target == 30
    tight = tighten(generation, listed, 25, 100)
    assert set(tight.columns) == {Column(0, (0, 0)), Column(1, (0,))}
    choice = choose(problem, classes, tight.columns, 31, EFFORT, to_prove=True)
    assert choice.bins is not None
    assert (cost_of(problem, choice.bins), choice.bound) == (27, 27)


def test_a_class_that_no_column_holds_leaves_nothing() -> None:
    problem = build_problem(Items(np.array([[4], [3]])), Types(np.array([[5]]), np.array([1])), None)
    generation = generated(problem, classify(problem))
    assert tighten(generation, Listed(1, [Column(0, (0,))]), 1, 100).bound == 2


def test_targets_come_closer_to_the_bound_in_steps_of_the_prices() -> None:
    problem = build_problem(Items(np.array([[4]])), Types(np.array([[5], [9]]), np.array([10, 15])), None)
    assert targets(problem, 100, 140) == [140, 120, 110, 105, 100]
    assert targets(problem, 100, 95) == [100]


def test_giving_up_is_the_answer_when_nothing_is_cheaper() -> None:
    problem = fives()
    classes = classify(problem)
    columns = [Column(0, (0, 0)), Column(1, (0,))]
    choice = choose(problem, classes, columns, 27, EFFORT, to_prove=True)
    assert choice.bound == 27
    assert choice.bins is None or cost_of(problem, choice.bins) == 27
    assert choose(problem, classes, columns, 20, EFFORT, to_prove=True) == type(choice)(None, 20)
