"""Shipments left out because nothing could carry them: the judge looks for a way that could.

Leaving out a shipment that has itineraries is a choice, rule PRICE. One that another rule leaves out must have
none; a single way that keeps every rule disproves it. Rule WINDOW.INBOUND_PLAN says that there is none on the days that
the others of its inbound plan leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from consolidation.checking.case import Case
from consolidation.checking.chances import Promises
from consolidation.checking.inbound import days_left
from consolidation.checking.inputs import considered
from consolidation.checking.result import Violation, violation
from consolidation.checking.ways import (
    by_courier,
    by_lane,
    centres_behind,
    near_warehouses,
    passable,
    still_open,
    too_large,
)
from consolidation.checking.world import Run, World
from consolidation.plan_model import PlannedShipment
from consolidation.shipments import Shipment
from network.tables import Place

_Centres = dict[str, list[Place]]


def _ways(world: World, shipment: Shipment, runs: list[Run], onward: _Centres) -> Iterator[PlannedShipment]:
    """Yield the choices of every way a shipment might go: couriers, then every run by pallet or parcel."""
    for courier in world.network.couriers:
        yield by_courier(shipment, courier)
    for warehouse in near_warehouses(world, shipment):
        for run in runs:
            if (warehouse.place_id, run.lane.origin) in world.network.link:
                for centre in onward.get(run.lane.destination, ()):
                    if centre.ltl_tariff or centre.parcel_tariff:
                        yield by_lane(shipment, warehouse, run, centre)


def left_out(case: Case) -> Iterator[Violation]:
    """Yield a violation for each shipment left out by a rule, not by choice, for which there is a way."""
    world = case.world
    rows = [row for row in case.plan.unplanned if row.rule != "PRICE" and row.shipment_id in case.shipments]
    if not rows:
        return
    runs = list(world.runs(*considered(world.network, case.shipments.values())))
    onward, promises = centres_behind(world), Promises(case)
    for row in rows:
        shipment = case.shipments[row.shipment_id]
        by_window = row.rule == "WINDOW.INBOUND_PLAN"
        days = days_left(case, shipment) if by_window else None
        ways: Iterable[PlannedShipment] = () if too_large(world, shipment) else _ways(world, shipment, runs, onward)
        if by_window:
            ways = (way for way in ways if promises.surely_kept(way, shipment))
        way = _first_way(case, shipment, still_open(case, row.shipment_id, ways), days)
        if way is not None:
            found = row.rule
            expected = f"planned, or rule PRICE: it can go by {way.courier_id or way.departure_id}"
            yield violation("UNPLANNED.POSSIBLE", f"shipment {row.shipment_id}", "left out", found, expected)


def _first_way(
    case: Case, shipment: Shipment, ways: Iterable[PlannedShipment], days: tuple[int, int] | None
) -> PlannedShipment | None:
    for way in ways:
        fits = passable(case, way, shipment, days)
        if fits is None:
            return None
        if fits:
            return way
    return None
