"""Sailings of DCSA Commercial Schedules: read, matched to lanes, taken into the departures of a network."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from typer.testing import CliRunner

from consolidation.cli import app
from consolidation.partners.dcsa_schedules import Sailing, read_sailings
from consolidation.partners.sailings import Imported, import_sailings
from network.departures import runs
from network.io import read_network, write_network
from network.model import Network
from network.tables import Departure
from tests.networks import tiny_network
from tests.partner_files import refused, standard

NETWORK = tiny_network()


def stop(port: str, time: str) -> dict[str, Any]:
    """Return a place of departure or arrival."""
    return {"facilityTypeCode": "POTE", "location": {"UNLocationCode": port}, "dateTime": time}


def cutoff(code: str, time: str) -> dict[str, str]:
    """Return a cut-off."""
    return {"cutOffDateTimeCode": code, "cutOffDateTime": time}


ROUTE: dict[str, Any] = {
    "placeOfReceipt": stop("CNYTN", "2026-12-01T08:00:00+08:00"),
    "placeOfDelivery": stop("USLAX", "2026-12-22T08:00:00-08:00"),
    "receiptTypeAtOrigin": "CY", "deliveryTypeAtDestination": "CY",
    "cutOffTimes": [cutoff("FCO", "2026-12-02T18:00:00+08:00"), cutoff("DCO", "2026-12-01T12:00:00+08:00")],
    "legs": [{
        "sequenceNumber": 1,
        "transport": {
            "modeOfTransport": "VESSEL", "vessel": {"name": "SEA ROSE", "vesselIMONumber": "9321483"},
            "servicePartners": [{"carrierCode": "MAEU", "carrierCodeListProvider": "NMFTA", "carrierServiceCode": "TP6",
                                 "carrierExportVoyageNumber": "648E"}],
        },
        "departure": stop("CNYTN", "2026-12-03T20:00:00+08:00"),
        "arrival": stop("USLAX", "2026-12-19T06:00:00-08:00"),
        "cutOffTimes": [cutoff("VCO", "2026-12-02T20:00:00+08:00"), cutoff("PCO", "2026-12-03T08:00:00+08:00")],
    }],
}  # fmt: skip


def call(port: str, arrives: str, departs: str, *cutoffs: dict[str, str]) -> dict[str, Any]:
    """Return a call of a ship: planned times, and estimated ones that are an hour later."""
    stamps = [
        {"eventTypeCode": kind, "eventClassifierCode": classifier, "eventDateTime": f"{day}T{hour}:00:00Z"}
        for kind, day in (("ARRI", arrives), ("DEPA", departs))
        for classifier, hour in (("PLN", "10"), ("EST", "11"))
    ]
    return {
        "transportCallReference": f"SR-{port}", "carrierImportVoyageNumber": "101W", "carrierExportVoyageNumber": "102E",
        "location": {"UNLocationCode": port}, "timestamps": stamps, "cutOffTimes": list(cutoffs),
    }  # fmt: skip


SERVICE: dict[str, Any] = {
    "carrierServiceName": "Pacific A", "carrierServiceCode": "PAX1",
    "vesselSchedules": [{
        "vessel": {"name": "SEA LILY", "vesselIMONumber": "9321483"}, "isDummyVessel": False,
        "transportCalls": [
            call("CNNGB", "2026-12-01", "2026-12-02"), call("CNYTN", "2026-12-04", "2026-12-05",
                                                            cutoff("FCO", "2026-12-04T11:00:00Z")),
            call("USLAX", "2026-12-20", "2026-12-22"),
        ],
    }],
}  # fmt: skip


def sailings(*documents: Any) -> list[Sailing]:
    """Return the sailings of documents in one file."""
    return read_sailings(json.dumps(list(documents)).encode(), "schedule.json")


def imported(*documents: Any, network: Network = NETWORK, **options: Any) -> Imported:
    """Return what becomes of documents in one file."""
    return import_sailings(network, sailings(*documents), "schedule.json", **options)


def row(done: Imported, departure_id: str) -> Departure:
    """Return a departure."""
    return next(each for each in done.network.departures if each.departure_id == departure_id)


def changed(*keys: Any, document: dict[str, Any] = ROUTE) -> dict[str, Any]:
    """Return a document with one value changed: keys, then the value."""
    found = copy.deepcopy(document)
    at: Any = found
    for key in keys[:-2]:
        at = at[key]
    at[keys[-2]] = keys[-1]
    return found


class TestRoutes:
    def test_a_route_becomes_a_departure_with_its_cut_offs(self) -> None:
        done = imported(ROUTE)
        made = row(done, "YTN-LAX.648E")
        assert (made.lane_id, made.etd) == ("YTN-LAX", dt.datetime(2026, 12, 3, 20, 0))
        assert (made.fco_h, made.dco_h, made.vco_h) == (26.0, 56.0, 24.0)
        assert made.transit_days == 16 + 2 / 24
        assert (done.added, done.updated, done.unused) == (("YTN-LAX.648E",), (), ("PCO",))

    def test_what_the_carrier_does_not_say_is_as_in_the_pattern(self) -> None:
        made = row(imported(ROUTE), "YTN-LAX.648E")
        assert (made.lco_h, made.allotment_teu) == (72.0, 40.0)

    def test_the_run_of_the_pattern_gives_way(self) -> None:
        done = imported(ROUTE)
        assert done.gave_way == ("YTN-LAX-W@2026-12-02",)
        days = [
            run.run_id
            for run in runs(done.network, dt.date(2026, 11, 30), dt.date(2026, 12, 6))
            if run.lane.lane_id == "YTN-LAX"
        ]
        assert days == ["YTN-LAX.648E@2026-12-03"]

    def test_or_stays_when_asked_to(self) -> None:
        done = imported(ROUTE, keep_patterns=True)
        assert done.gave_way == ()
        assert row(done, "YTN-LAX-W") == next(each for each in NETWORK.departures if each.departure_id == "YTN-LAX-W")

    def test_the_same_file_again_changes_nothing(self) -> None:
        once = imported(ROUTE)
        again = imported(ROUTE, network=once.network)
        assert again.network == once.network
        assert (again.unchanged, again.added, again.gave_way) == (("YTN-LAX.648E",), (), ())

    def test_a_later_edition_updates_by_id(self) -> None:
        once = imported(ROUTE)
        later = changed("legs", 0, "departure", "dateTime", "2026-12-04T02:00:00+08:00")
        done = imported(later, network=once.network)
        assert (done.updated, done.added) == (("YTN-LAX.648E",), ())
        assert row(done, "YTN-LAX.648E").etd == dt.datetime(2026, 12, 4, 2, 0)
        assert len(done.network.departures) == len(once.network.departures)

    def test_the_source_is_kept(self) -> None:
        done = imported(ROUTE)
        assert row(done, "YTN-LAX.648E").source == "schedule-schedule-json"
        assert done.network.sources[-1].source == "schedule-schedule-json"

    def test_a_route_over_a_hub_is_one_sailing(self) -> None:
        legs = [
            {**ROUTE["legs"][0], "arrival": stop("KRPUS", "2026-12-06T06:00:00+09:00")},
            {"departure": stop("KRPUS", "2026-12-08T06:00:00+09:00"), "arrival": stop("USLAX", "2026-12-21T06:00:00-08:00")},
            {"transport": {"modeOfTransport": "TRUCK"}, "departure": stop("USLAX", "2026-12-22T06:00:00-08:00"),
             "arrival": stop("USCHI", "2026-12-25T06:00:00-06:00")},
        ]  # fmt: skip
        (sailing,) = sailings(changed("legs", legs))
        assert (sailing.loading, sailing.discharge, sailing.arrives.day) == ("CNYTN", "USLAX", 21)

    def test_a_route_without_a_ship_is_no_sailing(self) -> None:
        assert sailings(changed("legs", 0, "transport", {"modeOfTransport": "RAIL"}), ROUTE)[0].where == "[1].legs[0]"

    def test_received_at_a_cfs_it_goes_to_co_load_lanes_too(self) -> None:
        done = imported(changed("receiptTypeAtOrigin", "CFS"))
        assert done.added == ("YTN-LAX.648E", "YTN-LAX-LCL.648E")
        assert row(done, "YTN-LAX-LCL.648E").transit_days is None

    def test_delivered_at_a_cfs_its_time_counts_on_co_load_lanes(self) -> None:
        document = changed("deliveryTypeAtDestination", "CFS", document=changed("receiptTypeAtOrigin", "CFS"))
        assert row(imported(document), "YTN-LAX-LCL.648E").transit_days == 19 + 4 / 24

    def test_one_document_without_a_list_is_read(self) -> None:
        assert len(read_sailings(json.dumps(ROUTE).encode(), "f")) == 1


class TestVesselSchedules:
    def test_every_later_call_is_a_sailing(self) -> None:
        found = sailings(SERVICE)
        assert [(each.loading, each.discharge) for each in found] == [
            ("CNNGB", "CNYTN"),
            ("CNNGB", "USLAX"),
            ("CNYTN", "USLAX"),
        ]

    def test_estimates_come_before_plans(self) -> None:
        done = imported(SERVICE)
        made = row(done, "YTN-LAX.102E")
        assert made.etd == dt.datetime(2026, 12, 5, 19, 0)
        assert made.fco_h == 24.0

    def test_passages_without_a_lane_are_not_told(self) -> None:
        done = imported(SERVICE)
        assert (done.added, done.unmatched) == (("NGB-LAX.102E", "YTN-LAX.102E"), ())

    def test_a_ship_without_any_lane_is_told_once(self) -> None:
        other = json.loads(json.dumps(SERVICE).replace("CNNGB", "JPTYO").replace("CNYTN", "JPOSA"))
        (row_,) = imported(SERVICE, other).unmatched
        assert (row_.where, row_.reason) == (
            "[1].vesselSchedules[0].transportCalls[0]",
            "no ocean lane from JPTYO to JPOSA",
        )


def with_lane(**changes: Any) -> Network:
    """Return the network with a second lane from Yantian to Los Angeles."""
    lane = NETWORK.lane["YTN-LAX"].model_copy(update={"lane_id": "EX-YTN-LAX", "mode": "ocean_express", **changes})
    return NETWORK.replace(lanes=(*NETWORK.lanes, lane))


class TestMatching:
    def test_a_lane_named_after_the_service_is_chosen(self) -> None:
        done = imported(ROUTE, network=with_lane(name="Maersk TP6 express"))
        assert done.added == ("EX-YTN-LAX.648E",)

    def test_lanes_of_other_services_are_left_alone(self) -> None:
        assert imported(ROUTE, network=with_lane(name="Other line's express")).added == ("YTN-LAX.648E",)

    def test_the_planner_knows_better(self) -> None:
        network = with_lane(name="Other line's express")
        assert imported(ROUTE, network=network, services={"TP6": "EX-YTN-LAX"}).added == ("EX-YTN-LAX.648E",)

    def test_two_lanes_that_would_do_are_named(self) -> None:
        other = changed("legs", 0, "departure", stop("CNNGB", "2026-12-03T20:00:00+08:00"))
        (row_,) = imported(other, ROUTE, network=with_lane(mode="ocean")).unmatched
        assert row_.reason == "several lanes would do: YTN-LAX, EX-YTN-LAX"
        assert row_.sailing == "CNYTN-USLAX 2026-12-03 20:00 TP6 648E"

    def test_a_port_without_lane_is_named(self) -> None:
        other = changed("legs", 0, "arrival", stop("USOAK", "2026-12-19T06:00:00-08:00"))
        assert [each.reason for each in imported(ROUTE, other).unmatched] == ["no ocean lane from CNYTN to USOAK"]

    def test_a_port_without_code_is_named(self) -> None:
        other = changed("legs", 0, "arrival", "location", {"locationName": "Los Angeles"})
        assert [each.reason for each in imported(ROUTE, other).unmatched] == ["a port without UN/LOCODE"]


class TestBadFiles:
    @pytest.mark.parametrize(("document", "field", "value"), [
        (changed("legs", []), "[0].legs", "[]"),
        (changed("receiptTypeAtOrigin", "DOOR"), "[0].receiptTypeAtOrigin", "DOOR"),
        (changed("legs", 0, "departure", "dateTime", "2026-12-03T20:00:00"), "[0].legs[0].departure.dateTime",
         "2026-12-03T20:00:00"),
        (changed("legs", 0, "departure", "dateTime", "3 December"), "[0].legs[0].departure.dateTime", "3 December"),
        (changed("legs", 0, "arrival", "location", "UNLocationCode", "LAX"), "[0].legs[0].arrival.location.UNLocationCode",
         "LAX"),
        (changed("legs", 0, "arrival", "dateTime", "2026-12-03T19:00:00+08:00"), "[0].legs[0] arrival",
         "2026-12-03T19:00:00+08:00"),
        (changed("cutOffTimes", 0, "cutOffDateTime", "2026-12-05T18:00:00+08:00"), "[0].legs[0] FCO",
         "2026-12-05T18:00:00+08:00"),
        (changed("cutOffTimes", 0, "cutOffDateTimeCode", "FCOX"), "[0].cutOffTimes[0].cutOffDateTimeCode", "FCOX"),
        (changed("vesselSchedules", 0, "transportCalls", 1, "timestamps", [], document=SERVICE),
         "[0].vesselSchedules[0].transportCalls[1].timestamps", "[]"),
        (changed("vesselSchedules", 0, "transportCalls", 1, "timestamps", 0, "eventClassifierCode", "MAYBE", document=SERVICE),
         "[0].vesselSchedules[0].transportCalls[1].timestamps[0].eventClassifierCode", "MAYBE"),
        ({"UNLocationCode": "CNYTN", "schedules": []}, "", "UNLocationCode, schedules"),
    ])  # fmt: skip
    def test_is_named_with_its_path(self, document: dict[str, Any], field: str, value: str) -> None:
        found = refused(sailings, document)
        assert (field, value) in [(each.field, each.value) for each in found]

    def test_routes_and_vessel_schedules_do_not_mix(self) -> None:
        assert refused(sailings, ROUTE, SERVICE)[0].rule == "SCHEDULE.KIND"
        assert refused(sailings)[0].value == "an empty list"

    def test_everything_is_found_at_once(self) -> None:
        found = refused(sailings, changed("legs", []), changed("receiptTypeAtOrigin", "X"))
        assert [each.field for each in found] == ["[0].legs", "[1].receiptTypeAtOrigin"]

    def test_two_editions_of_one_voyage_contradict_each_other(self) -> None:
        other = changed("legs", 0, "departure", "dateTime", "2026-12-04T02:00:00+08:00")
        (finding,) = refused(import_sailings, NETWORK, sailings(ROUTE, other), "f")
        assert (finding.field, finding.rule) == ("[1].legs[0]", "SCHEDULE.CONTRADICTION")

    def test_a_file_of_which_nothing_fits_is_refused(self) -> None:
        (finding,) = refused(
            import_sailings,
            NETWORK,
            sailings(changed("legs", 0, "arrival", stop("USOAK", "2026-12-19T06:00:00Z"))),
            "f",
        )
        assert (finding.rule, finding.maybe) == ("SCHEDULE.UNMATCHED", "no ocean lane from CNYTN to USOAK")

    def test_an_unknown_lane_of_a_service_is_named(self) -> None:
        (finding, *_) = refused(import_sailings, NETWORK, sailings(ROUTE), "f", {"TP6": "YTN-LAS"})
        assert (finding.value, finding.maybe) == ("YTN-LAS", "you meant 'YTN-LAX'")


class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        write_network(NETWORK, tmp_path / "net")
        (tmp_path / "schedule.json").write_text(json.dumps([ROUTE]), encoding="utf-8")
        return tmp_path

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run the command and return its exit code and output."""
        done = CliRunner().invoke(app, ["sailings", *arguments])
        return done.exit_code, done.stdout

    def test_writes_the_network_in_place(self, folder: Path) -> None:
        code, text = self.run(str(folder / "net"), str(folder / "schedule.json"))
        assert (code, text.splitlines()[:2]) == (0, ["added: 1", "  YTN-LAX.648E"])
        assert "runs of patterns that gave way: 1\n  YTN-LAX-W@2026-12-02" in text
        assert read_network(folder / "net") == imported(ROUTE).network

    def test_or_a_new_one(self, folder: Path) -> None:
        before = (folder / "net" / "departures.csv").read_bytes()
        code, text = self.run(
            str(folder / "net"), str(folder / "schedule.json"), "-o", str(folder / "new.xlsx"), "--json"
        )
        assert (code, json.loads(text)["added"]) == (0, ["YTN-LAX.648E"])
        assert (folder / "net" / "departures.csv").read_bytes() == before
        assert read_network(folder / "new.xlsx") == imported(ROUTE).network

    @pytest.mark.parametrize("text", ["[", "[]", json.dumps([changed("legs", [])])])
    def test_a_wrong_file_changes_nothing(self, folder: Path, text: str) -> None:
        files = {path: path.read_bytes() for path in (folder / "net").iterdir()}
        (folder / "schedule.json").write_text(text, encoding="utf-8")
        code, output = self.run(str(folder / "net"), str(folder / "schedule.json"), "--json")
        assert (code, json.loads(output)["valid"]) == (3, False)
        assert {path: path.read_bytes() for path in (folder / "net").iterdir()} == files

    def test_wrong_options_are_named(self, folder: Path) -> None:
        code, output = self.run(str(folder / "net"), str(folder / "schedule.json"), "--service", "TP6", "--json")
        assert (code, json.loads(output)["findings"][0]["expected"]) == (3, "CODE=LANE")
        code, output = self.run(str(folder / "net"), str(folder / "none.json"), "--json")
        assert (code, json.loads(output)["findings"][0]["rule"]) == (3, "FILE.MISSING")


def test_the_documents_above_are_commercial_schedules() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML, which reads the standard, is not installed")
    document = yaml.safe_load(standard("CS_v1.0.3.yaml").read_text(encoding="utf-8"))
    check: Callable[[str], Draft4Validator] = lambda name: Draft4Validator(  # noqa: E731
        {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    )
    assert [error.message for error in check("PointToPoint").iter_errors(ROUTE)] == []
    assert [error.message for error in check("ServiceSchedule").iter_errors(SERVICE)] == []
