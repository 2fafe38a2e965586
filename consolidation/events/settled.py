"""Which shipments of a plan are past being stated anew by their sellers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from consolidation.events.model import Event
from consolidation.events.state import PlanState, rank, state_of
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment

_BOOKED = rank("booked")


def settled_shipments(
    plan: Plan, events: Iterable[Event], sellers: Iterable[Shipment], goods: Iterable[Shipment]
) -> set[str]:
    """Return the ids of shipments that are booked, in a warehouse, cancelled, or other goods than their sellers gave.

    Parameters
    ----------
    events : the event log of the plan's folder
    sellers, goods : as the sellers gave them, and as the plan was made from them; the ready date does not count
    """
    given = {row.shipment_id: row for row in sellers}
    known = {row.shipment_id: row for row in goods}
    changed = {name for name, row in known.items() if name not in given or not _alike(row, given[name])}
    return {*changed, *_under_way(plan, state_of(plan, events))}


def _alike(row: Shipment, given: Shipment) -> bool:
    return row == given.model_copy(update={"ready_date": row.ready_date})


def _under_way(plan: Plan, state: PlanState) -> Iterator[str]:
    if plan.continued is not None:
        yield from (name for name, row in plan.continued.earlier.items() if row.held)
    for name, each in (*state.shipments.items(), *state.unplanned.items()):
        if rank(each.status) >= _BOOKED or each.gated_in or each.left_behind or each.cancelled:
            yield name
