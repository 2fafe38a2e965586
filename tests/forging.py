"""Material for forgers: a week on the tiny network, and ways to change a plan so that its totals still agree."""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from consolidation.checker import judge
from consolidation.folder import tables
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.charges import ENTRY_BASES
from network.model import Network
from tests.networks import tiny_network

Content = dict[str, Any]
_DEAR = {"ltl-us": Decimal(120), "parcel-us": Decimal(20), "collect-m3": Decimal(4)}


def _network() -> Network:
    """Return the tiny network with dear pallets, so that trucks and containers of every kind are worth their price."""
    network = tiny_network()
    charges = []
    for row in network.charges:
        trucks = ("53TRL",) if row.tariff.startswith("FTL") else row.equipment
        charges.append(row.model_copy(update={"rate": _DEAR.get(row.charge_id, row.rate), "equipment": trucks}))
    return network.replace(charges=tuple(charges))


def _goods(count: int, seed: int) -> list[Shipment]:
    random_ = random.Random(seed)
    found = []
    for k in range(count):
        m3 = Decimal(random_.choice(["0.4", "1.2", "2.5", "5", "8"]))
        kg = m3 * random_.choice([160, 240, 400])
        found.append(
            Shipment(
                shipment_id=f"S{k:03d}", seller_id=f"SELLER{k % 9}", importer_id=f"IOR{k % 5}",
                origin=random_.choice(["Shenzhen", "Dongguan", "WH-SZX", "Ningbo"]),
                destination_fc=random_.choice(["ONT8", "ONT8", "LGB8", "IND9", "DTM2"]),
                ready_date=dt.date(2026, 11, 23) + dt.timedelta(days=random_.randrange(10)),
                due_date=dt.date(2027, 1, 6) if k % 3 else dt.date(2026, 12, 8), cartons=math.ceil(kg / 18),
                volume_m3=m3, gross_weight_kg=kg, goods_value=Decimal(random_.randrange(900, 20000)),
                currency=random_.choice(["USD", "USD", "CNY"]), units=300,
                hs_code=random_.choice(["9405420000", "8507600000", "3305100000"]),
                cargo_class=random_.choice(["general"] * 4 + ["lithium_battery", "liquid"]), coload_consent=k % 12 != 5,
            )
        )  # fmt: skip
    return found


def _whole_container() -> list[Shipment]:
    """Return 60 m3 for one FC of a seller who shares with nobody: worth a container that is not opened on the way."""
    return [
        Shipment(
            shipment_id=f"W{k}", seller_id="WHOLE", origin="WH-SZX", destination_fc="ONT8", cartons=250,
            ready_date=dt.date(2026, 11, 24), volume_m3=Decimal(20), gross_weight_kg=Decimal(4000), units=5000,
            goods_value=Decimal(30000), hs_code="9405420000", coload_consent=False,
        )
        for k in range(3)
    ]  # fmt: skip


NETWORK = _network()
GOODS = [*_goods(60, 2), *_whole_container()]


def write_folder(content: Content, folder: Path) -> Path:
    """Write a folder whose files all say the same."""
    folder.mkdir()
    plan = Plan.model_validate(content)
    (folder / "plan.json").write_text(plan.model_dump_json(), encoding="utf-8")
    certificate = {**plan.certificate.model_dump(mode="json"), "seconds": 1.0}
    (folder / "certificate.json").write_text(json.dumps(certificate), encoding="utf-8")
    for name, table in tables(plan).items():
        table.to_csv(folder / name, index=False, lineterminator="\n")
    return folder


def resum(content: Content) -> None:
    """Write every total again: categories, landed costs, loads, entries, volumes, certificate."""
    by_shipment: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    by_load: dict[str, Decimal] = defaultdict(Decimal)
    by_entry: dict[str, Decimal] = defaultdict(Decimal)
    for line in content["cost_lines"]:
        amount = Decimal(line["amount"])
        by_shipment[line["shipment_id"]][line["category"]] += amount
        if line["load_id"]:
            by_load[line["load_id"]] += amount
        if line["entry_id"] and line["basis"] in ENTRY_BASES:
            by_entry[line["entry_id"]] += amount
    for row in content["shipments"]:
        row["categories"] = dict(by_shipment[row["shipment_id"]])
        row["landed_cost"] = sum(row["categories"].values(), Decimal(0))
    for load in content["loads"]:
        inside = [
            row for row in content["shipments"] if load["load_id"] in (row["trunk_load_id"], row["truck_load_id"])
        ]
        load["shipments"] = sorted(row["shipment_id"] for row in inside)
        load["cost"] = by_load[load["load_id"]]
        equipment = NETWORK.equipment_by_id[load["equipment_id"]]
        for total, part, most in (
            ("volume_m3", "fill", equipment.volume_m3), ("gross_weight_kg", "weight_fill", equipment.payload_kg),
        ):  # fmt: skip
            load[total] = sum((Decimal(row[total]) for row in inside), Decimal(0))
            load[part] = round(load[total] / Decimal(str(most)), 4)
    for entry in content["entries"]:
        inside = [row for row in content["shipments"] if row["entry_id"] == entry["entry_id"]]
        entry["shipments"] = sorted(row["shipment_id"] for row in inside)
        entry["value"] = sum((Decimal(row["goods_value"]) for row in inside), Decimal(0))
        entry["cost"] = by_entry[entry["entry_id"]]
    certify(content)


def assert_named(
    content: Content, tamper: Callable[[Content], None], cause: str, world: tuple[Network, Sequence[Shipment]]
) -> None:
    """Assert that the judge names the cause of a change although the totals were written again."""
    forged = copy.deepcopy(content)
    tamper(forged)
    resum(forged)
    found = judge(Plan.model_validate(forged), *world).by_cause
    assert cause in found
    assert not {name for name in found if name.startswith("SUM.")}, found


def certify(content: Content) -> None:
    """Write the sums of the certificate again."""
    rows, stated = content["shipments"], content["certificate"]
    stated["cash_cost"] = sum((Decimal(row["landed_cost"]) for row in rows), Decimal(0))
    stated["priced_time"] = sum((Decimal(price) for row in rows for price in row["priced_time"].values()), Decimal(0))
    for name in ("baseline_cost", "baseline_priced_time"):
        stated[name] = sum((Decimal(row[name]) for row in rows), Decimal(0))
    stated["cost"] = stated["cash_cost"] + stated["priced_time"] + Decimal(stated["unplanned_price"])
    stated["bound"] = min(Decimal(stated["bound"]), stated["cost"])
    stated["gap"] = float((stated["cost"] - stated["bound"]) / stated["cost"])
    stated["shipments"], stated["unplanned"] = len(rows) + len(content["unplanned"]), len(content["unplanned"])


# -- ways to find and move things


def lines_of(content: Content, shipment_id: str) -> list[Content]:
    return [line for line in content["cost_lines"] if line["shipment_id"] == shipment_id]


def shipment_of(content: Content, shipment_id: str) -> Content:
    return next(row for row in content["shipments"] if row["shipment_id"] == shipment_id)


def loads_of(content: Content, kind: str = "trunk", least: int = 2) -> list[Content]:
    return [load for load in content["loads"] if load["kind"] == kind and len(load["shipments"]) >= least]


def pooled_shipment(content: Content) -> Content:
    """Return a shipment that shares a container and goes on by a deconsolidation centre."""
    return next(row for row in content["shipments"] if row["service"] == "consolidated")


_WAY = (
    "service", "final_leg", "warehouse_id", "departure_id", "lane_id", "gateway_out", "gateway_in", "regime_id",
    "deconsolidation_id", "overseas_id", "replenishment", "storage_days", "trunk_load_id", "truck_load_id", "milestones", "courier_id",
)  # fmt: skip


def move(content: Content, row: Content, load: Content) -> None:
    """Put a shipment into a load, with the way and the dates of one that is in it."""
    twin = shipment_of(content, next(name for name in load["shipments"] if name != row["shipment_id"]))
    row.update(copy.deepcopy({name: twin[name] for name in _WAY}))


def rename(content: Content, old: str, new: str) -> None:
    shipment_of(content, old)["shipment_id"] = new
    for line in lines_of(content, old):
        line["shipment_id"] = new


def forget(content: Content, shipment_id: str) -> None:
    row = shipment_of(content, shipment_id)
    content["shipments"].remove(row)
    content["cost_lines"] = [line for line in content["cost_lines"] if line["shipment_id"] != shipment_id]
