"""The entry point: answers, proofs, limits, cancellation, determinism."""

from __future__ import annotations

import itertools

import pytest

from network.errors import SolveError
from network.money import MICROS
from solvers import NoPlan, Problem, Progress, Solved, SolveOptions, StopReason, evaluate, solve
from solvers._watch import Watch
from solvers.bound import DualAscent
from solvers.pairs import Pairs
from solvers.problem import EntryFee
from solvers.warmup import tiny_problem
from tests.strategies import Lot, Option, Pool, Type, WeekShape, make_problem, synthetic_week
from tests.unit.test_solver_evaluate import three_lots


def _solved(problem: Problem, options: SolveOptions | None = None) -> Solved:
    outcome = solve(problem, options or SolveOptions(gap=0.0))
    assert isinstance(outcome, Solved)
    assert outcome.evaluation.feasible
    assert outcome.cost == evaluate(problem, outcome.assignment).cost
    assert outcome.bound <= outcome.cost
    return outcome


def test_three_lots_by_hand() -> None:
    """All three together: 330 own, 500 large trunk, 80 truck, 187.06 and 33.58 of fees = 1130.64.

    Better: lot 1 goes alone for 420, and lots 0 and 2 just fill a small trunk (40 + 60 of 100): 100 + 120 own, 300 trunk,
    80 truck for lot 0, two floors of 33.58 = 667.16; 1087.16 in all.
    """
    outcome = _solved(three_lots())
    assert outcome.cost == 1_087_160_000
    assert outcome.proven
    assert outcome.stop_reason is StopReason.OPTIMAL
    assert outcome.gap == 0.0


def test_nothing_to_do_costs_nothing() -> None:
    outcome = _solved(make_problem([]))
    assert (outcome.cost, outcome.bound, outcome.proven, outcome.gap) == (0, 0, True, 0.0)


def test_a_lot_without_options_stays_unplanned() -> None:
    outcome = _solved(make_problem([Lot(unplanned=70), Lot(unplanned=50, options=[Option(20)])]))
    assert outcome.assignment.lot_option.tolist() == [-1, 0]
    assert outcome.cost == 90 * MICROS
    assert outcome.proven


def test_options_that_fit_nowhere_are_never_chosen() -> None:
    lots = [
        Lot(
            volume=500, unplanned=900, options=[Option(1, (0,)), Option(2, (1,)), Option(3, (), ((0, 9),)), Option(800)]
        )
    ]
    problem = make_problem(lots, [Pool((Type(5, 100),)), Pool(())], resource_limit=[4])
    assert _solved(problem).assignment.lot_option.tolist() == [3]


def test_a_limit_that_two_pools_of_one_option_share_is_kept() -> None:
    lots = [Lot(unplanned=900, options=[Option(1, (0, 1)), Option(300)]) for _ in range(2)]
    kind = Type(5, resource=0, amount=2)
    problem = make_problem(lots, [Pool((kind,)), Pool((kind,))], resource_limit=[3])
    assert _solved(problem).cost == 600 * MICROS


def test_the_same_problem_and_seed_give_the_same_answer() -> None:
    problem = synthetic_week(WeekShape(lots=20, seed=3, departures=8))
    options = SolveOptions(work=4, time_limit_s=None)
    one, other = _solved(problem, options), _solved(problem, options)
    assert one.assignment == other.assignment
    assert one.bound == other.bound
    assert [event.best for event in one.trace] == [event.best for event in other.trace]


def test_cancelling_returns_the_best_plan_so_far() -> None:
    problem = synthetic_week(WeekShape(lots=30, seed=2, departures=8))
    events: list[Progress] = []
    outcome = solve(problem, SolveOptions(), on_progress=events.append, cancelled=lambda: len(events) >= 1)
    assert isinstance(outcome, Solved)
    assert outcome.stop_reason is StopReason.CANCELLED
    assert outcome.evaluation.feasible
    assert outcome.trace == tuple(events)


def test_no_time_gives_no_plan() -> None:
    outcome = solve(synthetic_week(WeekShape(lots=15, departures=6)), SolveOptions(time_limit_s=0.0))
    assert outcome == NoPlan(StopReason.TIME)


def test_cancelling_at_once_gives_no_plan() -> None:
    outcome = solve(synthetic_week(WeekShape(lots=15, departures=6)), cancelled=lambda: True)
    assert outcome == NoPlan(StopReason.CANCELLED)


def test_cancelling_during_the_first_construction_keeps_what_was_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solvers.construct._SLICE", 50)
    looks = itertools.count()
    outcome = solve(synthetic_week(WeekShape(lots=60, departures=6)), cancelled=lambda: next(looks) >= 1)
    assert isinstance(outcome, Solved)
    assert outcome.stop_reason is StopReason.CANCELLED
    assert outcome.evaluation.feasible
    assert 0 < int((outcome.assignment.lot_option >= 0).sum()) <= 50


@pytest.mark.parametrize("lots", [[], [Lot(unplanned=70)]])
def test_without_any_option_leaving_all_unplanned_is_the_plan_even_without_time(lots: list[Lot]) -> None:
    outcome = solve(make_problem(lots), SolveOptions(time_limit_s=0.0), cancelled=lambda: True)
    assert isinstance(outcome, Solved)
    assert outcome.cost == 70 * MICROS * len(lots)


def test_the_bound_only_rises_and_the_best_cost_only_falls() -> None:
    trace = _solved(synthetic_week(WeekShape(lots=40, seed=5, departures=8)), SolveOptions(work=3)).trace
    costs = [event.best for event in trace if event.best is not None]
    assert costs == sorted(costs, reverse=True)
    assert [event.bound for event in trace] == sorted(event.bound for event in trace)


@pytest.mark.parametrize("shape", [
    WeekShape(lots=60, departures=4, warehouses=2, centres=2, fcs=5),
    WeekShape(lots=40, departures=30, fcs=40, fees=False),
    WeekShape(lots=40, departures=8, fee_factor=5, sellers_per_party=6.0),
    WeekShape(lots=40, departures=8, trucks=False, direct=False),
])  # fmt: skip
def test_weeks_of_every_shape_get_a_plan_and_a_useful_bound(shape: WeekShape) -> None:
    outcome = _solved(synthetic_week(shape), SolveOptions(work=10))
    assert outcome.gap < 0.12


def test_a_whole_load_must_be_paid() -> None:
    # Two lots of 10 in a load of 100 at 60: together 60 + 2, alone 40 each. The bound knows that half a load costs 60.
    lots = [Lot(volume=10, unplanned=90, options=[Option(1, (0,)), Option(40)]) for _ in range(2)]
    problem = make_problem(lots, [Pool((Type(60, 100),))])
    ascent = DualAscent(problem, Pairs(problem)).run(200, Watch(None, None, None))
    assert ascent.bound == 62 * MICROS


def test_loads_beyond_the_first_few_must_be_paid_too() -> None:
    # Forty lots of 60 in loads of 100 at 50: any 24 loads that hold 2,400 cost 1,200, and in whole lots it takes 40.
    lots = [Lot(volume=60, unplanned=500, options=[Option(1, (0,))]) for _ in range(40)]
    problem = make_problem(lots, [Pool((Type(50, 100),))])
    ascent = DualAscent(problem, Pairs(problem)).run(300, Watch(None, None, None))
    assert 1230 * MICROS <= ascent.bound <= 1240 * MICROS


@pytest.mark.parametrize("first", [1, 2])
def test_a_set_of_classes_is_not_charged_for_what_another_one_pays(first: int) -> None:
    """Classes 1 and 2 conflict; each of two importers pays 12 for an entry, a load 10.

    All in two loads: 14 + 14 - 12 and 20 - 12, less 20 = 4. Class 0 with the other importer: 14 - 12 + 20 - 12 - 10 = 0,
    and with its own: 28 - 12 - 10 = 6.
    """
    goods = [(0, 0, 14), (3 - first, 0, 14), (first, 1, 20)]
    lots = [Lot(cls=cls, party=party, unplanned=pays, options=[Option(0, (0,))]) for cls, party, pays in goods]
    fee = EntryFee("ENTRY", 12 * MICROS, 0, 0, None)
    conflict = [[False, False, False], [False, False, True], [False, True, False]]
    problem = make_problem(lots, [Pool((Type(10, 100),), scheme=0)], ((fee,),), conflict)
    dual = DualAscent(problem, Pairs(problem))
    prices = dual.start()
    prices.lot[:] = problem.lot_unplanned_price
    dual.evaluate(prices)
    assert dual.fill.gain[0] == pytest.approx(6 * MICROS)


@pytest.mark.parametrize("wrong", [{"gap": -1.0}, {"work": -1}, {"time_limit_s": -2.0}])
def test_options_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(SolveError, match=next(iter(wrong))):
        SolveOptions(**wrong)  # type: ignore[arg-type]


def test_compiling_the_kernels_is_said_and_leaves_the_time_limit_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solvers.api.must_compile", lambda: True)
    monkeypatch.setattr("solvers._watch.time.perf_counter", itertools.count().__next__)
    outcome = solve(synthetic_week(WeekShape(lots=20, departures=6)), SolveOptions(time_limit_s=5000.0, work=1))
    assert isinstance(outcome, Solved)
    phases = [event.phase for event in outcome.trace]
    assert (phases[0], phases.count("compile")) == ("compile", 1)
    assert outcome.trace[1].seconds < 30


def test_the_problem_that_compiles_the_kernels_needs_all_of_them() -> None:
    outcome = _solved(tiny_problem(), SolveOptions(exact_lots=0, work=3))
    assert {load.pool for load in outcome.assignment.loads} == {0, 1}


def test_a_known_plan_is_a_start() -> None:
    problem = synthetic_week(WeekShape(lots=30, seed=4, departures=8))
    good = _solved(problem, SolveOptions(work=5))
    again = solve(problem, SolveOptions(work=0), start=good.assignment)
    assert isinstance(again, Solved)
    assert again.cost <= good.cost
    assert again.trace[0].phase == "start"
