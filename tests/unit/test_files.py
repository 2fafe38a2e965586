"""Tables are read as text whatever their encoding, separator, line ends or kind of file."""

from __future__ import annotations

import datetime as dt
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from network.cells import canonical_text, cell_text, is_date, is_number, maybe_date, maybe_number
from network.errors import Finding
from network.files import RawTable, read_raw

HEADER = "id,name,value\n"


def _raw(folder: Path, content: str | bytes, name: str = "t.csv") -> RawTable:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_raw(path)


def _only(raw: RawTable) -> Finding:
    assert len(raw.findings) == 1, raw.findings
    return raw.findings[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_same_table_from_every_spelling(tmp_path: Path, encoding: str, end: str, separator: str) -> None:
    text = "id,name,value\nA,深圳,1\n\nB,Köln,2.5".replace(",", separator).replace("\n", end)
    raw = _raw(tmp_path, text.encode(encoding))
    assert raw.findings == []
    assert raw.columns == ["id", "name", "value"]
    assert raw.rows == [{"id": "A", "name": "深圳", "value": "1"}, {"id": "B", "name": "Köln", "value": "2.5"}]
    assert raw.line_numbers == [2, 4]


def test_comment_lines_before_the_header_are_skipped_and_counted(tmp_path: Path) -> None:
    raw = _raw(tmp_path, 'sep=,\n# what, it is\n"# quoted, by Excel",,\nid,name\n#1,x\n')
    assert (raw.header_line, raw.line_numbers, raw.rows) == (4, [5], [{"id": "#1", "name": "x"}])


def test_line_break_inside_quotes_belongs_to_the_cell(tmp_path: Path) -> None:
    raw = _raw(tmp_path, HEADER + 'A,"two\nlines",1\nB,"a ""quoted"", word",2\n')
    assert [row["name"] for row in raw.rows] == ["two\nlines", 'a "quoted", word']
    assert raw.line_numbers == [2, 4]


def test_ragged_rows_are_findings_and_extra_blank_cells_are_not(tmp_path: Path) -> None:
    raw = _raw(tmp_path, HEADER + "A,x\nB,x,1,2\nC,x,1,,\n")
    assert [(f.row, f.value, f.rule) for f in raw.findings] == [
        (2, "2 cells", "FILE.RAGGED"), (3, "4 cells", "FILE.RAGGED"),
    ]  # fmt: skip
    assert [row["id"] for row in raw.rows] == ["C"]


def test_duplicate_and_nameless_columns_are_findings(tmp_path: Path) -> None:
    raw = _raw(tmp_path, "id,id,,name\nA,B,stray,x\n")
    assert [(f.row, f.field, f.value, f.rule) for f in raw.findings] == [
        (1, "id", "id", "COLUMN.DUPLICATE"), (2, "", "stray", "COLUMN.NAME"),
    ]  # fmt: skip


def test_open_quote_names_the_line_where_it_begins(tmp_path: Path) -> None:
    found = _only(_raw(tmp_path, HEADER + 'A,x,1\nB,"open,2\nC,y,3\n'))
    assert (found.row, found.rule) == (3, "FILE.QUOTES")


def test_chinese_windows_encoding_is_named(tmp_path: Path) -> None:
    found = _only(_raw(tmp_path, (HEADER + "A,深圳,1\n").encode("gb18030")))
    assert (found.file, found.row, found.expected) == ("t.csv", 2, "text in UTF-8")
    assert "GB 18030" in found.maybe


def test_workbook_named_csv_is_recognised(tmp_path: Path) -> None:
    assert ".xlsx" in _only(_raw(tmp_path, b"PK\x03\x04rest")).maybe


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    assert _only(_raw(tmp_path, content)).rule == "FILE.EMPTY"


def test_header_only_is_a_table_without_rows(tmp_path: Path) -> None:
    raw = _raw(tmp_path, HEADER)
    assert (raw.columns, raw.rows, raw.findings) == (["id", "name", "value"], [], [])


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "shipments.csv").write_text("x")
    found = _only(read_raw(tmp_path / "shipment.csv"))
    assert (found.value, found.maybe, found.rule) == ("nothing", "you meant 'shipments.csv'", "FILE.MISSING")
    assert _only(read_raw(tmp_path / "no" / "where.csv")).rule == "FILE.MISSING"
    assert _only(read_raw(tmp_path)).expected == "a file"
    assert "one of the kinds" in _only(_raw(tmp_path, "x", "t.pdf")).expected


def _book(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for k, row in enumerate(rows):
                sheet.write_row(k, 0, row)
    return path


def test_workbook_without_a_sheet(tmp_path: Path) -> None:
    whole, path = _book(tmp_path / "whole.xlsx", {"data": []}), tmp_path / "t.xlsx"
    with zipfile.ZipFile(whole) as book, zipfile.ZipFile(path, "w") as other:
        for name in book.namelist():
            other.writestr(name, re.sub(rb"<sheet [^>]*/>", b"", book.read(name)))
    assert _only(read_raw(path)).expected == "an Excel workbook with a sheet"


def test_workbook_numbers_dates_and_text(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["id", "n", "x", "day", "yes"],
        ["007", 12, 0.1, dt.date(2026, 12, 1), True],
        [],
        [7, 1e10, 2.50, "", ""],
    ]
    raw = read_raw(_book(tmp_path / "t.xlsx", {"data": rows}))
    assert raw.file == "t.xlsx [data]"
    assert raw.rows == [
        {"id": "007", "n": "12", "x": "0.1", "day": "2026-12-01", "yes": "yes"},
        {"id": "7", "n": "10000000000", "x": "2.5", "day": "", "yes": ""},
    ]
    assert raw.line_numbers == [2, 4]


def test_workbook_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    path = _book(tmp_path / "t.xlsx", {"notes": [["a"], ["b"]], "shipments": [["id"], ["S1"]]})
    assert read_raw(path).rows == [{"id": "S1"}]
    assert read_raw(path, "notes").rows == [{"a": "b"}]
    found = _only(read_raw(path, "shipment"))
    assert (found.file, found.maybe) == ("t.xlsx [shipment]", "you meant 'shipments'")


def test_workbook_code_that_lost_its_zero(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["hs_code", "postcode", "country"],
        [712904000, 7001, "US"],
        ["0712904000", "07001", "US"],
        [940542, 700, "HK"],
    ]
    raw = read_raw(_book(tmp_path / "t.xlsx", {"data": rows}))
    assert [(f.row, f.field, f.value, f.rule) for f in raw.findings] == [
        (2, "hs_code", "712904000", "VALUE.LEADING_ZERO"), (2, "postcode", "7001", "VALUE.LEADING_ZERO"),
    ]  # fmt: skip
    assert raw.findings[0].maybe == "leading zero lost, format the column as text and write 0712904000"


def test_broken_workbook_is_a_finding(tmp_path: Path) -> None:
    assert "Excel workbook" in _only(_raw(tmp_path, b"no workbook", "t.xlsx")).expected


def test_json_keeps_numbers_as_written(tmp_path: Path) -> None:
    records = '[{"id": "A", "x": 1.10, "n": 2, "ok": true, "list": ["a", "b"], "none": null}, {"id": "B"}]'
    for content in (records, f'{{"shipments": {records}}}', f'{{"rows": {records}}}'):
        raw = _raw(tmp_path, content, "t.json")
        assert raw.rows[0] == {"id": "A", "x": "1.10", "n": "2", "ok": "yes", "list": "a;b", "none": ""}
        assert raw.rows[1]["x"] == ""
        assert raw.line_numbers == [1, 2]


@pytest.mark.parametrize(
    ("content", "expected"),
    [("{", "JSON"), ("12", "a list of records"), ("[1]", "a record"), ('[{"a": {"b": 1}}]', "a plain value"),
     ("", "records"), ("[]", "at least one record")],
)  # fmt: skip
def test_json_of_another_shape(tmp_path: Path, content: str, expected: str) -> None:
    assert expected in _only(_raw(tmp_path, content, "t.json")).expected


def test_parquet(tmp_path: Path) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pa.table({"id": ["A", None], "x": [0.1, 2.0], "day": [dt.date(2026, 12, 1), None]})
    parquet.write_table(table, tmp_path / "t.parquet")
    assert read_raw(tmp_path / "t.parquet").rows == [
        {"id": "A", "x": "0.1", "day": "2026-12-01"}, {"id": "", "x": "2", "day": ""},
    ]  # fmt: skip
    assert "Parquet" in _only(_raw(tmp_path, b"no parquet", "u.parquet")).expected


def test_parquet_without_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    found = _only(_raw(tmp_path, b"PAR1", "t.parquet"))
    assert found.maybe == 'pip install "dragonboat[parquet]"'


@pytest.mark.parametrize(
    ("text", "meant"),
    [("1,234.5", "1234.5"), ("1.234,5", "1234.5"), ("1,5", "1.5"), ("12 kg", "12"), ("$5,400", "5400"), ("4%", "4"),
     ("\uff11\uff12", "12"), ("1_000", "1000"), ("twelve", ""), ("nan", ""), ("1e999", ""), ("", "")],
)  # fmt: skip
def test_what_a_wrong_number_may_have_meant(text: str, meant: str) -> None:
    assert not is_number(text)
    assert maybe_number(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [("46357", "Excel's serial for 2026-12-01"), ("12/01/2026", "2026-12-01 or 2026-01-12"), ("25/12/2026", "2026-12-25"),
     ("2026/12/01", "2026-12-01"), ("20261201", "2026-12-01"), ("1 Dec 2026", "2026-12-01"), ("01.12.2026", "2026-01-12 or 2026-12-01"),
     ("2026年12月1日", "2026-12-01"), ("2026-12-01T08:00", "2026-12-01"), ("soon", ""), ("2026-02-30", "")],
)  # fmt: skip
def test_what_a_wrong_date_may_have_meant(text: str, meant: str) -> None:
    assert not is_date(text)
    assert maybe_date(text) == meant


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_decimals_are_written_as_numbers_and_equal_ones_alike(value: Any) -> None:
    assert is_number(cell_text(value))
    assert canonical_text(value) == canonical_text(value * 1)
    assert canonical_text(value.quantize(type(value)("1e-9"))) == canonical_text(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_keep_their_value_as_text(value: float) -> None:
    assert float(cell_text(value)) == value


@given(st.text())
def test_suggestions_never_fail(cell: str) -> None:
    assert isinstance(maybe_number(cell) + maybe_date(cell), str)
