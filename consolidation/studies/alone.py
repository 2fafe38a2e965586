"""One study at a time on a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from network.errors import Finding, InputError
from network.locking import locked


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; refuse where another process holds it. A process that ends lets go of it.

    Raises
    ------
    InputError
        If a study is running in the folder.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locked(folder, wait=False))
        except BlockingIOError:
            expected, cure = "a folder in which no study is running", "wait for it, or give another folder"
            raise InputError([
                Finding(str(folder), None, "", "a study that is running", expected, cure, "FOLDER.IN_USE")
            ]) from None  # fmt: skip
        yield
