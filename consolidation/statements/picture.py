"""The picture of where the money goes: a waterfall as inline SVG.

A page of one seller is a file to send by itself. Drawn here the picture costs it a few kilobytes and no script, where
plotly.js would cost every page 4.5 megabytes; and it prints sharply, follows a dark screen and can be read aloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Literal

from consolidation.report._html import money, percent
from consolidation.report.charts import CATEGORY_NAMES
from consolidation.statements.model import Amounts

_ROW, _BAR, _LABEL, _AMOUNT, _WIDTH = 22, 14, 150, 190, 760
"""Pixels: height of a row and of a bar; width of the labels, of the amounts, and of the picture."""
Role = Literal["part", "duty", "total", "saved", "alone"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the picture.

    Attributes
    ----------
    start, end : Decimal, where the bar begins and ends
    text : what stands to the right of it, HTML
    role : decides its colour
    """

    label: str
    start: Decimal
    end: Decimal
    text: str
    role: Role


def cost_bars(amounts: Amounts, with_alone: bool) -> list[Bar]:
    """Return the categories of landed cost, each from where the one before it ends, then the total.

    Parameters
    ----------
    with_alone : with the saving and the cheapest way of sending alone below
    """
    bars, reached, whole = [], Decimal(0), amounts.landed_cost
    for name, amount in amounts.categories.items():
        if amount:
            share = f"{money(amount, amounts.currency)} · {percent(float(amount / whole))}"
            bars.append(
                Bar(
                    CATEGORY_NAMES[name],
                    reached,
                    reached + amount,
                    share,
                    "duty" if name in ("duty", "tax") else "part",
                )
            )
            reached += amount
    bars.append(Bar("Landed cost", Decimal(0), whole, money(whole, amounts.currency), "total"))
    if with_alone and amounts.alone is not None and amounts.saving is not None:
        if amounts.saving > 0:
            bars.append(Bar("Saved", whole, amounts.alone, money(amounts.saving, amounts.currency), "saved"))
        bars.append(Bar("Cheapest alone", Decimal(0), amounts.alone, money(amounts.alone, amounts.currency), "alone"))
    return bars


def picture(title: str, bars: Sequence[Bar]) -> str:
    """Return an SVG of horizontal bars under one scale, with every label and amount as text.

    Parameters
    ----------
    title : read aloud, with all labels and amounts, in place of the picture
    """
    furthest = max((max(bar.start, bar.end) for bar in bars), default=Decimal(0))
    scale = Decimal(_WIDTH - _LABEL - _AMOUNT) / furthest if furthest else Decimal(0)
    height = _ROW * len(bars) + 8
    rows = "".join(_row(bar, 4 + _ROW * k, scale) for k, bar in enumerate(bars))
    aloud = "; ".join(f"{escape(bar.label)}: {bar.text}" for bar in bars)
    return (
        f'<svg class="waterfall" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="picture-title picture-text">'
        f'<title id="picture-title">{escape(title)}</title><desc id="picture-text">{aloud}</desc>'
        f'<line class="axis" x1="{_LABEL}" y1="0" x2="{_LABEL}" y2="{height}"/>{rows}</svg>'
    )


def _row(bar: Bar, top: int, scale: Decimal) -> str:
    left, right = sorted((bar.start * scale, bar.end * scale))
    middle = top + _ROW // 2
    kind = ' class="strong"' if bar.role == "total" else ""
    return (
        f'<text{kind} x="{_LABEL - 8}" y="{middle}" text-anchor="end" dominant-baseline="central">{escape(bar.label)}</text>'
        f'<rect class="{bar.role}" x="{_LABEL + left:.1f}" y="{middle - _BAR // 2}" height="{_BAR}" '
        f'width="{max(right - left, Decimal(1)):.1f}"/>'
        f'<text{kind} x="{_LABEL + right + 6:.1f}" y="{middle}" dominant-baseline="central">{bar.text}</text>'
    )
