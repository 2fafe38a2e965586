"""Starts: the warehouses that a shipment may start from, and the couriers that it may take, with every refusal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from consolidation.chances import SLACK, Chances, Promise
from consolidation.continuity import Continuity, Held, Retracing
from consolidation.demand import Demand, shipment_rule
from consolidation.facts import Receivers
from consolidation.itineraries import Refusals
from consolidation.receiving import NO_DAY
from consolidation.routes import road_km_between
from consolidation.rules import RULES
from consolidation.skeletons import SkeletonMaker, Skeletons, Start
from network.model import Network
from network.money import Bools, Float64, Int64
from network.tables import Place


@dataclass(frozen=True)
class Starts:
    """Warehouses that shipments may start from; p pairs, by shipment.

    Attributes
    ----------
    shipment, warehouse : (p,) int64
    km : (p,) float64, road distance of collection
    warehouse_day, stuffed_day : (p,) int64, day numbers
    skeleton : (p,) int64
    """

    shipment: Int64
    warehouse: Int64
    km: Float64
    warehouse_day: Int64
    stuffed_day: Int64
    skeleton: Int64


@dataclass(frozen=True)
class Parcels:
    """Couriers that shipments may take; (c,) int64 each, by shipment."""

    shipment: Int64
    courier: Int64
    delivered_day: Int64


class _Begun(NamedTuple):
    """A start of a shipment, the day on which it is in at the warehouse, and the road there in km."""

    start: Start
    arrived: int
    km: float

    def promising(self, promise: Promise, least: float) -> _Begun:
        """Return it with a promise to keep with a chance."""
        return self._replace(start=self.start._replace(promise=promise, least=least))


class StartFinder:
    """Finds the starts and couriers of one shipment after the other.

    Attributes
    ----------
    network, demand, receivers : what it finds them in
    best_chance : dict, of every shipment with a promised date the best chance that one of its ways has to keep it, where a
        chance is asked for
    """

    def __init__(
        self, network: Network, demand: Demand, receivers: Receivers, continuity: Continuity, retracing: Retracing, *,
        every: bool, chances: Chances | None = None,
    ) -> None:  # fmt: skip
        facts = receivers.facts
        self.network, self.demand, self._facts, self._routes = network, demand, facts, facts.routes
        self.receivers = receivers
        self._continuity, self._retracing, self._every = continuity, retracing, every
        self._maker, self._chances = SkeletonMaker(facts, RULES, chances), chances
        self.best_chance: dict[int, float] = {}
        self._refused = np.zeros((len(demand.shipments), len(RULES)), dtype=np.int32)
        self._starts: list[tuple[int, int, int, int, int]] = []
        self._km: list[float] = []
        self._parcels: list[tuple[int, int, int]] = []
        self._containers = [row for row in network.equipment if row.kind == "container"]
        self._near: dict[tuple[float, float, str], list[tuple[int, float]]] = {}
        self._days: dict[tuple[int, int, int], tuple[int, int]] = {}
        self._masks: dict[tuple[str | int, ...], int] = {}
        self._opens: dict[tuple[str, int], int] = {}

    def add(self, position: int) -> None:
        """Find the starts and couriers of one shipment."""
        rule = shipment_rule(self.network, self.demand.shipments[position], self._containers)
        if rule:
            self._refuse(position, rule)
            return
        couriers = self._couriers(position)
        warehouses = self._warehouses(position)
        if not warehouses:
            self._refuse(position, "ORIGIN.NO_WAREHOUSE")
        starts = [_Begun(*self._start(position, warehouse, km), km) for warehouse, km in warehouses]
        promise = self._promise(position)
        if promise is not None:
            couriers, starts = self._kept(position, promise, couriers, starts)
        for courier, delivered in couriers:
            self._parcels.append((position, courier, delivered))
        for begun in starts:
            row = (position, begun.start.warehouse, begun.arrived, begun.start.stuffed)
            self._starts.append((*row, self._maker.number(begun.start)))
            self._km.append(begun.km)

    def _refuse(self, position: int, rule: str) -> None:
        self._refused[position, RULES.index(rule)] += 1

    def _warehouses(self, position: int) -> list[tuple[int, float]]:
        """Return the warehouses that a shipment may start from, with the road distance in km."""
        journey = self._continuity.of(position)
        if journey is None or journey.held is Held.NOTHING:
            return self._warehouses_near(position)
        return [
            (w, self._km_to(position, place))
            for w, place in enumerate(self._routes.warehouses)
            if place.place_id == journey.warehouse_id
        ]

    def _km_to(self, position: int, place: Place) -> float:
        origin = self.demand.origins[position]
        if origin.place_id:
            return 0.0
        return road_km_between(self.network, (origin.lat, origin.lon), (place.lat, place.lon))

    def _warehouses_near(self, position: int) -> list[tuple[int, float]]:
        origin, planning = self.demand.origins[position], self.network.planning
        if origin.place_id:
            return [(w, 0.0) for w, place in enumerate(self._routes.warehouses) if place.place_id == origin.place_id]
        if math.isnan(origin.lat):
            return []
        key = (origin.lat, origin.lon, origin.country)
        if key not in self._near:
            found = []
            for w, place in enumerate(self._routes.warehouses):
                if origin.country and place.country != origin.country:
                    continue
                km = road_km_between(self.network, (origin.lat, origin.lon), (place.lat, place.lon))
                if km <= planning.max_collection_km:
                    found.append((km, w))
            self._near[key] = [(w, km) for km, w in sorted(found)[: planning.warehouses_per_shipment]]
        return self._near[key]

    def _promise(self, position: int) -> Promise | None:
        """Return by when goods should be received with the chance asked for; None without one, and once they are booked."""
        day = int(self.demand.due_day[position])
        if self._chances is None or day == NO_DAY or self._continuity.held(position) >= Held.TRUNK:
            return None
        importer = self.demand.importer_tags[position]
        return Promise(int(self.receivers.of_shipment[position]), day, importer)

    def _kept(
        self, position: int, promise: Promise, couriers: list[tuple[int, int]], starts: list[_Begun]
    ) -> tuple[list[tuple[int, int]], list[_Begun]]:
        """Return couriers that reach the target, and starts to find such ways from; without any the best there are."""
        chances, target = self._chances, self.network.planning.chance_target
        assert chances is not None
        assert target is not None
        ready = int(self.demand.ready_day[position])
        by_courier = [chances.of_courier(promise, courier, ready) for courier, _ in couriers]
        promised = [begun.promising(promise, 0.0) for begun in starts]
        best = max([*by_courier, *(self._maker.best_chance(begun.start) for begun in promised)], default=0.0)
        self.best_chance[position] = best
        least = min(target, best)
        kept = [courier for courier, chance in zip(couriers, by_courier, strict=True) if chance >= least - SLACK]
        for _ in range(len(couriers) - len(kept)):
            self._refuse(position, "CHANCE.TARGET")
        return kept, [begun.promising(promise, least) for begun in starts]

    def _start(self, position: int, warehouse: int, km: float) -> tuple[Start, int]:
        """Return the start of a shipment from a warehouse, and the day on which it is in there."""
        demand, facts = self.demand, self._facts
        shipment, fc, ready = demand.shipments[position], demand.fcs[position], int(demand.ready_day[position])
        collected = not demand.origins[position].place_id
        travel = max(1, math.ceil(km / self.network.planning.collection_km_per_day)) if collected else 0
        arrived, stuffed = self._days_at(warehouse, ready, travel)
        product, cargo = demand.product_of(position), shipment.cargo_class
        start = Start(
            warehouse=warehouse,
            ready=ready,
            stuffed=stuffed,
            reach=self._mask(("fc", fc.place_id), lambda: (facts.to_fc(fc),)),
            handling=self._mask(
                ("class", cargo), lambda: (facts.carried(cargo), facts.handled(cargo), facts.kept(cargo))
            ),
            cover=self._mask(("product", *product), lambda: (facts.rated(product),)),
            storing=self._mask(("storing", fc.place_id), lambda: facts.storing(fc)),
            in_time=self._in_time(position),
            every=self._every
            or fc.receiving_m3_per_week is not None
            or demand.inbound_plan[position] >= 0
            or self._continuity.of(position) is not None,
            **self._held(position),
        )
        return start, arrived

    def _in_time(self, position: int) -> int:
        """Return the number of the masks of what arrives in time for an event that a shipment must not miss; -1: none."""
        latest, fc_id = self._latest(position), self.demand.fcs[position].place_id
        if latest == NO_DAY:
            return -1
        return self._mask(("in time", fc_id, latest), lambda: self.receivers.in_time(fc_id, latest))

    def _latest(self, position: int) -> int:
        """Return the day by which goods must be available for their event; NO_DAY for others, and once they are booked."""
        booked = self._continuity.held(position) >= Held.TRUNK
        return NO_DAY if booked else int(self.demand.latest_day[position])

    def _held(self, position: int) -> dict[str, Any]:
        """Return what of the start is held: its route and final leg, or no more than that it is not in the past."""
        held, as_of = self._continuity.held(position), self._continuity.as_of
        if held >= Held.TRUNK:
            route = int(self._retracing.route[position])
            only = self._mask(("route", str(route)), lambda: (np.arange(len(self._routes.run)) == route,))
            leg = int(self._retracing.leg[position]) if held is Held.WHOLE else -1
            return {"only": only, "leg": leg, "booked": True}
        journey = self._continuity.of(position)
        missed = () if journey is None else journey.missed
        if as_of is None and not missed:
            return {}
        return {"only": self._mask(("open", *missed), lambda: (self._open_routes(as_of, missed),))}

    def _open_routes(self, as_of: int | None, missed: Sequence[str]) -> Bools:
        """Return the routes whose stuffing is not over, departures that were missed excepted, (R,) bool."""
        routes = self._routes
        open_ = np.array([run.run_id not in missed for run in routes.runs], dtype=np.bool_)[routes.run]
        return open_ if as_of is None else open_ & (routes.stuffed_by_day >= as_of)

    def _mask(self, key: tuple[str | int, ...], make: Callable[[], tuple[Bools, ...]]) -> int:
        """Return the number of the masks that stand for a key."""
        if key not in self._masks:
            self._masks[key] = self._maker.mask(*make())
        return self._masks[key]

    def _days_at(self, warehouse: int, ready: int, travel: int) -> tuple[int, int]:
        """Return the days on which goods are in at a warehouse and are stuffed there."""
        key = (warehouse, ready, travel)
        if key not in self._days:
            place, working = self._routes.warehouses[warehouse], self._routes.working
            arrived = working.add_days(place, np.array([ready]), travel)
            stuffed = working.add_days(place, arrived, math.ceil(place.dwell_days))
            self._days[key] = int(arrived[0]), int(stuffed[0])
        return self._days[key]

    def _couriers(self, position: int) -> list[tuple[int, int]]:
        """Return the couriers that may take a shipment, with the day of delivery."""
        found: list[tuple[int, int]] = []
        network, demand = self.network, self.demand
        shipment, fc, origin = demand.shipments[position], demand.fcs[position], demand.origins[position]
        product = demand.product_of(position)
        held = self._continuity.held(position)
        for index, courier in enumerate(network.couriers):
            if held and (held is Held.WAREHOUSE or index != self._retracing.courier[position]):
                continue
            if courier.origin_country != origin.country or courier.market != fc.market:
                continue
            carton_kg = shipment.weight_g / 1e3 / int(demand.cartons[position])
            arrival = int(demand.ready_day[position]) + math.ceil(courier.transit_days)
            delivered = self._open(fc, arrival)
            if ("courier", shipment.cargo_class) in network.mode_refuses:
                self._refuse(position, "MODE.CLASS_REFUSED")
            elif courier.max_carton_kg is not None and carton_kg > courier.max_carton_kg:
                self._refuse(position, "COURIER.CARTON_WEIGHT")
            elif not self._facts.has_duty(courier.customs_regime, product, delivered):
                self._refuse(position, "CUSTOMS.NO_RATE")
            elif self._is_too_late(position, delivered):
                self._refuse(position, "DEADLINE.EVENT")
            else:
                found.append((index, delivered))
        return found

    def _is_too_late(self, position: int, delivered: int) -> bool:
        """Return whether goods delivered on a day miss an event that they must not miss."""
        latest = self._latest(position)
        if latest == NO_DAY:
            return False
        fc = self.receivers.of_shipment[[position]]
        return int(self.receivers.received(fc, np.array([delivered]))[0]) > latest

    def _open(self, fc: Place, day: int) -> int:
        """Return the first working day of an FC on or after a day."""
        key = (fc.place_id, day)
        if key not in self._opens:
            self._opens[key] = int(self._routes.working.next_open(fc, np.array([day]))[0])
        return self._opens[key]

    def finish(self) -> tuple[Starts, Parcels, Skeletons, Refusals]:
        """Return everything found."""
        skeletons = self._maker.finish()
        columns = _columns(self._starts, 5)
        starts = Starts(columns[0], columns[1], np.array(self._km, dtype=np.float64), *columns[2:])
        np.add.at(self._refused, starts.shipment, skeletons.refused[starts.skeleton].astype(np.int32))
        return starts, Parcels(*_columns(self._parcels, 3)), skeletons, Refusals(RULES, self._refused)


def _columns(rows: Sequence[tuple[int, ...]], count: int) -> list[Int64]:
    return list(np.array(rows, dtype=np.int64).reshape(len(rows), count).T.copy())
