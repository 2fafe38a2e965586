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
import numpy.typing as npt

from consolidation.itineraries import DIRECT, FTL, LTL, PARCEL, Itineraries
from consolidation.plan import Category, Payer, Side
from consolidation.routes import road_km
from network import clock
from network.charges import amounts
from network.customs import DutyBook, financing_pct, is_compound
from network.model import Network
from network.money import Float64, Int64, round_array
from network.tables import Charge, Duty, Link
from network.tariffs import TariffBook, collection_tariff, handling_tariff, lane_tariff

DAYS_PER_YEAR = 365.0
_CustomsLine: TypeAlias = tuple[str, str, Category, str, Decimal, str]


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One cash line of one shipment's own cost.

    Attributes
    ----------
    option : int, position in the options priced
    quantity, rate : Decimal, as in :class:`consolidation.plan.CostLine`
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


@dataclass(frozen=True)
class _Step:
    """Charges of one step of the journey: which tariff, mode, day and distance each option has.

    ``customs`` marks lines of the customs entry; ``entry`` takes the charges counted once per entry.
    """

    tariff: npt.NDArray[np.object_]
    day: Int64
    km: Float64
    customs: bool = False
    entry: bool = False


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
        self._options, self._demand, self._routes = options, options.demand, options.routes
        count = len(options.shipment)
        self._cash = np.zeros(count, dtype=np.int64)
        self._trunk = np.zeros(count, dtype=np.int64)
        self._insurance = np.zeros(count, dtype=np.int64)
        self._duty = np.zeros(count, dtype=np.int64)
        self._by_route()

    def _by_route(self) -> None:
        """Spread the attributes of routes and couriers over the options."""
        network, routes, options = self._network, self._routes, self._options
        lanes = [run.lane for run in routes.runs]
        on_route, on_courier = options.route >= 0, options.courier >= 0
        run = np.where(on_route, routes.run[options.route] if len(routes.run) else -1, -1)
        courier_modes = ["courier"] * len(network.couriers)
        self._mode = _pick(run, [lane.mode for lane in lanes], options.courier, courier_modes)
        self._factor = _pick(
            run,
            [lane.volumetric_kg_per_m3 for lane in lanes],
            options.courier,
            [courier.volumetric_kg_per_m3 for courier in network.couriers],
        ).astype(np.float64)
        self._run, self._on_route, self._on_courier = run, on_route, on_courier
        etd = np.where(on_route, routes.etd_day[options.route] if len(routes.run) else 0, 0)
        eta = np.where(on_route, routes.eta_day[options.route] if len(routes.run) else 0, 0)
        self._etd = np.where(on_courier, self._demand.ready_day[options.shipment], etd)
        self._eta = np.where(on_courier, options.delivered_day, eta)
        pods = [network.place[lane.destination].customs_regime for lane in lanes]
        self._regime = _pick(run, pods, options.courier, [courier.customs_regime for courier in network.couriers])

    def run(self) -> Prices:
        """Price every step in the order of the journey."""
        for step in self._until_arrival():
            self._charge(step)
        customs_value = self._customs_value()
        self._charge_duties(customs_value)
        for step in self._entry_steps():
            self._charge(step)
        import_tax = self._charge_tax(customs_value)
        for step in self._after_arrival():
            self._charge(step)
        return Prices(self._cash, *self._time(), import_tax)

    # -- steps ----------------------------------------------------------------------------------------------

    def _until_arrival(self) -> Iterable[_Step]:
        network, routes, options = self._network, self._routes, self._options
        lanes = [run.lane for run in routes.runs]
        none = np.zeros(len(options.shipment), dtype=np.float64)
        collected = options.collection_km > 0
        yield _Step(
            np.where(collected, self._warehouse_tariff(collection_tariff), ""), self._etd, options.collection_km
        )
        yield _Step(self._warehouse_tariff(handling_tariff), self._etd, none)
        yield self._link_step(self._origin_link, self._etd)
        yield _Step(self._gateway_tariff([lane.origin for lane in lanes]), self._etd, none)
        alone = [lane_tariff(lane, True) for lane in lanes]
        ordinary = [lane_tariff(lane, False) for lane in lanes]
        couriers = [courier.tariff for courier in network.couriers]
        tariff = np.where(
            options.alone, _pick(self._run, alone, options.courier, couriers), _pick(self._run, ordinary, None, [])
        )
        yield _Step(
            tariff,
            self._etd,
            _pick(self._run, [lane.distance_km or 0.0 for lane in lanes], None, [], 0.0).astype(np.float64),
        )
        yield _Step(self._gateway_tariff([lane.destination for lane in lanes]), self._eta, none)

    def _entry_steps(self) -> Iterable[_Step]:
        """Yield the broker's charges per shipment, then the fees of entries that one shipment makes alone."""
        tariffs = {regime.regime_id: regime.entry_tariff for regime in self._network.regimes}
        tariff = np.array([tariffs.get(name, "") for name in self._regime], dtype=object)
        none = np.zeros(len(tariff), dtype=np.float64)
        yield _Step(tariff, self._eta, none, customs=True)
        yield _Step(np.where(self._options.pooled, "", tariff), self._eta, none, customs=True, entry=True)

    def _after_arrival(self) -> Iterable[_Step]:
        routes, options = self._routes, self._options
        none = np.zeros(len(options.shipment), dtype=np.float64)
        yield self._link_step(self._drayage_link, self._eta)
        centre = np.where(self._on_route, routes.centre[options.route] if len(routes.run) else -1, -1)
        ordinary = [handling_tariff(place, False) for place in routes.centres]
        alone = [handling_tariff(place, True) for place in routes.centres]
        yield _Step(
            np.where(options.alone, _pick(centre, alone, None, []), _pick(centre, ordinary, None, [])), self._eta, none
        )
        for leg, attribute in ((LTL, "ltl_tariff"), (PARCEL, "parcel_tariff"), (FTL, "ftl_tariff")):
            tariff = _pick(centre, [getattr(place, attribute) for place in routes.centres], None, [])
            yield _Step(np.where(options.leg == leg, tariff, ""), self._eta, options.leg_km)
        direct = [self._network.place[run.lane.destination].direct_tariff for run in routes.runs]
        tariff = np.where(options.leg == DIRECT, _pick(self._run, direct, None, []), "")
        yield _Step(tariff, self._eta, options.leg_km)

    def _warehouse_tariff(self, which: Callable[..., str]) -> npt.NDArray[np.object_]:
        routes, options = self._routes, self._options
        warehouse = np.where(self._on_route, routes.warehouse[options.route] if len(routes.run) else -1, -1)
        ordinary = _pick(warehouse, [which(place, False) for place in routes.warehouses], None, [])
        alone = _pick(warehouse, [which(place, True) for place in routes.warehouses], None, [])
        return np.where(options.alone, alone, ordinary)

    def _gateway_tariff(self, place_ids: list[str]) -> npt.NDArray[np.object_]:
        places = [self._network.place[place_id] for place_id in place_ids]
        ordinary = _pick(self._run, [handling_tariff(place, False) for place in places], None, [])
        alone = _pick(self._run, [handling_tariff(place, True) for place in places], None, [])
        return np.where(self._options.alone, alone, ordinary)

    def _origin_link(self, route: int) -> Link | None:
        routes = self._routes
        lane = routes.runs[int(routes.run[route])].lane
        return self._network.link.get((routes.warehouses[int(routes.warehouse[route])].place_id, lane.origin))

    def _drayage_link(self, route: int) -> Link | None:
        routes = self._routes
        centre = int(routes.centre[route])
        lane = routes.runs[int(routes.run[route])].lane
        return None if centre < 0 else self._network.link.get((lane.destination, routes.centres[centre].place_id))

    def _link_step(self, which: Callable[[int], Link | None], day: Int64) -> _Step:
        unique, inverse = np.unique(self._options.route, return_inverse=True)
        links = [which(int(route)) if route >= 0 else None for route in unique]
        tariff = np.array([link.tariff if link else "" for link in links], dtype=object)[inverse]
        km = np.array([link_km(self._network, link) if link else 0.0 for link in links])[inverse]
        return _Step(tariff, day, km)

    # -- charges --------------------------------------------------------------------------------------------

    def _charge(self, step: _Step) -> None:
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

    def _groups(self, step: _Step) -> Iterable[tuple[tuple[Charge, ...], Int64]]:
        """Yield sets of charges with the options they apply to."""
        priced = np.flatnonzero(step.tariff.astype(bool))
        if not len(priced):
            return
        tariffs, tariff_key = np.unique(step.tariff[priced].astype(str), return_inverse=True)
        modes, mode_key = np.unique(self._mode[priced].astype(str), return_inverse=True)
        days, day_key = np.unique(step.day[priced], return_inverse=True)
        key = (tariff_key * len(modes) + mode_key) * len(days) + day_key
        unique, group = np.unique(key, return_inverse=True)
        sets: dict[tuple[Charge, ...], int] = {}
        which = np.empty(len(unique), dtype=np.int64)
        for position, value in enumerate(unique):
            pair, day = divmod(int(value), len(days))
            tariff, mode = divmod(pair, len(modes))
            look_up = self._tariffs.for_entry if step.entry else self._tariffs.for_shipment
            found = look_up(str(tariffs[tariff]), str(modes[mode]), clock.date_of(int(days[day])))
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
            quantity = np.maximum(demand.weight_kg[shipment], demand.volume_m3[shipment] * self._factor[rows])
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
        cif_regimes = {regime.regime_id for regime in self._network.regimes if regime.valuation == "CIF"}
        cif = np.array([name in cif_regimes for name in self._regime], dtype=bool)
        per_wm = _pick(self._run, [run.lane.customs_freight_per_wm for run in self._routes.runs], None, [], 0.0)
        deemed = round_array(per_wm.astype(np.float64) * demand.revenue_ton[options.shipment])
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
        demand, options = self._demand, self._options
        regimes, regime_key = np.unique(self._regime.astype(str), return_inverse=True)
        key = np.stack([options.shipment, regime_key, self._eta])
        unique, group = np.unique(key, axis=1, return_inverse=True)
        sets: dict[tuple[Duty, ...], int] = {}
        which = np.empty(unique.shape[1], dtype=np.int64)
        for position, (shipment, regime, day) in enumerate(unique.T):
            schedule = self._network.regime[str(regimes[regime])].schedule
            found = self._duties.layers(
                schedule,
                demand.shipments[shipment].hs_code,
                demand.country_of_origin(shipment),
                clock.date_of(int(day)),
            )
            which[position] = sets.setdefault(found, len(sets))
        group_set = which[group.reshape(-1)] if len(options.shipment) else which
        for layers, number in sets.items():
            yield layers, np.flatnonzero(group_set == number)

    def _record_duty(self, duty: Duty, rows: Int64, value: Int64, cost: Int64) -> None:
        basis = "compound" if is_compound(duty) else "pct_of_customs_value"
        self._record_each(rows, cost, value, (duty.layer, duty.layer, "duty", basis, duty.rate_pct, duty.duty_id))

    def _charge_tax(self, customs_value: Int64) -> Int64:
        tax = np.zeros(len(customs_value), dtype=np.int64)
        for regime in self._network.regimes:
            rows = np.flatnonzero(self._regime == regime.regime_id)
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


def link_km(network: Network, link: Link) -> float:
    """Return the length of a road link in km."""
    return road_km(network, network.place[link.origin], network.place[link.destination])


def _pick(
    index: Int64,
    values: Sequence[object],
    other: Int64 | None,
    others: Sequence[object],
    missing: object = "",
) -> npt.NDArray[np.object_]:
    """Return ``values[index]`` where index >= 0, else ``others[other]`` where other >= 0, else `missing`."""
    found = np.full(len(index), missing, dtype=object)
    on = index >= 0
    if len(values):
        found[on] = np.array(values, dtype=object)[index[on]]
    if other is not None and len(others):
        rest = other >= 0
        found[rest] = np.array(others, dtype=object)[other[rest]]
    return found
