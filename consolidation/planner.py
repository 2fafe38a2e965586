"""Plan a week: itineraries, prices, optimiser, plan."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from consolidation._version import __version__
from consolidation.assemble import Assembler, Parts
from consolidation.chance_notice import chance_notices
from consolidation.compile import Compiled, compile_problem
from consolidation.continuity import FIRST_PLAN, Continuity
from consolidation.memory import give_back
from consolidation.naming import FRESH_NAMES, Names
from consolidation.notices import duty_notices, event_notices, placement_notices, rate_notices
from consolidation.plan_model import Certificate, Continued, Inputs, Plan
from consolidation.pricing import Pricer
from consolidation.rules import deciding_rule, describe
from consolidation.search import Search, horizon, search_itineraries
from consolidation.settings import apply_settings
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipment_files import require_known
from consolidation.shipments import Shipment
from network.customs import DutyBook
from network.errors import DragonBoatError
from network.io import content_hash as network_hash
from network.model import Network
from network.money import from_micros, to_micros
from network.tariffs import TariffBook
from solvers.api import solve
from solvers.options import SolveOptions
from solvers.outcome import NoPlan, Progress, Solved

Report = Callable[[Progress], None]


class StoppedWithoutPlan(DragonBoatError):  # noqa: N818
    """Raised when the search was stopped before there was any plan; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"stopped without a plan: {reason}")


def plan(  # noqa: PLR0913
    network: Network,
    shipments: Sequence[Shipment],
    *,
    options: SolveOptions | None = None,
    scenario: str | None = None,
    value_of_day_per_m3: float | None = None,
    chance: float | None = None,
    on_progress: Report | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """Plan shipments on a network: who travels in which load on which departure, and at what landed cost.

    Parameters
    ----------
    options : SolveOptions, limits of the search
    scenario : rate scenario in place of the network's own
    value_of_day_per_m3 : price of a day in place of the network's own, plan currency per m3 and day
    chance : at which every shipment with a promised date should be received by then, 0 to 1, in place of the network's own
    on_progress : called with the phase, the best cost, the bound, the gap and the seconds so far
    cancelled : asked often; once it returns True the best plan so far is returned

    Returns
    -------
    Plan
        Planned shipments, loads, customs entries, cost lines, and every unplanned shipment with its rule.

    Raises
    ------
    InputError
        If `scenario` is unknown, `chance` is not between 0 and 1, or a shipment names a place, currency or class that the network does not know.
    StoppedWithoutPlan
        If the search was stopped before there was any plan.
    """
    options = options or SolveOptions()
    if on_progress is not None:
        on_progress(Progress("itineraries", None, 0, 1.0, 0.0))
    week = prepare(network, shipments, scenario, value_of_day_per_m3, chance=chance)
    answer = solve(week.compiled.problem, options, on_progress=on_progress, cancelled=cancelled)
    return put_together(week, solved(answer), options)


@dataclass(frozen=True)
class Week:
    """Everything that is known before the optimiser is asked.

    Attributes
    ----------
    given, active : Network, as given, and with the scenario, the price of a day and the chance that hold
    value_of_day_per_m3, chance : as asked for; None: as in the network
    shipments : by id
    """

    given: Network
    active: Network
    value_of_day_per_m3: float | None
    shipments: tuple[Shipment, ...]
    pricer: Pricer
    duties: DutyBook
    search: Search
    compiled: Compiled
    chance: float | None = None

    @cached_property
    def inputs(self) -> Inputs:
        """What a plan of this week is made from."""
        first, last = horizon(self.active, self.shipments)
        return Inputs(
            network=self.given.header.name,
            network_sha256=network_hash(self.given),
            shipments_sha256=shipments_hash(self.shipments),
            scenario=self.active.header.scenario,
            currency=self.active.currency,
            horizon_start=first.isoformat(),
            horizon_end=last.isoformat(),
        )


def prepare(
    network: Network,
    shipments: Sequence[Shipment],
    scenario: str | None = None,
    value_of_day_per_m3: float | None = None,
    continuity: Continuity = FIRST_PLAN,
    *,
    chance: float | None = None,
) -> Week:
    """Find and price the itineraries of shipments and lay out the optimiser's problem; see :func:`plan`.

    Parameters
    ----------
    continuity : what an earlier plan leaves, its journeys in the order of the ids of the shipments
    """
    require_known(shipments, network)
    active = apply_settings(network, scenario, value_of_day_per_m3, chance)
    ordered = sorted(shipments, key=lambda shipment: shipment.shipment_id)
    tariffs, duties = TariffBook(active), DutyBook(active)
    search = search_itineraries(active, ordered, tariffs, duties, continuity=continuity)
    compiled = compile_problem(active, search, tariffs, duties)
    give_back()
    pricer = Pricer(active, tariffs, duties)
    return Week(network, active, value_of_day_per_m3, tuple(ordered), pricer, duties, search, compiled, chance)


def solved(answer: Solved | NoPlan) -> Solved:
    """Return an answer that holds a plan.

    Raises
    ------
    StoppedWithoutPlan
        If it holds none.
    """
    if isinstance(answer, NoPlan):
        raise StoppedWithoutPlan(str(answer.stop_reason))
    if answer.evaluation.violations:
        raise RuntimeError(f"the optimiser broke its own rules: {answer.evaluation.violations[:3]}")
    return answer


def put_together(
    week: Week, answer: Solved, options: SolveOptions, names: Names = FRESH_NAMES, continued: Continued | None = None
) -> Plan:
    """Return the plan that an answer of the optimiser stands for.

    Parameters
    ----------
    names : what loads and entries are called
    continued : what the plan makes of an earlier one
    """
    active = week.active
    missing = rate_notices(active, week.search)
    blocked = {name for notice in missing for name in notice.shipments}
    parts = Assembler(active, week.compiled, week.pricer, answer, blocked, names).parts()
    entered = {entry.entry_id: entry.date for entry in parts.entries}
    settings, taken = _settings(options, week), answer.assignment.lot_option[answer.assignment.lot_option >= 0]
    return Plan(
        plan_id=_plan_id(week.inputs, settings, continued),
        version=1 if continued is None else continued.version + 1,
        replaces="" if continued is None else continued.plan_id,
        software={"dragonboat": __version__, "ortools": importlib.metadata.version("ortools")},
        inputs=week.inputs,
        options=settings,
        certificate=_certificate(active.currency, answer, parts, len(week.shipments), continued),
        refusals=_refusals(week.search),
        shipments=parts.shipments,
        loads=parts.loads,
        entries=parts.entries,
        cost_lines=parts.cost_lines,
        unplanned=parts.unplanned,
        notices=(
            *missing,
            *duty_notices(active, week.duties, week.search.demand, parts.shipments, entered),
            *event_notices(active, week.search.demand, parts.shipments),
            *chance_notices(active, week.search, week.compiled.options.take(taken), parts.shipments),
            *placement_notices(active, week.search.demand, parts.shipments, parts.cost_lines),
        ),
        continued=continued,
    )


def _settings(options: SolveOptions, week: Week) -> dict[str, float | int | str | bool | None]:
    return {
        "seed": options.seed,
        "gap": options.gap,
        "work": options.work,
        "time_limit_s": options.time_limit_s,
        "value_of_day_per_m3": week.value_of_day_per_m3,
        "chance_target": week.chance,
    }


def _plan_id(inputs: Inputs, settings: dict[str, float | int | str | bool | None], continued: Continued | None) -> str:
    stated: list[object] = [inputs.model_dump(mode="json"), settings]
    if continued is not None:
        stated.append([continued.plan_sha256, continued.events_sha256, continued.as_of])
    content = json.dumps(stated, sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()
    return f"DB-{inputs.horizon_start.replace('-', '')}-{digest[:8]}"


def _refusals(search: Search) -> dict[str, int]:
    total = search.routes.refused + search.refusals.total()
    return dict(sorted(total.items()))


def _certificate(currency: str, answer: Solved, parts: Parts, count: int, continued: Continued | None) -> Certificate:
    cash = sum((shipment.landed_cost for shipment in parts.shipments), Decimal("0.00"))
    time = sum((sum(shipment.priced_time.values(), Decimal(0)) for shipment in parts.shipments), Decimal("0.00"))
    left_out = sum((row.price for row in parts.unplanned), Decimal("0.00"))
    paid, bound = cash + time + left_out, from_micros(answer.bound)
    if to_micros(paid) != answer.evaluation.cost:
        raise RuntimeError(f"the plan's lines sum to {paid}, the optimiser paid {from_micros(answer.evaluation.cost)}")
    change = Decimal("0.00") if continued is None else continued.change_price
    cost = paid + change
    return Certificate(
        currency=currency,
        cost=cost,
        bound=bound,
        gap=round(float((cost - bound) / cost), 6) if cost else 0.0,
        proven_optimal=answer.proven,
        cash_cost=cash,
        priced_time=time,
        unplanned_price=left_out,
        change_price=change,
        baseline_cost=sum((shipment.baseline_cost for shipment in parts.shipments), Decimal("0.00")),
        baseline_priced_time=sum((shipment.baseline_priced_time for shipment in parts.shipments), Decimal("0.00")),
        baseline_missing=sum(shipment.baseline_service is None for shipment in parts.shipments),
        shipments=count,
        unplanned=len(parts.unplanned),
        stop_reason=str(answer.stop_reason),
    )


def unservable(network: Network, shipments: Sequence[Shipment]) -> list[tuple[Shipment, str, str, str]]:
    """Return the shipments that no itinerary can serve: shipment, rule, what it says, what would have to change."""
    tariffs, duties = TariffBook(network), DutyBook(network)
    search = search_itineraries(network, shipments, tariffs, duties)
    served = search.served
    lanes = {name: notice.text for notice in rate_notices(network, search) for name in notice.shipments}
    listed = []
    for position, shipment in enumerate(shipments):
        if shipment.shipment_id in lanes:
            _, change = describe(network, shipment, "TARIFF.NONE")
            listed.append((shipment, "TARIFF.NONE", lanes[shipment.shipment_id].partition(": ")[0], change))
        elif position not in served:
            rule = deciding_rule(search.refusals[position])
            listed.append((shipment, rule, *describe(network, shipment, rule)))
    return listed
