"""The picture of the guide: figures where values are new, lines that never cross, an SVG that can be parsed."""

from __future__ import annotations

import re
import runpy
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from solvers import Progress

GUIDE = Path(__file__).parents[2] / "examples" / "guide"


def _reports(*rows: tuple[str, int | None, int]) -> list[Progress]:
    """Return reports from phase, best cost and bound in thousands."""
    micros = 1_000_000_000
    return [
        Progress(phase, best and best * micros, bound * micros, (best - bound) / best if best else 1.0, 0.0)
        for phase, best, bound in rows
    ]


@pytest.fixture(scope="module")
def picture() -> Any:
    return runpy.run_path(str(GUIDE / "optimiser_picture.py"), run_name="picture")["picture"]


def _texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter() if element.tag.endswith("text")]


def test_every_new_value_has_its_figure(picture: Any) -> None:
    rows = [
        ("itineraries", None, 0),
        ("construct", 950, 0),
        ("bound", 950, 860),
        ("improve", 880, 860),
        ("bound", 880, 871),
    ]
    texts = _texts(picture(_reports(*rows), "USD"))
    assert [text for text in texts if re.fullmatch(r"\d+\.\d", text)] == ["950.0", "880.0", "860.0", "871.0"]
    assert [text for text in texts if text in dict.fromkeys(row[0] for row in rows)] == [row[0] for row in rows[1:]]
    assert "gap 1.0%" in texts


def test_a_week_that_is_proven_at_once(picture: Any) -> None:
    texts = _texts(picture(_reports(("construct", 500, 0), ("bound", 500, 500)), "EUR"))
    assert "gap 0.0%" in texts
    assert any("thousand EUR" in text for text in texts)


def test_the_picture_of_the_guide_shows_a_bound_below_the_cost() -> None:
    svg = (GUIDE / "optimiser.svg").read_text(encoding="utf-8")
    shown = re.findall(r'class="(best|bound)">([\d,]+\.\d)<', svg)
    values = {
        name: [float(text.replace(",", "")) for kind, text in shown if kind == name] for name in ("best", "bound")
    }
    assert values["best"] == sorted(values["best"], reverse=True)
    assert values["bound"] == sorted(values["bound"])
    assert values["bound"][-1] <= values["best"][-1]
