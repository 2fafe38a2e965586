"""Plan a week and print what a planner looks at: python week.py NETWORK SHIPMENTS PLAN [WORK]."""

import sys
from pathlib import Path

import pandas as pd

from consolidation import SolveOptions, check, plan, read_network, read_shipments, write_plan

network_path, shipments_path, plan_path, *more = sys.argv[1:]
network = read_network(network_path)
shipments = read_shipments(shipments_path, network)

options = SolveOptions(seed=1, gap=0.005, work=int(more[0]) if more else 100)
answer = plan(network, shipments, options=options)
folder = write_plan(answer, plan_path, network, seconds=0.0)
verdict = check(folder, network, shipments)
if not verdict.ok:
    sys.exit(f"the plan breaks rules: {verdict.by_cause}")

found = answer.certificate
print(f"{found.shipments - found.unplanned} of {found.shipments} shipments planned")
print(f"cost {found.cost:,.2f} {found.currency}, at most {found.gap:.2%} above the best plan there can be")

loads = pd.read_csv(folder / "consolidations.csv")
containers = loads[loads["kind"] == "trunk"].sort_values("cutoff")
print("\nContainers to book, by CFS cut-off (fill: share of stuffing volume)")
columns = ["load_id", "equipment_id", "origin", "destination", "departure_id", "cutoff", "shipment_count", "fill"]
print(containers[columns].to_string(index=False))

rows = pd.read_csv(folder / "shipments.csv", dtype={"rule": "str"})
planned = rows[rows["status"] != "unplanned"]
sellers = planned.groupby("seller_id")[["volume_m3", "landed_cost", "baseline_cost"]].sum()
sellers["saving_pct"] = (100 * (1 - sellers["landed_cost"] / sellers["baseline_cost"])).round(1)
print("\nWhat each seller pays, and saves against sending alone (USD, m3, %)")
print(sellers.sort_values("saving_pct", ascending=False).head(10).to_string())

lines = pd.read_csv(folder / "cost_lines.csv")
print("\nLanded cost by category (USD)")
print(lines.groupby("category", sort=False)["amount"].sum().round(2).to_string())

left_out = pd.read_csv(folder / "unplanned.csv")
print("\nNot planned, and what would have to change")
print(left_out[["shipment_id", "rule", "change"]].to_string(index=False) if len(left_out) else "nothing")
print(f"\nPlan in {Path(plan_path)}: send report.html, keep plan.json")
