"""The map of a study: on which lanes more or less travels than in the base, for a choice of scenario."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

import plotly.graph_objects as go

from consolidation.report import _flows, _html
from consolidation.report._html import Column, count, table
from consolidation.report._maps import (  # fmt: skip
    controls,
    drawn_map,
    first_view,
    label_trace,
    lane_path,
    legend_line,
    map_layout,
    select,
)
from consolidation.report.charts import BLUE, RED
from consolidation.report.map import KINDS, MODES, line_width
from consolidation.studies.blocks import Block, Compared, base_of, compared, note
from consolidation.studies.model import Flow, Study
from network.model import Network
from network.tables import Lane, Place

STYLES: dict[str, tuple[str, str, str]] = {
    "same": ("As in the base", "#A6A6A6", "solid"),
    "more": ("More than in the base", BLUE, "solid"),
    "less": ("Less than in the base", RED, "9px,6px"),
}
"""Name, colour and dash of what a lane carries beside the base, in drawing order: dashes leave to see what is below."""


@dataclass(frozen=True)
class Change:
    """What one lane carries in the base and in a scenario; None: nothing."""

    lane_id: str
    before: Flow | None
    after: Flow | None

    @property
    def mode(self) -> str:
        """Mode of transport."""
        flow = self.after or self.before
        return flow.mode if flow else ""

    @property
    def volume_m3(self) -> Decimal:
        """Volume in the scenario less that in the base."""
        return _volume(self.after) - _volume(self.before)

    @property
    def kind(self) -> str:
        """One of the keys of :data:`STYLES`."""
        return "more" if self.volume_m3 > 0 else "less" if self.volume_m3 < 0 else "same"


def _volume(flow: Flow | None) -> Decimal:
    return flow.volume_m3 if flow else Decimal(0)


def changes(study: Study, row: Compared) -> list[Change]:
    """Return what every lane that is used in the base or in a scenario carries in both, by id of the lane."""
    old, new = ({flow.lane_id: flow for flow in flows} for flows in (base_of(study).flows, row.figures.flows))
    return [Change(lane_id, old.get(lane_id), new.get(lane_id)) for lane_id in sorted({*old, *new})]


def flows(study: Study, network: Network) -> Block:
    """Return the section of the map and of the lanes that carry more or less."""
    by_scenario = {row.name: changes(study, row) for row in compared(study)}
    if not by_scenario:
        return Block("flows", "Flows", "<p>No scenario has a plan.</p>")
    drawn = flow_figure(by_scenario, network)
    shown = max(by_scenario, key=lambda name: (_is_drawn(by_scenario[name], network), -list(by_scenario).index(name)))
    choices = [(name, name) for name in (shown, *(name for name in by_scenario if name != shown))]
    remark = "Lines are as wide as the volume that differs. Road legs and couriers are not drawn."
    unknown = sorted({each.lane_id for found in by_scenario.values() for each in found} - set(network.lane))
    if unknown:
        remark += f" Not on the map, as only a scenario has them: {escape(', '.join(unknown))}."
    body = (
        controls(select("scenario", "Scenario", choices), drawn, told="")
        + '<p id="map-count" aria-live="polite"></p>'
        + drawn_map("World map of the lanes that carry more or less than in the base")
        + note(remark)
        + _lanes(by_scenario)
    )
    return Block("flows", "Flows", body, {"map": drawn})


def _is_drawn(found: Iterable[Change], network: Network) -> bool:
    return any(each.volume_m3 and each.lane_id in network.lane for each in found)


def flow_figure(by_scenario: Mapping[str, list[Change]], network: Network) -> go.Figure:
    """Return the map of flow differences; its script chooses the scenario by name."""
    largest = max((abs(each.volume_m3) for found in by_scenario.values() for each in found), default=Decimal(0))
    traces = [
        legend_line(f"flow-{kind}", STYLES[kind][0], *STYLES[kind][1:], 1 if kind == "same" else 3, rank)
        for rank, kind in enumerate(("more", "less", "same"), 10)
    ]
    traces[0]["legendgrouptitle"] = {"text": "Lanes (width: difference)"}
    traces += _lane_traces(by_scenario, network, largest or Decimal(1))
    traces += _place_traces(by_scenario, network)
    view = first_view(traces)
    traces.append(label_trace(network, _busiest(by_scenario, network), view))
    told = {name: _sentence(name, found) for name, found in by_scenario.items()}
    layout = map_layout(view, {"choices": ["scenario"], "told": told})
    return go.Figure(data=[go.Scattergeo(trace) for trace in traces], layout=layout)


def _lane_traces(by_scenario: Mapping[str, list[Change]], network: Network, largest: Decimal) -> Iterator[dict[str, Any]]:  # fmt: skip
    variants: dict[tuple[str, str], dict[str, Any]] = {}
    for name, found in by_scenario.items():
        for each in found:
            if each.lane_id in network.lane:
                width = 1.0 if each.kind == "same" else line_width(abs(each.volume_m3), largest)
                text = _lane_text(network.lane[each.lane_id], each)
                variants.setdefault((each.kind, each.lane_id), {})[name] = {"width": width, "text": text}
    for kind, lane_id in sorted(variants, key=lambda key: (list(STYLES).index(key[0]), key[1])):
        path = lane_path(network, network.lane[lane_id])
        if path:
            _, colour, dash = STYLES[kind]
            yield {
                "mode": "lines", "legendgroup": f"flow-{kind}", "showlegend": False, "hoverinfo": "text",
                "lon": [point[0] for point in path], "lat": [point[1] for point in path], "text": "",
                "line": {"color": colour, "width": 1.0, "dash": dash}, "opacity": 0.6 if kind == "same" else 1,
                "meta": {"role": "lane", "id": lane_id, "kind": kind, "variants": variants[kind, lane_id]},
            }  # fmt: skip


def _lane_text(lane: Lane, change: Change) -> str:
    return (
        f"<b>{escape(lane.lane_id)}</b> {escape(lane.name)}<br>{escape(MODES[lane.mode][0])}<br>"
        f"{_html.signed(change.volume_m3, 1)} m³<br>base: {_carried(change.before)}<br>scenario: {_carried(change.after)}"
    )


def _carried(flow: Flow | None) -> str:
    if flow is None:
        return "nothing"
    loads = f" in {count(flow.loads, 'load')}" if flow.loads else ""
    return f"{flow.volume_m3:,.1f} m³, {count(flow.shipments, 'shipment')}{loads}"


def _ends(found: Iterable[Change], network: Network) -> dict[str, Decimal]:
    """Return the volume that differs by place at the end of a lane."""
    volumes: dict[str, Decimal] = {}
    for each in found:
        lane = network.lane.get(each.lane_id)
        for place_id in (lane.origin, lane.destination) if lane else ():
            if place_id in network.place:
                volumes[place_id] = volumes.get(place_id, Decimal(0)) + abs(each.volume_m3)
    return volumes


def _busiest(by_scenario: Mapping[str, list[Change]], network: Network) -> dict[str, _flows.Flow]:
    volumes: dict[str, Decimal] = {}
    for found in by_scenario.values():
        for place_id, volume in _ends(found, network).items():
            volumes[place_id] = volumes.get(place_id, Decimal(0)) + volume
    return {name: _flows.Flow(volume, Decimal(0), 0, 0, Decimal(0), ()) for name, volume in volumes.items()}


def _place_traces(by_scenario: Mapping[str, list[Change]], network: Network) -> Iterator[dict[str, Any]]:
    ends = {name: _ends(found, network) for name, found in by_scenario.items()}
    used = {place_id for volumes in ends.values() for place_id in volumes}
    for kind, (title, symbol, colour, size) in KINDS.items():
        places = [network.place[place_id] for place_id in sorted(used) if network.place[place_id].kind == kind]
        if places:
            yield {
                "mode": "markers", "name": title, "hoverinfo": "text", "legendrank": 30, "legendgroup": f"place-{title}",
                "marker": {"symbol": symbol, "color": colour, "size": size, "line": {"color": "#1A1A1A", "width": 0.9}},
                "lon": [place.lon for place in places], "lat": [place.lat for place in places], "text": "",
                "meta": {"role": "places", "stride": 1, "ids": [place.place_id for place in places],
                         "variants": {name: _placed(places, volumes) for name, volumes in ends.items()}},
            }  # fmt: skip


def _placed(places: list[Place], volumes: Mapping[str, Decimal]) -> dict[str, Any]:
    index = [k for k, place in enumerate(places) if place.place_id in volumes]
    return {"index": index, "text": [f"<b>{escape(places[k].place_id)}</b> {escape(places[k].name)}" for k in index]}


def _sentence(name: str, found: list[Change]) -> str:
    """Return what the map of a scenario shows (text, not HTML)."""
    words = []
    for kind in ("more", "less"):
        chosen = [each for each in found if each.kind == kind]
        volume = sum((each.volume_m3 for each in chosen), Decimal(0))
        words.append(
            f"{kind} on {count(len(chosen), 'lane')} ({_html.signed(volume, 1)} m³)" if chosen else f"{kind} on none"
        )
    return f"{name}: {', '.join(words)}, the same on {count(sum(each.kind == 'same' for each in found), 'lane')}."


def _lanes(by_scenario: Mapping[str, list[Change]]) -> str:
    columns = [
        Column("Scenario", wrap=True), Column("Lane"), Column("Mode"), Column("Difference", "m³", 1), Column("Base", "m³", 1),
        Column("Scenario", "m³", 1), Column("Base", "shipments", 0), Column("Scenario", "shipments", 0), Column("Base", "loads", 0),
        Column("Scenario", "loads", 0),
    ]  # fmt: skip
    rows = [
        (name, each.lane_id, MODES[each.mode][0] if each.mode in MODES else each.mode, each.volume_m3, *_beside(each))
        for name, found in by_scenario.items()
        for each in sorted(found, key=lambda each: (-abs(each.volume_m3), each.lane_id))
        if each.volume_m3
    ]
    if not rows:
        return "<p>On every lane of every scenario travels what travels there in the base.</p>"
    return table("lanes", columns, rows, searchable=True, source="study.json")


def _beside(change: Change) -> tuple[object, ...]:
    pairs = ((getattr(flow, name) if flow else 0 for flow in (change.before, change.after)) for name in _COUNTED)
    return tuple(value for pair in pairs for value in pair)


_COUNTED = ("volume_m3", "shipments", "loads")
