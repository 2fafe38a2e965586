"""What a pool could carry at best for given payments: fractional fills of whole loads, pool by pool.

The lots that pay are sorted into *crews*. Lots that travel alone form a crew with their own group. The others form one
crew that any number of loads may carry; where classes conflict, a single load carries one crew of compatible classes,
and only two or more loads may carry them all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from network.money import Bools, Float64, Int64

from ._jit import ZERO, Records, inner, jit
from .pairs import Pairs
from .problem import Problem
from .steps import ANY, MANY, MIXES, ONE, Steps, steps_of

Int32 = npt.NDArray[np.int32]

_MOST_COLOURS = 12
_OFFER = np.dtype([(name, np.int64) for name in ("pair", "kind", "group", "party", "alone")]
                  + [(name, np.float64) for name in ("volume", "weight", "paid", "fixed", "size", "rate", "net")])  # fmt: skip
_GOODS = np.dtype([(name, np.int64) for name in ("volume", "weight", "kind", "group", "party", "alone")])


class Fillings(NamedTuple):
    """What fills need to know.

    Attributes
    ----------
    steps : Steps
    first, pairs : (P+1,), (E',) int64, pairs of a pool that some type can carry
    goods : (n,) records of lots: ``volume``, ``weight``, ``kind``, ``group``, ``party``, ``alone``
    lots, fixed : (E',) int32, int64, lot of these pairs, and micro-units that its customs entry costs whatever its value
    colours : (c, K) bool, the largest sets of classes without a conflict; none when there are too many or no conflict
    parties, groups : int, number of parties, and of groups
    """

    steps: Steps
    first: Int64
    pairs: Int64
    goods: Records
    lots: Int32
    fixed: Int64
    colours: Bools
    parties: int
    groups: int


class Fill(NamedTuple):
    """Best fills.

    Attributes
    ----------
    gain : (P,) float64, micro-units, payments less loads and entries of what a pool best carries, 0 if nothing
    best : (P,) float64, the same when at least one load must be opened; negative: better stay closed
    carried : (E,) float64, part of every pair that is carried
    mix : (P,) int64, mix of volume and weight that proved best
    known : (P,) float64, `best` when the pool was last filled
    anchor : (E',) float64, positive payments of the pairs of the pools at that time
    """

    gain: Float64
    best: Float64
    carried: Float64
    mix: Int64
    known: Float64
    anchor: Float64


class Desk(NamedTuple):
    """Room to work on one pool after the other.

    Attributes
    ----------
    offers : records, the lots that pay
    places : (4, k) int64, places in `offers`: see `CREW` and its neighbours
    parts : (3, k) float64, parts of the offers that are carried: see `NOW` and its neighbours
    purse : (parties, 4) float64, what the lots of an importer pay together
    heads : (groups,) int64, first offer of a group, -1 for none
    """

    offers: Records
    places: Int64
    parts: Float64
    purse: Float64
    heads: Int64


CREW, COLOUR, ORDER, CHAIN = range(4)
NOW, TEAMS, BEST = range(3)


def fillings_of(problem: Problem, pairs: Pairs) -> Fillings:
    """Return what fills need to know of a problem."""
    fits = pairs.fits[pairs.of_pool]
    chosen = pairs.of_pool[fits]
    goods = np.zeros(problem.n_lots, dtype=_GOODS)
    columns = {
        "volume": problem.lot_volume_cm3, "weight": problem.lot_weight_g, "kind": problem.lot_class,
        "group": problem.lot_group, "party": problem.lot_party, "alone": problem.lot_alone,
    }  # fmt: skip
    for name, column in columns.items():
        goods[name] = column
    lots = pairs.lot[chosen]
    volume, weight = (
        np.bincount(pairs.pool[chosen], goods[name][lots].astype(np.float64), problem.n_pools).astype(np.float64)
        for name in ("volume", "weight")
    )
    colours = compatible_sets(problem.conflict)
    return Fillings(
        steps=steps_of(problem, volume, weight),
        first=np.append(0, np.cumsum(fits))[pairs.pool_start].astype(np.int64),
        pairs=chosen,
        goods=goods,
        lots=lots.astype(np.int32),
        fixed=pairs.entry_fixed[chosen],
        colours=colours if 1 < len(colours) <= _MOST_COLOURS else np.zeros((0, len(problem.conflict)), dtype=np.bool_),
        parties=int(problem.lot_party.max(initial=0)) + 1,
        groups=int(problem.lot_group.max(initial=0)) + 1,
    )


def no_fill(problem: Problem, pairs: Pairs) -> Fill:
    """Return arrays for fills to be written to."""
    p = problem.n_pools
    e = len(pairs)
    return Fill(np.zeros(p), np.zeros(p), np.zeros(e), np.zeros(p, dtype=np.int64), np.full(p, np.inf), np.zeros(e))


def compatible_sets(conflict: Bools) -> Bools:
    """Return the maximal sets of classes without a conflict, (c, K) bool (Bron and Kerbosch, 1973, with a pivot)."""
    friends = [{j for j in range(len(conflict)) if j != k and not conflict[k, j]} for k in range(len(conflict))]
    found: list[Bools] = []

    def grow(chosen: tuple[int, ...], candidates: set[int], done: set[int]) -> None:
        if not candidates and not done:
            found.append(np.isin(np.arange(len(conflict)), chosen))
            return
        pivot = max(sorted(candidates | done), key=lambda k: len(friends[k] & candidates))
        for k in sorted(candidates - friends[pivot]):
            grow((*chosen, k), candidates & friends[k], done & friends[k])
            candidates, done = candidates - {k}, done | {k}

    grow((), set(range(len(conflict))), set())
    return np.array(found, dtype=np.bool_).reshape(len(found), len(conflict))


@jit
def fill_pools(f: Fillings, payment: Float64, out: Fill, first: int, last: int, choose_mix: bool, screen: bool) -> None:
    """Fill the pools `first` to `last` as well as `payment`, (E,) float64 micro-units, allows; write to `out`.

    Parameters
    ----------
    choose_mix : bool, try every mix of volume and weight and keep the best
    screen : bool, only say of pools that surely stay closed that they lose at least what is missing: those that cannot
        afford one load, and those in which payments have risen by less than was missing when they were last filled
    """
    most = max(1, _most_pairs(f.first, first, last))
    offers, parts = np.empty(most, dtype=_OFFER), np.zeros((3, most))
    desk = Desk(offers, np.zeros((4, most), dtype=np.int64), parts, np.zeros((f.parties, 4)), np.full(f.groups, -1))
    for pool in range(first, last):
        count, total, rise = _gather(f, payment, out, pool, offers)
        out.gain[pool], out.best[pool] = 0.0, min(total - f.steps.cheapest[pool], out.known[pool] + rise)
        if count == 0 or (screen and out.best[pool] <= 0):
            continue
        mixes = range(len(MIXES)) if choose_mix else range(out.mix[pool], out.mix[pool] + 1)
        best = np.inf
        for mix in mixes:
            shapes = f.steps.shapes[pool, mix]
            for k in range(count):
                desk.places[ORDER, k] = k
            _rank(shapes[ANY], desk, desk.places[ORDER], count)
            gain, least = _teams(f, shapes, desk, count, False)
            if gain > 0:
                gain, least = _teams(f, shapes, desk, count, True)
            if gain < best:
                best, out.mix[pool], out.gain[pool] = gain, mix, gain
                out.best[pool] = max(least, -f.steps.cheapest[pool])
                parts[BEST, :count] = parts[TEAMS, :count]
        for k in range(count):
            out.carried[offers[k].pair] = parts[BEST, k]
        out.known[pool] = out.best[pool]
        for k in range(f.first[pool], f.first[pool + 1]):
            out.anchor[k] = max(payment[f.pairs[k]], 0.0)


@inner
def _most_pairs(starts: Int64, first: int, last: int) -> int:
    most = 0
    for pool in range(first, last):
        most = max(most, starts[pool + 1] - starts[pool])
    return most


@inner
def _gather(f: Fillings, payment: Float64, out: Fill, pool: int, offers: Records) -> tuple[int, float, float]:
    """Write the positive offers of a pool; return how many, their sum, and how much has risen since the last fill."""
    count, total, rise = ZERO, 0.0, 0.0
    for k in range(f.first[pool], f.first[pool + 1]):
        pair = f.pairs[k]
        out.carried[pair] = 0.0
        paid = payment[pair]
        if paid > 0:
            goods, offer = f.goods[f.lots[k]], offers[count]
            offer.pair, offer.kind, offer.group = pair, goods.kind, goods.group
            offer.party, offer.alone = goods.party, goods.alone
            offer.volume, offer.weight = goods.volume, goods.weight
            offer.paid, offer.fixed = paid, f.fixed[k]
            total += paid
            rise += max(paid - out.anchor[k], 0.0)
            count += 1
    return count, total, rise


@inner
def _teams(f: Fillings, shapes: Records, desk: Desk, count: int, apart: bool) -> tuple[float, float]:
    """Return the sum of what all teams gain, and the best gain of one; leave what is carried in the row `TEAMS`.

    Parameters
    ----------
    apart : bool
        Let every crew pay its customs entries alone. Otherwise importers pay as if all their lots came in together:
        each crew gains more than it can, so this is quick to tell pools that stay closed.
    """
    offers, order, crew, parts = desk.offers, desk.places[ORDER], desk.places[CREW], desk.parts
    parts[TEAMS, :count] = 0.0
    total, best, members = 0.0, -np.inf, ZERO
    for k in range(count):
        if offers[order[k]].alone == 0:
            crew[members] = order[k]
            members += 1
    if members > 0:
        best = _main_team(f, shapes, desk, count, members, apart)
        total = max(best, 0.0)
    _chain_groups(desk, count)
    for k in range(count):
        place = desk.heads[offers[k].group]
        if offers[k].alone and place >= 0:
            members = ZERO
            while place >= 0:
                crew[members] = place
                members += 1
                place = desk.places[CHAIN, place]
            desk.heads[offers[k].group] = -1
            gain = _fill_crew(f, shapes[ANY], desk, crew, members, apart)
            best, total = max(best, gain), total + max(gain, 0.0)
            _add(desk, crew, members)
    return total, best


@inner
def _chain_groups(desk: Desk, count: int) -> None:
    """Chain the offers of every group that has a lot which travels alone, in the order of their rank."""
    offers, order = desk.offers, desk.places[ORDER]
    for k in range(count):
        desk.heads[offers[k].group] = -1
    for k in range(count):
        if offers[k].alone:
            desk.heads[offers[k].group] = -2
    for k in range(count - 1, -1, -1):
        head = desk.heads[offers[order[k]].group]
        if head != -1:
            desk.places[CHAIN, order[k]] = max(head, -1)
            desk.heads[offers[order[k]].group] = order[k]


@inner
def _add(desk: Desk, crew: Int64, members: int) -> None:
    """Add what a crew carries to what the teams carry, but no lot more than once."""
    for k in range(members):
        place = crew[k]
        desk.parts[TEAMS, place] = min(1.0, desk.parts[TEAMS, place] + desk.parts[NOW, place])


@inner
def _main_team(f: Fillings, shapes: Records, desk: Desk, count: int, members: int, apart: bool) -> float:
    """Return the gain of the lots that travel with others: all in any loads, or one colour in one load."""
    offers, crew, some = desk.offers, desk.places[CREW], desk.places[COLOUR]
    is_mixed = len(f.colours) > 0
    for colour in range(len(f.colours)):
        inside = 0
        for k in range(members):
            inside += f.colours[colour, offers[crew[k]].kind]
        is_mixed = is_mixed and inside < members
    best = _fill_crew(f, shapes[MANY if is_mixed else ANY], desk, crew, members, apart)
    _add(desk, crew, members)
    if not is_mixed:
        return best
    for colour in range(len(f.colours)):
        inside = ZERO
        for k in range(members):
            if f.colours[colour, offers[crew[k]].kind]:
                some[inside] = crew[k]
                inside += 1
        gain = _fill_crew(f, shapes[ONE], desk, some, inside, apart) if inside else -np.inf
        if gain > best:
            best = gain
            desk.parts[TEAMS, :count] = 0.0
            _add(desk, some, inside)
    return best


@inner
def _fill_crew(f: Fillings, shape: Records, desk: Desk, crew: Int64, members: int, apart: bool) -> float:
    """Fill loads with the best-paying lots of a crew up to the capacity that pays best; return the gain.

    What is carried is left in the row `NOW`.
    """
    offers = desk.offers
    if apart:
        _rank(shape, desk, crew, members)
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
    for k in range(members):
        offer = offers[crew[k]]
        is_carried = best > 0 and offer.rate > 0 and room > 0
        desk.parts[NOW, crew[k]] = min(1.0, room / offer.size) if is_carried else 0.0
        room -= offer.size
    return best


@inner
def _rank(shape: Records, desk: Desk, crew: Int64, members: int) -> None:
    """Sort a crew by payment per size, its customs entries paid."""
    for k in range(members):
        _rate(desk.offers, crew[k], shape)
    _sort(desk.offers, crew, members)
    if _charge_entries(desk.offers, crew, members, desk.purse):
        _sort(desk.offers, crew, members)


@inner
def _rate(offers: Records, place: int, shape: Records) -> None:
    """Give an offer its mixed size and what it pays per size."""
    offer = offers[place]
    offer.size = max(offer.volume * shape.per_volume + offer.weight * shape.per_weight, 1e-30)
    offer.rate, offer.net = offer.paid / offer.size, offer.paid


@inner
def _sort(offers: Records, order: Int64, members: int) -> None:
    """Sort places by falling payment per size (Shell, 1959; gaps of Knuth)."""
    gap = 1
    while gap < members // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, members):
            place, at = order[k], k
            while at >= gap and offers[order[at - gap]].rate < offers[place].rate:
                order[at] = order[at - gap]
                at -= gap
            order[at] = place
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
            purse[offers[order[k]].party, :] = 0.0
            purse[offers[order[k]].party, 2] = -np.inf
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


@jit
def net_payments(f: Fillings, payment: Float64, out: Fill) -> Float64:
    """Return payments less the fixed cost of customs entries, borne by the lots that pay best, (E,) float64.

    What `out` says of the parts that are carried is lost.
    """
    net = payment.copy()
    most = max(1, _most_pairs(f.first, 0, len(f.first) - 1))
    offers, parts = np.empty(most, dtype=_OFFER), np.zeros((3, most))
    desk = Desk(offers, np.zeros((4, most), dtype=np.int64), parts, np.zeros((f.parties, 4)), np.full(f.groups, -1))
    for pool in range(len(f.first) - 1):
        count = _gather(f, payment, out, pool, offers)[0]
        for k in range(count):
            desk.places[ORDER, k] = k
        _rank(f.steps.shapes[pool, 1, ANY], desk, desk.places[ORDER], count)
        for k in range(count):
            net[offers[k].pair] = offers[k].net
    return net
