"""Golden cases as they stand in the TOML files of this folder: read, completed by their shared sets, typed.

Numbers are read as decimals, exactly as written. Nothing is computed here.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

FOLDER = Path(__file__).parent
COMMON = "common.toml"
"""The file whose sets every other file may use."""
Row = dict[str, Any]
Part = TypeVar("Part")
LISTS = ("charges", "duties", "equipment")
"""Parts of a case that add up with those of the sets it uses."""
TABLES = ("regime", "receiving", "planning", "fx", "tables")
"""Parts of a case that are completed by those of the sets it uses."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What every case says about itself.

    Attributes
    ----------
    source : the publication or the tariff that the rule is from
    working : how the amounts were worked out, every step
    engine_is_wrong : why the engine does not agree yet; blank for a case that must pass
    """

    id: str
    title: str
    source: str
    working: str
    file: str
    engine_is_wrong: str = ""


@dataclass(frozen=True)
class Point:
    """One quantity of a charge and what it costs."""

    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Card(Case):
    """One charge, and what some quantities of it cost.

    Attributes
    ----------
    charge : columns of the charges table
    fx : plan currency per unit of the charge's currency
    """

    charge: Row
    points: tuple[Point, ...]
    fx: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Way:
    """The one way of a journey's network; days are local, distances by road in km.

    Attributes
    ----------
    departs, arrives : days of ETD and ETA; of a courier, the days of collection and delivery
    alone : the seller buys the space itself
    equipment, trucks : equipment offered on the lane and on the final leg
    collection_km : 0 when the seller delivers to the origin warehouse
    other_fcs : FCs besides FC, with their distance from the centre in km, on its side
    pod_dwell_days, pod_dwell_sd_days : mean and spread of the days at the gateway of arrival
    """

    mode: str
    departs: dt.date
    arrives: dt.date
    market: str = "US"
    alone: bool = False
    factor_kg_per_m3: Decimal | None = None
    deemed_freight_per_wm: Decimal = Decimal(0)
    equipment: tuple[str, ...] = ("40HC",)
    trucks: tuple[str, ...] = ()
    currency: str = "USD"
    collection_km: Decimal = Decimal(0)
    origin_km: Decimal = Decimal(30)
    trunk_km: Decimal = Decimal(11000)
    drayage_km: Decimal = Decimal(40)
    final_km: Decimal = Decimal(100)
    pod_dwell_days: Decimal = Decimal(0)
    pod_dwell_sd_days: Decimal = Decimal(0)
    other_fcs: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Journey(Case):
    """Shipments on a network of one way, and the cost lines that their plan must have.

    Attributes
    ----------
    shipments : columns of the shipments file
    charges : columns of the charges table, with `at`: where on the way they are charged; or `row`, the id of a charge
        of the reference network
    duties : columns of the duties table; or `row`
    regime, receiving, planning : columns of these tables that differ from the harness's
    tables : rows of other tables by name
    expected : amount by code, of all shipments together; no other line may be there
    expected_of : the same by shipment, where a case says more than the sum
    totals : what else the plan must say, by name; see `ledger.totals`
    placement : what a split of its only inbound plan over more FCs is estimated to cost: `fee` now, `parts`, `extra_cash`, `extra_time`
    """

    way: Way
    shipments: tuple[Row, ...]
    expected: dict[str, Decimal]
    expected_of: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)
    placement: dict[str, Decimal] = field(default_factory=dict)
    charges: tuple[Row, ...] = ()
    duties: tuple[Row, ...] = ()
    equipment: tuple[Row, ...] = ()
    regime: Row = field(default_factory=dict)
    receiving: Row = field(default_factory=dict)
    planning: Row = field(default_factory=dict)
    fx: dict[str, Decimal] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Comparison(Case):
    """Two journeys of the same goods; the planner, offered both, takes the cheaper.

    Attributes
    ----------
    journeys : ids of the two, the cheaper first
    difference : what the dearer costs more
    """

    journeys: tuple[str, str]
    difference: Decimal


@dataclass(frozen=True, kw_only=True)
class Stock(Case):
    """Goods at an FC that sell at a constant rate, and what storing them is expected to cost.

    Attributes
    ----------
    goods : columns of the shipments file, and `received`, the day from which they are sold
    fees : columns of the table of storage fees; or `row`, the id of a fee of the reference network
    fx : plan currency per unit of other currencies
    expected : amount by month and fee, such as "2026-10 PEAK"
    days_without_rate : days on which no monthly fee is in force
    """

    goods: Row
    fees: tuple[Row, ...]
    expected: dict[str, Decimal]
    fx: dict[str, Decimal] = field(default_factory=dict)
    days_without_rate: int = 0


@dataclass(frozen=True)
class Book:
    """Every case of the folder."""

    cards: tuple[Card, ...]
    journeys: tuple[Journey, ...]
    comparisons: tuple[Comparison, ...]
    stocks: tuple[Stock, ...]

    @property
    def cases(self) -> tuple[Case, ...]:
        """Cases of every kind."""
        return (*self.cards, *self.journeys, *self.comparisons, *self.stocks)

    def journey(self, case_id: str) -> Journey:
        """Return a journey by id."""
        return next(case for case in self.journeys if case.id == case_id)


@cache
def book() -> Book:
    """Return every case of the folder, read once."""
    contents = {path.name: _read(path) for path in sorted(FOLDER.glob("*.toml"))}
    common = contents.pop(COMMON).get("sets", {})
    cards: list[Card] = []
    journeys: list[Journey] = []
    comparisons: list[Comparison] = []
    stocks: list[Stock] = []
    for name, content in contents.items():
        sets = {**common, **content.pop("sets", {})}
        cards += [_card(row, name) for row in content.pop("card", [])]
        journeys += [_journey(row, sets, name) for row in content.pop("journey", [])]
        comparisons += [_comparison(row, name) for row in content.pop("comparison", [])]
        stocks += [_stock(row, name) for row in content.pop("stock", [])]
        if content:
            raise ValueError(f"{name}: {', '.join(content)}: expected card, journey, comparison, stock or sets")
    return Book(tuple(cards), tuple(journeys), tuple(comparisons), tuple(stocks))


def sets() -> dict[str, Row]:
    """Return every set of the folder by file and name."""
    files = {path.name: _read(path).get("sets", {}) for path in sorted(FOLDER.glob("*.toml"))}
    return {f"{file}: {name}": content for file, known in files.items() for name, content in known.items()}


def _read(path: Path) -> Row:
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def _card(row: Row, file: str) -> Card:
    points = tuple(Point(Decimal(point["quantity"]), Decimal(point["amount"])) for point in row["points"])
    fx = Decimal(row.get("fx", 1))
    return _made(Card, {**row, "points": points, "fx": fx, "file": file})


def _comparison(row: Row, file: str) -> Comparison:
    cheaper, dearer = row["journeys"]
    return _made(Comparison, {**row, "journeys": (cheaper, dearer), "file": file})


def _stock(row: Row, file: str) -> Stock:
    amounts = {name: _amounts(row.get(name, {})) for name in ("expected", "fx")}
    return _made(Stock, {**row, **amounts, "fees": tuple(row["fees"]), "file": file})


def _journey(row: Row, known: Mapping[str, Row], file: str) -> Journey:
    row = dict(row)
    used = [known[name] for name in row.pop("use", [])]
    for part in LISTS:
        row[part] = tuple(item for content in (*used, row) for item in content.get(part, ()))
    for part in TABLES:
        row[part] = {key: value for content in (*used, row) for key, value in content.get(part, {}).items()}
    way = {key: value for content in (*used, row) for key, value in content.get("way", {}).items()}
    return _made(
        Journey,
        {
            **row,
            "way": _made(
                Way, {name: tuple(value) if isinstance(value, list) else value for name, value in way.items()}
            ),
            "shipments": tuple(copied for shipment in row["shipments"] for copied in _copies(shipment)),
            "expected": _amounts(row["expected"]),
            "expected_of": {name: _amounts(lines) for name, lines in row.get("expected_of", {}).items()},
            "totals": _amounts(row.get("totals", {})),
            "placement": _amounts(row.get("placement", {})),
            "fx": _amounts(row["fx"]),
            "file": file,
        },
    )


def _copies(shipment: Row) -> Iterator[Row]:
    """Yield a shipment, or as many as `copies` says, each with an id and an importer of its own unless one is given."""
    shipment = dict(shipment)
    count = shipment.pop("copies", 0)
    if not count:
        yield shipment
    for number in range(1, count + 1):
        yield {**shipment, "shipment_id": f"{shipment['shipment_id']}-{number:02d}"}


def _amounts(rows: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in rows.items()}


def _made(kind: type[Part], row: Mapping[str, Any]) -> Part:
    """Return a part of a case; a key it does not know is an error that names the case."""
    unknown = set(row) - {known.name for known in fields(kind)}  # type: ignore[arg-type]
    if unknown:
        raise ValueError(f"{row.get('file', '')} {row.get('id', '')}: unknown {', '.join(sorted(unknown))}")
    return kind(**row)
