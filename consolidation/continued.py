"""What a plan says of the one that it replaces: what that one did, what is held of it, and what changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from consolidation.plan_words import FinalLeg, Number, Part, Replenishment, Service, Status


class Earlier(Part):
    """What a shipment of a plan did in the plan that it replaces; a rolled load has its new departure here."""

    service: Service
    warehouse_id: str
    departure_id: str
    deconsolidation_id: str
    courier_id: str
    final_leg: FinalLeg
    overseas_id: str
    replenishment: Replenishment | None
    storage_days: int = Field(json_schema_extra={"unit": "day"})
    importer_id: str
    trunk_load_id: str
    truck_load_id: str
    delivered: str = Field(description="date of delivery")
    landed_cost: Number = Field(json_schema_extra={"unit": "plan currency"})
    status: Status = Field(description="by confirmations, when the plan was replaced")
    held: Literal["", "warehouse", "trunk", "whole"] = Field(
        description="how much of it the new plan may not touch: nothing, the warehouse, up to the departure, all of it"
    )


class ChangePrices(Part):
    """What it costs a replan to change its mind, plan currency."""

    departure: Number = Field(
        Decimal("60.00"),
        ge=0,
        json_schema_extra={"unit": "plan currency per shipment"},
        description="another departure, warehouse, deconsolidation centre or courier, or none at all",
    )
    onward: Number = Field(
        Decimal("20.00"),
        ge=0,
        json_schema_extra={"unit": "plan currency per shipment"},
        description="the same departure, but another final leg or importer of record",
    )
    load: Number = Field(
        Decimal("150.00"),
        ge=0,
        json_schema_extra={"unit": "plan currency per load"},
        description="a container where the earlier plan had none",
    )
    approved: Number = Field(
        Decimal(2),
        ge=1,
        json_schema_extra={"unit": "times"},
        description="what is approved already costs as many times as much to change as what is proposed",
    )


class Stability(Part):
    """What keeping to the earlier plan costs: against a replan of the same held parts with no price of change."""

    free_cost: Number = Field(
        json_schema_extra={"unit": "plan currency"}, description="of the free replan: cash, priced time, unplanned"
    )
    saving: Number = Field(json_schema_extra={"unit": "plan currency"}, description="what the free replan would save")
    moves: int = Field(json_schema_extra={"unit": "shipment"}, description="what it would change of the earlier plan")


class Continued(Part):
    """What a plan makes of the one that it replaces."""

    plan_id: str
    version: int = Field(json_schema_extra={"unit": "version"})
    plan_sha256: str = Field(description="hash of the earlier plan.json")
    events: int = Field(json_schema_extra={"unit": "confirmation"}, description="that the plan takes into account")
    events_sha256: str
    as_of: str = Field("", description="date before which nothing is started any more; blank: no such date")
    prices: ChangePrices
    earlier: dict[str, Earlier] = Field(description="shipments of the earlier plan that still travel, by id")
    missed: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="departures that left goods behind, in this version's predecessors, by shipment: it takes none of them",
    )
    moved: dict[str, Literal["departure", "onward", "dropped"]] = Field(
        description="shipments that change, by id: departure (or warehouse, or courier), what follows it, or left out now"
    )
    opened: tuple[str, ...] = Field(description="containers where the earlier plan had none: load ids")
    change_price: Number = Field(json_schema_extra={"unit": "plan currency"}, description="price of moved and opened")
    stability: Stability | None = Field(description="None where it was not asked for")
    last_numbers: dict[str, int] = Field(
        description="highest number that loads (L), trucks (T) and entries (E) ever had: none is given twice"
    )
    notes: tuple[str, ...] = Field((), description="limits that held parts exceed, parts that could not be held")
