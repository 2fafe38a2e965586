"""Addresses into a network: a geocoder with a persistent cache, and the places that come of its answers.

This is the only module that uses a connection, and only when it is called for that. Whatever it finds is written
into the network as rows, so that planning, checking and hashing see the addresses as data.
"""

from __future__ import annotations

import csv
import hashlib
import io
import logging
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from network.errors import DragonBoatError
from network.geo import GEOCODER, Coordinates, Locator, nearest_place, normalised
from network.model import Network
from network.tables import TABLES, Place, Source

Find = Callable[[str], Coordinates | None]
"""From an address to where it is; None: not known."""

TIMEOUT_S = 10
"""Longest wait for one answer, seconds."""
RETRIES = 2
"""Further attempts after an error."""
_COUNTRY = re.compile(r"[A-Z]{2}")


class GeocodingError(DragonBoatError):
    """Raised when a geocoder gives no answer, or the cache of its answers cannot be used."""


def default_cache_file() -> Path:
    """Return the file that keeps answers of geocoders, in the cache folder of the user."""
    stated = os.environ.get("XDG_CACHE_HOME", "")
    if stated and Path(stated).is_absolute():
        base = Path(stated)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return base / "dragonboat" / "geocode-cache.csv"


class AddressCache:
    """Answers of a geocoder, kept in a CSV file: normalised query, latitude, longitude, country.

    Each answer is appended at once, so that a run that breaks off loses nothing. Lines that are damaged, such as
    a last line cut short, are passed over and asked again.

    Parameters
    ----------
    path : file; it and its folder are made with the first answer

    Raises
    ------
    GeocodingError
        If there is something at `path` that cannot be read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._known: dict[str, Coordinates] = {}
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""
        except OSError as error:
            raise self._unusable(error) from error
        *lines, rest = text.split("\n")
        self._broken_end = bool(rest)
        for line in lines:
            entry = _entry(line)
            if entry is not None:
                self._known[entry[0]] = entry[1]

    def __len__(self) -> int:
        return len(self._known)

    def get(self, address: str) -> Coordinates | None:
        """Return what is kept for an address, or None."""
        return self._known.get(normalised(address))

    def add(self, address: str, found: Coordinates) -> None:
        """Keep an answer.

        Raises
        ------
        GeocodingError
            If the file cannot be written.
        """
        key = normalised(address)
        stream = io.StringIO(newline="")
        stream.write("\n" if self._broken_end else "")
        csv.writer(stream, lineterminator="\n").writerow([key, found.lat, found.lon, found.country])
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8", newline="") as file:
                file.write(stream.getvalue())
        except OSError as error:
            raise self._unusable(error) from error
        self._broken_end = False
        self._known[key] = found

    def through(self, find: Find) -> Find:
        """Return a function that answers from the cache, else asks `find` and keeps what it answers."""
        added = 0

        def cached(address: str) -> Coordinates | None:
            nonlocal added
            found = self.get(address)
            if found is None:
                try:
                    found = find(address)
                except GeocodingError as error:
                    kept = f"Addresses resolved before it and kept in {self.path}: {added}; run again to go on"
                    raise GeocodingError(f"{error}. {kept}.") from error
                if found is not None:
                    self.add(address, found)
                    added += 1
            return found

        return cached

    def _unusable(self, error: OSError) -> GeocodingError:
        return GeocodingError(f"The cache of addresses {self.path} cannot be used: {error.strerror or error}.")


def _entry(line: str) -> tuple[str, Coordinates] | None:
    try:
        key, lat, lon, country = next(csv.reader([line], strict=True))
        found = Coordinates(float(lat), float(lon), country)
    except (ValueError, StopIteration, csv.Error):
        return None
    right = abs(found.lat) <= 90 and abs(found.lon) <= 180 and (not country or _COUNTRY.fullmatch(country))
    return (normalised(key), found) if key and right else None


def geopy_geocoder(
    domain: str | None = None,
    scheme: str = "https",
    user_agent: str = "dragonboat",
    min_delay_s: float = 1.0,
) -> Find:
    """Return a function that asks a Nominatim server, through geopy, where an address is.

    Parameters
    ----------
    domain : server, with its port where it is not the usual one; None: the public one that geopy knows
    scheme : "https" or "http"
    user_agent : name and version of the program, as the rules of the public server ask
    min_delay_s : shortest time between two requests, seconds; after an error five times as long

    Returns
    -------
    Find
        It raises :class:`GeocodingError` when the server does not answer or answers nonsense.
    """
    from geopy.exc import GeopyError
    from geopy.extra.rate_limiter import RateLimiter
    from geopy.geocoders import Nominatim

    logging.getLogger("geopy").addHandler(logging.NullHandler())
    server = {} if domain is None else {"domain": domain}
    ask = RateLimiter(
        Nominatim(user_agent=user_agent, scheme=scheme, timeout=TIMEOUT_S, **server).geocode,
        min_delay_seconds=min_delay_s,
        max_retries=RETRIES,
        error_wait_seconds=5 * min_delay_s,
        swallow_exceptions=False,
    )

    def find(address: str) -> Coordinates | None:
        try:
            answer = ask(address, addressdetails=True)
            return None if answer is None else _coordinates(answer)
        except (GeopyError, ValueError, TypeError, KeyError, AttributeError) as error:
            reason = str(error) or type(error).__name__
            raise GeocodingError(f"The geocoder gave no usable answer for {address!r}: {reason}") from error

    return find


def _coordinates(answer: Any) -> Coordinates:
    lat, lon = float(answer.raw["lat"]), float(answer.raw["lon"])
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError(f"latitude {lat}, longitude {lon}")
    country = str(answer.raw.get("address", {}).get("country_code", "")).upper()
    return Coordinates(lat, lon, country if _COUNTRY.fullmatch(country) else "")


def with_addresses(network: Network, addresses: Iterable[str], find: Find) -> tuple[Network, list[str]]:
    """Return a network that knows more addresses, and the addresses that stay unknown.

    An address that the network does not know and `find` does becomes a place of kind ``city``. It has the
    time zone of the nearest origin warehouse, and its country where `find` names none.

    Parameters
    ----------
    network : Network
    addresses : origins as shipments name them; blank and repeated ones are passed over
    find : asked once for each address that the network does not know

    Returns
    -------
    network : Network with the rows added; the same object when there are none
    unknown : list of str, as first written
    """
    locator = Locator(network.places)
    taken = set(network.place)
    added: list[Place] = []
    unknown: list[str] = []
    for key, address in _distinct(addresses).items():
        if locator.find(address) is not None:
            continue
        found = find(address)
        place = None if found is None else _place(network, address, _free_id(key, taken), found)
        if place is None:
            unknown.append(address)
        else:
            taken.add(place.place_id)
            added.append(place)
    if added:
        network = network.replace(places=(*network.places, *added), sources=_sources(network))
    return network, unknown


def _distinct(addresses: Iterable[str]) -> dict[str, str]:
    """Return addresses by normalised text, each as it is first written, without blank ones."""
    found: dict[str, str] = {}
    for address in addresses:
        found.setdefault(normalised(address), address)
    found.pop("", None)
    return found


def _free_id(key: str, taken: Collection[str]) -> str:
    """Return the id of an address: eight digits of its hash, more only where another address has the same."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return next(name for name in (f"ADDR-{digest[:k]}" for k in range(8, 65)) if name not in taken)


def _place(network: Network, address: str, place_id: str, found: Coordinates) -> Place | None:
    home = nearest_place(network.places, found.lat, found.lon)
    country = found.country or (home.country if home is not None else "")
    if not country:
        return None
    return Place(
        place_id=place_id,
        kind="city",
        name=address.strip(),
        country=country,
        lat=found.lat,
        lon=found.lon,
        timezone=home.timezone if home is not None else "UTC",
        source=GEOCODER,
    )


def _sources(network: Network) -> tuple[Source, ...]:
    """Return the sources with that of geocoded places; none where rows name sources that no table lists."""
    rows = (row for table in TABLES if table != "sources" for row in getattr(network, table))
    unlisted = not network.sources and any(getattr(row, "source", "") for row in rows)
    if unlisted or any(row.source == GEOCODER for row in network.sources):
        return network.sources
    text = "Coordinates of addresses, answered by a Nominatim geocoder"
    return (*network.sources, Source(source=GEOCODER, text=text, licence="ODbL where the data is OpenStreetMap's"))
