"""From the optimiser's answer to a plan: entries, loads, shares, milestones and names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from consolidation.plan_model import CATEGORIES, Plan
from network.model import Network
from tests.goods import assert_sums, edited, goods, lines_of, planning, quick_plan, total
from tests.networks import tiny_network

FISCAL_2026 = {"valid_from": "2025-10-01", "valid_to": "2026-09-30"}


def _sailing(day: str = "2026-12-02", ftl: str = "", **changes: Any) -> Network:
    """Return the tiny network with one sailing Yantian - Los Angeles and no other way, on pallets."""
    sailing = {"valid_from": day, "valid_to": day, "weekday": 3}
    tables = {
        "departures": edited("departures", {"YTN-LAX-W": sailing}, keep=["YTN-LAX-W"]),
        "places": edited(
            "places", {"USLAX": {"direct_tariff": ""}, "DC-LAX": {"parcel_tariff": "", "ftl_tariff": ftl}}
        ),
        "couriers": (),
    }
    return tiny_network(**{**tables, **changes})


def _fiscal_2026() -> Network:
    return _sailing("2026-07-01", charges=edited("charges", {"us-mpf": FISCAL_2026}))


def test_ten_importers_in_one_container_pay_ten_least_fees() -> None:
    # 0.3464 % of 5,400 is 18.71, below the floor of 33.58: ten entries pay 335.80.
    week = [
        goods(f"S{k}", importer_id=f"IOR-{k}", goods_value="5400", volume_m3="2", gross_weight_kg="400",
              ready_date="2026-06-22")
        for k in range(10)
    ]  # fmt: skip
    made = quick_plan(_fiscal_2026(), week)
    assert [len(load.shipments) for load in made.loads] == [10]
    assert [entry.date for entry in made.entries] == ["2026-07-17"] * 10
    lines = lines_of(made, "US.MPF")
    assert [str(line.amount) for line in lines] == ["33.58"] * 10
    assert total(lines) == Decimal("335.80")
    assert_sums(made)


def test_one_importer_in_one_container_pays_one_percentage() -> None:
    # 0.3464 % of 54,000 is 187.056: one entry pays 187.06, shared by value.
    shipment = goods(importer_id="IOR", goods_value="54000", volume_m3="20", gross_weight_kg="4000", cartons=200,
                     ready_date="2026-06-22")  # fmt: skip
    made = quick_plan(_fiscal_2026(), [shipment])
    assert str(total(lines_of(made, "US.MPF"))) == "187.06"
    ten = [
        goods(f"S{k}", importer_id="IOR", goods_value="5400", volume_m3="2", gross_weight_kg="400",
              ready_date="2026-06-22")
        for k in range(10)
    ]  # fmt: skip
    made = quick_plan(_fiscal_2026(), ten)
    lines = lines_of(made, "US.MPF")
    assert len(made.entries) == 1
    assert total(lines) == Decimal("187.06")
    # 18.706 each: six pay 18.71 and four 18.70, the first ids first.
    assert [str(line.amount) for line in sorted(lines, key=lambda line: line.shipment_id)] == ["18.71"] * 6 + [
        "18.70"
    ] * 4
    assert {str(line.source_amount) for line in lines} == {"187.06"}
    assert {line.quantity for line in lines} == {Decimal(54000)}


def test_after_the_fiscal_year_the_fee_of_that_year_is_not_charged() -> None:
    network = _sailing(charges=edited("charges", {"us-mpf": FISCAL_2026}))
    assert lines_of(quick_plan(network, [goods()]), "US.MPF") == []


def _two() -> Plan:
    # Two importers and two densities in one 20 ft container: 4 m3 of 800 kg, and 2 m3 of 4 t.
    heavy = goods("B", volume_m3="2", gross_weight_kg="4000", cartons=200, goods_value="6000", importer_id="IOR")
    return quick_plan(_sailing(), [heavy, goods("A", importer_id="IOR")])


def test_a_load_is_shared_by_the_tighter_of_volume_and_weight() -> None:
    # 20 ft: 28 m3 and 20 t. A takes 4 / 28 of the room; B 4 / 20 of the weight: 1 / 7 to 1 / 5, 5 to 7.
    made = _two()
    (load,) = made.loads
    assert (load.load_id, load.equipment_id, load.shipments) == ("L0001", "20GP", ("A", "B"))
    shares = {line.shipment_id: line.amount for line in lines_of(made, "TRUNK.OCEAN")}
    assert shares == {"A": Decimal("666.67"), "B": Decimal("933.33")}  # 1,600 x 5/12 and 7/12
    assert {str(line.source_amount) for line in lines_of(made, "TRUNK.OCEAN")} == {"1600.00"}
    assert str(load.cost) == "3438.00"
    assert (load.volume_m3, load.gross_weight_kg) == (Decimal(6), Decimal(4800))
    assert (load.fill, load.weight_fill) == (Decimal("0.2143"), Decimal("0.24"))
    assert (load.departs, load.arrives) == ("2026-12-02T18:00+08:00", "2026-12-18T02:00-08:00")
    assert load.cutoff == "2026-11-29T18:00+08:00"
    assert_sums(made)


def test_an_entry_is_shared_by_value() -> None:
    # One importer: 8,000 USD in one entry. HMF 10.00 as 2,000 to 6,000; the flat fee of 100 too.
    made = _two()
    (entry,) = made.entries
    assert (entry.entry_id, entry.load_id, entry.importer_id, entry.mode) == ("E0001", "L0001", "IOR", "ocean")
    assert (entry.date, entry.value, entry.shipments) == ("2026-12-18", Decimal("8000.00"), ("A", "B"))
    assert {line.shipment_id: str(line.amount) for line in lines_of(made, "US.HMF")} == {"A": "2.50", "B": "7.50"}
    assert {line.shipment_id: str(line.amount) for line in lines_of(made, "US.BROKER")} == {"A": "25.00", "B": "75.00"}
    assert str(entry.cost) == "143.58"  # 33.58 + 10 + 100
    assert {line.entry_id for line in made.cost_lines if line.category == "duty"} == {"E0001"}
    assert {line.load_id for line in lines_of(made, "US.HMF")} == {""}


def test_milestones_of_a_consolidated_shipment() -> None:
    row = _two().shipments[0]
    assert [(stone.code, stone.place_id, stone.time) for stone in row.milestones] == [
        ("READY", "WH-SZX", "2026-11-24"), ("AT_WAREHOUSE", "WH-SZX", "2026-11-24"), ("STUFFED", "WH-SZX", "2026-11-25"),
        ("CFS_CUTOFF", "CNYTN", "2026-11-29T18:00+08:00"), ("ETD", "CNYTN", "2026-12-02T18:00+08:00"),
        ("ETA", "USLAX", "2026-12-18T02:00-08:00"), ("RELEASED", "USLAX", "2026-12-20"),
        ("CLEARED", "USLAX", "2026-12-22"), ("AT_DECONSOLIDATION", "DC-LAX", "2026-12-23"),
        ("DISPATCHED", "DC-LAX", "2026-12-24"), ("DELIVERED", "ONT8", "2026-12-25"), ("RECEIVED", "ONT8", "2026-12-28"),
    ]  # fmt: skip
    assert (row.service, row.final_leg, row.departure_id) == ("consolidated", "ltl", "YTN-LAX-W@2026-12-02")
    assert (row.trunk_load_id, row.truck_load_id, row.days, row.late_days) == ("L0001", "", 34, 0)
    assert row.categories["duty"] == Decimal("520.00")
    assert row.baseline_service is None  # nobody could send it alone: its own cost stands in
    assert row.baseline_cost == row.landed_cost


def test_without_an_importer_the_seller_is_one() -> None:
    made = quick_plan(_sailing(), [goods("A", seller_id="ANNA"), goods("B", seller_id="BO")])
    assert [entry.importer_id for entry in made.entries] == ["ANNA", "BO"]
    assert [row.importer_id for row in made.shipments] == ["ANNA", "BO"]


def test_trucks_share_their_cost_and_have_their_own_ids() -> None:
    # Pallets cost 60 each, a truck 300 + 119.3 x 1.50: twelve pallets and more go by truck.
    week = [goods(name, volume_m3="12", gross_weight_kg="2400", cartons=200, importer_id="IOR") for name in "AB"]
    made = quick_plan(_sailing(ftl="FTL-US"), week)
    trunk, truck = made.loads
    assert (trunk.load_id, truck.load_id, truck.kind, truck.equipment_id) == ("L0001", "T0001", "truck", "53TRL")
    assert (truck.origin, truck.destination, truck.departs, truck.arrives) == (
        "DC-LAX", "ONT8", "2026-12-25", "2026-12-26",
    )  # fmt: skip
    assert [str(line.amount) for line in lines_of(made, "FINAL.FTL")] == ["150.00", "150.00"]
    assert {line.load_id for line in lines_of(made, "FINAL.FTL_KM")} == {"T0001"}
    assert str(total(lines_of(made, "FINAL.FTL_KM"))) == "178.95"  # 119.3 km x 1.50
    assert {row.truck_load_id for row in made.shipments} == {"T0001"}
    assert [stone.time for stone in made.shipments[0].milestones if stone.code == "DISPATCHED"] == ["2026-12-25"]
    assert_sums(made)


@pytest.mark.parametrize(
    ("keep", "couriers", "places", "service", "leg"),
    [
        (
            "YTN-LAX-W",
            (),
            {"DC-LAX": {"ltl_tariff": "", "parcel_tariff": "", "ftl_tariff": ""}},
            "direct_container",
            "direct",
        ),
        ("YTN-LAX-LCL-W", (), {}, "co_load", "ltl"),
        ("SZX-LAX-AIR-5", (), {}, "air", "ltl"),
        (None, None, {}, "courier", "courier"),
    ],
)
def test_services_by_name(keep: str | None, couriers: Any, places: Any, service: str, leg: str) -> None:
    changes: dict[str, Any] = {} if couriers is None else {"couriers": couriers}
    network = tiny_network(
        departures=edited("departures", keep=[keep] if keep else []), places=edited("places", places), **changes
    )
    (row,) = quick_plan(network, [goods()]).shipments
    assert (row.service, row.final_leg) == (service, leg)
    if service == "courier":
        assert (row.courier_id, row.lane_id, row.warehouse_id, row.departure_id) == ("EXPRESS-US", "", "", "")
        assert [stone.code for stone in row.milestones] == ["READY", "DELIVERED", "RECEIVED"]
    if service == "direct_container":
        assert row.deconsolidation_id == ""
        assert "DISPATCHED" not in [stone.code for stone in row.milestones]


def test_services_bought_alone_by_name() -> None:
    # The platform's own rates are dearer here than those of a seller alone.
    dear = edited("charges", {"lcl-us": {"rate": "900"}})
    network = tiny_network(departures=edited("departures", keep=["YTN-LAX-LCL-W"]), couriers=(), charges=dear)
    (row,) = quick_plan(network, [goods()]).shipments
    assert row.service == row.baseline_service == "alone_lcl"
    assert row.baseline_cost == row.landed_cost
    assert row.baseline_days == row.days
    lanes = edited("lanes", {"SZX-LAX-AIR": {"alone_tariff": "AIR-ALONE"}})
    cheap = [{"charge_id": "x", "tariff": "AIR-ALONE", "code": "TRUNK.AIR", "name": "air", "category": "trunk",
              "side": "freight", "basis": "per_chargeable_kg", "rate": "1", "currency": "USD"}]  # fmt: skip
    network = tiny_network(departures=edited("departures", keep=["SZX-LAX-AIR-5"]), couriers=(), lanes=lanes,
                           charges=edited("charges", add=cheap))  # fmt: skip
    assert quick_plan(network, [goods()]).shipments[0].service == "alone_air"


def test_the_baseline_is_the_cheapest_way_alone_by_cash_and_time() -> None:
    made = quick_plan(tiny_network(), [goods()])
    row = made.shipments[0]
    # Alone by LCL: 1,463.98 in cash (see the prices), by courier 7,853.58.
    assert row.baseline_service == "alone_lcl"
    assert str(row.baseline_cost) == "1463.98"
    assert made.certificate.baseline_cost == row.baseline_cost
    assert made.certificate.baseline_missing == 0


def test_entries_alone_carry_their_fees_and_no_load() -> None:
    network = tiny_network(departures=edited("departures", keep=["YTN-LAX-LCL-W"]), couriers=())
    made = quick_plan(network, [goods("A", importer_id="IOR"), goods("B", importer_id="IOR")])
    assert [(entry.load_id, entry.shipments) for entry in made.entries] == [("", ("A",)), ("", ("B",))]
    assert [str(entry.cost) for entry in made.entries] == ["136.08", "136.08"]  # 33.58 + 2.50 + 100
    assert_sums(made)


def test_limits_on_importers_split_loads() -> None:
    week = [goods(name, importer_id=f"IOR-{name}") for name in "ABC"]
    made = quick_plan(_sailing(planning=planning(max_importers_per_load=2)), week)
    assert sorted(len(load.shipments) for load in made.loads) == [1, 2]


def test_lines_are_in_the_order_of_shipments_and_of_the_journey() -> None:
    keys = [(line.shipment_id, CATEGORIES.index(line.category), line.code) for line in _two().cost_lines]
    assert keys == sorted(keys)
    assert all(line.amount for line in _two().cost_lines)
