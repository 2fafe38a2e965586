"""Statements as documents: to each seller its own shipments, dates and costs.

The figures are those of ``dragonboat statement`` by its first rule (W/M): the categories of the plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from consolidation.partners.case import Case, Draft, lowest_status, made
from consolidation.partners.parts import StatementFacts, StatementLine
from consolidation.plan_model import CATEGORIES, PlannedShipment, Unplanned
from consolidation.statements.build import cheapest


def seller_documents(case: Case) -> Iterator[Draft]:
    """Yield the statement of every seller, also of one that nothing could be planned for."""
    planned: dict[str, list[PlannedShipment]] = defaultdict(list)
    left_out: dict[str, list[Unplanned]] = defaultdict(list)
    for row in sorted(case.plan.shipments, key=lambda row: row.shipment_id):
        planned[row.seller_id].append(row)
    for left in case.plan.unplanned:
        if left.shipment_id in case.sellers:
            left_out[case.sellers[left.shipment_id]].append(left)
    for seller in sorted({*planned, *left_out}):
        yield _statement(case, seller, planned[seller], left_out[seller])


def _statement(case: Case, seller: str, rows: list[PlannedShipment], left_out: list[Unplanned]) -> Draft:
    facts = made(
        StatementFacts,
        **case.totals(rows),
        seller_id=seller,
        currency=case.plan.inputs.currency,
        unplanned=len(left_out),
        total_landed_cost=sum((row.landed_cost for row in rows), Decimal(0)),
    )
    lines = (
        *(_planned(case, row) for row in rows),
        *(made(StatementLine, shipment_id=row.shipment_id, planned=False, reason=_reason(row)) for row in left_out),
    )
    return Draft("statement", "seller", seller, seller, lowest_status(rows), facts, lines)


def _reason(row: Unplanned) -> str:
    return f"{row.rule}: {row.detail}. To change: {row.change}."


def _planned(case: Case, row: PlannedShipment) -> StatementLine:
    alone = cheapest(row)
    cost = None if alone is None else row.alternatives[alone].cost
    costs: dict[str, Any] = {f"cost_{name}": row.categories.get(name, Decimal(0)) for name in CATEGORIES}
    places = (
        row.origin, row.warehouse_id, row.gateway_out, row.gateway_in, row.deconsolidation_id, row.overseas_id, row.destination_fc,
    )  # fmt: skip
    return made(
        StatementLine,
        shipment_id=row.shipment_id,
        planned=True,
        way=row.service,
        places=" > ".join(dict.fromkeys(place for place in places if place)),
        departure_id=row.departure_id,
        ready=case.day(row, "READY"),
        etd=case.time(row, "ETD"),
        eta=case.time(row, "ETA"),
        cleared=case.day(row, "CLEARED"),
        received=case.day(row, "RECEIVED"),
        days=row.days,
        late_days=row.late_days,
        destination_fc=row.destination_fc,
        cartons=case.goods(row).cartons,
        units=row.units or None,
        volume_m3=row.volume_m3,
        gross_weight_kg=row.gross_weight_kg,
        goods_value=row.goods_value,
        landed_cost=row.landed_cost,
        import_tax=row.import_tax,
        cheapest_alone=alone or "",
        alone_cost=cost,
        saving=None if cost is None else cost - row.landed_cost,
        **costs,
    )
