"""Reading a file of scenarios: TOML, with everything that is wrong as findings that name scenario, patch and field."""

from __future__ import annotations

import itertools
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from consolidation.scenarios.model import GridTable, Scenario, ScenarioFile, ScenarioTable, Where
from consolidation.scenarios.written import Written, name_of
from network.errors import Finding, InputError, nearest

MOST_SCENARIOS = 10_000
"""Scenarios that one file may come to."""


def read_scenarios(path: str | Path) -> tuple[Scenario, ...]:
    """Read a file of scenarios; products of a grid come after the scenarios, in the order of its axes.

    Raises
    ------
    InputError
        With everything that is wrong with the file itself; what does not fit a network is found when a scenario is applied.
    """
    scenarios, findings = inspect_scenarios(path)
    if findings:
        raise InputError(findings)
    return scenarios


def inspect_scenarios(path: str | Path) -> tuple[tuple[Scenario, ...], list[Finding]]:
    """Read a file of scenarios and return them with everything that is wrong; none of them where the file is."""
    _, scenarios, findings = inspect_file(path)
    return scenarios, findings


def inspect_file(path: str | Path) -> tuple[ScenarioFile | None, tuple[Scenario, ...], list[Finding]]:
    """Read a file of scenarios and return its tables, the scenarios they come to, and everything that is wrong."""
    file, scenarios, _, findings = inspect_study(path)
    return file, scenarios, findings


def inspect_study(
    path: str | Path,
) -> tuple[ScenarioFile | None, tuple[Scenario, ...], Written | None, list[Finding]]:
    """Read a file of scenarios as :func:`inspect_file` does, and return where its tables are written too."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        found = (error.strerror or "unreadable").lower()
        return (
            None,
            (),
            None,
            [Finding(str(path), None, "", found, "a file", nearest(path.name, names), "FILE.MISSING")],
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ArithmeticError, RecursionError) as error:
        line = re.search(r"line (\d+)", str(error))
        return (
            None,
            (),
            None,
            [Finding(path.name, int(line[1]) if line else None, "", str(error), "TOML", rule="FILE.FORMAT")],
        )
    places = Written(path.name, text, content)
    try:
        file = ScenarioFile.model_validate(content)
    except ValidationError as fault:
        return None, (), places, [*map(places.finding, fault.errors(include_url=False)), *_names_twice(places, content)]
    findings = list(_names_twice(places, content))
    if not (file.scenarios or file.grids or (file.study and (file.break_even or file.values))):
        findings.append(Finding(path.name, None, "", "no scenario", "[[scenarios]] or [[grids]]", rule="TABLE.EMPTY"))
    made = [] if findings else list(_scenarios(file, places))
    findings += _products_twice(made)
    return file, (() if findings else tuple(made)), places, findings


def _names_twice(places: Written, content: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a finding for each scenario, grid, axis and point whose name was used before, and for grids too large."""
    first: dict[str, str] = {}
    for table, what in (
        ("scenarios", "scenario"),
        ("grids", "grid"),
        ("break_even", "break-even"),
        ("values", "value"),
    ):
        for number, row in enumerate(_tables(content, table)):
            where = places.of((table, number), [name_of(table, number, row)])
            yield from _used(row, what, first, where)
            yield from _of_grid(row, (table, number), where, places)
            yield from _reserved(row, table, where)


RESERVED = ("break_even.", "values.")
"""How the names of runs begin that answer a question."""


def _reserved(row: Any, table: str, where: Where) -> Iterator[Finding]:
    name = row.get("name") if isinstance(row, dict) else None
    if not isinstance(name, str) or table not in ("scenarios", "grids"):
        return
    if (f"{name}." if table == "grids" else name).startswith(RESERVED):
        expected = "a name that does not begin so: runs that answer questions are called that"
        yield Finding(where.file, where.row, f"{where.place}, name", name, expected, rule="KEY.DUPLICATE")


def _of_grid(grid: Any, path: tuple[str, int], where: Where, places: Written) -> Iterator[Finding]:
    axes: dict[str, str] = {}
    for k, axis in enumerate(_tables(grid, "axes")):
        place = places.of((*path, "axes", k), [where.place, name_of("axes", k, axis)])
        yield from _used(axis, "axis", axes, place)
        points: dict[str, str] = {}
        for p, point in enumerate(_tables(axis, "points")):
            names = [place.place, name_of("points", p, point)]
            yield from _used(point, "point", points, places.of((*path, "axes", k, "points", p), names))
    size = math.prod(max(len(_tables(axis, "points")), 1) for axis in _tables(grid, "axes"))
    if size > MOST_SCENARIOS:
        yield Finding(where.file, where.row, f"{where.place}, axes", f"{size} combinations",
                      f"at most {MOST_SCENARIOS} scenarios", rule="GRID.SIZE")  # fmt: skip


def _products_twice(scenarios: Iterable[Scenario]) -> Iterator[Finding]:
    """Yield a finding for each scenario whose name is that of a combination of a grid."""
    first: set[str] = set()
    for scenario in scenarios:
        if scenario.name in first:
            where = scenario.place
            yield Finding(where.file, where.row, f"{where.place}, name", scenario.name, "names that no other scenario has",
                          "rename the grid or a point", "KEY.DUPLICATE")  # fmt: skip
        first.add(scenario.name)


def _tables(content: Any, name: str) -> list[Any]:
    found = content.get(name) if isinstance(content, dict) else None
    return found if isinstance(found, list) else []


def _used(row: Any, what: str, first: dict[str, str], where: Where) -> Iterator[Finding]:
    name = row.get("name") if isinstance(row, dict) else None
    if not isinstance(name, str):
        return
    if name in first:
        yield Finding(where.file, where.row, f"{where.place}, name", name, f"a name not used before ({first[name]})",
                      rule="KEY.DUPLICATE")  # fmt: skip
    first.setdefault(name, what if where.row is None else f"{what} of row {where.row}")


def _scenarios(file: ScenarioFile, places: Written) -> Iterator[Scenario]:
    for number, table in enumerate(file.scenarios):
        yield _scenario(table, number, places)
    for number, grid in enumerate(file.grids):
        yield from _products(grid, number, places)


def _scenario(table: ScenarioTable, number: int, places: Written) -> Scenario:
    written = tuple(
        places.of(("scenarios", number, "patches", k), [table.name, f"patch {k + 1}"])
        for k in range(len(table.patches))
    )
    where = places.of(("scenarios", number), [table.name])
    return Scenario(table.name, table.patches, table.description, written, where)


def _products(grid: GridTable, number: int, places: Written) -> Iterator[Scenario]:
    """Yield every combination of one point of each axis; the last axis changes first."""
    where = places.of(("grids", number), [grid.name])
    for combination in itertools.product(*(enumerate(axis.points) for axis in grid.axes)):
        patches, written = [], []
        for k, (axis, (p, point)) in enumerate(zip(grid.axes, combination, strict=True)):
            for n, patch in enumerate(point.patches):
                at = ("grids", number, "axes", k, "points", p, "patches", n)
                patches.append(patch)
                written.append(places.of(at, [grid.name, axis.name, point.name, f"patch {n + 1}"]))
        name = f"{grid.name}.{'+'.join(point.name for _, point in combination)}"
        yield Scenario(name, tuple(patches), grid.description, tuple(written), where)
