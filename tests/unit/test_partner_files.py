"""Partner files by hand: what they look like, what is wrong with a changed one, and exports that follow each other."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import jsonschema
import openpyxl
import pytest

from consolidation import schema
from consolidation.partners.build import build_documents
from consolidation.partners.earlier import documents_of, read_earlier
from consolidation.partners.export import export
from consolidation.partners.formats import FORMATS, read_documents
from consolidation.partners.header import FileHeader
from consolidation.partners.ifcsum_reading import read_ifcsum
from consolidation.partners.json_files import json_bytes
from consolidation.partners.manifest import MANIFEST, Manifest, read_manifest
from consolidation.partners.model import PartnerDocument
from consolidation.partners.succession import cancellation
from consolidation.partners.tabular import csv_bytes
from consolidation.partners.workbook import INDEX, sheet_names, xlsx_bytes
from consolidation.plan_model import Plan
from network.errors import InputError
from tests.hand_plan import NETWORK, hand_plan, shipments, signed
from tests.partner_plans import NETWORK as SAMPLE
from tests.partner_plans import Week, partner_week

PLAN = Plan.model_validate(signed(hand_plan()))
GOODS = shipments()
MADE = build_documents(PLAN, NETWORK, GOODS)


def _of(kind: str) -> list[PartnerDocument]:
    return [each for each in MADE if each.header.document == kind]


# -- what files look like ------------------------------------------------------------------------------------------------


def test_a_csv_file_has_head_and_facts_in_front_of_every_line() -> None:
    first, second = csv.DictReader(io.StringIO(csv_bytes(_of("stuffing_list")).decode()))
    assert first["number"] == second["number"] == "HAND/1/stuffing_list/L0001"
    assert (first["plan_id"], first["plan_version"], first["status"]) == ("HAND", "1", "proposed")
    assert (first["cutoff"], first["stuff_by"]) == ("2026-11-29T18:00+08:00", "2026-11-25")
    assert (first["shipment_id"], first["volume_m3"], first["gross_weight_kg"]) == ("S1", "4", "800")
    assert len(first["content_sha256"]) == 64


def test_a_workbook_has_a_sheet_per_load_list_with_units_and_frozen_headings() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(_of("stuffing_list"))))
    assert book.sheetnames == [INDEX, "L0001"]
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "B2"
    headings = [cell.value for cell in book["L0001"][1]]
    assert headings[:4] == ["shipment_id", "seller_id", "expected", "cartons (carton)"]
    assert {"volume_m3", "gross_weight_kg", "carton_length_cm"} <= set(headings)
    row = dict(zip(headings, (cell.value for cell in book["L0001"][2]), strict=True))
    assert (row["volume_m3"], row["cartons (carton)"], row["expected"].date().isoformat()) == (4, 40, "2026-11-24")


def test_texts_that_a_spreadsheet_would_compute_are_made_harmless(tmp_path: Path) -> None:
    made = _of("stuffing_list")[0]
    line = made.lines[0].model_copy(update={"seller_id": "=HYPERLINK(1)"})
    named = _sealed(made, lines=(line,))
    assert ",'=HYPERLINK(1)," in csv_bytes([named]).decode()
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([named])))
    assert (book["L0001"]["B2"].value, book["L0001"]["B2"].data_type) == ("'=HYPERLINK(1)", "s")
    (tmp_path / "a.csv").write_bytes(csv_bytes([named]))
    assert read_documents(tmp_path / "a.csv")[0].lines[0].seller_id == "=HYPERLINK(1)"


def _sealed(document: PartnerDocument, **changes: object) -> PartnerDocument:
    """Return a changed document with the right hash."""
    from consolidation.partners.header import content_sha256
    from consolidation.partners.model import content_of

    made = document.model_copy(update=changes)
    head = made.header.model_copy(update={"content_sha256": content_sha256(content_of(made.facts, made.lines))})
    return made.model_copy(update={"header": head})


def test_sheets_have_names_that_a_workbook_takes() -> None:
    subjects = ["A/B", "a:b", "Documents", "x" * 40, "x" * 41, "'q'", "\U0001f6a2" * 20]
    documents = [
        each.model_copy(update={"header": each.header.model_copy(update={"subject": subject})})
        for subject in subjects
        for each in _of("booking")
    ]
    names = sheet_names(documents)
    assert len({name.lower() for name in (*names, INDEX)}) == len(names) + 1
    assert all(len(name.encode("utf-16-le")) <= 62 and not set(name) & set("[]:*?/\\'") for name in names)


@pytest.mark.parametrize("kind", sorted({each.header.document for each in MADE}))
def test_json_follows_the_published_schema(kind: str) -> None:
    published = json.loads((schema.FOLDER / "partner_file.schema.json").read_text(encoding="utf-8"))
    judge = jsonschema.Draft202012Validator(published)
    content = json.loads(json_bytes(_of(kind)))
    judge.validate(content)
    content["documents"][0]["lines"][0]["price"] = 1
    with pytest.raises(jsonschema.ValidationError):
        judge.validate(content)


# -- what is wrong with a changed file -----------------------------------------------------------------------------------


def _edited(path: Path, *changes: tuple[str, str]) -> tuple[str, ...]:
    """Change the text of a file and return what reading it finds, as field and rule."""
    text = path.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_documents(path)
    return tuple(f"{each.row} {each.field} {each.rule}" for each in refused.value.findings)


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        (",ANNA,", ",EVE,", "2 content_sha256 DOCUMENT.EDITED"),
        (",40,", ",41,", "2 content_sha256 DOCUMENT.EDITED"),
        (",40,", ",many,", "2 cartons VALUE.NUMBER"),
        (",40,", ",-1,", "2 cartons VALUE"),
        ("2026-11-24", "24.11.2026", "2 expected VALUE.DATE"),
        (",S1,", ",,", "2 shipment_id VALUE"),
        ("stuffing_list,origin", "packing_list,origin", "2 document DOCUMENT.KIND"),
        ("origin_warehouse", "stevedore", "2 role VALUE"),
        (",HAND,1,", ",HAND,0,", "2 plan_version VALUE"),
        ("seller_id", "seller", "1 seller COLUMN.UNKNOWN"),
        (",original,", ",replace,", "2 number DOCUMENT.PARTS"),
        (",original,", ",cancel,", "2 number DOCUMENT.PARTS"),
        (",DC-LAX,", ",DC-NYC,", "2 number DOCUMENT.FACTS"),
        (",S2,", ',S"2,', "3 content_sha256 DOCUMENT.EDITED"),
    ],
)
def test_a_changed_csv_is_refused_with_row_and_field(before: str, after: str, finding: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(csv_bytes(_of("stuffing_list")))
    found = _edited(tmp_path / "a.csv", (before, after))
    assert finding in found or finding.replace("3 ", "2 ", 1) in found, found


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        ('"seller_id": "ANNA"', '"seller_id": "EVE"', "1 content_sha256 DOCUMENT.EDITED"),
        ('"cartons": 40', '"cartons": "many"', "1 lines.0.cartons VALUE"),
        ('"cartons": 40', '"boxes": 40', "1 lines.0.boxes VALUE"),
        ('"schema_version": "1.0"', '"schema_version": "9"', "None schema_version VALUE"),
        ('"document": "stuffing_list"', '"document": "packing_list"', "1  VALUE"),
        ('{"schema_version"', '{{"schema_version"', "None  FILE.FORMAT"),
    ],
)
def test_a_changed_json_is_refused_with_position_and_field(
    before: str, after: str, finding: str, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_bytes(json_bytes(_of("stuffing_list")))
    assert finding in _edited(tmp_path / "a.json", (before, after))


def _change_cell(book: openpyxl.Workbook) -> None:
    book["L0001"]["B2"] = "EVE"


def _drop_sheet(book: openpyxl.Workbook) -> None:
    del book["L0001"]


def _drop_index(book: openpyxl.Workbook) -> None:
    del book[INDEX]


def _rename_column(book: openpyxl.Workbook) -> None:
    book["L0001"]["A1"] = "shipment"


def _spoil_number(book: openpyxl.Workbook) -> None:
    book["L0001"]["D2"] = "many"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (_change_cell, "DOCUMENT.EDITED"), (_drop_sheet, "FILE.MISSING"), (_drop_index, "FILE.MISSING"),
        (_rename_column, "COLUMN.UNKNOWN"), (_spoil_number, "VALUE.NUMBER"),
    ],
)  # fmt: skip
def test_a_changed_workbook_is_refused(change: Callable[[openpyxl.Workbook], None], rule: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx_bytes(_of("stuffing_list")))
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    with pytest.raises(InputError) as refused:
        read_documents(path)
    assert rule in {each.rule for each in refused.value.findings}


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.json", "a.pdf"])
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\xfd"])
def test_what_is_no_partner_file_is_refused(name: str, content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError):
        read_documents(tmp_path / name)


# -- exports -------------------------------------------------------------------------------------------------------------


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_is_a_folder_per_partner_and_the_same_every_time(tmp_path: Path) -> None:
    manifest = export(PLAN, NETWORK, GOODS, tmp_path / "a")
    export(PLAN, NETWORK, GOODS, tmp_path / "b")
    files = _files(tmp_path / "a")
    assert files == _files(tmp_path / "b")
    assert set(files) == {MANIFEST, *(each.path for each in manifest.files)}
    assert {"origin_warehouse/WH-SZX/stuffing_list.xlsx", "carrier/YTN-LAX/dcsa/L0001.json", "seller/ANNA/statement.csv",
            "customs_broker/US/ifcsum/L0001.edi"} <= set(files)  # fmt: skip
    assert read_manifest(tmp_path / "a") == manifest
    assert manifest.formats == tuple(FORMATS)


@pytest.mark.parametrize(
    ("partners", "folders"),
    [
        (["ANNA"], {"seller/ANNA"}),
        (["DC-LAX"], {"deconsolidator/DC-LAX", "trucker/DC-LAX"}),
        (["trucker/DC-LAX", "fba_desk"], {"trucker/DC-LAX", "fba_desk/US"}),
        (["seller"], {"seller/ANNA", "seller/BO"}),
    ],
)
def test_partners_are_named_by_id_role_or_both(partners: list[str], folders: set[str], tmp_path: Path) -> None:
    manifest = export(PLAN, NETWORK, GOODS, tmp_path / "a", partners=partners, formats=["csv"])
    assert {each.path.rpartition("/")[0] for each in manifest.files} == folders


@pytest.mark.parametrize(
    ("options", "maybe"), [({"partners": ["ANNE"]}, "you meant 'ANNA'"), ({"formats": ["xslx"]}, "you meant 'xlsx'")]
)
def test_unknown_partners_and_formats_are_refused(options: dict[str, list[str]], maybe: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        export(PLAN, NETWORK, GOODS, tmp_path / "a", **options)  # type: ignore[arg-type]
    assert [each.maybe for each in refused.value.findings] == [maybe]
    assert not (tmp_path / "a").exists()


def test_other_input_and_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="shipments_sha256"):
        export(PLAN, NETWORK, [GOODS[0].model_copy(update={"cartons": 9}), GOODS[1]], tmp_path / "a")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="other files"):
        export(PLAN, NETWORK, GOODS, tmp_path)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_failure_on_the_way_leaves_the_earlier_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(PLAN, NETWORK, GOODS, tmp_path / "a", formats=["csv"])
    before = _files(tmp_path / "a")

    def broken(*_: object) -> list[tuple[str, bytes]]:
        raise OSError("disk full")

    monkeypatch.setitem(FORMATS, "json", broken)
    with pytest.raises(OSError, match="disk full"):
        export(PLAN, NETWORK, GOODS, tmp_path / "a")
    assert _files(tmp_path / "a") == before
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


# -- what follows an earlier export --------------------------------------------------------------------------------------


def _functions(manifest: Manifest, role: str) -> dict[str, str]:
    return {head.subject: head.function for head in manifest.sent if head.role == role}


@pytest.fixture
def week() -> Week:
    """A plan with at least two containers."""
    return partner_week(60, seed=4)


def test_only_what_changed_is_sent_again(week: Week, tmp_path: Path) -> None:
    export(week.plan, SAMPLE, week.shipments, tmp_path / "one")
    heavy, gone = week.plan.loads[0], week.plan.loads[1]
    heavier = {"gross_weight_kg": Decimal("901.5")}
    later = week.changed(2, gone.shipments, **{heavy.shipments[0]: heavier})
    had = read_earlier(tmp_path / "one", SAMPLE, later.shipments)
    manifest = export(later.plan, SAMPLE, later.shipments, tmp_path / "two", previous=had)
    assert manifest.note == ""
    assert _functions(manifest, "carrier") == {heavy.load_id: "replace", gone.load_id: "cancel"}
    (replaced, cancelled) = sorted((h for h in manifest.sent if h.role == "carrier"), key=lambda head: head.function)[
        ::-1
    ]
    assert replaced.number == f"SAMPLE-2/2/booking/{heavy.load_id}"
    assert replaced.replaces == f"SAMPLE-1/1/booking/{heavy.load_id}"
    assert cancelled.replaces == f"SAMPLE-1/1/booking/{gone.load_id}"
    standing = [each.header for each in manifest.documents if not each.sent]
    assert {head.plan_version for head in standing} == {1}


def test_ifcsum_replaces_and_cancels_by_the_number_of_the_earlier_message(week: Week, tmp_path: Path) -> None:
    export(week.plan, SAMPLE, week.shipments, tmp_path / "one", formats=["ifcsum"])
    heavy, gone = week.plan.loads[0], week.plan.loads[1]
    later = week.changed(2, gone.shipments, **{heavy.shipments[0]: {"gross_weight_kg": Decimal("901.5")}})
    had = read_earlier(tmp_path / "one", SAMPLE, later.shipments)
    manifest = export(later.plan, SAMPLE, later.shipments, tmp_path / "two", previous=had, formats=["ifcsum"])
    found = {}
    for each in manifest.files:
        message = read_ifcsum((tmp_path / "two" / each.path).read_bytes(), each.path)
        found[message.load_id] = (message.function, message.number, message.replaces)
    assert found == {
        heavy.load_id: ("replace", f"SAMPLE-2/2/{heavy.load_id}", f"SAMPLE-1/1/{heavy.load_id}"),
        gone.load_id: ("cancel", f"SAMPLE-2/2/{gone.load_id}", f"SAMPLE-1/1/{gone.load_id}"),
    }


def test_numbers_lead_back_to_what_the_partner_really_has(week: Week, tmp_path: Path) -> None:
    """A document that the second version left as it was is replaced by the third: it refers to the first."""
    first, third = week.plan.loads[0], {"gross_weight_kg": Decimal("901.5")}
    weeks = [week, week.changed(2), week.changed(3, **{first.shipments[0]: third})]
    had = None
    for number, each in enumerate(weeks):
        options = {} if had is None else {"previous": had}
        manifest = export(each.plan, SAMPLE, each.shipments, tmp_path / str(number), formats=["json"], **options)  # type: ignore[arg-type]
        had = read_earlier(tmp_path / str(number), SAMPLE, each.shipments)
        if number == 1:
            assert manifest.sent == ()
            assert _files(tmp_path / "1").keys() == {MANIFEST}
    assert [head.replaces for head in manifest.sent if head.role == "carrier"] == [
        f"SAMPLE-1/1/booking/{first.load_id}"
    ]


def test_partners_left_out_of_an_export_keep_what_they_have(week: Week, tmp_path: Path) -> None:
    export(week.plan, SAMPLE, week.shipments, tmp_path / "one", formats=["csv"])
    had = read_earlier(tmp_path / "one", SAMPLE, week.shipments)
    later = week.changed(2, week.plan.loads[1].shipments)
    manifest = export(later.plan, SAMPLE, later.shipments, tmp_path / "two", previous=had, partners=["carrier"], formats=["csv"])  # fmt: skip
    assert {head.role for head in manifest.sent} == {"carrier"}
    kept = {each.header.key for each in manifest.documents if each.header.role != "carrier"}
    assert kept == {head.key for head in had.heads if head.role != "carrier"}


def test_an_earlier_plan_of_the_same_input_is_as_good_as_its_export(week: Week, tmp_path: Path) -> None:
    later = week.changed(2, (), **{week.plan.shipments[0].shipment_id: {"days": 99}})
    had = documents_of(week.plan, SAMPLE, later.shipments)
    manifest = export(later.plan, SAMPLE, later.shipments, tmp_path / "two", previous=had, formats=["csv"])
    assert [head.role for head in manifest.sent] == ["seller"]


def test_an_earlier_plan_of_other_input_is_replaced_as_a_whole_and_says_so(week: Week, tmp_path: Path) -> None:
    later = week.changed(2)
    other = [row.model_copy(update={"hs_code": "610910"}) for row in later.shipments]
    had = documents_of(week.plan, SAMPLE, other)
    assert not had.is_exact
    manifest = export(later.plan, SAMPLE, later.shipments, tmp_path / "two", previous=had, formats=["csv"])
    assert {head.function for head in manifest.sent} == {"replace"}
    assert "every document is replaced" in manifest.note


def test_what_is_neither_export_nor_plan_cannot_be_followed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="an earlier export or plan"):
        read_earlier(tmp_path, NETWORK, GOODS)
    (tmp_path / MANIFEST).write_text('{"plan_id": 1}', encoding="utf-8")
    with pytest.raises(InputError, match="the manifest of an export"):
        read_earlier(tmp_path, NETWORK, GOODS)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_cancellations_read_back_alone_and_among_others(suffix: str, tmp_path: Path) -> None:
    content = {"csv": csv_bytes, "xlsx": xlsx_bytes, "json": json_bytes}[suffix]
    head: FileHeader = _of("booking")[0].header
    gone = cancellation(head, PLAN.model_copy(update={"version": 2}))
    kept = _of("booking")[0]
    for documents in ([gone], [kept, gone]):
        path = tmp_path / f"{len(documents)}.{suffix}"
        path.write_bytes(content(documents))
        assert list(read_documents(path)) == documents
