"""Counting the runs: from days of receipt to chances, quantiles and sums."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal

import numpy as np

from consolidation.simulation.model import DaysLate, SharesOnTime, Spread
from consolidation.simulation.promises import Promise
from network.money import CENT, MICROS, Int64, from_micros

_PLACES = 6
"""Decimals of chances and shares."""


class Days:
    """In how many runs something happens on which day.

    Parameters
    ----------
    days : (D,) int64, the day in every run
    """

    def __init__(self, days: Int64) -> None:
        self.first = int(days.min())
        self.counts = np.bincount(days - self.first).astype(np.int64)
        self.runs = len(days)
        self._up_to = np.cumsum(self.counts)

    @property
    def values(self) -> Int64:
        """Every day from the first to the last, (m,)."""
        return self.first + np.arange(len(self.counts), dtype=np.int64)

    def chance_by(self, day: int) -> float:
        """Return the share of the runs in which it happens by a day."""
        at = min(day - self.first, len(self.counts) - 1)
        return round(int(self._up_to[at]) / self.runs, _PLACES) if at >= 0 else 0.0

    def quantile(self, share: float) -> int:
        """Return the earliest day by which it happens in a share of the runs."""
        return self.first + int(np.searchsorted(self._up_to, math.ceil(share * self.runs)))

    def mean(self, values: Int64) -> float:
        """Return the mean over the runs of a value that each day has, (m,)."""
        return int((self.counts * values).sum()) / self.runs


class Totals:
    """Figures of the whole plan in every run, gathered shipment by shipment."""

    def __init__(self, draws: int) -> None:
        self._on_time = np.zeros(draws, dtype=np.int64)
        self._late_cost = np.zeros(draws, dtype=np.int64)
        self._days_late: Counter[int] = Counter()
        self._shipments = 0

    def add(self, received: Int64, days: Days, promise: Promise) -> tuple[float, Decimal]:
        """Take in the days of receipt of a shipment, (D,), and return its expected days late and their expected price."""
        late = np.maximum(days.values - promise.day, 0)
        cost = promise.cost(late)
        at = received - days.first
        self._late_cost += cost[at]
        self._on_time += (late == 0)[at]
        self._days_late.update(dict(zip((days.values - promise.day).tolist(), days.counts.tolist(), strict=True)))
        self._shipments += 1
        return round(days.mean(late), _PLACES), from_micros(round(days.mean(cost) / CENT) * CENT)

    @property
    def on_time_share(self) -> Spread:
        """Share of the shipments on time; nothing is late in an empty plan."""
        return _spread(self._on_time / self._shipments if self._shipments else np.ones(len(self._on_time)), _PLACES)

    @property
    def late_cost(self) -> Spread:
        """Price of all late days, plan currency."""
        return _spread(self._late_cost / MICROS, 2)

    @property
    def days_late(self) -> tuple[DaysLate, ...]:
        """How often how many days lie between promise and receipt."""
        whole = sum(self._days_late.values())
        return tuple(
            DaysLate(days=days, share=round(count / whole, _PLACES))
            for days, count in sorted(self._days_late.items())
            if count
        )

    @property
    def shares_on_time(self) -> tuple[SharesOnTime, ...]:
        """In how many runs which share of the shipments is on time."""
        if not self._shipments:
            return ()
        counts = np.bincount(100 * self._on_time // self._shipments)
        runs = len(self._on_time)
        return tuple(
            SharesOnTime(percent=percent, share=round(count / runs, _PLACES))
            for percent, count in enumerate(counts.tolist()) if count
        )  # fmt: skip


def _spread(values: np.ndarray[tuple[int], np.dtype[np.float64]], places: int) -> Spread:
    ordered = np.sort(values)
    at = [ordered[math.ceil(share * len(ordered)) - 1] for share in (0.1, 0.5, 0.9)]
    mean, p10, p50, p90 = (round(float(value), places) for value in (ordered.mean(), *at))
    return Spread(mean=mean, p10=p10, p50=p50, p90=p90)
