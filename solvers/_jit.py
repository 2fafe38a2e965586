"""One place that turns Python functions over arrays into machine code, kept on disk from one run to the next.

Kernels are compiled on their first call. The compiled code is kept in a folder named after the source of the whole
package, because a kernel contains the code of those it calls, from whatever file. The folder is in the package or,
where the package is not writable, in the user's cache folder; where neither is writable, kernels are compiled anew in
every process: slower, never wrong.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

import numba
import numpy as np

_numba: Any = numba.config

P = ParamSpec("P")
R = TypeVar("R")

Records: TypeAlias = Any
"""A structured array; in a kernel ``records[k].field`` reads and writes a field."""


def jit(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` on its first call; it runs without the interpreter lock, so threads can share the work."""
    return cast("Callable[P, R]", _compiled(function))


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only kernels call, and that creates no arrays.

    Without a way in from Python it compiles faster; without counting references to arrays it runs ten times as fast.
    """
    return cast("Callable[P, R]", _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False))


def constant(value: int) -> int:
    """Return a number that kernels take as they take any other: they are not compiled anew for it."""
    return cast("int", np.int64(value))


ZERO = constant(0)
"""Where counting starts: a plain 0 makes numba compile the functions that get the count twice."""


def must_compile() -> bool:
    """Return whether no earlier run has left compiled kernels."""
    cache = _cache_of(Path(__file__).parent)
    return cache is None or not any(cache.rglob("*.nbi"))


def _compiled(function: Callable[..., Any], **options: Any) -> Any:
    cache = _cache_of(Path(function.__code__.co_filename).parent)
    decorate = numba.njit(cache=cache is not None, nogil=True, error_model="numpy", **options)
    with _kept_in(cache):
        return decorate(function)


@contextlib.contextmanager
def _kept_in(cache: Path | None) -> Iterator[None]:
    """Let numba keep what it compiles in our folder, and other packages' kernels where they were."""
    before = _numba.CACHE_DIR
    if cache is not None:
        _numba.CACHE_DIR = str(cache)
    try:
        yield
    finally:
        _numba.CACHE_DIR = before


@functools.cache
def _cache_of(package: Path) -> Path | None:
    """Return a writable folder for the kernels of a package of this source; those of other versions are removed."""
    digest = hashlib.sha256(usedforsecurity=False)
    for path in sorted([*package.glob("*.py"), *Path(__file__).parent.glob("*.py")]):
        digest.update(path.read_bytes())
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    for folder in [Path(chosen)] if chosen else [package / "__pycache__", Path(home) / "dragonboat"]:
        prefix = f"kernels-{package.name}-"
        cache = folder / f"{prefix}{digest.hexdigest()[:12]}"
        with contextlib.suppress(OSError):
            if not cache.exists():
                for old in folder.glob(f"{prefix}*"):
                    shutil.rmtree(old, ignore_errors=True)
            cache.mkdir(parents=True, exist_ok=True)
            if os.access(cache, os.W_OK):
                return cache
    return None
