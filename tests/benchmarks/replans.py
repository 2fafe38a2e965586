"""Replan against first plan: the shipped week, its largest load booked and rolled by a week.

``cost`` is the computing of the replan, ``baseline_cost`` that of the first plan, both in microseconds a shipment; ``cost_ratio`` is their
quotient. ``config`` says how many shipments moved; ``check`` counts the violations that the judge finds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import resources

from consolidation import plan
from consolidation.checker import judge
from consolidation.events.model import Confirmation, Event
from consolidation.plan_model import Plan
from consolidation.replanning import Replan, ReplanOptions, replan
from consolidation.shipments import Shipment
from network.model import Network

from .measure import Stopwatch, peak_mb
from .methods.planner import solve_options
from .methods.week import reference_network, shipments_of
from .processes import Job
from .rows import Row


def run(job: Job) -> Iterator[Row]:
    """Yield the row of one replan; ``job.work`` is the work of the first plan, the replan has its usual one."""
    network = reference_network()
    with resources.as_file(resources.files("consolidation.data") / "week.csv") as shipped:
        shipments = shipments_of(network, job.path or str(shipped), job.size, job.seed)
    _replanned(network, shipments[:20], job)  # what is done once per process is not counted
    watch = Stopwatch()
    planned, made = _replanned(network, shipments, job)
    replanned, continued = watch.process_seconds - planned, made.plan.continued
    assert continued is not None
    scale = 1e6 / max(len(shipments), 1)
    yield {
        "config": f"{len(continued.moved)} moved, {len(continued.opened)} opened",
        "shipments": len(shipments),
        "cost": f"{replanned * scale:.0f}",
        "baseline_cost": f"{planned * scale:.0f}",
        "gap": made.plan.certificate.gap,
        "seconds": watch.seconds,
        "process_seconds": watch.process_seconds,
        "peak_mb": peak_mb(),
        "unplanned": made.plan.certificate.unplanned,
        "check": len(judge(made.plan, network, made.shipments).violations),
        "stop_reason": made.plan.certificate.stop_reason,
    }


def _replanned(network: Network, shipments: Sequence[Shipment], job: Job) -> tuple[float, Replan]:
    """Plan and replan; return the computing of the first plan, s, and the replan."""
    watch = Stopwatch()
    first = plan(network, shipments, options=solve_options(job.limit_s, job.seed, job.work))
    planned, usual = watch.process_seconds, ReplanOptions()
    options = replace(usual, search=replace(usual.search, seed=job.seed, time_limit_s=job.limit_s))
    return planned, replan(first, rolled_by_a_week(first), network, shipments, options)


def rolled_by_a_week(made: Plan) -> tuple[Event, ...]:
    """Return the log of a plan whose largest trunk load, by volume, is booked and then rolled by a week."""
    load = max((load for load in made.loads if load.kind == "trunk"), key=lambda load: (load.volume_m3, load.load_id))
    pattern, _, day = load.departure_id.rpartition("@")
    later = dt.date.fromisoformat(day) + dt.timedelta(days=7)
    departs = dt.datetime.fromisoformat(load.departs)
    rows = (
        {"kind": "booked", "time": departs - dt.timedelta(days=3)},
        {"kind": "rolled", "time": departs - dt.timedelta(days=1), "departure_id": f"{pattern}@{later}"},
    )
    return tuple(
        Event(
            confirmation=Confirmation.model_validate(
                {**row, "subject": "load", "subject_id": load.load_id, "plan_id": made.plan_id, "plan_version": made.version,
                 "time": row["time"].isoformat(), "reported_by": "CARRIER"}
            ),
            recorded_at="2026-12-01T00:00:00+00:00", recorded_by="benchmark", file="carrier.csv", file_sha256="0" * 64,
        )
        for row in rows
    )  # fmt: skip
