"""The map of a plan: lanes by mode and volume, places by kind, filters by departure week and market.

Every trace that the filters change carries ``meta.variants``: for each choice of week and market
(:func:`consolidation.report._flows.selection_key`) what it shows then, computed here from the plan. The page's script
only looks the choice up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from consolidation.plan_model import Plan, PlannedShipment
from consolidation.report import _flows, _html
from consolidation.report._flows import ANY, Flow, selection_key
from consolidation.report._geometry import great_circle
from consolidation.report._maps import (
    controls,
    drawn_map,
    first_view,
    label_trace,
    lane_path,
    legend_line,
    map_layout,
    select,
)
from network.model import Network
from network.tables import Lane, Place

MODES: dict[str, tuple[str, str, str]] = {
    "ocean": ("Ocean, shared container", "#0072B2", "solid"),
    "ocean_express": ("Express ocean", "#D55E00", "solid"),
    "ocean_lcl": ("Ocean, LCL space", "#009E73", "9px,5px"),
    "air": ("Air", "#CC79A7", "dash"),
    "rail": ("Rail, shared container", "#E69F00", "solid"),
    "rail_lcl": ("Rail, LCL space", "#E69F00", "dot"),
    "truck": ("Road", "#7A7A7A", "solid"),
    "courier": ("Courier", "#A6761D", "dashdot"),
}
"""Name, colour (Okabe-Ito) and dash of each mode of transport."""
KINDS: dict[str, tuple[str, str, str, float]] = {
    "origin_warehouse": ("Origin warehouse", "square", "#F0E442", 12.0),
    "deconsolidation_centre": ("Deconsolidation centre", "pentagon", "#009E73", 12.0),
    "overseas_warehouse": ("Overseas warehouse", "hexagon", "#882255", 10.0),
    "rail_terminal": ("Rail terminal", "diamond", "#E69F00", 9.0),
    "airport": ("Airport", "triangle-up", "#CC79A7", 9.0),
    "sea_port": ("Sea port", "circle", "#0072B2", 7.0),
    "fc": ("Fulfilment centre (FC)", "circle", "#D55E00", 5.0),
}
"""Name, symbol, colour and size (px) of each kind of place, in drawing order."""
LEGS = {
    "origin": ("Collection, origin dray", "#8A8A8A", "solid"),
    "final": ("Drayage, shuttle, final leg", "#6B5B4B", "solid"),
    "courier": MODES["courier"],
}
_ALL = selection_key(ANY, ANY)
Variants = dict[str, dict[str, Any]]


def map_figure(plan: Plan, network: Network) -> go.Figure:
    """Return the map of a plan on its network.

    Drawn offline it needs the world outline that :func:`write_map` puts into the page.
    """
    chosen = _flows.selections(plan.shipments)
    flows = {key: _flows.place_flows(rows) for key, rows in chosen.items()}
    traces: list[dict[str, Any]] = [_unused_trace(network, flows[_ALL])]
    traces += _leg_traces(network, chosen, plan.certificate.currency)
    traces += _lane_traces(network, chosen, plan.certificate.currency)
    traces += _place_traces(network, flows)
    traces.append(_customs_trace(plan, network, chosen, flows))
    view = first_view(traces)
    traces.append(label_trace(network, flows[_ALL], view))
    meta = {"choices": ["week", "market"], "counts": {key: len(rows) for key, rows in chosen.items()}}
    return go.Figure(data=[go.Scattergeo(trace) for trace in _with_titles(traces)], layout=map_layout(view, meta))


def write_map(plan: Plan, network: Network, path: Path, figure: go.Figure | None = None) -> None:
    """Write the map as one page that works from a file without a network; `figure` is drawn where it is at hand."""
    figure = map_figure(plan, network) if figure is None else figure
    body = f'<header><h1>Map of plan {escape(plan.plan_id)}</h1><p class="lead">{_sentence(plan)}</p></header>'
    body += map_block(plan, figure)
    title = f"Map of plan {plan.plan_id}"
    Path(path).write_text(_html.document(title, body, {"map": figure}, style="map-page"), encoding="utf-8")


def map_block(plan: Plan, figure: go.Figure) -> str:
    """Return the controls and the place of the map as HTML; the figure itself is drawn by the page's script."""
    weeks = sorted({week for shipment in plan.shipments if (week := _flows.week_of(shipment))})
    markets = sorted({shipment.market for shipment in plan.shipments})
    selects = select("week", "Departure week", [(ANY, "all weeks"), *((week, f"week of {week}") for week in weeks)])
    selects += select("market", "Market", [(ANY, "all markets"), *((market, market) for market in markets)])
    return controls(selects, figure) + drawn_map("World map of the lanes and places of the plan")


def _sentence(plan: Plan) -> str:
    volume = sum((shipment.volume_m3 for shipment in plan.shipments), Decimal(0))
    trunk = sum(load.kind == "trunk" for load in plan.loads)
    return (
        f"{len(plan.shipments):,} shipments, {volume:,.1f} m³ in {trunk:,} containers, departing "
        f"{escape(plan.inputs.horizon_start)} to {escape(plan.inputs.horizon_end)}. Lines are as wide as their volume; "
        "point at a line or a place for its figures, scroll to zoom."
    )


def line_width(volume: Decimal, largest: Decimal) -> float:
    """Return the width in px of a lane with a volume in m3; its area grows with the volume."""
    return round(1.3 + 6.2 * math.sqrt(float(volume) / max(float(largest), 1e-9)), 2)


def _lane_traces(network: Network, chosen: dict[str, list[PlannedShipment]], currency: str) -> Iterable[dict[str, Any]]:
    flows = {key: _flows.lane_flows(rows) for key, rows in chosen.items()}
    largest = max((flow.volume_m3 for flow in flows[_ALL].values()), default=Decimal(1))
    used = [lane_id for lane_id in flows[_ALL] if lane_id in network.lane]
    used.sort(key=lambda lane_id: (-flows[_ALL][lane_id].volume_m3, lane_id))
    for mode in (mode for mode in MODES if any(network.lane[lane_id].mode == mode for lane_id in used)):
        name, colour, dash = MODES[mode]
        yield legend_line(f"mode-{mode}", name, colour, dash, 3, 10)
    for lane_id in used:
        lane = network.lane[lane_id]
        path = lane_path(network, lane)
        if not path:
            continue
        variants = {
            key: {
                "width": line_width(per_lane[lane_id].volume_m3, largest),
                "text": _lane_text(lane, per_lane[lane_id], currency),
            }
            for key, per_lane in flows.items()
            if lane_id in per_lane
        }
        _, colour, dash = MODES[lane.mode]
        yield {
            "mode": "lines", "name": escape(lane.name), "legendgroup": f"mode-{lane.mode}", "showlegend": False,
            "lon": [lon for lon, _ in path], "lat": [lat for _, lat in path], "opacity": 0.82,
            "line": {"color": colour, "dash": dash, "width": variants[_ALL]["width"]},
            "hoverinfo": "text", "text": variants[_ALL]["text"],
            "meta": {"role": "lane", "id": lane_id, "variants": variants},
        }  # fmt: skip


def _lane_text(lane: Lane, flow: Flow, currency: str) -> str:
    dates = [f"{etd} → {eta}" for etd, eta in flow.dates[:6]]
    if len(flow.dates) > 6:
        dates.append(f"and {len(flow.dates) - 6} more departures")
    loads = f" in {_html.count(flow.loads, 'load')}" if flow.loads else ""
    return (
        f"<b>{escape(lane.lane_id)}</b> {escape(lane.name)}<br>{escape(MODES[lane.mode][0])}: "
        f"{escape(lane.origin)} to {escape(lane.destination)}<br>{flow.volume_m3:,.1f} m³, {flow.weight_kg:,.0f} kg<br>"
        f"{_html.count(flow.shipments, 'shipment')}{loads}<br>trunk freight {escape(currency)} {flow.cost:,.0f}"
        f"<br>ETD → ETA<br>" + "<br>".join(dates)
    )


def _leg_traces(network: Network, chosen: dict[str, list[PlannedShipment]], currency: str) -> list[dict[str, Any]]:
    finder = _flows.Legs(network)
    flows = {key: finder.flows(rows) for key, rows in chosen.items()}
    traces = []
    for group, (name, colour, dash) in LEGS.items():
        legs = [leg for leg in flows[_ALL] if leg[0] == group]
        if not legs:
            continue
        where = {leg: k for k, leg in enumerate(legs)}
        picked = {key: [leg for leg in per_leg if leg in where] for key, per_leg in flows.items()}
        indices: Variants = {key: {"index": [where[leg] for leg in rows]} for key, rows in picked.items() if rows}
        texts: Variants = {
            key: {**indices[key], "text": [_leg_text(leg, flows[key][leg], currency) for leg in rows]}
            for key, rows in picked.items()
            if rows
        }
        paths = [great_circle(leg[1], leg[2], 1e6) for leg in legs]
        middles = [great_circle(leg[1], leg[2], 250.0) for leg in legs]
        middles_at = [path[len(path) // 2] if len(path) > 2 else _mean(path) for path in middles]
        width = 1.4 if group == "courier" else 0.9
        base = {"legendgroup": f"leg-{group}", "showlegend": False}
        rank = 10 if group == "courier" else 20
        traces.append(legend_line(f"leg-{group}", name, colour, dash, width, rank))
        traces.append({
            **base, "mode": "lines", "line": {"color": colour, "dash": dash, "width": width}, "hoverinfo": "skip",
            "opacity": 0.75 if group == "courier" else 0.45,
            "lon": [x for path in paths for x in (path[0][0], path[-1][0], None)],
            "lat": [y for path in paths for y in (path[0][1], path[-1][1], None)],
            "meta": {"role": "legs", "stride": 3, "variants": indices},
        })  # fmt: skip
        traces.append({
            **base, "mode": "markers", "marker": {"size": 5, "color": colour, "opacity": 0}, "hoverinfo": "text",
            "lon": [point[0] for point in middles_at], "lat": [point[1] for point in middles_at],
            "text": texts[_ALL]["text"], "meta": {"role": "leg-figures", "stride": 1, "variants": texts},
        })  # fmt: skip
    return traces


def _mean(path: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return (path[0][0] + path[-1][0]) / 2, (path[0][1] + path[-1][1]) / 2


def _leg_text(leg: _flows.Leg, flow: Flow, currency: str) -> str:
    cost = f"<br>{escape(currency)} {flow.cost:,.0f} freight" if leg[0] == "courier" else ""
    return f"{escape(leg[3])}<br>{flow.volume_m3:,.1f} m³, {_html.count(flow.shipments, 'shipment')}{cost}"


def _with_titles(traces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the traces with a title above the first legend entry of each block of the legend."""
    titles = {10: "Lanes (width: volume)", 20: "Road legs", 30: "Places"}
    for trace in traces:
        if trace.get("showlegend", True) and trace.get("legendrank") in titles:
            trace["legendgrouptitle"] = {"text": titles.pop(trace["legendrank"])}
    return traces


def _place_traces(network: Network, flows: dict[str, dict[str, Flow]]) -> Iterable[dict[str, Any]]:
    for kind, (name, symbol, colour, size) in KINDS.items():
        places = [network.place[i] for i in flows[_ALL] if i in network.place and network.place[i].kind == kind]
        if places:
            style = {"symbol": symbol, "color": colour, "size": size, "line": {"color": "#1A1A1A", "width": 0.9}}
            yield _point_trace("places", name, places, style, _place_variants(places, flows))


def _place_variants(places: Sequence[Place], flows: dict[str, dict[str, Flow]]) -> Variants:
    variants: Variants = {}
    for key, per_place in flows.items():
        index = [k for k, place in enumerate(places) if place.place_id in per_place]
        if index:
            text = [_place_text(places[k], per_place[places[k].place_id]) for k in index]
            variants[key] = {"index": index, "text": text}
    return variants


def _point_trace(
    role: str, name: str, places: Sequence[Place], style: dict[str, Any], variants: Variants
) -> dict[str, Any]:
    return {
        "mode": "markers", "name": name, "marker": style, "hoverinfo": "text", "legendrank": 30,
        "legendgroup": f"place-{name}", "lon": [place.lon for place in places], "lat": [place.lat for place in places],
        "text": variants[_ALL]["text"] if _ALL in variants else [],
        "meta": {"role": role, "stride": 1, "ids": [place.place_id for place in places], "variants": variants},
    }  # fmt: skip


def _place_text(place: Place, flow: Flow) -> str:
    first, last = flow.dates[0]
    loads = f" in {_html.count(flow.loads, 'load')}" if flow.loads else ""
    return (
        f"{_place_head(place)}<br>{flow.volume_m3:,.1f} m³, {flow.weight_kg:,.0f} kg<br>"
        f"{_html.count(flow.shipments, 'shipment')}{loads}<br>{first} to {last}"
    )


def _place_head(place: Place) -> str:
    kind = KINDS[place.kind][0] if place.kind in KINDS else place.kind
    market = f", market {escape(place.market)}" if place.market else ""
    return f"<b>{escape(place.place_id)}</b> {escape(place.name)}<br>{kind}, {place.country}{market}"


def _customs_trace(
    plan: Plan, network: Network, chosen: dict[str, list[PlannedShipment]], flows: dict[str, dict[str, Flow]]
) -> dict[str, Any]:
    entered = sorted({s.gateway_in for s in plan.shipments if s.gateway_in in network.place})
    places = [network.place[place_id] for place_id in entered]
    variants: Variants = {}
    for key, rows in chosen.items():
        used = {shipment.gateway_in for shipment in rows}
        index = [k for k, place_id in enumerate(entered) if place_id in used and place_id in flows[key]]
        if index:
            text = [
                f"Customs point, regime {escape(places[k].customs_regime)}<br>"
                f"{_place_text(places[k], flows[key][entered[k]])}"
                for k in index
            ]
            variants[key] = {"index": index, "text": text}
    style = {"symbol": "circle-open", "color": "#B00020", "size": 15.0, "line": {"color": "#B00020", "width": 1.8}}
    return _point_trace("customs", "Customs point", places, style, variants)


def _unused_trace(network: Network, used: dict[str, Flow]) -> dict[str, Any]:
    places = [place for place in network.places if place.place_id not in used and place.kind != "city"]
    return {
        "mode": "markers", "name": "Not used in this plan", "hoverinfo": "text", "legendrank": 31,
        "legendgroup": "place-unused", "marker": {"size": 3, "color": "#777777", "opacity": 0.4}, "lon": [place.lon for place in places],
        "lat": [place.lat for place in places], "text": [f"{_place_head(place)}<br>not used" for place in places],
        "meta": {"role": "unused"},
    }  # fmt: skip
