"""At which rate a candidate stops paying, worked out by hand on the tiny network."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from consolidation.folder import read_plan
from consolidation.planner import plan
from consolidation.scenarios import Scenario, apply_scenario
from consolidation.scenarios.questions import BreakEvenTable
from consolidation.studies import read_request, study
from consolidation.studies.answers import BreakEven
from consolidation.studies.keeping import BREAK_EVEN_RUNS, BREAK_EVENS
from consolidation.studies.model import ScenarioResult
from consolidation.studies.question_sections import break_evens
from consolidation.studies.question_words import break_even_in_words
from consolidation.studies.questions import Base
from consolidation.studies.rates import at_rate, scaled
from consolidation.studies.runners import Cancelled, Serial, Then
from consolidation.studies.work import Given, Outcome, run
from network.errors import InputError
from network.io import content_hash
from tests.asking import HASTY, asked, cargo, request
from tests.goods import SURE, edited
from tests.networks import tiny_network

NETWORK = tiny_network()
FAST = {"kind": "add_lane", "like": "YTN-LAX-LCL", "lane": {"lane_id": "FAST", "transit_days": Decimal(11)}}
"""A week faster than the co-load lane. 4 m3 pay 4 x 80 = 320 USD of freight there. A week is worth 7 x 4 m3 x 1 USD and 7 days of
24 % a year on 2,000 USD, in whole cents 37.21 USD: so it stops paying at 37.21 / 320 = +11.63 %."""
QUESTION: dict[str, Any] = {
    "name": "fast", "patches": [FAST], "charges": {"lanes": "FAST", "codes": "TRUNK.LCL"}, "tolerance_pct": Decimal("0.1"),
}  # fmt: skip
LATER = {"kind": "transit", "lanes": "FAST", "add_days": Decimal(21)}


def _answer(folder: Path, **changes: Any) -> BreakEven:
    return asked(folder, request(NETWORK, [cargo()], break_even=[{**QUESTION, **changes}])).break_evens[0]


@pytest.mark.parametrize(("fixed", "expected"), [(0, "11.63"), (16, "6.63"), ("32.01", "1.63"), (64, "-8.37")])
def test_it_stops_paying_where_its_freight_eats_up_the_time_saved(tmp_path: Path, fixed: Any, expected: str) -> None:
    found = _answer(tmp_path, fixed_cost=Decimal(fixed))
    assert found.verdict == "found"
    assert found.percent is not None
    assert found.below_percent is not None
    assert found.above_percent is not None
    assert abs(found.percent - Decimal(expected)) < Decimal("0.02")
    assert found.below_percent <= found.percent <= found.above_percent <= found.below_percent + Decimal("0.1")
    assert (found.proven_up_to, found.proven_from) == (found.below_percent, found.above_percent)
    lcl = next(row for row in found.charges if row.charge_id == "lcl-us")
    assert lcl.rate == 80
    assert lcl.break_even == 80 * (100 + found.percent) / 100
    assert len(found.runs) <= 8


@pytest.mark.parametrize("fixed", [0, 16])
def test_planning_anew_just_above_and_just_below_confirms_it(tmp_path: Path, fixed: int) -> None:
    found = _answer(tmp_path, fixed_cost=Decimal(fixed))
    base = plan(NETWORK, [cargo()], options=SURE).certificate
    table = BreakEvenTable.model_validate(QUESTION)
    saved = {}
    for percent in (found.below_percent, found.above_percent):
        assert percent is not None
        network = apply_scenario(at_rate(table, percent), NETWORK, [cargo()]).network
        made = plan(network, [cargo()], options=SURE)
        assert made.certificate.proven_optimal
        saved[percent] = base.cost - made.certificate.cost
        assert (made.shipments[0].lane_id == "FAST") == (saved[percent] > 0)
    below, above = saved.values()
    assert below > fixed >= above


def test_the_saving_never_rises_with_the_rate(tmp_path: Path) -> None:
    found = _answer(tmp_path)
    savings = [run.saving for run in found.runs]
    assert savings == sorted(savings, reverse=True)
    assert all(run.at_least == run.saving == run.at_most for run in found.runs)
    assert [run.pays for run in found.runs] == [run.percent < Decimal("11.6275") for run in found.runs]
    by_hand = [max(Decimal(0), Decimal("37.21") - round(320 * run.percent / 100, 2)) for run in found.runs]
    assert all(abs(one - other) <= Decimal("0.01") for one, other in zip(savings, by_hand, strict=True))


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({"highest": Decimal(10)}, "every_rate", "pays at every rate up to +10 %"),
        ({"lowest": Decimal(20)}, "never_used", "is not used even at +20 %"),
        ({"patches": [FAST, LATER]}, "found", "fast stops paying at -"),
        ({"fixed_cost": Decimal(1000)}, "no_rate", "does not save more than its fixed cost of 1,000.00 USD"),
    ],
)  # fmt: skip
def test_every_answer_has_its_words(tmp_path: Path, changes: dict[str, Any], verdict: str, words: str) -> None:
    found = _answer(tmp_path, **changes)
    assert found.verdict == verdict
    assert words in break_even_in_words(found, "USD")[0]
    told = " ".join(break_even_in_words(found, "USD"))
    assert "surely" in told
    assert "the plans found decide" not in told


def test_a_run_without_a_plan_is_told(tmp_path: Path) -> None:
    class Broken(Serial):
        def outcomes(
            self, given: Given, scenarios: Iterable[Scenario], then: Then, cancelled: Cancelled = bool
        ) -> Iterator[Outcome]:
            for scenario in scenarios:
                outcome = Outcome(ScenarioResult(name=scenario.name, status="failed", reasons=("it broke",), key="x"))
                assert list(then(outcome)) == []
                yield outcome

    found = asked(tmp_path, request(NETWORK, [cargo()], break_even=[QUESTION]), Broken()).break_evens[0]
    assert found.verdict == "failed"
    assert "it broke" in found.notes


def test_only_the_candidate_may_pay_the_charges() -> None:
    for charges in ("lcl-us", {"codes": "TRUNK.LCL"}, {"lanes": "YTN-LAX-LCL"}, {"tariffs": "POL"}):
        table = BreakEvenTable.model_validate({**QUESTION, "charges": charges})
        with pytest.raises(InputError, match="only the candidate pays"):
            scaled(table, NETWORK)


def test_equipment_can_be_a_candidate() -> None:
    small = NETWORK.replace(lanes=edited("lanes", {"YTN-LAX": {"equipment": "20GP"}, "NGB-LAX": {"equipment": "20GP"}}))
    ids = [row.charge_id for row in NETWORK.charges if row.tariff == "OCEAN-US" and row.equipment == ("40HC",)]
    assert ids
    patch = {"kind": "set_values", "table": "lanes", "ids": "YTN-LAX", "values": {"equipment": ["20GP", "40HC"]}}
    table = BreakEvenTable.model_validate({"name": "box", "patches": [patch], "charges": {"ids": ids}})
    assert [row.charge_id for row in scaled(table, small)] == ids
    with pytest.raises(InputError, match="only the candidate pays"):
        scaled(table, NETWORK)


def test_a_plan_that_does_not_use_the_candidate_improves_the_base() -> None:
    given = Given(NETWORK, (cargo(),), SURE)
    outcome = run(given, Scenario("base"))
    assert outcome.result.figures is not None
    made = plan(NETWORK, [cargo()], options=SURE)
    worse = outcome.result.model_copy(
        update={"figures": outcome.result.figures.model_copy(update={"cost": made.certificate.cost + 100})}
    )
    base = Base(dataclasses.replace(given, base=made), worse, opens=True)
    base.learn(outcome.result.model_copy(update={"name": "other"}), made)
    assert base.cost == made.certificate.cost
    assert base.notes() == [
        f"the plan of other is possible without the change and cheaper than the plan of the base: the base counts at {base.cost:,.2f}"
    ]
    on_other = apply_scenario(Scenario("x", BreakEvenTable.model_validate(QUESTION).patches), NETWORK).network
    base = Base(dataclasses.replace(given, base=made), worse, opens=True)
    base.learn(outcome.result, plan(on_other, [cargo()], options=SURE))
    assert base.cost == made.certificate.cost + 100, "a plan that uses the candidate is none of the base"


def test_a_shipment_that_has_a_way_only_with_the_candidate_is_told(tmp_path: Path) -> None:
    kept = edited("lanes", keep=["YTN-HAM", "YTN-LAX-LCL"])
    closed = NETWORK.replace(lanes=kept, couriers=(), geometry=())
    closed = closed.replace(
        lanes=tuple(row.model_copy(update={"closed": row.lane_id != "YTN-HAM"}) for row in closed.lanes),
        departures=tuple(row for row in closed.departures if row.lane_id in closed.lane),
    )
    question = {
        **QUESTION,
        "patches": [{"kind": "open_lanes", "lanes": "YTN-LAX-LCL"}],
        "charges": {"lanes": "YTN-LAX-LCL"},
    }
    week = [cargo(), cargo("S2", destination_fc="DTM2")]
    found = asked(tmp_path, request(closed, week, break_even=[{**question, "highest": Decimal(50)}])).break_evens[0]
    assert found.verdict == "every_rate"
    assert "only with the change is there a way for 1 shipment (S1)" in " ".join(found.notes)


def test_where_nothing_is_proven_the_base_is_planned_once_more(tmp_path: Path) -> None:
    week = [cargo(f"S{k}", volume_m3="20", gross_weight_kg="3000", cartons=200) for k in range(5)]
    patches = [{"kind": "add_lane", "like": "YTN-LAX", "lane": {"lane_id": "FAST", "transit_days": Decimal(9)}}]
    question = {
        **QUESTION,
        "patches": patches,
        "charges": {"lanes": "FAST", "codes": "TRUNK.*"},
        "fixed_cost": Decimal(100),
    }
    (found,) = asked(tmp_path, request(NETWORK, week, HASTY, break_even=[question])).break_evens
    again = read_plan(tmp_path / "study" / "plans" / "break_even.fast.without")
    assert found.base_cost <= again.certificate.cost
    assert again.inputs.network_sha256 == content_hash(NETWORK)
    assert found.base_bound < found.base_cost
    assert found.verdict == "found"
    for each in found.runs:
        assert each.at_least <= each.saving <= each.at_most
    sure = (found.proven_up_to, found.proven_from)
    assert sure[0] is None or sure[0] <= (found.below_percent or 0)
    assert sure[1] is None or sure[1] >= (found.above_percent or 0)
    assert "decide" in " ".join(break_even_in_words(found, "USD")) or "prove nothing" in " ".join(
        break_even_in_words(found, "USD")
    )


def test_finished_runs_are_not_planned_again(tmp_path: Path) -> None:
    asking = request(NETWORK, [cargo()], break_even=[QUESTION])
    first = study(asking, tmp_path / "s", runner=Serial())
    names = [path.name for path in (tmp_path / "s" / "plans").iterdir()]
    assert {run.run for run in first.break_evens[0].runs} | {"base"} == set(names)

    class Never(Serial):
        def outcomes(
            self, given: Given, scenarios: Iterable[Scenario], then: Then, cancelled: Cancelled = bool
        ) -> Iterator[Outcome]:
            raise AssertionError(f"asked for {[row.name for row in scenarios]}")

    assert study(asking, tmp_path / "s", runner=Never()) == first
    assert (tmp_path / "s" / BREAK_EVENS).read_text(encoding="utf-8").splitlines()[1].startswith("fast,found,11.6")
    assert len((tmp_path / "s" / BREAK_EVEN_RUNS).read_text(encoding="utf-8").splitlines()) == len(names)


def test_a_study_that_is_stopped_says_which_question_is_open(tmp_path: Path) -> None:
    told: list[str] = []
    asking = request(NETWORK, [cargo()], break_even=[QUESTION])
    found = study(
        asking, tmp_path / "s", runner=Serial(), cancelled=lambda: len(told) > 1,
        on_result=lambda done, count, result: told.append(f"{done}/{count} {result.name}"),
    )  # fmt: skip
    assert told == ["1/1 base", "2/4 break_even.fast.-90"]
    assert found.missing == ("break_even.fast",)
    assert found.break_evens[0].verdict == "unfinished"
    assert study(asking, tmp_path / "s", runner=Serial()).break_evens[0].verdict == "found"


def test_the_page_draws_the_saving(tmp_path: Path) -> None:
    found = asked(tmp_path, request(NETWORK, [cargo()], break_even=[{**QUESTION, "description": "<fast>"}]))
    block = break_evens(found)
    assert block is not None
    html, figures = block.body, block.figures
    assert "fast: &lt;fast&gt;" in html
    assert 'id="break-even-0"' in html
    saving = next(trace for trace in figures["break-even-0"].data if trace.name == "saving of the plans found")
    assert list(saving.y) == [float(run.saving) for run in found.break_evens[0].runs]


def test_a_file_that_asks_names_everything_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        """
[study]
network = "net"
shipments = "s.csv"

[[scenarios]]
name = "break_even.x"

[[break_even]]
name = "a"
patches = []
charges = "*"
lowest = 10
highest = 5

[[break_even]]
name = "b"
charges = {}
tolerance_pct = 0

[[break_even.patches]]
kind = "add_lanes"
""",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        read_request(tmp_path / "s.toml")
    told = sorted((row.row or 0, row.field, row.value) for row in caught.value.findings)
    assert told == [
        (6, "break_even.x, name", "break_even.x"), (9, "a, patches", "a list"), (16, "b, charges", "no key"),
        (16, "b, tolerance_pct", "0"), (21, "b, patch 1, kind", "add_lanes"),
    ]  # fmt: skip


def test_the_highest_rate_is_above_the_lowest() -> None:
    with pytest.raises(ValidationError, match="refused"):
        BreakEvenTable.model_validate({**QUESTION, "lowest": Decimal(10), "highest": Decimal(5)})


def test_a_request_is_refused_where_the_candidate_does_not_fit(tmp_path: Path) -> None:
    from consolidation.shipment_files import write_shipments
    from network.io import write_network

    write_network(NETWORK, tmp_path / "net")
    write_shipments([cargo()], tmp_path / "s.csv")
    text = """
[study]
network = "net"
shipments = "s.csv"

[[break_even]]
name = "a"
charges = { lanes = "NONE" }
patches = [{ kind = "open_lanes", lanes = "YTN-LAX" }]

[[break_even]]
name = "b"
charges = "lcl-us"
patches = [{ kind = "open_lanes", lanes = "YTN-LAX" }]

[[values]]
name = "c"
fcs = "NONE"
add_m3_per_week = 5
"""
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_request(tmp_path / "s.toml")
    told = [(row.row, row.field, row.value) for row in caught.value.findings]
    assert told == [(6, "a, charges.lanes", "NONE"), (16, "c, fcs.ids", "NONE")]
    (tmp_path / "s.toml").write_text(
        text.replace('lanes = "NONE"', 'lanes = "YTN-LAX"').replace('fcs = "NONE"', 'fcs = "IND9"'), encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_request(tmp_path / "s.toml")
    told = [(row.row, row.field, row.rule) for row in caught.value.findings]
    assert told == [(6, "a, charges", "SELECTION.SHARED"), (11, "b, charges", "SELECTION.SHARED")]
