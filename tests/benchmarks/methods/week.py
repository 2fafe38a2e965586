"""A week to be planned: the optimiser's problem and what a human planner would know of it besides prices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from consolidation import read_network, read_shipments
from consolidation.compile import Compiled
from consolidation.generate import generate
from consolidation.pooling import TrunkPool
from consolidation.shipments import Shipment
from network.model import Network
from network.money import Int64
from network.reference import path as reference_path
from solvers.assignment import Assignment
from solvers.problem import Problem
from tests.goods import compiled

FIRST_DAY = dt.date(2026, 11, 30)
"""Day on which generated weeks begin."""


@dataclass(frozen=True, slots=True)
class Week:
    """A problem, and what its numbers mean to a planner without an optimiser.

    Attributes
    ----------
    problem : Problem
    ready_day : (n,) int64, day on which a lot is ready
    departs_day : (m,) int64, day on which the shared container of an option departs, -1 for none
    lane : (m,) int64, number of the way that container takes whatever its date, -1 for none
    trunk, truck : (m,) int64, pool of the container and of the truck that an option shares, -1 for none
    """

    problem: Problem
    ready_day: Int64
    departs_day: Int64
    lane: Int64
    trunk: Int64
    truck: Int64


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method found.

    Attributes
    ----------
    assignment : Assignment or None, when it found nothing
    stop_reason : str
    bound : int or None, micro-units, a bound of the problem where the method proves one
    first_plan_s : float or None, seconds to the first plan where the method says
    """

    assignment: Assignment | None
    stop_reason: str
    bound: int | None = None
    first_plan_s: float | None = None


def reference_network() -> Network:
    """Return the network shipped with the product."""
    return read_network(reference_path())


def shipments_of(network: Network, path: str, size: int, seed: int) -> Sequence[Shipment]:
    """Return the shipments of a file or, without one, of a generated week; in order of their ids, as planned."""
    found = read_shipments(Path(path), network) if path else generate(network, size, seed, FIRST_DAY)
    return sorted(found, key=lambda shipment: shipment.shipment_id)


def week_of(network: Network, shipments: Sequence[Shipment]) -> Week:
    """Return the week of shipments on a network."""
    return described(compiled(network, *shipments))


def described(made: Compiled) -> Week:
    """Return a compiled problem with what a human planner knows of its options."""
    problem = made.problem
    lane_of, day_of = _ways(made)
    is_trunk = lane_of[problem.option_pool] >= 0
    trunk, truck = np.full(problem.n_options, -1), np.full(problem.n_options, -1)
    trunk[problem.option_of_use[is_trunk]] = problem.option_pool[is_trunk]
    truck[problem.option_of_use[~is_trunk]] = problem.option_pool[~is_trunk]
    shared = np.flatnonzero(trunk >= 0)
    lane, departs = np.full(problem.n_options, -1), np.full(problem.n_options, -1)
    lane[shared], departs[shared] = lane_of[trunk[shared]], day_of[trunk[shared]]
    return Week(problem, made.options.demand.ready_day, departs, lane, trunk, truck)


def _ways(made: Compiled) -> tuple[Int64, Int64]:
    """Return a number of warehouse, lane and deconsolidation centre, and the day of departure, of every pool.

    (P,) int64 each, -1 for the pools of trucks.
    """
    routes = made.options.routes
    known: dict[tuple[int, str, int], int] = {}
    lane, day = np.full(len(made.pools), -1), np.full(len(made.pools), -1)
    for number, pool in enumerate(made.pools):
        if isinstance(pool, TrunkPool):
            lane_id = routes.runs[int(routes.run[pool.route])].lane.lane_id
            way = int(routes.warehouse[pool.route]), lane_id, int(routes.centre[pool.route])
            lane[number], day[number] = known.setdefault(way, len(known)), routes.etd_day[pool.route]
    return lane, day
