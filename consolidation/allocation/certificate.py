"""The fairness certificate: who pays more than alone, and which coalition of sellers could claim most."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import numpy as np

from consolidation.allocation.coalitions import Coalitions, Found
from consolidation.allocation.games import Games
from consolidation.allocation.ledger import Ledger, LoadTable
from consolidation.allocation.model import Allocation, Claim, Fairness, Standing
from consolidation.plan_model import Plan
from network.money import from_micros, to_micros

_ZERO = Decimal("0.00")


def standings(plan: Plan, allocation: Allocation) -> tuple[Standing, ...]:
    """Return what every seller pays and what sending everything alone would cost it."""
    of_seller: dict[str, list[int]] = defaultdict(list)
    for k, shipment in enumerate(plan.shipments):
        of_seller[shipment.seller_id].append(k)
    return tuple(_standing(plan, allocation, seller, of_seller[seller]) for seller in sorted(of_seller))


def _standing(plan: Plan, allocation: Allocation, seller: str, rows: list[int]) -> Standing:
    sent = [plan.shipments[k] for k in rows]
    return Standing(
        seller_id=seller,
        shipments=len(sent),
        cash=sum((allocation.totals[each.shipment_id] for each in sent), _ZERO),
        alone=sum((each.baseline_cost for each in sent), _ZERO),
        time=sum((price for each in sent for price in each.priced_time.values()), _ZERO),
        alone_time=sum((each.baseline_priced_time for each in sent), _ZERO),
        without_baseline=sum(each.baseline_service is None for each in sent),
    )


def certify(ledger: Ledger, games: Games, allocation: Allocation) -> Fairness:
    """Return the fairness certificate of an allocation.

    A coalition that leaves a load takes its shipments in that load along and stays where it is in every other. So
    what it pays now is everything that these shipments bear, for a trunk load, or their shares of the truck.
    """
    judged = _Judged(ledger, games, allocation)
    seen = standings(ledger.plan, allocation)
    claims = [Claim("", (one.seller_id,), one.cash, one.alone) for one in seen if not one.without_baseline]
    tested, every = len(claims), True
    for table in ledger.tables:
        sellers, found = judged.best(table)
        names = tuple(sellers[k] for k in found.sellers)
        claims.append(Claim(table.load.load_id, names, from_micros(found.pays), from_micros(found.alone)))
        tested, every = tested + found.tested, every and found.every
    worth = sorted((claim for claim in claims if claim.saving > 0), key=lambda claim: (-claim.saving, claim.load_id))
    return Fairness(allocation.rule, seen, tuple(worth), tested, every)


class _Judged:
    """The figures of an allocation that games need."""

    def __init__(self, ledger: Ledger, games: Games, allocation: Allocation) -> None:
        self._ledger, self._games = ledger, games
        shipments = ledger.plan.shipments
        self._total = [to_micros(allocation.totals[shipment.shipment_id]) for shipment in shipments]
        self._truck = [0] * len(shipments)
        trucks = {table.load.load_id for table in ledger.tables if table.load.kind == "truck"}
        for line in allocation.lines:
            if line.load_id in trucks:
                self._truck[ledger.row[line.shipment_id]] += to_micros(line.amount)

    def best(self, table: LoadTable) -> tuple[list[str], Found]:
        """Return the sellers on a load, and their coalition with the largest saving."""
        names = [self._ledger.plan.shipments[k].seller_id for k in table.members]
        sellers = sorted(set(names))
        number = {name: k for k, name in enumerate(sellers)}
        borne = self._truck if table.load.kind == "truck" else self._total
        pays = np.array([borne[k] for k in table.members], dtype=np.int64)
        game = self._games.of(table, self._truck)
        return sellers, Coalitions(game, [number[name] for name in names], pays).best()
