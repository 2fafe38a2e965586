"""Which tariffs and duty schedules goods may meet on a lane or on their way to an FC, whatever the dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from network.model import Network
from network.tables import Lane, Place


@dataclass(frozen=True)
class Inbound:
    """What goods for an FC may meet.

    Attributes
    ----------
    schedules : duty schedules of the regimes under which they may enter
    tariffs : every tariff named on a way to the FC
    """

    schedules: frozenset[str]
    tariffs: frozenset[str]


def load_tariffs(network: Network, lane: Lane) -> frozenset[str]:
    """Return the tariffs that may charge a load of a lane, from the origin warehouse to the deconsolidation centre."""
    before = [link for link in network.links if link.destination == lane.origin]
    after = [link for link in network.links if link.origin == lane.destination]
    ids = [*(link.origin for link in before), lane.origin, lane.destination, *(link.destination for link in after)]
    places = _places(network, ids)
    found = {lane.tariff, *(link.tariff for link in (*before, *after)), *(place.tariff for place in places)}
    found |= {place.direct_tariff for place in places if place.place_id == lane.destination}
    return frozenset(found - {""})


def inbound(network: Network, market: str, country: str) -> Inbound:
    """Return the tariffs and duty schedules on the ways to the FCs of a market in a country."""
    centres = {place.place_id for place in network.places if market in place.serves_markets}
    shuttles = [link for link in network.links if link.kind == "shuttle" and link.destination in centres]
    drayage = [link for link in network.links if link.destination in centres]
    direct = {place.place_id for place in network.places if place.direct_tariff and place.country == country}
    arrivals = direct | {link.origin for link in drayage}
    lanes = [lane for lane in network.lanes if lane.destination in arrivals]
    departures = {lane.origin for lane in lanes}
    draying = [link for link in network.links if link.destination in departures]
    places = _places(network, centres | arrivals | departures | {link.origin for link in draying})
    couriers = [row for row in network.couriers if row.market == market]
    ids = {place.customs_regime for place in places if place.place_id in arrivals}
    ids |= {row.customs_regime for row in couriers}
    regimes = [row for row in network.regimes if row.regime_id in ids]
    tariffs = {name for place in places for name in _place_tariffs(place)}
    tariffs |= {name for lane in lanes for name in (lane.tariff, lane.alone_tariff)}
    tariffs |= {link.tariff for link in (*drayage, *draying, *shuttles)} | {row.tariff for row in couriers}
    tariffs |= {row.entry_tariff for row in regimes}
    return Inbound(frozenset(row.schedule for row in regimes), frozenset(tariffs - {""}))


def _places(network: Network, ids: Iterable[str]) -> list[Place]:
    return [network.place[name] for name in sorted(set(ids)) if name in network.place]


def _place_tariffs(place: Place) -> tuple[str, ...]:
    return (
        place.tariff, place.alone_tariff, place.collection_tariff, place.alone_collection_tariff, place.ltl_tariff,
        place.ftl_tariff, place.parcel_tariff, place.direct_tariff,
    )  # fmt: skip
