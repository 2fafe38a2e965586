"""A chosen itinerary in the words of the plan: service, places, departure and dated milestones."""

from __future__ import annotations

from collections.abc import Iterable

from consolidation.itineraries import COURIER, DIRECT, OVERSEAS, Itineraries, leg_name
from consolidation.plan_model import Milestone, MilestoneCode, Service
from network import clock
from network.model import Network

_SPACE_SERVICE: dict[str, Service] = {"air": "air", "rail_lcl": "rail_lcl"}


def service_of(options: Itineraries, row: int) -> Service:
    """Return how option `row` travels."""
    if options.leg[row] == COURIER:
        return "courier"
    route = int(options.route[row])
    routes = options.routes
    lane = routes.runs[int(routes.run[route])].lane
    if routes.alone[route]:
        return "alone_air" if lane.mode == "air" else "alone_lcl"
    if not routes.pooled[route]:
        return _SPACE_SERVICE.get(lane.mode, "co_load")
    return "direct_container" if options.leg[row] == DIRECT else "consolidated"


class ChosenItinerary:
    """One chosen option in words of the plan."""

    def __init__(self, network: Network, options: Itineraries, row: int) -> None:
        self._network, self._options, self._row = network, options, row

    def identity(self) -> dict[str, object]:
        """Return service, places and departure."""
        options, row, network = self._options, self._row, self._network
        found: dict[str, object] = {
            "service": service_of(options, row),
            "final_leg": leg_name(int(options.leg[row])),
        }
        if options.courier[row] >= 0:
            courier = network.couriers[int(options.courier[row])]
            return {**found, "courier_id": courier.courier_id, "regime_id": courier.customs_regime}
        routes, route = options.routes, int(options.route[row])
        run = routes.runs[int(routes.run[route])]
        centre = int(routes.centre[route])
        return {
            **found,
            "warehouse_id": routes.warehouses[int(routes.warehouse[route])].place_id,
            "departure_id": run.run_id,
            "lane_id": run.lane.lane_id,
            "gateway_out": run.lane.origin,
            "gateway_in": run.lane.destination,
            "regime_id": network.place[run.lane.destination].customs_regime,
            "deconsolidation_id": routes.centres[centre].place_id if centre >= 0 else "",
            **self._stored(),
        }

    @property
    def _stay(self) -> int:
        """Number of the stay in storage, below 0 for none."""
        return int(self._options.leg[self._row]) - OVERSEAS

    def _stored(self) -> dict[str, object]:
        if self._stay < 0:
            return {}
        storage = self._options.storage
        stay = storage.stays[self._stay]
        place_id = storage.places[stay.place].place_id
        return {"overseas_id": place_id, "replenishment": stay.by, "storage_days": stay.days}

    def milestones(self, origin: str, fc_id: str) -> Iterable[Milestone]:
        """Yield the dated events in the order of the journey."""
        options, row = self._options, self._row
        ready = int(options.demand.ready_day[options.shipment[row]])
        yield _on("READY", origin, ready)
        if options.courier[row] < 0:
            yield from self._trunk_milestones()
        yield _on("DELIVERED", fc_id, int(options.delivered_day[row]))
        yield _on("RECEIVED", fc_id, int(options.received_day[row]))

    def _trunk_milestones(self) -> Iterable[Milestone]:
        options, row, network = self._options, self._row, self._network
        routes, route = options.routes, int(options.route[row])
        warehouse = routes.warehouses[int(routes.warehouse[route])].place_id
        run = routes.runs[int(routes.run[route])]
        pol, pod = network.place[run.lane.origin], network.place[run.lane.destination]
        yield _on("AT_WAREHOUSE", warehouse, int(options.warehouse_day[row]))
        yield _on("STUFFED", warehouse, int(options.stuffed_day[row]))
        yield Milestone(code="CFS_CUTOFF", place_id=pol.place_id, time=clock.iso(run.cutoff, pol.timezone))
        yield Milestone(code="ETD", place_id=pol.place_id, time=clock.iso(run.etd, pol.timezone))
        yield Milestone(code="ETA", place_id=pod.place_id, time=clock.iso(run.eta, pod.timezone))
        yield _on("RELEASED", pod.place_id, int(routes.released_day[route]))
        yield _on("CLEARED", pod.place_id, int(routes.cleared_day[route]))
        centre = int(routes.centre[route])
        if centre >= 0:
            place_id = routes.centres[centre].place_id
            yield _on("AT_DECONSOLIDATION", place_id, int(routes.arrived_day[route]))
            if self._stay >= 0:
                storage = options.storage
                place, centre_id = storage.stays[self._stay].place, place_id
                place_id = storage.places[place].place_id
                yield _on("TRANSFERRED", centre_id, int(routes.ready_day[route]))
                yield _on("AT_OVERSEAS", place_id, int(storage.arrived[place, route]))
            yield _on("DISPATCHED", place_id, int(options.dispatched_day[row]))


def _on(code: MilestoneCode, place_id: str, day: int) -> Milestone:
    return Milestone(code=code, place_id=place_id, time=clock.date_of(day).isoformat())
