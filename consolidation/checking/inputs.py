"""What the plan says it was made from, against the network and the shipments at hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation

from consolidation.checking.case import Case
from consolidation.checking.result import Violation, violation
from consolidation.plan_model import SCHEMA_VERSION, Plan
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from network.io import content_hash as network_hash
from network.model import Network

_VALUE_OF_DAY, _CHANCE = "value_of_day_per_m3", "chance_target"


def as_planned(network: Network, plan: Plan) -> Network:
    """Return the network with the rate scenario, the price of a day and the chance that the plan says it used."""
    header = network.header.model_copy(update={"scenario": plan.inputs.scenario})
    planning, value, chance = network.planning, _stated(plan, _VALUE_OF_DAY), _stated(plan, _CHANCE)
    if value is not None and value >= 0:
        planning = planning.model_copy(update={_VALUE_OF_DAY: float(value)})
    if chance is not None and 0 < chance < 1:
        planning = planning.model_copy(update={_CHANCE: float(chance)})
    return network.replace(header=header, planning=planning)


def _stated(plan: Plan, name: str) -> Decimal | None:
    """Return the figure that the plan says it used in place of the network's own; None for that one, -1 for no figure at all."""
    stated = plan.options.get(name)
    if stated is None:
        return None
    try:
        price = Decimal(str(stated))
    except InvalidOperation:
        return Decimal(-1)
    return price if price.is_finite() else Decimal(-1)


def identity(plan: Plan) -> Iterator[Violation]:
    """Yield violations for a plan of another schema version or without an id."""
    if plan.schema_version != SCHEMA_VERSION:
        yield violation("SCHEMA.VERSION", "plan.json", "schema version", plan.schema_version, SCHEMA_VERSION)
    if not plan.plan_id.strip():
        yield violation("PLAN.ID", "plan.json", "plan id", plan.plan_id, "an id")


def hashes(plan: Plan, network: Network, shipments: Sequence[Shipment]) -> Iterator[Violation]:
    """Yield violations when the plan was made from another network or other shipments."""
    for name, found, expected in changed(plan, network, shipments):
        yield violation("INPUT.HASH", "inputs", f"content hash of the {name}", found, expected)


def changed(plan: Plan, network: Network, shipments: Sequence[Shipment]) -> list[tuple[str, str, str]]:
    """Return which input is not what a plan was made from: its name, the hash that the plan states, and that of the input."""
    pairs = [
        ("network", plan.inputs.network_sha256, network_hash(network)),
        ("shipments", plan.inputs.shipments_sha256, shipments_hash(shipments)),
    ]
    return [(name, found, expected) for name, found, expected in pairs if found != expected]


def considered(network: Network, shipments: Iterable[Shipment]) -> tuple[dt.date, dt.date]:
    """Return the first and last local date of departures: from the first ready date to the horizon after the last."""
    days = {row.ready_date for row in shipments} or {dt.date(1970, 1, 1)}
    return min(days), max(days) + dt.timedelta(days=network.planning.horizon_days)


def settings(plan: Plan, network: Network, shipments: Sequence[Shipment]) -> Iterator[Violation]:
    """Yield violations for stated inputs that do not fit: network, currency, scenario, horizon, price of a day, chance."""
    first, last = considered(network, shipments)
    scenarios = {charge.scenario for charge in network.charges} | {"", network.header.scenario}
    pairs = (
        ("INPUT.NETWORK", "name of the network", plan.inputs.network, network.header.name),
        ("INPUT.CURRENCY", "plan currency", plan.inputs.currency, network.currency),
        ("INPUT.HORIZON", "first day of the horizon", plan.inputs.horizon_start, first.isoformat()),
        ("INPUT.HORIZON", "last day of the horizon", plan.inputs.horizon_end, last.isoformat()),
    )
    for cause, what, found, expected in pairs:
        if found != expected:
            yield violation(cause, "inputs", what, found, expected)
    if plan.inputs.scenario not in scenarios:
        known = ", ".join(sorted(scenarios - {""})) or "no scenario"
        yield violation("INPUT.SCENARIO", "inputs", "rate scenario", plan.inputs.scenario, known)
    value, chance = _stated(plan, _VALUE_OF_DAY), _stated(plan, _CHANCE)
    if value is not None and value < 0:
        yield violation("INPUT.VALUE_OF_DAY", "options", _VALUE_OF_DAY, plan.options[_VALUE_OF_DAY], "a price or null")
    if chance is not None and not 0 < chance < 1:
        yield violation("INPUT.CHANCE", "options", _CHANCE, plan.options[_CHANCE], "a share between 0 and 1, or null")


def horizon(case: Case) -> Iterator[Violation]:
    """Yield a violation for each departure outside the horizon considered."""
    first, last = considered(case.world.network, case.shipments.values())
    for each in case.travellers.values():
        chain = each.journey.chain
        if chain is not None and not first <= chain.run.etd_date <= last:
            found = f"{chain.run.run_id}"
            yield violation("HORIZON.DEPARTURE", each.journey.where, "departure", found, f"one from {first} to {last}")
