"""Where the parts of a scenario file are written, and what is wrong with them in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from consolidation.scenarios.model import ScenarioFile, Where
from consolidation.scenarios.patches import KINDS
from network.cells import cell_text
from network.errors import Finding, nearest

_HEAD = re.compile(r"\s*\[\[\s*([a-z_.]+)\s*\]\]\s*(?:#.*)?")
_KINDS_OF_VALUES = {
    "is_instance_of": "a number",
    "finite_number": "a number", "decimal_type": "a number", "decimal_parsing": "a number", "int_type": "a whole number",
    "string_type": "a text", "bool_type": "true or false", "date_type": "a date such as 2026-12-01, without quotes",
    "tuple_type": "a list", "dict_type": "a table of columns", "model_type": "a table", "model_attributes_type": "a table",
    "missing": "a value", "string_too_short": "a text that is not empty", "too_short": "at least one",
}  # fmt: skip
_LIMITS = {
    "greater_than": ("gt", "above"), "greater_than_equal": ("ge", "of at least"), "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}  # fmt: skip
_PATTERNS = {
    "name": "a name of letters, digits, _ . and -, with a letter or digit in front",
    "trades": "country of origin and market, such as CN-US",
}


class Written:
    """Where the parts of a file are written.

    Parameters
    ----------
    file : name shown in findings
    text, content : the file as text, and as read
    """

    def __init__(self, file: str, text: str, content: Mapping[str, Any]) -> None:
        self._file = file
        self._content = content
        self._lines = _lines_of_heads(text, content)

    def of(self, path: Sequence[str | int], names: Sequence[str]) -> Where:
        """Return where a table is written: its own line, else that of the nearest table around it.

        Parameters
        ----------
        path : such as ("scenarios", 0, "patches", 2)
        names : what to call it, such as ("red_sea", "patch 3")
        """
        around = (tuple(path[:end]) for end in range(len(path), 0, -1))
        line = next((self._lines[above] for above in around if above in self._lines), None)
        return Where(self._file, line, ", ".join(names))

    def finding(self, detail: Any) -> Finding:
        """Return a fault that pydantic found as a finding in plain words."""
        where, field, owner = self._follow(detail["loc"])
        context, kind = detail.get("ctx", {}), detail["type"]
        value = _shown(detail["input"])
        expected, maybe, rule = _plain(detail, field)
        if kind == "refused":
            field = ".".join(part for part in (field, context["field"]) if part)
            value = context["value"]
        elif kind == "extra_forbidden":
            known = list(owner.model_fields) if owner is not None else []
            value = str(detail["loc"][-1])
            expected, maybe, rule = f"one of {', '.join(known)}", nearest(value, known), "KEY.UNKNOWN"
        elif kind == "missing":
            value = "nothing"
        elif kind in ("union_tag_invalid", "union_tag_not_found"):
            field, value = "kind", str(context.get("tag", "nothing"))
        place = ", ".join(part for part in (where.place, field) if part)
        return Finding(self._file, where.row, place, value, expected, maybe, rule)

    def _follow(self, loc: Sequence[str | int]) -> tuple[Where, str, type[BaseModel] | None]:
        """Return the table that a loc of pydantic leads into, the field there, and the model that the field is of."""
        owner: type[BaseModel] | None = None
        model: type[BaseModel] | None = ScenarioFile
        at: Any = self._content
        path: list[str | int] = []
        names: list[str] = []
        fields: list[str] = []
        for k, part in enumerate(loc):
            is_tag = k > 1 and loc[k - 2] == "patches" and isinstance(loc[k - 1], int)
            if is_tag:
                model = KINDS[str(part)]
            elif isinstance(part, str):
                owner, model = model, _model_of(model, part)
                at = at.get(part) if isinstance(at, dict) else None
                fields.append(part)
            elif len(fields) == 1 and fields[0] in _TABLES:
                at = at[part] if isinstance(at, list) and part < len(at) else None
                path += [fields[0], part]
                names.append(name_of(fields.pop(), part, at))
        return self.of(path, names), ".".join(fields), owner


_TABLES = {
    "scenarios": "scenario", "grids": "grid", "axes": "axis", "points": "point", "patches": "patch",
    "break_even": "break-even", "values": "value",
}  # fmt: skip


def name_of(table: str, position: int, content: Any) -> str:
    """Return what to call a table of the file: its name where it has one, else its number."""
    name = content.get("name") if isinstance(content, dict) and table != "patches" else None
    return name if isinstance(name, str) else f"{_TABLES[table]} {position + 1}"


def _model_of(model: type[BaseModel] | None, field: str) -> type[BaseModel] | None:
    """Return the model that a field of a model holds, if it holds one."""
    info = model.model_fields.get(field) if model is not None else None
    todo: list[Any] = [info.annotation] if info is not None else []
    while todo:
        kind = todo.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
        todo += get_args(kind)
    return None


def _plain(detail: Any, field: str) -> tuple[str, str, str]:
    """Return what was expected, the cure and the rule of a fault."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "refused":
        return context["expected"], context["maybe"], context["rule"]
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return f"one of {', '.join(KINDS)}", nearest(str(context.get("tag", "")), KINDS), "KIND.UNKNOWN"
    if kind in _LIMITS:
        key, words = _LIMITS[kind]
        return f"a number {words} {cell_text(context[key])}", "", "VALUE"
    if kind == "literal_error":
        known = [word.strip(" '") for word in re.split(r",| or ", context["expected"])]
        return f"one of {', '.join(known)}", nearest(_shown(detail["input"]), known), "VALUE"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(field.split(".")[-1], f"text like {context['pattern']}"), "", "VALUE"
    if kind == "missing":
        return "a value", "", "VALUE.MISSING"
    return _KINDS_OF_VALUES.get(kind, detail["msg"].removeprefix("Value error, ")), _cure(detail["input"]), "VALUE.TYPE"


def _cure(value: object) -> str:
    number = isinstance(value, str) and re.fullmatch(r"[+-]?\d+(\.\d+)?|true|false|\d{4}-\d{2}-\d{2}", value)
    return f"{value}, without quotes" if number else ""


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "a list"
    return cell_text(value)


def _lines_of_heads(text: str, content: Mapping[str, Any]) -> dict[tuple[str | int, ...], int]:
    """Return the line of every ``[[scenarios]]`` and ``[[scenarios.patches]]`` by path; empty where they are not so written."""
    found: dict[tuple[str | int, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        head = _HEAD.fullmatch(line)
        if head is None:
            continue
        path: tuple[str | int, ...] = ()
        for name in head[1].split("."):
            above = (*path, name)
            count = sum(1 for known in found if known[:-1] == above)
            path = (*above, max(count - 1, 0))
        path = (*path[:-1], sum(1 for known in found if known[:-1] == path[:-1]))
        found[path] = number
    return {path: line for path, line in found.items() if _leads_somewhere(path, content)}


def _leads_somewhere(path: Sequence[str | int], content: Any) -> bool:
    for part in path:
        if isinstance(part, int) and not (isinstance(content, list) and part < len(content)):
            return False
        if isinstance(part, str) and not (isinstance(content, dict) and part in content):
            return False
        content = content[part]
    return isinstance(content, dict)
