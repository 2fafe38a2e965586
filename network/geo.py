"""Distances, coordinates of addresses and drawn paths.

Distances are geopy's geodesic ones.
Origins are resolved from the network and from coordinates written as text, from nothing else: the same network
gives the same answer on every machine. Addresses that it does not know are added to it by :mod:`network.geocode`.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from geopy.distance import geodesic
from geopy.point import Point

from network.tables import Place

GEOCODER = "geocoder"
"""Source of places that stand for one address; see :mod:`network.geocode`."""
_LONGEST_POINT = 100
"""Characters of the longest text that is tried as coordinates."""


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

    The whole text must be coordinates: an address that ends in two numbers is not taken for a point.

    >>> parse_point("22.54, 114.06")
    Coordinates(lat=22.54, lon=114.06, country='', place_id='')
    >>> parse_point("Lot 7, 30")
    """
    text = text.strip().replace("''", '"')
    found = Point.POINT_PATTERN.match(text) if len(text) <= _LONGEST_POINT else None
    if found is None or found.start("latitude") > 0:
        return None
    lat, lon = (
        float(
            Point.parse_degrees(
                found[f"{axis}_degrees"],
                found[f"{axis}_arcminutes"] or 0,
                found[f"{axis}_arcseconds"] or 0,
                found[f"{axis}_direction_front"] or found[f"{axis}_direction_back"],
            )
        )
        for axis in ("latitude", "longitude")
    )
    if abs(lat) > 90 or abs(lon) > 360:
        return None
    return Coordinates(lat, lon if abs(lon) <= 180 else _wrapped(lon))


def normalised(text: str) -> str:
    """Return an origin in the form in which two spellings of it are compared.

    >>> normalised("  West  Lake, Hangzhou ")
    'west lake, hangzhou'
    """
    return " ".join(text.lower().split())


def nearest_place(places: Iterable[Place], lat: float, lon: float) -> Place | None:
    """Return the origin warehouse nearest to a point; the nearest city where there is no warehouse, else None."""
    places = list(places)
    for kind in ("origin_warehouse", "city"):
        far = [
            (distance_km(lat, lon, place.lat, place.lon), place.place_id, place)
            for place in places
            if place.kind == kind
        ]
        if far:
            return min(far, key=lambda row: row[:2])[2]
    return None


class Locator:
    """Resolve an origin as written in a shipment: warehouse id, city, address in a city or coordinates.

    Coordinates take the country of the nearest origin warehouse, because duties and the choice of warehouses
    depend on it.

    Parameters
    ----------
    places : places of the network; ids of origin warehouses and cities and names of cities are known
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = [place for place in places if place.kind in ("origin_warehouse", "city")]
        self._known: dict[str, Coordinates] = {}
        self._addresses: dict[str, Coordinates] = {}
        for place in self._places:
            if place.kind == "city":
                names = self._addresses if place.source == GEOCODER else self._known
                names[normalised(place.name)] = Coordinates(place.lat, place.lon, place.country)
        for place in self._places:
            warehouse = place.place_id if place.kind == "origin_warehouse" else ""
            self._known[normalised(place.place_id)] = Coordinates(place.lat, place.lon, place.country, warehouse)

    @property
    def names(self) -> list[str]:
        """Every name that resolves, for suggestions."""
        return sorted({**self._known, **self._addresses})

    def find(self, text: str) -> Coordinates | None:
        """Return the coordinates of an origin, or None when the network does not know it.

        A city may be followed by more of the address ("Yiwu, Futian market"); an address that a geocoder
        resolved is known as a whole only.
        """
        key = normalised(text)
        found = self._known.get(key) or self._addresses.get(key) or self._known.get(key.split(",")[0].strip())
        if found is None and (point := parse_point(text)) is not None:
            home = nearest_place(self._places, point.lat, point.lon)
            found = replace(point, country=home.country if home is not None else "")
        return found
