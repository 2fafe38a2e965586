"""The same input, seed and effort give the same plan, byte for byte: in one process and in any other."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from consolidation.folder import PLAN, TABLE_FILES, write_plan
from consolidation.generate import generate
from consolidation.shipments import Shipment
from network.model import Network
from network.reference import path
from solvers.options import SolveOptions
from tests.goods import quick_plan

ROOT = Path(__file__).parents[2]
START = dt.date(2026, 11, 30)
EFFORT = SolveOptions(time_limit_s=None, work=5, gap=0.0)
SAME = (PLAN, *TABLE_FILES, "report.html", "map.html")
_CODE = f"""
import datetime as dt
import sys
from consolidation.folder import write_plan
from consolidation.generate import generate
from consolidation.planner import plan
from network.io import read_network
from solvers.options import SolveOptions

network = read_network(sys.argv[1])
week = generate(network, 60, 3, dt.date({START.year}, {START.month}, {START.day}))
made = plan(network, week, options=SolveOptions(time_limit_s=None, work={EFFORT.work}, gap={EFFORT.gap}))
write_plan(made, sys.argv[2], network, float(sys.argv[3]))
"""


@pytest.fixture(scope="module")
def week(reference: Network) -> list[Shipment]:
    """Return a generated week."""
    return generate(reference, 60, 3, START)


@pytest.fixture(scope="module")
def first(reference: Network, week: list[Shipment], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a plan made in this process."""
    folder = tmp_path_factory.mktemp("first") / "plan"
    return write_plan(quick_plan(reference, week, EFFORT), folder, reference, 1.0)


def _digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SAME}


def test_planning_twice_gives_the_same_bytes(
    reference: Network, week: list[Shipment], first: Path, tmp_path: Path
) -> None:
    again = write_plan(quick_plan(reference, week, EFFORT), tmp_path / "plan", reference, 2.0)
    assert _digests(again) == _digests(first)
    assert (again / "certificate.json").read_bytes() != (first / "certificate.json").read_bytes()  # seconds differ


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_another_process_with_other_hashes_gives_the_same_bytes(hash_seed: str, first: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-c", _CODE, str(path()), str(tmp_path / "plan"), "1.0"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert _digests(tmp_path / "plan") == _digests(first)


def test_progress_and_a_roomy_time_limit_change_nothing(reference: Network, week: list[Shipment], first: Path) -> None:
    quiet = quick_plan(reference, week, EFFORT)
    limit = SolveOptions(time_limit_s=3600.0, work=EFFORT.work, gap=EFFORT.gap)
    heard = quick_plan(reference, week, limit, on_progress=lambda event: None, cancelled=lambda: False)
    assert heard.shipments == quiet.shipments
    assert heard.loads == quiet.loads
    assert heard.certificate == quiet.certificate
