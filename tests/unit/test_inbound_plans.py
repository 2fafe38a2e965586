"""Inbound plans in whole plans: kept within their days, explained when they leave something out, and judged."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from consolidation.checker import check, judge
from consolidation.folder import write_plan
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.io import content_hash
from network.model import Network
from tests.goods import goods, planning, quick_plan
from tests.networks import tiny_network


def _network(days: int = 30, **changes: object) -> Network:
    return tiny_network(planning=planning(inbound_plan_days=days), **changes)


def _week(later: str = "2027-01-02", **changes: str) -> list[Shipment]:
    """Return two shipments of one inbound plan that are ready 39 days apart."""
    one = goods("A", seller_id="ANNA", inbound_plan_id="FBA-7")
    return [one, goods("B", **{"seller_id": "ANNA", "inbound_plan_id": "FBA-7", "ready_date": later, **changes})]


def _delivered(made: Plan) -> dict[str, dt.date]:
    stones = {(row.shipment_id, stone.code): stone.time for row in made.shipments for stone in row.milestones}
    return {name: dt.date.fromisoformat(time) for (name, code), time in stones.items() if code == "DELIVERED"}


def test_an_inbound_plan_that_would_be_spread_is_kept_within_its_days() -> None:
    """Each is cheapest on its first co-loaded sailing: delivered 30 December and 3 February, 35 days apart.

    The rule makes A wait a week for the next sailing, 28 days before B, for the price of its time only. What costs
    money is the same.
    """
    free, kept = quick_plan(_network(0), _week()), quick_plan(_network(30), _week())
    assert _delivered(free) == {"A": dt.date(2026, 12, 30), "B": dt.date(2027, 2, 3)}
    assert _delivered(kept) == {"A": dt.date(2027, 1, 6), "B": dt.date(2027, 2, 3)}
    assert kept.certificate.proven_optimal
    assert kept.certificate.cash_cost == free.certificate.cash_cost
    # Seven days at 1.00 for each of 4 m3, and at 24 % a year on 2,000: 28.00 + 9.20.
    assert kept.certificate.cost - free.certificate.cost == Decimal("37.20")
    assert judge(kept, _network(30), _week()).ok


@pytest.mark.parametrize("changes", [{"seller_id": "BO"}, {"inbound_plan_id": "FBA-8"}, {"inbound_plan_id": ""}])
def test_other_sellers_and_other_inbound_plans_are_free(changes: dict[str, str]) -> None:
    week = _week(**changes)
    made = quick_plan(_network(30), week)
    assert _delivered(made) == {"A": dt.date(2026, 12, 30), "B": dt.date(2027, 2, 3)}
    assert judge(made, _network(30), week).ok


def test_a_plan_forged_to_break_the_rule_is_reported() -> None:
    """A plan made without the rule, whose hash says that it was made with it: everything else is right."""
    content = quick_plan(_network(0), _week()).model_dump()
    content["inputs"]["network_sha256"] = content_hash(_network(30))
    (found,) = judge(Plan.model_validate(content), _network(30), _week()).violations
    assert found.cause == "WINDOW.INBOUND_PLAN"
    assert str(found) == (
        "[WINDOW.INBOUND_PLAN] inbound plan FBA-7 of ANNA: days from the first to the last delivery: "
        "found 35 (A on 2026-12-30, B on 2027-02-03), expected at most 30."
    )


def test_a_folder_that_breaks_the_rule_is_reported(tmp_path: Path) -> None:
    network = _network(34)
    content = quick_plan(_network(0), _week()).model_dump()
    content["inputs"]["network_sha256"] = content_hash(network)
    folder = write_plan(Plan.model_validate(content), tmp_path / "plan", network, 1.0)
    assert check(folder, network, _week()).by_cause == {"WINDOW.INBOUND_PLAN": 1}


class TestLeftOut:
    """Ready 78 days apart: however long A waits, it is delivered more than 30 days before B."""

    week = _week(later="2027-02-10", volume_m3="5")

    def test_the_smaller_one_is_left_out_and_the_rule_is_named(self) -> None:
        made = quick_plan(_network(), self.week)
        assert [row.shipment_id for row in made.shipments] == ["B"]
        (left,) = made.unplanned
        assert (left.shipment_id, left.rule) == ("A", "WINDOW.INBOUND_PLAN")
        assert left.detail == "no itinerary is delivered within 30 days of the others of inbound plan FBA-7"
        assert "planning.inbound_plan_days" in left.change
        # 500 + 1,500 x 4 m3 + 20 % of 2,000, on top of the cheapest way to travel.
        assert left.price > Decimal(6900)
        assert judge(made, _network(), self.week).ok

    def test_without_the_rule_both_travel(self) -> None:
        assert quick_plan(_network(0), self.week).unplanned == ()

    def test_a_price_below_the_stated_one_is_reported(self) -> None:
        content = quick_plan(_network(), self.week).model_dump()
        lower = Decimal(6899) - content["unplanned"][0]["price"]
        for row, name in ((content["unplanned"][0], "price"), (content["certificate"], "unplanned_price"),
                          (content["certificate"], "cost")):  # fmt: skip
            row[name] += lower
        causes = judge(Plan.model_validate(content), _network(), self.week).by_cause
        assert causes["UNPLANNED.PRICE"] == 1

    @pytest.mark.parametrize("later", ["2026-12-01", "2027-01-02"])
    def test_naming_the_rule_where_there_is_a_way_is_reported(self, later: str) -> None:
        """A is left out by hand, though it could be delivered within 30 days of B."""
        week = _week(later=later)
        alone = quick_plan(_network(), [goods("A", seller_id="ANNA", inbound_plan_id="FBA-7", volume_m3="69"), week[1]])
        content = alone.model_dump()
        (left,) = content["unplanned"]
        left.update(rule="WINDOW.INBOUND_PLAN", price=Decimal(8000))
        causes = judge(Plan.model_validate(content), _network(), week).by_cause
        assert causes["UNPLANNED.POSSIBLE"] == 1

    def test_naming_the_rule_where_nothing_else_travels_is_reported(self) -> None:
        week = [goods("A", seller_id="ANNA", inbound_plan_id="FBA-7")]
        made = quick_plan(_network(), [goods("A", seller_id="ANNA", inbound_plan_id="FBA-7", volume_m3="69")])
        content = made.model_dump()
        content["unplanned"][0].update(rule="WINDOW.INBOUND_PLAN", price=Decimal(8000))
        causes = judge(Plan.model_validate(content), _network(), week).by_cause
        assert causes["UNPLANNED.POSSIBLE"] == 1
