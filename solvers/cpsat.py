"""The exact model: choose options and pack loads together in CP-SAT, for small problems and for regions of large ones.

Every load is led by its first lot: load ``j`` of a pool exists when lot ``j`` uses the pool and joins no earlier load,
and only later lots may join it. That names each way of packing exactly once. Money is in whole cents, so that every
coefficient is an integer and the bound of a complete model is a bound of the problem.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from ortools.sat.python import cp_model

from network.money import CENT, Bools

from .assignment import Assignment, Load
from .cpsat_exam import Held, Present, charge_examination, charge_roughly
from .cpsat_money import Money
from .examination import Examination
from .polling import stopping
from .problem import EntryFee, Problem


@dataclass(frozen=True, slots=True)
class Region:
    """What the model may decide.

    Attributes
    ----------
    options : dict, lot to the options it may choose from; lots that are not named stay as they are
    around : Assignment or None
        The plan that holds the lots that stay, and a hint for those that do not.
    """

    options: dict[int, list[int]]
    around: Assignment | None = None


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard CP-SAT may try.

    Attributes
    ----------
    seed : int
    deterministic_s : float, work in CP-SAT's deterministic seconds
    seconds : float, outer stop
    cancelled : callable or None, asked about once a second
    """

    seed: int
    deterministic_s: float
    seconds: float
    cancelled: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What CP-SAT found: a plan (None if none), and a bound in micro-units on the plans of the region."""

    assignment: Assignment | None
    bound: int


def whole(problem: Problem, keep: Bools, hint: Assignment | None = None) -> Region:
    """Return the region of all lots with the options to keep, (m,) bool."""
    options = {lot: [o for o in problem.options_of(lot) if keep[o]] for lot in range(problem.n_lots)}
    return Region(options, hint)


def solve_region(problem: Problem, region: Region, effort: Effort) -> ModelAnswer:
    """Choose options and loads of the lots in the region at least cost; everything else stays.

    The bound holds for the plans that agree with the region: for the problem when it frees every lot and keeps every
    usable option. Where it frees some lots only, examinations are charged roughly, and the bound is as rough.
    """
    model = _RegionModel(problem, region)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False  # it would take Ctrl-C away from whoever listens, for good
    solver.parameters.random_seed = effort.seed % (2**31)
    solver.parameters.max_deterministic_time = effort.deterministic_s
    solver.parameters.max_time_in_seconds = max(0.01, effort.seconds)
    with stopping(effort.cancelled, solver.stop_search):
        status = solver.solve(model.cp)
    if status in (cp_model.INFEASIBLE, cp_model.MODEL_INVALID):
        return ModelAnswer(None, 0)
    bound = max(0, math.ceil(solver.best_objective_bound - 1e-4)) * CENT
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return ModelAnswer(model.extract(solver) if found else None, bound)


_Users: TypeAlias = "dict[int, dict[Importer, list[cp_model.IntVar]]]"
Importer: TypeAlias = tuple[int, int]
"""Importer of record and its standing."""


@dataclass(slots=True)
class _Slot:
    """One possible load: what is in it already, who may join, by which importer, and which types it may have."""

    pool: int
    base: tuple[int, ...]
    base_type: int = -1
    members: dict[int, cp_model.IntVar] = field(default_factory=dict)
    entered: dict[tuple[int, Importer], cp_model.IntVar] = field(default_factory=dict)
    types: dict[int, cp_model.IntVar] = field(default_factory=dict)
    leader: int = -1


class _RegionModel:
    """Variables and constraints of one region."""

    def __init__(self, problem: Problem, region: Region) -> None:
        self.problem, self.region = problem, region
        self.cp = cp_model.CpModel()
        self.money = Money(self.cp)
        self.choice: dict[int, cp_model.IntVar] = {}
        self.slots: list[_Slot] = []
        self._type_uses: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        self._choose_options()
        self._arrive_in_windows()
        self._kept_loads = self._loads_that_stay()
        self._kept_in: dict[int, list[tuple[Load, tuple[int, ...]]]] = defaultdict(list)
        for load, base in self._kept_loads:
            self._kept_in[load.pool].append((load, base))
        for pool, users in sorted(self._users().items()):
            self._pack(pool, users)
        self._limits()
        self.money.minimise()

    # -- choice of options ------------------------------------------------------------------------------------------

    def _choose_options(self) -> None:
        problem = self.problem
        for lot, options in sorted(self.region.options.items()):
            literals = [self._bool(f"x{option}") for option in options]
            unplanned = self._bool(f"u{lot}")
            self.cp.add_exactly_one([*literals, unplanned])
            self.money.pay(int(problem.lot_unplanned_price[lot]), unplanned)
            for option, literal in zip(options, literals, strict=True):
                self.choice[option] = literal
                self.money.pay(int(problem.option_cost[option]), literal)
            if self.region.around is not None:
                current = int(self.region.around.lot_option[lot])
                for option, literal in zip(options, literals, strict=True):
                    self.cp.add_hint(literal, option == current)
                self.cp.add_hint(unplanned, current < 0)

    def _arrive_in_windows(self) -> None:
        """Demand that the lots of a bundle arrive within its days, those that stay as they are included."""
        bundles, days, around = self.problem.lot_bundle, self.problem.option_day, self.region.around
        if bundles is None or days is None:
            return
        for bundle in np.unique(bundles[list(self.region.options)]).tolist():
            arrivals: list[tuple[int, cp_model.IntVar | bool]] = []
            for lot in np.flatnonzero(bundles == bundle).tolist() if bundle >= 0 else ():
                if lot in self.region.options:
                    arrivals += [(int(days[option]), self.choice[option]) for option in self.region.options[lot]]
                elif around is not None and around.lot_option[lot] >= 0:
                    arrivals.append((int(days[around.lot_option[lot]]), True))
            self._arrive_together(arrivals)

    def _arrive_together(self, arrivals: list[tuple[int, cp_model.IntVar | bool]]) -> None:
        """Demand one window for all arrivals, day and literal, that are chosen."""
        first, last = min((day for day, _ in arrivals), default=0), max((day for day, _ in arrivals), default=0)
        if last - first > self.problem.bundle_days:
            start = self.cp.new_int_var(first, last, "w")
            for day, literal in arrivals:
                self.cp.add(start <= day).only_enforce_if(literal)
                self.cp.add(start >= day - self.problem.bundle_days).only_enforce_if(literal)

    def _users(self) -> dict[int, _Users]:
        """Return pool -> lot -> importer -> choices that use the pool."""
        users: dict[int, _Users] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for lot, options in sorted(self.region.options.items()):
            for option in options:
                for pool in self.problem.pools_of(option):
                    users[pool][lot][self.problem.importer_of(lot, option)].append(self.choice[option])
        return users

    def _loads_that_stay(self) -> list[tuple[Load, tuple[int, ...]]]:
        if self.region.around is None:
            return []
        free = self.region.options.keys()
        return [(load, tuple(lot for lot in load.lots if lot not in free)) for load in self.region.around.loads]

    # -- packing of one pool ----------------------------------------------------------------------------------------

    def _pack(self, pool: int, users: _Users) -> None:
        slots = [_Slot(pool, base, load.type) for load, base in self._kept_in[pool] if base]
        slots += [_Slot(pool, (), leader=lot) for lot in users]
        hinted = self._hinted_slots(pool, slots)
        order = {lot: rank for rank, lot in enumerate(users)}
        joins: dict[tuple[int, Importer], list[cp_model.IntVar]] = defaultdict(list)
        for slot in slots:
            for lot in users:
                if self._may_join(slot, lot) and (slot.leader < 0 or order[lot] >= order[slot.leader]):
                    slot.members[lot] = self._bool(f"z{pool}")
                    self._let_enter(slot, lot, list(users[lot]))
                    for importer in users[lot]:
                        joins[lot, importer].append(slot.entered[lot, importer])
                    if hinted:
                        self.cp.add_hint(slot.members[lot], hinted.get(lot) is slot)
            self._constrain(slot)
        for lot, importers in users.items():
            for importer, choices in importers.items():
                self.cp.add(sum(joins[lot, importer]) == sum(choices))
        self.slots.extend(slots)

    def _let_enter(self, slot: _Slot, lot: int, importers: list[Importer]) -> None:
        """Let a member of a load be entered by exactly one of the importers that its options name."""
        member = slot.members[lot]
        literals = [member] if len(importers) == 1 else [self._bool("e") for _ in importers]
        slot.entered.update(zip([(lot, importer) for importer in importers], literals, strict=True))
        if len(importers) > 1:
            self.cp.add(sum(literals) == member)

    def _hinted_slots(self, pool: int, slots: list[_Slot]) -> dict[int, _Slot]:
        kept = iter([slot for slot in slots if slot.leader < 0])
        led = {slot.leader: slot for slot in slots if slot.leader >= 0}
        hinted: dict[int, _Slot] = {}
        for load, base in self._kept_in[pool]:
            free = [lot for lot in load.lots if lot not in base]
            slot = next(kept) if base else led.get(min(free))
            if slot is not None:
                hinted.update(dict.fromkeys(free, slot))
        return hinted

    def _may_join(self, slot: _Slot, lot: int) -> bool:
        others = slot.base if slot.leader < 0 else (slot.leader,)
        return not any(self._forbidden(lot, other) for other in others)

    def _forbidden(self, lot: int, other: int) -> bool:
        problem = self.problem
        if lot == other:
            return False
        if problem.conflict[problem.lot_class[lot], problem.lot_class[other]]:
            return True
        strangers = problem.lot_group[lot] != problem.lot_group[other]
        return bool(strangers and (problem.lot_alone[lot] or problem.lot_alone[other]))

    def _constrain(self, slot: _Slot) -> None:
        problem, cp = self.problem, self.cp
        for row in problem.types_of(slot.pool):
            slot.types[row] = self._bool(f"t{row}")
            self._type_uses[row].append(slot.types[row])
            self.money.pay(int(problem.type_price[row]), slot.types[row])
        if slot.leader >= 0:
            lead = slot.members[slot.leader]
            cp.add(sum(slot.types.values()) == lead)
            for lot, member in slot.members.items():
                if lot != slot.leader:
                    cp.add_implication(member, lead)
        else:
            cp.add_exactly_one(slot.types.values())
            for row, kind in slot.types.items():
                cp.add_hint(kind, row == slot.base_type)
        for sizes, rooms in (
            (problem.lot_volume_cm3, problem.type_volume_cm3),
            (problem.lot_weight_g, problem.type_weight_g),
        ):
            filled = sum(int(sizes[lot]) * member for lot, member in slot.members.items())
            room = sum(int(rooms[row]) * kind for row, kind in slot.types.items())
            cp.add(filled + int(sizes[list(slot.base)].sum()) <= room)
        members = list(slot.members)
        for k, lot in enumerate(members):
            for other in members[k + 1 :]:
                if self._forbidden(lot, other) and slot.leader not in (lot, other):
                    cp.add_at_most_one(slot.members[lot], slot.members[other])
        self._entries(slot)

    # -- customs entries --------------------------------------------------------------------------------------------

    def _entries(self, slot: _Slot) -> None:
        problem = self.problem
        fees, most = problem.fees_of(slot.pool), int(problem.pool_max_parties[slot.pool])
        exam = problem.examination_of(slot.pool)
        if not fees and most < 0 and exam is None:
            return
        value: dict[Importer, int] = defaultdict(int)
        for lot in slot.base:
            value[self._importer_now(lot)] += int(problem.lot_entry_value[lot])
        joining: dict[Importer, list[int]] = defaultdict(list)
        for lot, importer in slot.entered:
            joining[importer].append(lot)
        present: dict[Importer, cp_model.IntVar] = {}
        for importer, lots in sorted(joining.items()):
            members = [slot.entered[lot, importer] for lot in lots]
            if importer in value:
                there = None
            elif len(members) == 1:
                there = members[0]
            else:
                there = self._bool("a")
                self.cp.add_max_equality(there, members)
            if there is not None:
                present[importer] = there
            for fee in self._fees_on(fees, importer):
                worth = [(slot.entered[lot, importer], int(problem.lot_entry_value[lot])) for lot in lots]
                self.money.charge(fee, value.get(importer, 0), there, worth)
        if most >= 0:
            self.cp.add(sum(present.values()) + len(value) <= most)
        for importer, base_value in value.items():
            if importer not in joining:
                self.money.fix(sum(fee.amount(base_value) for fee in self._fees_on(fees, importer)))
        if exam is not None:
            self._examine(slot, exam, value, present)

    def _examine(
        self, slot: _Slot, exam: Examination, base: Iterable[Importer], joining: dict[Importer, cp_model.IntVar]
    ) -> None:
        """Charge the examination of a load: exactly where every lot is free, as that proves a bound."""
        there: list[tuple[int, Present]] = [(exam.chance_of(standing), None) for _, standing in base]
        there += [(exam.chance_of(standing), literal) for (_, standing), literal in joining.items()]
        if len(self.region.options) < self.problem.n_lots:
            charge_roughly(self.money, exam, there)
            return
        prices = self.problem.lot_day_price
        members = [(int(prices[lot]), member) for lot, member in slot.members.items()]
        charge_examination(self.cp, self.money, exam, there, Held(int(prices[list(slot.base)].sum()), members))

    def _importer_now(self, lot: int) -> Importer:
        """Return the importer of record of a lot that stays as it is."""
        around = self.region.around
        return self.problem.importer_of(lot, -1 if around is None else int(around.lot_option[lot]))

    def _fees_on(self, fees: tuple[EntryFee, ...], importer: Importer) -> list[EntryFee]:
        """Return the fees that fall on an importer."""
        return [fee for fee in fees if fee.falls_on(importer[1])]

    # -- limits that pools share ------------------------------------------------------------------------------------

    def _limits(self) -> None:
        problem = self.problem
        modelled = {slot.pool for slot in self.slots}
        outside = [load for load, base in self._kept_loads if base and load.pool not in modelled]
        for row, uses in sorted(self._type_uses.items()):
            if problem.type_limit[row] >= 0:
                self.cp.add(sum(uses) <= int(problem.type_limit[row]))
        used: dict[int, int] = defaultdict(int)
        for load in outside:
            used[int(problem.type_resource[load.type])] += int(problem.type_resource_amount[load.type])
            self.money.fix(int(problem.type_price[load.type]))
        if self.region.around is not None:
            for lot, option in enumerate(self.region.around.lot_option.tolist()):
                if option >= 0 and lot not in self.region.options:
                    for resource, amount in self._needs(option):
                        used[resource] += amount
        terms: dict[int, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        for option, literal in self.choice.items():
            for resource, amount in self._needs(option):
                terms[resource].append((amount, literal))
        for row, uses in self._type_uses.items():
            for use in uses:
                terms[int(problem.type_resource[row])].append((int(problem.type_resource_amount[row]), use))
        for resource, needs in sorted(terms.items()):
            if resource >= 0:
                limit = int(problem.resource_limit[resource]) - used[resource]
                self.cp.add(sum(amount * literal for amount, literal in needs) <= limit)

    def _needs(self, option: int) -> Iterable[tuple[int, int]]:
        row = slice(self.problem.option_resource_start[option], self.problem.option_resource_start[option + 1])
        return zip(
            self.problem.option_resource[row].tolist(), self.problem.option_resource_amount[row].tolist(), strict=True
        )

    # -- helpers ----------------------------------------------------------------------------------------------------

    def _bool(self, name: str) -> cp_model.IntVar:
        return self.cp.new_bool_var(name)

    def extract(self, solver: cp_model.CpSolver) -> Assignment:
        """Return the plan that CP-SAT found, with everything outside the region as it was."""
        problem, around = self.problem, self.region.around
        options = [-1] * problem.n_lots if around is None else around.lot_option.tolist()
        for lot, candidates in self.region.options.items():
            options[lot] = next((o for o in candidates if solver.boolean_value(self.choice[o])), -1)
        modelled = {slot.pool for slot in self.slots}
        loads = [Load(load.pool, load.type, base) for load, base in self._kept_loads if load.pool not in modelled]
        for slot in self.slots:
            lots = slot.base + tuple(lot for lot, member in slot.members.items() if solver.boolean_value(member))
            if lots:
                kind = next(row for row, literal in slot.types.items() if solver.boolean_value(literal))
                loads.append(Load(slot.pool, kind, lots))
        return Assignment.canonical(options, loads)
