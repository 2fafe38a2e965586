"""Distances, paths over the antimeridian and addresses."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.geo import Coordinates, Locator, continuous, distance_km, haversine_km, parse_point, path_km, sea_path
from tests.networks import tiny_network

POINTS = st.tuples(st.floats(-80, 80), st.floats(-179, 179))


def test_distances_by_hand() -> None:
    assert distance_km(0, 0, 0, 1) == pytest.approx(111.3195, abs=1e-3)
    assert distance_km(22.57, 114.27, 33.74, -118.26) == pytest.approx(distance_km(22.57, 114.27, 33.74, 241.74))
    assert path_km([(0, 0), (1, 0), (2, 0)]) == pytest.approx(2 * 111.3195, abs=1e-3)
    assert path_km([(5, 5)]) == 0


@given(POINTS, POINTS)
def test_matrix_formula_is_within_a_percent_of_the_ellipsoid(a: tuple[float, float], b: tuple[float, float]) -> None:
    exact = distance_km(*a, *b)
    quick = float(haversine_km(np.array(a[0]), np.array(a[1]), np.array(b[0]), np.array(b[1])))
    assert quick == pytest.approx(exact, rel=0.01, abs=1e-3)
    assert distance_km(*b, *a) == pytest.approx(exact, abs=1e-6)


def test_matrix_broadcasts() -> None:
    lat, lon = np.array([0.0, 10.0]), np.array([0.0, 20.0])
    found = haversine_km(lat[:, None], lon[:, None], lat[None, :], lon[None, :])
    assert found.shape == (2, 2)
    assert found[0, 0] == 0
    assert found[0, 1] == pytest.approx(found[1, 0])


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
    [("22.54, 114.06", 22.54, 114.06), ("22 32m 24s N, 114 3m 36s E", 22.54, 114.06), ("-1.5 30", -1.5, 30)],
)
def test_coordinates_as_text(text: str, lat: float, lon: float) -> None:
    point = parse_point(text)
    assert point is not None
    assert [point.lat, point.lon] == pytest.approx([lat, lon])


@pytest.mark.parametrize("text", ["", "Shenzhen", "WH-SZX", "Building 7, Road 3, Yiwu"])
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


def test_a_geocoder_is_asked_once_and_remembered(tmp_path: Path) -> None:
    asked: list[str] = []

    def geocode(text: str) -> Coordinates | None:
        asked.append(text)
        return Coordinates(30.0, 120.0, "CN") if "Lake" in text else None

    cache = tmp_path / "cache" / "addresses.csv"
    places = tiny_network().places
    locator = Locator(places, cache, geocode)
    assert locator.find("West Lake, Hangzhou") == Coordinates(30.0, 120.0, "CN")
    assert locator.find("west  lake, hangzhou") == Coordinates(30.0, 120.0, "CN")
    assert locator.find("Nowhere") is None
    assert asked == ["West Lake, Hangzhou", "Nowhere"]
    assert Locator(places, cache).find("West Lake, Hangzhou") == Coordinates(30.0, 120.0, "CN")
