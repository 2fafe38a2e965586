"""What came out, in words and pictures' names: shared by pages and the command line."""

from __future__ import annotations

from collections.abc import Mapping

from consolidation.report._html import count, money, number, percent
from consolidation.tradeoffs.model import Alternative, Alternatives, Ended, Frontier, Kind

CRITERIA: Mapping[Kind, str] = {
    "containers": "Fewest containers",
    "days": "Earliest",
    "late": "Fewest late days",
    "change": "Least change",
}
UNITS: Mapping[Kind, str] = {
    "containers": "containers",
    "days": "m3 days",
    "late": "late days",
    "change": "changed shipments",
}
ENDED: Mapping[Ended, str] = {
    "enough": "as many plans as wanted were found",
    "exhausted": "no price of a day between two neighbours leads to another plan",
    "limit": "the search ended before as many plans as wanted were found",
    "cancelled": "the search was stopped",
}


def places(kind: Kind) -> int:
    """Return the decimals that a value of a criterion is shown with."""
    return 1 if kind == "days" else 0


def frontier_sentences(found: Frontier) -> list[str]:
    """Return what a frontier says, in plain sentences (text, not HTML)."""
    slowest, fastest, currency = found.points[0], found.points[-1], found.currency
    told = [
        f"{count(len(found.points), 'plan')} between the cheapest and the fastest sensible one; {ENDED[found.ended]}."
    ]
    if len(found.points) > 1:
        days = slowest.priced_m3_days - fastest.priced_m3_days
        dearer = fastest.other_cost - slowest.other_cost
        told.append(
            f"From the cheapest to the fastest the goods arrive {number(slowest.figures.mean_days - fastest.figures.mean_days, 1)} days "
            f"earlier on average, for {money(dearer, currency, 0)} more: {money(dearer / days, currency)} per m3 and day."
        )
    worst = max(found.points, key=lambda point: point.cheaper_by_at_most)
    told.append(
        f"No plan as fast as one of these costs less by more than {money(worst.cheaper_by_at_most, currency)} "
        f"({percent(float(worst.cheaper_by_at_most / worst.other_cost) if worst.other_cost else 0.0, 2)})."
    )
    return told


def alternative_sentence(row: Alternative, currency: str) -> str:
    """Return what came of one criterion, a plain sentence (text, not HTML)."""
    unit, digits = UNITS[row.kind], places(row.kind)
    told = f"{CRITERIA[row.kind]}: {number(row.value, digits)} {unit}"
    if row.better:
        paid = f"{money(row.dearer_by, currency, 0)} more ({percent(row.premium, 2)})"
        told += f" in place of {number(row.base_value, digits)}, for {paid}"
    else:
        told += ", as in the cheapest plan"
    return f"{told}{_proven(row)}."


def _proven(row: Alternative) -> str:
    """Return what is known of plans that are better still."""
    if row.at_least is None:
        return ""
    if row.at_least >= row.value:
        return "; no plan within the premium has fewer"
    return f"; no plan within the premium has fewer than {number(row.at_least, places(row.kind))}"


def alternatives_sentences(found: Alternatives) -> list[str]:
    """Return what alternatives say, in plain sentences (text, not HTML)."""
    return [
        f"The cheapest plan costs {money(found.base.cost, found.currency, 0)}, at most {percent(found.base.gap, 2)} above the best "
        f"there can be. An alternative may cost {percent(found.within, 2)} more.",
        *(alternative_sentence(row, found.currency) for row in found.rows),
    ]
