"""Processes of this machine that plan scenarios, each with a pipe of its own.

A process that is killed closes its pipe, which says so at once, and takes no other scenario with it. When this process is
killed its workers end by themselves.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait

from consolidation.scenarios import Scenario
from consolidation.studies.work import Given, Outcome, run
from network.errors import DragonBoatError

_SPAWN = multiprocessing.get_context("spawn")
_PAUSE_S = 1.0
"""Longest wait for an answer, after which Ctrl-C is noticed on every system."""
_NONE_BEGINS = (
    'No process that could plan a scenario begins. Maybe a script calls study() outside of `if __name__ == "__main__":`, or the '
    "system allows no more processes: Serial() needs none."
)
_MOST_STILLBORN = 3
"""Processes that may end while they begin before it is said that none can."""


class WorkersLost(DragonBoatError):  # noqa: N818
    """There is nobody left to run a study."""


class Pool:
    """Workers of this machine; begun when they are needed.

    Parameters
    ----------
    size : workers at most, at least one
    """

    def __init__(self, size: int, given: Given) -> None:
        self._size, self._packed = size, pickle.dumps(given, pickle.HIGHEST_PROTOCOL)
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, _Worker] = {}
        self._stillborn = 0

    def begin(self, scenario: Scenario) -> bool:
        """Begin a scenario if a worker is free or may be begun; return whether one was.

        Raises
        ------
        WorkersLost
            If the system begins no process.
        """
        if len(self._busy) == self._size:
            return False
        try:
            worker = self._idle.pop() if self._idle else _Worker(self._packed)
        except OSError as fault:
            raise WorkersLost(f"{_NONE_BEGINS} ({fault})") from fault
        self._busy[worker.pipe] = worker
        worker.give(scenario)
        return True

    def ended(self) -> Iterator[tuple[Scenario, Outcome | int]]:
        """Wait a while and yield what ended: a scenario with its outcome, or with 1 for its worker that was lost.

        Raises
        ------
        WorkersLost
            If no process can begin.
        """
        for pipe in wait(list(self._busy), _PAUSE_S):
            worker = self._busy[pipe]  # type: ignore[index]  # only pipes are waited for
            try:
                outcome = worker.answer()
            except (EOFError, OSError):
                worker.end()
                del self._busy[worker.pipe]
                self._stillborn += not worker.ready
                if self._stillborn == _MOST_STILLBORN:
                    raise WorkersLost(_NONE_BEGINS) from None
                yield worker.scenario, 1
                continue
            self._stillborn = 0
            if outcome is not None:
                del self._busy[worker.pipe]
                self._idle.append(worker)
                yield worker.scenario, outcome

    def end(self) -> None:
        """End all workers at once, whatever they do."""
        for worker in (*self._idle, *self._busy.values()):
            worker.end()


class _Worker:
    """One process; what all scenarios begin with is sent when it says that it is ready, which is some seconds after."""

    def __init__(self, packed: bytes) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self._packed, self.ready = packed, False
        self._process = _SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
        with _deaf():
            self._process.start()
        theirs.close()

    def give(self, scenario: Scenario) -> None:
        self.scenario = scenario
        if self.ready:
            self._send(scenario)

    def answer(self) -> Outcome | None:
        """Return what the process sent, None for nothing but that it is ready.

        Raises
        ------
        EOFError, OSError
            If the process ended.
        """
        outcome: Outcome | None = self.pipe.recv()
        if outcome is None:
            self.ready = True
            self.pipe.send_bytes(self._packed)
            self.pipe.send(self.scenario)
        return outcome

    def _send(self, scenario: Scenario) -> None:
        try:
            self.pipe.send(scenario)
        except OSError:
            return  # the end of the pipe is what :meth:`answer` finds

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._process.close()
        self.pipe.close()


@contextmanager
def _deaf() -> Iterator[None]:
    """Let processes that are begun in the block not hear Ctrl-C: it is for the process that began them, which loses none."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # begun in the block it would let the signal in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection) -> None:
    """Plan scenarios until the pipe or the process at its other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        pipe.send(None)
        given: Given = pickle.loads(pipe.recv_bytes())
        while True:
            pipe.send(run(given, pipe.recv()))
    except (EOFError, OSError):
        return


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
