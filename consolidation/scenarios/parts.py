"""What the patches are made of: numbers and words as TOML writes them, selections of rows, spans of days, changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from network.cells import cell_text
from network.columns import Mode, PlaceKind
from network.rows import refuse


class Part(BaseModel):
    """A part of a scenario file: unknown keys are errors, a text is no number, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _number(value: object) -> object:
    """Return whole numbers and floats as the decimals they are written as."""
    exact = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Decimal(str(value)) if exact else value


def _several(value: object) -> object:
    """Return one word as a tuple of it, and a list as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def as_ids(value: object) -> object:
    """Return ids alone as a selection by ids."""
    return {"ids": value} if isinstance(value, (str, list, tuple)) else value


Number = Annotated[Decimal, BeforeValidator(_number, json_schema_input_type=float)]
_WORDS_INPUT: Any = str | list[str]
Words = Annotated[tuple[str, ...], BeforeValidator(_several, json_schema_input_type=_WORDS_INPUT)]


def _cell(value: object) -> object:
    """Return a value that one cell of a table can hold; lists are lists of words or numbers."""
    if isinstance(value, (list, tuple)) and all(isinstance(part, (str, int, Decimal)) for part in value):
        return tuple(cell_text(part) for part in value)
    if isinstance(value, (str, bool, int, float, Decimal, dt.date, dt.time)):
        return _number(value)
    raise refuse(
        "", f"a {'table' if isinstance(value, dict) else 'list'}", "a text, number, yes/no, date or list of texts"
    )


_CELL_INPUT: Any = str | bool | float | list[str]
Values = dict[str, Annotated[Any, PlainValidator(_cell, json_schema_input_type=_CELL_INPUT)]]
"""Columns of a table with what they are to hold; lists are lists, not texts with ; between."""
Trades = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}-\S+$")], ...],
    BeforeValidator(_several, json_schema_input_type=_WORDS_INPUT),
]


def ids() -> Any:
    """Return the field of a selection by id."""
    return Field((), description="ids; * stands for any letters")


def _by(what: str) -> Any:
    return Field((), description=what)


_MODES_INPUT: Any = Mode | list[Mode]
_KINDS_INPUT: Any = PlaceKind | list[PlaceKind]
_MARKETS = "markets that are reached (places.market)"
_TRADES = "country of origin and market, such as CN-US"


class Selection(Part):
    """Rows that a patch is for: of every key one of its words, and all keys that are there."""

    ids: Words = ids()

    @model_validator(mode="after")
    def _some_key(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise refuse("", "no key", f"one of {', '.join(type(self).model_fields)}", 'ids = "*" for all rows')
        return self


class Lanes(Selection):
    """Lanes by id, mode, trade and market."""

    modes: Annotated[tuple[Mode, ...], BeforeValidator(_several, json_schema_input_type=_MODES_INPUT)] = _by("modes")
    trades: Trades = _by(_TRADES)
    markets: Words = _by(_MARKETS)


class Departures(Lanes):
    """Rows of the departures table by id, and by their lane's id, mode, trade and market."""

    lanes: Words = _by("lane ids; * stands for any letters")


class Places(Selection):
    """Places by id, kind, country and market."""

    kinds: Annotated[tuple[PlaceKind, ...], BeforeValidator(_several, json_schema_input_type=_KINDS_INPUT)] = _by(
        "kinds of places"
    )
    countries: Words = _by("countries")
    markets: Words = _by("markets of FCs, and markets served from here")


class Fcs(Selection):
    """FCs by id and market."""

    markets: Words = _by("markets")


class Charges(Lanes):
    """Charges by id, tariff, code and category; or those of the freight tariffs of lanes and couriers, by what these are."""

    tariffs: Words = _by("tariffs; * stands for any letters")
    codes: Words = _by("codes such as TRUNK.OCEAN; * stands for any letters")
    categories: Words = _by("categories such as trunk")
    lanes: Words = _by("lane or courier ids; * stands for any letters")


class Duties(Selection):
    """Rows of the duties table by id, layer, schedule and country where goods were made."""

    layers: Words = _by("layers such as US.S301; * stands for any letters")
    schedules: Words = _by("schedules such as US")
    countries: Words = _by("rows that name one of these countries of origin")


class Goods(Selection):
    """Shipments by id, seller, trade, market, FC, cargo class and ready date."""

    sellers: Words = _by("seller ids; * stands for any letters")
    trades: Trades = _by(_TRADES)
    markets: Words = _by("markets of the FC they are for")
    fcs: Words = _by("FC ids; * stands for any letters")
    classes: Words = _by("cargo classes")
    ready_from: dt.date | None = Field(None, description="ready on this day or later")
    ready_to: dt.date | None = Field(None, description="ready on this day or earlier")


class Dated(Part):
    """A patch that may hold for a span of days only."""

    first_day: dt.date | None = Field(None, description="from this day on; blank: from ever")
    last_day: dt.date | None = Field(None, description="up to this day, included; blank: for ever")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise refuse("last_day", self.last_day, f"a day from first_day {self.first_day} on", rule="VALUE.ORDER")
        return self

    @property
    def days_in_words(self) -> str:
        """The span as it follows a sentence; empty for ever."""
        first = f" from {self.first_day}" if self.first_day else ""
        return first + (f" up to {self.last_day}" if self.last_day else "")


_LIMITS = {"gt": "exclusiveMinimum", "ge": "minimum", "le": "maximum"}


def quantity(unit: str, description: str = "", default: Any = None, **limits: Any) -> Any:
    """Return the field of a number with its unit and limits, both of them in the published schema too."""
    extra: Any = {"unit": unit, **{_LIMITS[name]: value for name, value in limits.items()}}
    return Field(default, description=description, json_schema_extra=extra, **limits)


@dataclass(frozen=True, slots=True)
class Change:
    """How a number changes: to a value, by an amount, by a percentage, or to no limit."""

    to: Decimal | None = None
    add: Decimal | None = None
    percent: Decimal | None = None
    unit: str = ""

    def of(self, number: Decimal | float) -> Decimal:
        """Return what becomes of a number, exactly."""
        before = number if isinstance(number, Decimal) else Decimal(str(number))
        if self.to is not None:
            return self.to
        if self.add is not None:
            return before + self.add
        return before if self.percent is None else before * (100 + self.percent) / 100

    @property
    def needs_number(self) -> bool:
        """Whether there must be a number before."""
        return self.add is not None or self.percent is not None

    def __str__(self) -> str:
        for number, unit in ((self.add, self.unit), (self.percent, "%")):
            if number is not None:
                return f"by {'+' if number >= 0 else ''}{_measured(number, unit)}"
        return "to no limit" if self.to is None else f"to {_measured(self.to, self.unit)}"


def _measured(number: Decimal, unit: str) -> str:
    return f"{cell_text(number)} {unit}{'s' if unit == 'day' and abs(number) != 1 else ''}".rstrip()


class Changing(Part):
    """A patch that changes a number in exactly one of several ways."""

    TO: ClassVar[str] = ""
    ADD: ClassVar[str] = ""
    percent: Number | None = quantity("%", "change: 20 is a fifth more, -20 a fifth less", ge=-100, le=10_000)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [name for name in (self.TO, self.ADD, "percent", "unlimited") if name in type(self).model_fields]
        stated = [name for name in ways if getattr(self, name) is not None and getattr(self, name) is not False]
        if len(stated) != 1:
            found = " and ".join(stated) or "none of them"
            raise refuse(stated[-1] if stated else "", found, f"exactly one of {', '.join(ways)}")
        return self

    @property
    def change(self) -> Change:
        """The change as stated."""
        extra = type(self).model_fields[self.TO].json_schema_extra
        unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
        return Change(getattr(self, self.TO), getattr(self, self.ADD) if self.ADD else None, self.percent, unit)

    @property
    def stated(self) -> str:
        """The key that says how the number changes."""
        ways = (self.TO, self.ADD, "percent")
        return next((name for name in ways if name and getattr(self, name) is not None), "unlimited")
