"""Examinations in the exact model: one literal for every number of importers that a load may have, chance by chance.

How likely a load is examined depends on how many importers of each chance are in it, and on nothing else. So the model
chooses one such count; its expected cost is then a number, and its delay a number times the prices of a day in the load.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from ortools.sat.python import cp_model

from network.examinations import MILLIDAYS, MILLION, joint_chance
from network.money import CENT

from .cpsat_money import Money
from .examination import Examination

_MOST_COUNTS = 400
"""Counts modelled at most; beyond, all importers who may join count as the least likely to be examined."""
Present = cp_model.IntVar | None
"""Literal of an importer in a load; None for one that is there in any case."""


@dataclass(frozen=True)
class Held:
    """What a load would lose by a day: lots that stay in it together, micro-units, and those that may join."""

    base: int
    joining: Sequence[tuple[int, cp_model.IntVar]]


def charge_examination(
    cp: cp_model.CpModel, money: Money, exam: Examination, importers: Sequence[tuple[int, Present]], held: Held
) -> None:
    """Charge a load what is expected of its examination; exact unless there are too many counts, then from below.

    Parameters
    ----------
    importers : chance, millionths, and presence of every importer that is or may be in the load
    """
    groups = _groups(importers)
    if math.prod(len(literals) + 1 for _, literals in groups.values()) > _MOST_COUNTS:
        least = min(chance for chance, (_, literals) in groups.items() if literals)
        groups = _groups(
            [(chance if literal is None else min(chance, least), literal) for chance, literal in importers]
        )
    chosen: dict[int, list[tuple[tuple[int, ...], cp_model.IntVar]]] = {}
    for counts in product(*(range(base, base + len(literals) + 1) for base, literals in groups.values())):
        chance = joint_chance(each for each, count in zip(groups, counts, strict=True) for _ in range(count))
        chosen.setdefault(chance, []).append((counts, cp.new_bool_var("n")))
    every = [row for rows in chosen.values() for row in rows]
    cp.add_exactly_one([literal for _, literal in every])
    for k, (base, literals) in enumerate(groups.values()):
        cp.add(sum(literals) + base == sum(counts[k] * literal for counts, literal in every))
    for chance, rows in chosen.items():
        for _, literal in rows:
            money.pay(exam.cost(chance), literal)
    _charge_delay(cp, money, exam, {literal: chance for chance, rows in chosen.items() for _, literal in rows}, held)


def charge_roughly(money: Money, exam: Examination, importers: Sequence[tuple[int, Present]]) -> None:
    """Charge every importer that joins a load as if it were alone there, for searches whose answer is priced again."""
    for chance, literal in importers:
        if literal is not None:
            money.pay(exam.cost(chance), literal)


def _groups(importers: Sequence[tuple[int, Present]]) -> dict[int, tuple[int, list[cp_model.IntVar]]]:
    """Return by chance how many importers are there in any case, and the literals of the others; without chance none."""
    found: dict[int, tuple[int, list[cp_model.IntVar]]] = {}
    for chance, literal in importers:
        if chance:
            base, literals = found.get(chance, (0, []))
            found[chance] = (base + 1, literals) if literal is None else (base, [*literals, literal])
    return found


def _charge_delay(
    cp: cp_model.CpModel, money: Money, exam: Examination, chances: Mapping[cp_model.IntVar, int], held: Held
) -> None:
    """Charge the chance chosen times the price of a delay; both roundings are exact, as in `expected_delay`."""
    total = held.base + sum(price for price, _ in held.joining)
    most = (total * exam.delay + MILLIDAYS // 2) // MILLIDAYS
    if not most:
        return
    stake = cp.new_int_var(0, most, "d")
    worth = exam.delay * (held.base + sum(price * literal for price, literal in held.joining))
    cp.add(MILLIDAYS * stake >= worth + MILLIDAYS // 2 - (MILLIDAYS - 1))
    charged = cp.new_int_var(0, max(exam.delay_price(total, chance) for chance in chances.values()) // CENT, "p")
    money.add(charged)
    step = CENT * MILLION
    for literal, chance in chances.items():
        if chance:
            factor = math.gcd(2 * chance, 2 * step)
            fixed = (step - (2 * step - 1)) // factor
            cp.add((2 * chance // factor) * stake + fixed <= (2 * step // factor) * charged).only_enforce_if(literal)
