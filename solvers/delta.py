"""A draft with its tables: the plan that the search changes, and its exchange with assignments."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.money import Bools, Int64

from . import moves
from ._jit import jit
from .assignment import Assignment, Load
from .draft import COST, NONE, ONE, Draft, blank, enter_by, entry, link, new_load, party_value, set_type, use_choice
from .moves import Rules
from .pairs import Pairs
from .problem import Problem
from .tables import Tables, tables


class Snapshot(NamedTuple):
    """A copy of a plan: live options of lots, loads of nodes, pools and types of loads, all int64."""

    choice: Int64
    load_of: Int64
    pool: Int64
    type: Int64


class State:
    """Options and loads chosen so far, their exact cost, and how to change them.

    Parameters
    ----------
    problem : Problem
    pairs : Pairs
    keep : (m,) bool or None, options to consider; all usable ones when None
    limits : (R,) int64 or None, limits of the resources in place of the problem's

    Attributes
    ----------
    tables : Tables
    draft : Draft
    """

    def __init__(self, problem: Problem, pairs: Pairs, keep: Bools | None = None, limits: Int64 | None = None) -> None:
        self.problem = problem
        self.tables: Tables = tables(problem, pairs, keep)
        if limits is not None:
            self.tables = self.tables._replace(limits=limits)
        self.draft: Draft = blank(self.tables)

    @property
    def cost(self) -> int:
        """Return the cost of the plan, micro-units."""
        return int(self.draft.number[COST])

    def remove(self, lot: int) -> None:
        """Take a lot out of its loads; it is unplanned then."""
        _remove(self.tables, self.draft, lot)

    def clear(self) -> None:
        """Take every lot out."""
        self.draft = blank(self.tables)

    def place(self, lot: int, greed: float = 1.0) -> bool:
        """Put a lot where it is cheapest; it stays unplanned, and False is returned, when nothing is cheaper."""
        self.remove(lot)
        return _place(self.tables, self.draft, lot, round(1000 * greed))

    def begin(self) -> None:
        """Start a series of moves that `rollback` can undo."""
        _journal(self.tables, self.draft, 0)

    def commit(self) -> None:
        """Keep the moves since `begin`."""
        _journal(self.tables, self.draft, 1)

    def rollback(self) -> None:
        """Undo the moves since `begin`."""
        _journal(self.tables, self.draft, 2)

    def snapshot(self) -> Snapshot:
        """Return a copy of the plan that later moves do not change."""
        d = self.draft
        return Snapshot(d.lots["choice"].copy(), d.nodes["load"].copy(), d.loads["pool"].copy(), d.loads["type"].copy())

    def assignment(self, snapshot: Snapshot | None = None) -> Assignment:
        """Return the plan, or an earlier copy of it, in canonical form."""
        t, plan = self.tables, snapshot or self.snapshot()
        options = np.full(len(plan.choice), NONE, dtype=np.int64)
        planned = plan.choice >= 0
        options[planned] = t.options["number"][plan.choice[planned]]
        nodes = np.flatnonzero(plan.load_of >= 0)
        nodes = nodes[np.argsort(plan.load_of[nodes], kind="stable")]
        loads, first = np.unique(plan.load_of[nodes], return_index=True)
        ends = [*first.tolist(), len(nodes)]
        lots = (nodes // t.width).tolist()
        kinds = t.types["row"][plan.type[loads]] if len(loads) else loads
        found = (
            Load(pool, kind, tuple(lots[a:b]))
            for pool, kind, a, b in zip(plan.pool[loads].tolist(), kinds.tolist(), ends, ends[1:], strict=False)
        )
        return Assignment.canonical(options, found)

    def load_assignment(self, assignment: Assignment) -> None:
        """Replace the plan by one that keeps every rule and uses live options only, its loads of the types it says."""
        self.clear()
        t = self.tables
        live = np.full(self.problem.n_options + 1, NONE, dtype=np.int32)
        live[t.options["number"]] = np.arange(len(t.options))
        position = np.argsort(t.types["row"])
        loads = assignment.loads
        _load_plan(
            t,
            self.draft,
            live[assignment.lot_option].astype(np.int64),
            np.cumsum([0, *(len(load.lots) for load in loads)], dtype=np.int64),
            np.array([lot for load in loads for lot in load.lots], dtype=np.int64),
            np.array([load.pool for load in loads], dtype=np.int64),
            position[np.array([load.type for load in loads], dtype=np.int64)],
        )


@jit
def _remove(t: Tables, d: Draft, lot: int) -> None:
    moves.remove(t, d, lot)


@jit
def _place(t: Tables, d: Draft, lot: int, greed: int) -> bool:
    return moves.place(t, d, lot, Rules(greed, NONE, NONE, NONE))


@jit
def _journal(t: Tables, d: Draft, what: int) -> None:
    if what == 0:
        moves.begin(d)
    elif what == 1:
        moves.commit(d)
    else:
        moves.rollback(t, d)


@jit
def _load_plan(t: Tables, d: Draft, choice: Int64, first: Int64, lots: Int64, pools: Int64, kinds: Int64) -> None:
    """Enter loads of the given types into a blank draft, then the choices."""
    for lot in range(len(choice)):
        if choice[lot] >= 0 and t.lots[lot].common_party >= 0:
            enter_by(t, d, lot, choice[lot])
    for k in range(len(pools)):
        load, pool = new_load(d), pools[k]
        for i in range(first[k], first[k + 1]):
            lot = lots[i]
            before = party_value(t, d, load, d.lots[lot].party)
            value = max(before, 0) + t.lots[lot].value
            d.number[COST] += entry(t, pool, d.lots[lot].standing, value) - entry(t, pool, d.lots[lot].standing, before)
            d.number[COST] -= d.loads[load].exam
            slot, use = 0, t.options[choice[lot]].use
            while t.uses[use + slot].pool != pool:
                slot += 1
            link(t, d, lot * t.width + slot, load, pool)
            d.number[COST] += d.loads[load].exam
        set_type(t, d, load, kinds[k])
        d.number[COST] += t.types[kinds[k]].price
    for lot in range(len(choice)):
        if choice[lot] >= 0:
            use_choice(t, d, choice[lot], ONE)
            d.number[COST] += t.options[choice[lot]].cost - t.lots[lot].unplanned
            d.lots[lot].choice = choice[lot]
