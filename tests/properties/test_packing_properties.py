"""Properties of packing: feasible, priced as evaluated, bounded by the exhaustive optimum, the same for the same seed."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.errors import SolveError
from network.money import Bools
from solvers.packing import Items, NoPacking, Packing, PackingOptions, Types, pack
from solvers.packing.problem import PackingProblem, build_problem
from solvers.packing.result import cost_of, violations

QUICK = PackingOptions(work=1, time_limit_s=None)


@st.composite
def problems(draw: st.DrawFn, most_items: int = 6) -> tuple[Items, Types, Bools]:
    """Return a tiny problem with every feature: dimensions, types, limits, conflicts, sizes of nothing."""
    n = draw(st.integers(1, most_items))
    d, kinds = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    capacity = np.array(
        draw(st.lists(st.lists(st.integers(0, 12), min_size=d, max_size=d), min_size=kinds, max_size=kinds))
    )
    roomy = draw(st.integers(0, kinds - 1))
    capacity[roomy] = np.maximum(capacity[roomy], 6)
    size = np.array(
        draw(st.lists(st.lists(st.integers(0, 6), min_size=d, max_size=d), min_size=n, max_size=n)), dtype=np.int64
    )
    cost = np.array(draw(st.lists(st.integers(0, 20), min_size=kinds, max_size=kinds)))
    limit = np.array(draw(st.lists(st.sampled_from((-1, -1, 1, 2)), min_size=kinds, max_size=kinds)))
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=5))
    conflict = np.zeros((n, n), dtype=np.bool_)
    for i, j in pairs:
        conflict[i, j] = conflict[j, i] = i != j
    return Items(size), Types(capacity, cost, limit), conflict


def optimum(problem: PackingProblem) -> int | None:
    """Return the least cost by trying every partition of the items and every choice of types; None when there is none."""
    n, kinds = problem.n, problem.n_types

    @cache
    def homes(mask: int) -> tuple[int, ...]:
        inside = [k for k in range(n) if mask >> k & 1]
        if problem.conflict[np.ix_(inside, inside)].any():
            return ()
        load = problem.size[inside].sum(axis=0)
        return tuple(t for t in range(kinds) if (load <= problem.capacity[t]).all())

    @cache
    def best(left: int, used: tuple[int, ...]) -> int | None:
        if not left:
            return 0
        first = left & -left
        others = [1 << k for k in range(n) if (left ^ first) >> k & 1]
        least: int | None = None
        for count in range(len(others) + 1):
            for chosen in itertools.combinations(others, count):
                mask = first | sum(chosen)
                for t in homes(mask):
                    if 0 <= problem.limit[t] <= used[t]:
                        continue
                    rest = best(left ^ mask, (*used[:t], used[t] + 1, *used[t + 1 :]))
                    if rest is not None and (least is None or rest + int(problem.cost[t]) < least):
                        least = rest + int(problem.cost[t])
        return least

    return best((1 << n) - 1, (0,) * kinds)


@settings(max_examples=120, deadline=None)
@given(problems())
def test_the_bound_is_not_above_and_the_cost_not_below_the_optimum(case: tuple[Items, Types, Bools]) -> None:
    items, types, conflict = case
    alone = (items.size[:, None] <= types.capacity[types.limits != 0]).all(axis=2)
    if not alone.any(axis=1).all():
        with pytest.raises(SolveError, match="fit no type"):
            build_problem(items, types, conflict)
        return
    problem = build_problem(items, types, conflict)
    least = optimum(problem)
    answer = pack(items, types, conflict, QUICK)
    if isinstance(answer, NoPacking):
        assert least is None
        return
    assert least is not None
    assert not violations(problem, answer.bins)
    assert cost_of(problem, answer.bins) == answer.cost
    assert answer.bound <= least <= answer.cost
    assert answer.proven == (answer.bound == answer.cost)


def random_case(seed: int, n: int) -> tuple[Items, Types, Bools]:
    """Return a random problem of a size where several methods have work to do."""
    rng = np.random.default_rng(seed)
    conflict = np.triu(rng.random((n, n)) < 0.15, 1)
    capacity = np.array([[100, 100], [70, 80]])
    return Items(rng.integers(10, 60, (n, 2))), Types(capacity, np.array([100, 78])), conflict | conflict.T


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000), st.integers(15, 40))
def test_the_same_seed_gives_the_same_packing(seed: int, n: int) -> None:
    case = random_case(seed, n)
    first, second = pack(*case, QUICK), pack(*case, QUICK)
    assert first == second


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000), st.integers(15, 40))
def test_packings_of_middle_size_are_feasible_and_bounded(seed: int, n: int) -> None:
    case = random_case(seed, n)
    problem = build_problem(*case)
    answer = pack(*case, QUICK)
    assert isinstance(answer, Packing)
    assert not violations(problem, answer.bins)
    assert answer.bound <= answer.cost
    looser = pack(case[0], case[1], None, QUICK)
    assert isinstance(looser, Packing)
    assert looser.bound <= answer.cost, "a packing that keeps items apart is a packing without conflicts too"


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000))
def test_sizes_in_another_unit_give_the_same_cost(seed: int) -> None:
    items, types, conflict = random_case(seed, 15)
    finer = pack(Items(items.size * 1000), Types(types.capacity * 1000, types.cost), conflict, QUICK)
    plain = pack(items, types, conflict, QUICK)
    assert isinstance(finer, Packing)
    assert isinstance(plain, Packing)
    assert max(finer.bound, plain.bound) <= min(finer.cost, plain.cost)
