"""Confirmations by IFCSUM: a partner sends the message back with what happened and what it measured.

What happened stands in coded free texts of the list EVENT, in the head for the whole load, in a CNI group for a house::

    FTX+ACB++GTI:EVENT:ZZZ+2026-11-27T10?:00?+08?:00:GR-4711::two cartons wet'

The texts are: when (local time with its offset), the partner's own reference, what the event needs to be complete (ROL:
new departure, HLD: date of release, SHT: cartons left behind, blank for all) and a note. The MEA of a house with GTI are
what was measured, and CNT their new totals. An STS in a CNI group is taken as well, although IFCSUM D.01B has none::

    STS+1+ROL::ZZZ:late truck+ZZZ:::OC-YTN-LAX@2026-12-08'

with the time in DTM+334, else that of the message, and the reference in RFF+BN.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from consolidation.events.model import Confirmation, Subject
from consolidation.partners.consolidations import Consolidation, House
from consolidation.partners.d01b import Node
from consolidation.partners.edifact import Segment
from consolidation.partners.ifcsum import CONFIRMATION, coded_text, head, house_group, interchange
from consolidation.partners.ifcsum_reading import Opened
from consolidation.partners.statuses import CODE_OF_EVENT, EVENT_CODES
from network.errors import nearest


def read_confirmations(data: bytes, file: str) -> list[Confirmation]:
    """Return what a partner confirms in an IFCSUM file.

    Raises
    ------
    InputError
        With everything that is wrong with the file; nothing of a wrong file is returned.
    """
    return [confirmation for _, confirmation in placed_confirmations(data, file)]


def placed_confirmations(data: bytes, file: str) -> list[tuple[int, Confirmation]]:
    """Return the same as :func:`read_confirmations`, each with the number of its segment."""
    opened = Opened(data, file)
    message = opened.message()
    found = list(_confirmed(opened, message, opened.tree, None))
    for node, house in zip(opened.tree.all("CNI"), message.houses, strict=True):
        found += _confirmed(opened, message, node, house)
    if not found and not opened.findings:
        opened.fault(opened.tree.first("BGM").segment, "FTX", "no FTX+ACB of list EVENT and no STS", "at least one",
                     "it is the message itself, not an answer to it")  # fmt: skip
    opened.require()
    return found


@dataclass(frozen=True, slots=True)
class _Happened:
    """What one segment says, whichever way it says it."""

    at: Segment
    code: str
    time: str
    reference: str
    argument: str
    note: str


def _confirmed(
    opened: Opened, message: Consolidation, node: Node, house: House | None
) -> Iterator[tuple[int, Confirmation]]:
    subject: Subject = "load" if house is None else "shipment"
    for happened in _happened(opened, node, message.prepared):
        code, at = happened.code, happened.at
        if code not in EVENT_CODES:
            opened.fault(at, f"{at.tag} code", code, f"one of {', '.join(EVENT_CODES)}", nearest(code, EVENT_CODES))
            continue
        facts = _argument(opened, happened)
        if code == "GTI" and house is not None:
            facts |= {"volume_m3": house.volume_m3, "gross_weight_kg": house.gross_weight_kg}
        try:
            yield at.position, Confirmation(
                kind=EVENT_CODES[code], subject=subject, subject_id=house.shipment_id if house else message.load_id,
                plan_id=message.plan_id, plan_version=message.plan_version, time=happened.time,
                reported_by=message.sender, reference=happened.reference, note=happened.note, **facts,
            )  # fmt: skip
        except ValidationError as error:
            _refused(opened, at, error)


def _refused(opened: Opened, at: Segment, error: ValidationError) -> None:
    for detail in error.errors(include_url=False):
        field, context = str(detail["loc"][0]), detail.get("ctx", {})
        expected = context.get("expected") or detail["msg"].removeprefix("Input should be ")
        opened.fault(at, f"{at.tag} {field}", str(detail["input"]), str(expected), context.get("maybe", ""),
                     context.get("rule", "VALUE"))  # fmt: skip


def _happened(opened: Opened, node: Node, prepared: dt.datetime) -> Iterator[_Happened]:
    booking = node.first("RFF", "BN").segment.part(1, 2)
    for at in opened.coded(node, "ACB", "EVENT"):
        yield _Happened(at, at.part(3), at.part(4), at.part(4, 2) or booking, at.part(4, 3), at.part(4, 4))
    stated = opened.time(node.first("DTM", "334").segment)
    for status in (each.segment for each in node.all("STS")):
        time = stated or prepared.isoformat(timespec="minutes")
        yield _Happened(status, status.part(2), time, booking, status.part(3, 4), status.part(2, 4))


def _argument(opened: Opened, happened: _Happened) -> dict[str, Any]:
    at, argument = happened.at, happened.argument
    if happened.code in _ARGUMENTS:
        return {_ARGUMENTS[happened.code]: argument} if argument else {}
    if argument:
        opened.fault(at, f"{at.tag} argument", argument, f"nothing, as {happened.code} needs none")
    return {}


_ARGUMENTS = {"ROL": "departure_id", "HLD": "until", "SHT": "cartons"}


def write_answer(message: Consolidation, confirmations: Sequence[Confirmation], sender: str) -> bytes:
    """Return the interchange by which a partner answers a message.

    Parameters
    ----------
    confirmations : of the message's load and of its houses; others are left out
    sender : the partner, as the confirmations name it

    Raises
    ------
    InputError
        If a text is longer than its field.
    """
    measured = {row.subject_id: row for row in confirmations if row.kind == "gated_in" and row.subject == "shipment"}
    answer = dataclasses.replace(
        message, sender=sender, recipient=message.sender, replaces=message.number,
        houses=tuple(_measured(house, measured.get(house.shipment_id)) for house in message.houses),
    )  # fmt: skip
    told: dict[tuple[Subject, str], list[Segment]] = {}
    for row in confirmations:
        told.setdefault((row.subject, row.subject_id), []).append(_event(row))
    segments = list(head(answer, CONFIRMATION, told.get(("load", answer.load_id), ())))
    for item, house in enumerate(answer.houses, 1):
        segments += house_group(item, house, told.get(("shipment", house.shipment_id), ()))
    return interchange(answer, segments)


def _measured(house: House, row: Confirmation | None) -> House:
    if row is None:
        return house
    return dataclasses.replace(
        house, volume_m3=row.volume_m3 or house.volume_m3, gross_weight_kg=row.gross_weight_kg or house.gross_weight_kg
    )


def _event(row: Confirmation) -> Segment:
    cartons = "" if row.cartons is None else str(row.cartons)
    texts = (row.time, row.reference, row.departure_id or row.until or cartons, row.note)
    return coded_text("ACB", CODE_OF_EVENT[row.kind], "EVENT", *texts)
