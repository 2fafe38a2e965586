"""What the shipped network promises: its size, its sources, its duties and that every FC can be reached."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from consolidation.planner import unservable
from network.columns import Sourced
from network.customs import DutyBook, value_limits
from network.model import Network
from network.tables import TABLES
from network.tariffs import TariffBook
from tests.goods import goods, lines_of, quick_plan, total

FY2026 = dt.date(2026, 6, 1)


def _kind(network: Network, kind: str) -> list[Any]:
    return [place for place in network.places if place.kind == kind]


def test_size(reference: Network) -> None:
    warehouses = Counter(place.country for place in _kind(reference, "origin_warehouse"))
    assert sum(warehouses.values()) >= 12
    assert set(warehouses) == {"CN", "HK", "IN"}
    assert len(reference.lanes) >= 60
    assert {lane.mode for lane in reference.lanes} >= {"ocean", "ocean_lcl", "ocean_express", "air", "rail"}
    customs = [place for place in reference.places if place.customs_regime]
    assert len(customs) >= 30
    fcs = Counter(place.market for place in _kind(reference, "fc"))
    assert sum(fcs.values()) >= 125
    assert len(fcs) >= 10
    assert min(fcs.values()) >= 1


def test_every_row_with_figures_names_a_source(reference: Network) -> None:
    known = {row.source for row in reference.sources}
    assert len(known) == len(reference.sources)
    nameless = [
        (table, row)
        for table, model in TABLES.items()
        if issubclass(model, Sourced)
        for row in getattr(reference, table)
        if row.source not in known
    ]
    assert nameless == []
    assert all(row.text for row in reference.sources)


def test_rows_that_are_estimates_say_so(reference: Network) -> None:
    estimated = {row.is_estimate for row in reference.charges}
    assert estimated == {True, False}


def test_every_product_has_a_duty_in_every_schedule(reference: Network) -> None:
    book = DutyBook(reference)
    schedules = {regime.schedule for regime in reference.regimes}
    origins = {place.country for place in _kind(reference, "origin_warehouse")}
    missing = [
        (schedule, product.product_id, origin, day)
        for schedule in schedules
        for product in reference.products
        for origin in origins
        for day in (dt.date(2026, 6, 1), dt.date(2026, 12, 15), dt.date(2027, 6, 30))
        for band in range(len(value_limits(reference)) + 1)
        if not book.layers(schedule, product.hs_code, origin, day, band)
    ]
    assert missing == []


def test_every_regime_has_entries_and_every_gateway_of_discharge_a_regime(reference: Network) -> None:
    for lane in reference.lanes:
        assert reference.place[lane.destination].customs_regime in reference.regime, lane.lane_id
    book = TariffBook(reference)
    for regime in reference.regimes:
        assert book.for_entry(regime.entry_tariff, "ocean", dt.date(2026, 12, 1)), regime.regime_id


def test_every_fc_can_be_reached_and_every_warehouse_used(reference: Network) -> None:
    served = {
        market
        for link in reference.links
        for market in reference.place[link.destination].serves_markets
        if any(lane.destination == link.origin for lane in reference.lanes)
    }
    assert {place.market for place in _kind(reference, "fc")} <= served
    starts = {lane.origin for lane in reference.lanes}
    for place in _kind(reference, "origin_warehouse"):
        assert starts & {link.destination for link in reference.links if link.origin == place.place_id}, place.place_id
    assert all(reference.receiving_of(place) is not None for place in _kind(reference, "fc"))
    assert {departure.lane_id for departure in reference.departures} == {lane.lane_id for lane in reference.lanes}


def test_one_shipment_to_each_fc_is_planned(reference: Network) -> None:
    week = [
        goods(place.place_id, origin="SZ-YT", destination_fc=place.place_id, ready_date="2026-11-30", hs_code="39269099",
              volume_m3="1", gross_weight_kg="150", cartons=20)
        for place in _kind(reference, "fc")
    ]  # fmt: skip
    assert unservable(reference, week) == []


def test_scenarios_differ(reference: Network) -> None:
    assert reference.header.scenario == "baseline"
    assert {row.scenario for row in reference.charges} == {"", "baseline", "stressed"}
    by_scenario: dict[str, set[tuple[str, str, tuple[str, ...]]]] = {}
    for row in reference.charges:
        if row.scenario:
            by_scenario.setdefault(row.scenario, set()).add((row.tariff, row.code, row.equipment))
    assert by_scenario["baseline"] & by_scenario["stressed"]
    shipment = goods(origin="SZ-YT", destination_fc="ONT8", ready_date="2026-11-30", hs_code="39269099")
    calm = quick_plan(reference, [shipment])
    stressed = quick_plan(reference, [shipment], scenario="stressed")
    assert calm.inputs.scenario == "baseline"
    assert stressed.inputs.scenario == "stressed"
    assert stressed.certificate.cost > calm.certificate.cost


@pytest.mark.parametrize(("importers", "mpf"), [(10, "335.80"), (1, "187.06")])
def test_merchandise_processing_fee_of_ten_importers_or_one(reference: Network, importers: int, mpf: str) -> None:
    # Fiscal 2026: 0.3464 %, at least 33.58 an entry. Ten entries of 5,400 pay the floor; one of 54,000 pays 187.056.
    sailing = tuple(row for row in reference.departures if row.lane_id == "OC-YTN-LAX")
    network = reference.replace(departures=sailing, couriers=())
    week = [
        goods(f"S{k}", importer_id=f"IOR-{k % importers}", goods_value="5400", volume_m3="2", gross_weight_kg="300",
              origin="SZ-YT", destination_fc="ONT8", ready_date=FY2026, hs_code="39269099")
        for k in range(10)
    ]  # fmt: skip
    made = quick_plan(network, week)
    assert [len(load.shipments) for load in made.loads if load.kind == "trunk"] == [10]
    assert len(made.entries) == importers
    assert all("2025-10-01" <= entry.date <= "2026-09-30" for entry in made.entries)
    assert total(lines_of(made, "US.MPF")) == Decimal(mpf)


def test_paths_are_drawn_for_sea_lanes(reference: Network) -> None:
    for lane in reference.lanes:
        if lane.mode.startswith("ocean"):
            points = reference.path[lane.lane_id]
            assert len(points) >= 2
            assert all(abs(b[0] - a[0]) <= 180 for a, b in itertools.pairwise(points)), lane.lane_id
