"""Tests of lines on the sphere, views of the map and labels."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consolidation.report._geometry import (
    VIEWS,
    Label,
    View,
    dense,
    great_circle,
    label_box,
    overlap,
    place_labels,
)
from network.geo import distance_km, path_km


def test_great_circle_over_the_pacific_is_short_and_continuous() -> None:
    line = great_circle((114.27, 22.57), (-118.26, 33.74))
    assert line[0] == (114.27, 22.57)
    assert line[-1][0] == pytest.approx(360 - 118.26)
    assert path_km(line) == pytest.approx(distance_km(22.57, 114.27, 33.74, -118.26), rel=0.005)
    assert max(lat for _, lat in line) > 40


@given(
    st.tuples(st.floats(-179, 179), st.floats(-70, 70)),
    st.tuples(st.floats(-179, 179), st.floats(-70, 70)),
)
def test_great_circle_steps_are_short_and_ends_hold(start: tuple[float, float], end: tuple[float, float]) -> None:
    line = great_circle(start, end)
    assert all(abs(b[0] - a[0]) <= 180 for a, b in itertools.pairwise(line))
    assert abs((line[-1][0] - end[0] + 180) % 360 - 180) < 0.01
    assert line[-1][1] == pytest.approx(end[1], abs=0.01)


def test_dense_keeps_every_given_point() -> None:
    path = [(114.27, 22.57), (140.0, 33.0), (190.0, 45.0), (241.74, 33.74)]
    line = dense(path)
    assert set(path) <= set(line)
    assert max(distance_km(a[1], a[0], b[1], b[0]) for a, b in itertools.pairwise(line)) < 260


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_views_draw_east_to_the_right_and_north_up(view: View) -> None:
    (west, east), (south, north) = view.lon, view.lat
    lon, lat = (west + east) / 2, (south + north) / 2
    assert view.pixel(west + 5, lat)[0] < view.pixel(lon, lat)[0] < view.pixel(east - 5, lat)[0]
    assert view.pixel(lon, north)[1] < view.pixel(lon, lat)[1] < view.pixel(lon, south)[1]
    assert view.holds(lon, lat)
    assert not view.holds(lon, north + 5)


def test_the_world_and_the_pacific_show_china_and_the_us_whole() -> None:
    for view in VIEWS[:2]:
        china, us = view.pixel(121.5, 31.2), view.pixel(-118.3, 33.7)
        assert china[0] < us[0] < view.pixel(-70.0, 41.0)[0]


def test_labels_on_one_spot_do_not_overlap_and_the_busiest_wins() -> None:
    labels = [Label(f"P{k}", f"Place number {k}", 10 + k * 0.01, 50.0, "") for k in range(30)]
    for view in (VIEWS[0], VIEWS[3]):
        placed = place_labels(view, labels)
        assert placed[0].place_id == "P0"
        assert 1 <= len(placed) < 30
        boxes = [label_box(view, label) for label in placed]
        assert not any(overlap(a, b) for a, b in itertools.combinations(boxes, 2))
