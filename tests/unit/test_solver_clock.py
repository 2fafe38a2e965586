"""The clock of local search: by moves while there is time, by the clock when there is not, and it says so."""

from __future__ import annotations

import pytest

from solvers._watch import Watch
from solvers.improve import Schedule, _Clock


@pytest.mark.parametrize(
    ("spent", "done", "progress", "per_move", "is_short"),
    [
        (10.0, 500, 0.5, 0.001, False),  # 10 s of 100 for half the moves: the moves decide
        (40.0, 200, 0.4, 0.0, True),  # 200 s would be needed, 100 are left: two fifths of the time are gone
        (100.0, 200, 1.0, 0.0, True),
        (0.0, 0, 0.0, 0.001, False),
    ],
)
def test_progress_by_hand(
    monkeypatch: pytest.MonkeyPatch, spent: float, done: int, progress: float, per_move: float, is_short: bool
) -> None:
    now = [0.0]
    monkeypatch.setattr("solvers._watch.time.perf_counter", lambda: now[0])
    watch = Watch(100.0, None, None)
    clock = _Clock(watch, Schedule(moves=1000))
    now[0] = spent
    assert clock.progress(done) == pytest.approx((progress, per_move))
    assert watch.is_short_of_time is is_short
