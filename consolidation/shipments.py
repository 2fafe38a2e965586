"""Shipments: what one seller sends from one origin to one FC under one house bill."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from network.cells import as_decimal, lost_zero
from network.columns import Currency, YesNo, unit
from network.rows import refuse

LAST_DAY = dt.date(2999, 12, 31)
"""Last day on which goods can be ready: later ones are slips of the pen, and dates end not far beyond."""
_CM3_PER_M3 = 1_000_000
_G_PER_KG = 1_000
_AGREEMENT = Decimal("0.02")
"""Largest part by which totals may differ from cartons x dimensions or weight."""
_SIDES = ("carton_length_cm", "carton_width_cm", "carton_height_cm")
_HS_DIGITS = (6, 8, 10)
Incoterm = Literal["EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP"]


def bare_code(text: str) -> str:
    """Return an HS code without the dots and spaces that it may be written with."""
    return text.replace(".", "").replace(" ", "")


def _hs_code(text: str) -> str:
    digits = bare_code(text)
    if digits.isascii() and digits.isdigit() and len(digits) in _HS_DIGITS:
        return digits
    maybe = ""
    if lost_zero(digits):
        maybe = f"leading zero lost, format the column as text and write 0{digits}"
    elif "E+" in text.upper():
        maybe = "Excel made a number of it: format the column as text and write all digits"
    raise refuse("hs_code", text, "6, 8 or 10 digits as text", maybe, "VALUE.HS_CODE")


HsCode = Annotated[str, AfterValidator(_hs_code)]


def _identifier(field: str) -> AfterValidator:
    """Return a validator of ids that lists and spreadsheets keep as they are."""

    def checked(text: str) -> str:
        if ";" in text or text[:1] in ("=", "+", "-", "@") or not text.isprintable():
            expected = "an id without ; that does not begin with = + - or @, as a spreadsheet would compute it"
            raise refuse(field, text, expected, rule="VALUE.ID")
        return text

    return AfterValidator(checked)


def _from_cartons() -> Decimal:
    return Decimal(0)


def _optional(name: str, most: int, description: str = "") -> Decimal | None:
    found: Decimal | None = Field(None, gt=0, le=most, json_schema_extra={"unit": name}, description=description)
    return found


def parse_split(text: str) -> tuple[tuple[str, Decimal], ...]:
    """Return FCs with their shares, as written.

    >>> parse_split("ONT8:40; IND9:60")
    (('ONT8', Decimal('40')), ('IND9', Decimal('60')))

    Raises
    ------
    ValueError
        If a part is not an FC and a positive number with a colon between, or an FC stands twice.
    """
    pairs: list[tuple[str, Decimal]] = []
    for part in (piece.strip() for piece in text.split(";")):
        fc, _, number = (word.strip() for word in part.partition(":"))
        amount = as_decimal(number)
        if part and (not fc or amount is None or amount <= 0 or fc in dict(pairs)):
            raise ValueError(part)
        if part:
            pairs.append((fc, amount or Decimal(0)))
    return tuple(pairs)


def _split(text: str) -> str:
    try:
        parse_split(text)
    except ValueError as wrong:
        expected = "each FC once with a positive number, such as ONT8:40;IND9:60"
        raise refuse("optimised_split", str(wrong), expected, rule="VALUE.SPLIT") from None
    return text


class Shipment(BaseModel):
    """One shipment as checked: volume and weight are known, exact to the cubic centimetre and the gram.

    Volume and weight come from ``volume_m3`` and ``gross_weight_kg`` where given, else from cartons; where
    both are given they must agree within 2 %.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    shipment_id: Annotated[str, _identifier("shipment_id")] = Field(
        min_length=1, description="unique id, the house bill"
    )
    seller_id: Annotated[str, _identifier("seller_id")] = Field(min_length=1)
    origin: str = Field(min_length=1, description="origin warehouse id, city, address in a known city or 'lat, lon'")
    destination_fc: str = Field(min_length=1, description="FC (places.place_id)")
    ready_date: dt.date = Field(le=LAST_DAY, description="day the goods can be collected")
    due_date: dt.date | None = Field(None, description="day the goods should be received at the FC")
    event: str = Field(
        "", description="sales event the goods are meant for (inbound_deadlines.event): its deadline is a due date too"
    )
    event_required: YesNo = Field(False, description="yes: no itinerary that misses the deadline of the event is used")
    days_of_stock: int | None = Field(
        None,
        ge=0,
        le=3650,
        json_schema_extra={"unit": "day"},
        description="days from receipt until the goods are sold; blank: planning.days_of_stock; 0: no storage is expected",
    )
    size_class: str = Field(
        "standard", min_length=1, description="size class of the units (fc_storage_fees.size_class)"
    )
    cartons: int | None = Field(None, ge=1, le=1_000_000, json_schema_extra={"unit": "carton"})
    carton_length_cm: Decimal | None = _optional("cm", 1000)
    carton_width_cm: Decimal | None = _optional("cm", 1000)
    carton_height_cm: Decimal | None = _optional("cm", 1000)
    carton_weight_kg: Decimal | None = _optional("kg", 10_000, "gross weight of one carton")
    volume_m3: Decimal = Field(
        default_factory=_from_cartons,
        gt=0,
        le=10_000,
        json_schema_extra={"unit": "m3"},
        description="total; blank: from cartons",
    )
    gross_weight_kg: Decimal = Field(
        default_factory=_from_cartons,
        gt=0,
        le=10_000_000,
        json_schema_extra={"unit": "kg"},
        description="total; blank: from cartons",
    )
    goods_value: Decimal = unit(
        "currency", gt=0, le=1_000_000_000, description="commercial value at the origin (FOB) in `currency`"
    )
    currency: Currency = "USD"
    units: int | None = Field(
        None,
        ge=1,
        le=100_000_000,
        json_schema_extra={"unit": "unit of goods"},
        description="needed where a duty or charge counts them",
    )
    hs_code: HsCode = Field(description="6, 8 or 10 digits, text: leading zeros count")
    hs_lines: int = Field(
        1,
        ge=1,
        le=10_000,
        json_schema_extra={"unit": "tariff line"},
        description="tariff lines that the goods fall under",
    )
    cargo_class: str = Field("general", min_length=1, description="class that compatibility rules speak of")
    importer_id: str = Field("", description="importer of record; blank: the seller")
    incoterm: Incoterm = Field("DDP", description="kept; does not change the cost")
    late_price_per_day: Decimal | None = Field(
        None,
        ge=0,
        le=100_000_000,
        json_schema_extra={"unit": "currency per day"},
        description="blank: as planned for by the network",
    )
    splittable: YesNo = Field(
        False, description="yes: cartons may travel apart (kept; a shipment travels as one for now)"
    )
    coload_consent: YesNo = Field(True, description="no: shares no load with other sellers")
    inbound_plan_id: str = Field(
        "",
        description="inbound plan of the seller: its shipments are delivered within `planning.inbound_plan_days`; charges "
        "may ask how many FCs it goes to",
    )
    optimised_split: Annotated[str, AfterValidator(_split)] = Field(
        "",
        description="FCs of the wider split that the marketplace offers, with what each gets, such as ONT8:40;IND9:60; any "
        "numbers: for the estimate of what it would cost",
    )
    platform_entry: YesNo = Field(
        False, description="yes: the platform may be importer of record in place of importer_id, where it offers to be"
    )
    country_of_origin: str = Field(
        "", pattern=r"^([A-Z]{2})?$", description="country where the goods were made; blank: country of the origin"
    )
    stackable: YesNo = Field(True, description="no: nothing may be put on top; kept, not used in planning yet")

    @model_validator(mode="after")
    def _resolved(self) -> Shipment:
        if self.due_date is not None and self.due_date < self.ready_date:
            raise refuse("due_date", self.due_date, f"a day from ready_date {self.ready_date} on", rule="VALUE.ORDER")
        if self.event_required and not self.event:
            raise refuse("event_required", "yes", "no, as the shipment names no event", "fill in event", "VALUE.EVENT")
        sides = (self.carton_length_cm, self.carton_width_cm, self.carton_height_cm)
        volume = self._total("volume_m3", self.volume_m3 * _CM3_PER_M3, sides, "carton dimensions")
        weight = self.carton_weight_kg
        grams = self._total("gross_weight_kg", self.gross_weight_kg * _G_PER_KG,
                            (None if weight is None else weight * _G_PER_KG,), "carton_weight_kg")  # fmt: skip
        resolved = {
            "volume_m3": Decimal(volume) / _CM3_PER_M3,
            "gross_weight_kg": Decimal(grams) / _G_PER_KG,
            "importer_id": self.importer_id or self.seller_id,
        }
        for name, value in resolved.items():
            object.__setattr__(self, name, value)
        return self

    def _total(self, field: str, given: Decimal, factors: tuple[Decimal | None, ...], of: str) -> int:
        """Return a total in cm3 or g: as given, else cartons times the product of `factors`."""
        counted = None if self.cartons is None else Decimal(self.cartons)
        for factor in factors:
            counted = None if counted is None or factor is None else counted * factor
        if not given and counted is None:
            raise refuse(field, "", f"{field}, or cartons with {of}", rule="VALUE.MISSING")
        if given and counted is not None and abs(given - counted) > max(_AGREEMENT * counted, Decimal(1)):
            scale = _CM3_PER_M3 if field == "volume_m3" else _G_PER_KG
            raise refuse(field, f"{given / scale:f}", f"about {counted / scale:f}, as {self.cartons} cartons say (within 2 %)",
                         rule="VALUE.DISAGREES")  # fmt: skip
        total = int((given or counted or Decimal(0)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if total < 1:
            raise refuse(field, given, "at least one cubic centimetre and one gram")
        return total

    @property
    def split_shares(self) -> tuple[tuple[str, Decimal], ...]:
        """FCs of the wider split with their shares, as stated; empty where none is."""
        return parse_split(self.optimised_split)

    @property
    def volume_cm3(self) -> int:
        """Volume in cubic centimetres."""
        return int(self.volume_m3 * _CM3_PER_M3)

    @property
    def weight_g(self) -> int:
        """Gross weight in grams."""
        return int(self.gross_weight_kg * _G_PER_KG)

    @property
    def carton_sides_cm(self) -> tuple[Decimal, ...]:
        """Sides of a carton, longest first; empty where they are not given."""
        sides = (self.carton_length_cm, self.carton_width_cm, self.carton_height_cm)
        return tuple(sorted((side for side in sides if side is not None), reverse=True))

    @property
    def carton_weight_g(self) -> int:
        """Weight of a carton in grams: as given, else the average of the cartons, else 0."""
        if self.carton_weight_kg is not None:
            return int(self.carton_weight_kg * _G_PER_KG)
        return 0 if self.cartons is None else self.weight_g // self.cartons


def agreeing(fields: Mapping[str, Any]) -> Shipment:
    """Return a shipment of some fields, without what they state of a carton where that disagrees with their totals."""
    cartons, sides = fields["cartons"] or 0, [fields[name] for name in _SIDES]
    kept = dict(fields)
    if None not in sides and _differ(fields["volume_m3"] * _CM3_PER_M3, cartons * sides[0] * sides[1] * sides[2]):
        kept |= dict.fromkeys(_SIDES)
    weight = fields["carton_weight_kg"]
    if weight is not None and _differ(fields["gross_weight_kg"], cartons * weight):
        kept["carton_weight_kg"] = None
    return Shipment.model_validate(kept)


def _differ(total: Decimal, counted: Decimal) -> bool:
    return bool(counted) and abs(total - counted) > _AGREEMENT * counted
