"""Solve a problem: the one entry point of the optimiser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from network.money import Bools, Float64, Int64

from ._jit import must_compile
from ._watch import Watch
from .assignment import Assignment
from .bound import Ascent, DualAscent
from .construct import construct, construct_by_loads
from .cpsat import Effort, solve_region, whole
from .delta import State
from .entering import enter_best
from .evaluate import Evaluation, evaluate
from .improve import Schedule, Search, improve
from .markets import markets_of
from .options import SolveOptions
from .outcome import Guides, NoPlan, Progress, Solved, StopReason, relative_gap
from .pairs import Pairs
from .problem import Problem
from .regions import improve_regions
from .shortlist import shortlist
from .warmup import tiny_problem
from .windows import Windows, rough_prices

_DEFAULT = SolveOptions()
_EXACT_OPTIONS = 2500
"""Problems with more live options than this do not go to the exact model."""
_REGION_LOTS = 3000
"""Problems with more lots than this are not searched by regions: one region is then too small a part."""
_SHORTLIST = 32
"""Options of a lot that local search looks at."""
_RATIOS = (0.85, 0.65)
"""Parts of the price of a load that its lots must pay for it to be opened, tried in turn."""


def solve(
    problem: Problem,
    options: SolveOptions = _DEFAULT,
    *,
    start: Assignment | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Solved | NoPlan:
    """Choose an option for every lot at least cost and prove how good the choice is.

    Parameters
    ----------
    problem : Problem
    options : SolveOptions
    start : Assignment or None, a plan to begin from; it is judged like any other, and the answer is never dearer
    on_progress : callable or None, called with every `Progress`
    cancelled : callable or None, asked often; when it says True the best plan so far is returned

    Returns
    -------
    Solved
        The best plan found, at the cost that `evaluate` gives it. Every lot may stay unplanned at its price.
    NoPlan
        The time ended, or the user cancelled, before any lot that has an option found a place.
    """
    watch = Watch(options.time_limit_s, cancelled, on_progress)
    if must_compile() and problem.n_lots:
        watch.report("compile", None, 0)
        _compile()
        watch.restart()
    run = _Run(problem, options, watch)
    if start is not None:
        run.offer("start", start)
    run.search()
    return run.answer()


def _compile() -> None:
    """Run every kernel once; after the installation that takes about half a minute, which the time limit leaves out."""
    problem = tiny_problem()
    run = _Run(problem, SolveOptions(work=1, exact_lots=0), Watch(None, None, None))
    run.offer("construct", construct(problem, run.pairs, run.watch, run.inside()) or run.best)
    dual = DualAscent(problem, run.pairs)
    run.climb(dual, 5)
    run.construct_by_loads()
    improve(run.searching(), run.best, Schedule(20))
    markets_of(problem, run.pairs, run.keep)


class _Run:
    """One solve: the best plan, the best bound, and the steps that improve them."""

    def __init__(self, problem: Problem, options: SolveOptions, watch: Watch) -> None:
        self.problem, self.options, self.watch = problem, options, watch
        self.best = Assignment.unplanned(problem.n_lots)
        self.evaluation: Evaluation = evaluate(problem, self.best)
        self.bound = 0
        self.has_plan = False
        self.ascent: Ascent | None = None
        self.excess: Float64 | None = None
        self.payment: Float64 | None = None
        self.guides: Guides | None = None
        self.pairs = Pairs(problem)
        self.windows = Windows(problem, self.pairs.usable)
        self.keep: Bools = self.pairs.usable

    @property
    def cost(self) -> int:
        """Return the cost of the best plan."""
        return self.evaluation.cost

    def moves(self, part: float) -> int:
        """Return a part of the moves that the work allows; larger problems get more, but fewer for each lot."""
        n = self.problem.n_lots
        return int(part * min(275 * n**0.68, 4750 * n**0.31) * self.options.work)

    def iterations(self, usual: float) -> int:
        """Return how often to evaluate the bound; on very large problems, where one takes seconds, less often."""
        return int(usual * min(1.0, (5_000 / max(1, self.problem.n_lots)) ** 0.4))

    def search(self) -> None:
        """Run the phases until one of them ends the search."""
        if self.problem.n_lots == 0:
            return
        first = construct(self.problem, self.pairs, self.watch, self.inside())
        if first is None:
            self.has_plan = self.has_plan or not self.pairs.usable.any()
            return
        self.offer("construct", first)
        dual = DualAscent(self.problem, self.pairs)
        self.climb(dual, 100 + 2 * self.options.work)
        for phase in (
            self.exact,
            self.construct_by_loads,
            self.anneal,
            partial(self.tighten, dual),
            self.exact,
            self.polish,
            self.solve_regions,
            self.exact,
        ):
            if self.done():
                return
            phase()

    def climb(self, dual: DualAscent, iterations: int) -> None:
        """Raise the bound."""
        ascent = dual.run(self.iterations(iterations), self.watch, None if self.ascent is None else self.ascent.prices)
        self.guides = dual.guides(ascent.prices)
        self.raise_bound("bound", ascent.bound)
        if not self.watch.stopped():
            self.ascent = ascent
            self.excess = dual.excess(ascent.prices)
            self.payment = dual.net_payments(ascent.prices)

    def tighten(self, dual: DualAscent) -> None:
        """Raise the bound further."""
        self.climb(dual, 8 * self.options.work)

    def construct_by_loads(self) -> None:
        """Make plans load by load from the dual prices, in windows chosen by them."""
        search = self.searching(anew=True)
        state = State(self.problem, self.pairs, search.keep)
        offers = search.offers(state.tables)
        for ratio in _RATIOS:
            self.offer("loads", construct_by_loads(state, offers, ratio, self.watch))

    def anneal(self) -> None:
        """Search locally, over the options that a better plan may use."""
        schedule = Schedule(self.moves(0.7), bound=self.bound, share=0.6)
        self.offer("improve", improve(self.searching(), self.best, schedule))

    def polish(self) -> None:
        """Search locally again from the best plan, cooler and with other random choices."""
        search = replace(self.searching(), seed=self.options.seed + 1)
        self.offer(
            "improve", improve(search, self.best, Schedule(self.moves(0.3), heat=0.1, bound=self.bound, share=0.8))
        )

    def solve_regions(self) -> None:
        """Solve parts of the plan exactly, the rest fixed."""
        if self.excess is None or self.problem.n_lots > _REGION_LOTS:
            return
        self.offer("regions", improve_regions(self.searching(), self.best, self.excess, self.options.work // 5))

    def exact(self) -> None:
        """Solve the whole problem, as far as fixing left it, if it is small."""
        self.fix()
        small = self.problem.n_lots <= self.options.exact_lots
        live = int(self.keep.sum())
        if live > _EXACT_OPTIONS or not (small or live <= 12 * self.options.exact_lots):
            return
        region = whole(self.problem, self.keep, self.best)
        effort = Effort(self.options.seed, 0.1 * self.options.work, self.watch.seconds_left, self.watch.stopped)
        answer = solve_region(self.problem, region, effort)
        if answer.assignment is not None:
            self.offer("exact", answer.assignment)
        # Options left out cost more than the plan known when they were: the bound of the rest holds up to that cost.
        self.raise_bound("exact", min(answer.bound, self.cost))

    def fix(self) -> None:
        """Leave out options that no plan cheaper than the best known one uses."""
        if self.ascent is not None and self.excess is not None:
            self.keep = self.pairs.usable & (self.ascent.value + self.excess <= self.cost * (1 + 1e-9) + 1.0)

    def searching(self, *, anew: bool = False) -> Search:
        """Return what local search needs: the options worth a look and the payments that guide it.

        Lots left behind by the best plan see all of their options, as far as these arrive inside the windows.

        Parameters
        ----------
        anew : bool, choose windows that need not hold the best plan
        """
        self.fix()
        chosen = self.best.lot_option
        inside = self.inside(None if anew else chosen)
        keep = self.keep & inside
        if self.excess is not None:
            excess = np.where(inside, self.excess, np.inf) if self.windows.bind else self.excess
            left_behind = keep & (chosen < 0)[self.problem.lot_of_option]
            keep = left_behind | (keep & shortlist(self.problem, excess, _SHORTLIST))
        chosen = chosen[chosen >= 0]
        keep[chosen] = inside[chosen]
        return Search(self.problem, self.pairs, self.watch, self.options.seed, keep, self.payment)

    def inside(self, chosen: Int64 | None = None) -> Bools:
        """Choose windows of bundles, which hold what is `chosen`, and return the usable options inside, (m,) bool."""
        problem = self.problem
        if not self.windows.bind:
            return self.pairs.usable
        stay = problem.lot_unplanned_price.astype(np.float64)
        if self.ascent is None or self.excess is None:
            return self.windows.inside(rough_prices(problem, self.pairs), stay, chosen)
        return self.windows.inside(self.excess, np.maximum(stay - self.ascent.prices.lot, 0.0), chosen)

    def offer(self, phase: str, assignment: Assignment) -> None:
        """Take a plan if it keeps every rule and is cheaper."""
        if self.problem.has_common:
            assignment = self._entered(assignment)
        evaluation = evaluate(self.problem, assignment)
        self.has_plan = self.has_plan or evaluation.feasible
        if evaluation.feasible and evaluation.cost < self.cost:
            self.best, self.evaluation = assignment, evaluation
        self.watch.report(phase, self.cost, self.bound)

    def _entered(self, assignment: Assignment) -> Assignment:
        """Return a plan with every load entered as is cheapest for it, if that keeps the rules and costs less."""
        known = evaluate(self.problem, assignment)
        if not known.feasible:
            return assignment
        other = enter_best(self.problem, assignment)
        found = evaluate(self.problem, other)
        return other if found.feasible and found.cost < known.cost else assignment

    def raise_bound(self, phase: str, bound: int) -> None:
        """Take a bound if it is better; a bound never exceeds the cost of a plan."""
        self.bound = min(max(self.bound, bound), self.cost)
        self.watch.report(phase, self.cost, self.bound)

    def done(self) -> bool:
        """Return whether the gap is reached (small problems: proven) or the search must stop."""
        wanted = 0.0 if self.problem.n_lots <= self.options.exact_lots else self.options.gap
        return relative_gap(self.cost, self.bound) <= wanted or self.watch.stopped()

    def answer(self) -> Solved | NoPlan:
        """Return the result."""
        if self.watch.reason is not None and not self.has_plan:
            return NoPlan(self.watch.reason)
        proven = self.bound >= self.cost or self.problem.n_lots == 0
        within = relative_gap(self.cost, self.bound) <= self.options.gap
        if proven:
            reason = StopReason.OPTIMAL
        elif self.watch.reason is not None:
            reason = self.watch.reason
        elif within:
            reason = StopReason.GAP
        else:
            reason = StopReason.TIME if self.watch.is_short_of_time else StopReason.WORK
        trace = tuple(self.watch.trace)
        return Solved(self.best, self.evaluation, self.bound, proven, reason, trace, self.guides)
