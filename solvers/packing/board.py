"""What all methods share: the best packing, the best bound, and who found them."""

from __future__ import annotations

from collections.abc import Sequence

from .._watch import Watch
from ..outcome import StopReason
from .problem import PackingProblem
from .result import Bin, NoPacking, Packing, cost_of, violations


class Board:
    """Incumbent and bound of one search. Every packing is checked and priced here, whoever proposes it.

    Attributes
    ----------
    problem : PackingProblem
    watch : Watch
    bins : list of Bin or None, the best packing
    cost : int, its price; the overflow price while there is none
    bound : int, no packing costs less; the overflow price when there is no packing at all
    """

    def __init__(self, problem: PackingProblem, watch: Watch) -> None:
        self.problem, self.watch = problem, watch
        self.bins: list[Bin] | None = None
        self.cost, self.bound = problem.overflow, 0
        self.methods: list[str] = []
        self.cost_by = self.bound_by = ""

    @property
    def closed(self) -> bool:
        """Return whether nothing is left to find."""
        return self.bound >= self.cost

    @property
    def done(self) -> bool:
        """Return whether the search should end: nothing is left to find, or the outer limits say so."""
        return self.closed or self.watch.stopped()

    def enter(self, method: str) -> None:
        """Note that a method runs."""
        if method not in self.methods:
            self.methods.append(method)

    def propose(self, bins: Sequence[Bin] | None, method: str) -> bool:
        """Take a packing if it is cheaper and keeps every rule; return whether it was taken."""
        if bins is None or cost_of(self.problem, bins) >= self.cost or violations(self.problem, bins):
            return False
        self.bins, self.cost, self.cost_by = sorted(bins), cost_of(self.problem, bins), method
        self.watch.report(method, self.cost, self.bound)
        return True

    def raise_bound(self, bound: int, method: str) -> None:
        """Take a bound if it is higher."""
        if bound > self.bound:
            self.bound, self.bound_by = bound, method
            self.watch.report(method, None if self.bins is None else self.cost, self.bound)

    def result(self) -> Packing | NoPacking:
        """Return what is known now."""
        reason = StopReason.OPTIMAL if self.closed else self.watch.reason or StopReason.WORK
        methods = tuple(self.methods)
        if self.bins is None:
            return NoPacking(self.closed, reason, methods)
        bound = min(self.bound, self.cost)
        return Packing(tuple(self.bins), self.cost, bound, self.closed, reason, methods, self.cost_by, self.bound_by)
