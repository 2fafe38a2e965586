"""Every golden case: rate cards through the charge functions, journeys through the planner and the judge."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consolidation import check, plan, write_plan
from consolidation.placement import placement_choices
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from consolidation.statements.fc_storage import expected_storage
from network.charges import amount, amounts
from network.consistency import check_network
from network.fc_tables import StorageFee
from network.model import Network
from network.money import from_micros
from network.price_tables import Charge, Rate
from solvers.options import SolveOptions
from tests.golden.builder import network_of, reference, shipments_of
from tests.golden.cases import Card, Case, Comparison, Journey, Row, Stock, book
from tests.golden.ledger import difference, expected, found
from tests.goods import goods
from tests.networks import tiny_network

SURE = SolveOptions(time_limit_s=None, gap=0.0)


def _each(cases: Sequence[Case]) -> list[Any]:
    """Return the cases as parameters with their ids; one that the engine gets wrong must fail until it does not."""
    return [pytest.param(case, id=case.id, marks=_marks(case)) for case in cases]


def _marks(case: Case) -> list[Any]:
    if not case.engine_is_wrong:
        return []
    return [pytest.mark.xfail(strict=True, raises=(AssertionError, pytest.fail.Exception), reason=case.engine_is_wrong)]


def _assert_same(case: Case, due: dict[tuple[str, str], Decimal], paid: dict[tuple[str, str], Decimal]) -> None:
    table = difference(due, paid)
    if table:
        pytest.fail(f"{case.id}: {case.title}\n\n{table}\n\nworking in {case.file}:\n{case.working}", pytrace=False)


@pytest.mark.parametrize("card", _each(book().cards))
def test_a_rate_card_costs_what_was_worked_out(card: Card) -> None:
    base = {
        "charge_id": card.id,
        "tariff": "T",
        "code": "X",
        "name": card.title,
        "category": "trunk",
        "side": "freight",
    }
    charge = Charge.model_validate({**base, "currency": "USD", **card.charge})
    quantities = [point.quantity for point in card.points]
    due = {("quantity", f"{point.quantity:f}"): point.amount for point in card.points}
    one = [from_micros(amount(charge, quantity, card.fx)) for quantity in quantities]
    _assert_same(card, due, dict(zip(due, one, strict=True)))
    many = amounts(charge, np.array([float(quantity) for quantity in quantities]), float(card.fx))
    _assert_same(card, due, {key: from_micros(int(cost)) for key, cost in zip(due, many, strict=True)})


@pytest.mark.parametrize("journey", _each(book().journeys))
def test_a_journey_costs_what_was_worked_out(journey: Journey, tmp_path: Path) -> None:
    made = _planned(network_of(journey), shipments_of(journey), tmp_path)
    _assert_same(journey, expected(journey), found(journey, made))
    if journey.placement:
        (choice,) = placement_choices(network_of(journey), shipments_of(journey), made.shipments, made.cost_lines)
        estimate = {("placement", name): Decimal(getattr(choice, name) or 0) for name in journey.placement}
        _assert_same(journey, {("placement", name): due for name, due in journey.placement.items()}, estimate)


@pytest.mark.parametrize("comparison", _each(book().comparisons))
def test_the_cheaper_of_two_quotes_is_taken(comparison: Comparison, tmp_path: Path) -> None:
    cheaper, dearer = (book().journey(name) for name in comparison.journeys)
    due, other = expected(cheaper), expected(dearer)
    assert other["total", "cash"] - due["total", "cash"] == comparison.difference
    assert shipments_of(cheaper) == shipments_of(dearer)
    made = _planned(network_of(cheaper, dearer), shipments_of(cheaper), tmp_path)
    _assert_same(comparison, due, found(cheaper, made))


@pytest.mark.parametrize("stock", _each(book().stocks))
def test_storage_at_an_fc_is_expected_to_cost_what_was_worked_out(stock: Stock) -> None:
    columns = dict(stock.goods)
    received = columns.pop("received")
    fx = [Rate(currency=name, value=value) for name, value in stock.fx.items()]
    network = tiny_network().replace(fx=tuple(fx), fc_storage_fees=tuple(map(_fee, stock.fees)))
    expectation = expected_storage(network, goods(cartons=None, gross_weight_kg=100, **columns), received)
    assert expectation is not None
    paid = {("all", f"{line.month} {line.fee_id}"): line.amount for line in expectation.lines}
    _assert_same(stock, {("all", name): due for name, due in stock.expected.items()}, paid)
    assert expectation.total == sum(stock.expected.values(), Decimal(0))
    assert expectation.days_without_rate == stock.days_without_rate


def _fee(row: Row) -> StorageFee:
    if "row" in row:
        return next(fee for fee in reference().fc_storage_fees if fee.fee_id == row["row"])
    return StorageFee.model_validate({"market": "US", "name": row["fee_id"], "currency": "USD", **row})


def _planned(network: Network, shipments: list[Shipment], folder: Path) -> Plan:
    """Return a plan of all shipments that the independent judge accepts, on a network without a fault."""
    assert [str(finding) for finding in check_network(network)] == []
    made = plan(network, shipments, options=SURE)
    assert [row.rule for row in made.unplanned] == []
    verdict = check(write_plan(made, folder / "plan", network, 0.0), network, shipments)
    assert [str(broken) for broken in verdict.violations] == []
    return made
