"""The games of a plan's loads: players, offers and fees from the plan and its network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from consolidation.allocation.game import NO_WAY, Examined, Fee, Game, Offer
from consolidation.allocation.ledger import Ledger, LoadTable
from consolidation.allocation.model import AllocationError
from consolidation.checking.quantities import Counts
from consolidation.demand import pallets
from consolidation.examined import examination
from consolidation.loads import Haul, LoadOffer, LoadPricer
from consolidation.plan_model import CustomsEntry, Plan, PlannedLoad, PlannedShipment
from consolidation.routes import road_km
from consolidation.settings import apply_settings
from network.charges import LOAD_BASES, amount, falls_on
from network.examinations import PER_EXAMINATION
from network.model import Network
from network.money import Int64, to_micros
from network.price_tables import Charge
from network.tariffs import TariffBook


class Games:
    """Makes the games of a plan's loads; what does not depend on an allocation is worked out once per load.

    Raises
    ------
    AllocationError
        If the network does not know what the plan names.
    """

    def __init__(self, plan: Plan, network: Network, ledger: Ledger) -> None:
        self._plan, self._ledger = plan, ledger
        self._network = apply_settings(network, plan.inputs.scenario, None)
        self._tariffs = TariffBook(self._network)
        self._pricer = LoadPricer(self._network, self._tariffs)
        self._known: dict[str, Game] = {}

    @cached_property
    def _entry(self) -> dict[str, CustomsEntry]:
        """One customs entry of each load: all of them are made on one day, under one regime."""
        return {entry.load_id: entry for entry in self._plan.entries}

    @cached_property
    def _counted(self) -> dict[tuple[str, str], Decimal]:
        """Cartons and tariff lines of the shipments charged by them: the only place of a plan where they stand."""
        bases = ("per_carton", "per_hs_line")
        lines = (line for line in self._plan.cost_lines if line.basis in bases)
        return {(line.shipment_id, line.basis): line.quantity for line in lines}

    def of(self, table: LoadTable, trucks: Sequence[int]) -> Game:
        """Return the game of a load.

        Parameters
        ----------
        trucks : (n,) int, micro-units, what each shipment of the plan pays for its truck; own cost of trunk loads
        """
        load_id = table.load.load_id
        if load_id not in self._known:
            try:
                self._known[load_id] = self._bare(table)
            except KeyError as unknown:
                raise AllocationError(
                    f"load {load_id}: the network does not know {unknown}. Maybe the plan was made on another network"
                ) from unknown
        game = self._known[load_id]
        if table.load.kind == "truck":
            return game
        own = np.array([self._ledger.own[k] + trucks[k] for k in table.members], dtype=np.int64)
        return replace(game, own=own, paid=game.paid + int(own.sum()))

    def _bare(self, table: LoadTable) -> Game:
        """Return the game of a load without own costs."""
        load, shipments = table.load, [self._plan.shipments[k] for k in table.members]
        is_truck = load.kind == "truck"
        numbers = {name: k for k, name in enumerate(sorted({shipment.importer_id for shipment in shipments}))}
        fees = 0 if is_truck else sum(self._ledger.entry[k] for k in table.members)
        return Game(
            volume_cm3=_ints(shipment.volume_m3 * 10**6 for shipment in shipments),
            weight_g=_ints(shipment.gross_weight_kg * 10**3 for shipment in shipments),
            value=_ints(to_micros(shipment.goods_value) for shipment in shipments),
            importer=_ints(numbers[shipment.importer_id] for shipment in shipments),
            own=np.zeros(len(shipments), dtype=np.int64),
            alone=_ints(self._on_pallets(load, each) if is_truck else baseline(each) for each in shipments),
            offers=self._offers(load, self._price(table)),
            fees=() if is_truck else self._fees(load, numbers),
            examined=None if is_truck else self._examined(load, numbers),
            paid=sum(table.charges) + fees,
        )

    def _price(self, table: LoadTable) -> int:
        """Return what the plan pays for a load by itself; what its importers bring upon it is counted with the fees."""
        basis = (self._plan.cost_lines[lines[0]].basis for lines in table.lines)
        return sum(charge for charge, name in zip(table.charges, basis, strict=True) if name in LOAD_BASES)

    def _offers(self, load: PlannedLoad, price: int) -> tuple[Offer, ...]:
        """Return the loads that the tariffs price on this way and day, and the load as the plan pays it."""
        network = self._network
        origin, end = network.place[load.origin], network.place[load.destination]
        departs = dt.date.fromisoformat(load.departs[:10])
        if load.kind == "truck":
            found = self._pricer.truck(origin, end, departs)
        else:
            centre, fc = (None, end) if end.kind == "fc" else (end, None)
            arrives = dt.date.fromisoformat(load.arrives[:10])
            found = self._pricer.trunk(Haul(origin, network.lane[load.lane_id], centre, fc, departs, arrives))
        own = LoadOffer(network.equipment_by_id[load.equipment_id], ())
        return tuple(
            Offer(round(each.equipment.volume_m3 * 1e6), round(each.equipment.payload_kg * 1e3), cost)
            for each, cost in [*((offer, offer.price) for offer in found), (own, price)]
        )

    def _entry_charges(self, load: PlannedLoad) -> tuple[Charge, ...]:
        """Return the charges per customs entry of a load."""
        entry = self._entry.get(load.load_id)
        if entry is None:
            return ()
        tariff = self._network.regime[entry.regime_id].entry_tariff
        return self._tariffs.for_entry(tariff, entry.mode, dt.date.fromisoformat(entry.date))

    def _examined(self, load: PlannedLoad, numbers: Mapping[str, int]) -> Examined | None:
        """Return the examination that a load faces."""
        found = examination(self._network, self._entry_charges(load), [self._tags(name) for name in numbers])
        return Examined(found.price, found.chances) if found else None

    def _fees(self, load: PlannedLoad, numbers: Mapping[str, int]) -> tuple[Fee, ...]:
        return tuple(
            Fee(
                charge,
                self._network.rate[charge.currency],
                frozenset(k for name, k in numbers.items() if falls_on(charge.importers, self._tags(name))),
            )
            for charge in self._entry_charges(load)
            if charge.basis != PER_EXAMINATION
        )

    def _tags(self, importer_id: str) -> tuple[str, ...]:
        importer = self._network.importer.get(importer_id)
        return importer.tags if importer else ()

    def _on_pallets(self, load: PlannedLoad, shipment: PlannedShipment) -> int:
        """Return what the final leg of a shipment costs by LTL instead, `NO_WAY` where that has no price."""
        network, rate = self._network, self._network.rate
        centre, fc, lane = network.place[load.origin], network.place[load.destination], network.lane[shipment.lane_id]
        arrives = next((stone.time[:10] for stone in shipment.milestones if stone.code == "ETA"), load.departs[:10])
        charges = self._tariffs.for_shipment(centre.ltl_tariff, lane.mode, dt.date.fromisoformat(arrives))
        counted = {basis: self._counted.get((shipment.shipment_id, basis)) for basis in ("per_carton", "per_hs_line")}
        unknown = {"pct_of_duty", *(basis for basis, count in counted.items() if count is None)}
        if not charges or unknown.intersection(charge.basis for charge in charges):
            return NO_WAY
        m3, kg = shipment.volume_m3, shipment.gross_weight_kg
        counts = Counts(
            m3=m3, kg=kg, tons=max(m3, kg / 1000), units=shipment.units, value=to_micros(shipment.goods_value),
            cartons=int(counted["per_carton"] or 0), hs_lines=int(counted["per_hs_line"] or 0),
            pallets=pallets(network.receiving_of(fc), int(m3 * 10**6), int(kg * 10**3)),
            factor=Decimal(str(lane.volumetric_kg_per_m3)),
        )  # fmt: skip
        km, tags = Decimal(str(road_km(network, centre, fc))), self._tags(shipment.importer_id)
        return sum(
            amount(each, counts.of(each.basis, km, Decimal(0)), rate[each.currency])
            for each in charges
            if falls_on(each.importers, tags)
        )


def baseline(shipment: PlannedShipment) -> int:
    """Return the cash cost of sending a shipment alone, micro-units, `NO_WAY` where nobody could."""
    return NO_WAY if shipment.baseline_service is None else to_micros(shipment.baseline_cost)


def _ints(values: Iterable[int | Decimal]) -> Int64:
    return np.array([int(value) for value in values], dtype=np.int64)
