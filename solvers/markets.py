"""Independent markets: sets of lots that share no pool, so that each can be searched on its own."""

from __future__ import annotations

import numpy as np

from network.money import Bools, Int64

from ._jit import inner, jit
from .pairs import Pairs
from .problem import Int32, Problem
from .tables import rows_of


def markets_of(problem: Problem, pairs: Pairs, keep: Bools) -> Int64:
    """Return the market of every lot, (n,) int64, numbered from the one with most lots.

    Lots are in one market when a chain of pools, in options to keep, connects them. Limits are not looked at.
    """
    live = np.zeros(len(pairs), dtype=np.bool_)
    _, uses = rows_of(problem.option_pool_start, np.flatnonzero(keep))
    live[pairs.of_use[uses]] = True
    roots = _components(pairs.lot[live], pairs.pool[live], problem.n_lots, problem.n_pools)[: problem.n_lots]
    _, number, count = np.unique(roots, return_inverse=True, return_counts=True)
    rank = np.empty(len(count), dtype=np.int64)
    rank[np.argsort(-count, kind="stable")] = np.arange(len(count))
    return rank[number]


@jit
def _components(lots: Int32, pools: Int32, n_lots: int, n_pools: int) -> Int64:
    """Return the representative of every lot, then of every pool (union-find with path halving)."""
    parent = np.arange(n_lots + n_pools)
    for k in range(len(lots)):
        a, b = _root(parent, lots[k]), _root(parent, n_lots + pools[k])
        parent[max(a, b)] = min(a, b)
    for k in range(len(parent)):
        parent[k] = _root(parent, k)
    return parent


@inner
def _root(parent: Int64, k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


def halves(market: Int64) -> Int64:
    """Return 0 or 1 for every lot, (n,) int64: whole markets, in two parts of about the same number of lots."""
    sizes = np.bincount(market)
    side, filled = np.zeros(len(sizes), dtype=np.int64), [0, 0]
    for k, size in enumerate(sizes.tolist()):
        side[k] = int(filled[1] < filled[0])
        filled[side[k]] += size
    return side[market]
