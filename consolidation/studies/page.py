"""The page of a study: one self-contained file with pictures, for people who decide between scenarios."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

import plotly.graph_objects as go

from consolidation.emissions import total
from consolidation.report._html import Column, count, document, pairs, section, signed, table
from consolidation.studies import charts
from consolidation.studies.blocks import Block, base_of, compared, cut, note, tall
from consolidation.studies.flowmap import flows
from consolidation.studies.heatmaps import grids
from consolidation.studies.model import Difference, Figures, ScenarioResult, Study, Verdict
from consolidation.studies.moving import who_moves
from consolidation.studies.question_sections import break_evens, values
from consolidation.studies.words import VERDICTS, interval
from network.model import Network

_NAMED = 8
"""Scenarios of one verdict that the summary names."""


Section = Callable[[Study], Block | None]
"""Makes a section of the page; None where there is nothing to show."""


def sections(network: Network) -> tuple[Section, ...]:
    """Return what the page is made of, in order.

    Parameters
    ----------
    network : of the base
    """
    return (
        summary, results, differences, break_evens, values, costs, service, emitted, grids, partial(flows, network=network),
        who_moves, partial(about, network=network),
    )  # fmt: skip


def study_page(study: Study, network: Network) -> str:
    """Return the page as one HTML document that works from a file without a network.

    Parameters
    ----------
    network : of the base, for the map
    """
    made = [make(study) for make in sections(network)]
    blocks = [block for block in made if block is not None]
    figures: dict[str, go.Figure] = {name: drawn_ for block in blocks for name, drawn_ in block.figures.items()}
    links = "".join(f'<a href="#{block.name}">{escape(block.title)}</a>' for block in blocks)
    head = (
        f'<header><h1>{escape(study.title)}</h1><p class="lead">{escape(_lead(study))}</p></header>'
        f'<nav aria-label="Sections">{links}</nav>'
    )
    body = "\n".join(section(block.name, block.title, block.body) for block in blocks)
    return document(study.title, f"{head}\n{body}\n<footer>Study: {escape(study.title)}.</footer>", figures)


def _lead(study: Study) -> str:
    goods = count(base_of(study).shipments, "shipment")
    return (
        f"Study of {count(len(study.scenarios), 'scenario')} of {goods}, each compared with the base, in which nothing changes; "
        f"all amounts in {study.currency}."
    )


# ------------------------------------------------------------------- summary


def summary(study: Study) -> Block:
    """Return what came out, in cards and in words."""
    return Block("summary", "Summary", f'<div class="cards">{_cards(study)}</div>{_paragraphs(sentences(study))}')


def _cards(study: Study) -> str:
    verdicts = [row.difference.verdict for row in compared(study)]
    cards = [
        (" good", f"{verdicts.count('cheaper'):,}", "surely cheaper than the base"),
        ("", f"{verdicts.count('dearer'):,}", "surely dearer"),
        ("", f"{verdicts.count('undecided'):,}", "undecided: the difference may be none"),
        ("", f"{sum(row.status == 'failed' for row in study.scenarios):,}", "without a plan"),
    ]
    best = min(compared(study), key=lambda row: row.difference.at_most, default=None)
    if best is not None and best.difference.verdict == "cheaper":
        cards.append(
            (
                " good",
                signed(best.difference.cost, 0),
                f"{charts.short(best.name)}, the surest saving, {study.currency}",
            )
        )
    return "".join(
        f'<div class="card{kind}"><b>{big}</b><span>{escape(small)}</span></div>' for kind, big, small in cards
    )


def _paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


_TOLD: dict[Verdict, tuple[str, bool]] = {
    "cheaper": ("Surely cheaper", True),
    "dearer": ("Surely dearer", True),
    "not_dearer": ("Never dearer, as they only open ways", True),
    "not_cheaper": ("Never cheaper, as they only close ways", True),
    "undecided": ("Undecided, as the gaps are larger than the difference; more work may decide", True),
    "same": ("The same as the base", False),
}
"""How the summary begins to name the scenarios of a verdict, and whether it tells the interval of each."""


def sentences(study: Study) -> list[str]:
    """Return what came out, in plain sentences (text, not HTML)."""
    told = [f"Among {count(len(study.scenarios), 'scenario')}: {_counted(study)}."] if study.scenarios else ["No scenario was run."]  # fmt: skip
    for verdict, (words, with_interval) in _TOLD.items():
        chosen = [(row.name, row.difference) for row in compared(study) if row.difference.verdict == verdict]
        chosen.sort(key=lambda pair: pair[1].cost, reverse=verdict in ("dearer", "not_cheaper"))
        names = [f"{name} ({interval(each)})" if with_interval else name for name, each in chosen]
        if names:
            told.append(f"{words}: {_some(names)}.")
    told += [f"{row.name} has no plan: {' '.join(row.reasons) or 'the reason is not known'}" for row in study.scenarios if row.status == "failed"]  # fmt: skip
    told += [
        f"The independent checker objects to the plan of {row.name}: {_some(list(row.reasons))}"
        for row in (study.base, *study.scenarios)
        if row.figures is not None and row.figures.violations
    ]
    if study.missing:
        told.append(f"Not run: {_some(list(study.missing))}. The same command goes on with them.")
    return told


def _counted(study: Study) -> str:
    verdicts = [row.difference.verdict for row in compared(study)]
    parts = [f"{verdicts.count(verdict):,} {VERDICTS[verdict]}" for verdict in _TOLD if verdict in verdicts]
    failed = sum(row.status == "failed" for row in study.scenarios)
    return ", ".join([*parts, *([f"{failed:,} without a plan"] if failed else [])])


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


# ------------------------------------------------------------------- results


def results(study: Study) -> Block:
    """Return the table of all scenarios."""
    equipment = sorted({name for row in (base_of(study), *(row.figures for row in compared(study))) for name in row.containers})  # fmt: skip
    emits = any(row.emissions for row in (base_of(study), *(row.figures for row in compared(study))))
    currency = study.currency
    columns = [
        Column("Scenario", wrap=True), Column("Difference", currency, 0), Column("at least", currency, 0), Column("at most", currency, 0),
        Column("Best plans"), Column("Cash", currency, 0), Column("Priced time", currency, 0), Column("Days", "mean", 1),
        Column("Late", "shipments", 0), *(Column(name, "loads", 0) for name in equipment), Column("Fill", "%", 1),
        Column("Unplanned", "shipments", 0), *([Column("CO2e", "t", 2)] if emits else []), Column("Gap", "%", 2),
        Column("Movers", "shipments", 0),
    ]  # fmt: skip
    rows = [[row.name, *_cells(row, equipment, emits)] for row in (study.base, *study.scenarios)]
    remark = note(
        "Difference: cost of the plan found, cash and priced time and the price of leaving out, less that of the base. At least, at most: what the "
        "best plans surely differ by. Fill: of all containers, by stuffing volume."
    )
    return Block("results", "Scenarios", table("results-table", columns, rows, searchable=len(rows) > 20, source="results.csv") + remark)  # fmt: skip


def _cells(row: ScenarioResult, equipment: list[str], emits: bool) -> list[object]:
    figures, difference = row.figures, row.difference
    if figures is None:
        return [None, None, None, "no plan", *[None] * (8 + len(equipment) + emits)]
    carbon = [_tonnes(figures)] if emits else []
    return [
        *_judged(difference), figures.cash_cost, figures.priced_time, figures.mean_days, figures.late_shipments,
        *(figures.containers.get(name, 0) for name in equipment), 100 * figures.fill, figures.unplanned, *carbon,
        100 * figures.gap, len(row.movers) if difference else None,
    ]  # fmt: skip


def _judged(difference: Difference | None) -> list[object]:
    if difference is None:
        return [None, None, None, ""]
    return [difference.cost, difference.at_least, difference.at_most, VERDICTS[difference.verdict]]


def _tonnes(figures: Figures) -> float | None:
    emitted_kg = total(figures.emissions.values()).co2e_kg if figures.emissions else None
    return None if emitted_kg is None else float(emitted_kg) / 1000


# -------------------------------------------------------------------- charts


def differences(study: Study) -> Block:
    """Return the picture of the differences within their bounds."""
    shown = {"difference-chart": charts.difference_figure(study)}
    remark = note(
        "Point: difference of the plans found. Bar: the best plans surely differ by an amount within it. Where it crosses zero the sign is "
        "undecided, unless the scenario only opens or only closes ways. Bars that reach far beyond the points are cut."
    )
    return _charted(study, "differences", "Differences", shown, tall("difference-chart", "Difference of each scenario from the base") + remark)  # fmt: skip


def costs(study: Study) -> Block:
    """Return the picture of where the money goes."""
    body = tall("cost-chart", "What every part of the cost differs by from the base, by scenario")
    return _charted(study, "costs", "Cost by part", {"cost-chart": charts.cost_figure(study)}, body)


def service(study: Study) -> Block:
    """Return the pictures of days, containers, late and unplanned shipments."""
    body = tall("service-chart", "Days, containers, late and unplanned shipments of each scenario beside the base")
    body += note("Dashed: the base. Green: fewer than in the base; red: more.")
    return _charted(study, "service", "Days, containers, late, unplanned", {"service-chart": charts.service_figure(study)}, body)  # fmt: skip


def emitted(study: Study) -> Block | None:
    """Return the picture of greenhouse gases, None where nothing is known of them."""
    figure = charts.emission_figure(study)
    if figure is None:
        return None
    body = tall("emission-chart", "Greenhouse gases of the base and of each scenario by mode of transport")
    return _charted(study, "emissions", "Greenhouse gases", {"emission-chart": figure}, body)


def _charted(study: Study, name: str, title: str, figures: dict[str, go.Figure], body: str) -> Block:
    rows = compared(study)
    if not rows:
        return Block(name, title, "<p>No scenario has a plan.</p>")
    return Block(name, title, body + cut(len(rows)), figures)


# --------------------------------------------------------------------- about


def about(study: Study, network: Network) -> Block:
    """Return what each scenario changes, and what the study was made from."""
    columns = [Column("Scenario", wrap=True), Column("Description", wrap=True), Column("What it changes", wrap=True)]
    rows = [(row.name, row.description, "; ".join(row.changes) or "nothing") for row in study.scenarios]
    listed = table("changes", columns, rows, searchable=len(rows) > 20, source="study.json") if rows else "<p>None.</p>"
    items = [
        ("Network", network.header.name),
        ("Network hash", study.network_sha256),
        ("Shipments hash", study.shipments_sha256),
    ]
    return Block("about", "What the scenarios change", listed + pairs(items))
