"""Dated departures: explicit runs and weekly patterns expanded over a horizon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from network import clock
from network.model import Network
from network.tables import Departure, Lane

HANDOVER_HOUR = 18
"""Local hour at which goods stuffed on a day leave an origin warehouse."""


@dataclass(frozen=True, slots=True)
class Run:
    """One dated departure.

    Attributes
    ----------
    run_id : str
        Id of the departure row and the local ETD date, as ``OC-YTN-LAX.2@2026-12-01``.
    etd, eta, cutoff : int
        UTC minutes; the cut-off is the earlier of CFS delivery (LCO) and CY gate-in (FCO).
    etd_day, eta_day : int
        Local day numbers at the origin and the destination gateway.
    """

    run_id: str
    departure: Departure
    lane: Lane
    etd: int
    eta: int
    cutoff: int
    etd_day: int
    eta_day: int


def runs(network: Network, first: dt.date, last: dt.date) -> list[Run]:
    """Return the departures of open lanes with a local ETD date in [first, last], by ETD, then id.

    Explicit departures outside the horizon are left out like pattern ones.
    """
    found: list[Run] = []
    for departure in network.departures:
        lane = network.lane[departure.lane_id]
        if lane.closed or network.place[lane.origin].closed or network.place[lane.destination].closed:
            continue
        found.extend(dated(network, departure, local) for local in _local_departures(departure, first, last))
    return sorted(found, key=lambda run: (run.etd, run.run_id))


def _local_departures(departure: Departure, first: dt.date, last: dt.date) -> Iterator[dt.datetime]:
    if departure.etd is not None:
        if first <= departure.etd.date() <= last:
            yield departure.etd
        return
    assert departure.weekday is not None
    start = max(first, departure.valid_from or first)
    end = min(last, departure.valid_to or last)
    day = start + dt.timedelta(days=(departure.weekday - start.isoweekday()) % 7)
    while day <= end:
        if day.isoformat() not in departure.skip_dates:
            yield dt.datetime.combine(day, departure.time)
        day += dt.timedelta(days=7)


def dated(network: Network, departure: Departure, local: dt.datetime) -> Run:
    """Return the run of a departure row that leaves at a local time."""
    lane = network.lane[departure.lane_id]
    origin, destination = network.place[lane.origin], network.place[lane.destination]
    etd = clock.instant(local, origin.timezone)
    transit_days = departure.transit_days or lane.transit_days
    eta = etd + round(transit_days * clock.DAY_MIN)
    cutoff_h = max(departure.lco_h, departure.fco_h or 0.0)
    return Run(
        run_id=f"{departure.departure_id}@{local.date().isoformat()}",
        departure=departure,
        lane=lane,
        etd=etd,
        eta=eta,
        cutoff=etd - round(cutoff_h * 60),
        etd_day=clock.day_number(local.date()),
        eta_day=clock.local_day(eta, destination.timezone),
    )
