"""Bad input: each fault is found with its file, row, field and value, what was expected and what it may have meant."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from consolidation.shipment_files import inspect_shipments, read_shipments
from network.errors import Finding, InputError
from network.io import inspect_network, read_network, write_network, write_workbook
from network.tables import Place
from tests.networks import tiny_network

GOOD: dict[str, str] = {
    "shipment_id": "S1", "seller_id": "ACME", "origin": "Shenzhen", "destination_fc": "ONT8",
    "ready_date": "2026-12-01", "volume_m3": "2.5", "gross_weight_kg": "500", "goods_value": "5400", "hs_code": "9405420000",
    "currency": "USD", "cargo_class": "general", "coload_consent": "yes", "incoterm": "DDP", "cartons": "14",
}  # fmt: skip


def _text(*rows: dict[str, str], end: str = "\n") -> str:
    quoted = [[f'"{cell}"' if "," in cell else cell for cell in row.values()] for row in rows]
    return end.join(",".join(line) for line in [list(rows[0]), *quoted]) + end


def _findings(folder: Path, content: str | bytes, name: str = "week.csv") -> list[Finding]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return inspect_shipments(path, tiny_network())[1]


NUMBER = "a number (currency)"
DATE = "a date as YYYY-MM-DD"
FAULTS = [
    ("goods_value", "five", NUMBER, ""),
    ("goods_value", "5,400.50", NUMBER, "5400.50"),
    ("goods_value", "nan", NUMBER, ""),
    ("volume_m3", "2.5 m3", "a number (m3)", "2.5"),
    ("volume_m3", "0", "a number above 0 m3", ""),
    ("volume_m3", "-2.5", "a number above 0 m3", ""),
    ("gross_weight_kg", "-1", "a number above 0 kg", ""),
    ("gross_weight_kg", "500kg", "a number (kg)", "500"),
    ("cartons", "14.5", "a whole number (carton)", ""),
    ("cartons", "0", "a whole number of at least 1 carton", ""),
    ("destination_fc", "ONT9", "an FC of the network", "you meant 'ONT8'"),
    ("origin", "Shenzhn", "an origin warehouse, a city of the network or 'latitude, longitude'", "you meant 'Shenzhen'"),
    ("origin", "WH-SZY", "an origin warehouse, a city of the network or 'latitude, longitude'", "you meant 'WH-SZX'"),
    ("ready_date", "46357", DATE, "Excel's serial for 2026-12-01"),
    ("ready_date", "12/01/2026", DATE, "2026-12-01 or 2026-01-12"),
    ("ready_date", "2026-12-01T10:00", DATE, "2026-12-01"),
    ("ready_date", "", DATE, ""),
    ("hs_code", "712904000", "6, 8 or 10 digits as text", "leading zero lost, format the column as text and write 0712904000"),
    ("hs_code", "9.40542E+09", "6, 8 or 10 digits as text", "Excel made a number of it: format the column as text and write all digits"),
    ("currency", "usd", "three capital letters such as USD", "'USD'"),
    ("currency", "GBP", "a currency with a rate in the network's fx table", ""),
    ("cargo_class", "generall", "one of explosive, general, liquid, lithium_battery", "you meant 'general'"),
    ("coload_consent", "perhaps", "yes or no", ""),
    ("incoterm", "FOBB", "one of EXW, FCA, FAS, FOB, CFR, CIF, CPT, CIP, DAP, DPU, DDP", "you meant 'FOB'"),
    ("seller_id", "", "a value", ""),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "expected", "maybe"), FAULTS)
def test_a_wrong_cell(tmp_path: Path, field: str, value: str, expected: str, maybe: str) -> None:
    second = {**GOOD, "shipment_id": "S2", field: value}
    found = _findings(tmp_path, _text(GOOD, second))
    assert [(f.file, f.row, f.field, f.value, f.expected, f.maybe) for f in found] == [
        ("week.csv", 3, field, value, expected, maybe)
    ]


def test_every_fault_of_a_file_at_once(tmp_path: Path) -> None:
    rows = [{**GOOD, "shipment_id": f"S{k}", field: value} for k, (field, value, *_) in enumerate(FAULTS)]
    found = _findings(tmp_path, _text(*rows))
    assert [(f.row, f.field) for f in found] == [(k + 2, field) for k, (field, *_) in enumerate(FAULTS)]
    everything = {
        **GOOD,
        "goods_value": "x",
        "ready_date": "soon",
        "destination_fc": "ONT9",
        "incoterm": "?",
        "origin": "?",
    }
    found = _findings(tmp_path, _text(everything))
    assert {f.field for f in found} == {"goods_value", "ready_date", "destination_fc", "incoterm", "origin"}


def test_duplicate_ids_name_the_first_row_even_among_bad_rows(tmp_path: Path) -> None:
    found = _findings(tmp_path, _text({**GOOD, "goods_value": "x"}, GOOD))
    assert [(f.row, f.field, f.value, f.expected) for f in found] == [
        (2, "goods_value", "x", NUMBER), (3, "shipment_id", "S1", "an id not used before (row 2)"),
    ]  # fmt: skip


def test_wrong_column_is_named_once_with_the_nearest(tmp_path: Path) -> None:
    wrong = {
        ("volum_m3" if key == "volume_m3" else "HS_code" if key == "hs_code" else key): value
        for key, value in GOOD.items()
    }
    found = _findings(tmp_path, _text(wrong, {**wrong, "shipment_id": "S2"}))
    columns = [(f.row, f.field, f.maybe, f.rule) for f in found if f.rule == "COLUMN.UNKNOWN"]
    assert columns == [
        (1, "volum_m3", "you meant 'volume_m3'", "COLUMN.UNKNOWN"), (1, "HS_code", "you meant 'hs_code'", "COLUMN.UNKNOWN"),
    ]  # fmt: skip
    assert len(found) == 2


def test_missing_required_columns_are_named_once(tmp_path: Path) -> None:
    less = {key: value for key, value in GOOD.items() if key not in ("hs_code", "ready_date")}
    found = _findings(tmp_path, _text(less, {**less, "shipment_id": "S2"}))
    assert [(f.row, f.field, f.expected) for f in found] == [
        (1, "ready_date", "a column ready_date"), (1, "hs_code", "a column hs_code"),
    ]  # fmt: skip


def test_missing_file(tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_text("x")
    with pytest.raises(InputError) as caught:
        read_shipments(tmp_path / "wek.csv")
    assert str(caught.value.findings[0]) == "wek.csv: found 'nothing', expected a file. Maybe you meant 'week.csv'."


@pytest.mark.parametrize(
    ("content", "rule"), [(b"", "FILE.EMPTY"), (_text(GOOD).splitlines()[0].encode(), "TABLE.EMPTY")]
)
def test_empty_files(tmp_path: Path, content: bytes, rule: str) -> None:
    found = _findings(tmp_path, content)
    assert [(f.file, f.row, f.rule) for f in found] == [("week.csv", None, rule)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_rows_are_counted_alike_whatever_the_line_ends(tmp_path: Path, end: str, bom: bytes) -> None:
    content = bom + _text(GOOD, {**GOOD, "shipment_id": "S2", "goods_value": "x"}, end=end).encode()
    assert [(f.row, f.field) for f in _findings(tmp_path, content)] == [(3, "goods_value")]


def test_excel_cells_that_lost_their_meaning(tmp_path: Path) -> None:
    row: dict[str, Any] = {**GOOD, "hs_code": 712904000, "ready_date": 46357, "volume_m3": 2.5}
    with xlsxwriter.Workbook(str(tmp_path / "week.xlsx")) as book:
        sheet = book.add_worksheet("shipments")
        sheet.write_row(0, 0, row)
        sheet.write_row(1, 0, row.values())
        sheet.write_row(2, 0, {**GOOD, "shipment_id": "S2"}.values())
    found = inspect_shipments(tmp_path / "week.xlsx", tiny_network())[1]
    assert {(f.file, f.row, f.field, f.value, f.maybe) for f in found} == {
        ("week.xlsx [shipments]", 2, "ready_date", "46357", "Excel's serial for 2026-12-01"),
        ("week.xlsx [shipments]", 2, "hs_code", "712904000",
         "leading zero lost, format the column as text and write 0712904000"),
    }  # fmt: skip
    assert len(found) == 2


def test_excel_dates_are_dates(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "week.xlsx"), {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("any name")
        sheet.write_row(0, 0, GOOD)
        sheet.write_row(1, 0, {**GOOD, "ready_date": dt.date(2026, 12, 1), "cartons": 14}.values())
    shipment = read_shipments(tmp_path / "week.xlsx", tiny_network())[0]
    assert (shipment.ready_date, shipment.cartons) == (dt.date(2026, 12, 1), 14)


def test_a_hundred_thousand_bad_rows_are_all_found(tmp_path: Path) -> None:
    header, row = _text({**GOOD, "goods_value": "x", "cartons": "-1", "destination_fc": "ONT9"}).splitlines()
    rows = (row.replace("S1", f"S{k}") for k in range(100_000))
    found = _findings(tmp_path, "\n".join([header, *rows]))
    assert len(found) == 300_000
    assert (found[0].row, found[-1].row) == (2, 100_001)
    assert str(InputError(found)).endswith("... and 299995 more")


def _damaged(folder: Path, file: str, old: str, new: str) -> list[Finding]:
    """Write the small network, replace text in one of its files and return what reading finds."""
    write_network(tiny_network(), folder / "net")
    path = folder / "net" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return inspect_network(folder / "net")[1]


def _line(file: str, start: str) -> int:
    return next(k for k, line in enumerate(Path(file).read_text().splitlines(), 1) if line.startswith(start))


def test_a_lane_to_nowhere(tmp_path: Path) -> None:
    found = _damaged(tmp_path, "lanes.csv", "CNNGB,USLAX", "CNNGB,USLAZ")
    assert [(f.file, f.row, f.field, f.value, f.expected, f.maybe) for f in found] == [
        ("lanes.csv", 3, "destination", "USLAZ", "a place_id of places.csv", "you meant 'USLAX'")
    ]


def test_a_charge_in_an_unknown_currency(tmp_path: Path) -> None:
    found = _damaged(tmp_path, "charges.csv", "per_load,700,CNY", "per_load,700,CNH")
    line = _line(str(tmp_path / "net" / "charges.csv"), "wh-stuff")
    assert [(f.file, f.row, f.field, f.value, f.expected, f.maybe) for f in found] == [
        ("charges.csv", line, "currency", "CNH", "a currency of fx.csv", "you meant 'CNY'")
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "field", "value", "expected", "maybe"),
    [
        ("lanes.csv", "CN-USWC,load,16", "CN-USWC,load,sixteen", 2, "transit_days", "sixteen", "a number (day)", ""),
        ("lanes.csv", "CN-USWC,load,16", "CN-USWC,loads,16", 2, "buying", "loads", "one of load, space", "you meant 'load'"),
        ("lanes.csv", "lane_id,name", "lane,name", 1, "lane", "lane", "a known column", "you meant 'lane_id'"),
        ("places.csv", "Asia/Shanghai", "Asia/Shangai", 2, "timezone", "Asia/Shangai",
         "an IANA time zone such as Asia/Shanghai", ""),
        ("places.csv", "WH-SZX,origin_warehouse", "WH-SZX,origin_warehous", 2, "kind", "origin_warehous",
         "one of origin_warehouse, sea_port, airport, rail_terminal, deconsolidation_centre, overseas_warehouse, fc, city",
         "you meant 'origin_warehouse'"),
        ("departures.csv", "YTN-LAX-W,YTN-LAX,,3", "YTN-LAX-W,YTN-LAX,,", 2, "", "",
         "either etd (one run) or weekday (a weekly pattern), not both and not neither", ""),
        ("departures.csv", "18:00:00", "6pm", 2, "time", "6pm", "a time as HH:MM", ""),
        ("charges.csv", "per_m3,10,", "per_cbm,10,", 2, "", "", "basis to be one of", ""),
        ("charges.csv", "45:6.5;100:6", "45-6.5;100:6", 19, "breaks", "45-6.5;100:6;500:5", "from:rate pairs", ""),
        ("charges.csv", "per_m3,10,", "per_m3,-10,", 2, "rate", "-10", "a number of at least 0 currency per basis", ""),
        ("charges.csv", "45:6.5;100:6", "45:-6.5;100:6", 19, "breaks", "45:-6.5;100:6;500:5", "of at least 0", ""),
        ("charges.csv", "45:6.5;100:6", "45:nan;100:6", 19, "breaks", "45:nan;100:6;500:5", "of at least 0", ""),
        ("network.toml", "horizon_days = 35", "horizon_day = 35", None, "horizon_day", "horizon_day", "a known column",
         "you meant 'horizon_days'"),
        ("network.toml", "max_wait_days = 28", "max_wait_days = 0", None, "max_wait_days", "0",
         "a whole number of at least 1 day", ""),
        ("network.toml", "[planning]", "[planing]", None, "planing", "planing", "one of network, planning",
         "you meant 'planning'"),
        ("network.toml", "[planning]", "[planning", None, "", "", "TOML", ""),
    ],
)  # fmt: skip
def test_a_wrong_network_file(
    tmp_path: Path, file: str, old: str, new: str, row: int | None, field: str, value: str, expected: str, maybe: str
) -> None:
    found = [f for f in _damaged(tmp_path, file, old, new) if f.file == file and f.field == field]
    assert len(found) == 1, found
    assert expected in found[0].expected
    if row is not None:
        assert (found[0].row, found[0].value) == (row, value)
    elif field:
        line = _line(str(tmp_path / "net" / file), new.split(" =")[0])
        assert (found[0].row or line, found[0].value) == (line, value)
    assert found[0].maybe == maybe


def test_one_refused_row_does_not_make_others_wrong(tmp_path: Path) -> None:
    found = _damaged(tmp_path, "places.csv", "33.74,-118.26", "33.74,-1182.6")
    assert [(f.file, f.row, f.field, f.expected) for f in found] == [
        ("places.csv", 7, "lon", "a number of at least -180 degree")
    ]


def test_what_a_refused_row_refers_to_is_judged_too(tmp_path: Path) -> None:
    found = _damaged(tmp_path, "lanes.csv", "CNYTN,USLAX,CN-USWC,load,16", "CNYTN,USLAZ,CN-USWC,load,sixteen")
    assert [(f.row, f.field, f.value) for f in found] == [(2, "transit_days", "sixteen"), (2, "destination", "USLAZ")]


def test_missing_and_misnamed_tables(tmp_path: Path) -> None:
    write_network(tiny_network(), tmp_path / "net")
    (tmp_path / "net" / "lanes.csv").rename(tmp_path / "net" / "lane.csv")
    (tmp_path / "net" / "duties.csv").rename(tmp_path / "net" / "dutys.csv")
    found = inspect_network(tmp_path / "net")[1]
    assert [(f.file, f.maybe, f.rule) for f in found] == [
        ("dutys.csv", "you meant 'duties.csv'", "FILE.UNKNOWN"), ("lane.csv", "you meant 'lanes.csv'", "FILE.UNKNOWN"),
        ("lanes.csv", "you meant 'lane.csv'", "FILE.MISSING"),
    ]  # fmt: skip


def test_missing_network(tmp_path: Path) -> None:
    write_network(tiny_network(), tmp_path / "network")
    with pytest.raises(InputError, match="Maybe you meant 'network'"):
        read_network(tmp_path / "netwrk")
    (tmp_path / "network" / "network.toml").unlink()
    found = inspect_network(tmp_path / "network")[1]
    assert [(f.file, f.rule) for f in found] == [("network.toml", "FILE.MISSING")]


def test_a_workbook_that_is_no_network(tmp_path: Path) -> None:
    (tmp_path / "net.xlsx").write_bytes(b"nothing")
    found = inspect_network(tmp_path / "net.xlsx")[1]
    assert [(f.file, f.rule) for f in found] == [("net.xlsx", "FILE.FORMAT")]
    with xlsxwriter.Workbook(str(tmp_path / "other.xlsx")) as book:
        book.add_worksheet("place").write_row(0, 0, ["place_id"])
    rules = {(f.file, f.rule, f.maybe) for f in inspect_network(tmp_path / "other.xlsx")[1]}
    assert ("other.xlsx [places]", "FILE.MISSING", "you meant 'place'") in rules
    assert ("other.xlsx [place]", "FILE.UNKNOWN", "you meant 'places'") in rules


def test_workbook_findings_name_the_sheet(tmp_path: Path) -> None:
    network = tiny_network()
    lane = network.lanes[0].model_copy(update={"destination": "USLAZ"})
    write_workbook(network.replace(lanes=(lane, *network.lanes[1:])), tmp_path / "net.xlsx")
    found = inspect_network(tmp_path / "net.xlsx")[1]
    assert [(f.file, f.row, f.field, f.value, f.expected) for f in found] == [
        ("net.xlsx [lanes]", 2, "destination", "USLAZ", "a place_id of net.xlsx [places]")
    ]


def test_all_findings_of_a_network_at_once(tmp_path: Path) -> None:
    write_network(tiny_network(), tmp_path / "net")
    for file, old, new in (("lanes.csv", "CNNGB,USLAX", "CNNGB,USLAZ"), ("fx.csv", "1.10", "-1"),
                           ("charges.csv", "per_load,700,CNY", "per_load,seven,CNY")):  # fmt: skip
        path = tmp_path / "net" / file
        path.write_text(path.read_text().replace(old, new))
    found = inspect_network(tmp_path / "net")[1]
    assert {(f.file, f.field) for f in found} == {
        ("lanes.csv", "destination"),
        ("fx.csv", "value"),
        ("charges.csv", "rate"),
    }


def _lines(tmp_path: Path, *rows: str) -> list[Finding]:
    header = (
        "shipment_id,seller_id,origin,destination_fc,ready_date,goods_value,hs_code,volume_m3,gross_weight_kg,units"
    )
    path = tmp_path / "week.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    hong_kong = Place(place_id="C-HK", kind="city", name="Hong Kong", country="HK", lat=22.3, lon=114.2)
    network = tiny_network()
    return inspect_shipments(path, network.replace(places=(*network.places, hong_kong)))[1]


def test_a_ready_date_far_from_the_others_is_named(tmp_path: Path) -> None:
    rows = [f"S{k},A,Shenzhen,ONT8,{year}-12-01,100,940542,1,100,5" for k, year in enumerate((2026, 2026, 2028))]
    (found,) = _lines(tmp_path, *rows)
    assert (found.row, found.field, found.value, found.rule) == (4, "ready_date", "2028-12-01", "VALUE.FAR")
    assert "within 180 days of 2026-12-01" in found.expected
    assert "the year is wrong" in found.maybe


def test_goods_from_hong_kong_say_where_they_were_made(tmp_path: Path) -> None:
    (found,) = _lines(tmp_path, "S1,A,Hong Kong,ONT8,2026-12-01,100,940542,1,100,5")
    assert (found.row, found.field, found.maybe) == (2, "country_of_origin", "CN")
    assert _lines(tmp_path, "S1,A,Shenzhen,ONT8,2026-12-01,100,940542,1,100,5") == []


@pytest.mark.parametrize("name", ["=1+1", "+S", "-S", "@S", "A;B"])
def test_ids_that_spreadsheets_or_lists_would_change_are_refused(tmp_path: Path, name: str) -> None:
    (found,) = _lines(tmp_path, f"{name},A,Shenzhen,ONT8,2026-12-01,100,940542,1,100,5")
    assert (found.row, found.field, found.value, found.rule) == (2, "shipment_id", name, "VALUE.ID")


def test_numbers_beyond_reason_are_refused(tmp_path: Path) -> None:
    (found,) = _lines(tmp_path, "S1,A,Shenzhen,ONT8,2026-12-01,1e15,940542,1,100,5")
    assert (found.row, found.field) == (2, "goods_value")
    assert "at most 1000000000" in found.expected
