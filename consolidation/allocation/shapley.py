"""The rule ``shapley``: each shipment pays what it adds to the cost, averaged over the orders of arrival.

L. S. Shapley, "A value for n-person games" (1953); sampled as in J. Castro, D. Gómez and J. Tejada, "Polynomial
calculation of the Shapley value based on sampling" (2009): the mean of the marginal costs over random orders is
unbiased, and its standard error is that of a mean.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np

from consolidation.allocation.game import Game
from consolidation.allocation.games import Games
from consolidation.allocation.ledger import Draft, Ledger, LoadTable
from network.money import CENT, Float64, Int64, share

EXACT_PLAYERS = 12
"""Up to so many players every coalition is priced: 4,096 of them, fewer than samples of more players take."""
_BLOCK = 4_000_000
"""Numbers held at once."""


def random_orders(players: int, samples: int, seed: tuple[int, ...]) -> Int64:
    """Return random orders, (samples, n)."""
    row = np.arange(players, dtype=np.int64)
    return np.random.default_rng(seed).permuted(np.tile(row, (samples, 1)), axis=1)


@dataclass(frozen=True)
class Value:
    """Shapley values of a game, (n,) float64, micro-units, and their standard errors."""

    mean: Float64
    error: Float64


def value_of(game: Game, orders: Int64) -> Value:
    """Return what each player adds to the cost on average, when players join in these orders.

    The last player to join completes the load as it is in the plan, so every order sums to what was paid.

    Parameters
    ----------
    orders : (P, n) int64
    """
    step = max(1, _BLOCK // game.features.size)
    added = np.concatenate([_added(game, orders[k : k + step]) for k in range(0, len(orders), step)])
    error = added.std(axis=0, ddof=1) / math.sqrt(len(orders)) if len(orders) > 1 else np.zeros(orders.shape[1])
    return Value(added.mean(axis=0), error)


def _added(game: Game, orders: Int64) -> Float64:
    """Return what each player adds in each order, (P, n)."""
    cost = game.cost(np.cumsum(game.features[orders], axis=1))
    cost[:, -1] = game.paid
    added = np.diff(cost, axis=1, prepend=0).astype(np.float64)
    return np.take_along_axis(added, np.argsort(orders, axis=1), axis=1)


def exact_value(game: Game) -> Float64:
    """Return the Shapley values from the cost of every coalition, (n,) float64, micro-units.

    Player i pays the sum over all S without i of |S|! (n - |S| - 1)! / n! x (c(S with i) - c(S)).
    """
    players = len(game.own)
    numbers = np.arange(2**players)
    members = numbers[:, None] >> np.arange(players)[None, :] & 1
    cost = game.cost(members @ game.features)
    cost[-1] = game.paid
    chance = np.array([1 / (players * math.comb(players - 1, size)) for size in range(players)])
    found = np.empty(players)
    for player in range(players):
        without = numbers[members[:, player] == 0]
        added = cost[without | 1 << player] - cost[without]
        found[player] = (chance[members[without].sum(axis=1)] * added).sum()
    return found


def value(game: Game, samples: int, seed: tuple[int, ...]) -> Value:
    """Return Shapley values: exact for a few players, else sampled."""
    players = len(game.own)
    if players > EXACT_PLAYERS:
        return value_of(game, random_orders(players, samples, seed))
    return Value(exact_value(game), np.zeros(players))


def whole_cents(values: Float64, total: int) -> list[int]:
    """Round values to whole cents whose sum is `total`, by largest remainder; ties go to the earlier position.

    Parameters
    ----------
    values : (n,) float64, micro-units, summing to `total` but for noise
    total : int, micro-units, whole cents
    """
    cents = np.round(values / CENT, 6)
    floors = np.floor(cents).astype(np.int64)
    short = total // CENT - int(floors.sum())
    order = np.argsort(floors - cents, kind="stable")
    each, more = divmod(short, len(values))
    floors += each
    floors[order[:more]] += 1
    return [int(cent) * CENT for cent in floors]


@dataclass
class Shapley:
    """Applies the rule load by load: trucks first, then trunk loads, whose members pay for their trucks anyway.

    Attributes
    ----------
    variance : (n,) float64, squared standard error of the total of each shipment of the plan, micro-units
    sampled : int, loads of which not every coalition was priced
    """

    ledger: Ledger
    games: Games
    seed: int
    samples: int

    def __post_init__(self) -> None:
        self.draft = Draft(self.ledger)
        self.variance = np.zeros(len(self.ledger.row))
        self.sampled = 0

    def run(self) -> Draft:
        """Return the shares."""
        trucks = [0] * len(self.ledger.row)
        for table in self.ledger.tables:
            if table.load.kind == "truck":
                for member, column in zip(table.members, self._columns(table, trucks), strict=True):
                    trucks[member] = column
        for table in self.ledger.tables:
            if table.load.kind == "trunk":
                self._columns(table, trucks)
        return self.draft

    def _columns(self, table: LoadTable, trucks: list[int]) -> list[int]:
        """Share one load by its game; return what each member bears of it, transfers left out."""
        if len(table.members) == 1:
            return list(table.columns)
        game = self.games.of(table, trucks)
        found = value(game, self.samples, (self.seed, zlib.crc32(table.load.load_id.encode())))
        self.variance[list(table.members)] += found.error**2
        self.sampled += len(table.members) > EXACT_PLAYERS
        total = whole_cents(found.mean, game.paid)
        is_trunk = table.load.kind == "trunk"
        entry = [self.ledger.entry[k] if is_trunk else 0 for k in table.members]
        columns = [all_in - int(own) - fee for all_in, own, fee in zip(total, game.own, entry, strict=True)]
        columns = self._none_negative(table, columns)
        self.draft.by_column(table, columns)
        return columns

    def _none_negative(self, table: LoadTable, columns: list[int]) -> list[int]:
        """Return the columns with 0 for those below 0, who are paid by transfers from the other members."""
        owed = [max(0, -column) for column in columns]
        if not any(owed):
            return columns
        givers = [max(0, column) for column in columns]
        parts = share(sum(owed), givers)
        for member, due, part in zip(table.members, owed, parts, strict=True):
            self.draft.move(member, part - due)
        return [column - part for column, part in zip(givers, parts, strict=True)]
