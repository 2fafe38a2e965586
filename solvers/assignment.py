"""The decision: an option for every lot, and the loads that carry them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from network.money import Int64

UNPLANNED = -1
"""Value of `Assignment.lot_option` for a lot that travels with no option."""


@dataclass(frozen=True, slots=True, order=True)
class Load:
    """One container, truck or ULD.

    Attributes
    ----------
    pool : int
    type : int, row of the ``type_*`` arrays of the problem
    lots : tuple of int, ascending in canonical form
    """

    pool: int
    type: int
    lots: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Assignment:
    """What was chosen.

    Attributes
    ----------
    lot_option : (n,) int64, option of every lot, or -1 when it stays unplanned
    loads : tuple of Load; in every pool of its option a lot is in exactly one load
    """

    lot_option: Int64
    loads: tuple[Load, ...]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Assignment):
            return NotImplemented
        return self.loads == other.loads and np.array_equal(self.lot_option, other.lot_option)

    def __hash__(self) -> int:
        return hash((self.lot_option.tobytes(), self.loads))

    @classmethod
    def canonical(cls, lot_option: Iterable[int] | Int64, loads: Iterable[Load]) -> Assignment:
        """Return the assignment with sorted lots and loads, empty loads dropped: same answer, same bytes."""
        options = np.array(list(lot_option), dtype=np.int64)
        options.setflags(write=False)
        kept = (Load(int(load.pool), int(load.type), tuple(sorted(load.lots))) for load in loads if load.lots)
        return cls(options, tuple(sorted(kept, key=lambda load: (load.pool, load.lots, load.type))))

    @classmethod
    def unplanned(cls, n_lots: int) -> Assignment:
        """Return the assignment in which no lot travels."""
        return cls.canonical([UNPLANNED] * n_lots, ())
