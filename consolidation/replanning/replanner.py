"""Replan: a new version of a plan that holds what is booked and changes the rest only where it pays."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from consolidation.events.effective import effective_shipments, not_before
from consolidation.events.log import log_text
from consolidation.events.model import Event
from consolidation.events.state import PlanState, lower, state_of
from consolidation.naming import NamedBefore, Names, highest
from consolidation.plan_model import ChangePrices, Continued, Plan, PlannedLoad, Stability, Status, content_hash
from consolidation.planner import Report, prepare, put_together, solved
from consolidation.replanning.changes import Changes, used_trunks
from consolidation.replanning.held import Holdings
from consolidation.replanning.start import Start, StartMaker
from consolidation.shipments import Shipment
from network import clock
from network.model import Network
from network.money import from_micros, to_micros
from solvers.api import solve
from solvers.assignment import UNPLANNED, Assignment
from solvers.evaluate import evaluate
from solvers.freeze import freeze
from solvers.options import SolveOptions
from solvers.outcome import Progress, Solved, StopReason, relative_gap
from solvers.problem import Problem

_FREE_WORK = 3
"""One part in how many of its effort goes into the free replan that tells the cost of stability."""


@dataclass(frozen=True, kw_only=True)
class ReplanOptions:
    """How to replan.

    Attributes
    ----------
    prices : what changes cost
    as_of : local date before which nothing is started any more; None: no such date
    top_up : bool, booked loads that are not stuffed yet may take more shipments
    stability : bool, find out what keeping to the earlier plan costs
    search : SolveOptions, effort of the search: less than usual, as it begins with a good plan
    """

    prices: ChangePrices = field(default_factory=ChangePrices)
    as_of: dt.date | None = None
    top_up: bool = False
    stability: bool = True
    search: SolveOptions = field(default_factory=lambda: SolveOptions(work=2))


@dataclass(frozen=True)
class Replan:
    """A new version of a plan.

    Attributes
    ----------
    plan : Plan
    shipments : by id, as confirmations left them: what the plan was made from
    """

    plan: Plan
    shipments: tuple[Shipment, ...]


def replan(
    previous: Plan,
    events: Sequence[Event],
    network: Network,
    shipments: Sequence[Shipment],
    options: ReplanOptions | None = None,
    *,
    on_progress: Report | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Replan:
    """Make a new version of a plan.

    What is booked or further is held: its departure, its load, and from customs clearance on all of it. Everything else
    may change, at a price, where the plan gets cheaper by more than that. Confirmed facts about goods (measured, left
    behind, cancelled) are taken in; so is everything that is new in `network` and `shipments`.

    Parameters
    ----------
    previous : Plan, the version to replace
    events : its event log
    network, shipments : as they are now; shipments as the sellers give them, without what confirmations say
    options : ReplanOptions; None: as usual
    on_progress, cancelled : as of :func:`consolidation.plan`

    Raises
    ------
    InputError
        If something booked is not on offer any more, or input contradicts the event log.
    StoppedWithoutPlan
        If the search was stopped before there was any plan.
    """
    options, state = options or ReplanOptions(), state_of(previous, events)
    if on_progress is not None:
        on_progress(Progress("itineraries", None, 0, 1.0, 0.0))
    known = effective_shipments(shipments, events, previous.version + 1)
    case = _Case(previous, state, network, known, options)
    late = case.too_late()
    if late:
        case = _Case(previous, state, network, known, options, late)
    changes = Changes(case.week, case.holdings.earlier, options.prices)
    start = StartMaker(case.week, case.holdings, changes).make()
    search = _Search(start, changes, options.search, on_progress, cancelled)
    quiet = case.is_quiet(options) and not changes.moved(start.assignment) and not start.notes
    answer = search.kept(previous) if quiet else search.best()
    continued = Continued(
        plan_id=previous.plan_id,
        version=previous.version,
        plan_sha256=content_hash(previous),
        events=len(events),
        events_sha256=hashlib.sha256(log_text(events).encode()).hexdigest(),
        as_of=case.as_of,
        prices=options.prices,
        earlier=case.holdings.earlier,
        missed=case.holdings.missed,
        moved={case.week.shipments[lot].shipment_id: kind for lot, kind in changes.moved(answer.assignment).items()},
        opened=(),
        change_price=from_micros(search.change(answer.assignment)),
        stability=search.stability(answer) if options.stability else None,
        last_numbers=_numbers_before(previous),
        notes=(
            *(f"{name} is ready too late for its departure and is planned anew" for name in late),
            *(f"{name} is booked or further, but not among the shipments any more" for name in case.holdings.gone),
            *start.notes,
        ),
    )
    plan = put_together(case.week, answer, options.search, _names(previous, state, case.holdings), continued)
    return Replan(_finished(plan, previous, case), case.week.shipments)


def _number(stated: float | str | None) -> float | None:
    return None if stated is None else float(stated)


class _Case:
    """A week to plan anew, with what is held of it."""

    def __init__(
        self,
        previous: Plan,
        state: PlanState,
        network: Network,
        shipments: Sequence[Shipment],
        options: ReplanOptions,
        released: Sequence[str] = (),
    ) -> None:
        self._previous, self.state = previous, state
        travelling = [shipment.shipment_id for shipment in shipments]
        self.holdings = Holdings(previous, state, travelling, top_up=options.top_up, released=released)
        self.as_of = "" if options.as_of is None else options.as_of.isoformat()
        now = not_before(shipments, self.holdings.earlier, self.as_of)
        continuity = self.holdings.continuity(now, clock.day_number(options.as_of) if options.as_of else None)
        price, chance = (_number(previous.options.get(name)) for name in ("value_of_day_per_m3", "chance_target"))
        self.week = prepare(network, now, previous.inputs.scenario, price, continuity, chance=chance)

    def too_late(self) -> list[str]:
        """Return the booked shipments that cannot reach their departure any more: they are ready after its cut-off."""
        search, found = self.week.search, []
        for lot, shipment in enumerate(self.week.shipments):
            row = self.holdings.earlier.get(shipment.shipment_id)
            if row is None or row.held != "trunk" or row.status != "booked" or lot in search.served:
                continue
            if search.refusals[lot].get("CUTOFF.CFS"):
                found.append(shipment.shipment_id)
        return found

    def is_quiet(self, options: ReplanOptions) -> bool:
        """Return whether network and shipments are those of the earlier plan, and no confirmation moves anything.

        Of a plan that continues another, also whether it was asked the same: what it would change it has changed then.
        """
        before, now, state = self._previous.inputs, self.week.inputs, self.state
        same = (before.network_sha256, before.shipments_sha256) == (now.network_sha256, now.shipments_sha256)
        moved = any(load.rolled or load.cancelled for load in state.loads.values())
        continued = self._previous.continued
        as_before = continued is None or (
            (continued.prices, continued.as_of) == (options.prices, self.as_of) and not options.top_up
        )
        return same and as_before and not moved and not any(row.left_behind for row in state.shipments.values())


class _Search:
    """Searches from the start: first with everything kept that can be, then with changes that pay."""

    def __init__(
        self,
        start: Start,
        changes: Changes,
        options: SolveOptions,
        on_progress: Report | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._start, self._changes, self._options = start, changes, options
        self._on_progress, self._cancelled = on_progress, cancelled
        self._priced = changes.priced(start.problem)

    def change(self, assignment: Assignment) -> int:
        """Return the price of what an assignment changes, micro-units."""
        return evaluate(self._priced, assignment).cost - evaluate(self._start.problem, assignment).cost

    def kept(self, previous: Plan) -> Solved:
        """Return the earlier plan as it is, with the bound that it has.

        Any other plan changes at most what the earlier one changed and what it changes of that. So it costs, changes
        included, no less than that bound without the price of what the earlier plan changed.
        """
        assignment, proof = self._start.assignment, previous.certificate
        evaluation = evaluate(self._start.problem, assignment)
        bound = min(to_micros(proof.bound - proof.change_price), evaluation.cost)
        proven = bound == evaluation.cost
        return Solved(assignment, evaluation, bound, proven, StopReason.OPTIMAL if proven else StopReason.WORK)

    def best(self) -> Solved:
        """Return the best plan found, and a bound: no plan that holds what is held costs less, changes included."""
        found, _ = self._solve(self._priced, self._all_kept(), self._options)
        assignment = found.assignment
        evaluation = evaluate(self._start.problem, assignment)
        return replace(found, evaluation=evaluation)

    def _all_kept(self) -> Assignment:
        """Return the plan in which everything stays that can, and only the rest is planned."""
        assignment = self._start.assignment
        staying = frozenset(np.flatnonzero(assignment.lot_option != UNPLANNED).tolist())
        if len(staying) == self._priced.n_lots:
            return assignment
        return self._solve(self._priced, assignment, self._options, staying)[0].assignment

    def stability(self, answer: Solved) -> Stability:
        """Return what a replan would save that holds the same parts, but to which changes cost nothing."""
        problem = self._start.problem
        options = replace(self._options, work=self._options.work // _FREE_WORK)
        _, assignment = self._solve(problem, answer.assignment, options)
        cost = evaluate(problem, assignment).cost
        moves = len(self._changes.moved(assignment))
        return Stability(free_cost=from_micros(cost), saving=from_micros(answer.evaluation.cost - cost), moves=moves)

    def _solve(
        self, problem: Problem, assignment: Assignment, options: SolveOptions, staying: frozenset[int] = frozenset()
    ) -> tuple[Solved, Assignment]:
        """Search from an assignment with the held parts held, and lots that are `staying` kept to their options."""
        loads, closed = self._start.places(assignment)
        onward = self._start.onward - staying
        frozen = freeze(problem, assignment, self._start.lots | staying, loads, closed=closed, onward=onward)
        told = _with(frozen.paid, self._on_progress)
        found = solved(solve(frozen.problem, options, start=frozen.start, on_progress=told, cancelled=self._cancelled))
        thawed = frozen.thawed(found.assignment)
        bound = found.bound + frozen.paid
        proven = bound >= evaluate(problem, thawed).cost
        return replace(found, assignment=thawed, bound=bound, proven=proven), thawed


def _with(paid: int, report: Report | None) -> Report | None:
    """Return a report of progress that counts what is paid for held loads already, micro-units."""
    if report is None:
        return None

    def told(progress: Progress) -> None:
        best, bound = None if progress.best is None else progress.best + paid, progress.bound + paid
        report(
            Progress(progress.phase, best, bound, 1.0 if best is None else relative_gap(best, bound), progress.seconds)
        )

    return told


def _numbers_before(previous: Plan) -> dict[str, int]:
    before = previous.continued.last_numbers if previous.continued else {}
    names = [*(load.load_id for load in previous.loads), *(entry.entry_id for entry in previous.entries)]
    return highest(names, before)


def _names(previous: Plan, state: PlanState, holdings: Holdings) -> Names:
    """Return what loads and entries were called."""
    travelling = holdings.earlier.keys()
    held = {of.load.load_id: of.members for of in holdings.loads}
    loads = [
        NamedBefore(
            load.load_id,
            _place(load, state),
            held.get(load.load_id, frozenset(load.shipments) & travelling),
            load.load_id in held,
        )
        for load in previous.loads
    ]
    entries = [
        NamedBefore(entry.entry_id, (entry.load_id, entry.importer_id), frozenset(entry.shipments) & travelling)
        for entry in previous.entries
    ]
    return Names((*loads, *entries), _numbers_before(previous))


def _place(load: PlannedLoad, state: PlanState) -> tuple[str, str, str]:
    """Return what a load keeps its name for: where it goes from, where to, and on which departure or day."""
    known = state.loads[load.load_id]
    when = load.departs if load.kind == "truck" else known.departure_id or load.departure_id
    return load.origin, load.destination, when


def _finished(plan: Plan, previous: Plan, case: _Case) -> Plan:
    """Return a plan with what only its names tell: statuses that go on, loads opened, numbers given."""
    assert plan.continued is not None
    guides = {row.shipment_id: row.guide_price for row in previous.shipments}
    statuses = _Statuses(previous, case, plan.continued)
    loads = tuple(load.model_copy(update={"status": statuses.of_load(load)}) for load in plan.loads)
    shipments = tuple(
        row.model_copy(
            update={
                "status": statuses.of_shipment(row.shipment_id),
                "guide_price": guides.get(row.shipment_id) if row.guide_price is None else row.guide_price,
            }
        )
        for row in plan.shipments
    )
    destinations = {shipment.shipment_id: shipment.destination_fc for shipment in case.week.shipments}
    used = used_trunks((row, destinations[name]) for name, row in plan.continued.earlier.items())
    opened = tuple(
        load.load_id
        for load in plan.loads
        if load.kind == "trunk" and (load.origin, load.departure_id, load.destination) not in used
    )
    names = [*(load.load_id for load in plan.loads), *(entry.entry_id for entry in plan.entries)]
    last = highest(names, plan.continued.last_numbers)
    continued = plan.continued.model_copy(update={"opened": opened, "last_numbers": last})
    return plan.model_copy(update={"loads": loads, "shipments": shipments, "continued": continued})


class _Statuses:
    """What status shipments and loads of a replan begin with: what is held or unchanged keeps the one it has."""

    def __init__(self, previous: Plan, case: _Case, continued: Continued) -> None:
        self._state, self._continued = case.state, continued
        self._held = {of.load.load_id for of in case.holdings.loads}
        self._before = {load.load_id: load for load in previous.loads}

    def of_shipment(self, shipment_id: str) -> Status:
        """Return the status of a shipment: one that changes, or was left behind, begins again unless it is held."""
        row = self._continued.earlier.get(shipment_id)
        if row is None or self._state.shipments[shipment_id].left_behind:
            return "proposed"
        if row.held in ("trunk", "whole") or shipment_id not in self._continued.moved:
            return row.status
        return "proposed"

    def of_load(self, load: PlannedLoad) -> Status:
        """Return the status of a load: that of its namesake where it is held, or approved with the same contents."""
        old = self._before.get(load.load_id)
        if old is None:
            return "proposed"
        status = self._state.loads[load.load_id].status
        if load.load_id in self._held:
            return status
        unchanged = set(load.shipments) == set(old.shipments) and not self._state.loads[load.load_id].cancelled
        return lower(status, "approved") if unchanged else "proposed"
