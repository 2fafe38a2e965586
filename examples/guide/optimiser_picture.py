"""Draw how a search narrows the gap: python optimiser_picture.py [PICTURE]. Plans the shipped week, which takes a while."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from consolidation import SolveOptions, plan, read_network, read_shipments
from consolidation.data import week
from network.reference import path
from solvers import Progress

WIDTH, HEIGHT = 900, 430
LEFT, RIGHT, TOP, BOTTOM = 76, 742, 92, 366
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2933 } .title { font-size: 17px; font-weight: 600 }
.soft { fill: #5a6872 } .end { text-anchor: end } .middle { text-anchor: middle }
.card { fill: #fbfaf6; stroke: #d9d5c9 } .band { fill: #f1eee4 } .grid { stroke: #e2ded2 } .room { fill: #e4b04a; opacity: .25 }
.best { stroke: #b3471d; fill: none; stroke-width: 2.5 } .bound { stroke: #14697a; fill: none; stroke-width: 2.5 }
text.best { fill: #b3471d; stroke: none } text.bound { fill: #14697a; stroke: none }
circle.best { fill: #b3471d } circle.bound { fill: #14697a }
.gap { stroke: #5a6872; fill: none; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e1d6 } .soft { fill: #a9b3ba } .card { fill: #1b2127; stroke: #39424a } .band { fill: #232a31 }
  .grid { stroke: #333c44 } .best, circle.best { stroke: #ef8a5c } .bound, circle.bound { stroke: #56b9cc }
  text.best, circle.best { fill: #ef8a5c } text.bound, circle.bound { fill: #56b9cc } .gap { stroke: #a9b3ba }
}
"""
"""Colours on a card of its own, so that the picture can be read on light and on dark pages."""


def picture(reports: Sequence[Progress], currency: str) -> str:
    """Return an SVG of best cost and bound, report by report; reports before the first plan are left out."""
    known = [report for report in reports if report.best is not None]
    best, bound = [(report.best or 0) / 1e6 for report in known], [report.bound / 1e6 for report in known]
    step = (RIGHT - LEFT) / len(known)
    low, high, tick = _scale(min(value for value in bound if value), max(best))

    def at(value: float) -> float:
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="The best cost falls, the bound rises">',
        f"<style>{STYLE}</style>",
        f'<rect class="card" x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" rx="10"/>',
        _text(24, 36, "The best cost falls, the proven bound rises", "title"),
        _text(24, 58, f"The shipped week, thousand {currency}. The best plan there is lies between the lines.", "soft"),
    ]
    for k, report in enumerate(known):
        left = LEFT + k * step
        if k % 2 == 0:
            parts.append(f'<rect class="band" x="{left:.1f}" y="{TOP}" width="{step:.1f}" height="{BOTTOM - TOP}"/>')
        parts.append(_text(left + step / 2, BOTTOM + 24, report.phase, "soft middle"))
    for value in range(int(low), int(high) + 1, tick):
        parts.append(f'<path class="grid" d="M{LEFT} {at(value):.1f}H{RIGHT}"/>')
        parts.append(_text(LEFT - 10, at(value) + 4, f"{value // 1000:,}", "soft end"))
    first = next(k for k, value in enumerate(bound) if value)
    edges = [LEFT + (k + 0.5) * step for k in range(len(known))]
    upper, lower = _stairs(edges, [at(value) for value in best]), _stairs(edges[first:], [at(v) for v in bound[first:]])
    room = [point for point in upper if point[0] >= edges[first]]
    room = [(edges[first], at(best[first])), *room, *lower[::-1]]
    parts += [f'<path class="room" d="{_path(room)}Z"/>']
    parts += [f'<path class="best" d="{_path(upper)}"/>', f'<path class="bound" d="{_path(lower)}"/>']
    parts += _marks(edges, best, at, "best", -8)
    parts += _marks(edges, bound, at, "bound", 18)
    top, end = at(best[-1]), at(bound[-1])
    parts += [
        f'<path class="gap" d="M{RIGHT + 6} {top:.1f}h6V{end:.1f}h-6"/>',
        _text(RIGHT + 20, top - 10, "best cost", "best"),
        _text(RIGHT + 20, (top + end) / 2 + 4.5, f"gap {known[-1].gap:.1%}", ""),
        _text(RIGHT + 20, end + 19, "proven bound", "bound"),
        _text((LEFT + RIGHT) / 2, BOTTOM + 48, "reports of the search, by phase", "soft middle"),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _scale(low: float, high: float) -> tuple[float, float, int]:
    """Return a range of round numbers around the values, and the distance of its lines."""
    tick = 10 ** max(4, int(math.log10(max(high - low, 1))))
    tick = next(tick * k // 10 for k in (2, 5, 10, 20) if (high - low) / (tick * k / 10) < 8)
    return math.floor(low / tick - 0.4) * tick, math.ceil(high / tick + 0.2) * tick, tick


def _stairs(across: Sequence[float], down: Sequence[float]) -> list[tuple[float, float]]:
    """Return the corners of a line on which every value holds until the next."""
    points = [(across[0], down[0])]
    for (_, before), (x, y) in pairwise(zip(across, down, strict=True)):
        points += [(x, before), (x, y)]
    return [*points, (RIGHT, down[-1])]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _marks(
    across: Sequence[float], values: Sequence[float], at: Callable[[float], float], name: str, shift: float
) -> Iterator[str]:
    """Yield a dot and a figure wherever a value is new."""
    for k, value in enumerate(values):
        if value and (k == 0 or value != values[k - 1]):
            yield f'<circle class="{name}" cx="{across[k]:.1f}" cy="{at(value):.1f}" r="4"/>'
            yield _text(across[k] + 6, at(value) + shift, f"{value / 1000:,.1f}", name)


def _text(x: float, y: float, words: str, name: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{name}">{words}</text>'


if __name__ == "__main__":
    reports: list[Progress] = []
    network = read_network(path())
    shipments = read_shipments(week(), network)
    plan(network, shipments, options=SolveOptions(time_limit_s=None), on_progress=reports.append)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("optimiser.svg")
    target.write_text(picture(reports, network.currency), encoding="utf-8")
