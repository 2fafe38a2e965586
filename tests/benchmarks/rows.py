"""The rows of a result file: columns, how values are written, and the machine they were measured on."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

COLUMNS = (
    "family", "instance", "config", "method", "shipments", "seed", "cost", "bound", "gap", "seconds",
    "process_seconds", "first_plan_seconds", "peak_mb", "baseline_cost", "cost_ratio", "human_cost", "best_known",
    "proven", "unplanned", "check", "stop_reason", "limit_s", "date", "machine",
)  # fmt: skip
"""Columns of a result file, in order; ``README.md`` says what each holds."""

_DECIMALS = {
    "gap": 6, "seconds": 2, "process_seconds": 2, "first_plan_seconds": 2, "peak_mb": 0, "cost_ratio": 4, "limit_s": 0,
}  # fmt: skip
_QUOTED = '",\n\r'

Row: TypeAlias = "dict[str, Any]"


@dataclass(frozen=True, slots=True)
class RowFile:
    """A CSV file that grows by whole lines.

    Every line is one write, synchronised to disk: a run that is killed keeps the lines it has.

    Parameters
    ----------
    path : Path, made with its folders; a file with the same columns is continued
    """

    path: Path

    def __post_init__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        header = ",".join(COLUMNS)
        if not self.path.exists() or not self.path.stat().st_size:
            self._append(header)
            return
        content = self.path.read_text(encoding="utf-8")
        if content.split("\n", 1)[0] != header:
            raise ValueError(f"{self.path}: found other columns. Maybe name a new file.")
        if not content.endswith("\n"):
            self._append("")

    def add(self, row: Mapping[str, Any]) -> None:
        """Append one row; columns it does not have stay blank."""
        unknown = row.keys() - set(COLUMNS)
        if unknown:
            raise ValueError(f"unknown columns {sorted(unknown)}, expected some of {', '.join(COLUMNS)}.")
        self._append(",".join(_cell(name, row.get(name)) for name in COLUMNS))

    def _append(self, line: str) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, (line + "\n").encode())
            os.fsync(handle)
        finally:
            os.close(handle)


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and name in _DECIMALS:
        value = f"{value:.{_DECIMALS[name]}f}"
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in _QUOTED) else text


def cost_ratio(row: Mapping[str, Any]) -> float | None:
    """Return cost / baseline_cost of a row, None when one of them is missing or the baseline is free."""
    cost, baseline = row.get("cost"), row.get("baseline_cost")
    return None if cost is None or baseline is None or not float(baseline) else float(cost) / float(baseline)


def stamp(limit_s: float | None) -> Row:
    """Return the columns that say when, on what and under which limit a run was made."""
    return {"limit_s": limit_s, "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d"), "machine": machine()}


def machine() -> str:
    """Return cores, memory, system and versions; no names of hosts or people."""
    parts = [f"{os.cpu_count()} cores"]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        parts.append(f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB")
    parts.append(f"{platform.system()} {platform.machine()}")
    parts.append(f"python {platform.python_version()}")
    parts.extend(f"{name} {importlib.metadata.version(name)}" for name in ("ortools", "numpy"))
    return "; ".join(parts)
