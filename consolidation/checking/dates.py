"""Every date of a journey, worked out again from the run, the dwell times and the calendars."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal

from consolidation.checking.journeys import Chain, Journey
from consolidation.checking.result import Violation, violation
from consolidation.checking.world import Run, World, decimal
from consolidation.shipments import Shipment
from network.clock import date_of, day_number, instant, iso
from network.price_tables import Regime
from network.tables import Link, Place, Receiving

HANDOVER = dt.time(18, 0)
"""Local time at which goods stuffed on a day leave the origin warehouse."""


_DISPATCH_DAYS = 731
"""Days in which a whole truck must leave."""


class NoDispatchError(Exception):
    """No whole truck ever leaves a deconsolidation centre; carries its id and the day from which one was looked for."""


@dataclass(frozen=True)
class Dates:
    """The dates of one journey: day numbers, and the instant (UTC minute) at which stuffed goods reach the gateway.

    Attributes
    ----------
    before, after : datetime.date
        Days that decide which charges are in force up to and including the trunk, and from the arrival on.
    milestones : tuple of (code, place id, time)
    dispatched : int or None
        Day on which the final leg leaves the deconsolidation centre, or the overseas warehouse.
    at_gateway : int or None
    stored_days : int
        Days in the overseas warehouse.
    """

    before: dt.date
    after: dt.date
    stuffed: int | None
    at_gateway: int | None
    dispatched: int | None
    delivered: int
    received: int
    milestones: tuple[tuple[str, str, str], ...]
    stored_days: int = 0


def work_out(world: World, journey: Journey) -> Dates:
    """Return every date of a journey.

    Raises
    ------
    NoDispatchError
        If its goods wait for a whole truck that never leaves.
    """
    return _by_lane(world, journey, journey.chain) if journey.chain else _by_courier(world, journey)


def receipt(rule: Receiving, delivered: int) -> int:
    """Return the day on which goods delivered on a day are available: the first on which any delivered from then on are.

    Goods delivered only after that day cannot be available on it, so no later delivery needs to be looked at.
    """
    longest = _days_to_receive(rule, delivered)
    return min(day + _days_to_receive(rule, day) for day in range(delivered, delivered + longest + 1))


def _days_to_receive(rule: Receiving, day: int) -> int:
    slow, first, last = rule.peak_receiving_days, rule.peak_from, rule.peak_to
    if slow is not None and first and last and first <= date_of(day) <= last:
        return math.ceil(slow)
    return math.ceil(rule.receiving_days)


def _by_courier(world: World, journey: Journey) -> Dates:
    ready = day_number(journey.shipment.ready_date)
    days = math.ceil(journey.courier.transit_days) if journey.courier else 0
    delivered = world.calendar(journey.fc).next_open(ready + days)
    received = receipt(journey.receiving, delivered)
    milestones = (
        ("READY", journey.shipment.origin, _text(ready)),
        ("DELIVERED", journey.fc.place_id, _text(delivered)),
        ("RECEIVED", journey.fc.place_id, _text(received)),
    )
    return Dates(date_of(ready), date_of(delivered), None, None, None, delivered, received, milestones)


def _by_lane(world: World, journey: Journey, chain: Chain) -> Dates:
    run, warehouse = chain.run, chain.warehouse
    ready = day_number(journey.shipment.ready_date)
    at_warehouse = world.calendar(warehouse).add_days(ready, collection_days(world, chain))
    stuffed = world.calendar(warehouse).add_days(at_warehouse, math.ceil(warehouse.dwell_days))
    left = instant(dt.datetime.combine(date_of(stuffed), HANDOVER), warehouse.timezone)
    released, cleared = clearance(world, run, journey.regime)
    dispatched, inland, stored_days = _inland(world, journey, chain, cleared)
    delivered = delivery(world, journey.fc, cleared if dispatched is None else dispatched, journey.final_leg_km)
    received = receipt(journey.receiving, delivered)
    out, into = run.gateway_out, run.gateway_in
    milestones = (
        ("READY", journey.shipment.origin, _text(ready)),
        ("AT_WAREHOUSE", warehouse.place_id, _text(at_warehouse)),
        ("STUFFED", warehouse.place_id, _text(stuffed)),
        ("CFS_CUTOFF", out.place_id, iso(run.cutoff, out.timezone)),
        ("ETD", out.place_id, iso(run.etd, out.timezone)),
        ("ETA", into.place_id, iso(run.eta, into.timezone)),
        ("RELEASED", into.place_id, _text(released)),
        ("CLEARED", into.place_id, _text(cleared)),
        *inland,
        ("DELIVERED", journey.fc.place_id, _text(delivered)),
        ("RECEIVED", journey.fc.place_id, _text(received)),
    )
    at_gateway = left + round(chain.origin_link.transit_days * 1440)
    return Dates(
        run.etd_date, run.eta_date, stuffed, at_gateway, dispatched, delivered, received, milestones, stored_days
    )


def collection_days(world: World, chain: Chain) -> int:
    """Return the days from the origin to the warehouse: none for goods that are there already, else at least one."""
    if chain.from_warehouse:
        return 0
    return max(1, math.ceil(chain.collection_km / decimal(world.network.planning.collection_km_per_day)))


def clearance(world: World, run: Run, regime: Regime) -> tuple[int, int]:
    """Return the days on which the terminal releases and customs clears what a run brings."""
    released = day_number(run.eta_date) + math.ceil(run.gateway_in.dwell_days)
    return released, world.calendar(run.gateway_in).next_open(released + math.ceil(regime.clearance_days))


def devanning(world: World, centre: Place, drayage: Link, cleared: int) -> tuple[int, int]:
    """Return the days on which goods are in at a deconsolidation centre and ready for dispatch."""
    arrived = world.calendar(centre).next_open(cleared + math.ceil(drayage.transit_days))
    return arrived, world.calendar(centre).add_days(arrived, math.ceil(centre.dwell_days))


def delivery(world: World, fc: Place, start: int, km: Decimal) -> int:
    """Return the day on which a final leg of `km` that starts on a day is delivered."""
    return world.calendar(fc).next_open(start + drive_days(world, km))


def drive_days(world: World, km: Decimal) -> int:
    """Return the whole days of driving that a final leg of `km` takes."""
    return max(1, math.ceil(km / decimal(world.network.planning.truck_km_per_day)))


def _inland(
    world: World, journey: Journey, chain: Chain, cleared: int
) -> tuple[int | None, tuple[tuple[str, str, str], ...], int]:
    """Return the day of dispatch to the FC, the milestones from the centre to it, and the days stored."""
    centre, drayage = chain.centre, chain.drayage
    if centre is None or drayage is None:
        return None, (), 0
    arrived, dispatched = devanning(world, centre, drayage, cleared)
    if journey.planned.final_leg == "ftl":
        dispatched = next_dispatch(world, centre, dispatched)
    at_centre = ("AT_DECONSOLIDATION", centre.place_id, _text(arrived))
    stop = chain.stop
    if stop is None:
        return dispatched, (at_centre, ("DISPATCHED", centre.place_id, _text(dispatched))), 0
    stored = world.calendar(stop.place).next_open(dispatched + math.ceil(stop.shuttle.transit_days))
    left = world.calendar(stop.place).next_open(stored + stop.days)
    inland = (
        at_centre,
        ("TRANSFERRED", centre.place_id, _text(dispatched)),
        ("AT_OVERSEAS", stop.place.place_id, _text(stored)),
        ("DISPATCHED", stop.place.place_id, _text(left)),
    )
    return left, inland, left - stored


def next_dispatch(world: World, centre: Place, day: int) -> int:
    """Return the first open day on or after `day` on which whole trucks leave a deconsolidation centre.

    Raises
    ------
    NoDispatchError
        If there is none within two years.
    """
    weekdays = world.network.planning.truck_dispatch_weekdays
    calendar = world.calendar(centre)
    for later in range(day, day + _DISPATCH_DAYS):
        if calendar.is_open(later) and str(date_of(later).isoweekday()) in weekdays:
            return later
    raise NoDispatchError(centre.place_id, date_of(day))


def _text(day: int) -> str:
    return date_of(day).isoformat()


def milestones(journey: Journey, dates: Dates) -> list[Violation]:
    """Return a violation for each milestone that is missing, at another place or at another time."""
    stated = journey.planned.milestones
    codes, expected = [stone.code for stone in stated], [code for code, _, _ in dates.milestones]
    if codes != expected:
        return [violation("DATE.MILESTONES", journey.where, "milestones", " ".join(codes), " ".join(expected))]
    found = []
    for stone, (code, place_id, time) in zip(stated, dates.milestones, strict=True):
        if stone.time != time:
            found.append(violation(f"DATE.{code}", journey.where, f"date of {code}", stone.time, time))
        if stone.place_id != place_id:
            found.append(violation("DATE.PLACE", journey.where, f"place of {code}", stone.place_id, place_id))
    return found


def durations(world: World, journey: Journey, dates: Dates) -> list[Violation]:
    """Return a violation when the days from ready to received, or the late days, are miscounted."""
    days, late = days_of(world, journey, dates)
    pairs = (
        ("DATE.DAYS", "days from ready to received", journey.planned.days, days),
        ("DATE.LATE_DAYS", "late days", journey.planned.late_days, late),
    )
    return [violation(cause, journey.where, what, a, b) for cause, what, a, b in pairs if a != b]


def days_of(world: World, journey: Journey, dates: Dates) -> tuple[int, int]:
    """Return days from ready to received, and days received after the due date or the deadline of the event."""
    shipment = journey.shipment
    return dates.received - day_number(shipment.ready_date), late_days(world, shipment, dates.received)


def late_days(world: World, shipment: Shipment, received: int) -> int:
    """Return by how many days goods received on a day are late, for their due date or for their event."""
    return max(0, received - min(due_days(world, shipment).values(), default=received))


def due_days(world: World, shipment: Shipment) -> dict[str, int]:
    """Return the days by which goods should be received: of their ``due_date``, and of the ``event`` they are meant for."""
    found = {"due_date": day_number(shipment.due_date)} if shipment.due_date else {}
    last = event_day(world, shipment)
    return found if last is None else {**found, "event": last}


def event_day(world: World, shipment: Shipment) -> int | None:
    """Return the day on which goods delivered on the deadline of a shipment's event are available; None without one."""
    deadline, fc = world.deadline(shipment), world.network.place.get(shipment.destination_fc)
    rule = world.network.receiving_of(fc) if fc else None
    return None if deadline is None or rule is None else receipt(rule, day_number(deadline))


def cutoff(journey: Journey, dates: Dates) -> list[Violation]:
    """Return a violation when stuffed goods reach the gateway after the CFS cut-off of the departure."""
    chain = journey.chain
    if chain is None or dates.at_gateway is None or dates.at_gateway <= chain.run.cutoff:
        return []
    zone = chain.run.gateway_out.timezone
    found, expected = iso(dates.at_gateway, zone), f"by {iso(chain.run.cutoff, zone)}"
    return [violation("CUTOFF.CFS", journey.where, f"goods at the gateway for {chain.run.run_id}", found, expected)]
