"""First plans: greedy by lots, and greedy by loads with the dual prices as a guide."""

from __future__ import annotations

import heapq

import numpy as np

from network.money import Bools, Int64

from . import moves
from ._jit import inner, jit
from ._watch import Watch
from .assignment import Assignment
from .delta import State
from .draft import NONE, Draft
from .moves import FULL, Rules
from .offers import Offers, bulk_of, fill
from .pairs import Pairs
from .problem import Problem
from .tables import Tables

_GREEDS = (0, 300, int(FULL))
"""Per mille of the price of a new load that the lot which opens it pays at once, tried in turn (see `Rules`)."""
_MANY_LOTS = 20_000
"""Problems with more lots than this are constructed once."""
_SLICE = 1000
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
    order = np.argsort(-bulk_of(problem), kind="stable")
    best, cost = None, int(problem.lot_unplanned_price.sum())
    state = State(problem, pairs, keep)
    for greed in _GREEDS if problem.n_lots <= _MANY_LOTS else _GREEDS[1:2]:
        finished = _place_in_order(state, order, greed, watch)
        if finished:
            settle(state, order, watch)
        if state.cost < cost:
            best, cost = state.assignment(), state.cost
        elif finished and best is None:
            best = Assignment.unplanned(problem.n_lots)
        if not finished:
            break
    return best


def _place_in_order(state: State, order: Int64, greed: int, watch: Watch) -> bool:
    """Make a new plan lot by lot; return whether it was finished."""
    state.clear()
    return _place_slices(state, order, greed, watch)


def _place_slices(state: State, order: Int64, greed: int, watch: Watch) -> bool:
    """Place lots in order, with looks at the clock; return whether all had their turn."""
    for first in range(0, len(order), _SLICE):
        if watch.stopped():
            return False
        _place_all(state.tables, state.draft, order[first : first + _SLICE], greed)
    return True


def settle(state: State, order: Int64, watch: Watch, rounds: int = 2) -> None:
    """Move each of the lots to its cheapest place at full prices, until nothing moves or the watch stops it."""
    for _ in range(rounds):
        before = state.cost
        if not _place_slices(state, order, int(FULL), watch) or state.cost >= before:
            break


@jit
def _place_all(t: Tables, d: Draft, order: Int64, greed: int) -> None:
    for lot in order:
        moves.remove(t, d, lot)
        moves.place(t, d, lot, Rules(greed, NONE, NONE, NONE))


def construct_by_loads(state: State, offers: Offers, ratio: float, watch: Watch) -> Assignment:
    """Return a plan made load by load: always the load whose lots pay most for its price, down to a ratio.

    Parameters
    ----------
    state : State, its plan is replaced
    offers : Offers
    ratio : float, loads whose lots pay less than this part of the price are not opened
    watch : Watch, a stop leaves out the settling of what was placed
    """
    state.clear()
    _open_loads(state.tables, state.draft, Offers(offers.rows.copy(), offers.first, offers.promising), ratio)
    order = np.argsort(-bulk_of(state.problem), kind="stable")
    free = state.draft.lots["choice"][order] < 0
    _place_slices(state, order[free], int(FULL), watch)
    settle(state, np.arange(state.problem.n_lots), watch)
    return state.assignment()


@jit
def _open_loads(t: Tables, d: Draft, offers: Offers, ratio: float) -> None:
    """Open the best load again and again; offers of lots that travel already are set to zero on the way."""
    taken = np.empty(4096, dtype=np.int64)
    heap = [(0.0, NONE)]
    heap.clear()
    for pool in offers.promising:
        heapq.heappush(heap, (-_best(t, d, offers, pool, taken)[1], pool))
    while len(heap):
        promised, pool = heapq.heappop(heap)
        count, earned = _best(t, d, offers, pool, taken)
        if earned < ratio:
            continue
        if earned < -promised - 1e-9 or join(t, d, pool, taken, count) < count:
            heapq.heappush(heap, (-earned, pool))


@inner
def _best(t: Tables, d: Draft, offers: Offers, pool: int, taken: Int64) -> tuple[int, float]:
    first, last = offers.first[pool], offers.first[pool + 1]
    for k in range(first, last):
        if d.lots[offers.rows[k].lot].choice >= 0:
            offers.rows[k].payment = 0.0
    return fill(t, offers.rows, first, last, pool, taken)


@inner
def join(t: Tables, d: Draft, pool: int, lots: Int64, count: int) -> int:
    """Put unplanned lots into one new load of the pool, each by its best option that uses it.

    The lots that do not fit are moved to the front of `lots`; returns how many.
    """
    load, left = NONE, 0
    for k in range(count):
        lot = lots[k]
        if not moves.place(t, d, lot, Rules(FULL, pool, load, NONE)):
            lots[left] = lot
            left += 1
        elif load < 0:
            load = _load_in(t, d, lot, pool)
    return left


@inner
def _load_in(t: Tables, d: Draft, lot: int, pool: int) -> int:
    """Return the load of a planned lot in a pool of its option."""
    choice = t.options[d.lots[lot].choice]
    slot = 0
    while t.uses[choice.use + slot].pool != pool:
        slot += 1
    return d.nodes[lot * t.width + slot].load
