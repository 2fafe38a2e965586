"""The errors raised on purpose, all of one base, and the shape of one finding about input.

::

    DragonBoatError
    ├── InputError          invalid files, rows or values; carries every Finding, not only the first
    ├── AllocationError     a plan cannot be shared by a rule (defined in consolidation.allocation)
    ├── GeocodingError      a geocoder did not answer (defined in network.geocode)
    ├── PlanFolderError     a plan folder is missing, incomplete or of another schema version
    ├── WrongPlanError      a comparison is applied to another plan (defined in consolidation.comparison)
    ├── SolveError          the optimiser was called with arrays that contradict each other
    ├── StoppedWithoutPlan  planning was stopped before there was a plan (defined in consolidation.planner)
    └── WorkersLost         there is nobody left to run a study (defined in consolidation.studies.processes)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the input: where, what was found, what was expected and, where known, the cure.

    Attributes
    ----------
    file : str
        File name as the user gave it (with ``[sheet]`` for a workbook).
    row : int or None
        Line of the file, counting the header as 1; None when the whole file is meant.
    field : str
        Column or key; empty when the whole row is meant.
    value : str
        The value as found.
    expected : str
        What would have been right.
    maybe : str
        The cure, as a sentence that follows "Maybe"; empty when none is known.
    rule : str
        Name of the rule that found it, such as ``VALUE.NUMBER`` or ``REFERENCE.UNKNOWN``.
    """

    file: str
    row: int | None
    field: str
    value: str
    expected: str
    maybe: str = ""
    rule: str = "VALUE"

    def __str__(self) -> str:
        where = self.file if self.row is None else f"{self.file}, row {self.row}"
        if self.field:
            where = f"{where}, {self.field}"
        text = f"{where}: found {self.value!r}, expected {self.expected}."
        return f"{text} Maybe {self.maybe}." if self.maybe else text


class DragonBoatError(Exception):
    """Base of every error raised on purpose."""


class InputError(DragonBoatError):
    """Raised when input cannot be used; ``findings`` lists everything wrong at once."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        shown = "\n".join(str(finding) for finding in self.findings[:5])
        more = f"\n... and {len(self.findings) - 5} more" if len(self.findings) > 5 else ""
        super().__init__(f"{len(self.findings)} problem(s) in the input\n{shown}{more}")


class PlanFolderError(DragonBoatError):
    """Raised when a plan folder cannot be read: missing, incomplete or of another schema version."""


class SolveError(DragonBoatError):
    """Raised when a problem handed to the optimiser is malformed."""


def nearest(name: str, known: Sequence[str] | Iterable[str], prefix: str = "you meant ") -> str:
    """Return ``"you meant 'x'"`` for the known name most like `name`, or an empty string.

    >>> nearest("volum_m3", ["volume_m3", "units"])
    "you meant 'volume_m3'"
    """
    lowered = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.6)
    return f"{prefix}{lowered[found[0]]!r}" if found else ""
