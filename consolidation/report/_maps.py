"""What all maps are made of: layout, views, paths of lanes, names of places, and the controls above a map."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

import plotly.graph_objects as go

from consolidation.report import _html
from consolidation.report._flows import Flow
from consolidation.report._geometry import LABEL_MARKER_PX, VIEWS, Label, View, dense, great_circle, place_labels
from network.geo import sea_path
from network.model import Network
from network.tables import Lane, Place

_KIND_WORDS = frozenset({
    "air", "airport", "bonded", "centre", "center", "ces", "cfs", "collection", "consolidation", "deconsolidation",
    "devanning", "hub", "port", "rail", "terminal", "warehouse", "zone",
})  # fmt: skip


def controls(selects: str, figure: go.Figure, told: str = '<span id="map-count" aria-live="polite"></span>') -> str:
    """Return what stands above a map: selects (HTML), the views, and where the script says what is chosen."""
    first = figure.layout.meta["view"]
    buttons = "".join(
        f'<button type="button" data-view="{escape(view.name)}" aria-pressed="{str(view.name == first).lower()}">'
        f"{escape(view.name)}</button>"
        for view in VIEWS
    )
    return (
        f'<div class="controls">{selects}<span class="views" role="group" aria-label="Part of the world">{buttons}'
        f"</span>{told}</div>"
    )


def drawn_map(text: str) -> str:
    """Return the place of the map; `text` says what it shows."""
    return f'<div id="map" class="figure map" role="img" aria-label="{escape(text)}"></div>'


def select(name: str, title: str, choices: Iterable[tuple[str, str]]) -> str:
    """Return a select of one of the choices that the layout of the map names."""
    options = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in choices)
    return f'<label>{title} <select id="map-{name}">{options}</select></label>'


def lane_path(network: Network, lane: Lane) -> list[tuple[float, float]]:
    """Return the stored path of a lane, else one over sea, else the shortest line."""
    path = network.path.get(lane.lane_id, ())
    if len(path) >= 2:
        return dense(path)
    origin, destination = network.place.get(lane.origin), network.place.get(lane.destination)
    if origin is None or destination is None:
        return []
    if lane.mode.startswith("ocean"):
        return dense(sea_path(origin, destination))
    return great_circle((origin.lon, origin.lat), (destination.lon, destination.lat))


def legend_line(group: str, name: str, colour: str, dash: str, width: float, rank: int) -> dict[str, Any]:
    """Return a trace that only stands in the legend."""
    return {
        "mode": "lines", "lon": [None], "lat": [None], "name": name, "legendgroup": group, "hoverinfo": "skip",
        "line": {"color": colour, "dash": dash, "width": width}, "legendrank": rank,
    }  # fmt: skip


def labels_by_view(network: Network, flows: dict[str, Flow]) -> dict[str, list[Label]]:
    """Return the labels of each view, chosen by the volume through the places so that none overlap.

    One name is written once: of a port and an airport of the same city the busier gets the label.
    """
    places = [network.place[place_id] for place_id in flows if place_id in network.place]
    places.sort(key=lambda place: (place.kind == "fc", -flows[place.place_id].volume_m3, place.place_id))
    labels: dict[str, Label] = {}
    for place in places:
        text = _short(place)
        labels.setdefault(text, Label(place.place_id, text, place.lon, place.lat, ""))
    return {
        view.name: place_labels(view, labels.values(), 16 if view.lon[1] - view.lon[0] > 150 else 30) for view in VIEWS
    }


def _short(place: Place) -> str:
    """Return a name short enough for a map: without what stands in brackets and without words for the kind."""
    if place.kind == "fc":
        return place.place_id
    words: list[str] = []
    for word in re.split(r"[(,/]", place.name)[0].split():
        if words and (word.lower() in _KIND_WORDS or len(" ".join([*words, word])) > 20):
            break
        words.append(word)
    return " ".join(words) or place.place_id


def label_trace(network: Network, flows: dict[str, Flow], view: View) -> dict[str, Any]:
    """Return the names of places, busiest first, for every view."""
    views = {
        name: {
            "ids": [label.place_id for label in labels],
            "lon": [label.lon for label in labels],
            "lat": [label.lat for label in labels],
            "text": [escape(label.text) for label in labels],
            "textposition": [label.position for label in labels],
        }
        for name, labels in labels_by_view(network, flows).items()
    }
    shown = {name: values for name, values in views[view.name].items() if name != "ids"}
    return {
        "mode": "markers+text", "name": "Names", "hoverinfo": "skip", "showlegend": False,
        "marker": {"size": LABEL_MARKER_PX, "opacity": 0},
        "textfont": {"size": 11, "color": "#111111"}, "meta": {"role": "labels", "views": views}, **shown,
    }  # fmt: skip


def first_view(traces: Iterable[dict[str, Any]]) -> View:
    """Return the smallest of the wide views that holds all lanes and places."""
    roles = {"lane", "places"}
    drawn = [trace for trace in traces if trace.get("meta", {}).get("role") in roles]
    points = [(lon, lat) for trace in drawn for lon, lat in zip(trace["lon"], trace["lat"], strict=True)]
    pacific = VIEWS[1]
    return pacific if points and all(pacific.holds(*point) for point in points) else VIEWS[0]


def map_layout(view: View, meta: dict[str, Any]) -> dict[str, Any]:
    """Return the layout of a map.

    Parameters
    ----------
    view : shown first
    meta : for the script: ``choices``, the selects in the order of the keys of the variants; ``counts``, shipments by key,
        or ``told``, what is said by key
    """
    geo = {
        **view.geo(), "resolution": 110, "showland": True, "landcolor": "#EFEBE3", "showocean": True,
        "oceancolor": "#DCE8F0", "showcountries": True, "countrycolor": "#C4BCAD", "countrywidth": 0.5,
        "showcoastlines": True, "coastlinecolor": "#93A1AC", "coastlinewidth": 0.7, "showlakes": False,
        "showframe": False, "bgcolor": "rgba(0,0,0,0)", "domain": {"x": [0, 1], "y": [0, 1]},
    }  # fmt: skip
    legend = {"x": 1.005, "xanchor": "left", "y": 1, "yanchor": "top", "font": {"size": 12}, "tracegroupgap": 3}
    return {
        "geo": geo, "margin": {"l": 0, "r": 215, "t": 30, "b": 4}, "hovermode": "closest", "uirevision": "map",
        "paper_bgcolor": "rgba(0,0,0,0)", "font": {"family": _html.FONT, "size": 12},
        "legend": {**legend, "grouptitlefont": {"size": 13, "weight": 600}}, "hoverlabel": {"align": "left"},
        "meta": {**meta, "view": view.name, "views": {view.name: view.geo() for view in VIEWS}},
    }  # fmt: skip
