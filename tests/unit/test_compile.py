"""From itineraries to arrays: pools, fees, limits, prices of leaving out, and what may be dropped."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from consolidation.compile import Compiled, entry_fee, unplanned_prices
from consolidation.itineraries import LEGS, Itineraries
from consolidation.pooling import TruckPool, TrunkPool
from consolidation.pricing import Pricer, Prices
from network.customs import DutyBook
from network.model import Network
from network.price_tables import Charge
from network.tables import Compatibility
from network.tariffs import TariffBook
from solvers.problem import EntryFee
from tests.goods import compiled, edited, found, goods, planning, quick_plan
from tests.networks import tiny_network


def _sailing(places: dict[str, dict[str, Any]] | None = None, **changes: Any) -> Network:
    """Return the tiny network with one sailing Yantian - Los Angeles and no other way."""
    sailing: dict[str, Any] = {"valid_from": "2026-12-02", "valid_to": "2026-12-02", "allotment_teu": None}
    sailing.update(changes.pop("sailing", {}))
    bare: dict[str, dict[str, Any]] = {
        "USLAX": {"direct_tariff": ""},
        "DC-LAX": {"parcel_tariff": "", "ftl_tariff": ""},
        "WH-SZX": {"handling_m3_per_day": None},
    }
    for name, columns in (places or {}).items():
        bare[name] = {**bare.get(name, {}), **columns}
    tables = {
        "departures": edited("departures", {"YTN-LAX-W": sailing}, keep=["YTN-LAX-W"]),
        "places": edited("places", bare),
        "couriers": (),
    }
    return tiny_network(**{**tables, **changes})


def _pallets(**changes: Any) -> Network:
    """Return the tiny network without whole trucks."""
    return tiny_network(places=edited("places", {"DC-LAX": {"ftl_tariff": ""}}), **changes)


TRUCKS = {"DC-LAX": {"ftl_tariff": "FTL-US"}}


def _legs(made: Compiled, lot: int = 0) -> list[str]:
    return [LEGS[int(made.options.leg[option])] for option in made.problem.options_of(lot)]


def _all(made: Compiled) -> Itineraries:
    return made.options.take(np.arange(made.problem.n_options))


def _prices(network: Network, options: Itineraries) -> Prices:
    return Pricer(network, TariffBook(network), DutyBook(network)).price(options)


def test_one_sailing_is_one_pool_with_both_containers() -> None:
    made = compiled(_sailing(), goods("A"), goods("B"))
    problem = made.problem
    assert (problem.n_lots, problem.n_options, problem.n_pools, problem.n_types) == (2, 2, 1, 2)
    assert [offer.equipment.equipment_id for offer in made.offers] == ["20GP", "40HC"]
    assert problem.type_price.tolist() == [3_438_000_000, 3_988_000_000]  # see the loads
    assert problem.type_volume_cm3.tolist() == [28_000_000, 68_000_000]
    assert problem.type_weight_g.tolist() == [20_000_000, 20_000_000]
    assert problem.pool_max_parties.tolist() == [-1]
    assert isinstance(made.pools[0], TrunkPool)
    assert (made.pools[0].mode, made.pools[0].regime_id, made.pools[0].fc) == ("ocean", "US", None)
    # Own cash 773.90 and 44.71 + 136 for 34 days.
    assert problem.option_cost.tolist() == [954_610_000, 954_610_000]


def test_entry_fees_become_a_scheme_of_the_pool() -> None:
    made = compiled(_sailing(), goods())
    assert made.problem.pool_scheme.tolist() == [0]
    assert made.problem.entry_schemes == (
        (
            EntryFee("us-mpf", 0, 3_464_000, 33_580_000, 651_500_000),
            EntryFee("us-hmf", 0, 1_250_000, 0, None),
            EntryFee("us-broker", 100_000_000, 0, 0, None),
        ),
    )


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"basis": "per_entry", "rate": "90"}, EntryFee("x", 99_000_000, 0, 0, None)),
        ({"basis": "per_entry", "rate": "90", "minimum": "100"}, EntryFee("x", 110_000_000, 0, 0, None)),
        ({"basis": "per_entry", "rate": "90", "maximum": "50"}, EntryFee("x", 55_000_000, 0, 0, None)),
        ({"basis": "pct_of_entry_value", "rate": "0.21"}, EntryFee("x", 0, 2_100_000, 0, None)),
        ({"basis": "pct_of_entry_value", "rate": "0.3464", "minimum": "10", "maximum": "20"},
         EntryFee("x", 0, 3_464_000, 11_000_000, 22_000_000)),
    ],
)  # fmt: skip
def test_fees_in_a_foreign_currency(columns: dict[str, str], expected: EntryFee) -> None:
    # One EUR is 1.10 USD; a percentage of a value in the plan currency is not converted.
    charge = Charge.model_validate(
        {"charge_id": "x", "tariff": "T", "code": "X", "name": "x", "category": "customs", "side": "destination",
         "currency": "EUR", **columns}
    )  # fmt: skip
    assert entry_fee(tiny_network(), charge) == expected


def test_parties_groups_classes_and_consent() -> None:
    week = [
        goods("A", seller_id="ZOE", importer_id="B-IOR", cargo_class="liquid"),
        goods("B", seller_id="ANNA", importer_id="A-IOR", cargo_class="lithium_battery", coload_consent="no"),
        goods("C", seller_id="ZOE", cargo_class="general"),
    ]
    problem = compiled(_sailing(planning=planning(max_importers_per_load=2)), *week).problem
    assert problem.lot_group.tolist() == [1, 0, 1]
    assert problem.lot_party.tolist() == [1, 0, 2]  # A-IOR, B-IOR, ZOE
    assert problem.lot_alone.tolist() == [False, True, False]
    assert problem.pool_max_parties.tolist() == [2]
    # Classes in order of name: general, liquid, lithium_battery; the last two conflict.
    assert problem.lot_class.tolist() == [1, 2, 0]
    assert problem.conflict.tolist() == [[False, False, False], [False, False, True], [False, True, False]]


def test_allotments_bind_the_loads_of_one_departure() -> None:
    # 3 TEU: a 20 ft box takes one, a 40 ft box two, of 3.
    problem = compiled(_sailing(sailing={"allotment_teu": 3}), goods()).problem
    assert problem.resource_limit.tolist() == [3000]
    assert problem.type_resource.tolist() == [0, 0]
    assert problem.type_resource_amount.tolist() == [1000, 2000]
    assert compiled(_sailing(), goods()).problem.type_resource.tolist() == [-1, -1]


def test_handling_limits_count_the_day_of_stuffing_where_they_can_bind() -> None:
    limited = _sailing({"WH-SZX": {"handling_m3_per_day": 7.0}})
    problem = compiled(limited, goods("A"), goods("B")).problem  # 8 m3 on the same day
    assert problem.resource_limit.tolist() == [7_000_000]
    assert problem.option_resource.tolist() == [0, 0]
    assert problem.option_resource_amount.tolist() == [4_000_000, 4_000_000]
    roomy = _sailing({"WH-SZX": {"handling_m3_per_day": 8.0}})
    assert compiled(roomy, goods("A"), goods("B")).problem.n_resources == 0
    other_day = compiled(limited, goods("A"), goods("B", ready_date="2026-11-25")).problem
    assert other_day.n_resources == 0


def test_receiving_limits_count_by_fc_and_week_of_delivery() -> None:
    limited = {"ONT8": {"receiving_m3_per_week": 5.0}, "LGB8": {"receiving_m3_per_week": 5.0}}
    problem = compiled(_sailing(limited), goods("A"), goods("B"), goods("C", destination_fc="LGB8")).problem
    assert problem.resource_limit.tolist() == [5_000_000]  # LGB8 alone cannot exceed its limit
    assert np.diff(problem.option_resource_start).tolist() == [1, 1, 0]
    # Deliveries on Sunday and Monday are in different weeks: 4 m3 each fit.
    two = _sailing(limited, sailing={"valid_to": "2026-12-09"})
    weeks = compiled(two, goods("A"), goods("B")).problem
    assert weeks.resource_limit.tolist() == [5_000_000, 5_000_000]


def test_trucks_are_pools_by_centre_fc_and_day() -> None:
    week = [goods(name, volume_m3="12", gross_weight_kg="2400", cartons=200) for name in "AB"]
    made = compiled(_sailing(TRUCKS), *week)
    (truck,) = [pool for pool in made.pools if isinstance(pool, TruckPool)]
    assert (truck.centre.place_id, truck.fc.place_id) == ("DC-LAX", "ONT8")
    assert sorted(_legs(made)) == ["ftl", "ltl"]
    by_leg = {
        LEGS[int(made.options.leg[option])]: made.problem.pools_of(option) for option in made.problem.options_of(0)
    }
    assert len(by_leg["ltl"]) == 1
    assert len(by_leg["ftl"]) == 2
    assert made.problem.pool_scheme.tolist() == [0, -1]  # customs happens once


def test_a_truck_that_saves_too_little_is_dropped() -> None:
    # Pallets cost 60 + 5.97 each; a truck costs 478.95: one pallet never pays for it.
    made = compiled(_sailing(TRUCKS), goods("A", volume_m3="1"), goods("B", volume_m3="1"))
    assert _legs(made) == ["ltl"]
    assert not [pool for pool in made.pools if isinstance(pool, TruckPool)]


def test_direct_containers_are_pools_by_fc() -> None:
    network = _sailing({"USLAX": {"direct_tariff": "DIRECT-US"}, "DC-LAX": {"ltl_tariff": ""}})
    made = compiled(network, goods("A"), goods("B"), goods("C", destination_fc="LGB8"))
    assert {pool.fc.place_id for pool in made.pools if isinstance(pool, TrunkPool) and pool.fc} == {"ONT8", "LGB8"}
    assert made.problem.n_pools == 2


def test_a_way_dearer_than_going_without_sharing_is_dropped() -> None:
    # By LCL the whole journey costs less than the dear pallets of the consolidated one alone.
    charges = edited("charges", {"ocean-us-ins": {"minimum": "5000"}})
    made = compiled(_pallets(charges=charges), goods())
    lanes = {made.options.routes.runs[int(made.options.routes.run[k])].lane.lane_id for k in _all(made).route if k >= 0}
    assert lanes == {"YTN-LAX-LCL"}
    assert made.problem.n_pools == 0
    assert made.problem.n_options == 1


def test_a_container_that_can_never_pay_is_dropped() -> None:
    # One shipment of 4 m3 saves less than a container costs against LCL.
    assert compiled(_pallets(), goods()).problem.n_pools == 0
    eight = [goods(f"S{k}", volume_m3="6", gross_weight_kg="900") for k in range(8)]
    assert compiled(_pallets(), *eight).problem.n_pools > 0


def test_ways_under_other_limits_stay_though_they_cost_more() -> None:
    # Only LCL, on two Saturdays; the FC receives one of the two shipments a week. The later week costs more time.
    network = tiny_network(
        departures=edited("departures", {"YTN-LAX-LCL-W": {"valid_from": "2026-12-05", "valid_to": "2026-12-12"}},
                          keep=["YTN-LAX-LCL-W"]),
        places=edited("places", {"ONT8": {"receiving_m3_per_week": 5.0}, "DC-LAX": {"ftl_tariff": ""}}),
        couriers=(),
    )  # fmt: skip
    problem = compiled(network, goods("A"), goods("B")).problem
    assert np.diff(problem.option_start).tolist() == [2, 2]
    assert sorted(set(problem.option_resource.tolist())) == [0, 1]
    made = quick_plan(network, [goods("A"), goods("B")])
    assert made.unplanned == ()
    assert {row.departure_id for row in made.shipments} == {"YTN-LAX-LCL-W@2026-12-05", "YTN-LAX-LCL-W@2026-12-12"}


def test_of_two_ways_through_the_same_pools_the_cheaper_stays() -> None:
    # 40 cartons at 12 by parcel, or three pallets.
    network = _sailing({"DC-LAX": {"parcel_tariff": "PARCEL-US"}})
    assert _legs(compiled(network, goods())) == ["ltl"]
    assert _legs(compiled(network, goods(cartons=2, volume_m3="0.2", gross_weight_kg="20"))) == ["parcel"]


def test_options_come_by_shipment_then_cost() -> None:
    made = compiled(
        tiny_network(), *[goods(f"S{k}", volume_m3="9", gross_weight_kg="1500", cartons=100) for k in range(5)]
    )
    for lot in range(5):
        costs = made.problem.option_cost[list(made.problem.options_of(lot))]
        assert (np.diff(costs) >= 0).all()
    assert (_all(made).shipment == made.problem.lot_of_option).all()
    assert (_prices(tiny_network(), _all(made)).total == made.problem.option_cost).all()


def test_leaving_out_costs_more_than_any_way_that_shares_nothing() -> None:
    # On top of the cheapest such way, a container of its own included: 500 + 1,500 x 4 + 20 % of 2,000 = 6,900.
    made = compiled(_pallets(), goods())
    cheapest = int(made.problem.option_cost[0])
    assert made.problem.lot_unplanned_price.tolist() == [cheapest + 6_900_000_000]
    alone = compiled(_sailing(), goods())
    container = min(offer.price for offer in alone.offers)
    own = int(alone.problem.option_cost.min())
    assert alone.problem.lot_unplanned_price.tolist() == [own + container + 6_900_000_000]
    # Nothing can serve it: 500 + 1,500 x 70 + 20 % of 2,000.
    assert compiled(tiny_network(), goods(volume_m3="70")).problem.lot_unplanned_price.tolist() == [105_900_000_000]


def test_prices_of_leaving_out_are_whole_cents() -> None:
    network = tiny_network(planning=planning(unplanned_price=1.005, unplanned_price_per_m3=0, unplanned_pct_of_value=0))
    assert unplanned_prices(network, np.array([1]), np.array([1])).tolist() == [1_010_000]
    network = tiny_network(planning=planning(unplanned_price=0, unplanned_price_per_m3=10, unplanned_pct_of_value=50))
    price = int(unplanned_prices(network, np.array([1_500_000]), np.array([3_000_000]))[0])
    assert Decimal(price) / 1_000_000 == Decimal("16.50")


def test_the_baseline_is_the_cheapest_way_alone() -> None:
    # Without Section 122, which ends before ocean freight arrives and would make the courier dearer.
    network = tiny_network(duties=edited("duties", drop=["us-s122"]))
    made = compiled(network, goods("A"), goods("B", volume_m3="0.02", gross_weight_kg="2", cartons=1))
    best = [LEGS[int(made.alone.leg[k])] for k in made.baseline]
    assert best == ["ltl", "courier"]
    every = found(network, goods("A"), goods("B", volume_m3="0.02", gross_weight_kg="2", cartons=1))
    totals = _prices(network, every).total
    for lot in range(2):
        least = totals[every.alone & (every.shipment == lot)].min()
        assert made.alone_prices.total[made.baseline[lot]] == least
    assert compiled(_sailing(), goods()).baseline.tolist() == [-1]


def test_no_shipments_make_an_empty_problem() -> None:
    problem = compiled(tiny_network()).problem
    assert (problem.n_lots, problem.n_options, problem.n_pools) == (0, 0, 0)


def test_a_class_may_conflict_with_itself() -> None:
    rule = Compatibility(rule="conflict", subject="odour", cargo_class="odour")
    problem = compiled(_sailing(compatibility=(rule,)), goods("A", cargo_class="odour"), goods("B")).problem
    assert problem.conflict.tolist() == [[False, False], [False, True]]
