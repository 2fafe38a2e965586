"""At which rate does a candidate stop paying? Plans at chosen rates, each an ordinary run, until two of them are close.

What the best plan costs never falls while the rates of the candidate rise: a plan of a higher rate costs no more at a
lower one. So the saving never rises, and one rate parts those at which the candidate pays from those at which it does
not. Every round asks two rates, whatever the number of workers: just above and below the rate at which the plans known
would stop paying if they stayed as they are; after a round that did not narrow the span by half, also in the middle of
what is left. At last the base is planned once more from the plan just below the answer: what the search found there for
other reasons than the candidate is no saving.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from consolidation.scenarios import Scenario
from consolidation.scenarios.model import Where
from consolidation.scenarios.questions import BreakEvenTable
from consolidation.studies import rates
from consolidation.studies.answers import BreakEven, RateRun, Verdict
from consolidation.studies.differences import only_opens
from consolidation.studies.model import Figures, ScenarioResult
from consolidation.studies.questions import Base, PlanOf, interval, without
from consolidation.studies.work import Continuing, Given

_NEAR = Decimal("0.4")
"""Part of the tolerance that the rates of a round lie from the expected answer."""


@dataclass(frozen=True)
class Trial:
    """What came of one rate.

    Attributes
    ----------
    shipments : how many pay the scaled charges
    freight : what they pay
    """

    percent: Decimal
    result: ScenarioResult
    figures: Figures
    shipments: int
    freight: Decimal

    def cost_at(self, percent: Decimal) -> Decimal:
        """Return what the plan is expected to cost at another rate, if it stays as it is."""
        if not self.freight:
            return self.figures.cost
        return self.figures.cost + self.freight * (percent - self.percent) / (100 + self.percent)

    def reaches(self, cost: Decimal) -> Decimal | None:
        """Return the rate at which the plan is expected to come to a cost, None where it never does."""
        return self.percent + (cost - self.figures.cost) * (100 + self.percent) / self.freight if self.freight else None


class BreakEvenSearch:
    """The runs of one question, and its answer.

    Parameters
    ----------
    given : with the plan of the base
    base : result of the base
    plan_of : returns the plan of a finished run
    places : where the patches of the candidate and its charges are written
    """

    def __init__(
        self, table: BreakEvenTable, given: Given, base: ScenarioResult, plan_of: PlanOf, places: Sequence[Where] = ()
    ) -> None:
        self._table, self._plan_of, self._places = table, plan_of, places
        self._charges = rates.scaled(table, given.network)
        self._base = Base(given, base, opens=only_opens(Scenario(table.name, table.patches), given.network))
        self._trials: dict[Decimal, Trial] = {}
        self._waiting: dict[str, Decimal | None] = {}
        self._round: list[ScenarioResult] = []
        self._failed: list[str] = []
        self._width: Decimal | None = None
        self._confirmed = self._proving = False

    @property
    def name(self) -> str:
        """Name of the question."""
        return f"break_even.{self._table.name}"

    def begin(self) -> Sequence[Scenario]:
        """Return the runs at the lowest and highest rate, and at the rates as they are."""
        table = self._table
        ends = {table.lowest, table.highest}
        return self._asked(ends | {Decimal(0)} if table.lowest < 0 < table.highest else ends)

    def hear(self, result: ScenarioResult) -> Sequence[Scenario]:
        """Take in what came of a run; once a round is complete, return the next."""
        self._round.append(result)
        if len(self._round) < len(self._waiting):
            return ()
        for each in sorted(self._round, key=lambda row: row.name):
            self._take(each, self._waiting[each.name])
        self._round, self._waiting = [], {}
        return () if self._failed else self._further()

    def _take(self, result: ScenarioResult, percent: Decimal | None) -> None:
        """Take in a run at a rate, or of the base; in the order of their names, whichever was finished first."""
        if percent is None:
            self._base.planned_again(result)
        elif result.figures is None:
            self._failed += result.reasons or ("no plan",)
        else:
            plan = self._plan_of(result.name)
            self._trials[percent] = Trial(percent, result, result.figures, *rates.paid(plan, self._charges))
            self._base.learn(result, plan)

    def _further(self) -> list[Scenario]:
        """Return the next round: rates that come nearer, then the base once more, then rates that the bounds may decide."""
        below, above = self._around()
        nearer = self._nearer(below, above) if below is not None and above is not None else set()
        if nearer or below is None:
            return self._asked(nearer)
        if not self._confirmed and not self._base.is_proven:
            self._confirmed = True
            run = without(self.name, below.result, self._plan_of)
            self._waiting[run.name] = None
            return [run]
        if self._proving or above is None:
            return []
        self._proving = True
        return self._asked(self._provable(below))

    @property
    def is_finished(self) -> bool:
        """Whether nothing is asked any more."""
        return bool(self._trials or self._failed) and not self._waiting

    def _asked(self, percents: Iterable[Decimal]) -> list[Scenario]:
        found: list[Scenario] = []
        for percent in sorted(percents):
            run = rates.at_rate(self._table, percent, self._places)
            known = min(self._trials.values(), key=lambda trial: trial.cost_at(percent), default=None)
            if known is not None and known.cost_at(percent) < self._base.start:
                plan = self._plan_of(known.result.name)
                run = Continuing(run.name, run.patches, run.description, run.places, run.where, plan, known.result.key)
            self._waiting[run.name] = percent
            found.append(run)
        return found

    @property
    def _goal(self) -> Decimal:
        """What a plan with the candidate must cost less than."""
        return self._base.cost - self._table.fixed_cost

    def _pays(self, trial: Trial) -> bool:
        return bool(trial.shipments) and trial.figures.cost < self._goal

    def _around(self) -> tuple[Trial | None, Trial | None]:
        """Return the trial of the highest rate that pays and that of the next rate, None where there is none."""
        ordered = [self._trials[percent] for percent in sorted(self._trials)]
        last = max((k for k, trial in enumerate(ordered) if self._pays(trial)), default=-1)
        below, above = ordered[last] if last >= 0 else None, ordered[last + 1 : last + 2]
        return below, above[0] if above else None

    def _nearer(self, below: Trial, above: Trial) -> set[Decimal]:
        """Return the rates of the next round, none where those planned are near enough."""
        width = above.percent - below.percent
        if width <= self._table.tolerance_pct:
            return set()
        narrowed = self._width is None or width <= self._width / 2
        self._width = width
        thirds = {below.percent + width / 3, above.percent - width / 3}
        expected = self._between(self._expected(below, above, narrowed), below, above)
        return expected or self._between(thirds, below, above)

    def _between(self, percents: Iterable[Decimal], below: Trial, above: Trial) -> set[Decimal]:
        rounded = {self._rounded(percent) for percent in percents}
        return {percent for percent in rounded if below.percent < percent < above.percent} - self._trials.keys()

    def _rounded(self, percent: Decimal) -> Decimal:
        return round(percent, 1 - self._table.tolerance_pct.adjusted())

    def _expected(self, below: Trial, above: Trial, narrowed: bool) -> Iterator[Decimal]:
        """Yield rates just above and just below that at which the best of the plans known would stop paying."""
        crossing = self._crossing(self._goal)
        if crossing is None:
            return
        near = _NEAR * self._table.tolerance_pct
        found = min(crossing, above.percent)
        if found + near < above.percent:
            yield found + near
            yield found - near if narrowed and found - near > below.percent else (found + near + above.percent) / 2
        else:
            yield found - near
            if not narrowed:
                yield (below.percent + found - near) / 2

    def _crossing(self, cost: Decimal) -> Decimal | None:
        """Return the highest rate at which one of the plans known is expected to come to a cost."""
        reached = (trial.reaches(cost) for trial in self._trials.values() if trial.figures.cost < cost)
        return max((percent for percent in reached if percent is not None), default=None)

    def _provable(self, below: Trial) -> set[Decimal]:
        """Return rates at which the bounds are expected to prove as much as they can."""
        near, proven = self._table.tolerance_pct, self._proven()
        found = set()
        surely = self._crossing(self._base.bound - self._table.fixed_cost)
        known = self._table.lowest if proven[0] is None else proven[0]
        if surely is not None and known + 2 * near < surely < below.percent:
            found.add(self._rounded(surely - near / 4))
        ordered = [self._trials[percent] for percent in sorted(self._trials)]
        for one, other in pairwise(ordered):
            low, high = one.figures.bound, other.figures.bound
            if low < self._goal <= high and other.percent == proven[1] and other.percent - one.percent > 2 * near:
                crossing = one.percent + (other.percent - one.percent) * (self._goal - low) / (high - low)
                found.add(self._rounded(crossing + near / 4))
        return found - self._trials.keys()

    def _proven(self) -> tuple[Decimal | None, Decimal | None]:
        """Return up to which rate the candidate surely pays, and from which on it surely does not."""
        pays = [
            trial.percent
            for trial in self._trials.values()
            if self._pays(trial) and trial.figures.cost < self._base.bound - self._table.fixed_cost
        ]
        fails = [trial.percent for trial in self._trials.values() if trial.figures.bound >= self._goal]
        return max(pays, default=None), min(fails, default=None)

    def answer(self) -> BreakEven:
        """Return what is known."""
        table, verdict = self._table, self._verdict()
        below, above = self._around() if verdict == "found" else (None, None)
        percent = self._stops(below, above) if below and above else None
        proven = self._proven()
        return BreakEven(
            name=table.name, description=table.description, verdict=verdict, percent=percent,
            charges=rates.rows(self._charges, percent),
            below=below.result.name if below else "", below_percent=below.percent if below else None,
            above=above.result.name if above else "", above_percent=above.percent if above else None,
            proven_up_to=proven[0], proven_from=proven[1], lowest=table.lowest, highest=table.highest,
            fixed_cost=table.fixed_cost, tolerance_pct=table.tolerance_pct, base_cost=self._base.cost, base_bound=self._base.bound,
            runs=tuple(self._runs()), notes=(*self._failed, *self._base.notes()),
        )  # fmt: skip

    def _verdict(self) -> Verdict:
        if self._failed:
            return "failed"
        if not self.is_finished:
            return "unfinished"
        below, above = self._around()
        if below is not None:
            return "found" if above is not None else "every_rate"
        return "no_rate" if any(trial.shipments for trial in self._trials.values()) else "never_used"

    def _stops(self, below: Trial, above: Trial) -> Decimal:
        """Return where the candidate stops paying: where the plan just below would come to the goal, else the middle."""
        found = below.reaches(self._goal)
        inside = found is not None and found <= above.percent
        return round(found if found is not None and inside else (below.percent + above.percent) / 2, 3)

    def _runs(self) -> Iterator[RateRun]:
        """Yield the runs by rate; the best cost known at a rate is that of any plan of this or a higher one."""
        ordered = [self._trials[percent] for percent in sorted(self._trials)]
        for k, trial in enumerate(ordered):
            cost = min(other.figures.cost for other in ordered[k:])
            bound = max(other.figures.bound for other in ordered[: k + 1])
            at_least, at_most = interval(self._base, cost, bound)
            saving = self._base.cost - cost
            yield RateRun(
                percent=trial.percent, run=trial.result.name, cost=trial.figures.cost, bound=trial.figures.bound,
                saving=max(saving, Decimal(0)) if self._base.never_dearer else saving, at_least=at_least, at_most=at_most,
                shipments=trial.shipments, freight=trial.freight, pays=self._pays(trial),
            )  # fmt: skip
