"""Statements: what each seller pays for each shipment, when it arrives, and what sending alone would have cost.

Amounts in plan currency are whole cents. The same sums stand in the seller's own currency, converted once in total and
then shared, so that in both currencies every total is the sum of its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from consolidation.placement import PlacementChoice
from consolidation.plan_model import Alternative, Category, PlannedShipment, Service, Unplanned
from consolidation.statements.fc_storage import FcStorage

ALONE: dict[Service, str] = {"courier": "Express parcel", "alone_air": "Air", "alone_lcl": "Own LCL"}
"""Ways of sending alone that a statement compares with, and their names."""
SharedBy = Literal["", "container", "truck", "customs entry"]
_FOUR_PLACES = Decimal("0.0001")


def ratio(amount: Decimal | None, count: Decimal | int | None) -> Decimal | None:
    """Return an amount per unit of a count, four decimals rounded half up; None where either is missing or zero.

    >>> ratio(Decimal("10.00"), 3)
    Decimal('3.3333')
    """
    if amount is None or not count:
        return None
    return (amount / count).quantize(_FOUR_PLACES, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One charge as its seller may see it: of a charge shared with others only the own share.

    Attributes
    ----------
    shared_by : what the charge is shared in; blank where the shipment bears the whole of it
    quantity, rate : Decimal, as in :class:`consolidation.plan_model.CostLine`; None for a share
    amount : Decimal, plan currency
    estimate : bool, the network marks the rate as an estimate
    """

    shipment_id: str
    category: Category
    code: str
    name: str
    basis: str
    shared_by: SharedBy
    quantity: Decimal | None
    rate: Decimal | None
    rate_currency: str
    amount: Decimal
    estimate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """The money of one shipment or one seller, in one currency.

    Attributes
    ----------
    landed_cost : Decimal, sum of `categories`
    categories : every category, also those that cost nothing
    import_tax : Decimal, VAT or GST; part of the landed cost only where it cannot be recovered
    alone : Decimal or None, the cheapest way of sending alone; None where nobody offers one
    saving : Decimal or None, `alone` less the landed cost of what could be sent alone
    """

    currency: str
    landed_cost: Decimal
    categories: Mapping[Category, Decimal]
    import_tax: Decimal
    alone: Decimal | None
    saving: Decimal | None

    @property
    def without_duty(self) -> Decimal:
        """Landed cost less duty."""
        return self.landed_cost - self.categories["duty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a shipment and a seller have in common: quantities, and the money in both currencies.

    Attributes
    ----------
    units : int or None, units of goods; None where they are not stated
    goods_value : Decimal, plan currency
    amounts : Amounts, plan currency
    own : Amounts, the seller's currency
    high_share : bool, landed cost is above the wanted share of the goods value
    """

    seller_id: str
    volume_m3: Decimal
    gross_weight_kg: Decimal
    units: int | None
    goods_value: Decimal
    amounts: Amounts
    own: Amounts
    high_share: bool

    @property
    def unit_price(self) -> Decimal | None:
        """Goods value per unit, plan currency."""
        return ratio(self.goods_value, self.units)

    @property
    def per_unit(self) -> Decimal | None:
        """Landed cost per unit of goods, plan currency."""
        return ratio(self.amounts.landed_cost, self.units)

    @property
    def per_m3(self) -> Decimal | None:
        """Landed cost per m3, plan currency."""
        return ratio(self.amounts.landed_cost, self.volume_m3)

    @property
    def per_kg(self) -> Decimal | None:
        """Landed cost per kg of gross weight, plan currency."""
        return ratio(self.amounts.landed_cost, self.gross_weight_kg)

    @property
    def share_pct(self) -> Decimal | None:
        """Landed cost as % of the goods value."""
        return ratio(100 * self.amounts.landed_cost, self.goods_value)

    @property
    def duty_pct(self) -> Decimal | None:
        """Duty as % of the goods value."""
        return ratio(100 * self.amounts.categories["duty"], self.goods_value)

    @property
    def saving_pct(self) -> Decimal | None:
        """Saving as % of the cheapest way of sending alone."""
        saving = self.amounts.saving
        return None if saving is None else ratio(100 * saving, self.amounts.alone)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentStatement(Account):
    """The statement of one planned shipment.

    Attributes
    ----------
    planned : PlannedShipment, itinerary and dates
    due : day it should be received, by its due date or its event, as YYYY-MM-DD; blank without one
    event : sales event that it is meant for; blank for none
    fc_storage : FcStorage or None, what storing it at the FC is expected to cost: in no sum; None where nothing is asked
    tax_recoverable : bool or None, whether the import tax is recovered; None where there is none
    nearest_duty : bool, no code of the tariff matches exactly: duty is charged as for the nearest one
    cheapest : the way of sending alone of least landed cost; None where none is offered
    low_unit_price : bool or None, the unit price is below the threshold; None where units are not stated
    """

    planned: PlannedShipment
    due: str
    event: str
    fc_storage: FcStorage | None
    lines: tuple[StatementLine, ...]
    tax_recoverable: bool | None
    nearest_duty: bool
    cheapest: Service | None
    low_unit_price: bool | None

    @property
    def shipment_id(self) -> str:
        """Id of the shipment."""
        return self.planned.shipment_id

    @property
    def alternatives(self) -> Mapping[Service, Alternative]:
        """Ways of sending alone that exist for it; missing ones are not offered."""
        return self.planned.alternatives

    def date(self, code: str) -> str:
        """Return the local date of a milestone as YYYY-MM-DD, blank where the journey has none."""
        return next((stone.time[:10] for stone in self.planned.milestones if stone.code == code), "")

    @property
    def way(self) -> tuple[str, ...]:
        """Places of the itinerary, from origin to FC, each once."""
        row = self.planned
        places = (
            row.origin,
            row.warehouse_id,
            row.gateway_out,
            row.gateway_in,
            row.deconsolidation_id,
            row.overseas_id,
        )
        return tuple(dict.fromkeys(place for place in (*places, row.destination_fc) if place))


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerStatement(Account):
    """The statement of one seller: its planned shipments, those left out, and the sums.

    Attributes
    ----------
    importers : importers of record of its shipments, but for ids of other sellers
    rate : Decimal, plan currency per unit of the seller's currency
    rate_estimate : bool, the network marks this exchange rate as an estimate
    page : name of the seller's page in the folder of statements
    placement : its inbound plans that pay a placement fee, with the price of a wider split
    """

    importers: tuple[str, ...]
    rate: Decimal
    rate_estimate: bool
    page: str
    shipments: tuple[ShipmentStatement, ...]
    unplanned: tuple[Unplanned, ...]
    placement: tuple[PlacementChoice, ...] = ()

    @property
    def lines(self) -> tuple[StatementLine, ...]:
        """Cost lines of all shipments."""
        return tuple(line for shipment in self.shipments for line in shipment.lines)

    @property
    def compared(self) -> tuple[ShipmentStatement, ...]:
        """Shipments that could have been sent alone."""
        return tuple(shipment for shipment in self.shipments if shipment.cheapest is not None)

    @property
    def recoverable_tax(self) -> Decimal:
        """Import tax that is recovered, plan currency."""
        recovered = (row.amounts.import_tax for row in self.shipments if row.tax_recoverable)
        return sum(recovered, Decimal("0.00"))

    @property
    def estimated(self) -> Decimal:
        """Part of the landed cost that comes from rates marked as estimates, plan currency."""
        return sum((line.amount for line in self.lines if line.estimate), Decimal("0.00"))

    @property
    def storing(self) -> tuple[ShipmentStatement, ...]:
        """Shipments of which storage at the FC is expected."""
        return tuple(shipment for shipment in self.shipments if shipment.fc_storage is not None)

    @property
    def fc_storage(self) -> Decimal | None:
        """Expected storage of all of them, plan currency; part of no landed cost; None where there are none."""
        costs = [row.fc_storage.total for row in self.storing if row.fc_storage is not None]
        return sum(costs, Decimal("0.00")) if costs else None

    def alone_cost(self, service: Service) -> Decimal | None:
        """Return the cost of sending every shipment alone by one service; None where it is not offered for all."""
        offers = [row.alternatives[service].cost for row in self.shipments if service in row.alternatives]
        return sum(offers, Decimal("0.00")) if offers and len(offers) == len(self.shipments) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Thresholds of the flags.

    Attributes
    ----------
    min_unit_price_usd : Decimal, USD; a lower unit price is flagged
    min_unit_price : Decimal, the same in plan currency
    max_share_pct : Decimal, % of the goods value; a higher landed cost is flagged
    """

    min_unit_price_usd: Decimal
    min_unit_price: Decimal
    max_share_pct: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Statements of all or some sellers of one plan.

    Attributes
    ----------
    rule, rule_text : how shared charges were split, as a name and in words
    place_names : names of the places that itineraries pass, by id
    """

    plan_id: str
    plan_version: int
    network: str
    scenario: str
    currency: str
    rule: str
    rule_text: str
    limits: Limits
    place_names: Mapping[str, str]
    sellers: tuple[SellerStatement, ...]

    @property
    def shipments(self) -> tuple[ShipmentStatement, ...]:
        """Planned shipments of all its sellers."""
        return tuple(shipment for seller in self.sellers for shipment in seller.shipments)

    @property
    def landed_cost(self) -> Decimal:
        """Landed cost of all its sellers, plan currency."""
        return sum((seller.amounts.landed_cost for seller in self.sellers), Decimal("0.00"))
