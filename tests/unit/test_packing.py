"""Packing by hand: small problems whose best packing is plain, each method alone, limits, and bad input."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from network.errors import SolveError
from solvers.outcome import Progress, StopReason
from solvers.packing import Bin, Items, NoPacking, Packing, PackingOptions, Types, pack
from solvers.packing.assignment_model import assign
from solvers.packing.columns import Column, ColumnPool, bins_from, classify
from solvers.packing.cuts import Row, cheapest_counts, row_dual, size_rows
from solvers.packing.fill import Offer
from solvers.packing.greedy import best_fit_decreasing
from solvers.packing.integer import Effort, choose
from solvers.packing.problem import PackingProblem, build_problem
from solvers.packing.result import cost_of, violations

QUICK = PackingOptions(work=1, time_limit_s=None)


def sizes(*values: int) -> Items:
    """Return items of one dimension."""
    return Items(np.array(values, dtype=np.int64).reshape(-1, 1))


def types(*pairs: tuple[int, int], limit: Sequence[int] | None = None) -> Types:
    """Return types of one dimension from pairs of capacity and cost."""
    table = np.array(pairs, dtype=np.int64)
    return Types(table[:, :1], table[:, 1], None if limit is None else np.array(limit))


def problem_of(*values: int, kinds: Sequence[tuple[int, int]] = ((10, 1),)) -> PackingProblem:
    return build_problem(sizes(*values), types(*kinds), None)


def packed(answer: Packing | NoPacking) -> Packing:
    assert isinstance(answer, Packing)
    return answer


def test_one_bin_holds_all_that_fits() -> None:
    answer = packed(pack(sizes(3, 3, 4), types((10, 7)), options=QUICK))
    assert answer.bins == (Bin(0, (0, 1, 2)),)
    assert (answer.cost, answer.bound, answer.proven, answer.gap) == (7, 7, True, 0.0)
    assert answer.stop_reason is StopReason.OPTIMAL


def test_the_type_is_chosen_by_price() -> None:
    assert packed(pack(sizes(5, 5), types((10, 7), (5, 3)), options=QUICK)).cost == 6
    assert packed(pack(sizes(5, 5), types((10, 7), (5, 4)), options=QUICK)).cost == 7


def test_conflicts_keep_items_apart() -> None:
    apart = packed(pack(sizes(1, 1, 1), types((10, 7)), conflicts=[(0, 1)], options=QUICK))
    assert apart.cost == 14
    assert all({0, 1} - set(one.items) for one in apart.bins)
    all_apart = ~np.eye(3, dtype=np.bool_)
    assert packed(pack(sizes(1, 1, 1), types((10, 7)), conflicts=all_apart, options=QUICK)).cost == 21


def test_every_dimension_counts() -> None:
    items = Items(np.array([[6, 1], [1, 6], [4, 4]]))
    answer = packed(pack(items, Types(np.array([[10, 10]]), np.array([1])), options=QUICK))
    assert (answer.cost, answer.proven) == (2, True)


def test_limits_are_kept() -> None:
    answer = packed(pack(sizes(5, 5, 5, 5), types((10, 1), (5, 4), limit=(1, -1)), options=QUICK))
    assert sorted(one.type for one in answer.bins) == [0, 1, 1]
    assert (answer.cost, answer.proven) == (9, True)


def test_too_few_bins_are_proven_to_be_too_few() -> None:
    answer = pack(sizes(5, 5, 5), types((10, 1), limit=(1,)), options=QUICK)
    assert isinstance(answer, NoPacking)
    assert answer.proven
    assert answer.stop_reason is StopReason.OPTIMAL


def test_too_few_bins_because_of_conflicts_are_proven_too() -> None:
    answer = pack(sizes(1, 1, 1), types((10, 1), limit=(2,)), ~np.eye(3, dtype=np.bool_), options=QUICK)
    assert isinstance(answer, NoPacking)
    assert answer.proven


def test_nothing_to_pack_costs_nothing() -> None:
    answer = packed(pack(Items(np.zeros((0, 2), dtype=np.int64)), Types(np.array([[1, 1]]), np.array([5]))))
    assert (answer.bins, answer.cost, answer.bound, answer.proven) == ((), 0, 0, True)


def test_items_of_no_size_share_a_bin_unless_they_conflict() -> None:
    assert packed(pack(sizes(0, 0, 0), types((0, 3)), options=QUICK)).cost == 3
    assert packed(pack(sizes(0, 0, 0), types((0, 3)), conflicts=[(1, 2)], options=QUICK)).cost == 6


def test_bins_may_be_free() -> None:
    answer = packed(pack(sizes(5, 5), types((5, 0)), options=QUICK))
    assert (answer.cost, answer.bound, len(answer.bins)) == (0, 0, 2)


def test_huge_sizes_and_prices_stay_exact() -> None:
    half = 2**47
    answer = packed(pack(sizes(half, half, half + 1), types((2 * half, 10**12)), options=QUICK))
    assert (answer.cost, answer.bound) == (2 * 10**12, 2 * 10**12)


def test_more_work_is_not_needed_when_the_bound_meets_the_cost_at_once() -> None:
    answer = packed(pack(sizes(6, 6, 6), types((10, 1)), options=PackingOptions(work=0)))
    assert (answer.cost, answer.proven) == (3, True)


def test_a_hard_pairing_is_closed_by_counting_types() -> None:
    """Sizes that fill no bin: the linear relaxation alone is below the optimum."""
    answer = packed(pack(sizes(4, 4, 4, 4, 4), types((10, 10), (6, 7)), options=QUICK))
    assert (answer.cost, answer.proven) == (27, True)


def test_cancelling_returns_the_best_so_far() -> None:
    rng = np.random.default_rng(1)
    items = Items(rng.integers(10, 60, (60, 3)))
    options = PackingOptions(cancelled=lambda: True)
    answer = packed(pack(items, Types(np.array([[100, 100, 100]]), np.array([1])), options=options))
    assert answer.stop_reason is StopReason.CANCELLED
    assert answer.bound <= answer.cost


def test_progress_is_reported_with_bounds_below_costs() -> None:
    seen: list[Progress] = []
    rng = np.random.default_rng(2)
    items = Items(rng.integers(10, 60, (30, 1)))
    pack(items, types((100, 100), (70, 75)), options=PackingOptions(work=1, on_progress=seen.append))
    assert seen
    assert all(event.best is None or event.bound <= event.best for event in seen)
    bounds = [event.bound for event in seen]
    assert bounds == sorted(bounds)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ([[1], [-2]], r"items\.size\[1, 0\]: found -2, expected at least 0"),
        ([1, 2], r"items\.size: found 1 dimension\(s\), expected 2"),
        ([[1.5]], r"items\.size: found float64 values, expected whole numbers"),
        ([[1], [2, 3]], r"items\.size: found rows of unequal length"),
        ([[2**60]], r"items\.size\[0, 0\]: found \d+, expected at most"),
        ([[2**50], [2**50]], r"items\.size: the sizes of one dimension sum to more"),
    ],
)
def test_bad_sizes_are_named(size: list[list[int]], message: str) -> None:
    with pytest.raises(SolveError, match=message):
        Items(size)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("capacity", "cost", "limit", "message"),
    [
        ([[-1]], [1], None, r"types\.capacity\[0, 0\]: found -1"),
        ([[1], [1]], [1, -1], None, r"types\.cost\[1\]: found -1"),
        ([[1]], [1], [-2], r"types\.limit\[0\]: found -2, expected at least -1"),
        ([[1]], [1, 2], None, r"types\.capacity: found 1 types, expected 2"),
        ([[1]], [1], [1, 1], r"types\.limit: found 2 types, expected 1"),
    ],
)
def test_bad_types_are_named(capacity: list[list[int]], cost: list[int], limit: list[int] | None, message: str) -> None:
    with pytest.raises(SolveError, match=message):
        Types(np.array(capacity), np.array(cost), None if limit is None else np.array(limit))


@pytest.mark.parametrize(
    ("conflicts", "message"),
    [
        ([(0, 3)], r"conflicts\[0\]: found \(0, 3\), expected indices from 0 to 1"),
        ([(0, 1), (1, 1)], r"item 1 conflicts with itself"),
        ([(0, 1, 1)], r"conflicts\[0\]: found \(0, 1, 1\), expected a pair"),
        (np.zeros((3, 3), dtype=np.bool_), r"conflicts: found shape \(3, 3\), expected \(2, 2\)"),
        (np.array([[False, True], [False, False]]), r"conflicts\[0, 1\]: found True, expected the same as \[1, 0\]"),
    ],
)
def test_bad_conflicts_are_named(conflicts: object, message: str) -> None:
    with pytest.raises(SolveError, match=message):
        pack(sizes(1, 2), types((5, 1)), conflicts)  # type: ignore[arg-type]


def test_items_without_a_home_are_listed() -> None:
    with pytest.raises(SolveError, match=r"2 item\(s\) fit no type: 1, 2\. Maybe item 1, of size \[11\]"):
        pack(sizes(3, 11, 12), types((10, 1)))
    with pytest.raises(SolveError, match=r"1 item\(s\) fit no type: 0"):
        pack(sizes(8), types((5, 1), (10, 1), limit=(-1, 0)))


def test_other_contradictions_are_named() -> None:
    with pytest.raises(SolveError, match=r"found 1 dimension\(s\), expected 2 as in types\.capacity"):
        pack(sizes(1), Types(np.array([[1, 1]]), np.array([1])))
    with pytest.raises(SolveError, match=r"types\.cost\[0\]: found \d+, too large"):
        pack(Items(np.ones((9999, 1), dtype=np.int64)), types((1, 2**40)))
    with pytest.raises(SolveError, match="time_limit_s: found -1"):
        PackingOptions(time_limit_s=-1)
    with pytest.raises(SolveError, match="work: found -1"):
        PackingOptions(work=-1)


def test_violations_say_what_is_wrong() -> None:
    problem = build_problem(sizes(6, 6, 1), types((10, 1), limit=(1,)), [(0, 2)])
    assert violations(problem, [Bin(0, (0, 1)), Bin(0, (2, 0))]) == [
        "bin 0 of type 0 holds [12], more than its capacity",
        "bin 1 holds items that conflict",
        "item 0 is packed 2 times",
        "type 0 is used 2 times, limit 1",
    ]


def test_best_fit_decreasing_fills_bins() -> None:
    problem = problem_of(6, 4, 7, 3, 5, 5)
    assert cost_of(problem, best_fit_decreasing(problem)) == 3


def test_the_most_valuable_fill_is_found() -> None:
    problem = build_problem(sizes(6, 5, 5, 4), types((10, 1)), [(1, 2)])
    value = np.array([7, 6, 6, 3])
    offer = Offer(problem, value, np.arange(4), np.ones(4, dtype=np.bool_))
    best = offer.fill(0, 0, 1000)
    assert (best.bound, sorted(best.sets[-1]), best.complete) == (10, [0, 3], True)
    assert offer.fill(0, 10, 1000).sets == []
    cut_short = offer.fill(0, 0, 1)
    assert cut_short.bound >= 10


def test_all_full_sets_above_a_value_are_listed() -> None:
    problem = problem_of(6, 5, 5, 4)
    offer = Offer(problem, np.array([6, 5, 5, 4]), np.array([0, 1, 1, 2]), np.ones(4, dtype=np.bool_))
    listed = offer.list_all(0, 8, 1000, 100)
    assert listed is not None
    assert sorted(tuple(sorted(one)) for one in listed) == [(0, 3), (1, 2), (1, 3)]
    assert offer.list_all(0, 8, 1000, 2) is None


def test_one_row_bounds_the_cost_as_a_knapsack() -> None:
    problem = problem_of(5, 5, 5, kinds=((10, 7), (5, 4)))
    dual = row_dual(problem, Row((10, 5), 15))
    assert dual is not None
    assert dual.bound == Fraction(21, 2)
    assert cheapest_counts(problem, size_rows(problem), (), 1.0, 1).bins == (1, 1)
    assert cheapest_counts(problem, size_rows(problem), [(1, 1)], 1.0, 1).cost == 12


def test_columns_cover_classes_and_hand_items_out_once() -> None:
    problem = problem_of(5, 5, 4, kinds=((10, 7), (5, 4)))
    classes = classify(problem)
    assert classes.demand.tolist() == [2, 1]
    pool = ColumnPool(problem, classes)
    assert pool.add_items([2], 0)
    assert pool.columns == [Column(1, (1,))]
    assert not pool.add_items([2], 1)
    bins = bins_from(classes, [Column(0, (0, 1)), Column(0, (0, 1))])
    assert sorted(item for one in bins for item in one.items) == [0, 1, 2]


def test_the_integer_master_and_the_assignment_model_agree() -> None:
    problem = problem_of(5, 5, 4, 6, kinds=((10, 7), (6, 5)))
    classes = classify(problem)
    pool = ColumnPool(problem, classes)
    for items in ([0, 1], [2, 3], [0, 2], [0], [2], [3]):
        pool.add_items(items, 0)
    effort = Effort(1000, 10.0, 1, None)
    chosen = choose(problem, classes, pool.columns, 100, effort)
    assigned = assign(problem, 100, 0, effort)
    assert chosen.bins is not None
    assert assigned.bins is not None
    assert cost_of(problem, chosen.bins) == cost_of(problem, assigned.bins) == 14
    assert (chosen.bound, assigned.bound) == (14, 14)
    assert choose(problem, classes, [], 100, effort).bound == 100
    assert assign(problem, 14, 0, effort).bins is None


def test_a_cancelled_assignment_model_stops() -> None:
    rng = np.random.default_rng(3)
    problem = build_problem(Items(rng.integers(5, 30, (60, 3))), Types(np.full((1, 3), 100), np.array([1])), None)
    incumbent = cost_of(problem, best_fit_decreasing(problem))
    choice = assign(problem, incumbent, 0, Effort(10**9, 600.0, 1, lambda: True))
    assert choice.bound <= incumbent
