"""What documents for partners say: as a whole (facts) and line by line.

Facts and lines of each kind hold what that partner needs and nothing else: goods
values stand only in what the customs broker and the seller get, landed costs only in what the seller gets, sellers only
in what the origin warehouse, the broker and the seller itself get. Volumes are in m3, weights in kg, amounts in the
currency that the document names; dates are local to the place they stand beside, times carry their offset from UTC.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from network.columns import YesNo

_LONGEST_TEXT = 32_000
"""Signs that one cell of a workbook holds."""


def one_line(text: str) -> str:
    """Return a text as one line without signs that cannot be printed; blanks around it are dropped.

    >>> one_line(" a\\n\\tb ")
    'a b'
    """
    if text.isprintable():
        return text.strip()
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _printable(text: str) -> str:
    if text != one_line(text) or len(text) > _LONGEST_TEXT:
        raise ValueError("text on one line without blanks around it")
    return text


def plain(value: Any) -> Any:
    """Return a value as it stands in JSON: a whole number without decimal point, a date as text.

    >>> plain(Decimal("2.00")), plain(Decimal("0.25")), plain(dt.date(2026, 12, 1))
    (2, 0.25, '2026-12-01')
    """
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


Text = Annotated[str, AfterValidator(_printable)]
Number = Annotated[
    Decimal, Field(max_digits=15, allow_inf_nan=False), PlainSerializer(plain, return_type=float, when_used="json")
]


def _unit(name: str, description: str = "", **limits: Any) -> Any:
    return Field(json_schema_extra={"unit": name}, description=description, **limits)


def _volume(description: str = "") -> Any:
    return _unit("m3", description, ge=0)


def _weight(description: str = "") -> Any:
    return _unit("kg", description, ge=0)


def _pieces(description: str = "blank: not stated for every shipment") -> Any:
    return _unit("carton", description, default=None, ge=0)


def _pallets() -> Any:
    return _unit("pallet", "by the receiving rule of the FC; blank: not on pallets", default=None, ge=0)


def _money(description: str = "") -> Any:
    return _unit("currency", description)


def _cost(description: str = "") -> Any:
    return _unit("currency", description, default=None)


class Part(BaseModel):
    """Base of facts and lines: immutable, no unknown names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Totals(Part):
    """What the goods of a document come to."""

    shipments: int = _unit("shipment", ge=0)
    total_cartons: int | None = _pieces()
    total_volume_m3: Number = _volume()
    total_gross_weight_kg: Number = _weight()


class Voyage(Totals):
    """A departure and what is loaded for it: a whole container, or space bought by volume and weight."""

    load_id: Text = Field("", description="container; blank: bought space")
    equipment_id: Text = ""
    equipment_iso: Text = Field("", description="ISO 6346 size and type")
    mode: Text = ""
    lane_id: Text = ""
    service: Text = Field("", description="name of the lane")
    departure_id: Text = Field("", description="lane pattern and local date of departure")
    gateway_out: Text = Field("", description="port, airport or terminal of loading")
    gateway_in: Text = Field("", description="port, airport or terminal of discharge")
    cutoff: Text = Field("", description="CFS cut-off, local time with offset")
    etd: Text = Field("", description="local time with offset")
    eta: Text = Field("", description="local time with offset")


class StuffingFacts(Voyage):
    """Of a stuffing list."""

    warehouse_id: Text
    warehouse_name: Text = ""
    delivered_to: Text = Field("", description="deconsolidation centre, or FC of a direct container")
    stuff_by: dt.date | None = Field(None, description="day the last goods are stuffed, local to the warehouse")


class StuffingLine(Part):
    """One shipment to stuff."""

    shipment_id: Text = Field(min_length=1)
    seller_id: Text = Field(description="who brings it")
    expected: dt.date | None = Field(None, description="day it reaches the warehouse")
    cartons: int | None = _pieces("blank: not stated")
    carton_length_cm: Number | None = _unit("cm", default=None)
    carton_width_cm: Number | None = _unit("cm", default=None)
    carton_height_cm: Number | None = _unit("cm", default=None)
    carton_weight_kg: Number | None = _unit("kg", "gross weight of one carton", default=None)
    volume_m3: Number = _volume()
    gross_weight_kg: Number = _weight()
    cargo_class: Text = Field("", description="blank: not stated")
    stackable: YesNo = True
    destination_fc: Text = Field("", description="mark of the cartons")


class BookingFacts(Voyage):
    """Of a booking. Receipt and delivery types are those of DCSA, as in the DCSA booking beside it."""

    receipt_type: Literal["CFS"] = Field(description="CFS: cartons, at the origin warehouse")
    delivery_type: Literal["CFS", "SD"] = Field(
        description="CFS: to the deconsolidation centre; SD: to the door of the FC"
    )
    place_of_receipt: Text = ""
    place_of_delivery: Text = ""


class BookingLine(Part):
    """Cargo of one class in a container, or one shipment in bought space."""

    cargo_reference: Text = Field(description="load, or house bill (shipment) in bought space")
    cargo_class: Text = Field("", description="blank: not stated")
    hs_codes: Text = Field("", description="first six digits of the codes, separated by ;")
    cartons: int | None = _pieces()
    volume_m3: Number = _volume()
    gross_weight_kg: Number = _weight()


class PreAlertFacts(Voyage):
    """Of a pre-alert."""

    regime_id: Text
    clear_by: dt.date | None = Field(None, description="day by which the plan expects customs to be done")
    currency: Text = Field(description="plan currency")
    total_goods_value: Number = _money("value entered, plan currency")


class EntryLine(Part):
    """One shipment under one customs entry."""

    entry_id: Text
    entry_date: dt.date | None = Field(None, description="local date of arrival")
    importer_id: Text = Field(description="importer of record")
    seller_id: Text
    shipment_id: Text = Field(min_length=1, description="house bill")
    hs_code: Text = Field("", description="text: leading zeros count")
    hs_lines: int = _unit("tariff line", "tariff lines that the goods fall under", default=1)
    country_of_origin: Text = Field("", description="as the seller states it; blank: country of dispatch")
    incoterm: Text = ""
    cargo_class: Text = Field("", description="blank: not stated")
    cartons: int | None = _pieces("blank: not stated")
    units: int | None = _unit("unit of goods", "blank: not stated", default=None)
    volume_m3: Number = _volume()
    gross_weight_kg: Number = _weight()
    goods_value: Number = _money("plan currency")
    invoice_value: Number = _money("as the seller states it")
    invoice_currency: Text
    destination_fc: Text = ""
    ready: dt.date | None = Field(None, description="day the goods can be collected")
    deliver: dt.date | None = Field(None, description="day of delivery at the FC")


class DevanningFacts(Voyage):
    """Of a devanning order, or of an inbound order for an overseas warehouse."""

    centre_id: Text = Field(description="deconsolidation centre or overseas warehouse")
    centre_name: Text = ""
    arrives: dt.date | None = Field(None, description="day the goods come in")


class DevanningLine(Part):
    """One shipment to take out, sort and send on."""

    shipment_id: Text = Field(min_length=1)
    cartons: int | None = _pieces("blank: not stated")
    pallets: int | None = _pallets()
    volume_m3: Number = _volume()
    gross_weight_kg: Number = _weight()
    cargo_class: Text = Field("", description="blank: not stated")
    destination_fc: Text = ""
    onward: Text = Field("", description="ltl, ftl, parcel, or overseas: to an overseas warehouse first")
    onward_to: Text = Field("", description="FC or overseas warehouse")
    truck_load_id: Text = ""
    dispatch: dt.date | None = Field(None, description="day it goes on")


Leg = Literal["drayage", "direct", "ftl", "ltl", "parcel", "shuttle"]
"""What a trucker drives: a container from the gateway to a centre or an FC, a whole truck, pallets, parcels, and pallets
to an overseas warehouse."""


class DeliveryFacts(Totals):
    """Of a delivery order."""

    leg: Leg
    load_id: Text = Field("", description="container or truck; blank: pallets, parcels, bought space")
    equipment_id: Text = ""
    pick_up_id: Text
    pick_up_name: Text = ""
    pick_up: dt.date | None = Field(None, description="local day")


class DeliveryLine(Part):
    """What goes to one place."""

    goods_reference: Text = Field(description="shipment, or the container as a whole")
    destination_id: Text
    destination_name: Text = ""
    destination_postcode: Text = ""
    cartons: int | None = _pieces()
    pallets: int | None = _pallets()
    volume_m3: Number = _volume()
    gross_weight_kg: Number = _weight()
    cargo_class: Text = Field("", description="blank: several")
    deliver: dt.date | None = Field(None, description="local day of delivery")


class AppointmentFacts(Totals):
    """Of an appointment list."""

    fc_id: Text
    fc_name: Text = ""
    market: Text
    timezone: Text = ""


class AppointmentLine(Part):
    """One shipment to be delivered to the FC."""

    shipment_id: Text = Field(min_length=1)
    inbound_plan_id: Text = ""
    deliver: dt.date | None = Field(None, description="local day of delivery")
    receive: dt.date | None = Field(None, description="local day the goods are available")
    leg: Text = ""
    load_id: Text = Field("", description="truck or direct container; blank: pallets or parcels")
    cartons: int | None = _pieces("blank: not stated")
    pallets: int | None = _pallets()
    volume_m3: Number = _volume()
    gross_weight_kg: Number = _weight()


class StatementFacts(Totals):
    """Of a statement; charges that shipments share are split by W/M."""

    seller_id: Text
    currency: Text = Field(description="plan currency")
    unplanned: int = _unit("shipment", "shipments left out", ge=0)
    total_landed_cost: Number = _money("cash, without the shipments left out")


class StatementLine(Part):
    """One shipment of the seller, also one that is left out."""

    shipment_id: Text = Field(min_length=1)
    planned: YesNo
    reason: Text = Field("", description="rule that keeps the shipment out, and what would have to change")
    way: Text = Field("", description="service: consolidated, direct_container, co_load, ...")
    places: Text = Field("", description="places of the itinerary, in order")
    departure_id: Text = ""
    ready: dt.date | None = None
    etd: Text = Field("", description="local time with offset")
    eta: Text = Field("", description="local time with offset")
    cleared: dt.date | None = None
    received: dt.date | None = Field(None, description="day the goods are available at the FC")
    days: int | None = _unit("day", "ready to received", default=None)
    late_days: int | None = _unit("day", default=None)
    destination_fc: Text = ""
    cartons: int | None = _pieces("blank: not stated")
    units: int | None = _unit("unit of goods", "blank: not stated", default=None)
    volume_m3: Number | None = _unit("m3", default=None)
    gross_weight_kg: Number | None = _unit("kg", default=None)
    goods_value: Number | None = _cost("plan currency")
    landed_cost: Number | None = _cost("sum of the cost_ columns")
    import_tax: Number | None = _cost("VAT or GST, also where it is recovered")
    cheapest_alone: Text = Field("", description="cheapest way of sending it alone")
    alone_cost: Number | None = _cost("landed cost of sending it so")
    saving: Number | None = _cost("alone_cost less landed_cost")
    cost_collection: Number | None = _cost()
    cost_origin: Number | None = _cost()
    cost_trunk: Number | None = _cost()
    cost_insurance: Number | None = _cost()
    cost_customs: Number | None = _cost()
    cost_duty: Number | None = _cost()
    cost_tax: Number | None = _cost()
    cost_destination: Number | None = _cost()
    cost_drayage: Number | None = _cost()
    cost_storage: Number | None = _cost()
    cost_final_leg: Number | None = _cost()
    cost_fba: Number | None = _cost()
