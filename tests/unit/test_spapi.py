"""Skeletons of Amazon's inbound requests: against the published models, limits, and wrong files."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft4Validator

from consolidation.partners import spapi
from consolidation.partners.payloads import write_payload
from consolidation.partners.spapi import InboundRequests, inbound_requests, is_as_written, read_requests, write_requests
from consolidation.partners.spapi_model import CreateInboundPlan, SetPackingInformation
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from tests.hand_plan import NETWORK, S1, shipment, shipments
from tests.partner_files import made_by_hand, refused, standard
from tests.plans import sample_network, sample_plan


def of_anna(goods: Shipment | None = None, **changes: Any) -> InboundRequests:
    """Return the requests of seller ANNA, with other goods or other facts of the plan."""
    plan = made_by_hand()
    rows = tuple(row.model_copy(update=changes) for row in plan.shipments if row.shipment_id == "S1")
    (made,) = inbound_requests(plan.model_copy(update={"shipments": rows}), NETWORK, [goods] if goods else [])
    return made


def packing(requests: InboundRequests) -> SetPackingInformation:
    """Return the packing information."""
    found = dict(requests.bodies)["setPackingInformation.json"]
    assert isinstance(found, SetPackingInformation)
    return found


class TestSkeletons:
    def test_each_seller_has_its_own(self) -> None:
        made = list(inbound_requests(made_by_hand(), NETWORK, shipments()))
        assert [(row.inventory.seller_id, row.inventory.shipments) for row in made] == [
            ("ANNA", ("S1",)),
            ("BO", ("S2",)),
        ]

    def test_requests_are_listed_in_the_order_they_are_sent(self) -> None:
        rows = of_anna(shipment(S1)).inventory.requests
        assert [row.operation for row in rows] == [
            "createInboundPlan", "setPackingInformation", "generateTransportationOptions", "confirmTransportationOptions",
        ]  # fmt: skip

    def test_units_per_box_are_stated_where_they_are_even(self) -> None:
        (box,) = packing(of_anna(shipment(S1))).package_groupings[0].boxes
        assert (box.quantity, box.content_information_source) == (40, "BOX_CONTENT_PROVIDED")
        assert box.items is not None
        assert box.items[0].quantity == 5
        assert box.weight.value == 20

    def test_uneven_units_make_two_rows(self) -> None:
        boxes = packing(of_anna(shipment(S1, cartons=60))).package_groupings[0].boxes
        assert [(row.quantity, row.items[0].quantity) for row in boxes if row.items] == [(20, 4), (40, 3)]
        assert sum(row.quantity * row.items[0].quantity for row in boxes if row.items) == 200

    def test_fewer_units_than_boxes_are_left_to_the_seller(self) -> None:
        (box,) = packing(of_anna(shipment(S1, units=3), units=3)).package_groupings[0].boxes
        assert (box.content_information_source, box.items) == ("MANUAL_PROCESS", None)

    def test_what_is_not_known_is_marked(self) -> None:
        requests = of_anna(shipment(S1))
        create, pack, options, _ = requests.inventory.requests
        assert create.to_fill == (
            "/items/0/msku", "/sourceAddress/addressLine1", "/sourceAddress/name", "/sourceAddress/phoneNumber",
            "/sourceAddress/postalCode",
        )  # fmt: skip
        assert pack.assumed == ("/packageGroupings/0/boxes/0/dimensions",)
        assert "/placementOptionId" in options.to_fill
        body = json.loads(write_payload(requests.bodies[0][1]))
        assert body["items"][0]["msku"] == "FILL MSKU of S1"

    def test_without_the_shipments_boxes_are_assumed(self) -> None:
        pack = of_anna().inventory.requests[1]
        assert pack.assumed == ("/packageGroupings/0/boxes/0/quantity", "/packageGroupings/0/boxes/0/dimensions")

    def test_the_name_holds_plan_version_status_and_hash(self) -> None:
        body = of_anna(shipment(S1)).bodies[0][1]
        assert isinstance(body, CreateInboundPlan)
        assert body.name.startswith(f"{made_by_hand().plan_id}/1 PRO ")
        assert body.source_address.company_name == "Carson"

    def test_goods_leave_for_the_fc_when_they_are_dispatched(self) -> None:
        body = json.loads(write_payload(dict(of_anna(shipment(S1)).bodies)["generateTransportationOptions.json"]))
        (way,) = body["shipmentTransportationConfigurations"]
        assert way["readyToShipWindow"] == {"start": "2026-12-24T00:00Z"}
        assert way["freightInformation"] == {"declaredValue": {"amount": 2000.0, "code": "USD"}}
        assert way["pallets"] == [{"quantity": 3, "stackability": "STACKABLE"}]

    def test_a_market_that_is_not_known_is_marked(self) -> None:
        requests = of_anna(market="BRAZIL-SOUTH-EAST-1")
        assert requests.inventory.requests[0].to_fill[0] == "/destinationMarketplaces/0"

    def test_reads_back_equal(self) -> None:
        requests = of_anna(shipment(S1))
        assert read_requests(dict(write_requests(requests))) == requests
        assert is_as_written(requests)

    def test_what_the_seller_filled_in_is_read(self) -> None:
        files = dict(write_requests(of_anna(shipment(S1))))
        files["createInboundPlan.json"] = files["createInboundPlan.json"].replace(b"FILL MSKU of S1", b"LAMP-01")
        read = read_requests(files)
        assert read.bodies[0][1].items[0].msku == "LAMP-01"  # type: ignore[union-attr]
        assert not is_as_written(read)


class TestLimits:
    def plan(self, count: int, units: int = 5) -> Plan:
        """Return a plan of many shipments of one seller."""
        plan = made_by_hand()
        first = plan.shipments[0]
        rows = tuple(first.model_copy(update={"shipment_id": f"N{k}", "units": units}) for k in range(count))
        return plan.model_copy(update={"shipments": rows})

    def test_more_items_than_one_plan_takes_make_two(self) -> None:
        made = list(inbound_requests(self.plan(2001), NETWORK))
        assert [len(row.inventory.shipments) for row in made] == [2000, 1]
        assert len({row.folder for row in made}) == 2

    def test_more_units_than_one_item_takes_go_to_further_plans(self) -> None:
        made = list(inbound_requests(self.plan(1, 1_200_000), NETWORK))
        assert [row.bodies[0][1].items[0].quantity for row in made] == [500_000, 500_000, 200_000]  # type: ignore[union-attr]

    def test_more_boxes_than_one_row_takes_make_two_rows(self) -> None:
        goods = shipment(S1, cartons=10_001, units=10_001, volume_m3=Decimal(400), gross_weight_kg=Decimal(50_000))
        boxes = packing(of_anna(goods, units=10_001)).package_groupings[0].boxes
        assert [row.quantity for row in boxes] == [10_000, 1]

    def test_more_rows_than_one_grouping_takes_make_two_requests(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(spapi, "MOST_BOX_ROWS", 3)
        (made,) = inbound_requests(self.plan(4), NETWORK)
        files = [row.file for row in made.inventory.requests if row.operation == "setPackingInformation"]
        assert files == ["setPackingInformation.json", "setPackingInformation-2.json"]
        assert read_requests(dict(write_requests(made))) == made


@pytest.fixture(scope="module")
def definitions() -> dict[str, Any]:
    document = json.loads(standard("fulfillmentInbound_2024-03-20.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = document["definitions"]
    for schema in found.values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return found


class TestStandard:
    def test_bodies_are_valid(self, definitions: dict[str, Any]) -> None:
        made = [
            *inbound_requests(made_by_hand(), NETWORK, shipments()),
            *inbound_requests(sample_plan(), sample_network()),
        ]
        errors, bodies = [], 0
        for requests in made:
            for row, (_, body) in zip(requests.inventory.requests, requests.bodies, strict=True):
                name = f"{row.operation[0].upper()}{row.operation[1:]}Request"
                schema = {"$ref": f"#/definitions/{name}", "definitions": definitions}
                errors += [
                    each.message for each in Draft4Validator(schema).iter_errors(json.loads(write_payload(body)))
                ]
                bodies += 1
        assert errors == []
        assert bodies > 100


class TestBadFiles:
    @pytest.mark.parametrize(("file", "old", "new", "field", "expected"), [
        ("createInboundPlan.json", b'"quantity": 200', b'"quantity": 0', "items[0].quantity", "greater than or equal to 1"),
        ("createInboundPlan.json", b'"countryCode": "US"', b'"countryCode": "usa"', "sourceAddress.countryCode", "pattern"),
        ("createInboundPlan.json", b'"SELLER"', b'"SELER"', "items[0].labelOwner", "'AMAZON', 'SELLER' or 'NONE'"),
        ("setPackingInformation.json", b'"unit": "KG"', b'"unit": "G"', "packageGroupings[0].boxes[0].weight.unit", "'KG' or 'LB'"),
        ("setPackingInformation.json", b'"shipmentId"', b'"shipment_number"', "packageGroupings[0].shipmentId", "a value"),
        ("generateTransportationOptions.json", b"T00:00Z", b"", "shipmentTransportationConfigurations[0].readyToShipWindow.start",
         "pattern"),
        ("requests.json", b'"operation": "createInboundPlan"', b'"operation": "createPlan"', "requests[0].operation", "one of"),
        ("requests.json", b'"status": "proposed"', b'"status": "propsed"', "status", "'proposed'"),
    ])  # fmt: skip
    def test_is_named_with_its_path(self, file: str, old: bytes, new: bytes, field: str, expected: str) -> None:
        files = dict(write_requests(of_anna(shipment(S1))))
        assert old in files[file]
        files[file] = files[file].replace(old, new, 1)
        found = {(each.file, each.field): each.expected for each in refused(read_requests, files, "anna/")}
        assert expected in found[f"anna/{file}", field]

    def test_a_missing_body_is_named(self) -> None:
        files = dict(write_requests(of_anna(shipment(S1))))
        del files["setPackingInformation.json"]
        assert [each.file for each in refused(read_requests, files)] == ["setPackingInformation.json"]
        assert [each.file for each in refused(read_requests, {})] == ["requests.json"]
