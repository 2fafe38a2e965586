"""DCSA booking requests: against the published standard, by hand, and wrong files."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft4Validator

from consolidation.partners.dcsa_booking import (
    Marks,
    bookings,
    lot_id,
    marked,
    marks_of,
    read_booking,
    replacing,
    write_booking,
)
from consolidation.partners.dcsa_model import Booking
from tests.hand_plan import NETWORK, shipments
from tests.partner_files import made_by_hand, refused, standard
from tests.plans import sample_network, sample_plan


def booking() -> Booking:
    """Return the booking of the load worked out by hand."""
    (made,) = bookings(made_by_hand(), NETWORK, shipments())
    return made


def content() -> dict[str, Any]:
    """Return the same as JSON."""
    found: dict[str, Any] = json.loads(write_booking(booking()))
    return found


class TestWriting:
    def test_the_load_of_the_hand_plan(self) -> None:
        found = content()
        assert (found["receiptTypeAtOrigin"], found["deliveryTypeAtDestination"]) == ("CFS", "CFS")
        assert (found["cargoMovementTypeAtOrigin"], found["cargoMovementTypeAtDestination"]) == ("LCL", "LCL")
        assert (found["expectedDepartureDate"], found["carrierServiceName"]) == ("2026-12-02", "Pacific A")
        places = {row["locationTypeCode"]: row["location"] for row in found["shipmentLocations"]}
        assert places["POL"] == {"locationName": "Yantian", "UNLocationCode": "CNYTN"}
        assert places["POD"]["UNLocationCode"] == "USLAX"
        assert places["PRE"]["geoCoordinate"] == {"latitude": "22.60000", "longitude": "114.10000"}
        assert places["PDE"]["locationName"] == "Carson"
        (equipment,) = found["requestedEquipments"]
        assert (equipment["ISOEquipmentCode"], equipment["units"]) == ("22G1", 1)
        assert equipment["cargoGrossWeight"] == {"value": 2000.0, "unit": "KGM"}
        assert equipment["commodities"][0] == {
            "commodityType": "cargo class general", "extendedHSCodes": ["9405420000"],
            "cargoGrossWeight": {"value": 800.0, "unit": "KGM"}, "cargoGrossVolume": {"value": 4.0, "unit": "MTQ"},
            "outerPackaging": {"packageCode": "CT", "numberOfPackages": 40, "description": "cartons"},
            "references": [{"type": "CR", "value": "S1"}],
        }  # fmt: skip

    def test_the_marks_of_the_plan_are_references(self) -> None:
        made, plan = booking(), made_by_hand()
        marks = marks_of(made, "f")
        assert marks == Marks(
            number=f"{plan.plan_id}/1/L0001", load_id="L0001", status="proposed", departure_id="YTN-LAX-W@2026-12-02",
            content_sha256=made.content_hash(),
        )  # fmt: skip
        assert (marks.plan_id, marks.plan_version) == (plan.plan_id, 1)

    def test_reads_back_equal(self) -> None:
        assert read_booking(write_booking(booking()), "f") == booking()

    def test_a_replacement_names_the_earlier_one(self) -> None:
        made = replacing(booking(), booking())
        assert marks_of(read_booking(write_booking(made), "f"), "f").replaces == f"{made_by_hand().plan_id}/1/L0001"

    def test_co_loaded_goods_are_booked_by_lot(self) -> None:
        plan, network = sample_plan(), sample_network()
        made = list(bookings(plan, network))
        rows = [row for row in plan.shipments if row.service == "co_load"]
        lots = {f"{row.departure_id}:{row.warehouse_id}:{row.deconsolidation_id}" for row in rows}
        ocean = [row for row in plan.loads if network.lane[row.lane_id].mode.startswith("ocean")]
        names = [marks_of(row, "f").load_id for row in made]
        assert names == [row.load_id for row in ocean] + [lot_id(lot) for lot in sorted(lots)]
        booked = sum(
            (each.cargo_gross_weight.value for row in made[len(ocean) :] for each in row.requested_equipments),
            Decimal(0),
        )
        assert lots
        assert booked == sum((row.gross_weight_kg for row in rows), Decimal(0))

    def test_a_direct_container_goes_to_the_door(self) -> None:
        plan = made_by_hand()
        rows = tuple(row.model_copy(update={"service": "direct_container"}) for row in plan.shipments)
        (made,) = bookings(plan.model_copy(update={"shipments": rows}), NETWORK)
        assert (made.delivery_type_at_destination, made.cargo_movement_type_at_destination) == ("SD", "FCL")

    def test_an_id_too_long_for_a_reference_is_named(self) -> None:
        marks = Marks(number="P/1/L1", load_id="L" * 36, status="booked", departure_id="D", content_sha256="0" * 64)
        (finding,) = refused(marked, booking(), marks)
        assert (finding.value, finding.expected) == ("L" * 36, "at most 35 characters")

    def test_equipment_without_a_size_and_type_is_named(self) -> None:
        plan = made_by_hand()
        loads = tuple(row.model_copy(update={"equipment_id": "BOX"}) for row in plan.loads)
        (finding,) = refused(list, bookings(plan.model_copy(update={"loads": loads}), NETWORK))
        assert finding.field == "iso_code of BOX"


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    yaml = pytest.importorskip("yaml", reason="PyYAML, which reads the standard, is not installed")
    document = yaml.safe_load(standard("BKG_v2.0.5.yaml").read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        if "properties" in schema and not any(key in schema for key in ("allOf", "oneOf", "anyOf")):
            schema["additionalProperties"] = False
    return Draft4Validator({"$ref": "#/components/schemas/CreateBooking", "components": document["components"]})


class TestStandard:
    """Every booking is a CreateBooking of DCSA Booking 2.0.5."""

    def test_bookings_are_valid(self, validator: Draft4Validator) -> None:
        made = [booking(), *bookings(sample_plan(), sample_network())]
        assert len(made) > 15
        assert [error.message for row in made for error in validator.iter_errors(json.loads(write_booking(row)))] == []

    def test_what_we_refuse_the_standard_refuses_too(self, validator: Draft4Validator) -> None:
        found = content()
        found["shipmentLocations"][1]["location"]["UNLocationCode"] = "YTN"
        assert list(validator.iter_errors(found))
        assert refused(read_booking, json.dumps(found).encode(), "f")


def _set(*keys: Any) -> Callable[[Any], None]:
    def change(found: Any) -> None:
        for key in keys[:-2]:
            found = found[key]
        found[keys[-2]] = keys[-1]

    return change


def _drop(*keys: Any) -> Callable[[Any], None]:
    def change(found: Any) -> None:
        for key in keys[:-1]:
            found = found[key]
        del found[keys[-1]]

    return change


class TestBadFiles:
    @pytest.mark.parametrize(("change", "field", "value", "expected"), [
        (_drop("receiptTypeAtOrigin"), "receiptTypeAtOrigin", "nothing", "a value"),
        (_set("receiptTypeAtOrigin", "CSF"), "receiptTypeAtOrigin", "CSF", "'CY', 'SD' or 'CFS'"),
        (_set("recieptType", "CFS"), "recieptType", "CFS", "no such key"),
        (_set("shipmentLocations", 1, "location", "UNLocationCode", "cnytn"),
         "shipmentLocations[1].location.UNLocationCode", "cnytn", "string should match pattern '^[A-Z]{2}[A-Z2-9]{3}$'"),
        (_set("requestedEquipments", 0, "units", 0), "requestedEquipments[0].units", "0", "greater than or equal to 1"),
        (_set("requestedEquipments", 0, "cargoGrossWeight", "value", "heavy"),
         "requestedEquipments[0].cargoGrossWeight.value", "heavy", "a valid decimal"),
        (_set("requestedEquipments", 0, "commodities", 1, "cargoGrossVolume", "unit", "CBM"),
         "requestedEquipments[0].commodities[1].cargoGrossVolume.unit", "CBM", "'MTQ' or 'FTQ'"),
        (_set("shipmentLocations", []), "shipmentLocations", "[]", "list should have at least 1 item"),
        (_set("references", []), "references CR", "", "one number as plan/version/load"),
        (_set("references", 0, "value", "no number"), "references CR", "no number", "one number as plan/version/load"),
        (_drop("references", 1), "references CR", "dp, h1, h2", "dp=, h1=, h2=, st= once each, and re= at most once"),
        (_drop("references", -1), "references AEF", "", "one load"),
    ])  # fmt: skip
    def test_is_named_with_its_path(self, change: Callable[[Any], None], field: str, value: str, expected: str) -> None:
        found = copy.deepcopy(content())
        change(found)
        findings = refused(read_booking, json.dumps(found).encode(), "f.json")
        where = [(each.file, each.field, each.value) for each in findings]
        assert ("f.json", field, value) in where
        assert expected in findings[where.index(("f.json", field, value))].expected

    def test_a_changed_weight_breaks_the_hash(self) -> None:
        found = content()
        found["requestedEquipments"][0]["cargoGrossWeight"]["value"] = 1
        (finding,) = refused(read_booking, json.dumps(found).encode(), "f")
        assert finding.maybe == "the file was changed after it was written"

    @pytest.mark.parametrize(("data", "row", "value"), [
        (b'{\n "a": 1,\n "b": }', 3, "}"),
        (b'{"a": 1', 1, "the end of the file"),
        (b'{"a": "\xff"}', 1, "bytes ff 22 7d"),
        (b'{"a": NaN}', None, "NaN"),
        (b'{"references": 1, "references": 2}', None, "references"),
        (b"UNB+UNOC:3'", 1, "UNB+UNOC:3'"),
    ])  # fmt: skip
    def test_no_json_is_named_with_its_line(self, data: bytes, row: int | None, value: str) -> None:
        (finding, *_) = refused(read_booking, data, "f")
        assert (finding.row, finding.value) == (row, value)

    def test_everything_is_found_at_once(self) -> None:
        found = content()
        found["receiptTypeAtOrigin"] = "X"
        del found["isEquipmentSubstitutionAllowed"]
        del found["expectedDepartureDate"]
        fields = [each.field for each in refused(read_booking, json.dumps(found).encode(), "f")]
        assert fields == ["receiptTypeAtOrigin", "expectedDepartureDate"]
