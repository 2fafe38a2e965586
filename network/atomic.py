"""Files and folders that appear whole or not at all: written next to their place, then renamed.

A folder that is there already changes place with the new one in one step, where the system can do that (Linux, macOS), so
that a process killed at any moment leaves the old one or the new one. What a killed process left half-written is a hidden
sibling that carries its number, and is swept away by whoever writes there next.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from network.errors import Finding, InputError

_CURRENT_FOLDER = {"linux": -100, "darwin": -2}
"""AT_FDCWD: names are relative to the current folder."""
_SWAP = 2
"""RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS."""


def _sibling(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.tmp")


def _sweep(path: Path) -> None:
    """Remove what processes that are no more left half-written beside `path`."""
    if os.name != "posix" or not path.parent.is_dir():
        return
    left = re.compile(re.escape(f".{path.name}.") + r"(\d+)-[0-9a-f]{8}\.tmp")
    for sibling in path.parent.iterdir():
        found = left.fullmatch(sibling.name)
        if found is None or _is_running(int(found[1])):
            continue
        if sibling.is_dir() and not sibling.is_symlink():
            shutil.rmtree(sibling, ignore_errors=True)
        else:
            sibling.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@contextlib.contextmanager
def new_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary sibling that becomes `path` when the block ends without an error, and vanishes otherwise.

    Raises
    ------
    InputError
        If `path` is a folder.
    """
    path = Path(path).resolve()
    if path.is_dir():
        raise InputError([Finding(str(path), None, "", "a folder", "a file to write", rule="FILE.KIND")])
    _require_parent(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    temporary = _sibling(path)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def require_free(path: str | Path, ours: Callable[[Path], bool]) -> None:
    """Refuse a folder that :func:`new_folder` would refuse, before any work is done for it.

    Raises
    ------
    InputError
        If `path` is a file, a folder with something else in it, or cannot be written.
    """
    path = Path(path).resolve()
    if path.exists() and not path.is_dir():
        raise InputError([Finding(str(path), None, "", "a file", "a folder to write", rule="FILE.KIND")])
    if path.is_dir() and any(path.iterdir()) and not ours(path):
        raise InputError([
            Finding(str(path), None, "", "a folder with other files", "a new or empty folder", "another name is free",
                    "FOLDER.NOT_EMPTY")
        ])  # fmt: skip
    _require_parent(path)


def _require_parent(path: Path) -> None:
    above = next(parent for parent in path.parents if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise _unwritable(path, f"{above}, where nothing can be written")


def _unwritable(path: Path, found: str) -> InputError:
    return InputError([Finding(str(path), None, "", found, "a place that can be written", rule="FILE.READ_ONLY")])


@contextlib.contextmanager
def new_folder(path: str | Path, ours: Callable[[Path], bool]) -> Iterator[Path]:
    """Yield an empty temporary sibling that becomes the folder `path` when the block ends without an error.

    Parameters
    ----------
    path : folder to write; a folder that is there already is replaced if it is empty or `ours` says so
    ours : says whether everything in an existing folder was written by the same command

    Raises
    ------
    InputError
        If `path` is a file or a folder with something else in it.
    """
    path = Path(path).resolve()
    require_free(path, ours)
    temporary = _sibling(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
    except OSError as fault:
        raise _unwritable(path, f"{path.parent}, where nothing can be written ({fault.strerror})") from fault
    _sweep(path)
    try:
        yield temporary
        _put(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _put(temporary: Path, path: Path) -> None:
    """Put a folder in its place; the one that stood there is removed."""
    if not path.exists():
        temporary.rename(path)
        return
    if _exchanged(temporary, path):
        return  # the old folder stands where the new one was written, and goes as that would have gone
    old = _sibling(path)
    path.rename(old)
    try:
        temporary.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; return whether the system could."""
    folder = _CURRENT_FOLDER.get(sys.platform)
    exchange = (
        getattr(ctypes.CDLL(None), "renameat2" if sys.platform == "linux" else "renameatx_np", None) if folder else None
    )
    if exchange is None:
        return False
    done: int = exchange(folder, os.fsencode(one), folder, os.fsencode(other), _SWAP)
    return done == 0
