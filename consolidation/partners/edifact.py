"""UN/EDIFACT syntax version 3: segments and interchanges as bytes and back, with the place of every fault.

Files are written with service string advice (UNA), in character set UNOC (ISO 8859-1), one segment to a line. What
UNOC does not have, such as Chinese names, is written as a numeric character reference: ``宁波`` becomes
``&#x5B81;&#x6CE2;``; the reader turns it back. An ``&#x`` that a text has itself is written ``&#x26;#x``.

A finding about such a file counts segments, not lines: UNB is segment 1, UNA is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from network.errors import Finding, InputError

ADVICE = "UNA:+.? '"
"""Component, element, decimal mark, release, (reserved), end of segment: as written, and as read without a UNA."""
CHARSETS = {"UNOA": "ascii", "UNOB": "ascii", "UNOC": "latin-1", "UNOW": "utf-8", "UNOY": "utf-8"}
"""Character sets that can be read, and how Python calls them."""
_TAG = re.compile(r"[A-Z][A-Z0-9]{2}")
_BEYOND = re.compile(r"[^\x20-\x7e\xa0-\xff]|&(?=#x)")
_REFERENCE = re.compile(r"&#x([0-9A-F]{1,6});")
_SERVICE = re.compile(r"[:+?']")


_Part = TypeVar("_Part", str, tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: a tag and elements, each a tuple of its components.

    Attributes
    ----------
    position : int
        Number of the segment in its file, 1 for UNB; 0 when it is not from a file. Not compared.
    """

    tag: str
    elements: tuple[tuple[str, ...], ...]
    position: int = field(default=0, compare=False)

    def part(self, element: int, component: int = 1) -> str:
        """Return a component, both counted from 1; blank where there is none.

        >>> segment("DTM", ("137", "20261201", "102")).part(1, 2)
        '20261201'
        """
        if element > len(self.elements) or component > len(self.elements[element - 1]):
            return ""
        return self.elements[element - 1][component - 1]

    def __str__(self) -> str:
        return _text(self)


def segment(tag: str, *elements: str | Sequence[str]) -> Segment:
    """Return a segment of elements, each a text or a sequence of components; blanks at the ends are dropped.

    >>> str(segment("NAD", "ST", ("ONT8", "", ""), ""))
    'NAD+ST+ONT8'
    """
    return Segment(tag, _trimmed(tuple(_trimmed((e,) if isinstance(e, str) else tuple(e)) for e in elements)))


def _trimmed(parts: tuple[_Part, ...]) -> tuple[_Part, ...]:
    last = len(parts)
    while last and not parts[last - 1]:
        last -= 1
    return parts[:last]


def wire_text(text: str) -> str:
    """Return a text with references for what UNOC does not have; its length is what field lengths count.

    >>> wire_text("Ärmel 宁")
    'Ärmel &#x5B81;'
    """
    return _BEYOND.sub(lambda found: f"&#x{ord(found[0]):X};", text)


def plain_text(wire: str) -> str:
    """Return a text of :func:`wire_text` as it was.

    >>> plain_text(wire_text("宁波 &#x41;"))
    '宁波 &#x41;'
    """

    def sign(found: re.Match[str]) -> str:
        number = int(found[1], 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else found[0]

    return _REFERENCE.sub(sign, wire)


def pieces(text: str, longest: int, most: int) -> tuple[str, ...]:
    """Return a text in at most so many pieces of at most so many written characters; what is left over is dropped."""
    found: list[str] = []
    piece = ""
    for sign in text:
        if len(wire_text(piece + sign)) > longest:
            found.append(piece)
            piece = ""
            if len(found) == most:
                return tuple(found)
        piece += sign
    return (*found, piece) if piece else tuple(found)


def write_segments(segments: Iterable[Segment]) -> bytes:
    """Return segments as a file with service string advice."""
    return (ADVICE + "\n" + "".join(f"{_text(each)}'\n" for each in segments)).encode("latin-1")


def _text(each: Segment) -> str:
    parts = [":".join(_SERVICE.sub(r"?\g<0>", wire_text(text)) for text in element) for element in each.elements]
    return "+".join([each.tag, *parts])


def read_segments(data: bytes, file: str) -> list[Segment]:
    """Return the segments of a file.

    Raises
    ------
    InputError
        If it is no EDIFACT, of a character set that is not known, or cut short.
    """
    text, advice = _decoded(data, file)
    component, element, release, end = advice[0], advice[1], advice[3], advice[5]
    *raws, rest = _parts(text, end, release)
    found: list[Segment] = []
    faults: list[Finding] = []
    for position, raw in enumerate(raws, 1):
        elements = [_parts(part, component, release) for part in _parts(raw.lstrip("\r\n \t"), element, release)]
        tag = elements[0][0]
        if _TAG.fullmatch(tag):
            values = (tuple(_unreleased(part, release) for part in parts) for parts in elements[1:])
            found.append(Segment(tag, _trimmed(tuple(_trimmed(parts) for parts in values)), position))
        else:
            maybe = f"a {end} in a text lacks its release character {release}"
            faults.append(_fault(file, position, "", raw.strip()[:40], "a segment that begins with its tag", maybe))
    if rest.strip():
        expected = f"a segment that ends with {end}"
        faults.append(_fault(file, len(raws) + 1, "", rest.strip()[:40], expected, "the file was cut short"))
    if faults:
        raise InputError(faults)
    return found


def _fault(file: str, row: int | None, where: str, value: str, expected: str, maybe: str = "") -> Finding:
    return Finding(file, row, where, value, expected, maybe, "EDIFACT.SYNTAX")


def _decoded(data: bytes, file: str) -> tuple[str, str]:
    """Return what follows the service string advice, as text, and the six signs of the advice."""
    head = re.match(rb"\s*(?:UNA(.{6}))?\s*UNB.(.{4})", data, re.DOTALL)
    if head is None:
        found = data[:12].decode("latin-1")
        raise InputError([_fault(file, 1, "", found, "an interchange that begins with UNA or UNB")])
    charset = head[2].decode("latin-1")
    if charset not in CHARSETS:
        raise InputError([_fault(file, 1, "UNB 0001", charset, f"one of {', '.join(CHARSETS)}")])
    advice = head[1].decode("latin-1") if head[1] else ADVICE[3:]
    if len(set(advice[:2] + advice[3] + advice[5])) < 4:
        raise InputError([_fault(file, None, "UNA", advice, "four different signs, such as :+.? '")])
    start = data.index(b"UNB")
    try:
        return data[start:].decode(CHARSETS[charset]), advice
    except UnicodeDecodeError as error:
        position = data[start : start + error.start].count(advice[5].encode("latin-1")) + 1
        wrong = data[start + error.start : start + error.start + 4].hex(" ")
        raise InputError([_fault(file, position, "", f"bytes {wrong}", f"text in {charset}")]) from None


def _parts(text: str, mark: str, release: str) -> list[str]:
    """Return the parts between marks that are not released, release characters and all."""
    raw = text.split(mark)
    if release == " " or release not in text:
        return raw
    found: list[str] = []
    held = ""
    for part in raw:
        held += part
        if (len(part) - len(part.rstrip(release))) % 2:
            held += mark
        else:
            found.append(held)
            held = ""
    return [*found, held] if held else found


def _unreleased(text: str, release: str) -> str:
    if release != " " and release in text:
        text = re.sub(f"{re.escape(release)}(.)", r"\1", text, flags=re.DOTALL)
    return plain_text(text) if "&#x" in text else text
