"""IFCSUM D.01B: a consolidation as a message with one CNI group per house, written.

Where things stand, beside what the directory says: plan id and version in RFF+FF, load in RFF+LO, departure in RFF+VON,
the message replaced or cancelled in RFF+ACW; hash and status in coded free texts FTX+ACB (lists HASH and STATUS,
agency ZZZ), cut-offs in FTX+TRA (list CUTOFF). IFCSUM D.01B has no segment for a status.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from consolidation.partners.consolidations import (
    NAME_PIECE,
    NAME_PIECES,
    Consolidation,
    Equipment,
    EquipmentKind,
    House,
    Spot,
    Transport,
)
from consolidation.partners.d01b import misfits
from consolidation.partners.edifact import Segment, pieces, segment
from consolidation.partners.header import Function
from consolidation.partners.interchange import Envelope, write_interchange
from consolidation.partners.statuses import CODE_OF_STATUS
from network.errors import InputError

KIND = ("IFCSUM", "D", "01B", "UN")
PROFILE_ID = "DBOAT1"
AGENCY = "ZZZ"
FUNCTIONS: dict[str, Function] = {"9": "original", "5": "replace", "1": "cancel"}
"""BGM 1225."""
CONFIRMATION = "6"
"""BGM 1225 of a partner's answer."""
MODES: dict[str, Transport] = {"1": "maritime", "2": "rail", "3": "road", "4": "air"}
"""TDT 8067."""
EQUIPMENT: dict[str, EquipmentKind] = {"CN": "container", "TE": "truck", "UL": "uld"}
"""EQD 8053."""


def write_ifcsum(message: Consolidation) -> bytes:
    """Return the interchange of a consolidation.

    Raises
    ------
    InputError
        If an id is longer than its field, or there are more houses than an IFCSUM can number (9,999).
    """
    houses = (each for item, house in enumerate(message.houses, 1) for each in house_group(item, house))
    return interchange(message, [*head(message, _function_code(message)), *houses])


def interchange(message: Consolidation, segments: list[Segment]) -> bytes:
    """Return segments as the interchange of a message, unless one of them is too long for its field."""
    faults = list(misfits(segments, message.number))
    if faults:
        raise InputError(faults)
    envelope = Envelope(sender=message.sender, recipient=message.recipient, prepared=message.prepared,
                        kind=(*KIND, PROFILE_ID))  # fmt: skip
    return write_interchange(envelope, segments)


def _function_code(message: Consolidation) -> str:
    return next(code for code, function in FUNCTIONS.items() if function == message.function)


def head(message: Consolidation, function: str, answers: Iterable[Segment] = ()) -> Iterator[Segment]:
    """Yield the segments from BGM to EQD; `answers` are coded texts that follow status and hash."""
    yield segment("BGM", "610", (message.number, str(message.plan_version)), function)
    yield _dtm("137", message.prepared.isoformat(timespec="minutes"))
    yield coded_text("ACB", CODE_OF_STATUS[message.status], "STATUS")
    yield coded_text("ACB", "SHA256", "HASH", message.content_sha256)
    yield from answers
    yield segment("CNT", ("7", _plain(message.gross_weight_kg), "KGM"))
    yield segment("CNT", ("10", str(len(message.houses))))
    if message.cartons is not None:
        yield segment("CNT", ("11", str(message.cartons)))
    yield segment("CNT", ("15", _plain(message.volume_m3), "MTQ"))
    yield segment("CNT", ("16", "1"))
    yield segment("RFF", ("FF", message.plan_id, "", str(message.plan_version)))
    yield segment("RFF", ("LO", message.load_id))
    yield segment("RFF", ("VON", message.departure_id))
    if message.replaces:
        yield segment("RFF", ("ACW", message.replaces))
    yield _nad("WH", message.warehouse)
    yield _nad("DP", message.destination)
    yield segment("TDT", "20", "", _code_of(MODES, message.transport))
    yield _loc("9", message.loading)
    yield _dtm("133", message.departs)
    if message.closes:
        yield _dtm("180", message.closes)
    yield _loc("11", message.discharge)
    yield _dtm("132", message.arrives)
    for code, time in message.cutoffs:
        yield coded_text("TRA", code, "CUTOFF", time)
    yield from _equipment(message.equipment)


def house_group(item: int, house: House, answers: Iterable[Segment] = ()) -> Iterator[Segment]:
    """Yield the CNI group of a house; `answers` are coded texts that follow its status."""
    yield segment("CNI", str(item), house.shipment_id)
    if house.ready:
        yield _dtm("200", house.ready)
    if house.delivered:
        yield _dtm("17", house.delivered)
    yield coded_text("ACB", CODE_OF_STATUS[house.status], "STATUS")
    yield from answers
    if house.incoterm:
        yield segment("TOD", "6", "", house.incoterm)
    yield segment("RFF", ("HWB", house.shipment_id))
    yield segment("NAD", "IM", (house.importer_id, "", AGENCY))
    yield _nad("ST", house.ship_to)
    yield segment("GID", "1", ("", "") if house.cartons is None else (str(house.cartons), "CT"))
    if house.hs_code:
        yield segment("PIA", "5", (house.hs_code, "HS"))
    if house.cargo_class:
        yield segment("FTX", "AAA", "", "", house.cargo_class)
    yield segment("MEA", "AAE", "AAD", ("KGM", _plain(house.gross_weight_kg)))
    yield segment("MEA", "AAE", "AAW", ("MTQ", _plain(house.volume_m3)))


def coded_text(subject: str, code: str, code_list: str, *texts: str) -> Segment:
    """Return a coded free text of one of our lists."""
    return segment("FTX", subject, "", (code, code_list, AGENCY), texts)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _code_of(codes: dict[str, Transport] | dict[str, EquipmentKind], word: str) -> str:
    return next(code for code, known in codes.items() if known == word)


def _dtm(code: str, time: str) -> Segment:
    signs = time.replace("-", "", 2).replace(":", "").replace("T", "")
    return segment("DTM", (code, signs, "205" if "T" in time else "102"))


def _nad(code: str, place: Spot) -> Segment:
    name = pieces(place.name, NAME_PIECE, NAME_PIECES)
    return segment("NAD", code, (place.place_id, "", AGENCY), "", name, "", "", "", place.postcode, place.country)


def _loc(code: str, place: Spot) -> Segment:
    identified = (place.unlocode, "139", "6") if place.unlocode else ("", "", "")
    return segment("LOC", code, (*identified, place.name), (place.place_id, "", AGENCY))


def _equipment(equipment: Equipment) -> Iterator[Segment]:
    size = (equipment.iso_code, "102", "5") if equipment.iso_code else ("", "", "")
    yield segment("EQD", _code_of(EQUIPMENT, equipment.kind), equipment.number, (*size, equipment.equipment_id))
    for seal in equipment.seals:
        yield segment("SEL", seal)
