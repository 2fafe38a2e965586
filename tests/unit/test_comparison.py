"""Comparisons worked out by hand: what changed, how much of the difference each effect is, and what is refused."""

from __future__ import annotations

import copy
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consolidation import InputError, PlanFolderError
from consolidation.comparison import Comparison, WrongPlanError, apply, compare
from consolidation.comparison.charts import category_figure, cost_figure, dates_figure
from consolidation.comparison.files import COMPARISON, PAGE, read_comparison, write_comparison
from consolidation.comparison.model import Money, Span
from consolidation.comparison.page import comparison_page, sentences
from consolidation.comparison.tables import CHANGES, COSTS, LOADS, tables
from consolidation.plan_model import Plan, content_hash
from tests.comparison_plans import RATES, Item, Terms, priced
from tests.forging import Content, lines_of, resum, shipment_of
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


# -- what is refused


def test_two_currencies_are_refused() -> None:
    after = hand()
    after["inputs"]["currency"] = "EUR"
    with pytest.raises(InputError) as caught:
        compare(Plan.model_validate(hand()), Plan.model_validate(after))
    assert [(found.rule, found.value) for found in caught.value.findings] == [("CURRENCY.DIFFERS", "EUR")]


@pytest.mark.parametrize(
    ("what", "where"),
    [
        (lambda content: content["cost_lines"][0].update(amount=Decimal(1)), "S1"),
        (lambda content: shipment_of(content, "S2").update(landed_cost=Decimal(1)), "S2"),
        (lambda content: content["certificate"].update(cash_cost=Decimal(1)), "shipments"),
        (lambda content: content["shipments"].append(copy.deepcopy(content["shipments"][0])), "shipments"),
        (lambda content: lines_of(content, "S1")[0].update(shipment_id="S9"), "S9"),
    ],
    ids=["line", "landed cost", "certificate", "twice", "nobody's line"],
)
@pytest.mark.parametrize("side", ["plan A", "plan B"])
def test_a_plan_that_does_not_add_up_is_refused(what: Any, where: str, side: str) -> None:
    forged = hand()
    what(forged)
    plans = [Plan.model_validate(content) for content in (hand(), forged)]
    with pytest.raises(InputError) as caught:
        compare(*(plans if side == "plan B" else plans[::-1]))
    assert (side, where) in {(found.file, found.field) for found in caught.value.findings}
    assert {found.rule for found in caught.value.findings} == {"COST.SUM"}


def _pair() -> tuple[Plan, Plan, Comparison]:
    items = {f"S{k}": Item(Decimal(k + 1), Decimal(2000)) for k in range(4)}
    a, b = (
        priced(items, Terms(RATES)),
        priced({**items, "S1": Item(Decimal(9), Decimal(900))}, Terms(RATES, plan_id="B")),
    )
    return a, b, compare(a, b)


def test_it_applies_to_its_own_plan_only() -> None:
    a, b, found = _pair()
    with pytest.raises(WrongPlanError, match="plan B is not A of this comparison"):
        apply(b, found)
    edited = a.model_copy(update={"options": {"seed": 2}})
    with pytest.raises(WrongPlanError, match="Maybe a plan was made again"):
        apply(edited, found)


@pytest.mark.parametrize("what", ["row", "span", "head", "order"])
def test_an_edited_comparison_is_noticed(what: str, tmp_path: Path) -> None:
    a, _, found = _pair()
    path = write_comparison(found, tmp_path / "c") / COMPARISON
    content = json.loads(path.read_text(encoding="utf-8"))
    edits = content["edits"]
    if what == "row":
        next(step for step in edits["shipments"] if "shipment_id" in step)["landed_cost"] += 0.01
    elif what == "span":
        next(step for step in edits["cost_lines"] if "stop" in step)["stop"] -= 1
    elif what == "head":
        edits["head"]["options"]["seed"] = 9
    else:
        edits["shipments"].reverse()
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(WrongPlanError, match="the result is not B"):
        apply(a, read_comparison(path.parent))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"), ("[]", "comparison_version found None"), ('{"comparison_version": "9"}', "found '9'"),
        ('{"comparison_version": "1.0"}', "Field required"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_comparison(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / COMPARISON).write_text(text)
    with pytest.raises(PlanFolderError, match=message):
        read_comparison(tmp_path)
    with pytest.raises(PlanFolderError, match="cannot be read"):
        read_comparison(tmp_path / "nowhere")


def test_the_edits_are_short_where_little_changed() -> None:
    items = {f"S{k}": Item(Decimal(k + 1), Decimal(2000), box=k) for k in range(8)}
    a, b = priced(items, Terms(RATES)), priced({**items, "S3": Item(Decimal(9), Decimal(900), box=3)}, Terms(RATES))
    steps = compare(a, b).edits.shipments
    assert steps is not None
    assert [(step.start, step.stop) if isinstance(step, Span) else step.shipment_id for step in steps] == [
        (0, 3),
        "S3",
        (4, 8),
    ]


# -- files


def test_a_folder_is_replaced_as_a_whole_and_never_another_one(tmp_path: Path) -> None:
    _, _, found = _pair()
    folder = write_comparison(found, tmp_path / "c")
    assert sorted(path.name for path in folder.iterdir()) == sorted([COMPARISON, PAGE, CHANGES, LOADS, COSTS])
    assert write_comparison(found, folder) == folder
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="a folder with other files"):
        write_comparison(found, folder)
    assert (folder / "notes.txt").read_text() == "mine"


def test_texts_of_users_are_neither_tags_nor_formulas() -> None:
    before, after = hand(), hand()
    for content in (before, after):
        for line in charge(content, "ocean-us-20"):
            line["charge_id"] = "=<b>1"
            line["name"] = "<script>alert(1)</script>"
    for line in charge(after, "=<b>1"):
        line["rate"] = line["source_amount"] = Decimal(1700)
        line["amount"] *= Decimal(1700) / 1600
    shipment_of(after, "S1")["seller_id"] = "<i>ANNA"
    found = compared(after, before)
    page = comparison_page(found)
    assert "<script>alert(1)" not in page
    assert "<i>ANNA" not in page
    assert "&lt;i&gt;ANNA" in page
    cells = [cell for _, rows in tables(found).values() for row in rows for cell in row]
    assert "'=<b>1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@"))]


def test_pictures_show_the_amounts_and_the_dates() -> None:
    items = {f"S{k}": Item(Decimal(k + 1), Decimal(2000)) for k in range(4)}
    moved = {**items, "S3": Item(Decimal(4), Decimal(2000), departure_id=LATER)}
    a, b = priced(items, Terms(RATES)), priced(moved, Terms(RATES))
    found = compare(a, b)
    (steps,) = cost_figure(found).data
    assert list(steps.x) == ["<b>Plan A</b>", "Sharing", "Journeys", "<b>Plan B</b>"]
    assert list(steps.measure) == ["absolute", "relative", "relative", "total"]
    assert sum(Decimal(str(value)) for value in steps.y[:-1]) == b.certificate.cash_cost == Decimal(str(steps.y[-1]))
    stacked = category_figure(found).data
    shown = sum((Decimal(str(value)) for bar in stacked for value in bar.y), Decimal(0))
    assert shown == found.cash_cost.difference
    _, before, later = dates_figure(found).data
    assert (list(before.y), list(before.x), list(later.x)) == (["S3"], ["2026-12-22"], ["2026-12-29"])
    assert (dt.date.fromisoformat(later.x[0]) - dt.date.fromisoformat(before.x[0])).days == 7


def test_the_page_is_one_file_without_requests() -> None:
    _, _, found = _pair()
    page = comparison_page(found)
    body = page[page.index("<body") : page.index("<script>")]
    assert "http" not in body
    assert "default-src 'none'" in page
    for title in ("Summary", "Landed cost", "Delivery", "Sellers", "Certificate"):
        assert f"<h2>{title}</h2>" in body
    for text in sentences(found):
        assert text.split(":")[0] in body
