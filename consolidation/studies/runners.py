"""Where scenarios are run: here, in processes of this machine, or on a cluster.

A runner is given what all scenarios begin with, and the first scenarios; each outcome may ask for further ones. Outcomes
come as they are finished, in any order; what they hold does not depend on the runner.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol

from consolidation.scenarios import Scenario
from consolidation.studies.model import ScenarioResult
from consolidation.studies.work import Given, Outcome, run

MOST_LOSSES = 3
"""Times that a scenario may lose its worker before it is given up."""
Then = Callable[[Outcome], Iterable[Scenario]]
"""Says which scenarios an outcome asks for."""


class Runner(Protocol):
    """Runs scenarios."""

    def outcomes(self, given: Given, scenarios: Iterable[Scenario], then: Then) -> Iterator[Outcome]:
        """Yield the outcome of every scenario, and of those that `then` asks for, as each is finished."""


def lost(given: Given, scenario: Scenario) -> Outcome:
    """Return the outcome of a scenario whose worker was lost every time."""
    reason = f"the process that planned it ended {MOST_LOSSES} times without an answer; maybe memory ran out"
    result = ScenarioResult(
        name=scenario.name, description=scenario.description, status="failed", reasons=(reason,), key=given.key_of(scenario)
    )  # fmt: skip
    return Outcome(result)


class Serial:
    """Runs one scenario after the other, in this process."""

    def outcomes(self, given: Given, scenarios: Iterable[Scenario], then: Then) -> Iterator[Outcome]:
        """Yield the outcome of every scenario, and of those that `then` asks for."""
        todo = deque(scenarios)
        while todo:
            outcome = run(given, todo.popleft())
            todo.extend(then(outcome))
            yield outcome


class Processes:
    """Runs scenarios in processes of this machine; one that is killed is replaced, and what it did is done again.

    Parameters
    ----------
    workers : processes, at least one
    """

    def __init__(self, workers: int) -> None:
        self.workers = max(1, workers)

    def outcomes(self, given: Given, scenarios: Iterable[Scenario], then: Then) -> Iterator[Outcome]:
        """Yield the outcome of every scenario, and of those that `then` asks for, as each is finished."""
        todo, losses = deque(scenarios), Counter[str]()
        packed = pickle.dumps(given)
        while todo:
            executor = ProcessPoolExecutor(self.workers, multiprocessing.get_context("spawn"), _begin, (packed,))
            try:
                yield from self._round(executor, given, todo, then, losses)
            finally:
                _end(executor)

    def _round(
        self, executor: ProcessPoolExecutor, given: Given, todo: deque[Scenario], then: Then, losses: Counter[str]
    ) -> Iterator[Outcome]:
        """Yield outcomes until all are there or a worker is lost; what was not finished is put back."""
        running: dict[Future[Outcome], Scenario] = {}
        broken = False
        while (todo and not broken) or running:
            while todo and not broken and len(running) < self.workers:
                scenario = todo.popleft()
                running[executor.submit(_work, scenario)] = scenario
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                scenario = running.pop(future)
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    broken = True
                    losses[scenario.name] += 1
                    if losses[scenario.name] < MOST_LOSSES:
                        todo.appendleft(scenario)
                        continue
                    outcome = lost(given, scenario)
                todo.extend(then(outcome))
                yield outcome


def default_workers() -> int:
    """Return how many processes to use: one for each processor that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _end(executor: ProcessPoolExecutor) -> None:
    """End the workers of an executor at once, whatever they do."""
    processes = list((getattr(executor, "_processes", None) or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        if process.is_alive():
            process.terminate()
    for process in processes:
        process.join()


_GIVEN: Given | None = None


def _begin(packed: bytes) -> None:
    """Prepare a worker: Ctrl-C is for the process that started it."""
    global _GIVEN
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _GIVEN = pickle.loads(packed)


def _work(scenario: Scenario) -> Outcome:
    assert _GIVEN is not None
    return run(_GIVEN, scenario)
