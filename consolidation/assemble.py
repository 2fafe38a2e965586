"""From the optimiser's answer to a Plan: itineraries with dates, loads, entries and shared cost lines.

No rate is multiplied here: own lines come from the pricing pass, load and entry lines from what the optimiser
was charged, and this module only shares them among shipments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import numpy as np

from consolidation.chosen import ChosenItinerary, service_of
from consolidation.compile import Compiled
from consolidation.examined import of_load, shared_delays
from consolidation.inbound import choice
from consolidation.naming import FRESH_NAMES, Names
from consolidation.plan_model import (
    CATEGORIES,
    Alternative,
    CostLine,
    CustomsEntry,
    PlannedLoad,
    PlannedShipment,
    Unplanned,
)
from consolidation.pooling import TruckPool, TrunkPool
from consolidation.pricing import OwnLine, Pricer, plain
from consolidation.rules import deciding_rule, describe
from network import clock
from network.charges import ENTRY_BASES
from network.model import Network
from network.money import MICROS, from_micros, share
from network.price_tables import Charge
from network.tariffs import charge_of_entry
from solvers.assignment import Load
from solvers.evaluate import LineKind
from solvers.outcome import Solved


@dataclass(frozen=True)
class Parts:
    """The parts of a plan, in the order they are written."""

    shipments: tuple[PlannedShipment, ...]
    loads: tuple[PlannedLoad, ...]
    entries: tuple[CustomsEntry, ...]
    cost_lines: tuple[CostLine, ...]
    unplanned: tuple[Unplanned, ...]


@dataclass(frozen=True)
class _Entry:
    """A customs entry while it is put together: members are positions of shipments."""

    entry_id: str
    regime_id: str
    importer_id: str
    load_id: str
    mode: str
    day: int
    members: tuple[int, ...]


@cache
def _rate(rate: Decimal) -> Decimal:
    """Return a rate as a double holds it, which is how the plan file writes it."""
    return Decimal(str(float(rate)))


class Assembler:
    """Puts a plan together for one compiled problem.

    Parameters
    ----------
    answer : Solved, what the optimiser chose
    blocked : shipments that only a missing rate leaves out
    names : what loads and entries are called
    """

    def __init__(
        self,
        network: Network,
        compiled: Compiled,
        pricer: Pricer,
        answer: Solved,
        blocked: Container[str] = (),
        names: Names = FRESH_NAMES,
    ) -> None:
        self._network, self._compiled, self._evaluation = network, compiled, answer.evaluation
        self._blocked, self._names = blocked, names
        self._guides, assignment = answer.guides, answer.assignment
        self._demand = compiled.options.demand
        self._ids = [shipment.shipment_id for shipment in self._demand.shipments]
        self._option = assignment.lot_option
        self._planned = [int(k) for k in np.flatnonzero(self._option >= 0)]
        self._chosen = compiled.options.take(self._option[self._planned])
        self._own: list[list[OwnLine]] = [[] for _ in self._planned]
        self._prices = pricer.price(self._chosen, lambda line: self._own[line.option].append(line))
        self._row = {position: row for row, position in enumerate(self._planned)}
        self._importer = [shipment.importer_id for shipment in self._demand.shipments]
        for row in np.flatnonzero(self._chosen.by_platform).tolist():
            self._importer[self._planned[row]] = network.planning.platform_importer
        self._loads = self._named_loads(assignment.loads)
        self._loads_of: dict[int, dict[str, str]] = defaultdict(dict)
        for load_id, _, load in self._loads:
            for lot in load.lots:
                self._loads_of[lot][load_id[0]] = load_id
        self._entries = self._make_entries()
        self._entry_of = {member: entry for entry in self._entries for member in entry.members}
        self._delay = shared_delays(
            answer.evaluation, assignment.loads, compiled.problem.lot_day_price, self._ids.__getitem__
        )

    def parts(self) -> Parts:
        """Return the parts of the plan."""
        lines = self._cost_lines()
        by_shipment: dict[str, list[CostLine]] = defaultdict(list)
        by_load: dict[str, Decimal] = defaultdict(Decimal)
        by_entry: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines:
            by_shipment[line.shipment_id].append(line)
            if line.load_id:
                by_load[line.load_id] += line.amount
            if line.basis in ENTRY_BASES and line.entry_id:
                by_entry[line.entry_id] += line.amount
        shipments = tuple(self._shipment(position, by_shipment[self._ids[position]]) for position in self._planned)
        loads = tuple(self._load(name, load, by_load[name]) for name, _, load in self._loads)
        entries = tuple(self._entry(entry, by_entry[entry.entry_id]) for entry in self._entries)
        return Parts(shipments, loads, entries, tuple(lines), tuple(self._unplanned()))

    # -- names ----------------------------------------------------------------------------------------------

    def _named_loads(self, loads: Iterable[Load]) -> list[tuple[str, int, Load]]:
        """Return (id, position in the assignment, load), trunk loads by departure first, then trucks."""
        keyed = []
        for position, load in enumerate(loads):
            pool = self._compiled.pools[load.pool]
            if isinstance(pool, TrunkPool):
                routes = self._compiled.options.routes
                run = routes.runs[int(routes.run[pool.route])]
                key = (0, run.etd, run.run_id, int(routes.warehouse[pool.route]), load.lots)
            else:
                key = (1, pool.day, pool.centre.place_id, 0, load.lots)
            keyed.append((key, position, load))
        keyed.sort(key=lambda item: item[0])
        named: list[tuple[str, int, Load]] = []
        for number, letter in enumerate("LT"):
            mine = [(position, load) for key, position, load in keyed if key[0] == number]
            asked = [(self._place_of(load), [self._ids[lot] for lot in load.lots]) for _, load in mine]
            names = self._names.of(letter, asked)
            named.extend((name, position, load) for name, (position, load) in zip(names, mine, strict=True))
        return named

    def _place_of(self, load: Load) -> tuple[str, str, str]:
        """Return where a load goes from, where to, and on which departure or day: what it keeps its name for."""
        pool = self._compiled.pools[load.pool]
        if isinstance(pool, TruckPool):
            return pool.centre.place_id, pool.fc.place_id, clock.date_of(pool.day).isoformat()
        way = self._trunk_way(pool)
        return str(way["origin"]), str(way["destination"]), str(way["departure_id"])

    def _make_entries(self) -> list[_Entry]:
        network, importer_of = self._network, self._importer
        drafts: list[tuple[str, str, str, str, int, tuple[int, ...]]] = []
        for load_id, _, load in self._loads:
            pool = self._compiled.pools[load.pool]
            if not isinstance(pool, TrunkPool):
                continue
            day = int(self._compiled.options.routes.eta_day[pool.route])
            importers = sorted({importer_of[lot] for lot in load.lots})
            for importer in importers:
                members = tuple(sorted((lot for lot in load.lots if importer_of[lot] == importer), key=self._by_id))
                drafts.append((pool.regime_id, importer, load_id, pool.mode, day, members))
        pooled = self._chosen.pooled
        for row, position in enumerate(self._planned):
            if pooled[row]:
                continue
            if self._chosen.courier[row] >= 0:
                courier = network.couriers[int(self._chosen.courier[row])]
                regime, mode, day = courier.customs_regime, "courier", int(self._chosen.delivered_day[row])
            else:
                routes = self._chosen.routes
                route = int(self._chosen.route[row])
                lane = routes.runs[int(routes.run[route])].lane
                regime, mode = network.place[lane.destination].customs_regime, lane.mode
                day = int(routes.eta_day[route])
            drafts.append((regime, importer_of[position], "", mode, day, (position,)))
        asked = [((load, importer), [self._ids[lot] for lot in lots]) for _, importer, load, _, _, lots in drafts]
        return [_Entry(name, *draft) for name, draft in zip(self._names.of("E", asked), drafts, strict=True)]

    def _by_id(self, position: int) -> str:
        return self._ids[position]

    # -- cost lines -----------------------------------------------------------------------------------------

    def _cost_lines(self) -> list[CostLine]:
        lines: list[CostLine] = []
        for row, position in enumerate(self._planned):
            lines.extend(self._own_line(position, line) for line in self._own[row])
            self._own[row] = []
        for load_id, _, load in self._loads:
            lines.extend(self._load_lines(load_id, load))
        lines.extend(self._entry_lines())
        order = {name: k for k, name in enumerate(CATEGORIES)}
        return sorted(
            lines, key=lambda line: (line.shipment_id, order[line.category], line.code, line.charge_id, line.load_id)
        )

    def _own_line(self, position: int, line: OwnLine) -> CostLine:
        price = from_micros(line.amount)
        return CostLine.trusted(
            code=line.code, name=line.name, category=line.category, side=line.side, payer=line.payer, basis=line.basis,
            quantity=line.quantity, rate=_rate(line.rate), currency=line.currency, charge_id=line.charge_id, load_id="",
            entry_id=self._entry_of[position].entry_id if line.customs else "", source_amount=price,
            shipment_id=self._ids[position], amount=price,
        )  # fmt: skip

    def _load_lines(self, load_id: str, load: Load) -> Iterable[CostLine]:
        members, weights = self._weighed(load)
        for line in self._compiled.offers[load.type].lines:
            yield from self._shared(line.charge, line.quantity, line.amount, members, weights, load_id, "")

    def _weighed(self, load: Load) -> tuple[list[int], list[int]]:
        """Return the members of a load and the weights by which they share it: the larger part of volume and payload."""
        offer = self._compiled.offers[load.type]
        members = sorted(load.lots, key=self._by_id)
        stuffing_cm3 = round(offer.equipment.volume_m3 * 1e6)
        payload_g = round(offer.equipment.payload_kg * 1e3)
        demand = self._demand
        weights = [
            max(int(demand.volume_cm3[lot]) * payload_g, int(demand.weight_g[lot]) * stuffing_cm3) for lot in members
        ]
        return members, weights

    def _entry_lines(self) -> Iterable[CostLine]:
        """Share the fees that the evaluation lists for every importer and load, within the entry or within the load."""
        position_of = {position: load_id for load_id, position, _ in self._loads}
        of_load: dict[tuple[int, str], list[int]] = defaultdict(list)
        by_key = {(entry.load_id, entry.importer_id): entry for entry in self._entries if entry.load_id}
        charges = {charge.charge_id: charge for charge in self._network.charges}
        for line in self._evaluation.lines:
            if line.kind is not LineKind.ENTRY or not line.amount:
                continue
            charge = charges[line.code]
            if charge.basis == "per_importer":
                of_load[line.index, line.code].append(line.amount)
                continue
            entry = by_key[position_of[line.index], self._compiled.importers[line.party]]
            values = [int(self._demand.value[member]) for member in entry.members]
            charge = charge_of_entry(charge, sum(values), self._network.rate[charge.currency])
            quantity = from_micros(sum(values)) if charge.basis == "pct_of_entry_value" else Decimal(1)
            yield from self._shared(charge, quantity, line.amount, entry.members, values, entry.load_id, entry.entry_id)
        loads = {position: (load_id, load) for load_id, position, load in self._loads}
        for (position, code), amounts in of_load.items():
            load_id, load = loads[position]
            yield from self._shared(
                charges[code], Decimal(len(amounts)), sum(amounts), *self._weighed(load), load_id, ""
            )
        for line in self._evaluation.lines:
            if line.kind is LineKind.EXAMINATION and line.amount:
                load_id, load = loads[line.index]
                charge, chance = self._examined(load)
                yield from self._shared(charge, chance, line.amount, *self._weighed(load), load_id, "")

    def _examined(self, load: Load) -> tuple[Charge, Decimal]:
        """Return the charge that an examination of a trunk load is named by, and its chance."""
        problem, pool = self._compiled.problem, self._compiled.pools[load.pool]
        charges = pool.entry_charges if isinstance(pool, TrunkPool) else ()
        standing = dict(problem.importer_of(lot, int(self._option[lot])) for lot in load.lots)
        return of_load(charges, [self._demand.tag_sets[number] for number in standing.values()])

    def _shared(
        self, charge: Charge, quantity: Decimal, amount: int, members: Iterable[int], weights: list[int], load_id: str, entry_id: str
    ) -> Iterable[CostLine]:  # fmt: skip
        whole = from_micros(amount)
        is_entry = bool(entry_id)
        for member, part in zip(members, share(amount, weights), strict=True):
            yield CostLine.trusted(
                code=charge.code, name=charge.name, category=charge.category, side=charge.side, payer=charge.payer,
                basis=charge.basis, quantity=quantity, rate=charge.rate, currency=charge.currency,
                charge_id=charge.charge_id, load_id="" if is_entry else load_id, entry_id=entry_id,
                source_amount=whole, shipment_id=self._ids[member], amount=from_micros(part),
            )  # fmt: skip

    # -- parts ----------------------------------------------------------------------------------------------

    def _shipment(self, position: int, lines: list[CostLine]) -> PlannedShipment:
        row, chosen, demand, network = self._row[position], self._chosen, self._demand, self._network
        shipment, fc = demand.shipments[position], demand.fcs[position]
        itinerary = ChosenItinerary(network, chosen, row)
        categories: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines:
            categories[line.category] += line.amount
        prices, landed = self._prices, sum(categories.values(), Decimal("0.00"))
        time = {
            "CARRYING": from_micros(int(prices.carrying[row])),
            "TRANSIT": from_micros(int(prices.transit[row])),
            "LATENESS": from_micros(int(prices.lateness[row])),
            "EXAMINATION": from_micros(int(prices.examination[row]) + self._delay.get(position, 0)),
        }
        loads = self._loads_of.get(position, {})
        return PlannedShipment.model_validate(
            {
                "shipment_id": shipment.shipment_id,
                "seller_id": shipment.seller_id,
                "importer_id": self._importer[position],
                **itinerary.identity(),
                "origin": shipment.origin,
                "destination_fc": fc.place_id,
                "market": fc.market,
                "trunk_load_id": loads.get("L", ""),
                "truck_load_id": loads.get("T", ""),
                "entry_id": self._entry_of[position].entry_id,
                "volume_m3": shipment.volume_m3,
                "gross_weight_kg": shipment.gross_weight_kg,
                "units": int(demand.units[position]),
                "goods_value": from_micros(int(demand.value[position])),
                "collection_km": plain(float(chosen.collection_km[row])),
                "final_leg_km": plain(float(chosen.leg_km[row])),
                "milestones": tuple(itinerary.milestones(shipment.origin, fc.place_id)),
                "days": int(chosen.days[row]),
                "late_days": int(chosen.late_days[row]),
                "landed_cost": landed,
                "categories": {name: categories[name] for name in CATEGORIES if name in categories},
                "priced_time": time,
                "import_tax": from_micros(int(prices.import_tax[row])),
                **self._baseline(position, landed, sum(time.values(), Decimal(0)), int(chosen.days[row])),
            }
        )

    def _baseline(self, position: int, landed: Decimal, time: Decimal, days: int) -> dict[str, object]:
        best = int(self._compiled.baseline[position])
        service = None if best < 0 else service_of(self._compiled.alone, best)
        bought = Alternative(cost=landed, priced_time=time, days=days) if best < 0 else self._alternative(best)
        offered = [int(row) for row in self._compiled.alone_of[position] if row >= 0]
        return {
            "baseline_service": service,
            "baseline_cost": bought.cost,
            "baseline_priced_time": bought.priced_time,
            "baseline_days": bought.days,
            "alternatives": {service_of(self._compiled.alone, row): self._alternative(row) for row in offered},
            "guide_price": self._guide(position),
        }

    def _guide(self, position: int) -> Decimal | None:
        """Return the guide price of a shipment, whole cents; None where the search left none."""
        if self._guides is None:
            return None
        return Decimal(str(round(float(self._guides.lot_price[position]) / MICROS, 2)))

    def _alternative(self, row: int) -> Alternative:
        alone, prices = self._compiled.alone, self._compiled.alone_prices
        cost, time = from_micros(int(prices.cash[row])), from_micros(int(prices.time[row]))
        return Alternative(cost=cost, priced_time=time, days=int(alone.days[row]))

    def _load(self, load_id: str, load: Load, cost: Decimal) -> PlannedLoad:
        pool, offer = self._compiled.pools[load.pool], self._compiled.offers[load.type]
        demand = self._demand
        volume_cm3 = sum(int(demand.volume_cm3[lot]) for lot in load.lots)
        weight_g = sum(int(demand.weight_g[lot]) for lot in load.lots)
        way = self._trunk_way(pool) if isinstance(pool, TrunkPool) else self._truck_way(pool, load)
        return PlannedLoad.model_validate(
            {
                "load_id": load_id,
                "equipment_id": offer.equipment.equipment_id,
                **way,
                "shipments": tuple(sorted(self._ids[lot] for lot in load.lots)),
                "volume_m3": plain(volume_cm3 / 1e6),
                "gross_weight_kg": plain(weight_g / 1e3),
                "mixing_gain_wm": plain(self._mixing_gain(load)),
                "fill": Decimal(str(round(volume_cm3 / (offer.equipment.volume_m3 * 1e6), 4))),
                "weight_fill": Decimal(str(round(weight_g / (offer.equipment.payload_kg * 1e3), 4))),
                "cost": cost,
            }
        )

    def _mixing_gain(self, load: Load) -> float:
        """Return the revenue tons of the shipments of a load less those of the load."""
        lots, demand = list(load.lots), self._demand
        together = max(float(demand.volume_m3[lots].sum()), float(demand.weight_kg[lots].sum()) / 1000)
        return round(float(demand.revenue_ton[lots].sum()) - together, 6) + 0.0

    def _trunk_way(self, pool: TrunkPool) -> dict[str, object]:
        routes, network = self._compiled.options.routes, self._network
        run = routes.runs[int(routes.run[pool.route])]
        pol, pod = network.place[run.lane.origin], network.place[run.lane.destination]
        end = pool.fc or routes.centres[int(routes.centre[pool.route])]
        return {
            "kind": "trunk",
            "origin": routes.warehouses[int(routes.warehouse[pool.route])].place_id,
            "destination": end.place_id,
            "lane_id": run.lane.lane_id,
            "departure_id": run.run_id,
            "gateway_out": pol.place_id,
            "gateway_in": pod.place_id,
            "cutoff": clock.iso(run.cutoff, pol.timezone),
            "departs": clock.iso(run.etd, pol.timezone),
            "arrives": clock.iso(run.eta, pod.timezone),
        }

    def _truck_way(self, pool: TruckPool, load: Load) -> dict[str, object]:
        delivered = int(self._chosen.delivered_day[self._row[load.lots[0]]])
        return {
            "kind": "truck",
            "origin": pool.centre.place_id,
            "destination": pool.fc.place_id,
            "departs": clock.date_of(pool.day).isoformat(),
            "arrives": clock.date_of(delivered).isoformat(),
        }

    def _entry(self, entry: _Entry, cost: Decimal) -> CustomsEntry:
        value = sum(int(self._demand.value[member]) for member in entry.members)
        return CustomsEntry(
            entry_id=entry.entry_id,
            regime_id=entry.regime_id,
            importer_id=entry.importer_id,
            load_id=entry.load_id,
            mode=entry.mode,
            date=clock.date_of(entry.day).isoformat(),
            shipments=tuple(self._ids[member] for member in entry.members),
            value=from_micros(value),
            cost=cost,
        )

    def _unplanned(self) -> Iterable[Unplanned]:
        prices = {line.index: line.amount for line in self._evaluation.lines if line.kind is LineKind.UNPLANNED}
        start = self._compiled.problem.option_start
        for position, shipment in enumerate(self._demand.shipments):
            if self._option[position] >= 0:
                continue
            refusals = self._compiled.options.refusals[position]
            has_options = start[position + 1] > start[position]
            if has_options:
                rule = choice(self._compiled.problem, self._option, position)
            elif shipment.shipment_id in self._blocked:
                rule = "TARIFF.NONE"
            else:
                rule = deciding_rule(refusals)
            detail, change = describe(self._network, shipment, rule)
            yield Unplanned(
                shipment_id=shipment.shipment_id,
                rule=rule,
                detail=detail,
                change=change,
                refusals=dict(sorted(refusals.items())),
                price=from_micros(prices.get(position, 0)),
            )
