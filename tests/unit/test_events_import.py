"""Importing confirmations: all of a file or nothing, once, and every fault named with its row and reason."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consolidation.events.importing import Context, Imported, import_confirmations
from consolidation.events.log import read_log
from consolidation.events.state import state_of
from network.errors import Finding, InputError, PlanFolderError
from tests.confirming import contents, event, record, travelling_plan, write_file, write_folder
from tests.goods import goods
from tests.hand_plan import NETWORK

CONTEXT = Context(NETWORK, (goods("S1", cartons=40), goods("S2", cartons=60)))
GOOD = [
    record("booked", "L0001", reference="BK-7"),
    record("gated_in", "S1", "2026-12-01T12:00+08:00", volume_m3="4.4", gross_weight_kg="812.50"),
    record("sailed", "L0001", "2026-12-02T18:00+08:00"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "plan")


def _import(folder: Path, rows: list[dict[str, Any]], name: str = "c.csv", **options: Any) -> Imported:
    return import_confirmations(folder, write_file(folder.parent / name, rows), by="Mei", **options)


def _refused(folder: Path, file: Path, context: Context | None = None) -> list[Finding]:
    """Return the findings of a file that must change nothing."""
    before = contents(folder)
    with pytest.raises(InputError) as caught:
        import_confirmations(folder, file, by="Mei", context=context)
    assert contents(folder) == before
    return list(caught.value.findings)


# -- what is taken in


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json"])
def test_a_file_is_taken_in_with_who_when_and_which(folder: Path, suffix: str) -> None:
    done = _import(folder, GOOD, f"carrier{suffix}")
    assert (len(done.new), done.known, done.repeated) == (3, 0, 0)
    log = read_log(folder)
    assert log == done.events
    assert [each.confirmation.kind for each in log] == ["booked", "gated_in", "sailed"]
    assert {(each.recorded_by, each.file) for each in log} == {("Mei", f"carrier{suffix}")}
    first = 1 if suffix == ".json" else 2
    assert [each.row for each in log] == [first, first + 1, first + 2]
    assert done.state.shipments["S2"].status == "sailed"
    assert set(contents(folder)) == {"plan.json", "events.jsonl"}


def test_the_same_confirmations_are_known_from_whatever_file(folder: Path) -> None:
    _import(folder, GOOD)
    before = contents(folder)
    for name in ("c.csv", "again.xlsx", "again.json"):
        done = _import(folder, GOOD[::-1], name)
        assert (len(done.new), done.known, done.repeated) == (0, 3, 0)
    with_note = [{**row, "note": "seen"} for row in GOOD]
    in_utc = {**record("booked", "L0001", "2026-12-01T02:00Z", reference="BK-7")}
    assert _import(folder, [*with_note, in_utc]).new == ()
    assert contents(folder) == before


def test_rows_repeated_in_a_file_count_once(folder: Path) -> None:
    done = _import(folder, [*GOOD, GOOD[0], GOOD[0]])
    assert (len(done.new), done.known, done.repeated) == (3, 0, 2)
    again = _import(folder, [*GOOD, GOOD[0]])
    assert (len(again.new), again.known, again.repeated) == (0, 3, 1)


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    before = contents(folder)
    done = _import(folder, GOOD, dry_run=True)
    assert len(done.new) == 3
    assert done.state.loads["L0001"].status == "sailed"
    assert contents(folder) == before


def test_later_files_add_to_the_log(folder: Path) -> None:
    _import(folder, GOOD[:1])
    assert len(_import(folder, GOOD[1:], "later.csv").events) == 3
    late = _import(folder, [record("stuffed", "L0001", "2026-12-01T20:00+08:00")], "late.csv")
    assert late.state.loads["L0001"].status == "sailed"


def test_who_imports_is_the_user_unless_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "lin")
    file = write_file(folder.parent / "c.csv", GOOD[:1])
    assert import_confirmations(folder, file).new[0].recorded_by == "lin"


def test_a_name_that_is_no_text_is_kept_as_far_as_it_can_be(folder: Path) -> None:
    import_confirmations(folder, write_file(folder.parent / "c.csv", GOOD[:1]), by="Mei\udcff")
    assert read_log(folder)[0].recorded_by == "Mei?"


def test_goods_of_an_unplanned_shipment_are_known_too(folder: Path) -> None:
    done = _import(
        folder, [record("gated_in", "S9", volume_m3="2"), record("cancelled", "S9", "2026-12-02T10:00+08:00")]
    )
    assert done.state.unplanned["S9"].cancelled


@pytest.mark.parametrize("context", [None, CONTEXT])
def test_a_load_is_rolled_to_a_later_week(folder: Path, context: Context | None) -> None:
    rows = [GOOD[0], record("rolled", "L0001", "2026-12-01T12:00+08:00", departure_id="YTN-LAX-W@2026-12-09")]
    assert _import(folder, rows, context=context).state.loads["L0001"].departure_id == "YTN-LAX-W@2026-12-09"


def test_with_a_network_any_departure_on_the_way_will_do(folder: Path) -> None:
    rows = [GOOD[0], record("rolled", "L0001", "2026-12-01T12:00+08:00", departure_id="YTN-LAX-EXTRA@2026-12-12")]
    assert _import(folder, rows, context=CONTEXT).state.loads["L0001"].rolled


def test_goods_left_behind_make_room(folder: Path) -> None:
    """20 m3 of S1 beside 6 m3 of S2 fit into 28 m3; 24 m3 do so without S2, or without half of its cartons."""
    _import(folder, [record("booked", "L0001"), record("gated_in", "S1", volume_m3="20")])
    again = record("gated_in", "S1", "2026-12-01T14:00+08:00", volume_m3="24")
    (found,) = _refused(folder, write_file(folder.parent / "c.csv", [again]))
    assert found.field == "volume_m3"
    short = record("short_shipped", "S2", "2026-12-01T15:00+08:00", cartons=30)
    _import(folder, [again, short], context=CONTEXT, dry_run=True)
    _import(folder, [again, {**short, "cartons": ""}])


def test_a_truck_is_judged_once_it_is_booked(folder: Path) -> None:
    """The trailer holds 75 m3: 10 m3 of S1, 6 m3 of S2 and 60 m3 of S4 are too much, but nobody has booked it."""
    much = [record("gated_in", "S1", volume_m3="10"), record("gated_in", "S4", volume_m3="60")]
    _import(folder, much, dry_run=True)
    found = _refused(folder, write_file(folder.parent / "c.csv", [*much, record("booked", "T0001")]))
    assert {(each.row, each.field, each.rule) for each in found} == {
        (2, "volume_m3", "LOAD.ROOM"),
        (3, "volume_m3", "LOAD.ROOM"),
    }


# -- what is refused: each with its row, its field and its reason

Bad = tuple[list[dict[str, Any]], int | None, str, str]
_BOOKED = record("booked", "L0001")
_AT_SEA = [_BOOKED, record("sailed", "L0001", "2026-12-02T18:00+08:00")]
BAD: dict[str, Bad] = {
    "unknown shipment": ([record("gated_in", "S11", volume_m3="4")], 2, "subject_id", "a shipment of plan HAND"),
    "unknown load": ([_BOOKED, record("booked", "L001")], 3, "subject_id", "Maybe you meant 'L0001'"),
    "load called a shipment": (
        [record("booked", "L0001", subject="shipment")], 2, "subject_id", "Maybe subject should be load",
    ),
    "another plan": ([record("booked", "L0001", plan_id="HANT")], 2, "plan_id", "Maybe you meant 'HAND'"),
    "version to come": ([record("booked", "L0001", plan_version=2)], 2, "plan_version", "the folder of a later plan"),
    "version zero": ([record("booked", "L0001", plan_version=0)], 2, "plan_version", "at least 1"),
    "version in words": ([record("booked", "L0001", plan_version="one")], 2, "plan_version", "a whole number"),
    "unknown kind": ([record("gated-in", "S1")], 2, "kind", "Maybe you meant 'gated_in'"),
    "unknown subject": ([record("booked", "L0001", subject="container")], 2, "subject", "one of shipment, load"),
    "misspelt column": ([record("gated_in", "S1", volum_m3="4")], 1, "volum_m3", "Maybe you meant 'volume_m3'"),
    "no time": ([record("booked", "L0001", "")], 2, "time", "a value"),
    "time without offset": ([record("booked", "L0001", "2026-12-01T10:00")], 2, "time", "2026-12-01T10:00+08:00"),
    "date without time": ([record("booked", "L0001", "01/12/2026")], 2, "time", "with its offset from UTC"),
    "wrong year": ([record("booked", "L0001", "2062-12-01T10:00+08:00")], 2, "time", "Maybe the year is wrong"),
    "year zero": ([record("booked", "L0001", "0001-01-01T00:00+14:00")], 2, "time", "with its offset"),
    "hold that ended before it began": (
        [*_AT_SEA, record("customs_hold", "S1", "2026-12-19T10:00-08:00", until="2026-12-18")], 4, "until", "2026-12-19 on",
    ),
    "hold until some day": (
        [*_AT_SEA, record("customs_hold", "S1", "2026-12-19T10:00-08:00", until="next week")], 4, "until", "YYYY-MM-DD",
    ),
    "sailed without a booking": ([record("sailed", "L0001")], 2, "kind", "L0001 is proposed at that time"),
    "sailed before it was booked": (
        [record("sailed", "L0001", "2026-12-02T18:00+08:00"), record("booked", "L0001", "2026-12-03T10:00+08:00")], 2,
        "kind", "Maybe booked was not reported, or for a later time",
    ),
    "booked after it sailed": (
        [*_AT_SEA, record("booked", "S2", "2026-12-05T10:00+08:00")], 4, "kind", "shipment S2 is sailed at that time",
    ),
    "delivered without sailing": (
        [_BOOKED, record("delivered", "S1", "2026-12-28T10:00-08:00")], 3, "kind", "S1 is booked at that time",
    ),
    "delivered in the middle of the ocean": (
        [*_AT_SEA, record("delivered", "L0001", "2026-12-06T10:00-08:00")], 4, "time", "half the planned voyage",
    ),
    "truck with goods that did not sail": (
        [record("booked", "T0001"), record("delivered", "T0001", "2026-12-26T10:00-08:00")], 3, "kind",
        "shipment S1 is proposed",
    ),
    "delivered on hold": (
        [*_AT_SEA, record("customs_hold", "S1", "2026-12-19T10:00-08:00"),
         record("delivered", "S1", "2026-12-22T10:00-08:00")], 5, "kind", "customs hold shipment S1",
    ),
    "load delivered with goods on hold": (
        [*_AT_SEA, record("customs_hold", "S1", "2026-12-19T10:00-08:00"),
         record("delivered", "L0001", "2026-12-22T10:00-08:00")], 5, "kind", "customs hold shipment S1",
    ),
    "gated in after sailing": (
        [*_AT_SEA, record("gated_in", "S1", "2026-12-03T10:00+08:00", volume_m3="4")], 4, "kind", "S1 is sailed",
    ),
    "cancelled after sailing": ([*_AT_SEA, record("cancelled", "S1", "2026-12-03T10:00+08:00")], 4, "kind", "S1 is sailed"),
    "booked after it was cancelled": (
        [record("cancelled", "S1"), record("booked", "S1", "2026-12-02T10:00+08:00")], 3, "kind", "S1 was cancelled",
    ),
    "sailed although left behind": (
        [_BOOKED, record("short_shipped", "S1", "2026-12-02T10:00+08:00"), record("sailed", "S1", "2026-12-02T18:00+08:00")],
        4, "kind", "S1 is off its load",
    ),
    "shipment rolled": ([record("rolled", "S1", departure_id="YTN-LAX-W@2026-12-09")], 2, "kind", "of a shipment"),
    "load short-shipped": ([record("short_shipped", "L0001")], 2, "kind", "of a trunk load"),
    "load gated in": ([record("gated_in", "L0001", volume_m3="4")], 2, "kind", "of a trunk load"),
    "truck sailed": ([record("sailed", "T0001")], 2, "kind", "of a truck load"),
    "unplanned shipment booked": ([record("booked", "S9")], 2, "kind", "a shipment that the plan leaves out"),
    "rolled to nowhere": ([_BOOKED, record("rolled", "L0001")], 3, "departure_id", "the departure that the load is on now"),
    "rolled to an unknown departure": (
        [_BOOKED, record("rolled", "L0001", departure_id="YTN-SEA-W@2026-12-09")], 3, "departure_id", "--network",
    ),
    "rolled to a day on which it does not leave": (
        [_BOOKED, record("rolled", "L0001", departure_id="YTN-LAX-W@2026-12-10")], 3, "departure_id", "some weeks later",
    ),
    "rolled to no day": ([_BOOKED, record("rolled", "L0001", departure_id="YTN-LAX-W")], 3, "departure_id", "date of ETD"),
    "rolled to a departure that has left": (
        [record("booked", "L0001", "2026-11-27T10:00+08:00"),
         record("rolled", "L0001", "2026-11-28T10:00+08:00", departure_id="YTN-LAX-W@2026-11-25")], 3, "departure_id",
        "had not left at the time",
    ),
    "rolled to the departure that it is on": (
        [_BOOKED, record("rolled", "L0001", departure_id="YTN-LAX-W@2026-12-02")], 3, "departure_id", "L0001 is on this one",
    ),
    "rolled at the end of time": (
        [_BOOKED, record("rolled", "L0001", "9999-12-31T23:30Z", departure_id="YTN-LAX-W@2026-12-09")], 3, "time",
        "near the horizon of the plan",
    ),
    "rolled after sailing": (
        [*_AT_SEA, record("rolled", "L0001", "2026-12-04T10:00+08:00", departure_id="YTN-LAX-W@2026-12-09")], 4, "kind",
        "L0001 is sailed",
    ),
    "volume over the load": ([record("gated_in", "S1", volume_m3="22.1")], 2, "volume_m3", "at most 22.0"),
    "weight over the load": ([record("gated_in", "S1", gross_weight_kg="18900")], 2, "gross_weight_kg", "other goods in it 1200"),
    "volume below nothing": ([record("gated_in", "S1", volume_m3="-4")], 2, "volume_m3", "of at least 0.000001 m3"),
    "volume beyond all ships": ([record("gated_in", "S1", volume_m3="1e300")], 2, "volume_m3", "at most 10000 m3"),
    "weight of too many digits": ([record("gated_in", "S1", gross_weight_kg="9" * 400)], 2, "gross_weight_kg", "number"),
    "weight that is no number": ([record("gated_in", "S1", gross_weight_kg="nan")], 2, "gross_weight_kg", "number"),
    "weight with a unit": ([record("gated_in", "S1", gross_weight_kg="812 kg")], 2, "gross_weight_kg", "Maybe 812"),
    "half a carton": ([_BOOKED, record("short_shipped", "S1", cartons="1.5")], 3, "cartons", "a whole number"),
    "measures of a booking": ([record("booked", "S1", volume_m3="4")], 2, "volume_m3", "Maybe kind should be gated_in"),
    "departure of a sailing": ([record("booked", "L0001", departure_id="X@2026-12-09")], 2, "departure_id", "belongs to rolled"),
    "two volumes at once": (
        [record("gated_in", "S1", volume_m3="4.4"), record("gated_in", "S1", volume_m3="4.5")], 3, "volume_m3",
        "expected 4.4, as row",
    ),
    "sailed twice": ([*_AT_SEA, record("sailed", "L0001", "2026-12-03T18:00+08:00")], 4, "time", "expected 2026-12-02T18:00+08:00, as row"),
    "cancelled and sailed": (
        [_BOOKED, record("cancelled", "L0001", "2026-12-02T18:00+08:00"), _AT_SEA[1]], 3, "kind", "L0001 is sailed",
    ),
    "a name with a line break": ([record("booked", "L0001", reported_by="OCEAN\nLINE")], 2, "reported_by", "one line"),
    "an endless reference": ([record("booked", "L0001", reference="9" * 201)], 2, "reference", "at most 200 characters"),
}  # fmt: skip


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json"])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_named_and_nothing_is_taken_in(folder: Path, name: str, suffix: str) -> None:
    rows, row, field, words = BAD[name]
    found = _refused(folder, write_file(folder.parent / f"bad{suffix}", rows))
    expected_row = row if row is None or row == 1 or suffix != ".json" else row - 1
    assert [(each.row, each.field) for each in found] == [(expected_row, field)], [str(each) for each in found]
    assert words in str(found[0])
    assert found[0].file.startswith(f"bad{suffix}")
    assert found[0].rule


def test_there_are_enough_bad_files() -> None:
    assert len(BAD) >= 25


WITH_CONTEXT: dict[str, Bad] = {
    "rolled to an unknown departure": (
        [_BOOKED, record("rolled", "L0001", departure_id="YTN-LAX-V@2026-12-09")], 3, "departure_id",
        "Maybe you meant 'YTN-LAX-W@2026-12-09'",
    ),
    "rolled to a day on which it does not leave": (
        [_BOOKED, record("rolled", "L0001", departure_id="YTN-LAX-W@2026-12-10")], 3, "departure_id", "of the network",
    ),
    "rolled to co-load": (
        [_BOOKED, record("rolled", "L0001", departure_id="YTN-LAX-LCL-W@2026-12-05")], 3, "departure_id",
        "from CNYTN to USLAX that takes a 20GP",
    ),
    "rolled to a departure that has left": (
        [record("booked", "L0001", "2026-11-27T10:00+08:00"),
         record("rolled", "L0001", "2026-11-28T10:00+08:00", departure_id="YTN-LAX-W@2026-11-25")], 3, "departure_id",
        "this one left at 2026-11-25T10:00Z",
    ),
    "more cartons than there are": (
        [_BOOKED, record("short_shipped", "S1", cartons=40)], 3, "cartons", "fewer than the 40 cartons",
    ),
    "a little over the load": ([record("gated_in", "S1", volume_m3="22.002")], 2, "volume_m3", "at most 22.000 m3"),
}  # fmt: skip


@pytest.mark.parametrize("name", WITH_CONTEXT)
def test_network_and_shipments_judge_more_strictly(folder: Path, name: str) -> None:
    rows, row, field, words = WITH_CONTEXT[name]
    (found,) = _refused(folder, write_file(folder.parent / "bad.csv", rows), CONTEXT)
    assert (found.row, found.field) == (row, field)
    assert words in str(found)


def test_a_confirmation_of_the_plan_before_is_stale(folder: Path) -> None:
    plan = travelling_plan(version=3)
    write_folder(folder, plan, [event("booked", "L0001", plan_id="HAND-1", plan_version=1)])
    for rows in (
        [record("sailed", "L0001", plan_version=2)],
        [record("sailed", "L0001", plan_id="HAND-2", plan_version=2)],
        [record("sailed", "L0001", plan_id="HAND-1", plan_version=1)],
    ):
        (found,) = _refused(folder, write_file(folder.parent / "late.csv", rows))
        assert (found.row, found.rule) == (2, "EVENT.STALE")
        assert "send it the files of this one" in str(found)
    known = _import(folder, [record("booked", "L0001", plan_id="HAND-1", plan_version=1)])
    assert (len(known.new), known.known) == (0, 1)


def test_a_report_that_contradicts_the_log_is_refused(folder: Path) -> None:
    _import(folder, [_BOOKED, *_AT_SEA[1:]])
    late = write_file(folder.parent / "late.csv", [record("cancelled", "L0001", "2026-12-01T18:00+08:00")])
    (found,) = _refused(folder, late)
    assert "load L0001 was sailed at 2026-12-02T18:00+08:00 (recorded 20" in str(found)
    again = write_file(folder.parent / "again.csv", [record("booked", "L0001", "2026-12-04T18:00+08:00")])
    assert "L0001 is sailed at that time" in str(_refused(folder, again)[0])


def test_everything_wrong_is_named_at_once(folder: Path) -> None:
    rows = [record("booked", "L0009"), GOOD[0], record("sailed", "L0002"), record("gated_in", "S1", volume_m3="none")]
    found = _refused(folder, write_file(folder.parent / "bad.csv", rows))
    assert [(each.row, each.field) for each in found] == [(2, "subject_id"), (4, "kind"), (5, "volume_m3")]


def _text(text: str, encoding: str = "utf-8") -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(text.encode(encoding))
        return path

    return write


HEAD = "kind,subject,subject_id,plan_id,plan_version,time,reported_by"
LINE = "booked,load,L0001,HAND,1,2026-12-01T10:00+08:00,OCEANLINE"
FILES: dict[str, tuple[str, Callable[[Path], Path], int | None, str]] = {
    "empty": ("bad.csv", _text(""), None, "a line with column names"),
    "header only": ("bad.csv", _text(HEAD + "\n"), None, "at least one confirmation"),
    "no rows in a workbook": ("bad.xlsx", lambda path: write_file(path, []), None, "a line with column names"),
    "empty JSON": ("bad.json", _text(""), None, "records"),
    "JSON without rows": ("bad.json", _text('{"confirmations": []}'), None, "at least one"),
    "JSON cut off": ("bad.json", _text('{"confirmations": [{"kind": "booked"'), 1, "JSON"),
    "JSON without the list": ("bad.json", _text('{"bookings": [], "gates": []}'), None, '{"confirmations": [...]}'),
    "JSON of numbers": ("bad.json", _text("[1, 2]"), 1, "a record"),
    "JSON deep in itself": ("bad.json", _text("[" * 100_000), None, "JSON"),
    "column missing": ("bad.csv", _text(HEAD.replace(",time", "") + "\n" + LINE.replace(",2026-12-01T10:00+08:00", "")), 1, "a column time"),
    "column twice": ("bad.csv", _text(HEAD + ",time\n" + LINE + ",x\n"), 1, "each column once"),
    "line cut short": ("bad.csv", _text(HEAD + "\n" + LINE + "\nbooked,load\n"), 3, "7 cells, as in the header"),
    "quote not closed": ("bad.csv", _text(HEAD + '\n"' + LINE + "\n"), 2, "quotes that are closed"),
    "GB 18030": ("bad.csv", _text(HEAD + "\n" + LINE + "\n" + LINE.replace("OCEANLINE", "远洋"), "gb18030"), 3, "GB 18030"),
    "Latin 1": ("bad.csv", _text(HEAD + "\n" + LINE.replace("OCEANLINE", "Zürich"), "latin-1"), 2, "text in UTF-8"),
    "UTF-16 without mark": ("bad.csv", _text(HEAD + "\n" + LINE, "utf-16-le"), None, "text in UTF-8"),
    "a workbook called CSV": ("bad.csv", lambda path: path.write_bytes(write_file(path.with_suffix(".xlsx"), GOOD).read_bytes()) and path, None, "name it .xlsx"),
    "text called workbook": ("bad.xlsx", _text(HEAD), None, "an Excel workbook"),
    "a picture": ("bad.png", _text("x"), None, "a file of one of the kinds"),
    "nothing": ("missing.csv", lambda path: path, None, "a file"),
    "a folder": ("bad.csv", lambda path: (path.mkdir(), path)[1], None, "a file"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_named_and_nothing_is_taken_in(folder: Path, name: str) -> None:
    file, write, row, words = FILES[name]
    found = _refused(folder, write(folder.parent / file))
    assert found[0].row == row, [str(each) for each in found]
    assert words in " ".join(str(each) for each in found)
    assert found[0].file.startswith(Path(file).stem)


def test_other_lists_of_a_json_file_are_passed_over(folder: Path) -> None:
    file = folder.parent / "c.json"
    file.write_text(
        json.dumps({"header": {"role": "carrier"}, "confirmations": GOOD, "ports": ["CNYTN"]}), encoding="utf-8"
    )
    assert len(import_confirmations(folder, file, by="Mei").new) == 3


def test_utf_16_with_its_mark_is_read(folder: Path) -> None:
    file = _text(HEAD + "\n" + LINE, "utf-16")(folder.parent / "c.csv")
    assert len(import_confirmations(folder, file, by="Mei").new) == 1


def test_a_folder_without_a_plan_is_refused(tmp_path: Path) -> None:
    file = write_file(tmp_path / "c.csv", GOOD)
    with pytest.raises(PlanFolderError, match="is not a plan folder"):
        import_confirmations(tmp_path, file)
    with pytest.raises(PlanFolderError, match="cannot be opened"):
        import_confirmations(tmp_path / "none", file)
    with pytest.raises(PlanFolderError, match="cannot be opened"):
        import_confirmations(file, file)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda text: text[:-40], "line 3: event"),
        (lambda text: text.replace('"kind":"sailed"', '"kind":"flown"'), "line 3: confirmation.kind: found 'flown'"),
        (lambda text: text.replace("+08:00", ""), "line 1: confirmation.time"),
        (lambda text: "\x00" + text, "line 1: event"),
    ],
)
def test_a_damaged_log_is_refused(folder: Path, spoil: Callable[[str], str], words: str) -> None:
    _import(folder, GOOD)
    path = folder / "events.jsonl"
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(PlanFolderError, match=words):
        _import(folder, GOOD)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(PlanFolderError, match="cannot be read"):
        read_log(folder)


# -- many at once


def _one_of_many(folder: str, number: int) -> None:
    row = record("gated_in", "S1", f"2026-11-28T10:{number:02d}+08:00", volume_m3="4.4")
    import_confirmations(folder, write_file(Path(folder).parent / f"{number}.json", [row]), by=f"P{number}")


def test_imports_at_once_lose_nothing(folder: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_one_of_many, args=(str(folder), number)) for number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 6
    log = read_log(folder)
    assert {each.recorded_by for each in log} == {f"P{number}" for number in range(6)}
    assert state_of(travelling_plan(), log).shipments["S1"].status == "proposed"


def test_a_failure_while_writing_leaves_the_log_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError("no space left on device")

    _import(folder, GOOD[:1])
    before = contents(folder)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", fail)
        with pytest.raises(OSError, match="no space left"):
            _import(folder, GOOD)
    assert contents(folder) == before
    (folder / ".events.jsonl.999999999-1a2b3c4d.tmp").write_text("half", encoding="utf-8")
    _import(folder, GOOD)
    assert set(contents(folder)) == {"plan.json", "events.jsonl"}
    json.loads((folder / "events.jsonl").read_text(encoding="utf-8").splitlines()[-1])


@pytest.mark.parametrize(
    ("name", "text", "found", "sent"),
    [
        ("week.csv", "shipment_id,seller_id,origin,cartons\nS1,ANNA,Shenzhen,4\n", "shipment_id, seller_id, origin, ...", False),
        ("booking.csv", "number,document,subject,plan_id\nDB/1/booking/L1,booking,L1,DB\n", "number, document, subject, ...", True),
        ("booking.json", '[{"header": {}, "facts": {}, "lines": []}]', "header, facts, lines", True),
    ],
)  # fmt: skip
def test_a_file_of_something_else_is_one_fault(folder: Path, name: str, text: str, found: str, sent: bool) -> None:
    (folder.parent / name).write_text(text, encoding="utf-8")
    fault = _refused(folder, folder.parent / name)[-1]
    assert (fault.file, fault.row, fault.value, fault.rule) == (name, 1, found, "COLUMN.MISSING")
    assert fault.expected.startswith("columns of confirmations: kind, subject, subject_id, ")
    assert ("sent to a partner" in fault.maybe) is sent
