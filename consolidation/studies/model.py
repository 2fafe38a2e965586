"""What a study answers: figures of the plan of every scenario, and what differs from the plan without any patch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from consolidation.emissions import Emission
from consolidation.plan_model import Category, Number, Part, Service
from consolidation.studies.answers import BreakEven, LimitGuide, MarginalValue

STUDY_VERSION = "1.0"
"""Version of the file of a study; raised when its meaning changes."""
BASE = "base"
"""Name of the scenario without patches, which the others are compared with."""

_MONEY: dict[str, JsonValue] = {"unit": "plan currency"}
_COUNT: dict[str, JsonValue] = {"unit": "shipment"}
Verdict = Literal["same", "cheaper", "dearer", "not_dearer", "not_cheaper", "undecided"]
"""Whether the best plan of a scenario surely costs less or more than the best plan of the base. ``not_dearer`` and
``not_cheaper``: by what the scenario opens or closes; by how much is undecided."""
Move = Literal["service", "warehouse", "departure", "way_on", "left_out", "planned", "gone", "new"]
"""What changes for a shipment, the first of these that does: how it travels, where it starts, what it leaves by, how it
goes on from there; it is left out of the plan or in again; it is not among the shipments of the scenario or of the base."""


class Flow(Part):
    """What travels on one lane in one plan."""

    lane_id: str
    mode: str
    shipments: int = Field(json_schema_extra=_COUNT)
    loads: int = Field(json_schema_extra={"unit": "load"}, description="containers of the platform")
    volume_m3: Number = Field(json_schema_extra={"unit": "m3"})
    gross_weight_kg: Number = Field(json_schema_extra={"unit": "kg"})


class Figures(Part):
    """A plan in figures."""

    shipments: int = Field(json_schema_extra=_COUNT)
    unplanned: int = Field(json_schema_extra=_COUNT)
    without_way: tuple[str, ...] = Field((), description="unplanned shipments that no itinerary serves")
    cost: Number = Field(json_schema_extra=_MONEY, description="cash, priced time and the price of leaving out")
    bound: Number = Field(json_schema_extra=_MONEY, description="no plan of the scenario can cost less")
    gap: float = Field(json_schema_extra={"unit": "share of cost"})
    proven_optimal: bool
    stop_reason: str
    cash_cost: Number = Field(json_schema_extra=_MONEY)
    priced_time: Number = Field(json_schema_extra=_MONEY)
    unplanned_price: Number = Field(json_schema_extra=_MONEY)
    baseline_cost: Number = Field(json_schema_extra=_MONEY, description="cash, planned shipments sent alone")
    categories: dict[Category, Number] = Field(json_schema_extra=_MONEY, description="cash by category")
    mean_days: float = Field(json_schema_extra={"unit": "day"}, description="ready to received, mean of the planned")
    m3_days: Number = Field(json_schema_extra={"unit": "m3 day"}, description="ready to received, by volume")
    late_shipments: int = Field(json_schema_extra=_COUNT, description="received after their due date")
    late_days: int = Field(json_schema_extra={"unit": "day"})
    late_price: Number = Field(json_schema_extra=_MONEY, description="price of late days, part of priced time")
    containers: dict[str, int] = Field(json_schema_extra={"unit": "load"}, description="trunk loads by equipment")
    trucks: int = Field(json_schema_extra={"unit": "load"}, description="whole trucks on final legs")
    fill: float = Field(json_schema_extra={"unit": "share of stuffing volume"}, description="of all trunk loads")
    services: dict[Service, int] = Field(json_schema_extra=_COUNT)
    flows: tuple[Flow, ...]
    emissions: dict[str, Emission] = Field(description="by mode of lane, courier or kind of road leg")
    violations: int = Field(json_schema_extra={"unit": "violation"}, description="found by the independent checker")


class Difference(Part):
    """The best plan of a scenario less that of the base."""

    cost: Number = Field(json_schema_extra=_MONEY, description="of the plans found")
    at_least: Number = Field(json_schema_extra=_MONEY, description="what the best plans differ by at least, proven")
    at_most: Number = Field(json_schema_extra=_MONEY, description="what the best plans differ by at most, proven")
    verdict: Verdict


class Mover(Part):
    """A shipment that travels in another way than in the base."""

    shipment_id: str
    seller_id: str
    move: Move
    before: str
    after: str
    cost: Number = Field(json_schema_extra=_MONEY, description="change of its landed cost")
    days: int = Field(json_schema_extra={"unit": "day"}, description="change of its days from ready to received")


class ScenarioResult(Part):
    """What came of one scenario."""

    name: str
    description: str = ""
    changes: tuple[str, ...] = ()
    status: Literal["planned", "failed"]
    reasons: tuple[str, ...] = Field((), description="why there is no plan")
    figures: Figures | None = None
    difference: Difference | None = Field(None, description="None for the base, and where one of both has no plan")
    movers: tuple[Mover, ...] = ()
    guides: tuple[LimitGuide, ...] = Field((), description="of the base: its limits and what they are worth")
    key: str = Field(description="hash of everything that the plan depends on; empty: broken off, to be run again")


class Axis(Part):
    """Choices of which each scenario of a grid takes one."""

    name: str
    points: tuple[str, ...]


class Grid(Part):
    """A grid: its scenarios are named GRID.POINT+POINT, one point of each axis."""

    name: str
    axes: tuple[Axis, ...]


class Study(Part):
    """A study: the content of ``study.json``."""

    study_version: str = STUDY_VERSION
    title: str
    currency: str
    network_sha256: str
    shipments_sha256: str
    base: ScenarioResult
    scenarios: tuple[ScenarioResult, ...] = Field(description="in the order of the file; finished ones")
    missing: tuple[str, ...] = Field((), description="scenarios that were not run yet")
    grids: tuple[Grid, ...] = ()
    break_evens: tuple[BreakEven, ...] = Field((), description="rates at which candidates stop paying")
    values: tuple[MarginalValue, ...] = Field((), description="what a little more of a limit is worth")
