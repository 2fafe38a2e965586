"""What a coalition costs: the cooperative game of one load.

The players of a load are its shipments. A coalition S of them can leave together,

    c(S) = min( load(S) + entries(S) + own(S),  alone(S) )

whichever is cheaper in all. For a **trunk load**

    load(S)     the cheapest equipment offered on the load's own departure that holds S by volume and weight
    entries(S)  the fees of the customs entries that the importers in S then make, and what an examination of the load,
                with the chance that these importers bring upon it, is expected to cost
    own(S)      the own lines of S, and what S pays for its trucks
    alone(S)    each shipment by itself at its baseline cost

and for a **truck**, whose shipments may come off several trunk loads,

    load(S)     the cheapest truck offered that day that holds S
    alone(S)    each shipment on pallets, by the LTL tariff of the same deconsolidation centre

S is a part of a load that exists, so one load always holds it, and its cargo classes go together. Other departures are
not looked at, so a coalition may find something cheaper; nor are the limits that all share (allotments, handling,
receiving), which could keep it from what c(S) counts on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from network.charges import amounts, small_entry
from network.examinations import MILLION, expected_cost
from network.money import MICROS, Float64, Int64
from network.price_tables import Charge

NO_WAY = 10**15
"""Cost of what nobody can buy, micro-units: above any plan, and sums of it stay within an int64."""
_SURE, _HALF = 1 - 1e-9, 0.5 + 1e-7
"""Chance that stands for one, so that its hazard is a number; and what rounds a chance as the exact one rounds."""


@dataclass(frozen=True)
class Offer:
    """One load that a coalition can buy: cm3, g and micro-units."""

    volume_cm3: int
    weight_g: int
    price: int


@dataclass(frozen=True)
class Fee:
    """A charge per customs entry, or per importer in a load, and the numbers of the importers it falls on."""

    charge: Charge
    fx: Decimal
    importers: frozenset[int]

    def of(self, value: Float64) -> Int64:
        """Return what entries of these values, micro-units, pay, same shape."""
        by_value = self.charge.basis == "pct_of_entry_value"
        fees = amounts(self.charge, value / MICROS if by_value else np.ones_like(value), float(self.fx))
        small = small_entry(self.charge, self.fx)
        return fees if small is None else np.where(value <= small.up_to, small.amount, fees)


@dataclass(frozen=True)
class Examined:
    """The examination that the load of a game faces.

    Attributes
    ----------
    price : int, micro-units, of one examination
    chances : millionths, of the importers by number; 0 for those that are not there
    """

    price: int
    chances: tuple[int, ...]

    def hazard(self, importer: Int64) -> Float64:
        """Return ``-ln(1 - chance)`` of importers, same shape: hazards of those in a load add up."""
        chances = np.minimum(np.array(self.chances, dtype=np.float64)[importer] / MILLION, _SURE)
        found: Float64 = -np.log1p(-chances)
        return found

    def cost(self, hazard: Float64) -> Int64:
        """Return what is expected of a load with a sum of hazards, same shape."""
        return expected_cost(self.price, np.floor(-np.expm1(-hazard) * MILLION + _HALF).astype(np.int64))


@dataclass(frozen=True)
class Game:
    """The game of one load with n players. Money in micro-units.

    Attributes
    ----------
    volume_cm3, weight_g, value : (n,) int64; value is what is entered at customs
    importer : (n,) int64, numbers of importers of record
    own : (n,) int64, what each player pays on top of load and entries
    alone : (n,) int64, what each player pays by itself, `NO_WAY` where it cannot
    offers : loads to choose from
    fees : charges per customs entry
    paid : what the plan pays for all players together
    examined : examination of the load, None for none
    """

    volume_cm3: Int64
    weight_g: Int64
    value: Int64
    importer: Int64
    own: Int64
    alone: Int64
    offers: tuple[Offer, ...]
    fees: tuple[Fee, ...]
    paid: int
    examined: Examined | None = None

    @cached_property
    def shared_importers(self) -> Int64:
        """Importers with more than one player, whose fees depend on who is there, (g,)."""
        importers, times = np.unique(self.importer, return_counts=True)
        return importers[times > 1]

    @cached_property
    def features(self) -> Float64:
        """What of each player sums up to that of a coalition, (n, 5 + g) float64.

        Volume, weight, cost in a load apart from that load, cost alone, the hazard of its importer, then the value that it
        adds to the entry of each shared importer; the fees and hazards of the others are its own in any coalition.
        """
        shared = self.shared_importers
        single = ~np.isin(self.importer, shared)
        values = np.where(self.importer[:, None] == shared, self.value[:, None], 0)
        together = self.own + np.where(single, self.entry_fees(self.value, self.importer), 0)
        hazard = np.where(single, self.examined.hazard(self.importer), 0.0) if self.examined else np.zeros(len(single))
        columns = [self.volume_cm3, self.weight_g, together, self.alone, hazard, values]
        return np.column_stack(columns).astype(np.float64)

    def entry_fees(self, value: Int64 | Float64, importer: Int64) -> Int64:
        """Return the fees of entries of these values, (..., k), one column per importer; an entry of 0 is none.

        Parameters
        ----------
        importer : (k,) int64
        """
        values = np.asarray(value, dtype=np.float64)
        fees = np.zeros(values.shape, dtype=np.int64)
        for fee in self.fees:
            falls = np.isin(importer, list(fee.importers)) & (values > 0)
            fees += np.where(falls, fee.of(values), 0)
        return fees

    def shared_fees(self, features: Float64) -> Int64:
        """Return what depends on who is there: fees of shared importers and the examination, (..., 5 + g) to (...)."""
        values = features[..., 5:]
        fees: Int64 = self.entry_fees(values, self.shared_importers).sum(axis=-1)
        if self.examined:
            hazards = self.examined.hazard(self.shared_importers)
            fees = fees + self.examined.cost(features[..., 4] + ((values > 0) * hazards).sum(axis=-1))
        return fees

    def cost(self, features: Float64) -> Int64:
        """Return c of coalitions given by the sums of their features, (..., 5 + g) to (...)."""
        volume, weight, together, alone = np.moveaxis(features[..., :4], -1, 0)
        load = np.full(volume.shape, float(NO_WAY))
        for offer in self.offers:
            holds = (volume <= offer.volume_cm3) & (weight <= offer.weight_g)
            load = np.minimum(load, np.where(holds, offer.price, NO_WAY))
        fees = self.shared_fees(features)
        least: Int64 = np.rint(np.minimum(load + fees + together, alone)).astype(np.int64)
        return least

    def cost_of(self, members: Sequence[int]) -> int:
        """Return c of one coalition of players, by position."""
        return int(self.cost(self.features[list(members)].sum(axis=0)))
