"""Folders that one process at a time works in; a process that ends, however, lets go of its lock."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""What file systems answer that know no locks, as some network drives: there it is up to the user."""

if sys.platform == "win32":  # pragma: no cover - tested where the platform is

    @contextlib.contextmanager
    def locked(folder: str | Path, *, wait: bool = True) -> Iterator[None]:
        """Hold the lock of a folder.

        Parameters
        ----------
        wait : bool, until another process lets go of it

        Raises
        ------
        BlockingIOError
            If another process holds it and `wait` is False.
        OSError
            If there is no such folder.
        """
        import msvcrt

        folder = Path(folder).resolve(strict=True)
        with (folder.parent / f".{folder.name}.lock").open("a") as stream:
            try:
                msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError as fault:
                raise BlockingIOError(errno.EAGAIN, "another process holds the lock") from fault
            try:
                yield
            finally:
                stream.seek(0)
                msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:

    @contextlib.contextmanager
    def locked(folder: str | Path, *, wait: bool = True) -> Iterator[None]:
        """Hold the lock of a folder.

        Parameters
        ----------
        wait : bool, until another process lets go of it

        Raises
        ------
        BlockingIOError
            If another process holds it and `wait` is False.
        OSError
            If there is no such folder, or it cannot be opened.
        """
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except OSError as fault:
                if fault.errno not in _NO_LOCKS:
                    raise
            yield
        finally:
            os.close(descriptor)
