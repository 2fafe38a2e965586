"""What a plan and its event log together say: how far every shipment and every load is.

Events are folded in the order in which they happened, not in the order in which they were reported: a stuffing report
that comes in after the sailing finds its place before it. Two rules make a shipment's status out of the reports:

- A report of a trunk load holds for every shipment in it; only its delivery to a deconsolidation centre means for them that
  they are cleared. Of a truck only the delivery holds for its shipments.
- A shipment that was left behind, or whose trunk load was cancelled, is off its load: no report of the load reaches it, and
  its own status goes back to booked, or to approved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import get_args

from consolidation.events.model import Confirmation, Event, EventKind, parsed_time
from consolidation.plan_model import Plan, PlannedLoad, PlannedShipment, Status

STATUSES: tuple[Status, ...] = get_args(Status)
"""The status ladder, from the bottom."""
_ORDER: tuple[EventKind, ...] = (
    "approved", "booked", "gated_in", "rolled", "short_shipped", "stuffed", "sailed", "customs_hold", "cleared",
    "delivered", "cancelled",
)  # fmt: skip
"""Order of what happened at the same instant: that of the journey."""
_GOODS_ONLY: tuple[EventKind, ...] = ("gated_in", "cancelled")
"""What may be said of a shipment that the plan leaves out."""


def rank(status: Status) -> int:
    """Return how high a status stands on the ladder: 0 for proposed, 6 for delivered.

    >>> rank("booked") < rank("sailed")
    True
    """
    return STATUSES.index(status)


def as_status(kind: EventKind) -> Status | None:
    """Return the status that a kind of event raises to, or None.

    >>> as_status("sailed"), as_status("gated_in")
    ('sailed', None)
    """
    return next((status for status in STATUSES if status == kind), None)


def happened(confirmation: Confirmation) -> tuple[object, ...]:
    """Return the sort key of what happened when."""
    return (confirmation.instant, _ORDER.index(confirmation.kind), confirmation.subject_id, confirmation.event_id)


@dataclass(frozen=True, slots=True)
class ShipmentState:
    """How far one shipment is.

    Attributes
    ----------
    status : Status
    cancelled : bool, the seller or the platform withdrew it
    measured_volume_m3, measured_weight_kg : Decimal or None, m3 and kg of all its cartons, as measured under this version
    cartons_left : int, cartons left behind while the others travel; 0 when `left_behind` says that all are
    left_behind : bool, it is off its trunk load (or its departure, where it shares none): short-shipped as a whole, or
        the load was cancelled
    held_until : str or None, expected release from customs as a date; "" when held without one, None when not held
    reference : str, latest booking number or house bill given
    gated_in : bool, it is in the warehouse, as reported under this version
    """

    status: Status
    cancelled: bool = False
    measured_volume_m3: Decimal | None = None
    measured_weight_kg: Decimal | None = None
    cartons_left: int = 0
    left_behind: bool = False
    held_until: str | None = None
    reference: str = ""
    gated_in: bool = False


@dataclass(frozen=True, slots=True)
class LoadState:
    """How far one load is.

    Attributes
    ----------
    status : Status
    departure_id : str, the departure it is on now; "" for a truck
    rolled : bool, that is another departure than the plan's
    cancelled : bool, its booking was withdrawn
    held_until : str or None, as of a shipment
    reference : str, latest booking number given
    """

    status: Status
    departure_id: str = ""
    rolled: bool = False
    cancelled: bool = False
    held_until: str | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class PlanState:
    """The state of every planned shipment and every load of one version of a plan.

    Attributes
    ----------
    shipments, loads : dict by id, in the order of the plan
    unplanned : dict by id of shipments that the plan leaves out; of them only goods facts are known
    """

    shipments: dict[str, ShipmentState]
    loads: dict[str, LoadState]
    unplanned: dict[str, ShipmentState] = field(default_factory=dict)


def state_of(plan: Plan, events: Iterable[Event]) -> PlanState:
    """Return the state of a plan after what happened to it.

    Parameters
    ----------
    plan : Plan
    events : the whole log of its folder; events of other versions count for customs holds only, the plan has the rest
    """
    return replay(plan, (event.confirmation for event in events)).state()


def replay(plan: Plan, confirmations: Iterable[Confirmation]) -> Fold:
    """Return the fold of a plan with its confirmations, in the order in which they happened."""
    fold = Fold(plan)
    for each in sorted(confirmations, key=happened):
        fold.apply(each)
    return fold


@dataclass(slots=True)
class _Marks:
    """What was reported of one shipment or load itself."""

    status: Status
    cancelled: bool = False
    gated_in: bool = False
    volume_m3: Decimal | None = None
    weight_kg: Decimal | None = None
    cartons_left: int = 0
    left_behind: bool = False
    departure_id: str = ""
    held_until: str | None = None
    reference: str = ""
    sailed: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Voyage:
    """When something sailed, and how long it was planned to be at sea or in the air."""

    sailed: dt.datetime
    planned: dt.timedelta


class Fold:
    """A plan that takes in confirmations one after the other and knows its state after each.

    Ids that the plan does not know are passed over: :mod:`consolidation.events.judge` names them.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.planned: Mapping[str, PlannedShipment] = {row.shipment_id: row for row in plan.shipments}
        self.planned_loads: Mapping[str, PlannedLoad] = {load.load_id: load for load in plan.loads}
        left_out = (row.shipment_id for row in plan.unplanned)
        self._shipments = {name: _Marks(row.status) for name, row in self.planned.items()}
        self._unplanned = {name: _Marks("proposed") for name in left_out if name not in self.planned}
        self._loads = {
            name: _Marks(load.status, departure_id=load.departure_id) for name, load in self.planned_loads.items()
        }

    def apply(self, said: Confirmation) -> None:
        """Take in what happened next."""
        if said.plan_id == self.plan.plan_id and said.plan_version == self.plan.version:
            marks = self._marks(said)
            if marks is not None:
                self._mark(marks, said)
        if said.plan_version <= self.plan.version and said.kind in ("customs_hold", "cleared", "delivered"):
            self._hold(said)

    def _marks(self, said: Confirmation) -> _Marks | None:
        if said.subject == "load":
            return self._loads.get(said.subject_id)
        left_out = self._unplanned if said.kind in _GOODS_ONLY else {}
        return self._shipments.get(said.subject_id) or left_out.get(said.subject_id)

    @staticmethod
    def _mark(marks: _Marks, said: Confirmation) -> None:
        status = as_status(said.kind)
        if said.kind == "sailed":
            marks.sailed = said.instant
        if status is not None:
            marks.status = higher(marks.status, status)
        elif said.kind == "gated_in":
            marks.gated_in = True
            marks.volume_m3 = marks.volume_m3 if said.volume_m3 is None else said.volume_m3
            marks.weight_kg = marks.weight_kg if said.gross_weight_kg is None else said.gross_weight_kg
        elif said.kind == "short_shipped":
            marks.left_behind, marks.cartons_left = said.cartons is None, said.cartons or 0
        elif said.kind == "rolled":
            marks.departure_id = said.departure_id
        elif said.kind == "cancelled":
            marks.cancelled = True
        if said.kind in ("booked", "rolled"):
            marks.reference = said.reference or marks.reference
        marks.reference = marks.reference or said.reference

    def _hold(self, said: Confirmation) -> None:
        """Begin or end the hold of a shipment, or of a load and whatever is in it."""
        if said.subject == "load" and said.subject_id in self._loads:
            of = [self._loads[said.subject_id], *(self._shipments[name] for name in self.members(said.subject_id))]
        else:
            of = [self._shipments[said.subject_id]] if said.subject_id in self._shipments else []
        for marks in of:
            marks.held_until = said.until if said.kind == "customs_hold" else None

    def voyage(self, said: Confirmation) -> Voyage | None:
        """Return the voyage of a subject, where its sailing was reported under this version of the plan."""
        if said.subject == "load":
            marks, load = self._loads.get(said.subject_id), self.planned_loads.get(said.subject_id)
            times = (load.departs, load.arrives) if load is not None and load.kind == "trunk" else ("", "")
        else:
            marks, row = self._shipments.get(said.subject_id), self.planned.get(said.subject_id)
            stones = {} if row is None else {stone.code: stone.time for stone in row.milestones}
            times = (stones.get("ETD", ""), stones.get("ETA", ""))
            trunk = None if row is None else self._loads.get(row.trunk_load_id)
            marks = trunk if marks is not None and marks.sailed is None and trunk is not None else marks
        start, end = (parsed_time(time) for time in times)
        if marks is None or marks.sailed is None or start is None or end is None:
            return None
        return Voyage(marks.sailed, end - start)

    def members(self, load_id: str) -> list[str]:
        """Return the shipments that are in a load now: neither cancelled nor left behind."""
        names = (name for name in self.planned_loads[load_id].shipments if name in self._shipments)
        return [name for name in names if not self._shipments[name].cancelled and not self._is_off(name)]

    def _is_off(self, shipment_id: str) -> bool:
        trunk = self._loads.get(self.planned[shipment_id].trunk_load_id)
        return self._shipments[shipment_id].left_behind or (trunk is not None and trunk.cancelled)

    def shipment(self, shipment_id: str) -> ShipmentState | None:
        """Return the state of a shipment, planned or left out; None for one that the plan does not know."""
        marks = self._shipments.get(shipment_id) or self._unplanned.get(shipment_id)
        if marks is None:
            return None
        planned = shipment_id in self._shipments
        return ShipmentState(
            status=self._status(shipment_id, marks) if planned else marks.status,
            cancelled=marks.cancelled,
            measured_volume_m3=marks.volume_m3,
            measured_weight_kg=marks.weight_kg,
            cartons_left=marks.cartons_left,
            left_behind=planned and self._is_off(shipment_id),
            held_until=marks.held_until,
            reference=marks.reference,
            gated_in=marks.gated_in,
        )

    def _status(self, shipment_id: str, marks: _Marks) -> Status:
        row = self.planned[shipment_id]
        trunk, truck = self._loads.get(row.trunk_load_id), self._loads.get(row.truck_load_id)
        if trunk is not None and trunk.cancelled:
            return lower(marks.status, "approved")
        if trunk is not None:
            ends_here = self.planned_loads[row.trunk_load_id].destination == row.destination_fc
            carried = trunk.status if ends_here else lower(trunk.status, "cleared")
        else:
            carried = marks.status
        if marks.left_behind:
            return lower(higher(marks.status, carried), "booked")
        if truck is not None and truck.status == "delivered" and not truck.cancelled:
            carried = "delivered"
        return higher(marks.status, carried)

    def load(self, load_id: str) -> LoadState | None:
        """Return the state of a load, or None for one that the plan does not know."""
        marks = self._loads.get(load_id)
        if marks is None:
            return None
        held = marks.held_until is not None and any(
            self._shipments[name].held_until is not None for name in self.members(load_id)
        )
        return LoadState(
            status=marks.status,
            departure_id=marks.departure_id,
            rolled=marks.departure_id != self.planned_loads[load_id].departure_id,
            cancelled=marks.cancelled,
            held_until=marks.held_until if held else None,
            reference=marks.reference,
        )

    def state(self) -> PlanState:
        """Return the state of everything."""
        shipments = {name: found for name in self._shipments if (found := self.shipment(name))}
        loads = {name: load for name in self._loads if (load := self.load(name))}
        unplanned = {name: found for name in self._unplanned if (found := self.shipment(name))}
        return PlanState(shipments, loads, unplanned)


def higher(one: Status, other: Status) -> Status:
    """Return the status that stands higher."""
    return max(one, other, key=rank)


def lower(one: Status, other: Status) -> Status:
    """Return the status that stands lower."""
    return min(one, other, key=rank)
