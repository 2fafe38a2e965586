"""What a whole load costs: the charges counted once per container or truck, as named lines."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from consolidation.routes import road_km
from network.charges import amount
from network.model import Network
from network.tables import Charge, Equipment, Lane, Place
from network.tariffs import TariffBook


@dataclass(frozen=True, slots=True)
class LoadLine:
    """One charge of a load: `quantity` in the unit of the charge's basis, `amount` in micro-units."""

    charge: Charge
    quantity: Decimal
    amount: int


@dataclass(frozen=True)
class LoadOffer:
    """One equipment that may be opened in a pool, with every charge of one such load."""

    equipment: Equipment
    lines: tuple[LoadLine, ...]

    @cached_property
    def price(self) -> int:
        """Cost of one load, micro-units."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class Haul:
    """The way of a trunk load, warehouse to devanning or to one FC.

    ``centre`` is None for a direct container, whose FC is ``fc``.
    """

    warehouse: Place
    lane: Lane
    centre: Place | None
    fc: Place | None
    etd: dt.date
    eta: dt.date


class LoadPricer:
    """Prices loads of a network; equal hauls are priced once per span of days with the same charges."""

    def __init__(self, network: Network, tariffs: TariffBook) -> None:
        self._network, self._tariffs = network, tariffs
        self._trunks: dict[tuple[object, ...], tuple[LoadOffer, ...]] = {}
        self._trucks: dict[tuple[object, ...], tuple[LoadOffer, ...]] = {}

    def trunk(self, haul: Haul) -> tuple[LoadOffer, ...]:
        """Return the offers of a trunk load: every equipment of the lane that its tariff prices on the day."""
        ends = (haul.centre and haul.centre.place_id, haul.fc and haul.fc.place_id)
        key = (haul.warehouse.place_id, haul.lane.lane_id, *ends, *self._epochs(haul.etd, haul.eta))
        if key not in self._trunks:
            offers = []
            for name in haul.lane.equipment:
                if self._tariffs.for_load(haul.lane.tariff, haul.lane.mode, haul.etd, name):
                    equipment = self._network.equipment_by_id[name]
                    offers.append(LoadOffer(equipment, self._trunk_lines(haul, equipment)))
            self._trunks[key] = tuple(offers)
        return self._trunks[key]

    def truck(self, centre: Place, fc: Place, date: dt.date) -> tuple[LoadOffer, ...]:
        """Return the offers of a whole truck from a deconsolidation centre to an FC."""
        key = (centre.place_id, fc.place_id, *self._epochs(date))
        if key not in self._trucks:
            km = road_km(self._network, centre, fc)
            offers = []
            for name in self._tariffs.truck_equipment(centre.ftl_tariff, self._network.planning.truck_equipment):
                equipment = self._network.equipment_by_id[name]
                lines = self._lines(centre.ftl_tariff, "truck", date, equipment, km)
                if lines:
                    offers.append(LoadOffer(equipment, tuple(lines)))
            self._trucks[key] = tuple(offers)
        return self._trucks[key]

    def _epochs(self, *dates: dt.date) -> tuple[int, ...]:
        return tuple(self._tariffs.epochs.of_date(date) for date in dates)

    def _trunk_lines(self, haul: Haul, equipment: Equipment) -> tuple[LoadLine, ...]:
        network, lane = self._network, haul.lane
        pol, pod = network.place[lane.origin], network.place[lane.destination]
        into = network.link[haul.warehouse.place_id, lane.origin]
        steps = [
            (haul.warehouse.tariff, haul.etd, 0.0),
            (into.tariff, haul.etd, road_km(network, haul.warehouse, pol)),
            (pol.tariff, haul.etd, 0.0),
            (lane.tariff, haul.etd, network.lane_km(lane)),
            (pod.tariff, haul.eta, 0.0),
        ]
        if haul.centre is not None:
            onward = network.link[lane.destination, haul.centre.place_id]
            steps.append((onward.tariff, haul.eta, road_km(network, pod, haul.centre)))
            steps.append((haul.centre.tariff, haul.eta, 0.0))
        elif haul.fc is not None:
            steps.append((pod.direct_tariff, haul.eta, road_km(network, pod, haul.fc)))
        lines: list[LoadLine] = []
        for tariff, date, km in steps:
            lines.extend(self._lines(tariff, lane.mode, date, equipment, km))
        return tuple(lines)

    def _lines(self, tariff: str, mode: str, date: dt.date, equipment: Equipment, km: float) -> list[LoadLine]:
        quantities = {"per_load": Decimal(1), "per_load_km": Decimal(str(km)), "per_teu": Decimal(str(equipment.teu))}
        found = []
        for charge in self._tariffs.for_load(tariff, mode, date, equipment.equipment_id):
            quantity = quantities[charge.basis]
            cost = amount(charge, quantity, self._network.rate[charge.currency])
            if cost:
                found.append(LoadLine(charge, quantity, cost))
        return found
