"""Comparisons of random plans: applied to the first they give the second, and amounts are split to the cent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from consolidation.comparison import Comparison, apply, compare
from consolidation.comparison.files import read_comparison, write_comparison
from consolidation.comparison.model import EFFECTS, Money
from consolidation.plan_model import Plan, content_hash
from tests.comparison_plans import RATES, ZERO, Item, Terms, pairs, plans, priced

Pair = tuple[Plan, Plan]


@settings(deadline=None, max_examples=200)
@given(pair=pairs())
def test_applied_to_a_it_gives_b(pair: Pair) -> None:
    a, b = pair
    found = compare(a, b)
    made = apply(a, found)
    assert made == b
    assert found.b.content_sha256 == content_hash(b)
    assert made.model_dump_json() == b.model_dump_json()


@settings(deadline=None, max_examples=60)
@given(a=plans("A"), b=plans("B"))
def test_plans_without_anything_in_common_too(a: Plan, b: Plan) -> None:
    assert apply(a, compare(a, b)) == b


@settings(deadline=None, max_examples=60)
@given(a=plans(), order=st.randoms(use_true_random=False))
def test_a_plan_does_not_differ_from_itself(a: Plan, order: object) -> None:
    found = compare(a, a)
    assert found.is_empty
    assert not found.has_changes
    assert found.repriced == ()
    assert found.cash_cost.effects == {}


@settings(deadline=None, max_examples=60)
@given(a=plans(), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_but_the_order(a: Plan, order: object) -> None:
    shuffled = {}
    for name in ("shipments", "loads", "entries", "cost_lines", "unplanned"):
        rows = list(getattr(a, name))
        order.shuffle(rows)  # type: ignore[attr-defined]
        shuffled[name] = tuple(rows)
    b = a.model_copy(update=shuffled)
    found = compare(a, b)
    assert not found.has_changes
    assert found.cash_cost.effects == {}
    assert apply(a, found) == b


@settings(deadline=None, max_examples=200)
@given(pair=pairs())
def test_every_difference_is_the_sum_of_its_effects(pair: Pair) -> None:
    a, b = pair
    found = compare(a, b)
    before, after = ({row.shipment_id: row for row in plan.shipments} for plan in pair)
    for row in found.shipments:
        _exact(row.landed_cost)
        name = row.shipment_id
        assert row.landed_cost.before == (before[name].landed_cost if name in before else 0)
        assert row.landed_cost.after == (after[name].landed_cost if name in after else 0)
        for category, money in row.categories.items():
            _exact(money)
            assert money.before == (before[name].categories.get(category, ZERO) if name in before else 0)
            assert money.after == (after[name].categories.get(category, ZERO) if name in after else 0)
        _sums(row.landed_cost, row.categories.values(), whole=False)
    _exact(found.cash_cost)
    assert found.cash_cost.difference == b.certificate.cash_cost - a.certificate.cash_cost
    _sums(found.cash_cost, found.categories.values())
    _sums(found.cash_cost, (seller.landed_cost for seller in found.sellers))
    _sums(found.cash_cost, (row.landed_cost for row in found.shipments), whole=False)
    repriced = sum((row.effect for row in found.repriced), ZERO)
    assert repriced == found.cash_cost.effects.get("price", ZERO)


def _exact(money: Money) -> None:
    assert sum(money.effects.values(), ZERO) == money.difference
    assert all(amount and amount == round(amount, 2) for amount in money.effects.values())


def _sums(money: Money, parts: Iterable[Money], *, whole: bool = True) -> None:
    """Assert that parts sum to an amount; where parts that do not differ are left out only differences do."""
    parts = list(parts)
    assert money.difference == sum((part.difference for part in parts), ZERO)
    for effect in EFFECTS:
        assert money.effects.get(effect, ZERO) == sum((part.effects.get(effect, ZERO) for part in parts), ZERO)
    if whole:
        assert money.before == sum((part.before for part in parts), ZERO)
        assert money.after == sum((part.after for part in parts), ZERO)


@settings(deadline=None, max_examples=100)
@given(pair=pairs())
def test_the_way_back_mirrors_the_way_there(pair: Pair) -> None:
    there, back = compare(*pair), compare(*reversed(pair))
    assert there.cash_cost.difference == -back.cash_cost.difference
    mirror = {"added": "dropped", "dropped": "added", "later": "earlier", "earlier": "later"}
    assert _kinds(there) == {(name, mirror.get(kind, kind)) for name, kind in _kinds(back)}
    for effect, opposite in (("added", "dropped"), ("dropped", "added")):
        assert there.cash_cost.effects.get(effect, ZERO) == -back.cash_cost.effects.get(opposite, ZERO)  # type: ignore[call-overload]


def _kinds(found: Comparison) -> set[tuple[str, str]]:
    return {(row.shipment_id, change.kind) for row in found.shipments for change in row.changes}


@settings(deadline=None, max_examples=100)
@given(pair=pairs())
def test_every_change_has_a_cause_in_words(pair: Pair) -> None:
    a, b = pair
    found = compare(a, b)
    verdicts = [change.verdict for row in (*found.shipments, *found.loads) for change in row.changes]
    assert all(verdict.why for verdict in verdicts)
    planned = {row.shipment_id: row for row in a.shipments}, {row.shipment_id: row for row in b.shipments}
    listed = {row.shipment_id for row in found.shipments}
    assert planned[0].keys() ^ planned[1].keys() <= listed
    for name in planned[0].keys() & planned[1].keys() - listed:
        assert planned[0][name].landed_cost == planned[1][name].landed_cost
        assert planned[0][name].departure_id == planned[1][name].departure_id
        assert planned[0][name].volume_m3 == planned[1][name].volume_m3


@settings(deadline=None, max_examples=25)
@given(pair=pairs())
def test_written_and_read_back_it_is_the_same(pair: Pair) -> None:
    a, b = pair
    found = compare(a, b)
    with tempfile.TemporaryDirectory() as place:
        folder = write_comparison(found, Path(place) / "comparison")
        again = read_comparison(folder)
    assert again == found
    assert apply(a, again) == b


@settings(deadline=None, max_examples=60)
@given(
    volumes=st.lists(st.integers(1, 2000), min_size=1, max_size=6), first=st.integers(2, 40),
    departures=st.lists(st.booleans(), min_size=6, max_size=6),
)  # fmt: skip
def test_other_numbers_of_the_same_loads_are_no_change(volumes: list[int], first: int, departures: list[bool]) -> None:
    runs = ("YTN-LAX-W@2026-12-02", "YTN-LAX-W@2026-12-09")
    items = {
        f"S{k}": Item(Decimal(volume) / 100, Decimal(1000), departure_id=runs[departures[k]])
        for k, volume in enumerate(volumes)
    }
    a, b = priced(items, Terms(RATES)), priced(items, Terms(RATES, first_load=first))
    found = compare(a, b)
    assert not found.has_changes
    assert len(found.renumbered) == len(a.loads)
    assert apply(a, found) == b


@settings(deadline=None, max_examples=60)
@given(pair=pairs())
def test_with_the_same_input_only_the_search_or_a_step_can_be_the_cause_of_another_way(pair: Pair) -> None:
    a, b = pair
    b = b.model_copy(update={"inputs": a.inputs})
    causes = {
        change.verdict.cause for row in compare(a, b).shipments for change in row.changes if change.kind == "moved"
    }
    assert causes <= {"optimiser"}


def test_plans_are_priced_as_the_product_prices_them() -> None:
    """The plans of these tests add up, else they would prove nothing."""
    plan = priced({"S1": Item(Decimal(4), Decimal(2000)), "S2": Item(Decimal(6), Decimal(3000))}, Terms(RATES))
    assert sum((line.amount for line in plan.cost_lines), ZERO) == plan.certificate.cash_cost
    by_hand = Decimal("20") + 150 + Decimal("120") + 640 + 132 + Decimal("13.43")
    assert plan.shipments[0].landed_cost == by_hand == Decimal("1075.43")
