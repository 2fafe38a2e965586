"""What capacity costs: the least price of one load, of two or more, or of any number, as step functions.

Volume and weight are mixed into one size. A pool may choose among a few mixes; each gives a valid relaxation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.money import Float64, Int64

from ._jit import Records
from .problem import Problem

MIXES = (1.0, 0.5, 0.0)
"""Weights of volume in the size of a lot that a pool may choose from."""
ANY, ONE, MANY = range(3)
_EXACT_LOADS = 6
"""Beyond this many loads capacity is charged by its size."""
_STEP = np.dtype([("capacity", np.float64), ("cost", np.float64)])
_SHAPE = np.dtype([("per_volume", np.float64), ("per_weight", np.float64), ("beyond", np.float64),
                   ("first", np.int64), ("last", np.int64)])  # fmt: skip


class Steps(NamedTuple):
    """Least cost of a capacity.

    Attributes
    ----------
    rows : records: ``capacity`` in mixed size, and ``cost``, micro-units
    shapes : (P, mixes, 3) records: size is ``per_volume`` * cm3 + ``per_weight`` * g; rows ``first`` to ``last`` for
        any number of loads, one, and two or more; a larger size costs ``beyond`` for each unit of its whole
    cheapest : (P,) float64, micro-units, the cheapest load; infinite where none can be opened
    """

    rows: Records
    shapes: Records
    cheapest: Float64


def steps_of(problem: Problem, demand_volume: Float64, demand_weight: Float64) -> Steps:
    """Return the step functions of all pools; pools with the same types share them.

    Parameters
    ----------
    demand_volume, demand_weight : (P,) float64, cm3 and g of all lots that can use a pool
    """
    kinds = [_kinds(problem, pool) for pool in range(problem.n_pools)]
    known: dict[tuple[tuple[int, int, int], ...], int] = {}
    number = np.array([known.setdefault(kind, len(known)) for kind in kinds], dtype=np.int64)
    volume, weight = np.zeros(len(known)), np.zeros(len(known))
    np.maximum.at(volume, number, demand_volume)
    np.maximum.at(weight, number, demand_weight)
    shapes = np.zeros((len(known), len(MIXES), 3), dtype=_SHAPE)
    rows: list[tuple[float, float]] = []
    for kind, k in known.items():
        for mix, part in enumerate(MIXES):
            _write(shapes[k, mix], rows, kind, part, (float(volume[k]), float(weight[k])))
    cheapest = np.array([min((price for price, _, _ in kind), default=np.inf) for kind in known])
    by_pool: Int64 = number
    return Steps(np.array(rows, dtype=_STEP), shapes[by_pool], cheapest[by_pool])


def _kinds(problem: Problem, pool: int) -> tuple[tuple[int, int, int], ...]:
    """Return price, volume and weight of the types of a pool that can be opened."""
    types = problem.types_of(pool)
    span = slice(types.start, types.stop)
    open_ = problem.type_limit[span] != 0
    columns = (problem.type_price, problem.type_volume_cm3, problem.type_weight_g)
    return tuple(sorted(set(zip(*(column[span][open_].tolist() for column in columns), strict=True))))


def _write(
    shape: Records, rows: list[tuple[float, float]], kind: tuple[tuple[int, int, int], ...], part: float,
    demand: tuple[float, float],
) -> None:  # fmt: skip
    per_volume = part / max(1, max((volume for _, volume, _ in kind), default=1))
    per_weight = (1 - part) / max(1, max((weight for _, _, weight in kind), default=1))
    single = undominated([(volume * per_volume + weight * per_weight, float(price)) for price, volume, weight in kind])
    size = demand[0] * per_volume + demand[1] * per_weight
    for count in (ANY, ONE, MANY):
        first = len(rows)
        points, beyond = _frontier(single, size, count) if single else ([], np.inf)
        rows.extend(points)
        shape[count] = (per_volume, per_weight, beyond, first, len(rows))


def _frontier(single: list[tuple[float, float]], demand: float, count: int) -> tuple[list[tuple[float, float]], float]:
    """Return (capacity, least cost) of one, of two or more, or of any number of loads, and what lies beyond them.

    A combination of loads that a cheaper one exceeds is left out. The points end where they cover `demand`, or after a
    few loads: then a larger capacity is charged at the best cost per capacity of any type, which no combination beats.
    """
    if count == ONE:
        return single, np.inf
    exact = min(demand, _EXACT_LOADS * single[-1][0])
    points = layer = (
        undominated([(c + c1, p + p1) for c, p in single for c1, p1 in single]) if count == MANY else single
    )
    while layer:
        known = set(points)
        points = undominated(points + [(c + c1, p + p1) for c, p in layer if c < exact for c1, p1 in single])
        layer = [point for point in points if point not in known]
    enough = next((k for k, point in enumerate(points) if point[0] >= exact), len(points) - 1)
    if points[-1][0] >= demand or single[-1][0] <= 0:
        return points[: enough + 1], np.inf
    return points[: enough + 1], min(p / c for c, p in single if c > 0)


def undominated(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points that no cheaper one exceeds, by rising capacity."""
    kept: list[tuple[float, float]] = []
    for capacity, cost in sorted(set(points), key=lambda point: (-point[0], point[1])):
        if not kept or cost < kept[-1][1]:
            kept.append((capacity, cost))
    return kept[::-1]
