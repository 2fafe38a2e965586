"""Studies made by hand, on lanes of the tiny network."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from consolidation.studies.model import (
    BASE,
    Axis,
    Difference,
    Figures,
    Flow,
    Grid,
    Mover,
    ScenarioResult,
    Study,
    Verdict,
)


def flow(lane_id: str, volume: int, mode: str = "ocean") -> Flow:
    """Return goods on a lane: a shipment for every 10 m3, a load for every 60."""
    return Flow(
        lane_id=lane_id, mode=mode, shipments=volume // 10, loads=-(-volume // 60), volume_m3=Decimal(volume),
        gross_weight_kg=Decimal(200 * volume),
    )  # fmt: skip


def figures(trunk: int = 6000, duty: int = 3000, time: int = 1000, left: int = 0, **changes: Any) -> Figures:
    """Return a plan in figures whose cost is the sum of its parts."""
    cash = Decimal(trunk + duty)
    values: dict[str, Any] = {
        "shipments": 12, "unplanned": 0, "cost": cash + time + left, "bound": cash + time + left - 50, "gap": 0.005,
        "proven_optimal": False, "stop_reason": "WORK", "cash_cost": cash, "priced_time": Decimal(time),
        "unplanned_price": Decimal(left), "baseline_cost": cash + 4000, "categories": {"trunk": Decimal(trunk), "duty": Decimal(duty)},
        "mean_days": 31.25, "m3_days": Decimal(900), "late_shipments": 1, "late_days": 2, "late_price": Decimal(10),
        "containers": {"40HC": 2}, "trucks": 1, "fill": 0.812, "services": {"consolidated": 12},
        "flows": (flow("YTN-LAX", 60), flow("YTN-HAM", 30)), "emissions": {}, "violations": 0,
    }  # fmt: skip
    return Figures(**{**values, **changes})


def mover(shipment_id: str, cost: int = 5, **changes: Any) -> Mover:
    """Return a shipment on another departure."""
    values: dict[str, Any] = {
        "shipment_id": shipment_id, "seller_id": "SELLER-1", "move": "departure", "before": "YTN-LAX-W@2026-12-02",
        "after": "NGB-LAX-W@2026-12-04", "cost": Decimal(cost), "days": 2,
    }  # fmt: skip
    return Mover(**{**values, **changes})


def scenario(
    name: str, verdict: Verdict, ends: tuple[int, int, int], found: Figures | None = None, **more: Any
) -> ScenarioResult:
    """Return a scenario with a plan.

    Parameters
    ----------
    ends : least difference, that of the plans found, largest
    """
    low, cost, high = map(Decimal, ends)
    each = Difference(cost=cost, at_least=low, at_most=high, verdict=verdict)
    return ScenarioResult(name=name, status="planned", figures=found or figures(), difference=each, key="k", **more)


def failed(name: str, reason: str) -> ScenarioResult:
    """Return a scenario without a plan."""
    return ScenarioResult(name=name, status="failed", reasons=(reason,), key="k")


def study_of(*scenarios: ScenarioResult, **changes: Any) -> Study:
    """Return a study of some scenarios; its base costs 10,000."""
    base = ScenarioResult(name=BASE, status="planned", figures=figures(), key="k")
    values: dict[str, Any] = {
        "title": "What if", "currency": "USD", "network_sha256": "n" * 64, "shipments_sha256": "s" * 64, "base": base,
        "scenarios": scenarios,
    }  # fmt: skip
    return Study(**{**values, **changes})


def sample_study(**changes: Any) -> Study:
    """Return a study with a scenario of every kind and a grid of two axes, one of whose cells is undecided."""
    moved = figures(
        5000, 2900, 1100, flows=(flow("YTN-LAX", 20), flow("NGB-LAX", 40), flow("YTN-HAM", 30)), mean_days=30.0
    )
    dear = figures(7000, 3000, 1200, 500, unplanned=2, containers={"40HC": 1, "20GP": 3}, late_shipments=4)
    rows = (
        scenario("cheap", "cheaper", (-1050, -1000, -950), moved, movers=(mover("S1"), mover("S2", -90, move="service", before="co_load", after="air"))),
        scenario("dear", "dearer", (1650, 1700, 1750), dear, movers=(mover("S9", move="left_out", after=""),)),
        failed("closed", "no way is left"),
        scenario("g.a+x", "same", (0, 0, 0)),
        scenario("g.a+y", "undecided", (-40, 10, 60)),
        scenario("g.b+x", "not_cheaper", (0, 20, 70)),
        scenario("h.one", "not_dearer", (-60, -10, 0)),
    )  # fmt: skip
    grids = (
        Grid(name="g", axes=(Axis(name="volume", points=("a", "b")), Axis(name="rate", points=("x", "y")))),
        Grid(name="h", axes=(Axis(name="days", points=("one", "two")),)),
    )
    return study_of(*rows, **{"grids": grids, "missing": ("g.b+y", "h.two"), **changes})
