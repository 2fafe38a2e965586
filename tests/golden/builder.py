"""A journey of a golden case as a network of the product: one origin warehouse, one lane, one centre, one FC.

    seller - WAREHOUSE - POL = lane = POD (customs) - CENTRE - FC

What a case does not mention costs nothing. All places keep UTC and lie on the equator, so that a day of the case is
that day everywhere and a distance is as many km as the case says.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from consolidation.shipments import Shipment
from network.io import read_network
from network.model import Network
from network.planning import Header, Planning
from network.reference import path
from network.tables import TABLES
from tests.golden.cases import Journey, Row

READY_DAYS = 10
"""Days from ready to departure: long enough for every step, short enough to be no wait."""
KM_PER_DEGREE = 111.319491
"""Length of a degree of longitude at the equator."""
WAREHOUSE_LON = 110.0
LOADS = ("ocean", "ocean_express", "rail")
"""Modes on which whole loads are bought."""
FACTORS = {"air": 167, "courier": 200, "truck": 333}
"""kg per m3 of the chargeable weight, by mode; others count a m3 as a tonne."""
STEPS = {
    "collection": ("collection", "origin"),
    "warehouse": ("origin", "origin"),
    "origin_dray": ("origin", "origin"),
    "pol": ("origin", "origin"),
    "lane": ("trunk", "freight"),
    "courier": ("trunk", "freight"),
    "pod": ("destination", "destination"),
    "customs": ("customs", "destination"),
    "platform": ("customs", "destination"),
    "drayage": ("drayage", "destination"),
    "centre": ("destination", "destination"),
    "ltl": ("final_leg", "destination"),
    "parcel": ("final_leg", "destination"),
    "ftl": ("final_leg", "destination"),
    "direct": ("drayage", "destination"),
    "fc": ("fba", "destination"),
}
"""Where a charge may stand on the way, with the category and side it has unless the case says otherwise."""
SHARED = ("collection", "warehouse", "fc")
"""Steps before the ways of two journeys part."""
FREE: Row = {
    "charge_id": "FREE", "tariff": "FREE", "code": "FREE", "name": "nothing", "category": "origin", "side": "origin",
    "basis": "per_bill", "rate": 0, "currency": "USD",
}  # fmt: skip
"""The tariff of a step where a case charges nothing."""
NOT_SOLD: Row = {**FREE, "charge_id": "NOT-SOLD", "tariff": "NOT-SOLD", "modes": "courier"}
"""The platform's tariff of a lane on which only the seller can buy space: no charge of it is ever in force."""
EQUIPMENT: list[Row] = [
    {"equipment_id": "20GP", "name": "20 ft dry", "kind": "container", "volume_m3": 28, "payload_kg": 17000, "teu": 1},
    {"equipment_id": "40HC", "name": "40 ft high cube", "kind": "container", "volume_m3": 66, "payload_kg": 20000, "teu": 2},
    {"equipment_id": "53TRL", "name": "53 ft trailer", "kind": "truck", "volume_m3": 60, "payload_kg": 20000},
]  # fmt: skip


def network_of(*journeys: Journey) -> Network:
    """Return the network of a journey; of two journeys, one that offers both of their ways.

    The ways of two journeys part at the port of loading; they share warehouse, FC and shipments.
    """
    tables: dict[str, list[Row]] = defaultdict(list)
    for number, journey in enumerate(journeys):
        _Builder(journey, tables, suffix=f"-{number + 1}" if len(journeys) > 1 else "").write()
    first = journeys[0]
    planning = {"road_factor": 1, "value_of_day_per_m3": 0, "truck_equipment": first.way.trucks, **first.planning}
    header = Header(name=first.id, currency=first.way.currency)
    rows = {name: _rows(name, rows) for name, rows in tables.items()}
    return Network(header=header, planning=Planning.model_validate(planning), **rows)


def shipments_of(journey: Journey) -> list[Shipment]:
    """Return the shipments of a journey; what a case does not mention is the same for all."""
    way = journey.way
    origin = f"0, {_lon(WAREHOUSE_LON, way.collection_km):.6f}" if way.collection_km else "WAREHOUSE"
    ready = way.departs - dt.timedelta(days=0 if way.mode == "courier" else READY_DAYS)
    base = {"origin": origin, "destination_fc": "FC", "ready_date": ready, "currency": way.currency}
    rows = [{"seller_id": row["shipment_id"], **base, **row} for row in journey.shipments]
    return [Shipment.model_validate(row) for row in rows]


@cache
def reference() -> Network:
    """Return the reference network, read once."""
    return read_network(path())


def _rows(name: str, rows: Iterable[Row]) -> tuple[Any, ...]:
    """Return the validated rows of a table; equal ones, which two ways have in common, once."""
    return tuple(dict.fromkeys(TABLES[name].model_validate(row) for row in rows))


def _duties(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the columns of duties: as a case gives them, or of the rows of the reference network that it names.

    Of the layers that a reference row keeps away, or that keep it away, those count that the case has.
    """
    rows = [{**_reference_duty(row["row"]), **row} if "row" in row else dict(row) for row in rows]
    layers = {row["layer"] for row in rows}
    for row in rows:
        if row.pop("row", ""):
            for column in ("unless_layers", "instead_of"):
                row[column] = tuple(layer for layer in row[column] if layer in layers)
        yield row


def _reference_duty(duty_id: str) -> Row:
    known = next(duty for duty in reference().duties if duty.duty_id == duty_id)
    return {**known.model_dump(), "source": ""}


def _lon(start: float, km: Decimal) -> float:
    return start + float(km) / KM_PER_DEGREE


class _Builder:
    """Writes the rows of one journey; `suffix` sets its way apart from another's."""

    def __init__(self, journey: Journey, tables: dict[str, list[Row]], suffix: str) -> None:
        self._journey, self._way, self._tables, self._suffix = journey, journey.way, tables, suffix
        self._steps = {row["at"] for row in journey.charges}
        self._load = self._way.mode in LOADS

    def write(self) -> None:
        """Write every table."""
        parts: tuple[Callable[[], None], ...] = (
            self._charges, self._customs, self._places, self._lane, self._courier, self._others
        )  # fmt: skip
        for part in parts:
            part()

    def _add(self, table: str, **row: Any) -> None:
        self._tables[table].append({name: value for name, value in row.items() if value is not None})

    def _name(self, text: str) -> str:
        return text + self._suffix

    def _tariff(self, step: str, otherwise: str = "FREE") -> str:
        """Return the tariff of a step, or what stands in where the case charges nothing there."""
        if step not in self._steps:
            return otherwise
        return step.upper() if step in SHARED else self._name(step.upper())

    def _charges(self) -> None:
        self._tables["charges"] += [FREE, NOT_SOLD]
        for number, row in enumerate(self._journey.charges):
            columns = dict(row)
            step = columns.pop("at")
            category, side = STEPS[step]
            if "row" in columns:
                known = next(charge for charge in reference().charges if charge.charge_id == columns["row"])
                columns = {**known.model_dump(), "source": ""}
            base = {"name": columns["code"], "category": category, "side": side, "currency": self._way.currency}
            if step == "ftl":
                base["equipment"] = self._way.trucks
            charge_id = self._name(f"{columns['code']}.{number}")
            self._add("charges", **{**base, **columns, "charge_id": charge_id, "tariff": self._tariff(step)})

    def _customs(self) -> None:
        regime = dict(self._journey.regime)
        if "row" in regime:
            known = reference().regime[regime.pop("row")]
            regime = {
                **known.model_dump(exclude={"entry_tariff", "platform_entry", "platform_tariff", "source"}),
                **regime,
            }
        base = {"name": self._way.market, "valuation": "FOB", "clearance_days": 1, "schedule": self._name("DUTIES")}
        fixed = {"regime_id": self._name(self._way.market), "entry_tariff": self._tariff("customs", "")}
        if "platform" in self._steps:
            fixed.update(platform_entry=True, platform_tariff=self._tariff("platform"))
        self._add("regimes", **{**base, **regime, **fixed, "schedule": self._name("DUTIES")})
        for number, row in enumerate(_duties(self._journey.duties or ({"layer": "FREE"},))):
            base = {"duty_id": self._name(f"{row['layer']}.{number}"), "currency": self._way.currency}
            self._add("duties", **{**base, **row, "schedule": self._name("DUTIES")})

    def _places(self) -> None:
        way = self._way
        pol, pod, centre = self._name("POL"), self._name("POD"), self._name("CENTRE")
        gateway = {"air": "airport", "rail": "rail_terminal", "rail_lcl": "rail_terminal"}.get(way.mode, "sea_port")
        offers_leg = self._steps & {"ltl", "parcel", "ftl", "direct"}
        self._place("WAREHOUSE", "origin_warehouse", WAREHOUSE_LON, "CN", tariff=self._tariff("warehouse", ""),
                    collection_tariff=self._tariff("collection", ""), dwell_days=1)  # fmt: skip
        self._place(pol, gateway, WAREHOUSE_LON, "CN", tariff=self._tariff("pol", ""))
        self._place(pod, gateway, 0.0, way.market, tariff=self._tariff("pod", ""),
                    direct_tariff=self._tariff("direct", ""), customs_regime=self._name(way.market),
                    dwell_days=way.pod_dwell_days, dwell_sd_days=way.pod_dwell_sd_days)  # fmt: skip
        self._place(centre, "deconsolidation_centre", 0.0, way.market, tariff=self._tariff("centre", ""),
                    ltl_tariff=self._tariff("ltl", "" if offers_leg else "FREE"),
                    parcel_tariff=self._tariff("parcel", ""), ftl_tariff=self._tariff("ftl", ""),
                    serves_markets=way.market)  # fmt: skip
        self._place("FC", "fc", _lon(0.0, way.final_km), way.market, market=way.market, tariff=self._tariff("fc", ""))
        for name, km in way.other_fcs.items():
            self._place(name, "fc", _lon(0.0, km), way.market, market=way.market, tariff=self._tariff("fc", ""))
        receiving = {"scope": way.market, "pallet_volume_m3": 1.5, "pallet_max_kg": 680, "receiving_days": 1}
        self._add(
            "receiving", **{**receiving, "accepts_containers": "direct" in self._steps, **self._journey.receiving}
        )

    def _place(self, place_id: str, kind: str, lon: float, country: str, **columns: Any) -> None:
        self._add("places", place_id=place_id, kind=kind, name=place_id, lat=0.0, lon=lon, country=country, **columns)

    def _lane(self) -> None:
        way = self._way
        pol, pod, lane = self._name("POL"), self._name("POD"), self._name("LANE")
        priced = self._tariff("lane")
        self._add("lanes", lane_id=lane, name=lane, mode="ocean_lcl" if way.mode == "courier" else way.mode,
                  origin=pol, destination=pod, buying="load" if self._load else "space",
                  transit_days=(way.arrives - way.departs).days, volumetric_kg_per_m3=self._factor(),
                  distance_km=way.trunk_km, tariff=NOT_SOLD["tariff"] if way.alone else priced,
                  alone_tariff=priced if way.alone else "", customs_freight_per_wm=way.deemed_freight_per_wm,
                  equipment=way.equipment if self._load else (), closed=way.mode == "courier")  # fmt: skip
        self._add("departures", departure_id=lane, lane_id=lane, etd=f"{way.departs.isoformat()}T18:00", lco_h=48)
        self._add("links", origin="WAREHOUSE", destination=pol, kind="origin_dray", distance_km=way.origin_km,
                  transit_days=1, tariff=self._tariff("origin_dray"))  # fmt: skip
        self._add("links", origin=pod, destination=self._name("CENTRE"), kind="drayage", distance_km=way.drayage_km,
                  transit_days=1, tariff=self._tariff("drayage"))  # fmt: skip

    def _courier(self) -> None:
        way = self._way
        if way.mode == "courier":
            self._add("couriers", courier_id="COURIER", name="courier", origin_country="CN", market=way.market,
                      transit_days=(way.arrives - way.departs).days, volumetric_kg_per_m3=self._factor(),
                      tariff=self._tariff("courier"), customs_regime=self._name(way.market))  # fmt: skip

    def _factor(self) -> Decimal | int:
        return self._way.factor_kg_per_m3 or FACTORS.get(self._way.mode, 1000)

    def _others(self) -> None:
        for row in {row["equipment_id"]: row for row in (*EQUIPMENT, *self._journey.equipment)}.values():
            self._add("equipment", **row)
        for currency, value in self._journey.fx.items():
            self._add("fx", currency=currency, value=value)
        for table, rows in self._journey.tables.items():
            for row in rows:
                self._add(table, **row)
