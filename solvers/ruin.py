"""Kernels of the local search: choose lots that compete for the same space, take them out, put them back."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from network.money import Float64, Int64

from . import moves
from ._jit import ZERO, Records, inner, jit
from .construct import join
from .draft import COST, LISTED, NONE, ONE, Draft
from .moves import FULL, Rules
from .offers import Offers, fill
from .tables import Tables

Uint64 = npt.NDArray[np.uint64]

_LARGEST_MOVE = 40
"""A move takes out at most about this many lots."""


class Work(NamedTuple):
    """Room for the moves of a search.

    Attributes
    ----------
    rng : (1,) uint64, state of the random numbers
    bulk : (n,) float64, size of every lot
    all : (k,) int64, lots that have an option
    lots : (k,) int64, lots of a move
    chosen : offers of a pool that a move looks at
    """

    rng: Uint64
    bulk: Float64
    all: Int64
    lots: Int64
    chosen: Records


@inner
def _uniform(rng: Uint64) -> float:
    """Return the next number of a xorshift generator (Marsaglia, 2003), uniform in [0, 1)."""
    x = rng[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    rng[0] = x
    return float(x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inner
def _below(rng: Uint64, n: int) -> int:
    """Return a random number in 0..n-1."""
    return int(_uniform(rng) * n)


@jit
def make_moves(t: Tables, d: Draft, offers: Offers, work: Work, plan: tuple[int, float, float, float, float]) -> None:
    """Make `plan[0]` moves; the temperature falls from `plan[1]` by exp(`plan[2]`) over the whole schedule."""
    count, hot, fall, start, step = plan
    for k in range(count):
        temperature = hot * math.exp(fall * (start + k * step))
        before = d.number[COST]
        moves.begin(d)
        _move(t, d, offers, work)
        if d.number[COST] - before <= -temperature * math.log(max(_uniform(work.rng), 1e-12)):
            moves.commit(d)
        else:
            moves.rollback(t, d)


@inner
def _move(t: Tables, d: Draft, offers: Offers, work: Work) -> None:
    rng, lots = work.rng, work.lots
    size = 2 + _below(rng, _LARGEST_MOVE - 2)
    greed = (0, 200, 500, int(FULL))[_below(rng, 4)]
    pool, closed = NONE, NONE
    kind = _uniform(rng)
    if kind < 0.3 and len(offers.promising):
        pool = offers.promising[_below(rng, len(offers.promising))]
        count = _for_a_load(t, offers, pool, work)
    elif kind < 0.4 or d.heights[LISTED] == 0:
        count = _rivals(t, offers, work, size)
    elif kind < 0.85:
        count = _around_loads(t, d, rng, size, lots)
    else:
        load = d.stacks[LISTED, _below(rng, d.heights[LISTED])]
        closed = d.loads[load].pool
        count = _members(t, d, load, lots, ZERO)
    for k in range(count):
        moves.remove(t, d, lots[k])
    if pool >= 0:
        count = join(t, d, pool, lots, count)
        greed = 0
    if _uniform(rng) < 0.6:
        _sort_by_bulk(lots, count, work.bulk)
    else:
        _shuffle(rng, lots, count)
    for k in range(count):
        moves.place(t, d, lots[k], Rules(greed, NONE, NONE, closed))
    if greed < FULL:
        for k in range(count):
            moves.remove(t, d, lots[k])
            moves.place(t, d, lots[k], Rules(FULL, NONE, NONE, NONE))


@inner
def _for_a_load(t: Tables, offers: Offers, pool: int, work: Work) -> int:
    """Write the lots that would fill a load of the pool, some left out at random; return how many."""
    rng = work.rng
    chance = (0.6, 0.85, 1.0)[_below(rng, 3)]
    first, count = offers.first[pool], ZERO
    for k in range(first, min(offers.first[pool + 1], first + len(work.chosen))):
        if _uniform(rng) < chance:
            work.chosen[count].lot, work.chosen[count].payment = offers.rows[k].lot, offers.rows[k].payment
            count += 1
    return fill(t, work.chosen, ZERO, count, pool, work.lots)[0]


@inner
def _rivals(t: Tables, offers: Offers, work: Work, size: int) -> int:
    """Write a random lot and others that would pay for one of its pools, until there are `size`; return how many."""
    rng, lots = work.rng, work.lots
    lots[0], count = work.all[_below(rng, len(work.all))], ONE
    mine = t.lots[lots[0]]
    if mine.last == mine.first:
        return count
    option = t.options[mine.first + _below(rng, mine.last - mine.first)]
    if option.uses == 0:
        return count
    pool = t.uses[option.use + _below(rng, option.uses)].pool + ZERO
    first, last = offers.first[pool], offers.first[pool + 1]
    for _ in range(size if last > first else 0):
        lot = offers.rows[first + _below(rng, last - first)].lot
        if not _listed(lots, count, lot):
            lots[count] = lot
            count += 1
    return count


@inner
def _members(t: Tables, d: Draft, load: int, lots: Int64, count: int) -> int:
    """Append the lots of a load that are not listed yet; return how many there are then."""
    node = d.loads[load].head
    while node >= 0 and count < len(lots):
        lot = node // t.width
        if not _listed(lots, count, lot):
            lots[count] = lot
            count += 1
        node = d.nodes[node].next
    return count


@inner
def _listed(lots: Int64, count: int, lot: int) -> bool:
    for k in range(count):
        if lots[k] == lot:
            return True
    return False


@inner
def _around_loads(t: Tables, d: Draft, rng: Uint64, size: int, lots: Int64) -> int:
    """Write lots of one load, then of loads that could hold the same lots, until there are `size`; return how many."""
    load = d.stacks[LISTED, _below(rng, d.heights[LISTED])]
    count = _sample(t, d, rng, load, size, lots, ZERO)
    for _ in range(3):
        if count >= size:
            break
        near = _neighbour(t, d, rng, lots[_below(rng, count)])
        if near >= 0:
            count = _sample(t, d, rng, near, size, lots, count)
    return count


@inner
def _sample(t: Tables, d: Draft, rng: Uint64, load: int, size: int, lots: Int64, count: int) -> int:
    """Append random lots of a load until there are `size`; return how many there are then."""
    last = _members(t, d, load, lots, count)
    while last > size:
        drop = count + _below(rng, last - count)
        last -= 1
        lots[drop] = lots[last]
    return last


@inner
def _neighbour(t: Tables, d: Draft, rng: Uint64, lot: int) -> int:
    """Return a random open load of a random pool that the lot may use; -1 if the draw finds none."""
    mine = t.lots[lot]
    if mine.last == mine.first:
        return NONE
    for _ in range(8):
        option = t.options[mine.first + _below(rng, mine.last - mine.first)]
        if option.uses == 0:
            continue
        load = d.rooms[t.uses[option.use + _below(rng, option.uses)].pool].open
        skip = _below(rng, 4)
        while load >= 0 and skip > 0 and d.loads[load].next >= 0:
            load = d.loads[load].next
            skip -= 1
        if load >= 0:
            return load
    return NONE


@inner
def _sort_by_bulk(lots: Int64, count: int, bulk: Float64) -> None:
    """Sort lots, largest first."""
    for k in range(1, count):
        lot, place = lots[k], k
        while place > 0 and bulk[lots[place - 1]] < bulk[lot]:
            lots[place] = lots[place - 1]
            place -= 1
        lots[place] = lot


@inner
def _shuffle(rng: Uint64, lots: Int64, count: int) -> None:
    for k in range(count - 1, 0, -1):
        other = _below(rng, k + 1)
        lots[k], lots[other] = lots[other], lots[k]
