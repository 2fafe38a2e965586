"""What a little more of a limit is worth, worked out by hand on the tiny network."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from consolidation.planner import plan, prepare, put_together, solved
from consolidation.scenarios import Scenario, apply_scenario
from consolidation.scenarios.model import ScenarioTable
from consolidation.scenarios.questions import ValueTable
from consolidation.studies.answers import MarginalValue
from consolidation.studies.differences import difference, only_opens
from consolidation.studies.guides import limit_guides
from consolidation.studies.keeping import VALUES
from consolidation.studies.measures import figures
from consolidation.studies.question_sections import values
from consolidation.studies.question_words import value_in_words
from consolidation.studies.values import NONE_NEAR, NOT_BINDING
from network.model import Network
from solvers.api import solve
from solvers.outcome import Guides, Solved
from tests.asking import HASTY, asked, cargo, request
from tests.goods import SURE, edited
from tests.networks import tiny_network

TIGHT = tiny_network().replace(places=edited("places", {"WH-SZX": {"handling_m3_per_day": 5.0}}))
"""Two shipments of 4 m3 that are ready on one day cannot both be stuffed."""
ONE_BOX = tiny_network().replace(
    departures=edited("departures", {"YTN-LAX-W": {"allotment_teu": 2.0}}, drop=["YTN-LAX-EXTRA"])
)
"""One 40HC a week."""
PAIR = [cargo("S1"), cargo("S2")]
BOXES = [cargo(f"S{k}", volume_m3="60", gross_weight_kg="6000", cartons=400) for k in range(3)]
FIRST: dict[str, Any] = {"first_day": dt.date(2027, 1, 13), "last_day": dt.date(2027, 1, 13)}


def _values(folder: Path, network: Network, week: Any, *tables: dict[str, Any]) -> list[MarginalValue]:
    rows = [{"name": f"v{k}", **table} for k, table in enumerate(tables)]
    return list(asked(folder, request(network, week, values=rows)).values)


def test_room_to_stuff_the_second_shipment_is_worth_what_its_other_way_costs_more(tmp_path: Path) -> None:
    (found,) = _values(tmp_path, TIGHT, PAIR, {"warehouses": "WH-SZX", "add_m3_per_day": Decimal(3)})
    base = plan(TIGHT, PAIR, options=SURE).certificate
    more = tiny_network().replace(places=edited("places", {"WH-SZX": {"handling_m3_per_day": 8.0}}))
    best = plan(more, PAIR, options=SURE).certificate
    assert base.proven_optimal
    assert best.proven_optimal
    assert found.value == found.at_least == found.at_most == base.cost - best.cost
    assert found.value > 0
    (limit,) = found.limits
    assert (limit.of, limit.limit, limit.used, limit.unit) == ("WH-SZX", 5, 4, "m3")
    assert found.guide == round(3 * limit.price, 2)
    assert found.what == "handling by +3 m3/day: 1 warehouse (WH-SZX)"


def test_too_little_more_is_worth_nothing(tmp_path: Path) -> None:
    (found,) = _values(tmp_path, TIGHT, PAIR, {"warehouses": "WH-SZX", "add_m3_per_day": Decimal("2.9")})
    assert found.value == found.at_least == found.at_most == 0
    assert found.run == "values.v0"


def test_one_more_container_saves_the_weeks_that_two_shipments_wait(tmp_path: Path) -> None:
    """Each waits a week less: 7 days x 60 m3 x 1 USD and 7 days of 24 % a year on 2,000 USD, rounded to cents by shipment."""
    one, all_ = _values(
        tmp_path, ONE_BOX, BOXES, {"departures": "YTN-LAX-W", "add_teu": Decimal(2), **FIRST},
        {"departures": "YTN-LAX-W", "add_teu": Decimal(4)},
    )  # fmt: skip
    week = 7 * 60 + 7 * 2000 * 0.24 / 365
    assert float(one.value or 0) == pytest.approx(2 * week, abs=0.02)
    assert float(all_.value or 0) == pytest.approx(3 * week, abs=0.02)
    assert [row.of for row in one.limits] == ["YTN-LAX-W@2027-01-13"]
    assert [row.of for row in all_.limits] == [f"YTN-LAX-W@2027-01-{day}" for day in (13, 20, 27)]
    assert [row.used for row in all_.limits] == [2, 2, 2]
    assert one.guide is not None
    assert week / 2 < float(one.guide) < 4 * week


def test_the_tightest_limits_come_by_their_guide_price(tmp_path: Path) -> None:
    found = _values(tmp_path, ONE_BOX, BOXES, {"top": 2, "add_teu": Decimal(2)})
    assert [row.limits[0].of for row in found] == ["YTN-LAX-W@2027-01-13", "YTN-LAX-W@2027-01-20"]
    assert [row.run for row in found] == ["values.v0.1", "values.v0.2"]
    guides = [row.guide or 0 for row in found]
    assert guides == sorted(guides, reverse=True)
    assert [row.value is not None and row.value > 0 for row in found] == [True, True]
    everything = _values(tmp_path / "more", TIGHT, PAIR, {"top": 9})
    assert [(row.limits[0].kind, row.amount, row.unit) for row in everything] == [("handling", 30, "m3/day")]


def test_a_top_without_a_tight_limit_says_so(tmp_path: Path) -> None:
    (found,) = _values(tmp_path, tiny_network(), PAIR, {"top": 3})
    assert (found.value, found.notes) == (None, (NONE_NEAR,))
    assert value_in_words(found, "USD") == [f"v0: {NONE_NEAR}"]


def test_where_nothing_is_proven_the_base_is_planned_once_more(tmp_path: Path) -> None:
    rows = [{"name": "box", "departures": "YTN-LAX-W", "add_teu": Decimal(4)}]
    (found,) = asked(tmp_path, request(ONE_BOX, BOXES, HASTY, values=rows)).values
    assert (tmp_path / "study" / "plans" / "values.box.without").exists()
    assert found.value is not None
    assert found.at_least is not None
    assert found.at_most is not None
    assert 0 <= found.at_least <= found.value <= found.at_most


def test_a_limit_that_all_users_together_keep_is_worth_nothing_without_a_run(tmp_path: Path) -> None:
    (found,) = _values(tmp_path, tiny_network(), PAIR, {"fcs": "IND9", "add_m3_per_week": Decimal(10)})
    assert (found.value, found.guide, found.run, found.limits) == (0, 0, "", ())
    assert found.notes == (NOT_BINDING,)
    assert not (tmp_path / "study" / "plans" / "values.v0").exists()


def test_appointments_are_worth_what_waiting_for_a_week_costs(tmp_path: Path) -> None:
    full = tiny_network().replace(places=edited("places", {"ONT8": {"receiving_m3_per_week": 5.0}}))
    (found,) = _values(tmp_path, full, PAIR, {"fcs": "ONT8", "add_m3_per_week": Decimal(3)})
    more = tiny_network().replace(places=edited("places", {"ONT8": {"receiving_m3_per_week": 8.0}}))
    costs = [plan(network, PAIR, options=SURE).certificate.cost for network in (full, more)]
    assert found.value == costs[0] - costs[1] > 0
    assert {row.kind for row in found.limits} == {"receiving"}
    assert all(np.datetime64(row.day).astype(object).weekday() == 0 for row in found.limits)


def test_a_later_cut_off_has_no_guide_price(tmp_path: Path) -> None:
    """Ready on Wednesday evening for the sailing of Saturday: the cut-off 72 hours before leaves a day too little."""
    late = [cargo(ready_date="2027-01-13")]
    (found,) = _values(tmp_path, tiny_network(), late, {"departures": "YTN-LAX-LCL-W", "add_days": Decimal(2)})
    assert found.guide is None
    sooner = apply_scenario(
        Scenario("x", (ValueTable.model_validate({"name": "x", "departures": "YTN-LAX-LCL-W", "add_days": 2}).patch,)),
        tiny_network(),
    )
    costs = [plan(network, late, options=SURE).certificate.cost for network in (tiny_network(), sooner.network)]
    assert found.value == costs[0] - costs[1] > 0
    assert "it has no guide price" in value_in_words(found, "USD")[0]


def test_guides_are_prices_per_m3_and_teu() -> None:
    some = tiny_network().replace(places=edited("places", {"WH-SZX": {"handling_m3_per_day": 130.0}}))
    week = prepare(ONE_BOX.replace(places=some.places), [*BOXES, cargo("S3"), cargo("S4")])
    answer = solved(solve(week.compiled.problem, SURE))
    kinds = [limit.kind for limit in week.compiled.limits]
    assert len(kinds) == week.compiled.problem.n_resources
    prices = np.array([{"handling": 2.5, "receiving": 1.0, "allotment": 40_000.0}[kind] for kind in kinds])
    stated = Solved(answer.assignment, answer.evaluation, answer.bound, answer.proven, answer.stop_reason,
                    guides=Guides(np.zeros(5), prices))  # fmt: skip
    found = limit_guides(week, stated)
    assert {row.kind: row.price for row in found} == {"handling": Decimal("2.5"), "allotment": Decimal(40)}
    made = put_together(week, answer, SURE)
    for row in found:
        if row.kind == "allotment":
            teu = sum(2 if load.equipment_id == "40HC" else 1 for load in made.loads if load.departure_id == row.of)
            assert (row.limit, row.used) == (2, teu)
        else:
            day = {s.shipment_id: m.time[:10] for s in made.shipments for m in s.milestones if m.code == "STUFFED"}
            volume = {s.shipment_id: s.volume_m3 for s in made.shipments}
            assert row.used == sum(volume[name] for name in day if day[name] == row.day)
    blind = Solved(answer.assignment, answer.evaluation, answer.bound, answer.proven, answer.stop_reason)
    assert {row.price for row in limit_guides(week, blind)} == {0}


def test_only_the_base_keeps_guides_and_a_table_keeps_the_values(tmp_path: Path) -> None:
    study = asked(
        tmp_path, request(TIGHT, PAIR, values=[{"name": "h", "warehouses": "WH-SZX", "add_m3_per_day": Decimal(3)}])
    )
    assert [row.kind for row in study.base.guides if row.kind == "handling"] == ["handling"]
    lines = (tmp_path / "study" / VALUES).read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith(f"h,handling by +3 m3/day: 1 warehouse (WH-SZX),3.00,m3/day,{study.values[0].value},")
    block = values(study)
    assert block is not None
    html, drawn = block.body, block.figures
    assert block.title == "What a little more is worth"
    assert "51.85" in html
    assert drawn == {}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "none of them"),
        ({"fcs": "ONT8", "departures": "*", "add_teu": 2}, "departures and fcs"),
        ({"fcs": "ONT8"}, "nothing"),
        ({"fcs": "ONT8", "add_teu": 2}, "with fcs only add_m3_per_week"),
        ({"departures": "*", "add_teu": 2, "add_days": 1}, "add_teu and add_days"),
        ({"top": 3, "add_days": 1}, "with top only"),
        ({"top": 3, **FIRST}, "days only with departures"),
        ({"departures": "*", "add_teu": 0}, "greater than 0"),
    ],
)
def test_a_value_is_asked_of_one_thing(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ValueTable.model_validate({"name": "x", **table})
    told = [f"{row['msg']} {row.get('ctx', {})}" for row in caught.value.errors()]
    assert any(words in line for line in told), told


@pytest.mark.parametrize(
    ("patch", "opens"),
    [
        ({"kind": "allotment", "departures": "*", "add_teu": 2}, True),
        ({"kind": "allotment", "departures": "*", "add_teu": -2}, False),
        ({"kind": "allotment", "departures": "*", "teu": 2}, False),
        ({"kind": "allotment", "departures": "*", "unlimited": True}, True),
        ({"kind": "receiving_volume", "fcs": "*", "percent": 10}, True),
        ({"kind": "receiving_volume", "fcs": "*", "percent": -10}, False),
        ({"kind": "handling", "warehouses": "*", "add_m3_per_day": 1}, True),
        ({"kind": "cutoff", "departures": "*", "add_days": 1}, True),
        ({"kind": "cutoff", "departures": "*", "add_days": -1}, False),
        ({"kind": "dwell", "places": "*", "add_days": -1}, False),
        ({"kind": "open_places", "places": {"kinds": "sea_port"}}, True),
        ({"kind": "open_places", "places": "*"}, False),
    ],
)
def test_more_of_a_limit_only_opens_ways(patch: dict[str, Any], opens: bool) -> None:
    table = ScenarioTable.model_validate({"name": "x", "patches": [patch]})
    assert only_opens(Scenario("x", table.patches), tiny_network()) is opens


def test_closing_a_warehouse_brings_others_in() -> None:
    one = plan(tiny_network(), PAIR[:1], options=SURE)
    made = figures(one, tiny_network(), 0)
    dearer = made.model_copy(update={"cost": made.cost + 5, "bound": made.bound - 5})
    told = {}
    for places in ("USLAX", "WH-NGB"):
        table = ScenarioTable.model_validate({"name": "x", "patches": [{"kind": "close_places", "places": places}]})
        told[places] = difference(made, dearer, Scenario("x", table.patches), tiny_network())
    assert [(row.at_least, row.verdict) for row in told.values()] == [(0, "not_cheaper"), (-5, "undecided")]
