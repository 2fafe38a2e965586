"""Trade-offs: cost against days as a frontier of plans, and plans that cost little more and are better in another way."""

from consolidation.tradeoffs.curve import FoundFrontier, frontier
from consolidation.tradeoffs.files import read_alternatives, read_frontier, write_alternatives, write_frontier
from consolidation.tradeoffs.near import AlternativeOptions, FoundAlternatives, alternatives

__all__ = [
    "AlternativeOptions",
    "FoundAlternatives",
    "FoundFrontier",
    "alternatives",
    "frontier",
    "read_alternatives",
    "read_frontier",
    "write_alternatives",
    "write_frontier",
]
