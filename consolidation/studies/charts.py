"""Pictures of a study, a row per scenario: differences within their bounds, where the money goes, service, emissions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from html import escape
from typing import Any

import plotly.graph_objects as go

from consolidation.plan_model import CATEGORIES
from consolidation.report import _html
from consolidation.report.charts import BLUE, CATEGORY_NAMES, GREEN, GREY, ORANGE, RED, figure, rows_layout
from consolidation.report.map import MODES
from consolidation.studies.blocks import MAX_DRAWN, base_of, compared
from consolidation.studies.model import BASE, Difference, Figures, Study, Verdict
from consolidation.studies.words import VERDICTS

Trace = dict[str, Any]

MARKS: dict[Verdict, tuple[str, str]] = {
    "cheaper": (GREEN, "circle"),
    "not_dearer": (GREEN, "triangle-left-open"),
    "same": (GREY, "circle"),
    "undecided": (GREY, "x-thin-open"),
    "not_cheaper": (RED, "triangle-right-open"),
    "dearer": (RED, "circle"),
}
"""Colour and symbol of each verdict."""
PANELS: tuple[tuple[str, Callable[[Figures], float]], ...] = (
    ("Days, mean", lambda row: row.mean_days),
    ("Containers", lambda row: sum(row.containers.values())),
    ("Shipments late", lambda row: row.late_shipments),
    ("Shipments unplanned", lambda row: row.unplanned),
)
"""What is drawn side by side, fewer being better."""
_MONEY_COLOURS = (
    "#56B4E9", ORANGE, BLUE, "#F0E442", "#332288", RED, "#882255", GREEN, "#6B5B4B", "#CC79A7", "#A6761D", "#44AA99",
)  # fmt: skip
_OTHER_COLOURS = ("#F0E442", "#56B4E9", "#882255", "#44AA99", "#332288")
_BEYOND = 0.35
"""Part of the span of all differences by which an interval may reach beyond them in the picture."""
_HEAD, _TAIL = 15, 44
"""Letters of a long name that are written."""
_LETTER_PX = 6.3


def short(name: str) -> str:
    """Return a name that fits beside a row; its middle gives way, as the points of a grid stand at the end.

    >>> short("winter_programme." + "a" * 40 + "+dear")
    'winter_programm…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa+dear'
    """
    return name if len(name) <= _HEAD + _TAIL else f"{name[:_HEAD]}…{name[-_TAIL:]}"


def _rows(names: Sequence[str], axis: Trace, right: int = 24) -> Trace:
    """Return the layout of a chart with a row per scenario."""
    texts = [escape(short(name)) for name in names]
    left = 24 + round(_LETTER_PX * max((len(text) for text in texts), default=0))
    layout = rows_layout(len(names), axis, left)
    layout["yaxis"] |= {
        "categoryorder": "array", "categoryarray": [escape(name) for name in names], "tickmode": "array",
        "tickvals": [escape(name) for name in names], "ticktext": texts, "range": [len(names) - 0.4, -0.6],
        "autorange": False,
    }  # fmt: skip
    layout["margin"] |= {"r": right}
    return layout


def marked(places: Sequence[str], differences: Sequence[Difference], currency: str, *, across: bool) -> list[Trace]:
    """Return the interval of each difference as a line, and the difference of the plans found as a point.

    Parameters
    ----------
    places : of each on the other axis
    across : amounts along x, else along y
    """
    amounts, others = ("x", "y") if across else ("y", "x")
    bar = "line-ns-open" if across else "line-ew-open"
    ends: list[float | None] = []
    beside: list[str | None] = []
    for place, each in zip(places, differences, strict=True):
        ends += [float(each.at_least), float(each.at_most), None]
        beside += [place, place, None]
    lines: Trace = {
        "type": "scatter", amounts: ends, others: beside, "mode": "lines+markers", "name": "Surely within",
        "line": {"color": GREY, "width": 2}, "marker": {"symbol": bar, "size": 9, "color": GREY, "line": {"width": 2}},
        "hoverinfo": "skip",
    }  # fmt: skip
    traces = [lines]
    for verdict, (colour, symbol) in MARKS.items():
        chosen = [pair for pair in zip(places, differences, strict=True) if pair[1].verdict == verdict]
        if chosen:
            traces.append({
                "type": "scatter", amounts: [float(each.cost) for _, each in chosen], others: [place for place, _ in chosen],
                "mode": "markers", "name": VERDICTS[verdict].capitalize(), "hoverinfo": "text",
                "marker": {"color": colour, "symbol": symbol, "size": 11, "line": {"width": 2 if "open" in symbol else 0}},
                "text": [f"{place}<br>{told(each, currency)}" for place, each in chosen],
            })  # fmt: skip
    return traces


def told(difference: Difference, currency: str) -> str:
    """Return a difference with its interval and verdict, as text of a picture."""
    low, high = _html.signed(difference.at_least), _html.signed(difference.at_most)
    return (
        f"{escape(currency)} {_html.signed(difference.cost)}: {VERDICTS[difference.verdict]}<br>surely {low} to {high}"
    )


def difference_figure(study: Study) -> go.Figure:
    """Return for each scenario the difference of the plans found, and the interval of the best plans."""
    rows = compared(study)[:MAX_DRAWN]
    names = [escape(row.name) for row in rows]
    differences = [row.difference for row in rows]
    axis = {"title": {"text": f"{escape(study.currency)}, scenario less base", "standoff": 4}, "tickformat": "+,.0f",
            "showgrid": True, "range": _reach(differences)}  # fmt: skip
    layout = _rows([row.name for row in rows], axis, 170)
    layout["shapes"] = [_upright(0.0, "x", "dash")]
    layout["annotations"] = [
        {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": name, "yref": "y", "showarrow": False,
         "align": "left", "text": f"{_html.signed(each.cost, 0)} {VERDICTS[each.verdict]}", "font": {"size": 11}}
        for name, each in zip(names, differences, strict=True)
    ]  # fmt: skip
    return figure(marked(names, differences, study.currency, across=True), **layout)


def _reach(differences: Sequence[Difference]) -> list[float]:
    """Return the amounts drawn: all differences, and of the intervals what is not far beyond them."""
    found = [0.0, *(float(each.cost) for each in differences)]
    low, high = min(found), max(found)
    ends = [float(end) for each in differences for end in (each.at_least, each.at_most)]
    if high == low:
        low, high = min([low, *ends]), max([high, *ends])
    room = _BEYOND * ((high - low) or 1.0)
    pad = 0.03 * ((high - low) or 1.0)
    return [max(low - room, min([low, *ends])) - pad, min(high + room, max([high, *ends])) + pad]


def _upright(value: float, axis: str, dash: str) -> Trace:
    return {
        "type": "line", "xref": axis, "yref": "paper", "x0": value, "x1": value, "y0": 0, "y1": 1, "layer": "below",
        "line": {"color": GREY, "width": 1.2, "dash": dash},
    }  # fmt: skip


def parts(row: Figures) -> dict[str, Decimal]:
    """Return what the cost of a plan is made of: cash by category, priced time, and the price of leaving out."""
    cash = {CATEGORY_NAMES[name]: row.categories.get(name, Decimal(0)) for name in CATEGORIES}
    return {**cash, "Priced time": row.priced_time, "Left out": row.unplanned_price}


def cost_figure(study: Study) -> go.Figure:
    """Return for each scenario what every part of the cost differs by from the base, as stacked bars."""
    rows = compared(study)[:MAX_DRAWN]
    before = parts(base_of(study))
    names = [escape(row.name) for row in rows]
    bars: list[Trace] = []
    for part, colour in zip(before, (*_MONEY_COLOURS, "#A5A5A5", "#1A1A1A"), strict=True):
        amounts = [parts(row.figures)[part] - before[part] for row in rows]
        if any(amounts):
            bars.append({
                "type": "bar", "orientation": "h", "y": names, "x": [float(amount) for amount in amounts], "name": part,
                "marker": {"color": colour}, "textposition": "none", "hoverinfo": "text",
                "text": [f"{name}, {part.lower()}: {escape(study.currency)} {_html.signed(amount)}"
                         for name, amount in zip(names, amounts, strict=True)],
            })  # fmt: skip
    bars.append({
        "type": "scatter", "mode": "markers", "y": names, "x": [float(row.difference.cost) for row in rows], "name": "All",
        "marker": {"symbol": "diamond", "size": 8, "color": "#FFFFFF", "line": {"color": "#1A1A1A", "width": 1.5}},
        "text": [f"{name}, all: {escape(study.currency)} {_html.signed(row.difference.cost)}"
                 for name, row in zip(names, rows, strict=True)], "hoverinfo": "text",
    })  # fmt: skip
    axis = {"title": {"text": f"{escape(study.currency)}, scenario less base", "standoff": 4}, "tickformat": "+,.0f",
            "showgrid": True}  # fmt: skip
    layout = _rows([row.name for row in rows], axis)
    layout["legend"] |= {"traceorder": "normal"}
    return figure(bars, **layout, barmode="relative", bargap=0.3)


def service_figure(study: Study) -> go.Figure:
    """Return days, containers, late and unplanned shipments of each scenario side by side, each from the base."""
    rows, base = compared(study)[:MAX_DRAWN], base_of(study)
    names = [escape(row.name) for row in rows]
    traces: list[Trace] = []
    layout = _rows([row.name for row in rows], {}) | {"showlegend": False, "shapes": []}
    for k, (title, value) in enumerate(PANELS):
        axis, before = "x" if k == 0 else f"x{k + 1}", value(base)
        values = [value(row.figures) for row in rows]
        traces += _panel(axis, names, before, values, title)
        layout["shapes"].append(_upright(before, axis, "dash"))
        layout["xaxis" if k == 0 else f"xaxis{k + 1}"] = {
            "title": {"text": f"{title}<br>base {before:,.4g}", "standoff": 4}, "side": "top", "ticks": "outside",
            "showgrid": True, "anchor": "y", **_around([before, *values]), "tickangle": 0,
            "domain": [(k + 0.04 * (k > 0)) / len(PANELS), (k + 0.94) / len(PANELS)], "tickformat": ",",
        }  # fmt: skip
    return figure(traces, **layout)


def _panel(axis: str, names: Sequence[str], before: float, values: Sequence[float], title: str) -> list[Trace]:
    stems: Trace = {
        "type": "scatter", "mode": "lines", "xaxis": axis, "line": {"color": GREY, "width": 2}, "hoverinfo": "skip",
        "x": [end for value in values for end in (before, value, None)],
        "y": [end for name in names for end in (name, name, None)],
    }  # fmt: skip
    points: Trace = {
        "type": "scatter", "mode": "markers", "xaxis": axis, "x": list(values), "y": list(names), "hoverinfo": "text",
        "name": title,
        "marker": {"size": 9, "color": [GREY if v == before else GREEN if v < before else RED for v in values]},
        "text": [f"{name}<br>{title.lower()}: {value:,.6g}, base {before:,.6g}" for name, value in zip(names, values, strict=True)],
    }  # fmt: skip
    return [stems, points]


def _around(values: Sequence[float]) -> Trace:
    """Return the range of an axis that holds all values, and its ticks: whole numbers where the values are."""
    low, high = min(values), max(values)
    pad = 0.08 * (high - low) or 1.0
    whole = all(value == int(value) for value in values)
    return {
        "range": [low - pad, high + pad],
        **({"dtick": math.ceil((high - low) / 5) or 1} if whole else {"nticks": 6}),
    }


def emission_figure(study: Study) -> go.Figure | None:
    """Return what the base and each scenario emit, stacked by mode of transport; None where nothing is known of it."""
    rows = [(BASE, base_of(study)), *((row.name, row.figures) for row in compared(study)[:MAX_DRAWN])]
    found = {mode for _, row in rows for mode, part in row.emissions.items() if part.co2e_kg is not None}
    bars: list[Trace] = []
    others = itertools.cycle(_OTHER_COLOURS)
    for mode in sorted(found, key=lambda mode: (list(MODES).index(mode) if mode in MODES else len(MODES), mode)):
        name, colour = MODES[mode][:2] if mode in MODES else (mode.replace("_", " ").capitalize(), next(others))
        emitted = [row.emissions[mode].co2e_kg if mode in row.emissions else None for _, row in rows]
        tonnes = [float(kg or 0) / 1000 for kg in emitted]
        bars.append({
            "type": "bar", "orientation": "h", "y": [escape(each) for each, _ in rows], "x": tonnes, "name": escape(name),
            "marker": {"color": colour}, "textposition": "none", "hoverinfo": "text",
            "text": [f"{escape(each)}, {escape(name)}: {value:,.3f} t CO2e" for (each, _), value in zip(rows, tonnes, strict=True)],
        })  # fmt: skip
    axis = {"title": {"text": "t CO2e", "standoff": 4}, "tickformat": ",.4~g", "showgrid": True}
    layout = _rows([name for name, _ in rows], axis)
    return figure(bars, **layout, barmode="stack", bargap=0.3) if bars else None
