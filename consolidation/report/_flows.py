"""What flows where in a plan: volumes, dates and costs per lane, road leg and place, for a choice of shipments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from consolidation.plan_model import PlannedShipment
from network.geo import Locator
from network.model import Network

ANY = "*"
"""Stands for every week or every market in a :func:`selection_key`."""


def milestone(shipment: PlannedShipment, *codes: str) -> str:
    """Return the time of the first of `codes` that the journey has, or an empty text."""
    times: dict[str, str] = {stone.code: stone.time for stone in shipment.milestones}
    return next((times[code] for code in codes if code in times), "")


def week_of(shipment: PlannedShipment) -> str:
    """Return the Monday of the week the goods depart (a courier: of the day they are ready), or an empty text."""
    text = milestone(shipment, "ETD", "READY")[:10]
    if not text:
        return ""
    date = dt.date.fromisoformat(text)
    return (date - dt.timedelta(days=date.weekday())).isoformat()


def selection_key(week: str, market: str) -> str:
    """Return the name of the shipments that depart in a week for a market; :data:`ANY` for all."""
    return f"{week}|{market}"


def selections(shipments: Iterable[PlannedShipment]) -> dict[str, list[PlannedShipment]]:
    """Return the shipments of every choice of week and market that has some, by :func:`selection_key`."""
    found: dict[str, list[PlannedShipment]] = {selection_key(ANY, ANY): []}
    for shipment in shipments:
        for week in (ANY, week_of(shipment)):
            for market in (ANY, shipment.market):
                found.setdefault(selection_key(week, market), []).append(shipment)
    return found


@dataclass(frozen=True)
class Flow:
    """Goods on one lane, road leg or in one place.

    Attributes
    ----------
    volume_m3, weight_kg : sums over the shipments
    cost : plan currency, trunk freight of the shipments
    dates : departures as (ETD, ETA) dates, or the first and last date in a place
    """

    volume_m3: Decimal
    weight_kg: Decimal
    shipments: int
    loads: int
    cost: Decimal
    dates: tuple[tuple[str, str], ...]


def flow_of(shipments: Sequence[PlannedShipment], dates: Iterable[tuple[str, str]] = ()) -> Flow:
    """Return the sums over shipments that share a lane, a leg or a place."""
    return Flow(
        volume_m3=sum((s.volume_m3 for s in shipments), Decimal(0)),
        weight_kg=sum((s.gross_weight_kg for s in shipments), Decimal(0)),
        shipments=len(shipments),
        loads=len({s.trunk_load_id for s in shipments if s.trunk_load_id}),
        cost=sum((s.categories.get("trunk", Decimal(0)) for s in shipments), Decimal(0)),
        dates=tuple(sorted(set(dates))),
    )


def lane_flows(shipments: Iterable[PlannedShipment]) -> dict[str, Flow]:
    """Return the flow on each lane that is used."""
    groups: dict[str, list[PlannedShipment]] = {}
    for shipment in shipments:
        if shipment.lane_id:
            groups.setdefault(shipment.lane_id, []).append(shipment)
    return {
        lane_id: flow_of(rows, ((milestone(s, "ETD")[:10], milestone(s, "ETA")[:10]) for s in rows))
        for lane_id, rows in sorted(groups.items())
    }


def place_flows(shipments: Iterable[PlannedShipment]) -> dict[str, Flow]:
    """Return the flow through each place of the journeys; dates are the first and the last in the place."""
    groups: dict[str, list[PlannedShipment]] = {}
    dates: dict[str, list[str]] = {}
    for shipment in shipments:
        journey: dict[str, list[str]] = {}
        for stone in shipment.milestones:
            if stone.code != "READY":
                journey.setdefault(stone.place_id, []).append(stone.time[:10])
        for place_id, days in journey.items():
            groups.setdefault(place_id, []).append(shipment)
            dates.setdefault(place_id, []).extend(days)
    return {
        place_id: flow_of(rows, [(min(dates[place_id]), max(dates[place_id]))])
        for place_id, rows in sorted(groups.items())
    }


Leg = tuple[str, tuple[float, float], tuple[float, float], str]
"""A straight leg: its group ("origin", "final" or "courier"), both ends, and what it is in words."""


class Legs:
    """Finds the road legs and courier journeys of shipments on a network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._locator = Locator(network.places)

    def flows(self, shipments: Iterable[PlannedShipment]) -> dict[Leg, Flow]:
        """Return the flow on each leg; legs with an unknown end are left out."""
        groups: dict[Leg, list[PlannedShipment]] = {}
        for shipment in shipments:
            for leg in self._of(shipment):
                groups.setdefault(leg, []).append(shipment)
        return {leg: flow_of(rows) for leg, rows in sorted(groups.items())}

    def _of(self, shipment: PlannedShipment) -> list[Leg]:
        if shipment.courier_id:
            courier = self._network.courier.get(shipment.courier_id)
            name = courier.name if courier else shipment.courier_id
            return self._leg("courier", shipment.origin, shipment.destination_fc, f"courier {name}")
        inland = shipment.overseas_id or shipment.deconsolidation_id or shipment.gateway_in
        final = f"final leg ({shipment.replenishment or shipment.final_leg})"
        return [
            *self._leg("origin", shipment.origin, shipment.warehouse_id, "collection"),
            *self._leg("origin", shipment.warehouse_id, shipment.gateway_out, "to the gateway"),
            *self._leg("final", shipment.gateway_in, shipment.deconsolidation_id, "drayage"),
            *self._leg("final", shipment.deconsolidation_id, shipment.overseas_id, "shuttle"),
            *self._leg("final", inland, shipment.destination_fc, final),
        ]

    def _leg(self, group: str, start: str, end: str, what: str) -> list[Leg]:
        a, b = self._point(start), self._point(end)
        return [(group, a, b, f"{what}: {start} to {end}")] if a and b and a != b else []

    def _point(self, text: str) -> tuple[float, float] | None:
        if not text:
            return None
        place = self._network.place.get(text)
        if place is not None:
            return place.lon, place.lat
        found = self._locator.find(text)
        return None if found is None else (round(found.lon, 2), round(found.lat, 2))
