"""The field catalogue is complete: every field has a type, every number a unit."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from consolidation.shipments import Shipment
from network.catalogue import NUMERIC, FieldInfo, columns, fields
from network.planning import Header, Planning
from network.rows import base_type, choices
from network.tables import TABLES, Lane
from network.workbook import describe

ALL = fields({"shipments": Shipment})


@pytest.mark.parametrize("info", [i for i in ALL if i.type in NUMERIC], ids=lambda i: f"{i.table}.{i.column}")
def test_every_numeric_field_has_a_unit(info: FieldInfo) -> None:
    assert info.unit


def test_every_field_of_every_model_is_listed_once() -> None:
    models: dict[str, type[BaseModel]] = {"network": Header, "planning": Planning, **TABLES, "shipments": Shipment}
    expected = {(table, column) for table, model in models.items() for column in model.model_fields}
    listed = [(info.table, info.column) for info in ALL]
    assert set(listed) == expected
    assert len(listed) == len(expected)


def test_rows_of_the_catalogue() -> None:
    found = {(info.table, info.column): info for info in ALL}
    assert found["lanes", "transit_days"] == FieldInfo(
        "lanes", "transit_days", "number", "day", True, "", "scheduled time from ETD to ETA"
    )
    assert found["departures", "lco_h"].default == "72"
    assert found["departures", "time"].default == "18:00:00"
    assert found["places", "lat"].unit == "degree"
    assert found["charges", "breaks"].type == "from:rate pairs separated by ;"
    assert "pct_of_entry_value" in found["charges", "basis"].type
    assert found["lanes", "equipment"].type == "texts separated by ;"
    assert not found["shipments", "volume_m3"].required
    assert found["shipments", "volume_m3"].default == ""
    assert found["shipments", "coload_consent"].default == "yes"


def test_where_a_row_is_from_comes_last() -> None:
    assert columns(Lane)[0] == "lane_id"
    assert columns(Lane)[-3:] == ["source", "as_of", "is_estimate"]
    assert sorted(columns(Lane)) == sorted(Lane.model_fields)


def test_a_field_in_one_sentence() -> None:
    found = {(info.table, info.column): describe(info) for info in ALL}
    assert found["lanes", "transit_days"] == "number (day), required; scheduled time from ETD to ETA"
    assert found["duties", "enabled"] == "yes/no, default yes; no: the layer is kept but not applied"
    assert found["places", "name"] == "text, required"


def test_types_under_their_wrappings() -> None:
    assert base_type(float | None) is float
    assert choices(Lane.model_fields["buying"].annotation) == ("load", "space")
    assert choices(int) == ()
