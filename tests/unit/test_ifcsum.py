"""IFCSUM files of the load worked out by hand: what is written, what the checker finds, what answers confirm."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from pathlib import Path

import pytest

from consolidation.events.model import Confirmation
from consolidation.events.reading import read_confirmations as read_any
from consolidation.partners.consolidations import Consolidation, cancelling, consolidations, following
from consolidation.partners.edifact import read_segments
from consolidation.partners.ifcsum import write_ifcsum
from consolidation.partners.ifcsum_answers import placed_confirmations, read_confirmations, write_answer
from consolidation.partners.ifcsum_reading import check_ifcsum, read_ifcsum
from consolidation.partners.statuses import CODE_OF_EVENT, EVENT_CODES
from network.errors import Finding
from tests.hand_plan import NETWORK
from tests.partner_files import hand_message, made_by_hand, refused

MESSAGE = hand_message()
EXPECTED = """\
UNA:+.? '
UNB+UNOC:3+DRAGONBOAT:ZZZ+YTN-LAX:ZZZ+261124:0000+REF++IFCSUM'
UNH+1+IFCSUM:D:01B:UN:DBOAT1'
BGM+610+HAND/1/L0001:1+9'
DTM+137:202611240000?+0000:205'
FTX+ACB++PRO:STATUS:ZZZ'
FTX+ACB++SHA256:HASH:ZZZ+HASH'
CNT+7:2000:KGM'
CNT+10:2'
CNT+11:100'
CNT+15:10:MTQ'
CNT+16:1'
RFF+FF:HAND::1'
RFF+LO:L0001'
RFF+VON:YTN-LAX-W@2026-12-02'
NAD+WH+WH-SZX::ZZZ++Shenzhen warehouse+++++CN'
NAD+DP+DC-LAX::ZZZ++Carson+++++US'
TDT+20++1'
LOC+9+CNYTN:139:6:Yantian+CNYTN::ZZZ'
DTM+133:202612021800?+0800:205'
DTM+180:202611291800?+0800:205'
LOC+11+USLAX:139:6:Los Angeles+USLAX::ZZZ'
DTM+132:202612180200-0800:205'
FTX+TRA++LCO:CUTOFF:ZZZ+2026-11-29T18?:00?+08?:00'
EQD+CN++22G1:102:5:20GP'
CNI+1+S1'
DTM+200:20261124:102'
DTM+17:20261225:102'
FTX+ACB++PRO:STATUS:ZZZ'
TOD+6++DDP'
RFF+HWB:S1'
NAD+IM+IOR-A::ZZZ'
NAD+ST+ONT8::ZZZ++ONT8 Moreno Valley++++92551+US'
GID+1+40:CT'
PIA+5+9405420000:HS'
FTX+AAA+++general'
MEA+AAE+AAD+KGM:800'
MEA+AAE+AAW+MTQ:4'
"""


def edited(*changes: tuple[str, str], count: int = 0) -> bytes:
    """Return the file with some texts changed and its segments counted again; the first `count` of each, 0: all."""
    text = write_ifcsum(MESSAGE).decode("latin-1")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, count or -1)
    number = text.count("'\n") - 3
    return re.sub(r"UNT\+\d+", f"UNT+{number}", text).encode("latin-1")


def found(data: bytes) -> list[tuple[int | None, str, str, str]]:
    """Return what the checker finds: segment, field, value and expectation."""
    return [(each.row, each.field, each.value, each.expected) for each in check_ifcsum(data, "L0001.edi")]


class TestWriting:
    def test_the_file_of_the_hand_plan(self) -> None:
        plan = made_by_hand()
        text = (
            write_ifcsum(MESSAGE)
            .decode("latin-1")
            .replace(MESSAGE.content_sha256, "HASH")
            .replace(plan.plan_id, "HAND")
        )
        text = re.sub(r"\+[0-9A-F]{14}(?=[+'])", "+REF", text)
        assert text[: len(EXPECTED)] == EXPECTED

    def test_reads_back_equal(self) -> None:
        assert read_ifcsum(write_ifcsum(MESSAGE), "f") == MESSAGE

    def test_values_costs_and_sellers_are_not_told(self) -> None:
        text = write_ifcsum(MESSAGE).decode("latin-1")
        assert not re.search(r"ANNA|BO'|MOA|USD|2000\.|3000", text)

    def test_container_and_seals_come_back(self) -> None:
        boxed = dataclasses.replace(MESSAGE.equipment, number="MSKU1234565", seals=("A1", "B'2"))
        message = dataclasses.replace(MESSAGE, equipment=boxed).sealed()
        assert read_ifcsum(write_ifcsum(message), "f") == message

    def test_an_id_too_long_for_its_field_is_named(self) -> None:
        house = dataclasses.replace(MESSAGE.houses[0], shipment_id="S" * 36)
        findings = refused(write_ifcsum, dataclasses.replace(MESSAGE, houses=(house,)))
        assert [(each.field, each.value) for each in findings] == [("CNI element 2, component 1", "S" * 36)]
        assert "at most 35 characters" in findings[0].expected

    def test_the_reference_network_names_ports_by_locode(self) -> None:
        assert (MESSAGE.loading.unlocode, MESSAGE.discharge.unlocode, MESSAGE.warehouse.unlocode) == (
            "CNYTN",
            "USLAX",
            "",
        )

    def test_a_network_that_lost_its_places_still_gives_a_file(self) -> None:
        bare = NETWORK.replace(places=(), lanes=(), departures=(), equipment=())
        (message,) = consolidations(made_by_hand(), bare)
        assert (message.loading.name, message.cutoffs, message.houses[0].cartons) == ("", (), None)
        assert read_ifcsum(write_ifcsum(message), "f") == message


class TestFollowing:
    def test_the_same_content_needs_no_message(self) -> None:
        assert list(following([MESSAGE], [MESSAGE])) == []

    def test_a_changed_load_is_replaced(self) -> None:
        later = dataclasses.replace(
            MESSAGE, plan_version=2, number="P/2/L0001", departs="2026-12-03T18:00+08:00"
        ).sealed()
        (sent,) = following([later], [MESSAGE])
        assert (sent.function, sent.replaces) == ("replace", MESSAGE.number)
        text = write_ifcsum(sent).decode()
        assert "BGM+610+P/2/L0001:2+5'" in text
        assert f"RFF+ACW:{MESSAGE.number}'" in text
        assert read_ifcsum(text.encode(), "f") == sent

    def test_a_load_that_is_gone_is_cancelled(self) -> None:
        other = dataclasses.replace(MESSAGE, load_id="L0002", plan_id="P", plan_version=2, number="P/2/L0002").sealed()
        new, gone = following([other], [MESSAGE])
        assert (new.function, gone.function, gone.replaces) == ("original", "cancel", MESSAGE.number)
        assert gone.number == "P/2/L0001"
        assert read_ifcsum(write_ifcsum(gone), "f") == gone

    def test_a_cancellation_says_so(self) -> None:
        assert "+1'" in str(read_segments(write_ifcsum(cancelling(MESSAGE, "P", 2)), "f")[2]) + "'"


class TestChecker:
    def test_what_is_written_is_right(self) -> None:
        assert found(edited()) == []

    @pytest.mark.parametrize(("old", "new", "row", "field", "value", "expected"), [
        ("CNT+7:2000", "CNT+7:2001", 7, "CNT 6066", "2001", "2000, the sum of MEA+AAE+AAD"),
        ("CNT+10:2", "CNT+10:3", 8, "CNT 6066", "3", "2, the number of CNI"),
        ("CNT+11:100", "CNT+11:99", 9, "CNT 6066", "99", "100, the sum of GID"),
        ("CNT+11:100'\n", "", 3, "CNT", "no CNT+11", "CNT+11 of 100 packages"),
        ("CNT+15:10:MTQ", "CNT+15:10:MTR", 10, "CNT 6411", "MTR", "MTQ"),
        ("+9'", "+31'", 3, "BGM 1225", "31", "one of 9, 5, 1, 6"),
        ("+9'", "+5'", 3, "BGM 1225", "5", "an RFF+ACW with the number of the message replaced or cancelled"),
        ("RFF+LO:L0001'\n", "RFF+LO:L0001'\nRFF+ACW:OLD'\n", 14, "RFF 1154", "OLD",
         "no earlier message, as BGM says 9 (original)"),
        (":1+9'", ":2+9'", 3, "BGM 1056", "2", "1, the version in RFF+FF"),
        ("PRO:STATUS", "XXX:STATUS", 5, "FTX 4441", "XXX", "one of PRO, APP, BKD, STF, SLD, CLR, DLV"),
        ("TDT+20++1'", "TDT+20++9'", 17, "TDT 8067", "9", "one of 1, 2, 3, 4"),
        ("205'\nLOC+11", "203'\nLOC+11", 20, "DTM 2379", "203",
         "102 (a date) or 205 (a time with its offset from UTC)"),
        ("133:20261202", "133:20261302", 19, "DTM 2380", "202613021800+0800", "YYYYMMDDHHMM and +HHMM or -HHMM"),
        ("200:20261124", "200:20261131", 26, "DTM 2380", "20261131", "YYYYMMDD"),
        ("LCO:CUTOFF", "LCD:CUTOFF", 23, "FTX 4441", "LCD", "one of CRD, LCO, DCO, VCO, FCO, AFC"),
        ("+2026-11-29T18?:00?+08?:00", "+tomorrow", 23, "FTX 4440", "tomorrow",
         "a local time with its offset, as 2026-12-01T18:00+08:00"),
        ("CNI+2", "CNI+3", 38, "CNI 1490", "3", "2: items count from 1"),
        ("RFF+HWB:S2", "RFF+HWB:S9", 43, "RFF 1154", "S9", "S2, as in CNI"),
        ("CNI+2+S2", "CNI+2+S1", 38, "CNI 1004", "S1", "a house not told before (segment 25)"),
        ("KGM:800", "KGM:-800", 36, "MEA 6314", "-800", "a number above 0 with a decimal point"),
        ("MTQ:4'", "FTQ:4'", 37, "MEA 6411", "FTQ", "MTQ"),
        ("KGM:1200'", "KGM:1,2'", 49, "MEA 6314", "1,2", "a number above 0 with a decimal point"),
        ("GID+1+40", "GID+1+4x", 33, "GID element 2, component 1", "4x", "a number with a decimal point"),
        ("TOD+6++DDP", "TOD+6++DPD", 29, "TOD 4053", "DPD",
         "one of EXW, FCA, FAS, FOB, CFR, CIF, CPT, CIP, DAP, DPU, DDP"),
        ("NAD+IM+IOR-A::ZZZ", "NAD+IM", 31, "NAD element 2", "", "a value"),
        ("RFF+LO:L0001", "RFF+LO", 13, "RFF element 1", "", "a value"),
    ])  # fmt: skip
    def test_a_wrong_value_is_named(self, old: str, new: str, row: int, field: str, value: str, expected: str) -> None:
        assert (row, field, value, expected) in found(edited((old, new), count=1))

    @pytest.mark.parametrize(("old", "new", "row", "field", "expected"), [
        ("TDT+20++1'\n", "", 16, "TDT", "at least 1"),
        ("BGM+610", "BGM+340", 3, "BGM", "BGM of 610 here"),
        ("CNT+10:2'\n", "CNT+10:2'\nCNT+10:2'\n", 9, "CNT", "at most 1"),
        ("RFF+FF", "RFF+ABC", 12, "RFF", "RFF of FF, LO, VON, ACW here"),
        ("CNI+1+S1'\n", "CNI+1+S1'\nXYZ+1'\n", 26, "XYZ", "another segment here: XYZ comes elsewhere or not at all"),
        ("GID+1+40:CT'\n", "", 32, "GID", "at least 1"),
        ("MEA+AAE+AAW+MTQ:4'\n", "", 36, "MEA", "at least 2"),
        ("DTM+137:202611240000?+0000:205'\n", "", 3, "DTM", "at least 1"),
        ("EQD+CN", "EQD+XX", 24, "EQD", "EQD of CN, TE, UL here"),
    ])  # fmt: skip
    def test_a_wrong_structure_is_named(self, old: str, new: str, row: int, field: str, expected: str) -> None:
        assert (row, field, expected) in [(each[0], each[1], each[3]) for each in found(edited((old, new), count=1))]

    def test_segments_in_the_wrong_order_are_named_with_their_place(self) -> None:
        data = edited(("TOD+6++DDP'\nRFF+HWB:S1'\n", "RFF+HWB:S1'\nTOD+6++DDP'\n"))
        (finding,) = check_ifcsum(data, "f")
        assert (finding.row, finding.value, finding.maybe) == (30, "TOD+6++DDP", "it belongs to the group of CNI")

    def test_everything_is_found_at_once(self) -> None:
        data = edited(("CNT+7:2000", "CNT+7:1"), ("TDT+20++1'", "TDT+20++9'"), ("TOD+6++DDP", "TOD+6++XXX"))
        assert [row for row, *_ in found(data)] == [7, 17, 29, 42]

    def test_another_content_than_the_hash_says(self) -> None:
        ((row, field, value, expected),) = found(edited(("Carson", "Compton")))
        assert (row, field, value) == (6, "FTX 4440", MESSAGE.content_sha256)
        assert expected.endswith("the hash of this content")

    def test_a_text_longer_than_its_field(self) -> None:
        data = edited(("CNI+2+S2", f"CNI+2+{'S' * 36}"))
        assert (38, "CNI element 2, component 1", "S" * 36, "at most 35 characters as written, not 36") in found(data)

    def test_a_component_too_many(self) -> None:
        assert (14, "RFF element 2, component 1", "x", "nothing here") in found(
            edited(("2026-12-02'", "2026-12-02+x'"))
        )

    def test_an_answer_is_no_message(self) -> None:
        (finding,) = check_ifcsum(edited(("+9'", "+6'"), count=1), "f")
        assert "import it as confirmations" in finding.maybe


GATED = Confirmation(
    kind="gated_in", subject="shipment", subject_id="S1", plan_id=MESSAGE.plan_id, plan_version=1,
    time="2026-11-24T16:30+08:00", reported_by="WH-SZX", reference="GR-1", volume_m3=Decimal("4.2"),
    gross_weight_kg=Decimal("811.5"), note="one carton wet: it's fine",
)  # fmt: skip


def told(**changes: object) -> Confirmation:
    """Return a confirmation without measurements with some of its facts changed."""
    return GATED.model_copy(update={"volume_m3": None, "gross_weight_kg": None, "note": "", **changes})


EVERY = [
    told(kind="approved", subject="load", subject_id="L0001"),
    told(kind="booked", subject="load", subject_id="L0001", reference="BKG 77"),
    GATED,
    told(kind="short_shipped", subject_id="S1", cartons=3),
    told(kind="short_shipped", subject_id="S2"),
    told(kind="rolled", subject_id="S2", departure_id="YTN-LAX-W@2026-12-09"),
    told(kind="customs_hold", subject_id="S2", until="2026-12-30"),
    *(told(kind=kind, subject_id="S2") for kind in ("stuffed", "sailed", "cleared", "delivered", "cancelled")),
]


class TestAnswers:
    def test_every_kind_of_event_has_a_code(self) -> None:
        assert {row.kind for row in EVERY} == set(CODE_OF_EVENT) == set(EVENT_CODES.values())

    def test_what_a_partner_confirms_is_read(self) -> None:
        assert read_confirmations(write_answer(MESSAGE, EVERY, "WH-SZX"), "f") == EVERY

    def test_measurements_make_new_totals(self) -> None:
        text = write_answer(MESSAGE, [GATED], "WH-SZX").decode("latin-1")
        assert "CNT+7:2011.5:KGM'" in text
        assert "CNT+15:10.2:MTQ'" in text
        assert "+6'\nDTM" in text
        assert f"RFF+ACW:{MESSAGE.number}'" in text

    def test_each_stands_at_its_segment(self) -> None:
        data = write_answer(MESSAGE, [GATED], "WH-SZX")
        ((position, _),) = placed_confirmations(data, "f")
        assert read_segments(data, "f")[position - 1].part(3) == "GTI"

    def test_the_importer_reads_it_by_its_suffix(self, tmp_path: Path) -> None:
        file = tmp_path / "answer.edi"
        file.write_bytes(write_answer(MESSAGE, EVERY, "WH-SZX"))
        rows, findings = read_any(file)
        assert ([row.confirmation for row in rows], findings) == (EVERY, [])

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        rows, findings = read_any(tmp_path / "answer.edi")
        assert (rows, [each.rule for each in findings]) == ([], ["FILE.MISSING"])

    def test_status_segments_are_taken_too(self) -> None:
        data = edited(("CNI+1+S1'\n", "CNI+1+S1'\n"), ("DTM+17:20261225:102'\n", "DTM+17:20261225:102'\nSTS+1+BKD::ZZZ'\n"),
                      ("RFF+HWB:S2'\n", "RFF+HWB:S2'\nRFF+BN:77'\n"))  # fmt: skip
        first, second = read_confirmations(data, "f")
        assert (first.kind, first.subject_id, first.time, first.reference) == (
            "booked",
            "S1",
            "2026-11-24T00:00+00:00",
            "",
        )
        assert (second.kind, second.subject_id, second.reference) == ("booked", "S2", "77")

    def test_a_status_segment_says_where_goods_are_rolled_to(self) -> None:
        change = ("DTM+17:20261225:102'\n",
                  "DTM+334:202612011200?+0800:205'\nSTS+1+ROL::ZZZ:late+ZZZ:::YTN-LAX-W@2026-12-09'\n")  # fmt: skip
        first, _ = read_confirmations(edited(change), "f")
        assert (first.time, first.note, first.departure_id) == (
            "2026-12-01T12:00+08:00",
            "late",
            "YTN-LAX-W@2026-12-09",
        )

    @pytest.mark.parametrize(("event", "field", "value"), [
        ("GTX:EVENT:ZZZ+2026-11-24T16?:30?+08?:00", "FTX code", "GTX"),
        ("GTI:EVENT:ZZZ+24.11.2026", "FTX time", "24.11.2026"),
        ("GTI:EVENT:ZZZ+2026-11-24T16?:30", "FTX time", "2026-11-24T16:30"),
        ("GTI:EVENT:ZZZ", "FTX time", ""),
        ("HLD:EVENT:ZZZ+2026-11-24T16?:30?+08?:00::soon", "FTX until", "soon"),
        ("SHT:EVENT:ZZZ+2026-11-24T16?:30?+08?:00::-2", "FTX cartons", "-2"),
        ("SHT:EVENT:ZZZ+2026-11-24T16?:30?+08?:00::some", "FTX cartons", "some"),
        ("BKD:EVENT:ZZZ+2026-11-24T16?:30?+08?:00:x&#xA;y", "FTX reference", "x\ny"),
        ("DLV:EVENT:ZZZ+2026-11-24T16?:30?+08?:00::x", "FTX argument", "x"),
    ])  # fmt: skip
    def test_a_wrong_event_is_named(self, event: str, field: str, value: str) -> None:
        old = "FTX+ACB++PRO:STATUS:ZZZ'\nTOD"
        data = edited((old, f"FTX+ACB++PRO:STATUS:ZZZ'\nFTX+ACB++{event}'\nTOD"), count=1)
        (finding,) = refused(read_confirmations, data, "f")
        assert (finding.row, finding.field, finding.value) == (29, field, value)

    def test_a_message_that_confirms_nothing_is_named(self) -> None:
        (finding,) = refused(read_confirmations, write_ifcsum(MESSAGE), "f")
        assert finding.maybe == "it is the message itself, not an answer to it"

    def test_totals_that_disagree_refuse_the_whole_answer(self) -> None:
        data = write_answer(MESSAGE, [GATED], "WH-SZX").replace(b"CNT+7:2011.5", b"CNT+7:2000")
        findings: tuple[Finding, ...] = refused(read_confirmations, data, "f")
        assert [(each.field, each.value) for each in findings] == [("CNT 6066", "2000")]


def test_every_message_of_a_network_without_cut_offs_is_read_back() -> None:
    message: Consolidation = dataclasses.replace(MESSAGE, cutoffs=(), closes="", transport="rail").sealed()
    assert read_ifcsum(write_ifcsum(message), "f") == message
