"""Large neighbourhoods: free a few related lots, solve them exactly with the rest of the plan fixed, repeat."""

from __future__ import annotations

import numpy as np

from network.money import Float64

from .assignment import Assignment
from .cpsat import Effort, Region, solve_region
from .delta import State
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
    state = State(problem, search.pairs, search.keep)
    state.load_assignment(best)
    ranking = [_ranked(search, lot, excess) for lot in range(problem.n_lots)]
    for _ in range(rounds):
        if watch.stopped():
            break
        options = {lot: ranking[lot][:_OPTIONS] for lot in _related(state, rng)}
        for lot, candidates in options.items():
            current = int(best.lot_option[lot])
            if current >= 0 and current not in candidates:
                candidates.append(current)
        effort = Effort(search.seed, _DETERMINISTIC_S, watch.seconds_left, watch.stopped)
        answer = solve_region(problem, Region(options, best), effort)
        if answer.assignment is not None:
            evaluation = evaluate(problem, answer.assignment)
            if evaluation.feasible and evaluation.cost < cost:
                best, cost = answer.assignment, evaluation.cost
                state.load_assignment(best)
    return best


def _ranked(search: Search, lot: int, excess: Float64) -> list[int]:
    options = [option for option in search.problem.options_of(lot) if search.keep is None or search.keep[option]]
    return sorted(options, key=lambda option: (excess[option], option))


def _related(state: State, rng: np.random.Generator) -> list[int]:
    """Return lots that share loads or could: grown from a random lot through the pools of its options."""
    n = state.problem.n_lots
    chosen = [int(rng.integers(n))]
    while len(chosen) < min(_LOTS, n):
        seed = chosen[int(rng.integers(len(chosen)))]
        peers = [lot for load in state.loads_of[seed] for lot in load.lots]
        near = [lot for pool in state.view(seed).local for load in state.open.get(pool, ()) for lot in load.lots]
        pool_of_lots = [lot for lot in (peers + near) if lot not in chosen] or [
            lot for lot in range(n) if lot not in chosen
        ]
        chosen.append(pool_of_lots[int(rng.integers(len(pool_of_lots)))])
    return chosen
