"""What lots would pay for a place in a pool, by the dual prices: which loads are worth opening, and for whom."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.money import Bools, Float64, Int64

from ._jit import Records, inner, jit
from .draft import NONE
from .pairs import Pairs
from .problem import Problem
from .tables import Tables

_OFFER = np.dtype([("lot", np.int64), ("payment", np.float64)])
_PROMISING = 0.6
"""Pools whose best load would earn less than this part of its price are not tried."""


class Offers(NamedTuple):
    """Offers of lots to pools.

    Attributes
    ----------
    rows : (k,) records: ``lot`` and ``payment`` (micro-units), of a pool in the order of payment per size
    first : (P+1,) int64, offers of a pool
    promising : (p,) int64, pools whose best load would earn a good part of its price
    """

    rows: Records
    first: Int64
    promising: Int64


def offers_of(problem: Problem, pairs: Pairs, t: Tables, payment: Float64 | None) -> Offers:
    """Return the positive offers among the payments of all pairs, (E,) float64 micro-units; None: all offer the same."""
    least = 0.0 if payment is None else _PROMISING
    payment = pairs.fits.astype(np.float64) if payment is None else payment
    if problem.has_common:
        payment = np.where(_is_second(pairs, payment), 0.0, payment)
    live = np.zeros(len(pairs), dtype=np.bool_)
    live[t.uses["pair"]] = True
    paying = np.flatnonzero(live & (payment > 0))
    density = payment[paying] / np.maximum(bulk_of(problem)[pairs.lot[paying]], 1e-9)
    order = np.lexsort((-density, pairs.pool[paying]))
    chosen = paying[order]
    rows = np.zeros(len(chosen), dtype=_OFFER)
    rows["lot"], rows["payment"] = pairs.lot[chosen], payment[chosen]
    first = np.searchsorted(pairs.pool[chosen], np.arange(problem.n_pools + 1))
    return Offers(rows, first, _promising(t, rows, first, least))


def _is_second(pairs: Pairs, payment: Float64) -> Bools:
    """Return which pairs pay less than their twin, or as much and come later, (E,) bool."""
    other = np.append(payment, -np.inf)[pairs.twin]
    second: Bools = (other > payment) | ((other == payment) & (pairs.twin < np.arange(len(pairs))))
    return second


def bulk_of(problem: Problem) -> Float64:
    """Return the size of every lot, the larger of its shares of the largest volume and weight, (n,) float64."""
    volume = problem.lot_volume_cm3 / max(1, int(problem.lot_volume_cm3.max(initial=1)))
    weight = problem.lot_weight_g / max(1, int(problem.lot_weight_g.max(initial=1)))
    bulk: Float64 = np.maximum(volume, weight)
    return bulk


@inner
def fill(t: Tables, rows: Records, first: int, last: int, pool: int, taken: Int64) -> tuple[int, float]:
    """Fill one load of a pool with the offers `first` to `last`, best first; return how many lots and payment per price.

    Every type is tried; the lots of the best load are written to `taken`. Lots whose offer is zero are passed over.
    """
    best_ratio, best_kind, count = 0.0, NONE, 0
    for again in range(2):
        for kind in range(t.pools[pool].first, t.pools[pool].last):
            if again and kind != best_kind:
                continue
            volume, weight, paid, count = t.types[kind].volume, t.types[kind].weight, 0.0, 0
            for k in range(first, last):
                lot = t.lots[rows[k].lot]
                if rows[k].payment <= 0 or lot.volume > volume or lot.weight > weight or count == len(taken):
                    continue
                agrees = lot.alone == 0
                for other in range(count):
                    agrees = agrees and not t.conflict[lot.kind, t.lots[taken[other]].kind]
                if agrees:
                    taken[count] = rows[k].lot
                    count += 1
                    paid += rows[k].payment
                    volume -= lot.volume
                    weight -= lot.weight
            ratio = paid / max(1, t.types[kind].price)
            if ratio > best_ratio:
                best_ratio, best_kind = ratio, kind
        if best_kind < 0:
            return 0, 0.0
    return count, best_ratio


@jit
def _promising(t: Tables, rows: Records, first: Int64, least: float) -> Int64:
    taken = np.empty(4096, dtype=np.int64)
    found = np.empty(len(first) - 1, dtype=np.int64)
    count = 0
    for pool in range(len(first) - 1):
        if first[pool + 1] > first[pool] and fill(t, rows, first[pool], first[pool + 1], pool, taken)[1] > least:
            found[count] = pool
            count += 1
    return found[:count].copy()
