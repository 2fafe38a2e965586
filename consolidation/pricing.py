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

from consolidation.demand import Demand
from consolidation.examined import day_price
from consolidation.grouping import distinct, members
from consolidation.itineraries import Itineraries, late_days
from consolidation.plan_model import Category, Payer, Side
from consolidation.search import Rows, Search
from consolidation.steps import Chart, Journey, Step
from network.charges import STAY_BASES, amounts, counted_by_unit, falls_on, small_entry, suits
from network.customs import DutyBook, financing_pct, is_compound
from network.examinations import MILLION, PER_EXAMINATION, chance_of, delay_of, expected_cost, expected_delay, price_of
from network.model import Network
from network.money import Bools, Float64, Int64, round_array
from network.price_tables import Charge, Duty, Regime
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
    carrying, transit, lateness, examination : (m,) int64, priced time; the last of an entry that one shipment makes
        alone, as what holds a load is shared by all in it
    import_tax : (m,) int64, shown apart; part of `cash` only where it cannot be recovered
    """

    cash: Int64
    carrying: Int64
    transit: Int64
    lateness: Int64
    examination: Int64
    import_tax: Int64

    @property
    def time(self) -> Int64:
        """Priced time, (m,)."""
        return self.carrying + self.transit + self.lateness + self.examination

    @property
    def total(self) -> Int64:
        """Cash and priced time, (m,)."""
        return self.cash + self.time


class Pricer:
    """Prices options of a network; tariffs and duties are looked up once per tariff, mode and span of days."""

    def __init__(self, network: Network, tariffs: TariffBook, duties: DutyBook) -> None:
        self._network, self._tariffs, self._duties = network, tariffs, duties
        self._charted: Chart | None = None

    def price(self, options: Itineraries, record: Callable[[OwnLine], None] | None = None) -> Prices:
        """Return the own cost of every option; with `record`, hand over every line that is not zero."""
        way = self._pass(options, record)
        import_tax = way.arrive()
        way.go_on()
        times = priced_time(self._network, options.demand, options.shipment, options.received_day)
        return Prices(way.cash, *times, way.delay, import_tax)

    def arrival(self, options: Itineraries) -> Int64:
        """Return the own cost of every option until it has arrived and is cleared, (m,): cash, and delay at customs."""
        way = self._pass(options)
        way.arrive()
        return way.cash + way.delay

    def onward(self, options: Itineraries) -> Int64:
        """Return the own cash cost of every option after its arrival, (m,)."""
        way = self._pass(options)
        way.go_on()
        return way.cash

    def total(self, search: Search, rows: Rows) -> Int64:
        """Return cash and priced time of the options laid out, (m,): what :meth:`price` returns as ``total``.

        The two parts of a journey are priced once for all options that have them in common, and a line is rounded
        by itself, so that their sum is the same to the cent.
        """
        cash = self.arrival(search.take(rows, rows.arrivals))[rows.arrival]
        cash += self.onward(search.take(rows, rows.onwards))[rows.onward]
        if not len(cash):
            return cash
        low = int(rows.received_day.min())
        days = int(rows.received_day.max()) - low + 1
        shipment = np.repeat(np.arange(rows.first, rows.first + rows.count), days)
        received = np.tile(np.arange(low, low + days), rows.count)
        time = np.sum(priced_time(self._network, search.demand, shipment, received), axis=0)
        found: Int64 = cash + time[(rows.shipment - rows.first) * days + rows.received_day - low]
        return found

    def _pass(self, options: Itineraries, record: Callable[[OwnLine], None] | None = None) -> _Pass:
        if self._charted is None or self._charted.routes is not options.routes:
            self._charted = Chart(self._network, options.routes, options.storage)
        return _Pass(self._network, (self._tariffs, self._duties), self._charted, options, record)


def priced_time(network: Network, demand: Demand, shipment: Int64, received_day: Int64) -> tuple[Int64, Int64, Int64]:
    """Return carrying cost, transit time and lateness of the days of options, micro-units, (m,) each.

    Parameters
    ----------
    shipment, received_day : (m,) int64
    """
    planning, late = network.planning, late_days(demand, shipment, received_day)
    days = received_day - demand.ready_day[shipment]
    carrying = demand.value[shipment] / 1e6 * planning.carrying_pct_per_year / 100 / DAYS_PER_YEAR * days
    transit = planning.value_of_day_per_m3 * demand.volume_m3[shipment] * days
    return round_array(carrying), round_array(transit), round_array(demand.late_price[shipment] * late)


class _Pass:
    def __init__(
        self,
        network: Network,
        books: tuple[TariffBook, DutyBook],
        chart: Chart,
        options: Itineraries,
        record: Callable[[OwnLine], None] | None,
    ) -> None:
        self._network, self._chart, self._record = network, chart, record
        self._tariffs, self._duties = books
        self._options, self._demand = options, options.demand
        count = len(options.shipment)
        self.cash = np.zeros(count, dtype=np.int64)
        self.delay = np.zeros(count, dtype=np.int64)
        self._trunk = np.zeros(count, dtype=np.int64)
        self._insurance = np.zeros(count, dtype=np.int64)
        self._duty = np.zeros(count, dtype=np.int64)
        self._journey = Journey(chart, options)
        self._bears_tax = np.array(options.demand.import_tax, dtype="U8")

    def arrive(self) -> Int64:
        """Price every step until the goods are cleared, in the order of the journey; return the import tax."""
        for step in self._journey.until_arrival():
            self._charge(step)
        customs_value = self._customs_value()
        self._charge_duties(customs_value)
        for step in self._journey.entry():
            self._charge(step)
        return self._charge_tax(customs_value)

    def go_on(self) -> None:
        """Price every step after the arrival."""
        for step in self._journey.after_arrival():
            self._charge(step)

    # -- charges --------------------------------------------------------------------------------------------

    def _charge(self, step: Step) -> None:
        for charges, rows in self._groups(step):
            for charge in charges:
                self._charge_rows(charge, self._borne(charge, rows), step)

    def _charge_rows(self, charge: Charge, rows: Int64, step: Step) -> None:
        if charge.basis == PER_EXAMINATION:
            self._charge_examination(charge, rows)
            return
        quantity, fx = self._quantity(charge, rows, step), self._network.rate[charge.currency]
        cost = amounts(charge, quantity, float(fx))
        small = small_entry(charge, fx)
        is_small = self._demand.value[self._options.shipment[rows]] <= (small.up_to if small else -1)
        if small:
            cost[is_small] = small.amount
        self.cash[rows] += cost
        if charge.category == "trunk":
            self._trunk[rows] += cost
        elif charge.category == "insurance":
            self._insurance[rows] += cost
        self._record_charge(charge, rows[~is_small], quantity[~is_small], cost[~is_small], step.customs)
        if small:
            ones = np.ones(int(is_small.sum()))
            self._record_charge(charge.as_small(), rows[is_small], ones, cost[is_small], step.customs)

    def _charge_examination(self, charge: Charge, rows: Int64) -> None:
        """Charge goods with an entry of their own the chance that they are examined."""
        chance = chance_of(charge)
        price = expected_cost(price_of(charge, self._network.rate[charge.currency]), chance)
        self.cash[rows] += price
        if charge.delay_days:
            shipments, back = np.unique(self._options.shipment[rows], return_inverse=True)
            delays = expected_delay(day_price(self._network, self._demand)[shipments], delay_of(charge), chance)
            self.delay[rows] += delays[back]
        self._record_charge(charge, rows, np.full(len(rows), chance / MILLION), np.full(len(rows), price), True)

    def _borne(self, charge: Charge, rows: Int64) -> Int64:
        """Return those options whose importer of record and goods a charge is for."""
        demand, options = self._demand, self._options
        if charge.importers:
            pays = np.array([falls_on(charge.importers, tags) for tags in demand.tag_sets], dtype=np.bool_)
            own = demand.standing[options.shipment[rows]]
            rows = rows[pays[np.where(options.by_platform[rows], demand.platform_standing, own)]]
        if charge.destinations_up_to is not None or counted_by_unit(charge):
            asked, back = np.unique(self._options.shipment[rows], return_inverse=True)
            facts = zip(demand.destinations[asked], demand.weight_g[asked], demand.units[asked], strict=True)
            rows = rows[np.array([suits(charge, *map(int, row)) for row in facts], dtype=np.bool_)[back]]
        return rows

    def _groups(self, step: Step) -> Iterable[tuple[tuple[Charge, ...], Int64]]:
        """Yield sets of charges with the options they apply to."""
        priced = np.flatnonzero(step.tariff)
        names, modes, epochs = self._chart.names, self._chart.modes, self._tariffs.epochs
        key = (step.tariff[priced] * len(modes) + self._journey.mode[priced]) * len(epochs) + epochs.of(
            step.day[priced]
        )
        unique, group = distinct(key, len(names) * len(modes) * len(epochs))
        look_up = self._tariffs.for_entry if step.entry else self._tariffs.for_shipment
        sets: dict[tuple[Charge, ...], int] = {}
        which = np.empty(len(unique), dtype=np.int64)
        for position, value in enumerate(unique.tolist()):
            pair, epoch = divmod(value, len(epochs))
            tariff, mode = divmod(pair, len(modes))
            found = look_up(names[tariff], modes[mode], epochs.date(epoch))
            which[position] = sets.setdefault(found, len(sets))
        for charges, rows in zip(sets, members(which[group], len(sets)), strict=True):
            if charges:
                yield charges, priced[rows]

    def _quantity(self, charge: Charge, rows: Int64, step: Step) -> Float64:
        demand, shipment = self._demand, self._options.shipment[rows]
        basis = charge.basis.removesuffix("_km")
        if basis in ("per_shipment", "per_bill", "per_entry", "per_importer"):
            quantity = np.ones(len(rows))
        elif basis in ("per_carton", "per_unit", "per_pallet", "per_hs_line"):
            counts = {
                "per_carton": demand.cartons, "per_unit": demand.units, "per_pallet": demand.pallets, "per_hs_line": demand.hs_lines,
            }[basis]  # fmt: skip
            quantity = counts[shipment].astype(np.float64)
        elif basis == "per_kg":
            quantity = demand.weight_kg[shipment]
        elif basis == "per_m3":
            quantity = demand.volume_m3[shipment]
        elif basis == "per_wm":
            quantity = demand.revenue_ton[shipment]
        elif basis == "per_chargeable_kg":
            quantity = np.maximum(
                demand.weight_kg[shipment], demand.volume_m3[shipment] * self._chart.factor[self._journey.way[rows]]
            )
        elif basis in STAY_BASES:
            days = np.zeros(len(rows)) if step.days is None else step.days[rows]
            quantity = np.maximum(days - float(charge.free_quantity or 0), 0.0)
            quantity = quantity * demand.volume_m3[shipment] if basis == "per_m3_day" else quantity
        elif basis in ("pct_of_value", "pct_of_entry_value"):
            quantity = demand.value[shipment] / 1e6
        else:  # pct_of_duty, the only other basis of a shipment
            quantity = self._duty[rows] / 1e6
        return quantity * step.km[rows] if charge.basis.endswith("_km") else quantity

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
        per_wm = self._chart.customs_freight_per_wm[self._journey.way]
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
                    float(duty.per_unit) * demand.units[shipment] + float(duty.per_line) * demand.hs_lines[shipment]
                )
                per_piece = per_piece + float(duty.per_kg) * demand.weight_kg[shipment]
                cost = round_array(customs_value[rows] / 1e6 * float(duty.rate_pct) / 100 + per_piece * fx)
                self.cash[rows] += cost
                self._duty[rows] += cost
                self._record_duty(duty, rows, customs_value[rows], cost)

    def _layer_groups(self) -> Iterable[tuple[tuple[Duty, ...], Int64]]:
        demand, journey, names, epochs = self._demand, self._journey, self._chart.names, self._duties.epochs
        product = demand.product[self._options.shipment]
        key = (product * len(names) + journey.regime) * len(epochs) + epochs.of(journey.eta)
        unique, group = distinct(key, len(demand.products) * len(names) * len(epochs))
        sets: dict[tuple[Duty, ...], int] = {}
        which = np.empty(len(unique), dtype=np.int64)
        for position, value in enumerate(unique.tolist()):
            pair, epoch = divmod(value, len(epochs))
            number, regime = divmod(pair, len(names))
            schedule = self._network.regime[names[regime]].schedule
            hs_code, country, band = demand.products[number]
            found = self._duties.layers(schedule, hs_code, country, epochs.date(epoch), band)
            which[position] = sets.setdefault(found, len(sets))
        yield from zip(sets, members(which[group], len(sets)), strict=True)

    def _record_duty(self, duty: Duty, rows: Int64, value: Int64, cost: Int64) -> None:
        basis = "compound" if is_compound(duty) else "pct_of_customs_value"
        self._record_each(rows, cost, value, (duty.layer, duty.layer, "duty", basis, duty.rate_pct, duty.duty_id))

    def _charge_tax(self, customs_value: Int64) -> Int64:
        """Charge import tax on customs value, duty and the transport deemed to follow; return the tax, (m,)."""
        tax, shipment = np.zeros(len(customs_value), dtype=np.int64), self._options.shipment
        for regime in self._network.regimes:
            rows = np.flatnonzero(self._of_regime([regime]))
            if not regime.tax_rate_pct or not len(rows):
                continue
            onward = round_array(regime.tax_onward_per_wm * self._demand.revenue_ton[shipment[rows]])
            base = customs_value[rows] + self._duty[rows] + onward
            tax[rows] = round_array(base / 1e6 * regime.tax_rate_pct / 100)
            borne = self._bears_tax[shipment[rows]]
            borne[self._options.by_platform[rows]] = self._demand.platform_tax
            if regime.tax_recoverable:
                self._finance_tax(regime, rows[borne == "regime"], tax)
                whole = borne == "cost"
            else:
                whole = borne != "deferred"
            line: _CustomsLine = (regime.tax_code, "Import tax", "tax", "pct_of_customs_value", Decimal(str(regime.tax_rate_pct)),
                    regime.regime_id)  # fmt: skip
            self.cash[rows[whole]] += tax[rows[whole]]
            self._record_each(rows[whole], tax[rows[whole]], base[whole], line)
        return tax

    def _finance_tax(self, regime: Regime, rows: Int64, tax: Int64) -> None:
        """Charge what it costs to pay recoverable tax and wait for it."""
        pct = financing_pct(regime, self._network.planning.carrying_pct_per_year)
        cost = round_array(tax[rows] / 1e6 * float(pct) / 100)
        self.cash[rows] += cost
        line: _CustomsLine = (f"{regime.tax_code}.FINANCING", "Financing of recoverable import tax", "tax", "pct_of_import_tax",
                pct, regime.regime_id)  # fmt: skip
        self._record_each(rows, cost, tax[rows], line)

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
        names = self._chart.names
        numbers = [names.index(regime.regime_id) for regime in regimes if regime.regime_id in names]
        found: Bools = np.isin(self._journey.regime, numbers)
        return found


def plain(number: float) -> Decimal:
    """Return a quantity as a Decimal with at most six places and no exponent.

    >>> plain(2.5)
    Decimal('2.5')
    """
    return Decimal(format(round(float(number), 6), "f").rstrip("0").rstrip(".") or "0")
