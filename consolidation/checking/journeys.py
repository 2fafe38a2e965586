"""The chain that each planned shipment states, with every id looked up in the network.

A shipment whose chain cannot be resolved (an unknown place, a departure that does not run, no road link) gets a
violation that names the broken link of the chain; its dates and costs cannot be judged further.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from consolidation.checking.result import Violation, violation
from consolidation.checking.world import Run, World
from consolidation.plan_model import PlannedShipment
from consolidation.shipments import Shipment
from network.price_tables import Regime
from network.tables import Courier, Link, Place, Receiving

ALONE = ("alone_lcl", "alone_air", "courier")
"""Services that the seller buys for itself."""
_SPACE_SERVICE = {"air": ("air", "alone_air"), "rail_lcl": ("rail_lcl", "alone_lcl")}


@dataclass(frozen=True)
class Stop:
    """Goods stored in an overseas warehouse on their way from the deconsolidation centre to the FC."""

    place: Place
    shuttle: Link
    days: int
    tariff: str


@dataclass(frozen=True)
class Chain:
    """The places of a journey by a lane; no (deconsolidation) centre and no drayage for a container delivered unopened."""

    warehouse: Place
    origin_link: Link
    run: Run
    centre: Place | None
    drayage: Link | None
    from_warehouse: bool
    collection_km: Decimal
    stop: Stop | None = None

    @property
    def last(self) -> Place:
        """Place from which the goods go to the FC."""
        return self.stop.place if self.stop else self.centre or self.run.gateway_in


@dataclass(frozen=True)
class Journey:
    """One planned shipment with everything its choices refer to."""

    planned: PlannedShipment
    shipment: Shipment
    fc: Place
    receiving: Receiving
    regime: Regime
    chain: Chain | None
    courier: Courier | None
    final_leg_km: Decimal

    @property
    def where(self) -> str:
        """Name of the shipment in messages."""
        return f"shipment {self.planned.shipment_id}"

    @property
    def alone(self) -> bool:
        """Whether the seller buys the journey for itself."""
        return self.planned.service in ALONE

    @property
    def mode(self) -> str:
        """Mode of the trunk: decides which charges apply."""
        return self.chain.run.lane.mode if self.chain else "courier"

    @property
    def places(self) -> tuple[Place, ...]:
        """Places that the goods pass, in order."""
        if self.chain is None:
            return (self.fc,)
        chain = self.chain
        stored = chain.stop.place if chain.stop else None
        passed = (chain.warehouse, chain.run.gateway_out, chain.run.gateway_in, chain.centre, stored, self.fc)
        return tuple(place for place in passed if place is not None)


@dataclass
class _Resolver:
    world: World
    planned: PlannedShipment
    shipment: Shipment
    found: list[Violation] = field(default_factory=list)

    def refuse(self, cause: str, what: str, found: object, expected: object) -> None:
        where = f"shipment {self.planned.shipment_id}"
        self.found.append(violation(cause, where, what, found, expected))

    def place(self, place_id: str, what: str, kind: str) -> Place | None:
        place = self.world.network.place.get(place_id)
        if place is None or place.kind != kind:
            self.refuse("REFERENCE.PLACE", what, place_id, f"a place of kind {kind} of the network")
            return None
        return place

    def regime(self, expected_id: str) -> Regime | None:
        if self.planned.regime_id != expected_id:
            self.refuse("REFERENCE.REGIME", "customs regime", self.planned.regime_id, expected_id)
        regime = self.world.network.regime.get(expected_id)
        if regime is None:
            self.refuse("CUSTOMS.NO_POINT", "customs regime of the place of entry", expected_id, "a regime")
        return regime

    def link(self, start: str, end: str) -> Link | None:
        link = self.world.network.link.get((start, end))
        if link is None:
            self.refuse("REFERENCE.LINK", "road link", f"none from {start} to {end}", "a link of the network")
        return link

    def run(self) -> Run | None:
        run = self.world.run(self.planned.departure_id)
        if isinstance(run, str):
            self.refuse("DEPARTURE.NOT_RUNNING", "departure", f"{self.planned.departure_id} ({run})", "a dated run")
            return None
        stated = (self.planned.lane_id, self.planned.gateway_out, self.planned.gateway_in)
        actual = (run.lane.lane_id, run.lane.origin, run.lane.destination)
        if stated != actual:
            self.refuse("REFERENCE.LANE", "lane and gateways", " ".join(stated), " ".join(actual))
            return None
        return run

    def collection(self, warehouse: Place) -> tuple[bool, Decimal] | None:
        start = self.world.locate(self.shipment.origin)
        if start is None:
            self.refuse("REFERENCE.ORIGIN", "origin", self.shipment.origin, "a place or coordinates")
            return None
        at_warehouse = start.place_id == warehouse.place_id
        return at_warehouse, Decimal(0) if at_warehouse else self.world.road_km(start, warehouse)

    def chain(self) -> Chain | None:
        planned = self.planned
        warehouse = self.place(planned.warehouse_id, "origin warehouse", "origin_warehouse")
        run = self.run()
        if warehouse is None or run is None:
            return None
        origin_link = self.link(warehouse.place_id, run.lane.origin)
        collection = self.collection(warehouse)
        centre, drayage = None, None
        if planned.service != "direct_container":
            centre = self.place(planned.deconsolidation_id, "deconsolidation centre", "deconsolidation_centre")
            drayage = self.link(run.lane.destination, centre.place_id) if centre else None
            if drayage is None:
                return None
        elif planned.deconsolidation_id:
            self.refuse("SERVICE.LEGS", "centre of a direct container", planned.deconsolidation_id, "")
        if origin_link is None or collection is None:
            return None
        stop = self.stop(centre) if centre and planned.final_leg == "overseas" else None
        if stop is None and planned.final_leg == "overseas":
            return None
        return Chain(warehouse, origin_link, run, centre, drayage, *collection, stop)

    def stop(self, centre: Place) -> Stop | None:
        """Return where the goods are stored; None when they cannot be, or not for the days stated."""
        planned = self.planned
        place = self.place(planned.overseas_id, "overseas warehouse", "overseas_warehouse")
        shuttle = self.link(centre.place_id, place.place_id) if place else None
        offered = self.world.network.planning.overseas_days
        if str(planned.storage_days) not in offered:
            self.refuse("STORAGE.DAYS", "days in storage", planned.storage_days, " or ".join(offered))
            return None
        if planned.replenishment is None:
            self.refuse("SERVICE.LEGS", "leg from the overseas warehouse", "", "ltl or parcel")
            return None
        if place is None or shuttle is None:
            return None
        tariff = place.ltl_tariff if planned.replenishment == "ltl" else place.parcel_tariff
        return Stop(place, shuttle, planned.storage_days, tariff)

    def courier(self) -> Courier | None:
        courier = self.world.network.courier.get(self.planned.courier_id)
        if courier is None:
            self.refuse("REFERENCE.COURIER", "courier", self.planned.courier_id, "a courier of the network")
        return courier

    def legs(self) -> None:
        """Refuse parts of a chain that its service does not have, and services that the lane does not sell."""
        planned = self.planned
        is_courier = planned.service == "courier"
        unwanted = {
            "courier": "" if is_courier else planned.courier_id,
            "lane, warehouse and gateways": (
                planned.lane_id + planned.departure_id + planned.warehouse_id + planned.gateway_out
                + planned.gateway_in + planned.deconsolidation_id if is_courier else ""
            ),
            "trunk load": "" if planned.service in ("consolidated", "direct_container") else planned.trunk_load_id,
            "truck load": "" if planned.final_leg == "ftl" else planned.truck_load_id,
            "storage": "" if planned.final_leg == "overseas" else _storage(planned),
        }  # fmt: skip
        for what, value in unwanted.items():
            if value:
                self.refuse("SERVICE.LEGS", f"{what} of service {planned.service}/{planned.final_leg}", value, "")
        from_centre = ("ltl", "ftl", "parcel") if planned.service in ALONE else ("ltl", "ftl", "parcel", "overseas")
        expected = {"courier": ("courier",), "direct_container": ("direct",)}.get(planned.service, from_centre)
        if planned.final_leg not in expected:
            self.refuse("SERVICE.LEGS", f"final leg of {planned.service}", planned.final_leg, " or ".join(expected))

    def service(self, chain: Chain) -> None:
        lane = chain.run.lane
        if lane.buying == "load":
            sold: tuple[str, ...] = ("consolidated", "direct_container")
        else:
            sold = _SPACE_SERVICE.get(lane.mode, ("co_load", "alone_lcl"))
        if self.planned.service not in sold:
            self.refuse("SERVICE.LANE", f"service on lane {lane.lane_id}", self.planned.service, " or ".join(sold))
        if self.planned.service in ALONE and not lane.alone_tariff:
            self.refuse("SERVICE.ALONE", f"lane {lane.lane_id} bought alone", self.planned.service, "not offered")

    def receiving(self, fc: Place) -> Receiving | None:
        rule = self.world.network.receiving_of(fc)
        if rule is None:
            self.refuse("RECEIVING.NO_RULE", "receiving rule", f"none for {fc.place_id}", "a rule of the FC or market")
        return rule

    def journey(self) -> Journey | None:
        fc = self.place(self.planned.destination_fc, "FC", "fc")
        receiving = self.receiving(fc) if fc else None
        if fc is None or receiving is None:
            return None
        self.legs()
        chain, courier, km = None, None, Decimal(0)
        if self.planned.service == "courier":
            courier = self.courier()
            if courier is None:
                return None
            regime = self.regime(courier.customs_regime)
        else:
            chain = self.chain()
            if chain is None:
                return None
            self.service(chain)
            regime = self.regime(chain.run.gateway_in.customs_regime)
            km = self.world.haul_km(chain.last, fc)
        if regime is None:
            return None
        return Journey(self.planned, self.shipment, fc, receiving, regime, chain, courier, km)


def _storage(planned: PlannedShipment) -> str:
    """Return what a plan says about a stay in storage, blank for nothing."""
    return planned.overseas_id + (planned.replenishment or "") + (str(planned.storage_days or ""))


def resolve(world: World, planned: PlannedShipment, shipment: Shipment) -> tuple[Journey | None, list[Violation]]:
    """Return the journey of a planned shipment (None when a link of its chain is broken) and what is wrong with it."""
    resolver = _Resolver(world, planned, shipment)
    journey = resolver.journey()
    return journey, resolver.found


def distances(journey: Journey) -> list[Violation]:
    """Return a violation for each stated road distance that differs from the measured one."""
    measured = journey.chain.collection_km if journey.chain else Decimal(0)
    pairs = (
        ("DISTANCE.COLLECTION", "collection km", journey.planned.collection_km, measured),
        ("DISTANCE.FINAL_LEG", "final leg km", journey.planned.final_leg_km, journey.final_leg_km),
    )
    return [
        violation(cause, journey.where, what, found, expected) for cause, what, found, expected in pairs
        if found != expected
    ]  # fmt: skip
