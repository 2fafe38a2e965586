"""Rules that share every charge of a load by one measure of its shipments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from consolidation.allocation.ledger import Draft, Ledger
from consolidation.allocation.model import AllocationError
from consolidation.plan_model import PlannedShipment
from network.money import to_micros

_Measure: TypeAlias = Callable[[PlannedShipment], int]
MEASURES: dict[str, _Measure] = {
    "volume": lambda shipment: int(shipment.volume_m3 * 10**6),
    "weight": lambda shipment: int(shipment.gross_weight_kg * 10**3),
    "value": lambda shipment: to_micros(shipment.goods_value),
}
"""What a rule weighs shipments by: cm3, g, micro-units of goods value."""


def by_measure(ledger: Ledger, measure: _Measure) -> Draft:
    """Share every charge of a load in proportion to one measure."""
    draft = Draft(ledger)
    weights = [measure(shipment) for shipment in ledger.plan.shipments]
    for table in ledger.tables:
        draft.by_weight(table, [weights[member] for member in table.members])
    return draft


def by_guide_price(ledger: Ledger) -> tuple[Draft, int]:
    """Share every charge of a load by what is left of the guide prices; return also the loads left as they are.

    What is left for the loads of a shipment is its guide price less everything else it bears: own lines, entry fees
    and priced time, or nothing if they are more. A load stays as in the plan if nobody in it has anything left, or
    somebody has no guide price.

    Raises
    ------
    AllocationError
        If no shipment has a guide price.
    """
    shipments = ledger.plan.shipments
    if shipments and all(shipment.guide_price is None for shipment in shipments):
        raise AllocationError("rule dual: the plan has no guide prices. Maybe it was made by an earlier version")
    left = [
        _left(shipment, own + entry) for shipment, own, entry in zip(shipments, ledger.own, ledger.entry, strict=True)
    ]
    draft, kept = Draft(ledger), 0
    for table in ledger.tables:
        known = [weight for member in table.members if (weight := left[member]) is not None]
        if len(known) < len(table.members) or not any(known):
            kept += 1
        else:
            draft.by_weight(table, known)
    return draft, kept


def _left(shipment: PlannedShipment, borne: int) -> int | None:
    if shipment.guide_price is None:
        return None
    time = sum(to_micros(price) for price in shipment.priced_time.values())
    return max(0, to_micros(shipment.guide_price) - borne - time)
