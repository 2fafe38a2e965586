"""What must hold for every problem: bound <= truth <= heuristic, exact means exact, deltas are differences."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.money import Bools
from solvers import Assignment, Problem, Solved, SolveOptions, solve
from solvers._watch import Watch
from solvers.bound import DualAscent
from solvers.construct import construct
from solvers.cpsat import Effort, solve_region, whole
from solvers.delta import State
from solvers.entering import enter_best
from solvers.evaluate import evaluate
from solvers.improve import Schedule, Search, improve
from solvers.pairs import Pairs
from solvers.shortlist import shortlist
from solvers.steps import ANY, MANY, MIXES, ONE, steps_of
from solvers.windows import Windows, rough_prices
from tests.oracle import cheapest, cheapest_apart
from tests.strategies import permuted, tiny_problems

FREE = Watch(None, None, None)
_many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_some = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _truth(problem: Problem) -> int:
    best = evaluate(problem, cheapest(problem))
    assert best.feasible
    return best.cost


def _inside(problem: Problem, plan: Assignment | None = None) -> Bools:
    """Return the options inside the windows of bundles, which hold a plan."""
    pairs = Pairs(problem)
    chosen = None if plan is None else plan.lot_option
    return Windows(problem, pairs.usable).inside(
        rough_prices(problem, pairs), problem.lot_unplanned_price.astype(np.float64), chosen
    )


@_many
@given(tiny_problems(max_lots=4))
def test_exact_model_finds_the_cost_of_the_oracle(problem: Problem) -> None:
    answer = solve_region(problem, whole(problem, Pairs(problem).usable), Effort(1, 10.0, 60.0))
    assert answer.assignment is not None
    evaluation = evaluate(problem, answer.assignment)
    assert evaluation.feasible
    assert evaluation.cost == answer.bound == _truth(problem)


@_many
@given(tiny_problems(min_lots=5, max_lots=6, max_resources=0))
def test_five_and_six_lots_are_solved_as_the_oracle_does(problem: Problem) -> None:
    best = evaluate(problem, cheapest_apart(problem))
    assert best.feasible
    answer = solve(problem, SolveOptions(gap=0.0, time_limit_s=None))
    assert isinstance(answer, Solved)
    assert answer.evaluation.feasible
    assert answer.bound <= best.cost
    assert answer.cost == best.cost
    ascent = DualAscent(problem, Pairs(problem)).run(60, FREE)
    assert 0 <= ascent.bound <= best.cost


@_some
@given(tiny_problems(max_lots=4, max_resources=0))
def test_the_quick_oracle_agrees_with_the_plain_one(problem: Problem) -> None:
    assert evaluate(problem, cheapest_apart(problem)).cost == _truth(problem)


@_many
@given(tiny_problems())
def test_every_dual_bound_is_below_the_truth(problem: Problem) -> None:
    truth = _truth(problem)
    pairs = Pairs(problem)
    dual = DualAscent(problem, pairs)
    ascent = dual.run(120, FREE)
    assert 0 <= ascent.bound <= truth
    best = cheapest(problem)
    excess = dual.excess(ascent.prices)
    used = best.lot_option[best.lot_option >= 0]
    assert (ascent.value + excess[used] <= truth + 10.0).all()


@_many
@given(tiny_problems(), st.integers(0, 10**6))
def test_the_bound_is_below_the_truth_at_any_prices(problem: Problem, seed: int) -> None:
    truth = _truth(problem)
    rng = np.random.default_rng(seed)
    dual = DualAscent(problem, Pairs(problem))
    for share in (0.5, 1.0, 3.0):
        prices = dual.start(share)
        prices.lot *= rng.uniform(0.5, 2.0, len(prices.lot))
        prices.pair *= rng.uniform(0.0, 2.0, len(prices.pair))
        prices.resource += rng.uniform(0.0, 2e6, len(prices.resource)) * (rng.random(len(prices.resource)) < 0.3)
        for choose_mix in (True, False):
            value, _ = dual.evaluate(prices, choose_mix=choose_mix)
            assert value <= truth + 10.0


@_many
@given(tiny_problems(min_lots=3, max_lots=8), st.integers(0, 10**6))
def test_a_pool_gains_at_least_what_any_one_load_gains(problem: Problem, seed: int) -> None:
    pairs = Pairs(problem)
    dual = DualAscent(problem, pairs)
    prices = dual.start()
    prices.lot *= np.random.default_rng(seed).uniform(0.5, 4.0, len(prices.lot))
    _, slope = dual.evaluate(prices)
    for pool in range(problem.n_pools):
        mine = [e for e in pairs.of_pool[pairs.pool_start[pool] : pairs.pool_start[pool + 1]].tolist() if pairs.fits[e]]
        most = max(
            (
                sum(slope.payment[e] + pairs.fee_share[e] for e in chosen) - cost
                for count in range(1, len(mine) + 1)
                for chosen in combinations(mine, count)
                for cost in [_least_cost_of_one_load(problem, pairs, pool, list(chosen))]
            ),
            default=0.0,
        )
        assert most <= dual.fill.gain[pool] + 10.0


def _least_cost_of_one_load(problem: Problem, pairs: Pairs, pool: int, chosen: list[int]) -> float:
    """Return what one load with the lots of these pairs and its customs entries cost, infinite if a rule forbids it."""
    lots = pairs.lot[chosen].tolist()
    if len(set(lots)) < len(lots):
        return np.inf
    classes, groups = problem.lot_class[lots], problem.lot_group[lots]
    clash = any(problem.conflict[a, b] for a, b in combinations(classes.tolist(), 2))
    if clash or (problem.lot_alone[lots].any() and len(set(groups.tolist())) > 1):
        return np.inf
    volume, weight = int(problem.lot_volume_cm3[lots].sum()), int(problem.lot_weight_g[lots].sum())
    prices = [
        int(problem.type_price[k])
        for k in problem.types_of(pool)
        if problem.type_limit[k] != 0 and volume <= problem.type_volume_cm3[k] and weight <= problem.type_weight_g[k]
    ]
    values: dict[tuple[int, int], int] = {}
    for pair, lot in zip(chosen, lots, strict=True):
        party = int(problem.lot_party[lot]), int(problem.lot_standing[lot])
        if problem.has_common and pairs.common[pair]:
            party = problem.common_party, problem.common_standing
        values[party] = values.get(party, 0) + int(problem.lot_entry_value[lot])
    fees = problem.fees_of(pool)
    entries = sum(fee.amount(value) for (_, mine), value in values.items() for fee in fees if fee.falls_on(mine))
    return min(prices, default=np.inf) + entries + _examined(problem, pool, lots, [mine for _, mine in values])


def _examined(problem: Problem, pool: int, lots: list[int], standings: list[int]) -> int:
    """Return what is expected of the examination of a load."""
    exam = problem.examination_of(pool)
    if exam is None:
        return 0
    chance = exam.chance(standings)
    return exam.cost(chance) + exam.delay_price(int(problem.lot_day_price[lots].sum()), chance)


@_many
@given(tiny_problems(), st.integers(1, 6), st.integers(0, 10**6))
def test_a_shortlist_has_the_options_with_the_least_excess(problem: Problem, count: int, seed: int) -> None:
    excess = np.random.default_rng(seed).choice((0.0, 1.0, 2.0, 5.0, np.inf), problem.n_options)
    keep = shortlist(problem, excess, count)
    for lot in range(problem.n_lots):
        options = sorted((excess[k], k) for k in problem.options_of(lot) if np.isfinite(excess[k]))
        assert [k for k in problem.options_of(lot) if keep[k]] == sorted(k for _, k in options[:count])


@_many
@given(tiny_problems(), st.integers(0, 99))
def test_heuristics_keep_every_rule_and_never_beat_the_truth(problem: Problem, seed: int) -> None:
    truth = _truth(problem)
    pairs = Pairs(problem)
    first = construct(problem, pairs, FREE, _inside(problem))
    assert first is not None
    better = improve(Search(problem, pairs, FREE, seed, _inside(problem, first)), first, Schedule(40))
    costs = [evaluate(problem, plan) for plan in (first, better)]
    assert all(evaluation.feasible for evaluation in costs)
    assert costs[0].cost >= costs[1].cost >= truth


@_many
@given(tiny_problems(max_lots=8))
def test_loads_entered_anew_break_no_other_rule_and_cost_no_more(problem: Problem) -> None:
    plan = construct(problem, Pairs(problem), FREE)
    assert plan is not None
    if problem.has_common:
        anew = enter_best(problem, plan)
        assert anew.loads == plan.loads
        asks = (problem.pool_scheme >= 0) | (problem.pool_max_parties >= 0)
        if all(asks[problem.pools_of(option)].sum() <= 1 for option in plan.lot_option.tolist() if option >= 0):
            assert evaluate(problem, anew).violations == evaluate(problem, plan).violations
            assert evaluate(problem, anew).cost <= evaluate(problem, plan).cost


@_many
@given(tiny_problems(max_lots=8), st.randoms(use_true_random=False))
def test_the_state_always_knows_the_exact_cost(problem: Problem, random: object) -> None:
    rng = np.random.default_rng(random.randint(0, 10**6))  # type: ignore[attr-defined]
    state = State(problem, Pairs(problem), _inside(problem))
    for _ in range(12 if problem.n_lots else 0):
        before, cost = state.assignment(), state.cost
        state.begin()
        for lot in rng.integers(0, problem.n_lots, 3).tolist():
            state.remove(lot)
            assert state.cost == evaluate(problem, state.assignment()).cost
            state.place(lot, float(rng.choice((0.0, 0.5, 1.0))))
            evaluation = evaluate(problem, state.assignment())
            assert state.cost == evaluation.cost
            assert evaluation.feasible
        if rng.random() < 0.5:
            state.rollback()
            assert (state.assignment(), state.cost) == (before, cost)
        else:
            state.commit()


@_some
@given(tiny_problems())
def test_solve_proves_the_optimum_of_tiny_problems_and_repeats_itself(problem: Problem) -> None:
    options = SolveOptions(gap=0.0, work=5, time_limit_s=None)
    first, second = solve(problem, options), solve(problem, options)
    assert isinstance(first, Solved)
    assert isinstance(second, Solved)
    assert first.proven
    assert first.cost == first.bound == _truth(problem)
    assert (first.assignment, first.bound) == (second.assignment, second.bound)


@_some
@given(tiny_problems(min_lots=2, max_lots=4), st.integers(0, 3))
def test_the_search_alone_keeps_every_rule_between_bound_and_truth(problem: Problem, seed: int) -> None:
    answer = solve(problem, SolveOptions(gap=0.0, work=2, seed=seed, exact_lots=0, time_limit_s=None))
    assert isinstance(answer, Solved)
    assert answer.evaluation.feasible
    assert answer.bound <= _truth(problem) <= answer.cost


@_some
@given(tiny_problems(max_lots=4), st.randoms(use_true_random=False))
def test_the_order_of_lots_does_not_change_the_exact_cost(problem: Problem, random: object) -> None:
    order = list(range(problem.n_lots))
    random.shuffle(order)  # type: ignore[attr-defined]
    options = SolveOptions(gap=0.0, work=5, time_limit_s=None)
    one, other = solve(problem, options), solve(permuted(problem, order), options)
    assert isinstance(one, Solved)
    assert isinstance(other, Solved)
    assert one.cost == other.cost


@_some
@given(tiny_problems())
def test_a_state_loads_what_it_gave(problem: Problem) -> None:
    plan = construct(problem, Pairs(problem), FREE)
    assert plan is not None
    state = State(problem, Pairs(problem))
    state.load_assignment(plan)
    assert (state.assignment(), state.cost) == (plan, evaluate(problem, plan).cost)


@_many
@given(tiny_problems())
def test_a_state_loads_every_plan_that_keeps_the_rules(problem: Problem) -> None:
    plan = cheapest(problem)
    state = State(problem, Pairs(problem))
    for lot in range(problem.n_lots):
        state.place(lot)
    state.load_assignment(plan)
    assert (state.assignment(), state.cost) == (plan, evaluate(problem, plan).cost)
    for lot in range(problem.n_lots):
        state.remove(lot)
    assert state.cost == evaluate(problem, Assignment.unplanned(problem.n_lots)).cost


@_many
@given(tiny_problems(), st.integers(0, 10**6))
def test_capacity_never_costs_more_than_loads_that_have_it(problem: Problem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    demand = np.full(problem.n_pools, 1e9)
    steps = steps_of(problem, demand, demand)
    for pool in range(problem.n_pools):
        types = np.array([k for k in problem.types_of(pool) if problem.type_limit[k] != 0], dtype=np.int64)
        for count in (1, 2, 3, 9, 25) if len(types) else ():
            loads = rng.choice(types, count)
            paid = int(problem.type_price[loads].sum())
            for mix in range(len(MIXES)):
                for shape in (ANY, ONE if count == 1 else MANY):
                    form = steps.shapes[pool, mix, shape]
                    volume, weight = problem.type_volume_cm3[loads].sum(), problem.type_weight_g[loads].sum()
                    size = float(form["per_volume"] * volume + form["per_weight"] * weight) * (1 - 1e-12)
                    rows = steps.rows[form["first"] : form["last"]]
                    enough = rows["cost"][rows["capacity"] >= size]
                    cost = enough.min() if len(enough) else form["beyond"] * size
                    assert cost <= paid + 1e-6
