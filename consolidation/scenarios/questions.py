"""Questions of a study that are answered by several runs: where a rate stops paying, what a little more of a limit is worth."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from consolidation.scenarios.parts import Dated, Number, Part, quantity
from consolidation.scenarios.patches import (
    Allotment,
    ChargeSelection,
    Cutoff,
    DepartureSelection,
    FcSelection,
    Handling,
    Patch,
    PlaceSelection,
    ReceivingVolume,
)
from network.rows import refuse

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]


def as_tuple(value: object) -> object:
    """Return a list as a tuple."""
    return tuple(value) if isinstance(value, list) else value


class BreakEvenTable(Part):
    """At which rate does a candidate stop paying? The rates of its freight are scaled, and every plan is made again."""

    name: Name
    description: str = ""
    patches: Annotated[tuple[Patch, ...], BeforeValidator(as_tuple), Field(min_length=1)] = Field(
        description="the candidate: what they add or open is what has to pay"
    )
    charges: ChargeSelection = Field(description="charges of the candidate alone, whose rates are scaled")
    lowest: Number = quantity("%", "lowest change of the rates", Decimal(-90), ge=-100, le=10_000)
    highest: Number = quantity("%", "highest change of the rates", Decimal(300), ge=-100, le=10_000)
    fixed_cost: Number = quantity("plan currency per plan", "what the candidate must earn", Decimal(0), ge=0)
    tolerance_pct: Number = quantity("% points", "how near the answer must be", Decimal(1), gt=0, le=100)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.highest <= self.lowest:
            raise refuse("highest", self.highest, f"more than lowest, {self.lowest}", rule="VALUE.ORDER")
        return self


_AMOUNTS = ("add_teu", "add_days", "add_m3_per_week", "add_m3_per_day")
_OF: dict[str, tuple[str, ...]] = {
    "departures": ("add_teu", "add_days"), "fcs": ("add_m3_per_week",), "warehouses": ("add_m3_per_day",),
    "top": ("add_teu", "add_m3_per_week", "add_m3_per_day"),
}  # fmt: skip
"""Which amounts go with what is given more of; a top takes all of its own."""


class ValueTable(Dated):
    """What is a little more of something worth: room on departures, a later cut-off, appointments, handling?"""

    name: Name
    description: str = ""
    departures: DepartureSelection | None = Field(
        None, description="departures; first_day and last_day are those of departure"
    )
    fcs: FcSelection | None = Field(None, description="FCs that take more in a week")
    warehouses: PlaceSelection | None = Field(None, description="origin warehouses that stuff more in a day")
    top: int | None = quantity(
        "limit", "in place of one of these: the limits with the largest guide price", ge=1, le=100
    )
    add_teu: Number | None = quantity("TEU", "more on each departure; of a top 2, one container", gt=0)
    add_days: Number | None = quantity("day", "how much later the cut-offs of departures are", gt=0, le=30)
    add_m3_per_week: Number | None = quantity("m3/week", "more at each FC; of a top 30", gt=0)
    add_m3_per_day: Number | None = quantity("m3/day", "more at each warehouse; of a top 30", gt=0)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        stated = [name for name in _OF if getattr(self, name) is not None]
        if len(stated) != 1:
            found = " and ".join(stated) or "none of them"
            raise refuse(stated[-1] if stated else "", found, f"exactly one of {', '.join(_OF)}")
        amounts, fitting = [name for name in _AMOUNTS if getattr(self, name) is not None], _OF[stated[0]]
        for name in amounts:
            if name not in fitting:
                raise refuse(name, getattr(self, name), f"with {stated[0]} only {' or '.join(fitting)}")
        if len(amounts) != 1 and stated != ["top"]:
            found = " and ".join(amounts) or "nothing"
            raise refuse(amounts[-1] if amounts else fitting[0], found, f"one of {', '.join(fitting)}")
        if stated != ["departures"] and (self.first_day or self.last_day):
            raise refuse("first_day", self.first_day or self.last_day, "days only with departures")
        return self

    @property
    def patch(self) -> Allotment | Cutoff | ReceivingVolume | Handling:
        """What gives more of it; not of a top."""
        span: dict[str, Any] = {"first_day": self.first_day, "last_day": self.last_day}
        if self.departures is not None and self.add_teu is not None:
            return Allotment(departures=self.departures, add_teu=self.add_teu, **span)
        if self.departures is not None and self.add_days is not None:
            return Cutoff(departures=self.departures, add_days=self.add_days, **span)
        if self.fcs is not None:
            return ReceivingVolume(fcs=self.fcs, add_m3_per_week=self.add_m3_per_week)
        assert self.warehouses is not None
        return Handling(warehouses=self.warehouses, add_m3_per_day=self.add_m3_per_day)
