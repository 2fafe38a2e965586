"""Reading and writing a network: a folder of network.toml and CSV files, or the same as one Excel workbook."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from network._writing import SETTINGS, TOML, write_network, write_template, write_workbook
from network.cells import canonical_text, cell_text
from network.consistency import Written, check_network
from network.errors import Finding, InputError, nearest
from network.files import RawTable, read_raw, read_sheets
from network.model import Network
from network.rows import parse_rows
from network.tables import REQUIRED, TABLES

__all__ = [
    "content_hash",
    "inspect_network",
    "read_network",
    "rows_hash",
    "write_network",
    "write_template",
    "write_workbook",
]


def read_network(path: str | Path) -> Network:
    """Read a network from a folder or an Excel workbook and check it.

    Raises
    ------
    InputError
        With everything that is wrong: files, columns, values and what does not fit together.
    """
    network, findings = inspect_network(path)
    if findings or network is None:
        raise InputError(findings)
    return network


def inspect_network(path: str | Path) -> tuple[Network | None, list[Finding]]:
    """Read a network as far as possible and return it with everything that is wrong.

    Returns
    -------
    network : Network of the rows that are right, or None when its head cannot be read
    findings : list of Finding; empty when the network can be used
    """
    path = Path(path)
    if path.is_dir():
        raws, lines, findings = _from_folder(path)
    elif path.is_file():
        raws, lines, findings = _from_workbook(path)
    else:
        return None, [_missing(path)]
    return _build(raws, lines, findings) if raws else (None, findings)


_Raws = dict[str, RawTable]
_KeyLines = dict[str, dict[str, int]]


def _missing(path: Path) -> Finding:
    names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    expected = "a network folder or an Excel workbook"
    return Finding(str(path), None, "", "nothing", expected, nearest(path.name, names), "FILE.MISSING")


def _from_folder(folder: Path) -> tuple[_Raws, _KeyLines, list[Finding]]:
    names = [entry.name for entry in folder.iterdir()]
    raws, lines, findings = _read_toml(folder, names)
    for table in TABLES:
        file = f"{table}.csv"
        if file in names or table in REQUIRED:
            raws[table] = read_raw(folder / file)
    for name in sorted(names):
        maybe = nearest(name, [f"{table}.csv" for table in TABLES if f"{table}.csv" not in names])
        if name.endswith(".csv") and name[:-4] not in TABLES and maybe:
            findings.append(Finding(name, None, "", name, "the name of a table", maybe, "FILE.UNKNOWN"))
    return raws, lines, findings


def _read_toml(folder: Path, names: list[str]) -> tuple[_Raws, _KeyLines, list[Finding]]:
    if TOML not in names:
        found = Finding(TOML, None, "", "nothing", "a file", nearest(TOML, names), "FILE.MISSING")
        return {}, {}, [found]
    try:
        text = (folder / TOML).read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        place = re.search(r"line (\d+)", str(error))
        row = int(place[1]) if place else None
        return {}, {}, [Finding(TOML, row, "", str(error), "TOML", rule="FILE.FORMAT")]
    findings = [
        Finding(TOML, None, part, part, f"one of {', '.join(SETTINGS)}", nearest(part, SETTINGS), "COLUMN.UNKNOWN")
        for part, values in content.items()
        if part not in SETTINGS or not isinstance(values, dict)
    ]
    lines = _key_lines(text)
    raws = {
        part: _settings(TOML, content[part]) for part in SETTINGS if isinstance(content.get(part), dict)
    }  # fmt: skip
    return raws, lines, findings


def _settings(file: str, values: Mapping[str, Any]) -> RawTable:
    return RawTable(file, list(values), [{key: cell_text(value).strip() for key, value in values.items()}], [1])


def _key_lines(text: str) -> _KeyLines:
    found: _KeyLines = {}
    part = ""
    for line, content in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[\s*(\w+)\s*\]", content):
            part = head[1]
        elif key := re.match(r"\s*\"?(\w+)\"?\s*=", content):
            found.setdefault(part, {})[key[1]] = line
    return found


def _from_workbook(path: Path) -> tuple[_Raws, _KeyLines, list[Finding]]:
    sheets = read_sheets(path)
    if "" in sheets:
        return {}, {}, sheets[""].findings
    raws: _Raws = {}
    lines: _KeyLines = {}
    findings: list[Finding] = []
    for part in SETTINGS:
        if part in sheets:
            raws[part], lines[part] = _from_key_sheet(sheets[part])
        elif part == "network":
            findings.append(_missing_sheet(path, part, sheets))
    for table in TABLES:
        if table in sheets:
            raws[table] = _without_blank_fault(sheets[table])
        elif table in REQUIRED:
            raws[table] = RawTable(f"{path.name} [{table}]", findings=[_missing_sheet(path, table, sheets)])
    for name in sheets:
        maybe = nearest(name, [known for known in (*SETTINGS, *TABLES) if known not in sheets])
        if name not in TABLES and name not in SETTINGS and maybe:
            findings.append(
                Finding(f"{path.name} [{name}]", None, "", name, "the name of a table", maybe, "FILE.UNKNOWN")
            )
    return raws, lines, findings


def _missing_sheet(path: Path, name: str, sheets: Iterable[str]) -> Finding:
    return Finding(f"{path.name} [{name}]", None, "", "no such sheet", "a sheet", nearest(name, sheets), "FILE.MISSING")


def _without_blank_fault(raw: RawTable) -> RawTable:
    table = raw.file.rsplit("[", 1)[-1].rstrip("]")
    return raw if raw.columns or table in REQUIRED else dataclasses.replace(raw, findings=[])


def _from_key_sheet(raw: RawTable) -> tuple[RawTable, dict[str, int]]:
    keys = {row.get("key", ""): row.get("value", "") for row in raw.rows}
    lines = dict(zip(keys, raw.line_numbers, strict=False))
    return dataclasses.replace(_settings(raw.file, keys), findings=raw.findings), lines


def _build(raws: _Raws, lines: _KeyLines, findings: list[Finding]) -> tuple[Network | None, list[Finding]]:
    tables: dict[str, Any] = {}
    written: dict[str, Written] = {}
    for part, model in SETTINGS.items():
        raw = raws.get(part)
        if raw is None:
            tables[part] = None if part == "network" else model()
            continue
        rows, _, found = parse_rows(raw, model) if raw.columns else ([_blank(model)], [], raw.findings)
        tables[part] = rows[0] if rows else _blank(model)
        findings += [_at_key(finding, lines.get(part, {})) for finding in found]
        written[part] = Written(raw.file, (), {})
    for table, model in TABLES.items():
        raw = raws.get(table)
        if raw is not None:
            rows, numbers, found = parse_rows(raw, model)
            tables[table] = tuple(rows)
            findings += found
            texts = {column: frozenset(row[column] for row in raw.rows) for column in raw.columns}
            right = set(numbers)
            refused = [pair for pair in zip(raw.line_numbers, raw.rows, strict=True) if pair[0] not in right]
            written[table] = Written(raw.file, numbers, texts, refused)
    header = tables.pop("network")
    if header is None:
        header = SETTINGS["network"](name="unnamed")  # type: ignore[call-arg]
    network = Network(header=header, planning=tables.pop("planning"), **tables)
    told = {finding.file for finding in findings if finding.row is None}
    findings += [
        finding for finding in check_network(network, written)
        if not (finding.rule == "TABLE.EMPTY" and finding.file in told)
    ]  # fmt: skip
    return network, findings


def _blank(model: type[BaseModel]) -> Any:
    return model.model_validate({name: "unnamed" for name, info in model.model_fields.items() if info.is_required()})


def _at_key(finding: Finding, lines: Mapping[str, int]) -> Finding:
    return dataclasses.replace(finding, row=lines.get(finding.field))


def rows_hash(parts: Mapping[str, Iterable[BaseModel]]) -> str:
    """Return the SHA-256 of rows by table; the order of rows and the spelling of numbers are irrelevant.

    Parameters
    ----------
    parts : rows by table; every row of a table is of one model
    """
    digest = hashlib.sha256()
    for name, rows in parts.items():
        digest.update(f"[{name}]\n".encode())
        lines = []
        for row in rows:
            cells = (f"{column}={canonical_text(value)!r}" for column, value in row)
            lines.append(",".join(cells))
        digest.update("\n".join(sorted(lines)).encode())
    return digest.hexdigest()


def content_hash(network: Network) -> str:
    """Return the SHA-256 of everything in a network, the same for a folder and the workbook made from it."""
    return rows_hash({
        "network": [network.header],
        "planning": [network.planning],
        **{table: getattr(network, table) for table in TABLES},
    })  # fmt: skip
