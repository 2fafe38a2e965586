"""What must hold for every week: reductions lose nothing, room never costs, order and units do not matter, sums hold."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consolidation import compile as compiling
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.model import Network
from network.tables import Departure, Equipment, Lane, Place
from solvers.api import solve
from solvers.evaluate import evaluate
from solvers.options import SolveOptions
from solvers.outcome import Solved
from solvers.problem import Problem
from tests.goods import assert_sums, compiled, edited, goods, planning, quick_plan, trucks
from tests.oracle import cheapest

EXACT = SolveOptions(time_limit_s=None, gap=0.0)
_few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_fewer = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def shipments(draw: st.DrawFn, least: int = 1, most: int = 3, fcs: tuple[str, ...] = ("ONT8", "LGB8")) -> list[Shipment]:
    """Draw shipments that can share loads, trucks and entries, or may not."""
    found = []
    for k in range(draw(st.integers(least, most))):
        volume = draw(st.sampled_from(["0.4", "3", "9", "14.5", "27"]))
        found.append(
            goods(
                f"S{k}",
                seller_id=draw(st.sampled_from(["ANNA", "BO"])),
                importer_id=draw(st.sampled_from(["IOR-A", "IOR-B", ""])),
                destination_fc=draw(st.sampled_from(fcs)),
                ready_date=draw(st.sampled_from(["2026-11-24", "2026-11-27", "2026-11-30"])),
                volume_m3=volume,
                gross_weight_kg=str(Decimal(volume) * draw(st.sampled_from([100, 250, 700]))),
                cartons=1000,
                goods_value=draw(st.sampled_from(["300", "5000", "60000"])),
                due_date=draw(st.sampled_from([None, "2026-12-20", "2026-12-30"])),
                cargo_class=draw(st.sampled_from(["general", "general", "lithium_battery", "liquid"])),
                coload_consent=draw(st.sampled_from([True, True, True, False])),
            )
        )
    return found


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw a network with two sailings, perhaps LCL or a courier, and limits that bind or do not."""
    limits: dict[str, Any] = {
        "WH-SZX": {"handling_m3_per_day": draw(st.sampled_from([None, 10.0, 30.0]))},
        "ONT8": {"receiving_m3_per_week": draw(st.sampled_from([None, None, 5.0, 20.0]))},
        "LGB8": {"receiving_m3_per_week": draw(st.sampled_from([None, 12.0]))},
        "USLAX": {"direct_tariff": draw(st.sampled_from(["", "DIRECT-US"]))},
        "DC-LAX": {"parcel_tariff": ""},
    }
    teu = draw(st.sampled_from([None, None, 0.0, 1.0, 2.0]))
    sailings = {"YTN-LAX-W": {"valid_from": "2026-12-02", "valid_to": "2026-12-09", "allotment_teu": teu}}
    keep = ["YTN-LAX-W", *draw(st.sampled_from([[], ["YTN-LAX-LCL-W"]]))]
    lcl = {"valid_from": "2026-12-05", "valid_to": "2026-12-05"}
    base = trucks()
    cheap = {charge.charge_id: {"rate": "60", "equipment": "53TRL"} for charge in base.charges if charge.charge_id == "ftl-us"}
    cheap["ftl-us-km"] = {"rate": "0.5", "equipment": "53TRL"}
    if draw(st.booleans()):
        cheap["ocean-us-20"], cheap["dray-us"] = {"rate": "200"}, {"rate": "50"}
    return base.replace(
        places=edited("places", limits),
        departures=edited("departures", {**sailings, "YTN-LAX-LCL-W": lcl}, keep=keep),
        couriers=edited("couriers", keep=draw(st.sampled_from([[], ["EXPRESS-US"]]))),
        charges=edited("charges", cheap),
        planning=planning(max_importers_per_load=draw(st.sampled_from([None, None, 1]))),
    )


def _truth(problem: Problem) -> int:
    best = evaluate(problem, cheapest(problem))
    assert best.feasible
    return best.cost


def _everything(found: Any, cost: Any, pooling: Any, limits: Any) -> Any:
    return np.lexsort((np.arange(len(cost)), cost, found.shipment))


@_few
@given(networks(), shipments())
def test_reductions_keep_the_optimum(network: Network, week: list[Shipment]) -> None:
    reduced = compiled(network, *week).problem
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiling, "_reduce", _everything)
        full = compiled(network, *week).problem
    assert reduced.n_options <= full.n_options
    answer = solve(reduced, EXACT)
    assert isinstance(answer, Solved)
    assert answer.proven
    assert answer.cost == _truth(full)
