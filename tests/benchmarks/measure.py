"""Time and memory of a run, as the operating system counts them."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field


def peak_mb() -> float | None:
    """Return the most memory this process ever held, in MiB; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


@dataclass(slots=True)
class Stopwatch:
    """Seconds on the clock and seconds of computing, of all threads, since it was made."""

    _wall: float = field(default_factory=time.perf_counter)
    _process: float = field(default_factory=time.process_time)

    @property
    def seconds(self) -> float:
        """Seconds on the clock."""
        return time.perf_counter() - self._wall

    @property
    def process_seconds(self) -> float:
        """Seconds of computing."""
        return time.process_time() - self._process
