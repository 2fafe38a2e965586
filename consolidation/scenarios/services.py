"""Patches on lanes, places and departures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from consolidation.scenarios.draft import Draft, rows_in_words
from consolidation.scenarios.model import in_words
from consolidation.scenarios.parts import Change
from consolidation.scenarios.patches import (
    AddDeparture,
    AddLane,
    Allotment,
    BlankSailings,
    CloseLanes,
    ClosePlaces,
    Cutoff,
    Dwell,
    Handling,
    OpenLanes,
    OpenPlaces,
    Transit,
)
from consolidation.scenarios.spans import edit_within
from network.cells import cell_text
from network.errors import nearest
from network.tables import Departure, Lane, Place


def close_lanes(draft: Draft, patch: CloseLanes | OpenLanes) -> None:
    """Close or open lanes."""
    _switch(draft, "lanes", draft.select.lanes(patch.lanes), patch.kind == "close_lanes")


def close_places(draft: Draft, patch: ClosePlaces | OpenPlaces) -> None:
    """Close or open places."""
    _switch(draft, "places", draft.select.places(patch.places), patch.kind == "close_places")


def _switch(draft: Draft, table: str, rows: Sequence[Lane] | Sequence[Place], closed: bool) -> None:
    draft.edit(table, rows, lambda row: [row.model_copy(update={"closed": closed})])
    done = "closed" if closed else "opened"
    same = sum(row.closed == closed for row in rows)
    already = (
        f"; {same} of them {'was' if same == 1 else 'were'} {done.replace('opened', 'open')} before" if same else ""
    )
    if rows:
        draft.tell(f"{done} {rows_in_words(rows, table[:-1])}{already}")


def add_lane(draft: Draft, patch: AddLane) -> None:
    """Add a copy of a lane with changes, and copies of its departures and, between the same ends, of its drawn path.

    A new transit holds for all departures.
    """
    pattern = draft.network.lane.get(patch.like)
    name = cell_text(patch.lane.get("lane_id"))
    if pattern is None:
        draft.refuse("like", patch.like, "a lane of the network", nearest(patch.like, draft.network.lane))
    if not name or name in draft.network.lane:
        draft.refuse("lane.lane_id", name, "an id that no lane has", rule="KEY.DUPLICATE" if name else "VALUE.MISSING")
    if pattern is None or not name or name in draft.network.lane:
        return
    same_ends = all(
        patch.lane.get(end, getattr(pattern, end)) == getattr(pattern, end) for end in ("origin", "destination")
    )
    measured: dict[str, Any] = {} if same_ends else {"distance_km": None}
    lane = draft.built(Lane, {**dict(pattern), **measured, **patch.lane}, "lane")
    if lane is None:
        return
    draft.put("lanes", (*draft.network.lanes, lane))
    if same_ends:
        path = [row.model_copy(update={"lane_id": name}) for row in draft.network.geometry if row.lane_id == patch.like]
        draft.put("geometry", (*draft.network.geometry, *path))
    copied = [row for row in draft.network.departures if patch.departures and row.lane_id == patch.like]
    own: dict[str, Any] = {"transit_days": None} if "transit_days" in patch.lane else {}
    added = [
        row.model_copy(update={**own, "lane_id": name, "departure_id": _renamed(row.departure_id, patch.like, name)})
        for row in copied
    ]
    draft.put("departures", (*draft.network.departures, *added))
    differs = ", ".join(f"{key} {cell_text(value)}" for key, value in patch.lane.items() if key != "lane_id")
    draft.tell(f"added lane {name}, like {patch.like}{' but ' + differs if differs else ''}, "
               f"with {rows_in_words(added, 'departure')}")  # fmt: skip


def _renamed(departure_id: str, old: str, new: str) -> str:
    """Return the id of a copied departure: of the new lane where it began with the id of the old one."""
    return new + departure_id.removeprefix(old) if departure_id.startswith(old) else f"{new}.{departure_id}"


def add_departure(draft: Draft, patch: AddDeparture) -> None:
    """Add a departure, from its columns alone or as a copy of another with changes."""
    known = {row.departure_id: row for row in draft.network.departures}
    name = cell_text(patch.departure.get("departure_id"))
    if not name or name in known:
        draft.refuse("departure.departure_id", name, "an id that no departure has",
                     rule="KEY.DUPLICATE" if name else "VALUE.MISSING")  # fmt: skip
    if patch.like and patch.like not in known:
        draft.refuse("like", patch.like, "a departure of the network", nearest(patch.like, known))
    if not name or name in known or (patch.like and patch.like not in known):
        return
    pattern: dict[str, Any] = dict(known[patch.like]) if patch.like else {}
    if patch.departure.get("etd"):
        pattern = {**pattern, "weekday": None, "valid_from": None, "valid_to": None, "skip_dates": ()}
    elif patch.departure.get("weekday"):
        pattern = {**pattern, "etd": None}
    row = draft.built(Departure, {**pattern, **patch.departure}, "departure")
    if row is not None and row.lane_id not in draft.network.lane:
        draft.refuse(
            "departure.lane_id", row.lane_id, "a lane of the network", nearest(row.lane_id, draft.network.lane)
        )
    elif row is not None:
        draft.put("departures", (*draft.network.departures, row))
        when = f"on {row.etd:%Y-%m-%d %H:%M}" if row.etd else f"every weekday {row.weekday}"
        draft.tell(f"added departure {name} of lane {row.lane_id}, {when}")


def blank_sailings(draft: Draft, patch: BlankSailings) -> None:
    """Take out the sailings of departures on some days."""
    last = patch.last_day or patch.first_day
    chosen = draft.select.departures(patch.departures)
    gone: list[str] = []

    def without(row: Departure) -> list[Departure] | None:
        days = [day.isoformat() for day in _days_of(row, patch.first_day, last)]
        gone.extend(f"{row.departure_id}@{day}" for day in days)
        if row.etd is not None:
            return [] if days else None
        return [row.model_copy(update={"skip_dates": tuple(sorted({*row.skip_dates, *days}))})] if days else None

    draft.edit("departures", chosen, without)
    if chosen and not gone:
        draft.refuse("first_day", f"{patch.first_day} to {last}", "days on which a selected departure leaves",
                     "they were blanked before", "SELECTION.EMPTY")  # fmt: skip
    if gone:
        draft.tell(f"blanked {in_words(gone, 'sailing')}")


def _days_of(row: Departure, first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the local days in [first, last] on which a departure leaves."""
    if row.etd is not None:
        return [row.etd.date()] if first <= row.etd.date() <= last else []
    start, end = max(first, row.valid_from or first), min(last, row.valid_to or last)
    days = (start + dt.timedelta(days=k) for k in range((end - start).days + 1))
    return [day for day in days if day.isoweekday() == row.weekday and day.isoformat() not in row.skip_dates]


def transit(draft: Draft, patch: Transit) -> None:
    """Change the transit of lanes and of departures with a transit of their own; for a span of days of departures only."""
    lanes = draft.select.lanes(patch.lanes)
    ids = {row.lane_id: row.transit_days for row in lanes}
    whole = patch.first_day is None and patch.last_day is None

    def faster(row: Lane) -> list[Lane] | None:
        names = ("transit_days", "transit_days_min", "transit_days_max")
        before = {name: getattr(row, name) for name in names}
        values = {name: float(patch.change.of(days)) for name, days in before.items() if days is not None}
        new = draft.changed(row, values, patch.stated)
        return None if new is None else [new]

    def sooner(row: Departure) -> Departure | None:
        days = row.transit_days if row.transit_days is not None else ids[row.lane_id]
        return draft.changed(row, {"transit_days": float(patch.change.of(days))}, patch.stated)

    if whole:
        draft.edit("lanes", lanes, faster)
    rows = [
        row for row in draft.network.departures if row.lane_id in ids and (not whole or row.transit_days is not None)
    ]
    count = edit_within(draft, "departures", rows, patch, sooner)
    if lanes:
        own = f", {in_words((row.departure_id for row in rows), 'departure')}" if count else ""
        draft.tell(f"transit {patch.change}{patch.days_in_words}: {rows_in_words(lanes, 'lane')}{own}")


def dwell(draft: Draft, patch: Dwell) -> None:
    """Change the dwell of places."""
    places = draft.select.places(patch.places)

    def slower(row: Place) -> list[Place] | None:
        new = draft.changed(row, {"dwell_days": float(patch.change.of(row.dwell_days))}, patch.stated)
        return None if new is None else [new]

    draft.edit("places", places, slower)
    if places:
        draft.tell(f"dwell {patch.change}: {rows_in_words(places, 'place')}")


def allotment(draft: Draft, patch: Allotment) -> None:
    """Change what may be loaded on departures."""
    chosen = draft.select.departures(patch.departures)
    rows = limited(draft, chosen, "allotment_teu", patch.change, patch.stated)

    def other(row: Departure) -> Departure | None:
        return draft.changed(row, {"allotment_teu": new_limit(row.allotment_teu, patch.change)}, patch.stated)

    edit_within(draft, "departures", rows, patch, other)
    if rows:
        draft.tell(f"allotment {patch.change}{patch.days_in_words}: {rows_in_words(rows, 'departure')}")


_CUTOFFS = ("crd_h", "lco_h", "dco_h", "vco_h", "fco_h")
"""Cut-offs that a partner sets; that of advance filing is the law's."""


def cutoff(draft: Draft, patch: Cutoff) -> None:
    """Move the cut-offs of departures together, at the latest to the departure itself."""
    chosen = draft.select.departures(patch.departures)
    change = Change(add=patch.add_days, unit="day")

    def moved(row: Departure) -> Departure | None:
        before = {name: Decimal(str(hours)) for name in _CUTOFFS if (hours := getattr(row, name)) is not None}
        values = {name: float(max(Decimal(0), hours - 24 * patch.add_days)) for name, hours in before.items()}
        return draft.changed(row, values, "add_days")

    edit_within(draft, "departures", chosen, patch, moved)
    if chosen:
        draft.tell(f"cut-offs {change}{patch.days_in_words}: {rows_in_words(chosen, 'departure')}")


def handling(draft: Draft, patch: Handling) -> None:
    """Change what origin warehouses stuff in a day."""
    found = draft.select.places(patch.warehouses, "warehouses")
    others = [place.place_id for place in found if place.kind != "origin_warehouse"]
    for name in others:
        draft.refuse("warehouses", name, "an origin warehouse", rule="KIND.PLACE")
    warehouses = limited(draft, [] if others else found, "handling_m3_per_day", patch.change, patch.stated)

    def other(row: Place) -> list[Place] | None:
        limit = new_limit(row.handling_m3_per_day, patch.change)
        new = draft.changed(row, {"handling_m3_per_day": limit}, patch.stated)
        return None if new is None else [new]

    draft.edit("places", warehouses, other)
    if warehouses:
        draft.tell(f"handling {patch.change}: {rows_in_words(warehouses, 'warehouse')}")


def limited(draft: Draft, rows: Sequence[Any], column: str, change: Change, key: str) -> list[Any]:
    """Return the rows that have the limit that is to change by an amount or percentage; none at all is a fault."""
    if not change.needs_number:
        return list(rows)
    found = [row for row in rows if getattr(row, column) is not None]
    if rows and not found:
        draft.refuse(
            key, str(change), f"a selected row that has a limit ({column})", "set one first", "SELECTION.EMPTY"
        )
    return found


def new_limit(limit: float | None, change: Change) -> Decimal | None:
    """Return what becomes of a limit; None is no limit."""
    if not change.needs_number:
        return change.to
    return None if limit is None else change.of(limit)
