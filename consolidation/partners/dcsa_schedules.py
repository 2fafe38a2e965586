"""DCSA Commercial Schedules 1.0.3: point-to-point routes and vessel schedules, read as sailings from port to port."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from consolidation.partners.payloads import json_path, read_json, read_payload
from network.errors import Finding, InputError


class Part(BaseModel):
    """Base of the parts of a schedule: what is not needed here is left unread."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)


class Location(Part):
    """A place; only its UN/LOCODE counts."""

    un_location_code: str = Field("", alias="UNLocationCode", pattern=r"^([A-Z]{2}[A-Z2-9]{3})?$")


class CutOff(Part):
    """The latest time for something."""

    cut_off_date_time_code: str = Field(max_length=3)
    cut_off_date_time: AwareDatetime


class Stop(Part):
    """Departure, arrival, receipt or delivery."""

    location: Location
    date_time: AwareDatetime


class Partner(Part):
    """A carrier that sells the voyage under a service and number of its own."""

    carrier_code: str = ""
    carrier_service_name: str = ""
    carrier_service_code: str = ""
    carrier_export_voyage_number: str = ""


class Vessel(Part):
    """A ship."""

    name: str = ""
    operator_carrier_code: str = ""


class Transport(Part):
    """What carries the goods on a leg."""

    mode_of_transport: str
    service_partners: tuple[Partner, ...] = ()
    universal_export_voyage_reference: str = ""
    vessel: Vessel = Vessel()


class Leg(Part):
    """One leg of a route."""

    transport: Transport | None = None
    departure: Stop
    arrival: Stop
    cut_off_times: tuple[CutOff, ...] = ()


class Route(Part):
    """A point-to-point route."""

    place_of_receipt: Stop
    place_of_delivery: Stop
    receipt_type_at_origin: Literal["CY", "SD", "CFS", ""] = ""
    delivery_type_at_destination: Literal["CY", "SD", "CFS", ""] = ""
    cut_off_times: tuple[CutOff, ...] = ()
    legs: tuple[Leg, ...] = Field(min_length=1)


class Timestamp(Part):
    """When a ship arrives or departs, and how sure that is."""

    event_type_code: Literal["ARRI", "DEPA"]
    event_classifier_code: Literal["PLN", "EST", "ACT"]
    event_date_time: AwareDatetime


class Call(Part):
    """A call of a ship at a port."""

    carrier_import_voyage_number: str = ""
    carrier_export_voyage_number: str = ""
    cut_off_times: tuple[CutOff, ...] = ()
    location: Location = Location()
    timestamps: Annotated[tuple[Timestamp, ...], Field(min_length=1)]

    def time(self, event: str) -> dt.datetime | None:
        """Return when the ship arrives or departs: actual before estimated before planned."""
        for classifier in ("ACT", "EST", "PLN"):
            for stamp in self.timestamps:
                if (stamp.event_type_code, stamp.event_classifier_code) == (event, classifier):
                    return stamp.event_date_time
        return None


class VesselSchedule(Part):
    """The calls of one ship, in order."""

    vessel: Vessel = Vessel()
    transport_calls: tuple[Call, ...] = ()


class Service(Part):
    """The ships of one service."""

    carrier_service_name: str
    carrier_service_code: str
    vessel_schedules: tuple[VesselSchedule, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sailing:
    """A sailing from port to port, as the carrier announces it.

    Attributes
    ----------
    where : str
        Its place in the file, as ``[0].legs[1]``.
    group : str
        The route or the ship it is of.
    names : tuple of str
        What the carrier, the service and the service's code are called; blanks left out.
    cutoffs : dict of code to time
    delivered : datetime or None
        When goods received at a CFS are ready at the CFS of destination, where the file says so.
    """

    where: str
    group: str
    loading: str
    discharge: str
    departs: dt.datetime
    arrives: dt.datetime
    names: tuple[str, ...] = ()
    voyage: str = ""
    vessel: str = ""
    receipt: str = ""
    cutoffs: dict[str, dt.datetime] = field(default_factory=dict)
    delivered: dt.datetime | None = None


def read_sailings(data: bytes, file: str) -> list[Sailing]:
    """Return the sailings of a file of point-to-point routes, or of vessel schedules.

    A route is one sailing from the port where its first ship loads to the port where its last one discharges; a vessel
    schedule is one from every call to every later one.

    Raises
    ------
    InputError
        With everything that is wrong, by its path in the file.
    """
    content = read_json(data, file)
    items = content if isinstance(content, list) else [content]
    routes = [isinstance(item, dict) and "legs" in item for item in items]
    services = [isinstance(item, dict) and "vesselSchedules" in item for item in items]
    if not items or not (all(routes) or all(services)):
        found = (
            "an empty list"
            if not items
            else ", ".join(sorted(items[0]))
            if isinstance(items[0], dict)
            else str(items[0])
        )
        maybe = (
            "it is a port schedule: ask for point-to-point routes or vessel schedules" if "schedules" in found else ""
        )
        expected = "point-to-point routes (with legs) or vessel schedules (with vesselSchedules)"
        raise InputError([Finding(file, None, "", found[:60], expected, maybe, "SCHEDULE.KIND")])
    listed = data if isinstance(content, list) else b"[" + data.removeprefix(b"\xef\xbb\xbf") + b"]"
    if all(routes):
        found_routes: list[Route] = read_payload(list[Route], listed, file)
        sailings = [sailing for k, route in enumerate(found_routes) for sailing in _of_route(route, k)]
    else:
        found_services: list[Service] = read_payload(list[Service], listed, file)
        sailings = [sailing for k, service in enumerate(found_services) for sailing in _of_service(service, k)]
    faults = [fault for sailing in sailings for fault in _faults(sailing, file)]
    if faults:
        raise InputError(dict.fromkeys(faults))
    return sailings


def _of_route(route: Route, number: int) -> Iterator[Sailing]:
    afloat = [
        k for k, leg in enumerate(route.legs) if leg.transport is None or leg.transport.mode_of_transport == "VESSEL"
    ]
    if not afloat:
        return
    first, last = route.legs[afloat[0]], route.legs[afloat[-1]]
    transport = first.transport
    partners = transport.service_partners if transport else ()
    names = [
        name for row in partners for name in (row.carrier_service_code, row.carrier_service_name, row.carrier_code)
    ]
    voyages = [row.carrier_export_voyage_number for row in partners if row.carrier_export_voyage_number]
    delivery = route.place_of_delivery
    at_cfs = route.delivery_type_at_destination == "CFS"
    yield Sailing(
        where=json_path((number, "legs", afloat[0])), group=json_path((number,)), loading=first.departure.location.un_location_code,
        discharge=last.arrival.location.un_location_code, departs=first.departure.date_time,
        arrives=last.arrival.date_time, names=_known(*names, transport.vessel.operator_carrier_code if transport else ""),
        voyage=voyages[0] if voyages else transport.universal_export_voyage_reference if transport else "",
        vessel=transport.vessel.name if transport else "", receipt=route.receipt_type_at_origin,
        cutoffs=_by_code(*route.cut_off_times, *first.cut_off_times),
        delivered=delivery.date_time if at_cfs and delivery.date_time >= last.arrival.date_time else None,
    )  # fmt: skip


def _of_service(service: Service, number: int) -> Iterator[Sailing]:
    for k, schedule in enumerate(service.vessel_schedules):
        calls = schedule.transport_calls
        for (i, out), (_, into) in combinations(enumerate(calls), 2):
            departs, arrives = out.time("DEPA"), into.time("ARRI")
            if departs is not None and arrives is not None:
                yield Sailing(
                    where=json_path((number, "vesselSchedules", k, "transportCalls", i)),
                    group=json_path((number, "vesselSchedules", k)),
                    loading=out.location.un_location_code, discharge=into.location.un_location_code, departs=departs,
                    arrives=arrives, voyage=out.carrier_export_voyage_number or out.carrier_import_voyage_number,
                    names=_known(service.carrier_service_code, service.carrier_service_name,
                                 schedule.vessel.operator_carrier_code),
                    vessel=schedule.vessel.name, cutoffs=_by_code(*out.cut_off_times),
                )  # fmt: skip


def _known(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _by_code(*cutoffs: CutOff) -> dict[str, dt.datetime]:
    return {row.cut_off_date_time_code: row.cut_off_date_time for row in cutoffs}


_NOT_BEFORE_ETD = ("EFC", "ECP", "TCO")
"""Codes that are no time by which cargo or papers have to be there."""


def _faults(sailing: Sailing, file: str) -> Iterator[Finding]:
    etd = sailing.departs
    if sailing.arrives <= etd:
        yield Finding(file, None, f"{sailing.where} arrival", sailing.arrives.isoformat(), f"a time after ETD {etd.isoformat()}",
                      rule="SCHEDULE.ORDER")  # fmt: skip
    for code, time in sailing.cutoffs.items():
        if time > etd and code not in _NOT_BEFORE_ETD:
            yield Finding(file, None, f"{sailing.where} {code}", time.isoformat(), f"a time not after ETD {etd.isoformat()}",
                          rule="SCHEDULE.ORDER")  # fmt: skip
