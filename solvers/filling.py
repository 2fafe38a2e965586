"""What a pool could carry at best for given payments: fractional fills of whole loads, pool by pool.

The lots that pay are sorted into *crews* (:mod:`solvers.crews`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.money import Bools, Float64, Int64

from ._jit import ZERO, Records, inner, jit
from .crews import BEST, COMMON, OFFER, ORDER, TEAMS, Desk, Fillings, line_up, rank, teams
from .pairs import Pairs
from .problem import Int32, Problem
from .steps import ANY, MIXES, steps_of

_MOST_COLOURS = 12
_GOODS = np.dtype([(name, np.int64) for name in ("volume", "weight", "kind", "group", "alone")])


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
    anchor_twin : (E',) float64, the same of their twins; empty where there are none
    by_common : (P,) bool, True when a pool gains more with an entry of the common importer
    order : (E',) int32, these pairs as they ranked when their pool was last filled: almost sorted for the next time
    """

    gain: Float64
    best: Float64
    carried: Float64
    mix: Int64
    known: Float64
    anchor: Float64
    anchor_twin: Float64
    by_common: Bools
    order: Int32


def fillings_of(problem: Problem, pairs: Pairs) -> Fillings:
    """Return what fills need to know of a problem."""
    fits = pairs.fits[pairs.of_pool]
    if problem.has_common:
        fits &= ~(pairs.common & (pairs.twin >= 0))[pairs.of_pool]
    chosen = pairs.of_pool[fits]
    goods = np.zeros(problem.n_lots, dtype=_GOODS)
    columns = {
        "volume": problem.lot_volume_cm3, "weight": problem.lot_weight_g, "kind": problem.lot_class,
        "group": problem.lot_group, "alone": problem.lot_alone,
    }  # fmt: skip
    for name, column in columns.items():
        goods[name] = column
    lots = pairs.lot[chosen]
    volume, weight = (
        np.bincount(pairs.pool[chosen], goods[name][lots].astype(np.float64), problem.n_pools).astype(np.float64)
        for name in ("volume", "weight")
    )
    party, twin, common_fixed = _importers(problem, pairs, chosen)
    colours = compatible_sets(problem.conflict)
    return Fillings(
        steps=steps_of(problem, volume, weight),
        first=np.append(0, np.cumsum(fits))[pairs.pool_start].astype(np.int64),
        pairs=chosen,
        goods=goods,
        lots=lots.astype(np.int32),
        fixed=pairs.entry_fixed[chosen],
        party=party,
        twin=twin,
        common_fixed=common_fixed,
        common_party=problem.common_party,
        colours=colours if 1 < len(colours) <= _MOST_COLOURS else np.zeros((0, len(problem.conflict)), dtype=np.bool_),
        parties=problem.n_parties,
        groups=int(problem.lot_group.max(initial=0)) + 1,
    )


def _importers(problem: Problem, pairs: Pairs, chosen: Int32) -> tuple[Int32, Int32, Int64]:
    """Return importer and twin of the chosen pairs, and the fixed cost of the common importer's entry in each pool."""
    party = problem.lot_party[pairs.lot[chosen]].astype(np.int32)
    if not problem.has_common:
        return party, np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    party[pairs.common[chosen]] = problem.common_party
    twin = pairs.twin[chosen].astype(np.int32)
    common_fixed = np.full(problem.n_pools, -1, dtype=np.int64)
    common_fixed[pairs.pool[twin[twin >= 0]]] = pairs.entry_fixed[twin[twin >= 0]]
    return party, twin, common_fixed


def no_fill(problem: Problem, pairs: Pairs) -> Fill:
    """Return arrays for fills to be written to."""
    p, e = problem.n_pools, len(pairs)
    return Fill(
        np.zeros(p), np.zeros(p), np.zeros(e), np.zeros(p, dtype=np.int64), np.full(p, np.inf), np.zeros(e),
        np.zeros(e if problem.has_common else 0), np.zeros(p, dtype=np.bool_), np.arange(e, dtype=np.int32),
    )  # fmt: skip


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
    desk = _desk_for(f, first, last, True)
    either = _desk_for(f, first, last if len(f.twin) else first, False)
    for pool in range(first, last):
        count, total, rise = _gather(f, payment, out, pool, desk.offers)
        more = ZERO
        if len(f.twin) and f.common_fixed[pool] >= 0:
            more, total, rise = _gather_either(f, payment, out, pool, either)
        out.gain[pool], out.best[pool] = 0.0, min(total - f.steps.cheapest[pool], out.known[pool] + rise)
        out.by_common[pool] = False
        if count + more == 0 or (screen and out.best[pool] <= 0):
            continue
        mixes = (ZERO, ZERO + len(MIXES)) if choose_mix else (out.mix[pool] + ZERO, out.mix[pool] + 1)
        gain, least, mix = _best_mix(f, payment, out, pool, desk, count, mixes)
        if more > 0:
            fixed = f.common_fixed[pool]
            shared, alone, other = _best_mix(f, payment, out, pool, either, more, mixes)
            least = max(least, max(alone, shared) - fixed)
            if shared - fixed > gain:
                gain, mix, out.by_common[pool] = shared - fixed, other, True
        out.gain[pool], out.mix[pool] = gain, mix
        out.best[pool] = max(least, -f.steps.cheapest[pool])
        if out.by_common[pool]:
            _write_either(f, out, either, more)
        else:
            for k in range(count):
                out.carried[desk.offers[k].pair] = desk.parts[BEST, k]
        _keep_known(f, payment, out, pool)


@inner
def _best_mix(
    f: Fillings, payment: Float64, out: Fill, pool: int, desk: Desk, count: int, mixes: tuple[int, int]
) -> tuple[float, float, int]:
    """Fill a pool with the offers on the desk by each of some mixes of volume and weight, and take the least gain.

    Returns what all teams gain, the best gain of one, and the mix; what is carried is left in the row `BEST`.
    """
    best, best_least, best_mix = np.inf, -np.inf, mixes[0]
    for mix in range(mixes[0], mixes[1]):
        shapes = f.steps.shapes[pool, mix]
        members = line_up(shapes[ANY], desk, count)
        if desk.is_own:
            _keep_order(f, payment, out, pool, desk, count)
        gain, least = teams(f, shapes, desk, count, members)
        if gain < best:
            best, best_least, best_mix = gain, least, mix
            for k in range(count):
                desk.parts[BEST, k] = desk.parts[TEAMS, k]
    return best, best_least, best_mix


@inner
def _keep_known(f: Fillings, payment: Float64, out: Fill, pool: int) -> None:
    """Keep what is known of a pool, and the payments at which it is."""
    out.known[pool] = out.best[pool]
    for k in range(f.first[pool], f.first[pool + 1]):
        out.anchor[k] = max(payment[f.pairs[k]], 0.0)
        if len(f.twin) and f.twin[k] >= 0:
            out.anchor_twin[k] = max(payment[f.twin[k]], 0.0)


@inner
def _keep_order(f: Fillings, payment: Float64, out: Fill, pool: int, desk: Desk, count: int) -> None:
    """Keep how the lots that pay rank; the others follow in the order they had."""
    first, free = f.first[pool], f.first[pool + 1] - 1
    for k in range(free, first - 1, -1):
        if payment[f.pairs[out.order[k]]] <= 0:
            out.order[free] = out.order[k]
            free -= 1
    for k in range(count):
        out.order[first + k] = desk.offers[desk.places[ORDER, k]].row


@jit
def _desk_for(f: Fillings, first: int, last: int, is_own: bool) -> Desk:
    """Return room to work on any of the pools `first` to `last`."""
    most = max(1, _most_pairs(f.first, first, last))
    return Desk(
        np.empty(most, dtype=OFFER), np.zeros(most), np.zeros((4, most), dtype=np.int64), np.zeros((4, most)),
        np.zeros((f.parties, 4)), np.full(f.groups, -1), is_own,
    )  # fmt: skip


@inner
def _most_pairs(starts: Int64, first: int, last: int) -> int:
    most = 0
    for pool in range(first, last):
        most = max(most, starts[pool + 1] - starts[pool])
    return most


@inner
def _write_offer(f: Fillings, row: int, offers: Records, place: int, paid: float) -> None:
    goods, offer = f.goods[f.lots[row]], offers[place]
    offer.pair, offer.row, offer.kind, offer.group = f.pairs[row], row, goods.kind, goods.group
    offer.party, offer.alone = f.party[row], goods.alone
    offer.volume, offer.weight = goods.volume, goods.weight
    offer.paid, offer.fixed = paid, f.fixed[row]


@inner
def _gather(f: Fillings, payment: Float64, out: Fill, pool: int, offers: Records) -> tuple[int, float, float]:
    """Write the positive offers of a pool; return how many, their sum, and how much has risen since the last fill."""
    count, total, rise = ZERO, 0.0, 0.0
    for k in range(f.first[pool], f.first[pool + 1]):
        row = out.order[k]
        pair = f.pairs[row]
        out.carried[pair] = 0.0
        paid = payment[pair]
        if paid > 0:
            _write_offer(f, row, offers, count, paid)
            total += paid
            rise += max(paid - out.anchor[row], 0.0)
            count += 1
    return count, total, rise


# -- entries of the common importer -----------------------------------------------------------------------------


@inner
def _gather_either(f: Fillings, payment: Float64, out: Fill, pool: int, desk: Desk) -> tuple[int, float, float]:
    """Write what the lots of a pool offer where the common importer makes an entry, paid apart; return as `_gather` does.

    Lots of an importer that enter themselves pay for its entry, ``F``; others forgo the difference ``d`` of their two
    payments. For any lots carried both come to at least ``min(F, sum of d)`` and so, as that is concave, to at least the
    ``d`` of each lot carried times ``min(1, F / sum of all d)``. Where the common importer pays more, ``d`` is zero.
    """
    count, total, rise = ZERO, 0.0, 0.0
    for k in range(f.first[pool], f.first[pool + 1]):
        desk.purse[f.party[k], 0], desk.purse[f.party[k], 1] = 0.0, 0.0
    for k in range(f.first[pool], f.first[pool + 1]):
        mine = desk.purse[f.party[k]]
        mine[0] += max(payment[f.pairs[k]], 0.0) - _least_paid(f, payment, k)
        if f.twin[k] >= 0:
            out.carried[f.twin[k]] = 0.0
            mine[1] = 1.0
    for k in range(f.first[pool], f.first[pool + 1]):
        row = out.order[k]
        own, common = payment[f.pairs[row]], payment[f.twin[row]] if f.twin[row] >= 0 else 0.0
        paid, lost, part = max(own, common), 0.0, 0.0
        if paid <= 0:
            continue
        mine, has_twins = desk.purse[f.party[row]], desk.purse[f.party[row], 1] > 0
        total += paid
        rise += max(max(own - out.anchor[row], common - out.anchor_twin[row] if f.twin[row] >= 0 else 0.0), 0.0)
        is_common = f.party[row] == f.common_party
        if common >= own:
            part = 1.0
        elif has_twins and not is_common:
            part = min(1.0, f.fixed[row] / mine[0])
            lost = (own - max(common, 0.0)) * part
        if paid - lost <= 0:
            continue
        _write_offer(f, row, desk.offers, count, paid - lost)
        if has_twins or is_common:
            desk.offers[count].fixed = 0.0
        desk.parts[COMMON, count] = part
        count += 1
    return count, total, rise


@inner
def _least_paid(f: Fillings, payment: Float64, row: int) -> float:
    """Return the lesser of what a lot pays its own and the common importer, zero where it pays only one."""
    if f.twin[row] < 0:
        return 0.0
    least: float = min(payment[f.pairs[row]], payment[f.twin[row]])
    return max(least, 0.0)


@inner
def _write_either(f: Fillings, out: Fill, desk: Desk, count: int) -> None:
    """Write which parts of the pairs are carried where the common importer makes an entry."""
    for k in range(count):
        row, carried, part = desk.offers[k].row, desk.parts[BEST, k], desk.parts[COMMON, k]
        out.carried[f.pairs[row]] = carried * (1.0 - part)
        if f.twin[row] >= 0:
            out.carried[f.twin[row]] = carried * part


@inner
def _charge_common(f: Fillings, pool: int, desk: Desk, count: int) -> None:
    """Let the lots that the common importer enters bear its entry."""
    for k in range(count):
        offer = desk.offers[k]
        if offer.party == f.common_party or (f.twin[offer.row] >= 0 and desk.parts[COMMON, k] > 0):
            offer.party, offer.fixed = f.common_party, f.common_fixed[pool]


@jit
def net_payments(f: Fillings, payment: Float64, out: Fill) -> Float64:
    """Return payments less the fixed cost of customs entries, borne by the lots that pay best, (E,) float64.

    What `out` says of the parts that are carried is lost.
    """
    net = payment.copy()
    desk = _desk_for(f, 0, len(f.first) - 1, True)
    for pool in range(len(f.first) - 1):
        if out.by_common[pool]:
            count = _gather_either(f, payment, out, pool, desk)[0]
            _charge_common(f, pool, desk, count)
        else:
            count = _gather(f, payment, out, pool, desk.offers)[0]
        for k in range(count):
            desk.places[ORDER, k] = k
        rank(f.steps.shapes[pool, 1, ANY], desk, desk.places[ORDER], count)
        for k in range(count):
            net[desk.offers[k].pair] = desk.offers[k].net
            if out.by_common[pool] and f.twin[desk.offers[k].row] >= 0:
                net[f.twin[desk.offers[k].row]] = desk.offers[k].net
    return net
