"""Rows of the public packing families: container types, container types with conflicts, vector packing.

The folder with the public files is found by the environment variable ``DRAGONBOAT_BENCHMARKS``, else next to the
repository; any other file or folder of the same format can be named instead.
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from solvers.packing import Packing, PackingOptions, pack
from solvers.packing.greedy import best_fit_decreasing
from solvers.packing.problem import build_problem
from solvers.packing.result import cost_of

from .instances import CONFIGS, Instance, InstanceError, read_vbp, read_vsbpp, read_vsbppc

FAMILIES = ("vsbpp", "vsbppc", "vector")
_SUFFIX = {"vsbpp": ".txt", "vsbppc": ".txt", "vector": ".vbp"}
_ENDLESS = 1_000_000
"""Work that no time limit of a benchmark allows to finish."""


def shared_folder() -> Path:
    """Return the folder that holds one folder per family.

    Raises
    ------
    FileNotFoundError
        If there is none, saying how to name one.
    """
    named = os.environ.get("DRAGONBOAT_BENCHMARKS")
    folder = Path(named) if named else Path(__file__).parents[3] / "shared" / "benchmarks"
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{folder}: no such folder of public instances. Maybe set DRAGONBOAT_BENCHMARKS to the folder that holds "
            f"{', '.join(FAMILIES)}, or name a file."
        )
    return folder


def instances(family: str, path: Path | None = None, config: str = "") -> Iterator[tuple[Path, str]]:
    """Yield file and configuration of every instance at `path`, a file or a folder; the shared folder when None.

    Parameters
    ----------
    family : str, one of `FAMILIES`
    path : Path or None
    config : str, for files with conflicts: this configuration only
    """
    if family not in FAMILIES:
        raise InstanceError(f"family: found {family!r}, expected one of {', '.join(FAMILIES)}.")
    place = shared_folder() / family if path is None else path
    if not place.exists():
        raise FileNotFoundError(f"{place}: no such file or folder of instances.")
    files = sorted(place.rglob(f"*{_SUFFIX[family]}")) if place.is_dir() else [place]
    if not files:
        raise FileNotFoundError(f"{place}: holds no file that ends with {_SUFFIX[family]}.")
    for file in files:
        for name in (config,) if config else _configs(family, file):
            yield file, name


def packing_rows(
    family: str, path: Path | None, limit_s: float, seed: int, config: str = ""
) -> Iterator[dict[str, Any]]:
    """Solve every instance at `path` and yield one row each.

    Parameters
    ----------
    family : str, one of `FAMILIES`
    path : Path or None, a file or a folder; None for the shared folder
    limit_s : float, seconds per instance; a proof ends it earlier
    seed : int
    config : str, for files with conflicts: this configuration only

    Yields
    ------
    dict
        instance, config, method, cost, bound, gap, seconds, baseline_cost (best-fit decreasing alone), best_known (None
        when it is not known), proven. Without a packing the cost is None.
    """
    for file, name in instances(family, path, config):
        instance = _read(family, file, name)
        problem = build_problem(instance.items, instance.types, instance.conflicts)
        baseline = cost_of(problem, best_fit_decreasing(problem))
        options = PackingOptions(seed=seed, time_limit_s=limit_s, work=_ENDLESS)
        start = time.perf_counter()
        answer = pack(instance.items, instance.types, instance.conflicts, options)
        found = answer if isinstance(answer, Packing) else None
        yield {
            "instance": file.name,
            "config": name,
            "method": f"{found.cost_by}; {found.bound_by}" if found else "; ".join(answer.methods),
            "cost": found.cost if found else None,
            "bound": found.bound if found else None,
            "gap": found.gap if found else None,
            "seconds": time.perf_counter() - start,
            "baseline_cost": baseline,
            "best_known": best_known(file, name),
            "proven": answer.proven,
        }


def best_known(file: Path, config: str = "") -> int | None:
    """Return the best known cost from a ``best_known.csv`` beside the file or one folder up; None without a row."""
    row = _known(file).get(config)
    return int(row["best_known"]) if row else None


def _known(file: Path) -> dict[str, dict[str, str]]:
    """Return the rows of best known values for a file, by configuration."""
    names = {file.name, file.stem, f"{file.parent.name}/{file.name}", f"{file.parent.name}/{file.stem}"}
    for folder in (file.parent, file.parent.parent):
        table = folder / "best_known.csv"
        if table.is_file():
            with table.open(newline="", encoding="utf-8") as lines:
                rows = [row for row in csv.DictReader(lines) if row.get("instance") in names]
            return {row.get("config") or "": row for row in rows}
    return {}


def _configs(family: str, file: Path) -> list[str]:
    """Return the configurations to run a file with: those with a known value, else all of its set."""
    if family != "vsbppc":
        return [""]
    known = [config for config in _known(file) if config in CONFIGS]
    if known:
        return known
    if file.parent.name in ("set1", "set2"):
        sets: tuple[str, ...] = (file.parent.name,)
    else:
        sets = _sets_by_size(int(read_vsbppc(file, CONFIGS[0]).items.size.max(initial=0)))
    return [config for config in CONFIGS if config.startswith(sets)]


def _sets_by_size(largest: int) -> tuple[str, ...]:
    """Return the sets that an instance may belong to: sizes go to 100 in the first and to 250 in the second."""
    if largest > 150:
        return ("set2",)
    return ("set1",) if largest <= 100 else ("set1", "set2")


def _read(family: str, file: Path, config: str) -> Instance:
    if family == "vsbppc":
        return read_vsbppc(file, config)
    return read_vsbpp(file) if family == "vsbpp" else read_vbp(file)
