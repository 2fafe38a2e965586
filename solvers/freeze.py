"""Hold parts of a plan: lots that keep their option, loads that are booked or under way.

Nothing in the problem says "frozen". A held lot has one option and a price of staying behind that no plan would pay. A
held load is a pool of its own with one type, opened once, free of charge as it is paid already; lots that may still join
get copies of their options that use it. So every part of the optimiser, and every bound, holds for what is frozen too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace

import numpy as np

from network.errors import SolveError
from network.money import CENT, Int64

from .assignment import Assignment, Load
from .problem import Problem


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
    """

    problem: Problem
    option: Int64
    pool: Int64
    type: Int64
    paid: int

    def thawed(self, plan: Assignment) -> Assignment:
        """Return a plan of this problem as one of the first problem, held loads included."""
        options = np.where(plan.lot_option >= 0, self.option[plan.lot_option], -1)
        loads = (Load(int(self.pool[load.pool]), int(self.type[load.type]), load.lots) for load in plan.loads)
        return Assignment.canonical(options, loads)


def freeze(problem: Problem, plan: Assignment, lots: Collection[int], loads: Collection[int] = ()) -> Frozen:
    """Hold `lots` to their options, and `loads` to their place, type and lots.

    Parameters
    ----------
    problem : Problem
    plan : Assignment, keeps every rule
    lots : lots of the plan that keep their option; the lots of held loads are held too
    loads : places in ``plan.loads``; other lots may join a held load as far as rules and room allow

    Raises
    ------
    SolveError
        If a lot to be held is unplanned.
    """
    held = sorted(set(lots) | {lot for place in loads for lot in plan.loads[place].lots})
    for lot in held:
        if plan.lot_option[lot] < 0:
            raise SolveError(f"lot {lot}: unplanned, so it has no option to keep. Maybe leave it out.")
    kept = [plan.loads[place] for place in sorted(set(loads))]
    options, pools = _options(problem, plan, held, kept)
    lot_of = problem.lot_of_option[options]
    starts = np.append(0, np.cumsum(np.bincount(lot_of, minlength=problem.n_lots)))
    price = problem.lot_unplanned_price.copy()
    price[held] = _ransom(problem)
    extra = np.array([load.type for load in kept], dtype=np.int64)
    needs = [
        slice(problem.option_resource_start[option], problem.option_resource_start[option + 1]) for option in options
    ]
    types = np.concatenate([np.arange(problem.n_types), extra])
    row = {
        field.name: getattr(problem, field.name)[types] for field in fields(problem) if field.name.startswith("type_")
    }
    row["type_price"] = np.where(np.arange(len(types)) < problem.n_types, row["type_price"], 0)
    row["type_limit"] = np.concatenate([_left(problem, kept), np.ones(len(kept), dtype=np.int64)])
    pool_of = np.concatenate([np.arange(problem.n_pools), np.array([load.pool for load in kept], dtype=np.int64)])
    return Frozen(
        problem=replace(
            problem,
            lot_unplanned_price=price,
            option_start=starts,
            option_cost=problem.option_cost[options],
            option_pool_start=np.append(0, np.cumsum([len(used) for used in pools])),
            option_pool=np.array([pool for used in pools for pool in used], dtype=np.int64),
            option_resource_start=np.append(0, np.cumsum([need.stop - need.start for need in needs])),
            option_resource=np.concatenate([np.zeros(0, np.int64), *(problem.option_resource[n] for n in needs)]),
            option_resource_amount=np.concatenate(
                [np.zeros(0, np.int64), *(problem.option_resource_amount[n] for n in needs)]
            ),
            pool_type_start=np.concatenate(
                [problem.pool_type_start, problem.n_types + 1 + np.arange(len(kept), dtype=np.int64)]
            ),
            pool_scheme=problem.pool_scheme[pool_of],
            pool_max_parties=problem.pool_max_parties[pool_of],
            **row,
        ),
        option=options,
        pool=pool_of,
        type=types,
        paid=int(problem.type_price[extra].sum()),
    )


def _options(
    problem: Problem, plan: Assignment, held: list[int], kept: list[Load]
) -> tuple[Int64, list[tuple[int, ...]]]:
    """Return the options of all lots, as numbers of the first problem, and the pools that each uses.

    A held lot uses the pool of its held load, and of its other loads the pools as they were; every other lot may use
    each held load in place of its pool.
    """
    place = {(lot, load.pool): problem.n_pools + k for k, load in enumerate(kept) for lot in load.lots}
    stand_ins: dict[int, list[int]] = {}
    for k, load in enumerate(kept):
        stand_ins.setdefault(load.pool, []).append(problem.n_pools + k)
    numbers: list[int] = []
    pools: list[tuple[int, ...]] = []
    is_held = set(held)
    for lot in range(problem.n_lots):
        for option in [int(plan.lot_option[lot])] if lot in is_held else problem.options_of(lot):
            ways: list[tuple[int, ...]] = [()]
            for pool in problem.pools_of(option):
                mine = place.get((lot, pool))
                choices = [pool, *stand_ins.get(pool, [])] if mine is None else [mine]
                ways = [(*way, choice) for way in ways for choice in choices]
            numbers.extend([option] * len(ways))
            pools.extend(ways)
    return np.array(numbers, dtype=np.int64), pools


def _left(problem: Problem, kept: list[Load]) -> Int64:
    """Return how many loads of every type may still be opened, (T,) int64; -1 for no limit."""
    limit = problem.type_limit.copy()
    for load in kept:
        if limit[load.type] > 0:
            limit[load.type] -= 1
    return limit


def _ransom(problem: Problem) -> int:
    """Return a price that no plan pays to leave a held lot behind: more than everything else could cost together."""
    dearest = [
        int(problem.lot_unplanned_price.sum()),
        problem.n_lots * int(problem.option_cost.max(initial=0)),
        3 * problem.n_lots * int(problem.type_price.max(initial=0)),
    ]
    fees = sum(fee.amount(int(problem.lot_entry_value.sum())) for scheme in problem.entry_schemes for fee in scheme)
    most = (1 << 60) // problem.n_lots
    return min(sum(dearest) + 3 * problem.n_lots * fees + CENT, most) // CENT * CENT
