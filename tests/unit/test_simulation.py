"""Simulated plans against figures worked out by hand: normal delays, rolled loads, examinations, windows, bad input."""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from consolidation import InputError, schema
from consolidation.plan_model import Plan
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from consolidation.simulation import Simulation, simulate, write_simulation
from consolidation.simulation.calendars import OpenDays
from consolidation.simulation.charts import days_figure, departures_figure, shares_figure
from consolidation.simulation.draws import Draws
from consolidation.simulation.files import PAGE, SHIPMENTS, SIMULATION
from consolidation.simulation.page import sentences, simulation_page
from consolidation.simulation.tally import Days
from network.consistency import check_network
from network.io import content_hash as network_hash
from network.model import Network
from network.reliability import Figures
from network.tables import Reliability
from tests.hand_plan import S1, S2, hand_plan, shipment
from tests.networks import CHARGES, tiny_network

UNITS = {"chance": "%", "p_on": "%", "early": "%", "_cv": "ratio"}
RECEIVED = dt.date(2026, 12, 28)


def figure(scope: str, metric: str, value: float) -> Reliability:
    unit = next((unit for part, unit in UNITS.items() if part in metric), "day")
    return Reliability(scope=scope, metric=metric, value=value, unit=unit)


def network_of(*figures: Reliability, **tables: Any) -> Network:
    return tiny_network(reliability=figures, **tables)


def hand(network: Network, goods: list[Shipment], **plan_changes: Any) -> Plan:
    """Return the plan worked out by hand, as if made from this network and these shipments."""
    content: dict[str, Any] = {**copy.deepcopy(hand_plan()), **plan_changes}
    content["inputs"]["network_sha256"] = network_hash(network)
    content["inputs"]["shipments_sha256"] = shipments_hash(goods)
    return Plan.model_validate(content)


def play(network: Network, *changes: dict[str, Any], **options: Any) -> Simulation:
    first, second = (*changes, {}, {})[:2]
    goods = [shipment(S1, **first), shipment(S2, **second)]
    return simulate(hand(network, goods), network, goods, **options)


def normal_cdf(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def near(chance: float, draws: int) -> Any:
    """Return what is within five standard errors of a chance."""
    return pytest.approx(chance, abs=5 * math.sqrt(chance * (1 - chance) / draws) + 1e-6)


def date_in(days: int) -> str:
    return (RECEIVED + dt.timedelta(days=days)).isoformat()


# -- what comes out


def test_without_figures_all_is_as_planned() -> None:
    found = play(network_of(), draws=50)
    one, two = found.shipments
    assert (one.planned, one.promised, one.against, one.on_time) == (date_in(0), date_in(0), "planned_date", 1.0)
    assert (one.p50, one.p90, one.days_late, one.late_cost) == (date_in(0), date_in(0), 0.0, Decimal("0.00"))
    assert (two.promised, two.against, two.on_time, two.within_3_days) == ("2026-12-26", "due_date", 0.0, 1.0)
    assert (two.days_late, two.late_cost, found.planned_late_cost) == (2.0, Decimal("30.00"), Decimal("30.00"))
    assert found.expected_late_cost == 30
    assert (found.late_cost.p50, found.late_cost.p90, found.on_time_share.mean) == (30.0, 30.0, 0.5)
    assert [(row.days, row.share) for row in found.days_late] == [(0, 0.5), (2, 0.5)]
    assert [(row.percent, row.share) for row in found.shares_on_time] == [(50, 1.0)]
    assert found.without_figures == ("YTN-LAX",)


def test_a_normal_delay_of_the_sailing() -> None:
    """Arrival is planned for 02:00 and no place is closed: received k days late if the delay reaches k days less 2 hours."""
    mean, sd, draws = 0.5, 1.5, 40_000
    network = network_of(
        figure("lane:YTN-LAX", "arrival_delay_mean", mean), figure("lane:YTN-LAX", "arrival_delay_sd", sd)
    )
    found = play(network, {"due_date": dt.date(2026, 12, 29), "late_price_per_day": Decimal(10)}, draws=draws)
    one, two = found.shipments

    def chance(days: int) -> float:
        return normal_cdf((days + 22 / 24 - mean) / sd)

    assert one.on_time == near(chance(1), draws)
    assert one.within_3_days == near(chance(4), draws)
    assert two.on_time == near(chance(-2), draws)
    late = sum(1 - chance(days) for days in range(1, 20))
    assert one.days_late == pytest.approx(late, abs=0.03)
    assert float(one.late_cost) == pytest.approx(10 * one.days_late, abs=0.005)
    median = next(days for days in range(-9, 9) if chance(days) >= 0.5)
    ninth = next(days for days in range(-9, 9) if chance(days) >= 0.9)
    assert (one.p50, one.p90) == (date_in(median), date_in(ninth))
    assert found.departures[0].eta_p90 == f"2026-12-{18 + ninth}"


def test_goods_of_one_departure_are_late_together() -> None:
    network = network_of(figure("model", "p_on_time_within_1_day", 60), figure("model", "mean_delay_if_late", 4))
    found = play(network, draws=5_000)
    by_days = {row.days: row.share for row in found.days_late}
    assert found.shipments[0].on_time == near(0.6, 5_000)
    assert {row.percent for row in found.shares_on_time} == {0, 50}  # the second is due two days before it is planned
    assert by_days[0] == by_days[2] == found.shipments[0].on_time / 2
    apart = play(network, {"due_date": RECEIVED}, {"due_date": RECEIVED}, draws=5_000)
    assert {row.percent for row in apart.shares_on_time} == {0, 100}


def test_late_arrivals_have_the_stated_mean() -> None:
    figures = (
        figure("trade:CN-USWC", "p_on_time_within_1_day", 70), figure("model", "mean_delay_if_late", 4.2),
        figure("model", "delay_lognormal_cv", 0.7), figure("model", "early_by_one_day", 10),
    )  # fmt: skip
    network = network_of(*figures)
    transit = Figures(network).of_lane(network.lane["YTN-LAX"])
    delay = Draws(3, 100_000).delay(transit, "x")
    assert [round(float((delay == day).mean()), 2) for day in (-1, 0)] == [0.1, 0.6]
    assert float((delay <= 1).mean()) == pytest.approx(0.7, abs=0.01)
    assert float(delay[delay > 1].mean()) == pytest.approx(4.2, abs=0.05)
    assert float(delay[delay > 1].std()) == pytest.approx(0.7 * 3.2, abs=0.1)


def test_a_departure_that_is_late_comes_on_top() -> None:
    network = network_of(figure("mode:ocean", "departure_delay_mean", 2), figure("mode:ocean", "arrival_delay_mean", 1))
    assert play(network, draws=10).shipments[0].p50 == date_in(3)


def test_a_rolled_load_takes_the_next_departure_of_its_lane() -> None:
    """The next departure after Wednesday 2 December is that of the 9th: a week later."""
    network = network_of(figure("mode:ocean", "roll_chance", 10))
    found = play(network, draws=20_000)
    days = {row.days: row.share for row in found.days_late}
    assert found.shipments[0].on_time == near(0.9, 20_000)
    assert set(days) == {0, 7, 2, 9}
    assert days[7] + days[0] == pytest.approx(0.5, abs=1e-6)
    assert found.shipments[0].days_late == pytest.approx(7 * days[7] * 2, abs=1e-4)
    assert found.departures[0].roll_chance == 0.1
    always = network_of(figure("lane:YTN-LAX", "roll_chance", 100), figure("mode:ocean", "roll_chance", 10))
    assert play(always, draws=10).shipments[0].p50 == date_in(7)


def test_a_load_rolled_from_the_last_departure_leaves_a_week_later() -> None:
    base = network_of()
    departures = tuple(
        row.model_copy(update={"valid_to": dt.date(2026, 12, 5)}) if row.departure_id == "YTN-LAX-W" else row
        for row in base.departures
        if row.departure_id != "YTN-LAX-EXTRA"
    )
    network = network_of(figure("mode:ocean", "roll_chance", 100), departures=departures)
    assert play(network, draws=10).shipments[0].p50 == date_in(7)


def _examined(*rows: tuple[str, str, str | None]) -> tuple[Any, ...]:
    model = type(tiny_network().charges[0])
    more = [
        {"charge_id": name, "tariff": "ENTRY-US", "code": "US.EXAM", "name": "examination", "category": "customs", "side": "destination",
         "basis": "per_examination", "rate": "400", "currency": "USD", "chance_pct": chance, "delay_days": "3",
         **({"importers": tags} if tags else {})}
        for name, chance, tags in rows
    ]  # fmt: skip
    return tuple(model.model_validate(row) for row in (*CHARGES, *more))


def test_an_examination_holds_the_whole_load_with_the_compound_chance_of_its_importers() -> None:
    network = network_of(charges=_examined(("exam", "20", None)))
    draws = 20_000
    found = play(network, draws=draws)
    assert found.shipments[0].on_time == near(0.8 * 0.8, draws)
    assert [row.days for row in found.days_late] == [0, 2, 3, 5]
    assert found.days_late[0].share == found.days_late[1].share
    together = play(network, {}, {"importer_id": "IOR-A"}, draws=draws)
    assert together.shipments[0].on_time == near(0.8, draws)


def test_delays_by_examination_are_spread_as_stated() -> None:
    network = network_of(figure("model", "examination_delay_cv", 0.8), charges=_examined(("exam", "100", None)))
    found = play(network, draws=5_000)
    assert found.shipments[0].on_time == 0.0
    assert found.shipments[0].days_late == pytest.approx(3.5, abs=0.2)  # a begun day is a whole one


def test_dwell_is_spread_by_the_places() -> None:
    base = network_of()
    places = tuple(
        row.model_copy(update={"dwell_sd_days": 1.0}) if row.place_id in ("USLAX", "DC-LAX") else row
        for row in base.places
    )
    one = play(network_of(places=places), draws=5_000).shipments[0]
    assert one.p90 > one.planned
    assert 0 < one.on_time < 1


def test_receiving_is_spread_around_the_days_of_the_fc() -> None:
    network = network_of(figure("market:US", "receiving_cv", 0.5), figure("model", "receiving_cv", 3))
    found = play(network, draws=5_000)
    one = found.shipments[0]
    assert one.days_late < 3
    assert sum(row.days * row.share for row in found.days_late) == pytest.approx(
        1.0, abs=0.1
    )  # planned for 0 and 2 days


def test_what_happened_is_not_drawn_again() -> None:
    network = network_of(figure("mode:ocean", "roll_chance", 100), figure("mode:ocean", "arrival_delay_mean", 5))
    for status, days in (("proposed", 12), ("sailed", 5), ("cleared", 0), ("delivered", 0)):
        content = hand_plan()
        for row in content["shipments"]:
            row["status"] = status
        goods = [shipment(S1), shipment(S2)]
        plan = hand(network, goods, shipments=content["shipments"])
        assert simulate(plan, network, goods, draws=5).shipments[0].p50 == date_in(days), status


def test_an_inbound_plan_breaks_its_window_when_its_loads_part() -> None:
    """Two loads of one inbound plan on one departure part when just one of them is rolled, which takes a week."""
    planning = tiny_network().planning.model_copy(update={"inbound_plan_days": 6})
    network = network_of(figure("mode:ocean", "roll_chance", 20), planning=planning)
    content = hand_plan()
    content["shipments"][1]["trunk_load_id"] = "L0002"
    goods = [shipment(base, seller_id="ANNA", inbound_plan_id="P1") for base in (S1, S2)]
    plan = hand(network, goods, shipments=content["shipments"])
    (window,) = simulate(plan, network, goods, draws=20_000).inbound_plans
    assert (window.seller_id, window.inbound_plan_id, window.shipments) == ("ANNA", "P1", 2)
    assert (window.planned_days, window.allowed_days, window.p90_days) == (0, 6, 7)
    assert window.breaks == near(2 * 0.2 * 0.8, 20_000)


def test_goods_for_an_event_are_measured_against_its_deadline() -> None:
    """Goods delivered on 20 December are available on the 23rd."""
    found = play(network_of(), {"event": "Fair 2026"}, {"event": "Fair 2026"}, draws=5)
    assert [(row.against, row.promised) for row in found.shipments] == [("event", "2026-12-23")] * 2
    assert found.shipments[0].days_late == 5.0


# -- seeds


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    network = network_of(figure("model", "arrival_delay_sd", 2), figure("model", "receiving_cv", 0.5))
    folders = [write_simulation(play(network, draws=500, seed=7), tmp_path / name) for name in "ab"]
    for name in (SIMULATION, SHIPMENTS, PAGE):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    assert play(network, draws=500, seed=8).days_late != play(network, draws=500, seed=7).days_late


def test_more_draws_come_nearer() -> None:
    network = network_of(figure("model", "arrival_delay_sd", 2))
    true = normal_cdf(22 / 24 / 2)
    misses = [
        np.mean([abs(play(network, draws=draws, seed=seed).shipments[0].on_time - true) for seed in range(8)])
        for draws in (50, 20_000)
    ]
    assert misses[1] < misses[0] / 5


def test_luck_belongs_to_things_and_not_to_their_order() -> None:
    draws = Draws(1, 5)
    assert draws.duration(2, 1, "a").tolist() == draws.duration(2, 1, "a").tolist()
    assert draws.duration(2, 1, "a").tolist() != draws.duration(2, 1, "b").tolist()
    assert Draws(1, 3).duration(2, 1, "a").tolist() == draws.duration(2, 1, "a").tolist()[:3]


# -- bad input


def test_another_network_is_refused() -> None:
    network, goods = network_of(), [shipment(S1), shipment(S2)]
    other = network.replace(reliability=(figure("mode:ocean", "roll_chance", 1),))
    with pytest.raises(InputError) as caught:
        simulate(hand(network, goods), other, goods)
    assert [found.rule for found in caught.value.findings] == ["INPUT.HASH"]


@pytest.mark.parametrize(
    ("options", "field"), [({"draws": 0}, "draws"), ({"draws": 10**7}, "draws"), ({"seed": -1}, "seed")]
)
def test_figures_out_of_range_are_refused(options: dict[str, int], field: str) -> None:
    with pytest.raises(InputError, match=f"simulate, {field}"):
        play(network_of(), **options)


def test_an_edited_plan_is_refused() -> None:
    network, goods = network_of(), [shipment(S1), shipment(S2)]
    content = hand_plan()
    content["shipments"][0]["milestones"][-1]["time"] = "2026-12-27"
    with pytest.raises(InputError, match="other dates"):
        simulate(hand(network, goods, shipments=content["shipments"]), network, goods)
    content = hand_plan()
    content["shipments"][1]["departure_id"] = "YTN-LAX-W@2026-12-03"
    with pytest.raises(InputError, match="NOT_RUNNING"):
        simulate(hand(network, goods, shipments=content["shipments"]), network, goods)


def test_figures_of_the_network_are_judged() -> None:
    rows = (
        figure("lane:YTN-LXX", "roll_chance", 3), figure("mode:ocean", "roll_chance", 101), figure("model", "receiving_cv", 0.1),
        figure("model", "receiving_cv", 0.2), figure("trade:CN-USWC", "p_on_time_within_1_day", 70),
        Reliability(scope="model", metric="examination_delay_cv", value=85, unit="%"), figure("port:X", "roll_chance", 500),
    )  # fmt: skip
    found = [(row.rule, row.row) for row in check_network(network_of(*rows))]
    assert found == [
        ("REFERENCE.UNKNOWN", 2), ("RELIABILITY.RANGE", 3), ("RELIABILITY.UNIT", 7), ("KEY.DUPLICATE", 5), ("RELIABILITY.DELAY", 6),
    ]  # fmt: skip


# -- parts


def test_the_closest_figure_applies() -> None:
    network = network_of(
        figure("model", "p_on_time_within_1_day", 50), figure("trade:CN-USWC", "p_on_time_within_1_day", 60),
        figure("lane:NGB-LAX", "arrival_delay_sd", 2), figure("model", "mean_delay_if_late", 3),
    )  # fmt: skip
    figures = Figures(network)
    assert [
        (found.scope, found.on_time, found.normal)
        for found in (figures.of_lane(network.lane[name]) for name in ("YTN-LAX", "NGB-LAX", "YTN-HAM"))
    ] == [("trade:CN-USWC", 0.6, None), ("lane:NGB-LAX", 1.0, (0.0, 2.0)), ("model", 0.5, None)]


def test_open_days_grow_and_count() -> None:
    weekdays = OpenDays(lambda day: (day + 3) % 7 < 5, 0)  # day 0 is a Thursday
    assert weekdays.after(np.array([0, 2, 3, 4])).tolist() == [0, 4, 4, 4]
    assert weekdays.after(np.array([0, 1, 2]), np.array([1, 1, 5])).tolist() == [1, 4, 11]
    assert weekdays.after(np.array([7000]), 3000).tolist() == [7000 + 4200]


def test_days_and_quantiles() -> None:
    days = Days(np.array([5, 5, 6, 9]))
    assert [days.chance_by(day) for day in (4, 5, 8, 9, 100)] == [0.0, 0.5, 0.75, 1.0, 1.0]
    assert [days.quantile(share) for share in (0.5, 0.51, 0.9, 1.0)] == [5, 6, 9, 9]


# -- the folder


def test_the_file_follows_the_published_schema() -> None:
    content = json.loads(play(network_of(figure("model", "arrival_delay_sd", 2)), draws=20).model_dump_json())
    published = json.loads((schema.FOLDER / "simulation.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(published).validate(content)
    assert Simulation.model_validate(content).draws == 20
    missing = [
        f"{model}.{name}"
        for model, definition in {**published["$defs"], "Simulation": published}.items()
        for name, field in definition["properties"].items()
        if field.get("type") in ("number", "integer") and "unit" not in field and model != "Spread"
    ]
    assert missing == []


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(InputError, match="other files"):
        write_simulation(play(network_of(), draws=5), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_page_shows_what_was_found() -> None:
    network = network_of(figure("mode:ocean", "roll_chance", 30))
    found = play(network, {"inbound_plan_id": "<b>"}, draws=100)
    page = simulation_page(found)
    assert "<b>&lt;" not in page
    assert page.count('class="figure"') == 3
    assert "YTN-LAX-W@2026-12-02" in page
    assert sentences(found)[-1].endswith("nothing about them: YTN-LAX.")
    (bar,) = departures_figure(found).data
    assert (list(bar.y), list(bar.x)) == (["YTN-LAX-W@2026-12-02"], [round(100 * found.departures[0].on_time, 2)])
    assert sum(days_figure(found).data[0].y) == pytest.approx(100)
    assert sum(shares_figure(found).data[0].y) == pytest.approx(100)


def test_a_plan_without_shipments() -> None:
    network = network_of()
    content = hand_plan()
    plan = hand(network, [], shipments=[], loads=[], entries=[], cost_lines=[])
    assert content["shipments"]
    found = simulate(plan, network, [], draws=5)
    assert (found.on_time_share.mean, found.late_cost.p90, found.shipments) == (1.0, 0.0, ())
    assert "no shipment" in simulation_page(found)
