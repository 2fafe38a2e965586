"""What examinations surely cost, whatever the loads: parts that importers and lots of a pool bear in the bound.

A load is examined with the chance ``P(H) = 1 - exp(-H)``, where ``H`` is the sum of the hazards ``h`` of its importers.
``P`` is concave and ``P(0) = 0``: between 0 and the most that a load can gather, ``H_max``, it is nowhere below the
line to ``P(H_max)``. So an importer causes at least ``price * P(H_max) / H_max * h`` in a pool that it uses, in however
many loads. And a lot is held up at least as often as its own importer is examined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.examinations import MILLIDAYS, MILLION
from network.money import CENT, Float64, Int64, Integers

from .examination import HAZARD, hazard

if TYPE_CHECKING:
    from .problem import Problem

_ROUNDED = CENT // 2 + 1
"""What rounding an amount to cents can take from it, at most, micro-units."""


def sure_parts(problem: Problem, pairs: tuple[Integers, Integers, Integers], standing: Int64) -> tuple[Int64, Int64]:
    """Return what each pair's importer, and each pair's lot, surely adds to the examinations of its pool.

    Parameters
    ----------
    pairs : pool, lot and entry of every pair, (E,) int32 each
    standing : (E,) int64, of the importer of the pair

    Returns
    -------
    by_entry, by_lot : (E,) int64, micro-units; the former once for all pairs of an entry
    """
    pool, lot, entry = pairs
    by_entry, by_lot = np.zeros(len(pool), dtype=np.int64), np.zeros(len(pool), dtype=np.int64)
    scheme = problem.pool_scheme[pool]
    for index, exam in enumerate(problem.examinations):
        rows = np.flatnonzero(scheme == index) if exam is not None else pool[:0]
        if exam is None or not len(rows):
            continue
        chances = np.array([exam.chance_of(k) for k in range(int(standing[rows].max()) + 1)], dtype=np.int64)
        hazards = np.array([hazard(int(chance)) / HAZARD for chance in chances])
        most = _most_hazard(problem, (pool[rows], lot[rows], entry[rows]), hazards[standing[rows]])
        slope = np.where(most > 0, -np.expm1(-most) / np.maximum(most, 1e-300), 0.0)
        noise = _ROUNDED + exam.price / MILLION
        part = exam.price * slope * hazards[standing[rows]] * (1 - 1e-12) - noise
        by_entry[rows] = np.maximum(np.floor(part), 0).astype(np.int64)
        per_day = exam.delay / MILLIDAYS * chances[standing[rows]] / MILLION
        held = problem.lot_day_price[lot[rows]] * per_day * (1 - 1e-12) - _ROUNDED
        by_lot[rows] = np.maximum(np.floor(held), 0).astype(np.int64)
    return by_entry, by_lot


def _most_hazard(problem: Problem, pairs: tuple[Integers, Integers, Integers], hazards: Float64) -> Float64:
    """Return the most hazard that one load of the pool of each pair can gather, (k,) float64.

    So many importers fit into a load as the smallest lots of those that could use the pool fill the largest type, by
    volume and by weight; they are at most those with the largest hazards.
    """
    pool, lot, entry = pairs
    names, first, number = np.unique(entry, return_index=True, return_inverse=True)
    of_pool = pool[first]
    allowed = problem.pool_max_parties[of_pool]
    count = np.where(allowed < 0, len(names), allowed)
    for size, room in (
        (problem.lot_volume_cm3, problem.type_volume_cm3),
        (problem.lot_weight_g, problem.type_weight_g),
    ):
        least = np.full(len(names), np.inf)
        np.minimum.at(least, number, size[lot].astype(np.float64))
        count = np.minimum(count, _how_many(of_pool, least, _largest(problem, room)))
    order = np.lexsort((-hazards[first], of_pool))
    rank = _rank(of_pool[order])
    counted = np.where(rank < np.maximum(count[order], 1), hazards[first][order], 0.0)
    total = np.bincount(of_pool[order], counted, problem.n_pools).astype(np.float64)
    most: Float64 = total[pool]
    return most


def _largest(problem: Problem, room: Int64) -> Int64:
    """Return the room of the largest type of every pool, (P,) int64; 0 where a pool has none."""
    largest = np.zeros(problem.n_pools, dtype=np.int64)
    np.maximum.at(largest, np.repeat(np.arange(problem.n_pools), np.diff(problem.pool_type_start)), room)
    return largest


def _how_many(of_pool: Integers, least: Float64, room: Int64) -> Int64:
    """Return how many of the smallest fit together into the room of their pool, (k,) int64, for each of the pool."""
    order = np.lexsort((least, of_pool))
    filled = np.cumsum(least[order])
    rank = _rank(of_pool[order])
    before = (filled - least[order])[np.arange(len(order)) - rank]
    fits = filled - before <= room[of_pool[order]] * (1 + 1e-9)
    counts: Int64 = np.bincount(of_pool[order][fits], minlength=len(room))[of_pool]
    return counts


def _rank(groups: Integers) -> Int64:
    """Return the position of each row within its run of equal groups, (k,) int64."""
    starts = np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
    counts = np.diff(np.append(starts, len(groups)))
    ranks: Int64 = np.arange(len(groups)) - np.repeat(starts, counts)
    return ranks
