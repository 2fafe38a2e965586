"""The network: every table in one immutable object, with look-ups by id.

What-if is :meth:`Network.replace`, never mutation.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from network.clock import Calendar
from network.fc_tables import InboundDeadline, StorageFee
from network.geo import distance_km, path_km
from network.planning import Header, Planning
from network.price_tables import Charge, Duty, Importer, Rate, Regime
from network.tables import (
    Closure,
    Compatibility,
    Courier,
    Departure,
    EmissionFactor,
    Equipment,
    GeometryPoint,
    Lane,
    Link,
    Place,
    Product,
    Receiving,
    Reliability,
    Source,
)


@dataclass(frozen=True)
class Network:
    """A network definition; one attribute per table of :data:`network.tables.TABLES`.

    Attributes
    ----------
    header : Header
        Name, plan currency and rate scenario.
    planning : Planning
        Planning parameters.
    """

    header: Header
    planning: Planning
    places: tuple[Place, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    lanes: tuple[Lane, ...] = ()
    departures: tuple[Departure, ...] = ()
    links: tuple[Link, ...] = ()
    couriers: tuple[Courier, ...] = ()
    charges: tuple[Charge, ...] = ()
    regimes: tuple[Regime, ...] = ()
    duties: tuple[Duty, ...] = ()
    importers: tuple[Importer, ...] = ()
    receiving: tuple[Receiving, ...] = ()
    inbound_deadlines: tuple[InboundDeadline, ...] = ()
    fc_storage_fees: tuple[StorageFee, ...] = ()
    compatibility: tuple[Compatibility, ...] = ()
    calendars: tuple[Closure, ...] = ()
    reliability: tuple[Reliability, ...] = ()
    emission_factors: tuple[EmissionFactor, ...] = ()
    fx: tuple[Rate, ...] = ()
    products: tuple[Product, ...] = ()
    geometry: tuple[GeometryPoint, ...] = ()
    sources: tuple[Source, ...] = ()

    def replace(self, **changes: Any) -> Network:
        """Return a copy with some tables or parameters changed."""
        return dataclasses.replace(self, **changes)

    @property
    def currency(self) -> str:
        """Plan currency."""
        return self.header.currency

    @cached_property
    def place(self) -> dict[str, Place]:
        """Places by id."""
        return {row.place_id: row for row in self.places}

    @cached_property
    def lane(self) -> dict[str, Lane]:
        """Lanes by id."""
        return {row.lane_id: row for row in self.lanes}

    @cached_property
    def equipment_by_id(self) -> dict[str, Equipment]:
        """Equipment by id."""
        return {row.equipment_id: row for row in self.equipment}

    @cached_property
    def regime(self) -> dict[str, Regime]:
        """Customs regimes by id."""
        return {row.regime_id: row for row in self.regimes}

    @cached_property
    def importer(self) -> dict[str, Importer]:
        """Importers of record by id; one that is not listed has no tags and the import tax of the regime."""
        return {row.importer_id: row for row in self.importers}

    @cached_property
    def courier(self) -> dict[str, Courier]:
        """Couriers by id."""
        return {row.courier_id: row for row in self.couriers}

    @cached_property
    def link(self) -> dict[tuple[str, str], Link]:
        """Road links by (origin, destination)."""
        return {(row.origin, row.destination): row for row in self.links}

    @cached_property
    def emission_factor(self) -> dict[str, Decimal]:
        """Greenhouse gases by mode, kg CO2e per tonne km; a mode without a row has none."""
        return {row.mode: row.kg_co2e_per_tonne_km for row in self.emission_factors}

    @cached_property
    def rate(self) -> dict[str, Decimal]:
        """Plan currency per unit of each currency."""
        return {self.currency: Decimal(1), **{row.currency: row.value for row in self.fx}}

    @cached_property
    def path(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """Drawn path of each lane that has one: (longitude, latitude) points, longitudes continuous."""
        points: dict[str, list[GeometryPoint]] = {}
        for row in self.geometry:
            points.setdefault(row.lane_id, []).append(row)
        return {
            lane_id: tuple((row.lon, row.lat) for row in sorted(rows, key=lambda row: row.seq))
            for lane_id, rows in points.items()
        }

    @cached_property
    def _measured_km(self) -> dict[str, float]:
        return {}

    def lane_km(self, lane: Lane) -> float:
        """Return the length of a lane in km: as stated, else measured to 0.1 km on its path, else as the crow flies."""
        if lane.distance_km is not None:
            return lane.distance_km
        if lane.lane_id not in self._measured_km:
            points = self.path.get(lane.lane_id, ())
            a, b = self.place[lane.origin], self.place[lane.destination]
            km = path_km(points) if len(points) > 1 else distance_km(a.lat, a.lon, b.lat, b.lon)
            self._measured_km[lane.lane_id] = round(km, 1)
        return self._measured_km[lane.lane_id]

    @cached_property
    def _receiving(self) -> dict[str, Receiving]:
        return {row.scope: row for row in self.receiving}

    def receiving_of(self, fc: Place) -> Receiving | None:
        """Return the receiving rule of an FC: its own row, else its market's, else None."""
        return self._receiving.get(fc.place_id) or self._receiving.get(fc.market)

    @cached_property
    def _deadlines(self) -> dict[tuple[str, str], list[InboundDeadline]]:
        found: dict[tuple[str, str], list[InboundDeadline]] = {}
        for row in self.inbound_deadlines:
            found.setdefault((row.scope, row.event), []).append(row)
        return found

    def deadline(self, fc_id: str, event: str, destinations: int) -> InboundDeadline | None:
        """Return until when goods for an event must be delivered at an FC: the earliest row that applies, if any.

        Parameters
        ----------
        destinations : FCs that their inbound plan goes to
        """
        rows = self._deadlines.get((fc_id, event)) or self._deadlines.get((self.place[fc_id].market, event), [])
        applying = [row for row in rows if row.destinations_up_to is None or destinations <= row.destinations_up_to]
        return min(applying, key=lambda row: row.arrive_by, default=None)

    def events_of(self, fc_id: str) -> set[str]:
        """Return the events for which an FC, or its market, has a deadline."""
        place = self.place[fc_id]
        return {event for scope, event in self._deadlines if scope in (fc_id, place.market)}

    @cached_property
    def _closures(self) -> dict[str, list[tuple[dt.date, dt.date]]]:
        found: dict[str, list[tuple[dt.date, dt.date]]] = {}
        for row in self.calendars:
            if row.kind != "event":
                found.setdefault(row.calendar, []).append((row.start, row.end))
        return found

    def calendar(self, place: Place) -> Calendar:
        """Return the working days of a place: its weekly closing days and the closures of its country and itself."""
        spans = self._closures.get(place.country, []) + self._closures.get(place.place_id, [])
        return Calendar((int(day) for day in place.closed_weekdays), spans)

    @cached_property
    def conflicts(self) -> frozenset[tuple[str, str]]:
        """Pairs of cargo classes that may not share a load, both ways round."""
        pairs = [(row.subject, row.cargo_class) for row in self.compatibility if row.rule == "conflict"]
        return frozenset(pairs + [(b, a) for a, b in pairs])

    @cached_property
    def mode_refuses(self) -> frozenset[tuple[str, str]]:
        """Pairs (mode, cargo class) that a mode does not carry."""
        return frozenset((row.subject, row.cargo_class) for row in self.compatibility if row.rule == "mode_refuses")

    @cached_property
    def place_refuses(self) -> frozenset[tuple[str, str]]:
        """Pairs (place id, cargo class) that a place does not handle."""
        return frozenset((row.subject, row.cargo_class) for row in self.compatibility if row.rule == "place_refuses")
