"""What is a little more of a limit worth? A plan with more of it, against the guide price of the limit.

More of a limit only opens ways, so it is never worth less than nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from consolidation.scenarios import Scenario, apply_scenario
from consolidation.scenarios.model import Where
from consolidation.scenarios.parts import Departures, Fcs, Places
from consolidation.scenarios.patches import Allotment, Cutoff, Handling, ReceivingVolume
from consolidation.scenarios.questions import ValueTable
from consolidation.scenarios.selecting import Selector, first_id
from consolidation.studies.answers import LimitGuide, MarginalValue
from consolidation.studies.model import ScenarioResult
from consolidation.studies.questions import Base, PlanOf, interval, without
from consolidation.studies.work import Given
from network.model import Network

More = Allotment | Cutoff | ReceivingVolume | Handling
_ONE_CONTAINER_TEU = Decimal(2)
_TOP_M3 = Decimal(30)
_FULL = Decimal("0.9")
"""Part of a limit that is used when it counts among the tightest although its guide price is 0."""
NOT_BINDING = (
    "all shipments that could use it together keep the limit: more of it is worth nothing, proven without a run"
)

NONE_NEAR = "no limit of the base has a guide price, and none is used to nine tenths"


@dataclass(frozen=True)
class Raise:
    """One thing to give more of.

    Attributes
    ----------
    run : name of the run
    limits : limits of the base that it raises
    """

    run: str
    patch: More
    limits: tuple[LimitGuide, ...]

    @property
    def amount(self) -> Decimal:
        """How much more, of each."""
        return Decimal(getattr(self.patch, AMOUNTS[self.patch.kind][0]))

    @property
    def guide(self) -> Decimal | None:
        """What the guide prices say; None for a cut-off, which has none."""
        if self.patch.kind == "cutoff":
            return None
        return round(self.amount * sum((limit.price for limit in self.limits), Decimal(0)), 2)

    @property
    def cannot_bind(self) -> bool:
        """Whether none of its limits can bind, so that they were left out of the problem."""
        return self.patch.kind in ("handling", "receiving_volume") and not self.limits


AMOUNTS = {
    "allotment": ("add_teu", "TEU"), "cutoff": ("add_days", "day"), "receiving_volume": ("add_m3_per_week", "m3/week"),
    "handling": ("add_m3_per_day", "m3/day"),
}  # fmt: skip
"""Field of the amount and its unit, by kind of patch."""


class ValueSearch:
    """The runs of one question, and its answers: one, or of a top several.

    Parameters
    ----------
    given : with the plan of the base
    base : result of the base, with its guides
    plan_of : returns the plan of a finished run
    places : where the question is written
    """

    def __init__(
        self, table: ValueTable, given: Given, base: ScenarioResult, plan_of: PlanOf, places: tuple[Where, ...] = ()
    ) -> None:
        self._table, self._given, self._result = table, given, base
        self._plan_of, self._places = plan_of, places
        self._raises = self._top() if table.top is not None else [self._stated()]
        self._heard: dict[str, ScenarioResult] = {}
        self._bases: dict[str, Base] = {}
        self._again: dict[str, str] = {}
        self._words: dict[str, str] = {}

    @property
    def name(self) -> str:
        """Name of the question."""
        return f"values.{self._table.name}"

    def begin(self) -> Sequence[Scenario]:
        """Return a run for everything that is not proven without one."""
        return [self._scenario(each) for each in self._raises if not each.cannot_bind]

    def hear(self, result: ScenarioResult) -> Sequence[Scenario]:
        """Take in what came of a run."""
        if result.name in self._again:
            self._bases[self._again.pop(result.name)].planned_again(result)
            return ()
        self._heard[result.name] = result
        self._bases[result.name] = base = Base(self._given, self._result, opens=True)
        if result.figures is None:
            return ()
        base.learn(result, self._plan_of(result.name))
        if base.is_proven or result.figures.cost >= base.cost:
            return ()
        run = without(result.name, result, self._plan_of)
        self._again[run.name] = result.name
        return [run]

    @property
    def is_finished(self) -> bool:
        """Whether nothing is asked any more."""
        return not self._again and all(each.cannot_bind or each.run in self._heard for each in self._raises)

    def answers(self) -> list[MarginalValue]:
        """Return what is known; of a top without any limit, that there is none."""
        if not self._raises:
            table = self._table
            return [
                MarginalValue(
                    name=table.name,
                    description=table.description,
                    what="",
                    amount=Decimal(0),
                    unit="",
                    notes=(NONE_NEAR,),
                )
            ]
        return [self._answer(each) for each in self._raises]

    def _scenario(self, each: Raise) -> Scenario:
        where = self._places[-1] if self._places else None
        return Scenario(each.run, (each.patch,), self._table.description, self._places, where)

    def _stated(self) -> Raise:
        patch = self._table.patch
        return Raise(self.name, patch, tuple(raised(patch, self._given.network, self._result.guides)))

    def _top(self) -> list[Raise]:
        """Return the limits with the largest guide price of an amount, then the fullest: FCs, warehouses, departures of a day."""
        table = self._table
        groups: dict[tuple[str, str], list[LimitGuide]] = defaultdict(list)
        for limit in self._result.guides:
            if limit.price > 0 or _fill(limit) >= _FULL:
                groups[limit.kind, limit.of].append(limit)
        made = [Raise("", _more(limits[0], table), tuple(limits)) for limits in groups.values()]
        made.sort(key=lambda each: (-(each.guide or 0), -max(_fill(limit) for limit in each.limits), each.limits[0].of))
        return [Raise(f"{self.name}.{k}", each.patch, each.limits) for k, each in enumerate(made[: table.top], 1)]

    def _answer(self, each: Raise) -> MarginalValue:
        table, result = self._table, self._heard.get(each.run)
        if each.run not in self._words:
            done = apply_scenario(self._scenario(each), self._given.network)
            self._words[each.run] = "; ".join(done.changes)
        figures = result.figures if result is not None else None
        known: dict[str, Decimal] = {}
        notes: list[str] = []
        if each.cannot_bind:
            known = dict.fromkeys(("guide", "value", "at_least", "at_most"), Decimal("0.00"))
            notes = [NOT_BINDING]
        elif figures is not None:
            base = self._bases[each.run]
            at_least, at_most = interval(base, min(figures.cost, base.cost), figures.bound)
            known = {"value": max(base.cost - figures.cost, Decimal("0.00")), "at_least": at_least, "at_most": at_most}
            notes = base.notes()
        elif result is not None:
            notes = list(result.reasons)
        guide = {} if each.guide is None or each.cannot_bind else {"guide": each.guide}
        return MarginalValue(
            name=table.name, description=table.description, what=self._words[each.run], amount=each.amount, unit=AMOUNTS[each.patch.kind][1],
            limits=each.limits, run="" if each.cannot_bind else each.run, notes=tuple(notes), **known, **guide,
        )  # fmt: skip


def _fill(limit: LimitGuide) -> Decimal:
    return limit.used / limit.limit if limit.limit else Decimal(1)


def _more(limit: LimitGuide, table: ValueTable) -> More:
    """Return what gives more of a limit."""
    if limit.kind == "handling":
        return Handling(warehouses=Places(ids=(limit.of,)), add_m3_per_day=table.add_m3_per_day or _TOP_M3)
    if limit.kind == "receiving":
        return ReceivingVolume(fcs=Fcs(ids=(limit.of,)), add_m3_per_week=table.add_m3_per_week or _TOP_M3)
    day = dt.date.fromisoformat(limit.day)
    departure = Departures(ids=(limit.of.rpartition("@")[0],))
    return Allotment(departures=departure, add_teu=table.add_teu or _ONE_CONTAINER_TEU, first_day=day, last_day=day)


def raised(patch: More, network: Network, limits: Sequence[LimitGuide]) -> list[LimitGuide]:
    """Return the limits that can bind and that a patch raises."""
    select = Selector(network, lambda *_: None)
    if isinstance(patch, Handling):
        houses = {place.place_id for place in select.places(patch.warehouses)}
        return [limit for limit in limits if limit.kind == "handling" and limit.of in houses]
    if isinstance(patch, ReceivingVolume):
        fcs = {place.place_id for place in select.fcs(patch.fcs)}
        return [limit for limit in limits if limit.kind == "receiving" and limit.of in fcs]
    if isinstance(patch, Cutoff):
        return []
    ids = {first_id(row.departure_id) for row in select.departures(patch.departures)}
    first, last = patch.first_day or dt.date.min, patch.last_day or dt.date.max
    return [
        limit
        for limit in limits
        if limit.kind == "allotment"
        and first_id(limit.of.rpartition("@")[0]) in ids
        and first <= dt.date.fromisoformat(limit.day) <= last
    ]
