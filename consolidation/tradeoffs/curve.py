"""The frontier between cost and days: plans at prices of a day that are chosen where the plans found differ most.

A price of a day makes one sum of cost and days; the cheapest plan at a price is efficient: no other is faster and cheaper.
The first prices are the network's own, zero and the highest sensible one. Each further price is that at which two
neighbours cost the same: a plan between them shows there, or none is found. Every search begins with a neighbour's plan, and
every plan found competes at all prices, so that a faster plan never costs less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from consolidation.checker import judge
from consolidation.plan_model import Plan
from consolidation.planner import Week, prepare, put_together, solved
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from consolidation.studies.measures import figures
from consolidation.studies.warm import lay_out
from consolidation.tradeoffs.asking import Asking
from consolidation.tradeoffs.axes import ROUNDING, Axes, axes, highest_price
from consolidation.tradeoffs.envelope import Best, Envelope, HalfPlane, best_plans
from consolidation.tradeoffs.model import Ended, Frontier, HalfPlaneRow, Point
from network.io import content_hash as network_hash
from network.model import Network
from network.money import from_micros
from solvers.api import solve
from solvers.options import SolveOptions
from solvers.outcome import Progress

_MOST_ASKED = 3
"""Prices asked for every plan that is wanted, at most."""
_STEP = Decimal("0.0001")
"""Prices of a day are multiples of this."""
_CENT = Decimal("0.01")
Told = Callable[[int, Decimal, Plan], None]
"""Told after every search: how many efficient plans there are, the price of a day, and the plan found at it."""


@dataclass(frozen=True)
class FoundFrontier:
    """A frontier with its plans.

    Attributes
    ----------
    plans : by name of the point
    """

    frontier: Frontier
    plans: dict[str, Plan]


def frontier(
    network: Network,
    shipments: Sequence[Shipment],
    *,
    points: int = 9,
    options: SolveOptions | None = None,
    on_plan: Told | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> FoundFrontier:
    """Plan shipments at many prices of a day: what days cost, from the cheapest plan to the fastest sensible one.

    Parameters
    ----------
    points : efficient plans wanted; fewer where there are no more
    options : limits of the first search; those that begin with a known plan do a part of its work
    on_plan : told after every search
    on_progress, cancelled : as of :func:`consolidation.plan`; once cancelled, what is found is returned

    Raises
    ------
    InputError
        If a shipment names something that the network does not know.
    StoppedWithoutPlan
        If the search was stopped before there was any plan.
    """
    asking = Asking(network, shipments, options or SolveOptions(), on_progress, cancelled)
    return _Curve(asking, points, on_plan).found()


class _Curve:
    """The plans found, and the prices of a day that were asked."""

    def __init__(self, asking: Asking, wanted: int, on_plan: Told | None) -> None:
        self._asking, self._wanted, self._on_plan = asking, wanted, on_plan
        self._given = Decimal(str(asking.network.planning.value_of_day_per_m3))
        self._highest = self._given
        self._prices: list[Decimal] = []
        self._plans: list[Plan] = []
        self._left_out: dict[str, Decimal] = {}

    def found(self) -> FoundFrontier:
        """Search, and say what was found."""
        self._ask(self._given, None)
        self._highest = highest_price(self._plans[0], self._given)
        for price in (self._highest, Decimal(0)):
            if not self._asking.is_cancelled() and price not in self._prices:
                self._ask(price, self._plans[0])
        return self._told(self._search())

    def _search(self) -> Ended:
        while True:
            hull, stands = self._hull()
            if len(hull) >= self._wanted:
                return "enough"
            if self._asking.is_cancelled():
                return "cancelled"
            if len(self._prices) >= _MOST_ASKED * self._wanted:
                return "limit"
            between = self._widest(hull, stands)
            if between is None:
                return "exhausted"
            slower, price = between
            self._ask(price, self._plans[slower])

    def _ask(self, price: Decimal, known: Plan | None) -> None:
        """Plan at a price of a day, from a known plan or from nothing."""
        asking = self._asking
        if known is None:
            week = prepare(asking.network, asking.shipments, value_of_day_per_m3=float(price))
            problem, start, options = week.compiled.problem, None, asking.options
        else:
            week, laid = lay_out(known, asking.network, asking.shipments, float(price))
            problem, start, options = laid.problem, laid.assignment, asking.warm
        answer = solve(problem, options, start=start, on_progress=asking.on_progress, cancelled=asking.cancelled)
        made = put_together(week, solved(answer), options)
        if price >= self._highest:
            self._left_out = _prices_of_leaving_out(week)
        self._prices.append(price)
        self._plans.append(made)
        if self._on_plan is not None:
            self._on_plan(len(self._hull()[0]), price, made)

    def _hull(self) -> tuple[list[Best], list[Axes]]:
        """Return the plans that are best at some price, slowest first, and where every plan found stands."""
        network = self._asking.network
        stands = [
            axes(made, network, price, self._left_out) for price, made in zip(self._prices, self._plans, strict=True)
        ]
        return best_plans(stands, self._highest), stands

    def _widest(self, hull: Sequence[Best], stands: Sequence[Axes]) -> tuple[int, Decimal] | None:
        """Return the slower of the two neighbours that differ most, and the price at which both cost the same.

        None if every such price was asked.
        """
        ends = stands[hull[0].place], stands[hull[-1].place]
        days, money = ends[0].m3_days - ends[1].m3_days, ends[1].other - ends[0].other
        widths = []
        for slower, faster in pairwise(hull):
            one, two, price = stands[slower.place], stands[faster.place], faster.above.quantize(_STEP)
            if not any(abs(price - asked) <= _STEP for asked in self._prices):
                width = (one.m3_days - two.m3_days) / days + ((two.other - one.other) / money if money else 0)
                widths.append((width, -price, slower.place))
        if not widths:
            return None
        _, negative, place = max(widths)
        return place, -negative

    def _told(self, ended: Ended) -> FoundFrontier:
        hull, stands = self._hull()
        asking = self._asking
        rounding = ROUNDING * len(asking.shipments)
        planes = sorted(
            (
                HalfPlane(price, made.certificate.bound - rounding)
                for price, made in zip(self._prices, self._plans, strict=True)
            ),
            key=lambda plane: plane.price,
        )
        envelope = Envelope(planes)
        tops = [*(best.above for best in hull[1:]), self._highest]
        places = [(best, top, stands[best.place]) for best, top in zip(hull, tops, strict=True)]
        points = [self._point(k, best, top, stand, envelope) for k, (best, top, stand) in enumerate(places, start=1)]
        told = Frontier(
            currency=asking.network.currency,
            network_sha256=network_hash(asking.network),
            shipments_sha256=shipments_hash(asking.shipments),
            options=asking.settings,
            given_price=self._given,
            highest_price=self._highest,
            wanted=self._wanted,
            ended=ended,
            points=tuple(points),
            proven=tuple(HalfPlaneRow(value_of_day_per_m3=plane.price, bound=plane.bound) for plane in planes),
        )
        return FoundFrontier(
            told, {point.name: self._plans[best.place] for point, best in zip(points, hull, strict=True)}
        )

    def _point(self, number: int, best: Best, top: Decimal, stand: Axes, envelope: Envelope) -> Point:
        made, price, asking = self._plans[best.place], self._prices[best.place], self._asking
        violations = judge(made, asking.network, asking.shipments).violations
        return Point(
            name=f"{number:02d}",
            value_of_day_per_m3=price,
            best_from=best.above.quantize(_STEP),
            best_to=top.quantize(_STEP),
            priced_m3_days=stand.m3_days,
            other_cost=stand.other.quantize(_CENT),
            cheaper_by_at_most=max(Decimal(0), stand.other - envelope.other(stand.m3_days)).quantize(
                _CENT, ROUND_CEILING
            ),
            faster_by_at_most=max(Decimal(0), stand.m3_days - envelope.m3_days(stand.other)).quantize(
                _STEP, ROUND_CEILING
            ),
            given=price == self._given,
            figures=figures(made, asking.network, len(violations)),
        )


def _prices_of_leaving_out(week: Week) -> dict[str, Decimal]:
    """Return what leaving each shipment out costs, by id, plan currency."""
    prices = week.compiled.problem.lot_unplanned_price.tolist()
    return {row.shipment_id: from_micros(price) for row, price in zip(week.shipments, prices, strict=True)}
