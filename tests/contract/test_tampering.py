"""A real plan folder, tampered with in many ways: the judge names every one.

Each change is made consistent where a forger would make it so: totals, CSV files, certificate and content hashes
are written again after the change, so that it is the rule itself that notices and not a sum beside it.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from consolidation.checker import check, judge
from consolidation.folder import read_plan, write_plan
from consolidation.plan_model import Plan
from consolidation.planner import plan as make_plan
from solvers.options import SolveOptions
from tests.forging import (
    GOODS,
    NETWORK,
    Content,
    assert_named,
    forget,
    lines_of,
    loads_of,
    move,
    pooled_shipment,
    rename,
    resum,
    shipment_of,
    write_folder,
)


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a plan as the product makes it."""
    made = make_plan(NETWORK, GOODS, options=SolveOptions(work=10, time_limit_s=None))
    return write_plan(made, tmp_path_factory.mktemp("plans") / "genuine", NETWORK, 1.25)


@pytest.fixture(scope="module")
def content(genuine: Path) -> Content:
    """Return plan.json of the genuine plan."""
    found: Content = json.loads((genuine / "plan.json").read_text(encoding="utf-8"), parse_float=Decimal)
    return found


# -- the tampering: each gets the content of plan.json and changes it; totals are written again afterwards


def other_container(content: Content) -> None:
    load = loads_of(content)[0]
    load["equipment_id"] = "20GP" if load["equipment_id"] == "40HC" else "40HC"


def smaller_container(content: Content) -> None:
    load = max(loads_of(content), key=lambda load: Decimal(load["volume_m3"]))
    load["equipment_id"] = "20GP"


def into_a_full_load(content: Content) -> None:
    load = max(loads_of(content), key=lambda load: Decimal(load["volume_m3"]))
    for row in content["shipments"]:
        if row["destination_fc"] == "ONT8" and row["trunk_load_id"] != load["load_id"]:
            move(content, row, load)


def conflicting_goods(content: Content) -> None:
    classes = {row.shipment_id: row.cargo_class for row in GOODS}
    load = next(
        load for load in loads_of(content) if any(classes[name] == "lithium_battery" for name in load["shipments"])
    )
    liquid = next(row for row in content["shipments"] if classes[row["shipment_id"]] == "liquid")
    move(content, liquid, load)


def without_consent(content: Content) -> None:
    refusing = next(row.shipment_id for row in GOODS if not row.coload_consent)
    load = next(load for load in loads_of(content) if refusing not in load["shipments"])
    move(content, shipment_of(content, refusing), load)


def earlier_eta(content: Content) -> None:
    load = loads_of(content)[0]
    load["arrives"] = "2026-12-01T02:00-08:00"
    for name in load["shipments"]:
        for stone in shipment_of(content, name)["milestones"]:
            if stone["code"] == "ETA":
                stone["time"] = load["arrives"]


def earlier_delivery(content: Content) -> None:
    row = content["shipments"][0]
    row["days"] -= 1
    row["milestones"][-1]["time"] = (dt.date.fromisoformat(row["milestones"][-1]["time"]) - dt.timedelta(1)).isoformat()


def _depart(content: Content, departure_id: str) -> None:
    load = next(load for load in loads_of(content, least=1) if load["lane_id"] == "YTN-LAX")
    load["departure_id"] = departure_id
    for name in load["shipments"]:
        shipment_of(content, name)["departure_id"] = departure_id


def departure_that_does_not_run(content: Content) -> None:
    _depart(content, "YTN-LAX-W@2026-12-03")


def departure_before_the_goods(content: Content) -> None:
    _depart(content, "YTN-LAX-W@2026-11-25")


def amount_of_a_line(content: Content) -> None:
    line = next(line for line in content["cost_lines"] if line["charge_id"] == "wh-m3")
    line["amount"] = line["source_amount"] = Decimal(line["amount"]) - Decimal("0.01")


def dropped_line(content: Content) -> None:
    content["cost_lines"].remove(next(line for line in content["cost_lines"] if line["category"] == "customs"))


def doubled_line(content: Content) -> None:
    content["cost_lines"].append(content["cost_lines"][0])


def made_up_line(content: Content) -> None:
    content["cost_lines"].append({**content["cost_lines"][0], "code": "ORIGIN.FAVOUR", "amount": Decimal(-50)})


def share_between_friends(content: Content) -> None:
    load = loads_of(content)[0]
    inside = [line for line in content["cost_lines"] if line["load_id"] == load["load_id"]]
    first, second = [line for line in inside if line["code"] == "TRUNK.OCEAN"][:2]
    first["amount"], second["amount"] = Decimal(first["amount"]) - 5, Decimal(second["amount"]) + 5


def cheaper_container(content: Content) -> None:
    load = loads_of(content)[0]
    for line in content["cost_lines"]:
        if line["load_id"] == load["load_id"] and line["code"] == "TRUNK.OCEAN":
            line["amount"] = Decimal(line["amount"]) / 2
            line["source_amount"] = Decimal(line["source_amount"]) / 2


def duty_at_half_rate(content: Content) -> None:
    line = next(line for line in content["cost_lines"] if line["category"] == "duty")
    line["rate"] = Decimal(line["rate"]) / 2
    line["amount"] = line["source_amount"] = round(Decimal(line["amount"]) / 2, 2)


def dropped_shipment(content: Content) -> None:
    forget(content, content["shipments"][0]["shipment_id"])


def doubled_shipment(content: Content) -> None:
    row = {"rule": "PRICE", "detail": "both in and out", "change": "nothing", "refusals": {}, "price": Decimal(0)}
    content["unplanned"].append({**row, "shipment_id": content["shipments"][0]["shipment_id"]})


def unknown_shipment(content: Content) -> None:
    rename(content, content["shipments"][0]["shipment_id"], "GHOST")


def lighter_shipment(content: Content) -> None:
    row = content["shipments"][0]
    row["gross_weight_kg"] = Decimal(row["gross_weight_kg"]) - 1


def smaller_value(content: Content) -> None:
    row = content["shipments"][0]
    row["goods_value"] = Decimal(row["goods_value"]) / 2


def merged_entries(content: Content) -> None:
    for load in loads_of(content):
        names = sorted({shipment_of(content, name)["entry_id"] for name in load["shipments"]})
        if len(names) > 1:
            for row in content["shipments"]:
                row["entry_id"] = names[0] if row["entry_id"] == names[1] else row["entry_id"]
            for line in content["cost_lines"]:
                line["entry_id"] = names[0] if line["entry_id"] == names[1] else line["entry_id"]
            content["entries"] = [entry for entry in content["entries"] if entry["entry_id"] != names[1]]
            return
    raise AssertionError("no load with two importers")


def split_entry(content: Content) -> None:
    entry = next(entry for entry in content["entries"] if len(entry["shipments"]) > 1)
    moved = entry["shipments"][0]
    content["entries"].append({**entry, "entry_id": "E9999"})
    shipment_of(content, moved)["entry_id"] = "E9999"
    for line in lines_of(content, moved):
        line["entry_id"] = "E9999" if line["entry_id"] else ""


def another_fc(content: Content) -> None:
    row = next(row for row in content["shipments"] if row["destination_fc"] == "ONT8")
    row["destination_fc"] = "LGB8"


def shorter_road(content: Content) -> None:
    row = next(row for row in content["shipments"] if Decimal(row["collection_km"]) > 0)
    row["collection_km"] = Decimal(1)


def warehouse_of_another_region(content: Content) -> None:
    pooled_shipment(content)["warehouse_id"] = "WH-NGB"


def another_truck_day(content: Content) -> None:
    loads_of(content, "truck", least=1)[0]["departs"] = "2026-12-30"


def cheaper_days(content: Content) -> None:
    content["options"]["value_of_day_per_m3"] = Decimal("0.5")


def unpriced_lateness(content: Content) -> None:
    row = next(row for row in content["shipments"] if row["late_days"])
    row["late_days"], row["priced_time"]["LATENESS"] = 0, Decimal(0)


def nobody_pays_alone(content: Content) -> None:
    content["shipments"][0]["baseline_service"] = None
    content["certificate"]["baseline_missing"] += 1


def _alone(row: dict[str, Any], figure: str, more: int) -> None:
    """Change a figure of the baseline, and of the alternative that it is."""
    offer = row["alternatives"][row["baseline_service"]]
    offer[figure] = type(offer[figure])(offer[figure]) + more
    row[f"baseline_{figure}"] = offer[figure]


def inflated_baseline(content: Content) -> None:
    row = next(row for row in content["shipments"] if row["baseline_service"] == "alone_lcl")
    row["alternatives"] = {"alone_lcl": row["alternatives"]["alone_lcl"]}
    _alone(row, "cost", 100)


def inflated_courier(content: Content) -> None:
    row = next(row for row in content["shipments"] if row["baseline_service"] == "courier")
    row["alternatives"] = {"courier": row["alternatives"]["courier"]}
    _alone(row, "cost", 100)


def inflated_alternative(content: Content) -> None:
    row = next(row for row in content["shipments"] if len(row["alternatives"]) > 1)
    offer = next(offer for name, offer in row["alternatives"].items() if name != row["baseline_service"])
    offer["cost"] = Decimal(offer["cost"]) + 100


def dearest_as_baseline(content: Content) -> None:
    row = next(row for row in content["shipments"] if len(row["alternatives"]) > 1)
    worst = next(name for name in row["alternatives"] if name != row["baseline_service"])
    offer = row["alternatives"][worst]
    row.update(baseline_service=worst, **{f"baseline_{figure}": amount for figure, amount in offer.items()})


def slower_baseline(content: Content) -> None:
    _alone(content["shipments"][0], "days", 7)


def dearer_waiting(content: Content) -> None:
    _alone(content["shipments"][0], "priced_time", 100)


def left_out_for_nothing(content: Content) -> None:
    name = next(row["shipment_id"] for row in content["shipments"] if not row["trunk_load_id"] + row["truck_load_id"])
    forget(content, name)
    content["entries"] = [entry for entry in content["entries"] if entry["shipments"] != [name]]
    content["unplanned"].append(
        {"shipment_id": name, "rule": "PRICE", "detail": "x", "change": "x", "refusals": {}, "price": Decimal(1)}
    )
    content["certificate"]["unplanned_price"] = Decimal(content["certificate"]["unplanned_price"]) + 1


def left_out_as_impossible(content: Content) -> None:
    left_out_for_nothing(content)
    content["unplanned"][-1].update(rule="LANE.NONE", price=Decimal(0))
    content["certificate"]["unplanned_price"] = Decimal(content["certificate"]["unplanned_price"]) - 1


def other_network(content: Content) -> None:
    content["inputs"]["network_sha256"] = "0" * 64


def other_shipments(content: Content) -> None:
    content["inputs"]["shipments_sha256"] = "0" * 64


RESUMMED: list[tuple[Callable[[Content], None], str]] = [
    (other_container, "COST.MISSING_LINE"),
    (smaller_container, "LOAD.VOLUME"),
    (into_a_full_load, "LOAD.VOLUME"),
    (conflicting_goods, "LOAD.CONFLICT"),
    (without_consent, "LOAD.CONSENT"),
    (earlier_eta, "DATE.ETA"),
    (earlier_delivery, "DATE.RECEIVED"),
    (departure_that_does_not_run, "DEPARTURE.NOT_RUNNING"),
    (departure_before_the_goods, "CUTOFF.CFS"),
    (amount_of_a_line, "COST.AMOUNT"),
    (dropped_line, "COST.MISSING_LINE"),
    (doubled_line, "COST.EXTRA_LINE"),
    (made_up_line, "COST.EXTRA_LINE"),
    (share_between_friends, "COST.SHARE"),
    (cheaper_container, "COST.SOURCE_AMOUNT"),
    (duty_at_half_rate, "COST.RATE"),
    (dropped_shipment, "COVERAGE.MISSING"),
    (doubled_shipment, "COVERAGE.TWICE"),
    (unknown_shipment, "COVERAGE.UNKNOWN"),
    (lighter_shipment, "SHIPMENT.WEIGHT"),
    (smaller_value, "SHIPMENT.VALUE"),
    (merged_entries, "ENTRY.MERGED"),
    (split_entry, "ENTRY.SPLIT"),
    (another_fc, "SHIPMENT.FC"),
    (shorter_road, "DISTANCE.COLLECTION"),
    (warehouse_of_another_region, "REFERENCE.LINK"),
    (another_truck_day, "LOAD.ETD"),
    (cheaper_days, "TIME.TRANSIT"),
    (unpriced_lateness, "TIME.LATENESS"),
    (nobody_pays_alone, "BASELINE.STAND_IN"),
    (inflated_baseline, "BASELINE.COST"),
    (inflated_courier, "BASELINE.COST"),
    (inflated_alternative, "BASELINE.COST"),
    (dearest_as_baseline, "BASELINE.ALTERNATIVE"),
    (slower_baseline, "BASELINE.TIME"),
    (dearer_waiting, "BASELINE.TIME"),
    (left_out_for_nothing, "UNPLANNED.PRICE"),
    (left_out_as_impossible, "UNPLANNED.POSSIBLE"),
    (other_network, "INPUT.HASH"),
    (other_shipments, "INPUT.HASH"),
]


def landed_cost(content: Content) -> None:
    content["shipments"][0]["landed_cost"] = Decimal(content["shipments"][0]["landed_cost"]) - 10


def cash(content: Content) -> None:
    content["certificate"]["cash_cost"] = Decimal(content["certificate"]["cash_cost"]) - 10


def cost(content: Content) -> None:
    content["certificate"]["cost"] = Decimal(content["certificate"]["cost"]) - 10


def bound(content: Content) -> None:
    content["certificate"]["bound"] = Decimal(content["certificate"]["cost"]) + 1


def gap(content: Content) -> None:
    content["certificate"]["gap"] = 0.0


def optimum(content: Content) -> None:
    content["certificate"]["proven_optimal"] = True


def load_cost(content: Content) -> None:
    content["loads"][0]["cost"] = Decimal(content["loads"][0]["cost"]) - 1


def entry_cost(content: Content) -> None:
    content["entries"][0]["cost"] = Decimal(content["entries"][0]["cost"]) - 1


def fill(content: Content) -> None:
    content["loads"][0]["fill"] = Decimal("0.999")


AS_IS: list[tuple[Callable[[Content], None], str]] = [
    (landed_cost, "SUM.LANDED"),
    (cash, "SUM.CASH"),
    (cost, "SUM.COST"),
    (bound, "CERTIFICATE.BOUND"),
    (gap, "CERTIFICATE.GAP"),
    (optimum, "CERTIFICATE.OPTIMAL"),
    (load_cost, "SUM.LOAD"),
    (entry_cost, "SUM.ENTRY"),
    (fill, "LOAD.FILL"),
]


def test_the_genuine_plan_is_accepted(genuine: Path) -> None:
    found = check(genuine, NETWORK, GOODS)
    assert found.ok, [str(row) for row in found.violations[:10]]
    assert found.checked["shipments"] + found.checked["unplanned"] == len(GOODS)


def test_the_genuine_plan_has_journeys_of_many_kinds(content: Content) -> None:
    services = {(row["service"], row["final_leg"]) for row in content["shipments"]}
    assert {("consolidated", "ftl"), ("courier", "courier"), ("direct_container", "direct")} <= services
    assert {service for service, _ in services} >= {"consolidated", "co_load"}


def test_writing_again_without_a_change_is_accepted(content: Content, tmp_path: Path) -> None:
    same = copy.deepcopy(content)
    resum(same)
    found = check(write_folder(same, tmp_path / "same"), NETWORK, GOODS)
    assert found.ok, [str(row) for row in found.violations[:10]]


@pytest.mark.parametrize(("tamper", "cause"), RESUMMED, ids=[row[0].__name__ for row in RESUMMED])
def test_tampering_with_totals_written_again(tamper: Callable[[Content], None], cause: str, content: Content) -> None:
    assert_named(content, tamper, cause, (NETWORK, GOODS))


@pytest.mark.parametrize(("tamper", "cause"), AS_IS, ids=[row[0].__name__ for row in AS_IS])
def test_tampering_with_a_total(
    tamper: Callable[[Content], None], cause: str, content: Content, tmp_path: Path
) -> None:
    forged = copy.deepcopy(content)
    tamper(forged)
    assert cause in judge(Plan.model_validate(forged), NETWORK, GOODS).by_cause


def test_a_forged_folder_that_agrees_with_itself(content: Content, tmp_path: Path) -> None:
    forged = copy.deepcopy(content)
    share_between_friends(forged)
    resum(forged)
    found = check(write_folder(forged, tmp_path / "forged"), NETWORK, GOODS).by_cause
    assert found == {"COST.SHARE": 2}


def test_a_lane_that_closed_since(content: Content) -> None:
    lane_id = pooled_shipment(content)["lane_id"]
    lanes = tuple(row.model_copy(update={"closed": row.lane_id == lane_id}) for row in NETWORK.lanes)
    found = judge(Plan.model_validate(content), NETWORK.replace(lanes=lanes), GOODS).by_cause
    assert set(found) == {"INPUT.HASH", "LANE.CLOSED"}


def test_a_deleted_table(content: Content, tmp_path: Path) -> None:
    folder = write_folder(copy.deepcopy(content), tmp_path / "forged")
    (folder / "cost_lines.csv").unlink()
    assert check(folder, NETWORK, GOODS).by_cause == {"FILE.MISSING": 1}


def test_an_edited_cell(content: Content, tmp_path: Path) -> None:
    folder = write_folder(copy.deepcopy(content), tmp_path / "forged")
    path = folder / "shipments.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("ONT8", "LGB8", 1), encoding="utf-8")
    found = check(folder, NETWORK, GOODS).violations
    assert [row.cause for row in found] == ["CSV.DIFFERS"]
    assert (found[0].found, found[0].expected) == ("LGB8", "ONT8")


def test_an_edited_certificate(content: Content, tmp_path: Path) -> None:
    folder = write_folder(copy.deepcopy(content), tmp_path / "forged")
    path = folder / "certificate.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "gap": 0.0}), encoding="utf-8")
    assert check(folder, NETWORK, GOODS).by_cause == {"CERTIFICATE.DIFFERS": 1}


def test_the_plan_read_back_is_the_plan_written(genuine: Path, content: Content) -> None:
    assert read_plan(genuine) == Plan.model_validate(content)


_FREE_WORDS = {
    "plan_id",
    "software",
    "refusals",
    "stop_reason",
    "seed",
    "gap",
    "work",
    "exact_lots",
    "time_limit_s",
    "status",
}
"""What may say anything: labels, and how hard the optimiser tried (its result is judged, not its options)."""


def _leaves(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(part, dict | list):
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _leaves(value, (*path, key))
    elif part is not None and not isinstance(part, bool):
        yield path, part


def _is_free(path: tuple[Any, ...]) -> bool:
    return (
        path[0] in _FREE_WORDS
        or (path[0] == "options" and path[1] in _FREE_WORDS)
        or path[-1]
        in ("status", "stop_reason", "guide_price")  # a guide price is the search's, nobody can work it out again
    )


def test_no_figure_of_a_real_plan_can_be_changed_unseen(content: Content) -> None:
    leaves = [(path, value) for path, value in _leaves(content) if not _is_free(path)]
    unseen = []
    for path, value in random.Random(7).sample(leaves, 60):
        changed = copy.deepcopy(content)
        part: Any = changed
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = f"{value}?" if isinstance(value, str) else value + 1
        try:
            plan = Plan.model_validate(changed)
        except ValidationError:
            continue
        if judge(plan, NETWORK, GOODS).ok:
            unseen.append(path)
    assert not unseen
