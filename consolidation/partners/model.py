"""The documents for partners: a head, facts and lines each, and the file that holds some of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag, model_validator

from consolidation.partners.header import FileHeader, content_sha256
from consolidation.partners.parts import (
    AppointmentFacts,
    AppointmentLine,
    BookingFacts,
    BookingLine,
    DeliveryFacts,
    DeliveryLine,
    DevanningFacts,
    DevanningLine,
    EntryLine,
    Part,
    PreAlertFacts,
    StatementFacts,
    StatementLine,
    StuffingFacts,
    StuffingLine,
    plain,
)

SCHEMA_VERSION: Literal["1.0"] = "1.0"
"""Version of the partner files; raised when their meaning changes."""


class PartnerDocument(Part):
    """A head, facts and lines. A cancellation has neither facts nor lines: it takes an earlier document back."""

    header: FileHeader
    facts: Any
    lines: tuple[Any, ...]

    @model_validator(mode="after")
    def _whole(self) -> PartnerDocument:
        cancels = self.header.function == "cancel"
        if cancels != (self.facts is None) or cancels == bool(self.lines):
            raise ValueError("facts and at least one line, or neither in a cancellation")
        if bool(self.header.replaces) != (self.header.function != "original"):
            raise ValueError("replaces: number of the earlier document, in a replacement or a cancellation")
        return self

    @property
    def content(self) -> dict[str, Any]:
        """Facts and lines as plain values, of which the hash is made."""
        return content_of(self.facts, self.lines)

    @property
    def is_intact(self) -> bool:
        """Whether the content is still that of the hash in the head."""
        return content_sha256(self.content) == self.header.content_sha256


def content_of(facts: Part | None, lines: tuple[Part, ...]) -> dict[str, Any]:
    """Return facts and lines as plain values."""
    return {"facts": None if facts is None else _values(facts), "lines": [_values(line) for line in lines]}


def _values(part: Part) -> dict[str, Any]:
    return {name: plain(value) for name, value in vars(part).items()}


class StuffingList(PartnerDocument):
    """For the origin warehouse: what goes into a container, or is handed over for a departure."""

    facts: StuffingFacts | None
    lines: tuple[StuffingLine, ...]


class Booking(PartnerDocument):
    """For the carrier or forwarder: a container, or space, on one departure."""

    facts: BookingFacts | None
    lines: tuple[BookingLine, ...]


class PreAlert(PartnerDocument):
    """For the customs broker: what arrives, and the data of its entries."""

    facts: PreAlertFacts | None
    lines: tuple[EntryLine, ...]


class DevanningOrder(PartnerDocument):
    """For the deconsolidator: what comes in, and how each shipment goes on."""

    facts: DevanningFacts | None
    lines: tuple[DevanningLine, ...]


class DeliveryOrder(PartnerDocument):
    """For the trucker: what to pick up where, and where it goes."""

    facts: DeliveryFacts | None
    lines: tuple[DeliveryLine, ...]


class AppointmentList(PartnerDocument):
    """For the FBA desk: what is delivered to one FC, and when."""

    facts: AppointmentFacts | None
    lines: tuple[AppointmentLine, ...]


class SellerStatement(PartnerDocument):
    """For the seller: its own shipments, dates and costs."""

    facts: StatementFacts | None
    lines: tuple[StatementLine, ...]


KINDS: dict[str, type[PartnerDocument]] = {
    "stuffing_list": StuffingList, "booking": Booking, "pre_alert": PreAlert, "devanning_order": DevanningOrder,
    "delivery_order": DeliveryOrder, "appointment_list": AppointmentList, "statement": SellerStatement,
}  # fmt: skip
"""Kinds of documents by the name they have in their heads."""


def _kind(document: Any) -> str:
    """Return the kind of a document, read or still plain values; blank where it says none."""
    head = document.get("header") if isinstance(document, dict) else getattr(document, "header", None)
    return str(head.get("document", "") if isinstance(head, dict) else getattr(head, "document", ""))


AnyDocument = Annotated[
    Annotated[StuffingList, Tag("stuffing_list")]
    | Annotated[Booking, Tag("booking")]
    | Annotated[PreAlert, Tag("pre_alert")]
    | Annotated[DevanningOrder, Tag("devanning_order")]
    | Annotated[DeliveryOrder, Tag("delivery_order")]
    | Annotated[AppointmentList, Tag("appointment_list")]
    | Annotated[SellerStatement, Tag("statement")],
    Discriminator(_kind),
]


class PartnerFile(Part):
    """The content of a JSON file for a partner."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    documents: tuple[AnyDocument, ...]
