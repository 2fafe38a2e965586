"""The cost lines of the plan against the lines that must be there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from consolidation.checking.case import Case
from consolidation.checking.loads import Held
from consolidation.checking.own_lines import Own, final_leg_tariff, trunk_priced
from consolidation.checking.result import Violation, violation
from consolidation.checking.shared_lines import entry_lines, load_charges, load_lines, load_steps
from consolidation.plan_model import CostLine
from network.charges import ENTRY_BASES, LOAD_BASES

_TEXTS = ("name", "category", "side", "payer", "basis", "currency")
_TOLERANCE = Decimal("0.000001")
"""Quantities and rates are written with six decimals or as a double; amounts are exact."""
Key = tuple[str, str, str, str, str]


def _key(line: CostLine) -> Key:
    return line.shipment_id, line.code, line.charge_id, line.load_id, line.entry_id


def expected_lines(case: Case, own: dict[str, Own], held: Iterable[Held]) -> dict[str, list[CostLine]]:
    """Return every line that must be in the plan, by shipment id.

    Lines of amount zero are among them but need not be there.
    """
    found: dict[str, list[CostLine]] = defaultdict(list)
    found.update((name, list(each.lines)) for name, each in own.items())
    for load in held:
        for line in load_lines(load):
            found[line.shipment_id].append(line)
    for ids in case.entry_groups.values():
        travellers = case.resolved(ids)
        if travellers:
            for line in entry_lines(travellers):
                found[line.shipment_id].append(line)
    return found


def unjudged(case: Case, held: dict[str, Held]) -> tuple[set[str], set[str]]:
    """Return the shipments and the loads whose lines cannot be worked out, because a chain is broken."""
    loads = {load_id for load_id in case.members if load_id not in held}
    shipments = {planned.shipment_id for planned in case.plan.shipments} - case.travellers.keys()
    for ids in case.entry_groups.values():
        if case.resolved(ids) is None:
            shipments.update(ids)
    return shipments, loads


def compare(case: Case, expected: dict[str, list[CostLine]], held: dict[str, Held]) -> Iterator[Violation]:
    """Yield a violation for each line that is missing, too many or different."""
    shipments, loads = unjudged(case, held)
    for shipment_id in dict.fromkeys([*expected, *case.lines_of]):
        if shipment_id in shipments:
            continue
        wanted, stated = _by_key(expected.get(shipment_id, [])), _by_key(case.lines_of.get(shipment_id, []))
        for key in dict.fromkeys([*wanted, *stated]):
            if key[3] not in loads:
                yield from _compare_alike(wanted.get(key, []), stated.get(key, []))


def _by_key(lines: Iterable[CostLine]) -> dict[Key, list[CostLine]]:
    found: dict[Key, list[CostLine]] = defaultdict(list)
    for line in lines:
        found[_key(line)].append(line)
    return found


def _compare_alike(wanted: list[CostLine], stated: list[CostLine]) -> Iterator[Violation]:
    wanted = sorted(wanted, key=lambda line: (not line.amount, line.amount))
    stated = sorted(stated, key=lambda line: line.amount)
    for found, line in zip(stated, wanted, strict=False):
        yield from _different(found, line)
    for line in wanted[len(stated) :]:
        if line.amount:
            yield violation("COST.MISSING_LINE", _where(line), "cost line", "none", f"{line.amount} {line.name}")
    for line in stated[len(wanted) :]:
        yield violation("COST.EXTRA_LINE", _where(line), "cost line", f"{line.amount} {line.name}", "no such line")


def _where(line: CostLine) -> str:
    source = "".join(f" of {kind} {name}" for kind, name in (("load", line.load_id), ("entry", line.entry_id)) if name)
    return f"shipment {line.shipment_id}, {line.code} ({line.charge_id}){source}"


def _different(found: CostLine, expected: CostLine) -> Iterator[Violation]:
    where = _where(expected)
    for name in _TEXTS:
        if getattr(found, name) != getattr(expected, name):
            yield violation("COST.TEXT", where, name, getattr(found, name), getattr(expected, name))
    if not _near(found.quantity, expected.quantity):
        yield violation("COST.QUANTITY", where, f"quantity {expected.basis}", found.quantity, expected.quantity)
    if not _near(found.rate, expected.rate):
        yield violation("COST.RATE", where, "rate", found.rate, expected.rate)
    if found.source_amount != expected.source_amount:
        what = "whole charge before sharing"
        yield violation("COST.SOURCE_AMOUNT", where, what, found.source_amount, expected.source_amount)
    if found.amount != expected.amount:
        shared = expected.basis in LOAD_BASES or expected.basis in ENTRY_BASES
        cause = "COST.SHARE" if shared and found.source_amount == expected.source_amount else "COST.AMOUNT"
        yield violation(cause, where, "amount", found.amount, expected.amount)


def _near(found: Decimal, expected: Decimal) -> bool:
    return abs(found - expected) <= _TOLERANCE * max(Decimal(1), abs(expected))


def own_tariffs(case: Case) -> Iterator[Violation]:
    """Yield a violation for each journey whose lane or final leg has no price on its day: nothing moves for free."""
    for each in case.travellers.values():
        journey, chain = each.journey, each.journey.chain
        if chain is None:
            continue
        if chain.run.lane.buying == "space" and not trunk_priced(case.world, journey, chain, each.dates):
            what = f"price of lane {chain.run.lane.lane_id} on {each.dates.before}"
            yield violation("TARIFF.NONE", journey.where, what, "none", "a charge in force")
        if chain.centre is not None and not final_leg_tariff(chain, journey.planned.final_leg):
            what = f"{journey.planned.final_leg} from {chain.last.place_id}"
            yield violation("TARIFF.NONE", journey.where, what, "no tariff", "a tariff")


def load_tariffs(held: Held) -> Iterator[Violation]:
    """Yield a violation for a load whose lane or truck tariff does not price its equipment on its day."""
    mode, steps = load_steps(held)
    position = 0 if held.load.kind == "truck" else 3
    if len(steps) > position and not load_charges(held, steps[position], mode):
        what = f"price of a {held.equipment.equipment_id} on {steps[position].day}"
        yield violation("TARIFF.NONE", held.where, what, "none", f"a charge of tariff {steps[position].tariff}")
