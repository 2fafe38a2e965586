"""A plan that changes lot by lot and knows its exact cost after every change.

The search works on a :class:`State`. Its moves are "take a lot out" and "put a lot in"; both keep the cost equal to
what :func:`solvers.evaluate.evaluate` would say (a property test holds them to it), every load on its cheapest
sufficient type, and every rule kept. A journal undoes a series of moves.
"""

from __future__ import annotations

import math

import numpy as np

from network.money import Bools, Float64

from .assignment import UNPLANNED, Assignment
from .limits import Limits
from .pairs import Pairs
from .parts import Focus, OpenLoad, Snapshot
from .problem import EntryFee, Problem
from .views import LotView, Views


class State:
    """Options and loads chosen so far, their cost, and how to change them.

    Parameters
    ----------
    problem : Problem
    pairs : Pairs
    keep : (m,) bool or None, options to consider; all when None
    """

    def __init__(self, problem: Problem, pairs: Pairs, keep: Bools | None = None) -> None:
        self.problem, self.pairs = problem, pairs
        self.keep = pairs.usable if keep is None else pairs.usable & keep
        self.volume, self.weight = problem.lot_volume_cm3.tolist(), problem.lot_weight_g.tolist()
        self._class, self._group = problem.lot_class.tolist(), problem.lot_group.tolist()
        self._alone, self._party = problem.lot_alone.tolist(), problem.lot_party.tolist()
        self._value, self.unplanned_price = problem.lot_entry_value.tolist(), problem.lot_unplanned_price.tolist()
        self._enemies = [frozenset(np.flatnonzero(row).tolist()) for row in problem.conflict]
        self._option_cost = problem.option_cost.tolist()
        self._price = problem.type_price.tolist()
        self._type_volume, self._type_weight = problem.type_volume_cm3.tolist(), problem.type_weight_g.tolist()
        self._max_parties = problem.pool_max_parties.tolist()
        self._types = [
            sorted(problem.types_of(pool), key=lambda row: (self._price[row], row)) for pool in range(problem.n_pools)
        ]
        self._fees: list[tuple[EntryFee, ...]] = [problem.fees_of(pool) for pool in range(problem.n_pools)]
        self._scheme = problem.pool_scheme.tolist()
        self._entry_known: dict[tuple[int, int], int] = {}
        self._pools_known: dict[int, list[int]] = {}
        self._limits = Limits(problem)
        self._views = Views(problem, pairs, self._limits, self.keep)

        self.option = [UNPLANNED] * problem.n_lots
        self.loads_of: list[tuple[OpenLoad, ...]] = [()] * problem.n_lots
        self.open: dict[int, list[OpenLoad]] = {}
        self.cost = sum(self.unplanned_price)
        self._journal: dict[OpenLoad, tuple[object, ...] | None] | None = None
        self._journal_lots: dict[int, tuple[int, tuple[OpenLoad, ...]]] = {}
        self._journal_cost = 0

    # -- moves ------------------------------------------------------------------------------------------------------

    def remove(self, lot: int) -> None:
        """Take a lot out of its loads; it is unplanned then."""
        option = self.option[lot]
        if option < 0:
            return
        self._note_lot(lot)
        for load in self.loads_of[lot]:
            self._note_load(load)
            self._leave(load, lot)
        self._limits.use_option(option, -1)
        self.cost += self.unplanned_price[lot] - self._option_cost[option]
        self.option[lot], self.loads_of[lot] = UNPLANNED, ()

    def put(self, lot: int, option: int, targets: list[OpenLoad | None]) -> bool:
        """Give an unplanned lot an option and a load in each of its pools (None: a new one).

        Returns False, and changes nothing, if a rule or a limit forbids it.
        """
        if not self._limits.allow_option(option):
            return False
        self._note_lot(lot)
        joined: list[OpenLoad] = []
        self._limits.use_option(option, +1)
        for pool, target in zip(self._pools_of(option), targets, strict=True):
            load = self._join(pool, target, lot)
            if load is None:
                for other in joined:
                    self._leave(other, lot)
                self._limits.use_option(option, -1)
                return False
            joined.append(load)
        self.cost += self._option_cost[option] - self.unplanned_price[lot]
        self.option[lot], self.loads_of[lot] = option, tuple(joined)
        return True

    def _join(self, pool: int, target: OpenLoad | None, lot: int) -> OpenLoad | None:
        load = OpenLoad(pool) if target is None else target
        offer = self.insertion(load, lot)
        if offer is None:
            return None
        self._note_load(load, new=target is None)
        self.cost += offer[0]
        if target is None:
            self.open.setdefault(pool, []).append(load)
        self._retype(load, offer[1])
        self._enter(load, lot)
        return load

    def _enter(self, load: OpenLoad, lot: int) -> None:
        load.lots[lot] = None
        load.volume += self.volume[lot]
        load.weight += self.weight[lot]
        load.alone += self._alone[lot]
        load.classes[self._class[lot]] = load.classes.get(self._class[lot], 0) + 1
        load.groups[self._group[lot]] = load.groups.get(self._group[lot], 0) + 1
        count, value = load.parties.get(self._party[lot], (0, 0))
        load.parties[self._party[lot]] = (count + 1, value + self._value[lot])

    def _leave(self, load: OpenLoad, lot: int) -> None:
        del load.lots[lot]
        load.volume -= self.volume[lot]
        load.weight -= self.weight[lot]
        load.alone -= self._alone[lot]
        _count_down(load.classes, self._class[lot])
        _count_down(load.groups, self._group[lot])
        party = self._party[lot]
        count, value = load.parties[party]
        self.cost -= self._entry(load.pool, value)
        if count > 1:
            load.parties[party] = (count - 1, value - self._value[lot])
            self.cost += self._entry(load.pool, value - self._value[lot])
        else:
            del load.parties[party]
        before = self._price[load.type]
        if load.lots:
            self._retype(load, self._cheapest_type(load.pool, load.volume, load.weight, load.type))
            self.cost += self._price[load.type] - before
        else:
            self._retype(load, -1)
            self.cost -= before
            peers = self.open[load.pool]
            peers.remove(load)
            if not peers:
                del self.open[load.pool]

    # -- what a move would cost -------------------------------------------------------------------------------------

    def insertion(self, load: OpenLoad, lot: int) -> tuple[int, int] | None:
        """Return what adding the lot to the load costs, in micro-units, and the type it needs; None if forbidden."""
        if not self._may_share(load, lot):
            return None
        volume, weight = load.volume + self.volume[lot], load.weight + self.weight[lot]
        kind = load.type
        if kind < 0 or volume > self._type_volume[kind] or weight > self._type_weight[kind]:
            kind = self._cheapest_type(load.pool, volume, weight, load.type)
            if kind < 0:
                return None
        delta: int = self._price[kind] - (self._price[load.type] if load.type >= 0 else 0)
        if self._fees[load.pool]:
            known = load.parties.get(self._party[lot])
            before = known[1] if known else 0
            delta += self._entry(load.pool, before + self._value[lot]) - (
                self._entry(load.pool, before) if known else 0
            )
        return delta, kind

    def _may_share(self, load: OpenLoad, lot: int) -> bool:
        if not self._enemies[self._class[lot]].isdisjoint(load.classes):
            return False
        if (
            load.lots
            and (load.alone or self._alone[lot])
            and (len(load.groups) > 1 or self._group[lot] not in load.groups)
        ):
            return False
        most: int = self._max_parties[load.pool]
        return most < 0 or self._party[lot] in load.parties or len(load.parties) < most

    def _cheapest_type(self, pool: int, volume: int, weight: int, current: int) -> int:
        for row in self._types[pool]:
            if (
                volume <= self._type_volume[row]
                and weight <= self._type_weight[row]
                and (row == current or self._limits.allow_type(row, current))
            ):
                return row
        return -1

    def _entry(self, pool: int, value: int) -> int:
        """Return the fees of a customs entry; most values come again and again."""
        key = self._scheme[pool], value
        amount = self._entry_known.get(key)
        if amount is None:
            if len(self._entry_known) > 200_000:
                self._entry_known.clear()
            amount = self._entry_known[key] = sum(fee.amount(value) for fee in self._fees[pool])
        return amount

    # -- the best place of a lot ------------------------------------------------------------------------------------

    def best_place(
        self, lot: int, greed: float = 1.0, focus: Focus | None = None
    ) -> tuple[int, list[OpenLoad | None], float]:
        """Return the cheapest option of an unplanned lot, its loads (None: new) and its cost; -1 if none is cheaper.

        Parameters
        ----------
        lot : int
        greed : float
            1 charges a new load fully to the lot that opens it; 0 only the lot's part of a well filled load.
        focus : Focus or None, load that the lot must join
        """
        view = self.view(lot)
        price = view.share_price + greed * (view.open_price - view.share_price)
        targets = self._targets(lot, view, price, greed, focus)
        total = view.cost.copy()
        for column in view.columns:
            total += price[column]
        self._forbid_short_resources(view, total)
        if focus is not None:
            total[(view.columns != view.local.get(focus.pool, -2)).all(axis=0)] = math.inf
        if len(total):
            k = int(total.argmin())
            if total[k] < self.unplanned_price[lot]:
                option = int(view.options[k])
                places = view.columns[: len(self._pools_of(option)), k].tolist()
                return option, [targets.get(place) for place in places], float(total[k])
        return UNPLANNED, [], float(self.unplanned_price[lot])

    def _targets(
        self, lot: int, view: LotView, price: Float64, greed: float, focus: Focus | None
    ) -> dict[int, OpenLoad]:
        """Lower `price` to the cheapest open load of each pool and return these loads by place."""
        for number in view.limited.keys() & self._limits.tight:
            for pool, place in view.limited[number]:
                offer = self.insertion(OpenLoad(pool), lot)
                if offer is None:
                    price[place] = math.inf
                elif greed >= 1.0:
                    price[place] = offer[0]
        if focus is not None and focus.pool in view.local:
            place = view.local[focus.pool]
            price[place] = 0.0 if focus.load is None and price[place] < math.inf else math.inf
        targets: dict[int, OpenLoad] = {}
        local = view.local
        for pool in local.keys() & self.open.keys():
            place = local[pool]
            least = price[place]
            for load in self.open[pool] if focus is None or pool != focus.pool else focus.loads():
                offer = self.insertion(load, lot)
                if offer is not None and offer[0] <= least:
                    least = price[place] = offer[0]
                    targets[place] = load
        return targets

    def _forbid_short_resources(self, view: LotView, total: Float64) -> None:
        for resource, most, rows, amounts in view.needs:
            slack = self._limits.slack(resource)
            if slack < most:
                total[rows[amounts > slack]] = math.inf

    def place(self, lot: int, greed: float = 1.0) -> None:
        """Put an unplanned lot where it is cheapest; it stays unplanned when nothing is cheaper than that."""
        option, targets, _ = self.best_place(lot, greed)
        if option >= 0 and not self.put(lot, option, targets):
            self._place_one_by_one(lot)

    def _place_one_by_one(self, lot: int) -> None:
        """Try the options in order of their cost in loads of their own, where limits are shared by two pools."""
        view = self.view(lot)
        total = view.cost + view.open_price[view.columns].sum(axis=0)
        for k in np.argsort(total, kind="stable")[:20].tolist():
            option = int(view.options[k])
            if total[k] < self.unplanned_price[lot] and self.put(lot, option, [None] * len(self._pools_of(option))):
                return

    def join(self, lot: int, focus: Focus) -> bool:
        """Put an unplanned lot into the load in focus, by its best option that uses the pool; say whether it fits."""
        option, targets, _ = self.best_place(lot, 1.0, focus)
        if option < 0 or not self.put(lot, option, targets):
            return False
        focus.load = next(load for load in self.loads_of[lot] if load.pool == focus.pool)
        return True

    def view(self, lot: int) -> LotView:
        """Return the options of a lot as arrays."""
        return self._views.of(lot)

    def _retype(self, load: OpenLoad, kind: int) -> None:
        if kind != load.type:
            self._limits.count_type(load.type, -1)
            self._limits.count_type(kind, +1)
            load.type = kind

    def _pools_of(self, option: int) -> list[int]:
        pools = self._pools_known.get(option)
        if pools is None:
            pools = self._pools_known[option] = self.problem.pools_of(option)
        return pools

    # -- journal ----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start a series of moves that `rollback` can undo."""
        self._journal, self._journal_lots = {}, {}
        self._journal_cost = self.cost

    def commit(self) -> None:
        """Keep the moves since `begin`."""
        self._journal = None

    def rollback(self) -> None:
        """Undo the moves since `begin`."""
        journal, self._journal = self._journal or {}, None
        for load, content in journal.items():
            was_open = content is not None
            is_open = bool(load.lots)
            self._limits.count_type(load.type, -1)
            if content is not None:
                load.restore(content)
                self._limits.count_type(load.type, +1)
            if was_open and not is_open:
                self.open.setdefault(load.pool, []).append(load)
            elif is_open and not was_open:
                peers = self.open[load.pool]
                peers.remove(load)
                if not peers:
                    del self.open[load.pool]
        for lot, (option, loads) in self._journal_lots.items():
            self._limits.use_option(self.option[lot], -1)
            self._limits.use_option(option, +1)
            self.option[lot], self.loads_of[lot] = option, loads
        self.cost = self._journal_cost

    def _note_load(self, load: OpenLoad, new: bool = False) -> None:
        if self._journal is not None and load not in self._journal:
            self._journal[load] = None if new else load.content()

    def _note_lot(self, lot: int) -> None:
        if self._journal is not None and lot not in self._journal_lots:
            self._journal_lots[lot] = self.option[lot], self.loads_of[lot]

    # -- exchange with assignments ----------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Return the plan as it is now."""
        types = {load: load.type for peers in self.open.values() for load in peers}
        return Snapshot(self.option.copy(), self.loads_of.copy(), types)

    def assignment(self) -> Assignment:
        """Return the plan in canonical form."""
        return self.snapshot().assignment()

    def load_assignment(self, assignment: Assignment) -> None:
        """Replace the plan by one that keeps every rule, its loads of the types it says."""
        for lot in range(self.problem.n_lots):
            self.remove(lot)
        carriers: dict[int, dict[int, OpenLoad]] = {}
        for load in assignment.loads:
            opened = OpenLoad(load.pool)
            self.open.setdefault(load.pool, []).append(opened)
            self._retype(opened, load.type)
            self.cost += self._price[load.type]
            for lot in load.lots:
                self._enter(opened, lot)
                carriers.setdefault(lot, {})[load.pool] = opened
            if self._fees[load.pool]:
                self.cost += sum(self._entry(load.pool, value) for _, value in opened.parties.values())
        for lot, option in enumerate(assignment.lot_option.tolist()):
            if option >= 0:
                self._limits.use_option(option, +1)
                self.cost += self._option_cost[option] - self.unplanned_price[lot]
                self.option[lot] = option
                self.loads_of[lot] = tuple(carriers[lot][pool] for pool in self._pools_of(option))


def _count_down(counts: dict[int, int], key: int) -> None:
    if counts[key] > 1:
        counts[key] -= 1
    else:
        del counts[key]
