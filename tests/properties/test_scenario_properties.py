"""What holds for any scenario: nothing changes nothing, inverses undo, order is irrelevant where patches are unrelated."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from consolidation.scenarios import Applied, Scenario, apply_scenario, row_changes
from consolidation.scenarios.goods import drawn
from consolidation.scenarios.model import ScenarioTable
from consolidation.shipment_files import content_hash as shipments_hash
from network.consistency import check_network
from network.io import content_hash
from tests.goods import goods
from tests.networks import tiny_network

NETWORK = tiny_network()
WEEK = tuple(goods(f"S{k}", destination_fc=fc, seller_id=f"A{k % 3}", inbound_plan_id=f"P{k // 8}" if k % 2 else None)
             for k, fc in enumerate(("ONT8", "IND9", "DTM2") * 8))  # fmt: skip
LANES = [row.lane_id for row in NETWORK.lanes]
FACTORS = st.decimals(0, 4, places=2)
DAYS = st.dates(dt.date(2026, 11, 2), dt.date(2027, 6, 1))


def _do(patches: list[dict[str, Any]], network: Any = NETWORK) -> Applied:
    table = ScenarioTable.model_validate({"name": "x", "patches": patches})
    return apply_scenario(Scenario("x", table.patches), network, WEEK)


def _hash(done: Applied) -> tuple[str, str]:
    return content_hash(done.network), shipments_hash(done.shipments)


BEFORE = (content_hash(NETWORK), shipments_hash(WEEK))
_PAIRS = st.one_of(
    st.sampled_from(LANES).map(lambda x: ({"kind": "close_lanes", "lanes": x}, {"kind": "open_lanes", "lanes": x})),
    st.integers(1, 12).map(lambda d: ({"kind": "transit", "lanes": "*", "add_days": d},
                                      {"kind": "transit", "lanes": "*", "add_days": -d})),
    st.integers(0, 20).map(lambda d: ({"kind": "dwell", "places": {"kinds": "sea_port"}, "add_days": d},
                                      {"kind": "dwell", "places": {"kinds": "sea_port"}, "add_days": -d})),
    st.sampled_from([(25, -20), (100, -50), (300, -75), (60, "-37.5")]).map(
        lambda p: tuple({"kind": "rates", "charges": "*", "percent": Decimal(x)} for x in p)),
    st.integers(1, 50).map(lambda d: ({"kind": "duty_rates", "duties": "*", "add_pct": d},
                                      {"kind": "duty_rates", "duties": "*", "add_pct": -d})),
    st.sampled_from([("2", "0.5"), ("4", "0.25"), ("1.6", "0.625")]).map(
        lambda f: tuple({"kind": "demand", "factor": Decimal(x)} for x in f)),
    st.integers(-30, 30).filter(bool).map(lambda d: ({"kind": "edit_shipments", "add_days": d},
                                                     {"kind": "edit_shipments", "add_days": -d})),
)  # fmt: skip


@given(_PAIRS)
@settings(max_examples=40, deadline=None)
def test_a_patch_and_its_inverse_change_nothing(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert _hash(_do(list(pair))) == BEFORE


_UNRELATED: list[dict[str, Any]] = [
    {"kind": "close_lanes", "lanes": "YTN-HAM"},
    {"kind": "transit", "lanes": "YTN-LAX", "add_days": 2, "first_day": dt.date(2026, 12, 15)},
    {"kind": "blank_sailings", "departures": {"lanes": "YTN-LAX"}, "first_day": dt.date(2026, 12, 23)},
    {"kind": "allotment", "departures": {"lanes": "YTN-LAX"}, "teu": 4, "first_day": dt.date(2027, 1, 10)},
    {"kind": "rates", "charges": {"tariffs": "OCEAN-US"}, "percent": 10, "first_day": dt.date(2026, 12, 15)},
    {"kind": "switch_duties", "duties": {"layers": "US.S301"}, "enabled": False, "last_day": dt.date(2026, 12, 31)},
    {"kind": "fx", "currencies": "EUR", "percent": 5},
    {"kind": "dwell", "places": "USLAX", "add_days": 3},
    {"kind": "receiving_days", "fcs": "ONT8", "add_days": 2},
    {"kind": "demand", "factor": Decimal("1.3")},
    {"kind": "edit_shipments", "shipments": {"markets": "DE"}, "add_days": 2},
]  # fmt: skip


@given(st.permutations(_UNRELATED))
@settings(max_examples=25, deadline=None)
def test_the_order_of_unrelated_patches_is_irrelevant(patches: list[dict[str, Any]]) -> None:
    in_order = _do(_UNRELATED)
    assert _hash(_do(patches)) == _hash(in_order)
    assert check_network(in_order.network) == []


@given(st.lists(st.sampled_from(_UNRELATED), max_size=4, unique_by=id))
@settings(max_examples=25, deadline=None)
def test_what_is_given_stays_and_a_result_is_consistent(patches: list[dict[str, Any]]) -> None:
    done = _do(patches)
    assert (content_hash(NETWORK), shipments_hash(WEEK)) == BEFORE
    assert check_network(done.network) == []
    assert bool(row_changes(NETWORK, done.network, WEEK, done.shipments)) == (_hash(done) != BEFORE)
    assert (not patches) <= (done.network is NETWORK)


@given(FACTORS, FACTORS)
def test_demand_is_nested(one: Decimal, other: Decimal) -> None:
    fewer, more = ({row.shipment_id for row in drawn(WEEK, dict.fromkeys((r.shipment_id for r in WEEK), factor))}
                   for factor in sorted((one, other)))  # fmt: skip
    assert fewer <= more
    assert len(WEEK) * int(min(one, other)) <= len(fewer)
    assert len(more) <= len(WEEK) * (int(max(one, other)) + 1)


@given(FACTORS, st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_the_volume_drawn_is_that_of_the_factor_but_for_half_a_shipment(factor: Decimal, tenths: list[int]) -> None:
    week = [goods(f"V{k}", volume_m3=Decimal(volume) / 10) for k, volume in enumerate(tenths)]
    made = drawn(week, dict.fromkeys((row.shipment_id for row in week), factor))
    meant = factor * sum(row.volume_m3 for row in week)
    assert abs(sum(row.volume_m3 for row in made) - meant) <= max(row.volume_m3 for row in week) / 2


@given(FACTORS, st.integers(0, 23))
def test_what_becomes_of_a_shipment_is_its_own_matter(factor: Decimal, chosen: int) -> None:
    """A factor for one shipment alone gives the copies that the same factor for all gives of it."""
    name = WEEK[chosen].shipment_id
    of_all = drawn(WEEK, dict.fromkeys((row.shipment_id for row in WEEK), factor))
    alone = drawn(WEEK, {name: factor})
    assert [row for row in of_all if row.shipment_id.partition("+")[0] == name] == [
        row for row in alone if row.shipment_id.partition("+")[0] == name
    ]


@given(st.sampled_from(["charges", "duties", "departures"]), DAYS, st.integers(0, 90))
@settings(max_examples=40, deadline=None)
def test_cut_rows_are_in_force_on_the_same_days(table: str, first: dt.date, days: int) -> None:
    """Cutting at a span, without a change within it, leaves every row in force on the days it was."""
    patch: dict[str, Any] = {
        "charges": {"kind": "rates", "charges": "*", "percent": 0},
        "duties": {"kind": "duty_rates", "duties": "*", "percent": 0},
        "departures": {"kind": "allotment", "departures": {"ids": "*-W"}, "percent": 0},
    }[table]
    done = _do([{**patch, "first_day": first, "last_day": first + dt.timedelta(days)}])
    name = {"charges": "charge_id", "duties": "duty_id", "departures": "departure_id"}[table]

    def in_force(network: Any, day: dt.date) -> list[str]:
        return sorted(
            getattr(row, name).split("~")[0]
            for row in getattr(network, table)
            if (row.valid_from or dt.date.min) <= day <= (row.valid_to or dt.date.max)
        )

    for offset in (-40, -1, 0, days // 2, days, days + 1, days + 40):
        day = first + dt.timedelta(offset)
        assert in_force(done.network, day) == in_force(NETWORK, day)
