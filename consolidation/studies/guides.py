"""Guide prices of limits: what the bound of a plan says that a little more of each limit is worth."""

from __future__ import annotations

from decimal import Decimal

from consolidation.compile import TEU_SCALE
from consolidation.planner import Week
from consolidation.studies.answers import LimitGuide
from network import clock
from network.money import MICROS
from solvers.evaluate import resources_used
from solvers.outcome import Solved

_CM3 = 1_000_000
"""Units of the problem's volumes in one m3."""


def limit_guides(week: Week, answer: Solved) -> tuple[LimitGuide, ...]:
    """Return every limit of a week that can bind, with what is used of it and its guide price.

    A limit that all its possible users together keep is not among them: it is worth nothing, proven.
    """
    problem = week.compiled.problem
    used = resources_used(problem, answer.assignment).tolist()
    prices = [0.0] * len(used) if answer.guides is None else answer.guides.resource_price.tolist()
    found = []
    for limit, most, taken, price in zip(
        week.compiled.limits, problem.resource_limit.tolist(), used, prices, strict=True
    ):
        scale = TEU_SCALE if limit.kind == "allotment" else _CM3
        found.append(
            LimitGuide(
                kind=limit.kind, of=limit.of, day=clock.date_of(limit.day).isoformat(),
                limit=_exact(most, scale), used=_exact(taken, scale), unit="TEU" if limit.kind == "allotment" else "m3",
                price=Decimal(str(round(price * scale / MICROS, 4))),
            )
        )  # fmt: skip
    return tuple(found)


def _exact(amount: int, scale: int) -> Decimal:
    return Decimal(amount) / scale
