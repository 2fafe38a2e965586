"""Parts of a plan under construction: open loads, the options of a lot as arrays, a load in focus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from network.money import Float64, Int64

from .problem import Problem


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
class LotView:
    """Options of one lot as arrays, and the price of opening a load of its own in each of its pools.

    Attributes
    ----------
    options : (k,) int64, options worth considering
    cost : (k,) float64, micro-units, own cost
    columns : (k, width) int64, places in `open_price` of the pools an option uses; unused columns point to the last
    local : dict, pool to its place
    open_price : (q + 1,) float64, micro-units: cheapest sufficient load and entry fees, for the lot alone; last is 0
    share_price : (q + 1,) float64, micro-units: the lot's part of a well filled load
    limited : pools whose types have limits, and their places
    needs : for every scarce resource: resource, largest amount, rows of the options that need it, their amounts
    """

    options: Int64
    cost: Float64
    columns: Int64
    local: dict[int, int]
    open_price: Float64
    share_price: Float64
    limited: list[tuple[int, int]]
    needs: list[tuple[int, int, Int64, Int64]]


@dataclass(slots=True)
class Focus:
    """A load to be filled: one of `pool`, opened free of charge by the first lot that joins it."""

    pool: int
    load: OpenLoad | None = None

    def loads(self) -> tuple[OpenLoad, ...]:
        """Return the load, if it is open already."""
        return () if self.load is None else (self.load,)


def scarce_resources(problem: Problem) -> list[bool]:
    """Return which resources could run out if every lot and many loads used them."""
    scarce = np.zeros(problem.n_resources, dtype=np.bool_)
    scarce[problem.type_resource[problem.type_resource >= 0]] = True
    option = np.repeat(np.arange(problem.n_options), np.diff(problem.option_resource_start))
    key = problem.option_resource * max(1, problem.n_lots) + problem.lot_of_option[option]
    pairs, place = np.unique(key, return_inverse=True)
    summed = np.zeros(len(pairs), dtype=np.int64)
    np.maximum.at(summed, place, problem.option_resource_amount)
    most = np.bincount(pairs // max(1, problem.n_lots), summed, problem.n_resources)
    result: list[bool] = (scarce | (2 * most > problem.resource_limit)).tolist()
    return result
