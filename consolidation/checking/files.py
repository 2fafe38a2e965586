"""The files of a plan folder: there, readable, and saying the same as plan.json."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import chain, zip_longest
from pathlib import Path

from consolidation.checking.result import Violation, violation
from consolidation.folder import CERTIFICATE, PLAN, TABLE_FILES, cells
from consolidation.plan_model import Plan

REQUIRED = (PLAN, CERTIFICATE, *TABLE_FILES)
"""Files without which a folder is no plan."""
_MOST_CELLS = 20


def present(folder: Path) -> Iterator[Violation]:
    """Yield a violation for each required file that is not there."""
    for name in REQUIRED:
        if not (folder / name).is_file():
            yield violation("FILE.MISSING", name, "file of the plan folder", "none", "a file")


def certificate(folder: Path, plan: Plan) -> Iterator[Violation]:
    """Yield violations where certificate.json differs from the certificate in plan.json (it adds only seconds)."""
    path = folder / CERTIFICATE
    if not path.is_file():
        return
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        yield violation("FILE.MALFORMED", path.name, "content", str(error), "JSON")
        return
    if not isinstance(stated, dict):
        yield violation("FILE.MALFORMED", path.name, "content", type(stated).__name__, "an object")
        return
    expected = plan.certificate.model_dump(mode="json")
    seconds = stated.pop("seconds", None)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not seconds >= 0:
        yield violation("CERTIFICATE.SECONDS", path.name, "seconds", seconds, "a duration")
    for name in dict.fromkeys([*expected, *stated]):
        found, wanted = stated.get(name, "nothing"), expected.get(name, "nothing")
        if found != wanted or isinstance(found, bool) != isinstance(wanted, bool):
            yield violation("CERTIFICATE.DIFFERS", path.name, name, found, f"{wanted}, as in plan.json")


def projections(folder: Path, plan: Plan) -> Iterator[Violation]:
    """Yield violations for each cell of a CSV file that differs from plan.json."""
    for name, (columns, rows) in cells(plan).items():
        path = folder / name
        if path.is_file():
            yield from _compare(path, columns, rows)


def _compare(path: Path, columns: list[str], rows: Iterator[list[str]]) -> Iterator[Violation]:
    shown, lengths = 0, [0, 0]
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            pairs = zip_longest(csv.reader(stream), chain([columns], rows))
            for number, (found, wanted) in enumerate(pairs, start=1):
                lengths[0] += found is not None
                lengths[1] += wanted is not None
                if found == wanted or found is None or wanted is None:
                    continue
                for column, (cell, value) in enumerate(zip_longest(found, wanted, fillvalue="")):
                    if cell != value and not _same_number(cell, value):
                        shown += 1
                        what = columns[column] if column < len(columns) else f"column {column + 1}"
                        if shown <= _MOST_CELLS:
                            yield violation("CSV.DIFFERS", f"{path.name}, row {number}", what, cell, value)
    except (UnicodeDecodeError, csv.Error) as error:
        yield violation("FILE.MALFORMED", path.name, "content", str(error), "CSV in UTF-8")
        return
    if lengths[0] != lengths[1]:
        yield violation("CSV.DIFFERS", path.name, "rows", lengths[0] - 1, lengths[1] - 1)
    if shown > _MOST_CELLS:
        yield violation("CSV.DIFFERS", path.name, "further cells that differ", shown - _MOST_CELLS, 0)


def _same_number(cell: str, value: str) -> bool:
    try:
        return Decimal(cell) == Decimal(value)
    except InvalidOperation:
        return False
