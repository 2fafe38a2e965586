"""What one shipment pays on one itinerary, line by line, worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from consolidation.pricing import Pricer, plain
from consolidation.shipments import Shipment
from network.customs import DutyBook
from network.model import Network
from network.money import from_micros
from network.planning import Header
from network.tariffs import TariffBook
from tests.goods import edited, found, goods, one, own_lines, planning
from tests.networks import tiny_network

LTL_1202 = ("ltl", "YTN-LAX", "2026-12-02")
LINE = {"category": "origin", "side": "origin", "currency": "USD"}


def _amounts(network: Network, shipment: Shipment, *way: str, alone: bool | None = None) -> dict[str, str]:
    lines, _ = own_lines(network, one(found(network, shipment), *way, alone=alone))
    return {charge_id: str(amount) for charge_id, (_, amount) in lines.items()}


def _with(tariff: str, **columns: Any) -> Network:
    row = {"charge_id": "new", "tariff": tariff, "code": "NEW", "name": "new", **LINE, **columns}
    return tiny_network(charges=edited("charges", add=[row]))


def test_own_lines_of_a_consolidated_shipment() -> None:
    # 4 m3, 800 kg, 2,000 USD, 40 cartons, 3 pallets (4 / 1.8), 119.3 km from Carson. It arrives on 18 December,
    # two days before Section 122 ends. Loads and entries are shared and so are not here.
    lines, prices = own_lines(tiny_network(), one(found(tiny_network(), goods()), *LTL_1202))
    assert lines == {
        "wh-m3": (Decimal(4), Decimal("20.00")),
        "wh-bill": (Decimal(1), Decimal("10.00")),
        "ocean-us-ins": (Decimal(2000), Decimal("6.00")),  # 0.3 %
        "us-mfn-lamps": (Decimal(2000), Decimal("120.00")),  # 6 %
        "us-s301": (Decimal(2000), Decimal("200.00")),  # 10 %
        "us-s122": (Decimal(2000), Decimal("200.00")),  # 10 %
        "decon-us-sort": (Decimal(40), Decimal("20.00")),  # 0.50 a carton
        "ltl-us": (Decimal(3), Decimal("180.00")),  # 60 a pallet
        "ltl-us-km": (Decimal("357.9"), Decimal("17.90")),  # 3 pallets x 119.3 km x 0.05 = 17.895
    }
    assert from_micros(int(prices.cash[0])) == Decimal("773.90")
    assert prices.import_tax[0] == 0


def test_own_lines_of_lcl_bought_alone() -> None:
    # Per W/M: dray 5, freight 110, CFS 60, dray 15. Its own entry: MPF 6.93 raised to 33.58. It arrives on
    # 23 December, after Section 122 has ended.
    assert _amounts(tiny_network(), goods(), "ltl", "YTN-LAX-LCL", "2026-12-05", alone=True) == {
        "wh-m3": "20.00", "wh-bill": "10.00", "dray-cn-space": "20.00", "lcl-us-alone": "440.00", "pod-us-lcl": "240.00",
        "us-mfn-lamps": "120.00", "us-s301": "200.00", "us-mpf": "33.58", "us-hmf": "2.50", "us-broker": "100.00",
        "dray-us-space": "60.00", "decon-us-sort": "20.00", "ltl-us": "180.00", "ltl-us-km": "17.90",
    }  # fmt: skip


def test_the_platform_pays_its_own_rate_on_the_same_lane() -> None:
    lines = _amounts(tiny_network(), goods(), "ltl", "YTN-LAX-LCL", "2026-12-05", alone=False)
    assert lines["lcl-us"] == "320.00"  # 80 per W/M
    assert "lcl-us-alone" not in lines
    assert lines["us-mpf"] == "33.58"  # an entry of its own still


def test_own_lines_of_air() -> None:
    # 800 kg > 4 x 167: 5.00 a kg from 500 kg on. No harbour maintenance fee by air.
    lines = _amounts(tiny_network(), goods(), "parcel", "SZX-LAX-AIR", "2026-12-01", alone=True)
    assert lines == {
        "wh-m3": "20.00", "wh-bill": "10.00", "dray-cn-space": "20.00", "air-us": "4000.00", "us-mfn-lamps": "120.00",
        "us-s301": "200.00", "us-s122": "200.00", "us-mpf": "33.58", "us-broker": "100.00", "dray-us-space": "60.00",
        "decon-us-sort": "20.00", "parcel-us": "480.00",
    }  # fmt: skip


def test_own_lines_of_a_courier() -> None:
    # max(800 kg, 4 m3 x 200) = 800 kg at 9; no warehouse, no dray, no final leg.
    assert _amounts(tiny_network(), goods(), "courier") == {
        "courier-us": "7200.00", "us-mfn-lamps": "120.00", "us-s301": "200.00", "us-s122": "200.00", "us-mpf": "33.58",
        "us-broker": "100.00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("volume", "weight", "amount"),
    [
        ("0.01", "5", "80.00"),  # 5 x 7 = 35, raised to the minimum
        ("0.1", "5", "116.90"),  # 0.1 x 167 = 16.7 kg x 7
        ("0.2", "40", "280.00"),  # 45 kg at 6.50 = 292.50 would be dearer
        ("0.2", "43", "292.50"),  # 43 x 7 = 301: billed as 45 kg at 6.50
        ("0.5", "96", "600.00"),  # 96 x 6.50 = 624: billed as 100 kg at 6
        ("1", "100", "1002.00"),  # 167 kg x 6
        ("2.9", "100", "2500.00"),  # 484.3 kg x 6 = 2,905.80: billed as 500 kg at 5
    ],
)
def test_chargeable_weight_and_the_next_break(volume: str, weight: str, amount: str) -> None:
    shipment = goods(volume_m3=volume, gross_weight_kg=weight, cartons=10)
    lines = _amounts(tiny_network(), shipment, "ltl", "SZX-LAX-AIR", "2026-12-01", alone=True)
    assert lines["air-us"] == amount


@pytest.mark.parametrize(
    ("volume", "weight", "amount"),
    [("0.3", "100", "80.00"), ("1.5", "100", "120.00"), ("1.5", "2500", "200.00")],
)
def test_revenue_tons_with_a_least_quantity(volume: str, weight: str, amount: str) -> None:
    # 80 per W/M, at least 1 W/M; 2.5 t outweigh 1.5 m3.
    shipment = goods(volume_m3=volume, gross_weight_kg=weight, cartons=200)
    lines = _amounts(tiny_network(), shipment, "ltl", "YTN-LAX-LCL", "2026-12-05", alone=False)
    assert lines["lcl-us"] == amount


@pytest.mark.parametrize(
    ("basis", "quantity"),
    [
        ("per_shipment", "1"), ("per_bill", "1"), ("per_carton", "40"), ("per_unit", "200"), ("per_pallet", "3"),
        ("per_kg", "800"), ("per_m3", "4"), ("per_wm", "4"), ("per_chargeable_kg", "4000"), ("pct_of_value", "2000"),
        ("per_pallet_km", "357.9"), ("per_kg_km", "95440"), ("per_m3_km", "477.2"), ("per_shipment_km", "119.3"),
    ],
)  # fmt: skip
def test_every_basis_of_a_shipment(basis: str, quantity: str) -> None:
    # Ocean counts 1,000 kg to the m3; the final leg is 119.3 km.
    network = _with("LTL-US", basis=basis, rate="2")
    lines, _ = own_lines(network, one(found(network, goods()), *LTL_1202))
    expected = Decimal(quantity) * 2 / (100 if basis.startswith("pct") else 1)
    assert lines["new"] == (Decimal(quantity), expected.quantize(Decimal("0.01")))


@pytest.mark.parametrize(("rate", "amount"), [("2", "15.00"), ("5", "26.00")])
def test_a_disbursement_fee_is_a_percentage_of_the_duty(rate: str, amount: str) -> None:
    # Duty 120 + 200 + 200 = 520: 2 % is 10.40, raised to 15; 5 % is 26.
    network = _with("ENTRY-US", basis="pct_of_duty", rate=rate, minimum="15")
    assert _amounts(network, goods(), *LTL_1202)["new"] == amount


def test_collection_by_volume_and_distance() -> None:
    network = tiny_network()
    option = one(found(network, goods(origin="Dongguan", volume_m3="1")), *LTL_1202)
    km = Decimal(str(option.collection_km[0]))
    lines, _ = own_lines(network, option)
    assert lines["collect-m3"] == (Decimal(1), Decimal("20.00"))  # 10 raised to the minimum of 20
    assert lines["collect-km"] == (km, (km * Decimal("0.02")).quantize(Decimal("0.01")))
    alone = one(found(network, goods(origin="Dongguan")), "ltl", "YTN-LAX-LCL", "2026-12-05", alone=True)
    lines, _ = own_lines(network, alone)
    assert lines["collect-alone"] == (Decimal(4), Decimal("60.00"))  # 15 a m3 alone
    assert "collect-m3" not in lines


@pytest.mark.parametrize(
    ("tariff", "columns", "applies"),
    [
        ("WAREHOUSE", {"valid_to": "2026-12-02"}, True),  # the day of departure
        ("WAREHOUSE", {"valid_to": "2026-12-01"}, False),
        ("WAREHOUSE", {"valid_from": "2026-12-02"}, True),
        ("WAREHOUSE", {"valid_from": "2026-12-03"}, False),
        ("POL", {"valid_to": "2026-12-02"}, True),
        ("DRAY-CN", {"valid_from": "2026-12-03"}, False),
        ("OCEAN-US", {"valid_from": "2026-12-03"}, False),
        ("POD-US", {"valid_from": "2026-12-18"}, True),  # the local day of arrival
        ("POD-US", {"valid_from": "2026-12-19"}, False),
        ("ENTRY-US", {"valid_to": "2026-12-17"}, False),
        ("DRAY-US", {"valid_to": "2026-12-18"}, True),
        ("DECON-US", {"valid_to": "2026-12-17"}, False),
        ("LTL-US", {"valid_to": "2026-12-18"}, True),  # not the day of dispatch, 24 December
        ("WAREHOUSE", {"modes": "ocean"}, True),
        ("WAREHOUSE", {"modes": "ocean_lcl;air"}, False),
        ("WAREHOUSE", {"scenario": "stressed"}, False),
        ("LTL-US", {"modes": "ocean;rail"}, True),
    ],
)
def test_days_modes_and_scenarios_filter_charges(tariff: str, columns: Mapping[str, str], applies: bool) -> None:
    network = _with(tariff, basis="per_bill", rate="3", **columns)
    assert ("new" in _amounts(network, goods(), *LTL_1202)) is applies


def test_couriers_are_priced_when_ready_and_cleared_when_delivered() -> None:
    # Ready 24 November, delivered on the 29th.
    for tariff, last, applies in (
        ("COURIER-US", "2026-11-24", True), ("COURIER-US", "2026-11-23", False),
        ("ENTRY-US", "2026-11-29", True), ("ENTRY-US", "2026-11-28", False),
    ):  # fmt: skip
        network = _with(tariff, basis="per_bill", rate="3", valid_to=last)
        assert ("new" in _amounts(network, goods(), "courier")) is applies


def test_a_scenario_adds_its_charges() -> None:
    network = _with("WAREHOUSE", basis="per_bill", rate="3", scenario="stressed")
    stressed = network.replace(header=Header(name="x", scenario="stressed"))
    assert _amounts(stressed, goods(), *LTL_1202)["new"] == "3.00"


def test_currencies_and_their_minimum() -> None:
    # 4 m3 x 100 CNY x 0.14 = 56.00; at least 500 CNY = 70.00; 0.05 EUR x 1.10 = 0.055 = 0.06.
    for columns, amount in (
        ({"basis": "per_m3", "rate": "100", "currency": "CNY"}, "56.00"),
        ({"basis": "per_m3", "rate": "100", "currency": "CNY", "minimum": "500"}, "70.00"),
        ({"basis": "per_m3", "rate": "100", "currency": "CNY", "maximum": "300"}, "42.00"),
        ({"basis": "per_bill", "rate": "0.05", "currency": "EUR"}, "0.06"),
    ):
        assert _amounts(_with("WAREHOUSE", **columns), goods(), *LTL_1202)["new"] == amount


def test_a_whole_truck_is_no_cost_of_the_shipment_itself() -> None:
    lines = _amounts(tiny_network(), goods(), "ftl", *LTL_1202[1:])
    assert not {name for name in lines if name.startswith(("ltl", "ftl", "parcel"))}


def test_time_is_priced_by_hand() -> None:
    # 34 days: 2,000 x 24 % x 34 / 365 = 44.71; 1 a day and m3 = 136; two days late at 0.5 % of the value = 20.
    _, prices = own_lines(tiny_network(), one(found(tiny_network(), goods(due_date="2026-12-26")), *LTL_1202))
    assert [from_micros(int(x[0])) for x in (prices.carrying, prices.transit, prices.lateness)] == [
        Decimal("44.71"), Decimal("136.00"), Decimal("20.00"),
    ]  # fmt: skip
    assert int(prices.time[0]) == 200_710_000
    assert int(prices.total[0]) == int(prices.cash[0]) + 200_710_000
    network = tiny_network(planning=planning(value_of_day_per_m3=2.5, carrying_pct_per_year=0))
    shipment = goods(due_date="2026-12-26", late_price_per_day="7", currency="EUR")
    _, prices = own_lines(network, one(found(network, shipment), *LTL_1202))
    assert (int(prices.carrying[0]), int(prices.transit[0]), int(prices.lateness[0])) == (0, 340_000_000, 15_400_000)


def test_recording_changes_no_price() -> None:
    network = tiny_network()
    options = found(network, goods(), goods("S2", origin="Yiwu", destination_fc="DTM2"), goods("S3", origin="Dongguan"))
    pricer = Pricer(network, TariffBook(network), DutyBook(network))
    seen: list[int] = []
    silent, recorded = pricer.price(options), pricer.price(options, lambda line: seen.append(line.amount))
    assert silent.cash.tolist() == recorded.cash.tolist()
    assert sum(seen) == int(silent.cash.sum())
    assert all(amount for amount in seen)


def test_quantities_are_plain_numbers() -> None:
    for number, text in ((2.5, "2.5"), (100.0, "100"), (1e-7, "0"), (1234567.891, "1234567.891"), (0.1 + 0.2, "0.3")):
        assert str(plain(number)) == text
