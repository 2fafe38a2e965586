"""Comparisons worked out by hand: what changed, and how much of the difference each effect is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from consolidation.comparison import Comparison, apply, compare
from consolidation.comparison.model import Money
from consolidation.comparison.page import sentences
from consolidation.plan_model import Plan, content_hash
from tests.comparison_plans import RATES, Item, Terms, priced
from tests.forging import Content, resum
from tests.hand_plan import hand_plan

LATER = "YTN-LAX-W@2026-12-09"


def hand(**changes: Any) -> Content:
    """Return the content of the plan worked out by hand, with some top-level fields changed."""
    content = {**hand_plan(), **changes}
    for row in content["shipments"]:
        row["truck_load_id"] = ""
    return content


def compared(after: Content, before: Content | None = None) -> Comparison:
    """Return the comparison of two contents whose totals are written again; by default with the plan by hand."""
    before = hand() if before is None else before
    for content in (before, after):
        resum(content)
    a, b = Plan.model_validate(before), Plan.model_validate(after)
    found = compare(a, b)
    assert apply(a, found) == b
    return found


def kinds(found: Comparison, shipment_id: str) -> dict[str, str]:
    """Return the causes of the changes of a shipment by kind."""
    return {
        change.kind: change.verdict.cause
        for row in found.shipments
        if row.shipment_id == shipment_id
        for change in row.changes
    }


def effects(money: Money) -> dict[str, str]:
    """Return effects as text."""
    return {name: f"{amount:.2f}" for name, amount in money.effects.items()}


def cost(found: Comparison, shipment_id: str) -> dict[str, str]:
    """Return the effects on the landed cost of a shipment."""
    return effects(next(row.landed_cost for row in found.shipments if row.shipment_id == shipment_id))


def charge(content: Content, charge_id: str) -> list[Content]:
    """Return the lines of a charge."""
    return [line for line in content["cost_lines"] if line["charge_id"] == charge_id]


# -- nothing


def test_a_plan_and_itself() -> None:
    found = compared(hand())
    assert (found.is_empty, found.has_changes) == (True, False)
    assert sentences(found) == ["Both plans are the same, to the last field."]
    assert found.a.content_sha256 == found.b.content_sha256 == content_hash(Plan.model_validate(hand()))
    assert found.cash_cost.before == found.cash_cost.after == Plan.model_validate(hand()).certificate.cash_cost


def test_another_id_is_no_change_of_a_shipment() -> None:
    found = compared(hand(plan_id="OTHER", version=2))
    assert (found.is_empty, found.has_changes) == (False, False)
    assert found.edits.head is not None
    assert found.edits.shipments is None
    assert "No shipment and no load changed" in sentences(found)[0]


# -- amounts


def test_a_dearer_container_is_a_price() -> None:
    """Ocean freight from 1,600 to 1,700, shared 40 to 60."""
    after = hand()
    for line in charge(after, "ocean-us-20"):
        line["rate"] = line["source_amount"] = Decimal(1700)
        line["amount"] *= Decimal(1700) / 1600
    found = compared(after)
    assert effects(found.cash_cost) == {"price": "100.00"}
    assert (cost(found, "S1"), cost(found, "S2")) == ({"price": "40.00"}, {"price": "60.00"})
    assert kinds(found, "S1") == {"re_rated": "price"}
    (row,) = found.repriced
    assert (row.charge_id, row.rate_before, row.rate_after, row.effect) == ("ocean-us-20", 1600, 1700, 100)
    assert [name for name, money in found.categories.items() if money.effects] == ["trunk"]
    assert "ocean-us-20 from 1600 to 1700 USD" in found.shipments[0].changes[0].verdict.why


def test_a_new_surcharge_is_a_price() -> None:
    after = hand()
    extra = {**charge(after, "wh-bill")[0], "charge_id": "peak", "code": "PEAK", "rate": Decimal(7),
             "source_amount": Decimal(7), "amount": Decimal(7)}  # fmt: skip
    after["cost_lines"].append(extra)
    found = compared(after)
    assert cost(found, "S1") == {"price": "7.00"}
    assert found.repriced[0].rate_before is None


def test_an_exchange_rate_is_a_price() -> None:
    """20 km of drayage at 15 EUR: 330 USD at 1.10, 360 at 1.20."""
    items = {"S1": Item(Decimal(4), Decimal(2000)), "S2": Item(Decimal(6), Decimal(3000))}
    found = compare(priced(items, Terms(RATES)), priced(items, Terms(RATES, euro=Decimal("1.20"), network_sha256="m")))
    assert (cost(found, "S1"), cost(found, "S2")) == ({"price": "12.00"}, {"price": "18.00"})
    assert "dray is in EUR, which is worth +9.09 %" in found.shipments[0].changes[0].verdict.why


def test_smaller_goods_are_a_quantity_and_the_others_share() -> None:
    """S2 shrinks from 6 to 4 m3: shares of the load go from 40/60 to 50/50; the 2,030 of ocean and drayage stay.

    S1 pays 965 in place of 772 for them. S2 pays 965 in place of 1,158, and 20 in place of 30 at the warehouse, 120 in
    place of 180 for pallets.
    """
    rates = {**RATES, "ocean": "1600", "dray": "15"}
    before = priced({"S1": Item(Decimal(4), Decimal(2000)), "S2": Item(Decimal(6), Decimal(3000))}, Terms(rates))
    after = priced({"S1": Item(Decimal(4), Decimal(2000)), "S2": Item(Decimal(4), Decimal(3000))}, Terms(rates))
    found = compare(before, after)
    assert cost(found, "S1") == {"sharing": "193.00"}
    assert cost(found, "S2") == {"quantity": "-263.00"}
    assert kinds(found, "S1") == {"re_rated": "optimiser"}
    assert kinds(found, "S2") == {"re_rated": "input", "re_measured": "input"}
    rerated = found.shipments[0].changes[0].verdict
    assert (rerated.others, rerated.why) == (("S2",), "sharing +193.00; S2 with other facts")
    (load,) = found.loads
    assert [(change.kind, change.verdict.cause) for change in load.changes] == [("fill", "input")]


def test_growing_while_another_comes_is_split() -> None:
    """S1 grows from 4 to 6 m3 beside 6 m3 of S2, and S3 comes with 8 m3.

    Of the 1,930 of ocean and drayage S1 paid 4/10 = 772; at its new size it would have paid 6/12 = 965; now it pays
    6/20 = 579. S2 paid 6/10 = 1,158 and pays 579.
    """
    rates = {**RATES, "wh-m3": "0", "ltl": "0", "duty": "0", "mpf": "0"}
    one, two, three = (Item(Decimal(volume), Decimal(2000), importer_id=f"IOR-{volume}") for volume in (4, 6, 8))
    before = priced({"S1": one, "S2": two}, Terms(rates))
    after = priced({"S1": Item(Decimal(6), Decimal(2000), importer_id="IOR-4"), "S2": two, "S3": three}, Terms(rates))
    found = compare(before, after)
    assert cost(found, "S1") == {"quantity": "193.00", "sharing": "-386.00"}
    trunk = found.shipments[0].categories["trunk"]
    assert (trunk.before, trunk.after, effects(trunk)) == (640, 480, {"quantity": "160.00", "sharing": "-320.00"})
    assert cost(found, "S2") == {"sharing": "-579.00"}


def test_another_departure_is_a_journey() -> None:
    items = {
        "S1": Item(Decimal(4), Decimal(2000)),
        "S2": Item(Decimal(6), Decimal(3000)),
        "S3": Item(Decimal(5), Decimal(1000)),
    }
    moved = {**items, "S3": Item(Decimal(5), Decimal(1000), departure_id=LATER)}
    found = compare(priced(items, Terms(RATES)), priced(moved, Terms(RATES)))
    row = next(row for row in found.shipments if row.shipment_id == "S3")
    assert set(row.landed_cost.effects) == {"journey"}
    assert kinds(found, "S3") == {"moved": "optimiser", "later": "optimiser"}
    assert next(change.days for change in row.changes if change.kind == "later") == 7
    assert row.changes[0].verdict.others[:2] == ("L0001", "L0002")
    assert kinds(found, "S1") == {"companions": "optimiser", "re_rated": "optimiser"}
    assert set(cost(found, "S1")) == {"sharing"}
    assert {load.before_id + load.after_id: [change.kind for change in load.changes] for load in found.loads} == {
        "L0001L0001": ["members", "fill"], "L0002": ["new"],
    }  # fmt: skip


def test_joining_a_load_that_sails_in_both_plans_is_a_journey() -> None:
    """S3 went by courier and now goes with S1 and S2: what it pays there is its new way, what they pay less is sharing."""
    one, two, three = (Item(Decimal(volume), Decimal(2000), importer_id=f"IOR-{volume}") for volume in (4, 6, 10))
    alone = Item(Decimal(10), Decimal(2000), importer_id="IOR-10", departure_id="")
    rates = {**RATES, "mpf": "0"}
    found = compare(
        priced({"S1": one, "S2": two, "S3": alone}, Terms(rates)),
        priced({"S1": one, "S2": two, "S3": three}, Terms(rates)),
    )
    row = next(row for row in found.shipments if row.shipment_id == "S3")
    assert set(row.landed_cost.effects) == {"journey"}
    assert (cost(found, "S1"), cost(found, "S2")) == ({"sharing": "-386.00"}, {"sharing": "-579.00"})


def test_withdrawn_left_out_and_new_shipments() -> None:
    goods = Item(Decimal(4), Decimal(2000))
    before = priced({"S1": goods, "S2": goods, "S3": goods}, Terms(RATES), left_out=["S4", "S6"])
    after = priced({"S1": goods, "S4": goods, "S5": goods}, Terms(RATES, shipments_sha256="t"), left_out=["S3", "S7"])
    found = compare(before, after)
    assert [kinds(found, f"S{k}") for k in range(2, 8)] == [
        {"dropped": "input"}, {"dropped": "optimiser"}, {"added": "optimiser"}, {"added": "input"}, {"left_out": "input"},
        {"left_out": "input"},
    ]  # fmt: skip
    gone = next(row for row in found.shipments if row.shipment_id == "S2")
    assert gone.changes[0].details[0].after == "not in the input"
    assert "withdrawn" in gone.changes[0].verdict.why
    assert cost(found, "S2") == {"dropped": str(-before.shipments[1].landed_cost)}
    assert found.cash_cost.effects["dropped"] == -before.shipments[1].landed_cost - before.shipments[2].landed_cost
    assert [(row.name, row.before, row.after) for row in found.certificate if row.name == "unplanned"] == [
        ("unplanned", 2, 2)
    ]


def test_totals_of_sellers() -> None:
    one, two = Item(Decimal(4), Decimal(2000)), Item(Decimal(4), Decimal(2000), seller_id="SELLER-B")
    found = compare(
        priced({"S1": one, "S2": two}, Terms(RATES)), priced({"S2": two}, Terms(RATES, shipments_sha256="t"))
    )
    assert [(row.seller_id, row.shipments_before, row.shipments_after) for row in found.sellers] == [
        ("SELLER-A", 1, 0), ("SELLER-B", 1, 1),
    ]  # fmt: skip
    assert set(found.sellers[0].landed_cost.effects) == {"dropped"}
    assert set(found.sellers[1].landed_cost.effects) == {"sharing"}


def test_the_status_of_a_shipment_and_of_its_load() -> None:
    after = hand()
    after["loads"][0]["status"] = "booked"
    for row in after["shipments"]:
        row["status"] = "booked"
    found = compared(after)
    assert kinds(found, "S1") == kinds(found, "S2") == {"status": "status"}
    assert [(change.kind, change.verdict.cause) for change in found.loads[0].changes] == [("status", "status")]
    assert found.shipments[0].changes[0].verdict.why == "S1 was proposed and is booked"


# -- loads


def test_a_load_of_a_replan_keeps_its_id_and_one_of_another_plan_is_known_by_its_goods() -> None:
    goods = Item(Decimal(4), Decimal(2000))
    items = {"S1": goods, "S2": goods, "S3": Item(Decimal(9), Decimal(2000), departure_id=LATER)}
    a, apart = priced(items, Terms(RATES)), priced(items, Terms(RATES, first_load=2, plan_id="B"))
    found = compare(a, apart)
    assert not found.has_changes
    assert found.renumbered == {"L0001": "L0002", "L0002": "L0003"}
    replan = compare(a, priced(items, Terms(RATES, first_load=2, plan_id="B", version=2, replaces="PLAN")))
    assert replan.renumbered == {}
    assert replan.loads_by_kind()["gone"] == replan.loads_by_kind()["new"] == 1


def test_other_equipment_and_another_timetable() -> None:
    after = hand()
    after["loads"][0]["equipment_id"] = "40HC"
    after["loads"][0]["arrives"] = "2026-12-20T02:00-08:00"
    for row in after["shipments"]:
        for stone in row["milestones"]:
            if stone["code"] in ("ETA", "DELIVERED"):
                stone["time"] = "2026-12-29" if stone["code"] == "DELIVERED" else "2026-12-20T02:00-08:00"
    found = compared(after)
    (load,) = found.loads
    assert {change.kind: change.verdict.cause for change in load.changes} == {
        "departure": "input", "equipment": "optimiser", "fill": "optimiser",
    }  # fmt: skip
    assert kinds(found, "S1") == {"later": "input"}
    assert "ETA of YTN-LAX-W@2026-12-02 is 2026-12-20" in found.shipments[0].changes[0].verdict.why
