"""A network is the same as a folder and as a workbook, and is written whole or not at all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

import network.io as network_io
from network.atomic import new_file, new_folder
from network.charges import Break
from network.consistency import check_network
from network.errors import Finding, InputError
from network.io import content_hash, inspect_network, read_network, write_network, write_template, write_workbook
from network.model import Network
from network.planning import Planning
from network.tables import TABLES
from tests.goods import edited
from tests.networks import ROWS, tiny_network


def test_folder_and_workbook_give_the_same_network(tmp_path: Path) -> None:
    network = tiny_network()
    write_network(network, tmp_path / "net")
    from_folder = read_network(tmp_path / "net")
    write_workbook(from_folder, tmp_path / "net.xlsx")
    from_book = read_network(tmp_path / "net.xlsx")
    assert from_folder == network
    assert from_book == network
    assert content_hash(network) == content_hash(from_folder) == content_hash(from_book)


def test_figures_survive_excel_to_the_last_digit(tmp_path: Path) -> None:
    network = tiny_network()
    first = network.places[0].model_copy(update={"lat": 0.1 + 0.2, "name": "=1+1", "postcode": "00501"})
    rate = network.charges[0].model_copy(
        update={"rate": Decimal("0.12345678901234567890"), "breaks": (Break(Decimal("0.5"), Decimal("1.10")),)}
    )
    changed = network.replace(places=(first, *network.places[1:]), charges=(rate, *network.charges[1:]))
    write_workbook(changed, tmp_path / "net.xlsx")
    assert read_network(tmp_path / "net.xlsx") == changed


def test_equal_networks_give_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_network(tiny_network(), tmp_path / name)
        write_workbook(tiny_network(), tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_hash_ignores_the_order_of_rows_and_the_spelling_of_numbers() -> None:
    network = tiny_network()
    turned = network.replace(charges=network.charges[::-1], places=network.places[::-1])
    assert content_hash(turned) == content_hash(network)
    charge = network.charges[0].model_copy(update={"rate": network.charges[0].rate.quantize(Decimal("0.0000"))})
    assert content_hash(network.replace(charges=(charge, *network.charges[1:]))) == content_hash(network)


@pytest.mark.parametrize("table", [table for table in TABLES if table != "planning"])
def test_hash_sees_every_table(table: str) -> None:
    network = tiny_network()
    assert content_hash(network.replace(**{table: getattr(network, table)[1:]})) != content_hash(network)


def test_hash_sees_planning() -> None:
    network = tiny_network()
    assert content_hash(network.replace(planning=Planning(horizon_days=20))) != content_hash(network)


def test_workbook_says_what_columns_mean(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    write_workbook(tiny_network(), tmp_path / "net.xlsx")
    assert CalamineWorkbook.from_path(str(tmp_path / "net.xlsx")).sheet_names == ["network", "planning", *TABLES]
    book = openpyxl.load_workbook(tmp_path / "net.xlsx")
    head = next(cell for cell in book["lanes"][1] if cell.value == "transit_days")
    assert "number (day), required" in head.comment.text
    assert book["lanes"].freeze_panes == "A2"
    postcode = next(cell for cell in book["places"][1] if cell.value == "postcode")
    written = [cell for cell in book["places"][postcode.column_letter][1:] if cell.value is not None]
    assert (written[0].value, written[0].number_format) == ("92551", "@")
    book.close()


def test_template_is_commented_and_lacks_only_rows(tmp_path: Path) -> None:
    write_template(tmp_path / "empty")
    lanes = (tmp_path / "empty" / "lanes.csv").read_text()
    assert "# transit_days: number (day), required; scheduled time from ETD to ETA" in lanes
    assert "horizon_days = 35" in (tmp_path / "empty" / "network.toml").read_text()
    network, findings = inspect_network(tmp_path / "empty")
    assert {finding.rule for finding in findings} == {"TABLE.EMPTY"}
    assert network is not None
    assert network.planning == Planning()


def test_template_filled_in_is_a_network(tmp_path: Path) -> None:
    write_template(tmp_path / "net")
    write_network(tiny_network(), tmp_path / "rows")
    for table in TABLES:
        with (tmp_path / "net" / f"{table}.csv").open("a") as stream:
            stream.writelines((tmp_path / "rows" / f"{table}.csv").read_text().splitlines(keepends=True)[1:])
    network = read_network(tmp_path / "net")
    assert network.lanes == tiny_network().lanes
    assert network.header.name == "My network"


def test_own_folder_is_replaced_and_a_foreign_one_is_not(tmp_path: Path) -> None:
    write_network(tiny_network(), tmp_path / "net")
    write_network(tiny_network(geometry=()), tmp_path / "net")
    assert read_network(tmp_path / "net").geometry == ()
    (tmp_path / "net" / "letter.txt").write_text("keep me")
    with pytest.raises(InputError, match="a new or empty folder"):
        write_network(tiny_network(), tmp_path / "net")
    assert (tmp_path / "net" / "letter.txt").read_text() == "keep me"
    with pytest.raises(InputError, match="found 'a file'"):
        write_network(tiny_network(), tmp_path / "net" / "letter.txt")
    with pytest.raises(InputError, match="found 'a folder'"):
        write_workbook(tiny_network(), tmp_path / "net")


def test_nothing_is_half_written(tmp_path: Path) -> None:
    write_network(tiny_network(), tmp_path / "net")
    before = {file.name: file.read_bytes() for file in (tmp_path / "net").iterdir()}
    broken: Any = tiny_network(sources=(object(),))
    with pytest.raises(AttributeError):
        write_network(broken, tmp_path / "net")
    with pytest.raises(AttributeError):
        write_network(broken, tmp_path / "other")
    assert {file.name: file.read_bytes() for file in (tmp_path / "net").iterdir()} == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["net"]


def _fail_in_file(path: Path) -> None:
    with new_file(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError("stopped")


def _fail_in_folder(path: Path) -> None:
    with new_folder(path, lambda _: True) as temporary:
        (temporary / "half").write_text("half")
        raise RuntimeError("stopped")


def test_an_error_while_writing_leaves_no_trace(tmp_path: Path) -> None:
    for fail in (_fail_in_file, _fail_in_folder):
        with pytest.raises(RuntimeError, match="stopped"):
            fail(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    write_network(tiny_network(), tmp_path / "net")
    assert read_network(tmp_path / "net") == tiny_network()


def _changed(tmp_path: Path, table: str, position: int, **changes: Any) -> list[Finding]:
    """Write the small network with one row changed and return what reading it finds."""
    rows = [dict(row) for row in ROWS[table]]
    rows[position] |= changes
    model = TABLES[table]
    network: Network = tiny_network(**{table: tuple(model.model_validate(row) for row in rows)})
    write_network(network, tmp_path / "net")
    return inspect_network(tmp_path / "net")[1]


@pytest.mark.parametrize(
    ("table", "position", "changes", "field", "value", "maybe"),
    [
        ("lanes", 0, {"destination": "USLAS"}, "destination", "USLAS", "you meant 'USLAX'"),
        ("lanes", 3, {"alone_tariff": "LCL-US-ALON"}, "alone_tariff", "LCL-US-ALON", "you meant 'LCL-US-ALONE'"),
        ("lanes", 0, {"equipment": "20GP;40HQ"}, "equipment", "40HQ", "you meant '40HC'"),
        ("departures", 1, {"lane_id": "NGB-LAXX"}, "lane_id", "NGB-LAXX", "you meant 'NGB-LAX'"),
        ("departures", 1, {"skip_dates": "25.12.2026"}, "skip_dates", "25.12.2026", ""),
        ("links", 0, {"tariff": "DRAY-C"}, "tariff", "DRAY-C", "you meant 'DRAY-CN'"),
        ("couriers", 0, {"market": "USA"}, "market", "USA", "you meant 'US'"),
        ("charges", 0, {"currency": "CNH"}, "currency", "CNH", "you meant 'CNY'"),
        ("charges", 5, {"modes": "ocean;oceann_express"}, "modes", "oceann_express", "you meant 'ocean_express'"),
        ("duties", 0, {"schedule": "UK"}, "schedule", "UK", ""),
        ("duties", 0, {"currency": "GBP"}, "currency", "GBP", ""),
        ("regimes", 0, {"entry_tariff": "ENTRY-USA"}, "entry_tariff", "ENTRY-USA", "you meant 'ENTRY-US'"),
        ("receiving", 1, {"scope": "XX"}, "scope", "XX", ""),
        ("places", 5, {"customs_regime": "USA"}, "customs_regime", "USA", "you meant 'US'"),
        ("places", 0, {"closed_weekdays": "6;8"}, "closed_weekdays", "8", ""),
        ("places", 8, {"serves_markets": "US;CA"}, "serves_markets", "CA", ""),
        ("places", 10, {"market": ""}, "market", "", ""),
        ("compatibility", 1, {"subject": "plane"}, "subject", "plane", ""),
        ("compatibility", 2, {"subject": "WH-NGBO"}, "subject", "WH-NGBO", "you meant 'WH-NGB'"),
        ("calendars", 0, {"calendar": "CHN"}, "calendar", "CHN", "you meant 'CN'"),
        ("geometry", 2, {"lane_id": "YTN-LA"}, "lane_id", "YTN-LA", "you meant 'YTN-LAX'"),
        ("charges", 2, {"source": "tests"}, "source", "tests", "you meant 'test'"),
    ],
)  # fmt: skip
def test_references_that_do_not_resolve(
    tmp_path: Path, table: str, position: int, changes: dict[str, Any], field: str, value: str, maybe: str
) -> None:
    found = [f for f in _changed(tmp_path, table, position, **changes) if f.field == field]
    assert [(f.file, f.row, f.value, f.maybe) for f in found] == [(f"{table}.csv", position + 2, value, maybe)]


@pytest.mark.parametrize(
    ("table", "position", "changes", "field", "rule"),
    [
        ("lanes", 1, {"lane_id": "YTN-LAX"}, "lane_id", "KEY.DUPLICATE"),
        ("geometry", 1, {"seq": 0}, "lane_id, seq", "KEY.DUPLICATE"),
        ("links", 0, {"destination": "DC-LAX"}, "destination", "REFERENCE.KIND"),
        ("lanes", 0, {"origin": "WH-SZX"}, "origin", "REFERENCE.KIND"),
        ("fx", 0, {"currency": "USD", "value": "1.1"}, "value", "FX.PLAN_CURRENCY"),
        ("charges", 0, {"valid_from": "2026-12-02", "valid_to": "2026-12-01"}, "valid_to", "VALUE.ORDER"),
        ("places", 0, {"closed_weekdays": "1;2;3;4;5;6;7"}, "closed_weekdays", "CALENDAR.CLOSED"),
        ("lanes", 0, {"equipment": ""}, "equipment", "LANE.EQUIPMENT"),
        ("lanes", 0, {"tariff": "LCL-US"}, "equipment", "LANE.UNPRICED"),
        ("charges", 0, {"basis": "per_load"}, "basis", "CHARGE.BASIS"),
        ("charges", 2, {"basis": "per_entry"}, "basis", "CHARGE.BASIS"),
        ("receiving", 1, {"scope": "DTM9"}, "market", "RECEIVING.MISSING"),
    ],
)  # fmt: skip
def test_rows_that_contradict_each_other(
    tmp_path: Path, table: str, position: int, changes: dict[str, Any], field: str, rule: str
) -> None:
    found = _changed(tmp_path, table, position, **changes)
    assert (field, rule) in [(finding.field, finding.rule) for finding in found]


def test_trucks_and_their_days(tmp_path: Path) -> None:
    planning = Planning(truck_equipment=("53TRK", "40HC"), truck_dispatch_weekdays=("2", "9"))
    write_network(tiny_network(planning=planning), tmp_path / "net")
    found = inspect_network(tmp_path / "net")[1]
    assert [(f.field, f.value, f.maybe) for f in found] == [
        ("truck_dispatch_weekdays", "9", ""), ("truck_equipment", "53TRK", "you meant '53TRL'"),
        ("truck_equipment", "40HC", ""),
    ]  # fmt: skip


def _planned(**changes: Any) -> list[tuple[str, str, str]]:
    return [(f.field, f.value, f.rule) for f in check_network(tiny_network(**changes))]


def test_trucks_that_would_never_leave() -> None:
    none = Planning(truck_equipment=("53TRL",), truck_dispatch_weekdays=())
    assert _planned(planning=none) == [("truck_dispatch_weekdays", "", "TRUCK.DAYS")]
    assert _planned(planning=Planning(truck_dispatch_weekdays=())) == []
    closed = edited("places", {"DC-LAX": {"closed_weekdays": "2;5;6"}})
    assert _planned(places=closed) == [("closed_weekdays", "2;5;6", "TRUCK.DAYS")]
    assert _planned(places=closed, planning=Planning()) == []
    daily = Planning(truck_equipment=("53TRL",), truck_dispatch_weekdays=("1", "2"))
    assert _planned(places=closed, planning=daily) == []
    no_trucks = edited("places", {"DC-LAX": {"closed_weekdays": "2;5", "ftl_tariff": ""}})
    assert _planned(places=no_trucks) == []


NO_TEU: dict[str, Any] = {"40HC": {"teu": 0.0}}


def _reasons(**changes: Any) -> list[str]:
    found = check_network(tiny_network(equipment=edited("equipment", NO_TEU), **changes))
    assert {(f.row, f.field, f.rule) for f in found} <= {(3, "teu", "EQUIPMENT.TEU")}
    return [f.expected for f in found]


def test_equipment_without_teu_where_they_are_counted() -> None:
    free = edited("departures", {"YTN-LAX-W": {"allotment_teu": None}})
    flat = {"ocean-us-baf": {"basis": "per_load"}}
    assert _reasons() == ["TEU above 0, as departure YTN-LAX-W has an allotment"]
    assert _reasons(departures=free) == ["TEU above 0, as charge ocean-us-baf counts them"]
    assert _reasons(departures=free, charges=edited("charges", flat)) == []
    for charge in ("pod-us-thc", "wh-stuff", "dray-us", "decon-us", "direct-us", "pol-thc-40"):
        charges = edited("charges", {**flat, charge: {"basis": "per_teu"}})
        assert _reasons(departures=free, charges=charges) == [f"TEU above 0, as charge {charge} counts them"]
    by_air = {"pod-us-thc": {"basis": "per_teu", "modes": "air"}, "pol-thc-20": {"basis": "per_teu"}}
    assert _reasons(departures=free, charges=edited("charges", {**flat, **by_air})) == []


def test_a_truck_charged_by_teu_has_them() -> None:
    found = check_network(tiny_network(charges=edited("charges", {"ftl-us": {"basis": "per_teu"}})))
    assert [(f.row, f.field, f.expected) for f in found] == [(4, "teu", "TEU above 0, as charge ftl-us counts them")]


@pytest.mark.parametrize(
    ("charge", "changes", "field", "value"),
    [
        ("us-broker", {"min_quantity": "1"}, "min_quantity", "1"),
        ("us-broker", {"breaks": "1:90"}, "breaks", "1:90"),
        ("us-mpf", {"min_quantity": "100"}, "min_quantity", "100"),
        ("us-mpf", {"breaks": "1000:0.3"}, "breaks", "1000:0.3"),
        ("us-mpf", {"rate": "0.34640001"}, "rate", "0.34640001"),
    ],
)
def test_fees_of_an_entry_are_plain(charge: str, changes: dict[str, Any], field: str, value: str) -> None:
    found = check_network(tiny_network(charges=edited("charges", {charge: changes})))
    assert [(f.field, f.value, f.rule) for f in found] == [(field, value, "CHARGE.ENTRY")]


def test_a_percentage_of_an_entry_may_have_seven_decimals() -> None:
    assert _planned(charges=edited("charges", {"us-mpf": {"rate": "0.3464001"}})) == []


def test_the_verbs_are_public() -> None:
    assert set(network_io.__all__) <= set(dir(network_io))


def _doubled(table: str, position: int, **changes: Any) -> list[Finding]:
    """Return what is wrong with the tiny network once a row stands in it a second time, changed."""
    rows = getattr(tiny_network(), table)
    again = rows[position].model_copy(update=changes)
    return check_network(tiny_network().replace(**{table: (*rows, again)}))


def test_a_charge_in_force_twice_is_named() -> None:
    (found,) = _doubled("charges", 0, charge_id="again")
    assert (found.rule, found.field, found.value) == ("CHARGE.TWICE", "valid_from", "again")
    assert "no day shared with row 2" in found.expected
    assert not _doubled("charges", 0, charge_id="again", code="ANOTHER.LINE")
    for column in ("modes", "equipment"):
        narrow = ("a",), ("b",)
        rows = tiny_network().charges
        apart = [rows[0].model_copy(update={column: part, "charge_id": part[0]}) for part in narrow]
        rules = {row.rule for row in check_network(tiny_network().replace(charges=(*apart, *rows[1:])))}
        assert "CHARGE.TWICE" not in rules


def test_a_duty_layer_that_says_two_things_is_named() -> None:
    (found,) = _doubled("duties", 0, duty_id="again")
    assert (found.rule, found.value) == ("DUTY.TWICE", "again")
    assert not _doubled("duties", 0, duty_id="again", enabled=False)
    assert not _doubled("duties", 0, duty_id="again", hs_prefix="999999")
    ended = tiny_network().duties[0].valid_from
    assert ended is None
    over = dt.date(2000, 1, 1)
    assert {row.rule for row in _doubled("duties", 0, duty_id="again", valid_to=over)} == {"DUTY.TWICE"}
