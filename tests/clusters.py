"""A cluster of Dask on this machine: a scheduler and workers, each a process that can be killed, listening on loopback only."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.killing import ROOT

_LOOPBACK = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
_PATIENCE_S = 60.0


class LocalCluster:
    """A scheduler with the workers that were begun for it.

    Parameters
    ----------
    folder : for files of the scheduler and of the workers
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / "scheduler.json"
        self._processes: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._begin("dask_scheduler", "--port", "0", *_LOOPBACK)
        self.address = ""
        wait_until(self._is_there)

    def _is_there(self) -> bool:
        assert self.scheduler.poll() is None
        with contextlib.suppress(OSError, ValueError):
            self.address = json.loads(self._file.read_text())["address"]
        return bool(self.address)

    def worker(self, *, path: Path = ROOT) -> subprocess.Popen[bytes]:
        """Begin a worker of one thread.

        Parameters
        ----------
        path : where it finds its packages
        """
        words = ("--no-nanny", "--nthreads", "1", "--local-directory", str(self._folder))
        self.workers.append(self._begin("dask_worker", *words, *_LOOPBACK, path=path))
        return self.workers[-1]

    def _begin(self, module: str, *words: str, path: Path = ROOT) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(self._file), *words],
            cwd=self._folder, env={**os.environ, "PYTHONPATH": str(path)},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._processes.append(process)
        return process

    def end(self) -> None:
        """End everything that was begun."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()


@contextlib.contextmanager
def cluster(folder: Path, workers: int = 0) -> Iterator[LocalCluster]:
    """Run a cluster with some workers while the block runs."""
    made = LocalCluster(folder)
    try:
        for _ in range(workers):
            made.worker()
        yield made
    finally:
        made.end()


def wait_until(what: Callable[[], bool]) -> None:
    """Wait until something holds; fail when it takes unreasonably long."""
    end = time.monotonic() + _PATIENCE_S
    while not what():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)
