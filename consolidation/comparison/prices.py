"""Which prices are not the same in two plans: rates of charges and duties, and exchange rates.

Cost lines tell the base rate of their charge. What they do not tell (weight breaks, minima, charges that nobody pays) the
networks do, where they are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from statistics import median

from consolidation.comparison.facts import Known, text
from consolidation.comparison.matching import Pair
from consolidation.plan_model import CostLine
from network.model import Network

_ONE = Decimal(1)
_NOISE = Decimal("0.0005")
"""Part by which an exchange rate read off whole cents may be wrong."""
_REMARKS = {"source", "as_of", "is_estimate"}
_SURE = Decimal(20)
"""Smallest amount that an exchange rate is read off."""


@dataclass(frozen=True)
class Price:
    """What a charge is at: its base rate, and the whole row of the network where that is known.

    Attributes
    ----------
    unit : currency of the rate, or %
    """

    rate: Decimal
    unit: str
    name: str
    row: object = None


class Prices:
    """Prices of both plans by charge."""

    def __init__(self, pair: Pair, known: Known) -> None:
        self._pair, self._known = pair, known
        self._changes: dict[str, str] = {}

    @cached_property
    def before(self) -> Mapping[str, Price]:
        """Prices of plan A by charge, those that its lines or its network show."""
        return _prices(self._pair.a.cost_lines, self._known.network_a)

    @cached_property
    def after(self) -> Mapping[str, Price]:
        """Prices of plan B by charge."""
        return _prices(self._pair.b.cost_lines, self._known.network_b)

    @cached_property
    def _fx(self) -> Mapping[str, Decimal]:
        """How many times as dear a unit of each currency is in B, of currencies seen in both plans."""
        rates = [
            _rates(plan.cost_lines, plan.inputs.currency) if network is None else network.rate
            for plan, network in ((self._pair.a, self._known.network_a), (self._pair.b, self._known.network_b))
        ]
        exact = self._known.network_a is not None and self._known.network_b is not None
        found = {name: rates[1][name] / rate for name, rate in rates[0].items() if name in rates[1] and rate}
        return {name: ratio for name, ratio in found.items() if exact or abs(ratio - 1) > _NOISE}

    def ratio(self, before: CostLine, after: CostLine) -> Decimal:
        """Return how many times as dear one unit is in B by its base rate and exchange rate; 1: as dear as before."""
        if not before.rate or not after.rate or before.basis != after.basis:
            return _ONE
        exchange = _ONE if after.basis.startswith("pct_") else self._fx.get(after.currency, _ONE)
        if before.rate == after.rate and before.currency == after.currency:
            return exchange
        if before.currency != after.currency:
            return _ONE
        return after.rate / before.rate * exchange

    def in_both(self, charge_id: str) -> bool:
        """Return whether a charge is known in both plans."""
        return charge_id in self.before and charge_id in self.after

    def change(self, charge_id: str) -> str:
        """Return how the price of a charge changed, in words; blank where it did not or that is not known."""
        if charge_id not in self._changes:
            self._changes[charge_id] = self._change(charge_id)
        return self._changes[charge_id]

    def _change(self, charge_id: str) -> str:
        if not self.in_both(charge_id):
            return ""
        old, new = self.before[charge_id], self.after[charge_id]
        if (old.rate, old.unit) != (new.rate, new.unit):
            return f"{charge_id} from {text(old.rate)} to {text(new.rate)} {new.unit}"
        exchange = self._fx.get(new.unit, _ONE)
        if exchange != 1:
            return f"{charge_id} is in {new.unit}, which is worth {(exchange - 1) * 100:+.2f} %"
        if None not in (old.row, new.row) and old.row != new.row:
            return f"{charge_id} has other breaks, limits or conditions"
        return ""

    def is_dearer(self, charge_id: str) -> bool:
        """Return whether a charge is known to cost more in B."""
        return self._direction(charge_id) > 0

    def is_cheaper(self, charge_id: str) -> bool:
        """Return whether a charge is known to cost less in B."""
        return self._direction(charge_id) < 0

    def _direction(self, charge_id: str) -> int:
        if not self.in_both(charge_id):
            return 0
        old, new = self.before[charge_id], self.after[charge_id]
        if old.unit != new.unit:
            return 0
        found = new.rate * self._fx.get(new.unit, _ONE) - old.rate
        return (found > 0) - (found < 0)


def _prices(lines: Iterable[CostLine], network: Network | None) -> dict[str, Price]:
    found: dict[str, Price] = {}
    if network is not None:
        for charge in network.charges:
            if charge.scenario in ("", network.header.scenario):
                unit = _unit(charge.basis, charge.currency)
                found[charge.charge_id] = Price(charge.rate, unit, charge.name, charge.model_dump(exclude=_REMARKS))
        for duty in network.duties:
            if duty.enabled:
                found[duty.duty_id] = Price(duty.rate_pct, "%", duty.layer, duty.model_dump(exclude=_REMARKS))
    for line in lines:
        if line.charge_id not in found:
            found[line.charge_id] = Price(line.rate, _unit(line.basis, line.currency), line.name)
    return found


def _unit(basis: str, currency: str) -> str:
    return "%" if basis.startswith("pct_") else currency


def _rates(lines: Iterable[CostLine], currency: str) -> dict[str, Decimal]:
    """Return what a unit of each other currency is worth, as most lines of that currency say."""
    found: dict[str, list[Decimal]] = defaultdict(list)
    for line in lines:
        if line.currency == currency or line.basis.startswith("pct_") or line.source_amount < _SURE:
            continue
        if line.rate and line.quantity:
            found[line.currency].append(line.source_amount / (line.rate * line.quantity))
    return {name: median(values) for name, values in found.items()}
