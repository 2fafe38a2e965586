"""When an FC has goods available, and until when they may come: due dates and the deadlines of sales events."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from consolidation.shipments import Shipment
from network import clock
from network.fc_tables import InboundDeadline
from network.model import Network
from network.money import Int64
from network.tables import Receiving

_NO_PEAK = (0, -1)
"""First and last day number of a peak that has no days."""
NO_DAY = -1
"""Day number that stands for no due date and no deadline."""


def days_to_receive(rule: Receiving | None) -> tuple[int, int, int, int]:
    """Return the days from delivery to available, the first and last day of the peak, and the days within it."""
    if rule is None:
        return 0, *_NO_PEAK, 0
    usual = math.ceil(rule.receiving_days)
    if rule.peak_from is None or rule.peak_to is None or rule.peak_receiving_days is None:
        return usual, *_NO_PEAK, usual
    first, last = clock.day_number(rule.peak_from), clock.day_number(rule.peak_to)
    return usual, first, last, math.ceil(rule.peak_receiving_days)


def received(rule: tuple[Int64, Int64, Int64, Int64], delivered: Int64) -> Int64:
    """Return the day on which goods are available, (m,): the earliest for goods delivered then or later.

    Whoever is delivered first is received first: goods delivered before or within the peak wait no longer than
    others that arrive when it begins, or after it.

    Parameters
    ----------
    rule : (m,) int64 each, as :func:`days_to_receive` returns them
    delivered : (m,) int64, day of delivery
    """
    usual, first, last, peak = rule
    within = (delivered >= first) & (delivered <= last)
    found = delivered + np.where(within, peak, usual)
    at_first = np.where(delivered < first, first + peak, found)
    behind_last = np.where(delivered <= last, last + 1 + usual, found)
    days: Int64 = np.minimum(found, np.minimum(at_first, behind_last))
    return days


@dataclass(frozen=True)
class Due:
    """Until when goods of one shipment should be available.

    Attributes
    ----------
    deadline : InboundDeadline or None, of the event that they are meant for
    event_day : int, day number on which goods delivered on the deadline are available; NO_DAY without one
    day : int, the earlier of that day and the due date; NO_DAY without either
    """

    deadline: InboundDeadline | None
    event_day: int
    day: int


def due(network: Network, shipment: Shipment, destinations: int) -> Due:
    """Return until when goods should be available.

    Goods are in time for an event if they are available no later than goods delivered on its deadline are.

    Parameters
    ----------
    destinations : FCs that the shipment's inbound plan goes to; 0 for goods of none
    """
    deadline = network.deadline(shipment.destination_fc, shipment.event, max(1, destinations))
    event_day = NO_DAY
    if deadline is not None:
        rule = days_to_receive(network.receiving_of(network.place[shipment.destination_fc]))
        columns = tuple(np.array([part], dtype=np.int64) for part in rule)
        last = np.array([clock.day_number(deadline.arrive_by)], dtype=np.int64)
        event_day = int(received((columns[0], columns[1], columns[2], columns[3]), last)[0])
    dates = [] if shipment.due_date is None else [clock.day_number(shipment.due_date)]
    dates += [] if deadline is None else [event_day]
    return Due(deadline, event_day, min(dates, default=NO_DAY))
