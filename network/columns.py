"""What every table has in common: kinds of columns, and rows that carry where their facts are from."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from network.charges import Break, parse_breaks


def unit(name: str, **constraints: Any) -> Any:
    """Return the Field of a numeric column that has no default, with its unit as data."""
    return Field(json_schema_extra={"unit": name}, **constraints)


def _split(value: object) -> object:
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return value


def _breaks(value: object) -> object:
    if value is None:
        return ()
    return parse_breaks(value) if isinstance(value, str) else value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("an IANA time zone such as Asia/Shanghai") from None
    return value


def _truth(value: object) -> object:
    words = {"yes": True, "no": False, "y": True, "n": False, "true": True, "false": False, "1": True, "0": False}
    return words.get(value.strip().lower(), value) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Breaks = Annotated[tuple[Break, ...], BeforeValidator(_breaks)]
Zone = Annotated[str, AfterValidator(_zone)]
YesNo = Annotated[bool, BeforeValidator(_truth)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2 country")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 currency")]
Latitude = Annotated[float, Field(ge=-90, le=90, json_schema_extra={"unit": "degree"})]
Longitude = Annotated[float, Field(ge=-180, le=180, json_schema_extra={"unit": "degree"})]
Mode = Literal["ocean", "ocean_express", "ocean_lcl", "air", "rail", "rail_lcl", "truck", "courier"]
Carriage = Literal[
    "collection", "origin_dray", Mode, "drayage", "shuttle", "ltl", "ftl", "parcel", "direct",
]  # fmt: skip
"""What carries goods on a leg of their journey: the mode of a lane, a courier, or a kind of road leg."""
PlaceKind = Literal[
    "origin_warehouse", "sea_port", "airport", "rail_terminal", "deconsolidation_centre", "overseas_warehouse", "fc",
    "city",
]  # fmt: skip
GATEWAY_KINDS = ("sea_port", "airport", "rail_terminal")
KEPT = "kept, not used in planning yet"


class Row(BaseModel):
    """One row of a table; unknown columns are errors, cells are stripped, rows are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Sourced(Row):
    """A row that carries facts: where they are from, when they were read and whether they are estimates."""

    source: str = Field("", description="id in the sources table")
    as_of: str = Field("", description="date or period the figure stands for")
    is_estimate: YesNo = Field(False, description="yes when the figure is a judgement and not a published value")
