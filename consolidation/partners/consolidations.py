"""A consolidation as a message: the houses of one trunk load, without anything that is not the partner's business.

Values, costs and sellers stay out; whoever stuffs, carries and clears learns importers, goods and destinations.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from consolidation.partners.cutoffs import cutoffs_of, minute, run_row
from consolidation.partners.edifact import pieces
from consolidation.partners.header import Function, content_sha256
from consolidation.plan_model import Plan, PlannedShipment, Status
from consolidation.shipments import Shipment
from network.model import Network
from network.tables import Place

Transport = Literal["maritime", "rail", "road", "air"]
EquipmentKind = Literal["container", "truck", "uld"]
SENDER = "DRAGONBOAT"
NAME_PIECE, NAME_PIECES = 35, 5
"""A name is at most so many pieces of so many characters in an EDIFACT file; longer ones are cut."""
_TRANSPORT: dict[str, Transport] = {"air": "air", "rail": "rail", "rail_lcl": "rail", "truck": "road"}
_LOCODE = re.compile(r"([A-Z]{2}[A-Z2-9]{3})(?:-.*)?")
_GATEWAYS = ("sea_port", "airport", "rail_terminal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place: its id in the network and its name; of a gateway its UN/LOCODE, of others postcode and country."""

    place_id: str
    name: str = ""
    unlocode: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One house bill: a shipment in the load. Volume in m3, weight in kg."""

    shipment_id: str
    status: Status
    importer_id: str
    ship_to: Spot
    volume_m3: Decimal
    gross_weight_kg: Decimal
    cartons: int | None = None
    hs_code: str = ""
    cargo_class: str = ""
    incoterm: str = ""
    ready: str = ""
    """Date of collection."""
    delivered: str = ""
    """Planned delivery at the FC: a date, or a local time with its offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """The container, truck or ULD of the load; number and seals are known when it is stuffed."""

    kind: EquipmentKind
    equipment_id: str
    iso_code: str = ""
    number: str = ""
    seals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidation:
    """The message about one trunk load.

    Attributes
    ----------
    number, replaces : str
        Of this message and of the one it replaces or cancels: ``plan/version/load``.
    content_sha256 : str
        Hash of the content, which is everything but the head: number, function, parties and status.
    departs, arrives, closes : str
        ETD, ETA and CFS cut-off: local times with offset.
    cutoffs : tuple of (code, local time with offset)
        As the departure states them, by DCSA's codes.
    """

    number: str
    function: Function = "original"
    replaces: str = ""
    prepared: dt.datetime
    sender: str = SENDER
    recipient: str
    plan_id: str
    plan_version: int
    status: Status
    content_sha256: str = ""
    load_id: str
    departure_id: str
    transport: Transport
    warehouse: Spot
    destination: Spot
    loading: Spot
    discharge: Spot
    departs: str
    arrives: str
    closes: str = ""
    cutoffs: tuple[tuple[str, str], ...] = ()
    equipment: Equipment
    houses: tuple[House, ...] = field(default=())

    @property
    def volume_m3(self) -> Decimal:
        """Sum of the houses, m3."""
        return sum((house.volume_m3 for house in self.houses), Decimal(0))

    @property
    def gross_weight_kg(self) -> Decimal:
        """Sum of the houses, kg."""
        return sum((house.gross_weight_kg for house in self.houses), Decimal(0))

    @property
    def cartons(self) -> int | None:
        """Sum of the houses; None where one does not know its cartons."""
        counted = [house.cartons for house in self.houses if house.cartons is not None]
        return sum(counted) if len(counted) == len(self.houses) else None

    def content_hash(self) -> str:
        """Return the hash of the content as it stands."""
        content = dataclasses.asdict(self)
        for name in _HEAD:
            del content[name]
        for house in content["houses"]:
            del house["status"]
            for name in ("volume_m3", "gross_weight_kg"):
                house[name] = format(house[name].normalize(), "f")
        return content_sha256(content)

    def sealed(self) -> Consolidation:
        """Return the message with the hash of its content."""
        return dataclasses.replace(self, content_sha256=self.content_hash())


_HEAD = ("number", "function", "replaces", "prepared", "sender", "recipient", "plan_id", "plan_version", "status",
         "content_sha256")  # fmt: skip


def message_number(plan_id: str, version: int, load_id: str) -> str:
    """Return the number of the message about a load.

    >>> message_number("DB-20261201-1a2b3c4d", 2, "L0003")
    'DB-20261201-1a2b3c4d/2/L0003'
    """
    return f"{plan_id}/{version}/{load_id}"


def consolidations(plan: Plan, network: Network, shipments: Sequence[Shipment] = ()) -> Iterator[Consolidation]:
    """Yield the message about every trunk load of a plan, as an original.

    Parameters
    ----------
    shipments : what the plan was made from; without them cartons, tariff codes, classes and incoterms stay blank
    """
    planned = {row.shipment_id: row for row in plan.shipments}
    goods = {row.shipment_id: row for row in shipments}
    departures = {row.departure_id: row for row in network.departures}
    for load in plan.loads:
        if load.kind == "trunk":
            houses = tuple(_house(planned[name], goods.get(name), network) for name in load.shipments)
            lane = network.lane.get(load.lane_id)
            kind = network.equipment_by_id.get(load.equipment_id, None)
            departs = minute(load.departs)
            yield Consolidation(
                number=message_number(plan.plan_id, plan.version, load.load_id), prepared=made_on(plan),
                recipient=load.lane_id or load.origin, plan_id=plan.plan_id, plan_version=plan.version,
                status=load.status, load_id=load.load_id, departure_id=load.departure_id,
                transport=_TRANSPORT.get(lane.mode if lane else "", "maritime"),
                warehouse=_site(network, load.origin), destination=_site(network, load.destination),
                loading=_gateway(network, load.gateway_out), discharge=_gateway(network, load.gateway_in),
                departs=departs, arrives=minute(load.arrives), closes=minute(load.cutoff),
                cutoffs=cutoffs_of(run_row(departures, load.departure_id), departs),
                equipment=Equipment(kind=kind.kind if kind else "container", equipment_id=load.equipment_id,
                                    iso_code=kind.iso_code if kind else ""),
                houses=houses,
            ).sealed()  # fmt: skip


def following(messages: Iterable[Consolidation], earlier: Iterable[Consolidation]) -> Iterator[Consolidation]:
    """Yield what a new plan has to send to partners who hold the messages of the plan before it.

    A load whose content changed is replaced, one that is gone is cancelled, a new one is an original; a load whose
    content is the same needs no message.
    """
    held = {message.load_id: message for message in earlier}
    plan_id, version = "", 0
    for message in messages:
        plan_id, version = message.plan_id, message.plan_version
        before = held.pop(message.load_id, None)
        if before is None:
            yield message
        elif before.content_sha256 != message.content_sha256:
            yield dataclasses.replace(message, function="replace", replaces=before.number)
    for gone in held.values():
        yield cancelling(gone, plan_id or gone.plan_id, version or gone.plan_version + 1)


def cancelling(earlier: Consolidation, plan_id: str, version: int) -> Consolidation:
    """Return the message of a plan and version that cancels an earlier message; its content is repeated."""
    number = message_number(plan_id, version, earlier.load_id)
    return dataclasses.replace(earlier, function="cancel", replaces=earlier.number, number=number, plan_id=plan_id,
                               plan_version=version)  # fmt: skip


def made_on(plan: Plan) -> dt.datetime:
    """Return midnight UTC of the first day of a plan: it knows no clock, and the same plan is to give the same files."""
    return dt.datetime.fromisoformat(plan.inputs.horizon_start).replace(tzinfo=dt.UTC)


def _site(network: Network, place_id: str) -> Spot:
    """Return a place of the network by name, postcode and country; one that the network no longer has, by its id."""
    place = network.place.get(place_id)
    if place is None:
        return Spot(place_id=place_id)
    return Spot(place_id=place_id, name=_name(place), postcode=place.postcode, country=place.country)


def _gateway(network: Network, place_id: str) -> Spot:
    place = network.place.get(place_id)
    if place is None:
        return Spot(place_id=place_id)
    return Spot(place_id=place_id, name=_name(place), unlocode=unlocode(place))


def _name(place: Place) -> str:
    return "".join(pieces(place.name, NAME_PIECE, NAME_PIECES))


def unlocode(place: Place) -> str:
    """Return the UN/LOCODE that the id of a gateway is or begins with, as ``USLAX`` of ``USLAX-EXP``; else blank."""
    found = _LOCODE.fullmatch(place.place_id) if place.kind in _GATEWAYS else None
    return found[1] if found and found[1].startswith(place.country) else ""


def _house(row: PlannedShipment, goods: Shipment | None, network: Network) -> House:
    times: Mapping[str, str] = {stone.code: stone.time for stone in row.milestones}
    return House(
        shipment_id=row.shipment_id, status=row.status, importer_id=row.importer_id,
        ship_to=_site(network, row.destination_fc), volume_m3=row.volume_m3, gross_weight_kg=row.gross_weight_kg,
        cartons=goods.cartons if goods else None, hs_code=goods.hs_code if goods else "",
        cargo_class=goods.cargo_class if goods else "", incoterm=goods.incoterm if goods else "",
        ready=minute(times.get("READY", "")), delivered=minute(times.get("DELIVERED", "")),
    )  # fmt: skip
