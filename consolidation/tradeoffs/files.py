"""The folders of trade-offs: written whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from consolidation.documents import read_document
from consolidation.folder import PLAN, plan_text
from consolidation.plan_model import Plan
from consolidation.studies.model import Figures
from consolidation.tradeoffs.curve import FoundFrontier
from consolidation.tradeoffs.model import (
    ALTERNATIVES_VERSION,
    FRONTIER_VERSION,
    Alternative,
    Alternatives,
    Frontier,
    Point,
)
from consolidation.tradeoffs.near import FoundAlternatives
from network.atomic import new_folder, require_free

FRONTIER, POINTS, FRONTIER_PAGE = "frontier.json", "points.csv", "frontier.html"
ALTERNATIVES, ROWS, ALTERNATIVES_PAGE = "alternatives.json", "alternatives.csv", "alternatives.html"
PLANS = "plans"
_FIGURES = (
    "cost", "bound", "gap", "cash_cost", "priced_time", "mean_days", "late_shipments", "late_days", "unplanned", "trucks", "fill",
    "violations",
)  # fmt: skip
POINT_COLUMNS = (*(name for name in Point.model_fields if name != "figures"), *_FIGURES, "containers")
"""Columns of ``points.csv``."""
ROW_COLUMNS = (
    *(name for name in Alternative.model_fields if name not in ("figures", "values", "cost")), *_FIGURES, "containers",
)  # fmt: skip
"""Columns of ``alternatives.csv``."""


def require_frontier_target(folder: str | Path) -> None:
    """Refuse a folder that :func:`write_frontier` would refuse.

    Raises
    ------
    InputError
        If `folder` is a file, a folder with something else than an earlier frontier, or cannot be written.
    """
    require_free(folder, _is_frontier)


def require_alternatives_target(folder: str | Path) -> None:
    """Refuse a folder that :func:`write_alternatives` would refuse.

    Raises
    ------
    InputError
        If `folder` is a file, a folder with something else than earlier alternatives, or cannot be written.
    """
    require_free(folder, _is_alternatives)


def write_frontier(found: FoundFrontier, folder: str | Path) -> Path:
    """Write a frontier as JSON, as a table, as a page and with its plans, atomically, and return the path of the folder.

    Raises
    ------
    InputError
        If `folder` is a file, or a folder with something else than an earlier frontier.
    """
    from consolidation.tradeoffs.pages import frontier_page

    told, target = found.frontier, Path(folder).resolve()
    with new_folder(target, _is_frontier) as draft:
        _write_document(draft / FRONTIER, told)
        _write_table(draft / POINTS, POINT_COLUMNS, ((row, row.figures) for row in told.points))
        _write_plans(draft / PLANS, found.plans)
        (draft / FRONTIER_PAGE).write_text(frontier_page(told), encoding="utf-8", newline="\n")
    return target


def write_alternatives(found: FoundAlternatives, folder: str | Path) -> Path:
    """Write alternatives as JSON, as a table, as a page and with their plans, atomically, and return the path of the folder.

    Raises
    ------
    InputError
        If `folder` is a file, or a folder with something else than earlier alternatives.
    """
    from consolidation.tradeoffs.pages import alternatives_page

    told, target = found.alternatives, Path(folder).resolve()
    with new_folder(target, _is_alternatives) as draft:
        _write_document(draft / ALTERNATIVES, told)
        _write_table(draft / ROWS, ROW_COLUMNS, ((row, row.figures) for row in told.rows))
        _write_plans(draft / PLANS, found.plans)
        (draft / ALTERNATIVES_PAGE).write_text(alternatives_page(told), encoding="utf-8", newline="\n")
    return target


def read_frontier(folder: str | Path) -> Frontier:
    """Read ``frontier.json`` of a folder that :func:`write_frontier` wrote.

    Raises
    ------
    PlanFolderError
        If the file is missing, is no JSON, is of another version, or does not follow the schema.
    """
    return read_document(Path(folder) / FRONTIER, Frontier, ("frontier_version", FRONTIER_VERSION), "a frontier")


def read_alternatives(folder: str | Path) -> Alternatives:
    """Read ``alternatives.json`` of a folder that :func:`write_alternatives` wrote.

    Raises
    ------
    PlanFolderError
        If the file is missing, is no JSON, is of another version, or does not follow the schema.
    """
    version = ("alternatives_version", ALTERNATIVES_VERSION)
    return read_document(Path(folder) / ALTERNATIVES, Alternatives, version, "a folder of alternatives")


def _is_frontier(folder: Path) -> bool:
    return {path.name for path in folder.iterdir()} == {FRONTIER, POINTS, FRONTIER_PAGE, PLANS}


def _is_alternatives(folder: Path) -> bool:
    return {path.name for path in folder.iterdir()} == {ALTERNATIVES, ROWS, ALTERNATIVES_PAGE, PLANS}


def _write_document(path: Path, document: BaseModel) -> None:
    path.write_text(document.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[tuple[BaseModel, Figures]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row, figures in rows:
            writer.writerow([_cell(name, row, figures) for name in columns])


def _cell(name: str, row: BaseModel, figures: Figures) -> Any:
    if name == "containers":
        return " ".join(f"{count}x{equipment}" for equipment, count in figures.containers.items())
    return getattr(row, name) if name in type(row).model_fields else getattr(figures, name)


def _write_plans(folder: Path, plans: Mapping[str, Plan]) -> None:
    for name, plan in plans.items():
        (folder / name).mkdir(parents=True)
        with (folder / name / PLAN).open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(plan_text(plan))
