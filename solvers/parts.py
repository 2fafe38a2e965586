"""Parts of a plan under construction: open loads, the one that is being filled, a copy of the whole."""

from __future__ import annotations

from dataclasses import dataclass

from .assignment import Assignment, Load


class OpenLoad:
    """A load under construction, with the sums that its rules need."""

    __slots__ = ("alone", "classes", "groups", "lots", "parties", "pool", "type", "volume", "weight")

    def __init__(self, pool: int) -> None:
        self.pool, self.type = pool, -1
        self.volume = self.weight = self.alone = 0
        self.lots: dict[int, None] = {}
        self.classes: dict[int, int] = {}
        self.groups: dict[int, int] = {}
        self.parties: dict[int, tuple[int, int]] = {}

    def content(self) -> tuple[object, ...]:
        """Return a copy of everything that can change."""
        return (
            self.type, self.volume, self.weight, self.alone,
            self.lots.copy(), self.classes.copy(), self.groups.copy(), self.parties.copy(),
        )  # fmt: skip

    def restore(self, content: tuple[object, ...]) -> None:
        """Go back to a copy made by `content`."""
        (self.type, self.volume, self.weight, self.alone,
         self.lots, self.classes, self.groups, self.parties) = content  # type: ignore[assignment]  # fmt: skip


@dataclass(slots=True)
class Focus:
    """A load to be filled: one of `pool`, opened free of charge by the first lot that joins it."""

    pool: int
    load: OpenLoad | None = None

    def loads(self) -> tuple[OpenLoad, ...]:
        """Return the load, if it is open already."""
        return () if self.load is None else (self.load,)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A plan, kept cheaply: lots that name the same load travel together, whatever happens to that load later.

    Attributes
    ----------
    option : list of int, option of every lot
    loads_of : list of tuples of OpenLoad, loads of every lot
    types : dict, type of every load
    """

    option: list[int]
    loads_of: list[tuple[OpenLoad, ...]]
    types: dict[OpenLoad, int]

    def assignment(self) -> Assignment:
        """Return the plan in canonical form."""
        lots: dict[OpenLoad, list[int]] = {load: [] for load in self.types}
        for lot, loads in enumerate(self.loads_of):
            for load in loads:
                lots[load].append(lot)
        found = (Load(load.pool, kind, tuple(lots[load])) for load, kind in self.types.items())
        return Assignment.canonical(self.option, found)
