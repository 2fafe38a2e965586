"""The command line, run in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Answer(NamedTuple):
    """What a command line gave back."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]
"""Runs the command line with some words; the fixture ``run`` is one."""
