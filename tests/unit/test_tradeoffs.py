"""Cost against days by hand: the axes, the hull, the envelope; the frontier and alternatives of tiny weeks."""

from __future__ import annotations

import itertools
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

import numpy as np
import pytest

from consolidation.checker import judge
from consolidation.plan_model import Unplanned
from consolidation.shipments import Shipment
from consolidation.tradeoffs import AlternativeOptions, alternatives, frontier, write_alternatives
from consolidation.tradeoffs.axes import ROUNDING, Axes, axes, highest_price, priced_m3_days
from consolidation.tradeoffs.envelope import Best, Envelope, HalfPlane, best_plans
from network.errors import InputError
from network.model import Network
from network.money import from_micros
from solvers.evaluate import evaluate
from tests.goods import SURE, compiled, edited, goods, planning, quick_plan
from tests.networks import LANES, tiny_network
from tests.oracle import cheapest_apart, priced_choices
from tests.trading import WEEK, pair, unlimited_network

D = Decimal
CENT = D("0.01")


def at(m3_days: object, other: object) -> Axes:
    return Axes(D(str(m3_days)), D(str(other)))


class TestEnvelope:
    """Two certificates: other >= 100, and other + 2 m3_days >= 300."""

    planes = (HalfPlane(D(0), D(100)), HalfPlane(D(2), D(300)))

    def test_the_higher_of_both_holds(self) -> None:
        envelope = Envelope(self.planes)
        assert [envelope.other(D(days)) for days in (50, 100, 150)] == [200, 100, 100]

    def test_days_are_bounded_by_prices_of_a_day_only(self) -> None:
        envelope = Envelope(self.planes)
        assert [envelope.m3_days(D(other)) for other in (100, 200, 400)] == [100, 50, 0]
        assert Envelope(self.planes[:1]).m3_days(D(500)) == 0

    def test_its_line_has_a_corner_where_they_meet(self) -> None:
        assert Envelope(self.planes).line(D(50), D(150)) == [at(50, 200), at(100, 100), at(150, 100)]


class TestBestPlans:
    def test_plans_above_the_line_of_their_neighbours_are_no_corners(self) -> None:
        found = [at(100, 10), at(50, 40), at(70, 30), at(60, 90), at(20, 200)]
        assert best_plans(found, D(100)) == [Best(0, D(0)), Best(1, D("0.6")), Best(4, D(160) / 30)]

    def test_the_highest_price_ends_them(self) -> None:
        assert best_plans([at(100, 10), at(50, 40), at(20, 200)], D(5)) == [Best(0, D(0)), Best(1, D("0.6"))]

    def test_of_equally_cheap_plans_the_faster_one_is_first(self) -> None:
        assert best_plans([at(100, 10), at(90, 10)], D(5)) == [Best(1, D(0))]


def examined(price: str, days: str) -> Network:
    """Return the tiny network where one load in four is examined."""
    row = {
        "charge_id": "exam", "tariff": "ENTRY-US", "code": "US.EXAM", "name": "Examination", "category": "customs",
        "side": "destination", "basis": "per_examination", "rate": price, "currency": "USD", "chance_pct": "25", "delay_days": days,
    }  # fmt: skip
    return unlimited_network(charges=edited("charges", add=[row]))


class TestAxes:
    def test_days_count_by_volume(self) -> None:
        network = unlimited_network()
        made = quick_plan(network, pair())
        days = {row.shipment_id: row.days for row in made.shipments}
        assert priced_m3_days(made, network) == 9 * days["S1"] + 5 * days["S2"]

    def test_a_cost_at_a_price_is_the_other_cost_and_the_price_of_days(self) -> None:
        network = unlimited_network()
        for price in ("0", "1", "3.7"):
            made = quick_plan(network, pair(), value_of_day_per_m3=float(price))
            stand = axes(made, network, D(price), {})
            assert stand.cost(D(price)) == made.certificate.cost
            transit = sum((row.priced_time["TRANSIT"] for row in made.shipments), D(0))
            assert abs(stand.other - (made.certificate.cost - transit)) <= ROUNDING * 2

    def test_days_expected_in_examinations_count_too(self) -> None:
        network = examined("400", "6")
        made = quick_plan(network, [goods("S1"), goods("S2", volume_m3="2.5")], value_of_day_per_m3=2.0)
        travelled = sum(row.volume_m3 * row.days for row in made.shipments)
        lines = [line for line in made.cost_lines if line.basis == "per_examination"]
        assert {line.shipment_id for line in lines} == {"S1", "S2"}
        volume = {row.shipment_id: row.volume_m3 for row in made.shipments}
        held = sum(volume[line.shipment_id] * 6 * line.quantity for line in lines)
        assert priced_m3_days(made, network) == travelled + held
        again = quick_plan(network, [goods("S1"), goods("S2", volume_m3="2.5")], value_of_day_per_m3=2.5)
        if priced_m3_days(again, network) == travelled + held:
            assert abs(again.certificate.cost - made.certificate.cost - (travelled + held) / 2) <= 2 * ROUNDING

    def test_what_is_left_out_counts_as_at_the_highest_price(self) -> None:
        network = unlimited_network()
        row = Unplanned(shipment_id="S9", rule="PRICE", detail="", change="", price=D(50))
        made = quick_plan(network, pair(), value_of_day_per_m3=1.0).model_copy(update={"unplanned": (row,)})
        stand = axes(made, network, D(1), {"S9": D(170)})
        assert stand.cost(D(1)) == made.certificate.cost + 120


class TestHighestPrice:
    def test_it_is_where_sending_alone_pays_for_nine_tenths_of_the_days(self) -> None:
        made = quick_plan(unlimited_network(), WEEK)
        offers = []
        for row in made.shipments:
            fastest = min(row.alternatives.values(), key=lambda other: other.days)
            saved = row.volume_m3 * (row.days - fastest.days)
            if saved > 0:
                extra = fastest.cost + fastest.priced_time - row.landed_cost - sum(row.priced_time.values())
                offers.append((extra / saved + 1, saved))
        price = highest_price(made, D(1))
        assert offers
        cheap = sum(saved for each, saved in offers if each <= price + CENT)
        assert cheap >= sum(saved for _, saved in offers) * D("0.9")
        assert price in {max(D(2), each).quantize(CENT, ROUND_CEILING) for each, _ in offers}

    def test_without_faster_ways_it_is_what_freight_costs(self) -> None:
        made = quick_plan(unlimited_network(), pair())
        alone = made.model_copy(
            update={"shipments": tuple(row.model_copy(update={"alternatives": {}}) for row in made.shipments)}
        )
        days = sum(row.volume_m3 * row.days for row in made.shipments)
        assert highest_price(alone, D(1)) == max(
            D(2), (made.certificate.cash_cost / days).quantize(CENT, ROUND_CEILING)
        )


@pytest.fixture(scope="module")
def every() -> list[tuple[Decimal, Decimal]]:
    """M3 days and other cost of every way to send two shipments, none left out."""
    network = unlimited_network(planning=_free_day(unlimited_network()))
    shipments = pair()
    found = compiled(network, *shipments, keep_all=True)
    days = found.options.take(np.arange(found.problem.n_options)).days
    volume = [D(row.volume_m3 or 0) for row in shipments]
    return [
        (sum((volume[lot] * int(days[option]) for lot, option in enumerate(choice)), D(0)), from_micros(cost))
        for cost, choice, _ in priced_choices(found.problem)
        if min(choice) >= 0
    ]


def _free_day(network: Network) -> object:
    return network.planning.model_copy(update={"value_of_day_per_m3": 0.0})


class TestAgainstEveryWay:
    """Two shipments, every way to send them: what the frontier says is true."""

    def test_no_way_is_faster_and_cheaper_than_a_point(self, every: list[tuple[Decimal, Decimal]]) -> None:
        told = frontier(unlimited_network(), pair(), points=9, options=SURE).frontier
        assert len(told.points) >= 3
        slack = ROUNDING * 2
        for point in told.points:
            better = [
                (days, other)
                for days, other in every
                if (days <= point.priced_m3_days and other < point.other_cost - slack)
                or (days < point.priced_m3_days and other <= point.other_cost - slack)
            ]
            assert better == []
            assert any(days == point.priced_m3_days and abs(other - point.other_cost) <= slack for days, other in every)

    def test_every_way_is_above_the_envelope(self, every: list[tuple[Decimal, Decimal]]) -> None:
        told = frontier(unlimited_network(), pair(), points=9, options=SURE).frontier
        assert len(told.proven) >= len(told.points)
        for row in told.proven:
            least = min(other + row.value_of_day_per_m3 * days for days, other in every)
            assert row.bound <= least
            assert least - row.bound <= 3 * ROUNDING * 2

    def test_every_corner_of_the_hull_is_a_point_when_all_are_wanted(
        self, every: list[tuple[Decimal, Decimal]]
    ) -> None:
        told = frontier(unlimited_network(), pair(), points=50, options=SURE).frontier
        assert told.ended == "exhausted"
        corners = best_plans([Axes(*way) for way in every], told.highest_price)
        assert [point.priced_m3_days for point in told.points] == [every[corner.place][0] for corner in corners]

    @pytest.mark.parametrize("price", ["0", "2.5", "40"])
    def test_plans_at_one_price_are_the_oracles(self, price: str) -> None:
        free = unlimited_network()
        network = unlimited_network(planning=free.planning.model_copy(update={"value_of_day_per_m3": float(price)}))
        problem = compiled(network, *pair()).problem
        best = cheapest_apart(problem)
        made = quick_plan(free, pair(), value_of_day_per_m3=float(price))
        assert made.certificate.cost == from_micros(evaluate(problem, best).cost)


class TestFrontier:
    def test_it_is_monotone_and_its_plans_are_accepted(self) -> None:
        network = tiny_network()
        found = frontier(network, WEEK, points=6, options=SURE)
        told = found.frontier
        assert [point.name for point in told.points] == list(found.plans)
        for one, two in itertools.pairwise(told.points):
            assert one.priced_m3_days > two.priced_m3_days
            assert one.other_cost < two.other_cost
            assert one.best_to == two.best_from
        for point in told.points:
            made = found.plans[point.name]
            assert judge(made, network, WEEK).violations == ()
            assert made.options["value_of_day_per_m3"] == float(point.value_of_day_per_m3)
            paid = point.other_cost + point.value_of_day_per_m3 * point.priced_m3_days
            assert paid.quantize(CENT) == made.certificate.cost
            assert point.best_from <= point.value_of_day_per_m3 <= point.best_to

    def test_no_plan_found_is_better_at_the_price_of_another(self) -> None:
        told = frontier(tiny_network(), WEEK, points=6, options=SURE).frontier
        for point in told.points:
            price = (point.best_from + point.best_to) / 2
            costs = [other.other_cost + price * other.priced_m3_days for other in told.points]
            assert min(costs) == point.other_cost + price * point.priced_m3_days

    def test_where_all_ways_take_as_long_there_is_one_plan(self) -> None:
        lanes = tuple(row["lane_id"] for row in LANES if row["lane_id"] != "YTN-LAX-LCL")
        network = unlimited_network(
            lanes=edited("lanes", drop=lanes), departures=edited("departures", keep=["YTN-LAX-LCL-W"]), couriers=(),
            planning=planning(horizon_days=6, max_wait_days=6, warehouses_per_shipment=1),
        )  # fmt: skip
        told = frontier(network, [goods("S1")], points=5, options=SURE).frontier
        assert (told.ended, len(told.points)) == ("exhausted", 1)
        assert told.points[0].cheaper_by_at_most <= 2 * ROUNDING

    def test_a_shipment_that_nothing_can_receive_counts_at_every_point(self) -> None:
        network = tiny_network(places=edited("places", {"ONT8": {"receiving_m3_per_week": 6.0}}))
        found = frontier(network, pair(), points=5, options=SURE)
        told = found.frontier
        assert {point.figures.unplanned for point in told.points} == {1}
        for point in told.points:
            proof = found.plans[point.name].certificate
            paid = point.other_cost + point.value_of_day_per_m3 * point.priced_m3_days
            assert paid >= proof.cost
            for row in told.proven:
                assert point.other_cost + row.value_of_day_per_m3 * point.priced_m3_days >= row.bound
        by_price = {point.value_of_day_per_m3: found.plans[point.name].unplanned[0].price for point in told.points}
        assert by_price[min(by_price)] < by_price[max(by_price)]

    def test_once_cancelled_it_says_what_it_has(self) -> None:
        asked: list[int] = []
        found = frontier(
            tiny_network(), WEEK, options=SURE, on_plan=lambda *told: asked.append(told[0]), cancelled=lambda: len(asked) >= 2
        )  # fmt: skip
        assert found.frontier.ended == "cancelled"
        assert len(found.frontier.proven) == 2

    def test_no_shipments_make_one_empty_plan(self) -> None:
        told = frontier(tiny_network(), [], options=SURE).frontier
        assert [(point.priced_m3_days, point.other_cost) for point in told.points] == [(0, 0)]


def _by_hand() -> tuple[Network, list[Shipment]]:
    """Return a week whose two shipments are due before the cheapest departure can deliver them."""
    return unlimited_network(), pair(due_date="2026-12-20", late_price_per_day="1")


class TestAlternatives:
    def test_a_large_premium_buys_every_criterion(self) -> None:
        network, shipments = _by_hand()
        previous = quick_plan(network, shipments, value_of_day_per_m3=40.0)
        found = alternatives(network, shipments, previous, AlternativeOptions(within=5.0, search=SURE))
        rows = {row.kind: row for row in found.alternatives.rows}
        assert list(rows) == ["containers", "days", "late", "change"]
        assert rows["containers"].value == 0
        assert rows["late"].value == 0
        assert rows["change"].value == 0
        for kind, row in rows.items():
            assert row.at_least is not None
            assert row.at_least <= row.value <= row.base_value
            assert (kind in found.plans) is row.better

    def test_their_page_has_a_picture_of_each_criterion(self, tmp_path: Path) -> None:
        found = alternatives(tiny_network(), WEEK, None, AlternativeOptions(within=0.2, search=SURE))
        page = (write_alternatives(found, tmp_path / "out") / "alternatives.html").read_text(encoding="utf-8")
        drawn = {kind for kind in found.alternatives.base_values if f'<div id="{kind}-chart"' in page}
        assert drawn >= {kind for kind, value in found.alternatives.base_values.items() if value}
        assert "containers" in drawn

    def test_no_premium_buys_nothing_that_costs_money(self) -> None:
        network, shipments = _by_hand()
        found = alternatives(network, shipments, None, AlternativeOptions(within=0.0, search=SURE))
        assert all(row.dearer_by == 0 for row in found.alternatives.rows)
        assert [row.kind for row in found.alternatives.rows] == ["containers", "days", "late"]

    def test_a_premium_is_kept_and_plans_are_accepted(self) -> None:
        network = tiny_network()
        found = alternatives(network, WEEK, None, AlternativeOptions(within=0.05, search=SURE))
        base = found.plans["base"].certificate
        for row in found.alternatives.rows:
            assert row.premium <= 0.05
            assert row.value <= row.base_value
            if row.better:
                made = found.plans[row.kind]
                assert made.certificate.cost == row.cost <= base.cost * D("1.05")
                assert made.certificate.bound == base.bound
                assert made.plan_id == f"{found.plans['base'].plan_id}-{row.kind}"
                assert judge(made, network, WEEK).violations == ()
                assert row.values[row.kind] == row.value < found.alternatives.base_values[row.kind]

    @pytest.mark.parametrize("within", [0.02, 0.1, 0.5])
    def test_what_is_proven_of_the_earliest_holds_for_every_way(
        self, within: float, every: list[tuple[Decimal, Decimal]]
    ) -> None:
        network = unlimited_network()
        found = alternatives(
            network, pair(), None, AlternativeOptions(within=within, kinds=("days",), search=SURE)
        ).alternatives
        limit = found.base.cost * (1 + D(str(within)))
        least = min(days for days, other in every if other + days <= limit)  # a day costs 1 per m3
        row = found.rows[0]
        assert row.at_least is not None
        assert row.at_least <= least <= row.value

    def test_nothing_changed_is_found_where_the_earlier_plan_is_cheap_enough(self) -> None:
        network = tiny_network()
        previous = quick_plan(network, WEEK)
        found = alternatives(network, WEEK, previous, AlternativeOptions(kinds=("change",), search=SURE))
        assert found.alternatives.earlier_plan == previous.plan_id
        assert [row.value for row in found.alternatives.rows] == [0]

    def test_what_is_booked_in_the_earlier_plan_is_only_counted(self) -> None:
        network = tiny_network()
        made = quick_plan(network, WEEK, value_of_day_per_m3=30.0)
        booked = made.model_copy(
            update={"shipments": tuple(row.model_copy(update={"status": "booked"}) for row in made.shipments)}
        )
        wanted = AlternativeOptions(kinds=("change",), within=0.2, search=SURE)
        values = [alternatives(network, WEEK, each, wanted).alternatives.rows[0].value for each in (made, booked)]
        assert values[0] == values[1]

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            (AlternativeOptions(kinds=("change",)), "previous"),
            (AlternativeOptions(kinds=("fastest",)), "kinds"),  # type: ignore[arg-type]
            (AlternativeOptions(within=-0.1), "within"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(self, options: AlternativeOptions, field: str) -> None:
        with pytest.raises(InputError) as caught:
            alternatives(tiny_network(), WEEK, None, options)
        assert [found.field for found in caught.value.findings] == [field]

    def test_once_cancelled_it_says_what_it_has(self) -> None:
        asked: list[str] = []
        found = alternatives(
            tiny_network(), WEEK, options=AlternativeOptions(search=SURE), on_plan=lambda *told: asked.append(told[0]),
            cancelled=lambda: bool(asked),
        )  # fmt: skip
        assert len(found.alternatives.rows) == 3
        assert len(asked) == 1
