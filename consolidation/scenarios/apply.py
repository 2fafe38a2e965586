"""Applying a scenario: patch by patch, then the network is checked as a network that was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import BaseModel

from consolidation.scenarios import goods, prices, services, settings
from consolidation.scenarios.draft import Draft, name_of
from consolidation.scenarios.model import Scenario
from consolidation.shipment_files import require_known
from consolidation.shipments import Shipment
from network.consistency import check_network
from network.errors import Finding, InputError
from network.model import Network
from network.tables import KEYS, TABLES
from solvers.options import SolveOptions


class Applied(NamedTuple):
    """What a scenario makes of a network, of shipments and of options.

    Attributes
    ----------
    changes : what was changed, a sentence for each patch
    """

    network: Network
    shipments: tuple[Shipment, ...]
    options: SolveOptions
    changes: tuple[str, ...]


class Counts(NamedTuple):
    """Rows of a table that a scenario changed, added and removed."""

    changed: int
    added: int
    removed: int


_APPLY: dict[str, Callable[[Draft, Any], None]] = {
    "close_lanes": services.close_lanes,
    "open_lanes": services.close_lanes,
    "close_places": services.close_places,
    "open_places": services.close_places,
    "add_lane": services.add_lane,
    "add_departure": services.add_departure,
    "blank_sailings": services.blank_sailings,
    "transit": services.transit,
    "dwell": services.dwell,
    "allotment": services.allotment,
    "cutoff": services.cutoff,
    "handling": services.handling,
    "receiving_volume": goods.receiving_volume,
    "receiving_days": goods.receiving_days,
    "rates": prices.rates,
    "switch_duties": prices.switch_duties,
    "duty_rates": prices.duty_rates,
    "fx": prices.fx,
    "demand": goods.demand,
    "edit_shipments": goods.edit_shipments,
    "value_of_day": settings.value_of_day,
    "rate_scenario": settings.rate_scenario,
    "planning": settings.planning,
    "set_values": settings.set_values,
    "options": settings.options,
}


def apply_scenario(
    scenario: Scenario,
    network: Network,
    shipments: Sequence[Shipment] | None = None,
    options: SolveOptions | None = None,
) -> Applied:
    """Return a network, shipments and options with the patches of a scenario applied; what is given stays as it is.

    Parameters
    ----------
    shipments : None: patches on shipments are left out
    options : blank: the usual ones

    Raises
    ------
    InputError
        With everything in the scenario that the network or the shipments do not know, that selects nothing, or after
        which the network would not be consistent.
    """
    given = None if shipments is None else tuple(shipments)
    draft = Draft(network, given, options or SolveOptions(), scenario.place)
    for number, patch in enumerate(scenario.patches, 1):
        draft.where = scenario.place_of(number)
        _APPLY[patch.kind](draft, patch)
    draft.where = scenario.place
    if draft.shipments is not None and draft.factors:
        draft.shipments = _drawn(draft, given or ())
    if not draft.findings:
        _consistent(draft, network)
    if draft.findings:
        raise InputError(draft.findings)
    return Applied(draft.network, draft.shipments or (), draft.options, tuple(draft.changes))


def _drawn(draft: Draft, given: Sequence[Shipment]) -> tuple[Shipment, ...]:
    """Return the shipments that demand leaves; at least one must be left, and no copy may have the id of another."""
    assert draft.shipments is not None
    found = goods.drawn(draft.shipments, draft.factors, goods.own_numbers(given))
    before, after = (sum((row.volume_m3 for row in rows), Decimal(0)) for rows in (draft.shipments, found))
    draft.tell(
        f"demand drawn: {len(draft.shipments)} shipments with {before:.1f} m3 become {len(found)} with {after:.1f} m3"
    )
    twice = [name for name, count in Counter(row.shipment_id for row in found).items() if count > 1]
    for name in twice:
        draft.refuse("demand", name, "ids that copies of shipments do not have", "rename the shipment", "KEY.DUPLICATE")
    if not found:
        draft.refuse("demand", "no shipment", "at least one shipment that is left", rule="TABLE.EMPTY")
    return found


def _consistent(draft: Draft, before: Network) -> None:
    """Keep what is inconsistent in the network and the shipments as they have become."""
    found: list[Finding] = check_network(draft.network) if draft.network is not before else []
    if draft.shipments and not found:
        try:
            require_known(draft.shipments, draft.network)
        except InputError as fault:
            found += fault.findings
    for finding in found:
        row = "" if finding.row is None else f" row {finding.row}"
        draft.refuse(f"{finding.file}{row} {finding.field}".strip(), finding.value, finding.expected, finding.maybe,
                     finding.rule)  # fmt: skip


def row_changes(
    before: Network, after: Network, shipments: Sequence[Shipment] = (), shipments_after: Sequence[Shipment] = ()
) -> dict[str, Counts]:
    """Return how many rows of each table differ, by table; tables without a difference are left out."""
    found = {"network": _counts([before.header], [after.header], lambda _: ""),
             "planning": _counts([before.planning], [after.planning], lambda _: "")}  # fmt: skip
    for table in TABLES:
        one, other = getattr(before, table), getattr(after, table)
        key = name_of if table in KEYS else repr
        if one is not other:
            found[table] = _counts(one, other, key)
    found["shipments"] = _counts(shipments, shipments_after, lambda row: row.shipment_id)
    return {table: counts for table, counts in found.items() if any(counts)}


def _counts(before: Sequence[BaseModel], after: Sequence[BaseModel], key: Callable[[Any], str]) -> Counts:
    old, new = {key(row): row for row in before}, {key(row): row for row in after}
    changed = sum(old[name] != new[name] for name in old.keys() & new.keys())
    return Counts(changed, len(new.keys() - old.keys()), len(old.keys() - new.keys()))
