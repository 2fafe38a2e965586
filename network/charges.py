"""What one charge is: a rate on a quantity, with breaks, a minimum, a maximum and a currency.

``amount`` prices one quantity exactly with decimals; ``amounts`` prices an array of them. Both follow the
same steps, in this order:

1. ``free_quantity`` is taken off the quantity (of days at a place before they are expected, see `days_beyond`, and of
   days in storage before they are multiplied with the volume); where nothing is left, as where there is no duty to take a percentage of, the charge is nothing; what is left is raised to
   ``min_quantity``;
2. with weight breaks, the charge is the cheapest of the quantity at its own break and of every higher break
   at that break's full starting weight ("next break is cheaper");
3. the result is held between ``minimum`` and ``maximum`` (both in the charge's currency);
4. it is converted to the plan currency and rounded once, to whole cents.

Percentages (``pct_...`` bases) are rates of 1/100 of an amount of money; that amount is in the plan currency
already, so only ``minimum`` and ``maximum`` are converted.

A customs entry of at most ``small_up_to`` pays ``small_amount`` in place of all that (an informal entry).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from statistics import NormalDist
from typing import Protocol

import numpy as np

from network.examinations import PER_EXAMINATION
from network.money import Float64, Int64, round_array, to_micros

SHIPMENT_BASES = {
    "per_shipment": "shipment",
    "per_bill": "house bill (one per shipment)",
    "per_carton": "carton",
    "per_unit": "unit of goods",
    "per_pallet": "pallet, whole",
    "per_hs_line": "tariff line of the goods",
    "per_pallet_km": "pallet and km",
    "per_kg": "kg gross weight",
    "per_kg_km": "kg gross weight and km",
    "per_m3": "m3",
    "per_m3_km": "m3 and km",
    "per_wm": "revenue ton: the larger of m3 and tonnes",
    "per_chargeable_kg": "chargeable kg: the larger of gross weight and volume x factor",
    "per_shipment_km": "shipment and km",
    "per_day": "day stored beyond the free ones",
    "per_m3_day": "m3 and day stored beyond the free ones",
    "pct_of_value": "% of goods value",
    "pct_of_duty": "% of the duty",
}
"""Bases counted for one shipment, with the unit of their quantity."""
LOAD_BASES = {
    "per_load": "load (container or truck)",
    "per_load_km": "load and km",
    "per_teu": "TEU",
    "per_load_day": "load and day that it is expected to stand at the place",
}
"""Bases counted once per load and shared by the shipments in it."""
ENTRY_BASES = {
    "per_entry": "customs entry",
    "pct_of_entry_value": "% of the entered value",
    "per_importer": "importer of record in a load",
    PER_EXAMINATION: "examination; the quantity is its chance",
}
"""Bases counted once per customs entry; the shipments on it share them, those of `OF_ALL` all shipments in the load."""
OF_ALL = ("per_importer", PER_EXAMINATION)
"""Bases to which every importer of record in a load adds, for all who are in it."""
STAY_BASES = ("per_day", "per_m3_day")
"""Bases of a shipment that count days in an overseas warehouse; ``free_quantity`` is free days."""
_DAY_BASES = ("per_load_day", *STAY_BASES)
"""Bases of which the free days are taken off before they are multiplied with anything."""
BASES = {**SHIPMENT_BASES, **LOAD_BASES, **ENTRY_BASES}
"""Every basis with the unit of its quantity."""


@dataclass(frozen=True, slots=True)
class Break:
    """From this quantity on, this rate."""

    start: Decimal
    rate: Decimal


def parse_breaks(text: str) -> tuple[Break, ...]:
    """Return breaks written as ``45:6.62;100:5.83``.

    Raises
    ------
    ValueError
        If a pair is not two numbers of at least 0 with a colon between.
    """
    found = []
    for part in (piece.strip() for piece in text.split(";")):
        if not part:
            continue
        start, _, rate = part.partition(":")
        try:
            step = Break(Decimal(start.strip()), Decimal(rate.strip()))
        except InvalidOperation:
            raise ValueError(f"from:rate pairs such as 45:6.62;100:5.83, not {part!r}") from None
        if not (step.start.is_finite() and step.rate.is_finite() and step.start >= 0 and step.rate >= 0):
            raise ValueError(f"from:rate pairs of numbers of at least 0, not {part!r}")
        found.append(step)
    return tuple(found)


class Priced(Protocol):
    """The part of a tariff line that prices need (``network.price_tables.Charge`` has it)."""

    @property
    def basis(self) -> str: ...
    @property
    def rate(self) -> Decimal: ...
    @property
    def minimum(self) -> Decimal | None: ...
    @property
    def maximum(self) -> Decimal | None: ...
    @property
    def free_quantity(self) -> Decimal | None: ...
    @property
    def min_quantity(self) -> Decimal | None: ...
    @property
    def breaks(self) -> tuple[Break, ...]: ...


class Informal(Protocol):
    """The part of a tariff line that small customs entries need."""

    @property
    def small_up_to(self) -> Decimal | None: ...
    @property
    def small_amount(self) -> Decimal | None: ...


class Narrowed(Protocol):
    """The part of a tariff line that says for which goods it is."""

    @property
    def destinations_up_to(self) -> int | None: ...
    @property
    def unit_kg_over(self) -> Decimal | None: ...
    @property
    def unit_kg_up_to(self) -> Decimal | None: ...


def is_percentage(charge: Priced) -> bool:
    """Return whether the charge is a percentage of an amount of money."""
    return charge.basis.startswith("pct_")


def amount(charge: Priced, quantity: Decimal, fx: Decimal = Decimal(1)) -> int:
    """Return what one charge costs for one quantity, in micro-units of the plan currency, whole cents.

    Parameters
    ----------
    charge : Priced
    quantity : Decimal, in the unit of the charge's basis
    fx : Decimal, plan currency per unit of the charge's currency

    Examples
    --------
    >>> from types import SimpleNamespace as Line
    >>> mpf = Line(basis="pct_of_entry_value", rate=Decimal("0.3464"), minimum=Decimal("33.58"),
    ...            maximum=Decimal("651.50"), free_quantity=None, min_quantity=None, breaks=())
    >>> amount(mpf, Decimal(5400)), amount(mpf, Decimal(54000))
    (33580000, 187060000)
    """
    quantity = max(quantity - _free(charge), Decimal(0)) if _free(charge) else quantity
    if quantity == 0 and _may_be_nothing(charge):
        return 0
    if charge.min_quantity is not None:
        quantity = max(quantity, charge.min_quantity)
    cost = charge.rate * quantity
    for step in charge.breaks:
        at_break = step.rate * max(quantity, step.start)
        cost = at_break if step.start <= quantity else min(cost, at_break)
    if is_percentage(charge):
        cost /= 100
    else:
        cost *= fx
    if charge.minimum is not None:
        cost = max(cost, charge.minimum * fx)
    if charge.maximum is not None:
        cost = min(cost, charge.maximum * fx)
    return to_micros(cost)


def amounts(charge: Priced, quantities: Float64, fx: float = 1.0) -> Int64:
    """Return what one charge costs for each quantity: the array form of :func:`amount`.

    Parameters
    ----------
    charge : Priced
    quantities : (n,) float64, in the unit of the charge's basis
    fx : float, plan currency per unit of the charge's currency

    Returns
    -------
    (n,) int64, micro-units of the plan currency, whole cents
    """
    quantity = np.asarray(quantities, dtype=np.float64)
    if _free(charge):
        quantity = np.maximum(quantity - float(_free(charge)), 0.0)
    is_nothing = (quantity == 0) & _may_be_nothing(charge)
    if charge.min_quantity is not None:
        quantity = np.maximum(quantity, float(charge.min_quantity))
    cost = float(charge.rate) * quantity
    for step in charge.breaks:
        start = float(step.start)
        at_break = float(step.rate) * np.maximum(quantity, start)
        cost = np.where(start <= quantity, at_break, np.minimum(cost, at_break))
    cost = cost / 100 if is_percentage(charge) else cost * fx
    if charge.minimum is not None:
        cost = np.maximum(cost, float(charge.minimum) * fx)
    if charge.maximum is not None:
        cost = np.minimum(cost, float(charge.maximum) * fx)
    return round_array(np.where(is_nothing, 0.0, cost))


def _free(charge: Priced) -> Decimal:
    """Return what to take off a quantity; days are beyond the free ones already."""
    return Decimal(0) if charge.basis in _DAY_BASES else charge.free_quantity or Decimal(0)


def _may_be_nothing(charge: Priced) -> bool:
    """Return whether a quantity of zero costs nothing, whatever the minimum: all is free, or there is no duty."""
    return bool(charge.free_quantity) or charge.basis in ("pct_of_duty", *_DAY_BASES)


@dataclass(frozen=True, slots=True)
class SmallEntry:
    """What an informal customs entry pays: `amount` for a value of at most `up_to`, both micro-units."""

    up_to: int
    amount: int


def small_entry(charge: Informal, fx: Decimal) -> SmallEntry | None:
    """Return what small customs entries pay, in micro-units of the plan currency; None when they pay as all do.

    Parameters
    ----------
    charge : Informal
    fx : Decimal, plan currency per unit of the charge's currency
    """
    if charge.small_up_to is None or charge.small_amount is None:
        return None
    return SmallEntry(to_micros(charge.small_up_to * fx), to_micros(charge.small_amount * fx))


def falls_on(importers: tuple[str, ...], tags: Iterable[str]) -> bool:
    """Return whether a charge falls on an importer of record with these tags.

    Parameters
    ----------
    importers : tags of which the importer must have one; ``!tag`` is one it must not have; none: any importer

    Examples
    --------
    >>> falls_on(("single_bond",), ()), falls_on(("!single_bond",), ()), falls_on((), ("new",))
    (False, True, True)
    """
    had = frozenset(tags)
    wanted = [tag for tag in importers if not tag.startswith("!")]
    if any(tag[1:] in had for tag in importers if tag.startswith("!")):
        return False
    return not wanted or any(tag in had for tag in wanted)


def counted_by_unit(charge: Narrowed) -> bool:
    """Return whether a charge asks for the weight of a unit of goods."""
    return charge.unit_kg_over is not None or charge.unit_kg_up_to is not None


def suits(charge: Narrowed, destinations: int, weight_g: int, units: int) -> bool:
    """Return whether a charge is for goods like these.

    Parameters
    ----------
    destinations : FCs of the inbound plan; 0 for goods of none
    weight_g, units : of the shipment; goods without units have no weight of a unit
    """
    if charge.destinations_up_to is not None and not 1 <= destinations <= charge.destinations_up_to:
        return False
    if counted_by_unit(charge) and units == 0:
        return False
    least, most = charge.unit_kg_over, charge.unit_kg_up_to
    return (least is None or weight_g > least * 1000 * units) and (most is None or weight_g <= most * 1000 * units)


def days_beyond(free: Decimal, mean: float, sd: float) -> Decimal:
    """Return the expected days beyond the free ones, to four places, of a stay that is normally distributed.

    ``E[(D - free)+] = sd * pdf(z) + (mean - free) * (1 - cdf(z))`` with ``z = (free - mean) / sd``: the loss function
    of inventory theory. A stay without spread is beyond by what its mean is.

    Examples
    --------
    >>> days_beyond(Decimal(4), 3.0, 0.0), days_beyond(Decimal(4), 5.5, 0.0), days_beyond(Decimal(4), 3.0, 2.0)
    (Decimal('0.0'), Decimal('1.5'), Decimal('0.3956'))
    """
    over = mean - float(free)
    if sd <= 0:
        return Decimal(str(round(max(over, 0.0), 4)))
    z = -over / sd
    standard = NormalDist()
    return Decimal(str(round(max(sd * standard.pdf(z) + over * (1 - standard.cdf(z)), 0.0), 4)))
