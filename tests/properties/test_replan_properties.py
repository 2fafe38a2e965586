"""Properties of replanning: what holds whatever was planned, confirmed and changed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consolidation.events.judge import Known, judge
from consolidation.events.model import Event, EventKind
from consolidation.events.reading import Row
from consolidation.plan_model import Plan
from consolidation.replanning import Replan
from consolidation.shipments import Shipment
from tests.forging import NETWORK as DEAR_PALLETS
from tests.goods import edited, quick_plan
from tests.replanning import FREE, again, lot, said

_few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
_START = dt.datetime(2026, 11, 25, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
_HELD = {
    "warehouse": ("warehouse_id",),
    "trunk": ("warehouse_id", "departure_id", "deconsolidation_id", "courier_id"),
    "whole": (
        "warehouse_id", "departure_id", "deconsolidation_id", "courier_id", "final_leg", "overseas_id", "replenishment",
        "storage_days", "importer_id",
    ),
}  # fmt: skip
_KINDS: tuple[EventKind, ...] = (
    "approved", "booked", "booked", "gated_in", "short_shipped", "rolled", "stuffed", "sailed", "cancelled", "cleared", "customs_hold",
)  # fmt: skip


@st.composite
def weeks(draw: st.DrawFn) -> list[Shipment]:
    """Draw three to seven lots that share containers, trucks and importers."""
    return [
        lot(
            f"S{k}", draw(st.sampled_from((1, 4, 7, 9))), destination_fc=draw(st.sampled_from(("ONT8", "ONT8", "LGB8"))),
            importer_id=f"IOR-{draw(st.integers(1, 2))}",
            ready_date=dt.date(2026, 11, 24) + dt.timedelta(days=draw(st.sampled_from((0, 0, 2)))),
        )
        for k in range(1, draw(st.integers(4, 8)))
    ]  # fmt: skip


@st.composite
def histories(draw: st.DrawFn, plan: Plan) -> list[Event]:
    """Draw confirmations that an import takes, one after the other."""
    names = [load.load_id for load in plan.loads] * 2 + [row.shipment_id for row in plan.shipments]
    cartons = {row.shipment_id: int(10 * row.volume_m3) for row in plan.shipments}
    found: list[Event] = []
    for step in range(draw(st.integers(0, 8))):
        kind, name = draw(st.sampled_from(_KINDS)), draw(st.sampled_from(names))
        more: dict[str, Any] = {}
        if kind == "rolled":
            more["departure_id"] = draw(st.sampled_from(("YTN-LAX-W@2026-12-16", "YTN-LAX-W@2026-12-23")))
        if kind == "gated_in" and draw(st.booleans()):
            more["gross_weight_kg"] = "250"
        if kind == "short_shipped" and draw(st.booleans()):
            more["cartons"] = draw(st.integers(1, 5))
        time = (_START + dt.timedelta(hours=step)).isoformat(timespec="minutes")
        event = said(plan, kind, name, time, **more)
        rows = [Row(each.confirmation, k) for k, each in enumerate([*found, event])]
        if not judge(plan, rows, "file", Known((), DEAR_PALLETS, cartons)):
            found.append(event)
    return found


@st.composite
def changed(draw: st.DrawFn, week: list[Shipment]) -> list[Shipment]:
    """Draw what the sellers' file has become: some lots gone, lighter or new."""
    kept = [row for row in week if draw(st.integers(0, 5))]
    lighter = [
        row.model_copy(update={"gross_weight_kg": Decimal(150)}) if not draw(st.integers(0, 4)) else row for row in kept
    ]
    return lighter + [lot(f"N{k}", draw(st.sampled_from((2, 8)))) for k in range(draw(st.integers(0, 2)))]


def require_held(plan: Plan, made: Replan) -> None:
    """Assert that what is held is where it was, in the loads where it was."""
    assert made.plan.continued is not None
    now = {row.shipment_id: row for row in made.plan.shipments}
    for name, row in made.plan.continued.earlier.items():
        for field in _HELD.get(row.held, ()):
            if name in now or row.held != "warehouse":
                assert getattr(now[name], field) == getattr(row, field), (name, field)
        if row.held in ("trunk", "whole") and row.trunk_load_id:
            held = next(load for load in plan.loads if load.load_id == row.trunk_load_id)
            if held.load_id in {
                load.load_id for load in made.plan.loads if load.status not in ("proposed", "approved")
            }:
                assert now[name].trunk_load_id == row.trunk_load_id


@_few
@given(st.data())
def test_whatever_happened_a_replan_keeps_every_rule(data: st.DataObject) -> None:
    """The judge finds nothing, sums agree (both by `again`), what is held is held; the same question has the same answer."""
    week = data.draw(weeks())
    plan = quick_plan(DEAR_PALLETS, week)
    events = data.draw(histories(plan))
    after = data.draw(changed(week))
    rate = data.draw(st.sampled_from(("1000", "1600", "2500")))
    network = DEAR_PALLETS.replace(charges=edited("charges", {"ocean-us-20": {"rate": rate}}))
    top_up = data.draw(st.booleans())
    made = again(plan, events, after, network, top_up=top_up)
    require_held(plan, made)
    assert again(plan, events, after, network, top_up=top_up).plan == made.plan
    quiet = again(made.plan, events, after, network)
    if not top_up:
        assert quiet.plan.continued is not None
        assert (quiet.plan.continued.moved, quiet.plan.continued.opened) == ({}, ())
    require_held(made.plan, quiet)


@_few
@given(st.data())
def test_with_nothing_held_and_changes_free_the_bound_is_that_of_any_plan(data: st.DataObject) -> None:
    week = data.draw(weeks())
    plan = quick_plan(DEAR_PALLETS, week)
    after = data.draw(changed(week))
    made = again(plan, [], after, DEAR_PALLETS, prices=FREE, stability=False)
    fresh = quick_plan(DEAR_PALLETS, made.shipments)
    assert made.plan.certificate.bound <= fresh.certificate.cost
    assert fresh.certificate.bound <= made.plan.certificate.cost
    assert made.plan.certificate.change_price == 0
