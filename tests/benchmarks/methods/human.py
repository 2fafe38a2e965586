"""A careful human planner with a spreadsheet: sound rules of thumb, one shipment after the other.

1. Shipments are taken in the order of their ready dates. Each joins the container already open that adds least, if that
   is cheaper than co-loading. Otherwise a *small* one travels co-loaded: the cheapest option without a shared load.
2. Any other opens a container: of the type that is cheapest per cubic metre, on the *lane* (warehouse, service,
   deconsolidation centre) that would be cheapest for it at the price of a well filled container, for the earliest
   departure it makes. Without allotment: the next departure, then the next lane, then alone.
3. From the deconsolidation centre it goes by truck when a truck to its FC on that day has room, or when a truck of its
   own costs less than pallets; else on pallets.
4. When all are booked, every container and truck shrinks to the cheapest type that holds its content, and a container
   that costs more than sending its content alone is cancelled.

What would arrive too long before or after what is booked of the same inbound plan is passed over.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from .alone import plan_alone
from .book import Book, OpenLoad, own_entries
from .week import Answer, Week

SMALL_CM3 = 1_000_000
"""Shipments below 1 m3 open no container if they can be co-loaded."""


def human(week: Week, limit_s: float | None = None, seed: int = 1, work: int | None = None) -> Answer:
    """Plan a week by the rules above; limits and seed do not matter."""
    planner = _Planner(week)
    for lot in np.lexsort((np.arange(week.problem.n_lots), week.ready_day)).tolist():
        planner.book_lot(lot)
    planner.close()
    return Answer(planner.book.assignment(), "DONE")


class _Planner:
    """Books lots one by one."""

    def __init__(self, week: Week) -> None:
        self.week, self.problem = week, week.problem
        self.book = Book(week.problem)

    def book_lot(self, lot: int) -> None:
        """Book one lot by rules 1 to 3."""
        if self._join_open(lot) or (self.problem.lot_volume_cm3[lot] < SMALL_CM3 and self._co_load(lot)):
            return
        for departure in self._departures(lot):
            if any(self.book.take(lot, option, loads) for _, option, loads in self._ways(lot, departure)):
                return
        if not self._co_load(lot):
            plan_alone(self.book, lot)

    def _join_open(self, lot: int) -> bool:
        """Join the open container that adds least, if one adds less than co-loading costs."""
        ceiling, trunk = self._cheapest_free(lot), self.week.trunk
        options = [
            o for o in own_entries(self.problem, lot) if trunk[o] >= 0 and self.book.joinable(int(trunk[o]), lot)
        ]
        return any(added < ceiling and self.book.take(lot, o, loads) for added, o, loads in self._ways(lot, options))

    def _co_load(self, lot: int) -> bool:
        problem = self.problem
        free = [option for option in own_entries(problem, lot) if not problem.pools_of(option)]
        free.sort(key=lambda option: int(problem.option_cost[option]))
        return any(self.book.take(lot, option, []) for option in free)

    def _departures(self, lot: int) -> Iterator[list[int]]:
        """Yield the options of every departure that shares a container: lane by lane, the earliest first."""
        lanes: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for option in own_entries(self.problem, lot):
            if self.week.lane[option] >= 0:
                lanes[int(self.week.lane[option])][int(self.week.departs_day[option])].append(option)
        ranked = []
        for number, dated in lanes.items():
            days = sorted(dated)
            price = min(self._well_filled(lot, option) for option in dated[days[0]])
            ranked.append((price, days[0], number))
        for _, _, number in sorted(ranked):
            yield from (lanes[number][day] for day in sorted(lanes[number]))

    def _well_filled(self, lot: int, option: int) -> float:
        """Return the price of an option if every load of it were full, micro-units."""
        problem, volume, total = self.problem, int(self.problem.lot_volume_cm3[lot]), 0.0
        for pool in problem.pools_of(option):
            rows = problem.types_of(pool)
            value = min((problem.type_price[r] / max(1, problem.type_volume_cm3[r]) for r in rows), default=math.inf)
            total += volume * float(value)
        return total + int(problem.option_cost[option])

    def _ways(self, lot: int, options: list[int]) -> list[tuple[int, int, list[OpenLoad]]]:
        """Return the options with the loads to join, by what they add besides a container: own price, a new truck."""
        ways = []
        for option in options:
            trunk, truck = int(self.week.trunk[option]), int(self.week.truck[option])
            loads = [self._load_for(pool, lot) for pool in self.problem.pools_of(option)]
            found = [load for load in loads if load is not None]
            if len(found) < len(loads) or trunk < 0:
                continue
            new_truck = [load for load in found if load.pool == truck and not load.lots]
            added = int(self.problem.option_cost[option]) + sum(self.problem.type_price[t.type] for t in new_truck)
            ways.append((int(added), option, found))
        return sorted(ways, key=lambda way: way[:2])

    def _load_for(self, pool: int, lot: int) -> OpenLoad | None:
        joined = self.book.joinable(pool, lot)
        if joined is not None:
            return joined
        types = self.book.best_value_types(pool, lot)
        return OpenLoad(pool, types[0]) if types else None

    def close(self) -> None:
        """Shrink the loads and cancel the containers that do not pay, rule 4."""
        for load in self.book.open_loads():
            self.book.shrink(load)
        trunks = set(self.week.trunk.tolist())
        for load in [load for load in self.book.open_loads() if load.pool in trunks]:
            self._cancel_if_dear(load)
        for load in self.book.open_loads():
            self.book.shrink(load)

    def _cancel_if_dear(self, load: OpenLoad) -> None:
        problem, lots = self.problem, list(load.lots)
        own = {lot: self._cheapest_free(lot) for lot in lots}
        alone = sum(own.values())
        together = self.book.price(load) + sum(int(problem.option_cost[self.book.option[lot]]) for lot in lots)
        if alone >= together:
            return
        before = {lot: (self.book.option[lot], list(self.book.loads_of(lot))) for lot in lots}
        for lot in lots:
            self.book.release(lot)
        if all(self._co_load(lot) for lot in lots):
            return
        for lot in lots:
            self.book.release(lot)
        for lot, (option, loads) in before.items():
            self.book.take(lot, option, loads)

    def _cheapest_free(self, lot: int) -> float:
        problem = self.problem
        free = (option for option in own_entries(problem, lot) if not problem.pools_of(option))
        return min((int(problem.option_cost[option]) for option in free), default=math.inf)
