"""Boxes: what travels together up to the deconsolidation centre, and what happens to all of it at once.

A container is a box; so is what a platform or a seller sends as bought space on one departure to one centre, but each
entry of it is examined alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consolidation.checking.case import Traveller
from consolidation.checking.journeys import Chain
from consolidation.checking.own_lines import examinations
from consolidation.checking.quantities import entered_by
from consolidation.checking.world import Run, World
from network.charges import falls_on
from network.examinations import MILLIDAYS, MILLION, chance_of, delay_of, joint_chance
from network.tables import Link, Place

_DONE = {"sailed": 1, "cleared": 2}


@dataclass(frozen=True)
class Box:
    """One box, or the part of one that is examined apart.

    Attributes
    ----------
    key : str, names its luck: the load, or departure and centre
    entry : str, names the luck of its examination
    run, next_run : the departure, and the one that it is rolled to; without one, the same a week later
    clearance_days : float
    chance, delay_days : of an examination: share, days
    """

    key: str
    entry: str
    run: Run
    next_run: Run
    gateway: Place
    clearance_days: float
    centre: Place | None
    drayage: Link | None
    chance: float
    delay_days: float
    sailed: bool
    cleared: bool


class Boxes:
    """The boxes of a plan.

    Parameters
    ----------
    members : travellers of each trunk load by its id
    """

    def __init__(self, world: World, members: Mapping[str, Sequence[Traveller]]) -> None:
        self._world, self._members = world, members
        self._known: dict[tuple[str, str, int], Box] = {}

    def of(self, each: Traveller, chain: Chain) -> Box:
        """Return the box of a traveller."""
        planned = each.journey.planned
        centre = chain.centre.place_id if chain.centre else ""
        load_id = planned.trunk_load_id
        key, entry = (load_id, load_id) if load_id else (f"{chain.run.run_id} {centre}", each.shipment_id)
        done = _DONE.get(planned.status, 0)
        if (key, entry, done) not in self._known:
            together = self._members.get(load_id, (each,)) if load_id else (each,)
            chance, delay_days = examination(self._world, together)
            self._known[key, entry, done] = Box(
                key, entry, chain.run, self._world.following(chain.run), chain.run.gateway_in, each.journey.regime.clearance_days,
                chain.centre, chain.drayage, chance, delay_days, done >= _DONE["sailed"], done >= _DONE["cleared"],
            )  # fmt: skip
        return self._known[key, entry, done]


def examination(world: World, together: Sequence[Traveller]) -> tuple[float, float]:
    """Return the chance that goods entered together are examined, a share, and the days that takes.

    The chance is compounded over their importers of record.
    """
    first = together[0]
    importers = {entered_by(world, each.journey.planned, each.journey.shipment) for each in together}
    rows = examinations(world, first.journey, first.dates.after)
    struck = [row for name in sorted(importers) for row in rows if falls_on(row.importers, world.tags(name))]
    chance = joint_chance(chance_of(row) for row in struck) / MILLION
    return chance, delay_of(struck[0]) / MILLIDAYS if struck else 0.0
