"""Studies: figures of the quickstart as its page works them out, what differs, who moves, and what is not run again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from consolidation.plan_model import Plan
from consolidation.scenarios import Scenario
from consolidation.studies import work
from consolidation.studies.differences import difference
from consolidation.studies.measures import figures, movers
from consolidation.studies.model import BASE, Figures
from consolidation.studies.work import Given, run
from tests.deadly import Faulty
from tests.deadly import scenario as broken
from tests.studying import CLOSED, DEAR, UNKNOWN, given, scenario

OPENED = {"kind": "open_lanes", "lanes": "YTN-LAX"}


def _base() -> Plan:
    base = given().base
    assert base is not None
    return base


class TestFigures:
    def test_they_are_those_of_the_quickstart(self) -> None:
        """Each stands on its page; two containers of 28 and 68 m3 hold 74.16 m3."""
        found = figures(_base(), given().network, 0)
        assert (found.shipments, found.unplanned, found.violations) == (12, 1, 0)
        assert (found.cost, found.cash_cost, found.priced_time, found.unplanned_price) == (
            Decimal("49447.16"), Decimal("34079.09"), Decimal("4868.07"), Decimal("10500.00"))  # fmt: skip
        assert found.cost == found.cash_cost + found.priced_time + found.unplanned_price
        assert (found.bound, found.gap, found.proven_optimal) == (found.cost, 0, True)
        assert found.categories["trunk"] == Decimal("4620.00")
        assert sum(found.categories.values()) == found.cash_cost
        assert (found.containers, found.trucks) == ({"20GP": 1, "40HC": 1}, 1)
        assert found.fill == round(74.16 / 96, 4)
        assert found.services == {"co_load": 2, "consolidated": 7, "courier": 1, "direct_container": 1}

    def test_days_are_counted_from_ready_to_received(self) -> None:
        rows = _base().shipments
        found = figures(_base(), given().network, 0)
        assert found.mean_days == round(sum(row.days for row in rows) / 11, 3)
        assert found.m3_days == sum(row.volume_m3 * row.days for row in rows)

    def test_late_days_are_counted_with_their_price(self) -> None:
        late = _with("Q11", late_days=3, priced_time={"LATENESS": Decimal("300.00")})
        found = figures(late, given().network, 0)
        assert (found.late_shipments, found.late_days, found.late_price) == (1, 3, Decimal("300.00"))

    def test_flows_are_shipments_and_loads_on_each_lane(self) -> None:
        flows = {flow.lane_id: flow for flow in figures(_base(), given().network, 0).flows}
        assert {lane: (flow.shipments, flow.loads) for lane, flow in flows.items()} == {
            "NGB-LAX-LCL": (1, 0), "YTN-LAX": (8, 2), "YTN-LAX-LCL": (1, 0)}  # fmt: skip
        assert flows["YTN-LAX"].volume_m3 == Decimal("74.16")

    def test_of_an_empty_plan_they_are_zero(self) -> None:
        found = figures(_base().model_copy(update={"shipments": (), "loads": ()}), given().network, 0)
        assert (found.mean_days, found.fill, found.flows, found.containers) == (0, 0, (), {})


def _with(shipment_id: str, **changes: Any) -> Plan:
    """Return the plan of the quickstart with one shipment travelling in another way."""
    rows = tuple(row.model_copy(update=changes) if row.shipment_id == shipment_id else row for row in _base().shipments)
    return _base().model_copy(update={"shipments": rows})


def _without(*names: str, left_out: bool = False) -> Plan:
    base = _base()
    rows = tuple(row for row in base.shipments if row.shipment_id not in names)
    more = tuple(base.unplanned[0].model_copy(update={"shipment_id": name}) for name in names if left_out)
    return base.model_copy(update={"shipments": rows, "unplanned": (*base.unplanned, *more)})


class TestMovers:
    def test_nobody_moves_between_a_plan_and_itself(self) -> None:
        assert movers(_base(), _base()) == ()
        assert movers(_base(), _with("Q01", trunk_load_id="L0002", truck_load_id="")) == ()

    @pytest.mark.parametrize(
        ("changes", "move", "before", "after"),
        [
            ({"service": "co_load", "warehouse_id": "X"}, "service", "consolidated", "co_load"),
            ({"warehouse_id": "WH-NGB", "departure_id": "X"}, "warehouse", "WH-SZX", "WH-NGB"),
            ({"departure_id": "LATER", "final_leg": "ltl"}, "departure", "YTN-LAX.WED@2026-12-09", "LATER"),
            ({"final_leg": "ltl"}, "way_on", "DC-LAX > ftl", "DC-LAX > ltl"),
        ],
    )
    def test_the_first_thing_that_differs_says_how(
        self, changes: dict[str, str], move: str, before: str, after: str
    ) -> None:
        more = {"landed_cost": Decimal("4000.00"), "days": 41}
        (found,) = movers(_base(), _with("Q01", **changes, **more))
        assert (found.shipment_id, found.seller_id, found.move, found.before, found.after) == (
            "Q01", "ORCHID", move, before, after)  # fmt: skip
        was = next(row for row in _base().shipments if row.shipment_id == "Q01")
        assert (found.cost, found.days) == (Decimal("4000.00") - was.landed_cost, 41 - was.days)

    def test_shipments_come_and_go(self) -> None:
        q01 = next(row for row in _base().shipments if row.shipment_id == "Q01")
        for before, after, move, sign in (
            (_base(), _without("Q01", left_out=True), "left_out", -1),
            (_without("Q01", left_out=True), _base(), "planned", 1),
            (_base(), _without("Q01"), "gone", -1),
            (_without("Q01"), _base(), "new", 1),
        ):
            (found,) = movers(before, after)
            assert (found.move, found.cost, found.days) == (move, sign * q01.landed_cost, sign * q01.days)
            assert (found.before, found.after) == (
                ("YTN-LAX.WED@2026-12-09", "") if sign < 0 else ("", "YTN-LAX.WED@2026-12-09")
            )


def _figures(cost: int, bound: int) -> Figures:
    found = figures(_base(), given().network, 0)
    return found.model_copy(update={"cost": Decimal(cost), "bound": Decimal(bound)})


class TestDifferences:
    """The best plan of the base costs 90 to 100."""

    @pytest.mark.parametrize(
        ("cost", "bound", "patches", "expected"),
        [
            (130, 110, (DEAR,), (30, 10, 40, "dearer")),
            (85, 80, (DEAR,), (-15, -20, -5, "cheaper")),
            (105, 95, (DEAR,), (5, -5, 15, "undecided")),
            (100, 100, (DEAR,), (0, 0, 10, "undecided")),
            (95, 85, (OPENED,), (-5, -15, 0, "not_dearer")),
            (105, 95, (OPENED,), (5, -5, 0, "not_dearer")),
            (85, 80, (OPENED,), (-15, -20, -5, "cheaper")),
            (105, 95, (CLOSED,), (5, 0, 15, "not_cheaper")),
            (95, 85, (CLOSED,), (-5, 0, 5, "not_cheaper")),
            (130, 110, (CLOSED,), (30, 10, 40, "dearer")),
            (90, 85, (CLOSED,), (-10, 0, 0, "same")),
            (105, 95, (OPENED, CLOSED), (5, -5, 15, "undecided")),
            (105, 95, (OPENED, DEAR), (5, -5, 15, "undecided")),
            (105, 95, (), (5, 0, 0, "same")),
        ],
    )
    def test_it_is_what_the_bounds_prove(
        self, cost: int, bound: int, patches: tuple[dict[str, Any], ...], expected: tuple[int, int, int, str]
    ) -> None:
        found = difference(_figures(100, 90), _figures(cost, bound), scenario("x", *patches), given().network)
        assert (found.cost, found.at_least, found.at_most, found.verdict) == expected

    def test_plans_that_are_proven_decide(self) -> None:
        assert (
            difference(_figures(100, 100), _figures(100, 100), scenario("x", DEAR), given().network).verdict == "same"
        )
        assert (
            difference(_figures(100, 100), _figures(101, 101), scenario("x", CLOSED), given().network).verdict
            == "dearer"
        )

    @pytest.mark.parametrize("patch", [OPENED, CLOSED])
    def test_a_shipment_that_loses_or_gains_its_only_way_leaves_nothing_claimed(self, patch: dict[str, Any]) -> None:
        other = _figures(105, 95).model_copy(update={"without_way": ("Q01",)})
        found = difference(_figures(100, 90), other, scenario("x", patch), given().network)
        assert (found.at_least, found.at_most, found.verdict) == (-5, 15, "undecided")


class TestKeys:
    def test_the_same_has_the_same_key(self) -> None:
        assert given().key == Given(given().network, given().shipments).key
        assert given().key_of(scenario("a", DEAR)) == given().key_of(scenario("b", DEAR))
        assert given().key_of(Scenario(BASE)) == given().key

    def test_whatever_a_plan_depends_on_changes_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        start, asked = given(), scenario("x", DEAR)
        network = dataclasses.replace(start.network, lanes=start.network.lanes[1:])
        shipment = start.shipments[0].model_copy(update={"ready_date": dt.date(2026, 12, 2)})
        keys = [
            start.key_of(asked),
            start.key_of(scenario("x", {**DEAR, "percent": 41})),
            start.key_of(scenario("x", DEAR, CLOSED)),
            start.key_of(scenario("x", CLOSED, DEAR)),
            start.key_of(scenario("x")),
            dataclasses.replace(start, network=network).key_of(asked),
            dataclasses.replace(start, shipments=(shipment, *start.shipments[1:])).key_of(asked),
            *(dataclasses.replace(start, options=dataclasses.replace(start.options, **{name: value})).key_of(asked)
              for name, value in (("seed", 2), ("work", 26), ("gap", 0.002), ("time_limit_s", 7.0))),
            start.key,
        ]  # fmt: skip
        monkeypatch.setattr(work, "__version__", "99.9")
        keys.append(Given(start.network, start.shipments).key_of(asked))
        assert len(set(keys)) == len(keys)


class TestRun:
    def test_a_dearer_trunk_costs_its_share_more(self) -> None:
        """The trunk costs 4,620: 40 % of it are 1,848, and nothing pays to travel in another way."""
        found = run(given(), scenario("dear", DEAR)).result
        assert (found.status, found.movers, found.reasons) == ("planned", (), ())
        assert found.figures is not None
        assert found.figures.cost == Decimal("49447.16") + Decimal("1848.00")
        assert found.figures.proven_optimal
        assert found.key == given().key_of(scenario("dear", DEAR))

    def test_what_the_network_does_not_know_is_a_row_with_its_reason(self) -> None:
        outcome = run(given(), scenario("x", UNKNOWN))
        assert (outcome.plan, outcome.result.status, outcome.result.figures) == ("", "failed", None)
        assert "found 'NO-SUCH-LANE'" in outcome.result.reasons[0]
        assert outcome.result.key == given().key_of(scenario("x", UNKNOWN))

    def test_a_fault_is_a_row_that_is_run_again(self) -> None:
        found = run(given(), broken("x", Faulty(ZeroDivisionError("by nothing")))).result
        assert (found.status, found.key) == ("failed", "")
        assert found.reasons[0].startswith("ZeroDivisionError in deadly.py, line ")

    def test_memory_that_runs_out_is_a_row(self) -> None:
        assert "memory ran out" in run(given(), broken("x", Faulty(MemoryError()))).result.reasons[0]
