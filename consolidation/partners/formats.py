"""The formats that documents are written in, by name, and reading them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from consolidation.partners.json_files import json_bytes, read_json
from consolidation.partners.model import PartnerDocument
from consolidation.partners.tabular import csv_bytes, read_csv
from consolidation.partners.workbook import read_xlsx, xlsx_bytes
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.errors import Finding, InputError
from network.model import Network


@dataclass(frozen=True)
class Context:
    """What a writer may look up beside the documents: the plan and what it was made from."""

    plan: Plan
    network: Network
    shipments: Sequence[Shipment]


Writer: TypeAlias = Callable[[Sequence[PartnerDocument], Context], Iterable[tuple[str, bytes]]]
"""Takes the documents of one partner, by kind and subject, and yields files: path within the partner's folder, content."""


def _by_kind(suffix: str, content: Callable[[Sequence[PartnerDocument]], bytes]) -> Writer:
    """Return a writer of one file per kind of document."""

    def write(documents: Sequence[PartnerDocument], _context: Context) -> Iterator[tuple[str, bytes]]:
        for kind, members in groupby(documents, key=lambda document: document.header.document):
            yield f"{kind}.{suffix}", content(tuple(members))

    return write


FORMATS: dict[str, Writer] = {
    "csv": _by_kind("csv", csv_bytes),
    "xlsx": _by_kind("xlsx", xlsx_bytes),
    "json": _by_kind("json", json_bytes),
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
