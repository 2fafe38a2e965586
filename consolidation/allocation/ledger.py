"""The plan's charges as tables: per load one row per charge and one column per shipment, in micro-units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from consolidation.allocation.model import TRANSFER, AllocationError, Rule
from consolidation.plan_model import CostLine, Plan, PlannedLoad
from network.charges import ENTRY_BASES
from network.money import from_micros, share, to_micros

_Key = tuple[str, Decimal, Decimal]
_BROKEN = "Maybe the plan was edited: dragonboat check lists what is wrong"


@dataclass(frozen=True)
class LoadTable:
    """The charges of one load: R charges, m members. Money in micro-units.

    Attributes
    ----------
    members : (m,) int, positions of its shipments in the plan
    charges : (R,) int, whole charges
    lines : (R, m) int, positions of the shares in the plan's cost lines
    columns : (m,) int, what each member bears in the plan
    """

    load: PlannedLoad
    members: tuple[int, ...]
    charges: tuple[int, ...]
    lines: tuple[tuple[int, ...], ...]
    columns: tuple[int, ...]


def spread(charges: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """Return a table of whole cents, none negative, with these sums of rows and of columns.

    Charge by charge is shared in proportion to what is left of each column. A share is never above what is left,
    since the charge is not, and the last charge is exactly what is left; so both sums hold to the cent.

    Parameters
    ----------
    charges : (R,) int, micro-units, whole cents
    columns : (m,) int, micro-units, whole cents, with the same sum

    Examples
    --------
    >>> spread([100_000, 50_000], [70_000, 80_000])
    [[50000, 50000], [20000, 30000]]
    """
    rest, rows = list(columns), []
    for charge in charges:
        row = share(charge, rest)
        rows.append(row)
        rest = [left - part for left, part in zip(rest, row, strict=True)]
    return rows


class Ledger:
    """What each shipment bears in the plan, by kind, and the tables of its loads. Money in micro-units.

    Attributes
    ----------
    own : list of int, lines of one shipment alone
    entry : list of int, shares of the fees of customs entries
    tables : tables of the loads in the order of the plan

    Raises
    ------
    AllocationError
        If a charge of a load is not shared among all its members to the cent, or a line names nobody in the plan.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.row = {shipment.shipment_id: k for k, shipment in enumerate(plan.shipments)}
        self.own, self.entry = [0] * len(self.row), [0] * len(self.row)
        self._micros: dict[int, int] = {}
        shared = self._sorted_out()
        self.tables = tuple(self._table(load, shared.pop(load.load_id, {})) for load in plan.loads)
        if shared:
            raise AllocationError(f"load {min(shared)}: charged, not among the loads of the plan. {_BROKEN}")

    def _sorted_out(self) -> dict[str, dict[_Key, dict[int, list[int]]]]:
        """Sum up what is not of loads; return the shares of loads by load, charge and shipment, as line positions."""
        shared: dict[str, dict[_Key, dict[int, list[int]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(list))
        )
        for position, line in enumerate(self.plan.cost_lines):
            who = self.row.get(line.shipment_id)
            if who is None:
                raise AllocationError(f"shipment {line.shipment_id}: charged, not among those planned. {_BROKEN}")
            if line.load_id:
                self._micros[position] = to_micros(line.amount)
                shared[line.load_id][line.charge_id, line.quantity, line.source_amount][who].append(position)
            elif line.basis in ENTRY_BASES:
                self.entry[who] += to_micros(line.amount)
            else:
                self.own[who] += to_micros(line.amount)
        return shared

    def _table(self, load: PlannedLoad, shared: dict[_Key, dict[int, list[int]]]) -> LoadTable:
        members = tuple(self.row[shipment_id] for shipment_id in load.shipments if shipment_id in self.row)
        charges, lines = [], []
        for (charge_id, _, source), held in shared.items():
            times = len(next(iter(held.values())))
            if len(members) != len(load.shipments) or {k: len(held[k]) for k in held} != dict.fromkeys(members, times):
                raise AllocationError(f"load {load.load_id}, {charge_id}: not charged to all its shipments. {_BROKEN}")
            for time in range(times):  # the same charge at two places of the way
                row = tuple(held[member][time] for member in members)
                if sum(self._micros[position] for position in row) != to_micros(source):
                    raise AllocationError(f"load {load.load_id}, {charge_id}: shares do not sum to {source}. {_BROKEN}")
                charges.append(to_micros(source))
                lines.append(row)
        columns = tuple(sum(self._micros[row[k]] for row in lines) for k in range(len(members)))
        return LoadTable(load, members, tuple(charges), tuple(lines), columns)

    @cached_property
    def loads(self) -> list[int]:
        """Shares of loads, by shipment."""
        found = [0] * len(self.row)
        for table in self.tables:
            for member, part in zip(table.members, table.columns, strict=True):
                found[member] += part
        return found

    @cached_property
    def total(self) -> list[int]:
        """Landed cost, by shipment."""
        return [sum(parts) for parts in zip(self.own, self.entry, self.loads, strict=True)]


class Draft:
    """The shares of a plan while a rule writes them: those of the plan where it has written nothing."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._new: dict[int, int] = {}
        self._moved = [0] * len(ledger.row)

    def by_weight(self, table: LoadTable, weights: Sequence[int]) -> None:
        """Share each charge of a load in proportion to the weights of its members, (m,)."""
        for charge, lines in zip(table.charges, table.lines, strict=True):
            self._new.update(zip(lines, share(charge, weights), strict=True))

    def by_column(self, table: LoadTable, columns: Sequence[int]) -> None:
        """Share the charges of a load so that each member bears its column, (m,), micro-units, none negative."""
        for lines, row in zip(table.lines, spread(table.charges, columns), strict=True):
            self._new.update(zip(lines, row, strict=True))

    def move(self, shipment: int, micros: int) -> None:
        """Let a shipment bear so much more, as a transfer; over all shipments these must sum to zero."""
        self._moved[shipment] += micros

    @property
    def transfers(self) -> int:
        """What is moved by transfer lines in all, micro-units."""
        return sum(micros for micros in self._moved if micros > 0)

    def lines(self, rule: Rule) -> tuple[CostLine, ...]:
        """Return the cost lines; transfers stand behind the other lines of their shipment."""
        plan = self._ledger.plan
        if not self._new and not any(self._moved):
            return plan.cost_lines
        found = list(plan.cost_lines)
        for position, micros in self._new.items():
            found[position] = _with_amount(found[position], from_micros(micros))
        moved = [
            _transfer(rule, plan.inputs.currency, shipment.shipment_id, from_micros(micros))
            for shipment, micros in zip(plan.shipments, self._moved, strict=True)
            if micros
        ]
        if moved:
            found = sorted([*found, *moved], key=lambda line: self._ledger.row[line.shipment_id])
        return tuple(found)


_FIELDS = tuple(CostLine.__slots__)


def _with_amount(line: CostLine, amount: Decimal) -> CostLine:
    if line.amount == amount:
        return line
    return CostLine.trusted(**{name: getattr(line, name) for name in _FIELDS if name != "amount"}, amount=amount)


def _transfer(rule: Rule, currency: str, shipment_id: str, amount: Decimal) -> CostLine:
    return CostLine(
        code=TRANSFER, name="Transfer between shipments", category="trunk", side="freight", payer="seller",
        basis="flat", quantity=Decimal(1), rate=amount, currency=currency, charge_id=f"rule {rule}",
        source_amount=Decimal("0.00"), shipment_id=shipment_id, amount=amount,
    )  # fmt: skip
