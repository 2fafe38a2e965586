"""What a plan costs in days and what it costs otherwise: the two axes of the frontier.

At a price of ``w`` per m3 and day a plan costs ``other + w * m3_days``, to the cent:

* ``m3_days``: what TRANSIT prices, the volume of every planned shipment times its days from ready to received, and what
  EXAMINATION prices of volume, the days that the goods are expected to be held.
* ``other``: everything else: cash, the carrying cost of the days, lateness, and the price of what is left out.

Two things keep that from holding at every price by itself. Lines are whole cents, so that a plan made at one price costs up
to :data:`ROUNDING` per shipment more or less at another. And the price of leaving a shipment out rises with that of a day:
here it counts as at the highest price asked, so that no plan is taken to cost less than it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from consolidation.plan_model import Plan
from network.examinations import MILLIDAYS, PER_EXAMINATION, delay_of
from network.model import Network

ROUNDING = Decimal("0.02")
"""Plan currency per shipment: half a cent for its days and half a cent for its examination, at either of two prices."""
_DEAREST = Decimal(500_000)
"""Plan currency, what a day of a whole shipment is worth at most: beyond it nothing but days counts."""
_ZERO, _MILLIONTH, _CENT = Decimal(0), Decimal("0.000001"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Axes:
    """Where a plan stands.

    Attributes
    ----------
    m3_days : Decimal, m3 day
    other : Decimal, plan currency, not rounded
    """

    m3_days: Decimal
    other: Decimal

    def cost(self, price: Decimal) -> Decimal:
        """Return the cost at a price of a day, plan currency per m3 and day."""
        return self.other + price * self.m3_days


def priced_m3_days(plan: Plan, network: Network) -> Decimal:
    """Return the m3 days of a plan that the price of a day counts."""
    volume = {row.shipment_id: row.volume_m3 for row in plan.shipments}
    delay = {
        row.charge_id: Decimal(delay_of(row)) / MILLIDAYS for row in network.charges if row.basis == PER_EXAMINATION
    }
    travelled = sum((row.volume_m3 * row.days for row in plan.shipments), _ZERO)
    held = (
        volume[line.shipment_id] * line.quantity * delay[line.charge_id]
        for line in plan.cost_lines
        if line.basis == PER_EXAMINATION
    )
    return (travelled + sum(held, _ZERO)).quantize(_MILLIONTH)


def axes(plan: Plan, network: Network, price: Decimal, left_out: Mapping[str, Decimal]) -> Axes:
    """Return where a plan stands.

    Parameters
    ----------
    price : of a day, that the plan was made at
    left_out : price of leaving out each shipment at the highest price of a day, by id, plan currency
    """
    m3_days, proof = priced_m3_days(plan, network), plan.certificate
    dearer = sum((left_out[row.shipment_id] - row.price for row in plan.unplanned), _ZERO)
    return Axes(m3_days, proof.cost - price * m3_days + dearer)


def most_price(volumes: Iterable[Decimal]) -> Decimal:
    """Return the highest price of a day that can be asked about shipments of some volumes in m3."""
    return _DEAREST / max(volumes, default=Decimal(1)).max(_MILLIONTH)


def highest_price(plan: Plan, price: Decimal) -> Decimal:
    """Return the highest price of a day that is worth asking about: fewer and fewer pay for faster ways above it.

    Every shipment could buy faster ways for itself. The price at which nine tenths of the m3 days that these save are
    worth their money is the highest; where there are none, a day is worth at most what all freight costs per m3 and day.

    Parameters
    ----------
    price : of a day, that the plan was made at
    """
    offers = sorted(_faster(plan, price))
    wanted, bought = sum((saved for _, saved in offers), _ZERO) * 9 / 10, _ZERO
    found = price
    for asked, saved in offers:
        found, bought = asked, bought + saved
        if bought >= wanted:
            break
    if not offers:
        days = sum((row.volume_m3 * row.days for row in plan.shipments), _ZERO)
        found = plan.certificate.cash_cost / days if days else price
    top = most_price(row.volume_m3 for row in plan.shipments)
    return max(min(max(found, 2 * price, _CENT), top), price).quantize(_CENT, ROUND_CEILING)


def _faster(plan: Plan, price: Decimal) -> list[tuple[Decimal, Decimal]]:
    """Return the price of a day at which the fastest way that each shipment can buy pays, and the m3 days it saves."""
    found = []
    for row in plan.shipments:
        fastest = min(row.alternatives.values(), key=lambda other: (other.days, other.cost), default=None)
        if fastest is None or fastest.days >= row.days:
            continue
        saved = row.volume_m3 * (row.days - fastest.days)
        dearer = fastest.cost + fastest.priced_time - row.landed_cost - sum(row.priced_time.values(), _ZERO)
        found.append((max(_ZERO, dearer / saved + price), saved))
    return found
