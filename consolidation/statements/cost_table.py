"""The cost lines of a seller: a small table per category, equal charges of all its shipments together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from html import escape

from consolidation.plan_model import CATEGORIES, Category
from consolidation.report._html import number
from consolidation.report.charts import CATEGORY_NAMES
from consolidation.statements.cards import places, two_currencies
from consolidation.statements.model import SellerStatement, StatementLine
from network.cells import canonical_text
from network.charges import BASES

_UNITS = {
    **{basis: unit.split(":")[0].split(" (")[0].removesuffix(", whole") for basis, unit in BASES.items()},
    "pct_of_customs_value": "% of customs value",
    "pct_of_import_tax": "% of import tax",
    "compound": "% of customs value, and an amount per piece or kg",
}
"""What each basis counts, in words."""
_SIX_DIGITS = Context(prec=6)


def basis_text(line: StatementLine) -> str:
    """Return how a charge is counted, such as ``16 USD per pallet`` or ``own share of a container``."""
    if line.rate is None:
        return f"own share of a {line.shared_by}"
    unit, rate = _UNITS.get(line.basis, line.basis), canonical_text(_SIX_DIGITS.plus(line.rate))
    return f"{rate} {unit}" if unit.startswith("%") else f"{rate} {line.rate_currency} per {unit}"


def cost_tables(seller: SellerStatement) -> str:
    """Return the HTML of the tables; amounts in plan currency, sums also in the seller's."""
    lines: dict[Category, list[StatementLine]] = defaultdict(list)
    for line in seller.lines:
        lines[line.category].append(line)
    tables = "".join(_table(seller, name, lines[name]) for name in CATEGORIES if lines[name])
    return f'<div class="charges">{tables}</div>'


def _table(seller: SellerStatement, name: Category, lines: Sequence[StatementLine]) -> str:
    sums = [(seller.amounts.categories[name], seller.amounts.currency)]
    if two_currencies(seller):
        sums.append((seller.own.categories[name], seller.own.currency))
    total = "<br>".join(f"{escape(currency)} {number(amount, places(amount))}" for amount, currency in sums)
    rows = "".join(_row(alike) for alike in _alike(lines))
    return (
        f'<table><thead><tr><th scope="col">{CATEGORY_NAMES[name]}</th><th scope="col" class="n">{total}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _alike(lines: Iterable[StatementLine]) -> list[list[StatementLine]]:
    """Return lines in groups of the same charge, counted the same way, dearest first."""
    groups: dict[tuple[str, ...], list[StatementLine]] = defaultdict(list)
    for line in lines:
        groups[line.code, line.name, basis_text(line)].append(line)
    return sorted(groups.values(), key=lambda rows: (-_sum(rows), rows[0].code, rows[0].name))


def _row(rows: Sequence[StatementLine]) -> str:
    first = rows[0]
    quantities = [line.quantity for line in rows if line.quantity is not None]
    times = f" × {number(sum(quantities, Decimal(0)), 2).removesuffix('.00')}" if quantities else ""
    about = "≈ " if any(line.estimate for line in rows) else ""
    return (
        f'<tr><td class="wrap">{escape(first.name)} <span title="{escape(first.code)}">{escape(basis_text(first))}{times}</span>'
        f'</td><td class="n">{about}{number(_sum(rows), 2)}</td></tr>'
    )


def _sum(rows: Iterable[StatementLine]) -> Decimal:
    return sum((line.amount for line in rows), Decimal("0.00"))
