"""What both plans come to: by category, by seller, by charge, and by certificate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal

from consolidation.comparison.effects import Ledger, Ledgers
from consolidation.comparison.matching import Pair
from consolidation.comparison.model import Figure, Money, Repriced, SellerTotal
from consolidation.comparison.prices import Prices
from consolidation.plan_model import CATEGORIES, Category, Certificate

_UNITS = {"gap": "share of cost", "shipments": "shipment", "unplanned": "shipment", "baseline_missing": "shipment"}
_WORDS = ("currency", "proven_optimal", "stop_reason")
Cells = Mapping[str, Ledgers]
"""Amounts by shipment and category."""


def by_category(cells: Cells) -> dict[Category, Money]:
    """Return the sums of every category that either plan has."""
    found: dict[Category, Ledger] = defaultdict(Ledger)
    for categories in cells.values():
        for name, ledger in categories.items():
            found[name].add(ledger)
    return {name: found[name].money() for name in CATEGORIES if name in found}


def by_seller(pair: Pair, costs: Mapping[str, Ledger]) -> tuple[SellerTotal, ...]:
    """Return the sums of every seller, in order of id; a shipment that changed hands counts for its seller in B.

    Parameters
    ----------
    costs : landed cost of every shipment
    """
    owner = {name: row.seller_id for name, row in (*pair.before.items(), *pair.after.items())}
    planned = [Counter(owner[row.shipment_id] for row in plan.shipments) for plan in (pair.a, pair.b)]
    found: dict[str, Ledger] = defaultdict(Ledger)
    for name, ledger in costs.items():
        found[owner[name]].add(ledger)
    return tuple(
        SellerTotal(
            seller_id=seller, shipments_before=planned[0][seller], shipments_after=planned[1][seller],
            landed_cost=found[seller].money(),
        )
        for seller in sorted(found)
    )  # fmt: skip


def by_charge(prices: Prices, effects: Mapping[str, list[Decimal]]) -> tuple[Repriced, ...]:
    """Return the charges whose price made a difference, the largest first."""
    found = []
    for charge_id, amounts in effects.items():
        old, new = prices.before.get(charge_id), prices.after.get(charge_id)
        known = new or old
        assert known is not None
        found.append(
            Repriced(
                charge_id=charge_id, name=known.name, currency=known.unit, rate_before=old and old.rate,
                rate_after=new and new.rate, lines=len(amounts), effect=sum(amounts, Decimal(0)),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda row: (-abs(row.effect), row.charge_id)))


def figures(before: Certificate, after: Certificate) -> tuple[Figure, ...]:
    """Return the figures of both certificates, those that are the same too."""
    return tuple(
        Figure(
            name=name,
            unit=_UNITS.get(name, "plan currency"),
            before=Decimal(str(getattr(before, name))),
            after=Decimal(str(getattr(after, name))),
        )
        for name in Certificate.model_fields
        if name not in _WORDS
    )
