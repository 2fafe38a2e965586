"""Skeletons: the options that all shipments with the same start and the same rules have in common.

Shipments that start from one warehouse on the same days, for FCs that the same routes reach, with the same cargo
class and duty cover, have the same routes and final legs to choose from. Those are found once, and kept one after
the other in arrays.

Two reductions are made here, for they need no price. Two options that share no trunk, with the same final leg on
pallets or by parcel, or the same stay in storage for as many days, the same arrival class and the same onward class
(:class:`consolidation.facts.Facts`) have the same charges, line by line; the one dispatched earlier is received no
later, for an FC receives in the order of delivery also where a peak slows it down
(:meth:`consolidation.facts.Receivers.received` never falls), so its carrying cost, transit time and lateness are no
higher. It starts from the same warehouse on the same days, so it uses the same room there; and where the FC does not
limit what it receives in a week there is no other limit. The later one is never needed. For the same reasons the
shortest of the stays that differ in days only is enough: storage charges rise with the days. For an FC with a weekly
limit, and for shipments that must be delivered together with others, all are kept.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from consolidation.chances import SLACK, Chances, Promise
from consolidation.facts import Facts
from consolidation.grouping import first_of_each, packed
from consolidation.itineraries import LTL, OVERSEAS, PARCEL
from network.money import Bools, Float64, Int64


class Start(NamedTuple):
    """What decides the options of a shipment from one warehouse.

    Attributes
    ----------
    warehouse, ready, stuffed : int, warehouse and day numbers
    reach, handling, cover, storing : int, numbers of the routes that reach its FC, accept its cargo class, end where a
        duty rate covers its product, and lead to storage for its FC
    in_time : int, number of the routes that bring goods in time, by final leg; -1 where they need not be
    every : bool, keep later departures too
    only : int, number of the routes that are open to the shipment; -1 for all
    leg : int, the final leg that is held, -1 for none
    booked : bool, the departure is booked, so that the goods wait for it however long
    promise : Promise or None, by when the goods should be received with some chance; None where no chance is asked for
    least : float, that chance
    """

    warehouse: int
    ready: int
    stuffed: int
    reach: int
    handling: int
    cover: int
    storing: int
    in_time: int
    every: bool
    only: int = -1
    leg: int = -1
    booked: bool = False
    promise: Promise | None = None
    least: float = 0.0


@dataclass(frozen=True)
class Skeletons:
    """Options of S skeletons, one after the other; o options in all.

    Attributes
    ----------
    start : (S+1,) int64, options of each skeleton
    route, leg : (o,) int64
    arrival, onward, twin : (o,) int64
        Numbers within the skeleton: equal where the journey until arrival, or from there on, costs a shipment the
        same; equal for a truck and the pallets or parcels that can stand in for it.
    arrivals, onwards, twins : (S,) int64, how many of each a skeleton has
    refused : (S, number of rules) int64
    """

    start: Int64
    route: Int64
    leg: Int64
    arrival: Int64
    onward: Int64
    twin: Int64
    arrivals: Int64
    onwards: Int64
    twins: Int64
    refused: Int64


class SkeletonMaker:
    """Numbers starts and finds their options.

    Parameters
    ----------
    rules : names of the rules, columns of :attr:`Skeletons.refused`
    chances : Chances or None, of promises that starts name
    """

    def __init__(self, facts: Facts, rules: tuple[str, ...], chances: Chances | None = None) -> None:
        self._facts, self._routes, self._rules, self._chances = facts, facts.routes, rules, chances
        self._best: dict[Start, float] = {}
        self._numbers: dict[Start, int] = {}
        self._found: list[dict[str, Int64]] = []
        self._masks: list[tuple[Bools, ...]] = []
        self._known: dict[tuple[bytes, ...], int] = {}

    def mask(self, *masks: Bools) -> int:
        """Return the number of some masks over routes or places; equal ones have one number."""
        key = tuple(mask.tobytes() for mask in masks)
        if key not in self._known:
            self._known[key] = len(self._masks)
            self._masks.append(masks)
        return self._known[key]

    def number(self, start: Start) -> int:
        """Return the number of the skeleton of a start."""
        if start not in self._numbers:
            self._numbers[start] = len(self._found)
            self._found.append(self._find(start))
        return self._numbers[start]

    def best_chance(self, start: Start) -> float:
        """Return the best chance among the options of a start to keep its promise; 0 without options."""
        if start not in self._best:
            found = self._likely(start, self._ways(start, Counter()))
            self._best[start] = max((float(chances.max(initial=0.0)) for chances in found.values()), default=0.0)
        return self._best[start]

    def _likely(self, start: Start, ways: dict[int, Int64]) -> dict[int, Float64]:
        """Return the chance of each way to keep the promise of a start, by final leg."""
        assert self._chances is not None
        assert start.promise is not None
        return {leg: self._chances.of(start.promise, leg, routes) for leg, routes in ways.items()}

    def _find(self, start: Start) -> dict[str, Int64]:
        refused: Counter[str] = Counter()
        ways = self._ways(start, refused)
        if start.promise is not None:
            likely = {leg: chances >= start.least - SLACK for leg, chances in self._likely(start, ways).items()}
            refused["CHANCE.TARGET"] += sum(int((~kept).sum()) for kept in likely.values())
            ways = {leg: routes[likely[leg]] for leg, routes in ways.items()}
        leg = np.repeat(np.array(list(ways), dtype=np.int64), [len(routes) for routes in ways.values()])
        route = np.concatenate([np.zeros(0, dtype=np.int64), *ways.values()])
        return {
            **self._options(route, leg, every=start.every),
            "refused": np.array([refused[rule] for rule in self._rules], dtype=np.int64),
        }

    def _ways(self, start: Start, refused: Counter[str]) -> dict[int, Int64]:
        """Return the routes that keep every rule, by final leg, and count what each rule refuses."""
        facts, routes, planning = self._facts, self._routes, self._facts.network.planning
        found = routes.of_warehouse[start.warehouse]
        found = found[self._masks[start.reach][0][found]]
        if start.only >= 0:
            found = found[self._masks[start.only][0][found]]
        if not len(found):
            refused["LANE.NONE"] += 1
        carried, handled, kept_overseas = self._masks[start.handling]
        rules = (
            ("CUTOFF.CFS", routes.stuffed_by_day >= start.stuffed),
            ("HORIZON.WAIT", start.booked | (routes.etd_day - start.ready <= planning.max_wait_days)),
            ("MODE.CLASS_REFUSED", carried),
            ("PLACE.CLASS_REFUSED", handled),
            ("CUSTOMS.NO_RATE", self._masks[start.cover][0]),
        )
        for rule, kept in rules:
            left = found[kept[found]]
            refused[rule] += len(found) - len(left)
            found = left
        offers = dict(facts.legs) | self._stays(start, kept_overseas)
        if start.leg >= 0:
            offers = {leg: offered for leg, offered in offers.items() if leg == start.leg}
        chosen = [found[offered[found]] for offered in offers.values()]
        if len(found) and not any(len(rows) for rows in chosen):
            refused["LEG.NONE"] += len(found)
        if start.in_time >= 0 and any(len(rows) for rows in chosen):
            in_time = self._masks[start.in_time]
            early = [rows[in_time[number][rows]] for number, rows in zip(offers, chosen, strict=True)]
            refused["DEADLINE.EVENT"] += sum(map(len, chosen)) - sum(map(len, early))
            chosen = early
        return dict(zip(offers, chosen, strict=True))

    def _stays(self, start: Start, handled: Bools) -> dict[int, Bools]:
        """Return the routes that each stay in storage can follow, by number of its leg."""
        offered, storage = self._masks[start.storing], self._facts.storage
        return {
            OVERSEAS + number: offered[stay.place]
            for number, stay in enumerate(storage.stays)
            if offered and handled[stay.place] and (start.every or stay.days == storage.days_of.min())
        }

    def _options(self, route: Int64, leg: Int64, *, every: bool) -> dict[str, Int64]:
        """Return the options of a skeleton, later departures that nobody needs left out."""
        facts, pooled = self._facts, self._routes.pooled
        arrival, onward = facts.arrival_class[route], facts.onward_class[route]
        stored, days = leg >= OVERSEAS, facts.stored_days(leg, route)
        apart = pooled[route] | every
        lead = np.where(apart, route, -1)
        if not every:
            dispatched = facts.dispatched[leg, route]
            alike = np.isin(leg, (LTL, PARCEL)) | stored
            group = packed([np.where(alike, lead, route), leg, arrival, onward, days])
            order = np.lexsort((np.arange(len(route)), dispatched, group))
            kept = np.sort(order[first_of_each(group[order])])
            route, leg, arrival, onward, lead = (a[kept] for a in (route, leg, arrival, onward, lead))
            stored, days = stored[kept], days[kept]
        alone = lead < 0
        twin = packed([lead, np.where(alone, arrival, -1), np.where(alone, onward, -1), np.where(stored, leg, -1)])
        return {
            "route": route,
            "leg": leg,
            "arrival": _renumbered(arrival),
            "onward": _renumbered(packed([onward, leg, days])),
            "twin": _renumbered(twin),
        }

    def finish(self) -> Skeletons:
        """Return every skeleton."""
        found = self._found
        counts = np.array([len(row["route"]) for row in found], dtype=np.int64)
        columns = {
            name: _joined([row[name] for row in found]) for name in ("route", "leg", "arrival", "onward", "twin")
        }
        sizes = {
            f"{name}s": np.array([int(row[name].max(initial=-1)) + 1 for row in found], dtype=np.int64)
            for name in ("arrival", "onward", "twin")
        }
        refused = _joined([row["refused"] for row in found]).reshape(len(found), len(self._rules))
        return Skeletons(start=np.concatenate([[0], np.cumsum(counts)]), **columns, **sizes, refused=refused)


def _renumbered(values: Int64) -> Int64:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _joined(parts: list[Int64]) -> Int64:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(np.int64)
