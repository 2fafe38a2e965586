"""Greenhouse gases of a plan, by mode: tonnes carried, times km, times the factor of the network for the mode.

The idea is that of ISO 14083: every leg of a journey counts, and of a shared vehicle each shipment bears its part by mass,
here its gross weight without the container's. What the vehicles burn, how they are filled and how they come back empty
is in the factors (``emission_factors``). Handling in warehouses and ports is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import get_args

from pydantic import Field

from consolidation.plan_model import Number, Part, Plan, PlannedShipment
from consolidation.routes import road_km
from network.columns import Carriage
from network.errors import Finding, InputError
from network.geo import Locator, distance_km
from network.model import Network
from network.tables import Place

_MODES: tuple[str, ...] = get_args(Carriage)
_GRAM = Decimal("0.001")
_KG_PER_TONNE = 1000


class Emission(Part):
    """What one mode of transport carries and emits."""

    tonne_km: Number = Field(json_schema_extra={"unit": "tonne km"})
    co2e_kg: Number | None = Field(
        json_schema_extra={"unit": "kg CO2e"},
        description="greenhouse gases, in use and upstream; None: the network has no factor for it",
    )


def emissions(plan: Plan, network: Network) -> dict[str, Emission]:
    """Return what a plan carries and emits by mode, in the order of a journey; see :func:`emissions_of`.

    Parameters
    ----------
    network : the network planned on
    """
    return emissions_of(plan.shipments, network)


def emissions_of(shipments: Iterable[PlannedShipment], network: Network) -> dict[str, Emission]:
    """Return what some shipments of a plan carry and emit by mode: exactly the sum of what each does.

    Each leg of a shipment is rounded to the kg km and to the gram.

    Raises
    ------
    InputError
        If a place, lane or origin of a shipment is not in the network.
    """
    journeys = _Journeys(network)
    carried: dict[str, Decimal] = {}
    emitted: dict[str, Decimal] = {}
    for shipment in shipments:
        tonnes = shipment.gross_weight_kg / _KG_PER_TONNE
        for mode, km in journeys.legs(shipment):
            tonne_km, factor = tonnes * km, network.emission_factor.get(mode)
            carried[mode] = carried.get(mode, Decimal(0)) + _rounded(tonne_km)
            if factor is not None:
                emitted[mode] = emitted.get(mode, Decimal(0)) + _rounded(tonne_km * factor)
    return {
        mode: Emission(tonne_km=carried[mode], co2e_kg=emitted.get(mode)) for mode in _MODES if mode in carried
    }  # fmt: skip


def total(parts: Iterable[Emission]) -> Emission:
    """Return the sums of parts; what they emit is None where one of them has no factor, as it would count as nothing."""
    rows = list(parts)
    emitted = [row.co2e_kg for row in rows if row.co2e_kg is not None]
    return Emission(
        tonne_km=sum((row.tonne_km for row in rows), Decimal(0)),
        co2e_kg=sum(emitted, Decimal(0)) if len(emitted) == len(rows) else None,
    )


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_GRAM, ROUND_HALF_UP)


class _Journeys:
    """Finds the legs of planned shipments and how long they are."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._locator = Locator(network.places)

    def legs(self, shipment: PlannedShipment) -> Iterator[tuple[str, Decimal]]:
        """Yield mode and km of each leg that has a length."""
        yield from ((mode, km) for mode, km in self._legs(shipment) if km)

    def _legs(self, shipment: PlannedShipment) -> Iterator[tuple[str, Decimal]]:
        if shipment.courier_id:
            yield "courier", self._straight_km(shipment)
            return
        lane = self._network.lane.get(shipment.lane_id)
        if lane is None:
            raise _unknown(shipment, "lane_id", shipment.lane_id, "a lane of the network planned on")
        yield "collection", shipment.collection_km
        yield "origin_dray", self._road_km(shipment, shipment.warehouse_id, shipment.gateway_out)
        yield lane.mode, _decimal(self._network.lane_km(lane))
        if shipment.deconsolidation_id:
            yield "drayage", self._road_km(shipment, shipment.gateway_in, shipment.deconsolidation_id)
        if shipment.overseas_id:
            yield "shuttle", self._road_km(shipment, shipment.deconsolidation_id, shipment.overseas_id)
        yield shipment.replenishment or shipment.final_leg, shipment.final_leg_km

    def _road_km(self, shipment: PlannedShipment, start: str, end: str) -> Decimal:
        return _decimal(road_km(self._network, self._place(shipment, start), self._place(shipment, end)))

    def _straight_km(self, shipment: PlannedShipment) -> Decimal:
        origin, fc = self._locator.find(shipment.origin), self._place(shipment, shipment.destination_fc)
        if origin is None:
            raise _unknown(shipment, "origin", shipment.origin, "an origin that the network planned on knows")
        return _decimal(round(distance_km(origin.lat, origin.lon, fc.lat, fc.lon), 1))

    def _place(self, shipment: PlannedShipment, place_id: str) -> Place:
        place = self._network.place.get(place_id)
        if place is None:
            raise _unknown(shipment, "place", place_id, "a place of the network planned on")
        return place


def _decimal(km: float) -> Decimal:
    return Decimal(str(km))


def _unknown(shipment: PlannedShipment, field: str, value: str, expected: str) -> InputError:
    return InputError(
        [Finding(f"shipment {shipment.shipment_id}", None, field, value, expected, rule="REFERENCE.UNKNOWN")]
    )
