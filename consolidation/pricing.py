"""The price of what belongs to one shipment: every charge, duty, tax and day of an itinerary, as named lines.

One pass prices any number of options at once; the same pass over the few chosen options, with a recorder,
writes the lines of the plan. So a line in a plan file and a cost in the optimiser cannot differ. What is shared
(loads, customs entries, trucks) is priced in :mod:`consolidation.compile`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from consolidation.itineraries import Itineraries
from consolidation.plan_model import Category, Payer, Side
from consolidation.steps import Journey, Step, spread
from network import clock
from network.charges import amounts
from network.customs import DutyBook, financing_pct, is_compound
from network.model import Network
from network.money import Bools, Float64, Int64, round_array
from network.tables import Charge, Duty, Regime
from network.tariffs import TariffBook

DAYS_PER_YEAR = 365.0
_CustomsLine: TypeAlias = tuple[str, str, Category, str, Decimal, str]


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One cash line of one shipment's own cost.

    Attributes
    ----------
    option : int, position in the options priced
    quantity, rate : Decimal, as in :class:`consolidation.plan_model.CostLine`
    amount : int, micro-units of the plan currency
    customs : bool, True when the line belongs to the shipment's customs entry
    """

    option: int
    code: str
    name: str
    category: Category
    side: Side
    payer: Payer
    basis: str
    quantity: Decimal
    rate: Decimal
    currency: str
    charge_id: str
    amount: int
    customs: bool


@dataclass(frozen=True)
class Prices:
    """What m options cost, micro-units of the plan currency.

    Attributes
    ----------
    cash : (m,) int64, sum of the own cash lines
    carrying, transit, lateness : (m,) int64, priced time
    import_tax : (m,) int64, shown apart; part of `cash` only where it cannot be recovered
    """

    cash: Int64
    carrying: Int64
    transit: Int64
    lateness: Int64
    import_tax: Int64

    @property
    def time(self) -> Int64:
        """Priced time, (m,)."""
        return self.carrying + self.transit + self.lateness

    @property
    def total(self) -> Int64:
        """Cash and priced time, (m,)."""
        return self.cash + self.time


class Pricer:
    """Prices options of a network; tariffs and duties are looked up once per tariff, mode and day."""

    def __init__(self, network: Network, tariffs: TariffBook, duties: DutyBook) -> None:
        self._network, self._tariffs, self._duties = network, tariffs, duties

    def price(self, options: Itineraries, record: Callable[[OwnLine], None] | None = None) -> Prices:
        """Return the own cost of every option; with `record`, hand over every line that is not zero."""
        return _Pass(self._network, self._tariffs, self._duties, options, record).run()


class _Pass:
    def __init__(
        self,
        network: Network,
        tariffs: TariffBook,
        duties: DutyBook,
        options: Itineraries,
        record: Callable[[OwnLine], None] | None,
    ) -> None:
        self._network, self._tariffs, self._duties, self._record = network, tariffs, duties, record
        self._options, self._demand = options, options.demand
        count = len(options.shipment)
        self._cash = np.zeros(count, dtype=np.int64)
        self._trunk = np.zeros(count, dtype=np.int64)
        self._insurance = np.zeros(count, dtype=np.int64)
        self._duty = np.zeros(count, dtype=np.int64)
        self._journey = Journey(network, options)

    def run(self) -> Prices:
        """Price every step in the order of the journey."""
        for step in self._journey.until_arrival():
            self._charge(step)
        customs_value = self._customs_value()
        self._charge_duties(customs_value)
        for step in self._journey.entry():
            self._charge(step)
        import_tax = self._charge_tax(customs_value)
        for step in self._journey.after_arrival():
            self._charge(step)
        return Prices(self._cash, *self._time(), import_tax)

    # -- charges --------------------------------------------------------------------------------------------

    def _charge(self, step: Step) -> None:
        for charges, rows in self._groups(step):
            for charge in charges:
                quantity = self._quantity(charge, rows, step.km[rows])
                cost = amounts(charge, quantity, float(self._network.rate[charge.currency]))
                self._cash[rows] += cost
                if charge.category == "trunk":
                    self._trunk[rows] += cost
                elif charge.category == "insurance":
                    self._insurance[rows] += cost
                self._record_charge(charge, rows, quantity, cost, step.customs)

    def _groups(self, step: Step) -> Iterable[tuple[tuple[Charge, ...], Int64]]:
        """Yield sets of charges with the options they apply to."""
        priced = np.flatnonzero(step.tariff)
        names, first_day = self._journey.names, int(step.day.min(initial=0))
        days = int(step.day.max(initial=0)) - first_day + 1
        key = (step.tariff[priced] * len(names) + self._journey.mode[priced]) * days + step.day[priced] - first_day
        unique, group = np.unique(key, return_inverse=True)
        look_up = self._tariffs.for_entry if step.entry else self._tariffs.for_shipment
        sets: dict[tuple[Charge, ...], int] = {}
        which = np.empty(len(unique), dtype=np.int64)
        for position, value in enumerate(unique.tolist()):
            pair, day = divmod(value, days)
            tariff, mode = divmod(pair, len(names))
            found = look_up(names[tariff], names[mode], clock.date_of(day + first_day))
            which[position] = sets.setdefault(found, len(sets))
        group_set = which[group]
        for charges, number in sets.items():
            if charges:
                yield charges, priced[group_set == number]

    def _quantity(self, charge: Charge, rows: Int64, km: Float64) -> Float64:
        demand, shipment = self._demand, self._options.shipment[rows]
        basis = charge.basis.removesuffix("_km")
        if basis in ("per_shipment", "per_bill", "per_entry"):
            quantity = np.ones(len(rows))
        elif basis in ("per_carton", "per_unit", "per_pallet"):
            counts = {"per_carton": demand.cartons, "per_unit": demand.units, "per_pallet": demand.pallets}[basis]
            quantity = counts[shipment].astype(np.float64)
        elif basis == "per_kg":
            quantity = demand.weight_kg[shipment]
        elif basis == "per_m3":
            quantity = demand.volume_m3[shipment]
        elif basis == "per_wm":
            quantity = demand.revenue_ton[shipment]
        elif basis == "per_chargeable_kg":
            quantity = np.maximum(demand.weight_kg[shipment], demand.volume_m3[shipment] * self._journey.factor[rows])
        elif basis in ("pct_of_value", "pct_of_entry_value"):
            quantity = demand.value[shipment] / 1e6
        else:  # pct_of_duty, the only other basis of a shipment
            quantity = self._duty[rows] / 1e6
        return quantity * km if charge.basis.endswith("_km") else quantity

    def _record_charge(self, charge: Charge, rows: Int64, quantity: Float64, cost: Int64, customs: bool) -> None:
        if self._record is None:
            return
        for row, number, price in zip(rows, quantity, cost, strict=True):
            if price:
                self._record(
                    OwnLine(
                        int(row),
                        charge.code,
                        charge.name,
                        charge.category,
                        charge.side,
                        charge.payer,
                        charge.basis,
                        plain(number),
                        charge.rate,
                        charge.currency,
                        charge.charge_id,
                        int(price),
                        customs,
                    )
                )

    # -- customs --------------------------------------------------------------------------------------------

    def _customs_value(self) -> Int64:
        """Return the value duty is charged on, (m,) int64: goods, and for CIF regimes insurance and freight."""
        options, demand = self._options, self._demand
        value = demand.value[options.shipment].copy()
        cif = self._of_regime([regime for regime in self._network.regimes if regime.valuation == "CIF"])
        per_wm = spread(self._journey.run, [run.lane.customs_freight_per_wm for run in self._options.routes.runs])
        deemed = round_array(per_wm * demand.revenue_ton[options.shipment])
        freight = np.where(options.pooled, deemed, self._trunk)
        value[cif] += (self._insurance + freight)[cif]
        return value

    def _charge_duties(self, customs_value: Int64) -> None:
        for layers, rows in self._layer_groups():
            for duty in layers:
                demand, shipment = self._demand, self._options.shipment[rows]
                fx = float(self._network.rate[duty.currency])
                per_piece = (
                    float(duty.per_unit) * demand.units[shipment] + float(duty.per_kg) * demand.weight_kg[shipment]
                )
                cost = round_array(customs_value[rows] / 1e6 * float(duty.rate_pct) / 100 + per_piece * fx)
                self._cash[rows] += cost
                self._duty[rows] += cost
                self._record_duty(duty, rows, customs_value[rows], cost)

    def _layer_groups(self) -> Iterable[tuple[tuple[Duty, ...], Int64]]:
        demand, journey = self._demand, self._journey
        first_day = int(journey.eta.min(initial=0))
        days = int(journey.eta.max(initial=0)) - first_day + 1
        key = (self._options.shipment * len(journey.names) + journey.regime) * days + journey.eta - first_day
        unique, group = np.unique(key, return_inverse=True)
        sets: dict[tuple[Duty, ...], int] = {}
        which = np.empty(len(unique), dtype=np.int64)
        for position, value in enumerate(unique.tolist()):
            pair, day = divmod(value, days)
            shipment, regime = divmod(pair, len(journey.names))
            schedule = self._network.regime[journey.names[regime]].schedule
            found = self._duties.layers(
                schedule,
                demand.shipments[shipment].hs_code,
                demand.country_of_origin(shipment),
                clock.date_of(day + first_day),
            )
            which[position] = sets.setdefault(found, len(sets))
        group_set = which[group]
        for layers, number in sets.items():
            yield layers, np.flatnonzero(group_set == number)

    def _record_duty(self, duty: Duty, rows: Int64, value: Int64, cost: Int64) -> None:
        basis = "compound" if is_compound(duty) else "pct_of_customs_value"
        self._record_each(rows, cost, value, (duty.layer, duty.layer, "duty", basis, duty.rate_pct, duty.duty_id))

    def _charge_tax(self, customs_value: Int64) -> Int64:
        tax = np.zeros(len(customs_value), dtype=np.int64)
        for regime in self._network.regimes:
            rows = np.flatnonzero(self._of_regime([regime]))
            if not regime.tax_rate_pct or not len(rows):
                continue
            base = customs_value[rows] + self._duty[rows]
            tax[rows] = round_array(base / 1e6 * regime.tax_rate_pct / 100)
            if regime.tax_recoverable:
                pct = financing_pct(regime, self._network.planning.carrying_pct_per_year)
                cost = round_array(tax[rows] / 1e6 * float(pct) / 100)
                line: _CustomsLine = (f"{regime.tax_code}.FINANCING", "Financing of recoverable import tax", "tax", "pct_of_import_tax",
                        pct, regime.regime_id)  # fmt: skip
                quantity = tax[rows]
            else:
                cost, quantity = tax[rows], base
                rate = Decimal(str(regime.tax_rate_pct))
                line = (regime.tax_code, "Import tax", "tax", "pct_of_customs_value", rate, regime.regime_id)
            self._cash[rows] += cost
            self._record_each(rows, cost, quantity, line)
        return tax

    def _record_each(self, rows: Int64, cost: Int64, quantity: Int64, line: _CustomsLine) -> None:
        if self._record is None:
            return
        code, name, category, basis, rate, source = line
        for row, number, price in zip(rows, quantity, cost, strict=True):
            if price:
                self._record(
                    OwnLine(
                        int(row),
                        code,
                        name,
                        category,
                        "destination",
                        "seller",
                        basis,
                        plain(number / 1e6),
                        rate,
                        self._network.currency,
                        source,
                        int(price),
                        True,
                    )
                )

    def _of_regime(self, regimes: Sequence[Regime]) -> Bools:
        """Return which options are entered under one of the regimes, (m,) bool."""
        names = self._journey.names
        numbers = [names.index(regime.regime_id) for regime in regimes if regime.regime_id in names]
        found: Bools = np.isin(self._journey.regime, numbers)
        return found

    # -- time -----------------------------------------------------------------------------------------------

    def _time(self) -> tuple[Int64, Int64, Int64]:
        planning, demand, options = self._network.planning, self._demand, self._options
        days, shipment = options.days, options.shipment
        carrying = demand.value[shipment] / 1e6 * planning.carrying_pct_per_year / 100 / DAYS_PER_YEAR * days
        transit = planning.value_of_day_per_m3 * demand.volume_m3[shipment] * days
        lateness = demand.late_price[shipment] * options.late_days
        return round_array(carrying), round_array(transit), round_array(lateness)


def plain(number: float) -> Decimal:
    """Return a quantity as a Decimal with at most six places and no exponent.

    >>> plain(2.5)
    Decimal('2.5')
    """
    return Decimal(format(round(float(number), 6), "f").rstrip("0").rstrip(".") or "0")
