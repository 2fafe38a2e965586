"""The pages of trade-offs: self-contained files for people who weigh cost against days, or look for another plan."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import plotly.graph_objects as go

from consolidation.report._html import Column, document, drawn, money, number, pairs, percent, section, table
from consolidation.studies.model import Figures
from consolidation.tradeoffs import charts, words
from consolidation.tradeoffs.model import Alternatives, Frontier


def frontier_page(found: Frontier) -> str:
    """Return the page of a frontier as one HTML document that works from a file without a network."""
    figures = {"frontier-chart": charts.frontier_figure(found), "services-chart": charts.services_figure(found)}
    parts = [
        _head("What days cost", f"{len(found.points)} plans; all amounts in {escape(found.currency)}."),
        section("summary", "Summary", _frontier_cards(found), _texts(words.frontier_sentences(found))),
        section(
            "frontier", "Frontier", drawn("frontier-chart", "Plans by days and cost"),
            '<p class="note">Each plan is the cheapest found at some price of a day. The dashed line is what the certificates of all searches '
            "prove together: no plan is below it.</p>",
        ),
        section("services", "How goods travel", drawn("services-chart", "Shipments by service in each plan")),
        section("plans", "Plans", _points(found)),
        section("about", "About", _frontier_about(found)),
    ]  # fmt: skip
    return document("Cost against days", "\n".join(parts), figures)


def alternatives_page(found: Alternatives) -> str:
    """Return the page of alternatives as one HTML document that works from a file without a network."""
    figures: dict[str, go.Figure] = {
        f"{kind}-chart": charts.criterion_figure(found, kind)
        for kind, value in found.base_values.items()
        if value or any(row.values[kind] for row in found.rows)
    }
    charts_drawn = "".join(
        f"<h3>{escape(words.UNITS[kind].capitalize())}</h3>{drawn(f'{kind}-chart', words.UNITS[kind])}"
        for kind in found.base_values
        if f"{kind}-chart" in figures
    )
    parts = [
        _head("Plans that cost nearly as little", f"All amounts in {escape(found.currency)}."),
        section("summary", "Summary", _alternatives_cards(found), _texts(words.alternatives_sentences(found))),
        section("plans", "Plans", _rows(found)),
        section("criteria", "Criteria", charts_drawn),
        section("about", "About", _alternatives_about(found)),
    ]
    return document("Alternatives", "\n".join(parts), figures)


def _head(title: str, lead: str) -> str:
    return f'<header><h1>{escape(title)}</h1><p class="lead">{lead}</p></header>'


def _texts(sentences: Iterable[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in sentences)


def _cards(cards: Iterable[tuple[str, str]]) -> str:
    blocks = "".join(f'<div class="card"><b>{big}</b><span>{small}</span></div>' for big, small in cards)
    return f'<div class="cards">{blocks}</div>'


def _frontier_cards(found: Frontier) -> str:
    slowest, fastest = found.points[0], found.points[-1]
    cards = [
        (
            money(slowest.other_cost, found.currency, 0),
            f"cheapest, {number(slowest.figures.mean_days, 1)} days on average",
        ),
        (
            money(fastest.other_cost, found.currency, 0),
            f"fastest, {number(fastest.figures.mean_days, 1)} days on average",
        ),
        (
            percent(max(point.figures.gap for point in found.points), 2),
            "largest gap of a plan at its own price of a day",
        ),
        (f"{number(found.highest_price, 2)}", f"highest price of a day asked, {escape(found.currency)} per m3"),
    ]
    return _cards(cards)


def _containers(figures: Figures) -> str:
    return ", ".join(f"{count} x {kind}" for kind, count in figures.containers.items()) or "none"


def _points(found: Frontier) -> str:
    currency = found.currency
    columns = [
        Column("Plan"), Column("Best from", f"{currency} per m3 and day", 2), Column("To", f"{currency} per m3 and day", 2),
        Column("Days", "mean", 1), Column("M3 days", "", 0), Column("Cost without days", currency, 0),
        Column("Cheaper by at most", currency, 0), Column("Faster by at most", "m3 days", 0), Column("Gap", "%", 2),
        Column("Containers", wrap=True), Column("Late", "shipments", 0), Column("Unplanned", "shipments", 0),
    ]  # fmt: skip
    rows = (
        (point.name, point.best_from, point.best_to, point.figures.mean_days, point.priced_m3_days, point.other_cost,
         point.cheaper_by_at_most, point.faster_by_at_most, 100 * point.figures.gap, _containers(point.figures),
         point.figures.late_shipments, point.figures.unplanned)
        for point in found.points
    )  # fmt: skip
    note = (
        '<p class="note">Cheaper by at most: no plan that takes at most as many m3 days costs less by more than this. Faster by at most: '
        "no plan that costs at most as much takes fewer by more than this.</p>"
    )
    return table("points", columns, rows) + note


def _frontier_about(found: Frontier) -> str:
    asked = ", ".join(number(row.value_of_day_per_m3, 2) for row in found.proven)
    return pairs(
        [
            ("Ended", words.ENDED[found.ended]), ("Prices of a day asked", asked), ("The network's own", number(found.given_price, 2)),
            *_options(found.options), ("Network hash", found.network_sha256), ("Shipments hash", found.shipments_sha256),
        ]
    )  # fmt: skip


def _options(options: dict[str, float | int | None]) -> Iterable[tuple[str, str]]:
    return ((name.replace("_", " ").capitalize(), str(value)) for name, value in options.items())


def _alternatives_cards(found: Alternatives) -> str:
    cards = [(money(found.base.cost, found.currency, 0), f"cheapest plan, gap {percent(found.base.gap, 2)}")]
    for row in found.rows:
        if row.better:
            better = row.base_value - row.value
            cards.append(
                (
                    f"−{number(better, words.places(row.kind))}",
                    f"{escape(words.UNITS[row.kind])} for {percent(row.premium, 2)}",
                )
            )
    return _cards(cards)


def _rows(found: Alternatives) -> str:
    kinds = list(found.base_values)
    columns = [
        Column("Plan"), Column("Cost", found.currency, 0), Column("Premium", "%", 2),
        *(Column(words.UNITS[kind].capitalize(), "", words.places(kind)) for kind in kinds),
        Column("At least", "proven, in its criterion", 0), Column("Late", "shipments", 0), Column("Unplanned", "shipments", 0),
        Column("Containers", wrap=True),
    ]  # fmt: skip
    base = found.base
    rows: list[tuple[object, ...]] = [
        (
            "Cheapest",
            base.cost,
            0,
            *found.base_values.values(),
            None,
            base.late_shipments,
            base.unplanned,
            _containers(base),
        )
    ]
    for row in found.rows:
        f = row.figures
        name = words.CRITERIA[row.kind] + ("" if row.better else ": none better")
        rows.append((name, row.cost, 100 * row.premium, *(row.values[kind] for kind in kinds), row.at_least, f.late_shipments, f.unplanned, _containers(f)))  # fmt: skip
    return table("alternatives", columns, rows)


def _alternatives_about(found: Alternatives) -> str:
    return pairs(
        [
            ("Premium", percent(found.within, 2)), ("Earlier plan", found.earlier_plan or "none"), *_options(found.options),
            ("Network hash", found.network_sha256), ("Shipments hash", found.shipments_sha256),
        ]
    )  # fmt: skip
