"""The pages in a real Chromium, opened from files, without a network. Never run in CI."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from consolidation.report import write_map, write_report
from consolidation.statements import statement, write_statements
from tests.goods import goods, quick_plan
from tests.networks import tiny_network
from tests.plans import plan_of, sample_network, sample_plan, sample_unplanned

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium on the path"),
    pytest.mark.skipif(bool(os.environ.get("CI")), reason="browser tests are run by hand, not in CI"),
]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--window-size=1280,900",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=8000",
)  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    plan, network = sample_plan(), sample_network()
    write_map(plan, network, folder / "map.html")
    write_report(plan, network, folder / "report.html")
    write_report(plan_of([], (), sample_unplanned(2)), network, folder / "empty.html")
    return folder


def opened(page: Path, profile: Path, fragment: str = "", more: tuple[str, ...] = ()) -> str:
    """Return the DOM of a page after its scripts ran; fails on anything the console reports."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", *more, page.as_uri() + fragment],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not said, said
    return done.stdout


def paths(dom: str, kind: str) -> list[str]:
    """Return the drawn paths of one layer of the map."""
    layers = re.findall(rf'<g class="layer {kind}">(.*?)</g>', dom, flags=re.S)
    return [path for layer in layers for path in re.findall(r'<path[^>]* d="(M[^"]*)"', layer)]


@pytest.mark.parametrize("name", ["map.html", "report.html"])
def test_coast_and_lanes_are_drawn_offline(pages: Path, tmp_path: Path, name: str) -> None:
    dom = opened(pages / name, tmp_path / "profile")
    for kind in ("land", "coastlines", "countries"):
        assert sum(path.count("L") for path in paths(dom, kind)) > 2000, kind
    lines = re.findall(r'<path class="js-line"[^>]* d="(M[^"]*)"', dom)
    assert len(lines) >= 8
    assert "Los Angeles" in dom
    assert "sendChartToCloud" not in re.sub(r"<script>.*?</script>", "", dom, flags=re.S)


def test_no_lane_crosses_the_whole_map(pages: Path, tmp_path: Path) -> None:
    dom = opened(pages / "map.html", tmp_path / "profile")
    lines = re.findall(r'<path class="js-line"[^>]* d="(M[^"]*)"', dom)
    assert len(lines) >= 8
    for line in lines:
        for part in line.split("M")[1:]:
            xs = [float(point.split(",")[0]) for point in part.split("L")]
            assert all(abs(b - a) < 100 for a, b in itertools.pairwise(xs))


def test_the_filters_and_the_views_work(pages: Path, tmp_path: Path) -> None:
    whole = opened(pages / "map.html", tmp_path / "a", "#view=Europe")
    german = opened(pages / "map.html", tmp_path / "b", "#view=Europe&market=DE")
    american = opened(pages / "map.html", tmp_path / "c", "#market=US")
    count = re.compile(r'id="map-count"[^>]*>([\d,]+) shipment')
    numbers = [int(found.group(1)) for found in map(count.search, (whole, german, american)) if found]
    assert len(numbers) == 3
    assert numbers[0] > numbers[2] > numbers[1] > 0
    texts = re.compile(r'<text[^>]*data-unformatted="([^"]*)"')
    assert "LTN4" in texts.findall(whole)
    assert "LTN4" not in texts.findall(german)
    assert "DTM2" in texts.findall(german)
    assert re.search(r'data-view="Europe" aria-pressed="true"', german)


def test_charts_are_drawn_and_an_empty_plan_opens(pages: Path, tmp_path: Path) -> None:
    dom = opened(pages / "report.html", tmp_path / "a")
    assert dom.count('class="bars"') + dom.count("trace bars") >= 4
    assert "U001" in opened(pages / "empty.html", tmp_path / "b")


@pytest.mark.parametrize("name", ["map.html", "report.html", "empty.html"])
def test_pages_fit_a_width_of_1280_px_and_tables_sort_and_filter(pages: Path, tmp_path: Path, name: str) -> None:
    probe = """<script>window.addEventListener("load", () => setTimeout(function () {
      const table = document.getElementById("shipments"), search = document.querySelector("[data-table=shipments]");
      if (table) {
        const head = Array.from(table.tHead.rows[0].cells).find((cell) => cell.textContent.startsWith("Landed"));
        head.querySelector("button").click();
        search.value = "us air"; search.dispatchEvent(new Event("input"));
      }
      document.title = document.documentElement.scrollWidth + " of " + window.innerWidth;
    }, 500));</script></body>"""
    copy = tmp_path / name
    copy.write_text((pages / name).read_text(encoding="utf-8").replace("</body>", probe), encoding="utf-8")
    dom = opened(copy, tmp_path / "profile")
    found = re.search(r"<title>(\d+) of (\d+)</title>", dom)
    assert found is not None
    assert int(found.group(1)) <= int(found.group(2))
    if name == "report.html":
        assert 'aria-sort="ascending"' in dom
        table = dom[dom.index('<table id="shipments"') :]
        rows = re.findall(r"<tr( hidden=\"\")?>(.*?)</tr>", table[: table.index("</table>")], flags=re.S)[1:]
        column = [float(re.findall(r'data-v="([^"]*)"', row)[3]) for _, row in rows]
        assert column == sorted(column)
        assert 0 < sum(not hidden for hidden, _ in rows) < len(rows)


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> Path:
    week = [
        goods(f"S{k}", seller_id="SELLER", currency="CNY", goods_value="9000", due_date="2026-12-20", volume_m3=f"{k + 1}",
              cartons=None)
        for k in range(10)
    ]  # fmt: skip
    network = tiny_network()
    made = statement(quick_plan(network, week), network, week)
    return write_statements(made, tmp_path_factory.mktemp("pages") / "statements") / "sellers" / "SELLER.html"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_statement_fits_its_window(statements: Path, tmp_path: Path, width: int) -> None:
    """Wide tables scroll inside the page; a frame is as narrow as a telephone, a window is not."""
    probe = f"""<!doctype html><iframe id="page" style="border:0" width="{width}" height="900" src="{statements.as_uri()}"></iframe>
    <script>window.addEventListener("load", () => setTimeout(function () {{
      const page = document.getElementById("page").contentDocument;
      const drawn = page.querySelectorAll("svg rect").length, box = page.querySelector("svg").getBoundingClientRect();
      document.title = [page.documentElement.scrollWidth, drawn, Math.round(box.height)].join(" ");
    }}, 500));</script>"""
    outer = tmp_path / "outer.html"
    outer.write_text(probe, encoding="utf-8")
    found = re.search(
        r"<title>(\d+) (\d+) (\d+)</title>",
        opened(outer, tmp_path / "profile", more=("--allow-file-access-from-files",)),
    )
    assert found is not None
    assert int(found.group(1)) <= width
    assert int(found.group(2)) >= 8
    assert int(found.group(3)) > 100


def test_a_statement_of_ten_shipments_prints_on_two_pages(statements: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.pdf"
    opened(statements, tmp_path / "profile", more=("--no-pdf-header-footer", f"--print-to-pdf={target}"))
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", target.read_bytes())) <= 2
