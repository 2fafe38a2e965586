"""The independent judge: is this plan right, from the plan folder, the network and the shipments alone?

It shares no code with the optimiser or with the planner: only the definitions in ``network`` (what a charge amounts
to, how money is rounded and shared, working days, where an origin is, how long a lane is) and the model of the plan
folder. Every date, weight, limit and cost line is worked out again, one number at a time with decimals, and compared
with what the plan says; so it judges a plan that a person or a partner edited as well as one fresh from the optimiser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import DecimalException
from pathlib import Path

from consolidation.checking import (
    baselines,
    chances,
    confirmations,
    continued,
    costs,
    coverage,
    dates,
    entries,
    files,
    inbound,
    inputs,
    journeys,
    left_out,
    loads,
    rules,
    sums,
)
from consolidation.checking.case import Case, Traveller
from consolidation.checking.own_lines import own_lines
from consolidation.checking.result import CheckResult, Violation, violation
from consolidation.checking.world import World
from consolidation.folder import PLAN, read_plan
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.errors import PlanFolderError
from network.model import Network

__all__ = ["CheckResult", "Violation", "check", "judge"]


def check(plan_folder: Path, network: Network, shipments: Sequence[Shipment]) -> CheckResult:
    """Judge a plan folder: its files, then the plan in them.

    Parameters
    ----------
    plan_folder : Path, the folder that holds ``plan.json``
    network : Network, the network the plan was made on
    shipments : sequence of Shipment, the shipments as the sellers gave them; a later version of a plan was made for what
        the confirmations in its log left of them

    Returns
    -------
    CheckResult
        Every violation found. A folder whose ``plan.json`` is missing or malformed gives a violation too.

    Raises
    ------
    PlanFolderError
        If there is no such folder.
    """
    folder = Path(plan_folder)
    if not folder.is_dir():
        raise PlanFolderError(f"{folder}: found no folder, expected a plan folder.")
    found = list(files.present(folder))
    try:
        plan = read_plan(folder)
    except PlanFolderError as error:
        if (folder / PLAN).is_file():
            found.append(violation("FILE.MALFORMED", PLAN, "content", str(error), "a plan"))
        return CheckResult(tuple(found), {"files": len(files.REQUIRED)})
    found.extend(files.certificate(folder, plan))
    found.extend(files.projections(folder, plan))
    log, wrong = confirmations.read(folder)
    found.extend(wrong)
    goods, wrong = confirmations.goods_of(plan, log, shipments)
    found.extend(wrong)
    found.extend(confirmations.judged(plan, log, network, goods))
    verdict = judge(plan, network, goods)
    counts = {"files": len(files.REQUIRED), **verdict.checked, "events": len(log)}
    return CheckResult((*found, *verdict.violations), counts)


def judge(plan: Plan, network: Network, shipments: Sequence[Shipment]) -> CheckResult:
    """Judge a plan in memory: everything :func:`check` looks at, but for the files.

    Numbers that cannot be calculated with end the judgement with a violation; what was found before them is kept.
    """
    found: list[Violation] = []
    counts: dict[str, int] = {}
    try:
        counts = _judge(plan, network, shipments, found)
    except DecimalException as error:
        found.append(violation("VALUE.RANGE", PLAN, "numbers", type(error).__name__, "amounts of this world"))
    return CheckResult(tuple(found), counts)


def _judge(plan: Plan, network: Network, shipments: Sequence[Shipment], found: list[Violation]) -> dict[str, int]:
    """Append every violation to `found` and return how much was looked at."""
    world = World(inputs.as_planned(network, plan), shipments)
    by_id = {row.shipment_id: row for row in shipments}
    found.extend(inputs.identity(plan))
    found.extend(inputs.hashes(plan, network, shipments))
    found.extend(inputs.settings(plan, network, shipments))
    travellers = _travellers(plan, world, by_id, found)
    case = Case(plan, world, by_id, travellers)
    held = {load_id: load for load_id, load in ((row.load_id, loads.hold(case, row)) for row in plan.loads) if load}
    _apply(
        found,
        case,
        (
            *coverage.RULES,
            *loads.PLAN_RULES,
            *entries.RULES,
            *continued.RULES,
            inputs.horizon,
            inbound.windows,
            baselines.baselines,
            chances.kept,
            left_out.left_out,
        ),
    )
    for load in held.values():
        for load_rule in loads.LOAD_RULES:
            found.extend(load_rule(load))
        found.extend(costs.load_tariffs(load))
    for each in travellers.values():
        found.extend(journeys.distances(each.journey))
        found.extend(dates.milestones(each.journey, each.dates))
        found.extend(dates.durations(world, each.journey, each.dates))
        found.extend(dates.cutoff(each.journey, each.dates))
        for rule in rules.RULES:
            found.extend(rule(each))
    own = {name: own_lines(world, each.journey, each.dates) for name, each in travellers.items()}
    expected = costs.expected_lines(case, own, held.values())
    found.extend(costs.own_tariffs(case))
    found.extend(costs.compare(case, expected, held))
    found.extend(sums.times_and_taxes(case, own, held.values()))
    _apply(found, case, sums.RULES)
    return _counts(case, len(held), sum(map(len, expected.values())))


def _travellers(
    plan: Plan, world: World, shipments: dict[str, Shipment], found: list[Violation]
) -> dict[str, Traveller]:
    travellers: dict[str, Traveller] = {}
    for planned in plan.shipments:
        shipment = shipments.get(planned.shipment_id)
        if shipment is None:
            continue
        journey, refused = journeys.resolve(world, planned, shipment)
        found.extend(refused)
        if journey is None:
            continue
        try:
            held = continued.holding(plan, planned.shipment_id)
            travellers.setdefault(planned.shipment_id, Traveller(world, journey, dates.work_out(world, journey), held))
        except dates.NoDispatchError as error:
            what, (centre, day) = "day on which a whole truck leaves", error.args
            found.append(violation("DATE.NO_DISPATCH", journey.where, what, f"none from {centre} after {day}", "a day"))
    return travellers


def _apply(found: list[Violation], case: Case, judges: Iterable[Callable[[Case], Iterable[Violation]]]) -> None:
    for rule in judges:
        found.extend(rule(case))


def _counts(case: Case, held: int, lines: int) -> dict[str, int]:
    plan = case.plan
    return {
        "shipments": len(plan.shipments),
        "milestones": sum(len(each.dates.milestones) for each in case.travellers.values()),
        "loads": held,
        "entries": len(plan.entries),
        "cost_lines": lines,
        "unplanned": len(plan.unplanned),
    }
