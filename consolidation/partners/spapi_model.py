"""The part of Amazon's Fulfillment Inbound API, version 2024-03-20, that a plan can fill: bodies of requests as models.

Every limit is the published one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from consolidation.partners.payloads import Amount, Payload

Id38 = Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{38}$")]
Owner = Literal["AMAZON", "SELLER", "NONE"]
MOST_ITEMS = 2000
MOST_UNITS = 500_000
MOST_BOX_ROWS = 5000
MOST_ALIKE = 10_000


class Item(Payload):
    """Units of one merchant SKU."""

    label_owner: Owner = "SELLER"
    msku: str = Field(min_length=1, max_length=255)
    prep_owner: Owner = "SELLER"
    quantity: int = Field(ge=1, le=MOST_UNITS, json_schema_extra={"unit": "unit of goods"})


class Address(Payload):
    """Where the goods leave for the fulfilment centre."""

    address_line1: str = Field(min_length=1, max_length=180)
    city: str = Field(min_length=1, max_length=30)
    company_name: str | None = Field(None, min_length=1, max_length=50)
    country_code: str = Field(pattern=r"^[A-Z]{2}$")
    name: str = Field(min_length=1, max_length=50)
    phone_number: str = Field(min_length=1, max_length=20)
    postal_code: str = Field(min_length=1, max_length=32)


class CreateInboundPlan(Payload):
    """Body of createInboundPlan."""

    destination_marketplaces: tuple[Annotated[str, Field(min_length=1, max_length=20)], ...] = Field(
        min_length=1, max_length=1
    )
    items: tuple[Item, ...] = Field(min_length=1, max_length=MOST_ITEMS)
    name: str = Field(min_length=1, max_length=40)
    source_address: Address


class Dimensions(Payload):
    """Sides of a box."""

    height: Amount = Field(ge=0, le=100_000, json_schema_extra={"unit": "as unit_of_measurement"})
    length: Amount = Field(ge=0, le=100_000, json_schema_extra={"unit": "as unit_of_measurement"})
    unit_of_measurement: Literal["CM", "IN"] = "CM"
    width: Amount = Field(ge=0, le=100_000, json_schema_extra={"unit": "as unit_of_measurement"})


class Weight(Payload):
    """Weight of a box."""

    unit: Literal["KG", "LB"] = "KG"
    value: Amount = Field(ge=0, le=100_000, json_schema_extra={"unit": "as unit"})


class Box(Payload):
    """Boxes that are all alike."""

    content_information_source: Literal["BOX_CONTENT_PROVIDED", "MANUAL_PROCESS", "BARCODE_2D"]
    dimensions: Dimensions
    items: tuple[Item, ...] | None = None
    quantity: int = Field(ge=1, le=MOST_ALIKE, json_schema_extra={"unit": "box"})
    weight: Weight


class PackageGrouping(Payload):
    """The boxes of one Amazon shipment."""

    boxes: tuple[Box, ...] = Field(min_length=1, max_length=MOST_BOX_ROWS)
    shipment_id: Id38


class SetPackingInformation(Payload):
    """Body of setPackingInformation."""

    package_groupings: tuple[PackageGrouping, ...] = Field(min_length=1)


class Money(Payload):
    """An amount of money."""

    amount: Amount = Field(json_schema_extra={"unit": "as code"})
    code: str = Field(min_length=3, max_length=3)


class FreightInformation(Payload):
    """What a carrier is told about the goods."""

    declared_value: Money


class Pallet(Payload):
    """Pallets that are all alike."""

    quantity: int = Field(ge=1, le=MOST_ALIKE, json_schema_extra={"unit": "pallet"})
    stackability: Literal["STACKABLE", "NON_STACKABLE"]


class Window(Payload):
    """The first moment of a span of time."""

    start: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$")


class TransportationConfiguration(Payload):
    """How one Amazon shipment is to be carried."""

    freight_information: FreightInformation | None = None
    pallets: tuple[Pallet, ...] | None = None
    ready_to_ship_window: Window
    shipment_id: Id38


class GenerateTransportationOptions(Payload):
    """Body of generateTransportationOptions."""

    placement_option_id: Id38
    shipment_transportation_configurations: tuple[TransportationConfiguration, ...] = Field(min_length=1)


class TransportationSelection(Payload):
    """The option chosen for one Amazon shipment."""

    shipment_id: Id38
    transportation_option_id: Id38


class ConfirmTransportationOptions(Payload):
    """Body of confirmTransportationOptions."""

    transportation_selections: tuple[TransportationSelection, ...] = Field(min_length=1)


Body = CreateInboundPlan | SetPackingInformation | GenerateTransportationOptions | ConfirmTransportationOptions
OPERATIONS: dict[str, tuple[type[Payload], str]] = {
    "createInboundPlan": (CreateInboundPlan, "/inbound/fba/2024-03-20/inboundPlans"),
    "setPackingInformation": (
        SetPackingInformation, "/inbound/fba/2024-03-20/inboundPlans/{inboundPlanId}/packingInformation"),
    "generateTransportationOptions": (
        GenerateTransportationOptions, "/inbound/fba/2024-03-20/inboundPlans/{inboundPlanId}/transportationOptions"),
    "confirmTransportationOptions": (
        ConfirmTransportationOptions,
        "/inbound/fba/2024-03-20/inboundPlans/{inboundPlanId}/transportationOptions/confirmation"),
}  # fmt: skip
"""Model and path of each request, in the order they are sent; all are POST."""
MARKETPLACES = {
    "US": "ATVPDKIKX0DER", "CA": "A2EUQ1WTGCTBG2", "MX": "A1AM78C64UM0Y8", "GB": "A1F83G8C2ARO7P", "UK": "A1F83G8C2ARO7P",
    "DE": "A1PA6795UKMFR9", "FR": "A13V1IB3VIYZZH", "IT": "APJ6JRA9NG5V4", "ES": "A1RKKUPIHCS9HS", "NL": "A1805IZSGTT6HS",
    "PL": "A1C3SOZRARQ6R3", "BE": "AMEN7PMS3EDWL", "SE": "A2NODRKZP88ZB9", "JP": "A1VC38T7YXB528", "IN": "A21TJRUUN4KGV",
}  # fmt: skip
"""Amazon's marketplace ids by market."""
