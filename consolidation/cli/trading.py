"""The commands ``frontier`` and ``alternatives``: what days cost, and plans that cost nearly as little as the cheapest."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from consolidation import console
from consolidation.cli.common import (
    CANCELLED,
    VIOLATIONS,
    AsJson,
    NetworkPath,
    Seed,
    ShipmentsPath,
    Work,
    app,
    read_all,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from consolidation.plan_model import Plan
    from consolidation.studies.model import Figures
    from consolidation.tradeoffs.model import Frontier, Kind
    from solvers.outcome import Progress

_TimeLimit = Annotated[
    float, typer.Option("--time-limit", min=0.0, help="Outer limit of the search for each plan, seconds.")
]


@app.command(name="frontier")
def frontier_command(
    network: NetworkPath,
    shipments: ShipmentsPath,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the frontier to write.", show_default=False)],
    points: Annotated[int, typer.Option("--points", min=2, max=100, help="Efficient plans wanted.")] = 9,
    seed: Seed = 1,
    work: Work = 25,
    time_limit: _TimeLimit = 800.0,
    as_json: AsJson = False,
) -> None:
    """Show what days cost: efficient plans from the cheapest to the fastest, with what is proven about them."""
    from consolidation.tradeoffs import frontier, write_frontier
    from consolidation.tradeoffs.files import FRONTIER, FRONTIER_PAGE, PLANS, POINTS, require_frontier_target
    from consolidation.tradeoffs.words import frontier_sentences
    from solvers.options import SolveOptions

    require_frontier_target(out)
    read, rows = read_all(network, shipments, None, as_json)
    line = console.ProgressLine(read.currency, quiet=as_json)
    with line.running():
        found = frontier(
            read, rows, points=points, options=SolveOptions(seed=seed, work=work, time_limit_s=time_limit),
            on_plan=None if as_json else _tell, on_progress=_live(line), cancelled=line.cancelled,
        )  # fmt: skip
        folder = write_frontier(found, out)
    told = found.frontier
    if as_json:
        console.show_json({"folder": str(folder), **told.model_dump(mode="json")})
    else:
        console.out.print(_points(told))
        console.out.print("* at the network's own price of a day", highlight=False)
        _show(frontier_sentences(told), folder, (FRONTIER_PAGE, FRONTIER, POINTS, PLANS))
    _exit([point.figures for point in told.points], line.stopped)


def _tell(efficient: int, price: Decimal, made: Plan) -> None:
    proof = made.certificate
    console.err.print(
        f"a day at {price:,.4f} per m3: cost {proof.cost:,.0f}  gap {proof.gap:.2%}  efficient plans so far {efficient}", highlight=False
    )  # fmt: skip


def _tell_better(kind: Kind, price: Decimal, made: Plan) -> None:
    console.err.print(f"{kind} at {price:,.2f} a unit: cost {made.certificate.cost:,.0f}", highlight=False)


def _live(line: console.ProgressLine) -> Callable[[Progress], None] | None:
    """Return what shows a search as it goes on; there are many, so that without a terminal only their ends are told."""
    return line.report if console.err.is_terminal else None


def _points(told: Frontier) -> Table:
    table = Table(title=f"Cost against days, {told.currency}", title_justify="left")
    for name in ("Plan", "A day from", "to", "Days", "M3 days", "Other cost", "Less at most", "Gap", "Left out"):
        table.add_column(
            name,
            justify="left" if name == "Plan" else "right",
            no_wrap=name not in ("A day from", "Less at most", "Left out"),
        )
    for point in told.points:
        f = point.figures
        table.add_row(
            point.name + (" *" if point.given else ""), f"{point.best_from:,.2f}", f"{point.best_to:,.2f}", f"{f.mean_days:.1f}",
            f"{point.priced_m3_days:,.0f}", f"{point.other_cost:,.0f}", f"{point.cheaper_by_at_most:,.0f}", f"{f.gap:.2%}", str(f.unplanned),
        )  # fmt: skip
    return table


@app.command(name="alternatives")
def alternatives_command(
    network: NetworkPath,
    shipments: ShipmentsPath,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the alternatives to write.", show_default=False)],
    within: Annotated[
        float, typer.Option("--within", min=0.0, max=1.0, help="What they may cost more, as a share.")
    ] = 0.01,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", help="Plan folder that changes are counted against.", show_default=False),
    ] = None,
    kinds: Annotated[
        str,
        typer.Option(
            "--kinds",
            help="What they should be better in: containers, days, late, change, separated by commas.",
            show_default=False,
        ),
    ] = "",
    seed: Seed = 1,
    work: Work = 25,
    time_limit: _TimeLimit = 800.0,
    as_json: AsJson = False,
) -> None:
    """Find plans that cost nearly as little as the cheapest, with fewer containers, days, late days or changes."""
    from consolidation.folder import read_plan
    from consolidation.tradeoffs import AlternativeOptions, alternatives, write_alternatives
    from consolidation.tradeoffs.files import ALTERNATIVES, ALTERNATIVES_PAGE, PLANS, ROWS, require_alternatives_target
    from consolidation.tradeoffs.near import asked
    from consolidation.tradeoffs.words import alternatives_sentences
    from solvers.options import SolveOptions

    require_alternatives_target(out)
    earlier = None if previous is None else read_plan(previous)
    wanted = asked(tuple(kind.strip() for kind in kinds.split(",")) if kinds else None, earlier)
    read, rows = read_all(network, shipments, None, as_json)
    line = console.ProgressLine(read.currency, quiet=as_json)
    options = AlternativeOptions(
        within=within, kinds=wanted, search=SolveOptions(seed=seed, work=work, time_limit_s=time_limit)
    )
    with line.running():
        found = alternatives(
            read, rows, earlier, options, on_plan=None if as_json else _tell_better, on_progress=_live(line), cancelled=line.cancelled
        )  # fmt: skip
        folder = write_alternatives(found, out)
    told = found.alternatives
    if as_json:
        console.show_json({"folder": str(folder), **told.model_dump(mode="json")})
    else:
        _show(alternatives_sentences(told), folder, (ALTERNATIVES_PAGE, ALTERNATIVES, ROWS, PLANS))
    _exit([told.base, *(row.figures for row in told.rows)], line.stopped)


def _show(sentences: list[str], folder: Path, names: tuple[str, ...]) -> None:
    for text in sentences:
        console.out.print(text, markup=False, highlight=False)
    console.out.print(f"In {folder}", markup=False, highlight=False)
    for name in names:
        console.out.print(f"  {folder / name}", markup=False, highlight=False)


def _exit(plans: list[Figures], stopped: bool) -> None:
    violations = sum(figures.violations for figures in plans)
    if violations:
        console.err.print(f"check finds {violations} violation(s)", highlight=False)
        raise typer.Exit(VIOLATIONS)
    if stopped:
        raise typer.Exit(CANCELLED)
