"""Every kind of patch that a scenario may be made of, one model per kind."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from consolidation.scenarios.parts import (
    Changing,
    Charges,
    Dated,
    Departures,
    Duties,
    Fcs,
    Goods,
    Lanes,
    Number,
    Part,
    Places,
    Values,
    Words,
    as_ids,
    quantity,
)
from network.rows import refuse

_YEAR = 366
_SHORT: Any = str | list[str]
LaneSelection = Annotated[Lanes, BeforeValidator(as_ids, json_schema_input_type=_SHORT | Lanes)]
DepartureSelection = Annotated[Departures, BeforeValidator(as_ids, json_schema_input_type=_SHORT | Departures)]
PlaceSelection = Annotated[Places, BeforeValidator(as_ids, json_schema_input_type=_SHORT | Places)]
FcSelection = Annotated[Fcs, BeforeValidator(as_ids, json_schema_input_type=_SHORT | Fcs)]
ChargeSelection = Annotated[Charges, BeforeValidator(as_ids, json_schema_input_type=_SHORT | Charges)]
DutySelection = Annotated[Duties, BeforeValidator(as_ids, json_schema_input_type=_SHORT | Duties)]
GoodsSelection = Annotated[Goods, BeforeValidator(as_ids, json_schema_input_type=_SHORT | Goods)]


class CloseLanes(Part):
    """No departure of these lanes may be used. For some weeks only: ``blank_sailings``."""

    kind: Literal["close_lanes"] = "close_lanes"
    lanes: LaneSelection


class OpenLanes(Part):
    """Lanes may be used again."""

    kind: Literal["open_lanes"] = "open_lanes"
    lanes: LaneSelection


class ClosePlaces(Part):
    """Nothing may pass these ports, warehouses, centres or FCs."""

    kind: Literal["close_places"] = "close_places"
    places: PlaceSelection


class OpenPlaces(Part):
    """Places may be passed again."""

    kind: Literal["open_places"] = "open_places"
    places: PlaceSelection


class AddLane(Part):
    """A candidate lane: a copy of a lane with changes."""

    kind: Literal["add_lane"] = "add_lane"
    like: str = Field(min_length=1, description="id of the lane that is copied")
    lane: Values = Field(description="columns of the lanes table that differ; lane_id is needed")
    departures: bool = Field(True, description="copy its departures too")


class AddDeparture(Part):
    """One departure more: a dated run or a weekly pattern."""

    kind: Literal["add_departure"] = "add_departure"
    like: str = Field("", description="id of a departure that is copied; blank: departure holds every column")
    departure: Values = Field(description="columns of the departures table; departure_id is needed")


class BlankSailings(Part):
    """Departures that do not leave on some days."""

    kind: Literal["blank_sailings"] = "blank_sailings"
    departures: DepartureSelection
    first_day: dt.date = Field(description="first local day of departure")
    last_day: dt.date | None = Field(None, description="last one, included; blank: only first_day")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last_day is not None and self.last_day < self.first_day:
            raise refuse("last_day", self.last_day, f"a day from first_day {self.first_day} on", rule="VALUE.ORDER")
        if self.last_day is not None and (self.last_day - self.first_day).days > _YEAR:
            raise refuse(
                "last_day", self.last_day, f"at most {_YEAR} days after first_day {self.first_day}", "close_lanes"
            )
        return self


class Transit(Changing, Dated):
    """Longer or shorter transit on lanes, and on their departures with a transit of their own; days are those of departure."""

    TO: ClassVar[str] = "days"
    ADD: ClassVar[str] = "add_days"
    kind: Literal["transit"] = "transit"
    lanes: LaneSelection
    days: Number | None = quantity("day", "new transit", gt=0)
    add_days: Number | None = quantity("day", "days more, or less if negative")


class Dwell(Changing):
    """Longer or shorter dwell at places."""

    TO: ClassVar[str] = "days"
    ADD: ClassVar[str] = "add_days"
    kind: Literal["dwell"] = "dwell"
    places: PlaceSelection
    days: Number | None = quantity("day", "new dwell", ge=0)
    add_days: Number | None = quantity("day", "days more, or less if negative")


class Allotment(Changing, Dated):
    """What this platform may load on departures; days are those of departure."""

    TO: ClassVar[str] = "teu"
    ADD: ClassVar[str] = "add_teu"
    kind: Literal["allotment"] = "allotment"
    departures: DepartureSelection
    teu: Number | None = quantity("TEU", "new allotment of each departure", ge=0)
    add_teu: Number | None = quantity("TEU", "TEU more on each, or less if negative")
    unlimited: bool = Field(False, description="true: no limit")


class Cutoff(Dated):
    """Later or earlier cut-offs of departures, but for advance filing, which the law sets; days are those of departure."""

    kind: Literal["cutoff"] = "cutoff"
    departures: DepartureSelection
    add_days: Number = quantity(
        "day", "later, or earlier if negative; never after departure", default=..., ge=-30, le=30
    )


class Handling(Changing):
    """What origin warehouses stuff for this platform in a day."""

    TO: ClassVar[str] = "m3_per_day"
    ADD: ClassVar[str] = "add_m3_per_day"
    kind: Literal["handling"] = "handling"
    warehouses: PlaceSelection
    m3_per_day: Number | None = quantity("m3/day", "new limit of each warehouse", gt=0)
    add_m3_per_day: Number | None = quantity("m3/day", "more at each, or less if negative")
    unlimited: bool = Field(False, description="true: no limit")


class ReceivingVolume(Changing):
    """What FCs take from this platform in a week."""

    TO: ClassVar[str] = "m3_per_week"
    ADD: ClassVar[str] = "add_m3_per_week"
    kind: Literal["receiving_volume"] = "receiving_volume"
    fcs: FcSelection
    m3_per_week: Number | None = quantity("m3/week", "new limit of each FC", gt=0)
    add_m3_per_week: Number | None = quantity("m3/week", "more at each, or less if negative")
    unlimited: bool = Field(False, description="true: no limit")


class ReceivingDays(Changing):
    """How long FCs take from delivery to available."""

    TO: ClassVar[str] = "days"
    ADD: ClassVar[str] = "add_days"
    kind: Literal["receiving_days"] = "receiving_days"
    fcs: FcSelection
    days: Number | None = quantity("day", "new time", ge=0)
    add_days: Number | None = quantity("day", "days more, or less if negative")


class Rates(Changing, Dated):
    """Rates of charges: by percent the whole line moves, also breaks, minimum, maximum and the amount of small entries."""

    TO: ClassVar[str] = "value"
    ADD: ClassVar[str] = "add"
    kind: Literal["rates"] = "rates"
    charges: ChargeSelection
    value: Number | None = quantity("currency per basis, or %", "new rate, of charges without breaks", ge=0)
    add: Number | None = quantity("currency per basis, or %", "on top of the rate and of every break")


class SwitchDuties(Dated):
    """Duty layers on or off."""

    kind: Literal["switch_duties"] = "switch_duties"
    duties: DutySelection
    enabled: bool = Field(description="true: applied, false: not")


class DutyRates(Changing, Dated):
    """Rates of duty: by percent also those per unit, kg and tariff line."""

    TO: ClassVar[str] = "rate_pct"
    ADD: ClassVar[str] = "add_pct"
    kind: Literal["duty_rates"] = "duty_rates"
    duties: DutySelection
    rate_pct: Number | None = quantity("% of customs value", "new rate", ge=0)
    add_pct: Number | None = quantity("% of customs value", "points on top of the rate")


class Fx(Changing):
    """Exchange rates: what one unit of a currency is worth."""

    TO: ClassVar[str] = "value"
    kind: Literal["fx"] = "fx"
    currencies: Words = Field(min_length=1, description="currencies; * stands for any letters")
    value: Number | None = quantity("plan currency per unit", "new worth", gt=0)


class Demand(Part):
    """More or fewer shipments; several patches multiply. The shipments of a factor contain those of a smaller one."""

    kind: Literal["demand"] = "demand"
    shipments: GoodsSelection = Field(Goods(ids=("*",)), description="blank: all")
    factor: Number = quantity("shipments per shipment", "1: as they are", default=..., ge=0, le=100)


class EditShipments(Part):
    """Shipments that are ready earlier or later, or have other columns."""

    kind: Literal["edit_shipments"] = "edit_shipments"
    shipments: GoodsSelection = Field(Goods(ids=("*",)), description="blank: all")
    add_days: int = quantity("day", "ready and due later, or earlier if negative", default=0, ge=-366, le=366)
    values: Values = Field({}, description="columns of the shipments file with what they are to hold")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.add_days and not self.values:
            raise refuse("", "neither add_days nor values", "add_days, values or both")
        return self


class ValueOfDay(Changing):
    """Price of a day in transit."""

    TO: ClassVar[str] = "per_m3"
    kind: Literal["value_of_day"] = "value_of_day"
    per_m3: Number | None = quantity("plan currency per m3 and day", "new price", ge=0)


class RateScenario(Part):
    """Rate scenario in force (charges.scenario)."""

    kind: Literal["rate_scenario"] = "rate_scenario"
    name: str = Field(description="as charges name it; empty: only charges of all scenarios")


class PlanningValues(Part):
    """Planning parameters of network.toml."""

    kind: Literal["planning"] = "planning"
    values: Values = Field(min_length=1, description="parameters with what they are to hold")


class SetValues(Part):
    """Columns of any rows of the network: for what has no patch of its own."""

    kind: Literal["set_values"] = "set_values"
    table: str = Field(description="table of the network, such as regimes")
    ids: Words = Field(
        min_length=1,
        description="ids of rows, of tables with several key columns joined by /; * stands for any letters",
    )
    values: Values = Field(min_length=1, description="columns with what they are to hold")


class Options(Part):
    """Options of the search."""

    kind: Literal["options"] = "options"
    seed: int | None = quantity("seed", ge=0)
    work: int | None = quantity("work unit", ge=0)
    gap: Number | None = quantity("share of cost", ge=0, le=1)
    time_limit_s: Number | None = quantity("s", ge=0)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if all(value is None for value in (self.seed, self.work, self.gap, self.time_limit_s)):
            raise refuse("", "no option", "one of seed, work, gap, time_limit_s")
        return self


Patch = Annotated[
    CloseLanes | OpenLanes | ClosePlaces | OpenPlaces | AddLane | AddDeparture | BlankSailings | Transit | Dwell
    | Allotment | Cutoff | Handling | ReceivingVolume | ReceivingDays | Rates | SwitchDuties | DutyRates | Fx | Demand | EditShipments
    | ValueOfDay | RateScenario | PlanningValues | SetValues | Options,
    Field(discriminator="kind"),
]  # fmt: skip
KINDS: dict[str, type[Part]] = {
    model.model_fields["kind"].default: model
    for model in (
        CloseLanes, OpenLanes, ClosePlaces, OpenPlaces, AddLane, AddDeparture, BlankSailings, Transit, Dwell, Allotment, Cutoff,
        Handling, ReceivingVolume, ReceivingDays, Rates, SwitchDuties, DutyRates, Fx, Demand, EditShipments, ValueOfDay,
        RateScenario, PlanningValues, SetValues, Options,
    )
}  # fmt: skip
"""Model of each kind of patch."""
