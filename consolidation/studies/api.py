"""Run a study: the base, then every scenario from what the base leaves, each kept as soon as it is finished."""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from consolidation.planner import StoppedWithoutPlan
from consolidation.scenarios import Scenario
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.studies.alone import alone
from consolidation.studies.asking import Asking
from consolidation.studies.differences import difference
from consolidation.studies.keeping import Keeper
from consolidation.studies.model import BASE, ScenarioResult, Study
from consolidation.studies.page import study_page
from consolidation.studies.request import Request
from consolidation.studies.runners import Processes, Runner, default_workers
from consolidation.studies.work import Given, Outcome, run
from network.io import content_hash as network_hash
from solvers.outcome import StopReason

_WRITE_PAUSE = 20
"""Between two times that the study is written, as many times as long is spent otherwise."""
Report = Callable[[int, int, ScenarioResult], None]
"""Told after every scenario: how many are finished, of how many, and what came of it."""


def study(
    request: Request,
    folder: str | Path,
    *,
    runner: Runner | None = None,
    on_result: Report | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Study:
    """Plan the base and every scenario of a study, and write what came of them.

    Finished scenarios of the same input are taken from the folder, so that a study that was stopped goes on. A scenario
    without a plan is a row with its reasons.

    Parameters
    ----------
    request : as :func:`read_request` returns
    folder : new or empty, or that of a study
    runner : where scenarios are run; None: in as many processes as there are processors
    on_result : told after every scenario
    cancelled : asked often; once it returns True nothing further is begun

    Raises
    ------
    InputError
        If the folder holds something else or another study is running in it, or if it cannot be written.
    StoppedWithoutPlan
        If there is no plan of the base.
    """
    keeper = Keeper(folder)
    with alone(keeper.folder):
        return _Runs(request, keeper, on_result, cancelled or bool).study(runner or Processes(default_workers()))


class _Runs:
    """The scenarios of one study, finished and not."""

    def __init__(
        self, request: Request, keeper: Keeper, on_result: Report | None, cancelled: Callable[[], bool]
    ) -> None:
        self._request, self._keeper = request, keeper
        self._on_result, self._cancelled = on_result, cancelled
        self._given = Given(request.network, request.shipments, request.options)
        self._done: dict[str, ScenarioResult] = {}
        self._asked = {scenario.name: scenario for scenario in request.scenarios}
        self._hashes = network_hash(request.network), shipments_hash(request.shipments)
        self._write_from = 0.0
        self._asking: Asking | None = None

    def study(self, runner: Runner) -> Study:
        """Run what is not finished."""
        self._plan_base()
        self._asking = Asking(self._request, self._given, self._done[BASE], self._keeper.plan_of)
        todo = [scenario for scenario in self._request.scenarios if not self._is_known(scenario)]
        todo += self._unknown(self._asking.begin())
        if todo and not self._cancelled():
            with closing(runner.outcomes(self._given, todo, self._then, self._cancelled)) as outcomes:
                for outcome in outcomes:
                    self._finish(outcome)
        found = self._found()
        self._keeper.write(found)
        if not found.missing:
            self._keeper.forget_others(self._done)
        self._keeper.write_page(study_page(found, self._request.network))
        return found

    def _plan_base(self) -> None:
        base = Scenario(BASE, description="nothing changes")
        if not self._is_known(base):
            outcome = run(self._given, base, self._cancelled)
            if outcome.result.figures is None:
                raise StoppedWithoutPlan("; ".join(outcome.result.reasons))
            if outcome.result.figures.stop_reason == StopReason.CANCELLED:
                raise StoppedWithoutPlan("cancelled while the base was planned")
            self._keep(outcome)
            self._finish(outcome)
        self._given = dataclasses.replace(self._given, base=self._keeper.plan_of(BASE))

    def _unknown(self, runs: Iterable[Scenario]) -> list[Scenario]:
        """Return the runs of questions that are not finished; those that are may ask for further ones."""
        assert self._asking is not None
        todo, left = deque(runs), []
        while todo:
            run_ = todo.popleft()
            if self._is_known(run_):
                todo.extend(self._asking.hear(self._done[run_.name]))
            else:
                left.append(run_)
        return left

    def _then(self, outcome: Outcome) -> list[Scenario]:
        """Keep an outcome, and return the runs that it asks for."""
        assert self._asking is not None
        self._keep(outcome)
        return [] if self._cancelled() else self._unknown(self._asking.hear(outcome.result))

    def _keep(self, outcome: Outcome) -> None:
        self._keeper.keep(outcome)
        self._done[outcome.result.name] = outcome.result

    def _is_known(self, scenario: Scenario) -> bool:
        known = self._keeper.known(scenario.name, self._given.key_of(scenario))
        if known is not None:
            self._done[scenario.name] = known.model_copy(update={"description": scenario.description})
        return known is not None

    def _finish(self, outcome: Outcome) -> None:
        self._write_now_and_then()
        if self._on_result is not None:
            count = len(self._request.scenarios) + 1 + (self._asking.runs if self._asking else 0)
            self._on_result(len(self._done), count, self._compared(outcome.result.name))

    def _write_now_and_then(self) -> None:
        """Write the study, but spend no more than a small part of the time with that: it may be large."""
        begun = time.monotonic()
        if begun >= self._write_from:
            self._keeper.write(self._found())
            ended = time.monotonic()
            self._write_from = ended + _WRITE_PAUSE * (ended - begun)

    def _found(self) -> Study:
        request = self._request
        names = [scenario.name for scenario in request.scenarios]
        asking = self._asking
        return Study(
            title=request.title,
            currency=request.network.currency,
            network_sha256=self._hashes[0],
            shipments_sha256=self._hashes[1],
            base=self._done[BASE],
            scenarios=tuple(self._compared(name) for name in names if name in self._done),
            missing=(*(name for name in names if name not in self._done), *(asking.unfinished if asking else ())),
            grids=request.grids,
            break_evens=asking.break_evens() if asking else (),
            values=asking.values() if asking else (),
        )

    def _compared(self, name: str) -> ScenarioResult:
        """Return a result with what it differs by from the base."""
        found, base = self._done[name], self._done[BASE].figures
        scenario = self._asked.get(name)
        if scenario is None or found.figures is None or base is None:
            return found
        return found.model_copy(update={"difference": difference(base, found.figures, scenario, self._request.network)})
