"""The tables of a network folder: one pydantic model per table, one attribute per column.

These models are the only schema: reading, the field catalogue, the empty template, the Excel workbook and
the documentation are made from them. Every numeric column says its unit, either as ``json_schema_extra`` or
by being a plain count.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from network.columns import (
    KEPT,
    Carriage,
    Country,
    Latitude,
    Longitude,
    Mode,
    PlaceKind,
    Row,
    Sourced,
    Words,
    YesNo,
    Zone,
    unit,
)
from network.fc_tables import InboundDeadline, StorageFee
from network.price_tables import Charge, Duty, Importer, Rate, Regime


class Source(Row):
    """Where figures come from."""

    source: str = Field(description="id used by the other tables")
    text: str = Field(description="publication, page or reasoning")
    licence: str = Field("", description="licence or terms of the source where known")


class Place(Sourced):
    """A place where goods are received, loaded, cleared, devanned or delivered."""

    place_id: str = Field(description="unique id", min_length=1)
    kind: PlaceKind = Field(
        description="what happens here; 'city' only gives coordinates to addresses; 'overseas_warehouse' stores goods "
        "near the market until an FC receives them"
    )
    name: str
    country: Country
    market: str = Field("", description="marketplace an FC belongs to")
    region: str = Field("", description=KEPT)
    postcode: str = Field("", description="text: leading zeros count")
    lat: Latitude
    lon: Longitude
    timezone: Zone = Field("UTC", description="IANA time zone of all local times here")
    customs_regime: str = Field("", description="regime of entries made here; blank: not a customs point")
    tariff: str = Field("", description="handling charges here, at an FC the fees of its operator (charges.tariff)")
    alone_tariff: str = Field("", description="handling charges for a seller who sends alone")
    collection_tariff: str = Field("", description="origin warehouse: charges to collect goods and bring them here")
    alone_collection_tariff: str = Field("", description="origin warehouse: collection for a seller who sends alone")
    ltl_tariff: str = Field(
        "", description="deconsolidation centre, overseas warehouse: legs to FCs on shared pallets; blank: none"
    )
    ftl_tariff: str = Field("", description="deconsolidation centre: final legs by whole truck; blank: none")
    parcel_tariff: str = Field(
        "", description="deconsolidation centre, overseas warehouse: legs to FCs by parcel; blank: none"
    )
    direct_tariff: str = Field("", description="gateway: charges of a container delivered unopened to an FC")
    serves_markets: Words = Field(
        (), description="deconsolidation centre, overseas warehouse: markets of the FCs delivered from here"
    )
    dwell_days: float = Field(
        0.0, ge=0, le=60, json_schema_extra={"unit": "day"},
        description="origin warehouse: receiving to stuffed; gateway: arrival to released by the terminal; "
        "deconsolidation centre: container in to ready for dispatch",
    )  # fmt: skip
    dwell_sd_days: float = Field(
        0.0, ge=0, le=60, json_schema_extra={"unit": "day"},
        description="standard deviation of the dwell: what demurrage and detention (per_load_day) are expected from",
    )  # fmt: skip
    handling_m3_per_day: float | None = Field(
        None, gt=0, json_schema_extra={"unit": "m3/day"}, description="origin warehouse: most volume stuffed in a day"
    )
    receiving_m3_per_week: float | None = Field(
        None,
        gt=0,
        json_schema_extra={"unit": "m3/week"},
        description="FC: most volume this platform may deliver in a week",
    )
    closed_weekdays: Words = Field((), description="weekly closing days, 1 = Monday ... 7 = Sunday, separated by ;")
    closed: YesNo = Field(False, description="yes: nothing may pass here")
    address_city: str = Field("", description=KEPT)


class Equipment(Sourced):
    """A kind of container, truck or unit load device."""

    equipment_id: str = Field(min_length=1)
    name: str
    iso_code: str = Field("", description="ISO 6346 size and type, for partner files")
    kind: Literal["container", "truck", "uld"]
    volume_m3: float = unit("m3", gt=0, description="practical stuffing volume")
    payload_kg: float = unit("kg", gt=0, description="the smaller of payload and road limit")
    teu: float = Field(
        0.0, ge=0, json_schema_extra={"unit": "TEU"}, description="needed where charges or allotments count TEU"
    )
    inner_length_m: float | None = Field(None, gt=0, json_schema_extra={"unit": "m"}, description=KEPT)
    inner_width_m: float | None = Field(None, gt=0, json_schema_extra={"unit": "m"}, description=KEPT)
    inner_height_m: float | None = Field(None, gt=0, json_schema_extra={"unit": "m"}, description=KEPT)
    pallets: int | None = Field(None, ge=0, json_schema_extra={"unit": "pallet"}, description=KEPT)


class Lane(Sourced):
    """An undated service between two gateways by one mode."""

    lane_id: str = Field(min_length=1)
    name: str = Field(description="service name")
    mode: Mode
    origin: str = Field(description="gateway of loading (places.place_id)")
    destination: str = Field(description="gateway of discharge (places.place_id)")
    trade: str = Field(
        "",
        description="trade of the rates, such as CN-USWC: which figures of reliability a simulation takes; not used in plans",
    )
    buying: Literal["load", "space"] = Field(
        description="load: whole equipment is bought and shared; space: per W/M or kg"
    )
    transit_days: float = unit("day", gt=0, le=120, description="scheduled time from ETD to ETA")
    transit_days_min: float | None = Field(None, gt=0, json_schema_extra={"unit": "day"}, description=KEPT)
    transit_days_max: float | None = Field(None, gt=0, json_schema_extra={"unit": "day"}, description=KEPT)
    volumetric_kg_per_m3: float = unit("kg/m3", gt=0, description="factor of the chargeable weight on this lane")
    distance_km: float | None = Field(
        None,
        gt=0,
        json_schema_extra={"unit": "km"},
        description="blank: measured on the geometry, without one geodesic",
    )
    tariff: str = Field(description="charges of this lane (charges.tariff)")
    alone_tariff: str = Field("", description="charges for a seller who sends alone; blank: not offered")
    customs_freight_per_wm: float = Field(
        0.0, ge=0, json_schema_extra={"unit": "plan currency per revenue ton"},
        description="freight deemed part of a CIF customs value when whole loads are bought",
    )  # fmt: skip
    equipment: Words = Field((), description="equipment that may be bought here, separated by ;")
    closed: YesNo = Field(False, description="yes: no departure of this lane may be used")


class Departure(Sourced):
    """A dated run of a lane, or a weekly pattern of them. Times are local at the lane's origin."""

    departure_id: str = Field(min_length=1)
    lane_id: str
    etd: dt.datetime | None = Field(None, description="local departure time of one explicit run; blank for a pattern")
    weekday: int | None = Field(None, ge=1, le=7, json_schema_extra={"unit": "1 = Monday ... 7 = Sunday"})
    time: dt.time = Field(dt.time(18, 0), description="local departure time of a pattern")
    valid_from: dt.date | None = Field(None, description="first day of the pattern")
    valid_to: dt.date | None = Field(None, description="last day of the pattern")
    skip_dates: Words = Field((), description="blanked dates of the pattern, separated by ;")
    transit_days: float | None = Field(None, gt=0, json_schema_extra={"unit": "day"}, description="blank: as the lane")
    crd_h: float | None = Field(
        None, ge=0, json_schema_extra={"unit": "hour before ETD"}, description=f"cargo ready date; {KEPT}"
    )
    lco_h: float = Field(72.0, ge=0, json_schema_extra={"unit": "hour before ETD"}, description="CFS delivery cut-off")
    dco_h: float | None = Field(
        None, ge=0, json_schema_extra={"unit": "hour before ETD"}, description=f"documents; {KEPT}"
    )
    vco_h: float | None = Field(
        None, ge=0, json_schema_extra={"unit": "hour before ETD"}, description=f"verified gross mass; {KEPT}"
    )
    fco_h: float | None = Field(None, ge=0, json_schema_extra={"unit": "hour before ETD"}, description="CY gate-in")
    ams_h: float | None = Field(
        None, ge=0, json_schema_extra={"unit": "hour before ETD"}, description=f"advance filing; {KEPT}"
    )
    allotment_teu: float | None = Field(
        None, ge=0, json_schema_extra={"unit": "TEU"}, description="most TEU this platform may load; blank: no limit"
    )

    @model_validator(mode="after")
    def _explicit_or_weekly(self) -> Departure:
        if (self.etd is None) == (self.weekday is None):
            raise ValueError("either etd (one run) or weekday (a weekly pattern), not both and not neither")
        return self


class Link(Sourced):
    """A road leg between two places of the network: origin dray, import drayage, or a shuttle to an overseas warehouse."""

    origin: str
    destination: str
    kind: Literal["origin_dray", "drayage", "shuttle"]
    distance_km: float | None = Field(
        None, gt=0, json_schema_extra={"unit": "km"}, description="blank: geodesic x road factor"
    )
    transit_days: float = unit("day", ge=0, le=30)
    tariff: str


class Courier(Sourced):
    """A door-to-FC parcel service that a seller can buy alone."""

    courier_id: str = Field(min_length=1)
    name: str
    origin_country: Country
    market: str
    transit_days: float = unit("day", gt=0, le=60)
    volumetric_kg_per_m3: float = unit("kg/m3", gt=0)
    tariff: str
    customs_regime: str
    max_carton_kg: float | None = Field(None, gt=0, json_schema_extra={"unit": "kg"})


class Receiving(Sourced):
    """What an FC, or every FC of a market, accepts. A row for an FC replaces the row of its market."""

    scope: str = Field(min_length=1, description="market or FC id")
    max_length_cm: float | None = Field(None, gt=0, json_schema_extra={"unit": "cm"}, description="longest carton side")
    max_width_cm: float | None = Field(None, gt=0, json_schema_extra={"unit": "cm"}, description="middle carton side")
    max_height_cm: float | None = Field(
        None, gt=0, json_schema_extra={"unit": "cm"}, description="shortest carton side"
    )
    max_carton_kg: float | None = Field(None, gt=0, json_schema_extra={"unit": "kg"})
    pallet_volume_m3: float = unit("m3", gt=0, description="goods on one pallet")
    pallet_max_kg: float = unit("kg", gt=0)
    accepts_containers: YesNo = Field(False, description="yes: unopened ocean containers may be delivered")
    refused_classes: Words = Field((), description="cargo classes refused")
    receiving_days: float = unit("day", ge=0, le=60, description="delivery to available")
    peak_from: dt.date | None = Field(None, description="first day of delivery on which receiving is slow")
    peak_to: dt.date | None = Field(None, description="last day of delivery on which receiving is slow")
    peak_receiving_days: float | None = Field(
        None, ge=0, le=120, json_schema_extra={"unit": "day"},
        description="delivery to available within the peak; never later than goods delivered after it",
    )  # fmt: skip

    @model_validator(mode="after")
    def _whole_peak(self) -> Receiving:
        stated = [value is not None for value in (self.peak_from, self.peak_to, self.peak_receiving_days)]
        if any(stated) and not all(stated):
            raise ValueError("peak_from, peak_to and peak_receiving_days together, or none of them")
        if self.peak_from is not None and self.peak_to is not None and self.peak_to < self.peak_from:
            raise ValueError("peak_to not before peak_from")
        return self


class Compatibility(Sourced):
    """A rule of compatibility between cargo classes, modes and places."""

    rule: Literal["conflict", "mode_refuses", "place_refuses"]
    subject: str = Field(description="cargo class, mode or place")
    cargo_class: str = Field(description="the class it does not go with")


class Closure(Sourced):
    """Days on which a calendar's places are closed, or an event worth knowing."""

    calendar: str = Field(description="country or place id")
    kind: Literal["holiday", "factory_shutdown", "event"]
    name: str
    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _ordered(self) -> Closure:
        if self.end < self.start:
            raise ValueError("end not before start")
        return self


class Reliability(Sourced):
    """A measured or assumed figure about delay, dwell or examination: read by simulations, not by plans."""

    scope: str = Field(
        description="lane:ID, trade:NAME, mode:NAME, courier:ID, fc:ID, market:NAME or model: what a simulation takes it for; "
        "figures about anything else are notes"
    )
    metric: str = Field(description="a metric that simulations read, such as p_on_time_within_1_day; others are notes")
    value: float = unit("as the unit column")
    unit: str = Field(description="of a metric that simulations read: %, day or ratio")


class EmissionFactor(Sourced):
    """Greenhouse gases of carrying one tonne one km by one mode, in use and upstream: information, never part of a cost."""

    mode: Carriage = Field(
        description="mode of a lane, courier, or kind of road leg: collection, origin_dray, drayage, shuttle, the final legs "
        "ltl, ftl and parcel, and direct for an unopened container"
    )
    kg_co2e_per_tonne_km: Decimal = unit(
        "kg CO2e per tonne km", ge=0, le=10,
        description="well to wheel (ships, aircraft: well to wake): burning the fuel and making it; grams are a thousandth",
    )  # fmt: skip
    note: str = Field("", description="what it stands for: vehicle, load, what it leaves out")


class Product(Sourced):
    """A product known to the network: its code, density and value for generated weeks and plausibility checks."""

    product_id: str = Field(min_length=1)
    name: str
    hs_code: str = Field(pattern=r"^[0-9]{6,10}$", description="text: leading zeros count")
    density_kg_per_m3: float = unit("kg/m3", gt=0)
    value_per_kg: float = unit("plan currency per kg", gt=0)
    cargo_class: str = "general"


class GeometryPoint(Row):
    """One point of a lane's drawn path; longitudes are continuous and may leave -180..180."""

    lane_id: str
    seq: int = Field(ge=0, json_schema_extra={"unit": "position on the path"})
    lon: float = unit("degree", ge=-540, le=540)
    lat: Latitude


TABLES: dict[str, type[Row]] = {
    "places": Place,
    "equipment": Equipment,
    "lanes": Lane,
    "departures": Departure,
    "links": Link,
    "couriers": Courier,
    "charges": Charge,
    "regimes": Regime,
    "duties": Duty,
    "importers": Importer,
    "receiving": Receiving,
    "inbound_deadlines": InboundDeadline,
    "fc_storage_fees": StorageFee,
    "compatibility": Compatibility,
    "calendars": Closure,
    "reliability": Reliability,
    "emission_factors": EmissionFactor,
    "fx": Rate,
    "products": Product,
    "geometry": GeometryPoint,
    "sources": Source,
}
"""Name of each table (file stem, sheet name) and its row model, in the order they are written."""

KEYS: dict[str, tuple[str, ...]] = {
    "places": ("place_id",),
    "equipment": ("equipment_id",),
    "lanes": ("lane_id",),
    "departures": ("departure_id",),
    "links": ("origin", "destination"),
    "couriers": ("courier_id",),
    "charges": ("charge_id",),
    "regimes": ("regime_id",),
    "duties": ("duty_id",),
    "importers": ("importer_id",),
    "receiving": ("scope",),
    "inbound_deadlines": ("scope", "event", "destinations_up_to"),
    "fc_storage_fees": ("fee_id",),
    "emission_factors": ("mode",),
    "fx": ("currency",),
    "products": ("product_id",),
    "geometry": ("lane_id", "seq"),
    "sources": ("source",),
}
"""Columns whose values must be unique together."""

REQUIRED = ("places", "equipment", "lanes", "departures", "charges", "regimes", "receiving")
"""Tables without which nothing can be planned."""
