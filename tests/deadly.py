"""Patches that end or break whatever applies them, as a lack of memory or a fault of the program would."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import Any, cast

from consolidation.scenarios import Scenario


@dataclass(frozen=True)
class Deadly:
    """Kills the process that applies it."""

    @property
    def kind(self) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    def model_dump(self, mode: str) -> dict[str, str]:
        return {"kind": "deadly"}


@dataclass(frozen=True)
class Faulty:
    """Raises in whatever applies it."""

    fault: Exception

    @property
    def kind(self) -> str:
        raise self.fault

    def model_dump(self, mode: str) -> dict[str, str]:
        return {"kind": "faulty"}


def scenario(name: str, patch: Deadly | Faulty) -> Scenario:
    """Return a scenario of one such patch."""
    return Scenario(name, (cast(Any, patch),))
