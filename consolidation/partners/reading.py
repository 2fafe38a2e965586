"""From tables of text back to documents; everything wrong with a file is found at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from consolidation.partners.fields import Column, Layout
from consolidation.partners.header import FileHeader
from consolidation.partners.model import KINDS, PartnerDocument
from consolidation.partners.parts import Part
from network.errors import Finding, InputError
from network.files import RawTable
from network.rows import parse_rows

AnyModel = TypeVar("AnyModel", bound=BaseModel)


class Clerk:
    """Collects what is wrong with a file while its rows are read."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def refuse_if_wrong(self) -> None:
        """Raise everything found.

        Raises
        ------
        InputError
            If anything was.
        """
        if self.findings:
            raise InputError(dict.fromkeys(self.findings))

    def rows(self, raw: RawTable, model: type[AnyModel], columns: Sequence[Column]) -> dict[int, AnyModel]:
        """Return the rows of a model by line, read from its columns of a table."""
        wanted = {column.name: column for column in columns}
        rows = [{name: wanted[name].plain(row[name]) for name in row if name in wanted} for row in raw.rows]
        named = [name for name in raw.columns if name in wanted]
        table = dataclasses.replace(raw, columns=named, rows=rows, findings=[])
        found, lines, findings = parse_rows(table, model)
        self.findings += findings
        return dict(zip(lines, found, strict=True))

    def document(self, head: FileHeader, facts: Part | None, lines: Iterable[Part], where: RawTable, row: int) -> PartnerDocument | None:  # fmt: skip
        """Return a document; None, and a finding, where it does not hold together."""
        try:
            found = KINDS[head.document](header=head, facts=facts, lines=tuple(lines))
        except ValidationError as fault:
            told = fault.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            self.findings.append(Finding(where.file, row, "number", head.number, told, rule="DOCUMENT.PARTS"))
            return None
        self.findings += edited(found, where.file, row)
        return found

    def unknown(self, raw: RawTable, layout: Layout, *more: str) -> None:
        """Note the columns of a table that its kind does not have, and what is wrong with its structure."""
        every = (*layout.head_columns, *layout.facts_columns, *layout.line_columns)
        known = {*more, *(column.name for column in every)}
        self.findings += raw.findings
        self.findings += (
            Finding(raw.file, raw.header_line, name, name, "a known column", rule="COLUMN.UNKNOWN")
            for name in raw.columns
            if name not in known
        )


def edited(document: PartnerDocument, file: str, row: int | None) -> Iterator[Finding]:
    """Yield a finding where the content of a document is not that of the hash in its head."""
    if not document.is_intact:
        head = document.header
        yield Finding(
            file, row, "content_sha256", head.content_sha256, "the hash of the content",
            f"document {head.number} was changed after it was written", "DOCUMENT.EDITED",
        )  # fmt: skip


def unheaded(raw: RawTable) -> RawTable:
    """Return a table whose columns have the names of fields: without the units of their headings."""
    plain = {name: name.partition(" (")[0] for name in raw.columns}
    rows = [{plain.get(name, name): cell for name, cell in row.items()} for row in raw.rows]
    return dataclasses.replace(raw, columns=list(plain.values()), rows=rows)
