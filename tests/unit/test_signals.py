"""Ctrl-C is heard after the solver has run as it was before."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from consolidation.planner import plan
from solvers.packing import Items, Types
from solvers.packing.assignment_model import assign
from solvers.packing.cuts import cheapest_counts, size_rows
from solvers.packing.integer import Effort
from solvers.packing.problem import build_problem
from tests.studying import given

_PACKING = build_problem(Items(np.array([[5], [5], [4]])), Types(np.array([[10], [5]]), np.array([7, 4])), None)


def _caught() -> bool:
    """Return whether the process catches SIGINT; Python itself is not told when a library lets go of it."""
    line = next(row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("SigCgt:"))
    return bool(int(line.split()[1], 16) >> (signal.SIGINT - 1) & 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the signals that a process catches")
@pytest.mark.parametrize(
    "work",
    [
        lambda: plan(given().network, given().shipments),
        lambda: assign(_PACKING, 100, 0, Effort(1000, 10.0, 1, None)),
        lambda: cheapest_counts(_PACKING, size_rows(_PACKING), (), 1.0, 1),
    ],
    ids=["plans", "assignment", "counts"],
)
def test_a_search_leaves_the_signal_to_whoever_listens(work: Callable[[], object]) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        work()
        assert _caught()
    finally:
        signal.signal(signal.SIGINT, before)
