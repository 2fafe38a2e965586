"""Itineraries: every time-feasible, rule-feasible chain of every shipment, as arrays.

Each option is a route (:mod:`consolidation.routes`) with a final leg, or a courier. Whatever rules a chain out
is counted by rule and shipment, because a refused chain is an explanation later.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from consolidation.routes import Routes, build_routes, road_km, road_km_between
from consolidation.shipments import Shipment
from network import clock
from network.customs import DutyBook
from network.geo import Coordinates, Locator
from network.model import Network
from network.money import Bools, Float64, Int64, to_micros
from network.tables import Equipment, Place
from network.tariffs import TariffBook

LEGS = ("ltl", "parcel", "ftl", "direct", "courier")
"""Final legs; the ``leg`` array holds positions in this tuple."""
LTL, PARCEL, FTL, DIRECT, COURIER = range(5)
CARTON_M3 = 0.06
"""Volume of a typical carton, used to count cartons where a shipment does not say."""
_COUNTRY_GROUP = {"HK": "CN", "MO": "CN"}


@dataclass(frozen=True)
class Demand:
    """What prices and rules need to know of every shipment, as arrays; n shipments in the order given.

    Attributes
    ----------
    volume_cm3, weight_g : (n,) int64
    value : (n,) int64, goods value, micro-units of the plan currency
    cartons, units, pallets : (n,) int64
    ready_day, due_day : (n,) int64, day numbers; due_day is -1 without a due date
    late_price : (n,) float64, plan currency per late day
    """

    shipments: tuple[Shipment, ...]
    fcs: tuple[Place, ...]
    origins: tuple[Coordinates, ...]
    volume_cm3: Int64
    weight_g: Int64
    value: Int64
    cartons: Int64
    units: Int64
    pallets: Int64
    ready_day: Int64
    due_day: Int64
    late_price: Float64

    @property
    def volume_m3(self) -> Float64:
        """Volumes in m3, (n,) float64."""
        return self.volume_cm3 / 1e6

    @property
    def weight_kg(self) -> Float64:
        """Gross weights in kg, (n,) float64."""
        return self.weight_g / 1e3

    @property
    def revenue_ton(self) -> Float64:
        """The larger of m3 and tonnes, (n,) float64."""
        return np.maximum(self.volume_m3, self.weight_kg / 1000.0)

    def country_of_origin(self, position: int) -> str:
        """Return where the goods of one shipment were made, as stated or as the country it starts from."""
        return self.shipments[position].country_of_origin or self.origins[position].country


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
        names = (
            "shipment", "route", "courier", "leg", "collection_km", "leg_km", "warehouse_day", "stuffed_day",
            "dispatched_day", "delivered_day", "received_day",
        )  # fmt: skip
        chosen = {name: getattr(self, name)[positions] for name in names}
        return Itineraries(demand=self.demand, routes=self.routes, refusals=self.refusals, **chosen)


def measure(network: Network, shipments: Sequence[Shipment], locator: Locator) -> Demand:
    """Return the quantities that prices and rules need, one row per shipment."""
    fcs = tuple(network.place[shipment.destination_fc] for shipment in shipments)
    value = np.array([to_micros(s.goods_value * network.rate[s.currency]) for s in shipments], dtype=np.int64)
    late_pct = network.planning.late_pct_of_value_per_day / 100.0
    late = [
        value[k] / 1e6 * late_pct
        if s.late_price_per_day is None
        else float(s.late_price_per_day * network.rate[s.currency])
        for k, s in enumerate(shipments)
    ]
    return Demand(
        shipments=tuple(shipments),
        fcs=fcs,
        origins=tuple(locator.find(s.origin) or Coordinates(math.nan, math.nan) for s in shipments),
        volume_cm3=np.array([s.volume_cm3 for s in shipments], dtype=np.int64),
        weight_g=np.array([s.weight_g for s in shipments], dtype=np.int64),
        value=value,
        cartons=np.array([s.cartons or max(1, math.ceil(s.volume_cm3 / 1e6 / CARTON_M3)) for s in shipments], dtype=np.int64),
        units=np.array([s.units or 0 for s in shipments], dtype=np.int64),
        pallets=np.array([_pallets(network, s, fc) for s, fc in zip(shipments, fcs, strict=True)], dtype=np.int64),
        ready_day=np.array([clock.day_number(s.ready_date) for s in shipments], dtype=np.int64),
        due_day=np.array([-1 if s.due_date is None else clock.day_number(s.due_date) for s in shipments], dtype=np.int64),
        late_price=np.array(late, dtype=np.float64),
    )  # fmt: skip


def _pallets(network: Network, shipment: Shipment, fc: Place) -> int:
    rule = network.receiving_of(fc)
    if rule is None:
        return 1
    by_volume = math.ceil(shipment.volume_cm3 / round(rule.pallet_volume_m3 * 1e6))
    return max(1, by_volume, math.ceil(shipment.weight_g / round(rule.pallet_max_kg * 1e3)))


def horizon(network: Network, shipments: Sequence[Shipment]) -> tuple[dt.date, dt.date]:
    """Return the first and last local date of departures considered: the first ready date and the horizon after it."""
    first = min((shipment.ready_date for shipment in shipments), default=dt.date(1970, 1, 1))
    return first, first + dt.timedelta(days=network.planning.horizon_days)


def enumerate_itineraries(
    network: Network, shipments: Sequence[Shipment], tariffs: TariffBook, duties: DutyBook
) -> Itineraries:
    """Return every feasible itinerary of every shipment, with what was refused and by which rule."""
    demand = measure(network, shipments, Locator(network.places))
    routes = build_routes(network, tariffs, *horizon(network, shipments))
    finder = _Finder(network, demand, routes, tariffs, duties)
    for position in range(len(shipments)):
        finder.add(position)
    return finder.finish()


@dataclass
class _Finder:
    network: Network
    demand: Demand
    routes: Routes
    tariffs: TariffBook
    duties: DutyBook
    columns: dict[str, list[npt.NDArray[np.generic]]] = field(default_factory=dict)
    refusals: list[Counter[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = (
            "shipment", "route", "courier", "leg", "collection_km", "leg_km", "warehouse_day", "stuffed_day",
            "dispatched_day", "delivered_day", "received_day",
        )  # fmt: skip
        self.columns = {name: [] for name in names}
        network, routes = self.network, self.routes
        self._modes = np.array([run.lane.mode for run in routes.runs], dtype=object)
        self._market = _membership([place.serves_markets for place in routes.centres])
        self._containers = [row for row in network.equipment if row.kind == "container"]
        self._pods = [network.place[run.lane.destination] for run in routes.runs]
        self._pols = [network.place[run.lane.origin] for run in routes.runs]
        self._trucks = [
            bool(self.tariffs.truck_equipment(place.ftl_tariff, network.planning.truck_equipment))
            for place in routes.centres
        ]
        self._dispatch = {int(day) for day in network.planning.truck_dispatch_weekdays}
        self._km: dict[tuple[str, str], float] = {}
        self._dispatch_days: dict[tuple[int, int], int] = {}

    # -- one shipment ---------------------------------------------------------------------------------------

    def add(self, position: int) -> None:
        """Find the options of one shipment."""
        refused: Counter[str] = Counter()
        self.refusals.append(refused)
        rule = shipment_rule(self.network, self.demand.shipments[position], self._containers)
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
        origin, planning = self.demand.origins[position], self.network.planning
        if origin.place_id:
            return [(w, 0.0) for w, place in enumerate(self.routes.warehouses) if place.place_id == origin.place_id]
        if math.isnan(origin.lat):
            return []
        found = []
        for w, place in enumerate(self.routes.warehouses):
            if origin.country and _group(place.country) != _group(origin.country):
                continue
            km = road_km_between(self.network, (origin.lat, origin.lon), (place.lat, place.lon))
            if km <= planning.max_collection_km:
                found.append((km, w))
        return [(w, km) for km, w in sorted(found)[: planning.warehouses_per_shipment]]

    def _add_routes(self, position: int, warehouse: int, km: float, refused: Counter[str]) -> None:
        routes, demand = self.routes, self.demand
        shipment, fc = demand.shipments[position], demand.fcs[position]
        place = routes.warehouses[warehouse]
        if (place.place_id, shipment.cargo_class) in self.network.place_refuses:
            refused["PLACE.CLASS_REFUSED"] += 1
            return
        ready = int(demand.ready_day[position])
        travel = (
            0
            if demand.origins[position].place_id
            else max(1, math.ceil(km / self.network.planning.collection_km_per_day))
        )
        arrived = routes.working.add_days(place, np.array([ready]), travel)
        stuffed = int(routes.working.add_days(place, arrived, math.ceil(place.dwell_days))[0])

        found = self._to_market(warehouse, fc, refused)
        found = _keep(found, routes.stuffed_by_day[found] >= stuffed, "CUTOFF.CFS", refused)
        waited = routes.etd_day[found] - ready <= self.network.planning.max_wait_days
        found = _keep(found, waited, "HORIZON.WAIT", refused)
        found = self._classes(found, shipment, refused)
        found = self._rated(found, position, refused)
        for leg in (LTL, PARCEL, FTL, DIRECT):
            self._add_leg(position, leg, found, km, int(arrived[0]), stuffed)

    def _to_market(self, warehouse: int, fc: Place, refused: Counter[str]) -> Int64:
        routes = self.routes
        found = routes.of_warehouse[warehouse]
        direct = routes.centre[found] < 0
        served = self._market.get(fc.market, np.zeros(len(routes.centres), dtype=bool))
        to_market = np.zeros(len(found), dtype=bool)
        if len(routes.centres):
            to_market = ~direct & served[routes.centre[found]]
        rule = self.network.receiving_of(fc)
        if rule is not None and rule.accepts_containers:
            near = [self._near(int(run), fc) for run in routes.run[found[direct]]]
            to_market[np.flatnonzero(direct)[np.array(near, dtype=bool)]] = True
        if not to_market.any():
            refused["LANE.NONE"] += 1
        return found[to_market]

    def _near(self, run: int, fc: Place) -> bool:
        pod = self._pods[run]
        return pod.country == fc.country and self._road_km(pod, fc) <= self.network.planning.max_direct_km

    def _classes(self, found: Int64, shipment: Shipment, refused: Counter[str]) -> Int64:
        cargo, network = shipment.cargo_class, self.network
        modes = self._modes[self.routes.run[found]] if len(found) else np.array([], dtype=object)
        carried = np.array([(mode, cargo) not in network.mode_refuses for mode in modes], dtype=bool)
        found = _keep(found, carried, "MODE.CLASS_REFUSED", refused)
        if not network.place_refuses:
            return found
        handled = np.array([self._handled(int(route), cargo) for route in found], dtype=bool)
        return _keep(found, handled, "PLACE.CLASS_REFUSED", refused)

    def _handled(self, route: int, cargo_class: str) -> bool:
        run, centre = int(self.routes.run[route]), int(self.routes.centre[route])
        ids = [self._pols[run].place_id, self._pods[run].place_id]
        if centre >= 0:
            ids.append(self.routes.centres[centre].place_id)
        return not any((place_id, cargo_class) in self.network.place_refuses for place_id in ids)

    def _rated(self, found: Int64, position: int, refused: Counter[str]) -> Int64:
        keep = np.array([self._has_duty(self._pods[int(run)].customs_regime, position, int(day))
                         for run, day in zip(self.routes.run[found], self.routes.eta_day[found], strict=True)], dtype=bool)  # fmt: skip
        return _keep(found, keep, "CUSTOMS.NO_RATE", refused)

    def _has_duty(self, regime_id: str, position: int, day: int) -> bool:
        shipment = self.demand.shipments[position]
        schedule = self.network.regime[regime_id].schedule
        origin = self.demand.country_of_origin(position)
        return bool(self.duties.layers(schedule, shipment.hs_code, origin, clock.date_of(day)))

    # -- final legs -----------------------------------------------------------------------------------------

    def _add_leg(self, position: int, leg: int, found: Int64, km: float, arrived: int, stuffed: int) -> None:
        routes, fc = self.routes, self.demand.fcs[position]
        chosen = found[self._leg_offered(leg, found)]
        if not len(chosen):
            return
        dispatched = routes.ready_day[chosen]
        if leg == FTL:
            dispatched = np.array(
                [self._truck_day(int(c), int(d)) for c, d in zip(routes.centre[chosen], dispatched, strict=True)]
            )
        starts = self._pods if leg == DIRECT else routes.centres
        keys = routes.run[chosen] if leg == DIRECT else routes.centre[chosen]
        leg_km = np.array([self._road_km(starts[int(key)], fc) for key in keys])
        driving = np.maximum(1, np.ceil(leg_km / self.network.planning.truck_km_per_day)).astype(np.int64)
        delivered = routes.working.next_open(fc, dispatched + driving)
        self._append(
            position, len(chosen), route=chosen, leg=leg, collection_km=km, leg_km=leg_km, warehouse_day=arrived,
            stuffed_day=stuffed, dispatched_day=dispatched, delivered_day=delivered,
        )  # fmt: skip

    def _leg_offered(self, leg: int, found: Int64) -> Bools:
        routes = self.routes
        centre = routes.centre[found]
        if leg == DIRECT:
            return centre < 0
        if not len(routes.centres):
            return np.zeros(len(found), dtype=bool)
        offers = {
            LTL: [bool(place.ltl_tariff) for place in routes.centres],
            PARCEL: [bool(place.parcel_tariff) for place in routes.centres],
            FTL: self._trucks,
        }[leg]
        offered: Bools = (centre >= 0) & np.array(offers, dtype=bool)[centre]
        if leg == FTL:
            offered &= ~routes.alone[found]
        return offered

    def _truck_day(self, centre: int, ready: int) -> int:
        key = (centre, ready)
        if key not in self._dispatch_days:
            calendar = self.network.calendar(self.routes.centres[centre])
            day = ready
            while (day + 3) % 7 + 1 not in self._dispatch or not calendar.is_open(day):
                day += 1
            self._dispatch_days[key] = day
        return self._dispatch_days[key]

    def _road_km(self, origin: Place, fc: Place) -> float:
        key = (origin.place_id, fc.place_id)
        if key not in self._km:
            self._km[key] = road_km(self.network, origin, fc)
        return self._km[key]

    def _add_couriers(self, position: int, refused: Counter[str]) -> None:
        network, demand = self.network, self.demand
        shipment, fc, origin = demand.shipments[position], demand.fcs[position], demand.origins[position]
        for index, courier in enumerate(network.couriers):
            if courier.origin_country != origin.country or courier.market != fc.market:
                continue
            carton_kg = shipment.weight_g / 1e3 / int(demand.cartons[position])
            ready = int(demand.ready_day[position])
            delivered = int(self.routes.working.next_open(fc, np.array([ready + math.ceil(courier.transit_days)]))[0])
            if ("courier", shipment.cargo_class) in network.mode_refuses:
                refused["MODE.CLASS_REFUSED"] += 1
            elif courier.max_carton_kg is not None and carton_kg > courier.max_carton_kg:
                refused["COURIER.CARTON_WEIGHT"] += 1
            elif not self._has_duty(courier.customs_regime, position, delivered):
                refused["CUSTOMS.NO_RATE"] += 1
            else:
                self._append(
                    position, 1, courier=index, leg=COURIER, collection_km=0.0, leg_km=0.0, warehouse_day=ready,
                    stuffed_day=ready, dispatched_day=ready, delivered_day=delivered,
                )  # fmt: skip

    def _append(self, position: int, count: int, **values: object) -> None:
        rule = self.network.receiving_of(self.demand.fcs[position])
        receiving = math.ceil(rule.receiving_days) if rule is not None else 0
        row = {"shipment": position, "route": -1, "courier": -1, **values}
        row["received_day"] = np.asarray(row["delivered_day"]) + receiving
        for name, column in self.columns.items():
            dtype = np.float64 if name.endswith("_km") else np.int64
            column.append(np.broadcast_to(np.asarray(row[name], dtype=dtype), (count,)))

    def finish(self) -> Itineraries:
        """Return everything found."""
        joined = {
            name: np.concatenate(parts)
            if parts
            else np.zeros(0, dtype=np.float64 if name.endswith("_km") else np.int64)
            for name, parts in self.columns.items()
        }
        return Itineraries(demand=self.demand, routes=self.routes, refusals=tuple(self.refusals), **joined)  # type: ignore[arg-type]


def shipment_rule(network: Network, shipment: Shipment, containers: Sequence[Equipment]) -> str:
    """Return the rule that no itinerary of a shipment can meet, or an empty string.

    The rules: the FC is open and accepts the class, the cartons keep its limits, and one container can hold
    the shipment.
    """
    fc = network.place[shipment.destination_fc]
    rule = network.receiving_of(fc)
    if fc.closed:
        return "RECEIVING.CLOSED"
    if rule is None:
        return "RECEIVING.NO_RULE"
    if shipment.cargo_class in rule.refused_classes or (fc.place_id, shipment.cargo_class) in network.place_refuses:
        return "RECEIVING.CLASS_REFUSED"
    sides = shipment.carton_sides_cm
    limits = (rule.max_length_cm, rule.max_width_cm, rule.max_height_cm)
    if any(limit is not None and float(side) > limit for side, limit in zip(sides, limits, strict=False)):
        return "RECEIVING.CARTON_SIDE"
    if rule.max_carton_kg is not None and shipment.carton_weight_g > round(rule.max_carton_kg * 1000):
        return "RECEIVING.CARTON_WEIGHT"
    volume_cm3 = max((round(row.volume_m3 * 1e6) for row in containers), default=0)
    weight_g = max((round(row.payload_kg * 1e3) for row in containers), default=0)
    if containers and (shipment.volume_cm3 > volume_cm3 or shipment.weight_g > weight_g):
        return "EQUIPMENT.TOO_LARGE"
    return ""


def _group(country: str) -> str:
    return _COUNTRY_GROUP.get(country, country)


def _membership(markets: Sequence[Sequence[str]]) -> dict[str, Bools]:
    names = {market for row in markets for market in row}
    return {name: np.array([name in row for row in markets], dtype=bool) for name in names}


def _keep(found: Int64, mask: Bools, rule: str, refused: Counter[str]) -> Int64:
    dropped = len(found) - int(np.count_nonzero(mask))
    if dropped:
        refused[rule] += dropped
    return found[mask]
