"""Duty layers in force for a product.

Layers are added, not compounded: each is charged on the customs value. Within one layer the row with the
longest matching HS prefix counts, and of two alike the one that names the country of origin, so that an exemption, a
special rate or a preference is one more row. A row is left out where one of its ``unless_layers`` is charged: applies,
with a rate, and is not left out itself; a row takes the place of the layers in its ``instead_of`` wherever it applies,
also at a rate of 0 (a relief). Rows may be for goods worth more than, or at most, an amount. The base layer of a schedule knows every product: a code that none of its rows
matches takes the row of its chapter that has most leading digits in common.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import takewhile

from network.epochs import Epochs
from network.model import Network
from network.price_tables import Duty, Regime

CHAPTER_DIGITS = 2
"""Leading digits of the HS chapter: rows of another chapter say nothing about a product."""


class DutyBook:
    """The duties of a network by schedule and HS code.

    Attributes
    ----------
    epochs : Epochs, spans of days with the same duties in force
    """

    def __init__(self, network: Network) -> None:
        self._by_schedule: dict[str, list[Duty]] = {}
        self._base = {regime.schedule: regime.base_layer for regime in network.regimes if regime.base_layer}
        for duty in network.duties:
            if duty.enabled:
                self._by_schedule.setdefault(duty.schedule, []).append(duty)
        self.epochs = Epochs(duty for duties in self._by_schedule.values() for duty in duties)
        self._rate, self._limits = network.rate, value_limits(network)
        self._matching = cache(self._find_matching)
        self._on_day = cache(self._find_on_day)

    def _find_matching(self, schedule: str, hs_code: str, country_of_origin: str, band: int) -> tuple[Duty, ...]:
        return tuple(
            duty
            for duty in self._by_schedule.get(schedule, ())
            if hs_code.startswith(duty.hs_prefix) and _is_from(duty, country_of_origin) and self._is_worth(duty, band)
        )

    def _is_worth(self, duty: Duty, band: int) -> bool:
        """Return whether a row is for goods of a band of values."""
        least, most = _limits_of(duty, self._rate)
        return (least is None or band > self._limits.index(least)) and (
            most is None or band <= self._limits.index(most)
        )

    def _find_on_day(
        self, schedule: str, hs_code: str, country_of_origin: str, date: dt.date, band: int
    ) -> dict[str, Duty]:
        best: dict[str, Duty] = {}
        for duty in self._matching(schedule, hs_code, country_of_origin, band):
            held = best.get(duty.layer)
            if is_in_force(duty, date) and (held is None or _closeness(duty) > _closeness(held)):
                best[duty.layer] = duty
        base = self._base.get(schedule, "")
        if base and base not in best:
            nearest = self._nearest(schedule, hs_code, country_of_origin, date, band)
            if nearest is not None:
                best[base] = nearest
        return best

    def _nearest(self, schedule: str, hs_code: str, country_of_origin: str, date: dt.date, band: int) -> Duty | None:
        """Return the row of the base layer that has most leading digits in common, the first of several, if any."""
        rows = [
            duty
            for duty in self._by_schedule.get(schedule, ())
            if duty.layer == self._base[schedule]
            and _is_from(duty, country_of_origin)
            and is_in_force(duty, date)
            and self._is_worth(duty, band)
        ]
        best = max(rows, key=lambda duty: common_digits(duty.hs_prefix, hs_code), default=None)
        return None if best is None or common_digits(best.hs_prefix, hs_code) < CHAPTER_DIGITS else best

    def covers(self, schedule: str, hs_code: str, country_of_origin: str, date: dt.date, band: int = 0) -> bool:
        """Return whether the duty on a product is known: a row of the base layer or, without one, any row applies.

        A row in place of the base layer will do as well.
        """
        applying = self._on_day(schedule, hs_code, country_of_origin, date, band)
        base = self._base.get(schedule, "")
        known = base in applying or any(base in duty.instead_of for duty in applying.values())
        return known if base else bool(applying)

    def is_guessed(self, schedule: str, hs_code: str, duty: Duty) -> bool:
        """Return whether a row that applies to a product is only the nearest one, not a match."""
        return duty.layer == self._base.get(schedule, "") and not hs_code.startswith(duty.hs_prefix)

    def layers(
        self, schedule: str, hs_code: str, country_of_origin: str, date: dt.date, band: int = 0
    ) -> tuple[Duty, ...]:
        """Return the duty rows that are charged on a product on a day, at most one per layer, in table order.

        Parameters
        ----------
        band : band of values that the goods are in (:func:`value_band`); 0 where no duty asks for their value
        """
        applying = self._on_day(schedule, hs_code, country_of_origin, date, band)
        return tuple(duty for duty in applying.values() if not _is_left_out(duty, applying))


def value_limits(network: Network) -> tuple[Decimal, ...]:
    """Return the values of goods at which duties change, rising, plan currency, not rounded."""
    rows = (_limits_of(duty, network.rate) for duty in network.duties if duty.enabled)
    return tuple(sorted({limit for limits in rows for limit in limits if limit is not None}))


def value_band(limits: Sequence[Decimal], value: Decimal) -> int:
    """Return the band of values that goods are in: how many of the limits they are worth more than.

    Examples
    --------
    >>> [value_band((Decimal(150),), Decimal(value)) for value in ("120", "150.00", "150.01")]
    [0, 0, 1]
    """
    return bisect_left(limits, value)


def _limits_of(duty: Duty, rate: Mapping[str, Decimal]) -> tuple[Decimal | None, Decimal | None]:
    """Return above and up to which value of goods a duty is for, plan currency."""
    least, most = (
        None if limit is None else limit * rate[duty.currency] for limit in (duty.value_over, duty.value_up_to)
    )
    return least, most


def _closeness(duty: Duty) -> tuple[int, bool]:
    """Return how closely a row that matches speaks of a product."""
    return len(duty.hs_prefix), bool(duty.origin_countries)


def _is_left_out(duty: Duty, applying: dict[str, Duty]) -> bool:
    """Return whether a layer that keeps a row away is charged, or a row in its place applies; there are no circles."""
    if any(_is_charged(applying[layer], applying) for layer in duty.unless_layers if layer in applying):
        return True
    return any(duty.layer in other.instead_of and not _is_left_out(other, applying) for other in applying.values())


def _is_charged(duty: Duty, applying: dict[str, Duty]) -> bool:
    return bool(duty.rate_pct or is_compound(duty)) and not _is_left_out(duty, applying)


def common_digits(prefix: str, hs_code: str) -> int:
    """Return how many leading digits two codes have in common."""
    pairs = zip(prefix, hs_code, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def is_in_force(duty: Duty, date: dt.date) -> bool:
    """Return whether a duty is charged on a day; blank ends are open."""
    return (duty.valid_from is None or duty.valid_from <= date) and (duty.valid_to is None or date <= duty.valid_to)


def _is_from(duty: Duty, country_of_origin: str) -> bool:
    return not duty.origin_countries or country_of_origin in duty.origin_countries


def is_compound(duty: Duty) -> bool:
    """Return whether a duty has a part per unit, per kg or per tariff line."""
    return bool(duty.per_unit or duty.per_kg or duty.per_line)


def financing_pct(regime: Regime, carrying_pct_per_year: float) -> Decimal:
    """Return what financing recoverable import tax costs, in % of the tax."""
    return Decimal(str(carrying_pct_per_year)) * Decimal(str(regime.tax_financing_days)) / 365
