"""Patches on shipments, and on what FCs take.

Demand is drawn once: every shipment of a week has one random number of its own that stays the same in every scenario. At a factor of 0.8 the shipments whose number is below 0.8 stay; at 1.2 all stay, and those whose
number is below 0.2 come twice. So the shipments of a factor contain those of every smaller one, and two scenarios differ
by what they say and not by luck.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from consolidation.scenarios.draft import Draft, rows_in_words
from consolidation.scenarios.patches import Demand, EditShipments, ReceivingDays, ReceivingVolume
from consolidation.scenarios.services import limited, new_limit
from consolidation.shipments import Shipment
from network.cells import cell_text
from network.tables import Place, Receiving


def demand(draft: Draft, patch: Demand) -> None:
    """Keep by which factor there are more or fewer of some shipments; see :func:`drawn`."""
    if draft.shipments is None:
        draft.tell(f"demand x {cell_text(patch.factor)}: no shipments given, left out")
        return
    chosen = draft.select.shipments(patch.shipments, draft.shipments)
    for row in chosen:
        draft.factors[row.shipment_id] = draft.factors.get(row.shipment_id, Decimal(1)) * patch.factor
    if chosen:
        draft.tell(f"demand x {cell_text(patch.factor)}: {rows_in_words(chosen, 'shipment')}")


def own_numbers(shipments: Sequence[Shipment]) -> dict[str, Fraction]:
    """Return the number in (0, 1) of each shipment of a week, by id; shipments of one inbound plan have the same.

    Shipments stand in the order of a hash of their ids, each over its part of the volume of the week; its number is the
    middle of that part. So a share of the numbers is the same share of the volume, but for half of one shipment or plan.
    """
    volumes: dict[str, int] = {}
    for row in shipments:
        volumes[_drawn_as(row)] = volumes.get(_drawn_as(row), 0) + row.volume_cm3
    total, before = sum(volumes.values()), 0
    numbers: dict[str, Fraction] = {}
    for name in sorted(volumes, key=lambda name: hashlib.sha256(name.encode()).digest()):
        numbers[name] = Fraction(2 * before + volumes[name], 2 * total)
        before += volumes[name]
    return {row.shipment_id: numbers[_drawn_as(row)] for row in shipments}


def _drawn_as(shipment: Shipment) -> str:
    plan = shipment.inbound_plan_id
    return f"plan {shipment.seller_id} {plan}" if plan else f"shipment {shipment.shipment_id}"


def drawn(
    shipments: Sequence[Shipment], factors: Mapping[str, Decimal], numbers: Mapping[str, Fraction] | None = None
) -> tuple[Shipment, ...]:
    """Return shipments as often as their factors say, each copy behind its shipment.

    Parameters
    ----------
    factors : by shipment id; a shipment without one stays once
    numbers : by shipment id; blank: those of these shipments
    """
    own = own_numbers(shipments) if numbers is None else numbers
    return tuple(
        copy
        for row in shipments
        for copy in _copies(row, factors.get(row.shipment_id, Decimal(1)), own[row.shipment_id])
    )


def _copies(shipment: Shipment, factor: Decimal, number: Fraction) -> Iterator[Shipment]:
    """Yield a shipment and its copies: one for each k with k + (its number) below the factor."""
    k = 0
    while k + number < Fraction(factor):
        yield shipment if not k else _copy(shipment, k)
        k += 1


def _copy(shipment: Shipment, k: int) -> Shipment:
    """Return a copy of a shipment; the copies of the shipments of an inbound plan are an inbound plan of their own."""
    plan = shipment.inbound_plan_id
    changes = {"shipment_id": f"{shipment.shipment_id}+{k}", "inbound_plan_id": f"{plan}+{k}" if plan else ""}
    return shipment.model_copy(update=changes)


def edit_shipments(draft: Draft, patch: EditShipments) -> None:
    """Move ready and due dates, and set columns."""
    if draft.shipments is None:
        draft.tell("shipments edited: no shipments given, left out")
        return
    chosen = draft.select.shipments(patch.shipments, draft.shipments)
    made: dict[str, Shipment] = {}
    for row in chosen:
        moved = {name: day + dt.timedelta(days=patch.add_days) for name in ("ready_date", "due_date")
                 if (day := getattr(row, name)) is not None}  # fmt: skip
        new = draft.changed(row, {**moved, **patch.values}, "values")
        if new is None:
            break
        made[row.shipment_id] = new
    draft.shipments = tuple(made.get(row.shipment_id, row) for row in draft.shipments)
    if chosen:
        words = [f"ready {patch.add_days:+} days"] if patch.add_days else []
        words += [f"{name} {cell_text(value)}" for name, value in patch.values.items()]
        draft.tell(f"shipments {', '.join(words)}: {rows_in_words(chosen, 'shipment')}")


def receiving_volume(draft: Draft, patch: ReceivingVolume) -> None:
    """Change what FCs take in a week."""
    key = patch.stated
    fcs = limited(draft, draft.select.fcs(patch.fcs), "receiving_m3_per_week", patch.change, key)

    def other(row: Place) -> list[Place] | None:
        limit = new_limit(row.receiving_m3_per_week, patch.change)
        new = draft.changed(row, {"receiving_m3_per_week": limit}, key)
        return None if new is None else [new]

    draft.edit("places", fcs, other)
    if fcs:
        draft.tell(f"receiving volume {patch.change}: {rows_in_words(fcs, 'FC')}")


def receiving_days(draft: Draft, patch: ReceivingDays) -> None:
    """Change how long FCs take; an FC that follows the rule of its market gets a rule of its own."""
    network = draft.network
    fcs = draft.select.fcs(patch.fcs)
    chosen = {row.place_id for row in fcs}
    made: dict[str, Receiving] = {}
    for scope in sorted({rule.scope for fc in fcs if (rule := network.receiving_of(fc)) is not None}):
        rule = next(row for row in network.receiving if row.scope == scope)
        new = draft.changed(rule, {"receiving_days": float(patch.change.of(rule.receiving_days))}, patch.stated)
        if new is None:
            return
        followers = [fc.place_id for fc in network.places if fc.kind == "fc" and network.receiving_of(fc) is rule]
        scopes = [scope] if chosen.issuperset(followers) else [name for name in followers if name in chosen]
        made |= {name: new.model_copy(update={"scope": name}) for name in scopes}
    kept = [made.pop(row.scope, row) for row in network.receiving]
    draft.put("receiving", (*kept, *made.values()))
    if fcs:
        draft.tell(f"receiving time {patch.change}: {rows_in_words(fcs, 'FC')}")
