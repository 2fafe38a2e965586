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
from .tables import rows_of

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
    uses : (.,) int64, secondary pairs
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
    by : (E,) int64, the choice by which a lot pays its primary pool most, or -1
    """

    lot: Float64
    pair: Float64
    resource: Float64
    price: Float64
    at_ceiling: Bools
    direct: Int64
    payment: Float64
    by: Int64


def market_of(problem: Problem, pairs: Pairs, keep: Bools) -> Market:
    """Sort the options to keep by lot; a pool is secondary when some option names it after another."""
    use_option = problem.option_of_use
    is_first = np.zeros(len(use_option), dtype=np.bool_)
    is_first[problem.option_pool_start[:-1][np.diff(problem.option_pool_start) > 0]] = True
    secondary = np.zeros(problem.n_pools, dtype=np.bool_)
    secondary[problem.option_pool[~is_first]] = True
    is_primary = ~secondary[problem.option_pool]
    primary = np.full(problem.n_options, -1, dtype=np.int64)
    primary[use_option[is_primary]] = pairs.of_use[is_primary]

    live = np.flatnonzero(keep)
    use_first, uses = rows_of(problem.option_pool_start, live, ~is_primary)
    owner, needed, limits = _needs(problem, pairs)
    order = np.argsort(owner, kind="stable")
    need_start = np.searchsorted(owner[order], np.arange(problem.n_options + 1))
    need_first, needs = rows_of(need_start, live)
    choices = np.zeros(len(live), dtype=_CHOICE)
    choices["cost"], choices["number"], choices["primary"] = problem.option_cost[live], live, primary[live]
    choices["use"], choices["uses"] = use_first[:-1], np.diff(use_first)
    choices["need"], choices["needs"] = need_first[:-1], np.diff(need_first)
    counts = np.bincount(problem.lot_of_option[live], minlength=problem.n_lots)
    return Market(
        np.append(0, np.cumsum(counts)).astype(np.int64), choices, pairs.of_use[uses], needed[order[needs]], pairs.start,
        pairs.fee_share, pairs.fits, secondary[pairs.pool], problem.lot_unplanned_price, limits,
    )  # fmt: skip


def _needs(problem: Problem, pairs: Pairs) -> tuple[Int32, Records, Float64]:
    """Return options, what they need of resources and of allotments, and the limits.

    An allotment counts loads. Where every type of a pool uses one, the lots of its pools together cannot be larger than
    the loads that it allows, if each were of the type that holds most for its part of the allotment.
    """
    types = np.flatnonzero(problem.type_resource >= 0)
    per_unit = np.zeros(problem.n_resources)
    amount = problem.type_resource_amount[types]
    holds = np.where(amount > 0, problem.type_volume_cm3[types] / np.maximum(amount, 1), np.inf)
    np.maximum.at(per_unit, problem.type_resource[types], holds)
    bound_by = _common_resource(problem)
    used = bound_by[problem.option_pool]
    room = per_unit * np.maximum(problem.resource_limit, np.where(np.isinf(per_unit), 1, 0))
    wanted = np.bincount(
        bound_by[pairs.pool] + 1, problem.lot_volume_cm3[pairs.lot].astype(np.float64), problem.n_resources + 1
    )[1:]
    scarce = wanted > room
    rows = np.flatnonzero((used >= 0) & np.append(scarce, False)[used])
    option = np.concatenate([problem.option_of_need, problem.option_of_use[rows]])
    needed = np.zeros(len(option), dtype=_NEED)
    needed["resource"] = np.concatenate([problem.option_resource, problem.n_resources + used[rows]])
    volume = problem.lot_volume_cm3[problem.lot_of_option[problem.option_of_use[rows]]]
    needed["amount"] = np.concatenate([problem.option_resource_amount, volume])
    return option, needed, np.concatenate([problem.resource_limit, np.where(scarce, room, 0.0)])


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
