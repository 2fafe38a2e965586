"""Crews: the lots of a pool that may share loads, and what they gain by the best fractional fill.

Lots that travel alone form a crew with their own group. The others form one crew that any number of loads may carry;
where classes conflict, a single load carries one crew of compatible classes, and only two or more loads may carry all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from network.money import Bools, Float64, Int64

from ._jit import ZERO, Records, inner
from .steps import ANY, MANY, ONE, Steps

Int32 = npt.NDArray[np.int32]

OFFER = np.dtype([(name, np.int64) for name in ("pair", "row", "kind", "group", "party", "alone")]
                  + [(name, np.float64) for name in ("volume", "weight", "paid", "fixed", "size", "rate", "net")])  # fmt: skip


class Fillings(NamedTuple):
    """What fills need to know.

    Attributes
    ----------
    steps : Steps
    first, pairs : (P+1,) int64, (E',) int32, pairs of a pool that some type can carry; of two twins the own importer's
    goods : (n,) records of lots: ``volume``, ``weight``, ``kind``, ``group``, ``alone``
    lots, fixed : (E',) int32, int64, lot of these pairs, and micro-units that its customs entry costs whatever its value
    party : (E',) int32, importer by these pairs
    twin : (E',) int32, their twin, -1 for none; empty where options know no common importer
    common_fixed : (P,) int64, micro-units that the common importer's entry costs whatever its value, -1 in a pool without
        twins; empty as `twin` is
    common_party : int, the common importer
    colours : (c, K) bool, the largest sets of classes without a conflict; none when there are too many or no conflict
    parties, groups : int, number of parties, and of groups
    """

    steps: Steps
    first: Int64
    pairs: Int32
    goods: Records
    lots: Int32
    fixed: Int64
    party: Int32
    twin: Int32
    common_fixed: Int64
    common_party: int
    colours: Bools
    parties: int
    groups: int


class Desk(NamedTuple):
    """Room to work on one pool after the other.

    Attributes
    ----------
    offers : records, the lots that pay
    keys : (k,) float64, what a sort compares
    places : (4, k) int64, places in `offers`: see `CREW` and its neighbours
    parts : (4, k) float64, parts of the offers that are carried: see `NOW` and its neighbours; in the row `COMMON` how
        much of that is entered by the common importer
    purse : (parties, 4) float64, what the lots of an importer pay together
    heads : (groups,) int64, first offer of a group, -1 for none
    is_own : bool, whether the offers are those of the lots' own importers, so that how they rank is worth keeping
    """

    offers: Records
    keys: Float64
    places: Int64
    parts: Float64
    purse: Float64
    heads: Int64
    is_own: bool


CREW, COLOUR, ORDER, CHAIN = range(4)
NOW, TEAMS, BEST, COMMON = range(4)


@inner
def line_up(shape: Records, desk: Desk, count: int) -> int:
    """Put the lots that travel with others first, ranked, in the row `ORDER`; return how many they are."""
    order, members = desk.places[ORDER], ZERO
    for k in range(count):
        if desk.offers[k].alone == 0:
            order[members] = k
            members += 1
    rank(shape, desk, order, members)
    rest = members
    for k in range(count):
        if desk.offers[k].alone:
            order[rest] = k
            rest += 1
    return members


@inner
def teams(f: Fillings, shapes: Records, desk: Desk, count: int, members: int) -> tuple[float, float]:
    """Return the sum of what all teams gain, and the best gain of one; leave what is carried in the row `TEAMS`.

    The first `members` of the row `ORDER` are the ranked lots that travel with others.
    """
    offers, crew = desk.offers, desk.places[CREW]
    _forget(desk, count)
    best = _main_team(f, shapes, desk, count, members) if members > 0 else -np.inf
    total = max(best, 0.0)
    if members == count:
        return total, best
    _chain_groups(desk, count)
    for k in range(count):
        place = desk.heads[offers[k].group]
        if offers[k].alone and place >= 0:
            together = ZERO
            while place >= 0:
                crew[together] = place
                together += 1
                place = desk.places[CHAIN, place]
            desk.heads[offers[k].group] = -1
            rank(shapes[ANY], desk, crew, together)
            gain = _fill_crew(f, shapes[ANY], desk, crew, together)
            best, total = max(best, gain), total + max(gain, 0.0)
            _add(desk, crew, together)
    return total, best


@inner
def _forget(desk: Desk, count: int) -> None:
    """Let the teams carry nothing."""
    for k in range(count):
        desk.parts[TEAMS, k] = 0.0


@inner
def _chain_groups(desk: Desk, count: int) -> None:
    """Chain the offers of every group that has a lot which travels alone."""
    offers = desk.offers
    for k in range(count):
        desk.heads[offers[k].group] = -1
    for k in range(count):
        if offers[k].alone:
            desk.heads[offers[k].group] = -2
    for k in range(count - 1, -1, -1):
        head = desk.heads[offers[k].group]
        if head != -1:
            desk.places[CHAIN, k] = max(head, -1)
            desk.heads[offers[k].group] = k


@inner
def _add(desk: Desk, crew: Int64, members: int) -> None:
    """Add what a crew carries to what the teams carry, but no lot more than once."""
    for k in range(members):
        place = crew[k]
        desk.parts[TEAMS, place] = min(1.0, desk.parts[TEAMS, place] + desk.parts[NOW, place])


@inner
def _main_team(f: Fillings, shapes: Records, desk: Desk, count: int, members: int) -> float:
    """Return the gain of the lots that travel with others: all in any loads, or one colour in one load."""
    offers, crew, some = desk.offers, desk.places[ORDER], desk.places[COLOUR]
    is_mixed = len(f.colours) > 0
    for colour in range(len(f.colours)):
        inside = 0
        for k in range(members):
            inside += f.colours[colour, offers[crew[k]].kind]
        is_mixed = is_mixed and inside < members
    best = _fill_crew(f, shapes[MANY if is_mixed else ANY], desk, crew, members)
    _add(desk, crew, members)
    if not is_mixed:
        return best
    is_ranked = True
    for colour in range(len(f.colours)):
        if not is_ranked:
            rank(shapes[ANY], desk, crew, members)
            is_ranked = True
        inside = ZERO
        for k in range(members):
            if f.colours[colour, offers[crew[k]].kind]:
                some[inside] = crew[k]
                inside += 1
        # Customs entries that all of the crew bear cost a part of it less than they would cost it alone: so the gain is
        # at most this, and mostly not enough.
        gain = _fill_crew(f, shapes[ONE], desk, some, inside) if inside else -np.inf
        if gain > best:
            rank(shapes[ONE], desk, some, inside)
            gain = _fill_crew(f, shapes[ONE], desk, some, inside)
            is_ranked = False
        if gain > best:
            best = gain
            _forget(desk, count)
            _add(desk, some, inside)
    return best


@inner
def _fill_crew(f: Fillings, shape: Records, desk: Desk, crew: Int64, members: int) -> float:
    """Fill loads with the best-paying lots of a ranked crew up to the capacity that pays best; return the gain.

    What is carried is left in the row `NOW`.
    """
    offers = desk.offers
    best, room, filled, used, k = -np.inf, 0.0, 0.0, 0.0, 0
    for row in range(shape.first, shape.last):
        capacity = f.steps.rows[row].capacity
        while k < members and used + offers[crew[k]].size <= capacity:
            filled += offers[crew[k]].net
            used += offers[crew[k]].size
            k += 1
        gain = filled - f.steps.rows[row].cost
        if k < members:
            gain += max(capacity - used, 0.0) * max(offers[crew[k]].rate, 0.0)
        if gain > best:
            best, room = gain, capacity
    while k < members and offers[crew[k]].net > shape.beyond * offers[crew[k]].size:
        filled += offers[crew[k]].net
        used += offers[crew[k]].size
        k += 1
        if filled - shape.beyond * used > best:
            best, room = filled - shape.beyond * used, used
    for k in range(members):
        offer = offers[crew[k]]
        is_carried = best > 0 and offer.rate > 0 and room > 0
        desk.parts[NOW, crew[k]] = min(1.0, room / offer.size) if is_carried else 0.0
        room -= offer.size
    return best


@inner
def rank(shape: Records, desk: Desk, crew: Int64, members: int) -> None:
    """Sort a crew by payment per size, its customs entries paid."""
    for k in range(members):
        _rate(desk.offers, crew[k], shape)
    _sort(desk, crew, members)
    if _charge_entries(desk.offers, crew, members, desk.purse):
        _sort(desk, crew, members)


@inner
def _rate(offers: Records, place: int, shape: Records) -> None:
    """Give an offer its mixed size and what it pays per size."""
    offer = offers[place]
    offer.size = max(offer.volume * shape.per_volume + offer.weight * shape.per_weight, 1e-30)
    offer.rate, offer.net = offer.paid / offer.size, offer.paid


@inner
def _sort(desk: Desk, order: Int64, members: int) -> None:
    """Sort places by falling payment per size (Shell, 1959; gaps of Knuth)."""
    keys, gap = desk.keys, 1
    for k in range(members):
        keys[k] = desk.offers[order[k]].rate
    while gap < members // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, members):
            key, place, at = keys[k], order[k], k
            while at >= gap and keys[at - gap] < key:
                keys[at], order[at] = keys[at - gap], order[at - gap]
                at -= gap
            keys[at], order[at] = key, place
        gap //= 3


@inner
def _charge_entries(offers: Records, order: Int64, members: int, purse: Float64) -> bool:
    """Take the fixed cost of its customs entry from what the lots of one importer pay; return whether there is any.

    A fractional fill takes the lots of an importer in the order of payment per size; the fixed cost is borne by the
    first of them, as many as make their common payment per size best (the linear relaxation of "no lot without its
    entry"). A purse holds: paid, size, best rate, and how many lots bear the cost, then how many have been seen.
    """
    found = False
    for k in range(members):
        if offers[order[k]].fixed > 0:
            found = True
            mine = purse[offers[order[k]].party]
            mine[0], mine[1], mine[2], mine[3] = 0.0, 0.0, -np.inf, 0.0
    if not found:
        return False
    for k in range(members):
        offer, mine = offers[order[k]], purse[offers[order[k]].party]
        if offer.fixed > 0:
            mine[0] += offer.paid
            mine[1] += offer.size
            rate = (mine[0] - offer.fixed) / mine[1]
            if rate >= mine[2]:
                mine[2], mine[3] = rate, offer.rate
    for k in range(members):
        offer, mine = offers[order[k]], purse[offers[order[k]].party]
        if offer.fixed > 0:
            if mine[2] <= 0:
                offer.rate, offer.net = 0.0, 0.0
            elif offer.rate >= mine[3]:
                offer.rate, offer.net = mine[2], offer.size * mine[2]
    return True
