"""What documents are made from: a plan seen through its network and its shipments, and the consignments in it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar, get_args

from consolidation.demand import pallets
from consolidation.partners.header import Document, Role
from consolidation.partners.parts import Part, one_line
from consolidation.plan_model import CustomsEntry, MilestoneCode, Plan, PlannedLoad, PlannedShipment, Service, Status
from consolidation.shipments import Shipment
from network.model import Network

AnyPart = TypeVar("AnyPart", bound=Part)
OWN_SERVICES: tuple[Service, ...] = ("courier", "alone_lcl", "alone_air")
"""Services that the seller buys for itself: only its statement speaks of them."""
_LADDER: tuple[Status, ...] = get_args(Status)
_MOST_DIGITS = 15
"""Digits that a number keeps on its way through a spreadsheet or JSON."""

_WITHOUT_PALLETS = ("drayage", "direct", "parcel", "courier")
"""Legs on which goods travel as cartons: in their container, or one by one."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What only the shipments file says of goods; blank where nobody says."""

    cartons: int | None = None
    sides_cm: tuple[Decimal | None, Decimal | None, Decimal | None] = (None, None, None)
    carton_weight_kg: Decimal | None = None
    cargo_class: str = ""
    hs_code: str = ""
    hs_lines: int = 1
    country_of_origin: str = ""
    incoterm: str = ""
    stackable: bool = True
    inbound_plan_id: str = ""
    invoice_value: Decimal = Decimal(0)
    invoice_currency: str = ""

    @classmethod
    def of(cls, row: Shipment) -> Goods:
        """Return the goods of a shipment."""
        return cls(
            cartons=row.cartons,
            sides_cm=(row.carton_length_cm, row.carton_width_cm, row.carton_height_cm),
            carton_weight_kg=row.carton_weight_kg,
            cargo_class=row.cargo_class,
            hs_code=row.hs_code,
            hs_lines=row.hs_lines,
            country_of_origin=row.country_of_origin,
            incoterm=row.incoterm,
            stackable=row.stackable,
            inbound_plan_id=row.inbound_plan_id,
            invoice_value=row.goods_value,
            invoice_currency=row.currency,
        )


@dataclass(frozen=True, slots=True)
class Consignment:
    """What travels together on one departure: a container, or the space bought from one warehouse to one centre.

    Attributes
    ----------
    subject : load id, or departure:warehouse:centre of bought space
    load : None for bought space
    members : its shipments, by id
    """

    subject: str
    load: PlannedLoad | None
    members: tuple[PlannedShipment, ...]

    @property
    def first(self) -> PlannedShipment:
        """Any of its shipments: way and dates up to the centre are the same for all."""
        return self.members[0]

    @property
    def status(self) -> Status:
        """Status of the container, or the lowest of the shipments in bought space."""
        return lowest_status(self.members) if self.load is None else self.load.status


def lowest_status(members: Sequence[PlannedShipment]) -> Status:
    """Return the lowest status of shipments; proposed where there are none."""
    return min((row.status for row in members), key=_LADDER.index, default="proposed")


@dataclass(frozen=True, slots=True)
class Draft:
    """A document before it has a head."""

    document: Document
    role: Role
    partner_id: str
    subject: str
    status: str
    facts: Part
    lines: tuple[Part, ...]


class Case:
    """A plan, its network and its shipments."""

    def __init__(self, plan: Plan, network: Network, shipments: Sequence[Shipment]) -> None:
        self.plan, self.network = plan, network
        self.sellers = {row.shipment_id: row.seller_id for row in shipments}
        self._goods = {row.shipment_id: Goods.of(row) for row in shipments}
        self._dates: dict[str, dict[str, str]] = {}

    def goods(self, row: PlannedShipment) -> Goods:
        """Return what the shipments file says of a shipment."""
        return self._goods.get(row.shipment_id) or Goods()

    def name(self, place_id: str) -> str:
        """Return the name of a place, blank where the network does not know it."""
        place = self.network.place.get(place_id)
        return "" if place is None else place.name

    def time(self, row: PlannedShipment, code: MilestoneCode) -> str:
        """Return the time of a milestone as the plan writes it; blank where the journey has none."""
        dates = self._dates.get(row.shipment_id)
        if dates is None:
            dates = self._dates[row.shipment_id] = {stone.code: stone.time for stone in row.milestones}
        return dates.get(code, "")

    def day(self, row: PlannedShipment, code: MilestoneCode) -> dt.date | None:
        """Return the local date of a milestone."""
        return local_date(self.time(row, code))

    def pallets(self, row: PlannedShipment, leg: str) -> int | None:
        """Return the pallets that a shipment takes at its FC; none where it travels as cartons."""
        if leg in _WITHOUT_PALLETS:
            return None
        fc = self.network.place.get(row.destination_fc)
        rule = None if fc is None else self.network.receiving_of(fc)
        return pallets(rule, round(row.volume_m3 * 1_000_000), round(row.gross_weight_kg * 1_000))

    def totals(self, members: Sequence[PlannedShipment]) -> dict[str, Any]:
        """Return what shipments come to."""
        return {
            "shipments": len(members),
            "total_cartons": self.cartons(members),
            "total_volume_m3": sum((row.volume_m3 for row in members), Decimal(0)),
            "total_gross_weight_kg": sum((row.gross_weight_kg for row in members), Decimal(0)),
        }

    def cartons(self, members: Iterable[PlannedShipment]) -> int | None:
        """Return the cartons of shipments; None where one does not state them."""
        counts = [self.goods(row).cartons for row in members]
        return None if None in counts else sum(count for count in counts if count)

    @cached_property
    def entries(self) -> dict[str, CustomsEntry]:
        """Customs entries by id."""
        return {entry.entry_id: entry for entry in self.plan.entries}

    @cached_property
    def handled(self) -> list[PlannedShipment]:
        """Shipments that the platform sends, by id."""
        rows = (row for row in self.plan.shipments if row.service not in OWN_SERVICES)
        return sorted(rows, key=lambda row: row.shipment_id)

    @cached_property
    def consignments(self) -> list[Consignment]:
        """Consignments of the plan: containers, then bought space."""
        found: dict[str, list[PlannedShipment]] = defaultdict(list)
        loads = {load.load_id: load for load in self.plan.loads if load.kind == "trunk"}
        for row in self.handled:
            found[row.trunk_load_id or f"{row.departure_id}:{row.warehouse_id}:{row.deconsolidation_id}"].append(row)
        made = [Consignment(subject, loads.get(subject), tuple(rows)) for subject, rows in found.items()]
        return sorted(made, key=lambda each: (each.load is None, each.subject))


def local_date(time: str) -> dt.date | None:
    """Return the local date of a time as the plan writes it; None for a blank."""
    return dt.date.fromisoformat(time[:10]) if time else None


def made(model: type[AnyPart], **values: Any) -> AnyPart:
    """Return facts or a line: texts on one line, numbers with the digits that every format keeps."""
    return model(**{name: _kept(value) for name, value in values.items()})


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > _MOST_DIGITS:
        return Decimal(f"{value:.{_MOST_DIGITS}g}")
    return value
