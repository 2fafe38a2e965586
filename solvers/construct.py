"""First plans: lots one by one into their cheapest place, new loads charged in part, several trials, the best kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ._watch import Watch
from .assignment import Assignment
from .bound import Pairs
from .delta import State
from .problem import Bools, Problem

_GREEDS = (0.0, 0.15, 0.3, 0.5, 1.0)
"""How much of the price of a new load the lot that opens it pays at once (see `State.best_place`)."""


def construct(problem: Problem, pairs: Pairs, watch: Watch, keep: Bools | None = None) -> Assignment:
    """Return the best of several greedy plans; no rule is broken.

    Parameters
    ----------
    problem : Problem
    pairs : Pairs
    watch : Watch, ends the trials early
    keep : (m,) bool or None, options to consider
    """
    by_size = np.argsort(-_bulk(problem), kind="stable").tolist()
    best = Assignment.unplanned(problem.n_lots)
    cost = int(problem.lot_unplanned_price.sum())
    state = State(problem, pairs, keep)
    for greed in _GREEDS:
        if watch.stopped():
            break
        for lot in range(problem.n_lots):
            state.remove(lot)
        for lot in by_size:
            state.place(lot, greed)
        settle(state, by_size)
        if state.cost < cost:
            best, cost = state.assignment(), state.cost
    return best


def settle(state: State, lots: Sequence[int], rounds: int = 2) -> None:
    """Move each of the lots to its cheapest place at full prices, until nothing moves."""
    for _ in range(rounds):
        before = state.cost
        for lot in lots:
            state.remove(lot)
            state.place(lot)
        if state.cost >= before:
            break


def _bulk(problem: Problem) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    volume = problem.lot_volume_cm3 / max(1, int(problem.lot_volume_cm3.max(initial=1)))
    weight = problem.lot_weight_g / max(1, int(problem.lot_weight_g.max(initial=1)))
    bulk: np.ndarray[tuple[int], np.dtype[np.float64]] = np.maximum(volume, weight)
    return bulk
