"""What a load can still hold when goods were measured: volume and weight against its equipment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from consolidation.events.reading import Row
from consolidation.events.state import Fold, rank
from consolidation.plan_model import PlannedLoad
from network.errors import Finding
from network.model import Network

_HALF_OF_FILL_DIGIT = Decimal("0.00005")
_MEASURES = (("volume_m3", "measured_volume_m3", "m3"), ("gross_weight_kg", "measured_weight_kg", "kg"))

_CURES = {
    True: "goods were left behind: report them in the same file as short_shipped",
    False: "state what was measured in the shipments file and replan, as the load is not booked yet",
}
"""What to do about a load that is booked, or not yet."""


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
    measured: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        said = row.confirmation
        if said.kind == "gated_in" and said.subject_id in fold.planned:
            planned = fold.planned[said.subject_id]
            for load_id in (planned.trunk_load_id, planned.truck_load_id):
                measured[load_id].append(row)
    for load_id, those in measured.items():
        state = fold.load(load_id)
        if state is None:
            continue
        load = fold.planned_loads[load_id]
        if load.kind == "trunk" or rank(state.status) >= rank("booked"):
            for measure in _MEASURES:
                booked = rank(state.status) >= rank("booked")
                yield from _over(load, those, file, _Room(fold, load, measure, network, cartons), _CURES[booked])


class _Room:
    """How much a load holds of volume or weight, and how much of each shipment is in it."""

    def __init__(
        self, fold: Fold, load: PlannedLoad, measure: tuple[str, str, str], network: Network | None,
        cartons: Mapping[str, int],
    ) -> None:  # fmt: skip
        self.name, self._measured, self.unit = measure
        self.capacity = self._capacity(load, network)
        self.amounts = {member: self._amount(fold, member, cartons) for member in fold.members(load.load_id)}
        self.total = sum(self.amounts.values(), Decimal(0))

    def _capacity(self, load: PlannedLoad, network: Network | None) -> Decimal | None:
        """Return what a load holds in m3 or kg, or None when nothing tells."""
        equipment = None if network is None else network.equipment_by_id.get(load.equipment_id)
        if equipment is not None:
            return Decimal(str(equipment.volume_m3 if self.unit == "m3" else equipment.payload_kg))
        least = (load.fill if self.unit == "m3" else load.weight_fill) - _HALF_OF_FILL_DIGIT
        return getattr(load, self.name) / least if least > 0 else None

    def _amount(self, fold: Fold, shipment_id: str, cartons: Mapping[str, int]) -> Decimal:
        """Return how much of a shipment is in its load, m3 or kg: measured where it was, else planned."""
        state = fold.shipment(shipment_id)
        assert state is not None
        measured = getattr(state, self._measured)
        whole: Decimal = getattr(fold.planned[shipment_id], self.name) if measured is None else measured
        if not state.cartons_left:
            return whole
        count = cartons.get(shipment_id, 0)
        return whole * max(count - state.cartons_left, 0) / count if count else Decimal(0)


def _over(load: PlannedLoad, rows: Sequence[Row], file: str, room: _Room, maybe: str) -> Iterator[Finding]:
    if room.capacity is None or room.total <= room.capacity:
        return
    for row in rows:
        said = row.confirmation
        value = getattr(said, room.name)
        if value is None or said.subject_id not in room.amounts:
            continue
        others = room.total - room.amounts[said.subject_id]
        expected = (
            f"at most {max(room.capacity - others, Decimal(0)):.3f} {room.unit}: load {load.load_id} "
            f"({load.equipment_id}) holds {room.capacity:.3f} {room.unit}, the other goods in it {others:.3f} {room.unit}"
        )
        yield Finding(file, row.number, room.name, str(value), expected, maybe, "LOAD.ROOM")
