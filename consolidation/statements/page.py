"""The page of one seller: what it pays, when it arrives, where the money goes, and what sending alone would cost.

It shows nothing about other sellers: its content comes from the statement of this seller alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from html import escape

from consolidation.plan_model import Service
from consolidation.report._html import (
    Column,
    count,
    number,
    percent,
    plain_document,
    plain_table,
    section,
)
from consolidation.report.charts import SERVICES
from consolidation.statements.cards import cards, percent_of, places, two_currencies, written
from consolidation.statements.cost_table import cost_tables
from consolidation.statements.model import ALONE, Account, SellerStatement, ShipmentStatement, Statement
from consolidation.statements.picture import cost_bars, picture
from network.cells import canonical_text

_LEGS = {
    "ltl": "pallets (LTL)", "ftl": "full truck", "parcel": "parcel", "direct": "unopened to the FC", "courier": "",
    "overseas": "stored overseas",
}  # fmt: skip
NOT_OFFERED = "not offered"


def seller_page(statement: Statement, seller: SellerStatement) -> str:
    """Return the page of a seller as one HTML document that works from a file, without scripts."""
    parts = [_head(statement, seller)]
    if seller.shipments:
        parts += [
            f'<section aria-label="Totals">{cards(seller)}{_flags(statement, seller)}</section>',
            section("money", "Where the money goes", _wide(_picture(seller))),
            section("dates", "Shipments and dates", _wide(_dates(statement, seller))),
            section("costs", "What each shipment costs", _wide(_costs(seller))),
            section("alone", "Against sending alone", _wide(_alone(seller)), _alone_note(seller)),
            section("lines", "Landed cost by charge", cost_tables(seller), _charges_note(statement)),
        ]  # fmt: skip
    if seller.placement:
        parts.append(section("placement", "Inbound placement: few FCs or a split", _wide(_placement(seller)), _SPLIT))
    if seller.storing:
        parts.append(
            section(
                "storage", "Storage at the FC: information, not in the landed cost", _wide(_storage(seller)), _STORED
            )
        )
    if seller.unplanned:
        parts.append(section("unplanned", "Not planned", _wide(_unplanned(seller))))
    parts.append(section("reading", "How to read this", _reading(statement, seller)))
    return plain_document(f"Statement for {seller.seller_id}", "\n".join(parts), "statement")


def _wide(table: str) -> str:
    return f'<div class="wide" tabindex="0">{table}</div>'


def _head(statement: Statement, seller: SellerStatement) -> str:
    markets = ", ".join(sorted({row.planned.market for row in seller.shipments}))
    what = (
        f"{count(len(seller.shipments), 'shipment')} to {markets}: {number(seller.volume_m3, 2)} m³, "
        f"{number(seller.gross_weight_kg, 1)} kg, goods of {written(seller.goods_value, seller.amounts)}"
        if seller.shipments
        else "No shipment is planned"
    )
    importers = escape(", ".join(seller.importers))
    entered = f" Importer of record: {importers}." if importers else ""
    left_out = f"; {len(seller.unplanned)} not planned" if seller.unplanned else ""
    return (
        f"<header><h1>Statement for {escape(seller.seller_id)}</h1>"
        f'<p class="lead">{escape(what)}{left_out}.{entered}<br>'
        f"Plan {escape(statement.plan_id)}, version {statement.plan_version}{_status(seller)}. Amounts in {statement.currency}"
        f"{_own_currency(statement, seller)}. These are planned amounts and dates, no invoice.</p></header>"
    )


def _status(seller: SellerStatement) -> str:
    statuses = ", ".join(sorted({row.planned.status for row in seller.shipments}))
    return f", {escape(statuses)}" if statuses else ""


def _own_currency(statement: Statement, seller: SellerStatement) -> str:
    if not two_currencies(seller):
        return ""
    kind = ", an estimate" if seller.rate_estimate else ""
    return f", sums also in {seller.own.currency} at {canonical_text(seller.rate)} {statement.currency}{kind}"


def _flags(statement: Statement, seller: SellerStatement) -> str:
    items = "".join(f"<li>{text}</li>" for text in _flag_texts(statement, seller))
    return f'<div class="flags"><h3>Please look at</h3><ul>{items}</ul></div>' if items else ""


def _flag_texts(statement: Statement, seller: SellerStatement) -> Iterator[str]:
    """Yield what each kind of flag means and which shipments have it, as HTML."""
    limits, rows = statement.limits, seller.shipments
    low = [(row, number(row.unit_price, 2)) for row in rows if row.low_unit_price]
    if low:
        yield (
            f"<b>Unit price below {canonical_text(limits.min_unit_price_usd)} USD</b>: fees and freight per unit weigh "
            f"heavily on goods so cheap, and FBA often stops paying. Goods value per unit, {statement.currency}: {_named(low)}."
        )
    high = [(row, percent_of(row.share_pct)) for row in rows if row.high_share]
    if high:
        limit = canonical_text(limits.max_share_pct)
        yield f"<b>Landed cost above {limit} % of the goods value</b>: {_named(high)}."
    late = [(row, count(row.planned.late_days, "day")) for row in rows if row.planned.late_days > 0]
    if late:
        yield f"<b>Received after the due date or too late for the event</b>: {_named(late)}."


def _named(found: Iterable[tuple[ShipmentStatement, str]]) -> str:
    return ", ".join(f"{escape(row.shipment_id)} {text}" for row, text in found)


# -- sections -------------------------------------------------------------------------------------------------


def _picture(seller: SellerStatement) -> str:
    all_compared = len(seller.compared) == len(seller.shipments)
    return picture("Landed cost by category", cost_bars(seller.amounts, all_compared))


def _dates(statement: Statement, seller: SellerStatement) -> str:
    columns = [
        Column("Shipment"), Column("Way", wrap=True), Column("Ready"), Column("ETD"), Column("ETA"), Column("Cleared"),
        Column("Received"), Column("Due"), Column("Time", "days", 0),
    ]  # fmt: skip
    rows = (
        (
            row.shipment_id, _way(statement.place_names, row),
            *(row.date(code) or "–" for code in ("READY", "ETD", "ETA", "CLEARED", "RECEIVED")),
            row.due or "–", row.planned.days,
        )
        for row in seller.shipments
    )  # fmt: skip
    return plain_table(columns, rows)


def _way(names: Mapping[str, str], row: ShipmentStatement) -> str:
    planned = row.planned
    load = f" {planned.trunk_load_id}" if planned.trunk_load_id else ""
    gateways = [names.get(place, place) for place in (planned.gateway_out, planned.gateway_in) if place]
    parts = [f"{SERVICES[planned.service]}{load}", " → ".join(gateways), _LEGS[planned.final_leg]]
    return f"{names.get(planned.origin, planned.origin)} → {planned.destination_fc} ({planned.market})\n" + ", ".join(
        part for part in parts if part
    )


def _costs(seller: SellerStatement) -> str:
    currency, both, taxed = seller.amounts.currency, two_currencies(seller), bool(seller.amounts.import_tax)
    columns = [
        Column("Shipment"), Column("Volume", "m³", 2), Column("Weight", "kg", 1), Column("Units", "", 0),
        Column("Goods value", currency, 2), Column("Unit price", currency, 2), Column("Duty", currency, 2),
        Column("Landed cost", currency, 2),
        *([Column("Landed cost", seller.own.currency, places(seller.own.landed_cost))] if both else []),
        Column("per unit", currency, 2), Column("per m³", currency, 2), Column("per kg", currency, 2),
        Column("of value", "%", 1), *([Column("Import tax", currency, 2)] if taxed else []),
    ]  # fmt: skip

    def cells(row: Account) -> tuple[object, ...]:
        return (
            row.volume_m3, row.gross_weight_kg, row.units, row.goods_value, row.unit_price,
            row.amounts.categories["duty"], row.amounts.landed_cost, *([row.own.landed_cost] if both else []),
            row.per_unit, row.per_m3, row.per_kg, row.share_pct, *([row.amounts.import_tax] if taxed else []),
        )  # fmt: skip

    return plain_table(columns, ((row.shipment_id, *cells(row)) for row in seller.shipments), ("Sum", *cells(seller)))


def _alone(seller: SellerStatement) -> str:
    currency, both = seller.amounts.currency, two_currencies(seller)
    columns = [
        Column("Shipment"), Column("This plan", f"{currency}, days", 2),
        *(Column(name, f"{currency}, days", 2) for name in ALONE.values()), Column("Cheapest"),
        Column("Saving", currency, 2), Column("Saving", "%", 1),
        *([Column("Saving", seller.own.currency, places(seller.own.landed_cost))] if both else []),
    ]  # fmt: skip
    rows = [
        (
            row.shipment_id, _offer(row.amounts.landed_cost, row.planned.days), *(_alternative(row, name) for name in ALONE),
            ALONE[row.cheapest] if row.cheapest else "–", row.amounts.saving, row.saving_pct,
            *([row.own.saving] if both else []),
        )
        for row in seller.shipments
    ]  # fmt: skip
    sums = (seller.alone_cost(service) for service in ALONE)
    return plain_table(columns, rows, (
        "Sum", number(seller.amounts.landed_cost, 2), *("–" if total is None else number(total, 2) for total in sums), "",
        seller.amounts.saving, seller.saving_pct, *([seller.own.saving] if both else []),
    ))  # fmt: skip


def _alternative(row: ShipmentStatement, service: Service) -> str:
    offer = row.alternatives.get(service)
    return NOT_OFFERED if offer is None else _offer(offer.cost, offer.days)


def _offer(cost: Decimal, days: int) -> str:
    return f"{number(cost, 2)}, {days} d"


def _alone_note(seller: SellerStatement) -> str:
    text = "Landed cost, duty included, and days from ready to received, bought by the seller for this shipment alone."
    if len(seller.compared) < len(seller.shipments):
        text += " The saving counts shipments only for which a way of sending alone is offered."
    return f'<p class="note">{text}</p>'


def _charges_note(statement: Statement) -> str:
    text = (
        f"Equal charges of all shipments together, in {statement.currency}. ≈: the network marks the rate as an estimate. A "
        "minimum, a maximum, a weight break or an exchange rate can make an amount differ from rate × quantity."
    )
    return f'<p class="note">{escape(text)}</p>'


_SPLIT = (
    '<p class="note">An estimate, in no sum of this page. Fee: paid for sending to few FCs. A split over more FCs pays none; it costs '
    "what its parts cost more: the same container, departure, customs entry and centre, one house bill for each FC, on by pallets or "
    "parcel. FCs are those that you stated (optimised_split), else others of the market far apart. Priced time is no cash.</p>"
)


def _placement(seller: SellerStatement) -> str:
    currency = seller.amounts.currency
    columns = [
        Column("Inbound plan"), Column("Shipments", wrap=True), Column("Fee paid", currency, 2), Column("Split over", wrap=True),
        Column("Split costs more", currency, 2), Column("its time", currency, 2), Column("Split saves", currency, 2),
        Column("Cheaper", wrap=True),
    ]  # fmt: skip
    advice = {"split": "the split", "stay": "few FCs"}
    rows = [
        (
            row.inbound_plan_id, ", ".join(row.shipments), row.fee, ", ".join(row.fcs) or "–", row.extra_cash, row.extra_time,
            row.saving, advice.get(row.advice) or f"no estimate: {row.reason}",
        )
        for row in seller.placement
    ]  # fmt: skip
    return plain_table(columns, rows)


_STORED = (
    '<p class="note">What the operator of the FC is expected to charge until the goods are sold, if they sell at a constant rate '
    "from the day they are received: monthly storage, and surcharges on aged inventory. No sum on this page has it.</p>"
)


def _storage(seller: SellerStatement) -> str:
    currency = seller.amounts.currency
    columns = [
        Column("Shipment"), Column("Received"), Column("Stock lasts", "days", 0), Column("Sold out"), Column("Monthly storage", currency, 2),
        Column("Aged inventory", currency, 2), Column("Expected", currency, 2), Column("Without a rate", "days", 0),
    ]  # fmt: skip
    rows = [
        (
            row.shipment_id, row.date("RECEIVED"), stay.days, stay.sold_out.isoformat(), stay.monthly, stay.aged, stay.total,
            stay.days_without_rate,
        )
        for row in seller.storing if (stay := row.fc_storage)
    ]  # fmt: skip
    return plain_table(columns, rows, ("Sum", "", "", "", "", "", seller.fc_storage, ""))


def _unplanned(seller: SellerStatement) -> str:
    columns = [Column("Shipment"), Column("Why", wrap=True), Column("What would have to change", wrap=True)]
    return plain_table(
        columns, ((row.shipment_id, f"{row.detail} ({row.rule})", row.change) for row in seller.unplanned)
    )


def _reading(statement: Statement, seller: SellerStatement) -> str:
    total = seller.amounts.landed_cost
    estimated = percent(float(seller.estimated / total), 0) if total else "–"
    scenario = f", rate scenario {statement.scenario}" if statement.scenario else ""
    texts = [
        "Landed cost is everything paid until the goods are received at the FC: every charge above, duty included. Time has "
        "no price in it.",
        f"Shared charges ({statement.rule}): {statement.rule_text} Of a shared charge only your own share is shown.",
        f"Estimates: {estimated} of the landed cost comes from rates that the network ({statement.network}{scenario}) marks "
        "as estimates. Dates are local to the place, planned from timetables, and not confirmed by carriers; amounts are "
        "expected, and invoices may differ.",
        "Not included unless a charge above says so: storage at the FC, fees of the marketplace such as FBA placement, and what "
        "exchange rates may do. This is not customs or tax advice.",
    ]  # fmt: skip
    if two_currencies(seller):
        texts.insert(1, f"{seller.own.currency}: the total is converted once and rounded to the smallest unit of the currency; "
                        "the parts are its shares, and sum to it.")  # fmt: skip
    nearest = ", ".join(row.shipment_id for row in seller.shipments if row.nearest_duty)
    if nearest:
        texts.append(
            f"No code of the tariff matches the goods of {nearest} exactly: duty is that of the nearest code, an estimate."
        )
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"
