"""What of an earlier plan an option changes, and at what price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np

from consolidation.events.state import rank
from consolidation.plan_model import ChangePrices, Earlier
from consolidation.planner import Week
from consolidation.pooling import TrunkPool
from network.money import Bools, Int64, to_micros
from solvers.assignment import UNPLANNED, Assignment
from solvers.problem import Problem

_APPROVED, _CENT = rank("approved"), Decimal("0.01")


class Changes:
    """Compares the options of a week with an earlier plan; n lots, m options.

    Attributes
    ----------
    known : (n,) bool, lots of the earlier plan
    same_trunk, same : (m,) bool
        Options that leave as the lot did in the earlier plan: all the way to the deconsolidation centre, and up to the
        FC under the same importer of record.
    """

    def __init__(self, week: Week, earlier: Mapping[str, Earlier], prices: ChangePrices) -> None:
        self._week, self._earlier, self._prices = week, earlier, prices
        options, problem = week.compiled.options, week.compiled.problem
        lot, routes = problem.lot_of_option.astype(np.int64), len(week.search.routes.run)
        way, leg = options.way.astype(np.int64), options.leg.astype(np.int64)
        route, courier = np.where(way < routes, way, -1), np.where(way < routes, -1, way - routes)
        rows = [earlier.get(shipment.shipment_id) for shipment in week.shipments]
        self._rows = rows
        self.known = np.array([row is not None for row in rows], dtype=np.bool_)
        retracing, platform = week.search.retracing, week.active.planning.platform_importer
        by_platform = np.array([row is not None and row.importer_id == platform for row in rows], dtype=np.bool_)
        by_own = np.array(
            [
                row is not None and row.importer_id == shipment.importer_id
                for row, shipment in zip(rows, week.shipments, strict=True)
            ],
            dtype=np.bool_,
        )
        self.same_trunk: Bools = self.known[lot] & retracing.on_trunk(lot, route, courier)
        self.same: Bools = (
            self.same_trunk
            & retracing.unchanged(lot, route, courier, leg)
            & np.where(options.by_platform, by_platform[lot], by_own[lot])
        )

    def priced(self, problem: Problem) -> Problem:
        """Return a problem of the same lots and options in which changes cost what they do."""
        lot = problem.lot_of_option
        onward, departure = self._of_lots(self._prices.onward), self._of_lots(self._prices.departure)
        change = np.where(self.same, 0, np.where(self.same_trunk, onward[lot], departure[lot]))
        opened = np.repeat(self._is_new(), np.diff(problem.pool_type_start))
        return replace(
            problem,
            option_cost=problem.option_cost + change,
            lot_unplanned_price=problem.lot_unplanned_price + departure,
            type_price=problem.type_price + np.where(opened, to_micros(self._prices.load.quantize(_CENT)), 0),
        )

    def _of_lots(self, price: Decimal) -> Int64:
        """Return a price of change for every lot, (n,) micro-units in whole cents; 0 for new ones."""
        return np.array([to_micros(self._price(row, price)) if row else 0 for row in self._rows], dtype=np.int64)

    def _price(self, row: Earlier, price: Decimal) -> Decimal:
        return change_price(row, price, self._prices)

    def _is_new(self) -> Bools:
        """Return which pools are trunk pools that the earlier plan did not use, (P,) bool."""
        used = used_trunks(
            (row, shipment.destination_fc)
            for shipment, row in zip(self._week.shipments, self._rows, strict=True)
            if row is not None
        )
        return np.array(
            [isinstance(pool, TrunkPool) and self._trunk(pool) not in used for pool in self._week.compiled.pools],
            dtype=np.bool_,
        )

    def _trunk(self, pool: TrunkPool) -> tuple[str, str, str]:
        routes = self._week.search.routes
        end = pool.fc or routes.centres[int(routes.centre[pool.route])]
        warehouse = routes.warehouses[int(routes.warehouse[pool.route])]
        return warehouse.place_id, routes.runs[int(routes.run[pool.route])].run_id, end.place_id

    def moved(self, assignment: Assignment) -> dict[int, str]:
        """Return what an assignment changes of the earlier plan, by lot: departure, onward or dropped."""
        found: dict[int, str] = {}
        for lot in np.flatnonzero(self.known).tolist():
            option = int(assignment.lot_option[lot])
            if option == UNPLANNED:
                found[lot] = "dropped"
            elif not self.same[option]:
                found[lot] = "onward" if self.same_trunk[option] else "departure"
        return found

    def unchanged_option(self, lot: int) -> int:
        """Return the option of a lot that changes nothing, -1 for none."""
        options = self._week.compiled.problem.options_of(lot)
        same = np.flatnonzero(self.same[options.start : options.stop])
        return options.start + int(same[0]) if len(same) else UNPLANNED

    def trunk_options(self, lot: int) -> list[int]:
        """Return the options of a lot that leave as it did, cheapest first."""
        options = self._week.compiled.problem.options_of(lot)
        on_trunk = options.start + np.flatnonzero(self.same_trunk[options.start : options.stop])
        cost = self._week.compiled.problem.option_cost
        return sorted(on_trunk.tolist(), key=lambda option: (int(cost[option]), option))


def change_price(row: Earlier, price: Decimal, prices: ChangePrices) -> Decimal:
    """Return what a change costs for a shipment: more once it is approved.

    Parameters
    ----------
    price : of the change, for a proposed shipment
    """
    return (price * (prices.approved if rank(row.status) >= _APPROVED else 1)).quantize(_CENT)


def used_trunks(rows: Iterable[tuple[Earlier, str]]) -> set[tuple[str, str, str]]:
    """Return warehouse, departure and end of the trunk loads of an earlier plan.

    Parameters
    ----------
    rows : what shipments did, and their FC
    """
    return {(row.warehouse_id, row.departure_id, row.deconsolidation_id or fc) for row, fc in rows if row.trunk_load_id}
