"""What a whole container or truck costs, line by line, worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from consolidation.loads import Haul, LoadOffer, LoadPricer
from consolidation.routes import road_km
from network.model import Network
from network.money import from_micros
from network.tariffs import TariffBook
from tests.goods import edited, planning
from tests.networks import tiny_network


def _haul(network: Network, etd: str = "2026-12-02", eta: str = "2026-12-18", fc: str = "") -> tuple[LoadOffer, ...]:
    haul = Haul(
        network.place["WH-SZX"],
        network.lane["YTN-LAX"],
        None if fc else network.place["DC-LAX"],
        network.place[fc] if fc else None,
        dt.date.fromisoformat(etd),
        dt.date.fromisoformat(eta),
    )
    return LoadPricer(network, TariffBook(network)).trunk(haul)


def _lines(offer: LoadOffer) -> dict[str, tuple[str, str]]:
    return {line.charge.charge_id: (str(line.quantity), str(from_micros(line.amount))) for line in offer.lines}


def test_a_container_by_hand() -> None:
    # Stuffing 700 CNY x 0.14 = 98; dray 150; THC 100; freight 1,600 + 1 TEU x 100; THC 400; dray 500 + 20 km x 2;
    # devanning 450: 3,438 USD.
    small, large = _haul(tiny_network())
    assert _lines(small) == {
        "wh-stuff": ("1", "98.00"), "dray-cn": ("1", "150.00"), "pol-thc-20": ("1", "100.00"),
        "ocean-us-20": ("1", "1600.00"), "ocean-us-baf": ("1.0", "100.00"), "pod-us-thc": ("1", "400.00"),
        "dray-us": ("1", "500.00"), "dray-us-km": ("20.0", "40.00"), "decon-us": ("1", "450.00"),
    }  # fmt: skip
    assert small.price == 3_438_000_000
    # The 40 ft box: THC 150, freight 2,000, bunker 2 TEU.
    assert large.equipment.equipment_id == "40HC"
    assert large.price == 3_438_000_000 + 50_000_000 + 400_000_000 + 100_000_000


def test_rates_count_on_the_day_of_departure_and_of_arrival() -> None:
    # From 1 January the 40 ft box costs 2,400 instead of 2,000.
    network = tiny_network()
    price = {etd: _haul(network, etd, "2027-01-15")[1].price for etd in ("2026-12-31", "2027-01-01")}
    assert price["2027-01-01"] - price["2026-12-31"] == 400_000_000
    dear = tiny_network(charges=edited("charges", {"pod-us-thc": {"valid_to": "2026-12-17"}}))
    assert _haul(dear, eta="2026-12-17")[0].price - _haul(dear, eta="2026-12-18")[0].price == 400_000_000


def test_a_direct_container_pays_the_haul_to_the_fc_instead() -> None:
    network = tiny_network()
    km = Decimal(str(road_km(network, network.place["USLAX"], network.place["ONT8"])))
    offer = _haul(network, fc="ONT8")[0]
    lines = _lines(offer)
    assert "decon-us" not in lines
    assert "dray-us" not in lines
    assert lines["direct-us"] == ("1", "700.00")
    assert lines["direct-us-km"] == (str(km), str((km * 3).quantize(Decimal("0.01"))))


def test_equipment_without_a_freight_rate_is_not_offered() -> None:
    charges = edited("charges", drop=["ocean-us-20", "ocean-us-baf"])
    assert [offer.equipment.equipment_id for offer in _haul(tiny_network(charges=charges))] == ["40HC"]
    lanes = edited("lanes", {"YTN-LAX": {"equipment": "20GP"}})
    assert [offer.equipment.equipment_id for offer in _haul(tiny_network(lanes=lanes))] == ["20GP"]


def test_charges_of_a_load_are_filtered_by_mode() -> None:
    charges = edited("charges", {"wh-stuff": {"modes": "rail"}})
    assert "wh-stuff" not in _lines(_haul(tiny_network(charges=charges))[0])


@pytest.mark.parametrize(
    ("centre", "fc", "flat", "per_km", "fx"),
    [("DC-LAX", "LGB8", 300, "1.5", "1"), ("DC-HAM", "DTM2", 400, "1.4", "1.10")],
)
def test_a_truck_by_hand(centre: str, fc: str, flat: int, per_km: str, fx: str) -> None:
    network = tiny_network()
    ends = network.place[centre], network.place[fc]
    (offer,) = LoadPricer(network, TariffBook(network)).truck(*ends, dt.date(2026, 12, 25))
    km = Decimal(str(road_km(network, *ends)))
    cents = Decimal("0.01")
    amounts = [from_micros(line.amount) for line in offer.lines]
    assert amounts == [
        (flat * Decimal(fx)).quantize(cents),
        (km * Decimal(per_km) * Decimal(fx)).quantize(cents, rounding="ROUND_HALF_UP"),
    ]


def test_truck_rates_are_of_mode_truck_and_of_the_day_of_dispatch() -> None:
    def offers(date: dt.date, **columns: Any) -> tuple[LoadOffer, ...]:
        rows = {name: {"equipment": "53TRL", **columns} for name in ("ftl-us", "ftl-us-km")}
        network = tiny_network(charges=edited("charges", rows))
        return LoadPricer(network, TariffBook(network)).truck(network.place["DC-LAX"], network.place["ONT8"], date)

    day = dt.date(2026, 12, 25)
    assert len(offers(day)) == 1
    assert offers(day, modes="ocean") == ()
    assert len(offers(day, modes="truck;ocean")) == 1
    assert len(offers(day, valid_to="2026-12-25")) == 1
    assert offers(day, valid_to="2026-12-24") == ()


def test_trucks_are_those_planned_for() -> None:
    network = tiny_network(planning=planning(truck_equipment=()))
    ends = network.place["DC-LAX"], network.place["ONT8"]
    assert LoadPricer(network, TariffBook(network)).truck(*ends, dt.date(2026, 12, 25)) == ()


def test_equal_hauls_are_priced_once() -> None:
    network = tiny_network()
    pricer = LoadPricer(network, TariffBook(network))
    date = dt.date(2026, 12, 2)
    haul = Haul(network.place["WH-SZX"], network.lane["YTN-LAX"], network.place["DC-LAX"], None, date, date)
    assert pricer.trunk(haul) is pricer.trunk(haul)
