"""One UN/EDIFACT interchange of one message: UNB and UNZ, UNH and UNT, their counts and references."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consolidation.partners.edifact import Segment, read_segments, segment, write_segments
from network.errors import Finding, InputError

_HEAD, _TAIL = ("UNB", "UNH"), ("UNT", "UNZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who sends what kind of message to whom, and when it was made."""

    sender: str
    recipient: str
    prepared: dt.datetime
    """UTC, to the minute."""
    kind: tuple[str, ...]
    """Message type, version, release, agency and profile: ``("IFCSUM", "D", "01B", "UN", "DBOAT1")``."""


def write_interchange(envelope: Envelope, body: Sequence[Segment]) -> bytes:
    """Return an interchange of one message; `body` stands between UNH and UNT.

    The control reference is made from the content, so that the same message is the same file.
    """
    text = "'".join(map(str, body)) + envelope.sender + envelope.recipient + envelope.prepared.isoformat()
    reference = hashlib.sha256(text.encode()).hexdigest()[:14].upper()
    when = (envelope.prepared.strftime("%y%m%d"), envelope.prepared.strftime("%H%M"))
    parties = ((envelope.sender, "ZZZ"), (envelope.recipient, "ZZZ"))
    return write_segments([
        segment("UNB", ("UNOC", "3"), *parties, when, reference, "", envelope.kind[0]),
        segment("UNH", "1", envelope.kind),
        *body,
        segment("UNT", str(len(body) + 2), "1"),
        segment("UNZ", "1", reference),
    ])  # fmt: skip


def read_interchange(data: bytes, file: str, kind: tuple[str, ...]) -> tuple[Envelope, list[Segment]]:
    """Return the envelope and the segments between UNH and UNT of an interchange of one message.

    Parameters
    ----------
    kind : message type, version, release and agency that are expected

    Raises
    ------
    InputError
        If it is no such interchange, or its counts and references do not agree.
    """
    segments = read_segments(data, file)
    faults = list(_frame(segments, file))
    if not faults:
        faults = [*_counts(segments, file), *_kind(segments[1], kind, file)]
    prepared = None if faults else _prepared(segments[0])
    if not faults and prepared is None:
        stated = ":".join(segments[0].elements[3]) if len(segments[0].elements) > 3 else ""
        faults.append(_fault(file, segments[0], "UNB S004", stated, "date and time as YYMMDD:HHMM"))
    if faults or prepared is None:
        raise InputError(faults)
    unb, unh = segments[0], segments[1]
    envelope = Envelope(sender=unb.part(2), recipient=unb.part(3), prepared=prepared, kind=unh.elements[1])
    return envelope, segments[2:-2]


def _fault(file: str, at: Segment, where: str, value: str, expected: str, maybe: str = "") -> Finding:
    return Finding(file, at.position, where, value, expected, maybe, "EDIFACT.ENVELOPE")


def _frame(segments: list[Segment], file: str) -> Iterator[Finding]:
    tags = [each.tag for each in segments]
    for place, tag in ((0, "UNB"), (1, "UNH"), (-2, "UNT"), (-1, "UNZ")):
        number = tags.count(tag)
        if number > 1:
            second = [each for each in segments if each.tag == tag][1]
            yield _fault(file, second, tag, f"{number} {tag}", f"one {tag}: one message to an interchange")
        elif len(tags) < 4 or tags[place] != tag:
            at = segments[place] if -len(tags) <= place < len(tags) else segments[-1]
            maybe = "the file was cut short" if tag in _TAIL and not number else ""
            yield _fault(file, at, tag, at.tag, f"{tag} here", maybe)


def _counts(segments: list[Segment], file: str) -> Iterator[Finding]:
    unb, unh, unt, unz = segments[0], segments[1], segments[-2], segments[-1]
    number = str(len(segments) - 2)
    checks = (
        (unt, "UNT 0074", unt.part(1), number, f"{number}, the segments from UNH to UNT"),
        (unt, "UNT 0062", unt.part(2), unh.part(1), f"{unh.part(1)}, as in UNH"),
        (unz, "UNZ 0036", unz.part(1), "1", "1, the messages of the interchange"),
        (unz, "UNZ 0020", unz.part(2), unb.part(5), f"{unb.part(5)}, as in UNB"),
    )
    for at, where, found, right, expected in checks:
        same = int(found) == int(right) if found.isdecimal() and right.isdecimal() else found == right
        if not same:
            maybe = "a segment was lost or added" if where == "UNT 0074" else ""
            yield _fault(file, at, where, found, expected, maybe)


def _kind(unh: Segment, kind: tuple[str, ...], file: str) -> Iterator[Finding]:
    found = unh.elements[1] if len(unh.elements) > 1 else ()
    if found[: len(kind)] != kind:
        yield _fault(file, unh, "UNH S009", ":".join(found), ":".join(kind))


def _prepared(unb: Segment) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(unb.part(4, 1)[-6:] + unb.part(4, 2), "%y%m%d%H%M").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
