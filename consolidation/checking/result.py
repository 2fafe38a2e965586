"""What the judge hands back: violations by cause and counts of what was looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that a plan breaks.

    Attributes
    ----------
    cause : str
        Stable name of the rule, such as ``LOAD.VOLUME`` or ``COST.SHARE``.
    where : str
        What breaks it: ``shipment S1``, ``load L0001``, ``shipments.csv``...
    found, expected : str
        The value in the plan and the value the rule asks for, as text.
    message : str
        The whole finding as one sentence.
    """

    cause: str
    where: str
    found: str
    expected: str
    message: str

    def __str__(self) -> str:
        return f"[{self.cause}] {self.message}"


def violation(cause: str, where: str, what: str, found: object, expected: object) -> Violation:
    """Return a violation with its message composed of the parts.

    >>> str(violation("LOAD.VOLUME", "load L0001", "volume of its shipments", "70.1 m3", "at most 68 m3"))
    '[LOAD.VOLUME] load L0001: volume of its shipments: found 70.1 m3, expected at most 68 m3.'
    """
    shown = "nothing" if found == "" else f"{found}"
    wanted = "nothing" if expected == "" else f"{expected}"
    return Violation(cause, where, shown, wanted, f"{where}: {what}: found {shown}, expected {wanted}.")


@dataclass(frozen=True)
class CheckResult:
    """The verdict on a plan.

    Attributes
    ----------
    violations : tuple of Violation
        Every rule broken, in the order of the rules; empty when the plan is accepted.
    checked : dict
        How many shipments, loads, cost lines... were looked at.
    """

    violations: tuple[Violation, ...]
    checked: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the plan breaks no rule."""
        return not self.violations

    @property
    def by_cause(self) -> dict[str, int]:
        """Number of violations of each cause, the most frequent first."""
        return dict(Counter(found.cause for found in self.violations).most_common())
