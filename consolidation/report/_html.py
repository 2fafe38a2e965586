"""Pieces of self-contained pages: the document, numbers, tables. All text is escaped here or where it is made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
MAX_ROWS = 3000
"""Rows of one table on a page; the CSV files of the plan folder hold all."""
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
)
_PLAIN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@cache
def asset(name: str) -> str:
    """Return the text of a file of the package's ``assets``."""
    return files("consolidation.report").joinpath("assets", name).read_text(encoding="utf-8")


def document(title: str, body: str, figures: Mapping[str, go.Figure], style: str = "report-page") -> str:
    """Return a whole page that makes no request: styles, scripts, the world outline and figures are inside.

    Parameters
    ----------
    title : text of the title, not yet escaped
    body : HTML with an element of the id of each figure
    figures : figures by the id of the element they are drawn in
    style : class of the body
    """
    drawn = "{" + ",".join(f"{json.dumps(name)}:{figure.to_json()}" for name, figure in figures.items()) + "}"
    return (
        f"{_head(title, asset('page.css'), _POLICY)}"
        f'<body class="{style}">\n{body}\n<noscript><p>The map and the charts need JavaScript; the tables do not.</p>'
        f"</noscript>\n<script>{get_plotlyjs()}</script>\n"
        f"<script>window.PlotlyGeoAssets={{topojson:{{world_110m:{_inline(asset('world_110m.json'))}}}}};</script>\n"
        f'<script type="application/json" id="figures">{_inline(drawn)}</script>\n'
        f"<script>{asset('page.js')}</script>\n</body>\n</html>\n"
    )


def plain_document(title: str, body: str, style: str) -> str:
    """Return a whole page without scripts and figures that makes no request.

    Parameters
    ----------
    title : text of the title, not yet escaped
    body : HTML
    style : class of the body, and stem of the style sheet that is added to the one of all pages
    """
    css = asset("page.css") + asset(f"{style}.css")
    return f'{_head(title, css, _PLAIN_POLICY)}<body class="{style}">\n{body}\n</body>\n</html>\n'


def _head(title: str, css: str, policy: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>{css}</style>\n</head>\n"
    )


def _inline(text: str) -> str:
    return text.replace("<", "\\u003c")


def money(amount: object, currency: str = "", places: int = 2) -> str:
    """Return an amount with thousands separators and the currency in front.

    >>> money(-1234.5, "USD")
    'USD −1,234.50'
    """
    return f"{escape(currency)} {number(amount, places)}".strip()


def number(value: object, places: int = 0) -> str:
    """Return a number with thousands separators and a real minus sign."""
    return f"{float(str(value)):z,.{places}f}".replace("-", "−")


def signed(value: object, places: int = 2) -> str:
    """Return a number with its sign.

    >>> signed(1234.5), signed(-1, 0), signed(0)
    ('+1,234.50', '−1', '0.00')
    """
    text = number(value, places)
    return text if text.startswith("−") or not text.strip("0.") else f"+{text}"


def count(amount: int, noun: str) -> str:
    """Return a count with its noun.

    >>> count(1200, "shipment")
    '1,200 shipments'
    """
    return f"{amount:,} {noun}{'' if amount == 1 else 's'}"


def percent(share: float, places: int = 1) -> str:
    """Return a share as a percentage.

    >>> percent(0.0251, 2)
    '2.51 %'
    """
    return number(100 * share, places) + " %"


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its unit, the decimals of its numbers (None: text), and whether text wraps.

    A text in a column of numbers stands there as it is.
    """

    title: str
    unit: str = ""
    places: int | None = None
    wrap: bool = False


def table(
    name: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], searchable: bool = False, source: str = ""
) -> str:
    """Return a sortable HTML table; texts are escaped, numbers right-aligned.

    Parameters
    ----------
    name : id of the table and its accessible name
    searchable : with a field that filters the rows by text
    source : file that holds the rows which the page leaves out
    """
    everything = list(rows)
    shown = everything[:MAX_ROWS]
    head = "".join(_heading(column) for column in columns)
    body = "".join("<tr>" + "".join(map(_cell, columns, row)) + "</tr>" for row in shown)
    search = (
        f'<p class="search"><label>Filter <input type="search" data-table="{escape(name)}" '
        f'placeholder="any text in a row"></label> <span class="found" aria-live="polite">{count(len(shown), "row")}</span></p>'
        if searchable
        else ""
    )
    cut = (
        f'<p class="note">The first {len(shown):,} of {len(everything):,} rows; {escape(source)} holds all.</p>'
        if len(shown) < len(everything)
        else ""
    )
    return (
        f'{search}<div class="scroll{" narrow" if len(columns) <= 4 else ""}" tabindex="0"><table id="{escape(name)}" class="sortable"><thead><tr>{head}'
        f"</tr></thead><tbody>{body}</tbody></table></div>{cut}"
    )


def plain_table(columns: Sequence[Column], rows: Iterable[Sequence[object]], sums: Sequence[object] = ()) -> str:
    """Return an HTML table without script, on paper as on a screen; texts are escaped, numbers right-aligned.

    Parameters
    ----------
    sums : last row, set apart
    """
    head = "".join(_heading(column, sortable=False) for column in columns)
    body = "".join("<tr>" + "".join(map(_cell, columns, row)) + "</tr>" for row in rows)
    foot = f"<tfoot><tr>{''.join(map(_cell, columns, sums))}</tr></tfoot>" if sums else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"


def _heading(column: Column, sortable: bool = True) -> str:
    unit = f' <span class="unit">{escape(column.unit)}</span>' if column.unit else ""
    numeric = ' class="n"' if column.places is not None else ""
    text = f"{escape(column.title)}{unit}"
    return f'<th scope="col"{numeric}>' + (
        f'<button type="button">{text}</button></th>' if sortable else f"{text}</th>"
    )


def _cell(column: Column, value: object) -> str:
    if column.places is None:
        kind = ' class="wrap"' if column.wrap else ""
        return f"<td{kind}>{escape(str(value))}</td>"
    if value is None or value == "":
        return '<td class="n" data-v="">–</td>'
    if isinstance(value, str):
        return f'<td class="n">{escape(value)}</td>'
    return f'<td class="n" data-v="{float(str(value)):.10g}">{number(value, column.places)}</td>'


def pairs(items: Iterable[tuple[str, str]]) -> str:
    """Return a list of names and values; both are escaped."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in items)
    return f'<dl class="pairs">{rows}</dl>'


def section(name: str, title: str, *parts: str) -> str:
    """Return a section of a page with a heading; `parts` are HTML."""
    return f'<section id="{name}"><h2>{escape(title)}</h2>{"".join(parts)}</section>'


def drawn(name: str, text: str) -> str:
    """Return the place of the figure of an id; `text` says what it shows."""
    return f'<div id="{name}" class="figure" role="img" aria-label="{escape(text)}"></div>'
