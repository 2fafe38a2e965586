"""Pictures of a simulation: chances per departure, days late, and the share on time over the runs."""

from __future__ import annotations

from collections import defaultdict
from html import escape

import plotly.graph_objects as go

from consolidation.report import _html
from consolidation.report.charts import BLUE, GREEN, GREY, ORANGE, RED, figure, rows_layout
from consolidation.simulation.model import SimulatedDeparture, Simulation

MAX_DEPARTURES = 80
"""Departures drawn: those with the lowest chance; the table below holds all."""
_FIRST, _LAST = -14, 28
"""Days drawn one by one; the bars at the ends hold all beyond."""
_GOOD, _FAIR = 0.8, 0.5
_MARGIN = {"l": 80, "r": 20, "t": 20, "b": 60}


def drawn(found: Simulation) -> list[SimulatedDeparture]:
    """Return the departures that are drawn, in order of departure."""
    worst = sorted(found.departures, key=lambda row: (row.on_time, row.departure_id))[:MAX_DEPARTURES]
    chosen = {row.departure_id for row in worst}
    return [row for row in found.departures if row.departure_id in chosen]


def departures_figure(found: Simulation) -> go.Figure:
    """Return a bar per departure: the chance that a shipment on it is on time."""
    rows = drawn(found)
    names = [escape(row.departure_id) for row in rows]
    bars = []
    for title, colour, least, most in (
        ("80 % and more", GREEN, _GOOD, 2.0), ("50 to 80 %", ORANGE, _FAIR, _GOOD), ("below 50 %", RED, -1.0, _FAIR),
    ):  # fmt: skip
        chosen = [(name, row) for name, row in zip(names, rows, strict=True) if least <= row.on_time < most]
        if chosen:
            bars.append(
                go.Bar(orientation="h", y=[name for name, _ in chosen], x=[round(100 * row.on_time, 2) for _, row in chosen],
                       name=title, marker={"color": colour}, text=[_told(row, found.currency) for _, row in chosen],
                       textposition="none", hoverinfo="text")
            )  # fmt: skip
    axis = {"title": {"text": "On time (%)", "standoff": 4}, "range": [0, 101], "dtick": 10, "showgrid": True}
    layout = rows_layout(len(rows), axis, 230)
    layout["yaxis"] |= {"categoryorder": "array", "categoryarray": names}
    return figure(bars, **layout, barmode="overlay", bargap=0.3)


def _told(row: SimulatedDeparture, currency: str) -> str:
    return (
        f"<b>{escape(row.departure_id)}</b>: {_html.percent(row.on_time)} on time<br>{_html.count(row.shipments, 'shipment')}, "
        f"{_html.number(row.days_late, 1)} days late on average<br>arrives {escape(row.eta)}, half by {escape(row.eta_p50)}, "
        f"nine of ten by {escape(row.eta_p90)}<br>late days cost {_html.money(row.late_cost, currency)}"
    )


def days_figure(found: Simulation) -> go.Figure:
    """Return how many days after (or before) their promised dates goods are received."""
    shares: dict[int, float] = defaultdict(float)
    for row in found.days_late:
        shares[min(max(row.days, _FIRST), _LAST)] += row.share
    days = sorted(shares)
    edges = {_FIRST: f"{_FIRST} or earlier".replace("-", "−"), _LAST: f"{_LAST} or later"}
    bar = go.Bar(
        x=days, y=[round(100 * shares[day], 4) for day in days], marker={"color": [RED if day > 0 else BLUE for day in days]},
        text=[f"{edges.get(day, day)} days: {_html.percent(shares[day])}" for day in days], textposition="none", hoverinfo="text",
    )  # fmt: skip
    axis = {"title": {"text": "Days after the promised date"}, "dtick": 7, "range": [_FIRST - 1, _LAST + 1]}
    share = {"title": {"text": "Shipments and runs (%)"}, "rangemode": "tozero"}
    return figure([bar], 320, xaxis=axis, yaxis=share, showlegend=False, bargap=0.1, margin=_MARGIN)


def shares_figure(found: Simulation) -> go.Figure:
    """Return in how many runs how large a share of the shipments is on time, with the mean."""
    rows = found.shares_on_time
    bar = go.Bar(
        x=[row.percent + 0.5 for row in rows], y=[round(100 * row.share, 4) for row in rows], marker={"color": BLUE}, width=0.9,
        text=[f"{row.percent} to {row.percent + 1} % on time: {_html.percent(row.share)} of the runs" for row in rows],
        textposition="none", hoverinfo="text",
    )  # fmt: skip
    mean = 100 * found.on_time_share.mean
    line = {
        "type": "line",
        "x0": mean,
        "x1": mean,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": GREY, "dash": "dash"},
    }
    axis = {"title": {"text": "Shipments on time (%)"}, "range": [0, 101], "dtick": 10}
    runs = {"title": {"text": "Runs (%)"}, "rangemode": "tozero"}
    return figure([bar], 320, xaxis=axis, yaxis=runs, showlegend=False, shapes=[line], margin=_MARGIN)
