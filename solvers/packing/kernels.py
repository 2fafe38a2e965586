"""Compiled moves on a partial packing: put an item into a bin, take it out, choose the type, fill greedily.

A packing under change is a `State` of plain arrays: items of a bin are a linked list, bins are slots, and an empty slot
has no first item. Limits of types are soft here: a bin beyond the limit of its type costs `overflow` more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from network.money import Bools, Float64, Int64

from .._jit import inner, jit
from .problem import PackingProblem
from .result import Bin


class Data(NamedTuple):
    """The problem as the compiled code reads it.

    Attributes
    ----------
    size : (n, d) int64
    capacity : (T, d) int64
    cost : (T,) int64
    limit : (T,) int64, a large number for none
    conflict : (n, n) bool; (0, 0) when there is none
    scale : (T, d) float64, one over the capacity, shared among the dimensions
    overflow : int, charged on top for a bin beyond the limit
    """

    size: Int64
    capacity: Int64
    cost: Int64
    limit: Int64
    conflict: Bools
    scale: Float64
    overflow: int


class State(NamedTuple):
    """A packing under change.

    Attributes
    ----------
    where : (n,) int64, slot of the item, -1 when it is out
    after, before : (n,) int64, neighbours in the linked list of the bin, -1 at the ends
    first : (n + 1,) int64, first item of the slot, -1 when it is empty
    load : (n + 1, d) int64
    kind : (n + 1,) int64, type of the slot
    used : (T,) int64, open bins of the type
    top : (1,) int64, slots from here on are empty
    chance : (1,) uint64, not zero: state of the random numbers
    """

    where: Int64
    after: Int64
    before: Int64
    first: Int64
    load: Int64
    kind: Int64
    used: Int64
    top: Int64
    chance: npt.NDArray[np.uint64]


def kernel_data(problem: PackingProblem) -> Data:
    """Return the arrays of `problem` for the compiled code."""
    none = np.zeros((0, 0), dtype=np.bool_)
    conflict = np.ascontiguousarray(problem.conflict) if problem.conflict.any() else none
    limit = np.where(problem.limit < 0, 2**60, problem.limit)
    scale = 1.0 / np.maximum(problem.capacity, 1) / problem.dims
    return Data(
        problem.size.copy(),
        problem.capacity.copy(),
        problem.cost.copy(),
        limit,
        conflict.copy(),
        scale,
        problem.overflow,
    )


def empty_state(problem: PackingProblem) -> State:
    """Return a state with every item out."""
    n = problem.n
    minus = np.full(n + 1, -1, dtype=np.int64)
    return State(
        minus[:n].copy(),
        minus[:n].copy(),
        minus[:n].copy(),
        minus.copy(),
        np.zeros((n + 1, problem.dims), dtype=np.int64),
        np.zeros(n + 1, dtype=np.int64),
        np.zeros(problem.n_types, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.ones(1, dtype=np.uint64),
    )


def state_of(problem: PackingProblem, bins: list[Bin]) -> State:
    """Return the state that holds `bins`."""
    state = empty_state(problem)
    data = kernel_data(problem)
    for slot, one in enumerate(bins):
        open_bin(state, slot, one.type)
        for item in one.items:
            put(data, state, item, slot)
    return state


def bins_of(state: State) -> list[Bin]:
    """Return the bins of a state, in a fixed order."""
    inside: dict[int, list[int]] = {}
    for item, slot in enumerate(state.where.tolist()):
        if slot >= 0:
            inside.setdefault(slot, []).append(item)
    return sorted(Bin(int(state.kind[slot]), tuple(items)) for slot, items in inside.items())


@inner
def uniform(state: State) -> float:
    """Return the next random number from 0 to 1 (xorshift of Marsaglia)."""
    bits = state.chance[0]
    bits ^= bits << np.uint64(13)
    bits ^= bits >> np.uint64(7)
    bits ^= bits << np.uint64(17)
    state.chance[0] = bits
    return float(bits >> np.uint64(11)) / 9007199254740992.0


@inner
def below(state: State, top: int) -> int:
    """Return a random whole number from 0 to `top` - 1."""
    return int(uniform(state) * top)


@jit
def copy_state(source: State, target: State) -> None:
    """Make `target` equal to `source`, random numbers apart."""
    for item in range(source.where.shape[0]):
        target.where[item] = source.where[item]
        target.after[item] = source.after[item]
        target.before[item] = source.before[item]
    for slot in range(max(source.top[0], target.top[0])):
        target.first[slot] = source.first[slot]
        target.kind[slot] = source.kind[slot]
        for k in range(source.load.shape[1]):
            target.load[slot, k] = source.load[slot, k]
    for kind in range(source.used.shape[0]):
        target.used[kind] = source.used[kind]
    target.top[0] = source.top[0]


@jit
def open_bin(state: State, slot: int, kind: int) -> None:
    """Open an empty slot as a bin of a type."""
    state.kind[slot] = kind
    state.first[slot] = -1
    for k in range(state.load.shape[1]):
        state.load[slot, k] = 0
    state.used[kind] += 1
    if slot >= state.top[0]:
        state.top[0] = slot + 1


@inner
def free_slot(state: State) -> int:
    """Return the first slot that is empty."""
    for slot in range(state.top[0]):
        if state.first[slot] < 0:
            return slot
    return int(state.top[0])


@jit
def put(data: Data, state: State, item: int, slot: int) -> None:
    """Put an item into an open slot."""
    head = state.first[slot]
    state.after[item] = head
    state.before[item] = -1
    if head >= 0:
        state.before[head] = item
    state.first[slot] = item
    state.where[item] = slot
    for k in range(data.size.shape[1]):
        state.load[slot, k] += data.size[item, k]


@inner
def take(data: Data, state: State, item: int) -> None:
    """Take an item out; a slot that becomes empty is closed."""
    slot = state.where[item]
    left, right = state.before[item], state.after[item]
    if left >= 0:
        state.after[left] = right
    else:
        state.first[slot] = right
    if right >= 0:
        state.before[right] = left
    state.where[item] = -1
    for k in range(data.size.shape[1]):
        state.load[slot, k] -= data.size[item, k]
    if state.first[slot] < 0:
        state.used[state.kind[slot]] -= 1
        while state.top[0] > 0 and state.first[state.top[0] - 1] < 0:
            state.top[0] -= 1


@inner
def price(data: Data, state: State, kind: int, own: int) -> int:
    """Return what one more bin of a type costs; `own` is the type of a bin that would be given up for it, or -1."""
    used = state.used[kind]
    if own == kind:
        used -= 1
    if used >= data.limit[kind]:
        return int(data.cost[kind] + data.overflow)
    return int(data.cost[kind])


@inner
def agrees(data: Data, state: State, item: int, slot: int) -> bool:
    """Return whether an item conflicts with nothing in the slot."""
    if data.conflict.shape[0] == 0:
        return True
    other = state.first[slot]
    while other >= 0:
        if data.conflict[item, other]:
            return False
        other = state.after[other]
    return True


@inner
def room(data: Data, state: State, item: int, slot: int, kind: int) -> float:
    """Return the part of a bin of type `kind` that stays free when the item joins the slot; negative if too small."""
    free = 0.0
    for k in range(data.size.shape[1]):
        left = data.capacity[kind, k] - state.load[slot, k] - data.size[item, k]
        if left < 0:
            return -1.0
        free += left * data.scale[kind, k]
    return free


@inner
def cheapest(data: Data, state: State, item: int, slot: int) -> int:
    """Return the cheapest type for the slot with the item added (-1: as it is), or -1; slot -1 is a new bin."""
    best, least = -1, 0
    own = state.kind[slot] if slot >= 0 else -1
    for kind in range(data.cost.shape[0]):
        fits = True
        for k in range(data.size.shape[1]):
            need = 0
            if slot >= 0:
                need += state.load[slot, k]
            if item >= 0:
                need += data.size[item, k]
            if need > data.capacity[kind, k]:
                fits = False
                break
        if fits:
            cost = price(data, state, kind, own)
            if best < 0 or cost < least:
                best, least = kind, cost
    return best


@inner
def retype(state: State, slot: int, kind: int) -> None:
    """Change the type of an open slot."""
    state.used[state.kind[slot]] -= 1
    state.used[kind] += 1
    state.kind[slot] = kind


@jit
def settle_types(data: Data, state: State) -> None:
    """Give every open slot the cheapest type that holds it."""
    for slot in range(state.top[0]):
        if state.first[slot] >= 0:
            kind = cheapest(data, state, -1, slot)
            if kind >= 0 and kind != state.kind[slot]:
                retype(state, slot, kind)


@jit
def total_cost(data: Data, state: State) -> int:
    """Return the price of all open slots, overflow included."""
    cost = 0
    for kind in range(data.cost.shape[0]):
        used = state.used[kind]
        cost += used * data.cost[kind] + max(0, used - data.limit[kind]) * data.overflow
    return cost


@jit
def place_all(data: Data, state: State, order: Int64, preference: Int64, blink: float) -> None:
    """Put the items into the open bin they fill best, else into a new bin of the first preferred type that holds them.

    Parameters
    ----------
    order : (m,) int64, items in the order of placing; all are out
    preference : (T,) int64, types in the order in which a new bin tries them
    blink : float, chance of overlooking a bin; when it is not zero a new bin starts anywhere in the preference
    """
    for item in order:
        best, least = -1, 2.0
        for slot in range(state.top[0]):
            if state.first[slot] >= 0:
                free = room(data, state, item, slot, state.kind[slot])
                if (
                    0.0 <= free < least
                    and agrees(data, state, item, slot)
                    and (blink <= 0.0 or uniform(state) >= blink)
                ):
                    best, least = slot, free
        if best < 0:
            best = free_slot(state)
            skipped = below(state, len(preference)) if blink > 0.0 else 0
            open_bin(state, best, _new_kind(data, state, item, preference, skipped))
        put(data, state, item, best)


@jit
def place_by_cost(data: Data, state: State, order: Int64, blink: float) -> None:
    """Put the items where they cost least, counting the larger type that a bin may need; ties to the fullest bin."""
    for item in order:
        kind = cheapest(data, state, item, -1)
        best, best_kind = -1, kind
        least = float(price(data, state, kind, -1))
        tie = 2.0
        for slot in range(state.top[0]):
            if state.first[slot] < 0:
                continue
            own = state.kind[slot]
            kind, extra = own, 0.0
            free = room(data, state, item, slot, own)
            if free < 0.0:
                kind = cheapest(data, state, item, slot)
                if kind < 0:
                    continue
                extra = float(price(data, state, kind, own) - price(data, state, own, own))
                free = room(data, state, item, slot, kind)
            better = extra < least or (extra == least and free < tie)
            if better and (blink <= 0.0 or uniform(state) >= blink) and agrees(data, state, item, slot):
                best, best_kind, least, tie = slot, kind, extra, free
        if best < 0:
            best = free_slot(state)
            open_bin(state, best, best_kind)
        elif best_kind != state.kind[best]:
            retype(state, best, best_kind)
        put(data, state, item, best)


@inner
def _new_kind(data: Data, state: State, item: int, preference: Int64, skipped: int) -> int:
    """Return the first preferred type that holds the item within its limit, else the cheapest.

    The preference is read round, from the position `skipped` on.
    """
    for k in range(len(preference)):
        kind = preference[(k + skipped) % len(preference)]
        if state.used[kind] < data.limit[kind]:
            fits = True
            for dim in range(data.size.shape[1]):
                if data.size[item, dim] > data.capacity[kind, dim]:
                    fits = False
            if fits:
                return int(kind)
    return cheapest(data, state, item, -1)
