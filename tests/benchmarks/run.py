"""Run benchmarks and write their rows: ``python -m tests.benchmarks.run --family weeks --sizes 200 --out new.csv``.

Every run is a process of its own. Rows are appended as they come; progress goes to standard error.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.processes import Job, rows_of
from tests.benchmarks.rows import Row, RowFile, cost_ratio, stamp

FAMILIES = ("weeks", "baseline", "vsbpp", "vsbppc", "vector", "speed", "replan", "study")
PACKING = ("vsbpp", "vsbppc", "vector")
METHODS = ("planner", "cpsat", "highs", "human", "alone")
"""The planner comes first: the others are set against it."""
_DEFAULT_LIMIT_S = {"weeks": 0.0, "speed": 0.0, "replan": 0.0, "study": 0.0}
_OTHER_LIMIT_S = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; return 0 when every run gave an answer, 1 otherwise."""
    asked = _parser().parse_args(arguments)
    if asked.family in PACKING and not asked.path:
        _parser().error(f"--family {asked.family} needs --path, a file or folder of instances.")
    file, bad = RowFile(Path(asked.out)), 0
    planned: dict[tuple[str, int], Row] = {}
    for job in jobs(asked):
        for answer in rows_of(job.command(), asked.patience or patience_s(job)):
            row = finished(job, answer, planned)
            file.add(row)
            bad += _failed(row)
            _progress(row)
    return min(1, bad)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.run", description=__doc__)
    parser.add_argument("--family", choices=FAMILIES, required=True)
    parser.add_argument("--path", default="", help="shipments file, instance file, or a folder of them")
    parser.add_argument("--sizes", type=_numbers, default=(200,), help="shipments of generated weeks: 200,1000")
    parser.add_argument("--seeds", type=_numbers, default=(1,), help="of the generator and of the search: 1,2")
    parser.add_argument("--limit", type=float, help="seconds of every run; 0 for none. Default: weeks none, others 60")
    parser.add_argument("--work", type=int, help="work units of the planner; its default when not given")
    parser.add_argument("--methods", type=_names, default=METHODS, help="of family baseline: " + ",".join(METHODS))
    parser.add_argument("--patience", type=float, help="seconds of silence after which a run is killed")
    parser.add_argument("--out", required=True, help="CSV file, made or continued")
    return parser


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not set(names) <= set(METHODS):
        raise argparse.ArgumentTypeError(f"found {text!r}, expected some of {','.join(METHODS)}")
    return tuple(name for name in METHODS if name in names)


def jobs(asked: argparse.Namespace) -> Iterator[Job]:
    """Yield the jobs of a command line, in order."""
    limit = asked.limit if asked.limit is not None else _DEFAULT_LIMIT_S.get(asked.family, _OTHER_LIMIT_S)
    base = Job(task=asked.family, family=asked.family, limit_s=limit or None, work=asked.work)
    for seed in asked.seeds:
        seeded = replace(base, seed=seed)
        if asked.family in PACKING:
            yield from _packing_jobs(replace(seeded, task="packing", path=asked.path))
        elif asked.family == "speed":
            yield from (
                replace(seeded, instance=name, method=name) for name in ("compile", "moves", "export", "simulate")
            )
        elif asked.family == "replan":
            yield replace(seeded, instance="rolled", method="replan", path=asked.path)
        elif asked.family == "study":
            yield replace(seeded, instance="shipped", method="24", path=asked.path)
            yield from (replace(seeded, instance=f"week-{size}-{seed}", method="12", size=size) for size in asked.sizes)
        else:
            methods = asked.methods if asked.family == "baseline" else ("planner",)
            for week in _weeks(seeded, asked.path, asked.sizes):
                yield from (replace(week, method=name, config=_config(name, asked.work)) for name in methods)


def _config(method: str, work: int | None) -> str:
    return f"work={work}" if method == "planner" and work is not None else ""


def _weeks(base: Job, path: str, sizes: Sequence[int]) -> Iterator[Job]:
    if not path:
        yield from (replace(base, instance=f"week-{size}-{base.seed}", size=size) for size in sizes)
        return
    given = Path(path)
    files = sorted(given.glob("*.csv")) if given.is_dir() else [given]
    if not files:
        raise SystemExit(f"{path}: found no CSV file. Maybe name the folder that holds the shipments.")
    yield from (replace(base, instance=file.stem, path=str(file)) for file in files)


def _packing_jobs(base: Job) -> Iterator[Job]:
    """Yield one job for every instance file; the files are listed by a child, which keeps this process small."""
    found = [row["path"] for row in rows_of(replace(base, task="list").command(), None) if "path" in row]
    for path in found or [base.path]:
        yield replace(base, path=path, instance=Path(path).name)


def patience_s(job: Job) -> float | None:
    """Return the seconds of silence after which a job is hung: far beyond its limit; None without a limit."""
    return None if job.limit_s is None else 3 * job.limit_s + 120 + 0.5 * job.size


def finished(job: Job, answer: Row, planned: dict[tuple[str, int], Row]) -> Row:
    """Return the full row of an answer; in family baseline against the planner's row of the same week, kept here."""
    row = {**job.row(), **stamp(job.limit_s), **{name: value for name, value in answer.items() if value is not None}}
    if job.family == "baseline":
        if job.method == "planner":
            planned[job.instance, job.seed] = row
        row["baseline_cost"] = planned.get((job.instance, job.seed), {}).get("cost")
    row["cost_ratio"] = cost_ratio(row)
    return row


def _failed(row: Row) -> bool:
    return str(row.get("stop_reason", "")).startswith(("KILLED", "CRASHED", "ERROR", "INFEASIBLE"))


def _progress(row: Row) -> None:
    told = ("instance", "config", "method", "seed", "cost", "gap", "seconds", "cost_ratio", "stop_reason")
    values = ((name, row.get(name)) for name in told)
    shown = (
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in values
        if value not in (None, "")
    )
    print(row["family"], *shown, file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the child in flight is ended too
    sys.exit(main())
