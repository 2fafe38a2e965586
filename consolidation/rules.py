"""The rules that can keep a shipment out of a plan, in words: what each says and what would have to change."""

from __future__ import annotations

from collections import Counter

from consolidation.shipments import Shipment
from network.model import Network

_TEXTS = {
    "RECEIVING.CLOSED": ("FC {fc} is closed", "open the FC or send to another one"),
    "RECEIVING.NO_RULE": ("no receiving rule covers FC {fc}", "add a row for {fc} or its market to the receiving table"),
    "RECEIVING.CLASS_REFUSED": ("FC {fc} does not accept cargo class {cargo}", "send to an FC that accepts {cargo}"),
    "RECEIVING.CARTON_SIDE": (
        "cartons of {sides} cm exceed what FC {fc} accepts ({limits} cm)", "pack into smaller cartons"
    ),
    "RECEIVING.CARTON_WEIGHT": (
        "cartons of {carton_kg} kg exceed the {limit_kg} kg that FC {fc} accepts", "pack fewer units into a carton"
    ),
    "EQUIPMENT.TOO_LARGE": (
        "{volume} m3 and {weight} kg do not fit the largest container of the network",
        "split it into shipments that fit one container",
    ),
    "ORIGIN.NO_WAREHOUSE": (
        "no open origin warehouse within {max_km:g} km of {origin}",
        "deliver to an origin warehouse, or raise planning.max_collection_km",
    ),
    "LANE.NONE": (
        "no departure within the horizon leads from its origin warehouses to market {market}",
        "add a lane, a departure, a drayage link or a deconsolidation centre that serves {market}",
    ),
    "CUTOFF.CFS": (
        "ready {ready} is after the CFS cut-off of every departure considered",
        "make it ready earlier, or raise planning.horizon_days",
    ),
    "HORIZON.WAIT": (
        "every departure it can catch leaves more than {max_wait} days after {ready}", "raise planning.max_wait_days"
    ),
    "MODE.CLASS_REFUSED": ("no mode that serves the way carries cargo class {cargo}", "declare another class or add a mode that carries {cargo}"),
    "PLACE.CLASS_REFUSED": ("a place on every way does not handle cargo class {cargo}", "add a way through places that handle {cargo}"),
    "CUSTOMS.NO_RATE": (
        "no duty rate covers HS code {hs} where it would be entered", "give the code with more digits, or add a row for HS {hs} to the duties table"
    ),
    "TARIFF.NONE": (
        "a lane that could carry it has no rate in force on its departures; the plan's notices name the lane",
        "add a charge that is in force to the tariff of the lane",
    ),
    "LEG.NONE": (
        "the deconsolidation centres it can reach offer no final leg to FC {fc}",
        "give a deconsolidation centre that serves {market} an LTL, parcel or whole-truck tariff",
    ),
    "COURIER.CARTON_WEIGHT": ("its cartons are too heavy for the courier", "pack lighter cartons"),
    "DEADLINE.EVENT": (
        "no itinerary brings it to FC {fc} in time for {event}",
        "make it ready earlier, add a faster lane, or let it come late: event_required no",
    ),
    "CHANCE.TARGET": (
        "no itinerary brings it to FC {fc} by its promised date with the chance asked for",
        "make it ready earlier, promise a later date, add a faster or more reliable lane, or lower planning.chance_target",
    ),
    "WINDOW.INBOUND_PLAN": (
        "no itinerary is delivered within {plan_days} days of the others of inbound plan {plan}",
        "make it ready nearer to the others, give it an inbound plan of its own, or raise planning.inbound_plan_days",
    ),
    "PRICE": ("leaving it out was cheaper than any itinerary with room for it", "add capacity, or raise the unplanned price"),
}  # fmt: skip
_FIRST = (
    "DEADLINE.EVENT", "LEG.NONE", "CUSTOMS.NO_RATE", "MODE.CLASS_REFUSED", "PLACE.CLASS_REFUSED", "HORIZON.WAIT", "CUTOFF.CFS", "ORIGIN.NO_WAREHOUSE", "LANE.NONE"
)  # fmt: skip

RULES = tuple(_TEXTS)
"""Every rule that an unplanned shipment may name.

Two count departures that no route can use, in plan.json, refusals: TARIFF.NONE and CUSTOMS.NO_POINT.
"""


def deciding_rule(refusals: Counter[str]) -> str:
    """Return the rule to name for a shipment without itineraries: the one that stopped the chains that got furthest."""
    for rule in _FIRST:
        if refusals.get(rule):
            return rule
    return min(refusals, key=lambda rule: (-refusals[rule], rule), default="LANE.NONE")


def describe(network: Network, shipment: Shipment, rule: str) -> tuple[str, str]:
    """Return what a rule says about a shipment and what would have to change."""
    fc = network.place[shipment.destination_fc]
    receiving = network.receiving_of(fc)
    limits = (receiving.max_length_cm, receiving.max_width_cm, receiving.max_height_cm) if receiving else ()
    values = {
        "fc": fc.place_id,
        "market": fc.market,
        "cargo": shipment.cargo_class,
        "origin": shipment.origin,
        "ready": shipment.ready_date.isoformat(),
        "hs": shipment.hs_code,
        "volume": shipment.volume_m3,
        "weight": shipment.gross_weight_kg,
        "sides": " x ".join(format(side, "g") for side in map(float, shipment.carton_sides_cm)),
        "limits": " x ".join(format(limit, "g") for limit in limits if limit is not None),
        "carton_kg": shipment.carton_weight_g / 1000,
        "limit_kg": receiving.max_carton_kg if receiving else "",
        "max_km": network.planning.max_collection_km,
        "plan": shipment.inbound_plan_id,
        "event": shipment.event,
        "plan_days": network.planning.inbound_plan_days,
        "max_wait": network.planning.max_wait_days,
    }
    detail, change = _TEXTS[rule]
    return detail.format(**values), change.format(**values)
