"""By when a shipment should be received, and what a late day of it is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consolidation.checking.case import Traveller
from consolidation.checking.dates import due_days
from consolidation.checking.own_lines import late_price
from consolidation.simulation.model import Against
from network.money import Int64, round_array


@dataclass(frozen=True, slots=True)
class Promise:
    """What the date of receipt of a shipment is measured against.

    Attributes
    ----------
    day : int, day number
    late_price : float, plan currency per late day; 0 where nothing but the plan's own date is promised
    """

    day: int
    against: Against
    late_price: float

    def cost(self, days_late: Int64) -> Int64:
        """Return the price of late days, micro-units, whole cents, (m,)."""
        return round_array(np.asarray(days_late * self.late_price, dtype=np.float64))


def promise_of(each: Traveller) -> Promise:
    """Return what a shipment is measured against: the earlier of due date and event, else the date in the plan."""
    shipment = each.journey.shipment
    due = due_days(each.world, shipment)
    price = float(late_price(each.world, shipment))
    day = min(due.values(), default=each.dates.received)
    if due.get("due_date") == day:
        return Promise(day, "due_date", price)
    return Promise(day, "event", price) if due else Promise(day, "planned_date", 0.0)
