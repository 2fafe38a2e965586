"""What a study says of two weeks that were searched only a little holds for their best plans."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from consolidation.planner import plan
from consolidation.scenarios import Scenario, apply_scenario
from consolidation.scenarios.model import ScenarioTable
from consolidation.studies.differences import difference
from consolidation.studies.measures import figures
from consolidation.studies.warm import plan_from
from solvers.options import SolveOptions
from tests.goods import goods
from tests.networks import tiny_network

NETWORK = tiny_network()
LANES = [row.lane_id for row in NETWORK.lanes]
LITTLE = SolveOptions(work=0, exact_lots=0)
SURE = SolveOptions(gap=0.0)
WEEKS = st.lists(
    st.builds(dict, volume_m3=st.integers(1, 30).map(str), destination_fc=st.sampled_from(["ONT8", "IND9", "LGB8"]),
              ready_date=st.integers(24, 29).map(lambda day: f"2026-11-{day}")),
    min_size=2, max_size=6,
)  # fmt: skip
PATCHES = st.one_of(
    st.sampled_from(LANES).map(lambda lane: {"kind": "close_lanes", "lanes": lane}),
    st.sampled_from(LANES).map(lambda lane: {"kind": "open_lanes", "lanes": lane}),
    st.sampled_from([-30, -5, 5, 30]).map(
        lambda n: {"kind": "rates", "charges": {"categories": "trunk"}, "percent": n}
    ),
    st.sampled_from([1, 9]).map(lambda days: {"kind": "transit", "lanes": "*", "add_days": days}),
    st.sampled_from(["0.5", "1.5"]).map(lambda factor: {"kind": "demand", "factor": Decimal(factor)}),
)


HOLDS: dict[str, Callable[[Decimal], bool]] = {
    "same": lambda true: true == 0, "cheaper": lambda true: true < 0, "dearer": lambda true: true > 0,
    "not_dearer": lambda true: true <= 0, "not_cheaper": lambda true: true >= 0, "undecided": lambda true: True,
}  # fmt: skip


@given(WEEKS, st.lists(PATCHES, min_size=1, max_size=2))
@settings(max_examples=8, deadline=None)
def test_the_interval_holds_what_the_best_plans_differ_by(
    week: list[dict[str, Any]], patches: list[dict[str, Any]]
) -> None:
    shipments = tuple(goods(f"S{k}", **row) for k, row in enumerate(week))
    asked = Scenario("x", ScenarioTable.model_validate({"name": "x", "patches": patches}).patches)
    changed = apply_scenario(asked, NETWORK, shipments)
    best = [plan(*each, options=SURE).certificate for each in ((NETWORK, shipments), changed[:2])]
    assert all(each.proven_optimal for each in best)
    true = best[1].cost - best[0].cost

    base = plan(NETWORK, shipments, options=LITTLE)
    other = plan_from(base, changed.network, changed.shipments, LITTLE)
    said = difference(figures(base, NETWORK, 0), figures(other, changed.network, 0), asked, NETWORK)
    assert said.at_least <= true <= said.at_most
    assert HOLDS[said.verdict](true)
