"""Cuts for the choice among listed columns: add rows with whole weights, divide, and round up.

A class that is asked for d times is covered when its items in all chosen bins sum to d or more. Weigh such rows, add
them, and divide by a small k: a bin then counts a k-th of the weight inside, and as bins are whole, each may count it
rounded up while the sum stays at least a k-th of all the weight asked for, rounded up. That cuts off fractions where
the divisions leave less in the bins than in the demand: three items, of which any two fill a bin, need two bins, not
three halves. (Rank-1 cuts of Chvatal and Gomory, found as mod-k cuts by Caprara, Fischetti and Letchford; with k = 2
and three items they are the subset-row cuts of Jepsen and others.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from network.money import Float64, Int64

from .columns import Column, Cut

_DIVISORS = (2, 3, 5, 7)
"""Primes, so that elimination modulo each can divide."""
_NOISE = (0.0, 0.5, 0.9)
"""How much chance changes the order of the columns; the next is tried when one brings no cut."""
_MOST_ROWS = 200
"""Classes looked at in one search."""
_MOST_CUTS = 30
"""Cuts that one search returns at most."""
_DEEP_ENOUGH = 0.01


def violated_cuts(demand: Int64, columns: Sequence[Column], use: Float64) -> list[Cut]:
    """Return cuts that a solution of the linear master violates, deepest first.

    Parameters
    ----------
    demand : (C,) int64, items of each class
    columns : sequence of J Column
    use : (J,) float64
    """
    used = np.flatnonzero(use > 1e-9)
    inside = np.zeros((len(demand), len(used)), dtype=np.int64)
    for place, k in enumerate(used.tolist()):
        np.add.at(inside[:, place], list(columns[k].classes), 1)
    surplus = np.maximum(inside @ use[used] - demand, 0.0)
    split = np.abs(use[used] - np.round(use[used])) > 1e-6
    rows = np.flatnonzero(inside[:, split].any(axis=1) & (surplus < 1.0))
    rows = rows[np.argsort(surplus[rows], kind="stable")[:_MOST_ROWS]]
    used, inside = used[inside[rows].any(axis=0)], inside[:, inside[rows].any(axis=0)]
    found: dict[Cut, float] = {}
    rng = np.random.default_rng(0)
    for noise in _NOISE:
        order = np.argsort(-use[used] * (1.0 - noise * rng.random(len(used))), kind="stable")
        for divisor in _DIVISORS:
            met = _eliminated(demand[rows], surplus[rows], inside[np.ix_(rows, order)], use[used[order]], divisor)
            found |= {_rounded(demand, rows, weight, divisor): depth for weight, depth in met}
        if found:
            break
    return sorted(found, key=lambda cut: (-found[cut], cut.weights, cut.divisor))[:_MOST_CUTS]


def _rounded(demand: Int64, rows: Int64, weight: Int64, divisor: int) -> Cut:
    """Return the cut for weights, (K,), of the classes `rows`, (K,)."""
    weights = tuple(sorted((int(rows[k]), int(weight[k])) for k in np.flatnonzero(weight)))
    asked = sum(w * int(demand[number]) for number, w in weights)
    return Cut(weights, divisor, -(-asked // divisor))


def _eliminated(
    demand: Int64, surplus: Float64, inside: Int64, use: Float64, divisor: int
) -> list[tuple[Int64, float]]:
    """Return weights, (K,), and depths of cuts met while columns are made divisible one after another.

    Columns are taken in the given order. To make one divisible, a multiple of one row is subtracted from all others that
    leave a rest there, and that row is put away: elimination modulo a prime.

    Parameters
    ----------
    demand, surplus : (K,), items asked for and items packed beyond that
    inside : (K, J) int64, items in the columns
    use : (J,) float64
    """
    rest, weight = inside % divisor, np.eye(len(demand), dtype=np.int64)
    left = np.ones(len(demand), dtype=np.bool_)
    found = _deep(demand, surplus, rest, weight, use, divisor)
    for column in range(len(use)):
        changed = np.flatnonzero(left & (rest[:, column] > 0))
        if not len(changed):
            continue
        pivot = changed[(weight[changed] @ surplus + rest[changed] @ use).argmin()]
        others = changed[changed != pivot]
        left[pivot] = False
        factor = rest[others, column] * pow(int(rest[pivot, column]), -1, divisor)
        rest[others] = (rest[others] - factor[:, None] * rest[pivot]) % divisor
        weight[others] = (weight[others] - factor[:, None] * weight[pivot]) % divisor
        found += _deep(demand, surplus, rest[others], weight[others], use, divisor)
    return found


def _deep(
    demand: Int64, surplus: Float64, rest: Int64, weight: Int64, use: Float64, divisor: int
) -> list[tuple[Int64, float]]:
    """Return weights, (K,), and depths of the violated cuts among sums of rows and their multiples.

    Parameters
    ----------
    rest : (R, J) int64, weight in the columns modulo the divisor
    weight : (R, K) int64
    """
    found: list[tuple[Int64, float]] = []
    for times in range(1, divisor):
        scaled = times * weight % divisor
        depth = ((-scaled @ demand) % divisor - (-times * rest % divisor) @ use - scaled @ surplus) / divisor
        found += [(scaled[k], float(depth[k])) for k in np.flatnonzero(depth > _DEEP_ENOUGH).tolist()]
    return found
