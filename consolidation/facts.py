"""What rules ask about routes and FCs, as arrays, worked out once per FC, cargo class and product."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from consolidation.itineraries import DIRECT, FTL, LTL, OVERSEAS, PARCEL
from consolidation.receiving import days_to_receive, received
from consolidation.routes import Routes, road_km
from consolidation.storage import Storage
from network import clock
from network.customs import DutyBook
from network.model import Network
from network.money import Bools, Float64, Int64
from network.tables import Place
from network.tariffs import TariffBook


class Facts:
    """What rules ask about the R routes of a horizon.

    Attributes
    ----------
    end : (R,) int64, where the last leg starts: a centre, or behind the centres a gateway of discharge
    storage : Storage, stays in overseas warehouses; their ends stand behind the gateways
    legs : routes that each final leg without a stay can follow, (R,) bool each
    truck_day : (R,) int64, first day a whole truck leaves after the goods are ready; only where trucks are offered
    arrival_class : (R,) int64, equal where the journey to the gateway of discharge has the same charges and duties
    onward_class : (R,) int64, equal where the journey from there has the same charges, whatever the final leg
    """

    def __init__(self, network: Network, routes: Routes, tariffs: TariffBook, duties: DutyBook) -> None:
        self.network, self.routes = network, routes
        self._duties = duties
        pods = [run.lane.destination for run in routes.runs]
        self.pod_ids = sorted(set(pods))
        self._pod = np.array([self.pod_ids.index(place_id) for place_id in pods], dtype=np.int64)[routes.run]
        self._regimes = [network.place[place_id].customs_regime for place_id in pods]
        self._pods = pods
        self._near: dict[str, dict[str, float]] = {}
        self._km: dict[str, Float64] = {}
        self._rated: dict[tuple[str, str, int], Bools] = {}
        on_centre = routes.centre >= 0
        self.end = np.where(on_centre, routes.centre, len(routes.centres) + self._pod)
        trucks = [
            tariffs.truck_equipment(place.ftl_tariff, network.planning.truck_equipment) for place in routes.centres
        ]
        self.legs = {
            LTL: on_centre & self._of_centre([bool(place.ltl_tariff) for place in routes.centres]),
            PARCEL: on_centre & self._of_centre([bool(place.parcel_tariff) for place in routes.centres]),
            FTL: on_centre & self._of_centre([bool(found) for found in trucks]) & ~routes.alone,
            DIRECT: ~on_centre,
        }
        self.storage = Storage(network, routes)
        self.truck_day = self._truck_days()
        self.arrival_class, self.onward_class = self._classes(tariffs, duties)

    def _classes(self, tariffs: TariffBook, duties: DutyBook) -> tuple[Int64, Int64]:
        routes = self.routes
        lane = _coded([run.lane.lane_id for run in routes.runs])[routes.run]
        mode = _coded([run.lane.mode for run in routes.runs])[routes.run]
        alone = routes.alone.astype(np.int64)
        eta = tariffs.epochs.of(routes.eta_day)
        dates = (tariffs.epochs.of(routes.etd_day), eta, duties.epochs.of(routes.eta_day))
        return _numbered(routes.warehouse, lane, alone, *dates), _numbered(self.end, self._pod, mode, alone, eta)

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

    @cached_property
    def dispatched(self) -> Int64:
        """Day on which a final leg leaves the end of a route, by leg and route, (OVERSEAS + stays, R)."""
        on_foot = {FTL: self.truck_day}
        return np.vstack([*(on_foot.get(leg, self.routes.ready_day) for leg in range(OVERSEAS)), self.storage.left])

    def end_of(self, leg: Int64, route: Int64) -> Int64:
        """Return where the last leg of options starts, (m,).

        Parameters
        ----------
        leg, route : (m,) int64
        """
        end = self.end[route]
        if not self.storage.stays:
            return end
        stored = np.flatnonzero(leg >= OVERSEAS)
        first = len(self.routes.centres) + len(self.pod_ids)
        end[stored] = first + self.storage.place_of[leg[stored] - OVERSEAS]
        return end

    def stored_days(self, leg: Int64, route: Int64) -> Int64:
        """Return the days that options are stored overseas, 0 for those that are not, (m,)."""
        days = np.zeros(len(leg), dtype=np.int64)
        stored = np.flatnonzero(leg >= OVERSEAS)
        days[stored] = self.storage.days(leg[stored] - OVERSEAS, route[stored])
        return days

    def end_km(self, fc: Place) -> Float64:
        """Return the road distance from every end that may lead to an FC, km to 0.1, 0 for the others."""
        if fc.place_id not in self._km:
            self._km[fc.place_id] = self._find_km(fc)
        return self._km[fc.place_id]

    def _find_km(self, fc: Place) -> Float64:
        near = self._direct_km(fc)

        def served(places: Sequence[Place]) -> list[float]:
            return [road_km(self.network, place, fc) if fc.market in place.serves_markets else 0.0 for place in places]

        to_gateways = [near.get(place_id, 0.0) for place_id in self.pod_ids]
        return np.array([*served(self.routes.centres), *to_gateways, *served(self.storage.places)], dtype=np.float64)

    def storing(self, fc: Place) -> tuple[Bools, ...]:
        """Return the routes behind which goods for an FC may be stored, (R,) for each overseas warehouse; () for none.

        Storing is offered where it can help: the FC limits what it receives in a week, the goods are ready in the
        peak of its receiving, or it is closed for at least as long as the shortest stay when they would arrive.
        """
        if not self.storage.stays:
            return ()
        needed = self._in_peak(fc) | self._before_closure(fc)
        if fc.receiving_m3_per_week is not None:
            needed[:] = True
        serving = self.storage.serving(fc.market)
        found = tuple(self.storage.reached & needed & serving[:, None])
        return found if any(rows.any() for rows in found) else ()

    def _in_peak(self, fc: Place) -> Bools:
        rule, ready = self.network.receiving_of(fc), self.routes.ready_day
        if rule is None or rule.peak_from is None or rule.peak_to is None:
            return np.zeros(len(ready), dtype=np.bool_)
        return (ready >= clock.day_number(rule.peak_from)) & (ready <= clock.day_number(rule.peak_to))

    def _before_closure(self, fc: Place) -> Bools:
        """Return the routes behind which pallets would wait at the FC for at least the shortest stay, (R,)."""
        ready, shortest = self.routes.ready_day, int(self.storage.days_of.min())
        if not len(ready):
            return np.zeros(0, dtype=np.bool_)
        drive_days, first = self.drive_days(fc), int(ready.min())
        days = np.arange(first, int(ready.max()) + int(drive_days.max()) + 1)
        wait = self.routes.working.next_open(fc, days) - days
        if (wait < shortest).all():
            return np.zeros(len(ready), dtype=np.bool_)
        found: Bools = wait[ready + drive_days[self.end] - first] >= shortest
        return found

    def drive_days(self, fc: Place) -> Int64:
        """Return the whole days of driving from every end to an FC, (E,)."""
        days = np.ceil(self.end_km(fc) / self.network.planning.truck_km_per_day)
        return np.maximum(1, days).astype(np.int64)

    def _direct_km(self, fc: Place) -> dict[str, float]:
        """Return the gateways whose containers may go on unopened to an FC, with their distance in km."""
        if fc.place_id not in self._near:
            self._near[fc.place_id] = self._find_near(fc)
        return self._near[fc.place_id]

    def _find_near(self, fc: Place) -> dict[str, float]:
        rule = self.network.receiving_of(fc)
        if rule is None or not rule.accepts_containers:
            return {}
        found = {}
        for place_id in self.pod_ids:
            place = self.network.place[place_id]
            if place.direct_tariff and place.country == fc.country:
                km = road_km(self.network, place, fc)
                if km <= self.network.planning.max_direct_km:
                    found[place_id] = km
        return found

    def to_fc(self, fc: Place) -> Bools:
        """Return which routes lead to an FC: through a centre that serves its market, or unopened, (R,)."""
        near = self._direct_km(fc)
        served = self._of_centre([fc.market in place.serves_markets for place in self.routes.centres])
        direct = np.array([place_id in near for place_id in [*self.pod_ids, ""]], dtype=np.bool_)[self._pod]
        return np.where(self.routes.centre >= 0, served, direct)

    def carried(self, cargo_class: str) -> Bools:
        """Return which routes have a mode that carries a cargo class, (R,)."""
        refused = self.network.mode_refuses
        of_run = [(run.lane.mode, cargo_class) not in refused for run in self.routes.runs]
        return np.array(of_run, dtype=np.bool_)[self.routes.run]

    def handled(self, cargo_class: str) -> Bools:
        """Return which routes pass only places that handle a cargo class, (R,)."""
        routes, refused, place = self.routes, self.network.place_refuses, self.network.place

        def accepts(places: Sequence[Place]) -> Bools:
            return np.array([*((row.place_id, cargo_class) not in refused for row in places), True], dtype=np.bool_)

        of_run = accepts([place[run.lane.origin] for run in routes.runs])[:-1]
        of_run &= accepts([place[place_id] for place_id in self._pods])[:-1]
        ends = accepts(routes.centres)[routes.centre] & accepts(routes.warehouses)[routes.warehouse]
        found: Bools = of_run[routes.run] & ends
        return found

    def kept(self, cargo_class: str) -> Bools:
        """Return which overseas warehouses handle a cargo class, (W,)."""
        refused = self.network.place_refuses
        accepted = [(place.place_id, cargo_class) not in refused for place in self.storage.places]
        return np.array(accepted, dtype=np.bool_)

    def rated(self, product: tuple[str, str, int]) -> Bools:
        """Return which routes end where a duty rate covers a product on the day of arrival, (R,).

        Parameters
        ----------
        product : HS code, country of origin and band of values, as in `Demand.products`
        """
        if product not in self._rated:
            asked, of_run = self._arrivals
            covered = [self.has_duty(regime, product, day) for regime, day in asked]
            self._rated[product] = np.array(covered, dtype=np.bool_)[of_run[self.routes.run]]
        return self._rated[product]

    @cached_property
    def _arrivals(self) -> tuple[list[tuple[str, int]], Int64]:
        """Regimes and first days of the spans with the same duties in which runs arrive, and which one each run has."""
        days = np.array([run.eta_day for run in self.routes.runs], dtype=np.int64)
        spans = self._duties.epochs.of(days).tolist()
        first: dict[tuple[str, int], int] = {}
        asked: list[tuple[str, int]] = []
        of_run = np.zeros(len(days), dtype=np.int64)
        for run, key in enumerate(zip(self._regimes, spans, strict=True)):
            if key not in first:
                first[key] = len(asked)
                asked.append((key[0], int(days[run])))
            of_run[run] = first[key]
        return asked, of_run

    def has_duty(self, regime_id: str, product: tuple[str, str, int], day: int) -> bool:
        """Return whether the duty on a product under a regime is known on a day."""
        regime = self.network.regime.get(regime_id)
        if regime is None:
            return False
        hs_code, country_of_origin, band = product
        return self._duties.covers(regime.schedule, hs_code, country_of_origin, clock.date_of(day), band)


class Receivers:
    """The FCs of a week as arrays; F FCs in order of id.

    Attributes
    ----------
    fcs : tuple of Place
    facts : Facts, about the routes
    of_shipment : (n,) int64, FC of every shipment
    km : (F, E) float64, road distance from every end of routes
    drive_days : (F, E) int64, whole days of driving
    weekly : (F,) bool, whether an FC limits what it receives in a week
    """

    def __init__(self, facts: Facts, fcs: Sequence[Place]) -> None:
        network = facts.network
        self.facts, self._working = facts, facts.routes.working
        self.fcs = tuple(sorted(dict.fromkeys(fcs), key=lambda fc: fc.place_id))
        number = {fc.place_id: k for k, fc in enumerate(self.fcs)}
        self.of_shipment = np.array([number[fc.place_id] for fc in fcs], dtype=np.int64)
        shape = (len(self.fcs), len(facts.routes.centres) + len(facts.pod_ids) + len(facts.storage.places))
        self.km = np.array([facts.end_km(fc) for fc in self.fcs], dtype=np.float64).reshape(shape)
        self.drive_days = np.array([facts.drive_days(fc) for fc in self.fcs], dtype=np.int64).reshape(shape)
        self._receiving = (
            np.array([days_to_receive(network.receiving_of(fc)) for fc in self.fcs], dtype=np.int64).reshape(-1, 4).T
        )
        self.weekly = np.array([fc.receiving_m3_per_week is not None for fc in self.fcs], dtype=np.bool_)
        first = facts.routes.working.first
        last = int(facts.dispatched.max(initial=first))
        self._first, self._days = first, last - first + 2 + int(self.drive_days.max(initial=0))
        rows = [self._working.next_open(fc, np.arange(first, first + self._days)) for fc in self.fcs]
        self._open = np.array(rows, dtype=np.int64).reshape(len(self.fcs), self._days)

    def delivered(self, fc: Int64, end: Int64, dispatched: Int64) -> Int64:
        """Return the working day on which goods arrive, (m,).

        Parameters
        ----------
        fc, end : (m,) int64, FC and end of the route
        dispatched : (m,) int64, day the final leg leaves
        """
        found: Int64 = self._open[fc, dispatched + self.drive_days[fc, end] - self._first]
        return found

    def received(self, fc: Int64, delivered: Int64) -> Int64:
        """Return the day on which goods are available, (m,); never earlier for goods delivered later.

        Parameters
        ----------
        fc, delivered : (m,) int64, FC and day of delivery
        """
        usual, first, last, peak = (column[fc] for column in self._receiving)
        return received((usual, first, last, peak), delivered)

    def in_time(self, fc_id: str, latest: int) -> tuple[Bools, ...]:
        """Return the routes behind which goods are available at an FC no later than a day, (R,) for each final leg.

        Parameters
        ----------
        latest : day number
        """
        routes, dispatched = np.arange(self.facts.dispatched.shape[1]), self.facts.dispatched
        fc = np.full(len(routes), [place.place_id for place in self.fcs].index(fc_id))
        found = []
        for leg in range(len(dispatched)):
            delivered = self.delivered(fc, self.facts.end_of(np.full(len(routes), leg), routes), dispatched[leg])
            found.append(self.received(fc, delivered) <= latest)
        return tuple(found)


def _numbered(*columns: Int64) -> Int64:
    """Return a number per row, equal where all columns are."""
    if not len(columns[0]):
        return np.zeros(0, dtype=np.int64)
    _, number = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    return number.reshape(-1).astype(np.int64)


def _coded(names: Sequence[str]) -> Int64:
    number = {name: k for k, name in enumerate(sorted(set(names)))}
    return np.array([number[name] for name in names], dtype=np.int64)
