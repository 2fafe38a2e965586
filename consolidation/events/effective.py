"""Shipments as the confirmations of earlier plan versions left them: what a later version is planned from.

Facts about goods hold on from version to version: a cancelled shipment is gone, measured volume and weight replace the
stated ones, and cartons that were left behind are a shipment of their own, as the others are under way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any

from consolidation.events.log import EVENTS
from consolidation.events.model import Confirmation, Event
from consolidation.events.state import happened
from consolidation.plan_model import Earlier, Plan
from consolidation.shipments import Shipment, agreeing
from network.errors import Finding, InputError

_CM3, _GRAM, _CENT = Decimal("0.000001"), Decimal("0.001"), Decimal("0.01")
_SHARED = (("volume_m3", _CM3), ("gross_weight_kg", _GRAM), ("goods_value", _CENT), ("units", Decimal(1)))
"""What the cartons of a shipment have together, and its smallest amount."""


def effective_shipments(shipments: Iterable[Shipment], events: Iterable[Event], version: int) -> list[Shipment]:
    """Return the shipments that version `version` of a plan is made from.

    Parameters
    ----------
    shipments : as the sellers gave them, for the first version
    events : the event log; goods facts of the versions before `version` are applied, in the order of versions
    version : int, 1 for a first plan, which is made from `shipments` as they are

    Returns
    -------
    list of Shipment
        In the order of `shipments`; cartons left behind follow the shipment that they were part of, under
        :func:`rest_id`. Volume, weight, value and units of the two parts sum to those of the whole.

    Raises
    ------
    InputError
        If some cartons of a shipment were left behind and its number of cartons is not given, or no larger.
    """
    found = list(shipments)
    earlier = sorted(
        (event.confirmation for event in events if event.confirmation.plan_version < version),
        key=lambda said: (said.plan_version, happened(said)),
    )
    findings: list[Finding] = []
    for at, facts in groupby(earlier, key=lambda said: said.plan_version):
        found = _after(found, _facts(facts), at, findings)
    if findings:
        raise InputError(findings)
    return found


def not_before(shipments: Iterable[Shipment], earlier: Mapping[str, Earlier], as_of: str) -> list[Shipment]:
    """Return shipments that are ready no earlier than a plan is made, those excepted of which something is held.

    Parameters
    ----------
    earlier : what shipments did in the plan that is replaced, by id
    as_of : ISO 8601 date; blank leaves everything as it is
    """
    if not as_of:
        return list(shipments)
    first, found = dt.date.fromisoformat(as_of), []
    for shipment in shipments:
        row = earlier.get(shipment.shipment_id)
        held = row is not None and row.held
        ready = shipment.ready_date if held else max(shipment.ready_date, first)
        found.append(shipment.model_copy(update={"ready_date": ready}))
    return found


def planned_from(shipments: Iterable[Shipment], events: Iterable[Event], plan: Plan) -> list[Shipment]:
    """Return the shipments that a plan was made from, given those of the sellers and the event log of its folder."""
    known = effective_shipments(shipments, events, plan.version)
    if plan.continued is None:
        return known
    return not_before(known, plan.continued.earlier, plan.continued.as_of)


def rest_id(shipment_id: str, version: int, taken: Iterable[str] = ()) -> str:
    """Return the id of the cartons of a shipment that plan version `version` left behind.

    >>> rest_id("S5", 1)
    'S5-R1'
    """
    name, known = f"{shipment_id}-R{version}", set(taken)
    while name in known:
        name += "R"
    return name


@dataclass(slots=True)
class _Facts:
    """What one version of a plan learned about the goods of one shipment."""

    cancelled: bool = False
    volume_m3: Decimal | None = None
    weight_kg: Decimal | None = None
    cartons_left: int = 0


def _facts(confirmations: Iterable[Confirmation]) -> dict[str, _Facts]:
    found: dict[str, _Facts] = {}
    for said in confirmations:
        if said.subject != "shipment":
            continue
        facts = found.setdefault(said.subject_id, _Facts())
        if said.kind == "cancelled":
            facts.cancelled = True
        elif said.kind == "gated_in":
            facts.volume_m3 = said.volume_m3 or facts.volume_m3
            facts.weight_kg = said.gross_weight_kg or facts.weight_kg
        elif said.kind == "short_shipped":
            facts.cartons_left = said.cartons or 0
    return found


def _after(
    shipments: Sequence[Shipment], facts: dict[str, _Facts], version: int, findings: list[Finding]
) -> list[Shipment]:
    found: list[Shipment] = []
    taken = {shipment.shipment_id for shipment in shipments}
    for shipment in shipments:
        known = facts.get(shipment.shipment_id, _Facts())
        if known.cancelled:
            continue
        measured = as_measured(shipment, known.volume_m3, known.weight_kg)
        if known.cartons_left and not known.cartons_left < (shipment.cartons or 0):
            findings.append(_uncounted(shipment, known.cartons_left))
        elif known.cartons_left:
            found.extend(split(measured, known.cartons_left, rest_id(shipment.shipment_id, version, taken)))
        else:
            found.append(measured)
    return found


def _uncounted(shipment: Shipment, left: int) -> Finding:
    expected = f"fewer than the cartons of shipment {shipment.shipment_id}: {shipment.cartons or 'not given'}"
    maybe = "all were left behind: import a short_shipped with cartons blank"
    return Finding(EVENTS, None, "cartons", str(left), expected, maybe, "EVENT.CARTONS")


def as_measured(shipment: Shipment, volume_m3: Decimal | None, weight_kg: Decimal | None) -> Shipment:
    """Return a shipment with measured totals; what is stated of a carton is dropped where it disagrees with them.

    Parameters
    ----------
    shipment : Shipment
    volume_m3, weight_kg : Decimal or None, m3 and kg of all its cartons
    """
    totals = dict(shipment)
    if volume_m3 is not None:
        totals["volume_m3"] = max(_rounded(volume_m3, _CM3), _CM3)
    if weight_kg is not None:
        totals["gross_weight_kg"] = max(_rounded(weight_kg, _GRAM), _GRAM)
    return shipment if totals == dict(shipment) else agreeing(totals)


def split(shipment: Shipment, left: int, name: str) -> tuple[Shipment, Shipment]:
    """Return a shipment without the cartons that were left behind, and those as a shipment of their own.

    Parameters
    ----------
    shipment : Shipment, with its number of cartons
    left : int, cartons left behind, fewer than it has
    name : id of the part left behind

    Notes
    -----
    Totals are shared by cartons: rounded for the part left behind, the other one gets the rest. A part has at least
    one unit of goods, also where there are fewer units than parts. What is stated of a carton is dropped where a part
    disagrees with it.
    """
    assert shipment.cartons is not None
    share = Decimal(left) / shipment.cartons
    gone: dict[str, Any] = {**dict(shipment), "cartons": shipment.cartons - left}
    stayed: dict[str, Any] = {**dict(shipment), "shipment_id": name, "cartons": left}
    for field, digit in _SHARED:
        total = getattr(shipment, field)
        if total is not None:
            gone[field], stayed[field] = _parts(Decimal(total), share, digit)
    return agreeing(gone), agreeing(stayed)


def _parts(total: Decimal, share: Decimal, digit: Decimal) -> tuple[Decimal, Decimal]:
    """Return a total without a share of it and that share, both at least one digit."""
    stayed = max(min(_rounded(total * share, digit), total - digit), digit)
    return max(total - stayed, digit), stayed


def _rounded(amount: Decimal, digit: Decimal) -> Decimal:
    return amount.quantize(digit, rounding=ROUND_HALF_UP)
