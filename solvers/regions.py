"""Large neighbourhoods: free a few related lots, solve them exactly with the rest of the plan fixed, repeat."""

from __future__ import annotations

import numpy as np

from network.money import Float64

from .assignment import Assignment
from .cpsat import Effort, Region, solve_region
from .evaluate import evaluate
from .improve import Search

_LOTS = 12
_OPTIONS = 12
_DETERMINISTIC_S = 0.4


def improve_regions(search: Search, start: Assignment, excess: Float64, rounds: int) -> Assignment:
    """Return the best plan met in a number of regions.

    Parameters
    ----------
    search : Search
    start : Assignment, keeps every rule
    excess : (m,) float64, micro-units, what an option costs at least above the bound; the smallest are tried
    rounds : int, regions to solve
    """
    problem, watch = search.problem, search.watch
    best, cost = start, evaluate(problem, start).cost
    rng = np.random.default_rng(search.seed + 1)
    for _ in range(rounds):
        if watch.stopped():
            break
        options = {}
        for lot in _related(search, best, rng):
            options[lot] = _ranked(search, lot, excess)
            current = int(best.lot_option[lot])
            if current >= 0 and current not in options[lot]:
                options[lot].append(current)
        effort = Effort(search.seed, _DETERMINISTIC_S, watch.seconds_left, watch.stopped)
        answer = solve_region(problem, Region(options, best), effort)
        if answer.assignment is not None:
            evaluation = evaluate(problem, answer.assignment)
            if evaluation.feasible and evaluation.cost < cost:
                best, cost = answer.assignment, evaluation.cost
    return best


def _ranked(search: Search, lot: int, excess: Float64) -> list[int]:
    options = [option for option in search.problem.options_of(lot) if search.keep is None or search.keep[option]]
    return sorted(options, key=lambda option: (excess[option], option))[:_OPTIONS]


def _related(search: Search, plan: Assignment, rng: np.random.Generator) -> list[int]:
    """Return lots that share loads or could: grown from a random lot through the pools that the chosen ones may use."""
    n, pairs = search.problem.n_lots, search.pairs
    in_pool: dict[int, list[int]] = {}
    for load in plan.loads:
        in_pool.setdefault(load.pool, []).extend(load.lots)
    chosen = [int(rng.integers(n))]
    while len(chosen) < min(_LOTS, n):
        seed = chosen[int(rng.integers(len(chosen)))]
        pools = pairs.pool[pairs.start[seed] : pairs.start[seed + 1]].tolist()
        near = [lot for pool in pools for lot in in_pool.get(pool, ()) if lot not in chosen]
        near = near or [lot for lot in range(n) if lot not in chosen]
        chosen.append(near[int(rng.integers(len(near)))])
    return chosen
