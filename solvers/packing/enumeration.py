"""List every bin that a better packing could contain, so that the integer master over the list proves the answer.

At the prices of the best bound, a bin whose reduced cost exceeds the distance from the bound to the next better cost
is in no better packing. What is left is often a few thousand bins.
"""

from __future__ import annotations

import math

from .columns import Column, ColumnPool
from .cuts import row_dual
from .fill import Offer
from .generation import Generation


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
    slack = better - dual.bound
    offer = Offer(problem, valued.value, generation.classes.of, generation.offered)
    pool = ColumnPool(problem, generation.classes)
    for kind in range(problem.n_types):
        least = math.ceil((int(problem.cost[kind]) + dual.rent[kind] - slack) / dual.worth)
        sets = offer.list_all(kind, least - 1, nodes, most)
        if sets is None:
            return None
        for items in sets:
            pool.add_items(items, kind)
    return pool.columns
