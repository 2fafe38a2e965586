"""What changed about every shipment, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from consolidation.comparison.causes import Judge
from consolidation.comparison.effects import Appraiser, Ledger, Ledgers, Traveller, total
from consolidation.comparison.evidence import Lines
from consolidation.comparison.facts import Known, details, measured, restated, text
from consolidation.comparison.journeys import companions, moves
from consolidation.comparison.matching import Pair
from consolidation.comparison.model import (
    ComparedShipment,
    Detail,
    ShipmentChange,
    ShipmentKind,
    Verdict,
)
from consolidation.plan_model import PlannedShipment, Unplanned
from consolidation.report._flows import milestone


@dataclass(frozen=True)
class Findings:
    """What of a shipment differs, before anybody asks why.

    Attributes
    ----------
    measures, facts : volume and weight; other facts of the goods
    moves : of its journey
    """

    measures: tuple[Detail, ...]
    facts: tuple[Detail, ...]
    moves: tuple[Detail, ...]

    @property
    def own(self) -> tuple[Detail, ...]:
        """All facts of the goods."""
        return self.measures + self.facts


def find(pair: Pair, known: Known) -> dict[str, Findings]:
    """Return what differs of every shipment that both plans have."""
    return {
        name: Findings(measured(before, after), restated(before, after, known), moves(pair, before, after))
        for name, before in pair.before.items()
        if (after := pair.after.get(name)) is not None
    }


class Clerk:
    """Writes down the changes of one shipment after the other."""

    def __init__(
        self, pair: Pair, lines: Lines, findings: dict[str, Findings], appraiser: Appraiser, judge: Judge
    ) -> None:
        self._pair, self._lines, self._findings = pair, lines, findings
        self._appraiser, self._judge = appraiser, judge
        self._out_before = {row.shipment_id: row for row in pair.a.unplanned}
        self._out_after = {row.shipment_id: row for row in pair.b.unplanned}

    def categories(self, shipment_id: str) -> Ledgers:
        """Return the amounts of a shipment by category."""
        before, after = self._pair.before.get(shipment_id), self._pair.after.get(shipment_id)
        old, new = self._lines.before.get(shipment_id, []), self._lines.after.get(shipment_id, [])
        if before is None or after is None:
            is_after = before is None
            return self._appraiser.one_sided(
                "added" if is_after else "dropped", new if is_after else old, is_after=is_after
            )
        return self._appraiser.categories(self._traveller(before, after), old, new)

    def _traveller(self, before: PlannedShipment, after: PlannedShipment) -> Traveller:
        found = self._findings[before.shipment_id]
        return Traveller(before, after, has_moved=bool(found.moves), has_changed=bool(found.own))

    def compared(self, shipment_id: str, categories: Ledgers) -> ComparedShipment | None:
        """Return what changed about a shipment; None where nothing did."""
        before, after = self._pair.before.get(shipment_id), self._pair.after.get(shipment_id)
        cost = total(categories.values())
        if before is not None and after is not None:
            has_other_cost = any(ledger.effects for ledger in categories.values())
            changes = tuple(self._changes(self._traveller(before, after), cost if has_other_cost else None))
        else:
            changes = tuple(self._coverage(shipment_id, before, after))
        if not changes:
            return None
        row = after or before
        differing = {name: ledger.money() for name, ledger in categories.items() if ledger.effects}
        return ComparedShipment(
            shipment_id=shipment_id, seller_id=row.seller_id if row else "", landed_cost=cost.money(), categories=differing,
            changes=changes,
        )  # fmt: skip

    def _coverage(
        self, name: str, before: PlannedShipment | None, after: PlannedShipment | None
    ) -> Iterator[ShipmentChange]:
        old, new = self._out_before.get(name), self._out_after.get(name)
        detail = Detail(field="state", before=_state(before, old), after=_state(after, new))
        if after is not None:
            yield _change("added", self._judge.added(after, old), detail)
        elif before is not None:
            yield _change("dropped", self._judge.dropped(before, new), detail)
        elif detail.before != detail.after:
            yield _change("left_out", self._judge.left_out(old, new), detail)

    def _changes(self, who: Traveller, cost: Ledger | None) -> Iterator[ShipmentChange]:
        found, judge = self._findings[who.before.shipment_id], self._judge
        move = company = None
        if found.moves:
            move = judge.moved(who, found.moves, found.own)
            yield _change("moved", move, *found.moves)
        joined, left = companions(self._pair, who.before, who.after)
        if joined or left:
            company = judge.company(joined, left)
            yield _change(
                "companions", company, Detail(field="companions", before="; ".join(left), after="; ".join(joined))
            )
        if move is None and cost is not None:
            detail = Detail(field="landed_cost", before=text(cost.before), after=text(cost.after))
            yield _change("re_rated", judge.rerated(who, cost, company, found.own), detail)
        yield from self._dates(who, found, move)
        if found.measures:
            yield _change("re_measured", judge.measured(who, found.measures), *found.measures)
        if found.facts:
            yield _change("restated", judge.restated(found.facts), *found.facts)
        if who.before.status != who.after.status:
            verdict = judge.stepped(who.before.status, who.after.status, who.before.shipment_id)
            yield _change("status", verdict, *details(who.before, who.after, ["status"]))

    def _dates(self, who: Traveller, found: Findings, move: Verdict | None) -> Iterator[ShipmentChange]:
        before, after = (milestone(row, "DELIVERED", "RECEIVED")[:10] for row in (who.before, who.after))
        if before == after:
            return
        days = (dt.date.fromisoformat(after) - dt.date.fromisoformat(before)).days if before and after else 0
        verdict = self._judge.dated(who, found.facts, move)
        kind: ShipmentKind = "later" if days >= 0 else "earlier"
        yield ShipmentChange(
            kind=kind, verdict=verdict, days=days, details=(Detail(field="delivered", before=before, after=after),)
        )


def _change(kind: ShipmentKind, verdict: Verdict, *found: Detail) -> ShipmentChange:
    return ShipmentChange(kind=kind, verdict=verdict, details=found)


def _state(planned: PlannedShipment | None, left_out: Unplanned | None) -> str:
    if planned is not None:
        return "planned"
    return f"unplanned: {left_out.rule}" if left_out is not None else "not in the input"
