"""The command line: every command, its exit code, its answer for people and for programs, and Ctrl-C."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from consolidation import cli, data
from consolidation._version import __version__
from consolidation.folder import read_plan
from consolidation.shipment_files import read_shipments, write_shipments
from network.io import read_network, write_network
from solvers.outcome import NoPlan, StopReason
from tests.command_line import Run
from tests.confirming import record, write_file
from tests.goods import goods
from tests.networks import tiny_network
from tests.unit.test_placement import network_with

ROOT = Path(__file__).parents[2]


class Files(NamedTuple):
    """A network folder, a file of shipments and a place for plans."""

    net: Path
    week: Path
    out: Path


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Return input files of a small week."""
    write_network(tiny_network(), tmp_path / "net")
    week = [goods(f"S{k}", volume_m3="9", gross_weight_kg="1500", cartons=100) for k in range(4)]
    write_shipments(week, tmp_path / "week.csv")
    return Files(tmp_path / "net", tmp_path / "week.csv", tmp_path / "plan")


def _spoil(week: Path, count: int) -> Path:
    """Return a file with as many bad rows and one good one."""
    rows = ["shipment_id,seller_id,origin,destination_fc,ready_date,volume_m3,gross_weight_kg,goods_value,hs_code"]
    rows += [f"B{k},ANNA,Shenzhen,NOFC,2026-12-01,-1,100,2000,940542" for k in range(count)]
    rows += ["GOOD,ANNA,Shenzhen,ONT8,2026-12-01,1,100,2000,940542"]
    bad = week.with_name("bad.csv")
    bad.write_text("\n".join(rows) + "\n")
    return bad


# -- plan ---------------------------------------------------------------------------------------------------


def test_plan_writes_a_folder_and_shows_the_certificate(run: Run, files: Files) -> None:
    answer = run("plan", files.net, files.week, "-o", files.out, "--time-limit", 100)
    assert answer.code == 0, answer.err
    made = read_plan(files.out)
    assert f"{made.certificate.cost:,.2f} USD" in answer.out
    assert "4 of 4" in answer.out
    assert "Checked" in answer.out
    assert str(files.out / "report.html") in answer.out
    assert "itineraries" in answer.err  # progress does not mix with the answer


def test_plan_answers_programs_with_one_document(run: Run, files: Files) -> None:
    answer = run("plan", files.net, files.week, "-o", files.out, "--json", "--seed", 3, "--gap", 0.05, "--work", 5)
    assert answer.code == 0
    content = json.loads(answer.out)
    made = read_plan(files.out)
    assert (content["plan_id"], content["folder"], content["violations"]) == (made.plan_id, str(files.out), [])
    assert content["certificate"]["cost"] == float(made.certificate.cost)
    assert (made.options["seed"], made.options["gap"], made.options["work"]) == (3, 0.05, 5)
    assert answer.err == ""


def test_plan_takes_a_scenario_and_a_price_of_a_day(run: Run, files: Files) -> None:
    assert run("plan", files.net, files.week, "-o", files.out, "--value-of-day", 4.5).code == 0
    assert read_plan(files.out).options["value_of_day_per_m3"] == 4.5
    answer = run("plan", files.net, files.week, "-o", files.out, "--scenario", "stressed")
    assert answer.code == 3
    assert "stressed" in answer.err
    assert read_plan(files.out).options["value_of_day_per_m3"] == 4.5  # the earlier plan is still there


@pytest.mark.parametrize("as_json", [False, True])
def test_bad_input_is_shown_whole_and_nothing_is_written(run: Run, files: Files, as_json: bool) -> None:
    bad, errors = _spoil(files.week, 60), files.out.with_name("errors.csv")
    before = sorted(path.name for path in files.out.parent.iterdir())
    answer = run("plan", files.net, bad, "-o", files.out, "--errors", errors, *(["--json"] if as_json else []))
    assert answer.code == 3
    assert sorted(path.name for path in files.out.parent.iterdir()) == sorted([*before, "errors.csv"])
    with errors.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 120  # volume and FC of 60 rows: more than the screen shows
    assert {(row["field"], row["value"]) for row in rows} == {("volume_m3", "-1"), ("destination_fc", "NOFC")}
    if as_json:
        content = json.loads(answer.out)
        assert content["valid"] is False
        assert [finding["row"] for finding in content["findings"]] == [int(row["row"]) for row in rows]
    else:
        assert "50 of 120 problems shown" in answer.err
        assert answer.out == ""


def test_faults_of_both_files_are_shown_at_once(run: Run, files: Files) -> None:
    places = files.net / "places.csv"
    places.write_text(places.read_text().replace("Asia/Shanghai", "Asia/Shangai", 1))
    answer = run("plan", files.net, _spoil(files.week, 1), "-o", files.out)
    assert answer.code == 3
    assert "Asia/Shangai" in answer.err
    assert "NOFC" in answer.err
    assert not files.out.exists()


def test_a_folder_with_other_files_is_not_touched(run: Run, files: Files) -> None:
    files.out.mkdir()
    (files.out / "letter.txt").write_text("dear")
    answer = run("plan", files.net, files.week, "-o", files.out)
    assert answer.code == 3
    assert [path.name for path in files.out.iterdir()] == ["letter.txt"]


def test_missing_files_are_invalid_data(run: Run, files: Files) -> None:
    for words in (
        ("plan", files.net, files.week.with_name("none.csv"), "-o", files.out),
        ("plan", files.net.with_name("none"), files.week, "-o", files.out),
        ("validate", files.net.with_name("none")),
        ("check", files.out, files.net, files.week),
    ):
        answer = run(*words)
        assert answer.code == 3, words
        assert answer.err
        assert not files.out.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["plan"], ["plan", "a", "b"], ["plan", "a", "b", "-o", "c", "--gap", "2"], ["plan", "a", "b", "-o", "c", "--seed", "x"],
        ["plan", "a", "b", "-o", "c", "--time-limit", "-1"], ["sail"], ["generate", "-o", "x.csv", "-n", "0"],
        ["generate", "-o", "x.csv", "--start", "tomorrow"], ["--nonsense"], ["check", "a"], ["statement", "a", "b", "c"],
        ["statement", "a", "b", "c", "-o", "d", "--max-share", "-1"],
    ],
)  # fmt: skip
def test_mistakes_in_usage(run: Run, words: list[str]) -> None:
    assert run(*words).code == 2


def test_violations_of_a_fresh_plan_have_their_own_code(
    run: Run, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [{"cause": "COST.LINE", "where": "S1", "message": "is wrong"}]
    monkeypatch.setattr(cli.planning, "violations_of", lambda *args: found)
    answer = run("plan", files.net, files.week, "-o", files.out)
    assert answer.code == 4
    assert "COST.LINE" in answer.out
    answer = run("plan", files.net, files.week, "-o", files.out, "--json")
    assert answer.code == 4
    assert json.loads(answer.out)["violations"] == found


def test_stopping_without_a_plan_has_its_own_code(run: Run, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consolidation.planner.solve", lambda *args, **kwargs: NoPlan(StopReason.TIME))
    answer = run("plan", files.net, files.week, "-o", files.out)
    assert answer.code == 5
    assert "stopped without a plan: TIME" in answer.err
    assert not files.out.exists()


def test_an_interrupt_before_the_search_is_a_cancellation(
    run: Run, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.planning, "read_all", interrupt)
    assert run("plan", files.net, files.week, "-o", files.out).code == 130
    assert not files.out.exists()


def test_unplanned_shipments_are_named(run: Run, files: Files) -> None:
    week = [goods(f"S{k}", cargo_class="explosive") for k in range(12)]
    write_shipments([*week, goods("OK")], files.week)
    answer = run("plan", files.net, files.week, "-o", files.out)
    assert answer.code == 0
    assert answer.out.count("RECEIVING.CLASS_REFUSED") == 10
    assert "and 2 more in unplanned.csv" in answer.out


# -- Ctrl-C -------------------------------------------------------------------------------------------------


@pytest.fixture
def long_search(files: Files) -> Iterator[subprocess.Popen[str]]:
    """Yield a process that searches for very long."""
    week = [
        goods(f"S{k:03d}", volume_m3=str(1 + k * 7 % 9), gross_weight_kg="900", importer_id=f"IOR-{k % 5}",
              destination_fc=("ONT8", "LGB8", "IND9")[k % 3], ready_date=f"2026-11-{24 + k % 6}")
        for k in range(120)
    ]  # fmt: skip
    write_shipments(week, files.week)
    code = "from consolidation.cli import main; main()"
    words = ["plan", str(files.net), str(files.week), "-o", str(files.out), "--work", "1000000", "--gap", "0"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words, "--time-limit", "300"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


def test_ctrl_c_keeps_the_best_plan(long_search: subprocess.Popen[str], files: Files, run: Run) -> None:
    assert long_search.stderr is not None
    for line in long_search.stderr:
        if "best" in line and "best - " not in line:
            break
    long_search.send_signal(signal.SIGINT)
    out, err = long_search.communicate(timeout=120)
    assert long_search.returncode == 130, err
    assert "stopping: the best plan so far is kept" in err
    assert "CANCELLED" in out
    assert read_plan(files.out).certificate.stop_reason == "CANCELLED"
    assert run("check", files.out, files.net, files.week).code == 0


# -- the other commands -------------------------------------------------------------------------------------


def test_validate_says_what_is_there(run: Run, files: Files) -> None:
    answer = run("validate", files.net, files.week)
    assert answer.code == 0
    assert "4 shipments" in answer.out
    assert json.loads(run("validate", files.net, "--json").out) == {
        "valid": True, "findings": [], "shipments": 0, "places": 18, "lanes": 5,
    }  # fmt: skip


def test_validate_lists_what_nothing_can_serve(run: Run, files: Files) -> None:
    write_shipments([goods("OK"), goods("BAD", cargo_class="explosive")], files.week)
    errors = files.out.with_name("errors.csv")
    answer = run("validate", files.net, files.week, "--json", "--errors", errors)
    assert answer.code == 3
    (finding,) = json.loads(answer.out)["findings"]
    assert (finding["value"], finding["row"], finding["rule"]) == ("BAD", 3, "RECEIVING.CLASS_REFUSED")
    assert "RECEIVING.CLASS_REFUSED" in errors.read_text()
    assert "BAD" in run("validate", files.net, files.week).err


def test_check_judges_a_plan_folder(run: Run, files: Files) -> None:
    run("plan", files.net, files.week, "-o", files.out)
    answer = run("check", files.out, files.net, files.week)
    assert (answer.code, answer.out.split(":")[0]) == (0, "accepted")
    assert json.loads(run("check", files.out, files.net, files.week, "--json").out) == {"ok": True, "violations": []}
    path = files.out / "plan.json"
    content = json.loads(path.read_text())
    content["cost_lines"][0]["amount"] += 1
    path.write_text(json.dumps(content))
    answer = run("check", files.out, files.net, files.week)
    assert answer.code == 4
    assert "violation(s)" in answer.out
    answer = run("check", files.out, files.net, files.week, "--json")
    assert answer.code == 4
    assert json.loads(answer.out)["violations"]


def test_statement_writes_what_every_seller_pays(run: Run, files: Files) -> None:
    run("plan", files.net, files.week, "-o", files.out)
    folder = files.out.with_name("st")
    answer = run("statement", files.out, files.net, files.week, "-o", folder)
    assert answer.code == 0, answer.err
    cash = read_plan(files.out).certificate.cash_cost
    assert f"4 shipment(s), landed cost {cash:,.2f} USD" in answer.out
    assert sorted(path.name for path in folder.iterdir()) == [
        "sellers", "sellers.csv", "statements.csv", "statements.xlsx",
    ]  # fmt: skip
    assert len(list((folder / "sellers").iterdir())) == 4
    words = (
        "statement",
        files.out,
        files.net,
        files.week,
        "-o",
        folder,
        "--json",
        "--min-unit-price",
        5,
        "--max-share",
        1,
    )
    answer = run(*words, "--seller", "SELLER-S2", "--seller", "SELLER-S0")
    content = json.loads(answer.out)
    assert [(row["seller_id"], row["page"]) for row in content["sellers"]] == [
        ("SELLER-S0", "SELLER-S0.html"), ("SELLER-S2", "SELLER-S2.html"),
    ]  # fmt: skip
    assert sum(row["landed_cost"] for row in content["sellers"]) == pytest.approx(content["landed_cost"])
    assert (content["rule"], content["folder"]) == ("wm", str(folder))
    with (folder / "statements.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["low_unit_price"], row["high_share"]) for row in rows] == [("no", "yes")] * 2  # 10 USD a unit


@pytest.mark.parametrize("as_json", [False, True])
def test_statement_refuses_what_does_not_fit(run: Run, files: Files, as_json: bool) -> None:
    run("plan", files.net, files.week, "-o", files.out)
    folder, other = files.out.with_name("st"), files.week.with_name("other.csv")
    write_shipments([goods("S9")], other)
    more = ["--json"] if as_json else []
    for words, message in (
        ((files.out, files.net, files.week, "-o", folder, "--seller", "SELLER-S9"), "SELLER-S"),
        ((files.out, files.net, files.week, "-o", folder, "--rule", "shapely"), "one of wm"),
        ((files.out, files.net, other, "-o", folder), "changed after planning"),
        ((files.net, files.net, files.week, "-o", folder), "not a plan folder"),
        ((files.out, files.net, files.week, "-o", files.out), "a new or empty folder"),
    ):
        answer = run("statement", *words, *more)
        assert answer.code == 3, words
        said = answer.out if as_json else answer.err
        assert message in said, said
        assert not as_json or json.loads(answer.out)
        assert not folder.exists()


def test_generate_is_the_same_for_the_same_seed(run: Run, tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.csv" for name in "abc")
    words = ("--start", "2026-12-07", "-n", 20)
    assert run("generate", "-o", first, *words, "--seed", 5).code == 0
    answer = run("generate", "-o", second, *words, "--seed", 5, "--json")
    assert json.loads(answer.out) == {"file": str(second), "shipments": 20}
    run("generate", "-o", third, *words, "--seed", 6)
    assert first.read_bytes() == second.read_bytes() != third.read_bytes()
    assert min(row.ready_date for row in read_shipments(first)).isoformat() >= "2026-12-07"


def test_generate_on_a_network_of_ones_own(run: Run, files: Files) -> None:
    answer = run("generate", "-o", files.week, "-n", 7, "--network", files.net)
    assert answer.code == 0
    assert {row.destination_fc for row in read_shipments(files.week)} <= {"ONT8", "LGB8", "IND9", "DTM2"}


@pytest.mark.parametrize("name", ["net", "net.xlsx"])
def test_reference_can_be_copied_and_read(run: Run, tmp_path: Path, name: str) -> None:
    answer = run("reference", tmp_path / name, "--json")
    assert answer.code == 0
    assert json.loads(answer.out) == {"written": str(tmp_path / name)}
    assert len(read_network(tmp_path / name).lanes) >= 60


def test_template_is_an_empty_network(run: Run, tmp_path: Path) -> None:
    assert run("template", tmp_path / "net").code == 0
    assert (tmp_path / "net" / "places.csv").is_file()
    assert run("validate", tmp_path / "net").code == 3  # nothing in it yet


def test_fields_are_the_catalogue(run: Run) -> None:
    answer = run("fields", "--table", "shipments", "--json")
    listed = json.loads(answer.out)
    assert {field["table"] for field in listed} == {"shipments"}
    assert "gross_weight_kg" in {field["column"] for field in listed}
    assert "carton_length_cm" in run("fields", "--table", "shipments").out
    assert run("fields").code == 0
    answer = run("fields", "--table", "shipmens")
    assert answer.code == 3
    assert "shipments" in answer.err


def test_demo_plans_the_shipped_week(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = tmp_path / "short.csv"
    short.write_text("".join(data.week().read_text().splitlines(keepends=True)[:21]))
    monkeypatch.setattr("consolidation.data.week", lambda: short)
    answer = run("demo", "-o", tmp_path / "demo", "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["certificate"]["shipments"] == 20


def test_version(run: Run) -> None:
    assert run("--version").out == f"dragonboat {__version__}\n"


@pytest.mark.parametrize("words", [["--help"], ["plan", "--help"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\nfrom consolidation.cli import main\n"
        "try:\n    main()\nexcept SystemExit as found:\n    assert not found.code\n"
        "heavy = {'ortools', 'pandas', 'plotly', 'numpy', 'geopy', 'searoute'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_split_writes_the_shipments_with_recommended_splits_made(run: Run, tmp_path: Path) -> None:
    network, week = network_with("90"), [goods(seller_id="A", inbound_plan_id="P"), goods("S2", seller_id="B")]
    net, file, out, parts = (tmp_path / name for name in ("net", "week.csv", "plan", "parts.csv"))
    write_network(network, net)
    write_shipments(week, file)
    run("plan", net, file, "-o", out)
    answer = run("split", out, net, file, "-o", parts)
    assert answer.code == 0, answer.err
    assert "P of A: fee 18,000.00 USD, split over ONT8" in answer.out
    assert f"1 inbound plan(s) split, 4 shipment(s) in {parts}" in answer.out
    assert [row.shipment_id for row in read_shipments(parts, network)] == ["S1/ONT8", "S1/IND9", "S1/LGB8", "S2"]
    content = json.loads(run("split", out, net, file, "-o", parts, "--json").out)
    assert (content["shipments"], [row["advice"] for row in content["inbound_plans"]]) == (4, ["split"])
    assert run("plan", net, parts, "-o", tmp_path / "again").code == 0
    assert run("split", out, net, parts, "-o", tmp_path / "other.csv").code == 3  # shipments of another plan


def test_split_leaves_alone_what_is_settled(run: Run, tmp_path: Path) -> None:
    week = [goods(seller_id=name, inbound_plan_id="P", shipment_id=f"S-{name}", importer_id=name) for name in "ABC"]
    net, file, out, later, parts = (tmp_path / name for name in ("net", "week.csv", "plan", "later", "parts.csv"))
    write_network(network_with("90"), net)
    write_shipments(week, file)
    run("plan", net, file, "-o", out)
    plan_id = json.loads((out / "plan.json").read_text())["plan_id"]
    rows = [{**record(kind, f"S-{name}", **more), "plan_id": plan_id} for kind, name, more in (
        ("gated_in", "A", {"volume_m3": "2.5", "gross_weight_kg": "450"}), ("cancelled", "B", {}),
    )]  # fmt: skip
    assert run("import", out, write_file(tmp_path / "news.csv", rows)).code == 0
    assert run("replan", out, net, file, "-o", later).code == 0
    for folder in (out, later):
        answer = run("split", folder, net, file, "-o", parts)
        assert answer.code == 0, answer.err
        assert "it is too late to split S-A" in answer.out
        names = [row.shipment_id for row in read_shipments(parts, network_with())]
        assert names == ["S-A", "S-B", "S-C/ONT8", "S-C/IND9", "S-C/LGB8"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--as-of", "9999-12-31"], 3, "not after 2999-12-31"),
        (["--as-of", "soon"], 3, "a date such as"),
        (["--move-price", "inf"], 2, "--move-price"),
        (["--load-price", "1e30"], 2, "--load-price"),
    ],
)
def test_a_replan_refuses_days_and_prices_beyond_reason(run: Run, words: list[str], code: int, said: str) -> None:
    answer = run("replan", "plan", "net", "week.csv", "-o", "later", *words)
    assert (answer.code, said in answer.err) == (code, True)
