"""Comparisons of plans that the planner made: the same question, another search, a changed week, a replan."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consolidation.comparison import Comparison, Known, apply, compare
from consolidation.plan_model import Plan
from consolidation.planner import plan as make_plan
from consolidation.replanning import replan
from solvers.options import SolveOptions
from tests.forging import GOODS, NETWORK

WEEK = GOODS[::3]


def made(network: object = NETWORK, goods: object = WEEK, seed: int = 1) -> Plan:
    """Return a plan that was searched a little."""
    return make_plan(network, goods, options=SolveOptions(seed=seed, work=1, time_limit_s=None))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def monday() -> Plan:
    return made()


def _exact(a: Plan, b: Plan, found: Comparison) -> None:
    assert apply(a, found) == b
    assert found.cash_cost.difference == b.certificate.cash_cost - a.certificate.cash_cost
    assert sum(found.cash_cost.effects.values(), Decimal(0)) == found.cash_cost.difference


def test_the_same_question_twice(monday: Plan) -> None:
    assert compare(monday, made()).is_empty


def test_a_replan_without_news_changes_nothing(monday: Plan) -> None:
    again = replan(monday, (), NETWORK, WEEK).plan
    found = compare(monday, again)
    assert not found.has_changes
    assert found.b.version == 2
    _exact(monday, again, found)


def test_another_seed_is_the_search(monday: Plan) -> None:
    other = made(seed=5)
    found = compare(monday, other)
    _exact(monday, other, found)
    assert set(found.causes()) <= {"optimiser"}
    assert found.repriced == ()


def test_a_changed_week(monday: Plan) -> None:
    gone, other, *rest = WEEK
    charges = tuple(
        row.model_copy(update={"rate": row.rate * 2}) if row.charge_id == "ocean-us-ins" else row
        for row in NETWORK.charges
    )
    network = NETWORK.replace(charges=charges)
    goods = [other.model_copy(update={"volume_m3": other.volume_m3 + 1}), *rest]
    wednesday = made(network, goods)
    known = Known(network_a=NETWORK, network_b=network, shipments_a=WEEK, shipments_b=goods)
    found = compare(monday, wednesday, inputs=known)
    _exact(monday, wednesday, found)
    kinds = {row.shipment_id: {change.kind: change.verdict.cause for change in row.changes} for row in found.shipments}
    assert kinds[gone.shipment_id] == {"dropped": "input"}
    assert kinds[other.shipment_id]["re_measured"] == "input"
    insurance = next(row for row in found.repriced if row.charge_id == "ocean-us-ins")
    assert insurance.rate_after == 2 * (insurance.rate_before or 0)
    assert {row.charge_id for row in found.repriced} == {"ocean-us-ins"}
    assert found.categories["insurance"].effects["price"] == insurance.effect > 0
