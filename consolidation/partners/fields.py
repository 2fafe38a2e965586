"""The columns of documents in tables: what they are called, what they hold, and how a value becomes a cell and back."""

from __future__ import annotations

import datetime as dt
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel

from consolidation.partners.header import FileHeader
from consolidation.partners.model import KINDS
from consolidation.partners.parts import Part
from network.cells import canonical_text, guarded, unguarded
from network.rows import base_type, unit_of

CellType = Literal["text", "number", "count", "date", "yes_no"]
_TYPES: dict[Any, CellType] = {Decimal: "number", int: "count", dt.date: "date", bool: "yes_no"}
_UNIT_IN_NAME = re.compile(r"_(m3|kg|cm)$|^(late_)?days$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of documents."""

    name: str
    type: CellType
    unit: str

    @property
    def heading(self) -> str:
        """Name, and the unit where the name does not say it."""
        return f"{self.name} ({self.unit})" if self.unit and not _UNIT_IN_NAME.search(self.name) else self.name

    def text(self, value: Any) -> str:
        """Return a value as text for a cell: guarded where a spreadsheet would compute it, blank for None."""
        return guarded(value) if self.type == "text" else canonical_text(value)

    def plain(self, cell: str) -> str:
        """Return the text of a cell without its guard."""
        return unguarded(cell) if self.type == "text" else cell


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind of document: those of the head, of the facts and of a line."""

    facts: type[Part]
    line: type[Part]
    head_columns: tuple[Column, ...]
    facts_columns: tuple[Column, ...]
    line_columns: tuple[Column, ...]


@cache
def layout(kind: str) -> Layout:
    """Return the layout of a kind of document."""
    hints = typing.get_type_hints(KINDS[kind])
    facts: type[Part] = typing.get_args(hints["facts"])[0]
    line: type[Part] = typing.get_args(hints["lines"])[0]
    return Layout(facts, line, columns(FileHeader), columns(facts), columns(line))


def columns(model: type[BaseModel]) -> tuple[Column, ...]:
    """Return the columns of a model, in its order."""
    return tuple(
        Column(name, _TYPES.get(base_type(info.annotation), "text"), unit_of(info))
        for name, info in model.model_fields.items()
    )


def texts(columns: tuple[Column, ...], part: BaseModel | None) -> list[str]:
    """Return the cells of a part; blank ones for a part that is not there."""
    if part is None:
        return [""] * len(columns)
    values: Mapping[str, Any] = vars(part)
    return [column.text(values[column.name]) for column in columns]
