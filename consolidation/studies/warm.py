"""Planning from a plan of other input: what can stay is where the search begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from consolidation.events.state import state_of
from consolidation.plan_model import ChangePrices, Plan
from consolidation.planner import Week, prepare, put_together, solved
from consolidation.replanning.changes import Changes
from consolidation.replanning.held import Holdings
from consolidation.replanning.start import Start, StartMaker
from consolidation.shipments import Shipment
from consolidation.studies.renaming import as_named
from network.model import Network
from solvers.api import solve
from solvers.options import SolveOptions


def lay_out(
    known: Plan, network: Network, shipments: Sequence[Shipment], value_of_day_per_m3: float | None = None
) -> tuple[Week, Start]:
    """Lay a known plan out as an assignment of a week's problem, nothing of it held.

    Parameters
    ----------
    known : a plan of the same or of other shipments, on the same or another network
    value_of_day_per_m3 : price of a day in place of the network's own, plan currency per m3 and day
    """
    known = as_named(known, network)
    holdings = Holdings(known, state_of(known, ()), [row.shipment_id for row in shipments], top_up=True)
    continuity = holdings.continuity(shipments, None)
    week = prepare(network, shipments, value_of_day_per_m3=value_of_day_per_m3, continuity=continuity)
    return week, StartMaker(week, holdings, Changes(week, holdings.earlier, ChangePrices())).make()


def plan_from(
    known: Plan,
    network: Network,
    shipments: Sequence[Shipment],
    options: SolveOptions,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """Return a plan as :func:`consolidation.plan` would make it, with a search that begins with a known plan.

    Nothing of the known plan is held: what the network does not offer any more, or what does not pay, is planned anew.

    Parameters
    ----------
    known : a plan of the same or of other shipments, on the same or another network
    """
    week, start = lay_out(known, network, shipments)
    answer = solve(start.problem, options, start=start.assignment, cancelled=cancelled)
    return put_together(week, solved(answer), options)
