"""Limits and refusals: the plan stays as worked out by hand, the world around it becomes narrower."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from consolidation.checking import rules
from network.model import Network
from network.tables import Closure, Compatibility
from tests.hand_plan import NETWORK, S1, S2, causes, hand_plan, shipment, shipments, traveller


def _with(table: str, key: str, name: str, **changes: Any) -> Network:
    """Return the network with one row changed."""
    rows = getattr(NETWORK, table)
    return NETWORK.replace(
        **{table: tuple(row.model_copy(update=changes) if getattr(row, key) == name else row for row in rows)}
    )


def _place(name: str, **changes: Any) -> Network:
    return _with("places", "place_id", name, **changes)


def _planning(**changes: Any) -> Network:
    return NETWORK.replace(planning=NETWORK.planning.model_copy(update=changes))


def _compatibility(rule: str, subject: str, cargo_class: str) -> Network:
    row = Compatibility.model_validate({"rule": rule, "subject": subject, "cargo_class": cargo_class})
    return NETWORK.replace(compatibility=(*NETWORK.compatibility, row))


def _receiving(**changes: Any) -> Network:
    return _with("receiving", "scope", "US", **changes)


NARROWER: list[tuple[str, Network]] = [
    ("PLACE.CLOSED", _place("WH-SZX", closed=True)),
    ("PLACE.CLOSED", _place("CNYTN", closed=True)),
    ("PLACE.CLOSED", _place("USLAX", closed=True)),
    ("PLACE.CLOSED", _place("DC-LAX", closed=True)),
    ("PLACE.CLOSED", _place("ONT8", closed=True)),
    ("LANE.CLOSED", _with("lanes", "lane_id", "YTN-LAX", closed=True)),
    ("MODE.CLASS_REFUSED", _compatibility("mode_refuses", "ocean", "general")),
    ("PLACE.CLASS_REFUSED", _compatibility("place_refuses", "WH-SZX", "general")),
    ("PLACE.CLASS_REFUSED", _compatibility("place_refuses", "DC-LAX", "general")),
    ("RECEIVING.CLASS_REFUSED", _receiving(refused_classes=("general",))),
    ("RECEIVING.CARTON_WEIGHT", _receiving(max_carton_kg=19.9)),
    ("RECEIVING.NO_RULE", NETWORK.replace(receiving=NETWORK.receiving[1:])),
    ("DECONSOLIDATION.MARKET", _place("DC-LAX", serves_markets=("CA",))),
    ("CUSTOMS.NO_RATE", NETWORK.replace(duties=tuple(row for row in NETWORK.duties if row.schedule != "US"))),
    ("CUSTOMS.NO_POINT", NETWORK.replace(regimes=NETWORK.regimes[1:])),
    ("HORIZON.WAIT", _planning(max_wait_days=7)),
    ("HORIZON.DEPARTURE", _planning(horizon_days=7)),
    ("LOAD.VOLUME", _with("equipment", "equipment_id", "20GP", volume_m3=9.9)),
    ("LOAD.WEIGHT", _with("equipment", "equipment_id", "20GP", payload_kg=1999.0)),
    ("LOAD.EQUIPMENT", _with("lanes", "lane_id", "YTN-LAX", equipment=("40HC",))),
    ("LOAD.IMPORTERS", _planning(max_importers_per_load=1)),
    ("CAPACITY.ALLOTMENT", _with("departures", "departure_id", "YTN-LAX-W", allotment_teu=0.9)),
    ("CAPACITY.HANDLING", _place("WH-SZX", handling_m3_per_day=9.9)),
    ("CAPACITY.RECEIVING", _place("ONT8", receiving_m3_per_week=9.9)),
    ("DEPARTURE.NOT_RUNNING", _with("departures", "departure_id", "YTN-LAX-W", skip_dates=("2026-12-02",))),
    ("DEPARTURE.NOT_RUNNING", _with("departures", "departure_id", "YTN-LAX-W", weekday=4)),
    ("CUTOFF.CFS", _with("departures", "departure_id", "YTN-LAX-W", lco_h=156.1)),
    ("CUTOFF.CFS", _with("departures", "departure_id", "YTN-LAX-W", fco_h=156.1)),
    ("TARIFF.NONE", _with("charges", "charge_id", "ocean-us-20", equipment=("45HC",)).replace(
        charges=tuple(row for row in NETWORK.charges if row.charge_id not in ("ocean-us-20", "ocean-us-baf")))),
    ("TARIFF.NONE", _place("DC-LAX", ltl_tariff="")),
]  # fmt: skip


@pytest.mark.parametrize(("cause", "network"), NARROWER, ids=[f"{k}-{row[0]}" for k, row in enumerate(NARROWER)])
def test_refuses_the_plan_in_a_narrower_world(cause: str, network: Network) -> None:
    assert cause in causes(hand_plan(), network)


EXACTLY: list[Network] = [
    _with("departures", "departure_id", "YTN-LAX-W", allotment_teu=1.0),
    _place("WH-SZX", handling_m3_per_day=10.0),
    _place("ONT8", receiving_m3_per_week=10.0),
    _planning(max_importers_per_load=2),
    _planning(max_wait_days=8),
    _receiving(max_carton_kg=20.0),
]


@pytest.mark.parametrize("network", EXACTLY)
def test_accepts_the_plan_at_the_limit(network: Network) -> None:
    assert causes(hand_plan(), network) == (
        {"INPUT.HORIZON"} if network.planning.horizon_days != NETWORK.planning.horizon_days else set()
    )


def test_the_last_minute_before_the_cutoff_is_in_time() -> None:
    # stuffed on 25 November, leaves at 18:00, half a day by road: 06:00 on 26 November, 156 hours before 18:00 on 2 December
    assert "CUTOFF.CFS" not in causes(hand_plan(), _with("departures", "departure_id", "YTN-LAX-W", lco_h=156.0))


def test_classes_in_conflict_may_not_share_a_load() -> None:
    goods = [shipment({**S1, "cargo_class": "liquid"}), shipment({**S2, "cargo_class": "lithium_battery"})]
    assert "LOAD.CONFLICT" in causes(hand_plan(), goods=goods)


def test_a_seller_who_does_not_consent_travels_with_its_own_goods_only() -> None:
    assert "LOAD.CONSENT" in causes(hand_plan(), goods=[shipment({**S1, "coload_consent": False}), shipment(S2)])
    same = [shipment({**row, "seller_id": "ANNA", "coload_consent": False}) for row in (S1, S2)]
    plan = hand_plan()
    plan["shipments"][1]["seller_id"] = "ANNA"
    assert causes(plan, goods=same) == set()


def test_a_closed_day_moves_every_later_date() -> None:
    row = Closure.model_validate(
        {"calendar": "DC-LAX", "kind": "holiday", "name": "Stocktaking", "start": "2026-12-23", "end": "2026-12-23"}
    )
    found = causes(hand_plan(), NETWORK.replace(calendars=(*NETWORK.calendars, row)))
    assert {"DATE.AT_DECONSOLIDATION", "DATE.DISPATCHED", "DATE.DELIVERED", "DATE.RECEIVED", "DATE.DAYS"} <= found
    assert "DATE.CLEARED" not in found


def test_carton_sides_are_compared_longest_first() -> None:
    sides = {"carton_length_cm": 40, "carton_width_cm": 70, "carton_height_cm": "35.7"}
    goods = shipment({**S1, **sides, "volume_m3": Decimal("3.9984")})
    narrow = _receiving(max_length_cm=70.0, max_width_cm=40.0, max_height_cm=35.6)
    found = list(rules.carton_sides(traveller(goods, narrow)))
    assert [row.found for row in found] == ["35.7 cm"]
    assert not list(rules.carton_sides(traveller(goods, _receiving(max_length_cm=70.0, max_width_cm=40.0))))


def test_a_direct_container_needs_an_fc_near_by_that_takes_it() -> None:
    way: dict[str, Any] = {"service": "direct_container", "final_leg": "direct", "deconsolidation_id": ""}
    near, far = shipment(S1), shipment({**S1, "destination_fc": "IND9"})
    assert not list(rules.container_accepted(traveller(near, **way)))
    assert [row.cause for row in rules.container_accepted(traveller(far, **way))] == ["DIRECT.DISTANCE"]
    refused = list(rules.container_accepted(traveller(near, _receiving(accepts_containers=False), **way)))
    assert [row.cause for row in refused] == ["RECEIVING.CONTAINER"]
    abroad = list(rules.container_accepted(traveller(near, _place("ONT8", country="MX"), **way)))
    assert [row.cause for row in abroad] == ["DIRECT.COUNTRY"]
    unpriced = list(rules.container_accepted(traveller(near, _place("USLAX", direct_tariff=""), **way)))
    assert [row.cause for row in unpriced] == ["TARIFF.NONE"]


def test_a_courier_serves_one_relation_and_takes_light_cartons() -> None:
    way: dict[str, Any] = {
        "service": "courier",
        "final_leg": "courier",
        "courier_id": "EXPRESS-US",
        "trunk_load_id": "",
    }
    assert not list(rules.courier_serves(traveller(shipment(S1), **way)))
    german = shipment({**S1, "destination_fc": "DTM2"})
    assert [row.cause for row in rules.courier_serves(traveller(german, **way))] == ["COURIER.SERVICE"]
    heavy = shipment({**S1, "cartons": 26})
    assert [row.cause for row in rules.courier_serves(traveller(heavy, **way))] == ["COURIER.CARTON_WEIGHT"]


def test_goods_are_collected_within_their_country() -> None:
    goods = shipment({**S1, "origin": "Shenzhen"})
    for country, expected in (("IN", ["WAREHOUSE.COUNTRY"]), ("HK", ["WAREHOUSE.COUNTRY"]), ("CN", [])):
        each = traveller(goods, _place("WH-SZX", country=country), origin="Shenzhen")
        assert [row.cause for row in rules.warehouse_near(each)] == expected


def test_collection_is_limited_in_distance() -> None:
    yiwu = traveller(shipment({**S1, "origin": "Yiwu"}), origin="Yiwu")
    assert [row.cause for row in rules.warehouse_near(yiwu)] == ["WAREHOUSE.DISTANCE"]
    assert not list(rules.warehouse_near(traveller(shipments()[0])))
