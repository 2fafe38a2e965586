"""Which charges of a tariff apply on a day, by a mode, with an equipment."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache

from network.charges import ENTRY_BASES, LOAD_BASES, SHIPMENT_BASES, small_entry
from network.epochs import Epochs
from network.model import Network
from network.price_tables import Charge
from network.tables import Lane, Place


class TariffBook:
    """The charges of a network by tariff, in the network's rate scenario.

    Look-ups are remembered, so asking per option or per line costs a dictionary access.

    Attributes
    ----------
    epochs : Epochs, spans of days with the same charges in force
    """

    def __init__(self, network: Network) -> None:
        self._by_tariff: dict[str, list[Charge]] = {}
        for charge in network.charges:
            if charge.scenario in ("", network.header.scenario):
                self._by_tariff.setdefault(charge.tariff, []).append(charge)
        self.epochs = Epochs(charge for charges in self._by_tariff.values() for charge in charges)
        self._on_day = cache(self._find)

    def _find(self, tariff: str, mode: str, date: dt.date) -> tuple[Charge, ...]:
        return tuple(
            charge
            for charge in self._by_tariff.get(tariff, ())
            if (not charge.modes or mode in charge.modes)
            and (charge.valid_from is None or charge.valid_from <= date)
            and (charge.valid_to is None or date <= charge.valid_to)
        )

    def charges(self, tariff: str, mode: str, date: dt.date) -> tuple[Charge, ...]:
        """Return every charge of a tariff in force on a day for a mode, of any basis."""
        return self._on_day(tariff, mode, date)

    def for_shipment(self, tariff: str, mode: str, date: dt.date) -> tuple[Charge, ...]:
        """Return the charges counted for one shipment."""
        return tuple(charge for charge in self._on_day(tariff, mode, date) if charge.basis in SHIPMENT_BASES)

    def for_load(self, tariff: str, mode: str, date: dt.date, equipment_id: str) -> tuple[Charge, ...]:
        """Return the charges counted once per load of one equipment."""
        return tuple(
            charge
            for charge in self._on_day(tariff, mode, date)
            if charge.basis in LOAD_BASES and (not charge.equipment or equipment_id in charge.equipment)
        )

    def for_entry(self, tariff: str, mode: str, date: dt.date) -> tuple[Charge, ...]:
        """Return the charges counted once per customs entry."""
        return tuple(charge for charge in self._on_day(tariff, mode, date) if charge.basis in ENTRY_BASES)

    def truck_equipment(self, tariff: str, offered: tuple[str, ...]) -> tuple[str, ...]:
        """Return the trucks of `offered` that a whole-truck tariff prices.

        Where lines name equipment only the named trucks are offered, and lines for all equipment come on top;
        a tariff that names none is for every truck.
        """
        charges = [charge for charge in self._by_tariff.get(tariff, ()) if charge.basis in LOAD_BASES]
        named = {name for charge in charges for name in charge.equipment}
        return tuple(name for name in offered if charges and (not named or name in named))


def charge_of_entry(charge: Charge, value: int, fx: Decimal) -> Charge:
    """Return what a charge per entry is for an entry worth `value` micro-units: itself, or what small entries pay.

    Parameters
    ----------
    fx : Decimal, plan currency per unit of the charge's currency
    """
    small = small_entry(charge, fx)
    return charge.as_small() if small and value <= small.up_to else charge


def handling_tariff(place: Place, alone: bool) -> str:
    """Return the tariff of handling at a place, for the platform or for a seller who sends alone."""
    return (alone and place.alone_tariff) or place.tariff


def collection_tariff(warehouse: Place, alone: bool) -> str:
    """Return the tariff of collecting goods and bringing them to a warehouse."""
    return (alone and warehouse.alone_collection_tariff) or warehouse.collection_tariff


def lane_tariff(lane: Lane, alone: bool) -> str:
    """Return the freight tariff of a lane; blank when it is not offered to a seller alone."""
    return lane.alone_tariff if alone else lane.tariff
