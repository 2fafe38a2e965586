"""The steps of a journey: which tariff, mode, day and distance each option meets, from the seller's door to the FC.

A way is a route or, behind the routes, a courier. What does not depend on the shipment is looked up once per way, in
the :class:`Chart`; names (tariffs, regimes) are numbered, so that a journey of a million options is a few arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from consolidation.itineraries import DIRECT, FTL, LTL, OVERSEAS, PARCEL, Itineraries
from consolidation.routes import Routes, road_km
from consolidation.storage import Storage, replenishment_tariff
from network.model import Network
from network.money import Float64, Int64
from network.tables import Link, Place
from network.tariffs import collection_tariff, handling_tariff, lane_tariff


@dataclass(frozen=True)
class Step:
    """Charges of one step of m options.

    Attributes
    ----------
    tariff : (m,) int64, numbers of names; 0 where nothing is charged
    day : (m,) int64, day number that decides which charges are in force
    km : (m,) float64, distance of charges per km
    days : (m,) int64 or None, days in storage
    customs : bool, the lines belong to the customs entry
    entry : bool, charges counted once per entry in place of those counted per shipment
    """

    tariff: Int64
    day: Int64
    km: Float64
    customs: bool = False
    entry: bool = False
    days: Int64 | None = None


class Chart:
    """What journeys meet, by way: R routes, then couriers; w ways.

    Attributes
    ----------
    routes : Routes
    names : list of str, tariffs and regimes; position 0 is the empty name
    modes : list of str
    mode, regime, entry_tariff, platform_tariff : (w,) int64, numbers of modes and names
    factor : (w,) float64, kg/m3, of the chargeable weight
    customs_freight_per_wm : (w,) float64
    operator : dict, number of the tariff of each FC, by id
    """

    def __init__(self, network: Network, routes: Routes, storage: Storage) -> None:
        self._network, self.routes, self.storage = network, routes, storage
        self.names = [""]
        self._numbers = {"": 0}
        self._couriers = network.couriers
        self._lanes = [run.lane for run in routes.runs]
        self._alone = routes.alone.astype(np.int64)
        modes = [lane.mode for lane in self._lanes]
        self.modes = sorted({*modes, "courier"})
        self.mode = self._way([self.modes.index(mode) for mode in modes], self.modes.index("courier"))
        pods, pols = self._places("destination"), self._places("origin")
        regimes = [courier.customs_regime for courier in self._couriers]
        self.regime = self._named([place.customs_regime for place in pods], regimes)
        tariff = {regime.regime_id: regime.entry_tariff for regime in network.regimes}
        self.entry_tariff = self._named(
            [tariff.get(place.customs_regime, "") for place in pods], [tariff.get(name, "") for name in regimes]
        )
        service = {regime.regime_id: regime.platform_tariff for regime in network.regimes}
        self.platform_tariff = self._named(
            [service.get(place.customs_regime, "") for place in pods], [""] * len(regimes)
        )
        self.factor = self._measured([lane.volumetric_kg_per_m3 for lane in self._lanes], "volumetric_kg_per_m3")
        self.customs_freight_per_wm = self._measured([lane.customs_freight_per_wm for lane in self._lanes])
        self.collection = self._bought(collection_tariff, routes.warehouses, routes.warehouse)
        self.handling = self._bought(handling_tariff, routes.warehouses, routes.warehouse)
        self.loading = self._bought(handling_tariff, pols, routes.run)
        self.trunk = self._bought(lane_tariff, self._lanes, routes.run)
        self.trunk[len(routes.run) :] = [self._number(courier.tariff) for courier in self._couriers]
        self.trunk_km = self._measured([network.lane_km(lane) for lane in self._lanes])
        self.discharge = self._bought(handling_tariff, pods, routes.run)
        self.devanning = self._bought(handling_tariff, routes.centres, routes.centre)
        self.legs = {
            LTL: self._of_centre([place.ltl_tariff for place in routes.centres]),
            PARCEL: self._of_centre([place.parcel_tariff for place in routes.centres]),
            FTL: self._of_centre([place.ftl_tariff for place in routes.centres]),
            DIRECT: self._named([place.direct_tariff for place in pods], [""] * len(self._couriers)),
        }
        self.operator = {place.place_id: self._number(place.tariff) for place in network.places if place.kind == "fc"}
        warehouses, centres = [place.place_id for place in routes.warehouses], [p.place_id for p in routes.centres]
        self.origin_dray, self.origin_km = self._links(
            lambda route: (warehouses[routes.warehouse[route]], self._lanes[routes.run[route]].origin)
        )
        self.drayage, self.drayage_km = self._links(
            lambda route: (self._lanes[routes.run[route]].destination, [*centres, ""][routes.centre[route]])
        )

        self.stay = [self._number(place.tariff) for place in storage.places]
        self.replenishment = np.array(
            [self._number(replenishment_tariff(storage.places[stay.place], stay.by)) for stay in storage.stays],
            dtype=np.int64,
        )
        self.shuttle, self.shuttle_km = self._shuttles()

    def _shuttles(self) -> tuple[Int64, Float64]:
        """Return tariff and length of the shuttle by overseas warehouse and centre, (W, C) each."""
        storage, centres = self.storage, self.routes.centres
        tariff = np.zeros((len(storage.places), len(centres)), dtype=np.int64)
        km = np.zeros(tariff.shape, dtype=np.float64)
        for place, centre in np.ndindex(*tariff.shape):
            link = storage.shuttle(place, centre)
            if link is not None:
                tariff[place, centre] = self._number(link.tariff)
                km[place, centre] = road_km(self._network, centres[centre], storage.places[place])
        return tariff, km

    def _places(self, end: str) -> list[Place]:
        return [self._network.place[getattr(lane, end)] for lane in self._lanes]

    def _number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self.names)
            self.names.append(name)
        return self._numbers[name]

    def _way(self, of_run: Sequence[int], of_courier: int) -> Int64:
        """Return numbers of runs by way, with one number for all couriers, (w,)."""
        found = np.full(len(self.routes.run) + len(self._couriers), of_courier, dtype=np.int64)
        found[: len(self.routes.run)] = np.array(of_run, dtype=np.int64)[self.routes.run]
        return found

    def _named(self, of_run: Sequence[str], of_courier: Sequence[str]) -> Int64:
        """Return the numbers of names of runs and of couriers by way, (w,)."""
        found = self._way([self._number(name) for name in of_run], 0)
        found[len(self.routes.run) :] = [self._number(name) for name in of_courier]
        return found

    def _measured(self, of_run: Sequence[float], of_courier: str = "") -> Float64:
        """Return figures of runs, and an attribute of couriers, by way, (w,)."""
        couriers = [getattr(courier, of_courier) if of_courier else 0.0 for courier in self._couriers]
        return np.concatenate(
            [np.array(of_run, dtype=np.float64)[self.routes.run], np.array(couriers, dtype=np.float64)]
        )

    def _bought(self, tariff: Callable[..., str], rows: Sequence[object], index: Int64) -> Int64:
        """Return the tariff of each way for the platform or, where the seller buys for itself, the seller, (w,)."""
        table = np.array([[self._number(tariff(row, alone)) for alone in (False, True)] for row in rows] + [[0, 0]])
        return np.append(table[index, self._alone], np.zeros(len(self._couriers), dtype=np.int64))

    def _of_centre(self, names: Sequence[str]) -> Int64:
        table = np.array([*(self._number(name) for name in names), 0], dtype=np.int64)
        return np.append(table[self.routes.centre], np.zeros(len(self._couriers), dtype=np.int64))

    def _links(self, ends: Callable[[int], tuple[str, str]]) -> tuple[Int64, Float64]:
        """Return tariff and length of a road link of every way, (w,) each."""
        place, count = self._network.place, len(self.routes.run) + len(self._couriers)
        tariff, km = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.float64)
        known: dict[Link, tuple[int, float]] = {}
        for route in range(len(self.routes.run)):
            link = self._network.link.get(ends(route))
            if link is None:
                continue
            if link not in known:
                known[link] = (
                    self._number(link.tariff),
                    road_km(self._network, place[link.origin], place[link.destination]),
                )
            tariff[route], km[route] = known[link]
        return tariff, km


class Journey:
    """The steps of every option, and what charges ask about them.

    Attributes
    ----------
    way, mode, regime : (m,) int64, of the chart
    etd, eta : (m,) int64, local day numbers; for a courier the ready and the delivery day
    """

    def __init__(self, chart: Chart, options: Itineraries) -> None:
        self._chart, self._options = chart, options
        routes, carried = options.routes, options.courier >= 0
        self.way = np.where(carried, len(routes.run) + options.courier, options.route)
        self.mode, self.regime = chart.mode[self.way], chart.regime[self.way]
        ready = options.demand.ready_day[options.shipment]
        self.etd = np.where(carried, ready, np.append(routes.etd_day, 0)[options.route])
        self.eta = np.where(carried, options.delivered_day, np.append(routes.eta_day, 0)[options.route])
        self._nowhere = np.zeros(len(options.shipment), dtype=np.float64)

    def until_arrival(self) -> Iterable[Step]:
        """Yield collection, warehouse, origin dray, gateway of loading, trunk and gateway of discharge."""
        chart, way, km = self._chart, self.way, self._options.collection_km
        yield Step(np.where(km > 0, chart.collection[way], 0), self.etd, km)
        yield Step(chart.handling[way], self.etd, self._nowhere)
        yield Step(chart.origin_dray[way], self.etd, chart.origin_km[way])
        yield Step(chart.loading[way], self.etd, self._nowhere)
        yield Step(chart.trunk[way], self.etd, chart.trunk_km[way])
        yield Step(chart.discharge[way], self.eta, self._nowhere)

    def entry(self) -> Iterable[Step]:
        """Yield the broker's charges per shipment, the platform's for being the importer of record, then the fees of
        entries that one shipment makes alone."""
        tariffs, service = self._chart.entry_tariff[self.way], self._chart.platform_tariff[self.way]
        yield Step(tariffs, self.eta, self._nowhere, customs=True)
        if self._options.by_platform.any():
            yield Step(np.where(self._options.by_platform, service, 0), self.eta, self._nowhere, customs=True)
        yield Step(np.where(self._options.pooled, 0, tariffs), self.eta, self._nowhere, customs=True, entry=True)

    def after_arrival(self) -> Iterable[Step]:
        """Yield drayage, deconsolidation, for stored goods the way by storage, the final leg, and the fees of the FC's operator."""
        chart, way = self._chart, self.way
        yield Step(chart.drayage[way], self.eta, chart.drayage_km[way])
        yield Step(chart.devanning[way], self.eta, self._nowhere)
        for leg, tariff in chart.legs.items():
            yield Step(np.where(self._options.leg == leg, tariff[way], 0), self.eta, self._options.leg_km)
        yield from self._overseas()
        fees = np.array([chart.operator[fc.place_id] for fc in self._options.demand.fcs], dtype=np.int64)
        yield Step(fees[self._options.shipment], self.eta, self._nowhere)

    def _overseas(self) -> Iterable[Step]:
        """Yield shuttle, stay and replenishment of the options that are stored."""
        chart, options = self._chart, self._options
        stored = np.flatnonzero(options.leg >= OVERSEAS)
        if not len(stored):
            return
        stay, route = options.leg[stored] - OVERSEAS, options.route[stored]
        place, centre = chart.storage.place_of[stay], chart.routes.centre[route]

        def spread(values: Int64) -> Int64:
            found = np.zeros(len(options.leg), dtype=np.int64)
            found[stored] = values
            return found

        km = np.zeros(len(options.leg), dtype=np.float64)
        km[stored] = chart.shuttle_km[place, centre]
        yield Step(spread(chart.shuttle[place, centre]), self.eta, km)
        days = spread(chart.storage.days(stay, route))
        yield Step(spread(np.array(chart.stay, dtype=np.int64)[place]), self.eta, self._nowhere, days=days)
        yield Step(spread(chart.replenishment[stay]), self.eta, options.leg_km)
