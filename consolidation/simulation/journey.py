"""Dates of journeys in all runs of a simulation at once: the rules of :mod:`consolidation.checking.dates`, on arrays."""

from __future__ import annotations

import math

import numpy as np

from consolidation.checking.case import Traveller
from consolidation.checking.dates import drive_days
from consolidation.checking.world import Run, World
from consolidation.receiving import days_to_receive, received
from consolidation.simulation.boxes import Box, Boxes
from consolidation.simulation.calendars import Calendars
from consolidation.simulation.draws import Draws
from network.clock import DAY_MIN, day_number, local_time
from network.money import Float64, Int64
from network.reliability import Figures
from network.tables import Receiving

_KEPT = 512
"""Boxes whose days are kept for the next shipment that is in them."""


class Journeys:
    """Plays journeys; D runs.

    Parameters
    ----------
    boxes : of the plan
    figures : how reliable lanes, couriers, customs and FCs are
    """

    def __init__(self, world: World, boxes: Boxes, figures: Figures, calendars: Calendars, draws: Draws) -> None:
        self._world, self._boxes, self._figures = world, boxes, figures
        self._calendars, self._draws = calendars, draws
        self._eta: dict[str, Int64] = {}
        self._ready: dict[tuple[str, str, bool, bool], Int64] = {}

    def eta_day(self, run: Run) -> Int64:
        """Return the local day on which a departure arrives, (D,); the same for all goods on it."""
        if run.run_id not in self._eta:
            at = local_time(run.eta, run.gateway_in.timezone)
            scheduled = day_number(at.date()) * DAY_MIN + at.hour * 60 + at.minute
            delay = self._draws.delay(self._figures.of_lane(run.lane), "arrival", run.run_id)
            self._eta[run.run_id] = (scheduled + np.rint(delay * DAY_MIN).astype(np.int64)) // DAY_MIN
        return self._eta[run.run_id]

    def play(self, each: Traveller) -> tuple[Int64, Int64]:
        """Return the days on which goods are delivered and received, (D,) each."""
        if each.journey.planned.status == "delivered":
            one = np.ones(self._draws.count, dtype=np.int64)
            return one * each.dates.delivered, one * each.dates.received
        chain = each.journey.chain
        ready = self._by_courier(each) if chain is None else self._at_centre(self._boxes.of(each, chain))
        low = int(ready.min())
        delivered, available = self._onward(each, np.arange(low, int(ready.max()) + 1))
        delivered, available = delivered[ready - low], available[ready - low]
        cv = self._figures.receiving_cv(each.journey.fc)
        if cv:
            factor = self._draws.duration(1.0, cv, "receiving", each.shipment_id)
            available = delivered + np.rint((available - delivered) * factor).astype(np.int64)
        return delivered, available

    def _by_courier(self, each: Traveller) -> Int64:
        courier = each.journey.courier
        ready = day_number(each.journey.shipment.ready_date)
        if courier is None:
            return np.full(self._draws.count, ready)
        delay = self._draws.delay(self._figures.of_courier(courier), "courier", courier.courier_id, each.shipment_id)
        return ready + _whole(np.maximum(courier.transit_days + delay, 0.0))

    def _at_centre(self, box: Box) -> Int64:
        """Return the day on which a box is devanned and ready for dispatch, unopened: cleared, (D,)."""
        key = (box.key, box.entry, box.sailed, box.cleared)
        if key not in self._ready:
            if len(self._ready) >= _KEPT:
                del self._ready[next(iter(self._ready))]
            self._ready[key] = self._devanned(box, self._cleared(box))
        return self._ready[key]

    def _cleared(self, box: Box) -> Int64:
        gateway, draws = box.gateway, self._draws
        is_open = self._calendars.open(gateway)
        if box.cleared:
            arrived, dwell = np.full(draws.count, day_number(box.run.eta_date)), math.ceil(gateway.dwell_days)
            return is_open.after(arrived + dwell + math.ceil(box.clearance_days))
        arrived = self.eta_day(box.run)
        chance = 0.0 if box.sailed else self._figures.of_lane(box.run.lane).roll_chance
        if chance:
            rolled = draws.happens(chance, "roll", box.key)
            arrived = np.where(rolled, self.eta_day(box.next_run), arrived)
        dwelt = _whole(draws.duration(gateway.dwell_days, gateway.dwell_sd_days, "dwell", gateway.place_id, box.key))
        held = np.full(draws.count, box.clearance_days)
        if box.chance:
            sd = box.delay_days * self._figures.examination_cv()
            examined = draws.happens(box.chance, "examined", box.entry)
            held = held + examined * draws.duration(box.delay_days, sd, "examination", box.entry)
        return is_open.after(arrived + dwelt + _whole(held))

    def _devanned(self, box: Box, cleared: Int64) -> Int64:
        centre, drayage = box.centre, box.drayage
        if centre is None or drayage is None:
            return cleared
        is_open = self._calendars.open(centre)
        arrived = is_open.after(cleared + math.ceil(drayage.transit_days))
        dwell = self._draws.duration(centre.dwell_days, centre.dwell_sd_days, "dwell", centre.place_id, box.key)
        return is_open.after(arrived, _whole(dwell))

    def _onward(self, each: Traveller, days: Int64) -> tuple[Int64, Int64]:
        """Return when goods that are ready on each of some days are delivered and received, (m,) each.

        They take the next truck there is. Goods that were to be stored leave the overseas warehouse on the planned day, or when
        they come later than that, at once.
        """
        journey, calendars = each.journey, self._calendars
        chain, fc = journey.chain, calendars.open(journey.fc)
        if chain is None:
            return self._received(journey.receiving, fc.after(days))
        if journey.planned.final_leg == "ftl" and chain.centre is not None:
            days = calendars.trucks(chain.centre).after(days)
        if chain.stop is not None and each.dates.dispatched is not None:
            stored = calendars.open(chain.stop.place).after(days + math.ceil(chain.stop.shuttle.transit_days))
            days = np.maximum(stored, each.dates.dispatched)
        return self._received(journey.receiving, fc.after(days + drive_days(self._world, journey.final_leg_km)))

    def _received(self, rule: Receiving, delivered: Int64) -> tuple[Int64, Int64]:
        usual, first, last, peak = (np.array([part], dtype=np.int64) for part in days_to_receive(rule))
        return delivered, received((usual, first, last, peak), delivered)


def _whole(days: Float64) -> Int64:
    """Return days as journeys count them: a begun day is a whole one."""
    return np.ceil(days).astype(np.int64)
