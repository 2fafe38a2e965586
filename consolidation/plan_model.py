"""The plan: what ``plan.json`` holds, as models.

Amounts are in the plan currency, whole cents; volumes in m3 (to the cubic centimetre), weights in kg (to
the gram). Times carry their offset from UTC; dates are local to the place they stand beside. Every number of the
CSV files of a plan folder comes from here.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from consolidation.continued import ChangePrices, Continued, Earlier, Stability
from consolidation.plan_words import (
    CATEGORIES,
    Category,
    FinalLeg,
    MilestoneCode,
    Number,
    Part,
    Payer,
    Replenishment,
    Service,
    Side,
    Status,
    TimePrice,
)

__all__ = [
    "CATEGORIES",
    "SCHEMA_VERSION",
    "Alternative",
    "Category",
    "Certificate",
    "ChangePrices",
    "Continued",
    "CostLine",
    "CustomsEntry",
    "Earlier",
    "FinalLeg",
    "Inputs",
    "Milestone",
    "MilestoneCode",
    "Notice",
    "Number",
    "Part",
    "Payer",
    "Plan",
    "PlanHead",
    "PlannedLoad",
    "PlannedShipment",
    "Replenishment",
    "Service",
    "Side",
    "Stability",
    "Status",
    "TimePrice",
    "Unplanned",
    "content_hash",
]

SCHEMA_VERSION = "1.0"
"""Version of the plan file; raised when its meaning changes."""


class Inputs(Part):
    """What the plan was made from."""

    network: str
    network_sha256: str
    shipments_sha256: str
    scenario: str
    currency: str
    horizon_start: str = Field(description="date: first ready date of the shipments")
    horizon_end: str = Field(description="date: last day of departures considered")


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Milestone:
    """One dated event of a shipment's journey."""

    code: MilestoneCode
    place_id: str
    time: Annotated[str, Field(description="ISO 8601: a date local to the place, or a local time with its offset")]


class Alternative(Part):
    """What a shipment would cost and take if its seller bought one service for itself."""

    cost: Number = Field(json_schema_extra={"unit": "plan currency"}, description="landed cost, cash")
    priced_time: Number = Field(json_schema_extra={"unit": "plan currency"})
    days: int = Field(json_schema_extra={"unit": "day"}, description="ready to received")


class PlannedShipment(Part):
    """One planned shipment: its itinerary, dates and landed cost."""

    shipment_id: str
    seller_id: str
    importer_id: str
    status: Status = "proposed"
    service: Service
    final_leg: FinalLeg
    origin: str
    warehouse_id: str = ""
    departure_id: str = Field("", description="lane pattern and date, as OC-YTN-LAX.2@2026-12-01; blank for a courier")
    lane_id: str = ""
    courier_id: str = ""
    gateway_out: str = ""
    gateway_in: str = ""
    regime_id: str
    deconsolidation_id: str = ""
    overseas_id: str = Field("", description="overseas warehouse in which the goods are stored; blank: in none")
    replenishment: Replenishment | None = Field(None, description="how the goods go on from the overseas warehouse")
    storage_days: int = Field(
        0,
        json_schema_extra={"unit": "day"},
        description="one of planning.overseas_days: the goods leave on the first open day that many days later",
    )
    destination_fc: str
    market: str
    trunk_load_id: str = ""
    truck_load_id: str = ""
    entry_id: str
    volume_m3: Number = Field(json_schema_extra={"unit": "m3"})
    gross_weight_kg: Number = Field(json_schema_extra={"unit": "kg"})
    units: int = Field(json_schema_extra={"unit": "unit of goods"})
    goods_value: Number = Field(json_schema_extra={"unit": "plan currency"})
    collection_km: Number = Field(json_schema_extra={"unit": "km"})
    final_leg_km: Number = Field(json_schema_extra={"unit": "km"})
    milestones: tuple[Milestone, ...]
    days: int = Field(json_schema_extra={"unit": "day"}, description="ready to received")
    late_days: int = Field(json_schema_extra={"unit": "day"})
    landed_cost: Number = Field(json_schema_extra={"unit": "plan currency"}, description="cash, sum of its cost lines")
    categories: dict[Category, Number] = Field(json_schema_extra={"unit": "plan currency"})
    priced_time: dict[TimePrice, Number] = Field(json_schema_extra={"unit": "plan currency"})
    import_tax: Number = Field(
        json_schema_extra={"unit": "plan currency"}, description="import VAT or GST, shown apart when recoverable"
    )
    baseline_service: Service | None = None
    baseline_cost: Number = Field(
        json_schema_extra={"unit": "plan currency"}, description="landed cost of sending alone"
    )
    baseline_priced_time: Number = Field(json_schema_extra={"unit": "plan currency"})
    baseline_days: int = Field(json_schema_extra={"unit": "day"})
    alternatives: dict[Service, Alternative] = Field(
        default_factory=dict,
        description="cheapest way to send alone by courier, alone_air and alone_lcl, where one is on sale; the cheapest "
        "of them, priced time included, is the baseline",
    )
    guide_price: Number | None = Field(
        None,
        json_schema_extra={"unit": "plan currency"},
        description="the optimiser's price of serving the shipment, a guide: what one more like it costs the plan",
    )


class PlannedLoad(Part):
    """One container or truck with the shipments in it."""

    load_id: str
    kind: Literal["trunk", "truck"]
    status: Status = "proposed"
    equipment_id: str
    origin: str = Field(description="origin warehouse, or deconsolidation centre of a truck")
    destination: str = Field(description="deconsolidation centre, or FC of a truck or direct container")
    lane_id: str = ""
    departure_id: str = ""
    gateway_out: str = ""
    gateway_in: str = ""
    cutoff: str = Field("", description="CFS cut-off, local time with offset; blank for trucks")
    departs: str = Field(description="ETD, local time with offset; for a truck the date of dispatch")
    arrives: str = Field(description="ETA, local time with offset; for a truck the date of delivery")
    shipments: tuple[str, ...]
    volume_m3: Number = Field(json_schema_extra={"unit": "m3"})
    gross_weight_kg: Number = Field(json_schema_extra={"unit": "kg"})
    fill: Number = Field(json_schema_extra={"unit": "share of stuffing volume"})
    weight_fill: Number = Field(json_schema_extra={"unit": "share of payload"})
    mixing_gain_wm: Number = Field(
        Decimal(0),
        json_schema_extra={"unit": "revenue ton"},
        description="revenue tons of its shipments one by one, less those of the load: what light and heavy goods save together",
    )
    cost: Number = Field(json_schema_extra={"unit": "plan currency"}, description="sum of the cost lines of this load")


class CustomsEntry(Part):
    """One customs entry: one importer of record on one load, or one shipment that travels on its own."""

    entry_id: str
    regime_id: str
    importer_id: str
    load_id: str = ""
    mode: str
    date: str = Field(description="local date of arrival: decides fees and duties in force")
    shipments: tuple[str, ...]
    value: Number = Field(json_schema_extra={"unit": "plan currency"}, description="goods value entered")
    cost: Number = Field(json_schema_extra={"unit": "plan currency"}, description="sum of the cost lines of this entry")


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class CostLine:
    """The share of one cash charge that one shipment bears."""

    code: str
    name: str
    category: Category
    side: Side
    payer: Payer
    basis: str
    quantity: Annotated[Number, Field(json_schema_extra={"unit": "as basis"})]
    rate: Annotated[Number, Field(json_schema_extra={"unit": "charge currency per basis, or %"})]
    currency: Annotated[str, Field(description="currency of the rate")]
    charge_id: Annotated[str, Field(description="row of charges or duties the line comes from, or a planning rule")]
    load_id: str = ""
    entry_id: str = ""
    source_amount: Annotated[
        Number, Field(json_schema_extra={"unit": "plan currency"}, description="the whole charge before sharing")
    ]
    shipment_id: str
    amount: Annotated[Number, Field(json_schema_extra={"unit": "plan currency"}, description="this shipment's share")]

    @classmethod
    def trusted(cls, **values: object) -> CostLine:
        """Return a line of values that need no validation, all fields given: a plan has millions of them."""
        line = object.__new__(cls)
        for name, put in _PUT:
            put(line, values[name])
        return line


_PUT = tuple((name, vars(CostLine)[name].__set__) for name in CostLine.__slots__)
"""How each slot of a cost line is filled, although a line is frozen."""


class Unplanned(Part):
    """A shipment that is not in the plan, with the rule that keeps it out."""

    shipment_id: str
    rule: str
    detail: str
    change: str = Field(description="what would have to change")
    refusals: dict[str, int] = Field(
        default_factory=dict,
        json_schema_extra={"unit": "refusal"},
        description="how often each rule refused it, a warehouse or a route",
    )
    price: Number = Field(
        Decimal(0),
        json_schema_extra={"unit": "plan currency"},
        description="stated price, counted in the cost when the optimiser chose it",
    )


class Certificate(Part):
    """What was proved about the plan. In certificate.json with seconds; in plan.json without timings."""

    currency: str
    cost: Number = Field(
        json_schema_extra={"unit": "plan currency"},
        description="cash_cost + priced_time + unplanned_price + change_price",
    )
    bound: Number = Field(json_schema_extra={"unit": "plan currency"}, description="no plan can cost less")
    gap: float = Field(json_schema_extra={"unit": "share of cost"})
    proven_optimal: bool
    cash_cost: Number = Field(json_schema_extra={"unit": "plan currency"})
    priced_time: Number = Field(json_schema_extra={"unit": "plan currency"})
    unplanned_price: Number = Field(json_schema_extra={"unit": "plan currency"})
    change_price: Number = Field(
        Decimal("0.00"),
        json_schema_extra={"unit": "plan currency"},
        description="price of what the plan changes of the one it replaces",
    )
    baseline_cost: Number = Field(
        json_schema_extra={"unit": "plan currency"}, description="cash cost of the planned shipments sent alone"
    )
    baseline_priced_time: Number = Field(json_schema_extra={"unit": "plan currency"})
    baseline_missing: int = Field(
        json_schema_extra={"unit": "shipment"},
        description="planned shipments that nobody could send alone; their planned cost stands in",
    )
    shipments: int = Field(json_schema_extra={"unit": "shipment"})
    unplanned: int = Field(json_schema_extra={"unit": "shipment"})
    stop_reason: str


class Notice(Part):
    """Something worth knowing about the plan, such as a duty rate that is only the nearest one."""

    code: str
    text: str
    shipments: tuple[str, ...]


class PlanHead(Part):
    """What a plan says of itself, before its lists."""

    schema_version: str = SCHEMA_VERSION
    plan_id: str
    version: int = Field(
        1,
        ge=1,
        json_schema_extra={"unit": "version"},
        description="1 for a first plan; a replan counts on from the plan it replaces",
    )
    replaces: str = Field("", description="id of the plan that this one replaces; blank for a first plan")
    software: dict[str, str]
    inputs: Inputs
    options: dict[str, float | int | str | bool | None]
    certificate: Certificate
    refusals: dict[str, int] = Field(
        json_schema_extra={"unit": "refusal"},
        description="how often each rule refused a shipment, a warehouse or a route",
    )
    continued: Continued | None = Field(None, description="None for a first plan")


class Plan(PlanHead):
    """A shipment plan: the content of ``plan.json``."""

    shipments: tuple[PlannedShipment, ...]
    loads: tuple[PlannedLoad, ...]
    entries: tuple[CustomsEntry, ...]
    cost_lines: tuple[CostLine, ...]
    unplanned: tuple[Unplanned, ...]
    notices: tuple[Notice, ...] = ()


def content_hash(plan: Plan) -> str:
    """Return the hash of everything a plan says, hexadecimal."""
    return hashlib.sha256(plan.model_dump_json().encode()).hexdigest()
