"""The totals on top of a seller's page, and how its amounts are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from consolidation.report._html import count, money, number
from consolidation.statements.model import Amounts, SellerStatement


def places(amount: Decimal) -> int:
    """Return the decimals an amount of money is written with: those of its currency.

    >>> places(Decimal("1.50")), places(Decimal(150))
    (2, 0)
    """
    return max(0, -int(amount.as_tuple().exponent))


def written(amount: Decimal, amounts: Amounts) -> str:
    """Return an amount with the currency of `amounts`."""
    return money(amount, amounts.currency, places(amount))


def percent_of(share_pct: Decimal | None) -> str:
    """Return a percentage with one decimal; a dash where there is none."""
    return "–" if share_pct is None else f"{number(share_pct, 1)} %"


def two_currencies(seller: SellerStatement) -> bool:
    """Return whether the seller counts in another currency than the plan."""
    return seller.own.currency != seller.amounts.currency


@dataclass(frozen=True, slots=True)
class _Card:
    """A total: the figure, what it is, and the same in the seller's currency."""

    figure: str
    text: str
    own: str = ""
    good: bool = False

    def html(self) -> str:
        own = f"<i>{self.own}</i>" if self.own else ""
        return (
            f'<div class="card{" good" if self.good else ""}"><b>{self.figure}</b>{own}<span>{self.text}</span></div>'
        )


def cards(seller: SellerStatement) -> str:
    """Return the totals of a seller with at least one planned shipment, as HTML."""
    return f'<div class="cards">{"".join(card.html() for card in _cards(seller))}</div>'


def _cards(seller: SellerStatement) -> Iterator[_Card]:
    amounts, own = seller.amounts, seller.own
    yield _Card(written(amounts.landed_cost, amounts), "landed cost, duty included", _own(seller, own.landed_cost))
    if seller.per_unit is None:
        yield _Card("–", "landed cost per unit: not every shipment states its units")
    else:
        per_unit = money(seller.per_unit, amounts.currency)
        yield _Card(per_unit, f"landed cost per unit, of {count(seller.units or 0, 'unit')}")
    without = f"; duty {percent_of(seller.duty_pct)}" if amounts.categories["duty"] else ""
    yield _Card(percent_of(seller.share_pct), f"landed cost, of the goods value{without}")
    yield _saving(seller)
    yield _received(seller)
    yield _import_tax(seller)


def _own(seller: SellerStatement, amount: Decimal | None) -> str:
    return "" if amount is None or not two_currencies(seller) else written(amount, seller.own)


def _saving(seller: SellerStatement) -> _Card:
    saving, compared = seller.amounts.saving, len(seller.compared)
    if saving is None:
        return _Card("–", "saving: no way of sending alone is offered")
    of = "" if compared == len(seller.shipments) else f", for {count(compared, 'shipment')} that can be sent alone"
    share = "" if seller.saving_pct is None else f": {percent_of(abs(seller.saving_pct))}"
    own = None if seller.own.saving is None else abs(seller.own.saving)
    text = f"{'saved against' if saving >= 0 else 'more than'} the cheapest way alone{share}{of}"
    return _Card(written(abs(saving), seller.amounts), text, _own(seller, own), saving > 0)


def _received(seller: SellerStatement) -> _Card:
    dates = sorted({row.date("RECEIVED") for row in seller.shipments})
    late = sum(row.planned.late_days > 0 for row in seller.shipments)
    text = "received at the FC" + (f", {late} of {len(seller.shipments)} late" if late else "")
    return _Card(dates[0], text, f"to {dates[-1]}" if len(dates) > 1 else "")


def _import_tax(seller: SellerStatement) -> _Card:
    tax, recovered = seller.amounts.import_tax, seller.recoverable_tax
    if not tax:
        return _Card("none", "import tax (VAT, GST)")
    if recovered == tax:
        text = "import tax (VAT, GST), recovered: no more than its financing is in the landed cost"
    elif not recovered:
        text = "import tax (VAT, GST), not recovered: part of the landed cost"
    else:
        text = f"import tax (VAT, GST); {written(recovered, seller.amounts)} is recovered and not in the landed cost"
    return _Card(written(tax, seller.amounts), text, _own(seller, seller.own.import_tax))
