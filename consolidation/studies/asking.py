"""All questions of a study: which of them a run is for, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from consolidation.scenarios import Scenario
from consolidation.studies.answers import BreakEven, MarginalValue
from consolidation.studies.break_even import BreakEvenSearch
from consolidation.studies.model import ScenarioResult
from consolidation.studies.questions import PlanOf, Question
from consolidation.studies.request import Request
from consolidation.studies.values import ValueSearch
from consolidation.studies.work import Given


class Asking:
    """Asks the questions of a study.

    Parameters
    ----------
    given : with the plan of the base
    base : result of the base
    plan_of : returns the plan of a finished run
    """

    def __init__(self, request: Request, given: Given, base: ScenarioResult, plan_of: PlanOf) -> None:
        self._break_evens = [
            BreakEvenSearch(posed.table, given, base, plan_of, posed.places) for posed in request.break_evens
        ]
        self._values = [ValueSearch(posed.table, given, base, plan_of, posed.places[-1:]) for posed in request.values]
        self._asker: dict[str, Question] = {}

    @property
    def _questions(self) -> list[Question]:
        return [*self._break_evens, *self._values]

    def begin(self) -> list[Scenario]:
        """Return the first runs."""
        return [run for question in self._questions for run in self._of(question, question.begin())]

    def hear(self, result: ScenarioResult) -> list[Scenario]:
        """Take in what came of a scenario, and return further runs if it was for a question."""
        question = self._asker.get(result.name)
        return [] if question is None else self._of(question, question.hear(result))

    def _of(self, question: Question, runs: Iterable[Scenario]) -> list[Scenario]:
        found = list(runs)
        self._asker.update((run.name, question) for run in found)
        return found

    @property
    def runs(self) -> int:
        """How many runs were asked for."""
        return len(self._asker)

    @property
    def unfinished(self) -> Sequence[str]:
        """Names of the questions that are not answered yet."""
        return [question.name for question in self._questions if not question.is_finished]

    def break_evens(self) -> tuple[BreakEven, ...]:
        """Return what is known of the rates at which candidates stop paying."""
        return tuple(search.answer() for search in self._break_evens)

    def values(self) -> tuple[MarginalValue, ...]:
        """Return what is known of the worth of limits."""
        return tuple(answer for search in self._values for answer in search.answers())
