"""What one lot can choose from, as arrays: its live options, their pools, and the price of a load of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from network.money import Bools, Float64, Int64

from .limits import Limits
from .pairs import Pairs
from .problem import Problem


@dataclass(slots=True)
class LotView:
    """Options of one lot as arrays, and the price of opening a load of its own in each of its pools.

    Attributes
    ----------
    options : (k,) int64, options worth considering
    cost : (k,) float64, micro-units, own cost
    columns : (width, k) int64, places in `open_price` of the pools an option uses, in its order; -1, the last place,
        where an option uses fewer
    local : dict, pool to its place
    open_price : (q + 1,) float64, micro-units: cheapest sufficient load and entry fees, for the lot alone; last is 0
    share_price : (q + 1,) float64, micro-units: the lot's part of a well filled load
    limited : dict, number of a limit (see `Limits`) to the pools, with their places, whose types it limits
    needs : for every scarce resource: resource, largest amount, rows of the options that need it, their amounts
    """

    options: Int64
    cost: Float64
    columns: Int64
    local: dict[int, int]
    open_price: Float64
    share_price: Float64
    limited: dict[int, list[tuple[int, int]]]
    needs: list[tuple[int, int, Int64, Int64]]


class Views:
    """The views of all lots; each is built when it is first asked for.

    Parameters
    ----------
    problem : Problem
    pairs : Pairs
    limits : Limits
    keep : (m,) bool, options to consider
    """

    def __init__(self, problem: Problem, pairs: Pairs, limits: Limits, keep: Bools) -> None:
        self._problem, self._pairs, self._limits, self._keep = problem, pairs, limits, keep
        self._limits_of_pool: dict[int, list[int]] = {}
        self._known: list[LotView | None] = [None] * problem.n_lots

    def of(self, lot: int) -> LotView:
        """Return the options of a lot as arrays."""
        view = self._known[lot]
        if view is None:
            view = self._known[lot] = self._build(lot)
        return view

    def _build(self, lot: int) -> LotView:
        problem, pairs = self._problem, self._pairs
        first, last = problem.option_start[lot : lot + 2].tolist()
        options = first + np.flatnonzero(self._keep[first:last])
        start = problem.option_pool_start[options]
        count = problem.option_pool_start[options + 1] - start
        owner = np.repeat(np.arange(len(options)), count)
        order = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
        pair, place = np.unique(pairs.of_use[start[owner] + order], return_inverse=True)
        columns = np.full((int(count.max(initial=0)), len(options)), -1, dtype=np.int64)
        columns[order, owner] = place
        pools = pairs.pool[pair].tolist()
        local = dict(zip(pools, range(len(pools)), strict=True))
        whole, share = pairs.own_load_price
        limited: dict[int, list[tuple[int, int]]] = {}
        for pool, at in local.items():
            for number in self._limits_on(pool):
                limited.setdefault(number, []).append((pool, at))
        cost = problem.option_cost[options].astype(np.float64)
        prices = np.append(whole[pair], 0.0), np.append(share[pair], 0.0)
        return LotView(options, cost, columns, local, *prices, limited, self._scarce_needs(options))

    def _limits_on(self, pool: int) -> list[int]:
        numbers = self._limits_of_pool.get(pool)
        if numbers is None:
            found = (number for row in self._problem.types_of(pool) for number in self._limits.of_type(row))
            numbers = self._limits_of_pool[pool] = list(dict.fromkeys(found))
        return numbers

    def _scarce_needs(self, options: Int64) -> list[tuple[int, int, Int64, Int64]]:
        rows: dict[int, list[tuple[int, int]]] = {}
        for k, option in enumerate(options.tolist()):
            for resource, amount in self._limits.needs(option):
                if self._limits.scarce[resource]:
                    rows.setdefault(resource, []).append((k, amount))
        return [
            (resource, max(amount for _, amount in found), *np.array(found, dtype=np.int64).T)
            for resource, found in rows.items()
        ]
