"""A made-up plan on a made-up network, for tests of everything that shows plans. Figures are seeded, not priced."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from functools import cache
from typing import Any

from consolidation.plan_model import (
    CATEGORIES,
    Certificate,
    Inputs,
    Milestone,
    MilestoneCode,
    Plan,
    PlannedLoad,
    PlannedShipment,
    Unplanned,
)
from network.geo import sea_path
from network.model import Network
from network.planning import Header, Planning
from network.tables import Courier, Equipment, GeometryPoint, Lane, Place

_PLACES = """WH-SZX origin_warehouse Shenzhen CN 22.6 114.1
WH-NGB origin_warehouse Ningbo CN 29.9 121.6
WH-SHA origin_warehouse Shanghai CN 31.2 121.5
WH-CTU origin_warehouse Chengdu CN 30.6 104.1
WH-BOM origin_warehouse Mumbai IN 19.1 72.9
CNYTN sea_port Yantian CN 22.57 114.27
CNNGB sea_port Ningbo-port CN 29.93 121.85
CNSHA sea_port Shanghai-port CN 31.3 121.7
INNSA sea_port Nhava-Sheva IN 18.95 72.95
CNSZX airport Shenzhen-airport CN 22.64 113.81
CNCTU rail_terminal Chengdu-rail CN 30.8 104.2
USLAX sea_port Los-Angeles US 33.74 -118.26
USSEA sea_port Seattle US 47.58 -122.35
USNYC sea_port New-York US 40.67 -74.05
USORD airport Chicago US 41.97 -87.9
DEHAM sea_port Hamburg DE 53.54 9.93
PLMAL rail_terminal Malaszewicze PL 52.03 23.53
GBFXT sea_port Felixstowe GB 51.96 1.31
JPTYO sea_port Tokyo JP 35.61 139.79
DC-LAX deconsolidation_centre Carson US 33.83 -118.2
DC-NYC deconsolidation_centre Edison US 40.5 -74.4
DC-ORD deconsolidation_centre Joliet US 41.5 -88.1
DC-HAM deconsolidation_centre Bremen DE 53.1 8.8
DC-GB deconsolidation_centre Ipswich GB 52.05 1.15
DC-TYO deconsolidation_centre Chiba JP 35.6 140.1
OW-LAX overseas_warehouse Riverside US 33.95 -117.4
ONT8 fc Moreno-Valley US 33.88 -117.23
LGB8 fc Rialto US 34.13 -117.4
IND9 fc Greenwood US 39.58 -86.11
MDW2 fc Joliet-FC US 41.5 -88.1
FTW1 fc Dallas US 32.65 -96.9
ABE8 fc Florence US 40.1 -74.7
TEB9 fc Somerset US 40.5 -74.5
PHX6 fc Phoenix US 33.4 -112.2
SMF3 fc Stockton US 37.9 -121.2
DTM2 fc Dortmund DE 51.53 7.47
LEJ1 fc Leipzig DE 51.4 12.4
POZ1 fc Poznan DE 52.3 16.8
LTN4 fc Dunstable GB 51.9 -0.5
HND9 fc Kawasaki JP 35.5 139.7
XUNUSED1 fc Idle-FC US 45.5 -122.6
C-YIWU city Yiwu CN 29.31 120.07
C-DONGGUAN city Dongguan CN 23.02 113.75"""
_LANES = """YTN-LAX ocean CNYTN USLAX 16 DC-LAX
NGB-LAX ocean CNNGB USLAX 14 DC-LAX
SHA-SEA ocean_express CNSHA USSEA 12 DC-ORD
YTN-NYC ocean CNYTN USNYC 30 DC-NYC
YTN-LAX-LCL ocean_lcl CNYTN USLAX 18 DC-LAX
SZX-ORD-AIR air CNSZX USORD 3 DC-ORD
YTN-HAM ocean CNYTN DEHAM 34 DC-HAM
CTU-MAL-RAIL rail CNCTU PLMAL 14 DC-HAM
NGB-FXT ocean CNNGB GBFXT 33 DC-GB
NGB-TYO ocean CNNGB JPTYO 4 DC-TYO
NSA-NYC ocean INNSA USNYC 28 DC-NYC"""
_WAREHOUSE = {"CNYTN": "WH-SZX", "CNSZX": "WH-SZX", "CNNGB": "WH-NGB", "CNSHA": "WH-SHA", "CNCTU": "WH-CTU",
              "INNSA": "WH-BOM"}  # fmt: skip
_ZONE = {"CN": "Asia/Shanghai", "IN": "Asia/Kolkata", "US": "America/Chicago", "JP": "Asia/Tokyo"}
_START = dt.date(2026, 12, 1)


@cache
def sample_network() -> Network:
    """Return a network with places on three continents, eleven lanes and sea paths."""
    places = []
    for line in _PLACES.splitlines():
        place_id, kind, name, country, lat, lon = line.split()
        places.append(
            Place.model_validate({
                "place_id": place_id, "kind": kind, "name": name.replace("-", " "), "country": country, "lat": lat,
                "lon": lon, "market": country if kind == "fc" else "", "timezone": _ZONE.get(country, "Europe/Berlin"),
                "customs_regime": country if country not in ("CN", "IN") else "",
            })
        )  # fmt: skip
    known = {place.place_id: place for place in places}
    lanes, geometry = [], []
    for line in _LANES.splitlines():
        lane_id, mode, origin, destination, days, _ = line.split()
        lanes.append(
            Lane.model_validate({
                "lane_id": lane_id, "name": f"Service {lane_id}", "mode": mode, "origin": origin, "tariff": "T",
                "destination": destination, "transit_days": days, "volumetric_kg_per_m3": 167 if mode == "air" else 1000,
                "buying": "load" if mode in ("ocean", "ocean_express", "rail") else "space",
            })
        )  # fmt: skip
        if mode.startswith("ocean"):
            points = sea_path(known[origin], known[destination])
            geometry += [
                GeometryPoint(lane_id=lane_id, seq=seq, lon=lon, lat=lat) for seq, (lon, lat) in enumerate(points)
            ]
    courier = Courier(
        courier_id="EXPRESS", name="Express parcels", origin_country="CN", market="US", transit_days=5,
        volumetric_kg_per_m3=200, tariff="T", customs_regime="US",
    )  # fmt: skip
    hc40 = Equipment(
        equipment_id="40HC", name="40 ft high cube", kind="container", volume_m3=68, payload_kg=20000, teu=2
    )
    return Network(
        header=Header(name="Sample network"), planning=Planning(), places=tuple(places), lanes=tuple(lanes),
        geometry=tuple(geometry), couriers=(courier,), equipment=(hc40,),
    )  # fmt: skip


def sample_plan(shipments: int = 120, seed: int = 1, seller: str = "SELLER") -> Plan:
    """Return a plan of so many shipments (0: an empty plan); `seller` is the stem of seller ids."""
    random_ = random.Random(seed)
    network = sample_network()
    rows = [_shipment(k, random_, network, seller) for k in range(shipments)]
    loads = _loads(rows, network)
    where = {shipment_id: load.load_id for load in loads for shipment_id in load.shipments}
    rows = [row.model_copy(update={"trunk_load_id": where.get(row.shipment_id, "")}) for row in rows]
    return plan_of(rows, loads, sample_unplanned(1) if shipments else ())


def sample_unplanned(count: int) -> tuple[Unplanned, ...]:
    """Return shipments that no rule lets pass."""
    return tuple(
        Unplanned(
            shipment_id=f"U{k:03d}", rule="RECEIVING.CARTON_SIDE", detail="longest side 90 cm, the FC takes 63.5 cm",
            change="pack in smaller cartons", refusals={"RECEIVING.CARTON_SIDE": 40, "CUTOFF.CFS": 1200}, price=Decimal(900),
        )
        for k in range(count)
    )  # fmt: skip


def plan_of(rows: list[PlannedShipment], loads: tuple[PlannedLoad, ...], unplanned: tuple[Unplanned, ...] = ()) -> Plan:
    """Return the plan of given parts with a certificate whose sums agree."""
    zero = Decimal(0)
    cash = sum((row.landed_cost for row in rows), zero)
    priced = sum((sum(row.priced_time.values(), zero) for row in rows), zero)
    price = sum((row.price for row in unplanned), zero)
    cost = cash + priced + price
    bound = (cost * Decimal("0.977")).quantize(Decimal("0.01"))
    proof = Certificate(
        currency="USD", cost=cost, bound=bound, gap=float((cost - bound) / cost) if cost else 0.0,
        proven_optimal=not cost, cash_cost=cash, priced_time=priced, unplanned_price=price,
        baseline_cost=sum((row.baseline_cost for row in rows), zero), baseline_priced_time=zero, baseline_missing=0,
        shipments=len(rows) + len(unplanned), unplanned=len(unplanned), stop_reason="TIME",
    )  # fmt: skip
    inputs = Inputs(
        network="Sample network", network_sha256="a" * 64, shipments_sha256="b" * 64, scenario="", currency="USD",
        horizon_start="2026-12-01", horizon_end="2027-01-05",
    )  # fmt: skip
    return Plan(
        plan_id="SAMPLE-1", software={"dragonboat": "0.1.0", "ortools": "9.15"}, inputs=inputs,
        options={"seed": 1, "time_limit_s": 60.0, "gap": None}, certificate=proof,
        refusals={"CUTOFF.CFS": 1200, "RECEIVING.CARTON_SIDE": 40} if rows or unplanned else {},
        shipments=tuple(rows), loads=loads, entries=(), cost_lines=(), unplanned=unplanned,
    )  # fmt: skip


def _shipment(k: int, random_: random.Random, network: Network, seller: str) -> PlannedShipment:
    weights = [30, 22, 12, 8, 6, 6, 10, 4, 6, 4, 4, 8]
    lane_id, mode, out, into, days, centre = random_.choices(
        [line.split() for line in _LANES.splitlines()] + [["", "courier", "", "", "5", ""]], weights
    )[0]
    market = "US" if mode == "courier" else network.place[centre].country
    fcs = [place for place in network.places if place.market == market and place.place_id != "XUNUSED1"]
    fc = random_.choice(fcs)
    ready = _START + dt.timedelta(days=random_.randrange(7))
    warehouse = _WAREHOUSE.get(out, "")
    origin = random_.choice(["Yiwu", "Dongguan", warehouse or "Yiwu"])
    etd = ready + dt.timedelta(days=5 + (-(ready.day) % 7) + 7 * random_.randrange(2))
    eta = etd + dt.timedelta(days=int(days))
    received = eta + dt.timedelta(days=12)
    stones: list[tuple[MilestoneCode, str, Any]] = [("READY", origin, ready)]
    if mode == "courier":
        received = ready + dt.timedelta(days=6)
    else:
        stones += [
            ("AT_WAREHOUSE", warehouse, ready + dt.timedelta(days=1)), ("STUFFED", warehouse, etd - dt.timedelta(days=4)),
            ("CFS_CUTOFF", out, f"{etd - dt.timedelta(days=3)}T18:00:00+08:00"), ("ETD", out, f"{etd}T18:00:00+08:00"),
            ("ETA", into, f"{eta}T18:00:00-08:00"), ("CLEARED", into, eta + dt.timedelta(days=3)),
            ("AT_DECONSOLIDATION", centre, eta + dt.timedelta(days=5)),
        ]  # fmt: skip
    stones += [("DELIVERED", fc.place_id, received - dt.timedelta(days=3)), ("RECEIVED", fc.place_id, received)]
    volume = Decimal(random_.randint(50, 900)) / 100
    amounts = {name: (volume * random_.randint(0, 60)).quantize(Decimal("0.01")) for name in CATEGORIES}
    amounts["trunk"] += 100
    landed = sum(amounts.values(), Decimal(0))
    return PlannedShipment(
        shipment_id=f"S{k:04d}", seller_id=f"{seller}-{k % 20:02d}", importer_id="IOR", origin=origin,
        service="courier" if mode == "courier" else _service(mode), final_leg="courier" if mode == "courier" else "ltl",
        warehouse_id=warehouse, departure_id=f"{lane_id}.1@{etd}" if lane_id else "", lane_id=lane_id,
        courier_id="EXPRESS" if mode == "courier" else "", gateway_out=out, gateway_in=into, regime_id=market,
        deconsolidation_id=centre, destination_fc=fc.place_id, market=market, entry_id="E0001", volume_m3=volume,
        gross_weight_kg=volume * 180, units=100, goods_value=volume * 2000, collection_km=Decimal(80),
        final_leg_km=Decimal(300), days=(received - ready).days, late_days=random_.choice([0, 0, 0, 2]),
        milestones=tuple(Milestone(code=c, place_id=p, time=str(t)) for c, p, t in stones),
        landed_cost=landed, categories=amounts, priced_time={"CARRYING": volume, "TRANSIT": volume}, import_tax=Decimal(0),
        baseline_service="courier", baseline_cost=(landed * Decimal("1.4")).quantize(Decimal("0.01")),
        baseline_priced_time=Decimal(0), baseline_days=20,
    )  # fmt: skip


def _service(mode: str) -> Any:
    return {"ocean_lcl": "co_load", "air": "air"}.get(mode, "consolidated")


def _loads(rows: list[PlannedShipment], network: Network) -> tuple[PlannedLoad, ...]:
    groups: dict[str, list[list[PlannedShipment]]] = {}
    for row in rows:
        if row.service != "consolidated":
            continue
        bins = groups.setdefault(row.departure_id, [[]])
        if sum(member.volume_m3 for member in bins[-1]) + row.volume_m3 > 64:
            bins.append([])
        bins[-1].append(row)
    members = [members for departure in sorted(groups) for members in groups[departure]]
    return tuple(_load(f"L{k + 1:04d}", group) for k, group in enumerate(members))


def _load(load_id: str, members: list[PlannedShipment]) -> PlannedLoad:
    first = members[0]
    times = {stone.code: stone.time for stone in first.milestones}
    volume = sum((row.volume_m3 for row in members), Decimal(0))
    weight = sum((row.gross_weight_kg for row in members), Decimal(0))
    return PlannedLoad(
        load_id=load_id, kind="trunk", equipment_id="40HC", origin=first.warehouse_id, lane_id=first.lane_id,
        destination=first.deconsolidation_id, departure_id=first.departure_id, gateway_out=first.gateway_out,
        gateway_in=first.gateway_in, cutoff=times["CFS_CUTOFF"], departs=times["ETD"], arrives=times["ETA"],
        shipments=tuple(sorted(row.shipment_id for row in members)), volume_m3=volume, gross_weight_kg=weight,
        fill=round(volume / 68, 4), weight_fill=round(weight / 20000, 4), cost=Decimal("3200.50"),
    )  # fmt: skip
