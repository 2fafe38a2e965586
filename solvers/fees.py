"""Customs entry fees and examinations as arrays, for kernels.

They come to the same whole cents as :meth:`solvers.problem.EntryFee.amount` and :class:`solvers.examination.Examination`
say.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from network.examinations import MILLIDAYS, MILLION
from network.money import CENT, Int64

from ._jit import Records, inner, jit
from .examination import HAZARD, hazard
from .problem import Int32, Problem

_CENT = np.uint64(CENT)
_BILLION = np.uint64(1_000_000_000)
_STEP = _CENT * _BILLION
_HALF_STEP = _STEP // np.uint64(2)
_STEP_OF_CHANCE = CENT * MILLION
_FEW = 1 << 42
_NO_CAP = np.iinfo(np.int64).max
_PER_HAZARD = -1 / HAZARD
_HALF = 0.5 + 1e-7
"""Rounds a chance that misses half a millionth by the noise of its logarithms as the exact one does."""
_FEE = np.dtype(
    [
        (name, np.int64)
        for name in (
            "flat",
            "minimum",
            "maximum",
            "rate_ppb",
            "small_up_to",
            "small_amount",
            "standings",
            "hazard",
            "delay",
        )
    ]
    + [("clear", np.float64)]
)


class Fees(NamedTuple):
    """Fees of customs entries, pool by pool.

    Attributes
    ----------
    rows : (F,) records, by scheme, with the attributes of `solvers.problem.EntryFee`; behind them, by examination and
        standing, the price of one examination as ``flat``, its ``delay``, the ``hazard`` of an importer, and
        the chance that it is let through, ``clear``
    first, last : (P,) int64, fees of the scheme of a pool
    exam : (P,) int64, row of the examination of a pool and standing 0; -1 for none
    """

    rows: Records
    first: Int64
    last: Int64
    exam: Int64


def fees_of(problem: Problem) -> Fees:
    """Return the entry schemes of a problem as arrays."""
    rows = [
        (
            fee.flat,
            fee.minimum,
            _NO_CAP if fee.maximum is None else fee.maximum,
            fee.rate_ppb,
            fee.small_up_to,
            fee.small_amount,
            fee.standings,
            0,
            0,
            1.0,
        )
        for scheme in problem.entry_schemes
        for fee in scheme
    ]
    ends = np.concatenate([[0], np.cumsum([len(scheme) for scheme in problem.entry_schemes]), [0]]).astype(np.int64)
    spans = np.array([*pairwise(ends[:-1].tolist()), (0, 0)], dtype=np.int64)
    first, last = spans[problem.pool_scheme].T
    exam = np.full(len(problem.entry_schemes) + 1, -1, dtype=np.int64)
    standings = 1 + max(int(problem.lot_standing.max(initial=0)), problem.common_standing)
    for scheme, found in enumerate(problem.examinations):
        if found is not None:
            exam[scheme] = len(rows)
            hazards = (hazard(found.chance_of(standing)) for standing in range(standings))
            rows.extend(
                (found.price, 0, 0, 0, -1, 0, 0, mine, found.delay, math.exp(mine * _PER_HAZARD)) for mine in hazards
            )
    return Fees(np.array(rows, dtype=_FEE), first.copy(), last.copy(), exam[problem.pool_scheme])


@inner
def entry_amount(fees: Records, first: int, last: int, standing: int, value: int) -> int:
    """Return what the fees `first` to `last` of an importer's customs entry worth `value` come to, micro-units."""
    total = 0
    for k in range(first, last):
        fee = fees[k]
        if not fee.standings >> standing & 1:
            continue
        if value <= fee.small_up_to:
            total += fee.small_amount
            continue
        total += min(max(fee.flat + _part_of(value, fee.rate_ppb), fee.minimum), fee.maximum)
    return total


@inner
def _part_of(value: int, rate_ppb: int) -> int:
    """Return a part of a value as `network.money.percent_of` does.

    The product of value and rate needs more than 64 bits: it is taken apart into thousands of units and the rest.
    Divisions of unsigned numbers by constants are cheap, others are not.
    """
    worth, rate = np.uint64(value), np.uint64(rate_ppb)
    high = worth // _BILLION * rate
    low = high % _CENT * _BILLION + worth % _BILLION * rate
    return int((high // _CENT + (low + _HALF_STEP) // _STEP) * _CENT)


@inner
def let_through(hazard: int) -> float:
    """Return the chance that a load whose importers have hazards of that sum is not examined."""
    return math.exp(hazard * _PER_HAZARD)


@inner
def examination_amount(fees: Records, row: int, clear: float, day_price: int) -> int:
    """Return the expected cost and delay of a load, micro-units.

    Parameters
    ----------
    row : int, of the examination of its pool
    clear : float, chance that it is not examined
    day_price : int, micro-units, sum of the prices of a day of its lots
    """
    chance = int(MILLION * (1.0 - clear) + _HALF)
    stake = (day_price * fees[row].delay + MILLIDAYS // 2) // MILLIDAYS
    return _times(fees[row].flat, chance) + _times(stake, chance)


@inner
def _times(amount: int, chance: int) -> int:
    """Return an amount times a chance in millionths, whole cents; quickly unless the product needs 64 bits."""
    if amount < _FEW:
        return (amount * chance + _STEP_OF_CHANCE // 2) // _STEP_OF_CHANCE * CENT
    return _part_of(amount, chance * 1000)


@jit
def entry_amounts(fees: Fees, pools: Int32, standings: Int64, values: Int64, day_prices: Int64) -> Int64:
    """Return what many loads with one customs entry each pay for it and for examinations, (k,) int64 micro-units.

    Each is of a pool, has one importer of a standing, and is worth a value and, per day, a day price.
    """
    amounts = np.zeros(len(values), dtype=np.int64)
    for k in range(len(values)):
        pool = pools[k]
        amounts[k] = entry_amount(fees.rows, fees.first[pool], fees.last[pool], standings[k], values[k])
        exam = fees.exam[pool]
        if exam >= 0:
            amounts[k] += examination_amount(fees.rows, exam, fees.rows[exam + standings[k]].clear, day_prices[k])
    return amounts
