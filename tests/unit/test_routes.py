"""Routes: the days from the last hour of stuffing to ready for dispatch, worked out by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consolidation.routes import Routes, WorkingDays, build_routes, road_km, road_km_between
from network import clock
from network.model import Network
from network.tables import Closure
from network.tariffs import TariffBook
from tests.goods import day, edited, planning
from tests.networks import tiny_network

FIRST, LAST = dt.date(2026, 11, 24), dt.date(2026, 12, 29)


def _routes(network: Network, first: dt.date = FIRST, last: dt.date = LAST) -> Routes:
    return build_routes(network, TariffBook(network), first, last)


def _sailing(changes: dict[str, Any] | None = None, **tables: Any) -> Network:
    """Return the tiny network with the Wednesday sailing Yantian - Los Angeles of 2 December only."""
    own = {"valid_from": "2026-12-02", "valid_to": "2026-12-02", **(changes or {})}
    return tiny_network(departures=edited("departures", {"YTN-LAX-W": own}, keep=["YTN-LAX-W"]), **tables)


def _container(network: Network) -> dict[str, str]:
    """Return the days of the route through the deconsolidation centre."""
    routes = _routes(network)
    (row,) = np.flatnonzero(routes.centre >= 0)
    names = ("stuffed_by", "etd", "eta", "released", "cleared", "arrived", "ready")
    return {name: day(getattr(routes, f"{name}_day")[row]) for name in names}


def test_every_day_of_one_sailing_by_hand() -> None:
    # ETD Wednesday 2 December 18:00 in Yantian; cut-off 72 h before, Sunday 29 November 18:00. The dray takes 12 h,
    # so goods must leave by 06:00 of the 29th: stuffed on the 28th, for they leave at 18:00.
    # 16 days from 10:00 UTC: 18 December 02:00 in Los Angeles. + 2 days terminal, + 2 days clearance, + 1 day dray,
    # + 1 day devanning.
    assert _container(_sailing()) == {
        "stuffed_by": "2026-11-28", "etd": "2026-12-02", "eta": "2026-12-18", "released": "2026-12-20",
        "cleared": "2026-12-22", "arrived": "2026-12-23", "ready": "2026-12-24",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("time", "lco_h", "dray_days", "stuffed_by"),
    [
        ("18:00", 72, 0, "2026-11-29"),  # goods leave at 18:00 and the cut-off is 18:00: just in time
        ("17:59", 72, 0, "2026-11-28"),  # a minute earlier is a day earlier
        ("18:00", 60, 0.5, "2026-11-29"),  # 30 November 06:00 less 12 h: 18:00 on the 29th
        ("18:00", 61, 0.5, "2026-11-28"),
        ("18:00", 72, 1, "2026-11-28"),
        ("18:00", 72, 2.25, "2026-11-26"),  # 27 November 12:00: stuffed on the 26th
    ],
)
def test_the_cut_off_to_the_minute(time: str, lco_h: float, dray_days: float, stuffed_by: str) -> None:
    links = tuple(
        link.model_copy(update={"transit_days": dray_days}) if link.kind == "origin_dray" else link
        for link in tiny_network().links
    )
    assert _container(_sailing({"time": time, "lco_h": lco_h}, links=links))["stuffed_by"] == stuffed_by


def test_the_handover_hour_is_local_to_the_warehouse() -> None:
    # The cut-off of 18:00 in Yantian is 15:30 in Kolkata: the goods had to leave there at 18:00 the day before.
    links = tuple(link.model_copy(update={"transit_days": 0.0}) for link in tiny_network().links)
    places = edited("places", {"WH-SZX": {"timezone": "Asia/Kolkata"}})
    assert _container(_sailing(links=links))["stuffed_by"] == "2026-11-29"
    assert _container(_sailing(links=links, places=places))["stuffed_by"] == "2026-11-28"


def test_fractions_of_days_count_as_whole_days() -> None:
    places = edited("places", {"USLAX": {"dwell_days": 1.2}, "DC-LAX": {"dwell_days": 1.5}})
    regimes = edited("regimes", {"US": {"clearance_days": 0.3}})
    dates = _container(_sailing(places=places, regimes=regimes))
    # 18 + 2 = 20, + 1 = 21, + 1 = 22, + 2 = 24 December.
    assert (dates["released"], dates["cleared"], dates["arrived"], dates["ready"]) == (
        "2026-12-20", "2026-12-21", "2026-12-22", "2026-12-24",
    )  # fmt: skip


def test_closed_days_push_each_step_on() -> None:
    # Released on Sunday 20 December as terminals work always; clearance ends on Tuesday 22, a holiday of the port:
    # Wednesday 23. One day of dray: Thursday 24; the centre is closed on Thursdays and over 25-27: Monday 28;
    # one working day there, Tuesday 29.
    places = edited("places", {"DC-LAX": {"closed_weekdays": "4"}})
    holidays = [
        {"calendar": "USLAX", "kind": "holiday", "name": "Port", "start": "2026-12-22", "end": "2026-12-22"},
        {"calendar": "DC-LAX", "kind": "holiday", "name": "Break", "start": "2026-12-25", "end": "2026-12-27"},
    ]
    network = _sailing(places=places, calendars=tuple(Closure.model_validate(row) for row in holidays))
    dates = _container(network)
    assert (dates["released"], dates["cleared"], dates["arrived"], dates["ready"]) == (
        "2026-12-20", "2026-12-23", "2026-12-28", "2026-12-29",
    )  # fmt: skip


def test_a_country_holiday_closes_every_place_of_the_country() -> None:
    christmas = Closure.model_validate(
        {"calendar": "US", "kind": "holiday", "name": "Christmas", "start": "2026-12-22", "end": "2026-12-25"}
    )
    dates = _container(_sailing().replace(calendars=(christmas,)))
    # Cleared on the 26th, a day of dray, a day of devanning.
    assert (dates["cleared"], dates["arrived"], dates["ready"]) == ("2026-12-26", "2026-12-27", "2026-12-28")


def test_a_direct_container_skips_the_centre() -> None:
    routes = _routes(_sailing())
    (row,) = np.flatnonzero(routes.centre < 0)
    assert day(routes.cleared_day[row]) == "2026-12-22"
    assert routes.arrived_day[row] == routes.ready_day[row] == routes.cleared_day[row]
    plain = _sailing(places=edited("places", {"USLAX": {"direct_tariff": ""}}))
    assert (_routes(plain).centre >= 0).all()


def _kinds(routes: Routes) -> set[tuple[str, bool, bool]]:
    return {
        (routes.runs[int(run)].lane.lane_id, bool(alone), bool(pooled))
        for run, alone, pooled in zip(routes.run, routes.alone, routes.pooled, strict=True)
    }


def test_which_lanes_are_shared_and_which_a_seller_can_buy_alone() -> None:
    assert _kinds(_routes(tiny_network())) == {
        ("YTN-LAX", False, True), ("NGB-LAX", False, True), ("YTN-HAM", False, True),
        ("YTN-LAX-LCL", False, False), ("YTN-LAX-LCL", True, False),
        ("SZX-LAX-AIR", False, False), ("SZX-LAX-AIR", True, False),
    }  # fmt: skip
    quiet = tiny_network(lanes=edited("lanes", {"SZX-LAX-AIR": {"alone_tariff": ""}}))
    assert ("SZX-LAX-AIR", True, False) not in _kinds(_routes(quiet))


def test_routes_join_places_that_links_join() -> None:
    routes = _routes(tiny_network())
    ways = {
        (routes.warehouses[int(w)].place_id, routes.runs[int(run)].lane.origin)
        for w, run in zip(routes.warehouse, routes.run, strict=True)
    }
    assert ways == {("WH-SZX", "CNYTN"), ("WH-SZX", "CNSZX"), ("WH-NGB", "CNNGB")}
    for warehouse, rows in enumerate(routes.of_warehouse):
        assert (routes.warehouse[rows] == warehouse).all()


def test_closed_warehouses_and_centres_have_no_routes() -> None:
    network = tiny_network(places=edited("places", {"WH-NGB": {"closed": "yes"}, "DC-HAM": {"closed": "yes"}}))
    routes = _routes(network)
    assert [place.place_id for place in routes.warehouses] == ["WH-SZX"]
    assert [place.place_id for place in routes.centres] == ["DC-LAX"]
    assert {lane for lane, _, _ in _kinds(routes)} == {"YTN-LAX", "YTN-LAX-LCL", "SZX-LAX-AIR"}


def test_a_destination_without_customs_is_refused_and_counted() -> None:
    routes = _routes(_sailing(places=edited("places", {"USLAX": {"customs_regime": ""}})))
    assert len(routes.run) == 0
    assert routes.refused == {"CUSTOMS.NO_POINT": 1}


def test_a_lane_without_a_price_on_the_day_is_refused_and_counted() -> None:
    # Both equipments lose their freight line; bunker per TEU alone is a price too, so it goes as well.
    charges = edited("charges", drop=["ocean-us-20", "ocean-us-40", "ocean-us-40-new", "ocean-us-baf"])
    routes = _routes(_sailing(charges=charges))
    assert len(routes.run) == 0
    assert routes.refused == {"TARIFF.NONE": 1}


def test_prices_count_on_the_local_day_of_departure() -> None:
    charges = edited("charges", {"air-us": {"valid_from": "2026-12-04", "valid_to": "2026-12-07"}})
    routes = _routes(tiny_network(charges=charges))
    flights = {run.run_id for run in (routes.runs[int(k)] for k in routes.run) if run.lane.mode == "air"}
    assert flights == {"SZX-LAX-AIR-5@2026-12-04"}


def test_an_empty_horizon_has_no_routes() -> None:
    routes = _routes(tiny_network(), dt.date(2030, 1, 1), dt.date(2030, 1, 31))
    assert len(routes.run) == len(routes.ready_day) == 0


def test_road_distances() -> None:
    network = tiny_network(planning=planning(road_factor=1.0))
    place = network.place
    assert road_km(network, place["WH-SZX"], place["CNYTN"]) == 30.0  # the link's own
    # One degree of the meridian at the equator: 110.574 km on the ellipsoid.
    assert road_km_between(network, (0.0, 0.0), (1.0, 0.0)) == 110.6
    doubled = tiny_network(planning=planning(road_factor=2.0))
    assert road_km_between(doubled, (0.0, 0.0), (1.0, 0.0)) == 221.1


@given(st.integers(0, 300), st.integers(0, 6), st.sampled_from(["WH-NGB", "WH-SZX", "DTM2", "ONT8"]))
def test_tables_of_working_days_say_what_calendars_say(ahead: int, count: int, place_id: str) -> None:
    network = tiny_network()
    first = clock.day_number(dt.date(2026, 10, 25))
    working, place = WorkingDays(network, first), network.place[place_id]
    calendar = network.calendar(place)
    days = np.array([first + ahead])
    assert int(working.next_open(place, days)[0]) == calendar.next_open(first + ahead)
    assert int(working.add_days(place, days, count)[0]) == calendar.add_days(first + ahead, count)
