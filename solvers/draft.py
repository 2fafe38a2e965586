"""Kernels on a draft: a plan that changes lot by lot, whose exact cost is known after every change.

The moves are "take a lot out" and "put a lot in". Both keep the cost equal to what :func:`solvers.evaluate.evaluate`
would say, every load on its cheapest sufficient type, and every rule kept. A journal undoes a series of moves.

The lots of a load are a linked list of *nodes*, one node for every lot and pool of its option (``lot * width + slot``).
The open loads of a pool are a linked list too; empty loads wait on a stack.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.money import Int64

from ._jit import Records, constant, inner
from .fees import entry_amount
from .tables import NEVER, Tables

NONE = constant(-1)
ONE = constant(1)
COST, OLD_COST, MARK, CALL, IS_NOTED, NOTED_LOTS, N_NUMBERS = range(7)
"""Places in `Draft.number`: the cost; the cost when the journal began; number of the series of moves; number of the
search for a place; whether moves are noted; how many lots are noted."""
LISTED, EMPTY, NOTED, FRESH, EMPTIED = map(constant, range(5))
"""Rows of `Draft.stacks`: open loads; empty loads; and of the journal: loads changed, loads opened, loads emptied."""
_SPARE_LOADS = 4096
"""Loads beyond one per node, for those that a series of moves has emptied and keeps until it ends."""

_PLACED = np.dtype([(name, np.int64) for name in ("choice", "mark", "old_choice", "noted")])
_NODE = np.dtype([(name, np.int64) for name in ("load", "next", "before", "old_load")])
_LOAD = np.dtype([(name, np.int64) for name in (
    "pool", "type", "volume", "weight", "lots", "alone", "parties", "head", "next", "before", "place", "mark",
    "old_type", "old_pool",
)])  # fmt: skip
_ROOM = np.dtype([(name, np.int64) for name in ("open", "seen", "price", "target")])


class Draft(NamedTuple):
    """A plan under construction.

    Attributes
    ----------
    number : (7,) int64, single numbers, see `COST` and its neighbours
    lots : (n,) records: ``choice``, the live option or -1; of the journal: ``mark``, ``old_choice``, and ``noted``, a list
    nodes : (n * width,) records: ``load``, neighbours ``next`` and ``before`` in the load, and ``old_load``
    loads : (c,) records: ``pool``; ``type``, a position in ``Tables.types``; ``volume``, ``weight``; how many ``lots``,
        ``alone``, ``parties``; ``head``, the first node; ``next``, ``before`` in the pool's list; ``place`` among the
        open loads; of the journal: ``mark``, ``old_type``, ``old_pool``
    classes : (c, K) int64, lots of every class in a load
    rooms : (P,) records: ``open``, the first open load; ``price`` for the lot that looks for a place (when ``seen`` by
        it), and ``target``, the load it would join
    stacks : (5, c) int64, lists of loads, see `LISTED` and its neighbours; heights : (5,) int64
    types_used : (T,) int64; used : (R,) int64
    targets : (width,) int64, loads of the place found last
    """

    number: Int64
    lots: Records
    nodes: Records
    loads: Records
    classes: Int64
    rooms: Records
    stacks: Int64
    heights: Int64
    types_used: Int64
    used: Int64
    targets: Int64


def blank(t: Tables) -> Draft:
    """Return the draft in which no lot travels."""
    n = len(t.lots)
    c = n * t.width + _SPARE_LOADS
    draft = Draft(
        number=np.zeros(N_NUMBERS, dtype=np.int64),
        lots=_unset(_PLACED, n),
        nodes=_unset(_NODE, n * t.width),
        loads=_unset(_LOAD, c),
        classes=np.zeros((c, len(t.conflict)), dtype=np.int64),
        rooms=_unset(_ROOM, len(t.pools)),
        stacks=np.zeros((5, c), dtype=np.int64),
        heights=np.zeros(5, dtype=np.int64),
        types_used=np.zeros(len(t.types), dtype=np.int64),
        used=np.zeros(len(t.limits), dtype=np.int64),
        targets=np.full(t.width, NONE, dtype=np.int64),
    )
    draft.number[COST] = t.lots["unplanned"].sum()
    draft.stacks[EMPTY], draft.heights[EMPTY] = np.arange(c - 1, -1, -1), c
    for name in ("volume", "weight", "lots", "alone", "parties"):
        draft.loads[name] = 0
    return draft


def _unset(kind: np.dtype[np.void], count: int) -> Records:
    records = np.zeros(count, dtype=kind)
    for name in kind.names or ():
        records[name] = NONE
    return records


@inner
def _push(d: Draft, stack: int, load: int) -> None:
    d.stacks[stack, d.heights[stack]] = load
    d.heights[stack] += 1


# -- limits ---------------------------------------------------------------------------------------------------------


@inner
def _allow_type(t: Tables, d: Draft, kind: int, current: int) -> bool:
    """Return whether one more load may have the type, when it gives up the type `current` (-1: none)."""
    row = t.types[kind]
    if row.limit >= 0 and d.types_used[kind] >= row.limit:
        return False
    if row.resource < 0:
        return True
    used = d.used[row.resource] + row.amount
    if current >= 0 and t.types[current].resource == row.resource:
        used -= t.types[current].amount
    return used <= t.limits[row.resource]


@inner
def set_type(t: Tables, d: Draft, load: int, kind: int) -> None:
    """Give a load a type (-1: none), and count it; the cost is the caller's business."""
    old = d.loads[load].type
    if old >= 0:
        d.types_used[old] -= 1
        if t.types[old].resource >= 0:
            d.used[t.types[old].resource] -= t.types[old].amount
    if kind >= 0:
        d.types_used[kind] += 1
        if t.types[kind].resource >= 0:
            d.used[t.types[kind].resource] += t.types[kind].amount
    d.loads[load].type = kind


@inner
def _allow_choice(t: Tables, d: Draft, choice: int) -> bool:
    """Return whether one more lot may take the live option, as far as its own needs go."""
    first = t.options[choice].need
    last = first + t.options[choice].needs
    for k in range(first, last):
        resource = t.needs[k].resource
        amount = 0
        for other in range(first, last):
            if t.needs[other].resource == resource:
                amount += t.needs[other].amount
        if d.used[resource] + amount > t.limits[resource]:
            return False
    return True


@inner
def use_choice(t: Tables, d: Draft, choice: int, sign: int) -> None:
    """Book the needs of a live option, or give them back."""
    first = t.options[choice].need
    for k in range(first, first + t.options[choice].needs):
        d.used[t.needs[k].resource] += sign * t.needs[k].amount


@inner
def _cheapest_type(t: Tables, d: Draft, pool: int, volume: int, weight: int, current: int) -> int:
    """Return the cheapest type of a pool that is large enough and that the limits allow, or -1."""
    for kind in range(t.pools[pool].first, t.pools[pool].last):
        if (
            volume <= t.types[kind].volume
            and weight <= t.types[kind].weight
            and (kind == current or not t.pools[pool].is_limited or _allow_type(t, d, kind, current))
        ):
            return kind
    return NONE


# -- loads ----------------------------------------------------------------------------------------------------------


@inner
def party_value(t: Tables, d: Draft, load: int, party: int) -> int:
    """Return the entry value of an importer in a load, or -1 if it has nothing there."""
    value, found = 0, False
    node = d.loads[load].head
    while node >= 0:
        lot = t.lots[node // t.width]
        if lot.party == party:
            value += lot.value
            found = True
        node = d.nodes[node].next
    return value if found else NONE


@inner
def entry(t: Tables, pool: int, value: int) -> int:
    """Return the fees of a customs entry of a load of `pool`, micro-units; 0 for a value of -1, no entry."""
    if value < 0:
        return 0
    return entry_amount(t.fees, t.pools[pool].fee, t.pools[pool].last_fee, value)


@inner
def _may_share(t: Tables, d: Draft, load: int, lot: int) -> bool:
    """Return whether classes, consent and the number of importers let a lot join a load."""
    mine = t.lots[lot]
    for other in range(len(t.conflict)):
        if d.classes[load, other] > 0 and t.conflict[mine.kind, other]:
            return False
    if d.loads[load].alone > 0 or mine.alone > 0:
        node = d.loads[load].head
        while node >= 0:
            if t.lots[node // t.width].group != mine.group:
                return False
            node = d.nodes[node].next
    most = t.pools[d.loads[load].pool].most_parties
    return most < 0 or d.loads[load].parties < most or party_value(t, d, load, mine.party) >= 0


@inner
def offer(t: Tables, d: Draft, load: int, lot: int, most: int) -> tuple[int, int]:
    """Return what adding a lot to an open load costs, micro-units, and the type it needs.

    (NEVER, -1) if a rule forbids it, or if the load alone would cost more than `most`.
    """
    into, mine = d.loads[load], t.lots[lot]
    volume, weight = into.volume + mine.volume, into.weight + mine.weight
    kind = into.type
    if volume > t.types[kind].volume or weight > t.types[kind].weight:
        kind = _cheapest_type(t, d, into.pool, volume, weight, kind)
        if kind < 0:
            return NEVER, NONE
    delta = t.types[kind].price - t.types[into.type].price
    if delta > most or not _may_share(t, d, load, lot):
        return NEVER, NONE
    if t.pools[into.pool].last_fee > t.pools[into.pool].fee:
        before = party_value(t, d, load, mine.party)
        delta += entry(t, into.pool, max(before, 0) + mine.value) - entry(t, into.pool, before)
    return delta, kind


@inner
def opening(t: Tables, d: Draft, pool: int, lot: int) -> tuple[int, int]:
    """Return what a new load for the lot alone costs now, micro-units, and its type; (NEVER, -1) if none can be had."""
    kind = _cheapest_type(t, d, pool, t.lots[lot].volume, t.lots[lot].weight, NONE)
    if kind < 0 or t.pools[pool].most_parties == 0:
        return NEVER, NONE
    return t.types[kind].price + entry(t, pool, t.lots[lot].value), kind


@inner
def link(t: Tables, d: Draft, node: int, load: int, pool: int) -> None:
    """Enter a node into a load of `pool`; the first one opens it."""
    into, lot = d.loads[load], t.lots[node // t.width]
    if into.lots == 0:
        into.pool = pool
        into.place = d.heights[LISTED]
        _push(d, LISTED, load)
        top = d.rooms[pool].open
        into.next, into.before = top, NONE
        if top >= 0:
            d.loads[top].before = load
        d.rooms[pool].open = load
    if t.pools[pool].most_parties >= 0 and party_value(t, d, load, lot.party) < 0:
        into.parties += 1
    top = into.head
    d.nodes[node].next, d.nodes[node].before, d.nodes[node].load = top, NONE, load
    if top >= 0:
        d.nodes[top].before = node
    into.head = node
    into.volume += lot.volume
    into.weight += lot.weight
    into.alone += lot.alone
    into.lots += 1
    d.classes[load, lot.kind] += 1


@inner
def _unlink(t: Tables, d: Draft, node: int) -> None:
    """Take a node out of its load; the last one closes it."""
    load, lot = d.nodes[node].load, t.lots[node // t.width]
    into = d.loads[load]
    after, before = d.nodes[node].next, d.nodes[node].before
    if before >= 0:
        d.nodes[before].next = after
    else:
        into.head = after
    if after >= 0:
        d.nodes[after].before = before
    d.nodes[node].load = NONE
    if t.pools[into.pool].most_parties >= 0 and party_value(t, d, load, lot.party) < 0:
        into.parties -= 1
    into.volume -= lot.volume
    into.weight -= lot.weight
    into.alone -= lot.alone
    into.lots -= 1
    d.classes[load, lot.kind] -= 1
    if into.lots == 0:
        _close(d, load)


@inner
def _close(d: Draft, load: int) -> None:
    """Take an emptied load out of the lists of open loads."""
    into = d.loads[load]
    d.heights[LISTED] -= 1
    last = d.stacks[LISTED, d.heights[LISTED]]
    d.stacks[LISTED, into.place], d.loads[last].place = last, into.place
    after, before = into.next, into.before
    if before >= 0:
        d.loads[before].next = after
    else:
        d.rooms[into.pool].open = after
    if after >= 0:
        d.loads[after].before = before


@inner
def new_load(d: Draft) -> int:
    """Return an empty load."""
    d.heights[EMPTY] -= 1
    load = d.stacks[EMPTY, d.heights[EMPTY]]
    if d.number[IS_NOTED]:
        _push(d, FRESH, load)
    return load


# -- lots -----------------------------------------------------------------------------------------------------------


@inner
def _leave(t: Tables, d: Draft, node: int) -> None:
    """Take a node out of its load and let the load be as small as it can; one emptied while noting keeps its number."""
    load, lot = d.nodes[node].load, t.lots[node // t.width]
    _note_load(d, load)
    into = d.loads[load]
    _unlink(t, d, node)
    if t.pools[into.pool].last_fee > t.pools[into.pool].fee:
        rest = party_value(t, d, load, lot.party)
        d.number[COST] += entry(t, into.pool, rest) - entry(t, into.pool, max(rest, 0) + lot.value)
    kind, current = NONE, into.type
    if into.lots > 0:
        kind = _cheapest_type(t, d, into.pool, into.volume, into.weight, current)
        d.number[COST] += t.types[kind].price
    else:
        _push(d, EMPTIED if d.number[IS_NOTED] else EMPTY, load)
    d.number[COST] -= t.types[current].price
    set_type(t, d, load, kind)


@inner
def remove(t: Tables, d: Draft, lot: int) -> None:
    """Take a lot out of its loads; it is unplanned then."""
    choice = d.lots[lot].choice
    if choice < 0:
        return
    _note_lot(t, d, lot)
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
    if not _allow_choice(t, d, choice):
        return False
    _note_lot(t, d, lot)
    use_choice(t, d, choice, ONE)
    for slot in range(t.options[choice].uses):
        pool, load = t.uses[t.options[choice].use + slot].pool, d.targets[slot]
        if load >= 0:
            delta, kind = offer(t, d, load, lot, NEVER)
        else:
            delta, kind = opening(t, d, pool, lot)
        if kind < 0:
            for other in range(slot):
                _leave(t, d, lot * t.width + other)
            use_choice(t, d, choice, NONE)
            return False
        if load < 0:
            load = new_load(d)
        _note_load(d, load)
        link(t, d, lot * t.width + slot, load, pool)
        set_type(t, d, load, kind)
        d.number[COST] += delta
    d.number[COST] += t.options[choice].cost - t.lots[lot].unplanned
    d.lots[lot].choice = choice
    return True


# -- the best place of a lot ----------------------------------------------------------------------------------------


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
def _price_pool(t: Tables, d: Draft, lot: int, use: int, rules: Rules, most: int) -> int:
    """Return what a pool costs the lot, and remember it and the load to join; NEVER if it is not less than `most`.

    Options come in the order of their cost, so what is too much for one is too much for those after it.
    """
    pool = t.uses[use].pool
    room = d.rooms[pool]
    room.seen, room.target = d.number[CALL], NONE
    if pool == rules.pool:
        if rules.load >= 0:
            room.price, room.target = offer(t, d, rules.load, lot, most)[0], rules.load
        else:
            room.price = 0 if opening(t, d, pool, lot)[1] >= 0 else NEVER
        return room.price
    best = NEVER if pool == rules.closed else _open_price(t, d, pool, lot, t.uses[use].pair, rules.greed)
    best = best if best < most else NEVER
    load = room.open
    while load >= 0:
        delta = offer(t, d, load, lot, min(best, most))[0]
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
        kind = _cheapest_type(t, d, pool, t.lots[lot].volume, t.lots[lot].weight, NONE)
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
    for choice in range(t.lots[lot].first, t.lots[lot].last):
        option = t.options[choice]
        total = option.cost
        if total >= best:
            break
        uses_pool = rules.pool < 0
        for use in range(option.use, option.use + option.uses):
            pool = t.uses[use].pool
            uses_pool = uses_pool or pool == rules.pool
            if total < best:
                if d.rooms[pool].seen == call:
                    total += d.rooms[pool].price
                else:
                    total += _price_pool(t, d, lot, use, rules, best - total)
        beyond = total > least or (total == least and choice > after)
        if total < best and uses_pool and beyond and _allow_choice(t, d, choice):
            best, found = total, choice
    if found >= 0:
        first = t.options[found].use
        for slot in range(t.options[found].uses):
            d.targets[slot] = d.rooms[t.uses[first + slot].pool].target
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


# -- journal --------------------------------------------------------------------------------------------------------


@inner
def begin(d: Draft) -> None:
    """Start a series of moves that `rollback` can undo."""
    d.number[MARK] += 1
    d.number[IS_NOTED] = 1
    d.number[NOTED_LOTS] = 0
    d.heights[NOTED] = d.heights[FRESH] = d.heights[EMPTIED] = 0
    d.number[OLD_COST] = d.number[COST]


@inner
def _note_lot(t: Tables, d: Draft, lot: int) -> None:
    if d.number[IS_NOTED] and d.lots[lot].mark != d.number[MARK]:
        d.lots[d.number[NOTED_LOTS]].noted = lot
        d.number[NOTED_LOTS] += 1
        d.lots[lot].mark, d.lots[lot].old_choice = d.number[MARK], d.lots[lot].choice
        for node in range(lot * t.width, (lot + 1) * t.width):
            d.nodes[node].old_load = d.nodes[node].load


@inner
def _note_load(d: Draft, load: int) -> None:
    if d.number[IS_NOTED] and d.loads[load].mark != d.number[MARK]:
        _push(d, NOTED, load)
        into = d.loads[load]
        into.mark, into.old_type, into.old_pool = d.number[MARK], into.type, into.pool


@inner
def commit(d: Draft) -> None:
    """Keep the moves since `begin`."""
    d.number[IS_NOTED] = 0
    for k in range(d.heights[EMPTIED]):
        _push(d, EMPTY, d.stacks[EMPTIED, k])


@inner
def rollback(t: Tables, d: Draft) -> None:
    """Undo the moves since `begin`."""
    for k in range(d.number[NOTED_LOTS]):
        lot = d.lots[k].noted
        if d.lots[lot].choice >= 0:
            use_choice(t, d, d.lots[lot].choice, NONE)
        for node in range(lot * t.width, (lot + 1) * t.width):
            if d.nodes[node].load >= 0:
                _unlink(t, d, node)
    for k in range(d.number[NOTED_LOTS]):
        lot = d.lots[k].noted
        d.lots[lot].choice = d.lots[lot].old_choice
        if d.lots[lot].choice >= 0:
            use_choice(t, d, d.lots[lot].choice, ONE)
        for node in range(lot * t.width, (lot + 1) * t.width):
            load = d.nodes[node].old_load
            if load >= 0:
                link(t, d, node, load, d.loads[load].old_pool)
    for k in range(d.heights[NOTED]):
        load = d.stacks[NOTED, k]
        set_type(t, d, load, d.loads[load].old_type)
    for k in range(d.heights[FRESH]):
        _push(d, EMPTY, d.stacks[FRESH, k])
    d.number[COST] = d.number[OLD_COST]
    d.number[IS_NOTED] = 0
