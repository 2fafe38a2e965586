"""The golden cases themselves: complete, worked out, adding up, and with a readable table when they fail."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.golden.cases import Card, Case, Comparison, Journey, Stock, book, sets
from tests.golden.ledger import NOTHING, difference

CASES = book().cases
LEAST = 45


def _by_id(case: Case) -> str:
    return case.id


def test_there_are_enough_cases_with_an_id_each() -> None:
    ids = [case.id for case in CASES]
    assert len(ids) == len(set(ids)) >= LEAST
    assert len({case.title for case in CASES}) == len(ids)


@pytest.mark.parametrize("case", CASES, ids=_by_id)
def test_a_case_says_its_rule_and_its_working(case: Case) -> None:
    assert case.title.strip()
    assert len(case.source.strip()) > len("As X."), (
        "a source names the publication, the tariff, or says that it is made up"
    )
    assert any(digit.isdigit() for digit in case.working), "working shows the arithmetic"


@pytest.mark.parametrize("name", sets())
def test_a_set_says_where_its_figures_are_from(name: str) -> None:
    assert str(sets()[name].get("source", "")).strip()


@pytest.mark.parametrize("case", CASES, ids=_by_id)
def test_every_expected_amount_stands_in_the_working(case: Case) -> None:
    missing = [str(due) for due in _amounts(case) if not {f"{due:.2f}", f"{due:,.2f}"} & _numbers(case.working)]
    assert missing == []


def _amounts(case: Case) -> list[Decimal]:
    if isinstance(case, Card):
        return [point.amount for point in case.points]
    if isinstance(case, Comparison):
        return [case.difference]
    if isinstance(case, Stock):
        return list(case.expected.values())
    assert isinstance(case, Journey)
    lines = [*case.expected.values(), *(due for of in case.expected_of.values() for due in of.values())]
    lines += [due for name, due in case.placement.items() if name != "parts"]
    return [
        *lines,
        *(due for name, due in case.totals.items() if name not in ("entries", "loads", "trucks", "late_days")),
    ]


def _numbers(text: str) -> set[str]:
    return {word.strip(".,;:()=+") for word in text.split()}


@pytest.mark.parametrize("case", CASES, ids=_by_id)
def test_amounts_are_whole_cents(case: Case) -> None:
    assert [due for due in _amounts(case) if due != round(due, 2)] == []


@pytest.mark.parametrize("journey", book().journeys, ids=_by_id)
def test_the_expected_lines_add_up(journey: Journey) -> None:
    cash = sum(journey.expected.values(), NOTHING)
    assert journey.totals.get("cash", cash) == cash
    sides = [journey.totals.get(f"side_{side}") for side in ("origin", "freight", "destination")]
    if None not in sides:
        assert sum(side for side in sides if side is not None) == cash
    ids = {str(row["shipment_id"]) for row in journey.shipments}
    assert set(journey.expected_of) <= ids
    if set(journey.expected_of) == ids:
        of = [(code, due) for lines in journey.expected_of.values() for code, due in lines.items()]
        summed = {code: sum((due for name, due in of if name == code), NOTHING) for code in dict(of)}
        assert summed == journey.expected


def test_a_failure_shows_expected_found_and_difference() -> None:
    due = {("all", "US.MPF"): Decimal("33.58"), ("all", "US.HMF"): Decimal("6.75"), ("total", "cash"): Decimal("40.33")}
    paid = {("all", "US.MPF"): Decimal("18.71"), ("all", "US.HMF"): Decimal("6.75"), ("all", "US.ISF"): Decimal(50)}
    assert difference(due, due) == ""
    assert difference(due, {**paid, ("total", "cash"): Decimal("75.46")}).splitlines() == [
        "   of     line        expected  found  difference",
        ">  all    US.MPF         33.58  18.71      -14.87",
        "   all    US.HMF          6.75   6.75",
        ">  total  cash           40.33  75.46      +35.13",
        ">  all    US.ISF  no such line  50.00      +50.00",
    ]
    assert difference(due, paid).splitlines()[3].split() == [
        ">",
        "total",
        "cash",
        "40.33",
        "no",
        "such",
        "line",
        "-40.33",
    ]
