"""The event log of a plan folder: ``events.jsonl``, one event on each line, in the order in which they were taken in.

The log is replaced as a whole, by renaming a sibling: whoever reads it finds the old one or the new one. Whoever adds to
it holds the folder's lock from reading to renaming, so that two imports at once lose nothing.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from consolidation.events.model import Event
from network import locking
from network.atomic import new_file
from network.errors import PlanFolderError

EVENTS = "events.jsonl"
"""Name of the log in a plan folder."""
_DRAFTS = f".{EVENTS}.*.tmp"


def is_draft(name: str) -> bool:
    """Return whether a file is what a killed import left half-written: it counts for nothing, and the next one
    removes it.

    >>> is_draft(".events.jsonl.731-1a2b3c4d.tmp"), is_draft("events.jsonl")
    (True, False)
    """
    return fnmatch.fnmatchcase(name, _DRAFTS)


def read_log(folder: str | Path) -> tuple[Event, ...]:
    """Read the events of a plan folder; a folder without a log has none.

    Raises
    ------
    PlanFolderError
        If the log cannot be read or a line of it is no event.
    """
    path = Path(folder) / EVENTS
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as fault:
        raise PlanFolderError(f"{path}: cannot be read ({fault}).") from fault
    return tuple(_event(path, line, row) for row, line in enumerate(text.split("\n"), 1) if line.strip())


def _event(path: Path, line: str, row: int) -> Event:
    try:
        return Event.model_validate_json(line)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "event"
        message = f"{path}, line {row}: {where}: found {str(first['input'])[:80]!r}, {first['msg']}."
        raise PlanFolderError(f"{message} Maybe the log was cut off or edited.") from fault


def log_text(events: Iterable[Event]) -> str:
    """Return events as the text of a log."""
    return "".join(event.model_dump_json() + "\n" for event in events)


def append(folder: str | Path, events: Sequence[Event], known: Sequence[Event]) -> None:
    """Add events to the log of a folder whose lock the caller holds: all of them or none.

    Parameters
    ----------
    folder : plan folder, within :func:`locked`
    events : events to add, in their order
    known : what :func:`read_log` found in the folder since it was locked
    """
    if not events:
        return
    with new_file(Path(folder) / EVENTS) as draft, draft.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(log_text((*known, *events)))
        stream.flush()
        os.fsync(stream.fileno())


@contextlib.contextmanager
def locked(folder: str | Path) -> Iterator[None]:
    """Hold the lock of a plan folder; another process that wants it waits. A process that ends lets go of it."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locking.locked(folder))
        except OSError as fault:
            raise PlanFolderError(f"{folder}: cannot be opened ({fault.strerror}), expected a plan folder.") from fault
        yield
