"""The whole problem as one integer program, the way a textbook writes it, for the plain models to solve.

Columns: option ``x``, unplanned ``u``, type ``t`` of a load, load open ``o``, and ``z``: a lot is in a load. A pool gets
as many loads as the volume and weight of all its users fill, and one more. Loads of a pool are interchangeable, so they
open in order and the k-th largest user may join only the first k of them. Money is in whole cents::

    min  sum cost
    s.t. sum_o x_o + u_i = 1                        every lot
         sum_b z_ib = sum_{o uses p} x_o <= o_p1    every lot and pool: a pool used has its first load open
         sum_t t_bt = o_b,  o_b+1 <= o_b            every load
         sum_i v_i z_ib <= sum_t V_t t_bt           every load, volume and weight
         sum_o (day_o - days) x_o <= w <= sum_o day_o x_o + span u_i      every lot of a bundle; w opens its window
         conflicts, lots that travel alone, importers, customs fees, limits of types and of resources

The fee of a customs entry, ``min(max(flat + rate * value, floor), cap)``, is exact but for rounding: every lot's part is
rounded down to a cent where several lots share an entry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from network.money import CENT, Int64
from solvers.assignment import Assignment, Load
from solvers.problem import EntryFee, Problem

FREE = 2**60
"""A side of a row that does not bind."""


@dataclass(frozen=True, slots=True)
class Program:
    """``min cost . v`` over integers ``0 <= v <= upper`` with ``low <= A v <= high``; A by rows (CSR).

    Attributes
    ----------
    cost, upper : (c,) int64
    start, column, factor : (r+1,), (.,), (.,) int64
    low, high : (r,) int64, +-FREE for none
    """

    cost: Int64
    upper: Int64
    start: Int64
    column: Int64
    factor: Int64
    low: Int64
    high: Int64


class Formulation:
    """Writes a problem as a program and reads a plan from its columns.

    Parameters
    ----------
    problem : Problem

    Attributes
    ----------
    program : Program
    complete : bool
        True when every pool has a load for each of its users: then a bound of the program is one of the problem. Not
        where lots may enter under a common importer: the program lets each enter under its own.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._rows, self._columns = _Rows(), _Columns()
        self._find_pairs()
        self._make_loads()
        self._choose()
        self._pack()
        self._separate_classes()
        self._separate_strangers()
        self._enter_customs()
        self._limit()
        self._open_windows()
        self.program = self._rows.program(self._columns)

    def _find_pairs(self) -> None:
        """Find the pairs of a pool and a lot that may use it, the largest lots of a pool first."""
        problem, n = self.problem, max(1, self.problem.n_lots)
        key = problem.option_pool.astype(np.int64) * n + problem.lot_of_option[problem.option_of_use]
        unique, inverse = np.unique(key, return_inverse=True)
        order = np.lexsort((-problem.lot_volume_cm3[unique % n], unique // n))
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        self._pair_of_use = place[inverse.reshape(-1)]
        self._pair_pool, self._pair_lot = (unique // n)[order], (unique % n)[order]

    def _make_loads(self) -> None:
        problem, pool, lot = self.problem, self._pair_pool, self._pair_lot
        users = np.bincount(pool, minlength=problem.n_pools)
        filled = np.zeros(problem.n_pools)
        for size, room in (
            (problem.lot_volume_cm3, problem.type_volume_cm3),
            (problem.lot_weight_g, problem.type_weight_g),
        ):
            largest = np.ones(problem.n_pools)
            np.maximum.at(largest, _expand(problem.pool_type_start), room)
            filled = np.maximum(filled, np.bincount(pool, size[lot], problem.n_pools) / largest)
        count = np.minimum(users, 1 + np.ceil(filled).astype(np.int64))
        self.complete = bool((count == users).all()) and not problem.has_common
        start = _starts(count)
        self._load_pool, first_of = _expand(start), start[:-1]
        self._load_place = np.arange(len(self._load_pool)) - first_of[self._load_pool]
        rank = np.arange(len(pool)) - _starts(users)[pool]
        joins = _starts(np.minimum(count[pool], rank + 1))
        self._z_pair = _expand(joins)
        self._z_load = first_of[pool[self._z_pair]] + np.arange(len(self._z_pair)) - joins[self._z_pair]
        self._z_lot = lot[self._z_pair]
        types = _starts(np.diff(problem.pool_type_start)[self._load_pool])
        self._t_load = _expand(types)
        first_type = problem.pool_type_start[self._load_pool[self._t_load]]
        self._t_type = first_type + np.arange(len(self._t_load)) - types[self._t_load]
        self._first_load = first_of

    def _choose(self) -> None:
        problem, rows, columns = self.problem, self._rows, self._columns
        may_take = 1 - problem.option_common.astype(np.int64) if problem.has_common else 1
        self._x = columns.add(problem.option_cost // CENT, may_take)
        self._u = columns.add(problem.lot_unplanned_price // CENT)
        self._t = columns.add(problem.type_price[self._t_type] // CENT)
        self._o = columns.add(np.zeros(len(self._load_pool), dtype=np.int64))
        self._z = columns.add(np.zeros(len(self._z_lot), dtype=np.int64))
        one = rows.add(problem.n_lots, 1, 1)
        rows.put(one[problem.lot_of_option], self._x, 1)
        rows.put(one, self._u, 1)
        joined = rows.add(len(self._pair_lot), 0, 0)
        rows.put(joined[self._z_pair], self._z, 1)
        rows.put(joined[self._pair_of_use], self._x[problem.option_of_use], -1)
        opened = rows.add(len(self._pair_lot), -FREE, 0)
        rows.put(opened[self._pair_of_use], self._x[problem.option_of_use], 1)
        rows.put(opened, self._o[self._first_load[self._pair_pool]], -1)

    def _pack(self) -> None:
        problem, rows = self.problem, self._rows
        typed = rows.add(len(self._load_pool), 0, 0)
        rows.put(typed[self._t_load], self._t, 1)
        rows.put(typed, self._o, -1)
        later = np.flatnonzero(self._load_place > 0)
        ordered = rows.add(len(later), -FREE, 0)
        rows.put(ordered, self._o[later], 1)
        rows.put(ordered, self._o[later - 1], -1)
        for size, room in (
            (problem.lot_volume_cm3, problem.type_volume_cm3),
            (problem.lot_weight_g, problem.type_weight_g),
        ):
            held = rows.add(len(self._load_pool), -FREE, 0)
            rows.put(held[self._z_load], self._z, size[self._z_lot])
            rows.put(held[self._t_load], self._t, -room[self._t_type])

    def _presence(self, members: Int64, kind: Int64) -> tuple[Int64, Int64, Int64, Int64]:
        """Return one column per load and kind of the lots in it that is 1 when one of them is.

        Parameters
        ----------
        members, kind : (k,) int64, positions among the ``z`` and what is asked of their lots

        Returns
        -------
        column, load, kind : (g,) int64, of every group of a load and a kind
        group : (k,) int64, the group of every member
        """
        span = int(kind.max(initial=0)) + 1
        unique, first, inverse, count = np.unique(
            self._z_load[members] * span + kind, return_index=True, return_inverse=True, return_counts=True
        )
        group = inverse.reshape(-1)
        column = self._z[members[first]].copy()
        many = np.flatnonzero(count > 1)
        column[many] = self._columns.add(np.zeros(len(many), dtype=np.int64))
        shared = np.flatnonzero(count[group] > 1)
        there = self._rows.add(len(shared), -FREE, 0)
        self._rows.put(there, self._z[members[shared]], 1)
        self._rows.put(there, column[group[shared]], -1)
        return column, unique // span, unique % span, group

    def _separate_classes(self) -> None:
        problem, rows = self.problem, self._rows
        classes = problem.lot_class[self._z_lot]
        members = np.flatnonzero(problem.conflict.sum(axis=1)[classes])
        column, load, kind, _ = self._presence(members, classes[members])
        for a, b in np.argwhere(np.triu(problem.conflict)).tolist():
            if a == b:
                same = members[classes[members] == a]
                loads, place = np.unique(self._z_load[same], return_inverse=True)
                rows.put(rows.add(len(loads), -FREE, 1)[place.reshape(-1)], self._z[same], 1)
                continue
            of_a, of_b = np.flatnonzero(kind == a), np.flatnonzero(kind == b)
            _, left, right = np.intersect1d(load[of_a], load[of_b], assume_unique=True, return_indices=True)
            apart = rows.add(len(left), -FREE, 1)
            rows.put(apart, column[of_a[left]], 1)
            rows.put(apart, column[of_b[right]], 1)

    def _separate_strangers(self) -> None:
        """Keep others out of a load that holds a lot of a group that travels alone: others + all * there <= all."""
        problem, rows = self.problem, self._rows
        members = np.flatnonzero(problem.lot_alone[self._z_lot])
        column, load, group, _ = self._presence(members, problem.lot_group[self._z_lot[members]])
        loads = np.unique(load)
        inside = np.bincount(self._z_load, minlength=len(self._load_pool))
        total = self._columns.add(np.zeros(len(loads), dtype=np.int64), inside[loads])
        counted = rows.add(len(loads), 0, 0)
        crowd = np.flatnonzero(np.isin(self._z_load, loads))
        rows.put(counted[np.searchsorted(loads, self._z_load[crowd])], self._z[crowd], 1)
        rows.put(counted, total, -1)
        span = int(problem.lot_group.max(initial=0)) + 1
        key, own_key = load * span + group, self._z_load[crowd] * span + problem.lot_group[self._z_lot[crowd]]
        own = np.flatnonzero(np.isin(own_key, key))
        row_of = np.searchsorted(key, own_key[own])
        outside = inside[load] - np.bincount(row_of, minlength=len(load))
        rows_of = rows.add(len(load), -FREE, outside)
        rows.put(rows_of, total[np.searchsorted(loads, load)], 1)
        rows.put(rows_of[row_of], self._z[crowd[own]], -1)
        rows.put(rows_of, column, outside)

    def _enter_customs(self) -> None:
        problem, rows = self.problem, self._rows
        pool = self._load_pool[self._z_load]
        members = np.flatnonzero((problem.pool_scheme[pool] >= 0) | (problem.pool_max_parties[pool] >= 0))
        column, load, _, group = self._presence(members, problem.lot_party[self._z_lot[members]])
        limited = np.flatnonzero(problem.pool_max_parties[self._load_pool[load]] >= 0)
        loads, place = np.unique(load[limited], return_inverse=True)
        few = rows.add(len(loads), -FREE, problem.pool_max_parties[self._load_pool[loads]])
        rows.put(few[place.reshape(-1)], column[limited], 1)
        scheme = problem.pool_scheme[self._load_pool[load]]
        self._expect_examinations(members, column, group, scheme)
        single = np.bincount(group, minlength=len(load))[group] == 1
        for number, fees in enumerate(problem.entry_schemes):
            in_scheme, standing = scheme[group] == number, problem.lot_standing[self._z_lot[members]]
            for fee in fees:
                charged = in_scheme & (fee.standings >> standing & 1).astype(np.bool_)
                for pay, held in (
                    (self._pay_one, np.flatnonzero(charged & single)),
                    (self._pay_shared, np.flatnonzero(charged & ~single)),
                ):
                    pay(fee, members[held], column, group[held])

    def _expect_examinations(self, members: Int64, column: Int64, group: Int64, scheme: Int64) -> None:
        """Charge every importer an examination of a load of its own: in cash too much, and no delay."""
        standing = np.zeros(len(column), dtype=np.int64)
        standing[group] = self.problem.lot_standing[self._z_lot[members]]
        for number, exam in enumerate(self.problem.examinations):
            mine = np.flatnonzero(scheme == number)
            if exam is not None and len(mine):
                costs = [exam.cost(exam.chance_of(k)) // CENT for k in range(int(standing.max()) + 1)]
                self._columns.pay(column[mine], np.array(costs, dtype=np.int64)[standing[mine]])

    def _pay_one(self, fee: EntryFee, members: Int64, column: Int64, group: Int64) -> None:
        """Charge entries that only one lot can be in, exactly."""
        values = self.problem.lot_entry_value[self._z_lot[members]]
        known, place = np.unique(values, return_inverse=True)
        amounts = np.array([fee.amount(value) // CENT for value in known.tolist()], dtype=np.int64)
        self._columns.pay(self._z[members], amounts[place.reshape(-1)] if len(known) else known)

    def _pay_shared(self, fee: EntryFee, members: Int64, column: Int64, group: Int64) -> None:
        """Charge entries that several lots can share, as if none were small: that may be too much, never too little."""
        entries, place = np.unique(group, return_inverse=True)
        place, there, rows = place.reshape(-1), column[entries], self._rows
        least, flat = fee.usual(0) // CENT, fee.flat // CENT
        values = self.problem.lot_entry_value[self._z_lot[members]].tolist()
        part = np.array([value * fee.rate_ppb // (1_000_000_000 * CENT) for value in values], dtype=np.int64)
        most = flat + np.bincount(place, part, len(entries)).astype(np.int64)
        cap = FREE if fee.maximum is None else fee.maximum // CENT
        if fee.rate_ppb == 0 or (fee.minimum <= fee.flat and (most <= cap).all()):
            self._columns.pay(there, np.full(len(there), least))
            self._columns.pay(self._z[members], part)
            return
        charged = self._columns.add(np.ones(len(entries), dtype=np.int64), np.maximum(np.minimum(most, cap), least))
        floor = rows.add(len(entries), 0, FREE)
        rows.put(floor, charged, 1)
        rows.put(floor, there, -least)
        rated = rows.add(len(entries), 0, FREE)
        rows.put(rated, charged, 1)
        rows.put(rated, there, -flat)
        rows.put(rated[place], self._z[members], -part)
        capped = np.flatnonzero(most > cap)
        at_cap = self._columns.add(np.zeros(len(capped), dtype=np.int64))
        rows.put(rated[capped], at_cap, most[capped])
        paid = rows.add(len(capped), 0, FREE)
        rows.put(paid, charged[capped], 1)
        rows.put(paid, at_cap, -cap)

    def _limit(self) -> None:
        problem, rows = self.problem, self._rows
        few = np.flatnonzero(problem.type_limit >= 0)
        row_of = np.full(problem.n_types, -1)
        row_of[few] = rows.add(len(few), -FREE, problem.type_limit[few])
        held = np.flatnonzero(row_of[self._t_type] >= 0)
        rows.put(row_of[self._t_type[held]], self._t[held], 1)
        shared = rows.add(problem.n_resources, -FREE, problem.resource_limit)
        rows.put(shared[problem.option_resource], self._x[problem.option_of_need], problem.option_resource_amount)
        using = np.flatnonzero(problem.type_resource[self._t_type] >= 0)
        kinds = self._t_type[using]
        rows.put(shared[problem.type_resource[kinds]], self._t[using], problem.type_resource_amount[kinds])

    def _open_windows(self) -> None:
        problem, rows = self.problem, self._rows
        if problem.lot_bundle is None or problem.option_day is None or not problem.n_options:
            return
        day = problem.option_day - problem.option_day.min()
        lots = np.flatnonzero(problem.lot_bundle >= 0)
        bundles, place = np.unique(problem.lot_bundle[lots], return_inverse=True)
        window = self._columns.add(np.zeros(len(bundles), dtype=np.int64), int(day.max()))[place.reshape(-1)]
        mine = np.flatnonzero(problem.lot_bundle[problem.lot_of_option] >= 0)
        row_of = np.searchsorted(lots, problem.lot_of_option[mine])
        opened = rows.add(len(lots), -FREE, 0)
        rows.put(opened, window, 1)
        rows.put(opened[row_of], self._x[mine], -day[mine])
        rows.put(opened, self._u[lots], -int(day.max()))
        closed = rows.add(len(lots), -FREE, 0)
        rows.put(closed, window, -1)
        rows.put(closed[row_of], self._x[mine], day[mine] - problem.bundle_days)

    def assignment(self, values: Int64) -> Assignment:
        """Return the plan that the values of the columns say, (c,) int64."""
        problem = self.problem
        chosen = np.full(problem.n_lots, -1)
        taken = np.flatnonzero(values[self._x] > 0)
        chosen[problem.lot_of_option[taken]] = taken
        kinds = np.full(len(self._load_pool), -1)
        opened = np.flatnonzero(values[self._t] > 0)
        kinds[self._t_load[opened]] = self._t_type[opened]
        held: dict[int, list[int]] = {}
        for place in np.flatnonzero(values[self._z] > 0).tolist():
            held.setdefault(int(self._z_load[place]), []).append(int(self._z_lot[place]))
        loads = (Load(int(self._load_pool[b]), int(kinds[b]), tuple(lots)) for b, lots in held.items())
        return Assignment.canonical(chosen, loads)


class _Columns:
    """Columns written so far."""

    def __init__(self) -> None:
        self.size = 0
        self.cost, self.upper = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        self._paid: list[tuple[Int64, Int64]] = []

    def add(self, cost: Int64, upper: Int64 | int = 1) -> Int64:
        """Add columns and return their numbers."""
        self.cost.append(cost)
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=np.int64), cost.shape))
        self.size += len(cost)
        return np.arange(self.size - len(cost), self.size)

    def pay(self, column: Int64, amount: Int64) -> None:
        """Add an amount in cents to the cost of columns, named once or more."""
        self._paid.append((column, amount))

    def total_cost(self) -> Int64:
        """Return the cost of every column."""
        cost = np.concatenate(self.cost)
        for column, amount in self._paid:
            np.add.at(cost, column, amount)
        return cost


class _Rows:
    """Rows written so far, as triplets."""

    def __init__(self) -> None:
        self._low, self._high = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        self._triplets: list[tuple[Int64, Int64, Int64]] = []
        self._size = 0

    def add(self, count: int, low: Int64 | int, high: Int64 | int) -> Int64:
        """Add rows and return their numbers."""
        self._low.append(np.broadcast_to(np.asarray(low, dtype=np.int64), (count,)))
        self._high.append(np.broadcast_to(np.asarray(high, dtype=np.int64), (count,)))
        self._size += count
        return np.arange(self._size - count, self._size)

    def put(self, row: Int64, column: Int64, factor: Int64 | int) -> None:
        """Add terms to rows."""
        self._triplets.append((row, column, np.broadcast_to(np.asarray(factor, dtype=np.int64), row.shape)))

    def program(self, columns: _Columns) -> Program:
        """Return what was written."""
        row, column, factor = (np.concatenate(parts) for parts in zip(*self._triplets, strict=True))
        place, inverse = np.unique(row * columns.size + column, return_inverse=True)
        summed = np.zeros(len(place), dtype=np.int64)
        np.add.at(summed, inverse.reshape(-1), factor)
        place, summed = place[summed != 0], summed[summed != 0]
        start = _starts(np.bincount(place // max(1, columns.size), minlength=self._size))
        low, high = np.concatenate(self._low), np.concatenate(self._high)
        upper = np.concatenate(columns.upper)
        return Program(columns.total_cost(), upper, start, place % max(1, columns.size), summed, low, high)


def _starts(count: Int64) -> Int64:
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int64)


def _expand(start: Int64) -> Int64:
    return np.repeat(np.arange(len(start) - 1), np.diff(start))
