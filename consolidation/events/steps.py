"""Which step may follow on which: the rules of the status ladder.

A later report implies earlier ones only where a partner would not send them. Booking implies approval, since nobody books
what is not wanted. Sailing implies stuffing, and delivery implies clearance, as their reports often come late or never.
But nothing is stuffed or sails that was not booked, and nothing is cleared or delivered that did not sail. A truck and a
courier do not sail: their delivery follows on the booking.
"""

from __future__ import annotations

from dataclasses import dataclass

from consolidation.events.model import KINDS, Confirmation, EventKind
from consolidation.events.state import Fold, LoadState, ShipmentState, rank
from consolidation.plan_model import Status

BETWEEN: dict[EventKind, tuple[Status, Status]] = {
    "approved": ("proposed", "approved"),
    "booked": ("proposed", "booked"),
    "gated_in": ("proposed", "stuffed"),
    "stuffed": ("booked", "stuffed"),
    "sailed": ("booked", "sailed"),
    "customs_hold": ("sailed", "sailed"),
    "cleared": ("sailed", "cleared"),
    "delivered": ("sailed", "delivered"),
    "short_shipped": ("booked", "sailed"),
    "rolled": ("booked", "stuffed"),
    "cancelled": ("proposed", "stuffed"),
}
"""Lowest and highest status on which an event may follow; to report the status that is there already changes nothing."""
_WITHOUT_SAILING: tuple[EventKind, ...] = ("cleared", "delivered")
OF_SHIPMENTS: tuple[EventKind, ...] = ("gated_in", "short_shipped")
OF_TRUNK_LOADS: tuple[EventKind, ...] = ("rolled",)
NOT_OF_TRUCKS: tuple[EventKind, ...] = ("sailed", "customs_hold", "cleared", "rolled")
_OFF_ITS_LOAD: tuple[EventKind, ...] = ("gated_in", "short_shipped", "cancelled")
"""What may still be said of a shipment that was left behind."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event cannot have happened: what was expected, the cure where known, the rule, and the field to change."""

    expected: str
    maybe: str = ""
    rule: str = "EVENT.STEP"
    field: str = "kind"


def kinds_of(fold: Fold, said: Confirmation) -> tuple[EventKind, ...]:
    """Return the kinds of events that can be said of such a subject, whatever its status."""
    if said.subject == "shipment":
        left_out = said.subject_id not in fold.planned
        return ("gated_in", "cancelled") if left_out else tuple(kind for kind in KINDS if kind not in OF_TRUNK_LOADS)
    of_loads = (kind for kind in KINDS if kind not in OF_SHIPMENTS)
    if fold.planned_loads[said.subject_id].kind == "truck":
        return tuple(kind for kind in of_loads if kind not in NOT_OF_TRUCKS)
    return tuple(of_loads)


def refusal(fold: Fold, said: Confirmation) -> Refusal | None:
    """Return why an event cannot follow on the state of its subject, or None when it can.

    Parameters
    ----------
    fold : Fold, after everything that happened before
    said : Confirmation of a subject that the plan knows and of a kind that :func:`kinds_of` gives
    """
    state = fold.load(said.subject_id) if said.subject == "load" else fold.shipment(said.subject_id)
    assert state is not None
    what = f"{said.subject} {said.subject_id}"
    if state.cancelled:
        return None if said.kind == "cancelled" else Refusal(f"no further event: {what} was cancelled before")
    if isinstance(state, ShipmentState) and state.left_behind and said.kind not in _OFF_ITS_LOAD:
        return Refusal(
            f"one of {', '.join(_OFF_ITS_LOAD)}: {what} is off its load", "it was on board: report short_shipped with 0 cartons"
        )  # fmt: skip
    rules = (
        _off_the_ladder(fold, said, state),
        _held(fold, said, state),
        _too_soon(fold, said),
        _not_moved(said, state),
    )
    return next((found for found in rules if found is not None), None)


def _off_the_ladder(fold: Fold, said: Confirmation, state: ShipmentState | LoadState) -> Refusal | None:
    if _fits(fold, said, said.kind, state.status):
        return _not_sailed(fold, said)
    possible = [kind for kind in kinds_of(fold, said) if _fits(fold, said, kind, state.status)]
    what = f"{said.subject} {said.subject_id}"
    expected = f"one of {', '.join(possible)}: {what} is {state.status} at that time" if possible else (
        f"no further event: {what} is {state.status} at that time"
    )  # fmt: skip
    lowest = _lowest(fold, said, said.kind)
    maybe = "" if rank(lowest) <= rank(state.status) else f"{lowest} was not reported, or for a later time"
    return Refusal(expected, maybe)


def _fits(fold: Fold, said: Confirmation, kind: EventKind, status: Status) -> bool:
    return rank(_lowest(fold, said, kind)) <= rank(status) <= rank(BETWEEN[kind][1])


def _lowest(fold: Fold, said: Confirmation, kind: EventKind) -> Status:
    if kind not in _WITHOUT_SAILING:
        return BETWEEN[kind][0]
    if said.subject == "load":
        sails = fold.planned_loads[said.subject_id].kind == "trunk"
    else:
        sails = fold.planned[said.subject_id].service != "courier"
    return BETWEEN[kind][0] if sails else "booked"


def _not_sailed(fold: Fold, said: Confirmation) -> Refusal | None:
    """Return why a truck cannot have delivered: goods in it that did not sail."""
    if said.subject != "load" or said.kind != "delivered" or fold.planned_loads[said.subject_id].kind != "truck":
        return None
    for name in fold.members(said.subject_id):
        state = fold.shipment(name)
        if state is not None and rank(state.status) < rank("sailed"):
            expected = f"a truck whose goods have sailed: shipment {name} is {state.status} at that time"
            return Refusal(expected, f"sailed was not reported for {name}")
    return None


def _not_moved(said: Confirmation, state: ShipmentState | LoadState) -> Refusal | None:
    """Return why a load was not rolled: it is on the departure that it was planned for."""
    if (
        said.kind != "rolled"
        or not isinstance(state, LoadState)
        or state.rolled
        or said.departure_id != state.departure_id
    ):
        return None
    return Refusal(f"another departure: load {said.subject_id} is on this one", "", "DEPARTURE.SAME", "departure_id")


def _too_soon(fold: Fold, said: Confirmation) -> Refusal | None:
    """Return why goods cannot have been delivered yet: the voyage alone takes longer."""
    voyage = fold.voyage(said) if said.kind == "delivered" else None
    if voyage is None:
        return None
    earliest = voyage.sailed + voyage.planned / 2
    if said.instant >= earliest:
        return None
    days = voyage.planned.total_seconds() / 86400
    expected = (
        f"a time from {earliest:%Y-%m-%dT%H:%MZ} on, half the planned voyage of {days:.1f} days after it sailed at "
        f"{voyage.sailed:%Y-%m-%dT%H:%MZ}"
    )
    return Refusal(expected, "", "EVENT.TOO_SOON", "time")


def _held(fold: Fold, said: Confirmation, state: ShipmentState | LoadState) -> Refusal | None:
    """Return why goods cannot have been delivered: customs hold them."""
    if said.kind != "delivered":
        return None
    inside = fold.members(said.subject_id) if said.subject == "load" else []
    held = [name for name in inside if (found := fold.shipment(name)) and found.held_until is not None]
    if state.held_until is None and not held:
        return None
    who = f"shipment {held[0]}" if held else f"{said.subject} {said.subject_id}"
    return Refusal(f"cleared before delivered: customs hold {who}", "the release was not reported", "EVENT.HELD")
