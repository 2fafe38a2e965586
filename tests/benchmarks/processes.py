"""One child process per run: rows come out of it line by line; one that crashes or hangs yields a row saying so.

This module and what it imports stay small: on Linux the peak memory of a child counts from that of its parent.
"""

from __future__ import annotations

import dataclasses
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from tests.benchmarks.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one child process does.

    Attributes
    ----------
    task : name of the task, a key of ``child.TASKS``
    family : str
    instance : str, name of the instance in the result file
    path : str, file or folder, empty for none
    config, method : str
    size : int, shipments to generate when there is no file
    seed : int, of the generator and of the search
    limit_s : float or None
    work : int or None, work units of the planner; None is its default
    """

    task: str
    family: str
    instance: str = ""
    path: str = ""
    config: str = ""
    method: str = ""
    size: int = 0
    seed: int = 1
    limit_s: float | None = None
    work: int | None = None

    def command(self) -> list[str]:
        """Return the command of the child process."""
        return [sys.executable, "-m", "tests.benchmarks.child", json.dumps(dataclasses.asdict(self))]

    def row(self) -> Row:
        """Return the columns that are known before the run."""
        row: dict[str, Any] = {
            "family": self.family, "instance": self.instance, "config": self.config, "method": self.method,
            "seed": self.seed, "shipments": self.size or None,
        }  # fmt: skip
        return row


def rows_of(command: Sequence[str], patience_s: float | None) -> Iterator[Row]:
    """Run a child process and yield the rows it prints, one JSON object a line.

    A child that is silent for longer than `patience_s` is killed, by its own process id. One that is killed or fails
    ends with a row that holds nothing but ``stop_reason``: "KILLED ..." or "CRASHED ...".
    """
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    lines: queue.Queue[str | None] = queue.Queue()
    assert child.stdout is not None
    reader = threading.Thread(target=_pump, args=(child.stdout, lines), daemon=True)
    reader.start()
    silent = False
    try:
        while (line := lines.get(timeout=patience_s)) is not None:
            yield json.loads(line)
    except queue.Empty:
        silent = True
    finally:
        if silent or sys.exc_info()[0] is not None:
            child.kill()
        child.wait()
        reader.join()
        child.stdout.close()
    if silent:
        yield {"stop_reason": f"KILLED after {patience_s:.0f} s without an answer"}
    elif child.returncode:
        yield {"stop_reason": f"CRASHED with exit status {child.returncode}"}


def _pump(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        if line.endswith("\n"):
            lines.put(line)
    lines.put(None)
