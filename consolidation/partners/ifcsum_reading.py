"""Reading and checking IFCSUM files: order, repetition, mandatory segments, fields, codes, counts, totals and hash."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar, get_args

from consolidation.partners.consolidations import NAME_PIECES, Consolidation, Equipment, House, Spot
from consolidation.partners.cutoffs import CUTOFFS
from consolidation.partners.d01b import Node, arranged, misfits
from consolidation.partners.edifact import Segment
from consolidation.partners.ifcsum import CONFIRMATION, EQUIPMENT, FUNCTIONS, KIND, MODES
from consolidation.partners.interchange import Envelope, read_interchange
from consolidation.partners.statuses import STATUS_CODES
from consolidation.plan_model import Status
from consolidation.shipments import Incoterm
from network.cells import as_decimal
from network.errors import Finding, InputError, nearest

_Word = TypeVar("_Word")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)([+-]\d\d)(\d\d)")
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_INCOTERMS = get_args(Incoterm)
_HASH = re.compile(r"[0-9a-f]{64}")
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)


def check_ifcsum(data: bytes, file: str) -> list[Finding]:
    """Return everything that is wrong with an IFCSUM file.

    The row of a finding is the number of the segment in the file, UNB being 1.
    """
    try:
        read_ifcsum(data, file)
    except InputError as error:
        return list(error.findings)
    return []


def read_ifcsum(data: bytes, file: str) -> Consolidation:
    """Return the consolidation of an IFCSUM file.

    Raises
    ------
    InputError
        With everything that is wrong: a wrong syntax or envelope first, for it hides the rest.
    """
    opened = Opened(data, file)
    message = opened.message()
    function = opened.tree.first("BGM").segment
    if function.part(3) == CONFIRMATION:
        opened.fault(function, "BGM 1225", CONFIRMATION, f"one of {', '.join(FUNCTIONS)}",
                     "it is a partner's answer: import it as confirmations")  # fmt: skip
    if not opened.findings and message.content_hash() != message.content_sha256:
        at = opened.coded(opened.tree, "ACB", "HASH")
        opened.fault(at[0] if at else function, "FTX 4440", message.content_sha256,
                     f"{message.content_hash()}, the hash of this content", "the file was changed after it was written",
                     "IFCSUM.HASH")  # fmt: skip
    opened.require()
    return message


class Opened:
    """An IFCSUM file taken apart, and what is wrong with it so far.

    Raises
    ------
    InputError
        If it is no whole IFCSUM D.01B interchange.
    """

    def __init__(self, data: bytes, file: str) -> None:
        self.file = file
        self.envelope: Envelope
        self.envelope, segments = read_interchange(data, file, KIND)
        self.tree: Node
        self.tree, structure = arranged(segments, file)
        self.findings = [*misfits(segments, file), *structure]

    def require(self) -> None:
        """Raise what was found, in the order of the file."""
        if self.findings:
            raise InputError(sorted(self.findings, key=lambda finding: finding.row or 0))

    def fault(
        self, at: Segment, where: str, value: str, expected: str, maybe: str = "", rule: str = "IFCSUM.VALUE"
    ) -> None:
        """Keep a finding about a segment."""
        self.findings.append(Finding(self.file, at.position or None, where, value, expected, maybe, rule))

    def message(self) -> Consolidation:
        """Return the message; where something is wrong a stand-in, and a finding."""
        tree = self.tree
        bgm, plan = tree.first("BGM").segment, tree.first("RFF", "FF").segment
        houses = tuple(self._house(item, node) for item, node in enumerate(tree.all("CNI"), 1))
        transport = tree.first("TDT")
        out, into = transport.first("LOC", "9"), transport.first("LOC", "11")
        message = Consolidation(
            number=self._given(bgm, 2), function=self._word({**FUNCTIONS, CONFIRMATION: "original"}, bgm, 3, 1, "BGM 1225"),
            replaces=tree.first("RFF", "ACW").segment.part(1, 2), prepared=self._instant(tree.first("DTM", "137").segment),
            sender=self.envelope.sender, recipient=self.envelope.recipient, plan_id=self._given(plan, 1, 2),
            plan_version=self._count(plan, 1, 4) or 1, status=self._status(tree),
            content_sha256=self._hash(), load_id=self._given(tree.first("RFF", "LO").segment, 1, 2),
            departure_id=self._given(tree.first("RFF", "VON").segment, 1, 2),
            transport=self._word(MODES, transport.segment, 3, 1, "TDT 8067"),
            warehouse=self._site(tree.first("NAD", "WH")), destination=self._site(tree.first("NAD", "DP")),
            loading=self._gateway(out.segment), discharge=self._gateway(into.segment),
            departs=self._required(out, "133"), closes=self.time(out.first("DTM", "180").segment),
            arrives=self._required(into, "132"), cutoffs=self._cutoffs(transport),
            equipment=self._equipment(tree.first("EQD")), houses=houses,
        )  # fmt: skip
        self._function(message, bgm)
        self._totals(message)
        self._distinct(tree)
        return message

    def coded(self, node: Node, subject: str, code_list: str) -> list[Segment]:
        """Return the free texts of a subject whose code is of one of our lists."""
        texts = (text.segment for text in node.all("FTX", subject))
        return [text for text in texts if text.part(3, 2) == code_list]

    def time(self, at: Segment) -> str:
        """Return a date or a local time with its offset as ISO 8601; blank where there is none."""
        if not at.elements:
            return ""
        value, form = at.part(1, 2), at.part(1, 3)
        if form not in ("102", "205"):
            expected = "102 (a date) or 205 (a time with its offset from UTC)"
            self.fault(
                at, "DTM 2379", form, expected, "203 leaves the time zone open: use 205" if form == "203" else ""
            )
            return ""
        parts = (_DATE if form == "102" else _TIME).fullmatch(value)
        try:
            if parts is None:
                raise ValueError
            text = "-".join(parts.groups()[:3])
            if form == "102":
                return dt.date.fromisoformat(text).isoformat()
            hour, minute, offset, offset_minute = parts.groups()[3:]
            return dt.datetime.fromisoformat(f"{text}T{hour}:{minute}{offset}:{offset_minute}").isoformat(
                timespec="minutes"
            )
        except ValueError:
            self.fault(at, "DTM 2380", value, "YYYYMMDD" if form == "102" else "YYYYMMDDHHMM and +HHMM or -HHMM")
            return ""

    def amount(self, node: Node, attribute: str, unit: str) -> Decimal:
        """Return a measurement of a house in its unit."""
        found = [each.segment for each in node.all("MEA") if each.segment.part(2) == attribute]
        if len(found) != 1:
            self.fault(
                node.segment, "MEA 6313", f"{len(found)} {attribute}", f"one MEA of {attribute} in each GID group"
            )
            return Decimal(0)
        value = as_decimal(found[0].part(3, 2))
        if found[0].part(3) != unit:
            self.fault(found[0], "MEA 6411", found[0].part(3), unit)
        if value is None or value <= 0:
            self.fault(found[0], "MEA 6314", found[0].part(3, 2), "a number above 0 with a decimal point")
            return Decimal(0)
        return value

    def _given(self, at: Segment, element: int, component: int = 1) -> str:
        text = at.part(element, component)
        if at.elements and not text:
            self.fault(at, f"{at.tag} element {element}", "", "a value")
        return text

    def _word(self, codes: Mapping[str, _Word], at: Segment, element: int, component: int, where: str) -> _Word:
        code = at.part(element, component)
        if code not in codes and at.elements:
            self.fault(at, where, code, f"one of {', '.join(codes)}", nearest(code, codes))
        return codes.get(code, next(iter(codes.values())))

    def _count(self, at: Segment, element: int, component: int) -> int | None:
        text = at.part(element, component)
        if text.isascii() and text.isdecimal():
            return int(text)
        if at.elements:
            self.fault(at, f"{at.tag} element {element}, component {component}", text, "a whole number")
        return None

    def _required(self, node: Node, code: str) -> str:
        at = node.first("DTM", code).segment
        if not at.elements and node.segment.elements:
            self.fault(node.segment, "DTM", f"no DTM+{code}", f"a DTM+{code} after {node.segment}")
        return self.time(at)

    def _instant(self, at: Segment) -> dt.datetime:
        text = self.time(at)
        return dt.datetime.fromisoformat(text if "T" in text else f"{text or '1970-01-01'}T00:00+00:00").astimezone(
            dt.UTC
        )

    def _status(self, node: Node) -> Status:
        found = self.coded(node, "ACB", "STATUS")
        if len(found) != 1:
            self.fault(node.segment if node.segment.tag else self.tree.first("BGM").segment, "FTX",
                       f"{len(found)} FTX+ACB of list STATUS", "one")  # fmt: skip
            return "proposed"
        return self._word(STATUS_CODES, found[0], 3, 1, "FTX 4441")

    def _hash(self) -> str:
        found = self.coded(self.tree, "ACB", "HASH")
        if len(found) != 1 or _HASH.fullmatch(found[0].part(4)) is None:
            at = found[0] if found else self.tree.first("BGM").segment
            value = found[0].part(4) if len(found) == 1 else f"{len(found)} FTX+ACB of list HASH"
            self.fault(at, "FTX 4440", value, "one SHA-256 as 64 hexadecimal digits")
            return ""
        return found[0].part(4)

    def _site(self, node: Node) -> Spot:
        at = node.segment
        name = "".join(at.part(4, number) for number in range(1, NAME_PIECES + 1))
        return Spot(place_id=self._given(at, 2), name=name, postcode=at.part(8), country=at.part(9))

    def _gateway(self, at: Segment) -> Spot:
        return Spot(place_id=self._given(at, 3), name=at.part(2, 4), unlocode=at.part(2))

    def _cutoffs(self, transport: Node) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for at in self.coded(transport, "TRA", "CUTOFF"):
            code, time = at.part(3), at.part(4)
            if code not in CUTOFFS:
                self.fault(at, "FTX 4441", code, f"one of {', '.join(CUTOFFS)}", nearest(code, CUTOFFS))
            if not is_local_time(time):
                self.fault(at, "FTX 4440", time, "a local time with its offset, as 2026-12-01T18:00+08:00")
            found.append((code, time))
        return tuple(found)

    def _equipment(self, node: Node) -> Equipment:
        at = node.segment
        return Equipment(
            kind=self._word(EQUIPMENT, at, 1, 1, "EQD 8053"), equipment_id=self._given(at, 3, 4), iso_code=at.part(3),
            number=at.part(2), seals=tuple(seal.segment.part(1) for seal in node.all("SEL")),
        )  # fmt: skip

    def _house(self, item: int, node: Node) -> House:
        at, goods = node.segment, node.first("GID")
        if at.part(1) != str(item):
            self.fault(at, "CNI 1490", at.part(1), f"{item}: items count from 1")
        shipment_id = self._given(at, 2)
        bill = node.first("RFF", "HWB").segment
        if bill.elements and bill.part(1, 2) != shipment_id:
            self.fault(bill, "RFF 1154", bill.part(1, 2), f"{shipment_id}, as in CNI")
        terms = node.first("TOD").segment
        incoterm = terms.part(3)
        if incoterm and incoterm not in _INCOTERMS:
            self.fault(terms, "TOD 4053", incoterm, f"one of {', '.join(_INCOTERMS)}", nearest(incoterm, _INCOTERMS))
        boxes = goods.segment.part(2)
        return House(
            shipment_id=shipment_id, status=self._status(node), incoterm=incoterm,
            importer_id=self._given(node.first("NAD", "IM").segment, 2), ship_to=self._site(node.first("NAD", "ST")),
            volume_m3=self.amount(goods, "AAW", "MTQ"), gross_weight_kg=self.amount(goods, "AAD", "KGM"),
            cartons=self._count(goods.segment, 2, 1) if boxes else None,
            hs_code=goods.first("PIA").segment.part(2), cargo_class=goods.first("FTX", "AAA").segment.part(4),
            ready=self.time(node.first("DTM", "200").segment), delivered=self.time(node.first("DTM", "17").segment),
        )  # fmt: skip

    def _function(self, message: Consolidation, bgm: Segment) -> None:
        code = bgm.part(3)
        if bgm.part(2, 2) != str(message.plan_version):
            self.fault(bgm, "BGM 1056", bgm.part(2, 2), f"{message.plan_version}, the version in RFF+FF")
        if code in ("5", "1") and not message.replaces:
            self.fault(bgm, "BGM 1225", code, "an RFF+ACW with the number of the message replaced or cancelled")
        if code == "9" and message.replaces:
            at = self.tree.first("RFF", "ACW").segment
            self.fault(at, "RFF 1154", message.replaces, "no earlier message, as BGM says 9 (original)",
                       "BGM should say 5 (replace) or 1 (cancel)")  # fmt: skip

    def _totals(self, message: Consolidation) -> None:
        sums: dict[str, tuple[Decimal | None, str, str]] = {
            "7": (message.gross_weight_kg, "KGM", "the sum of MEA+AAE+AAD"),
            "10": (Decimal(len(message.houses)), "", "the number of CNI"),
            "11": (None if message.cartons is None else Decimal(message.cartons), "", "the sum of GID"),
            "15": (message.volume_m3, "MTQ", "the sum of MEA+AAE+AAW"),
            "16": (Decimal(1), "", "the number of EQD"),
        }
        for code, (right, unit, what) in sums.items():
            at = self.tree.first("CNT", code).segment
            if not at.elements:
                continue
            if at.part(1, 3) != unit:
                self.fault(at, "CNT 6411", at.part(1, 3), unit or "no unit")
            if right is None:
                self.fault(at, "CNT 6066", at.part(1, 2), "no CNT+11, as a house does not state its packages")
            elif as_decimal(at.part(1, 2)) != right:
                self.fault(at, "CNT 6066", at.part(1, 2), f"{right.normalize():f}, {what}", rule="IFCSUM.TOTAL")
        if message.cartons is not None and not self.tree.all("CNT", "11"):
            self.fault(self.tree.first("BGM").segment, "CNT", "no CNT+11", f"CNT+11 of {message.cartons} packages",
                       rule="IFCSUM.TOTAL")  # fmt: skip

    def _distinct(self, tree: Node) -> None:
        first: dict[str, Segment] = {}
        for node in tree.all("CNI"):
            name = node.segment.part(2)
            before = first.setdefault(name, node.segment)
            if before is not node.segment:
                self.fault(node.segment, "CNI 1004", name, f"a house not told before (segment {before.position})")


def is_local_time(text: str) -> bool:
    """Return whether a text is a local time to the minute with its offset from UTC.

    >>> is_local_time("2026-12-01T18:00+08:00"), is_local_time("2026-12-01 18:00")
    (True, False)
    """
    if _LOCAL_TIME.fullmatch(text) is None:
        return False
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
