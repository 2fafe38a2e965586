"""Itineraries: every time-feasible, rule-feasible chain of every shipment, as arrays.

Each option is a route (:mod:`consolidation.routes`) with a final leg, or a courier. Whatever rules a chain out
is counted by rule and shipment, because a refused chain is an explanation later.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from consolidation.demand import Demand, measure, shipment_rule
from consolidation.routes import Routes, build_routes, road_km, road_km_between
from consolidation.shipments import Shipment
from network import clock
from network.customs import DutyBook
from network.geo import Locator
from network.model import Network
from network.money import Bools, Float64, Int64
from network.tables import Place
from network.tariffs import TariffBook

LEGS = ("ltl", "parcel", "ftl", "direct", "courier")
"""Final legs; the ``leg`` array holds positions in this tuple."""
LTL, PARCEL, FTL, DIRECT, COURIER = range(5)
_COLUMNS = (
    "shipment", "route", "courier", "leg", "collection_km", "leg_km", "warehouse_day", "stuffed_day", "dispatched_day",
    "delivered_day", "received_day",
)  # fmt: skip
"""Arrays of :class:`Itineraries`, one entry per option."""


@dataclass(frozen=True)
class Itineraries:
    """Every feasible option of every shipment; m options, grouped by shipment.

    Attributes
    ----------
    shipment, route, courier, leg : (m,) int64
        Shipment; route, or -1; courier, or -1; position in :data:`LEGS`.
    collection_km, leg_km : (m,) float64, km to 0.1
    warehouse_day, stuffed_day, dispatched_day, delivered_day, received_day : (m,) int64, day numbers
    refusals : per shipment, how many chains each rule refused
    """

    demand: Demand
    routes: Routes
    shipment: Int64
    route: Int64
    courier: Int64
    leg: Int64
    collection_km: Float64
    leg_km: Float64
    warehouse_day: Int64
    stuffed_day: Int64
    dispatched_day: Int64
    delivered_day: Int64
    received_day: Int64
    refusals: tuple[Counter[str], ...]

    @property
    def days(self) -> Int64:
        """Days from ready to received, (m,)."""
        return self.received_day - self.demand.ready_day[self.shipment]

    @property
    def late_days(self) -> Int64:
        """Days after the due date, (m,)."""
        due = self.demand.due_day[self.shipment]
        return np.where(due < 0, 0, np.maximum(0, self.received_day - due))

    @property
    def alone(self) -> Bools:
        """Whether the seller buys the option for itself, (m,)."""
        found: Bools = (self.courier >= 0) | (self._of_route(self.routes.alone) == 1)
        return found

    @property
    def pooled(self) -> Bools:
        """Whether the trunk is a shared load, (m,)."""
        found: Bools = self._of_route(self.routes.pooled) == 1
        return found

    def _of_route(self, values: Bools) -> Int64:
        if not len(values):
            return np.zeros(len(self.route), dtype=np.int64)
        return np.where(self.route >= 0, values[self.route], 0).astype(np.int64)

    def take(self, positions: Int64) -> Itineraries:
        """Return the options at `positions` only, in that order."""
        chosen = {name: getattr(self, name)[positions] for name in _COLUMNS}
        return Itineraries(demand=self.demand, routes=self.routes, refusals=self.refusals, **chosen)


def horizon(network: Network, shipments: Sequence[Shipment]) -> tuple[dt.date, dt.date]:
    """Return the first and last local date of departures considered.

    They run from the first ready date to ``planning.horizon_days`` after the last, so that every shipment sees the
    same number of days ahead.
    """
    ready = [shipment.ready_date for shipment in shipments] or [dt.date(1970, 1, 1)]
    return min(ready), max(ready) + dt.timedelta(days=network.planning.horizon_days)


def enumerate_itineraries(
    network: Network, shipments: Sequence[Shipment], tariffs: TariffBook, duties: DutyBook
) -> Itineraries:
    """Return every feasible itinerary of every shipment, with what was refused and by which rule."""
    demand = measure(network, shipments, Locator(network.places))
    routes = build_routes(network, tariffs, *horizon(network, shipments))
    finder = _Finder(network, demand, Facts(network, routes, tariffs, duties))
    for position in range(len(shipments)):
        finder.add(position)
    return finder.finish()


class Facts:
    """What rules ask about routes, as arrays over all R routes, worked out once per FC, cargo class and product."""

    def __init__(self, network: Network, routes: Routes, tariffs: TariffBook, duties: DutyBook) -> None:
        self.network, self.routes = network, routes
        self._duties = duties
        self._pod_ids = [run.lane.destination for run in routes.runs]
        self._regimes = [network.place[place_id].customs_regime for place_id in self._pod_ids]
        self._to_fc: dict[str, Bools] = {}
        self._km: dict[str, Float64] = {}
        self._carried: dict[str, Bools] = {}
        self._handled: dict[str, Bools] = {}
        self._rated: dict[tuple[str, str], Bools] = {}
        trucks = [
            tariffs.truck_equipment(place.ftl_tariff, network.planning.truck_equipment) for place in routes.centres
        ]
        on_centre = routes.centre >= 0
        self.legs = {
            LTL: on_centre & self._of_centre([bool(place.ltl_tariff) for place in routes.centres]),
            PARCEL: on_centre & self._of_centre([bool(place.parcel_tariff) for place in routes.centres]),
            FTL: on_centre & self._of_centre([bool(found) for found in trucks]) & ~routes.alone,
            DIRECT: ~on_centre,
        }
        """Routes that each final leg can follow."""
        self.truck_day = self._truck_days()
        """(R,) int64, first day a whole truck leaves after the goods are ready; only where trucks are offered."""

    def _of_centre(self, values: Sequence[bool]) -> Bools:
        return np.array([*values, False], dtype=np.bool_)[self.routes.centre]

    def _truck_days(self) -> Int64:
        routes, weekdays = self.routes, {int(day) for day in self.network.planning.truck_dispatch_weekdays}
        found = routes.ready_day.copy()
        known: dict[tuple[int, int], int] = {}
        for route in np.flatnonzero(self.legs[FTL]).tolist():
            centre, day = int(routes.centre[route]), int(routes.ready_day[route])
            if (centre, day) not in known:
                calendar = self.network.calendar(routes.centres[centre])
                known[centre, day] = calendar.next_weekday(day, weekdays)
            found[route] = known[centre, day]
        return found

    def km_to(self, fc: Place) -> Float64:
        """Return the road distance from the end of every route to an FC, km to 0.1, (R,).

        Only routes that reach the FC's market have a distance, the others 0.
        """
        if fc.place_id not in self._km:
            routes, reached = self.routes, self.to_fc(fc)
            km = np.zeros(len(routes.run), dtype=np.float64)
            for centre in np.unique(routes.centre[reached & (routes.centre >= 0)]).tolist():
                km[routes.centre == centre] = road_km(self.network, routes.centres[centre], fc)
            pod_km = self._direct_km(fc)
            direct = np.flatnonzero(reached & (routes.centre < 0))
            km[direct] = [pod_km[self._pod_ids[run]] for run in routes.run[direct].tolist()]
            self._km[fc.place_id] = km
        return self._km[fc.place_id]

    def _direct_km(self, fc: Place) -> dict[str, float]:
        """Return the gateways whose containers may go on unopened to an FC, with their distance in km."""
        rule = self.network.receiving_of(fc)
        if rule is None or not rule.accepts_containers:
            return {}
        found = {}
        for place_id in dict.fromkeys(self._pod_ids):
            place = self.network.place[place_id]
            if place.direct_tariff and place.country == fc.country:
                km = road_km(self.network, place, fc)
                if km <= self.network.planning.max_direct_km:
                    found[place_id] = km
        return found

    def to_fc(self, fc: Place) -> Bools:
        """Return which routes lead to an FC: through a centre that serves its market, or unopened, (R,)."""
        if fc.place_id not in self._to_fc:
            routes = self.routes
            served = self._of_centre([fc.market in place.serves_markets for place in routes.centres])
            near = self._direct_km(fc)
            of_run = np.array([place_id in near for place_id in self._pod_ids], dtype=np.bool_)
            direct = of_run[routes.run] if len(routes.run) else np.zeros(0, dtype=np.bool_)
            self._to_fc[fc.place_id] = np.where(routes.centre >= 0, served, direct)
        return self._to_fc[fc.place_id]

    def carried(self, cargo_class: str) -> Bools:
        """Return which routes have a mode that carries a cargo class, (R,)."""
        if cargo_class not in self._carried:
            refused = self.network.mode_refuses
            of_run = np.array([(run.lane.mode, cargo_class) not in refused for run in self.routes.runs], dtype=np.bool_)
            self._carried[cargo_class] = of_run[self.routes.run]
        return self._carried[cargo_class]

    def handled(self, cargo_class: str) -> Bools:
        """Return which routes pass only places that handle a cargo class, (R,)."""
        if cargo_class not in self._handled:
            routes, refused = self.routes, self.network.place_refuses

            def accepts(places: Sequence[Place]) -> Bools:
                return np.array(
                    [*((place.place_id, cargo_class) not in refused for place in places), True], dtype=np.bool_
                )

            place = self.network.place
            of_run = accepts([place[run.lane.origin] for run in routes.runs])[:-1]
            of_run &= accepts([place[place_id] for place_id in self._pod_ids])[:-1]
            found = (
                of_run[routes.run]
                & accepts(routes.centres)[routes.centre]
                & accepts(routes.warehouses)[routes.warehouse]
            )
            self._handled[cargo_class] = found
        return self._handled[cargo_class]

    def rated(self, hs_code: str, country_of_origin: str) -> Bools:
        """Return which routes end where a duty rate covers a product on the day of arrival, (R,)."""
        key = hs_code, country_of_origin
        if key not in self._rated:
            of_run = [
                self.has_duty(regime, *key, run.eta_day)
                for regime, run in zip(self._regimes, self.routes.runs, strict=True)
            ]
            self._rated[key] = np.array(of_run, dtype=np.bool_)[self.routes.run]
        return self._rated[key]

    def has_duty(self, regime_id: str, hs_code: str, country_of_origin: str, day: int) -> bool:
        """Return whether any duty row covers a product under a regime on a day."""
        regime = self.network.regime.get(regime_id)
        if regime is None:
            return False
        return bool(self._duties.layers(regime.schedule, hs_code, country_of_origin, clock.date_of(day)))


class _Finder:
    """Finds the options of one shipment after the other."""

    def __init__(self, network: Network, demand: Demand, facts: Facts) -> None:
        self._network, self._demand, self._facts, self._routes = network, demand, facts, facts.routes
        self._columns: dict[str, list[npt.NDArray[np.generic]]] = {name: [] for name in _COLUMNS}
        self._refusals: list[Counter[str]] = []
        self._containers = [row for row in network.equipment if row.kind == "container"]
        self._near: dict[tuple[float, float, str], list[tuple[int, float]]] = {}

    def add(self, position: int) -> None:
        """Find the options of one shipment."""
        refused: Counter[str] = Counter()
        self._refusals.append(refused)
        rule = shipment_rule(self._network, self._demand.shipments[position], self._containers)
        if rule:
            refused[rule] += 1
            return
        self._add_couriers(position, refused)
        warehouses = self._warehouses(position)
        if not warehouses:
            refused["ORIGIN.NO_WAREHOUSE"] += 1
        for warehouse, km in warehouses:
            self._add_routes(position, warehouse, km, refused)

    def _warehouses(self, position: int) -> list[tuple[int, float]]:
        """Return the warehouses that a shipment may start from, with the road distance in km."""
        origin, planning = self._demand.origins[position], self._network.planning
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
                km = road_km_between(self._network, (origin.lat, origin.lon), (place.lat, place.lon))
                if km <= planning.max_collection_km:
                    found.append((km, w))
            self._near[key] = [(w, km) for km, w in sorted(found)[: planning.warehouses_per_shipment]]
        return self._near[key]

    def _add_routes(self, position: int, warehouse: int, km: float, refused: Counter[str]) -> None:
        routes, demand, facts, planning = self._routes, self._demand, self._facts, self._network.planning
        shipment, fc = demand.shipments[position], demand.fcs[position]
        place, ready = routes.warehouses[warehouse], int(demand.ready_day[position])
        collected = not demand.origins[position].place_id
        travel = max(1, math.ceil(km / planning.collection_km_per_day)) if collected else 0
        arrived = routes.working.add_days(place, np.array([ready]), travel)
        stuffed = int(routes.working.add_days(place, arrived, math.ceil(place.dwell_days))[0])

        found = routes.of_warehouse[warehouse]
        found = found[facts.to_fc(fc)[found]]
        if not len(found):
            refused["LANE.NONE"] += 1
        rules = (
            ("CUTOFF.CFS", routes.stuffed_by_day >= stuffed),
            ("HORIZON.WAIT", routes.etd_day - ready <= planning.max_wait_days),
            ("MODE.CLASS_REFUSED", facts.carried(shipment.cargo_class)),
            ("PLACE.CLASS_REFUSED", facts.handled(shipment.cargo_class)),
            ("CUSTOMS.NO_RATE", facts.rated(shipment.hs_code, demand.country_of_origin(position))),
        )
        for rule, kept in rules:
            left = found[kept[found]]
            if len(left) < len(found):
                refused[rule] += len(found) - len(left)
            found = left
        offered = [self._add_leg(position, leg, found, (km, int(arrived[0]), stuffed)) for leg in facts.legs]
        if len(found) and not any(offered):
            refused["LEG.NONE"] += len(found)

    def _add_leg(self, position: int, leg: int, found: Int64, start: tuple[float, int, int]) -> bool:
        """Add the routes of `found` that a final leg can follow; return whether there is one."""
        routes, fc, facts = self._routes, self._demand.fcs[position], self._facts
        chosen = found[facts.legs[leg][found]]
        if not len(chosen):
            return False
        dispatched = facts.truck_day[chosen] if leg == FTL else routes.ready_day[chosen]
        leg_km = facts.km_to(fc)[chosen]
        driving = np.maximum(1, np.ceil(leg_km / self._network.planning.truck_km_per_day)).astype(np.int64)
        delivered = routes.working.next_open(fc, dispatched + driving)
        collection_km, arrived, stuffed = start
        self._append(
            position, len(chosen), route=chosen, leg=leg, collection_km=collection_km, leg_km=leg_km,
            warehouse_day=arrived, stuffed_day=stuffed, dispatched_day=dispatched, delivered_day=delivered,
        )  # fmt: skip
        return True

    def _add_couriers(self, position: int, refused: Counter[str]) -> None:
        network, demand = self._network, self._demand
        shipment, fc, origin = demand.shipments[position], demand.fcs[position], demand.origins[position]
        product = shipment.hs_code, demand.country_of_origin(position)
        for index, courier in enumerate(network.couriers):
            if courier.origin_country != origin.country or courier.market != fc.market:
                continue
            carton_kg = shipment.weight_g / 1e3 / int(demand.cartons[position])
            ready = int(demand.ready_day[position])
            delivered = int(self._routes.working.next_open(fc, np.array([ready + math.ceil(courier.transit_days)]))[0])
            if ("courier", shipment.cargo_class) in network.mode_refuses:
                refused["MODE.CLASS_REFUSED"] += 1
            elif courier.max_carton_kg is not None and carton_kg > courier.max_carton_kg:
                refused["COURIER.CARTON_WEIGHT"] += 1
            elif not self._facts.has_duty(courier.customs_regime, *product, delivered):
                refused["CUSTOMS.NO_RATE"] += 1
            else:
                self._append(
                    position, 1, courier=index, leg=COURIER, collection_km=0.0, leg_km=0.0, warehouse_day=ready,
                    stuffed_day=ready, dispatched_day=ready, delivered_day=delivered,
                )  # fmt: skip

    def _append(self, position: int, count: int, **values: object) -> None:
        rule = self._network.receiving_of(self._demand.fcs[position])
        receiving = math.ceil(rule.receiving_days) if rule is not None else 0
        row = {"shipment": position, "route": -1, "courier": -1, **values}
        row["received_day"] = np.asarray(row["delivered_day"]) + receiving
        for name, column in self._columns.items():
            column.append(np.broadcast_to(np.asarray(row[name], dtype=_dtype(name)), (count,)))

    def finish(self) -> Itineraries:
        """Return everything found."""
        joined = {
            name: np.concatenate(parts) if parts else np.zeros(0, dtype=_dtype(name))
            for name, parts in self._columns.items()
        }
        return Itineraries(demand=self._demand, routes=self._routes, refusals=tuple(self._refusals), **joined)


def _dtype(column: str) -> type[np.generic]:
    return np.float64 if column.endswith("_km") else np.int64
