"""Files of confirmations: CSV, Excel and JSON with one row per confirmation, and IFCSUM answers of partners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from consolidation.events.model import Confirmation
from network.errors import Finding, InputError
from network.files import RawTable, read_raw, read_sheets
from network.rows import parse_rows

SHEET = "confirmations"
"""Sheet of a workbook, or list of a JSON file, that is read; a workbook without it is read from its first sheet."""
_MARKS = frozenset({"kind", "subject_id", "time"})
"""Columns of which a table of confirmations has at least one, however badly it is written."""
_EXCEL = (".xlsx", ".xlsm", ".xls", ".ods")
_EDIFACT = (".edi", ".edifact", ".ifcsum")
_TEXT = (".csv", ".txt", ".tsv", ".json")


@dataclass(frozen=True, slots=True)
class Row:
    """One confirmation and where it was read: line or row of the file, of JSON the position in its list, of IFCSUM
    the segment."""

    confirmation: Confirmation
    number: int | None


Reader = Callable[[Path], tuple[list[Row], list[Finding]]]
"""Gives the rows that are right in themselves, and everything that is wrong with the file."""


def read_confirmations(path: str | Path) -> tuple[list[Row], list[Finding]]:
    """Read a file of confirmations by the reader of its suffix; faults are collected, never raised.

    Parameters
    ----------
    path : file with one of the suffixes of :data:`READERS`

    Returns
    -------
    rows : list of Row, those that are right in themselves, in the order of the file
    findings : list of Finding, everything that is wrong with the file and its rows
    """
    path = Path(path)
    suffix = path.suffix.lower()
    reader = READERS.get(suffix)
    if reader is None and path.is_file():
        expected = f"a file of one of the kinds {', '.join(READERS)}"
        return [], [Finding(path.name, None, "", suffix or "no suffix", expected, rule="FILE.FORMAT")]
    rows, findings = (reader or _read_text)(path)
    if not rows and not findings:
        findings = [Finding(path.name, None, "", "no rows", "at least one confirmation", rule="TABLE.EMPTY")]
    return rows, findings


def _read_text(path: Path) -> tuple[list[Row], list[Finding]]:
    return _rows(read_raw(path, SHEET))


def _read_excel(path: Path) -> tuple[list[Row], list[Finding]]:
    if not path.is_file():
        return _read_text(path)
    sheets = read_sheets(path)
    return _rows(sheets[SHEET] if SHEET in sheets else next(iter(sheets.values())))


def _rows(raw: RawTable) -> tuple[list[Row], list[Finding]]:
    if raw.columns and not _MARKS & set(raw.columns):
        return [], [*raw.findings, _other_table(raw)]
    found, lines, findings = parse_rows(raw, Confirmation)
    return [Row(each, line) for each, line in zip(found, lines, strict=True)], findings


def _other_table(raw: RawTable) -> Finding:
    """Return what is said of a table of something else, in place of everything that confirmations do not have."""
    shown = ", ".join(raw.columns[:3]) + (", ..." if len(raw.columns) > 3 else "")
    maybe = (
        "it is a file that was sent to a partner, not its answer" if {"document", "facts"} & set(raw.columns) else ""
    )
    expected = "columns of confirmations: " + ", ".join(
        name for name, field in Confirmation.model_fields.items() if field.is_required()
    )
    return Finding(raw.file, raw.header_line, "", shown, expected, maybe, rule="COLUMN.MISSING")


def _read_edifact(path: Path) -> tuple[list[Row], list[Finding]]:
    if not path.is_file():
        return _read_text(path)
    from consolidation.partners.ifcsum_answers import placed_confirmations

    try:
        return [Row(each, number) for number, each in placed_confirmations(path.read_bytes(), path.name)], []
    except InputError as error:
        return [], list(error.findings)


READERS: dict[str, Reader] = {
    **dict.fromkeys(_TEXT, _read_text), **dict.fromkeys(_EXCEL, _read_excel), **dict.fromkeys(_EDIFACT, _read_edifact),
}  # fmt: skip
"""Reader by suffix."""
