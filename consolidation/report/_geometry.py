"""Lines on the sphere, views of the map and labels that do not overlap. Degrees; (longitude, latitude) points."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from network.geo import continuous, distance_km

Point = tuple[float, float]

MAP_WIDTH_PX, MAP_HEIGHT_PX = 1060.0, 600.0
"""Nominal size of the drawn map, for judging whether labels fit."""
LABEL_MARKER_PX = 10
"""Size of the unseen marker that keeps a label away from its point."""
_CHARACTER_PX, _LINE_PX, _GAP_PX = 6.8, 14.0, LABEL_MARKER_PX / 2 / 0.8 + 1


@dataclass(frozen=True)
class View:
    """A part of the world: ranges of continuous longitudes and latitudes, and the projection that shows it."""

    name: str
    lon: Point
    lat: Point
    projection: str

    @property
    def middle(self) -> float:
        """Longitude of the middle, in (-180, 180]."""
        return wrapped((self.lon[0] + self.lon[1]) / 2)

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a point is in the view."""
        return (lon - self.lon[0]) % 360.0 <= self.lon[1] - self.lon[0] and self.lat[0] <= lat <= self.lat[1]

    def geo(self) -> dict[str, object]:
        """Return the settings of a plotly ``geo`` that show this view."""
        return {
            "projection": {"type": self.projection, "rotation": {"lon": self.middle, "lat": 0}, "scale": 1},
            "lonaxis": {"range": list(self.lon)},
            "lataxis": {"range": list(self.lat)},
            "center": {"lon": self.middle, "lat": (self.lat[0] + self.lat[1]) / 2},
        }

    def pixel(self, lon: float, lat: float) -> Point:
        """Return where a point is drawn on a map of nominal size: (x, y) in px, y downwards."""
        low, high = self._plane(self.lon[0], self.lat[0]), self._plane(self.lon[1], self.lat[1])
        left = self._plane(self.lon[0], 0.0)[0] if self.projection == "natural earth" else low[0]
        scale = min(MAP_WIDTH_PX / max(-2 * left, 1e-9), MAP_HEIGHT_PX / (high[1] - low[1]))
        x, y = self._plane(lon, lat)
        return MAP_WIDTH_PX / 2 + x * scale, MAP_HEIGHT_PX / 2 - (y - (low[1] + high[1]) / 2) * scale

    def _plane(self, lon: float, lat: float) -> Point:
        centre = (self.lon[0] + self.lon[1]) / 2
        turn = lon - centre if lon in self.lon else wrapped(lon - centre)
        x, phi = math.radians(turn), math.radians(max(-85.0, min(85.0, lat)))
        if self.projection != "natural earth":
            return x, math.log(math.tan(math.pi / 4 + phi / 2))
        p2, p4 = phi**2, phi**4
        width = 0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4))
        height = 1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4))
        return x * width, phi * height


VIEWS: tuple[View, ...] = (
    View("World", (-30.0, 330.0), (-48.0, 74.0), "natural earth"),
    View("Pacific", (98.0, 296.0), (-12.0, 72.0), "natural earth"),
    View("North America", (-134.0, -60.0), (22.0, 54.0), "mercator"),
    View("Europe", (-17.0, 39.0), (36.5, 58.0), "mercator"),
    View("East Asia", (66.0, 146.0), (4.0, 46.0), "mercator"),
)
"""The views a reader can choose. The world is cut in the Atlantic, so that no continent with a lane is."""


def wrapped(lon: float) -> float:
    """Return a longitude in [-180, 180)."""
    return (lon + 180.0) % 360.0 - 180.0


def great_circle(start: Point, end: Point, step_km: float = 250.0) -> list[Point]:
    """Return points of the shortest line between two points, at most `step_km` apart, longitudes continuous.

    The line is the spherical interpolation of the two directions from the centre of the Earth.
    """
    count = max(1, math.ceil(distance_km(start[1], start[0], end[1], end[0]) / step_km))
    a, b = _direction(start), _direction(end)
    angle = math.acos(max(-1.0, min(1.0, sum(p * q for p, q in zip(a, b, strict=True)))))
    if count == 1 or math.sin(angle) < 1e-9:
        return _continuous([start, end])
    inner = []
    for k in range(1, count):
        share = k / count
        f, g = math.sin((1 - share) * angle) / math.sin(angle), math.sin(share * angle) / math.sin(angle)
        x, y, z = (f * p + g * q for p, q in zip(a, b, strict=True))
        inner.append((math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))))
    return _continuous([start, *inner, end])


def dense(path: Sequence[Point], step_km: float = 250.0) -> list[Point]:
    """Return a path with points added so that a pointer finds one anywhere along it."""
    points = list(path[:1])
    for a, b in itertools.pairwise(path):
        points.extend(great_circle(a, b, step_km)[1:])
    return _continuous(points)


def _continuous(points: Iterable[Point]) -> list[Point]:
    points = list(points)
    lons = continuous(point[0] for point in points)
    return [(round(lon, 3), round(point[1], 3)) for lon, point in zip(lons, points, strict=True)]


def _direction(point: Point) -> tuple[float, float, float]:
    lon, lat = math.radians(point[0]), math.radians(point[1])
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


@dataclass(frozen=True)
class Label:
    """A name beside a point of the map."""

    place_id: str
    text: str
    lon: float
    lat: float
    position: str


Box = tuple[float, float, float, float]
_POSITIONS = (
    "middle right", "middle left", "top center", "bottom center", "top right", "bottom right", "top left", "bottom left"
)  # fmt: skip


def label_box(view: View, label: Label) -> Box:
    """Return the rectangle that a label covers on a map of nominal size: left, top, right, bottom in px."""
    x, y = view.pixel(label.lon, label.lat)
    width, gap = _CHARACTER_PX * len(label.text), _GAP_PX
    vertical, horizontal = label.position.split()
    left = {"right": x + gap, "left": x - gap - width, "center": x - width / 2}[horizontal]
    top = {"middle": y - _LINE_PX / 2, "top": y - gap - _LINE_PX, "bottom": y + gap}[vertical]
    return left, top, left + width, top + _LINE_PX


def overlap(a: Box, b: Box) -> bool:
    """Tell whether two rectangles share more than an edge."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def place_labels(view: View, candidates: Iterable[Label], limit: int = 24) -> list[Label]:
    """Return the labels that fit in a view: busiest first, each at the first position that is free.

    Parameters
    ----------
    candidates : labels in order of importance; their position is chosen here
    limit : most labels placed
    """
    seen = [label for label in candidates if view.holds(label.lon, label.lat)][:150]
    dots = {label.place_id: _dot(view, label) for label in seen[:60]}
    placed: list[Label] = []
    boxes: list[Box] = []
    for label in seen:
        if len(placed) == limit:
            break
        taken = boxes + [dot for place_id, dot in dots.items() if place_id != label.place_id]
        for position in _POSITIONS:
            tried = Label(label.place_id, label.text, label.lon, label.lat, position)
            box = label_box(view, tried)
            if box[0] >= 0 and box[2] <= MAP_WIDTH_PX and not any(overlap(box, other) for other in taken):
                placed.append(tried)
                boxes.append(box)
                break
    return placed


def _dot(view: View, label: Label) -> Box:
    x, y = view.pixel(label.lon, label.lat)
    return x - 4, y - 4, x + 4, y + 4
