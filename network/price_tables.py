"""Tables of what things cost: charges, customs regimes, importers of record, duties and exchange rates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from network.charges import BASES
from network.columns import (
    Breaks,
    Currency,
    Sourced,
    Words,
    YesNo,
    unit,
)
from network.examinations import CHANCE_PLACES, DELAY_PLACES, PER_EXAMINATION


class Charge(Sourced):
    """One named line of a tariff."""

    charge_id: str = Field(min_length=1)
    tariff: str = Field(
        min_length=1, description="tariff the line belongs to; places, lanes, links and regimes name it"
    )
    code: str = Field(pattern=r"^[A-Z][A-Z0-9_.]*$", description="name of the line in plan files, such as US.MPF")
    name: str
    category: Literal[
        "collection", "origin", "trunk", "insurance", "customs", "duty", "tax", "destination", "drayage", "storage",
        "final_leg", "fba",
    ]  # fmt: skip
    side: Literal["origin", "freight", "destination"]
    payer: Literal["seller", "platform"] = "seller"
    basis: str = Field(json_schema_extra={"enum": list(BASES)})
    rate: Decimal = unit("currency per basis, or %", ge=0)
    currency: Currency
    minimum: Decimal | None = Field(None, ge=0, json_schema_extra={"unit": "currency"})
    maximum: Decimal | None = Field(None, ge=0, json_schema_extra={"unit": "currency"})
    min_quantity: Decimal | None = Field(None, ge=0, json_schema_extra={"unit": "as basis"})
    free_quantity: Decimal | None = Field(
        None,
        ge=0,
        json_schema_extra={"unit": "as basis"},
        description="taken off the quantity first: free days, lines included",
    )
    small_up_to: Decimal | None = Field(
        None, ge=0, json_schema_extra={"unit": "currency"},
        description="customs entries of at most this value pay small_amount instead (informal entry)",
    )  # fmt: skip
    small_amount: Decimal | None = Field(None, ge=0, json_schema_extra={"unit": "currency"})
    importers: Words = Field(
        (), description="only for importers with one of these tags, or without a !tag (importers.tags); blank: all"
    )
    chance_pct: Decimal | None = Field(
        None, ge=0, le=100, json_schema_extra={"unit": "%"},
        description="of per_examination: chance that such an importer brings an examination upon its load; rate is the cost of one",
    )  # fmt: skip
    delay_days: Decimal | None = Field(
        None, ge=0, le=60, json_schema_extra={"unit": "day"},
        description="of per_examination: days that one holds all goods in the load; they are priced, not paid",
    )  # fmt: skip
    breaks: Breaks = Field(
        (), description="from:rate pairs separated by ; such as 45:6.62;100:5.83 (next break may be cheaper)"
    )
    equipment: Words = Field((), description="only for these; blank: all")
    modes: Words = Field((), description="only for these modes; blank: all")
    destinations_up_to: int | None = Field(
        None, ge=1, json_schema_extra={"unit": "FC"},
        description="only for shipments of an inbound plan that goes to at most so many FCs",
    )  # fmt: skip
    unit_kg_over: Decimal | None = Field(
        None, ge=0, json_schema_extra={"unit": "kg"}, description="only for goods whose unit is heavier, gross"
    )
    unit_kg_up_to: Decimal | None = Field(
        None, gt=0, json_schema_extra={"unit": "kg"}, description="only for goods whose unit is not heavier, gross"
    )
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    scenario: str = Field("", description="only in this rate scenario; blank: in all")

    @model_validator(mode="after")
    def _consistent(self) -> Charge:
        if self.basis not in BASES:
            raise ValueError(f"basis to be one of {', '.join(BASES)}")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum not above maximum")
        if self.breaks and any(a.start >= b.start for a, b in zip(self.breaks, self.breaks[1:], strict=False)):
            raise ValueError("breaks in rising order")
        if (self.small_up_to is None) != (self.small_amount is None):
            raise ValueError("small_up_to and small_amount together")
        self._consistent_examination()
        return self

    def _consistent_examination(self) -> None:
        is_exam = self.basis == PER_EXAMINATION
        if is_exam != (self.chance_pct is not None):
            raise ValueError(f"chance_pct with the basis {PER_EXAMINATION}, and with no other")
        if self.delay_days is not None and not is_exam:
            raise ValueError(f"delay_days only with the basis {PER_EXAMINATION}")
        for name, places in (("chance_pct", CHANCE_PLACES), ("delay_days", DELAY_PLACES)):
            if (getattr(self, name) or 0) * 10**places % 1:
                raise ValueError(f"{name} of at most {places} decimals")

    def as_small(self) -> Charge:
        """Return the charge that a small customs entry pays: the stated amount."""
        none = {"minimum": None, "maximum": None, "small_up_to": None, "small_amount": None}
        return self.model_copy(update={"basis": "per_entry", "rate": self.small_amount, **none})


class Regime(Sourced):
    """A customs territory: how goods are valued, what an entry costs and how import tax works."""

    regime_id: str = Field(min_length=1)
    name: str
    schedule: str = Field(description="duty schedule (duties.schedule)")
    valuation: Literal["FOB", "CIF"] = Field(description="value that duty is charged on")
    entry_tariff: str = Field("", description="charges per entry (charges.tariff)")
    clearance_days: float = unit("day", ge=0, le=30)
    tax_code: str = Field("", description="name of the import tax line, such as DE.VAT")
    tax_rate_pct: float = Field(0.0, ge=0, le=100, json_schema_extra={"unit": "%"})
    tax_recoverable: YesNo = Field(True, description="yes: the tax costs only its financing")
    tax_financing_days: float = Field(
        0.0, ge=0, json_schema_extra={"unit": "day"}, description="days until it is recovered"
    )
    tax_onward_per_wm: float = Field(
        0.0, ge=0, json_schema_extra={"unit": "plan currency per revenue ton"},
        description="transport after the border deemed part of the base of import tax",
    )  # fmt: skip
    base_layer: str = Field(
        "",
        description="layer (duties.layer) with a rate for every product: a code that no row matches takes the nearest of its chapter",
    )
    platform_entry: YesNo = Field(
        False,
        description="yes: the platform (planning.platform_importer) may be importer of record of goods in shared loads",
    )
    platform_tariff: str = Field("", description="what the platform charges a shipment for it (charges.tariff)")


class Importer(Sourced):
    """An importer of record about whom more is known than the id."""

    importer_id: str = Field(min_length=1, description="as shipments name it; blank there: the seller")
    name: str = ""
    tags: Words = Field((), description="what charges may ask (charges.importers), such as single_bond, separated by ;")
    import_tax: Literal["regime", "deferred", "cost"] = Field(
        "regime",
        description="deferred: accounted for in the return, costs no financing; cost: cannot be recovered; regime: as there",
    )


class Duty(Sourced):
    """One dated layer of duty; layers add, and within one layer the longest HS prefix counts."""

    duty_id: str = Field(min_length=1)
    layer: str = Field(pattern=r"^[A-Z][A-Z0-9_.]*$", description="name of the line, such as US.MFN or US.S301")
    schedule: str
    hs_prefix: str = Field("", pattern=r"^[0-9]*$", description="digits of the HS code, text; blank: every code")
    origin_countries: Words = Field((), description="only for goods of these countries; blank: all")
    rate_pct: Decimal = Field(Decimal(0), ge=0, json_schema_extra={"unit": "% of customs value"})
    per_unit: Decimal = Field(Decimal(0), ge=0, json_schema_extra={"unit": "currency per unit"})
    per_kg: Decimal = Field(Decimal(0), ge=0, json_schema_extra={"unit": "currency per kg"})
    per_line: Decimal = Field(
        Decimal(0), ge=0, json_schema_extra={"unit": "currency per tariff line"}, description="by shipments.hs_lines"
    )
    currency: Currency = "USD"
    value_over: Decimal | None = Field(
        None, ge=0, json_schema_extra={"unit": "currency"},
        description="only for shipments whose goods (FOB, without freight and insurance) are worth more",
    )  # fmt: skip
    value_up_to: Decimal | None = Field(
        None, gt=0, json_schema_extra={"unit": "currency"},
        description="only for shipments whose goods are worth at most this",
    )  # fmt: skip
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    enabled: YesNo = Field(True, description="no: the layer is kept but not applied")
    unless_layers: Words = Field((), description="not charged where one of these layers is, separated by ;")
    instead_of: Words = Field(
        (), description="these layers are not charged where this row applies, also at a rate of 0; separated by ;"
    )

    @model_validator(mode="after")
    def _some_value(self) -> Duty:
        if self.value_over is not None and self.value_up_to is not None and self.value_up_to <= self.value_over:
            raise ValueError("value_up_to above value_over")
        return self


class Rate(Sourced):
    """What one unit of a currency is worth in the plan currency."""

    currency: Currency
    value: Decimal = unit("plan currency per unit", gt=0)
