"""Containers and trucks: who is in them, what they may hold, when they move."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from consolidation.checking.case import Case, Traveller
from consolidation.checking.quantities import entered_by, revenue_tons, volume_m3, weight_kg
from consolidation.checking.result import Violation, violation
from consolidation.checking.world import World, decimal
from consolidation.plan_model import PlannedLoad
from network.clock import date_of, iso
from network.tables import Equipment

_HALF_OF_FILL_DIGIT = Decimal("0.00005")
_HALF_OF_GAIN_DIGIT = Decimal("0.0000005")


@dataclass(frozen=True)
class Held:
    """A load of the plan with its equipment and its resolved travellers."""

    world: World
    load: PlannedLoad
    equipment: Equipment
    travellers: tuple[Traveller, ...]

    @property
    def where(self) -> str:
        """Name of the load in messages."""
        return f"load {self.load.load_id}"

    @property
    def volume_cm3(self) -> int:
        """Volume of the travellers."""
        return sum(each.journey.shipment.volume_cm3 for each in self.travellers)

    @property
    def weight_g(self) -> int:
        """Gross weight of the travellers."""
        return sum(each.journey.shipment.weight_g for each in self.travellers)


def hold(case: Case, load: PlannedLoad) -> Held | None:
    """Return a load with what it refers to, or None when its equipment or a traveller is unknown."""
    equipment = case.world.network.equipment_by_id.get(load.equipment_id)
    travellers = case.resolved(case.members.get(load.load_id, []))
    return Held(case.world, load, equipment, tuple(travellers)) if equipment and travellers else None


# -- the list of loads


def identities(case: Case) -> Iterator[Violation]:
    """Yield violations for load ids that are used twice, unknown, of the wrong kind, or empty."""
    for load_id, times in Counter(load.load_id for load in case.plan.loads).items():
        if times > 1:
            yield violation("LOAD.ID", f"load {load_id}", "rows with this id", times, 1)
    for planned in case.plan.shipments:
        where = f"shipment {planned.shipment_id}"
        named = {"trunk": planned.trunk_load_id, "truck": planned.truck_load_id}
        needed = {
            "trunk": planned.service in ("consolidated", "direct_container"), "truck": planned.final_leg == "ftl",
        }  # fmt: skip
        for kind, load_id in named.items():
            load = case.loads.get(load_id)
            if load_id and (load is None or load.kind != kind):
                yield violation("LOAD.UNKNOWN", where, f"{kind} load", load_id, f"a load of kind {kind}")
            if needed[kind] and not load_id:
                what = f"{kind} load of {planned.service}/{planned.final_leg}"
                yield violation("LOAD.UNKNOWN", where, what, "", "a load id")


def equipment_known(case: Case) -> Iterator[Violation]:
    """Yield a violation for each load whose equipment is not in the network."""
    for load in case.plan.loads:
        if load.equipment_id not in case.world.network.equipment_by_id:
            expected = "equipment of the network"
            yield violation("LOAD.EQUIPMENT", f"load {load.load_id}", "equipment", load.equipment_id, expected)


def membership(case: Case) -> Iterator[Violation]:
    """Yield a violation for each load whose list of shipments differs from the shipments that name it."""
    for load in case.plan.loads:
        naming = case.members.get(load.load_id, [])
        if list(load.shipments) != naming or not naming:
            found, expected = " ".join(load.shipments), " ".join(naming) or "at least one shipment"
            yield violation("LOAD.SHIPMENTS", f"load {load.load_id}", "shipments", found, expected)


# -- one load


def same_way(held: Held) -> Iterator[Violation]:
    """Yield a violation for each shipment that does not travel the way its load goes."""
    load = held.load
    stated = " ".join(
        (load.origin, load.departure_id, load.lane_id, load.gateway_out, load.gateway_in, load.destination)
    )
    for each in held.travellers:
        planned = each.journey.planned
        if load.kind == "trunk":
            end = planned.deconsolidation_id or planned.destination_fc
            way = (
                planned.warehouse_id,
                planned.departure_id,
                planned.lane_id,
                planned.gateway_out,
                planned.gateway_in,
                end,
            )
        else:
            way = (planned.deconsolidation_id, "", "", "", "", planned.destination_fc)
        if " ".join(way) != stated:
            where = f"shipment {each.shipment_id} in {held.where}"
            yield violation("LOAD.WAY", where, "origin, departure, lane, gateways, destination", " ".join(way), stated)


def times(held: Held) -> Iterator[Violation]:
    """Yield violations for a load's cut-off, departure and arrival, and for trucks whose shipments differ in days."""
    load, dates, chain = held.load, held.travellers[0].dates, held.travellers[0].journey.chain
    if load.kind == "trunk" and chain is not None:
        run, zone = chain.run, chain.run.gateway_out.timezone
        expected = (iso(run.cutoff, zone), iso(run.etd, zone), iso(run.eta, run.gateway_in.timezone))
    elif dates.dispatched is not None:
        expected = ("", date_of(dates.dispatched).isoformat(), date_of(dates.delivered).isoformat())
    else:
        return
    stated = (load.cutoff, load.departs, load.arrives)
    for name, found, wanted in zip(("CUTOFF", "ETD", "ETA"), stated, expected, strict=True):
        if found != wanted:
            yield violation(f"LOAD.{name}", held.where, f"{name.lower()} of the load", found, wanted)
    if load.kind == "truck":
        for each in held.travellers[1:]:
            if (each.dates.dispatched, each.dates.delivered) != (dates.dispatched, dates.delivered):
                found, wanted = _days(each), _days(held.travellers[0])
                where = f"shipment {each.shipment_id} in {held.where}"
                yield violation("LOAD.TRUCK_DAY", where, "dispatch and delivery", found, wanted)


def _days(each: Traveller) -> str:
    dispatched = each.dates.dispatched
    return f"{date_of(dispatched) if dispatched is not None else 'none'} {date_of(each.dates.delivered)}"


def equipment_offered(held: Held) -> Iterator[Violation]:
    """Yield a violation when the equipment is not offered on the lane, or is no truck of the final legs."""
    chain = held.travellers[0].journey.chain
    if held.load.kind == "truck":
        offered = held.world.network.planning.truck_equipment
    else:
        offered = chain.run.lane.equipment if chain else ()
    if held.equipment.equipment_id not in offered:
        expected = ", ".join(offered) or "none"
        yield violation("LOAD.EQUIPMENT", held.where, "equipment", held.equipment.equipment_id, expected)


def volume(held: Held) -> Iterator[Violation]:
    """Yield a violation when a load holds more volume than its equipment stuffs."""
    limit = round(held.equipment.volume_m3 * 1_000_000)
    if held.volume_cm3 > limit:
        found, expected = f"{Decimal(held.volume_cm3) / 1_000_000} m3", f"at most {held.equipment.volume_m3} m3"
        yield violation("LOAD.VOLUME", held.where, f"volume in a {held.equipment.equipment_id}", found, expected)


def weight(held: Held) -> Iterator[Violation]:
    """Yield a violation when a load weighs more than its payload."""
    limit = round(held.equipment.payload_kg * 1000)
    if held.weight_g > limit:
        found, expected = f"{Decimal(held.weight_g) / 1000} kg", f"at most {held.equipment.payload_kg} kg"
        yield violation("LOAD.WEIGHT", held.where, f"weight in a {held.equipment.equipment_id}", found, expected)


def conflicts(held: Held) -> Iterator[Violation]:
    """Yield a violation for each pair of cargo classes in a load that may not share it."""
    holders: dict[str, str] = {}
    for each in held.travellers:
        holders.setdefault(each.journey.shipment.cargo_class, each.shipment_id)
    classes = sorted(holders)
    for position, first in enumerate(classes):
        for second in classes[position + 1 :]:
            if (first, second) in held.world.network.conflicts:
                found = f"{first} ({holders[first]}) with {second} ({holders[second]})"
                yield violation("LOAD.CONFLICT", held.where, "cargo classes", found, "classes that may share a load")


def consent(held: Held) -> Iterator[Violation]:
    """Yield a violation for each shipment that shares a load with another seller without consent."""
    sellers = sorted({each.journey.shipment.seller_id for each in held.travellers})
    for each in held.travellers:
        shipment = each.journey.shipment
        if not shipment.coload_consent and len(sellers) > 1:
            where = f"shipment {each.shipment_id} in {held.where}"
            expected = f"{shipment.seller_id} only, who does not consent to co-loading"
            yield violation("LOAD.CONSENT", where, "sellers in the load", ", ".join(sellers), expected)


def importers(held: Held) -> Iterator[Violation]:
    """Yield a violation when a trunk load has more importers of record than planning allows, unless all are held in it."""
    limit = held.world.network.planning.max_importers_per_load
    entering = {entered_by(held.world, each.journey.planned, each.journey.shipment) for each in held.travellers}
    count = len(entering)
    chosen = not all(each.held for each in held.travellers)
    if held.load.kind == "trunk" and limit is not None and count > limit and chosen:
        yield violation("LOAD.IMPORTERS", held.where, "importers of record", count, f"at most {limit}")


def amounts_held(held: Held) -> Iterator[Violation]:
    """Yield violations when the stated volume, weight or fill of a load is not that of its shipments."""
    load, equipment = held.load, held.equipment
    m3 = sum((volume_m3(each.journey.shipment) for each in held.travellers), Decimal(0))
    kg = sum((weight_kg(each.journey.shipment) for each in held.travellers), Decimal(0))
    if load.volume_m3 != m3:
        yield violation("LOAD.VOLUME_SUM", held.where, "volume of its shipments, m3", load.volume_m3, m3)
    if load.gross_weight_kg != kg:
        yield violation("LOAD.WEIGHT_SUM", held.where, "weight of its shipments, kg", load.gross_weight_kg, kg)
    together = sum((revenue_tons(each.journey.shipment) for each in held.travellers), Decimal(0))
    gain = together - max(m3, kg / 1000)
    if abs(load.mixing_gain_wm - gain) > _HALF_OF_GAIN_DIGIT:
        yield violation("LOAD.MIXING_GAIN", held.where, "mixing gain, revenue tons", load.mixing_gain_wm, gain)
    fills = (
        ("fill", load.fill, m3 / decimal(equipment.volume_m3)),
        ("weight fill", load.weight_fill, kg / decimal(equipment.payload_kg)),
    )
    for name, found, exact in fills:
        if abs(found - exact) > _HALF_OF_FILL_DIGIT:
            yield violation("LOAD.FILL", held.where, name, found, round(exact, 4))


LoadRule = Callable[[Held], Iterator[Violation]]
LOAD_RULES: tuple[LoadRule, ...] = (
    same_way, times, equipment_offered, volume, weight, conflicts, consent, importers, amounts_held,
)  # fmt: skip
"""Every rule of one load."""


# -- what loads and shipments use together


def allotments(case: Case) -> Iterator[Violation]:
    """Yield a violation for each departure whose loads take more TEU than its allotment, held ones alone excepted."""
    used: dict[str, Decimal] = defaultdict(Decimal)
    held: dict[str, Decimal] = defaultdict(Decimal)
    for load in case.plan.loads:
        equipment = case.world.network.equipment_by_id.get(load.equipment_id)
        if load.kind == "trunk" and equipment is not None:
            used[load.departure_id] += decimal(equipment.teu)
            if any(name in case.travellers and case.travellers[name].held for name in load.shipments):
                held[load.departure_id] += decimal(equipment.teu)
    for run_id, teu in used.items():
        run = case.world.run(run_id)
        limit = None if isinstance(run, str) else run.departure.allotment_teu
        if limit is not None and teu > max(decimal(limit), held[run_id]):
            where = f"departure {run_id}"
            yield violation("CAPACITY.ALLOTMENT", where, "TEU of its loads", teu, f"at most {limit}")


def handling(case: Case) -> Iterator[Violation]:
    """Yield a violation for each day on which a warehouse stuffs more volume than it can, what is held alone excepted."""
    used: dict[tuple[str, int], int] = defaultdict(int)
    held: dict[tuple[str, int], int] = defaultdict(int)
    for each in case.travellers.values():
        chain = each.journey.chain
        if chain is not None and each.dates.stuffed is not None:
            key = chain.warehouse.place_id, each.dates.stuffed
            used[key] += each.journey.shipment.volume_cm3
            held[key] += each.journey.shipment.volume_cm3 if each.held else 0
    for (place_id, day), volume_cm3 in used.items():
        limit = case.world.network.place[place_id].handling_m3_per_day
        if limit is not None and volume_cm3 > max(round(limit * 1_000_000), held[place_id, day]):
            where = f"warehouse {place_id} on {date_of(day)}"
            found = f"{Decimal(volume_cm3) / 1_000_000} m3"
            yield violation("CAPACITY.HANDLING", where, "volume stuffed", found, f"at most {limit} m3")


def receiving(case: Case) -> Iterator[Violation]:
    """Yield a violation for each ISO week in which an FC is delivered too much volume, what is held alone excepted."""
    used: dict[tuple[str, int, int], int] = defaultdict(int)
    held: dict[tuple[str, int, int], int] = defaultdict(int)
    for each in case.travellers.values():
        week = date_of(each.dates.delivered).isocalendar()
        key = each.journey.fc.place_id, week.year, week.week
        used[key] += each.journey.shipment.volume_cm3
        held[key] += each.journey.shipment.volume_cm3 if each.held else 0
    for (place_id, year, number), volume_cm3 in used.items():
        limit = case.world.network.place[place_id].receiving_m3_per_week
        most = None if limit is None else max(round(limit * 1_000_000), held[place_id, year, number])
        if most is not None and volume_cm3 > most:
            where = f"FC {place_id} in week {year}-W{number:02d}"
            found = f"{Decimal(volume_cm3) / 1_000_000} m3"
            yield violation("CAPACITY.RECEIVING", where, "volume delivered", found, f"at most {limit} m3")


PLAN_RULES: tuple[Callable[[Case], Iterator[Violation]], ...] = (
    identities, equipment_known, membership, allotments, handling, receiving,
)  # fmt: skip
"""Rules over all loads and shipments."""
