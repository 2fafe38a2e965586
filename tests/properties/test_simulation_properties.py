"""Random plans simulated: without spread they keep their dates; with it chances are chances and quantiles are in order."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any, NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from consolidation.generate import generate
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from consolidation.simulation import Simulation, simulate
from network.examinations import PER_EXAMINATION
from network.model import Network
from network.tables import Closure, Reliability
from solvers.options import SolveOptions
from tests.goods import READY, goods, quick_plan
from tests.storing import storing_network

QUICK = SolveOptions(work=0, time_limit_s=None)
ZONES = ("USLAX", "DC-LAX", "USLAX-AIR", "DC-HAM")


def figures(on_time: float, late: float, roll: float, spread: float) -> tuple[Reliability, ...]:
    rows = [
        ("model", "p_on_time_within_1_day", on_time, "%"), ("model", "mean_delay_if_late", late, "day"),
        ("model", "delay_lognormal_cv", spread, "ratio"), ("model", "early_by_one_day", 10.0, "%"),
        ("mode:ocean", "roll_chance", roll, "%"), ("model", "receiving_cv", spread, "ratio"),
    ]  # fmt: skip
    return tuple(Reliability(scope=a, metric=b, value=c, unit=d) for a, b, c, d in rows)


def without_spread(network: Network) -> Network:
    places = tuple(row.model_copy(update={"dwell_sd_days": 0.0}) for row in network.places)
    charges = tuple(row for row in network.charges if row.basis != PER_EXAMINATION)
    return network.replace(reliability=(), places=places, charges=charges)


class Week(NamedTuple):
    """A plan with its input, told apart by its shipments."""

    plan: Plan
    network: Network
    shipments: list[Shipment]

    def __repr__(self) -> str:
        return f"Week({self.shipments}, reliability={self.network.reliability}, calendars={self.network.calendars})"


@st.composite
def weeks(draw: st.DrawFn, *, spread: bool) -> Week:
    """Draw a week on the tiny network with an overseas warehouse, calendars with closures, and a plan for it."""
    closures = tuple(
        Closure(calendar=draw(st.sampled_from(("US", "DE", "ONT8", "DC-LAX"))), kind="holiday", name="closed", start=start, end=start + dt.timedelta(days=draw(st.integers(0, 6))))
        for start in draw(st.lists(st.dates(dt.date(2026, 12, 10), dt.date(2027, 1, 20)), max_size=4))
    )  # fmt: skip
    weekly = draw(st.sampled_from(("", "7", "6;7", "1;4")))
    places = {name: {"closed_weekdays": weekly, "dwell_sd_days": 1.5 * spread} for name in ZONES}
    network = storing_network({**places, "ONT8": {"receiving_m3_per_week": 5.0}}, calendars=closures)
    if spread:
        share = st.floats(0, 100)
        network = network.replace(
            reliability=figures(draw(share), draw(st.floats(1, 9)), draw(share), draw(st.floats(0, 2)))
        )
    week = [_goods(draw, f"S{k}") for k in range(draw(st.integers(1, 6)))]
    return Week(quick_plan(network, week, QUICK), network, week)


def _goods(draw: st.DrawFn, name: str) -> Shipment:
    ready = READY + dt.timedelta(days=draw(st.integers(0, 9)))
    due = draw(st.none() | st.integers(15, 60))
    changes: dict[str, Any] = {
        "destination_fc": draw(st.sampled_from(("ONT8", "LGB8", "IND9", "DTM2"))), "ready_date": ready, "seller_id": draw(st.sampled_from("AB")),
        "due_date": None if due is None else ready + dt.timedelta(days=due), "inbound_plan_id": draw(st.sampled_from((None, "P"))),
        "volume_m3": str(draw(st.integers(1, 20))), "event": draw(st.sampled_from((None, "Fair 2026"))),
    }  # fmt: skip
    if changes["destination_fc"] == "DTM2":
        changes["event"] = None
    return goods(name, **changes)


def assert_as_planned(found: Simulation, plan: Plan) -> None:
    planned = {row.shipment_id: row for row in plan.shipments}
    assert {row.shipment_id for row in found.shipments} == planned.keys()
    for row in found.shipments:
        made = planned[row.shipment_id]
        received = made.milestones[-1].time
        assert (row.planned, row.p50, row.p90) == (received, received, received)
        assert row.on_time == (made.late_days == 0)
        assert row.days_late == (made.late_days if row.against != "planned_date" else 0)
        assert row.late_cost == made.priced_time.get("LATENESS", 0)
    assert found.expected_late_cost == found.planned_late_cost
    assert all(window.breaks == 0 and window.p90_days == window.planned_days for window in found.inbound_plans)


@settings(max_examples=25, deadline=None)
@given(weeks(spread=False))
def test_without_spread_every_date_is_the_planned_one(week: Week) -> None:
    assert_as_planned(simulate(*week, draws=3), week.plan)


@cache
def _reference_week() -> tuple[Plan, Network, tuple[Shipment, ...]]:
    from network.io import read_network
    from network.reference import path

    network = without_spread(read_network(path()))
    week = tuple(generate(network, 60, 5, dt.date(2026, 11, 30)))
    return quick_plan(network, week, QUICK), network, week


def test_without_spread_a_reference_week_is_as_planned() -> None:
    plan, network, week = _reference_week()
    assert len({row.final_leg for row in plan.shipments}) >= 3
    assert_as_planned(simulate(plan, network, week, draws=2), plan)


@settings(max_examples=25, deadline=None)
@given(weeks(spread=True), st.integers(0, 9))
def test_chances_are_chances_and_quantiles_in_order(week: Week, seed: int) -> None:
    assume(week.plan.shipments)
    found = simulate(*week, draws=60, seed=seed)
    for row in found.shipments:
        assert 0 <= row.on_time <= row.within_3_days <= 1
        assert row.p50 <= row.p90
        assert row.days_late >= 0
        assert (row.late_cost > 0) <= (row.on_time < 1)
    for spread in (found.on_time_share, found.late_cost):
        assert spread.p10 <= spread.p50 <= spread.p90
    assert abs(sum(row.share for row in found.days_late) - 1) < 1e-4
    assert abs(sum(row.share for row in found.shares_on_time) - 1) < 1e-4
    assert abs(found.on_time_share.mean - sum(row.on_time for row in found.shipments) / len(found.shipments)) < 1e-5
    assert sum(row.late_cost for row in found.shipments) == found.expected_late_cost
    assert all(0 <= window.breaks <= 1 for window in found.inbound_plans)
    assert simulate(*week, draws=60, seed=seed) == found
