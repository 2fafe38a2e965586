"""Examinations: one chance for a load, compounded over its importers; its cost and its delay, in plan, search and bound."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from consolidation import check, write_plan
from consolidation.allocation.games import Games
from consolidation.allocation.ledger import Ledger
from consolidation.checker import judge
from consolidation.demand import measure
from consolidation.examined import day_price
from consolidation.plan_model import Plan
from network.errors import SolveError
from network.examinations import MILLION, expected_cost, expected_delay, joint_chance, price_of_day
from network.geo import Locator
from network.model import Network
from network.money import CENT, MICROS, to_micros
from network.price_tables import Charge, Importer
from network.pricing_rules import PricingRules
from solvers import Examination, LineKind, Problem, cpsat_exam, evaluate
from solvers.cpsat import Effort, solve_region, whole
from solvers.cpsat_exam import Held, charge_examination
from solvers.cpsat_money import Money
from solvers.fees import entry_amounts, fees_of
from solvers.pairs import Pairs
from tests.goods import assert_sums, edited, goods, lines_of, quick_plan, total
from tests.networks import tiny_network
from tests.oracle import cheapest
from tests.strategies import Lot, Option, Pool, Type, assignment_of, make_problem, tiny_problems

EXAM = {
    "category": "customs", "side": "destination", "currency": "USD", "tariff": "ENTRY-US", "name": "x", "code": "US.EXAM",
    "basis": "per_examination", "rate": "500", "delay_days": "3",
}  # fmt: skip
ROWS: list[dict[str, Any]] = [
    {**EXAM, "charge_id": "usual", "chance_pct": "1", "importers": "!new"},
    {**EXAM, "charge_id": "new", "chance_pct": "5", "importers": "new"},
]
_any = settings(deadline=None)
_chances = st.lists(st.integers(0, MILLION), max_size=12)


@_any
@given(_chances, st.integers(0, MILLION))
def test_a_chance_lies_between_the_largest_and_the_sum_and_never_falls(chances: list[int], another: int) -> None:
    joint = joint_chance(chances)
    assert max(chances, default=0) <= joint <= min(sum(chances), MILLION)
    assert joint_chance([*chances, another]) >= joint
    assert joint_chance(reversed(chances)) == joint


def test_expectations_are_whole_cents_rounded_half_up() -> None:
    assert expected_cost(500 * MICROS, 10) == CENT  # half a cent
    assert expected_cost(500 * MICROS, 9) == 0
    assert expected_delay(200 * MICROS, 3_160, 90_000) == to_micros("56.88")
    assert expected_delay(np.array([200 * MICROS, 0]), 3_160, 90_000).tolist() == [to_micros("56.88"), 0]


@_any
@given(
    st.lists(st.tuples(st.integers(0, 10**13), st.integers(0, 10**9)), min_size=1, max_size=8), st.integers(0, MILLION)
)
def test_kernels_expect_what_the_evaluator_does(amounts: list[tuple[int, int]], chance: int) -> None:
    for price, per_day in amounts:
        exam = Examination("EXAM", price, 59_999, (chance,))
        problem = make_problem([], [Pool((Type(1),), scheme=0)], ((),), examinations=(exam,))
        none = np.zeros(1, dtype=np.int64)
        found = entry_amounts(fees_of(problem), none, none, none, np.array([per_day]))
        assert found.tolist() == [exam.cost(chance) + exam.delay_price(per_day, chance)]


def _load_of(parties: list[tuple[int, int]], exam: Examination) -> Problem:
    """Return lots of (party, standing) that share one pool, each worth 100 a day."""
    lots = [
        Lot(volume=10, party=party, standing=standing, options=[Option(0, (0,))], day_price=10_000)
        for party, standing in parties
    ]
    return make_problem(lots, [Pool((Type(100, volume=200),), scheme=0)], ((),), examinations=(exam,))


def test_a_load_is_let_through_only_if_all_its_importers_are() -> None:
    problem = _load_of([(0, 0), (0, 0), (1, 0), (2, 1)], Examination("EXAM", 500 * MICROS, 3_000, (10_000, 50_000)))
    found = evaluate(problem, assignment_of(problem, [0, 0, 0, 0], (0, 0, (0, 1, 2, 3))))
    lines = {line.kind: line.amount for line in found.lines if line.kind in (LineKind.EXAMINATION, LineKind.DELAY)}
    # 1 - 0.99 x 0.99 x 0.95 = 0.068905, of 500 and of 3 days of 400
    assert lines == {LineKind.EXAMINATION: to_micros("34.45"), LineKind.DELAY: to_micros("82.69")}


@_any
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40)), min_size=1, max_size=6), st.integers(0, 40_000))
def test_what_is_surely_caused_is_never_more_than_what_loads_expect(lots: list[tuple[int, int]], delay: int) -> None:
    exam = Examination("EXAM", 433_250_000, delay, (9_400, 300_000))
    problem = _load_of([(party, party % 2) for party, _ in lots], exam)
    pairs = Pairs(problem)
    members = range(len(lots))
    for chosen in [list(members), *([k] for k in members), list(members)[::2]]:
        surely = int(pairs.fee_share[chosen].sum()) + sum(
            int(pairs.entry_fixed[k]) for k in {int(pairs.entry[k]): k for k in chosen}.values()
        )
        chance = exam.chance({int(problem.lot_party[k]): int(problem.lot_standing[k]) for k in chosen}.values())
        assert surely <= exam.cost(chance) + exam.delay_price(100 * MICROS * len(chosen), chance)


@settings(max_examples=40, deadline=None)
@given(tiny_problems(max_lots=4))
def test_too_many_counts_leave_a_bound(problem: Problem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cpsat_exam, "_MOST_COUNTS", 2)
        answer = solve_region(problem, whole(problem, Pairs(problem).usable), Effort(1, 10.0, 60.0))
    assert answer.bound <= evaluate(problem, cheapest(problem)).cost


def test_too_many_counts_leave_importers_without_a_chance_without_one() -> None:
    """Two importers who are examined make three counts, one more than allowed; the third is never examined, and travels alone for nothing."""
    cp = cp_model.CpModel()
    money = Money(cp)
    members = [cp.new_bool_var(name) for name in "abc"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cpsat_exam, "_MOST_COUNTS", 2)
        importers = list(zip((0, 400_000, 400_000), members, strict=True))
        charge_examination(cp, money, Examination("EXAM", 100 * CENT, 0, (0, 400_000)), importers, Held(0, []))
    cp.add_bool_and([members[0], ~members[1], ~members[2]])
    money.minimise()
    solver = cp_model.CpSolver()
    assert solver.solve(cp) == cp_model.OPTIMAL
    assert solver.objective_value == 0


@pytest.mark.parametrize(
    ("exam", "text"),
    [
        (Examination("EXAM", -1, 0, (1,)), "negative price"),
        (Examination("EXAM", 1, 60_001, (1,)), "found a delay of 60001"),
        (Examination("EXAM", 1, 1, (MILLION + 1,)), "expected 0..1000000 millionths"),
    ],
)
def test_examinations_that_cannot_be_are_refused(exam: Examination, text: str) -> None:
    with pytest.raises(SolveError, match=text):
        _load_of([(0, 0)], exam)


def test_an_importer_has_one_standing() -> None:
    with pytest.raises(SolveError, match=r"lot_standing\[1\]: found 1, expected that of its importer's other lots"):
        _load_of([(0, 0), (0, 1)], Examination("EXAM", 1, 1, (1,)))


# -- the network ------------------------------------------------------------------------------------------------------


def _found(**changes: Any) -> list[tuple[str, str, str]]:
    """Return what is wrong with two rows of an examination, the second one changed: field, value, what was expected."""
    network = tiny_network(charges=edited("charges", add=[ROWS[0], {**ROWS[1], **changes}]))
    rules = PricingRules(network, {})
    findings = [*rules.examinations(), *rules.entry_fees(), *rules.twice(), *rules.bases()]
    return [(finding.field or "", str(finding.value), finding.rule) for finding in findings]


def test_rows_of_one_examination_name_each_importer_once_and_agree() -> None:
    rule = "CHARGE.EXAMINATION"
    assert _found() == []
    assert _found(importers="other") == [("importers", "other", rule)]
    assert _found(rate="400") == [("rate", "400", rule)]
    assert _found(delay_days="2.5") == [("delay_days", "2.5", rule)]
    assert _found(importers="other", modes="air") == [("importers", "other", rule)]
    assert _found(minimum="5") == [("minimum", "5", rule)]
    assert _found(valid_from="2020-01-01", valid_to="2020-02-01", importers="", rate="1")[0][0] == "importers"


def test_rows_of_other_modes_are_other_examinations() -> None:
    rows = [{**ROWS[0], "modes": "ocean"}, {**ROWS[1], "modes": "air", "importers": "", "rate": "40"}]
    assert list(PricingRules(tiny_network(charges=edited("charges", add=rows)), {}).examinations()) == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"chance_pct": None}, "chance_pct with the basis per_examination"),
        ({"basis": "per_entry"}, "chance_pct with the basis per_examination"),
        ({"basis": "per_entry", "chance_pct": None}, "delay_days only with the basis per_examination"),
        ({"chance_pct": "0.00001"}, "chance_pct of at most 4 decimals"),
        ({"delay_days": "0.0001"}, "delay_days of at most 3 decimals"),
        ({"chance_pct": "101"}, "less than or equal to 100"),
    ],
)
def test_a_row_that_is_no_examination_is_refused(changes: dict[str, Any], text: str) -> None:
    columns = {name: value for name, value in {**ROWS[0], **changes}.items() if value is not None}
    with pytest.raises(ValueError, match=text):
        Charge.model_validate(columns)


# -- plans --------------------------------------------------------------------------------------------------------------


def _network() -> Network:
    """Return the small network with examinations, on which goods share containers and nothing else."""
    network = tiny_network(couriers=(), charges=edited("charges", add=ROWS))
    lanes = tuple(lane for lane in network.lanes if lane.buying == "load")
    runs = tuple(run for run in network.departures if run.lane_id in {lane.lane_id for lane in lanes})
    known = Importer(importer_id="NEW", name="new", tags=("new",))
    return network.replace(lanes=lanes, departures=runs, importers=(*network.importers, known))


WEEK = [goods("S1"), goods("S2", volume_m3="6"), goods("S3", volume_m3="10", importer_id="NEW")]


@pytest.fixture(scope="module")
def made() -> Plan:
    return quick_plan(_network(), WEEK)


def test_a_plan_shares_an_examination_and_its_delay(made: Plan, tmp_path: Any) -> None:
    network = _network()
    assert_sums(made)
    assert check(write_plan(made, tmp_path / "plan", network, 0.0), network, WEEK).violations == ()
    (load,) = [load for load in made.loads if load.kind == "trunk"]
    lines = lines_of(made, "US.EXAM")
    # 1 - 0.99 x 0.99 x 0.95 = 0.068905 of 500 = 34.4525
    assert {(line.load_id, line.charge_id, line.quantity, line.source_amount) for line in lines} == {
        (load.load_id, "usual", Decimal("0.068905"), Decimal("34.45"))
    }
    prices = [price_of_day(row.goods_value, Decimal(str(network.planning.carrying_pct_per_year)),
                           Decimal(str(network.planning.value_of_day_per_m3)) * row.volume_m3) for row in made.shipments]  # fmt: skip
    delay = sum((row.priced_time["EXAMINATION"] for row in made.shipments), Decimal(0))
    assert to_micros(delay) == expected_delay(sum(prices), 3_000, 68_905)
    assert delay > 0


def _judged(plan: Plan) -> set[str]:
    return {violation.cause for violation in judge(plan, _network(), WEEK).violations}


def test_tampering_with_an_examination_is_caught(made: Plan) -> None:
    def tampered(**changes: Any) -> Plan:
        lines = tuple(
            line.__class__.trusted(**{**{name: getattr(line, name) for name in line.__slots__}, **changes})
            if line.code == "US.EXAM"
            else line
            for line in made.cost_lines
        )
        return made.model_copy(update={"cost_lines": lines})

    assert _judged(made) == set()
    assert "COST.QUANTITY" in _judged(tampered(quantity=Decimal("0.01")))
    assert "COST.RATE" in _judged(tampered(rate=Decimal(400)))
    assert "COST.SOURCE_AMOUNT" in _judged(tampered(source_amount=Decimal("5.00")))
    assert "COST.MISSING_LINE" in _judged(tampered(charge_id="new"))
    first, *rest = made.shipments
    calm = first.model_copy(update={"priced_time": {**first.priced_time, "EXAMINATION": Decimal(0)}})
    assert "TIME.EXAMINATION" in _judged(made.model_copy(update={"shipments": (calm, *rest)}))


def test_an_entry_of_its_own_is_examined_by_itself() -> None:
    network = tiny_network(charges=edited("charges", add=ROWS)).replace(lanes=(), departures=(), links=(), geometry=())
    plan = quick_plan(network, [goods("S1"), goods("S2")])
    assert judge(plan, network, [goods("S1"), goods("S2")]).violations == ()
    lines = lines_of(plan, "US.EXAM")
    assert [(line.quantity, line.amount, line.load_id) for line in lines] == [
        (Decimal("0.01"), Decimal("5.00"), "")
    ] * 2
    for row in plan.shipments:
        assert row.priced_time["EXAMINATION"] > 0
        assert row.baseline_priced_time == sum(row.priced_time.values())


def test_coalitions_bring_the_chance_of_their_importers_upon_a_load(made: Plan) -> None:
    network = _network()
    ledger = Ledger(made)
    (table,) = [table for table in ledger.tables if table.load.kind == "trunk"]
    game = Games(made, network, ledger).of(table, [0] * len(made.shipments))
    assert game.cost_of(range(3)) == game.paid
    assert game.examined is not None
    alone, both = (game.examined.cost(game.examined.hazard(np.array(who)).sum()) for who in ([0], [0, 1]))
    assert {int(alone), int(both)} <= {to_micros(text) for text in ("25.00", "5.00", "9.95", "29.75")}
    assert total(lines_of(made, "US.EXAM")) == Decimal("34.45")


def test_a_day_is_worth_the_same_in_an_array_and_by_itself() -> None:
    network = tiny_network()
    demand = measure(network, WEEK, Locator(network.places))
    planning = network.planning
    expected = [
        price_of_day(row.goods_value, Decimal(str(planning.carrying_pct_per_year)),
                     Decimal(str(planning.value_of_day_per_m3)) * row.volume_m3) for row in WEEK
    ]  # fmt: skip
    assert day_price(network, demand).tolist() == expected
