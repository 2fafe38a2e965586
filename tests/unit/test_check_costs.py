"""Own cost lines, dates and shares of journeys of every kind, against figures worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from consolidation.checking.case import Traveller
from consolidation.checking.loads import Held
from consolidation.checking.own_lines import own_lines, priced_time
from consolidation.checking.shared_lines import load_lines
from consolidation.checking.world import World, not_running
from consolidation.plan_model import PlannedLoad
from network.tables import Departure
from tests.hand_plan import FINAL_KM, NETWORK, S1, S2, hand_plan, shipment, traveller, verdict

LCL: dict[str, Any] = {
    "service": "co_load", "lane_id": "YTN-LAX-LCL", "departure_id": "YTN-LAX-LCL-W@2026-12-05", "trunk_load_id": "",
}  # fmt: skip
AIR: dict[str, Any] = {
    "service": "air", "lane_id": "SZX-LAX-AIR", "departure_id": "SZX-LAX-AIR-5@2026-12-04", "trunk_load_id": "",
    "gateway_out": "CNSZX", "gateway_in": "USLAX-AIR", "final_leg": "parcel",
}  # fmt: skip
COURIER: dict[str, Any] = {
    "service": "courier", "final_leg": "courier", "courier_id": "EXPRESS-US", "trunk_load_id": "", "warehouse_id": "",
    "departure_id": "", "lane_id": "", "gateway_out": "", "gateway_in": "", "deconsolidation_id": "",
}  # fmt: skip
GERMAN: dict[str, Any] = {
    "lane_id": "YTN-HAM", "departure_id": "YTN-HAM-W@2026-12-05", "gateway_in": "DEHAM", "regime_id": "DE",
    "deconsolidation_id": "DC-HAM",
}  # fmt: skip


def _amounts(each: Traveller) -> dict[str, str]:
    return {line.charge_id: str(line.amount) for line in own_lines(each.world, each.journey, each.dates).lines}


def _times(each: Traveller) -> dict[str, str]:
    return {code: time for code, _, time in each.dates.milestones}


def test_collection_is_priced_by_volume_and_road() -> None:
    each = traveller(shipment({**S1, "origin": "Dongguan"}), origin="Dongguan")
    km = each.journey.chain.collection_km if each.journey.chain else Decimal(0)
    assert km == Decimal("73.5")
    found = _amounts(each)
    assert found["collect-m3"] == "40.00"
    assert found["collect-km"] == "5.88"  # 4 m3 x 73.5 km x 0.02
    assert _times(each)["AT_WAREHOUSE"] == "2026-11-25"


def test_lcl_pays_the_minimum_ton_and_no_load_charges() -> None:
    small = shipment({**S1, "volume_m3": Decimal("0.5"), "gross_weight_kg": Decimal(100), "cartons": 5})
    each = traveller(small, **LCL)
    found = _amounts(each)
    assert (found["lcl-us"], found["pod-us-lcl"], found["dray-cn-space"], found["dray-us-space"]) == (
        "80.00", "60.00", "2.50", "15.00",
    )  # fmt: skip
    assert found["ltl-us"] == "90.00"  # one pallet at 60, minimum 90
    assert "us-s122" not in found  # arrives on 23 December, the layer ends on 20 December
    assert "wh-stuff" not in found
    assert _times(each)["ETA"] == "2026-12-23T02:00-08:00"


def test_a_seller_alone_pays_its_own_tariffs() -> None:
    goods = shipment({**S1, "origin": "Dongguan"})
    found = _amounts(traveller(goods, origin="Dongguan", **{**LCL, "service": "alone_lcl"}))
    assert found["lcl-us-alone"] == "440.00"
    assert found["collect-alone"] == "60.00"
    assert not {"lcl-us", "collect-m3"} & found.keys()
    assert found["wh-m3"] == "20.00"


def test_air_pays_the_cheaper_next_break() -> None:
    heavy = shipment({**S1, "volume_m3": Decimal(1), "gross_weight_kg": Decimal(450), "cartons": 30})
    each = traveller(heavy, **AIR)
    found = _amounts(each)
    assert found["air-us"] == "2500.00"  # 450 kg at 6 = 2700, as 500 kg at 5 = 2500
    assert found["parcel-us"] == "360.00"
    assert not {"us-hmf", "ltl-us"} & found.keys()
    assert _times(each) == {
        "READY": "2026-11-24", "AT_WAREHOUSE": "2026-11-24", "STUFFED": "2026-11-25",
        "CFS_CUTOFF": "2026-12-03T18:00+08:00", "ETD": "2026-12-04T18:00+08:00", "ETA": "2026-12-06T02:00-08:00",
        "RELEASED": "2026-12-07", "CLEARED": "2026-12-09", "AT_DECONSOLIDATION": "2026-12-10",
        "DISPATCHED": "2026-12-11", "DELIVERED": "2026-12-12", "RECEIVED": "2026-12-15",
    }  # fmt: skip


def test_a_courier_goes_from_door_to_fc() -> None:
    each = traveller(shipment(S1), **COURIER)
    assert _times(each) == {"READY": "2026-11-24", "DELIVERED": "2026-11-29", "RECEIVED": "2026-12-02"}
    # 800 kg, 4 m3 x 200 = 800 kg; duties as by sea, but no collection, warehouse or delivery
    assert _amounts(each) == {
        "courier-us": "7200.00", "us-mfn-lamps": "120.00", "us-s301": "200.00", "us-s122": "200.00",
    }  # fmt: skip


def test_cif_duty_counts_deemed_freight_and_recoverable_tax_costs_its_financing() -> None:
    each = traveller(shipment({**S1, "destination_fc": "DTM2"}), **GERMAN)
    own = own_lines(each.world, each.journey, each.dates)
    found = {line.charge_id: line.amount for line in own.lines}
    # value 2000 + freight 4 t x 60 = 2240; duty 3 % = 67.20; VAT 19 % of 2307.20 = 438.37; 45 days at 24 % a year
    assert found["eu-mfn"] == Decimal("67.20")
    assert own.import_tax == 438_370_000
    assert found["DE"] == Decimal("12.97")
    financing = next(line for line in own.lines if line.charge_id == "DE")
    assert (financing.code, financing.quantity) == ("DE.VAT.FINANCING", Decimal("438.37"))
    assert found["ltl-de"] == Decimal("231.00")  # 3 pallets of 1.6 m3 at 70 EUR, 1.10 USD


def test_tax_that_is_not_recovered_is_a_cost() -> None:
    regimes = tuple(row.model_copy(update={"tax_recoverable": False}) for row in NETWORK.regimes)
    each = traveller(shipment({**S1, "destination_fc": "DTM2"}), NETWORK.replace(regimes=regimes), **GERMAN)
    tax = next(line for line in own_lines(each.world, each.journey, each.dates).lines if line.category == "tax")
    assert (tax.code, tax.basis, tax.quantity, tax.amount) == (
        "DE.VAT", "pct_of_customs_value", Decimal("2307.20"), Decimal("438.37"),
    )  # fmt: skip


def test_time_is_priced_by_value_volume_and_lateness() -> None:
    late = shipment({**S2, "late_price_per_day": Decimal(100), "currency": "CNY", "goods_value": Decimal(30000)})
    each = traveller(late)
    found = priced_time(each.world, each.journey, each.dates, Decimal(1))
    # value 4200 USD, 34 days at 24 % a year; 6 m3; two days late at 14 USD
    assert found == {"CARRYING": Decimal("93.90"), "TRANSIT": Decimal("204.00"), "LATENESS": Decimal("28.00")}


def test_a_truck_leaves_on_its_weekday_and_is_shared_by_room() -> None:
    way: dict[str, Any] = {"final_leg": "ftl", "truck_load_id": "T0001"}
    first, second = traveller(shipment(S1), **way), traveller(shipment(S2), **way)
    assert first.journey.final_leg_km == FINAL_KM
    assert _times(first)["DISPATCHED"] == "2026-12-25"  # ready on Thursday; trucks leave on Tuesdays and Fridays
    row = {**hand_plan()["loads"][0], "load_id": "T0001", "kind": "truck", "equipment_id": "53TRL"}
    held = Held(first.world, PlannedLoad.model_validate(row), NETWORK.equipment_by_id["53TRL"], (first, second))
    lines = [(line.charge_id, line.shipment_id, str(line.source_amount), str(line.amount)) for line in load_lines(held)]
    assert lines == [
        ("ftl-us", "S1", "300.00", "120.00"), ("ftl-us", "S2", "300.00", "180.00"),
        ("ftl-us-km", "S1", "178.95", "71.58"), ("ftl-us-km", "S2", "178.95", "107.37"),
    ]  # fmt: skip


def test_a_truck_that_never_leaves_is_no_date_but_a_violation() -> None:
    content = hand_plan()
    content["shipments"][0] |= {"final_leg": "ftl", "truck_load_id": "T0001"}
    never = NETWORK.planning.model_copy(update={"truck_dispatch_weekdays": ()})
    (found,) = [
        row for row in verdict(content, NETWORK.replace(planning=never)).violations if row.cause == "DATE.NO_DISPATCH"
    ]
    assert (found.where, found.found) == ("shipment S1", "none from DC-LAX after 2026-12-24")


def test_a_direct_container_pays_its_own_haul() -> None:
    way: dict[str, Any] = {"service": "direct_container", "final_leg": "direct", "deconsolidation_id": ""}
    each = traveller(shipment(S1), **way)
    assert list(_times(each))[-3:] == ["CLEARED", "DELIVERED", "RECEIVED"]
    assert _times(each)["DELIVERED"] == "2026-12-23"
    held = Held(
        each.world, PlannedLoad.model_validate(hand_plan()["loads"][0]), NETWORK.equipment_by_id["20GP"], (each,)
    )
    found = {line.charge_id: line.amount for line in load_lines(held)}
    assert found["direct-us"] == Decimal(700)
    assert found["direct-us-km"] == Decimal(3) * each.journey.final_leg_km
    assert not {"dray-us", "decon-us"} & found.keys()
    assert not {"decon-us-sort", "ltl-us"} & _amounts(each).keys()


def test_rates_change_with_the_day_of_departure() -> None:
    world = World(NETWORK)
    old = [row.charge_id for row in world.charges("OCEAN-US", dt.date(2026, 12, 31), "ocean", "load")]
    new = [row.charge_id for row in world.charges("OCEAN-US", dt.date(2027, 1, 1), "ocean", "load")]
    assert (old, new) == (
        ["ocean-us-20", "ocean-us-40", "ocean-us-baf"], ["ocean-us-20", "ocean-us-40-new", "ocean-us-baf"],
    )  # fmt: skip


def test_rates_of_another_scenario_are_left_out() -> None:
    charges = tuple(
        row.model_copy(update={"scenario": "peak"}) if row.charge_id == "ocean-us-baf" else row
        for row in NETWORK.charges
    )
    network = NETWORK.replace(charges=charges)
    plain = World(network).charges("OCEAN-US", dt.date(2026, 12, 2), "ocean", "load")
    peak = network.replace(header=network.header.model_copy(update={"scenario": "peak"}))
    assert "ocean-us-baf" not in [row.charge_id for row in plain]
    assert "ocean-us-baf" in [
        row.charge_id for row in World(peak).charges("OCEAN-US", dt.date(2026, 12, 2), "ocean", "load")
    ]


def test_runs_after_the_calendar_ends_are_none() -> None:
    always = NETWORK.departures[0].model_copy(update={"valid_to": None, "weekday": 5})
    run = World(NETWORK.replace(departures=(always,))).run(f"{always.departure_id}@9999-12-31")
    assert run == "9999-12-31 is not between 1970 and 9000"


def test_departures_run_on_their_days_only() -> None:
    known: dict[str, Departure] = {row.departure_id: row for row in NETWORK.departures}
    assert not not_running(known["YTN-LAX-W"], dt.date(2026, 12, 2))
    assert not_running(known["YTN-LAX-W"], dt.date(2026, 12, 3))
    assert not_running(known["YTN-LAX-W"], dt.date(2027, 7, 7))
    assert not_running(known["YTN-LAX-W"], dt.date(2026, 10, 28))
    assert not_running(known["NGB-LAX-W"], dt.date(2026, 12, 25))
    assert not not_running(known["YTN-LAX-EXTRA"], dt.date(2026, 12, 12))
    run = World(NETWORK).run("YTN-LAX-EXTRA@2026-12-12")
    assert not isinstance(run, str)
    assert (run.etd - run.cutoff, run.eta - run.etd) == (72 * 60, 15 * 1440)
