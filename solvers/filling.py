"""What a pool could carry at best for given payments: fractional fills of whole loads, all pools at once.

A pool's lots are sorted into *crews*. Lots that travel alone form a crew with their own group. The others form one crew
that any number of loads may carry; where classes conflict, a single load carries one crew of compatible classes, and
only two or more loads may carry them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from network.money import Bools, Float64, Int64

from .pairs import Pairs
from .problem import Problem

_MIXES = (1.0, 0.5, 0.0)
"""Weights of volume in the size of a lot that a crew may choose from."""
_EXACT_LOADS = 6
"""Crews that need more loads than this are priced coarsely beyond it."""
_TAIL_STEPS = 24
_ANY, _ONE, _MANY = range(3)


@dataclass(slots=True)
class _Steps:
    """Least cost of a capacity per crew as a step function, for one mix of volume and weight."""

    size: Float64
    start: Int64
    capacity: Float64
    cost: Float64


class Filling:
    """Best fills of all pools for given payments.

    Parameters
    ----------
    problem : Problem
    pairs : Pairs
    """

    def __init__(self, problem: Problem, pairs: Pairs) -> None:
        self.problem, self.pairs = problem, pairs
        crews = list(_crews(problem, pairs))
        sizes = np.array([len(rows) for _, _, rows in crews], dtype=np.int64)
        self._row = np.concatenate([rows for _, _, rows in crews]) if crews else np.zeros(0, dtype=np.int64)
        self._crew = np.repeat(np.arange(len(crews)), sizes)
        self._pool = np.array([pool for pool, _, _ in crews], dtype=np.int64)
        starts_team = [kind != _MANY and not (kind == _ONE and k and crews[k - 1][1] == _ONE and crews[k - 1][0] == pool)
                       for k, (pool, kind, _) in enumerate(crews)]  # fmt: skip
        self._team_start = np.flatnonzero(np.array(starts_team, dtype=np.bool_))
        self._team = np.cumsum(np.array(starts_team, dtype=np.int64)) - 1
        self.team_pool = self._pool[self._team_start]
        parties = int(problem.lot_party.max(initial=0)) + 1
        entry = self._crew * parties + problem.lot_party[pairs.lot[self._row]]
        self._entry = np.unique(entry, return_inverse=True)[1]
        self._entry_fixed = pairs.entry_fixed[self._row]
        self._all_steps = [self._steps(crews, mix) for mix in _MIXES]
        self._mix = np.zeros(len(crews), dtype=np.int64)
        closed = [self._all_steps[0].cost[self._all_steps[0].start[k]] for k in range(len(crews))]
        self._closed = -np.array(closed, dtype=np.float64)

    def best(self, payment: Float64, choose_mix: bool = False, screen: bool = True) -> tuple[Float64, Float64]:
        """Return what the best fill of every team gains, and what part of every pair is carried.

        A team is a set of crews of which a pool's loads carry one; teams of a pool add up.

        Parameters
        ----------
        payment : (E,) float64, micro-units
        choose_mix : bool, try every mix of volume and weight for every crew and keep the best
        screen : bool, only say of crews that cannot afford one load that they lose at least what is missing

        Returns
        -------
        gain : (number of teams,) float64, micro-units, payments less loads and entries; negative: better stay closed
        carried : (E,) float64
        """
        if not len(self._pool):
            return np.zeros(0), np.zeros(len(payment))
        offered = np.maximum(payment[self._row], 0.0)
        if screen:
            afford = np.bincount(self._crew, offered, len(self._pool)) + self._closed
            offered[afford[self._crew] <= 0] = 0.0
        if choose_mix:
            trials = [self._fill(offered, np.full_like(self._mix, mix))[0] for mix in range(len(_MIXES))]
            self._mix = np.argmin(np.stack(trials), axis=0)
        gain, carried = self._fill(offered, self._mix)
        if screen:
            gain = np.where(afford <= 0, afford, gain)
        team_gain = np.maximum.reduceat(gain, self._team_start)
        chosen = np.lexsort((-gain, self._team))[self._team_start]
        used = np.zeros(len(gain), dtype=np.bool_)
        used[chosen] = True
        part = np.bincount(self._row, np.where(used[self._crew], carried, 0.0), len(payment))
        return team_gain, part.astype(np.float64)

    def net_payments(self, payment: Float64) -> Float64:
        """Return payments less the fixed cost of customs entries, borne by the lots that pay best, (E,) float64."""
        rows = np.flatnonzero(payment > 0)
        problem, lots = self.problem, self.pairs.lot[rows]
        size = problem.lot_volume_cm3[lots] / 1e6 + problem.lot_weight_g[lots] / 1e6 + 1e-9
        net = payment.copy()
        net[rows] = _less_entries(self.pairs.entry[rows], self.pairs.entry_fixed[rows], payment[rows], size)
        return net

    def pool_gain(self, gain: Float64) -> Float64:
        """Return the best gain of any team of every pool, (P,) float64; minus infinity without teams."""
        best = np.full(self.problem.n_pools, -np.inf)
        np.maximum.at(best, self.team_pool, gain)
        return best

    def _fill(self, offered: Float64, mix_of_crew: Int64) -> tuple[Float64, Float64]:
        gain, carried = self._closed.copy(), np.zeros(len(offered))
        for mix, steps in enumerate(self._all_steps):
            rows = np.flatnonzero((offered > 0) & (mix_of_crew[self._crew] == mix))
            size = np.maximum(steps.size[rows], 1e-30)
            paid = _less_entries(self._entry[rows], self._entry_fixed[rows], offered[rows], size)
            rows, paid = rows[paid > 0], paid[paid > 0]
            if len(rows):
                _fill_crews(self._crew[rows], paid, steps, rows, gain, carried)
        return gain, carried

    def _steps(self, crews: list[tuple[int, int, Int64]], mix: float) -> _Steps:
        problem, pairs = self.problem, self.pairs
        sizes, start, capacity, cost = list[Float64](), [0], list[float](), list[float]()
        for pool, kind, rows in crews:
            types = np.array(problem.types_of(pool))
            types = types[problem.type_limit[types] != 0]
            volume, weight = problem.type_volume_cm3[types], problem.type_weight_g[types]
            per_volume, per_weight = mix / max(1, int(volume.max())), (1 - mix) / max(1, int(weight.max()))
            lots = pairs.lot[rows]
            size = problem.lot_volume_cm3[lots] * per_volume + problem.lot_weight_g[lots] * per_weight
            room = (volume * per_volume + weight * per_weight).tolist()
            for step_capacity, step_cost in _frontier(
                room, problem.type_price[types].tolist(), float(size.sum()), kind
            ):
                capacity.append(step_capacity)
                cost.append(step_cost)
            sizes.append(size)
            start.append(len(capacity))
        size_of_row = np.concatenate(sizes) if sizes else np.zeros(0)
        return _Steps(size_of_row, np.array(start), np.array(capacity), np.array(cost))


def _crews(problem: Problem, pairs: Pairs) -> Iterator[tuple[int, int, Int64]]:
    """Yield (pool, how many loads, pairs) of every crew, crews of one team in a row."""
    for pool in range(problem.n_pools):
        rows = np.arange(pairs.start[pool], pairs.start[pool + 1])
        rows = rows[pairs.fits[rows]]
        if not len(rows):
            continue
        lots = pairs.lot[rows]
        alone = problem.lot_alone[lots]
        if not alone.all():
            yield from _main_crews(problem, pool, rows[~alone], lots[~alone])
        groups = problem.lot_group[lots]
        order = np.argsort(groups, kind="stable")
        known, first = np.unique(groups[order], return_index=True)
        wanted = np.isin(known, groups[alone])
        crews = np.split(rows[order], first[1:])
        yield from ((pool, _ANY, crew) for crew, is_wanted in zip(crews, wanted.tolist(), strict=True) if is_wanted)


def _main_crews(problem: Problem, pool: int, rows: Int64, lots: Int64) -> Iterator[tuple[int, int, Int64]]:
    classes = problem.lot_class[lots]
    present = np.unique(classes)
    colours = _compatible_sets(problem.conflict[np.ix_(present, present)])
    if len(colours) <= 1 or len(colours) > 12:
        yield pool, _ANY, rows
        return
    for colour in colours:
        yield pool, _ONE, rows[np.isin(classes, present[list(colour)])]
    yield pool, _MANY, rows


def _compatible_sets(conflict: Bools) -> list[tuple[int, ...]]:
    """Return the maximal sets of classes without a conflict (Bron and Kerbosch, 1973, with a pivot)."""
    friends = [{j for j in range(len(conflict)) if j != k and not conflict[k, j]} for k in range(len(conflict))]
    found: list[tuple[int, ...]] = []

    def grow(chosen: tuple[int, ...], candidates: set[int], done: set[int]) -> None:
        if not candidates and not done:
            found.append(chosen)
            return
        pivot = max(sorted(candidates | done), key=lambda k: len(friends[k] & candidates))
        for k in sorted(candidates - friends[pivot]):
            grow((*chosen, k), candidates & friends[k], done & friends[k])
            candidates, done = candidates - {k}, done | {k}

    grow((), set(range(len(conflict))), set())
    return found


def _frontier(room: list[float], price: list[int], demand: float, kind: int) -> list[tuple[float, float]]:
    """Return (capacity, least cost) of one, of two or more, or of any number of loads, until they cover `demand`.

    A combination of loads that a cheaper one exceeds is left out. Beyond a few loads the steps are coarser: there a
    capacity is charged at the best cost per capacity of any type, which no combination beats.
    """
    single = _undominated(list(zip(room, map(float, price), strict=True)))
    exact = min(demand, _EXACT_LOADS * single[-1][0])
    pair = [(c + c1, p + p1) for c, p in single for c1, p1 in single]
    points = layer = _undominated(pair) if kind == _MANY else single
    if kind == _ONE:
        exact, layer = 0.0, []
    while layer:
        known = set(points)
        points = _undominated(points + [(c + c1, p + p1) for c, p in layer if c < exact for c1, p1 in single])
        layer = [point for point in points if point not in known]
    if points[-1][0] >= demand or kind == _ONE:
        enough = next((k for k, point in enumerate(points) if point[0] >= demand), len(points) - 1)
        return points[: enough + 1]
    enough = next(k for k, point in enumerate(points) if point[0] >= exact)
    rate = min(p / c for c, p in single if c > 0)
    knots = np.geomspace(points[enough][0], demand, _TAIL_STEPS)
    tail = [(float(high), float(low) * rate) for low, high in pairwise(knots)]
    return points[: enough + 1] + tail


def _undominated(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    kept: list[tuple[float, float]] = []
    for capacity, cost in sorted(set(points), key=lambda point: (-point[0], point[1])):
        if not kept or cost < kept[-1][1]:
            kept.append((capacity, cost))
    return kept[::-1]


def _less_entries(entry: Int64, fixed: Int64, payment: Float64, size: Float64) -> Float64:
    """Take the fixed cost of its customs entry from what the lots of one importer pay in a pool.

    A fractional fill takes the lots of an importer in the order of payment per size; the fixed cost is borne by the
    first of them, as many as make their common payment per size best (the linear relaxation of "no lot without its
    entry").
    """
    charged = np.flatnonzero(fixed > 0)
    if not len(charged):
        return payment
    order = charged[np.lexsort((-(payment[charged] / size[charged]), entry[charged]))]
    entry, paid, sized = entry[order], payment[order], size[order]
    first = np.flatnonzero(np.diff(entry, prepend=-1))
    members = np.diff(np.append(first, len(order)))
    paid_so_far = np.cumsum(paid) - np.repeat((np.cumsum(paid) - paid)[first], members)
    size_so_far = np.cumsum(sized) - np.repeat((np.cumsum(sized) - sized)[first], members)
    rate = (paid_so_far - fixed[order]) / np.maximum(size_so_far, 1e-30)
    best = np.repeat(np.maximum.reduceat(rate, first), members)
    hits = np.flatnonzero(rate >= best)
    bearers = np.arange(len(order)) <= np.repeat(hits[np.searchsorted(hits, first)], members)
    result = payment.copy()
    result[order] = np.where(best <= 0, 0.0, np.where(bearers, sized * best, paid))
    return result


def _fill_crews(
    pool: Int64, payment: Float64, steps: _Steps, rows: Int64, best_gain: Float64, carried: Float64
) -> None:
    """Fill every pool with its best-paying lots up to the capacity that pays best, all pools at once.

    Parameters
    ----------
    pool, payment, rows : (k,) of the pairs that offer a payment, sorted by pool
    best_gain, carried : written for these pools and pairs
    """
    size = np.maximum(steps.size[rows], 1e-30)
    order = np.lexsort((-(payment / size), pool))
    rows, pool, payment, size = rows[order], pool[order], payment[order], size[order]
    full_size, full_pay = np.cumsum(size), np.cumsum(payment)
    pools, first = np.unique(pool, return_index=True)
    last = np.append(first[1:], len(pool))
    size_before, pay_before = full_size[first] - size[first], full_pay[first] - payment[first]

    begin, count = steps.start[pools], steps.start[pools + 1] - steps.start[pools]
    owner = np.repeat(np.arange(len(pools)), count)
    row = np.arange(len(owner)) + np.repeat(begin - (np.cumsum(count) - count), count)
    reach = size_before[owner] + steps.capacity[row]
    whole = np.minimum(np.searchsorted(full_size, reach, side="right"), last[owner])
    broken = np.minimum(whole, len(pool) - 1)
    part = np.where(
        whole < last[owner], (reach - (full_size[broken] - size[broken])) * (payment[broken] / size[broken]), 0.0
    )
    filled = np.where(whole > 0, full_pay[np.maximum(whole, 1) - 1], 0.0) - pay_before[owner] + np.maximum(part, 0.0)
    gain = filled - steps.cost[row]

    best = np.lexsort((-gain, owner))[np.cumsum(count) - count]
    best_gain[pools] = gain[best]
    room = np.where(gain[best] > 0, steps.capacity[row[best]], 0.0)
    place = np.repeat(np.arange(len(pools)), last - first)
    carried[rows] = np.clip((room[place] - (full_size - size - size_before[place])) / size, 0.0, 1.0)
