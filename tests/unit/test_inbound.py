"""Inbound plans: who belongs together, when windows may open, and what ways out cost in every window."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from consolidation.compile import CHUNK
from consolidation.demand import inbound_plans
from consolidation.inbound import Openings, WaysOut, openings_of
from consolidation.pooling import NEVER
from consolidation.search import search_itineraries
from network.customs import DutyBook
from network.tariffs import TariffBook
from tests.goods import compiled, goods, planning
from tests.networks import tiny_network

WEEK = [
    goods("A", seller_id="ANNA", inbound_plan_id="P"), goods("B", seller_id="ANNA", inbound_plan_id="P"),
    goods("C", seller_id="BO", inbound_plan_id="P"), goods("D", seller_id="ANNA"), goods("E", seller_id="ANNA"),
]  # fmt: skip
"""A and B are one inbound plan; C has the same id at another seller, D and E have none."""


def test_an_inbound_plan_is_of_one_seller_and_has_at_least_two_shipments() -> None:
    assert inbound_plans(WEEK, 30).tolist() == [0, 0, -1, -1, -1]
    assert inbound_plans(WEEK, 0).tolist() == [-1] * 5
    assert inbound_plans([], 30).tolist() == []


def test_the_problem_knows_plans_days_and_the_window() -> None:
    network = tiny_network(planning=planning(inbound_plan_days=12))
    made = compiled(network, *WEEK)
    problem = made.problem
    assert problem.lot_bundle is not None
    assert problem.option_day is not None
    assert problem.lot_bundle.tolist() == [0, 0, -1, -1, -1]
    assert problem.bundle_days == 12
    delivered = made.options.take(np.arange(problem.n_options)).delivered_day
    assert problem.option_day.tolist() == delivered.tolist()


def test_without_the_rule_or_companions_the_problem_knows_nothing_of_it() -> None:
    for network, week in ((tiny_network(planning=planning(inbound_plan_days=0)), WEEK), (tiny_network(), WEEK[2:])):
        problem = compiled(network, *week).problem
        assert (problem.lot_bundle, problem.option_day) == (None, None)


def test_only_companions_get_more_options() -> None:
    """The others are reduced as if there were no inbound plans."""
    with_rule = compiled(tiny_network(planning=planning(inbound_plan_days=5)), *WEEK).problem
    without = compiled(tiny_network(planning=planning(inbound_plan_days=0)), *WEEK).problem
    more = np.diff(with_rule.option_start) - np.diff(without.option_start)
    assert (more[:2] > 0).all()
    assert (more[2:] == 0).all()


def test_windows_open_from_the_first_delivery_to_a_window_before_the_last() -> None:
    network = tiny_network()
    tariffs, duties = TariffBook(network), DutyBook(network)
    search = search_itineraries(network, WEEK, tariffs, duties)
    rows = search.rows(0, len(WEEK))
    mine = rows.delivered_day[rows.shipment < 2]
    for chunk in (1, CHUNK):
        openings = openings_of(search, 30, chunk)
        assert openings.together.tolist() == [True, True, False, False, False]
        assert openings.first.tolist() == [mine.min(), mine.min(), 0, 0, 0]
        assert openings.latest.tolist() == [mine.max() - mine.min() - 30] * 2 + [0] * 3
        assert openings.since(rows)[rows.shipment >= 2].tolist() == [0] * int((rows.shipment >= 2).sum())


def test_a_window_longer_than_all_deliveries_opens_once() -> None:
    network = tiny_network()
    search = search_itineraries(network, WEEK, TariffBook(network), DutyBook(network))
    assert openings_of(search, 366, CHUNK).latest.tolist() == [0] * 5


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 50), st.booleans()), min_size=1), st.integers(0, 14))
@settings(max_examples=200, deadline=None)
def test_ways_out_are_the_cheapest_of_every_window(options: list[tuple[int, int, bool]], days: int) -> None:
    since, cost = (np.array([row[k] for row in options], dtype=np.int64) for k in (0, 1))
    free = np.array([row[2] for row in options])
    latest = max(0, int(since.max()) - days)
    lot = np.zeros(len(options), dtype=np.int64)
    out = WaysOut(lot, since, cost, free, np.array([latest]), days)
    of_window = [
        min((price for day, price, is_free in options if is_free and opens <= day <= opens + days), default=NEVER)
        for opens in range(latest + 1)
    ]

    def most(day: int, missing: int | None = None) -> int:
        holding = [
            price for opens, price in enumerate(of_window)
            if opens <= day <= opens + days and not (missing is not None and opens <= missing <= opens + days)
        ]  # fmt: skip
        return max(holding, default=0)

    assert out.most(lot, since).tolist() == [most(day) for day in since.tolist()]
    earlier = since // 2
    expected = [most(*pair) for pair in zip(since.tolist(), earlier.tolist(), strict=True)]
    assert out.most_without(lot, since, earlier).tolist() == expected


def test_deliveries_years_apart_keep_every_option() -> None:
    """Too many windows to tell apart: then nothing is known of ways out, and nothing is dropped."""
    lot, since = np.zeros(2, dtype=np.int64), np.array([0, 900_000])
    out = WaysOut(lot, since, np.array([5, 7]), np.ones(2, dtype=np.bool_), np.array([899_970]), 30)
    assert out.most(lot, since).tolist() == [NEVER, NEVER]


def test_openings_without_shipments() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert len(Openings(30, none < 0, none, none).first) == 0
