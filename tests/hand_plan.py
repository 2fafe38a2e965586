"""A plan worked out by hand on the tiny network: two shipments of two importers in one 20 ft container.

Everything here is arithmetic on round numbers, done without the planner, so that the judge has something to agree
with that no code of the product made.

Way: warehouse WH-SZX, departure YTN-LAX-W of Wednesday 2 December 2026, Los Angeles, Carson, pallets to ONT8.
"""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal
from typing import Any

from consolidation.checker import CheckResult, judge
from consolidation.checking.case import Traveller
from consolidation.checking.dates import work_out
from consolidation.checking.journeys import resolve
from consolidation.checking.world import World
from consolidation.plan_model import Plan, PlannedShipment
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from network.io import content_hash as network_hash
from network.model import Network
from tests.networks import tiny_network

NETWORK = tiny_network()
COMMON: dict[str, Any] = {
    "origin": "WH-SZX", "destination_fc": "ONT8", "ready_date": dt.date(2026, 11, 24), "currency": "USD", "units": 200,
}  # fmt: skip
S1: dict[str, Any] = {
    "shipment_id": "S1", "seller_id": "ANNA", "importer_id": "IOR-A", "volume_m3": Decimal(4), "cartons": 40,
    "gross_weight_kg": Decimal(800), "goods_value": Decimal(2000), "hs_code": "9405420000", **COMMON,
}  # fmt: skip
S2: dict[str, Any] = {
    "shipment_id": "S2", "seller_id": "BO", "importer_id": "IOR-B", "volume_m3": Decimal(6), "cartons": 60,
    "gross_weight_kg": Decimal(1200), "goods_value": Decimal(3000), "hs_code": "8507600000",
    "due_date": dt.date(2026, 12, 26), **COMMON,
}  # fmt: skip
FINAL_KM = Decimal("119.3")
MILESTONES = [
    ("READY", "WH-SZX", "2026-11-24"), ("AT_WAREHOUSE", "WH-SZX", "2026-11-24"), ("STUFFED", "WH-SZX", "2026-11-25"),
    ("CFS_CUTOFF", "CNYTN", "2026-11-29T18:00+08:00"), ("ETD", "CNYTN", "2026-12-02T18:00+08:00"),
    ("ETA", "USLAX", "2026-12-18T02:00-08:00"), ("RELEASED", "USLAX", "2026-12-20"),
    ("CLEARED", "USLAX", "2026-12-22"), ("AT_DECONSOLIDATION", "DC-LAX", "2026-12-23"),
    ("DISPATCHED", "DC-LAX", "2026-12-24"), ("DELIVERED", "ONT8", "2026-12-25"), ("RECEIVED", "ONT8", "2026-12-28"),
]  # fmt: skip
# charge, quantity, amount for S1, quantity, amount for S2; 3 and 4 pallets of at most 1.8 m3
OWN = [
    ("wh-m3", "4", "20", "6", "30"), ("wh-bill", "1", "10", "1", "10"), ("ocean-us-ins", "2000", "6", "3000", "9"),
    ("us-mfn-lamps", "2000", "120", "", ""), ("us-mfn", "", "", "3000", "120"), ("us-s301", "2000", "200", "3000", "300"),
    ("us-s122", "2000", "200", "3000", "300"), ("decon-us-sort", "40", "20", "60", "30"),
    ("ltl-us", "3", "180", "4", "240"), ("ltl-us-km", "357.9", "17.90", "477.2", "23.86"),
]  # fmt: skip
ENTRY = [("us-mpf", "33.58", "33.58"), ("us-hmf", "2.50", "3.75"), ("us-broker", "100", "100")]
# charge, quantity, whole amount; shared 40 to 60 by volume
LOAD = [
    ("wh-stuff", "1", "98"), ("dray-cn", "1", "150"), ("pol-thc-20", "1", "100"), ("ocean-us-20", "1", "1600"),
    ("ocean-us-baf", "1", "100"), ("pod-us-thc", "1", "400"), ("dray-us", "1", "500"), ("dray-us-km", "20", "40"),
    ("decon-us", "1", "450"),
]  # fmt: skip
VALUE = {"S1": Decimal(2000), "S2": Decimal(3000)}
ENTRY_OF = {"S1": "E0001", "S2": "E0002"}
# 34 days: carrying 24 % a year, 1 USD per m3 and day; S2 is two days late at 0.5 % of its value a day
TIME = {"S1": ("44.71", "136", "0"), "S2": ("67.07", "204", "30")}


def shipment(base: dict[str, Any], **changes: Any) -> Shipment:
    """Return one of the shipments above with some columns changed."""
    return Shipment.model_validate({**base, **changes})


def shipments() -> list[Shipment]:
    """Return both shipments."""
    return [shipment(S1), shipment(S2)]


def _line(
    charge_id: str, shipment_id: str, quantity: object, source: Decimal, amount: Decimal, **at: str
) -> dict[str, Any]:
    facts: dict[str, Any]
    duty = next((row for row in NETWORK.duties if row.duty_id == charge_id), None)
    if duty is not None:
        facts = {
            "code": duty.layer, "name": duty.layer, "category": "duty", "side": "destination", "payer": "seller",
            "basis": "pct_of_customs_value", "rate": duty.rate_pct, "currency": "USD",
        }  # fmt: skip
        at["entry_id"] = ENTRY_OF[shipment_id]
    else:
        charge = next(row for row in NETWORK.charges if row.charge_id == charge_id)
        names = ("code", "name", "category", "side", "payer", "basis", "rate", "currency")
        facts = {name: getattr(charge, name) for name in names}
    return {
        **facts, "charge_id": charge_id, "load_id": "", "entry_id": "", **at, "shipment_id": shipment_id,
        "quantity": Decimal(str(quantity)), "source_amount": source, "amount": amount,
    }  # fmt: skip


def _lines() -> list[dict[str, Any]]:
    found = []
    for charge_id, *cells in OWN:
        for name, quantity, amount in (("S1", *cells[:2]), ("S2", *cells[2:])):
            if amount:
                found.append(_line(charge_id, name, quantity, Decimal(amount), Decimal(amount)))
    for charge_id, *amounts in ENTRY:
        for name, amount in zip(VALUE, amounts, strict=True):
            base = Decimal(1) if charge_id == "us-broker" else VALUE[name]
            cell = Decimal(amount)
            found.append(_line(charge_id, name, base, cell, cell, entry_id=ENTRY_OF[name]))
    for charge_id, quantity, whole in LOAD:
        for name, part in (("S1", Decimal("0.4")), ("S2", Decimal("0.6"))):
            found.append(_line(charge_id, name, quantity, Decimal(whole), Decimal(whole) * part, load_id="L0001"))
    return found


def _planned(base: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    name = base["shipment_id"]
    categories: dict[str, Decimal] = {}
    for line in lines:
        if line["shipment_id"] == name:
            categories[line["category"]] = categories.get(line["category"], Decimal(0)) + line["amount"]
    time = dict(zip(("CARRYING", "TRANSIT", "LATENESS"), (Decimal(price) for price in TIME[name]), strict=True))
    landed = sum(categories.values(), Decimal(0))
    return {
        "shipment_id": name, "seller_id": base["seller_id"], "importer_id": base["importer_id"],
        "service": "consolidated", "final_leg": "ltl", "origin": "WH-SZX", "warehouse_id": "WH-SZX",
        "departure_id": "YTN-LAX-W@2026-12-02", "lane_id": "YTN-LAX", "gateway_out": "CNYTN", "gateway_in": "USLAX",
        "regime_id": "US", "deconsolidation_id": "DC-LAX", "destination_fc": "ONT8", "market": "US",
        "trunk_load_id": "L0001", "entry_id": ENTRY_OF[name], "volume_m3": base["volume_m3"],
        "gross_weight_kg": base["gross_weight_kg"], "units": 200, "goods_value": VALUE[name],
        "collection_km": Decimal(0), "final_leg_km": FINAL_KM,
        "milestones": [dict(zip(("code", "place_id", "time"), row, strict=True)) for row in MILESTONES],
        "days": 34, "late_days": 2 if name == "S2" else 0, "landed_cost": landed, "categories": categories,
        "priced_time": time, "import_tax": Decimal(0), "baseline_service": None, "baseline_cost": landed,
        "baseline_priced_time": sum(time.values(), Decimal(0)), "baseline_days": 34,
    }  # fmt: skip


def hand_plan() -> dict[str, Any]:
    """Return the plan as the content of plan.json, with decimals; change it freely."""
    lines = _lines()
    planned = [_planned(base, lines) for base in (S1, S2)]
    cash = sum((row["landed_cost"] for row in planned), Decimal(0))
    time = sum((row["baseline_priced_time"] for row in planned), Decimal(0))
    load = {
        "load_id": "L0001", "kind": "trunk", "equipment_id": "20GP", "origin": "WH-SZX", "destination": "DC-LAX",
        "lane_id": "YTN-LAX", "departure_id": "YTN-LAX-W@2026-12-02", "gateway_out": "CNYTN", "gateway_in": "USLAX",
        "cutoff": "2026-11-29T18:00+08:00", "departs": "2026-12-02T18:00+08:00", "arrives": "2026-12-18T02:00-08:00",
        "shipments": ["S1", "S2"], "volume_m3": Decimal(10), "gross_weight_kg": Decimal(2000),
        "fill": Decimal("0.3571"), "weight_fill": Decimal("0.1"), "cost": Decimal(3438),
    }  # fmt: skip
    entries = [
        {
            "entry_id": ENTRY_OF[base["shipment_id"]], "regime_id": "US", "importer_id": base["importer_id"],
            "load_id": "L0001", "mode": "ocean", "date": "2026-12-18", "shipments": [base["shipment_id"]],
            "value": base["goods_value"], "cost": cost,
        }
        for base, cost in ((S1, Decimal("136.08")), (S2, Decimal("137.33")))
    ]  # fmt: skip
    return {
        "plan_id": "HAND", "software": {}, "options": {}, "refusals": {},
        "inputs": {
            "network": "Tiny network", "network_sha256": "", "shipments_sha256": "", "scenario": "", "currency": "USD",
            "horizon_start": "2026-11-24", "horizon_end": "2026-12-29",
        },
        "certificate": {
            "currency": "USD", "cost": cash + time, "bound": cash + time, "gap": 0.0, "proven_optimal": True,
            "cash_cost": cash, "priced_time": time, "unplanned_price": Decimal(0), "baseline_cost": cash,
            "baseline_priced_time": time, "baseline_missing": 2, "shipments": 2, "unplanned": 0, "stop_reason": "hand",
        },
        "shipments": planned, "loads": [load], "entries": entries, "cost_lines": lines, "unplanned": [],
    }  # fmt: skip


def signed(content: dict[str, Any], network: Network = NETWORK, goods: list[Shipment] | None = None) -> dict[str, Any]:
    """Return a copy of a plan's content with the right content hashes of its inputs."""
    content = copy.deepcopy(content)
    content["inputs"]["network_sha256"] = network_hash(network)
    content["inputs"]["shipments_sha256"] = shipments_hash(shipments() if goods is None else goods)
    return content


def verdict(
    content: dict[str, Any], network: Network = NETWORK, goods: list[Shipment] | None = None, *, sign: bool = True
) -> CheckResult:
    """Return what the judge says of a plan; `sign` writes the right content hashes into it first."""
    goods = shipments() if goods is None else goods
    if sign:
        content = signed(content, network, goods)
    return judge(Plan.model_validate(content), network, goods)


def causes(content: dict[str, Any], network: Network = NETWORK, goods: list[Shipment] | None = None) -> set[str]:
    """Return the causes of every violation of a plan with the right content hashes."""
    return {found.cause for found in verdict(content, network, goods).violations}


def traveller(goods: Shipment, network: Network = NETWORK, **choices: Any) -> Traveller:
    """Return a shipment on its way by the choices given, in place of those of S1."""
    base = {**hand_plan()["shipments"][0], "shipment_id": goods.shipment_id, "destination_fc": goods.destination_fc}
    world = World(network)
    journey, refused = resolve(world, PlannedShipment.model_validate({**base, **choices}), goods)
    assert journey is not None, [str(found) for found in refused]
    return Traveller(world, journey, work_out(world, journey))
