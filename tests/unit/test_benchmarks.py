"""The benchmark runner: rows survive crashes, and every method gives a plan that keeps the rules at its true cost."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from network.model import Network
from network.money import CENT, MICROS
from solvers.evaluate import evaluate
from solvers.problem import Problem
from tests.benchmarks import packing_jobs, run
from tests.benchmarks.baselines import METHODS, measure
from tests.benchmarks.methods.alone import alone
from tests.benchmarks.methods.cpsat import cpsat
from tests.benchmarks.methods.formulation import Formulation
from tests.benchmarks.methods.highs import highs
from tests.benchmarks.methods.human import human
from tests.benchmarks.methods.week import Answer, Week, shipments_of, week_of
from tests.benchmarks.processes import Job, rows_of
from tests.benchmarks.replans import rolled_by_a_week
from tests.benchmarks.rows import COLUMNS, RowFile
from tests.oracle import cheapest
from tests.plans import sample_plan
from tests.strategies import Lot, Option, Pool, Type, make_problem, tiny_problems

M3 = 1_000_000


# -- rows and processes -------------------------------------------------------------------------------------------------


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_rows_are_appended_in_whole_lines_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "rows.csv"
    RowFile(path).add({"family": "weeks", "cost": "12.50", "gap": 1 / 3, "proven": False, "seconds": 2})
    RowFile(path).add({"family": "weeks", "stop_reason": 'ERROR, "quoted",\nin two lines'})
    first, second = _read(path)
    assert tuple(first) == COLUMNS
    assert (first["cost"], first["gap"], first["proven"], first["bound"]) == ("12.50", "0.333333", "no", "")
    assert second["stop_reason"] == 'ERROR, "quoted",\nin two lines'
    with path.open("a", encoding="utf-8") as file:
        file.write("weeks,torn")
    RowFile(path).add({"family": "later"})
    assert [row["family"] for row in _read(path)] == ["weeks", "weeks", "weeks", "later"]


def test_unknown_columns_and_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"unknown columns \['price'\]"):
        RowFile(tmp_path / "rows.csv").add({"price": 1})
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="found other columns"):
        RowFile(tmp_path / "other.csv")


def test_a_child_that_hangs_is_killed_and_one_that_crashes_keeps_its_whole_lines() -> None:
    hanging = [sys.executable, "-c", "import time; time.sleep(600)"]
    assert list(rows_of(hanging, 0.3)) == [{"stop_reason": "KILLED after 0 s without an answer"}]
    script = "import os, sys; print('{\"cost\": 1}'); sys.stdout.write('{\"co'); sys.stdout.flush(); os._exit(7)"
    assert list(rows_of([sys.executable, "-c", script], None)) == [
        {"cost": 1},
        {"stop_reason": "CRASHED with exit status 7"},
    ]


def test_a_crash_is_a_row_and_the_runs_after_it_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = 'import os, sys; os._exit(9) if int(sys.argv[1]) == 1 else print(\'{"cost": "3.00"}\')'
    monkeypatch.setattr(Job, "command", lambda job: [sys.executable, "-c", script, str(job.seed)])
    out = tmp_path / "out.csv"
    assert run.main(["--family", "weeks", "--sizes", "5", "--seeds", "1,2", "--out", str(out)]) == 1
    crashed, answered = _read(out)
    assert (crashed["instance"], crashed["cost"]) == ("week-5-1", "")
    assert crashed["stop_reason"] == "CRASHED with exit status 9"
    assert (answered["instance"], answered["seed"], answered["cost"]) == ("week-5-2", "2", "3.00")


def test_the_runner_writes_every_column_of_a_small_week(tmp_path: Path) -> None:
    out = tmp_path / "weeks.csv"
    assert run.main(["--family", "weeks", "--sizes", "12", "--limit", "5", "--work", "0", "--out", str(out)]) == 0
    (row,) = _read(out)
    assert {name for name in COLUMNS if row[name] == ""} <= {"best_known", "first_plan_seconds"}
    assert (row["instance"], row["config"], row["shipments"], row["check"]) == ("week-12-1", "work=0", "12", "0")
    assert 0 < float(row["bound"]) <= float(row["cost"]) <= float(row["baseline_cost"])
    assert float(row["cost_ratio"]) == pytest.approx(float(row["cost"]) / float(row["baseline_cost"]), abs=1e-4)
    assert float(row["human_cost"]) >= float(row["bound"])
    assert "python" in row["machine"]


def test_a_folder_of_shipments_is_one_job_per_file_and_method(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "notes.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    asked = run._parser().parse_args(
        ["--family", "baseline", "--path", str(tmp_path), "--methods", "human,planner", "--out", "x.csv"]
    )
    found = [(job.instance, job.method, job.limit_s) for job in run.jobs(asked)]
    assert found == [(name, method, 60.0) for name in ("a", "b") for method in ("planner", "human")]


def test_baseline_rows_are_set_against_the_planner_of_the_same_week() -> None:
    planned: dict[tuple[str, int], dict[str, object]] = {}
    job = Job(task="baseline", family="baseline", instance="w", method="planner")
    own = run.finished(job, {"cost": "200.00"}, planned)
    other = run.finished(
        Job(task="baseline", family="baseline", instance="w", method="human"), {"cost": "300.00"}, planned
    )
    nothing = run.finished(Job(task="baseline", family="baseline", instance="w", method="highs"), {}, planned)
    assert (own["cost_ratio"], other["cost_ratio"], nothing["cost_ratio"]) == (1.0, 1.5, None)
    assert other["baseline_cost"] == "200.00"


def test_packing_files_are_listed_once_and_their_rows_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    def packing_rows(family: str, path: Path, limit_s: float, seed: int) -> Iterator[dict[str, object]]:
        yield {"instance": path.name, "config": "c", "method": family, "cost": np.int64(7), "proven": np.bool_(True)}

    pairs = [(Path("a.txt"), "one"), (Path("a.txt"), "two"), (Path("b.txt"), None)]
    module = SimpleNamespace(packing_rows=packing_rows, instances=lambda family, path: pairs)
    monkeypatch.setitem(sys.modules, "tests.benchmarks.packing", module)
    job = Job(task="list", family="vsbppc", path="folder/x.txt")
    assert list(packing_jobs.listed(job)) == [{"path": "a.txt"}, {"path": "b.txt"}]
    (row,) = packing_jobs.run(job)
    assert (row["instance"], row["stop_reason"], row["bound"]) == ("x.txt", "OPTIMAL", None)
    assert [type(row[name]) for name in ("cost", "proven")] == [int, bool]
    del module.instances
    assert list(packing_jobs.listed(job)) == [{"path": "folder/x.txt"}]


# -- rules of thumb, by hand --------------------------------------------------------------------------------------------


def _week(pallets: int = 500, co_load: int = 5000, allotment: int = 9, volumes: tuple[int, ...] = (30, 30)) -> Week:
    """Return lots that share containers of two sailings of a cheap lane and one of a dear lane, and a truck.

    Pools 0 and 1: the cheap lane on days 5 and 9 (1,500 for 28 m3, 2,400 for 68 m3; the first needs allotment).
    Pool 2: the dear lane on day 4 (6,000). Pool 3: a truck at 800 from the first sailing. A last lot of half a cubic
    metre can be co-loaded at 50.
    """
    kinds = (Type(1500, 28 * M3, resource=0, amount=1), Type(2400, 68 * M3, resource=0, amount=2))
    later = (Type(1500, 28 * M3), Type(2400, 68 * M3))
    pools = [Pool(kinds), Pool(later), Pool((Type(6000, 68 * M3),)), Pool((Type(800, 90 * M3),))]
    options = [
        Option(pallets, (0,)), Option(100, (0, 3)), Option(pallets, (1,)), Option(pallets, (2,)), Option(co_load),
    ]  # fmt: skip
    lots = [Lot(volume=volume * M3, unplanned=99_000, options=list(options)) for volume in volumes]
    lots.append(Lot(volume=M3 // 2, unplanned=99_000, options=[Option(10, (0,)), Option(50)]))
    problem = make_problem(lots, pools, resource_limit=[allotment])
    n = len(volumes)
    return Week(
        problem,
        ready_day=np.array([*range(n, 0, -1), 0]),
        departs_day=np.array([5, 5, 9, 4, 3] * n + [5, 3]),
        lane=np.array([0, 0, 0, 1, -1] * n + [0, -1]),
        trunk=np.array([0, 0, 1, 2, -1] * n + [0, -1]),
        truck=np.array([-1, 3, -1, -1, -1] * n + [-1, -1]),
    )


def _cost(week: Week, answer: Answer) -> int:
    assert answer.assignment is not None
    evaluation = evaluate(week.problem, answer.assignment)
    assert evaluation.violations == ()
    return evaluation.cost // MICROS


@pytest.mark.parametrize(
    ("week", "cost"),
    [
        (_week(), 2400 + 500 + 500 + 50),  # one container of the best value per m3, pallets; the small one co-loaded
        (_week(pallets=1000), 2400 + 100 + 800 + 100 + 50),  # a truck of its own beats pallets; the second joins it
        (_week(allotment=0), 2400 + 500 + 500 + 50),  # no allotment: the next sailing of the same lane
        (_week(volumes=(20,)), 1500 + 500 + 50),  # the container shrinks to what is in it
        (_week(volumes=(20,), co_load=1700), 1700 + 50),  # dearer than co-loading its content: cancelled
        (_week(volumes=(60, 60)), 2 * (2400 + 500) + 50),  # no room: a second container of the same sailing
        (_week(volumes=(60, 60), allotment=3), 2 * (2400 + 500) + 50),  # allotment for one: the other sails later
    ],
)
def test_the_human_rule_by_hand(week: Week, cost: int) -> None:
    assert _cost(week, human(week)) == cost


def test_a_human_joins_a_container_already_open() -> None:
    # Ready first, with no other way than the dear lane; the other lot joins it at 500 and opens no container.
    lots = [Lot(volume=30 * M3, unplanned=99_000, options=[Option(500, (0,)), Option(500, (1,)), Option(5000)])]
    lots.append(Lot(volume=30 * M3, unplanned=99_000, options=[Option(500, (1,))]))
    problem = make_problem(lots, [Pool((Type(2400, 68 * M3),)), Pool((Type(6000, 68 * M3),))])
    lane = np.array([0, 1, -1, 1])
    week = Week(problem, np.array([2, 1]), np.array([5, 4, 3, 4]), lane, lane, np.full(4, -1))
    assert _cost(week, human(week)) == 6000 + 500 + 500


def test_alone_shares_nothing() -> None:
    # Two containers of its own with pallets: 2,400 + 500 each; a truck of its own would cost 2,400 + 100 + 800.
    assert _cost(_week(), alone(_week())) == 2 * 2900 + 50
    # Allotment for one container of two TEU: the other lot takes the later sailing.
    limited = alone(_week(allotment=3)).assignment
    assert limited is not None
    assert [load.pool for load in limited.loads] == [0, 1]


@pytest.mark.parametrize("method", [cpsat, highs])
def test_plain_models_find_the_best_plan_of_a_handful_of_lots(method: object) -> None:
    for week in (_week(), _week(pallets=1000), _week(allotment=1)):
        best = evaluate(week.problem, cheapest(week.problem)).cost // MICROS
        assert _cost(week, METHODS[method.__name__](week, 10.0)) == best  # type: ignore[attr-defined]


# -- plain models against exhaustive search -----------------------------------------------------------------------------


def _bare(problem: Problem) -> Week:
    nothing = np.full(problem.n_options, -1)
    return Week(problem, np.zeros(problem.n_lots, dtype=np.int64), nothing, nothing, nothing, nothing)


def _assert_exact(problem: Problem, answer: Answer) -> None:
    """Assert that a plan keeps the rules and is the best one, but for cents of fees and HiGHS's own gap of 1e-4."""
    assert answer.assignment is not None
    evaluation, best = evaluate(problem, answer.assignment), evaluate(problem, cheapest(problem)).cost
    assert evaluation.feasible
    assert evaluation.cost >= best
    if Formulation(problem).complete:
        assert answer.bound is not None
        assert answer.bound <= best
        assert evaluation.cost <= best + 4 * CENT * problem.n_lots + best // 10_000


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tiny_problems(max_lots=3, small_entries=False))
def test_cpsat_agrees_with_exhaustive_search(problem: Problem) -> None:
    _assert_exact(problem, cpsat(_bare(problem), 10.0))


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tiny_problems(max_lots=3, small_entries=False))
def test_highs_agrees_with_exhaustive_search(problem: Problem) -> None:
    _assert_exact(problem, highs(_bare(problem), 10.0))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tiny_problems())
def test_rules_of_thumb_keep_every_rule(problem: Problem) -> None:
    for method in (human, alone):
        answer = method(_bare(problem))
        assert answer.assignment is not None
        assert evaluate(problem, answer.assignment).feasible


# -- methods on a generated week ----------------------------------------------------------------------------------------


def test_no_method_is_cheaper_than_the_planners_bound(reference: Network) -> None:
    week = week_of(reference, shipments_of(reference, "", 12, 1))
    job = Job(task="baseline", family="baseline", limit_s=2.0, work=0)
    rows = {name: measure(name, week, job) for name in METHODS}
    bound = float(rows["planner"]["bound"])
    for row in rows.values():
        assert row["check"] == 0
        assert row["shipments"] == 12
        assert float(row["cost"]) >= bound > 0


def test_the_largest_load_of_a_replan_is_booked_and_rolled_by_a_week() -> None:
    made = sample_plan()
    booked, rolled = (event.confirmation for event in rolled_by_a_week(made))
    load = next(load for load in made.loads if load.load_id == booked.subject_id)
    assert load.volume_m3 == max(load.volume_m3 for load in made.loads)
    assert (booked.kind, rolled.kind, rolled.subject_id) == ("booked", "rolled", load.load_id)
    days = [dt.date.fromisoformat(name.rpartition("@")[2]) for name in (load.departure_id, rolled.departure_id)]
    assert days[1] - days[0] == dt.timedelta(days=7)
