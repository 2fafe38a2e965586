"""Skeletons of Amazon's Fulfillment Inbound requests for the goods of each seller.

A plan does not know merchant SKUs, contacts and street addresses, nor the ids that Amazon gives on the way. Texts that
have to be filled in begin with ``FILL``; ``requests.json`` beside the bodies lists where they are, and where a figure
is only assumed: units that no file states are 1, boxes without dimensions are cubes of the average volume, goods
without a number of cartons are one box. It also carries what the bodies have no place for: number, plan, version,
status and content hash (``name`` of the inbound plan holds plan, version, status and the beginning of the hash).

More than the published limits allow is split: 2,000 items to an inbound plan, 500,000 units to an item, 10,000 boxes to
a row, 5,000 rows to a grouping.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import Field

from consolidation.partners.header import content_sha256
from consolidation.partners.payloads import Payload, read_payload, write_payload
from consolidation.partners.spapi_model import (
    MARKETPLACES,
    MOST_ALIKE,
    MOST_BOX_ROWS,
    MOST_ITEMS,
    MOST_UNITS,
    OPERATIONS,
    Address,
    Body,
    Box,
    ConfirmTransportationOptions,
    CreateInboundPlan,
    Dimensions,
    FreightInformation,
    GenerateTransportationOptions,
    Item,
    Money,
    PackageGrouping,
    Pallet,
    SetPackingInformation,
    TransportationConfiguration,
    TransportationSelection,
    Weight,
    Window,
)
from consolidation.partners.statuses import CODE_OF_STATUS, STATUSES
from consolidation.plan_model import Plan, PlannedShipment, Status
from consolidation.shipments import Shipment
from network.errors import Finding, InputError
from network.model import Network

INVENTORY = "requests.json"
FILL = "FILL"
_NO_COUNTRY = "ZZ"
_CM3_PER_M3 = 1_000_000
_HEAVIEST_KG = 100_000
"""Most that one box may weigh."""


class Listed(Payload):
    """One request of an inventory."""

    operation: str
    method: str = "POST"
    path: str
    file: str
    to_fill: tuple[str, ...] = Field(description="JSON pointers of texts that begin with FILL")
    assumed: tuple[str, ...] = Field(description="JSON pointers of figures that no file states")


class Inventory(Payload):
    """What a folder of requests is about, and the requests in the order they are sent."""

    number: str
    plan_id: str
    plan_version: int = Field(ge=1)
    status: Status
    content_sha256: str
    seller_id: str
    market: str
    inbound_plan_id: str
    ship_from: str
    shipments: tuple[str, ...]
    requests: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class InboundRequests:
    """The requests of one inbound plan: its inventory and the bodies by file."""

    inventory: Inventory
    bodies: tuple[tuple[str, Body], ...]

    @property
    def folder(self) -> str:
        """Name of the folder: the end of the number."""
        return self.inventory.number.rpartition("/")[2]


def inbound_requests(plan: Plan, network: Network, shipments: Sequence[Shipment] = ()) -> Iterator[InboundRequests]:
    """Yield the requests of every seller, market, inbound plan and place that goods leave for the FCs from.

    Parameters
    ----------
    shipments : what the plan was made from; without them boxes are assumed
    """
    goods = {row.shipment_id: row for row in shipments}
    groups: dict[tuple[str, str, str, str], list[PlannedShipment]] = {}
    for row in plan.shipments:
        stated = goods.get(row.shipment_id)
        start = row.overseas_id or row.deconsolidation_id or row.warehouse_id or row.origin
        key = (row.seller_id, row.market, stated.inbound_plan_id if stated else "", start)
        groups.setdefault(key, []).append(row)
    for key, rows in sorted(groups.items()):
        maker = _Maker(plan, network, goods, key)
        for part, members in enumerate(_in_parts(rows), 1):
            yield maker.requests(members, part)


def _in_parts(rows: list[PlannedShipment]) -> Iterator[list[tuple[PlannedShipment, int]]]:
    """Yield (shipment, units) of each inbound plan: at most so many items, none twice, none of too many units."""
    waiting = [(row, max(1, row.units)) for row in rows]
    while waiting:
        now = [(row, min(units, MOST_UNITS)) for row, units in waiting[:MOST_ITEMS]]
        rest = [(row, units - MOST_UNITS) for row, units in waiting[:MOST_ITEMS] if units > MOST_UNITS]
        waiting = rest + waiting[MOST_ITEMS:]
        yield now


class _Maker:
    """Makes the requests of one group of shipments."""

    def __init__(
        self, plan: Plan, network: Network, goods: Mapping[str, Shipment], key: tuple[str, str, str, str]
    ) -> None:
        self._plan, self._network, self._goods = plan, network, goods
        self._seller, self._market, self._inbound, self._start = key

    def requests(self, members: list[tuple[PlannedShipment, int]], part: int) -> InboundRequests:
        rows = [row for row, _ in members]
        key = "|".join((self._seller, self._market, self._inbound, self._start, str(part)))
        code = hashlib.sha256(key.encode()).hexdigest()[:6]
        folder = "-".join(filter(None, (_safe(self._seller), _safe(self._market), _safe(self._inbound), code)))
        status = min((row.status for row in rows), key=STATUSES.index)
        fcs: dict[str, list[tuple[PlannedShipment, int]]] = {}
        for row, units in members:
            fcs.setdefault(row.destination_fc, []).append((row, units))
        made: list[tuple[str, Body, list[str]]] = [
            ("createInboundPlan.json", *self._plan_request(members, status)),
            *self._packing_requests(fcs, code),
            ("generateTransportationOptions.json", self._generation(fcs, code), []),
            ("confirmTransportationOptions.json", self._confirmation(fcs, code), []),
        ]
        bodies = tuple((file, body) for file, body, _ in made)
        inventory = Inventory(
            number=f"{self._plan.plan_id}/{self._plan.version}/{folder}", plan_id=self._plan.plan_id,
            plan_version=self._plan.version, status=status, content_sha256=bodies_hash(bodies), seller_id=self._seller,
            market=self._market, inbound_plan_id=self._inbound, ship_from=self._start,
            shipments=tuple(row.shipment_id for row in rows),
            requests=tuple(_listed(file, body, assumed) for file, body, assumed in made),
        )  # fmt: skip
        return InboundRequests(inventory, bodies)

    def _plan_request(
        self, members: list[tuple[PlannedShipment, int]], status: Status
    ) -> tuple[CreateInboundPlan, list[str]]:
        items = tuple(_item(row, units) for row, units in members)
        assumed = [f"/items/{k}/quantity" for k, (row, _) in enumerate(members) if not row.units]
        if self._start not in self._network.place:
            assumed.append("/sourceAddress/countryCode")
        mark = content_sha256([item.model_dump() for item in items])[:8]
        name = f"{self._plan.plan_id}/{self._plan.version} {CODE_OF_STATUS[status]} {mark}"
        marketplace = MARKETPLACES.get(self._market, f"{FILL} id of {self._market}"[:20])
        request = CreateInboundPlan(
            destination_marketplaces=(marketplace,), items=items, name=name[-40:], source_address=self._address()
        )
        return request, assumed

    def _address(self) -> Address:
        place = self._network.place.get(self._start)
        city = " ".join((place.address_city or place.name).split())[:30].strip() if place else ""
        return Address(
            address_line1=f"{FILL} street of {self._start}"[:180], city=city or f"{FILL} city",
            company_name=" ".join(place.name.split())[:50].strip() or None if place else None,
            country_code=place.country if place else _NO_COUNTRY, name=f"{FILL} contact", phone_number=f"{FILL} phone",
            postal_code=(place.postcode if place else "")[:32] or f"{FILL} postcode",
        )  # fmt: skip

    def _packing_requests(
        self, fcs: Mapping[str, list[tuple[PlannedShipment, int]]], code: str
    ) -> Iterator[tuple[str, Body, list[str]]]:
        boxes = {fc: [box for row, units in rows for box in self._boxes(row, units)] for fc, rows in fcs.items()}
        for turn in range(math.ceil(max(map(len, boxes.values())) / MOST_BOX_ROWS)):
            here = {fc: found[turn * MOST_BOX_ROWS : (turn + 1) * MOST_BOX_ROWS] for fc, found in boxes.items()}
            groupings: list[PackageGrouping] = []
            assumed: list[str] = []
            for fc, found in here.items():
                if found:
                    at = f"/packageGroupings/{len(groupings)}/boxes"
                    assumed += [f"{at}/{k}/{name}" for k, (_, names) in enumerate(found) for name in names]
                    groupings.append(
                        PackageGrouping(
                            boxes=tuple(box for box, _ in found), shipment_id=placeholder("SHIPMENT", code, fc)
                        )
                    )
            file = f"setPackingInformation{'' if not turn else f'-{turn + 1}'}.json"
            yield file, SetPackingInformation(package_groupings=tuple(groupings)), assumed

    def _boxes(self, row: PlannedShipment, units: int) -> Iterator[tuple[Box, list[str]]]:
        """Yield rows of boxes with what is assumed about them; the units left of a split shipment keep its share."""
        goods = self._goods.get(row.shipment_id)
        stated = goods.cartons if goods else None
        cartons = stated or math.ceil(row.gross_weight_kg / _HEAVIEST_KG)
        share = Decimal(units) / max(1, row.units)
        cartons_here = max(1, int((cartons * share).to_integral_value(ROUND_HALF_UP)))
        assumed = [] if stated else ["quantity"]
        dimensions = _dimensions(goods) if goods else None
        if dimensions is None:
            side = Decimal(f"{(float(row.volume_m3) * _CM3_PER_M3 / cartons) ** (1 / 3):.1f}")
            dimensions = Dimensions(height=side, length=side, width=side)
            assumed.append("dimensions")
        weight = goods.carton_weight_kg if goods else None
        kg = weight if weight is not None else (row.gross_weight_kg / cartons).quantize(Decimal("0.001"))
        each, over = divmod(units, cartons_here)
        known = bool(row.units and each)
        kinds = [(over, each + 1), (cartons_here - over, each)] if known else [(cartons_here, 0)]
        for number, content in kinds:
            for start in range(0, number, MOST_ALIKE):
                yield Box(
                    content_information_source="BOX_CONTENT_PROVIDED" if content else "MANUAL_PROCESS",
                    items=(_item(row, content),) if content else None, quantity=min(MOST_ALIKE, number - start),
                    dimensions=dimensions, weight=Weight(value=kg),
                ), assumed  # fmt: skip

    def _generation(
        self, fcs: Mapping[str, list[tuple[PlannedShipment, int]]], code: str
    ) -> GenerateTransportationOptions:
        configurations = tuple(
            TransportationConfiguration(
                freight_information=FreightInformation(declared_value=Money(
                    amount=sum((row.goods_value for row, _ in rows), Decimal(0)), code=self._plan.inputs.currency)),
                pallets=self._pallets(fc, [row for row, _ in rows]), ready_to_ship_window=Window(start=_ready(rows)),
                shipment_id=placeholder("SHIPMENT", code, fc),
            )
            for fc, rows in fcs.items()
        )  # fmt: skip
        return GenerateTransportationOptions(
            placement_option_id=placeholder("PLACEMENT-OPTION", code, ""),
            shipment_transportation_configurations=configurations,
        )

    def _pallets(self, fc: str, rows: list[PlannedShipment]) -> tuple[Pallet, ...] | None:
        place = self._network.place.get(fc)
        rule = self._network.receiving_of(place) if place else None
        freight = [row for row in rows if row.final_leg in ("ltl", "ftl")]
        if rule is None or not freight:
            return None
        volume = float(sum((row.volume_m3 for row in freight), Decimal(0)))
        weight = float(sum((row.gross_weight_kg for row in freight), Decimal(0)))
        number = max(1, math.ceil(volume / rule.pallet_volume_m3), math.ceil(weight / rule.pallet_max_kg))
        loose = any(not self._goods[row.shipment_id].stackable for row in freight if row.shipment_id in self._goods)
        return tuple(
            Pallet(quantity=min(MOST_ALIKE, number - start), stackability="NON_STACKABLE" if loose else "STACKABLE")
            for start in range(0, number, MOST_ALIKE)
        )

    def _confirmation(self, fcs: Iterable[str], code: str) -> ConfirmTransportationOptions:
        return ConfirmTransportationOptions(transportation_selections=tuple(
            TransportationSelection(shipment_id=placeholder("SHIPMENT", code, fc),
                                    transportation_option_id=placeholder("TRANSPORT-OPTION", code, fc))
            for fc in fcs
        ))  # fmt: skip


def _dimensions(goods: Shipment) -> Dimensions | None:
    length, width, height = goods.carton_length_cm, goods.carton_width_cm, goods.carton_height_cm
    if length is None or width is None or height is None:
        return None
    return Dimensions(height=height, length=length, width=width)


def _item(row: PlannedShipment, units: int) -> Item:
    return Item(msku=f"{FILL} MSKU of {row.shipment_id}"[:255], quantity=units)


def _ready(rows: list[tuple[PlannedShipment, int]]) -> str:
    """Return when the goods leave for the FC, UTC: the earliest dispatch, else delivery."""
    found = []
    for row, _ in rows:
        times = {stone.code: stone.time for stone in row.milestones}
        text = times.get("DISPATCHED") or times.get("DELIVERED") or row.milestones[0].time
        moment = dt.datetime.fromisoformat(text)
        found.append(moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC))
    return f"{min(found):%Y-%m-%dT%H:%M}Z"


def placeholder(kind: str, code: str, fc: str) -> str:
    """Return a stand-in for an id that Amazon will give: 38 letters, digits and hyphens that begin with FILL.

    >>> placeholder("SHIPMENT", "1a2b3c", "ONT8")
    'FILL-SHIPMENT-1a2b3c-ONT8-000000000000'
    """
    named = _safe(fc)
    short = named if len(named) <= 8 else hashlib.sha256(fc.encode()).hexdigest()[:8]
    return f"{FILL}-{kind}-{code}-{short}-"[:38].ljust(38, "0")


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:40]


def _listed(file: str, body: Body, assumed: Iterable[str]) -> Listed:
    operation = re.split(r"[-.]", file)[0]
    return Listed(operation=operation, path=OPERATIONS[operation][1], file=file, assumed=tuple(assumed),
                  to_fill=tuple(_to_fill(body.model_dump(mode="json", by_alias=True, exclude_none=True))))  # fmt: skip


def _to_fill(value: Any, at: str = "") -> Iterator[str]:
    """Yield the JSON pointers of texts that begin with FILL."""
    if isinstance(value, str) and value.startswith(FILL):
        yield at
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _to_fill(part, f"{at}/{key}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _to_fill(part, f"{at}/{number}")


def bodies_hash(bodies: Iterable[tuple[str, Body]]) -> str:
    """Return the content hash of the bodies of one inventory."""
    return content_sha256(
        {file: body.model_dump(mode="json", by_alias=True, exclude_none=True) for file, body in bodies}
    )


def write_requests(requests: InboundRequests) -> Iterator[tuple[str, bytes]]:
    """Yield the files of one inbound plan, the inventory first; paths are within its folder."""
    yield INVENTORY, write_payload(requests.inventory)
    for file, body in requests.bodies:
        yield file, write_payload(body)


def read_requests(files: Mapping[str, bytes], name: str = "") -> InboundRequests:
    """Return the requests of one inbound plan from its files by name.

    Texts filled in and figures corrected are welcome: only the content hash of what the planner wrote tells them apart,
    see :func:`is_as_written`.

    Parameters
    ----------
    name : shown before the names of files in findings

    Raises
    ------
    InputError
        With everything that is wrong with any of the files.
    """
    if INVENTORY not in files:
        raise InputError([Finding(f"{name}{INVENTORY}", None, "", "nothing", "a file", rule="FILE.MISSING")])
    inventory: Inventory = read_payload(Inventory, files[INVENTORY], f"{name}{INVENTORY}")
    bodies: list[tuple[str, Body]] = []
    faults: list[Finding] = []
    for number, row in enumerate(inventory.requests):
        where = f"requests[{number}]"
        if row.operation not in OPERATIONS:
            expected = f"one of {', '.join(OPERATIONS)}"
            faults.append(Finding(f"{name}{INVENTORY}", None, f"{where}.operation", row.operation, expected))
        elif row.file not in files:
            faults.append(Finding(f"{name}{row.file}", None, "", "nothing", "a file", rule="FILE.MISSING"))
        else:
            try:
                bodies.append(
                    (row.file, read_payload(OPERATIONS[row.operation][0], files[row.file], f"{name}{row.file}"))
                )
            except InputError as error:
                faults += error.findings
    if faults:
        raise InputError(faults)
    return InboundRequests(inventory, tuple(bodies))


def is_as_written(requests: InboundRequests) -> bool:
    """Return whether the bodies are what the planner wrote, with nothing filled in or changed."""
    return bodies_hash(requests.bodies) == requests.inventory.content_sha256
