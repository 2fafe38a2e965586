"""What differs between two plans, as models: the content of ``comparison.json``.

Plan A is the earlier one, plan B the later one; *before* is A's value and *after* B's. Amounts are in the plan
currency, whole cents, and every difference is the sum of its effects.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, get_args

from pydantic import Field, JsonValue

from consolidation.plan_model import (
    Category,
    CostLine,
    CustomsEntry,
    Notice,
    Number,
    Part,
    PlanHead,
    PlannedLoad,
    PlannedShipment,
    Unplanned,
)

COMPARISON_VERSION = "1.0"
"""Version of the comparison file; raised when its meaning changes."""

Cause = Literal["input", "price", "capacity", "status", "optimiser"]
"""Why something changed; :mod:`consolidation.comparison.causes` says how each is told."""
ShipmentKind = Literal[
    "added", "dropped", "left_out", "moved", "companions", "re_rated", "later", "earlier", "re_measured", "restated",
    "status",
]  # fmt: skip
"""added and dropped: planned in B only, in A only; left_out: planned in neither, and not for the same reason; moved: another
journey or load; companions: the same load with others in it; re_rated: the same journey at another landed cost; later and
earlier: delivered on another day; re_measured: volume or weight; restated: other facts of the goods; status: another step."""
LoadKind = Literal["new", "gone", "departure", "equipment", "members", "fill", "status"]
Effect = Literal["dropped", "added", "quantity", "price", "sharing", "journey"]
"""What an amount differs by: shipments planned in one plan only; their own quantities; rates, charges and exchange rates;
their part of a shared charge, as the others in it changed; another journey."""
CAUSES: tuple[Cause, ...] = get_args(Cause)
SHIPMENT_KINDS: tuple[ShipmentKind, ...] = get_args(ShipmentKind)
LOAD_KINDS: tuple[LoadKind, ...] = get_args(LoadKind)
EFFECTS: tuple[Effect, ...] = get_args(Effect)
_MONEY: dict[str, JsonValue] = {"unit": "plan currency"}


class Detail(Part):
    """One field and both its values; blank where there is none."""

    field: str
    before: str = ""
    after: str = ""


class Verdict(Part):
    """A cause, the evidence for it in words, and the other shipments and loads that had a part in it."""

    cause: Cause
    why: str
    others: tuple[str, ...] = Field((), description="ids of shipments and loads")


class ShipmentChange(Part):
    """One thing that is different about a shipment."""

    kind: ShipmentKind
    verdict: Verdict
    details: tuple[Detail, ...]
    days: int = Field(0, json_schema_extra={"unit": "day"}, description="delivered later; earlier is negative")


class Money(Part):
    """An amount in both plans. The effects sum to the difference; those of nothing are left out."""

    before: Number = Field(Decimal(0), json_schema_extra=_MONEY)
    after: Number = Field(Decimal(0), json_schema_extra=_MONEY)
    effects: dict[Effect, Number] = Field(default_factory=dict, json_schema_extra=_MONEY)

    @property
    def difference(self) -> Decimal:
        """Return after less before."""
        return self.after - self.before


class ComparedShipment(Part):
    """A shipment that is not the same in both plans."""

    shipment_id: str
    seller_id: str = Field(description="blank where neither plan names it, as for a shipment planned in neither")
    landed_cost: Money
    categories: dict[Category, Money] = Field(description="categories whose amount or effects differ")
    changes: tuple[ShipmentChange, ...]


class LoadChange(Part):
    """One thing that is different about a load."""

    kind: LoadKind
    verdict: Verdict
    details: tuple[Detail, ...]
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class ComparedLoad(Part):
    """A load that is not the same in both plans."""

    before_id: str = Field(description="load_id in A; blank: a new load")
    after_id: str = Field(description="load_id in B; blank: the load is gone")
    kind: Literal["trunk", "truck"]
    cost_before: Number = Field(json_schema_extra=_MONEY)
    cost_after: Number = Field(json_schema_extra=_MONEY)
    changes: tuple[LoadChange, ...]


class Repriced(Part):
    """A charge whose price is not the same in both plans, and what that comes to."""

    charge_id: str
    name: str
    currency: str
    rate_before: Number | None = Field(None, json_schema_extra={"unit": "charge currency per basis, or %"})
    rate_after: Number | None = Field(None, json_schema_extra={"unit": "charge currency per basis, or %"})
    lines: int = Field(json_schema_extra={"unit": "cost line"}, description="of shipments that pay more or less for it")
    effect: Number = Field(json_schema_extra=_MONEY)


class SellerTotal(Part):
    """What a seller's shipments come to in both plans."""

    seller_id: str
    shipments_before: int = Field(json_schema_extra={"unit": "shipment"}, description="planned in A")
    shipments_after: int = Field(json_schema_extra={"unit": "shipment"}, description="planned in B")
    landed_cost: Money


class Figure(Part):
    """One figure of the certificate in both plans."""

    name: str
    unit: str = Field(description="plan currency, share of cost, shipment")
    before: Number = Field(json_schema_extra={"unit": "as unit"})
    after: Number = Field(json_schema_extra={"unit": "as unit"})


class Side(Part):
    """One of the plans, as far as a reader of the comparison needs to know it."""

    plan_id: str
    version: int = Field(json_schema_extra={"unit": "version"})
    replaces: str
    network_sha256: str
    shipments_sha256: str
    scenario: str
    content_sha256: str = Field(description="hash of everything the plan says")


class Span(Part):
    """Rows of plan A that plan B has too, one after the other: positions from `start` up to before `stop`."""

    start: int = Field(ge=0, json_schema_extra={"unit": "position"})
    stop: int = Field(ge=1, json_schema_extra={"unit": "position"})


class Edits(Part):
    """How to make plan B of plan A: each list is spans of A's rows and new rows, in B's order; null: as in A."""

    head: PlanHead | None = None
    shipments: tuple[Span | PlannedShipment, ...] | None = None
    loads: tuple[Span | PlannedLoad, ...] | None = None
    entries: tuple[Span | CustomsEntry, ...] | None = None
    cost_lines: tuple[Span | CostLine, ...] | None = None
    unplanned: tuple[Span | Unplanned, ...] | None = None
    notices: tuple[Span | Notice, ...] | None = None


class Comparison(Part):
    """Two plans side by side: the content of ``comparison.json``."""

    comparison_version: str = COMPARISON_VERSION
    a: Side
    b: Side
    currency: str
    shipments: tuple[ComparedShipment, ...]
    loads: tuple[ComparedLoad, ...]
    renumbered: dict[str, str] = Field(
        description="loads that are the same under another id: load_id in A to that in B"
    )
    cash_cost: Money
    categories: dict[Category, Money]
    sellers: tuple[SellerTotal, ...]
    repriced: tuple[Repriced, ...]
    certificate: tuple[Figure, ...]
    edits: Edits

    @property
    def is_empty(self) -> bool:
        """Whether both plans are the same, to the last field."""
        return self.edits == Edits()

    @property
    def has_changes(self) -> bool:
        """Whether any shipment or load changed."""
        return bool(self.shipments or self.loads)

    def shipments_by_kind(self) -> dict[ShipmentKind, int]:
        """Return how many shipments have each kind of change, of kinds that occur."""
        found = [change.kind for row in self.shipments for change in row.changes]
        return {kind: found.count(kind) for kind in SHIPMENT_KINDS if kind in found}

    def loads_by_kind(self) -> dict[LoadKind, int]:
        """Return how many loads have each kind of change, of kinds that occur."""
        found = [change.kind for row in self.loads for change in row.changes]
        return {kind: found.count(kind) for kind in LOAD_KINDS if kind in found}

    def causes(self) -> dict[Cause, int]:
        """Return how many changes of shipments have each cause, of causes that occur."""
        found = [change.verdict.cause for row in self.shipments for change in row.changes]
        return {cause: found.count(cause) for cause in CAUSES if cause in found}
