"""Hold parts of a plan: lots that keep their option, loads that are booked or under way.

Nothing in the problem says "frozen". A held lot has one option, or those that use its held load, and to leave it behind
costs more than the whole plan. A held load is a pool of its own with one type, opened once, free of charge as it is paid
already; lots that may still join get copies of their options that use it. So every part of the optimiser, and every
bound, holds for what is frozen too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any

import numpy as np

from network.errors import SolveError
from network.money import CENT, Bools, Int64

from .assignment import UNPLANNED, Assignment, Load
from .evaluate import evaluate
from .problem import Problem
from .tables import rows_of

_EVER = 1 << 40
"""Days from now that are never reached."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A problem in which parts of a plan are held.

    Attributes
    ----------
    problem : Problem
    option : (m',) int64, option of the first problem that each option of this one stands for
    pool : (P',) int64, pool of the first problem that each pool of this one stands for
    type : (T',) int64, row of the first problem that each type of this one stands for
    paid : int, micro-units, price of the held loads, which the new problem does not count
    held : (h,) int64, lots that are held
    start : Assignment, the first plan as one of this problem: no search needs to end with a worse one
    """

    problem: Problem
    option: Int64
    pool: Int64
    type: Int64
    paid: int
    held: Int64
    start: Assignment

    def thawed(self, plan: Assignment) -> Assignment:
        """Return a plan of this problem as one of the first problem, held loads included.

        A short search may leave a held lot behind. That costs more than the first plan, which is returned then.
        """
        if (plan.lot_option[self.held] == UNPLANNED).any():
            plan = self.start
        options = plan.lot_option.copy()
        planned = options != UNPLANNED
        options[planned] = self.option[options[planned]]
        loads = (Load(int(self.pool[load.pool]), int(self.type[load.type]), load.lots) for load in plan.loads)
        return Assignment.canonical(options, loads)


def freeze(
    problem: Problem,
    plan: Assignment,
    lots: Collection[int],
    loads: Collection[int] = (),
    *,
    closed: Collection[int] = (),
    onward: Collection[int] = (),
) -> Frozen:
    """Hold `lots` to their options, and `loads` to their place, type and lots.

    Parameters
    ----------
    problem : Problem
    plan : Assignment, keeps every rule
    lots : lots of the plan that keep their option; the lots of held loads are held too
    loads : places in ``plan.loads``; other lots may join a held load as far as rules and room allow
    closed : those of the held loads that no other lot may join
    onward : lots of held loads that stay in these, but may take another option with the same pool and common importer

    Raises
    ------
    SolveError
        If the plan breaks a rule, or a lot to be held is unplanned.
    """
    judged = evaluate(problem, plan)
    if not judged.feasible:
        raise SolveError(f"plan: breaks {judged.violations[0].rule}, so that it cannot be held. Maybe solve it again.")
    places = sorted(set(loads))
    kept = [plan.loads[place] for place in places]
    held = sorted({*lots, *(lot for load in kept for lot in load.lots)})
    for lot in held:
        if plan.lot_option[lot] == UNPLANNED:
            raise SolveError(f"lot {lot}: unplanned, so it has no option to keep. Maybe leave it out.")
    joined = [k for k, place in enumerate(places) if place not in closed]
    option, used = _ways(problem, _choices(problem, plan, held, kept, onward), kept, joined)
    pool = _counting(problem.n_pools, [load.pool for load in kept])
    kind = _counting(problem.n_types, [load.type for load in kept])
    price = problem.lot_unplanned_price.copy()
    price[held] = judged.cost + CENT
    frozen = replace(
        problem, lot_unplanned_price=price, **_options(problem, option, used), **_pools(problem, pool), **_types(problem, kind)
    )  # fmt: skip
    paid = sum(int(problem.type_price[load.type]) for load in kept)
    return Frozen(
        frozen, option, pool, kind, paid, np.array(held, dtype=np.int64), _start(problem, plan, option, loads)
    )


def _start(problem: Problem, plan: Assignment, option: Int64, loads: Collection[int]) -> Assignment:
    """Return the first plan in the numbers of the frozen problem; of the ways of an option the first is that of the plan."""
    number = np.where(plan.lot_option == UNPLANNED, UNPLANNED, np.searchsorted(option, plan.lot_option))
    begun = list(plan.loads)
    for k, place in enumerate(sorted(set(loads))):
        begun[place] = Load(problem.n_pools + k, problem.n_types + k, begun[place].lots)
    return Assignment.canonical(number, begun)


def _counting(count: int, more: Sequence[int]) -> Int64:
    """Return 0..count-1, for what the problem has, and then what each addition stands for."""
    return np.concatenate([np.arange(count, dtype=np.int64), np.array(more, dtype=np.int64)])


def _choices(
    problem: Problem, plan: Assignment, held: Collection[int], kept: Sequence[Load], onward: Collection[int]
) -> list[list[int]]:
    """Return the options that every lot may still choose from, in order.

    A held lot keeps its own, or goes another way on from its held loads. Options that arrive too long before or after a
    lot of the same bundle that keeps its own are left out.
    """
    fixed = [lot for lot in held if lot not in set(onward)]
    open_ = _in_time(problem, plan, fixed)
    choices = [[option for option in problem.options_of(lot) if open_[option]] for lot in range(problem.n_lots)]
    for lot in fixed:
        choices[lot] = [int(plan.lot_option[lot])]
    for lot in set(held).difference(fixed):
        pools = {load.pool for load in kept if lot in load.lots}
        importer = problem.importer_of(lot, int(plan.lot_option[lot]))
        choices[lot] = [
            option
            for option in choices[lot]
            if pools <= set(problem.pools_of(option)) and problem.importer_of(lot, option) == importer
        ]
    return choices


def _ways(
    problem: Problem, open_: Sequence[Sequence[int]], kept: Sequence[Load], joined: Collection[int]
) -> tuple[Int64, list[tuple[int, ...]]]:
    """Return the options of all lots, as rising numbers of the first problem, and the pools that each uses.

    A lot of a held load uses the pool of that; in place of any other pool a lot may use a held load of that pool, if it is
    one of those that may be `joined`.
    """
    own = {(lot, load.pool): problem.n_pools + k for k, load in enumerate(kept) for lot in load.lots}
    choices = {pool: [pool] for pool in range(problem.n_pools)}
    for k in joined:
        choices[kept[k].pool].append(problem.n_pools + k)
    numbers: list[int] = []
    used: list[tuple[int, ...]] = []
    for lot in range(problem.n_lots):
        for option in open_[lot]:
            places = ([own[lot, pool]] if (lot, pool) in own else choices[pool] for pool in problem.pools_of(option))
            ways = list(product(*places))
            numbers.extend([option] * len(ways))
            used.extend(ways)
    return np.array(numbers, dtype=np.int64), used


def _in_time(problem: Problem, plan: Assignment, held: Collection[int]) -> Bools:
    """Return the options that arrive near enough to every held lot of their bundle, (m,) bool."""
    if problem.lot_bundle is None or problem.option_day is None:
        return np.ones(problem.n_options, dtype=np.bool_)
    bundles, bundle = np.unique(problem.lot_bundle, return_inverse=True)
    earliest, latest = np.full(len(bundles), -_EVER), np.full(len(bundles), _EVER)
    lots = np.array([lot for lot in held if problem.lot_bundle[lot] >= 0], dtype=np.int64)
    day = problem.option_day[plan.lot_option[lots]].astype(np.int64)
    np.maximum.at(earliest, bundle[lots], day - problem.bundle_days)
    np.minimum.at(latest, bundle[lots], day + problem.bundle_days)
    of_option = bundle[problem.lot_of_option]
    near: Bools = (earliest[of_option] <= problem.option_day) & (problem.option_day <= latest[of_option])
    return near


def _options(problem: Problem, option: Int64, used: Sequence[tuple[int, ...]]) -> dict[str, Any]:
    """Return the columns of options that stand for `option`, (m',) int64, and use the pools `used`."""
    need_start, needs = rows_of(problem.option_resource_start, option)
    return {
        "option_start": _starts(np.bincount(problem.lot_of_option[option], minlength=problem.n_lots)),
        "option_cost": problem.option_cost[option],
        "option_pool_start": _starts([len(pools) for pools in used]),
        "option_pool": np.array([pool for pools in used for pool in pools], dtype=np.int64),
        "option_resource_start": need_start,
        "option_common": problem.option_common[option] if problem.has_common else problem.option_common,
        "option_resource": problem.option_resource[needs],
        "option_resource_amount": problem.option_resource_amount[needs],
        "option_day": None if problem.option_day is None else problem.option_day[option],
    }


def _pools(problem: Problem, pool: Int64) -> dict[str, Any]:
    """Return the columns of pools that stand for `pool`, (P',) int64; each beyond the first P has one type."""
    types = np.diff(problem.pool_type_start)
    return {
        "pool_type_start": _starts([*types, *[1] * (len(pool) - problem.n_pools)]),
        "pool_scheme": problem.pool_scheme[pool],
        "pool_max_parties": problem.pool_max_parties[pool],
    }


def _types(problem: Problem, kind: Int64) -> dict[str, Any]:
    """Return the columns of types that stand for `kind`, (T',) int64; those of held loads are free and opened once."""
    names = [field.name for field in fields(problem) if field.name.startswith("type_")]
    columns = {name: getattr(problem, name)[kind] for name in names}
    count, limit = problem.n_types, problem.type_limit
    left = np.maximum(limit - np.bincount(kind[count:], minlength=count), 0)
    columns["type_limit"][:count] = np.where(limit < 0, limit, left)
    columns["type_limit"][count:] = 1
    columns["type_price"][count:] = 0
    return columns


def _starts(counts: Sequence[int] | Int64) -> Int64:
    """Return where the rows of a ragged relation start."""
    return np.concatenate([[0], np.cumsum(np.array(counts, dtype=np.int64))]).astype(np.int64)
