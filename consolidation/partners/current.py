"""A plan with the statuses that confirmations have brought it to since it was made."""

from __future__ import annotations

from collections.abc import Iterable

from consolidation.events.model import Event
from consolidation.events.state import state_of
from consolidation.plan_model import Plan


def as_it_stands(plan: Plan, events: Iterable[Event]) -> Plan:
    """Return a plan whose shipments and loads have their status of today; nothing else is changed."""
    state = state_of(plan, events)
    shipments = (row.model_copy(update={"status": state.shipments[row.shipment_id].status}) for row in plan.shipments)
    loads = (row.model_copy(update={"status": state.loads[row.load_id].status}) for row in plan.loads)
    return plan.model_copy(update={"shipments": tuple(shipments), "loads": tuple(loads)})
