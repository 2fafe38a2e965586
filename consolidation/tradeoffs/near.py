"""Plans that cost little more than the cheapest and are better in another way.

Each criterion is given a price, and the dearer a unit of it, the fewer units the best plan has and the more it costs. The
highest price at which a plan is still inside the premium is found by steps: fourfold until a plan is too dear, then halfway.
At a price ``mu`` the search proves that cost and ``mu`` times the units together are at least a bound ``B``. So a plan within
the premium, which costs at most ``C``, has at least ``(B - C) / mu`` units.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import get_args

from consolidation.checker import judge
from consolidation.plan_model import Plan
from consolidation.planner import plan as planned
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from consolidation.studies.measures import figures
from consolidation.studies.model import Figures
from consolidation.tradeoffs.asking import Asking
from consolidation.tradeoffs.criteria import Criterion, criteria
from consolidation.tradeoffs.model import Alternative, Alternatives, Kind
from network.errors import Finding, InputError
from network.io import content_hash as network_hash
from network.model import Network
from solvers.options import SolveOptions
from solvers.outcome import Progress

KINDS: tuple[Kind, ...] = get_args(Kind)
_STEPS = 7
"""Prices tried for each criterion."""
_FIRST = 8
"""The first price: the premium is spent on one unit in so many."""
_CLOSE = Decimal("1.05")
"""Prices nearer to each other than this factor are as good as the same."""
_BY_CHOICE = {"PRICE", "WINDOW.INBOUND_PLAN"}
"""Rules of shipments that are left out though they have a way."""
_CENT, _SIX = Decimal("0.01"), Decimal("0.000001")


Told = Callable[[Kind, Decimal, Plan], None]
"""Told after every search: the criterion, its price, plan currency per unit, and the plan found."""


@dataclass(frozen=True, kw_only=True)
class AlternativeOptions:
    """What alternatives are asked for.

    Attributes
    ----------
    within : float, share of the cost of the cheapest plan that an alternative may cost more
    kinds : what they should be better in; None: everything that there is, changes only with an earlier plan
    search : SolveOptions, limits of the first search; those that begin with a known plan do a part of its work
    """

    within: float = 0.01
    kinds: tuple[Kind, ...] | None = None
    search: SolveOptions = field(default_factory=SolveOptions)


@dataclass(frozen=True)
class FoundAlternatives:
    """Alternatives with their plans.

    Attributes
    ----------
    plans : ``base``, and by kind those that are better than it
    """

    alternatives: Alternatives
    plans: dict[str, Plan]


def alternatives(
    network: Network,
    shipments: Sequence[Shipment],
    previous: Plan | None = None,
    options: AlternativeOptions | None = None,
    *,
    on_plan: Told | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> FoundAlternatives:
    """Find plans that cost nearly as little as the cheapest, and are better in another way.

    Parameters
    ----------
    previous : plan that changes are counted against
    options : AlternativeOptions; None: as usual
    on_plan : told after every search for something better
    on_progress, cancelled : as of :func:`consolidation.plan`; once cancelled, what is found is returned

    Raises
    ------
    InputError
        If a shipment names something that the network does not know, the premium is negative, or changes are asked for
        without an earlier plan.
    StoppedWithoutPlan
        If the search was stopped before there was any plan.
    """
    options = options or AlternativeOptions()
    kinds = asked(options.kinds, previous)
    if options.within < 0:
        raise InputError([Finding("options", None, "within", str(options.within), "a share that is not negative")])
    asking = Asking(network, shipments, options.search, on_progress, cancelled)
    measured = criteria(asking, previous)
    base = planned(network, shipments, options=options.search, on_progress=on_progress, cancelled=cancelled)
    search = _Search(asking, measured, base, Decimal(str(options.within)), on_plan)
    for kind in kinds:
        search.look_for(kind)
    return search.told(kinds, "" if previous is None else previous.plan_id)


def asked(kinds: tuple[str, ...] | None, previous: Plan | None) -> tuple[Kind, ...]:
    """Return the kinds to look for, each once.

    Raises
    ------
    InputError
        If one is unknown, or changes are asked for without an earlier plan.
    """
    if kinds is None:
        return tuple(kind for kind in KINDS if kind != "change" or previous is not None)
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise InputError([Finding("options", None, "kinds", kind, "one of " + ", ".join(KINDS)) for kind in unknown])
    if "change" in kinds and previous is None:
        expected = "an earlier plan to count changes against"
        raise InputError([Finding("options", None, "previous", "none", expected, "name one, or leave change out")])
    return tuple(kind for kind in KINDS if kind in kinds)


class _Search:
    """The plans found so far; each of them is a candidate in every criterion."""

    def __init__(
        self, asking: Asking, measured: Mapping[Kind, Criterion], base: Plan, within: Decimal, on_plan: Told | None
    ) -> None:
        self._on_plan = on_plan
        self._asking, self._measured, self._within = asking, measured, within
        self._first, self._found = base, [base]
        self._floors: dict[Kind, Decimal] = {}

    @property
    def base(self) -> Plan:
        """The cheapest plan found."""
        return min(self._found, key=lambda made: made.certificate.cost)

    @property
    def _limit(self) -> Decimal:
        """What a plan may cost."""
        return self.base.certificate.cost * (1 + self._within)

    def look_for(self, kind: Kind) -> None:
        """Try prices of a criterion."""
        criterion = self._measured[kind]
        most = criterion.value(self._first)
        if not most:
            self._floors[kind] = Decimal(0)
            return
        dearest = min(criterion.dearest, self._limit).quantize(_CENT)
        price = min(max(_CENT, (_FIRST * self._limit * self._within / most).quantize(_CENT)), dearest)
        inside: Decimal | None = None
        outside: Decimal | None = None
        for _ in range(_STEPS):
            if self._asking.is_cancelled():
                return
            known = self._best(criterion)
            answer = criterion.search(price, known)
            self._found.append(answer.plan)
            if self._on_plan is not None:
                self._on_plan(kind, price, answer.plan)
            self._raise_floor(kind, (answer.bound - self._limit) / price)
            if criterion.value(self._best(criterion)) <= self._floors[kind]:
                return
            if answer.plan.certificate.cost <= self._limit:
                if price >= dearest:
                    return
                inside = price
            else:
                outside = price
            if inside and outside and outside <= inside * _CLOSE:
                return
            price = min(_next(inside, outside), dearest)

    def _raise_floor(self, kind: Kind, least: Decimal) -> None:
        rounded = Decimal(math.ceil(least)) if self._measured[kind].whole else least
        self._floors[kind] = max(self._floors.get(kind, Decimal(0)), rounded)

    def _best(self, criterion: Criterion) -> Plan:
        """Return the best plan in a criterion that is inside the premium and leaves out no more than the cheapest."""
        left_out = self.base.certificate.unplanned
        inside = [
            made
            for made in self._found
            if made.certificate.cost <= self._limit and made.certificate.unplanned <= left_out
        ]
        return min(inside, key=lambda made: (criterion.value(made), made.certificate.cost))

    def told(self, kinds: Sequence[Kind], earlier_plan: str) -> FoundAlternatives:
        """Say what was found."""
        asking, base = self._asking, self.base
        plans = {"base": base}
        rows = []
        for kind in kinds:
            row, made = self._row(kind)
            rows.append(row)
            if row.better:
                plans[kind] = made
        told = Alternatives(
            currency=asking.network.currency,
            network_sha256=network_hash(asking.network),
            shipments_sha256=shipments_hash(asking.shipments),
            options=asking.settings,
            within=float(self._within),
            earlier_plan=earlier_plan,
            base=self._figures(base),
            base_values=self._values(base),
            rows=tuple(rows),
        )
        return FoundAlternatives(told, plans)

    def _row(self, kind: Kind) -> tuple[Alternative, Plan]:
        criterion, base = self._measured[kind], self.base
        made = self._best(criterion)
        value, before = criterion.value(made), criterion.value(base)
        made = made.model_copy(update={"plan_id": f"{made.plan_id}-{kind}"}) if value < before else base
        cost, least = made.certificate.cost, base.certificate.cost
        row = Alternative(
            kind=kind,
            better=value < before,
            value=value,
            base_value=before,
            at_least=self._at_least(kind),
            cost=cost,
            dearer_by=cost - least,
            premium=round(float((cost - least) / least), 6) if least else 0.0,
            values=self._values(made),
            figures=self._figures(made),
        )
        return row, made

    def _at_least(self, kind: Kind) -> Decimal | None:
        """Return what is proven; None where the cheapest plan leaves a shipment out that has a way."""
        floor = self._floors.get(kind)
        if floor is None or any(row.rule in _BY_CHOICE for row in self.base.unplanned):
            return None
        return floor.quantize(_SIX, ROUND_FLOOR)

    def _values(self, made: Plan) -> dict[Kind, Decimal]:
        return {kind: criterion.value(made) for kind, criterion in self._measured.items()}

    def _figures(self, made: Plan) -> Figures:
        asking = self._asking
        return figures(made, asking.network, len(judge(made, asking.network, asking.shipments).violations))


def _next(inside: Decimal | None, outside: Decimal | None) -> Decimal:
    """Return the price to try after those inside and outside the premium, plan currency."""
    if outside is None:
        assert inside is not None
        price = inside * 4
    elif inside is None:
        price = outside / 4
    else:
        price = (inside * outside).sqrt()
    return max(_CENT, price.quantize(_CENT))
