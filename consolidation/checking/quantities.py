"""What charges count for one shipment: cartons, pallets, revenue tons, values, duty layers."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from consolidation.checking.journeys import Journey
from consolidation.checking.world import World, decimal
from consolidation.plan_model import PlannedShipment
from consolidation.shipments import Shipment
from network.charges import STAY_BASES
from network.money import to_micros
from network.price_tables import Duty

CARTON_M3 = Decimal("0.06")
"""Volume of a typical carton, used to count cartons where a shipment does not say."""


def volume_m3(shipment: Shipment) -> Decimal:
    """Return the volume in m3, exact to the cubic centimetre."""
    return Decimal(shipment.volume_cm3) / 1_000_000


def weight_kg(shipment: Shipment) -> Decimal:
    """Return the gross weight in kg, exact to the gram."""
    return Decimal(shipment.weight_g) / 1000


def revenue_tons(shipment: Shipment) -> Decimal:
    """Return the larger of m3 and tonnes."""
    return max(volume_m3(shipment), weight_kg(shipment) / 1000)


def goods_value(world: World, shipment: Shipment) -> int:
    """Return the goods value in micro-units of the plan currency."""
    return to_micros(shipment.goods_value * world.network.rate[shipment.currency])


def importer_of(shipment: Shipment) -> str:
    """Return the importer of record: as stated, else the seller."""
    return shipment.importer_id or shipment.seller_id


def by_platform(world: World, planned: PlannedShipment, shipment: Shipment) -> bool:
    """Return whether the plan lets the platform be importer of record, and it may.

    It may where the network offers it under the regime, the seller allows it, and the goods are in a shared load.
    """
    platform, regime = world.network.planning.platform_importer, world.network.regime.get(planned.regime_id)
    offered = bool(platform) and planned.importer_id == platform != importer_of(shipment)
    return (
        offered and shipment.platform_entry and bool(planned.trunk_load_id) and bool(regime and regime.platform_entry)
    )


def entered_by(world: World, planned: PlannedShipment, shipment: Shipment) -> str:
    """Return the importer of record of a planned shipment: the platform where it may be, else its own."""
    return planned.importer_id if by_platform(world, planned, shipment) else importer_of(shipment)


def cartons_of(shipment: Shipment) -> int:
    """Return the number of cartons, estimated from the volume where it is not stated."""
    return shipment.cartons or max(1, math.ceil(volume_m3(shipment) / CARTON_M3))


def carton_sides_cm(shipment: Shipment) -> tuple[Decimal, ...]:
    """Return the sides of a carton, longest first; empty when they are not all stated."""
    sides = (shipment.carton_length_cm, shipment.carton_width_cm, shipment.carton_height_cm)
    stated = [side for side in sides if side is not None]
    return tuple(sorted(stated, reverse=True)) if len(stated) == len(sides) else ()


def carton_kg(shipment: Shipment) -> Decimal:
    """Return the weight of a carton as stated, else the mean over the stated cartons, else zero."""
    if shipment.carton_weight_kg is not None:
        return shipment.carton_weight_kg
    return weight_kg(shipment) / shipment.cartons if shipment.cartons else Decimal(0)


def pallets(journey: Journey) -> int:
    """Return the whole pallets that the goods take at their FC."""
    rule, shipment = journey.receiving, journey.shipment
    by_volume = math.ceil(volume_m3(shipment) / decimal(rule.pallet_volume_m3))
    return max(1, by_volume, math.ceil(weight_kg(shipment) / decimal(rule.pallet_max_kg)))


@dataclass(frozen=True)
class Counts:
    """The quantities of one shipment that charges multiply.

    Attributes
    ----------
    value : int, goods value, micro-units of the plan currency
    factor : Decimal, kg per m3 of the chargeable weight
    """

    m3: Decimal
    kg: Decimal
    tons: Decimal
    cartons: int
    units: int
    pallets: int
    hs_lines: int
    value: int
    factor: Decimal

    def of(self, basis: str, km: Decimal, duty: Decimal) -> Decimal:
        """Return the quantity of a shipment basis, on a leg of `km`, with `duty` in the plan currency."""
        if basis.endswith("_km"):
            return self.of(basis.removesuffix("_km"), km, duty) * km
        if basis == "pct_of_duty":
            return duty
        return self._by_basis[basis]

    @cached_property
    def _by_basis(self) -> dict[str, Decimal]:
        return {
            "per_shipment": Decimal(1),
            "per_bill": Decimal(1),
            "per_carton": Decimal(self.cartons),
            "per_unit": Decimal(self.units),
            "per_pallet": Decimal(self.pallets),
            "per_hs_line": Decimal(self.hs_lines),
            **dict.fromkeys(STAY_BASES, Decimal(0)),  # days are counted where goods are stored, not of the goods alone
            "per_kg": self.kg,
            "per_m3": self.m3,
            "per_wm": self.tons,
            "per_chargeable_kg": max(self.kg, self.m3 * self.factor),
            "pct_of_value": Decimal(self.value) / 1_000_000,
        }


def count(world: World, journey: Journey) -> Counts:
    """Return the quantities of a journey's shipment."""
    shipment = journey.shipment
    carrier = journey.courier if journey.chain is None else journey.chain.run.lane
    return Counts(
        m3=volume_m3(shipment),
        kg=weight_kg(shipment),
        tons=revenue_tons(shipment),
        cartons=cartons_of(shipment),
        units=shipment.units or 0,
        pallets=pallets(journey),
        hs_lines=shipment.hs_lines,
        value=goods_value(world, shipment),
        factor=decimal(carrier.volumetric_kg_per_m3) if carrier else Decimal(0),
    )


def country_of_origin(world: World, shipment: Shipment) -> str:
    """Return where the goods were made: as stated, else the country they start from; blank when unknown."""
    if shipment.country_of_origin:
        return shipment.country_of_origin
    origin = world.locate(shipment.origin)
    return origin.country if origin else ""


def layers_of(world: World, journey: Journey, day: dt.date) -> list[Duty]:
    """Return the duty rows charged on a shipment that enters on `day`: per layer the longest matching HS prefix."""
    return world.layers(journey.regime.schedule, *_dutiable(world, journey.shipment, day))


def duty_is_known(world: World, journey: Journey, day: dt.date) -> bool:
    """Return whether the duty on a shipment that enters on `day` is known."""
    return world.duty_is_known(journey.regime.schedule, *_dutiable(world, journey.shipment, day))


def _dutiable(world: World, shipment: Shipment, day: dt.date) -> tuple[str, str, dt.date, Decimal]:
    """Return what duty depends on: HS code, country of origin, day and value of the goods, plan currency."""
    value = shipment.goods_value * world.network.rate[shipment.currency]
    return shipment.hs_code or "", country_of_origin(world, shipment), day, value
