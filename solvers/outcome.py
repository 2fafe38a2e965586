"""What a solve answers: a plan with its proof, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from network.money import Float64

from .assignment import Assignment
from .evaluate import Evaluation


class StopReason(StrEnum):
    """Why the search ended; `TIME` also when the limit did not end it but made it do less than its work."""

    OPTIMAL = "OPTIMAL"
    GAP = "GAP"
    WORK = "WORK"
    TIME = "TIME"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of a running solve.

    Attributes
    ----------
    phase : str
    best : int or None, micro-units, cost of the best plan so far
    bound : int, micro-units, proven lower bound so far
    gap : float, (best - bound) / best; 1.0 while there is no plan
    seconds : float, since the start
    """

    phase: str
    best: int | None
    bound: int
    gap: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Guides:
    """Prices left by the bound: what one more like this lot costs.

    Attributes
    ----------
    lot_price : (n,) float64, micro-units, marginal cost of serving a lot
    resource_price : (R,) float64, micro-units per unit of the resource, zero where it does not bind
    """

    lot_price: Float64
    resource_price: Float64


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan, its price as `evaluate` gives it, and how far from best it can be.

    Attributes
    ----------
    assignment : Assignment
    evaluation : Evaluation
    bound : int, micro-units; no assignment that keeps the rules costs less
    proven : bool, True when the cost equals the bound
    stop_reason : StopReason
    trace : tuple of Progress
    guides : Guides or None
    """

    assignment: Assignment
    evaluation: Evaluation
    bound: int
    proven: bool
    stop_reason: StopReason
    trace: tuple[Progress, ...] = field(default=(), repr=False)
    guides: Guides | None = field(default=None, repr=False)

    @property
    def cost(self) -> int:
        """Return the cost in micro-units."""
        return self.evaluation.cost

    @property
    def gap(self) -> float:
        """Return (cost - bound) / cost; 0 when the cost is 0."""
        return relative_gap(self.cost, self.bound)


@dataclass(frozen=True, slots=True)
class NoPlan:
    """The time ended, or the user cancelled (`stop_reason`), before the search had any plan."""

    stop_reason: StopReason


def relative_gap(cost: int, bound: int) -> float:
    """Return (cost - bound) / cost, never negative; 0 when the cost is 0."""
    return max(0.0, (cost - bound) / cost) if cost else 0.0
