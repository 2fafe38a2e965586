"""The report of a plan: one self-contained page for people who decide, pay or carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from html import escape
from pathlib import Path

import plotly.graph_objects as go

from consolidation.plan_model import Certificate, Plan, PlannedShipment
from consolidation.report import _html, charts
from consolidation.report._flows import milestone
from consolidation.report._html import Column, count, money, number, pairs, percent, section, table
from consolidation.report.map import map_block, map_figure
from network.model import Network

_SECTIONS = (
    ("certificate", "Certificate"), ("savings", "Savings"), ("map-section", "Map"), ("cost", "Landed cost"),
    ("fill-section", "Fill of loads"), ("timeline-section", "Timeline"), ("shipments-section", "Shipments"),
    ("loads-section", "Loads"), ("unplanned-section", "Unplanned"), ("notices-section", "Notices"), ("refusals-section", "Refusals"),
    ("inputs", "Inputs and options"),
)  # fmt: skip
_STOPS = {
    "OPTIMAL": "The search ended because the plan was proved optimal (OPTIMAL).",
    "GAP": "The search ended because the wanted gap was reached (GAP).",
    "WORK": "The search ended because its allowance of work was used up (WORK); more work may find a cheaper plan.",
    "TIME": "The time limit shortened the search (TIME); more time may find a cheaper plan.",
    "CANCELLED": "The search was cancelled; this is the best plan it had found (CANCELLED).",
}
"""What each reason of :class:`solvers.outcome.StopReason` means."""


def write_report(plan: Plan, network: Network, path: Path, figure: go.Figure | None = None) -> None:
    """Write the report of a plan as one page that works from a file without a network.

    `figure` is the map where it is at hand, else it is made here.
    """
    figures: dict[str, go.Figure] = {"map": map_figure(plan, network) if figure is None else figure}
    parts = [_head(plan, network), _certificate(plan), _savings(plan, figures)]
    parts.append(section("map-section", "Map", map_block(plan, figures["map"])))
    parts += [_cost(plan, figures), _fill(plan, figures), _timeline(plan, network, figures)]
    parts += [_shipments(plan), _loads(plan), _unplanned(plan), _notices(plan), _refusals(plan), _inputs(plan)]
    parts.append(f"<footer>Plan {escape(plan.plan_id)}. {_software(plan)}</footer>")
    page = _html.document(f"Report of plan {plan.plan_id}", "\n".join(parts), figures)
    Path(path).write_text(page, encoding="utf-8")


def _software(plan: Plan) -> str:
    return escape(", ".join(f"{name} {version}" for name, version in plan.software.items()))


def _head(plan: Plan, network: Network) -> str:
    links = "".join(f'<a href="#{name}">{escape(title)}</a>' for name, title in _SECTIONS)
    scenario = f", rate scenario {escape(plan.inputs.scenario)}" if plan.inputs.scenario else ""
    return (
        f'<header><h1>Consolidation plan {escape(plan.plan_id)}</h1><p class="lead">{_version(plan)}Network '
        f"{escape(network.header.name)}{scenario}; goods ready from {escape(plan.inputs.horizon_start)}, departures to "
        f"{escape(plan.inputs.horizon_end)}; all amounts in {escape(plan.certificate.currency)}.</p></header>"
        f'<nav aria-label="Sections">{links}</nav>'
    )


def _version(plan: Plan) -> str:
    """Return which plan a later version replaces, and as of which day."""
    if plan.continued is None:
        return ""
    day = f" as of {plan.continued.as_of}" if plan.continued.as_of else ""
    return escape(f"Version {plan.version}{day}, replaces {plan.continued.plan_id} version {plan.continued.version}. ")


def _certificate(plan: Plan) -> str:
    proof = plan.certificate
    sentences = "".join(f"<p>{escape(text)}</p>" for text in certificate_sentences(proof, plan.version))
    return section("certificate", "Certificate", f'<div class="cards">{_cards(plan)}</div>', sentences)


def _cards(plan: Plan) -> str:
    proof, currency = plan.certificate, plan.certificate.currency
    saving = proof.baseline_cost - proof.cash_cost
    trunk = [load for load in plan.loads if load.kind == "trunk"]
    volume = sum((shipment.volume_m3 for shipment in plan.shipments), Decimal(0))
    fill = sum((load.fill for load in trunk), Decimal(0)) / len(trunk) if trunk else None
    days = sum(shipment.days for shipment in plan.shipments) / len(plan.shipments) if plan.shipments else None
    late = sum(shipment.late_days > 0 for shipment in plan.shipments)
    good = " good" if saving > 0 else ""
    cards = [
        (
            "",
            money(proof.cost, currency),
            f"total cost (cash, priced time, unplanned{', changes' * (plan.version > 1)})",
        ),
        ("", money(proof.bound, currency), "proven lower bound: no plan costs less"),
        ("", "proven optimal" if proof.proven_optimal else percent(proof.gap, 2), "gap between cost and bound"),
        ("", money(proof.cash_cost, currency), "landed cost, cash"),
        ("", money(proof.priced_time, currency), "priced time, not cash"),
        (good, money(saving, currency), f"saving against sending alone{_share(saving, proof.baseline_cost, ': ')}"),
        ("", f"{len(plan.shipments):,}", f"shipments planned, {number(volume, 1)} m³"),
        ("", f"{proof.unplanned:,}", "shipments unplanned"),
        ("", f"{len(trunk):,}", f"containers, {len(plan.loads) - len(trunk):,} trucks"),
        ("", "–" if fill is None else percent(float(fill)), "mean volume fill of containers"),
        ("", "–" if days is None else f"{days:,.1f} days", "mean time, ready to received"),
        ("", f"{late:,}", "shipments later than their due date"),
    ]
    return "".join(f'<div class="card{kind}"><b>{big}</b><span>{small}</span></div>' for kind, big, small in cards)


def _share(part: Decimal, whole: Decimal, before: str = "") -> str:
    return f"{before}{percent(float(part / whole))}" if whole else ""


def certificate_sentences(proof: Certificate, version: int = 1) -> list[str]:
    """Return what the certificate says, in plain sentences (text, not HTML); later versions hold parts of earlier ones."""
    holding = "" if version == 1 else " that holds what is held, price of change included,"
    currency, saving = proof.currency, proof.baseline_cost - proof.cash_cost
    parts = f"{money(proof.cash_cost, currency)} of landed cost paid in cash and {money(proof.priced_time, currency)}"
    parts += " for the time the goods are under way or late"
    if proof.unplanned_price:
        parts += f", and {money(proof.unplanned_price, currency)} as the stated price of what stays unplanned"
    if proof.change_price:
        parts += f", and {money(proof.change_price, currency)} as the price of what it changes of the plan before"
    told = [f"The plan costs {money(proof.cost, currency)}: {parts}."]
    if proof.proven_optimal:
        told.append(
            f"It is proved that no plan of these shipments on this network{holding} costs less: the plan is optimal."
        )
    else:
        told.append(
            f"It is proved that no plan of these shipments on this network{holding} costs less than "
            f"{money(proof.bound, currency)}. A cheaper plan may exist, but it could save at most "
            f"{money(proof.cost - proof.bound, currency)}, which is {percent(proof.gap, 2)} of the cost."
        )
    if proof.baseline_cost:
        result = f"{money(abs(saving), currency)} ({_share(abs(saving), proof.baseline_cost)})"
        told.append(
            f"If every seller sent its planned shipments alone, they would pay {money(proof.baseline_cost, currency)} in "
            f"cash. The plan {'saves' if saving >= 0 else 'costs'} {result}{'' if saving >= 0 else ' more'}."
        )
    if proof.baseline_missing:
        told.append(
            f"{count(proof.baseline_missing, 'planned shipment')} could not be sent alone by any service; in the "
            "comparison the planned cost stands in, so no saving is counted for them."
        )
    if proof.unplanned:
        told.append(f"Unplanned: {proof.unplanned:,} of {count(proof.shipments, 'shipment')}; the reasons are below.")
    else:
        told.append(f"Nothing is left out: all {count(proof.shipments, 'shipment')} are planned.")
    told.append(_STOPS.get(proof.stop_reason, f"The search ended: {proof.stop_reason}."))
    return told


def _savings(plan: Plan, figures: dict[str, go.Figure]) -> str:
    if not plan.shipments:
        return section("savings", "Savings", "<p>No shipment is planned, so there is nothing to compare.</p>")
    figures["savings-chart"] = charts.savings_figure(plan)
    by_market = _savings_table(plan, "by-market", "Market", lambda shipment: shipment.market)
    by_service = _savings_table(plan, "by-service", "Service", lambda shipment: charts.SERVICES[shipment.service])
    return section(
        "savings",
        "Savings against sending alone",
        '<div id="savings-chart" class="figure" role="img" aria-label="Landed cost and cost of sending alone by market">'
        f"</div><h3>By market</h3>{by_market}<h3>By service</h3>{by_service}",
    )


def _savings_table(plan: Plan, name: str, title: str, group: Callable[[PlannedShipment], str]) -> str:
    currency = plan.certificate.currency
    groups: dict[str, list[PlannedShipment]] = {}
    for shipment in plan.shipments:
        groups.setdefault(group(shipment), []).append(shipment)
    rows = []
    for key, members in [*sorted(groups.items()), ("All", list(plan.shipments))]:
        volume = sum(s.volume_m3 for s in members)
        landed, alone = sum(s.landed_cost for s in members), sum(s.baseline_cost for s in members)
        share = 100 * (alone - landed) / alone if alone else None
        per_m3 = landed / volume if volume else None
        days = sum(s.days for s in members) / len(members)
        rows.append((key, len(members), volume, landed, per_m3, alone, alone - landed, share, days))
    columns = [
        Column(title), Column("Shipments", "", 0), Column("Volume", "m³", 1), Column("Landed cost", currency, 2),
        Column("Landed cost", f"{currency} per m³", 2), Column("Sent alone", currency, 2), Column("Saving", currency, 2),
        Column("Saving", "%", 1), Column("Mean time", "days", 1),
    ]  # fmt: skip
    return table(name, columns, rows)


def _cost(plan: Plan, figures: dict[str, go.Figure]) -> str:
    figures["cost-chart"] = charts.cost_figure(plan)
    currency = plan.certificate.currency
    totals, cash = charts.category_totals(plan.shipments), plan.certificate.cash_cost
    volume = sum((shipment.volume_m3 for shipment in plan.shipments), Decimal(0))
    rows = [
        (
            charts.CATEGORY_NAMES[name],
            amount,
            100 * amount / cash if cash else None,
            amount / volume if volume else None,
        )
        for name, amount in totals.items()
    ]
    rows.append(("Landed cost", cash, Decimal(100) if cash else None, cash / volume if volume else None))
    columns = [
        Column("Category"), Column("Amount", currency, 2), Column("Share", "%", 1), Column("Amount", f"{currency} per m³", 2)
    ]  # fmt: skip
    return section(
        "cost",
        "Landed cost by category",
        '<div id="cost-chart" class="figure" role="img" aria-label="Landed cost by category, then sent alone"></div>',
        table("categories", columns, rows),
    )


def _fill(plan: Plan, figures: dict[str, go.Figure]) -> str:
    if not plan.loads:
        return section("fill-section", "Fill of loads", "<p>The plan has no container and no truck.</p>")
    figures["fill-chart"] = charts.fill_figure(plan)
    return section(
        "fill-section", "Fill of loads", f"<p>Fullest first. {_limit(plan)}</p>",
        '<div class="figure tall" tabindex="0"><div id="fill-chart" role="img" aria-label="Fill of each load"></div></div>',
    )  # fmt: skip


def _timeline(plan: Plan, network: Network, figures: dict[str, go.Figure]) -> str:
    if not plan.loads:
        return section("timeline-section", "Timeline", "<p>The plan has no container and no truck.</p>")
    figures["timeline-chart"] = charts.timeline_figure(plan, network)
    return section(
        "timeline-section", "Timeline of loads",
        f"<p>In order of departure: from the CFS cut-off over ETD to ETA. The axis is in UTC. {_limit(plan)}</p>",
        '<div class="figure tall" tabindex="0"><div id="timeline-chart" role="img" aria-label="Dates of each load"></div>'
        "</div>",
    )  # fmt: skip


def _limit(plan: Plan) -> str:
    if len(plan.loads) <= charts.MAX_BARS:
        return ""
    return f"The first {charts.MAX_BARS} of {len(plan.loads):,} loads; consolidations.csv holds all."


def _shipments(plan: Plan) -> str:
    currency = plan.certificate.currency
    columns = [
        Column("Shipment"), Column("Seller"), Column("From"), Column("FC"), Column("Market"), Column("Service"),
        Column("Load"), Column("ETD", "local date"), Column("ETA", "local date"), Column("Received", "local date"),
        Column("Time", "days", 0), Column("Late", "days", 0), Column("Volume", "m³", 2),
        Column("Landed cost", currency, 2), Column("Sent alone", currency, 2), Column("Saving", currency, 2),
    ]  # fmt: skip
    rows = (
        (
            s.shipment_id, s.seller_id, s.warehouse_id or s.origin, s.destination_fc, s.market,
            charts.SERVICES[s.service], s.trunk_load_id, milestone(s, "ETD")[:10], milestone(s, "ETA")[:10],
            milestone(s, "RECEIVED")[:10], s.days, s.late_days, s.volume_m3, s.landed_cost,
            s.baseline_cost if s.baseline_service else None,
            s.baseline_cost - s.landed_cost if s.baseline_service else None,
        )
        for s in plan.shipments
    )  # fmt: skip
    return section("shipments-section", "Shipments", _table_or_none("shipments", columns, rows, "shipments.csv"))


def _table_or_none(name: str, columns: list[Column], rows: Iterable[tuple[object, ...]], source: str) -> str:
    found = list(rows)
    return table(name, columns, found, searchable=True, source=source) if found else "<p>None.</p>"


def _loads(plan: Plan) -> str:
    currency = plan.certificate.currency
    columns = [
        Column("Load"), Column("Kind"), Column("Equipment"), Column("From"), Column("To"), Column("Lane"),
        Column("Cut-off", "local time"), Column("Departs", "local time"), Column("Arrives", "local time"),
        Column("Shipments", "", 0), Column("Volume", "m³", 2), Column("Weight", "kg", 0), Column("Fill", "% of m³", 1),
        Column("Fill", "% of kg", 1), Column("Cost", currency, 2),
    ]  # fmt: skip
    rows = (
        (
            load.load_id, load.kind, load.equipment_id, load.origin, load.destination, load.lane_id,
            _clock(load.cutoff), _clock(load.departs), _clock(load.arrives), len(load.shipments), load.volume_m3,
            load.gross_weight_kg, 100 * load.fill, 100 * load.weight_fill, load.cost,
        )
        for load in plan.loads
    )  # fmt: skip
    return section("loads-section", "Loads", _table_or_none("loads", columns, rows, "consolidations.csv"))


def _clock(text: str) -> str:
    return text[:16].replace("T", " ")


def _unplanned(plan: Plan) -> str:
    currency = plan.certificate.currency
    columns = [
        Column("Shipment"), Column("Rule"), Column("Why", wrap=True), Column("What would have to change", wrap=True),
        Column("Itineraries refused", "by rule", wrap=True), Column("Stated price", currency, 2),
    ]  # fmt: skip
    rows = (
        (
            row.shipment_id, row.rule, row.detail, row.change,
            ", ".join(f"{rule} {count:,}" for rule, count in sorted(row.refusals.items(), key=lambda pair: -pair[1])),
            row.price,
        )
        for row in plan.unplanned
    )  # fmt: skip
    return section("unplanned-section", "Unplanned", _table_or_none("unplanned", columns, rows, "unplanned.csv"))


def _notices(plan: Plan) -> str:
    columns = [Column("Notice"), Column("What it says", wrap=True), Column("Shipments", wrap=True)]
    rows = ((row.code, row.text, ", ".join(row.shipments)) for row in plan.notices)
    return section(
        "notices-section", "Notices", table("notices", columns, list(rows)) if plan.notices else "<p>None.</p>"
    )


def _refusals(plan: Plan) -> str:
    columns = [Column("Rule"), Column("Refused", "times", 0)]
    rows = sorted(plan.refusals.items(), key=lambda pair: (-pair[1], pair[0]))
    text = (
        "<p>How often each rule refused a shipment, a warehouse or a route while all possible journeys were listed.</p>"
    )
    return section("refusals-section", "Refusals", text, table("refusals", columns, rows) if rows else "<p>None.</p>")


def _inputs(plan: Plan) -> str:
    inputs = [(name.replace("_", " "), str(value) or "–") for name, value in plan.inputs.model_dump().items()]
    options = [(name, "–" if value is None else str(value)) for name, value in plan.options.items()]
    return section(
        "inputs", "Inputs and options", "<h3>Inputs</h3>", pairs(inputs), "<h3>Options</h3>", pairs(options),
        "<h3>Versions</h3>", pairs([("plan file", plan.schema_version), *plan.software.items()]),
    )  # fmt: skip
