"""Inbound plans: what one seller sends in under one id is delivered within the days that planning allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from consolidation.checking.case import Case, Traveller
from consolidation.checking.result import Violation, violation
from consolidation.shipments import Shipment
from network.clock import date_of


def windows(case: Case) -> Iterator[Violation]:
    """Yield a violation for each inbound plan whose deliveries lie too many days apart, unless what is held does alone."""
    allowed = case.world.network.planning.inbound_plan_days
    together: dict[tuple[str, str], list[Traveller]] = defaultdict(list)
    for each in case.travellers.values():
        shipment = each.journey.shipment
        if shipment.inbound_plan_id and allowed:
            together[shipment.seller_id, shipment.inbound_plan_id].append(each)
    for (seller_id, plan_id), travellers in together.items():
        first, last = (choose(travellers, key=_delivered) for choose in (min, max))
        days = _delivered(last) - _delivered(first)
        held = [_delivered(each) for each in travellers if each.held]
        if days > allowed and not (held and max(held) - min(held) > allowed):
            where, what = f"inbound plan {plan_id} of {seller_id}", "days from the first to the last delivery"
            found = f"{days} ({_told(first)}, {_told(last)})"
            yield violation("WINDOW.INBOUND_PLAN", where, what, found, f"at most {allowed}")


def days_left(case: Case, shipment: Shipment) -> tuple[int, int] | None:
    """Return the first and last day on which a shipment could join its inbound plan; None where any day would do."""
    allowed, key = case.world.network.planning.inbound_plan_days, (shipment.seller_id, shipment.inbound_plan_id)
    travelling = [(each, each.journey.shipment) for each in case.travellers.values()]
    days = [_delivered(each) for each, other in travelling if (other.seller_id, other.inbound_plan_id) == key]
    if not days or not shipment.inbound_plan_id or not allowed:
        return None
    return max(days) - allowed, min(days) + allowed


def _delivered(each: Traveller) -> int:
    return each.dates.delivered


def _told(each: Traveller) -> str:
    return f"{each.shipment_id} on {date_of(_delivered(each))}"
