"""Which rows a selection means: ids with wildcards, and the trade and market of lanes, couriers and shipments."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

from consolidation.scenarios.parts import Charges, Departures, Duties, Fcs, Goods, Lanes, Places, Selection
from consolidation.shipments import Shipment
from network.errors import nearest
from network.geo import Locator
from network.model import Network
from network.price_tables import Charge, Duty
from network.tables import Courier, Departure, Lane, Place

Row = TypeVar("Row")
Told = Callable[[str, str, str, str], None]
"""Takes a fault of a selection: key, value, what was expected, the cure."""
_MADE_OF = re.compile(r"(~\d{4}-\d{2}-\d{2}|~\d+)+$")


def first_id(row_id: str) -> str:
    """Return the id of the row that a patch made this one of: a part of its validity, or a copy for some lanes alone.

    >>> first_id("ocean~2026-12-15"), first_id("ocean~1"), first_id("ocean")
    ('ocean', 'ocean', 'ocean')
    """
    return _MADE_OF.sub("", row_id)


def matches(pattern: str, name: str) -> bool:
    """Return whether an id, or that of the row it was made of, is meant by a pattern; only * is special.

    >>> matches("YTN-*", "YTN-LAX"), matches("YTN-?AX", "YTN-LAX"), matches("YTN", "YTN-LAX")
    (True, False, False)
    """
    if "*" not in pattern:
        return pattern in (name, first_id(name))
    literal = pattern.replace("[", "[[]").replace("?", "[?]")
    return fnmatch.fnmatchcase(name, literal)


class Selector:
    """Finds the rows of a network, and the shipments, that selections mean.

    Parameters
    ----------
    told : called with every word of a selection that means nothing
    """

    def __init__(self, network: Network, told: Told) -> None:
        self._network = network
        self._tell = told
        self._faults = 0

    def _told(self, key: str, value: str, expected: str, maybe: str) -> None:
        self._faults += 1
        self._tell(key, value, expected, maybe)

    def lanes(self, selection: Lanes, within: str = "lanes") -> list[Lane]:
        """Return lanes by id, mode, trade and market."""
        rows = self._named(selection.ids, self._network.lanes, lambda row: row.lane_id, f"{within}.ids")
        return self._some([row for row in rows if self._lane_fits(row, selection, within)], selection, within)

    def places(self, selection: Places, within: str = "places") -> list[Place]:
        """Return places by id, kind, country and market."""
        rows = self._named(selection.ids, self._network.places, lambda row: row.place_id, f"{within}.ids")
        self._known(selection.countries, (row.country for row in self._network.places), f"{within}.countries")
        markets = {row.market for row in self._network.places} | {
            m for row in self._network.places for m in row.serves_markets
        }
        self._known(selection.markets, markets - {""}, f"{within}.markets")
        found = [
            row
            for row in rows
            if _in(row.kind, selection.kinds)
            and _in(row.country, selection.countries)
            and _any_in((row.market, *row.serves_markets), selection.markets)
        ]
        return self._some(found, selection, within)

    def fcs(self, selection: Fcs) -> list[Place]:
        """Return FCs by id and market."""
        fcs = [row for row in self._network.places if row.kind == "fc"]
        self._known(selection.markets, {row.market for row in fcs}, "fcs.markets")
        rows = self._named(selection.ids, fcs, lambda row: row.place_id, "fcs.ids")
        return self._some([row for row in rows if _in(row.market, selection.markets)], selection, "fcs")

    def departures(self, selection: Departures) -> list[Departure]:
        """Return departures by id, and by their lane's id, mode, trade and market."""
        lane = self._network.lane
        rows = self._named(selection.ids, self._network.departures, lambda row: row.departure_id, "departures.ids")
        of_lanes = {
            row.lane_id
            for row in self._named(selection.lanes, self._network.lanes, lambda row: row.lane_id, "departures.lanes")
            if self._lane_fits(row, selection, "departures")
        }
        return self._some(
            [row for row in rows if row.lane_id in of_lanes and row.lane_id in lane], selection, "departures"
        )

    def charges(self, selection: Charges) -> list[Charge]:
        """Return charges by id, tariff, code and category, and by the lanes and couriers whose freight they are."""
        rows = self._named(selection.ids, self._network.charges, lambda row: row.charge_id, "charges.ids")
        rows = self._named(selection.tariffs, rows, lambda row: row.tariff, "charges.tariffs", self._network.charges)
        rows = self._named(selection.codes, rows, lambda row: row.code, "charges.codes", self._network.charges)
        self._known(selection.categories, {row.category for row in self._network.charges}, "charges.categories")
        rows = [row for row in rows if _in(row.category, selection.categories)]
        if selection.lanes or selection.modes or selection.trades or selection.markets:
            tariffs = {name for row in self.services(selection) for name in freight_tariffs(row)}
            rows = [row for row in rows if row.tariff in tariffs]
        return self._some(rows, selection, "charges")

    def duties(self, selection: Duties) -> list[Duty]:
        """Return duties by id, layer, schedule and country where goods were made."""
        duties = self._network.duties
        rows = self._named(selection.ids, duties, lambda row: row.duty_id, "duties.ids")
        rows = self._named(selection.layers, rows, lambda row: row.layer, "duties.layers", duties)
        self._known(selection.schedules, {row.schedule for row in duties}, "duties.schedules")
        self._known(selection.countries, {name for row in duties for name in row.origin_countries}, "duties.countries")
        found = [
            row
            for row in rows
            if _in(row.schedule, selection.schedules) and _any_in(row.origin_countries, selection.countries)
        ]
        return self._some(found, selection, "duties")

    def shipments(self, selection: Goods, shipments: Sequence[Shipment]) -> list[Shipment]:
        """Return shipments by id, seller, trade, market, FC, class and ready date."""
        place, locator = self._network.place, Locator(self._network.places)
        rows = self._named(selection.ids, shipments, lambda row: row.shipment_id, "shipments.ids")
        rows = self._named(selection.sellers, rows, lambda row: row.seller_id, "shipments.sellers", shipments)
        rows = self._named(selection.fcs, rows, lambda row: row.destination_fc, "shipments.fcs", shipments)
        self._known(selection.classes, {row.cargo_class for row in shipments}, "shipments.classes")
        market = {row.shipment_id: place[row.destination_fc].market for row in shipments if row.destination_fc in place}
        self._known(selection.markets, self._markets, "shipments.markets")
        trade: dict[str, str] = {}
        if selection.trades:
            for row in shipments:
                origin = locator.find(row.origin)
                trade[row.shipment_id] = f"{origin.country if origin else ''}-{market.get(row.shipment_id, '')}"
        found = [
            row
            for row in rows
            if _in(row.cargo_class, selection.classes)
            and _in(market.get(row.shipment_id, ""), selection.markets)
            and _in(trade.get(row.shipment_id, ""), selection.trades)
            and (selection.ready_from is None or selection.ready_from <= row.ready_date)
            and (selection.ready_to is None or row.ready_date <= selection.ready_to)
        ]
        return self._some(found, selection, "shipments")

    def named(self, patterns: Sequence[str], rows: Sequence[Row], name: Callable[[Row], str], key: str) -> list[Row]:
        """Return the rows whose names are meant by patterns; every pattern must mean one."""
        return self._named(patterns, rows, name, key)

    def _named(
        self, patterns: Sequence[str], rows: Sequence[Row], name: Callable[[Row], str], key: str,
        every: Sequence[Row] | None = None,
    ) -> list[Row]:  # fmt: skip
        """Return the rows meant by patterns, all if there is none; patterns that mean none of `every` are faults."""
        if not patterns:
            return list(rows)
        names = {name(row) for row in (rows if every is None else every)}
        for pattern in patterns:
            if not any(matches(pattern, known) for known in names):
                self._told(
                    key, pattern, "an id, or a pattern with * that some id follows", nearest(pattern, sorted(names))
                )
        return [row for row in rows if any(matches(pattern, name(row)) for pattern in patterns)]

    def _known(self, words: Iterable[str], known: Iterable[str], key: str) -> None:
        names = sorted(set(known))
        for word in words:
            if word not in names:
                shown = ", ".join(names[:20]) if names else "nothing: the network has none"
                self._told(key, word, f"one of {shown}", nearest(word, names))

    def _some(self, rows: list[Row], selection: Selection, within: str) -> list[Row]:
        """Return rows; none at all is a fault, unless a word of the selection is one already."""
        if not rows and not self._faults:
            stated = selection.model_dump(exclude_defaults=True)
            found = ", ".join(f"{key} {_shown(value)}" for key, value in stated.items())
            self._told(within, found, "a selection that some row follows", "each of its keys is for other rows")
        return rows

    def _lane_fits(self, lane: Lane, selection: Lanes, within: str) -> bool:
        self._ask_once(selection, within)
        return (
            _in(lane.mode, selection.modes)
            and _any_in(self._markets_of(lane), selection.markets)
            and _any_in(self._trades_of(lane), selection.trades)
        )

    def _ask_once(self, selection: Lanes, within: str) -> None:
        if (asked := (id(selection), within)) not in self._asked:
            self._asked.add(asked)
            self._known(selection.markets, self._markets, f"{within}.markets")
            self._known(selection.trades, self._trades, f"{within}.trades")

    @cached_property
    def _asked(self) -> set[tuple[int, str]]:
        return set()

    @cached_property
    def _markets(self) -> set[str]:
        return {row.market for row in self._network.places if row.kind == "fc"} - {""}

    @cached_property
    def _trades(self) -> set[str]:
        countries = {row.country for row in self._network.places if row.kind in ("origin_warehouse", "city")}
        return {f"{country}-{market}" for country in countries for market in self._markets}

    @cached_property
    def _reached(self) -> dict[str, set[str]]:
        """Markets reached from each place of discharge: by what is linked to it, and those of FCs in its country."""
        at_home: dict[str, set[str]] = {}
        for row in self._network.places:
            if row.kind == "fc":
                at_home.setdefault(row.country, set()).add(row.market)
        found = {row.place_id: set(at_home.get(row.country, ())) for row in self._network.places}
        for link in self._network.links:
            if link.kind != "origin_dray" and link.destination in self._network.place:
                found.setdefault(link.origin, set()).update(self._network.place[link.destination].serves_markets)
        return found

    def _markets_of(self, lane: Lane) -> set[str]:
        return self._reached.get(lane.destination, set())

    def _trades_of(self, lane: Lane) -> Iterator[str]:
        origin = self._network.place.get(lane.origin)
        return (f"{origin.country if origin else ''}-{market}" for market in self._markets_of(lane))

    def services(self, selection: Charges) -> list[Lane | Courier]:
        """Return the lanes and couriers that a selection of charges means; none where it says nothing about them."""
        if not (selection.lanes or selection.modes or selection.trades or selection.markets):
            return []
        rows: tuple[Lane | Courier, ...] = (*self._network.lanes, *self._network.couriers)
        named = self._named(selection.lanes, rows, service_id, "charges.lanes")
        return [row for row in named if self._service_fits(row, selection)]

    def _service_fits(self, row: Lane | Courier, selection: Charges) -> bool:
        if isinstance(row, Lane):
            return self._lane_fits(row, selection, "charges")
        trade = f"{row.origin_country}-{row.market}"
        return _in("courier", selection.modes) and _in(row.market, selection.markets) and _in(trade, selection.trades)


def service_id(row: Lane | Courier) -> str:
    """Return the id of a lane or courier."""
    return row.lane_id if isinstance(row, Lane) else row.courier_id


def freight_tariffs(row: Lane | Courier) -> set[str]:
    """Return the tariffs of the freight of a lane or courier."""
    return {row.tariff, row.alone_tariff} - {""} if isinstance(row, Lane) else {row.tariff}


def _in(value: str, words: Sequence[str]) -> bool:
    return not words or value in words


def _any_in(values: Iterable[str], words: Sequence[str]) -> bool:
    return not words or any(value in words for value in values)


def _shown(value: Any) -> str:
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)
