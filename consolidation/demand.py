"""What prices and rules need to know of every shipment, as arrays, and the rules that look at a shipment alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from consolidation.receiving import NO_DAY, due
from consolidation.shipments import Shipment
from network import clock
from network.customs import value_band, value_limits
from network.geo import Coordinates, Locator
from network.model import Network
from network.money import Bools, Float64, Int64, to_micros
from network.price_tables import Importer
from network.tables import Equipment, Place, Receiving

CARTON_M3 = 0.06
"""Volume of a typical carton, used to count cartons where a shipment does not say."""


@dataclass(frozen=True)
class Demand:
    """What prices and rules need to know of every shipment, as arrays; n shipments in the order given.

    Attributes
    ----------
    volume_cm3, weight_g : (n,) int64
    value : (n,) int64, goods value, micro-units of the plan currency
    cartons, units, pallets : (n,) int64
    hs_lines : (n,) int64, tariff lines of the goods
    value_band : (n,) int64, band of values of the goods, by the limits that duties ask for
    destinations : (n,) int64, FCs that the inbound plan of a shipment goes to; 0 for one of no plan
    importer_tags : n tuples of str, those tags of the importer of record that charges ask about, sorted
    import_tax : n words, how the importer bears import tax (see `network.price_tables.Importer`)
    ready_day, due_day : (n,) int64, day numbers; due_day is that of the due date or of the deadline of an event, the
        earlier one, -1 without either
    latest_day : (n,) int64, day by which goods that must not miss their event have to be available; -1 for others
    late_price : (n,) float64, plan currency per late day
    inbound_plan : (n,) int64, inbound plan, -1 for shipments without companions that must arrive in the same window
    by_platform : (n,) bool, may be entered by the platform in place of its importer of record
    platform_tags, platform_tax : tags and import tax of the platform as importer, as of the others
    """

    shipments: tuple[Shipment, ...]
    fcs: tuple[Place, ...]
    origins: tuple[Coordinates, ...]
    volume_cm3: Int64
    weight_g: Int64
    value: Int64
    cartons: Int64
    units: Int64
    pallets: Int64
    hs_lines: Int64
    value_band: Int64
    destinations: Int64
    importer_tags: tuple[tuple[str, ...], ...]
    import_tax: tuple[str, ...]
    ready_day: Int64
    due_day: Int64
    latest_day: Int64
    late_price: Float64
    inbound_plan: Int64
    by_platform: Bools
    platform_tags: tuple[str, ...]
    platform_tax: str

    @property
    def volume_m3(self) -> Float64:
        """Volumes in m3, (n,) float64."""
        return self.volume_cm3 / 1e6

    @property
    def weight_kg(self) -> Float64:
        """Gross weights in kg, (n,) float64."""
        return self.weight_g / 1e3

    @property
    def revenue_ton(self) -> Float64:
        """The larger of m3 and tonnes, (n,) float64."""
        return np.maximum(self.volume_m3, self.weight_kg / 1000.0)

    @cached_property
    def products(self) -> tuple[tuple[str, str, int], ...]:
        """Products: HS code, country of origin and band of values."""
        return tuple(sorted({self.product_of(k) for k in range(len(self.shipments))}))

    @cached_property
    def product(self) -> Int64:
        """Product of every shipment, (n,)."""
        number = {product: k for k, product in enumerate(self.products)}
        return np.array([number[self.product_of(k)] for k in range(len(self.shipments))], dtype=np.int64)

    @cached_property
    def tag_sets(self) -> tuple[tuple[str, ...], ...]:
        """Sets of tags that importers of record have; importers of one set pay the same charges."""
        platform = {self.platform_tags} if self.by_platform.any() else set()
        return tuple(sorted({*self.importer_tags, *platform}))

    @cached_property
    def standing(self) -> Int64:
        """Tag set of the importer of every shipment, (n,)."""
        number = {tags: k for k, tags in enumerate(self.tag_sets)}
        return np.array([number[tags] for tags in self.importer_tags], dtype=np.int64)

    @cached_property
    def platform_standing(self) -> int:
        """Tag set of the platform; 0 where it enters nothing."""
        return self.tag_sets.index(self.platform_tags) if self.by_platform.any() else 0

    def product_of(self, position: int) -> tuple[str, str, int]:
        """Return HS code, country of origin and band of values of one shipment: what duty depends on."""
        return self.shipments[position].hs_code, self.country_of_origin(position), int(self.value_band[position])

    def country_of_origin(self, position: int) -> str:
        """Return where the goods of one shipment were made, as stated or as the country it starts from."""
        return self.shipments[position].country_of_origin or self.origins[position].country


def late_price(network: Network, shipment: Shipment) -> float:
    """Return what a late day of a shipment costs, plan currency: as it says, or as the network plans for."""
    rate = network.rate[shipment.currency]
    if shipment.late_price_per_day is not None:
        return float(shipment.late_price_per_day * rate)
    return to_micros(shipment.goods_value * rate) / 1e6 * (network.planning.late_pct_of_value_per_day / 100.0)


def measure(network: Network, shipments: Sequence[Shipment], locator: Locator) -> Demand:
    """Return the quantities that prices and rules need, one row per shipment."""
    fcs = tuple(network.place[shipment.destination_fc] for shipment in shipments)
    find = cache(lambda origin: locator.find(origin) or Coordinates(math.nan, math.nan))
    value = np.array([to_micros(s.goods_value * network.rate[s.currency]) for s in shipments], dtype=np.int64)
    asked = {tag.removeprefix("!") for charge in network.charges for tag in charge.importers}
    importers = [network.importer.get(s.importer_id) for s in shipments]
    platform = network.planning.platform_importer
    offering = network.importer.get(platform)
    limits, destinations = value_limits(network), fcs_of_plans(shipments)
    dues = [due(network, shipment, int(count)) for shipment, count in zip(shipments, destinations, strict=True)]
    return Demand(
        shipments=tuple(shipments),
        fcs=fcs,
        origins=tuple(find(s.origin) for s in shipments),
        volume_cm3=np.array([s.volume_cm3 for s in shipments], dtype=np.int64),
        weight_g=np.array([s.weight_g for s in shipments], dtype=np.int64),
        value=value,
        cartons=np.array([s.cartons or max(1, math.ceil(s.volume_cm3 / 1e6 / CARTON_M3)) for s in shipments], dtype=np.int64),
        units=np.array([s.units or 0 for s in shipments], dtype=np.int64),
        pallets=np.array(
            [pallets(network.receiving_of(fc), s.volume_cm3, s.weight_g) for s, fc in zip(shipments, fcs, strict=True)],
            dtype=np.int64,
        ),
        hs_lines=np.array([s.hs_lines for s in shipments], dtype=np.int64),
        value_band=np.array([value_band(limits, s.goods_value * network.rate[s.currency]) for s in shipments], dtype=np.int64),
        destinations=destinations,
        importer_tags=tuple(_tags(importer, asked) for importer in importers),
        import_tax=tuple(importer.import_tax if importer else "regime" for importer in importers),
        ready_day=np.array([clock.day_number(s.ready_date) for s in shipments], dtype=np.int64),
        due_day=np.array([each.day for each in dues], dtype=np.int64),
        latest_day=np.array([each.event_day if s.event_required else NO_DAY for s, each in zip(shipments, dues, strict=True)],
                            dtype=np.int64),
        late_price=np.array([late_price(network, s) for s in shipments], dtype=np.float64),
        inbound_plan=inbound_plans(shipments, network.planning.inbound_plan_days),
        by_platform=np.array([s.platform_entry and platform not in ("", s.importer_id) for s in shipments], dtype=np.bool_),
        platform_tags=_tags(offering, asked),
        platform_tax=offering.import_tax if offering else "regime",
    )  # fmt: skip


def _tags(importer: Importer | None, asked: Container[str]) -> tuple[str, ...]:
    """Return those tags of an importer that charges ask about, sorted."""
    return tuple(sorted(tag for tag in importer.tags if tag in asked)) if importer else ()


def fcs_of_plans(shipments: Sequence[Shipment]) -> Int64:
    """Return how many FCs the inbound plan of every shipment goes to, (n,)."""
    fcs: dict[tuple[str, str], set[str]] = {}
    for shipment in shipments:
        fcs.setdefault((shipment.seller_id, shipment.inbound_plan_id), set()).add(shipment.destination_fc)
    found = [len(fcs[s.seller_id, s.inbound_plan_id]) if s.inbound_plan_id else 0 for s in shipments]
    return np.array(found, dtype=np.int64)


def inbound_plans(shipments: Sequence[Shipment], days: int) -> Int64:
    """Return the inbound plan of every shipment, (n,): those of one seller with the same id; -1 without companions.

    Parameters
    ----------
    days : window in which they must arrive, 0 when there is no such rule
    """
    keys = [(shipment.seller_id, shipment.inbound_plan_id) for shipment in shipments]
    counts = Counter(key for key in keys if key[1] and days)
    number = {key: k for k, key in enumerate(sorted(key for key, count in counts.items() if count > 1))}
    return np.array([number.get(key, -1) for key in keys], dtype=np.int64)


def pallets(rule: Receiving | None, volume_cm3: int, weight_g: int) -> int:
    """Return the whole pallets that goods take at an FC with this receiving rule; one where there is no rule."""
    if rule is None:
        return 1
    by_volume = math.ceil(volume_cm3 / round(rule.pallet_volume_m3 * 1e6))
    return max(1, by_volume, math.ceil(weight_g / round(rule.pallet_max_kg * 1e3)))


def shipment_rule(network: Network, shipment: Shipment, containers: Sequence[Equipment]) -> str:
    """Return the rule that no itinerary of a shipment can meet, or an empty string.

    The rules: the FC is open and accepts the class, the cartons keep its limits, and one container can hold
    the shipment.
    """
    fc = network.place[shipment.destination_fc]
    rule = network.receiving_of(fc)
    if fc.closed:
        return "RECEIVING.CLOSED"
    if rule is None:
        return "RECEIVING.NO_RULE"
    if shipment.cargo_class in rule.refused_classes or (fc.place_id, shipment.cargo_class) in network.place_refuses:
        return "RECEIVING.CLASS_REFUSED"
    sides = shipment.carton_sides_cm
    limits = (rule.max_length_cm, rule.max_width_cm, rule.max_height_cm)
    if any(limit is not None and float(side) > limit for side, limit in zip(sides, limits, strict=False)):
        return "RECEIVING.CARTON_SIDE"
    if rule.max_carton_kg is not None and shipment.carton_weight_g > round(rule.max_carton_kg * 1000):
        return "RECEIVING.CARTON_WEIGHT"
    volume_cm3 = max((round(row.volume_m3 * 1e6) for row in containers), default=0)
    weight_g = max((round(row.payload_kg * 1e3) for row in containers), default=0)
    if containers and (shipment.volume_cm3 > volume_cm3 or shipment.weight_g > weight_g):
        return "EQUIPMENT.TOO_LARGE"
    return ""
