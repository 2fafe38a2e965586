"""Everything the rules look at: the plan, the network, the shipments and what was resolved of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from consolidation.checking.dates import Dates
from consolidation.checking.journeys import Journey
from consolidation.checking.quantities import entered_by
from consolidation.checking.world import World
from consolidation.plan_model import CostLine, Plan, PlannedLoad
from consolidation.shipments import Shipment


@dataclass(frozen=True)
class Traveller:
    """A planned shipment whose chain could be resolved, with its dates."""

    world: World
    journey: Journey
    dates: Dates
    held: bool = False

    @property
    def shipment_id(self) -> str:
        """Id of the shipment."""
        return self.journey.planned.shipment_id


@dataclass(frozen=True)
class Case:
    """One plan to judge.

    Attributes
    ----------
    shipments : mapping from id to the shipment of the input
    travellers : mapping from id to resolved journey; shipments with a broken chain are absent
    """

    plan: Plan
    world: World
    shipments: Mapping[str, Shipment]
    travellers: Mapping[str, Traveller]

    @cached_property
    def loads(self) -> dict[str, PlannedLoad]:
        """Loads by id; the first of each id."""
        found: dict[str, PlannedLoad] = {}
        for load in self.plan.loads:
            found.setdefault(load.load_id, load)
        return found

    @cached_property
    def members(self) -> dict[str, list[str]]:
        """Sorted ids of the shipments that name each load, by load id."""
        found: dict[str, set[str]] = defaultdict(set)
        for planned in self.plan.shipments:
            for load_id in (planned.trunk_load_id, planned.truck_load_id):
                if load_id:
                    found[load_id].add(planned.shipment_id)
        return {load_id: sorted(ids) for load_id, ids in found.items()}

    @cached_property
    def entry_groups(self) -> dict[tuple[str, str], list[str]]:
        """Sorted ids of the shipments that enter together: one trunk load and importer, or one shipment alone."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for planned in self.plan.shipments:
            shipment = self.shipments.get(planned.shipment_id)
            if shipment is None:
                continue
            alone = ("", shipment.shipment_id)
            together = (planned.trunk_load_id, entered_by(self.world, planned, shipment))
            together = together if planned.trunk_load_id else alone
            found[together].add(planned.shipment_id)
        return {key: sorted(ids) for key, ids in found.items()}

    @cached_property
    def lines_of(self) -> dict[str, list[CostLine]]:
        """Cost lines of the plan by shipment id."""
        found: dict[str, list[CostLine]] = defaultdict(list)
        for line in self.plan.cost_lines:
            found[line.shipment_id].append(line)
        return found

    def resolved(self, ids: Sequence[str]) -> list[Traveller] | None:
        """Return the travellers of these ids, or None when one of them has a broken chain."""
        found = [self.travellers[name] for name in ids if name in self.travellers]
        return found if len(found) == len(ids) else None
