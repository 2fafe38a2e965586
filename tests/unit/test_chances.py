"""Plans that promised dates should be kept with a chance: what is refused, who is told, what the checker and a simulation say."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import pytest

from consolidation import plan
from consolidation.checker import judge
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from consolidation.simulation import simulate
from network.errors import InputError
from network.model import Network
from network.tables import Reliability
from tests.hand_plan import S1, S2, shipment
from tests.networks import tiny_network

DAY = dt.date(2026, 12, 28)
"""When goods of the first sailing are received that are trucked by themselves."""
MEAN, SD = 0.5, 1.5
FIGURES = tuple(
    Reliability(scope="lane:YTN-LAX", metric=metric, value=value, unit="day")
    for metric, value in (("arrival_delay_mean", MEAN), ("arrival_delay_sd", SD))
)


def chance_of(days: int) -> float:
    """Return the chance to be received at most so many days after the plan: arrival is planned for 02:00, and no place is closed."""
    return 0.5 * (1 + math.erf((days + 22 / 24 - MEAN) / SD / math.sqrt(2)))


def made(days: int, chance: float | None, **changes: Any) -> tuple[Plan, Network, list[Shipment]]:
    """Return a plan of a shipment that is due so many days after it is received, and of one without a date."""
    network = tiny_network(reliability=FIGURES)
    goods = [
        shipment(S1, due_date=DAY + dt.timedelta(days=days), late_price_per_day=Decimal(1), **changes),
        shipment(S2, due_date=None),
    ]
    return plan(network, goods, chance=chance), network, goods


def notices(answer: Plan) -> list[str]:
    return [notice.text for notice in answer.notices if notice.code == "CHANCE.TARGET"]


def refused(answer: Plan) -> int:
    return answer.refusals.get("CHANCE.TARGET", 0)


@pytest.mark.parametrize("days", [1, 2, 3])
def test_the_target_is_met_up_to_the_chance_of_the_way(days: int) -> None:
    exact = chance_of(days)
    below, network, goods = made(days, exact - 0.005)
    assert notices(below) == [
        f"1 of 1 shipments with a promised date are received by then with a chance of at least {100 * (exact - 0.005):.4g}%."
    ]
    assert not judge(below, network, goods).violations
    above = made(days, exact + 0.005)[0]
    assert refused(above) > refused(below) > 0


def test_without_a_way_that_reaches_it_the_best_is_taken_and_told() -> None:
    answer, network, goods = made(-33, 0.9)
    (text,) = notices(answer)
    assert text.startswith("0 of 1 shipments with a promised date are received by then with a chance of at least 90%.")
    assert "No way of 1 others reaches it" in text
    assert {row.shipment_id for row in answer.shipments} == {"S1", "S2"}
    assert not judge(answer, network, goods).violations


def test_goods_without_a_promised_date_go_as_they_would() -> None:
    network, goods = tiny_network(reliability=FIGURES), [shipment(S1, due_date=None), shipment(S2, due_date=None)]
    plain, safe = plan(network, goods), plan(network, goods, chance=0.9)
    assert (safe.shipments, safe.certificate, safe.refusals) == (plain.shipments, plain.certificate, plain.refusals)
    assert notices(safe) == []


def test_a_higher_chance_never_costs_less_and_the_simulation_agrees() -> None:
    costs, draws = [], 4_000
    for chance in (None, 0.5, 0.9, 0.99):
        answer, network, goods = made(2, chance)
        assert answer.certificate.proven_optimal
        costs.append(answer.certificate.cost)
        assert not judge(answer, network, goods).violations
        if chance is not None and "No way" not in notices(answer)[0]:
            found = next(
                row for row in simulate(answer, network, goods, draws=draws).shipments if row.shipment_id == "S1"
            )
            assert found.on_time >= chance - 5 * math.sqrt(chance * (1 - chance) / draws)
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]


def test_a_plan_that_does_not_keep_the_target_it_names_is_refused() -> None:
    plain, network, goods = made(1, None)
    assert chance_of(1) < 0.9
    claimed = plain.model_copy(update={"options": {**plain.options, "chance_target": 0.9}})
    assert "CHANCE.TARGET" in {row.cause for row in judge(claimed, network, goods).violations}


def test_the_network_may_ask_for_it() -> None:
    answer, network, goods = made(2, None)
    asking = network.replace(planning=network.planning.model_copy(update={"chance_target": 0.9}))
    safe = plan(asking, goods)
    assert refused(safe) > 0 == refused(answer)
    assert not judge(safe, asking, goods).violations


@pytest.mark.parametrize("wrong", [0.0, 1.0, 1.5, -0.1, math.nan])
def test_only_shares_between_nothing_and_all_are_targets(wrong: float) -> None:
    with pytest.raises(InputError):
        made(1, wrong)
