"""What the lots see in the dual: choices with prices, payments to pools, and how much of them is carried."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from network.money import Bools, Float64, Int64

from ._jit import Records, inner, jit
from .filling import Fill
from .pairs import Pairs
from .problem import Int32, Problem

_CHOICE = np.dtype([
    ("cost", np.float64), ("number", np.int32), ("primary", np.int32), ("use", np.int32), ("need", np.int32),
    ("uses", np.int16), ("needs", np.int16),
])  # fmt: skip
_NEED = np.dtype([("resource", np.int32), ("amount", np.float64)])


class Market(NamedTuple):
    """What the lots see.

    Attributes
    ----------
    first : (n+1,) int64, choices of a lot
    choices : (k,) records: own ``cost``; ``number`` in the problem; ``primary`` pair or -1; secondary ``uses``, ``needs``
    uses : (.,) int32, secondary pairs
    needs : (.,) records: ``resource``, ``amount``
    pair_first : (n+1,) int64, pairs of a lot
    share : (E,) int64, micro-units of customs fees that a lot surely causes in a pool
    fits, is_secondary : (E,) bool
    unplanned : (n,) int64
    limits : (R + A,) float64, of the resources, then of allotments: what the loads of a resource can hold, cm3
    """

    first: Int64
    choices: Records
    uses: Int32
    needs: Records
    pair_first: Int64
    share: Int64
    fits: Bools
    is_secondary: Bools
    unplanned: Int64
    limits: Float64


class Slope(NamedTuple):
    """What an evaluation leaves behind: a subgradient, and the work arrays it comes from.

    Attributes
    ----------
    lot, pair, resource : (n,), (E,), (R + A,) float64, subgradient
    price : (n,) float64, price of a lot, not above its ceiling
    at_ceiling : (n,) bool, True when the lot might as well go without a primary pool
    direct : (n,) int64, cheapest choice without a primary pool, or -1: unplanned
    payment : (E,) float64, what a lot pays a pool beyond the customs fees it causes
    by : (E,) int32, the choice by which a lot pays its primary pool most, or -1
    """

    lot: Float64
    pair: Float64
    resource: Float64
    price: Float64
    at_ceiling: Bools
    direct: Int64
    payment: Float64
    by: Int32


class _Source(NamedTuple):
    """What choices are made of: arrays of the problem, and for every pool whether it is ``secondary``, and the row of
    the allotment in which its lots count by volume, or -1."""

    cost: Int64
    lot: Int32
    volume: Int64
    use_start: Int32
    use_pool: Int32
    use_pair: Int32
    need_start: Int32
    resource: Int32
    amount: Int64
    scarce: Bools
    secondary: Bools
    row: Int64


def market_of(problem: Problem, pairs: Pairs, keep: Bools) -> Market:
    """Sort the options to keep by lot; a pool is secondary when some option names it after another."""
    is_first = np.zeros(len(problem.option_pool), dtype=np.bool_)
    is_first[problem.option_pool_start[:-1][np.diff(problem.option_pool_start) > 0]] = True
    secondary = np.zeros(problem.n_pools, dtype=np.bool_)
    secondary[problem.option_pool[~is_first]] = True
    row, limits = _allotments(problem, pairs)
    source = _Source(
        problem.option_cost, problem.lot_of_option, problem.lot_volume_cm3, problem.option_pool_start,
        problem.option_pool, pairs.of_use, problem.option_resource_start, problem.option_resource,
        problem.option_resource_amount, pairs.scarce, secondary, row,
    )  # fmt: skip
    live = np.flatnonzero(keep)
    choices = np.zeros(len(live), dtype=_CHOICE)
    uses, needs = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=_NEED)
    n_uses, n_needs = _list_choices(source, live, choices, uses, needs)
    uses, needs = np.zeros(n_uses, dtype=np.int32), np.zeros(n_needs, dtype=_NEED)
    _list_choices(source, live, choices, uses, needs)
    return Market(
        np.searchsorted(live, problem.option_start), choices, uses, needs, pairs.start, pairs.fee_share,
        pairs.fits, secondary[pairs.pool], problem.lot_unplanned_price, limits,
    )  # fmt: skip


@jit
def _list_choices(s: _Source, live: Int64, choices: Records, uses: Int32, needs: Records) -> tuple[int, int]:
    """Write choices, and as far as there is room their uses and needs; return how many of these there are."""
    n_uses, n_needs = 0, 0
    for k in range(len(live)):
        option, choice = live[k], choices[k]
        choice.cost, choice.number, choice.primary = s.cost[option], option, -1
        choice.use, choice.need = n_uses, n_needs
        for need in range(s.need_start[option], s.need_start[option + 1]):
            if s.scarce[s.resource[need]]:
                if n_needs < len(needs):
                    needs[n_needs].resource, needs[n_needs].amount = s.resource[need], s.amount[need]
                n_needs += 1
        for use in range(s.use_start[option], s.use_start[option + 1]):
            pool = s.use_pool[use]
            if s.row[pool] >= 0:
                if n_needs < len(needs):
                    needs[n_needs].resource, needs[n_needs].amount = s.row[pool], s.volume[s.lot[option]]
                n_needs += 1
            if s.secondary[pool]:
                if n_uses < len(uses):
                    uses[n_uses] = s.use_pair[use]
                n_uses += 1
            else:
                choice.primary = s.use_pair[use]
        choice.uses, choice.needs = n_uses - choice.use, n_needs - choice.need
    return n_uses, n_needs


@jit
def usual_needs(needs: Records, count: int) -> Float64:
    """Return the mean amount of the needs of each of `count` resources, zero where there are none."""
    total, times = np.zeros(count), np.zeros(count)
    for need in needs:
        total[need.resource] += need.amount
        times[need.resource] += 1.0
    for resource in range(count):
        total[resource] /= max(1.0, times[resource])
    return total


def _allotments(problem: Problem, pairs: Pairs) -> tuple[Int64, Float64]:
    """Return the row of the allotment that binds each pool, (P,) int64 or -1, and the limits of all rows, (R + A,).

    An allotment counts loads. Where every type of a pool uses one, the lots of its pools together cannot be larger than
    the loads that it allows, if each were of the type that holds most for its part of the allotment.
    """
    types = np.flatnonzero(problem.type_resource >= 0)
    per_unit = np.zeros(problem.n_resources)
    amount = problem.type_resource_amount[types]
    holds = np.where(amount > 0, problem.type_volume_cm3[types] / np.maximum(amount, 1), np.inf)
    np.maximum.at(per_unit, problem.type_resource[types], holds)
    bound_by = _common_resource(problem)
    room = per_unit * np.maximum(problem.resource_limit, np.where(np.isinf(per_unit), 1, 0))
    wanted = np.bincount(
        bound_by[pairs.pool] + 1, problem.lot_volume_cm3[pairs.lot].astype(np.float64), problem.n_resources + 1
    )[1:]
    scarce = wanted > room
    is_bound = (bound_by >= 0) & np.append(scarce, False)[bound_by]
    row = np.where(is_bound, problem.n_resources + bound_by, -1)
    return row, np.concatenate([problem.resource_limit, np.where(scarce, room, 0.0)])


def _common_resource(problem: Problem) -> Int64:
    """Return the resource that every type of a pool uses, (P,) int64, -1 where there is none."""
    result = np.full(problem.n_pools, -1, dtype=np.int64)
    for pool, (first, last) in enumerate(pairwise(problem.pool_type_start.tolist())):
        used = set(problem.type_resource[first:last].tolist())
        if len(used) == 1:
            result[pool] = used.pop()
    return result


@jit
def offer_prices(
    m: Market, lot_price: Float64, pair_price: Float64, resource_price: Float64, out: Slope, first: int, last: int
) -> None:  # fmt: skip
    """Let the lots `first` to `last` find their ceilings and their payments to pools."""
    for lot in range(first, last):
        ceiling, out.direct[lot] = float(m.unplanned[lot]), -1
        for pair in range(m.pair_first[lot], m.pair_first[lot + 1]):
            out.payment[pair], out.by[pair] = -np.inf, -1
        for k in range(m.first[lot], m.first[lot + 1]):
            choice = m.choices[k]
            cost = choice.cost
            for use in range(choice.use, choice.use + choice.uses):
                cost += pair_price[m.uses[use]]
            for need in range(choice.need, choice.need + choice.needs):
                cost += resource_price[m.needs[need].resource] * m.needs[need].amount
            if choice.primary < 0:
                if cost < ceiling:
                    ceiling, out.direct[lot] = cost, k
            elif -cost > out.payment[choice.primary]:
                out.payment[choice.primary], out.by[choice.primary] = -cost, k
        price = min(lot_price[lot], ceiling)
        out.price[lot], out.at_ceiling[lot] = price, lot_price[lot] >= ceiling
        for pair in range(m.pair_first[lot], m.pair_first[lot + 1]):
            if not m.fits[pair]:
                out.payment[pair] = 0.0
            elif m.is_secondary[pair]:
                out.payment[pair] = pair_price[pair] - m.share[pair]
            elif out.by[pair] >= 0:
                out.payment[pair] += price - m.share[pair]
            else:
                out.payment[pair] = -m.share[pair]


@jit
def excess_of(m: Market, lot_price: Float64, resource_price: Float64, toll: Float64, out: Float64) -> None:
    """Write what each choice costs beyond the price of its lot, at least zero, to the option's place in `out`.

    `toll`, (E,) float64 micro-units, is what the use of a pool costs the lot.
    """
    for lot in range(len(m.first) - 1):
        for k in range(m.first[lot], m.first[lot + 1]):
            choice = m.choices[k]
            cost = choice.cost - lot_price[lot]
            for need in range(choice.need, choice.need + choice.needs):
                cost += resource_price[m.needs[need].resource] * m.needs[need].amount
            for use in range(choice.use, choice.use + choice.uses):
                cost += toll[m.uses[use]]
            if choice.primary >= 0:
                cost += toll[choice.primary]
            out[choice.number] = max(cost, 0.0)


@jit
def take_stock(m: Market, fill: Fill, out: Slope, used: Float64, first: int, last: int) -> None:
    """Let the lots `first` to `last` see how much of them is carried; write the subgradient."""
    for lot in range(first, last):
        served = 0.0
        for pair in range(m.pair_first[lot], m.pair_first[lot + 1]):
            out.pair[pair] = 0.0
        for pair in range(m.pair_first[lot], m.pair_first[lot + 1]):
            part = fill.carried[pair]
            if m.is_secondary[pair]:
                out.pair[pair] -= part
            elif out.by[pair] >= 0 and part > 0:
                served += part
                _count(m, out, used, out.by[pair], part)
        rest = min(max(1.0 - served, 0.0), 1.0) if out.at_ceiling[lot] else 0.0
        if rest > 0 and out.direct[lot] >= 0:
            _count(m, out, used, out.direct[lot], rest)
        out.lot[lot] = 1.0 - served - rest


@inner
def _count(m: Market, out: Slope, used: Float64, k: int, part: float) -> None:
    """Count the secondary pools and the needs of a part of a choice."""
    choice = m.choices[k]
    for use in range(choice.use, choice.use + choice.uses):
        out.pair[m.uses[use]] += part
    for need in range(choice.need, choice.need + choice.needs):
        used[m.needs[need].resource] += part * m.needs[need].amount
