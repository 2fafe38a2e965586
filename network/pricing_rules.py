"""What must hold between rows so that everything is priced, and priced as written: nothing is free by accident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from network._judging import Judge, Written
from network.charges import ENTRY_BASES, LOAD_BASES, SHIPMENT_BASES, STAY_BASES
from network.errors import Finding, nearest
from network.examinations import PER_EXAMINATION
from network.model import Network
from network.price_tables import Charge, Duty
from network.tables import Equipment
from network.ways import load_tariffs

_WEEKDAYS = frozenset("1234567")
_BILLIONTHS_PER_PERCENT = 10_000_000
_STAY, _LOAD, _ENTRY = frozenset(STAY_BASES), frozenset(LOAD_BASES), frozenset(ENTRY_BASES)
_SHIPMENT = frozenset(SHIPMENT_BASES) - _STAY
_LONGEST_STAY = 365
_NOT_EXAMINED = ("minimum", "maximum", "small_amount")
_ONE_EXAMINATION = ("code", "category", "side", "payer", "rate", "currency", "delay_days")
"""Columns in which the rows of one examination agree."""
# table, column, bases that are priced where this column names a tariff
_USES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("places", "tariff", _SHIPMENT | _LOAD),
    ("places", "alone_tariff", _SHIPMENT),
    ("places", "collection_tariff", _SHIPMENT),
    ("places", "alone_collection_tariff", _SHIPMENT),
    ("places", "ltl_tariff", _SHIPMENT),
    ("places", "parcel_tariff", _SHIPMENT),
    ("places", "ftl_tariff", _LOAD),
    ("places", "direct_tariff", _LOAD),
    ("lanes", "tariff", _SHIPMENT | _LOAD),
    ("lanes", "alone_tariff", _SHIPMENT),
    ("links", "tariff", _SHIPMENT | _LOAD),
    ("couriers", "tariff", _SHIPMENT),
    ("regimes", "entry_tariff", _SHIPMENT | _ENTRY),
    ("regimes", "platform_tariff", _SHIPMENT),
)  # fmt: skip
_STORED = _SHIPMENT | _STAY
"""Bases that the handling tariff of an overseas warehouse counts: it charges shipments, and the days they stay."""


class PricingRules(Judge):
    """Rules on tariffs, equipment and trucks."""

    def __init__(self, network: Network, written: Mapping[str, Written]) -> None:
        super().__init__(network, written)
        self._per_teu = [charge for charge in network.charges if charge.basis == "per_teu"]

    @property
    def rules(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        """Every rule, in the order of its findings."""
        return (
            self.load_lanes, self.bases, self.narrowed, self.entry_fees, self.examinations, self.twice, self.duties_twice, self.duty_circles, self.equipment_teu,
            self.truck_days, self.trucks, self.overseas_days,
        )  # fmt: skip

    def load_lanes(self) -> Iterator[Finding]:
        """A lane on which whole loads are bought offers equipment, and its tariff prices each of them."""
        priced: dict[str, list[Any]] = {}
        for charge in self._network.charges:
            if charge.basis in LOAD_BASES:
                priced.setdefault(charge.tariff, []).append(charge)
        tariffs = {charge.tariff for charge in self._network.charges}
        for position, lane in enumerate(self._network.lanes):
            if lane.buying != "load":
                continue
            at = ("lanes", position, "equipment")
            if not lane.equipment:
                yield self._finding(
                    at, "", "equipment that may be bought on a lane that buys loads", rule="LANE.EQUIPMENT"
                )
            for name in lane.equipment:
                lines = [line for line in priced.get(lane.tariff, ()) if not line.modes or lane.mode in line.modes]
                if lane.tariff in tariffs and not any(not line.equipment or name in line.equipment for line in lines):
                    yield self._finding(at, name, f"equipment with a charge per load in tariff {lane.tariff}",
                                        "a charge is missing", "LANE.UNPRICED")  # fmt: skip

    def bases(self) -> Iterator[Finding]:
        """No charge has a basis that is never counted where its tariff is used."""
        counted: dict[str, set[str]] = {}
        used_by: dict[str, set[str]] = {}
        for table, column, bases in _USES:
            for row in self._rows(table):
                tariff = getattr(row, column)
                if tariff:
                    counted.setdefault(tariff, set()).update(_STORED if _stores(table, column, row) else bases)
                    used_by.setdefault(tariff, set()).add(f"{table}.{column}")
        for position, charge in enumerate(self._network.charges):
            if charge.tariff in counted and charge.basis not in counted[charge.tariff]:
                uses = ", ".join(sorted(used_by[charge.tariff]))
                yield self._finding(("charges", position, "basis"), charge.basis,
                                    f"a basis that is counted where tariff {charge.tariff} is used ({uses})",
                                    rule="CHARGE.BASIS")  # fmt: skip

    def narrowed(self) -> Iterator[Finding]:
        """Only charges of one shipment can be for some goods and not for others."""
        for position, charge in enumerate(self._network.charges):
            for column in ("destinations_up_to", "unit_kg_over", "unit_kg_up_to"):
                value = getattr(charge, column)
                if value is not None and charge.basis not in SHIPMENT_BASES:
                    yield self._finding(("charges", position, column), value,
                                        f"nothing, as the basis {charge.basis} is not counted per shipment",
                                        rule="CHARGE.NARROWED")  # fmt: skip

    def entry_fees(self) -> Iterator[Finding]:
        """Charges per customs entry are a plain amount or percentage, as they are shared by whoever is on the entry."""
        for position, charge in enumerate(self._network.charges):
            if charge.basis not in ENTRY_BASES:
                if charge.small_amount is not None:
                    yield self._finding(("charges", position, "small_amount"), charge.small_amount,
                                        "nothing, as the basis is not per customs entry", rule="CHARGE.ENTRY")  # fmt: skip
                if charge.importers and charge.basis in LOAD_BASES:
                    yield self._finding(("charges", position, "importers"), charge.importers,
                                        "nothing, as a load may hold goods of several importers", rule="CHARGE.ENTRY")  # fmt: skip
                continue
            for column in ("min_quantity", "free_quantity", "breaks"):
                value = getattr(charge, column)
                if value is not None and value != ():
                    yield self._finding(("charges", position, column), value,
                                        f"nothing, as the basis is {charge.basis}; minimum and maximum may be given",
                                        rule="CHARGE.ENTRY")  # fmt: skip
            if charge.small_amount is not None and _falls(charge):
                yield self._finding(("charges", position, "small_amount"), charge.small_amount,
                                    "at most what the smallest larger entry pays", rule="CHARGE.ENTRY")  # fmt: skip
            if charge.basis == "pct_of_entry_value" and charge.rate * _BILLIONTHS_PER_PERCENT % 1:
                yield self._finding(("charges", position, "rate"), charge.rate, "a percentage of at most 7 decimals",
                                    rule="CHARGE.ENTRY")  # fmt: skip

    def examinations(self) -> Iterator[Finding]:
        """Rows of one examination differ by the importers they are for, and in nothing that a load can have only once."""
        seen: dict[str, list[tuple[int, Charge]]] = {}
        for position, charge in enumerate(self._network.charges):
            if charge.basis != PER_EXAMINATION:
                continue
            for column in _NOT_EXAMINED:
                value = getattr(charge, column)
                if value is not None:
                    yield self._finding(("charges", position, column), value, f"nothing, as the basis is {PER_EXAMINATION}",
                                        rule="CHARGE.EXAMINATION")  # fmt: skip
            for earlier, other in seen.setdefault(charge.tariff, []):
                if not _together(charge, other):
                    continue
                line = self._line("charges", earlier)
                if _same_importers(charge, other):
                    yield self._finding(("charges", position, "importers"), charge.importers or "",
                                        f"importers that row {line}, the same examination, is not for",
                                        f"each importer has one chance: write !tag in row {line}",
                                        "CHARGE.EXAMINATION")  # fmt: skip
                for column in _ONE_EXAMINATION:
                    if getattr(charge, column) != getattr(other, column):
                        yield self._finding(("charges", position, column), getattr(charge, column),
                                            f"{getattr(other, column)}, as in row {line}",
                                            "a load has one examination, whoever brings it about",
                                            "CHARGE.EXAMINATION")  # fmt: skip
            seen[charge.tariff].append((position, charge))

    def twice(self) -> Iterator[Finding]:
        """A charge is in force once: the same line of a tariff does not stand in two rows on one day."""
        seen: dict[tuple[object, ...], list[tuple[int, Charge]]] = {}
        for position, charge in enumerate(self._network.charges):
            key = (charge.tariff, charge.code, charge.basis, charge.name)
            for earlier, other in seen.setdefault(key, []):
                if (
                    charge.basis != PER_EXAMINATION
                    and _together(charge, other)
                    and _meet(charge.equipment, other.equipment)
                    and _same_importers(charge, other)
                    and _same_units(charge, other)
                ):
                    line = self._line("charges", earlier)
                    yield self._finding(("charges", position, "valid_from"), charge.charge_id,
                                        f"no day shared with row {line}, the same line of tariff {charge.tariff}",
                                        f"row {line} should end before", "CHARGE.TWICE")  # fmt: skip
            seen[key].append((position, charge))

    def duties_twice(self) -> Iterator[Finding]:
        """A layer says one thing about a product on a day: the rows of an HS prefix and origin do not overlap."""
        seen: dict[tuple[object, ...], list[tuple[int, Duty]]] = {}
        for position, duty in enumerate(self._network.duties):
            key = (duty.schedule, duty.layer, duty.hs_prefix)
            for earlier, other in seen.setdefault(key, []):
                if (
                    duty.enabled
                    and other.enabled
                    and _same_day(duty, other)
                    and bool(duty.origin_countries) == bool(other.origin_countries)
                    and _meet(duty.origin_countries, other.origin_countries)
                    and _same_values(duty, other)
                ):
                    line = self._line("duties", earlier)
                    yield self._finding(("duties", position, "valid_from"), duty.duty_id,
                                        f"no day shared with row {line}, the same layer and HS prefix",
                                        f"row {line} should end before", "DUTY.TWICE")  # fmt: skip
            seen[key].append((position, duty))

    def duty_circles(self) -> Iterator[Finding]:
        """No layer keeps itself away, through whatever others."""
        keeps: dict[str, set[str]] = {}
        for duty in self._network.duties:
            keeps.setdefault(duty.layer, set()).update(duty.unless_layers)
            for layer in duty.instead_of:
                keeps.setdefault(layer, set()).add(duty.layer)
        circling = {layer for layer in keeps if layer in _reached(keeps, layer)}
        for position, duty in enumerate(self._network.duties):
            for column in ("unless_layers", "instead_of"):
                if duty.layer in circling and getattr(duty, column):
                    yield self._finding(("duties", position, column), getattr(duty, column),
                                        f"layers that {duty.layer} does not keep away in turn", rule="DUTY.CIRCLE")  # fmt: skip

    def equipment_teu(self) -> Iterator[Finding]:
        """Equipment has TEU where an allotment or a charge counts them."""
        for position, equipment in enumerate(self._network.equipment):
            reason = "" if equipment.teu else self._counts_teu(equipment)
            if reason:
                yield self._finding(("equipment", position, "teu"), equipment.teu, f"TEU above 0, as {reason}",
                                    rule="EQUIPMENT.TEU")  # fmt: skip

    def _counts_teu(self, equipment: Equipment) -> str:
        """Return what counts the TEU of equipment, as the end of a sentence; blank when nothing does."""
        name, network = equipment.equipment_id, self._network
        lanes = {row.lane_id: row for row in network.lanes if row.buying == "load" and name in row.equipment}
        for departure in network.departures:
            if departure.allotment_teu is not None and departure.lane_id in lanes:
                return f"departure {departure.departure_id} has an allotment"
        if self._per_teu:
            ways = [(load_tariffs(network, lane), lane.mode) for lane in lanes.values()]
            if name in network.planning.truck_equipment:
                ways.append((frozenset(place.ftl_tariff for place in network.places), "truck"))
            for charge in self._per_teu:
                if any(charge.tariff in tariffs and _counts(charge, mode, name) for tariffs, mode in ways):
                    return f"charge {charge.charge_id} counts them"
        return ""

    def trucks(self) -> Iterator[Finding]:
        """Trucks offered on final legs exist and are trucks."""
        trucks = [row.equipment_id for row in self._network.equipment if row.kind == "truck"]
        for name in self._network.planning.truck_equipment:
            if name not in trucks:
                yield Finding(self._planning, None, "truck_equipment", name, "equipment of kind truck",
                              nearest(name, trucks), "REFERENCE.UNKNOWN")  # fmt: skip

    def truck_days(self) -> Iterator[Finding]:
        """Whole trucks leave on days of the week, and from every centre that offers them on one on which it works."""
        planning = self._network.planning
        days = planning.truck_dispatch_weekdays
        for day in days:
            if day not in _WEEKDAYS:
                yield Finding(self._planning, None, "truck_dispatch_weekdays", day, "1 = Monday to 7 = Sunday")
        if not planning.truck_equipment:
            return
        if not days:
            yield Finding(self._planning, None, "truck_dispatch_weekdays", "",
                          "at least one day, as truck_equipment offers trucks", rule="TRUCK.DAYS")  # fmt: skip
            return
        for position, place in enumerate(self._network.places):
            if place.ftl_tariff and set(days) <= set(place.closed_weekdays) < _WEEKDAYS:
                yield self._finding(("places", position, "closed_weekdays"), place.closed_weekdays,
                                    f"one of {', '.join(days)} to be open, as trucks leave on truck_dispatch_weekdays",
                                    rule="TRUCK.DAYS")  # fmt: skip

    def overseas_days(self) -> Iterator[Finding]:
        """Goods leave overseas warehouses after whole days."""
        for days in self._network.planning.overseas_days:
            if not (days.isdecimal() and days.isascii() and 1 <= int(days) <= _LONGEST_STAY):
                yield Finding(self._planning, None, "overseas_days", days, f"whole days from 1 to {_LONGEST_STAY}")

    @property
    def _planning(self) -> str:
        return self._written["planning"].file if "planning" in self._written else "network.toml"


def _stores(table: str, column: str, row: Any) -> bool:
    """Return whether a column names the tariff of a stay in an overseas warehouse."""
    return (table, column) == ("places", "tariff") and row.kind == "overseas_warehouse"


def _falls(charge: Charge) -> bool:
    """Return whether a larger entry would pay less than a small one does."""
    if charge.small_amount is None or charge.small_up_to is None:
        return False
    above = charge.rate if charge.basis != "pct_of_entry_value" else charge.rate * charge.small_up_to / 100
    above = max(above, charge.minimum or Decimal(0))
    return charge.small_amount > (above if charge.maximum is None else min(above, charge.maximum))


def _counts(charge: Charge, mode: str, equipment_id: str) -> bool:
    by_mode = not charge.modes or mode in charge.modes
    return by_mode and (not charge.equipment or equipment_id in charge.equipment)


def _together(a: Charge, b: Charge) -> bool:
    """Return whether two charges of a tariff may both be in force on some day, for some mode."""
    same_scenario = not a.scenario or not b.scenario or a.scenario == b.scenario
    return _same_day(a, b) and _meet(a.modes, b.modes) and same_scenario


def _same_importers(a: Charge, b: Charge) -> bool:
    """Return whether two charges may fall on one importer: not when one asks for a tag that the other excludes."""
    return not any(f"!{tag}" in b.importers for tag in a.importers) and not any(
        f"!{tag}" in a.importers for tag in b.importers
    )


def _same_units(a: Charge, b: Charge) -> bool:
    """Return whether two charges may be for goods with the same weight of a unit."""
    ends = [row.unit_kg_up_to for row in (a, b) if row.unit_kg_up_to is not None]
    starts = [row.unit_kg_over for row in (a, b) if row.unit_kg_over is not None]
    return not ends or not starts or max(starts) < min(ends)


def _reached(keeps: Mapping[str, set[str]], layer: str) -> set[str]:
    """Return the layers that keep a layer away, directly or through others."""
    reached, more = set[str](), set(keeps[layer])
    while more:
        reached |= more
        more = set().union(*(keeps.get(name, set()) for name in more)) - reached
    return reached


def _same_values(a: Duty, b: Duty) -> bool:
    """Return whether two rows may be for goods of the same value; amounts in two currencies are not compared."""
    if a.currency != b.currency:
        return True
    ends = [row.value_up_to for row in (a, b) if row.value_up_to is not None]
    starts = [row.value_over for row in (a, b) if row.value_over is not None]
    return not ends or not starts or max(starts) < min(ends)


def _same_day(a: Charge | Duty, b: Charge | Duty) -> bool:
    """Return whether two rows are both in force on some day."""
    first = max(a.valid_from or dt.date.min, b.valid_from or dt.date.min)
    return first <= min(a.valid_to or dt.date.max, b.valid_to or dt.date.max)


def _meet(a: Sequence[str], b: Sequence[str]) -> bool:
    """Return whether two filters, of which an empty one lets everything pass, share anything."""
    return not a or not b or bool(set(a) & set(b))
