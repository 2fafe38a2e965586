"""How long and how hard to search."""

from __future__ import annotations

from dataclasses import dataclass

from network.errors import SolveError


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveOptions:
    """Limits of one solve.

    The same problem and options give the same assignment and bound on any machine, loaded or not, as long as the work
    takes less than about half of `time_limit_s`: effort is counted in work units, not in seconds. Where it would take
    longer the search cools down by the clock, so that little time still gives a settled plan.

    Attributes
    ----------
    seed : int
        Seed of every random choice.
    time_limit_s : float or None
        Outer stop in seconds of wall time; None for none.
    gap : float
        Stop when (cost - bound) / cost is not above this.
    work : int
        Effort in work units: 25 is the usual amount, 250 searches ten times as long, 0 is the least.
    exact_lots : int
        Problems of up to this many lots go to the exact back-end first.
    """

    seed: int = 1
    time_limit_s: float | None = 800.0
    gap: float = 0.001
    work: int = 25
    exact_lots: int = 12

    def __post_init__(self) -> None:
        if self.time_limit_s is not None and self.time_limit_s < 0:
            raise SolveError(f"time_limit_s: found {self.time_limit_s}, expected seconds, not negative, or None.")
        for name in ("seed", "work", "exact_lots", "gap"):
            if getattr(self, name) < 0:
                raise SolveError(f"{name}: found {getattr(self, name)}, expected a number that is not negative.")
