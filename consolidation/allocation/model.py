"""What an allocation, a fairness certificate and a comparison hold. Amounts are in the plan currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, get_args

from consolidation.plan_model import CostLine
from network.errors import DragonBoatError

if TYPE_CHECKING:
    import pandas as pd

Rule = Literal["wm", "volume", "weight", "value", "stand_alone_capped", "dual", "shapley"]
"""How the charges of loads are shared among the shipments in them."""
RULES: tuple[Rule, ...] = get_args(Rule)
"""Every rule, the plan's own first."""
CapBasis = Literal["", "cash", "cash_and_time", "impossible"]
"""What a cap was: the cost alone; that and the time gained or lost; or no cap could be kept. Blank: no caps asked."""
TRANSFER = "ALLOCATION.TRANSFER"
"""Code of the lines that move cost between shipments; over a plan they sum to zero."""


class AllocationError(DragonBoatError):
    """Raised when a rule cannot be applied: unknown, without the figures it needs, or on a plan that is incomplete."""


@dataclass(frozen=True)
class Allocation:
    """The charges of one plan, shared by one rule.

    Attributes
    ----------
    lines : the plan's charges with this rule's shares, and transfers where the rule needs them
    totals : cash that each shipment bears, by shipment id
    standard_error : of each total, by shipment id; only of the rule ``shapley``, 0 where it is exact
    caps : what ``stand_alone_capped`` could promise
    notes : what a reader has to know, as sentences
    """

    rule: Rule
    lines: tuple[CostLine, ...]
    totals: Mapping[str, Decimal]
    standard_error: Mapping[str, Decimal]
    caps: CapBasis
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What one seller pays and what sending everything alone would cost it.

    Attributes
    ----------
    time, alone_time : priced time of the plan and of sending alone
    without_baseline : shipments that nobody could send alone; their planned cost stands in
    """

    seller_id: str
    shipments: int
    cash: Decimal
    alone: Decimal
    time: Decimal
    alone_time: Decimal
    without_baseline: int = 0

    @property
    def saving(self) -> Decimal:
        """Cash saved against sending alone; negative when the seller pays more."""
        return self.alone - self.cash

    @property
    def time_gained(self) -> Decimal:
        """Priced time saved against sending alone; negative when the plan is slower."""
        return self.alone_time - self.time


@dataclass(frozen=True)
class Claim:
    """What a coalition of sellers pays, and what it would cost them to leave together.

    Attributes
    ----------
    load_id : the load they leave with what they have in it; blank: one seller with everything it sends
    sellers : the coalition, sorted
    pays : cash they bear now for what they would take along
    alone : what that would cost them
    """

    load_id: str
    sellers: tuple[str, ...]
    pays: Decimal
    alone: Decimal

    @property
    def saving(self) -> Decimal:
        """What they could claim."""
        return self.pays - self.alone


@dataclass(frozen=True)
class Fairness:
    """The fairness certificate of an allocation.

    Attributes
    ----------
    standings : one per seller, by id
    claims : the best claim on each load, and of each seller as a whole, where there is one; largest first
    tested : coalitions priced
    every_coalition : whether every coalition of every load was priced
    """

    rule: Rule
    standings: tuple[Standing, ...]
    claims: tuple[Claim, ...]
    tested: int
    every_coalition: bool

    @property
    def epsilon(self) -> Decimal:
        """The largest saving that a tested coalition could claim: a lower estimate of the epsilon of the core."""
        return self.claims[0].saving if self.claims else Decimal("0.00")

    @property
    def claim(self) -> Claim | None:
        """The claim behind `epsilon`."""
        return self.claims[0] if self.claims else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the certificate says and does not say, as sentences."""
        claim = self.claim
        if claim is None:
            found = f"No coalition of sellers would save by leaving, of {self.tested:,} priced."
        else:
            where = f"from load {claim.load_id}" if claim.load_id else "with everything it sends"
            found = f"{', '.join(claim.sellers)} could save {claim.saving:,} by leaving {where}."
        every = "Every coalition on every load was priced" if self.every_coalition else "Not every coalition was priced"
        return found, f"{every}, other departures were not: epsilon is a lower estimate."

    def claims_of(self, seller_id: str) -> tuple[Claim, ...]:
        """Return the claims that a seller has a part in, largest first."""
        return tuple(claim for claim in self.claims if seller_id in claim.sellers)

    @property
    def paying_more(self) -> tuple[Standing, ...]:
        """Sellers who pay more cash than alone, the largest difference first."""
        found = [standing for standing in self.standings if standing.saving < 0]
        return tuple(sorted(found, key=lambda standing: (standing.saving, standing.seller_id)))


@dataclass(frozen=True)
class Charged:
    """What each rule charges one seller."""

    seller_id: str
    shipments: int
    alone: Decimal
    cash: Mapping[Rule, Decimal]


@dataclass(frozen=True)
class Comparison:
    """Rules side by side.

    Attributes
    ----------
    sellers : one row per seller, by id
    fairness : certificate of each rule
    left_out : rules that could not be applied, with the reason
    """

    rules: tuple[Rule, ...]
    sellers: tuple[Charged, ...]
    fairness: Mapping[Rule, Fairness]
    left_out: Mapping[Rule, str]

    def frame(self) -> pd.DataFrame:
        """Return one row per seller: shipments, cost alone, and one column per rule, as decimals."""
        import pandas as pd

        rows = [
            {"seller_id": row.seller_id, "shipments": row.shipments, "alone": row.alone, **row.cash}
            for row in self.sellers
        ]
        columns = ["seller_id", "shipments", "alone", *self.rules]
        return pd.DataFrame(rows, columns=pd.Index(columns)).set_index("seller_id")

    def summary(self) -> pd.DataFrame:
        """Return one row per rule: sellers who pay more than alone, epsilon, and the coalition that claims it."""
        import pandas as pd

        rows = [
            {
                "rule": rule,
                "paying_more": len(found.paying_more),
                "epsilon": found.epsilon,
                "load_id": found.claim.load_id if found.claim else "",
                "sellers": " ".join(found.claim.sellers) if found.claim else "",
            }
            for rule, found in self.fairness.items()
        ]
        columns = ["rule", "paying_more", "epsilon", "load_id", "sellers"]
        return pd.DataFrame(rows, columns=pd.Index(columns)).set_index("rule")
