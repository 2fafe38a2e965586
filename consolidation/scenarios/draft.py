"""A network, shipments and options while patches are applied to them, with what was changed and what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel

from consolidation.scenarios.model import Where, in_words
from consolidation.scenarios.selecting import Selector
from consolidation.shipments import Shipment
from network.cells import cell_text
from network.columns import Row
from network.errors import Finding
from network.files import RawTable
from network.model import Network
from network.rows import parse_rows
from network.tables import KEYS, TABLES
from solvers.options import SolveOptions

Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Draft:
    """What a scenario has become so far.

    Attributes
    ----------
    shipments : None where none were given: patches on shipments are then left out
    factors : factor of demand by shipment id, of the shipments that some patch selects
    changes : what was changed, in words
    where : where the patch that is applied is written
    """

    network: Network
    shipments: tuple[Shipment, ...] | None
    options: SolveOptions
    where: Where
    factors: dict[str, Decimal] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def select(self) -> Selector:
        """Find rows by the selections of the patch."""
        return Selector(self.network, self.refuse)

    def refuse(self, key: str, value: str, expected: str, maybe: str = "", rule: str = "REFERENCE.UNKNOWN") -> None:
        """Keep a finding about a key of the patch."""
        place = ", ".join(part for part in (self.where.place, key) if part)
        self.findings.append(Finding(self.where.file, self.where.row, place, value, expected, maybe, rule))

    def tell(self, sentence: str) -> None:
        """Keep what was changed."""
        self.changes.append(sentence)

    def put(self, table: str, rows: Iterable[Row]) -> None:
        """Replace a table of the network."""
        self.network = self.network.replace(**{table: tuple(rows)})

    def edit(self, table: str, chosen: Sequence[Row], made: Callable[[Any], Sequence[Row] | None]) -> int:
        """Replace each chosen row of a table by what `made` returns, which may be several rows or none.

        Parameters
        ----------
        made : returns the rows in its place, or None to leave it as it is

        Returns
        -------
        int
            Number of rows that `made` returned something for.
        """
        meant = {id(row) for row in chosen}
        rows: list[Row] = []
        count = 0
        for row in getattr(self.network, table):
            new = made(row) if id(row) in meant else None
            rows += [row] if new is None else new
            count += new is not None
        if count:
            self.put(table, rows)
        return count

    def changed(self, row: Model, values: Mapping[str, Any], key: str) -> Model | None:
        """Return a row with other values in some columns; None, with findings, if it is wrong.

        Parameters
        ----------
        key : key of the patch that the values come from
        """
        return self.built(type(row), {**dict(row), **values}, key, f", at {name_of(row) or 'network.toml'}")

    def built(self, model: type[Model], values: Mapping[str, Any], key: str, of: str = "") -> Model | None:
        """Return a row of some values, checked as if it was read from a file; None, with findings, if it is wrong.

        Parameters
        ----------
        of : what the row is, as it follows what was expected
        """
        cells = {column: cell_text(value) for column, value in values.items()}
        rows, _, findings = parse_rows(RawTable(self.where.file, list(cells), [cells], [0]), model)
        for found in findings:
            place = f"{key}.{found.field}" if key in COLUMNS and found.field else key
            self.refuse(place, found.value, f"{found.expected}{of}", found.maybe, found.rule)
        return rows[0] if rows else None


COLUMNS = ("lane", "departure", "values")
"""Keys of patches that hold columns of a table by name."""
_KEYS: dict[type[BaseModel], tuple[str, ...]] = {TABLES[table]: columns for table, columns in KEYS.items()}


def name_of(row: BaseModel) -> str:
    """Return the id of a row: the values of its key columns, joined by /; empty where it has none."""
    if isinstance(row, Shipment):
        return row.shipment_id
    return "/".join(cell_text(getattr(row, column)) for column in _KEYS.get(type(row), ()))


def rows_in_words(rows: Iterable[BaseModel], what: str) -> str:
    """Return a count of rows with the first of their ids."""
    return in_words([name_of(row) for row in rows], what)
