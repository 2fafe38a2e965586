"""The page of a comparison in a real Chromium, opened from a file, without a network. Never run in CI."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from consolidation.comparison import compare
from consolidation.comparison.page import comparison_page
from tests.browser.test_pages import opened, pytestmark  # noqa: F401
from tests.comparison_plans import RATES, Item, Terms, priced


@pytest.mark.parametrize("moved", [True, False])
def test_the_page_draws_its_pictures_and_says_nothing_to_the_console(moved: bool, tmp_path: Path) -> None:
    items = {f"S{k}": Item(Decimal(k + 1), Decimal(2000)) for k in range(6)}
    later = {**items, "S3": Item(Decimal(4), Decimal(2000), departure_id="YTN-LAX-W@2026-12-09")}
    found = compare(priced(items, Terms(RATES)), priced(later if moved else items, Terms(RATES, plan_id="B")))
    page = tmp_path / "comparison.html"
    page.write_text(comparison_page(found), encoding="utf-8")
    dom = opened(page, tmp_path / "profile")
    assert dom.count('class="main-svg"') >= (3 if moved else 1)
    assert ("<td>S3</td>" in dom) is moved
