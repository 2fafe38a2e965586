"""Questions that several runs answer: each hears what came of its runs and asks for further ones until it knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Protocol

from consolidation.checker import judge
from consolidation.checking.coverage import CHOSEN
from consolidation.plan_model import Plan
from consolidation.scenarios import Scenario
from consolidation.scenarios.model import in_words
from consolidation.studies.model import ScenarioResult
from consolidation.studies.renaming import as_named
from consolidation.studies.work import Continuing, Given

PlanOf = Callable[[str], Plan]
"""Returns the plan of a run that is finished, by its name."""
_OF_OTHER_INPUT = ("INPUT.HASH", "BASELINE.")
"""What the checker says of a plan only because it was made on another network: its cost is not concerned."""


class Question(Protocol):
    """A question of a study."""

    @property
    def name(self) -> str:
        """What the names of its runs begin with."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing is asked any more."""

    def begin(self) -> Sequence[Scenario]:
        """Return the first runs."""

    def hear(self, result: ScenarioResult) -> Sequence[Scenario]:
        """Take in what came of a run, which is kept, and return further runs."""


class Base:
    """What is known of the best plan without any change: as a run may find a better one, or prove more, it gets better.

    Parameters
    ----------
    given : with the plan of the base
    opens : whether the runs leave every plan of the base possible at its cost

    Attributes
    ----------
    cost, bound : best known
    start : cost of the plan of the base itself
    """

    def __init__(self, given: Given, result: ScenarioResult, *, opens: bool) -> None:
        assert given.base is not None
        assert result.figures is not None
        self._given, self._plan, self._opens = given, given.base, opens
        self.cost, self.bound = result.figures.cost, result.figures.bound
        self.start = self.cost
        self.found_in = ""
        self.newly_served: frozenset[str] = frozenset()

    @property
    def never_dearer(self) -> bool:
        """Whether the best plan of a run never costs more than that of the base."""
        return self._opens and not self.newly_served

    @property
    def is_proven(self) -> bool:
        """Whether no plan of the base can be better."""
        return self.bound >= self.cost

    def planned_again(self, result: ScenarioResult) -> None:
        """Take in a run of the base itself, begun with a plan of a run; see :func:`without`."""
        if result.figures is None:
            return
        if result.figures.cost < self.cost:
            self.cost, self.found_in = result.figures.cost, result.name
        self.bound = max(self.bound, min(result.figures.bound, self.cost))

    def learn(self, result: ScenarioResult, plan: Plan) -> None:
        """Take in a run: its plan may be one of the base too, and its bound one for the base."""
        assert result.figures is not None
        self.newly_served |= self._served_now(plan)
        if self.never_dearer:
            self.bound = max(self.bound, min(result.figures.bound, self.cost))
        if result.figures.cost < self.cost and self._is_possible(plan):
            self.cost, self.found_in = result.figures.cost, result.name

    def _served_now(self, plan: Plan) -> frozenset[str]:
        """Return the shipments that have no way in the base and are planned, or dear to leave out, in a plan of a run."""
        without_way = {row.shipment_id: row.price for row in self._plan.unplanned if row.rule not in CHOSEN}
        prices = {row.shipment_id: row.price for row in plan.unplanned}
        return frozenset(name for name, price in without_way.items() if prices.get(name) != price)

    def _is_possible(self, plan: Plan) -> bool:
        """Return whether the checker accepts a plan as one of the base, at the same price of leaving out."""
        prices = {row.shipment_id: row.price for row in self._plan.unplanned}
        if any(prices.get(row.shipment_id) != row.price for row in plan.unplanned):
            return False
        found = judge(as_named(plan, self._given.network), self._given.network, self._given.shipments).violations
        return all(row.cause.startswith(_OF_OTHER_INPUT) for row in found)

    def notes(self) -> list[str]:
        """Return what a reader of the answer has to know of the base."""
        told = []
        if self.found_in:
            told.append(
                f"the plan of {self.found_in} is possible without the change and cheaper than the plan of the base: the base "
                f"counts at {self.cost:,.2f}"
            )
        if self.newly_served:
            told.append(
                f"only with the change is there a way for {in_words(sorted(self.newly_served), 'shipment')}: "
                "what they cost is compared with the stated price of leaving them out"
            )
        return told


def without(question: str, found: ScenarioResult, plan_of: PlanOf) -> Continuing:
    """Return a run of the base that begins with the plan of a run.

    What is better in that plan for other reasons than the change, found by further search, is then better in the base too.
    """
    name = f"{question}.without"
    return Continuing(
        name, description="the base, from a plan of a run", start=plan_of(found.name), start_key=found.key
    )


def interval(base: Base, cost: Decimal, bound: Decimal) -> tuple[Decimal, Decimal]:
    """Return what the best plan of the base costs more than that of a run, at least and at most."""
    least, most = base.bound - cost, base.cost - bound
    if base.never_dearer:
        return max(least, Decimal(0)), max(most, Decimal(0))
    return least, most
