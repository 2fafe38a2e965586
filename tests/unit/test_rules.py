"""Every rule that keeps a shipment out of a plan, each with the facts that trigger it; the others are planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from consolidation.rules import RULES, deciding_rule, describe
from network.model import Network
from network.tables import Compatibility
from tests.goods import edited, goods, planning, quick_plan
from tests.networks import tiny_network

Change = Callable[[], dict[str, Any]]


def _rules(*rows: tuple[str, str, str]) -> tuple[Compatibility, ...]:
    return tuple(Compatibility(rule=rule, subject=subject, cargo_class=cargo) for rule, subject, cargo in rows)


def _sailing_only(**changes: Any) -> dict[str, Any]:
    """Return changes that leave the Wednesday sailing to Los Angeles and the Saturday one to Hamburg only."""
    return {"couriers": (), "departures": edited("departures", keep=["YTN-LAX-W", "YTN-HAM-W"]), **changes}


# rule, changes of the network, columns of the shipment, words of the detail
CASES: list[tuple[str, Change, dict[str, Any], str]] = [
    ("RECEIVING.CLOSED", lambda: {"places": edited("places", {"ONT8": {"closed": "yes"}})}, {}, "FC ONT8 is closed"),
    ("RECEIVING.NO_RULE", lambda: {"receiving": edited("receiving", drop=["US"])}, {}, "no receiving rule covers FC ONT8"),
    ("RECEIVING.CLASS_REFUSED", dict, {"cargo_class": "explosive"}, "FC ONT8 does not accept cargo class explosive"),
    ("RECEIVING.CARTON_SIDE", dict,
     {"volume_m3": None, "carton_length_cm": "70", "carton_width_cm": "40", "carton_height_cm": "30"},
     "cartons of 70 x 40 x 30 cm exceed what FC ONT8 accepts (63.5 x 63.5 x 63.5 cm)"),
    ("RECEIVING.CARTON_WEIGHT", dict, {"gross_weight_kg": "1000"}, "cartons of 25.0 kg exceed the 22.68 kg"),
    ("EQUIPMENT.TOO_LARGE", dict, {"volume_m3": "70"}, "70 m3 and 800 kg do not fit the largest container"),
    ("ORIGIN.NO_WAREHOUSE", lambda: {"couriers": ()}, {"origin": "45.0, 90.0"}, "no open origin warehouse within 900 km"),
    ("LANE.NONE", lambda: {"couriers": (), "lanes": edited("lanes", drop=["YTN-HAM"]),
                           "departures": edited("departures", drop=["YTN-HAM-W"])},
     {"destination_fc": "DTM2"}, "no departure within the horizon leads from its origin warehouses to market DE"),
    ("CUTOFF.CFS", lambda: _sailing_only(planning=planning(horizon_days=8)), {"ready_date": "2026-11-28"},
     "ready 2026-11-28 is after the CFS cut-off"),
    ("HORIZON.WAIT", lambda: _sailing_only(planning=planning(max_wait_days=6, horizon_days=14)), {},
     "leaves more than 6 days after 2026-11-24"),
    ("MODE.CLASS_REFUSED", lambda: _sailing_only(compatibility=_rules(("mode_refuses", "ocean", "magnet"))),
     {"cargo_class": "magnet"}, "carries cargo class magnet"),
    ("PLACE.CLASS_REFUSED", lambda: _sailing_only(compatibility=_rules(("place_refuses", "USLAX", "magnet"))),
     {"cargo_class": "magnet"}, "does not handle cargo class magnet"),
    ("CUSTOMS.NO_RATE", lambda: {"duties": edited("duties", keep=["us-mfn-lamps", "eu-mfn"])},
     {"hs_code": "850760"}, "no duty rate covers HS code 850760"),
    ("LEG.NONE", lambda: {"couriers": (), "places": edited("places", {"DC-HAM": {"ltl_tariff": "", "ftl_tariff": ""}})},
     {"destination_fc": "DTM2"}, "offer no final leg to FC DTM2"),
    ("PRICE", lambda: _sailing_only(departures=edited("departures", {"YTN-LAX-W": {"allotment_teu": 0}},
                                                      keep=["YTN-LAX-W", "YTN-HAM-W"])), {},
     "leaving it out was cheaper than any itinerary with room for it"),
]  # fmt: skip


OTHERS: dict[str, dict[str, str]] = {
    "RECEIVING.NO_RULE": {"destination_fc": "DTM2"},
    "HORIZON.WAIT": {"ready_date": "2026-11-27"},
    "PLACE.CLASS_REFUSED": {"destination_fc": "DTM2"},
    "PRICE": {"destination_fc": "DTM2"},
}
"""Columns of the shipments that are planned, where the rule is about the way to the United States."""


@pytest.mark.parametrize(("rule", "changes", "columns", "words"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_leaves_out_its_shipment_and_no_other(
    rule: str, changes: Change, columns: dict[str, Any], words: str
) -> None:
    network = tiny_network(**changes())
    fits = {"destination_fc": "LGB8", **OTHERS.get(rule, {})}
    others = [goods(f"OK{k}", **fits) for k in range(2)]
    made = quick_plan(network, [others[0], goods("BAD", **columns), others[1]])
    assert [row.shipment_id for row in made.shipments] == ["OK0", "OK1"]
    (left,) = made.unplanned
    assert (left.shipment_id, left.rule) == ("BAD", rule)
    assert words in left.detail
    assert left.change
    if rule != "PRICE":
        assert left.refusals[rule] > 0
        assert left.price == _stated(network, columns)  # as stated, and not a cent on top: nobody chose it
        assert made.refusals[rule] >= left.refusals[rule]


def _stated(network: Network, columns: dict[str, Any]) -> Decimal:
    """Return 500 + 1,500 per m3 + 20 % of the value, worked out here."""
    shipment = goods("BAD", **columns)
    assert network.planning.unplanned_price == 500
    return Decimal(500) + 1500 * shipment.volume_m3 + shipment.goods_value / 5


def test_price_leaves_out_at_its_stated_price() -> None:
    # No room at all: 500 + 1,500 x 4 m3 + 20 % of 2,000, on top of a container of its own.
    network = tiny_network(
        **_sailing_only(departures=edited("departures", {"YTN-LAX-W": {"allotment_teu": 0}}, keep=["YTN-LAX-W"]))
    )
    made = quick_plan(network, [goods()])
    (left,) = made.unplanned
    assert left.rule == "PRICE"
    roomy = quick_plan(tiny_network(**_sailing_only()), [goods()]).certificate
    entry_fees = sum(line.amount for line in made.cost_lines)
    assert entry_fees == 0
    assert Decimal(6900) < left.price <= Decimal(6900) + roomy.cost
    assert made.certificate.unplanned_price == made.certificate.cost == left.price


def test_cartons_too_heavy_for_the_only_courier() -> None:
    # No origin dray: the courier is the only way, and its cartons may weigh 15 kg.
    network = tiny_network(couriers=edited("couriers", {"EXPRESS-US": {"max_carton_kg": 15}}), places=_no_warehouses())
    made = quick_plan(network, [goods("BAD", origin="Shenzhen"), goods("OK", origin="Shenzhen", cartons=80)])
    assert [row.service for row in made.shipments] == ["courier"]
    assert made.unplanned[0].refusals == {"COURIER.CARTON_WEIGHT": 1, "ORIGIN.NO_WAREHOUSE": 1}


def _no_warehouses() -> tuple[Any, ...]:
    return edited("places", {name: {"closed": "yes"} for name in ("WH-SZX", "WH-NGB")})


@pytest.mark.parametrize(
    ("refusals", "rule"),
    [
        ({"LANE.NONE": 9, "CUTOFF.CFS": 1}, "CUTOFF.CFS"),
        ({"CUTOFF.CFS": 5, "CUSTOMS.NO_RATE": 1}, "CUSTOMS.NO_RATE"),
        ({"HORIZON.WAIT": 5, "MODE.CLASS_REFUSED": 1}, "MODE.CLASS_REFUSED"),
        ({"CUTOFF.CFS": 9, "HORIZON.WAIT": 1}, "HORIZON.WAIT"),
        ({"COURIER.CARTON_WEIGHT": 1}, "COURIER.CARTON_WEIGHT"),
        ({"RECEIVING.CARTON_SIDE": 1}, "RECEIVING.CARTON_SIDE"),
        ({}, "LANE.NONE"),
    ],
)
def test_the_rule_that_stopped_what_got_furthest_is_named(refusals: dict[str, int], rule: str) -> None:
    assert deciding_rule(Counter(refusals)) == rule


def test_every_rule_has_words_and_a_case() -> None:
    network = tiny_network()
    for rule in RULES:
        detail, change = describe(network, goods(carton_weight_kg="20"), rule)
        assert detail
        assert change
        assert "{" not in detail + change
    elsewhere = {"COURIER.CARTON_WEIGHT", "TARIFF.NONE", "WINDOW.INBOUND_PLAN", "DEADLINE.EVENT", "CHANCE.TARGET"}
    assert {case[0] for case in CASES} | elsewhere == set(RULES)
