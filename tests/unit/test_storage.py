"""Overseas warehouses: dates and charges by hand, where storing is offered, and what the judge says of it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consolidation.checker import check, judge
from consolidation.checking.own_lines import own_lines as judged_lines
from consolidation.folder import write_plan
from consolidation.itineraries import OVERSEAS, Itineraries
from consolidation.report._flows import Legs, place_flows
from network.consistency import check_network
from network.model import Network
from network.tables import Closure, Compatibility
from tests.goods import day, edited, found, goods, lines_of, one, own_lines, planning, quick_plan, rows_of
from tests.hand_plan import traveller
from tests.networks import tiny_network
from tests.storing import CHARGES, SHUTTLE, WAREHOUSE, storing_network, with_storage

NEW_YEAR = Closure.model_validate(
    {"calendar": "OW-LAX", "kind": "holiday", "name": "New Year", "start": "2027-01-01", "end": "2027-01-02"}
)
WEEK = planning(overseas_days=("7",))


def _stored(network: Network, **columns: Any) -> Itineraries:
    return one(found(network, goods(**columns)), "overseas", "YTN-LAX", "2026-12-02")


# -- dates and charges ----------------------------------------------------------------------------------------


def test_stored_goods_leave_on_the_first_open_day_after_their_stay() -> None:
    # Ready at the centre on Thursday 24 December (tests/hand_plan.py), half a day of shuttle: in on the 25th.
    row = _stored(storing_network(planning=WEEK))
    dates = [day(dates[0]) for dates in (row.dispatched_day, row.delivered_day, row.received_day)]
    assert dates == ["2027-01-01", "2027-01-02", "2027-01-05"]
    closed = storing_network(planning=WEEK, calendars=(NEW_YEAR,))
    row = _stored(closed)
    dates = [day(dates[0]) for dates in (row.dispatched_day, row.delivered_day, row.received_day)]
    assert dates == ["2027-01-03", "2027-01-04", "2027-01-07"]


def test_storage_is_charged_by_days_beyond_the_free_ones() -> None:
    network = storing_network(planning=WEEK, calendars=(NEW_YEAR,))
    lines, _ = own_lines(network, _stored(network))
    # 9 days: 4 m3 x 4 days at 0.60 beyond 5 free ones, and 1 day of the slot beyond 8.
    assert lines["store-days"] == (Decimal(16), Decimal("9.60"))
    assert lines["store-slot"] == (Decimal(1), Decimal("0.25"))
    assert lines["store-handling"] == (Decimal(40), Decimal("56.00"))
    assert lines["shuttle-us"] == (Decimal(4), Decimal("32.00"))
    assert lines["ltl-ow"] == (Decimal(4), Decimal("180.00"))
    assert "ltl-us" not in lines
    week = storing_network(planning=WEEK)
    lines, _ = own_lines(week, _stored(week))
    assert lines["store-days"] == (Decimal(8), Decimal("4.80"))
    assert "store-slot" not in lines


def test_the_judge_charges_and_dates_a_stay_alike() -> None:
    network = storing_network(planning=WEEK, calendars=(NEW_YEAR,))
    option = _stored(network)
    lines, _ = own_lines(network, option)
    each = traveller(
        goods(), network, final_leg="overseas", overseas_id="OW-LAX", replenishment="ltl", storage_days=7,
        truck_load_id="", departure_id="YTN-LAX-W@2026-12-02",
    )  # fmt: skip
    judged = judged_lines(each.world, each.journey, each.dates).lines
    assert {line.charge_id: (line.quantity, line.amount) for line in judged} == lines
    assert (each.dates.delivered, each.dates.received) == (option.delivered_day[0], option.received_day[0])
    assert each.dates.stored_days == 9


def test_stored_goods_go_on_by_parcel_too() -> None:
    network = storing_network(warehouse={"parcel_tariff": "PARCEL-OW"}, planning=planning(overseas_days=("7", "14")))
    options = found(network, goods())
    rows = rows_of(options, "overseas", "YTN-LAX", "2026-12-02")
    stays = {row: options.storage.stays[int(options.leg[row]) - OVERSEAS] for row in rows}
    kinds = {(stay.by, stay.days) for stay in stays.values()}
    assert kinds == {("ltl", 7), ("ltl", 14), ("parcel", 7), ("parcel", 14)}
    by_parcel = next(row for row in rows if stays[row].by == "parcel")
    lines, _ = own_lines(network, options.take(np.array([by_parcel])))
    assert lines["parcel-ow"] == (Decimal(40), Decimal("440.00"))
    assert "ltl-ow" not in lines


# -- where storing is offered ---------------------------------------------------------------------------------


def _offers(network: Network, **columns: Any) -> int:
    return len(rows_of(found(network, goods(**columns)), "overseas", "YTN-LAX", "2026-12-02"))


def _peak(first: str, last: str) -> dict[str, Any]:
    row = {"peak_from": first, "peak_to": last, "peak_receiving_days": 12.0}
    return {"places": {}, "receiving": edited("receiving", {"US": row})}


def _closed(last: str) -> dict[str, Any]:
    row = {"calendar": "ONT8", "kind": "holiday", "name": "Stocktaking", "start": "2026-12-25", "end": last}
    return {"places": {}, "calendars": (Closure.model_validate(row),)}


@pytest.mark.parametrize(
    ("offers", "tables"),
    [
        (4, {}),  # ONT8 has a limit a week
        (0, {"places": {}}),
        (4, _peak("2026-12-24", "2026-12-31")),
        (0, _peak("2026-12-25", "2026-12-31")),  # at the centre on the 24th
        (4, _closed("2026-12-31")),  # pallets would wait from the 25th until the 1st
        (0, _closed("2026-12-30")),
        (0, {"warehouse": {"serves_markets": "DE"}}),
        (0, {"warehouse": {"closed": "yes"}}),
        (0, {"warehouse": {"ltl_tariff": ""}}),
    ],
)
def test_storing_is_offered_where_the_fc_is_full_closed_or_slow(offers: int, tables: dict[str, Any]) -> None:
    assert _offers(storing_network(**tables)) == offers


def test_goods_are_not_stored_alone_or_where_their_class_is_refused() -> None:
    network = storing_network()
    options = found(network, goods())
    rows = rows_of(options, "overseas")
    assert rows
    assert not options.alone[rows].any()
    assert "space" in {options.routes.runs[options.routes.run[options.route[row]]].lane.buying for row in rows}
    refused = Compatibility(rule="place_refuses", subject="OW-LAX", cargo_class="liquid")
    refusing = storing_network(compatibility=(refused,))
    assert _offers(refusing, cargo_class="liquid") == 0
    assert _offers(refusing) == 4


# -- in plans ---------------------------------------------------------------------------------------------------


def test_a_full_fc_is_served_from_storage(tmp_path: Path) -> None:
    # One sailing, and 5 m3 a week at ONT8: the second shipment of 4 m3 is stored until the week after.
    network = storing_network(
        {"ONT8": {"receiving_m3_per_week": 5.0}, "USLAX": {"direct_tariff": ""}, "DC-LAX": {"ftl_tariff": ""}},
        departures=edited("departures", {"YTN-LAX-W": {"valid_to": "2026-12-02"}}, keep=["YTN-LAX-W"]),
        couriers=(),
    )  # fmt: skip
    week = [goods("A"), goods("B"), goods("C")]
    made = quick_plan(network, week)
    assert made.unplanned == ()
    stays = sorted((row.overseas_id, row.storage_days) for row in made.shipments)
    assert stays == [("", 0), ("OW-LAX", 7), ("OW-LAX", 14)]
    row = next(row for row in made.shipments if row.storage_days == 14)
    assert [(stone.code, stone.place_id, stone.time) for stone in row.milestones][-6:] == [
        ("AT_DECONSOLIDATION", "DC-LAX", "2026-12-23"), ("TRANSFERRED", "DC-LAX", "2026-12-24"),
        ("AT_OVERSEAS", "OW-LAX", "2026-12-25"), ("DISPATCHED", "OW-LAX", "2027-01-08"),
        ("DELIVERED", "ONT8", "2027-01-09"), ("RECEIVED", "ONT8", "2027-01-12"),
    ]  # fmt: skip
    assert row.categories["storage"] == Decimal("32.00") + Decimal("56.00") + Decimal("21.60") + Decimal("1.50")
    assert lines_of(made, "STORAGE.DAYS", row.shipment_id)[0].quantity == 36
    assert judge(made, network, week).violations == ()
    folder = write_plan(made, tmp_path / "plan", network, 1.0)
    assert check(folder, network, week).violations == ()


def test_the_map_shows_the_shuttle_and_the_way_from_storage() -> None:
    network = storing_network(
        {"ONT8": {"receiving_m3_per_week": 5.0}, "USLAX": {"direct_tariff": ""}, "DC-LAX": {"ftl_tariff": ""}},
        departures=edited("departures", {"YTN-LAX-W": {"valid_to": "2026-12-02"}}, keep=["YTN-LAX-W"]),
        couriers=(),
    )  # fmt: skip
    made = quick_plan(network, [goods("A"), goods("B")])
    legs = {what: flow.volume_m3 for (_, _, _, what), flow in Legs(network).flows(made.shipments).items()}
    assert legs["shuttle: DC-LAX to OW-LAX"] == legs["final leg (ltl): OW-LAX to ONT8"] == 4
    assert place_flows(made.shipments)["OW-LAX"].dates == (("2026-12-25", "2027-01-01"),)


def test_a_closed_fc_receives_nothing_from_storage_either() -> None:
    made = quick_plan(storing_network({"ONT8": {"closed": "yes", "receiving_m3_per_week": 5.0}}), [goods()])
    assert [row.rule for row in made.unplanned] == ["RECEIVING.CLOSED"]


# -- the network ------------------------------------------------------------------------------------------------


def _causes(network: Network) -> list[tuple[str | None, str]]:
    return [(finding.field, finding.rule) for finding in check_network(network)]


def test_an_overseas_warehouse_is_a_sound_part_of_a_network() -> None:
    assert check_network(storing_network()) == []


def test_what_is_wrong_with_storage_is_found() -> None:
    network = storing_network()
    astray = SHUTTLE.model_copy(update={"origin": "USLAX", "destination": "OW-LAX"})
    assert _causes(network.replace(links=(*network.links, astray))) == [("origin", "REFERENCE.KIND")]
    days = network.replace(planning=planning(overseas_days=("7", "a week", "0")))
    assert [finding.value for finding in check_network(days)] == ["a week", "0"]
    # Days are counted in an overseas warehouse only, and loads are never opened there.
    elsewhere = tiny_network(charges=(*tiny_network().charges, CHARGES[2].model_copy(update={"tariff": "DECON-US"})))
    assert _causes(elsewhere) == [("basis", "CHARGE.BASIS")]
    per_load = CHARGES[1].model_copy(update={"basis": "per_load", "charge_id": "store-load", "code": "STORAGE.LOAD"})
    assert _causes(network.replace(charges=(*network.charges, per_load))) == [("basis", "CHARGE.BASIS")]
    assert with_storage(tiny_network()).place["OW-LAX"].kind == WAREHOUSE["kind"]
