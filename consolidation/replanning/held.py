"""How much of a plan is held: by the status that confirmations gave to its loads and shipments."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from consolidation.continuity import Continuity, Held, Journey, journey_of
from consolidation.events.state import LoadState, PlanState, ShipmentState, rank
from consolidation.plan_model import Earlier, Plan, PlannedLoad, PlannedShipment
from consolidation.shipments import Shipment

_BOOKED, _STUFFED, _CLEARED = rank("booked"), rank("stuffed"), rank("cleared")
_WORD: Mapping[Held, Literal["", "warehouse", "trunk", "whole"]] = {
    Held.NOTHING: "", Held.WAREHOUSE: "warehouse", Held.TRUNK: "trunk", Held.WHOLE: "whole",
}  # fmt: skip


@dataclass(frozen=True)
class HeldLoad:
    """A load that is booked or further.

    Attributes
    ----------
    closed : bool, no other shipment may join it
    members : ids of the shipments in it, those left behind or cancelled excepted
    """

    load: PlannedLoad
    departure_id: str
    closed: bool
    members: frozenset[str]


class Holdings:
    """What a plan and its confirmations leave to a replan.

    Parameters
    ----------
    plan : Plan, the one to replace
    state : PlanState, what confirmations say of it
    travelling : ids of the shipments that are still to be planned; cartons that were left behind follow what they
        were part of
    top_up : bool, booked loads take more shipments until they are stuffed
    released : ids of shipments that cannot keep what is held of them

    Attributes
    ----------
    earlier : dict by id, what each shipment did that still travels
    missed : dict by id, departures that left a shipment behind, in this version or before
    gone : ids of the shipments that are booked or further, but not to be planned any more, though nobody cancelled them
    loads : list of HeldLoad
    equipment : dict by load id, what each load of the plan was
    """

    def __init__(
        self, plan: Plan, state: PlanState, travelling: Sequence[str], *, top_up: bool, released: Container[str] = ()
    ) -> None:
        self._plan, self._state, self._released = plan, state, released
        self._journeys: dict[str, Journey] = {}
        self.earlier: dict[str, Earlier] = {}
        known, rests = set(travelling), dict(self._rests(travelling))
        before = plan.continued.missed if plan.continued else {}
        self.missed = {name: departures for name, departures in before.items() if name in known}
        for planned in plan.shipments:
            if planned.shipment_id in known:
                self._add(planned)
            if planned.shipment_id in rests:
                self._add_rest(rests[planned.shipment_id], planned)
        self.gone = [row.shipment_id for row in plan.shipments if row.shipment_id not in known and self._is_gone(row)]
        self.loads = list(self._held_loads(top_up=top_up))
        self.equipment = {load.load_id: load.equipment_id for load in plan.loads}

    def _rests(self, travelling: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield each shipment of which cartons were left behind, and the id of these."""
        for name, following in pairwise(travelling):
            state = self._state.shipments.get(name)
            if state is not None and state.cartons_left and following.startswith(f"{name}-R{self._plan.version}"):
                yield name, following

    def _is_gone(self, planned: PlannedShipment) -> bool:
        state = self._state.shipments[planned.shipment_id]
        return rank(state.status) >= _BOOKED and not state.cancelled and not state.left_behind

    def _add_rest(self, name: str, planned: PlannedShipment) -> None:
        """Add cartons that were left behind while the others of their shipment travel: they are in the same warehouse."""
        self._miss(name, planned)
        held = Held.WAREHOUSE if planned.warehouse_id else Held.NOTHING
        self._journeys[name] = journey_of(planned, held, missed=self.missed.get(name, ()))

    def _miss(self, name: str, planned: PlannedShipment) -> None:
        trunk = self._state.loads.get(planned.trunk_load_id)
        departures = {planned.departure_id, "" if trunk is None else trunk.departure_id, *self.missed.get(name, ())} - {
            ""
        }
        if departures:
            self.missed[name] = tuple(sorted(departures))

    def _add(self, planned: PlannedShipment) -> None:
        state = self._state.shipments[planned.shipment_id]
        if state.left_behind:
            self._miss(planned.shipment_id, planned)
        trunk = self._state.loads.get(planned.trunk_load_id)
        held = Held.NOTHING if planned.shipment_id in self._released else self._degree(planned, state)
        departure = trunk.departure_id if trunk is not None and held >= Held.TRUNK else ""
        journey = journey_of(planned, held, departure, self.missed.get(planned.shipment_id, ()))
        self._journeys[planned.shipment_id] = journey
        delivered = next(stone.time for stone in planned.milestones if stone.code == "DELIVERED")
        self.earlier[planned.shipment_id] = Earlier(
            service=planned.service,
            warehouse_id=planned.warehouse_id,
            departure_id=journey.departure_id,
            deconsolidation_id=planned.deconsolidation_id,
            courier_id=planned.courier_id,
            final_leg=planned.final_leg,
            overseas_id=planned.overseas_id,
            replenishment=planned.replenishment,
            storage_days=planned.storage_days,
            importer_id=planned.importer_id,
            trunk_load_id="" if state.left_behind else planned.trunk_load_id,
            truck_load_id=planned.truck_load_id,
            delivered=delivered,
            landed_cost=planned.landed_cost,
            status=state.status,
            held=_WORD[held],
        )

    def _degree(self, planned: PlannedShipment, state: ShipmentState) -> Held:
        if state.left_behind:
            return Held.WAREHOUSE if planned.warehouse_id else Held.NOTHING
        truck = self._state.loads.get(planned.truck_load_id)
        rolled = self._rolled(planned)
        on_truck = truck is not None and not truck.cancelled and rank(truck.status) >= _BOOKED
        if rank(state.status) >= _CLEARED or state.held_until is not None or (on_truck and not rolled):
            return Held.WHOLE
        if rank(state.status) >= _BOOKED or rolled:
            return Held.TRUNK if planned.warehouse_id else Held.WHOLE
        return Held.WAREHOUSE if self._is_in(planned, state) else Held.NOTHING

    def _rolled(self, planned: PlannedShipment) -> bool:
        trunk = self._state.loads.get(planned.trunk_load_id)
        return trunk is not None and trunk.rolled and not trunk.cancelled

    def _is_in(self, planned: PlannedShipment, state: ShipmentState) -> bool:
        """Return whether the goods are in the warehouse, by this plan's confirmations or those before it."""
        before = self._plan.continued and self._plan.continued.earlier.get(planned.shipment_id)
        was_in = bool(before and before.held == "warehouse" and before.warehouse_id == planned.warehouse_id)
        was_in = was_in or planned.shipment_id in self.missed
        return bool(planned.warehouse_id) and (state.gated_in or was_in)

    def _held_loads(self, *, top_up: bool) -> Iterable[HeldLoad]:
        for load in self._plan.loads:
            state: LoadState = self._state.loads[load.load_id]
            if state.cancelled or (rank(state.status) < _BOOKED and not state.rolled):
                continue
            members = frozenset(name for name in load.shipments if self._stays(name, load))
            if members:
                closed = not top_up or rank(state.status) >= _STUFFED
                yield HeldLoad(load, state.departure_id, closed, members)

    def _stays(self, shipment_id: str, load: PlannedLoad) -> bool:
        journey = self._journeys.get(shipment_id)
        return journey is not None and journey.held >= (Held.TRUNK if load.kind == "trunk" else Held.WHOLE)

    def continuity(self, shipments: Sequence[Shipment], as_of: int | None) -> Continuity:
        """Return what the search needs to know of it, for shipments in the order of their ids."""
        ordered = sorted(shipment.shipment_id for shipment in shipments)
        return Continuity([self._journeys.get(name) for name in ordered], as_of)
