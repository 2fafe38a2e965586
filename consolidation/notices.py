"""What a planner should know about a plan: rates that are only near, rates that are missing and what that blocks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from consolidation.demand import Demand
from consolidation.placement import LEAST_CARTONS, PlacementChoice, placement_choices, placement_fees
from consolidation.plan_model import CostLine, Notice, PlannedShipment
from consolidation.receiving import due
from consolidation.search import Search, search_itineraries
from network import clock
from network.customs import DutyBook
from network.fc_tables import InboundDeadline
from network.model import Network
from network.price_tables import Charge
from network.tables import Lane
from network.tariffs import TariffBook

NEAREST_DUTY = "DUTY.NEAREST"
"""Code of the notice that a duty rate is that of the nearest code of the tariff."""

MOST_PRICED = 50
"""Inbound plans for which a notice prices a split; statements price every one of their sellers."""
_MOST_NAMED = 10


def duty_notices(
    network: Network, duties: DutyBook, demand: Demand, planned: Sequence[PlannedShipment], entered: dict[str, str]
) -> list[Notice]:
    """Return a notice for every HS code whose base duty is only that of the nearest code of the tariff.

    Parameters
    ----------
    demand : Demand, in which the planned shipments are found by id
    entered : ISO date of every customs entry
    """
    position = {shipment.shipment_id: k for k, shipment in enumerate(demand.shipments)}
    guessed: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for row in planned:
        schedule = network.regime[row.regime_id].schedule
        place = position[row.shipment_id]
        hs_code, country, band = demand.product_of(place)
        for duty in duties.layers(schedule, hs_code, country, dt.date.fromisoformat(entered[row.entry_id]), band):
            if duties.is_guessed(schedule, hs_code, duty):
                guessed[duty.layer, hs_code, duty.hs_prefix, duty.duty_id].append(row.shipment_id)
    return [
        Notice(
            code=NEAREST_DUTY,
            text=f"No row of {layer} matches HS {hs_code}: the nearest, HS {prefix} ({duty_id}), was charged. Layers for "
            "listed goods were charged only where they match. Maybe add a row for the code to the duties table.",
            shipments=tuple(ids),
        )
        for (layer, hs_code, prefix, duty_id), ids in sorted(guessed.items())
    ]


def placement_notices(
    network: Network, demand: Demand, planned: Sequence[PlannedShipment], made: Sequence[CostLine]
) -> list[Notice]:
    """Return a notice of the fees that inbound plans to few FCs pay, with what wider splits would cost instead."""
    paid = placement_fees(network, made)
    if not paid:
        return []
    charged = [row for row in demand.shipments if row.shipment_id in paid]
    enough = sum((row.cartons or 0) >= LEAST_CARTONS for row in charged)
    choices = placement_choices(network, demand.shipments, planned, made, MOST_PRICED)
    text = (
        f"{len(charged)} shipments of inbound plans to few FCs pay {sum(paid.values()):,.2f} {network.currency} of placement fees. "
        f"A split as the marketplace proposes, to more FCs, has none, but needs at least {LEAST_CARTONS} identical cartons of "
        f"each item: {enough} of them have that many cartons. {_splits(choices, network)}"
    )
    return [Notice(code="FBA.PLACEMENT", text=text.strip(), shipments=tuple(row.shipment_id for row in charged))]


def _splits(choices: Sequence[PlacementChoice], network: Network) -> str:
    """Return what the estimates for wider splits say, and what they recommend."""
    priced = [row for row in choices if row.saving is not None]
    if not priced:
        return "No split could be priced."
    best = sorted((row for row in priced if row.advice == "split"), key=lambda row: -(row.saving or 0))
    named = "; ".join(
        f"{row.inbound_plan_id} of {row.seller_id} pays {row.fee:,.2f}, split {row.extra_cash:,.2f} and "
        f"{row.extra_time:,.2f} of time more"
        for row in best[:_MOST_NAMED]
    )
    saved = sum((row.saving for row in best if row.saving is not None), Decimal("0.00"))
    return (
        f"Estimates for the {len(priced)} inbound plans with the highest fees that can be priced (same container and centre, one "
        f"part to each FC of the seller's optimised_split, else of {network.planning.placement_split_fcs} far apart, by pallets or parcel): "
        f"a split is recommended for {len(best)}, saving {saved:,.2f} {network.currency}, the fee for {len(priced) - len(best)}."
        f"{' Split: ' + named + '.' if named else ''}"
    )


def event_notices(network: Network, demand: Demand, planned: Sequence[PlannedShipment]) -> list[Notice]:
    """Return a notice for every deadline of a sales event that planned shipments miss."""
    position = {shipment.shipment_id: k for k, shipment in enumerate(demand.shipments)}
    late: dict[InboundDeadline, list[PlannedShipment]] = defaultdict(list)
    for row in planned:
        place = position[row.shipment_id]
        asked = due(network, demand.shipments[place], int(demand.destinations[place]))
        received = int(demand.ready_day[place]) + row.days
        if asked.deadline is not None and received > asked.event_day:
            late[asked.deadline].append(row)
    return [
        Notice(
            code="EVENT.LATE",
            text=f"{len(rows)} shipments miss {deadline.event}, with deliveries at {deadline.scope} until {deadline.arrive_by}: "
            f"the last is delivered on {max(_delivered(row) for row in rows)}. Maybe send them by a faster way (a "
            "higher late_price_per_day), or plan them with event_required, which leaves out what cannot be in time.",
            shipments=tuple(row.shipment_id for row in rows),
        )
        for deadline, rows in late.items()
    ]


def _delivered(row: PlannedShipment) -> str:
    return next(stone.time for stone in row.milestones if stone.code == "DELIVERED")


def rate_notices(network: Network, search: Search) -> list[Notice]:
    """Return a notice for every lane with departures on which no rate is in force, with the shipments that it blocks.

    A lane blocks the shipments that have no itinerary, and would have one if the lane were priced on every day.
    """
    shipments = search.demand.shipments
    unserved = [shipment for k, shipment in enumerate(shipments) if k not in search.served]
    found = []
    for lane_id, days in sorted(search.routes.unpriced.items()):
        lane = network.lane[lane_id]
        blocked: tuple[str, ...] = ()
        if unserved:
            priced = network.replace(charges=(*network.charges, _nothing(lane, network.currency)))
            tried = search_itineraries(priced, unserved, TariffBook(priced), DutyBook(priced))
            blocked = tuple(unserved[k].shipment_id for k in sorted(tried.served))
        first, last = clock.date_of(min(days)), clock.date_of(max(days))
        text = (
            f"Tariff {lane.tariff} of lane {lane_id} has no rate in force on {len(days)} departures from {first} to {last}: "
            f"nothing can be planned on them, which leaves out {len(blocked) or 'no'} shipments. Maybe add a charge, or "
            "lengthen the validity of one."
        )
        found.append(Notice(code="TARIFF.NONE", text=text, shipments=blocked))
    return found


def _nothing(lane: Lane, currency: str) -> Charge:
    """Return a charge of nothing that prices a lane on every day."""
    return Charge(
        charge_id=f"{lane.tariff}:nothing", tariff=lane.tariff, code="NOTHING", name="nothing", category="trunk",
        side="freight", basis="per_load" if lane.buying == "load" else "per_shipment", rate=Decimal(0), currency=currency,
    )  # fmt: skip
