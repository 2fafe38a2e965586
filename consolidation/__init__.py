"""Dragon Boat: plan cross-border consolidations, with a proven bound and an independent checker.

The verbs: :func:`read_network` and :func:`read_shipments` read and check input, :func:`plan` makes a plan,
:func:`write_plan` and :func:`read_plan` keep it as a folder, :func:`check` judges such a folder, :func:`replan` makes
its next version, :func:`import_confirmations` takes in what partners say happened to it and :func:`state_of` tells how
far it is, :func:`compare` says what differs between two plans and :func:`apply` makes the second of the first, and
:func:`statement` and :func:`write_statements` tell every seller what it pays, :func:`export` writes for every partner
its part of a plan and :func:`read_documents` reads such files, :func:`simulate` says how likely a plan is to keep its
dates and :func:`write_simulation` writes that, :func:`read_scenarios` reads what-if scenarios and
:func:`apply_scenario` makes the network and shipments of one, and :func:`study` plans and compares all scenarios that
:func:`read_request` finds in a file. :func:`frontier` says what days cost, :func:`alternatives` finds plans that cost
nearly as little and are better in another way, and :func:`write_frontier` and :func:`write_alternatives` write these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from consolidation._version import __version__

if TYPE_CHECKING:
    from consolidation.checker import check
    from consolidation.comparison import apply, compare
    from consolidation.events.importing import import_confirmations
    from consolidation.events.log import read_log
    from consolidation.events.state import state_of
    from consolidation.folder import read_plan, write_plan
    from consolidation.partners.export import export
    from consolidation.partners.formats import read_documents
    from consolidation.planner import plan
    from consolidation.replanning import ReplanOptions, replan
    from consolidation.scenarios import apply_scenario, read_scenarios
    from consolidation.shipment_files import read_shipments
    from consolidation.simulation import simulate, write_simulation
    from consolidation.statements import statement, write_statements
    from consolidation.studies import read_request, study
    from consolidation.tradeoffs import AlternativeOptions, alternatives, frontier, write_alternatives, write_frontier
    from network.errors import InputError, PlanFolderError
    from network.io import read_network
    from solvers.options import SolveOptions

__all__ = [
    "AlternativeOptions",
    "InputError",
    "PlanFolderError",
    "ReplanOptions",
    "SolveOptions",
    "__version__",
    "alternatives",
    "apply",
    "apply_scenario",
    "check",
    "compare",
    "export",
    "frontier",
    "import_confirmations",
    "plan",
    "read_documents",
    "read_log",
    "read_network",
    "read_plan",
    "read_request",
    "read_scenarios",
    "read_shipments",
    "replan",
    "simulate",
    "state_of",
    "statement",
    "study",
    "write_alternatives",
    "write_frontier",
    "write_plan",
    "write_simulation",
    "write_statements",
]

_HOMES = {
    "AlternativeOptions": "consolidation.tradeoffs",
    "InputError": "network.errors",
    "PlanFolderError": "network.errors",
    "ReplanOptions": "consolidation.replanning",
    "SolveOptions": "solvers.options",
    "alternatives": "consolidation.tradeoffs",
    "apply": "consolidation.comparison",
    "apply_scenario": "consolidation.scenarios",
    "check": "consolidation.checker",
    "import_confirmations": "consolidation.events.importing",
    "compare": "consolidation.comparison",
    "export": "consolidation.partners.export",
    "frontier": "consolidation.tradeoffs",
    "plan": "consolidation.planner",
    "read_documents": "consolidation.partners.formats",
    "read_log": "consolidation.events.log",
    "read_network": "network.io",
    "read_plan": "consolidation.folder",
    "read_request": "consolidation.studies",
    "read_scenarios": "consolidation.scenarios",
    "read_shipments": "consolidation.shipment_files",
    "replan": "consolidation.replanning",
    "simulate": "consolidation.simulation",
    "state_of": "consolidation.events.state",
    "statement": "consolidation.statements",
    "study": "consolidation.studies",
    "write_alternatives": "consolidation.tradeoffs",
    "write_frontier": "consolidation.tradeoffs",
    "write_plan": "consolidation.folder",
    "write_simulation": "consolidation.simulation",
    "write_statements": "consolidation.statements",
}


def __getattr__(name: str) -> Any:
    """Import a verb when it is first used: ``dragonboat --help`` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'consolidation' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
