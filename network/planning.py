"""The parts of network.toml: its head and the planning parameters."""

from __future__ import annotations

from pydantic import Field

from network.columns import (
    Currency,
    Row,
    Words,
)


class Planning(Row):
    """Planning parameters: the ``[planning]`` part of network.toml."""

    horizon_days: int = Field(
        35,
        ge=1,
        le=366,
        json_schema_extra={"unit": "day"},
        description="departures considered after the last ready date",
    )
    max_wait_days: int = Field(
        28, ge=1, le=120, json_schema_extra={"unit": "day"}, description="longest wait from ready to departure"
    )
    warehouses_per_shipment: int = Field(3, ge=1, le=20, json_schema_extra={"unit": "origin warehouse"})
    max_collection_km: float = Field(900.0, gt=0, json_schema_extra={"unit": "km"})
    collection_km_per_day: float = Field(500.0, gt=0, json_schema_extra={"unit": "km/day"})
    truck_km_per_day: float = Field(700.0, gt=0, json_schema_extra={"unit": "km/day"})
    road_factor: float = Field(1.25, ge=1, le=3, json_schema_extra={"unit": "road km per geodesic km"})
    max_direct_km: float = Field(
        1000.0, gt=0, json_schema_extra={"unit": "km"}, description="longest haul of an unopened container"
    )
    carrying_pct_per_year: float = Field(24.0, ge=0, json_schema_extra={"unit": "% of goods value per year"})
    value_of_day_per_m3: float = Field(1.0, ge=0, json_schema_extra={"unit": "plan currency per m3 and day"})
    late_pct_of_value_per_day: float = Field(
        0.5,
        ge=0,
        json_schema_extra={"unit": "% of goods value per day"},
        description="price of a late day where the shipment names none",
    )
    chance_target: float | None = Field(
        None,
        gt=0,
        lt=1,
        json_schema_extra={"unit": "share"},
        description="chance that a shipment with a promised date is received by then, at least; blank: dates as planned decide",
    )
    unplanned_price: float = Field(500.0, ge=0, json_schema_extra={"unit": "plan currency per shipment"})
    unplanned_price_per_m3: float = Field(1500.0, ge=0, json_schema_extra={"unit": "plan currency per m3"})
    unplanned_pct_of_value: float = Field(20.0, ge=0, json_schema_extra={"unit": "% of goods value"})
    max_importers_per_load: int | None = Field(None, ge=1, json_schema_extra={"unit": "importer"})
    inbound_plan_days: int = Field(
        30,
        ge=0,
        le=366,
        json_schema_extra={"unit": "day"},
        description="days from the first to the last delivery of the shipments of one inbound plan; 0: no such rule",
    )
    days_of_stock: int = Field(
        0,
        ge=0,
        le=3650,
        json_schema_extra={"unit": "day"},
        description="days from receipt until goods are sold, where the shipment does not say; 0: no storage at the FC is expected",
    )
    placement_split_fcs: int = Field(
        5,
        ge=2,
        le=50,
        json_schema_extra={"unit": "FC"},
        description="FCs over which the marketplace splits an inbound plan that pays no placement fee: for estimates",
    )
    platform_importer: str = Field(
        "",
        description="importer of record that the platform offers to be, where a regime has platform_entry; blank: none",
    )
    truck_dispatch_weekdays: Words = Field(
        ("2", "5"), description="days whole trucks leave deconsolidation centres, 1 = Monday, separated by ;"
    )
    truck_equipment: Words = Field((), description="trucks offered on final legs, separated by ;")
    overseas_days: Words = Field(
        ("7", "14", "21", "28"), description="days after which goods leave an overseas warehouse, separated by ;"
    )


class Header(Row):
    """The head of network.toml."""

    name: str = Field(min_length=1)
    description: str = ""
    currency: Currency = "USD"
    scenario: str = Field("", description="rate scenario in force")
    version: int = Field(1, ge=1, le=1, json_schema_extra={"unit": "format version"})
