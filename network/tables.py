"""The tables of a network folder: one pydantic model per table, one attribute per column.

These models are the only schema: reading, the field catalogue, the empty template, the Excel workbook and
the documentation are made from them. Every numeric column says its unit, either as ``json_schema_extra`` or
by being a plain count.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from network.charges import BASES, Break, parse_breaks


def unit(name: str, **constraints: Any) -> Any:
    """Return the Field of a numeric column that has no default, with its unit as data."""
    return Field(json_schema_extra={"unit": name}, **constraints)


def _split(value: object) -> object:
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return value


def _breaks(value: object) -> object:
    if value is None:
        return ()
    return parse_breaks(value) if isinstance(value, str) else value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("an IANA time zone such as Asia/Shanghai") from None
    return value


def _truth(value: object) -> object:
    words = {"yes": True, "no": False, "y": True, "n": False, "true": True, "false": False, "1": True, "0": False}
    return words.get(value.strip().lower(), value) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Breaks = Annotated[tuple[Break, ...], BeforeValidator(_breaks)]
Zone = Annotated[str, AfterValidator(_zone)]
YesNo = Annotated[bool, BeforeValidator(_truth)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2 country")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 currency")]
Latitude = Annotated[float, Field(ge=-90, le=90, json_schema_extra={"unit": "degree"})]
Longitude = Annotated[float, Field(ge=-180, le=180, json_schema_extra={"unit": "degree"})]
Mode = Literal["ocean", "ocean_express", "ocean_lcl", "air", "rail", "rail_lcl", "truck", "courier"]
PlaceKind = Literal[
    "origin_warehouse", "sea_port", "airport", "rail_terminal", "deconsolidation_centre", "overseas_warehouse", "fc",
    "city",
]  # fmt: skip
GATEWAY_KINDS = ("sea_port", "airport", "rail_terminal")
_KEPT = "kept, not used in planning yet"


class Row(BaseModel):
    """One row of a table; unknown columns are errors, cells are stripped, rows are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Sourced(Row):
    """A row that carries facts: where they are from, when they were read and whether they are estimates."""

    source: str = Field("", description="id in the sources table")
    as_of: str = Field("", description="date or period the figure stands for")
    is_estimate: YesNo = Field(False, description="yes when the figure is a judgement and not a published value")


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
    region: str = Field("", description=_KEPT)
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
    address_city: str = Field("", description=_KEPT)


class Equipment(Sourced):
    """A kind of container, truck or unit load device."""

    equipment_id: str = Field(min_length=1)
    name: str
    iso_code: str = Field("", description=f"ISO 6346 size and type; {_KEPT}")
    kind: Literal["container", "truck", "uld"]
    volume_m3: float = unit("m3", gt=0, description="practical stuffing volume")
    payload_kg: float = unit("kg", gt=0, description="the smaller of payload and road limit")
    teu: float = Field(
        0.0, ge=0, json_schema_extra={"unit": "TEU"}, description="needed where charges or allotments count TEU"
    )
    inner_length_m: float | None = Field(None, gt=0, json_schema_extra={"unit": "m"}, description=_KEPT)
    inner_width_m: float | None = Field(None, gt=0, json_schema_extra={"unit": "m"}, description=_KEPT)
    inner_height_m: float | None = Field(None, gt=0, json_schema_extra={"unit": "m"}, description=_KEPT)
    pallets: int | None = Field(None, ge=0, json_schema_extra={"unit": "pallet"}, description=_KEPT)


class Lane(Sourced):
    """An undated service between two gateways by one mode."""

    lane_id: str = Field(min_length=1)
    name: str = Field(description="service name")
    mode: Mode
    origin: str = Field(description="gateway of loading (places.place_id)")
    destination: str = Field(description="gateway of discharge (places.place_id)")
    trade: str = Field("", description=f"trade of the rates, such as CN-USWC; {_KEPT}")
    buying: Literal["load", "space"] = Field(
        description="load: whole equipment is bought and shared; space: per W/M or kg"
    )
    transit_days: float = unit("day", gt=0, le=120, description="scheduled time from ETD to ETA")
    transit_days_min: float | None = Field(None, gt=0, json_schema_extra={"unit": "day"}, description=_KEPT)
    transit_days_max: float | None = Field(None, gt=0, json_schema_extra={"unit": "day"}, description=_KEPT)
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
        None, ge=0, json_schema_extra={"unit": "hour before ETD"}, description=f"cargo ready date; {_KEPT}"
    )
    lco_h: float = Field(72.0, ge=0, json_schema_extra={"unit": "hour before ETD"}, description="CFS delivery cut-off")
    dco_h: float | None = Field(
        None, ge=0, json_schema_extra={"unit": "hour before ETD"}, description=f"documents; {_KEPT}"
    )
    vco_h: float | None = Field(
        None, ge=0, json_schema_extra={"unit": "hour before ETD"}, description=f"verified gross mass; {_KEPT}"
    )
    fco_h: float | None = Field(None, ge=0, json_schema_extra={"unit": "hour before ETD"}, description="CY gate-in")
    ams_h: float | None = Field(
        None, ge=0, json_schema_extra={"unit": "hour before ETD"}, description=f"advance filing; {_KEPT}"
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


class Charge(Sourced):
    """One named line of a tariff."""

    charge_id: str = Field(min_length=1)
    tariff: str = Field(
        min_length=1, description="tariff the line belongs to; places, lanes, links and regimes name it"
    )
    code: str = Field(pattern=r"^[A-Z][A-Z0-9_.]*$", description="name of the line in plan files, such as US.MPF")
    name: str
    category: Literal[
        "collection", "origin", "trunk", "insurance", "customs", "duty", "tax", "destination", "drayage", "storage",
        "final_leg", "fba",
    ]  # fmt: skip
    side: Literal["origin", "freight", "destination"]
    payer: Literal["seller", "platform"] = "seller"
    basis: str = Field(json_schema_extra={"enum": list(BASES)})
    rate: Decimal = unit("currency per basis, or %", ge=0)
    currency: Currency
    minimum: Decimal | None = Field(None, ge=0, json_schema_extra={"unit": "currency"})
    maximum: Decimal | None = Field(None, ge=0, json_schema_extra={"unit": "currency"})
    min_quantity: Decimal | None = Field(None, ge=0, json_schema_extra={"unit": "as basis"})
    free_quantity: Decimal | None = Field(
        None,
        ge=0,
        json_schema_extra={"unit": "as basis"},
        description="taken off the quantity first: free days, lines included",
    )
    small_up_to: Decimal | None = Field(
        None, ge=0, json_schema_extra={"unit": "currency"},
        description="customs entries of at most this value pay small_amount instead (informal entry)",
    )  # fmt: skip
    small_amount: Decimal | None = Field(None, ge=0, json_schema_extra={"unit": "currency"})
    importers: Words = Field(
        (), description="only for importers with one of these tags, or without a !tag (importers.tags); blank: all"
    )
    breaks: Breaks = Field(
        (), description="from:rate pairs separated by ; such as 45:6.62;100:5.83 (next break may be cheaper)"
    )
    equipment: Words = Field((), description="only for these; blank: all")
    modes: Words = Field((), description="only for these modes; blank: all")
    destinations_up_to: int | None = Field(
        None, ge=1, json_schema_extra={"unit": "FC"},
        description="only for shipments of an inbound plan that goes to at most so many FCs",
    )  # fmt: skip
    unit_kg_over: Decimal | None = Field(
        None, ge=0, json_schema_extra={"unit": "kg"}, description="only for goods whose unit is heavier, gross"
    )
    unit_kg_up_to: Decimal | None = Field(
        None, gt=0, json_schema_extra={"unit": "kg"}, description="only for goods whose unit is not heavier, gross"
    )
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    scenario: str = Field("", description="only in this rate scenario; blank: in all")

    @model_validator(mode="after")
    def _consistent(self) -> Charge:
        if self.basis not in BASES:
            raise ValueError(f"basis to be one of {', '.join(BASES)}")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum not above maximum")
        if self.breaks and any(a.start >= b.start for a, b in zip(self.breaks, self.breaks[1:], strict=False)):
            raise ValueError("breaks in rising order")
        if (self.small_up_to is None) != (self.small_amount is None):
            raise ValueError("small_up_to and small_amount together")
        return self

    def as_small(self) -> Charge:
        """Return the charge that a small customs entry pays: the stated amount."""
        none = {"minimum": None, "maximum": None, "small_up_to": None, "small_amount": None}
        return self.model_copy(update={"basis": "per_entry", "rate": self.small_amount, **none})


class Regime(Sourced):
    """A customs territory: how goods are valued, what an entry costs and how import tax works."""

    regime_id: str = Field(min_length=1)
    name: str
    schedule: str = Field(description="duty schedule (duties.schedule)")
    valuation: Literal["FOB", "CIF"] = Field(description="value that duty is charged on")
    entry_tariff: str = Field("", description="charges per entry (charges.tariff)")
    clearance_days: float = unit("day", ge=0, le=30)
    tax_code: str = Field("", description="name of the import tax line, such as DE.VAT")
    tax_rate_pct: float = Field(0.0, ge=0, le=100, json_schema_extra={"unit": "%"})
    tax_recoverable: YesNo = Field(True, description="yes: the tax costs only its financing")
    tax_financing_days: float = Field(
        0.0, ge=0, json_schema_extra={"unit": "day"}, description="days until it is recovered"
    )
    tax_onward_per_wm: float = Field(
        0.0, ge=0, json_schema_extra={"unit": "plan currency per revenue ton"},
        description="transport after the border deemed part of the base of import tax",
    )  # fmt: skip
    base_layer: str = Field(
        "",
        description="layer (duties.layer) with a rate for every product: a code that no row matches takes the nearest of its chapter",
    )
    platform_entry: YesNo = Field(
        False,
        description="yes: the platform (planning.platform_importer) may be importer of record of goods in shared loads",
    )
    platform_tariff: str = Field("", description="what the platform charges a shipment for it (charges.tariff)")


class Importer(Sourced):
    """An importer of record about whom more is known than the id."""

    importer_id: str = Field(min_length=1, description="as shipments name it; blank there: the seller")
    name: str = ""
    tags: Words = Field((), description="what charges may ask (charges.importers), such as single_bond, separated by ;")
    import_tax: Literal["regime", "deferred", "cost"] = Field(
        "regime",
        description="deferred: accounted for in the return, costs no financing; cost: cannot be recovered; regime: as there",
    )


class Duty(Sourced):
    """One dated layer of duty; layers add, and within one layer the longest HS prefix counts."""

    duty_id: str = Field(min_length=1)
    layer: str = Field(pattern=r"^[A-Z][A-Z0-9_.]*$", description="name of the line, such as US.MFN or US.S301")
    schedule: str
    hs_prefix: str = Field("", pattern=r"^[0-9]*$", description="digits of the HS code, text; blank: every code")
    origin_countries: Words = Field((), description="only for goods of these countries; blank: all")
    rate_pct: Decimal = Field(Decimal(0), ge=0, json_schema_extra={"unit": "% of customs value"})
    per_unit: Decimal = Field(Decimal(0), ge=0, json_schema_extra={"unit": "currency per unit"})
    per_kg: Decimal = Field(Decimal(0), ge=0, json_schema_extra={"unit": "currency per kg"})
    currency: Currency = "USD"
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    enabled: YesNo = Field(True, description="no: the layer is kept but not applied")
    unless_layers: Words = Field((), description="not charged where one of these layers applies, separated by ;")


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
    """A measured or assumed figure about delay, dwell or examination: kept, not used in planning yet."""

    scope: str = Field(description=f"what the figure is about; {_KEPT}")
    metric: str = Field(description=_KEPT)
    value: float = unit("as the unit column", description=_KEPT)
    unit: str = Field(description=_KEPT)


class Rate(Sourced):
    """What one unit of a currency is worth in the plan currency."""

    currency: Currency
    value: Decimal = unit("plan currency per unit", gt=0)


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


class Planning(Row):
    """Planning parameters: the ``[planning]`` part of network.toml."""

    horizon_days: int = Field(
        35,
        ge=1,
        le=366,
        json_schema_extra={"unit": "day"},
        description="departures considered after the last ready date",
    )
    max_wait_days: int = Field(
        28, ge=1, le=120, json_schema_extra={"unit": "day"}, description="longest wait from ready to departure"
    )
    warehouses_per_shipment: int = Field(3, ge=1, le=20, json_schema_extra={"unit": "origin warehouse"})
    max_collection_km: float = Field(900.0, gt=0, json_schema_extra={"unit": "km"})
    collection_km_per_day: float = Field(500.0, gt=0, json_schema_extra={"unit": "km/day"})
    truck_km_per_day: float = Field(700.0, gt=0, json_schema_extra={"unit": "km/day"})
    road_factor: float = Field(1.25, ge=1, le=3, json_schema_extra={"unit": "road km per geodesic km"})
    max_direct_km: float = Field(
        1000.0, gt=0, json_schema_extra={"unit": "km"}, description="longest haul of an unopened container"
    )
    carrying_pct_per_year: float = Field(24.0, ge=0, json_schema_extra={"unit": "% of goods value per year"})
    value_of_day_per_m3: float = Field(1.0, ge=0, json_schema_extra={"unit": "plan currency per m3 and day"})
    late_pct_of_value_per_day: float = Field(
        0.5,
        ge=0,
        json_schema_extra={"unit": "% of goods value per day"},
        description="price of a late day where the shipment names none",
    )
    unplanned_price: float = Field(500.0, ge=0, json_schema_extra={"unit": "plan currency per shipment"})
    unplanned_price_per_m3: float = Field(1500.0, ge=0, json_schema_extra={"unit": "plan currency per m3"})
    unplanned_pct_of_value: float = Field(20.0, ge=0, json_schema_extra={"unit": "% of goods value"})
    max_importers_per_load: int | None = Field(None, ge=1, json_schema_extra={"unit": "importer"})
    inbound_plan_days: int = Field(
        30,
        ge=0,
        le=366,
        json_schema_extra={"unit": "day"},
        description="days from the first to the last delivery of the shipments of one inbound plan; 0: no such rule",
    )
    platform_importer: str = Field(
        "",
        description="importer of record that the platform offers to be, where a regime has platform_entry; blank: none",
    )
    truck_dispatch_weekdays: Words = Field(
        ("2", "5"), description="days whole trucks leave deconsolidation centres, 1 = Monday, separated by ;"
    )
    truck_equipment: Words = Field((), description="trucks offered on final legs, separated by ;")
    overseas_days: Words = Field(
        ("7", "14", "21", "28"), description="days after which goods leave an overseas warehouse, separated by ;"
    )


class Header(Row):
    """The head of network.toml."""

    name: str = Field(min_length=1)
    description: str = ""
    currency: Currency = "USD"
    scenario: str = Field("", description="rate scenario in force")
    version: int = Field(1, ge=1, le=1, json_schema_extra={"unit": "format version"})


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
    "compatibility": Compatibility,
    "calendars": Closure,
    "reliability": Reliability,
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
    "fx": ("currency",),
    "products": ("product_id",),
    "geometry": ("lane_id", "seq"),
    "sources": ("source",),
}
"""Columns whose values must be unique together."""

REQUIRED = ("places", "equipment", "lanes", "departures", "charges", "regimes", "receiving")
"""Tables without which nothing can be planned."""
