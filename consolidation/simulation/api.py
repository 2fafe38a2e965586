"""Simulate a plan: every journey in thousands of runs, with the luck that goods of one departure and one box share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from consolidation.checking import inputs
from consolidation.checking.case import Traveller
from consolidation.checking.dates import NoDispatchError, work_out
from consolidation.checking.journeys import resolve
from consolidation.checking.world import Run, World
from consolidation.plan_model import Plan, PlannedShipment, content_hash
from consolidation.shipments import Shipment
from consolidation.simulation.boxes import Boxes
from consolidation.simulation.calendars import Calendars
from consolidation.simulation.draws import Draws
from consolidation.simulation.journey import Journeys
from consolidation.simulation.model import (
    SimulatedDeparture,
    SimulatedInbound,
    SimulatedShipment,
    Simulation,
    UsedFigures,
)
from consolidation.simulation.promises import promise_of
from consolidation.simulation.tally import Days, Totals
from network.clock import date_of, day_number
from network.errors import Finding, InputError
from network.model import Network
from network.money import Int64, from_micros
from network.reliability import Figures, Transit

MOST_DRAWS = 1_000_000
"""Most runs that are simulated at once."""
_BEFORE = 400
"""Days before the first ready date that calendars know, as goods can arrive early."""
_NO_DAYS = np.zeros(0, dtype=np.int64)


def simulate(
    plan: Plan, network: Network, shipments: Sequence[Shipment], *, draws: int = 10_000, seed: int = 1
) -> Simulation:
    """Return how reliable a plan is, by travelling it many times with delays drawn from the figures of its network.

    Parameters
    ----------
    network, shipments : what the plan was made from
    draws : int, runs
    seed : int, not negative; the same seed gives the same answer, and the same departure the same luck in every plan

    Raises
    ------
    InputError
        If the plan was made from other input or edited, or `draws` or `seed` are out of range.
    """
    _require_range("draws", draws, 1, MOST_DRAWS)
    _require_range("seed", seed, 0, 2**32 - 1)
    _require_inputs(plan, network, shipments)
    world = World(inputs.as_planned(network, plan), shipments)
    travellers = _travellers(plan, world, {row.shipment_id: row for row in shipments})
    return _Player(plan, world, travellers, Draws(seed, draws)).simulation()


def _require_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InputError([Finding("simulate", None, name, str(value), f"a whole number from {least} to {most}", rule="VALUE.RANGE")])  # fmt: skip


def _require_inputs(plan: Plan, network: Network, shipments: Sequence[Shipment]) -> None:
    findings = [
        Finding("plan.json", None, f"inputs.{name}_sha256", found[:12], f"{expected[:12]}..., as the {name} given have it",
                f"the {name} changed after planning, or the plan belongs to other input", "INPUT.HASH")
        for name, found, expected in inputs.changed(plan, network, shipments)
    ]  # fmt: skip
    if findings:
        raise InputError(findings)


def _travellers(plan: Plan, world: World, shipments: Mapping[str, Shipment]) -> list[Traveller]:
    """Return the planned shipments with their journeys and dates, shipments of one inbound plan together.

    Raises
    ------
    InputError
        If a journey is not possible, or not dated as the plan says.
    """
    found, findings = [], []
    for planned in plan.shipments:
        each = _traveller(world, planned, shipments)
        if isinstance(each, Traveller):
            found.append(each)
        else:
            findings.append(Finding("plan.json", None, planned.shipment_id, each, "a journey of the network, dated as in the plan",
                                    "the plan was edited; dragonboat check names all that is wrong with it", "PLAN.EDITED"))  # fmt: skip
    if findings:
        raise InputError(findings)
    return sorted(found, key=lambda each: (_inbound_key(each), each.journey.planned.trunk_load_id, each.shipment_id))


def _traveller(world: World, planned: PlannedShipment, shipments: Mapping[str, Shipment]) -> Traveller | str:
    shipment = shipments.get(planned.shipment_id)
    if shipment is None:
        return "no such shipment"
    journey, refused = resolve(world, planned, shipment)
    if journey is None or refused:
        return "; ".join(str(wrong) for wrong in refused) or "no journey"
    try:
        dates = work_out(world, journey)
    except NoDispatchError as fault:
        return f"no whole truck from {fault.args[0]}"
    stated = [(stone.code, stone.time) for stone in planned.milestones]
    if stated != [(code, time) for code, _, time in dates.milestones]:
        return "other dates"
    return Traveller(world, journey, dates)


def _inbound_key(each: Traveller) -> tuple[str, str]:
    shipment = each.journey.shipment
    return (shipment.seller_id, shipment.inbound_plan_id) if shipment.inbound_plan_id else ("", "")


@dataclass
class _Window:
    """First and last delivery of the shipments of one inbound plan in every run, (D,)."""

    key: tuple[str, str] = ("", "")
    first: Int64 = field(default_factory=lambda: _NO_DAYS)
    last: Int64 = field(default_factory=lambda: _NO_DAYS)
    planned: list[int] = field(default_factory=list)

    def add(self, delivered: Int64, planned: int) -> None:
        self.first = np.minimum(self.first, delivered) if self.planned else delivered
        self.last = np.maximum(self.last, delivered) if self.planned else delivered
        self.planned.append(planned)


class _Player:
    def __init__(self, plan: Plan, world: World, travellers: Sequence[Traveller], draws: Draws) -> None:
        self._plan, self._world, self._travellers, self._draws = plan, world, travellers, draws
        self._figures = Figures(world.network)
        members: dict[str, list[Traveller]] = defaultdict(list)
        for each in travellers:
            members[each.journey.planned.trunk_load_id].append(each)
        first = min((day_number(each.journey.shipment.ready_date) for each in travellers), default=_BEFORE) - _BEFORE
        boxes, calendars = Boxes(world, members), Calendars(world, first)
        self._journeys = Journeys(world, boxes, self._figures, calendars, draws)
        self._totals = Totals(draws.count)
        self._inbound: list[SimulatedInbound] = []

    def simulation(self) -> Simulation:
        plan = self._plan
        shipments = sorted(self._shipments(), key=lambda row: row.shipment_id)
        planned_cost = sum(
            promise.cost(np.array([max(0, each.dates.received - promise.day)]))[0]
            for each in self._travellers
            for promise in [promise_of(each)]
        )
        return Simulation(
            plan_id=plan.plan_id, plan_version=plan.version, plan_sha256=content_hash(plan),
            network_sha256=plan.inputs.network_sha256, shipments_sha256=plan.inputs.shipments_sha256,
            currency=plan.inputs.currency, draws=self._draws.count, seed=self._draws.seed,
            on_time_share=self._totals.on_time_share, late_cost=self._totals.late_cost,
            expected_late_cost=_sum(row.late_cost for row in shipments), planned_late_cost=from_micros(planned_cost),
            days_late=self._totals.days_late, shares_on_time=self._totals.shares_on_time,
            departures=tuple(self._departures(shipments)), inbound_plans=tuple(self._inbound),
            figures=tuple(self._used()), shipments=tuple(shipments),
        )  # fmt: skip

    def _shipments(self) -> Iterator[SimulatedShipment]:
        window = _Window()
        for each in self._travellers:
            delivered, received = self._journeys.play(each)
            key = _inbound_key(each)
            if key != window.key:
                self._close(window)
                window = _Window(key)
            if key[1]:
                window.add(delivered, each.dates.delivered)
            yield self._shipment(each, received)
        self._close(window)

    def _close(self, window: _Window) -> None:
        allowed = self._world.network.planning.inbound_plan_days
        if len(window.planned) < 2 or not allowed:
            return
        apart = Days(window.last - window.first)
        self._inbound.append(
            SimulatedInbound(
                seller_id=window.key[0], inbound_plan_id=window.key[1], shipments=len(window.planned), allowed_days=allowed,
                planned_days=max(window.planned) - min(window.planned), p90_days=apart.quantile(0.9),
                breaks=round(1 - apart.chance_by(allowed), 6),
            )
        )  # fmt: skip

    def _shipment(self, each: Traveller, received: Int64) -> SimulatedShipment:
        days, promise, planned = Days(received), promise_of(each), each.journey.planned
        days_late, late_cost = self._totals.add(received, days, promise)
        return SimulatedShipment(
            shipment_id=each.shipment_id, seller_id=planned.seller_id, inbound_plan_id=each.journey.shipment.inbound_plan_id,
            departure_id=planned.departure_id, destination_fc=planned.destination_fc, planned=_text(each.dates.received),
            promised=_text(promise.day), against=promise.against, on_time=days.chance_by(promise.day),
            within_3_days=days.chance_by(promise.day + 3), p50=_text(days.quantile(0.5)), p90=_text(days.quantile(0.9)),
            days_late=days_late, late_cost=late_cost,
        )  # fmt: skip

    def _departures(self, shipments: Iterable[SimulatedShipment]) -> Iterator[SimulatedDeparture]:
        on_board: dict[str, list[SimulatedShipment]] = defaultdict(list)
        for row in shipments:
            on_board[row.departure_id].append(row)
        runs = {
            each.journey.chain.run.run_id: each.journey.chain.run for each in self._travellers if each.journey.chain
        }
        for run in sorted(runs.values(), key=lambda run: (run.etd, run.run_id)):
            yield self._departure(run, on_board[run.run_id])

    def _departure(self, run: Run, rows: Sequence[SimulatedShipment]) -> SimulatedDeparture:
        days = Days(self._journeys.eta_day(run))
        return SimulatedDeparture(
            departure_id=run.run_id, lane_id=run.lane.lane_id, shipments=len(rows), eta=run.eta_date.isoformat(),
            eta_p50=_text(days.quantile(0.5)), eta_p90=_text(days.quantile(0.9)),
            roll_chance=self._figures.of_lane(run.lane).roll_chance, on_time=round(sum(row.on_time for row in rows) / len(rows), 6),
            days_late=round(sum(row.days_late for row in rows) / len(rows), 6), late_cost=_sum(row.late_cost for row in rows),
        )  # fmt: skip

    def _used(self) -> Iterator[UsedFigures]:
        found: dict[str, Transit] = {}
        for each in self._travellers:
            chain, courier = each.journey.chain, each.journey.courier
            if chain is not None:
                found[chain.run.lane.lane_id] = self._figures.of_lane(chain.run.lane)
            elif courier is not None:
                found[courier.courier_id] = self._figures.of_courier(courier)
        for service, transit in sorted(found.items()):
            mean, sd = transit.normal or (None, None)
            yield UsedFigures(
                service=service, scope=transit.scope, on_time=transit.on_time, early=transit.early, late_mean=transit.late_mean,
                late_cv=transit.late_cv, normal_mean=mean, normal_sd=sd, departure_mean=transit.departure[0],
                departure_sd=transit.departure[1], roll_chance=transit.roll_chance, is_estimate=transit.is_estimate,
            )  # fmt: skip


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def _text(day: int) -> str:
    return date_of(day).isoformat()
