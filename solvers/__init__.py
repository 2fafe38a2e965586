"""Choose an option for every lot at least cost, and prove how good the choice is.

Pure optimisation over integer arrays: build a :class:`Problem`, call :func:`solve`, price any :class:`Assignment` with
:func:`evaluate`. This package knows no places, files or dates.
"""

from .api import solve
from .assignment import UNPLANNED, Assignment, Load
from .evaluate import Evaluation, Line, LineKind, Rule, Violation, evaluate
from .examination import Examination
from .options import SolveOptions
from .outcome import Guides, NoPlan, Progress, Solved, StopReason
from .problem import EntryFee, Problem

__all__ = [
    "UNPLANNED",
    "Assignment",
    "EntryFee",
    "Evaluation",
    "Examination",
    "Guides",
    "Line",
    "LineKind",
    "Load",
    "NoPlan",
    "Problem",
    "Progress",
    "Rule",
    "SolveOptions",
    "Solved",
    "StopReason",
    "Violation",
    "evaluate",
    "solve",
]
