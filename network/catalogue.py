"""The field catalogue: every column of every table with its type, unit, default and meaning, made from the models."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel
from pydantic.fields import FieldInfo as _Field

from network.cells import cell_text
from network.charges import BASES
from network.columns import Breaks, Sourced
from network.planning import Header, Planning
from network.rows import base_type, choices, default_of, unit_of
from network.tables import TABLES

_WORDS = {
    int: "whole number", float: "number", Decimal: "number", str: "text", bool: "yes/no", dt.date: "date",
    dt.datetime: "local date and time", dt.time: "local time", tuple: "texts separated by ;",
}  # fmt: skip
NUMERIC = ("number", "whole number")
"""Types of columns that must have a unit."""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One column: where it is, what it holds, in which unit, whether it must be there and what blank means."""

    table: str
    column: str
    type: str
    unit: str
    required: bool
    default: str
    description: str


def fields(further: Mapping[str, type[BaseModel]] | None = None) -> list[FieldInfo]:
    """Return every field of network.toml and of the tables, in the order they are written.

    Parameters
    ----------
    further : more tables by name, such as ``{"shipments": Shipment}``
    """
    models: dict[str, type[BaseModel]] = {"network": Header, "planning": Planning, **TABLES, **(further or {})}
    return [
        _row(table, column, model.model_fields[column]) for table, model in models.items() for column in columns(model)
    ]


def columns(model: type[BaseModel]) -> list[str]:
    """Return the columns of a row model in the order they are written: where a row is from comes last."""
    last = list(Sourced.model_fields) if issubclass(model, Sourced) else []
    return [name for name in model.model_fields if name not in last] + last


def _row(table: str, column: str, info: _Field) -> FieldInfo:
    return FieldInfo(
        table,
        column,
        _type(column, info),
        unit_of(info),
        info.is_required(),
        cell_text(default_of(info)),
        info.description or "",
    )


def _type(column: str, info: _Field) -> str:
    words = choices(info.annotation)
    if words:
        return "one of " + ", ".join(words)
    if column == "basis":
        return "one of " + ", ".join(BASES)
    if info.annotation == Breaks.__origin__:  # type: ignore[attr-defined]
        return "from:rate pairs separated by ;"
    return _WORDS[base_type(info.annotation)]
