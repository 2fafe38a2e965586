"""Scenarios run on a cluster of Dask: workers on other machines that answer to one scheduler.

What all scenarios begin with is sent once, as part of the scheduler's own instructions, so it can be made anew wherever a
worker that held it was lost. Each worker plans one scenario at a time and nothing waits in a queue, so a worker that is lost
takes no other scenario with it.
"""

from __future__ import annotations

import logging
import pickle
import pydoc
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from consolidation._version import __version__
from consolidation.scenarios import Scenario
from consolidation.studies.processes import WorkersLost
from consolidation.studies.runners import Cancelled, Outcomes, Then, dispatched
from consolidation.studies.work import Given, Outcome, broken_off, run
from network.errors import Finding, InputError

if TYPE_CHECKING:
    from distributed import Client, Future

_PAUSE_S = 1.0
"""Longest wait for an answer, after which workers that were lost or have come are noticed."""
_WITHOUT_WORKERS_S = 60.0
"""How long a study waits for a worker when all are lost."""
_QUIET = {"distributed.admin.large-graph-warning-threshold": "100 GiB"}
"""Dask warns of large instructions; those of a study are large once, and on purpose."""


class Cluster:
    """Runs scenarios on the workers of a Dask cluster; one that is lost loses nothing but time.

    Parameters
    ----------
    address : of the scheduler, such as ``tcp://10.0.0.5:8786``
    patience_s : s, how long to wait for the scheduler and for a first worker

    Raises
    ------
    InputError
        If Dask is not installed, nobody answers, there is no worker, or workers have another version of Dragon Boat.
    """

    def __init__(self, address: str, *, patience_s: float = 10.0) -> None:
        self.address, self._patience_s = address, patience_s
        with self._client() as client:
            self._require_workers(client)

    def outcomes(
        self, given: Given, scenarios: Iterable[Scenario], then: Then, cancelled: Cancelled = bool
    ) -> Outcomes:
        """Yield the outcome of every scenario, and of those that `then` asks for, as each is finished.

        Raises
        ------
        WorkersLost
            If the scheduler, or for a minute every worker, is lost.
        """
        with self._client() as client:
            pool = _Pool(client, given, self.address)
            try:
                yield from dispatched(scenarios, then, pool, cancelled)
            finally:
                pool.end()

    @contextmanager
    def _client(self) -> Iterator[Client]:
        try:
            from dask import config
            from distributed import Client
            from distributed.comm.addressing import resolve_address
        except ImportError:
            raise self._refused("a cluster", "the extra 'cluster'", 'pip install "dragonboat[cluster]"') from None
        with _silent("distributed"), config.set(_QUIET):
            try:
                resolve_address(self.address)  # a client of an address that is none would not end
                client = Client(self.address, timeout=self._patience_s, set_as_default=False)
            except (OSError, ValueError, TypeError, ImportError) as fault:
                expected = f"a Dask scheduler that answers within {self._patience_s:g} s"
                raise self._refused(str(fault), expected, "another address, such as tcp://10.0.0.5:8786") from fault
            try:
                yield client
            finally:
                client.close(timeout=self._patience_s)

    def _require_workers(self, client: Client) -> None:
        end = time.monotonic() + self._patience_s
        while not (found := _versions(client)):
            if time.monotonic() > end:
                raise self._refused("no worker", "at least one", f"start some: dask worker {self.address}")
            time.sleep(_PAUSE_S / 10)
        others = {address: version for address, version in found.items() if version != __version__}
        if others:
            listed = ", ".join(f"{address} has {version or 'none'}" for address, version in sorted(others.items()))
            raise self._refused(listed, f"dragonboat {__version__}, as here, on every worker", "install it there")

    def _refused(self, found: str, expected: str, maybe: str) -> InputError:
        return InputError([Finding(f"cluster {self.address}", None, "", found, expected, maybe, "CLUSTER")])


class _Pool:
    """The workers of a cluster that have the same version of Dragon Boat."""

    def __init__(self, client: Client, given: Given, address: str) -> None:
        self._client, self._address = client, address
        self._known: dict[str, bool] = {}
        self._running: dict[str, tuple[Future[Outcome], Scenario]] = {}
        with self._watched():
            packed = pickle.dumps(given, pickle.HIGHEST_PROTOCOL)
            self._given = client.submit(pickle.loads, packed, key=f"study-{uuid.uuid4().hex}", pure=False)

    def begin(self, scenario: Scenario) -> bool:
        """Begin a scenario if a worker is free and return whether one was; wait for one while nothing is running."""
        end = time.monotonic() + _WITHOUT_WORKERS_S
        with self._watched():
            while (worker := next((each for each in self._usable() if each not in self._running), None)) is None:
                if self._running:
                    return False
                if time.monotonic() > end:
                    raise WorkersLost(_lost(self._address, "has had no worker for a minute"))
                time.sleep(_PAUSE_S)
            key = f"{scenario.name}-{uuid.uuid4().hex}"
            future = self._client.submit(run, self._given, scenario, key=key, workers=[worker], pure=False)
        self._running[worker] = future, scenario
        return True

    def ended(self) -> Iterator[tuple[Scenario, Outcome | int]]:
        """Wait a while and yield what ended: a scenario with its outcome, or with the count of workers that it lost."""
        from distributed import TimeoutError as TookLonger
        from distributed import wait

        with self._watched():
            with suppress(TookLonger), self._client.as_current():
                wait([future for future, _ in self._running.values()], _PAUSE_S, "FIRST_COMPLETED")
            alive = self._usable()
        for worker, (future, scenario) in list(self._running.items()):
            if future.done():
                del self._running[worker]
                yield scenario, self._answer(future, scenario)
            elif worker not in alive:
                del self._running[worker]
                self._client.cancel([future], force=True)
                yield scenario, 1

    def _answer(self, future: Future[Outcome], scenario: Scenario) -> Outcome | int:
        from distributed.scheduler import KilledWorker

        with self._watched():
            try:
                return future.result()
            except KilledWorker as fault:
                return int(fault.allowed_failures) + 1
            except (OSError, CancelledError):
                raise
            except Exception as fault:  # it could not be sent, or what came back could not be read
                return broken_off(scenario, f"{type(fault).__name__} on the cluster: {fault}")

    def end(self) -> None:
        """Cancel what is running; a worker that has begun drops its answer."""
        futures = [future for future, _ in self._running.values()]
        self._running.clear()
        if futures and self._client.status == "running":
            self._client.cancel([*futures, self._given], force=True)

    def _usable(self) -> set[str]:
        """Return the addresses of the workers that may plan; those that have come are asked for their version."""
        alive = set(self._client.nthreads())
        if not alive <= self._known.keys():
            self._known.update({address: found == __version__ for address, found in _versions(self._client).items()})
        return {address for address in alive if self._known.get(address)}

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except (OSError, CancelledError) as fault:
            raise WorkersLost(_lost(self._address, f"does not answer any more ({fault})")) from fault


def _lost(address: str, what: str) -> str:
    return f"The cluster {address} {what}. What is finished is kept: the same command goes on with the rest."


def _versions(client: Client) -> Mapping[str, Any]:
    """Return the version of Dragon Boat on every worker by its address, None or an error where it has none."""
    found: Mapping[str, Any] = client.run(pydoc.locate, "consolidation._version.__version__", on_error="return")
    return found


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep a library from writing to the screen what is reported as errors and rows of the study."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
