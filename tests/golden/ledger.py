"""What a plan charges beside what a case expects, as a table that says which line differs by how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from consolidation.plan_model import Plan
from tests.golden.cases import Journey

Sheet = dict[tuple[str, str], Decimal]
"""Amount by (shipment or "all", name of the line or total)."""
NOTHING = Decimal("0.00")


def expected(journey: Journey) -> Sheet:
    """Return what a case expects: its lines, the cash they sum to, and its totals."""
    sheet = {("all", code): amount for code, amount in journey.expected.items()}
    sheet |= {(name, code): amount for name, lines in journey.expected_of.items() for code, amount in lines.items()}
    sheet |= {("total", name): amount for name, amount in journey.totals.items()}
    sheet["total", "cash"] = sum(journey.expected.values(), NOTHING)
    return sheet


def found(journey: Journey, plan: Plan) -> Sheet:
    """Return what a plan says about everything that the case expects, and every other line that it has."""
    sheet: Sheet = defaultdict(lambda: NOTHING)
    for line in plan.cost_lines:
        sheet["all", line.code] += line.amount
        if line.shipment_id in journey.expected_of:
            sheet[line.shipment_id, line.code] += line.amount
    sheet["total", "cash"] = plan.certificate.cash_cost
    known = totals(plan)
    sheet |= {("total", name): known[name] for name in journey.totals}
    return dict(sheet)


def totals(plan: Plan) -> dict[str, Decimal]:
    """Return what a case may ask of a plan besides its lines.

    ``entries``, ``loads``, ``trucks``, ``late_days`` are counts; ``lateness`` is their price, no cash; ``import_tax`` is shown apart, also where it is recoverable; the
    others are sums of a category, of a side or of a part of priced time.
    """
    known = {
        "entries": Decimal(len(plan.entries)),
        "loads": Decimal(sum(load.kind == "trunk" for load in plan.loads)),
        "trucks": Decimal(sum(load.kind == "truck" for load in plan.loads)),
        "late_days": Decimal(sum(row.late_days for row in plan.shipments)),
        "lateness": sum((row.priced_time["LATENESS"] for row in plan.shipments), NOTHING),
        "import_tax": sum((row.import_tax for row in plan.shipments), NOTHING),
        "cash": plan.certificate.cash_cost,
    }
    sums: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for line in plan.cost_lines:
        sums[line.category] += line.amount
        sums[f"side_{line.side}"] += line.amount
    for row in plan.shipments:
        for part, amount in row.priced_time.items():
            sums[f"time_{part}"] += amount
    return defaultdict(lambda: NOTHING, {**sums, **known})


def difference(expected: Mapping[tuple[str, str], Decimal], found: Mapping[tuple[str, str], Decimal]) -> str:
    """Return a table of every line with what was expected, found, and the difference; blank when there is none."""
    keys = [*expected, *(key for key in found if key not in expected)]
    rows = [("", "of", "line", "expected", "found", "difference")]
    for key in keys:
        due, paid = expected.get(key, NOTHING), found.get(key, NOTHING)
        apart = paid - due
        rows.append(
            (">" if apart else "", *key, _shown(expected, key), _shown(found, key), f"{apart:+}" if apart else "")
        )
    if not any(row[0] for row in rows[1:]):
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(_line(row, widths) for row in rows)


def _shown(sheet: Mapping[tuple[str, str], Decimal], key: tuple[str, str]) -> str:
    return f"{sheet[key]:.2f}" if key in sheet else "no such line"


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    left = [text.ljust(width) for text, width in zip(row[:3], widths[:3], strict=True)]
    right = [text.rjust(width) for text, width in zip(row[3:], widths[3:], strict=True)]
    return "  ".join((*left, *right)).rstrip()
