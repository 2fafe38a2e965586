"""Statements from a plan: the sums of every shipment and seller, in plan currency and in the seller's own."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from consolidation.checking.inputs import as_planned
from consolidation.demand import fcs_of_plans
from consolidation.notices import NEAREST_DUTY
from consolidation.placement import PlacementChoice, placement_choices
from consolidation.plan_model import CATEGORIES, CostLine, Plan, PlannedShipment, Service
from consolidation.receiving import NO_DAY, due
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from consolidation.statements.currency import Converter, usual_currency
from consolidation.statements.fc_storage import expected_storage
from consolidation.statements.lines import EDITED, RULES, SellerView, lines_of, require_sums
from consolidation.statements.model import (
    ALONE,
    Amounts,
    Limits,
    SellerStatement,
    ShipmentStatement,
    Statement,
)
from consolidation.statements.names import page_names
from network.clock import date_of
from network.errors import Finding, InputError, nearest
from network.io import content_hash as network_hash
from network.model import Network

MIN_UNIT_PRICE, MAX_SHARE = Decimal(15), Decimal(30)
"""Thresholds of the flags where none are given: USD a unit; landed cost as % of the goods value."""
_ZERO = Decimal("0.00")


def statement(
    plan: Plan,
    network: Network,
    shipments: Sequence[Shipment],
    rule: str = "wm",
    *,
    sellers: Iterable[str] = (),
    min_unit_price: Decimal | float = MIN_UNIT_PRICE,
    max_share: Decimal | float = MAX_SHARE,
) -> Statement:
    """Return what each seller pays for each shipment, when it arrives, and what sending alone would have cost.

    Parameters
    ----------
    plan : Plan
    network, shipments : what the plan was made from
    rule : how shared charges are split, a key of :data:`consolidation.statements.lines.RULES`
    sellers : ids of the sellers wanted; none: all
    min_unit_price : USD a unit of goods; a lower unit price is flagged, 0 flags none
    max_share : % of the goods value; a higher landed cost is flagged

    Raises
    ------
    InputError
        If the plan was made from other input, was edited so that it does not add up, a seller or the rule is unknown,
        a threshold is no number, or the network has no exchange rate for USD although a threshold needs one.
    """
    require_inputs(plan, network, shipments)
    lines = lines_of(plan, network, rule)
    require_sums(plan, lines)
    limits = _limits(network, Decimal(str(min_unit_price)), Decimal(str(max_share)))
    clerk = _Clerk(plan, network, shipments, limits, lines)
    wanted = _wanted(sellers, clerk.sellers)
    splits: dict[str, list[PlacementChoice]] = defaultdict(list)
    goods = [row for name in wanted for row in clerk.sellers[name]]
    for choice in placement_choices(as_planned(network, plan), goods, plan.shipments, plan.cost_lines):
        splits[choice.seller_id].append(choice)
    return Statement(
        plan_id=plan.plan_id,
        plan_version=plan.version,
        network=network.header.name,
        scenario=plan.inputs.scenario,
        currency=network.currency,
        rule=rule,
        rule_text=RULES[rule],
        limits=limits,
        place_names={place.place_id: place.name for place in network.places},
        sellers=tuple(clerk.seller(name, splits[name]) for name in wanted),
    )


def require_inputs(plan: Plan, network: Network, shipments: Sequence[Shipment]) -> None:
    """Refuse a network and shipments that are not those of a plan.

    Raises
    ------
    InputError
        If they were changed after planning, or a shipment is neither planned nor unplanned, or is so twice.
    """
    pairs = (
        ("network", plan.inputs.network_sha256, network_hash(network)),
        ("shipments", plan.inputs.shipments_sha256, shipments_hash(shipments)),
    )
    findings = [
        Finding("plan.json", None, f"inputs.{name}_sha256", found[:12], f"{expected[:12]}..., as the {name} given have it",
                f"the {name} changed after planning, or the plan belongs to other input", "INPUT.HASH")
        for name, found, expected in pairs
        if found != expected
    ]  # fmt: skip
    if findings:
        raise InputError(findings)
    listed = [*(row.shipment_id for row in plan.shipments), *(row.shipment_id for row in plan.unplanned)]
    if sorted(listed) != sorted(row.shipment_id for row in shipments):
        raise InputError([
            Finding("plan.json", None, "shipments", f"{len(listed)} shipments", "every shipment once, planned or unplanned",
                    EDITED, "COVERAGE")
        ])  # fmt: skip


def _wanted(sellers: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return the sellers to write, in order of id."""
    chosen, names = list(dict.fromkeys(sellers)), sorted(known)
    findings = [
        Finding("--seller", None, "seller_id", name, "a seller of the shipments", nearest(name, names), "REFERENCE.UNKNOWN")
        for name in chosen
        if name not in names
    ]  # fmt: skip
    if findings:
        raise InputError(findings)
    return sorted(chosen) or names


def _limits(network: Network, min_unit_price: Decimal, max_share: Decimal) -> Limits:
    findings = [
        Finding(name, None, "", str(value), "a number from 0 on", rule="VALUE.NUMBER")
        for name, value in (("--min-unit-price", min_unit_price), ("--max-share", max_share))
        if not value.is_finite() or value < 0
    ]
    if findings:
        raise InputError(findings)
    if min_unit_price and "USD" not in network.rate:
        raise InputError([
            Finding("fx", None, "currency", "no rate for USD", "a rate: the threshold of unit prices is in USD",
                    "add USD to fx, or use --min-unit-price 0 to flag no unit price", "REFERENCE.UNKNOWN")
        ])  # fmt: skip
    price = min_unit_price * network.rate["USD"] if min_unit_price else Decimal(0)
    return Limits(min_unit_price_usd=min_unit_price, min_unit_price=price, max_share_pct=max_share)


class _Clerk:
    """Draws up the statements of one seller after the other."""

    def __init__(
        self, plan: Plan, network: Network, shipments: Sequence[Shipment], limits: Limits, lines: Sequence[CostLine]
    ) -> None:
        self._network, self._limits = network, limits
        self.sellers: dict[str, list[Shipment]] = defaultdict(list)
        for shipment in sorted(shipments, key=lambda shipment: shipment.shipment_id):
            self.sellers[shipment.seller_id].append(shipment)
        counts = zip(shipments, fcs_of_plans(shipments), strict=True)
        self._due = {row.shipment_id: due(network, row, int(count)) for row, count in counts}
        self._pages = page_names(self.sellers)
        view = SellerView(plan, network, {row.shipment_id: row.seller_id for row in shipments})
        self._lines = view.by_shipment(lines)
        self._planned = {row.shipment_id: row for row in plan.shipments}
        self._unplanned = {row.shipment_id: row for row in plan.unplanned}
        self._nearest_duties = {
            name for notice in plan.notices if notice.code == NEAREST_DUTY for name in notice.shipments
        }
        self._estimated_rates = {row.currency for row in network.fx if row.is_estimate}

    def seller(self, seller_id: str, splits: Iterable[PlacementChoice] = ()) -> SellerStatement:
        """Return the statement of a seller.

        Parameters
        ----------
        splits : the seller's inbound plans that pay a placement fee, with the price of a wider split
        """
        shipments = self.sellers[seller_id]
        currency = usual_currency(shipment.currency for shipment in shipments)
        rate = self._network.rate[currency]
        known = [shipment for shipment in shipments if shipment.shipment_id in self._planned]
        amounts = [self._amounts(shipment.shipment_id) for shipment in known]
        converter = Converter(currency, rate)
        own = _converted(amounts, converter)
        rows = tuple(self._shipment(*each) for each in zip(known, amounts, own, strict=True))
        total, value = _total(amounts, self._network.currency, _ZERO), _sum(row.goods_value for row in rows)
        units = [row.units for row in rows]
        return SellerStatement(
            seller_id=seller_id,
            volume_m3=sum((row.volume_m3 for row in rows), Decimal(0)),
            gross_weight_kg=sum((row.gross_weight_kg for row in rows), Decimal(0)),
            units=None if None in units else sum(count for count in units if count),
            goods_value=value,
            amounts=total,
            own=_total(own, currency, converter.total(_ZERO)),
            high_share=self._is_high(total, value),
            importers=tuple(sorted({row.planned.importer_id for row in rows} - (self.sellers.keys() - {seller_id}))),
            rate=rate,
            rate_estimate=currency in self._estimated_rates,
            page=self._pages[seller_id],
            shipments=rows,
            unplanned=tuple(self._unplanned[s.shipment_id] for s in shipments if s.shipment_id in self._unplanned),
            placement=tuple(splits),
        )

    def _amounts(self, shipment_id: str) -> Amounts:
        planned = self._planned[shipment_id]
        categories = dict.fromkeys(CATEGORIES, _ZERO)
        for line in self._lines.get(shipment_id, ()):
            categories[line.category] += line.amount
        landed = _sum(categories.values())
        service = cheapest(planned)
        alone = None if service is None else planned.alternatives[service].cost
        return Amounts(
            currency=self._network.currency,
            landed_cost=landed,
            categories=categories,
            import_tax=planned.import_tax,
            alone=alone,
            saving=None if alone is None else alone - landed,
        )

    def _shipment(self, shipment: Shipment, amounts: Amounts, own: Amounts) -> ShipmentStatement:
        planned, due_day = self._planned[shipment.shipment_id], self._due[shipment.shipment_id].day
        low = planned.goods_value < self._limits.min_unit_price * planned.units if planned.units else None
        return ShipmentStatement(
            seller_id=shipment.seller_id,
            volume_m3=planned.volume_m3,
            gross_weight_kg=planned.gross_weight_kg,
            units=planned.units or None,
            goods_value=planned.goods_value,
            amounts=amounts,
            own=own,
            high_share=self._is_high(amounts, planned.goods_value),
            planned=planned,
            due="" if due_day == NO_DAY else date_of(due_day).isoformat(),
            event=shipment.event,
            fc_storage=expected_storage(self._network, shipment, _received(planned)),
            lines=self._lines.get(shipment.shipment_id, ()),
            tax_recoverable=self._is_recovered(planned) if planned.import_tax else None,
            nearest_duty=planned.shipment_id in self._nearest_duties,
            cheapest=cheapest(planned),
            low_unit_price=low,
        )

    def _is_recovered(self, planned: PlannedShipment) -> bool:
        """Return whether the import tax of a shipment is no cost: what its importer says, else what the regime says."""
        importer = self._network.importer.get(planned.importer_id)
        if importer is not None and importer.import_tax != "regime":
            return importer.import_tax == "deferred"
        return self._network.regime[planned.regime_id].tax_recoverable

    def _is_high(self, amounts: Amounts, goods_value: Decimal) -> bool:
        return 100 * amounts.landed_cost > self._limits.max_share_pct * goods_value


def _received(planned: PlannedShipment) -> dt.date:
    return next(dt.date.fromisoformat(stone.time) for stone in planned.milestones if stone.code == "RECEIVED")


def cheapest(planned: PlannedShipment) -> Service | None:
    """Return the way of sending alone of least landed cost, the quicker among equals."""
    offers = planned.alternatives
    named = (service for service in ALONE if service in offers)
    return min(named, key=lambda service: (offers[service].cost, offers[service].days), default=None)


def _converted(rows: Sequence[Amounts], converter: Converter) -> list[Amounts]:
    """Return the amounts of a seller's shipments in its currency.

    The total of the seller is converted once and split among the shipments; the share of each shipment is then split
    among its categories.
    """

    def split(amounts: list[Decimal]) -> list[Decimal]:
        return converter.parts(converter.total(_sum(amounts)), amounts)

    landed, taxes = split([row.landed_cost for row in rows]), split([row.import_tax for row in rows])
    alone = iter(split([row.alone for row in rows if row.alone is not None]))
    found = []
    for row, cost, tax in zip(rows, landed, taxes, strict=True):
        offer = None if row.alone is None else next(alone)
        parts = converter.parts(cost, list(row.categories.values()))
        found.append(
            Amounts(
                currency=converter.currency,
                landed_cost=cost,
                categories=dict(zip(row.categories, parts, strict=True)),
                import_tax=tax,
                alone=offer,
                saving=None if offer is None else offer - cost,
            )
        )
    return found


def _total(rows: Sequence[Amounts], currency: str, zero: Decimal) -> Amounts:
    """Return the sums of amounts in one currency; `zero` has its decimals."""
    alone = [row.alone for row in rows if row.alone is not None]
    saving = [row.saving for row in rows if row.saving is not None]
    return Amounts(
        currency=currency,
        landed_cost=sum((row.landed_cost for row in rows), zero),
        categories={name: sum((row.categories[name] for row in rows), zero) for name in CATEGORIES},
        import_tax=sum((row.import_tax for row in rows), zero),
        alone=sum(alone, zero) if alone else None,
        saving=sum(saving, zero) if saving else None,
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, _ZERO)
