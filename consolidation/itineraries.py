"""Itineraries: time-feasible, rule-feasible chains of shipments, as arrays.

Each option is a route (:mod:`consolidation.routes`) with a final leg, or a courier. They are found by
:mod:`consolidation.search`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from consolidation.demand import Demand
from consolidation.plan_model import FinalLeg
from consolidation.routes import Routes
from consolidation.storage import Storage
from network.money import Bools, Float64, Int64, Integers

LEGS: tuple[FinalLeg, ...] = ("ltl", "parcel", "ftl", "direct", "courier", "overseas")
"""Final legs; the ``leg`` array holds positions in this tuple, and from OVERSEAS on one number per stay in storage."""
LTL, PARCEL, FTL, DIRECT, COURIER, OVERSEAS = range(6)
_COLUMNS = (
    "shipment", "route", "courier", "leg", "collection_km", "leg_km", "warehouse_day", "stuffed_day", "dispatched_day",
    "delivered_day", "received_day", "by_platform",
)  # fmt: skip
"""Arrays of :class:`Itineraries`, one entry per option."""


def leg_name(leg: int) -> FinalLeg:
    """Return the name of a final leg.

    >>> leg_name(FTL), leg_name(OVERSEAS + 3)
    ('ftl', 'overseas')
    """
    return LEGS[min(leg, OVERSEAS)]


@dataclass(frozen=True)
class Refusals:
    """How many chains each rule refused, per shipment: explanations later.

    Attributes
    ----------
    rules : tuple of str
    counts : (n, len(rules)) int32
    """

    rules: tuple[str, ...]
    counts: Integers

    def __len__(self) -> int:
        """Return the number of shipments."""
        return len(self.counts)

    def __getitem__(self, position: int) -> Counter[str]:
        """Return the rules that refused chains of one shipment."""
        return self._named(self.counts[position])

    def total(self) -> Counter[str]:
        """Return what each rule refused over all shipments."""
        return self._named(self.counts.sum(axis=0, dtype=np.int64))

    def _named(self, counts: Integers) -> Counter[str]:
        return Counter({rule: count for rule, count in zip(self.rules, counts.tolist(), strict=True) if count})


@dataclass(frozen=True)
class Itineraries:
    """Some options of some shipments; m options.

    Attributes
    ----------
    shipment, route, courier, leg : (m,) int64
        Shipment; route, or -1; courier, or -1; position in :data:`LEGS`, a stay in storage behind them.
    collection_km, leg_km : (m,) float64, km to 0.1
    warehouse_day, stuffed_day, dispatched_day, delivered_day, received_day : (m,) int64, day numbers
    by_platform : (m,) bool, the platform is importer of record in place of the shipment's own
    refusals : per shipment, how many chains each rule refused
    """

    demand: Demand
    routes: Routes
    storage: Storage
    shipment: Int64
    route: Int64
    courier: Int64
    leg: Int64
    collection_km: Float64
    leg_km: Float64
    warehouse_day: Int64
    stuffed_day: Int64
    dispatched_day: Int64
    delivered_day: Int64
    received_day: Int64
    by_platform: Bools
    refusals: Refusals

    @cached_property
    def days(self) -> Int64:
        """Days from ready to received, (m,)."""
        return self.received_day - self.demand.ready_day[self.shipment]

    @cached_property
    def late_days(self) -> Int64:
        """Days after the due date, (m,)."""
        return late_days(self.demand, self.shipment, self.received_day)

    @cached_property
    def alone(self) -> Bools:
        """Whether the seller buys the option for itself, (m,)."""
        return (self.courier >= 0) | self._of_route(self.routes.alone)

    @cached_property
    def pooled(self) -> Bools:
        """Whether the trunk is a shared load, (m,)."""
        return self._of_route(self.routes.pooled)

    def _of_route(self, values: Bools) -> Bools:
        return np.append(values, False)[self.route]

    def take(self, positions: Int64) -> Itineraries:
        """Return the options at `positions` only, in that order."""
        chosen = {name: getattr(self, name)[positions] for name in _COLUMNS}
        return Itineraries(
            demand=self.demand, routes=self.routes, storage=self.storage, refusals=self.refusals, **chosen
        )

    def and_(self, others: Itineraries) -> Itineraries:
        """Return these options and, behind them, others of the same shipments and routes."""
        joined: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in _COLUMNS
        }
        return replace(self, **joined)


def late_days(demand: Demand, shipment: Int64, received_day: Int64) -> Int64:
    """Return days after the due date or the deadline of the event, 0 without either, (m,)."""
    due = demand.due_day[shipment]
    return np.where(due < 0, 0, np.maximum(0, received_day - due))
