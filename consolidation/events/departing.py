"""Departures that a load can be rolled to: by the network where it is at hand, else by what the plan itself tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from consolidation.events.model import Confirmation, parsed_time
from consolidation.events.steps import Refusal
from consolidation.plan_model import Plan, PlannedLoad, PlannedShipment
from network.departures import Run, runs
from network.errors import nearest
from network.model import Network

_LOOK_AHEAD_DAYS = 28
_WEEK = 7
_UNKNOWN, _WAY, _GONE = "REFERENCE.UNKNOWN", "DEPARTURE.WAY", "DEPARTURE.GONE"


def unfit(said: Confirmation, load: PlannedLoad, plan: Plan, network: Network | None) -> Refusal | None:
    """Return why a trunk load cannot have been rolled to a departure, or None when it can.

    Parameters
    ----------
    said : Confirmation of kind rolled, with its departure_id
    load : PlannedLoad, the load as planned: its gateways and equipment do not change
    plan : Plan, whose departures are known without a network
    network : Network or None, which knows all
    """
    day = _day(said.departure_id)
    if day is None:
        maybe = nearest(said.departure_id, [load.departure_id])
        return Refusal(f"departure row and local date of ETD, as {load.departure_id}", maybe, _UNKNOWN)
    if network is None:
        return _by_plan(said, load, plan, day)
    return _by_network(said, load, day, network)


def _day(departure_id: str) -> dt.date | None:
    _, at, text = departure_id.rpartition("@")
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if at and day.isoformat() == text and dt.MINYEAR < day.year < dt.MAXYEAR else None


def _by_network(said: Confirmation, load: PlannedLoad, day: dt.date, network: Network) -> Refusal | None:
    run = next((run for run in runs(network, day, day) if run.run_id == said.departure_id), None)
    if run is None:
        return Refusal("a departure of the network", _offer(said, load, network), _UNKNOWN)
    if not _same_way(run, load):
        way = f"{load.gateway_out} to {load.gateway_in} that takes a {load.equipment_id}"
        return Refusal(f"a departure from {way}", _offer(said, load, network), _WAY)
    if _instant(run) <= said.instant:
        expected = f"a departure after the time of the report: this one left at {_instant(run):%Y-%m-%dT%H:%MZ}"
        return Refusal(expected, _offer(said, load, network), _GONE)
    return None


def _instant(run: Run) -> dt.datetime:
    return dt.datetime.fromtimestamp(run.etd * 60, tz=dt.UTC)


def _same_way(run: Run, load: PlannedLoad) -> bool:
    ends = (run.lane.origin, run.lane.destination)
    return ends == (load.gateway_out, load.gateway_in) and load.equipment_id in run.lane.equipment


def _offer(said: Confirmation, load: PlannedLoad, network: Network) -> str:
    """Return the next departures on the way of a load, as a cure."""
    first = said.instant.date()
    last = min(first, dt.date.max - dt.timedelta(days=_LOOK_AHEAD_DAYS)) + dt.timedelta(days=_LOOK_AHEAD_DAYS)
    known = [
        run.run_id
        for run in runs(network, first, last)
        if _same_way(run, load) and _instant(run) > said.instant and run.run_id != load.departure_id
    ]
    return nearest(said.departure_id, known) or _listed(known)


def _listed(known: Iterable[str]) -> str:
    first = list(known)[:3]
    return f"it is one of {', '.join(first)}" if first else ""


def _by_plan(said: Confirmation, load: PlannedLoad, plan: Plan, day: dt.date) -> Refusal | None:
    ways = dict(_ways(plan))
    way = ways.get(said.departure_id) or _same_row(said.departure_id, day, ways)
    if way is None:
        same = [name for name, ends in ways.items() if ends == _ends(load)]
        cure = [nearest(said.departure_id, same), "give the network (--network): it knows all its departures"]
        expected = "a departure that the plan knows, or the same one some weeks later"
        return Refusal(expected, ", or ".join(filter(None, cure)), _UNKNOWN)
    if way != _ends(load):
        return Refusal(f"a departure from {load.gateway_out} to {load.gateway_in}", "", _WAY)
    if day < _local(said, load):
        return Refusal("a departure that had not left at the time of the report", "", _GONE)
    return None


def _ends(part: PlannedLoad) -> tuple[str, str]:
    return part.gateway_out, part.gateway_in


def _ways(plan: Plan) -> Iterator[tuple[str, tuple[str, str]]]:
    parts: list[PlannedShipment | PlannedLoad] = [*plan.shipments, *plan.loads]
    for part in parts:
        if part.departure_id:
            yield part.departure_id, (part.gateway_out, part.gateway_in)


def _same_row(departure_id: str, day: dt.date, ways: dict[str, tuple[str, str]]) -> tuple[str, str] | None:
    """Return the way of a departure that leaves every week, from the plan's departures of the same row."""
    row = departure_id.rpartition("@")[0]
    for name, ends in ways.items():
        planned = _day(name)
        if name.rpartition("@")[0] == row and planned and (day - planned).days % _WEEK == 0:
            return ends
    return None


def _local(said: Confirmation, load: PlannedLoad) -> dt.date:
    """Return the day of a report on the clock of the port that a load leaves from."""
    departs = parsed_time(load.departs)
    try:
        return said.instant.astimezone(dt.UTC if departs is None else departs.tzinfo).date()
    except OverflowError:
        return said.instant.date()
