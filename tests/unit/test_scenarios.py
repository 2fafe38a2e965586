"""Each kind of patch on the tiny network, worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from consolidation.planner import plan
from consolidation.scenarios import Applied, Scenario, apply_scenario, row_changes
from consolidation.scenarios.goods import own_numbers
from consolidation.scenarios.model import ScenarioTable
from consolidation.shipments import Shipment
from network.consistency import check_network
from network.departures import runs
from network.errors import Finding, InputError
from network.io import content_hash
from network.model import Network
from solvers.options import SolveOptions
from tests.goods import goods
from tests.networks import tiny_network

NETWORK = tiny_network()
WEEK = (goods("S1"), goods("S2", origin="Yiwu", destination_fc="IND9"), goods("S3", destination_fc="DTM2"))
MID = dt.date(2026, 12, 15)


def scenario(*patches: dict[str, Any]) -> Scenario:
    """Return a scenario of patches written as in a file."""
    table = ScenarioTable.model_validate({"name": "x", "patches": list(patches)})
    return Scenario(table.name, table.patches)


def applied(*patches: dict[str, Any], network: Network = NETWORK) -> Applied:
    """Apply patches to the tiny network and its week, and check that the network given stays as it is."""
    before = content_hash(network)
    done = apply_scenario(scenario(*patches), network, WEEK)
    assert content_hash(network) == before
    assert check_network(done.network) == []
    return done


def refused(*patches: dict[str, Any]) -> list[Finding]:
    """Return what is wrong with patches on the tiny network."""
    with pytest.raises(InputError) as caught:
        apply_scenario(scenario(*patches), NETWORK, WEEK)
    return list(caught.value.findings)


def test_an_empty_scenario_gives_back_what_it_was_given() -> None:
    done = apply_scenario(Scenario("none"), NETWORK, WEEK)
    assert done == (NETWORK, WEEK, SolveOptions(), ())
    assert done.network is NETWORK


@pytest.mark.parametrize(
    ("lanes", "closed"),
    [
        ("YTN-HAM", {"YTN-HAM"}),
        ("YTN-LAX*", {"YTN-LAX", "YTN-LAX-LCL"}),
        ({"modes": ["air"]}, {"SZX-LAX-AIR"}),
        ({"modes": "ocean", "trades": "CN-US"}, {"YTN-LAX", "NGB-LAX"}),
        ({"markets": "DE"}, {"YTN-HAM"}),
        ({"ids": ["NGB-*", "YTN-HAM"], "markets": "US"}, {"NGB-LAX"}),
    ],
)
def test_lanes_are_closed_and_opened(lanes: Any, closed: set[str]) -> None:
    shut = applied({"kind": "close_lanes", "lanes": lanes})
    assert {row.lane_id for row in shut.network.lanes if row.closed} == closed
    assert row_changes(NETWORK, shut.network) == {"lanes": (len(closed), 0, 0)}
    again = applied({"kind": "open_lanes", "lanes": lanes}, network=shut.network)
    assert content_hash(again.network) == content_hash(NETWORK)


def test_a_closed_port_has_no_departures() -> None:
    shut = applied({"kind": "close_places", "places": {"kinds": "sea_port", "countries": "DE"}})
    left = runs(shut.network, dt.date(2026, 12, 1), dt.date(2026, 12, 31))
    assert {run.lane.lane_id for run in left} == {"YTN-LAX", "NGB-LAX", "YTN-LAX-LCL", "SZX-LAX-AIR"}
    assert shut.changes == ("closed 1 place (DEHAM)",)
    opened = applied({"kind": "open_places", "places": "DE*"}, network=shut.network)
    assert content_hash(opened.network) == content_hash(NETWORK)
    assert opened.changes == ("opened 1 place (DEHAM)",)


def test_a_candidate_lane_comes_with_departures_and_path() -> None:
    done = applied({"kind": "add_lane", "like": "YTN-LAX", "lane": {"lane_id": "YTN-LAX-2", "transit_days": 12}})
    lane = done.network.lane["YTN-LAX-2"]
    assert (lane.transit_days, lane.origin, lane.tariff) == (12.0, "CNYTN", "OCEAN-US")
    copies = {row.departure_id for row in done.network.departures if row.lane_id == "YTN-LAX-2"}
    assert copies == {"YTN-LAX-2-W", "YTN-LAX-2-EXTRA"}
    assert done.network.path["YTN-LAX-2"] == NETWORK.path["YTN-LAX"]
    bare = {"kind": "add_lane", "like": "YTN-LAX", "departures": False}
    elsewhere = applied({**bare, "lane": {"lane_id": "NGB-HAM", "origin": "CNNGB", "destination": "DEHAM"}})
    assert "NGB-HAM" not in elsewhere.network.path
    assert row_changes(NETWORK, elsewhere.network) == {"lanes": (0, 1, 0)}


def test_a_departure_is_added_from_columns_or_like_another() -> None:
    new = {"departure_id": "NEW", "lane_id": "YTN-HAM", "etd": dt.datetime(2026, 12, 3, 12), "lco_h": 48}
    done = applied({"kind": "add_departure", "departure": new})
    (run,) = [run for run in runs(done.network, dt.date(2026, 12, 1), MID) if run.run_id == "NEW@2026-12-03"]
    assert run.etd - run.cutoff == 48 * 60
    like = {"kind": "add_departure", "like": "YTN-LAX-W", "departure": {"departure_id": "N2", "weekday": 1}}
    copy = next(row for row in applied(like).network.departures if row.departure_id == "N2")
    assert (copy.weekday, copy.lane_id, copy.allotment_teu) == (1, "YTN-LAX", 40.0)


def test_sailings_are_blanked() -> None:
    first, last = dt.date(2026, 12, 7), dt.date(2026, 12, 13)
    done = applied({"kind": "blank_sailings", "departures": {"lanes": "YTN-LAX"}, "first_day": first, "last_day": last})
    gone = {run.run_id for run in runs(NETWORK, first, last)} - {run.run_id for run in runs(done.network, first, last)}
    assert gone == {"YTN-LAX-W@2026-12-09", "YTN-LAX-EXTRA@2026-12-12"}
    later = {run.run_id for run in runs(done.network, MID, MID + dt.timedelta(30))}
    assert later == {run.run_id for run in runs(NETWORK, MID, MID + dt.timedelta(30))}


def test_transit_is_longer_on_the_lane_and_on_departures_with_their_own() -> None:
    done = applied({"kind": "transit", "lanes": "YTN-LAX", "add_days": 12})
    assert done.network.lane["YTN-LAX"].transit_days == 28.0
    own = {row.departure_id: row.transit_days for row in done.network.departures if row.lane_id == "YTN-LAX"}
    assert own == {"YTN-LAX-W": None, "YTN-LAX-EXTRA": 27.0}
    back = applied({"kind": "transit", "lanes": "YTN-LAX", "add_days": -12}, network=done.network)
    assert content_hash(back.network) == content_hash(NETWORK)


def test_transit_is_longer_for_departures_of_some_days() -> None:
    done = applied(
        {"kind": "transit", "lanes": "YTN-HAM", "percent": 50, "first_day": MID, "last_day": dt.date(2027, 1, 15)}
    )
    days = {run.run_id: (run.eta - run.etd) / 1440 for run in runs(done.network, dt.date(2026, 12, 6), dt.date(2027, 1, 20))
            if run.lane.lane_id == "YTN-HAM"}  # fmt: skip
    assert days == {
        "YTN-HAM-W@2026-12-12": 32.0, "YTN-HAM-W~2026-12-15@2026-12-19": 48.0, "YTN-HAM-W~2026-12-15@2026-12-26": 48.0,
        "YTN-HAM-W~2026-12-15@2027-01-02": 48.0, "YTN-HAM-W~2026-12-15@2027-01-09": 48.0,
        "YTN-HAM-W~2027-01-16@2027-01-16": 32.0,
    }  # fmt: skip


@pytest.mark.parametrize(("change", "days"), [({"days": 5}, 5.0), ({"add_days": 1.5}, 3.5), ({"percent": -50}, 1.0)])
def test_dwell(change: dict[str, Any], days: float) -> None:
    assert applied({"kind": "dwell", "places": "USLAX", **change}).network.place["USLAX"].dwell_days == days


def test_allotments() -> None:
    def left(change: dict[str, Any]) -> dict[str, float | None]:
        done = applied({"kind": "allotment", "departures": {"lanes": "YTN-LAX"}, **change})
        return {row.departure_id: row.allotment_teu for row in done.network.departures if row.lane_id == "YTN-LAX"}

    assert left({"teu": 10}) == {"YTN-LAX-W": 10.0, "YTN-LAX-EXTRA": 10.0}
    assert left({"percent": -25}) == {"YTN-LAX-W": 30.0, "YTN-LAX-EXTRA": None}
    assert left({"unlimited": True}) == {"YTN-LAX-W": None, "YTN-LAX-EXTRA": None}
    assert left({"teu": 0, "first_day": MID}) == {"YTN-LAX-W": 40.0, "YTN-LAX-W~2026-12-15": 0.0, "YTN-LAX-EXTRA": None}


def test_fcs_take_less() -> None:
    def volume(change: dict[str, Any]) -> dict[str, float | None]:
        done = applied({"kind": "receiving_volume", "fcs": {"markets": "US"}, **change})
        return {name: done.network.place[name].receiving_m3_per_week for name in ("ONT8", "IND9", "DTM2")}

    assert volume({"m3_per_week": 80}) == {"ONT8": 80.0, "IND9": 80.0, "DTM2": None}
    assert volume({"percent": -20}) == {"ONT8": None, "IND9": 400.0, "DTM2": None}
    assert volume({"unlimited": True}) == {"ONT8": None, "IND9": None, "DTM2": None}


def test_one_fc_takes_longer_and_the_others_of_its_market_do_not() -> None:
    done = applied({"kind": "receiving_days", "fcs": "ONT8", "add_days": 4})
    rules = {name: done.network.receiving_of(done.network.place[name]) for name in ("ONT8", "IND9")}
    assert {name: rule and rule.receiving_days for name, rule in rules.items()} == {"ONT8": 7.0, "IND9": 3.0}
    market = applied({"kind": "receiving_days", "fcs": {"markets": "US"}, "days": 9})
    assert {row.scope: row.receiving_days for row in market.network.receiving} == {"US": 9.0, "DE": 3.0}


def _charge(network: Network, charge_id: str) -> Any:
    return next(row for row in network.charges if row.charge_id == charge_id)


def test_rates_by_percent_move_the_whole_line() -> None:
    done = applied({"kind": "rates", "charges": ["air-us", "us-mpf"], "percent": 10})
    air, mpf = _charge(done.network, "air-us"), _charge(done.network, "us-mpf")
    assert (air.rate, air.minimum, [part.rate for part in air.breaks]) == (
        Decimal("7.7"), Decimal(88), [Decimal("7.15"), Decimal("6.6"), Decimal("5.5")],
    )  # fmt: skip
    assert [part.start for part in air.breaks] == [45, 100, 500]
    assert (mpf.rate, mpf.minimum, mpf.maximum) == (Decimal("0.38104"), Decimal("36.938"), Decimal("716.65"))


def test_rates_by_value_and_by_amount() -> None:
    done = applied(
        {"kind": "rates", "charges": "ocean-us-20", "value": 1800},
        {"kind": "rates", "charges": {"tariffs": "AIR-*"}, "add": 0.5},
    )
    assert _charge(done.network, "ocean-us-20").rate == 1800
    air = _charge(done.network, "air-us")
    assert (air.rate, air.breaks[0].rate, air.minimum) == (Decimal("7.5"), Decimal(7), Decimal(80))


def test_rates_of_some_days_are_rows_of_their_own() -> None:
    patch = {"kind": "rates", "charges": {"ids": "ocean-us-40*"}, "percent": 50}
    done = applied({**patch, "first_day": dt.date(2026, 12, 20), "last_day": dt.date(2027, 1, 10)})
    rows = {row.charge_id: (row.rate, row.valid_from, row.valid_to) for row in done.network.charges
            if row.charge_id.startswith("ocean-us-40")}  # fmt: skip
    assert rows == {
        "ocean-us-40": (2000, None, dt.date(2026, 12, 19)),
        "ocean-us-40~2026-12-20": (3000, dt.date(2026, 12, 20), dt.date(2026, 12, 31)),
        "ocean-us-40-new": (3600, dt.date(2027, 1, 1), dt.date(2027, 1, 10)),
        "ocean-us-40-new~2027-01-11": (2400, dt.date(2027, 1, 11), None),
    }


def test_rates_of_one_lane_leave_a_lane_of_the_same_tariff_alone() -> None:
    done = applied({"kind": "rates", "charges": {"lanes": "YTN-LAX", "codes": "TRUNK.OCEAN"}, "percent": 10})
    one, other = (done.network.lane[name].tariff for name in ("YTN-LAX", "NGB-LAX"))
    assert (one, other) == ("OCEAN-US~1", "OCEAN-US")
    rates = {row.charge_id: row.rate for row in done.network.charges if row.tariff == one}
    assert rates == {
        "ocean-us-20~1": 1760, "ocean-us-40~1": 2200, "ocean-us-40-new~1": 2640, "ocean-us-baf~1": 100,
        "ocean-us-ins~1": Decimal("0.3"),
    }  # fmt: skip
    assert [row for row in done.network.charges if row.tariff == other] == [
        row for row in NETWORK.charges if row.tariff == other
    ]


def test_rates_of_every_lane_of_a_tariff_copy_nothing() -> None:
    done = applied({"kind": "rates", "charges": {"modes": "ocean", "trades": "CN-US"}, "percent": 10})
    assert row_changes(NETWORK, done.network) == {"charges": (5, 0, 0)}
    courier = applied({"kind": "rates", "charges": {"modes": "courier", "markets": "DE"}, "percent": 10})
    assert _charge(courier.network, "courier-de").rate == Decimal("9.9")
    assert row_changes(NETWORK, courier.network) == {"charges": (1, 0, 0)}


def test_a_duty_layer_ends_on_a_day() -> None:
    done = applied({"kind": "switch_duties", "duties": {"layers": "US.S301", "countries": "CN"}, "enabled": False,
                    "first_day": MID})  # fmt: skip
    rows = {row.duty_id: (row.enabled, row.valid_from, row.valid_to) for row in done.network.duties
            if row.layer == "US.S301"}  # fmt: skip
    assert rows == {"us-s301": (True, None, dt.date(2026, 12, 14)), "us-s301~2026-12-15": (False, MID, None)}


def test_duty_rates() -> None:
    done = applied(
        {"kind": "duty_rates", "duties": "us-mfn", "add_pct": 2.5},
        {"kind": "duty_rates", "duties": {"schedules": "EU"}, "rate_pct": 1},
        {"kind": "duty_rates", "duties": {"layers": "US.S3*"}, "percent": 50},
    )
    rates = {row.duty_id: row.rate_pct for row in done.network.duties}
    assert rates == {"us-mfn": Decimal("6.5"), "us-mfn-lamps": 6, "us-s301": 15, "us-s122": 10, "eu-mfn": 1}


def test_exchange_rates() -> None:
    assert applied({"kind": "fx", "currencies": "EUR", "percent": -10}).network.rate["EUR"] == Decimal("0.99")
    assert applied({"kind": "fx", "currencies": ["CNY"], "value": 0.15}).network.rate["CNY"] == Decimal("0.15")


def test_value_of_a_day_planning_and_options() -> None:
    done = applied(
        {"kind": "value_of_day", "percent": 150},
        {"kind": "planning", "values": {"max_wait_days": 14, "overseas_days": ["7", "21"]}},
        {"kind": "options", "work": 50, "gap": 0.01},
    )
    planning = done.network.planning
    assert (planning.value_of_day_per_m3, planning.max_wait_days, planning.overseas_days) == (2.5, 14, ("7", "21"))
    assert done.options == SolveOptions(work=50, gap=0.01)


def test_rate_scenario() -> None:
    sets = {name: [row.model_copy(update={"charge_id": f"{row.charge_id}-{name}", "scenario": name})
                   for row in NETWORK.charges] for name in ("baseline", "stressed")}  # fmt: skip
    header = NETWORK.header.model_copy(update={"scenario": "baseline"})
    both = NETWORK.replace(charges=(*sets["baseline"], *sets["stressed"]), header=header)
    done = applied({"kind": "rate_scenario", "name": "stressed"}, network=both)
    assert done.network.header.scenario == "stressed"
    assert row_changes(both, done.network) == {"network": (1, 0, 0)}


def test_any_column_of_any_table() -> None:
    done = applied(
        {"kind": "set_values", "table": "regimes", "ids": "US", "values": {"clearance_days": 4}},
        {"kind": "set_values", "table": "links", "ids": "USLAX*/DC-*", "values": {"transit_days": 2.5}},
        {
            "kind": "set_values",
            "table": "receiving",
            "ids": "US",
            "values": {"refused_classes": ["explosive", "liquid"]},
        },
    )
    assert done.network.regime["US"].clearance_days == 4.0
    assert {row.transit_days for row in done.network.links if row.kind == "drayage"} == {1.0, 2.5}
    assert done.network.receiving[0].refused_classes == ("explosive", "liquid")


def test_shipments_are_ready_later_and_have_other_columns() -> None:
    due = (goods("D1", due_date=dt.date(2026, 12, 30)), *WEEK)
    patch = {
        "kind": "edit_shipments",
        "shipments": {"trades": "CN-US"},
        "add_days": 3,
        "values": {"coload_consent": False},
    }
    done = apply_scenario(scenario(patch), NETWORK, due)
    assert [(row.shipment_id, row.ready_date.day, row.coload_consent) for row in done.shipments] == [
        ("D1", 27, False), ("S1", 27, False), ("S2", 27, False), ("S3", 24, True),
    ]  # fmt: skip
    assert done.shipments[0].due_date == dt.date(2027, 1, 2)


def test_demand_draws_by_the_number_of_each_shipment() -> None:
    week = tuple(goods(f"S{k}") for k in range(200))
    numbers = own_numbers(week)
    done = apply_scenario(scenario({"kind": "demand", "factor": 1.25}), NETWORK, week)
    copied = {row.shipment_id for row in done.shipments} - numbers.keys()
    assert copied == {f"{name}+1" for name, number in numbers.items() if number < Decimal("0.25")}
    assert len(copied) == 50
    fewer = apply_scenario(scenario({"kind": "demand", "factor": 0.5}), NETWORK, week)
    assert {row.shipment_id for row in fewer.shipments} == {
        n for n, number in numbers.items() if number < Decimal("0.5")
    }


def test_demand_of_several_patches_multiplies() -> None:
    twice = applied({"kind": "demand", "shipments": {"markets": "US"}, "factor": 4}, {"kind": "demand", "factor": 0.5})
    ids = [row.shipment_id for row in twice.shipments]
    assert ids[:4] == ["S1", "S1+1", "S2", "S2+1"]
    assert ids[4:] == (["S3"] if own_numbers(WEEK)["S3"] < Decimal("0.5") else [])
    same = applied({"kind": "demand", "factor": 2}, {"kind": "demand", "factor": 0.5})
    assert same.shipments == WEEK


def test_shipments_of_an_inbound_plan_stay_together() -> None:
    week = tuple(goods(f"S{k}", seller_id="A", inbound_plan_id=f"P{k // 4}") for k in range(40))
    done = apply_scenario(scenario({"kind": "demand", "factor": 1.5}), NETWORK, week)
    sizes = {plan: sum(row.inbound_plan_id == plan for row in done.shipments)
             for plan in {row.inbound_plan_id for row in done.shipments}}  # fmt: skip
    assert set(sizes.values()) == {4}
    assert any(plan.endswith("+1") for plan in sizes)


def test_without_shipments_their_patches_are_left_out() -> None:
    done = apply_scenario(scenario({"kind": "demand", "factor": 2}, {"kind": "edit_shipments", "add_days": 1}), NETWORK)
    assert done.network is NETWORK
    assert done.changes == (
        "demand x 2: no shipments given, left out",
        "shipments edited: no shipments given, left out",
    )


def test_later_patches_see_what_earlier_ones_made() -> None:
    done = applied(
        {"kind": "add_lane", "like": "YTN-LAX", "lane": {"lane_id": "NEW", "tariff": "OCEAN-DE"}},
        {"kind": "transit", "lanes": "NEW", "days": 10},
        {"kind": "blank_sailings", "departures": {"lanes": "NEW"}, "first_day": dt.date(2026, 12, 9)},
    )
    assert done.network.lane["NEW"].transit_days == 10.0
    assert done.changes[2] == "blanked 1 sailing (NEW-W@2026-12-09)"


@pytest.mark.parametrize(
    ("patch", "field", "value", "words"),
    [
        ({"kind": "close_lanes", "lanes": "YTN-LAC"}, "lanes.ids", "YTN-LAC", "you meant 'YTN-LAX'"),
        ({"kind": "close_lanes", "lanes": {"trades": "CN-FR"}}, "lanes.trades", "CN-FR", "one of CN-DE, CN-US"),
        ({"kind": "close_lanes", "lanes": {"modes": "air", "markets": "DE"}}, "lanes", "modes air, markets DE", "some row"),
        ({"kind": "close_places", "places": {"countries": "FR"}}, "places.countries", "FR", "one of CN, DE, US"),
        ({"kind": "add_lane", "like": "X", "lane": {"lane_id": "N"}}, "like", "X", "a lane of the network"),
        ({"kind": "add_lane", "like": "YTN-LAX", "lane": {"lane_id": "YTN-HAM"}}, "lane.lane_id", "YTN-HAM", "no lane has"),
        ({"kind": "add_lane", "like": "YTN-LAX", "lane": {"lane_id": "N", "transit_day": 3}}, "lane.transit_day",
         "transit_day", "'transit_days'"),
        ({"kind": "add_lane", "like": "YTN-LAX", "lane": {"lane_id": "N", "transit_days": "soon"}}, "lane.transit_days",
         "soon", "a number (day)"),
        ({"kind": "add_departure", "departure": {"departure_id": "N", "lane_id": "YTN-LAC", "weekday": 3}},
         "departure.lane_id", "YTN-LAC", "'YTN-LAX'"),
        ({"kind": "add_departure", "departure": {"lane_id": "YTN-LAX", "weekday": 3}}, "departure.departure_id", "", "no departure has"),
        ({"kind": "blank_sailings", "departures": {"lanes": "YTN-LAX"}, "first_day": dt.date(2026, 12, 10)}, "first_day",
         "2026-12-10 to 2026-12-10", "days on which a selected departure leaves"),
        ({"kind": "transit", "lanes": "YTN-LAX", "add_days": -16}, "add_days", "0", "a number above 0 day"),
        ({"kind": "transit", "lanes": "YTN-HAM", "days": 3, "last_day": dt.date(2020, 1, 1)}, "first_day",
         "up to 2020-01-01", "in force"),
        ({"kind": "allotment", "departures": {"modes": "air"}, "percent": 10}, "percent", "by +10 %", "has a limit"),
        ({"kind": "rates", "charges": "air-us", "value": 3}, "value", "3", "has breaks"),
        ({"kind": "rates", "charges": "wh-m3", "add": -6}, "add", "-1", "of at least 0"),
        ({"kind": "switch_duties", "duties": {"layers": "US.S302"}, "enabled": True}, "duties.layers", "US.S302", "'US.S301'"),
        ({"kind": "fx", "currencies": "USD", "value": 2}, "currencies", "USD", "worth 1"),
        ({"kind": "rate_scenario", "name": "stressed"}, "name", "stressed", "the network has none"),
        ({"kind": "planning", "values": {"max_wait_day": 3}}, "values.max_wait_day", "max_wait_day", "'max_wait_days'"),
        ({"kind": "set_values", "table": "regime", "ids": "US", "values": {"name": "x"}}, "table", "regime", "'regimes'"),
        ({"kind": "set_values", "table": "regimes", "ids": "US", "values": {"regime_id": "x"}}, "values.regime_id", "x", "another column"),
        ({"kind": "demand", "shipments": {"fcs": "ONT9"}, "factor": 2}, "shipments.fcs", "ONT9", "'ONT8'"),
        ({"kind": "edit_shipments", "shipments": "S1", "values": {"hs_code": "94"}}, "values.hs_code", "94", "6, 8 or 10 digits"),
        ({"kind": "set_values", "table": "lanes", "ids": "YTN-HAM", "values": {"tariff": "OCEAN-DK"}}, "tariff", "OCEAN-DK", "'OCEAN-DE'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(patch: dict[str, Any], field: str, value: str, words: str) -> None:
    found = refused(patch)[0]
    assert (found.file, found.value) == ("scenario", value)
    assert found.field.startswith("x")
    assert found.field.endswith(field)
    assert words in str(found)


def test_everything_wrong_is_told_at_once() -> None:
    found = refused(
        {"kind": "close_lanes", "lanes": ["YTN-LAC", "XX"]},
        {"kind": "fx", "currencies": "EUX", "value": 2},
        {"kind": "demand", "shipments": "S9", "factor": 2},
    )
    assert [row.field for row in found] == [
        "x, patch 1, lanes.ids", "x, patch 1, lanes.ids", "x, patch 2, currencies", "x, patch 3, shipments.ids",
    ]  # fmt: skip


def test_no_shipment_left_and_ids_of_copies() -> None:
    assert "at least one shipment" in str(refused({"kind": "demand", "factor": 0})[0])
    twins: tuple[Shipment, ...] = (goods("S1"), goods("S1+1"))
    with pytest.raises(InputError, match=r"S1\+1"):
        apply_scenario(scenario({"kind": "demand", "factor": 2}), NETWORK, twins)


def test_a_plan_sees_the_scenario() -> None:
    done = applied({"kind": "close_lanes", "lanes": {"modes": ["ocean"]}})
    quick = SolveOptions(work=0, time_limit_s=None)
    before, after = (plan(network, WEEK[:1], options=quick) for network in (NETWORK, done.network))
    assert after.certificate.cost >= before.certificate.cost
    assert not any(row.departure_id and row.departure_id.startswith("YTN-LAX-W@") for row in after.shipments)


def test_cut_offs_move_together_but_for_advance_filing() -> None:
    done = applied({"kind": "cutoff", "departures": "YTN-LAX-EXTRA", "add_days": 0.5})
    row = next(row for row in done.network.departures if row.departure_id == "YTN-LAX-EXTRA")
    assert (row.lco_h, row.fco_h, row.dco_h, row.vco_h, row.ams_h) == (60.0, 12.0, 24.0, None, None)
    assert done.changes == ("cut-offs by +0.5 days: 1 departure (YTN-LAX-EXTRA)",)
    late = applied({"kind": "cutoff", "departures": "YTN-LAX-EXTRA", "add_days": 9})
    row = next(row for row in late.network.departures if row.departure_id == "YTN-LAX-EXTRA")
    assert (row.lco_h, row.fco_h) == (0.0, 0.0), "at the latest at departure"
    early = applied({"kind": "cutoff", "departures": "YTN-LAX-W", "add_days": -1, "first_day": MID})
    assert {row.departure_id: row.lco_h for row in early.network.departures if "LAX-W" in row.departure_id} == {
        "YTN-LAX-W": 72.0, "YTN-LAX-W~2026-12-15": 96.0, "NGB-LAX-W": 72.0,
    }  # fmt: skip


def test_handling_of_origin_warehouses_changes() -> None:
    done = applied({"kind": "handling", "warehouses": "WH-SZX", "add_m3_per_day": 20})
    assert done.network.place["WH-SZX"].handling_m3_per_day == 420.0
    assert done.changes == ("handling by +20 m3/day: 1 warehouse (WH-SZX)",)
    free = applied({"kind": "handling", "warehouses": "WH-*", "unlimited": True})
    assert {free.network.place[name].handling_m3_per_day for name in ("WH-SZX", "WH-NGB")} == {None}
    assert [row.rule for row in refused({"kind": "handling", "warehouses": "CNYTN", "percent": 10})] == ["KIND.PLACE"]
    assert refused({"kind": "handling", "warehouses": "WH-NGB", "percent": 10})[0].rule == "SELECTION.EMPTY"


@pytest.mark.parametrize(
    ("patch", "column", "row", "value"),
    [
        ({"kind": "allotment", "departures": "YTN-LAX-W", "add_teu": 2}, "departures", "YTN-LAX-W", 42.0),
        ({"kind": "allotment", "departures": "YTN-LAX-W", "add_teu": -40}, "departures", "YTN-LAX-W", 0.0),
        ({"kind": "receiving_volume", "fcs": "IND9", "add_m3_per_week": 30}, "places", "IND9", 530.0),
    ],
)
def test_limits_change_by_an_amount(patch: dict[str, Any], column: str, row: str, value: float) -> None:
    done = applied(patch)
    found = next(
        each
        for each in getattr(done.network, column)
        if row in (getattr(each, "departure_id", ""), getattr(each, "place_id", ""))
    )
    assert value in (getattr(found, "allotment_teu", None), getattr(found, "receiving_m3_per_week", None))
