"""Scenarios: named lists of patches on a network, on shipments and on options, written in a small file."""

from consolidation.scenarios.apply import Applied, apply_scenario, row_changes
from consolidation.scenarios.model import Scenario
from consolidation.scenarios.reading import inspect_scenarios, read_scenarios

__all__ = ["Applied", "Scenario", "apply_scenario", "inspect_scenarios", "read_scenarios", "row_changes"]
