"""Limits that options share: handling at origin warehouses by day, receiving at FCs by week."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from consolidation.itineraries import Itineraries
from consolidation.pooling import number_rows
from network.model import Network
from network.money import Bools, Int64


class Limits:
    """Limits that options use (handling, receiving) and that loads use (allotments).

    A limit that all its possible users together cannot exceed is left out.
    """

    def __init__(self, network: Network, found: Itineraries) -> None:
        self._network, self._found = network, found
        self.limits: list[int] = []
        count = len(found.shipment)
        self.of_option = np.full((count, 2), -1, dtype=np.int64)
        self._handling()
        self._receiving()

    def _handling(self) -> None:
        found, routes = self._found, self._found.routes
        if not len(routes.run):
            return
        warehouse = np.where(found.route >= 0, routes.warehouse[found.route], -1)
        per_day = [place.handling_m3_per_day for place in routes.warehouses]
        limit = np.array([-1.0 if value is None else value for value in per_day])
        limited = (warehouse >= 0) & (limit[warehouse] >= 0)
        key = np.stack([warehouse, found.stuffed_day], axis=1)
        self._add(0, key, limited, lambda row: limit[int(row[0])])

    def _receiving(self) -> None:
        found = self._found
        limit = np.array(
            [-1.0 if fc.receiving_m3_per_week is None else fc.receiving_m3_per_week for fc in found.demand.fcs]
        )
        ids = {fc.place_id: k for k, fc in enumerate(found.demand.fcs)}
        fc = np.array([ids[place.place_id] for place in found.demand.fcs], dtype=np.int64)[found.shipment]
        week = (found.delivered_day + 3) // 7  # ISO weeks start on Monday; day 0 was a Thursday
        self._add(1, np.stack([fc, week], axis=1), limit[found.shipment] >= 0, lambda row: limit[int(row[0])])

    def _add(self, column: int, key: Int64, limited: Bools, limit_of: Callable[[Int64], float]) -> None:
        numbers, unique = number_rows(key, limited)
        if not len(unique):
            return
        volume = self._found.demand.volume_cm3
        _, pairs = number_rows(np.stack([numbers, self._found.shipment], axis=1), limited)
        users = np.bincount(pairs[:, 0], weights=volume[pairs[:, 1]].astype(np.float64), minlength=len(unique))
        most = np.array([round(float(limit_of(row)) * 1e6) for row in unique], dtype=np.int64)
        binding = users > most
        positions = np.where(binding, len(self.limits) + np.cumsum(binding) - 1, -1)
        self.of_option[:, column] = np.where(limited, positions[numbers], -1)
        self.limits.extend(most[binding].tolist())
