"""Totals: the lines sum to the landed costs, and those to the certificate, to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from consolidation.checking.case import Case
from consolidation.checking.loads import Held
from consolidation.checking.own_lines import Own, price_of_own_delay, priced_time
from consolidation.checking.result import Violation, violation
from consolidation.checking.shared_lines import load_delays
from consolidation.checking.world import decimal
from consolidation.plan_model import CATEGORIES, PlannedShipment
from network.charges import ENTRY_BASES
from network.money import from_micros

_GAP_TOLERANCE = 1e-6
_CENT = Decimal("0.01")


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def landed(case: Case) -> Iterator[Violation]:
    """Yield violations where a landed cost or one of its categories is not the sum of its cost lines."""
    for planned in case.plan.shipments:
        where = f"shipment {planned.shipment_id}"
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in case.lines_of.get(planned.shipment_id, []):
            sums[line.category] += line.amount
        if planned.landed_cost != _sum(sums.values()):
            what = "landed cost against the sum of its lines"
            yield violation("SUM.LANDED", where, what, planned.landed_cost, _sum(sums.values()))
        for category in CATEGORIES:
            stated = planned.categories.get(category, Decimal(0))
            if stated != sums[category]:
                yield violation("SUM.CATEGORY", where, f"category {category}", stated, sums[category])


def stray_lines(case: Case) -> Iterator[Violation]:
    """Yield a violation for each shipment id of cost lines that is not planned."""
    planned = {row.shipment_id for row in case.plan.shipments}
    for shipment_id, lines in case.lines_of.items():
        if shipment_id not in planned:
            found = f"{_sum(line.amount for line in lines)} in {len(lines)} lines"
            yield violation("COST.EXTRA_LINE", f"shipment {shipment_id}", "cost of no planned shipment", found, "none")


def load_costs(case: Case) -> Iterator[Violation]:
    """Yield violations where the cost of a load or an entry is not the sum of its cost lines."""
    loads: dict[str, Decimal] = defaultdict(Decimal)
    entries: dict[str, Decimal] = defaultdict(Decimal)
    for line in case.plan.cost_lines:
        if line.load_id:
            loads[line.load_id] += line.amount
        if line.entry_id and line.basis in ENTRY_BASES:
            entries[line.entry_id] += line.amount
    for load in case.plan.loads:
        if load.cost != loads[load.load_id]:
            yield violation("SUM.LOAD", f"load {load.load_id}", "cost", load.cost, loads[load.load_id])
    for entry in case.plan.entries:
        if entry.cost != entries[entry.entry_id]:
            yield violation("SUM.ENTRY", f"entry {entry.entry_id}", "cost", entry.cost, entries[entry.entry_id])


def times_and_taxes(case: Case, own: dict[str, Own], held: Iterable[Held]) -> Iterator[Violation]:
    """Yield violations where the priced time or the import tax of a shipment is miscounted."""
    value_of_day = decimal(case.world.network.planning.value_of_day_per_m3)
    delays = {name: price for load in held for name, price in load_delays(load).items()}
    for shipment_id, each in case.travellers.items():
        planned, journey = each.journey.planned, each.journey
        expected = priced_time(case.world, journey, each.dates, value_of_day)
        alone = price_of_own_delay(case.world, journey, each.dates.after, value_of_day)
        expected["EXAMINATION"] = delays.get(shipment_id, Decimal(0)) if planned.trunk_load_id else alone
        for kind, price in expected.items():
            stated = _priced(planned, kind)
            if stated != price:
                yield violation(f"TIME.{kind}", journey.where, f"price of time, {kind.lower()}", stated, price)
        tax = from_micros(own[shipment_id].import_tax)
        if planned.import_tax != tax:
            yield violation("TAX.IMPORT", journey.where, "import tax", planned.import_tax, tax)


def _priced(planned: PlannedShipment, kind: str) -> Decimal:
    return next((price for name, price in planned.priced_time.items() if name == kind), Decimal(0))


def certificate(case: Case) -> Iterator[Violation]:
    """Yield a violation for each figure of the certificate that is not the sum of the plan."""
    plan, stated = case.plan, case.plan.certificate
    cash = _sum(row.landed_cost for row in plan.shipments)
    time = _sum(price for row in plan.shipments for price in row.priced_time.values())
    left_out = _sum(row.price for row in plan.unplanned)
    sums: tuple[tuple[str, object, object], ...] = (
        ("SUM.CASH", stated.cash_cost, cash),
        ("SUM.LINES", stated.cash_cost, _sum(line.amount for line in plan.cost_lines)),
        ("SUM.PRICED_TIME", stated.priced_time, time),
        ("SUM.UNPLANNED_PRICE", stated.unplanned_price, left_out),
        ("SUM.COST", stated.cost, stated.cash_cost + stated.priced_time + stated.unplanned_price + stated.change_price),
        ("SUM.BASELINE", stated.baseline_cost, _sum(row.baseline_cost for row in plan.shipments)),
        ("SUM.BASELINE_TIME", stated.baseline_priced_time, _sum(row.baseline_priced_time for row in plan.shipments)),
        (
            "COUNT.BASELINE_MISSING",
            stated.baseline_missing,
            sum(row.baseline_service is None for row in plan.shipments),
        ),
        ("COUNT.SHIPMENTS", stated.shipments, len(plan.shipments) + len(plan.unplanned)),
        ("COUNT.UNPLANNED", stated.unplanned, len(plan.unplanned)),
        ("CERTIFICATE.CURRENCY", stated.currency, case.world.network.currency),
    )
    for cause, found, expected in sums:
        if found != expected:
            yield violation(cause, "certificate", _named(cause), found, expected)


def _named(cause: str) -> str:
    return cause.partition(".")[2].replace("_", " ").lower()


def proof(case: Case) -> Iterator[Violation]:
    """Yield violations for a bound above the cost, a gap that is not theirs, or an optimum that is not one."""
    stated = case.plan.certificate
    if stated.bound > stated.cost or stated.bound < 0:
        yield violation("CERTIFICATE.BOUND", "certificate", "bound", stated.bound, f"0 to the cost, {stated.cost}")
    gap = float((stated.cost - stated.bound) / stated.cost) if stated.cost else 0.0
    if not abs(stated.gap - gap) <= _GAP_TOLERANCE:
        yield violation("CERTIFICATE.GAP", "certificate", "gap", stated.gap, f"(cost - bound) / cost = {gap:.6f}")
    if stated.proven_optimal and gap > _GAP_TOLERANCE and stated.cost - stated.bound > _CENT:
        yield violation("CERTIFICATE.OPTIMAL", "certificate", "proven optimal with gap", f"{gap:.6f}", "no gap")


RULES = (landed, stray_lines, load_costs, certificate, proof)
"""Rules over the plan alone."""
