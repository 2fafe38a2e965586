"""The lower convex hull of the plans found, and the envelope that the certificates prove below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from consolidation.tradeoffs.axes import Axes


@dataclass(frozen=True, slots=True)
class HalfPlane:
    """What a certificate proves of every plan: ``other + price * m3_days >= bound``.

    Attributes
    ----------
    price : Decimal, of a day, plan currency per m3 and day, not negative
    bound : Decimal, plan currency
    """

    price: Decimal
    bound: Decimal


class Envelope:
    """What half-planes together prove. It only falls as days grow, so it binds every plan that takes at most as many."""

    def __init__(self, planes: Sequence[HalfPlane]) -> None:
        self._planes = tuple(planes)

    def other(self, m3_days: Decimal) -> Decimal:
        """Return what every plan of at most so many m3 days costs otherwise, at least."""
        return max(plane.bound - plane.price * m3_days for plane in self._planes)

    def m3_days(self, other: Decimal) -> Decimal:
        """Return the m3 days that every plan takes which costs otherwise at most so much, at least."""
        least = [(plane.bound - other) / plane.price for plane in self._planes if plane.price > 0]
        return max(least, default=Decimal(0)).max(Decimal(0))

    def line(self, least: Decimal, most: Decimal) -> list[Axes]:
        """Return the corners of the envelope between two numbers of m3 days, fewest first."""
        corners = {least, most}
        for place, one in enumerate(self._planes):
            for two in self._planes[place + 1 :]:
                if one.price != two.price:
                    corners.add((one.bound - two.bound) / (one.price - two.price))
        inside = sorted(days for days in corners if least <= days <= most)
        return [Axes(days, self.other(days)) for days in inside]


@dataclass(frozen=True, slots=True)
class Best:
    """A plan that costs least of all found, over a span of prices of a day.

    Attributes
    ----------
    place : int, of the plan among those found
    above : Decimal, lowest of these prices: at it the slower neighbour costs the same
    """

    place: int
    above: Decimal


def best_plans(found: Sequence[Axes], highest: Decimal) -> list[Best]:
    """Return the plans that cost least at some price of a day from zero to the highest, slowest first.

    They are the corners of the lower convex hull: each has fewer m3 days than the one before and costs more otherwise.
    """
    place = min(range(len(found)), key=lambda k: (found[k].other, found[k].m3_days))
    hull = [Best(place, Decimal(0))]
    while True:
        here = found[place]
        faster = [
            ((row.other - here.other) / (here.m3_days - row.m3_days), row.m3_days, k)
            for k, row in enumerate(found)
            if row.m3_days < here.m3_days
        ]
        above, _, place = min(faster, default=(highest + 1, Decimal(0), -1))
        if above > highest:
            return hull
        hull.append(Best(place, above))
