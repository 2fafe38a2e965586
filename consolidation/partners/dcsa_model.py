"""The part of DCSA Booking 2.0.5 (``CreateBooking``) that a plan can fill, as models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from consolidation.partners.header import content_sha256
from consolidation.partners.payloads import Amount, Payload

_Text35 = Annotated[str, Field(max_length=35, pattern=r"^\S(?:.*\S)?$")]
PlaceType = Literal["PRE", "POL", "POD", "PDE"]
"""Place of receipt, port of loading, port of discharge, place of delivery."""
_Terms = Literal["CY", "SD", "CFS"]
_Movement = Literal["FCL", "LCL"]


class Reference(Payload):
    """A reference of the shipper."""

    type: Literal["CR", "AEF"]
    value: _Text35


class Mass(Payload):
    """A weight."""

    value: Amount = Field(gt=0, json_schema_extra={"unit": "as unit"})
    unit: Literal["KGM", "LBR"] = "KGM"


class Cube(Payload):
    """A volume."""

    value: Amount = Field(gt=0, json_schema_extra={"unit": "as unit"})
    unit: Literal["MTQ", "FTQ"] = "MTQ"


class Packaging(Payload):
    """Packages of a commodity."""

    package_code: str = Field("CT", pattern=r"^[A-Z0-9]{2}$")
    number_of_packages: int = Field(ge=1, le=99_999_999, json_schema_extra={"unit": "package"})
    description: str = Field("cartons", max_length=100)


class Commodity(Payload):
    """The goods of one house."""

    commodity_type: str = Field(max_length=550, pattern=r"^\S(?:.*\S)?$")
    hs_codes: list[Annotated[str, Field(pattern=r"^\d{6,12}$")]] | None = Field(None, alias="extendedHSCodes")
    cargo_gross_weight: Mass
    cargo_gross_volume: Cube
    outer_packaging: Packaging | None = None
    references: list[Reference]


class RequestedEquipment(Payload):
    """The container that the goods are to travel in."""

    iso_equipment_code: str = Field(alias="ISOEquipmentCode", max_length=4, pattern=r"^\S(?:.*\S)?$")
    units: int = Field(ge=1, json_schema_extra={"unit": "container"})
    cargo_gross_weight: Mass
    is_shipper_owned: bool = False
    commodities: list[Commodity]


class GeoCoordinate(Payload):
    """A point on the map."""

    latitude: str = Field(max_length=10)
    longitude: str = Field(max_length=11)


class Location(Payload):
    """A place by UN/LOCODE, or by name and point."""

    location_name: str | None = Field(None, max_length=100, pattern=r"^\S(?:.*\S)?$")
    un_location_code: str | None = Field(None, pattern=r"^[A-Z]{2}[A-Z2-9]{3}$", alias="UNLocationCode")
    geo_coordinate: GeoCoordinate | None = None


class ShipmentLocation(Payload):
    """A place and what it is to the booking: of receipt, loading, discharge or delivery."""

    location: Location
    location_type_code: PlaceType


class BookingAgent(Payload):
    """Who books."""

    party_name: str = Field(max_length=70, pattern=r"^\S(?:.*\S)?$")


class DocumentParties(Payload):
    """The parties of the booking that a plan knows."""

    booking_agent: BookingAgent


class Booking(Payload):
    """A booking request: the body of ``POST /v2/bookings``."""

    receipt_type_at_origin: _Terms
    delivery_type_at_destination: _Terms
    cargo_movement_type_at_origin: _Movement
    cargo_movement_type_at_destination: _Movement
    service_contract_reference: str | None = Field(None, max_length=30)
    carrier_service_name: str | None = Field(None, max_length=50, pattern=r"^\S(?:.*\S)?$")
    expected_departure_date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    is_partial_load_allowed: bool = False
    is_equipment_substitution_allowed: bool = False
    references: list[Reference]
    document_parties: DocumentParties
    shipment_locations: list[ShipmentLocation] = Field(min_length=1)
    requested_equipments: list[RequestedEquipment] = Field(min_length=1)

    def content_hash(self) -> str:
        """Return the hash of everything but the references."""
        return content_sha256(self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"references"}))
