"""Kernels that take lots out and put them in, and find the best place for one; a journal undoes a series of moves."""

from __future__ import annotations

from typing import NamedTuple

from ._jit import ZERO, constant, inner
from .draft import (
    CALL,
    COST,
    EMPTIED,
    EMPTY,
    FRESH,
    IS_NOTED,
    MARK,
    NONE,
    NOTED,
    NOTED_LOTS,
    OLD_COST,
    ONE,
    Draft,
    allow_choice,
    cheapest_type,
    enter_by,
    entry,
    link,
    new_load,
    note_load,
    note_lot,
    offer,
    opening,
    party_value,
    push,
    set_type,
    unlink,
    use_choice,
)
from .pairs import NEVER
from .tables import Tables


@inner
def _leave(t: Tables, d: Draft, node: int) -> None:
    """Take a node out of its load and let the load be as small as it can; one emptied while noting keeps its number."""
    load, lot = d.nodes[node].load, node // t.width
    note_load(d, load)
    into = d.loads[load]
    expected = into.exam
    unlink(t, d, node)
    d.number[COST] += into.exam - expected
    if t.pools[into.pool].last_fee > t.pools[into.pool].fee:
        rest = party_value(t, d, load, d.lots[lot].party)
        before = max(rest, 0) + t.lots[lot].value
        d.number[COST] += entry(t, into.pool, d.lots[lot].standing, rest) - entry(
            t, into.pool, d.lots[lot].standing, before
        )
    kind, current = NONE, into.type
    if into.lots > 0:
        kind = cheapest_type(t, d, into.pool, into.volume, into.weight, current)
        d.number[COST] += t.types[kind].price
    else:
        push(d, EMPTIED if d.number[IS_NOTED] else EMPTY, load)
    d.number[COST] -= t.types[current].price
    set_type(t, d, load, kind)


@inner
def remove(t: Tables, d: Draft, lot: int) -> None:
    """Take a lot out of its loads; it is unplanned then."""
    choice = d.lots[lot].choice
    if choice < 0:
        return
    note_lot(t, d, lot)
    for slot in range(t.options[choice].uses):
        _leave(t, d, lot * t.width + slot)
    use_choice(t, d, choice, NONE)
    d.number[COST] += t.lots[lot].unplanned - t.options[choice].cost
    d.lots[lot].choice = NONE


@inner
def put(t: Tables, d: Draft, lot: int, choice: int) -> bool:
    """Give an unplanned lot a live option, in the loads of ``d.targets`` (-1: a new one).

    Returns False, and changes nothing, if a rule or a limit forbids it.
    """
    if not allow_choice(t, d, choice):
        return False
    note_lot(t, d, lot)
    use_choice(t, d, choice, ONE)
    if t.lots[lot].common_party >= 0:
        enter_by(t, d, lot, choice)
    for slot in range(t.options[choice].uses):
        pool, load = t.uses[t.options[choice].use + slot].pool + ZERO, d.targets[slot]
        if load >= 0:
            delta, kind = offer(t, d, load, lot, t.uses[t.options[choice].use + slot].pair + ZERO, NEVER)
        else:
            delta, kind = opening(t, d, pool, lot)
        if kind < 0:
            for other in range(slot):
                _leave(t, d, lot * t.width + other)
            use_choice(t, d, choice, NONE)
            return False
        if load < 0:
            load = new_load(d)
        note_load(d, load)
        link(t, d, lot * t.width + slot, load, pool)
        set_type(t, d, load, kind)
        d.number[COST] += delta
    d.number[COST] += t.options[choice].cost - t.lots[lot].unplanned
    d.lots[lot].choice = choice
    return True


FULL = constant(1000)
"""Greed that charges a new load fully."""


class Rules(NamedTuple):
    """How a place is looked for.

    Attributes
    ----------
    greed : int, per mille
        `FULL` charges a new load fully to the lot that opens it; 0 only the lot's part of a well filled load.
    pool, load : int
        Pool that the option must use, and its load to join (-1: a new one, free of charge); `pool` is -1 for any.
    closed : int, pool in which no load may be opened; -1 for none
    """

    greed: int
    pool: int
    load: int
    closed: int


@inner
def _price_pool(t: Tables, d: Draft, lot: int, use: int, number: int, rules: Rules, most: int) -> int:
    """Return what a pool costs the lot, and remember it and the load to join; NEVER if it is not less than `most`.

    They are remembered in the room of that `number`, the pool's own or that of the common importer.

    Options come in the order of their cost, so what is too much for one is too much for those after it.
    """
    pool, pair = t.uses[use].pool + ZERO, t.uses[use].pair + ZERO
    room = d.rooms[number]
    room.seen, room.target = d.number[CALL], NONE
    if pool == rules.pool:
        if rules.load >= 0:
            room.price, room.target = offer(t, d, rules.load, lot, pair, most)[0], rules.load
        else:
            room.price = 0 if opening(t, d, pool, lot)[1] >= 0 else NEVER
        return room.price
    best = NEVER if pool == rules.closed else _open_price(t, d, pool, lot, pair, rules.greed)
    best = best if best < most else NEVER
    load = d.rooms[pool].open
    while load >= 0:
        delta = offer(t, d, load, lot, pair, min(best, most))[0]
        if delta < most and delta <= best:
            best, room.target = delta, load
        load = d.loads[load].next
    room.price = best
    return best


@inner
def _open_price(t: Tables, d: Draft, pool: int, lot: int, pair: int, greed: int) -> int:
    """Return what the lot is charged for a new load, micro-units; NEVER when none can be had."""
    price = t.prices[pair].open
    if t.pools[pool].is_limited:
        kind = cheapest_type(t, d, pool, t.lots[lot].volume, t.lots[lot].weight, NONE)
        if kind < 0 or t.pools[pool].most_parties == 0:
            return NEVER
        price = t.types[kind].price + t.prices[pair].entry
    if greed < FULL and price < NEVER:
        share = min(t.prices[pair].share, price)
        price = share + (price - share) * greed // FULL
    return price


@inner
def best_place(t: Tables, d: Draft, lot: int, rules: Rules, least: int, after: int) -> tuple[int, int]:
    """Return the cheapest live option of an unplanned lot and what it costs, micro-units; -1 if none is cheaper.

    Its loads are left in ``d.targets``.

    Parameters
    ----------
    least, after : cost and live option; only places beyond these count, so that the next best can be asked for
    """
    d.number[CALL] += 1
    call = d.number[CALL]
    best, found = t.lots[lot].unplanned, NONE
    has_common = t.lots[lot].common_party >= 0
    for choice in range(t.lots[lot].first, t.lots[lot].last):
        option = t.options[choice]
        total = option.cost
        if total >= best:
            break
        uses_pool, behind = rules.pool < 0, ZERO
        if has_common:
            enter_by(t, d, lot, choice)
            behind += len(t.pools) * option.common
        for use in range(option.use, option.use + option.uses):
            pool = t.uses[use].pool + ZERO
            uses_pool = uses_pool or pool == rules.pool
            if total < best:
                if d.rooms[pool + behind].seen == call:
                    total += d.rooms[pool + behind].price
                else:
                    total += _price_pool(t, d, lot, use, pool + behind, rules, best - total)
        beyond = total > least or (total == least and choice > after)
        if total < best and uses_pool and beyond and allow_choice(t, d, choice):
            best, found = total, choice
    if found >= 0:
        first, behind = t.options[found].use, ZERO
        if has_common:
            behind += len(t.pools) * t.options[found].common
        for slot in range(t.options[found].uses):
            d.targets[slot] = d.rooms[t.uses[first + slot].pool + behind].target
    return found, best


_TRIALS = 20
"""Places tried when limits that two pools of an option share forbid the best."""


@inner
def place(t: Tables, d: Draft, lot: int, rules: Rules) -> bool:
    """Put an unplanned lot where it is cheapest; return False if it stays unplanned, as nothing is cheaper."""
    least, after = NONE, NONE
    for _ in range(_TRIALS):
        choice, total = best_place(t, d, lot, rules, least, after)
        if choice < 0:
            return False
        if put(t, d, lot, choice):
            return True
        least, after = total, choice
    return False


@inner
def begin(d: Draft) -> None:
    """Start a series of moves that `rollback` can undo."""
    d.number[MARK] += 1
    d.number[IS_NOTED] = 1
    d.number[NOTED_LOTS] = 0
    d.heights[NOTED] = d.heights[FRESH] = d.heights[EMPTIED] = 0
    d.number[OLD_COST] = d.number[COST]


@inner
def commit(d: Draft) -> None:
    """Keep the moves since `begin`."""
    d.number[IS_NOTED] = 0
    for k in range(d.heights[EMPTIED]):
        push(d, EMPTY, d.stacks[EMPTIED, k])


@inner
def rollback(t: Tables, d: Draft) -> None:
    """Undo the moves since `begin`."""
    for k in range(d.number[NOTED_LOTS]):
        lot = d.lots[k].noted
        if d.lots[lot].choice >= 0:
            use_choice(t, d, d.lots[lot].choice, NONE)
        for node in range(lot * t.width, (lot + 1) * t.width):
            if d.nodes[node].load >= 0:
                unlink(t, d, node)
    for k in range(d.number[NOTED_LOTS]):
        lot = d.lots[k].noted
        d.lots[lot].choice = d.lots[lot].old_choice
        if d.lots[lot].choice >= 0:
            use_choice(t, d, d.lots[lot].choice, ONE)
            if t.lots[lot].common_party >= 0:
                enter_by(t, d, lot, d.lots[lot].choice)
        for node in range(lot * t.width, (lot + 1) * t.width):
            load = d.nodes[node].old_load
            if load >= 0:
                link(t, d, node, load, d.loads[load].old_pool)
    for k in range(d.heights[NOTED]):
        load = d.stacks[NOTED, k]
        set_type(t, d, load, d.loads[load].old_type)
    for k in range(d.heights[FRESH]):
        push(d, EMPTY, d.stacks[FRESH, k])
    d.number[COST] = d.number[OLD_COST]
    d.number[IS_NOTED] = 0
