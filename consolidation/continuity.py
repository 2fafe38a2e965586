"""What an earlier plan leaves to a later one: the journey of each shipment, and how much of it is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np

from consolidation.itineraries import COURIER, OVERSEAS, leg_name
from consolidation.plan_model import FinalLeg, PlannedShipment, Replenishment
from consolidation.routes import Routes
from consolidation.storage import Storage
from network.model import Network
from network.money import Bools, Int64


class Held(IntEnum):
    """How much of an earlier journey a later plan may not touch; each degree holds what those before it do.

    ``WAREHOUSE``: the goods are in, so they start from there. ``TRUNK``: the departure is booked. ``WHOLE``: up to the
    FC.
    """

    NOTHING = 0
    WAREHOUSE = 1
    TRUNK = 2
    WHOLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The journey of a shipment in an earlier plan, in words of the plan; a rolled load has its new departure here.

    Departures that were `missed` are no longer open to it.
    """

    warehouse_id: str
    departure_id: str
    centre_id: str
    alone: bool
    courier_id: str
    final_leg: FinalLeg
    overseas_id: str
    replenishment: Replenishment | None
    storage_days: int
    importer_id: str
    held: Held = Held.NOTHING
    missed: tuple[str, ...] = ()

    @property
    def is_bound(self) -> bool:
        """Whether it leaves the shipment fewer ways than a new one has."""
        return self.held is not Held.NOTHING or bool(self.missed)


def journey_of(
    planned: PlannedShipment, held: Held = Held.NOTHING, departure_id: str = "", missed: tuple[str, ...] = ()
) -> Journey:
    """Return the journey of a planned shipment.

    Parameters
    ----------
    departure_id : another departure than the planned one; blank for that
    missed : departures that left the goods behind
    """
    return Journey(
        warehouse_id=planned.warehouse_id,
        departure_id=departure_id or planned.departure_id,
        centre_id=planned.deconsolidation_id,
        alone=planned.service in ("alone_lcl", "alone_air"),
        courier_id=planned.courier_id,
        final_leg=planned.final_leg,
        overseas_id=planned.overseas_id,
        replenishment=planned.replenishment,
        storage_days=planned.storage_days,
        importer_id=planned.importer_id,
        held=held,
        missed=missed,
    )


@dataclass(frozen=True)
class Continuity:
    """What a plan continues.

    Attributes
    ----------
    journeys : (n,) journeys of the shipments in an earlier plan, in the order of the shipments; None for new ones
    as_of : int or None, day number before which nothing can be started any more
    """

    journeys: Sequence[Journey | None]
    as_of: int | None = None

    def of(self, position: int) -> Journey | None:
        """Return the earlier journey of a shipment."""
        return self.journeys[position] if self.journeys else None

    def held(self, position: int) -> Held:
        """Return how much of the earlier journey of a shipment is held."""
        journey = self.of(position)
        return Held.NOTHING if journey is None else journey.held


FIRST_PLAN = Continuity(())
"""Nothing to continue."""


class Retracing:
    """Finds earlier journeys among the routes and couriers of a horizon.

    Attributes
    ----------
    route, courier, leg : (n,) int64, of every shipment; -1 where there is none, or no such thing any more
    """

    def __init__(self, network: Network, routes: Routes, storage: Storage, continuity: Continuity, count: int) -> None:
        self._routes, self._storage = routes, storage
        self._couriers = {courier.courier_id: k for k, courier in enumerate(network.couriers)}
        journeys = [continuity.of(position) for position in range(count)]
        none = np.full(count, -1, dtype=np.int64)
        self.route, self.courier, self.leg = none, none.copy(), none.copy()
        for position, journey in enumerate(journeys):
            if journey is not None:
                self.route[position] = self.route_of(journey)
                self.courier[position] = self._couriers.get(journey.courier_id, -1)
                self.leg[position] = self.leg_of(journey)

    @cached_property
    def _known(self) -> dict[tuple[str, str, str, bool], int]:
        routes = self._routes
        centres = [*(place.place_id for place in routes.centres), ""]
        columns = (routes.warehouse, routes.run, routes.centre, routes.alone)
        return {
            (routes.warehouses[w].place_id, routes.runs[run].run_id, centres[centre], alone): route
            for route, (w, run, centre, alone) in enumerate(zip(*(c.tolist() for c in columns), strict=True))
        }

    def route_of(self, journey: Journey) -> int:
        """Return the route of an earlier journey, -1 for none."""
        key = (journey.warehouse_id, journey.departure_id, journey.centre_id, journey.alone)
        return self._known.get(key, -1)

    def leg_of(self, journey: Journey) -> int:
        """Return the number of the final leg of an earlier journey, -1 for none."""
        for number, stay in enumerate(self._storage.stays):
            found = self._storage.places[stay.place].place_id, stay.by, stay.days
            if found == (journey.overseas_id, journey.replenishment, journey.storage_days):
                return OVERSEAS + number
        plain = [leg for leg in range(OVERSEAS) if leg_name(leg) == journey.final_leg]
        return plain[0] if plain else -1

    def on_trunk(self, shipment: Int64, route: Int64, courier: Int64) -> Bools:
        """Return which options leave as the shipment did in the earlier plan, (m,); none of a new shipment does.

        Parameters
        ----------
        shipment, route, courier : (m,) int64
        """
        by_lane = (route >= 0) & (route == self.route[shipment])
        by_courier = (courier >= 0) & (courier == self.courier[shipment])
        found: Bools = by_lane | by_courier
        return found

    def unchanged(self, shipment: Int64, route: Int64, courier: Int64, leg: Int64) -> Bools:
        """Return which options go all the way as the shipment did in the earlier plan, (m,)."""
        same: Bools = self.on_trunk(shipment, route, courier) & ((leg == self.leg[shipment]) | (leg == COURIER))
        return same
