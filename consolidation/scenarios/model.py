"""A scenario, and the file that scenarios are written in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from consolidation.scenarios.parts import Number, Part, quantity
from consolidation.scenarios.patches import Patch
from consolidation.scenarios.questions import BreakEvenTable, Name, ValueTable, as_tuple


@dataclass(frozen=True, slots=True)
class Where:
    """Where a patch or a scenario is written: file, line where known, and the place in words."""

    file: str
    row: int | None
    place: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named list of patches on a network, on shipments and on options.

    Attributes
    ----------
    patches : applied in this order
    places : where each patch is written; empty for a scenario made in Python
    where : where the scenario is written
    """

    name: str
    patches: tuple[Patch, ...] = ()
    description: str = ""
    places: tuple[Where, ...] = field(default=(), compare=False)
    where: Where | None = field(default=None, compare=False)

    def place_of(self, number: int) -> Where:
        """Return where the patch of a number, counted from 1, is written."""
        if self.places:
            return self.places[number - 1]
        return Where("scenario", None, f"{self.name}, patch {number}")

    @property
    def place(self) -> Where:
        """Where the scenario is written."""
        return self.where or Where("scenario", None, self.name)


class ScenarioTable(Part):
    """One scenario of a file."""

    name: Name
    description: str = ""
    patches: Annotated[tuple[Patch, ...], BeforeValidator(as_tuple)] = ()


class PointTable(Part):
    """One of the choices of an axis; without patches it leaves everything as it is."""

    name: Name
    patches: Annotated[tuple[Patch, ...], BeforeValidator(as_tuple)] = ()


class AxisTable(Part):
    """Choices of which each scenario of a grid takes one."""

    name: Name
    points: Annotated[tuple[PointTable, ...], BeforeValidator(as_tuple), Field(min_length=1)]


class GridTable(Part):
    """Every combination of one point of each axis is a scenario, named GRID.POINT+POINT."""

    name: Name
    description: str = ""
    axes: Annotated[tuple[AxisTable, ...], BeforeValidator(as_tuple), Field(min_length=1)]


class StudyTable(Part):
    """What a study is made of; paths are relative to the file."""

    title: str = Field("", description="heading of the page; blank: the name of the file")
    network: str = Field(min_length=1, description="network folder or workbook")
    shipments: str = Field(min_length=1, description="shipments file: CSV, XLSX, JSON or Parquet")
    seed: int = quantity("number", "same input and seed: same plans", 1, ge=0)
    work: int = quantity("work unit", "effort of the search of the base; 25 is usual", 25, ge=0)
    gap: Number = quantity("share of cost", "a search stops at this gap", Decimal("0.001"), ge=0, le=1)
    time_limit_s: Number = quantity("s", "outer limit of each search", Decimal(800), ge=0)


class ScenarioFile(Part):
    """A file of scenarios; with a table ``study`` it is a study, which may ask questions of break-even and value too."""

    format_version: Literal[1] = Field(1, json_schema_extra={"unit": "version of the format"})
    study: StudyTable | None = None
    scenarios: Annotated[tuple[ScenarioTable, ...], BeforeValidator(as_tuple)] = ()
    grids: Annotated[tuple[GridTable, ...], BeforeValidator(as_tuple)] = ()
    break_even: Annotated[tuple[BreakEvenTable, ...], BeforeValidator(as_tuple)] = ()
    values: Annotated[tuple[ValueTable, ...], BeforeValidator(as_tuple)] = ()


def in_words(ids: Iterable[str], what: str, shown: int = 3) -> str:
    """Return a count of things with the first of their ids.

    >>> in_words(["A", "B", "C", "D"], "lane")
    '4 lanes (A, B, C and 1 more)'
    """
    listed: Sequence[str] = list(ids)
    more = f" and {len(listed) - shown} more" if len(listed) > shown else ""
    named = f" ({', '.join(listed[:shown])}{more})" if listed else ""
    return f"{len(listed)} {_plural(what) if len(listed) != 1 else what}{named}"


def _plural(what: str) -> str:
    if what.endswith("y"):
        return f"{what[:-1]}ies"
    return f"{what}s"


def file_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of scenarios; TOML and JSON hold the same."""
    schema = ScenarioFile.model_json_schema(mode="validation")
    for definition in schema["$defs"].values():
        for field_schema in definition.get("properties", {}).values():
            for part in field_schema.get("anyOf", ()):
                for internal in ("gt", "ge", "le"):
                    part.pop(internal, None)
        if "kind" in definition.get("properties", {}):
            definition["required"] = ["kind", *definition.get("required", ())]
    return schema
