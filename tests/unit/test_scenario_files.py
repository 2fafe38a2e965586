"""Files of scenarios: what they may say, what is wrong with bad ones and where, grids, the template and the schema."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from consolidation import schema
from consolidation.scenarios import apply_scenario, inspect_scenarios, read_scenarios
from consolidation.scenarios.files import SCENARIO, template_text, unusual, write_applied, write_template
from consolidation.scenarios.model import ScenarioFile
from consolidation.scenarios.patches import KINDS
from consolidation.scenarios.reading import inspect_file
from consolidation.shipment_files import read_shipments
from consolidation.studies.rates import scaled
from network.errors import InputError
from network.io import content_hash, read_network
from tests.goods import goods
from tests.networks import tiny_network

HEAD = '[[scenarios]]\nname = "a"\n'
PATCH = f"{HEAD}[[scenarios.patches]]\n"
GRID = '[[grids]]\nname = "g"\n'
POINTS = '[[grids.axes]]\nname = "x"\npoints = [{ name = "p" }, { name = "q" }]\n'


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "what_if.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "row", "field", "value", "words"),
    [
        ("", None, "", "no scenario", "[[scenarios]] or [[grids]]"),
        ("[[scenarios]\n", 1, "", None, "TOML"),
        ('scenario = "a"\n', None, "scenario", "scenario", "'scenarios'"),
        ("format_version = 2\n" + HEAD, None, "format_version", "2", "one of 1"),
        ("[[scenarios]]\n", 1, "scenario 1, name", "nothing", "a value"),
        ('[[scenarios]]\nname = "a b"\n', 1, "a b, name", "a b", "letters, digits"),
        (f"{HEAD}{HEAD}", 3, "a, name", "a", "not used before (scenario of row 1)"),
        (f'{HEAD}colour = "red"\n', 1, "a, colour", "colour", "one of name, description, patches"),
        (f"{HEAD}patches = 3\n", 1, "a, patches", "3", "a list"),
        (f"{PATCH}lanes = \"*\"\n", 3, "a, patch 1, kind", "nothing", "one of close_lanes"),
        (f'{PATCH}kind = "close_lane"\nlanes = "*"\n', 3, "a, patch 1, kind", "close_lane", "you meant 'close_lanes'"),
        (f'{PATCH}kind = "close_lanes"\n', 3, "a, patch 1, lanes", "nothing", "a value"),
        (f'{PATCH}kind = "close_lanes"\nlanes = {{}}\n', 3, "a, patch 1, lanes", "no key", 'ids = "*"'),
        (f'{PATCH}kind = "close_lanes"\nlanes = {{ mode = "air" }}\n', 3, "a, patch 1, lanes.mode", "mode", "'modes'"),
        (f'{PATCH}kind = "close_lanes"\nlanes = {{ modes = "sea" }}\n', 3, "a, patch 1, lanes.modes", "sea", "one of ocean"),
        (f'{PATCH}kind = "close_lanes"\nlanes = {{ trades = "China" }}\n', 3, "a, patch 1, lanes.trades", "China", "CN-US"),
        (f'{PATCH}kind = "close_lanes"\nlanes = 7\n', 3, "a, patch 1, lanes", "7", "a table"),
        (f'{PATCH}kind = "transit"\nlanes = "*"\nadd_days = "12"\n', 3, "a, patch 1, add_days", "12", "12, without quotes"),
        (f'{PATCH}kind = "transit"\nlanes = "*"\ndays = 0\n', 3, "a, patch 1, days", "0", "a number above 0"),
        (f'{PATCH}kind = "rates"\ncharges = "*"\n', 3, "a, patch 1", "none of them", "exactly one of value, add, percent"),
        (f'{PATCH}kind = "rates"\ncharges = "*"\nadd = 1\npercent = 5\n', 3, "a, patch 1, percent", "add and percent",
         "exactly one of value, add, percent"),
        (f'{PATCH}kind = "rates"\ncharges = "*"\npercent = 5\nfirst_day = "2026-12-01"\n', 3, "a, patch 1, first_day",
         "2026-12-01", "2026-12-01, without quotes"),
        (f'{PATCH}kind = "rates"\ncharges = "*"\npercent = 5\nfirst_day = 2026-12-02\nlast_day = 2026-12-01\n', 3,
         "a, patch 1, last_day", "2026-12-01", "from first_day 2026-12-02 on"),
        (f'{PATCH}kind = "rates"\ncharges = "*"\npercent = -101\n', 3, "a, patch 1, percent", "-101", "of at least -100"),
        (f'{PATCH}kind = "rates"\ncharges = "*"\npercent = nan\n', 3, "a, patch 1, percent", "NaN", "a number"),
        (f'{PATCH}kind = "blank_sailings"\ndepartures = "*"\nfirst_day = 2026-12-02\nlast_day = 2028-12-01\n', 3,
         "a, patch 1, last_day", "2028-12-01", "at most 366 days"),
        (f'{PATCH}kind = "demand"\nfactor = true\n', 3, "a, patch 1, factor", "yes", "a number"),
        (f'{PATCH}kind = "add_lane"\nlike = "x"\nlane = {{ a = {{ b = 1 }} }}\n', 3, "a, patch 1, lane.a", "a table", "a text"),
        (f'{PATCH}kind = "options"\n', 3, "a, patch 1", "no option", "one of seed"),
        (f"{GRID}axes = []\n", 1, "g, axes", "a list", "at least one"),
        (f"{GRID}{POINTS}{POINTS}", 6, "g, x, name", "x", "not used before (axis of row 3)"),
        (f'{GRID}[[grids.axes]]\nname = "x"\npoints = [{{ name = "p" }}, {{ name = "p" }}]\n', 3, "g, x, p, name", "p", "not used before"),
        (f'{GRID}{POINTS}[[scenarios]]\nname = "g.p"\n', 1, "g, name", "g.p", "rename the grid or a point"),
    ],
)  # fmt: skip
def test_a_bad_file_says_where_what_and_what_was_expected(
    tmp_path: Path, text: str, row: int | None, field: str, value: str | None, words: str
) -> None:
    scenarios, findings = inspect_scenarios(_written(tmp_path, text))
    assert scenarios == ()
    (found,) = findings
    assert (found.file, found.row, found.field) == ("what_if.toml", row, field)
    assert value is None or found.value == value
    assert words in str(found)


def test_everything_wrong_with_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = f'{PATCH}kind = "dwell"\nplaces = "*"\nadd_days = "1"\n[[scenarios.patches]]\nkind = "dwel"\n{HEAD}'
    with pytest.raises(InputError) as caught:
        read_scenarios(_written(tmp_path, text))
    assert [(row.row, row.field) for row in caught.value.findings] == [
        (3, "a, patch 1, add_days"), (7, "a, patch 2, kind"), (9, "a, name"),
    ]  # fmt: skip


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    _written(tmp_path, HEAD)
    (found,) = inspect_scenarios(tmp_path / "what_of.toml")[1]
    assert (found.rule, found.maybe) == ("FILE.MISSING", "you meant 'what_if.toml'")


def test_numbers_are_read_exactly(tmp_path: Path) -> None:
    text = f'{PATCH}kind = "rates"\ncharges = "wh-m3"\npercent = 0.1\n'
    (made,) = read_scenarios(_written(tmp_path, text))
    (charge,) = [row for row in apply_scenario(made, tiny_network()).network.charges if row.charge_id == "wh-m3"]
    assert str(charge.rate.normalize()) == "5.005"


def test_places_without_lines_of_their_own_take_that_of_the_table_around(tmp_path: Path) -> None:
    text = '\n[[scenarios]] # inline\nname = "a"\npatches = [{ kind = "fx", currencies = "EUX", value = 1 }]\n'
    (made,) = read_scenarios(_written(tmp_path, text))
    with pytest.raises(InputError) as caught:
        apply_scenario(made, tiny_network())
    (found,) = caught.value.findings
    assert (found.file, found.row, found.field) == ("what_if.toml", 2, "a, patch 1, currencies")


def test_a_grid_is_every_combination(tmp_path: Path) -> None:
    text = f"""{HEAD}{GRID}description = "d"
[[grids.axes]]
name = "rates"
points = [{{ name = "r0" }}, {{ name = "r1", patches = [{{ kind = "rates", charges = "*", percent = 10 }}] }}]
[[grids.axes]]
name = "demand"
[[grids.axes.points]]
name = "d1"
[[grids.axes.points.patches]]
kind = "demand"
factor = 1.1
[[grids.axes.points]]
name = "d2"
[[grids.axes.points.patches]]
kind = "demand"
shipments = "S9"
factor = 1.2
"""
    made = read_scenarios(_written(tmp_path, text))
    assert [(row.name, [patch.kind for patch in row.patches]) for row in made] == [
        ("a", []), ("g.r0+d1", ["demand"]), ("g.r0+d2", ["demand"]), ("g.r1+d1", ["rates", "demand"]),
        ("g.r1+d2", ["rates", "demand"]),
    ]  # fmt: skip
    assert made[4].description == "d"
    with pytest.raises(InputError) as caught:
        apply_scenario(made[4], tiny_network(), [goods()])
    (found,) = caught.value.findings
    assert (found.row, found.field) == (18, "g, demand, d2, patch 1, shipments.ids")


def test_a_grid_too_large_is_refused(tmp_path: Path) -> None:
    points = ", ".join(f'{{ name = "p{k}" }}' for k in range(22))
    axes = "".join(f'[[grids.axes]]\nname = "x{k}"\npoints = [{points}]\n' for k in range(3))
    (found,) = inspect_scenarios(_written(tmp_path, f"{GRID}{axes}"))[1]
    assert (found.rule, found.value) == ("GRID.SIZE", "10648 combinations")


def _filled_in() -> str:
    """Return the template with every example taken in."""
    start, examples = template_text().split("[[scenarios]]", 1)
    lines = [line for line in examples.splitlines() if not line.startswith("# ---")]
    return start + "[[scenarios]]" + "\n".join(re.sub(r"^# ?", "", line) for line in lines)


def test_the_template_has_an_example_of_every_patch_that_works(tmp_path: Path) -> None:
    write_template(tmp_path / "new.toml")
    assert [row.name for row in read_scenarios(tmp_path / "new.toml")] == ["as_it_is"]
    made = {row.name: row for row in read_scenarios(_written(tmp_path, _filled_in()))}
    assert {patch.kind for patch in made["every_patch"].patches} == set(KINDS)
    assert len(made) == 6
    asked = inspect_file(_written(tmp_path, _filled_in()))[0]
    assert asked is not None
    assert [len(scaled(table, tiny_network())) for table in asked.break_even] == [4]
    assert [table.top or table.patch.kind for table in asked.values] == ["allotment", "receiving_volume", "handling", 5]
    for scenario in made.values():
        done = apply_scenario(scenario, tiny_network(), [goods(), goods("S2", origin="Yiwu")])
        assert len(done.changes) >= len(scenario.patches)


def test_the_published_schema_takes_what_is_read_and_refuses_what_is_not() -> None:
    published = json.loads((schema.FOLDER / "scenarios.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    judge = jsonschema.Draft202012Validator(published)
    content = json.loads(json.dumps(tomllib.loads(_filled_in()), default=lambda day: day.isoformat()))
    judge.validate(content)
    for patch in ({"kind": "dwell", "places": "*", "add_day": 1}, {"places": "*", "days": 1},
                  {"kind": "demand", "factor": -1}, {"kind": "demand", "factor": "2"}):  # fmt: skip
        assert not judge.is_valid({"scenarios": [{"name": "a", "patches": [patch]}]})


def test_every_number_of_a_file_has_a_unit() -> None:
    definitions = ScenarioFile.model_json_schema(mode="validation")["$defs"]
    missing = [
        f"{model}.{name}"
        for model, definition in definitions.items()
        for name, field in definition["properties"].items()
        if {"number", "integer"} & {part.get("type") for part in (field, *field.get("anyOf", ()))}
        and "unit" not in field
    ]
    assert missing == []


def test_what_a_scenario_makes_is_written_and_read_back(tmp_path: Path) -> None:
    text = f'{PATCH}kind = "demand"\nfactor = 2\n[[scenarios.patches]]\nkind = "options"\nwork = 3\n'
    text += '[[scenarios.patches]]\nkind = "rates"\ncharges = { lanes = "YTN-LAX" }\npercent = 12.5\nfirst_day = 2026-12-15\n'
    (made,) = read_scenarios(_written(tmp_path, text))
    network = tiny_network()
    done = apply_scenario(made, network, [goods()])
    for _ in range(2):
        folder = write_applied(made, done, tmp_path / "out")
    read = read_network(folder / "network")
    assert content_hash(read) == content_hash(done.network) != content_hash(network)
    assert read_shipments(folder / "shipments.csv", read) == done.shipments
    about = json.loads((folder / SCENARIO).read_text(encoding="utf-8"))
    assert about["options"] == unusual(done.options) == {"work": 3}
    assert about["changes"] == list(done.changes)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="other files"):
        write_applied(made, done, tmp_path / "other")
