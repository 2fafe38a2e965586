"""Distances, coordinates of addresses and drawn paths.

Single distances come from geopy's geodesic; matrices use the haversine formula (within 0.6 % of it).
Addresses are resolved from the network itself, from coordinates written as text and from a persistent cache;
a geocoder is asked only when the caller hands one in, never during planning.
"""

from __future__ import annotations

import csv
import functools
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from geopy.distance import geodesic
from geopy.point import Point

from network.money import Float64
from network.tables import Place

EARTH_RADIUS_KM = 6371.0088
"""Mean Earth radius (IUGG)."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A resolved point: degrees, the country where known and the place it was taken from, if any."""

    lat: float
    lon: float
    country: str = ""
    place_id: str = ""


@functools.lru_cache(maxsize=65536)
def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the geodesic (WGS-84) distance between two points in km.

    >>> round(distance_km(22.6, 114.3, 33.7, 241.7))
    11658
    """
    return float(geodesic((lat_a, _wrapped(lon_a)), (lat_b, _wrapped(lon_b))).km)


def _wrapped(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0


def haversine_km(lat_a: Float64, lon_a: Float64, lat_b: Float64, lon_b: Float64) -> Float64:
    """Return great-circle distances in km; arguments broadcast as numpy arrays of degrees."""
    lat_a, lon_a, lat_b, lon_b = (
        np.radians(np.asarray(values, dtype=np.float64)) for values in (lat_a, lon_a, lat_b, lon_b)
    )
    half = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    result: Float64 = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return result


def path_km(path: Iterable[tuple[float, float]]) -> float:
    """Return the length of a path of (longitude, latitude) points in km."""
    points = list(path)
    return sum(distance_km(a[1], a[0], b[1], b[0]) for a, b in itertools.pairwise(points))


def continuous(longitudes: Iterable[float]) -> list[float]:
    """Return longitudes with jumps over the antimeridian removed: each step lies in (-180, 180].

    >>> continuous([170.0, -170.0, -160.0])
    [170.0, 190.0, 200.0]
    """
    found: list[float] = []
    for lon in longitudes:
        if found:
            lon = found[-1] + _wrapped(lon - found[-1])
        found.append(lon)
    return found


def sea_path(origin: Place, destination: Place, avoid: Iterable[str] = ()) -> list[tuple[float, float]]:
    """Return a path over sea between two ports as (longitude, latitude) points with continuous longitudes.

    Computed by searoute on its own maritime graph, offline; store the result with the lane.

    Parameters
    ----------
    avoid : names of passages to avoid besides the Northwest passage, such as "suez", "babalmandab", "panama".
        To go round the Cape from Asia avoid "suez", "babalmandab" and "panama" together.
    """
    from searoute.searoute import searoute

    feature = searoute(
        [origin.lon, origin.lat], [destination.lon, destination.lat],
        restrictions=["northwest", *avoid], append_orig_dest=True,
    )  # fmt: skip
    points = feature["geometry"]["coordinates"]
    return list(zip(continuous(float(p[0]) for p in points), (float(p[1]) for p in points), strict=True))


def parse_point(text: str) -> Coordinates | None:
    """Return coordinates written as text ("22.54, 114.06" or "22 32m N, 114 3m E"), or None.

    >>> parse_point("22.54, 114.06")
    Coordinates(lat=22.54, lon=114.06, country='', place_id='')
    """
    if not any(character.isdigit() for character in text):
        return None
    try:
        point = Point.from_string(text)
    except ValueError:
        return None
    return Coordinates(point.latitude, point.longitude)


class Locator:
    """Resolve an origin as written in a shipment: warehouse id, city, coordinates or a cached address.

    Parameters
    ----------
    places : places of the network; ids of any kind and names of cities are known
    cache_file : file that keeps resolved addresses between runs (CSV: query, lat, lon, country)
    geocode : asked for addresses that nothing else knows; returns coordinates or None
    """

    def __init__(
        self,
        places: Sequence[Place],
        cache_file: Path | None = None,
        geocode: Callable[[str], Coordinates | None] | None = None,
    ) -> None:
        self._known: dict[str, Coordinates] = {}
        for place in places:
            if place.kind == "city":
                self._known[_key(place.name)] = Coordinates(place.lat, place.lon, place.country)
        for place in places:
            if place.kind in ("origin_warehouse", "city"):
                warehouse = place.place_id if place.kind == "origin_warehouse" else ""
                self._known[_key(place.place_id)] = Coordinates(place.lat, place.lon, place.country, warehouse)
        self._cache_file = cache_file
        self._cached = _read_cache(cache_file)
        self._geocode = geocode

    @property
    def names(self) -> list[str]:
        """Every name that resolves without a geocoder, for suggestions."""
        return sorted(self._known)

    def find(self, text: str) -> Coordinates | None:
        """Return the coordinates of an origin, or None when nothing knows it."""
        key = _key(text)
        found = (
            self._known.get(key)
            or self._known.get(key.split(",")[0].strip())
            or parse_point(text)
            or self._cached.get(key)
        )
        if found is None and self._geocode is not None:
            found = self._geocode(text)
            if found is not None:
                self._remember(key, found)
        return found

    def _remember(self, key: str, found: Coordinates) -> None:
        self._cached[key] = found
        if self._cache_file is not None:
            self._cache_file.parent.mkdir(parents=True, exist_ok=True)
            with self._cache_file.open("a", newline="", encoding="utf-8") as stream:
                csv.writer(stream).writerow([key, found.lat, found.lon, found.country])


def _key(text: str) -> str:
    return " ".join(text.lower().split())


def _read_cache(cache_file: Path | None) -> dict[str, Coordinates]:
    if cache_file is None or not cache_file.exists():
        return {}
    with cache_file.open(newline="", encoding="utf-8") as stream:
        return {
            row[0]: Coordinates(float(row[1]), float(row[2]), row[3]) for row in csv.reader(stream) if len(row) == 4
        }
