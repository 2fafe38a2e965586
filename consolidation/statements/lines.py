"""The cost lines of statements: shared by a rule, and cut down to what one seller may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

from consolidation.allocation import TRANSFER, AllocationError, Rule, allocate
from consolidation.plan_model import CostLine, Plan
from consolidation.statements.model import SharedBy, StatementLine
from network.charges import ENTRY_BASES
from network.errors import Finding, InputError, nearest
from network.model import Network

_ENTRIES = " Fees of a customs entry are split by goods value. Everything else is the shipment's own."
RULES: dict[str, str] = {
    "wm": "Charges of a container or truck are split by the room each shipment takes in it: the larger of its part of "
    "the stuffing volume and of the payload (W/M)." + _ENTRIES,
    "volume": "Charges of a container or truck are split by cubic metres." + _ENTRIES,
    "weight": "Charges of a container or truck are split by gross weight." + _ENTRIES,
    "value": "Charges of a container or truck are split by goods value." + _ENTRIES,
    "stand_alone_capped": "Charges of a container or truck are split by the room each shipment takes in it (W/M), but no "
    "shipment pays more than sending it alone would have cost; a line ALLOCATION.TRANSFER moves what else that takes."
    + _ENTRIES,
    "dual": "Charges of a container or truck are split by what a place in it was worth to the plan, by the optimiser's "
    "prices." + _ENTRIES,
    "shapley": "Charges of a container or truck are split by what each shipment adds to the bill, averaged over every order "
    "in which the shipments might have come (Shapley value).",
}
"""Rules by which shared charges can be split, in words for sellers."""

EDITED = "the plan was edited: dragonboat check says what is wrong with it"
"""The cure for a plan that does not add up."""


def lines_of(plan: Plan, network: Network, rule: str) -> tuple[CostLine, ...]:
    """Return the cost lines of a plan with its shared charges split by a rule.

    Raises
    ------
    InputError
        If there is no such rule, or the plan cannot be shared by it.
    """
    if rule not in RULES:
        raise InputError([
            Finding("--rule", None, "rule", rule, "one of " + ", ".join(RULES), nearest(rule, RULES), "RULE.UNKNOWN")
        ])  # fmt: skip
    if rule == "wm":
        return plan.cost_lines
    try:
        return allocate(plan, network, cast("Rule", rule)).lines
    except AllocationError as refused:
        raise InputError([
            Finding("plan.json", None, "rule", rule, "a plan that can be shared so", str(refused), "RULE.REFUSED")
        ]) from refused  # fmt: skip


def require_sums(plan: Plan, lines: Sequence[CostLine]) -> None:
    """Refuse lines that are no division of the plan's landed cost: a statement never goes out with a wrong total.

    Raises
    ------
    InputError
        If the lines do not sum to the plan's cash cost, one that is no transfer is negative, or one belongs to no planned shipment.
    """
    planned = {row.shipment_id for row in plan.shipments}
    total = sum((line.amount for line in lines), Decimal("0.00"))
    problems = [
        (line.shipment_id, line.amount, "a charge of a planned shipment, not negative")
        for line in lines
        if (line.amount < 0 and line.code != TRANSFER) or line.shipment_id not in planned
    ]
    if total != plan.certificate.cash_cost:
        problems.append(("cost_lines", total, f"{plan.certificate.cash_cost}, the cash cost of the plan"))
    if problems:
        raise InputError(
            Finding("plan.json", None, where, str(found), expected, EDITED, "COST.SUM")
            for where, found, expected in problems
        )


class SellerView:
    """Turns cost lines into what the seller of the shipment may see of them.

    Parameters
    ----------
    seller : seller of every shipment, by id
    """

    def __init__(self, plan: Plan, network: Network, seller: Mapping[str, str]) -> None:
        self._kind: Mapping[str, SharedBy] = {
            load.load_id: "truck" if load.kind == "truck" else "container" for load in plan.loads
        }
        self._mixed = {
            group_id
            for group_id, members in (
                *((load.load_id, load.shipments) for load in plan.loads),
                *((entry.entry_id, entry.shipments) for entry in plan.entries),
            )
            if len({seller.get(name) for name in members}) > 1
        }
        self._estimates = {
            *(row.charge_id for row in network.charges if row.is_estimate),
            *(row.duty_id for row in network.duties if row.is_estimate),
            *(row.regime_id for row in network.regimes if row.is_estimate),
        }

    def by_shipment(self, lines: Sequence[CostLine]) -> dict[str, tuple[StatementLine, ...]]:
        """Return the lines of every shipment, in the order given."""
        found: dict[str, list[StatementLine]] = defaultdict(list)
        for line in lines:
            found[line.shipment_id].append(self._line(line))
        return {shipment_id: tuple(rows) for shipment_id, rows in found.items()}

    def _line(self, line: CostLine) -> StatementLine:
        shared_by = self._shared_by(line)
        return StatementLine(
            shipment_id=line.shipment_id,
            category=line.category,
            code=line.code,
            name=line.name,
            basis=line.basis,
            shared_by=shared_by,
            quantity=None if shared_by else line.quantity,
            rate=None if shared_by else line.rate,
            rate_currency=line.currency,
            amount=line.amount,
            estimate=line.charge_id in self._estimates,
        )

    def _shared_by(self, line: CostLine) -> SharedBy:
        """Return what a charge is shared in; blank where its whole is the shipment's own and shows nobody else's."""
        is_part = line.amount != line.source_amount
        if line.load_id:
            return self._kind.get(line.load_id, "container") if is_part or line.load_id in self._mixed else ""
        if line.basis in ENTRY_BASES:
            return "customs entry" if is_part or line.entry_id in self._mixed else ""
        return ""
