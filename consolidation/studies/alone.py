"""One study at a time on a folder."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from network.errors import Finding, InputError

if sys.platform == "win32":  # pragma: no cover - tested where the platform is

    @contextlib.contextmanager
    def alone(folder: Path) -> Iterator[None]:
        """Hold the lock of a folder; refuse where another process holds it. A process that ends lets go of it."""
        import msvcrt

        with (folder / ".lock").open("a") as stream:
            try:
                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:
                raise _in_use(folder) from None
            try:
                yield
            finally:
                stream.seek(0)
                msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:

    @contextlib.contextmanager
    def alone(folder: Path) -> Iterator[None]:
        """Hold the lock of a folder; refuse where another process holds it. A process that ends lets go of it."""
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with contextlib.suppress(OSError):  # some network drives know no locks: there it is up to the user
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise _in_use(folder) from None
            yield
        finally:
            os.close(descriptor)


def _in_use(folder: Path) -> InputError:
    expected = "a folder in which no study is running"
    return InputError([Finding(str(folder), None, "", "a study that is running", expected, "wait for it, or give another folder", "FOLDER.IN_USE")])  # fmt: skip
