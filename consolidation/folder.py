"""The plan folder: what is written where, and reading it back.

``plan.json`` is the plan; the CSV files are projections of it for spreadsheets and partners; the pages are made
from it. The folder appears whole or not at all.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pandas as pd
from pydantic import BaseModel, ValidationError

from consolidation.plan_model import (
    CATEGORIES,
    SCHEMA_VERSION,
    CostLine,
    MilestoneCode,
    Plan,
    PlannedLoad,
    PlannedShipment,
    TimePrice,
)
from network.atomic import new_folder, require_free
from network.errors import PlanFolderError
from network.model import Network

PLAN, CERTIFICATE, REPORT, MAP = "plan.json", "certificate.json", "report.html", "map.html"
TABLE_FILES = ("shipments.csv", "consolidations.csv", "cost_lines.csv", "unplanned.csv")
"""The CSV files of a plan folder."""
_FILES = {PLAN, CERTIFICATE, REPORT, MAP, *TABLE_FILES}
_MILESTONES = get_args(MilestoneCode)
_TIMES = get_args(TimePrice)
_NESTED = ("milestones", "categories", "priced_time", "shipments", "refusals")


def require_target(folder: str | Path) -> None:
    """Refuse a folder that :func:`write_plan` would refuse, before planning starts.

    Raises
    ------
    InputError
        If `folder` is a file, a folder with something else than an earlier plan, or cannot be written.
    """
    require_free(folder, _is_plan_folder)


def write_plan(plan: Plan, folder: str | Path, network: Network, seconds: float) -> Path:
    """Write a plan folder atomically and return its path.

    Parameters
    ----------
    folder : a new or empty folder, or an earlier plan folder, which is replaced as a whole
    network : the network planned on, for the map and the report
    seconds : wall time of the run, kept in certificate.json only

    Raises
    ------
    InputError
        If `folder` is a file, or a folder with something else in it.
    """
    from consolidation.report import map_figure, write_map, write_report

    target = Path(folder).resolve()
    with new_folder(target, _is_plan_folder) as draft:
        _write_json(draft / PLAN, plan.model_dump(mode="json"))
        _write_json(draft / CERTIFICATE, {**plan.certificate.model_dump(mode="json"), "seconds": round(seconds, 3)})
        for name, table in tables(plan).items():
            table.to_csv(draft / name, index=False, lineterminator="\n", encoding="utf-8")
        figure = map_figure(plan, network)
        write_report(plan, network, draft / REPORT, figure)
        write_map(plan, network, draft / MAP, figure)
    return target


def _is_plan_folder(folder: Path) -> bool:
    return (folder / PLAN).is_file() and {path.name for path in folder.iterdir()} <= _FILES


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_plan(folder: str | Path) -> Plan:
    """Read ``plan.json`` of a plan folder.

    Raises
    ------
    PlanFolderError
        If the file is missing, is no JSON, or does not follow the schema.
    """
    path = Path(folder) / PLAN
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise PlanFolderError(f"{path}: cannot be read ({fault}). Maybe {folder} is not a plan folder.") from fault
    try:
        content = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as fault:
        raise PlanFolderError(f"{path}: not JSON ({fault}). Maybe the file was cut off or edited.") from fault
    version = content.get("schema_version") if isinstance(content, dict) else None
    if version != SCHEMA_VERSION:
        raise PlanFolderError(
            f"{path}: schema_version found {version!r}, expected {SCHEMA_VERSION!r}. Maybe another version of dragonboat wrote it."
        )
    try:
        return Plan.model_validate(content)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PlanFolderError(
            f"{path}: {where}: found {first['input']!r:.80}, {first['msg']} ({fault.error_count()} problem(s))."
        ) from fault


def tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return the CSV files of a plan as frames of text, by file name; column names carry units."""
    shipments = [_shipment_row(row) for row in plan.shipments]
    left_out = [{"shipment_id": row.shipment_id, "status": "unplanned", "rule": row.rule} for row in plan.unplanned]
    loads = [
        {**_flat(row), "shipment_count": str(len(row.shipments)), "shipments": ";".join(row.shipments)}
        for row in plan.loads
    ]
    unplanned = [
        {**_flat(row), "refusals": ";".join(f"{rule}:{count}" for rule, count in row.refusals.items())} for row in plan.unplanned
    ]  # fmt: skip
    return {
        "shipments.csv": _frame(shipments + left_out, _shipment_columns()),
        "consolidations.csv": _frame(loads, [*_columns(PlannedLoad), "shipment_count", "shipments"]),
        "cost_lines.csv": _frame([_flat(row) for row in plan.cost_lines], _columns(CostLine)),
        "unplanned.csv": _frame(unplanned, ["shipment_id", "rule", "detail", "change", "price", "refusals"]),
    }


def _frame(rows: list[dict[str, str]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame([[row.get(name, "") for name in columns] for row in rows], columns=columns, dtype="str")


def _columns(model: type[BaseModel]) -> list[str]:
    return [name for name in model.model_fields if name not in _NESTED]


def _shipment_columns() -> list[str]:
    return [
        *_columns(PlannedShipment), "rule", *(f"{code.lower()}_at" for code in _MILESTONES),
        *(f"cost_{name}" for name in CATEGORIES), *(f"priced_{name.lower()}" for name in _TIMES),
    ]  # fmt: skip


def _shipment_row(row: PlannedShipment) -> dict[str, str]:
    found = _flat(row)
    found.update({f"{milestone.code.lower()}_at": milestone.time for milestone in row.milestones})
    found.update({f"cost_{name}": _money(amount) for name, amount in row.categories.items()})
    found.update({f"priced_{name.lower()}": _money(amount) for name, amount in row.priced_time.items()})
    return found


def _flat(row: BaseModel) -> dict[str, str]:
    money = _money_columns(type(row))
    return {
        name: _money(getattr(row, name)) if name in money else _text(getattr(row, name)) for name in _columns(type(row))
    }


@cache
def _money_columns(model: type[BaseModel]) -> frozenset[str]:
    """Return the columns that hold amounts of the plan currency."""
    extras = {name: info.json_schema_extra for name, info in model.model_fields.items()}
    return frozenset(
        name for name, extra in extras.items() if isinstance(extra, dict) and extra.get("unit") == "plan currency"
    )


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _text(value: object) -> str:
    """Return a cell: plain decimals without exponent or trailing zeros, blank for None."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return _plain(value)
    return str(value)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text or "0"
