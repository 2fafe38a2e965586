"""The page of a comparison: one self-contained file with pictures, for people who have to agree to the new plan."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import plotly.graph_objects as go

from consolidation.comparison import charts
from consolidation.comparison.charts import EFFECT_NAMES
from consolidation.comparison.model import EFFECTS, Comparison, Detail, Figure, Money, Verdict
from consolidation.comparison.tables import CHANGES, COSTS, LOADS
from consolidation.report._html import Column, count, document, drawn, money, number, pairs, section, signed, table
from consolidation.report.charts import CATEGORY_NAMES

KIND_NAMES = {
    "added": "added", "dropped": "dropped", "left_out": "left out otherwise", "moved": "moved", "companions": "in other company",
    "re_rated": "re-rated", "later": "later", "earlier": "earlier", "re_measured": "re-measured", "restated": "restated",
    "status": "on another step", "new": "new", "gone": "gone", "departure": "on another departure", "equipment": "in other equipment",
    "members": "with other shipments", "fill": "filled otherwise",
}  # fmt: skip
_SECTIONS = (
    ("summary", "Summary"), ("cost", "Landed cost"), ("shipments-section", "Shipments"), ("dates", "Delivery"),
    ("loads-section", "Loads"), ("prices", "Prices"), ("sellers-section", "Sellers"), ("certificate", "Certificate"),
    ("plans", "The plans"),
)  # fmt: skip
_CAUSES = (
    ("input", "facts of the shipment itself differ, it is new or withdrawn, or the network has another timetable"),
    ("price", "a rate, a charge or an exchange rate is another"),
    ("capacity", "its departure, place, equipment or allotment is gone, or its load is full with goods that are new or grew"),
    ("status", "a partner confirmed it, or it went on to another step"),
    ("optimiser", "nothing that concerns it: chosen otherwise because others changed, or because the search differed"),
)  # fmt: skip


def comparison_page(found: Comparison) -> str:
    """Return the page as one HTML document that works from a file without a network."""
    figures: dict[str, go.Figure] = {}
    parts = [
        _head(found), _summary(found), _cost(found, figures), _shipments(found), _dates(found, figures), _loads(found),
        _prices(found), _sellers(found), _certificate(found), _plans(found),
    ]  # fmt: skip
    parts.append(f"<footer>Comparison of plan {escape(_name(found.a))} with plan {escape(_name(found.b))}.</footer>")
    return document(f"Comparison of {_name(found.a)} with {_name(found.b)}", "\n".join(parts), figures)


def _name(side: object) -> str:
    return f"{getattr(side, 'plan_id', '')} version {getattr(side, 'version', '')}"


def _head(found: Comparison) -> str:
    links = "".join(f'<a href="#{name}">{escape(title)}</a>' for name, title in _SECTIONS)
    return (
        f'<header><h1>What changed between two plans</h1><p class="lead">Plan A {escape(_name(found.a))}, plan B '
        f"{escape(_name(found.b))}; all amounts in {escape(found.currency)}.</p></header>"
        f'<nav aria-label="Sections">{links}</nav>'
    )


def sentences(found: Comparison) -> list[str]:
    """Return what changed, in plain sentences (text, not HTML)."""
    if found.is_empty:
        return ["Both plans are the same, to the last field."]
    if not found.has_changes:
        return [
            "No shipment and no load changed; what differs is beside the journeys, such as the id or the options of the search."
        ]
    cost, told = found.cash_cost, []
    if cost.difference:
        word = "more" if cost.difference > 0 else "less"
        parts = ", ".join(f"{EFFECT_NAMES[name].lower()} {signed(amount)}" for name, amount in cost.effects.items())
        told.append(
            f"Plan B costs {money(abs(cost.difference), found.currency)} {word} in landed cost than plan A: {parts}."
        )
    else:
        told.append("Both plans have the same landed cost.")
    kinds = [f"{number} {KIND_NAMES[kind]}" for kind, number in found.shipments_by_kind().items()]
    if kinds:
        told.append(
            f"{count(len(found.shipments), 'shipment')} changed: {', '.join(kinds)}. One shipment may count more than once."
        )
    of_loads = [f"{number} {KIND_NAMES[kind]}" for kind, number in found.loads_by_kind().items()]
    if of_loads:
        told.append(f"{count(len(found.loads), 'load')} changed: {', '.join(of_loads)}.")
    return told


def _summary(found: Comparison) -> str:
    kinds = found.shipments_by_kind()
    difference = found.cash_cost.difference
    good = " good" if difference < 0 else ""
    cards = [
        (good, signed(difference), f"landed cost, B less A, {escape(found.currency)}"),
        ("", f"{kinds.get('moved', 0):,}", "shipments moved"),
        ("", f"{kinds.get('added', 0):,} / {kinds.get('dropped', 0):,}", "shipments added / dropped"),
        ("", f"{kinds.get('later', 0):,} / {kinds.get('earlier', 0):,}", "shipments delivered later / earlier"),
        ("", f"{kinds.get('re_rated', 0):,}", "shipments re-rated on the same journey"),
        ("", f"{len(found.loads):,}", "loads changed"),
    ]  # fmt: skip
    blocks = "".join(f'<div class="card{kind}"><b>{big}</b><span>{small}</span></div>' for kind, big, small in cards)
    texts = "".join(f"<p>{escape(text)}</p>" for text in sentences(found))
    counted = found.causes()
    columns = [Column("Cause"), Column("What it means", wrap=True), Column("Changes of shipments", "", 0)]
    rows = [(name, meaning, counted[name]) for name, meaning in _CAUSES if name in counted]
    causes = f"<h3>Causes</h3>{table('causes', columns, rows)}" if rows else ""
    return section("summary", "Summary", f'<div class="cards">{blocks}</div>', texts, causes)


def _effect_columns(currency: str) -> list[Column]:
    return [
        Column("Plan A", currency, 2), Column("Plan B", currency, 2), Column("Difference", currency, 2),
        *(Column(EFFECT_NAMES[effect], currency, 2) for effect in EFFECTS),
    ]  # fmt: skip


def _amounts(cost: Money) -> tuple[object, ...]:
    return cost.before, cost.after, cost.difference, *(cost.effects.get(effect) for effect in EFFECTS)


def _cost(found: Comparison, figures: dict[str, go.Figure]) -> str:
    figures["cost-chart"] = charts.cost_figure(found)
    chart = drawn("cost-chart", "Landed cost of plan A, what it changed by, landed cost of plan B")
    by_category = ""
    if any(cost.effects for cost in found.categories.values()):
        figures["category-chart"] = charts.category_figure(found)
        by_category = "<h3>By category</h3>" + drawn("category-chart", "What each category of landed cost changed by")
    rows = [(CATEGORY_NAMES[name], *_amounts(cost)) for name, cost in found.categories.items()]
    rows.append(("All", *_amounts(found.cash_cost)))
    listed = table("categories", [Column("Category"), *_effect_columns(found.currency)], rows)
    note = (
        '<p class="note">Own quantities: the goods themselves, at the old prices. Prices: rates, charges and exchange rates. '
        "Sharing: the part of shared charges, as others in the load or entry changed. Journeys: other ways.</p>"
    )
    return section("cost", "Landed cost", chart, by_category, listed, note)


def _listed(name: str, columns: list[Column], rows: Iterable[tuple[object, ...]], source: str) -> str:
    found = list(rows)
    return table(name, columns, found, searchable=True, source=source) if found else "<p>None.</p>"


def _shipments(found: Comparison) -> str:
    columns = [
        Column("Shipment"), Column("Seller"), Column("Change"), Column("What", wrap=True), Column("Days", "", 0),
        Column("Cause"), Column("Why", wrap=True), Column("Landed cost", f"{found.currency}, B less A", 2),
    ]  # fmt: skip
    rows = (
        (
            row.shipment_id, row.seller_id, KIND_NAMES[change.kind], _what(change.details), change.days or None,
            *_reason(change.verdict), row.landed_cost.difference if number_ == 0 else None,
        )
        for row in found.shipments
        for number_, change in enumerate(row.changes)
    )  # fmt: skip
    return section("shipments-section", "Shipments", _listed("shipments", columns, rows, CHANGES))


def _what(details: Iterable[Detail]) -> str:
    return "; ".join(f"{row.field} {row.before or '–'} → {row.after or '–'}" for row in details)


def _reason(verdict: Verdict) -> tuple[str, str]:
    return verdict.cause, verdict.why


def _dates(found: Comparison, figures: dict[str, go.Figure]) -> str:
    rows = charts.dated(found)
    if not rows:
        return section("dates", "Delivery", "<p>No shipment is delivered on another day.</p>")
    figures["dates-chart"] = charts.dates_figure(found)
    chart = drawn("dates-chart", "Day of delivery in both plans")
    cut = (
        f'<p class="note">The {charts.MAX_DATES} that differ most, of {len(rows):,}.</p>'
        if len(rows) > charts.MAX_DATES
        else ""
    )
    return section("dates", "Delivery", f'<div class="figure tall" tabindex="0">{chart}</div>', cut)


def _loads(found: Comparison) -> str:
    columns = [
        Column("Load in A"), Column("Load in B"), Column("Kind"), Column("Change"), Column("What", wrap=True), Column("Cause"),
        Column("Why", wrap=True), Column("Cost", f"{found.currency}, B less A", 2),
    ]  # fmt: skip
    rows = (
        (
            row.before_id or "–", row.after_id or "–", row.kind, KIND_NAMES[change.kind], _what(change.details),
            *_reason(change.verdict), row.cost_after - row.cost_before if number_ == 0 else None,
        )
        for row in found.loads
        for number_, change in enumerate(row.changes)
    )  # fmt: skip
    note = ""
    if found.renumbered:
        text = ", ".join(f"{old} is {new}" for old, new in list(found.renumbered.items())[:20])
        more = f" and {len(found.renumbered) - 20} more" if len(found.renumbered) > 20 else ""
        note = f'<p class="note">The same loads under other ids: {escape(text)}{more}.</p>'
    return section("loads-section", "Loads", _listed("loads", columns, rows, LOADS), note)


def _prices(found: Comparison) -> str:
    columns = [
        Column("Charge"), Column("Name"), Column("Rate in A"), Column("Rate in B"), Column("Currency, or %"),
        Column("Lines", "", 0), Column("Effect", found.currency, 2),
    ]  # fmt: skip
    rows = (
        (row.charge_id, row.name, _rate(row.rate_before), _rate(row.rate_after), row.currency, row.lines, row.effect)
        for row in found.repriced
    )  # fmt: skip
    return section("prices", "Prices", _listed("prices-table", columns, rows, COSTS))


def _rate(rate: object) -> str:
    return "–" if rate is None else f"{float(str(rate)):,.6g}"


def _sellers(found: Comparison) -> str:
    columns = [
        Column("Seller"),
        Column("Shipments in A", "", 0),
        Column("in B", "", 0),
        *_effect_columns(found.currency),
    ]
    rows = (
        (row.seller_id, row.shipments_before, row.shipments_after, *_amounts(row.landed_cost)) for row in found.sellers
    )
    return section("sellers-section", "Sellers", _listed("sellers", columns, rows, COSTS))


def _certificate(found: Comparison) -> str:
    columns = [
        Column("Figure"),
        Column("Unit"),
        Column("Plan A", "", 2),
        Column("Plan B", "", 2),
        Column("Difference", "", 2),
    ]
    rows = [
        (row.name.replace("_", " "), row.unit, *(_figure(row, value) for value in (row.before, row.after, row.after - row.before)))
        for row in found.certificate
    ]  # fmt: skip
    return section("certificate", "Certificate", table("certificate-table", columns, rows))


def _figure(row: Figure, value: object) -> object:
    if row.unit == "plan currency":
        return value
    return number(value, 0) if row.unit == "shipment" else number(value, 4)


def _plans(found: Comparison) -> str:
    blocks = []
    for title, side in (("Plan A", found.a), ("Plan B", found.b)):
        items = [(name.replace("_", " "), str(value) or "–") for name, value in side.model_dump().items()]
        blocks.append(f"<h3>{title}</h3>{pairs(items)}")
    return section("plans", "The plans", *blocks)
