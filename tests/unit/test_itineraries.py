"""Itineraries: quantities, dates of whole journeys by hand, and what each rule refuses."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consolidation.checking.dates import receipt
from consolidation.demand import measure, shipment_rule
from consolidation.itineraries import LEGS
from consolidation.search import enumerate_itineraries, search_itineraries
from consolidation.shipments import Shipment
from network import clock
from network.customs import DutyBook
from network.geo import Locator
from network.model import Network
from network.tables import Closure, Compatibility
from network.tariffs import TariffBook
from tests.goods import READY, day, edited, found, goods, one, planning, rows_of
from tests.networks import tiny_network

DAY = dt.date


def _measured(network: Network, **columns: Any) -> dict[str, Any]:
    demand = measure(network, [goods(**columns)], Locator(network.places))
    names = ("volume_cm3", "weight_g", "value", "cartons", "units", "pallets", "ready_day", "due_day", "late_price")
    return {name: getattr(demand, name)[0] for name in names} | {"demand": demand}


def _dates(network: Network, shipment: Shipment, leg: str, lane_id: str = "", etd: str = "") -> dict[str, str]:
    row = one(found(network, shipment), leg, lane_id, etd, alone=leg == "courier" or None)
    names = ("warehouse", "stuffed", "dispatched", "delivered", "received")
    return {name: day(getattr(row, f"{name}_day")[0]) for name in names}


# -- quantities ---------------------------------------------------------------------------------------------


def test_what_is_stated_is_measured() -> None:
    row = _measured(tiny_network())
    assert (row["volume_cm3"], row["weight_g"], row["value"]) == (4_000_000, 800_000, 2_000_000_000)
    assert (row["cartons"], row["units"], day(row["ready_day"]), row["due_day"]) == (40, 200, "2026-11-24", -1)


@pytest.mark.parametrize(
    ("volume", "weight", "fc", "pallets"),
    [
        ("1.8", "100", "ONT8", 1),
        ("1.800001", "100", "ONT8", 2),
        ("0.1", "680", "ONT8", 1),
        ("0.1", "680.001", "ONT8", 2),
        ("9", "3000", "ONT8", 5),  # 9 / 1.8 = 5 by volume, 3000 / 680 = 4.4: 5 by weight
        ("4", "3000", "ONT8", 5),
        ("1.8", "100", "DTM2", 2),  # 1.6 m3 a pallet in Germany
    ],
)
def test_pallets_are_whole_by_volume_and_by_weight(volume: str, weight: str, fc: str, pallets: int) -> None:
    assert _measured(tiny_network(), volume_m3=volume, gross_weight_kg=weight, destination_fc=fc)["pallets"] == pallets


@pytest.mark.parametrize(("volume", "cartons"), [("0.01", 1), ("0.06", 1), ("0.061", 2), ("4", 67)])
def test_cartons_are_counted_from_the_volume_where_they_are_not_given(volume: str, cartons: int) -> None:
    row = _measured(tiny_network(), volume_m3=volume, cartons=None, units=None)
    assert (row["cartons"], row["units"]) == (cartons, 0)


def test_value_and_late_price_are_in_the_plan_currency() -> None:
    network = tiny_network()
    # 2,000 EUR x 1.10 = 2,200 USD; 0.5 % of it a day = 11 USD; or 30 EUR a day = 33 USD.
    row = _measured(network, currency="EUR")
    assert (row["value"], row["late_price"]) == (2_200_000_000, pytest.approx(11.0))
    assert _measured(network, currency="EUR", late_price_per_day="30")["late_price"] == pytest.approx(33.0)
    assert _measured(network, late_price_per_day="0")["late_price"] == 0


def test_revenue_tons_are_the_larger_of_m3_and_tonnes() -> None:
    for volume, weight, expected in (("4", "800", 4.0), ("0.5", "800", 0.8)):
        demand = _measured(tiny_network(), volume_m3=volume, gross_weight_kg=weight)["demand"]
        assert demand.revenue_ton[0] == pytest.approx(expected)


def test_goods_are_from_where_they_were_made_else_from_where_they_start() -> None:
    network = tiny_network()
    assert _measured(network)["demand"].country_of_origin(0) == "CN"
    assert _measured(network, origin="22.5, 114.0")["demand"].country_of_origin(0) == "CN"
    assert _measured(network, country_of_origin="VN")["demand"].country_of_origin(0) == "VN"


# -- dates --------------------------------------------------------------------------------------------------


def test_a_journey_on_pallets_by_hand() -> None:
    # At the warehouse on the day itself, stuffed a working day later; ready at Carson on 24 December (see the
    # routes); 119 km by road: one day. Three days of receiving.
    assert _dates(tiny_network(), goods(), "ltl", "YTN-LAX", "2026-12-02") == {
        "warehouse": "2026-11-24", "stuffed": "2026-11-25", "dispatched": "2026-12-24", "delivered": "2026-12-25",
        "received": "2026-12-28",
    }  # fmt: skip


def test_trucks_wait_for_their_day() -> None:
    # Ready on Thursday 24 December; trucks leave on Tuesdays and Fridays: Friday the 25th, there on the 26th.
    dates = _dates(tiny_network(), goods(), "ftl", "YTN-LAX", "2026-12-02")
    assert (dates["dispatched"], dates["delivered"], dates["received"]) == ("2026-12-25", "2026-12-26", "2026-12-29")
    # With Christmas off: Carson ready on the 24th as before, the next dispatch day is Tuesday the 29th.
    closed = Closure.model_validate(
        {"calendar": "DC-LAX", "kind": "holiday", "name": "Christmas", "start": "2026-12-25", "end": "2026-12-26"}
    )
    dates = _dates(tiny_network(calendars=(closed,)), goods(), "ftl", "YTN-LAX", "2026-12-02")
    assert (dates["dispatched"], dates["delivered"]) == ("2026-12-29", "2026-12-30")


def test_an_unopened_container_goes_on_when_it_is_cleared() -> None:
    # Cleared on Tuesday 22 December, about 120 km from the port to the FC: one day.
    dates = _dates(tiny_network(), goods(), "direct", "YTN-LAX", "2026-12-02")
    assert (dates["delivered"], dates["received"]) == ("2026-12-23", "2026-12-26")


def test_a_courier_takes_its_days_from_ready() -> None:
    assert _dates(tiny_network(), goods(), "courier") == {
        "warehouse": "2026-11-24", "stuffed": "2026-11-24", "dispatched": "2026-11-24", "delivered": "2026-11-29",
        "received": "2026-12-02",
    }  # fmt: skip
    sundays = tiny_network(places=edited("places", {"ONT8": {"closed_weekdays": "7"}}))
    assert _dates(sundays, goods(), "courier")["delivered"] == "2026-11-30"


def test_long_drives_take_whole_days_and_end_on_an_open_day() -> None:
    # Carson - Greenwood is about 2,900 km straight, some 3,600 km by road: 6 days at 700 km.
    dates = _dates(tiny_network(), goods(destination_fc="IND9"), "ltl", "YTN-LAX", "2026-12-02")
    assert (dates["dispatched"], dates["delivered"]) == ("2026-12-24", "2026-12-30")
    row = one(found(tiny_network(), goods(destination_fc="IND9")), "ltl", "YTN-LAX", "2026-12-02")
    assert 3500 < row.leg_km[0] <= 4200
    closed = tiny_network(places=edited("places", {"IND9": {"closed_weekdays": "3;4"}}))
    assert _dates(closed, goods(destination_fc="IND9"), "ltl", "YTN-LAX", "2026-12-02")["delivered"] == "2027-01-01"


@pytest.mark.parametrize(
    ("ready", "at_warehouse", "stuffed"),
    [
        ("2026-11-27", "2026-11-28", "2026-11-30"),  # Friday, Saturday; Sunday is closed: Monday
        ("2026-11-28", "2026-11-30", "2026-12-01"),  # a day's travel from Saturday is Monday
        ("2026-11-29", "2026-12-01", "2026-12-02"),  # Sunday counts as Monday
        ("2026-12-31", "2027-01-04", "2027-01-05"),  # 1 to 3 January are holidays in China
    ],
)
def test_sundays_and_holidays_at_the_warehouse(ready: str, at_warehouse: str, stuffed: str) -> None:
    options = found(tiny_network(), goods(origin="Ningbo", ready_date=ready))
    rows = rows_of(options, "ltl", "NGB-LAX")
    assert {(day(options.warehouse_day[row]), day(options.stuffed_day[row])) for row in rows} == {
        (at_warehouse, stuffed)
    }


@pytest.mark.parametrize(("per_day", "travel"), [(1000.0, 1), (30.0, 1), (8.0, 2), (3.0, 4)])
def test_collection_takes_whole_days_by_distance(per_day: float, travel: int) -> None:
    # Shenzhen city to the warehouse: about 9.8 km by road.
    network = tiny_network(planning=planning(collection_km_per_day=per_day))
    row = one(found(network, goods(origin="Shenzhen")), "ltl", "YTN-LAX", "2026-12-09")
    assert 9.0 < row.collection_km[0] < 10.5
    assert int(row.warehouse_day[0] - row.demand.ready_day[0]) == travel


def test_goods_at_a_warehouse_are_not_collected() -> None:
    options = found(tiny_network(), goods(origin="WH-SZX"))
    assert (options.collection_km == 0).all()
    on_route = options.route[options.route >= 0]
    assert {options.routes.warehouses[int(k)].place_id for k in options.routes.warehouse[on_route]} == {"WH-SZX"}


def test_days_and_late_days() -> None:
    options = found(tiny_network(), goods(due_date=DAY(2026, 12, 26)))
    row = one(options, "ltl", "YTN-LAX", "2026-12-02")
    assert (int(row.days[0]), int(row.late_days[0])) == (34, 2)  # 24 November to 28 December, due on the 26th
    assert int(one(options, "direct", "YTN-LAX", "2026-12-02").late_days[0]) == 0
    assert (found(tiny_network(), goods()).late_days == 0).all()


# -- choices ------------------------------------------------------------------------------------------------


def _warehouses(network: Network, origin: str) -> set[str]:
    options = found(network, goods(origin=origin))
    routes = options.route[options.route >= 0]
    return {options.routes.warehouses[int(k)].place_id for k in options.routes.warehouse[routes]}


def test_the_nearest_warehouses_within_reach() -> None:
    # Shenzhen - Ningbo is about 1,100 km straight, 1,370 by road.
    assert _warehouses(tiny_network(), "Shenzhen") == {"WH-SZX"}
    far = planning(max_collection_km=2000)
    assert _warehouses(tiny_network(planning=far), "Shenzhen") == {"WH-SZX", "WH-NGB"}
    one_only = planning(max_collection_km=2000, warehouses_per_shipment=1)
    assert _warehouses(tiny_network(planning=one_only), "Shenzhen") == {"WH-SZX"}
    assert _warehouses(tiny_network(planning=one_only), "Yiwu") == {"WH-NGB"}


def test_warehouses_of_the_same_country_only() -> None:
    def city(country: str) -> dict[str, Any]:
        return {
            "place_id": "C-X", "kind": "city", "name": "Xcity", "lat": 22.3, "lon": 114.17, "country": country,
            "timezone": "Asia/Hong_Kong",
        }  # fmt: skip

    assert _warehouses(tiny_network(places=edited("places", add=[city("CN")])), "Xcity") == {"WH-SZX"}
    assert _warehouses(tiny_network(places=edited("places", add=[city("HK")])), "Xcity") == set()
    assert _warehouses(tiny_network(places=edited("places", add=[city("VN")])), "Xcity") == set()


def test_every_final_leg_of_the_network_is_there_once_per_departure() -> None:
    options = found(tiny_network(), goods())
    for leg in ("ltl", "ftl", "parcel", "direct"):
        assert len(rows_of(options, leg, "YTN-LAX", "2026-12-02")) == 1
    assert len(rows_of(options, "courier")) == 1
    assert len(rows_of(options, "ftl", "YTN-LAX-LCL", alone=True)) == 0  # no whole trucks for one seller
    assert len(rows_of(options, "ltl", "YTN-LAX-LCL", "2026-12-05", alone=True)) == 1
    assert rows_of(options, "direct", "YTN-LAX-LCL") == rows_of(options, "ltl", "YTN-HAM") == []
    assert (options.pooled == (np.array([LEGS[k] for k in options.leg]) != "courier") & ~_space(options)).all()


def _space(options: Any) -> Any:
    lanes = [options.routes.runs[int(options.routes.run[k])].lane.buying if k >= 0 else "" for k in options.route]
    return np.array(lanes) == "space"


def test_containers_go_unopened_only_where_they_are_accepted_and_not_too_far() -> None:
    assert rows_of(found(tiny_network(), goods(destination_fc="IND9")), "direct") == []
    far = tiny_network(planning=planning(max_direct_km=5000))
    assert rows_of(found(far, goods(destination_fc="IND9")), "direct") != []
    refusing = tiny_network(receiving=edited("receiving", {"US": {"accepts_containers": "no"}}))
    assert rows_of(found(refusing, goods()), "direct") == []


def test_the_rule_of_an_fc_replaces_its_markets() -> None:
    own = {"scope": "ONT8", "pallet_volume_m3": 1.0, "pallet_max_kg": 500.0, "receiving_days": 0.0}
    network = tiny_network(receiving=edited("receiving", add=[own]))
    row = one(found(network, goods()), "ltl", "YTN-LAX", "2026-12-02")
    assert row.received_day[0] == row.delivered_day[0]
    assert row.demand.pallets[0] == 4
    assert rows_of(found(network, goods()), "direct") == []


def _peak(first: str, last: str, days: float) -> Network:
    row = {"peak_from": first, "peak_to": last, "peak_receiving_days": days}
    return tiny_network(receiving=edited("receiving", {"US": row}))


@pytest.mark.parametrize(
    ("network", "received"),
    [
        (_peak("2026-12-20", "2026-12-31", 10.0), "2027-01-04"),  # within: 25 December and 10 days
        (_peak("2026-12-25", "2026-12-25", 9.5), "2026-12-29"),  # as goods delivered on the 26th: 3 days
        (_peak("2026-12-26", "2026-12-31", 10.0), "2026-12-28"),  # before: 3 days
        (_peak("2026-12-01", "2026-12-24", 10.0), "2026-12-28"),  # behind
        (_peak("2026-12-26", "2026-12-31", 1.0), "2026-12-27"),  # a quick peak: as goods delivered when it begins
    ],
)
def test_goods_delivered_in_the_peak_are_received_late_but_in_order(network: Network, received: str) -> None:
    row = one(found(network, goods()), "ltl", "YTN-LAX", "2026-12-02")
    assert (day(row.delivered_day[0]), day(row.received_day[0])) == ("2026-12-25", received)


@given(
    st.integers(0, 9), st.integers(0, 40), st.integers(0, 30), st.integers(0, 30),
    st.lists(st.integers(-40, 90), min_size=1, max_size=20),
)  # fmt: skip
def test_the_judge_and_the_planner_agree_on_the_peak(
    usual: int, first: int, length: int, peak: int, after: list[int]
) -> None:
    start = READY + dt.timedelta(days=first)
    network = tiny_network(receiving=edited("receiving", {"US": {
        "receiving_days": usual, "peak_from": start, "peak_to": start + dt.timedelta(days=length), "peak_receiving_days": peak,
    }}))  # fmt: skip
    tariffs, duties = TariffBook(network), DutyBook(network)
    receivers = search_itineraries(network, [goods()], tariffs, duties).receivers
    delivered = np.sort(clock.day_number(READY) + np.array(after, dtype=np.int64))
    received = receivers.received(np.zeros(len(delivered), dtype=np.int64), delivered)
    rule = network.receiving_of(network.place["ONT8"])
    assert rule is not None
    assert received.tolist() == [receipt(rule, number) for number in delivered.tolist()]
    assert (np.diff(received) >= 0).all()
    assert (received >= delivered).all()


def test_options_are_grouped_by_shipment_and_can_be_taken() -> None:
    options = found(tiny_network(), goods("A"), goods("B", destination_fc="DTM2"), goods("C"))
    assert (np.diff(options.shipment) >= 0).all()
    assert set(options.shipment.tolist()) == {0, 1, 2}
    taken = options.take(np.array([5, 1]))
    assert taken.delivered_day.tolist() == [options.delivered_day[5], options.delivered_day[1]]


def test_no_shipments_have_no_options() -> None:
    network = tiny_network()
    options = enumerate_itineraries(network, [], TariffBook(network), DutyBook(network))
    assert len(options.shipment) == len(options.days) == len(options.alone) == len(options.pooled) == 0


# -- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({}, ""),
        ({"destination_fc": "DTM2", "cargo_class": "explosive"}, ""),
        ({"cargo_class": "explosive"}, "RECEIVING.CLASS_REFUSED"),
        ({"volume_m3": "68"}, ""),
        ({"volume_m3": "68.000001"}, "EQUIPMENT.TOO_LARGE"),
        ({"gross_weight_kg": "20000.001", "cartons": 1000}, "EQUIPMENT.TOO_LARGE"),
        ({"gross_weight_kg": "907.2"}, ""),  # 22.68 kg a carton
        ({"gross_weight_kg": "907.24"}, "RECEIVING.CARTON_WEIGHT"),  # 22.681 kg
    ],
)
def test_rules_of_a_shipment(columns: dict[str, Any], rule: str) -> None:
    network = tiny_network()
    boxes = [row for row in network.equipment if row.kind == "container"]
    columns = {"gross_weight_kg": "800", **columns}
    assert shipment_rule(network, goods(**columns), boxes) == rule


@pytest.mark.parametrize(
    ("sides", "rule"),
    [
        (("63.5", "63.5", "63.5"), ""),
        (("10", "63.6", "10"), "RECEIVING.CARTON_SIDE"),
    ],
)
def test_carton_sides_are_compared_longest_first(sides: tuple[str, str, str], rule: str) -> None:
    network = tiny_network()
    columns: dict[str, Any] = dict(zip(("carton_length_cm", "carton_width_cm", "carton_height_cm"), sides, strict=True))
    assert shipment_rule(network, goods(volume_m3=None, **columns), []) == rule


def test_each_side_has_its_own_limit() -> None:
    limits = {"DE": {"max_length_cm": 100.0, "max_width_cm": 60.0, "max_height_cm": 50.0}}
    network = tiny_network(receiving=edited("receiving", limits))
    for sides, rule in (
        ((50, 100, 60), ""),
        ((100, 61, 50), "RECEIVING.CARTON_SIDE"),
        ((60, 60, 51), "RECEIVING.CARTON_SIDE"),
    ):
        columns: dict[str, Any] = dict(
            zip(("carton_length_cm", "carton_width_cm", "carton_height_cm"), sides, strict=True)
        )
        assert shipment_rule(network, goods(destination_fc="DTM2", volume_m3=None, **columns), []) == rule


def test_a_missed_cut_off_is_counted_and_the_departure_is_not_offered() -> None:
    # Stuffed by 28 November for the sailing of 2 December: ready on the 27th is in time, on the 28th not.
    for ready, count in (("2026-11-27", 1), ("2026-11-28", 0)):
        options = found(tiny_network(), goods(ready_date=ready))
        assert len(rows_of(options, "ltl", "YTN-LAX", "2026-12-02")) == count
    assert found(tiny_network(), goods(ready_date="2026-11-28")).refusals[0]["CUTOFF.CFS"] > 0


def test_the_longest_wait_is_included() -> None:
    # Ready on 24 November; the sailing of 2 December waits 8 days.
    for wait, count in ((8, 1), (7, 0)):
        options = found(tiny_network(planning=planning(max_wait_days=wait)), goods())
        assert len(rows_of(options, "ltl", "YTN-LAX", "2026-12-02")) == count
        assert options.refusals[0]["HORIZON.WAIT"] > 0


def test_the_horizon_spans_the_ready_dates_and_the_days_after_the_last() -> None:
    network = tiny_network(planning=planning(horizon_days=8))
    options = found(network, goods("A"), goods("B", ready_date="2026-11-26"))
    etds = {day(number) for number in options.routes.etd_day}
    assert min(etds) == "2026-11-24"
    assert max(etds) == "2026-12-04"  # 26 November + 8 days, included


def test_modes_and_places_refuse_classes() -> None:
    liquid = found(tiny_network(), goods(origin="Ningbo", cargo_class="liquid"))
    assert liquid.refusals[0]["MODE.CLASS_REFUSED"] == 0  # there is no flight from Ningbo
    liquid = found(tiny_network(), goods(cargo_class="liquid"))
    assert rows_of(liquid, "ltl", "SZX-LAX-AIR") == []
    assert liquid.refusals[0]["MODE.CLASS_REFUSED"] > 0
    battery = found(tiny_network(), goods(origin="Ningbo", cargo_class="lithium_battery"))
    assert rows_of(battery, "ltl") == []
    assert battery.refusals[0]["PLACE.CLASS_REFUSED"] > 0
    for place in ("CNYTN", "USLAX", "DC-LAX"):
        rule = {"rule": "place_refuses", "subject": place, "cargo_class": "magnet"}
        network = tiny_network(compatibility=_rules(rule))
        options = found(network, goods(cargo_class="magnet"))
        assert rows_of(options, "ltl", "YTN-LAX") == []
        assert (rows_of(options, "direct", "YTN-LAX") == []) is (place != "DC-LAX")
        assert options.refusals[0]["PLACE.CLASS_REFUSED"] > 0


def _rules(*rows: dict[str, str]) -> tuple[Any, ...]:
    """Return compatibility rules."""
    return tuple(Compatibility.model_validate(row) for row in rows)


def test_couriers_serve_one_country_and_one_market_and_light_cartons() -> None:
    network = tiny_network()
    assert len(rows_of(found(network, goods()), "courier")) == 1
    heavy = found(tiny_network(receiving=edited("receiving", {"US": {"max_carton_kg": 50.0}})), goods(cartons=20))
    assert rows_of(heavy, "courier") == []  # 40 kg a carton, 30 allowed
    assert heavy.refusals[0]["COURIER.CARTON_WEIGHT"] == 1
    from_india = tiny_network(couriers=edited("couriers", {"EXPRESS-US": {"origin_country": "IN"}}))
    assert rows_of(found(from_india, goods()), "courier") == []
    refusing = tiny_network(
        compatibility=_rules({"rule": "mode_refuses", "subject": "courier", "cargo_class": "general"})
    )
    options = found(refusing, goods())
    assert rows_of(options, "courier") == []
    assert options.refusals[0]["MODE.CLASS_REFUSED"] == 1


def test_goods_without_a_duty_rate_cannot_be_entered() -> None:
    network = tiny_network(duties=edited("duties", {"us-mfn-lamps": {}}, keep=["us-mfn-lamps", "eu-mfn"]))
    assert len(found(network, goods()).shipment) > 0
    options = found(network, goods(hs_code="8507600000"))
    assert len(options.shipment) == 0
    assert options.refusals[0]["CUSTOMS.NO_RATE"] > 0


def test_a_rate_that_ends_during_the_voyage_counts_on_arrival() -> None:
    # The sailing of 2 December arrives on the 18th, the next on 25 December.
    ends = {"us-mfn": {"valid_to": "2026-12-24"}, "us-mfn-lamps": {"valid_to": "2026-12-24"}}
    network = tiny_network(duties=edited("duties", ends, keep=["us-mfn", "us-mfn-lamps"]))
    options = found(network, goods())
    assert len(rows_of(options, "ltl", "YTN-LAX", "2026-12-02")) == 1
    assert rows_of(options, "ltl", "YTN-LAX", "2026-12-09") == []


def test_value_is_decimal_all_the_way() -> None:
    row = _measured(tiny_network(), goods_value=Decimal("0.10"), currency="CNY")
    assert row["value"] == 10_000  # 0.10 CNY x 0.14 = 0.014: one cent
    assert READY.isoweekday() == 2
