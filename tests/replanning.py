"""Small weeks that are planned, confirmed and planned again, each version judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from consolidation.checker import judge
from consolidation.events.judge import Known
from consolidation.events.judge import judge as judge_confirmations
from consolidation.events.model import Confirmation, Event
from consolidation.events.reading import Row
from consolidation.plan_model import ChangePrices, Earlier, Plan, PlannedLoad, PlannedShipment
from consolidation.replanning import Replan, ReplanOptions, replan
from consolidation.shipments import Shipment
from network.model import Network
from tests.confirming import kept
from tests.goods import SURE, goods
from tests.networks import tiny_network

NETWORK = tiny_network()
NOON = "T12:00+08:00"


def lot(shipment_id: str, m3: float = 8, **changes: Any) -> Shipment:
    """Return goods of so many m3, 200 kg and ten cartons each, of one importer, ready in Shenzhen for ONT8."""
    size = {"volume_m3": str(m3), "gross_weight_kg": str(200 * m3), "cartons": max(1, round(10 * m3))}
    return goods(shipment_id, **{**size, "importer_id": "IOR", **changes})


def three(m3: float = 8) -> list[Shipment]:
    """Return S1, S2 and S3, which share a 20GP (28 m3) that goes unopened to ONT8."""
    return [lot(f"S{k}", m3) for k in (1, 2, 3)]


def said(plan: Plan, kind: str, subject_id: str, time: str = "2026-12-01" + NOON, **more: Any) -> Event:
    """Return a confirmation of a plan as the log keeps it."""
    row = {
        "kind": kind, "subject": "load" if subject_id[:1] in "LT" else "shipment", "subject_id": subject_id,
        "plan_id": plan.plan_id, "plan_version": plan.version, "time": time, "reported_by": "PARTNER",
    }  # fmt: skip
    return kept(Confirmation.model_validate({**row, **more}))


def require_legal(plan: Plan, events: Sequence[Event], network: Network = NETWORK) -> None:
    """Assert that an import would take the events in that speak of this version."""
    rows = [
        Row(event.confirmation, k) for k, event in enumerate(events) if event.confirmation.plan_version == plan.version
    ]
    known = [event for event in events if event.confirmation.plan_version < plan.version]
    assert judge_confirmations(plan, rows, "file", Known(known, network)) == []


def again(
    plan: Plan,
    events: Sequence[Event],
    shipments: Sequence[Shipment],
    network: Network = NETWORK,
    *,
    as_of: str = "",
    prices: ChangePrices | None = None,
    **options: Any,
) -> Replan:
    """Return the next version of a plan, after asserting that confirmations and plan keep every rule."""
    require_legal(plan, events, network)
    asked = ReplanOptions(
        prices=prices or ChangePrices(), as_of=dt.date.fromisoformat(as_of) if as_of else None, search=SURE, **options
    )
    made = replan(plan, events, network, shipments, asked)
    require_sound(plan, made, network)
    return made


def require_sound(plan: Plan, made: Replan, network: Network = NETWORK) -> None:
    """Assert what holds for every replan: rules, sums, counting on, names given once."""
    assert judge(made.plan, network, made.shipments).violations == ()
    certificate, continued = made.plan.certificate, made.plan.continued
    assert continued is not None
    paid = certificate.cash_cost + certificate.priced_time + certificate.unplanned_price
    assert certificate.cost == paid + certificate.change_price == paid + continued.change_price
    assert certificate.bound <= certificate.cost
    assert (made.plan.version, made.plan.replaces) == (plan.version + 1, plan.plan_id)
    for rows in ("loads", "entries"):
        before, now = (_facts(version, rows) for version in (plan, made.plan))
        last = plan.continued.last_numbers if plan.continued else {}
        for name in now.keys() - before.keys():
            assert int(name[1:]) > last.get(name[0], 0), f"{name} was given before"


def _facts(plan: Plan, rows: str) -> dict[str, tuple[str, ...]]:
    return {
        getattr(row, f"{rows[:-1] if rows == 'loads' else 'entry'}_id"): row.shipments for row in getattr(plan, rows)
    }


def row_of(plan: Plan, shipment_id: str) -> PlannedShipment:
    """Return what a plan says of a shipment."""
    return next(row for row in plan.shipments if row.shipment_id == shipment_id)


def load_of(plan: Plan, load_id: str) -> PlannedLoad:
    """Return what a plan says of a load."""
    return next(load for load in plan.loads if load.load_id == load_id)


def earlier(made: Replan, shipment_id: str) -> Earlier:
    """Return what a replan says of what a shipment did before."""
    assert made.plan.continued is not None
    return made.plan.continued.earlier[shipment_id]


def moved(made: Replan) -> dict[str, str]:
    """Return what a replan changes, by shipment."""
    assert made.plan.continued is not None
    return dict(made.plan.continued.moved)


def notes(made: Replan) -> tuple[str, ...]:
    """Return what a replan remarks."""
    assert made.plan.continued is not None
    return made.plan.continued.notes


def trunk_of(plan: Plan, *names: str) -> tuple[str, ...]:
    """Return the trunk loads of some shipments."""
    return tuple(row_of(plan, name).trunk_load_id for name in names)


FREE = ChangePrices(departure=Decimal(0), onward=Decimal(0), load=Decimal(0))
"""Changes cost nothing."""
