"""Charts of a plan: fill of loads, timeline, landed cost by category, savings. Amounts in plan currency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Any

import plotly.graph_objects as go

from consolidation.plan_model import CATEGORIES, Plan, PlannedLoad, PlannedShipment
from consolidation.report import _html
from consolidation.report.map import MODES
from network.model import Network

MAX_BARS = 300
"""Loads drawn in one chart; the table below the charts and consolidations.csv hold all."""
SERVICES: dict[str, str] = {
    "consolidated": "Consolidated",
    "direct_container": "Direct container",
    "co_load": "LCL co-load",
    "air": "Air",
    "rail_lcl": "Rail LCL",
    "courier": "Courier",
    "alone_lcl": "Alone by LCL",
    "alone_air": "Alone by air",
}
CATEGORY_NAMES: dict[str, str] = {
    "collection": "Collection", "origin": "Origin", "trunk": "Trunk", "insurance": "Insurance", "customs": "Customs",
    "duty": "Duty", "tax": "Import tax", "destination": "Destination", "drayage": "Drayage", "storage": "Storage",
    "final_leg": "Final leg", "fba": "FBA fees",
}  # fmt: skip
BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#8A8A8A"
"""Colours that people who see red and green alike can tell apart."""
_ROW_PX = 19


def figure(traces: Sequence[Any], height: int, **layout: Any) -> go.Figure:
    """Return a figure in the style of all pages; `height` in px."""
    base: dict[str, Any] = {
        "height": height, "margin": {"l": 70, "r": 30, "t": 40, "b": 50}, "font": {"family": _html.FONT, "size": 12},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "yref": "paper"},
    }  # fmt: skip
    return go.Figure(data=list(traces), layout={**base, **layout})


def rows_layout(count: int, axis: dict[str, Any], left: int) -> dict[str, Any]:
    """Return the layout of a chart with one row per load: axis above, first row on top."""
    height = 104 + _ROW_PX * max(count, 1)
    return {
        "height": height,
        "margin": {"l": left, "r": 24, "t": 84, "b": 20},
        "xaxis": {**axis, "side": "top", "ticks": "outside"},
        "yaxis": {"autorange": "reversed", "type": "category", "dtick": 1, "automargin": False, "ticksuffix": " ",
                  "tickfont": {"size": 11}},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1 + 46 / (height - 104), "yanchor": "bottom"},
    }  # fmt: skip


def fill_figure(plan: Plan) -> go.Figure:
    """Return bars of the volume and weight fill of each load, fullest first."""
    loads = sorted(plan.loads, key=lambda load: (-max(load.fill, load.weight_fill), load.load_id))[:MAX_BARS]
    names = [_load_name(load) for load in loads]
    hover = [_load_text(load, plan.certificate.currency) for load in loads]
    bars = [
        go.Bar(
            orientation="h", y=names, x=[round(100 * float(value), 2) for value in values], name=name, text=hover,
            textposition="none", hoverinfo="text", marker={"color": colour},
        )
        for name, colour, values in (
            ("Volume, % of stuffing volume", BLUE, [load.fill for load in loads]),
            ("Weight, % of payload", ORANGE, [load.weight_fill for load in loads]),
        )
    ]  # fmt: skip
    axis = {"title": {"text": "Fill (%)", "standoff": 4}, "range": [0, 104], "dtick": 10, "showgrid": True}
    layout = rows_layout(len(loads), axis, 150)
    return figure(bars, **layout, barmode="group", bargap=0.25, bargroupgap=0.0)


def timeline_figure(plan: Plan, network: Network) -> go.Figure:
    """Return a Gantt chart: a row per load from its cut-off over ETD to ETA, in order of departure; hours in UTC."""
    loads = sorted(plan.loads, key=lambda load: (_instant(load.departs), load.load_id))[:MAX_BARS]
    names = [_load_name(load) for load in loads]
    waits = [
        (name, load, _instant(load.cutoff), _instant(load.departs))
        for name, load in zip(names, loads, strict=True)
        if load.cutoff
    ]
    bars = [_spans("Cut-off to ETD", GREY, waits, plan.certificate.currency)] if waits else []
    groups: dict[str, list[tuple[str, PlannedLoad, dt.datetime, dt.datetime]]] = {}
    for name, load in zip(names, loads, strict=True):
        end = _instant(load.arrives)
        if len(load.arrives) <= 10:
            end += dt.timedelta(days=1)
        groups.setdefault(_group(load, network), []).append((name, load, _instant(load.departs), end))
    colours = {f"{MODES[mode][0]}: ETD to ETA": MODES[mode][1] for mode in MODES}
    bars.extend(
        _spans(group, colours.get(group, GREEN), groups[group], plan.certificate.currency) for group in sorted(groups)
    )
    layout = rows_layout(len(loads), {"type": "date", "showgrid": True, "tickformat": "%e %b\n%Y"}, 150)
    layout["yaxis"] |= {"categoryorder": "array", "categoryarray": names}
    return figure(bars, **layout, barmode="overlay", bargap=0.3)


def _group(load: PlannedLoad, network: Network) -> str:
    if load.kind == "truck":
        return "Truck: dispatch to delivery"
    lane = network.lane.get(load.lane_id)
    return f"{MODES[lane.mode][0] if lane else 'Trunk'}: ETD to ETA"


def _spans(
    name: str, colour: str, rows: Sequence[tuple[str, PlannedLoad, dt.datetime, dt.datetime]], currency: str
) -> go.Bar:
    return go.Bar(
        orientation="h", name=name, y=[row[0] for row in rows], base=[row[2].isoformat() for row in rows],
        x=[max((row[3] - row[2]).total_seconds(), 0.0) * 1000 for row in rows], marker={"color": colour},
        text=[_load_text(row[1], currency) for row in rows], textposition="none", hoverinfo="text",
    )  # fmt: skip


def _instant(text: str) -> dt.datetime:
    """Return a local time with offset, or a date, as UTC without zone."""
    if not text:
        return dt.datetime(1970, 1, 1)
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _load_name(load: PlannedLoad) -> str:
    return escape(f"{load.load_id} {load.equipment_id}")


def _load_text(load: PlannedLoad, currency: str) -> str:
    lane = f"<br>lane {escape(load.lane_id)}" if load.lane_id else ""
    cutoff = f"<br>cut-off {escape(load.cutoff)}" if load.cutoff else ""
    return (
        f"<b>{escape(load.load_id)}</b> {escape(load.equipment_id)}: {escape(load.origin)} to "
        f"{escape(load.destination)}{lane}<br>{load.volume_m3:,.2f} m³ = {_html.percent(float(load.fill))} of volume, "
        f"{load.gross_weight_kg:,.0f} kg = {_html.percent(float(load.weight_fill))} of payload<br>"
        f"{_html.count(len(load.shipments), 'shipment')}, {_html.money(load.cost, currency)}{cutoff}<br>"
        f"departs {escape(load.departs)}<br>arrives {escape(load.arrives)}"
    )


def cost_figure(plan: Plan) -> go.Figure:
    """Return the waterfall of landed cost by category up to its total, and on to the cost of sending alone."""
    currency = plan.certificate.currency
    totals = category_totals(plan.shipments)
    steps: list[tuple[str, Decimal, str]] = [
        (CATEGORY_NAMES[name], amount, "relative") for name, amount in totals.items() if amount
    ]
    cash, alone = plan.certificate.cash_cost, plan.certificate.baseline_cost
    steps += [("<b>Landed cost</b>", cash, "total"), ("Saving", alone - cash, "relative")]
    steps.append(("<b>Sent alone</b>", alone, "total"))
    chart = go.Waterfall(
        x=[step[0] for step in steps], y=[float(step[1]) for step in steps], measure=[step[2] for step in steps],
        text=[_html.number(step[1]) for step in steps], textposition="outside", cliponaxis=False, hoverinfo="text",
        hovertext=[f"{step[0]}: {_html.money(step[1], currency)}" for step in steps],
        increasing={"marker": {"color": ORANGE}}, decreasing={"marker": {"color": RED}},
        totals={"marker": {"color": BLUE}}, connector={"line": {"color": GREY, "width": 1, "dash": "dot"}},
    )  # fmt: skip
    axis = {"title": {"text": f"{escape(currency)}, cash"}, "tickformat": ",.0f", "rangemode": "tozero"}
    return figure([chart], 400, yaxis=axis, showlegend=False, margin={"l": 90, "r": 20, "t": 30, "b": 60})


def category_totals(shipments: Sequence[PlannedShipment]) -> dict[str, Decimal]:
    """Return the landed cost of shipments by category, in the order of the journey."""
    return {
        name: sum((shipment.categories.get(name, Decimal(0)) for shipment in shipments), Decimal(0))
        for name in CATEGORIES
    }


def savings_figure(plan: Plan) -> go.Figure:
    """Return bars of landed cost against the cost of sending alone, per market."""
    currency = plan.certificate.currency
    markets = sorted({shipment.market for shipment in plan.shipments})
    bars = []
    for name, colour, field in (("Sent alone", GREY, "baseline_cost"), ("This plan", BLUE, "landed_cost")):
        values = [
            float(sum((getattr(s, field) for s in plan.shipments if s.market == market), Decimal(0)))
            for market in markets
        ]
        text = [
            f"{escape(m)}, {name.lower()}: {_html.money(v, currency)}" for m, v in zip(markets, values, strict=True)
        ]
        bars.append(
            go.Bar(x=[escape(market) for market in markets], y=values, name=name, marker={"color": colour},
                   text=text, textposition="none", hoverinfo="text")
        )  # fmt: skip
    axis = {"title": {"text": f"{escape(currency)}, cash"}, "tickformat": ",.0f"}
    labels = {"type": "category", "title": {"text": "Market"}}
    return figure(
        bars, 330, yaxis=axis, xaxis=labels, barmode="group", bargap=0.45, margin={"l": 90, "r": 20, "t": 40, "b": 60}
    )
