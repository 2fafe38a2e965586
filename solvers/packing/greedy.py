"""Best-fit decreasing in several orders, norms and type rules: the first packing, and the baseline of the benchmarks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from network.money import Float64, Int64

from .kernels import (
    Data,
    State,
    bins_of,
    empty_state,
    kernel_data,
    place_all,
    place_by_cost,
    settle_types,
    total_cost,
)
from .problem import PackingProblem
from .result import Bin


def weights(problem: PackingProblem) -> Float64:
    """Return each item's size as one number, (n,) float64: dimensions weighted by how scarce each one is."""
    share = problem.size / np.maximum(problem.capacity.max(axis=0), 1)
    scarcity = share.sum(axis=0)
    total = float(scarcity.sum())
    weighted: Float64 = share @ (scarcity / total if total > 0 else scarcity)
    return weighted


def orders(problem: PackingProblem) -> Iterator[Int64]:
    """Yield orders of placing, (n,) int64: by norms of the size, then by conflicts as well."""
    share = problem.size / np.maximum(problem.capacity.max(axis=0), 1)
    degree = problem.conflict.sum(axis=1) / max(1, problem.n)
    scarce = weights(problem)
    keys = [scarce]
    if problem.dims > 1:
        keys += [share.max(axis=1), share.sum(axis=1), (share * share).sum(axis=1)]
    if degree.any():
        keys += [scarce + degree, scarce * 0.5 + degree, degree]
    for key in keys:
        yield np.argsort(-key, kind="stable").astype(np.int64)


def preferences(problem: PackingProblem) -> Iterator[Int64]:
    """Yield orders in which a new bin tries the types, (T,) int64: by price of room, the largest first, each type first."""
    room = (problem.capacity / np.maximum(problem.capacity.max(axis=0), 1)).mean(axis=1)
    by_value = np.argsort(problem.cost / np.maximum(room, 1e-9), kind="stable").astype(np.int64)
    yield by_value
    yield np.argsort(-room, kind="stable").astype(np.int64)
    for kind in range(problem.n_types if problem.n_types <= 12 else 0):
        yield np.concatenate(([kind], by_value[by_value != kind]))


def best_fit_decreasing(problem: PackingProblem) -> list[Bin]:
    """Return the cheapest packing over all orders and type rules."""
    data, best, least = kernel_data(problem), empty_state(problem), -1
    for state in _variants(problem, data):
        settle_types(data, state)
        cost = total_cost(data, state)
        if least < 0 or cost < least:
            best, least = state, cost
    return bins_of(best)


def _variants(problem: PackingProblem, data: Data) -> Iterator[State]:
    """Yield the packing of every order with every type rule."""
    for order in orders(problem):
        state = empty_state(problem)
        place_by_cost(data, state, order, 0.0)
        yield state
        for preference in preferences(problem):
            state = empty_state(problem)
            place_all(data, state, order, preference, 0.0)
            yield state
