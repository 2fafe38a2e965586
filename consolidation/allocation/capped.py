"""The rule ``stand_alone_capped``: as the plan shares, but nobody pays more than sending alone would cost."""

from __future__ import annotations

from dataclasses import dataclass

from consolidation.allocation.ledger import Draft, Ledger, LoadTable
from consolidation.allocation.model import CapBasis
from consolidation.plan_model import Plan, PlannedShipment
from network.money import share, to_micros


@dataclass(frozen=True)
class Caps:
    """The most that each shipment may bear, micro-units, and what that is."""

    basis: CapBasis
    most: list[int]


def find_caps(plan: Plan, total: list[int]) -> Caps:
    """Return caps that leave room for all cash of the plan.

    First the cost of sending alone. If the plan costs more than all of that (it may pay cash for speed): that cost
    and the priced time that the plan saves or loses the shipment, which is what its seller should be willing to pay.
    If that is not enough either, no caps exist, and everybody is to pay the same part of its cost alone.

    Parameters
    ----------
    total : (n,) int, micro-units, landed costs in the plan
    """
    cash = sum(total)
    alone = [to_micros(shipment.baseline_cost) for shipment in plan.shipments]
    if sum(alone) >= cash:
        return Caps("cash", alone)
    willing = [cost + _time_gained(shipment) for cost, shipment in zip(alone, plan.shipments, strict=True)]
    if sum(willing) >= cash:
        return Caps("cash_and_time", willing)
    return Caps("impossible", share(cash, alone))


def _time_gained(shipment: PlannedShipment) -> int:
    time = sum(to_micros(price) for price in shipment.priced_time.values())
    return to_micros(shipment.baseline_priced_time) - time


def capped(ledger: Ledger) -> tuple[Draft, Caps]:
    """Cut what is above the caps, first in favour of members of the same load, then of anyone below its cap."""
    caps = find_caps(ledger.plan, ledger.total)
    draft = Draft(ledger)
    room = [most - borne for most, borne in zip(caps.most, ledger.total, strict=True)]
    for table in ledger.tables:
        _within(table, room, draft)
    over = [max(0, -each) for each in room]
    if any(over):
        for shipment, part in enumerate(share(sum(over), [max(0, each) for each in room])):
            draft.move(shipment, part - over[shipment])
    return draft, caps


def _within(table: LoadTable, room: list[int], draft: Draft) -> None:
    """Move shares of one load from members above their caps to members below, and write down what room is left."""
    cuts = [min(max(0, -room[k]), column) for k, column in zip(table.members, table.columns, strict=True)]
    free = [max(0, room[k]) for k in table.members]
    moved = min(sum(cuts), sum(free))
    if not moved:
        return
    change = [
        more - less for more, less in zip(share(moved, free), share(moved, cuts), strict=True)
    ]  # no part above its weight: `moved` is not above their sum
    draft.by_column(table, [column + each for column, each in zip(table.columns, change, strict=True)])
    for k, each in zip(table.members, change, strict=True):
        room[k] -= each
