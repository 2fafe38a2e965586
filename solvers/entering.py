"""Who enters what is in a load: the own importers of its lots or the common one, decided anew load by load.

To make one entry of many, several lots must change at once, which the moves of the search, lot by lot, rarely try. Here
the loads stay as they are; only options that differ by the importer are exchanged.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from .assignment import Assignment, Load
from .pairs import NEVER
from .problem import Problem

_Ways = dict[int, tuple[int, int]]
"""Option of a lot by its own importer, and by the common one, the same in all else."""


def enter_best(problem: Problem, plan: Assignment) -> Assignment:
    """Return the plan with every load entered as is cheapest for it, as far as exchanges of some lots at a time find it.

    Parameters
    ----------
    problem : Problem, in which options know a common importer
    plan : Assignment, keeps every rule; so does the answer, if no option uses two pools that look at importers
    """
    chosen = plan.lot_option.copy()
    for load in plan.loads:
        if problem.fees_of(load.pool) or problem.examination_of(load.pool):
            ways = {lot: both for lot in load.lots if (both := _ways(problem, lot, int(chosen[lot]))) is not None}
            if ways:
                for lot, option in _cheapest(problem, load, ways, {lot: int(chosen[lot]) for lot in load.lots}).items():
                    chosen[lot] = option
    return Assignment.canonical(chosen, plan.loads)


def _ways(problem: Problem, lot: int, option: int) -> tuple[int, int] | None:
    """Return the option of a lot as it is and with the other importer, own first; None where there is no such other."""
    common, facts = problem.option_common[option], _facts(problem, option)
    first, last = problem.option_start[lot : lot + 2].tolist()
    others = np.flatnonzero(problem.option_common[first:last] != common) + first
    alike = [k for k in others.tolist() if _facts(problem, k) == facts]
    if not alike:
        return None
    other = min(alike, key=lambda k: int(problem.option_cost[k]))
    return (other, option) if common else (option, other)


def _facts(problem: Problem, option: int) -> tuple[object, ...]:
    """Return all that rules ask about an option but the importer: pools, needs and the day."""
    row = slice(problem.option_resource_start[option], problem.option_resource_start[option + 1])
    day = None if problem.option_day is None else int(problem.option_day[option])
    needs = problem.option_resource[row].tolist(), problem.option_resource_amount[row].tolist()
    return problem.pools_of(option), needs, day


def _cheapest(problem: Problem, load: Load, ways: _Ways, now: Mapping[int, int]) -> dict[int, int]:
    """Return the options of the lots of a load after exchanges, from three beginnings: as it is, all own, all common."""
    best, least = dict(now), _cost(problem, load, now)
    for start in (now, *({**now, **{lot: way[common] for lot, way in ways.items()}} for common in (0, 1))):
        plan, cost = dict(start), _cost(problem, load, start)
        before = cost + 1
        while cost < before:
            before = cost
            for change in _changes(problem, ways):
                trial = {**plan, **change}
                found = _cost(problem, load, trial)
                if found < cost:
                    plan, cost = trial, found
        if cost < least:
            best, least = plan, cost
    return best


def _changes(problem: Problem, ways: _Ways) -> Iterator[dict[int, int]]:
    """Yield what may be changed at once: all lots of an importer, then each lot, to its own or the common importer."""
    groups: dict[int, list[int]] = defaultdict(list)
    for lot in ways:
        groups[int(problem.lot_party[lot])].append(lot)
    for group in [*groups.values(), *([lot] for lot in ways)]:
        for common in (0, 1):
            yield {lot: ways[lot][common] for lot in group}


def _cost(problem: Problem, load: Load, options: Mapping[int, int]) -> int:
    """Return what the lots of a load and its entries cost by their options; `NEVER` if it has too many importers."""
    worth: Counter[tuple[int, int]] = Counter()
    for lot, option in options.items():
        worth[problem.importer_of(lot, option)] += int(problem.lot_entry_value[lot])
    most = int(problem.pool_max_parties[load.pool])
    if 0 <= most < len(worth):
        return NEVER
    paid = sum(
        fee.amount(value)
        for (_, standing), value in worth.items()
        for fee in problem.fees_of(load.pool)
        if fee.falls_on(standing)
    )
    exam = problem.examination_of(load.pool)
    if exam:
        chance = exam.chance(standing for _, standing in worth)
        paid += exam.cost(chance) + exam.delay_price(sum(int(problem.lot_day_price[lot]) for lot in options), chance)
    return paid + sum(int(problem.option_cost[option]) for option in options.values())
