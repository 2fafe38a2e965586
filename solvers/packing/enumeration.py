"""List every bin that a better packing could contain, so that the integer master over the list proves the answer.

At the prices of the best bound, a bin whose reduced cost exceeds the distance from the bound to the next better cost
is in no better packing. What is left is often a few thousand bins. Where it is too many, the list goes up to a lower
cost: it then proves at least that nothing is that cheap, which raises the bound and shortens the next list.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from .columns import Column, ColumnPool
from .cuts import common_step, least_values, row_dual
from .fill import Offer
from .generation import Generation
from .problem import PackingProblem

_SHARES = (Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), Fraction(1, 32), Fraction(0))
"""Parts of the way from the bound to the incumbent that a list may cover."""
_NODES_A_COLUMN = 10
"""Search nodes for one column of a list at most."""


def useful_columns(generation: Generation, better: int, most: int, nodes: int) -> list[Column] | None:
    """Return all columns that a packing of cost `better` or less may need; None when there are too many.

    Parameters
    ----------
    better : int, cost to reach
    most : int, columns per type at most
    nodes : int, search nodes per type at most
    """
    problem, valued = generation.problem, generation.best
    dual = row_dual(problem, valued.row) if valued is not None else None
    if valued is None or dual is None or dual.worth <= 0:
        return None
    offer = Offer(problem, valued.value, generation.classes.of, generation.offered)
    pool = ColumnPool(problem, generation.classes)
    for kind, least in enumerate(least_values(problem, dual, better)):
        sets = offer.list_all(kind, least - 1, nodes, most)
        if sets is None:
            return None
        for items in sets:
            pool.add_items(items, kind)
    return pool.columns


@dataclass(frozen=True, slots=True)
class Listed:
    """Columns that hold every bin of every packing up to a target.

    Attributes
    ----------
    target : int
    columns : list of Column
    """

    target: int
    columns: list[Column]


def widest_list(generation: Generation, lowest: int, highest: int, most: int) -> Listed | None:
    """Return the useful columns for the highest target between two costs that has few enough of them; None without one.

    Parameters
    ----------
    lowest, highest : int, a bound and the next cost below the incumbent, both multiples of the step of all costs
    most : int, columns per type at most
    """
    for target in targets(generation.problem, lowest, highest):
        columns = useful_columns(generation, target, most, _NODES_A_COLUMN * most)
        if columns is not None:
            return Listed(target, columns)
    return None


def targets(problem: PackingProblem, lowest: int, highest: int) -> list[int]:
    """Return a few costs from the highest to the lowest, closer and closer, in steps of all costs."""
    step = common_step(problem)
    steps = max(0, highest - lowest) // step
    return sorted({lowest + math.floor(steps * share) * step for share in _SHARES}, reverse=True)
