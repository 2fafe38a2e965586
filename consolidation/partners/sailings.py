"""Sailings of carriers become departures of the network: matched to lanes, updated by id, patterns giving way."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consolidation.partners.consolidations import unlocode
from consolidation.partners.cutoffs import CUTOFFS, hours_before
from consolidation.partners.dcsa_schedules import Sailing
from network import clock
from network.consistency import check_network
from network.departures import runs
from network.errors import Finding, InputError, nearest
from network.model import Network
from network.tables import Departure, Lane, Source

NEAR_DAYS = 3
"""A run of a weekly pattern gives way to a sailing of its lane that leaves at most so many days from it."""
_NO_LANE = "no ocean lane"
_GENERIC = ("ocean", "ocean_lcl")
_OCEAN = (*_GENERIC, "ocean_express")
_COLUMNS = {code: column for code, column in CUTOFFS.items() if code != "CRD"}


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A sailing that no lane takes, and why."""

    where: str
    sailing: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of the sailings of a file.

    Attributes
    ----------
    network : Network
        With the departures added and updated.
    added, updated, unchanged : tuple of str
        Departure ids.
    gave_way : tuple of str
        Runs of weekly patterns, as ``OC-YTN-LAX.2@2026-12-01``, in whose place a sailing stands.
    unmatched : tuple of Unmatched
    unused : tuple of str
        Cut-off codes that the network keeps no column for.
    """

    network: Network
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    gave_way: tuple[str, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    unused: tuple[str, ...] = ()


def import_sailings(
    network: Network, sailings: Sequence[Sailing], file: str, services: Mapping[str, str] | None = None,
    keep_patterns: bool = False,
) -> Imported:  # fmt: skip
    """Return a network with sailings as departures.

    A sailing goes to the ocean lanes between its ports (by UN/LOCODE): to the lane that `services` names for it, else
    to those whose name or id has its service or carrier as a word, else to lanes of no special service. A sailing with
    receipt at a container yard goes to lanes on which whole containers are bought. Cut-offs that the carrier does not
    state are those of the lane's weekly pattern. On co-load lanes the time to the CFS stays as the lane has it, unless
    the file says when goods are ready at the CFS of delivery.

    Parameters
    ----------
    file : name of the file, for the source of the rows
    services : lane id by service code or name, as the planner knows better
    keep_patterns : leave runs of weekly patterns beside the sailings

    Raises
    ------
    InputError
        If two sailings contradict each other, a lane of `services` does not exist, or no sailing fits any lane.
    """
    pilot = _Pilot(network, file, services or {})
    faults = list(pilot.unknown_lanes())
    rows: dict[str, tuple[Sailing, Departure]] = {}
    unmatched: list[tuple[Sailing, str]] = []
    for sailing in sailings:
        lanes, reason = pilot.lanes(sailing)
        if reason:
            unmatched.append((sailing, reason))
        for lane in lanes:
            row = pilot.departure(sailing, lane)
            first = rows.setdefault(row.departure_id, (sailing, row))
            if first[1] != row:
                faults.append(Finding(file, None, sailing.where, _told(sailing), f"the same as {first[0].where} says of {row.departure_id}",
                                      "one of them is an earlier edition", "SCHEDULE.CONTRADICTION"))  # fmt: skip
    if not rows and not faults:
        faults.append(Finding(file, None, "", f"{len(sailings)} sailings", "at least one between two ports of an ocean lane",
                              unmatched[0][1] if unmatched else "", "SCHEDULE.UNMATCHED"))  # fmt: skip
    if faults:
        raise InputError(faults)
    made = _merged(network, [row for _, row in rows.values()], pilot, keep_patterns)
    unused = {code for sailing in sailings for code in sailing.cutoffs if code not in CUTOFFS}
    told = tuple(_worth_telling(unmatched, {sailing.group for sailing, _ in rows.values()}))
    return dataclasses.replace(made, unmatched=told, unused=tuple(sorted(unused)))


def _worth_telling(unmatched: Sequence[tuple[Sailing, str]], used: set[str]) -> Iterator[Unmatched]:
    """Yield what was not matched; of a ship with a lane the pairs of ports without one are not told, else only the first."""
    seen = set(used)
    for sailing, reason in unmatched:
        if not reason.startswith(_NO_LANE):
            yield Unmatched(sailing.where, _told(sailing), reason)
        elif sailing.group not in seen:
            seen.add(sailing.group)
            yield Unmatched(sailing.where, _told(sailing), reason)


def _told(sailing: Sailing) -> str:
    named = " ".join(filter(None, (*sailing.names[:1], sailing.voyage)))
    return f"{sailing.loading or '?'}-{sailing.discharge or '?'} {sailing.departs:%Y-%m-%d %H:%M} {named}".rstrip()


class _Pilot:
    """Knows the ocean lanes by the ports they join."""

    def __init__(self, network: Network, file: str, services: Mapping[str, str]) -> None:
        self._network, self._file, self._services = network, file, services
        self.source = Source(
            source=f"schedule-{_word(file)}", text=f"DCSA Commercial Schedules of the carrier, file {file}"
        )
        self._by_ports: dict[tuple[str, str], list[Lane]] = {}
        self._patterns: dict[str, list[Departure]] = {}
        for lane in network.lanes:
            if lane.mode in _OCEAN:
                ports = unlocode(network.place[lane.origin]), unlocode(network.place[lane.destination])
                self._by_ports.setdefault(ports, []).append(lane)
        for row in network.departures:
            if row.weekday is not None:
                self._patterns.setdefault(row.lane_id, []).append(row)
        self._rows = {row.departure_id: row for row in network.departures}

    def unknown_lanes(self) -> Iterator[Finding]:
        for code, lane_id in self._services.items():
            if lane_id not in self._network.lane:
                yield Finding("--service", None, code, lane_id, "a lane_id of the network", nearest(lane_id, self._network.lane),
                              "REFERENCE.UNKNOWN")  # fmt: skip

    def lanes(self, sailing: Sailing) -> tuple[list[Lane], str]:
        """Return the lanes of a sailing, or none and the reason."""
        if not sailing.loading or not sailing.discharge:
            return [], "a port without UN/LOCODE"
        between = self._by_ports.get((sailing.loading, sailing.discharge), [])
        if not between:
            return [], f"{_NO_LANE} from {sailing.loading} to {sailing.discharge}"
        ordered = {self._services[name] for name in sailing.names if name in self._services}
        if ordered:
            found = [lane for lane in between if lane.lane_id in ordered]
            return found, "" if found else f"lane {', '.join(sorted(ordered))} joins other ports"
        fitting = [lane for lane in between if lane.buying == "load" or sailing.receipt not in ("CY", "SD")]
        if not fitting:
            return [], f"received at {sailing.receipt}, but lanes between these ports take co-loaded goods only"
        named = [lane for lane in fitting if _names(lane) & {name.upper() for name in sailing.names}]
        chosen = named or [lane for lane in fitting if lane.mode in _GENERIC]
        if not chosen:
            ids = ", ".join(lane.lane_id for lane in fitting)
            return [], f"lanes between these ports are of other services: {ids}"
        for mode in _OCEAN:
            same = [lane.lane_id for lane in chosen if lane.mode == mode]
            if len(same) > 1:
                return [], f"several lanes would do: {', '.join(same)}"
        return chosen, ""

    def departure(self, sailing: Sailing, lane: Lane) -> Departure:
        """Return the row of a sailing on a lane; what the carrier does not say is as before, else as in the pattern."""
        zone = clock.zone(self._network.place[lane.origin].timezone)
        local = sailing.departs.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
        departure_id = f"{lane.lane_id}.{_word(sailing.voyage or sailing.vessel) or format(local, '%Y%m%d')}"
        before = self._rows.get(departure_id)
        model = before or next(iter(self._patterns.get(lane.lane_id, [])), None)
        kept: dict[str, Any] = {} if model is None else {
            name: getattr(model, name) for name in (*CUTOFFS.values(), "allotment_teu")
        }  # fmt: skip
        hours = {
            column: hours_before(sailing.departs, sailing.cutoffs[code])
            for code, column in _COLUMNS.items() if code in sailing.cutoffs
        }  # fmt: skip
        return Departure(
            departure_id=departure_id, lane_id=lane.lane_id, etd=local, transit_days=_transit(sailing, lane),
            source=self.source.source, **{**kept, **hours},
        )  # fmt: skip


def _transit(sailing: Sailing, lane: Lane) -> float | None:
    """Return days from ETD, or None for those of the lane."""
    arrives = sailing.arrives
    if lane.buying == "space":
        if sailing.delivered is None:
            return None
        arrives = sailing.delivered
    return round((arrives - sailing.departs).total_seconds() / 60) / clock.DAY_MIN


def _names(lane: Lane) -> set[str]:
    """Return what a lane is called, in capitals: its id, its name, and every word of them."""
    texts = (lane.lane_id.upper(), lane.name.upper())
    return {*texts, *(word for text in texts for word in re.findall(r"[A-Z0-9]{2,}", text))}


def _word(text: str) -> str:
    """Return a text as part of an id.

    >>> _word("MV Ever Given/012E")
    'MV-Ever-Given-012E'
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


def _merged(network: Network, rows: Sequence[Departure], pilot: _Pilot, keep_patterns: bool) -> Imported:
    known = {row.departure_id: row for row in network.departures}
    unchanged = tuple(row.departure_id for row in rows if known.get(row.departure_id) == row)
    updated = tuple(row.departure_id for row in rows if row.departure_id in known and known[row.departure_id] != row)
    added = [row for row in rows if row.departure_id not in known]
    fresh = {row.departure_id: row for row in rows}
    moved = [row for row in rows if _is_new(row, known.get(row.departure_id))]
    skipped = {} if keep_patterns else _giving_way(network, moved)
    departures = [
        _without(fresh.get(row.departure_id, row), skipped.get(row.departure_id, ())) for row in network.departures
    ] + added
    sources = tuple(row for row in network.sources if row.source != pilot.source.source)
    made = network.replace(departures=tuple(departures), sources=(*sources, pilot.source))
    faults = check_network(made)
    if faults:
        raise InputError(faults)
    gave_way = tuple(f"{name}@{day}" for name, days in skipped.items() for day in days)
    return Imported(network=made, added=tuple(row.departure_id for row in added), updated=updated, unchanged=unchanged,
                    gave_way=gave_way)  # fmt: skip


def _is_new(row: Departure, before: Departure | None) -> bool:
    if before is None or before.etd is None or row.etd is None:
        return True
    return abs(row.etd - before.etd) > dt.timedelta(days=NEAR_DAYS)


def _giving_way(network: Network, rows: Sequence[Departure]) -> dict[str, list[str]]:
    """Return dates by pattern on which a sailing stands in for its run: the nearest one of the lane."""
    found: dict[str, list[str]] = {}
    lanes = {row.lane_id for row in rows}
    patterns = network.replace(departures=tuple(
        row for row in network.departures if row.lane_id in lanes and row.weekday is not None
    ))  # fmt: skip
    taken: set[str] = set()
    for row in sorted(rows, key=lambda row: (row.etd or dt.datetime.max, row.departure_id)):
        assert row.etd is not None
        day = row.etd.date()
        near = runs(patterns, day - dt.timedelta(days=NEAR_DAYS), day + dt.timedelta(days=NEAR_DAYS))
        free = [run for run in near if run.lane.lane_id == row.lane_id and run.run_id not in taken]
        if free:
            run = min(free, key=lambda run: (abs(run.etd_day - clock.day_number(day)), run.etd_day))
            taken.add(run.run_id)
            found.setdefault(run.departure.departure_id, []).append(clock.date_of(run.etd_day).isoformat())
    return found


def _without(row: Departure, days: Sequence[str]) -> Departure:
    return row.model_copy(update={"skip_dates": tuple(sorted({*row.skip_dates, *days}))}) if days else row
