"""Documents as a workbook: a sheet that lists them with head and facts, and a sheet of lines for each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from consolidation.partners.fields import CellType, Column, layout
from consolidation.partners.header import FileHeader
from consolidation.partners.model import PartnerDocument
from consolidation.partners.reading import Clerk, unheaded
from consolidation.partners.tabular import layout_of
from network.errors import Finding, nearest
from network.files import RawTable, read_sheets
from network.workbook import CREATED

INDEX = "Documents"
"""Name of the sheet that lists the documents."""
_SHEET = Column("sheet", "text", "")
_LONGEST_NAME = 31
"""Signs that the name of a sheet may have."""
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "-"))
_FORMATS: dict[CellType, str] = {
    "text": "@", "yes_no": "@", "date": "yyyy-mm-dd", "number": "General", "count": "0",
}  # fmt: skip
_WIDTHS: dict[CellType, int] = {"date": 11, "count": 10, "yes_no": 10, "number": 13, "text": 18}


def xlsx_bytes(documents: Sequence[PartnerDocument]) -> bytes:
    """Return documents of one kind as a workbook: frozen headings with units, one sheet of lines per document."""
    import xlsxwriter

    columns = layout(documents[0].header.document)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"title": documents[0].header.document.replace("_", " "), "created": CREATED})
        sheets = _Sheets(book)
        names = sheet_names(documents)
        index = (_SHEET, *columns.head_columns, *columns.facts_columns)
        sheets.add(INDEX, index, ((name, each.header, each.facts) for name, each in zip(names, documents, strict=True)))
        for name, document in zip(names, documents, strict=True):
            if document.lines:
                sheets.add(name, columns.line_columns, ((line,) for line in document.lines))
    return stream.getvalue()


def sheet_names(documents: Sequence[PartnerDocument]) -> list[str]:
    """Return a name for the sheet of each document: its subject as far as a sheet may be called so, each once."""
    taken, names = {INDEX.lower(), "history"}, []
    for number, document in enumerate(documents, 1):
        name = plain = document.header.subject.translate(_FORBIDDEN)[:_LONGEST_NAME].strip() or "sheet"
        if name.lower() in taken or len(name.encode("utf-16-le")) > 2 * _LONGEST_NAME:
            mark = f"~{number}"
            name = plain.encode("utf-16-le")[: 2 * (_LONGEST_NAME - len(mark))].decode("utf-16-le", "ignore") + mark
        taken.add(name.lower())
        names.append(name)
    return names


class _Sheets:
    """Adds sheets of parts to a workbook."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "bg_color": "#DDE7F0", "bottom": 1, "text_wrap": True})
        self._formats = {form: book.add_format({"num_format": form}) for form in set(_FORMATS.values())}

    def add(self, name: str, columns: Sequence[Column], rows: Iterable[tuple[str | BaseModel | None, ...]]) -> None:
        """Add a sheet; each row is made of a name of a sheet, or parts one beside the other."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        for position, column in enumerate(columns):
            width = max(_WIDTHS[column.type], min(24, len(column.heading) // 2 + 2))
            sheet.set_column(position, position, width, self._formats[_FORMATS[column.type]])
            sheet.write_string(0, position, column.heading, self._head)
        line = 0
        for line, parts in enumerate(rows, 1):
            values = _values(parts)
            for position, column in enumerate(columns):
                self._write(sheet, line, position, column, values.get(column.name))
        sheet.autofilter(0, 0, line, len(columns) - 1)

    def _write(self, sheet: Any, line: int, position: int, column: Column, value: Any) -> None:
        if value is None or value == "":
            return
        form = self._formats[_FORMATS[column.type]]
        if column.type in ("number", "count"):
            sheet.write_number(line, position, value, form)
        elif column.type == "date":
            sheet.write_datetime(line, position, value, form)
        else:
            sheet.write_string(line, position, column.text(value), form)


def _values(parts: tuple[str | BaseModel | None, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        found.update({_SHEET.name: part} if isinstance(part, str) else {} if part is None else vars(part))
    return found


def read_xlsx(path: str | Path) -> tuple[PartnerDocument, ...]:
    """Read a workbook of documents.

    Raises
    ------
    InputError
        With everything that is wrong, also content that is not that of its hash.
    """
    path = Path(path)
    clerk = Clerk()
    sheets = {name: unheaded(raw) for name, raw in read_sheets(path).items()}
    index = sheets.get(INDEX)
    if index is None:
        broken = next(iter(sheets.values())).findings if "" in sheets else []
        expected = f"a sheet {INDEX} that lists the documents"
        clerk.findings += broken or [Finding(path.name, None, "", ", ".join(sheets), expected, rule="FILE.MISSING")]
        clerk.refuse_if_wrong()
        return ()
    columns = layout_of(index, clerk)
    clerk.unknown(index, columns, _SHEET.name)
    clerk.refuse_if_wrong()
    found = _documents(path.name, index, sheets, clerk)
    clerk.refuse_if_wrong()
    return tuple(found)


def _documents(file: str, index: RawTable, sheets: dict[str, RawTable], clerk: Clerk) -> list[PartnerDocument]:
    columns = layout_of(index, clerk)
    heads = clerk.rows(index, FileHeader, columns.head_columns)
    found = []
    for row, line in zip(index.rows, index.line_numbers, strict=True):
        head, name = heads.get(line), _SHEET.plain(row.get(_SHEET.name, ""))
        if head is None:
            continue
        if head.function == "cancel":
            document = clerk.document(head, None, (), index, line)
            found += [] if document is None else [document]
            continue
        lines = sheets.get(name)
        if lines is None:
            known = [each for each in sheets if each != INDEX]
            clerk.findings.append(Finding(index.file, line, _SHEET.name, name, f"a sheet of {file}", nearest(name, known), "FILE.MISSING"))  # fmt: skip
            continue
        clerk.unknown(lines, columns)
        one = RawTable(index.file, index.columns, [row], [line], index.header_line)
        facts = clerk.rows(one, columns.facts, columns.facts_columns)
        parts = clerk.rows(lines, columns.line, columns.line_columns)
        if line in facts and len(parts) == len(lines.rows):
            document = clerk.document(head, facts[line], parts.values(), index, line)
            found += [] if document is None else [document]
    return found
