"""In what an alternative is better, and how a search is made to look for it: by a price on it.

Each criterion says how much of it a plan has, and searches with a price on every unit. Options that no plan needs are left
out before a search (:mod:`consolidation.reduce`), and what nobody needs at one price may be just what is wanted at another.
So days and late days are priced in the input that itineraries are made from. For containers and changes the usual input
does: an option is left out for one that uses no more containers, and those of the earlier plan are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Protocol

import numpy as np

from consolidation.continuity import journey_of
from consolidation.demand import late_price
from consolidation.events.state import state_of
from consolidation.plan_model import ChangePrices, Plan
from consolidation.planner import Week, prepare, put_together, solved
from consolidation.pooling import TrunkPool
from consolidation.replanning.changes import Changes
from consolidation.replanning.held import Holdings
from consolidation.replanning.start import StartMaker
from consolidation.shipments import Shipment
from consolidation.studies.warm import lay_out
from consolidation.tradeoffs.asking import Asking
from consolidation.tradeoffs.axes import ROUNDING, most_price, priced_m3_days
from consolidation.tradeoffs.model import Kind
from network.model import Network
from network.money import from_micros, to_micros
from solvers.api import solve
from solvers.assignment import Assignment
from solvers.evaluate import evaluate
from solvers.outcome import Solved, StopReason
from solvers.problem import Problem

_DEAREST = Decimal(1_000_000)
_TIMES_LEFT_OUT = 10


@dataclass(frozen=True)
class Priced:
    """What a search with a price on a criterion found.

    Attributes
    ----------
    plan : Plan, at its true cost
    bound : Decimal, plan currency: of no plan that leaves out nothing that has a way are cost and price of the criterion
        together less
    """

    plan: Plan
    bound: Decimal


class Criterion(Protocol):
    """Something that an alternative has less of.

    Attributes
    ----------
    whole : bool, it is counted in whole units
    dearest : Decimal, plan currency, highest price of a unit that can be asked
    """

    whole: bool
    dearest: Decimal

    def value(self, plan: Plan) -> Decimal:
        """Return how much of it a plan has."""

    def search(self, price: Decimal, known: Plan) -> Priced:
        """Return the best plan found at a price of a unit, plan currency; the search begins with a known plan."""


def criteria(asking: Asking, earlier: Plan | None) -> dict[Kind, Criterion]:
    """Return what an alternative can be better in.

    Parameters
    ----------
    earlier : plan that changes are counted against
    """
    found: dict[Kind, Criterion] = {"containers": _Containers(asking), "days": _Days(asking), "late": _LateDays(asking)}
    if earlier is not None:
        found["change"] = _Changes(asking, earlier)
    return found


class _Containers:
    """Trunk loads."""

    whole, dearest = True, _DEAREST

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def value(self, plan: Plan) -> Decimal:
        return Decimal(sum(load.kind == "trunk" for load in plan.loads))

    def search(self, price: Decimal, known: Plan) -> Priced:
        week, start = lay_out(known, self._asking.network, self._asking.shipments)
        problem = start.problem
        trunk = np.array([isinstance(pool, TrunkPool) for pool in week.compiled.pools], dtype=np.bool_)
        dearer = np.where(np.repeat(trunk, np.diff(problem.pool_type_start)), to_micros(price), 0)
        priced = replace(problem, type_price=problem.type_price + dearer)
        return _searched(self._asking, week, (problem, priced), start.assignment, known)


class _Days:
    """M3 days, as the price of a day counts them."""

    whole = False

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.dearest = most_price(Decimal(row.volume_cm3) / 1_000_000 for row in asking.shipments)

    def value(self, plan: Plan) -> Decimal:
        return priced_m3_days(plan, self._asking.network)

    def search(self, price: Decimal, known: Plan) -> Priced:
        network = self._asking.network
        dearer = Decimal(str(network.planning.value_of_day_per_m3)) + price
        planning = network.planning.model_copy(update={"value_of_day_per_m3": float(dearer)})
        return _restated(self._asking, network.replace(planning=planning), self._asking.shipments, known)


class _LateDays:
    """Days that shipments are received after they are due."""

    whole, dearest = True, _DEAREST

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def value(self, plan: Plan) -> Decimal:
        return Decimal(sum(row.late_days for row in plan.shipments))

    def search(self, price: Decimal, known: Plan) -> Priced:
        network = self._asking.network
        dearer = [self._dearer(row, price) for row in self._asking.shipments]
        return _restated(self._asking, network, dearer, known)

    def _dearer(self, shipment: Shipment, price: Decimal) -> Shipment:
        network = self._asking.network
        now = Decimal(str(late_price(network, shipment)))
        return shipment.model_copy(update={"late_price_per_day": (now + price) / network.rate[shipment.currency]})


class _Changes:
    """Shipments that travel in another way than in an earlier plan, or not at all any more; nothing of it is held."""

    whole, dearest = True, _DEAREST

    def __init__(self, asking: Asking, earlier: Plan) -> None:
        self._asking, names = asking, [row.shipment_id for row in asking.shipments]
        fresh = _proposed(earlier)
        self._holdings = Holdings(fresh, state_of(fresh, ()), names, top_up=True)
        known = set(names)
        self._before = {row.shipment_id: journey_of(row) for row in earlier.shipments if row.shipment_id in known}

    def value(self, plan: Plan) -> Decimal:
        now = {row.shipment_id: journey_of(row) for row in plan.shipments}
        return Decimal(sum(now.get(name) != journey for name, journey in self._before.items()))

    @cached_property
    def _week(self) -> Week:
        asking = self._asking
        return prepare(asking.network, asking.shipments, continuity=self._holdings.continuity(asking.shipments, None))

    def search(self, price: Decimal, known: Plan) -> Priced:
        prices = ChangePrices(departure=price, onward=price, load=Decimal(0), approved=Decimal(1))
        changes = Changes(self._week, self._holdings.earlier, prices)
        start = StartMaker(self._week, self._holdings, changes).make()
        problems = start.problem, changes.priced(start.problem)
        return _searched(self._asking, self._week, problems, start.assignment, known)


def _proposed(plan: Plan) -> Plan:
    """Return a plan of which nothing is booked."""
    fresh = {"status": "proposed"}
    return plan.model_copy(
        update={
            "shipments": tuple(row.model_copy(update=fresh) for row in plan.shipments),
            "loads": tuple(row.model_copy(update=fresh) for row in plan.loads),
            "continued": None,
        }
    )


def _searched(asking: Asking, week: Week, problems: tuple[Problem, Problem], start: Assignment, known: Plan) -> Priced:
    """Search the second of two problems, of the same options, and state what is found by the first."""
    true, priced = problems
    answer = solved(
        solve(_firm(priced), asking.warm, start=start, on_progress=asking.on_progress, cancelled=asking.cancelled)
    )
    return Priced(_stated(asking, week, true, answer.assignment, known), from_micros(answer.bound))


def _restated(asking: Asking, network: Network, shipments: Sequence[Shipment], known: Plan) -> Priced:
    """Search with other prices of days, and state what is found at the true ones."""
    week, start = lay_out(known, network, shipments)
    answer = solved(
        solve(_firm(start.problem), asking.warm, start=start.assignment, on_progress=asking.on_progress, cancelled=asking.cancelled)
    )  # fmt: skip
    found = put_together(week, answer, asking.warm)
    week, laid = lay_out(found, asking.network, asking.shipments)
    bound = from_micros(answer.bound) - ROUNDING * len(shipments)
    return Priced(_stated(asking, week, laid.problem, laid.assignment, known), bound)


def _firm(problem: Problem) -> Problem:
    """Return a problem in which it is far dearer to leave out what has a way: nothing is left out to be better."""
    has_way = np.diff(problem.option_start) > 0
    return replace(problem, lot_unplanned_price=problem.lot_unplanned_price * np.where(has_way, _TIMES_LEFT_OUT, 1))


def _stated(asking: Asking, week: Week, problem: Problem, assignment: Assignment, known: Plan) -> Plan:
    """Return the plan of an assignment, with the bound that is known of plans at these prices."""
    evaluation = evaluate(problem, assignment)
    bound = min(to_micros(known.certificate.bound), evaluation.cost)
    proven = bound == evaluation.cost
    reason = StopReason.OPTIMAL if proven else StopReason.WORK
    return put_together(week, solved(Solved(assignment, evaluation, bound, proven, reason)), asking.warm)
