"""What packing answers: bins and a proof, or the reason why there are none; and the one evaluation of bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..outcome import StopReason, relative_gap
from .problem import PackingProblem


@dataclass(frozen=True, slots=True, order=True)
class Bin:
    """One open bin.

    Attributes
    ----------
    type : int, index of its type
    items : tuple of int, indices of the items in it, increasing
    """

    type: int
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Packing:
    """Bins that hold every item once, their price, and how far from best it can be.

    Attributes
    ----------
    bins : tuple of Bin
    cost : int, sum of the prices of the bins
    bound : int, no packing costs less
    proven : bool, True when the cost equals the bound
    stop_reason : StopReason
    methods : tuple of str, the methods that ran, in the order of their first runs
    cost_by, bound_by : str, the methods that found the answer and the bound
    """

    bins: tuple[Bin, ...]
    cost: int
    bound: int
    proven: bool
    stop_reason: StopReason
    methods: tuple[str, ...] = ()
    cost_by: str = ""
    bound_by: str = ""

    @property
    def gap(self) -> float:
        """Return (cost - bound) / cost; 0 when the cost is 0."""
        return relative_gap(self.cost, self.bound)


@dataclass(frozen=True, slots=True)
class NoPacking:
    """The limits of the types left no room that the search found.

    Attributes
    ----------
    proven : bool, True when there is no packing at all
    stop_reason : StopReason
    methods : tuple of str, the methods that ran
    """

    proven: bool
    stop_reason: StopReason
    methods: tuple[str, ...] = ()


def cost_of(problem: PackingProblem, bins: Sequence[Bin]) -> int:
    """Return the sum of the prices of the bins."""
    return sum(int(problem.cost[one.type]) for one in bins)


def violations(problem: PackingProblem, bins: Sequence[Bin]) -> list[str]:
    """Return what the bins do wrong, as sentences; an empty list when they keep every rule."""
    found = []
    times = np.zeros(problem.n, dtype=np.int64)
    for k, one in enumerate(bins):
        inside = list(one.items)
        np.add.at(times, inside, 1)
        load = problem.size[inside].sum(axis=0)
        if (load > problem.capacity[one.type]).any():
            found.append(f"bin {k} of type {one.type} holds {load.tolist()}, more than its capacity")
        if problem.conflict[np.ix_(inside, inside)].any():
            found.append(f"bin {k} holds items that conflict")
    found += [f"item {int(i)} is packed {int(times[i])} times" for i in np.flatnonzero(times != 1)]
    used = np.bincount([one.type for one in bins], minlength=problem.n_types)
    over = np.flatnonzero((problem.limit >= 0) & (used > problem.limit))
    found += [f"type {int(t)} is used {int(used[t])} times, limit {int(problem.limit[t])}" for t in over]
    return found
