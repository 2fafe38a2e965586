"""Local search: take some related lots out, put them back better, accept by annealing.

A move picks lots that compete for the same space (a load and its rivals, or the lots that a promising pool could
carry), takes them out, and puts them back one by one. New loads are charged in part to the lot that opens them, so
that a load is opened for those who follow; a settling pass at full prices closes what did not fill. Costs are exact at
every step; a move that is not accepted is undone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from network.money import Bools, Float64

from ._watch import Watch
from .assignment import Assignment
from .construct import Openings, bulk_of, settle
from .delta import State
from .pairs import Pairs
from .parts import Focus, OpenLoad
from .problem import Problem


@dataclass(frozen=True, slots=True)
class Search:
    """What the search works with.

    Attributes
    ----------
    problem : Problem
    pairs : Pairs
    watch : Watch
    seed : int
    keep : (m,) bool or None, options to consider
    payment : (E,) float64 or None, micro-units, what lots pay in pools by the dual prices; guides where to open
    """

    problem: Problem
    pairs: Pairs
    watch: Watch
    seed: int
    keep: Bools | None = None
    payment: Float64 | None = None


_HEAT = 0.5
"""Usual first temperature."""
_LARGEST_MOVE = 40
"""A move takes out fewer lots than this."""


class _Ruins:
    """Choose the lots that a move takes out."""

    def __init__(self, search: Search, state: State, rng: np.random.Generator) -> None:
        self.state, self.rng, self.problem = state, rng, search.problem
        self.n = search.problem.n_lots
        pairs = search.pairs
        payment = np.where(pairs.fits, 1.0, 0.0) if search.payment is None else search.payment
        self.openings = Openings(search.problem, pairs, payment)
        everybody = np.ones(self.n, dtype=np.bool_)
        least = 0.0 if search.payment is None else 0.6
        self._pools = [pool for pool in self.openings.pools if self.openings.best(pool, everybody)[0] > least]

    def pick(self, size: int) -> tuple[list[int], int]:
        """Return lots to take out, and a pool that they should try first, or -1."""
        kind = self.rng.random()
        if kind < 0.3 and self._pools:
            return self._for_a_load()
        if kind < 0.85 and self.state.open:
            return self._around_loads(size), -1
        return self.rng.choice(self.n, min(size, self.n), replace=False).tolist(), -1

    def _for_a_load(self) -> tuple[list[int], int]:
        """Return lots that would fill a load of a promising pool, some left out at random."""
        pool = self._pools[int(self.rng.integers(len(self._pools)))]
        free = self.rng.random(self.n) < self.rng.choice((0.6, 0.85, 1.0))
        return self.openings.best(pool, free)[1], pool

    def _around_loads(self, size: int) -> list[int]:
        """One load, then loads that hold or could hold the same lots, until enough lots are out."""
        pools = list(self.state.open)
        peers = self.state.open[pools[int(self.rng.integers(len(pools)))]]
        load = peers[int(self.rng.integers(len(peers)))]
        chosen = dict.fromkeys(self._sample(list(load.lots), size))
        for _ in range(3):
            if len(chosen) >= size:
                break
            seed = list(chosen)[int(self.rng.integers(len(chosen)))]
            near = [other for pool in self.state.view(seed).local for other in self.state.open.get(pool, ())]
            if near:
                other: OpenLoad = near[int(self.rng.integers(len(near)))]
                chosen.update(dict.fromkeys(self._sample(list(other.lots), size - len(chosen))))
        return list(chosen)

    def _sample(self, lots: list[int], size: int) -> list[int]:
        if len(lots) <= size:
            return lots
        return [lots[k] for k in self.rng.choice(len(lots), size, replace=False).tolist()]


def improve(search: Search, start: Assignment, moves: int, bound: int = 0, heat: float = _HEAT) -> Assignment:
    """Return the best plan met in a number of moves from `start`.

    Parameters
    ----------
    search : Search
    start : Assignment, keeps every rule
    moves : int
    bound : int, micro-units; a plan of this cost ends the search
    heat : float, first temperature of the annealing, as a part of the mean cost of a lot
    """
    problem = search.problem
    if problem.n_lots == 0 or moves <= 0:
        return start
    state = State(problem, search.pairs, search.keep)
    state.load_assignment(start)
    rng = np.random.default_rng(search.seed)
    ruins = _Ruins(search, state, rng)
    bulk = bulk_of(problem)
    best, best_cost = state.snapshot(), state.cost
    hot = heat * state.cost / problem.n_lots
    for k in range(moves):
        if k % 8 == 0 and search.watch.stopped():
            break
        temperature = hot * 0.01 ** (k / moves)
        before = state.cost
        _move(state, ruins, rng, bulk)
        if state.cost - before <= -temperature * math.log(max(rng.random(), 1e-12)):
            state.commit()
            if state.cost < best_cost:
                best, best_cost = state.snapshot(), state.cost
                if best_cost <= bound:
                    break
        else:
            state.rollback()
    return best.assignment()


def _move(state: State, ruins: _Ruins, rng: np.random.Generator, bulk: Float64) -> None:
    state.begin()
    lots, pool = ruins.pick(int(rng.integers(2, _LARGEST_MOVE)))
    greed = float(rng.choice((0.0, 0.2, 0.5, 1.0)))
    for lot in lots:
        state.remove(lot)
    if pool >= 0:
        focus = Focus(pool)
        lots = [lot for lot in lots if not state.join(lot, focus)]
        greed = 0.0
    elif rng.random() < 0.6:
        lots.sort(key=lambda lot: -bulk[lot])
    else:
        rng.shuffle(lots)
    for lot in lots:
        state.place(lot, greed)
    if greed < 1.0:
        settle(state, lots, rounds=1)
