"""Problems for tests: a builder from plain rows, Hypothesis strategies of tiny ones, seeded weeks of any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import strategies as st

from network.money import CENT, MICROS
from solvers.assignment import Assignment, Load
from solvers.examination import Examination
from solvers.problem import EntryFee, Problem

MPF = EntryFee("MPF", 0, 3_464_000, 33_580_000, 651_500_000)


@dataclass
class Lot:
    """A lot; money in whole units of currency."""

    volume: int = 10
    weight: int = 1000
    unplanned: int = 1000
    cls: int = 0
    group: int = 0
    alone: bool = False
    party: int = 0
    value: int = 0
    options: list[Option] = field(default_factory=list)
    standing: int = 0
    bundle: int = -1
    day_price: int = 0


@dataclass
class Option:
    """An option of a lot; cost in whole units of currency."""

    cost: int
    pools: tuple[int, ...] = ()
    needs: tuple[tuple[int, int], ...] = ()
    day: int = 0
    common: bool = False


@dataclass
class Type:
    """An equipment type; price in whole units of currency."""

    price: int
    volume: int = 100
    weight: int = 100_000
    limit: int = -1
    resource: int = -1
    amount: int = 0


@dataclass
class Pool:
    """A pool and its types."""

    types: tuple[Type, ...]
    scheme: int = -1
    max_parties: int = -1


def make_problem(
    lots: Sequence[Lot],
    pools: Sequence[Pool] = (),
    schemes: tuple[tuple[EntryFee, ...], ...] = (),
    conflict: Sequence[Sequence[bool]] = ((False,),),
    resource_limit: Sequence[int] = (),
    bundle_days: int = 30,
    common: tuple[int, int] = (0, 0),
    examinations: tuple[Examination | None, ...] = (),
) -> Problem:
    """Return the arrays of plain rows; `common` is the common importer and its standing."""
    options = [option for lot in lots for option in lot.options]
    types = [kind for pool in pools for kind in pool.types]
    needs = [need for option in options for need in option.needs]
    return Problem(
        lot_volume_cm3=_ints(lot.volume for lot in lots),
        lot_weight_g=_ints(lot.weight for lot in lots),
        lot_class=_ints(lot.cls for lot in lots),
        lot_group=_ints(lot.group for lot in lots),
        lot_alone=np.array([lot.alone for lot in lots], dtype=bool),
        lot_party=_ints(lot.party for lot in lots),
        lot_standing=_ints(lot.standing for lot in lots),
        lot_entry_value=_ints(lot.value * MICROS for lot in lots),
        lot_unplanned_price=_ints(lot.unplanned * MICROS for lot in lots),
        option_start=_starts(len(lot.options) for lot in lots),
        option_cost=_ints(option.cost * MICROS for option in options),
        option_pool_start=_starts(len(option.pools) for option in options),
        option_pool=_ints(pool for option in options for pool in option.pools),
        option_resource_start=_starts(len(option.needs) for option in options),
        option_resource=_ints(resource for resource, _ in needs),
        option_resource_amount=_ints(amount for _, amount in needs),
        pool_type_start=_starts(len(pool.types) for pool in pools),
        type_price=_ints(kind.price * MICROS for kind in types),
        type_volume_cm3=_ints(kind.volume for kind in types),
        type_weight_g=_ints(kind.weight for kind in types),
        type_limit=_ints(kind.limit for kind in types),
        type_resource=_ints(kind.resource for kind in types),
        type_resource_amount=_ints(kind.amount for kind in types),
        pool_scheme=_ints(pool.scheme for pool in pools),
        pool_max_parties=_ints(pool.max_parties for pool in pools),
        entry_schemes=schemes,
        examinations=examinations,
        lot_day_price=_ints(lot.day_price * CENT for lot in lots),
        conflict=np.array(conflict, dtype=bool),
        resource_limit=_ints(resource_limit),
        lot_bundle=_ints(lot.bundle for lot in lots) if any(lot.bundle >= 0 for lot in lots) else None,
        option_day=_ints(option.day for option in options),
        bundle_days=bundle_days,
        option_common=np.array([option.common for option in options], dtype=bool),
        common_party=common[0],
        common_standing=common[1],
    )


def _ints(values: object) -> np.ndarray:
    return np.array(list(values), dtype=np.int64)  # type: ignore[call-overload]


def _starts(counts: object) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(_ints(counts))]).astype(np.int64)


@st.composite
def tiny_problems(
    draw: st.DrawFn, max_lots: int = 4, min_lots: int = 0, max_resources: int = 2, small_entries: bool = True
) -> Problem:
    """Draw a problem small enough for the oracle, with every rule the model knows."""
    small = st.integers
    n_pools, n_resources, n_classes = draw(small(1, 3)), draw(small(0, max_resources)), 3
    usual = st.builds(
        lambda flat, rate, low, more, standings: EntryFee(
            "FEE", flat * CENT, rate, low * CENT, None if more < 0 else (low + more) * CENT, standings=standings
        ),
        small(0, 500), small(0, 40_000_000), small(0, 4000), small(-1, 9000), st.sampled_from([-1, -1, 1, 2]),
    )  # fmt: skip
    fee = (
        usual
        if not small_entries
        else usual | st.builds(_with_small_entries, usual, small(0, 9000), st.sampled_from([0, 2, 1]))
    )
    schemes = draw(st.lists(st.lists(fee, min_size=1, max_size=2).map(tuple), max_size=2))
    exam = st.builds(
        Examination, st.just("EXAM"), small(0, 9000).map(lambda cents: cents * CENT + 3333), small(0, 30_000),
        st.tuples(*[st.sampled_from([0, 8_000, 123_457, 400_000, 10**6])] * 2),
    )  # fmt: skip
    exams = draw(st.lists(st.none() | exam, min_size=len(schemes), max_size=len(schemes)).map(tuple) | st.just(()))
    kind = st.builds(
        Type, small(0, 60), small(4, 24), small(40, 240), st.sampled_from([-1, -1, -1, 1, 2]),
        small(-1, n_resources - 1), small(0, 3),
    )  # fmt: skip
    pool = st.builds(
        Pool,
        st.lists(kind, min_size=1, max_size=3).map(tuple),
        small(-1, len(schemes) - 1),
        st.sampled_from([-1, -1, 1, 2]),
    )
    pools = draw(st.lists(pool, min_size=n_pools, max_size=n_pools))
    need = st.tuples(small(0, max(0, n_resources - 1)), small(0, 4))
    option = st.builds(
        Option,
        small(0, 40),
        st.lists(small(0, n_pools - 1), max_size=2, unique=True).map(tuple),
        st.lists(need, max_size=1).map(tuple) if n_resources else st.just(()),
        st.sampled_from([0, 10, 31, 40, 70]),
        draw(st.sampled_from([st.just(False), st.booleans()])),
    )
    lot = st.builds(
        Lot, small(1, 12), small(10, 120), small(0, 120), small(0, n_classes - 1), small(0, 2),
        st.sampled_from([False, False, False, True]), small(0, 2), small(0, 9000), st.lists(option, max_size=4),
        bundle=st.sampled_from([-1, -1, 3, 3, 5]), day_price=small(0, 200),
    )  # fmt: skip
    lots = draw(st.lists(lot, min_size=min_lots, max_size=max_lots))
    for each in lots:
        each.standing = each.party % 2
    service = draw(st.sampled_from([None, None, 0, 5, 20]))
    for each in lots if service is not None else ():
        either = [(replace(o, common=False), replace(o, cost=o.cost + service, common=True)) for o in each.options[:2]]
        each.options = [option for both in either for option in both]
    a, b, c = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    conflict = [[False, a, b], [a, False, c], [b, c, draw(st.sampled_from([False, False, True]))]]
    limits = draw(st.lists(small(0, 9), min_size=n_resources, max_size=n_resources))
    party = draw(small(2, 3))  # the common importer: one with lots of its own or another
    return make_problem(lots, pools, tuple(schemes), conflict, limits, common=(party, party % 2), examinations=exams)


def _with_small_entries(fee: EntryFee, up_to: int, divisor: int) -> EntryFee:
    """Return a fee of which entries of at most a value, in whole units, pay nothing or a part."""
    limit = up_to * MICROS
    amount = fee.usual(limit) // divisor // CENT * CENT if divisor else 0
    return replace(fee, small_up_to=limit, small_amount=amount)


def permuted(problem: Problem, order: Sequence[int]) -> Problem:
    """Return the same problem with its lots in another order."""
    lots = []
    bundles, days = problem.lot_bundle, problem.option_day
    for lot in order:
        options = []
        for option in problem.options_of(lot):
            row = slice(int(problem.option_resource_start[option]), int(problem.option_resource_start[option + 1]))
            needs = tuple(
                zip(problem.option_resource[row].tolist(), problem.option_resource_amount[row].tolist(), strict=True)
            )
            cost, pools = int(problem.option_cost[option]) // MICROS, tuple(problem.pools_of(option))
            common = problem.has_common and bool(problem.option_common[option])
            options.append(Option(cost, pools, needs, 0 if days is None else int(days[option]), common))
        lots.append(
            Lot(
                int(problem.lot_volume_cm3[lot]),
                int(problem.lot_weight_g[lot]),
                int(problem.lot_unplanned_price[lot]) // MICROS,
                int(problem.lot_class[lot]),
                int(problem.lot_group[lot]),
                bool(problem.lot_alone[lot]),
                int(problem.lot_party[lot]),
                int(problem.lot_entry_value[lot]) // MICROS,
                options,
                int(problem.lot_standing[lot]),
                -1 if bundles is None else int(bundles[lot]),
                int(problem.lot_day_price[lot]) // CENT,
            )
        )
    pools = [
        Pool(
            tuple(
                Type(
                    int(problem.type_price[row]) // MICROS,
                    int(problem.type_volume_cm3[row]),
                    int(problem.type_weight_g[row]),
                    int(problem.type_limit[row]),
                    int(problem.type_resource[row]),
                    int(problem.type_resource_amount[row]),
                )
                for row in problem.types_of(pool)
            ),
            int(problem.pool_scheme[pool]),
            int(problem.pool_max_parties[pool]),
        )
        for pool in range(problem.n_pools)
    ]
    return make_problem(
        lots,
        pools,
        problem.entry_schemes,
        problem.conflict.tolist(),
        problem.resource_limit.tolist(),
        problem.bundle_days,
        common=(problem.common_party, problem.common_standing),
        examinations=problem.examinations,
    )


@dataclass(frozen=True)
class WeekShape:
    """What a synthetic week looks like."""

    lots: int = 100
    seed: int = 1
    warehouses: int = 6
    departures: int = 24
    centres: int = 4
    fcs: int = 30
    trucks: bool = True
    direct: bool = True
    fees: bool = True
    sellers_per_party: float = 1.5
    fee_factor: int = 1


def synthetic_week(shape: WeekShape) -> Problem:
    """Return a seeded week: warehouses, sailings, centres, trucks to FCs, co-load, air, customs entries."""
    rng = np.random.default_rng(shape.seed)
    build = _Week(shape, rng)
    lots = [build.lot(k) for k in range(shape.lots)]
    conflict = np.zeros((4, 4), dtype=bool)
    conflict[1, 2] = conflict[2, 1] = conflict[1, 3] = conflict[3, 1] = True
    factor = shape.fee_factor
    scheme = (
        EntryFee("MPF", 0, 3_464_000 * factor, 33_580_000 * factor, 651_500_000 * factor),
        EntryFee("ENTRY", 95_000_000 * factor, 0, 0, None),
    )
    limits = np.full(shape.fcs * 8, max(40_000_000, shape.lots * 2_500_000 * 4 // shape.fcs))
    return make_problem(lots, build.pools, (scheme,) if shape.fees else (), conflict.tolist(), limits.tolist())


class _Week:
    def __init__(self, shape: WeekShape, rng: np.random.Generator) -> None:
        self.shape, self.rng = shape, rng
        self.pools: list[Pool] = []
        self._known: dict[tuple[int, ...], int] = {}
        self.sites = rng.uniform(0, 1000, (shape.warehouses, 2))
        self.centre_sites = rng.uniform(0, 2500, (shape.centres, 2))
        self.fc_sites = rng.uniform(0, 2500, (shape.fcs, 2))
        self.port = rng.integers(0, shape.centres, shape.departures)
        self.cut = rng.integers(3, 24, shape.departures)
        self.transit = rng.integers(14, 30, shape.departures)
        self.rate = (2400 + 60 * (30 - self.transit) + rng.normal(0, 120, shape.departures)).astype(int)
        self.serves = [rng.choice(shape.departures, max(3, shape.departures // 3), replace=False)
                       for _ in range(shape.warehouses)]  # fmt: skip

    def pool(self, key: tuple[int, ...], price: int, truck: bool) -> int:
        if key not in self._known:
            self._known[key] = len(self.pools)
            kinds = (
                (Type(price, 85_000_000, 19_500_000),)
                if truck
                else tuple(
                    Type(int(price * ratio), volume, weight)
                    for ratio, volume, weight in (
                        (0.62, 28_000_000, 21_700_000), (0.94, 56_000_000, 19_900_000),
                        (1.0, 66_000_000, 19_900_000), (1.16, 76_000_000, 19_900_000))
                )
            )  # fmt: skip
            self.pools.append(Pool(kinds, 0 if self.shape.fees and not truck else -1))
        return self._known[key]

    def lot(self, k: int) -> Lot:
        rng, shape = self.rng, self.shape
        m3 = float(np.clip(np.exp(rng.normal(np.log(2.0), 1.0)), 0.1, 25))
        kg = m3 * float(np.clip(np.exp(rng.normal(np.log(190), 0.45)), 80, 600))
        fc, seller = int(shape.fcs * rng.random() ** 1.7), int(rng.integers(0, max(2, shape.lots // 3)))
        ready, value = int(rng.integers(0, 12)), int(kg * np.exp(rng.normal(np.log(9), 0.6)))
        lot = Lot(
            int(m3 * 1e6), int(kg * 1e3), int(80 + 900 * m3 + 0.1 * value), int(rng.choice(4, p=[0.75, 0.12, 0.08, 0.05])),
            seller, bool(rng.random() < 0.03), int(seller / shape.sellers_per_party), value,
        )  # fmt: skip
        for site in rng.choice(
            shape.warehouses, min(shape.warehouses, int(rng.integers(1, 4))), replace=False
        ).tolist():
            pick = 18 + m3 * (4 + 0.02 * float(np.linalg.norm(self.sites[site] - self.sites[0])))
            for run in self.serves[site].tolist():
                if ready + 2 <= self.cut[run]:
                    self._sail(lot, (m3, kg, value, fc, ready, pick), site, run)
        air = 60 + max(kg, m3 * 167) * 4.8
        lot.options.append(Option(int(air + 40 * m3)))
        return lot

    def _sail(self, lot: Lot, facts: tuple[float, float, int, int, int, float], site: int, run: int) -> None:
        m3, kg, value, fc, ready, pick = facts
        for centre in {int(self.port[run]), int((self.port[run] + 1) % self.shape.centres)}:
            arrive = int(self.cut[run] + self.transit[run]) + 4
            miles = float(np.linalg.norm(self.centre_sites[centre] - self.fc_sites[fc])) * 0.8
            base = pick + 15 * m3 + value * 0.25 / 365 * (arrive - ready) + 6 * m3 * max(0, arrive - ready - 30)
            ltl = (34 + 0.058 * miles) * max(m3, kg / 250) + 22
            room = ((int(fc) * 8 + min(7, arrive // 7), int(m3 * 1e6)),)
            trunk = self.pool((0, site, run, centre), 1400 + int(self.rate[run]) + 40 * centre, truck=False)
            lot.options.append(Option(int(base + ltl), (trunk,), room))
            if self.shape.trucks:
                truck = self.pool((1, centre, fc, arrive // 3), int(420 + 2.35 * miles), truck=True)
                lot.options.append(Option(int(base), (trunk, truck), room))
            lot.options.append(Option(int(base + ltl + 95 + max(1.0, m3) * (int(self.rate[run]) / 42 + 48)), (), room))
        if self.shape.direct:
            direct = self.pool((2, site, run, fc), 2300 + int(self.rate[run]), truck=False)
            lot.options.append(Option(int(pick + 7 * m3 + value * 0.02), (direct,)))


def loads_of(problem: Problem, *rows: tuple[int, int, tuple[int, ...]]) -> tuple[Load, ...]:
    """Return loads from (pool, position of the type in the pool, lots)."""
    return tuple(Load(pool, int(problem.pool_type_start[pool]) + kind, lots) for pool, kind, lots in rows)


def assignment_of(problem: Problem, choice: Sequence[int], *rows: tuple[int, int, tuple[int, ...]]) -> Assignment:
    """Return an assignment from the position of every lot's option among its own (-1: unplanned) and its loads."""
    chosen = [int(problem.option_start[lot]) + k if k >= 0 else -1 for lot, k in enumerate(choice)]
    return Assignment.canonical(chosen, loads_of(problem, *rows))
