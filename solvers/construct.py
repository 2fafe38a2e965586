"""First plans: greedy by lots, and greedy by loads with the dual prices as a guide."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from network.money import Bools, Float64, Int64

from ._watch import Watch
from .assignment import Assignment
from .delta import State
from .pairs import Pairs
from .parts import Focus
from .problem import Problem

_GREEDS = (0.0, 0.3, 1.0)
"""How much of the price of a new load the lot that opens it pays at once (see `State.best_place`)."""
_LOTS_UNWATCHED = 50
"""Lots placed between two looks at the clock."""


def construct(problem: Problem, pairs: Pairs, watch: Watch, keep: Bools | None = None) -> Assignment | None:
    """Return the best of several greedy plans; no rule is broken. None if stopped before there was any.

    Parameters
    ----------
    problem : Problem
    pairs : Pairs
    watch : Watch, ends the trials early; the trial under way counts as far as it went
    keep : (m,) bool or None, options to consider
    """
    by_size = np.argsort(-bulk_of(problem), kind="stable").tolist()
    best, cost = None, int(problem.lot_unplanned_price.sum())
    state = State(problem, pairs, keep)
    for greed in _GREEDS:
        finished = _place_all(state, by_size, greed, watch)
        if finished:
            settle(state, by_size)
        if state.cost < cost:
            best, cost = state.assignment(), state.cost
        elif finished and best is None:
            best = Assignment.unplanned(problem.n_lots)
        if not finished:
            break
    return best


def _place_all(state: State, order: Sequence[int], greed: float, watch: Watch) -> bool:
    """Make a new plan lot by lot in the given order; return whether it was finished."""
    for lot in order:
        state.remove(lot)
    for k, lot in enumerate(order):
        if k % _LOTS_UNWATCHED == 0 and watch.stopped():
            return False
        state.place(lot, greed)
    return True


class Openings:
    """Which lots a pool would carry in one more load, and what they pay for it, by the dual prices.

    Parameters
    ----------
    problem : Problem
    pairs : Pairs
    payment : (E,) float64, micro-units, what every pair offers its pool
    """

    def __init__(self, problem: Problem, pairs: Pairs, payment: Float64) -> None:
        self._problem = problem
        self._members: dict[int, tuple[Int64, Float64]] = {}
        bulk = bulk_of(problem)
        self._colours = _colours(problem.conflict)
        live = np.flatnonzero((payment > 0) & ~problem.lot_alone[pairs.lot])
        pools, first = np.unique(pairs.pool[live], return_index=True)
        for pool, rows in zip(pools.tolist(), np.split(live, first)[1:], strict=True):
            lots = pairs.lot[rows]
            order = np.argsort(-payment[rows] / np.maximum(bulk[lots], 1e-9), kind="stable")
            self._members[pool] = lots[order], payment[rows][order]

    @property
    def pools(self) -> list[int]:
        """Return the pools that somebody would pay for."""
        return list(self._members)

    def members(self, pool: int) -> Int64:
        """Return the lots that would pay, best payment per size first."""
        return self._members[pool][0]

    def best(self, pool: int, free: Bools) -> tuple[float, list[int]]:
        """Return payment per price of the best load of the free lots, and these lots.

        Parameters
        ----------
        pool : int
        free : (n,) bool, lots that may be in it
        """
        problem = self._problem
        lots, payment = self._members[pool]
        here = free[lots]
        lots, payment = lots[here], payment[here]
        best: tuple[float, list[int]] = (0.0, [])
        for colour in self._colours:
            mates = colour[problem.lot_class[lots]]
            candidates, paid = lots[mates], payment[mates]
            volume, weight = problem.lot_volume_cm3[candidates], problem.lot_weight_g[candidates]
            for row in problem.types_of(pool):
                fits = _first_fit(volume, weight, int(problem.type_volume_cm3[row]), int(problem.type_weight_g[row]))
                ratio = float(paid[fits].sum()) / max(1, int(problem.type_price[row]))
                if ratio > best[0]:
                    best = ratio, candidates[fits].tolist()
        return best


def _colours(conflict: Bools) -> list[Bools]:
    """Return sets of classes that may share a load, (K,) bool each: for every class, it and what may join it in turn."""
    colours: dict[bytes, Bools] = {}
    for first in range(len(conflict)):
        members = np.zeros(len(conflict), dtype=np.bool_)
        for k in (first, *range(len(conflict))):
            members[k] = members[k] or not (conflict[k] & members).any()
        colours.setdefault(members.tobytes(), members)
    return list(colours.values())


def _first_fit(volume: Int64, weight: Int64, room: int, lift: int) -> list[int]:
    """Return places of the lots that a load takes when they come in order and those that do not fit are skipped."""
    taken = []
    for k, (v, w) in enumerate(zip(volume.tolist(), weight.tolist(), strict=True)):
        if v <= room and w <= lift:
            room, lift = room - v, lift - w
            taken.append(k)
    return taken


def construct_by_loads(state: State, openings: Openings, ratio: float, watch: Watch) -> Assignment:
    """Return a plan made load by load: always the load whose lots pay most for its price, down to a ratio.

    Parameters
    ----------
    state : State, its plan is replaced
    openings : Openings
    ratio : float, loads whose lots pay less than this part of the price are not opened
    watch : Watch, ends the construction early; what is left is placed one by one
    """
    n = state.problem.n_lots
    for lot in range(n):
        state.remove(lot)
    free = np.ones(n, dtype=np.bool_)
    heap = [(-openings.best(pool, free)[0], pool) for pool in openings.pools]
    heapq.heapify(heap)
    while heap and not watch.stopped():
        promised, pool = heapq.heappop(heap)
        offer, lots = openings.best(pool, free)
        if offer < ratio:
            continue
        if offer < -promised - 1e-9:
            heapq.heappush(heap, (-offer, pool))
            continue
        focus = Focus(pool)
        placed = [lot for lot in lots if state.join(lot, focus)]
        free[placed] = False
        if placed:
            heapq.heappush(heap, (-offer, pool))
    rest = np.flatnonzero(free)
    by_size = rest[np.argsort(-bulk_of(state.problem)[rest], kind="stable")].tolist()
    for lot in by_size:
        state.place(lot)
    settle(state, range(n))
    return state.assignment()


def settle(state: State, lots: Sequence[int], rounds: int = 2) -> None:
    """Move each of the lots to its cheapest place at full prices, until nothing moves."""
    for _ in range(rounds):
        before = state.cost
        for lot in lots:
            state.remove(lot)
            state.place(lot)
        if state.cost >= before:
            break


def bulk_of(problem: Problem) -> Float64:
    """Return the size of every lot, the larger of its shares of the largest volume and weight, (n,) float64."""
    volume = problem.lot_volume_cm3 / max(1, int(problem.lot_volume_cm3.max(initial=1)))
    weight = problem.lot_weight_g / max(1, int(problem.lot_weight_g.max(initial=1)))
    bulk: Float64 = np.maximum(volume, weight)
    return bulk
