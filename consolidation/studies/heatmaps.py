"""The grids of a study: what each combination of points differs by from the base."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from consolidation.report import _html
from consolidation.report.charts import GREY, figure
from consolidation.studies.blocks import Block, note
from consolidation.studies.charts import marked, short, told
from consolidation.studies.model import Axis, Grid, ScenarioResult, Study
from consolidation.studies.words import VERDICTS

MAX_MAPS = 12
"""Heat maps drawn of one grid; the table of the scenarios holds all."""
_WIDE = 9
"""Columns up to which a cell has room for its interval."""
_CHEAPER, _DEARER, _UNDECIDED, _INK = "#5FC9AA", "#F2A272", "#C3C8CD", "#1B1F24"
"""Colours of cells, all light enough for dark text."""
Cells = dict[tuple[str, ...], ScenarioResult]


def grids(study: Study) -> Block | None:
    """Return the section of the grids, None without any."""
    figures: dict[str, go.Figure] = {}
    body = "".join(_grid(study, grid, number, figures) for number, grid in enumerate(study.grids, 1))
    remark = note(
        "What the plans found cost less base; below it what the best plans surely differ by. Grey with a dashed edge: undecided, the "
        "difference may be none."
    )
    return Block("grids", "Grids", body + remark, figures) if figures else None


def _grid(study: Study, grid: Grid, number: int, figures: dict[str, go.Figure]) -> str:
    found = cells(study, grid)
    axes = " × ".join(axis.name for axis in grid.axes)
    blocks = [f"<h3>{escape(grid.name)}: {escape(axes)}</h3>"]
    for k, (title, drawn_) in enumerate(itertools.islice(_pictures(study, grid, found), MAX_MAPS)):
        name = f"grid-{number}-{k + 1}"
        figures[name] = drawn_
        width = 260 + 150 * max(len(axis.points) for axis in grid.axes[:2])
        heading = f"<h4>{escape(title)}</h4>" if title else ""
        text = f"Difference from the base by {axes} {title}"
        blocks.append(f'{heading}<div style="max-width:{width}px">{_html.drawn(name, text)}</div>')
    left = len(list(itertools.product(*(axis.points for axis in grid.axes[2:])))) - MAX_MAPS
    if left > 0:
        blocks.append(note(f"{left} more combinations of the other axes are in the table of the scenarios."))
    return "".join(blocks)


def cells(study: Study, grid: Grid) -> Cells:
    """Return what came of the scenarios of a grid, by their points; those that were not run are left out."""
    known = {row.name: row for row in study.scenarios}
    combined = itertools.product(*(axis.points for axis in grid.axes))
    names = {points: f"{grid.name}.{'+'.join(points)}" for points in combined}
    return {points: known[name] for points, name in names.items() if name in known}


def _pictures(study: Study, grid: Grid, found: Cells) -> Iterator[tuple[str, go.Figure]]:
    """Yield a picture for each combination of points of the axes after the second, with its title."""
    if len(grid.axes) == 1:
        yield "", line_figure(study, grid.axes[0], found)
        return
    reach = max((abs(float(row.difference.cost)) for row in found.values() if row.difference), default=0.0)
    for others in itertools.product(*(axis.points for axis in grid.axes[2:])):
        title = ", ".join(f"{axis.name}: {point}" for axis, point in zip(grid.axes[2:], others, strict=True))
        shown = {points[:2]: row for points, row in found.items() if points[2:] == others}
        yield title, heat_figure(study, (grid.axes[0], grid.axes[1]), shown, reach or 1.0)


def line_figure(study: Study, axis: Axis, found: Cells) -> go.Figure:
    """Return the differences along the only axis of a grid, each with its interval."""
    drawn = [
        (escape(point), row.difference) for point in axis.points if (row := found.get((point,))) and row.difference
    ]
    places, differences = [place for place, _ in drawn], [each for _, each in drawn if each]
    joined = {
        "type": "scatter", "mode": "lines", "x": places, "y": [float(each.cost) for each in differences],
        "line": {"color": GREY, "width": 1, "dash": "dot"}, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
    points = [escape(point) for point in axis.points]
    return figure(
        [joined, *marked(places, differences, study.currency, across=False)], 340,
        xaxis={"type": "category", "categoryorder": "array", "categoryarray": points, "range": [-0.5, len(points) - 0.5],
               "title": {"text": escape(axis.name)}},
        yaxis={"title": {"text": f"{escape(study.currency)}, scenario less base"}, "tickformat": "+,.0f"},
        margin={"l": 100, "r": 30, "t": 40, "b": 60},
    )  # fmt: skip


def heat_figure(study: Study, axes: tuple[Axis, Axis], found: Cells, reach: float) -> go.Figure:
    """Return a heat map of the differences: the first axis downwards, the second to the right.

    Parameters
    ----------
    reach : plan currency, the difference of the deepest colour
    """
    down, right = axes
    rows, columns = [escape(point) for point in down.points], [escape(point) for point in right.points]
    grid = [[found.get((a, b)) for b in right.points] for a in down.points]
    wide = len(columns) <= _WIDE
    colours = [[0, _CHEAPER], [0.5, "#FFFFFF"], [1, _DEARER]]
    maps = [
        _heat(study, grid, (rows, columns), undecided=False, wide=wide)
        | {"colorscale": colours, "zmin": -reach, "zmax": reach, "name": "Difference",
           "colorbar": {"title": {"text": escape(study.currency)}, "tickformat": "+,.0f", "thickness": 12}},
        _heat(study, grid, (rows, columns), undecided=True, wide=wide)
        | {"colorscale": [[0, _UNDECIDED], [1, _UNDECIDED]], "showscale": False, "name": "Undecided"},
    ]  # fmt: skip
    left = 40 + 7 * max(len(short(point)) for point in down.points)
    return figure(
        [*maps, _without(grid, rows, columns)], 130 + (62 if wide else 40) * len(rows), showlegend=False,
        shapes=_edges(grid), margin={"l": left, "r": 20, "t": 20, "b": 60},
        xaxis={"type": "category", "title": {"text": escape(right.name)}, "categoryorder": "array", "categoryarray": columns,
               "showgrid": False},
        yaxis={"type": "category", "title": {"text": escape(down.name)}, "categoryorder": "array", "categoryarray": rows,
               "autorange": "reversed", "ticksuffix": " ", "showgrid": False},
    )  # fmt: skip


Rows = Sequence[Sequence[ScenarioResult | None]]


def _heat(
    study: Study, grid: Rows, names: tuple[list[str], list[str]], *, undecided: bool, wide: bool
) -> dict[str, Any]:
    shown = [[row if row and row.difference and _is_open(row) is undecided else None for row in each] for each in grid]
    return {
        "type": "heatmap", "y": names[0], "x": names[1], "xgap": 2, "ygap": 2, "hoverinfo": "text",
        "z": [[float(row.difference.cost) if row and row.difference else None for row in each] for each in shown],
        "text": [[_cell_text(row, wide) for row in each] for each in shown], "texttemplate": f'<span style="color:{_INK}">%{{text}}</span>', "textfont": {"size": 12},
        "hovertext": [[f"{escape(row.name)}<br>{told(row.difference, study.currency)}" if row and row.difference else "" for row in each]
                      for each in shown],
    }  # fmt: skip


def _is_open(row: ScenarioResult) -> bool:
    return row.difference is not None and row.difference.verdict == "undecided"


def _cell_text(row: ScenarioResult | None, wide: bool) -> str:
    if row is None or row.difference is None:
        return ""
    each = row.difference
    head = f"<b>{_html.signed(each.cost, 0)}</b>"
    if not wide:
        return head + ("?" if _is_open(row) else "")
    between = f"<br>{_html.signed(each.at_least, 0)} … {_html.signed(each.at_most, 0)}"
    return f"{head}{between}<br>{VERDICTS[each.verdict]}"


def _without(grid: Rows, rows: Sequence[str], columns: Sequence[str]) -> dict[str, Any]:
    """Return the words in cells that have no difference."""
    empty = [
        (a, b, "no plan" if row else "not run")
        for a, each in zip(rows, grid, strict=True)
        for b, row in zip(columns, each, strict=True)
        if row is None or row.difference is None
    ]
    return {
        "type": "scatter", "mode": "text", "name": "No difference", "hoverinfo": "skip", "textfont": {"size": 12},
        "y": [a for a, _, _ in empty], "x": [b for _, b, _ in empty], "text": [text for _, _, text in empty],
    }  # fmt: skip


def _edges(grid: Rows) -> list[Mapping[str, Any]]:
    """Return a dashed edge around each undecided cell."""
    return [
        {"type": "rect", "xref": "x", "yref": "y", "x0": b - 0.47, "x1": b + 0.47, "y0": a - 0.47, "y1": a + 0.47,
         "line": {"color": "#1A1A1A", "width": 1.5, "dash": "dash"}}
        for a, each in enumerate(grid)
        for b, row in enumerate(each)
        if row is not None and _is_open(row)
    ]  # fmt: skip
