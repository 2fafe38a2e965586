"""A plan in figures, and which shipments travel in another way than in another plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from consolidation.checking.coverage import CHOSEN
from consolidation.emissions import emissions
from consolidation.plan_model import CATEGORIES, Category, Plan, PlannedShipment
from consolidation.report._flows import lane_flows
from consolidation.studies.model import Figures, Flow, Move, Mover
from consolidation.studies.renaming import first_run
from network.model import Network

_ZERO = Decimal("0.00")


def figures(plan: Plan, network: Network, violations: int) -> Figures:
    """Return a plan in figures.

    Parameters
    ----------
    network : the network planned on
    violations : what the checker found
    """
    proof, planned = plan.certificate, plan.shipments
    trunks = [load for load in plan.loads if load.kind == "trunk"]
    room = sum((load.volume_m3 / load.fill for load in trunks if load.fill), Decimal(0))
    return Figures(
        shipments=proof.shipments,
        unplanned=proof.unplanned,
        without_way=tuple(sorted(row.shipment_id for row in plan.unplanned if row.rule not in CHOSEN)),
        cost=proof.cost,
        bound=proof.bound,
        gap=proof.gap,
        proven_optimal=proof.proven_optimal,
        stop_reason=proof.stop_reason,
        cash_cost=proof.cash_cost,
        priced_time=proof.priced_time,
        unplanned_price=proof.unplanned_price,
        baseline_cost=proof.baseline_cost,
        categories=_categories(plan),
        mean_days=round(sum(row.days for row in planned) / max(1, len(planned)), 3),
        m3_days=sum((row.volume_m3 * row.days for row in planned), Decimal(0)),
        late_shipments=sum(row.late_days > 0 for row in planned),
        late_days=sum(row.late_days for row in planned),
        late_price=sum((row.priced_time.get("LATENESS", _ZERO) for row in planned), _ZERO),
        containers=dict(sorted(Counter(load.equipment_id for load in trunks).items())),
        trucks=len(plan.loads) - len(trunks),
        fill=round(float(sum(load.volume_m3 for load in trunks) / room), 4) if room else 0.0,
        services=dict(sorted(Counter(row.service for row in planned).items())),
        flows=tuple(_flows(plan, network)),
        emissions=emissions(plan, network),
        violations=violations,
    )


def _categories(plan: Plan) -> dict[Category, Decimal]:
    sums: dict[Category, Decimal] = defaultdict(lambda: _ZERO)
    for row in plan.shipments:
        for category, amount in row.categories.items():
            sums[category] += amount
    return {category: sums[category] for category in CATEGORIES if category in sums}


def _flows(plan: Plan, network: Network) -> Iterator[Flow]:
    for lane_id, flow in lane_flows(plan.shipments).items():
        yield Flow(
            lane_id=lane_id, mode=network.lane[lane_id].mode, shipments=flow.shipments, loads=flow.loads,
            volume_m3=flow.volume_m3, gross_weight_kg=flow.weight_kg,
        )  # fmt: skip


def movers(before: Plan, after: Plan) -> tuple[Mover, ...]:
    """Return the shipments that do not travel in a plan as they do in an earlier one, by id."""
    old, new = ({row.shipment_id: row for row in plan.shipments} for plan in (before, after))
    left = [{row.shipment_id for row in plan.unplanned} for plan in (before, after)]
    known = [{*old, *left[0]}, {*new, *left[1]}]
    found = (
        _mover(name, old.get(name), new.get(name), (name in known[0], name in known[1]))
        for name in sorted({*old, *new})
    )
    return tuple(mover for mover in found if mover is not None)  # fmt: skip


def _mover(
    name: str, before: PlannedShipment | None, after: PlannedShipment | None, known: tuple[bool, bool]
) -> Mover | None:
    row = before or after
    assert row is not None
    if before is not None and after is not None:
        move = _move(before, after)
        if move is None:
            return None
        cost, days = after.landed_cost - before.landed_cost, after.days - before.days
        texts = _WORDS[move](before), _WORDS[move](after)
        return Mover(shipment_id=name, seller_id=row.seller_id, move=move, before=texts[0], after=texts[1], cost=cost, days=days)  # fmt: skip
    entered: Move = ("planned" if known[0] else "new") if before is None else ("left_out" if known[1] else "gone")
    cost, days = (row.landed_cost, row.days) if before is None else (-row.landed_cost, -row.days)
    texts = ("", _departure(row)) if before is None else (_departure(row), "")
    return Mover(shipment_id=name, seller_id=row.seller_id, move=entered, before=texts[0], after=texts[1], cost=cost, days=days)  # fmt: skip


def _move(before: PlannedShipment, after: PlannedShipment) -> Move | None:
    """Return the first thing that differs on the way of a shipment, None for nothing; which load is no difference."""
    return next((move for move, words in _WORDS.items() if words(before) != words(after)), None)


def _departure(row: PlannedShipment) -> str:
    return first_run(row.departure_id) or row.courier_id


def _way_on(row: PlannedShipment) -> str:
    parts = (row.deconsolidation_id, row.overseas_id, row.replenishment or row.final_leg)
    return " > ".join(part for part in parts if part)


_WORDS: dict[Move, Callable[[PlannedShipment], str]] = {
    "service": lambda row: row.service,
    "warehouse": lambda row: row.warehouse_id,
    "departure": _departure,
    "way_on": _way_on,
}
