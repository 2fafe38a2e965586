"""A realistic week of shipments on a network, the same for the same seed.

The figures are judgements about small sellers who send from China, Hong Kong and India to FBA centres, anchored
on published examples (first air shipments of 180-420 kg, LCL between 1 and 15 m3, full containers above 15 m3);
each is a named constant below. Products, cities, FCs and carton limits come from the network.

Cartons are whole and identical within a shipment; volume and weight follow from them, so that both ways of
stating a shipment agree. Oversize cartons are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

import numpy as np

from consolidation.shipments import Shipment
from network.errors import Finding, InputError
from network.geo import distance_km
from network.model import Network
from network.tables import Place, Product

Item = TypeVar("Item")

VOLUME_MEDIAN_M3 = 2.0
VOLUME_SIGMA = 1.05
VOLUME_RANGE_M3 = (0.15, 45.0)
"""Log-normal volumes: about 3 % lie above the 15 m3 where a full container of one's own becomes usual."""
ARCHETYPES: tuple[tuple[int, int, int, float], ...] = (
    (40, 30, 25, 0.18), (50, 40, 35, 0.34), (60, 40, 40, 0.22), (63, 45, 45, 0.12), (60, 50, 50, 0.09),
    (45, 35, 30, 0.05),
)  # fmt: skip
"""Length, width, height in cm and share of carton kinds."""
DENSITY_SIGMA = 0.18
VALUE_SIGMA = 0.35
UNIT_VALUE_MEDIAN, UNIT_VALUE_SIGMA = 9.0, 0.6
"""Value of one unit of goods, in plan currency."""
LIGHTEST_CARTON_KG, DEFAULT_CARTON_KG = 2.0, 22.5
SPECIAL_SHARE = 0.14
"""Part of shipments whose goods are not of class "general": batteries in equipment 12 %, alone 2 %."""
MARKET_MIX = {"US": 62, "UK": 8, "GB": 8, "DE": 10, "FR": 3, "IT": 3, "ES": 3, "PL": 1, "CZ": 1, "JP": 6, "CA": 4}
CITY_MIX = {
    "shenzhen": 30, "dongguan": 12, "guangzhou": 8, "yiwu": 12, "ningbo": 11, "shanghai": 9, "hangzhou": 4,
    "xiamen": 5, "qingdao": 3, "tianjin": 2, "hong kong": 1,
}  # fmt: skip
OTHER_CITIES_WEIGHT = 4.0
INDIA_SHARE = 0.08
DROPPED_SHARE = 0.10
"""Part of replenishments that the seller brings to the nearest origin warehouse."""
CROSS_DOCKS = (
    "ONT8", "LGB8", "FTW1", "IND9", "ABE8", "SBD1", "LAX9", "MDW2", "GYR3", "CLT2", "RFD2", "TEB9", "MEM1", "AVP1",
    "LAS1", "SMF3", "SCK4", "GYR2", "POC1", "RDU4",
)  # fmt: skip
"""FCs that receive for others, most used first."""
POPULARITY_EXPONENT = 0.9
SPLITS = {1: 40, 2: 3, 3: 2, 4: 28, 5: 27}
"""FCs per replenishment: one at the minimal split, four or five at the optimised one."""
WEEKDAYS = {1: 12, 2: 16, 3: 20, 4: 24, 5: 22, 6: 6, 7: 0}
"""Weight of the days on which goods are ready, 1 = Monday."""
OWN_IMPORTER_SHARE = 0.45
PLATFORM_IMPORTERS = {"DRAGON": 70, "HARBOUR": 30}
CONSENT_SHARE = 0.97
RETURNING_SELLER_SHARE = 0.3
SPLITTABLE_SHARE, STACKABLE_SHARE = 0.3, 0.97
DUE_SHARE, URGENT_SHARE = 0.45, 0.04
URGENT_DAYS = (9, 16)
"""Urgent shipments are sent in under an inbound plan of their own: the others of it would have to hurry too."""
USUAL_DAYS = {"US": 45, "CA": 48, "JP": 28}
OTHER_USUAL_DAYS = 64
"""Days from ready to the due date that a planner of ocean freight allows, before some slack."""
SLACK_DAYS = 15
LATE_PRICE_SHARE, LATE_PCT = 0.25, (0.3, 2.0)
"""Part of dated shipments with a price per late day, and its range in % of the goods value."""
URGENT_LATE_PCT = (2.0, 6.0)
"""The same for urgent shipments: running out of stock loses a margin of about the goods value in a month."""
_POPULARITY_SEED = 20261123


class _Pick(Generic[Item]):
    """Draws items with weights."""

    def __init__(self, weights: Mapping[Item, float]) -> None:
        self._items = [item for item, weight in weights.items() if weight > 0]
        self._sums = np.cumsum([weight for weight in weights.values() if weight > 0])

    def __call__(self, rng: np.random.Generator) -> Item:
        point = rng.random() * self._sums[-1]
        return self._items[min(int(np.searchsorted(self._sums, point, side="right")), len(self._items) - 1)]


@dataclass(frozen=True)
class _Seller:
    seller_id: str
    city: str
    own_importer: bool
    consents: bool


@dataclass(frozen=True)
class _Lot:
    """What the shipments of one replenishment have in common."""

    seller: _Seller
    origin: str
    country: str
    market: str
    product: Product
    ready: dt.date
    plan_id: str
    importer_id: str


def generate(network: Network, count: int, seed: int, start: dt.date, days: int = 7) -> list[Shipment]:
    """Return `count` shipments that become ready within `days` from `start`.

    Parameters
    ----------
    network : Network with cities or origin warehouses, FCs, receiving rules and products
    count : int, shipments
    seed : int; the same network, count, seed and start give the same shipments
    start : first ready date
    days : int, days over which goods become ready

    Raises
    ------
    InputError
        If the network has no origins, FCs or products to draw from, or `count` or `days` is below 1.
    """
    findings = [
        Finding("generate", None, name, str(value), "at least 1") for name, value in (("count", count), ("days", days))
        if value < 1
    ]  # fmt: skip
    if findings:
        raise InputError(findings)
    return _Week(network, np.random.Generator(np.random.PCG64(seed)), start, days).shipments(count)


class _Week:
    def __init__(self, network: Network, rng: np.random.Generator, start: dt.date, days: int) -> None:
        self._network = network
        self._rng = rng
        self._warehouses = [p for p in network.places if p.kind == "origin_warehouse" and not p.closed]
        self._cities = _cities(network, self._warehouses)
        self._fcs = _fcs(network)
        _demand("places", "origin warehouses", self._warehouses)
        _demand("places", "FCs with a receiving rule", self._fcs)
        _demand("products", "products", network.products)
        self._city = _Pick(_city_weights(self._cities))
        self._markets = {
            country: _Pick(self._market_weights(country)) for country in {c.country for c in self._cities.values()}
        }
        self._fc = {market: _popularity(fcs) for market, fcs in self._fcs.items()}
        self._products = {market: self._product_picks(market) for market in self._fcs}
        self._kinds = {market: self._carton_kinds(market) for market in self._fcs}
        self._splits = _Pick(SPLITS)
        self._platforms = _Pick(PLATFORM_IMPORTERS)
        ready = [start + dt.timedelta(days=k) for k in range(days)]
        weights = {day: float(WEEKDAYS[day.isoweekday()]) for day in ready}
        self._ready = _Pick(weights if any(weights.values()) else dict.fromkeys(ready, 1.0))
        self._sellers: list[_Seller] = []

    def shipments(self, count: int) -> list[Shipment]:
        found: list[Shipment] = []
        plan = 0
        while len(found) < count:
            plan += 1
            lot = self._lot(plan)
            fcs = self._destinations(lot.market)
            found += [self._shipment(lot, fc, len(found) + k) for k, fc in enumerate(fcs[: count - len(found)], 1)]
        return found

    def _market_weights(self, country: str) -> dict[str, float]:
        reached = _reached(self._network, country) & set(self._fcs)
        return {market: float(MARKET_MIX.get(market, 1)) for market in sorted(reached or self._fcs)}

    def _product_picks(self, market: str) -> tuple[_Pick[Product], _Pick[Product]]:
        """Return picks of general and of special goods that a market accepts; where one is none, it is the other."""
        rule = self._network.receiving_of(self._fcs[market][0])
        refused = rule.refused_classes if rule is not None else ()
        products = sorted(self._network.products, key=lambda product: product.product_id)
        taken = [product for product in products if product.cargo_class not in refused]
        _demand("products", f"products that {market} accepts", taken)
        ordinary = {product: 1.0 for product in taken if product.cargo_class == "general"}
        special = {product: 1.0 for product in taken if product.cargo_class != "general"}
        return _Pick(ordinary or special), _Pick(special or ordinary)

    def _carton_kinds(self, market: str) -> tuple[list[tuple[int, int, int, float]], float]:
        """Return the carton kinds that every FC of a market accepts and the heaviest carton in kg."""
        kinds = list(ARCHETYPES)
        heaviest = DEFAULT_CARTON_KG
        for fc in self._fcs[market]:
            rule = self._network.receiving_of(fc)
            if rule is None:
                continue
            limits = [limit or 1e9 for limit in (rule.max_length_cm, rule.max_width_cm, rule.max_height_cm)]
            kinds = [kind for kind in kinds if all(side <= limit for side, limit in zip(kind, limits, strict=False))]
            heaviest = min(heaviest, rule.max_carton_kg or heaviest)
        return kinds or [(30, 20, 20, 1.0)], heaviest

    def _seller(self) -> _Seller:
        if self._sellers and self._rng.random() < RETURNING_SELLER_SHARE:
            return self._sellers[int(self._rng.integers(len(self._sellers)))]
        seller = _Seller(
            f"SELLER-{len(self._sellers) + 1:05d}",
            self._city(self._rng),
            bool(self._rng.random() < OWN_IMPORTER_SHARE),
            bool(self._rng.random() < CONSENT_SHARE),
        )
        self._sellers.append(seller)
        return seller

    def _lot(self, plan: int) -> _Lot:
        rng = self._rng
        seller = self._seller()
        city = self._cities[seller.city]
        market = self._markets[city.country](rng)
        platform = f"{self._platforms(rng)}-{market}"
        dropped = rng.random() < DROPPED_SHARE
        return _Lot(
            seller=seller,
            origin=_nearest(city, self._warehouses).place_id if dropped else seller.city,
            country="CN" if city.country == "HK" else city.country,
            market=market,
            product=self._product(market),
            ready=self._ready(rng),
            plan_id=f"PLAN-{plan:05d}",
            importer_id=seller.seller_id if seller.own_importer else platform,
        )

    def _product(self, market: str) -> Product:
        ordinary, special = self._products[market]
        return (special if self._rng.random() < SPECIAL_SHARE else ordinary)(self._rng)

    def _destinations(self, market: str) -> list[str]:
        splits = min(self._splits(self._rng), len(self._fcs[market]))
        found: dict[str, None] = {}
        for _ in range(20 * splits):
            found.setdefault(self._fc[market](self._rng))
            if len(found) == splits:
                break
        return list(found)

    def _shipment(self, lot: _Lot, fc: str, number: int) -> Shipment:
        rng = self._rng
        cartons, sides, weight = self._cartons(lot)
        value = self._value(lot.product, cartons * weight)
        per_carton = max(
            1, round(value / cartons / (UNIT_VALUE_MEDIAN * float(np.exp(rng.normal(0, UNIT_VALUE_SIGMA)))))
        )
        row: dict[str, Any] = {
            "shipment_id": f"S{number:06d}",
            "seller_id": lot.seller.seller_id,
            "origin": lot.origin,
            "destination_fc": fc,
            "ready_date": lot.ready,
            "cartons": cartons,
            **dict(zip(("carton_length_cm", "carton_width_cm", "carton_height_cm"), sides, strict=True)),
            "carton_weight_kg": Decimal(str(weight)),
            "goods_value": Decimal(f"{value:.2f}"),
            "currency": self._network.currency,
            "units": cartons * per_carton,
            "hs_code": lot.product.hs_code[: len(lot.product.hs_code) // 2 * 2],
            "cargo_class": lot.product.cargo_class,
            "importer_id": lot.importer_id,
            "incoterm": "DAP" if lot.importer_id == lot.seller.seller_id else "DDP",
            "splittable": bool(rng.random() < SPLITTABLE_SHARE),
            "coload_consent": lot.seller.consents,
            "inbound_plan_id": lot.plan_id,
            "country_of_origin": lot.country,
            "stackable": bool(rng.random() < STACKABLE_SHARE),
            **self._due(lot, value),
        }
        return Shipment.model_validate(row)

    def _cartons(self, lot: _Lot) -> tuple[int, tuple[int, int, int], float]:
        """Return the number of cartons, their sides in cm and the weight of one in kg."""
        rng = self._rng
        volume = VOLUME_MEDIAN_M3 * float(np.exp(rng.normal(0, VOLUME_SIGMA)))
        volume = min(max(volume, VOLUME_RANGE_M3[0]), VOLUME_RANGE_M3[1])
        density = lot.product.density_kg_per_m3 * float(np.exp(rng.normal(0, DENSITY_SIGMA)))
        kinds, heaviest = self._kinds[lot.market]
        light = [kind for kind in kinds if density * _carton_m3(kind) <= heaviest]
        weights = {kind: kind[3] for kind in light} or {min(kinds, key=_carton_m3): 1.0}
        kind = _Pick(weights)(rng)
        weight = round(min(max(density * _carton_m3(kind), LIGHTEST_CARTON_KG), heaviest) - 0.05, 1)
        return max(1, round(volume / _carton_m3(kind))), kind[:3], weight

    def _value(self, product: Product, kg: float) -> float:
        return max(20.0, product.value_per_kg * kg * float(np.exp(self._rng.normal(0, VALUE_SIGMA))))

    def _due(self, lot: _Lot, value: float) -> dict[str, Any]:
        rng = self._rng
        kind, price = rng.random(), rng.random()
        pct = rng.uniform(*(URGENT_LATE_PCT if kind < URGENT_SHARE else LATE_PCT))
        urgent, usual = int(rng.integers(*URGENT_DAYS)), int(rng.integers(SLACK_DAYS))
        if kind >= URGENT_SHARE + DUE_SHARE:
            return {}
        days = urgent if kind < URGENT_SHARE else USUAL_DAYS.get(lot.market, OTHER_USUAL_DAYS) + usual
        due: dict[str, Any] = {"due_date": lot.ready + dt.timedelta(days=days)}
        if kind < URGENT_SHARE:
            due["inbound_plan_id"] = f"{lot.plan_id}-URGENT"
        if kind < URGENT_SHARE or price < LATE_PRICE_SHARE:
            due["late_price_per_day"] = Decimal(f"{max(1.0, value * pct / 100):.2f}")
        return due


def _demand(table: str, what: str, found: Iterable[object]) -> None:
    if not any(True for _ in found):
        raise InputError([Finding(f"{table}.csv", None, "", "none", f"{what} to draw from", rule="TABLE.EMPTY")])


def _carton_m3(kind: tuple[int, int, int, float]) -> float:
    return kind[0] * kind[1] * kind[2] / 1e6


def _nearest(city: Place, warehouses: Sequence[Place]) -> Place:
    return min(warehouses, key=lambda w: (distance_km(city.lat, city.lon, w.lat, w.lon), w.place_id))


def _cities(network: Network, warehouses: Sequence[Place]) -> dict[str, Place]:
    """Return places that goods come from by the name written in shipments: cities in reach, else warehouses."""
    countries = {place.country for place in warehouses}
    reach = network.planning.max_collection_km / network.planning.road_factor
    found = {
        place.name: place
        for place in sorted(network.places, key=lambda place: place.place_id)
        if place.kind == "city" and place.country in countries
        and any(distance_km(place.lat, place.lon, w.lat, w.lon) <= reach for w in warehouses)
    }  # fmt: skip
    return found or {place.place_id: place for place in sorted(warehouses, key=lambda place: place.place_id)}


def _city_weights(cities: Mapping[str, Place]) -> dict[str, float]:
    indian = [name for name, place in cities.items() if place.country == "IN"]
    others = [name for name in cities if name not in indian and name.lower() not in CITY_MIX]
    weights = {name: float(CITY_MIX.get(name.lower(), 0)) for name in cities}
    for name in others:
        weights[name] = OTHER_CITIES_WEIGHT / len(others)
    chinese = sum(weights.values())
    for name in indian:
        weights[name] = (chinese * INDIA_SHARE / (1 - INDIA_SHARE) or 1.0) / len(indian)
    return weights


def _fcs(network: Network) -> dict[str, list[Place]]:
    """Return open FCs with a receiving rule by market, in order of id."""
    found: dict[str, list[Place]] = {}
    for place in sorted(network.places, key=lambda place: place.place_id):
        if place.kind == "fc" and not place.closed and network.receiving_of(place) is not None:
            found.setdefault(place.market, []).append(place)
    return dict(sorted(found.items()))


def _popularity(fcs: Sequence[Place]) -> _Pick[str]:
    """Return a heavy-tailed pick of FCs: cross-docks first, the others in an order fixed once for all weeks."""
    fixed = np.random.Generator(np.random.PCG64(_POPULARITY_SEED))
    names = [place.place_id for place in fcs]
    first = [name for name in CROSS_DOCKS if name in names]
    rest = [name for name in names if name not in first]
    ranked = first + [rest[int(k)] for k in fixed.permutation(len(rest))]
    return _Pick({name: (rank + 2.0) ** -POPULARITY_EXPONENT for rank, name in enumerate(ranked)})


def _reached(network: Network, country: str) -> set[str]:
    """Return the markets that some open lane from warehouses of a country leads to."""
    starts = {
        place.place_id for place in network.places if place.kind == "origin_warehouse" and place.country == country
    }
    ports = {row.destination for row in network.links if row.kind == "origin_dray" and row.origin in starts}
    gateways = {lane.destination for lane in network.lanes if not lane.closed and lane.origin in ports}
    centres = {row.destination for row in network.links if row.kind == "drayage" and row.origin in gateways}
    return {market for place in network.places if place.place_id in centres for market in place.serves_markets}
