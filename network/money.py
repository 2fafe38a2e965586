"""Money: int64 micro-units of one currency, every line a whole number of cents.

A carrier's invoice bills whole cents, and so does every line here: an amount is rounded once, when the line
is made, half away from zero. Rates are never rounded. Because each line is a whole number of cents, any sum
of lines is exact, whatever the order and grouping; sharing a line among shipments uses :func:`share`, whose
parts sum to the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

MICROS = 1_000_000
"""Micro-units in one unit of currency."""
CENT = 10_000
"""Micro-units in one cent."""

Int64: TypeAlias = npt.NDArray[np.int64]
Integers: TypeAlias = npt.NDArray[np.signedinteger[Any]]
"""Integers of any width, where millions of them are kept."""
Float64: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]

_ONE_CENT = Decimal("0.01")


def to_micros(amount: Decimal | str | int) -> int:
    """Return `amount` (units of currency) rounded half up to whole cents, in micro-units.

    >>> to_micros("187.056")
    187060000
    """
    return int(Decimal(amount).quantize(_ONE_CENT, rounding=ROUND_HALF_UP) * MICROS)


def round_array(amounts: Float64) -> Int64:
    """Return amounts in units of currency as micro-units, each rounded half up to whole cents.

    A float that misses half a cent only by the noise of a few multiplications (0.285 * 100 is
    28.499999999999996) rounds as the exact number does. The exact counterpart for one amount is
    :func:`to_micros`.

    Parameters
    ----------
    amounts : (n,) float64, units of currency, below 9e9
    """
    cents = np.asarray(amounts, dtype=np.float64) * 100.0
    size = np.abs(cents)
    noise = 1e-9 + size * 1e-15
    return (np.sign(cents) * np.floor(size + 0.5 + noise)).astype(np.int64) * CENT


def percent_of(value: int, rate_ppb: int) -> int:
    """Return ``value * rate_ppb / 1e9`` rounded half up to whole cents; exact integer arithmetic.

    Parameters
    ----------
    value : int, micro-units, not negative
    rate_ppb : int, parts per billion (0.3464 % = 3_464_000)
    """
    scaled = value * rate_ppb
    step = CENT * 1_000_000_000
    return (2 * scaled + step) // (2 * step) * CENT


def from_micros(micros: int) -> Decimal:
    """Return micro-units as a Decimal with two places.

    >>> from_micros(187060000)
    Decimal('187.06')
    """
    return (Decimal(int(micros)) / MICROS).quantize(_ONE_CENT, rounding=ROUND_HALF_UP)


def share(total: int, weights: Sequence[int] | Int64) -> list[int]:
    """Split `total` into whole cents in proportion to `weights` by largest remainder; parts sum to `total`.

    Ties go to the earlier position. If all weights are zero the parts are as equal as cents allow.

    Parameters
    ----------
    total : int, micro-units, a whole number of cents
    weights : (n,) int, not negative, n >= 1

    Raises
    ------
    ValueError
        If there is no weight, one is negative, or `total` is not a whole number of cents.
    """
    parts = [int(weight) for weight in weights]
    if not parts or min(parts) < 0 or total % CENT:
        raise ValueError("share needs at least one weight, none negative, and a whole number of cents")
    if sum(parts) == 0:
        parts = [1] * len(parts)
    whole, cents = sum(parts), abs(total) // CENT
    shares = [cents * weight // whole for weight in parts]
    remainders = [cents * weight % whole for weight in parts]
    order = sorted(range(len(parts)), key=lambda k: (-remainders[k], k))
    for k in order[: cents - sum(shares)]:
        shares[k] += 1
    sign = -1 if total < 0 else 1
    return [sign * cents_k * CENT for cents_k in shares]
