"""What a whole load costs: the charges counted once per container or truck, as named lines."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from consolidation.routes import road_km
from network.charges import amount, days_beyond
from network.model import Network
from network.price_tables import Charge
from network.tables import Equipment, Lane, Place
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


@dataclass(frozen=True, slots=True)
class _Step:
    """One tariff on the way of a load, with what its bases count; `place` where the load stands for days."""

    tariff: str
    date: dt.date
    km: float = 0.0
    place: Place | None = None

    def days(self, charge: Charge) -> Decimal:
        """Return the days beyond the free ones that a load is expected to stand here."""
        mean, sd = (0.0, 0.0) if self.place is None else (self.place.dwell_days, self.place.dwell_sd_days)
        return days_beyond(charge.free_quantity or Decimal(0), mean, sd)


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
                lines = self._lines(_Step(centre.ftl_tariff, date, km), "truck", equipment)
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
            _Step(haul.warehouse.tariff, haul.etd, place=haul.warehouse),
            _Step(into.tariff, haul.etd, road_km(network, haul.warehouse, pol)),
            _Step(pol.tariff, haul.etd, place=pol),
            _Step(lane.tariff, haul.etd, network.lane_km(lane)),
            _Step(pod.tariff, haul.eta, place=pod),
        ]
        if haul.centre is not None:
            onward = network.link[lane.destination, haul.centre.place_id]
            steps.append(_Step(onward.tariff, haul.eta, road_km(network, pod, haul.centre)))
            steps.append(_Step(haul.centre.tariff, haul.eta, place=haul.centre))
        elif haul.fc is not None:
            steps.append(_Step(pod.direct_tariff, haul.eta, road_km(network, pod, haul.fc)))
        return tuple(line for step in steps for line in self._lines(step, lane.mode, equipment))

    def _lines(self, step: _Step, mode: str, equipment: Equipment) -> list[LoadLine]:
        quantities = {
            "per_load": Decimal(1), "per_load_km": Decimal(str(step.km)), "per_teu": Decimal(str(equipment.teu)),
        }  # fmt: skip
        found = []
        for charge in self._tariffs.for_load(step.tariff, mode, step.date, equipment.equipment_id):
            quantity = step.days(charge) if charge.basis == "per_load_day" else quantities[charge.basis]
            cost = amount(charge, quantity, self._network.rate[charge.currency])
            if cost:
                found.append(LoadLine(charge, quantity, cost))
        return found
