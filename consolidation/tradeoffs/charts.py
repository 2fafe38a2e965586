"""Pictures of trade-offs: the frontier with what is proven below it, how goods travel along it, and alternatives compared."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import get_args

import plotly.graph_objects as go

from consolidation.plan_model import Service
from consolidation.report._html import count, money, number, percent
from consolidation.report.charts import BLUE, GREEN, GREY, ORANGE, RED, figure
from consolidation.studies.model import Figures
from consolidation.tradeoffs.envelope import Envelope, HalfPlane
from consolidation.tradeoffs.model import Alternatives, Frontier, Kind, Point
from consolidation.tradeoffs.words import CRITERIA, UNITS

_SERVICE_COLOURS = (BLUE, "#56B4E9", GREEN, RED, "#CC79A7", ORANGE, "#F0E442", GREY)
_MARGIN = {"l": 90, "r": 20, "t": 60, "b": 60}


def frontier_figure(found: Frontier) -> go.Figure:
    """Return the plans by m3 days and cost, and the envelope that no plan is below."""
    points = found.points
    days = [point.priced_m3_days for point in points]
    envelope = Envelope([HalfPlane(row.value_of_day_per_m3, row.bound) for row in found.proven])
    corners = envelope.line(min(days), max(days))
    traces = [
        go.Scatter(
            x=[float(corner.m3_days) for corner in corners], y=[round(float(corner.other), 2) for corner in corners], mode="lines",
            name="Proven: no plan is below", line={"color": GREY, "dash": "dash"}, hoverinfo="skip",
        ),
        go.Scatter(
            x=[float(day) for day in days], y=[float(point.other_cost) for point in points], mode="lines+markers", name="Plans found",
            line={"color": BLUE}, marker={"size": 9}, text=[_told(point, found.currency) for point in points], hoverinfo="text",
        ),
    ]  # fmt: skip
    given = [point for point in points if point.given]
    if given:
        traces.append(
            go.Scatter(
                x=[float(point.priced_m3_days) for point in given], y=[float(point.other_cost) for point in given], mode="markers",
                name="At the network's own price of a day", marker={"size": 15, "symbol": "diamond-open", "color": ORANGE, "line": {"width": 3}},
                hoverinfo="skip",
            )
        )  # fmt: skip
    axis = {"title": {"text": "Days from ready to received, by volume (m3 days)"}}
    cost = {"title": {"text": f"Cost without the price of days ({escape(found.currency)})", "standoff": 8}}
    return figure(traces, 480, xaxis=axis, yaxis=cost, margin=_MARGIN)


def _told(point: Point, currency: str) -> str:
    f = point.figures
    containers = ", ".join(f"{count_} x {escape(kind)}" for kind, count_ in f.containers.items()) or "none"
    return (
        f"<b>Plan {escape(point.name)}</b>: {number(f.mean_days, 1)} days on average<br>cost without the price of days "
        f"{money(point.other_cost, currency)}<br>best for a day at {number(point.best_from, 2)} to {number(point.best_to, 2)} per m3<br>"
        f"containers: {containers}<br>{count(f.late_shipments, 'late shipment')}, {f.unplanned:,} unplanned<br>gap {percent(f.gap, 2)}, "
        f"cheaper by at most {money(point.cheaper_by_at_most, currency, 0)}"
    )


def services_figure(found: Frontier) -> go.Figure:
    """Return how many shipments travel by which service in each plan."""
    names = [point.name for point in found.points]
    bars = []
    for service, colour in zip(get_args(Service), _SERVICE_COLOURS, strict=True):
        counts = [point.figures.services.get(service, 0) for point in found.points]
        if any(counts):
            bars.append(
                go.Bar(x=names, y=counts, name=service.replace("_", " "), marker={"color": colour}, hoverinfo="name+y")
            )
    axis = {"title": {"text": "Plan, cheapest first"}, "type": "category"}
    shipments = {"title": {"text": "Shipments"}}
    return figure(bars, 380, xaxis=axis, yaxis=shipments, barmode="stack", bargap=0.3, margin=_MARGIN)


def criterion_figure(found: Alternatives, kind: Kind) -> go.Figure:
    """Return one criterion of the cheapest plan and of every alternative."""
    plans: list[tuple[str, dict[Kind, Decimal], Figures]] = [("Cheapest", found.base_values, found.base)]
    plans += [(CRITERIA[row.kind], row.values, row.figures) for row in found.rows if row.better]
    bar = go.Bar(
        x=[name for name, _, _ in plans], y=[float(values[kind]) for _, values, _ in plans],
        marker={"color": [GREEN if name == CRITERIA[kind] else GREY if name == "Cheapest" else BLUE for name, _, _ in plans]},
        text=[f"{name}: {number(values[kind])} {UNITS[kind]}, {money(f.cost, found.currency, 0)}" for name, values, f in plans],
        textposition="none", hoverinfo="text",
    )  # fmt: skip
    axis = {"title": {"text": UNITS[kind].capitalize()}, "rangemode": "tozero"}
    return figure(
        [bar],
        260,
        xaxis={"type": "category"},
        yaxis=axis,
        showlegend=False,
        bargap=0.5,
        margin={"l": 90, "r": 20, "t": 20, "b": 40},
    )
