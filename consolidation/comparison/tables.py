"""The comparison as tables for spreadsheets: changes of shipments, changes of loads, amounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from consolidation.comparison.facts import text
from consolidation.comparison.model import EFFECTS, Comparison, Money, Verdict

CHANGES, LOADS, COSTS = "changes.csv", "loads.csv", "costs.csv"
_CAUSE = ("cause", "why", "others")
CHANGE_COLUMNS = ("shipment_id", "seller_id", "change", "field", "before", "after", "days", *_CAUSE)
LOAD_COLUMNS = (
    "before_load_id",
    "after_load_id",
    "kind",
    "change",
    "field",
    "before",
    "after",
    "joined",
    "left",
    *_CAUSE,
)
COST_COLUMNS = ("scope", "id", "item", "unit", "before", "after", "difference", *EFFECTS)
_FORMULA = ("=", "+", "-", "@", "\t")
Row = Sequence[str]


def tables(found: Comparison) -> dict[str, tuple[Sequence[str], Iterator[Row]]]:
    """Return the columns and the rows of every CSV file, by file name."""
    return {
        CHANGES: (CHANGE_COLUMNS, _changes(found)),
        LOADS: (LOAD_COLUMNS, _loads(found)),
        COSTS: (COST_COLUMNS, _costs(found)),
    }


def _changes(found: Comparison) -> Iterator[Row]:
    for row in found.shipments:
        for change in row.changes:
            for detail in change.details:
                yield [
                    *map(_safe, (row.shipment_id, row.seller_id, change.kind, detail.field, detail.before, detail.after)),
                    str(change.days) if change.days else "", *_verdict(change.verdict),
                ]  # fmt: skip


def _loads(found: Comparison) -> Iterator[Row]:
    for row in found.loads:
        for change in row.changes:
            for detail in change.details:
                yield [
                    row.before_id, row.after_id, row.kind, change.kind, detail.field, _safe(detail.before), _safe(detail.after),
                    ";".join(change.joined), ";".join(change.left), *_verdict(change.verdict),
                ]  # fmt: skip


def _verdict(verdict: Verdict) -> Row:
    return verdict.cause, _safe(verdict.why), ";".join(verdict.others)


def _costs(found: Comparison) -> Iterator[Row]:
    for figure in found.certificate:
        values = (figure.before, figure.after, figure.after - figure.before)
        cells = map(_cents if figure.unit == "plan currency" else text, values)
        yield ["plan", found.b.plan_id, figure.name, figure.unit, *cells, *[""] * len(EFFECTS)]
    yield ["landed_cost", found.b.plan_id, "all", "plan currency", *_money(found.cash_cost)]
    for name, money in found.categories.items():
        yield ["category", name, name, "plan currency", *_money(money)]
    for seller in found.sellers:
        yield ["seller", _safe(seller.seller_id), "landed_cost", "plan currency", *_money(seller.landed_cost)]
    for charge in found.repriced:
        rates = [text(rate) for rate in (charge.rate_before, charge.rate_after)]
        effects = [_cents(charge.effect) if effect == "price" else "" for effect in EFFECTS]
        yield ["charge", _safe(charge.charge_id), "rate", charge.currency, *rates, "", *effects]
    for row in found.shipments:
        for name, money in row.categories.items():
            yield ["shipment", _safe(row.shipment_id), name, "plan currency", *_money(money)]


def _money(money: Money) -> Row:
    effects = [_cents(money.effects[effect]) if effect in money.effects else "" for effect in EFFECTS]
    return [_cents(money.before), _cents(money.after), _cents(money.difference), *effects]


def _cents(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _safe(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
