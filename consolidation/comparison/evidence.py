"""What the plans, and what is known beside them, say about why something changed. Each answer is words, or blank."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from consolidation.comparison.facts import Known, measured
from consolidation.comparison.matching import Pair
from consolidation.comparison.prices import Prices
from consolidation.events.effective import rest_id
from consolidation.events.model import Confirmation, EventKind
from consolidation.plan_model import CostLine, PlannedLoad, PlannedShipment
from network.cells import is_date
from network.departures import runs
from network.model import Network

_FULL = Decimal("1.0001")
"""Fill above which a load is over-full: fills have four decimals."""
_MOST_NAMED = 5


@dataclass(frozen=True)
class Lines:
    """Cost lines of both plans by shipment."""

    before: dict[str, list[CostLine]]
    after: dict[str, list[CostLine]]


def by_shipment(lines: Iterable[CostLine]) -> dict[str, list[CostLine]]:
    """Return cost lines by the shipment that bears them."""
    found: dict[str, list[CostLine]] = defaultdict(list)
    for line in lines:
        found[line.shipment_id].append(line)
    return dict(found)


def named(names: Sequence[str]) -> str:
    """Return some names, and how many more there are.

    >>> named(["S1", "S2", "S3", "S4", "S5", "S6", "S7"])
    'S1, S2, S3, S4, S5 and 2 more'
    """
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


class Evidence:
    """Looks for reasons in two plans and in what is known beside them."""

    def __init__(self, pair: Pair, known: Known, prices: Prices, lines: Lines) -> None:
        self._pair, self._known, self._prices, self._lines = pair, known, prices, lines
        self._said: dict[str, list[Confirmation]] = defaultdict(list)
        for confirmation in known.confirmations(pair.a, pair.b):
            self._said[confirmation.subject_id].append(confirmation)

    @property
    def is_same_question(self) -> bool:
        """Whether both plans had the same input and nothing was confirmed in between: only the search can differ."""
        return self._pair.same_input and not self._said

    def said(self, row: PlannedShipment, *kinds: EventKind) -> Confirmation | None:
        """Return the last confirmation of some kinds about a shipment or about a load that it was in."""
        subjects = (row.shipment_id, row.trunk_load_id, row.truck_load_id)
        found = [each for subject in subjects if subject for each in self._said.get(subject, ()) if each.kind in kinds]
        return found[-1] if found else None

    def left_behind(self, shipment_id: str) -> Confirmation | None:
        """Return the confirmation that left cartons behind which travel under this id."""
        for confirmations in self._said.values():
            for each in confirmations:
                if each.kind == "short_shipped" and shipment_id.startswith(rest_id(each.subject_id, each.plan_version)):
                    return each
        return None

    def gone(self, row: PlannedShipment) -> str:
        """Return what of the journey of a shipment in A is not there any more for B."""
        if self._pair.same_network:
            return ""
        if self._known.network_b is not None:
            return self._gone_from(self._known.network_b, row)
        if row.departure_id and row.departure_id not in self._departures_after:
            return f"nothing in B leaves with {row.departure_id} any more, and the networks differ"
        return ""

    @cached_property
    def _departures_after(self) -> frozenset[str]:
        return frozenset(row.departure_id for row in self._pair.b.shipments)

    def _gone_from(self, network: Network, row: PlannedShipment) -> str:
        if row.departure_id and row.departure_id not in self._runs:
            return f"departure {row.departure_id} is not in the network of B"
        for place_id in (row.warehouse_id, row.deconsolidation_id, row.overseas_id, row.destination_fc):
            if place_id and (place_id not in network.place or network.place[place_id].closed):
                return f"{place_id} is closed or not in the network of B"
        if row.courier_id and row.courier_id not in network.courier:
            return f"courier {row.courier_id} is not in the network of B"
        load = self._pair.loads_before.get(row.trunk_load_id)
        return self.gone_equipment(load) if load is not None else ""

    @cached_property
    def _runs(self) -> frozenset[str]:
        """Departures of B's network on the days of A's departures."""
        assert self._known.network_b is not None
        days = {row.departure_id.rpartition("@")[2] for row in self._pair.a.shipments}
        dates = sorted(dt.date.fromisoformat(day) for day in days if is_date(day))
        found = runs(self._known.network_b, dates[0], dates[-1]) if dates else ()
        return frozenset(run.run_id for run in found)

    def gone_equipment(self, load: PlannedLoad) -> str:
        """Return why the equipment or the allotment of a load of A is not there any more for B."""
        old, new = self._known.network_a, self._known.network_b
        if new is None:
            return ""
        offered = new.lane[load.lane_id].equipment if load.lane_id in new.lane else (load.equipment_id,)
        if load.equipment_id not in new.equipment_by_id or load.equipment_id not in offered:
            return f"equipment {load.equipment_id} is not to be had in the network of B"
        if old is not None and load.departure_id:
            name = load.departure_id.rpartition("@")[0]
            most, least = _allotment(old, name), _allotment(new, name)
            if least < most:
                before = "no limit" if most == math.inf else f"{most:g}"
                return f"the allotment of {name} fell from {before} to {least:g} TEU"
        return ""

    def full(self, row: PlannedShipment, *, size: PlannedShipment | None = None) -> tuple[str, tuple[str, ...]]:
        """Return why a load of A has no room for a shipment any more, and whose goods take it up.

        The others in it must be new or have other measures: goods that the search merely moved there are its choice.

        Parameters
        ----------
        size : the shipment as B measures it
        """
        for load_id in (row.trunk_load_id, row.truck_load_id):
            old = self._pair.loads_before.get(load_id)
            new = self._pair.loads_after.get(self._pair.twin.get(load_id, ""))
            if old is None or new is None or row.shipment_id in new.shipments:
                continue
            grown = tuple(name for name in new.shipments if self._is_new_or_other(name))
            if grown and not _has_room(new, size or row):
                return f"load {new.load_id} is full, with {named(grown)}", (new.load_id, *grown)
        return "", ()

    def _is_new_or_other(self, name: str) -> bool:
        before, after = self._pair.before.get(name), self._pair.after.get(name)
        if before is None or after is None:
            return before is None and name not in self._unplanned_before
        return bool(measured(before, after))

    @cached_property
    def _unplanned_before(self) -> frozenset[str]:
        return frozenset(row.shipment_id for row in self._pair.a.unplanned)

    def priced_out(self, shipment_id: str) -> str:
        """Return which charges of the old journey are dearer, and which of the new one are cheaper."""
        sides = (self._lines.before, self._lines.after)
        before, after = ({line.charge_id for line in side.get(shipment_id, ())} for side in sides)
        found = [name for name in sorted(before - after) if self._prices.is_dearer(name)]
        found += [name for name in sorted(after - before) if self._prices.is_cheaper(name)]
        return named([self._prices.change(name) for name in found])

    def repriced(self, shipment_id: str) -> str:
        """Return how the prices of the charges that a shipment bears changed."""
        lines = (*self._lines.before.get(shipment_id, ()), *self._lines.after.get(shipment_id, ()))
        changes = dict.fromkeys(self._prices.change(line.charge_id) for line in lines)
        return named([text for text in changes if text])

    def other_options(self) -> str:
        """Return which options of the search differ."""
        before, after = self._pair.a.options, self._pair.b.options
        found = [
            f"{name} {before.get(name)} to {after.get(name)}"
            for name in dict.fromkeys([*before, *after])
            if before.get(name) != after.get(name)
        ]
        return named(found)


def _allotment(network: Network, name: str) -> float:
    """Return the most TEU of a departure that may be loaded; infinite where nothing limits it."""
    found = next((row.allotment_teu for row in network.departures if row.departure_id == name), None)
    return math.inf if found is None else found


def _has_room(load: PlannedLoad, row: PlannedShipment) -> bool:
    for whole, fill, part in (
        (load.volume_m3, load.fill, row.volume_m3), (load.gross_weight_kg, load.weight_fill, row.gross_weight_kg),
    ):  # fmt: skip
        if whole and fill * (whole + part) / whole > _FULL:
            return False
    return True
