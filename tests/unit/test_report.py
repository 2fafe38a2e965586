"""Tests of the map and the report: the data of the figures, and what the pages hold."""

from __future__ import annotations

import html
import itertools
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consolidation.plan_model import Plan
from consolidation.report import _flows, _html, charts, map_figure, write_map, write_report
from consolidation.report._geometry import (
    VIEWS,
    label_box,
    overlap,
)
from consolidation.report._maps import labels_by_view
from consolidation.report.map import KINDS, MODES, line_width
from consolidation.report.page import certificate_sentences
from solvers.outcome import StopReason
from tests.goods import quick_plan
from tests.networks import tiny_network
from tests.plans import plan_of, sample_network, sample_plan, sample_unplanned
from tests.replanning import NETWORK, again, three

ALL = _flows.selection_key(_flows.ANY, _flows.ANY)
EVIL = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def plan() -> Plan:
    return sample_plan()


@pytest.fixture(scope="module")
def figure(plan: Plan) -> go.Figure:
    return map_figure(plan, sample_network())


def traces(figure: go.Figure, role: str) -> list[Any]:
    return [trace for trace in figure.data if trace.meta and trace.meta["role"] == role]


class Page(HTMLParser):
    """Collects what a page loads, its scripts, ids and the text people read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.tags.append(tag)
        values = dict(attrs)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.loads += [values[name] or "" for name in ("src", "href", "srcset", "data", "action") if name in values]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style"):
            self.text += data + " "


def written(tmp_path: Path, plan: Plan, write: Any) -> tuple[str, Page]:
    path = tmp_path / "page.html"
    write(plan, sample_network(), path)
    text = path.read_text(encoding="utf-8")
    return text, Page(text)


# ----------------------------------------------------------------------- map


def test_one_trace_per_used_lane_and_kind(figure: go.Figure, plan: Plan) -> None:
    lanes = traces(figure, "lane")
    assert {trace.meta["id"] for trace in lanes} == {s.lane_id for s in plan.shipments if s.lane_id}
    kinds = {sample_network().place[i].kind for trace in traces(figure, "places") for i in trace.meta["ids"]}
    assert kinds <= set(KINDS)
    assert {"origin_warehouse", "sea_port", "airport", "rail_terminal", "deconsolidation_centre", "fc"} <= kinds
    assert len({trace.marker.symbol for trace in traces(figure, "places")}) >= 5


def test_longitudes_of_lanes_are_continuous(figure: go.Figure) -> None:
    for trace in traces(figure, "lane"):
        assert all(abs(b - a) <= 180 for a, b in itertools.pairwise(trace.lon))
        assert len(trace.lon) == len(trace.lat) > 5


def test_width_grows_with_volume(figure: go.Figure, plan: Plan) -> None:
    flows = _flows.lane_flows(plan.shipments)
    lanes = sorted(traces(figure, "lane"), key=lambda trace: flows[trace.meta["id"]].volume_m3)
    widths = [trace.line.width for trace in lanes]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_line_width_is_monotone(a: int, b: int) -> None:
    low, high = sorted((a, b))
    assert line_width(Decimal(low), Decimal(1000)) <= line_width(Decimal(high), Decimal(1000))


def test_modes_have_their_colours_and_air_is_dashed(figure: go.Figure) -> None:
    network = sample_network()
    for trace in traces(figure, "lane"):
        mode = network.lane[trace.meta["id"]].mode
        assert trace.line.color == MODES[mode][1]
        assert (trace.line.dash == "dash") == (mode == "air")
    named = {trace.name for trace in figure.data if trace.showlegend is not False}
    assert {MODES["ocean"][0], MODES["air"][0], "Customs point", "Sea port"} <= named


def test_hover_of_a_lane_has_its_figures(figure: go.Figure, plan: Plan) -> None:
    members = [s for s in plan.shipments if s.lane_id == "YTN-LAX"]
    trace = next(trace for trace in traces(figure, "lane") if trace.meta["id"] == "YTN-LAX")
    volume = sum(s.volume_m3 for s in members)
    assert f"{volume:,.1f} m³" in trace.text
    assert f"{len(members)} shipments in {len({s.trunk_load_id for s in members})} loads" in trace.text
    assert f"USD {sum(s.categories['trunk'] for s in members):,.0f}" in trace.text
    etd = _flows.milestone(members[0], "ETD")[:10]
    assert f"{etd} → {_flows.milestone(members[0], 'ETA')[:10]}" in trace.text


def test_hover_of_a_place_has_name_kind_and_volume(figure: go.Figure, plan: Plan) -> None:
    ports = next(trace for trace in traces(figure, "places") if trace.name == "Sea port")
    text = ports.text[ports.meta["ids"].index("USLAX")]
    volume = sum(s.volume_m3 for s in plan.shipments if s.gateway_in == "USLAX")
    assert "<b>USLAX</b> Los Angeles" in text
    assert "Sea port, US" in text
    assert f"{volume:,.1f} m³" in text


def test_the_report_of_a_replan_says_what_it_replaces(tmp_path: Path) -> None:
    made = again(quick_plan(NETWORK, three()), [], three(), as_of="2026-12-07").plan
    write_report(made, NETWORK, tmp_path / "report.html")
    text = Page((tmp_path / "report.html").read_text(encoding="utf-8")).text
    assert f"Version 2 as of 2026-12-07, replaces {made.replaces} version 1. Network" in text


def test_unused_places_are_faint_and_cities_are_not_drawn(figure: go.Figure) -> None:
    (unused,) = traces(figure, "unused")
    assert any("XUNUSED1" in text for text in unused.text)
    assert not any("C-YIWU" in text for text in unused.text)
    assert unused.marker.opacity < 0.5
    assert unused.marker.size < 4


def test_customs_points_are_the_gateways_of_arrival(figure: go.Figure, plan: Plan) -> None:
    (customs,) = traces(figure, "customs")
    assert set(customs.meta["ids"]) == {s.gateway_in for s in plan.shipments if s.gateway_in}


def test_couriers_are_drawn_from_door_to_fc(figure: go.Figure, plan: Plan) -> None:
    pairs = {(s.origin, s.destination_fc) for s in plan.shipments if s.courier_id}
    legs = [trace for trace in traces(figure, "legs") if trace.legendgroup == "leg-courier"]
    assert len(legs[0].lon) == 3 * len(pairs)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Shenzhen Yantian consolidation hub", "Shenzhen Yantian"),
        ("Los Angeles/Long Beach CFS + CES zone (Carson/Compton)", "Los Angeles"),
        ("Seattle", "Seattle"),
        ("Hub", "Hub"),
    ],
)
def test_labels_are_short(plan: Plan, name: str, short: str) -> None:
    network = sample_network()
    places = tuple(p.model_copy(update={"name": name}) if p.place_id == "USSEA" else p for p in network.places)
    labels = labels_by_view(network.replace(places=places), _flows.place_flows(plan.shipments))
    assert short in {label.text for label in labels["North America"]}


def test_labels_do_not_overlap_in_any_view(plan: Plan) -> None:
    found = labels_by_view(sample_network(), _flows.place_flows(plan.shipments))
    for view in VIEWS:
        boxes = [label_box(view, label) for label in found[view.name]]
        assert not any(overlap(a, b) for a, b in itertools.combinations(boxes, 2))
        assert all(view.holds(label.lon, label.lat) for label in found[view.name])
    assert len({label.position for label in found["North America"]}) > 1
    assert len(found["North America"]) >= 8


def test_filters_by_week_and_market_partition_the_volume(figure: go.Figure, plan: Plan) -> None:
    chosen = _flows.selections(plan.shipments)
    counts = figure.layout.meta["counts"]
    assert counts[ALL] == len(plan.shipments)
    weeks = {_flows.week_of(s) for s in plan.shipments}
    markets = {s.market for s in plan.shipments}
    assert sum(counts[f"{week}|*"] for week in weeks) == len(plan.shipments)
    assert sum(counts.get(f"{week}|{market}", 0) for week in weeks for market in markets) == len(plan.shipments)
    assert all(s.market == "DE" for s in chosen["*|DE"])
    for trace in traces(figure, "lane"):
        shown = {key for key, rows in chosen.items() if any(s.lane_id == trace.meta["id"] for s in rows)}
        assert set(trace.meta["variants"]) == shown
        widest = trace.meta["variants"][ALL]["width"]
        assert all(variant["width"] <= widest for variant in trace.meta["variants"].values())


def test_filters_of_points_name_existing_points(figure: go.Figure) -> None:
    for trace in figure.data:
        if not trace.meta or trace.meta["role"] in ("lane", "labels", "unused"):
            continue
        points = len(trace.lon) // trace.meta["stride"]
        for variant in trace.meta["variants"].values():
            assert all(0 <= k < points for k in variant["index"])
            assert len(variant.get("text", variant["index"])) == len(variant["index"])


def test_the_first_view_fits_the_plan(figure: go.Figure, plan: Plan) -> None:
    assert figure.layout.meta["view"] == "World"
    pacific = [s for s in plan.shipments if s.lane_id in ("YTN-LAX", "NGB-LAX")]
    assert map_figure(plan_of(pacific, ()), sample_network()).layout.meta["view"] == "Pacific"


def test_lanes_without_geometry_follow_the_great_circle(plan: Plan) -> None:
    bare = sample_network().replace(geometry=())
    for trace in traces(map_figure(plan, bare), "lane"):
        lane = bare.lane[trace.meta["id"]]
        assert trace.lon[0] == pytest.approx(bare.place[lane.origin].lon, abs=0.001)
        assert trace.lat[-1] == pytest.approx(bare.place[lane.destination].lat, abs=0.001)


def test_a_plan_of_another_network_still_draws(plan: Plan) -> None:
    figure = map_figure(plan, tiny_network())
    assert {trace.meta["id"] for trace in traces(figure, "lane")} <= set(tiny_network().lane)


# --------------------------------------------------------------------- pages


@pytest.mark.parametrize("write", [write_map, write_report])
def test_pages_are_self_contained(tmp_path: Path, plan: Plan, write: Any) -> None:
    text, page = written(tmp_path, plan, write)
    assert all(value.startswith(("#", "data:")) for value in page.loads)
    assert not re.search(r"@import|url\(\s*['\"]?http", _html.asset("page.css"))
    assert "http" not in _html.asset("page.js")
    assert "default-src 'none'" in text
    assert text.count("window.PlotlyGeoAssets={topojson:{world_110m:") == 1
    assert text.index("window.PlotlyGeoAssets=") < text.index('id="figures"')
    assert text.count("plotly.js v") == 1
    assert len(page.ids) == len(set(page.ids))


def test_report_has_a_place_for_every_figure_and_section(tmp_path: Path, plan: Plan) -> None:
    _, page = written(tmp_path, plan, write_report)
    drawn = {"map", "savings-chart", "cost-chart", "fill-chart", "timeline-chart"}
    tables = {"by-market", "by-service", "categories", "shipments", "loads", "unplanned", "refusals"}
    assert drawn | tables <= set(page.ids)
    assert all(link[1:] in page.ids for link in page.loads if link.startswith("#"))
    assert "RECEIVING.CARTON_SIDE" in page.text
    assert "pack in smaller cartons" in page.text
    assert plan.inputs.network_sha256 in page.text
    assert _html.money(plan.certificate.cost, "USD") in page.text
    shipment = plan.shipments[0]
    assert f"{shipment.landed_cost:,.2f}" in page.text


@pytest.mark.parametrize("write", [write_map, write_report])
def test_texts_of_users_are_escaped(tmp_path: Path, write: Any) -> None:
    plan = sample_plan(30, seller=EVIL)
    row = sample_unplanned(1)[0].model_copy(update={"detail": EVIL, "change": "</script><b>", "shipment_id": EVIL})
    shipments = tuple(s.model_copy(update={"origin": EVIL, "market": "<i>US"}) for s in plan.shipments)
    loads = tuple(load.model_copy(update={"load_id": EVIL + load.load_id}) for load in plan.loads)
    changes = {"plan_id": EVIL, "unplanned": (row,), "shipments": shipments, "loads": loads}
    text, page = written(tmp_path, plan.model_copy(update=changes), write)
    assert EVIL not in text
    assert html.escape(EVIL) in text
    assert EVIL in page.text
    assert "b" not in page.tags or write is write_report
    assert "i" not in page.tags
    assert page.tags.count("script") == 4
    assert "</script><b>" not in text


def test_hover_texts_escape_names_of_the_network() -> None:
    network = sample_network()
    places = tuple(place.model_copy(update={"name": "<b>" + EVIL}) for place in network.places)
    lanes = tuple(lane.model_copy(update={"name": EVIL}) for lane in network.lanes)
    text = map_figure(sample_plan(40), network.replace(places=places, lanes=lanes)).to_json()
    assert "script\\u003ealert" not in text
    assert "&lt;script" in text.replace("\\u0026", "&")


@pytest.mark.parametrize("unplanned", [0, 3])
@pytest.mark.parametrize("write", [write_map, write_report])
def test_plans_without_a_planned_shipment_render(tmp_path: Path, write: Any, unplanned: int) -> None:
    empty = plan_of([], (), sample_unplanned(unplanned))
    _, page = written(tmp_path, empty, write)
    assert "SAMPLE-1" in page.text
    if write is write_report:
        assert ("U002" in page.text) == bool(unplanned)
        assert "no container" in page.text


def test_long_tables_say_what_they_leave_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plan: Plan) -> None:
    monkeypatch.setattr(_html, "MAX_ROWS", 50)
    _, page = written(tmp_path, plan, write_report)
    assert "The first 50 of 120 rows; shipments.csv holds all." in page.text


# -------------------------------------------------------------------- charts


def test_fill_is_sorted_and_in_percent(plan: Plan) -> None:
    bars = charts.fill_figure(plan).data
    volume = list(bars[0].x)
    assert len(volume) == len(plan.loads)
    assert volume == sorted(volume, reverse=True)
    assert max(volume) <= 100


def test_timeline_runs_from_cutoff_to_arrival_in_utc(plan: Plan) -> None:
    figure = charts.timeline_figure(plan, sample_network())
    load = plan.loads[0]
    row = next(k for k, name in enumerate(figure.data[0].y) if name.startswith(load.load_id))
    assert figure.data[0].base[row] == f"{load.cutoff[:10]}T10:00:00"
    assert figure.data[0].x[row] == 3 * 86_400_000
    assert sum(len(trace.y) for trace in figure.data[1:]) == len(plan.loads)
    order = [name.split()[0] for name in figure.layout.yaxis.categoryarray]
    departs = {load.load_id: load.departs for load in plan.loads}
    assert [departs[name] for name in order] == sorted(departs.values())


def test_a_truck_has_a_bar_of_whole_days(plan: Plan) -> None:
    truck = plan.loads[0].model_copy(
        update={"kind": "truck", "load_id": "T0001", "cutoff": "", "departs": "2026-12-20", "arrives": "2026-12-20"}
    )
    figure = charts.timeline_figure(plan.model_copy(update={"loads": (truck,)}), sample_network())
    (bar,) = figure.data
    assert bar.x == (86_400_000.0,)


def test_waterfall_ends_at_the_landed_cost_and_at_sending_alone(plan: Plan) -> None:
    (chart,) = charts.cost_figure(plan).data
    values = dict(zip(chart.x, chart.y, strict=True))
    steps = [y for y, measure in zip(chart.y[:-3], chart.measure[:-3], strict=True) if measure == "relative"]
    assert sum(steps) == pytest.approx(float(plan.certificate.cash_cost))
    assert values["<b>Landed cost</b>"] + values["Saving"] == pytest.approx(values["<b>Sent alone</b>"])


def test_every_stop_reason_is_told_in_words(plan: Plan) -> None:
    for reason in StopReason:
        told = certificate_sentences(plan.certificate.model_copy(update={"stop_reason": str(reason)}))
        assert f"({reason})." in told[-1] or f"({reason});" in told[-1]
    told = certificate_sentences(plan.certificate.model_copy(update={"stop_reason": "by hand"}))
    assert told[-1] == "The search ended: by hand."


def test_certificate_is_told_in_plain_sentences(plan: Plan) -> None:
    told = " ".join(certificate_sentences(plan.certificate))
    assert "2.30 % of the cost" in told
    assert "time limit shortened the search (TIME)" in told
    assert "The plan saves USD" in told
    assert "Unplanned: 1 of 121 shipments" in told
    proven = plan.certificate.model_copy(
        update={"proven_optimal": True, "unplanned": 0, "baseline_missing": 2, "baseline_cost": Decimal(1)}
    )
    told = " ".join(certificate_sentences(proven))
    assert "the plan is optimal" in told
    assert "2 planned shipments could not be sent alone" in told
    assert "more." in told
