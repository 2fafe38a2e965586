"""Local search: take some related lots out, put them back better, accept by annealing.

A move picks lots that compete for the same space (a load and its rivals, a load to be closed, or the lots that a
promising pool could carry), takes them out, and puts them back one by one. New loads are charged in part to the lot that
opens them, so that a load is opened for those who follow; a settling pass at full prices closes what did not fill.
Costs are exact at every step; a move that is not accepted is undone.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from network.money import Bools, Float64, Int64

from ._watch import Watch
from .assignment import UNPLANNED, Assignment
from .delta import State
from .markets import halves, markets_of
from .offers import Offers, bulk_of, offers_of
from .pairs import Pairs
from .problem import Problem
from .ruin import Work, make_moves
from .tables import Tables, rows_of


@dataclass(frozen=True, slots=True)
class Search:
    """What the search works with.

    Attributes
    ----------
    problem : Problem
    pairs : Pairs
    watch : Watch
    seed : int
    keep : (m,) bool or None, options to consider
    payment : (E,) float64 or None, micro-units, what lots pay in pools by the dual prices; guides where to open
    """

    problem: Problem
    pairs: Pairs
    watch: Watch
    seed: int
    keep: Bools | None = None
    payment: Float64 | None = None

    def offers(self, tables: Tables) -> Offers:
        """Return what lots pay in pools; without prices every lot offers the same."""
        return offers_of(self.problem, self.pairs, tables, self.payment)


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how hot to search.

    Attributes
    ----------
    moves : int
    heat : float, first temperature, as a part of the mean cost of a lot
    cold : float, last temperature, as a part of the first
    bound : int, micro-units; a plan of this cost ends the search
    share : float, part of the time left that the search may take
    """

    moves: int
    heat: float = 0.5
    cold: float = 0.01
    bound: int = 0
    share: float = 1.0


_SLICE = 400
"""Moves between two looks at the clock."""
_LATE = 0.85
"""Part of the schedule after which the search is so cold that good plans are worth a copy."""
_APART_FROM = 800
"""Problems with this many lots are searched in two halves at a time, if they fall into markets."""


def improve(search: Search, start: Assignment, schedule: Schedule) -> Assignment:
    """Return the best plan met in a number of moves from `start`, which keeps every rule.

    Large problems are searched in two halves that share no pool, each on its own thread. What the halves share are
    limits: each gets what it uses and a half of what is left, so the answer does not depend on the threads.
    """
    problem = search.problem
    if problem.n_lots == 0 or schedule.moves <= 0:
        return start
    half = np.zeros(problem.n_lots, dtype=np.int64)
    if problem.n_lots >= _APART_FROM:
        keep = search.pairs.usable if search.keep is None else search.keep
        half = halves(markets_of(problem, search.pairs, keep))
    count = int(half.max()) + 1
    used = [resources_used(problem, start, half == k) for k in range(count)]
    slack = problem.resource_limit - sum(used)
    with ThreadPoolExecutor(count) as threads:
        tasks = [
            threads.submit(_improve_part, search, start, schedule, half == k, used[k] + slack // count)
            for k in range(count)
        ]
        parts = [task.result() for task in tasks]
    options = np.select([half == k for k in range(count)], [part.lot_option for part in parts])
    return Assignment.canonical(options, (load for part in parts for load in part.loads))


def _improve_part(search: Search, start: Assignment, schedule: Schedule, mine: Bools, limits: Int64) -> Assignment:
    """Return the best plan of the lots that are `mine`, (n,) bool, all others unplanned."""
    problem = search.problem
    usable = search.pairs.usable if search.keep is None else search.keep
    state = State(problem, search.pairs, usable & mine[problem.lot_of_option], limits)
    loads = [load for load in start.loads if mine[load.lots[0]]]
    begin = Assignment.canonical(np.where(mine, start.lot_option, UNPLANNED), loads)
    state.load_assignment(begin)
    moves = int(schedule.moves * mine.mean())
    rest = int(problem.lot_unplanned_price[~mine].sum())
    return anneal(search, state, replace(schedule, moves=moves, bound=schedule.bound if rest == 0 else 0)) or begin


def resources_used(problem: Problem, plan: Assignment, mine: Bools) -> Int64:
    """Return how much of every resource the lots that are `mine`, (n,) bool, and their loads use, (R,) int64."""
    used = np.zeros(problem.n_resources, dtype=np.int64)
    chosen = plan.lot_option[mine & (plan.lot_option >= 0)]
    _, needs = rows_of(problem.option_resource_start, chosen)
    np.add.at(used, problem.option_resource[needs], problem.option_resource_amount[needs])
    kinds = np.array([load.type for load in plan.loads if mine[load.lots[0]]], dtype=np.int64)
    kinds = kinds[problem.type_resource[kinds] >= 0]
    np.add.at(used, problem.type_resource[kinds], problem.type_resource_amount[kinds])
    return used


def anneal(search: Search, state: State, schedule: Schedule) -> Assignment | None:
    """Search from the plan of `state`, which ends as the last plan accepted; return the best plan if it is better.

    The temperature follows the moves, or the clock where the moves would take longer than there is time.
    """
    t, d = state.tables, state.draft
    offers = search.offers(t)
    lots = np.flatnonzero(t.lots["last"] > t.lots["first"])
    if not len(lots):
        return None
    most = 1 + int(np.diff(offers.first).max(initial=0))
    rng = np.array([_scrambled(search.seed)], dtype=np.uint64)
    chosen = np.zeros(most, dtype=offers.rows.dtype)
    work = Work(rng, bulk_of(search.problem), lots, np.zeros(4096, dtype=np.int64), chosen)
    best, best_cost = None, state.cost
    mean = (state.cost - int(t.lots["unplanned"][t.lots["last"] == t.lots["first"]].sum())) / len(lots)
    hot, fall = schedule.heat * mean, math.log(schedule.cold)
    clock = _Clock(search.watch, schedule)
    done = 0
    while not search.watch.stopped() and best_cost > schedule.bound:
        progress, step = clock.progress(done)
        if progress >= 1.0:
            break
        count = min(_SLICE, max(1, schedule.moves - done))
        make_moves(t, d, offers, work, (count, hot, fall, progress, step))
        done += count
        is_last = clock.progress(done)[0] >= 1.0
        if state.cost < best_cost and (progress >= _LATE or is_last or search.watch.stopped()):
            best, best_cost = state.snapshot(), state.cost
    return None if best is None else state.assignment(best)


class _Clock:
    """How far a search has come: by its moves or, where they would take longer than there is time, by the clock."""

    def __init__(self, watch: Watch, schedule: Schedule) -> None:
        self._watch, self._moves = watch, schedule.moves
        self._start, self._time = watch.seconds, schedule.share * watch.seconds_left

    def progress(self, done: int) -> tuple[float, float]:
        """Return the part of the search that is done, and how much one more move adds."""
        by_moves = done / self._moves
        spent = self._watch.seconds - self._start
        if done == 0 or spent / done * self._moves <= self._time:
            return by_moves, 1.0 / self._moves
        self._watch.is_short_of_time = True
        return max(by_moves, spent / max(self._time, 1e-9)), 0.0


def _scrambled(seed: int) -> int:
    """Return a number far from zero for every seed; zero would stop the generator."""
    return (seed * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64 or 1
