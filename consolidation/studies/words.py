"""Words for people: what came of a scenario, and how a shipment moves."""

from __future__ import annotations

from consolidation.studies.model import Difference, Move, Verdict

VERDICTS: dict[Verdict, str] = {
    "same": "the same",
    "cheaper": "surely cheaper",
    "dearer": "surely dearer",
    "not_dearer": "not dearer",
    "not_cheaper": "not cheaper",
    "undecided": "undecided",
}
MOVES: dict[Move, str] = {
    "service": "other service",
    "warehouse": "other warehouse",
    "departure": "other departure",
    "way_on": "other way on",
    "left_out": "left out",
    "planned": "planned again",
    "gone": "not in the scenario",
    "new": "only in the scenario",
}


def interval(difference: Difference) -> str:
    """Return what the best plans differ by, in words.

    >>> interval(Difference(cost=-5, at_least=-900, at_most=20, verdict="undecided"))
    '900 less to 20 more'
    """
    low, high = difference.at_least, difference.at_most
    if high < 0:
        return f"{-high:z,.0f} to {-low:z,.0f} less"
    if low > 0:
        return f"{low:z,.0f} to {high:z,.0f} more"
    if low == 0 or high == 0:
        return f"up to {-low:z,.0f} less" if low < 0 else f"up to {high:z,.0f} more"
    return f"{-low:z,.0f} less to {high:z,.0f} more"
