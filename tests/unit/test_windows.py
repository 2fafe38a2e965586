"""Windows of bundles: by hand, and against trying every window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.errors import SolveError
from network.money import MICROS
from solvers import UNPLANNED, Assignment, Problem, Rule, Solved, SolveOptions, Violation, evaluate, solve
from solvers._watch import Watch
from solvers.api import _Run
from solvers.cpsat import Effort, Region, solve_region
from solvers.freeze import freeze
from solvers.pairs import Pairs
from solvers.windows import Windows, rough_prices
from tests.strategies import Lot, Option, Pool, Type, make_problem, tiny_problems

SEARCH_ALONE = SolveOptions(work=2, exact_lots=0, time_limit_s=None)


def two_lots(bundle: int = 0) -> Problem:
    """Return two lots whose cheap options are 40 days apart; lot 1 can arrive 30 days apart for 25 more, lot 0 for 60."""
    return make_problem(
        [
            Lot(bundle=bundle, options=[Option(100, day=0), Option(160, day=35)]),
            Lot(bundle=bundle, options=[Option(100, day=40), Option(125, day=30)]),
        ]
    )


def three_lots() -> Problem:
    """Return two lots that arrive on day 0 and one on day 50; to meet, they would pay 500 each, and it 400.

    It may stay behind for 300: 200 more than to travel.
    """
    early = [Option(100, day=0), Option(600, day=50)]
    late = Lot(bundle=7, unplanned=300, options=[Option(100, day=50), Option(500, day=0)])
    return make_problem([Lot(bundle=7, options=early), Lot(bundle=7, options=early), late])


def plan_of(problem: Problem, options: list[int]) -> Assignment:
    """Return the plan with an option, or -1, for every lot, and no loads."""
    assert len(options) == problem.n_lots
    return Assignment.canonical(options, [])


def _answers(problem: Problem) -> list[Solved]:
    """Return what the exact model and the search alone find."""
    found = [solve(problem, SolveOptions(gap=0.0)), solve(problem, SEARCH_ALONE)]
    assert all(isinstance(answer, Solved) and answer.evaluation.feasible for answer in found)
    return [answer for answer in found if isinstance(answer, Solved)]


def test_one_of_two_lots_takes_a_dearer_option() -> None:
    problem = two_lots()
    for answer in _answers(problem):
        assert answer.assignment.lot_option.tolist() == [0, 3]
        assert answer.cost == 225 * MICROS
    assert _answers(problem)[0].proven
    assert solve(two_lots(bundle=-1)).cost == 200 * MICROS  # type: ignore[union-attr]


def test_leaving_one_of_three_lots_out_is_cheapest() -> None:
    for answer in _answers(three_lots()):
        assert answer.assignment.lot_option.tolist() == [0, 2, UNPLANNED]
        assert answer.cost == 500 * MICROS


def test_a_broken_window_is_reported_with_its_excess() -> None:
    problem = two_lots(bundle=5)
    assert evaluate(problem, plan_of(problem, [0, 2])).violations == (Violation(Rule.WINDOW, 5, 10),)
    assert evaluate(replace(problem, bundle_days=40), plan_of(problem, [0, 2])).feasible


@pytest.mark.parametrize("chosen", [[0, 3], [1, 2], [-1, 2], [0, -1], [-1, -1]])
def test_plans_inside_a_window_keep_the_rule(chosen: list[int]) -> None:
    problem = two_lots()
    assert evaluate(problem, plan_of(problem, chosen)).feasible


def test_bundles_know_nothing_of_each_other() -> None:
    lots = [Lot(bundle=bundle, options=[Option(1, day=day)]) for bundle, day in ((0, 0), (1, 90), (-1, 200), (-1, 300))]
    assert solve(make_problem(lots)).cost == 4 * MICROS  # type: ignore[union-attr]


def test_the_rule_is_about_the_lots_that_travel_together_or_not_at_all() -> None:
    """The two may share a load on day 0; alone, lot 1 would rather go on day 60 for nothing."""
    lots = [
        Lot(50, bundle=0, options=[Option(0, (0,), day=0)]),
        Lot(50, bundle=0, options=[Option(0, (0,), day=0), Option(0, day=60)]),
    ]
    problem = make_problem(lots, [Pool((Type(300, 50), Type(450, 100)))])
    for answer in _answers(problem):
        assert answer.assignment.lot_option.tolist() == [0, 1]
        assert answer.cost == 450 * MICROS


def test_bundles_within_their_days_hide_nothing() -> None:
    problem = replace(two_lots(), bundle_days=40)
    pairs = Pairs(problem)
    windows = Windows(problem, pairs.usable)
    assert not windows.bind
    assert windows.inside(rough_prices(problem, pairs), problem.lot_unplanned_price.astype(np.float64)) is pairs.usable


def test_a_bundle_of_one_lot_hides_nothing() -> None:
    problem = make_problem([Lot(bundle=0, options=[Option(1, day=0), Option(2, day=99)]), Lot(options=[Option(1)])])
    assert not Windows(problem, Pairs(problem).usable).bind


def test_a_window_holds_what_a_plan_has_chosen() -> None:
    problem = two_lots()
    windows = Windows(problem, Pairs(problem).usable)
    price = np.array([100.0, 160.0, 100.0, 125.0]) * MICROS
    stay = problem.lot_unplanned_price.astype(np.float64)
    assert windows.inside(price, stay).tolist() == [True, False, False, True]
    assert windows.inside(price, stay, np.array([1, 2])).tolist() == [False, True, True, True]
    assert windows.inside(price, stay, np.array([-1, 2])).tolist() == [False, True, True, True]


def test_a_search_whose_windows_were_chosen_anew_leaves_out_what_is_outside() -> None:
    problem = two_lots()
    run = _Run(problem, SolveOptions(), Watch(None, None, None))
    run.offer("start", plan_of(problem, [1, 2]))
    keep, again = run.searching().keep, run.searching(anew=True).keep
    assert keep is not None
    assert again is not None
    assert (keep.tolist(), again.tolist()) == ([False, True, True, True], [True, False, False, True])


@given(tiny_problems(min_lots=2, max_lots=6), st.integers(0, 10**6), st.booleans())
@settings(max_examples=200, deadline=None)
def test_windows_are_the_cheapest_there_are(problem: Problem, seed: int, held: bool) -> None:
    rng = np.random.default_rng(seed)
    price = rng.integers(0, 50, problem.n_options).astype(np.float64)
    stay = rng.integers(0, 80, problem.n_lots).astype(np.float64)
    pairs = Pairs(problem)
    price[~pairs.usable] = np.inf
    windows = Windows(problem, pairs.usable)
    chosen = _kept_together(problem, pairs, rng) if held else None
    inside = windows.inside(price, stay, chosen)
    assert not (inside & ~pairs.usable).any()
    if problem.lot_bundle is None or problem.option_day is None:
        assert inside is pairs.usable
        return
    for bundle in {3, 5}:
        lots = np.flatnonzero(problem.lot_bundle == bundle)
        mine = np.isin(problem.lot_of_option, lots) & pairs.usable
        days = problem.option_day[mine]
        if not len(days) or days.max() - days.min() <= problem.bundle_days:
            assert (inside[mine]).all()
            continue
        if len({int(problem.lot_of_option[k]) for k in np.flatnonzero(mine)}) < 2:
            continue
        within = problem.option_day[mine & inside]
        assert not len(within) or within.max() - within.min() <= problem.bundle_days
        if chosen is not None:
            assert inside[[option for option in chosen[lots].tolist() if option >= 0]].all()
        assert _paid(problem, lots, inside, price, stay) == min(
            _paid(problem, lots, window, price, stay)
            for day in set(days.tolist())
            for window in [
                pairs.usable & (problem.option_day >= day) & (problem.option_day <= day + problem.bundle_days)
            ]
            if chosen is None or all(window[option] for option in chosen[lots].tolist() if option >= 0)
        )


def _kept_together(problem: Problem, pairs: Pairs, rng: np.random.Generator) -> np.ndarray:
    """Return a random choice of usable options that keeps the windows."""
    chosen = np.full(problem.n_lots, UNPLANNED, dtype=np.int64)
    for lot in range(problem.n_lots):
        usable = [option for option in problem.options_of(lot) if pairs.usable[option]]
        if usable:
            attempt = chosen.copy()
            attempt[lot] = rng.choice(usable)
            judged = evaluate(problem, plan_of(problem, attempt.tolist()))
            if all(broken.rule is not Rule.WINDOW for broken in judged.violations):
                chosen = attempt
    return chosen


def _paid(problem: Problem, lots: np.ndarray, window: np.ndarray, price: np.ndarray, stay: np.ndarray) -> float:
    return sum(
        min([stay[lot], *(price[option] for option in problem.options_of(lot) if window[option])])
        for lot in lots.tolist()
    )


class TestRegions:
    def test_lots_that_stay_hold_the_window(self) -> None:
        problem = two_lots()
        region = Region({0: [0, 1]}, plan_of(problem, [1, 2]))
        answer = solve_region(problem, region, Effort(1, 1.0, 60.0))
        assert answer.assignment == plan_of(problem, [1, 2])

    def test_lots_that_are_left_behind_do_not(self) -> None:
        problem = two_lots()
        region = Region({0: [0, 1]}, plan_of(problem, [1, -1]))
        answer = solve_region(problem, region, Effort(1, 1.0, 60.0))
        assert answer.assignment == plan_of(problem, [0, -1])


class TestHolding:
    def test_a_held_lot_holds_the_window_of_the_others(self) -> None:
        problem = two_lots()
        frozen = freeze(problem, plan_of(problem, [1, 2]), lots=[1])
        assert frozen.option.tolist() == [1, 2]
        answer = solve(frozen.problem)
        assert isinstance(answer, Solved)
        assert answer.proven
        assert frozen.thawed(answer.assignment) == plan_of(problem, [1, 2])

    def test_where_the_other_may_still_choose_it_does(self) -> None:
        problem = two_lots()
        frozen = freeze(problem, plan_of(problem, [0, 3]), lots=[1])
        assert frozen.option.tolist() == [0, 1, 3]

    def test_other_bundles_choose_freely(self) -> None:
        lots = [Lot(bundle=k, options=[Option(1, day=0), Option(2, day=90)]) for k in (0, 1, -1)]
        problem = make_problem(lots)
        frozen = freeze(problem, plan_of(problem, [0, 2, 4]), lots=[0, 2])
        assert frozen.option.tolist() == [0, 2, 3, 4]

    def test_a_plan_outside_its_window_cannot_be_held(self) -> None:
        problem = two_lots()
        with pytest.raises(SolveError, match="breaks WINDOW"):
            freeze(problem, plan_of(problem, [0, 2]), lots=[0])


class TestInput:
    def test_bundles_need_days(self) -> None:
        with pytest.raises(SolveError, match="option_day: found None"):
            replace(two_lots(), option_day=None)

    def test_days_without_bundles_do_nothing(self) -> None:
        problem = replace(two_lots(), lot_bundle=None)
        assert evaluate(problem, plan_of(problem, [0, 2])).feasible

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"lot_bundle": [0]}, "lot_bundle: found 1 entries, expected 2"),
            ({"lot_bundle": [0, -2]}, r"lot_bundle\[1\]: found -2"),
            ({"option_day": [0, 1]}, "option_day: found 2 entries, expected 4"),
            ({"option_day": [0, 0, 2**62, 0]}, r"option_day\[2\]: found"),
            ({"option_day": [0, -(2**31), 0, 0]}, r"option_day\[1\]: found -2147483648"),
            ({"bundle_days": -1}, "bundle_days: found -1"),
        ],
    )
    def test_what_contradicts_itself_is_refused(self, change: dict[str, object], message: str) -> None:
        with pytest.raises(SolveError, match=message):
            replace(two_lots(), **change)  # type: ignore[arg-type]


def test_a_start_that_breaks_the_rule_is_not_taken() -> None:
    problem = two_lots()
    answer = solve(problem, SEARCH_ALONE, start=plan_of(problem, [0, 2]))
    assert isinstance(answer, Solved)
    assert answer.cost == 225 * MICROS


def test_the_first_plan_keeps_the_rule() -> None:
    """Stopped after the first plan: the answer is what was constructed."""
    seen: list[int] = []
    answer = solve(two_lots(), on_progress=lambda step: seen.append(1), cancelled=lambda: len(seen) > 0)
    assert isinstance(answer, Solved)
    assert answer.evaluation.feasible
    assert answer.cost == 225 * MICROS
