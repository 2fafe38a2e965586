"""Plans with loads, entries and shared lines from plain rows, to share their charges again; and drawn ones.

The way is that of the tiny network: warehouse WH-SZX, Yantian - Los Angeles, Carson, ONT8. What loads cost is made up;
customs entries are charged by the network's tariff.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from consolidation.plan_model import CostLine, CustomsEntry, Milestone, Plan, PlannedLoad, PlannedShipment
from network.charges import amount
from network.money import from_micros, share, to_micros
from tests.networks import tiny_network
from tests.plans import plan_of

NETWORK = tiny_network()
_ETD, _ETA = "2026-12-02T18:00+08:00", "2026-12-18T02:00-08:00"
_TRUCK_DAY = "2026-12-25"


@dataclass(frozen=True)
class Sent:
    """One shipment; money in plan currency. `alone` None: nobody could send it alone."""

    name: str
    seller: str = ""
    importer: str = ""
    m3: str = "4"
    kg: str = "800"
    value: str = "2000"
    own: str = "100.00"
    alone: str | None = "2000.00"
    time: str = "0.00"
    alone_time: str = "0.00"
    trunk: str = ""
    truck: str = ""
    guide: str | None = None

    @property
    def importer_id(self) -> str:
        """Importer of record."""
        return self.importer or f"IOR-{self.name}"


@dataclass(frozen=True)
class Held:
    """One load: its equipment and its charges."""

    equipment: str = "20GP"
    charges: tuple[str, ...] = ("1000.00",)


def shared_plan(sent: Sequence[Sent], loads: Mapping[str, Held] | None = None) -> Plan:
    """Return the plan of these shipments; loads that are not described are a 20GP, or a trailer, for 1,000."""
    sent = sorted(sent, key=lambda row: row.name)
    names = sorted({name for row in sent for name in (row.trunk, row.truck) if name})
    lines: list[CostLine] = [_line(row, "OWN.ALL", to_micros(row.own), to_micros(row.own)) for row in sent]
    planned_loads, entries = [], []
    for load_id in names:
        members = [row for row in sent if load_id in (row.trunk, row.truck)]
        held = (loads or {}).get(load_id, Held("20GP" if load_id.startswith("L") else "53TRL"))
        found = _load_lines(load_id, held, members)
        planned_loads.append(_load(load_id, held, members, found))
        lines += found
        if load_id.startswith("L"):
            for importer in sorted({row.importer_id for row in members}):
                mine = [row for row in members if row.importer_id == importer]
                entry_id = f"E-{load_id}-{importer}"
                fees = _entry_lines(entry_id, mine)
                entries.append(_entry(entry_id, load_id, mine, fees))
                lines += fees
    lines.sort(key=lambda line: (line.shipment_id, line.code, line.charge_id, line.load_id))
    rows = [_shipment(row, lines) for row in sent]
    plan = plan_of(rows, tuple(planned_loads))
    return plan.model_copy(update={"entries": tuple(entries), "cost_lines": tuple(lines)})


def _line(row: Sent, code: str, whole: int, part: int, **facts: Any) -> CostLine:
    given = {
        "code": code, "name": code, "category": "trunk", "side": "freight", "payer": "seller", "basis": "per_shipment",
        "quantity": Decimal(1), "rate": from_micros(whole), "currency": "USD", "charge_id": code.lower(),
        "source_amount": from_micros(whole), "shipment_id": row.name, "amount": from_micros(part),
    }  # fmt: skip
    return CostLine(**{**given, **facts})


def _load_lines(load_id: str, held: Held, members: Sequence[Sent]) -> list[CostLine]:
    """Return the lines of a load, shared as the planner does: by the larger of the parts of volume and payload."""
    box = NETWORK.equipment_by_id[held.equipment]
    payload_g, stuffing_cm3 = round(box.payload_kg * 1000), round(box.volume_m3 * 10**6)
    weights = [
        max(int(Decimal(row.m3) * 10**6) * payload_g, int(Decimal(row.kg) * 1000) * stuffing_cm3) for row in members
    ]
    found = []
    for k, charge in enumerate(held.charges):
        whole = to_micros(charge)
        for row, part in zip(members, share(whole, weights), strict=True):
            facts = {"basis": "per_load", "load_id": load_id, "charge_id": f"charge-{k}"}
            found.append(_line(row, f"LOAD.C{k}", whole, part, **facts))
    return found


def _entry_lines(entry_id: str, members: Sequence[Sent]) -> list[CostLine]:
    values = [to_micros(row.value) for row in members]
    found = []
    for charge in NETWORK.charges:
        if charge.tariff == "ENTRY-US":
            quantity = Decimal(1) if charge.basis == "per_entry" else from_micros(sum(values))
            whole = amount(charge, quantity)
            for row, part in zip(members, share(whole, values), strict=True):
                facts = {"basis": charge.basis, "entry_id": entry_id, "charge_id": charge.charge_id}
                found.append(_line(row, charge.code, whole, part, category="customs", **facts))
    return found


def _sum(lines: Sequence[CostLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal("0.00"))


def _load(load_id: str, held: Held, members: Sequence[Sent], lines: Sequence[CostLine]) -> PlannedLoad:
    trunk = load_id.startswith("L")
    way = {
        "kind": "trunk", "origin": "WH-SZX", "destination": "DC-LAX", "lane_id": "YTN-LAX", "gateway_out": "CNYTN",
        "departure_id": "YTN-LAX-W@2026-12-02", "gateway_in": "USLAX", "departs": _ETD, "arrives": _ETA,
    } if trunk else {
        "kind": "truck", "origin": "DC-LAX", "destination": "ONT8", "departs": _TRUCK_DAY, "arrives": _TRUCK_DAY,
    }  # fmt: skip
    return PlannedLoad.model_validate({
        "load_id": load_id, "equipment_id": held.equipment, **way, "shipments": tuple(row.name for row in members),
        "volume_m3": sum(Decimal(row.m3) for row in members), "fill": Decimal(0), "weight_fill": Decimal(0),
        "gross_weight_kg": sum(Decimal(row.kg) for row in members), "cost": _sum(lines),
    })  # fmt: skip


def _entry(entry_id: str, load_id: str, members: Sequence[Sent], lines: Sequence[CostLine]) -> CustomsEntry:
    return CustomsEntry(
        entry_id=entry_id, regime_id="US", importer_id=members[0].importer_id, load_id=load_id, mode="ocean",
        date="2026-12-18", shipments=tuple(row.name for row in members), cost=_sum(lines),
        value=sum((Decimal(row.value) for row in members), Decimal(0)),
    )  # fmt: skip


def _shipment(row: Sent, lines: Sequence[CostLine]) -> PlannedShipment:
    mine = [line for line in lines if line.shipment_id == row.name]
    cash = _sum(mine)
    return PlannedShipment.model_validate({
        "shipment_id": row.name, "seller_id": row.seller or f"SELLER-{row.name}", "importer_id": row.importer_id,
        "service": "consolidated" if row.trunk else "co_load", "final_leg": "ftl" if row.truck else "ltl",
        "origin": "WH-SZX", "warehouse_id": "WH-SZX", "lane_id": "YTN-LAX" if row.trunk else "YTN-LAX-LCL",
        "regime_id": "US", "deconsolidation_id": "DC-LAX", "destination_fc": "ONT8", "market": "US",
        "trunk_load_id": row.trunk, "truck_load_id": row.truck, "entry_id": "", "volume_m3": Decimal(row.m3),
        "gross_weight_kg": Decimal(row.kg), "units": 100, "goods_value": Decimal(row.value),
        "collection_km": Decimal(0), "final_leg_km": Decimal(100), "days": 30, "late_days": 0, "landed_cost": cash,
        "milestones": (Milestone(code="ETA", place_id="USLAX", time=_ETA),), "categories": {"trunk": cash},
        "priced_time": {"TRANSIT": Decimal(row.time)}, "import_tax": Decimal(0),
        "baseline_service": None if row.alone is None else "courier", "baseline_days": 10,
        "baseline_cost": cash if row.alone is None else Decimal(row.alone),
        "baseline_priced_time": Decimal(row.time if row.alone is None else row.alone_time),
        "guide_price": None if row.guide is None else Decimal(row.guide),
    })  # fmt: skip


def _money(least: int, most: int) -> st.SearchStrategy[str]:
    """Draw an amount between two numbers of cents."""
    return st.integers(least, most).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")


@st.composite
def shared_plans(draw: st.DrawFn, least: int = 0, most: int = 9, trunks: tuple[str, ...] = ("", "L0", "L1")) -> Plan:
    """Draw a plan of `least` to `most` shipments of five sellers in trunk loads and trucks, with charges from a cent up.

    Any load could hold 18 of them.
    """
    sent = [
        Sent(
            name=f"S{k}",
            seller=draw(st.sampled_from([f"SELLER-{s}" for s in range(5)])),
            importer=draw(st.sampled_from(["IOR-A", "IOR-B", "IOR-C", ""])),
            m3=draw(st.sampled_from(["0.05", "0.8", "1.2", "1.2", "1.5"])),
            kg=draw(st.sampled_from(["20", "300", "1000"])),
            value=draw(_money(100, 3_000_000)),
            own=draw(_money(0, 90_000)),
            alone=draw(st.one_of(st.none(), _money(1, 200_000))),
            time=draw(_money(0, 30_000)),
            alone_time=draw(_money(0, 60_000)),
            trunk=draw(st.sampled_from(trunks)),
            truck=draw(st.sampled_from(["", "T1", "T2"])),
            guide=draw(st.one_of(st.none(), _money(0, 300_000))),
        )
        for k in range(draw(st.integers(least, most)))
    ]
    held = {
        name: Held(draw(st.sampled_from(["20GP", "40HC"])) if name[0] == "L" else "53TRL", draw(_charges))
        for name in (*filter(None, trunks), "T1", "T2")
    }
    return shared_plan(sent, held)


_charges = st.lists(_money(1, 250_000), min_size=1, max_size=4).map(tuple)
