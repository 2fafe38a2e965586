"""The objective of the exact model: amounts in whole cents, and customs fees as exact integer constraints."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ortools.sat.python import cp_model

from network.money import CENT

from .problem import EntryFee

_RATE_ONE = 1_000_000_000


class Money:
    """What the plans of a model cost.

    Parameters
    ----------
    cp : cp_model.CpModel, gets the constraints of fees and in the end the objective
    """

    def __init__(self, cp: cp_model.CpModel) -> None:
        self._cp = cp
        self._terms: list[tuple[int, cp_model.IntVar]] = []
        self._constant = 0

    def pay(self, amount: int, literal: cp_model.IntVar) -> None:
        """Add an amount in micro-units that is paid when the literal is true."""
        if amount:
            self._terms.append((amount // CENT, literal))

    def add(self, cents: cp_model.IntVar) -> None:
        """Add an amount that the model finds out, whole cents."""
        self._terms.append((1, cents))

    def fix(self, amount: int) -> None:
        """Add an amount in micro-units that is paid in any case."""
        self._constant += amount // CENT

    def minimise(self) -> None:
        """Make the sum of all amounts, in cents, the objective."""
        if not self._terms:
            self._cp.minimize(self._constant)
            return
        factors, literals = zip(*self._terms, strict=True)
        self._cp.minimize(cp_model.LinearExpr.weighted_sum(literals, factors) + self._constant)

    def charge(
        self, fee: EntryFee, base: int, there: cp_model.IntVar | None, joining: list[tuple[cp_model.IntVar, int]]
    ) -> None:
        """Charge a fee on the value of one importer's lots in one load; `there` is None when it is present anyway."""
        if len(joining) == 1:
            member, value = joining[0]
            before = fee.amount(base) if there is None else 0
            self.fix(before)
            self.pay(fee.amount(base + value) - before, member)
            return
        total = base + sum(value for _, value in joining)
        if total <= fee.small_up_to:
            self._charge_flat(fee.small_amount, there)
            return
        usual = there
        if base <= fee.small_up_to:
            usual = self._cp.new_bool_var("u")
            self._cp.add(sum(value * member for member, value in joining) <= fee.small_up_to - base).only_enforce_if(
                ~usual
            )
            if there is not None:
                self._cp.add_implication(usual, there)
        if fee.rate_ppb == 0:
            self._charge_flat(fee.usual(0), usual)
            if usual is not there and usual is not None:
                self._charge_flat(fee.small_amount, there)
                self.pay(-fee.small_amount, usual)
            return
        most = fee.usual(total) // CENT
        charged = self._cp.new_int_var(0, most, "f")
        self.add(charged)
        if usual is not there:
            self._at_least(charged, fee.small_amount, there)
        self._at_least(charged, fee.usual(0), usual)
        when: list[cp_model.LiteralT] = [] if usual is None else [usual]
        if fee.maximum is not None and most * CENT == fee.maximum:
            capped = self._cp.new_bool_var("c")
            self._cp.add(charged >= most).only_enforce_if(capped)
            when = [capped.negated(), *when]
        self._charge_rate(fee, base, joining, charged, when)

    def _charge_flat(self, amount: int, there: cp_model.IntVar | None) -> None:
        if there is None:
            self.fix(amount)
        else:
            self.pay(amount, there)

    def _at_least(self, charged: cp_model.IntVar, amount: int, there: cp_model.IntVar | None) -> None:
        """Make `charged`, in cents, at least an amount in micro-units where the entry is there."""
        self._cp.add(charged >= (amount // CENT if there is None else amount // CENT * there))

    def _charge_rate(
        self,
        fee: EntryFee,
        base: int,
        joining: list[tuple[cp_model.IntVar, int]],
        charged: cp_model.IntVar,
        when: Sequence[cp_model.LiteralT],
    ) -> None:
        """Enforce ``charged >= flat + round_half_up(rate * value)`` in cents, exactly, in integers.

        ``floor(N / D) <= c`` is the same as ``N - (D - 1) <= D * c``; numerator and denominator lose their common
        factor first.
        """
        step = 2 * CENT * _RATE_ONE
        factor = math.gcd(2 * fee.rate_ppb, step // 2, *(math.gcd(2 * fee.rate_ppb * v, step) for _, v in joining))
        factor = math.gcd(factor, math.gcd(2 * fee.rate_ppb * base, step)) if base else factor
        numerator = sum((2 * fee.rate_ppb * value // factor) * member for member, value in joining)
        fixed = (2 * fee.rate_ppb * base + step // 2) // factor
        denominator = step // factor
        flat = fee.flat // CENT
        row = self._cp.add(numerator + fixed - (denominator - 1) <= denominator * (charged - flat))
        if when:
            row.only_enforce_if(when)
