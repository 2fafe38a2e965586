"""The page of a study in a real Chromium, opened from a file, without a network. Never run in CI."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consolidation.studies.page import study_page
from tests.browser.test_pages import opened, pytestmark  # noqa: F401
from tests.networks import tiny_network
from tests.studied import failed, sample_study, study_of


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "study.html"
    path.write_text(study_page(sample_study(), tiny_network()), encoding="utf-8")
    return path


def test_the_pictures_are_drawn_and_the_console_is_silent(page: Path, tmp_path: Path) -> None:
    dom = opened(page, tmp_path / "profile")
    for name in ("difference-chart", "cost-chart", "service-chart", "grid-1-1", "grid-2-1", "map"):
        place = dom.index(f'id="{name}"')
        assert 'class="main-svg"' in dom[place : place + 3000], name
    assert dom.count('class="heatmaplayer') >= 1


def test_the_map_follows_the_choice_of_scenario(page: Path, tmp_path: Path) -> None:
    told = re.compile(r'id="map-count"[^>]*>([^<]*)<')
    drawn = {}
    for name in ("cheap", "dear"):
        dom = opened(page, tmp_path / name, f"#scenario={name}")
        found = told.search(dom)
        assert found is not None
        assert found.group(1).startswith(f"{name}: ")
        lines = re.findall(
            r'<path class="js-line" d="(M[^"]*)"[^>]*stroke: rgb\(([^)]*)\)', dom[dom.index('id="map"') :]
        )
        drawn[name] = {colour for path, colour in lines if path.count("L") > 4}
    blue, red, grey = "0, 114, 178", "213, 94, 0", "166, 166, 166"
    assert drawn == {"cheap": {blue, red, grey}, "dear": {grey}}


def test_a_study_without_plans_opens(tmp_path: Path) -> None:
    path = tmp_path / "study.html"
    path.write_text(study_page(study_of(failed("closed", "no way is left")), tiny_network()), encoding="utf-8")
    assert "closed has no plan: no way is left" in opened(path, tmp_path / "profile")


def test_the_page_fits_a_laptop(page: Path, tmp_path: Path) -> None:
    probe = """<script>window.addEventListener("load", () => setTimeout(function () {
      document.title = document.documentElement.scrollWidth + " of " + window.innerWidth;
    }, 500));</script></body>"""
    copy = tmp_path / "study.html"
    copy.write_text(page.read_text(encoding="utf-8").replace("</body>", probe), encoding="utf-8")
    found = re.search(r"<title>(\d+) of (\d+)</title>", opened(copy, tmp_path / "profile"))
    assert found is not None
    assert int(found.group(1)) <= int(found.group(2))
