"""Made-up plans in which every kind of partner has work, with the shipments they could have been made from.

Ids are tokens that occur nowhere else, goods values and costs are numbers that occur nowhere else: a test can look for
them in a file. Figures are seeded, not priced.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from consolidation.plan_model import (
    CATEGORIES,
    Alternative,
    CustomsEntry,
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
from network.tables import Receiving
from tests.plans import plan_of, sample_network, sample_plan

EXAMPLES = int(os.environ.get("PARTNER_EXAMPLES", "12"))
"""Random plans per property; the whole proof takes 200."""
NETWORK: Network = sample_network().replace(
    receiving=(Receiving(scope="US", pallet_volume_m3=1.8, pallet_max_kg=700, receiving_days=3),)
)


@dataclass(frozen=True)
class Week:
    """A plan and its shipments, planned and left out."""

    plan: Plan
    shipments: tuple[Shipment, ...]

    def changed(self, version: int, drop: Sequence[str] = (), **changes: dict[str, Any]) -> Week:
        """Return a later version without some shipments, with fields of others changed by id."""
        rows = [
            row.model_copy(update=changes.get(row.shipment_id, {}))
            for row in self.plan.shipments
            if row.shipment_id not in drop
        ]
        loads = [
            load.model_copy(update={"shipments": tuple(name for name in load.shipments if name not in drop)})
            for load in self.plan.loads
        ]
        goods = tuple(row for row in self.shipments if row.shipment_id not in drop)
        update = {
            "shipments": tuple(rows), "loads": tuple(load for load in loads if load.shipments), "version": version,
            "replaces": self.plan.plan_id, "plan_id": f"SAMPLE-{version}",
        }  # fmt: skip
        return signed(self.plan.model_copy(update=update), goods)


def signed(plan: Plan, goods: Sequence[Shipment]) -> Week:
    """Return a week whose plan has the content hashes of its input."""
    hashes = {"network_sha256": network_hash(NETWORK), "shipments_sha256": shipments_hash(goods)}
    return Week(plan.model_copy(update={"inputs": plan.inputs.model_copy(update=hashes)}), tuple(goods))


def partner_week(shipments: int = 60, seed: int = 1, sellers: int = 0) -> Week:
    """Return a week of so many planned shipments, and a tenth as many left out; `sellers`: about a third as many."""
    return _Maker(shipments, random.Random(seed), sellers or max(2, shipments // 3)).week(seed)


class _Maker:
    def __init__(self, shipments: int, draw: random.Random, sellers: int) -> None:
        self._draw, self._count = draw, shipments
        self._sellers = [self._token("slr") for _ in range(sellers)]
        self._used: set[str] = set()

    def _token(self, stem: str) -> str:
        return f"{stem}{self._draw.getrandbits(40):010x}"

    def _money(self, low: int, high: int) -> Decimal:
        """Return an amount that no other figure of the week equals: two decimals, the last one not zero."""
        while True:
            amount = Decimal(self._draw.randint(low, high) * 100 + self._draw.choice([11, 27, 53, 79, 99])).scaleb(-2)
            if str(amount) not in self._used:
                self._used.add(str(amount))
                return amount

    def week(self, seed: int) -> Week:
        base = sample_plan(self._count, seed)
        names = {row.shipment_id: self._token("shp") for row in base.shipments}
        rows = [self._shipment(row, names[row.shipment_id]) for row in base.shipments]
        loads = [
            load.model_copy(update={"shipments": tuple(sorted(names[name] for name in load.shipments))})
            for load in base.loads
        ]
        rows, loads = _direct(rows, loads, self._draw)
        rows, trucks = _trucks(rows)
        rows, entries = _entries(rows)
        left_out = [self._token("shp") for _ in range(max(1, self._count // 10))] if self._count else []
        unplanned = tuple(
            Unplanned(shipment_id=name, rule="RECEIVING.CLOSED", detail="the FC is closed", change="another FC")
            for name in left_out
        )
        made = plan_of(rows, (*loads, *trucks), unplanned).model_copy(update={"entries": tuple(entries)})
        return signed(made, [*(self._goods(row) for row in rows), *(self._left_out(name) for name in left_out)])

    def _shipment(self, row: PlannedShipment, name: str) -> PlannedShipment:
        draw = self._draw
        amounts = {category: self._money(1000, 90_000) for category in CATEGORIES}
        seller = draw.choice(self._sellers)
        alone = self._money(1_000_000, 9_000_000)
        changes: dict[str, Any] = {
            "shipment_id": name, "seller_id": seller, "importer_id": draw.choice([seller, self._token("ior"), "iorcommon00"]),
            "gross_weight_kg": Decimal(draw.randint(20, 900)) + Decimal("0.5"), "goods_value": self._money(10_000_000, 90_000_000),
            "categories": amounts, "landed_cost": sum(amounts.values(), Decimal(0)), "import_tax": self._money(1000, 90_000),
            "alternatives": {"courier": Alternative(cost=alone, priced_time=Decimal(0), days=9)},
            "priced_time": {"CARRYING": self._money(1000, 90_000)}, "baseline_cost": alone,
        }  # fmt: skip
        if row.service == "courier":
            return row.model_copy(update=changes)
        if draw.random() < 0.05 and row.service != "consolidated":
            changes["service"] = "alone_air" if row.service == "air" else "alone_lcl"
        choices = ["ltl", "ltl", "ftl", "parcel"]
        if row.deconsolidation_id == "DC-LAX":
            choices.append("overseas")
        changes["final_leg"] = draw.choice(choices)
        arrived = dt.date.fromisoformat(next(m.time for m in row.milestones if m.code == "AT_DECONSOLIDATION"))
        stones = [("DISPATCHED", row.deconsolidation_id, arrived + dt.timedelta(days=draw.randint(1, 3)))]
        if changes["final_leg"] == "overseas":
            changes |= {"overseas_id": "OW-LAX", "replenishment": draw.choice(["ltl", "parcel"]), "storage_days": 30}
            out = arrived + dt.timedelta(days=1)
            stones = [("TRANSFERRED", "DC-LAX", out), ("AT_OVERSEAS", "OW-LAX", out + dt.timedelta(days=1)),
                      ("DISPATCHED", "OW-LAX", out + dt.timedelta(days=31))]  # fmt: skip
        more = tuple(Milestone(code=code, place_id=place, time=str(day)) for code, place, day in stones)  # type: ignore[arg-type]
        changes["milestones"] = (*row.milestones[:-2], *more, *row.milestones[-2:])
        return row.model_copy(update=changes)

    def _goods(self, row: PlannedShipment) -> Shipment:
        draw = self._draw
        cartons = draw.choice([None, 5, 40])
        return Shipment.model_validate({
            "shipment_id": row.shipment_id, "seller_id": row.seller_id, "origin": row.origin, "importer_id": row.importer_id,
            "destination_fc": row.destination_fc, "ready_date": dt.date(2026, 12, 1), "cartons": cartons,
            "volume_m3": row.volume_m3, "gross_weight_kg": row.gross_weight_kg, "units": row.units or None,
            "goods_value": self._money(10_000_000, 90_000_000), "currency": draw.choice(["USD", "CNY"]),
            "hs_code": draw.choice(["9405420000", "0712904000", "850760"]), "incoterm": "DDP",
            "cargo_class": draw.choice(["general", "lithium_battery"]), "stackable": draw.random() < 0.8,
            "inbound_plan_id": draw.choice(["", self._token("inb")]), "country_of_origin": draw.choice(["", "CN"]),
        })  # fmt: skip

    def _left_out(self, name: str) -> Shipment:
        return Shipment.model_validate({
            "shipment_id": name, "seller_id": self._draw.choice(self._sellers), "origin": "Yiwu", "destination_fc": "ONT8",
            "ready_date": dt.date(2026, 12, 1), "volume_m3": 1, "gross_weight_kg": 100,
            "goods_value": self._money(10_000_000, 90_000_000), "hs_code": "850760",
        })  # fmt: skip


def _direct(
    rows: list[PlannedShipment], loads: Sequence[PlannedLoad], draw: random.Random
) -> tuple[list[PlannedShipment], list[PlannedLoad]]:
    """Turn some containers to the US into direct ones to one FC."""
    direct = {load.load_id for load in loads if load.gateway_in == "USLAX" and draw.random() < 0.3}
    changes: dict[str, Any] = {
        "service": "direct_container", "final_leg": "direct", "deconsolidation_id": "", "destination_fc": "ONT8",
        "overseas_id": "", "replenishment": None, "storage_days": 0,
    }  # fmt: skip
    gone = ("AT_DECONSOLIDATION", "TRANSFERRED", "AT_OVERSEAS", "DISPATCHED")
    turned = [
        row.model_copy(update={**changes, "milestones": tuple(m for m in row.milestones if m.code not in gone)})
        if row.trunk_load_id in direct
        else row
        for row in rows
    ]
    return turned, [
        load.model_copy(update={"destination": "ONT8"}) if load.load_id in direct else load for load in loads
    ]


def _trucks(rows: list[PlannedShipment]) -> tuple[list[PlannedShipment], list[PlannedLoad]]:
    """Put what goes by whole truck into trucks, one per centre, FC and day."""
    groups: dict[tuple[str, str, str], list[PlannedShipment]] = {}
    for row in rows:
        if row.final_leg == "ftl" and row.service not in ("alone_lcl", "alone_air"):
            day = next(m.time for m in row.milestones if m.code == "DISPATCHED")
            groups.setdefault((row.deconsolidation_id, row.destination_fc, day), []).append(row)
    trucks, truck_of = [], {}
    for number, ((centre, fc, day), members) in enumerate(sorted(groups.items()), 1):
        truck = PlannedLoad(
            load_id=f"T{number:04d}", kind="truck", equipment_id="53TRL", origin=centre, destination=fc, departs=day,
            arrives=day, shipments=tuple(sorted(row.shipment_id for row in members)), fill=Decimal("0.5"),
            volume_m3=sum((row.volume_m3 for row in members), Decimal(0)), weight_fill=Decimal("0.5"),
            gross_weight_kg=sum((row.gross_weight_kg for row in members), Decimal(0)), cost=Decimal(900),
        )  # fmt: skip
        trucks.append(truck)
        truck_of.update(dict.fromkeys(truck.shipments, truck.load_id))
    return [row.model_copy(update={"truck_load_id": truck_of.get(row.shipment_id, "")}) for row in rows], trucks


def _entries(rows: list[PlannedShipment]) -> tuple[list[PlannedShipment], list[CustomsEntry]]:
    """Enter every shipment: one entry per importer and container, else one per shipment."""
    groups: dict[tuple[str, str], list[PlannedShipment]] = {}
    for row in rows:
        groups.setdefault((row.trunk_load_id or row.shipment_id, row.importer_id), []).append(row)
    entries, entry_of = [], {}
    for number, members in enumerate(groups.values(), 1):
        first = members[0]
        eta = next((m.time[:10] for m in first.milestones if m.code == "ETA"), "2026-12-20")
        entry = CustomsEntry(
            entry_id=f"E{number:04d}", regime_id=first.regime_id, importer_id=first.importer_id, load_id=first.trunk_load_id,
            mode="ocean", date=eta, shipments=tuple(row.shipment_id for row in members), cost=Decimal(100),
            value=sum((row.goods_value for row in members), Decimal(0)),
        )  # fmt: skip
        entries.append(entry)
        entry_of.update(dict.fromkeys(entry.shipments, entry.entry_id))
    return [row.model_copy(update={"entry_id": entry_of[row.shipment_id]}) for row in rows], entries
