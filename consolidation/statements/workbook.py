"""Statements as an Excel workbook: the rows of the CSV files, dressed for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from consolidation.statements.tables import Column, Kind, Table, text
from network.workbook import CREATED

_FORMATS: dict[Kind, str] = {
    "text": "@", "yes_no": "@", "date": "yyyy-mm-dd", "money": "#,##0.00", "own_money": "#,##0.00", "ratio": "#,##0.0000",
    "percent": "0.0", "quantity": "General", "count": "#,##0",
}  # fmt: skip
_WHOLE = "#,##0"
_MOST_ROWS = 1_048_575
"""Rows of one sheet below its headings; a longer table goes on in another sheet."""
_WIDTHS: dict[Kind, int] = {"text": 14, "date": 11, "quantity": 12, "count": 10, "yes_no": 10}
_WIDE = {"itinerary": 44, "reason": 44, "name": 40, "code": 24, "basis": 22, "departure_id": 30, "page": 24}
"""Widths of columns, in characters."""


def write_workbook(tables: dict[str, Table], path: Path, title: str) -> None:
    """Write one sheet per table: frozen and filtered headings with units, numbers and dates as such."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        book.set_properties({"title": title, "created": CREATED})
        head = book.add_format(
            {"bold": True, "bg_color": "#DDE7F0", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        )
        formats = {form: book.add_format({"num_format": form}) for form in {*_FORMATS.values(), _WHOLE}}
        for table in tables.values():
            rows = iter(table.rows)
            for number in count(1):
                name = table.title if number == 1 else f"{table.title} {number}"
                _add(book.add_worksheet(name), table.columns, islice(rows, _MOST_ROWS), head, formats)
                if (following := next(rows, None)) is None:
                    break
                rows = chain([following], rows)


def _add(sheet: Any, columns: Sequence[Column], rows: Iterable[object], head: Any, formats: dict[str, Any]) -> None:
    frozen = 1 + any(column.name == "shipment_id" for column in columns)
    sheet.freeze_panes(1, frozen)
    sheet.set_row(0, 48)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    for position, column in enumerate(columns):
        width = _WIDE.get(column.name, _WIDTHS.get(column.kind, 13))
        sheet.set_column(position, position, width, formats[_FORMATS[column.kind]])
        sheet.write_string(0, position, _heading(column), head)
    line = 0
    for line, row in enumerate(rows, 1):
        for position, column in enumerate(columns):
            _write(sheet, line, position, column.kind, column.of(row), formats)
    sheet.autofilter(0, 0, line, len(columns) - 1)


def _heading(column: Column) -> str:
    return f"{column.title} ({column.unit})" if column.unit else column.title


def _write(sheet: Any, line: int, position: int, kind: Kind, value: Any, formats: dict[str, Any]) -> None:
    if value is None:
        return
    form = formats[_FORMATS[kind]]
    if kind in ("text", "yes_no"):
        sheet.write_string(line, position, text(kind, value), form)
    elif kind == "date":
        sheet.write_datetime(line, position, dt.date.fromisoformat(value), form)
    else:
        whole = kind == "own_money" and value == value.to_integral_value() and value.as_tuple().exponent == 0
        sheet.write_number(line, position, value, formats[_WHOLE] if whole else form)
