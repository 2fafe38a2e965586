"""Pairs of plans for tests of comparisons: made by a rule that prices them, so that every sum agrees.

A plan is made from goods (how large, worth what), ways (which departure, container and final leg) and prices. Two plans
of a pair share ids, so that anything may differ between them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from consolidation.plan_model import (
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
from network.money import from_micros, share, to_micros

ZERO = Decimal("0.00")
ROOM_M3, PAYLOAD_KG = Decimal(60), Decimal(20000)
DEPARTURES = {"YTN-LAX-W@2026-12-02": dt.date(2026, 12, 2), "YTN-LAX-W@2026-12-09": dt.date(2026, 12, 9)}
RATES = {"wh-m3": "5", "duty": "7.5", "ltl": "60", "courier": "40", "ocean": "1600", "dray": "15", "mpf": "0.3464"}
_CATEGORY = {"wh-m3": "origin", "duty": "duty", "ltl": "final_leg", "courier": "trunk", "ocean": "trunk",
             "dray": "drayage", "mpf": "customs"}  # fmt: skip
_BASIS = {"wh-m3": "per_m3", "duty": "pct_of_customs_value", "ltl": "per_pallet", "courier": "per_kg", "ocean": "per_load",
          "dray": "per_load_km", "mpf": "pct_of_entry_value"}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One shipment and its way; no departure: by courier; `box` tells the containers of a departure apart."""

    volume_m3: Decimal
    value: Decimal
    seller_id: str = "SELLER-A"
    importer_id: str = "IOR-1"
    departure_id: str = "YTN-LAX-W@2026-12-02"
    box: int = 0
    status: str = "proposed"
    ready: dt.date = dt.date(2026, 11, 24)

    @property
    def weight_kg(self) -> Decimal:
        """Gross weight: 200 kg for each m3."""
        return self.volume_m3 * 200


@dataclass(frozen=True)
class Terms:
    """Prices and names of a plan: rates by charge, what a euro is worth, and the number of the first load."""

    rates: Mapping[str, str]
    euro: Decimal = Decimal("1.10")
    first_load: int = 1
    plan_id: str = "PLAN"
    shipments_sha256: str = "s"
    network_sha256: str = "n"
    version: int = 1
    replaces: str = ""


def priced(items: Mapping[str, Item], terms: Terms, left_out: Sequence[str] = ()) -> Plan:
    """Return the plan of items by shipment id."""
    boxes: dict[tuple[str, int], list[str]] = defaultdict(list)
    for name, item in sorted(items.items()):
        if item.departure_id:
            boxes[item.departure_id, item.box].append(name)
    load_of = {name: f"L{terms.first_load + k:04d}" for k, key in enumerate(sorted(boxes)) for name in boxes[key]}
    entries = _entered(items, load_of)
    entry_of = {name: f"E{k + 1:04d}" for k, names in enumerate(entries) for name in names}
    lines = [line for name, item in sorted(items.items()) for line in _own(name, item, terms, entry_of[name])]
    for members in boxes.values():
        lines += _shared_by_load(items, members, load_of[members[0]], terms)
    for members in entries:
        lines += _shared_by_entry(items, members, entry_of[members[0]], terms)
    lines.sort(key=lambda line: (line.shipment_id, line.category, line.charge_id))
    rows = [_planned(name, item, lines, load_of.get(name, ""), entry_of[name]) for name, item in sorted(items.items())]
    loads = [_load(items, members, key, load_of[members[0]]) for key, members in sorted(boxes.items())]
    listed = [_entry(items, members, entry_of[members[0]], lines) for members in entries]
    return _plan(rows, loads, listed, lines, terms, left_out)


def _entered(items: Mapping[str, Item], load_of: Mapping[str, str]) -> list[list[str]]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, item in sorted(items.items()):
        groups[load_of.get(name, name), item.importer_id].append(name)
    return list(groups.values())


def _line(
    charge: str, name: str, quantity: Decimal, whole: Decimal, amount: Decimal, terms: Terms, **at: str
) -> CostLine:
    return CostLine(
        code=f"TEST.{charge.upper()}", name=charge, category=_CATEGORY[charge], side="freight", payer="seller",  # type: ignore[arg-type]
        basis=_BASIS[charge], quantity=quantity, rate=Decimal(terms.rates[charge]), charge_id=charge, shipment_id=name,
        currency="EUR" if charge == "dray" else "USD", source_amount=whole, amount=amount, **at,
    )  # fmt: skip


def _own(name: str, item: Item, terms: Terms, entry_id: str) -> list[CostLine]:
    pallets = -(-item.volume_m3 // 2)
    quantities = {"wh-m3": item.volume_m3, "ltl": pallets} if item.departure_id else {"courier": item.weight_kg}
    found = [(charge, quantity, quantity * Decimal(terms.rates[charge]), "") for charge, quantity in quantities.items()]
    found.append(("duty", item.value, item.value * Decimal(terms.rates["duty"]) / 100, entry_id))
    return [
        _line(charge, name, quantity, _cents(amount), _cents(amount), terms, entry_id=entry)
        for charge, quantity, amount, entry in found
        if _cents(amount)
    ]


def _shared_by_load(items: Mapping[str, Item], members: Sequence[str], load_id: str, terms: Terms) -> list[CostLine]:
    weights = [int(items[name].volume_m3 * 1_000_000) for name in members]
    wholes = {"ocean": (Decimal(1), Decimal(terms.rates["ocean"])),
              "dray": (Decimal(20), 20 * Decimal(terms.rates["dray"]) * terms.euro)}  # fmt: skip
    found = []
    for charge, (quantity, whole) in wholes.items():
        for name, part in zip(members, share(to_micros(whole), weights), strict=True):
            line = _line(charge, name, quantity, _cents(whole), from_micros(part), terms, load_id=load_id)
            found.append(line)
    return found


def _shared_by_entry(items: Mapping[str, Item], members: Sequence[str], entry_id: str, terms: Terms) -> list[CostLine]:
    value = sum((items[name].value for name in members), ZERO)
    whole = max(_cents(value * Decimal(terms.rates["mpf"]) / 100), Decimal("33.58"))
    parts = share(to_micros(whole), [int(items[name].value * 100) for name in members])
    return [
        _line("mpf", name, value, whole, from_micros(part), terms, entry_id=entry_id)
        for name, part in zip(members, parts, strict=True)
    ]


def _planned(name: str, item: Item, lines: Sequence[CostLine], load_id: str, entry_id: str) -> PlannedShipment:
    categories: dict[Any, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        if line.shipment_id == name:
            categories[line.category] += line.amount
    sails = DEPARTURES.get(item.departure_id)
    arrives = sails + dt.timedelta(days=20) if sails else item.ready + dt.timedelta(days=5)
    stones = [("READY", item.ready), ("DELIVERED", arrives), ("RECEIVED", arrives + dt.timedelta(days=3))]
    return PlannedShipment(
        shipment_id=name, seller_id=item.seller_id, importer_id=item.importer_id, origin="WH-SZX", destination_fc="ONT8",
        service="consolidated" if sails else "courier", final_leg="ltl" if sails else "courier", market="US",
        departure_id=item.departure_id, lane_id="YTN-LAX" if sails else "", courier_id="" if sails else "EXPRESS",
        regime_id="US", trunk_load_id=load_id, entry_id=entry_id, volume_m3=item.volume_m3, gross_weight_kg=item.weight_kg,
        units=100, goods_value=item.value, collection_km=ZERO, final_leg_km=ZERO, status=item.status,  # type: ignore[arg-type]
        milestones=tuple(Milestone(code=code, place_id="ONT8", time=day.isoformat()) for code, day in stones),  # type: ignore[arg-type]
        days=30, late_days=0, landed_cost=sum(categories.values(), ZERO), categories=dict(categories),
        priced_time={"CARRYING": item.volume_m3}, import_tax=ZERO, baseline_cost=ZERO, baseline_priced_time=ZERO,
        baseline_days=30,
    )  # fmt: skip


def _load(items: Mapping[str, Item], members: Sequence[str], key: tuple[str, int], load_id: str) -> PlannedLoad:
    volume = sum((items[name].volume_m3 for name in members), ZERO)
    day = DEPARTURES[key[0]]
    return PlannedLoad(
        load_id=load_id, kind="trunk", equipment_id="40HC", origin="WH-SZX", destination="DC-LAX", lane_id="YTN-LAX",
        departure_id=key[0], departs=day.isoformat(), arrives=(day + dt.timedelta(days=16)).isoformat(),
        shipments=tuple(members), volume_m3=volume, gross_weight_kg=volume * 200, fill=round(volume / ROOM_M3, 4),
        weight_fill=round(volume * 200 / PAYLOAD_KG, 4), cost=Decimal(1930),
    )  # fmt: skip


def _entry(items: Mapping[str, Item], members: Sequence[str], entry_id: str, lines: Sequence[CostLine]) -> CustomsEntry:
    return CustomsEntry(
        entry_id=entry_id, regime_id="US", importer_id=items[members[0]].importer_id, mode="ocean", date="2026-12-18",
        shipments=tuple(members), value=sum((items[name].value for name in members), ZERO),
        cost=sum((line.amount for line in lines if line.entry_id == entry_id and line.charge_id == "mpf"), ZERO),
    )  # fmt: skip


def _plan(
    rows: Sequence[PlannedShipment], loads: Sequence[PlannedLoad], entries: Sequence[CustomsEntry],
    lines: Sequence[CostLine], terms: Terms, left_out: Sequence[str],
) -> Plan:  # fmt: skip
    cash = sum((row.landed_cost for row in rows), ZERO)
    time = sum((sum(row.priced_time.values(), ZERO) for row in rows), ZERO)
    price = Decimal(900) * len(left_out)
    cost = cash + time + price
    return Plan(
        plan_id=terms.plan_id, version=terms.version, replaces=terms.replaces, software={"dragonboat": "0"},
        options={"seed": 1}, refusals={"CUTOFF.CFS": 3}, shipments=tuple(rows), loads=tuple(loads), entries=tuple(entries),
        cost_lines=tuple(lines),
        unplanned=tuple(
            Unplanned(shipment_id=name, rule="PRICE", detail="too dear", change="add capacity", price=Decimal(900))
            for name in left_out
        ),
        inputs=Inputs(
            network="Test", network_sha256=terms.network_sha256, shipments_sha256=terms.shipments_sha256, scenario="",
            currency="USD", horizon_start="2026-11-24", horizon_end="2026-12-29",
        ),
        certificate=Certificate(
            currency="USD", cost=cost, bound=cost, gap=0.0, proven_optimal=True, cash_cost=cash, priced_time=time,
            unplanned_price=price, baseline_cost=ZERO, baseline_priced_time=ZERO, baseline_missing=len(rows),
            shipments=len(rows) + len(left_out), unplanned=len(left_out), stop_reason="OPTIMAL",
        ),
    )  # fmt: skip


def _cents(amount: Decimal) -> Decimal:
    return from_micros(to_micros(amount))


_items = st.builds(
    Item,
    volume_m3=st.integers(1, 900).map(lambda litres: Decimal(litres) / 100),
    value=st.integers(100, 900_000).map(lambda cents: Decimal(cents) / 100),
    seller_id=st.sampled_from(("SELLER-A", "SELLER-B")),
    importer_id=st.sampled_from(("IOR-1", "IOR-2")),
    departure_id=st.sampled_from((*DEPARTURES, "")),
    box=st.integers(0, 1),
    status=st.sampled_from(("proposed", "booked", "sailed")),
    ready=st.sampled_from((dt.date(2026, 11, 24), dt.date(2026, 11, 26))),
)


@st.composite
def _terms(draw: st.DrawFn, plan_id: str) -> Terms:
    rates = {
        name: draw(st.sampled_from((rate, str(Decimal(rate) * 2), str(Decimal(rate) / 3)[:7])))
        for name, rate in RATES.items()
    }
    return Terms(
        rates=rates, euro=draw(st.sampled_from((Decimal("1.10"), Decimal("1.20")))), first_load=draw(st.integers(1, 3)),
        plan_id=plan_id, shipments_sha256=draw(st.sampled_from("st")), network_sha256=draw(st.sampled_from("nm")),
    )  # fmt: skip


@st.composite
def plans(draw: st.DrawFn, plan_id: str = "PLAN-A") -> Plan:
    """Draw one plan of a few shipments."""
    items = draw(st.dictionaries(st.sampled_from([f"S{k}" for k in range(9)]), _items, max_size=8))
    left_out = [name for name in ("S7", "S8", "S9") if name not in items and draw(st.booleans())]
    return priced(items, draw(_terms(plan_id)), left_out)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Plan, Plan]:
    """Draw two plans that have something in common: goods and prices of the second are those of the first or other ones."""
    first = draw(st.dictionaries(st.sampled_from([f"S{k}" for k in range(9)]), _items, max_size=8))
    second = {name: item for name, item in first.items() if draw(st.integers(0, 5))}
    for name in [name for name in second if not draw(st.integers(0, 2))]:
        second[name] = draw(_items)
    terms = draw(_terms("PLAN-A"))
    later = Terms(**{**vars(terms), "plan_id": "PLAN-B"}) if draw(st.booleans()) else draw(_terms("PLAN-B"))
    left_out = [
        [name for name in ("S8", "S9") if name not in items and draw(st.booleans())] for items in (first, second)
    ]
    return priced(first, terms, left_out[0]), priced(second, later, left_out[1])
