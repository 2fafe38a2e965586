"""What is known beside the two plans, and what a shipment itself is: its facts do not depend on how it travels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from consolidation.comparison.model import Detail
from consolidation.events.model import Confirmation, Event
from consolidation.plan_model import Plan, PlannedShipment
from consolidation.report._flows import milestone
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from network.cells import canonical_text
from network.errors import Finding, InputError
from network.io import content_hash as network_hash
from network.model import Network

MEASURES = ("volume_m3", "gross_weight_kg")
"""Facts that a scale and a tape tell."""
_STATED = ("origin", "destination_fc", "seller_id", "units", "goods_value")
_DERIVED = ("shipment_id", *MEASURES, "origin", "destination_fc", "seller_id", "units", "goods_value", "ready_date")
"""Columns of a shipment that the plan shows."""


@dataclass(frozen=True)
class Known:
    """What a comparison may know beside the plans; all of it is optional, and more makes causes surer.

    Attributes
    ----------
    network_a, network_b : networks the plans were made on: departures that are gone, rates, equipment
    shipments_a, shipments_b : shipments they were made of: facts that plans do not show, such as due dates
    events : confirmations taken in between the plans
    """

    network_a: Network | None = None
    network_b: Network | None = None
    shipments_a: Sequence[Shipment] | None = None
    shipments_b: Sequence[Shipment] | None = None
    events: Sequence[Event] = ()

    @cached_property
    def goods_a(self) -> dict[str, Shipment]:
        """Shipments of A by id."""
        return {row.shipment_id: row for row in self.shipments_a or ()}

    @cached_property
    def goods_b(self) -> dict[str, Shipment]:
        """Shipments of B by id."""
        return {row.shipment_id: row for row in self.shipments_b or ()}

    def require_inputs_of(self, a: Plan, b: Plan) -> None:
        """Refuse a network or shipments that the plans were not made from.

        Raises
        ------
        InputError
            With every one of them.
        """
        given = (
            ("A", "network", a.inputs.network_sha256, self.network_a and network_hash(self.network_a)),
            ("A", "shipments", a.inputs.shipments_sha256, self.shipments_a and shipments_hash(self.shipments_a)),
            ("B", "network", b.inputs.network_sha256, self.network_b and network_hash(self.network_b)),
            ("B", "shipments", b.inputs.shipments_sha256, self.shipments_b and shipments_hash(self.shipments_b)),
        )
        findings = [
            Finding(f"plan {side}", None, f"inputs.{what}_sha256", stated[:12], f"{found[:12]}..., as the {what} given have it",
                    f"the {what} changed after planning, or {side} and the other plan are mixed up", "INPUT.HASH")
            for side, what, stated, found in given
            if found and found != stated
        ]  # fmt: skip
        if findings:
            raise InputError(findings)

    def confirmations(self, a: Plan, b: Plan) -> list[Confirmation]:
        """Return what partners said of plan `a` and of what came after it, up to plan `b`."""
        return [
            event.confirmation
            for event in self.events
            if a.version <= event.confirmation.plan_version and (
                event.confirmation.plan_version < b.version or b.version <= a.version
            )
        ]  # fmt: skip


def measured(before: PlannedShipment, after: PlannedShipment) -> tuple[Detail, ...]:
    """Return the volume and the weight where they differ."""
    return details(before, after, MEASURES)


def restated(before: PlannedShipment, after: PlannedShipment, known: Known) -> tuple[Detail, ...]:
    """Return the other facts of the goods that differ: those the plans show, and those of the shipments where given."""
    found = list(details(before, after, _STATED))
    ready = milestone(before, "READY"), milestone(after, "READY")
    if ready[0] != ready[1]:
        found.append(Detail(field="ready_date", before=ready[0], after=ready[1]))
    old, new = known.goods_a.get(before.shipment_id), known.goods_b.get(before.shipment_id)
    if old is not None and new is not None:
        found += details(old, new, tuple(name for name in Shipment.model_fields if name not in _DERIVED))
    return tuple(found)


def details(before: object, after: object, fields: Sequence[str]) -> tuple[Detail, ...]:
    """Return the fields of two rows that differ, as texts."""
    return tuple(
        Detail(field=name, before=text(getattr(before, name)), after=text(getattr(after, name)))
        for name in fields
        if getattr(before, name) != getattr(after, name)
    )


def text(value: object) -> str:
    """Return a value as people read it: no exponent, no trailing zeros, blank for None."""
    if value is None:
        return ""
    return canonical_text(value) if isinstance(value, Decimal) else str(value)
