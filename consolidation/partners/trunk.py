"""Documents about consignments: stuffing list, booking, pre-alert, devanning order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from consolidation.partners.case import Case, Consignment, Draft, local_date, lowest_status, made
from consolidation.partners.parts import (
    BookingFacts,
    BookingLine,
    DevanningFacts,
    DevanningLine,
    EntryLine,
    PreAlertFacts,
    StuffingFacts,
    StuffingLine,
)
from consolidation.plan_model import PlannedShipment


def trunk_documents(case: Case) -> Iterator[Draft]:
    """Yield the documents of every consignment."""
    for consignment in case.consignments:
        yield _stuffing_list(case, consignment)
        yield _booking(case, consignment)
        yield _pre_alert(case, consignment)
        if consignment.first.deconsolidation_id:
            yield _devanning_order(case, consignment)
    yield from _inbound_orders(case)


def _voyage(case: Case, consignment: Consignment) -> dict[str, Any]:
    """Return departure, equipment and totals of a consignment."""
    load, first = consignment.load, consignment.first
    lane = case.network.lane.get(first.lane_id)
    equipment = case.network.equipment_by_id.get(load.equipment_id) if load else None
    return {
        "load_id": load.load_id if load else "",
        "equipment_id": load.equipment_id if load else "",
        "equipment_iso": equipment.iso_code if equipment else "",
        "mode": lane.mode if lane else "",
        "lane_id": first.lane_id,
        "service": lane.name if lane else "",
        "departure_id": first.departure_id,
        "gateway_out": first.gateway_out,
        "gateway_in": first.gateway_in,
        "cutoff": load.cutoff if load else case.time(first, "CFS_CUTOFF"),
        "etd": load.departs if load else case.time(first, "ETD"),
        "eta": load.arrives if load else case.time(first, "ETA"),
        **case.totals(consignment.members),
    }


def _delivered_to(consignment: Consignment) -> str:
    return consignment.first.deconsolidation_id or consignment.first.destination_fc


def _stuffing_list(case: Case, consignment: Consignment) -> Draft:
    first = consignment.first
    days = [day for row in consignment.members if (day := case.day(row, "STUFFED")) is not None]
    facts = made(
        StuffingFacts,
        **_voyage(case, consignment),
        warehouse_id=first.warehouse_id,
        warehouse_name=case.name(first.warehouse_id),
        delivered_to=_delivered_to(consignment),
        stuff_by=max(days, default=None),
    )
    lines = tuple(_stuffing_line(case, row) for row in consignment.members)
    return Draft(
        "stuffing_list", "origin_warehouse", first.warehouse_id, consignment.subject, consignment.status, facts, lines
    )


def _stuffing_line(case: Case, row: PlannedShipment) -> StuffingLine:
    goods = case.goods(row)
    length, width, height = goods.sides_cm
    return made(
        StuffingLine,
        shipment_id=row.shipment_id,
        seller_id=row.seller_id,
        expected=case.day(row, "AT_WAREHOUSE"),
        cartons=goods.cartons,
        carton_length_cm=length,
        carton_width_cm=width,
        carton_height_cm=height,
        carton_weight_kg=goods.carton_weight_kg,
        volume_m3=row.volume_m3,
        gross_weight_kg=row.gross_weight_kg,
        cargo_class=goods.cargo_class,
        stackable=goods.stackable,
        destination_fc=row.destination_fc,
    )


def _booking(case: Case, consignment: Consignment) -> Draft:
    load, first = consignment.load, consignment.first
    facts = made(
        BookingFacts,
        **_voyage(case, consignment),
        receipt_type="CFS",
        delivery_type="CFS" if first.deconsolidation_id else "SD",
        place_of_receipt=case.name(first.warehouse_id) or first.warehouse_id,
        place_of_delivery=case.name(_delivered_to(consignment)) or _delivered_to(consignment),
    )
    if load is None:
        lines = tuple(_booking_line(case, row.shipment_id, (row,)) for row in consignment.members)
    else:
        classes: dict[str, list[PlannedShipment]] = defaultdict(list)
        for row in consignment.members:
            classes[case.goods(row).cargo_class].append(row)
        lines = tuple(_booking_line(case, load.load_id, classes[name]) for name in sorted(classes))
    return Draft("booking", "carrier", first.lane_id, consignment.subject, consignment.status, facts, lines)


def _booking_line(case: Case, reference: str, rows: Sequence[PlannedShipment]) -> BookingLine:
    codes = {case.goods(row).hs_code[:6] for row in rows} - {""}
    return made(
        BookingLine,
        cargo_reference=reference,
        cargo_class=case.goods(rows[0]).cargo_class,
        hs_codes=";".join(sorted(codes)),
        cartons=case.cartons(rows),
        volume_m3=sum((row.volume_m3 for row in rows), Decimal(0)),
        gross_weight_kg=sum((row.gross_weight_kg for row in rows), Decimal(0)),
    )


def _pre_alert(case: Case, consignment: Consignment) -> Draft:
    first = consignment.first
    facts = made(
        PreAlertFacts,
        **_voyage(case, consignment),
        regime_id=first.regime_id,
        clear_by=case.day(first, "CLEARED"),
        currency=case.plan.inputs.currency,
        total_goods_value=sum((row.goods_value for row in consignment.members), Decimal(0)),
    )
    rows = sorted(consignment.members, key=lambda row: (row.entry_id, row.shipment_id))
    lines = tuple(_entry_line(case, row) for row in rows)
    return Draft("pre_alert", "customs_broker", first.regime_id, consignment.subject, consignment.status, facts, lines)


def _entry_line(case: Case, row: PlannedShipment) -> EntryLine:
    goods, entry = case.goods(row), case.entries.get(row.entry_id)
    return made(
        EntryLine,
        entry_id=row.entry_id,
        entry_date=local_date(entry.date) if entry else case.day(row, "ETA"),
        importer_id=row.importer_id,
        seller_id=row.seller_id,
        shipment_id=row.shipment_id,
        hs_code=goods.hs_code,
        hs_lines=goods.hs_lines,
        country_of_origin=goods.country_of_origin,
        incoterm=goods.incoterm,
        cargo_class=goods.cargo_class,
        cartons=goods.cartons,
        units=row.units or None,
        volume_m3=row.volume_m3,
        gross_weight_kg=row.gross_weight_kg,
        goods_value=row.goods_value,
        invoice_value=goods.invoice_value,
        invoice_currency=goods.invoice_currency,
        destination_fc=row.destination_fc,
        ready=case.day(row, "READY"),
        deliver=case.day(row, "DELIVERED"),
    )


def _devanning_order(case: Case, consignment: Consignment) -> Draft:
    first = consignment.first
    facts = made(
        DevanningFacts,
        **_voyage(case, consignment),
        centre_id=first.deconsolidation_id,
        centre_name=case.name(first.deconsolidation_id),
        arrives=case.day(first, "AT_DECONSOLIDATION"),
    )
    lines = tuple(_devanning_line(case, row, stored=False) for row in consignment.members)
    subject, centre = consignment.subject, first.deconsolidation_id
    return Draft("devanning_order", "deconsolidator", centre, subject, consignment.status, facts, lines)


def _inbound_orders(case: Case) -> Iterator[Draft]:
    """Yield one order per overseas warehouse and day of arrival."""
    groups: dict[tuple[str, dt.date | None], list[PlannedShipment]] = defaultdict(list)
    for row in case.handled:
        if row.overseas_id:
            groups[row.overseas_id, case.day(row, "AT_OVERSEAS")].append(row)
    for (place, day), rows in groups.items():
        facts = made(
            DevanningFacts, **case.totals(rows), centre_id=place, centre_name=case.name(place), arrives=day
        )  # fmt: skip
        lines = tuple(_devanning_line(case, row, stored=True) for row in rows)
        yield Draft("devanning_order", "deconsolidator", place, f"{place}:{day}", lowest_status(rows), facts, lines)


def _devanning_line(case: Case, row: PlannedShipment, *, stored: bool) -> DevanningLine:
    """Return how a shipment goes on from the centre, or from the overseas warehouse in which it is stored."""
    goods, overseas = case.goods(row), bool(row.overseas_id) and not stored
    onward = row.replenishment or row.final_leg if stored else row.final_leg
    return made(
        DevanningLine,
        shipment_id=row.shipment_id,
        cartons=goods.cartons,
        pallets=case.pallets(row, onward),
        volume_m3=row.volume_m3,
        gross_weight_kg=row.gross_weight_kg,
        cargo_class=goods.cargo_class,
        destination_fc=row.destination_fc,
        onward=onward,
        onward_to=row.overseas_id if overseas else row.destination_fc,
        truck_load_id=row.truck_load_id,
        dispatch=case.day(row, "TRANSFERRED" if overseas else "DISPATCHED"),
    )
