"""The part of directory UN/EDIFACT D.01B that IFCSUM files use: fields of segments, order and number of segments.

The segment table of IFCSUM D.01B has more groups; :data:`PROFILE` is the way through it that is written here. One
segment of it is not in that table: STS, which many partners send back all the same, is taken and never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from consolidation.partners.edifact import Segment, wire_text
from network.errors import Finding

_FIELDS = {
    "BGM": "an3 an17 an3 an35 + an35 an9 an6 + an3 + an3",
    "DTM": "an3 an35 an3",
    "FTX": "an3 + an3 + an17 an17 an3 + an512 an512 an512 an512 an512 + an3 + an3",
    "CNT": "an3 n18 an3",
    "RFF": "an3 an70 an6 an35 an6",
    "NAD": "an3 + an35 an17 an3 + an35 an35 an35 an35 an35 + an35 an35 an35 an35 an35 an3 + an35 an35 an35 an35 + an35 "
    "+ an9 an17 an3 an70 + an17 + an3",
    "TDT": "an3 + an17 + an3 an17 + an8 an17 + an17 an17 an3 an35 + an3 + an3 an3 an17 + an9 an17 an3 an35 an3 + an3",
    "LOC": "an3 + an25 an17 an3 an256 + an25 an17 an3 an70 + an25 an17 an3 an70 + an3",
    "EQD": "an3 + an17 an17 an3 an3 + an10 an17 an3 an35 + an3 + an3 + an3",
    "SEL": "an35 + an3 an17 an3 an35 + an3 + an35 an35",
    "CNI": "n4 + an35 an3 an70 an3 an9 an6 + n4",
    "STS": "an3 an17 an3 + an3 an17 an3 an35 + an3 an17 an3 an256 + an3 an17 an3 an256 + an3 an17 an3 an256 "
    "+ an3 an17 an3 an256 + an3 an17 an3 an256",
    "TOD": "an3 + an3 + an3 an17 an3 an70 an70",
    "GID": "n5 + n8 an17 an17 an3 an35 an3 + n8 an17 an17 an3 an35 an3",
    "PIA": "an3 + an35 an3 an17 an3 + an35 an3 an17 an3",
    "MEA": "an3 + an3 an3 an17 an70 + an3 an18 n18 n18 n2 + an3",
}
FIELDS: dict[str, list[list[tuple[str, int]]]] = {
    tag: [
        [(part.rstrip("0123456789"), int(part.lstrip("an"))) for part in element.split()] for element in text.split("+")
    ]
    for tag, text in _FIELDS.items()
}
"""Of each segment its elements, of each the components as (kind, most characters); kind ``n`` is a number."""


@dataclass(frozen=True)
class Slot:
    """A place in a message: which segment, how often, with which qualifiers, and the segments of its group.

    Attributes
    ----------
    codes : mapping of qualifier to (least, most)
        What the first component may be; empty: anything.
    """

    tag: str
    least: int
    most: int
    codes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    children: tuple[Slot, ...] = ()


ONE, MAYBE = (1, 1), (0, 1)
_GOODS = (
    Slot("PIA", 0, 1, {"5": MAYBE}),
    Slot("FTX", 0, 1, {"AAA": MAYBE}),
    Slot("MEA", 2, 2, {"AAE": (2, 2)}),
)
_HOUSE = (
    Slot("DTM", 0, 9, {"200": MAYBE, "17": MAYBE, "334": MAYBE}),
    Slot("STS", 0, 9),
    Slot("FTX", 1, 99, {"ACB": (1, 99)}),
    Slot("TOD", 0, 1, {"6": MAYBE}),
    Slot("RFF", 1, 2, {"HWB": ONE, "BN": MAYBE}),
    Slot("NAD", 2, 2, {"IM": ONE, "ST": ONE}),
    Slot("GID", 1, 1, children=_GOODS),
)
PROFILE = (
    Slot("BGM", 1, 1, {"610": ONE}),
    Slot("DTM", 1, 1, {"137": ONE}),
    Slot("FTX", 2, 99, {"ACB": (2, 99)}),
    Slot("CNT", 4, 5, {"7": ONE, "10": ONE, "11": MAYBE, "15": ONE, "16": ONE}),
    Slot("RFF", 3, 4, {"FF": ONE, "LO": ONE, "VON": ONE, "ACW": MAYBE}),
    Slot("NAD", 2, 2, {"WH": ONE, "DP": ONE}),
    Slot("TDT", 1, 1, {"20": ONE}, (
        Slot("LOC", 2, 2, {"9": ONE, "11": ONE}, (Slot("DTM", 1, 2, {"133": MAYBE, "180": MAYBE, "132": MAYBE}),)),
        Slot("FTX", 0, 9, {"TRA": (0, 9)}),
    )),
    Slot("EQD", 1, 1, {"CN": MAYBE, "TE": MAYBE, "UL": MAYBE}, (Slot("SEL", 0, 9),)),
    Slot("CNI", 1, 9999, children=_HOUSE),
)  # fmt: skip
"""Segments between UNH and UNT, in order."""


@dataclass(frozen=True)
class Node:
    """A segment and, by tag, the segments of its group."""

    segment: Segment
    groups: Mapping[str, list[Node]]

    def all(self, tag: str, code: str = "") -> list[Node]:
        """Return the segments of the group with a tag, and a qualifier where one is asked for."""
        return [node for node in self.groups.get(tag, []) if code in ("", node.segment.part(1))]

    def first(self, tag: str, code: str = "") -> Node:
        """Return the first of :meth:`all`; an empty segment where there is none."""
        found = self.all(tag, code)
        return found[0] if found else Node(Segment(tag, ()), {})


def arranged(segments: list[Segment], file: str) -> tuple[Node, list[Finding]]:
    """Return the segments of a message as a tree, and everything wrong with their order, number and qualifiers.

    A segment that does not belong where it stands is named and left out of the tree.
    """
    rest = list(segments)
    strangers: list[Finding] = []
    while True:
        groups, end, findings = _matched(rest, 0, PROFILE, file, None)
        if end == len(rest) or len(strangers) == _ENOUGH:
            break
        at = rest.pop(end)
        strangers.append(_fault(file, at, at.tag, str(at), f"another segment here: {at.tag} comes elsewhere or not at all",
                                _elsewhere(at.tag)))  # fmt: skip
    findings = sorted([*strangers, *findings], key=lambda finding: finding.row or 0)
    return Node(Segment("", ()), groups), findings


_ENOUGH = 20
"""So many segments out of place are named; then the file is taken for another message."""


def _fault(file: str, at: Segment | None, where: str, value: str, expected: str, maybe: str = "") -> Finding:
    return Finding(file, at.position if at else None, where, value, expected, maybe, "IFCSUM.STRUCTURE")


def _elsewhere(tag: str) -> str:
    def places(slots: Iterable[Slot], above: str) -> Iterator[str]:
        for slot in slots:
            if slot.tag == tag:
                yield above
            yield from places(slot.children, f"the group of {slot.tag}")

    found = list(dict.fromkeys(places(PROFILE, "the head of the message")))
    return f"it belongs to {' or '.join(found)}" if found else "this profile has no such segment"


def _matched(
    segments: list[Segment], start: int, slots: tuple[Slot, ...], file: str, head: Segment | None
) -> tuple[dict[str, list[Node]], int, list[Finding]]:
    groups: dict[str, list[Node]] = {}
    findings: list[Finding] = []
    position = start
    for slot in slots:
        found: list[Node] = []
        while position < len(segments) and segments[position].tag == slot.tag:
            first = segments[position]
            below, position, more = _matched(segments, position + 1, slot.children, file, first)
            findings += more
            found.append(Node(first, below))
        groups[slot.tag] = found
        before = segments[min(position, len(segments)) - 1] if segments else None
        findings += _numbers(slot, found, before, file, head)
    return groups, position, findings


def _numbers(
    slot: Slot, found: list[Node], before: Segment | None, file: str, head: Segment | None
) -> Iterator[Finding]:
    codes = [node.segment.part(1) for node in found]
    if _right(slot, codes):
        return
    where = "the message" if head is None else f"the group of {head}"
    if len(found) < slot.least and not slot.codes:
        yield _fault(file, before, slot.tag, f"{len(found)} {slot.tag} in {where}", f"at least {slot.least}")
    if len(found) > slot.most and not any(len(found) > most for _, most in slot.codes.values()):
        yield _fault(file, found[slot.most].segment, slot.tag, f"{len(found)} {slot.tag} in {where}",
                     f"at most {slot.most}")  # fmt: skip
    for node, code in zip(found, codes, strict=True):
        if slot.codes and code not in slot.codes:
            yield _fault(file, node.segment, slot.tag, str(node.segment), f"{slot.tag} of {', '.join(slot.codes)} here")
    for code, (least, most) in slot.codes.items():
        number = codes.count(code)
        if number < least:
            yield _fault(file, before, slot.tag, f"{number} {slot.tag}+{code} in {where}", f"at least {least}")
        elif number > most:
            again = [node.segment for node in found if node.segment.part(1) == code][most]
            yield _fault(file, again, slot.tag, f"{number} {slot.tag}+{code} in {where}", f"at most {most}")


def _right(slot: Slot, codes: list[str]) -> bool:
    if not slot.least <= len(codes) <= slot.most:
        return False
    if not slot.codes:
        return True
    return all(code in slot.codes for code in codes) and all(
        least <= codes.count(code) <= most for code, (least, most) in slot.codes.items()
    )


def misfits(segments: Iterable[Segment], file: str) -> Iterator[Finding]:
    """Return what is too long, not a number where one is wanted, or beyond the last component of a segment."""
    for each in segments:
        known = FIELDS.get(each.tag, [])
        for place, parts in enumerate(each.elements, 1):
            for number, text in enumerate(parts, 1):
                where = f"{each.tag} element {place}, component {number}"
                if not text:
                    continue
                if place > len(known) or number > len(known[place - 1]):
                    if known:
                        yield _misfit(file, each, where, text, "nothing here")
                    continue
                kind, most = known[place - 1][number - 1]
                signs = len(text.replace(".", "").lstrip("-")) if kind == "n" else len(wire_text(text))
                if signs > most:
                    yield _misfit(file, each, where, text, f"at most {most} characters as written, not {signs}")
                elif kind == "n" and not _is_number(text):
                    yield _misfit(file, each, where, text, "a number with a decimal point")


def _is_number(text: str) -> bool:
    return text.isascii() and text.lstrip("-").replace(".", "", 1).isdecimal()


def _misfit(file: str, at: Segment, where: str, value: str, expected: str) -> Finding:
    return Finding(file, at.position or None, where, value, expected, rule="IFCSUM.FIELD")
