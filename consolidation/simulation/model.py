"""What a simulation answers: the content of ``simulation.json``, as models.

Chances and shares lie between 0 and 1. Amounts are in the plan currency, whole cents; dates are local to the FC, or to the
gateway of arrival. A quantile is the earliest day, or the least amount, that the stated share of the runs does not go beyond.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from consolidation.plan_model import Number, Part

SIMULATION_VERSION = "1.0"
"""Version of the file; raised when its meaning changes."""
Against = Literal["due_date", "event", "planned_date"]
"""What a date of receipt is measured against: the due date, the deadline of the sales event, else the plan's own date."""
_CHANCE: dict[str, JsonValue] = {"unit": "share of the runs"}
_DAYS: dict[str, JsonValue] = {"unit": "day"}
_MONEY: dict[str, JsonValue] = {"unit": "plan currency"}


class SimulatedShipment(Part):
    """How reliable one planned shipment is."""

    shipment_id: str
    seller_id: str
    inbound_plan_id: str
    departure_id: str = Field(description="blank for a courier")
    destination_fc: str
    planned: str = Field(description="date of receipt in the plan")
    promised: str = Field(description="date that it is measured against")
    against: Against
    on_time: float = Field(json_schema_extra=_CHANCE, description="received by the promised date")
    within_3_days: float = Field(json_schema_extra=_CHANCE, description="received at most three days after it")
    p50: str = Field(description="date by which half of the runs receive it")
    p90: str = Field(description="date by which nine of ten runs receive it")
    days_late: float = Field(json_schema_extra=_DAYS, description="expected days after the promised date")
    late_cost: Number = Field(
        json_schema_extra=_MONEY,
        description="expected price of late days; none where the plan's own date is all there is",
    )


class SimulatedDeparture(Part):
    """How reliable one departure is, and the shipments planned on it."""

    departure_id: str
    lane_id: str
    shipments: int = Field(json_schema_extra={"unit": "shipment"})
    eta: str = Field(description="scheduled date of arrival")
    eta_p50: str
    eta_p90: str
    roll_chance: float = Field(
        json_schema_extra=_CHANCE, description="that a load is left behind for the next departure"
    )
    on_time: float = Field(json_schema_extra={"unit": "share of shipments and runs"})
    days_late: float = Field(json_schema_extra=_DAYS, description="expected, mean of its shipments")
    late_cost: Number = Field(json_schema_extra=_MONEY, description="expected, sum of its shipments")


class SimulatedInbound(Part):
    """How likely the deliveries of an inbound plan are to lie too many days apart."""

    seller_id: str
    inbound_plan_id: str
    shipments: int = Field(json_schema_extra={"unit": "shipment"})
    allowed_days: int = Field(json_schema_extra=_DAYS, description="planning.inbound_plan_days")
    planned_days: int = Field(json_schema_extra=_DAYS, description="from the first to the last delivery in the plan")
    p90_days: int = Field(json_schema_extra=_DAYS)
    breaks: float = Field(json_schema_extra=_CHANCE, description="that the deliveries lie further apart than allowed")


class Spread(Part):
    """How a figure of the whole plan is distributed over the runs."""

    mean: float
    p10: float
    p50: float
    p90: float


class DaysLate(Part):
    """How often goods are received so many days after the promised date; before it where negative."""

    days: int = Field(json_schema_extra=_DAYS)
    share: float = Field(json_schema_extra={"unit": "share of shipments and runs"})


class SharesOnTime(Part):
    """In how many runs the share of shipments on time, in whole per cent rounded down, is this one."""

    percent: int = Field(json_schema_extra={"unit": "%"})
    share: float = Field(json_schema_extra=_CHANCE)


class UsedFigures(Part):
    """The figures that a lane or a courier of the plan was drawn from."""

    service: str = Field(description="lane or courier")
    scope: str = Field(description="rows of the reliability table; blank: none, arrivals are taken as scheduled")
    on_time: float = Field(json_schema_extra={"unit": "share of arrivals"}, description="at most a day late")
    early: float = Field(json_schema_extra={"unit": "share of arrivals"}, description="a day early")
    late_mean: float = Field(json_schema_extra=_DAYS, description="mean delay of the others")
    late_cv: float = Field(json_schema_extra={"unit": "ratio"}, description="spread of what is beyond the first day")
    normal_mean: float | None = Field(json_schema_extra=_DAYS, description="of a normal delay in place of these four")
    normal_sd: float | None = Field(json_schema_extra=_DAYS)
    departure_mean: float = Field(json_schema_extra=_DAYS)
    departure_sd: float = Field(json_schema_extra=_DAYS)
    roll_chance: float = Field(json_schema_extra={"unit": "share of loads"})
    is_estimate: bool


class Simulation(Part):
    """A plan travelled many times over."""

    simulation_version: str = SIMULATION_VERSION
    plan_id: str
    plan_version: int = Field(json_schema_extra={"unit": "version"})
    plan_sha256: str
    network_sha256: str
    shipments_sha256: str
    currency: str
    draws: int = Field(json_schema_extra={"unit": "run"})
    seed: int = Field(json_schema_extra={"unit": "seed"})
    on_time_share: Spread = Field(description="share of the shipments received by their promised dates")
    late_cost: Spread = Field(description="price of all late days, plan currency")
    expected_late_cost: Number = Field(
        json_schema_extra=_MONEY, description="sum of the shipments' expected price of late days"
    )
    planned_late_cost: Number = Field(json_schema_extra=_MONEY, description="price of late days if all goes as planned")
    days_late: tuple[DaysLate, ...]
    shares_on_time: tuple[SharesOnTime, ...]
    departures: tuple[SimulatedDeparture, ...]
    inbound_plans: tuple[SimulatedInbound, ...]
    figures: tuple[UsedFigures, ...]
    shipments: tuple[SimulatedShipment, ...]

    @property
    def without_figures(self) -> tuple[str, ...]:
        """Lanes and couriers of the plan about which the network says nothing."""
        return tuple(row.service for row in self.figures if not row.scope)
