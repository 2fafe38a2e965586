"""Reading tables from files as text: CSV, Excel, JSON and Parquet, with every structural fault as a finding.

Nothing here knows what a column means, except that tariff codes and postcodes are text: Excel turns them into
numbers and loses their leading zeros. Values keep the text they were written with; :mod:`network.rows` makes
rows of them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from network.cells import cell_text, lost_zero
from network.errors import Finding, nearest

FORMATS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".json", ".parquet")
"""Suffixes of files that can be read."""
_EXCEL = (".xlsx", ".xlsm", ".xls", ".ods")
_CODES = ("hs_code", "hs_prefix")
_FIVE_DIGITS = ("US", "DE", "FR", "IT", "ES")
"""Countries whose postcodes have five digits, so that a shorter number has lost a zero."""


@dataclass(frozen=True)
class RawTable:
    """A table as text.

    Attributes
    ----------
    file : str
        Name shown in findings, with ``[sheet]`` for a workbook.
    columns : list of str
        Header in file order; empty when nothing could be read.
    rows : list of dict
        Cells by column, stripped; blank cells are empty strings.
    line_numbers : list of int
        Line of each row (of a JSON or Parquet file: number of the record).
    header_line : int
        Line of the header.
    findings : list of Finding
        What is wrong with the structure.
    """

    file: str
    columns: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    line_numbers: list[int] = field(default_factory=list)
    header_line: int = 1
    findings: list[Finding] = field(default_factory=list)


def read_raw(path: str | Path, sheet: str | None = None) -> RawTable:
    """Read one table as text; faults are collected in ``findings``, never raised.

    Parameters
    ----------
    path : file with one of the suffixes of :data:`FORMATS`
    sheet : sheet of a workbook, or list of a JSON file that holds several; None: "shipments", else the first sheet
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if not path.is_file():
        return RawTable(path.name, findings=[_missing(path)])
    if suffix in _EXCEL:
        return _read_one_sheet(path, sheet)
    if suffix == ".json":
        return _read_json(path, sheet or "shipments")
    if suffix == ".parquet":
        return _read_parquet(path)
    if suffix in FORMATS:
        return _read_csv(path)
    return _broken(path.name, suffix, f"a file of one of the kinds {', '.join(FORMATS)}")


def _missing(path: Path) -> Finding:
    folder = path.parent
    if path.is_dir():
        return Finding(path.name, None, "", "a folder", "a file", rule="FILE.MISSING")
    if not folder.is_dir():
        return Finding(str(path), None, "", "nothing", "a file; its folder does not exist either", rule="FILE.MISSING")
    names = [entry.name for entry in folder.iterdir() if entry.suffix.lower() in FORMATS]
    return Finding(path.name, None, "", "nothing", "a file", nearest(path.name, names), "FILE.MISSING")


def _broken(file: str, value: str, expected: str, maybe: str = "", row: int | None = None) -> RawTable:
    return RawTable(file, findings=[Finding(file, row, "", value, expected, maybe, "FILE.FORMAT")])


def _read_csv(path: Path) -> RawTable:
    decoded = _decode(path.name, path.read_bytes())
    if isinstance(decoded, RawTable):
        return decoded
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=_delimiter(decoded), strict=True)
    faults: list[Finding] = []
    return _table(path.name, _csv_lines(path.name, reader, faults), faults)


def _csv_lines(file: str, reader: Any, faults: list[Finding]) -> Iterator[tuple[int, Sequence[str]]]:
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(
                Finding(file, line, "", str(error), "quotes that are closed, and doubled inside a cell",
                        'a " is missing or single on this line', "FILE.QUOTES")
            )  # fmt: skip
            return
        yield line, cells
        line = reader.line_num + 1


def _decode(file: str, data: bytes) -> str | RawTable:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data.startswith(b"PK\x03\x04"):
        return _broken(file, "a zip archive", "text", "it is an Excel workbook: name it .xlsx")
    elif b"\x00" in data[:4096]:
        return _broken(file, "binary data", "text in UTF-8")
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        found = data[error.start : error.start + 4].hex(" ")
        return _broken(file, f"bytes {found}", "text in UTF-8", _maybe_encoding(data), row)


def _maybe_encoding(data: bytes) -> str:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return "it was saved with another encoding: save it as 'CSV UTF-8'"
    return "it was saved in GB 18030: save it as 'CSV UTF-8'"


def _delimiter(text: str) -> str:
    for line in io.StringIO(text):
        if line.strip(' \t\r\n,;"') and not line.lstrip('" ').startswith(("#", "sep=")):
            outside = "".join(line.split('"')[::2])
            return max(",;\t", key=outside.count)
    return ","


def _table(file: str, lines: Iterable[tuple[int, Sequence[str]]], faults: list[Finding]) -> RawTable:
    header: list[str] | None = None
    table = RawTable(file, findings=faults)
    for line, cells in lines:
        stripped = [cell.strip() for cell in cells]
        if not any(stripped):
            continue
        if header is None:
            if stripped[0].startswith(("#", "sep=")):
                continue
            header = _without_blank_end(stripped)
            table = RawTable(file, [name for name in header if name], header_line=line, findings=faults)
            faults += _header_faults(file, header, line)
            continue
        _add_row(table, header, line, stripped)
    if header is None and not faults:
        faults.append(Finding(file, None, "", "no header", "a line with column names", rule="FILE.EMPTY"))
    return table


def _without_blank_end(cells: list[str]) -> list[str]:
    while not cells[-1]:
        cells = cells[:-1]
    return cells


def _header_faults(file: str, header: list[str], line: int) -> Iterator[Finding]:
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        yield Finding(file, line, name, name, "each column once", rule="COLUMN.DUPLICATE")


def _add_row(table: RawTable, header: list[str], line: int, cells: list[str]) -> None:
    width = len(header)
    if len(cells) < width or any(cells[width:]):
        found = f"{len(cells)} cells" if len(cells) < width else f"{len(_without_blank_end(cells))} cells"
        table.findings.append(
            Finding(table.file, line, "", found, f"{width} cells, as in the header",
                    "the file was cut short, or a text with the separator in it lacks its quotes", "FILE.RAGGED")
        )  # fmt: skip
        return
    row = dict(zip(header, cells, strict=False))
    nameless = row.pop("", "")
    if nameless:
        table.findings.append(Finding(table.file, line, "", nameless, "a name above this column", rule="COLUMN.NAME"))
    table.rows.append(row)
    table.line_numbers.append(line)


def _read_one_sheet(path: Path, sheet: str | None) -> RawTable:
    tables = read_sheets(path, None if sheet is None else [sheet])
    if sheet is None:
        return tables.get("shipments") or next(iter(tables.values()))
    return next(iter(tables.values()))


def read_sheets(path: Path, sheets: Sequence[str] | None = None) -> dict[str, RawTable]:
    """Return the sheets of a workbook as tables by name.

    A workbook that cannot be opened or has no sheet, or a sheet that is asked for and missing, gives a table with a
    finding.

    Parameters
    ----------
    path : workbook
    sheets : sheets wanted; None: all
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        names = list(book.sheet_names)
        wanted = names if sheets is None else list(sheets)
        found: dict[str, RawTable] = {}
        for name in wanted:
            file = f"{path.name} [{name}]"
            if name in names:
                found[name] = _sheet(file, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            else:
                fault = Finding(file, None, "", "no such sheet", "a sheet", nearest(name, names), "FILE.MISSING")
                found[name] = RawTable(file, findings=[fault])
    except (CalamineError, OSError, ValueError) as error:
        return {"": _broken(path.name, str(error) or "unreadable", "an Excel workbook without a password")}
    return found or {"": _broken(path.name, "no sheet", "an Excel workbook with a sheet")}


def _sheet(file: str, values: list[list[Any]]) -> RawTable:
    faults: list[Finding] = []
    width = max((len(row) for row in values), default=0)
    lines = ((k, [cell_text(cell) for cell in row] + [""] * (width - len(row))) for k, row in enumerate(values, 1))
    table = _table(file, lines, faults)
    header = [cell_text(cell).strip() for cell in values[table.header_line - 1]] if table.columns else []
    for name in ("hs_code", "hs_prefix", "postcode"):
        if name in header:
            faults += _lost_zeros(table, values, name, header.index(name))
    return table


def _lost_zeros(table: RawTable, values: list[list[Any]], name: str, position: int) -> Iterator[Finding]:
    for row, line in zip(table.rows, table.line_numbers, strict=True):
        if not isinstance(values[line - 1][position], (int, float)):
            continue
        code = row[name]
        short = name == "postcode" and len(code) < 5 and row.get("country") in _FIVE_DIGITS
        if short or (name in _CODES and lost_zero(code)):
            yield Finding(table.file, line, name, code, "text with its leading zero", _cure(code), "VALUE.LEADING_ZERO")


def _cure(code: str) -> str:
    return f"leading zero lost, format the column as text and write 0{code}"


def _read_json(path: Path, name: str) -> RawTable:
    decoded = _decode(path.name, path.read_bytes())
    if isinstance(decoded, RawTable):
        return decoded
    if not decoded.strip():
        return RawTable(path.name, findings=[Finding(path.name, None, "", "nothing", "records", rule="FILE.EMPTY")])
    try:
        content = json.loads(decoded, parse_float=str, parse_int=str)
    except (json.JSONDecodeError, RecursionError) as error:
        row = error.lineno if isinstance(error, json.JSONDecodeError) else None
        return _broken(path.name, str(error), "JSON", row=row)
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        content = content.get(name, lists[0] if len(lists) == 1 else None)
    if not isinstance(content, list):
        return _broken(path.name, "no list", f'a list of records, or {{"{name}": [...]}}')
    return _records(path.name, content)


def _read_parquet(path: Path) -> RawTable:
    try:
        import pyarrow as pa
        import pyarrow.parquet as parquet
    except ImportError:
        return _broken(path.name, "Parquet", "the extra 'parquet'", 'pip install "dragonboat[parquet]"')
    try:
        records = parquet.read_table(path).to_pylist()
    except (pa.ArrowException, OSError) as error:
        return _broken(path.name, str(error), "a Parquet file")
    return _records(path.name, records)


def _records(file: str, records: list[Any]) -> RawTable:
    names = dict.fromkeys(key for record in records if isinstance(record, dict) for key in record)
    table = RawTable(file, [str(name) for name in names])
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            table.findings.append(Finding(file, number, "", cell_text(record), "a record", rule="FILE.FORMAT"))
            continue
        for name, value in record.items():
            if isinstance(value, dict):
                table.findings.append(Finding(file, number, name, "a record", "a plain value", rule="FILE.FORMAT"))
        table.rows.append({name: cell_text(record.get(name)).strip() for name in names})
        table.line_numbers.append(number)
    if not table.columns and not table.findings:
        table.findings.append(Finding(file, None, "", "no records", "at least one record", rule="FILE.EMPTY"))
    return table
