"""Windows of inbound plans: what they leave of the swaps by which options are dropped, and whom they leave out.

Shipments of one inbound plan must be delivered within some days. In a plan that keeps this rule every inbound plan has a
window of that many days with all its deliveries inside. An option can be swapped for a way out that costs no more
(:mod:`consolidation.reduce`) if the way out is inside the window too, whichever window that is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consolidation.pooling import NEVER
from consolidation.search import Rows, Search
from network.money import Bools, Int64
from solvers.problem import Problem

_FAR = 2_000
"""Days between the first and the last arrival from which windows are not told apart, as there would be too many."""


@dataclass(frozen=True)
class Openings:
    """When the window of every shipment's inbound plan may open; n shipments.

    Attributes
    ----------
    days : int, length of a window
    together : (n,) bool, whether a shipment is in an inbound plan with others
    first : (n,) int64, day number of the first opening; 0 without an inbound plan
    latest : (n,) int64, days from there to the last opening: one that opens later holds nothing more
    """

    days: int
    together: Bools
    first: Int64
    latest: Int64

    def since(self, rows: Rows) -> Int64:
        """Return on which day since the first opening each option is delivered, (m,); 0 without an inbound plan."""
        return np.where(self.together[rows.shipment], rows.delivered_day - self.first[rows.shipment], 0)


def openings_of(search: Search, days: int, chunk: int) -> Openings:
    """Return when windows may open: from the first delivery to the last that the shipments of an inbound plan can have.

    Parameters
    ----------
    days : length of a window
    chunk : shipments whose options are laid out at once
    """
    plan = search.demand.inbound_plan
    low = np.full(int(plan.max(initial=-1)) + 2, NEVER)
    high = np.full(len(low), -NEVER)
    for start in range(0, len(plan), chunk):
        if (plan[start : start + chunk] >= 0).any():
            rows = search.rows(start, min(start + chunk, len(plan)))
            np.minimum.at(low, plan[rows.shipment], rows.delivered_day)
            np.maximum.at(high, plan[rows.shipment], rows.delivered_day)
    low[-1], high[-1] = 0, 0  # shipments without an inbound plan
    return Openings(days, plan >= 0, low[plan], np.maximum(high - low - days, 0)[plan])


class WaysOut:
    """What the cheapest option without pools and limits costs the shipments of a chunk, window by window.

    Without an inbound plan there is one window with everything inside.

    Parameters
    ----------
    lot, since, cost : (m,) int64, shipment in the chunk, day since the first opening, and cost of every option
    free : (m,) bool, options without pools and limits
    latest : (n,) int64, last opening, in days since the first, of the shipments in the chunk
    days : length of a window
    """

    def __init__(self, lot: Int64, since: Int64, cost: Int64, free: Bools, latest: Int64, days: int) -> None:
        self._days = days
        near = latest < _FAR
        span = int(since[near[lot]].max(initial=0)) + 1
        free = free & near[lot]
        self._least = np.full((len(latest), span), NEVER, dtype=np.int64)
        np.minimum.at(self._least, (lot[free], since[free]), cost[free])
        self._from = self._least.copy()
        for later in range(1, min(days + 1, span)):
            np.minimum(self._from[:, :-later], self._least[:, later:], out=self._from[:, :-later])
        self._from[np.arange(span) > latest[:, None]] = 0
        self._from[~near] = NEVER
        self._most = self._from.copy()
        for earlier in range(1, min(days + 1, span)):
            np.maximum(self._most[:, earlier:], self._from[:, :-earlier], out=self._most[:, earlier:])

    def _at(self, since: Int64) -> Int64:
        return np.minimum(since, self._least.shape[1] - 1)

    def on(self, lot: Int64, since: Int64) -> Int64:
        """Return what the cheapest of a day costs, NEVER for none, (k,)."""
        return self._least[lot, self._at(since)]

    def most(self, lot: Int64, since: Int64) -> Int64:
        """Return what the cheapest of a window costs at most, over all windows that hold a day; NEVER for none, (k,)."""
        return self._most[lot, self._at(since)]

    def most_without(self, lot: Int64, since: Int64, day: Int64) -> Int64:
        """Return the same over the windows that hold a day but not the earlier `day`, 0 if there are none, (k,)."""
        since = self._at(since)
        day = np.maximum(self._at(day), since - self._days - 1)
        most = np.zeros(len(lot), dtype=np.int64)
        for later in range(1, int((since - day).max(initial=0)) + 1):
            open_ = np.flatnonzero(day + later <= since)
            most[open_] = np.maximum(most[open_], self._from[lot[open_], day[open_] + later])
        return most


def choice(problem: Problem, chosen: Int64, lot: int) -> str:
    """Return the rule by which a lot that has options was left out: its inbound plan, or the price.

    Its inbound plan, if every option arrives too long before or after the others of it that travel.

    Parameters
    ----------
    problem : Problem
    chosen : (n,) int64, options chosen, -1 for none
    lot : int
    """
    if problem.lot_bundle is None or problem.option_day is None or problem.lot_bundle[lot] < 0:
        return "PRICE"
    others = problem.option_day[chosen[(problem.lot_bundle == problem.lot_bundle[lot]) & (chosen >= 0)]]
    own = problem.option_day[problem.option_start[lot] : problem.option_start[lot + 1]]
    if not len(others):
        return "PRICE"
    first, last = int(others.max()) - problem.bundle_days, int(others.min()) + problem.bundle_days
    in_time = (own >= first) & (own <= last)
    return "PRICE" if in_time.any() else "WINDOW.INBOUND_PLAN"
