"""Shipments: totals from cartons, exact units, files of every kind, checks against a network."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from consolidation.shipment_files import (
    ALIASES,
    content_hash,
    inspect_shipments,
    known_classes,
    read_shipments,
    write_shipments,
)
from consolidation.shipments import LAST_DAY, Shipment
from network.errors import InputError
from tests.goods import edited, findings
from tests.networks import tiny_network

BASE: dict[str, Any] = {
    "shipment_id": "S1", "seller_id": "ACME", "origin": "Shenzhen", "destination_fc": "ONT8",
    "ready_date": "2026-12-01", "goods_value": "5400.00", "hs_code": "9405420000",
}  # fmt: skip
CARTONS: dict[str, Any] = {
    "cartons": 14, "carton_length_cm": "50", "carton_width_cm": "40", "carton_height_cm": "35",
    "carton_weight_kg": "12.9",
}  # fmt: skip


def _shipment(**changes: Any) -> Shipment:
    return Shipment.model_validate({**BASE, **CARTONS, **changes})


def test_totals_come_from_cartons() -> None:
    shipment = _shipment()
    assert (shipment.volume_m3, shipment.gross_weight_kg) == (Decimal("0.98"), Decimal("180.6"))
    assert (shipment.volume_cm3, shipment.weight_g) == (980_000, 180_600)
    assert shipment.importer_id == "ACME"
    assert (shipment.currency, shipment.coload_consent, shipment.splittable) == ("USD", True, False)


def test_totals_as_given_need_no_cartons() -> None:
    shipment = Shipment.model_validate(
        {**BASE, "volume_m3": "2.4600004", "gross_weight_kg": "486.2", "importer_id": "DDP"}
    )
    assert (shipment.volume_cm3, shipment.weight_g, shipment.importer_id) == (2_460_000, 486_200, "DDP")


def test_given_totals_count_when_cartons_agree_within_two_percent() -> None:
    assert _shipment(volume_m3="0.99").volume_cm3 == 990_000
    with pytest.raises(ValidationError, match=r"about 0.98"):
        _shipment(volume_m3="1.01")
    with pytest.raises(ValidationError, match=r"about 180.6"):
        _shipment(gross_weight_kg="170")


def test_volume_may_come_from_cartons_and_weight_from_the_total() -> None:
    row = {**BASE, **CARTONS, "gross_weight_kg": "200"}
    del row["carton_weight_kg"]
    shipment = Shipment.model_validate(row)
    assert (shipment.volume_cm3, shipment.weight_g) == (980_000, 200_000)


@pytest.mark.parametrize("absent", ["cartons", "carton_length_cm", "carton_weight_kg"])
def test_neither_cartons_nor_totals(absent: str) -> None:
    row = {**BASE, **CARTONS}
    del row[absent]
    with pytest.raises(ValidationError, match="or cartons with"):
        Shipment.model_validate(row)


def test_ready_in_another_millennium() -> None:
    assert _shipment(ready_date="2999-12-31").ready_date == LAST_DAY
    with pytest.raises(ValidationError, match="ready_date"):
        _shipment(ready_date="3000-01-01")


def test_due_before_ready() -> None:
    assert _shipment(due_date="2026-12-01").due_date == dt.date(2026, 12, 1)
    with pytest.raises(ValidationError, match="from ready_date 2026-12-01 on"):
        _shipment(due_date="2026-11-30")


@pytest.mark.parametrize(
    ("written", "code"), [("9405.42.0000", "9405420000"), ("0712 90", "071290"), ("94054200", "94054200")]
)
def test_hs_codes_are_digits_as_text(written: str, code: str) -> None:
    assert _shipment(hs_code=written).hs_code == code


@pytest.mark.parametrize("written", ["71290", "9405420", "712904000", "9.40542E+09", "94AB42", "94", "９４０５４２"])
def test_hs_codes_of_another_length_are_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="6, 8 or 10 digits"):
        _shipment(hs_code=written)


@given(cartons=st.integers(1, 500), sides=st.tuples(*[st.integers(10, 900)] * 3), grams=st.integers(100, 30_000))
def test_volume_and_weight_are_exact(cartons: int, sides: tuple[int, int, int], grams: int) -> None:
    length, width, height = (Decimal(side) / 10 for side in sides)
    shipment = _shipment(cartons=cartons, carton_length_cm=length, carton_width_cm=width, carton_height_cm=height,
                         carton_weight_kg=Decimal(grams) / 1000)  # fmt: skip
    cubic_mm = cartons * sides[0] * sides[1] * sides[2]
    assert shipment.volume_cm3 == (cubic_mm + 500) // 1000
    assert shipment.weight_g == cartons * grams
    assert shipment.volume_m3 * 1_000_000 == shipment.volume_cm3
    again = Shipment.model_validate(shipment.model_dump())
    assert again == shipment


def _write(path: Path, rows: list[dict[str, Any]]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(columns)] + [",".join(str(row.get(name, "")) for name in columns) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_pounds_and_inches_are_the_same_shipment(tmp_path: Path) -> None:
    metric = {**BASE, "volume_m3": "2.8316846592", "gross_weight_kg": "453.59237"}
    imperial = {**BASE, "volume_cbft": "100", "gross_weight_lb": "1000"}
    one = read_shipments(_write(tmp_path / "kg.csv", [metric]))
    other = read_shipments(_write(tmp_path / "lb.csv", [imperial]))
    assert one == other
    assert (one[0].volume_cm3, one[0].weight_g) == (2_831_685, 453_592)
    boxes = {
        **BASE,
        "cartons": 10,
        "carton_length_in": 20,
        "carton_width_in": 10,
        "carton_height_in": 10,
        "carton_weight_lb": 20,
    }
    box = read_shipments(_write(tmp_path / "in.csv", [boxes]))[0]
    assert (box.carton_length_cm, box.volume_cm3, box.weight_g) == (Decimal("50.80"), 327_741, 90_718)
    assert set(ALIASES) >= {"volume_cbft", "gross_weight_lb"}


def test_a_bad_alias_is_named_as_the_user_wrote_it(tmp_path: Path) -> None:
    rows = [
        {**BASE, "volume_m3": 1, "gross_weight_lb": "2,000 lb".replace(",", "")},
        {**BASE, "shipment_id": "S2", "volume_m3": 1, "gross_weight_lb": -5},
    ]
    _, found = inspect_shipments(_write(tmp_path / "s.csv", rows))
    assert [(f.row, f.field, f.value, f.maybe) for f in found] == [
        (2, "gross_weight_lb", "2000 lb", "2000"), (3, "gross_weight_lb", "-5", ""),
    ]  # fmt: skip
    both = [{**BASE, "volume_m3": 1, "gross_weight_lb": 9, "gross_weight_kg": 4}]
    _, found = inspect_shipments(_write(tmp_path / "b.csv", both))
    assert [(f.field, f.rule) for f in found] == [("gross_weight_kg", "COLUMN.DUPLICATE")]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "parquet"])
def test_every_kind_of_file_keeps_every_shipment(tmp_path: Path, suffix: str) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    shipments = (
        _shipment(due_date="2027-01-15", late_price_per_day="12.5", units=600, splittable="yes", stackable="no"),
        _shipment(
            shipment_id="2 =3", seller_id="深圳", hs_code="0712904000", coload_consent="no", country_of_origin="CN"
        ),
        Shipment.model_validate({**BASE, "shipment_id": "S,3", "volume_m3": "0.1", "gross_weight_kg": "33.3"}),
    )
    path = tmp_path / f"s.{suffix}"
    write_shipments(shipments, path)
    assert read_shipments(path, tiny_network()) == shipments
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_writing_an_unknown_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.parquet"):
        write_shipments([_shipment()], tmp_path / "s.doc")
    assert list(tmp_path.iterdir()) == []


def test_hash_ignores_order_and_spelling_but_not_content() -> None:
    one, two = _shipment(), _shipment(shipment_id="S2")
    assert content_hash([one, two]) == content_hash([two, one])
    assert content_hash([_shipment(goods_value="5400")]) == content_hash([one])
    assert content_hash([_shipment(goods_value="5400.01")]) != content_hash([one])


@pytest.mark.parametrize("origin", ["WH-SZX", "shenzhen", "Shenzhen, Longgang", "22.54, 114.06"])
def test_origins_that_are_known(origin: str) -> None:
    assert findings(tiny_network(), _shipment(origin=origin)) == []


def test_what_the_network_does_not_know() -> None:
    shipments = [
        _shipment(destination_fc="ONT9"), _shipment(shipment_id="S2", destination_fc="DC-LAX"),
        _shipment(shipment_id="S3", origin="Shenzen"), _shipment(shipment_id="S4", currency="GBP"),
        _shipment(shipment_id="S5", cargo_class="liqid"), _shipment(),
    ]  # fmt: skip
    found = findings(tiny_network(), *shipments)
    assert [(f.row, f.field, f.value, f.maybe) for f in found] == [
        (2, "destination_fc", "ONT9", "you meant 'ONT8'"),
        (3, "destination_fc", "DC-LAX", ""),
        (4, "origin", "Shenzen", "you meant 'Shenzhen'"),
        (5, "currency", "GBP", ""),
        (6, "cargo_class", "liqid", "you meant 'liquid'"),
        (7, "shipment_id", "S1", ""),
    ]
    assert {f.rule for f in found} == {"REFERENCE.UNKNOWN", "KEY.DUPLICATE"}


KNIFE = {"us-mfn-lamps": {"per_unit": "0.008"}}


def test_units_are_needed_where_a_duty_counts_them() -> None:
    network = tiny_network(duties=edited("duties", KNIFE))
    found = findings(
        network, _shipment(), _shipment(shipment_id="S2", units=500), _shipment(shipment_id="S3", destination_fc="DTM2"),
        _shipment(shipment_id="S4", hs_code="8507600000"), _shipment(shipment_id="S5", hs_code="9405.42.0000"),
    )  # fmt: skip
    expected = "the number of units: duty us-mfn-lamps counts them"
    assert [(f.row, f.field, f.value, f.expected, f.rule) for f in found] == [
        (2, "units", "", expected, "VALUE.MISSING"), (6, "units", "", expected, "VALUE.MISSING"),
    ]  # fmt: skip
    off = {"us-mfn-lamps": {"per_unit": "0.008", "enabled": "no"}}
    assert findings(tiny_network(duties=edited("duties", off)), _shipment()) == []


@pytest.mark.parametrize(
    ("charge", "needed"),
    [("ltl-us", "ONT8"), ("parcel-us", "ONT8"), ("courier-us", "ONT8"), ("us-broker", "ONT8"), ("ltl-de", "DTM2"),
     ("ocean-us-baf", "ONT8"), ("lcl-us-alone", "ONT8"), ("dray-us", "ONT8"), ("direct-us", "ONT8")],
)  # fmt: skip
def test_units_are_needed_where_a_charge_counts_them(charge: str, needed: str) -> None:
    network = tiny_network(charges=edited("charges", {charge: {"basis": "per_unit"}}))
    for fc in ("ONT8", "DTM2"):
        told = [f.expected for f in findings(network, _shipment(destination_fc=fc))]
        assert told == ([f"the number of units: charge {charge} counts them"] if fc == needed else [])
    other = {charge: {"basis": "per_unit", "scenario": "peak"}}
    assert findings(tiny_network(charges=edited("charges", other)), _shipment(destination_fc=needed)) == []


def test_known_classes() -> None:
    assert known_classes(tiny_network()) == {"general", "liquid", "lithium_battery", "explosive"}
