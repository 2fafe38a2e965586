"""The documents of the plan worked out by hand: two shipments of two importers in one container."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from consolidation.partners.build import build_documents
from consolidation.partners.fields import layout
from consolidation.partners.model import KINDS, Booking, PartnerDocument
from consolidation.partners.parts import StatementLine, one_line
from consolidation.partners.standards import StandardFiles
from consolidation.plan_model import CATEGORIES, Plan
from tests.goods import goods
from tests.hand_plan import NETWORK, S1, S2, hand_plan, shipment
from tests.partner_plans import NETWORK as SAMPLE
from tests.partner_plans import partner_week

GOODS = [shipment(S1, inbound_plan_id="FBA-77"), shipment(S2, cargo_class="lithium_battery", cartons=None)]


def _documents(**changes: Any) -> dict[tuple[str, str], Any]:
    """Return the documents of the plan by hand, by role and subject."""
    plan = Plan.model_validate({**hand_plan(), **changes})
    found = build_documents(plan, NETWORK, GOODS)
    return {(each.header.role, each.header.subject): each for each in found}


MADE = _documents()


def _has(part: Any, **values: Any) -> None:
    assert {name: getattr(part, name) for name in values} == values


def test_every_partner_gets_its_documents() -> None:
    assert sorted(MADE) == [
        ("carrier", "L0001"), ("customs_broker", "L0001"), ("deconsolidator", "L0001"), ("fba_desk", "ONT8"),
        ("origin_warehouse", "L0001"), ("seller", "ANNA"), ("seller", "BO"), ("trucker", "DC-LAX:ltl:2026-12-24"),
        ("trucker", "L0001"),
    ]  # fmt: skip
    partners = {each.header.role: each.header.partner_id for each in MADE.values() if each.header.role != "seller"}
    assert partners == {
        "carrier": "YTN-LAX", "customs_broker": "US", "deconsolidator": "DC-LAX", "fba_desk": "US",
        "origin_warehouse": "WH-SZX", "trucker": "DC-LAX",
    }  # fmt: skip


def test_the_head_says_plan_version_status_and_hash() -> None:
    head = MADE["origin_warehouse", "L0001"].header
    _has(head, number="HAND/1/stuffing_list/L0001", function="original", replaces="", plan_version=1, status="proposed")


def test_stuffing_list_by_hand() -> None:
    made = MADE["origin_warehouse", "L0001"]
    _has(
        made.facts, load_id="L0001", equipment_id="20GP", equipment_iso="22G1", mode="ocean", lane_id="YTN-LAX",
        departure_id="YTN-LAX-W@2026-12-02", gateway_out="CNYTN", gateway_in="USLAX", cutoff="2026-11-29T18:00+08:00",
        etd="2026-12-02T18:00+08:00", eta="2026-12-18T02:00-08:00", warehouse_name="Shenzhen warehouse",
        delivered_to="DC-LAX", stuff_by=dt.date(2026, 11, 25), shipments=2, total_cartons=None,
        total_volume_m3=Decimal(10), total_gross_weight_kg=Decimal(2000),
    )  # fmt: skip
    one, two = made.lines
    _has(one, shipment_id="S1", seller_id="ANNA", expected=dt.date(2026, 11, 24), cartons=40, volume_m3=Decimal(4),
         gross_weight_kg=Decimal(800), cargo_class="general", stackable=True, destination_fc="ONT8")  # fmt: skip
    _has(two, shipment_id="S2", seller_id="BO", cartons=None, cargo_class="lithium_battery")


def test_a_container_is_booked_by_totals_of_each_class() -> None:
    made = MADE["carrier", "L0001"]
    _has(made.facts, receipt_type="CFS", delivery_type="CFS", place_of_receipt="Shenzhen warehouse", place_of_delivery="Carson")  # fmt: skip
    assert [vars(line) for line in made.lines] == [
        {"cargo_reference": "L0001", "cargo_class": "general", "hs_codes": "940542", "cartons": 40,
         "volume_m3": Decimal(4), "gross_weight_kg": Decimal(800)},
        {"cargo_reference": "L0001", "cargo_class": "lithium_battery", "hs_codes": "850760", "cartons": None,
         "volume_m3": Decimal(6), "gross_weight_kg": Decimal(1200)},
    ]  # fmt: skip


def test_the_broker_gets_both_entries_with_values_and_codes() -> None:
    made = MADE["customs_broker", "L0001"]
    _has(made.facts, regime_id="US", clear_by=dt.date(2026, 12, 22), currency="USD", total_goods_value=Decimal(5000))
    one, two = made.lines
    _has(one, entry_id="E0001", entry_date=dt.date(2026, 12, 18), importer_id="IOR-A", seller_id="ANNA", units=200,
         hs_code="9405420000", goods_value=Decimal(2000), invoice_value=Decimal(2000), invoice_currency="USD")  # fmt: skip
    _has(two, entry_id="E0002", importer_id="IOR-B", shipment_id="S2", goods_value=Decimal(3000))


def test_the_centre_learns_how_each_shipment_goes_on() -> None:
    made = MADE["deconsolidator", "L0001"]
    _has(made.facts, centre_id="DC-LAX", centre_name="Carson", arrives=dt.date(2026, 12, 23))
    # pallets of at most 1.8 m3 at ONT8: 4 m3 are 3, 6 m3 are 4
    assert [(line.shipment_id, line.pallets, line.onward, line.onward_to, line.dispatch) for line in made.lines] == [
        ("S1", 3, "ltl", "ONT8", dt.date(2026, 12, 24)), ("S2", 4, "ltl", "ONT8", dt.date(2026, 12, 24)),
    ]  # fmt: skip


def test_the_trucker_drives_the_container_and_then_the_pallets() -> None:
    dray, pallets = MADE["trucker", "L0001"], MADE["trucker", "DC-LAX:ltl:2026-12-24"]
    _has(dray.facts, leg="drayage", load_id="L0001", pick_up_id="USLAX", pick_up=dt.date(2026, 12, 22), shipments=2)
    (whole,) = dray.lines
    _has(whole, goods_reference="L0001", destination_id="DC-LAX", volume_m3=Decimal(10), pallets=None, cargo_class="",
         deliver=dt.date(2026, 12, 23))  # fmt: skip
    _has(pallets.facts, leg="ltl", load_id="", pick_up_id="DC-LAX", pick_up=dt.date(2026, 12, 24))
    assert [(line.goods_reference, line.destination_id, line.destination_postcode, line.pallets, line.deliver)
            for line in pallets.lines] == [
        ("S1", "ONT8", "92551", 3, dt.date(2026, 12, 25)), ("S2", "ONT8", "92551", 4, dt.date(2026, 12, 25)),
    ]  # fmt: skip


def test_the_desk_gets_dates_pallets_and_inbound_plans() -> None:
    made = MADE["fba_desk", "ONT8"]
    _has(made.facts, fc_id="ONT8", fc_name="ONT8 Moreno Valley", market="US", timezone="America/Los_Angeles")
    assert [(line.shipment_id, line.inbound_plan_id, line.deliver, line.receive, line.pallets) for line in made.lines] == [
        ("S1", "FBA-77", dt.date(2026, 12, 25), dt.date(2026, 12, 28), 3),
        ("S2", "", dt.date(2026, 12, 25), dt.date(2026, 12, 28), 4),
    ]  # fmt: skip


def test_the_seller_gets_its_costs_by_category() -> None:
    (line,) = MADE["seller", "BO"].lines
    planned = next(row for row in Plan.model_validate(hand_plan()).shipments if row.shipment_id == "S2")
    assert line.landed_cost == planned.landed_cost == MADE["seller", "BO"].facts.total_landed_cost
    assert {name: getattr(line, f"cost_{name}") for name in CATEGORIES} == {
        name: planned.categories.get(name, Decimal(0)) for name in CATEGORIES
    }
    _has(line, places="WH-SZX > CNYTN > USLAX > DC-LAX > ONT8", days=34, late_days=2, cheapest_alone="", saving=None)


def test_a_shipment_left_out_stands_in_its_statement_with_the_reason() -> None:
    left = {"shipment_id": "U1", "rule": "RECEIVING.CLOSED", "detail": "ONT8 is closed", "change": "send to LGB8"}
    plan = Plan.model_validate({**hand_plan(), "unplanned": [left]})
    made = build_documents(plan, NETWORK, [*GOODS, goods("U1", seller_id="CLEO")])
    statement = next(each for each in made if each.header.partner_id == "CLEO")
    (line,) = statement.lines
    _has(statement.facts, shipments=0, unplanned=1, total_landed_cost=Decimal(0))
    _has(line, shipment_id="U1", planned=False, reason="RECEIVING.CLOSED: ONT8 is closed. To change: send to LGB8.", landed_cost=None)  # fmt: skip


def test_bought_space_is_booked_shipment_by_shipment_from_cfs() -> None:
    week = partner_week(80, seed=3)
    found = build_documents(week.plan, SAMPLE, week.shipments)
    space = [each for each in found if isinstance(each, Booking) and each.facts and not each.facts.load_id]
    planned = {row.shipment_id: row for row in week.plan.shipments}
    assert space
    for each in space:
        assert each.facts is not None
        assert (each.facts.receipt_type, each.facts.delivery_type, each.facts.equipment_id) == ("CFS", "CFS", "")
        rows = [planned[line.cargo_reference] for line in each.lines]
        assert {(row.departure_id, row.warehouse_id, row.deconsolidation_id) for row in rows} == {tuple(each.header.subject.split(":"))}  # fmt: skip
        assert sum(line.volume_m3 for line in each.lines) == each.facts.total_volume_m3


def test_every_shipment_reaches_its_fc_by_orders_that_follow_each_other() -> None:
    week = partner_week(150, seed=5)
    found = build_documents(week.plan, SAMPLE, week.shipments)
    last = Counter(
        line.goods_reference
        for each in found
        if each.header.document == "delivery_order" and each.facts.leg in ("ftl", "ltl", "parcel")
        for line in each.lines
    )
    legs = {each.facts.leg for each in found if each.header.document == "delivery_order"}
    assert legs == {"drayage", "direct", "ftl", "ltl", "parcel", "shuttle"}
    handled = [row for row in week.plan.shipments if row.service not in ("courier", "alone_air", "alone_lcl")]
    assert last == Counter(row.shipment_id for row in handled if row.service != "direct_container")
    appointed = Counter(line.shipment_id for each in found if each.header.role == "fba_desk" for line in each.lines)
    assert appointed == Counter(row.shipment_id for row in handled)


def test_pallets_are_told_where_goods_travel_on_pallets_only() -> None:
    week = partner_week(150, seed=5)
    found = build_documents(week.plan, SAMPLE, week.shipments)
    told: dict[str, set[bool]] = {}
    for each in found:
        for line in each.lines:
            if each.header.document in ("appointment_list", "delivery_order", "devanning_order"):
                leg = (
                    each.facts.leg
                    if each.header.document == "delivery_order"
                    else getattr(line, "leg", "") or line.onward
                )
                told.setdefault(leg, set()).add(line.pallets is not None)
    loose = ("drayage", "direct", "parcel")
    assert set(told) >= {*loose, "ftl", "ltl", "shuttle", "overseas"}
    assert told == {leg: {leg not in loose} for leg in told}


def test_a_booking_says_the_same_terms_as_the_booking_of_the_standard_beside_it() -> None:
    week = partner_week(150, seed=5)
    found = [each for each in build_documents(week.plan, SAMPLE, week.shipments) if isinstance(each, Booking)]
    told = {each.facts.load_id: (each.facts.receipt_type, each.facts.delivery_type) for each in found if each.facts}
    beside = {}
    for _, content in StandardFiles(week.plan, SAMPLE, week.shipments).dcsa():
        body = json.loads(content)
        (load,) = [each["value"] for each in body["references"] if each["type"] == "AEF"]
        if load in told:
            beside[load] = (body["receiptTypeAtOrigin"], body["deliveryTypeAtDestination"])
    assert set(beside.values()) == {("CFS", "CFS"), ("CFS", "SD")}
    assert beside == {load: told[load] for load in beside}


def test_numbers_of_documents_are_unique() -> None:
    week = partner_week(150, seed=5)
    numbers = [each.header.number for each in build_documents(week.plan, SAMPLE, week.shipments)]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("kind", KINDS)
def test_head_facts_and_lines_of_a_kind_share_no_name(kind: str) -> None:
    found = layout(kind)
    names = [each.name for each in (*found.head_columns, *found.facts_columns, *found.line_columns)]
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_has_a_unit(kind: str) -> None:
    found = layout(kind)
    columns = (*found.facts_columns, *found.line_columns)
    assert [each.name for each in columns if each.type in ("number", "count") and not each.unit] == []


def test_a_statement_has_a_column_for_every_category() -> None:
    costs = [name.removeprefix("cost_") for name in StatementLine.model_fields if name.startswith("cost_")]
    assert costs == list(CATEGORIES)


def test_texts_come_on_one_line() -> None:
    assert one_line(" a\r\n b\u2028c\x00") == "a b c"
    with pytest.raises(ValidationError, match="one line"):
        MADE["seller", "BO"].lines[0].__class__(shipment_id="a\nb", planned=True)


def test_a_document_is_whole_or_a_cancellation() -> None:
    made: PartnerDocument = MADE["carrier", "L0001"]
    for changes in ({"facts": None}, {"lines": ()}):
        with pytest.raises(ValidationError, match="facts and at least one line"):
            Booking.model_validate({"header": made.header, "facts": made.facts, "lines": made.lines, **changes})
    head = made.header.model_copy(update={"function": "replace"})
    with pytest.raises(ValidationError, match="number of the earlier document"):
        Booking(header=head, facts=made.facts, lines=made.lines)
