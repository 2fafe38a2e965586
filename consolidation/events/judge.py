"""Confirmations against the plan they speak of: everything wrong with a file at once, each with its row and reason.

Rows are judged one by one (plan, version, id, kind, fields, times), against each other, and then in the order in which
things happened, together with what is known already; so the order of rows in a file does not matter. What the loads can
hold is judged at the end.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from consolidation.events.departing import unfit
from consolidation.events.model import Confirmation, Event, EventKind
from consolidation.events.reading import Row
from consolidation.events.room import without_room
from consolidation.events.state import Fold, happened
from consolidation.events.steps import Refusal, kinds_of, refusal
from consolidation.plan_model import Plan
from network.errors import Finding, nearest
from network.model import Network

_FAR_DAYS = 180
"""Times further from the horizon of the plan are taken for mistakes."""
_MOST_GUESSES = 50
"""Unknown ids of a file for which the nearest known one is looked for: that takes a while in a large plan."""
_FIELDS: dict[str, tuple[EventKind, ...]] = {
    "volume_m3": ("gated_in",), "gross_weight_kg": ("gated_in",), "cartons": ("short_shipped",),
    "departure_id": ("rolled",), "until": ("customs_hold",),
}  # fmt: skip
"""Kinds of events that a field belongs to."""
_REPEATED: tuple[EventKind, ...] = ("gated_in", "customs_hold", "rolled", "short_shipped")
"""What may be said again of the same subject, for a later time."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the plan.

    Attributes
    ----------
    events : the log of the plan folder
    network : Network or None; without it a load can be rolled only to departures that the plan knows
    cartons : cartons by shipment, where the shipments are at hand
    """

    events: Sequence[Event] = ()
    network: Network | None = None
    cartons: Mapping[str, int] = field(default_factory=dict)


def judge(plan: Plan, rows: Sequence[Row], file: str, known: Known) -> list[Finding]:
    """Return everything wrong with new confirmations, by row.

    Parameters
    ----------
    plan : Plan
    rows : new confirmations, without those that the log has
    file : name of their file, for the findings
    known : what is known beside the plan
    """
    found: list[Finding] = []
    rules = _RowRules(plan, known)
    sound: list[Row] = []
    for row in rows:
        faults = [_finding(file, row, *fault) for fault in rules.faults(row.confirmation)]
        found += faults
        if not faults:
            sound.append(row)
    clashes = list(_clashes(file, sound))
    clashing = {finding.row for finding in clashes}
    fold = Fold(plan)
    replay = _Replay(fold, file, known.events)
    found += [*clashes, *replay.run([row for row in sound if row.number not in clashing])]
    found += without_room(fold, replay.taken, file, known.network, known.cartons)
    return sorted(found, key=lambda finding: finding.row or 0)


Fault = tuple[str, Refusal]
"""A field and what was expected in it."""


def _finding(file: str, row: Row, name: str, why: Refusal) -> Finding:
    value = getattr(row.confirmation, name)
    return Finding(file, row.number, name, "" if value is None else str(value), why.expected, why.maybe, why.rule)


# -- one row


class _RowRules:
    """What can be wrong with one confirmation, whatever happened before."""

    def __init__(self, plan: Plan, known: Known) -> None:
        self._plan, self._known = plan, known
        self._fold = Fold(plan)
        self._guesses = 0
        self._earlier = {event.confirmation.plan_id for event in known.events} | {plan.replaces}

    def faults(self, said: Confirmation) -> Iterator[Fault]:
        """Yield what is wrong with a confirmation; of one that speaks of another plan only that."""
        wrong = self._of_another_plan(said)
        if wrong is not None:
            yield wrong
            return
        untimely = list(_times(self._plan, said))
        yield from untimely
        if not _is_known(self._fold, said):
            yield "subject_id", self._unknown(said)
            return
        kinds = kinds_of(self._fold, said)
        if said.kind not in kinds:
            yield "kind", Refusal(f"one of {', '.join(kinds)}, of {_what(self._fold, said)}", rule="EVENT.KIND")
            return
        yield from _misplaced(said)
        yield from () if untimely else self._departure(said)
        yield from self._cartons(said)

    def _of_another_plan(self, said: Confirmation) -> Fault | None:
        plan = self._plan
        if said.plan_id == plan.plan_id and said.plan_version == plan.version:
            return None
        stale = "the partner works by an earlier plan: send it the files of this one"
        if said.plan_id != plan.plan_id:
            is_earlier = said.plan_id in self._earlier
            maybe, rule = (
                (stale, "EVENT.STALE") if is_earlier else (nearest(said.plan_id, [plan.plan_id]), "EVENT.PLAN")
            )
            return "plan_id", Refusal(f"{plan.plan_id}, the plan of this folder (version {plan.version})", maybe, rule)
        this = f"version {plan.version} of plan {plan.plan_id}"
        if said.plan_version < plan.version:
            return "plan_version", Refusal(this, stale, "EVENT.STALE")
        return "plan_version", Refusal(this, "it belongs to the folder of a later plan", "EVENT.VERSION")

    def _unknown(self, said: Confirmation) -> Refusal:
        fold = self._fold
        shipments = [*fold.planned, *(row.shipment_id for row in self._plan.unplanned)]
        ids, others = (shipments, fold.planned_loads) if said.subject == "shipment" else (fold.planned_loads, shipments)
        self._guesses += 1
        if said.subject_id in others:
            cure = f"subject should be {'load' if said.subject == 'shipment' else 'shipment'}"
        else:
            cure = nearest(said.subject_id, ids) if self._guesses <= _MOST_GUESSES else ""
        return Refusal(f"a {said.subject} of plan {self._plan.plan_id}", cure, "REFERENCE.UNKNOWN")

    def _departure(self, said: Confirmation) -> Iterator[Fault]:
        if said.kind == "rolled" and said.departure_id:
            why = unfit(said, self._fold.planned_loads[said.subject_id], self._plan, self._known.network)
            if why is not None:
                yield "departure_id", why

    def _cartons(self, said: Confirmation) -> Iterator[Fault]:
        count = self._known.cartons.get(said.subject_id) if said.subject == "shipment" else None
        if count is not None and said.cartons is not None and said.cartons >= count:
            expected = f"fewer than the {count} cartons of the shipment"
            yield "cartons", Refusal(expected, "all were left behind: leave cartons blank", "EVENT.CARTONS")


def _what(fold: Fold, said: Confirmation) -> str:
    if said.subject == "load":
        return f"a {fold.planned_loads[said.subject_id].kind} load"
    return "a shipment" if said.subject_id in fold.planned else "a shipment that the plan leaves out"


def _times(plan: Plan, said: Confirmation) -> Iterator[Fault]:
    first = _day(plan.inputs.horizon_start, dt.timedelta(days=-_FAR_DAYS))
    last = _day(plan.inputs.horizon_end, dt.timedelta(days=_FAR_DAYS))
    if (first and said.instant.date() < first) or (last and said.instant.date() > last):
        expected = f"a time from {first} to {last}, near the horizon of the plan"
        yield "time", Refusal(expected, "the year is wrong", "VALUE.FAR")
    elif said.until and said.until < said.time[:10]:
        yield "until", Refusal(f"a day from {said.time[:10]} on, the day of the hold", "", "VALUE.ORDER")


def _day(text: str, away: dt.timedelta) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) + away
    except (ValueError, OverflowError):
        return None


def _is_known(fold: Fold, said: Confirmation) -> bool:
    """Return whether a plan knows what a confirmation speaks of."""
    return (fold.load if said.subject == "load" else fold.shipment)(said.subject_id) is not None


def _misplaced(said: Confirmation) -> Iterator[Fault]:
    for name, kinds in _FIELDS.items():
        if getattr(said, name) not in (None, "") and said.kind not in kinds:
            cure = f"kind should be {kinds[0]}"
            yield name, Refusal(f"nothing: {name} belongs to {', '.join(kinds)}", cure, "EVENT.FIELD")
    if said.kind == "rolled" and not said.departure_id:
        yield "departure_id", Refusal("the departure that the load is on now", "", "VALUE.MISSING")


# -- rows against each other


def _clashes(file: str, rows: Sequence[Row]) -> Iterator[Finding]:
    """Yield a finding for each row that says something else than an earlier row of the same subject and kind."""
    first: dict[tuple[object, ...], Row] = {}
    for row in rows:
        said = row.confirmation
        key = (said.kind, said.subject, said.subject_id, said.instant if said.kind in _REPEATED else None)
        before = first.setdefault(key, row)
        for name in ("time", *_FIELDS):
            here, there = _value(said, name), _value(before.confirmation, name)
            if here != there:
                expected = f"{getattr(before.confirmation, name) or 'nothing'}, as row {before.number} says"
                yield _finding(
                    file, row, name, Refusal(expected, "one of the two rows is wrong", "EVENT.CONTRADICTION")
                )
                break


def _value(said: Confirmation, name: str) -> object:
    return said.instant if name == "time" else getattr(said, name)


# -- what happened, in its order


class _Replay:
    """Known and new events together, in the order in which they happened; ``taken`` are the new ones that can have."""

    def __init__(self, fold: Fold, file: str, events: Sequence[Event]) -> None:
        self._fold, self._file = fold, file
        self._known = [event.confirmation for event in events]
        self._recorded = {event.confirmation.event_id: event.recorded_at for event in events}
        self.taken: list[Row] = []
        self._unblamed: dict[tuple[str, str], list[Row]] = defaultdict(list)

    def run(self, rows: Sequence[Row]) -> list[Finding]:
        """Apply everything to the fold; return what cannot have happened."""
        found: list[Finding] = []
        everything = [(said, None) for said in self._known] + [(row.confirmation, row) for row in rows]
        for said, row in sorted(everything, key=lambda each: happened(each[0])):
            why = refusal(self._fold, said) if row is not None or self._judged(said) else None
            if why is not None and row is not None:
                found.append(_finding(self._file, row, why.field, why))
                continue
            if why is not None:
                found += self._blame(said)
            self._fold.apply(said)
            if row is not None:
                self.taken.append(row)
                self._unblamed[said.subject, said.subject_id].append(row)
        return found

    def _judged(self, said: Confirmation) -> bool:
        plan, fold = self._fold.plan, self._fold
        if (said.plan_id, said.plan_version) != (plan.plan_id, plan.version) or not _is_known(fold, said):
            return False
        return said.kind in kinds_of(fold, said)

    def _blame(self, known: Confirmation) -> Iterator[Finding]:
        """Yield a finding for each new row that makes impossible what was taken in before."""
        near = {(known.subject, known.subject_id)}
        if known.subject == "load":
            near |= {("shipment", name) for name in self._fold.planned_loads[known.subject_id].shipments}
        elif known.subject_id in self._fold.planned:
            planned = self._fold.planned[known.subject_id]
            near |= {("load", planned.trunk_load_id), ("load", planned.truck_load_id)}
        what = f"{known.subject} {known.subject_id} was {known.kind} at {known.time}"
        expected = f"what fits with the log: {what} (recorded {self._recorded[known.event_id]})"
        for subject in sorted(near):
            for row in self._unblamed.pop(subject, ()):
                yield _finding(self._file, row, "kind", Refusal(expected, "its time is wrong", "EVENT.STEP"))
