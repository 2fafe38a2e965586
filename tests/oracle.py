"""The truth about tiny problems, by exhaustive search: every choice of options, every way to pack, every type."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from solvers.assignment import Assignment, Load
from solvers.evaluate import LineKind, Rule, evaluate
from solvers.problem import Problem

_Entered: TypeAlias = tuple[tuple[int, int], ...]
_CHARGED = {LineKind.LOAD, LineKind.ENTRY, LineKind.EXAMINATION, LineKind.DELAY}
_PACKING = {Rule.VOLUME, Rule.WEIGHT, Rule.CONFLICT, Rule.ALONE, Rule.PARTIES}


def cheapest(problem: Problem) -> Assignment:
    """Return an assignment of least cost that keeps every rule. Only for a handful of lots."""
    best = Assignment.unplanned(problem.n_lots)
    cost = evaluate(problem, best).cost
    packings: dict[tuple[int, _Entered], list[tuple[Load, ...]]] = {}
    for choice in _choices(problem):
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
            key = pool, _entered(problem, choice, lots)
            if key not in packings:
                packings[key] = list(_packings(problem, pool, choice, tuple(lots)))
            ways.append(packings[key])
        for packing in itertools.product(*ways):
            plan = Assignment.canonical(choice, itertools.chain.from_iterable(packing))
            evaluation = evaluate(problem, plan)
            if evaluation.cost < cost and evaluation.feasible:
                best, cost = plan, evaluation.cost
    return best


def cheapest_apart(problem: Problem) -> Assignment:
    """Return what :func:`cheapest` returns, for problems without resources; six lots are searched in a moment."""
    best = min(priced_choices(problem), key=lambda priced: priced[0])  # there is one: every lot may stay unplanned
    return Assignment.canonical(best[1], best[2])


def priced_choices(problem: Problem) -> Iterator[tuple[int, tuple[int, ...], tuple[Load, ...]]]:
    """Yield every choice of options that can be packed, with its least cost and the loads of that cost.

    Only for problems without resources: then each pool packs its lots alone, and every set of lots of a pool is packed
    once in every way.
    """
    assert problem.n_resources == 0
    packed: dict[tuple[int, _Entered], tuple[int, tuple[Load, ...]] | None] = {}
    for choice in _choices(problem):
        users: dict[int, list[int]] = {}
        cost = 0
        for lot, option in enumerate(choice):
            cost += int(problem.option_cost[option] if option >= 0 else problem.lot_unplanned_price[lot])
            for pool in problem.pools_of(option) if option >= 0 else ():
                users.setdefault(pool, []).append(lot)
        loads: list[Load] = []
        for pool, lots in users.items():
            key = pool, _entered(problem, choice, lots)
            if key not in packed:
                packed[key] = _cheapest_packing(problem, pool, choice, tuple(lots))
            way = packed[key]
            if way is None:
                break
            cost += way[0]
            loads.extend(way[1])
        else:
            yield cost, choice, tuple(loads)


def _choices(problem: Problem) -> Iterator[tuple[int, ...]]:
    """Yield every choice of options, -1 to stay behind, in which no two lots of a bundle arrive too far apart."""
    for choice in itertools.product(*([-1, *problem.options_of(lot)] for lot in range(problem.n_lots))):
        if not any(_too_far(problem, *two) for two in itertools.combinations(enumerate(choice), 2)):
            yield choice


def _too_far(problem: Problem, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Return whether two lots, each with its option, break the window of a bundle."""
    bundles, days = problem.lot_bundle, problem.option_day
    if bundles is None or days is None or min(one[1], other[1]) < 0 or bundles[one[0]] < 0:
        return False
    return bool(bundles[one[0]] == bundles[other[0]] and abs(days[one[1]] - days[other[1]]) > problem.bundle_days)


def _entered(problem: Problem, choice: Sequence[int], lots: Sequence[int]) -> _Entered:
    """Return lots with their importers by a choice of options: what the loads of a pool are judged by."""
    return tuple((lot, problem.importer_of(lot, choice[lot])[0]) for lot in lots)


def _cheapest_packing(
    problem: Problem, pool: int, choice: Sequence[int], lots: tuple[int, ...]
) -> tuple[int, tuple[Load, ...]] | None:
    best = None
    for packing in _packings(problem, pool, choice, lots):
        alone = evaluate(problem, Assignment.canonical(choice, packing))
        if any(violation.rule in {*_PACKING, Rule.TYPE_LIMIT} for violation in alone.violations):
            continue
        cost = sum(line.amount for line in alone.lines if line.kind in _CHARGED)
        if best is None or cost < best[0]:
            best = cost, packing
    return best


def _packings(problem: Problem, pool: int, choice: Sequence[int], lots: tuple[int, ...]) -> Iterator[tuple[Load, ...]]:
    """Yield every way to pack the lots into loads of the pool that keeps the rules of a load.

    Without limits on types only the cheapest type of each part matters.
    """
    rows = list(problem.types_of(pool))
    free = all(problem.type_limit[row] < 0 and problem.type_resource[row] < 0 for row in rows)
    for partition in _partitions(list(lots)):
        choices = []
        for part in partition:
            loads = [Load(pool, row, tuple(part)) for row in rows]
            fitting = [load for load in loads if _fits(problem, choice, load)]
            if free:
                fitting = sorted(fitting, key=lambda load: int(problem.type_price[load.type]))[:1]
            choices.append(fitting)
        yield from itertools.product(*choices)


def _fits(problem: Problem, choice: Sequence[int], load: Load) -> bool:
    alone = evaluate(problem, Assignment.canonical(choice, [load]))
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
