"""The problem the optimiser sees: integer arrays, no places, files or dates.

Every ragged relation is stored in compressed rows (CSR): the items of row ``k`` are
``values[start[k]:start[k + 1]]``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from network.errors import SolveError
from network.money import CENT, Bools, Int64, percent_of

from . import examination
from .examination import Examination

Int32 = npt.NDArray[np.int32]

_FLAGS = ("lot_alone", "option_common", "conflict")
_SMALL = ("option_pool_start", "option_pool", "option_resource_start", "option_resource", "option_day")
"""Columns of 32 bits, as there are tens of millions of entries: positions, and days."""
_MOST_STANDINGS = 62
_MOST_PPB = 9_000_000_000
"""Largest rate of a fee, nine times the value: beyond it sums of kernels could overflow."""
_MOST_DAY_PRICE = 1_000_000_000_000
"""Largest price of a day of a lot, micro-units, so that sums of a load never overflow."""
_MOST_DAY = 1_000_000_000
"""Days further from zero are refused, so that sums of days never overflow."""


_SINGLE = ("entry_schemes", "examinations", "bundle_days", "common_party", "common_standing")
"""Attributes of a problem that are no arrays."""


@dataclass(frozen=True, slots=True)
class EntryFee:
    """One fee of a customs entry: ``flat + rate * value`` within a floor and a cap; a small entry may pay less.

    Attributes
    ----------
    code : str
        Name of the cost line.
    flat, minimum : int, micro-units
    rate_ppb : int, parts per billion of the entry value
    maximum : int or None, micro-units; None when there is no cap
    small_up_to, small_amount : int, micro-units
        An entry of at most this value pays that amount, which is not more than what any larger one pays; -1 for none.
    standings : int, bit ``k`` is set when importers of standing ``k`` pay the fee; -1 for all
    """

    code: str
    flat: int
    rate_ppb: int
    minimum: int
    maximum: int | None
    small_up_to: int = -1
    small_amount: int = 0
    standings: int = -1

    def amount(self, value: int) -> int:
        """Return the fee of an entry worth `value` micro-units, in micro-units (whole cents).

        >>> EntryFee("MPF", 0, 3_464_000, 33_580_000, 651_500_000).amount(54_000_000_000)
        187060000
        """
        return self.small_amount if value <= self.small_up_to else self.usual(value)

    def usual(self, value: int) -> int:
        """Return the fee of an entry that is not small."""
        amount = max(self.flat + percent_of(value, self.rate_ppb), self.minimum)
        return amount if self.maximum is None else min(amount, self.maximum)

    def falls_on(self, standing: int) -> bool:
        """Return whether importers of a standing pay the fee."""
        return bool(self.standings >> standing & 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Lots, their options, the pools that options share, and what limits them.

    A lot takes exactly one of its options or stays unplanned at a price. In every pool of the chosen option it travels
    in exactly one load, of one of the pool's equipment types. What-if is ``dataclasses.replace``; arrays are read-only.

    Attributes
    ----------
    lot_volume_cm3, lot_weight_g : (n,) int64
    lot_class : (n,) int64 in 0..K-1, row of `conflict`
    lot_group : (n,) int64, seller
    lot_alone : (n,) bool, True when the lot may share loads only with its own group
    lot_party : (n,) int64, importer of record
    lot_standing : (n,) int64 in 0..61, of its importer, which decides what fees it pays; empty: all 0
    lot_entry_value : (n,) int64, micro-units, value declared at the customs entry
    lot_unplanned_price : (n,) int64, micro-units
    option_start : (n+1,) int64, options of a lot
    option_cost : (m,) int64, micro-units, everything that is not shared
    option_pool_start, option_pool : (m+1,), (.,) int32, pools used by an option, none repeated
    option_resource_start, option_resource : (m+1,), (.,) int32, resources used by an option
    option_resource_amount : (.,) int64, how much of them
    option_common : (m,) bool, True when the option enters the lot under the common importer in place of its own; empty
        when none does
    common_party, common_standing : int, the common importer and its standing; of no meaning without `option_common`
    pool_type_start : (P+1,) int64, equipment types of a pool
    type_price : (T,) int64, micro-units per load
    type_volume_cm3, type_weight_g : (T,) int64, capacity of a load
    type_limit : (T,) int64, loads that may be opened, -1 for no limit
    type_resource, type_resource_amount : (T,) int64, resource used by one load, -1 for none
    pool_scheme : (P,) int64, row of `entry_schemes` or -1: one entry per importer of record and load
    pool_max_parties : (P,) int64, importers of record allowed in one load, -1 for no limit
    entry_schemes : tuple of tuples of EntryFee
    examinations : tuple of Examination or None, which loads of each entry scheme face; empty: none does
    lot_day_price : (n,) int64, micro-units, what a day of delay of a lot is worth; empty: nothing
    conflict : (K, K) bool, symmetric, True when two classes may not share a load
    resource_limit : (R,) int64
    lot_bundle : (n,) int64 or None, bundle of a lot, -1 for none: its planned lots arrive within `bundle_days`
    option_day : (m,) int32 or None, day number, when the option arrives; needed where there are bundles
    bundle_days : int, most days between the first and the last arrival of a bundle
    """

    lot_volume_cm3: Int64
    lot_weight_g: Int64
    lot_class: Int64
    lot_group: Int64
    lot_alone: Bools
    lot_party: Int64
    lot_entry_value: Int64
    lot_unplanned_price: Int64
    option_start: Int64
    option_cost: Int64
    option_pool_start: Int32
    option_pool: Int32
    option_resource_start: Int32
    option_resource: Int32
    option_resource_amount: Int64
    pool_type_start: Int64
    type_price: Int64
    type_volume_cm3: Int64
    type_weight_g: Int64
    type_limit: Int64
    type_resource: Int64
    type_resource_amount: Int64
    pool_scheme: Int64
    pool_max_parties: Int64
    entry_schemes: tuple[tuple[EntryFee, ...], ...]
    conflict: Bools
    resource_limit: Int64
    lot_standing: Int64 = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    lot_day_price: Int64 = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    examinations: tuple[Examination | None, ...] = ()
    lot_bundle: Int64 | None = None
    option_day: Int32 | None = None
    bundle_days: int = 30
    option_common: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    common_party: int = 0
    common_standing: int = 0

    def __post_init__(self) -> None:
        for name in ("lot_standing", "lot_day_price"):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.zeros(len(self.lot_party), dtype=np.int64))
        if not np.any(self.option_common):
            object.__setattr__(self, "option_common", np.zeros(0, dtype=np.bool_))
        for column in fields(self):
            single = column.name in _SINGLE
            if not single and getattr(self, column.name) is not None:
                object.__setattr__(self, column.name, _frozen(getattr(self, column.name), column.name))
        validate(self)

    @property
    def n_lots(self) -> int:
        """Number of lots."""
        return len(self.lot_volume_cm3)

    @property
    def n_options(self) -> int:
        """Number of options of all lots."""
        return len(self.option_cost)

    @property
    def n_pools(self) -> int:
        """Number of pools."""
        return len(self.pool_scheme)

    @property
    def n_types(self) -> int:
        """Number of equipment types, counted once per pool that offers them."""
        return len(self.type_price)

    @property
    def n_resources(self) -> int:
        """Number of limited resources."""
        return len(self.resource_limit)

    @property
    def has_common(self) -> bool:
        """Return whether any option enters its lot under the common importer."""
        return len(self.option_common) > 0

    @property
    def n_parties(self) -> int:
        """Number of importers of record: one more than the largest of their numbers."""
        return 1 + max(int(self.lot_party.max(initial=0)), self.common_party if self.has_common else 0)

    def importer_of(self, lot: int, option: int) -> tuple[int, int]:
        """Return the importer of record of a lot that takes an option (-1: none), and its standing."""
        if self.has_common and option >= 0 and self.option_common[option]:
            return self.common_party, self.common_standing
        return int(self.lot_party[lot]), int(self.lot_standing[lot])

    @cached_property
    def lot_of_option(self) -> Int32:
        """Return the lot of every option, (m,)."""
        return _rows_of(self.option_start)

    @cached_property
    def option_of_use(self) -> Int32:
        """Return the option of every entry of `option_pool`."""
        return _rows_of(self.option_pool_start)

    @cached_property
    def option_of_need(self) -> Int32:
        """Return the option of every entry of `option_resource`."""
        return _rows_of(self.option_resource_start)

    def options_of(self, lot: int) -> range:
        """Return the options of a lot."""
        return range(int(self.option_start[lot]), int(self.option_start[lot + 1]))

    def pools_of(self, option: int) -> list[int]:
        """Return the pools an option uses, in order."""
        start, stop = self.option_pool_start[option : option + 2].tolist()
        pools: list[int] = self.option_pool[start:stop].tolist()
        return pools

    def types_of(self, pool: int) -> range:
        """Return the equipment types of a pool."""
        return range(int(self.pool_type_start[pool]), int(self.pool_type_start[pool + 1]))

    def fees_of(self, pool: int) -> tuple[EntryFee, ...]:
        """Return the fees of one customs entry of a load of `pool`; empty when the pool makes no entry."""
        scheme = int(self.pool_scheme[pool])
        return self.entry_schemes[scheme] if scheme >= 0 else ()

    def examination_of(self, pool: int) -> Examination | None:
        """Return the examination that a load of `pool` faces, None for none."""
        scheme = int(self.pool_scheme[pool])
        return self.examinations[scheme] if scheme >= 0 and self.examinations else None


def _frozen(values: object, name: str) -> npt.NDArray[np.generic]:
    """Return a read-only copy; an array that nobody can change any more is taken as it is."""
    dtype = np.bool_ if name in _FLAGS else np.int32 if name in _SMALL else np.int64
    array: npt.NDArray[np.generic]
    if isinstance(values, np.ndarray) and values.dtype == dtype and _is_sealed(values):
        array = values
    elif dtype is np.int32:
        array = _narrowed(np.asarray(values), name)
    else:
        array = np.array(values, dtype=dtype, order="C")
    expected = 2 if name == "conflict" else 1
    if array.ndim != expected:
        raise SolveError(f"{name}: found {array.ndim} dimensions, expected {expected}.")
    array.setflags(write=False)
    return array


def _narrowed(values: npt.NDArray[Any], name: str) -> Int32:
    """Return a copy of 32 bits, if every number fits."""
    limits = np.iinfo(np.int32)
    if values.dtype != np.int32:
        _refuse(name, (values < limits.min) | (values > limits.max), values, f"{limits.min}..{limits.max}")
    return np.array(values, dtype=np.int32, order="C")


def _is_sealed(array: npt.NDArray[np.generic]) -> bool:
    return array.flags.c_contiguous and array.flags.owndata and not array.flags.writeable


def _rows_of(start: Int64 | Int32) -> Int32:
    rows: Int32 = np.repeat(np.arange(len(start) - 1, dtype=np.int32), np.diff(start))
    rows.setflags(write=False)
    return rows


def validate(problem: Problem) -> None:
    """Raise SolveError, naming array and index, if the arrays of `problem` contradict each other."""
    _check_lengths(problem)
    _check_rows(problem)
    _check_indices(problem)
    _check_amounts(problem)
    _check_schemes(problem)
    _check_bundles(problem)
    if problem.conflict.shape[0] != problem.conflict.shape[1]:
        raise SolveError(f"conflict: found shape {problem.conflict.shape}, expected a square matrix.")
    if not np.array_equal(problem.conflict, problem.conflict.T):
        row, column = np.argwhere(problem.conflict != problem.conflict.T)[0]
        raise SolveError(f"conflict[{row}, {column}]: the matrix is not symmetric. Maybe set conflict | conflict.T.")


def _check_lengths(problem: Problem) -> None:
    sizes = {
        "lot_": problem.n_lots,
        "option_day": problem.n_options,
        "type_": problem.n_types,
        "pool_max_parties": problem.n_pools,
        "pool_type_start": problem.n_pools + 1,
        "option_start": problem.n_lots + 1,
        "option_pool_start": problem.n_options + 1,
        "option_resource_start": problem.n_options + 1,
        "option_resource_amount": len(problem.option_resource),
        "option_common": problem.n_options if problem.has_common else 0,
    }
    for column in fields(problem):
        name = column.name
        expected = sizes.get(name, sizes.get(name[: name.find("_") + 1]))
        values = getattr(problem, name)
        if expected is not None and values is not None and len(values) != expected:
            raise SolveError(f"{name}: found {len(values)} entries, expected {expected}.")


def _check_rows(problem: Problem) -> None:
    ends = {
        "option_start": problem.n_options,
        "option_pool_start": len(problem.option_pool),
        "option_resource_start": len(problem.option_resource),
        "pool_type_start": problem.n_types,
    }
    for name, end in ends.items():
        start: Int64 | Int32 = getattr(problem, name)
        if int(start[0]) != 0 or int(start[-1]) != end:
            raise SolveError(f"{name}: runs from {start[0]} to {start[-1]}, expected 0 to {end}.")
        _refuse(name, start[1:] < start[:-1], start[1:], "not less than the entry before")


def _check_indices(problem: Problem) -> None:
    if problem.has_common:
        _check_common(problem)
    limits = {
        "lot_class": (0, len(problem.conflict)),
        "lot_standing": (0, _MOST_STANDINGS),
        "option_pool": (0, problem.n_pools),
        "option_resource": (0, problem.n_resources),
        "type_resource": (-1, problem.n_resources),
        "pool_scheme": (-1, len(problem.entry_schemes)),
    }
    for name, (low, high) in limits.items():
        values: Int64 | Int32 = getattr(problem, name)
        _refuse(name, (values < low) | (values >= high), values, f"{low}..{high - 1}")
    option = _rows_of(problem.option_pool_start)
    same_pool, same_option = problem.option_pool[1:] == problem.option_pool[:-1], option[1:] == option[:-1]
    if int(np.diff(problem.option_pool_start).max(initial=0)) <= 2 and not (same_pool & same_option).any():
        return
    uses = option.astype(np.int64) * max(1, problem.n_pools) + problem.option_pool
    unique, first, count = np.unique(uses, return_index=True, return_counts=True)
    if len(unique) < len(uses):
        use = int(first[count > 1][0])
        raise SolveError(f"option_pool[{use}]: option {option[use]} uses pool {problem.option_pool[use]} twice.")


def _check_common(problem: Problem) -> None:
    if problem.common_party < 0:
        raise SolveError(f"common_party: found {problem.common_party}, expected a number that is not negative.")
    if not 0 <= problem.common_standing < _MOST_STANDINGS:
        raise SolveError(f"common_standing: found {problem.common_standing}, expected 0..{_MOST_STANDINGS - 1}.")
    other = (problem.lot_party == problem.common_party) & (problem.lot_standing != problem.common_standing)
    _refuse("lot_standing", other, problem.lot_standing, f"{problem.common_standing}, as of the common importer")


def _check_importers(problem: Problem) -> None:
    """Each importer of record has one standing: it brings one chance upon a load."""
    _, first, importer = np.unique(problem.lot_party, return_index=True, return_inverse=True)
    expected = problem.lot_standing[first[importer]]
    _refuse("lot_standing", problem.lot_standing != expected, problem.lot_standing, "that of its importer's other lots")


def _check_amounts(problem: Problem) -> None:
    for name in (
        "lot_volume_cm3", "lot_weight_g", "lot_party", "lot_group", "lot_entry_value", "lot_unplanned_price", "option_cost",
        "option_resource_amount", "type_price", "type_volume_cm3", "type_weight_g", "type_resource_amount",
        "resource_limit",
    ):  # fmt: skip
        values: Int64 = getattr(problem, name)
        _refuse(name, values < 0, values, "not negative")
    for name in ("type_limit", "pool_max_parties"):
        values = getattr(problem, name)
        _refuse(name, values < -1, values, "a count, or -1 for none")
    for name in ("lot_unplanned_price", "option_cost", "type_price"):
        values = getattr(problem, name)
        _refuse(name, values % CENT != 0, values, "a whole number of cents")


def _check_schemes(problem: Problem) -> None:
    schemes, found = len(problem.entry_schemes), len(problem.examinations)
    if found not in (0, schemes):
        raise SolveError(f"examinations: found {found} entries, expected {schemes}, as of entry_schemes.")
    examination.check(problem.examinations)
    if found:
        _check_importers(problem)
    dear = (problem.lot_day_price < 0) | (problem.lot_day_price > _MOST_DAY_PRICE)
    _refuse("lot_day_price", dear, problem.lot_day_price, f"0..{_MOST_DAY_PRICE}")
    for index, scheme in enumerate(problem.entry_schemes):
        for fee in scheme:
            where = f"entry_schemes[{index}], {fee.code}"
            amounts = [fee.flat, fee.minimum, fee.small_amount] + ([] if fee.maximum is None else [fee.maximum])
            if fee.rate_ppb < 0 or min(amounts) < 0:
                raise SolveError(f"{where}: negative amount or rate.")
            if fee.rate_ppb > _MOST_PPB:
                raise SolveError(f"{where}: found a rate of {fee.rate_ppb} ppb, expected at most {_MOST_PPB}.")
            if any(amount % CENT for amount in amounts):
                raise SolveError(f"{where}: amounts must be whole numbers of cents.")
            if fee.maximum is not None and fee.maximum < fee.minimum:
                raise SolveError(f"{where}: maximum {fee.maximum} is less than minimum {fee.minimum}.")
            if fee.small_up_to >= 0 and fee.small_amount > fee.usual(fee.small_up_to):
                raise SolveError(f"{where}: a small entry pays {fee.small_amount}, more than a larger one.")


def _check_bundles(problem: Problem) -> None:
    if problem.bundle_days < 0:
        raise SolveError(f"bundle_days: found {problem.bundle_days}, expected not negative.")
    if problem.lot_bundle is None:
        return
    _refuse("lot_bundle", problem.lot_bundle < -1, problem.lot_bundle, "the number of a bundle, or -1 for none")
    if problem.option_day is None:
        raise SolveError("option_day: found None, expected a day for every option, as there are bundles.")
    far = (problem.option_day < -_MOST_DAY) | (problem.option_day > _MOST_DAY)
    _refuse("option_day", far, problem.option_day, f"{-_MOST_DAY}..{_MOST_DAY}")


def _refuse(name: str, wrong: Bools, values: npt.NDArray[Any], expected: str) -> None:
    if wrong.any():
        index = int(np.flatnonzero(wrong)[0])
        raise SolveError(f"{name}[{index}]: found {values[index]}, expected {expected}.")
