"""The truth about tiny problems, by exhaustive search: every choice of options, every way to pack, every type."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from solvers.assignment import Assignment, Load
from solvers.evaluate import Rule, evaluate
from solvers.problem import Problem

_PACKING = {Rule.VOLUME, Rule.WEIGHT, Rule.CONFLICT, Rule.ALONE, Rule.PARTIES}


def cheapest(problem: Problem) -> Assignment:
    """Return an assignment of least cost that keeps every rule. Only for a handful of lots."""
    best = Assignment.unplanned(problem.n_lots)
    cost = evaluate(problem, best).cost
    packings: dict[tuple[int, tuple[int, ...]], list[tuple[Load, ...]]] = {}
    for choice in itertools.product(*([-1, *problem.options_of(lot)] for lot in range(problem.n_lots))):
        users: dict[int, list[int]] = {}
        for lot, option in enumerate(choice):
            for pool in problem.pools_of(option) if option >= 0 else ():
                users.setdefault(pool, []).append(lot)
        own = sum(
            int(problem.option_cost[option] if option >= 0 else problem.lot_unplanned_price[lot])
            for lot, option in enumerate(choice)
        )
        if own >= cost:
            continue
        ways = []
        for pool, lots in users.items():
            key = pool, tuple(lots)
            if key not in packings:
                packings[key] = list(_packings(problem, pool, tuple(lots)))
            ways.append(packings[key])
        for packing in itertools.product(*ways):
            plan = Assignment.canonical(choice, itertools.chain.from_iterable(packing))
            evaluation = evaluate(problem, plan)
            if evaluation.cost < cost and evaluation.feasible:
                best, cost = plan, evaluation.cost
    return best


def _packings(problem: Problem, pool: int, lots: tuple[int, ...]) -> Iterator[tuple[Load, ...]]:
    """Yield every way to pack the lots into loads of the pool that keeps the rules of a load.

    Without limits on types only the cheapest type of each part matters.
    """
    rows = list(problem.types_of(pool))
    free = all(problem.type_limit[row] < 0 and problem.type_resource[row] < 0 for row in rows)
    for partition in _partitions(list(lots)):
        choices = []
        for part in partition:
            fitting = [Load(pool, row, tuple(part)) for row in rows if _fits(problem, Load(pool, row, tuple(part)))]
            if free:
                fitting = sorted(fitting, key=lambda load: int(problem.type_price[load.type]))[:1]
            choices.append(fitting)
        yield from itertools.product(*choices)


def _fits(problem: Problem, load: Load) -> bool:
    alone = evaluate(problem, Assignment.canonical([-1] * problem.n_lots, [load]))
    return not any(violation.rule in _PACKING for violation in alone.violations)


def _partitions(lots: list[int]) -> Iterator[list[list[int]]]:
    if not lots:
        yield []
        return
    first, rest = lots[0], lots[1:]
    for partition in _partitions(rest):
        yield [[first], *partition]
        for k in range(len(partition)):
            yield [*partition[:k], [first, *partition[k]], *partition[k + 1 :]]
