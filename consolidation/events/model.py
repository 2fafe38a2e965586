"""One confirmation of a partner, as it is kept in the event log of a plan folder."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from network.cells import canonical_text, is_date, maybe_date
from network.rows import refuse

EventKind = Literal[
    "approved", "booked", "gated_in", "stuffed", "sailed", "customs_hold", "cleared", "delivered",
    "short_shipped", "rolled", "cancelled",
]  # fmt: skip
"""approved ... delivered raise the status; gated_in measures goods at the origin warehouse; customs_hold keeps them at the
customs point; short_shipped leaves a shipment, or some of its cartons, off its load; rolled moves a load to another
departure; cancelled withdraws a shipment or the booking of a load."""
KINDS: tuple[EventKind, ...] = get_args(EventKind)
Subject = Literal["shipment", "load"]


def parsed_time(text: str) -> dt.datetime | None:
    """Return an ISO 8601 time with its offset, or None for any other text.

    >>> parsed_time("2026-12-02T18:00+08:00").isoformat()
    '2026-12-02T18:00:00+08:00'
    >>> parsed_time("2026-12-02T18:00") is None
    True
    """
    try:
        time = dt.datetime.fromisoformat(text)
        time.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return None if time.tzinfo is None else time


def _time(text: str) -> str:
    time = parsed_time(text)
    if time is None:
        expected = "a time as YYYY-MM-DDTHH:MM with its offset from UTC, such as 2026-12-02T18:00+08:00"
        raise refuse("time", text, expected, _maybe_time(text), "VALUE.TIME")
    whole_minute = not time.second and not time.microsecond
    return time.isoformat(timespec="minutes" if whole_minute else "seconds")


def _maybe_time(text: str) -> str:
    try:
        local = dt.datetime.fromisoformat(text)
    except ValueError:
        date = maybe_date(text)
        return f"{date}, followed by the time of day and the offset" if date else ""
    written = local.isoformat(timespec="minutes")
    return f"{written}+08:00, where the clock showed Chinese time"


def _recorded(text: str) -> str:
    if parsed_time(text) is None:
        raise ValueError("a time as YYYY-MM-DDTHH:MM:SS with its offset from UTC")
    return text


def _until(text: str) -> str:
    if text and not is_date(text):
        raise refuse("until", text, "a date as YYYY-MM-DD", maybe_date(text), "VALUE.DATE")
    return text


def _printable(field: str) -> AfterValidator:
    def checked(text: str) -> str:
        if not text.isprintable():
            raise refuse(field, text, "text on one line, without control characters", rule="VALUE.TEXT")
        return text

    return AfterValidator(checked)


def _plain(number: Decimal) -> Decimal:
    return Decimal(canonical_text(number))


_AS_TEXT = (AfterValidator(_plain), PlainSerializer(str, return_type=str, when_used="json"))
Volume = Annotated[Decimal, Field(ge=Decimal("0.000001"), le=10_000), *_AS_TEXT]
Weight = Annotated[Decimal, Field(ge=Decimal("0.001"), le=10_000_000), *_AS_TEXT]


class Confirmation(BaseModel):
    """What one row of a confirmation file says.

    A confirmation of a load holds for the load and every shipment in it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    kind: EventKind
    subject: Subject
    subject_id: Annotated[str, _printable("subject_id")] = Field(
        min_length=1, max_length=200, description="shipment_id or load_id"
    )
    plan_id: Annotated[str, _printable("plan_id")] = Field(min_length=1, max_length=200)
    plan_version: int = Field(ge=1, le=1_000_000, json_schema_extra={"unit": "version"})
    time: Annotated[str, AfterValidator(_time)] = Field(description="ISO 8601 with its offset: when it happened")
    reported_by: Annotated[str, _printable("reported_by")] = Field(
        min_length=1, max_length=200, description="partner who says so"
    )
    reference: Annotated[str, _printable("reference")] = Field(
        "", max_length=200, description="the partner's own number, such as a booking or a house bill"
    )
    volume_m3: Volume | None = Field(
        None,
        json_schema_extra={"unit": "m3"},
        description="measured, of gated_in: all cartons of the shipment",
    )
    gross_weight_kg: Weight | None = Field(
        None,
        json_schema_extra={"unit": "kg"},
        description="measured, of gated_in: all cartons of the shipment",
    )
    cartons: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        json_schema_extra={"unit": "carton"},
        description="left behind, of short_shipped; blank: all of them",
    )
    departure_id: Annotated[str, _printable("departure_id")] = Field(
        "", max_length=200, description="new departure, of rolled"
    )
    until: Annotated[str, AfterValidator(_until)] = Field(
        "", description="ISO 8601 date when the goods are expected to be released, of customs_hold"
    )
    note: str = Field("", max_length=2000)

    @property
    def instant(self) -> dt.datetime:
        """When it happened, in UTC."""
        return dt.datetime.fromisoformat(self.time).astimezone(dt.UTC)

    @property
    def event_id(self) -> str:
        """What makes the same confirmation the same, however often and in whatever file it arrives."""
        said = {**self.model_dump(mode="json", exclude={"note"}), "time": self.instant.isoformat()}
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


class Event(BaseModel):
    """A confirmation that was taken in, and where it came from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    confirmation: Confirmation
    recorded_at: Annotated[str, AfterValidator(_recorded)] = Field(description="ISO 8601, UTC")
    recorded_by: str = Field(description="who imported the file")
    file: str = Field(description="name of the file")
    file_sha256: str
    row: int | None = Field(
        None,
        json_schema_extra={"unit": "row"},
        description="line or row of the file; of JSON the position in its list, of IFCSUM the segment",
    )
