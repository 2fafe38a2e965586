"""The tables of statements: which columns they have, in which unit, and what stands in them.

The CSV files and the sheets of the workbook are made from the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from consolidation.plan_model import CATEGORIES, Category, Service
from consolidation.report.charts import CATEGORY_NAMES
from consolidation.statements.model import (
    ALONE,
    Account,
    SellerStatement,
    ShipmentStatement,
    Statement,
    StatementLine,
)
from network.cells import canonical_text, guarded

Kind = Literal["text", "date", "money", "own_money", "ratio", "percent", "quantity", "count", "yes_no"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : its name in the CSV file
    title, unit : its heading in the workbook
    of : takes a row and returns the value; None is a blank cell
    """

    name: str
    title: str
    unit: str
    kind: Kind
    of: Callable[[Any], object]


@dataclass(frozen=True)
class Table:
    """Columns and rows."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[object]

    def texts(self) -> Iterator[list[str]]:
        """Yield the cells of every row as text."""
        for row in self.rows:
            yield [text(column.kind, column.of(row)) for column in self.columns]


def text(kind: Kind, value: object) -> str:
    """Return a value as a cell of text; a text that a spreadsheet would compute gets an apostrophe in front.

    >>> text("text", "=1+1"), text("money", Decimal("2")), text("quantity", Decimal("2.50"))
    ("'=1+1", '2.00', '2.5')
    """
    if value is None:
        return ""
    if kind == "money":
        return f"{value:.2f}"
    if kind == "own_money":
        return f"{value:f}"
    written = canonical_text(value)
    return guarded(written) if kind == "text" else written


def tables(statement: Statement) -> dict[str, Table]:
    """Return the tables of a statement: sellers, shipments (planned and left out), cost lines, and storage if expected."""
    money = statement.currency
    shipments = [row for seller in statement.sellers for row in (*seller.shipments, *_left_out(seller))]
    lines = [(seller.seller_id, line) for seller in statement.sellers for line in seller.lines]
    stored = [
        (seller.seller_id, line) for seller in statement.sellers for row in seller.storing if row.fc_storage
        for line in row.fc_storage.lines
    ]  # fmt: skip
    found = {
        "sellers": Table("Sellers", seller_columns(money), statement.sellers),
        "shipments": Table("Shipments", shipment_columns(money), shipments),
        "lines": Table("Cost lines", _line_columns(money), lines),
    }
    if stored:
        found["fc_storage"] = Table("FC storage (information)", _storage_line_columns(money), stored)
    chosen = [choice for seller in statement.sellers for choice in seller.placement]
    if chosen:
        found["placement"] = Table("Placement (estimate)", _placement_columns(money), chosen)
    return found


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """A row of a shipment without a plan."""

    seller_id: str
    shipment_id: str
    note: str


def _left_out(seller: SellerStatement) -> Iterator[_LeftOut]:
    for row in seller.unplanned:
        yield _LeftOut(seller.seller_id, row.shipment_id, f"{row.rule}: {row.detail}. To change: {row.change}.")


def shipment_columns(money: str) -> tuple[Column, ...]:
    """Return the columns of the shipments, amounts in `money`."""

    def planned(of: Callable[[ShipmentStatement], object]) -> Callable[[Any], object]:
        """Return a getter that leaves the cell of an unplanned shipment blank."""
        return lambda row: of(row) if isinstance(row, ShipmentStatement) else None

    columns = (
        Column("status", "Status", "", "text", lambda row: row.planned.status),
        Column("service", "Service", "", "text", lambda row: row.planned.service),
        Column("itinerary", "Itinerary", "", "text", lambda row: " > ".join(row.way)),
        Column("departure_id", "Departure", "", "text", lambda row: row.planned.departure_id),
        *(Column(name, title, "local date", "date", _date_of(code)) for name, title, code in _DATES),
        Column("days", "Time", "days", "count", lambda row: row.planned.days),
        Column("due", "Due", "local date", "date", lambda row: row.due or None),
        Column("event", "Meant for", "", "text", lambda row: row.event or None),
        Column("late_days", "Late", "days", "count", lambda row: row.planned.late_days),
        *_quantity_columns(money),
        Column("low_unit_price", "Low unit price", "", "yes_no", lambda row: row.low_unit_price),
        *_cost_columns(money),
        Column("import_tax_recoverable", "Import tax is recovered", "", "yes_no", lambda row: row.tax_recoverable),
        *(column for service in ALONE for column in _offer_columns(service, money)),
        Column("cheapest_alone", "Cheapest alone", "", "text", lambda row: row.cheapest),
        *_saving_columns(money),
        *_own_columns(),
        *_storage_columns(money),
    )
    return (
        Column("seller_id", "Seller", "", "text", lambda row: row.seller_id),
        Column("shipment_id", "Shipment", "", "text", lambda row: row.shipment_id),
        *(Column(each.name, each.title, each.unit, each.kind, planned(each.of)) for each in columns),
        Column("reason", "Not planned because", "", "text", lambda row: getattr(row, "note", None)),
    )


_DATES = (
    ("ready", "Ready", "READY"), ("etd", "ETD", "ETD"), ("eta", "ETA", "ETA"), ("cleared", "Cleared", "CLEARED"),
    ("received", "Received", "RECEIVED"),
)  # fmt: skip


def _date_of(code: str) -> Callable[[ShipmentStatement], object]:
    return lambda row: row.date(code) or None


def seller_columns(money: str) -> tuple[Column, ...]:
    """Return the columns of the sellers, amounts in `money`."""
    return (
        Column("seller_id", "Seller", "", "text", lambda row: row.seller_id),
        Column("page", "Page", "", "text", lambda row: row.page),
        Column("shipments", "Shipments", "planned", "count", lambda row: len(row.shipments)),
        Column("unplanned", "Not planned", "shipments", "count", lambda row: len(row.unplanned)),
        Column("first_received", "First received", "local date", "date", lambda row: _received(row, min)),
        Column("last_received", "Last received", "local date", "date", lambda row: _received(row, max)),
        Column("late_shipments", "Late", "shipments", "count", _counted(lambda row: row.planned.late_days > 0)),
        *_quantity_columns(money),
        Column("low_unit_prices", "Low unit price", "shipments", "count", _counted(lambda row: row.low_unit_price)),
        *_cost_columns(money),
        Column("high_shares", "Landed cost above the limit", "shipments", "count", _counted(lambda row: row.high_share)),
        Column("recoverable_import_tax", "Import tax that is recovered", money, "money", lambda row: row.recoverable_tax),
        *(column for service in ALONE for column in _sum_columns(service, money)),
        Column("compared_shipments", "Can be sent alone", "shipments", "count", lambda row: len(row.compared)),
        *_saving_columns(money),
        *_own_columns(),
        Column("fc_storage_shipments", f"{_STORAGE}: counted", "shipments", "count", lambda row: len(row.storing)),
        Column("fc_storage", _STORAGE, money, "money", lambda row: row.fc_storage),
    )  # fmt: skip


def _received(seller: SellerStatement, choose: Callable[[list[str]], str]) -> str | None:
    dates = [row.date("RECEIVED") for row in seller.shipments]
    return choose(dates) if dates else None


def _counted(is_so: Callable[[ShipmentStatement], bool | None]) -> Callable[[SellerStatement], int]:
    return lambda seller: sum(bool(is_so(row)) for row in seller.shipments)


def _quantity_columns(money: str) -> tuple[Column, ...]:
    return (
        Column("volume_m3", "Volume", "m3", "quantity", lambda row: row.volume_m3),
        Column("gross_weight_kg", "Gross weight", "kg", "quantity", lambda row: row.gross_weight_kg),
        Column("units", "Units", "units of goods", "count", lambda row: row.units),
        Column("currency", "Currency", "plan", "text", lambda row: row.amounts.currency),
        Column("goods_value", "Goods value", money, "money", lambda row: row.goods_value),
        Column("unit_price", "Unit price", f"{money} per unit", "ratio", lambda row: row.unit_price),
    )


def _cost_columns(money: str) -> tuple[Column, ...]:
    return (
        Column("landed_cost", "Landed cost", money, "money", lambda row: row.amounts.landed_cost),
        Column("landed_cost_per_unit", "Landed cost", f"{money} per unit", "ratio", lambda row: row.per_unit),
        Column("landed_cost_per_m3", "Landed cost", f"{money} per m3", "ratio", lambda row: row.per_m3),
        Column("landed_cost_per_kg", "Landed cost", f"{money} per kg", "ratio", lambda row: row.per_kg),
        Column("landed_cost_pct", "Landed cost", "% of goods value", "percent", lambda row: row.share_pct),
        Column("high_share", "Landed cost above the limit", "", "yes_no", lambda row: row.high_share),
        *(Column(f"cost_{name}", _title(name), money, "money", _category(name)) for name in CATEGORIES),
        Column("cost_without_duty", "Landed cost less duty", money, "money", lambda row: row.amounts.without_duty),
        Column("import_tax", "Import tax (VAT, GST)", money, "money", lambda row: row.amounts.import_tax),
    )


def _title(name: Category) -> str:
    return "Import tax in the landed cost" if name == "tax" else CATEGORY_NAMES[name]


def _category(name: Category, field: str = "amounts") -> Callable[[Account], object]:
    return lambda row: getattr(row, field).categories[name]


def _offer_columns(service: Service, money: str) -> tuple[Column, ...]:
    title = f"Alone: {ALONE[service]}"

    def offer(row: ShipmentStatement, field: str) -> object:
        return getattr(row.alternatives.get(service), field, None)

    return (
        Column(f"{service}_cost", title, money, "money", lambda row: offer(row, "cost")),
        Column(f"{service}_days", title, "days", "count", lambda row: offer(row, "days")),
    )


def _sum_columns(service: Service, money: str) -> tuple[Column, ...]:
    title = f"Alone: {ALONE[service]}"
    offered = _counted(lambda row: service in row.alternatives)
    return (
        Column(f"{service}_cost", title, f"{money}, if offered for all", "money", lambda row: row.alone_cost(service)),
        Column(f"{service}_shipments", title, "shipments offered", "count", offered),
    )


def _saving_columns(money: str) -> tuple[Column, ...]:
    return (
        Column("cheapest_alone_cost", "Cheapest alone", money, "money", lambda row: row.amounts.alone),
        Column("saving", "Saving", money, "money", lambda row: row.amounts.saving),
        Column("saving_pct", "Saving", "% of cheapest alone", "percent", lambda row: row.saving_pct),
    )


def _own_columns() -> tuple[Column, ...]:
    return (
        Column("seller_currency", "Seller's currency", "", "text", lambda row: row.own.currency),
        Column("seller_landed_cost", "Landed cost", _OWN, "own_money", lambda row: row.own.landed_cost),
        *(
            Column(f"seller_cost_{name}", _title(name), _OWN, "own_money", _category(name, "own"))
            for name in CATEGORIES
        ),
        Column("seller_import_tax", "Import tax (VAT, GST)", _OWN, "own_money", lambda row: row.own.import_tax),
        Column("seller_cheapest_alone_cost", "Cheapest alone", _OWN, "own_money", lambda row: row.own.alone),
        Column("seller_saving", "Saving", _OWN, "own_money", lambda row: row.own.saving),
    )  # fmt: skip


_OWN = "seller's currency"
_STORAGE = "Expected FC storage, not in the landed cost"


def _storage_columns(money: str) -> tuple[Column, ...]:
    def of(field: str) -> Callable[[ShipmentStatement], object]:
        return lambda row: getattr(row.fc_storage, field, None)

    return (
        Column("days_of_stock", "Stock lasts", "days", "count", of("days")),
        Column("sold_out", "Sold out", "local date", "date", lambda row: row.fc_storage and row.fc_storage.sold_out.isoformat()),
        Column("fc_storage_monthly", f"{_STORAGE}: monthly", money, "money", of("monthly")),
        Column("fc_storage_aged", f"{_STORAGE}: aged inventory", money, "money", of("aged")),
        Column("fc_storage", _STORAGE, money, "money", of("total")),
        Column("fc_storage_days_without_rate", f"{_STORAGE}: without a rate", "days", "count", of("days_without_rate")),
    )  # fmt: skip


def _storage_line_columns(money: str) -> tuple[Column, ...]:
    return (
        Column("seller_id", "Seller", "", "text", lambda pair: pair[0]),
        Column("shipment_id", "Shipment", "", "text", lambda pair: pair[1].shipment_id),
        Column("month", "Month", "", "text", lambda pair: pair[1].month),
        Column("fee_id", "Fee", "", "text", lambda pair: pair[1].fee_id),
        Column("name", "Charge", "", "text", lambda pair: pair[1].name),
        Column("aged", "Aged inventory", "", "yes_no", lambda pair: pair[1].aged),
        Column("m3_months", "Average stock of the month", "m3", "quantity", lambda pair: pair[1].m3_months),
        Column("by_unit", "Charged by the unit", "", "yes_no", lambda pair: pair[1].by_unit),
        Column("rate", "Rate", "per m3 or unit and month", "quantity", lambda pair: pair[1].rate),
        Column("rate_currency", "Rate in", "currency", "text", lambda pair: pair[1].rate_currency),
        Column("amount", "Expected, not in the landed cost", money, "money", lambda pair: pair[1].amount),
        Column("estimate", "Rate is an estimate", "", "yes_no", lambda pair: pair[1].estimate),
    )


def _placement_columns(money: str) -> tuple[Column, ...]:
    return (
        Column("seller_id", "Seller", "", "text", lambda row: row.seller_id),
        Column("inbound_plan_id", "Inbound plan", "", "text", lambda row: row.inbound_plan_id),
        Column("shipments", "Shipments", "", "text", lambda row: " ".join(row.shipments)),
        Column("fee", "Placement fee paid", money, "money", lambda row: row.fee),
        Column("fcs", "FCs of a split", "", "text", lambda row: " ".join(row.fcs) or None),
        Column("parts", "Parts of a split", "shipments", "count", lambda row: row.parts or None),
        Column("extra_cash", "Split costs more, without the fee", money, "money", lambda row: row.extra_cash),
        Column("extra_time", "Priced time of the split", money, "money", lambda row: row.extra_time),
        Column("saving", "Split saves", money, "money", lambda row: row.saving),
        Column("advice", "Cheaper by this estimate", "", "text", lambda row: row.advice or None),
        Column("reason", "No estimate because", "", "text", lambda row: row.reason or None),
    )


def _line_columns(money: str) -> tuple[Column, ...]:
    def of(get: Callable[[StatementLine], object]) -> Callable[[tuple[str, StatementLine]], object]:
        return lambda pair: get(pair[1])

    return (
        Column("seller_id", "Seller", "", "text", lambda pair: pair[0]),
        Column("shipment_id", "Shipment", "", "text", of(lambda line: line.shipment_id)),
        Column("category", "Category", "", "text", of(lambda line: line.category)),
        Column("code", "Code", "", "text", of(lambda line: line.code)),
        Column("name", "Charge", "", "text", of(lambda line: line.name)),
        Column("basis", "Basis", "", "text", of(lambda line: line.basis)),
        Column("shared_by", "Own share of a", "", "text", of(lambda line: line.shared_by or None)),
        Column("quantity", "Quantity", "as basis", "quantity", of(lambda line: line.quantity)),
        Column("rate", "Rate", "per basis, or %", "quantity", of(lambda line: line.rate)),
        Column("rate_currency", "Rate in", "currency", "text", of(lambda line: None if line.rate is None else line.rate_currency)),
        Column("amount", "Amount", money, "money", of(lambda line: line.amount)),
        Column("estimate", "Rate is an estimate", "", "yes_no", of(lambda line: line.estimate)),
    )  # fmt: skip
