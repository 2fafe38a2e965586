"""Commands in processes of their own that can be killed at any moment."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
posix = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
_SERVER = """
import importlib, json, os, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
from consolidation.cli import main
for line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        sys.argv = ["dragonboat", *json.loads(line)]
        try:
            main()
        except SystemExit as end:
            os._exit(end.code or 0)
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()
    print(os.waitpid(child, 0)[1], flush=True)
"""
"""Runs each command that it is told in a process of its own, which has loaded everything: what is killed is at work."""


class Server:
    """Runs commands, one at a time, each in a process that can be killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._tell, self._answers = process.stdin, process.stdout

    def _say(self, text: str) -> None:
        self._tell.write(text + "\n")
        self._tell.flush()

    def start(self, command: Sequence[str]) -> int:
        """Begin a command and return the id of its process, which stays taken until :meth:`end`."""
        self._say(json.dumps(list(command)))
        return int(self._answers.readline())

    def end(self) -> int:
        """Wait for the process and return how it ended."""
        self._say("")
        return os.waitstatus_to_exitcode(int(self._answers.readline()))

    def run(self, command: Sequence[str]) -> float:
        """Run a command to its end, which must be a good one, and return the seconds that it took."""
        begun = time.perf_counter()
        self.start(command)
        assert self.end() == 0
        return time.perf_counter() - begun

    def kill(self, command: Sequence[str], after: float) -> bool:
        """Begin a command and kill it after some seconds; return whether it was still at work."""
        process = self.start(command)
        time.sleep(after)
        os.kill(process, signal.SIGKILL)
        end = self.end()
        assert end in (0, -signal.SIGKILL)
        return end != 0


@contextlib.contextmanager
def serving(*modules: str) -> Iterator[Server]:
    """Serve commands in processes that have loaded some modules."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER, json.dumps(modules)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield Server(process)
