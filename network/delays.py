"""Chances of delays: what the figures of :mod:`network.reliability` say of an arrival, a dwell and a receipt, as numbers.

Simulations draw from these distributions; rules on chances add them up. Durations are lognormal: never below zero, with a
long tail, and with the mean and spread that are stated. No delay or duration is longer than :data:`MAX_DAYS`.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from network.clock import DAY_MIN
from network.money import Float64, Int64
from network.reliability import Transit

MAX_DAYS = 365.0
"""Longest delay or duration, days."""
LATE_FROM = 1.0
"""Days after schedule from which an arrival counts as late."""
_POINTS = 64
"""Equally likely durations by which the delay of a departure is added to a delay that has a spread of its own."""
_NOTHING = 1e-12
"""Chance that is too small to matter."""
_erfc = np.vectorize(math.erfc, otypes=[np.float64])


def duration_by(mean: float, sd: float, days: Float64) -> Float64:
    """Return the chance that a duration takes at most some days, (m,).

    Parameters
    ----------
    mean, sd : days; without a spread the duration is its mean
    days : (m,) float64

    Examples
    --------
    >>> duration_by(2, 0, np.array([1.5, 2.0])).tolist()
    [0.0, 1.0]
    """
    if mean <= 0 or sd <= 0:
        return (days >= max(mean, 0.0)).astype(np.float64)
    variance = math.log1p((sd / mean) ** 2)
    found = (days >= MAX_DAYS).astype(np.float64)
    inside = (days > 0) & (days < MAX_DAYS)
    found[inside] = _normal((np.log(days[inside]) - math.log(mean) + variance / 2) / math.sqrt(variance))
    return found


def whole_days(mean: float, sd: float, waited: float = 0.0) -> Float64:
    """Return the chance of every number of days from 0 on that a wait and a duration take, a begun day being a whole one.

    Parameters
    ----------
    waited : days, certain, before the duration

    Examples
    --------
    >>> whole_days(1, 0, waited=0.5).tolist()
    [0.0, 0.0, 1.0]
    """
    if mean <= 0 or sd <= 0:
        chances = np.zeros(math.ceil(waited + max(mean, 0.0)) + 1)
        chances[-1] = 1.0
        return chances
    days = np.arange(math.ceil(waited + MAX_DAYS) + 1, dtype=np.float64)
    return _cut(np.diff(duration_by(mean, sd, days - waited), prepend=0.0))


def delay_by(transit: Transit, days: Float64) -> Float64:
    """Return the chance that arrivals differ from schedule by at most some days, (m,); negative days are early.

    On time is as scheduled, of which a stated share comes a day early; the others are late by a day and a duration. Or the
    delay is normal. A delay of the departure comes on top.
    """
    if transit.normal is not None:
        found = _after_departure(transit, days, *transit.normal, normal=True)
    else:
        beyond = max(0.0, transit.late_mean - LATE_FROM)
        found = (transit.on_time - transit.early) * duration_by(*transit.departure, days)
        found += transit.early * duration_by(*transit.departure, days + 1)
        late = _after_departure(transit, days - LATE_FROM, beyond, transit.late_cv * beyond, normal=False)
        found += (1 - transit.on_time) * late
    found[days >= MAX_DAYS] = 1.0
    return found


def late_days(transit: Transit, minute: int) -> tuple[int, Float64]:
    """Return by how many days the local day of an arrival can differ from its scheduled one.

    Parameters
    ----------
    minute : of the day of the scheduled arrival

    Returns
    -------
    first : int, the least number of days
    chances : (k,) float64, of that number and those that follow
    """
    first = -int(MAX_DAYS) - 1
    days = np.arange(first, int(MAX_DAYS) + 2, dtype=np.float64)
    chances = np.diff(delay_by(transit, days + 1 - (minute + 0.5) / DAY_MIN), prepend=0.0)
    start = int(np.argmax(np.cumsum(chances) > _NOTHING))
    return first + start, _cut(chances[start:])


def courier_days(transit: Transit, scheduled: float) -> Float64:
    """Return the chance of every number of whole days from 0 on that a courier takes.

    Parameters
    ----------
    scheduled : days
    """
    days = np.arange(math.ceil(scheduled + MAX_DAYS) + 1, dtype=np.float64)
    return _cut(np.diff(delay_by(transit, days - scheduled), prepend=0.0))


def receipt_within(planned: Int64, cv: float, allowed: Int64) -> Float64:
    """Return the chance that an FC needs no more than some days, rounded to whole ones, to receive goods, (m,).

    Parameters
    ----------
    planned, allowed : (m,) int64, days
    cv : spread of the planned days, a ratio
    """
    found = (planned <= allowed).astype(np.float64)
    if cv > 0:
        some = planned > 0
        found[some] = duration_by(1.0, cv, (allowed[some] + 0.5) / planned[some])
    return found


def _after_departure(transit: Transit, days: Float64, mean: float, sd: float, *, normal: bool) -> Float64:
    """Return the chance that a normal delay, or a duration, and the delay of the departure take at most some days, (m,)."""
    if sd <= 0:
        return duration_by(*transit.departure, days - (mean if normal else max(mean, 0.0)))
    before = _points(*transit.departure)
    left = days[:, None] - before
    chances = _normal((left - mean) / sd) if normal else duration_by(mean, sd, left)
    found: Float64 = chances.mean(axis=1)
    return found


def _points(mean: float, sd: float) -> Float64:
    """Return equally likely durations, (k,); the one there is without a spread."""
    if mean <= 0 or sd <= 0:
        return np.array([max(mean, 0.0)])
    variance = math.log1p((sd / mean) ** 2)
    shares = (np.arange(_POINTS) + 0.5) / _POINTS
    middle = np.array([NormalDist().inv_cdf(share) for share in shares.tolist()])
    return np.minimum(np.exp(math.log(mean) - variance / 2 + math.sqrt(variance) * middle), MAX_DAYS)


def _normal(deviations: Float64) -> Float64:
    """Return the chance of a normal figure to be at most some standard deviations above its mean."""
    found: Float64 = 0.5 * _erfc(-deviations / math.sqrt(2))
    return found


def _cut(chances: Float64) -> Float64:
    """Return chances without the tail that is too unlikely to matter."""
    beyond = chances.sum() - np.cumsum(chances)
    return chances[: int(np.argmax(beyond < _NOTHING)) + 1]
