"""Planning a week: progress, stopping, settings, certificate, and what cannot be served."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consolidation.planner import StoppedWithoutPlan, plan, unservable
from network.errors import InputError
from network.money import to_micros
from network.planning import Header
from solvers.options import SolveOptions
from solvers.outcome import NoPlan, Progress, StopReason
from tests.goods import SURE, assert_sums, edited, goods, quick_plan
from tests.networks import tiny_network

WEEK = [goods(f"S{k}", volume_m3="9", gross_weight_kg="1500", cartons=100) for k in range(6)]


def test_a_week_is_planned_and_proved() -> None:
    made = quick_plan(tiny_network(), WEEK)
    certificate = made.certificate
    assert certificate.proven_optimal
    assert certificate.stop_reason == "OPTIMAL"
    assert certificate.cost == certificate.bound
    assert certificate.gap == 0.0
    assert (certificate.shipments, certificate.unplanned, certificate.baseline_missing) == (6, 0, 0)
    assert certificate.cash_cost < certificate.baseline_cost
    assert_sums(made)


def test_what_the_plan_was_made_from_is_written_down() -> None:
    made = quick_plan(tiny_network(), WEEK, SolveOptions(seed=7, time_limit_s=None, gap=0.01, work=30))
    assert made.options == {
        "seed": 7,
        "gap": 0.01,
        "work": 30,
        "time_limit_s": None,
        "value_of_day_per_m3": None,
        "chance_target": None,
    }
    assert (made.inputs.network, made.inputs.scenario, made.inputs.currency) == ("Tiny network", "", "USD")
    assert (made.inputs.horizon_start, made.inputs.horizon_end) == ("2026-11-24", "2026-12-29")
    assert made.plan_id.startswith("DB-20261124-")
    assert set(made.software) == {"dragonboat", "ortools"}


def test_the_id_of_a_plan_is_that_of_its_inputs_and_settings() -> None:
    network = tiny_network()
    first = quick_plan(network, WEEK).plan_id
    assert quick_plan(network, WEEK).plan_id == first
    others = [
        quick_plan(network, WEEK[:5]),
        quick_plan(network, WEEK, SolveOptions(seed=2, time_limit_s=None)),
        quick_plan(network, WEEK, value_of_day_per_m3=3.0),
        quick_plan(tiny_network(couriers=()), WEEK),
    ]
    assert len({first, *(other.plan_id for other in others)}) == 5


def test_progress_starts_with_itineraries_and_bounds_only_rise() -> None:
    seen: list[Progress] = []
    quick_plan(tiny_network(), WEEK, on_progress=seen.append)
    assert seen[0].phase == "itineraries"
    assert seen[0].best is None
    bounds = [event.bound for event in seen]
    assert bounds == sorted(bounds)
    costs = [event.best for event in seen if event.best is not None]
    assert costs == sorted(costs, reverse=True)


def test_a_cancelled_search_returns_the_best_plan_so_far() -> None:
    costs: list[int] = []

    def on_progress(event: Progress) -> None:
        if event.best is not None:
            costs.append(event.best)

    made = plan(tiny_network(), WEEK, on_progress=on_progress, cancelled=lambda: bool(costs))
    assert made.certificate.stop_reason in ("CANCELLED", "OPTIMAL")
    assert made.certificate.bound <= made.certificate.cost
    assert to_micros(made.certificate.cost) == min(costs)
    assert made.certificate.unplanned == 0
    assert_sums(made)


def test_a_search_cancelled_before_any_plan_has_none() -> None:
    with pytest.raises(StoppedWithoutPlan, match="CANCELLED"):
        plan(tiny_network(), WEEK, cancelled=lambda: True)


def test_a_search_without_any_plan_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consolidation.planner.solve", lambda *args, **kwargs: NoPlan(StopReason.TIME))
    with pytest.raises(StoppedWithoutPlan, match="stopped without a plan: TIME") as caught:
        plan(tiny_network(), WEEK)
    assert caught.value.reason == "TIME"


def test_no_shipments_make_an_empty_plan() -> None:
    made = quick_plan(tiny_network(), [])
    assert (made.shipments, made.loads, made.cost_lines, made.unplanned) == ((), (), (), ())
    assert made.certificate.cost == made.certificate.bound == 0
    assert made.certificate.proven_optimal


def test_a_scenario_takes_the_place_of_the_networks_own() -> None:
    dear = {"charge_id": "peak", "tariff": "WAREHOUSE", "code": "ORIGIN.PEAK", "name": "peak", "category": "origin",
            "side": "origin", "basis": "per_bill", "rate": "50", "currency": "USD", "scenario": "peak"}  # fmt: skip
    network = tiny_network(charges=edited("charges", add=[dear]))
    calm, peak = quick_plan(network, WEEK), quick_plan(network, WEEK, scenario="peak")
    assert peak.inputs.scenario == "peak"
    assert not [line for line in calm.cost_lines if line.code == "ORIGIN.PEAK"]
    assert sum(line.amount for line in peak.cost_lines if line.code == "ORIGIN.PEAK") == Decimal(300)
    assert peak.inputs.network_sha256 == calm.inputs.network_sha256
    with pytest.raises(InputError, match="peek"):
        plan(network, WEEK, scenario="peek", options=SURE)
    assert network.header == Header(name="Tiny network", description="Round numbers for tests")


def test_a_dear_day_buys_speed() -> None:
    slow = quick_plan(tiny_network(), [goods()])
    fast = quick_plan(tiny_network(), [goods()], value_of_day_per_m3=500.0)
    assert fast.shipments[0].days < slow.shipments[0].days
    assert fast.shipments[0].service in ("air", "courier", "alone_air")
    assert slow.shipments[0].service == "co_load"


def test_refusals_are_counted_over_all_shipments() -> None:
    made = quick_plan(
        tiny_network(), [goods("A", cargo_class="explosive"), goods("B", cargo_class="explosive"), goods("C")]
    )
    assert made.refusals["RECEIVING.CLASS_REFUSED"] == 2
    assert made.certificate.unplanned == 2
    assert made.certificate.unplanned_price == sum(row.price for row in made.unplanned) == 2 * 6900


def test_shipments_that_nothing_can_serve_are_listed_without_a_search() -> None:
    week = [goods("A"), goods("B", cargo_class="explosive"), goods("C", volume_m3="70")]
    listed = unservable(tiny_network(), week)
    assert [(shipment.shipment_id, rule) for shipment, rule, _, _ in listed] == [
        ("B", "RECEIVING.CLASS_REFUSED"),
        ("C", "EQUIPMENT.TOO_LARGE"),
    ]
    assert all(detail and change for _, _, detail, change in listed)
    assert unservable(tiny_network(), [goods()]) == []
