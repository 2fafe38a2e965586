"""Instants, local times and working days.

Inside, an instant is an integer count of UTC minutes since 1970-01-01 and a day is an integer count of days
since 1970-01-01; local clock times with a zone appear only where they are read or written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

_EPOCH = dt.date(1970, 1, 1)
DAY_MIN = 1440
"""Minutes in a day."""


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return the IANA zone `name`, kept for the next call."""
    return ZoneInfo(name)


def day_number(date: dt.date) -> int:
    """Return days since 1970-01-01.

    >>> day_number(dt.date(1970, 1, 3))
    2
    """
    return (date - _EPOCH).days


def date_of(day: int) -> dt.date:
    """Return the date `day` days after 1970-01-01."""
    return _EPOCH + dt.timedelta(days=int(day))


def instant(local: dt.datetime, timezone: str) -> int:
    """Return the UTC minute of a local wall-clock time in a zone."""
    return int(local.replace(tzinfo=zone(timezone)).timestamp() // 60)


def local_time(minute: int, timezone: str) -> dt.datetime:
    """Return the local wall-clock time (with zone) of a UTC minute."""
    return dt.datetime.fromtimestamp(int(minute) * 60, tz=zone(timezone))


def iso(minute: int, timezone: str) -> str:
    """Return a UTC minute as local ISO 8601 text with its offset.

    >>> iso(0, "Asia/Shanghai")
    '1970-01-01T08:00+08:00'
    """
    return local_time(minute, timezone).isoformat(timespec="minutes")


def local_day(minute: int, timezone: str) -> int:
    """Return the local day number of a UTC minute."""
    return day_number(local_time(minute, timezone).date())


class Calendar:
    """Which days a place works: weekly closing days and dated closures.

    Parameters
    ----------
    closed_weekdays : iterable of int, 1 = Monday ... 7 = Sunday
    closures : iterable of (first, last) dates, both closed
    """

    def __init__(self, closed_weekdays: Iterable[int] = (), closures: Iterable[tuple[dt.date, dt.date]] = ()) -> None:
        self._weekdays = frozenset(closed_weekdays)
        if len(self._weekdays & set(range(1, 8))) == 7:
            raise ValueError("a place that is closed on all seven days of the week")
        self._spans = sorted((day_number(first), day_number(last)) for first, last in closures)
        self._known: dict[int, bool] = {}

    def is_open(self, day: int) -> bool:
        """Return whether day number `day` is a working day."""
        if day not in self._known:
            closed = (day + 3) % 7 + 1 in self._weekdays or any(a <= day <= b for a, b in self._spans)
            self._known[day] = not closed
        return self._known[day]

    def next_open(self, day: int) -> int:
        """Return the first working day on or after `day`."""
        while not self.is_open(day):
            day += 1
        return day

    def next_weekday(self, day: int, weekdays: Collection[int]) -> int:
        """Return the first working day on or after `day` that is one of `weekdays` (1 = Monday ... 7 = Sunday).

        Raises
        ------
        ValueError
            If there is none within two years.
        """
        for later in range(day, day + 731):
            if (later + 3) % 7 + 1 in weekdays and self.is_open(later):
                return later
        raise ValueError(f"no working day on weekdays {sorted(weekdays)} within two years of {date_of(day)}")

    def add_days(self, day: int, count: int) -> int:
        """Return the working day `count` working days after the first working day on or after `day`."""
        day = self.next_open(day)
        for _ in range(count):
            day = self.next_open(day + 1)
        return day

    def table(self, first: int, days: int) -> npt.NDArray[np.int64]:
        """Return next working days as an array: ``table[k]`` is ``next_open(first + k)``.

        Parameters
        ----------
        first : int, day number of position 0
        days : int, length of the table
        """
        following = self.next_open(first + days)
        found = np.empty(days, dtype=np.int64)
        for k in range(days - 1, -1, -1):
            if self.is_open(first + k):
                following = first + k
            found[k] = following
        return found
