"""The files of a plan folder: there, readable, and saying the same as plan.json."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from pathlib import Path

import pandas as pd

from consolidation.checking.result import Violation, violation
from consolidation.folder import CERTIFICATE, PLAN, TABLE_FILES, tables
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
    for name, frame in tables(plan).items():
        path = folder / name
        if path.is_file():
            yield from _compare(path, frame)


def _compare(path: Path, frame: pd.DataFrame) -> Iterator[Violation]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            stated = list(csv.reader(stream))
    except (UnicodeDecodeError, csv.Error) as error:
        yield violation("FILE.MALFORMED", path.name, "content", str(error), "CSV in UTF-8")
        return
    expected = list(csv.reader(io.StringIO(frame.to_csv(index=False))))
    header = expected[0] if expected else []
    if len(stated) != len(expected):
        yield violation("CSV.DIFFERS", path.name, "rows", len(stated) - 1, len(expected) - 1)
    shown = 0
    for number, (found, wanted) in enumerate(zip(stated, expected, strict=False), start=1):
        for column, (cell, value) in enumerate(zip_longest(found, wanted, fillvalue="")):
            if cell != value and not _same_number(cell, value):
                shown += 1
                what = header[column] if column < len(header) else f"column {column + 1}"
                if shown <= _MOST_CELLS:
                    yield violation("CSV.DIFFERS", f"{path.name}, row {number}", what, cell, value)
    if shown > _MOST_CELLS:
        yield violation("CSV.DIFFERS", path.name, "further cells that differ", shown - _MOST_CELLS, 0)


def _same_number(cell: str, value: str) -> bool:
    try:
        return Decimal(cell) == Decimal(value)
    except InvalidOperation:
        return False
