"""A planner's book: who travels in which load, and what is left of every limit. Plain, slow and easy to check."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from solvers.assignment import UNPLANNED, Assignment, Load
from solvers.problem import Problem


@dataclass(eq=False, slots=True)
class OpenLoad:
    """A load that lots may still join."""

    pool: int
    type: int
    lots: list[int] = field(default_factory=list)


def own_entries(problem: Problem, lot: int) -> list[int]:
    """Return the options of a lot that its own importer enters: no baseline thinks of the common one."""
    return [o for o in problem.options_of(lot) if not (problem.has_common and problem.option_common[o])]


class Book:
    """Options and loads booked so far; every rule of the problem is kept.

    Parameters
    ----------
    problem : Problem
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._volume, self._weight = problem.lot_volume_cm3.tolist(), problem.lot_weight_g.tolist()
        self._class, self._party = problem.lot_class.tolist(), problem.lot_party.tolist()
        self._group: list[int] = problem.lot_group.tolist()
        self._alone: list[bool] = problem.lot_alone.tolist()
        self._type_volume, self._type_weight = problem.type_volume_cm3.tolist(), problem.type_weight_g.tolist()
        self._price: list[int] = problem.type_price.tolist()
        self._max_parties: list[int] = problem.pool_max_parties.tolist()
        self._enemies: list[list[bool]] = problem.conflict.tolist()
        self.option = [UNPLANNED] * problem.n_lots
        self.loads: dict[int, list[OpenLoad]] = defaultdict(list)
        self._of_lot: dict[int, list[OpenLoad]] = {}
        self._type_used: Counter[int] = Counter()
        self._resource_used: Counter[int] = Counter()

    def joinable(self, pool: int, lot: int) -> OpenLoad | None:
        """Return the first open load of the pool that the lot may join."""
        return next((load for load in self.loads[pool] if self._fits(load.type, [*load.lots, lot], pool)), None)

    def smallest_types(self, pool: int, lots: Sequence[int]) -> list[int]:
        """Return the types of the pool that hold the lots, the cheapest first."""
        fitting = [row for row in self.problem.types_of(pool) if self._fits(row, lots, pool)]
        return sorted(fitting, key=self._price.__getitem__)

    def best_value_types(self, pool: int, lot: int) -> list[int]:
        """Return the types of the pool that hold the lot, the cheapest per cubic metre first."""
        fitting = [row for row in self.problem.types_of(pool) if self._fits(row, [lot], pool)]
        return sorted(fitting, key=lambda row: self._price[row] / max(1, self._type_volume[row]))

    def take(self, lot: int, option: int, loads: Sequence[OpenLoad]) -> bool:
        """Book an option of an unplanned lot with a load in each of its pools; say whether the limits allow it."""
        opened = [load for load in loads if not load.lots]
        if not self._within_limits(option, [load.type for load in opened]) or not self._in_window(lot, option):
            return False
        for load in opened:
            self.loads[load.pool].append(load)
            self._count(load.type, +1)
        for load in loads:
            load.lots.append(lot)
        self._count_needs(option, +1)
        self.option[lot], self._of_lot[lot] = option, list(loads)
        return True

    def _in_window(self, lot: int, option: int) -> bool:
        """Return whether an option arrives within the days of those of its bundle that are booked."""
        bundles, days = self.problem.lot_bundle, self.problem.option_day
        if bundles is None or days is None or bundles[lot] < 0:
            return True
        booked = [self.option[other] for other in np.flatnonzero(bundles == bundles[lot]).tolist() if other != lot]
        arrivals = [int(days[other]) for other in booked if other >= 0]
        return all(abs(int(days[option]) - day) <= self.problem.bundle_days for day in arrivals)

    def release(self, lot: int) -> None:
        """Take a lot out of its loads; loads left empty are cancelled."""
        for load in self._of_lot.pop(lot, []):
            load.lots.remove(lot)
            if not load.lots:
                self.loads[load.pool].remove(load)
                self._count(load.type, -1)
        if self.option[lot] >= 0:
            self._count_needs(self.option[lot], -1)
        self.option[lot] = UNPLANNED

    def loads_of(self, lot: int) -> list[OpenLoad]:
        """Return the loads a lot travels in."""
        return self._of_lot.get(lot, [])

    def open_loads(self) -> list[OpenLoad]:
        """Return all loads."""
        return [load for peers in self.loads.values() for load in peers]

    def shrink(self, load: OpenLoad) -> None:
        """Book the cheapest type that holds what is in the load and that the limits allow."""
        for row in self.smallest_types(load.pool, load.lots):
            self._count(load.type, -1)
            allowed = self._within_limits(UNPLANNED, [row])
            load.type = row if allowed else load.type
            self._count(load.type, +1)
            if allowed:
                return

    def price(self, load: OpenLoad) -> int:
        """Return what a load costs with its customs entries and its examination, micro-units."""
        problem = self.problem
        worth: Counter[tuple[int, int]] = Counter()
        for lot in load.lots:
            worth[int(problem.lot_party[lot]), int(problem.lot_standing[lot])] += int(problem.lot_entry_value[lot])
        fees = problem.fees_of(load.pool)
        paid = (fee.amount(value) for (_, standing), value in worth.items() for fee in fees if fee.falls_on(standing))
        exam, expected = problem.examination_of(load.pool), 0
        if exam:
            chance = exam.chance(standing for _, standing in worth)
            expected = exam.cost(chance) + exam.delay_price(int(problem.lot_day_price[list(load.lots)].sum()), chance)
        return int(problem.type_price[load.type]) + sum(paid) + expected

    def assignment(self) -> Assignment:
        """Return what is booked."""
        return Assignment.canonical(
            self.option, (Load(load.pool, load.type, tuple(load.lots)) for load in self.open_loads())
        )

    def _fits(self, row: int, lots: Sequence[int], pool: int) -> bool:
        if sum(self._volume[lot] for lot in lots) > self._type_volume[row]:
            return False
        if sum(self._weight[lot] for lot in lots) > self._type_weight[row]:
            return False
        if any(self._clash(lot, other) for lot, other in combinations(lots, 2)):
            return False
        most = self._max_parties[pool]
        return most < 0 or len({self._party[lot] for lot in lots}) <= most

    def _clash(self, lot: int, other: int) -> bool:
        if self._enemies[self._class[lot]][self._class[other]]:
            return True
        return self._group[lot] != self._group[other] and (self._alone[lot] or self._alone[other])

    def _within_limits(self, option: int, opened: Sequence[int]) -> bool:
        problem = self.problem
        types = Counter(opened)
        if any(0 <= problem.type_limit[row] < self._type_used[row] + count for row, count in types.items()):
            return False
        more: Counter[int] = Counter()
        for resource, amount in self._needs(option):
            more[resource] += amount
        for row in opened:
            if problem.type_resource[row] >= 0:
                more[int(problem.type_resource[row])] += int(problem.type_resource_amount[row])
        return all(self._resource_used[key] + amount <= problem.resource_limit[key] for key, amount in more.items())

    def _needs(self, option: int) -> Iterator[tuple[int, int]]:
        if option >= 0:
            problem = self.problem
            start, stop = problem.option_resource_start[option : option + 2].tolist()
            yield from zip(
                problem.option_resource[start:stop].tolist(),
                problem.option_resource_amount[start:stop].tolist(),
                strict=True,
            )

    def _count(self, row: int, step: int) -> None:
        self._type_used[row] += step
        if self.problem.type_resource[row] >= 0:
            self._resource_used[int(self.problem.type_resource[row])] += step * int(
                self.problem.type_resource_amount[row]
            )

    def _count_needs(self, option: int, sign: int) -> None:
        for resource, amount in self._needs(option):
            self._resource_used[resource] += sign * amount
