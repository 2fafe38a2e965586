"""Customs entry fees as arrays, for kernels: the same whole cents as :meth:`solvers.problem.EntryFee.amount`."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from network.money import CENT, Int64

from ._jit import Records, inner, jit
from .problem import Int32, Problem

_CENT = np.uint64(CENT)
_BILLION = np.uint64(1_000_000_000)
_STEP = _CENT * _BILLION
_HALF_STEP = _STEP // np.uint64(2)
_NO_CAP = np.iinfo(np.int64).max
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
        )
    ]
)


class Fees(NamedTuple):
    """Fees of customs entries, pool by pool.

    Attributes
    ----------
    rows : (F,) records, by scheme, with the attributes of `solvers.problem.EntryFee`
    first, last : (P,) int64, fees of the scheme of a pool
    """

    rows: Records
    first: Int64
    last: Int64


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
        )
        for scheme in problem.entry_schemes
        for fee in scheme
    ]
    ends = np.concatenate([[0], np.cumsum([len(scheme) for scheme in problem.entry_schemes]), [0]]).astype(np.int64)
    spans = np.array([*pairwise(ends[:-1].tolist()), (0, 0)], dtype=np.int64)
    first, last = spans[problem.pool_scheme].T
    return Fees(np.array(rows, dtype=_FEE), first.copy(), last.copy())


@inner
def entry_amount(fees: Records, first: int, last: int, standing: int, value: int) -> int:
    """Return what the fees `first` to `last` of an importer's customs entry worth `value` come to, micro-units.

    The product of value and rate needs more than 64 bits: it is taken apart into thousands of units and the rest.
    Divisions of unsigned numbers by constants are cheap, others are not.
    """
    total = 0
    worth = np.uint64(value)
    for k in range(first, last):
        fee = fees[k]
        if not fee.standings >> standing & 1:
            continue
        if value <= fee.small_up_to:
            total += fee.small_amount
            continue
        rate = np.uint64(fee.rate_ppb)
        high = worth // _BILLION * rate
        low = high % _CENT * _BILLION + worth % _BILLION * rate
        share = np.int64((high // _CENT + (low + _HALF_STEP) // _STEP) * _CENT)
        total += min(max(fee.flat + share, fee.minimum), fee.maximum)
    return total


@jit
def entry_amounts(fees: Fees, pools: Int32, standings: Int64, values: Int64) -> Int64:
    """Return the fees of many customs entries, each of a pool, an importer's standing and a value, (k,) int64 micro-units."""
    amounts = np.zeros(len(values), dtype=np.int64)
    for k in range(len(values)):
        amounts[k] = entry_amount(fees.rows, fees.first[pools[k]], fees.last[pools[k]], standings[k], values[k])
    return amounts
