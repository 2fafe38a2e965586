"""What a study is asked: the file with its input read, everything that is wrong with any of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from consolidation.scenarios import Scenario, apply_scenario
from consolidation.scenarios.model import ScenarioFile, StudyTable
from consolidation.scenarios.reading import inspect_file
from consolidation.shipment_files import inspect_shipments
from consolidation.shipments import Shipment
from consolidation.studies.model import BASE, Axis, Grid
from network.errors import Finding, InputError
from network.io import inspect_network
from network.model import Network
from solvers.options import SolveOptions


@dataclass(frozen=True)
class Request:
    """A study to run.

    Attributes
    ----------
    options : of the search for the base
    """

    title: str
    network: Network
    shipments: tuple[Shipment, ...]
    scenarios: tuple[Scenario, ...]
    options: SolveOptions
    grids: tuple[Grid, ...] = ()


def read_request(path: str | Path) -> Request:
    """Read the file of a study, and the network and the shipments that it names.

    Raises
    ------
    InputError
        With everything that is wrong with the file, the network or the shipments, and with every scenario that names what
        they do not know, or that selects nothing.
    """
    path = Path(path)
    file, scenarios, findings = inspect_file(path)
    table = None if file is None else file.study
    if file is None or table is None:
        if not findings:
            expected = "a table [study] with network and shipments"
            findings = [Finding(path.name, None, "study", "nothing", expected, "it is a file of scenarios only", "VALUE.MISSING")]  # fmt: skip
        raise InputError(findings)
    network, wrong = inspect_network(path.parent / table.network)
    shipments, more = inspect_shipments(path.parent / table.shipments, network)
    findings = [*findings, *wrong, *more, *_named_twice(scenarios)]
    if network is None or findings:
        raise InputError(findings)
    for scenario in scenarios:
        try:
            apply_scenario(scenario, network, shipments)
        except InputError as fault:
            findings += fault.findings
    if findings:
        raise InputError(findings)
    return Request(table.title or path.stem, network, shipments, scenarios, _options(table), _grids(file))


def _grids(file: ScenarioFile) -> tuple[Grid, ...]:
    return tuple(
        Grid(
            name=grid.name,
            axes=tuple(Axis(name=axis.name, points=tuple(point.name for point in axis.points)) for axis in grid.axes),
        )
        for grid in file.grids
    )


def _options(table: StudyTable) -> SolveOptions:
    return SolveOptions(
        seed=table.seed, work=table.work, gap=float(table.gap), time_limit_s=float(table.time_limit_s)
    )  # fmt: skip


def _named_twice(scenarios: tuple[Scenario, ...]) -> Iterator[Finding]:
    """Yield a finding for each scenario named as the base, or as another but for its case: their folders would be one."""
    first = {BASE: f"a name other than {BASE}: what nothing is changed in is called that"}
    for scenario in scenarios:
        name, where = scenario.name, scenario.place
        if name.casefold() in first:
            yield Finding(where.file, where.row, f"{where.place}, name", name, first[name.casefold()], rule="KEY.DUPLICATE")  # fmt: skip
        first.setdefault(name.casefold(), f"a name that differs from {name} in more than case: plans are kept under it")
