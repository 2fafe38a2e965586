"""DCSA Booking 2.0.5: an LCL booking request for every ocean consolidation and every lot of co-loaded goods.

A carrier receives the houses at a container freight station and hands them over at one (receipt and delivery type
CFS, movement LCL); a container that goes to an FC unopened is delivered to the door (SD, FCL). The standard has no
field for a plan: its marks stand in the references, CR (customer's reference) and AEF (load), each of 35 characters at
most: the number of the booking, ``st=`` status, ``dp=`` departure, ``h1=`` and ``h2=`` the halves of the content hash,
``re=`` the number of the booking that this one replaces. Dangerous goods need more than a plan knows (UN number,
class): the carrier's form has to be filled for them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from consolidation.partners.consolidations import message_number, unlocode
from consolidation.partners.dcsa_model import (
    Booking,
    BookingAgent,
    Commodity,
    Cube,
    DocumentParties,
    GeoCoordinate,
    Location,
    Mass,
    Packaging,
    PlaceType,
    Reference,
    RequestedEquipment,
    ShipmentLocation,
)
from consolidation.partners.payloads import read_payload, write_payload
from consolidation.partners.statuses import STATUSES
from consolidation.plan_model import Plan, PlannedLoad, PlannedShipment
from consolidation.shipments import Shipment
from network.errors import Finding, InputError
from network.model import Network
from network.tables import Lane

OCEAN = ("ocean", "ocean_express", "ocean_lcl")
"""Modes that are booked this way; trains and flights are not."""
ISO_CODES = {"20GP": "22G1", "40GP": "42G1", "40HC": "45G1", "45HC": "L5G1"}
"""Sizes and types of equipment whose row in the network does not state one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What the references of a booking say."""

    number: str
    load_id: str
    status: str
    departure_id: str
    content_sha256: str
    replaces: str = ""

    @property
    def plan_id(self) -> str:
        """Id of the plan, the first part of the number."""
        return self.number.rsplit("/", 2)[0]

    @property
    def plan_version(self) -> int:
        """Version of the plan, the second part of the number."""
        return int(self.number.rsplit("/", 2)[1])


def write_booking(booking: Booking) -> bytes:
    """Return a booking request as a JSON document."""
    return write_payload(booking)


def read_booking(data: bytes, file: str) -> Booking:
    """Return the booking request of a JSON document.

    Raises
    ------
    InputError
        If it is none, lacks one of our marks, or its content is not what its hash says.
    """
    booking: Booking = read_payload(Booking, data, file)
    marks = marks_of(booking, file)
    if marks.content_sha256 != booking.content_hash():
        raise InputError([
            Finding(file, None, "references", marks.content_sha256, f"{booking.content_hash()}, the hash of this content",
                    "the file was changed after it was written", "BOOKING.HASH")
        ])  # fmt: skip
    return booking


def marks_of(booking: Booking, file: str) -> Marks:
    """Return what the references of a booking say.

    Raises
    ------
    InputError
        If one is missing or stands there twice.
    """
    customer = [reference.value for reference in booking.references if reference.type == "CR"]
    named = [value.partition("=") for value in customer if value[2:3] == "="]
    plain = [value for value in customer if value[2:3] != "="]
    known = {name: value for name, _, value in named}
    loads = [reference.value for reference in booking.references if reference.type == "AEF"]
    parts = plain[0].rsplit("/", 2) if len(plain) == 1 else []
    numbered = len(parts) == 3 and parts[1].isascii() and parts[1].isdecimal()
    checks = (
        (numbered, "CR", ", ".join(plain), "one number as plan/version/load"),
        (len(loads) == 1, "AEF", ", ".join(loads), "one load"),
        (len(named) == len(known) and _MARKS <= set(known) <= _MARKS | {"re"}, "CR", ", ".join(sorted(known)),
         f"{', '.join(f'{name}=' for name in sorted(_MARKS))} once each, and re= at most once"),
    )  # fmt: skip
    faults = [Finding(file, None, f"references {where}", found, right, rule="BOOKING.MARKS")
              for fine, where, found, right in checks if not fine]  # fmt: skip
    if faults:
        raise InputError(faults)
    return Marks(number=plain[0], load_id=loads[0], status=known["st"], departure_id=known["dp"],
                 content_sha256=known["h1"] + known["h2"], replaces=known.get("re", ""))  # fmt: skip


_MARKS = {"st", "dp", "h1", "h2"}


def marked(booking: Booking, marks: Marks) -> Booking:
    """Return a booking with marks as its references.

    Raises
    ------
    InputError
        If one of them is longer than the 35 characters of a reference.
    """
    digest = marks.content_sha256
    values = [marks.number, f"st={marks.status}", f"dp={marks.departure_id}", f"h1={digest[:32]}", f"h2={digest[32:]}"]
    if marks.replaces:
        values.append(f"re={marks.replaces}")
    faults = [
        Finding(marks.number, None, "references", value, "at most 35 characters", "a shorter id", "BOOKING.FIELD")
        for value in [*values, marks.load_id] if len(value) > _LONGEST
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    references = [*(Reference(type="CR", value=value) for value in values), Reference(type="AEF", value=marks.load_id)]
    return booking.model_copy(update={"references": references})


_LONGEST = 35


def replacing(booking: Booking, earlier: Booking) -> Booking:
    """Return a booking as one that replaces an earlier one."""
    marks = dataclasses.replace(marks_of(booking, "booking"), replaces=marks_of(earlier, "earlier booking").number)
    return marked(booking, marks)


def bookings(plan: Plan, network: Network, shipments: Sequence[Shipment] = ()) -> Iterator[Booking]:
    """Yield a booking request for every ocean load of a plan, then for every lot of co-loaded goods.

    A lot is what is co-loaded from one warehouse by one departure to one deconsolidation centre; its id is made from
    these. The standard wants a container for it: the smallest of the network that holds the goods.

    Parameters
    ----------
    shipments : what the plan was made from; without them cartons, tariff codes and classes stay out

    Raises
    ------
    InputError
        If an id does not fit into a reference, or a container has no ISO size and type.
    """
    desk = _Desk(plan, network, shipments)
    for load in plan.loads:
        lane = network.lane.get(load.lane_id)
        if load.kind == "trunk" and lane is not None and lane.mode in OCEAN:
            yield desk.of_load(load, lane)
    lots: dict[str, list[PlannedShipment]] = {}
    for row in plan.shipments:
        lane = network.lane.get(row.lane_id)
        if row.service == "co_load" and lane is not None and lane.mode in OCEAN:
            lots.setdefault(lot_of(row), []).append(row)
    for lot, rows in sorted(lots.items()):
        yield desk.of_lot(lot, rows, network.lane[rows[0].lane_id])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trip:
    """How goods of one booking travel; places are warehouse, gateways and where the goods are handed over."""

    lane: Lane
    places: tuple[str, str, str, str]
    departs: str
    iso_code: str
    units: int = 1
    direct: bool = False


class _Desk:
    """Books for one plan."""

    def __init__(self, plan: Plan, network: Network, shipments: Sequence[Shipment]) -> None:
        self._plan, self._network = plan, network
        self._goods = {row.shipment_id: row for row in shipments}
        self._planned = {row.shipment_id: row for row in plan.shipments}
        containers = [row for row in network.equipment if row.kind == "container"]
        self._containers = sorted(containers, key=lambda row: (row.volume_m3, row.equipment_id))

    def of_load(self, load: PlannedLoad, lane: Lane) -> Booking:
        rows = [self._planned[name] for name in load.shipments]
        trip = _Trip(
            lane=lane, places=(load.origin, load.gateway_out, load.gateway_in, load.destination), departs=load.departs,
            iso_code=self._iso_code(load.equipment_id), direct=rows[0].service == "direct_container",
        )  # fmt: skip
        return self._marked(self._booking(rows, trip), load.load_id, load.status, load.departure_id)

    def of_lot(self, lot: str, rows: list[PlannedShipment], lane: Lane) -> Booking:
        first = rows[0]
        volume = float(sum((row.volume_m3 for row in rows), Decimal(0)))
        holding = [row for row in self._containers if row.volume_m3 >= volume] or self._containers[-1:]
        trip = _Trip(
            lane=lane, places=(first.warehouse_id, lane.origin, lane.destination, first.deconsolidation_id),
            departs=next(stone.time for stone in first.milestones if stone.code == "ETD"),
            iso_code=self._iso_code(holding[0].equipment_id) if holding else ISO_CODES["20GP"],
            units=math.ceil(volume / holding[0].volume_m3) if holding else 1,
        )  # fmt: skip
        status = min((row.status for row in rows), key=STATUSES.index)
        return self._marked(self._booking(rows, trip), lot_id(lot), status, first.departure_id)

    def _booking(self, rows: list[PlannedShipment], trip: _Trip) -> Booking:
        equipment = RequestedEquipment(
            iso_equipment_code=trip.iso_code, units=trip.units, commodities=[self._commodity(row) for row in rows],
            cargo_gross_weight=Mass(value=sum((row.gross_weight_kg for row in rows), Decimal(0))),
        )  # fmt: skip
        types: tuple[PlaceType, ...] = ("PRE", "POL", "POD", "PDE")
        return Booking(
            receipt_type_at_origin="CFS", delivery_type_at_destination="SD" if trip.direct else "CFS",
            cargo_movement_type_at_origin="LCL", cargo_movement_type_at_destination="FCL" if trip.direct else "LCL",
            service_contract_reference=fitted(trip.lane.tariff, 30), carrier_service_name=fitted(trip.lane.name, 50),
            expected_departure_date=trip.departs[:10], references=[],
            document_parties=DocumentParties(booking_agent=BookingAgent(party_name=self._agent())),
            shipment_locations=[
                ShipmentLocation(location=self._location(place), location_type_code=kind)
                for kind, place in zip(types, trip.places, strict=True)
            ],
            requested_equipments=[equipment],
        )  # fmt: skip

    def _agent(self) -> str:
        return fitted(self._network.header.name, 70) or "Dragon Boat"

    def _commodity(self, row: PlannedShipment) -> Commodity:
        goods = self._goods.get(row.shipment_id)
        cartons = goods.cartons if goods else None
        return Commodity(
            commodity_type=f"cargo class {goods.cargo_class}"[:550].strip() if goods else "consumer goods",
            hs_codes=[goods.hs_code] if goods else None, cargo_gross_weight=Mass(value=row.gross_weight_kg),
            cargo_gross_volume=Cube(value=row.volume_m3),
            outer_packaging=Packaging(number_of_packages=cartons) if cartons else None,
            references=[Reference(type="CR", value=_short(row.shipment_id))],
        )  # fmt: skip

    def _location(self, place_id: str) -> Location:
        place = self._network.place.get(place_id)
        if place is None:
            return Location(location_name=fitted(place_id, 100) or "unknown")
        code = unlocode(place)
        point = GeoCoordinate(latitude=f"{place.lat:.5f}", longitude=f"{place.lon:.5f}")
        return Location(
            location_name=fitted(place.name, 100) or fitted(place_id, 100), un_location_code=code or None,
            geo_coordinate=None if code else point,
        )  # fmt: skip

    def _iso_code(self, equipment_id: str) -> str:
        kind = self._network.equipment_by_id.get(equipment_id)
        code = (kind.iso_code if kind else "") or ISO_CODES.get(equipment_id, "")
        if not 0 < len(code) <= 4:
            expected = "an ISO 6346 size and type of four characters, such as 45G1"
            raise InputError(
                [Finding("equipment", None, f"iso_code of {equipment_id}", code, expected, rule="BOOKING.FIELD")]
            )
        return code

    def _marked(self, booking: Booking, load_id: str, status: str, departure_id: str) -> Booking:
        number = message_number(self._plan.plan_id, self._plan.version, load_id)
        marks = Marks(number=number, load_id=load_id, status=status, departure_id=departure_id,
                      content_sha256=booking.content_hash())  # fmt: skip
        return marked(booking, marks)


def lot_of(row: PlannedShipment) -> str:
    """Return the lot of a co-loaded shipment: departure, warehouse and deconsolidation centre."""
    return f"{row.departure_id}:{row.warehouse_id}:{row.deconsolidation_id}"


def lot_id(lot: str) -> str:
    """Return the short id by which a lot is booked.

    >>> lot_id("LCL-YTN-LAX.1@2026-12-01:SZ-YT:DC-LAX")
    'Ce52335d'
    """
    return "C" + hashlib.sha256(lot.encode()).hexdigest()[:7]


def fitted(text: str, longest: int) -> str:
    """Return a text cut to a length, without blanks at its ends and in one line.

    >>> fitted("  a long  name ", 7)
    'a long'
    """
    return " ".join(text.split())[:longest].strip()


def _short(value: str) -> str:
    if len(value) > _LONGEST:
        raise InputError(
            [Finding(value, None, "references", value, "at most 35 characters", "a shorter id", "BOOKING.FIELD")]
        )
    return value
