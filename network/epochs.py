"""Spans of days between two changes of a table with validity dates.

Within a span every look-up by date gives the same answer, so prices are worked out once per span, not per day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

import numpy as np

from network import clock
from network.money import Int64


class Dated(Protocol):
    """A row with validity dates, both included; None is open."""

    @property
    def valid_from(self) -> dt.date | None: ...
    @property
    def valid_to(self) -> dt.date | None: ...


class Epochs:
    """Numbers the spans of days between the changes of some rows.

    Parameters
    ----------
    rows : rows of one table

    Examples
    --------
    >>> from types import SimpleNamespace as Row
    >>> spans = Epochs([Row(valid_from=dt.date(1970, 1, 3), valid_to=dt.date(1970, 1, 4))])
    >>> spans.of(np.array([0, 1, 2, 3, 4])).tolist()
    [0, 0, 1, 1, 2]
    >>> spans.date(1)
    datetime.date(1970, 1, 3)
    """

    def __init__(self, rows: Iterable[Dated]) -> None:
        changes: set[int] = set()
        for row in rows:
            if row.valid_from is not None:
                changes.add(clock.day_number(row.valid_from))
            if row.valid_to is not None and row.valid_to < dt.date.max:
                changes.add(clock.day_number(row.valid_to) + 1)
        self._changes = np.array(sorted(changes), dtype=np.int64)

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self._changes) + 1

    def of(self, days: Int64) -> Int64:
        """Return the span of every day number, same shape."""
        return np.searchsorted(self._changes, days, side="right").astype(np.int64)

    def of_date(self, date: dt.date) -> int:
        """Return the span of a date."""
        return int(np.searchsorted(self._changes, clock.day_number(date), side="right"))

    def date(self, epoch: int) -> dt.date:
        """Return a date within a span."""
        if not len(self._changes):
            return dt.date(1970, 1, 1)
        return clock.date_of(int(self._changes[epoch - 1] if epoch else self._changes[0] - 1))
