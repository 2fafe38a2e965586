"""Fair shares: the charges of a plan shared by other rules, and what can be said for each of them.

:func:`allocate` shares the charges again, :func:`fairness` says who would do better by leaving, :func:`comparison`
sets the rules side by side. Nothing here changes a plan: the lines of ``plan.json`` are those of the rule ``wm``.
"""

from __future__ import annotations

from consolidation.allocation.api import allocate, comparison, fairness
from consolidation.allocation.model import (
    RULES,
    TRANSFER,
    Allocation,
    AllocationError,
    CapBasis,
    Charged,
    Claim,
    Comparison,
    Fairness,
    Rule,
    Standing,
)

__all__ = [
    "RULES",
    "TRANSFER",
    "Allocation",
    "AllocationError",
    "CapBasis",
    "Charged",
    "Claim",
    "Comparison",
    "Fairness",
    "Rule",
    "Standing",
    "allocate",
    "comparison",
    "fairness",
]
