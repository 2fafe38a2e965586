"""Costs and rules worked out by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from network.errors import SolveError
from network.money import MICROS
from solvers import Assignment, EntryFee, Load, Problem, Rule, evaluate
from tests.strategies import MPF, Lot, Option, Pool, Type, assignment_of, make_problem


def three_lots() -> Problem:
    """Return three lots that share a trunk (pool 0: small at 300, large at 500) and a truck (pool 1: 80).

    Lot 0 and lot 1 have option 0 = trunk and truck, option 1 = alone. Lot 2 has the trunk only.
    """
    lots = [
        Lot(volume=40, unplanned=900, party=0, value=5400, options=[Option(100, (0, 1)), Option(400)]),
        Lot(volume=50, unplanned=900, party=0, value=48_600, options=[Option(110, (0, 1)), Option(420)]),
        Lot(volume=60, unplanned=700, party=1, value=5400, options=[Option(120, (0,))]),
    ]
    pools = [Pool((Type(300, 100), Type(500, 160)), scheme=0), Pool((Type(80, 90),))]
    return make_problem(lots, pools, ((MPF,),))


def test_costs_of_three_lots_by_hand() -> None:
    problem = three_lots()
    plan = assignment_of(problem, [0, 0, 0], (0, 1, (0, 1, 2)), (1, 0, (0, 1)))
    evaluation = evaluate(problem, plan)
    # Own 100 + 110 + 120; loads 500 + 80; one entry of 54,000 at 0.3464 % = 187.06, one of 5,400 at the floor 33.58.
    assert evaluation.cost == round((330 + 580 + 187.06 + 33.58) * 100) * 10_000
    assert evaluation.feasible
    assert sum(line.amount for line in evaluation.lines) == evaluation.cost
    kinds = [(line.kind, line.index, line.party, line.code) for line in evaluation.lines]
    assert ("ENTRY", 0, 1, "MPF") in kinds
    assert ("LOAD", 1, -1, "") in kinds


def test_an_unplanned_lot_costs_its_price() -> None:
    problem = three_lots()
    evaluation = evaluate(problem, Assignment.unplanned(3))
    assert evaluation.cost == 2500 * MICROS
    assert [line.kind for line in evaluation.lines] == ["UNPLANNED"] * 3


@pytest.mark.parametrize(
    ("value", "fee"), [(0, "33.58"), (5_400, "33.58"), (54_000, "187.06"), (188_078, "651.50"), (900_000, "651.50")]
)
def test_floor_rate_and_cap_of_a_fee(value: int, fee: str) -> None:
    assert MPF.amount(value * MICROS) == round(float(fee) * 100) * 10_000


def test_ten_importers_pay_ten_floors_and_one_pays_the_rate() -> None:
    assert sum(MPF.amount(5_400 * MICROS) for _ in range(10)) == 335_800_000
    assert MPF.amount(54_000 * MICROS) == 187_060_000
    assert EntryFee("FLAT", 50_000_000, 0, 0, None).amount(7 * MICROS) == 50_000_000


def _violations(problem: Problem, plan: Assignment) -> dict[Rule, int]:
    return {violation.rule: violation.amount for violation in evaluate(problem, plan).violations}


def test_every_rule_of_a_load_says_by_how_much_it_is_broken() -> None:
    lots = [
        Lot(volume=60, weight=600, cls=0, group=0, alone=True, party=0, options=[Option(1, (0,))]),
        Lot(volume=50, weight=500, cls=1, group=1, party=1, options=[Option(1, (0,))]),
    ]
    problem = make_problem(lots, [Pool((Type(10, 100, 1000),), max_parties=1)], conflict=[[False, True], [True, False]])
    together = _violations(problem, assignment_of(problem, [0, 0], (0, 0, (0, 1))))
    assert together == {Rule.VOLUME: 10, Rule.WEIGHT: 100, Rule.CONFLICT: 1, Rule.ALONE: 1, Rule.PARTIES: 1}
    assert not _violations(problem, assignment_of(problem, [0, 0], (0, 0, (0,)), (0, 0, (1,))))


def test_limits_of_types_and_resources() -> None:
    lots = [Lot(options=[Option(1, (0,), ((0, 3),))]) for _ in range(2)]
    problem = make_problem(lots, [Pool((Type(10, limit=1, resource=0, amount=2),))], resource_limit=[7])
    apart = assignment_of(problem, [0, 0], (0, 0, (0,)), (0, 0, (1,)))
    # Options use 3 + 3, two loads use 2 + 2: ten of seven; two loads where one is allowed.
    assert _violations(problem, apart) == {Rule.TYPE_LIMIT: 1, Rule.RESOURCE: 3}


def test_membership_counts_loads_missing_and_too_many() -> None:
    problem = three_lots()
    plan = assignment_of(problem, [0, 1, -1], (0, 0, (0, 1)))
    # Lot 0 misses its truck; lot 1 is in a trunk load that its option does not use.
    assert [(v.where, v.amount) for v in evaluate(problem, plan).violations] == [(0, 1), (1, 1)]


def test_canonical_form_ignores_order() -> None:
    one = Assignment.canonical([0, 1], [Load(1, 2, (3, 0)), Load(0, 0, (1,)), Load(0, 0, ())])
    other = Assignment.canonical([0, 1], [Load(0, 0, (1,)), Load(1, 2, (0, 3))])
    assert one == other
    assert hash(one) == hash(other)
    assert one.loads == (Load(0, 0, (1,)), Load(1, 2, (0, 3)))


def test_an_option_of_another_lot_is_refused() -> None:
    problem = three_lots()
    with pytest.raises(SolveError, match=r"lot_option\[0\]: option 2"):
        evaluate(problem, Assignment.canonical([2, -1, -1], ()))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("option_pool", [0, 1, 0, 9, 0], r"option_pool\[3\]: found 9"),
        ("option_pool", [0, 0, 0, 1, 0], r"option_pool\[\d\]: option 0 uses pool 0 twice"),
        ("option_pool", [0, 1, 2**32, 0, 0], r"option_pool\[2\]: found 4294967296"),
        ("option_pool_start", np.array([0, 1, 2**32 + 2, 3, 4, 5]), r"option_pool_start\[2\]: found 4294967298"),
        ("lot_class", [0, 0, 4], r"lot_class\[2\]: found 4"),
        ("option_cost", [1, 0, 0, 0, 0], r"option_cost\[0\]: found 1, expected a whole number of cents"),
        ("type_price", [1], r"type_price: found 1 entries, expected 3|type_"),
        ("option_start", [0, 2, 4, 9], r"option_start: runs from 0 to 9"),
        ("conflict", np.array([[False]] * 2), r"conflict"),
    ],
)
def test_arrays_that_contradict_each_other_are_named(field: str, value: object, message: str) -> None:
    with pytest.raises(SolveError, match=message):
        dataclasses.replace(three_lots(), **{field: value})  # type: ignore[arg-type]


def test_arrays_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        three_lots().option_cost[0] = 5
