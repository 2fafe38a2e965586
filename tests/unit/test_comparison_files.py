"""What comparisons refuse, edited comparisons, their files, tables and pictures."""

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
from consolidation.comparison.model import Span
from consolidation.comparison.page import comparison_page, sentences
from consolidation.comparison.tables import CHANGES, COSTS, LOADS, tables
from consolidation.plan_model import Plan
from tests.comparison_plans import RATES, Item, Terms, priced
from tests.forging import lines_of, shipment_of
from tests.unit.test_comparison import LATER, charge, compared, hand

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
        ("{", "not JSON"), ('{"cost": 1e99999999999999999999}', "not JSON"), ("[]", "comparison_version found None"), ('{"comparison_version": "9"}', "found '9'"),
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
