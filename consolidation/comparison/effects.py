"""What the amounts of a shipment differ by, to the cent.

The lines of one charge in both plans are a pair. With the whole charge W (``source_amount``), the shipment's part s of
it, and W' what the charge of B would come to at the prices of A, the difference of a pair is

    price       s_B x (W_B - W'_B)
    the rest    s_B x W'_B - s_A x W_A, which is
                journey     where the line belongs to another load, or the shipment travels another way
                quantity    where only the shipment's own facts differ, or the charge is not shared
                sharing     where only the others in the load or the entry differ
                both        else: quantity is W_A x (s* - s_A), with s* the part that the shipment would have
                            of its old company at its new size; sharing is what is left

A charge that only one plan has is a matter of the journey, else of price if the other plan does not know it.
Every effect is whole cents and the last one is what is left, so that effects sum to the difference exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from consolidation.comparison.matching import Pair
from consolidation.comparison.model import EFFECTS, Effect, Money
from consolidation.comparison.prices import Prices
from consolidation.plan_model import CATEGORIES, Category, CostLine, PlannedLoad, PlannedShipment
from network.charges import ENTRY_BASES

_ZERO, _ONE, _CENT = Decimal("0.00"), Decimal(1), Decimal("0.01")
_ON_THE_WAY = ("_km", "_day")
"""Ends of bases whose quantity depends on the way, whatever the goods."""


@dataclass(slots=True)
class Ledger:
    """Amounts of one thing in both plans, gathered line by line, and what their difference comes from."""

    before: Decimal = _ZERO
    after: Decimal = _ZERO
    effects: dict[Effect, Decimal] = field(default_factory=dict)

    def put(self, effect: Effect, amount: Decimal) -> None:
        """Add an amount to an effect; an effect of nothing is none."""
        total = self.effects.get(effect, _ZERO) + amount
        if total:
            self.effects[effect] = total
        else:
            self.effects.pop(effect, None)

    def add(self, other: Ledger) -> None:
        """Add the amounts of a part."""
        self.before += other.before
        self.after += other.after
        for effect, amount in other.effects.items():
            self.put(effect, amount)

    def money(self) -> Money:
        """Return the amounts, effects in their order."""
        told = {effect: self.effects[effect] for effect in EFFECTS if effect in self.effects}
        return Money.model_construct(before=self.before, after=self.after, effects=told)


Ledgers = dict[Category, Ledger]
"""Amounts by category of landed cost."""


def total(ledgers: Iterable[Ledger]) -> Ledger:
    """Return the sum of amounts."""
    found = Ledger()
    for ledger in ledgers:
        found.add(ledger)
    return found


@dataclass(frozen=True)
class Traveller:
    """A shipment planned in both plans.

    Attributes
    ----------
    has_moved : whether its journey is another
    has_changed : whether the goods themselves are other ones
    """

    before: PlannedShipment
    after: PlannedShipment
    has_moved: bool
    has_changed: bool


class Appraiser:
    """Splits the differences of shipments into effects, and keeps what each charge's price came to.

    Parameters
    ----------
    changed : ids of shipments whose own facts differ
    """

    def __init__(self, pair: Pair, prices: Prices, changed: frozenset[str]) -> None:
        self._pair, self._prices, self._changed = pair, prices, changed
        self._members_before = {row.entry_id: row.shipments for row in pair.a.entries}
        self._members_after = {row.entry_id: row.shipments for row in pair.b.entries}
        self.repriced: dict[str, list[Decimal]] = defaultdict(list)
        """Effects of price by charge, one of each line."""

    def one_sided(self, effect: Effect, lines: Iterable[CostLine], *, is_after: bool) -> Ledgers:
        """Return the amounts by category of a shipment that only one plan has."""
        found: dict[Category, Ledger] = defaultdict(Ledger)
        for line in lines:
            ledger = found[line.category]
            ledger.before += _ZERO if is_after else line.amount
            ledger.after += line.amount if is_after else _ZERO
            ledger.put(effect, line.amount if is_after else -line.amount)
        return _in_order(found)

    def categories(self, who: Traveller, before: Sequence[CostLine], after: Sequence[CostLine]) -> Ledgers:
        """Return the amounts by category of a shipment that both plans have; only categories with a line."""
        found: dict[Category, Ledger] = defaultdict(Ledger)
        pairs = zip(before, after, strict=True) if before == after else _paired(before, after)
        for old, new in pairs:
            if old is not None:
                found[old.category].before += old.amount
            if new is not None:
                found[new.category].after += new.amount
            if old != new:
                self._split(who, old, new, found)
        return _in_order(found)

    def _split(self, who: Traveller, old: CostLine | None, new: CostLine | None, found: Ledgers) -> None:
        line = new or old
        assert line is not None
        ledger = found[line.category]
        if old is None or new is None:
            amount = line.amount if old is None else -line.amount
            effect = self._alone(who, line, is_after=old is None)
            ledger.put(effect, amount)
            if effect == "price":
                self.repriced[line.charge_id].append(amount)
            return
        price = self._price(old, new)
        if price:
            ledger.put("price", price)
            self.repriced[line.charge_id].append(price)
        rest = new.amount - old.amount - price
        if rest:
            for effect, amount in self._rest(who, old, new, rest):
                ledger.put(effect, amount)

    def _alone(self, who: Traveller, line: CostLine, *, is_after: bool) -> Effect:
        """Return what the whole amount of a line is about that only one plan has."""
        if who.has_moved and not self._rides_on(who, line.load_id, is_after=is_after):
            return "journey"
        if not self._prices.in_both(line.charge_id):
            return "price"
        return "sharing" if _is_shared(line) and not who.has_changed else "quantity"

    def _rides_on(self, who: Traveller, load_id: str, *, is_after: bool) -> bool:
        """Return whether a shipment is in a load of one plan, and in the same load in the other one."""
        before, after = who.before, who.after
        for old, new in ((before.trunk_load_id, after.trunk_load_id), (before.truck_load_id, after.truck_load_id)):
            if load_id and load_id == (new if is_after else old):
                return self._pair.same_load(old, new) and self._stays(old)
        return False

    def _stays(self, load_id: str) -> bool:
        """Return whether a load of A goes the same way in B."""
        twin = self._pair.loads_after[self._pair.twin[load_id]]
        return _way(self._pair.loads_before[load_id]) == _way(twin)

    def _price(self, old: CostLine, new: CostLine) -> Decimal:
        """Return what the amount differs by because the charge has another price."""
        whole = new.source_amount
        if not whole or whole == old.source_amount:
            return _ZERO
        if new.quantity == old.quantity and new.basis == old.basis:
            at_old_price = old.source_amount
        else:
            at_old_price = whole / self._prices.ratio(old, new)
        return new.amount - _cents(new.amount * at_old_price / whole)

    def _rest(self, who: Traveller, old: CostLine, new: CostLine, rest: Decimal) -> Iterator[tuple[Effect, Decimal]]:
        """Yield the effects of what is left when prices are taken out."""
        if not _is_shared(new) and not _is_shared(old):
            on_the_way = old.basis.endswith(_ON_THE_WAY) or not who.has_changed
            yield ("journey" if who.has_moved and on_the_way else "quantity"), rest
            return
        if not self._same_place(who, old, new):
            yield "journey", rest
            return
        if not who.has_changed:
            yield "sharing", rest
            return
        if not self._company_changed(who, old, new):
            yield "quantity", rest
            return
        own = _cents(old.source_amount * (self._grown(who, old) - _part(old)))
        yield "quantity", own
        yield "sharing", rest - own

    def _same_place(self, who: Traveller, old: CostLine, new: CostLine) -> bool:
        """Return whether two shared lines come from one load, or from one entry on it."""
        if bool(old.load_id) != bool(new.load_id):
            return False
        if old.load_id:
            return self._pair.same_load(old.load_id, new.load_id) and self._stays(old.load_id)
        load_id = who.before.trunk_load_id
        same = (who.before.importer_id, who.before.regime_id) == (who.after.importer_id, who.after.regime_id)
        return same and self._pair.same_load(load_id, who.after.trunk_load_id) and (
            self._stays(load_id) if load_id else who.before.departure_id == who.after.departure_id
        )  # fmt: skip

    def _company_changed(self, who: Traveller, old: CostLine, new: CostLine) -> bool:
        """Return whether others than the shipment itself came, left or have other facts in a load or entry."""
        if old.load_id:
            before: Sequence[str] = self._pair.loads_before[old.load_id].shipments
            after: Sequence[str] = self._pair.loads_after[new.load_id].shipments
        else:
            before, after = self._members_before.get(old.entry_id, ()), self._members_after.get(new.entry_id, ())
        if set(before) != set(after):
            return True
        return any(name in self._changed for name in before if name != who.before.shipment_id)

    def _grown(self, who: Traveller, line: CostLine) -> Decimal:
        """Return the part of a whole charge that the shipment would have at its new size in its old company."""
        part = _part(line)
        if line.load_id:
            load = self._pair.loads_before[line.load_id]
            sizes = _room(load, who.before), _room(load, who.after)
        else:
            sizes = who.before.goods_value, who.after.goods_value
        if not sizes[0]:
            return part
        grown = part * sizes[1] / sizes[0]
        return grown / (_ONE - part + grown) if _ONE - part + grown else part


def _room(load: PlannedLoad, row: PlannedShipment) -> Decimal:
    """Return the room of a shipment in a load: the larger of its part of the stuffing volume and of the payload."""
    volume = row.volume_m3 * load.fill / load.volume_m3 if load.volume_m3 else _ZERO
    weight = row.gross_weight_kg * load.weight_fill / load.gross_weight_kg if load.gross_weight_kg else _ZERO
    return max(volume, weight)


def _way(load: PlannedLoad) -> tuple[str, str, str]:
    return load.origin, load.destination, load.departure_id or load.departs


def _is_shared(line: CostLine) -> bool:
    return bool(line.load_id) or line.basis in ENTRY_BASES


def _part(line: CostLine) -> Decimal:
    return line.amount / line.source_amount if line.source_amount else _ZERO


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def _paired(before: Iterable[CostLine], after: Iterable[CostLine]) -> Iterator[tuple[CostLine | None, CostLine | None]]:
    """Yield the lines of each charge in both plans, in the order of A, then what only B has."""
    waiting: dict[tuple[str, str, str, bool], list[CostLine]] = defaultdict(list)
    for line in after:
        waiting[_charge(line)].append(line)
    for line in before:
        twins = waiting.get(_charge(line))
        yield line, twins.pop(0) if twins else None
    for lines in waiting.values():
        for line in lines:
            yield None, line


def _charge(line: CostLine) -> tuple[str, str, str, bool]:
    """Return what makes lines of two plans the same charge."""
    return line.charge_id, line.code, line.category, bool(line.load_id)


def _in_order(found: Ledgers) -> Ledgers:
    return {name: found[name] for name in CATEGORIES if name in found}
