"""Drop options that no best plan needs. Three reductions, each with its proof:

* an option that costs, on its own, at least what the shipment's cheapest option without pools and limits costs
  is never needed: swapping to that one frees room and never raises a shared fee;
* of options with the same pools and the same limits only the cheapest is needed;
* a pool whose users together cannot save more than the price of its cheapest load is never opened: what a user
  saves is bounded by its cheapest option without pools, or for trucks by pallets on the same trunk.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from consolidation.itineraries import Itineraries
from consolidation.limits import Limits
from consolidation.pooling import NEVER, Pooling, number_rows
from network.money import Bools, Int64

MOST_SAVED = 10**15
"""Ceiling of a saving, micro-units: a thousand million units of currency, so that sums of savings stay exact."""


def cheapest(shipment: Int64, cost: Int64, count: int) -> Int64:
    """Return the position of the cheapest option of every shipment, -1 for none, (count,).

    Parameters
    ----------
    shipment, cost : (m,) int64
    """
    best = np.full(count, -1, dtype=np.int64)
    order = np.lexsort((np.arange(len(cost)), cost, shipment))
    first = np.flatnonzero(np.diff(shipment[order], prepend=-1))
    best[shipment[order][first]] = order[first]
    return best


def reduce_options(found: Itineraries, cost: Int64, pooling: Pooling, limits: Limits) -> Int64:
    """Return the positions of the options worth keeping, by shipment, then cost."""
    count = len(found.demand.shipments)
    unpooled = (pooling.trunk < 0) & (pooling.truck < 0)
    free = unpooled & (limits.of_option < 0).all(axis=1)
    positions = np.flatnonzero(free)
    best_free = cheapest(found.shipment[positions], cost[positions], count)
    ceiling = np.full(count, NEVER, dtype=np.int64)
    has = best_free >= 0
    ceiling[has] = cost[positions[best_free[has]]]
    keep = cost < ceiling[found.shipment]
    keep[positions[best_free[has]]] = True
    keep = _cheapest_alike(found, cost, pooling, limits, keep)
    saving = np.minimum(ceiling[found.shipment] - cost, MOST_SAVED)
    keep &= ~_hopeless(found, saving, pooling.trunk, pooling.trunk_price, keep)
    saving = _against_pallets(found, cost, pooling, limits, keep)
    keep &= ~_hopeless(found, saving, pooling.truck, pooling.truck_price, keep)
    kept = np.flatnonzero(keep)
    return kept[np.lexsort((kept, cost[kept], found.shipment[kept]))]


def _cheapest_alike(found: Itineraries, cost: Int64, pooling: Pooling, limits: Limits, keep: Bools) -> Bools:
    kept = np.flatnonzero(keep)
    key = np.stack([found.shipment[kept], pooling.trunk[kept], pooling.truck[kept], *limits.of_option[kept].T])
    order = np.lexsort((kept, cost[kept], *key[::-1]))
    changed = np.any(np.diff(key[:, order], axis=1) != 0, axis=0) if len(kept) else np.zeros(0, dtype=bool)
    first = np.concatenate([np.ones(min(1, len(kept)), dtype=bool), changed])
    result: Bools = np.zeros_like(keep)
    result[kept[order[first]]] = True
    return result


def _hopeless(found: Itineraries, saving: Int64, pool: Int64, price_of: Callable[[Int64], Int64], keep: Bools) -> Bools:
    """Return the options of pools whose users together save no more than the cheapest load costs.

    Parameters
    ----------
    saving : (m,) int64, the most an option saves its shipment
    pool : (m,) int64, pool of each option, -1 for none
    price_of : returns the price of the cheapest load of the pools asked for
    """
    users = np.flatnonzero(keep & (pool >= 0))
    if not len(users):
        return np.zeros_like(keep)
    price = price_of(np.unique(pool[users]))
    key = pool[users] * len(found.demand.shipments) + found.shipment[users]
    order = np.lexsort((-saving[users], key))
    best = users[order[np.flatnonzero(np.diff(key[order], prepend=-1))]]
    total = np.bincount(pool[best], weights=saving[best].astype(np.float64), minlength=len(price))
    hopeless: Bools = keep & (pool >= 0) & (total[pool] <= price[pool] * (1 - 1e-12))
    return hopeless


def _against_pallets(found: Itineraries, cost: Int64, pooling: Pooling, limits: Limits, keep: Bools) -> Int64:
    """Return what each truck option saves against pallets on the same trunk under the same limits, (m,).

    An option without such a twin may save any amount; options without a truck save nothing.
    """
    keys = np.stack([found.shipment, found.route, *limits.of_option.T], axis=1)
    numbers, unique = number_rows(keys, keep & (found.route >= 0))
    pallets = np.flatnonzero((numbers >= 0) & (pooling.truck < 0))
    twin = np.full(len(unique), NEVER, dtype=np.int64)
    np.minimum.at(twin, numbers[pallets], cost[pallets])
    users = np.flatnonzero((numbers >= 0) & (pooling.truck >= 0))
    saving = np.zeros(len(cost), dtype=np.int64)
    saving[users] = np.clip(twin[numbers[users]] - cost[users], 0, MOST_SAVED)
    return saving
