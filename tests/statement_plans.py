"""Plans for tests of statements: lines are given, sums are made from them, content hashes are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from consolidation.plan_model import (
    CATEGORIES,
    Certificate,
    CostLine,
    CustomsEntry,
    Inputs,
    Milestone,
    Plan,
    PlannedLoad,
    PlannedShipment,
    Unplanned,
)
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from network.io import content_hash as network_hash
from network.model import Network
from network.money import from_micros, share, to_micros

ZERO = Decimal("0.00")
DATES = [
    ("READY", "WH-SZX", "2026-11-24"), ("ETD", "CNYTN", "2026-12-02T18:00+08:00"),
    ("ETA", "USLAX", "2026-12-18T02:00-08:00"), ("CLEARED", "USLAX", "2026-12-22"), ("RECEIVED", "ONT8", "2026-12-28"),
]  # fmt: skip


def line(shipment_id: str, category: str, amount: str | Decimal, **more: Any) -> CostLine:
    """Return a line that the shipment bears as a whole, or with ``source_amount`` a part of one."""
    whole = Decimal(more.pop("source_amount", amount))
    facts: dict[str, Any] = {
        "code": f"TEST.{category.upper()}", "name": f"some {category}", "side": "origin", "payer": "seller",
        "basis": "per_shipment", "quantity": Decimal(1), "rate": whole, "currency": "USD", "charge_id": "made-up",
        "load_id": "", "entry_id": "", **more,
    }  # fmt: skip
    return CostLine(shipment_id=shipment_id, category=category, amount=Decimal(amount), source_amount=whole, **facts)


def shared(category: str, whole: str, weights: Mapping[str, int], **more: Any) -> list[CostLine]:
    """Return the lines of one charge that shipments share in proportion to weights."""
    parts = share(to_micros(whole), list(weights.values()))
    return [
        line(name, category, from_micros(part), source_amount=whole, **more)
        for name, part in zip(weights, parts, strict=True)
    ]


def planned(network: Network, goods: Shipment, lines: Sequence[CostLine], **changes: Any) -> PlannedShipment:
    """Return a shipment on the way of the tiny network with the sums of its lines."""
    own = [each for each in lines if each.shipment_id == goods.shipment_id]
    sums = {name: sum((each.amount for each in own if each.category == name), ZERO) for name in CATEGORIES}
    value = from_micros(to_micros(goods.goods_value * network.rate[goods.currency]))
    return PlannedShipment.model_validate({
        "shipment_id": goods.shipment_id, "seller_id": goods.seller_id, "importer_id": goods.importer_id,
        "service": "consolidated", "final_leg": "ltl", "origin": goods.origin, "warehouse_id": "WH-SZX",
        "departure_id": "YTN-LAX-W@2026-12-02", "lane_id": "YTN-LAX", "gateway_out": "CNYTN", "gateway_in": "USLAX",
        "regime_id": "US", "deconsolidation_id": "DC-LAX", "destination_fc": goods.destination_fc, "market": "US",
        "trunk_load_id": "L0001", "entry_id": "E0001", "volume_m3": goods.volume_m3,
        "gross_weight_kg": goods.gross_weight_kg, "units": goods.units or 0, "goods_value": value,
        "collection_km": Decimal(0), "final_leg_km": Decimal(0), "days": 34, "late_days": 0,
        "milestones": tuple(Milestone(code=code, place_id=place, time=time) for code, place, time in DATES),  # type: ignore[arg-type]
        "landed_cost": sum(sums.values(), ZERO), "categories": {name: each for name, each in sums.items() if each},
        "priced_time": {}, "import_tax": ZERO, "baseline_service": None, "baseline_cost": ZERO,
        "baseline_priced_time": ZERO, "baseline_days": 0, **changes,
    })  # fmt: skip


def made_plan(
    network: Network,
    goods: Sequence[Shipment],
    lines: Sequence[CostLine],
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    left_out: Sequence[str] = (),
) -> Plan:
    """Return the plan of shipments in one container L0001 under one entry E0001, with these lines.

    Parameters
    ----------
    changes : fields of planned shipments by id
    left_out : ids of shipments that are not planned
    """
    rows = tuple(
        planned(network, each, lines, **(changes or {}).get(each.shipment_id, {}))
        for each in sorted(goods, key=lambda each: each.shipment_id)
        if each.shipment_id not in left_out
    )
    names = tuple(row.shipment_id for row in rows)
    cash = sum((each.amount for each in lines), ZERO)
    load = PlannedLoad(
        load_id="L0001", kind="trunk", equipment_id="20GP", origin="WH-SZX", destination="DC-LAX", departs="2026-12-02",
        arrives="2026-12-18", shipments=names, volume_m3=Decimal(1), gross_weight_kg=Decimal(1), fill=Decimal(1),
        weight_fill=Decimal(1), cost=ZERO,
    )  # fmt: skip
    entry = CustomsEntry(entry_id="E0001", regime_id="US", importer_id="IOR", mode="ocean", date="2026-12-18",
                         shipments=names, value=ZERO, cost=ZERO)  # fmt: skip
    return Plan(
        plan_id="MADE-UP", software={}, options={}, refusals={}, shipments=rows, loads=(load,), entries=(entry,),
        cost_lines=tuple(lines),
        unplanned=tuple(
            Unplanned(shipment_id=name, rule="RECEIVING.CLOSED", detail="FC ONT8 is closed", change="send to another FC")
            for name in left_out
        ),
        inputs=Inputs(
            network=network.header.name, network_sha256=network_hash(network), shipments_sha256=shipments_hash(goods),
            scenario="", currency=network.currency, horizon_start="2026-11-24", horizon_end="2026-12-29",
        ),
        certificate=Certificate(
            currency=network.currency, cost=cash, bound=cash, gap=0.0, proven_optimal=True, cash_cost=cash,
            priced_time=ZERO, unplanned_price=ZERO, baseline_cost=ZERO, baseline_priced_time=ZERO, baseline_missing=0,
            shipments=len(goods), unplanned=len(left_out), stop_reason="OPTIMAL",
        ),
    )  # fmt: skip
