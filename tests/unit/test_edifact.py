"""Segments and interchanges of UN/EDIFACT, by hand and against another reader of them."""

from __future__ import annotations

import datetime as dt
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consolidation.partners.edifact import (
    Segment,
    pieces,
    plain_text,
    read_segments,
    segment,
    wire_text,
    write_segments,
)
from consolidation.partners.interchange import Envelope, read_interchange, write_interchange
from tests.partner_files import refused

TEXT = st.text(max_size=12)
SEGMENTS = st.builds(
    lambda tag, elements: segment(tag, *elements),
    st.from_regex(r"[A-Z][A-Z0-9]{2}", fullmatch=True).filter(lambda tag: tag not in ("UNA", "UNB")),
    st.lists(st.lists(TEXT, max_size=4).map(tuple), max_size=4),
)
HEAD = segment("UNB", ("UNOC", "3"), "A", "B")
KIND = ("IFCSUM", "D", "01B", "UN")


def written(*segments: Segment) -> str:
    """Return a file of segments as text."""
    return write_segments([HEAD, *segments]).decode("latin-1")


class TestWriting:
    def test_service_characters_are_released(self) -> None:
        text = written(segment("FTX", "AAA", "", "", ("it's", "a+b:c?")))
        assert text.endswith("FTX+AAA+++it?'s:a?+b?:c??'\n")

    def test_blanks_at_the_ends_are_dropped(self) -> None:
        assert str(segment("NAD", "ST", ("ONT8", "", ""), "", ("", ""))) == "NAD+ST+ONT8"

    def test_blanks_inside_are_kept(self) -> None:
        assert str(segment("GID", "1", ("", "CT"))) == "GID+1+:CT"

    def test_what_the_character_set_has_stays_as_it_is(self) -> None:
        assert wire_text("Zürich, 5 €") == "Zürich, 5 &#x20AC;"

    def test_what_it_lacks_comes_back(self) -> None:
        assert plain_text(wire_text("宁波 \n &#x41; & &#")) == "宁波 \n &#x41; & &#"

    def test_pieces_are_measured_as_written(self) -> None:
        assert pieces("abcdef", 4, 5) == ("abcd", "ef")
        assert pieces("宁波港", 16, 5) == ("宁波", "港")
        assert pieces("宁波港", 16, 1) == ("宁波",)
        assert pieces("", 16, 5) == ()


class TestReading:
    def test_signs_of_the_advice_are_used(self) -> None:
        data = b"UNA*|.! ~UNB|UNOA*3|A|B~FTX|AAA|x!|y*z!~~"
        assert read_segments(data, "f")[1] == segment("FTX", "AAA", ("x|y", "z~"))

    def test_a_space_means_that_nothing_is_released(self) -> None:
        assert read_segments(b"UNA:+.  'UNB+UNOA:3'FTX+AAA+what?'", "f")[1] == segment("FTX", "AAA", "what?")

    def test_without_advice_the_usual_signs_hold(self) -> None:
        assert read_segments(b"UNB+UNOA:3'\r\nFTX+?'s'\n\n", "f")[1] == segment("FTX", "'s")

    def test_utf_8_is_read_where_the_file_says_so(self) -> None:
        assert read_segments("UNB+UNOY:4'NAD+ST+宁波'".encode(), "f")[1] == segment("NAD", "ST", "宁波")

    def test_positions_count_from_unb(self) -> None:
        assert [each.position for each in read_segments(written(segment("BGM", "9")).encode(), "f")] == [1, 2]

    @given(st.lists(SEGMENTS, max_size=6))
    def test_what_is_written_is_read(self, segments: list[Segment]) -> None:
        assert read_segments(write_segments([HEAD, *segments]), "f") == [HEAD, *segments]


class TestBadSyntax:
    @pytest.mark.parametrize(("data", "row", "value", "expected"), [
        (b"", 1, "", "UNA or UNB"),
        (b"shipment_id,kind\nS1,booked\n", 1, "shipment_id,", "UNA or UNB"),
        (b"UNB+UNOZ:3+A+B'", 1, "UNOZ", "one of UNOA"),
        (b"UNA++.? 'UNB+UNOC:3'", None, "++.? '", "four different signs"),
        (b"UNB+UNOC:3'BGM+9'DTM+137", 3, "DTM+137", "ends with '"),
        (b"UNB+UNOC:3'BGM+it's+9'", 3, "s+9", "begins with its tag"),
        (b"UNB+UNOC:3'\n'BGM+9'", 2, "", "begins with its tag"),
        (b"UNB+UNOA:3'NAD+ST+Z\xfcrich'", 2, "bytes fc 72 69 63", "text in UNOA"),
        (b"UNB+UNOY:4'BGM+9'NAD+\xff'", 3, "bytes ff 27", "text in UNOY"),
        (b"UNB+UNOC:3'BGM+9?'", 2, "BGM+9?'", "ends with '"),
    ])  # fmt: skip
    def test_is_named_with_its_segment(self, data: bytes, row: int | None, value: str, expected: str) -> None:
        (finding, *_) = refused(read_segments, data, "f.edi")
        assert (finding.file, finding.row, finding.value) == ("f.edi", row, value)
        assert expected in finding.expected


class TestInterchange:
    ENVELOPE = Envelope(sender="US", recipient="THEM", prepared=dt.datetime(2026, 12, 1, 8, 5, tzinfo=dt.UTC),
                        kind=(*KIND, "X1"))  # fmt: skip

    def data(self, *changes: tuple[str, str]) -> bytes:
        """Return a file of two segments with some texts changed."""
        text = write_interchange(self.ENVELOPE, [segment("BGM", "610"), segment("CNT", ("10", "0"))]).decode()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return text.encode()

    def test_counts_and_references_are_made(self) -> None:
        lines = self.data().decode().splitlines()
        reference = lines[1].split("+")[5]
        assert lines[1] == f"UNB+UNOC:3+US:ZZZ+THEM:ZZZ+261201:0805+{reference}++IFCSUM'"
        assert lines[-2:] == ["UNT+4+1'", f"UNZ+1+{reference}'"]
        assert len(reference) == 14

    def test_the_same_content_is_the_same_file(self) -> None:
        assert self.data() == self.data()

    def test_what_is_written_is_read(self) -> None:
        envelope, body = read_interchange(self.data(), "f", KIND)
        assert envelope == self.ENVELOPE
        assert [each.tag for each in body] == ["BGM", "CNT"]

    @pytest.mark.parametrize(("change", "row", "field", "value"), [
        (("UNT+4+1", "UNT+5+1"), 5, "UNT 0074", "5"),
        (("UNT+4+1", "UNT+4+7"), 5, "UNT 0062", "7"),
        (("UNZ+1+", "UNZ+2+"), 6, "UNZ 0036", "2"),
        (("UNZ+1+", "UNZ+1+0"), 6, "UNZ 0020", ...),
        (("01B", "96A"), 2, "UNH S009", "IFCSUM:D:96A:UN:X1"),
        (("261201:0805", "261301:0805"), 1, "UNB S004", "261301:0805"),
        (("CNT+10", "UNT+4+1'CNT+10"), 6, "UNT", "2 UNT"),
        (("UNH+1+IFCSUM:D:01B:UN:X1'\n", ""), 2, "UNH", "BGM"),
    ])  # fmt: skip
    def test_what_does_not_agree_is_named(self, change: tuple[str, str], row: int, field: str, value: str) -> None:
        found = {finding.field: finding for finding in refused(read_interchange, self.data(change), "f", KIND)}
        assert found[field].row == row
        assert value is ... or found[field].value == value

    def test_a_cut_file_lacks_its_end(self) -> None:
        data = b"".join(self.data().splitlines(keepends=True)[:-2])
        findings = refused(read_interchange, data, "f", KIND)
        assert {finding.field: finding.maybe for finding in findings}["UNZ"] == "the file was cut short"


class TestAnotherReader:
    """pydifact reads what we write and writes what we read."""

    @pytest.fixture(autouse=True)
    def _is_here(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pytest.importorskip("pydifact", reason="pydifact, another reader of EDIFACT, is not installed")

    @given(st.lists(SEGMENTS, max_size=4))
    def test_agrees(self, segments: list[Segment]) -> None:
        from pydifact.parser import Parser

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = [each for each in Parser().parse(written(*segments)) if each.tag != "UNA"]
        assert [each.tag for each in theirs] == ["UNB", *(each.tag for each in segments)]
        for mine, other in zip(segments, theirs[1:], strict=True):
            wire = [[wire_text(part) for part in element] for element in mine.elements]
            found = [[part] if isinstance(part, str) else list(part) for part in other.elements]
            assert found == [element or [""] for element in wire]

    @given(st.lists(SEGMENTS, max_size=4))
    def test_is_read(self, segments: list[Segment]) -> None:
        from pydifact.segments import Segment as Theirs
        from pydifact.serializer import Serializer

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = [
                Theirs(each.tag, *([wire_text(part) for part in element] or [""] for element in each.elements))
                for each in [HEAD, *segments]
            ]
            data = Serializer().serialize(theirs, with_una_header=True).encode("latin-1")
        assert read_segments(data, "f") == [HEAD, *segments]
