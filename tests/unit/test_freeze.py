"""Parts of a plan are held: by hand, and against exhaustive search."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.errors import SolveError
from network.money import MICROS
from solvers import Assignment, Load, Problem, Solved, SolveOptions, evaluate, solve
from solvers.freeze import Frozen, freeze
from tests.oracle import cheapest
from tests.strategies import (
    MPF,
    Lot,
    Option,
    Pool,
    Type,
    WeekShape,
    assignment_of,
    make_problem,
    synthetic_week,
    tiny_problems,
)

_some = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _cheapest(frozen: Frozen) -> tuple[int, Assignment]:
    """Return the least cost of a frozen problem, what is paid included, and the thawed plan."""
    best = cheapest(frozen.problem)
    return evaluate(frozen.problem, best).cost + frozen.paid, frozen.thawed(best)


def _two_ways() -> Problem:
    """Two lots may share a container (300) or go alone for 200; a third has only the container, or stays for 500."""
    lots = [Lot(40, options=[Option(0, (0,)), Option(200)]), Lot(40, options=[Option(0, (0,)), Option(200)])]
    return make_problem([*lots, Lot(40, unplanned=500, options=[Option(0, (0,))])], [Pool((Type(300, 100),))])


class TestHeldLots:
    def test_a_held_lot_keeps_its_option(self) -> None:
        problem = _two_ways()
        plan = assignment_of(problem, [1, 1, 0], (0, 0, (2,)))
        frozen = freeze(problem, plan, lots=[0])
        cost, thawed = _cheapest(frozen)
        assert thawed == assignment_of(problem, [1, 0, 0], (0, 0, (1, 2)))
        assert (cost, frozen.paid) == (500 * MICROS, 0)

    def test_it_may_change_its_load(self) -> None:
        problem = _two_ways()
        plan = assignment_of(problem, [0, 1, 0], (0, 0, (0,)), (0, 0, (2,)))
        cost, thawed = _cheapest(freeze(problem, plan, lots=[0, 1, 2]))
        assert thawed == assignment_of(problem, [0, 1, 0], (0, 0, (0, 2)))
        assert cost == 500 * MICROS

    def test_it_travels_even_where_staying_would_be_cheaper(self) -> None:
        problem = make_problem([Lot(unplanned=10, options=[Option(70), Option(20)])])
        cost, thawed = _cheapest(freeze(problem, assignment_of(problem, [0]), lots=[0]))
        assert (cost, thawed.lot_option.tolist()) == (70 * MICROS, [0])

    def test_an_unplanned_lot_has_nothing_to_keep(self) -> None:
        problem = _two_ways()
        with pytest.raises(SolveError, match="lot 1: unplanned"):
            freeze(problem, assignment_of(problem, [1, -1, -1]), lots=[0, 1])

    def test_a_plan_that_breaks_a_rule_cannot_be_held(self) -> None:
        problem = _two_ways()
        with pytest.raises(SolveError, match="breaks VOLUME"):
            freeze(problem, assignment_of(problem, [0, 0, 0], (0, 0, (0, 1, 2))), lots=[0])

    def test_nothing_held_is_the_problem_itself(self) -> None:
        problem = synthetic_week(WeekShape(lots=8, departures=4))
        frozen = freeze(problem, Assignment.unplanned(8), lots=[])
        for field in fields(problem):
            assert np.array_equal(getattr(frozen.problem, field.name), getattr(problem, field.name)), field.name

    @pytest.mark.parametrize("lots", [[], [Lot(unplanned=7), Lot(unplanned=5)]])
    def test_lots_without_options(self, lots: list[Lot]) -> None:
        problem = make_problem(lots)
        plan = Assignment.unplanned(len(lots))
        assert _cheapest(freeze(problem, plan, lots=[])) == (evaluate(problem, plan).cost, plan)

    def test_a_lot_in_many_pools_travels_too(self) -> None:
        problem = make_problem([Lot(unplanned=0, options=[Option(0, tuple(range(5)))])], [Pool((Type(100),))] * 5)
        plan = assignment_of(problem, [0], *((pool, 0, (0,)) for pool in range(5)))
        cost, thawed = _cheapest(freeze(problem, plan, lots=[0]))
        assert (cost, thawed) == (500 * MICROS, plan)

    def test_a_search_that_leaves_it_behind_falls_back_on_the_plan(self) -> None:
        problem = _two_ways()
        plan = assignment_of(problem, [1, 1, 0], (0, 0, (2,)))
        frozen = freeze(problem, plan, lots=[0])
        assert frozen.thawed(Assignment.unplanned(3)) == plan


class TestHeldLoads:
    def test_another_lot_joins_free_of_charge(self) -> None:
        problem = _two_ways()
        plan = assignment_of(problem, [0, 1, -1], (0, 0, (0,)))
        frozen = freeze(problem, plan, lots=[], loads=[0])
        assert frozen.paid == 300 * MICROS
        cost, thawed = _cheapest(frozen)
        # One of the two others joins: lot 2, for whom a second container costs more than the 200 of lot 1.
        assert thawed == assignment_of(problem, [0, 1, 0], (0, 0, (0, 2)))
        assert cost == evaluate(problem, thawed).cost == 500 * MICROS

    def test_rules_keep_others_out(self) -> None:
        lots = [Lot(40, cls=0, options=[Option(0, (0,))]), Lot(40, cls=1, unplanned=90, options=[Option(0, (0,))])]
        problem = make_problem(lots, [Pool((Type(300, 100),))], conflict=[[False, True], [True, False]])
        plan = assignment_of(problem, [0, -1], (0, 0, (0,)))
        assert _cheapest(freeze(problem, plan, lots=[], loads=[0])) == (390 * MICROS, plan)

    def test_lots_held_together_stay_together(self) -> None:
        """The small container would do for lot 0, but the large one is booked."""
        lots = [Lot(40, options=[Option(0, (0,))]), Lot(40, options=[Option(0, (0,)), Option(1)])]
        problem = make_problem(lots, [Pool((Type(300, 100), Type(100, 50)))])
        plan = assignment_of(problem, [0, 0], (0, 0, (0, 1)))
        assert _cheapest(freeze(problem, plan, lots=[], loads=[0])) == (300 * MICROS, plan)

    def test_it_counts_towards_the_limit_of_its_type(self) -> None:
        lots = [Lot(80, unplanned=900, options=[Option(0, (0,))]) for _ in range(3)]
        problem = make_problem(lots, [Pool((Type(300, 100, limit=2), Type(400, 100)))])
        plan = assignment_of(problem, [0, 0, 0], (0, 0, (0,)), (0, 0, (1,)), (0, 1, (2,)))
        frozen = freeze(problem, plan, lots=[], loads=[0])
        assert frozen.problem.type_limit.tolist() == [1, -1, 1]
        cost, thawed = _cheapest(frozen)
        assert (cost, evaluate(problem, thawed).feasible) == (1000 * MICROS, True)

    def test_it_uses_its_resource(self) -> None:
        """An allotment of two loads: one is held, so one of the other two lots stays behind."""
        lots = [Lot(80, unplanned=900, options=[Option(0, (0,))]) for _ in range(3)]
        problem = make_problem(lots, [Pool((Type(300, resource=0, amount=1),))], resource_limit=[2])
        plan = assignment_of(problem, [0, -1, -1], (0, 0, (0,)))
        cost, thawed = _cheapest(freeze(problem, plan, lots=[], loads=[0]))
        assert cost == 1500 * MICROS
        assert len(thawed.loads) == 2

    def test_who_joins_shares_the_customs_entry(self) -> None:
        """Both lots of one importer pay one floor of 33.58."""
        lots = [Lot(40, value=100, unplanned=50, options=[Option(0, (0,))]) for _ in range(2)]
        problem = make_problem(lots, [Pool((Type(300, 100),), scheme=0)], ((MPF,),))
        plan = assignment_of(problem, [0, -1], (0, 0, (0,)))
        cost, thawed = _cheapest(freeze(problem, plan, lots=[], loads=[0]))
        assert thawed == assignment_of(problem, [0, 0], (0, 0, (0, 1)))
        assert cost == 333_580_000

    def test_two_held_loads_of_one_pool_are_two(self) -> None:
        lots = [
            Lot(60, options=[Option(0, (0,))]),
            Lot(60, options=[Option(0, (0,))]),
            Lot(30, options=[Option(0, (0,))]),
        ]
        problem = make_problem(lots, [Pool((Type(300, 100),))])
        plan = assignment_of(problem, [0, 0, -1], (0, 0, (0,)), (0, 0, (1,)))
        frozen = freeze(problem, plan, lots=[], loads=[0, 1])
        cost, thawed = _cheapest(frozen)
        assert (cost, frozen.paid, len(thawed.loads)) == (600 * MICROS, 600 * MICROS, 2)


class TestClosedLoads:
    def test_nobody_joins_a_closed_load(self) -> None:
        """Room for one more is left, but lot 2 needs a container of its own, and lot 1 still goes alone."""
        problem = _two_ways()
        plan = assignment_of(problem, [0, 1, -1], (0, 0, (0,)))
        cost, thawed = _cheapest(freeze(problem, plan, lots=[], loads=[0], closed=[0]))
        assert thawed == assignment_of(problem, [0, 0, 0], (0, 0, (0,)), (0, 0, (1, 2)))
        assert cost == 600 * MICROS

    def test_an_open_load_beside_it_may_be_joined(self) -> None:
        lots = [Lot(60, options=[Option(0, (0,))]) for _ in range(2)]
        problem = make_problem([*lots, Lot(30, options=[Option(0, (0,))])], [Pool((Type(300, 100),))])
        plan = assignment_of(problem, [0, 0, -1], (0, 0, (0,)), (0, 0, (1,)))
        cost, thawed = _cheapest(freeze(problem, plan, lots=[], loads=[0, 1], closed=[0]))
        assert thawed == assignment_of(problem, [0, 0, 0], (0, 0, (0,)), (0, 0, (1, 2)))
        assert cost == 600 * MICROS


def _onward_problem() -> Problem:
    """A container (pool 0) and two ways on: by truck (pool 1, 100) or by pallet for 70; the second lot only by truck."""
    by_truck, by_pallet = Option(0, (0, 1)), Option(70, (0,))
    lots = [Lot(40, options=[by_pallet, by_truck, Option(1)]), Lot(40, unplanned=900, options=[by_truck])]
    return make_problem(lots, [Pool((Type(300, 100),)), Pool((Type(100, 100),))])


class TestOnward:
    def test_a_lot_of_a_held_load_may_go_another_way_on(self) -> None:
        """Lot 1 takes a truck: lot 0 saves its pallets, but never leaves the container, though that were cheaper."""
        problem = _onward_problem()
        plan = assignment_of(problem, [0, 0], (0, 0, (0, 1)), (1, 0, (1,)))
        frozen = freeze(problem, plan, lots=[], loads=[0], closed=[0], onward=[0, 1])
        cost, thawed = _cheapest(frozen)
        assert thawed == assignment_of(problem, [1, 0], (0, 0, (0, 1)), (1, 0, (0, 1)))
        assert (cost, frozen.thawed(frozen.start)) == (400 * MICROS, plan)

    def test_without_it_the_way_on_is_held(self) -> None:
        problem = _onward_problem()
        plan = assignment_of(problem, [0, 0], (0, 0, (0, 1)), (1, 0, (1,)))
        assert _cheapest(freeze(problem, plan, lots=[], loads=[0], closed=[0])) == (470 * MICROS, plan)

    def test_a_lot_of_a_held_truck_stays_in_it(self) -> None:
        problem = _onward_problem()
        plan = assignment_of(problem, [1, 0], (0, 0, (0, 1)), (1, 0, (0, 1)))
        cost, thawed = _cheapest(freeze(problem, plan, lots=[], loads=[0, 1], onward=[0, 1]))
        assert (cost, thawed) == (400 * MICROS, plan)


class TestAgainstExhaustiveSearch:
    @_some
    @given(tiny_problems(max_lots=4))
    def test_holding_everything_gives_back_the_plan(self, problem: Problem) -> None:
        plan = cheapest(problem)
        travels = [lot for lot in range(problem.n_lots) if plan.lot_option[lot] >= 0]
        frozen = freeze(problem, plan, travels, range(len(plan.loads)))
        cost, thawed = _cheapest(frozen)
        assert cost == evaluate(problem, plan).cost == evaluate(problem, thawed).cost
        assert evaluate(problem, thawed).feasible

    @_some
    @given(tiny_problems(max_lots=3), st.data())
    def test_holding_a_part_of_any_plan(self, problem: Problem, data: st.DataObject) -> None:
        plan = data.draw(_plans(problem))
        travels = [lot for lot in range(problem.n_lots) if plan.lot_option[lot] >= 0]
        lots = data.draw(st.lists(st.sampled_from(travels), unique=True)) if travels else []
        loads = data.draw(st.lists(st.sampled_from(range(len(plan.loads))), unique=True)) if plan.loads else []
        closed = [place for place in loads if data.draw(st.booleans())]
        inside = sorted({lot for place in loads for lot in plan.loads[place].lots} - set(lots))
        onward = [lot for lot in inside if data.draw(st.booleans())]
        frozen = freeze(problem, plan, lots, loads, closed=closed, onward=onward)
        start = evaluate(frozen.problem, frozen.start)
        assert start.feasible
        assert start.cost + frozen.paid == evaluate(problem, plan).cost
        assert frozen.thawed(frozen.start) == plan
        cost, thawed = _cheapest(frozen)
        judged = evaluate(problem, thawed)
        assert judged.feasible
        assert evaluate(problem, cheapest(problem)).cost <= cost == judged.cost <= evaluate(problem, plan).cost
        for lot in lots:
            assert thawed.lot_option[lot] == plan.lot_option[lot]
        for place in loads:
            load = plan.loads[place]
            assert any(_holds(found, load) for found in thawed.loads)
            assert place not in closed or load in thawed.loads
        for lot in set(inside) - set(onward):
            assert thawed.lot_option[lot] == plan.lot_option[lot]

    @settings(_some, max_examples=25)
    @given(tiny_problems(max_lots=3), st.data())
    def test_the_optimiser_proves_the_frozen_optimum(self, problem: Problem, data: st.DataObject) -> None:
        plan = data.draw(_plans(problem))
        loads = data.draw(st.lists(st.sampled_from(range(len(plan.loads))), unique=True)) if plan.loads else []
        frozen = freeze(problem, plan, [], loads)
        answer = solve(frozen.problem, SolveOptions(gap=0.0, time_limit_s=None))
        assert isinstance(answer, Solved)
        thawed = frozen.thawed(answer.assignment)
        assert answer.proven
        assert answer.bound + frozen.paid == evaluate(problem, thawed).cost == _cheapest(frozen)[0]


@pytest.mark.parametrize("work", [0, 2])
def test_held_parts_of_a_larger_week_stay_however_short_the_search(work: int) -> None:
    problem = synthetic_week(WeekShape(lots=100, departures=10))
    first = solve(problem, SolveOptions(work=work))
    assert isinstance(first, Solved)
    plan = first.assignment
    lots = [lot for lot in range(0, 100, 2) if plan.lot_option[lot] >= 0]
    frozen = freeze(problem, plan, lots, range(0, len(plan.loads), 2))
    again = solve(frozen.problem, SolveOptions(work=work))
    assert isinstance(again, Solved)
    thawed = frozen.thawed(again.assignment)
    judged = evaluate(problem, thawed)
    assert judged.feasible
    assert again.bound + frozen.paid <= judged.cost <= again.cost + frozen.paid
    assert thawed.lot_option[lots].tolist() == plan.lot_option[lots].tolist()
    for load in plan.loads[::2]:
        assert any(_holds(found, load) for found in thawed.loads)


def _holds(found: Load, held: Load) -> bool:
    return (found.pool, found.type) == (held.pool, held.type) and set(held.lots) <= set(found.lots)


@st.composite
def _plans(draw: st.DrawFn, problem: Problem) -> Assignment:
    """Draw a plan that keeps every rule: lots with drawn options, as far as some loads of their own allow it."""
    plan = Assignment.unplanned(problem.n_lots)
    for lot in range(problem.n_lots):
        for option in draw(st.permutations(problem.options_of(lot)))[:2]:
            chosen = plan.lot_option.copy()
            chosen[lot] = option
            loads = [*plan.loads]
            for pool in problem.pools_of(option):
                beside = [place for place, load in enumerate(loads) if load.pool == pool]
                if beside and draw(st.booleans()):
                    joined = loads[beside[0]]
                    loads[beside[0]] = Load(pool, joined.type, (*joined.lots, lot))
                elif problem.types_of(pool):
                    loads.append(Load(pool, draw(st.sampled_from(problem.types_of(pool))), (lot,)))
            attempt = Assignment.canonical(chosen, loads)
            if evaluate(problem, attempt).feasible:
                plan = attempt
                break
    return plan
