"""What loads and entries are called: numbers in the order of the plan, or what an earlier plan called them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class NamedBefore:
    """A load or entry of an earlier plan.

    Attributes
    ----------
    key : what it must have in common with its successor, such as kind, places and departure
    members : ids of its shipments; of what is held, those that cannot leave it
    held : bool, it keeps its name whoever else shares more with its successor
    """

    name: str
    key: Hashable
    members: frozenset[str]
    held: bool = False


@dataclass(frozen=True)
class Names:
    """Names that an earlier plan gave, and the highest number of each letter ever given."""

    before: Sequence[NamedBefore] = ()
    last: Mapping[str, int] = field(default_factory=dict)

    def of(self, letter: str, asked: Sequence[tuple[Hashable, Collection[str]]]) -> list[str]:
        """Name some loads or entries, each given by its key and the ids of its shipments.

        Each keeps the name of the earlier one of the same key with which it shares most shipments, at least one, held
        ones first; what is left gets new numbers in the order given.

        >>> Names().of("L", [("a", ["S1"]), ("a", ["S2"])])
        ['L0001', 'L0002']
        >>> Names([NamedBefore("L0007", "a", frozenset({"S2"}))], {"L": 9}).of("L", [("a", ["S1"]), ("a", ["S2"])])
        ['L0010', 'L0007']
        """
        places = [(key, frozenset(members)) for key, members in asked]
        named: dict[int, str] = {}
        kept: set[str] = set()
        for shared, old, place in self._alike(letter, places):
            if shared and place not in named and old not in kept:
                named[place] = old
                kept.add(old)
        count = self.last.get(letter, 0)
        for place in range(len(places)):
            if place not in named:
                count += 1
                named[place] = f"{letter}{count:04d}"
        return [named[place] for place in range(len(places))]

    def _alike(self, letter: str, places: Sequence[tuple[Hashable, frozenset[str]]]) -> list[tuple[int, str, int]]:
        """Return shared shipments, earlier name and place of all pairs with the same key, held and most shared first."""
        at: dict[Hashable, list[int]] = {}
        for place, (key, _) in enumerate(places):
            at.setdefault(key, []).append(place)
        pairs = [
            (old.held, len(old.members & places[place][1]), old.name, place)
            for old in self.before
            if old.name.startswith(letter)
            for place in at.get(old.key, ())
        ]
        pairs.sort(key=lambda pair: (not pair[0], -pair[1], pair[2], pair[3]))
        return [pair[1:] for pair in pairs]


def highest(names: Collection[str], before: Mapping[str, int]) -> dict[str, int]:
    """Return the highest number of each letter, of some names and of those given before.

    >>> highest(["L0003", "T0001"], {"L": 5})
    {'L': 5, 'T': 1}
    """
    found = Counter(dict(before))
    for name in names:
        found[name[0]] = max(found[name[0]], int(name[1:]))
    return dict(found)


FRESH_NAMES = Names()
"""For a plan that continues no other."""
