"""Shipments as confirmations of earlier versions left them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consolidation.events.effective import as_measured, effective_shipments, rest_id, split
from consolidation.shipment_files import read_shipments, write_shipments
from network.errors import InputError
from tests.confirming import event
from tests.goods import goods

S1, S2 = goods("S1"), goods("S2", volume_m3="6", gross_weight_kg="1200", cartons=60)


def test_the_first_version_is_made_from_the_shipments_as_they_are() -> None:
    events = [event("cancelled", "S1"), event("gated_in", "S2", volume_m3="7")]
    assert effective_shipments([S1, S2], events, 1) == [S1, S2]


def test_goods_facts_of_earlier_versions_hold_on() -> None:
    events = [
        event("cancelled", "S1"),
        event("gated_in", "S2", volume_m3="7", gross_weight_kg="1250.5"),
        event("gated_in", "S2", plan_version=2, volume_m3="9"),
        event("sailed", "L0001"),
        event("rolled", "L0001", departure_id="YTN-LAX-W@2026-12-09"),
        event("booked", "S2"),
    ]
    (two,) = effective_shipments([S1, S2], events, 2)
    assert (two.volume_m3, two.gross_weight_kg, two.cartons) == (Decimal(7), Decimal("1250.5"), 60)
    (two,) = effective_shipments([S1, S2], events, 3)
    assert (two.volume_m3, two.gross_weight_kg) == (Decimal(9), Decimal("1250.5"))


def test_cartons_left_behind_are_a_shipment_of_their_own() -> None:
    """20 of 60 cartons: a third of 6 m3, 1,200 kg, 2,000 USD and 200 units."""
    gone, stayed = effective_shipments([S2], [event("short_shipped", "S2", cartons=20)], 2)
    assert (gone.shipment_id, gone.cartons, gone.volume_m3, gone.gross_weight_kg) == (
        "S2",
        40,
        Decimal(4),
        Decimal(800),
    )
    assert (stayed.shipment_id, stayed.cartons, stayed.volume_m3) == ("S2-R1", 20, Decimal(2))
    assert (stayed.goods_value, gone.goods_value) == (Decimal("666.67"), Decimal("1333.33"))
    assert (stayed.units, gone.units) == (67, 133)
    assert stayed.model_copy(update={"shipment_id": "S2"}).seller_id == S2.seller_id


def test_what_is_left_behind_as_a_whole_stays_one_shipment() -> None:
    assert effective_shipments([S1, S2], [event("short_shipped", "S2")], 2) == [S1, S2]
    corrected = [event("short_shipped", "S2", cartons=20), event("short_shipped", "S2", "2026-12-02T10:00Z", cartons=0)]
    assert effective_shipments([S2], corrected, 2) == [S2]


def test_the_part_left_behind_has_a_life_of_its_own() -> None:
    events = [
        event("gated_in", "S2", volume_m3="6.6"),
        event("short_shipped", "S2", cartons=20),
        event("gated_in", "S2-R1", plan_version=2, volume_m3="2.5"),
        event("short_shipped", "S2-R1", plan_version=2, cartons=5),
        event("cancelled", "S2-R1-R2", plan_version=3),
    ]
    after = {version: effective_shipments([S2], events, version) for version in (2, 3, 4)}
    assert [(row.shipment_id, row.volume_m3) for row in after[2]] == [("S2", Decimal("4.4")), ("S2-R1", Decimal("2.2"))]
    assert [(row.shipment_id, row.cartons, row.volume_m3) for row in after[3]] == [
        ("S2", 40, Decimal("4.4")), ("S2-R1", 15, Decimal("1.875")), ("S2-R1-R2", 5, Decimal("0.625")),
    ]  # fmt: skip
    assert [row.shipment_id for row in after[4]] == ["S2", "S2-R1"]


def test_a_taken_name_is_not_used_again() -> None:
    assert rest_id("S5", 1, ["S5-R1", "S5-R1R"]) == "S5-R1RR"
    rows = effective_shipments([S2, goods("S2-R1")], [event("short_shipped", "S2", cartons=20)], 2)
    assert [row.shipment_id for row in rows] == ["S2", "S2-R1R", "S2-R1"]


@pytest.mark.parametrize("cartons", [60, 61])
def test_more_cartons_than_there_are_cannot_be_split_off(cartons: int) -> None:
    with pytest.raises(InputError, match="fewer than the cartons of shipment S2: 60") as caught:
        effective_shipments([S2], [event("short_shipped", "S2", cartons=cartons)], 2)
    assert caught.value.findings[0].file == "events.jsonl"


def test_uncounted_cartons_cannot_be_split_off() -> None:
    with pytest.raises(InputError, match="not given"):
        effective_shipments([goods("S1", cartons=None)], [event("short_shipped", "S1", cartons=3)], 2)


def test_dimensions_that_the_measurement_contradicts_are_dropped() -> None:
    boxed = goods(
        "S1", carton_length_cm="50", carton_width_cm="50", carton_height_cm="40", carton_weight_kg="20", cartons=40
    )
    near = as_measured(boxed, Decimal("4.05"), Decimal("810"))
    assert (near.volume_m3, near.carton_length_cm, near.carton_weight_kg) == (Decimal("4.05"), 50, 20)
    far = as_measured(boxed, Decimal("4.4"), Decimal("900"))
    assert (far.volume_m3, far.carton_sides_cm, far.carton_weight_kg, far.carton_weight_g) == (
        Decimal("4.4"), (), None, 22_500,
    )  # fmt: skip
    assert as_measured(boxed, None, None) is boxed


def test_the_smallest_goods_can_be_split() -> None:
    tiny = goods("S1", volume_m3="0.000002", gross_weight_kg="0.002", goods_value="0.02", units=1, cartons=3)
    gone, stayed = split(tiny, 2, "REST")
    assert gone.volume_m3 == stayed.volume_m3 == Decimal("0.000001")
    assert gone.goods_value == stayed.goods_value == Decimal("0.01")
    assert (gone.units, stayed.units) == (1, 1)


def test_what_comes_out_is_a_file_of_shipments(tmp_path: object) -> None:
    boxed = goods("S1", carton_length_cm="50", carton_width_cm="50", carton_height_cm="40", cartons=40)
    rows = effective_shipments(
        [boxed, S2], [event("gated_in", "S1", volume_m3="4.9"), event("short_shipped", "S2", cartons=7)], 2
    )
    path = f"{tmp_path}/s.csv"
    write_shipments(rows, path)
    assert list(read_shipments(path)) == rows
