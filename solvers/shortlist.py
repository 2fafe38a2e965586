"""The options of each lot that are worth a look: those that the dual prices find dear are rarely in a good plan."""

from __future__ import annotations

import numpy as np

from network.money import Bools, Float64, Int64

from ._jit import jit
from .problem import Problem


def shortlist(problem: Problem, excess: Float64, count: int) -> Bools:
    """Return which options are among the `count` of their lot with the least excess, (m,) bool.

    Equal ones count in the order of their number; options with infinite excess are left out.
    """
    keep = np.zeros(problem.n_options, dtype=np.bool_)
    if count > 0:
        _mark(problem.option_start, excess, np.empty(count), np.empty(count, dtype=np.int64), keep)
    return keep


@jit
def _mark(first: Int64, excess: Float64, least: Float64, options: Int64, keep: Bools) -> None:
    """Mark the options with the least excess of every lot; `least` and `options` are room to sort them in."""
    for lot in range(len(first) - 1):
        found = 0
        for option in range(first[lot], first[lot + 1]):
            if excess[option] == np.inf or (found == len(least) and excess[option] >= least[found - 1]):
                continue
            at = min(found, len(least) - 1)
            while at > 0 and least[at - 1] > excess[option]:
                least[at], options[at] = least[at - 1], options[at - 1]
                at -= 1
            least[at], options[at] = excess[option], option
            found = min(found + 1, len(least))
        for k in range(found):
            keep[options[k]] = True
