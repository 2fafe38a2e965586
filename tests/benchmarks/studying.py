"""A study against its scenarios planned one after another from scratch, judged alike; both on this machine, in the same run.

``cost`` is the wall time of the study in ms, with the plan of the base, ``baseline_cost`` that of planning and judging the same
scenarios and the base one after another in one process; ``cost_ratio`` is their quotient. ``config`` says how much dearer the
plans of the study are than those from scratch, and what their gaps are, on average; ``check`` counts violations.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from statistics import fmean

from consolidation import plan
from consolidation.checker import judge
from consolidation.scenarios import Scenario, apply_scenario, read_scenarios
from consolidation.shipments import Shipment
from consolidation.studies import Request, study
from consolidation.studies.runners import Processes, default_workers
from network.model import Network
from solvers.options import SolveOptions

from .measure import Stopwatch, peak_mb
from .methods.planner import solve_options
from .methods.week import reference_network, shipments_of
from .processes import Job
from .rows import Row

SCENARIOS = Path(__file__).with_name("scenarios.toml")


def run(job: Job) -> Iterator[Row]:
    """Yield the row of one study: the first ``job.method`` scenarios, of the shipped week or of a generated one."""
    network = reference_network()
    with resources.as_file(resources.files("consolidation.data") / "week.csv") as shipped:
        shipments = shipments_of(network, job.path or ("" if job.size else str(shipped)), job.size, job.seed)
    scenarios = read_scenarios(SCENARIOS)[: int(job.method)]
    options = solve_options(job.limit_s, job.seed, job.work)
    _from_scratch(network, shipments[:20], scenarios[:1], options)  # what is done once per process is not counted
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        request = Request("benchmark", network, tuple(shipments), scenarios, options)
        found = study(request, folder, runner=Processes(default_workers()))
    seconds = watch.seconds
    alone = _from_scratch(network, shipments, scenarios, options)
    made = {row.name: row.figures for row in found.scenarios if row.figures is not None}
    dearer = fmean(float(made[name].cost) / cost - 1 for name, (cost, _) in alone.items())
    gaps = fmean(figures.gap for figures in made.values()), fmean(gap for _, gap in alone.values())
    yield {
        "config": f"{dearer:+.3%} dearer; gaps {gaps[0]:.2%} and {gaps[1]:.2%}",
        "shipments": len(shipments),
        "cost": f"{1000 * seconds:.0f}",
        "baseline_cost": f"{1000 * (watch.seconds - seconds):.0f}",
        "gap": gaps[0],
        "seconds": watch.seconds,
        "process_seconds": watch.process_seconds,
        "peak_mb": peak_mb(),
        "unplanned": sum(figures.unplanned for figures in made.values()),
        "check": sum(figures.violations for figures in made.values()),
        "stop_reason": f"{len(made)} of {len(scenarios)}",
    }


def _from_scratch(
    network: Network, shipments: Sequence[Shipment], scenarios: Sequence[Scenario], options: SolveOptions
) -> dict[str, tuple[float, float]]:
    """Plan and judge the base and every scenario one after another; return cost and gap by name, without the base."""
    found = {}
    for scenario in (Scenario("base"), *scenarios):
        applied = apply_scenario(scenario, network, shipments, options)
        made = plan(applied.network, applied.shipments, options=applied.options)
        judge(made, applied.network, applied.shipments)
        found[scenario.name] = (float(made.certificate.cost), made.certificate.gap)
    del found["base"]
    return found
