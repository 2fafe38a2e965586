"""Tables of what FCs ask and charge beside receiving rules: deadlines of sales events, and storage of what is not sold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from pydantic import Field, model_validator

from network.columns import Currency, Sourced, Words, unit


class InboundDeadline(Sourced):
    """The last day on which goods for a sales event may be delivered. Rows for an FC replace those of its market."""

    scope: str = Field(min_length=1, description="market or FC id")
    event: str = Field(min_length=1, description="name of the sales event, as shipments write it (shipments.event)")
    arrive_by: dt.date = Field(description="last day of delivery at the FC")
    destinations_up_to: int | None = Field(
        None, ge=1, json_schema_extra={"unit": "FC"},
        description="only for inbound plans that go to at most so many FCs; goods of no inbound plan go to one",
    )  # fmt: skip


class StorageFee(Sourced):
    """What an FC's operator charges for goods that are not sold yet: information on statements, never part of a plan."""

    fee_id: str = Field(min_length=1)
    market: str = Field(min_length=1, description="market of the FCs")
    name: str
    size_class: str = Field("", description="only for this size class (shipments.size_class); blank: all")
    months: Words = Field((), description="only in these months (1 = January, separated by ;); blank: all")
    age_from_days: int | None = Field(
        None, ge=0, le=3650, json_schema_extra={"unit": "day since receipt"},
        description="aged inventory: charged on top, from this age on; blank: monthly storage of all goods",
    )  # fmt: skip
    age_to_days: int | None = Field(
        None, ge=0, le=3650, json_schema_extra={"unit": "day since receipt"}, description="up to this age, included"
    )
    per_m3_month: Decimal = unit("currency per m3 and month", ge=0)
    per_unit_month: Decimal = Field(
        Decimal(0), ge=0, json_schema_extra={"unit": "currency per unit of goods and month"},
        description="charged instead where it comes to more",
    )  # fmt: skip
    currency: Currency
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> StorageFee:
        if self.age_to_days is not None and (self.age_from_days is None or self.age_to_days < self.age_from_days):
            raise ValueError("age_to_days with age_from_days, and not below it")
        return self
