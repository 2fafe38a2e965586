"""Files of published standards on generated plans: written, read back, equal; right for the checker and for pydifact."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from consolidation.events.model import Confirmation
from consolidation.partners.consolidations import consolidations, following
from consolidation.partners.dcsa_booking import bookings, marks_of, read_booking
from consolidation.partners.edifact import wire_text
from consolidation.partners.ifcsum import write_ifcsum
from consolidation.partners.ifcsum_answers import read_confirmations, write_answer
from consolidation.partners.ifcsum_reading import check_ifcsum, read_ifcsum
from consolidation.partners.spapi import inbound_requests, is_as_written, read_requests, write_requests
from consolidation.partners.standards import STANDARDS, StandardFiles
from consolidation.partners.statuses import CODE_OF_EVENT
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.model import Network
from tests.partner_files import hand_message, partner_plans, standard
from tests.plans import sample_network, sample_plan

Case = tuple[Plan, Network, Sequence[Shipment]]
often = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@often
@given(partner_plans(most=12))
def test_ifcsum_reads_back_equal(case: Case) -> None:
    messages = list(consolidations(*case))
    assert {row.load_id for row in messages} == {row.load_id for row in case[0].loads}
    for message in messages:
        data = write_ifcsum(message)
        assert check_ifcsum(data, "f") == []
        assert read_ifcsum(data, "f") == message


@often
@given(partner_plans(most=12))
def test_bookings_read_back_equal(case: Case) -> None:
    files = StandardFiles(*case)
    for (path, content), booking in zip(files.dcsa(), bookings(*case), strict=True):
        assert read_booking(content, path) == booking
        assert path == f"{marks_of(booking, path).load_id}.dcsa.json"
        assert marks_of(booking, path).plan_version == case[0].version


@often
@given(partner_plans(most=12))
def test_inbound_requests_read_back_equal(case: Case) -> None:
    covered: list[str] = []
    for requests in inbound_requests(*case):
        files = dict(write_requests(requests))
        assert read_requests(files) == requests
        assert is_as_written(requests)
        covered += requests.inventory.shipments
        sellers = {row.seller_id for row in case[0].shipments if row.shipment_id in requests.inventory.shipments}
        assert sellers == {requests.inventory.seller_id}
    assert sorted(covered) == sorted(row.shipment_id for row in case[0].shipments)


@settings(max_examples=20, deadline=None)
@given(partner_plans(most=15))
def test_every_file_has_a_path_of_its_own_and_the_same_plan_the_same_files(case: Case) -> None:
    for writer in STANDARDS.values():
        files = list(writer(*case))
        assert len({path.casefold() for path, _ in files}) == len(files)
        assert files == list(writer(*case))


@settings(max_examples=20, deadline=None)
@given(partner_plans(), st.data())
def test_following_messages_lead_from_one_plan_to_the_next(case: Case, data: st.DataObject) -> None:
    plan, network, goods = case
    messages = list(consolidations(*case))
    kept = [row for row in plan.loads if data.draw(st.booleans())]
    later = plan.model_copy(update={"version": plan.version + 1, "loads": tuple(kept)})
    sent = list(following(consolidations(later, network, goods), messages))
    assert {row.load_id for row in sent} == {row.load_id for row in messages} - {row.load_id for row in kept}
    assert all((row.function, row.plan_version) == ("cancel", plan.version + 1) for row in sent)
    assert all(read_ifcsum(write_ifcsum(row), "f") == row for row in sent)


SAID = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=9)
MEASURES = st.decimals("0.001", 999, places=3)
FACTS = st.fixed_dictionaries({
    "kind": st.sampled_from(sorted(CODE_OF_EVENT)), "reference": SAID, "note": SAID,
    "volume_m3": MEASURES, "gross_weight_kg": MEASURES, "departure_id": st.just("OC.1@2026-12-08"),
    "until": st.sampled_from(["", "2026-12-24"]), "cartons": st.none() | st.integers(0, 500),
})  # fmt: skip
OF_KIND = {
    "gated_in": ("volume_m3", "gross_weight_kg"), "rolled": ("departure_id",), "customs_hold": ("until",),
    "short_shipped": ("cartons",),
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 500), st.lists(FACTS, min_size=1, max_size=6, unique_by=lambda facts: facts["kind"]), st.booleans()
)
def test_answers_read_back_equal(seed: int, drawn: list[dict[str, Any]], of_load: bool) -> None:
    message = next(consolidations(sample_plan(12, seed), sample_network()), hand_message())
    subject = ("load", message.load_id) if of_load else ("shipment", message.houses[-1].shipment_id)
    told = []
    for facts in drawn:
        own = {"reference", "note", *OF_KIND.get(facts["kind"], ())}
        if of_load:
            own -= {"volume_m3", "gross_weight_kg"}
        told.append(Confirmation.model_validate({
            "kind": facts["kind"], "subject": subject[0], "subject_id": subject[1], "plan_id": message.plan_id,
            "plan_version": message.plan_version, "time": "2026-12-01T09:30+08:00", "reported_by": "PARTNER",
            **{name: facts[name] for name in own},
        }))  # fmt: skip
    assert read_confirmations(write_answer(message, told, "PARTNER"), "f") == told


@settings(max_examples=20, deadline=None)
@given(partner_plans(most=10))
def test_pydifact_reads_what_is_written(case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = pytest.importorskip("pydifact.parser", reason="pydifact, another reader of EDIFACT, is not installed")
        for message in consolidations(*case):
            text = write_ifcsum(message).decode("latin-1")
            segments = list(parser.Parser().parse(text))
            houses = [each.elements[1] for each in segments if each.tag == "CNI"]
            assert houses == [wire_text(house.shipment_id) for house in message.houses]
            totals = {each.elements[0][0]: each.elements[0][1] for each in segments if each.tag == "CNT"}
            assert float(totals["7"]) == float(message.gross_weight_kg)
            assert int(totals["10"]) == len(message.houses)
            assert int(segments[-2].elements[0]) == len(segments) - 3


@settings(max_examples=10, deadline=None)
@given(partner_plans(most=10))
def test_inbound_requests_are_valid(case: Case) -> None:
    definitions = json.loads(standard("fulfillmentInbound_2024-03-20.json").read_text(encoding="utf-8"))["definitions"]
    for requests in inbound_requests(*case):
        files = dict(write_requests(requests))
        for row in requests.inventory.requests:
            name = f"{row.operation[0].upper()}{row.operation[1:]}Request"
            schema = {"$ref": f"#/definitions/{name}", "definitions": definitions}
            assert [each.message for each in Draft4Validator(schema).iter_errors(json.loads(files[row.file]))] == []
