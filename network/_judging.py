"""What the rules between rows share: where a row was written, and findings that name it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from network.cells import cell_text
from network.columns import Row
from network.errors import Finding, nearest
from network.model import Network


@dataclass(frozen=True)
class Written:
    """Where the rows of a table were written.

    Attributes
    ----------
    file : str
        Name shown in findings.
    lines : sequence of int
        Line of each row of the network's table.
    texts : mapping of column to set of str
        Every text written in a column, of refused rows too, so that one fault is not reported twice; a column
        that could not be read is absent, and what refers to it is not judged.
    refused : sequence of (line, cells)
        Rows that are wrong in themselves; what they refer to is judged all the same.
    """

    file: str
    lines: Sequence[int]
    texts: Mapping[str, frozenset[str]]
    refused: Sequence[tuple[int, Mapping[str, str]]] = ()


class Judge:
    """Base of the rules: rows, where they were written, and the shape of findings.

    Parameters
    ----------
    network : Network
    written : file and lines by table
    """

    def __init__(self, network: Network, written: Mapping[str, Written]) -> None:
        self._network = network
        self._written = written

    def _rows(self, table: str) -> tuple[Any, ...]:
        rows: tuple[Row, ...] = getattr(self._network, table)
        return rows

    def _file(self, table: str) -> str:
        return self._written[table].file if table in self._written else f"{table}.csv"

    def _line(self, table: str, position: int) -> int:
        return self._written[table].lines[position] if table in self._written else position + 2

    def _finding(
        self, at: tuple[str, int, str], value: object, expected: str, maybe: str = "", rule: str = ""
    ) -> Finding:
        table, position, column = at
        return Finding(self._file(table), self._line(table, position), column, cell_text(value), expected, maybe, rule)

    def _known(self, target: str) -> set[str]:
        table, column = target.split(".")
        texts = self._written[table].texts.get(column, frozenset()) if table in self._written else frozenset()
        return {getattr(row, column) for row in self._rows(table)} | (texts - {""})

    def _readable(self, target: str) -> bool:
        table, column = target.split(".")
        return table not in self._written or column in self._written[table].texts

    def _unknown(self, at: tuple[str, int, str], value: str, known: Iterable[str], what: str) -> Iterator[Finding]:
        if value not in known:
            yield self._finding(at, value, what, nearest(value, known), "REFERENCE.UNKNOWN")
