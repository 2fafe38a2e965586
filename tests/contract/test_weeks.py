"""Twenty generated weeks on the reference network: the independent judge accepts every plan, and every sum holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from consolidation.checker import check
from consolidation.folder import read_plan, write_plan
from consolidation.generate import generate
from network.model import Network
from solvers.options import SolveOptions
from tests.goods import assert_sums, quick_plan

MONDAY = dt.date(2026, 11, 30)
# shipments, week after the first, rate scenario
WEEKS = [
    (50, 0, ""), (50, 3, "stressed"), (50, 13, ""), (55, 26, ""), (60, 39, ""), (60, 7, ""), (70, 1, "stressed"),
    (75, 5, ""), (80, 9, ""), (80, 17, ""), (90, 2, ""), (100, 4, ""), (100, 11, "stressed"), (110, 21, ""),
    (120, 30, ""), (140, 6, ""), (160, 8, ""), (200, 0, "stressed"), (300, 10, ""), (500, 0, ""),
]  # fmt: skip


@pytest.mark.parametrize(("count", "later", "scenario"), WEEKS, ids=[f"{n}-week{k}{s}" for n, k, s in WEEKS])
def test_the_judge_accepts_a_generated_week(
    count: int, later: int, scenario: str, reference: Network, tmp_path: Path
) -> None:
    start = MONDAY + dt.timedelta(weeks=later)
    week = generate(reference, count, 1000 + count + later, start)
    effort = SolveOptions(time_limit_s=None, work=0, gap=0.2)
    made = quick_plan(reference, week, effort, scenario=scenario or None)
    verdict = check(write_plan(made, tmp_path / "plan", reference, 0.0), reference, week)
    assert verdict.violations == ()
    assert verdict.checked["shipments"] + verdict.checked["unplanned"] == count
    assert_sums(read_plan(tmp_path / "plan"))
    certificate = made.certificate
    assert 0 < certificate.bound <= certificate.cost
    assert certificate.unplanned < count // 10
    assert certificate.cash_cost < certificate.baseline_cost
