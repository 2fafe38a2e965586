"""What a pool could carry at best for given payments: fractional fills of whole loads, pool by pool.

The lots that pay are sorted into *crews* (:mod:`solvers.crews`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.money import Bools, Float64, Int64

from ._jit import ZERO, Records, inner, jit
from .crews import BEST, OFFER, ORDER, TEAMS, Desk, Fillings, line_up, rank, teams
from .pairs import Pairs
from .problem import Int32, Problem
from .steps import ANY, MIXES, steps_of

_MOST_COLOURS = 12
_GOODS = np.dtype([(name, np.int64) for name in ("volume", "weight", "kind", "group", "party", "alone")])


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
    order : (E',) int32, these pairs as they ranked when their pool was last filled: almost sorted for the next time
    """

    gain: Float64
    best: Float64
    carried: Float64
    mix: Int64
    known: Float64
    anchor: Float64
    order: Int32


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
    p, e = problem.n_pools, len(pairs)
    return Fill(
        np.zeros(p), np.zeros(p), np.zeros(e), np.zeros(p, dtype=np.int64), np.full(p, np.inf), np.zeros(e),
        np.arange(e, dtype=np.int32),
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
    desk = _desk_for(f, first, last)
    offers, parts = desk.offers, desk.parts
    for pool in range(first, last):
        count, total, rise = _gather(f, payment, out, pool, offers)
        out.gain[pool], out.best[pool] = 0.0, min(total - f.steps.cheapest[pool], out.known[pool] + rise)
        if count == 0 or (screen and out.best[pool] <= 0):
            continue
        mixes = range(len(MIXES)) if choose_mix else range(out.mix[pool], out.mix[pool] + 1)
        best = np.inf
        for mix in mixes:
            shapes = f.steps.shapes[pool, mix]
            members = line_up(shapes[ANY], desk, count)
            _keep_order(f, payment, out, pool, desk, count)
            gain, least = teams(f, shapes, desk, count, members)
            if gain < best:
                best, out.mix[pool], out.gain[pool] = gain, mix, gain
                out.best[pool] = max(least, -f.steps.cheapest[pool])
                for k in range(count):
                    parts[BEST, k] = parts[TEAMS, k]
        for k in range(count):
            out.carried[offers[k].pair] = parts[BEST, k]
        out.known[pool] = out.best[pool]
        for k in range(f.first[pool], f.first[pool + 1]):
            out.anchor[k] = max(payment[f.pairs[k]], 0.0)


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
def _desk_for(f: Fillings, first: int, last: int) -> Desk:
    """Return room to work on any of the pools `first` to `last`."""
    most = max(1, _most_pairs(f.first, first, last))
    return Desk(
        np.empty(most, dtype=OFFER), np.zeros(most), np.zeros((4, most), dtype=np.int64), np.zeros((3, most)),
        np.zeros((f.parties, 4)), np.full(f.groups, -1),
    )  # fmt: skip


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
        row = out.order[k]
        pair = f.pairs[row]
        out.carried[pair] = 0.0
        paid = payment[pair]
        if paid > 0:
            goods, offer = f.goods[f.lots[row]], offers[count]
            offer.pair, offer.row, offer.kind, offer.group = pair, row, goods.kind, goods.group
            offer.party, offer.alone = goods.party, goods.alone
            offer.volume, offer.weight = goods.volume, goods.weight
            offer.paid, offer.fixed = paid, f.fixed[row]
            total += paid
            rise += max(paid - out.anchor[row], 0.0)
            count += 1
    return count, total, rise


@jit
def net_payments(f: Fillings, payment: Float64, out: Fill) -> Float64:
    """Return payments less the fixed cost of customs entries, borne by the lots that pay best, (E,) float64.

    What `out` says of the parts that are carried is lost.
    """
    net = payment.copy()
    desk = _desk_for(f, 0, len(f.first) - 1)
    for pool in range(len(f.first) - 1):
        count = _gather(f, payment, out, pool, desk.offers)[0]
        for k in range(count):
            desk.places[ORDER, k] = k
        rank(f.steps.shapes[pool, 1, ANY], desk, desk.places[ORDER], count)
        for k in range(count):
            net[desk.offers[k].pair] = desk.offers[k].net
    return net
