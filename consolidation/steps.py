"""The steps of a journey: which tariff, mode, day and distance each option meets, from the seller's door to the FC.

Names (tariffs, modes, regimes) are numbered once, so that a quarter of a million options are a few arrays of
integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from consolidation.itineraries import DIRECT, FTL, LTL, PARCEL, Itineraries
from consolidation.routes import road_km
from network.model import Network
from network.money import Float64, Int64
from network.tables import Link
from network.tariffs import collection_tariff, handling_tariff, lane_tariff


@dataclass(frozen=True)
class Step:
    """Charges of one step of m options.

    Attributes
    ----------
    tariff : (m,) int64, numbers of names; 0 where nothing is charged
    day : (m,) int64, day number that decides which charges are in force
    km : (m,) float64, distance of charges per km
    customs : bool, the lines belong to the customs entry
    entry : bool, charges counted once per entry in place of those counted per shipment
    """

    tariff: Int64
    day: Int64
    km: Float64
    customs: bool = False
    entry: bool = False


class Journey:
    """The steps of every option, and what charges ask about them.

    Attributes
    ----------
    names : list of str, position 0 is the empty name
    mode, regime : (m,) int64, numbers of names
    factor : (m,) float64, kg/m3, of the chargeable weight
    etd, eta : (m,) int64, local day numbers; for a courier the ready and the delivery day
    run : (m,) int64, departure, or -1
    """

    def __init__(self, network: Network, options: Itineraries) -> None:
        self._network, self._options, self._routes = network, options, options.routes
        self.names = [""]
        self._numbers = {"": 0}
        routes, couriers = options.routes, network.couriers
        self._lanes = [run.lane for run in routes.runs]
        self.run = self._along(routes.run)
        self._centre = self._along(routes.centre)
        self._warehouse = self._along(routes.warehouse)
        self.mode = self._named(self.run, [lane.mode for lane in self._lanes])
        self.mode = np.where(options.courier >= 0, self._number("courier"), self.mode)
        pods = [network.place[lane.destination] for lane in self._lanes]
        self.regime = self._named(self.run, [place.customs_regime for place in pods])
        self.regime += self._named(options.courier, [courier.customs_regime for courier in couriers])
        self.factor = spread(self.run, [lane.volumetric_kg_per_m3 for lane in self._lanes])
        self.factor += spread(options.courier, [courier.volumetric_kg_per_m3 for courier in couriers])
        ready = options.demand.ready_day[options.shipment]
        self.etd = np.where(options.courier >= 0, ready, self._along(routes.etd_day))
        self.eta = np.where(options.courier >= 0, options.delivered_day, self._along(routes.eta_day))
        self._nowhere = np.zeros(len(options.shipment), dtype=np.float64)

    def until_arrival(self) -> Iterable[Step]:
        """Yield collection, warehouse, origin dray, gateway of loading, trunk and gateway of discharge."""
        network, options, lanes = self._network, self._options, self._lanes
        warehouses = self._routes.warehouses
        collection = self._bought(
            self._warehouse, [[collection_tariff(w, alone) for w in warehouses] for alone in (False, True)]
        )
        yield Step(np.where(options.collection_km > 0, collection, 0), self.etd, options.collection_km)
        handling = [[handling_tariff(place, alone) for place in warehouses] for alone in (False, True)]
        yield Step(self._bought(self._warehouse, handling), self.etd, self._nowhere)
        yield self._link_step(self._origin_link, self.etd)
        yield Step(self._gateway([lane.origin for lane in lanes]), self.etd, self._nowhere)
        trunk = self._bought(self.run, [[lane_tariff(lane, alone) for lane in lanes] for alone in (False, True)])
        trunk += self._named(options.courier, [courier.tariff for courier in network.couriers])
        yield Step(trunk, self.etd, spread(self.run, [network.lane_km(lane) for lane in lanes]))
        yield Step(self._gateway([lane.destination for lane in lanes]), self.eta, self._nowhere)

    def entry(self) -> Iterable[Step]:
        """Yield the broker's charges per shipment, then the fees of entries that one shipment makes alone."""
        by_regime = np.zeros(len(self.names), dtype=np.int64)
        for regime in self._network.regimes:
            if regime.regime_id in self._numbers:
                tariff = self._number(regime.entry_tariff)
                by_regime[self._numbers[regime.regime_id]] = tariff
        tariffs = by_regime[self.regime]
        yield Step(tariffs, self.eta, self._nowhere, customs=True)
        yield Step(np.where(self._options.pooled, 0, tariffs), self.eta, self._nowhere, customs=True, entry=True)

    def after_arrival(self) -> Iterable[Step]:
        """Yield drayage, deconsolidation and the final leg."""
        options, centres = self._options, self._routes.centres
        yield self._link_step(self._drayage_link, self.eta)
        handling = [[handling_tariff(place, alone) for place in centres] for alone in (False, True)]
        yield Step(self._bought(self._centre, handling), self.eta, self._nowhere)
        legs = {
            LTL: [place.ltl_tariff for place in centres],
            PARCEL: [place.parcel_tariff for place in centres],
            FTL: [place.ftl_tariff for place in centres],
        }
        for leg, tariffs in legs.items():
            yield Step(np.where(options.leg == leg, self._named(self._centre, tariffs), 0), self.eta, options.leg_km)
        direct = [self._network.place[lane.destination].direct_tariff for lane in self._lanes]
        yield Step(np.where(options.leg == DIRECT, self._named(self.run, direct), 0), self.eta, options.leg_km)

    # -- names and look-ups ---------------------------------------------------------------------------------

    def _number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self.names)
            self.names.append(name)
        return self._numbers[name]

    def _named(self, index: Int64, names: Sequence[str]) -> Int64:
        """Return the number of ``names[index]``, 0 where the index is negative."""
        return spread(index, [self._number(name) for name in names]).astype(np.int64)

    def _bought(self, index: Int64, names: Sequence[Sequence[str]]) -> Int64:
        """Return `_named` of the platform's names or, where the seller buys for itself, of the seller's."""
        ordinary, alone = names
        return np.where(self._options.alone, self._named(index, alone), self._named(index, ordinary))

    def _gateway(self, place_ids: Sequence[str]) -> Int64:
        places = [self._network.place[place_id] for place_id in place_ids]
        return self._bought(self.run, [[handling_tariff(place, alone) for place in places] for alone in (False, True)])

    def _along(self, of_route: Int64) -> Int64:
        """Return an attribute of routes for every option, -1 where it has no route."""
        if not len(of_route):
            return np.full(len(self._options.route), -1, dtype=np.int64)
        return np.where(self._options.route >= 0, of_route[self._options.route], -1)

    def _origin_link(self, route: int) -> Link | None:
        routes = self._routes
        warehouse = routes.warehouses[int(routes.warehouse[route])]
        return self._network.link.get((warehouse.place_id, self._lanes[int(routes.run[route])].origin))

    def _drayage_link(self, route: int) -> Link | None:
        routes = self._routes
        centre = int(routes.centre[route])
        lane = self._lanes[int(routes.run[route])]
        return None if centre < 0 else self._network.link.get((lane.destination, routes.centres[centre].place_id))

    def _link_step(self, which: Callable[[int], Link | None], day: Int64) -> Step:
        used = np.unique(self._options.route[self._options.route >= 0])
        tariff = np.zeros(len(self._routes.run) + 1, dtype=np.int64)
        km = np.zeros(len(self._routes.run) + 1, dtype=np.float64)
        place = self._network.place
        for route in used:
            link = which(int(route))
            if link is not None:
                tariff[route] = self._number(link.tariff)
                km[route] = road_km(self._network, place[link.origin], place[link.destination])
        return Step(tariff[self._options.route], day, km[self._options.route])


def spread(index: Int64, values: Sequence[float]) -> Float64:
    """Return ``values[index]`` as float64, 0 where the index is negative.

    Parameters
    ----------
    index : (m,) int64
    """
    padded = np.array([*values, 0.0], dtype=np.float64)
    return padded[np.where(index >= 0, index, len(values))]
