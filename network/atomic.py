"""Files and folders that appear whole or not at all: written next to their place, then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from network.errors import Finding, InputError


def _sibling(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")


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
        raise InputError([
            Finding(str(path), None, "", f"{above}, where nothing can be written", "a place that can be written",
                    rule="FILE.READ_ONLY")
        ])  # fmt: skip


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
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _sibling(path)
    temporary.mkdir()
    try:
        yield temporary
        _put(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _put(temporary: Path, path: Path) -> None:
    if not path.exists():
        temporary.rename(path)
        return
    old = _sibling(path)
    path.rename(old)
    try:
        temporary.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old)
