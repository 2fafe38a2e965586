"""Pictures of a comparison: from one landed cost to the other, by category, and delivery before and after."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from html import escape
from typing import Any

import plotly.graph_objects as go

from consolidation.comparison.model import EFFECTS, ComparedShipment, Comparison, Effect
from consolidation.report import _html
from consolidation.report.charts import BLUE, CATEGORY_NAMES, GREEN, GREY, ORANGE, RED, figure, rows_layout

MAX_DATES = 60
"""Shipments drawn with both dates; changes.csv holds all."""
EFFECT_NAMES: dict[Effect, str] = {
    "dropped": "Dropped", "added": "Added", "quantity": "Own quantities", "price": "Prices", "sharing": "Sharing",
    "journey": "Journeys",
}  # fmt: skip
_COLOURS: dict[Effect, str] = {
    "dropped": GREY, "added": "#882255", "quantity": ORANGE, "price": RED, "sharing": BLUE, "journey": GREEN,
}  # fmt: skip
_DAY_MS = 86_400_000
_CUT = Decimal("0.2")
"""Part of the landed cost below which changes are drawn on an axis of their own size."""


def cost_figure(found: Comparison) -> go.Figure:
    """Return the waterfall from the landed cost of A, effect by effect, to that of B."""
    money, currency = found.cash_cost, found.currency
    steps: list[tuple[str, Decimal, str]] = [("<b>Plan A</b>", money.before, "absolute")]
    steps += [(EFFECT_NAMES[name], money.effects[name], "relative") for name in EFFECTS if name in money.effects]
    steps.append(("<b>Plan B</b>", money.after, "total"))
    signs = [f"{'+' if step[2] == 'relative' and step[1] > 0 else ''}{_html.number(step[1])}" for step in steps]
    chart = go.Waterfall(
        x=[step[0] for step in steps], y=[float(step[1]) for step in steps], measure=[step[2] for step in steps],
        text=signs, textposition="outside", cliponaxis=False, hoverinfo="text",
        hovertext=[f"{step[0]}: {_html.money(step[1], currency)}" for step in steps],
        increasing={"marker": {"color": RED}}, decreasing={"marker": {"color": GREEN}}, totals={"marker": {"color": BLUE}},
        connector={"line": {"color": GREY, "width": 1, "dash": "dot"}},
    )  # fmt: skip
    axis: dict[str, Any] = {"title": {"text": f"{escape(currency)}, cash"}, "tickformat": ",.0f"}
    low, high = reach(found)
    if high and high - low < _CUT * high:
        pad = max((high - low) * Decimal("0.25"), high * Decimal("0.001"))
        axis |= {
            "range": [float(low - pad), float(high + pad)],
            "title": {"text": f"{escape(currency)}, cash; cut off below"},
        }
    return figure([chart], 400, yaxis=axis, showlegend=False, margin={"l": 100, "r": 20, "t": 30, "b": 40})


def reach(found: Comparison) -> tuple[Decimal, Decimal]:
    """Return the least and the most that the waterfall reaches on its way."""
    reached = [found.cash_cost.before]
    reached += [
        reached[0] + sum(list(found.cash_cost.effects.values())[: k + 1], Decimal(0))
        for k in range(len(found.cash_cost.effects))
    ]
    return min(reached), max(reached)


def category_figure(found: Comparison) -> go.Figure:
    """Return stacked bars of what each category differs by."""
    names = [name for name, money in found.categories.items() if money.effects]
    bars = []
    for effect in EFFECTS:
        amounts = [found.categories[name].effects.get(effect, Decimal(0)) for name in names]
        if any(amounts):
            text = [
                f"{CATEGORY_NAMES[name]}, {EFFECT_NAMES[effect].lower()}: {_html.money(amount, found.currency)}"
                for name, amount in zip(names, amounts, strict=True)
            ]
            bars.append(
                go.Bar(x=[CATEGORY_NAMES[name] for name in names], y=[float(amount) for amount in amounts],
                       name=EFFECT_NAMES[effect], marker={"color": _COLOURS[effect]}, text=text, textposition="none",
                       hoverinfo="text")
            )  # fmt: skip
    axis = {"title": {"text": f"{escape(found.currency)}, B less A"}, "tickformat": ",.0f"}
    margin = {"l": 100, "r": 20, "t": 40, "b": 40}
    return figure(bars, 340, yaxis=axis, barmode="relative", bargap=0.4, margin=margin)


def dated(found: Comparison) -> list[tuple[ComparedShipment, str, str, int]]:
    """Return the shipments delivered on another day: with both dates and the days between, most days first."""
    rows = [
        (row, change.details[0].before, change.details[0].after, change.days)
        for row in found.shipments
        for change in row.changes
        if change.kind in ("later", "earlier") and change.details[0].before and change.details[0].after
    ]
    return sorted(rows, key=lambda row: (-abs(row[3]), row[0].shipment_id))


def _days_apart(rows: list[tuple[ComparedShipment, str, str, int]]) -> int:
    """Return the days between ticks of an axis that holds all dates: about a dozen ticks."""
    days = [dt.date.fromisoformat(day) for row in rows for day in row[1:3]]
    return max(1, math.ceil((max(days) - min(days)).days / 12)) if days else 1


def dates_figure(found: Comparison) -> go.Figure:
    """Return, for each shipment delivered on another day, a line from the day in A to the day in B."""
    rows = dated(found)[:MAX_DATES]
    names = [escape(row[0].shipment_id) for row in rows]
    spans: dict[str, list[Any]] = {"x": [], "y": []}
    for name, row in zip(names, rows, strict=True):
        spans["x"] += [row[1], row[2], None]
        spans["y"] += [name, name, None]
    traces: list[Any] = [
        go.Scatter(**spans, mode="lines", line={"color": GREY, "width": 2}, hoverinfo="skip", showlegend=False)
    ]
    before = go.Scatter(
        x=[row[1] for row in rows], y=names, mode="markers", name="Plan A", hoverinfo="x+y",
        marker={"color": GREY, "size": 9, "symbol": "circle-open", "line": {"width": 2}},
    )  # fmt: skip
    traces.append(before)
    for title, colour, sign in (("Plan B, earlier", GREEN, -1), ("Plan B, later", RED, 1)):
        chosen = [(name, row) for name, row in zip(names, rows, strict=True) if row[3] * sign > 0]
        if chosen:
            traces.append(
                go.Scatter(
                    x=[row[2] for _, row in chosen], y=[name for name, _ in chosen], mode="markers", name=title,
                    marker={"color": colour, "size": 10}, text=[f"{name}: {row[3]:+d} days" for name, row in chosen],
                    hoverinfo="text",
                )
            )  # fmt: skip
    axis = {"type": "date", "showgrid": True, "tickformat": "%e %b\n%Y", "dtick": _DAY_MS * _days_apart(rows)}
    layout = rows_layout(len(rows), axis, 150)
    layout["yaxis"] |= {"categoryorder": "array", "categoryarray": names}
    return figure(traces, **layout)
