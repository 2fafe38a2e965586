"""Departures that a patch cut into parts have other ids: a plan with the ids that another network has for them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from consolidation.plan_model import Plan, PlannedLoad, PlannedShipment
from consolidation.scenarios.selecting import first_id
from network.model import Network
from network.tables import Departure

Row = TypeVar("Row", PlannedShipment, PlannedLoad)


def first_run(run_id: str) -> str:
    """Return the id of a dated departure without the mark of a cut.

    >>> first_run("YTN-LAX.WED~2026-12-07@2026-12-09"), first_run("YTN-LAX.WED@2026-12-09"), first_run("EXPRESS")
    ('YTN-LAX.WED@2026-12-09', 'YTN-LAX.WED@2026-12-09', 'EXPRESS')
    """
    departure_id, at, day = run_id.rpartition("@")
    return f"{first_id(departure_id)}@{day}" if at else run_id


def as_named(plan: Plan, network: Network) -> Plan:
    """Return a plan with its departures called as a network calls them; ids that it does not know stay."""
    name = _namer(network)
    shipments = tuple(_with(row, name(row.departure_id)) for row in plan.shipments)
    loads = tuple(_with(row, name(row.departure_id)) for row in plan.loads)
    same = all(a is b for a, b in zip((*shipments, *loads), (*plan.shipments, *plan.loads), strict=True))
    return plan if same else plan.model_copy(update={"shipments": shipments, "loads": loads})


def _with(row: Row, departure_id: str) -> Row:
    return row if departure_id == row.departure_id else row.model_copy(update={"departure_id": departure_id})


def _namer(network: Network) -> Callable[[str], str]:
    """Return what gives a dated departure the id that it has in a network."""
    parts: dict[str, list[Departure]] = defaultdict(list)
    for row in network.departures:
        parts[first_id(row.departure_id)].append(row)

    @cache
    def name(run_id: str) -> str:
        departure_id, at, day = run_id.rpartition("@")
        if not at:
            return run_id
        rows = [row for row in parts[first_id(departure_id)] if _runs(row, dt.date.fromisoformat(day))]
        return f"{rows[0].departure_id}@{day}" if len(rows) == 1 else run_id

    return name


def _runs(row: Departure, day: dt.date) -> bool:
    if row.etd is not None:
        return row.etd.date() == day
    return (row.valid_from or dt.date.min) <= day <= (row.valid_to or dt.date.max)
