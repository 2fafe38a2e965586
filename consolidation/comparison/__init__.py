"""Two plans side by side: what moved, came, went, was re-rated or is late, why, and what it costs."""

from consolidation.comparison.api import compare
from consolidation.comparison.edits import WrongPlanError, apply
from consolidation.comparison.facts import Known
from consolidation.comparison.model import Comparison

__all__ = ["Comparison", "Known", "WrongPlanError", "apply", "compare"]
