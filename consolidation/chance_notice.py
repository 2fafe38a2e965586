"""What a planner should know of a chance that was asked for: who does not have it, why, and what would help."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from consolidation.chances import LOOKED_AHEAD, SLACK, Promise
from consolidation.itineraries import Itineraries
from consolidation.plan_model import Notice, PlannedShipment
from consolidation.search import Search
from network.clock import date_of
from network.model import Network

_MOST_NAMED = 10


class _Kept(NamedTuple):
    """How likely a planned shipment keeps its promise, alone and with the examinations that its load may bring about."""

    row: PlannedShipment
    promise: Promise
    alone: float
    together: float
    at: int


def chance_notices(
    network: Network, search: Search, chosen: Itineraries, planned: Sequence[PlannedShipment]
) -> list[Notice]:
    """Return a notice of the shipments with a promised date that have not the chance asked for; none where none is.

    Parameters
    ----------
    chosen : the itineraries of the planned shipments, in their order
    """
    target = network.planning.chance_target
    if target is None or search.chances is None:
        return []
    kept = list(_kept(network, search, chosen, planned))
    hopeless = sorted(
        (each for each in kept if each.alone < target - SLACK), key=lambda each: (each.together, each.row.shipment_id)
    )
    held_up = [each for each in kept if each.together < target - SLACK <= each.alone]
    reached = len(kept) - len(hopeless) - len(held_up)
    text = f"{reached} of {len(kept)} shipments with a promised date are received by then with a chance of at least {100 * target:.4g}%."
    if hopeless:
        told = "; ".join(_told(search, chosen, each, target) for each in hopeless[:_MOST_NAMED])
        text += (
            f" No way of {len(hopeless)} others reaches it: they take one with the best chance. {told}"
            f"{'; and more' if len(hopeless) > _MOST_NAMED else ''}. Maybe make them ready earlier, promise a later date, or add "
            "a faster or more reliable lane."
        )
    if held_up:
        told = ", ".join(f"{each.row.shipment_id} {each.together:.1%}" for each in held_up[:_MOST_NAMED])
        text += (
            f" {len(held_up)} reach it on their own, but not with the examinations that others in their load may bring about: {told}"
            f"{' and more' if len(held_up) > _MOST_NAMED else ''}. Maybe ask for a higher chance."
        )
    names = tuple(sorted(each.row.shipment_id for each in (*hopeless, *held_up)))
    return [Notice(code="CHANCE.TARGET", text=text, shipments=names)]


def _kept(network: Network, search: Search, chosen: Itineraries, planned: Sequence[PlannedShipment]) -> Iterator[_Kept]:
    together: dict[str, set[str]] = defaultdict(set)
    for row in planned:
        together[row.trunk_load_id].add(row.importer_id)
    for at, row in enumerate(planned):
        position = int(chosen.shipment[at])
        if position in search.best_chance:
            importers = sorted(together[row.trunk_load_id]) if row.trunk_load_id else [row.importer_id]
            known = (network.importer.get(name) for name in importers)
            tags = [importer.tags if importer else () for importer in known]
            demand, fc = search.demand, int(search.receivers.of_shipment[position])
            promise = Promise(fc, int(demand.due_day[position]), demand.importer_tags[position])
            alone, shared = (_chance(search, chosen, at, promise, with_) for with_ in ([], tags))
            yield _Kept(row, promise, alone, shared, at)


def _chance(
    search: Search, chosen: Itineraries, at: int, promise: Promise, importers: Sequence[tuple[str, ...]]
) -> float:
    """Return the chance of a chosen itinerary to keep a promise."""
    assert search.chances is not None
    if chosen.courier[at] >= 0:
        ready = int(search.demand.ready_day[chosen.shipment[at]])
        return search.chances.of_courier(promise, int(chosen.courier[at]), ready)
    route = np.array([chosen.route[at]], dtype=np.int64)
    return float(search.chances.of(promise, int(chosen.leg[at]), route, importers)[0])


def _told(search: Search, chosen: Itineraries, each: _Kept, target: float) -> str:
    """Return the chance of a shipment in words, and the date that could be promised in place of its own."""
    name, day = each.row.shipment_id, each.promise.day
    low, high = day, day + LOOKED_AHEAD
    if _chance(search, chosen, each.at, each.promise._replace(day=high), ()) < target:
        return f"{name} {each.together:.1%} by {date_of(day)}"
    while high - low > 1:
        middle = (low + high) // 2
        reached = _chance(search, chosen, each.at, each.promise._replace(day=middle), ()) >= target
        low, high = (low, middle) if reached else (middle, high)
    return f"{name} {each.together:.1%} by {date_of(day)}, {100 * target:.4g}% by {date_of(high)}"
