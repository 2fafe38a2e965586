"""The event log of a plan folder, and the shipments as it left them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from consolidation.checking.result import Violation, violation
from consolidation.events.effective import planned_from
from consolidation.events.judge import Known, judge
from consolidation.events.log import EVENTS, log_text, read_log
from consolidation.events.model import Event
from consolidation.events.reading import Row
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.errors import InputError, PlanFolderError
from network.model import Network


def read(folder: Path) -> tuple[tuple[Event, ...], list[Violation]]:
    """Return the events of a folder; a log that cannot be read counts as none and gives a violation."""
    try:
        return read_log(folder), []
    except PlanFolderError as error:
        return (), [violation("FILE.MALFORMED", EVENTS, "content", str(error), "one event on each line")]


def goods_of(
    plan: Plan, log: Sequence[Event], shipments: Sequence[Shipment]
) -> tuple[Sequence[Shipment], list[Violation]]:
    """Return what a plan of its version is made for; where the log does not tell, the shipments as they are."""
    try:
        return planned_from(shipments, log, plan), []
    except InputError as error:
        found = [
            violation(each.rule, EVENTS, each.field, each.value, each.expected) for each in error.findings
        ]  # fmt: skip
        return shipments, found


def judged(plan: Plan, log: Sequence[Event], network: Network, shipments: Sequence[Shipment]) -> Iterator[Violation]:
    """Yield violations for events that stand twice in the log, are of no version up to the plan's, or cannot have happened.

    Those before the plan must be the ones that it says it took in.
    """
    yield from _taken_in(plan, log)
    seen: dict[str, int] = {}
    rows: list[Row] = []
    for number, event in enumerate(log, 1):
        said, where = event.confirmation, f"{EVENTS}, row {number}"
        before = seen.setdefault(said.event_id, number)
        if before != number:
            yield violation("EVENT.TWICE", where, "event", f"that of row {before}", "each event once")
        elif said.plan_version >= plan.version:
            rows.append(Row(said, number))
    cartons = {row.shipment_id: row.cartons for row in shipments if row.cartons is not None}
    for found in judge(plan, rows, EVENTS, Known((), network, cartons)):
        yield violation(found.rule, f"{EVENTS}, row {found.row}", found.field, found.value, found.expected)


def _taken_in(plan: Plan, log: Sequence[Event]) -> Iterator[Violation]:
    if plan.continued is not None:
        before = [event for event in log if event.confirmation.plan_version < plan.version]
        found = hashlib.sha256(log_text(before).encode()).hexdigest()
        if found != plan.continued.events_sha256:
            expected = plan.continued.events_sha256
            yield violation("EVENT.HASH", EVENTS, "hash of the events before this version", found, expected)
