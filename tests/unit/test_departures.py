"""Dated departures: patterns, explicit runs, cut-offs, and arrivals over the date line."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from network import clock
from network.departures import Run, runs
from network.model import Network
from tests.goods import edited
from tests.networks import US, tiny_network

DAY = dt.date


def _network(departure: dict[str, Any] | None = None, **changes: Any) -> Network:
    """Return the tiny network with one departure row only, YTN-LAX-W with some columns changed."""
    rows = edited("departures", {"YTN-LAX-W": departure or {}}, keep=["YTN-LAX-W"])
    return tiny_network(departures=rows, **changes)


def _dates(found: list[Run]) -> list[str]:
    return [run.run_id.partition("@")[2] for run in found]


def test_a_weekly_pattern_expands_with_both_ends_of_the_horizon_included() -> None:
    # 2 December 2026 is a Wednesday, weekday 3 of the pattern.
    found = runs(_network(), DAY(2026, 12, 2), DAY(2026, 12, 16))
    assert [run.run_id for run in found] == [f"YTN-LAX-W@2026-12-{day:02d}" for day in (2, 9, 16)]
    assert _dates(runs(_network(), DAY(2026, 12, 3), DAY(2026, 12, 15))) == ["2026-12-09"]
    assert runs(_network(), DAY(2026, 12, 3), DAY(2026, 12, 8)) == []


def test_a_pattern_keeps_to_its_validity_with_both_ends_included() -> None:
    network = _network({"valid_from": "2026-12-09", "valid_to": "2026-12-16"})
    assert _dates(runs(network, DAY(2026, 11, 1), DAY(2027, 1, 31))) == ["2026-12-09", "2026-12-16"]


def test_a_pattern_without_validity_fills_the_horizon() -> None:
    network = _network({"valid_from": None, "valid_to": None})
    assert _dates(runs(network, DAY(2030, 1, 1), DAY(2030, 1, 10))) == ["2030-01-02", "2030-01-09"]


def test_blanked_sailings_are_left_out() -> None:
    network = _network({"skip_dates": "2026-12-09;2026-12-23"})
    assert _dates(runs(network, DAY(2026, 12, 1), DAY(2026, 12, 31))) == ["2026-12-02", "2026-12-16", "2026-12-30"]


@pytest.mark.parametrize(("first", "last", "count"), [(12, 12, 1), (13, 20, 0), (1, 11, 0), (1, 31, 1)])
def test_an_explicit_run_counts_inside_the_horizon_only(first: int, last: int, count: int) -> None:
    network = tiny_network(departures=edited("departures", keep=["YTN-LAX-EXTRA"]))
    found = runs(network, DAY(2026, 12, first), DAY(2026, 12, last))
    assert _dates(found) == ["2026-12-12"] * count


@pytest.mark.parametrize(
    "changes",
    [
        {"lanes": edited("lanes", {"YTN-LAX": {"closed": "yes"}})},
        {"places": edited("places", {"CNYTN": {"closed": "yes"}})},
        {"places": edited("places", {"USLAX": {"closed": "yes"}})},
    ],
    ids=["lane", "origin", "destination"],
)
def test_nothing_leaves_where_something_is_closed(changes: dict[str, Any]) -> None:
    assert runs(_network(**changes), DAY(2026, 12, 1), DAY(2026, 12, 31)) == []


@pytest.mark.parametrize(
    ("lco_h", "fco_h", "cutoff"),
    [
        (72, None, "2026-11-29T18:00+08:00"),
        (24, 96, "2026-11-28T18:00+08:00"),
        (72, 24, "2026-11-29T18:00+08:00"),
        (0.5, 0, "2026-12-02T17:30+08:00"),
    ],
)
def test_the_cut_off_is_the_earlier_of_cfs_and_gate_in(lco_h: float, fco_h: float | None, cutoff: str) -> None:
    run = runs(_network({"lco_h": lco_h, "fco_h": fco_h}), DAY(2026, 12, 2), DAY(2026, 12, 2))[0]
    assert clock.iso(run.cutoff, "Asia/Shanghai") == cutoff


def test_transit_is_the_departures_own_or_the_lanes() -> None:
    # The extra sailing of 12 December at 09:30 (01:30 UTC) takes 15 days, not the lane's 16: 27 December 01:30 UTC.
    network = tiny_network()
    extra = next(run for run in runs(network, DAY(2026, 12, 12), DAY(2026, 12, 12)) if run.lane.lane_id == "YTN-LAX")
    assert clock.iso(extra.eta, "UTC") == "2026-12-27T01:30+00:00"
    # In Los Angeles that is still the evening of the 26th.
    assert clock.date_of(extra.eta_day) == DAY(2026, 12, 26)
    weekly = runs(_network(), DAY(2026, 12, 2), DAY(2026, 12, 2))[0]
    assert clock.iso(weekly.eta, "America/Los_Angeles") == "2026-12-18T02:00-08:00"


def test_eastbound_a_flight_can_arrive_on_the_local_day_before_it_left() -> None:
    # 1 December 00:30 in Shenzhen is 30 November 16:30 UTC; 12 hours later it is 20:30 on 30 November in Los Angeles.
    rows = edited("departures", {"SZX-LAX-AIR-2": {"time": "00:30", "transit_days": 0.5}}, keep=["SZX-LAX-AIR-2"])
    run = runs(tiny_network(departures=rows), DAY(2026, 12, 1), DAY(2026, 12, 1))[0]
    assert clock.date_of(run.etd_day) == DAY(2026, 12, 1)
    assert clock.date_of(run.eta_day) == DAY(2026, 11, 30)
    assert run.eta - run.etd == 12 * 60


def test_westbound_a_day_is_lost() -> None:
    # 2 December 18:00 in Los Angeles is 3 December 02:00 UTC; 14 days later it is 17 December 10:00 in Shanghai.
    lanes = edited("lanes", {"YTN-LAX": {"origin": "USLAX", "destination": "CNYTN", "transit_days": 14}})
    run = runs(_network(lanes=lanes), DAY(2026, 12, 2), DAY(2026, 12, 2))[0]
    assert clock.iso(run.eta, "Asia/Shanghai") == "2026-12-17T10:00+08:00"
    assert run.eta_day - run.etd_day == 15


def test_local_departure_times_hold_over_the_end_of_daylight_saving() -> None:
    # In Los Angeles 18:00 is 01:00 UTC on 28 October and 02:00 UTC on 4 November 2026.
    lanes = edited("lanes", {"YTN-LAX": {"origin": "USLAX", "destination": "CNYTN"}})
    network = _network({"valid_from": "2026-10-01"}, lanes=lanes)
    found = runs(network, DAY(2026, 10, 28), DAY(2026, 11, 4))
    assert [clock.iso(run.etd, "UTC") for run in found] == ["2026-10-29T01:00+00:00", "2026-11-05T02:00+00:00"]
    assert [clock.iso(run.etd, US["timezone"]) for run in found] == [
        "2026-10-28T18:00-07:00",
        "2026-11-04T18:00-08:00",
    ]


def test_runs_come_by_departure_time_then_id() -> None:
    found = runs(tiny_network(), DAY(2026, 12, 1), DAY(2026, 12, 31))
    assert [(run.etd, run.run_id) for run in found] == sorted((run.etd, run.run_id) for run in found)
    same_time = [run.run_id for run in found if run.run_id.endswith("@2026-12-05")]
    assert same_time == ["YTN-HAM-W@2026-12-05", "YTN-LAX-LCL-W@2026-12-05"]
    assert len({run.run_id for run in found}) == len(found)
