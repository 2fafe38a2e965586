"""The search for coalitions of sellers who would save by leaving a load together: separation over the core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from consolidation.allocation.game import Game
from network.money import Bools, Float64, Int64

EVERY = 10
"""Up to so many sellers on a load every coalition is priced."""
_PAIRED = 100
"""Pairs are made of at most so many sellers, those who save most or lose least by leaving alone."""


@dataclass(frozen=True)
class Found:
    """The best coalition on a load: positions of its sellers, what they pay and what leaving costs, micro-units."""

    sellers: tuple[int, ...]
    pays: int
    alone: int
    tested: int
    every: bool

    @property
    def saving(self) -> int:
        """What they could claim; negative when they had better stay."""
        return self.pays - self.alone


class Coalitions:
    """The coalitions of the m sellers on one load.

    Parameters
    ----------
    seller : sequence of int, number of the seller of each player of the game, 0..m-1
    pays : (n,) int64, micro-units, what each player bears
    """

    def __init__(self, game: Game, seller: Sequence[int], pays: Int64) -> None:
        self._game = game
        self._count = max(seller) + 1
        of_seller = (np.arange(self._count)[:, None] == np.asarray(seller)[None, :]).astype(np.float64)
        self._features: Float64 = of_seller @ game.features
        self._pays: Int64 = np.rint(of_seller @ pays.astype(np.float64)).astype(np.int64)
        self._tested = 0

    def best(self, every: int = EVERY) -> Found:
        """Return the coalition with the largest saving; all are priced where there are at most `every` sellers."""
        tested = _all_coalitions(self._count) if self._count <= every else self._search()
        savings = self.savings(tested)
        best = int(np.argmax(savings))
        members = tested[best]
        pays = int(self._pays[members].sum())
        sellers = tuple(int(k) for k in np.flatnonzero(members))
        return Found(sellers, pays, pays - int(savings[best]), self._tested, self._count <= every)

    def savings(self, coalitions: Bools) -> Int64:
        """Return what each coalition, (C, m) bool, could claim, (C,)."""
        members = coalitions.astype(np.float64)
        self._tested += len(coalitions)
        paid = np.rint(members @ self._pays.astype(np.float64)).astype(np.int64)
        return paid - self._game.cost(members @ self._features)

    def _search(self) -> Bools:
        """Return promising coalitions: of each kind the best one, improved as long as that goes, (C, m)."""
        single = np.eye(self._count, dtype=np.bool_)
        gain = self.savings(single)
        pairs = _pairs(np.argsort(-gain, kind="stable")[:_PAIRED], self._count)
        everyone = np.ones((1, self._count), dtype=np.bool_)
        turns = np.concatenate([single, pairs])
        kinds = [single, ~single, pairs, everyone, (gain > 0)[None, :], self._fills(), *self._growing(gain)]
        return np.stack([self._climb(kind[int(np.argmax(self.savings(kind)))], turns) for kind in kinds])

    def _growing(self, gain: Int64) -> Iterator[Bools]:
        """Yield the coalitions that grow by the most eager seller, one kind per measure of eagerness, (m, m)."""
        surplus = self._surplus()
        size = np.maximum(self._features[:, :2].max(axis=0), 1.0)
        space = (self._features[:, :2] / size).max(axis=1)
        for eagerness in (gain, surplus, surplus / np.maximum(space, 1e-9)):
            rank = np.empty(self._count, dtype=np.int64)
            rank[np.argsort(-eagerness, kind="stable")] = np.arange(self._count)
            yield rank[None, :] <= np.arange(self._count)[:, None]

    def _fills(self) -> Bools:
        """Return for every load on offer the sellers who would fill it best, by surplus per space, (K, m)."""
        surplus = self._surplus()
        fills = np.zeros((len(self._game.offers), self._count), dtype=np.bool_)
        for members, offer in zip(fills, self._game.offers, strict=True):
            room = np.array([offer.volume_cm3, offer.weight_g], dtype=np.float64)
            space = (self._features[:, :2] / room).max(axis=1)
            for seller in np.argsort(-surplus / np.maximum(space, 1e-9), kind="stable"):
                goods = self._features[seller, :2]
                if surplus[seller] > 0 and (goods <= room).all():
                    members[seller] = True
                    room = room - goods
        return fills

    def _surplus(self) -> Float64:
        """Return what each seller pays above its own cost and the fees of its own entries, (m,)."""
        fees = self._game.shared_fees(self._features)
        surplus: Float64 = self._pays - self._features[:, 2] - fees
        return surplus

    def _climb(self, start: Bools, turns: Bools) -> Bools:
        """Let one or two sellers join or leave, the best turn of all, as long as the saving grows."""
        members, best = start, int(self.savings(start[None, :])[0])
        while True:
            turned = members ^ turns
            savings = self.savings(turned)
            if savings.max() <= best:
                return members
            members, best = turned[int(np.argmax(savings))], int(savings.max())


def _all_coalitions(count: int) -> Bools:
    numbers = np.arange(1, 2**count)
    found: Bools = (numbers[:, None] >> np.arange(count)[None, :] & 1).astype(np.bool_)
    return found


def _pairs(sellers: Int64, count: int) -> Bools:
    first, second = np.triu_indices(len(sellers), 1)
    pairs = np.zeros((len(first), count), dtype=np.bool_)
    row = np.arange(len(first))
    pairs[row, sellers[first]] = True
    pairs[row, sellers[second]] = True
    return pairs
