"""Whatever the plans found are: the hull falls, the envelope holds. Whatever the week is: points are in order, premiums kept."""

from __future__ import annotations

import itertools
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from consolidation.checker import judge
from consolidation.shipments import Shipment
from consolidation.tradeoffs import AlternativeOptions, alternatives, frontier
from consolidation.tradeoffs.axes import Axes
from consolidation.tradeoffs.envelope import Envelope, HalfPlane, best_plans
from tests.goods import SURE, goods
from tests.networks import tiny_network

AMOUNTS = st.integers(0, 1000).map(Decimal)
STANDS = st.lists(st.builds(Axes, AMOUNTS, AMOUNTS), min_size=1, max_size=12)
PRICES = st.integers(0, 400).map(lambda number: Decimal(number) / 8)


@given(STANDS, PRICES)
def test_the_best_at_any_price_is_on_the_hull(found: list[Axes], price: Decimal) -> None:
    hull = best_plans(found, Decimal(50))
    for one, two in itertools.pairwise(hull):
        assert found[one.place].m3_days > found[two.place].m3_days
        assert found[one.place].other < found[two.place].other
        assert one.above < two.above
    best = [each for each in hull if each.above <= price][-1]
    assert found[best.place].cost(price) == min(stand.cost(price) for stand in found)


@given(STANDS, st.lists(PRICES, min_size=1, max_size=5, unique=True))
def test_no_plan_is_below_what_tight_certificates_prove(found: list[Axes], prices: list[Decimal]) -> None:
    envelope = Envelope([HalfPlane(price, min(stand.cost(price) for stand in found)) for price in prices])
    for stand in found:
        assert envelope.other(stand.m3_days) <= stand.other
        assert envelope.m3_days(stand.other) <= stand.m3_days + Decimal("1e-20")
    line = envelope.line(Decimal(0), Decimal(1000))
    slopes = [(two.other - one.other) / (two.m3_days - one.m3_days) for one, two in itertools.pairwise(line)]
    assert all(slope <= 0 for slope in slopes)
    assert all(one <= two + Decimal("1e-20") for one, two in itertools.pairwise(slopes))


@st.composite
def weeks(draw: st.DrawFn) -> list[Shipment]:
    """Return one to four shipments of different size, worth and place of origin, some of them due."""
    return [
        goods(
            f"S{k}", volume_m3=str(draw(st.integers(1, 20))), gross_weight_kg=str(draw(st.integers(100, 3000))), cartons=draw(st.integers(10, 200)),
            goods_value=str(draw(st.integers(500, 20000))), origin=draw(st.sampled_from(["WH-SZX", "WH-NGB"])),
            destination_fc=draw(st.sampled_from(["ONT8", "LGB8", "IND9"])), due_date=draw(st.sampled_from([None, "2026-12-20", "2026-12-28"])),
        )
        for k in range(draw(st.integers(1, 4)))
    ]  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(weeks())
def test_a_frontier_is_in_order_and_adds_up(week: list[Shipment]) -> None:
    network = tiny_network()
    found = frontier(network, week, points=4, options=SURE)
    told = found.frontier
    for one, two in itertools.pairwise(told.points):
        assert one.priced_m3_days > two.priced_m3_days
        assert one.other_cost < two.other_cost
    for point in told.points:
        cost = point.other_cost + point.value_of_day_per_m3 * point.priced_m3_days
        assert cost.quantize(Decimal("0.01")) == found.plans[point.name].certificate.cost
        assert all(
            point.other_cost + row.value_of_day_per_m3 * point.priced_m3_days >= row.bound for row in told.proven
        )
        assert point.figures.violations == 0


@settings(max_examples=10, deadline=None)
@given(weeks(), st.sampled_from([0.0, 0.01, 0.2]))
def test_alternatives_stay_within_the_premium_and_are_never_worse(week: list[Shipment], within: float) -> None:
    network = tiny_network()
    found = alternatives(network, week, None, AlternativeOptions(within=within, search=SURE))
    told = found.alternatives
    for row in told.rows:
        assert row.value <= row.base_value
        assert row.at_least is None or row.at_least <= row.value
        assert row.figures.unplanned <= told.base.unplanned
        assert told.base.cost <= row.cost <= told.base.cost * (1 + Decimal(str(within)))
    for made in found.plans.values():
        assert judge(made, network, week).violations == ()
