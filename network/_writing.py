"""Writing a network: a folder of CSV files, an Excel workbook, or an empty commented template."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from network.atomic import new_file, new_folder
from network.catalogue import columns, fields
from network.cells import cell_text
from network.columns import Row
from network.model import Network
from network.planning import Header, Planning
from network.tables import REQUIRED, TABLES
from network.workbook import CREATED, Sheets, describe

SETTINGS: dict[str, type[Row]] = {"network": Header, "planning": Planning}
"""The parts of network.toml; in a workbook they are sheets of keys and values."""
TOML = "network.toml"


def write_network(network: Network, folder: str | Path) -> None:
    """Write a network as a folder of network.toml and one CSV file per table that has rows.

    Raises
    ------
    InputError
        If the folder holds something else than a network.
    """
    with new_folder(folder, _is_network) as temporary:
        settings = {"network": _plain(network.header), "planning": _plain(network.planning)}
        (temporary / TOML).write_text(_toml(settings), encoding="utf-8")
        for table, model in TABLES.items():
            rows = getattr(network, table)
            if rows or table in REQUIRED:
                (temporary / f"{table}.csv").write_text(_csv(model, rows), encoding="utf-8", newline="")


def write_template(folder: str | Path) -> None:
    """Write an empty network folder whose comments say what every column means.

    Raises
    ------
    InputError
        If the folder holds something else than a network.
    """
    with new_folder(folder, _is_network) as temporary:
        settings = {"network": {"name": "My network", **_defaults("network")}, "planning": _defaults("planning")}
        (temporary / TOML).write_text(_toml(settings), encoding="utf-8")
        for table, model in TABLES.items():
            comments = [f"# {table}: {' '.join((model.__doc__ or '').split())}"]
            comments += [f"# {info.column}: {describe(info)}" for info in fields() if info.table == table]
            text = "\n".join(comments) + "\n" + _csv(model, ())
            (temporary / f"{table}.csv").write_text(text, encoding="utf-8", newline="")


def _is_network(folder: Path) -> bool:
    known = {TOML, *(f"{table}.csv" for table in TABLES)}
    names = {entry.name for entry in folder.iterdir()}
    return TOML in names and names <= known


def _plain(settings: BaseModel) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in type(settings).model_fields}


def _defaults(part: str) -> dict[str, Any]:
    return {name: info.default for name, info in SETTINGS[part].model_fields.items() if not info.is_required()}


def _toml(settings: dict[str, dict[str, Any]]) -> str:
    notes = {(info.table, info.column): describe(info) for info in fields()}
    lines: list[str] = []
    for part, values in settings.items():
        lines.append(f"[{part}]")
        for key, value in values.items():
            lines.append(f"# {notes[part, key]}")
            lines.append(f"# {key} =" if value is None else f"{key} = {_toml_value(value)}")
        lines.append("")
    return "\n".join(lines)


def _toml_value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml_value(part) for part in value) + "]"
    return repr(value)


def _csv(model: type[BaseModel], rows: Iterable[BaseModel]) -> str:
    names = columns(model)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell_text(getattr(row, name)) for name in names] for row in rows)
    return stream.getvalue()


def write_workbook(network: Network, path: str | Path) -> None:
    """Write a network as one Excel workbook: a sheet per table, and two for the keys and values of network.toml."""
    import xlsxwriter

    with new_file(path) as temporary, xlsxwriter.Workbook(str(temporary)) as book:
        book.set_properties({"title": network.header.name, "created": CREATED})
        sheets = Sheets(book)
        for part, settings in (("network", network.header), ("planning", network.planning)):
            infos = [info for info in fields() if info.table == part]
            sheets.add_settings(part, [(info, getattr(settings, info.column)) for info in infos])
        for table in TABLES:
            infos = [info for info in fields() if info.table == table]
            sheets.add(table, infos, ([getattr(row, i.column) for i in infos] for row in getattr(network, table)))
