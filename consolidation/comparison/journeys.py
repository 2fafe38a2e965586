"""How a shipment travels: what of its journey, and of its company, is not the same in two plans."""

from __future__ import annotations

from consolidation.comparison.facts import details
from consolidation.comparison.matching import Pair
from consolidation.comparison.model import Detail
from consolidation.plan_model import PlannedShipment

_WAY = (
    "service", "warehouse_id", "departure_id", "courier_id", "deconsolidation_id", "overseas_id", "storage_days", "replenishment",
    "final_leg", "destination_fc", "importer_id",
)  # fmt: skip
"""Choices that make a journey; lane, gateways, customs regime and market follow from them."""
_LOADS = ("trunk_load_id", "truck_load_id")


def moves(pair: Pair, before: PlannedShipment, after: PlannedShipment) -> tuple[Detail, ...]:
    """Return what differs of the journey of a shipment; a load that only has another number is the same load."""
    loads = tuple(
        _other_load(name, getattr(before, name), getattr(after, name))
        for name in _LOADS
        if not pair.same_load(getattr(before, name), getattr(after, name))
    )
    return details(before, after, _WAY) + loads


def _other_load(name: str, before: str, after: str) -> Detail:
    """Return that a load is another one; where both have the same id, in which plan each is."""
    same = before == after
    return Detail(field=name, before=f"{before} of A" if same else before, after=f"{after} of B" if same else after)


def companions(pair: Pair, before: PlannedShipment, after: PlannedShipment) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who joined and who left the loads that a shipment stays in."""
    joined: set[str] = set()
    left: set[str] = set()
    for name in _LOADS:
        old, new = getattr(before, name), getattr(after, name)
        if old and pair.same_load(old, new):
            came, went = pair.company[old]
            joined |= came
            left |= went
    own = {before.shipment_id}
    return tuple(sorted(joined - own)), tuple(sorted(left - own))
