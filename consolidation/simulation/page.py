"""The page of a simulation: one self-contained file with pictures, for people who promise dates."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import plotly.graph_objects as go

from consolidation.report._html import Column, count, document, drawn, money, number, pairs, percent, section, table
from consolidation.simulation import charts
from consolidation.simulation.files import SHIPMENTS, SIMULATION
from consolidation.simulation.model import Against, Simulation, UsedFigures

AGAINST: dict[Against, str] = {"due_date": "due date", "event": "sales event", "planned_date": "date in the plan"}
_SECTIONS = (
    ("summary", "Summary"), ("departures-section", "Departures"), ("dates", "Days late"), ("inbound-section", "Inbound plans"),
    ("shipments-section", "Shipments"), ("figures-section", "Figures used"), ("about", "About"),
)  # fmt: skip


def simulation_page(found: Simulation) -> str:
    """Return the page as one HTML document that works from a file without a network."""
    figures: dict[str, go.Figure] = {}
    parts = [
        _head(found), _summary(found), _departures(found, figures), _dates(found, figures), _inbound(found), _shipments(found),
        _used(found), _about(found), f"<footer>Simulation of plan {escape(found.plan_id)}.</footer>",
    ]  # fmt: skip
    return document(f"Reliability of plan {found.plan_id}", "\n".join(parts), figures)


def _head(found: Simulation) -> str:
    links = "".join(f'<a href="#{name}">{escape(title)}</a>' for name, title in _SECTIONS)
    return (
        f'<header><h1>How reliable the plan is</h1><p class="lead">Plan {escape(found.plan_id)} version {found.plan_version}, '
        f"travelled {count(found.draws, 'time')}; all amounts in {escape(found.currency)}.</p></header>"
        f'<nav aria-label="Sections">{links}</nav>'
    )


def sentences(found: Simulation) -> list[str]:
    """Return what came out, in plain sentences (text, not HTML)."""
    if not found.shipments:
        return ["The plan has no shipment."]
    share, cost = found.on_time_share, found.late_cost
    told = [
        f"On average {percent(share.mean)} of {count(len(found.shipments), 'shipment')} are on time; in one run of ten "
        f"{percent(share.p10)} or less, in one of ten {percent(share.p90)} or more.",
        f"Late days are expected to cost {money(found.expected_late_cost, found.currency)}: half of the runs at most "
        f"{money(cost.p50, found.currency)}, nine of ten at most {money(cost.p90, found.currency)}. "
        f"As planned it would be {money(found.planned_late_cost, found.currency)}.",
    ]
    breaking = [row for row in found.inbound_plans if row.breaks > 0]
    if breaking:
        worst = max(breaking, key=lambda row: row.breaks)
        told.append(
            f"{count(len(breaking), 'inbound plan')} of {len(found.inbound_plans)} may be delivered over more than "
            f"{worst.allowed_days} days; most likely {worst.inbound_plan_id} of {worst.seller_id}, {percent(worst.breaks)}."
        )
    if found.without_figures:
        told.append(f"Taken as punctual, as the network says nothing about them: {', '.join(found.without_figures)}.")
    return told


def _summary(found: Simulation) -> str:
    share, cost, currency = found.on_time_share, found.late_cost, escape(found.currency)
    due = [row for row in found.shipments if row.against != "planned_date"]
    due_text = percent(sum(row.on_time for row in due) / len(due)) if due else "–"
    cards = [
        (percent(share.mean), "of the shipments on time"),
        (f"{percent(share.p10)} – {percent(share.p90)}", "in eight runs of ten"),
        (due_text, f"of the {count(len(due), 'shipment')} with a due date or event"),
        (money(found.expected_late_cost, found.currency), "expected price of late days"),
        (f"{number(cost.p50)} / {number(cost.p90)}", f"price of late days, P50 / P90, {currency}"),
        (f"{sum(row.breaks >= 0.05 for row in found.inbound_plans):,}", "inbound plans that break their window in one run of 20"),
    ]  # fmt: skip
    blocks = "".join(f'<div class="card"><b>{big}</b><span>{small}</span></div>' for big, small in cards)
    texts = "".join(f"<p>{escape(text)}</p>" for text in sentences(found))
    return section("summary", "Summary", f'<div class="cards">{blocks}</div>', texts)


def _departures(found: Simulation, figures: dict[str, go.Figure]) -> str:
    if not found.departures:
        return section("departures-section", "Departures", "<p>None.</p>")
    figures["departures-chart"] = charts.departures_figure(found)
    chart = drawn("departures-chart", "Chance of being on time, by departure")
    left_out = len(found.departures) - len(charts.drawn(found))
    cut = f'<p class="note">The {charts.MAX_DEPARTURES} with the lowest chance.</p>' if left_out else ""
    columns = [
        Column("Departure"), Column("Lane"), Column("Shipments", "", 0), Column("Arrives"), Column("P50"), Column("P90"),
        Column("Rolled", "% of loads", 1), Column("On time", "%", 1), Column("Days late", "mean", 2),
        Column("Late days", found.currency, 2),
    ]  # fmt: skip
    rows = (
        (row.departure_id, row.lane_id, row.shipments, row.eta, row.eta_p50, row.eta_p90, 100 * row.roll_chance,
         100 * row.on_time, row.days_late, row.late_cost)
        for row in found.departures
    )  # fmt: skip
    listed = table("departures", columns, rows, searchable=True, source=SIMULATION)
    return section(
        "departures-section", "Departures", f'<div class="figure tall" tabindex="0">{chart}</div>', cut, listed
    )


def _dates(found: Simulation, figures: dict[str, go.Figure]) -> str:
    if not found.shipments:
        return section("dates", "Days late", "<p>None.</p>")
    figures["days-chart"] = charts.days_figure(found)
    figures["shares-chart"] = charts.shares_figure(found)
    note = '<p class="note">The promised date is the due date, the deadline of the sales event, or without these the date in the plan.</p>'
    return section(
        "dates", "Days late", drawn("days-chart", "Days between the promised date and receipt"), note,
        "<h3>Share on time over the runs</h3>", drawn("shares-chart", "Share of the shipments on time, over the runs"),
    )  # fmt: skip


def _inbound(found: Simulation) -> str:
    columns = [
        Column("Seller"), Column("Inbound plan"), Column("Shipments", "", 0), Column("Planned", "days apart", 0),
        Column("P90", "days apart", 0), Column("Allowed", "days apart", 0), Column("Breaks its window", "%", 2),
    ]  # fmt: skip
    rows = [
        (
            row.seller_id,
            row.inbound_plan_id,
            row.shipments,
            row.planned_days,
            row.p90_days,
            row.allowed_days,
            100 * row.breaks,
        )
        for row in sorted(found.inbound_plans, key=lambda row: (-row.breaks, row.seller_id, row.inbound_plan_id))
    ]
    listed = (
        table("inbound", columns, rows, searchable=True, source=SIMULATION)
        if rows
        else "<p>None of several shipments.</p>"
    )
    return section("inbound-section", "Inbound plans", listed)


def _shipments(found: Simulation) -> str:
    columns = [
        Column("Shipment"), Column("Seller"), Column("Departure"), Column("FC"), Column("Planned"), Column("Promised"),
        Column("By"), Column("P50"), Column("P90"), Column("On time", "%", 1), Column("Within 3 days", "%", 1),
        Column("Days late", "mean", 2), Column("Late days", found.currency, 2),
    ]  # fmt: skip
    rows = (
        (row.shipment_id, row.seller_id, row.departure_id or "courier", row.destination_fc, row.planned, row.promised,
         AGAINST[row.against], row.p50, row.p90, 100 * row.on_time, 100 * row.within_3_days, row.days_late, row.late_cost)
        for row in found.shipments
    )  # fmt: skip
    return section(
        "shipments-section", "Shipments", table("shipments", columns, rows, searchable=True, source=SHIPMENTS)
    )


def _used(found: Simulation) -> str:
    columns = [
        Column("Lane or courier"), Column("Figures of"), Column("Arrivals", wrap=True), Column("Rolled", "% of loads", 1),
        Column("Estimate"),
    ]  # fmt: skip
    rows = (
        (
            row.service,
            row.scope or "none",
            "; ".join(_arrivals(row)),
            100 * row.roll_chance,
            "yes" if row.is_estimate else "no",
        )
        for row in found.figures
    )
    return section(
        "figures-section", "Figures used", table("figures-table", columns, rows, searchable=True, source=SIMULATION)
    )


def _arrivals(row: UsedFigures) -> Iterator[str]:
    if row.normal_mean is not None and row.normal_sd is not None:
        yield f"delay normal, mean {number(row.normal_mean, 1)} and standard deviation {number(row.normal_sd, 1)} days"
    elif row.on_time >= 1:
        yield "as scheduled"
    else:
        early = f" ({percent(row.early, 0)} a day early)" if row.early else ""
        yield f"{percent(row.on_time, 0)} on time{early}, the others {number(row.late_mean, 1)} days late on average"
    if row.departure_mean:
        yield f"departures {number(row.departure_mean, 1)} days late on average"


def _about(found: Simulation) -> str:
    items = [
        ("Plan", f"{found.plan_id} version {found.plan_version}"), ("Runs", f"{found.draws:,}"), ("Seed", str(found.seed)),
        ("Plan hash", found.plan_sha256), ("Network hash", found.network_sha256), ("Shipments hash", found.shipments_sha256),
    ]  # fmt: skip
    text = (
        "<p>Drawn are delays of departures, rolled loads, dwell at gateways and deconsolidation centres, examinations, and the days an "
        "FC takes to receive. All goods of a departure, and all goods in a box, share their luck. Collection and stuffing are taken as planned.</p>"
    )
    return section("about", "About", text, pairs(items))
