"""What a frontier and near-optimal alternatives say: the content of their files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from consolidation.plan_model import Number, Part
from consolidation.studies.model import Figures

FRONTIER_VERSION = "1.0"
"""Version of ``frontier.json``; raised when its meaning changes."""
ALTERNATIVES_VERSION = "1.0"
"""Version of ``alternatives.json``; raised when its meaning changes."""

_MONEY: dict[str, JsonValue] = {"unit": "plan currency"}
_DAY_PRICE: dict[str, JsonValue] = {"unit": "plan currency per m3 and day"}
_M3_DAYS: dict[str, JsonValue] = {"unit": "m3 day"}
_CRITERION: dict[str, JsonValue] = {"unit": "as criterion"}
Ended = Literal["enough", "exhausted", "limit", "cancelled"]
"""Why no further price was asked: as many plans as wanted; no price between two neighbours leads to another plan; three
prices were asked for every plan wanted; the user."""
Kind = Literal["containers", "days", "late", "change"]
"""In what an alternative is better: fewer containers, fewer m3 days, fewer late days, fewer shipments that travel in
another way than in an earlier plan."""


class HalfPlaneRow(Part):
    """What was proved at one price of a day: no plan has ``other_cost + price * priced_m3_days`` below the bound."""

    value_of_day_per_m3: Number = Field(json_schema_extra=_DAY_PRICE, description="price of a day that was asked")
    bound: Number = Field(json_schema_extra=_MONEY, description="of the certificate, less what rounding may take")


class Point(Part):
    """A plan on the frontier."""

    name: str = Field(description="folder of its plan")
    value_of_day_per_m3: Number = Field(json_schema_extra=_DAY_PRICE, description="price of a day it was made at")
    best_from: Number = Field(
        json_schema_extra=_DAY_PRICE, description="lowest price of a day at which none found costs less"
    )
    best_to: Number = Field(json_schema_extra=_DAY_PRICE, description="highest such price, among those asked about")
    priced_m3_days: Number = Field(
        json_schema_extra=_M3_DAYS, description="ready to received, by volume, and days expected in examinations"
    )
    other_cost: Number = Field(
        json_schema_extra=_MONEY,
        description="cost but for the price of days; cost = other_cost + price of a day * m3 days",
    )
    cheaper_by_at_most: Number = Field(
        json_schema_extra=_MONEY,
        description="no plan of at most as many m3 days costs less otherwise by more than this",
    )
    faster_by_at_most: Number = Field(
        json_schema_extra=_M3_DAYS,
        description="no plan that costs at most as much otherwise takes fewer by more than this",
    )
    given: bool = Field(description="made at the network's own price of a day")
    figures: Figures = Field(description="cost, bound and gap at the price of a day it was made at")


class Frontier(Part):
    """Plans between the cheapest and the fastest: the content of ``frontier.json``."""

    frontier_version: str = FRONTIER_VERSION
    currency: str
    network_sha256: str
    shipments_sha256: str
    options: dict[str, float | int | None] = Field(description="of the search")
    given_price: Number = Field(json_schema_extra=_DAY_PRICE, description="the network's own price of a day")
    highest_price: Number = Field(json_schema_extra=_DAY_PRICE, description="highest price of a day asked about")
    wanted: int = Field(json_schema_extra={"unit": "plan"})
    ended: Ended
    points: tuple[Point, ...] = Field(description="slowest and cheapest first; each is faster than the one before")
    proven: tuple[HalfPlaneRow, ...] = Field(description="by price; together the envelope that no plan is below")


class Alternative(Part):
    """The best plan found in one criterion, among those that cost little more than the cheapest."""

    kind: Kind
    better: bool = Field(description="False: none found is better than the cheapest plan, whose figures stand here")
    value: Number = Field(json_schema_extra=_CRITERION)
    base_value: Number = Field(json_schema_extra=_CRITERION, description="of the cheapest plan")
    at_least: Number | None = Field(
        json_schema_extra=_CRITERION,
        description="no plan within the premium that leaves out nothing that has a way has less, proven; None: nothing is proven",
    )
    cost: Number = Field(json_schema_extra=_MONEY)
    dearer_by: Number = Field(json_schema_extra=_MONEY, description="than the cheapest plan")
    premium: float = Field(json_schema_extra={"unit": "share of the cost of the cheapest plan"})
    values: dict[Kind, Number] = Field(json_schema_extra=_CRITERION, description="in all criteria")
    figures: Figures


class Alternatives(Part):
    """Plans that cost nearly as little as the cheapest: the content of ``alternatives.json``."""

    alternatives_version: str = ALTERNATIVES_VERSION
    currency: str
    network_sha256: str
    shipments_sha256: str
    options: dict[str, float | int | None] = Field(description="of the search")
    within: float = Field(json_schema_extra={"unit": "share of the cost of the cheapest plan"})
    earlier_plan: str = Field("", description="id of the plan that changes are counted against; blank: none")
    base: Figures = Field(description="of the cheapest plan found")
    base_values: dict[Kind, Number] = Field(json_schema_extra=_CRITERION)
    rows: tuple[Alternative, ...]
