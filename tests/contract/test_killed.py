"""A command killed at any moment leaves the folder it was to write as it was, or finished: never damaged, never half there."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

from consolidation.checker import check
from consolidation.folder import read_plan
from consolidation.partners.manifest import MANIFEST, read_manifest
from consolidation.shipment_files import read_shipments
from network.io import read_network
from tests.killing import ROOT, Server, posix, serving

pytestmark = posix
TIMES = 20
NETWORK, SHIPMENTS = ROOT / "examples" / "quickstart" / "net", ROOT / "examples" / "quickstart" / "shipments.csv"
MODULES = (
    "consolidation.planner", "consolidation.replanning", "consolidation.report", "consolidation.checker",
    "consolidation.partners.export", "consolidation.partners.earlier", "consolidation.shipment_files", "network.io",
    "plotly.graph_objects", "solvers.api",
)  # fmt: skip


def _command(verb: str, *before: Path, out: Path) -> list[str]:
    return [verb, *map(str, before), str(NETWORK), str(SHIPMENTS), "-o", str(out)]


def _kill_often(server: Server, command: list[str], judge: Callable[[], bool], seed: int) -> tuple[int, int]:
    """Kill a command many times, half of them towards its end, where it writes; return how often it got away and wrote.

    Parameters
    ----------
    judge : says whether the command has written, and asserts that what is there is whole
    """
    lot, whole = random.Random(seed), server.run(command)
    moments = [lot.uniform(0, whole) for _ in range(TIMES // 2)] + [
        lot.uniform(0.6 * whole, whole) for _ in range(TIMES // 2)
    ]
    killed = wrote = 0
    for moment in moments:
        killed += server.kill(command, moment)
        wrote += judge()
    server.run(command)
    assert judge()
    return killed, wrote


def _accepted(folder: Path) -> bool:
    network = read_network(NETWORK)
    return check(folder, network, read_shipments(SHIPMENTS, network)).ok


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _alone(folder: Path) -> bool:
    """Return whether nothing is left beside a folder by those who wrote it."""
    return not [path for path in folder.parent.iterdir() if path.name.startswith(f".{folder.name}.")]


def test_a_killed_plan_leaves_the_earlier_plan_or_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "plan"

    def judge() -> bool:
        assert _accepted(folder)
        return True

    with serving(*MODULES) as server:
        server.run(_command("plan", out=folder))
        killed, wrote = _kill_often(server, _command("plan", out=folder), judge, seed=1)
    assert killed > 0
    assert wrote == TIMES
    assert _alone(folder)


def test_a_killed_plan_leaves_no_folder_or_a_whole_one(tmp_path: Path) -> None:
    folder = tmp_path / "plan"

    def judge() -> bool:
        if not folder.exists():
            return False
        assert _accepted(folder)
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        return True

    with serving(*MODULES) as server:
        killed, wrote = _kill_often(server, _command("plan", out=folder), judge, seed=2)
    assert killed > 0
    assert wrote < TIMES
    assert _alone(folder)


def test_a_killed_replan_leaves_both_versions_whole(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"

    def judge() -> bool:
        assert {path.name: path.read_bytes() for path in first.iterdir()} == before
        assert _accepted(second)
        return read_plan(second).version == 2

    with serving(*MODULES) as server:
        server.run(_command("plan", out=first))
        before = {path.name: path.read_bytes() for path in first.iterdir()}
        killed, wrote = _kill_often(server, _command("replan", first, out=second), judge, seed=3)
    assert killed > 0
    assert wrote == TIMES
    assert _alone(second)


def test_a_killed_export_leaves_the_files_of_one_export(tmp_path: Path) -> None:
    plan, out = tmp_path / "plan", tmp_path / "out"

    def judge() -> bool:
        listed = {file.path: file.sha256 for file in read_manifest(out).files}
        there = {path.relative_to(out).as_posix(): _hash(path) for path in out.rglob("*") if path.is_file()}
        del there[MANIFEST]
        assert listed == there
        return True

    with serving(*MODULES) as server:
        server.run(_command("plan", out=plan))
        killed, wrote = _kill_often(server, _command("export", plan, out=out), judge, seed=4)
    assert killed > 0
    assert wrote == TIMES
    assert _alone(out)
