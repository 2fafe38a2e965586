"""Replanning by hand: S1, S2 and S3 (8 m3 each) share container L0001, a 20GP of 28 m3 that leaves on 9 December."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache

import pytest

from consolidation.events.model import Event
from consolidation.plan_model import Plan
from consolidation.replanning import replan
from consolidation.shipments import Shipment
from network.errors import InputError
from network.model import Network
from tests.forging import NETWORK as DEAR_PALLETS
from tests.goods import edited, planning, quick_plan
from tests.replanning import (
    FREE,
    NETWORK,
    again,
    earlier,
    load_of,
    lot,
    moved,
    notes,
    row_of,
    said,
    three,
)

PLANNED, NEXT, BEFORE = "YTN-LAX-W@2026-12-09", "YTN-LAX-W@2026-12-16", "YTN-LAX-W@2026-12-02"
DIRECT = ("L0001", "20GP", PLANNED, ("S1", "S2", "S3"))


@cache
def first() -> Plan:
    """Return the plan of S1, S2 and S3."""
    made = quick_plan(NETWORK, three())
    (load,) = made.loads
    assert (load.load_id, load.equipment_id, load.departure_id, load.shipments) == DIRECT
    return made


def without_continued(plan: Plan) -> dict[str, object]:
    """Return the content of a plan that a replan without news must not change."""
    return plan.model_dump(include={"shipments", "loads", "entries", "cost_lines", "unplanned", "notices", "inputs"})


def test_the_verb_is_not_hidden_by_its_package() -> None:
    from consolidation import ReplanOptions
    from consolidation import replan as verb

    assert (ReplanOptions().top_up, verb) == (False, replan)


class TestNothingNew:
    def test_the_same_data_gives_the_same_plan(self) -> None:
        made = again(first(), [], three())
        assert without_continued(made.plan) == without_continued(first())
        assert (moved(made), made.plan.certificate.change_price) == ({}, 0)
        assert made.plan.certificate.bound == first().certificate.bound

    def test_statuses_go_on(self) -> None:
        events = [said(first(), "approved", "S3"), said(first(), "booked", "L0001")]
        made = again(first(), events, three())
        assert load_of(made.plan, "L0001").status == "booked"
        assert {row.status for row in made.plan.shipments} == {"booked"}
        assert moved(made) == {}
        plain = made.plan.model_copy(
            update={
                "shipments": tuple(row.model_copy(update={"status": "proposed"}) for row in made.plan.shipments),
                "loads": tuple(row.model_copy(update={"status": "proposed"}) for row in made.plan.loads),
            }
        )
        assert without_continued(plain) == without_continued(first())

    def test_again_and_again(self) -> None:
        events = [said(first(), "booked", "L0001")]
        made = again(first(), events, three())
        third = again(made.plan, events, three())
        assert without_continued(third.plan) == without_continued(made.plan)
        assert (third.plan.version, moved(third)) == (3, {})

    def test_the_bound_of_a_version_without_news_leaves_out_the_price_of_earlier_changes(self) -> None:
        """Version 2 paid for a change that version 3 does not pay again."""
        events = [said(first(), "booked", "L0001"), said(first(), "short_shipped", "S1", "2026-12-07T12:00+08:00")]
        second = again(first(), events, three()).plan.certificate
        third = again(again(first(), events, three()).plan, events, three())
        assert (moved(third), second.change_price) == ({}, 120)
        assert third.plan.certificate.cost == second.cost - 120
        assert third.plan.certificate.bound == second.bound - 120

    def test_goods_keep_what_sending_them_alone_would_cost(self) -> None:
        """Held goods have one way left, but the ways that they are compared with are those of the first plan."""
        made = again(first(), [said(first(), "booked", "L0001")], [*three(), lot("S4", 4)])
        for row in first().shipments:
            assert row_of(made.plan, row.shipment_id).alternatives == row.alternatives
            assert row_of(made.plan, row.shipment_id).baseline_cost == row.baseline_cost


class TestNewGoods:
    def test_who_fits_moves_nobody(self) -> None:
        made = again(first(), [], [*three(), lot("S4", 4)])
        assert (moved(made), load_of(made.plan, "L0001").shipments) == ({}, ("S1", "S2", "S3", "S4"))

    def test_who_does_not_fit_moves_a_few_at_most(self) -> None:
        made = again(first(), [], [*three(), lot("S4", 6)])
        assert len(moved(made)) <= 3
        assert row_of(made.plan, "S4")

    def test_a_booked_load_takes_nobody_unless_it_may_be_topped_up(self) -> None:
        events = [said(first(), "booked", "L0001")]
        made = again(first(), events, [*three(), lot("S4", 4)])
        assert load_of(made.plan, "L0001").shipments == ("S1", "S2", "S3")
        topped = again(first(), events, [*three(), lot("S4", 4)], top_up=True)
        assert load_of(topped.plan, "L0001").shipments == ("S1", "S2", "S3", "S4")
        assert load_of(topped.plan, "L0001").status == "booked"
        assert row_of(topped.plan, "S4").trunk_load_id == "L0001"

    def test_nothing_joins_a_stuffed_load(self) -> None:
        events = [said(first(), "booked", "L0001"), said(first(), "stuffed", "L0001", "2026-12-02T12:00+08:00")]
        made = again(first(), events, [*three(), lot("S4", 4)], top_up=True)
        assert load_of(made.plan, "L0001").shipments == ("S1", "S2", "S3")

    def test_a_booked_load_keeps_its_name_when_more_goods_of_another_join(self) -> None:
        """Two containers on one departure: the booked one, with 30 m3, gets all 36 m3 of the other."""
        week = [lot("S1", 15), lot("S2", 15), *(lot(f"S{k}", 12) for k in (3, 4, 5))]
        plan = quick_plan(NETWORK.replace(planning=planning(max_importers_per_load=None)), week)
        assert plan.loads
        events = [said(plan, "booked", plan.loads[0].load_id)]
        made = again(plan, events, [*week, lot("S6", 1)], top_up=True)
        booked = load_of(made.plan, plan.loads[0].load_id)
        assert (set(plan.loads[0].shipments) <= set(booked.shipments), booked.status) == (True, "booked")


class TestGoodsThatStay:
    def test_a_cancelled_shipment_leaves(self) -> None:
        made = again(first(), [said(first(), "cancelled", "S3")], three())
        assert {row.shipment_id for row in made.plan.shipments} == {"S1", "S2"}
        assert [row.shipment_id for row in made.shipments] == ["S1", "S2"]
        assert "S3" not in made.plan.continued.earlier

    def test_a_cancelled_shipment_leaves_a_booked_load_as_it_is(self) -> None:
        events = [said(first(), "booked", "L0001"), said(first(), "cancelled", "S3", "2026-12-02T12:00+08:00")]
        made = again(first(), events, three())
        load = load_of(made.plan, "L0001")
        assert (load.equipment_id, load.departure_id, load.shipments) == ("20GP", PLANNED, ("S1", "S2"))
        assert (load.status, moved(made)) == ("booked", {})

    def test_dropped_from_the_file(self) -> None:
        made = again(first(), [], three()[:2])
        assert {row.shipment_id for row in made.plan.shipments} == {"S1", "S2"}

    def test_booked_goods_that_the_file_does_not_have_any_more_are_remarked(self) -> None:
        made = again(first(), [said(first(), "booked", "L0001")], three()[:2])
        assert load_of(made.plan, "L0001").shipments == ("S1", "S2")
        (note,) = notes(made)
        assert "S3" in note

    def test_short_shipped_as_a_whole(self) -> None:
        events = [said(first(), "booked", "L0001"), said(first(), "short_shipped", "S3", "2026-12-07T12:00+08:00")]
        made = again(first(), events, three())
        assert load_of(made.plan, "L0001").shipments == ("S1", "S2")
        row = row_of(made.plan, "S3")
        assert (row.warehouse_id, row.status, moved(made)) == ("WH-SZX", "proposed", {"S3": "departure"})
        assert row.departure_id != PLANNED
        assert earlier(made, "S3").held == "warehouse"

    def test_a_departure_that_was_missed_stays_missed(self) -> None:
        events = [said(first(), "booked", "L0001"), said(first(), "short_shipped", "S3", "2026-12-07T12:00+08:00")]
        second = again(first(), events, three())
        third = again(second.plan, events, [*three(), lot("S9", 1)], prices=FREE, top_up=True)
        assert row_of(third.plan, "S3").departure_id != PLANNED
        fourth = again(third.plan, events, [*three(), lot("S9", 2)], prices=FREE, top_up=True)
        assert row_of(fourth.plan, "S3").departure_id != PLANNED

    def test_short_shipped_in_part(self) -> None:
        events = [
            said(first(), "booked", "L0001"),
            said(first(), "short_shipped", "S3", "2026-12-07T12:00+08:00", cartons=30),
        ]
        made = again(first(), events, three(), top_up=True)
        assert load_of(made.plan, "L0001").shipments == ("S1", "S2", "S3")
        assert (row_of(made.plan, "S3").volume_m3, row_of(made.plan, "S3-R1").volume_m3) == (5, 3)
        rest = row_of(made.plan, "S3-R1")
        assert (rest.warehouse_id, rest.departure_id != PLANNED) == ("WH-SZX", True)
        third = again(made.plan, events, [*three(), lot("S9", 1)], prices=FREE, top_up=True)
        assert row_of(third.plan, "S3-R1").departure_id != PLANNED


class TestRolledAndCancelledLoads:
    @pytest.mark.parametrize("status", ["booked", "stuffed"])
    def test_a_rolled_load_goes_whole_under_its_name(self, status: str) -> None:
        events = [said(first(), "booked", "L0001")]
        if status == "stuffed":
            events.append(said(first(), "stuffed", "L0001", "2026-12-02T12:00+08:00"))
        events.append(said(first(), "rolled", "L0001", "2026-12-08T12:00+08:00", departure_id=NEXT))
        made = again(first(), events, three())
        (load,) = made.plan.loads
        assert (load.load_id, load.departure_id, load.shipments) == ("L0001", NEXT, ("S1", "S2", "S3"))
        assert (load.status, moved(made), earlier(made, "S1").held) == (status, {}, "trunk")
        assert {row.departure_id for row in made.plan.shipments} == {NEXT}
        assert made.plan.continued.opened == ()
        assert [entry.entry_id for entry in made.plan.entries] == [entry.entry_id for entry in first().entries]
        third = again(made.plan, events, three())
        assert (moved(third), load_of(third.plan, "L0001").departure_id) == ({}, NEXT)

    def test_a_cancelled_load_is_planned_anew_elsewhere(self) -> None:
        events = [said(first(), "booked", "L0001"), said(first(), "cancelled", "L0001", "2026-12-02T12:00+08:00")]
        made = again(first(), events, three())
        assert all(row.departure_id != PLANNED for row in made.plan.shipments)
        assert {row.status for row in made.plan.shipments} == {"proposed"}
        assert "L0001" not in {load.load_id for load in made.plan.loads}

    def test_a_load_that_was_rolled_and_then_cancelled_misses_both_departures(self) -> None:
        events = [
            said(first(), "booked", "L0001"),
            said(first(), "rolled", "L0001", "2026-12-02T12:00+08:00", departure_id=NEXT),
            said(first(), "cancelled", "L0001", "2026-12-03T12:00+08:00"),
        ]
        made = again(first(), events, three())
        assert not {row.departure_id for row in made.plan.shipments} & {PLANNED, NEXT}


class TestMeasured:
    def test_a_proposed_load_gives_up_goods_or_becomes_a_larger_one(self) -> None:
        """14 m3 and twice 8 are more than 28."""
        made = again(first(), [], [lot("S1", 14), *three()[1:]])
        (load, *_) = made.plan.loads
        assert (row_of(made.plan, "S1").volume_m3, load.equipment_id) == (14, "40HC")

    def test_measured_goods_start_from_their_warehouse(self) -> None:
        made = again(first(), [said(first(), "gated_in", "S1", gross_weight_kg="1700")], three())
        assert (row_of(made.plan, "S1").gross_weight_kg, moved(made)) == (1700, {})
        assert load_of(made.plan, "L0001").gross_weight_kg == Decimal(4900)
        assert (earlier(made, "S1").held, earlier(made, "S2").held) == ("warehouse", "")

    def test_a_booked_load_that_cannot_hold_it_is_named_with_the_excess(self) -> None:
        events = [said(first(), "booked", "L0001")]
        grown = [lot("S1", 14), *three()[1:]]
        with pytest.raises(InputError, match=r"L0001.*2 m3 too much"):
            again(first(), events, grown)

    def test_volume_and_weight_are_named_together(self) -> None:
        grown = [lot("S1", 14, gross_weight_kg="18000", cartons=900), *three()[1:]]
        with pytest.raises(InputError) as caught:
            again(first(), [said(first(), "booked", "L0001")], grown)
        told = [finding.expected for finding in caught.value.findings]
        assert [text.rpartition("; ")[2] for text in told] == ["2 m3 too much", "1200 kg too much"]

    @pytest.mark.parametrize("kg", [Decimal(5500), Decimal(9600)])
    def test_a_proposed_truck_behind_a_booked_container_may_get_too_small(self, kg: Decimal) -> None:
        """The truck of 19 t takes half of the container of 20 t: some of its goods get another."""
        plan, week = trucked()
        events = [said(plan, "booked", "L0001")]
        heavy = {
            "S1": kg,
            "S3": kg,
            "S5": kg if kg < 9000 else Decimal(200),
            "S7": Decimal(3200) if kg < 9000 else Decimal(200),
        }
        grown = [
            row.model_copy(update={"gross_weight_kg": heavy.get(row.shipment_id, Decimal(50)), "cartons": 700})
            for row in week
        ]
        made = again(plan, events, grown, DEAR_PALLETS)
        assert load_of(made.plan, "L0001").shipments == load_of(plan, "L0001").shipments
        assert len({row_of(made.plan, name).truck_load_id for name in ("S1", "S3", "S5", "S7")}) > 1


@cache
def trucked() -> tuple[Plan, list[Shipment]]:
    """Return eight lots of 7 m3 in container L0001, which trucks T0001 (ONT8: odd) and T0002 (LGB8: even) empty."""
    week = [lot(f"S{k}", 7, destination_fc="ONT8" if k % 2 else "LGB8") for k in range(1, 9)]
    plan = quick_plan(DEAR_PALLETS, week)
    assert {load.load_id: load.shipments for load in plan.loads} == {
        "L0001": tuple(f"S{k}" for k in range(1, 9)), "T0001": ("S1", "S3", "S5", "S7"), "T0002": ("S2", "S4", "S6", "S8"),
    }  # fmt: skip
    return plan, week


@cache
def two_on_a_truck() -> tuple[Plan, list[Shipment], Network]:
    """Return a plan in which truck T0001 takes goods of two containers, L0001 and L0002, and the network of it."""
    network = DEAR_PALLETS.replace(
        lanes=edited("lanes", {name: {"equipment": "20GP"} for name in ("YTN-LAX", "NGB-LAX", "YTN-HAM")}),
        receiving=edited("receiving", {"US": {"accepts_containers": False}}),
    )
    week = [lot(f"S{k}", 6, destination_fc="ONT8" if k % 2 else "LGB8") for k in range(1, 9)]
    return quick_plan(network, week), week, network


class TestTrucks:
    def test_the_way_on_of_a_rolled_container_is_planned_anew(self) -> None:
        plan, week = trucked()
        events = [
            said(plan, "booked", "L0001"),
            said(plan, "rolled", "L0001", "2026-12-02T12:00+08:00", departure_id=NEXT),
        ]
        made = again(plan, events, week, DEAR_PALLETS)
        assert load_of(made.plan, "L0001").departure_id == NEXT
        assert moved(made) == {}
        trucks = {load.load_id: load.shipments for load in made.plan.loads if load.kind == "truck"}
        assert trucks == {"T0003": ("S1", "S3", "S5", "S7"), "T0004": ("S2", "S4", "S6", "S8")}
        assert made.plan.continued.last_numbers["T"] == 4

    def test_a_booked_truck_holds_the_whole_journey_of_its_goods(self) -> None:
        plan, week = trucked()
        events = [said(plan, "booked", "L0001"), said(plan, "booked", "T0001")]
        made = again(plan, events, [*week, lot("S9", 4)], DEAR_PALLETS)
        assert {name: earlier(made, name).held for name in ("S1", "S2")} == {"S1": "whole", "S2": "trunk"}
        assert load_of(made.plan, "T0001").shipments == ("S1", "S3", "S5", "S7")
        assert (load_of(made.plan, "T0001").status, load_of(made.plan, "T0002").status) == ("booked", "proposed")

    def test_a_booked_truck_of_two_containers_of_which_one_is_rolled(self) -> None:
        plan, week, network = two_on_a_truck()
        containers = [load for load in plan.loads if load.kind == "trunk"]
        shared = [
            load
            for load in plan.loads
            if load.kind == "truck" and len({row_of(plan, name).trunk_load_id for name in load.shipments}) > 1
        ]
        assert (len(containers), bool(shared)) == (2, True)
        truck, late = shared[0], containers[0]
        stay = tuple(name for name in truck.shipments if name not in late.shipments)
        events = [
            *(said(plan, "booked", load.load_id) for load in (*containers, truck)),
            said(plan, "rolled", late.load_id, "2026-12-02T12:00+08:00", departure_id=NEXT),
        ]
        made = again(plan, events, week, network)
        assert load_of(made.plan, late.load_id).shipments == late.shipments
        assert (load_of(made.plan, truck.load_id).shipments, load_of(made.plan, truck.load_id).status) == (
            stay,
            "booked",
        )
        assert {earlier(made, name).held for name in stay} == {"whole"}
        assert {earlier(made, name).held for name in late.shipments} == {"trunk"}

    def test_a_cancelled_truck_is_no_longer_booked(self) -> None:
        plan, week = trucked()
        events = [
            said(plan, "booked", "L0001"), said(plan, "booked", "T0001"), said(plan, "cancelled", "T0001", "2026-12-02T12:00+08:00"),
        ]  # fmt: skip
        made = again(plan, events, [*week, lot("S9", 4)], DEAR_PALLETS)
        assert {earlier(made, name).held for name in ("S1", "S2")} == {"trunk"}
        assert {load.status for load in made.plan.loads if load.kind == "truck"} == {"proposed"}


class TestUnderWay:
    def _sailed(self, plan: Plan) -> list[Event]:
        return [said(plan, "booked", "L0001"), said(plan, "sailed", "L0001", "2026-12-09T20:00+08:00")]

    def test_customs_hold_and_clearance_hold_the_whole_journey(self) -> None:
        plan, week = trucked()
        events = [
            *self._sailed(plan),
            said(plan, "cleared", "S1", "2026-12-27T12:00-08:00"),
            said(plan, "customs_hold", "S3", "2026-12-27T12:00-08:00", until="2026-12-31"),
        ]
        made = again(plan, events, [*week, lot("S9", 4)], DEAR_PALLETS)
        assert [earlier(made, name).held for name in ("S1", "S2", "S3")] == ["whole", "trunk", "whole"]
        assert (row_of(made.plan, "S1").status, row_of(made.plan, "S3").status) == ("cleared", "sailed")
        third = again(made.plan, events, [*week, lot("S9", 4)], DEAR_PALLETS)
        assert earlier(third, "S3").held == "whole"

    def test_goods_that_go_another_way_on_stay_booked(self) -> None:
        """Pallets get dear after the booking, so that trucks pay: the status of the goods is that of their container."""
        week = [lot(f"S{k}", 3, destination_fc=("ONT8", "LGB8", "IND9")[k % 3]) for k in range(1, 9)]
        cheap = NETWORK.replace(charges=edited("charges", {"ltl-us": {"rate": "5"}, "ltl-us-km": {"rate": "0"}}))
        plan = quick_plan(cheap, week)
        names = {row.shipment_id for row in plan.shipments if row.final_leg == "ltl" and row.trunk_load_id == "L0001"}
        assert names
        dear = NETWORK.replace(charges=edited("charges", {"ltl-us": {"rate": "400"}, "parcel-us": {"rate": "90"}}))
        made = again(plan, [said(plan, "booked", "L0001")], week, dear, prices=FREE)
        onward = {name for name, kind in moved(made).items() if kind == "onward"}
        assert onward
        assert {row_of(made.plan, name).status for name in names} == {"booked"}
        assert {row_of(made.plan, name).departure_id for name in names} == {load_of(plan, "L0001").departure_id}

    def test_booked_space_keeps_its_way_and_its_status(self) -> None:
        week = [lot("A1", 0.3), lot("A2", 2)]
        plan = quick_plan(NETWORK, week)
        assert {row.trunk_load_id for row in plan.shipments} == {""}
        events = [said(plan, "booked", row.shipment_id) for row in plan.shipments]
        made = again(plan, events, [*week, *three()])
        for row in plan.shipments:
            now = row_of(made.plan, row.shipment_id)
            assert (now.service, now.departure_id, now.courier_id) == (row.service, row.departure_id, row.courier_id)
            assert (now.status, now.landed_cost) == ("booked", row.landed_cost)

    def test_a_booked_courier_is_kept(self) -> None:
        week = [lot("S1", 0.02, due_date=dt.date(2026, 12, 2), goods_value="90000")]
        plan = quick_plan(NETWORK, week)
        assert row_of(plan, "S1").courier_id == "EXPRESS-US"
        made = again(plan, [said(plan, "booked", "S1")], [*week, lot("S2", 9)], as_of="2026-11-27")
        assert earlier(made, "S1").held == "whole"
        assert row_of(made.plan, "S1").milestones == row_of(plan, "S1").milestones


class TestLate:
    def test_booked_goods_that_are_ready_too_late_are_planned_anew_with_a_note(self) -> None:
        late = [*three()[:2], lot("S3", 8, ready_date=dt.date(2026, 12, 8))]
        made = again(first(), [said(first(), "booked", "L0001")], late)
        assert load_of(made.plan, "L0001").shipments == ("S1", "S2")
        assert notes(made) == ("S3 is ready too late for its departure and is planned anew",)
        assert (row_of(made.plan, "S3").status, moved(made)) == ("proposed", {"S3": "departure"})

    def test_nothing_is_started_in_the_past(self) -> None:
        made = again(first(), [], three(), as_of="2026-12-07")
        assert all(row.milestones[0].time >= "2026-12-07" for row in made.plan.shipments)
        assert all(row.departure_id.rpartition("@")[2] > "2026-12-09" for row in made.plan.shipments)

    def test_goods_in_the_warehouse_keep_their_ready_date(self) -> None:
        """They wait there since 24 November, but their departure of 9 December is stuffed before the 8th."""
        events = [said(first(), "gated_in", f"S{k}", "2026-11-25T12:00+08:00") for k in (1, 2, 3)]
        made = again(first(), events, three(), as_of="2026-12-08")
        assert {row.milestones[0].time for row in made.plan.shipments} == {"2026-11-24"}
        assert all(row.departure_id.rpartition("@")[2] > "2026-12-09" for row in made.plan.shipments)
        assert set(moved(made).values()) == {"departure"}

    @pytest.mark.parametrize("said_of", ["gated_in", "short_shipped"])
    def test_goods_in_a_warehouse_that_nothing_leaves_any_more_are_left_out(self, said_of: str) -> None:
        """A courier would fetch them from their seller, but there they are no longer: the judge expects none."""
        events = [said(first(), "booked", "L0001", "2026-11-24T12:00+08:00")] if said_of == "short_shipped" else []
        told = {"cartons": 10} if said_of == "short_shipped" else {}
        events.append(said(first(), said_of, "S1", "2026-11-25T12:00+08:00", **told))
        stopped = NETWORK.replace(
            departures=edited(
                "departures", {row.departure_id: {"valid_to": "2026-12-09"} for row in NETWORK.departures}
            )
        )
        made = again(first(), events, three(), stopped, as_of="2027-02-01")
        waiting = "S1" if said_of == "gated_in" else "S1-R1"
        assert [row.rule for row in made.plan.unplanned if row.shipment_id == waiting] == ["LANE.NONE"]

    def test_what_is_booked_is_started_already(self) -> None:
        made = again(first(), [said(first(), "booked", "L0001")], [*three(), lot("S4", 4)], as_of="2026-12-08")
        assert moved(made) == {}
        assert row_of(made.plan, "S4").departure_id.rpartition("@")[2] > "2026-12-09"


class TestInputThatContradicts:
    def test_a_booked_departure_that_is_gone(self) -> None:
        changed = NETWORK.replace(departures=edited("departures", {"YTN-LAX-W": {"skip_dates": "2026-12-09"}}))
        with pytest.raises(InputError) as caught:
            again(first(), [said(first(), "booked", "L0001")], three(), changed)
        assert {finding.rule for finding in caught.value.findings} == {"HELD.GONE"}
        assert PLANNED in str(caught.value)

    def test_the_equipment_of_a_booked_load_is_not_offered_any_more(self) -> None:
        changed = NETWORK.replace(lanes=edited("lanes", {"YTN-LAX": {"equipment": "40HC"}}))
        with pytest.raises(InputError, match=r"L0001.*equipment 20GP"):
            replan(first(), [said(first(), "booked", "L0001")], changed, three())

    def test_cleared_goods_of_another_importer(self) -> None:
        plan, week = trucked()
        events = [
            said(plan, "booked", "L0001"), said(plan, "sailed", "L0001", "2026-12-09T20:00+08:00"),
            said(plan, "cleared", "S1", "2026-12-27T12:00-08:00"),
        ]  # fmt: skip
        other = [row.model_copy(update={"importer_id": "IOR-B"}) if row.shipment_id == "S1" else row for row in week]
        with pytest.raises(InputError, match="S1"):
            again(plan, events, other, DEAR_PALLETS)

    def test_another_importer_of_proposed_goods_is_a_change(self) -> None:
        made = again(first(), [], [lot("S1", importer_id="IOR-B"), *three()[1:]])
        assert (moved(made), row_of(made.plan, "S1").importer_id) == ({"S1": "onward"}, "IOR-B")


class TestLimits:
    """What is held may exceed a limit that came later; the plan remarks it, and the rest keeps the limit."""

    def test_allotment(self) -> None:
        tight = NETWORK.replace(departures=edited("departures", {"YTN-LAX-W": {"allotment_teu": 0.5}}))
        made = again(
            first(), [said(first(), "booked", "L0001")], [*three(), *(lot(f"T{k}", 8) for k in (1, 2, 3))], tight
        )
        assert len(notes(made)) == 1
        assert [load.load_id for load in made.plan.loads if load.departure_id == PLANNED] == ["L0001"]

    def test_receiving(self) -> None:
        tight = NETWORK.replace(places=edited("places", {"ONT8": {"receiving_m3_per_week": 10.0}}))
        made = again(first(), [said(first(), "booked", "L0001")], [*three(), lot("S4", 6)], tight)
        assert len(notes(made)) == 1
        assert {row.shipment_id for row in made.plan.shipments} >= {"S1", "S2", "S3"}

    def test_inbound_plan(self) -> None:
        week = [lot(name, 8, seller_id="ANNA", inbound_plan_id="FBA1") for name in ("S1", "S2", "S3")]
        network = NETWORK.replace(planning=planning(inbound_plan_days=3))
        plan = quick_plan(network, [*week, lot("S4", 2, seller_id="ANNA", inbound_plan_id="FBA1")])
        events = [said(plan, "booked", "L0001")]
        late = said(plan, "rolled", "L0001", "2026-12-02T12:00+08:00", departure_id=NEXT)
        apart = [row for row in plan.shipments if not row.trunk_load_id]
        events += [said(plan, "booked", row.shipment_id) for row in apart]
        made = again(plan, [*events, late], [*week, lot("S4", 2, seller_id="ANNA", inbound_plan_id="FBA1")], network)
        assert load_of(made.plan, "L0001").departure_id == NEXT

    def test_importers_of_a_load(self) -> None:
        week = [lot(f"S{k}", importer_id=f"IOR-{k}") for k in (1, 2, 3)]
        plan = quick_plan(NETWORK, week)
        fewer = NETWORK.replace(planning=planning(max_importers_per_load=2))
        made = again(plan, [said(plan, "booked", "L0001")], week, fewer)
        assert notes(made) == ("a held load has more importers than planning allows",)


class TestPlatformImporter:
    def test_it_is_kept(self) -> None:
        network = NETWORK.replace(
            planning=planning(platform_importer="PLATFORM"), regimes=edited("regimes", {"US": {"platform_entry": True}})
        )
        week = [lot(f"S{k}", importer_id=f"IOR-{k}", platform_entry=True) for k in (1, 2, 3)]
        plan = quick_plan(network, week)
        assert {row.importer_id for row in plan.shipments} == {"PLATFORM"}
        made = again(plan, [said(plan, "booked", "L0001")], [*week, lot("S4", 2)], network)
        assert {row_of(made.plan, f"S{k}").importer_id for k in (1, 2, 3)} == {"PLATFORM"}
        assert moved(made) == {}


class TestVersions:
    def test_three_versions_with_news_in_each(self) -> None:
        """Names are given once, each version is judged, and goods facts hold on."""
        one = first()
        events = [said(one, "booked", "L0001"), said(one, "short_shipped", "S3", "2026-12-07T12:00+08:00", cartons=40)]
        goods = [*three(), *(lot(f"U{k}", 8) for k in (1, 2, 3))]
        two = again(one, events, goods).plan
        fresh = next(load.load_id for load in two.loads if load.kind == "trunk" and load.load_id != "L0001")
        events += [
            said(two, "booked", fresh, "2026-12-08T12:00+08:00"),
            said(two, "cancelled", fresh, "2026-12-08T13:00+08:00"),
            said(two, "gated_in", "U1", "2026-12-08T12:00+08:00", gross_weight_kg="1650"),
        ]
        three_ = again(two, events, goods, as_of="2026-12-08").plan
        assert fresh not in {load.load_id for load in three_.loads}
        assert row_of(three_, "U1").gross_weight_kg == 1650
        assert (row_of(three_, "S3").volume_m3, row_of(three_, "S3-R1").volume_m3) == (4, 4)
        assert row_of(three_, "S3-R1").departure_id != PLANNED
        assert load_of(three_, "L0001").status == "booked"
        assert three_.continued.last_numbers["L"] >= int(fresh[1:])
