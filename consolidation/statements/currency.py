"""The same sums in the seller's own currency: which one that is, how it rounds, and parts that sum to the total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from network.money import CENT, share, to_micros

_WITHOUT_CENTS = frozenset({
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
})  # fmt: skip
"""Currencies that ISO 4217 lists without a minor unit."""


def usual_currency(currencies: Iterable[str]) -> str:
    """Return the most common currency, the first in the alphabet among equals.

    >>> usual_currency(["USD", "JPY", "CNY", "JPY", "CNY"])
    'CNY'
    """
    counts = Counter(currencies)
    return min(counts, key=lambda currency: (-counts[currency], currency))


class Converter:
    """Converts amounts of the plan currency into one other currency.

    Parameters
    ----------
    currency : ISO code
    rate : Decimal, plan currency per unit of `currency`
    """

    def __init__(self, currency: str, rate: Decimal) -> None:
        self.currency, self.rate = currency, rate
        self.step = Decimal(1) if currency in _WITHOUT_CENTS else Decimal("0.01")

    def total(self, amount: Decimal) -> Decimal:
        """Return an amount converted, rounded half up to the smallest unit of the currency."""
        return (amount / self.rate).quantize(self.step, rounding=ROUND_HALF_UP)

    def parts(self, total: Decimal, amounts: Sequence[Decimal]) -> list[Decimal]:
        """Split a converted total in proportion to amounts of the plan currency; the parts sum to it exactly.

        Parameters
        ----------
        total : a whole number of smallest units
        amounts : plan currency; negative ones, which only transfers make, are kept apart and rounded by themselves
        """
        if not amounts:
            return []
        given = {k: self.total(amount) for k, amount in enumerate(amounts) if amount < 0}
        steps = int((total - sum(given.values(), Decimal(0))) / self.step) * CENT
        parts = share(steps, [max(to_micros(amount), 0) for amount in amounts])
        return [given.get(k, Decimal(part // CENT) * self.step) for k, part in enumerate(parts)]
