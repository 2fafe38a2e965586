"""Wherever scenarios are run, and whatever is killed meanwhile, the same study comes of it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from consolidation.studies import processes, read_request, study
from consolidation.studies.processes import WorkersLost
from consolidation.studies.runners import Processes, Runner, Serial
from consolidation.studies.work import Outcome
from network.errors import InputError
from tests.clusters import LocalCluster, cluster, wait_until
from tests.deadly import Deadly, Faulty
from tests.deadly import scenario as broken
from tests.killing import posix, serving
from tests.studying import CLOSED, DEAR, NAMES, TEXT, contents, given, named, scenario

pytestmark = posix
MODULES = ("consolidation.studies", "consolidation.planner", "consolidation.replanning", "solvers.api", "network.io")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "study.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def expected(file: Path) -> dict[str, bytes]:
    """Files of the study, run in one process."""
    folder = file.parent / "serial"
    assert study(read_request(file), folder, runner=Serial()).missing == ()
    found = contents(folder)
    assert set(found) == {
        "study.json", "results.csv", "movers.csv", "study.html",
        *(f"plans/{name}/{part}" for name in ("base", *NAMES) for part in ("plan.json", "result.json")),
    }  # fmt: skip
    return found


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """A cluster of two workers."""
    pytest.importorskip("distributed", reason="Dask, the extra 'cluster', is not installed")
    with cluster(tmp_path_factory.mktemp("dask"), workers=2) as made:
        wait_until(lambda: len(_workers(made)) == 2)
        yield made


def on(made: LocalCluster, patience_s: float = 30.0) -> Runner:
    """Return a runner on a cluster."""
    from consolidation.studies.cluster import Cluster

    return Cluster(made.address, patience_s=patience_s)


def _nothing(outcome: Outcome) -> tuple[()]:
    del outcome
    return ()


class TestProcesses:
    def test_killed_workers_lose_nothing(self, file: Path, tmp_path: Path, expected: dict[str, bytes]) -> None:
        killed: list[int] = []

        def kill(done: int, count: int, result: object) -> None:
            workers = [worker.pid for worker in multiprocessing.active_children() if worker.pid is not None]
            if len(workers) == 2 and not killed:
                for worker in workers:
                    os.kill(worker, signal.SIGKILL)
                    killed.append(worker)

        study(read_request(file), tmp_path / "out", runner=Processes(2), on_result=kill)
        assert len(killed) == 2
        assert contents(tmp_path / "out") == expected
        assert multiprocessing.active_children() == []

    def test_only_a_scenario_that_kills_its_worker_is_given_up(self) -> None:
        """Another fault is a row like any other, and what an outcome asks for is run."""
        asked = [
            broken("deadly", Deadly()),
            scenario("dear", DEAR),
            broken("fault", Faulty(RuntimeError("out of order"))),
        ]
        further = {"dear": [scenario("closed", CLOSED)]}
        outcomes = Processes(2).outcomes(given(), asked, lambda outcome: further.get(outcome.result.name, ()))
        found = {outcome.result.name: outcome.result for outcome in outcomes}
        assert {name: found[name].status for name in sorted(found)} == {
            "closed": "planned", "deadly": "failed", "dear": "planned", "fault": "failed"}  # fmt: skip
        assert found["fault"].reasons[0].startswith("RuntimeError in deadly.py, line ")
        assert found["fault"].reasons[0].endswith(": out of order")
        assert found["deadly"].reasons == (
            "the process that planned it ended 3 times without an answer; maybe memory ran out",
        )
        assert found["deadly"].key == ""

    def test_where_no_process_begins_that_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As where each runs the script that began it once more, up to the same place."""
        monkeypatch.setattr(processes, "_serve", repr)
        with pytest.raises(WorkersLost, match=r"Maybe a script calls study\(\) outside of `if __name__"):
            list(Processes(1).outcomes(given(), [scenario("dear", DEAR)], _nothing))
        assert multiprocessing.active_children() == []

    def test_workers_end_with_the_process_that_began_them(
        self, file: Path, tmp_path: Path, expected: dict[str, bytes]
    ) -> None:
        """Killed in the middle and started again, a study plans what is missing and comes to the same."""
        out = tmp_path / "out"
        command = ["study", str(file), "-o", str(out), "--workers", "2"]
        with serving(*MODULES) as server:
            process = server.start(command)
            wait_until(lambda: len(_finished(out)) >= 3)
            workers = _children(process)
            os.kill(process, signal.SIGKILL)
            assert server.end() == -signal.SIGKILL
            assert len(workers) >= 2
            wait_until(lambda: not any(map(_at_work, workers)))
            before = _finished(out)
            assert len(before) < len(NAMES) + 1
            server.run(command)
        after = _finished(out)
        assert {name: after[name] for name in before} == before
        assert contents(out) == expected
        assert [path for path in out.rglob(".*") if path.name != ".lock"] == []

    def test_interrupted_a_study_says_what_is_missing(
        self, file: Path, tmp_path: Path, expected: dict[str, bytes]
    ) -> None:
        out = tmp_path / "out"
        command = ["study", str(file), "-o", str(out), "--workers", "1"]
        with serving(*MODULES) as server:
            process = server.start(command)
            wait_until(lambda: len(_finished(out)) >= 1)
            os.kill(process, signal.SIGINT)
            assert server.end() == 130
            assert b'"missing": [\n  "' in (out / "study.json").read_bytes()
            server.run(command)
        assert contents(out) == expected


def _finished(out: Path) -> dict[str, tuple[int, int]]:
    """Return the inode and the time of the result of each scenario that is finished."""
    stats = {path.parent.name: path.stat() for path in out.glob("plans/[!.]*/result.json")}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


def _children(process: int) -> list[int]:
    """Return the processes that a process began."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux lists the children of a process in a file")
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _at_work(process: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("where", ["serial", "cluster"])
def test_an_outcome_may_ask_for_further_scenarios(where: str, request: pytest.FixtureRequest) -> None:
    runner = Serial() if where == "serial" else on(request.getfixturevalue("dask"))
    further = {"dear": [scenario("closed", CLOSED)], "closed": named(2, scenario("more", DEAR))}
    found = [outcome.result for outcome in runner.outcomes(
        given(), iter([scenario("dear", DEAR)]), lambda outcome: further.get(outcome.result.name, ()))]  # fmt: skip
    assert [result.name for result in found[:2]] == ["dear", "closed"]
    assert {result.name for result in found[2:]} == {"more0", "more1"}
    assert {result.status for result in found} == {"planned"}


@pytest.mark.skipif(find_spec("distributed") is None, reason="Dask, the extra 'cluster', is not installed")
class TestCluster:
    def test_the_study_is_that_of_one_process(
        self, dask: LocalCluster, file: Path, tmp_path: Path, expected: dict[str, bytes]
    ) -> None:
        study(read_request(file), tmp_path / "out", runner=on(dask))
        assert contents(tmp_path / "out") == expected

    def test_a_killed_worker_loses_nothing(
        self, dask: LocalCluster, file: Path, tmp_path: Path, expected: dict[str, bytes]
    ) -> None:
        """It may be the one that holds what all scenarios begin with, and the one that is left does the rest."""
        victim = dask.worker()
        wait_until(lambda: len(_workers(dask)) == 3)
        killed: list[int] = []

        def kill(done: int, count: int, result: object) -> None:
            if done > 1 and not killed:
                victim.kill()
                killed.append(victim.pid)

        study(read_request(file), tmp_path / "out", runner=on(dask), on_result=kill)
        assert killed
        assert contents(tmp_path / "out") == expected

    def test_nothing_is_left_on_the_cluster_when_a_study_is_broken_off(self, dask: LocalCluster) -> None:
        with closing(on(dask).outcomes(given(), named(9, scenario("dear", DEAR)), _nothing)) as outcomes:
            next(outcomes)
        wait_until(lambda: _tasks(dask) == [])

    def test_a_fault_is_the_row_of_its_scenario(self, dask: LocalCluster) -> None:
        asked = [broken("fault", Faulty(RuntimeError("out of order"))), scenario("dear", DEAR)]
        found = {each.result.name: each.result for each in on(dask).outcomes(given(), asked, _nothing)}
        assert (found["fault"].status, found["dear"].status) == ("failed", "planned")
        assert found["fault"].reasons[0].endswith(": out of order")

    def test_workers_of_another_version_are_refused(self, dask: LocalCluster, tmp_path: Path) -> None:
        (tmp_path / "consolidation").mkdir()
        (tmp_path / "consolidation" / "__init__.py").touch()
        (tmp_path / "consolidation" / "_version.py").write_text('__version__ = "99.9"\n')
        count = len(_workers(dask))
        other = dask.worker(path=tmp_path)
        wait_until(lambda: len(_workers(dask)) == count + 1)
        with pytest.raises(InputError, match=r"tcp://127.0.0.1:\d+ has 99.9"):
            on(dask)
        other.kill()
        wait_until(lambda: len(_workers(dask)) == count)

    def test_what_all_begin_with_outlives_the_workers_but_not_the_scheduler(self, tmp_path: Path) -> None:
        with cluster(tmp_path) as made:
            with pytest.raises(InputError, match="found 'no worker', expected at least one"):
                on(made, patience_s=0.5)
            made.worker()
            outcomes = on(made).outcomes(given(), named(30, scenario("dear", DEAR)), _nothing)
            next(outcomes)
            made.worker()
            wait_until(lambda: len(_workers(made)) == 2)
            made.workers[0].kill()
            assert [next(outcomes).result.status for _ in range(3)] == ["planned"] * 3
            made.scheduler.kill()
            with pytest.raises(WorkersLost, match="What is finished is kept"):
                list(outcomes)

    def test_only_a_scenario_that_kills_its_workers_is_given_up(self, dask: LocalCluster) -> None:
        """Three workers are lost to it; the one that is left does the rest."""
        for _ in range(4 - len(_workers(dask))):
            dask.worker()
        wait_until(lambda: len(_workers(dask)) == 4)
        asked = [broken("deadly", Deadly()), *named(2, scenario("dear", DEAR))]
        found = {each.result.name: each.result for each in on(dask).outcomes(given(), asked, _nothing)}
        assert [found[name].status for name in ("deadly", "dear0", "dear1")] == ["failed", "planned", "planned"]
        assert "ended 3 times without an answer" in found["deadly"].reasons[0]
        wait_until(lambda: len(_workers(dask)) == 1)

    @pytest.mark.parametrize("address", ["127.0.0.1:1", "localhost", "foo://127.0.0.1:1", ""])
    def test_an_address_where_nobody_answers_is_refused(self, address: str) -> None:
        from consolidation.studies.cluster import Cluster

        with pytest.raises(InputError, match=r"expected a Dask scheduler that answers within 0\.3 s"):
            Cluster(address, patience_s=0.3)

    def test_the_extra_is_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from consolidation.studies.cluster import Cluster

        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(InputError, match=r'Maybe pip install "dragonboat\[cluster\]"'):
            Cluster("127.0.0.1:8786")


def _workers(made: LocalCluster) -> list[str]:
    """Return the addresses of the workers that the scheduler knows."""
    from distributed import Client

    with Client(made.address, set_as_default=False, timeout=30) as client:
        return list(client.nthreads())


def _tasks(made: LocalCluster) -> list[str]:
    """Return what the scheduler has been asked for and was not told to forget."""
    from distributed import Client

    def listed(dask_scheduler: object) -> list[str]:
        return [str(key) for key in dask_scheduler.tasks]  # type: ignore[attr-defined]

    with Client(made.address, set_as_default=False, timeout=30) as client:
        found: list[str] = client.run_on_scheduler(listed)
        return found
