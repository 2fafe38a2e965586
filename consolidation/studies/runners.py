"""Where scenarios are run: here, in processes of this machine, or on a cluster.

A runner is given what all scenarios begin with, and the first scenarios; each outcome may ask for further ones. Outcomes
come as they are finished, in any order; what they hold does not depend on the runner. Once it is cancelled a runner begins
nothing further, whether it was given at first or asked for by an outcome, and what is running is still finished.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable
from typing import Protocol

from consolidation.scenarios import Scenario
from consolidation.studies.processes import Pool as ProcessPool
from consolidation.studies.work import Given, Outcome, broken_off, run

MOST_LOSSES = 3
"""Times that a scenario may lose its worker before it is given up."""
Then = Callable[[Outcome], Iterable[Scenario]]
"""Says which scenarios an outcome asks for."""
Cancelled = Callable[[], bool]
"""Says whether nothing further is to be begun."""
Outcomes = Generator[Outcome, None, None]
"""Outcomes as they come; closing it ends what is running."""


class Runner(Protocol):
    """Runs scenarios."""

    def outcomes(
        self, given: Given, scenarios: Iterable[Scenario], then: Then, cancelled: Cancelled = bool
    ) -> Outcomes:
        """Yield the outcome of every scenario, and of those that `then` asks for, as each is finished."""


class Pool(Protocol):
    """Workers, each of which runs one scenario at a time, so that one that is lost takes no other scenario with it."""

    def begin(self, scenario: Scenario) -> bool:
        """Begin a scenario if a worker is free and return whether one was; never False while nothing is running."""

    def ended(self) -> Iterable[tuple[Scenario, Outcome | int]]:
        """Wait a while and return what ended: a scenario with its outcome, or with the count of workers that it lost."""


def lost(scenario: Scenario, times: int) -> Outcome:
    """Return the outcome of a scenario whose worker was lost every time."""
    return broken_off(
        scenario, f"the process that planned it ended {times} times without an answer; maybe memory ran out"
    )


def dispatched(scenarios: Iterable[Scenario], then: Then, pool: Pool, cancelled: Cancelled = bool) -> Outcomes:
    """Yield the outcome of every scenario, and of those that `then` asks for, from the workers of a pool."""
    first, more, losses = iter(scenarios), deque[Scenario](), Counter[str]()
    running = 0
    while True:
        while not cancelled() and (scenario := more.popleft() if more else next(first, None)) is not None:
            if not pool.begin(scenario):
                more.appendleft(scenario)
                break
            running += 1
        if not running:
            return
        for scenario, answer in pool.ended():
            running -= 1
            if isinstance(answer, int):
                losses[scenario.name] += answer
                if losses[scenario.name] < MOST_LOSSES:
                    more.appendleft(scenario)
                    continue
                answer = lost(scenario, losses[scenario.name])
            more.extend(then(answer))
            yield answer


class Serial:
    """Runs one scenario after the other, in this process."""

    def outcomes(
        self, given: Given, scenarios: Iterable[Scenario], then: Then, cancelled: Cancelled = bool
    ) -> Outcomes:
        """Yield the outcome of every scenario, and of those that `then` asks for."""
        first, more = iter(scenarios), deque[Scenario]()
        while not cancelled() and (scenario := more.popleft() if more else next(first, None)) is not None:
            outcome = run(given, scenario)
            more.extend(then(outcome))
            yield outcome


class Processes:
    """Runs scenarios in processes of this machine; one that is killed is replaced, and what it did is done again.

    Parameters
    ----------
    workers : processes, at least one
    """

    def __init__(self, workers: int) -> None:
        self.workers = max(1, workers)

    def outcomes(
        self, given: Given, scenarios: Iterable[Scenario], then: Then, cancelled: Cancelled = bool
    ) -> Outcomes:
        """Yield the outcome of every scenario, and of those that `then` asks for, as each is finished."""
        pool = ProcessPool(self.workers, given)
        try:
            yield from dispatched(scenarios, then, pool, cancelled)
        finally:
            pool.end()


def default_workers() -> int:
    """Return how many processes to use: one for each processor that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
