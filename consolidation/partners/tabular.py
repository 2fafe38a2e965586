"""Documents as CSV: one file per kind, one row per line, with the head and the facts of its document in front."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from consolidation.partners.fields import Layout, layout, texts
from consolidation.partners.header import FileHeader
from consolidation.partners.model import KINDS, PartnerDocument
from consolidation.partners.reading import Clerk
from network.errors import Finding, nearest
from network.files import RawTable, read_raw


def csv_bytes(documents: Sequence[PartnerDocument]) -> bytes:
    """Return documents of one kind as CSV: UTF-8, comma, a header; a cancellation is one row without a line."""
    columns = layout(documents[0].header.document)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    every = (*columns.head_columns, *columns.facts_columns, *columns.line_columns)
    writer.writerow([column.name for column in every])
    for document in documents:
        front = [*texts(columns.head_columns, document.header), *texts(columns.facts_columns, document.facts)]
        lines = document.lines or (None,)
        writer.writerows([*front, *texts(columns.line_columns, line)] for line in lines)
    return stream.getvalue().encode()


def read_csv(path: str | Path) -> tuple[PartnerDocument, ...]:
    """Read a CSV file of documents.

    Raises
    ------
    InputError
        With everything that is wrong, also content that is not that of its hash.
    """
    raw = read_raw(path)
    clerk = Clerk()
    columns = layout_of(raw, clerk)
    clerk.refuse_if_wrong()
    found = _documents(raw, columns, clerk)
    clerk.refuse_if_wrong()
    return tuple(found)


def layout_of(raw: RawTable, clerk: Clerk) -> Layout:
    """Return the layout of the kind that a table says its documents are of."""
    named = {row.get("document", ""): line for row, line in zip(raw.rows, raw.line_numbers, strict=True)}
    clerk.findings += (
        Finding(raw.file, line, "document", name, f"one of {', '.join(KINDS)}", nearest(name, KINDS), "DOCUMENT.KIND")
        for name, line in named.items()
        if name not in KINDS
    )
    if len(named) != 1 and not clerk.findings:
        found = ", ".join(sorted(named)) or "no documents"
        clerk.findings += raw.findings or [Finding(raw.file, None, "document", found, "documents of one kind", rule="DOCUMENT.KIND")]  # fmt: skip
    return layout(next((name for name in named if name in KINDS), "booking"))


def _documents(raw: RawTable, columns: Layout, clerk: Clerk) -> list[PartnerDocument]:
    clerk.unknown(raw, columns)
    heads = clerk.rows(raw, FileHeader, columns.head_columns)
    kept = _without(raw, {line for line, head in heads.items() if head.function == "cancel"})
    facts = clerk.rows(kept, columns.facts, columns.facts_columns)
    lines = clerk.rows(kept, columns.line, columns.line_columns)
    clerk.refuse_if_wrong()
    found = []
    for head, rows in groupby(heads.items(), key=lambda item: item[1]):
        numbers = [line for line, _ in rows]
        own = {facts[line] for line in numbers if line in facts}
        if len(own) > 1:
            expected = "the same facts in every row of a document"
            clerk.findings.append(Finding(raw.file, numbers[0], "number", head.number, expected, rule="DOCUMENT.FACTS"))
            continue
        members = [lines[line] for line in numbers if line in lines]
        document = clerk.document(head, next(iter(own), None), members, raw, numbers[0])
        found += [] if document is None else [document]
    return found


def _without(raw: RawTable, dropped: set[int]) -> RawTable:
    """Return a table without the rows on some lines."""
    kept = [
        (row, line) for row, line in zip(raw.rows, raw.line_numbers, strict=True) if line not in dropped
    ]  # fmt: skip
    return dataclasses.replace(raw, rows=[row for row, _ in kept], line_numbers=[line for _, line in kept])
