"""The chance that customs examines a load, and what that is expected to cost: one definition for all who price it.

Every importer of record in a load has its own chance of being examined, and one examination holds the whole load. The
load is examined unless every importer is let through::

    P = 1 - (1 - p1) (1 - p2) ...

Chances are millionths, and so is ``P``, rounded half up: it is never below the largest chance nor above their sum, and
another importer never lowers it. Amounts are rounded once, to whole cents.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol, overload

from network.money import CENT, MICROS, Int64

MILLION = 1_000_000
"""A chance of one."""
MILLIDAYS = 1000
"""Thousandths of a day in a day, in which delays are counted."""
_STEP = CENT * MILLION
PER_EXAMINATION = "per_examination"
"""Basis of charges that state what one examination costs, and how likely an importer of record brings it about."""
CHANCE_PLACES, DELAY_PLACES = 4, 3
"""Decimals of a chance in per cent and of a delay in days, so that both are whole numbers here."""


class Examined(Protocol):
    """The part of a tariff line that examinations need (``network.price_tables.Charge`` has it)."""

    @property
    def basis(self) -> str: ...
    @property
    def rate(self) -> Decimal: ...
    @property
    def chance_pct(self) -> Decimal | None: ...
    @property
    def delay_days(self) -> Decimal | None: ...


def chance_of(charge: Examined) -> int:
    """Return the chance that one importer is examined, millionths."""
    return int((charge.chance_pct or Decimal(0)) * (MILLION // 100))


def delay_of(charge: Examined) -> int:
    """Return how long an examination holds the goods, thousandths of a day."""
    return int((charge.delay_days or Decimal(0)) * MILLIDAYS)


def price_of(charge: Examined, fx: Decimal) -> int:
    """Return the cost of one examination, micro-units of the plan currency.

    Parameters
    ----------
    fx : Decimal, plan currency per unit of the charge's currency
    """
    return _rounded(charge.rate * fx * MICROS)


def joint_chance(chances: Iterable[int]) -> int:
    """Return the chance that at least one of independent examinations takes place.

    Parameters
    ----------
    chances : millionths, of each importer of record

    Examples
    --------
    >>> joint_chance([8_000, 8_000, 20_000])
    35617
    """
    missed, whole = 1, 1
    for chance in chances:
        missed, whole = missed * (MILLION - chance), whole * MILLION
    return (2 * (whole - missed) * MILLION + whole) // (2 * whole)


@overload
def expected_cost(price: int, chance: int) -> int: ...
@overload
def expected_cost(price: Int64, chance: int) -> Int64: ...
@overload
def expected_cost(price: int, chance: Int64) -> Int64: ...
def expected_cost(price: int | Int64, chance: int | Int64) -> int | Int64:
    """Return what an examination costs on average, micro-units, whole cents, rounded half up; arrays alike.

    Parameters
    ----------
    price : int, micro-units, of one examination
    chance : int, millionths

    Examples
    --------
    >>> expected_cost(500_000_000, 35_617)
    17810000
    """
    return (2 * price * chance + _STEP) // (2 * _STEP) * CENT


@overload
def expected_delay(day_price: int, delay: int, chance: int) -> int: ...
@overload
def expected_delay(day_price: Int64, delay: int, chance: int) -> Int64: ...
def expected_delay(day_price: int | Int64, delay: int, chance: int) -> int | Int64:
    """Return what the days lost in an examination are worth on average, micro-units, whole cents; arrays alike.

    Parameters
    ----------
    day_price : int, micro-units, what a day in transit of all goods held is worth
    delay : int, thousandths of a day
    chance : int, millionths
    """
    return expected_cost((day_price * delay + MILLIDAYS // 2) // MILLIDAYS, chance)


def price_of_day(value: Decimal, carrying_pct_per_year: Decimal, transit: Decimal) -> int:
    """Return what one day in transit is worth, micro-units, rounded half up.

    Parameters
    ----------
    value : Decimal, goods value, plan currency
    carrying_pct_per_year : Decimal, %
    transit : Decimal, plan currency per day, beyond the carrying cost
    """
    return _rounded((value * carrying_pct_per_year / 100 / 365 + transit) * MICROS)


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
