"""The earlier plan as an assignment of the new problem: what can stay, stays; what cannot is left for the search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from consolidation.continuity import Held
from consolidation.plan_model import Earlier, PlannedLoad
from consolidation.planner import Week
from consolidation.pooling import TrunkPool
from consolidation.replanning.changes import Changes
from consolidation.replanning.held import HeldLoad, Holdings
from network.errors import Finding, InputError
from network.money import Int64
from solvers.assignment import UNPLANNED, Assignment, Load
from solvers.evaluate import Rule, Violation, evaluate
from solvers.problem import Problem

_OF_LOAD = (Rule.VOLUME, Rule.WEIGHT, Rule.CONFLICT, Rule.ALONE)


@dataclass(frozen=True)
class Start:
    """Where a replan begins.

    Attributes
    ----------
    problem : Problem, the week's, with limits raised as far as held parts exceed them
    assignment : Assignment, keeps every rule
    lots : lots that keep their option
    onward : lots of held loads that may change what follows the departure
    loads : loads that are held
    closed : those of them that take no other lot
    notes : limits that were raised, in words
    """

    problem: Problem
    assignment: Assignment
    lots: frozenset[int]
    onward: frozenset[int]
    loads: tuple[Load, ...]
    closed: frozenset[Load]
    notes: tuple[str, ...]

    def places(self, assignment: Assignment) -> tuple[list[int], list[int]]:
        """Return where the held loads, and those of them that are closed, stand in an assignment that holds them."""
        found = [self._place(assignment, load) for load in self.loads]
        return found, [place for place, load in zip(found, self.loads, strict=True) if load in self.closed]

    @staticmethod
    def _place(assignment: Assignment, held: Load) -> int:
        return next(
            place
            for place, load in enumerate(assignment.loads)
            if (load.pool, load.type) == (held.pool, held.type) and set(held.lots) <= set(load.lots)
        )


class StartMaker:
    """Lays an earlier plan out on a new problem."""

    def __init__(self, week: Week, holdings: Holdings, changes: Changes) -> None:
        self._week, self._holdings, self._changes = week, holdings, changes
        self._problem = week.compiled.problem
        self._lot = {shipment.shipment_id: lot for lot, shipment in enumerate(week.shipments)}
        self._option = np.full(self._problem.n_lots, UNPLANNED, dtype=np.int64)

    def make(self) -> Start:
        """Return the start.

        Raises
        ------
        InputError
            If something that is booked is not on offer any more, or its load cannot carry what was measured.
        """
        self._choose()
        loads, held = self._loads()
        closed = frozenset(load for load, of in held.items() if of.closed)
        problem, assignment, notes = self._repaired(Assignment.canonical(self._option, loads), held)
        in_loads = {lot for load in held for lot in load.lots}
        lots = frozenset(lot for lot, degree in self._degrees().items() if degree is Held.WHOLE or lot not in in_loads)
        return Start(problem, assignment, lots, frozenset(in_loads - lots), tuple(held), closed, tuple(notes))

    def _degrees(self) -> dict[int, Held]:
        """Return how much is held of every lot of which at least the departure is."""
        words = {"trunk": Held.TRUNK, "whole": Held.WHOLE}
        return {self._lot[name]: words[row.held] for name, row in self._holdings.earlier.items() if row.held in words}

    def _choose(self) -> None:
        """Give every lot the option it had; one whose departure is held, at least one that leaves with it."""
        degrees, findings = self._degrees(), []
        for name, row in self._holdings.earlier.items():
            lot = self._lot[name]
            option = self._changes.unchanged_option(lot)
            if option == UNPLANNED and lot in degrees:
                option = self._other_way_on(lot) if degrees[lot] is Held.TRUNK else UNPLANNED
                if option == UNPLANNED:
                    findings.append(_gone(name, row))
            self._option[lot] = option
        if findings:
            raise InputError(findings)

    def _other_way_on(self, lot: int, without: int = -1) -> int:
        """Return the option that leaves as a lot did with fewest loads, then cheapest, and not by one pool; -1 for none."""
        pools = {option: self._problem.pools_of(option) for option in self._changes.trunk_options(lot)}
        return min(
            (option for option in pools if without not in pools[option]), key=lambda o: len(pools[o]), default=-1
        )

    def _loads(self) -> tuple[list[Load], dict[Load, HeldLoad]]:
        """Return the loads of the earlier plan, as far as their pools are in use, and those of them that are held."""
        by_name = {of.load.load_id: of for of in self._holdings.loads}
        equipment = self._holdings.equipment
        loads: list[Load] = []
        found: dict[Load, HeldLoad] = {}
        for (name, pool), lots in self._together(by_name).items():
            of, kind = by_name.get(name), self._offered(pool, equipment.get(name, ""))
            if of is not None:
                if kind is None:
                    raise InputError([_no_equipment(of)])
                held = Load(pool, kind, tuple(sorted(lots)))
                loads.append(held)
                found[held] = of
            else:
                loads.extend(self._free_loads(pool, kind, lots))
        return loads, found

    def _together(self, held: Mapping[str, HeldLoad]) -> dict[tuple[str, int], list[int]]:
        """Return the lots of each load of the earlier plan, by its name and pool; no name: in none, or not held in it."""
        wanted: dict[tuple[str, int], list[int]] = defaultdict(list)
        for name, row in self._holdings.earlier.items():
            lot = self._lot[name]
            if self._option[lot] == UNPLANNED:
                continue
            for pool in self._problem.pools_of(int(self._option[lot])):
                is_trunk = isinstance(self._week.compiled.pools[pool], TrunkPool)
                load = row.trunk_load_id if is_trunk else row.truck_load_id
                left = load in held and name not in held[load].members
                wanted["" if left else load, pool].append(lot)
        return wanted

    def _free_loads(self, pool: int, kind: int | None, lots: Sequence[int]) -> Iterator[Load]:
        """Yield loads of lots that were in one: one of the same type where there is one, else as small as they can be."""
        kind = self._smallest(pool, lots) if kind is None else kind
        if kind is not None:
            yield Load(pool, kind, tuple(sorted(lots)))
            return
        degrees = self._degrees()
        for lot in lots:
            alone = self._smallest(pool, [lot]) if lot in degrees else None
            if alone is not None:
                yield Load(pool, alone, (lot,))
            else:
                self._option[lot] = self._spared(lot, pool) if lot in degrees else UNPLANNED

    def _spared(self, lot: int, pool: int) -> int:
        """Return how a lot of which the departure is held goes on without a pool."""
        option = self._other_way_on(lot, without=pool)
        if option == UNPLANNED or any(
            not isinstance(self._week.compiled.pools[other], TrunkPool) for other in self._problem.pools_of(option)
        ):
            name = self._week.shipments[lot].shipment_id
            raise InputError([_gone(name, self._holdings.earlier[name])])
        return option

    def _offered(self, pool: int, equipment_id: str) -> int | None:
        """Return the type of a pool that is of some equipment, None for none."""
        offers = self._week.compiled.offers
        kinds = self._problem.types_of(pool)
        return next((kind for kind in kinds if offers[kind].equipment.equipment_id == equipment_id), None)

    def _smallest(self, pool: int, lots: Sequence[int]) -> int | None:
        """Return the cheapest type of a pool that holds some lots, None for none."""
        problem = self._problem
        volume, weight = problem.lot_volume_cm3[list(lots)].sum(), problem.lot_weight_g[list(lots)].sum()
        fitting = [
            kind
            for kind in problem.types_of(pool)
            if problem.type_volume_cm3[kind] >= volume and problem.type_weight_g[kind] >= weight
        ]
        return min(fitting, key=lambda kind: int(problem.type_price[kind]), default=None)

    def _repaired(self, assignment: Assignment, held: Mapping[Load, HeldLoad]) -> tuple[Problem, Assignment, list[str]]:
        """Leave out lots until every rule is kept; where only held ones break it, raise the limit and say so."""
        problem, notes = self._problem, list[str]()
        fixed = set(self._degrees())
        while violations := evaluate(problem, assignment).violations:
            broken = violations[0]
            free = [lot for lot in self._involved(problem, assignment, broken) if lot not in fixed]
            if free:
                largest = max(free, key=lambda lot: (int(problem.lot_volume_cm3[lot]), -lot))
                assignment = _without(assignment, largest)
            elif broken.rule in _OF_LOAD and assignment.loads[broken.where] not in held:
                assignment = self._relieved(assignment, broken.where)
            else:
                problem, note = self._raised(problem, assignment, broken, held)
                notes.append(note)
        return problem, assignment, sorted(set(notes))

    def _relieved(self, assignment: Assignment, place: int) -> Assignment:
        """Return an assignment in which the largest lot of a load that is not held travels on its own from there."""
        load = assignment.loads[place]
        largest = max(load.lots, key=lambda lot: (int(self._problem.lot_volume_cm3[lot]), -lot))
        rest = tuple(lot for lot in load.lots if lot != largest)
        loads = [other for other in assignment.loads if other is not load]
        loads += [Load(load.pool, load.type, rest)] if rest else []
        options, alone = assignment.lot_option.copy(), self._smallest(load.pool, [largest])
        if alone is None:
            options[largest] = self._spared(largest, load.pool)
        else:
            loads.append(Load(load.pool, alone, (largest,)))
        return Assignment.canonical(options, loads)

    def _involved(self, problem: Problem, assignment: Assignment, broken: Violation) -> Sequence[int]:
        """Return the lots that a violation could do without."""
        if broken.rule in (*_OF_LOAD, Rule.PARTIES):
            return assignment.loads[broken.where].lots
        if broken.rule is Rule.LOAD_MEMBERSHIP:
            return [broken.where]
        if broken.rule is Rule.TYPE_LIMIT:
            return [lot for load in assignment.loads if load.type == broken.where for lot in load.lots]
        planned = np.flatnonzero(assignment.lot_option != UNPLANNED)
        if broken.rule is Rule.WINDOW:
            assert problem.lot_bundle is not None
            return list(planned[problem.lot_bundle[planned] == broken.where].tolist())
        users = problem.option_of_need[problem.option_resource == broken.where]
        by_option = set(planned[np.isin(assignment.lot_option[planned], users)].tolist())
        of_loads = {
            lot for load in assignment.loads if problem.type_resource[load.type] == broken.where for lot in load.lots
        }
        return sorted(by_option | of_loads)

    def _raised(
        self, problem: Problem, assignment: Assignment, broken: Violation, held: Mapping[Load, HeldLoad]
    ) -> tuple[Problem, str]:
        """Return a problem in which a rule that held parts break does not bind them, and a note."""
        if broken.rule is Rule.RESOURCE:
            limit = problem.resource_limit.copy()
            limit[broken.where] += broken.amount
            return replace(problem, resource_limit=limit), "held parts exceed a limit of a departure, place or FC"
        if broken.rule is Rule.WINDOW:
            assert problem.lot_bundle is not None
            plans = self._week.search.demand.shipments
            lots = np.flatnonzero(problem.lot_bundle == broken.where)
            bundle = np.where(problem.lot_bundle == broken.where, -1, problem.lot_bundle)
            note = f"inbound plan {plans[lots[0]].inbound_plan_id}: held parts are delivered too far apart"
            return replace(problem, lot_bundle=bundle), note
        if broken.rule is Rule.PARTIES:
            pool = assignment.loads[broken.where].pool
            most = problem.pool_max_parties.copy()
            most[pool] += broken.amount
            return replace(problem, pool_max_parties=most), "a held load has more importers than planning allows"
        if broken.rule not in _OF_LOAD:
            raise RuntimeError(f"the earlier plan cannot be laid out: {broken}")
        raise InputError([
            _overfull(held[assignment.loads[each.where]].load, each)
            for each in evaluate(problem, assignment).violations
            if each.rule in _OF_LOAD and assignment.loads[each.where] in held
        ])  # fmt: skip


def _overfull(load: PlannedLoad, broken: Violation) -> Finding:
    """Return what is wrong with a held load that cannot carry its shipments."""
    excess = {
        Rule.VOLUME: f"{broken.amount / 1e6:g} m3 too much",
        Rule.WEIGHT: f"{broken.amount / 1e3:g} kg too much",
    }.get(broken.rule, "goods or sellers that must not share one")
    expected = f"what {load.load_id} ({load.equipment_id}, {load.status}) can carry; {excess}"
    maybe = "a shipment of it was left behind: import a short_shipped"
    return Finding("shipments", None, "held load", load.load_id, expected, maybe, "HELD.LOAD")


def _no_equipment(of: HeldLoad) -> Finding:
    load = of.load
    expected = f"equipment {load.equipment_id} on departure {of.departure_id or load.departs}"
    return Finding(
        "network", None, "equipment", load.load_id, expected, "the lane does not offer it any more", "HELD.GONE"
    )


def _without(assignment: Assignment, lot: int) -> Assignment:
    options: Int64 = assignment.lot_option.copy()
    options[lot] = UNPLANNED
    loads = (
        Load(load.pool, load.type, tuple(other for other in load.lots if other != lot)) for load in assignment.loads
    )
    return Assignment.canonical(options, [load for load in loads if load.lots])


def _gone(shipment_id: str, row: Earlier) -> Finding:
    booked = row.departure_id or row.courier_id
    expected = f"an itinerary from {row.warehouse_id or 'its origin'} on {booked}, which is booked"
    maybe = (
        f"the network does not have {booked} any more, it leaves after the horizon, or the goods are ready too late: import a "
        "short_shipped"
    )
    return Finding("network", None, "departure_id", shipment_id, expected, maybe, "HELD.GONE")
