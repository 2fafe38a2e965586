"""Entry by the platform: where it offers to be importer of record, every itinerary in a shared load has a second option."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from consolidation.search import Rows, Search
from network.model import Network
from network.money import Bools, Int64

_COPIED = (
    "shipment", "route", "courier", "leg", "start", "dispatched_day", "delivered_day", "received_day", "by_platform",
)  # fmt: skip
"""Columns of rows that an option entered by the platform has in common with the one entered by the own importer."""


def with_platform_entries(network: Network, search: Search, rows: Rows) -> Rows:
    """Return options with, behind them, those of shared loads once more, entered by the platform.

    Only those of shipments that allow it, under regimes in which the platform may be importer of record. Entries that a
    shipment makes alone stay with its own importer: there is nobody to share one with.
    """
    offered = search.demand.by_platform
    if not offered[rows.first : rows.first + rows.count].any():
        return rows
    again = np.flatnonzero(offered[rows.shipment] & np.append(_routes(network, search), False)[rows.route])
    count = len(rows.shipment)
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(rows, name), getattr(rows, name)[again]]) for name in _COPIED
    }
    columns["by_platform"][count:] = True
    twin = rows.twin[again]
    columns["twin"] = np.concatenate([rows.twin, np.where(twin >= 0, twin + rows.twin.max(initial=-1) + 1, -1)])
    for name in ("arrival", "onward"):
        numbers, samples = getattr(rows, name), getattr(rows, f"{name}s")
        _, first, inverse = np.unique(numbers[again], return_index=True, return_inverse=True)
        columns[name] = np.concatenate([numbers, len(samples) + inverse])
        columns[f"{name}s"] = np.concatenate([samples, count + first])
    return replace(rows, **columns)


def _routes(network: Network, search: Search) -> Bools:
    """Return which routes are shared loads that the platform may enter, (R,) bool."""
    runs = search.routes.runs
    regimes = [network.regime[network.place[run.lane.destination].customs_regime] for run in runs]
    allowed = np.array([regime.platform_entry for regime in regimes], dtype=np.bool_)
    run: Int64 = search.routes.run
    found: Bools = search.routes.pooled & allowed[run]
    return found
