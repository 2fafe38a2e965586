"""What a scenario differs by from the base, and how sure that is."""

from __future__ import annotations

from decimal import Decimal

from consolidation.scenarios import Scenario
from consolidation.scenarios.parts import Changing, Part
from consolidation.scenarios.patches import ClosePlaces, Cutoff, OpenPlaces
from consolidation.scenarios.selecting import Selector
from consolidation.studies.model import Difference, Figures, Verdict
from network.model import Network

_ZERO = Decimal("0.00")
_OPENS = frozenset({"open_lanes", "add_lane", "add_departure"})
_RAISES = frozenset({"allotment", "handling", "receiving_volume"})
_CLOSES = frozenset({"close_lanes", "blank_sailings"})


def difference(base: Figures, other: Figures, scenario: Scenario, network: Network) -> Difference:
    """Return what the best plans differ by, within what the bounds prove.

    The best plan of each costs between the bound and the cost of the plan found. A scenario that only opens ways leaves every
    plan of the base possible at the same cost, so its best plan is never dearer; one that only closes ways never cheaper.
    That holds while the same shipments have no way at all: leaving one of these out has another price than one that has a way.

    Parameters
    ----------
    network : of the base
    """
    at_least, at_most = other.bound - base.cost, other.cost - base.bound
    same_out = base.without_way == other.without_way
    opens = same_out and only_opens(scenario, network)
    closes = same_out and all(_closes(patch, network) for patch in scenario.patches)
    if opens:
        at_most = min(at_most, _ZERO)
    if closes:
        at_least = max(at_least, _ZERO)
    return Difference(
        cost=other.cost - base.cost, at_least=at_least, at_most=at_most, verdict=_verdict(at_least, at_most, opens, closes)
    )  # fmt: skip


def only_opens(scenario: Scenario, network: Network) -> bool:
    """Return whether every plan of the base stays possible at its cost.

    Parameters
    ----------
    network : of the base
    """
    return all(_opens(patch, network) for patch in scenario.patches)


def _opens(patch: Part, network: Network) -> bool:
    kind = getattr(patch, "kind", "")
    if isinstance(patch, OpenPlaces):
        return not _is_of_warehouses(patch, network)
    if isinstance(patch, Cutoff):
        return patch.add_days >= 0
    if kind in _RAISES and isinstance(patch, Changing):
        change = patch.change
        return (change.add or change.percent or 0) >= 0 and (change.needs_number or change.to is None)
    return kind in _OPENS


def _closes(patch: Part, network: Network) -> bool:
    if isinstance(patch, ClosePlaces):
        return not _is_of_warehouses(patch, network)
    return getattr(patch, "kind", "") in _CLOSES


def _is_of_warehouses(patch: OpenPlaces | ClosePlaces, network: Network) -> bool:
    """Return whether origin warehouses are opened or closed: goods go to the nearest open ones, so others come in or fall out."""
    places = Selector(network, lambda *_: None).places(patch.places)
    return any(place.kind == "origin_warehouse" for place in places)


def _verdict(at_least: Decimal, at_most: Decimal, opens: bool, closes: bool) -> Verdict:
    if at_least == at_most == 0:
        return "same"
    if at_most < 0:
        return "cheaper"
    if at_least > 0:
        return "dearer"
    return "not_dearer" if opens else "not_cheaper" if closes else "undecided"
