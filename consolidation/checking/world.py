"""The network as the judge reads it: dated runs, tariffs in force, road distances, calendars."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from consolidation.shipments import Shipment
from network.charges import ENTRY_BASES, LOAD_BASES, SHIPMENT_BASES
from network.clock import Calendar, instant, local_time
from network.geo import Coordinates, Locator, distance_km
from network.model import Network
from network.price_tables import Charge, Duty
from network.tables import Departure, Lane, Place

_YEARS = (1970, 9000)
"""Years in which runs are judged, so that no date after them leaves the calendar."""
_WEEKS = 6
"""Weeks in which the next departure of a lane is looked for."""
BASES_OF = {"shipment": SHIPMENT_BASES, "load": LOAD_BASES, "entry": ENTRY_BASES}
"""Bases that are counted per shipment, per load and per customs entry."""


def decimal(value: float | Decimal) -> Decimal:
    """Return a float of the network as the decimal it was written as."""
    return Decimal(str(value))


def in_force(row: Charge | Duty, day: dt.date) -> bool:
    """Return whether a dated row is valid on `day`; blank ends are open."""
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)


@dataclass(frozen=True)
class Run:
    """One dated run of a lane. Instants are UTC minutes."""

    run_id: str
    departure: Departure
    lane: Lane
    gateway_out: Place
    gateway_in: Place
    etd: int
    eta: int
    cutoff: int

    @property
    def etd_date(self) -> dt.date:
        """Local date of departure."""
        return local_time(self.etd, self.gateway_out.timezone).date()

    @property
    def eta_date(self) -> dt.date:
        """Local date of arrival."""
        return local_time(self.eta, self.gateway_in.timezone).date()


class World:
    """Look-ups on one network, each worked out once.

    Parameters
    ----------
    network : Network
    shipments : all shipments of the plan

    Attributes
    ----------
    destinations : dict
        How many FCs the inbound plan of a shipment goes to, by shipment id; only shipments of a plan.
    """

    def __init__(self, network: Network, shipments: Iterable[Shipment] = ()) -> None:
        self.network = network
        self.destinations = _destinations(shipments)
        self._locator = Locator(network.places)
        self._located: dict[str, Coordinates | None] = {}
        self._calendars: dict[str, Calendar] = {}
        self._applying: dict[tuple[str, dt.date, str, str], tuple[Charge, ...]] = {}
        self._runs: dict[str, Run | str] = {}
        self._following: dict[str, Run] = {}
        self._road_km: dict[tuple[float, float, str], Decimal] = {}
        self._layers: dict[tuple[str, str, str, dt.date, frozenset[str]], tuple[list[Duty], list[Duty]]] = {}

    def locate(self, origin: str) -> Coordinates | None:
        """Return where an origin as written in a shipment is, or None."""
        if origin not in self._located:
            self._located[origin] = self._locator.find(origin)
        return self._located[origin]

    def calendar(self, place: Place) -> Calendar:
        """Return the working days of a place."""
        if place.place_id not in self._calendars:
            self._calendars[place.place_id] = self.network.calendar(place)
        return self._calendars[place.place_id]

    def road_km(self, start: Place | Coordinates, end: Place) -> Decimal:
        """Return the road distance between two points, km to one decimal."""
        key = (start.lat, start.lon, end.place_id)
        if key not in self._road_km:
            geodesic_km = distance_km(start.lat, start.lon, end.lat, end.lon)
            self._road_km[key] = Decimal(str(round(geodesic_km * self.network.planning.road_factor, 1)))
        return self._road_km[key]

    def haul_km(self, start: Place, end: Place) -> Decimal:
        """Return the stated length of the road link of two places, else their road distance, km."""
        link = self.network.link.get((start.place_id, end.place_id))
        if link is not None and link.distance_km is not None:
            return decimal(link.distance_km)
        return self.road_km(start, end)

    def trunk_km(self, lane: Lane) -> Decimal:
        """Return the length of a lane, km."""
        return decimal(self.network.lane_km(lane))

    def deadline(self, shipment: Shipment) -> dt.date | None:
        """Return until when goods for the event of a shipment must be delivered: the earliest day stated, if any.

        What is stated for the FC replaces what is stated for its market. Goods of no inbound plan go to one FC.
        """
        fc = self.network.place.get(shipment.destination_fc)
        if fc is None or not shipment.event:
            return None
        destinations = self.destinations.get(shipment.shipment_id, 1)
        named = [row for row in self.network.inbound_deadlines if row.event == shipment.event]
        rows = [row for row in named if row.scope == fc.place_id] or [row for row in named if row.scope == fc.market]
        days = [row.arrive_by for row in rows if (row.destinations_up_to or destinations) >= destinations]
        return min(days, default=None)

    @cached_property
    def _tariffs(self) -> dict[str, list[Charge]]:
        found: dict[str, list[Charge]] = {}
        for row in self.network.charges:
            if row.scenario in ("", self.network.header.scenario):
                found.setdefault(row.tariff, []).append(row)
        return found

    def charges(self, tariff: str, day: dt.date, mode: str, kind: str) -> tuple[Charge, ...]:
        """Return the lines of a tariff in force on a day for a mode, of one kind of basis.

        Parameters
        ----------
        kind : "shipment", "load" or "entry"
        """
        key = (tariff, day, mode, kind)
        if key not in self._applying:
            self._applying[key] = tuple(
                row for row in (self._tariffs.get(tariff, []) if tariff else [])
                if row.basis in BASES_OF[kind] and (not row.modes or mode in row.modes) and in_force(row, day)
            )  # fmt: skip
        return self._applying[key]

    def tags(self, importer_id: str) -> tuple[str, ...]:
        """Return the tags of an importer of record."""
        row = self.network.importer.get(importer_id)
        return row.tags if row else ()

    @cached_property
    def _schedules(self) -> dict[str, list[Duty]]:
        found: dict[str, list[Duty]] = {}
        for row in self.network.duties:
            if row.enabled:
                found.setdefault(row.schedule, []).append(row)
        return found

    def duties(self, schedule: str) -> list[Duty]:
        """Return the enabled duty rows of a schedule."""
        return self._schedules.get(schedule, [])

    def layers(self, schedule: str, hs_code: str, origin: str, day: dt.date, value: Decimal) -> list[Duty]:
        """Return the duty rows charged on a product on a day: per layer the longest matching HS prefix.

        Of two alike the one that names the origin counts. The base layer, which knows every product, takes the row of the chapter that agrees longest where none matches.

        Parameters
        ----------
        value : of the goods, plan currency, not rounded
        """
        chosen, _ = self._applying_duties(schedule, hs_code, origin, day, value)
        return chosen

    def duty_is_known(self, schedule: str, hs_code: str, origin: str, day: dt.date, value: Decimal) -> bool:
        """Return whether a row of the base layer, or one in its place, applies; without a base layer any row."""
        _, applying = self._applying_duties(schedule, hs_code, origin, day, value)
        base = self._base_layer(schedule)
        return bool(applying) if not base else any(base in (row.layer, *row.instead_of) for row in applying)

    def _base_layer(self, schedule: str) -> str:
        return next((row.base_layer for row in self.network.regimes if row.schedule == schedule and row.base_layer), "")

    def _applying_duties(
        self, schedule: str, hs_code: str, origin: str, day: dt.date, value: Decimal
    ) -> tuple[list[Duty], list[Duty]]:
        """Return the rows that are charged, and all that apply, of which others keep some away."""
        barred = frozenset(row.duty_id for row in self._by_value.get(schedule, ()) if not self._is_worth(row, value))
        key = (schedule, hs_code, origin, day, barred)
        if key not in self._layers:
            rows = [
                row for row in self.duties(schedule)
                if row.duty_id not in barred and in_force(row, day)
                and (not row.origin_countries or origin in row.origin_countries)
            ]  # fmt: skip
            chosen = _closest(rows, hs_code)
            base = self._base_layer(schedule)
            if base and base not in chosen:
                chosen.update(_nearest([row for row in rows if row.layer == base], hs_code))
            self._layers[key] = [row for row in chosen.values() if not kept_away(row, chosen)], list(chosen.values())
        return self._layers[key]

    @cached_property
    def _by_value(self) -> dict[str, list[Duty]]:
        """Enabled duties for goods of some values only, by schedule."""
        return {
            name: [row for row in rows if row.value_over is not None or row.value_up_to is not None]
            for name, rows in self._schedules.items()
        }

    def _is_worth(self, row: Duty, value: Decimal) -> bool:
        """Return whether goods of a value are those that a duty is for."""
        rate = self.network.rate[row.currency]
        too_little = row.value_over is not None and value <= row.value_over * rate
        return not too_little and (row.value_up_to is None or value <= row.value_up_to * rate)

    @cached_property
    def departures(self) -> dict[str, Departure]:
        """Rows of departures by id."""
        return {row.departure_id: row for row in self.network.departures}

    def run(self, run_id: str) -> Run | str:
        """Return the dated run that a plan calls ``<departure row>@<local ETD date>``, or why there is none."""
        if run_id not in self._runs:
            self._runs[run_id] = self._resolve(run_id)
        return self._runs[run_id]

    def runs(self, first: dt.date, last: dt.date) -> Iterator[Run]:
        """Yield every run with a local ETD date in [first, last]."""
        days = [first + dt.timedelta(days=k) for k in range((last - first).days + 1)]
        for row in self.network.departures:
            for day in days:
                if (row.weekday is None or day.isoweekday() == row.weekday) and not not_running(row, day):
                    run = self.run(f"{row.departure_id}@{day.isoformat()}")
                    if isinstance(run, Run):
                        yield run

    def following(self, run: Run) -> Run:
        """Return the departure that takes what a run left behind: the next of its lane, or the same a week later."""
        if run.run_id not in self._following:
            found = min(self._later(run), key=lambda later: (later.etd, later.run_id), default=None)
            week = 7 * 24 * 60
            same = replace(run, run_id=f"{run.run_id}+7", etd=run.etd + week, eta=run.eta + week)
            self._following[run.run_id] = found or same
        return self._following[run.run_id]

    def _later(self, run: Run) -> Iterator[Run]:
        """Yield the later departures of the lane of a run within some weeks."""
        days = [run.etd_date + dt.timedelta(days=k) for k in range(7 * _WEEKS)]
        for row in self.network.departures:
            for day in days if row.lane_id == run.lane.lane_id else ():
                if not not_running(row, day):
                    found = self.run(f"{row.departure_id}@{day.isoformat()}")
                    if isinstance(found, Run) and found.etd > run.etd:
                        yield found

    def _resolve(self, run_id: str) -> Run | str:
        row_id, _, text = run_id.rpartition("@")
        row = self.departures.get(row_id)
        if row is None:
            return f"no departure row {row_id!r} in the network"
        try:
            date = dt.date.fromisoformat(text)
        except ValueError:
            return f"{text!r} is no date"
        if not _YEARS[0] <= date.year <= _YEARS[1]:
            return f"{date} is not between {_YEARS[0]} and {_YEARS[1]}"
        refusal = not_running(row, date)
        lane = self.network.lane.get(row.lane_id)
        if refusal or lane is None:
            return refusal or f"no lane {row.lane_id!r} in the network"
        gateway_out, gateway_in = self.network.place.get(lane.origin), self.network.place.get(lane.destination)
        if gateway_out is None or gateway_in is None:
            return f"a gateway of lane {lane.lane_id!r} is not in the network"
        clock = row.etd.time() if row.etd else row.time
        etd = instant(dt.datetime.combine(date, clock), gateway_out.timezone)
        cutoff = etd - round(max(row.lco_h, row.fco_h or 0.0) * 60)
        days = row.transit_days if row.transit_days is not None else lane.transit_days
        return Run(run_id, row, lane, gateway_out, gateway_in, etd, etd + round(days * 1440), cutoff)


def _destinations(shipments: Iterable[Shipment]) -> dict[str, int]:
    plans: dict[tuple[str, str], list[Shipment]] = defaultdict(list)
    for row in shipments:
        if row.inbound_plan_id:
            plans[row.seller_id, row.inbound_plan_id].append(row)
    return {row.shipment_id: len({each.destination_fc for each in rows}) for rows in plans.values() for row in rows}


def _closest(rows: Iterable[Duty], hs_code: str) -> dict[str, Duty]:
    """Return the row of each layer that speaks of a product most closely."""
    chosen: dict[str, Duty] = {}
    for row in rows:
        held = chosen.get(row.layer)
        if not hs_code.startswith(row.hs_prefix):
            continue
        closer = held is not None and len(row.hs_prefix) == len(held.hs_prefix) and row.origin_countries
        if held is None or len(row.hs_prefix) > len(held.hs_prefix) or (closer and not held.origin_countries):
            chosen[row.layer] = row
    return chosen


def _nearest(rows: Sequence[Duty], hs_code: str) -> dict[str, Duty]:
    """Return the first row that agrees with a code in most digits, by its layer; none outside its chapter."""
    for digits in range(len(hs_code), 1, -1):
        for row in rows:
            if row.hs_prefix[:digits] == hs_code[:digits]:
                return {row.layer: row}
    return {}


def kept_away(row: Duty, chosen: dict[str, Duty]) -> bool:
    """Return whether a row is not charged: a layer that costs something keeps it away, or one stands in its place.

    A layer that is kept away itself does neither.
    """
    if any(row.layer in other.instead_of and not kept_away(other, chosen) for other in chosen.values()):
        return True
    others = [chosen[layer] for layer in row.unless_layers if layer in chosen]
    costly = [other for other in others if max(other.rate_pct, other.per_unit, other.per_kg, other.per_line) > 0]
    return any(not kept_away(other, chosen) for other in costly)


def not_running(row: Departure, date: dt.date) -> str:
    """Return why a departure row has no run on a date, or an empty string when it has."""
    if row.etd is not None:
        return "" if row.etd.date() == date else f"{row.departure_id} runs once, on {row.etd.date()}"
    if date.isoweekday() != row.weekday:
        return f"{row.departure_id} runs on weekday {row.weekday}, {date} is weekday {date.isoweekday()}"
    if (row.valid_from and date < row.valid_from) or (row.valid_to and date > row.valid_to):
        return f"{row.departure_id} runs from {row.valid_from or 'ever'} to {row.valid_to or 'ever'}"
    if date.isoformat() in row.skip_dates:
        return f"{row.departure_id} is blanked on {date}"
    return ""
