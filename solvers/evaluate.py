"""What an assignment costs, as lines, and which rules it breaks. Nothing else in the product reports a cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from network.errors import SolveError
from network.money import Int64

from .assignment import Assignment
from .problem import Problem


class LineKind(StrEnum):
    """What a cost line pays for."""

    OWN = "OWN"
    LOAD = "LOAD"
    ENTRY = "ENTRY"
    EXAMINATION = "EXAMINATION"
    DELAY = "DELAY"
    UNPLANNED = "UNPLANNED"


class Rule(StrEnum):
    """Rules an assignment must keep."""

    VOLUME = "VOLUME"
    WEIGHT = "WEIGHT"
    CONFLICT = "CONFLICT"
    ALONE = "ALONE"
    PARTIES = "PARTIES"
    TYPE_LIMIT = "TYPE_LIMIT"
    RESOURCE = "RESOURCE"
    WINDOW = "WINDOW"
    LOAD_MEMBERSHIP = "LOAD_MEMBERSHIP"


@dataclass(frozen=True, slots=True)
class Line:
    """One named part of the cost.

    Attributes
    ----------
    kind : LineKind
    index : int, lot of OWN and UNPLANNED; position in ``assignment.loads`` of the others
    party : int, importer of record of ENTRY, else -1
    code : str, fee of ENTRY, of EXAMINATION and DELAY that of the examination, else empty
    amount : int, micro-units
    """

    kind: LineKind
    index: int
    party: int
    code: str
    amount: int


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule and by how much.

    Attributes
    ----------
    rule : Rule
    where : int
        Position of the load (VOLUME, WEIGHT, CONFLICT, ALONE, PARTIES), lot (LOAD_MEMBERSHIP), row of ``type_*``
        (TYPE_LIMIT), resource (RESOURCE) or bundle (WINDOW).
    amount : int
        Excess in cm3, g, pairs of lots, parties, loads, units of the resource or days; for LOAD_MEMBERSHIP the number
        of loads missing or too many.
    """

    rule: Rule
    where: int
    amount: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Lines, their sum in micro-units, and violations (empty when the assignment can be carried out)."""

    lines: tuple[Line, ...]
    cost: int
    violations: tuple[Violation, ...]

    @property
    def feasible(self) -> bool:
        """Return whether no rule is broken."""
        return not self.violations


def evaluate(problem: Problem, assignment: Assignment) -> Evaluation:
    """Price an assignment and judge it.

    With ``x`` the chosen options, ``b`` the loads, ``t(b)`` their types, and ``S(b, a)`` the lots of importer ``a`` in
    load ``b``, and ``P(b) = 1 - prod_a (1 - p_a)`` the chance that it is examined, ``p_a`` that of importer ``a``::

        cost =   sum_{planned i}    option_cost[x_i]
               + sum_{b}            type_price[t(b)]
               + sum_{b, a, fee f}  f.amount(sum_{i in S(b, a)} lot_entry_value[i])   (fees of the pool's entry scheme that
                                                                                       fall on importers like a)
               + sum_{b}            P(b) price + P(b) delay sum_{i in b} lot_day_price[i]   (of the examination of the pool)
               + sum_{unplanned i}  lot_unplanned_price[i]

    Parameters
    ----------
    problem : Problem
    assignment : Assignment
        It may break any rule; it may not name options, types or lots that do not exist.

    Raises
    ------
    SolveError
        If an option is not one of its lot, a type not one of its pool, or a lot is unknown.
    """
    _check_names(problem, assignment)
    lines = (
        *_lot_lines(problem, assignment),
        *(line for place in range(len(assignment.loads)) for line in _load_lines(problem, assignment, place)),
    )
    violations = (
        *(broken for place in range(len(assignment.loads)) for broken in _load_violations(problem, assignment, place)),
        *_membership_violations(problem, assignment),
        *_type_limit_violations(problem, assignment),
        *_resource_violations(problem, assignment),
        *_window_violations(problem, assignment),
    )
    return Evaluation(lines, sum(line.amount for line in lines), violations)


def _check_names(problem: Problem, assignment: Assignment) -> None:
    if len(assignment.lot_option) != problem.n_lots:
        raise SolveError(f"lot_option: found {len(assignment.lot_option)} entries, expected {problem.n_lots}.")
    for lot, option in enumerate(assignment.lot_option.tolist()):
        if option != -1 and option not in problem.options_of(lot):
            raise SolveError(f"lot_option[{lot}]: option {option} is not one of lot {lot}.")
    for place, load in enumerate(assignment.loads):
        if not 0 <= load.pool < problem.n_pools or load.type not in problem.types_of(load.pool):
            raise SolveError(f"loads[{place}]: type {load.type} is not one of pool {load.pool}.")
        if any(not 0 <= lot < problem.n_lots for lot in load.lots):
            raise SolveError(f"loads[{place}]: names a lot outside 0..{problem.n_lots - 1}.")


def _lot_lines(problem: Problem, assignment: Assignment) -> Iterator[Line]:
    for lot, option in enumerate(assignment.lot_option.tolist()):
        if option >= 0:
            yield Line(LineKind.OWN, lot, -1, "", int(problem.option_cost[option]))
        else:
            yield Line(LineKind.UNPLANNED, lot, -1, "", int(problem.lot_unplanned_price[lot]))


def _load_lines(problem: Problem, assignment: Assignment, place: int) -> Iterator[Line]:
    load = assignment.loads[place]
    yield Line(LineKind.LOAD, place, -1, "", int(problem.type_price[load.type]))
    fees, exam = problem.fees_of(load.pool), problem.examination_of(load.pool)
    if fees or exam:
        values, standing = Counter[int](), {}
        for lot in load.lots:
            party, standing_of_lot = problem.importer_of(lot, int(assignment.lot_option[lot]))
            values[party] += int(problem.lot_entry_value[lot])
            standing[party] = standing_of_lot
        for party in sorted(values):
            for fee in fees:
                if fee.falls_on(standing[party]):
                    yield Line(LineKind.ENTRY, place, party, fee.code, fee.amount(values[party]))
        if exam:
            chance = exam.chance(standing.values())
            day_price = sum(int(problem.lot_day_price[lot]) for lot in load.lots)
            yield Line(LineKind.EXAMINATION, place, -1, exam.code, exam.cost(chance))
            yield Line(LineKind.DELAY, place, -1, exam.code, exam.delay_price(day_price, chance))


def _load_violations(problem: Problem, assignment: Assignment, place: int) -> Iterator[Violation]:
    load = assignment.loads[place]
    lots = np.array(load.lots, dtype=np.int64)
    groups = problem.lot_group[lots]
    parties = {problem.importer_of(lot, int(assignment.lot_option[lot]))[0] for lot in load.lots}
    strangers = groups[:, None] != groups[None, :]
    alone = problem.lot_alone[lots]
    conflicts = problem.conflict[np.ix_(problem.lot_class[lots], problem.lot_class[lots])]
    np.fill_diagonal(conflicts, False)
    allowed_parties = int(problem.pool_max_parties[load.pool])
    excess = {
        Rule.VOLUME: int(problem.lot_volume_cm3[lots].sum() - problem.type_volume_cm3[load.type]),
        Rule.WEIGHT: int(problem.lot_weight_g[lots].sum() - problem.type_weight_g[load.type]),
        Rule.CONFLICT: int(conflicts.sum()) // 2,
        Rule.ALONE: int((strangers & (alone[:, None] | alone[None, :])).sum()) // 2,
        Rule.PARTIES: len(parties) - allowed_parties if allowed_parties >= 0 else 0,
    }
    for rule, amount in excess.items():
        if amount > 0:
            yield Violation(rule, place, amount)


def _membership_violations(problem: Problem, assignment: Assignment) -> Iterator[Violation]:
    carried = Counter((lot, load.pool) for load in assignment.loads for lot in load.lots)
    wanted = Counter(
        (lot, pool)
        for lot, option in enumerate(assignment.lot_option.tolist())
        if option >= 0
        for pool in problem.pools_of(option)
    )
    wrong = Counter[int]()
    for key in carried.keys() | wanted.keys():
        wrong[key[0]] += abs(carried[key] - wanted[key])
    for lot in sorted(wrong):
        if wrong[lot]:
            yield Violation(Rule.LOAD_MEMBERSHIP, lot, wrong[lot])


def _type_limit_violations(problem: Problem, assignment: Assignment) -> Iterator[Violation]:
    opened = Counter(load.type for load in assignment.loads)
    for row in sorted(opened):
        limit = int(problem.type_limit[row])
        if 0 <= limit < opened[row]:
            yield Violation(Rule.TYPE_LIMIT, row, opened[row] - limit)


def resources_used(problem: Problem, assignment: Assignment) -> Int64:
    """Return how much of every resource an assignment uses, (R,) int64, in units of the resource."""
    used = np.zeros(problem.n_resources, dtype=np.int64)
    for option in assignment.lot_option[assignment.lot_option >= 0].tolist():
        row = slice(problem.option_resource_start[option], problem.option_resource_start[option + 1])
        np.add.at(used, problem.option_resource[row], problem.option_resource_amount[row])
    for load in assignment.loads:
        if problem.type_resource[load.type] >= 0:
            used[problem.type_resource[load.type]] += problem.type_resource_amount[load.type]
    return used


def _resource_violations(problem: Problem, assignment: Assignment) -> Iterator[Violation]:
    used = resources_used(problem, assignment)
    for resource in np.flatnonzero(used > problem.resource_limit).tolist():
        yield Violation(Rule.RESOURCE, resource, int(used[resource] - problem.resource_limit[resource]))


def _window_violations(problem: Problem, assignment: Assignment) -> Iterator[Violation]:
    if problem.lot_bundle is None or problem.option_day is None:
        return
    lots = np.flatnonzero((problem.lot_bundle >= 0) & (assignment.lot_option >= 0))
    bundles, place = np.unique(problem.lot_bundle[lots], return_inverse=True)
    days = problem.option_day[assignment.lot_option[lots]].astype(np.int64)
    first, last = np.full(len(bundles), np.iinfo(np.int64).max), np.full(len(bundles), np.iinfo(np.int64).min)
    np.minimum.at(first, place, days)
    np.maximum.at(last, place, days)
    excess = last - first - problem.bundle_days
    for k in np.flatnonzero(excess > 0).tolist():
        yield Violation(Rule.WINDOW, int(bundles[k]), int(excess[k]))
