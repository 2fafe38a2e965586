"""From a table of text to validated rows, with one finding in plain words for everything that is wrong.

Numbers, dates and yes/no cells are checked on the distinct texts of a column first: dates only as YYYY-MM-DD,
numbers only with a decimal point and no separators, so that nothing is read as something else.
"""

from __future__ import annotations

import datetime as dt
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, PydanticUndefined

from network.cells import cell_text, is_date, is_datetime, is_number, is_time, maybe_date, maybe_number
from network.errors import Finding, nearest
from network.files import RawTable

Model = TypeVar("Model", bound=BaseModel)

_PATTERNS = {
    r"^[A-Z]{2}$": "two capital letters such as CN",
    r"^[A-Z]{3}$": "three capital letters such as USD",
    r"^[0-9]*$": "digits only",
    r"^[0-9]{6,10}$": "6 to 10 digits",
    r"^[A-Z][A-Z0-9_.]*$": "capital letters, digits, dots and underscores",
}
_LIMITS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "of at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}


@dataclass(frozen=True, slots=True)
class Alias:
    """Another column that a field may be read from, and how its text becomes the field's text."""

    field: str
    convert: Callable[[str], str] = str


def refuse(field: str, value: object, expected: str, maybe: str = "", rule: str = "VALUE") -> PydanticCustomError:
    """Return the error that a model's validator raises to say exactly what is wrong with one of its fields."""
    context = {"field": field, "value": str(value), "expected": expected, "maybe": maybe, "rule": rule}
    return PydanticCustomError("refused", "expected {expected}", context)


def base_type(annotation: Any) -> Any:
    """Return what a column holds: int, float, Decimal, str, bool, date, datetime, time, tuple or Literal.

    >>> base_type(float | None)
    <class 'float'>
    """
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return base_type(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        kinds = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
        return base_type(kinds[0])
    return origin or annotation


def unit_of(info: FieldInfo) -> str:
    """Return the unit of a field, or an empty string."""
    extra = info.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def choices(annotation: Any) -> tuple[str, ...]:
    """Return the words a Literal column may hold; empty for others."""
    while typing.get_origin(annotation) is not Literal:
        inner = [part for part in typing.get_args(annotation) if part is not type(None)]
        if not inner or typing.get_origin(annotation) is tuple:
            return ()
        annotation = inner[0]
    return tuple(str(word) for word in typing.get_args(annotation))


def _expected(info: FieldInfo) -> str:
    kind = base_type(info.annotation)
    in_unit = f" ({unit_of(info)})" if unit_of(info) else ""
    if kind is int:
        return f"a whole number{in_unit}"
    if kind in (float, Decimal):
        return f"a number{in_unit}"
    return {bool: "yes or no", dt.date: "a date as YYYY-MM-DD", dt.datetime: "a time as YYYY-MM-DDTHH:MM",
            dt.time: "a time as HH:MM"}.get(kind, "a value")  # fmt: skip


def _no_cure(_text: str) -> str:
    return ""


_CHECKS: dict[Any, tuple[Callable[[str], bool], Callable[[str], str], str]] = {
    int: (is_number, maybe_number, "VALUE.NUMBER"),
    float: (is_number, maybe_number, "VALUE.NUMBER"),
    Decimal: (is_number, maybe_number, "VALUE.NUMBER"),
    dt.date: (is_date, maybe_date, "VALUE.DATE"),
    dt.datetime: (is_datetime, maybe_date, "VALUE.DATE"),
    dt.time: (is_time, _no_cure, "VALUE.TIME"),
}


def parse_rows(
    raw: RawTable, model: type[Model], aliases: Mapping[str, Alias] | None = None
) -> tuple[list[Model], list[int], list[Finding]]:
    """Validate every row of a table.

    Parameters
    ----------
    raw : table as read by :func:`network.files.read_raw`
    model : row model; a blank cell means its default
    aliases : other columns that fields may be read from, by column name

    Returns
    -------
    rows : list of model, the valid ones
    lines : list of int, line of each of them
    findings : list of Finding, those of the file first, then columns, then rows by line
    """
    if not raw.columns:
        return [], [], list(raw.findings)
    parser = _Parser(raw, model, aliases or {})
    rows: list[Model] = []
    lines: list[int] = []
    found: list[Finding] = []
    for cells, line in zip(raw.rows, raw.line_numbers, strict=True):
        bad = parser.bad_cells(cells, line)
        found += bad
        values = parser.values(cells, {finding.field for finding in bad})
        try:
            row = model.model_validate(values)
        except ValidationError as error:
            found += parser.refused(error, cells, line, {finding.field for finding in bad})
            continue
        if not bad:
            rows.append(row)
            lines.append(line)
    told = {(finding.row, finding.field) for finding in raw.findings}
    found = [finding for finding in found if (finding.row, finding.field) not in told]
    return rows, lines, [*raw.findings, *parser.column_findings, *found]


class _Parser:
    """What is known about one file before its rows are looked at."""

    def __init__(self, raw: RawTable, model: type[BaseModel], aliases: Mapping[str, Alias]) -> None:
        self._file = raw.file
        self._fields = model.model_fields
        self._written: dict[str, str] = {}
        self._convert: dict[str, Callable[[str], str]] = {}
        self._doubted: set[str] = set()
        self.column_findings = list(self._columns(raw, aliases))
        self._bad = {
            column: bad for name, column in self._written.items() if (bad := self._bad_texts(raw, name, column))
        }

    def _columns(self, raw: RawTable, aliases: Mapping[str, Alias]) -> Iterator[Finding]:
        known = [*self._fields, *aliases]
        absent = [name for name in self._fields if name not in raw.columns]
        for column in dict.fromkeys(raw.columns):
            name = aliases[column].field if column in aliases else column
            if name not in self._fields:
                maybe = nearest(column, absent) or nearest(column, known)
                self._doubted |= {field for field in absent if repr(field) in maybe}
                yield Finding(self._file, raw.header_line, column, column, "a known column", maybe, "COLUMN.UNKNOWN")
            elif name in self._written:
                expected = f"only one of {self._written[name]} and {column}"
                yield Finding(self._file, raw.header_line, column, column, expected, rule="COLUMN.DUPLICATE")
            else:
                self._written[name] = column
                if column in aliases:
                    self._convert[name] = aliases[column].convert
        for name, info in self._fields.items():
            if info.is_required() and name not in self._written:
                if name not in self._doubted:
                    yield Finding(self._file, raw.header_line, name, "no such column", f"a column {name}",
                                  rule="COLUMN.MISSING")  # fmt: skip
                self._doubted.add(name)

    def _bad_texts(self, raw: RawTable, name: str, column: str) -> dict[str, tuple[str, str, str]]:
        info = self._fields[name]
        check = _CHECKS.get(base_type(info.annotation))
        if check is None:
            return {}
        right, maybe, rule = check
        texts = {row[column] for row in raw.rows} - {""}
        return {text: (_expected(info), maybe(text), rule) for text in texts if not right(text)}

    def bad_cells(self, cells: Mapping[str, str], line: int) -> list[Finding]:
        """Return findings of cells whose text is no number, date or time where one is expected."""
        return [
            Finding(self._file, line, column, cells[column], *bad[cells[column]])
            for column, bad in self._bad.items()
            if cells[column] in bad
        ]

    def values(self, cells: Mapping[str, str], bad: set[str]) -> dict[str, str]:
        """Return the texts of one row by field, without blank and bad ones."""
        found = {name: text for name, column in self._written.items() if (text := cells[column]) and column not in bad}
        for name, convert in self._convert.items():
            if name in found:
                found[name] = convert(found[name])
        return found

    def refused(self, error: ValidationError, cells: Mapping[str, str], line: int, bad: set[str]) -> Iterator[Finding]:
        """Return one finding for each fault of one row that was not found before."""
        for detail in error.errors(include_url=False):
            name = str(detail["loc"][0]) if detail["loc"] else ""
            column = self._written.get(name, name)
            if column in bad or name in self._doubted:
                continue
            context = detail.get("ctx", {})
            if detail["type"] == "refused":
                field = self._written.get(context["field"], context["field"])
                if not field or field not in bad:
                    yield Finding(self._file, line, field, context["value"], context["expected"], context["maybe"],
                                  context["rule"])  # fmt: skip
                continue
            if not name and bad:
                continue
            expected, maybe = self._plain(name, detail["type"], context, detail["msg"], cells.get(column, ""))
            yield Finding(self._file, line, column, cells.get(column, ""), expected, maybe)

    def _plain(self, name: str, kind: str, context: Mapping[str, Any], message: str, text: str) -> tuple[str, str]:
        info = self._fields.get(name)
        if info is None:
            return message.removeprefix("Value error, "), ""
        if kind in _LIMITS:
            key, words = _LIMITS[kind]
            return f"{_expected(info).split(' (')[0]} {words} {cell_text(context[key])}{_in_unit(info)}", ""
        if kind == "literal_error":
            words_known = choices(info.annotation)
            return f"one of {', '.join(words_known)}", nearest(text, words_known)
        if kind == "string_pattern_mismatch":
            return _PATTERNS.get(context["pattern"], f"text like {context['pattern']}"), _capitals(text, context)
        if kind == "string_too_long":
            return f"at most {context['max_length']} characters", ""
        if kind in ("missing", "string_too_short"):
            return ("a value" if _expected(info) == "a value" else _expected(info)), ""
        if kind in ("int_parsing", "int_from_float", "bool_parsing"):
            return _expected(info), ""
        return message.removeprefix("Value error, "), ""


def _in_unit(info: FieldInfo) -> str:
    return f" {unit_of(info)}" if unit_of(info) else ""


def _capitals(text: str, context: Mapping[str, Any]) -> str:
    return repr(text.upper()) if re.fullmatch(context["pattern"], text.upper()) else ""


def default_of(info: FieldInfo) -> Any:
    """Return the default of a field; None when there is none."""
    return None if info.default is PydanticUndefined else info.default
