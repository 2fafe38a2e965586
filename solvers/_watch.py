"""Watch the outer limits of a solve: wall time, cancellation; keep and report progress."""

from __future__ import annotations

import time
from collections.abc import Callable

from .outcome import Progress, StopReason, relative_gap


class Watch:
    """Clock, cancel button and logbook of one solve.

    Parameters
    ----------
    time_limit_s : float or None
    cancelled : callable or None, asked often; True ends the search
    on_progress : callable or None, called with every `Progress`

    Attributes
    ----------
    reason : StopReason or None, why the search was told to end at once
    is_short_of_time : bool, whether the clock made a step do less than its work; two runs may then differ
    trace : list of Progress
    """

    def __init__(
        self,
        time_limit_s: float | None,
        cancelled: Callable[[], bool] | None,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._start = time.perf_counter()
        self._limit = time_limit_s
        self._cancelled = cancelled
        self._on_progress = on_progress
        self.reason: StopReason | None = None
        self.is_short_of_time = False
        self.trace: list[Progress] = []

    def restart(self) -> None:
        """Count the time from now."""
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Return seconds since the start."""
        return time.perf_counter() - self._start

    @property
    def seconds_left(self) -> float:
        """Return seconds until the time limit; a very long time when there is none."""
        return 1e7 if self._limit is None else max(0.0, self._limit - self.seconds)

    def stopped(self) -> bool:
        """Return whether the search must end now, and remember why."""
        if self.reason is None:
            if self._cancelled is not None and self._cancelled():
                self.reason = StopReason.CANCELLED
            elif self._limit is not None and self.seconds > self._limit:
                self.reason = StopReason.TIME
        return self.reason is not None

    def report(self, phase: str, best: int | None, bound: int) -> None:
        """Log and publish where the search stands."""
        gap = 1.0 if best is None else relative_gap(best, bound)
        event = Progress(phase, best, bound, gap, self.seconds)
        self.trace.append(event)
        if self._on_progress is not None:
            self._on_progress(event)
