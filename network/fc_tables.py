"""Tables of what FCs ask and charge beside receiving rules: deadlines of sales events, and storage of what is not sold."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from network.columns import Sourced


class InboundDeadline(Sourced):
    """The last day on which goods for a sales event may be delivered. Rows for an FC replace those of its market."""

    scope: str = Field(min_length=1, description="market or FC id")
    event: str = Field(min_length=1, description="name of the sales event, as shipments write it (shipments.event)")
    arrive_by: dt.date = Field(description="last day of delivery at the FC")
    destinations_up_to: int | None = Field(
        None, ge=1, json_schema_extra={"unit": "FC"},
        description="only for inbound plans that go to at most so many FCs; goods of no inbound plan go to one",
    )  # fmt: skip
