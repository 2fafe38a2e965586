"""Independent markets by hand, and against growing them lot by lot."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.markets import halves, markets_of
from solvers.pairs import Pairs
from solvers.problem import Problem
from tests.strategies import Lot, Option, Pool, Type, make_problem


def _lots(*pools: tuple[int, ...]) -> Problem:
    """Return a problem in which each lot has one option for each pool named."""
    lots = [Lot(options=[Option(1, (pool,)) for pool in mine]) for mine in pools]
    return make_problem(lots, [Pool((Type(10),))] * (1 + max((pool for mine in pools for pool in mine), default=0)))


def _markets(problem: Problem, keep: list[int] | None = None) -> list[int]:
    chosen = np.ones(problem.n_options, dtype=np.bool_) if keep is None else np.isin(np.arange(problem.n_options), keep)
    return markets_of(problem, Pairs(problem), chosen).tolist()


def _grown(problem: Problem, keep: np.ndarray) -> set[frozenset[int]]:
    """Return the markets as sets of lots, joined one shared pool after the other."""
    found: list[tuple[set[int], set[int]]] = []
    for lot in range(problem.n_lots):
        pools = {pool for option in problem.options_of(lot) if keep[option] for pool in problem.pools_of(option)}
        near = [market for market in found if market[1] & pools]
        found = [market for market in found if market not in near]
        found.append(({lot}.union(*(lots for lots, _ in near)), pools.union(*(reached for _, reached in near))))
    return {frozenset(lots) for lots, _ in found}


def test_lots_that_share_no_pool_are_apart() -> None:
    assert _markets(_lots((0,), (1,), (1,))) == [1, 0, 0]


def test_a_chain_of_pools_connects() -> None:
    assert _markets(_lots((0,), (0, 1), (2,), (1,))) == [0, 0, 1, 0]


def test_one_option_through_two_pools_connects_both() -> None:
    lots = [Lot(options=[Option(1, (0, 1))]), Lot(options=[Option(1, (0,))]), Lot(options=[Option(1, (1,))])]
    assert _markets(make_problem(lots, [Pool((Type(10),))] * 2)) == [0, 0, 0]


def test_options_left_out_do_not_connect() -> None:
    problem = _lots((0,), (0, 1), (1,))
    assert _markets(problem) == [0, 0, 0]
    assert _markets(problem, keep=[0, 2, 3]) == [1, 0, 0]


def test_a_lot_without_a_pool_is_a_market_of_its_own() -> None:
    problem = make_problem([Lot(), Lot(options=[Option(5)]), Lot(options=[Option(1, (0,))])] * 2, [Pool((Type(10),))])
    assert sorted(_markets(problem)) == [0, 0, 1, 2, 3, 4]


def test_no_lots_no_markets() -> None:
    assert _markets(make_problem([])) == []
    assert halves(np.zeros(0, dtype=np.int64)).tolist() == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=3, unique=True).map(tuple), min_size=1, max_size=12), st.data())
def test_markets_are_those_grown_lot_by_lot(pools: list[tuple[int, ...]], data: st.DataObject) -> None:
    problem = _lots(*pools)
    keep = np.array([data.draw(st.booleans()) for _ in range(problem.n_options)], dtype=np.bool_)
    market = markets_of(problem, Pairs(problem), keep)
    assert {frozenset(np.flatnonzero(market == k).tolist()) for k in range(market.max() + 1)} == _grown(problem, keep)
    sizes = np.bincount(market)
    assert (sizes[:-1] >= sizes[1:]).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=12))
def test_halves_keep_markets_whole_and_are_about_even(sizes: list[int]) -> None:
    market = np.repeat(np.arange(len(sizes)), sorted(sizes, reverse=True))
    side = halves(market)
    assert set(side.tolist()) <= {0, 1}
    for k in range(len(sizes)):
        assert len(set(side[market == k].tolist())) == 1
    lots = np.bincount(side, minlength=2)
    assert abs(int(lots[0] - lots[1])) <= max(sizes)


def test_two_markets_are_searched_apart() -> None:
    one = _lots((0, 1), (1,), (2,), (2, 3), (3,))
    assert halves(markets_of(one, Pairs(one), np.ones(one.n_options, dtype=np.bool_))).tolist() == [1, 1, 0, 0, 0]
