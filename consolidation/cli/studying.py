"""The command ``study``: what-if scenarios planned in parallel and compared with the plan as it is."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from consolidation import console
from consolidation.cli.common import CANCELLED, AsJson, app

if TYPE_CHECKING:
    from consolidation.studies.model import ScenarioResult, Study
    from consolidation.studies.runners import Runner


@app.command(name="study")
def study_command(
    file: Annotated[Path, typer.Argument(metavar="STUDY", help="File of a study, TOML.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the study to write.", show_default=False)],
    workers: Annotated[
        int | None,
        typer.Option(
            min=0, help="Processes; 0: none but this one. Usually one for each processor.", show_default=False
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster to run scenarios on.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Plan every scenario of a study and compare it with the plan as it is; goes on where it was stopped."""
    from consolidation.studies import read_request, study
    from consolidation.studies.keeping import require_target

    if cluster is not None and workers is not None:
        raise typer.BadParameter("give --workers or --cluster, not both: a cluster has the workers that it has", param_hint="--cluster")  # fmt: skip
    require_target(out)
    request = read_request(file)
    runner = _runner(workers, cluster)
    stop = _Stop(quiet=as_json)
    with stop.listening():
        found = study(request, out, runner=runner, on_result=None if as_json else _tell, cancelled=stop.asked)
    if as_json:
        console.show_json({"folder": str(out), **found.model_dump(mode="json", exclude={"scenarios": {"__all__": {"movers"}}})})  # fmt: skip
    else:
        _show(found, out)
    if found.missing:
        raise typer.Exit(CANCELLED)


def _runner(workers: int | None, cluster: str | None) -> Runner:
    from consolidation.studies.runners import Processes, Serial, default_workers

    if cluster is not None:
        from consolidation.studies.cluster import Cluster

        return Cluster(cluster)
    return Serial() if workers == 0 else Processes(workers or default_workers())


class _Stop:
    """Ctrl-C once begins nothing further; twice ends the program. What is finished is kept either way."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._asked = quiet, False

    def asked(self) -> bool:
        """Return whether the user asked to stop."""
        return self._asked

    @contextmanager
    def listening(self) -> Iterator[None]:
        before = signal.signal(signal.SIGINT, self._on_interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            signal.default_int_handler(number, frame)
        self._asked = True
        if not self._quiet:
            console.say_at_once("stopping after the scenarios that are running; Ctrl-C again to end at once")


def _tell(done: int, count: int, result: ScenarioResult) -> None:
    from consolidation.studies.words import VERDICTS

    if result.figures is None:
        text = f"failed: {result.reasons[0]}"
    else:
        text = f"cost {result.figures.cost:,.0f}  gap {result.figures.gap:.2%}"
        if result.difference is not None:
            text += f"  {result.difference.cost:+,.0f}: {VERDICTS[result.difference.verdict]}"
    console.err.print(f"{done}/{count} {result.name}: {text}", markup=False, highlight=False)


def _show(found: Study, folder: Path) -> None:
    table = Table(title=f"{found.title}, {found.currency}", title_justify="left")
    for name in ("Scenario", "Cost", "Difference", "Best plans", "Gap", "Days", "Unplanned"):
        table.add_column(name, justify="left" if name in ("Scenario", "Best plans") else "right", overflow="fold")
    for row in (found.base, *found.scenarios):
        table.add_row(console.escaped(row.name), *_cells(row))
    console.out.print(table)
    for row in found.scenarios:
        if row.status == "failed":
            console.out.print(f"{row.name} has no plan: {'; '.join(row.reasons)}", markup=False, highlight=False)
    for line in _answers(found):
        console.out.print(line, markup=False, highlight=False)
    if found.missing:
        console.out.print(
            f"not run: {', '.join(found.missing)}; the same command goes on with them", markup=False, highlight=False
        )
    console.out.print(f"study in {folder}: study.html is the page for people", markup=False, highlight=False)


def _answers(found: Study) -> Iterator[str]:
    """Yield what the study answers to its questions, what is to be known of an answer below it."""
    from consolidation.studies.question_words import break_even_in_words, value_in_words

    told = [break_even_in_words(row, found.currency) for row in found.break_evens]
    told += [value_in_words(row, found.currency) for row in found.values]
    for first, *further in told:
        yield first
        yield from (f"  {line}" for line in further)


def _cells(row: ScenarioResult) -> list[str]:
    from consolidation.studies.words import VERDICTS

    figures, difference = row.figures, row.difference
    if figures is None:
        return ["no plan"]
    compared = ["", ""]
    if difference is not None:
        compared = [f"{difference.cost:+,.0f}", VERDICTS[difference.verdict]]
    return [f"{figures.cost:,.0f}", *compared, f"{figures.gap:.2%}", f"{figures.mean_days:.1f}", str(figures.unplanned)]
