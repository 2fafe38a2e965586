"""Every shipment of the input is in the plan exactly once, planned or unplanned, with its facts copied right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from consolidation.checking.case import Case
from consolidation.checking.quantities import entered_by, goods_value, volume_m3, weight_kg
from consolidation.checking.result import Violation, violation
from consolidation.checking.world import decimal
from network.money import from_micros, to_micros

CHOSEN = ("PRICE", "WINDOW.INBOUND_PLAN")
"""Rules that leave out a shipment which could travel: by choice, or for the sake of others."""


def coverage(case: Case) -> Iterator[Violation]:
    """Yield violations for shipments that are missing, unknown or there more than once."""
    times = Counter(row.shipment_id for row in case.plan.shipments)
    times.update(row.shipment_id for row in case.plan.unplanned)
    for shipment_id in case.shipments:
        if shipment_id not in times:
            expected = "planned or unplanned"
            yield violation("COVERAGE.MISSING", f"shipment {shipment_id}", "rows in the plan", "none", expected)
    for shipment_id, count in times.items():
        where = f"shipment {shipment_id}"
        if shipment_id not in case.shipments:
            yield violation("COVERAGE.UNKNOWN", where, "id", shipment_id, "a shipment of the input")
        if count > 1:
            yield violation("COVERAGE.TWICE", where, "rows in the plan", count, 1)


def copied(case: Case) -> Iterator[Violation]:
    """Yield a violation for each fact of a planned shipment that differs from the input."""
    places = case.world.network.place
    for planned in case.plan.shipments:
        shipment = case.shipments.get(planned.shipment_id)
        if shipment is None:
            continue
        fc = places.get(shipment.destination_fc)
        value = from_micros(goods_value(case.world, shipment))
        facts: tuple[tuple[str, object, object], ...] = (
            ("SELLER", planned.seller_id, shipment.seller_id),
            ("IMPORTER", planned.importer_id, entered_by(case.world, planned, shipment)),
            ("ORIGIN", planned.origin, shipment.origin),
            ("FC", planned.destination_fc, shipment.destination_fc),
            ("MARKET", planned.market, fc.market if fc else ""),
            ("VOLUME", planned.volume_m3, volume_m3(shipment)),
            ("WEIGHT", planned.gross_weight_kg, weight_kg(shipment)),
            ("UNITS", planned.units, shipment.units or 0),
            ("VALUE", planned.goods_value, value),
        )
        for name, found, expected in facts:
            if found != expected:
                what = f"{name.lower()} of the shipment"
                yield violation(f"SHIPMENT.{name}", f"shipment {planned.shipment_id}", what, found, expected)


def unplanned(case: Case) -> Iterator[Violation]:
    """Yield violations for unplanned shipments without a reason, or at another than the price of leaving one out.

    Where the optimiser chose to, that price stands on top of what the cheapest way without company would cost, so
    it is a lower limit.
    """
    for row in case.plan.unplanned:
        where = f"shipment {row.shipment_id}"
        if not row.rule or not row.detail:
            yield violation("UNPLANNED.REASON", where, "rule that keeps it out", row.rule, "a rule and its detail")
        shipment = case.shipments.get(row.shipment_id)
        if shipment is None:
            continue
        planning = case.world.network.planning
        price = decimal(planning.unplanned_price) + decimal(planning.unplanned_price_per_m3) * volume_m3(shipment)
        value = from_micros(goods_value(case.world, shipment))
        price += decimal(planning.unplanned_pct_of_value) / 100 * value
        stated = from_micros(to_micros(price))
        chosen = row.rule in CHOSEN
        if row.price < stated or (row.price > stated and not chosen):
            expected = f"at least {stated}" if chosen else stated
            yield violation("UNPLANNED.PRICE", where, "price of leaving it out", row.price, expected)


RULES = (coverage, copied, unplanned)
"""Every rule of this module."""
