"""Taking confirmations into the event log of a plan folder: a whole file or nothing of it."""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from consolidation.events.judge import Known, judge
from consolidation.events.log import append, locked, read_log
from consolidation.events.model import Event
from consolidation.events.reading import Row, read_confirmations
from consolidation.events.state import PlanState, happened, state_of
from consolidation.folder import read_plan
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.errors import InputError
from network.model import Network


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes
    ----------
    plan : Plan
    new : tuple of Event, added to the log, in the order in which they happened
    known : int, rows of the file that the log had already
    repeated : int, rows that the file holds more than once
    events : tuple of Event, the whole log now (of a dry run: as it would be)
    """

    plan: Plan
    new: tuple[Event, ...]
    known: int
    repeated: int
    events: tuple[Event, ...]

    @property
    def state(self) -> PlanState:
        """The state of the plan after the import."""
        return state_of(self.plan, self.events)


@dataclass(frozen=True, slots=True)
class Context:
    """What helps to judge a file of confirmations beside the plan folder.

    Attributes
    ----------
    network : Network or None, the network of the plan: it knows every departure and every payload
    shipments : the shipments of the plan, which know their cartons
    """

    network: Network | None = None
    shipments: Sequence[Shipment] = ()


def import_confirmations(
    folder: str | Path,
    file: str | Path,
    *,
    by: str = "",
    context: Context | None = None,
    dry_run: bool = False,
) -> Imported:
    """Add the confirmations of a file to the event log of a plan folder.

    A confirmation that the log has already, from whatever file, is not added again.

    Parameters
    ----------
    folder : plan folder
    file : CSV, Excel or JSON file of confirmations, or another kind that has a reader
    by : who imports it; blank: the user of this computer
    context : network and shipments of the plan, for stricter judgement
    dry_run : judge and count, write nothing

    Raises
    ------
    InputError
        With everything that is wrong with the file; nothing was added then.
    PlanFolderError
        If the folder holds no plan, or its log is damaged.
    """
    path, context = Path(file), context or Context()
    with locked(folder):
        plan, log = read_plan(folder), read_log(folder)
        rows, findings = read_confirmations(path)
        fresh, known, repeated = _sorted_out(rows, log)
        cartons = {row.shipment_id: row.cartons for row in context.shipments if row.cartons is not None}
        findings = findings + judge(plan, fresh, path.name, Known(log, context.network, cartons))
        if findings:
            raise InputError(sorted(findings, key=lambda finding: finding.row or 0))
        new = _events(path, fresh, by)
        if not dry_run:
            append(folder, new, log)
    return Imported(plan, new, known, repeated, (*log, *new))


def _sorted_out(rows: Iterable[Row], log: Iterable[Event]) -> tuple[list[Row], int, int]:
    """Return the rows that are new, how many the log knows, and how many repeat another row of the file."""
    logged = {event.confirmation.event_id for event in log}
    fresh: dict[str, Row] = {}
    known: set[str] = set()
    count = 0
    for row in rows:
        count += 1
        name = row.confirmation.event_id
        if name in logged:
            known.add(name)
        else:
            fresh.setdefault(name, row)
    return list(fresh.values()), len(known), count - len(known) - len(fresh)


def _events(path: Path, rows: Iterable[Row], by: str) -> tuple[Event, ...]:
    ordered = sorted(rows, key=lambda row: happened(row.confirmation))
    if not ordered:
        return ()
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    who, name = (text.encode(errors="replace").decode() for text in (by.strip() or _user(), path.name))
    return tuple(
        Event(
            confirmation=row.confirmation, recorded_at=now, recorded_by=who, file=name, file_sha256=digest, row=row.number
        )
        for row in ordered
    )  # fmt: skip


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
