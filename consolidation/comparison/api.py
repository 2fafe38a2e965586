"""Compare two plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from consolidation.comparison.causes import Judge
from consolidation.comparison.edits import edits, texts_of
from consolidation.comparison.effects import Appraiser, Ledger, total
from consolidation.comparison.evidence import Evidence, Lines, by_shipment
from consolidation.comparison.facts import Known
from consolidation.comparison.loads import LoadClerk
from consolidation.comparison.matching import Pair
from consolidation.comparison.model import ComparedShipment, Comparison, Side
from consolidation.comparison.prices import Prices
from consolidation.comparison.shipments import Clerk, find
from consolidation.comparison.totals import Cells, by_category, by_charge, by_seller, figures
from consolidation.plan_model import Plan, PlannedShipment
from network.errors import Finding, InputError

_EDITED = "the plan was edited; dragonboat check names every wrong sum"


def compare(a: Plan, b: Plan, *, inputs: Known | None = None) -> Comparison:
    """Return what differs between two plans, per shipment and load, each with its cause, and in amounts to the cent.

    Parameters
    ----------
    a, b : the earlier and the later plan
    inputs : networks, shipments and confirmations, as far as they are at hand: causes are surer with them

    Raises
    ------
    InputError
        If the plans are in different currencies, one of them does not add up, or `inputs` are not theirs.
    """
    known = inputs or Known()
    known.require_inputs_of(a, b)
    _require_one_currency(a, b)
    before, after = texts_of(a), texts_of(b)
    pair = Pair(a, b)
    lines = Lines(by_shipment(a.cost_lines), by_shipment(b.cost_lines))
    prices, findings = Prices(pair, known), find(pair, known)
    evidence = Evidence(pair, known, prices, lines)
    changed = frozenset(name for name, found in findings.items() if found.own)
    judge = Judge(pair, evidence, changed)
    appraiser = Appraiser(pair, prices, changed)
    clerk = Clerk(pair, lines, findings, appraiser, judge)
    cells = {name: clerk.categories(name) for name in sorted({*pair.before, *pair.after})}
    costs = {name: total(categories.values()) for name, categories in cells.items()}
    _require_sums(pair, costs, lines)
    shipments = tuple(_compared(clerk, pair, cells))
    loads = LoadClerk(pair, evidence, judge, {row.shipment_id: row for row in shipments})
    return Comparison(
        a=_side(a, before.sha256),
        b=_side(b, after.sha256),
        currency=a.inputs.currency,
        shipments=shipments,
        loads=tuple(loads.compared()),
        renumbered={old: new for old, new in sorted(pair.twin.items()) if old != new},
        cash_cost=total(costs.values()).money(),
        categories=by_category(cells),
        sellers=by_seller(pair, costs),
        repriced=by_charge(prices, appraiser.repriced),
        certificate=figures(a.certificate, b.certificate),
        edits=edits(b, before, after),
    )


def _compared(clerk: Clerk, pair: Pair, cells: Cells) -> Iterable[ComparedShipment]:
    left_out = {row.shipment_id for row in (*pair.a.unplanned, *pair.b.unplanned)}
    for name in sorted({*cells, *left_out}):
        found = clerk.compared(name, cells.get(name, {}))
        if found is not None:
            yield found


def _side(plan: Plan, sha256: str) -> Side:
    return Side(
        plan_id=plan.plan_id, version=plan.version, replaces=plan.replaces, network_sha256=plan.inputs.network_sha256,
        shipments_sha256=plan.inputs.shipments_sha256, scenario=plan.inputs.scenario, content_sha256=sha256,
    )  # fmt: skip


def _require_one_currency(a: Plan, b: Plan) -> None:
    if a.inputs.currency != b.inputs.currency:
        raise InputError([
            Finding("plan B", None, "inputs.currency", b.inputs.currency, f"{a.inputs.currency}, the currency of plan A",
                    f"plan B again on a network in {a.inputs.currency}", "CURRENCY.DIFFERS")
        ])  # fmt: skip


def _require_sums(pair: Pair, costs: Mapping[str, Ledger], lines: Lines) -> None:
    """Refuse a plan whose cost lines do not sum to its landed costs and to its cash cost."""
    findings = []
    sides = (
        ("plan A", pair.a, pair.before, lines.before, {name: money.before for name, money in costs.items()}),
        ("plan B", pair.b, pair.after, lines.after, {name: money.after for name, money in costs.items()}),
    )
    for file, plan, rows, borne, sums in sides:
        findings += [
            Finding(file, None, name, str(sums[name]), f"{row.landed_cost}, its landed cost", _EDITED, "COST.SUM")
            for name, row in rows.items()
            if sums[name] != row.landed_cost
        ]
        findings += [
            Finding(file, None, name, "cost lines", "a planned shipment that bears them", _EDITED, "COST.SUM")
            for name in borne
            if name not in rows
        ]
        findings += _wrong_total(file, plan, rows)
    if findings:
        raise InputError(findings)


def _wrong_total(file: str, plan: Plan, rows: Mapping[str, PlannedShipment]) -> list[Finding]:
    cash = plan.certificate.cash_cost
    total = sum((row.landed_cost for row in rows.values()), Decimal(0))
    if total == cash and len(rows) == len(plan.shipments):
        return []
    what = f"{cash}, the cash cost of the certificate, by {len(plan.shipments)} shipments"
    return [Finding(file, None, "shipments", f"{total} by {len(rows)}", what, _EDITED, "COST.SUM")]
