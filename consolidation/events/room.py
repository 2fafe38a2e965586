"""What a load can still hold when goods were measured: volume and weight against its equipment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from consolidation.events.reading import Row
from consolidation.events.state import Fold, rank
from consolidation.plan_model import PlannedLoad
from network.errors import Finding
from network.model import Network

_HALF_OF_FILL_DIGIT = Decimal("0.00005")
_MEASURES = (("volume_m3", "measured_volume_m3", "m3"), ("gross_weight_kg", "measured_weight_kg", "kg"))


def without_room(
    fold: Fold, rows: Sequence[Row], file: str, network: Network | None, cartons: Mapping[str, int]
) -> Iterator[Finding]:
    """Yield a finding for each new measurement by which a load holds more than it can, goods left behind aside.

    Trucks that nobody booked are not judged: they are planned anew by what was measured.

    Parameters
    ----------
    fold : Fold, after everything that happened
    rows : the new confirmations
    file : name of their file
    network : Network or None; without it a load's capacity is worked out from its fill, with the benefit of rounding
    cartons : cartons by shipment, where known; a shipment of which unknown parts travel counts for nothing
    """
    for row in rows:
        said = row.confirmation
        if said.kind != "gated_in" or said.subject_id not in fold.planned:
            continue
        planned = fold.planned[said.subject_id]
        for load_id in (planned.trunk_load_id, planned.truck_load_id):
            state = fold.load(load_id)
            if state is None or said.subject_id not in fold.members(load_id):
                continue
            load = fold.planned_loads[load_id]
            if load.kind == "truck" and rank(state.status) < rank("booked"):
                continue
            yield from _over(fold, row, file, load, _Scale(network, cartons))


class _Scale:
    """Capacities of loads and amounts of shipments."""

    def __init__(self, network: Network | None, cartons: Mapping[str, int]) -> None:
        self._network, self._cartons = network, cartons

    def capacity(self, load: PlannedLoad, name: str) -> Decimal | None:
        """Return what a load holds in m3 or kg, or None when nothing tells."""
        equipment = None if self._network is None else self._network.equipment_by_id.get(load.equipment_id)
        if equipment is not None:
            return Decimal(str(equipment.volume_m3 if name == "volume_m3" else equipment.payload_kg))
        filled, fill = (load.volume_m3, load.fill) if name == "volume_m3" else (load.gross_weight_kg, load.weight_fill)
        least = fill - _HALF_OF_FILL_DIGIT
        return filled / least if least > 0 else None

    def amount(self, fold: Fold, shipment_id: str, name: str, measured: str) -> Decimal:
        """Return how much of a shipment is in its load, m3 or kg: measured where it was, else planned."""
        state = fold.shipment(shipment_id)
        assert state is not None
        whole = getattr(state, measured)
        whole = getattr(fold.planned[shipment_id], name) if whole is None else whole
        if not state.cartons_left:
            return Decimal(whole)
        count = self._cartons.get(shipment_id, 0)
        return Decimal(whole) * max(count - state.cartons_left, 0) / count if count else Decimal(0)


def _over(fold: Fold, row: Row, file: str, load: PlannedLoad, scale: _Scale) -> Iterator[Finding]:
    said = row.confirmation
    for name, measured, unit in _MEASURES:
        value, capacity = getattr(said, name), scale.capacity(load, name)
        if value is None or capacity is None:
            continue
        amounts = {member: scale.amount(fold, member, name, measured) for member in fold.members(load.load_id)}
        total = sum(amounts.values(), Decimal(0))
        if total > capacity:
            others = total - amounts[said.subject_id]
            expected = (
                f"at most {max(capacity - others, Decimal(0)):.3f} {unit}: load {load.load_id} ({load.equipment_id}) holds "
                f"{capacity:.3f} {unit}, the other goods in it {others:.3f} {unit}"
            )
            maybe = "goods were left behind: report them in the same file as short_shipped"
            yield Finding(file, row.number, name, str(value), expected, maybe, "LOAD.ROOM")
