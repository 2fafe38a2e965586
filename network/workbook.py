"""Sheets of Excel workbooks that say what their columns mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from network.catalogue import NUMERIC, FieldInfo
from network.cells import cell_text

CREATED = dt.datetime(2000, 1, 1)
"""Creation time written into every workbook, so that equal content gives equal files."""
_WIDEST = 40


def describe(info: FieldInfo) -> str:
    """Return what a column means in one sentence: type, unit, whether it is required, meaning."""
    unit = f" ({info.unit})" if info.unit else ""
    need = "required" if info.required else f"default {info.default}" if info.default else "optional"
    return f"{info.type}{unit}, {need}" + (f"; {info.description}" if info.description else "")


class Sheets:
    """Sheets with a frozen header, the meaning of each column as a comment and text kept as text.

    Parameters
    ----------
    book : xlsxwriter.Workbook
    """

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "bg_color": "#DDE7F0", "bottom": 1})
        self._text = book.add_format({"num_format": "@"})
        self._date = book.add_format({"num_format": "yyyy-mm-dd"})

    def add(self, name: str, infos: list[FieldInfo], rows: Iterable[list[Any]]) -> None:
        """Add a sheet with one column per field and one line per row."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, info in enumerate(infos):
            sheet.write_string(0, column, info.column, self._head)
            sheet.write_comment(0, column, describe(info), {"x_scale": 2})
            cells = {"date": self._date, "number": None, "whole number": None}.get(info.type, self._text)
            sheet.set_column(column, column, min(_WIDEST, max(10, len(info.column) + 2)), cells)
        for line, values in enumerate(rows, 1):
            for column, value in enumerate(values):
                self._write(sheet, line, column, value)

    def add_settings(self, name: str, settings: list[tuple[FieldInfo, Any]]) -> None:
        """Add a sheet of keys and values."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, (title, width) in enumerate((("key", 28), ("value", 28), ("unit", 24), ("description", 80))):
            sheet.write_string(0, column, title, self._head)
            sheet.set_column(column, column, width)
        for line, (info, value) in enumerate(settings, 1):
            sheet.write_string(line, 0, info.column)
            self._write(sheet, line, 1, value)
            sheet.write_string(line, 2, info.unit)
            sheet.write_string(line, 3, info.description if info.type in NUMERIC else describe(info))

    def _write(self, sheet: Any, line: int, column: int, value: Any) -> None:
        text = cell_text(value)
        if not text:
            return
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and _survives(value):
            sheet.write_number(line, column, value)
        elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            sheet.write_datetime(line, column, value, self._date)
        else:
            sheet.write_string(line, column, text, self._text)


def _survives(value: float | Decimal) -> bool:
    """Return whether a number is the same after a trip through Excel's 16 digits."""
    written = f"{float(value):.16G}"
    return Decimal(cell_text(float(written))) == Decimal(cell_text(value))
