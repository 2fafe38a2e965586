"""What must hold between the rows of a network: unique keys, references that lead somewhere, tariffs that price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from network._judging import Judge, Written
from network.cells import is_date
from network.columns import GATEWAY_KINDS
from network.errors import Finding, nearest
from network.fc_rules import FcRules
from network.model import Network
from network.pricing_rules import PricingRules
from network.reliability import ReliabilityRules
from network.rows import base_type, choices
from network.tables import KEYS, REQUIRED, TABLES, Lane

__all__ = ["Written", "check_network"]

MODES = choices(Lane.model_fields["mode"].annotation)
"""Every mode a lane may have."""
_WEEKDAYS = frozenset("1234567")


def check_network(network: Network, written: Mapping[str, Written] | None = None) -> list[Finding]:
    """Return everything that is inconsistent between the rows of a network.

    Parameters
    ----------
    network : Network
    written : file and lines by table, for findings that name them; without it rows count from 2
    """
    written = written or {}
    structure, prices, fcs = _Structure(network, written), PricingRules(network, written), FcRules(network, written)
    reliable = ReliabilityRules(network, written)
    rules = (
        structure.required, structure.duplicates, structure.references, structure.words, structure.kinds,
        structure.currencies, structure.markets, structure.validity, structure.sources, *prices.rules, *fcs.rules,
        *reliable.rules,
    )  # fmt: skip
    return [finding for rule in rules for finding in rule()]


# table, column, what it must name; several targets as table.column
_REFERENCES: tuple[tuple[str, str, str], ...] = (
    *(("places", column, "charges.tariff") for column in (
        "tariff", "alone_tariff", "collection_tariff", "alone_collection_tariff", "ltl_tariff", "ftl_tariff",
        "parcel_tariff", "direct_tariff")),
    ("places", "customs_regime", "regimes.regime_id"),
    ("lanes", "origin", "places.place_id"),
    ("lanes", "destination", "places.place_id"),
    ("lanes", "tariff", "charges.tariff"),
    ("lanes", "alone_tariff", "charges.tariff"),
    ("lanes", "equipment", "equipment.equipment_id"),
    ("departures", "lane_id", "lanes.lane_id"),
    ("links", "origin", "places.place_id"),
    ("links", "destination", "places.place_id"),
    ("links", "tariff", "charges.tariff"),
    ("couriers", "tariff", "charges.tariff"),
    ("couriers", "customs_regime", "regimes.regime_id"),
    ("charges", "equipment", "equipment.equipment_id"),
    ("regimes", "entry_tariff", "charges.tariff"),
    ("regimes", "platform_tariff", "charges.tariff"),
    ("duties", "schedule", "regimes.schedule"),
    ("duties", "unless_layers", "duties.layer"),
    ("duties", "instead_of", "duties.layer"),
    ("regimes", "base_layer", "duties.layer"),
    ("geometry", "lane_id", "lanes.lane_id"),
)  # fmt: skip


class _Structure(Judge):
    def __init__(self, network: Network, written: Mapping[str, Written]) -> None:
        super().__init__(network, written)
        self._fcs = [place for place in network.places if place.kind == "fc"]
        self._markets = {place.market for place in self._fcs if place.market}

    def required(self) -> Iterator[Finding]:
        """Tables without which nothing can be planned have rows."""
        for table in REQUIRED:
            if not self._rows(table) and not (table in self._written and any(self._written[table].texts.values())):
                yield Finding(self._file(table), None, "", "no rows", "at least one row", rule="TABLE.EMPTY")

    def duplicates(self) -> Iterator[Finding]:
        """Keys are unique."""
        for table, columns in KEYS.items():
            first: dict[tuple[Any, ...], int] = {}
            for position, row in enumerate(self._rows(table)):
                key = tuple(getattr(row, column) for column in columns)
                if first.setdefault(key, position) != position:
                    before = self._line(table, first[key])
                    yield self._finding((table, position, ", ".join(columns)), ", ".join(map(str, key)),
                                        f"a value not used before (row {before})", rule="KEY.DUPLICATE")  # fmt: skip

    def references(self) -> Iterator[Finding]:
        """Every id named by a row exists."""
        for table, column, target in _REFERENCES:
            if not self._readable(target):
                continue
            known = self._known(target)
            what = f"a {target.split('.')[1]} of {self._file(target.split('.')[0])}"
            for position, row in enumerate(self._rows(table)):
                value = getattr(row, column)
                for name in value if isinstance(value, tuple) else (value,) if value else ():
                    yield from self._unknown((table, position, column), name, known, what)
            several = base_type(TABLES[table].model_fields[column].annotation) is tuple
            for line, cells in self._written[table].refused if table in self._written else ():
                text = cells.get(column, "")
                for name in (part.strip() for part in (text.split(";") if several else [text])):
                    if name and name not in known:
                        yield Finding(self._file(table), line, column, name, what, nearest(name, known),
                                      "REFERENCE.UNKNOWN")  # fmt: skip

    def words(self) -> Iterator[Finding]:
        """Lists hold the words they may hold."""
        places = self._known("places.place_id")
        for position, place in enumerate(self._network.places):
            at = ("places", position, "closed_weekdays")
            if set(place.closed_weekdays) >= _WEEKDAYS:
                yield self._finding(at, place.closed_weekdays, "at least one working day", rule="CALENDAR.CLOSED")
            for day in place.closed_weekdays:
                yield from self._unknown(at, day, _WEEKDAYS, "1 = Monday to 7 = Sunday")
        for position, charge in enumerate(self._network.charges):
            for mode in charge.modes:
                yield from self._unknown(("charges", position, "modes"), mode, MODES, f"one of {', '.join(MODES)}")
        for position, departure in enumerate(self._network.departures):
            for day in departure.skip_dates:
                if not is_date(day):
                    yield self._finding(("departures", position, "skip_dates"), day, "dates as YYYY-MM-DD separated by ;",
                                        rule="VALUE.DATE")  # fmt: skip
        for position, rule in enumerate(self._network.compatibility):
            at = ("compatibility", position, "subject")
            if rule.rule == "mode_refuses":
                yield from self._unknown(at, rule.subject, MODES, f"one of {', '.join(MODES)}")
            if rule.rule == "place_refuses":
                yield from self._unknown(at, rule.subject, places, "a place_id")
        calendars = places | {place.country for place in self._network.places}
        for position, closure in enumerate(self._network.calendars):
            if closure.kind != "event":
                at = ("calendars", position, "calendar")
                yield from self._unknown(at, closure.calendar, calendars, "a place_id or the country of a place")

    def kinds(self) -> Iterator[Finding]:
        """Lanes and links join places of the right kind."""
        ends = {
            "origin_dray": (("origin_warehouse",), GATEWAY_KINDS),
            "drayage": (GATEWAY_KINDS, ("deconsolidation_centre",)),
            "shuttle": (("deconsolidation_centre",), ("overseas_warehouse",)),
            "lane": (GATEWAY_KINDS, GATEWAY_KINDS),
        }
        place = self._network.place
        for table in ("lanes", "links"):
            for position, row in enumerate(self._rows(table)):
                for column, kinds in zip(
                    ("origin", "destination"), ends["lane" if table == "lanes" else row.kind], strict=True
                ):
                    end = place.get(getattr(row, column))
                    if end is not None and end.kind not in kinds:
                        yield self._finding((table, position, column), end.place_id,
                                            f"a place of kind {' or '.join(kinds)}, not {end.kind}",
                                            rule="REFERENCE.KIND")  # fmt: skip

    def currencies(self) -> Iterator[Finding]:
        """Every currency has a rate, and the plan currency is worth one."""
        known = set(self._network.rate) | self._known("fx.currency")
        for table in ("charges", "duties", "fc_storage_fees"):
            for position, row in enumerate(self._rows(table)):
                at = (table, position, "currency")
                yield from self._unknown(at, row.currency, known, f"a currency of {self._file('fx')}")
        for position, rate in enumerate(self._network.fx):
            if rate.currency == self._network.currency and rate.value != 1:
                yield self._finding(("fx", position, "value"), rate.value, "1, as this is the plan currency",
                                    rule="FX.PLAN_CURRENCY")  # fmt: skip

    def markets(self) -> Iterator[Finding]:
        """Every FC belongs to a market with a receiving rule, and markets named elsewhere have FCs."""
        scopes = self._known("receiving.scope")
        for position, place in enumerate(self._network.places):
            if place.kind == "fc" and not place.market:
                yield self._finding(("places", position, "market"), "", "the market of an FC", rule="VALUE")
            elif place.kind == "fc" and not scopes & {place.place_id, place.market}:
                yield self._finding(("places", position, "market"), place.market,
                                    f"a market or FC with a row in {self._file('receiving')}",
                                    nearest(place.market, scopes), "RECEIVING.MISSING")  # fmt: skip
            for market in place.serves_markets:
                at = ("places", position, "serves_markets")
                yield from self._unknown(at, market, self._markets, "the market of an FC")
        for position, courier in enumerate(self._network.couriers):
            yield from self._unknown(
                ("couriers", position, "market"), courier.market, self._markets, "the market of an FC"
            )
        known = self._markets | {place.place_id for place in self._fcs}
        for table in ("receiving", "inbound_deadlines"):
            for position, row in enumerate(self._rows(table)):
                yield from self._unknown((table, position, "scope"), row.scope, known, "an FC or the market of one")

    def validity(self) -> Iterator[Finding]:
        """No validity ends before it begins."""
        for table in ("departures", "charges", "duties", "fc_storage_fees"):
            for position, row in enumerate(self._rows(table)):
                first: dt.date | None = row.valid_from
                if first and row.valid_to and row.valid_to < first:
                    yield self._finding((table, position, "valid_to"), row.valid_to, f"a date from {first} on",
                                        rule="VALUE.ORDER")  # fmt: skip

    def sources(self) -> Iterator[Finding]:
        """Sources named by rows exist, where a table of sources is kept."""
        known = self._known("sources.source")
        for table in TABLES if known else ():
            for position, row in enumerate(self._rows(table)):
                source = getattr(row, "source", "") if table != "sources" else ""
                if source:
                    yield from self._unknown(
                        (table, position, "source"), source, known, "a source of the sources table"
                    )
