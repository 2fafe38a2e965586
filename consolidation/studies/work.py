"""The work of a study: one scenario applied, planned from what the base leaves, judged and put into figures."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from consolidation._version import __version__
from consolidation.checker import judge
from consolidation.folder import plan_text
from consolidation.plan_model import Plan
from consolidation.planner import StoppedWithoutPlan, prepare, put_together, solved
from consolidation.scenarios import Applied, Scenario, apply_scenario
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from consolidation.studies.answers import LimitGuide
from consolidation.studies.guides import limit_guides
from consolidation.studies.measures import figures, movers
from consolidation.studies.model import BASE, ScenarioResult
from consolidation.studies.warm import plan_from
from network.errors import InputError
from network.io import content_hash as network_hash
from network.model import Network
from solvers.api import solve
from solvers.options import SolveOptions

WARM_WORK = 10
"""Part of the usual work, 25, that a scenario gets: it begins with the plan of the base."""


@dataclass(frozen=True, slots=True)
class Continuing(Scenario):
    """A scenario whose search begins with another plan than that of the base.

    Attributes
    ----------
    start : None: the plan of the base
    start_key : of the run that made it
    """

    start: Plan | None = field(default=None, compare=False)
    start_key: str = ""


@dataclass(frozen=True)
class Given:
    """What all scenarios of a study begin with.

    Attributes
    ----------
    options : of the search for the base; scenarios get a part of its work
    base : plan of the base, None before there is one
    """

    network: Network
    shipments: tuple[Shipment, ...]
    options: SolveOptions = field(default_factory=SolveOptions)
    base: Plan | None = None

    def __getstate__(self) -> dict[str, object]:
        return {name.name: getattr(self, name.name) for name in dataclasses.fields(self)}

    @cached_property
    def key(self) -> str:
        """Hash of everything that the plan of the base depends on."""
        parts = [
            __version__,
            network_hash(self.network),
            shipments_hash(self.shipments),
            dataclasses.asdict(self.options),
        ]
        return _digest(parts)

    def key_of(self, scenario: Scenario) -> str:
        """Return the hash of everything that the plan of a scenario depends on."""
        patches = [patch.model_dump(mode="json") for patch in scenario.patches]
        started = [scenario.start_key] if isinstance(scenario, Continuing) else []
        return self.key if scenario.name == BASE else _digest([self.key, WARM_WORK, patches, *started])


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """What a worker hands back.

    Attributes
    ----------
    plan : text of ``plan.json``; empty without a plan
    """

    result: ScenarioResult
    plan: str = ""


def run(given: Given, scenario: Scenario, cancelled: Callable[[], bool] | None = None) -> Outcome:
    """Apply a scenario, plan, judge the plan and put it into figures; what goes wrong is part of the outcome.

    Parameters
    ----------
    given : with the plan of the base, but for the base itself
    """
    applied: Applied | None = None
    try:
        applied = apply_scenario(scenario, given.network, given.shipments, given.options)
        made, guides = _planned(given, applied, scenario, cancelled)
        outcome = _judged(given, scenario, applied, made, guides)
    except InputError as fault:
        reasons = tuple(str(finding) for finding in fault.findings)
    except StoppedWithoutPlan as fault:
        reasons = (str(fault),)
    except Exception as fault:  # one scenario must not take the others with it
        return broken_off(scenario, _in_words(fault))
    else:
        return outcome
    changes = applied.changes if applied is not None else ()
    result = ScenarioResult(name=scenario.name, description=scenario.description, changes=changes, status="failed", reasons=reasons, key=given.key_of(scenario))  # fmt: skip
    return Outcome(result)


def broken_off(scenario: Scenario, reason: str) -> Outcome:
    """Return the outcome of a scenario that something other than its content ended; it has no key, so that it is run again."""
    result = ScenarioResult(name=scenario.name, description=scenario.description, status="failed", reasons=(reason,), key="")  # fmt: skip
    return Outcome(result)


def _in_words(fault: Exception) -> str:
    """Return what happened and where, short enough for a table and exact enough for whoever mends it."""
    if isinstance(fault, MemoryError):
        return "memory ran out while it was planned; maybe fewer workers"
    at = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} in {Path(at.filename).name}, line {at.lineno}: {fault}"


def _judged(given: Given, scenario: Scenario, applied: Applied, made: Plan, guides: tuple[LimitGuide, ...]) -> Outcome:
    violations = judge(made, applied.network, applied.shipments).violations
    result = ScenarioResult(
        name=scenario.name, description=scenario.description, changes=applied.changes, status="planned",
        key=given.key_of(scenario), reasons=tuple(violation.message for violation in violations),
        figures=figures(made, applied.network, len(violations)),
        movers=movers(given.base, made) if given.base is not None else (), guides=guides,
    )  # fmt: skip
    return Outcome(result, "".join(plan_text(made)))


def _planned(
    given: Given, applied: Applied, scenario: Scenario, cancelled: Callable[[], bool] | None
) -> tuple[Plan, tuple[LimitGuide, ...]]:
    """Return the plan, and of the base the guide prices of its limits."""
    options = applied.options
    if given.base is None:
        week = prepare(applied.network, applied.shipments)
        answer = solved(solve(week.compiled.problem, options, cancelled=cancelled))
        return put_together(week, answer, options), limit_guides(week, answer)
    if options.work == given.options.work:
        options = dataclasses.replace(options, work=min(options.work, WARM_WORK))
    start = scenario.start if isinstance(scenario, Continuing) else None
    return plan_from(start or given.base, applied.network, applied.shipments, options, cancelled=cancelled), ()
