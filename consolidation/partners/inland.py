"""Documents about the way from the gateway to the FC: delivery orders and appointment lists."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from consolidation.partners.case import Case, Consignment, Draft, local_date, lowest_status, made
from consolidation.partners.parts import AppointmentFacts, AppointmentLine, DeliveryFacts, DeliveryLine, Leg
from consolidation.plan_model import PlannedShipment


def inland_documents(case: Case) -> Iterator[Draft]:
    """Yield delivery orders and appointment lists."""
    for consignment in case.consignments:
        yield _drayage(case, consignment)
    yield from _trucks(case)
    yield from _rounds(case)
    yield from _appointment_lists(case)


def _drayage(case: Case, consignment: Consignment) -> Draft:
    """Return the order to bring a consignment from the gateway to its centre, or unopened to its FC."""
    load, first = consignment.load, consignment.first
    leg: Leg = "drayage" if first.deconsolidation_id else "direct"
    goal = first.deconsolidation_id or first.destination_fc
    deliver = case.day(first, "AT_DECONSOLIDATION" if first.deconsolidation_id else "DELIVERED")
    facts = made(
        DeliveryFacts,
        **case.totals(consignment.members),
        leg=leg,
        load_id=load.load_id if load else "",
        equipment_id=load.equipment_id if load else "",
        pick_up_id=first.gateway_in,
        pick_up_name=case.name(first.gateway_in),
        pick_up=case.day(first, "CLEARED"),
    )
    if load is None:
        lines = tuple(_line(case, row, "drayage", goal, deliver) for row in consignment.members)
    else:
        lines = (_container(case, consignment, goal, deliver),)
    partner = first.deconsolidation_id or first.gateway_in
    return Draft("delivery_order", "trucker", partner, consignment.subject, consignment.status, facts, lines)


def _container(case: Case, consignment: Consignment, goal: str, deliver: dt.date | None) -> DeliveryLine:
    classes = {case.goods(row).cargo_class for row in consignment.members}
    totals = case.totals(consignment.members)
    return made(
        DeliveryLine,
        goods_reference=consignment.subject,
        **_goal(case, goal),
        cartons=totals["total_cartons"],
        volume_m3=totals["total_volume_m3"],
        gross_weight_kg=totals["total_gross_weight_kg"],
        cargo_class=classes.pop() if len(classes) == 1 else "",
        deliver=deliver,
    )


def _goal(case: Case, place_id: str) -> dict[str, Any]:
    place = case.network.place.get(place_id)
    return {
        "destination_id": place_id,
        "destination_name": place.name if place else "",
        "destination_postcode": place.postcode if place else "",
    }


def _line(case: Case, row: PlannedShipment, leg: Leg, goal: str, deliver: dt.date | None) -> DeliveryLine:
    goods = case.goods(row)
    return made(
        DeliveryLine,
        goods_reference=row.shipment_id,
        **_goal(case, goal),
        cartons=goods.cartons,
        pallets=case.pallets(row, leg),
        volume_m3=row.volume_m3,
        gross_weight_kg=row.gross_weight_kg,
        cargo_class=goods.cargo_class,
        deliver=deliver,
    )


def _trucks(case: Case) -> Iterator[Draft]:
    """Yield the order of every whole truck."""
    planned = {row.shipment_id: row for row in case.handled}
    for load in case.plan.loads:
        rows = [planned[name] for name in load.shipments if name in planned]
        if load.kind != "truck" or not rows:
            continue
        facts = made(
            DeliveryFacts,
            **case.totals(rows),
            leg="ftl",
            load_id=load.load_id,
            equipment_id=load.equipment_id,
            pick_up_id=load.origin,
            pick_up_name=case.name(load.origin),
            pick_up=local_date(load.departs),
        )
        lines = tuple(_line(case, row, "ftl", load.destination, local_date(load.arrives)) for row in rows)
        yield Draft("delivery_order", "trucker", load.origin, load.load_id, load.status, facts, lines)


def _rounds(case: Case) -> Iterator[Draft]:
    """Yield one order per place, day and leg for what goes on pallets, as parcels, or to an overseas warehouse."""
    groups: dict[tuple[str, Leg, dt.date | None], list[DeliveryLine]] = defaultdict(list)
    members: dict[tuple[str, Leg, dt.date | None], list[PlannedShipment]] = defaultdict(list)
    for row in case.handled:
        for place, leg, day, goal, deliver in _stages(case, row):
            groups[place, leg, day].append(_line(case, row, leg, goal, deliver))
            members[place, leg, day].append(row)
    for key, lines in groups.items():
        yield _round(case, key, lines, members[key])


def _round(
    case: Case, key: tuple[str, Leg, dt.date | None], lines: Sequence[DeliveryLine], rows: Sequence[PlannedShipment]
) -> Draft:
    place, leg, day = key
    facts = made(
        DeliveryFacts, **case.totals(rows), leg=leg, pick_up_id=place, pick_up_name=case.name(place), pick_up=day
    )
    ordered = tuple(sorted(lines, key=lambda line: (line.destination_id, line.goods_reference)))
    return Draft("delivery_order", "trucker", place, f"{place}:{leg}:{day}", lowest_status(rows), facts, ordered)


def _stages(
    case: Case, row: PlannedShipment
) -> Iterator[tuple[str, Leg, dt.date | None, str, dt.date | None]]:  # fmt: skip
    """Yield place, leg, day, goal and day of delivery of what a shipment travels on pallets or as parcels."""
    centre, overseas, fc = row.deconsolidation_id, row.overseas_id, row.destination_fc
    dispatched, delivered = case.day(row, "DISPATCHED"), case.day(row, "DELIVERED")
    if overseas:
        yield centre, "shuttle", case.day(row, "TRANSFERRED"), overseas, case.day(row, "AT_OVERSEAS")
        yield overseas, row.replenishment or "ltl", dispatched, fc, delivered
    elif centre and row.final_leg in ("ltl", "parcel"):
        yield centre, "parcel" if row.final_leg == "parcel" else "ltl", dispatched, fc, delivered


def _appointment_lists(case: Case) -> Iterator[Draft]:
    """Yield the list of every FC, for the desk of its market."""
    fcs: dict[tuple[str, str], list[PlannedShipment]] = defaultdict(list)
    for row in case.handled:
        fcs[row.market, row.destination_fc].append(row)
    for (market, fc), rows in fcs.items():
        place = case.network.place.get(fc)
        facts = made(
            AppointmentFacts,
            **case.totals(rows),
            fc_id=fc,
            fc_name=case.name(fc),
            market=market,
            timezone=place.timezone if place else "",
        )
        ordered = sorted(rows, key=lambda row: (case.time(row, "DELIVERED"), row.truck_load_id, row.shipment_id))
        lines = tuple(_appointment_line(case, row) for row in ordered)
        yield Draft("appointment_list", "fba_desk", market, fc, lowest_status(rows), facts, lines)


def _appointment_line(case: Case, row: PlannedShipment) -> AppointmentLine:
    goods = case.goods(row)
    leg = row.replenishment or row.final_leg
    return made(
        AppointmentLine,
        shipment_id=row.shipment_id,
        inbound_plan_id=goods.inbound_plan_id,
        deliver=case.day(row, "DELIVERED"),
        receive=case.day(row, "RECEIVED"),
        leg=leg,
        load_id=row.truck_load_id or ("" if row.deconsolidation_id else row.trunk_load_id),
        cartons=goods.cartons,
        pallets=case.pallets(row, leg),
        volume_m3=row.volume_m3,
        gross_weight_kg=row.gross_weight_kg,
    )
