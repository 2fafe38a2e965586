"""Which scenarios a runner begins, and when, with workers that answer as they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from consolidation.scenarios import Scenario
from consolidation.studies import runners
from consolidation.studies.runners import Serial, dispatched
from consolidation.studies.work import Outcome, broken_off
from tests.studying import given, named, scenario


class Pool:
    """One worker, which ends what it runs whenever it is asked."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._running: list[Scenario] = []

    def begin(self, scenario: Scenario) -> bool:
        if self._running:
            return False
        self.begun.append(scenario.name)
        self._running.append(scenario)
        return True

    def ended(self) -> Iterable[tuple[Scenario, Outcome | int]]:
        row = self._running.pop()
        yield row, broken_off(row, "ended")


def once(names: list[str], count: int) -> Callable[[], bool]:
    """Return what cancels when so many names are known."""
    return lambda: len(names) >= count


def test_cancelled_nothing_further_begins_also_not_what_waited_for_a_worker() -> None:
    pool, found = Pool(), list[str]()
    for outcome in dispatched(named(3, scenario("s")), lambda outcome: (), pool, once(found, 1)):
        found.append(outcome.result.name)
    assert found == pool.begun == ["s0"]


def test_cancelled_nothing_begins_that_outcomes_asked_for() -> None:
    pool, found = Pool(), list[str]()
    further = {"s0": named(2, scenario("more"))}
    for outcome in dispatched(
        named(1, scenario("s")), lambda each: further.get(each.result.name, ()), pool, once(found, 2)
    ):
        found.append(outcome.result.name)
    assert found == pool.begun == ["s0", "more0"]


def test_cancelled_one_process_begins_nothing_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "run", lambda given, scenario: broken_off(scenario, "ended"))
    found: list[str] = []
    further = {"s0": named(2, scenario("more"))}
    outcomes = Serial().outcomes(
        given(), named(1, scenario("s")), lambda each: further.get(each.result.name, ()), once(found, 2)
    )
    found.extend(outcome.result.name for outcome in outcomes)
    assert found == ["s0", "more0"]
