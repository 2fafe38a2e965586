"""Limits that options share: handling at origin warehouses by day, receiving at FCs by week."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from consolidation.grouping import distinct, packed
from consolidation.search import Rows, Search
from network.money import Bools, Int64

_WEEK_START = 3
"""Days from a day number to the count from which ISO weeks start on multiples of 7: day 0 was a Thursday."""


class Limit(NamedTuple):
    """What a limit is of: an origin warehouse on a day, an FC in a week, a departure.

    Attributes
    ----------
    of : id of the place or of the dated departure
    day : day number of the stuffing, of the Monday of the week, or of the departure
    """

    kind: Literal["handling", "receiving", "allotment"]
    of: str
    day: int


class Limits:
    """Limits that options use.

    A limit that all its possible users together cannot exceed is left out.

    Attributes
    ----------
    limits : list of int, cm3
    named : what each of `limits` is of
    of_start : (p,) int64, limit of handling that a start uses, -1 for none
    """

    def __init__(self, search: Search, chunk: int) -> None:
        self._search = search
        self.limits: list[int] = []
        self.named: list[Limit] = []
        self.of_start = self._handling()
        self._first_week, self._of_week = self._receiving(chunk)

    def of_rows(self, rows: Rows) -> Int64:
        """Return the limits that options use, (m, 2), -1 for none."""
        fc = self._search.receivers.of_shipment[rows.shipment]
        week = _week(rows.delivered_day) - self._first_week
        if not self._of_week.shape[1]:
            receiving = np.full(len(fc), -1, dtype=np.int64)
        else:
            inside = (week >= 0) & (week < self._of_week.shape[1])
            receiving = np.where(inside, self._of_week[fc, np.where(inside, week, 0)], -1)
        return np.stack([np.append(self.of_start, -1)[rows.start], receiving], axis=1)

    def _handling(self) -> Int64:
        starts, warehouses = self._search.starts, self._search.routes.warehouses
        per_day = [-1.0 if place.handling_m3_per_day is None else place.handling_m3_per_day for place in warehouses]
        limit = np.array([*per_day, -1.0])[starts.warehouse]
        used = (limit >= 0) & (self._search.options_of_start > 0)
        of_start = np.full(len(limit), -1, dtype=np.int64)
        warehouse, day = starts.warehouse[used], starts.stuffed_day[used]
        of_start[used], users = self._number(packed([warehouse, day]), starts.shipment[used], limit[used])
        self.named += [Limit("handling", warehouses[warehouse[k]].place_id, int(day[k])) for k in users]
        return of_start

    def _receiving(self, chunk: int) -> tuple[int, Int64]:
        """Return the first week, and the limit of every FC and week, (F, weeks), -1 for none."""
        search = self._search
        receivers = search.receivers
        per_week = np.array(
            [-1.0 if fc.receiving_m3_per_week is None else fc.receiving_m3_per_week for fc in receivers.fcs]
        )
        found = [np.zeros((0, 3), dtype=np.int64)]
        weekly = receivers.weekly[receivers.of_shipment]
        for first in range(0, len(weekly), chunk):
            last = min(first + chunk, len(weekly))
            if weekly[first:last].any():
                found.append(self._weeks(search.rows(first, last), weekly))
        fc, week, shipment = np.concatenate(found).T
        if not len(fc):
            return 0, np.zeros((len(per_week), 0), dtype=np.int64)
        first_week = int(week.min())
        of_week = np.full((len(per_week), int(week.max()) - first_week + 1), -1, dtype=np.int64)
        of_week[fc, week - first_week], users = self._number(packed([fc, week]), shipment, per_week[fc])
        mondays = 7 * week - _WEEK_START
        self.named += [Limit("receiving", receivers.fcs[fc[k]].place_id, int(mondays[k])) for k in users]
        return first_week, of_week

    def _weeks(self, rows: Rows, weekly: Bools) -> Int64:
        """Return FC, week and shipment of the deliveries to FCs with a limit, none repeated, (., 3)."""
        shipment = rows.shipment[weekly[rows.shipment]]
        week = _week(rows.delivered_day[weekly[rows.shipment]])
        columns = np.stack([self._search.receivers.of_shipment[shipment], week, shipment], axis=1)
        return np.unique(columns, axis=0)

    def _number(self, code: Int64, shipment: Int64, limit: Int64) -> tuple[Int64, list[int]]:
        """Return the limit of each user, -1 where all users together keep it, and one user of each limit.

        Each user of a limit comes once.
        """
        if not len(code):
            return code, []
        unique, group = distinct(code, int(code.max()) + 1)
        volume = self._search.demand.volume_cm3[shipment].astype(np.float64)
        users = np.bincount(group, weights=volume, minlength=len(unique))
        most = np.zeros(len(unique), dtype=np.int64)
        most[group] = np.round(limit * 1e6).astype(np.int64)
        binding = users > most
        positions = np.where(binding, len(self.limits) + np.cumsum(binding) - 1, -1)
        self.limits.extend(most[binding].tolist())
        some_user = np.zeros(len(unique), dtype=np.int64)
        some_user[group] = np.arange(len(group))
        return positions[group], some_user[binding].tolist()


def _week(day: Int64) -> Int64:
    return (day + _WEEK_START) // 7
