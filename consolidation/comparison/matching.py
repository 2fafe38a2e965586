"""Which load of plan B is which load of plan A: ids say so in a replan, else the goods inside do.

Load ids are running numbers. A replan keeps them; two plans made apart number their loads anew, so that the same
container may be L0003 in one and L0007 in the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from consolidation.plan_model import Plan, PlannedLoad, PlannedShipment

_HALF = Decimal("0.5")


@dataclass(frozen=True)
class Pair:
    """Two plans, with look-ups by id and the loads that are the same."""

    a: Plan
    b: Plan

    @cached_property
    def before(self) -> dict[str, PlannedShipment]:
        """Shipments planned in A."""
        return {row.shipment_id: row for row in self.a.shipments}

    @cached_property
    def after(self) -> dict[str, PlannedShipment]:
        """Shipments planned in B."""
        return {row.shipment_id: row for row in self.b.shipments}

    @cached_property
    def loads_before(self) -> dict[str, PlannedLoad]:
        """Loads of A."""
        return {row.load_id: row for row in self.a.loads}

    @cached_property
    def loads_after(self) -> dict[str, PlannedLoad]:
        """Loads of B."""
        return {row.load_id: row for row in self.b.loads}

    @cached_property
    def twin(self) -> dict[str, str]:
        """Load of B by the load of A that it is."""
        return match_loads(self.a, self.b)

    @cached_property
    def origin_of(self) -> dict[str, str]:
        """Load of A by the load of B that it became."""
        return {after: before for before, after in self.twin.items()}

    def same_load(self, before_id: str, after_id: str) -> bool:
        """Return whether a load of A and one of B are the same; two blanks are."""
        return self.twin.get(before_id) == after_id if before_id else not after_id

    @cached_property
    def company(self) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        """Shipments that joined and that left, by load of A that B has too."""
        found = {}
        for old, new in self.twin.items():
            before, after = (frozenset(load.shipments) for load in (self.loads_before[old], self.loads_after[new]))
            found[old] = after - before, before - after
        return found

    @property
    def same_input(self) -> bool:
        """Whether both plans were made from the same network, scenario and shipments."""
        before, after = self.a.inputs, self.b.inputs
        return self.same_network and before.shipments_sha256 == after.shipments_sha256

    @property
    def same_network(self) -> bool:
        """Whether both plans were made on the same network in the same rate scenario."""
        before, after = self.a.inputs, self.b.inputs
        return (before.network_sha256, before.scenario) == (after.network_sha256, after.scenario)


def match_loads(a: Plan, b: Plan) -> dict[str, str]:
    """Return the load of `b` by the load of `a` that it is; loads that are gone or new are not in it.

    Where `b` replaces `a`, equal ids and kinds are the same load. Else loads are paired by the volume of the shipments
    they share, most first: on the same departure between the same places any shared goods will do, otherwise they must
    be more than half of either load.
    """
    if b.replaces == a.plan_id:
        kinds = {load.load_id: load.kind for load in b.loads}
        return {load.load_id: load.load_id for load in a.loads if kinds.get(load.load_id) == load.kind}
    before, after = ({load.load_id: load for load in plan.loads} for plan in (a, b))
    shared = _shared_volume(a, b)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for (old, new), volume in sorted(shared.items(), key=_likeness):
        if old not in found and new not in taken and _are_one(before[old], after[new], volume):
            found[old] = new
            taken.add(new)
    return found


def _likeness(item: tuple[tuple[str, str], Decimal]) -> tuple[Decimal, bool, list[str]]:
    """Return the key that puts the likeliest pair first, the same from A to B and from B to A."""
    (old, new), volume = item
    return -volume, old != new, sorted((old, new))


def _shared_volume(a: Plan, b: Plan) -> Mapping[tuple[str, str], Decimal]:
    """Return the volume, m3, that each load of `a` shares with each load of `b`: of each shipment its smaller measure."""
    listed = [{load.load_id for load in plan.loads} for plan in (a, b)]
    after = {row.shipment_id: row for row in b.shipments}
    shared: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in a.shipments:
        twin = after.get(row.shipment_id)
        if twin is None:
            continue
        for old, new in ((row.trunk_load_id, twin.trunk_load_id), (row.truck_load_id, twin.truck_load_id)):
            if old in listed[0] and new in listed[1]:
                shared[old, new] += min(row.volume_m3, twin.volume_m3)
    return shared


def _are_one(old: PlannedLoad, new: PlannedLoad, volume: Decimal) -> bool:
    if _way(old) == _way(new):
        return True
    return old.kind == new.kind and volume > _HALF * min(old.volume_m3, new.volume_m3)


def _way(load: PlannedLoad) -> tuple[str, ...]:
    return load.kind, load.origin, load.destination, load.departure_id or load.departs
