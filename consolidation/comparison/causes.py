"""The cause of a change, told from evidence. The first that holds of:

status      a partner confirmed it: rolled, cancelled, held, measured, or a step of the status ladder
capacity    its old departure, place, equipment or allotment is gone
input       its own facts differ, or it is new or withdrawn
price       a charge of its old journey is dearer, or one of its new journey cheaper
capacity    its old load is full, with goods that are new or have other measures
optimiser   nothing that concerns it: chosen otherwise because others changed, or because the search differed
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from consolidation.comparison.effects import Ledger, Traveller
from consolidation.comparison.evidence import Evidence, named
from consolidation.comparison.matching import Pair
from consolidation.comparison.model import CAUSES, EFFECTS, Cause, Detail, Effect, Verdict
from consolidation.events.model import Confirmation, EventKind
from consolidation.plan_model import PlannedShipment, Unplanned
from consolidation.report._flows import milestone

_ZERO = Decimal(0)
_OF_RULE: dict[str, Cause] = {
    "LANE.NONE": "capacity", "RECEIVING.CLOSED": "capacity", "ORIGIN.NO_WAREHOUSE": "capacity", "LEG.NONE": "capacity",
    "TARIFF.NONE": "price", "CUSTOMS.NO_RATE": "price", "WINDOW.INBOUND_PLAN": "optimiser", "PRICE": "optimiser",
}  # fmt: skip
"""What the rules that keep shipments out of a plan are about; the others are about the goods: input."""
_OF_EFFECT: dict[Effect, Cause] = {
    "quantity": "input",
    "price": "price",
    "sharing": "optimiser",
    "journey": "optimiser",
}
_SAID: dict[EventKind, str] = {
    "rolled": "rolled", "cancelled": "cancelled", "customs_hold": "held by customs", "short_shipped": "left behind",
    "gated_in": "measured at gate-in",
}  # fmt: skip


class Judge:
    """Names the cause of every change of a shipment.

    Parameters
    ----------
    changed : ids of shipments whose own facts differ
    """

    def __init__(self, pair: Pair, evidence: Evidence, changed: frozenset[str]) -> None:
        self._pair, self._evidence, self._changed = pair, evidence, changed

    def added(self, row: PlannedShipment, before: Unplanned | None) -> Verdict:
        """Return why a shipment is planned in B only."""
        if before is None:
            said = self._evidence.left_behind(row.shipment_id)
            return Verdict(cause="input", why="new in the input of B") if said is None else _of_confirmation(said)
        return self._by_rule(before, "kept out of A", "B found a place for it")

    def dropped(self, row: PlannedShipment, after: Unplanned | None) -> Verdict:
        """Return why a shipment is planned in A only."""
        said = self._said(row, "cancelled", "short_shipped")
        if said is not None:
            return said
        if after is None:
            return Verdict(cause="input", why="withdrawn: not in the input of B")
        pushed, ruled = self._pushed(row, None, ()), self._by_rule(after, "keeps it out of B", "B left it out")
        return ruled if pushed is None else pushed.model_copy(update={"why": f"{pushed.why}; {ruled.why}"})

    def left_out(self, before: Unplanned | None, after: Unplanned | None) -> Verdict:
        """Return why a shipment that neither plan has is not left out for the same reason."""
        if before is None or after is None:
            return Verdict(cause="input", why="new in the input of B" if before is None else "not in the input of B")
        return self._by_rule(after, "keeps it out of B", "the rules found another reason")

    def _by_rule(self, row: Unplanned, what: str, otherwise: str) -> Verdict:
        rule = f"{row.rule} {what}: {row.detail}"
        if self._evidence.is_same_question:
            return Verdict(cause="optimiser", why=f"same input: {otherwise}; {rule}")
        return Verdict(cause=_OF_RULE.get(row.rule, "input"), why=rule)

    def moved(self, who: Traveller, moves: Sequence[Detail], facts: Sequence[Detail]) -> Verdict:
        """Return why a shipment travels another way.

        Parameters
        ----------
        moves : what differs of the journey
        facts : what differs of the goods
        """
        said = self._rolled(who) or self._said(who.before, "cancelled", "short_shipped")
        return said or self._pushed(who.before, who.after, facts) or self._chosen(who, moves)

    def _rolled(self, who: Traveller) -> Verdict | None:
        said = self._evidence.said(who.before, "rolled")
        if said is None or said.departure_id not in ("", who.after.departure_id):
            return None
        return self._said(who.before, "rolled")

    def _said(self, row: PlannedShipment, *kinds: EventKind) -> Verdict | None:
        said = self._evidence.said(row, *kinds)
        return None if said is None else _of_confirmation(said)

    def _pushed(
        self, before: PlannedShipment, after: PlannedShipment | None, facts: Sequence[Detail]
    ) -> Verdict | None:
        """Return the verdict on a shipment that could not, or would not for its price, go on as in A."""
        if self._evidence.is_same_question:
            return None
        gone = self._evidence.gone(before)
        if gone:
            return Verdict(cause="capacity", why=gone)
        if facts:
            return Verdict(cause="input", why=told(facts))
        dear = self._evidence.priced_out(before.shipment_id)
        if dear:
            return Verdict(cause="price", why=dear)
        full, others = self._evidence.full(before, size=after)
        return Verdict(cause="capacity", why=full, others=others) if full else None

    def _chosen(self, who: Traveller, moves: Sequence[Detail]) -> Verdict:
        others = self._neighbours(who)
        fields = [detail.field for detail in moves if detail.field.endswith("load_id")]
        loads = [name for field in fields for row in (who.before, who.after) if (name := getattr(row, field))]
        where = f"; {named(loads)} changed too, with {named(others)}" if others else ""
        return Verdict(cause="optimiser", why=self._otherwise() + where, others=(*dict.fromkeys(loads), *others))

    def _otherwise(self) -> str:
        options = self._evidence.other_options()
        search = f" ({options})" if options else ""
        if self._evidence.is_same_question:
            return f"the same input, searched otherwise{search}"
        return f"nothing of its own differs: chosen otherwise because others changed, or the search differed{search}"

    def _neighbours(self, who: Traveller) -> tuple[str, ...]:
        """Return the other shipments that joined or left the loads a shipment was in and is in."""
        found: set[str] = set()
        for row, loads, other, twins in (
            (who.before, self._pair.loads_before, self._pair.loads_after, self._pair.twin),
            (who.after, self._pair.loads_after, self._pair.loads_before, self._pair.origin_of),
        ):
            for load_id in filter(None, (row.trunk_load_id, row.truck_load_id)):
                here = loads.get(load_id)
                there = other.get(twins.get(load_id, ""))
                found |= set(here.shipments if here else ()) ^ set(there.shipments if there else ())
        return tuple(sorted(found - {who.before.shipment_id}))

    def company(self, joined: Sequence[str], left: Sequence[str]) -> Verdict:
        """Return why others are in the load that a shipment stays in."""
        parts = [f"{named(names)} {word}" for names, word in ((joined, "joined"), (left, "left")) if names]
        return Verdict(cause="optimiser", why=" and ".join(parts), others=(*joined, *left))

    def dated(self, who: Traveller, facts: Sequence[Detail], move: Verdict | None) -> Verdict:
        """Return why a shipment is delivered on another day; `move` is the verdict on its other journey."""
        held = self._said(who.before, "customs_hold")
        if held is not None or move is not None:
            return held or move  # type: ignore[return-value]
        if any(detail.field == "ready_date" for detail in facts):
            return Verdict(cause="input", why=told(facts))
        for code in ("ETD", "ETA"):
            before, after = milestone(who.before, code), milestone(who.after, code)
            if before != after:
                run = who.before.departure_id
                return Verdict(cause="input", why=f"{code} of {run} is {after} in place of {before}")
        return Verdict(cause="optimiser", why=f"dispatched otherwise; {self._otherwise()}")

    def rerated(self, who: Traveller, cost: Ledger, company: Verdict | None, facts: Sequence[Detail]) -> Verdict:
        """Return why a shipment costs something else on the same journey: by the largest effect on its cost."""
        effect = max(EFFECTS, key=lambda name: abs(cost.effects.get(name, _ZERO))) if cost.effects else "sharing"
        sums = (
            ", ".join(f"{name} {cost.effects[name]:+,.2f}" for name in EFFECTS if name in cost.effects)
            or "other charges, the same sum"
        )
        if effect == "price":
            detail = self._evidence.repriced(who.before.shipment_id)
        elif effect == "quantity":
            detail = told(facts) or "facts of the goods that plans do not show"
        else:
            company = company or self._grown(who)
            detail = company.why
        others = company.others if company is not None and effect == "sharing" else ()
        return Verdict(cause=_OF_EFFECT[effect], why=f"{sums}; {detail}" if detail else sums, others=others)

    def _grown(self, who: Traveller) -> Verdict:
        """Return that companions of a shipment that stay have other measures or values."""
        loads = [self._pair.loads_after.get(name) for name in (who.after.trunk_load_id, who.after.truck_load_id)]
        inside = {name for load in loads if load is not None for name in load.shipments}
        found = tuple(sorted(inside & self._changed - {who.before.shipment_id}))
        return Verdict(cause="optimiser", why=f"{named(found)} with other facts" if found else "", others=found)

    def measured(self, who: Traveller, facts: Sequence[Detail]) -> Verdict:
        """Return why the volume or the weight of a shipment is another."""
        return self._said(who.before, "gated_in", "short_shipped") or Verdict(cause="input", why=told(facts))

    def restated(self, facts: Sequence[Detail]) -> Verdict:
        """Return why other facts of a shipment differ: its input says so."""
        return Verdict(cause="input", why=told(facts))

    def stepped(self, before: str, after: str, subject: str) -> Verdict:
        """Return why the status is another step."""
        return Verdict(cause="status", why=f"{subject} was {before} and is {after}")


def _of_confirmation(said: Confirmation) -> Verdict:
    what = f"{said.subject_id} {_SAID.get(said.kind, said.kind)}"
    until = f" until {said.until}" if said.until else ""
    others = () if said.subject == "shipment" else (said.subject_id,)
    return Verdict(cause="status", why=f"{what}{until}, says {said.reported_by} on {said.time[:10]}", others=others)


def told(facts: Sequence[Detail]) -> str:
    """Return facts that differ in words."""
    return named([f"{row.field} {row.before or 'blank'} to {row.after or 'blank'}" for row in facts])


def foremost(verdicts: Iterable[Verdict]) -> Cause:
    """Return the cause that most verdicts have, the first of :data:`CAUSES` among equals; the optimiser without any."""
    counts = Counter(verdict.cause for verdict in verdicts)
    return max(CAUSES, key=lambda cause: (counts[cause], -CAUSES.index(cause))) if counts else "optimiser"
