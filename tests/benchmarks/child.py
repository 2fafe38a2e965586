"""A child process of the runner: does one job and prints its rows, one JSON object a line.

What libraries print goes to standard error, so that standard output holds rows only.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback

from tests.benchmarks.processes import Job

TASKS = {
    "weeks": ("weeks", "run"),
    "baseline": ("baselines", "run"),
    "speed": ("speed", "run"),
    "replan": ("replans", "run"),
    "study": ("studying", "run"),
    "packing": ("packing_jobs", "run"),
    "list": ("packing_jobs", "listed"),
}
"""Module and function of every task: called with the job, it yields rows without the columns of :meth:`Job.row`.

Only the module of the task is imported, so that the memory of a run holds nothing of the others.
"""


def main() -> None:
    """Do the job of the command line; a failure is a row."""
    job = Job(**json.loads(sys.argv[1]))
    rows = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    try:
        module, name = TASKS[job.task]
        for row in getattr(importlib.import_module(f"tests.benchmarks.{module}"), name)(job):
            rows.write(json.dumps(row) + "\n")
    except Exception as error:
        traceback.print_exc()
        rows.write(json.dumps({"stop_reason": f"ERROR {type(error).__name__}: {error}"}) + "\n")


if __name__ == "__main__":
    main()
