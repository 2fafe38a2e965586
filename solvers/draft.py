"""A draft: a plan that changes lot by lot, whose exact cost is known after every change; and what its loads allow.

The moves (:mod:`solvers.moves`) are "take a lot out" and "put a lot in". Both keep the cost equal to what
:func:`solvers.evaluate.evaluate` would say, every load on its cheapest sufficient type, and every rule kept.

The lots of a load are a linked list of *nodes*, one node for every lot and pool of its option (``lot * width + slot``).
The open loads of a pool are a linked list too; empty loads wait on a stack.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.money import Int64

from ._jit import ZERO, Records, constant, inner
from .fees import entry_amount, examination_amount, let_through
from .pairs import NEVER
from .tables import Tables

NONE = constant(-1)
ONE = constant(1)
COST, OLD_COST, MARK, CALL, IS_NOTED, NOTED_LOTS, N_NUMBERS = range(7)
"""Places in `Draft.number`: the cost; the cost when the journal began; number of the series of moves; number of the
search for a place; whether moves are noted; how many lots are noted."""
LISTED, EMPTY, NOTED, FRESH, EMPTIED = map(constant, range(5))
"""Rows of `Draft.stacks`: open loads; empty loads; and of the journal: loads changed, loads opened, loads emptied."""
_SPARE_LOADS = 4096
"""Loads beyond one per node, for those that a series of moves has emptied and keeps until it ends."""

_PLACED = np.dtype([(name, np.int64) for name in ("choice", "mark", "old_choice", "noted", "party", "standing")])
_NODE = np.dtype([(name, np.int64) for name in ("load", "next", "before", "old_load")])
_LOAD = np.dtype([(name, np.int64) for name in (
    "pool", "type", "volume", "weight", "lots", "alone", "parties", "head", "next", "before", "place", "mark",
    "old_type", "old_pool", "hazard", "day_price", "exam",
)] + [("clear", np.float64)])  # fmt: skip
_ROOM = np.dtype([(name, np.int64) for name in ("open", "seen", "price", "target")])


class Draft(NamedTuple):
    """A plan under construction.

    Attributes
    ----------
    number : (7,) int64, single numbers, see `COST` and its neighbours
    lots : (n,) records: ``choice``, the live option or -1; ``party``, the importer of record by the option chosen or
        tried last, and its ``standing``; of the journal: ``mark``, ``old_choice``, and ``noted``, a list
    nodes : (n * width,) records: ``load``, neighbours ``next`` and ``before`` in the load, and ``old_load``
    loads : (c,) records: ``pool``; ``type``, a position in ``Tables.types``; ``volume``, ``weight``; how many ``lots``,
        ``alone``, ``parties``; ``head``, the first node; ``next``, ``before`` in the pool's list; ``place`` among the
        open loads; of the journal: ``mark``, ``old_type``, ``old_pool``; in pools with examinations the sums ``hazard`` of
        its importers and ``day_price`` of its lots, the chance that it is not examined, ``clear``, and what is expected of
        an examination, ``exam``, micro-units
    classes : (c, K) int64, lots of every class in a load
    rooms : (P,) records: ``open``, the first open load; ``price`` for the lot that looks for a place (when ``seen`` by
        it), and ``target``, the load it would join; where options enter lots under the common importer another P
        records, for the price and the target under it
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
        rooms=_unset(_ROOM, len(t.pools) * (2 if t.options["common"].any() else 1)),
        stacks=np.zeros((5, c), dtype=np.int64),
        heights=np.zeros(5, dtype=np.int64),
        types_used=np.zeros(len(t.types), dtype=np.int64),
        used=np.zeros(len(t.limits), dtype=np.int64),
        targets=np.full(t.width, NONE, dtype=np.int64),
    )
    draft.lots["party"], draft.lots["standing"] = t.lots["party"], t.lots["standing"]
    draft.number[COST] = t.lots["unplanned"].sum()
    draft.stacks[EMPTY], draft.heights[EMPTY] = np.arange(c - 1, -1, -1), c
    for name in ("volume", "weight", "lots", "alone", "parties", "hazard", "day_price", "exam"):
        draft.loads[name] = 0
    draft.loads["clear"] = 1.0
    return draft


def _unset(kind: np.dtype[np.void], count: int) -> Records:
    records = np.zeros(count, dtype=kind)
    for name in kind.names or ():
        records[name] = NONE
    return records


@inner
def push(d: Draft, stack: int, load: int) -> None:
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
def allow_choice(t: Tables, d: Draft, choice: int) -> bool:
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
def cheapest_type(t: Tables, d: Draft, pool: int, volume: int, weight: int, current: int) -> int:
    """Return the cheapest type of a pool that is large enough and that the limits allow, or -1."""
    for kind in range(t.pools[pool].first, t.pools[pool].last):
        if (
            volume <= t.types[kind].volume
            and weight <= t.types[kind].weight
            and (kind == current or not t.pools[pool].is_limited or _allow_type(t, d, kind, current))
        ):
            return kind
    return NONE


# -- importers of record --------------------------------------------------------------------------------------------


@inner
def enter_by(t: Tables, d: Draft, lot: int, choice: int) -> None:
    """Let the importer of an unplanned lot be that of a live option, where options know a common importer."""
    mine = t.lots[lot]
    if t.options[choice].common:
        d.lots[lot].party, d.lots[lot].standing = mine.common_party, mine.common_standing
    else:
        d.lots[lot].party, d.lots[lot].standing = mine.party, mine.standing


# -- loads ----------------------------------------------------------------------------------------------------------


@inner
def party_value(t: Tables, d: Draft, load: int, party: int) -> int:
    """Return the entry value of an importer in a load, or -1 if it has nothing there."""
    value, found = 0, False
    node = d.loads[load].head
    while node >= 0:
        lot = node // t.width
        if d.lots[lot].party == party:
            value += t.lots[lot].value
            found = True
        node = d.nodes[node].next
    return value if found else NONE


@inner
def entry(t: Tables, pool: int, standing: int, value: int) -> int:
    """Return the fees of a customs entry of an importer in a load of `pool`, micro-units; 0 for a value of -1, none."""
    if value < 0:
        return 0
    return entry_amount(t.fees, t.pools[pool].fee, t.pools[pool].last_fee, standing, value)


@inner
def hazard_of(t: Tables, d: Draft, pool: int, lot: int) -> int:
    """Return the hazard that the importer of a lot brings upon a load of `pool`; 0 where there are no examinations."""
    row = t.pools[pool].exam
    return t.fees[row + d.lots[lot].standing].hazard if row >= 0 else ZERO


@inner
def _expect(t: Tables, d: Draft, load: int) -> None:
    """Let an open load with examinations know what they are expected to cost, with the importers and lots it has."""
    into = d.loads[load]
    into.clear = let_through(into.hazard)
    into.exam = examination_amount(t.fees, t.pools[into.pool].exam, into.clear, into.day_price)


@inner
def _rise(t: Tables, d: Draft, load: int, lot: int, is_new: bool) -> int:
    """Return by how much the examination of a load is expected to cost more with a lot.

    Of an importer new in the load, which is charged an examination of a load of its own, that is taken off.
    """
    into, mine = d.loads[load], t.lots[lot]
    row = t.pools[into.pool].exam
    clear, rise = into.clear, -into.exam
    if is_new:
        mine_clear = t.fees[row + d.lots[lot].standing].clear
        clear *= mine_clear
        rise -= examination_amount(t.fees, row, mine_clear, mine.day_price)
    return rise + examination_amount(t.fees, row, clear, into.day_price + mine.day_price)


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
    return most < 0 or d.loads[load].parties < most or party_value(t, d, load, d.lots[lot].party) >= 0


@inner
def offer(t: Tables, d: Draft, load: int, lot: int, pair: int, most: int) -> tuple[int, int]:
    """Return what adding a lot to an open load costs, micro-units, and the type it needs.

    (NEVER, -1) if a rule forbids it, or if the load alone would cost more than `most`. An importer that is new in the load
    pays what its entry costs in a load of its own, which is known of the `pair`.
    """
    into, mine = d.loads[load], t.lots[lot]
    volume, weight = into.volume + mine.volume, into.weight + mine.weight
    kind = into.type
    if volume > t.types[kind].volume or weight > t.types[kind].weight:
        kind = cheapest_type(t, d, into.pool, volume, weight, kind)
        if kind < 0:
            return NEVER, NONE
    delta = t.types[kind].price - t.types[into.type].price
    if delta > most or not _may_share(t, d, load, lot):
        return NEVER, NONE
    if t.pools[into.pool].last_fee > t.pools[into.pool].fee or t.pools[into.pool].exam >= 0:
        before, standing = party_value(t, d, load, d.lots[lot].party), d.lots[lot].standing
        if before < 0:
            delta += t.prices[pair].entry
        else:
            delta += entry(t, into.pool, standing, before + mine.value) - entry(t, into.pool, standing, before)
        if t.pools[into.pool].exam >= 0:
            delta += _rise(t, d, load, lot, before < 0)
    return delta, kind


@inner
def opening(t: Tables, d: Draft, pool: int, lot: int) -> tuple[int, int]:
    """Return what a new load for the lot alone costs now, micro-units, and its type; (NEVER, -1) if none can be had."""
    kind = cheapest_type(t, d, pool, t.lots[lot].volume, t.lots[lot].weight, NONE)
    if kind < 0 or t.pools[pool].most_parties == 0:
        return NEVER, NONE
    price, row = t.types[kind].price + entry(t, pool, d.lots[lot].standing, t.lots[lot].value), t.pools[pool].exam
    if row >= 0:
        price += examination_amount(t.fees, row, t.fees[row + d.lots[lot].standing].clear, t.lots[lot].day_price)
    return price, kind


@inner
def link(t: Tables, d: Draft, node: int, load: int, pool: int) -> None:
    """Enter a node into a load of `pool`; the first one opens it."""
    into, lot, party = d.loads[load], t.lots[node // t.width], d.lots[node // t.width].party
    if into.lots == 0:
        into.pool = pool
        into.place = d.heights[LISTED]
        push(d, LISTED, load)
        top = d.rooms[pool].open
        into.next, into.before = top, NONE
        if top >= 0:
            d.loads[top].before = load
        d.rooms[pool].open = load
    if (t.pools[pool].most_parties >= 0 or t.pools[pool].exam >= 0) and party_value(t, d, load, party) < 0:
        into.parties += 1
        into.hazard += hazard_of(t, d, pool, node // t.width)
    if t.pools[pool].exam >= 0:
        into.day_price += lot.day_price
        _expect(t, d, load)
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
def unlink(t: Tables, d: Draft, node: int) -> None:
    """Take a node out of its load; the last one closes it."""
    load, lot, party = d.nodes[node].load, t.lots[node // t.width], d.lots[node // t.width].party
    into = d.loads[load]
    after, before = d.nodes[node].next, d.nodes[node].before
    if before >= 0:
        d.nodes[before].next = after
    else:
        into.head = after
    if after >= 0:
        d.nodes[after].before = before
    d.nodes[node].load = NONE
    if (t.pools[into.pool].most_parties >= 0 or t.pools[into.pool].exam >= 0) and party_value(t, d, load, party) < 0:
        into.parties -= 1
        into.hazard -= hazard_of(t, d, into.pool, node // t.width)
    if t.pools[into.pool].exam >= 0:
        into.day_price -= lot.day_price
        _expect(t, d, load)
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
        push(d, FRESH, load)
    return load


# -- notes for the journal --------------------------------------------------------------------------------------


@inner
def note_lot(t: Tables, d: Draft, lot: int) -> None:
    if d.number[IS_NOTED] and d.lots[lot].mark != d.number[MARK]:
        d.lots[d.number[NOTED_LOTS]].noted = lot
        d.number[NOTED_LOTS] += 1
        d.lots[lot].mark, d.lots[lot].old_choice = d.number[MARK], d.lots[lot].choice
        for node in range(lot * t.width, (lot + 1) * t.width):
            d.nodes[node].old_load = d.nodes[node].load


@inner
def note_load(d: Draft, load: int) -> None:
    if d.number[IS_NOTED] and d.loads[load].mark != d.number[MARK]:
        push(d, NOTED, load)
        into = d.loads[load]
        into.mark, into.old_type, into.old_pool = d.number[MARK], into.type, into.pool
