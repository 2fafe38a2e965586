"""The formats that documents are written in, by name, and reading them back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from consolidation.partners.consolidations import Consolidation, cancelling
from consolidation.partners.dcsa_booking import marked, marks_of, write_booking
from consolidation.partners.header import FileHeader
from consolidation.partners.ifcsum import write_ifcsum
from consolidation.partners.json_files import json_bytes, read_json
from consolidation.partners.model import PartnerDocument
from consolidation.partners.standards import StandardFiles
from consolidation.partners.tabular import csv_bytes, read_csv
from consolidation.partners.workbook import read_xlsx, xlsx_bytes
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.errors import Finding, InputError
from network.model import Network


@dataclass(frozen=True)
class Context:
    """What a writer may look up beside the documents: the plan, what it was made from, and what partners have.

    Attributes
    ----------
    messages : IFCSUM messages that partners have, by load
    """

    plan: Plan
    network: Network
    shipments: Sequence[Shipment]
    messages: Mapping[str, Consolidation] = field(default_factory=dict)

    @cached_property
    def standards(self) -> StandardFiles:
        """The files of published standards that the plan gives."""
        return StandardFiles(self.plan, self.network, self.shipments)


Writer: TypeAlias = Callable[[Sequence[PartnerDocument], Context], Iterable[tuple[str, bytes]]]
"""Takes the documents of one partner, by kind and subject, and yields files: path within the partner's folder, content."""


def _by_kind(suffix: str, content: Callable[[Sequence[PartnerDocument]], bytes]) -> Writer:
    """Return a writer of one file per kind of document."""

    def write(documents: Sequence[PartnerDocument], _context: Context) -> Iterator[tuple[str, bytes]]:
        for kind, members in groupby(documents, key=lambda document: document.header.document):
            yield f"{kind}.{suffix}", content(tuple(members))

    return write


def _ifcsum(documents: Sequence[PartnerDocument], context: Context) -> Iterator[tuple[str, bytes]]:
    """Yield the interchange of every container that the customs broker is told of: it names the importers."""
    for head in (document.header for document in documents):
        if head.document == "pre_alert" and (message := _message(head, context)) is not None:
            yield f"ifcsum/{head.subject}.edi", write_ifcsum(dataclasses.replace(message, recipient=head.partner_id))


def _message(head: FileHeader, context: Context) -> Consolidation | None:
    """Return the message beside a pre-alert; None for bought space, and for a cancellation of one that is not known."""
    if head.function == "cancel":
        had = context.messages.get(head.subject)
        return None if had is None else cancelling(had, head.plan_id, head.plan_version)
    message = context.standards.consolidations.get(head.subject)
    if message is None or head.function == "original":
        return message
    return dataclasses.replace(message, function="replace", replaces=_number_before(head))


def _dcsa(documents: Sequence[PartnerDocument], context: Context) -> Iterator[tuple[str, bytes]]:
    """Yield the booking request of every ocean booking; the standard cancels by another call, without a file."""
    for head in (document.header for document in documents):
        booking = context.standards.bookings.get(head.subject) if head.document == "booking" else None
        if booking is None or head.function == "cancel":
            continue
        marks = marks_of(booking, head.subject)
        if head.function == "replace":
            booking = marked(booking, dataclasses.replace(marks, replaces=_number_before(head, marks.load_id)))
        yield f"dcsa/{marks.load_id}.json", write_booking(booking)


def _number_before(head: FileHeader, subject: str = "") -> str:
    """Return the number that a file of a standard had beside the earlier document: without the kind of document."""
    plan_and_version = head.replaces.removesuffix(f"/{head.document}/{head.subject}")
    return f"{plan_and_version}/{subject or head.subject}"


def _spapi(documents: Sequence[PartnerDocument], context: Context) -> Iterator[tuple[str, bytes]]:
    """Yield the requests to Amazon for the goods of every seller."""
    for head in (document.header for document in documents):
        if head.document == "statement" and head.function != "cancel":
            for path, content in context.standards.spapi([head.partner_id]):
                yield f"spapi/{path}", content


FORMATS: dict[str, Writer] = {
    "csv": _by_kind("csv", csv_bytes),
    "xlsx": _by_kind("xlsx", xlsx_bytes),
    "json": _by_kind("json", json_bytes),
    "ifcsum": _ifcsum,
    "dcsa": _dcsa,
    "spapi": _spapi,
}
"""Writers by the name of their format."""
_READERS: dict[str, Callable[[Path], tuple[PartnerDocument, ...]]] = {
    ".csv": read_csv, ".xlsx": read_xlsx, ".json": read_json,
}  # fmt: skip


def read_documents(path: str | Path) -> tuple[PartnerDocument, ...]:
    """Read a file of documents: CSV, XLSX or JSON.

    Raises
    ------
    InputError
        With everything that is wrong, also content that is not that of its hash.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        expected = f"a file name that ends in {', '.join(_READERS)}"
        raise InputError([Finding(path.name, None, "", path.suffix, expected, rule="FILE.FORMAT")])
    return reader(path)
