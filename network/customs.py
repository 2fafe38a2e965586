"""Duty layers in force for a product.

Layers are added, not compounded: each is charged on the customs value. Within one layer the row with the
longest matching HS prefix counts, so that an exemption or a special rate is one more row.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache

from network.epochs import Epochs
from network.model import Network
from network.tables import Duty, Regime


class DutyBook:
    """The duties of a network by schedule and HS code.

    Attributes
    ----------
    epochs : Epochs, spans of days with the same duties in force
    """

    def __init__(self, network: Network) -> None:
        self._by_schedule: dict[str, list[Duty]] = {}
        for duty in network.duties:
            if duty.enabled:
                self._by_schedule.setdefault(duty.schedule, []).append(duty)
        self.epochs = Epochs(duty for duties in self._by_schedule.values() for duty in duties)
        self._matching = cache(self._find_matching)
        self._on_day = cache(self._find_on_day)

    def _find_matching(self, schedule: str, hs_code: str, country_of_origin: str) -> tuple[Duty, ...]:
        return tuple(
            duty
            for duty in self._by_schedule.get(schedule, ())
            if hs_code.startswith(duty.hs_prefix)
            and (not duty.origin_countries or country_of_origin in duty.origin_countries)
        )

    def _find_on_day(self, schedule: str, hs_code: str, country_of_origin: str, date: dt.date) -> tuple[Duty, ...]:
        best: dict[str, Duty] = {}
        for duty in self._matching(schedule, hs_code, country_of_origin):
            if duty.valid_from is not None and date < duty.valid_from:
                continue
            if duty.valid_to is not None and date > duty.valid_to:
                continue
            held = best.get(duty.layer)
            if held is None or len(duty.hs_prefix) > len(held.hs_prefix):
                best[duty.layer] = duty
        return tuple(best.values())

    def layers(self, schedule: str, hs_code: str, country_of_origin: str, date: dt.date) -> tuple[Duty, ...]:
        """Return the duty rows that apply to a product on a day, at most one per layer, in table order."""
        return self._on_day(schedule, hs_code, country_of_origin, date)


def is_compound(duty: Duty) -> bool:
    """Return whether a duty has a part per unit or per kg."""
    return bool(duty.per_unit or duty.per_kg)


def financing_pct(regime: Regime, carrying_pct_per_year: float) -> Decimal:
    """Return what financing recoverable import tax costs, in % of the tax."""
    return Decimal(str(carrying_pct_per_year)) * Decimal(str(regime.tax_financing_days)) / 365
