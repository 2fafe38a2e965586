"""Memory between the steps of a plan."""

from __future__ import annotations

import contextlib
import ctypes
import sys


def give_back() -> None:
    """Give memory that is no longer used back to the system, as far as it knows how.

    Laying out the options of a large week leaves gigabytes of gaps between small arrays that stay. The C library of
    Linux keeps such gaps for later, but what follows needs large arrays, which are never put there. Elsewhere, or where
    the library does not offer it, nothing happens.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(ctypes.c_size_t(0))
