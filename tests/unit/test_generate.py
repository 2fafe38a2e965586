"""Generated weeks: the same for the same seed, plausible, and valid input."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from consolidation.generate import generate
from consolidation.shipment_files import content_hash, read_shipments, write_shipments
from consolidation.shipments import Shipment
from network.errors import InputError
from tests.goods import findings
from tests.networks import tiny_network

MONDAY = dt.date(2026, 11, 30)


@pytest.fixture(scope="module")
def week() -> list[Shipment]:
    return generate(tiny_network(), 2000, 1, MONDAY)


def test_same_seed_same_week(week: list[Shipment]) -> None:
    assert generate(tiny_network(), 2000, 1, MONDAY) == week
    assert content_hash(generate(tiny_network(), 2000, 2, MONDAY)) != content_hash(week)


def test_order_of_the_networks_rows_is_irrelevant(week: list[Shipment]) -> None:
    network = tiny_network()
    turned = network.replace(places=network.places[::-1], products=network.products[::-1])
    assert generate(turned, 2000, 1, MONDAY) == week


def test_a_longer_week_begins_with_the_shorter_one(week: list[Shipment]) -> None:
    assert generate(tiny_network(), 100, 1, MONDAY) == week[:100]


def test_the_network_knows_everything(week: list[Shipment], tmp_path: Path) -> None:
    assert len(week) == 2000
    assert findings(tiny_network(), *week) == []
    write_shipments(week[:200], tmp_path / "week.csv")
    assert read_shipments(tmp_path / "week.csv", tiny_network()) == tuple(week[:200])


def test_volumes_are_small_with_a_long_tail(week: list[Shipment]) -> None:
    volumes = [float(shipment.volume_m3) for shipment in week]
    assert 1.8 < statistics.median(volumes) < 2.2
    assert 0.01 < sum(volume > 15 for volume in volumes) / len(volumes) < 0.05
    assert max(volumes) < 46
    assert min(volumes) > 0.02


def test_cartons_respect_the_receiving_rules(week: list[Shipment]) -> None:
    for shipment in week:
        sides = [shipment.carton_length_cm, shipment.carton_width_cm, shipment.carton_height_cm]
        assert max(side for side in sides if side is not None) <= Decimal("63.5")
        assert shipment.carton_weight_kg is not None
        assert Decimal(1) < shipment.carton_weight_kg <= Decimal("22.68")


def test_narrow_limits_choose_smaller_cartons() -> None:
    network = tiny_network()
    limits = {"max_length_cm": 60.0, "max_width_cm": 50.0, "max_height_cm": 50.0, "max_carton_kg": 15.0}
    network = network.replace(receiving=tuple(row.model_copy(update=limits) for row in network.receiving))
    for shipment in generate(network, 300, 3, MONDAY):
        assert shipment.carton_length_cm is not None
        assert shipment.carton_length_cm <= 60
        assert shipment.carton_weight_kg is not None
        assert shipment.carton_weight_kg <= 15


def test_days_markets_importers_and_consent(week: list[Shipment]) -> None:
    days = Counter(shipment.ready_date for shipment in week)
    assert set(days) <= {MONDAY + dt.timedelta(days=k) for k in range(6)}
    assert days[MONDAY + dt.timedelta(days=3)] > days[MONDAY]
    german = sum(shipment.destination_fc == "DTM2" for shipment in week)
    assert 0 < german < len(week) / 4
    own = sum(shipment.importer_id == shipment.seller_id for shipment in week) / len(week)
    assert 0.35 < own < 0.55
    assert {s.importer_id for s in week if s.importer_id != s.seller_id} == {
        "DRAGON-US", "DRAGON-DE", "HARBOUR-US", "HARBOUR-DE",
    }  # fmt: skip
    assert 0.93 < sum(shipment.coload_consent for shipment in week) / len(week) < 1
    assert (
        len({shipment.seller_id for shipment in week})
        < len({shipment.inbound_plan_id for shipment in week})
        < len(week)
    )


def test_dates_prices_and_goods(week: list[Shipment]) -> None:
    dated = [shipment for shipment in week if shipment.due_date is not None]
    urgent = [s for s in dated if s.due_date is not None and (s.due_date - s.ready_date).days < 20]
    assert 0.4 < len(dated) / len(week) < 0.6
    assert 0.01 < len(urgent) / len(week) < 0.08
    assert all(shipment.late_price_per_day is not None for shipment in urgent)
    assert {s.shipment_id for s in urgent} == {s.shipment_id for s in week if s.inbound_plan_id.endswith("-URGENT")}
    assert {shipment.cargo_class for shipment in week} == {"general", "lithium_battery", "liquid"}
    assert any(shipment.hs_code.startswith("0") for shipment in week)
    assert all(
        shipment.units is not None and shipment.cartons is not None and shipment.units >= shipment.cartons
        for shipment in week
    )


def test_shipments_of_one_plan_go_to_different_fcs_of_one_market(week: list[Shipment]) -> None:
    plans: dict[str, list[Shipment]] = {}
    for shipment in week:
        plans.setdefault(shipment.inbound_plan_id, []).append(shipment)
    network = tiny_network()
    assert max(map(len, plans.values())) > 1
    for shipments in plans.values():
        assert len({s.destination_fc for s in shipments}) == len(shipments)
        assert len({network.place[s.destination_fc].market for s in shipments}) == 1
        assert len({(s.seller_id, s.origin, s.ready_date, s.hs_code, s.importer_id) for s in shipments}) == 1


def test_without_cities_goods_start_at_warehouses() -> None:
    network = tiny_network()
    network = network.replace(places=tuple(place for place in network.places if place.kind != "city"))
    assert {shipment.origin for shipment in generate(network, 50, 1, MONDAY)} == {"WH-SZX", "WH-NGB"}


def test_a_sunday_alone_is_a_ready_day_too() -> None:
    sunday = MONDAY - dt.timedelta(days=1)
    assert {s.ready_date for s in generate(tiny_network(), 10, 1, sunday, days=1)} == {sunday}


@pytest.mark.parametrize(
    ("table", "what"), [("products", "products"), ("places", "origin warehouses"), ("receiving", "FCs")]
)
def test_nothing_to_draw_from(table: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        generate(tiny_network(**{table: ()}), 10, 1, MONDAY)


def test_no_shipments_asked_for() -> None:
    with pytest.raises(InputError, match="2 problem"):
        generate(tiny_network(), 0, 1, MONDAY, days=0)
