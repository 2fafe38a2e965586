"""Examinations of loads: what the chance that customs opens one costs, compounded over the importers in it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from network.errors import SolveError
from network.examinations import MILLION, expected_cost, expected_delay, joint_chance

HAZARD = 10**15
"""Units of a hazard of one."""
_SURE = 25.0
"""Hazard that stands for a chance of one: what is missing is far below a millionth."""
_MOST_DELAY = 60_000


@dataclass(frozen=True, slots=True)
class Examination:
    """The examination that loads of some pools face: one holds the load with all that is in it.

    Attributes
    ----------
    code : str
        Name of the cost lines.
    price : int, micro-units, cost of one examination
    delay : int, thousandths of a day that one takes
    chances : tuple of int, millionths: chance that an importer of each standing brings it about; 0 for standings beyond
    """

    code: str
    price: int
    delay: int
    chances: tuple[int, ...]

    def chance_of(self, standing: int) -> int:
        """Return the chance that one importer brings about, millionths."""
        return self.chances[standing] if standing < len(self.chances) else 0

    def chance(self, standings: Iterable[int]) -> int:
        """Return the chance of a load with importers of these standings, millionths.

        >>> Examination("EXAM", 0, 0, (8_000, 20_000)).chance([0, 0, 1])
        35617
        """
        return joint_chance(self.chance_of(standing) for standing in standings)

    def cost(self, chance: int) -> int:
        """Return the expected cost of a load examined with a chance, micro-units, whole cents."""
        return expected_cost(self.price, chance)

    def delay_price(self, day_price: int, chance: int) -> int:
        """Return what the expected delay of a load is worth, micro-units, whole cents.

        Parameters
        ----------
        day_price : int, micro-units, of all lots in the load
        """
        return expected_delay(day_price, self.delay, chance)


def hazard(chance: int) -> int:
    """Return ``-ln(1 - chance)`` in units of 1 / `HAZARD`: hazards of the importers of a load add up."""
    p = chance / MILLION
    return round(min(-math.log1p(-p) if p < 1 else _SURE, _SURE) * HAZARD)


def check(examinations: Iterable[Examination | None]) -> None:
    """Raise SolveError, naming the examination, if one is not what it can be."""
    for index, exam in enumerate(examinations):
        if exam is None:
            continue
        where = f"examinations[{index}], {exam.code}"
        if exam.price < 0:
            raise SolveError(f"{where}: negative price.")
        if not 0 <= exam.delay <= _MOST_DELAY:
            raise SolveError(f"{where}: found a delay of {exam.delay}, expected 0..{_MOST_DELAY} thousandths of a day.")
        if not all(0 <= chance <= MILLION for chance in exam.chances):
            raise SolveError(f"{where}: found chances {exam.chances}, expected 0..{MILLION} millionths.")
