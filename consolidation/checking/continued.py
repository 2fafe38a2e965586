"""A plan that replaces another: what is held stayed where it was, and what changed is counted at its price."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from consolidation.checking.case import Case
from consolidation.checking.result import Violation, violation
from consolidation.plan_model import Continued, Earlier, Plan, PlannedShipment

_CENT = Decimal("0.01")
_FROM_APPROVAL = ("approved", "booked", "stuffed", "sailed", "cleared", "delivered")
_TRUNK = ("warehouse_id", "departure_id", "deconsolidation_id", "courier_id")
_ONWARD = ("final_leg", "overseas_id", "replenishment", "storage_days", "importer_id")
_HELD = {"": (), "warehouse": ("warehouse_id",), "trunk": _TRUNK, "whole": (*_TRUNK, *_ONWARD)}
"""What of a shipment may not change, by how much of it is held."""


def holding(plan: Plan, shipment_id: str) -> bool:
    """Return whether the departure of a shipment is held: what the plan could not choose breaks no limit."""
    continued = plan.continued
    row = continued.earlier.get(shipment_id) if continued else None
    return row is not None and row.held in ("trunk", "whole")


def waits_in(continued: Continued | None, shipment_id: str) -> str:
    """Return the warehouse that goods are held in; cartons that were left behind are where the others of theirs were."""
    if continued is None:
        return ""
    row = continued.earlier.get(shipment_id)
    if row is None and shipment_id in continued.missed:
        whole = continued.earlier.get(shipment_id.rpartition("-R")[0])
        return whole.warehouse_id if whole else ""
    return row.warehouse_id if row is not None and row.held == "warehouse" else ""


def version(case: Case) -> Iterator[Violation]:
    """Yield violations when a plan counts on wrongly from the one it replaces."""
    plan, continued = case.plan, case.plan.continued
    expected = (1, "") if continued is None else (continued.version + 1, continued.plan_id)
    for what, found, right in zip(("version", "replaces"), (plan.version, plan.replaces), expected, strict=True):
        if found != right:
            yield violation("PLAN.VERSION", "plan.json", what, found, right)


def held_parts(case: Case) -> Iterator[Violation]:
    """Yield a violation for each part of a journey that is held and changed all the same."""
    continued = case.plan.continued
    if continued is None:
        return
    planned = {row.shipment_id: row for row in case.plan.shipments}
    for shipment_id, row in continued.earlier.items():
        now = planned.get(shipment_id)
        if now is None:
            if row.held in ("trunk", "whole"):
                yield violation("HELD.DROPPED", f"shipment {shipment_id}", "shipment", "left out", f"held: {row.held}")
            continue
        for name in _HELD[row.held]:
            found, expected = getattr(now, name), getattr(row, name)
            if found != expected:
                yield violation("HELD.CHANGED", f"shipment {shipment_id}", name, found, expected)


def not_again(case: Case) -> Iterator[Violation]:
    """Yield a violation for each shipment on a departure that left it behind, or that left before the plan was made."""
    continued = case.plan.continued
    if continued is None:
        return
    for row in case.plan.shipments:
        if row.departure_id in continued.missed.get(row.shipment_id, ()):
            where, expected = f"shipment {row.shipment_id}", "a departure that did not leave it behind"
            yield violation("HELD.MISSED", where, "departure", row.departure_id, expected)
        day = row.departure_id.rpartition("@")[2]
        if day and continued.as_of > day and not holding(case.plan, row.shipment_id):
            where, expected = f"shipment {row.shipment_id}", f"a departure from {continued.as_of} on"
            yield violation("CHANGE.PAST", where, "departure", row.departure_id, expected)


def changes(case: Case) -> Iterator[Violation]:
    """Yield violations when moved shipments, opened loads or the price of them are not what the plan says."""
    continued = case.plan.continued
    stated = case.plan.certificate.change_price
    if continued is None:
        if stated:
            yield violation("SUM.CHANGE_PRICE", "certificate", "change_price", stated, 0)
        return
    moved, opened = _moved(case, continued), _opened(case, continued)
    for shipment_id in sorted(moved.keys() | continued.moved.keys()):
        found, expected = continued.moved.get(shipment_id, "nothing"), moved.get(shipment_id, "nothing")
        if found != expected:
            yield violation("CHANGE.MOVED", f"shipment {shipment_id}", "what changes", found, expected)
    if sorted(continued.opened) != opened:
        yield violation("CHANGE.OPENED", "plan.json", "loads opened", continued.opened, opened)
    total = sum((_price(continued, shipment_id, what) for shipment_id, what in moved.items()), Decimal(0))
    total += continued.prices.load.quantize(_CENT) * len(opened)
    for where, sum_stated in (("continued", continued.change_price), ("certificate", stated)):
        if sum_stated != total:
            yield violation("SUM.CHANGE_PRICE", where, "change_price", sum_stated, total)


def _moved(case: Case, continued: Continued) -> dict[str, str]:
    planned = {row.shipment_id: row for row in case.plan.shipments}
    found: dict[str, str] = {}
    for shipment_id, row in continued.earlier.items():
        now = planned.get(shipment_id)
        if now is None:
            found[shipment_id] = "dropped"
        elif not _same(now, row, _TRUNK) or (now.service.startswith("alone") != row.service.startswith("alone")):
            found[shipment_id] = "departure"
        elif not _same(now, row, _ONWARD):
            found[shipment_id] = "onward"
    return found


def _same(now: PlannedShipment, row: Earlier, names: tuple[str, ...]) -> bool:
    return all(getattr(now, name) == getattr(row, name) for name in names)


def _opened(case: Case, continued: Continued) -> list[str]:
    """Return the trunk loads where no shipment of the earlier plan was in one."""
    used = set()
    for shipment_id, row in continued.earlier.items():
        shipment = case.shipments.get(shipment_id)
        if row.trunk_load_id and shipment is not None:
            end = row.deconsolidation_id or shipment.destination_fc
            used.add((row.warehouse_id, row.departure_id, end))
    return sorted(
        load.load_id
        for load in case.plan.loads
        if load.kind == "trunk" and (load.origin, load.departure_id, load.destination) not in used
    )


def _price(continued: Continued, shipment_id: str, what: str) -> Decimal:
    prices = continued.prices
    price = prices.onward if what == "onward" else prices.departure
    times = prices.approved if continued.earlier[shipment_id].status in _FROM_APPROVAL else Decimal(1)
    return (price * times).quantize(_CENT)


RULES = (version, held_parts, not_again, changes)
"""Every rule of a plan that replaces another."""
