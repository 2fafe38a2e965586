"""What storing goods at their FC until they are sold is expected to cost: information, never part of a landed cost.

Goods sell at a constant rate: of a volume V received on day 0 and sold out after N days, V x (1 - t / N) is left at time
t. From day a to day b that is ``V x ((b - a) - (b x b - a x a) / (2 N))`` cubic metre days. Divided by the days of the
calendar month these are the m3-months that a monthly fee charges. A surcharge on aged inventory counts the same for the
days on which the goods have its age: what is left was all received on day 0.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from consolidation.shipments import Shipment
from network.fc_tables import StorageFee
from network.model import Network

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageLine:
    """One fee in one calendar month.

    Attributes
    ----------
    month : str, YYYY-MM
    m3_months : Decimal, average stock of the month in m3, six places
    by_unit : bool, charged by the unit, as that comes to more
    rate : Decimal, per m3 and month, or per unit and month
    amount : Decimal, plan currency, whole cents
    estimate : bool, the network marks the rate as an estimate
    """

    shipment_id: str
    month: str
    fee_id: str
    name: str
    aged: bool
    m3_months: Decimal
    by_unit: bool
    rate: Decimal
    rate_currency: str
    amount: Decimal
    estimate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FcStorage:
    """Expected storage of one shipment at its FC.

    Attributes
    ----------
    days : int, from receipt until all is sold
    sold_out : datetime.date, first day without stock
    days_without_rate : int, days for which no monthly fee is known: the sums leave them out
    """

    days: int
    sold_out: dt.date
    days_without_rate: int
    lines: tuple[StorageLine, ...]

    @property
    def monthly(self) -> Decimal:
        """Monthly storage, plan currency."""
        return sum((line.amount for line in self.lines if not line.aged), Decimal("0.00"))

    @property
    def aged(self) -> Decimal:
        """Surcharges on aged inventory, plan currency."""
        return sum((line.amount for line in self.lines if line.aged), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        """Both, plan currency."""
        return self.monthly + self.aged


def expected_storage(network: Network, shipment: Shipment, received: dt.date) -> FcStorage | None:
    """Return what storing a shipment at its FC until it is sold is expected to cost.

    Parameters
    ----------
    received : day from which the goods are sold

    Returns
    -------
    FcStorage or None
        None where neither the shipment nor the network says for how many days its stock lasts.
    """
    days = network.planning.days_of_stock if shipment.days_of_stock is None else shipment.days_of_stock
    if not days:
        return None
    market = network.place[shipment.destination_fc].market
    fees = [
        row for row in network.fc_storage_fees
        if row.market == market and row.size_class in ("", shipment.size_class)
    ]  # fmt: skip
    spans = list(_months(received, days))
    lines = [line for span in spans for fee in fees for line in _line(network, shipment, fee, span)]
    without = sum(_is_unpriced(span.first + k * _DAY, fees) for span in spans for k in range(span.end - span.start))
    return FcStorage(
        days=days, sold_out=received + days * _DAY, days_without_rate=without, lines=tuple(lines)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Span:
    """Days of stock within one calendar month: [start, end) since receipt, of `days` in all; `first` is the date of start."""

    start: int
    end: int
    days: int
    first: dt.date

    @property
    def month_days(self) -> int:
        return calendar.monthrange(self.first.year, self.first.month)[1]

    def part(self) -> Fraction:
        """Return the average stock of one m3 over the calendar month, of its days in the span."""
        twice = 2 * self.days * (self.end - self.start) - (self.end**2 - self.start**2)
        return Fraction(twice, 2 * self.days * self.month_days)

    def cut(self, start: int, end: int) -> _Span:
        """Return the part of the span within [start, end) since receipt; nothing is left where they do not meet."""
        low = min(max(self.start, start), self.end)
        return _Span(low, max(low, min(self.end, end)), self.days, self.first + (low - self.start) * _DAY)


def _months(received: dt.date, days: int) -> Iterator[_Span]:
    start = 0
    while start < days:
        first = received + start * _DAY
        left = calendar.monthrange(first.year, first.month)[1] - first.day + 1
        yield _Span(start, min(days, start + left), days, first)
        start += left


def _line(network: Network, shipment: Shipment, fee: StorageFee, span: _Span) -> Iterator[StorageLine]:
    """Yield what a fee charges in a month, if anything."""
    received = span.first - span.start * _DAY
    start, end = fee.age_from_days or 0, span.days if fee.age_to_days is None else fee.age_to_days + 1
    if fee.valid_from is not None:
        start = max(start, (fee.valid_from - received).days)
    if fee.valid_to is not None:
        end = min(end, (fee.valid_to - received).days + 1)
    stored = span.cut(start, end)
    if stored.start == stored.end or not _in_month(fee, span.first):
        return
    months = stored.part()
    by_volume = Fraction(fee.per_m3_month * shipment.volume_m3) * months
    by_unit = Fraction(fee.per_unit_month * (shipment.units or 0)) * months
    yield StorageLine(
        shipment_id=shipment.shipment_id, month=f"{span.first:%Y-%m}", fee_id=fee.fee_id, name=fee.name,
        aged=fee.age_from_days is not None, m3_months=_rounded(Fraction(shipment.volume_m3) * months, 6), by_unit=by_unit > by_volume,
        rate=fee.per_unit_month if by_unit > by_volume else fee.per_m3_month, rate_currency=fee.currency,
        amount=_rounded(max(by_volume, by_unit) * Fraction(network.rate[fee.currency]), 2), estimate=fee.is_estimate,
    )  # fmt: skip


def _rounded(number: Fraction, places: int) -> Decimal:
    """Return a number of at least 0 with some places, rounded half up."""
    return Decimal(math.floor(number * 10**places + Fraction(1, 2))).scaleb(-places)


def _is_unpriced(day: dt.date, fees: list[StorageFee]) -> bool:
    return not any(
        fee.age_from_days is None
        and _in_month(fee, day)
        and (fee.valid_from or day) <= day <= (fee.valid_to or day)
        for fee in fees
    )  # fmt: skip


def _in_month(fee: StorageFee, day: dt.date) -> bool:
    return not fee.months or str(day.month) in fee.months
