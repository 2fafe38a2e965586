"""Drop options that no best plan needs, a chunk of shipments at a time, then pools as a whole.

The reductions, each with its proof:

* *Ceiling.* An option that costs, on its own, at least what the shipment's cheapest option without pools and limits
  costs is never needed: swapping to that one frees room and never raises a shared fee.
* *Alike.* Of options with the same pools, the same limits and the same importer of record only the cheapest is needed.
* *Hopeless trunks.* A pool whose users together cannot save more than the price of its cheapest load is never opened:
  let all its users take their cheapest option without pools and limits. What one saves is at most the difference.
* *Hopeless trucks.* The same, with what a user saves bounded by the cheaper of two ways out that are always open to
  it: its cheapest option without pools and limits, and pallets or parcels on the same trunk under the same limits (or,
  where the trunk is not shared and no week is limited, on the earliest departure with the same charges, which costs
  no more). A user without any may save any amount. Ways out that were dropped themselves were dropped for cheaper ones.

Options that a later plan must keep open for the sake of an earlier one, and the pools they use, are exempt: a held load is
paid already, and what stays as it was pays no price of change. As changes only cost more, the proofs hold for the rest.

Shipments of one inbound plan must be delivered in one window, which opens on a day nobody knows yet. A swap keeps that
rule if the way out is delivered in the same window. So for them *cheapest* means: the cheapest of a window, at most over
all windows that hold the option (:class:`consolidation.inbound.WaysOut`); pallets count only in windows that hold them
too; *alike* includes the day of delivery; and later departures are kept (:mod:`consolidation.skeletons`). All users of a
pool can be swapped at once, each inside its window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from consolidation.grouping import first_of_each, packed
from consolidation.inbound import Openings, WaysOut
from consolidation.memory import give_back
from consolidation.pooling import NEVER, Pooling
from consolidation.search import Rows
from network.money import Bools, Int64, Integers

MOST_SAVED = 10**15
"""Ceiling of a saving, micro-units: a thousand million units of currency, so that sums of savings stay exact."""


@dataclass(frozen=True)
class Candidates:
    """Options on their way into the problem, by shipment, then cost; k options, in small integers.

    Attributes
    ----------
    shipment, way : (k,) int32, shipment; route or, behind the routes, courier
    leg : (k,) int16
    cost : (k,) int64, micro-units
    trunk, truck : (k,) int32, pools, -1 for none
    limits : (k, 2) int32, -1 for none
    day : (k,) int32, day number of delivery
    by_platform : (k,) bool, the platform is importer of record
    """

    shipment: Integers
    way: Integers
    leg: Integers
    cost: Int64
    trunk: Integers
    truck: Integers
    limits: Integers
    day: Integers
    by_platform: Bools

    def take(self, positions: Int64) -> Candidates:
        """Return some of the options."""
        return Candidates(**{name: values[positions] for name, values in vars(self).items()})


_NONE = np.zeros(0, dtype=np.int32)
_NOTHING = Candidates(_NONE, _NONE, _NONE, _NONE.astype(np.int64), _NONE, _NONE, _NONE.reshape(0, 2), _NONE, _NONE > 0)


class Chunk:
    """The options of some shipments with their costs, pools and limits.

    Parameters
    ----------
    cost, trunk, truck : (m,) int64
    limits : (m, 2) int64
    openings : Openings, of the windows of inbound plans
    needed : (m,) bool, options to keep whatever they cost, such as those of an earlier plan
    """

    def __init__(
        self, rows: Rows, cost: Int64, pools: tuple[Int64, Int64], limits: Int64, openings: Openings, needed: Bools
    ) -> None:  # fmt: skip
        self._rows, self._cost, self._limits, self._needed = rows, cost, limits, needed
        self._trunk, self._truck = pools
        self._lot, self._since = rows.shipment - rows.first, openings.since(rows)
        free = (self._trunk < 0) & (self._truck < 0) & (limits < 0).all(axis=1)
        latest = openings.latest[rows.first : rows.first + rows.count]
        self._out = WaysOut(self._lot, self._since, cost, free, latest, openings.days)
        self._free = free

    def keep_all(self) -> Candidates:
        """Return every option."""
        return self._candidates(self._ordered(np.arange(len(self._cost))))

    def reduce(self) -> tuple[Candidates, Int64, Int64]:
        """Return the options that neither the ceiling nor a cheaper one alike makes needless.

        Returns
        -------
        options : Candidates, k
        trunk_saving, truck_saving : (k,) int64, the most that leaving its pool costs the shipment, micro-units
        """
        most = self._out.most(self._lot, self._since)
        is_way_out = self._free & (self._cost == self._out.on(self._lot, self._since)) & (self._cost <= most)
        alike = self._cheapest_alike(np.flatnonzero((self._cost < most) | is_way_out))
        kept = self._ordered(np.union1d(alike, np.flatnonzero(self._needed)))
        cost, out = self._cost[kept], most[kept]
        trunk_saving, truck_saving = (
            np.clip(way_out - cost, 0, MOST_SAVED) for way_out in (out, self._without_truck(kept, out))
        )
        return self._candidates(kept), trunk_saving, truck_saving

    def needed_pools(self) -> tuple[Int64, Int64]:
        """Return the trunk pools and the truck pools of the options to keep."""
        trunk, truck = self._trunk[self._needed], self._truck[self._needed]
        return trunk[trunk >= 0], truck[truck >= 0]

    def _cheapest_alike(self, kept: Int64) -> Int64:
        by_platform = self._rows.by_platform.astype(np.int64)
        columns = [self._lot, self._trunk, self._truck, *self._limits.T, self._since, by_platform]
        group = packed([column[kept] for column in columns])
        order = np.argsort(group, kind="stable")
        kept, group = kept[order], group[order]
        return kept[_first_smallest(group, self._cost[kept])]

    def _ordered(self, kept: Int64) -> Int64:
        return kept[np.lexsort((kept, self._cost[kept], self._lot[kept]))]

    def _candidates(self, kept: Int64) -> Candidates:
        rows, small = self._rows, np.int32
        return Candidates(
            shipment=rows.shipment[kept].astype(small),
            way=rows.way[kept].astype(small),
            leg=rows.leg[kept].astype(np.int16),
            cost=self._cost[kept],
            trunk=self._trunk[kept].astype(small),
            truck=self._truck[kept].astype(small),
            limits=self._limits[kept].astype(small),
            day=rows.delivered_day[kept].astype(small),
            by_platform=rows.by_platform[kept],
        )

    def _without_truck(self, kept: Int64, out: Int64) -> Int64:
        """Return the most that leaving its truck costs each option, (k,), where leaving its trunk costs `out`."""
        pallets, day = self._pallets(kept)
        since = self._since[kept]
        without = np.maximum(np.minimum(out, pallets), self._out.most_without(self._lot[kept], since, day))
        return np.where(day <= since, without, out)

    def _pallets(self, kept: Int64) -> tuple[Int64, Int64]:
        """Return cost and day of the pallets or parcels that can stand in for each option's truck, NEVER for none."""
        twin = self._rows.twin
        others = np.flatnonzero((twin >= 0) & (self._truck < 0))
        cost = np.full(int(twin.max(initial=-1)) + 2, NEVER, dtype=np.int64)
        np.minimum.at(cost, twin[others], self._cost[others])
        week, day = np.full(len(cost), -1, dtype=np.int64), np.full(len(cost), NEVER, dtype=np.int64)
        week[twin[others]] = self._limits[others, 1]  # pallets and parcels of a route arrive on the same day
        day[twin[others]] = self._since[others]
        at = twin[kept]
        found = (at >= 0) & (week[at] == self._limits[kept, 1])
        return np.where(found, cost[at], NEVER), np.where(found, day[at], NEVER)


class Savings:
    """What the users of each pool can save at most, added up as chunks of whole shipments come in.

    Parameters
    ----------
    count : int, pools
    """

    def __init__(self, count: int) -> None:
        self._total = np.zeros(count, dtype=np.float64)
        self._used = np.zeros(count, dtype=np.bool_)

    def add(self, shipment: Integers, pool: Integers, saving: Int64) -> None:
        """Add the most that each shipment saves in each pool.

        Parameters
        ----------
        shipment, pool : (k,) integers, pool -1 for none
        saving : (k,) int64, micro-units
        """
        users = np.flatnonzero(pool >= 0)
        group = packed([shipment[users].astype(np.int64), pool[users].astype(np.int64)])
        order = np.argsort(group, kind="stable")
        starts = first_of_each(group[order])
        if len(starts):
            most = np.maximum.reduceat(saving[users[order]], starts)
            pools = pool[users[order[starts]]]
            self._total += np.bincount(pools, weights=most.astype(np.float64), minlength=len(self._total))
            self._used[pools] = True

    def hopeless(self, price_of: Callable[[Int64], Int64]) -> Bools:
        """Return the pools whose users save no more than the cheapest load costs, (count + 1,), False for none.

        Parameters
        ----------
        price_of : returns the price of the cheapest load of the pools asked for
        """
        asked = np.flatnonzero(self._used)
        hopeless = np.zeros(len(self._used) + 1, dtype=np.bool_)
        hopeless[asked] = self._total[asked] <= price_of(asked) * (1 - 1e-12)
        return hopeless


class Reducer:
    """Takes chunks in, and gives back what is left once pools that can never pay are closed: trunks, then trucks."""

    def __init__(self, pooling: Pooling) -> None:
        self._pooling = pooling
        self._trunks = Savings(pooling.trunks)
        self._open: tuple[list[int], list[int]] = [], []
        self._chunks: list[tuple[Candidates, Int64]] = []

    def add(self, chunk: Chunk) -> None:
        """Take a chunk in."""
        kept, trunk_saving, truck_saving = chunk.reduce()
        self._trunks.add(kept.shipment, kept.trunk, trunk_saving)
        for open_, needed in zip(self._open, chunk.needed_pools(), strict=True):
            open_.extend(needed.tolist())
        self._chunks.append((kept, truck_saving))

    def finish(self) -> list[Candidates]:
        """Return the options left, chunk by chunk."""
        closed = self._trunks.hopeless(self._pooling.trunk_price)
        closed[self._open[0]] = False
        trucks, left = Savings(self._pooling.trucks), []
        while self._chunks:
            kept, truck_saving = self._chunks.pop()
            open_ = np.flatnonzero(~closed[kept.trunk])
            left.append(kept.take(open_))
            trucks.add(left[-1].shipment, left[-1].truck, truck_saving[open_])
        closed = trucks.hopeless(self._pooling.truck_price)
        closed[self._open[1]] = False
        finished = []
        while left:  # from the last to the first, which is where the chunks began; each is let go of
            kept = left.pop()
            finished.append(kept.take(np.flatnonzero(~closed[kept.truck])))
        return finished


def join(chunks: list[Candidates]) -> Candidates:
    """Return the options of all chunks, one after the other, and empty the list."""
    columns: dict[str, list[Any]] = {field.name: [] for field in fields(Candidates)}
    for chunk in chunks or [_NOTHING]:
        for name, parts in columns.items():
            parts.append(getattr(chunk, name))
    chunks.clear()
    joined = Candidates(**{name: np.concatenate(columns.pop(name)) for name in list(columns)})
    give_back()
    return joined


def cheapest(shipment: Int64, cost: Int64, count: int) -> Int64:
    """Return the position of the cheapest option of every shipment, the first of equals, -1 for none, (count,).

    Parameters
    ----------
    shipment, cost : (m,) int64
    """
    least = np.full(count, NEVER, dtype=np.int64)
    np.minimum.at(least, shipment, cost)
    equal = np.flatnonzero(cost == least[shipment])
    best = np.full(count, -1, dtype=np.int64)
    owner, first = np.unique(shipment[equal], return_index=True)
    best[owner] = equal[first]
    return best


def _first_smallest(group: Int64, cost: Int64) -> Int64:
    """Return the first position of the smallest cost in every run of equal groups."""
    starts = first_of_each(group)
    if not len(starts):
        return starts
    least = np.repeat(np.minimum.reduceat(cost, starts), np.diff(np.append(starts, len(group))))
    equal = np.flatnonzero(cost == least)
    return equal[first_of_each(group[equal])]
