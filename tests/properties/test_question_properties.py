"""What holds for any candidate and any limit: the saving never rises with the rate, more is never worth less than nothing."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from consolidation.planner import plan
from consolidation.studies import Request
from consolidation.studies.model import Study
from solvers.options import SolveOptions
from tests.asking import HASTY, asked, cargo, request
from tests.goods import SURE, edited
from tests.networks import tiny_network

VOLUMES = st.lists(st.sampled_from(["3", "9", "20", "40"]), min_size=1, max_size=4)


def _study(asking: Request) -> Study:
    with tempfile.TemporaryDirectory() as folder:
        return asked(Path(folder), asking)


@given(
    VOLUMES,
    st.integers(8, 20),
    st.sampled_from([0, 50, 400]),
    st.sampled_from(["0.5", "5"]),
    st.sampled_from([SURE, HASTY]),
)
@settings(max_examples=16, deadline=None)
def test_the_saving_never_rises_and_the_answer_lies_where_it_meets_the_fixed_cost(
    volumes: list[str], days: int, fixed: int, tolerance: str, options: SolveOptions
) -> None:
    week = [
        cargo(f"S{k}", volume_m3=volume, gross_weight_kg=str(150 * int(volume)), cartons=10 * int(volume))
        for k, volume in enumerate(volumes)
    ]
    patch = {"kind": "add_lane", "like": "YTN-LAX", "lane": {"lane_id": "FAST", "transit_days": Decimal(days)}}
    question = {
        "name": "q", "patches": [patch], "charges": {"lanes": "FAST", "codes": "TRUNK.*"}, "fixed_cost": Decimal(fixed),
        "tolerance_pct": Decimal(tolerance),
    }  # fmt: skip
    study = _study(request(tiny_network(), week, options, break_even=[question]))
    (found,) = study.break_evens
    assert study.missing == ()
    savings = [run.saving for run in found.runs]
    assert savings == sorted(savings, reverse=True)
    for run in found.runs:
        assert run.at_least <= run.saving <= run.at_most
        assert run.pays == (run.shipments > 0 and found.base_cost - run.cost > fixed)
        if found.proven_up_to is not None and run.percent <= found.proven_up_to:
            assert run.saving > fixed
        if found.proven_from is not None and run.percent >= found.proven_from:
            assert run.saving <= fixed
    if found.verdict == "found":
        assert found.below_percent is not None
        assert found.above_percent is not None
        assert found.above_percent - found.below_percent <= Decimal(tolerance)
        by_rate = {run.percent: run for run in found.runs}
        assert by_rate[found.below_percent].pays
        assert not by_rate[found.above_percent].pays


@given(VOLUMES, st.sampled_from([5.0, 15.0, 45.0]), st.sampled_from(["1", "10", "40"]))
@settings(max_examples=12, deadline=None)
def test_a_value_is_the_difference_of_two_best_plans(volumes: list[str], limit: float, more: str) -> None:
    week = [
        cargo(f"S{k}", volume_m3=volume, gross_weight_kg=str(150 * int(volume)), cartons=10 * int(volume))
        for k, volume in enumerate(volumes)
    ]
    network = tiny_network().replace(places=edited("places", {"WH-SZX": {"handling_m3_per_day": limit}}))
    study = _study(
        request(network, week, values=[{"name": "v", "warehouses": "WH-SZX", "add_m3_per_day": Decimal(more)}])
    )
    (found,) = study.values
    after = tiny_network().replace(places=edited("places", {"WH-SZX": {"handling_m3_per_day": limit + int(more)}}))
    one, other = (plan(each, week, options=SURE).certificate for each in (network, after))
    assert one.proven_optimal
    assert other.proven_optimal
    assert found.value == found.at_least == found.at_most == one.cost - other.cost >= 0
    assert (found.run == "") == (sum(map(int, volumes)) <= limit)
