"""Share the charges of a plan again, judge the shares, and set the rules side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property

import numpy as np

from consolidation.allocation.capped import capped
from consolidation.allocation.certificate import certify
from consolidation.allocation.games import Games
from consolidation.allocation.ledger import Draft, Ledger
from consolidation.allocation.model import (
    RULES,
    Allocation,
    AllocationError,
    CapBasis,
    Charged,
    Comparison,
    Fairness,
    Rule,
)
from consolidation.allocation.proportional import MEASURES, by_guide_price, by_measure
from consolidation.allocation.shapley import EXACT_PLAYERS, Shapley
from consolidation.plan_model import Plan
from network.errors import nearest
from network.model import Network
from network.money import from_micros

SAMPLES = 200
"""Orders of arrival that the rule ``shapley`` draws for a load of many shipments."""


def allocate(plan: Plan, network: Network, rule: Rule, *, seed: int = 0, samples: int = SAMPLES) -> Allocation:
    """Share the charges of a plan by a rule. The charges stay the same, and so does their sum, to the cent.

    Parameters
    ----------
    network : the network the plan was made on; only ``shapley`` looks at it
    seed, samples : of the orders of arrival that ``shapley`` draws where a load holds more than 12 shipments

    Raises
    ------
    AllocationError
        If there is no such rule, or the plan lacks what the rule needs.
    """
    return _Desk(plan, network).allocate(rule, seed, samples)


def fairness(plan: Plan, network: Network, allocation: Allocation) -> Fairness:
    """Judge an allocation of a plan: who pays more than alone, and who would save by leaving together.

    Raises
    ------
    AllocationError
        If the network does not know what the plan names, or the allocation is not one of the plan.
    """
    return _Desk(plan, network).judge(allocation)


def comparison(
    plan: Plan, network: Network, rules: Iterable[Rule] = RULES, *, seed: int = 0, samples: int = SAMPLES
) -> Comparison:
    """Set rules side by side: what each charges every seller, and its fairness certificate.

    A rule that the plan cannot be shared by is left out with the reason: ``dual`` without guide prices.
    """
    desk = _Desk(plan, network)
    made: dict[Rule, Fairness] = {}
    left_out: dict[Rule, str] = {}
    for rule in rules:
        try:
            allocation = desk.allocate(rule, seed, samples)
        except AllocationError as refused:
            left_out[rule] = str(refused)
        else:
            made[rule] = desk.judge(allocation)
    return Comparison(tuple(made), _side_by_side(made), made, left_out)


def _side_by_side(made: Mapping[Rule, Fairness]) -> tuple[Charged, ...]:
    columns = zip(*(found.standings for found in made.values()), strict=True)
    return tuple(
        Charged(
            column[0].seller_id,
            column[0].shipments,
            column[0].alone,
            {rule: standing.cash for rule, standing in zip(made, column, strict=True)},
        )
        for column in columns
    )


class _Desk:
    """A plan's ledger and games, made once for all rules."""

    def __init__(self, plan: Plan, network: Network) -> None:
        self._plan, self._network = plan, network
        self._ledger = Ledger(plan)

    @cached_property
    def _games(self) -> Games:
        return Games(self._plan, self._network, self._ledger)

    def allocate(self, rule: Rule, seed: int, samples: int) -> Allocation:
        """Share the charges by a rule."""
        if rule not in RULES:
            maybe = nearest(rule, RULES)
            raise AllocationError(f"no rule {rule!r}: {', '.join(RULES)}" + (f". Maybe {maybe}" if maybe else ""))
        if rule == "wm":
            return self._finished(rule, Draft(self._ledger), notes=(_WM,))
        if rule == "stand_alone_capped":
            return self._capped(rule)
        if rule == "dual":
            draft, kept = by_guide_price(self._ledger)
            return self._finished(rule, draft, notes=(_DUAL, *_kept(kept), _ENTRIES))
        if rule == "shapley":
            return self._shapley(rule, seed, samples)
        return self._finished(rule, by_measure(self._ledger, MEASURES[rule]), notes=(_MEASURE[rule], _ENTRIES))

    def judge(self, allocation: Allocation) -> Fairness:
        """Return the fairness certificate."""
        if allocation.totals.keys() != self._ledger.row.keys():
            raise AllocationError("the allocation does not bear on the shipments of the plan")
        return certify(self._ledger, self._games, allocation)

    def _capped(self, rule: Rule) -> Allocation:
        draft, caps = capped(self._ledger)
        notes = (_CAPS[caps.basis], *_moved(self._plan, draft), _ENTRIES)
        return self._finished(rule, draft, caps=caps.basis, notes=notes)

    def _shapley(self, rule: Rule, seed: int, samples: int) -> Allocation:
        if samples < 2:
            raise AllocationError(f"rule shapley: {samples} orders of arrival, expected at least 2")
        work = Shapley(self._ledger, self._games, seed, samples)
        draft = work.run()
        drawn = f"Exact on loads of at most {EXACT_PLAYERS} shipments"
        if work.sampled:
            drawn += (
                f"; {samples} orders were drawn for {_loads(work.sampled, 'larger ')}, with the standard errors stated"
            )
        micros = np.sqrt(work.variance)
        error = {name: Decimal(f"{micros[k] / 1e6:.4f}") for name, k in self._ledger.row.items()}
        notes = (_SHAPLEY, f"{drawn}.", *_moved(self._plan, draft), _ENTRIES)
        return self._finished(rule, draft, standard_error=error, notes=notes)

    def _finished(
        self,
        rule: Rule,
        draft: Draft,
        *,
        notes: tuple[str, ...],
        caps: CapBasis = "",
        standard_error: Mapping[str, Decimal] | None = None,
    ) -> Allocation:
        lines = draft.lines(rule)
        totals = dict.fromkeys(self._ledger.row, Decimal("0.00"))
        for line in lines:
            totals[line.shipment_id] += line.amount
        return Allocation(rule, lines, totals, standard_error or {}, caps, notes)


_ENTRIES = "Fees of customs entries stay shared by goods value, which is customs' own basis."
_WM = "Charges of a load are shared by the larger of the parts of its stuffing volume and of its payload, as in plan.json."
_MEASURE: dict[Rule, str] = {
    "volume": "Charges of a load are shared by volume.",
    "weight": "Charges of a load are shared by gross weight.",
    "value": "Charges of a load are shared by goods value.",
}
_DUAL = "Charges of a load are shared by what is left of the optimiser's guide prices after everything else."
_SHAPLEY = "Each shipment pays what it adds to the cost of its loads, averaged over the orders of arrival."
_CAPS: dict[CapBasis, str] = {
    "cash": "No shipment pays more cash than sending it alone would cost.",
    "cash_and_time": "The plan costs more cash than sending everything alone; no shipment pays more than its cost alone "
    "and the priced time that the plan saves it.",
    "impossible": "No caps can be kept: the plan costs more than sending everything alone and the priced time it saves. "
    "Every shipment pays the same part of its cost alone.",
}


def _kept(loads: int) -> tuple[str, ...]:
    if not loads:
        return ()
    return (
        f"{_loads(loads)} {'stays' if loads == 1 else 'stay'} shared as in the plan: no guide price is left there.",
    )


def _loads(count: int, kind: str = "") -> str:
    return f"1 {kind}load" if count == 1 else f"{count} {kind}loads"


def _moved(plan: Plan, draft: Draft) -> tuple[str, ...]:
    if not draft.transfers:
        return ()
    return (f"Transfers move {from_micros(draft.transfers)} {plan.inputs.currency} between shipments.",)
