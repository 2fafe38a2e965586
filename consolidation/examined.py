"""Examinations by customs as the planner sees them: what the optimiser weighs, and what the plan says of a load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

import numpy as np

from consolidation.demand import Demand
from network.charges import falls_on
from network.examinations import MILLION, PER_EXAMINATION, chance_of, delay_of, joint_chance, price_of
from network.model import Network
from network.money import Int64, share
from network.price_tables import Charge
from solvers.assignment import Load
from solvers.evaluate import Evaluation, LineKind
from solvers.examination import Examination

_DAYS_PER_YEAR = 365.0
_NOISE = 1e-6


def day_price(network: Network, demand: Demand) -> Int64:
    """Return what one more day in transit of every shipment is worth, micro-units, rounded half up, (n,).

    The exact counterpart for one shipment is :func:`network.examinations.price_of_day`.
    """
    planning = network.planning
    carrying = demand.value * planning.carrying_pct_per_year / 100 / _DAYS_PER_YEAR
    transit = planning.value_of_day_per_m3 * demand.volume_cm3
    return np.floor(carrying + transit + 0.5 + _NOISE).astype(np.int64)


def examination(network: Network, charges: Iterable[Charge], tag_sets: Sequence[tuple[str, ...]]) -> Examination | None:
    """Return the examination that charges of an entry tell of, None for none; its code is the id of the first.

    The others are the same examination for other importers (:meth:`network.pricing_rules.PricingRules.examinations`).

    Parameters
    ----------
    tag_sets : tags of the importers of every standing
    """
    rows = [charge for charge in charges if charge.basis == PER_EXAMINATION]
    if not rows:
        return None
    chances = tuple(joint_chance(_chances(rows, [tags])) for tags in tag_sets)
    first = rows[0]
    return Examination(first.charge_id, price_of(first, network.rate[first.currency]), delay_of(first), chances)


def _chances(rows: Iterable[Charge], importers: Sequence[tuple[str, ...]]) -> Iterator[int]:
    return (chance_of(row) for row in rows for tags in importers if falls_on(row.importers, tags))


def of_load(charges: Iterable[Charge], importers: Sequence[tuple[str, ...]]) -> tuple[Charge, Decimal]:
    """Return the charge that names the examination of a load, the first that is for one of its importers, and its chance.

    Parameters
    ----------
    charges : of an entry; one of them tells of an examination
    importers : tags of each importer of record in the load
    """
    rows = [
        row
        for row in charges
        if row.basis == PER_EXAMINATION and any(falls_on(row.importers, tags) for tags in importers)
    ]
    return rows[0], Decimal(joint_chance(_chances(rows, importers))) / MILLION


def shared_delays(
    evaluation: Evaluation, loads: Sequence[Load], day_prices: Int64, order: Callable[[int], str]
) -> dict[int, int]:
    """Return what the expected delay of its load is worth to each lot, micro-units: shared as a day of it is worth.

    Parameters
    ----------
    day_prices : (n,) int64, micro-units, of every lot
    order : sorts the lots of a load: the first of equals gets a cent that cannot be shared
    """
    found: dict[int, int] = {}
    for line in evaluation.lines:
        if line.kind is LineKind.DELAY and line.amount:
            members = sorted(loads[line.index].lots, key=order)
            found.update(zip(members, share(line.amount, day_prices[members]), strict=True))
    return found
