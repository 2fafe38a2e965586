"""The words of a plan: what its fields may say, and the base of its parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, PlainSerializer

Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]

Service = Literal["consolidated", "direct_container", "co_load", "air", "rail_lcl", "courier", "alone_lcl", "alone_air"]
"""How a shipment travels. ``alone_...`` and ``courier`` are bought by the seller for itself."""
FinalLeg = Literal["ltl", "ftl", "parcel", "direct", "courier", "overseas"]
"""How goods reach the FC; ``overseas``: stored in an overseas warehouse first."""
Replenishment = Literal["ltl", "parcel"]
MilestoneCode = Literal[
    "READY", "AT_WAREHOUSE", "STUFFED", "CFS_CUTOFF", "ETD", "ETA", "RELEASED", "CLEARED", "AT_DECONSOLIDATION",
    "TRANSFERRED", "AT_OVERSEAS", "DISPATCHED", "DELIVERED", "RECEIVED",
]  # fmt: skip
Category = Literal[
    "collection",
    "origin",
    "trunk",
    "insurance",
    "customs",
    "duty",
    "tax",
    "destination",
    "drayage",
    "storage",
    "final_leg",
    "fba",
]
TimePrice = Literal["CARRYING", "TRANSIT", "LATENESS", "EXAMINATION"]
"""Parts of priced time; the last is the expected delay by an examination of the load, or of an entry of its own."""
Status = Literal["proposed", "approved", "booked", "stuffed", "sailed", "cleared", "delivered"]
Side = Literal["origin", "freight", "destination"]
Payer = Literal["seller", "platform"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
"""Categories of landed cost, in the order of the journey."""


class Part(BaseModel):
    """Base of every part of a plan: immutable, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)
