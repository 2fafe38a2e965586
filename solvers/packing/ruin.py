"""Ruin and recreate with annealing: empty a few bins, put their items back another way, keep what is not much worse.

The search minimises the cost less a small bonus for full bins: a packing of a few full and one nearly empty bin is
closer to a saving than one of bins that are all alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from network.money import Float64, Int64

from .._jit import inner, jit
from .greedy import weights
from .kernels import (
    Data,
    State,
    below,
    bins_of,
    copy_state,
    empty_state,
    kernel_data,
    place_all,
    place_by_cost,
    settle_types,
    state_of,
    take,
    total_cost,
    uniform,
)
from .problem import PackingProblem
from .result import Bin

_BONUS = 0.25
"""Part of its price that a full bin is credited with."""


class Cooling(NamedTuple):
    """Annealing of one call: moves, temperatures at its two ends (money), and the cost that ends it."""

    moves: int
    hot: float
    cold: float
    target: int


@dataclass(slots=True)
class Annealer:
    """A search that goes on where its last call stopped."""

    problem: PackingProblem
    data: Data
    weight: Float64
    state: State
    best: State

    @classmethod
    def start(cls, problem: PackingProblem, bins: list[Bin], seed: int) -> Annealer:
        """Begin at `bins`."""
        state, best = state_of(problem, bins), empty_state(problem)
        copy_state(state, best)
        state.chance[0] = (2 * seed + 1) * 0x9E3779B97F4A7C15 % 2**64
        return cls(problem, kernel_data(problem), weights(problem), state, best)

    def run(self, cooling: Cooling) -> list[Bin]:
        """Make the moves and return the best packing met so far."""
        spare = empty_state(self.problem)
        _anneal(self.data, self.weight, (self.state, self.best, spare), cooling)
        return bins_of(self.best)

    def restart(self, bins: list[Bin]) -> None:
        """Go on from `bins` instead."""
        copy_state(state_of(self.problem, bins), self.state)
        copy_state(self.state, self.best)


@inner
def _merit(data: Data, state: State) -> float:
    """Return the cost less the bonus for full bins."""
    merit = float(total_cost(data, state))
    for slot in range(state.top[0]):
        if state.first[slot] >= 0:
            kind = state.kind[slot]
            fill = 0.0
            for k in range(data.size.shape[1]):
                fill += state.load[slot, k] * data.scale[kind, k]
            merit -= _BONUS * data.cost[kind] * fill * fill
    return merit


@inner
def _empty_bins(data: Data, state: State, out: Int64) -> int:
    """Take all items out of a few bins, and a few items out of others; list them in `out` and return how many."""
    n = state.where.shape[0]
    count = 0
    bins = 1 + below(state, 4)
    for _ in range(bins):
        slot = state.where[below(state, n)]
        if slot < 0:
            continue
        while state.first[slot] >= 0:
            item = state.first[slot]
            take(data, state, item)
            out[count] = item
            count += 1
    for _ in range(below(state, 6)):
        item = below(state, n)
        if state.where[item] >= 0:
            take(data, state, item)
            out[count] = item
            count += 1
    return count


@jit
def _reorder(state: State, weight: Float64, out: Int64, count: int) -> Int64:
    """Return the items that are out, large ones first but for noise."""
    noise = 0.1 + 0.9 * uniform(state)
    key, order = np.empty(count), np.empty(count, dtype=np.int64)
    for k in range(count):
        item, large = out[k], weight[out[k]] * (1.0 + noise * (uniform(state) - 0.5))
        place = k
        while place > 0 and key[place - 1] < large:
            key[place], order[place] = key[place - 1], order[place - 1]
            place -= 1
        key[place], order[place] = large, item
    return order


@jit
def _anneal(data: Data, weight: Float64, states: tuple[State, State, State], cooling: Cooling) -> None:
    """Improve the first state; keep the best in the second; the third is room to undo."""
    state, best, spare = states
    out = np.empty(state.where.shape[0], dtype=np.int64)
    kinds = data.cost.shape[0]
    preference = np.arange(kinds)
    copy_state(state, spare)
    merit = _merit(data, state)
    least = total_cost(data, best)
    for move in range(cooling.moves):
        if least <= cooling.target:
            break
        heat = cooling.hot * (cooling.cold / cooling.hot) ** (move / cooling.moves)
        order = _reorder(state, weight, out, _empty_bins(data, state, out))
        if kinds == 1 or uniform(state) < 0.5:
            place_all(data, state, order, preference, 0.05)
        else:
            place_by_cost(data, state, order, 0.05)
        if kinds > 1:
            settle_types(data, state)
        found = _merit(data, state)
        if found <= merit - heat * np.log(1.0 - uniform(state)):
            merit = found
            copy_state(state, spare)
            cost = total_cost(data, state)
            if cost < least:
                least = cost
                copy_state(state, best)
        else:
            copy_state(spare, state)
