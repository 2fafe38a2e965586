"""The tiny network with an overseas warehouse east of Los Angeles, and what its rows cost in round numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from network.columns import Row
from network.model import Network
from network.price_tables import Charge
from network.tables import Link, Place
from tests.goods import edited
from tests.networks import US, tiny_network

WAREHOUSE: dict[str, Any] = {
    "place_id": "OW-LAX", "kind": "overseas_warehouse", "name": "Riverside storage", "lat": 33.95, "lon": -117.40,
    "tariff": "STORE-US", "ltl_tariff": "LTL-OW", "serves_markets": "US", **US,
}  # fmt: skip
_LINES = (
    ("shuttle-us", "SHUTTLE-US", "STORAGE.SHUTTLE", "storage", "per_m3", "8", None),
    ("store-handling", "STORE-US", "STORAGE.HANDLING", "storage", "per_carton", "1.4", None),
    ("store-days", "STORE-US", "STORAGE.DAYS", "storage", "per_m3_day", "0.6", "5"),
    ("store-slot", "STORE-US", "STORAGE.SLOT", "storage", "per_day", "0.25", "8"),
    ("ltl-ow", "LTL-OW", "FINAL.OVERSEAS", "final_leg", "per_m3", "45", None),
    ("parcel-ow", "PARCEL-OW", "FINAL.OVERSEAS", "final_leg", "per_carton", "11", None),
)
SHUTTLE = Link(
    origin="DC-LAX", destination="OW-LAX", kind="shuttle", distance_km=60.0, transit_days=0.5, tariff="SHUTTLE-US"
)
CHARGES = tuple(
    Charge.model_validate({
        "charge_id": name, "tariff": tariff, "code": code, "name": name.replace("-", " "), "category": category,
        "side": "destination", "basis": basis, "rate": rate, "currency": "USD", "free_quantity": free,
    })
    for name, tariff, code, category, basis, rate, free in _LINES
)  # fmt: skip


def with_storage(network: Network, **columns: Any) -> Network:
    """Return a network like the tiny one with the overseas warehouse, some of its columns changed."""
    place = Place.model_validate({**WAREHOUSE, **columns})
    return network.replace(
        places=(*network.places, place), links=(*network.links, SHUTTLE), charges=(*network.charges, *CHARGES)
    )


def storing_network(
    places: Mapping[str, Mapping[str, Any]] | None = None, warehouse: Mapping[str, Any] | None = None, **tables: Any
) -> Network:
    """Return the tiny network with an overseas warehouse; ONT8 receives 5 m3 a week, unless `places` say otherwise."""
    limits = {"ONT8": {"receiving_m3_per_week": 5.0}} if places is None else places
    rows: tuple[Row, ...] = edited("places", limits)
    return with_storage(tiny_network(places=rows, **tables), **(warehouse or {}))
