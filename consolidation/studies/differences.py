"""What a scenario differs by from the base, and how sure that is."""

from __future__ import annotations

from decimal import Decimal

from consolidation.scenarios import Scenario
from consolidation.studies.model import Difference, Figures, Verdict

_ZERO = Decimal("0.00")
_OPENS = frozenset({"open_lanes", "open_places", "add_lane", "add_departure"})
_CLOSES = frozenset({"close_lanes", "close_places", "blank_sailings"})


def difference(base: Figures, other: Figures, scenario: Scenario) -> Difference:
    """Return what the best plans differ by, within what the bounds prove.

    The best plan of each costs between the bound and the cost of the plan found. A scenario that only opens ways leaves every
    plan of the base possible at the same cost, so its best plan is never dearer; one that only closes ways never cheaper.
    """
    at_least, at_most = other.bound - base.cost, other.cost - base.bound
    kinds = {patch.kind for patch in scenario.patches}
    opens, closes = kinds <= _OPENS, kinds <= _CLOSES
    if opens:
        at_most = min(at_most, _ZERO)
    if closes:
        at_least = max(at_least, _ZERO)
    return Difference(
        cost=other.cost - base.cost, at_least=at_least, at_most=at_most, verdict=_verdict(at_least, at_most, opens, closes)
    )  # fmt: skip


def _verdict(at_least: Decimal, at_most: Decimal, opens: bool, closes: bool) -> Verdict:
    if at_least == at_most == 0:
        return "same"
    if at_most < 0:
        return "cheaper"
    if at_least > 0:
        return "dearer"
    return "not_dearer" if opens else "not_cheaper" if closes else "undecided"
