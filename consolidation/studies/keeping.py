"""The folder of a study: finished scenarios are kept as they come, so that a study goes on where it was stopped.

``plans/NAME/`` holds the plan of a scenario and its figures, and appears whole or not at all: a study goes on from these.
``study.json`` and the tables are written anew as scenarios are finished.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from consolidation.documents import read_document
from consolidation.emissions import total
from consolidation.folder import PLAN, read_plan
from consolidation.plan_model import Plan
from consolidation.studies.answers import RateRun
from consolidation.studies.model import STUDY_VERSION, Mover, ScenarioResult, Study
from consolidation.studies.work import Outcome
from network.atomic import new_file, new_folder, require_free
from network.cells import exact
from network.errors import Finding, InputError

STUDY, RESULTS, MOVERS, PAGE, PLANS = "study.json", "results.csv", "movers.csv", "study.html", "plans"
BREAK_EVENS, BREAK_EVEN_RUNS, VALUES = "break_evens.csv", "break_even_runs.csv", "values.csv"
RESULT = "result.json"
_FILES = {STUDY, RESULTS, MOVERS, BREAK_EVENS, BREAK_EVEN_RUNS, VALUES, PAGE, PLANS}
_LONGEST = 100
"""Letters of the longest name of a scenario that is the name of its folder as it is."""
_NO_FILES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))}
"""Names that stand for devices on Windows, also with a dot and more behind."""
_FIGURES = (
    "shipments", "unplanned", "cost", "bound", "gap", "cash_cost", "priced_time", "unplanned_price", "baseline_cost", "mean_days",
    "m3_days", "late_shipments", "late_days", "late_price", "trucks", "fill", "violations",
)  # fmt: skip


def require_target(folder: str | Path) -> None:
    """Refuse a folder that holds something else than a study.

    Raises
    ------
    InputError
        If `folder` is a file, a folder with something else in it, or cannot be written.
    """
    with _reported(Path(folder)):
        require_free(folder, _is_ours)


def _is_ours(folder: Path) -> bool:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")} <= _FILES


def folder_of(name: str) -> str:
    """Return the name of the folder of a scenario: its own, but where some system could not take that.

    >>> folder_of("lane_closed"), folder_of("con")
    ('lane_closed', '1143da2b~con')
    """
    if len(name) <= _LONGEST and not name.endswith(".") and name.split(".")[0].upper() not in _NO_FILES:
        return name
    return f"{hashlib.sha256(name.encode()).hexdigest()[:8]}~{name[:_LONGEST].rstrip('.')}"


@contextlib.contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Say of what the system cannot write in the block what it was and where.

    Raises
    ------
    InputError
        In place of an error of the system.
    """
    try:
        yield
    except OSError as fault:
        found = (fault.strerror or type(fault).__name__).lower()
        maybe = "the same command goes on where it stopped, once there is"
        raise InputError([Finding(fault.filename or str(path), None, "", found, "a place that can be written", maybe, "FILE.WRITE")]) from fault  # fmt: skip


class Keeper:
    """Keeps what is finished of a study in its folder.

    Parameters
    ----------
    folder : new or empty, or that of a study
    """

    def __init__(self, folder: str | Path) -> None:
        require_target(folder)
        self.folder = Path(folder).resolve()
        with _reported(self.folder):
            (self.folder / PLANS).mkdir(parents=True, exist_ok=True)

    def _at(self, name: str) -> Path:
        return self.folder / PLANS / folder_of(name)

    def known(self, name: str, key: str) -> ScenarioResult | None:
        """Return the result of a scenario that was finished before with the same input, None for none."""
        try:
            text = (self._at(name) / RESULT).read_text(encoding="utf-8")
            found = ScenarioResult.model_validate(json.loads(text, parse_float=exact))
        except (OSError, ValueError):
            return None
        whole = found.figures is None or (self._at(name) / PLAN).is_file()
        return found if (found.name, found.key) == (name, key) and whole else None

    def plan_of(self, name: str) -> Plan:
        """Return the plan of a finished scenario."""
        return read_plan(self._at(name))

    def keep(self, outcome: Outcome) -> None:
        """Write what came of a scenario."""
        place = self._at(outcome.result.name)
        with _reported(place), new_folder(place, _is_scenario) as draft:
            if outcome.plan:
                (draft / PLAN).write_text(outcome.plan, encoding="utf-8", newline="\n")
            (draft / RESULT).write_text(outcome.result.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")

    def write(self, study: Study) -> None:
        """Write the study as far as it is finished."""
        tables = {RESULTS: _results(study), MOVERS: _movers(study)}
        if study.break_evens:
            tables |= {BREAK_EVENS: _break_evens(study), BREAK_EVEN_RUNS: _break_even_runs(study)}
        if study.values:
            tables |= {VALUES: _values(study)}
        with _reported(self.folder):
            with new_file(self.folder / STUDY) as draft:
                draft.write_text(study.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
            for name, rows in tables.items():
                with new_file(self.folder / name) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
                    csv.writer(stream, lineterminator="\n").writerows(map(_cell, row) for row in rows)

    def forget_others(self, names: Collection[str]) -> None:
        """Remove the plans of scenarios that are no part of the study any more."""
        wanted = {folder_of(name) for name in names}
        with _reported(self.folder):
            for path in (self.folder / PLANS).iterdir():
                if path.name not in wanted and path.is_dir() and _is_scenario(path):
                    shutil.rmtree(path)

    def write_page(self, text: str) -> None:
        """Write the page."""
        with _reported(self.folder), new_file(self.folder / PAGE) as draft:
            draft.write_text(text, encoding="utf-8", newline="\n")


def _is_scenario(folder: Path) -> bool:
    return {path.name for path in folder.iterdir()} <= {PLAN, RESULT}


def _cell(value: Any) -> Any:
    """Return what a cell holds: a number as it is worth, however it was read or calculated, with cents at least."""
    if not isinstance(value, Decimal):
        return value
    cents = round(value, 2)
    return cents if cents == value else format(value.normalize(), "f")


def _results(study: Study) -> Iterator[Sequence[Any]]:
    differences = ("difference", "difference_at_least", "difference_at_most", "verdict")
    yield ["scenario", "status", *differences, *_FIGURES, "movers", "tonne_km", "co2e_kg", "reasons"]
    for row in (study.base, *study.scenarios):
        d, f = row.difference, row.figures
        compared = [d.cost, d.at_least, d.at_most, d.verdict] if d else [""] * 4
        counted = [getattr(f, name) for name in _FIGURES] if f else [""] * len(_FIGURES)
        gases = total(f.emissions.values()) if f else None
        carried = [gases.tonne_km, gases.co2e_kg] if gases else [""] * 2
        yield [row.name, row.status, *compared, *counted, len(row.movers), *carried, " ".join(row.reasons)]


def _break_evens(study: Study) -> Iterator[Sequence[Any]]:
    columns = [
        "verdict", "percent", "below_percent", "above_percent", "proven_up_to", "proven_from", "fixed_cost", "base_cost",
        "base_bound", "below", "above",
    ]  # fmt: skip
    yield ["name", *columns, "rates", "notes"]
    for row in study.break_evens:
        rates = "; ".join(
            f"{each.charge_id} {each.break_even:f} {each.currency}" for each in row.charges if row.percent is not None
        )
        yield [row.name, *(getattr(row, name) for name in columns), rates, " ".join(row.notes)]


def _break_even_runs(study: Study) -> Iterator[Sequence[Any]]:
    columns = list(RateRun.model_fields)
    yield ["name", *columns]
    for row in study.break_evens:
        for run in row.runs:
            yield [row.name, *(getattr(run, name) for name in columns)]


def _values(study: Study) -> Iterator[Sequence[Any]]:
    columns = ["name", "what", "amount", "unit", "value", "at_least", "at_most", "guide", "run"]
    yield [*columns, "notes"]
    for row in study.values:
        yield [*(getattr(row, name) for name in columns), " ".join(row.notes)]


def _movers(study: Study) -> Iterator[Sequence[Any]]:
    columns = list(Mover.model_fields)
    yield ["scenario", *columns]
    for row in study.scenarios:
        for mover in row.movers:
            yield [row.name, *(getattr(mover, name) for name in columns)]


def read_study(folder: str | Path) -> Study:
    """Read ``study.json`` of a folder that a study wrote.

    Raises
    ------
    PlanFolderError
        If the file is missing, is no JSON, is of another version, or does not follow the schema.
    """
    return read_document(Path(folder) / STUDY, Study, ("study_version", STUDY_VERSION), "a study")
