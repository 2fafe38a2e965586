"""One confirmation of a partner, as it is kept in the event log of a plan folder."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

EventKind = Literal[
    "approved", "booked", "gated_in", "stuffed", "sailed", "customs_hold", "cleared", "delivered",
    "short_shipped", "rolled", "cancelled",
]  # fmt: skip
"""approved ... delivered raise the status; gated_in measures goods at the origin warehouse; customs_hold keeps them at the
customs point; short_shipped leaves a shipment, or some of its cartons, off its load; rolled moves a load to another
departure; cancelled withdraws a shipment or the booking of a load."""
Subject = Literal["shipment", "load"]

Number = Annotated[Decimal, PlainSerializer(str, return_type=str, when_used="json")]


class Confirmation(BaseModel):
    """What one row of a confirmation file says.

    A confirmation of a load holds for the load and every shipment in it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: EventKind
    subject: Subject
    subject_id: str = Field(description="shipment_id or load_id")
    plan_id: str
    plan_version: int = Field(ge=1)
    time: str = Field(description="ISO 8601 with its offset: when it happened")
    reported_by: str = Field(description="partner who says so")
    reference: str = Field("", description="the partner's own number, such as a booking or a house bill")
    volume_m3: Number | None = Field(None, gt=0, json_schema_extra={"unit": "m3"}, description="measured, of gated_in")
    gross_weight_kg: Number | None = Field(
        None, gt=0, json_schema_extra={"unit": "kg"}, description="measured, of gated_in"
    )
    cartons: int | None = Field(
        None,
        ge=0,
        json_schema_extra={"unit": "carton"},
        description="left behind, of short_shipped; blank: all of them",
    )
    departure_id: str = Field("", description="new departure, of rolled")
    until: str = Field("", description="ISO 8601 date when the goods are expected to be released, of customs_hold")
    note: str = ""

    @property
    def event_id(self) -> str:
        """What makes the same confirmation the same, however often and in whatever file it arrives."""
        return hashlib.sha256(self.model_dump_json(exclude={"note"}).encode()).hexdigest()[:16]


class Event(BaseModel):
    """A confirmation that was taken in, and where it came from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    confirmation: Confirmation
    recorded_at: str = Field(description="ISO 8601, UTC")
    recorded_by: str = Field(description="who imported the file")
    file: str = Field(description="name of the file")
    file_sha256: str
    row: int | None = Field(None, description="line or row of the file; of JSON the position in its list")
