"""Greenhouse gases of a plan: worked out by hand on the quickstart, and what is said where no factor is known."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from consolidation import read_network, read_shipments
from consolidation.emissions import Emission, emissions, emissions_of, total
from consolidation.plan_model import Plan
from consolidation.studies import read_request, study
from network.columns import Carriage
from network.errors import InputError
from network.io import inspect_network, write_network
from network.model import Network
from network.rows import choices
from network.tables import EmissionFactor
from tests.goods import quick_plan
from tests.networks import tiny_network

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"


@pytest.fixture(scope="module")
def network() -> Network:
    """Return the network of the quickstart."""
    return read_network(QUICKSTART / "net")


@pytest.fixture(scope="module")
def made(network: Network) -> Plan:
    """Return the plan of the quickstart."""
    return quick_plan(network, read_shipments(QUICKSTART / "shipments.csv", network))


def test_the_quickstart_by_hand(made: Plan, network: Network) -> None:
    # Tonnes: Q01 1, Q02 0.8, Q03 1.6, Q04 0.06, Q05 2.7, Q06 0.72, Q07 0.24, Q08 1.2, Q09 0.64, Q10 3.2, Q11 0.04.
    by_hand = {
        # 5.22 t from Shenzhen (Q01, Q02, Q05, Q06), 5.5 from Dongguan (Q03, Q04, Q09, Q10), Q07 from Yiwu; Q08 brings its
        # goods itself. x 0.25, Q04 and Q06 to the gram: 1.1025 is 1.103 and 1.764 stays.
        "collection": ("504.006", "126.002"),  # 5.22 x 9.8 + 5.5 x 73.5 + 0.24 x 202.5
        "origin_dray": ("364.800", "36.480"),  # 12.16 t, all but Q11, x 30 km; x 0.1
        "ocean": ("131976.000", "2639.520"),  # 11.28 t, all but Q07, Q09 and Q11, x 11,700 km; x 0.02
        "ocean_lcl": ("10080.000", "201.600"),  # Q07 0.24 x 10,800 + Q09 0.64 x 11,700; x 0.02
        "courier": ("468.440", "327.908"),  # Q11 0.04 x 11,711 km in a straight line; x 0.7
        "drayage": ("179.200", "17.920"),  # 8.96 t, neither Q10 (direct) nor Q11, x 20 km; x 0.1
        "ltl": ("6580.712", "822.589"),  # Q02, Q06, Q07 to IND9 1.76 x 3,657.7 + Q08 1.2 x 119.3; x 0.125
        "ftl": ("708.642", "70.864"),  # Q01, Q03, Q05, Q09 in one truck 5.94 x 119.3; x 0.1, each to the gram
        "parcel": ("6.462", "1.616"),  # Q04 0.06 x 107.7; 1.6155 rounded half up
        "direct": ("386.560", "38.656"),  # Q10 3.2 x 120.8; x 0.1
    }
    found = emissions(made, network)
    assert {mode: (part.tonne_km, part.co2e_kg) for mode, part in found.items()} == {
        mode: (Decimal(carried), Decimal(emitted)) for mode, (carried, emitted) in by_hand.items()
    }
    assert list(found) == list(by_hand)
    assert total(found.values()) == Emission(tonne_km=Decimal("151254.822"), co2e_kg=Decimal("4283.155"))


def test_goods_that_wait_overseas_take_a_shuttle(made: Plan, network: Network) -> None:
    by_pallets = next(row for row in made.shipments if row.shipment_id == "Q02")
    stored = by_pallets.model_copy(
        update={"overseas_id": "LGB8", "final_leg": "overseas", "replenishment": "parcel", "final_leg_km": Decimal(50)}
    )
    found = emissions_of([stored], network)
    # DC-LAX to LGB8 is 107.7 km, as Q04's parcels travel.
    assert found["shuttle"] == Emission(tonne_km=Decimal("0.8") * Decimal("107.7"), co2e_kg=None)
    assert found["parcel"] == Emission(tonne_km=Decimal(40), co2e_kg=Decimal(10))
    assert "ltl" not in found


def test_a_mode_without_a_factor_is_not_taken_for_clean(made: Plan, network: Network) -> None:
    known = tuple(row for row in network.emission_factors if row.mode != "courier")
    found = emissions(made, network.replace(emission_factors=known))
    assert found["courier"] == Emission(tonne_km=Decimal("468.440"), co2e_kg=None)
    assert found["ocean"].co2e_kg == Decimal("2639.520")
    assert total(found.values()) == Emission(tonne_km=Decimal("151254.822"), co2e_kg=None)


def test_a_factor_of_nothing_is_a_factor(made: Plan, network: Network) -> None:
    electric = EmissionFactor(mode="drayage", kg_co2e_per_tonne_km=Decimal(0), note="electric, green power")
    found = emissions(made, network.replace(emission_factors=(electric,)))
    assert found["drayage"].co2e_kg == 0
    assert total([found["drayage"]]).co2e_kg == 0


def test_nothing_planned_emits_nothing() -> None:
    assert emissions_of([], tiny_network()) == {}
    assert total([]) == Emission(tonne_km=Decimal(0), co2e_kg=Decimal(0))


@pytest.mark.parametrize("changes", [{"lane_id": "NO-LANE"}, {"gateway_out": "NOWHERE"}])
def test_a_plan_of_another_network_is_refused(made: Plan, network: Network, changes: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"shipment Q01.*'N") as raised:
        emissions_of([made.shipments[0].model_copy(update=changes)], network)
    assert [finding.rule for finding in raised.value.findings] == ["REFERENCE.UNKNOWN"]


def test_an_origin_of_another_network_is_refused(made: Plan, network: Network) -> None:
    by_courier = next(row for row in made.shipments if row.courier_id)
    with pytest.raises(InputError, match=r"shipment Q11, origin: found 'Lhasa'"):
        emissions_of([by_courier.model_copy(update={"origin": "Lhasa"})], network)


def test_what_is_wrong_with_factors_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "net"
    write_network(tiny_network(), folder)
    rows = ["mode,kg_co2e_per_tonne_km,source", "ocean,0.02,test", "ocean,0.03,", "ship,0.02,", "rail,-1,", "air,0.6,rumour",
            "ltl,127,", "ftl,,"]  # fmt: skip
    (folder / "emission_factors.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = [finding for finding in inspect_network(folder)[1] if finding.file == "emission_factors.csv"]
    factor, modes = "kg_co2e_per_tonne_km", ", ".join(choices(Carriage))
    assert sorted((finding.row or 0, finding.field, finding.value, finding.expected) for finding in found) == [
        (3, "mode", "ocean", "a value not used before (row 2)"),
        (4, "mode", "ship", f"one of {modes}"),
        (5, factor, "-1", "a number of at least 0 kg CO2e per tonne km"),
        (6, "source", "rumour", "a source of the sources table"),
        (7, factor, "127", "a number of at most 10 kg CO2e per tonne km"),  # grams are a thousandth
        (8, factor, "", "a number (kg CO2e per tonne km)"),
    ]


def test_the_reference_network_has_a_factor_for_all_it_offers(reference: Network) -> None:
    road = {link.kind for link in reference.links} | {"collection", "courier", "ltl", "ftl", "parcel", "direct"}
    known = reference.emission_factor
    assert {lane.mode for lane in reference.lanes} | road <= set(known)
    assert known["ocean"] < known["rail"] < known["ftl"] < known["ltl"] < known["air"]
    published = {row.mode for row in reference.emission_factors if not row.is_estimate}
    assert published == {"ocean", "ocean_lcl", "air"}


def test_results_of_a_study_leave_blank_what_is_not_known(network: Network, tmp_path: Path) -> None:
    write_network(network.replace(emission_factors=()), tmp_path / "net")
    (tmp_path / "study.toml").write_text(
        f"""
[study]
title = "No factors"
network = "net"
shipments = '{QUICKSTART / "shipments.csv"}'

[[scenarios]]
name = "ningbo_closed"
patches = [{{ kind = "close_lanes", lanes = "NGB-LAX-LCL" }}]
""",
        encoding="utf-8",
    )
    study(read_request(tmp_path / "study.toml"), tmp_path / "out")
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["co2e_kg"] for row in rows] == ["", ""]
    assert Decimal(rows[0]["tonne_km"]) == Decimal("151254.822")
