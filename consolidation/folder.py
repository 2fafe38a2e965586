"""The plan folder: what is written where, and reading it back.

``plan.json`` is the plan; the CSV files are projections of it for spreadsheets and partners; the pages are made
from it. The folder appears whole or not at all. ``events.jsonl`` joins it
when partners confirm parts of the plan (:mod:`consolidation.events`); a folder that has it is not written over.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import pandas as pd
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from consolidation.documents import read_document
from consolidation.events.log import EVENTS, is_draft, log_text
from consolidation.events.model import Event
from consolidation.plan_model import (
    CATEGORIES,
    SCHEMA_VERSION,
    CostLine,
    MilestoneCode,
    Plan,
    PlannedLoad,
    PlannedShipment,
    Service,
    TimePrice,
    Unplanned,
)
from network.atomic import new_folder, require_free
from network.cells import exact
from network.errors import Finding, InputError
from network.model import Network

PLAN, CERTIFICATE, REPORT, MAP = "plan.json", "certificate.json", "report.html", "map.html"
TABLE_FILES = ("shipments.csv", "consolidations.csv", "cost_lines.csv", "unplanned.csv")
"""The CSV files of a plan folder."""
_FILES = {PLAN, CERTIFICATE, REPORT, MAP, *TABLE_FILES, EVENTS}
_MILESTONES = get_args(MilestoneCode)
_TIMES = get_args(TimePrice)
_OPEN, _CLOSE = ' "cost_lines": [\n', (" ],\n", " ]\n")
"""Lines of a plan file between which each cost line has its own."""
_NESTED = ("milestones", "categories", "priced_time", "alternatives", "shipments", "refusals")
_ALONE: tuple[Service, ...] = ("courier", "alone_air", "alone_lcl")


def require_target(folder: str | Path) -> None:
    """Refuse a folder that :func:`write_plan` would refuse, before planning starts.

    Raises
    ------
    InputError
        If `folder` is a file, a folder with something else than an earlier plan, holds a plan with confirmations, or
        cannot be written.
    """
    require_free(folder, _is_plan_folder)
    events = Path(folder) / EVENTS
    if events.is_file() and events.stat().st_size:
        raise InputError([
            Finding(str(folder), None, "", f"a plan that partners have confirmed ({EVENTS})", "a new or empty folder",
                    "another name is free; a plan with confirmations is kept as it is", "FOLDER.EVENTS")
        ])  # fmt: skip


def write_plan(plan: Plan, folder: str | Path, network: Network, seconds: float, events: Sequence[Event] = ()) -> Path:
    """Write a plan folder atomically and return its path.

    Parameters
    ----------
    folder : a new or empty folder, or an earlier plan folder, which is replaced as a whole
    network : the network planned on, for the map and the report
    seconds : wall time of the run, kept in certificate.json only
    events : log of the plan that this one replaces, which is kept on

    Raises
    ------
    InputError
        If `folder` is a file, a folder with something else in it, or holds a plan with confirmations.
    """
    from consolidation.report import map_figure, write_map, write_report

    target = Path(folder).resolve()
    require_target(target)
    with new_folder(target, _is_plan_folder) as draft:
        with (draft / PLAN).open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(plan_text(plan))
        _write_json(draft / CERTIFICATE, {**plan.certificate.model_dump(mode="json"), "seconds": round(seconds, 3)})
        for name, (columns, rows) in cells(plan).items():
            with (draft / name).open("w", newline="", encoding="utf-8") as stream:
                csv.writer(stream, lineterminator="\n").writerows(chain([columns], rows))
        if events:
            (draft / EVENTS).write_text(log_text(events), encoding="utf-8", newline="\n")
        figure = map_figure(plan, network)
        write_report(plan, network, draft / REPORT, figure)
        write_map(plan, network, draft / MAP, figure)
    return target


def _is_plan_folder(folder: Path) -> bool:
    names = {path.name for path in folder.iterdir() if not is_draft(path.name)}
    return PLAN in names and names <= _FILES


def plan_text(plan: Plan) -> Iterator[str]:
    """Yield the text of ``plan.json``: one shipment, load, entry, cost line or unplanned shipment to a line."""
    lists = [name for name in Plan.model_fields if isinstance(getattr(plan, name), tuple)]
    head = plan.model_dump(mode="json", exclude=set(lists))
    yield "{\n" + "".join(f" {_json(name)}: {_json(value)},\n" for name, value in head.items())
    for name in lists:
        yield f" {_json(name)}: ["
        before = "\n  "
        for text in _json_rows(getattr(plan, name)):
            yield before + text
            before = ",\n  "
        yield "\n ]" + (",\n" if name != lists[-1] else "\n")
    yield "}\n"


def _json_rows(rows: Sequence[BaseModel | CostLine]) -> Iterator[str]:
    if rows:
        adapter: TypeAdapter[BaseModel | CostLine] = TypeAdapter(type(rows[0]))
        for row in rows:
            yield adapter.dump_json(row).decode()


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


class _PlanReader:
    """Reads plan files; a cost line becomes one as it is read, so that millions never exist as text and dictionaries.

    What does not look like a cost line, or is a wrong one, is left for the plan to judge in its place.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._keys = frozenset(_Projection(CostLine).columns)
        self._adapter = TypeAdapter(CostLine)
        self._decoder = json.JSONDecoder(parse_float=exact, object_hook=self._line)

    def read(self, path: Path) -> Any:
        """Return the content of a file: line by line where it is laid out as :func:`write_plan` does, else at once."""
        with path.open(encoding="utf-8") as stream:
            found = self._by_line(stream)
        return self._decoder.decode(path.read_text(encoding="utf-8")) if found is None else found

    def _by_line(self, stream: Iterator[str]) -> Any:
        """Return the content, or None when the cost lines do not stand on one line each."""
        rest, lines = [], []
        for text in stream:
            rest.append(text)
            if text == _OPEN:
                break
        else:
            return None
        before = ","
        for text in stream:
            if text in _CLOSE:
                rest.append(text)
                break
            item = text.strip()
            if before != ",":
                return None
            before = item[-1:]
            try:
                lines.append(self._decoder.decode(item.removesuffix(",")))
            except ValueError:
                return None
        rest.extend(stream)
        if (lines and before == ",") or rest.count(_OPEN) > 1:
            return None
        content = self._decoder.decode("".join(rest))
        if not isinstance(content, dict) or content.get("cost_lines") != []:
            return None
        return {**content, "cost_lines": lines}

    def _line(self, content: dict[str, Any]) -> Any:
        if content.keys() != self._keys:
            return content
        shared = {
            name: self._names.setdefault(value, value) if type(value) is str else value
            for name, value in content.items()
        }
        try:
            return self._adapter.validate_python(shared)
        except ValidationError:
            return content


def read_plan(folder: str | Path) -> Plan:
    """Read ``plan.json`` of a plan folder.

    Raises
    ------
    PlanFolderError
        If the file is missing, is no JSON, or does not follow the schema.
    """
    path, version = Path(folder) / PLAN, ("schema_version", SCHEMA_VERSION)
    return read_document(path, Plan, version, "a plan folder", _PlanReader().read)


def tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return the CSV files of a plan as frames of text, by file name; column names carry units."""
    return {
        name: pd.DataFrame(list(rows), columns=columns, dtype="str") for name, (columns, rows) in cells(plan).items()
    }


def cells(plan: Plan) -> dict[str, tuple[list[str], Iterator[list[str]]]]:
    """Return the columns and the rows of the CSV files of a plan, by file name; each row is made when asked for."""
    loads, lines, left_out = _Projection(PlannedLoad), _Projection(CostLine), _Projection(Unplanned)
    shipments = _Shipments()
    return {
        "shipments.csv": (shipments.columns, shipments.rows(plan)),
        "consolidations.csv": (
            [*loads.columns, "shipment_count", "shipments"],
            ([*loads.row(load), str(len(load.shipments)), ";".join(load.shipments)] for load in plan.loads),
        ),
        "cost_lines.csv": (lines.columns, (lines.row(line) for line in plan.cost_lines)),
        "unplanned.csv": (
            [*left_out.columns, "refusals"],
            ([*left_out.row(left), _counted(left.refusals)] for left in plan.unplanned),
        ),
    }


def _counted(refusals: Mapping[str, int]) -> str:
    return ";".join(f"{rule}:{count}" for rule, count in refusals.items())


class _Projection:
    """The plain columns of one kind of part, as text."""

    def __init__(self, model: type[Any]) -> None:
        found: dict[str, FieldInfo] = vars(model)["__pydantic_fields__"]
        self.columns = [name for name in found if name not in _NESTED]
        self._is_money = [_unit(found[name]) == "plan currency" for name in self.columns]

    def row(self, part: object) -> list[str]:
        """Return the cells of one part."""
        values = zip(self.columns, self._is_money, strict=True)
        cells = ((getattr(part, name), money) for name, money in values)
        return [_money(value) if money and value is not None else _text(value) for value, money in cells]


class _Shipments:
    """The columns of planned and unplanned shipments."""

    def __init__(self) -> None:
        self._plain = _Projection(PlannedShipment)
        self.columns = [
            *self._plain.columns, "rule", *(f"{code.lower()}_at" for code in _MILESTONES),
            *(f"cost_{name}" for name in CATEGORIES), *(f"priced_{name.lower()}" for name in _TIMES),
            *(f"{name}_{figure}" for name in _ALONE for figure in ("cost", "days")),
        ]  # fmt: skip

    def rows(self, plan: Plan) -> Iterator[list[str]]:
        """Yield the cells of every shipment, planned ones first."""
        for row in plan.shipments:
            found = dict(zip(self._plain.columns, self._plain.row(row), strict=True))
            found.update({f"{milestone.code.lower()}_at": milestone.time for milestone in row.milestones})
            found.update({f"cost_{name}": _money(amount) for name, amount in row.categories.items()})
            found.update({f"priced_{name.lower()}": _money(amount) for name, amount in row.priced_time.items()})
            found.update({f"{name}_cost": _money(offer.cost) for name, offer in row.alternatives.items()})
            found.update({f"{name}_days": str(offer.days) for name, offer in row.alternatives.items()})
            yield [found.get(name, "") for name in self.columns]
        for left in plan.unplanned:
            found = {"shipment_id": left.shipment_id, "status": "unplanned", "rule": left.rule}
            yield [found.get(name, "") for name in self.columns]


def _unit(field: FieldInfo) -> object:
    extra = field.json_schema_extra
    return extra.get("unit") if isinstance(extra, dict) else None


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _text(value: object) -> str:
    """Return a cell: plain decimals without exponent or trailing zeros, blank for None."""
    if isinstance(value, str):
        return value
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
