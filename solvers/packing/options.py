"""How long and how hard to search for a packing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from network.errors import SolveError

from ..outcome import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingOptions:
    """Limits of one search.

    The same problem, seed and work give the same packing and bound on any machine as long as `time_limit_s` does not
    bind.

    Attributes
    ----------
    seed : int
    time_limit_s : float or None
        Outer stop in seconds of wall time; None for none.
    work : int
        Effort: rounds of the portfolio after the first one; 25 is the usual amount, 0 is the least.
    cancelled : callable or None, asked often; True ends the search with the best packing so far
    on_progress : callable or None, called with every `Progress`
    """

    seed: int = 1
    time_limit_s: float | None = 60.0
    work: int = 25
    cancelled: Callable[[], bool] | None = None
    on_progress: Callable[[Progress], None] | None = None

    def __post_init__(self) -> None:
        if self.time_limit_s is not None and self.time_limit_s < 0:
            raise SolveError(f"time_limit_s: found {self.time_limit_s}, expected seconds, not negative, or None.")
        for name in ("seed", "work"):
            if getattr(self, name) < 0:
                raise SolveError(f"{name}: found {getattr(self, name)}, expected a number that is not negative.")
