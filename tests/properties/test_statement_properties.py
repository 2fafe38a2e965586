"""Statements of random plans: parts sum to totals in both currencies, and a page shows nothing of another seller."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from consolidation.plan_model import CATEGORIES, Plan
from consolidation.shipments import Shipment
from consolidation.statements import SellerStatement, Statement, statement
from consolidation.statements.model import Amounts
from consolidation.statements.names import page_names
from consolidation.statements.page import seller_page
from network.price_tables import Rate
from tests.goods import goods
from tests.networks import tiny_network
from tests.statement_plans import line, made_plan, shared

RATES = {"EUR": "1.1", "CNY": "0.142857", "JPY": "0.0066", "KRW": "0.00071"}
NETWORK = tiny_network(fx=tuple(Rate(currency=name, value=Decimal(rate)) for name, rate in RATES.items()))
CURRENCIES = ("USD", *RATES)
cents = st.integers(0, 999_999).map(lambda count: Decimal(count).scaleb(-2))


@st.composite
def weeks(draw: st.DrawFn) -> tuple[Plan, list[Shipment]]:
    """Draw shipments of a few sellers with charges of their own, one container and one customs entry for all."""
    count = draw(st.integers(1, 7))
    week, lines, changes = [], [], {}
    for k in range(count):
        name = f"shipment-{k}"
        week.append(
            goods(name, seller_id=f"seller-{draw(st.sampled_from('uvwx'))}-id", currency=draw(st.sampled_from(CURRENCIES)),
                  goods_value=str(draw(st.integers(1, 10**7))), units=draw(st.none() | st.integers(1, 5000)))
        )  # fmt: skip
        categories = draw(st.lists(st.sampled_from(CATEGORIES), max_size=5))
        lines += [line(name, category, draw(cents)) for category in categories]
        offers = draw(st.dictionaries(st.sampled_from(("courier", "alone_air", "alone_lcl")), cents, max_size=3))
        facts = {service: {"cost": cost, "priced_time": Decimal(0), "days": 9} for service, cost in offers.items()}
        changes[name] = {
            "alternatives": facts,
            "import_tax": draw(cents),
            "regime_id": draw(st.sampled_from(("US", "DE"))),
        }
    left_out = draw(st.lists(st.sampled_from([each.shipment_id for each in week]), unique=True, max_size=count))
    lines = [each for each in lines if each.shipment_id not in left_out]
    weights = {each.shipment_id: draw(st.integers(0, 50)) for each in week if each.shipment_id not in left_out}
    if weights:
        lines += shared("trunk", str(draw(cents)), weights, basis="per_load", load_id="L0001")
        lines += shared("customs", str(draw(cents)), weights, basis="per_entry", entry_id="E0001")
    return made_plan(NETWORK, week, lines, changes, left_out), week


def made_of(week: tuple[Plan, list[Shipment]], **options: Any) -> Statement:
    return statement(week[0], NETWORK, week[1], **options)


@settings(deadline=None, max_examples=60)
@given(week=weeks())
def test_parts_sum_to_totals_in_both_currencies(week: tuple[Plan, list[Shipment]]) -> None:
    made = made_of(week)
    assert made.landed_cost == week[0].certificate.cash_cost
    for seller in made.sellers:
        for money in (of_plan, of_seller):
            total, parts = money(seller), [money(row) for row in seller.shipments]
            assert total.landed_cost == sum(total.categories.values()) == sum(part.landed_cost for part in parts)
            for part in parts:
                assert part.landed_cost == sum(part.categories.values())
            for name in CATEGORIES:
                assert total.categories[name] == sum(part.categories[name] for part in parts)
            assert total.import_tax == sum(part.import_tax for part in parts)
            assert (total.saving or 0) == sum(part.saving for part in parts if part.saving is not None)
            assert (total.alone or 0) == sum(part.alone for part in parts if part.alone is not None)
        for row in seller.shipments:
            assert row.amounts.landed_cost == sum(each.amount for each in row.lines)


def of_plan(row: Any) -> Amounts:
    found: Amounts = row.amounts
    return found


def of_seller(row: Any) -> Amounts:
    found: Amounts = row.own
    return found


@settings(deadline=None, max_examples=60)
@given(week=weeks())
def test_converted_amounts_are_whole_units_near_the_exact_ones(week: tuple[Plan, list[Shipment]]) -> None:
    for seller in made_of(week).sellers:
        step = Decimal(1) if seller.own.currency in ("JPY", "KRW") else Decimal("0.01")
        assert abs(seller.own.landed_cost - seller.amounts.landed_cost / seller.rate) <= step / 2
        for row in (seller, *seller.shipments):
            for name in CATEGORIES:
                assert row.own.categories[name] % step == 0
            assert abs(row.own.landed_cost - row.amounts.landed_cost / seller.rate) <= 2 * step


@settings(deadline=None, max_examples=60)
@given(week=weeks())
def test_a_page_names_no_other_seller_and_no_shipment_of_one(week: tuple[Plan, list[Shipment]]) -> None:
    made = made_of(week)
    for seller in made.sellers:
        page = seller_page(made, seller)
        assert seller.seller_id in page
        others = [each for each in week[1] if each.seller_id != seller.seller_id]
        for other in others:
            assert other.seller_id not in page
            assert other.shipment_id not in page
        for own in (*seller.shipments, *seller.unplanned):
            assert own.shipment_id in page


@settings(deadline=None, max_examples=30)
@given(week=weeks())
def test_a_seller_asked_for_alone_gets_the_same_statement(week: tuple[Plan, list[Shipment]]) -> None:
    for seller in made_of(week).sellers:
        assert _only(made_of(week, sellers=[seller.seller_id])) == seller


def _only(made: Statement) -> SellerStatement:
    (seller,) = made.sellers
    return seller


@given(
    names=st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=8), make=st.sampled_from([str, str.upper])
)
def test_pages_have_safe_names_of_their_own(names: list[str], make: Callable[[str], str]) -> None:
    found = page_names(map(make, names))
    assert len({name.casefold() for name in found.values()}) == len(found)
    for name in found.values():
        assert not set(name) & set('/\\:*?"<>|\0 ')
        assert not name.startswith(".")
        assert len(name.encode()) < 128
