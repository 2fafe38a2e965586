"""A small network with round numbers, worked out by hand: the fixture of many tests.

Two Chinese warehouses, three ports and two airports lead to a deconsolidation centre in Los Angeles with three
FCs, and one port in Hamburg leads to one with a single FC. Every rate is a round number, distances of links are
given, and each kind of journey (load, LCL, air, courier, direct container) exists at least once.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from network.model import Network
from network.planning import Header, Planning
from network.tables import TABLES

FIRST_DAY = dt.date(2026, 11, 1)
LAST_DAY = dt.date(2027, 6, 30)
CN = {"country": "CN", "timezone": "Asia/Shanghai"}
US = {"country": "US", "timezone": "America/Los_Angeles"}
DE = {"country": "DE", "timezone": "Europe/Berlin"}
WAREHOUSE = {"kind": "origin_warehouse", "tariff": "WAREHOUSE", "collection_tariff": "COLLECT", "dwell_days": 1.0, **CN}

PLACES: list[dict[str, Any]] = [
    {"place_id": "WH-SZX", "name": "Shenzhen warehouse", "lat": 22.60, "lon": 114.10, **WAREHOUSE,
     "alone_collection_tariff": "COLLECT-ALONE", "handling_m3_per_day": 400.0},
    {"place_id": "WH-NGB", "name": "Ningbo warehouse", "lat": 29.90, "lon": 121.60, **WAREHOUSE,
     "closed_weekdays": "7"},
    {"place_id": "CNYTN", "kind": "sea_port", "name": "Yantian", "lat": 22.57, "lon": 114.27, "tariff": "POL", **CN},
    {"place_id": "CNNGB", "kind": "sea_port", "name": "Ningbo", "lat": 29.93, "lon": 121.85, "tariff": "POL", **CN},
    {"place_id": "CNSZX", "kind": "airport", "name": "Shenzhen airport", "lat": 22.64, "lon": 113.81, **CN},
    {"place_id": "USLAX", "kind": "sea_port", "name": "Los Angeles", "lat": 33.74, "lon": -118.26, "tariff": "POD-US",
     "customs_regime": "US", "direct_tariff": "DIRECT-US", "dwell_days": 2.0, **US},
    {"place_id": "USLAX-AIR", "kind": "airport", "name": "Los Angeles airport", "lat": 33.94, "lon": -118.41,
     "customs_regime": "US", "dwell_days": 1.0, **US},
    {"place_id": "DEHAM", "kind": "sea_port", "name": "Hamburg", "lat": 53.54, "lon": 9.93, "tariff": "POD-DE",
     "customs_regime": "DE", "dwell_days": 2.0, **DE},
    {"place_id": "DC-LAX", "kind": "deconsolidation_centre", "name": "Carson", "lat": 33.83, "lon": -118.26,
     "tariff": "DECON-US", "ltl_tariff": "LTL-US", "ftl_tariff": "FTL-US", "parcel_tariff": "PARCEL-US",
     "serves_markets": "US", "dwell_days": 1.0, **US},
    {"place_id": "DC-HAM", "kind": "deconsolidation_centre", "name": "Hamburg devanning", "lat": 53.50, "lon": 10.00,
     "tariff": "DECON-DE", "ltl_tariff": "LTL-DE", "ftl_tariff": "FTL-DE", "serves_markets": "DE", "dwell_days": 1.0,
     **DE},
    {"place_id": "ONT8", "kind": "fc", "name": "ONT8 Moreno Valley", "market": "US", "region": "CA",
     "postcode": "92551", "lat": 33.88, "lon": -117.23, **US},
    {"place_id": "LGB8", "kind": "fc", "name": "LGB8 Rialto", "market": "US", "region": "CA", "postcode": "92376",
     "lat": 34.13, "lon": -117.40, **US},
    {"place_id": "IND9", "kind": "fc", "name": "IND9 Greenwood", "market": "US", "region": "IN", "postcode": "46143",
     "lat": 39.58, "lon": -86.11, "country": "US", "timezone": "America/Indiana/Indianapolis",
     "receiving_m3_per_week": 500.0},
    {"place_id": "DTM2", "kind": "fc", "name": "DTM2 Dortmund", "market": "DE", "postcode": "44145", "lat": 51.53,
     "lon": 7.47, **DE},
    {"place_id": "C-SHENZHEN", "kind": "city", "name": "Shenzhen", "lat": 22.54, "lon": 114.06, **CN},
    {"place_id": "C-DONGGUAN", "kind": "city", "name": "Dongguan", "lat": 23.02, "lon": 113.75, **CN},
    {"place_id": "C-YIWU", "kind": "city", "name": "Yiwu", "lat": 29.31, "lon": 120.07, **CN},
    {"place_id": "C-NINGBO", "kind": "city", "name": "Ningbo", "lat": 29.87, "lon": 121.55, **CN},
]  # fmt: skip

EQUIPMENT: list[dict[str, Any]] = [
    {"equipment_id": "20GP", "name": "20 ft dry", "iso_code": "22G1", "kind": "container", "volume_m3": 28.0,
     "payload_kg": 20000.0, "teu": 1.0, "inner_length_m": 5.9, "inner_width_m": 2.35, "inner_height_m": 2.39},
    {"equipment_id": "40HC", "name": "40 ft high cube", "iso_code": "45G1", "kind": "container", "volume_m3": 68.0,
     "payload_kg": 20000.0, "teu": 2.0, "inner_length_m": 12.03, "inner_width_m": 2.35, "inner_height_m": 2.69},
    {"equipment_id": "53TRL", "name": "53 ft trailer", "kind": "truck", "volume_m3": 75.0, "payload_kg": 19000.0,
     "pallets": 26},
]  # fmt: skip

OCEAN = {
    "mode": "ocean", "buying": "load", "volumetric_kg_per_m3": 1000.0, "equipment": "20GP;40HC",
    "customs_freight_per_wm": 60.0,
}  # fmt: skip
LANES: list[dict[str, Any]] = [
    {"lane_id": "YTN-LAX", "name": "Pacific A", "origin": "CNYTN", "destination": "USLAX", "trade": "CN-USWC",
     "transit_days": 16.0, "tariff": "OCEAN-US", **OCEAN},
    {"lane_id": "NGB-LAX", "name": "Pacific B", "origin": "CNNGB", "destination": "USLAX", "trade": "CN-USWC",
     "transit_days": 14.0, "tariff": "OCEAN-US", **OCEAN},
    {"lane_id": "YTN-HAM", "name": "Europe A", "origin": "CNYTN", "destination": "DEHAM", "trade": "CN-NEUR",
     "transit_days": 32.0, "tariff": "OCEAN-DE", **OCEAN},
    {"lane_id": "YTN-LAX-LCL", "name": "Pacific LCL", "origin": "CNYTN", "destination": "USLAX", "trade": "CN-USWC",
     "mode": "ocean_lcl", "buying": "space", "transit_days": 18.0, "volumetric_kg_per_m3": 1000.0, "tariff": "LCL-US",
     "alone_tariff": "LCL-US-ALONE"},
    {"lane_id": "SZX-LAX-AIR", "name": "Air freighter", "origin": "CNSZX", "destination": "USLAX-AIR",
     "trade": "CN-USWC", "mode": "air", "buying": "space", "transit_days": 2.0, "volumetric_kg_per_m3": 167.0,
     "tariff": "AIR-US", "alone_tariff": "AIR-US"},
]  # fmt: skip

WEEKLY = {"valid_from": FIRST_DAY, "valid_to": LAST_DAY, "lco_h": 72.0}
DEPARTURES: list[dict[str, Any]] = [
    {"departure_id": "YTN-LAX-W", "lane_id": "YTN-LAX", "weekday": 3, "allotment_teu": 40.0, **WEEKLY},
    {"departure_id": "NGB-LAX-W", "lane_id": "NGB-LAX", "weekday": 5, "skip_dates": "2026-12-25", **WEEKLY},
    {"departure_id": "YTN-HAM-W", "lane_id": "YTN-HAM", "weekday": 6, **WEEKLY},
    {"departure_id": "YTN-LAX-LCL-W", "lane_id": "YTN-LAX-LCL", "weekday": 6, **WEEKLY},
    {"departure_id": "SZX-LAX-AIR-2", "lane_id": "SZX-LAX-AIR", "weekday": 2, **WEEKLY, "lco_h": 24.0},
    {"departure_id": "SZX-LAX-AIR-5", "lane_id": "SZX-LAX-AIR", "weekday": 5, **WEEKLY, "lco_h": 24.0},
    {"departure_id": "YTN-LAX-EXTRA", "lane_id": "YTN-LAX", "etd": "2026-12-12T09:30", "transit_days": 15.0,
     "fco_h": 24.0, "dco_h": 36.0},
]  # fmt: skip

LINKS: list[dict[str, Any]] = [
    {"origin": "WH-SZX", "destination": "CNYTN", "kind": "origin_dray", "distance_km": 30.0, "transit_days": 0.5,
     "tariff": "DRAY-CN"},
    {"origin": "WH-SZX", "destination": "CNSZX", "kind": "origin_dray", "distance_km": 40.0, "transit_days": 0.5,
     "tariff": "DRAY-CN"},
    {"origin": "WH-NGB", "destination": "CNNGB", "kind": "origin_dray", "distance_km": 30.0, "transit_days": 0.5,
     "tariff": "DRAY-CN"},
    {"origin": "USLAX", "destination": "DC-LAX", "kind": "drayage", "distance_km": 20.0, "transit_days": 1.0,
     "tariff": "DRAY-US"},
    {"origin": "USLAX-AIR", "destination": "DC-LAX", "kind": "drayage", "distance_km": 25.0, "transit_days": 1.0,
     "tariff": "DRAY-US"},
    {"origin": "DEHAM", "destination": "DC-HAM", "kind": "drayage", "distance_km": 10.0, "transit_days": 1.0,
     "tariff": "DRAY-DE"},
]  # fmt: skip

COURIERS: list[dict[str, Any]] = [
    {"courier_id": "EXPRESS-US", "name": "Express parcels", "origin_country": "CN", "market": "US", "transit_days": 5.0,
     "volumetric_kg_per_m3": 200.0, "tariff": "COURIER-US", "customs_regime": "US", "max_carton_kg": 30.0},
    {"courier_id": "EXPRESS-DE", "name": "Express parcels", "origin_country": "CN", "market": "DE", "transit_days": 6.0,
     "volumetric_kg_per_m3": 200.0, "tariff": "COURIER-DE", "customs_regime": "DE", "max_carton_kg": 30.0},
]  # fmt: skip

# charge_id, tariff, code, category, side, basis, rate, currency, further columns
_LINES: list[tuple[str, str, str, str, str, str, str, str, dict[str, Any]]] = [
    ("collect-m3", "COLLECT", "COLLECT.PICKUP", "collection", "origin", "per_m3", "10", "USD", {"minimum": "20"}),
    ("collect-km", "COLLECT", "COLLECT.KM", "collection", "origin", "per_m3_km", "0.02", "USD", {}),
    ("collect-alone", "COLLECT-ALONE", "COLLECT.PICKUP", "collection", "origin", "per_m3", "15", "USD",
     {"minimum": "30"}),
    ("wh-m3", "WAREHOUSE", "ORIGIN.HANDLING", "origin", "origin", "per_m3", "5", "USD", {}),
    ("wh-bill", "WAREHOUSE", "ORIGIN.DOCUMENTS", "origin", "origin", "per_bill", "10", "USD", {}),
    ("wh-stuff", "WAREHOUSE", "ORIGIN.STUFFING", "origin", "origin", "per_load", "700", "CNY",
     {"modes": "ocean;ocean_express;rail"}),
    ("pol-thc-20", "POL", "ORIGIN.THC", "origin", "origin", "per_load", "100", "USD", {"equipment": "20GP"}),
    ("pol-thc-40", "POL", "ORIGIN.THC", "origin", "origin", "per_load", "150", "USD", {"equipment": "40HC"}),
    ("ocean-us-20", "OCEAN-US", "TRUNK.OCEAN", "trunk", "freight", "per_load", "1600", "USD", {"equipment": "20GP"}),
    ("ocean-us-40", "OCEAN-US", "TRUNK.OCEAN", "trunk", "freight", "per_load", "2000", "USD",
     {"equipment": "40HC", "valid_to": "2026-12-31"}),
    ("ocean-us-40-new", "OCEAN-US", "TRUNK.OCEAN", "trunk", "freight", "per_load", "2400", "USD",
     {"equipment": "40HC", "valid_from": "2027-01-01"}),
    ("ocean-us-baf", "OCEAN-US", "TRUNK.BAF", "trunk", "freight", "per_teu", "100", "USD", {}),
    ("ocean-us-ins", "OCEAN-US", "INSURANCE.CARGO", "insurance", "freight", "pct_of_value", "0.3", "USD",
     {"minimum": "5"}),
    ("ocean-de-20", "OCEAN-DE", "TRUNK.OCEAN", "trunk", "freight", "per_load", "2000", "USD", {"equipment": "20GP"}),
    ("ocean-de-40", "OCEAN-DE", "TRUNK.OCEAN", "trunk", "freight", "per_load", "3000", "USD", {"equipment": "40HC"}),
    ("lcl-us", "LCL-US", "TRUNK.LCL", "trunk", "freight", "per_wm", "80", "USD", {"min_quantity": "1"}),
    ("lcl-us-alone", "LCL-US-ALONE", "TRUNK.LCL", "trunk", "freight", "per_wm", "110", "USD", {"min_quantity": "1"}),
    ("air-us", "AIR-US", "TRUNK.AIR", "trunk", "freight", "per_chargeable_kg", "7", "USD",
     {"minimum": "80", "breaks": "45:6.5;100:6;500:5"}),
    ("pod-us-thc", "POD-US", "DEST.THC", "destination", "destination", "per_load", "400", "USD", {}),
    ("pod-us-lcl", "POD-US", "DEST.LCL", "destination", "destination", "per_wm", "60", "USD",
     {"modes": "ocean_lcl", "min_quantity": "1"}),
    ("pod-de-thc", "POD-DE", "DEST.THC", "destination", "destination", "per_load", "300", "EUR", {}),
    ("us-mpf", "ENTRY-US", "US.MPF", "customs", "destination", "pct_of_entry_value", "0.3464", "USD",
     {"minimum": "33.58", "maximum": "651.50"}),
    ("us-hmf", "ENTRY-US", "US.HMF", "customs", "destination", "pct_of_entry_value", "0.125", "USD",
     {"modes": "ocean;ocean_express;ocean_lcl"}),
    ("us-broker", "ENTRY-US", "US.BROKER", "customs", "destination", "per_entry", "100", "USD", {}),
    ("de-broker", "ENTRY-DE", "DE.BROKER", "customs", "destination", "per_entry", "90", "EUR", {}),
    ("dray-cn", "DRAY-CN", "ORIGIN.DRAY", "origin", "origin", "per_load", "150", "USD", {}),
    ("dray-cn-space", "DRAY-CN", "ORIGIN.DRAY", "origin", "origin", "per_wm", "5", "USD", {"modes": "ocean_lcl;air"}),
    ("dray-us", "DRAY-US", "DRAYAGE.BASE", "drayage", "destination", "per_load", "500", "USD", {}),
    ("dray-us-km", "DRAY-US", "DRAYAGE.KM", "drayage", "destination", "per_load_km", "2", "USD", {}),
    ("dray-us-space", "DRAY-US", "DRAYAGE.BASE", "drayage", "destination", "per_wm", "15", "USD",
     {"modes": "ocean_lcl;air", "min_quantity": "1"}),
    ("dray-de", "DRAY-DE", "DRAYAGE.BASE", "drayage", "destination", "per_load", "300", "EUR", {}),
    ("direct-us", "DIRECT-US", "DRAYAGE.DIRECT", "drayage", "destination", "per_load", "700", "USD", {}),
    ("direct-us-km", "DIRECT-US", "DRAYAGE.DIRECT_KM", "drayage", "destination", "per_load_km", "3", "USD", {}),
    ("decon-us", "DECON-US", "DEST.DEVANNING", "destination", "destination", "per_load", "450", "USD", {}),
    ("decon-us-sort", "DECON-US", "DEST.SORTING", "destination", "destination", "per_carton", "0.5", "USD", {}),
    ("decon-de", "DECON-DE", "DEST.DEVANNING", "destination", "destination", "per_load", "400", "EUR", {}),
    ("ltl-us", "LTL-US", "FINAL.LTL", "final_leg", "destination", "per_pallet", "60", "USD", {"minimum": "90"}),
    ("ltl-us-km", "LTL-US", "FINAL.LTL_KM", "final_leg", "destination", "per_pallet_km", "0.05", "USD", {}),
    ("ftl-us", "FTL-US", "FINAL.FTL", "final_leg", "destination", "per_load", "300", "USD", {}),
    ("ftl-us-km", "FTL-US", "FINAL.FTL_KM", "final_leg", "destination", "per_load_km", "1.5", "USD", {}),
    ("parcel-us", "PARCEL-US", "FINAL.PARCEL", "final_leg", "destination", "per_carton", "12", "USD", {}),
    ("ltl-de", "LTL-DE", "FINAL.LTL", "final_leg", "destination", "per_pallet", "70", "EUR", {"minimum": "90"}),
    ("ftl-de", "FTL-DE", "FINAL.FTL", "final_leg", "destination", "per_load", "400", "EUR", {}),
    ("ftl-de-km", "FTL-DE", "FINAL.FTL_KM", "final_leg", "destination", "per_load_km", "1.4", "EUR", {}),
    ("courier-us", "COURIER-US", "TRUNK.COURIER", "trunk", "freight", "per_chargeable_kg", "9", "USD",
     {"minimum": "45"}),
    ("courier-de", "COURIER-DE", "TRUNK.COURIER", "trunk", "freight", "per_chargeable_kg", "9", "USD",
     {"minimum": "45"}),
]  # fmt: skip
CHARGES: list[dict[str, Any]] = [
    {
        "charge_id": line[0], "tariff": line[1], "code": line[2], "name": line[0].replace("-", " "),
        "category": line[3], "side": line[4], "basis": line[5], "rate": line[6], "currency": line[7], **line[8],
    }
    for line in _LINES
]  # fmt: skip

REGIMES: list[dict[str, Any]] = [
    {"regime_id": "US", "name": "United States", "schedule": "US", "valuation": "FOB", "entry_tariff": "ENTRY-US",
     "clearance_days": 2.0},
    {"regime_id": "DE", "name": "Germany", "schedule": "EU", "valuation": "CIF", "entry_tariff": "ENTRY-DE",
     "clearance_days": 1.0, "tax_code": "DE.VAT", "tax_rate_pct": 19.0, "tax_recoverable": True,
     "tax_financing_days": 45.0},
]  # fmt: skip

DUTIES: list[dict[str, Any]] = [
    {"duty_id": "us-mfn", "layer": "US.MFN", "schedule": "US", "rate_pct": "4"},
    {"duty_id": "us-mfn-lamps", "layer": "US.MFN", "schedule": "US", "hs_prefix": "9405", "rate_pct": "6"},
    {"duty_id": "us-s301", "layer": "US.S301", "schedule": "US", "origin_countries": "CN;HK", "rate_pct": "10"},
    {"duty_id": "us-s122", "layer": "US.S122", "schedule": "US", "rate_pct": "10", "valid_to": "2026-12-20"},
    {"duty_id": "eu-mfn", "layer": "EU.MFN", "schedule": "EU", "rate_pct": "3"},
]  # fmt: skip

RECEIVING: list[dict[str, Any]] = [
    {"scope": "US", "max_length_cm": 63.5, "max_width_cm": 63.5, "max_height_cm": 63.5, "max_carton_kg": 22.68,
     "pallet_volume_m3": 1.8, "pallet_max_kg": 680.0, "accepts_containers": True, "refused_classes": "explosive",
     "receiving_days": 3.0},
    {"scope": "DE", "max_length_cm": 63.5, "max_width_cm": 63.5, "max_height_cm": 63.5, "max_carton_kg": 23.0,
     "pallet_volume_m3": 1.6, "pallet_max_kg": 500.0, "receiving_days": 3.0},
]  # fmt: skip

IMPORTERS: list[dict[str, Any]] = [
    {"importer_id": "IMP-BOND", "name": "Importer without a bond", "tags": "single_bond"}
]

COMPATIBILITY: list[dict[str, Any]] = [
    {"rule": "conflict", "subject": "lithium_battery", "cargo_class": "liquid"},
    {"rule": "mode_refuses", "subject": "air", "cargo_class": "liquid"},
    {"rule": "place_refuses", "subject": "WH-NGB", "cargo_class": "lithium_battery"},
]

CALENDARS: list[dict[str, Any]] = [
    {"calendar": "CN", "kind": "holiday", "name": "New Year", "start": "2027-01-01", "end": "2027-01-03"},
    {"calendar": "ONT8", "kind": "event", "name": "Peak", "start": "2026-11-24", "end": "2026-12-01"},
]

FX: list[dict[str, Any]] = [{"currency": "EUR", "value": "1.10"}, {"currency": "CNY", "value": "0.14"}]

PRODUCTS: list[dict[str, Any]] = [
    {"product_id": "lamp", "name": "LED lamp", "hs_code": "9405420000", "density_kg_per_m3": 180.0,
     "value_per_kg": 12.0},
    {"product_id": "power-bank", "name": "Power bank", "hs_code": "8507600000", "density_kg_per_m3": 400.0,
     "value_per_kg": 30.0, "cargo_class": "lithium_battery"},
    {"product_id": "shampoo", "name": "Shampoo", "hs_code": "3305100000", "density_kg_per_m3": 500.0,
     "value_per_kg": 4.0, "cargo_class": "liquid"},
    {"product_id": "garlic", "name": "Garlic powder", "hs_code": "0712904000", "density_kg_per_m3": 350.0,
     "value_per_kg": 5.0},
]  # fmt: skip

GEOMETRY: list[dict[str, Any]] = [
    {"lane_id": "YTN-LAX", "seq": seq, "lon": lon, "lat": lat}
    for seq, (lon, lat) in enumerate([(114.27, 22.57), (140.0, 33.0), (190.0, 45.0), (241.74, 33.74)])
]

ROWS: dict[str, list[dict[str, Any]]] = {
    "places": PLACES, "equipment": EQUIPMENT, "lanes": LANES, "departures": DEPARTURES, "links": LINKS,
    "couriers": COURIERS, "charges": CHARGES, "regimes": REGIMES, "duties": DUTIES, "importers": IMPORTERS,
    "receiving": RECEIVING,
    "inbound_deadlines": [{"scope": "US", "event": "Fair 2026", "arrive_by": "2026-12-20", "destinations_up_to": 3}],
    "fc_storage_fees": [{
        "fee_id": "us-month", "market": "US", "name": "monthly storage", "size_class": "standard", "per_m3_month": "30",
        "currency": "USD",
    }],
    "emission_factors": [
        {"mode": mode, "kg_co2e_per_tonne_km": kg}
        for mode, kg in (("collection", "0.25"), ("ocean", "0.02"), ("air", "0.6"), ("ltl", "0.125"))
    ],
    "compatibility": COMPATIBILITY, "calendars": CALENDARS, "fx": FX, "products": PRODUCTS, "geometry": GEOMETRY,
    "reliability": [{"scope": "USLAX", "metric": "exam_share", "value": 3.0, "unit": "%"}],
    "sources": [{"source": "test", "text": "round numbers made up for tests"}],
}  # fmt: skip
"""The rows of the network by table; a test may copy and change them."""


def tiny_network(**changes: Any) -> Network:
    """Return the small network; `changes` replace whole tables, ``header`` or ``planning``."""
    tables: dict[str, Any] = {
        name: tuple(TABLES[name].model_validate(row) for row in rows) for name, rows in ROWS.items()
    }
    network = Network(
        header=Header(name="Tiny network", description="Round numbers for tests"),
        planning=Planning(truck_equipment=("53TRL",)),
        **tables,
    )
    return network.replace(**changes) if changes else network
