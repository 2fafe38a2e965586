"""The problem as flat tables for the search kernels: live options in order of cost, pools with types in order of price."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from network.money import Bools, Int64

from ._jit import Records, jit
from .pairs import Pairs
from .problem import Int32, Problem

_LOT = np.dtype([(name, np.int64) for name in (
    "volume", "weight", "kind", "group", "party", "standing", "value", "unplanned", "alone", "first", "last", "common_party",
    "common_standing", "day_price",
)])  # fmt: skip
_OPTION = np.dtype([
    ("cost", np.int64), ("number", np.int32), ("use", np.int32), ("need", np.int32), ("uses", np.int16), ("needs", np.int16),
    ("common", np.int16),
])  # fmt: skip
_USE = np.dtype([("pool", np.int32), ("pair", np.int32)])
_NEED = np.dtype([("resource", np.int64), ("amount", np.int64)])
_TYPE = np.dtype([(name, np.int64) for name in ("price", "volume", "weight", "limit", "resource", "amount", "row")])
_POOL = np.dtype(
    [(name, np.int64) for name in ("first", "last", "most_parties", "is_limited", "fee", "last_fee", "exam")]
)


class Tables(NamedTuple):
    """What the search reads and never changes; all but the last three are arrays of records.

    Attributes
    ----------
    lots : (n,), ``volume`` (cm3), ``weight`` (g), ``kind`` (class), ``group``, ``party``, its ``standing``, ``value``,
        ``unplanned`` (micro-units), ``alone``, its live options ``first`` to ``last``, and the other importer of record
        that options may name, ``common_party`` (-1 where none can) with ``common_standing``; ``day_price`` (micro-units)
    options : (k,), live options of a lot in the order of their ``cost``; ``number`` in the problem; first ``use`` and
        how many; first ``need`` and how many; ``common``, 1 where it enters the lot under the common importer
    uses : ``pool`` and ``pair`` of every use of a pool by a live option
    needs : scarce ``resource`` and ``amount``
    prices : (E,), of pairs, see `Pairs`
    types : (T,), of a pool in the order of their ``price``; ``row`` in the problem
    pools : (P,), types ``first`` to ``last``, ``most_parties`` or -1, whether it ``is_limited`` in opening loads, its
        fees ``fee`` to ``last_fee``, and the row ``exam`` of its examination, or -1
    fees : see `Fees`
    conflict : (K, K) bool
    limits : (R,) int64, of resources
    width : int, most pools that an option uses, at least 1
    """

    lots: Records
    options: Records
    uses: Records
    needs: Records
    prices: Records
    types: Records
    pools: Records
    fees: Records
    conflict: Bools
    limits: Int64
    width: int


def tables(problem: Problem, pairs: Pairs, keep: Bools | None = None) -> Tables:
    """Return the tables of the options to keep, (m,) bool; of all usable ones when None."""
    live = np.flatnonzero(pairs.usable if keep is None else pairs.usable & keep)
    first = np.searchsorted(live, problem.option_start)
    options, uses, needs = _options(problem, pairs, _by_cost(problem, live))
    return Tables(
        lots=_records(
            _LOT, problem.n_lots, volume=problem.lot_volume_cm3, weight=problem.lot_weight_g, kind=problem.lot_class,
            group=problem.lot_group, party=problem.lot_party, standing=problem.lot_standing, value=problem.lot_entry_value,
            unplanned=problem.lot_unplanned_price, alone=problem.lot_alone, first=first[:-1], last=first[1:],
            common_party=np.full(problem.n_lots, problem.common_party if problem.has_common else -1),
            common_standing=np.full(problem.n_lots, problem.common_standing), day_price=problem.lot_day_price,
        ),
        options=options,
        uses=uses,
        needs=needs,
        prices=pairs.prices,
        types=_types(problem),
        pools=_pools(problem, pairs),
        fees=pairs.fees.rows,
        conflict=problem.conflict.copy(),
        limits=problem.resource_limit.copy(),
        width=max(1, int(options["uses"].max(initial=0))),
    )  # fmt: skip


def _by_cost(problem: Problem, live: Int64) -> Int64:
    """Return options by lot, then cost; mostly they come so."""
    cost, lot = problem.option_cost[live], problem.lot_of_option[live]
    if ((cost[1:] >= cost[:-1]) | (lot[1:] != lot[:-1])).all():
        return live
    return live[np.lexsort((live, cost, lot))]


class _Source(NamedTuple):
    """What the tables of options are made of: columns of the problem, and pairs of the uses."""

    cost: Int64
    common: Bools
    use_start: Int32
    use_pool: Int32
    use_pair: Int32
    need_start: Int32
    resource: Int32
    amount: Int64
    scarce: Bools


def _options(problem: Problem, pairs: Pairs, numbers: Int64) -> tuple[Records, Records, Records]:
    """Return the records of options in the order of `numbers`, of their uses and of their scarce needs."""
    source = _Source(
        problem.option_cost, problem.option_common, problem.option_pool_start, problem.option_pool, pairs.of_use,
        problem.option_resource_start, problem.option_resource, problem.option_resource_amount, pairs.scarce,
    )  # fmt: skip
    options = np.zeros(len(numbers), dtype=_OPTION)
    n_uses, n_needs = _count(source, numbers)
    uses, needs = np.zeros(n_uses, dtype=_USE), np.zeros(n_needs, dtype=_NEED)
    _list(source, numbers, options, uses, needs)
    return options, uses, needs


@jit
def _count(s: _Source, numbers: Int64) -> tuple[int, int]:
    """Return how many uses and scarce needs options have."""
    uses, needs = 0, 0
    for number in numbers:
        uses += s.use_start[number + 1] - s.use_start[number]
        for need in range(s.need_start[number], s.need_start[number + 1]):
            needs += s.scarce[s.resource[need]]
    return uses, needs


@jit
def _list(s: _Source, numbers: Int64, options: Records, uses: Records, needs: Records) -> None:
    """Write the records of options, one after the other."""
    n_uses, n_needs = 0, 0
    for k in range(len(numbers)):
        number, option = numbers[k], options[k]
        option.cost, option.number, option.use, option.need = s.cost[number], number, n_uses, n_needs
        option.common = s.common[number] if len(s.common) else False
        for use in range(s.use_start[number], s.use_start[number + 1]):
            uses[n_uses].pool, uses[n_uses].pair = s.use_pool[use], s.use_pair[use]
            n_uses += 1
        for need in range(s.need_start[number], s.need_start[number + 1]):
            if s.scarce[s.resource[need]]:
                needs[n_needs].resource, needs[n_needs].amount = s.resource[need], s.amount[need]
                n_needs += 1
        option.uses, option.needs = n_uses - option.use, n_needs - option.need


def _records(row: np.dtype[np.void], count: int, /, **columns: Int64 | Int32 | Bools) -> Records:
    records = np.zeros(count, dtype=row)
    for name, values in columns.items():
        records[name] = values
    return records


def _types(problem: Problem) -> Records:
    pool = np.repeat(np.arange(problem.n_pools), np.diff(problem.pool_type_start))
    row = np.lexsort((np.arange(problem.n_types), problem.type_price, pool))
    return _records(
        _TYPE, len(row), price=problem.type_price[row], volume=problem.type_volume_cm3[row],
        weight=problem.type_weight_g[row], limit=problem.type_limit[row], resource=problem.type_resource[row],
        amount=problem.type_resource_amount[row], row=row,
    )  # fmt: skip


def _pools(problem: Problem, pairs: Pairs) -> Records:
    may_end = (problem.type_limit >= 0) | (problem.type_resource >= 0)
    ends = np.append(0, np.cumsum(may_end))[problem.pool_type_start]
    return _records(
        _POOL, problem.n_pools, first=problem.pool_type_start[:-1], last=problem.pool_type_start[1:],
        most_parties=problem.pool_max_parties, is_limited=np.diff(ends) > 0, fee=pairs.fees.first,
        last_fee=pairs.fees.last, exam=pairs.fees.exam,
    )  # fmt: skip


def rows_of(start: Int64 | Int32, chosen: Int64) -> tuple[Int64, Int64]:
    """Return the start of the chosen rows of a ragged relation in a new one, and its old positions.

    Parameters
    ----------
    start : (m+1,) integers
    chosen : (k,) int64, rows
    """
    counts = start[chosen + 1] - start[chosen]
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    positions = np.repeat(start[chosen] - (ends - counts), counts) + np.arange(total)
    return np.concatenate([[0], ends]).astype(np.int64), positions.astype(np.int64)
