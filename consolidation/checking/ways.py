"""Ways that a shipment could go, and whether one keeps every rule: what the judge tries out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from consolidation.checking import rules
from consolidation.checking.case import Case, Traveller
from consolidation.checking.continued import waits_in
from consolidation.checking.dates import cutoff, work_out
from consolidation.checking.journeys import Journey, resolve
from consolidation.checking.own_lines import trunk_priced
from consolidation.checking.world import Run, World
from consolidation.plan_model import PlannedShipment
from consolidation.shipments import Shipment
from network.tables import Courier, Place

_FC_RULES = (rules.fc_accepts_class, rules.carton_sides, rules.carton_weight)


def too_large(world: World, shipment: Shipment) -> bool:
    """Return whether the largest container of the network cannot hold a shipment."""
    containers = [row for row in world.network.equipment if row.kind == "container"]
    if not containers:
        return False
    volume_cm3 = max(round(row.volume_m3 * 1_000_000) for row in containers)
    weight_g = max(round(row.payload_kg * 1000) for row in containers)
    return shipment.volume_cm3 > volume_cm3 or shipment.weight_g > weight_g


def near_warehouses(world: World, shipment: Shipment) -> list[Place]:
    """Return the open warehouses considered for a shipment: its own, else the nearest ones of its country."""
    start, planning = world.locate(shipment.origin), world.network.planning
    houses = [place for place in world.network.places if place.kind == "origin_warehouse" and not place.closed]
    if start is None:
        return []
    if start.place_id:
        return [place for place in houses if place.place_id == start.place_id]
    far = [
        (world.road_km(start, place), k, place) for k, place in enumerate(houses)
        if not start.country or place.country == start.country
    ]  # fmt: skip
    most = Decimal(str(planning.max_collection_km))
    return [place for km, _, place in sorted(far)[: planning.warehouses_per_shipment] if km <= most]


_BLANK: dict[str, Any] = dict.fromkeys(
    (
        "warehouse_id", "departure_id", "lane_id", "courier_id", "gateway_out", "gateway_in", "deconsolidation_id",
        "trunk_load_id", "truck_load_id", "entry_id",
    ),
    "",
)  # fmt: skip


def by_courier(shipment: Shipment, courier: Courier) -> PlannedShipment:
    """Return the choices of a shipment that goes by courier."""
    return PlannedShipment.model_construct(**{
        **_BLANK, "shipment_id": shipment.shipment_id, "destination_fc": shipment.destination_fc, "service": "courier",
        "final_leg": "courier", "courier_id": courier.courier_id, "regime_id": courier.customs_regime,
    })  # fmt: skip


def by_lane(shipment: Shipment, warehouse: Place, run: Run, centre: Place | None) -> PlannedShipment:
    """Return the choices of a shipment that takes a departure: to a centre and on by what it offers, or unopened to its FC."""
    lane = run.lane
    bought = {"air": "air", "rail_lcl": "rail_lcl"}.get(lane.mode, "co_load")
    service = "consolidated" if lane.buying == "load" else bought
    return PlannedShipment.model_construct(**{
        **_BLANK, "shipment_id": shipment.shipment_id, "destination_fc": shipment.destination_fc, "lane_id": lane.lane_id,
        "service": service if centre else "direct_container", "final_leg": leg_of(centre) if centre else "direct",
        "warehouse_id": warehouse.place_id, "departure_id": run.run_id, "gateway_out": lane.origin,
        "gateway_in": lane.destination, "deconsolidation_id": centre.place_id if centre else "",
        "regime_id": run.gateway_in.customs_regime,
    })  # fmt: skip


def leg_of(centre: Place) -> str:
    """Return the soonest final leg that a deconsolidation centre offers; blank for none."""
    offered = (("ltl", centre.ltl_tariff), ("parcel", centre.parcel_tariff), ("ftl", centre.ftl_tariff))
    return next((leg for leg, tariff in offered if tariff), "")


def centres_behind(world: World) -> dict[str, list[Place]]:
    """Return the deconsolidation centres that a road link leads to from each gateway."""
    found: dict[str, list[Place]] = defaultdict(list)
    for start, end in world.network.link:
        centre = world.network.place.get(end)
        if centre is not None and centre.kind == "deconsolidation_centre":
            found[start].append(centre)
    return found


def passable(
    case: Case, row: PlannedShipment, shipment: Shipment, days: tuple[int, int] | None
) -> bool | None:  # fmt: skip
    """Return whether a way keeps every rule and ends on the days; None when the FC refuses the goods, whatever the way."""
    world = case.world
    journey, refused = resolve(world, row, shipment)
    if journey is None or refused:
        return False
    each = Traveller(world, journey, work_out(world, journey))
    if journey.fc.closed or any(found for rule in _FC_RULES for found in rule(each)):
        return None
    if days is not None and not days[0] <= each.dates.delivered <= days[1]:
        return False
    if _in_the_past(case, each) or any(cutoff(journey, each.dates)) or not _priced(world, journey, each):
        return False
    return not any(found for rule in rules.RULES for found in rule(each))


def _in_the_past(case: Case, each: Traveller) -> bool:
    """Return whether goods would be stuffed before the day as of which the plan was made."""
    continued = case.plan.continued
    return continued is not None and any(
        code == "STUFFED" and time < continued.as_of for code, _, time in each.dates.milestones
    )


def _priced(world: World, journey: Journey, each: Traveller) -> bool:
    chain = journey.chain
    if chain is None:
        return True
    lane = chain.run.lane
    if lane.buying == "space":
        return trunk_priced(world, journey, chain, each.dates)
    rows = world.charges(lane.tariff, each.dates.before, lane.mode, "load")
    return any(not row.equipment or set(row.equipment) & set(lane.equipment) for row in rows)


def still_open(case: Case, shipment_id: str, ways: Iterable[PlannedShipment]) -> Iterator[PlannedShipment]:
    """Yield the ways of a shipment that the plan before leaves: from the warehouse it is in, and with who still takes it."""
    continued = case.plan.continued
    warehouse = waits_in(continued, shipment_id)
    missed = continued.missed.get(shipment_id, ()) if continued else ()
    for way in ways:
        if way.departure_id not in missed and warehouse in ("", way.warehouse_id):
            yield way
