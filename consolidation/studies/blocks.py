"""What the page of a study is put together from."""

from __future__ import annotations

from dataclasses import dataclass, field

import plotly.graph_objects as go

from consolidation.report._html import drawn
from consolidation.studies.model import Difference, Figures, Mover, Study

MAX_DRAWN = 300
"""Scenarios drawn in one chart; the tables and results.csv hold all."""


@dataclass(frozen=True)
class Block:
    """A section of the page.

    Attributes
    ----------
    name : id of the section
    body : HTML, with an element of the id of each figure
    """

    name: str
    title: str
    body: str
    figures: dict[str, go.Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """A scenario that has a plan."""

    name: str
    figures: Figures
    difference: Difference
    movers: tuple[Mover, ...]


def compared(study: Study) -> list[Compared]:
    """Return the scenarios that have a plan, in the order of the study."""
    return [
        Compared(row.name, row.figures, row.difference, row.movers)
        for row in study.scenarios
        if row.figures is not None and row.difference is not None
    ]


def base_of(study: Study) -> Figures:
    """Return the figures of the base; a study without them is never written.

    Raises
    ------
    ValueError
        If the base has no plan.
    """
    if study.base.figures is None:
        raise ValueError(f"the base of the study {study.title!r} has no plan")
    return study.base.figures


def tall(name: str, text: str) -> str:
    """Return the place of a figure with a row per scenario, which scrolls where there are many."""
    return f'<div class="figure tall" tabindex="0">{drawn(name, text)}</div>'


def note(text: str) -> str:
    """Return a remark below a picture or a table; `text` is HTML."""
    return f'<p class="note">{text}</p>'


def cut(count: int) -> str:
    """Return the remark that not all scenarios are drawn, if so."""
    return note(f"The first {MAX_DRAWN} of {count:,} scenarios; results.csv holds all.") if count > MAX_DRAWN else ""
