"""Pack items into bins of several types at least cost: several methods around one incumbent and one bound."""

from __future__ import annotations

import numpy as np

from .._watch import Watch
from .assignment_model import assign
from .board import Board
from .columns import classify
from .counting import CountSearch
from .cuts import common_step, counts_bound, rounded_up, size_rows
from .diving import WHOLE, Dive
from .enumeration import widest_list
from .generation import Generation
from .greedy import best_fit_decreasing
from .integer import Effort, choose
from .options import PackingOptions
from .problem import Conflicts, Items, PackingProblem, Types, build_problem
from .result import Bin, NoPacking, Packing
from .ruin import Annealer, Cooling
from .tightening import tighten

_DEFAULT = PackingOptions()
_MOVES = 2_000_000
_MOVES_AN_ITEM = 300
"""Moves of one annealing: at most so many an item, and so many divided by the number of items."""
_MOST_CLASSES = 1_500
"""Problems with more kinds of items than this are left to local search."""
_MANY_INSIDE = 10.0
"""Bins that hold this many items on average are large: the assignment model and local search are good at them."""
_MOST_CLAUSES = 200_000
"""Largest assignment model to build: items and conflicts times bins."""
_ROUNDS = 60
"""Rounds of column generation before the first dives; later ones double from turn to turn."""
_DIVES = 4
"""Dives of one turn."""
_NOISE = (0.0, 0.15, 0.3, 0.4)
"""Randomness of the first dives and of all later ones."""
_COUNT_STEPS = 8
"""Numbers of bins that the first turn looks at."""
_LISTS = 4
"""Lists of useful columns in one turn."""
_MOST_LISTED = 1_000
"""Columns of one type that are worth listing in the first turn; four times as many in the next, up to 64 times."""
_MOST_CHOSEN = 2_000
"""Columns among which to choose in the first turn; twice as many in the next, up to 16 times."""


def pack(
    items: Items, types: Types, conflicts: Conflicts = None, options: PackingOptions = _DEFAULT
) -> Packing | NoPacking:
    """Pack all items into bins at least cost and prove how good the packing is.

    Parameters
    ----------
    items : Items, (n, d) sizes
    types : Types, capacities, prices and limits of T types of bin
    conflicts : (n, n) bool array, or pairs of item indices that must not share a bin, or None
    options : PackingOptions

    Returns
    -------
    Packing
        Bins that hold every item once, their cost and a bound; proven when the two are equal.
    NoPacking
        The limits of the types left no room that the search found; `proven` when there is none.

    Raises
    ------
    SolveError
        If arrays contradict each other or an item fits no type, naming the array and the index.

    Examples
    --------
    >>> import numpy as np
    >>> items = Items(np.array([[6], [4], [4], [3]]))
    >>> types = Types(capacity=np.array([[10], [8]]), cost=np.array([9, 8]))
    >>> answer = pack(items, types, conflicts=[(0, 1), (0, 2)])
    >>> answer.cost, answer.bound, [(one.type, one.items) for one in answer.bins]
    (17, 17, [(0, (0, 3)), (1, (1, 2))])
    """
    problem = build_problem(items, types, conflicts)
    run = _Run(problem, options)
    run.search()
    return run.board.result()


class _Run:
    """One call of `pack`."""

    def __init__(self, problem: PackingProblem, options: PackingOptions) -> None:
        self.problem, self.options = problem, options
        self.watch = Watch(options.time_limit_s, options.cancelled, options.on_progress)
        self.board = Board(problem, self.watch)
        self.rng = np.random.default_rng(options.seed)
        self.step = common_step(problem)
        self.classes = classify(problem)
        self.generation: Generation | None = None
        self.annealer: Annealer | None = None
        self.counts: CountSearch | None = None
        self._listed_at: tuple[int, int] | None = None

    def search(self) -> None:
        """Run the methods in turn until the answer is proven or the effort is spent."""
        if self.problem.n == 0:
            self.board.propose([], "nothing to pack")
            return
        self._construct()
        self._anneal(0)
        self._generate()
        for turn in range(1 + self.options.work):
            if self.board.done:
                break
            self._assign(turn)
            self._dive(turn)
            self._converge(turn + 1)
            self._count(turn)
            self._enumerate(turn)
            self._anneal(turn + 1)

    def _construct(self) -> None:
        self.board.enter("best-fit decreasing")
        bins = best_fit_decreasing(self.problem)
        self.board.propose(bins, "best-fit decreasing")
        self.board.raise_bound(counts_bound(self.problem, size_rows(self.problem), 1.0, self.options.seed), "sizes")
        self.annealer = Annealer.start(self.problem, bins, self.options.seed)

    def _anneal(self, turn: int) -> None:
        """Improve the incumbent by ruin and recreate, warmer in every third turn."""
        if self.board.done or self.annealer is None:
            return
        self.board.enter("ruin and recreate")
        if self.board.bins is not None and turn > 0:
            self.annealer.restart(self.board.bins)
        price = max(1.0, float(self.problem.cost.mean()))
        heat = price * (0.02, 0.005, 0.05)[turn % 3]
        moves = max(1_000, min(_MOVES // self.problem.n, _MOVES_AN_ITEM * self.problem.n)) * (4 if self._large else 1)
        for part in range(4):
            if self.board.done:
                return
            warm = heat * 0.1 ** (part / 2)
            self._share(self.annealer.run(Cooling(moves // 4, warm, warm * 0.3, self.board.bound)))

    def _share(self, bins: list[Bin]) -> None:
        self.board.propose(bins, "ruin and recreate")
        if self.generation is not None:
            for one in bins:
                self.generation.pool.add_items(one.items, one.type)

    @property
    def _large(self) -> bool:
        """Return whether bins hold many items."""
        return self.board.bins is not None and self.problem.n >= _MANY_INSIDE * len(self.board.bins)

    def _generate(self) -> None:
        """Bound by column generation."""
        if self.board.done or len(self.classes.demand) > _MOST_CLASSES or self.annealer is None:
            return
        self.board.enter("column generation")
        self.generation = Generation(self.problem, self.classes, self.watch)
        if self.board.bins is not None:
            self._share(self.board.bins)
        fits = self.problem.fits()
        for group in self.classes.members:
            self.generation.pool.add_items(group[:1], int(fits[group[0]].argmax()))
        self._converge(0)

    def _converge(self, turn: int) -> None:
        """Generate columns for the bound, in every turn longer until nothing is missing."""
        if self.board.done or self.generation is None or self.generation.converged:
            return
        self.generation.converge(self.generation.whole, _ROUNDS * 2 ** min(turn, 10), self.board.bound)
        rows = size_rows(self.problem) + self.generation.rows
        self.board.raise_bound(counts_bound(self.problem, rows, 2.0, self.options.seed), "column generation")

    def _count(self, turn: int) -> None:
        """Search over the numbers of bins where there is a choice of types."""
        if self.board.done or self.generation is None or self.problem.n_types == 1:
            return
        if not self.generation.converged:
            return
        self.board.enter("type counts")
        if self.counts is None:
            rows = size_rows(self.problem) + self.generation.rows
            self.counts = CountSearch(self.problem, self.generation, rows, self.options.seed)
        noise = turn
        for _ in range(_COUNT_STEPS * (1 + min(turn, 5))):
            self.board.propose(self.counts.step(self.board.cost, _NOISE[min(noise, 3)]), "type counts")
            self.board.raise_bound(min(self.counts.bound, self.board.cost), "type counts")
            if self.board.done or (self.counts.exhausted and not self.counts.refused):
                return
            noise += self.counts.exhausted

    def _dive(self, turn: int) -> None:
        """Dive a few times, the first time without noise."""
        if self.generation is None:
            return
        for k in range(1 if self._large else _DIVES):
            if self.board.done:
                return
            self.board.enter("diving")
            noise = _NOISE[min(_DIVES * turn + k, 3)]
            rounds, sure = (3, 0.6) if self._large else (8, WHOLE)
            self.board.propose(Dive(self.generation, self.board.cost, rounds, sure, noise, self.rng).run(), "diving")

    def _enumerate(self, turn: int) -> None:
        """Choose among all useful columns as long as that brings the proof nearer; now and then among those at hand."""
        known = (self.board.cost, self.board.bound)
        if self.board.done or self.generation is None or (known == self._listed_at and turn & (turn + 1)):
            return
        complete = False
        for _ in range(_LISTS):
            self._listed_at = (self.board.cost, self.board.bound)
            complete = self._close(self.generation, turn)
            if self.board.done or self._listed_at == (self.board.cost, self.board.bound):
                break
        if not complete and not self.board.done and turn and turn & (turn + 1) == 0:
            self.board.enter("restricted master")
            columns = self.generation.pool.columns
            choice = choose(self.problem, self.classes, columns, self.board.cost, self._effort(turn))
            self.board.propose(choice.bins, "restricted master")

    def _close(self, generation: Generation, turn: int) -> bool:
        """Find a packing up to a target among all columns that it may need, or raise the bound above the target.

        The target is the highest whose columns are few enough for the turn; returns whether it is the next better cost.
        Where the bound has risen above that of column generation already, a proof is the likely outcome, else a packing.
        """
        lowest, highest = self.board.bound, self.board.cost - self.step
        listed = widest_list(generation, lowest, highest, _MOST_LISTED * 4 ** min(turn, 3))
        if listed is None:
            return False
        self.board.enter("enumeration")
        tight = tighten(generation, listed, lowest, _MOST_CHOSEN * 2 ** min(turn, 4))
        self.board.raise_bound(tight.bound, "enumeration")
        if tight.columns and not self.board.done:
            below = tight.target + self.step
            rising = tight.bound > rounded_up(self.problem, generation.bound)
            choice = choose(self.problem, self.classes, tight.columns, below, self._effort(turn), to_prove=rising)
            self.board.propose(choice.bins, "enumeration")
            self.board.raise_bound(choice.bound, "enumeration")
        return tight.target == highest

    def _effort(self, turn: int) -> Effort:
        """Return an effort that grows from turn to turn."""
        return Effort(20 * (1 + turn) ** 2, self.watch.seconds_left, self.options.seed, self.options.cancelled)

    def _assign(self, turn: int) -> None:
        """Search the assignment model where bins are large, every eighth turn."""
        if self.board.done or self.board.bins is None or turn % 8 != 0 or not self._large:
            return
        if (self.problem.n + self.problem.conflict.sum() // 2) * len(self.board.bins) > _MOST_CLAUSES:
            return
        self.board.enter("assignment")
        effort = Effort(5_000 * (1 + turn), self.watch.seconds_left, self.options.seed, self.options.cancelled)
        choice = assign(self.problem, self.board.cost, self.board.bound, effort)
        self.board.propose(choice.bins, "assignment")
        self.board.raise_bound(choice.bound, "assignment")
