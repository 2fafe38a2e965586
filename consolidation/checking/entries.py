"""Customs entries: one importer of record per load, or one shipment that travels on its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from consolidation.checking.case import Case
from consolidation.checking.quantities import entered_by, goods_value
from consolidation.checking.result import Violation, violation
from consolidation.plan_model import CustomsEntry
from network.money import from_micros


def grouping(case: Case) -> Iterator[Violation]:
    """Yield violations for entries that hold two importers or two loads, and for importers split over entries."""
    groups_of: dict[str, set[tuple[str, str]]] = defaultdict(set)
    named = {planned.shipment_id: planned.entry_id for planned in case.plan.shipments}
    for group, ids in case.entry_groups.items():
        names = sorted({named[shipment_id] for shipment_id in ids})
        if len(names) > 1:
            where = f"importer {group[1]} on load {group[0]}"
            yield violation("ENTRY.SPLIT", where, "entries", " ".join(names), "one entry")
        for name in names:
            groups_of[name].add(group)
    for entry_id, groups in groups_of.items():
        if len(groups) > 1:
            found = "; ".join(f"{load or 'no load'} {party}" for load, party in sorted(groups))
            expected = "one importer on one load, or one shipment"
            yield violation("ENTRY.MERGED", f"entry {entry_id}", "what is entered together", found, expected)


def listed(case: Case) -> Iterator[Violation]:
    """Yield violations for entries that are unknown, repeated, or whose shipments are not those that name it."""
    members: dict[str, set[str]] = defaultdict(set)
    for planned in case.plan.shipments:
        members[planned.entry_id].add(planned.shipment_id)
    times = Counter(entry.entry_id for entry in case.plan.entries)
    for entry_id, ids in members.items():
        if entry_id not in times:
            where = f"shipment {min(ids)}"
            yield violation("ENTRY.UNKNOWN", where, "customs entry", entry_id, "an entry of the plan")
    for entry_id, count in times.items():
        if count > 1:
            yield violation("ENTRY.ID", f"entry {entry_id}", "rows with this id", count, 1)
    for entry in case.plan.entries:
        expected = sorted(members.get(entry.entry_id, ()))
        if list(entry.shipments) != expected or not expected:
            found = " ".join(entry.shipments)
            wanted = " ".join(expected) or "at least one shipment"
            yield violation("ENTRY.SHIPMENTS", f"entry {entry.entry_id}", "shipments", found, wanted)


def facts(case: Case) -> Iterator[Violation]:
    """Yield a violation for each fact of an entry that differs from that of its shipments."""
    for entry in case.plan.entries:
        for name, found, expected in _facts(case, entry):
            if found != expected:
                yield violation(f"ENTRY.{name}", f"entry {entry.entry_id}", name.lower(), found, expected)


def _facts(case: Case, entry: CustomsEntry) -> tuple[tuple[str, object, object], ...]:
    travellers = case.resolved(entry.shipments)
    if not travellers:
        return ()
    first = travellers[0]
    value = sum(goods_value(case.world, each.journey.shipment) for each in travellers)
    return (
        ("REGIME", entry.regime_id, first.journey.regime.regime_id),
        ("IMPORTER", entry.importer_id, entered_by(case.world, first.journey.planned, first.journey.shipment)),
        ("LOAD", entry.load_id, first.journey.planned.trunk_load_id),
        ("MODE", entry.mode, first.journey.mode),
        ("DATE", entry.date, first.dates.after.isoformat()),
        ("VALUE", entry.value, from_micros(value)),
    )


RULES = (grouping, listed, facts)
"""Every rule of this module."""
