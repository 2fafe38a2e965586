"""The page of a study: what its figures hold, its sections, and what it does with odd studies."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from consolidation.emissions import Emission
from consolidation.scenarios import Scenario
from consolidation.studies import Request, study
from consolidation.studies.blocks import MAX_DRAWN, base_of, compared
from consolidation.studies.charts import (
    PANELS,
    cost_figure,
    difference_figure,
    emission_figure,
    parts,
    service_figure,
    short,
)
from consolidation.studies.flowmap import changes, flow_figure, flows
from consolidation.studies.heatmaps import MAX_MAPS, cells, grids
from consolidation.studies.model import Axis, Difference, Grid, ScenarioResult, Study
from consolidation.studies.moving import MAX_MOVERS, sellers, who_moves
from consolidation.studies.page import sections, sentences, study_page
from consolidation.studies.runners import Serial
from consolidation.studies.words import MOVES, VERDICTS, interval
from tests.goods import SURE, goods
from tests.networks import tiny_network
from tests.studied import failed, figures, flow, mover, sample_study, scenario, study_of
from tests.unit.test_report import EVIL, Page, traces

SECTIONS = ["summary", "results", "differences", "costs", "service", "grids", "flows", "movers-section", "about"]


def _figures(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text.split('id="figures">')[1].split("</script>")[0])
    return found


def page_of(found: Study) -> tuple[str, Page]:
    text = study_page(found, tiny_network())
    return text, Page(text)


# ------------------------------------------------------------------- pictures


def test_differences_are_drawn_with_their_bounds() -> None:
    found = sample_study()
    lines, *points = difference_figure(found).data
    differences = [row.difference for row in compared(found)]
    assert list(lines.x)[0::3] == [float(each.at_least) for each in differences]
    assert list(lines.x)[1::3] == [float(each.at_most) for each in differences]
    assert list(lines.y)[0::3] == [row.name for row in compared(found)]
    drawn = {name: (value, trace.name) for trace in points for name, value in zip(trace.y, trace.x, strict=True)}
    assert drawn == {
        row.name: (float(row.difference.cost), VERDICTS[row.difference.verdict].capitalize()) for row in compared(found)
    }
    assert [note.text for note in difference_figure(found).layout.annotations][:2] == [
        "−1,000 surely cheaper", "+1,700 surely dearer",
    ]  # fmt: skip


def test_an_interval_far_beyond_the_points_does_not_squeeze_them() -> None:
    found = study_of(scenario("a", "dearer", (90, 100, 110)), scenario("b", "undecided", (-100_000, 50, 60)))
    low, high = difference_figure(found).layout.xaxis.range
    assert -100 < low < 0
    assert high > 110
    alone = difference_figure(study_of(scenario("b", "undecided", (-100_000, 0, 60)))).layout.xaxis.range
    assert alone[0] < -100_000


def test_the_parts_of_the_cost_add_up_to_the_difference() -> None:
    found = sample_study()
    *bars, total = cost_figure(found).data
    for k, row in enumerate(compared(found)[:2]):
        assert sum(bar.x[k] for bar in bars) == pytest.approx(float(row.difference.cost))
        assert total.x[k] == float(row.difference.cost)
        assert sum(parts(row.figures).values()) == row.figures.cost
    by_name = {bar.name: list(bar.x)[:2] for bar in bars}
    assert by_name == {"Trunk": [-1000, 1000], "Duty": [-100, 0], "Priced time": [100, 200], "Left out": [0, 500]}


def test_service_is_drawn_beside_the_base() -> None:
    found = sample_study()
    data = service_figure(found).data
    for k, (_, value) in enumerate(PANELS):
        stems, points = data[2 * k : 2 * k + 2]
        values = [value(row.figures) for row in compared(found)]
        assert list(points.x) == values
        assert list(stems.x)[0::3] == [value(base_of(found))] * len(values)
    containers = data[3]
    assert list(containers.x)[:2] == [2, 4]
    assert len(set(containers.marker.color[:2])) == 2


def test_emissions_are_drawn_where_they_are_known() -> None:
    assert emission_figure(sample_study()) is None
    each = {"ocean": Emission(tonne_km=Decimal(9), co2e_kg=Decimal(1500)), "mule": Emission(tonne_km=Decimal(1), co2e_kg=Decimal(20))}  # fmt: skip
    found = study_of(scenario("a", "same", (0, 0, 0), figures(emissions=each)), scenario("b", "same", (0, 0, 0)))
    drawn = emission_figure(found)
    assert drawn is not None
    assert [(bar.name, list(bar.x)) for bar in drawn.data] == [("Ocean, shared container", [0, 1.5, 0]), ("Mule", [0, 0.02, 0])]  # fmt: skip
    text, page = page_of(found)
    assert "emissions" in page.ids
    assert 'data-v="1.52"' in text
    assert "CO2e" not in Page(study_page(sample_study(), tiny_network())).text


def test_names_that_are_too_long_give_way_in_the_middle() -> None:
    name = "winter." + "a" * 60 + "+dear"
    assert short("cheap") == "cheap"
    assert (len(short(name)), short(name)[:7], short(name)[-5:]) == (60, "winter.", "+dear")
    assert len(difference_figure(study_of(*(scenario(f"s{k}", "same", (0, 0, 0)) for k in range(MAX_DRAWN + 1)))).data[1].x) == MAX_DRAWN  # fmt: skip


# ---------------------------------------------------------------------- grids


def test_a_grid_of_two_axes_is_a_heat_map() -> None:
    found = sample_study()
    block = grids(found)
    assert block is not None
    heat = block.figures["grid-1-1"]
    sure, undecided, without = heat.data
    assert [list(row) for row in sure.z] == [[0, None], [20, None]]
    assert [list(row) for row in undecided.z] == [[None, 10], [None, None]]
    assert (list(sure.x), list(sure.y)) == (["x", "y"], ["a", "b"])
    assert list(zip(without.y, without.x, without.text, strict=True)) == [("b", "y", "not run")]
    (edge,) = heat.layout.shapes
    assert (round((edge.x0 + edge.x1) / 2), round((edge.y0 + edge.y1) / 2)) == (1, 0)
    assert "undecided" in undecided.text[0][1]
    assert "−40 … +60" in undecided.text[0][1]


def test_a_grid_of_one_axis_is_a_line() -> None:
    block = grids(sample_study())
    assert block is not None
    joined, ends, point = block.figures["grid-2-1"].data
    assert (list(joined.x), list(joined.y)) == (["one"], [-10])
    assert list(ends.y) == [-60, 0, None]
    assert (list(point.x), list(point.y), point.name) == (["one"], [-10], "Not dearer")


def test_a_grid_of_three_axes_has_a_heat_map_for_each_point_of_the_third() -> None:
    many = tuple(f"p{k}" for k in range(MAX_MAPS + 2))
    grid = Grid(name="g", axes=(Axis(name="u", points=("a",)), Axis(name="v", points=("x", "y")), Axis(name="w", points=many)))  # fmt: skip
    rows = [scenario("g.a+x+p1", "dearer", (5, 7, 9)), failed("g.a+y+p1", "none")]
    found = study_of(*rows, grids=(grid,))
    block = grids(found)
    assert block is not None
    assert len(block.figures) == MAX_MAPS
    assert "2 more combinations" in block.body
    assert "w: p1" in block.body
    second = block.figures["grid-1-2"]
    assert [list(row) for row in second.data[0].z] == [[7, None]]
    assert list(second.data[2].text) == ["no plan"]
    assert list(cells(found, grid)) == [("a", "x", "p1"), ("a", "y", "p1")]
    assert second.data[0].zmax == 7


# ----------------------------------------------------------------------- flows


def _by_scenario(found: Study) -> dict[str, Any]:
    return {row.name: changes(found, row) for row in compared(found)}


def test_the_map_shows_what_differs_in_the_chosen_scenario() -> None:
    found = sample_study()
    drawn = flow_figure(_by_scenario(found), tiny_network())
    lanes = {(trace.meta["kind"], trace.meta["id"]): trace.meta["variants"] for trace in traces(drawn, "lane")}
    assert "cheap" in lanes["less", "YTN-LAX"]
    assert "cheap" in lanes["more", "NGB-LAX"]
    assert "cheap" not in lanes["same", "YTN-LAX"]
    assert set(lanes["same", "YTN-HAM"]) == {row.name for row in compared(found)}
    assert lanes["less", "YTN-LAX"]["cheap"]["width"] == lanes["more", "NGB-LAX"]["cheap"]["width"] > 1
    assert "−40.0 m³<br>base: 60.0 m³, 6 shipments in 1 load<br>scenario: 20.0 m³, 2 shipments in 1 load" in lanes["less", "YTN-LAX"]["cheap"]["text"]  # fmt: skip
    assert "base: nothing" in lanes["more", "NGB-LAX"]["cheap"]["text"]
    assert drawn.layout.meta["choices"] == ["scenario"]
    assert drawn.layout.meta["told"]["cheap"] == "cheap: more on 1 lane (+40.0 m³), less on 1 lane (−40.0 m³), the same on 1 lane."  # fmt: skip
    assert drawn.layout.meta["told"]["dear"] == "dear: more on none, less on none, the same on 2 lanes."
    (ports,) = traces(drawn, "places")
    for name, variant in ports.meta["variants"].items():
        assert len(variant["index"]) == len(variant["text"]) > 0, name


def test_a_lane_that_only_a_scenario_has_is_named() -> None:
    found = study_of(scenario("new", "cheaper", (-9, -8, -7), figures(flows=(flow("NEW<b>", 20),))))
    block = flows(found, tiny_network())
    assert "as only a scenario has them: NEW&lt;b&gt;." in block.body
    assert {trace.meta["id"] for trace in traces(block.figures["map"], "lane")} == {"YTN-LAX", "YTN-HAM"}
    assert re.search(r"NEW&lt;b&gt;</td>.*?>20.0</td>", block.body)


def test_the_map_opens_with_a_scenario_that_moves_something() -> None:
    still, moving = scenario("still", "same", (0, 0, 0)), sample_study().scenarios[0]
    options = re.findall(r'<option value="(\w+)"', flows(study_of(still, moving), tiny_network()).body)
    assert options == ["cheap", "still"]


# ---------------------------------------------------------------------- movers


def test_movers_are_counted_by_kind_and_by_seller() -> None:
    block = who_moves(sample_study())
    page = Page(block.body)
    assert re.search(r'<td class="wrap">cheap</td>(<td[^>]*>[^<]*</td>){4}', block.body)
    assert {MOVES["service"].capitalize(), MOVES["left_out"].capitalize()} <= set(re.findall(r"[A-Z][a-z]+ [a-z]+", page.text))  # fmt: skip
    assert "LCL co-load" in page.text
    rows = [row for row in compared(sample_study()) if row.movers]
    assert sellers(rows) == [("SELLER-1", 2, 3, "cheap", 2, Decimal(-85))]


def test_a_long_list_of_movers_is_cut_with_a_pointer() -> None:
    many = tuple(mover(f"S{k}", k) for k in range(MAX_MOVERS))
    rows = [scenario(name, "same", (0, 0, 0), movers=many) for name in ("a", "b")]
    body = who_moves(study_of(*rows)).body
    assert "movers.csv holds all" in body
    assert len(re.findall(r"<td>S\d+</td>", body)) == MAX_MOVERS
    assert f"<td>S{MAX_MOVERS - 1}</td>" in body
    assert "<td>S1</td>" not in body


# ------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("ends", "words"),
    [((-9, -5), "5 to 9 less"), ((1200, 3000), "1,200 to 3,000 more"), ((-9, 4), "9 less to 4 more"),
     ((-9, 0), "up to 9 less"), ((0, 7), "up to 7 more")],
)  # fmt: skip
def test_intervals_in_words(ends: tuple[int, int], words: str) -> None:
    low, high = map(Decimal, ends)
    assert interval(Difference(cost=low, at_least=low, at_most=high, verdict="undecided")) == words


def test_the_summary_says_what_is_sure_and_what_is_not() -> None:
    told = sentences(sample_study())
    assert told[0] == (
        "Among 7 scenarios: 1 surely cheaper, 1 surely dearer, 1 not dearer, 1 not cheaper, 1 undecided, 1 the same, 1 without a plan."
    )
    assert "Surely cheaper: cheap (950 to 1,050 less)." in told
    assert "Surely dearer: dear (1,650 to 1,750 more)." in told
    assert any(text.endswith("more work may decide: g.a+y (40 less to 60 more).") for text in told)
    assert "closed has no plan: no way is left" in told
    assert told[-1] == "Not run: g.b+y, h.two. The same command goes on with them."


def test_what_the_checker_found_is_told() -> None:
    row = scenario("bad", "same", (0, 0, 0), figures(violations=1), reasons=("S1 is late",))
    assert "The independent checker objects to the plan of bad: S1 is late" in sentences(study_of(row))


# ------------------------------------------------------------------------- page


def test_every_section_is_there_and_nothing_is_fetched() -> None:
    text, page = page_of(sample_study())
    found = [name for name in page.ids if name in SECTIONS]
    assert found == SECTIONS
    links = [value[1:] for value in page.loads if value.startswith("#")]
    assert links == SECTIONS
    assert all(value.startswith(("#", "data:")) for value in page.loads)
    assert "default-src 'none'" in text
    assert len(page.ids) == len(set(page.ids))
    charts = {
        "difference-chart",
        "cost-chart",
        "service-chart",
        "grid-1-1",
        "grid-2-1",
        "map",
        "map-count",
        "map-scenario",
    }
    assert charts <= set(page.ids)


def test_the_table_of_scenarios_has_their_figures() -> None:
    text, _ = page_of(sample_study())
    table = text[text.index('<table id="results-table"') :]
    rows = re.findall(r"<tr>(.*?)</tr>", table[: table.index("</table>")])[1:]
    cells_of = {row[0]: row for row in (re.findall(r"<td[^>]*>(.*?)</td>", each) for each in rows)}
    assert len(rows) == 8
    assert cells_of["dear"] == [
        "dear", "1,700", "1,650", "1,750", "surely dearer", "10,000", "1,200", "31.2", "4", "3", "1", "81.2", "2", "0.50", "1",
    ]  # fmt: skip
    assert cells_of["closed"] == ["closed", "–", "–", "–", "no plan", *["–"] * 10]
    assert cells_of["base"][:5] == ["base", "–", "–", "–", ""]


def test_names_are_escaped() -> None:
    name = "e" + EVIL
    row = scenario(name, "undecided", (-1, 0, 1), description=EVIL, changes=(EVIL,), movers=(mover(EVIL, seller_id=EVIL, before=EVIL),))  # fmt: skip
    grid = Grid(name=EVIL, axes=(Axis(name=EVIL, points=(EVIL,)), Axis(name=EVIL, points=("x",))))
    cell = scenario(f"{EVIL}.{EVIL}+x", "dearer", (1, 2, 3))
    line = Grid(name=EVIL, axes=(Axis(name=EVIL, points=(EVIL,)),))
    more = scenario(f"{EVIL}.{EVIL}", "dearer", (1, 2, 3))
    found = study_of(row, cell, more, failed(EVIL, EVIL), title=EVIL, missing=(EVIL,), grids=(grid, line))
    text, page = page_of(found)
    assert EVIL not in text
    assert page.tags.count("script") == 4
    assert EVIL in page.text


@pytest.mark.parametrize("rows", [(), (failed("closed", "no way is left"),)])
def test_a_study_without_any_plan_but_the_base(rows: tuple[ScenarioResult, ...]) -> None:
    found = study_of(*rows, missing=("later",), grids=(Grid(name="g", axes=(Axis(name="u", points=("a",)),)),))
    text, page = page_of(found)
    assert {name for name in page.ids if name in SECTIONS} == set(SECTIONS)
    assert "No scenario has a plan." in page.text
    assert "Not run: later." in page.text
    assert _figures(text).keys().isdisjoint({"map", "difference-chart"})


def test_a_study_without_grids_has_no_such_section() -> None:
    made = [make(sample_study(grids=())) for make in sections(tiny_network())]
    assert [block.name for block in made if block] == [name for name in SECTIONS if name != "grids"]


def test_figures_of_sections_have_their_place() -> None:
    for make in sections(tiny_network()):
        block = make(sample_study())
        for name, drawn in block.figures.items() if block else ():
            assert f'id="{name}"' in block.body
            assert isinstance(drawn, go.Figure)


# ---------------------------------------------------------------------- a study


@pytest.mark.parametrize("early", [False, True])
def test_a_study_writes_its_page(early: bool, tmp_path: Path) -> None:
    request = Request("Two weeks", tiny_network(), (goods("S1"), goods("S2")), (Scenario("one"), Scenario("two")), SURE)
    finished: list[str] = []
    found = study(
        request, tmp_path, runner=Serial(), on_result=lambda done, count, result: finished.append(result.name),
        cancelled=lambda: early and len(finished) == 2,
    )  # fmt: skip
    text = (tmp_path / "study.html").read_text(encoding="utf-8")
    assert text == study_page(found, request.network)
    assert ("Not run: two." in text) is early
    assert finished == (["base", "one"] if early else ["base", "one", "two"])
