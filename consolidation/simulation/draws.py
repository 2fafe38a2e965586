"""Random figures of a simulation. Each thing that can be late has a stream of its own, named by what it is.

So the same departure is equally late in every plan that is simulated with the same seed, whatever else the plan holds
and in whatever order: two plans are compared under the same luck.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np

from network.delays import LATE_FROM, MAX_DAYS
from network.money import Bools, Float64
from network.reliability import Transit


class Draws:
    """Seeded draws of many runs at once.

    Parameters
    ----------
    seed : int
    count : int, runs of the plan; every answer is an array of that many
    """

    def __init__(self, seed: int, count: int) -> None:
        self.seed, self.count = seed, count

    def _stream(self, *key: str) -> np.random.Generator:
        digest = hashlib.blake2b("\n".join(key).encode(), digest_size=16).digest()
        words = (int.from_bytes(digest[k : k + 4], "little") for k in range(0, 16, 4))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, *words])))

    def happens(self, chance: float, *key: str) -> Bools:
        """Return in which runs something of a chance (0 to 1) happens, (count,)."""
        if chance <= 0 or chance >= 1:
            return np.full(self.count, chance >= 1)
        found: Bools = self._stream(*key).random(self.count) < chance
        return found

    def duration(self, mean: float, sd: float, *key: str) -> Float64:
        """Return durations in days, (count,): lognormal with this mean and standard deviation.

        Lognormal, because times of dwell and delay are never below zero and have a long tail, and because both figures are
        kept as they are: a normal distribution cut off at zero has another mean than the one stated.
        """
        if mean <= 0 or sd <= 0:
            return np.full(self.count, max(mean, 0.0))
        variance = math.log1p((sd / mean) ** 2)
        drawn = math.log(mean) - variance / 2 + math.sqrt(variance) * self._stream(*key).standard_normal(self.count)
        return np.minimum(np.exp(drawn), MAX_DAYS)

    def delay(self, transit: Transit, *key: str) -> Float64:
        """Return by how many days arrivals differ from schedule, (count,); negative is early.

        On time is as scheduled, of which a stated share comes a day early. The others are more than a day late, by a day and
        a lognormal rest, such that their mean is the stated one. Where the mean and spread of a normal delay are stated, they
        take the place of all that. A delay of the departure comes on top.
        """
        if transit.normal is not None:
            mean, sd = transit.normal
            found = mean + sd * self._stream("normal", *key).standard_normal(self.count)
        else:
            found = self._late_or_not(transit, *key)
        found = found + self.duration(*transit.departure, "departure", *key)
        return np.clip(found, -MAX_DAYS, MAX_DAYS)

    def _late_or_not(self, transit: Transit, *key: str) -> Float64:
        if transit.on_time >= 1 and transit.early <= 0:
            return np.zeros(self.count)
        luck = self._stream("on time", *key).random(self.count)
        beyond = max(0.0, transit.late_mean - LATE_FROM)
        late = LATE_FROM + self.duration(beyond, transit.late_cv * beyond, "late", *key)
        found: Float64 = np.where(luck >= transit.on_time, late, np.where(luck < transit.early, -1.0, 0.0))
        return found
