"""What a study answers to questions of break-even and value, and the guide prices of the limits of its base."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from consolidation.plan_model import Number, Part

_MONEY: dict[str, JsonValue] = {"unit": "plan currency"}
_PERCENT: dict[str, JsonValue] = {"unit": "% change of the rates"}
_COUNT: dict[str, JsonValue] = {"unit": "shipment"}
Verdict = Literal["found", "every_rate", "no_rate", "never_used", "failed", "unfinished"]
"""Whether a candidate pays: up to the rate that is found, at every rate asked, at none although it is used, or it is not even
used; or a run has no plan, or the study was stopped."""
LimitKind = Literal["handling", "receiving", "allotment"]


class LimitGuide(Part):
    """A limit that can bind, and what the optimiser's bound says that a little more of it is worth."""

    kind: LimitKind
    of: str = Field(description="origin warehouse, FC, or departure with its local day")
    day: str = Field(description="day of stuffing, Monday of the week of receiving, day of departure")
    limit: Number = Field(json_schema_extra={"unit": "m3 or TEU"})
    used: Number = Field(json_schema_extra={"unit": "m3 or TEU"}, description="by the plan of the base")
    unit: Literal["m3", "TEU"]
    price: Number = Field(json_schema_extra={"unit": "plan currency per m3 or TEU"}, description="guide price, 0: none")


class RateRun(Part):
    """The plan at one rate, against the best known plan of the base."""

    percent: Number = Field(json_schema_extra=_PERCENT)
    run: str = Field(description="its folder in plans/")
    cost: Number = Field(json_schema_extra=_MONEY, description="of the plan found")
    bound: Number = Field(json_schema_extra=_MONEY, description="no plan at this rate can cost less")
    saving: Number = Field(json_schema_extra=_MONEY, description="of the best known plans, before the fixed cost")
    at_least: Number = Field(json_schema_extra=_MONEY, description="saving of the best plans at least, proven")
    at_most: Number = Field(json_schema_extra=_MONEY, description="saving of the best plans at most, proven")
    shipments: int = Field(json_schema_extra=_COUNT, description="that pay the scaled charges")
    freight: Number = Field(json_schema_extra=_MONEY, description="scaled charges of the plan")
    pays: bool = Field(description="the candidate is used and saves more than its fixed cost")


class ChargeRate(Part):
    """A charge whose rate is scaled."""

    charge_id: str
    code: str
    equipment: str = ""
    basis: str
    currency: str
    rate: Number = Field(json_schema_extra={"unit": "currency per basis, or %"}, description="as it is")
    break_even: Number | None = Field(None, json_schema_extra={"unit": "currency per basis, or %"})


class BreakEven(Part):
    """At which rate a candidate stops paying."""

    name: str
    description: str = ""
    verdict: Verdict
    percent: Number | None = Field(None, json_schema_extra=_PERCENT, description="where it stops paying")
    charges: tuple[ChargeRate, ...]
    below: str = Field("", description="run of the highest rate at which it pays")
    above: str = Field("", description="run of the lowest rate at which it does not")
    below_percent: Number | None = Field(None, json_schema_extra=_PERCENT)
    above_percent: Number | None = Field(None, json_schema_extra=_PERCENT)
    proven_up_to: Number | None = Field(None, json_schema_extra=_PERCENT, description="it surely pays up to here")
    proven_from: Number | None = Field(
        None, json_schema_extra=_PERCENT, description="it surely does not pay from here on"
    )
    lowest: Number = Field(json_schema_extra=_PERCENT, description="of the rates asked")
    highest: Number = Field(json_schema_extra=_PERCENT, description="of the rates asked")
    fixed_cost: Number = Field(json_schema_extra=_MONEY)
    tolerance_pct: Number = Field(json_schema_extra={"unit": "% points"})
    base_cost: Number = Field(json_schema_extra=_MONEY, description="best known plan without the candidate")
    base_bound: Number = Field(json_schema_extra=_MONEY, description="no plan without the candidate can cost less")
    runs: tuple[RateRun, ...] = Field((), description="by rate")
    notes: tuple[str, ...] = ()


class MarginalValue(Part):
    """What a little more of a limit is worth: by a plan with more of it, and by the guide price."""

    name: str
    description: str = ""
    what: str = Field(description="what there is more of, in words")
    amount: Number = Field(json_schema_extra={"unit": "as unit"}, description="more, of each")
    unit: str
    limits: tuple[LimitGuide, ...] = Field((), description="limits of the base that it raises")
    guide: Number | None = Field(
        None, json_schema_extra=_MONEY, description="guide prices times the amount; None: there is none"
    )
    value: Number | None = Field(
        None, json_schema_extra=_MONEY, description="base less plan with more of it; None: not known"
    )
    at_least: Number | None = Field(
        None, json_schema_extra=_MONEY, description="value of the best plans at least, proven"
    )
    at_most: Number | None = Field(
        None, json_schema_extra=_MONEY, description="value of the best plans at most, proven"
    )
    run: str = Field("", description="its folder in plans/; blank: proven without a run")
    notes: tuple[str, ...] = ()
