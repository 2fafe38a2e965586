"""Sections of the page of a study for its questions: where candidates stop paying, what more of a limit is worth."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from consolidation.report._html import Column, number, table
from consolidation.report.charts import BLUE, GREY, ORANGE, figure
from consolidation.studies.answers import BreakEven, MarginalValue
from consolidation.studies.blocks import Block
from consolidation.studies.model import Study
from consolidation.studies.question_words import break_even_in_words, percent, value_in_words

_SURE = "rgba(0, 114, 178, 0.18)"


def break_evens(study: Study) -> Block | None:
    """Return where candidates stop paying; None where that was not asked."""
    if not study.break_evens:
        return None
    figures: dict[str, go.Figure] = {}
    parts = [
        '<p class="note">The saving is the cost of the best known plan without the candidate less that with it. Every rate shown '
        "was planned; the shaded range is what the bounds prove, from the least to the most that the best plans save.</p>"
    ]
    for k, row in enumerate(study.break_evens):
        title = f"{row.name}: {row.description}" if row.description else row.name
        parts.append(f"<h3>{escape(title)}</h3>{_told(break_even_in_words(row, study.currency))}")
        if row.runs:
            name = f"break-even-{k}"
            figures[name] = saving_figure(row, study.currency)
            label = f"Saving of {row.name} by the change of its rates"
            parts.append(f'<div id="{name}" class="figure" role="img" aria-label="{escape(label)}"></div>')
            parts.append(_runs(row, study.currency, f"break-even-runs-{k}"))
    return Block("break-evens", "Where candidates stop paying", "".join(parts), figures)


def _told(lines: Sequence[str]) -> str:
    first, *further = lines
    listed = "".join(f"<li>{escape(line)}</li>" for line in further)
    return f"<p>{escape(first)}.</p>" + (f"<ul>{listed}</ul>" if listed else "")


def saving_figure(row: BreakEven, currency: str) -> go.Figure:
    """Return the saving by rate: of the plans found, what is proven of it, what the candidate must earn, where it stops.

    Between two rates it is proven that the saving is at least that of the higher and at most that of the lower one.
    """
    x = [float(run.percent) for run in row.runs]
    least, most = [float(run.at_least) for run in row.runs], [float(run.at_most) for run in row.runs]
    hover = [
        f"{percent(run.percent)}: saves {number(run.saving, 2)}, proven {number(run.at_least, 2)} to {number(run.at_most, 2)}; "
        f"{run.shipments} shipments" for run in row.runs
    ]  # fmt: skip
    traces = [
        go.Scatter(x=x, y=least, mode="lines", line={"width": 0, "shape": "vh"}, hoverinfo="skip", showlegend=False),
        go.Scatter(x=x, y=most, mode="lines", line={"width": 0, "shape": "hv"}, fill="tonexty", fillcolor=_SURE, name="proven range", hoverinfo="skip"),
        go.Scatter(x=x, y=[float(run.saving) for run in row.runs], mode="lines+markers", name="saving of the plans found",
                   line={"color": BLUE}, text=hover, hoverinfo="text"),
        go.Scatter(x=[float(row.lowest), float(row.highest)], y=[float(row.fixed_cost)] * 2, mode="lines", name="has to earn",
                   line={"color": GREY, "dash": "dot"}, hoverinfo="skip"),
    ]  # fmt: skip
    if row.percent is not None:
        traces.append(
            go.Scatter(x=[float(row.percent)], y=[float(row.fixed_cost)], mode="markers", name="stops paying",
                       marker={"color": ORANGE, "size": 12, "symbol": "diamond"}, text=[percent(row.percent)], hoverinfo="text")
        )  # fmt: skip
    return figure(
        traces, 360, xaxis={"title": {"text": "Change of the rates, %"}, "ticksuffix": " %"},
        yaxis={"title": {"text": f"Saving, {escape(currency)}"}, "tickformat": ",.0f"},
    )  # fmt: skip


def _runs(row: BreakEven, currency: str, name: str) -> str:
    columns = [
        Column("Rates", "%", 2), Column("Plan costs", currency, 2), Column("Bound", currency, 2), Column("Saving", currency, 2),
        Column("at least", currency, 2), Column("at most", currency, 2), Column("Shipments on it", "", 0),
        Column("Its freight", currency, 2), Column("Pays"),
    ]  # fmt: skip
    rows = [
        (run.percent, run.cost, run.bound, run.saving, run.at_least, run.at_most, run.shipments, run.freight, "yes" if run.pays else "no")
        for run in row.runs
    ]  # fmt: skip
    return table(name, columns, rows)


def values(study: Study) -> Block | None:
    """Return what a little more of a limit is worth; None where that was not asked."""
    if not study.values:
        return None
    columns = [
        Column("Question"), Column("More of", wrap=True), Column("Worth", study.currency, 2), Column("at least", study.currency, 2),
        Column("at most", study.currency, 2), Column("By guide price", study.currency, 2), Column("Used", "% of the limit", 0),
        Column("To know", wrap=True),
    ]  # fmt: skip
    rows = [
        (row.name, row.what, row.value, row.at_least, row.at_most, row.guide, _fill(row), "; ".join(row.notes)) for row in study.values
    ]  # fmt: skip
    told = (
        '<p class="note">Worth is the cost of the base less that of a plan with more of the limit; the guide price is what the bound of '
        "the base says, for any small amount: it knows nothing of whole containers.</p>"
    )
    lines = "".join(f"<li>{escape(value_in_words(row, study.currency)[0])}</li>" for row in study.values)
    return Block(
        "values", "What a little more is worth", f"{told}<ul>{lines}</ul>{table('values-table', columns, rows)}", {}
    )


def _fill(row: MarginalValue) -> float | None:
    """Return how full the fullest of the limits is, %."""
    return max((float(100 * limit.used / limit.limit) for limit in row.limits if limit.limit), default=None)
