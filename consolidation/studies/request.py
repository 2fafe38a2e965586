"""What a study is asked: the file with its input read, everything that is wrong with any of it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from consolidation.scenarios import Scenario, apply_scenario
from consolidation.scenarios.model import ScenarioFile, StudyTable, Where
from consolidation.scenarios.questions import BreakEvenTable, ValueTable
from consolidation.scenarios.reading import inspect_study
from consolidation.scenarios.written import Written
from consolidation.shipment_files import inspect_shipments
from consolidation.shipments import Shipment
from consolidation.studies import rates
from consolidation.studies.model import BASE, Axis, Grid
from network.errors import Finding, InputError
from network.io import inspect_network
from network.model import Network
from solvers.options import SolveOptions

Table = TypeVar("Table", BreakEvenTable, ValueTable)


@dataclass(frozen=True)
class Posed(Generic[Table]):
    """A question and where it is written.

    Attributes
    ----------
    places : of its patches, and last of the question itself
    """

    table: Table
    places: tuple[Where, ...] = ()


@dataclass(frozen=True)
class Request:
    """A study to run.

    Attributes
    ----------
    options : of the search for the base
    break_evens, values : questions that several runs answer
    """

    title: str
    network: Network
    shipments: tuple[Shipment, ...]
    scenarios: tuple[Scenario, ...]
    options: SolveOptions
    grids: tuple[Grid, ...] = ()
    break_evens: tuple[Posed[BreakEvenTable], ...] = ()
    values: tuple[Posed[ValueTable], ...] = ()


def read_request(path: str | Path) -> Request:
    """Read the file of a study, and the network and the shipments that it names.

    Raises
    ------
    InputError
        With everything that is wrong with the file, the network or the shipments, and with every scenario that names what
        they do not know, or that selects nothing.
    """
    path = Path(path)
    file, scenarios, written, findings = inspect_study(path)
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
    assert written is not None
    break_evens, values = tuple(_break_evens(file, written)), tuple(_values(file, written))
    for scenario in (*scenarios, *_runs(break_evens, values)):
        findings += _refused(apply_scenario, scenario, network, shipments)
    for each in break_evens if not findings else ():
        findings += _refused(rates.scaled, each.table, network, each.places)
    if findings:
        raise InputError(findings)
    return Request(
        table.title or path.stem, network, shipments, scenarios, _options(table), _grids(file), break_evens, values
    )


def _refused(function: Callable[..., object], *arguments: object) -> list[Finding]:
    try:
        function(*arguments)
    except InputError as fault:
        return list(fault.findings)
    return []


def _break_evens(file: ScenarioFile, written: Written) -> Iterator[Posed[BreakEvenTable]]:
    for n, table in enumerate(file.break_even):
        patches = range(len(table.patches))
        of_patches = [written.of(("break_even", n, "patches", k), [table.name, f"patch {k + 1}"]) for k in patches]
        yield Posed(table, (*of_patches, written.of(("break_even", n), [table.name])))


def _values(file: ScenarioFile, written: Written) -> Iterator[Posed[ValueTable]]:
    for n, table in enumerate(file.values):
        yield Posed(table, (written.of(("values", n), [table.name]),))


def _runs(break_evens: Iterable[Posed[BreakEvenTable]], values: Iterable[Posed[ValueTable]]) -> Iterator[Scenario]:
    """Yield a run of every question whose runs are known beforehand."""
    for posed in break_evens:
        yield rates.at_rate(posed.table, posed.table.lowest, posed.places)
    for asked in values:
        if asked.table.top is None:
            yield Scenario(asked.table.name, (asked.table.patch,), places=asked.places, where=asked.places[-1])


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
