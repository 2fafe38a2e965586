"""The search lays options out in chunks: nothing depends on where they end, and pricing in parts is pricing as a whole."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consolidation.compile import Compiled
from consolidation.itineraries import LEGS
from consolidation.pricing import Pricer
from consolidation.search import Search, search_itineraries
from consolidation.shipments import Shipment
from network.clock import date_of
from network.customs import DutyBook
from network.epochs import Epochs
from network.model import Network
from network.tariffs import TariffBook
from tests.goods import compiled, edited, found, goods
from tests.networks import tiny_network

_few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIMITED = tiny_network(
    places=edited("places", {
        "WH-SZX": {"handling_m3_per_day": 9.0}, "ONT8": {"receiving_m3_per_week": 8.0}, "USLAX": {"direct_tariff": "DIRECT-US"},
    })
)  # fmt: skip


@st.composite
def weeks(draw: st.DrawFn) -> list[Shipment]:
    """Draw up to nine shipments from two places to three FCs, some impossible."""
    return [
        goods(
            f"S{k}",
            origin=draw(st.sampled_from(["WH-SZX", "Ningbo", "22.5, 114.0"])),
            destination_fc=draw(st.sampled_from(["ONT8", "LGB8", "DTM2"])),
            ready_date=draw(st.sampled_from(["2026-11-24", "2026-11-28"])),
            volume_m3=draw(st.sampled_from(["0.4", "6", "27", "80"])),
            cargo_class=draw(st.sampled_from(["general", "lithium_battery", "liquid"])),
            due_date=draw(st.sampled_from([None, "2026-12-20"])),
        )
        for k in range(draw(st.integers(0, 9)))
    ]


def _search(network: Network, week: list[Shipment], *, every: bool = False) -> tuple[Search, Pricer]:
    tariffs, duties = TariffBook(network), DutyBook(network)
    return search_itineraries(network, week, tariffs, duties, every=every), Pricer(network, tariffs, duties)


def _content(made: Compiled) -> dict[str, Any]:
    content = {field.name: getattr(made.problem, field.name) for field in fields(made.problem)}
    content |= {"way": made.options.way, "leg": made.options.leg, "baseline": made.baseline, "pools": made.pools}
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in content.items()}


@pytest.mark.parametrize("network", [tiny_network(), LIMITED], ids=["free", "limited"])
@_few
@given(weeks())
def test_the_problem_does_not_depend_on_the_chunks(network: Network, week: list[Shipment]) -> None:
    whole = _content(compiled(network, *week))
    for chunk in (1, 7, max(1, len(week))):
        assert _content(compiled(network, *week, chunk=chunk)) == whole


@_few
@given(weeks(), st.booleans())
def test_pricing_in_parts_is_pricing_as_a_whole(week: list[Shipment], every: bool) -> None:
    search, pricer = _search(LIMITED, week, every=every)
    rows = search.rows(0, len(week))
    total = pricer.total(search, rows)
    assert total.tolist() == pricer.price(search.take(rows, np.arange(len(total)))).total.tolist()


@_few
@given(weeks())
def test_rows_of_a_range_are_those_of_the_whole(week: list[Shipment]) -> None:
    search, _ = _search(tiny_network(), week)
    names = ("shipment", "route", "courier", "leg", "dispatched_day", "delivered_day", "received_day")
    pieces = [option for k in range(len(week)) for option in _tuples(search.rows(k, k + 1), names)]
    assert sorted(pieces) == sorted(_tuples(search.rows(0, len(week)), names))


@_few
@given(weeks())
def test_what_the_search_leaves_out_costs_no_less_and_arrives_no_earlier(week: list[Shipment]) -> None:
    # For FCs without a weekly limit, a later departure with the same charges is never needed.
    network = tiny_network()
    every, pricer = _search(network, week, every=True)
    kept, _ = _search(network, week)
    rows, left = every.rows(0, len(week)), kept.rows(0, len(week))
    have = set(zip(left.shipment.tolist(), left.route.tolist(), left.courier.tolist(), left.leg.tolist(), strict=True))
    cost, cheapest = pricer.total(every, rows), pricer.total(kept, left)
    for k in range(len(cost)):
        option = tuple(int(getattr(rows, name)[k]) for name in ("shipment", "route", "courier", "leg"))
        if option in have:
            continue
        route = option[1]
        assert not every.routes.pooled[route]
        assert LEGS[option[3]] in ("ltl", "parcel")
        same = (left.shipment == option[0]) & (left.leg == option[3])
        same &= kept.routes.warehouse[left.route] == every.routes.warehouse[route]
        assert (cheapest[same & (left.received_day <= rows.received_day[k])] <= cost[k]).any()


def test_chosen_options_are_told_as_they_were_laid_out() -> None:
    week = [goods("A", origin="Ningbo"), goods("B", destination_fc="LGB8"), goods("C", volume_m3="80")]
    search, _ = _search(tiny_network(), week)
    rows = search.rows(0, 3)
    told = search.take(rows, np.arange(len(rows.shipment)))
    for name in ("dispatched_day", "delivered_day", "received_day"):
        assert getattr(told, name).tolist() == getattr(rows, name).tolist()
    every = found(tiny_network(), *week)
    keys, values = ("shipment", "route", "courier", "leg"), ("collection_km", "leg_km", "stuffed_day")
    known = dict(zip(_tuples(every, keys), _tuples(every, values), strict=True))
    assert [known[key] for key in _tuples(told, keys)] == _tuples(told, values)


def _tuples(options: object, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return list(zip(*(getattr(options, name).tolist() for name in names), strict=True))


def test_served_shipments_are_those_with_options() -> None:
    week = [goods("A"), goods("B", volume_m3="80"), goods("C", cargo_class="liquid", origin="Ningbo")]
    search, _ = _search(tiny_network(), week)
    assert search.served == set(search.all().shipment.tolist())
    assert 1 not in search.served


def test_refusals_are_kept_per_shipment_and_in_total() -> None:
    week = [goods("A"), goods("B", volume_m3="80"), goods("C", ready_date="2026-11-28")]
    search, _ = _search(tiny_network(), week)
    assert len(search.refusals) == 3
    assert search.refusals[1] == {"EQUIPMENT.TOO_LARGE": 1}
    assert sum((search.refusals[k] for k in range(3)), start=type(search.refusals[0])()) == search.refusals.total()


def test_charges_and_duties_are_the_same_all_through_an_epoch() -> None:
    network = tiny_network()
    tariffs = TariffBook(network)
    names = sorted({charge.tariff for charge in network.charges})
    first, days = np.int64(20_000), 1500
    epoch = tariffs.epochs.of(np.arange(first, first + days))
    assert epoch.min() >= 0
    assert epoch.max() < len(tariffs.epochs)
    for day in range(0, days, 37):
        date = date_of(int(first) + day)
        assert tariffs.epochs.of_date(date) == epoch[day]
        for name in names:
            assert tariffs.charges(name, "ocean", date) == tariffs.charges(
                name, "ocean", tariffs.epochs.date(int(epoch[day]))
            )


def test_without_dates_there_is_one_epoch() -> None:
    spans = Epochs([])
    assert len(spans) == 1
    assert spans.of(np.array([0, 20_000])).tolist() == [0, 0]
    assert spans.date(0).year == 1970
