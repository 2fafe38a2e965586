"""What may go where: rules that one journey keeps or breaks on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from consolidation.checking.case import Traveller
from consolidation.checking.dates import event_day
from consolidation.checking.quantities import carton_kg, carton_sides_cm, cartons_of, country_of_origin, duty_is_known
from consolidation.checking.result import Violation, violation
from consolidation.checking.world import decimal
from network.clock import date_of

Rule = Callable[[Traveller], Iterator[Violation]]


def open_places(each: Traveller) -> Iterator[Violation]:
    """Yield a violation for each closed place that the goods pass."""
    journey = each.journey
    for place in journey.places:
        if place.closed:
            yield violation("PLACE.CLOSED", journey.where, "place", f"{place.place_id}, closed", "an open place")


def open_lane(each: Traveller) -> Iterator[Violation]:
    """Yield a violation when the lane is closed."""
    journey = each.journey
    if journey.chain and journey.chain.run.lane.closed:
        yield violation("LANE.CLOSED", journey.where, "lane", f"{journey.planned.lane_id}, closed", "an open lane")


def mode_carries(each: Traveller) -> Iterator[Violation]:
    """Yield a violation when the mode does not carry the cargo class."""
    world, journey = each.world, each.journey
    cargo = journey.shipment.cargo_class
    if (journey.mode, cargo) in world.network.mode_refuses:
        yield violation(
            "MODE.CLASS_REFUSED", journey.where, f"cargo class by {journey.mode}", cargo, "a class it takes"
        )


def places_handle(each: Traveller) -> Iterator[Violation]:
    """Yield a violation for each place that does not handle the cargo class."""
    world, journey = each.world, each.journey
    cargo = journey.shipment.cargo_class
    for place in journey.places:
        if (place.place_id, cargo) in world.network.place_refuses:
            where = f"cargo class at {place.place_id}"
            yield violation("PLACE.CLASS_REFUSED", journey.where, where, cargo, "a class handled there")


def fc_accepts_class(each: Traveller) -> Iterator[Violation]:
    """Yield a violation when the FC refuses the cargo class."""
    journey = each.journey
    cargo = journey.shipment.cargo_class
    if cargo in journey.receiving.refused_classes:
        where = f"cargo class at {journey.fc.place_id}"
        yield violation("RECEIVING.CLASS_REFUSED", journey.where, where, cargo, "a class the FC accepts")


def carton_sides(each: Traveller) -> Iterator[Violation]:
    """Yield a violation for each carton side, longest first, above the limit of the FC."""
    journey = each.journey
    rule, sides = journey.receiving, carton_sides_cm(journey.shipment)
    limits = (rule.max_length_cm, rule.max_width_cm, rule.max_height_cm)
    for name, side, limit in zip(("longest", "middle", "shortest"), sides, limits, strict=False):
        if limit is not None and side > decimal(limit):
            what = f"{name} carton side at {journey.fc.place_id}"
            yield violation("RECEIVING.CARTON_SIDE", journey.where, what, f"{side} cm", f"at most {limit} cm")


def carton_weight(each: Traveller) -> Iterator[Violation]:
    """Yield a violation when a carton is heavier than the FC accepts."""
    journey = each.journey
    limit, weight = journey.receiving.max_carton_kg, carton_kg(journey.shipment)
    if limit is not None and weight > decimal(limit):
        what = f"carton at {journey.fc.place_id}"
        yield violation("RECEIVING.CARTON_WEIGHT", journey.where, what, f"{weight:.3f} kg", f"at most {limit} kg")


def container_accepted(each: Traveller) -> Iterator[Violation]:
    """Yield violations when an unopened container goes to an FC that does not take it, or too far."""
    world, journey = each.world, each.journey
    chain, planning = journey.chain, world.network.planning
    if chain is None or chain.centre is not None:
        return
    pod, fc = chain.run.gateway_in, journey.fc
    if not journey.receiving.accepts_containers:
        yield violation("RECEIVING.CONTAINER", journey.where, f"container at {fc.place_id}", "unopened", "devanned")
    if not pod.direct_tariff:
        yield violation("TARIFF.NONE", journey.where, f"direct delivery from {pod.place_id}", "no tariff", "a tariff")
    if pod.country != fc.country:
        what = f"country of {fc.place_id} for a direct container from {pod.place_id}"
        yield violation("DIRECT.COUNTRY", journey.where, what, fc.country, pod.country)
    if journey.final_leg_km > decimal(planning.max_direct_km):
        limit = f"at most {planning.max_direct_km} km"
        yield violation("DIRECT.DISTANCE", journey.where, "haul of the container", f"{journey.final_leg_km} km", limit)


def centre_serves(each: Traveller) -> Iterator[Violation]:
    """Yield a violation when the deconsolidation centre does not serve the FC's market."""
    journey = each.journey
    centre = journey.chain.centre if journey.chain else None
    if centre is not None and journey.fc.market not in centre.serves_markets:
        served = ", ".join(centre.serves_markets) or "none"
        yield violation(
            "DECONSOLIDATION.MARKET", journey.where, f"market from {centre.place_id}", journey.fc.market, served
        )


def storage_serves(each: Traveller) -> Iterator[Violation]:
    """Yield a violation when the overseas warehouse does not serve the FC's market."""
    journey = each.journey
    stop = journey.chain.stop if journey.chain else None
    if stop is not None and journey.fc.market not in stop.place.serves_markets:
        served = ", ".join(stop.place.serves_markets) or "none"
        what = f"market from {stop.place.place_id}"
        yield violation("STORAGE.MARKET", journey.where, what, journey.fc.market, served)


def warehouse_near(each: Traveller) -> Iterator[Violation]:
    """Yield violations when the warehouse is in another country than the goods, or too far from them."""
    world, journey = each.world, each.journey
    chain = journey.chain
    origin = world.locate(journey.shipment.origin)
    if chain is None or origin is None:
        return
    if origin.country and origin.country != chain.warehouse.country:
        what = f"country of warehouse {chain.warehouse.place_id}"
        yield violation("WAREHOUSE.COUNTRY", journey.where, what, chain.warehouse.country, origin.country)
    limit = world.network.planning.max_collection_km
    if chain.collection_km > decimal(limit):
        found, expected = f"{chain.collection_km} km", f"at most {limit} km"
        yield violation("WAREHOUSE.DISTANCE", journey.where, "collection", found, expected)


def courier_serves(each: Traveller) -> Iterator[Violation]:
    """Yield violations when the courier does not serve the relation or refuses the cartons."""
    world, journey = each.world, each.journey
    courier, origin = journey.courier, world.locate(journey.shipment.origin)
    if courier is None:
        return
    found = f"{origin.country if origin else 'unknown'} to {journey.fc.market}"
    expected = f"{courier.origin_country} to {courier.market}"
    if found != expected:
        yield violation("COURIER.SERVICE", journey.where, f"relation of {courier.courier_id}", found, expected)
    carton_g = journey.shipment.weight_g / cartons_of(journey.shipment)
    if courier.max_carton_kg is not None and carton_g > courier.max_carton_kg * 1000:
        what, limit = f"carton by {courier.courier_id}", f"at most {courier.max_carton_kg} kg"
        yield violation("COURIER.CARTON_WEIGHT", journey.where, what, f"{carton_g / 1000:.3f} kg", limit)


def duty_known(each: Traveller) -> Iterator[Violation]:
    """Yield a violation when no duty row, or none of the base layer, covers the HS code on the day of entry."""
    world, journey, dates = each.world, each.journey, each.dates
    if duty_is_known(world, journey, dates.after):
        return
    what = f"duty for HS {journey.shipment.hs_code or 'unknown'} of {country_of_origin(world, journey.shipment)}"
    yield violation("CUSTOMS.NO_RATE", journey.where, what, "no row", f"a row of schedule {journey.regime.schedule}")


def in_horizon(each: Traveller) -> Iterator[Violation]:
    """Yield a violation when goods wait longer for their departure than planning allows, unless it is held."""
    world, journey = each.world, each.journey
    if journey.chain is None or each.held:
        return
    days = (journey.chain.run.etd_date - journey.shipment.ready_date).days
    allowed = world.network.planning.max_wait_days
    if not 0 <= days <= allowed:
        yield violation("HORIZON.WAIT", journey.where, "days from ready to departure", days, f"0 to {allowed}")


def in_time_for_event(each: Traveller) -> Iterator[Violation]:
    """Yield a violation when goods that must not miss their event, and are not held, are available too late for it."""
    journey, shipment = each.journey, each.journey.shipment
    last = event_day(each.world, shipment)
    if shipment.event_required and last is not None and each.dates.received > last and not each.held:
        found, expected = str(date_of(each.dates.received)), f"{date_of(last)} at the latest"
        yield violation("DEADLINE.EVENT", journey.where, f"received for {shipment.event}", found, expected)


RULES: tuple[Rule, ...] = (
    open_places, open_lane, mode_carries, places_handle, fc_accepts_class, carton_sides, carton_weight,
    container_accepted, centre_serves, storage_serves, warehouse_near, courier_serves, duty_known, in_horizon,
    in_time_for_event,
)  # fmt: skip
"""Every rule of this module; each yields the violations of one journey."""
