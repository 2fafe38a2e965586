"""The state of a plan after its events, each rule by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consolidation.events.model import Event
from consolidation.events.state import STATUSES, PlanState, as_status, rank, state_of
from tests.confirming import event, travelling_plan


def _after(*events: Event) -> PlanState:
    return state_of(travelling_plan(), events)


def _statuses(state: PlanState) -> dict[str, str]:
    return {name: each.status for name, each in (*state.loads.items(), *state.shipments.items())}


BOOKED = event("booked", "L0001", reference="BK-7")
SAILED = event("sailed", "L0001", "2026-12-02T18:00+08:00")


def test_without_events_everything_is_as_planned() -> None:
    state = _after()
    assert set(_statuses(state).values()) == {"proposed"}
    assert list(state.loads) == ["L0001", "L0002", "T0001"]
    assert list(state.shipments) == ["S1", "S2", "S3", "S4", "S5"]
    assert list(state.unplanned) == ["S9"]


def test_the_ladder_is_the_one_of_the_plan() -> None:
    assert [rank(status) for status in STATUSES] == list(range(7))
    assert [as_status(kind) for kind in ("approved", "delivered", "rolled")] == ["approved", "delivered", None]  # type: ignore[arg-type]


def test_a_report_of_a_trunk_load_holds_for_its_shipments() -> None:
    state = _after(BOOKED)
    assert _statuses(state) == {
        "L0001": "booked", "L0002": "proposed", "T0001": "proposed", "S1": "booked", "S2": "booked", "S3": "proposed",
        "S4": "proposed", "S5": "proposed",
    }  # fmt: skip
    assert (state.loads["L0001"].reference, state.shipments["S1"].reference) == ("BK-7", "")


def test_the_order_is_that_of_what_happened() -> None:
    late = event("stuffed", "L0001", "2026-12-01T12:00+08:00")
    assert _after(BOOKED, SAILED, late) == _after(BOOKED, late, SAILED)
    assert _statuses(_after(SAILED, BOOKED))["S2"] == "sailed"


@pytest.mark.parametrize(("load", "shipment", "status"), [("L0001", "S1", "cleared"), ("L0002", "S3", "delivered")])
def test_a_devanned_load_is_delivered_before_its_shipments(load: str, shipment: str, status: str) -> None:
    state = _after(event("delivered", load, "2026-12-28T10:00-08:00"))
    assert (state.loads[load].status, state.shipments[shipment].status) == ("delivered", status)


def test_of_a_truck_only_the_delivery_holds_for_its_shipments() -> None:
    assert _statuses(_after(event("booked", "T0001")))["S1"] == "proposed"
    assert _statuses(_after(event("delivered", "T0001")))["S4"] == "delivered"


def test_a_shipment_left_behind_is_off_its_load() -> None:
    state = _after(BOOKED, SAILED, event("short_shipped", "S2", "2026-12-03T10:00+08:00"))
    two = state.shipments["S2"]
    assert (two.status, two.left_behind, two.cartons_left) == ("booked", True, 0)
    assert (state.shipments["S1"].status, state.loads["L0001"].status) == ("sailed", "sailed")


def test_cartons_left_behind_leave_the_shipment_on_its_load() -> None:
    one = _after(BOOKED, event("short_shipped", "S1", cartons=7), SAILED).shipments["S1"]
    assert (one.status, one.left_behind, one.cartons_left) == ("sailed", False, 7)
    corrected = _after(
        BOOKED, event("short_shipped", "S1"), SAILED, event("short_shipped", "S1", "2026-12-04T10:00+08:00", cartons=0)
    )
    assert corrected.shipments["S1"] == _after(BOOKED, SAILED).shipments["S1"]


def test_a_rolled_load_is_on_another_departure() -> None:
    state = _after(BOOKED, event("rolled", "L0001", departure_id="YTN-LAX-W@2026-12-09", reference="BK-8"))
    load = state.loads["L0001"]
    assert (load.departure_id, load.rolled, load.status, load.reference) == (
        "YTN-LAX-W@2026-12-09", True, "booked", "BK-8",
    )  # fmt: skip
    back = _after(
        BOOKED,
        event("rolled", "L0001", departure_id="YTN-LAX-W@2026-12-09"),
        event("rolled", "L0001", "2026-12-01T12:00+08:00", departure_id="YTN-LAX-W@2026-12-02"),
    )
    assert not back.loads["L0001"].rolled


def test_a_cancelled_load_leaves_its_shipments_behind() -> None:
    state = _after(BOOKED, event("cancelled", "L0001", "2026-12-01T12:00+08:00"))
    assert state.loads["L0001"].cancelled
    assert [state.shipments[name].left_behind for name in ("S1", "S2", "S3")] == [True, True, False]
    assert not state.shipments["S1"].cancelled
    assert state.shipments["S1"].status == "proposed"


def test_the_load_is_booked_again_only_by_a_new_plan() -> None:
    own = _after(event("booked", "S1"), event("cancelled", "L0001", "2026-12-01T12:00+08:00"))
    assert own.shipments["S1"].status == "approved"


def test_the_latest_measurement_counts() -> None:
    one = _after(
        event("gated_in", "S1", "2026-11-29T10:00+08:00", volume_m3="4.4", gross_weight_kg="810"),
        event("gated_in", "S1", "2026-11-28T10:00+08:00", volume_m3="4.1"),
        event("gated_in", "S1", "2026-11-30T10:00+08:00", gross_weight_kg="812.5"),
    ).shipments["S1"]
    assert (one.measured_volume_m3, one.measured_weight_kg) == (Decimal("4.4"), Decimal("812.5"))
    assert one.status == "proposed"


def test_a_hold_of_a_load_holds_its_shipments_until_they_are_cleared() -> None:
    held = event("customs_hold", "L0001", "2026-12-19T10:00-08:00", until="2026-12-24")
    state = _after(BOOKED, SAILED, held)
    assert [state.loads["L0001"].held_until, state.shipments["S1"].held_until] == ["2026-12-24", "2026-12-24"]
    one = _after(BOOKED, SAILED, held, event("cleared", "S1", "2026-12-20T10:00-08:00"))
    assert (one.shipments["S1"].held_until, one.shipments["S2"].held_until) == (None, "2026-12-24")
    assert one.loads["L0001"].held_until == "2026-12-24"
    free = _after(BOOKED, SAILED, held, event("cleared", "L0001", "2026-12-21T10:00-08:00"))
    assert {each.held_until for each in (*free.loads.values(), *free.shipments.values())} == {None}
    open_end = _after(SAILED, event("customs_hold", "S2", "2026-12-19T10:00-08:00"))
    assert (open_end.shipments["S2"].held_until, open_end.loads["L0001"].held_until) == ("", None)


def test_of_a_shipment_left_out_only_goods_facts_are_known() -> None:
    state = _after(event("gated_in", "S9", volume_m3="2"), event("booked", "S9"))
    assert (state.unplanned["S9"].measured_volume_m3, state.unplanned["S9"].status) == (Decimal(2), "proposed")
    assert _after(event("cancelled", "S9")).unplanned["S9"].cancelled


def test_events_of_other_versions_count_for_holds_only() -> None:
    plan = travelling_plan(version=2)
    earlier = [BOOKED, SAILED, event("customs_hold", "S1", "2026-12-19T10:00-08:00", until="2026-12-24")]
    state = state_of(plan, earlier)
    assert (state.shipments["S1"].status, state.shipments["S1"].held_until) == ("proposed", "2026-12-24")
    cleared = event("cleared", "S1", "2026-12-20T10:00-08:00", plan_version=2)
    assert state_of(plan, [*earlier, cleared]).shipments["S1"].held_until is None
    later = event("customs_hold", "S1", "2026-12-19T10:00-08:00", plan_version=3)
    assert state_of(plan, [later]).shipments["S1"].held_until is None


def test_unknown_ids_are_passed_over() -> None:
    assert _after(event("booked", "L0099"), event("delivered", "S77")) == _after()
