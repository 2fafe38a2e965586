"""Instants across zones and daylight saving, and working days."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.clock import Calendar, date_of, day_number, instant, iso, local_day, local_time

ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "Asia/Kolkata", "America/Los_Angeles", "Europe/Berlin", "Asia/Tokyo"])
MINUTES = st.integers(0, 60 * 24 * 365 * 100)
DAYS = st.integers(18_000, 24_000)


def test_instants_by_hand() -> None:
    assert instant(dt.datetime(1970, 1, 1, 8, 0), "Asia/Shanghai") == 0
    shanghai = instant(dt.datetime(2026, 12, 2, 18, 0), "Asia/Shanghai")
    assert iso(shanghai, "America/Los_Angeles") == "2026-12-02T02:00-08:00"
    assert local_day(shanghai, "America/Los_Angeles") == day_number(dt.date(2026, 12, 2))
    assert local_day(instant(dt.datetime(2026, 12, 2, 5, 0), "Asia/Shanghai"), "America/Los_Angeles") == day_number(
        dt.date(2026, 12, 1)
    )


def test_a_day_of_daylight_saving_has_23_or_25_hours() -> None:
    for day, hours in ((dt.datetime(2026, 3, 29), 23), (dt.datetime(2026, 10, 25), 25), (dt.datetime(2026, 6, 1), 24)):
        length = instant(day + dt.timedelta(days=1), "Europe/Berlin") - instant(day, "Europe/Berlin")
        assert length == hours * 60


@given(MINUTES, ZONES)
def test_text_and_instant_are_inverse(minute: int, timezone: str) -> None:
    assert dt.datetime.fromisoformat(iso(minute, timezone)).timestamp() == minute * 60
    assert local_time(minute, timezone).timestamp() == minute * 60


@given(st.dates(dt.date(1970, 1, 1), dt.date(2100, 1, 1)))
def test_days_and_dates_are_inverse(date: dt.date) -> None:
    assert date_of(day_number(date)) == date


def test_weekly_closing_days_and_closures() -> None:
    calendar = Calendar([6, 7], [(dt.date(2026, 12, 24), dt.date(2026, 12, 28))])
    opened = [k for k in range(1, 32) if calendar.is_open(day_number(dt.date(2026, 12, k)))]
    assert opened == [1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18, 21, 22, 23, 29, 30, 31]
    assert date_of(calendar.next_open(day_number(dt.date(2026, 12, 24)))) == dt.date(2026, 12, 29)
    assert date_of(calendar.add_days(day_number(dt.date(2026, 12, 5)), 0)) == dt.date(2026, 12, 7)
    assert date_of(calendar.add_days(day_number(dt.date(2026, 12, 22)), 2)) == dt.date(2026, 12, 29)


def test_a_place_must_open_some_day() -> None:
    with pytest.raises(ValueError, match="all seven days"):
        Calendar(range(1, 8))
    assert Calendar().is_open(0)


CALENDARS = st.builds(
    Calendar,
    st.sets(st.integers(1, 7), max_size=6),
    st.lists(
        st.tuples(DAYS, st.integers(0, 20)).map(lambda pair: (date_of(pair[0]), date_of(pair[0] + pair[1]))), max_size=4
    ),
)


@given(CALENDARS, DAYS, st.integers(0, 30))
def test_working_days(calendar: Calendar, day: int, count: int) -> None:
    first = calendar.next_open(day)
    assert calendar.is_open(first)
    assert not any(calendar.is_open(between) for between in range(day, first))
    last = calendar.add_days(day, count)
    assert sum(calendar.is_open(between) for between in range(first, last)) == count


@given(CALENDARS, DAYS, st.integers(1, 60))
def test_table_of_next_working_days(calendar: Calendar, first: int, days: int) -> None:
    assert calendar.table(first, days).tolist() == [calendar.next_open(first + k) for k in range(days)]
