"""Working days of places for whole arrays of days, by looking them up in tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from consolidation.checking.world import World
from network.money import Int64
from network.tables import Place

_DAYS = 800


class OpenDays:
    """Days on which something may happen, as a table that grows when later days are asked for.

    Parameters
    ----------
    is_open : says of a day number whether it may
    first : int, earliest day number that will be asked for
    """

    def __init__(self, is_open: Callable[[int], bool], first: int) -> None:
        self._is_open, self._first = is_open, first
        self._flags: list[bool] = []
        self._grow()

    def _grow(self) -> None:
        start = self._first + len(self._flags)
        self._flags += [self._is_open(day) for day in range(start, start + max(_DAYS, len(self._flags)))]
        flags = np.array(self._flags, dtype=np.int64)
        self._rank: Int64 = np.cumsum(flags) - flags
        self._open: Int64 = np.flatnonzero(flags) + self._first

    def after(self, days: Int64, count: Int64 | int = 0) -> Int64:
        """Return the open day `count` open days after the first one on or after each day, (m,).

        Parameters
        ----------
        days : (m,) int64, day numbers, none before the first
        count : (m,) int64 or int, not negative
        """
        while days.max(initial=self._first) >= self._first + len(self._flags):
            self._grow()
        at = self._rank[days - self._first] + count
        while at.max(initial=0) >= len(self._open):
            self._grow()
        found: Int64 = self._open[at]
        return found


class Calendars:
    """Open days of the places of a world; places with the same calendar share one table."""

    def __init__(self, world: World, first: int) -> None:
        self._world, self._first = world, first
        self._own = {row.calendar for row in world.network.calendars}
        self._open: dict[tuple[object, ...], OpenDays] = {}
        self._trucks: dict[str, OpenDays] = {}

    def open(self, place: Place) -> OpenDays:
        """Return the working days of a place."""
        key = (place.country, place.closed_weekdays, place.place_id if place.place_id in self._own else "")
        if key not in self._open:
            self._open[key] = OpenDays(self._world.calendar(place).is_open, self._first)
        return self._open[key]

    def trucks(self, centre: Place) -> OpenDays:
        """Return the days on which whole trucks leave a deconsolidation centre."""
        if centre.place_id not in self._trucks:
            weekdays = {int(day) for day in self._world.network.planning.truck_dispatch_weekdays}
            calendar = self._world.calendar(centre)
            self._trucks[centre.place_id] = OpenDays(
                lambda day: (day + 3) % 7 + 1 in weekdays and calendar.is_open(day), self._first
            )
        return self._trucks[centre.place_id]
