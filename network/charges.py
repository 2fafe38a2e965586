"""What one charge is: a rate on a quantity, with breaks, a minimum, a maximum and a currency.

``amount`` prices one quantity exactly with decimals; ``amounts`` prices an array of them. Both follow the
same steps, in this order:

1. quantity is raised to ``min_quantity``;
2. with weight breaks, the charge is the cheapest of the quantity at its own break and of every higher break
   at that break's full starting weight ("next break is cheaper");
3. the result is held between ``minimum`` and ``maximum`` (both in the charge's currency);
4. it is converted to the plan currency and rounded once, to whole cents.

Percentages (``pct_...`` bases) are rates of 1/100 of an amount of money; that amount is in the plan currency
already, so only ``minimum`` and ``maximum`` are converted.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol

import numpy as np

from network.money import Float64, Int64, round_array, to_micros

SHIPMENT_BASES = {
    "per_shipment": "shipment",
    "per_bill": "house bill (one per shipment)",
    "per_carton": "carton",
    "per_unit": "unit of goods",
    "per_pallet": "pallet, whole",
    "per_pallet_km": "pallet and km",
    "per_kg": "kg gross weight",
    "per_kg_km": "kg gross weight and km",
    "per_m3": "m3",
    "per_m3_km": "m3 and km",
    "per_wm": "revenue ton: the larger of m3 and tonnes",
    "per_chargeable_kg": "chargeable kg: the larger of gross weight and volume x factor",
    "per_shipment_km": "shipment and km",
    "pct_of_value": "% of goods value",
    "pct_of_duty": "% of the duty",
}
"""Bases counted for one shipment, with the unit of their quantity."""
LOAD_BASES = {
    "per_load": "load (container or truck)",
    "per_load_km": "load and km",
    "per_teu": "TEU",
}
"""Bases counted once per load and shared by the shipments in it."""
ENTRY_BASES = {
    "per_entry": "customs entry",
    "pct_of_entry_value": "% of the entered value",
}
"""Bases counted once per customs entry and shared by the shipments on it."""
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
    """The part of a tariff line that prices need (``network.tables.Charge`` has it)."""

    @property
    def basis(self) -> str: ...
    @property
    def rate(self) -> Decimal: ...
    @property
    def minimum(self) -> Decimal | None: ...
    @property
    def maximum(self) -> Decimal | None: ...
    @property
    def min_quantity(self) -> Decimal | None: ...
    @property
    def breaks(self) -> tuple[Break, ...]: ...


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
    ...            maximum=Decimal("651.50"), min_quantity=None, breaks=())
    >>> amount(mpf, Decimal(5400)), amount(mpf, Decimal(54000))
    (33580000, 187060000)
    """
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
    return round_array(cost)
