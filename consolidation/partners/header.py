"""What every partner file says of itself: which plan, which version, for whom, and whether it replaces another."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["origin_warehouse", "carrier", "customs_broker", "deconsolidator", "trucker", "fba_desk", "seller"]
"""Who a file is for. A carrier is whoever sells the departure: shipping line, airline, railway or their forwarder."""
Document = Literal[
    "stuffing_list", "booking", "pre_alert", "devanning_order", "delivery_order", "appointment_list", "statement"
]  # fmt: skip
Function = Literal["original", "replace", "cancel"]


class FileHeader(BaseModel):
    """The head of one partner file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str = Field(description="of this document, unique within all plans: plan, version, document, subject")
    document: Document
    role: Role
    partner_id: str = Field(description="place, carrier, broker or seller the file is for")
    subject: str = Field(description="what it is about: a load, a place, a seller")
    function: Function = "original"
    replaces: str = Field(
        "", description="number of the document that this one replaces or cancels; blank for an original"
    )
    plan_id: str
    plan_version: int = Field(ge=1)
    status: str = Field(description="status of what it is about: proposed, approved, booked, ...")
    content_sha256: str = Field(description="hash of the content below the header")

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes documents of two plans the same document: role, partner, kind, subject."""
        return self.role, self.partner_id, self.document, self.subject


def document_number(plan_id: str, version: int, document: Document, subject: str) -> str:
    """Return the number of a document.

    >>> document_number("DB-20261201-1a2b3c4d", 2, "booking", "L0003")
    'DB-20261201-1a2b3c4d/2/booking/L0003'
    """
    return f"{plan_id}/{version}/{document}/{subject}"


def content_sha256(content: Any) -> str:
    """Return the hash of the content of a document: of its JSON text with sorted keys and without blanks.

    >>> content_sha256({"b": 1, "a": "x"})[:8]
    'cdab067e'
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
