"""What changed about every load, and why: mostly for the reasons of the shipments that came and went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from consolidation.comparison.causes import Judge, foremost
from consolidation.comparison.evidence import Evidence, named
from consolidation.comparison.facts import details
from consolidation.comparison.matching import Pair
from consolidation.comparison.model import (
    ComparedLoad,
    ComparedShipment,
    Detail,
    LoadChange,
    LoadKind,
    ShipmentKind,
    Verdict,
)
from consolidation.plan_model import PlannedLoad

_WAY = ("departure_id", "origin", "destination", "departs", "arrives", "cutoff")
_FILL = ("volume_m3", "gross_weight_kg", "fill", "weight_fill")
_MOVING: tuple[ShipmentKind, ...] = ("added", "dropped", "moved")
_MEASURING: tuple[ShipmentKind, ...] = ("re_measured",)


class LoadClerk:
    """Writes down the changes of one load after the other.

    Parameters
    ----------
    shipments : the shipments that changed, by id
    """

    def __init__(self, pair: Pair, evidence: Evidence, judge: Judge, shipments: Mapping[str, ComparedShipment]) -> None:
        self._pair, self._evidence, self._judge, self._shipments = pair, evidence, judge, shipments

    def compared(self) -> Iterator[ComparedLoad]:
        """Yield every load that changed: those of A in its order, then new ones."""
        pair = self._pair
        for load in pair.a.loads:
            twin = pair.loads_after.get(pair.twin.get(load.load_id, ""))
            changes = [self._gone(load)] if twin is None else list(self._changes(load, twin))
            if changes:
                yield _compared(load, twin, changes)
        for load in pair.b.loads:
            if load.load_id not in pair.origin_of:
                yield _compared(None, load, [self._new(load)])

    def _gone(self, load: PlannedLoad) -> LoadChange:
        verdict = self._of_members(load.shipments, "went elsewhere")
        gone = "" if self._pair.same_network else self._gone_way(load)
        if gone:
            verdict = Verdict(cause="capacity", why=gone, others=load.shipments)
        detail = Detail(field="load_id", before=load.load_id)
        return LoadChange(kind="gone", verdict=verdict, details=(detail,), left=load.shipments)

    def _gone_way(self, load: PlannedLoad) -> str:
        first = next((self._pair.before[name] for name in load.shipments if name in self._pair.before), None)
        return self._evidence.gone(first) if first is not None and load.kind == "trunk" else ""

    def _new(self, load: PlannedLoad) -> LoadChange:
        verdict = self._of_members(load.shipments, "came to it")
        detail = Detail(field="load_id", after=load.load_id)
        return LoadChange(kind="new", verdict=verdict, details=(detail,), joined=load.shipments)

    def _changes(self, old: PlannedLoad, new: PlannedLoad) -> Iterator[LoadChange]:
        joined = tuple(name for name in new.shipments if name not in set(old.shipments))
        left = tuple(name for name in old.shipments if name not in set(new.shipments))
        way = details(old, new, _WAY)
        if way:
            yield _change("departure", self._of_way(old, new), way)
        if old.equipment_id != new.equipment_id:
            yield _change("equipment", self._of_equipment(old, joined + left), details(old, new, ["equipment_id"]))
        if joined or left:
            detail = Detail(field="shipments", before=str(len(old.shipments)), after=str(len(new.shipments)))
            words = " and ".join(
                f"{named(names)} {word}" for names, word in ((joined, "joined"), (left, "left")) if names
            )
            verdict = self._of_members(joined + left, "came or went", words)
            yield LoadChange(kind="members", verdict=verdict, details=(detail,), joined=joined, left=left)
        fill = details(old, new, _FILL)
        if fill:
            yield _change("fill", self._of_fill(old, new, joined + left), fill)
        if old.status != new.status:
            yield _change(
                "status", self._judge.stepped(old.status, new.status, new.load_id), details(old, new, ["status"])
            )

    def _of_members(self, names: Sequence[str], what: str, words: str = "") -> Verdict:
        """Return the verdict on a load by those on the moves of shipments."""
        verdicts = self._verdicts(names, _MOVING)
        cause = foremost(verdicts.values())
        reasons = [f"{name}: {verdict.why}" for name, verdict in verdicts.items() if verdict.cause == cause]
        why = words or f"{named(list(verdicts))} {what}"
        first = f"; {reasons[0]}" if reasons and cause != "optimiser" else ""
        return Verdict(cause=cause, why=why + first, others=tuple(names))

    def _verdicts(self, names: Sequence[str], kinds: Sequence[ShipmentKind]) -> dict[str, Verdict]:
        """Return the verdicts on some kinds of changes by shipment."""
        return {
            name: change.verdict
            for name in names
            if name in self._shipments
            for change in self._shipments[name].changes
            if change.kind in kinds
        }

    def _of_way(self, old: PlannedLoad, new: PlannedLoad) -> Verdict:
        if old.departure_id == new.departure_id and old.kind == "trunk":
            return Verdict(cause="input", why=f"{old.departure_id} has another timetable or another end")
        return self._of_members(new.shipments, "travel otherwise")

    def _of_equipment(self, old: PlannedLoad, names: Sequence[str]) -> Verdict:
        gone = self._evidence.gone_equipment(old)
        if gone:
            return Verdict(cause="capacity", why=gone)
        return self._of_fill(old, old, names)

    def _of_fill(self, old: PlannedLoad, new: PlannedLoad, names: Sequence[str]) -> Verdict:
        """Return the verdict on how full a load is: by its shipments that have other measures, else by who came and went."""
        others = self._verdicts(sorted({*old.shipments, *new.shipments}), _MEASURING)
        if others and not names:
            why = "; ".join(f"{name}: {verdict.why}" for name, verdict in list(others.items())[:3])
            return Verdict(cause=foremost(others.values()), why=why, others=tuple(others))
        return self._of_members(names, "came or went")


def _change(kind: LoadKind, verdict: Verdict, found: tuple[Detail, ...]) -> LoadChange:
    return LoadChange(kind=kind, verdict=verdict, details=found)


def _compared(old: PlannedLoad | None, new: PlannedLoad | None, changes: Sequence[LoadChange]) -> ComparedLoad:
    row = new or old
    assert row is not None
    return ComparedLoad(
        before_id=old.load_id if old else "", after_id=new.load_id if new else "", kind=row.kind, changes=tuple(changes),
        cost_before=old.cost if old else Decimal(0), cost_after=new.cost if new else Decimal(0),
    )  # fmt: skip
