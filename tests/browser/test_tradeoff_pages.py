"""The pages of trade-offs in a real Chromium, opened from files, without a network. Never run in CI."""

from __future__ import annotations

from pathlib import Path

from consolidation.tradeoffs import AlternativeOptions, alternatives, frontier
from consolidation.tradeoffs.pages import alternatives_page, frontier_page
from tests.browser.test_pages import opened, pytestmark  # noqa: F401
from tests.goods import SURE
from tests.networks import tiny_network
from tests.trading import WEEK


def test_the_frontier_is_drawn(tmp_path: Path) -> None:
    page = tmp_path / "frontier.html"
    page.write_text(frontier_page(frontier(tiny_network(), WEEK, points=3, options=SURE).frontier), encoding="utf-8")
    dom = opened(page, tmp_path / "profile")
    assert dom.count('class="main-svg"') >= 2
    assert "<td>03</td>" in dom


def test_alternatives_are_drawn(tmp_path: Path) -> None:
    found = alternatives(tiny_network(), WEEK, options=AlternativeOptions(within=0.2, search=SURE)).alternatives
    page = tmp_path / "alternatives.html"
    page.write_text(alternatives_page(found), encoding="utf-8")
    dom = opened(page, tmp_path / "profile")
    assert dom.count('class="main-svg"') >= sum(value > 0 for value in found.base_values.values())
    assert "<td>Earliest</td>" in dom
