"""An import that is killed at any moment leaves the log as it was or as it would have become, and nothing else broken."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from consolidation.events.importing import import_confirmations
from consolidation.events.log import is_draft, read_log
from tests.confirming import contents, record, write_file, write_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")

ROOT = Path(__file__).parents[2]
TIMES, ROWS = 20, 80
_SERVER = """
import contextlib, io, os, sys
from consolidation.cli import main
folder = sys.argv[1]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    sys.argv = ["dragonboat", "import", folder, sys.argv[2], "--dry-run"]
    main()
for line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.argv = ["dragonboat", "import", folder, line.strip(), "--by", "Mei"]
        main()
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()
    print(os.waitpid(child, 0)[1], flush=True)
"""
"""Runs ``dragonboat import`` in a process of its own for each file that it is told. Everything it needs is loaded by a dry
run first, so that what is killed is an import at work."""


class _Server:
    """Imports into one folder, each in a process that can be killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._tell, self._answers = process.stdin, process.stdout

    def _say(self, text: str) -> None:
        self._tell.write(text + "\n")
        self._tell.flush()

    def start(self, file: Path) -> int:
        """Begin an import and return the id of its process, which stays taken until :meth:`end`."""
        self._say(str(file))
        return int(self._answers.readline())

    def end(self) -> int:
        """Wait for the process and return how it ended."""
        self._say("")
        return os.waitstatus_to_exitcode(int(self._answers.readline()))


@contextlib.contextmanager
def _serving(folder: Path, file: Path) -> Iterator[_Server]:
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(folder), str(file)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield _Server(process)


def _files(place: Path, count: int) -> list[Path]:
    """Return files of measurements, each of another day."""
    return [write_file(place / f"{day}.csv", [_measured(day, k) for k in range(ROWS)]) for day in range(1, count + 1)]


def _measured(day: int, minute: int) -> dict[str, object]:
    return record("gated_in", "S1", f"2026-12-{day:02d}T{minute // 60:02d}:{minute % 60:02d}+08:00", volume_m3="4.4")


def test_a_killed_import_leaves_the_old_log_or_the_new_one(tmp_path: Path) -> None:
    lot = random.Random(4)
    folder = write_folder(tmp_path / "plan")
    plan = (folder / "plan.json").read_bytes()
    first, *files = _files(tmp_path, TIMES + 1)
    ends: list[int] = []
    with _serving(folder, first) as server:
        server.start(first)
        assert server.end() == 0
        whole = _seconds(server, first)
        moments = [0.0, *(lot.uniform(0, whole) for _ in files[1:])]
        for moment, file in zip(moments, files, strict=True):
            before = read_log(folder)
            process = server.start(file)
            time.sleep(moment)
            os.kill(process, signal.SIGKILL)
            assert server.end() in (0, -signal.SIGKILL)
            after = read_log(folder)
            ends.append(len(after) - len(before))
            assert after[: len(before)] == before
            assert (folder / "plan.json").read_bytes() == plan
            assert {name for name in contents(folder) if not is_draft(name)} == {"plan.json", "events.jsonl"}
    assert set(ends) <= {0, ROWS}
    assert 0 in ends
    for file in files:
        import_confirmations(folder, file, by="Lin")
    log = read_log(folder)
    assert len(log) == len({each.confirmation.event_id for each in log}) == ROWS * (TIMES + 1)
    assert set(contents(folder)) == {"plan.json", "events.jsonl"}


def _seconds(server: _Server, file: Path) -> float:
    """Return how long an import takes once everything is loaded."""
    begun = time.perf_counter()
    server.start(file)
    assert server.end() == 0
    return time.perf_counter() - begun


def test_a_killed_import_lets_go_of_the_lock(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "plan")
    first, second = _files(tmp_path, 2)
    with _serving(folder, first) as server:
        os.kill(server.start(first), signal.SIGKILL)
        assert server.end() == -signal.SIGKILL
    assert len(import_confirmations(folder, second, by="Lin").new) == ROWS
