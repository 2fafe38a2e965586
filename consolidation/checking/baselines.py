"""What sending alone would have cost: each stated alternative is a journey that the seller could really buy.

The judge does not search for the cheapest one. It asks for one journey of the stated service that takes the stated
days and costs the stated amount, so that an alternative cannot be made up; the baseline is the cheapest of them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from consolidation.checking import rules
from consolidation.checking.case import Case, Traveller
from consolidation.checking.dates import clearance, cutoff, delivery, devanning, late_days, receipt, work_out
from consolidation.checking.inputs import considered
from consolidation.checking.journeys import Journey, resolve
from consolidation.checking.own_lines import own_lines, price_of_days, price_of_own_delay
from consolidation.checking.result import Violation, violation
from consolidation.checking.shared_lines import entry_lines
from consolidation.checking.world import Run, World, decimal
from consolidation.plan_model import Alternative, PlannedShipment, Service
from consolidation.shipments import Shipment
from network.clock import day_number
from network.tables import Place, Receiving

_Way = tuple[Run, Place, str]
_Offer = tuple[Service, Alternative]
_NO_WAY: dict[str, Any] = {
    "overseas_id": "", "replenishment": None, "storage_days": 0,
    "warehouse_id": "", "departure_id": "", "lane_id": "", "gateway_out": "", "gateway_in": "",
    "deconsolidation_id": "", "trunk_load_id": "", "truck_load_id": "", "courier_id": "",
}  # fmt: skip


class _Ways:
    """Every dated way by which a seller alone can have goods at an FC, by the day of receipt."""

    def __init__(self, world: World, first: dt.date, last: dt.date) -> None:
        self._world = world
        self._ready = list(self._centres(list(world.runs(first, last))))
        self._of_fc: dict[tuple[str, str], dict[int, list[_Way]]] = {}
        self._by_distance: dict[str, list[Place]] = {}
        self._habits: dict[tuple[str, str, str], tuple[str, str, str, str]] = {}
        self._warehouses = [place for place in world.network.places if place.kind == "origin_warehouse"]

    def _centres(self, runs: list[Run]) -> Iterator[tuple[Run, Place, int]]:
        network = self._world.network
        onward: dict[str, list[str]] = defaultdict(list)
        for start, end in network.link:
            onward[start].append(end)
        for run in runs:
            regime = network.regime.get(run.gateway_in.customs_regime)
            if regime is None or run.lane.buying != "space" or not run.lane.alone_tariff:
                continue
            _, cleared = clearance(self._world, run, regime)
            for end in onward[run.gateway_in.place_id]:
                centre = network.place.get(end)
                if centre is not None and centre.kind == "deconsolidation_centre":
                    link = network.link[run.gateway_in.place_id, end]
                    yield run, centre, devanning(self._world, centre, link, cleared)[1]

    def received_on(self, fc: Place, rule: Receiving, service: str, day: int) -> list[_Way]:
        """Return the ways of a service by which goods are received at an FC on a day."""
        key = (fc.place_id, service)
        if key not in self._of_fc:
            found: dict[int, list[_Way]] = defaultdict(list)
            for run, centre, ready in self._ready:
                fits = (run.lane.mode == "air") == (service == "alone_air") and fc.market in centre.serves_markets
                if fits:
                    delivered = delivery(self._world, fc, ready, self._world.haul_km(centre, fc))
                    received = receipt(rule, delivered)
                    found[received] += [(run, centre, leg) for leg in ("ltl", "parcel")]
            self._of_fc[key] = found
        return self._of_fc[key].get(day, [])

    def planned(
        self, row: PlannedShipment, shipment: Shipment, place: tuple[Place, Receiving], offer: _Offer
    ) -> Iterator[PlannedShipment]:
        """Yield the rows of a shipment that would travel alone to an FC by a stated service in stated days.

        The way taken last for goods of the same origin, market and service comes first: the one looked for is often
        the same, and the caller stops at it.
        """
        service, (fc, rule) = offer[0], place
        blank = {**_NO_WAY, "service": service}
        if service == "courier":
            for courier in self._world.network.couriers:
                regime = courier.customs_regime
                yield row.model_copy(
                    update={**blank, "final_leg": "courier", "courier_id": courier.courier_id, "regime_id": regime}
                )
            return
        received = day_number(shipment.ready_date) + offer[1].days
        ways = self.received_on(fc, rule, service, received)
        found = [
            (warehouse, *way) for warehouse in self._nearest(shipment.origin) for way in ways
            if (warehouse.place_id, way[0].lane.origin) in self._world.network.link
        ]  # fmt: skip
        habit = (shipment.origin, fc.market, service)
        found.sort(key=lambda way: _ends(*way) != self._habits.get(habit))
        for warehouse, run, centre, leg in found:
            self._habits[habit] = _ends(warehouse, run, centre, leg)
            yield row.model_copy(update={
                        **blank, "final_leg": leg, "departure_id": run.run_id, "lane_id": run.lane.lane_id,
                        "gateway_out": run.lane.origin, "gateway_in": run.lane.destination,
                        "deconsolidation_id": centre.place_id, "regime_id": run.gateway_in.customs_regime,
                        "warehouse_id": warehouse.place_id,
                    })  # fmt: skip

    def _nearest(self, origin: str) -> list[Place]:
        """Return the origin warehouses, those first that goods from an origin are likely to start from."""
        if origin not in self._by_distance:
            start, world = self._world.locate(origin), self._world
            far = [world.road_km(start, place) if start else Decimal(0) for place in self._warehouses]
            order = sorted(range(len(far)), key=lambda k: far[k])
            self._by_distance[origin] = [self._warehouses[k] for k in order]
        return self._by_distance[origin]


def _ends(warehouse: Place, run: Run, centre: Place, leg: str) -> tuple[str, str, str, str]:
    """Return what a way is, whatever its dates."""
    return warehouse.place_id, run.lane.lane_id, centre.place_id, leg


def baselines(case: Case) -> Iterator[Violation]:
    """Yield violations for baselines that nobody could buy, or that are not the planned figures where nobody sells any."""
    ways = _Ways(case.world, *considered(case.world.network, case.shipments.values()))
    for row in case.plan.shipments:
        where = f"shipment {row.shipment_id}"
        stated = (row.baseline_cost, row.baseline_priced_time, row.baseline_days)
        shipment = case.shipments.get(row.shipment_id)
        if any(figure < 0 for figure in stated):
            yield violation(
                "BASELINE.NEGATIVE", where, "baseline cost, time and days", _text(stated), "nothing below zero"
            )
        elif row.baseline_service is None:
            own = (row.landed_cost, sum(row.priced_time.values(), Decimal(0)), row.days)
            if stated != own or row.alternatives:
                what = "baseline of a shipment that nobody could send alone"
                yield violation("BASELINE.STAND_IN", where, what, _text(stated), _text(own))
        elif shipment is not None:
            yield from _among_alternatives(row)
        if shipment is not None:
            for offer in row.alternatives.items():
                yield from _bought(case.world, ways, (row, shipment), offer)


def _among_alternatives(row: PlannedShipment) -> Iterator[Violation]:
    """Yield a violation when the baseline is not the alternative that is cheapest, priced time included."""
    where, what = f"shipment {row.shipment_id}", "baseline service, cost, time and days"
    stated = (row.baseline_service, row.baseline_cost, row.baseline_priced_time, row.baseline_days)
    offered = [(name, each.cost, each.priced_time, each.days) for name, each in row.alternatives.items()]
    least = min((cost + time for _, cost, time, _ in offered), default=None)
    if stated not in offered or stated[1] + stated[2] != least:
        expected = "the alternative that is cheapest, priced time included"
        yield violation("BASELINE.ALTERNATIVE", where, what, " ".join(map(str, stated)), expected)


def _text(figures: tuple[Decimal, Decimal, int]) -> str:
    return " ".join(str(figure) for figure in figures)


def _bought(world: World, ways: _Ways, goods: tuple[PlannedShipment, Shipment], offer: _Offer) -> Iterator[Violation]:
    """Yield violations when nobody sells an alternative of a shipment at its cost in its days."""
    (row, shipment), (service, stated) = goods, offer
    where = f"shipment {row.shipment_id}"
    late = late_days(world, shipment, day_number(shipment.ready_date) + stated.days)
    value_of_day = decimal(world.network.planning.value_of_day_per_m3)
    time = sum(price_of_days(world, shipment, stated.days, late, value_of_day).values(), Decimal(0))
    fc = world.network.place.get(shipment.destination_fc)
    rule = world.network.receiving_of(fc) if fc else None
    if fc is None or rule is None:
        return
    sold: set[tuple[Decimal, Decimal]] = set()
    for alone in ways.planned(row, shipment, (fc, rule), offer):
        found = _cost(world, alone, shipment, stated.days)
        if found == (stated.cost, stated.priced_time - time):
            return
        if found is not None:
            sold.add(found)
    alike = {delay for cost, delay in sold if cost == stated.cost}
    delays = alike or {delay for _, delay in sold} or {Decimal(0)}
    if stated.priced_time - time not in delays:
        what = f"priced time of {stated.days} days alone"
        yield violation("BASELINE.TIME", where, what, stated.priced_time, time + min(delays))
    if not alike:
        known = ", ".join(str(cost) for cost, _ in sorted(sold)[:3]) or "none"
        what = f"cost of {service} in {stated.days} days"
        yield violation("BASELINE.COST", where, what, stated.cost, f"the cost of a journey on sale: {known}")


def _cost(world: World, alone: PlannedShipment, shipment: Shipment, days: int) -> tuple[Decimal, Decimal] | None:
    """Return what a journey alone costs, and what its expected delay at customs is worth; None when it breaks a rule or
    takes other days."""
    alone = alone.model_copy(update={"destination_fc": shipment.destination_fc})
    journey, refused = resolve(world, alone, shipment)
    if journey is None or refused or not _reachable(world, journey, shipment):
        return None
    dates = work_out(world, journey)
    traveller = Traveller(world, journey, dates)
    if dates.received - day_number(shipment.ready_date) != days or any(cutoff(journey, dates)):
        return None
    if any(found for rule in rules.RULES for found in rule(traveller)):
        return None
    lines = [*own_lines(world, journey, dates).lines, *entry_lines([traveller])]
    value_of_day = decimal(world.network.planning.value_of_day_per_m3)
    delay = price_of_own_delay(world, journey, dates.after, value_of_day)
    return sum((line.amount for line in lines), Decimal(0)), delay


def _reachable(world: World, journey: Journey, shipment: Shipment) -> bool:
    """Return whether goods that start in a warehouse stay in it."""
    origin = world.locate(shipment.origin)
    elsewhere = bool(origin and origin.place_id and journey.chain and not journey.chain.from_warehouse)
    return not elsewhere
