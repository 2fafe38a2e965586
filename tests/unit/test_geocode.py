"""Addresses through a made-up geocoder on this machine into a network, and their cache. No test leaves the machine."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from geopy.extra.rate_limiter import RateLimiter
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from consolidation import cli
from consolidation._version import __version__
from consolidation.addresses import geocode_origins
from consolidation.checker import judge
from consolidation.shipment_files import write_shipments
from network.errors import DragonBoatError, InputError
from network.geo import GEOCODER, Coordinates, Locator
from network.geocode import AddressCache, GeocodingError, default_cache_file, geopy_geocoder, with_addresses
from network.io import content_hash, read_network, write_network, write_workbook
from network.model import Network
from tests.goods import findings, goods, lines_of, quick_plan, total
from tests.networks import tiny_network

LAKE = {"lat": "22.6500000", "lon": "114.0300000", "display_name": "a lake", "address": {"country_code": "cn"}}
MILL = {"lat": "21.0285", "lon": "105.8542", "display_name": "a mill", "address": {"country_code": "vn"}}
SEA = {"lat": "29.0", "lon": "123.0", "display_name": "a spot at sea"}
ANSWERS = {"West Lake, Longhua": [LAKE], "Mill Road, Hanoi": [MILL], "A Spot at Sea": [SEA]}


class _Server:
    """A server that answers as Nominatim does; ``status`` and ``body`` replace its answers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.parameters: list[dict[str, list[str]]] = []
        self.agents: list[str | None] = []
        self.status, self.body = 200, ""
        self.failures = 10**9
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                outer.asked.append(query["q"][0])
                outer.parameters.append(query)
                outer.agents.append(self.headers["User-Agent"])
                broken = (outer.status != 200 or outer.body) and len(outer.asked) <= outer.failures
                body = outer.body if broken else json.dumps(ANSWERS.get(query["q"][0], []))
                self.send_response(outer.status if broken else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.domain = f"127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def geocoder(self) -> Callable[[str], Coordinates | None]:
        return geopy_geocoder(self.domain, "http", "dragonboat/test", min_delay_s=0.0)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    made = _Server()
    yield made
    made.close()


def _refuse_to_answer(address: str) -> Coordinates | None:
    raise AssertionError(f"asked for {address!r}")


# -- the geocoder -------------------------------------------------------------------------------------------


def test_an_address_is_resolved_with_its_country(server: _Server) -> None:
    find = server.geocoder()
    assert find("West Lake, Longhua") == Coordinates(22.65, 114.03, "CN")
    assert find("Mill Road, Hanoi") == Coordinates(21.0285, 105.8542, "VN")
    assert find("A Spot at Sea") == Coordinates(29.0, 123.0, "")
    assert find("Atlantis") is None
    assert server.asked == ["West Lake, Longhua", "Mill Road, Hanoi", "A Spot at Sea", "Atlantis"]
    assert set(server.agents) == {"dragonboat/test"}
    assert all(query["addressdetails"] == ["1"] for query in server.parameters)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, "busy"),
        (429, "slow down"),
        (403, "who are you"),
        (200, "<html>"),
        (200, '[{"display_name": "nowhere"}]'),
        (200, '[{"lat": "122.5", "lon": "22.5"}]'),
        (200, '["a text"]'),
        (200, '[{"lat": "22.5", "lon": "114.0", "address": null}]'),
        (200, '{"error": "out of order"}'),
    ],
)
def test_an_error_of_the_server_names_the_address(server: _Server, status: int, body: str) -> None:
    server.status, server.body = status, body
    with pytest.raises(GeocodingError, match=r"'West Lake, Longhua'") as caught:
        server.geocoder()("West Lake, Longhua")
    assert isinstance(caught.value, DragonBoatError)


def test_a_server_that_is_not_there_is_an_error(server: _Server) -> None:
    server.close()
    with pytest.raises(GeocodingError, match="Mill Road"):
        server.geocoder()("Mill Road, Hanoi")


def test_a_passing_error_is_tried_again_in_silence(
    server: _Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger("geopy"), "propagate", False)
    server.status, server.body, server.failures = 503, "busy", 2
    assert server.geocoder()("West Lake, Longhua") == Coordinates(22.65, 114.03, "CN")
    assert len(server.asked) == 3
    assert capsys.readouterr() == ("", "")


def test_requests_are_spaced_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    stated: list[dict[str, Any]] = []

    def limiter(func: Any, **options: Any) -> Any:
        stated.append({**options, "user_agent": func.__self__.headers["User-Agent"]})
        return RateLimiter(func, **options)

    monkeypatch.setattr("geopy.extra.rate_limiter.RateLimiter", limiter)
    geopy_geocoder("127.0.0.1:9", "http", "dragonboat/1", min_delay_s=2.5)
    geopy_geocoder()
    assert [row["min_delay_seconds"] for row in stated] == [2.5, 1.0]
    assert all(row["error_wait_seconds"] == 5 * row["min_delay_seconds"] for row in stated)
    assert [row["user_agent"] for row in stated] == ["dragonboat/1", "dragonboat"]
    assert not any(row["swallow_exceptions"] for row in stated)


# -- the cache ----------------------------------------------------------------------------------------------


def test_a_second_run_asks_nothing(server: _Server, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "answers.csv"
    find = AddressCache(file).through(server.geocoder())
    assert find("West Lake, Longhua") == find("west  lake, LONGHUA") == Coordinates(22.65, 114.03, "CN")
    assert find("A Spot at Sea") == Coordinates(29.0, 123.0)
    assert server.asked == ["West Lake, Longhua", "A Spot at Sea"]
    again = AddressCache(file)
    assert len(again) == 2
    assert again.through(_refuse_to_answer)("West Lake, Longhua") == Coordinates(22.65, 114.03, "CN")
    assert again.through(_refuse_to_answer)("A Spot at Sea") == Coordinates(29.0, 123.0)


def test_an_address_nobody_knows_is_not_kept(server: _Server, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    assert AddressCache(file).through(server.geocoder())("Atlantis") is None
    assert not file.exists()


@pytest.mark.parametrize(
    "end",
    ["mill road", '"mill road, hanoi",21.0,105', '"mill ro', "mill road,21.0,105.0,V", "mill road,21.0,105.0,VN"],
)
def test_a_last_line_cut_short_is_passed_over_and_stays_alone(tmp_path: Path, end: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(f"lake,22.65,114.03,CN\n{end}", encoding="utf-8")
    cache = AddressCache(file)
    assert len(cache) == 1
    cache.add("Bridge, 4", Coordinates(30.0, 120.0, "CN"))
    again = AddressCache(file)
    assert again.get("lake") == Coordinates(22.65, 114.03, "CN")
    assert again.get("bridge, 4") == Coordinates(30.0, 120.0, "CN")


def test_damaged_lines_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    lines = [b"a,north,114,CN", b"b,nan,114,CN", b"c,22,514,CN", b"d,22,114,China", b",22,114,CN", b'"e,22,114,CN', b"",
             b"\xff\x00,1", b"Good  One,22.0,114.0,CN\r"]  # fmt: skip
    file.write_bytes(b"\n".join(lines) + b"\n")
    cache = AddressCache(file)
    assert len(cache) == 1
    assert cache.get("good one") == Coordinates(22.0, 114.0, "CN")


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip),
            st.floats(-90, 90),
            st.floats(-180, 180),
            st.sampled_from(["", "CN", "VN"]),
        ),
        max_size=5,
    )
)
def test_whatever_is_kept_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float, float, str]]
) -> None:
    file = tmp_path_factory.mktemp("cache") / "answers.csv"
    cache = AddressCache(file)
    for address, lat, lon, country in rows:
        cache.add(address, Coordinates(lat, lon, country))
    again = AddressCache(file)
    assert len(again) == len(cache)
    assert all(again.get(address) == cache.get(address) is not None for address, *_ in rows)


def test_an_error_says_what_is_kept(server: _Server, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    find = AddressCache(file).through(server.geocoder())
    find("West Lake, Longhua")
    server.status = 503
    with pytest.raises(GeocodingError) as caught:
        with_addresses(tiny_network(), ["West Lake, Longhua", "Mill Road, Hanoi"], find)
    assert "'Mill Road, Hanoi'" in str(caught.value)
    assert f"kept in {file}: 1" in str(caught.value)
    assert AddressCache(file).get("West Lake, Longhua") is not None


def test_a_cache_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GeocodingError, match="cannot be used"):
        AddressCache(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(GeocodingError, match="cannot be used"):
        AddressCache(tmp_path / "file" / "answers.csv").add("Lake", Coordinates(1, 2))


def test_the_default_cache_is_in_the_cache_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    folders = {"linux": ".cache", "darwin": "Library/Caches", "win32": "AppData/Local"}
    for platform, folder in folders.items():
        monkeypatch.setattr(sys, "platform", platform)
        assert default_cache_file() == tmp_path / folder / "dragonboat" / "geocode-cache.csv"
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/folder")
    assert default_cache_file() == tmp_path / ".cache" / "dragonboat" / "geocode-cache.csv"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_cache_file() == tmp_path / "xdg" / "dragonboat" / "geocode-cache.csv"


# -- into a network -----------------------------------------------------------------------------------------

KNOWN = {"West Lake": Coordinates(22.65, 114.03, "CN"), "Mill Road, Hanoi": Coordinates(21.0, 105.8, "VN"),
         "Spot at Sea": Coordinates(29.0, 123.0)}  # fmt: skip


def test_addresses_become_places_of_the_network() -> None:
    network = tiny_network()
    written = [" West  Lake ", "west lake", "Yiwu, gate 3", "WH-SZX", "22.5, 114.0", "", "Atlantis", "ATLANTIS",
               "Spot at Sea"]  # fmt: skip
    asked: list[str] = []

    def find(address: str) -> Coordinates | None:
        asked.append(address)
        return KNOWN.get(" ".join(address.split()))

    made, unknown = with_addresses(network, written, find)
    assert asked == [" West  Lake ", "Atlantis", "Spot at Sea"]
    assert unknown == ["Atlantis"]
    lake, spot = made.places[len(network.places) :]
    assert (lake.name, lake.kind, lake.country, lake.lat, lake.lon) == ("West  Lake", "city", "CN", 22.65, 114.03)
    assert (lake.timezone, lake.source, lake.as_of, lake.is_estimate) == ("Asia/Shanghai", GEOCODER, "", False)
    assert lake.place_id == "ADDR-79a14564"
    assert spot.country == "CN", "that of the nearest warehouse"
    assert [row.source for row in made.sources] == ["test", GEOCODER]
    assert content_hash(made) != content_hash(network)
    assert with_addresses(made, [*written[:-3], "Spot at Sea"], _refuse_to_answer) == (made, [])


def test_nothing_new_leaves_the_network_as_it_is() -> None:
    network = tiny_network()
    made, unknown = with_addresses(network, ["Atlantis"], lambda _: None)
    assert made is network
    assert unknown == ["Atlantis"]


def test_a_point_without_a_country_and_a_network_without_a_warehouse_stays_unknown() -> None:
    network = tiny_network(places=tuple(place for place in tiny_network().places if place.kind == "fc"))
    made, unknown = with_addresses(network, KNOWN, KNOWN.get)
    assert unknown == ["Spot at Sea"]
    assert [place.timezone for place in made.places[len(network.places) :]] == ["UTC", "UTC"]


def test_ids_are_unique_though_hashes_collide() -> None:
    network, _ = with_addresses(tiny_network(), ["West Lake"], KNOWN.get)
    renamed = network.places[-1].model_copy(update={"name": "Another Lake"})
    made, _ = with_addresses(network.replace(places=(*network.places[:-1], renamed)), ["West Lake"], KNOWN.get)
    assert made.places[-1].place_id.startswith(f"{renamed.place_id}")
    assert len(made.place) == len(made.places)


@pytest.mark.parametrize("kept", [True, False])
def test_the_network_can_be_written_and_read(tmp_path: Path, kept: bool) -> None:
    network = tiny_network()
    if not kept:
        first = network.places[0].model_copy(update={"source": "a page that no table lists"})
        network = network.replace(places=(first, *network.places[1:]), sources=())
    made, _ = with_addresses(network, KNOWN, KNOWN.get)
    write_network(made, tmp_path / "network")
    write_workbook(made, tmp_path / "network.xlsx")
    for file in ("network", "network.xlsx"):
        again = read_network(tmp_path / file)
        assert content_hash(again) == content_hash(made)
        assert [place for place in again.places if place.source == GEOCODER] == list(made.places[-3:])
    assert bool(made.sources) == kept


@given(st.lists(st.sampled_from([*KNOWN, "Atlantis", "Yiwu", "west LAKE"]), max_size=6))
def test_every_address_is_known_afterwards_or_listed(addresses: list[str]) -> None:
    made, unknown = with_addresses(
        tiny_network(), addresses, lambda text: KNOWN.get(text.title().replace(" At ", " at "))
    )
    locator = Locator(made.places)
    assert {text for text in addresses if locator.find(text) is None} == set(unknown)
    assert len(unknown) <= 1


def test_a_plan_from_a_resolved_address_is_accepted() -> None:
    rows = [goods(origin="West Lake")]
    assert "dragonboat geocode" in findings(tiny_network(), *rows)[0].maybe
    network, _ = with_addresses(tiny_network(), ["West Lake"], KNOWN.get)
    assert findings(network, *rows) == []
    made = quick_plan(network, rows)
    assert judge(made, network, rows).violations == ()
    assert total(lines_of(made, "US.S301", "S1")) == Decimal("200.00")


# -- a file of shipments and the command --------------------------------------------------------------------


def _shipments(folder: Path, *origins: str) -> Path:
    file = folder / "week.csv"
    write_shipments([goods(f"S{k}", origin=origin) for k, origin in enumerate(origins)], file)
    return file


def test_origins_of_a_file_are_counted_once(tmp_path: Path) -> None:
    file = _shipments(tmp_path, "WH-SZX", "WH-SZX", "West Lake", "Yiwu", "Atlantis", "west lake", "atlantis")
    done = geocode_origins(tiny_network(), file, KNOWN.get)
    assert (done.known, [place.name for place in done.added]) == (2, ["West Lake"])
    [finding] = done.findings
    assert (finding.file, finding.row, finding.field, finding.value) == ("week.csv", 6, "origin", "Atlantis")


@pytest.mark.parametrize(("text", "rule"), [("orign\nYiwu\n", "COLUMN.MISSING"), ("", "FILE.EMPTY")])
def test_a_file_without_origins_is_refused(tmp_path: Path, text: str, rule: str) -> None:
    (tmp_path / "week.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        geocode_origins(tiny_network(), tmp_path / "week.csv", KNOWN.get)
    assert [finding.rule for finding in caught.value.findings] == [rule]


def _run(server: _Server, folder: Path, week: Path, *options: str, network: Network | None = None) -> Any:
    write_network(network or tiny_network(), folder / "before")
    paths = [str(folder / "before"), str(week), "-o", str(folder / "after"), "--cache", str(folder / "answers.csv")]
    return CliRunner().invoke(cli.app, ["geocode", *paths, "--server", f"http://{server.domain}", *options])


def test_the_command_writes_a_network_that_knows_the_addresses(server: _Server, tmp_path: Path) -> None:
    week = _shipments(tmp_path, "WH-SZX", "West Lake, Longhua", "22.5, 114.0")
    answer = _run(server, tmp_path, week)
    assert answer.exit_code == cli.DONE, answer.output
    assert "2 known, 1 resolved, 0 unknown" in answer.stdout
    assert "West Lake, Longhua: 22.6500, 114.0300 CN" in answer.stdout
    assert server.agents == [f"dragonboat/{__version__}"]
    made = read_network(tmp_path / "after")
    assert made.places[-1].name == "West Lake, Longhua"
    again = _run(server, tmp_path, week, "--json", network=made)
    assert json.loads(again.stdout)["known"] == 3
    assert len(server.asked) == 1, "nothing is asked when everything is known"


def test_the_command_lists_what_stays_unknown(server: _Server, tmp_path: Path) -> None:
    week = _shipments(tmp_path, "West Lake, Longhua", "Atlantis")
    AddressCache(tmp_path / "answers.csv").add("West Lake, Longhua", Coordinates(22.65, 114.03, "CN"))
    answer = _run(server, tmp_path, week, "--json", "--errors", str(tmp_path / "errors.csv"))
    assert answer.exit_code == cli.INVALID
    assert server.asked == ["Atlantis"]
    shown = json.loads(answer.stdout)
    assert [shown[name] for name in ("known", "resolved", "unknown")] == [0, 1, 1]
    assert [row["name"] for row in shown["added"]] == ["West Lake, Longhua"]
    assert [(row["row"], row["value"]) for row in shown["findings"]] == [(3, "Atlantis")]
    assert "Atlantis" in (tmp_path / "errors.csv").read_text()
    assert read_network(tmp_path / "after").places[-1].name == "West Lake, Longhua"
    table = _run(server, tmp_path, week)
    assert table.exit_code == cli.INVALID
    assert "Atlantis" in table.stderr


def test_the_command_refuses_a_file_without_origins(server: _Server, tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_text("orign\nYiwu\n")
    answer = _run(server, tmp_path, tmp_path / "week.csv", "--json")
    assert answer.exit_code == cli.INVALID
    assert json.loads(answer.stdout)["findings"][0]["rule"] == "COLUMN.MISSING"
    assert not (tmp_path / "after").exists()
    assert server.asked == []
