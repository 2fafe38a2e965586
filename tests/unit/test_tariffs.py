"""Which charges of a tariff apply: by day, mode, equipment, scenario and basis."""

from __future__ import annotations

import datetime as dt

import pytest

from network.planning import Header
from network.price_tables import Charge
from network.tables import Lane, Place
from network.tariffs import TariffBook, collection_tariff, handling_tariff, lane_tariff
from tests.goods import edited
from tests.networks import tiny_network

DAY = dt.date
BOOK = TariffBook(tiny_network())


def _ids(charges: tuple[Charge, ...]) -> list[str]:
    return [charge.charge_id for charge in charges]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (DAY(2026, 12, 31), "ocean-us-40"),
        (DAY(2027, 1, 1), "ocean-us-40-new"),
    ],
)
def test_validity_includes_both_ends(date: dt.date, expected: str) -> None:
    found = _ids(BOOK.for_load("OCEAN-US", "ocean", date, "40HC"))
    assert found == [expected, "ocean-us-baf"]


def test_load_charges_are_those_of_the_equipment() -> None:
    date = DAY(2026, 12, 1)
    assert _ids(BOOK.for_load("POL", "ocean", date, "20GP")) == ["pol-thc-20"]
    assert _ids(BOOK.for_load("POL", "ocean", date, "40HC")) == ["pol-thc-40"]
    assert _ids(BOOK.for_load("DRAY-US", "ocean", date, "anything")) == ["dray-us", "dray-us-km"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("ocean_lcl", ["dray-cn-space"]), ("air", ["dray-cn-space"]), ("ocean", []), ("rail", [])],
)
def test_modes_filter_shipment_charges(mode: str, expected: list[str]) -> None:
    assert _ids(BOOK.for_shipment("DRAY-CN", mode, DAY(2026, 12, 1))) == expected


def test_the_three_families_of_bases_are_kept_apart() -> None:
    date = DAY(2026, 12, 1)
    assert _ids(BOOK.charges("OCEAN-US", "ocean", date)) == [
        "ocean-us-20",
        "ocean-us-40",
        "ocean-us-baf",
        "ocean-us-ins",
    ]
    assert _ids(BOOK.for_shipment("OCEAN-US", "ocean", date)) == ["ocean-us-ins"]
    assert _ids(BOOK.for_entry("ENTRY-US", "ocean", date)) == ["us-mpf", "us-hmf", "us-broker"]
    assert _ids(BOOK.for_entry("ENTRY-US", "air", date)) == ["us-mpf", "us-broker"]
    assert BOOK.for_shipment("ENTRY-US", "ocean", date) == ()


def test_an_unknown_or_blank_tariff_has_no_charges() -> None:
    assert BOOK.charges("", "ocean", DAY(2026, 12, 1)) == ()
    assert BOOK.charges("NOWHERE", "ocean", DAY(2026, 12, 1)) == ()


@pytest.mark.parametrize(("scenario", "expected"), [("", ["a"]), ("calm", ["a", "b"]), ("stressed", ["a", "c"])])
def test_a_scenario_has_its_own_charges_and_the_common_ones(scenario: str, expected: list[str]) -> None:
    base = {
        "tariff": "T", "code": "X", "name": "x", "category": "origin", "side": "origin", "basis": "per_m3", "rate": "1",
        "currency": "USD",
    }  # fmt: skip
    rows = [
        {**base, "charge_id": name, "scenario": text} for name, text in (("a", ""), ("b", "calm"), ("c", "stressed"))
    ]
    network = tiny_network(charges=edited("charges", add=rows), header=Header(name="x", scenario=scenario))
    assert _ids(TariffBook(network).for_shipment("T", "ocean", DAY(2026, 12, 1))) == expected


def test_trucks_are_those_that_the_tariff_names() -> None:
    charges = edited("charges", {"ftl-us": {"equipment": "53TRL"}, "ftl-us-km": {"equipment": "53TRL"}})
    book = TariffBook(tiny_network(charges=charges))
    assert book.truck_equipment("FTL-US", ("26BOX", "53TRL")) == ("53TRL",)
    assert book.truck_equipment("FTL-US", ("26BOX",)) == ()
    assert book.truck_equipment("", ("53TRL",)) == ()


def test_sending_alone_has_its_own_tariffs_where_they_are_given() -> None:
    place = Place(
        place_id="W", kind="origin_warehouse", name="w", country="CN", lat=0, lon=0, tariff="H", collection_tariff="C"
    )
    assert (handling_tariff(place, False), handling_tariff(place, True)) == ("H", "H")
    assert (collection_tariff(place, False), collection_tariff(place, True)) == ("C", "C")
    dear = place.model_copy(update={"alone_tariff": "HA", "alone_collection_tariff": "CA"})
    assert (handling_tariff(dear, False), handling_tariff(dear, True)) == ("H", "HA")
    assert (collection_tariff(dear, False), collection_tariff(dear, True)) == ("C", "CA")


def test_a_lane_without_a_tariff_for_one_seller_is_not_offered_alone() -> None:
    lane = Lane(
        lane_id="L", name="l", mode="ocean_lcl", origin="A", destination="B", buying="space", transit_days=1,
        volumetric_kg_per_m3=1000, tariff="T",
    )  # fmt: skip
    assert (lane_tariff(lane, False), lane_tariff(lane, True)) == ("T", "")
