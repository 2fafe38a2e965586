"""Public packing instances, as jobs of the runner; how they are solved is in ``packing``."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from .measure import Stopwatch, peak_mb
from .processes import Job
from .rows import Row

_INTEGERS = ("cost", "bound", "baseline_cost", "best_known")
_KEYS = ("instance", "config", "method", "gap", "seconds", "proven", *_INTEGERS)


def run(job: Job) -> Iterator[Row]:
    """Yield the rows of one file, or of a whole folder, as they come."""
    watch = Stopwatch()
    for found in _packing().packing_rows(job.family, Path(job.path), job.limit_s, job.seed):
        yield {
            **{key: _plain(key, found.get(key)) for key in _KEYS},
            "process_seconds": watch.process_seconds,
            "peak_mb": peak_mb(),
            "stop_reason": "OPTIMAL" if found.get("proven") else "DONE",
        }
        watch = Stopwatch()


def listed(job: Job) -> Iterator[Row]:
    """Yield the path of every instance file below a path; the path itself where that cannot be told."""
    find = getattr(_packing(), "instances", None)
    if find is None:
        yield {"path": job.path}
        return
    for path in dict.fromkeys(str(path) for path, _ in find(job.family, Path(job.path))):
        yield {"path": path}


def _packing() -> ModuleType:
    """Return the module that solves instances, imported when first needed."""
    return importlib.import_module("tests.benchmarks.packing")


def _plain(key: str, value: Any) -> Any:
    """Return a value without numpy types; amounts as integers."""
    value = value.item() if hasattr(value, "item") else value
    return int(value) if key in _INTEGERS and value is not None else value
