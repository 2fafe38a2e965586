"""Distances, paths over the antimeridian and addresses."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consolidation.checker import judge
from consolidation.plan_model import Plan
from network.geo import (
    GEOCODER,
    Coordinates,
    Locator,
    continuous,
    distance_km,
    nearest_place,
    parse_point,
    path_km,
    sea_path,
)
from network.model import Network
from network.tables import Place
from tests.goods import edited, findings, goods, lines_of, quick_plan, total
from tests.networks import tiny_network

POINTS = st.tuples(st.floats(-80, 80), st.floats(-179, 179))


def test_distances_by_hand() -> None:
    assert distance_km(0, 0, 0, 1) == pytest.approx(111.3195, abs=1e-3)
    assert distance_km(22.57, 114.27, 33.74, -118.26) == pytest.approx(distance_km(22.57, 114.27, 33.74, 241.74))
    assert path_km([(0, 0), (1, 0), (2, 0)]) == pytest.approx(2 * 111.3195, abs=1e-3)
    assert path_km([(5, 5)]) == 0


@given(POINTS, POINTS)
def test_there_and_back_are_equally_far(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert distance_km(*b, *a) == pytest.approx(distance_km(*a, *b), abs=1e-6)


def test_the_length_of_a_lane_is_stated_or_measured() -> None:
    network = tiny_network()
    drawn, crow = network.lane["YTN-LAX"], network.lane["NGB-LAX"]
    assert network.lane_km(drawn.model_copy(update={"distance_km": 11000.25})) == 11000.25
    assert network.lane_km(drawn) == round(path_km(network.path["YTN-LAX"]), 1)
    ends = network.place["CNNGB"], network.place["USLAX"]
    assert network.lane_km(crow) == round(distance_km(ends[0].lat, ends[0].lon, ends[1].lat, ends[1].lon), 1)
    assert network.lane_km(drawn) > network.replace(geometry=()).lane_km(drawn) > 10_000
    assert network.replace(geometry=network.geometry[:1]).lane_km(drawn) == network.replace(geometry=()).lane_km(drawn)


@given(st.lists(st.floats(-180, 180), max_size=20))
def test_longitudes_become_continuous_and_stay_the_same_places(longitudes: list[float]) -> None:
    found = continuous(longitudes)
    assert len(found) == len(longitudes)
    for before, after in itertools.pairwise(found):
        assert abs(after - before) <= 180 + 1e-9
    for given_lon, lon in zip(longitudes, found, strict=True):
        turns = (lon - given_lon) / 360
        assert turns == pytest.approx(round(turns), abs=1e-9)


def test_a_pacific_path_crosses_the_antimeridian_once() -> None:
    pytest.importorskip("searoute")
    network = tiny_network()
    path = sea_path(network.place["CNYTN"], network.place["USLAX"])
    longitudes = [point[0] for point in path]
    assert longitudes[0] == pytest.approx(114.27, abs=0.5)
    assert longitudes[-1] == pytest.approx(241.74, abs=0.5)
    assert all(abs(b - a) <= 180 for a, b in itertools.pairwise(longitudes))
    assert 11_000 < path_km(path) < 14_000


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("22.54, 114.06", 22.54, 114.06),
        (" 22 32m 24s N, 114 3m 36s E ", 22.54, 114.06),
        ("22°32' 24'' N 114°3' 36'' E", 22.54, 114.06),
        ("33.74 S; 118.26 W", -33.74, -118.26),
        ("33.74, 241.74", 33.74, -118.26),
        ("-1.5 30", -1.5, 30),
        ("90 180", 90, 180),
    ],
)
def test_coordinates_as_text(text: str, lat: float, lon: float) -> None:
    point = parse_point(text)
    assert point is not None
    assert [point.lat, point.lon] == pytest.approx([lat, lon])


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_coordinates_survive_being_written(lat: float, lon: float) -> None:
    point = parse_point(f"{lat:.6f}, {lon:.6f}")
    assert point is not None
    assert (point.lat, point.lon) == (float(f"{lat:.6f}"), float(f"{lon:.6f}"))


@pytest.mark.parametrize(
    "text",
    ["", "Shenzhen", "WH-SZX", "Building 7, Road 3, Yiwu", "Lot 7, 30", "Room 12 518000", "12 518000", "518000 20",
     "114.06, 22.54", "22.54", "1 " * 60],
)  # fmt: skip
def test_text_without_coordinates(text: str) -> None:
    assert parse_point(text) is None


def test_origins_resolve_from_the_network() -> None:
    locator = Locator(tiny_network().places)
    warehouse = locator.find("wh-szx")
    assert warehouse is not None
    assert (warehouse.place_id, warehouse.country, warehouse.lat) == ("WH-SZX", "CN", 22.60)
    city = locator.find("  dongguan ,  Houjie town")
    assert city is not None
    assert (city.place_id, city.lat) == ("", 23.02)
    assert locator.find("C-YIWU") == locator.find("Yiwu")
    assert locator.find("ONT8") is None
    assert locator.find("Atlantis") is None
    assert "wh-ngb" in locator.names


def _places(*kinds: str) -> list[Place]:
    return [place for place in tiny_network().places if place.kind in kinds]


def test_coordinates_take_the_country_of_the_nearest_warehouse_else_city() -> None:
    berlin = tiny_network().place["DTM2"].model_copy(update={"kind": "city", "name": "Berlin"})
    point = "51.5, 7.5"
    assert Locator([*_places("origin_warehouse"), berlin]).find(point) == Coordinates(51.5, 7.5, "CN")
    assert Locator([*_places("city"), berlin]).find(point) == Coordinates(51.5, 7.5, "DE")
    assert Locator(_places("fc")).find(point) == Coordinates(51.5, 7.5, "")
    assert Locator([]).find("Berlin") is None


def test_the_nearest_place_is_the_first_id_of_equally_near_ones() -> None:
    places = _places("origin_warehouse", "city")
    near = nearest_place(places, 29.31, 120.07)
    assert near is not None
    assert near.place_id == "WH-NGB"
    twins = [near.model_copy(update={"place_id": name}) for name in ("WH-B", "WH-A")]
    for rows in (twins, twins[::-1]):
        found = nearest_place(rows, 0, 0)
        assert found is not None
        assert found.place_id == "WH-A"
    assert nearest_place([], 0, 0) is None


def test_an_address_of_a_geocoder_is_known_as_a_whole_only() -> None:
    yiwu = tiny_network().place["C-YIWU"]
    block = yiwu.model_copy(update={"place_id": "ADDR-1", "name": "Building 7", "source": GEOCODER, "lat": 30.0})
    whole = yiwu.model_copy(update={"place_id": "ADDR-2", "name": "Yiwu, Gate 9", "source": GEOCODER, "lat": 31.0})
    locator = Locator([yiwu, block, whole])
    found = {
        text: locator.find(text) for text in ("building  7", "Building 7, Shanghai", "yiwu, gate 9", "Yiwu, Gate 8")
    }
    assert {text: place and place.lat for text, place in found.items()} == {
        "building  7": 30.0, "Building 7, Shanghai": None, "yiwu, gate 9": 31.0, "Yiwu, Gate 8": 29.31,
    }  # fmt: skip
    assert "building 7" in locator.names


def test_a_lane_of_no_stated_length_is_charged_by_its_measured_km() -> None:
    charges = edited("charges", {"ocean-us-baf": {"basis": "per_load_km", "rate": "0.01"}})
    network, rows = tiny_network(charges=charges, couriers=(), lanes=edited("lanes", keep=["YTN-LAX"])), [goods()]
    network = network.replace(departures=tuple(row for row in network.departures if row.lane_id == "YTN-LAX"))
    made = quick_plan(network, rows)
    assert judge(made, network, rows).violations == ()
    lanes = {load.load_id: network.lane[load.lane_id] for load in made.loads if load.kind == "trunk"}
    lines = lines_of(made, "TRUNK.BAF")
    assert lines
    for line in lines:
        assert float(line.quantity) == network.lane_km(lanes[line.load_id]) > 10_000


# -- coordinates through a whole plan -----------------------------------------------------------------------

LONGHUA = (22.66, 114.02)
"""A point with no place at it."""


def _planned(network: Network, origin: str) -> Plan:
    rows = [goods(origin=origin)]
    assert not findings(network, *rows)
    made = quick_plan(network, rows)
    assert judge(made, network, rows).violations == ()
    return made


def test_a_plan_from_coordinates_costs_what_the_same_point_as_a_city_costs() -> None:
    city = {"place_id": "C-LONGHUA", "kind": "city", "name": "Longhua", "lat": LONGHUA[0], "lon": LONGHUA[1],
            "country": "CN", "timezone": "Asia/Shanghai"}  # fmt: skip
    network = tiny_network(places=edited("places", add=[city]))
    by_point, by_name = (_planned(network, origin) for origin in (f"{LONGHUA[0]}, {LONGHUA[1]}", "Longhua"))
    assert not by_point.unplanned
    assert by_point.certificate == by_name.certificate
    assert by_point.cost_lines == by_name.cost_lines
    chinese = lines_of(by_point, "US.S301", "S1")
    assert chinese, "the duty on goods from China applies"
    assert total(chinese) == Decimal("200.00"), "10 % of goods worth 2,000"
