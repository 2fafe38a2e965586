"""Ways to send a shipment alone: what its seller could buy for itself, which sharing is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from consolidation.itineraries import Itineraries
from consolidation.pricing import Pricer
from consolidation.reduce import cheapest
from consolidation.search import Rows, Search
from network.money import Int64

KINDS = 3
"""Courier, air and LCL."""
_Columns = tuple[Int64, Int64, Int64, Int64]


class AloneFinder:
    """Finds the cheapest way of every kind to send each shipment alone, as a search lays out its options.

    Of shipments of which something is held the ways are those that they would have if nothing were.
    """

    def __init__(self, pricer: Pricer, search: Search) -> None:
        self._pricer, self._search = pricer, search
        self._found: list[_Columns] = []
        self._freely: list[_Columns] = []

    def add(self, rows: Rows, cost: Int64) -> None:
        """Look at some shipments.

        Parameters
        ----------
        rows : all options of the shipments
        cost : (k,) int64, micro-units, of each
        """
        self._found.extend(_cheapest(self._search, rows, cost))
        if self._search.freely is not None:
            free = self._search.freely.rows(rows.first, rows.first + rows.count)
            self._freely.extend(_cheapest(self._search.freely, free, self._pricer.total(self._search.freely, free)))

    def finish(self) -> tuple[Itineraries, Int64]:
        """Return the ways, by shipment and kind, and the position of each among them, (n, 3), -1 for none."""
        found = self._options()
        kind = _kind(self._search, found.route)
        order = np.lexsort((kind, found.shipment))
        found, kind = found.take(order), kind[order]
        place = np.full((len(self._search.demand.shipments), KINDS), -1, dtype=np.int64)
        place[found.shipment, kind] = np.arange(len(found.shipment))
        return found, place

    def _options(self) -> Itineraries:
        shipment, route, courier, leg = _joined(self._found)
        if self._search.freely is None:
            return self._search.itineraries(shipment, route, courier, leg)
        free = self._search.freely.itineraries(*_joined(self._freely))
        rest = ~np.isin(shipment, free.shipment)
        return self._search.itineraries(shipment[rest], route[rest], courier[rest], leg[rest]).and_(free)


def _cheapest(search: Search, rows: Rows, cost: Int64) -> Iterable[_Columns]:
    """Yield shipment, route, courier and leg of the cheapest option of every kind that sellers can buy for themselves."""
    alone = np.flatnonzero((rows.courier >= 0) | np.append(search.routes.alone, False)[rows.route])
    kind = _kind(search, rows.route[alone])
    for number in range(KINDS):
        mine = alone[kind == number]
        best = cheapest(rows.shipment[mine] - rows.first, cost[mine], rows.count)
        chosen = mine[best[best >= 0]]
        yield rows.shipment[chosen], rows.route[chosen], rows.courier[chosen], rows.leg[chosen]


def _kind(search: Search, route: Int64) -> Int64:
    """Return the kind of options that sellers buy for themselves, (m,): 0 courier, 1 air, 2 LCL."""
    routes = search.routes
    by_air = np.array([run.lane.mode == "air" for run in routes.runs], dtype=np.bool_)[routes.run]
    return np.append(np.where(by_air, 1, 2), 0)[route]


def _joined(parts: Sequence[_Columns]) -> _Columns:
    """Return the columns of all parts together."""
    none = np.zeros(0, dtype=np.int64)
    shipment, route, courier, leg = (
        np.concatenate(column) for column in zip((none, none, none, none), *parts, strict=True)
    )
    return shipment, route, courier, leg
